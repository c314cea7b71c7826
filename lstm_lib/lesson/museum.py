"""A museum of broken LSTMs: small mistakes, most of them met in real code, made in our ``lstm.py``, to be found.

An exhibit is a change to the text of `lstm_lib.lstm`, so it is a cell that can be trained in its place. Three
checks look at a cell, and `examine` puts them together:

    equations   every z_t … h_t against the healthy cell, on the same numbers: what differs first, and when?
    gradients   the cell's backward against difference quotients of its own forward: which gradients are wrong?
    start       fresh parameters: four gates that differ, and the biases that were asked for?

None of the three can stand in for another. Some of these mistakes reached many readers, and most let the loss
fall. They were made by people who know their subject, and are shown for what they teach about checking.
"""

import copy
import inspect
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import combinations
from typing import NamedTuple

import numpy as np

from lstm_lib import data, gradcheck, lstm, model, training, validation
from lstm_lib.functional import mean_squared_error
from lstm_lib.lesson import attempts
from lstm_lib.lesson.mistakes import CATALOGUE, cell_with
from lstm_lib.lesson.reading import Unreadable, in_the_form_of, kind, numbers

SIZES = (4, 2, 3, 7)  # T, D, H, B: no two of T, D, H, H+D, 4H and B are equal, so nothing fits the wrong way round
WIDTH = 88  # characters of a printed line that JupyterLab does not break
EXHIBITS = {name: mistake for name, mistake in CATALOGUE.items() if mistake.title}


def hidden(mark):
    """Return an exhibit by a mark that does not tell its name, for a hunt.

    Parameters
    ----------
    mark : str
        The beginning of the SHA-256 of its name.

    Returns
    -------
    Mistake

    Raises
    ------
    ValueError
        No exhibit has that mark.

    Examples
    --------
    >>> hidden(sha256(b"dropped_dC").hexdigest()[:8]).name
    'dropped_dC'
    """
    for exhibit in EXHIBITS.values():
        if mark and sha256(exhibit.name.encode()).hexdigest().startswith(mark):
            return exhibit
    raise ValueError(f"mark is {mark!r}; want the beginning of the SHA-256 of an exhibit's name")


def text_of(cell, name):
    """Return the body of a function of a cell without its docstring; no comment makes a line too long for a page.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    name : str
        Of one of its functions.

    Returns
    -------
    str

    Examples
    --------
    >>> print(text_of(lstm, "stack"))
        return Step(*map(np.array, zip(*validation.steps(steps, Step), strict=True)))
    """
    source = inspect.getsource(getattr(cell, name))
    body = source.split('"""')[2].strip("\n") if source.count('"""') > 1 else source
    return "\n".join(line for long in body.split("\n") for line in _narrowed(long))


def _narrowed(line):
    """Return a line of a program, its comment above it where the two are too long for a page."""
    code, mark, comment = line.partition("  # ")
    if len(line) <= WIDTH or not mark or not code.strip():
        return [line]
    indent = code[: len(code) - len(code.lstrip())]
    return [f"{indent}# {comment}", code]


# --- the three checks --------------------------------------------------------------------------------------------


def equations(cell, *, sizes=SIZES, seed=0, scale=0.7):
    """Compare everything that the forward pass computes with the healthy cell's, on the same numbers.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    sizes, seed, scale
        As in `examine`.

    Returns
    -------
    dict of int
        The quantities that differ, each with the first step (from 1) at which it does, the first to differ first;
        empty where all agree. Numbers that are 1e-6 apart differ, absolutely or relatively: rounding is 1e-15
        here, and a wrong equation changes the first digits.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind; a cell that stops, in a sentence: "forward stopped with IndexError: …".

    Examples
    --------
    >>> equations(EXHIBITS["no_output_tanh"].cell())
    {'h_t': 1, 'hs': 1, 'z_t': 2, 'f_t': 2, 'i_t': 2, 'C_tilde': 2, 'C_t': 2, 'o_t': 2, 'C_prev': 3}
    >>> equations(lstm)
    {}
    """
    validation.cell(cell)
    values = problem(sizes, seed, scale).values
    first = {}
    for state in ({}, {"h_0": None, "C_0": None}):  # once as they are; and None means zeros
        got, want = (_over_time(*_forward(each, values | state)) for each in (cell, lstm))
        for name, healthy in want.items():
            if got[name].shape != healthy.shape:
                raise ValueError(f"forward gave {name} of shape {got[name].shape}; want {healthy.shape}")
            apart = ~np.isclose(got[name], healthy, rtol=1e-6, atol=1e-6).all(axis=(1, 2))
            if apart.any():
                first[name] = min(first.get(name, len(apart)), int(apart.argmax()) + 1)
    return dict(sorted(first.items(), key=lambda item: item[1]))


def gradients(cell, *, sizes=SIZES, seed=0, scale=0.7):
    """Compare the cell's backward with difference quotients of its own forward, whatever that computes.

    For each array one random direction v: ⟨gradient, v⟩ against (L(p + εv) − L(p − εv)) / 2ε with ε = 10⁻⁴.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    sizes, seed, scale
        As in `examine`.

    Returns
    -------
    dict of tuple of str
        The names whose gradient is wrong, among the eight parameters, X, h_0 and C_0: under ``every_step`` with
        the loss at every h_t, ``last_step`` with the loss at h_T only, ``dstate`` with what arrives at (h_T, C_T)
        from beyond the end. For a sequence of one step, ``one_step`` with the loss at h_1, ``one_step_dh`` and
        ``one_step_dC`` with what arrives at h_1 and at C_1 from beyond it. Empty where all is right.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind; a cell that stops, in a sentence: "forward stopped with IndexError: …".

    Notes
    -----
    A quotient is uncertain itself, by a third of what it changes from ε to 2ε, and by the rounding of the loss,
    10⁻¹⁶ / ε = 10⁻¹² for each h_t. Thirty times the one, a thousand times the other and a millionth of the slope
    are allowed; a wrong gradient is wrong in the first digits.

    Examples
    --------
    >>> gradients(EXHIBITS["overwritten_gradients"].cell())["last_step"]
    ('W_f', 'W_i', 'W_C', 'W_o', 'b_f', 'b_i', 'b_C', 'b_o')
    >>> gradients(lstm)
    {}
    """
    validation.cell(cell)
    values, dhs, dstate = problem(sizes, seed, scale)
    last = np.where(np.arange(len(dhs))[:, None, None] == len(dhs) - 1, dhs, 0)
    none, silent = 0 * dstate, 0 * dhs
    many = {"every_step": (dhs, none), "last_step": (last, none), "dstate": (silent, dstate)}
    one = {
        "one_step": (dhs[:1], none),
        "one_step_dh": (silent[:1], dstate * [[[1]], [[0]]]),
        "one_step_dC": (silent[:1], dstate * [[[0]], [[1]]]),
    }
    rng = np.random.default_rng(seed)
    wrong = _wrong_gradients(cell, values, many, rng)
    return wrong | _wrong_gradients(cell, values | {"X": values["X"][:1]}, one, rng)


def start(cell, *, seed=0, scale=0.7):
    """Look at fresh parameters: numbers that differ, neither tiny nor huge, from the generator; and at the biases.

    Any usual way of drawing is right: uniform, normal, Glorot's, orthogonal. Two sizes are tried, two seeds, and
    one of them twice.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    seed, scale
        As in `examine`; `scale` is a forget bias to ask for beside the default.

    Returns
    -------
    dict of str
        What is wrong, by the name of the parameter; empty where all is right.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind; a cell that stops, in a sentence: "forward stopped with IndexError: …".

    Examples
    --------
    >>> start(EXHIBITS["identical_gates"].cell())
    {'W_i': 'equals W_f', 'W_C': 'equals W_f', 'W_o': 'equals W_f'}
    >>> start(lstm)
    {}
    """
    validation.cell(cell)
    seed, scale = validation.size("seed", seed, least=0), validation.number("scale", scale, above=0)
    wrong = {}
    for D, H in ((9, 24), (20, 12)):
        first, again, other = (_fresh(cell, D, H, each) for each in (seed, seed, seed + 1))
        for name in lstm.SHAPES:
            bias = 1.0 if name == "b_f" else 0.0
            fault = _fault_of_weights(first[name]) if name[0] == "W" else _fault_of_bias(first[name], bias)
            if name[0] == "W" and not np.array_equal(first[name], again[name]):
                fault = fault or "differs although the seed is the same: rng is the only source of random numbers"
            elif name[0] == "W" and np.array_equal(first[name], other[name]):
                fault = fault or "is the same for every seed: the random numbers come from rng"
            wrong |= {name: fault} if fault and name not in wrong else {}
        for a, b in combinations([name for name in lstm.SHAPES if name[0] == "W" and name not in wrong], 2):
            if b not in wrong and (fault := _fault_of_pair(a, first[a].ravel(), first[b].ravel())):
                wrong[b] = fault
        asked = _fresh(cell, D, H, seed, forget_bias=scale)
        if "b_f" not in wrong and (fault := _fault_of_bias(asked["b_f"], scale)):
            wrong["b_f"] = f"{fault} where forget_bias = {scale:g}"
    return wrong


def _fresh(cell, D, H, seed, **options):
    with _in_words("init_params"):
        answer = cell.init_params(D, H, np.random.default_rng(seed), **options)
    shapes = {name: (H, H + D if name[0] == "W" else 1) for name in lstm.SHAPES}
    try:
        return in_the_form_of({name: np.zeros(shape) for name, shape in shapes.items()}, answer)
    except Unreadable as odd:
        raise ValueError(f"with D, H = {D}, {H} init_params gave back something else: {odd}") from None


def _fault_of_bias(b, wanted):
    return "" if np.allclose(b, wanted, rtol=1e-6, atol=0) else f"is not {wanted:g}"  # single precision is fair


def _fault_of_weights(W):
    """Return what is wrong with a fresh matrix of shape (H, H+D), or nothing."""
    spread, usual = W.std(), 1 / np.sqrt(W.shape[1])
    if spread <= 1e-9 * np.abs(W).max():
        return "holds one number over and over: units that start alike stay alike"
    if spread > 3 * usual:
        return f"is too large, with a spread of {spread:.2g}: the gates start wide open or shut"
    if spread < 0.02 * usual:
        return f"is too small, with a spread of {spread:.2g}: next to nothing reaches the gates"
    if abs(W.mean()) > 0.5 * spread:
        return f"leans to one side, with a mean of {W.mean():.2g}: want as much above zero as below"
    for what, lines in (("rows", W), ("columns", W.T)):
        if _some_alike(lines):
            return f"has {what} that are alike: what starts alike stays alike"
    return ""


def _fault_of_pair(name, a, b):
    if np.array_equal(a, b):
        return f"equals {name}"
    same_numbers = len(np.unique(a)) == a.size and np.array_equal(np.sort(a), np.sort(b))
    return f"is {name} over again" if same_numbers or _some_alike([a, b]) else ""


def _some_alike(lines):
    """Whether two of the lines are the same up to a factor and next to nothing else."""
    lines, pairs = np.asarray(lines), np.triu_indices(len(lines), 1)
    length = np.linalg.norm(lines, axis=1)
    return (np.abs(lines @ lines.T) >= 0.999 * np.outer(length, length))[pairs].any()


def examine(cell, *, sizes=SIZES, seed=0, scale=0.7):
    """Return what the three checks find in a cell; a cell that stops is an answer too, not an error.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    sizes : tuple of int, default (4, 2, 3, 7)
        T, D, H, B. Equal sizes and T < 3 hide mistakes.
    seed : int, default 0
        Decides the parameters, the input and the state, which are random, and none of them zero.
    scale : float, default 0.7
        Standard deviation of the parameters. Far above 10 the gates are steps, which no quotient can follow.

    Returns
    -------
    dict
        The cell's fingerprint, empty for a healthy one: "equations" and "start" with what these found, the six
        patterns of `gradients`, and "stopped" with what could not be done, in a sentence each. It is the same for
        a mistake at all sizes that differ, from T = 3 on, and for all seeds.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind.

    Examples
    --------
    >>> examine(EXHIBITS["overwritten_dh"].cell())["one_step"]
    ('C_0',)
    >>> examine(EXHIBITS["undefined_name"].cell())
    {'stopped': ("forward stopped with NameError: name 'out_gate' is not defined",)}
    >>> examine(lstm)
    {}
    """
    validation.cell(cell)
    _validated_sizes(sizes, seed, scale)
    found, stopped = {}, []
    for check in (equations, gradients, start):
        if check is gradients and stopped:
            continue  # without a forward pass there is nothing to differentiate
        try:
            options = {} if check is start else {"sizes": sizes}
            answer = check(cell, seed=seed, scale=scale, **options)
        except ValueError as error:
            stopped.append(str(error))
        else:
            found |= answer if check is gradients else {check.__name__: answer}
    found["stopped"] = tuple(dict.fromkeys(stopped))
    return {where: what for where, what in found.items() if what}


class Problem(NamedTuple):
    """Numbers for everything that goes into a cell, and for the gradients that arrive at what comes out.

    Attributes
    ----------
    values : dict of ndarray
        The eight parameters, X of shape (T, D, B), h_0 and C_0 of shape (H, B).
    dhs : ndarray of shape (T, H, B)
        What the loss sends to each h_t.
    dstate : ndarray of shape (2, H, B)
        What arrives at (h_T, C_T) from beyond the end.

    Examples
    --------
    >>> list(problem().values)[-3:]
    ['X', 'h_0', 'C_0']
    """

    values: dict
    dhs: np.ndarray
    dstate: np.ndarray


def problem(sizes=SIZES, seed=0, scale=0.7):
    """Return random numbers on which a cell can be tried: none of them zero, no two sizes equal.

    Parameters
    ----------
    sizes, seed, scale
        As in `examine`.

    Returns
    -------
    Problem
        Fresh arrays.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind.

    Examples
    --------
    >>> problem((3, 1, 2, 5)).dhs.shape
    (3, 2, 5)
    """
    T, D, H, B = _validated_sizes(sizes, seed, scale)
    rng = np.random.default_rng(seed)
    values = {name: rng.normal(0, scale, p.shape) for name, p in lstm.init_params(D, H, rng).items()}
    values |= {"X": rng.normal(size=(T, D, B)), "h_0": rng.normal(size=(H, B)), "C_0": rng.normal(size=(H, B))}
    return Problem(values, rng.normal(size=(T, H, B)), rng.normal(size=(2, H, B)))


def _validated_sizes(sizes, seed, scale):
    if not isinstance(sizes, tuple | list) or len(sizes) != 4:
        raise ValueError(f"sizes is {sizes!r}; want four whole numbers (T, D, H, B)")
    validation.size("seed", seed, least=0)
    validation.number("scale", scale, above=0)
    return tuple(validation.size(name, n) for name, n in zip("TDHB", sizes, strict=True))


@contextmanager
def _in_words(function):
    """Turn whatever goes wrong in a function of the cell into one sentence that names it."""
    try:
        with np.errstate(all="ignore"):
            yield
    except (Exception, SystemExit) as error:  # a broken cell may do anything
        words = " ".join(str(error).split())
        raise ValueError(f"{function} stopped with {type(error).__name__}: {words}") from None


def _forward(cell, values):
    values = copy.deepcopy(values)  # a broken cell may write into what it gets
    state = None if values["h_0"] is None else (values["h_0"], values["C_0"])
    with _in_words("forward"):
        hs, trace = cell.forward({name: values[name] for name in lstm.SHAPES}, values["X"], state)
    return hs, trace


def _over_time(hs, trace):
    """Return every quantity over time, from a list of Step or from a stacked one, in the order of computation."""
    with _in_words("forward"):
        if isinstance(trace, list):
            fields = {name: np.array([getattr(s, name) for s in trace], float) for name in lstm.Step._fields}
        else:
            fields = {name: np.asarray(getattr(trace, name), float) for name in lstm.Step._fields}
        return fields | {"hs": np.asarray(hs, float)}


def _losses(cell, values, arriving):
    """Return Σ dhs·hs + Σ dstate·(h_T, C_T) for each (dhs, dstate): their gradients are the ones that arrive."""
    hs, trace = _forward(cell, values)
    with _in_words("forward"):
        last = np.array(model.final_state(trace))
        return np.array([(dhs * hs).sum() + (dstate * last).sum() for dhs, dstate in arriving])


def _promised(cell, values, dhs, dstate):
    """Return the gradient of each array as the cell's backward has it."""
    _, trace = _forward(cell, values)
    with _in_words("backward"):
        params = {name: values[name].copy() for name in lstm.SHAPES}
        grads, dX, (dh_0, dC_0) = cell.backward(params, dhs.copy(), trace, tuple(dstate.copy()))
        grads = {name: grads[name] for name in lstm.SHAPES} | {"X": dX, "h_0": dh_0, "C_0": dC_0}
        grads = {name: np.array(grad, float) for name, grad in grads.items()}
    for name, grad in grads.items():
        if grad.shape != values[name].shape:
            raise ValueError(f"backward gave {name} a gradient of shape {grad.shape}; want {values[name].shape}")
    return grads


@np.errstate(all="ignore")  # a broken cell may give back infinity
def _wrong_gradients(cell, values, situations, rng):
    """Return for each situation, a pair (dhs, dstate) by name, the arrays whose gradient is wrong."""
    arriving = list(situations.values())
    found = [_promised(cell, values, *each) for each in arriving]
    rounding = np.array([1e-13 * (np.abs(dhs).sum() + np.abs(dstate).sum()) for dhs, dstate in arriving])
    wrong = {where: [] for where in situations}
    for name, value in values.items():
        v = rng.normal(size=value.shape)
        moved = partial(_losses_along, cell, values, name, v, arriving)
        slopes, uncertain = gradcheck.slope(moved, eps=1e-4, rounding=rounding)
        for where, grads, slope, margin in zip(situations, found, slopes, uncertain, strict=True):
            if not abs((grads[name] * v).sum() - slope) <= margin + 1e-6 * abs(slope):  # NaN is not right
                wrong[where].append(name)
    return {where: tuple(names) for where, names in wrong.items() if names}


def _losses_along(cell, values, name, v, arriving, step):
    """Return the losses where one array is moved along v."""
    return _losses(cell, values | {name: values[name] + step * v}, arriving)


# --- training, and detectors of one's own ------------------------------------------------------------------------


def curve(cell, n_steps=100, *, seed=0):
    """Train a cell on sine waves, and return the loss before each step.

    Parameters
    ----------
    cell : module
        Like `lstm_lib.lstm`.
    n_steps : int, default 100
        Steps of Adam on the same 8 waves of 20 steps, with 8 units.
    seed : int, default 0
        Decides the waves and the parameters.

    Returns
    -------
    list of float
        Shorter than `n_steps` where the loss is no longer finite or the code stops; empty where it stops at once.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind.

    Examples
    --------
    >>> falls(curve(lstm)), curve(EXHIBITS["undefined_name"].cell())
    (True, [])
    """
    validation.cell(cell)
    n_steps, seed = validation.size("n_steps", n_steps), validation.size("seed", seed, least=0)
    rng, adam, losses = np.random.default_rng(seed), training.Adam(lr=0.01), []
    waves = data.sine_waves(20, 8, rng)
    loss_and_grads = partial(model.loss_and_grads, cell, loss=mean_squared_error)

    try:
        params = model.init_params(cell, 1, 8, 1, rng)
        for _ in range(n_steps):
            losses += training.fit(loss_and_grads, params, [waves], adam, progress=False)
    except (Exception, SystemExit):  # a broken cell may do anything; what it did so far is the answer
        pass
    return losses


def falls(losses):
    """Return whether the mean of the last ten losses is less than half of the first.

    Parameters
    ----------
    losses : list of float
        What `curve` returned; an empty one does not fall.

    Returns
    -------
    bool
        True or False.

    Examples
    --------
    >>> falls([1.0] + 10 * [0.4]), falls([1.0] + 10 * [0.6])
    (True, False)
    """
    return len(losses) > 0 and bool(np.mean(losses[-10:]) < 0.5 * losses[0])


HEALTHY = {  # nothing is wrong with these: they round differently, as any two correct programs do
    "as it stands": (),
    "the gates added up from the last to the first": (
        ("@ da[k] for k in GATES)  # z_t", "@ da[k] for k in reversed(GATES))  # z_t"),
    ),
    "C_t with one product more": (("f_t * C_prev +", "C_prev - (1 - f_t) * C_prev +"),),
}


class Trial(NamedTuple):
    """How a detector did in a `trial`.

    Attributes
    ----------
    caught, missed : tuple of str
        Exhibits that it called broken, and the others.
    accused : tuple of str
        Healthy cells that it called broken.
    complaints : tuple of str
        What it did that is no answer, in a sentence each.

    Examples
    --------
    >>> Trial(caught=("dropped_dC",), missed=(), accused=(), complaints=()).passed
    True
    """

    caught: tuple
    missed: tuple
    accused: tuple
    complaints: tuple

    @property
    def passed(self):
        """Whether every exhibit was caught, no healthy cell was accused, and there is nothing to complain of."""
        return not (self.missed or self.accused or self.complaints)


def trial(detect, *, repeats=3):
    """Show a detector the healthy cell in three ways of writing it and every exhibit, and return what it said.

    Parameters
    ----------
    detect : function
        Takes a cell, returns True for a broken one and False for a healthy one. A detector chooses its own sizes
        and numbers.
    repeats : int, default 3
        How often it sees each healthy cell: what it does by chance must not accuse a healthy cell either.

    Returns
    -------
    Trial
        A detector that stops, or gives back something else than True or False, has not caught the exhibit, and a
        sentence says so: a cell that cannot run is for the detector to catch. One that does so on a healthy cell
        is shown no exhibit.

    Raises
    ------
    TypeError, ValueError
        A number of repeats that is none. Whatever `detect` is or does, nothing is raised.

    Examples
    --------
    >>> trial(lambda cell: bool(start(cell))).caught
    ('identical_gates',)
    >>> trial(lambda cell, params: True).complaints
    ('detect takes (cell, params); want one argument, the cell',)
    """
    repeats = validation.size("repeats", repeats)
    complaint, accused = _why_it_cannot_be_called(detect), {}
    for name, changes in HEALTHY.items():
        cell = cell_with(f"healthy, {name}", changes)
        for _ in range(repeats):
            if not complaint:
                broken, complaint = _called_broken(detect, cell, "a healthy cell")
                accused |= {name: True} if broken else {}
    if complaint:
        return Trial((), tuple(EXHIBITS), tuple(accused), (complaint,))
    verdicts = {name: _called_broken(detect, exhibit.cell(), name) for name, exhibit in EXHIBITS.items()}
    return Trial(
        caught=tuple(name for name, (broken, _) in verdicts.items() if broken),
        missed=tuple(name for name, (broken, _) in verdicts.items() if not broken),
        accused=tuple(accused),
        complaints=tuple(complaint for _, complaint in verdicts.values() if complaint),
    )


def _why_it_cannot_be_called(detect):
    if detect is None or detect is ...:
        return "detect is not written yet"
    if not callable(detect):
        return f"detect is {kind(detect)}; want a function that takes a cell"
    takes = validation.misfit(detect, 1)
    return f"detect takes {takes}; want one argument, the cell" if takes else ""


def _called_broken(detect, cell, name):
    """Return (whether `detect` calls the cell broken, what there is to complain of)."""
    try:
        with np.errstate(all="ignore"):
            answer = detect(cell)
        if answer is None or answer is ...:
            said = attempts.nothing_back(detect)
            return False, f"detect, at {name}: {said}" if said else "detect is not written yet"
        if numbers(answer) is not None and numbers(answer).size == 1 and numbers(answer).item() in (0, 1):
            return bool(numbers(answer).item()), ""
        return False, f"detect gave back {kind(answer)} for {name}; want True or False"
    except NotImplementedError:
        return False, "detect is not written yet"
    except (Exception, SystemExit) as error:  # whatever the detector does is answered in a sentence
        return False, f"detect stopped with {type(error).__name__} at {name}: {' '.join(str(error).split())}"
