"""What a hand-written LSTM function gave back, quantity by quantity, in the order in which they are computed.

A quantity has a key (symbol, t); t is None where there is one step only. Whatever form an answer has, the
quantities are found in it, or a sentence says what it is and what is wanted.
"""

from collections.abc import Mapping

import numpy as np

from lstm_lib import lstm
from lstm_lib.lesson.reading import Unreadable, by_name, in_a_row, kind

_STEP = ("z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t")  # as they are computed; C_prev was handed in
_GRADS = ("b_f", "b_i", "b_C", "b_o", "W_f", "W_i", "W_C", "W_o")


def quantities(task, answer, T):
    """Return what an answer holds.

    Parameters
    ----------
    task : str
        "step", "step_backward", "forward" or "backward".
    answer : object
        What came back.
    T : int
        How many steps there are, where nothing is written yet.

    Returns
    -------
    dict
        (symbol, t) → what stands there, ``...`` where that is still to be written.

    Raises
    ------
    Unreadable
        The quantities cannot be found in it.

    Examples
    --------
    >>> list(quantities("step", (np.ones((3, 1)), np.zeros((3, 1))), 1))
    [('C_t', None), ('h_t', None)]
    """
    return _READ[task](answer, T)


def is_gap(value):
    """Return whether something is still to be written.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_gap(...), is_gap(None), is_gap(0)
    (True, True, False)
    """
    return value is None or value is ...


def place(key):
    """Return how a quantity is called in a sentence.

    Parameters
    ----------
    key : (str, int or None)
        Symbol and step.

    Returns
    -------
    str

    Examples
    --------
    >>> place(("C_t", 2)), place(("W_f", None))
    ('C_t at step t = 2', 'grads["W_f"]')
    """
    symbol, t = key
    symbol = f'grads["{symbol}"]' if symbol in _GRADS else symbol
    return symbol if t is None else f"{symbol} at step t = {t}"


def _row_of(n, answer, wanted):
    row = in_a_row(answer)
    if row is None or len(row) != n:
        raise Unreadable(f"it gave back {kind(answer)}; want {wanted}")
    return row


def _step(answer, T=1):
    wanted = "the pair (h_t, C_t), or a Step with all that was computed"
    named = isinstance(answer, Mapping) or any(hasattr(answer, name) for name in lstm.Step._fields)
    if named:
        there = [name for name in lstm.Step._fields if _has(answer, name)]
        if not {"C_t", "h_t"} <= set(there) and isinstance(answer, Mapping):
            raise Unreadable(f"it gave back {kind(answer)}; want {wanted}, under the names C_t and h_t")
        found = by_name(answer, [*there, *(name for name in ("C_t", "h_t") if name not in there)])
    else:
        row = in_a_row(answer)
        names = {2: ("h_t", "C_t"), len(lstm.Step._fields): lstm.Step._fields}.get(0 if row is None else len(row))
        if names is None:
            raise Unreadable(f"it gave back {kind(answer)}; want {wanted}")
        found = dict(zip(names, row, strict=True))
    if isinstance(found["C_t"], tuple | list) and len(found["C_t"]) == 2 and np.ndim(found["h_t"]) == 2:
        raise Unreadable(f"it gave back h_t and a pair, as PyTorch does; want {wanted}")
    return {(name, None): found[name] for name in (*_STEP, "C_prev") if name in found}


def _has(answer, name):
    return name in answer if isinstance(answer, Mapping) else hasattr(answer, name)


def _step_backward(answer, T=1):
    wanted = "(grads, dx_t, dh_prev, dC_prev)"
    if isinstance(answer, Mapping) or hasattr(answer, "grads"):
        grads = answer.get("grads", answer) if isinstance(answer, Mapping) else answer.grads
        rest = by_name(answer, ["dx_t", "dh_prev", "dC_prev"])
    else:
        grads, *others = _row_of(4, answer, wanted)
        rest = dict(zip(("dx_t", "dh_prev", "dC_prev"), others, strict=True))
        _come_first(grads, others, wanted)
    found = _grads(grads) | {(name, None): value for name, value in rest.items()}
    order = [("dC_prev", None), *((name, None) for name in _GRADS), ("dx_t", None), ("dh_prev", None)]
    return {key: found[key] for key in order}


def _come_first(grads, others, wanted):
    if not isinstance(grads, Mapping) and any(isinstance(other, Mapping) for other in others):
        raise Unreadable(f"the grads, a dict, come first: want {wanted}")


def _grads(answer):
    found = dict.fromkeys(lstm.SHAPES, ...) if is_gap(answer) else by_name(answer, list(lstm.SHAPES), "grads")
    return {(name, None): found[name] for name in _GRADS}


def _forward(answer, T):
    wanted = "(hs, steps)"
    if isinstance(answer, Mapping):
        hs, steps = by_name(answer, ["hs"])["hs"], answer.get("steps", ...)
    else:
        hs, steps = _row_of(2, answer, wanted)
    hs = [hs] * T if is_gap(hs) else _row_over_time("hs", hs, T)
    if is_gap(steps):
        each = [{}] * T
    elif _has(steps, "C_t"):  # stacked: every field over time
        whole = _step(steps)
        each = [{key: field[t] for key, field in whole.items()} for t in range(T)]
    else:
        row = in_a_row(steps)
        if row is not None and len(row) == 2 != T and all(np.ndim(part) == 2 for part in row):
            raise Unreadable("it gave back hs and a pair, as PyTorch does; want (hs, steps), a Step for each x_t")
        each = [_step(s) for s in _row_over_time("steps", steps, T)]
    found = {}
    for t, (s, h) in enumerate(zip(each, hs, strict=True), 1):
        found |= {(name, t): s[name, None] for name in _STEP if (name, None) in s}
        found |= {("hs", t): h}
    return found | {("C_prev", t): s["C_prev", None] for t, s in enumerate(each, 1) if ("C_prev", None) in s}


def _row_over_time(symbol, value, T):
    row = in_a_row(value)
    if row is None:
        raise Unreadable(f"{symbol} is {kind(value)}; want {T} of them, one for each x_t")
    if len(row) != T:
        other = f": it has shape {np.shape(value)}, and time comes first" if isinstance(value, np.ndarray) else ""
        raise Unreadable(f"{symbol} has {len(row)} steps; want {T}, one for each x_t{other}")
    return row


def _backward(answer, T):
    wanted = "(grads, dX, (dh_0, dC_0))"
    if isinstance(answer, Mapping):
        grads, dX, dstate = by_name(answer, ["grads", "dX", "dstate_0"]).values()
    else:
        grads, dX, dstate = _row_of(3, answer, wanted)
        _come_first(grads, (dX, dstate), wanted)
    dh_0, dC_0 = (dstate, dstate) if is_gap(dstate) else _row_of(2, dstate, "(dh_0, dC_0) in the third place")
    dX = [dX] * T if is_gap(dX) else _row_over_time("dX", dX, T)
    found = {("dX", t): dX[t - 1] for t in range(T, 0, -1)}
    return found | {("dC_0", None): dC_0, ("dh_0", None): dh_0} | _grads(grads)


_READ = {"step": _step, "step_backward": _step_backward, "forward": _forward, "backward": _backward}
