"""What went wrong in a hand-written LSTM function: the first quantity that differs, and a mistake that gives it.

A task is one of the library's functions, to be written by a learner. It is tried on numbers that hide nothing, and
what it gives back is read into quantities, in the order in which they are computed. Every known mistake is a
change to ``lstm.py`` in the catalogue `mistakes`. What the changed function computes is compared with what the
learner's does, number by number.
"""

import functools
import inspect
import itertools

import numpy as np

from lstm_lib import lstm
from lstm_lib.lesson import attempts, museum
from lstm_lib.lesson.attempts import kind
from lstm_lib.lesson.mistakes import CATALOGUE

TOLERANCE = 1e-5  # of the largest entry, or of 1: float32 rounds to 1e-7, a mistake changes the first digits


# --- reading an answer -------------------------------------------------------------------------------------------


class _Unreadable(Exception):
    """An answer in which the quantities cannot be found; it says what it is and what it should be."""


_STEP = ("z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t")  # as they are computed; C_prev was handed in
_BACK = ("b_f", "b_i", "b_C", "b_o", "W_f", "W_i", "W_C", "W_o")


def _named(answer, names, wanted):
    """Return quantities by name: from a dict, an object with attributes, or a row of them all."""
    if isinstance(answer, dict):
        found = answer
    elif any(hasattr(answer, name) for name in names):
        found = {name: getattr(answer, name) for name in names if hasattr(answer, name)}
    elif isinstance(answer, list | tuple) and len(answer) == len(names):
        found = dict(zip(names, answer, strict=True))
    else:
        found = {}
    if not any(name in found for name in names):
        raise _Unreadable(f"it gave back {kind(answer)}; want {wanted}")
    return found


def _of_length(answer, length, wanted):
    if not isinstance(answer, list | tuple | np.ndarray) or len(answer) != length:
        raise _Unreadable(f"it gave back {kind(answer)}; want {wanted}")
    return answer


def _read_step(answer):
    wanted = "a Step, or (h_t, C_t)"
    if isinstance(answer, list | tuple) and len(answer) == 2 and not hasattr(answer, "_fields"):
        found = dict(zip(("h_t", "C_t"), answer, strict=True))
    else:
        found = _named(answer, lstm.Step._fields, wanted)
    for name in ("C_t", "h_t"):
        if name not in found:
            raise _Unreadable(f"{name} is missing; want {wanted}")
    return {(name, None): found[name] for name in (*_STEP, "C_prev") if name in found}


def _read_step_backward(answer):
    wanted = "(grads, dx_t, dh_prev, dC_prev)"
    if isinstance(answer, dict):
        found = answer.get("grads", answer) | {name: answer[name] for name in answer if name != "grads"}
    else:
        grads, *rest = _of_length(answer, 4, wanted)
        found = _named(grads, tuple(lstm.SHAPES), "grads as a dict") | dict(
            zip(("dx_t", "dh_prev", "dC_prev"), rest, strict=True)
        )
    order = ("dC_prev", *_BACK, "dx_t", "dh_prev")
    return {(_in_grads(name), None): _required(found, name) for name in order}


def _read_forward(answer):
    wanted = "(hs, steps)"
    if isinstance(answer, dict):
        hs, steps = _required(answer, "hs"), answer.get("steps")
    elif isinstance(answer, list | tuple) and len(answer) == 2:
        hs, steps = answer
    else:
        raise _Unreadable(f"it gave back {kind(answer)}; want {wanted}")
    if _is_gap(hs):
        hs = [hs] * museum.SIZES[0]
    if isinstance(steps, list | tuple) and not hasattr(steps, "_fields"):
        each = [_read_step(s) for s in steps]
    elif _is_gap(steps):
        each = [{} for _ in hs]
    else:  # stacked: every field over time
        whole = _read_step(steps)
        each = [{key: field[t] for key, field in whole.items()} for t in range(len(hs))]
    if len(each) != len(hs):
        raise _Unreadable(f"it gave back {len(hs)} hs and {len(each)} steps; want as many as there are x_t")
    found = {}
    for t, (s, h) in enumerate(zip(each, hs, strict=True), 1):
        found |= {(name, t): s[name, None] for name in _STEP if (name, None) in s}
        found |= {("hs", t): h}
    return found | {("C_prev", t): s["C_prev", None] for t, s in enumerate(each, 1) if ("C_prev", None) in s}


def _read_backward(answer):
    wanted = "(grads, dX, (dh_0, dC_0))"
    if isinstance(answer, dict):
        grads, dX, dstate = (_required(answer, name) for name in ("grads", "dX", "dstate_0"))
    else:
        grads, dX, dstate = _of_length(answer, 3, wanted)
    grads = _named(grads, tuple(lstm.SHAPES), "grads as a dict")
    dh_0, dC_0 = (dstate, dstate) if _is_gap(dstate) else _of_length(dstate, 2, "(dh_0, dC_0)")
    if _is_gap(dX):
        dX = [dX] * museum.SIZES[0]
    found = {("dX", t): dX[t - 1] for t in range(len(dX), 0, -1)}
    found |= {("dC_0", None): dC_0, ("dh_0", None): dh_0}
    return found | {(_in_grads(name), None): _required(grads, name) for name in _BACK}


def _required(found, name):
    if name not in found:
        raise _Unreadable(f"{_in_grads(name) if name in _BACK else name} is missing")
    return found[name]


def _in_grads(name):
    return f'grads["{name}"]' if name in _BACK else name


# --- the four tasks ----------------------------------------------------------------------------------------------

_READ = {
    "step": _read_step,
    "step_backward": _read_step_backward,
    "forward": _read_forward,
    "backward": _read_backward,
}
TASKS = tuple(_READ)
_MAY_BE_LEFT_OUT = {"forward": "state", "backward": "dstate"}


@functools.cache
def _all_arguments(task):
    """Return the numbers that a function is tried on: sizes that all differ, T > 1, states that are not zero."""
    values, dhs, dstate = museum.problem()
    params = {name: values[name] for name in lstm.SHAPES}
    state = values["h_0"], values["C_0"]
    if task == "step":
        return {"params": params, "x_t": values["X"][0], "h_prev": state[0], "C_prev": state[1]}
    if task == "step_backward":
        s = lstm.step(params, values["X"][0], *state)
        return {"params": params, "s": s, "dh_t": dhs[0], "dC_t": dstate[1]}
    if task == "forward":
        return {"params": params, "X": values["X"], "state": state}
    steps = lstm.forward(params, values["X"], state)[1]
    return {"params": params, "dhs": dhs, "steps": steps, "dstate": tuple(dstate)}


def _arguments_for(task, function):
    """Return the arguments on which a function is tried, by name: all, or without the state if it takes none."""
    arguments = _all_arguments(task)
    try:
        takes = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C have none; the call will tell
        return arguments
    fewer = {name: value for name, value in arguments.items() if name != _MAY_BE_LEFT_OUT.get(task)}
    for some in (arguments, fewer):
        try:
            takes.bind(*some.values())
        except TypeError:
            continue
        return some
    raise _Unreadable(f"it takes {takes}; want ({', '.join(arguments)})")


@functools.cache
def _wanted(task, names):
    arguments = {name: _all_arguments(task)[name] for name in names}
    return _computed(lstm, task, arguments)


def _computed(cell, task, arguments):
    """Return what a cell's own function gives, quantity by quantity, or nothing where it stops."""
    if "steps" in arguments:  # a changed module has a class Step of its own
        arguments = arguments | {"steps": [cell.Step(*s) for s in arguments["steps"]]}
    outcome = attempts.run(getattr(cell, task), arguments)
    if outcome.value is None:
        return {}
    with np.errstate(all="ignore"):
        return {key: np.array(value, float) for key, value in _READ[task](outcome.value).items()}


@functools.cache
def known(task, names):
    """Return what the known mistakes compute, for those that show in a task.

    Parameters
    ----------
    task : str
        One of TASKS.
    names : tuple of str
        The names of the arguments that are handed over: see `arguments_for`.

    Returns
    -------
    dict of pair
        name → (words, values): each value under its (symbol, step). Of mistakes that compute the same, one is
        kept: where a gradient is asked for, one of the backward pass.

    Examples
    --------
    >>> "dropped_dC" in known("step_backward", ("params", "s", "dh_t", "dC_t"))
    True
    >>> "dropped_dC" in known("step", ("params", "x_t", "h_prev", "C_prev"))
    False
    """
    arguments = {name: _all_arguments(task)[name] for name in names}
    right, found = _wanted(task, names), {}
    cells = {name: mistake.cell() for name, mistake in CATALOGUE.items()}
    for name, cell in sorted(cells.items(), key=lambda each: _shows_in_the_other_direction(each[1], task)):
        values = _computed(cell, task, arguments)
        if values.keys() != right.keys() or all(_agree(values[key], right[key]) for key in right):
            continue
        if not any(all(_agree(values[key], other[key]) for key in right) for _, other in found.values()):
            found[name] = CATALOGUE[name].words, values
    return found


def _shows_in_the_other_direction(cell, task):
    """Whether the mistake shows in the other direction too: then it is not the first to be thought of."""
    other = "step" if "backward" in task else "step_backward"
    names = tuple(_all_arguments(other))
    values, right = _computed(cell, other, _all_arguments(other)), _wanted(other, names)
    return not values or any(not _agree(values[key], right[key]) for key in right)


def _agree(a, b):
    if a.shape != b.shape:
        return False
    with np.errstate(all="ignore"):
        return bool((np.abs(a - b) <= TOLERANCE * max(1, np.abs(b).max(initial=0))).all())  # NaN is near nothing


# --- the answer --------------------------------------------------------------------------------------------------


def verdict(task, function):
    """Try a learner's function, and return what there is to say about it: a mark, and words.

    Parameters
    ----------
    task : str
        One of TASKS.
    function : function
        What the learner wrote, with the arguments of the library's function, by position.

    Returns
    -------
    pair of str
        "✓" right, "✗" wrong, "○" not written, or right as far as it is written. Nothing is raised.

    Examples
    --------
    >>> verdict("step", lstm.step)
    ('✓', 'right.')
    >>> verdict("step", lambda *arguments: lstm.step(*arguments)._replace(C_t=..., h_t=...))
    ('○', 'C_t is not written yet; what comes before it is right.')
    >>> print(*verdict("step", CATALOGUE["no_output_tanh"].cell().step))  # doctest: +ELLIPSIS
    ✗ h_t differs first, by up to ...: got ... You get this if the memory is shown as it is: ...
    """
    if _is_gap(function):
        return "○", "not written yet."
    if not callable(function):
        return "✗", f"got {kind(function)}; want a function."
    try:
        arguments = _arguments_for(task, function)
    except _Unreadable as odd:
        return "✗", f"{odd}."
    answer, problem, changed = attempts.run(function, arguments)
    if problem:
        return "✗", problem
    if answer is None or (isinstance(answer, list | tuple) and answer and all(map(_is_gap, answer))):
        return "○", "not written yet."
    mark, words = _compared(task, answer, tuple(arguments))
    if not changed:
        return mark, words
    words = "the numbers are right." if mark == "✓" else words
    return "✗", f"{words} It writes into its argument {changed}, which belongs to the caller: work on a copy."


def _compared(task, answer, names):
    """Return mark and words for what a function gave back, quantity by quantity."""
    try:
        with np.errstate(all="ignore"):
            given = _READ[task](answer)
    except _Unreadable as odd:
        return "✗", f"{odd}."
    except Exception:  # an answer may do anything when it is looked into
        return "✗", f"it gave back {kind(answer)} that cannot be read."
    if length := _other_length(given, right := _wanted(task, names)):
        return "✗", length
    written = {key: given[key] for key in right if key in given}
    open_gap = next((key for key, value in written.items() if _is_gap(value)), None)
    got = {}
    for key in itertools.takewhile(lambda key: key != open_gap, written):
        got[key] = attempts.numbers(written[key])
        if got[key] is None:
            return "✗", f"{_where(key)} is {kind(written[key])}; want an array of numbers."
        if not _agree(got[key], right[key]):
            others = {key: attempts.numbers(value) for key, value in written.items()}
            why = _why(task, names, others, key)
            return "✗", " ".join(filter(None, [_how_far(key, got[key], right[key]), why]))
    if open_gap:
        so_far = "; what comes before it is right" if got else ""
        return "○", f"{_where(open_gap)} is not written yet{so_far}."
    return "✓", "right."


def _is_gap(value):
    return value is None or value is ...


def _where(key):
    symbol, t = key
    return symbol if t is None else f"{symbol} at step t = {t}"


def _other_length(given, right):
    """Say how many steps came back, if not as many as went in."""
    for symbol in ("hs", "dX"):
        have, want = (sum(key[0] == symbol for key in each) for each in (given, right))
        if have != want:
            return f"{symbol} has {have} steps; want {want}, one for each x_t."
    return ""


def _how_far(key, got, right):
    where = _where(key)
    if got.shape != right.shape:
        turned = got.ndim == 2 and _agree(got.T, right)
        end = ": yours is the right one, transposed." if turned else "."
        return f"{where} has shape {got.shape}; want {right.shape}{end}"
    if not np.isfinite(got).all():
        return f"{where} differs first: it holds numbers that are not finite."
    far = np.abs(got - right)
    index = tuple(int(k) for k in np.unravel_index(far.argmax(), far.shape))
    return (
        f"{where} differs first, by up to {far.max():.2g}: got {got[index]:.4g}, want {right[index]:.4g} "
        f"at index {index}."
    )


def _why(task, names, got, first):
    """Name the known mistake that gives all these numbers, or else one that gives the first that differs."""
    mistakes = known(task, names).values()
    for keys in (got, [first]):
        for words, values in mistakes:
            if all(got[key] is not None and _agree(got[key], values[key]) for key in keys):
                return f"You get this if {words}."
    return ""
