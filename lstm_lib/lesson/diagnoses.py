"""What went wrong in a hand-written LSTM function: the first quantity that differs, and a mistake that gives it.

A task is one of the library's functions, to be written by a learner. It is tried on numbers that hide nothing, and
what it gives back is read into quantities, in the order in which they are computed. Every known mistake is a
change to ``lstm.py``: an exhibit of the museum, or one of ``MORE``. What the changed function computes is compared
with what the learner's does, number by number.
"""

import functools
import inspect
import itertools
from typing import NamedTuple

import numpy as np

from lstm_lib import lstm
from lstm_lib.lesson import attempts, museum

TOLERANCE = 1e-5  # of the largest entry, or of 1: float32 rounds to 1e-7, a mistake changes the first digits
WORDS = {  # how each exhibit of the museum comes about, said to the one who wrote it
    "no_output_tanh": "the memory is shown as it is: h_t = o_t * tanh(C_t), and the tanh is missing",
    "no_candidate_tanh": "the candidate is not squashed: C_tilde = tanh(W_C · z_t + b_C), and the tanh is missing",
    "sigmoid_candidate": "the candidate is taken for one more gate: C_tilde is a tanh, not a σ",
    "no_bias": "the biases are left out: each of the four adds its b to W · z_t",
    "swapped_concat": "z_t is [x_t, h_prev]; the primer stacks h on top",
    "swapped_gates": "the weights of f and i have changed places",
    "sigmoid_of_2a": "σ is ½ (1 + tanh a), which is σ(2a); it should be ½ (1 + tanh(a/2))",
    "peephole": "the gates look at C_prev; in this cell they see z_t only",
    "old_C_in_output": "h_t shows C_prev, the old memory; it should show C_t",
    "no_feedback": "h_t is not handed on from step to step: every step sees h_0",
    "ignored_h_0": "the h_0 that was handed in is not used, and the sequence starts from zeros",
    "ignored_C_0": "the C_0 that was handed in is not used, and the sequence starts from zeros",
    "undefined_name": "a name is used that is defined nowhere",
    "identical_gates": "one matrix is drawn and copied; each of the four gates needs its own",
    "dropped_dC": "the gradient arriving from t+1 is ignored: dC_t is what arrives plus the path through h_t",
    "dropped_path_through_h": "the path through h_t is ignored: dC_t is what arrives from t+1 plus that path",
    "squashed_twice": "σ′ is applied to σ(f_t), σ(i_t), σ(o_t): gates are squashed already, and σ′ is s (1 − s)",
    "tanh_twice": "tanh′ is applied to tanh(C_tilde): C_tilde is squashed already, and its slope is 1 − C_tilde²",
    "sigmoid_for_its_slope": "σ(f_t) stands where the slope of the forget gate belongs, f_t (1 − f_t)",
    "wrong_step_C": "C_t stands where C_prev belongs, in the forget gate: one step off",
    "wrong_step_h": "h_t stands where h_prev belongs, in the gradients of the W: one step off",
    "lost_parentheses": "the slopes multiply only one of the two paths in dC_t: the sum lost its parentheses",
    "copied_bias": "the gradients of b_i and b_o are that of b_f: a copied line kept its letter",
    "swapped_slices": "dz_t is cut as if x were on top: its first H rows belong to h_prev, the last D to x_t",
    "overwritten_dh": "dh_t is overwritten with dh_prev before dC_prev has been computed from it",
    "clipped_inside": "da is clipped at every step: a gradient may be clipped when it is finished, not on its way",
    "overwritten_gradients": "each step overwrites the gradients of the step after it: = stands for +=",
    "dropped_dh": "the dh that arrives from t+1 is ignored: each h_t then sees its own loss only",
    "ignored_losses": "only the last dhs[t] is used: every h_t has a loss of its own",
    "dropped_both": "nothing is carried back from t+1, neither dh nor dC",
    "truncated": "what is carried back is set to zero at every second step",
}


class Mistake(NamedTuple):
    """A wrong formula that is no exhibit of the museum.

    Attributes
    ----------
    words : str
        How it comes about, to be read after "You get this if".
    changes : tuple of pairs of str
        (right, wrong) pieces of the text of ``lstm.py``.

    Examples
    --------
    >>> MORE["keeps_when_closed"].changes
    (('f_t * C_prev', '(1 - f_t) * C_prev'),)
    """

    words: str
    changes: tuple


def _gates(line):
    """Return the changes that put another line in place of each σ gate, with its letter for k."""
    return tuple(
        (f'{k}_t = sigmoid(params["W_{k}"] @ z_t + params["b_{k}"])', f"{k}_t = " + line.replace("k", k))
        for k in "fio"
    )


_CANDIDATE, _RETURN = "i_t * C_tilde", "return grads, dz_t[H:], dz_t[:H], dC_t * s.f_t"
_BIAS, _WEIGHTS = "da[k].sum(axis=1, keepdims=True)", "da[k] @ s.z_t.T"
_HS, _END = (
    "return np.array([s.h_t for s in steps]), steps",
    "return grads, np.array(dX[::-1]), (dh_next, dC_next)",
)
MORE = {
    # --- one step ---
    "keeps_when_closed": Mistake(
        "1 − f_t of the memory is kept: a forget gate of 1 keeps everything, it does not forget",
        (("f_t * C_prev", "(1 - f_t) * C_prev"),),
    ),
    "candidate_without_i": Mistake(
        "the whole candidate is written: C_tilde is multiplied by i_t first", ((_CANDIDATE, "C_tilde"),)
    ),
    "coupled_gates": Mistake(
        "1 − f_t stands for i_t: what is written does not depend on what is kept",
        ((_CANDIDATE, "(1 - f_t) * C_tilde"),),
    ),
    "crossed_update": Mistake(
        "i_t keeps and f_t writes: f_t belongs to C_prev, i_t to C_tilde",
        (("f_t * C_prev + i_t * C_tilde", "i_t * C_prev + f_t * C_tilde"),),
    ),
    "squashed_memory": Mistake(
        "C_t is squashed: the memory is a sum and may pass 1, and tanh comes only when it is shown",
        (("f_t * C_prev + i_t * C_tilde", "np.tanh(f_t * C_prev + i_t * C_tilde)"),),
    ),
    "h_for_C": Mistake(
        "f_t keeps h_prev: what is kept is the memory, C_prev", (("f_t * C_prev", "f_t * h_prev"),)
    ),
    "only_kept": Mistake("nothing is written: i_t * C_tilde is missing", ((" + " + _CANDIDATE, ""),)),
    "only_written": Mistake("nothing is kept: f_t * C_prev is missing", (("f_t * C_prev + ", ""),)),
    "tanh_around_all": Mistake(
        "tanh is around o_t * C_t: it belongs around C_t, and o_t comes after it",
        (("o_t * np.tanh(C_t)", "np.tanh(o_t * C_t)"),),
    ),
    "shown_unmultiplied": Mistake(
        "the output gate is left out: h_t = o_t * tanh(C_t)", (("o_t * np.tanh(C_t)", "np.tanh(C_t)"),)
    ),
    "shown_with_f": Mistake(
        "f_t shows the memory: the output gate o_t does", (("o_t * np.tanh(C_t)", "f_t * np.tanh(C_t)"),)
    ),
    "tanh_gates": Mistake(
        "the gates are squashed with tanh: f, i and o are σ, between 0 and 1",
        _gates('np.tanh(params["W_k"] @ z_t + params["b_k"])'),
    ),
    "unsquashed_gates": Mistake(
        "the gates are not squashed: σ is missing around W · z_t + b",
        _gates('params["W_k"] @ z_t + params["b_k"]'),
    ),
    "competing_gates": Mistake(
        "the three gates share a sum of 1, as in a softmax: each gate is a σ of its own",
        _gates(
            'np.exp(params["W_k"] @ z_t + params["b_k"])'
            ' / sum(np.exp(params[f"W_{n}"] @ z_t + params[f"b_{n}"]) for n in "fio")'
        ),
    ),
    "one_gate_for_all": Mistake(
        "a gate has the same value for all units: each unit has its own",
        _gates('0 * C_prev + sigmoid(params["W_k"] @ z_t + params["b_k"]).mean(axis=0)'),
    ),
    "subtracted_bias": Mistake(
        "the biases are subtracted: they are added",
        tuple((f'+ params["b_{k}"]', f'- params["b_{k}"]') for k in lstm.GATES),
    ),
    # --- a sequence ---
    "swapped_state": Mistake(
        "h_0 and C_0 have changed places: the state is (h_0, C_0)",
        (("X, (h_t, C_t) = validation", "X, (C_t, h_t) = validation"),),
    ),
    "backwards_in_time": Mistake(
        "the sequence is read from its end: x_1 comes first", (("for x_t in X:", "for x_t in X[::-1]:"),)
    ),
    "no_memory_on": Mistake(
        "C_t is not handed on from step to step: every step sees C_0",
        (("h_t, C_t = steps[-1].h_t, steps[-1].C_t", "h_t = steps[-1].h_t"),),
    ),
    "crossed_on": Mistake(
        "h_t and C_t change places on the way to the next step",
        (("h_t, C_t = steps[-1].h_t, steps[-1].C_t", "C_t, h_t = steps[-1].h_t, steps[-1].C_t"),),
    ),
    "hs_one_early": Mistake(
        "hs begins with h_0: it holds h_1 … h_T, one step later",
        ((_HS, "return np.array([s.z_t[: len(s.h_t)] for s in steps]), steps"),),
    ),
    "hs_of_C": Mistake(
        "hs holds the memories C_t: it holds what is shown, h_t", ((_HS, _HS.replace("s.h_t", "s.C_t")),)
    ),
    # --- one step back ---
    "slope_of_C": Mistake(
        "1 − C_t² stands for the slope of tanh(C_t), which is 1 − tanh(C_t)²",
        (("s.o_t * tanh_grad(tanh_C)", "s.o_t * tanh_grad(s.C_t)"),),
    ),
    "no_slope_of_tanh": Mistake(
        "the path through h_t misses the slope of tanh, 1 − tanh(C_t)²", ((" * tanh_grad(tanh_C)", ""),)
    ),
    "no_o_in_path": Mistake(
        "the path through h_t misses o_t, by which tanh(C_t) was multiplied", (("dh_t * s.o_t *", "dh_t *"),)
    ),
    "no_slopes": Mistake(
        "the slopes f_t (1 − f_t), i_t (1 − i_t), o_t (1 − o_t) of the three σ are missing",
        tuple((f" * sigmoid_grad(s.{k}_t)", "") for k in "fio"),
    ),
    "no_candidate_slope": Mistake(
        "the slope of the candidate, 1 − C_tilde², is missing", ((" * tanh_grad(s.C_tilde)", ""),)
    ),
    "crossed_product": Mistake(
        "da_i has i_t and da_C has C_tilde as a factor: each side of a product gets the other one",
        (('"i": dC_t * s.C_tilde', '"i": dC_t * s.i_t'), ('"C": dC_t * s.i_t', '"C": dC_t * s.C_tilde')),
    ),
    "unsquashed_in_o": Mistake(
        "da_o has C_t as a factor: o_t was multiplied by tanh(C_t)", (("dh_t * tanh_C *", "dh_t * s.C_t *"),)
    ),
    "dC_without_f": Mistake(
        "dC_prev is dC_t: on the way back the forget gate multiplies it again",
        ((_RETURN, _RETURN[: -len(" * s.f_t")]),),
    ),
    "one_gate_back": Mistake(
        "dz_t has the part of the forget gate only: z_t feeds four gates, so four gradients add up",
        (("for k in GATES)  # z_t", 'for k in "f")  # z_t'),),
    ),
    "mean_over_batch": Mistake(
        "the gradients of the b are averaged over the batch: they are sums",
        ((_BIAS, "da[k].mean(axis=1, keepdims=True)"),),
    ),
    "all_means_over_batch": Mistake(
        "the gradients of the W and b are averaged over the batch: they are sums",
        ((_BIAS, "da[k].mean(axis=1, keepdims=True)"), (_WEIGHTS, _WEIGHTS + " / s.z_t.shape[1]")),
    ),
    "dh_and_dC_swapped": Mistake(
        "dh_prev and dC_prev have changed places",
        ((_RETURN, "return grads, dz_t[H:], dC_t * s.f_t, dz_t[:H]"),),
    ),
    # --- a sequence back ---
    "mean_over_time": Mistake(
        "the gradients are averaged over time: every step adds to them, so they are sums",
        (
            (
                _END,
                "return {name: g / len(dX) for name, g in grads.items()}, np.array(dX[::-1]), (dh_next, dC_next)",
            ),
        ),
    ),
    "dX_backwards": Mistake(
        "dX stands in the order in which it was computed, from T to 1: turn it round",
        ((_END, _END.replace("dX[::-1]", "dX")),),
    ),
    "dstate_swapped": Mistake(
        "dh_0 and dC_0 have changed places", ((_END, _END.replace("(dh_next, dC_next)", "(dC_next, dh_next)")),)
    ),
    "forwards_in_time": Mistake(
        "the steps are gone through from 1 to T: gradients travel from T to 1",
        (("zip(reversed(steps), dhs[::-1], strict=True)", "zip(steps, dhs, strict=True)"), ("dX[::-1]", "dX")),
    ),
    "losses_backwards": Mistake(
        "dhs is read from its beginning while the steps are read from their end",
        (("dhs[::-1], strict=True", "dhs, strict=True"),),
    ),
    "ignored_dstate": Mistake(
        "what arrives from beyond the end, dstate, is not used",
        (
            ("dhs, (dh_next, dC_next) = v", "dhs, _ = v"),
            ("    dX = []\n", "    dX, dh_next, dC_next = [], 0, 0\n"),
        ),
    ),
}


@functools.cache
def cells():
    """Return every known mistake as (name, words, cell), those of the backward pass last.

    Returns
    -------
    tuple of tuple
        The cell is a module like `lstm_lib.lstm` with the mistake in it.

    Examples
    --------
    >>> [name for name, words, cell in cells() if "one step off" in words]
    ['wrong_step_C', 'wrong_step_h']
    """
    shown = [(name, WORDS[name], exhibit.cell()) for name, exhibit in museum.EXHIBITS.items()]
    return *shown, *((name, words, museum._module(name, changes)) for name, (words, changes) in MORE.items())


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
        raise _Unreadable(f"it gave back {_kind(answer)}; want {wanted}")
    return found


def _kind(answer):
    """Name what came back, without showing it."""
    if isinstance(answer, list | tuple):
        return f"a {type(answer).__name__} of {len(answer)}"
    if isinstance(answer, np.ndarray):
        return f"an array of shape {answer.shape}"
    return f"a {type(answer).__name__}"


def _row(answer, length, wanted):
    if not isinstance(answer, list | tuple | np.ndarray) or len(answer) != length:
        raise _Unreadable(f"it gave back {_kind(answer)}; want {wanted}")
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
        grads, *rest = _row(answer, 4, wanted)
        found = _named(grads, tuple(lstm.SHAPES), "grads as a dict") | dict(
            zip(("dx_t", "dh_prev", "dC_prev"), rest, strict=True)
        )
    order = ("dC_prev", *_BACK, "dx_t", "dh_prev")
    return {(_in_grads(name), None): _there(found, name) for name in order}


def _read_forward(answer):
    wanted = "(hs, steps)"
    if isinstance(answer, dict):
        hs, steps = _there(answer, "hs"), answer.get("steps")
    elif isinstance(answer, list | tuple) and len(answer) == 2:
        hs, steps = answer
    else:
        raise _Unreadable(f"it gave back {_kind(answer)}; want {wanted}")
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
        grads, dX, dstate = (_there(answer, name) for name in ("grads", "dX", "dstate_0"))
    else:
        grads, dX, dstate = _row(answer, 3, wanted)
    grads = _named(grads, tuple(lstm.SHAPES), "grads as a dict")
    dh_0, dC_0 = (dstate, dstate) if _is_gap(dstate) else _row(dstate, 2, "(dh_0, dC_0)")
    if _is_gap(dX):
        dX = [dX] * museum.SIZES[0]
    found = {("dX", t): dX[t - 1] for t in range(len(dX), 0, -1)}
    found |= {("dC_0", None): dC_0, ("dh_0", None): dh_0}
    return found | {(_in_grads(name), None): _there(grads, name) for name in _BACK}


def _there(found, name):
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
    values, dhs, dstate = museum._numbers(lstm, museum.SIZES, 0, 0.7)
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
    for name, words, cell in sorted(cells(), key=lambda each: _strays(each[2], task)):
        values = _computed(cell, task, arguments)
        if values.keys() != right.keys() or all(_near(values[key], right[key]) for key in right):
            continue
        if not any(all(_near(values[key], other[key]) for key in right) for _, other in found.values()):
            found[name] = words, values
    return found


def _strays(cell, task):
    """Whether the mistake shows in the other direction too: then it is not the first to be thought of."""
    other = "step" if "backward" in task else "step_backward"
    names = tuple(_all_arguments(other))
    values, right = _computed(cell, other, _all_arguments(other)), _wanted(other, names)
    return not values or any(not _near(values[key], right[key]) for key in right)


def _near(a, b):
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
    >>> print(*verdict("step", museum.EXHIBITS["no_output_tanh"].cell().step))  # doctest: +ELLIPSIS
    ✗ h_t differs first, by up to ...: got ... You get this if the memory is shown as it is: ...
    """
    if _is_gap(function):
        return "○", "not written yet."
    if not callable(function):
        return "✗", f"got {_kind(function)}; want a function."
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
        return "✗", f"it gave back {_kind(answer)} that cannot be read."
    if length := _other_length(given, right := _wanted(task, names)):
        return "✗", length
    written = {key: given[key] for key in right if key in given}
    open_gap = next((key for key, value in written.items() if _is_gap(value)), None)
    got = {}
    for key in itertools.takewhile(lambda key: key != open_gap, written):
        got[key] = attempts.numbers(written[key])
        if got[key] is None:
            return "✗", f"{_at(key)} is {_kind(written[key])}; want an array of numbers."
        if not _near(got[key], right[key]):
            others = {key: attempts.numbers(value) for key, value in written.items()}
            why = _why(task, names, others, key)
            return "✗", " ".join(filter(None, [_how_far(key, got[key], right[key]), why]))
    if open_gap:
        so_far = "; what comes before it is right" if got else ""
        return "○", f"{_at(open_gap)} is not written yet{so_far}."
    return "✓", "right."


def _is_gap(value):
    return value is None or value is ...


def _at(key):
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
    where = _at(key)
    if got.shape != right.shape:
        turned = got.ndim == 2 and _near(got.T, right)
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
            if all(got[key] is not None and _near(got[key], values[key]) for key in keys):
                return f"You get this if {words}."
    return ""
