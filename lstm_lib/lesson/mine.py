"""The learner's own LSTM: what passed its check is kept in ``my_lstm.py``, and comes back as a cell like `lstm`.

    keep("step", my_step)    write a function into the file, under the name of the piece
    cell()                   a cell like `lstm`: the learner's pieces where they are kept, the library's elsewhere
    progress()               which of the seven pieces are the learner's
    as_written()             the file as it stands, right or wrong

The file is a plain program that needs NumPy only, and trains a sine wave when it is run by itself. It belongs to
the learner: whatever it holds is left where it stands, and what is written over is copied first. The environment
variable LSTM_MINE names another place; where it is empty, as in builds and tests, nothing is read or kept.
"""

import linecache
import os
import re
import types
from pathlib import Path

import numpy as np

from lstm_lib import lstm, training, validation
from lstm_lib.functional import mean_squared_error
from lstm_lib.lesson import attempts, diagnoses
from lstm_lib.lesson.standalone import GIVEN, PIECES, text_of
from lstm_lib.lesson.surroundings import Surroundings

TEMPLATE = Path(__file__).with_name("my_lstm.py.txt")
MARK = re.compile(r"^# --- (\w+) ---\n", re.MULTILINE)
OF_A_CELL = ("step", "forward", "step_backward", "backward", "init_params")  # the rest trains it
TRIED = (*OF_A_CELL, "loss", "loss_and_grads", "adam", "train")


# --- the file ----------------------------------------------------------------------------------------------------


def place():
    """Return where the learner's file is, or None where nothing is to be read or kept.

    Returns
    -------
    pathlib.Path or None
        The nearest ``my_lstm.py`` in the folder of the notebook or in the two above it; else a new one in the
        folder of the notebook.

    Examples
    --------
    >>> os.environ["LSTM_MINE"] = ""
    >>> print(place())
    None
    """
    wanted = os.environ.get("LSTM_MINE")
    if wanted is not None:
        return Path(wanted) if wanted.strip() else None
    here = Path.cwd()
    above = [folder for folder in (here, *here.parents[:2]) if (folder / "my_lstm.py").is_file()]
    return (above[0] if above else here) / "my_lstm.py"


def sections(text):
    r"""Return the text of the file in pieces: {"": the head, "step": …}, in the file's own order.

    Parameters
    ----------
    text : str
        What the file holds.

    Returns
    -------
    dict of str

    Examples
    --------
    >>> sections("import numpy\n# --- step ---\ndef step(): ...\n")
    {'': 'import numpy\n', 'step': 'def step(): ...\n'}
    """
    head, *rest = MARK.split(text)
    return {"": head} | dict(zip(rest[::2], rest[1::2], strict=True))


def _joined(parts):
    """Return the text of the file, from its `sections`."""
    return "".join(f"# --- {name} ---\n{body}" if name else body for name, body in parts.items())


def _read(path):
    """Return the text of the learner's file, or of an empty one where there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else TEMPLATE.read_text(encoding="utf-8")


def keep(piece, function):
    """Write a function into the learner's file, and return a sentence that says so, or why not.

    Parameters
    ----------
    piece : str
        One of `PIECES`: the name it gets in the file.
    function : function
        What the learner wrote, in a notebook.

    Returns
    -------
    str
        Empty where nothing is to be kept.

    Raises
    ------
    ValueError
        `piece` is none of the seven.

    Examples
    --------
    >>> os.environ["LSTM_MINE"] = ""
    >>> keep("step", lstm.step)
    ''
    """
    if piece not in PIECES:
        raise ValueError(f"piece is {piece!r}; want one of {', '.join(PIECES)}")
    path = place()
    if path is None:
        return ""
    try:
        if not fits(piece, function):
            raise ValueError(FORMS[piece])
        body = text_of(function, piece)
        parts = sections(_read(path))
        saved = ""
        if parts.get(piece) != body:
            if piece in parts and _written(parts[piece]):
                saved = f" What stood there before is in {_copied(path).name}."
            _write(path, _joined(_with_piece(parts, piece, body)))
    except (OSError, UnicodeError) as error:
        return f"It is not kept: {path.name} cannot be read or written ({error})."
    except ValueError as why:
        return f"It is not kept in {path.name}: {why}."
    return f"Kept as {piece} in {path.name}.{saved}"


FORMS = {  # what the rest of the file makes use of: a check may call right what does not fit in
    "step": f"the way back needs all eight quantities, so return Step({', '.join(lstm.Step._fields)}), all arrays",
    "step_backward": "it is taken apart, so return grads, dx_t, dh_prev, dC_prev: a dict of arrays, and arrays",
    "backward": "it is taken apart, so return grads, dX, (dh_0, dC_0): a dict of arrays, and arrays",
    "init_params": "training changes them by name, so return a dict of arrays",
    "loss": "it is taken apart, so return the pair loss, dY_hat: a number and an array",
    "train": "they are looked at more than once, so return the losses in a list",
}


def fits(piece, function):
    """Say whether a right function gives its answer in the form in which the other pieces of the file use it.

    Parameters
    ----------
    piece : str
        One of `PIECES`.
    function : function
        What the learner wrote; it is called on copies, and what it changes is put back.

    Returns
    -------
    bool

    Examples
    --------
    >>> fits("step", lstm.step), fits("step", lambda *given: lstm.step(*given)[-1:])
    (True, False)
    """
    if piece not in FORMS:
        return True
    around = Surroundings(function)
    found = [attempts.run(lambda *given: _IN_FORM[piece](function(*given)), given) for given in _to_try(piece)]
    around.put_back()
    said = {outcome.value for outcome in found}
    return True in said or False not in said  # where it gave nothing back there is nothing against its form


def _to_try(piece):
    """Return arguments for a piece, and others if it may want more."""
    zeros, params = np.zeros((1, 1)), lstm.init_params(1, 1, np.random.default_rng(0))
    s, row = lstm.step(params, zeros, zeros, zeros), np.ones((1, 1, 1))
    if piece == "backward":
        return (params, row, [s]), (params, row, [s], (zeros, zeros))
    if piece == "train":
        params |= {"W_y": zeros, "b_y": zeros}
    return (
        {
            "step": (params, zeros, zeros, zeros),
            "step_backward": (params, s, zeros, zeros),
            "init_params": (1, 1, np.random.default_rng(0)),
            "loss": (row, row),
            "train": (params, row, row, 1),
        }[piece],
    )


def _is_array(value):
    return isinstance(value, np.ndarray)


def _is_dict_of_arrays(value):
    return isinstance(value, dict) and all(map(_is_array, value.values()))


def _is_row(value, n):
    return isinstance(value, tuple | list) and len(value) == n


_IN_FORM = {
    "step": lambda s: all(_is_array(getattr(s, name, None)) for name in lstm.Step._fields),
    "step_backward": lambda row: _is_row(row, 4) and _is_dict_of_arrays(row[0]) and all(map(_is_array, row[1:])),
    "backward": lambda row: _is_row(row, 3) and _is_dict_of_arrays(row[0]) and all(map(_is_array, row[2])),
    "init_params": _is_dict_of_arrays,
    "loss": lambda row: _is_row(row, 2) and np.ndim(row[0]) == 0 and _is_array(row[1]),
    "train": lambda losses: isinstance(losses, list | tuple | np.ndarray),
}


def _written(body):
    """Say whether a section holds a program, or only a comment that nothing is there yet."""
    return any(line.strip() and not line.startswith("#") for line in body.splitlines())


def _with_piece(parts, piece, body):
    """Return the sections with another text in one; a new one goes before the last, which runs the program."""
    if piece in parts:
        return parts | {piece: body}
    end = {name: parts[name] for name in ("run",) if name in parts}
    return {name: text for name, text in parts.items() if name not in end} | {piece: body} | end


def _copied(path):
    """Copy the file beside itself, under the next free number, and return the copy."""
    n = 1
    while (copy := path.with_name(f"{path.stem}-{n}{path.suffix}")).exists():
        n += 1
    copy.write_bytes(path.read_bytes())
    return copy


def _write(path, text):
    """Write the file, whole or not at all."""
    half = path.with_name(path.name + ".new")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


# --- and back again ----------------------------------------------------------------------------------------------


def adam(params, grads, state, lr=0.01):
    """Change the parameters in place by one step of Adam: the library's own, written as the piece of the file is.

    Parameters
    ----------
    params, grads : dict of ndarray
        Gradients under the names of the parameters.
    state : dict
        Empty before the first step; what is remembered from step to step.
    lr : float, default 0.01
        Learning rate.

    Examples
    --------
    >>> params, state = {"w": np.array([1.0])}, {}
    >>> adam(params, {"w": np.array([3.0])}, state)
    >>> params["w"].round(3)
    array([0.99])
    """
    optimiser = state.setdefault("adam", training.Adam(lr))
    optimiser.lr = lr
    optimiser.step(params, grads)


def _loop_of(module):
    """Return train(params, X, Y, n_steps, lr) for the `loss_and_grads` and the `adam` of a module."""

    def train(params, X, Y, n_steps, lr=0.01):
        state, losses = {}, []
        for _ in range(n_steps):
            value, grads = module.loss_and_grads(params, X, Y)
            training.clip_gradients(grads, 1.0)
            module.adam(params, grads, state, lr)
            losses.append(value)
        return losses

    return train


def _loaded(text):
    """Return the module that a text makes; what is missing in it is the library's, and so is the class Step."""
    module = types.ModuleType("my_lstm")
    module.__file__ = "<my_lstm.py>"
    linecache.cache[module.__file__] = len(text), None, text.splitlines(True), module.__file__  # for getsource
    exec(compile(text, module.__file__, "exec"), module.__dict__)
    for piece in TRIED:
        if piece not in module.__dict__:
            setattr(module, piece, _librarys(piece, module))
    module.Step, module.SHAPES, module.stack = lstm.Step, lstm.SHAPES, lstm.stack
    return module


def _librarys(piece, module):
    """Return what the library has in place of a piece; what the file has beside the pieces is taken from it."""
    if piece in GIVEN:
        names = dict(module.__dict__)
        exec(sections(TEMPLATE.read_text(encoding="utf-8"))[piece], names)
        return types.FunctionType(names[piece].__code__, module.__dict__, piece, names[piece].__defaults__)
    if piece in OF_A_CELL:
        return getattr(lstm, piece)
    return {"loss": mean_squared_error, "adam": adam, "train": _loop_of(module)}[piece]


def small_task(rng):
    """Return a network of three units and what it may learn from, to try training on.

    The numbers are so small that it makes no difference whether long gradients are shortened.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws all of it.

    Returns
    -------
    params : dict of ndarray
        Of the cell and the read-out.
    X, Y : ndarray of shape (5, 1, 2)

    Examples
    --------
    >>> params, X, Y = small_task(np.random.default_rng(0))
    >>> params["W_y"].shape, X.shape
    ((1, 3), (5, 1, 2))
    """
    params = lstm.init_params(1, 3, rng) | {"W_y": rng.normal(0, 0.1, (1, 3)), "b_y": np.zeros((1, 1))}
    numbers = rng.normal(0, 0.1, (6, 1, 2))
    return params, numbers[:-1], numbers[1:]


def _outcome(piece, function):
    """Return the numbers that a piece beyond the cell comes to, on a small example."""
    rng = np.random.default_rng(0)
    if piece == "loss":
        value, dY_hat = function(rng.normal(size=(3, 2, 4)), rng.normal(size=(3, 2, 4)))
        return np.append(np.ravel(dY_hat), value)
    if piece == "adam":
        params, state = {"w": rng.normal(size=(2, 3)), "b": rng.normal(size=(2, 1))}, {}
        for lr in (0.1, 0.1, 0.02):
            function(params, {name: rng.normal(size=p.shape) for name, p in params.items()}, state, lr)
        return np.append(params["w"], params["b"])
    params, X, Y = small_task(rng)
    if piece == "loss_and_grads":
        value, grads = function(params, X, Y)
        return np.concatenate([[value], *(np.ravel(grads[name]) for name in params)])
    losses = function(params, X, Y, 4)
    return np.append(losses, params["W_y"])


def _verdict(piece, function):
    """Try one of `TRIED`, and return a mark and words: ✓ where it does what the library's does."""
    if piece in OF_A_CELL:
        mark, words = diagnoses.verdict(piece, function)
        return (mark, words) if mark != "✓" or fits(piece, function) else ("✗", f"{FORMS[piece]}.")
    got = attempts.run(lambda: _outcome(piece, function))
    if got.problem or got.value is None:
        return "✗", got.problem or "it gives back nothing."
    wanted = _outcome(piece, _librarys(piece, _loaded(TEMPLATE.read_text(encoding="utf-8"))))
    same = np.shape(got.value) == np.shape(wanted) and np.allclose(got.value, wanted, rtol=1e-6)
    if same and not fits(piece, function):
        return "✗", f"{FORMS[piece]}."
    return ("✓", "right.") if same else ("✗", "it does not come to the library's numbers.")


def as_written():
    """Return the learner's file as a module, right or wrong, and what of it is the learner's.

    Returns
    -------
    module : module
        What is missing in the file is the library's, and all is where the file cannot be used.
    own : list of str
        Which of the seven pieces stand in the file.
    words : list of str
        A sentence that says why the file cannot be used, or nothing.

    Examples
    --------
    >>> os.environ["LSTM_MINE"] = ""
    >>> as_written()[1:]
    ([], [])
    """
    path, template = place(), TEMPLATE.read_text(encoding="utf-8")
    if path is None:
        return _loaded(template), [], []
    outcome = attempts.run(lambda: _loaded(_read(path)))  # a file that was edited by hand may do anything
    words = [f"{path.name} cannot be used: {outcome.problem}"] if outcome.problem else []
    module = outcome.value or _loaded(template)
    return module, [piece for piece in PIECES if _stands_in(module, piece)], words


def _stands_in(module, piece):
    function = getattr(module, piece)
    return not callable(function) or getattr(function, "__globals__", None) is module.__dict__


def tried():
    """Return the learner's cell with what is wrong in it replaced, and what was found.

    Returns
    -------
    module : module
        As from `as_written`, with the library's in place of each piece that is wrong.
    own : list of str
        The pieces of the learner's that are right.
    wrong : dict of str
        What is wrong, and what there is to say about it.
    words : list of str
        As from `as_written`.

    Examples
    --------
    >>> os.environ["LSTM_MINE"] = ""
    >>> tried()[1:]
    ([], {}, [])
    """
    module, own, words = as_written()
    wrong = {}
    for piece in TRIED:  # in this order, as the later ones use the earlier ones
        if not _stands_in(module, piece):
            continue
        mark, why = _verdict(piece, getattr(module, piece))
        if mark != "✓":
            wrong[piece] = why
            setattr(module, piece, _librarys(piece, module))
    module.backward = with_dstate(module.backward)
    return module, [piece for piece in own if piece not in wrong], wrong, words


def with_dstate(backward):
    """Return a way back that takes what arrives from beyond the end, made from one that does not.

    One step more is put at the end, through which a gradient passes to C_T and to nothing else.

    Parameters
    ----------
    backward : function
        Takes (params, dhs, steps), and perhaps dstate; then it is given back as it is.

    Returns
    -------
    function
        With the arguments of `lstm.backward`.

    Examples
    --------
    >>> with_dstate(lstm.backward) is lstm.backward
    True
    """
    if validation.misfit(backward, 4) is None:
        return backward

    def through(params, dhs, steps, dstate=None):
        if dstate is None:
            return backward(params, dhs, steps)
        (dh_T, dC_T), none = dstate, np.zeros_like(dstate[1])
        beyond = lstm.Step(np.zeros_like(steps[-1].z_t), none + 1, none, none, none, none, none + 1, none)
        dhs = np.concatenate([dhs[:-1], [dhs[-1] + dh_T, dC_T]])
        grads, dX, dstate_0 = backward(params, dhs, [*steps, beyond])
        return grads, np.asarray(dX)[:-1], dstate_0

    return through


def _in_words(wrong):
    name = (place() or Path("my_lstm.py")).name
    return [f"{piece} in {name} does not fit any more: {why}" for piece, why in wrong.items()]


def cell():
    """Return a cell like `lstm_lib.lstm`, and say in a line whose pieces it is made of.

    Returns
    -------
    module
        With all that `lstm` has, and loss, loss_and_grads, adam, train.

    Examples
    --------
    >>> os.environ["LSTM_MINE"] = ""
    >>> mine = cell()
    All seven pieces are the library's: nothing of yours is kept yet.
    >>> mine.step(mine.init_params(2, 2, np.random.default_rng(0)), *3 * [np.ones((2, 1))]).h_t.shape
    (2, 1)
    """
    module, own, wrong, words = tried()
    theirs = [piece for piece in PIECES if piece not in own]
    for sentence in words + _in_words(wrong):
        print(sentence)
    if not own:
        print("All seven pieces are the library's: nothing of yours is kept yet.")
    elif theirs:
        print(f"Yours: {', '.join(own)}. The library's: {', '.join(theirs)}.")
    else:
        print("All seven pieces are yours.")
    return module


def progress():
    """Print which of the seven pieces are the learner's.

    Examples
    --------
    >>> os.environ["LSTM_MINE"] = ""
    >>> progress()
    0 of 7 pieces are yours:
    step ○  step_backward ○  backward ○  init_params ○  loss ○  adam ○  train ○
    """
    _, own, wrong, words = tried()
    marks = "  ".join(f"{piece} {'✓' if piece in own else '○'}" for piece in PIECES)
    print(*words, *_in_words(wrong), f"{len(own)} of {len(PIECES)} pieces are yours:", marks, sep="\n")
