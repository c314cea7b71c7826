"""What went wrong in a hand-written LSTM function: the first quantity that differs, and a mistake that gives it.

A task is one of the library's functions, to be written by a learner. It is tried on numbers that hide nothing,
several times, and what it gives back is compared with the library's, quantity by quantity, in the order in which
they are computed. The mistakes of the catalogue are tried on the same numbers; one is named if it gives all that
came back.
"""

import functools
import itertools
import types
from typing import NamedTuple

import numpy as np

from lstm_lib import lstm, validation
from lstm_lib.lesson import attempts, museum
from lstm_lib.lesson.attempts import NOT_WRITTEN
from lstm_lib.lesson.comparing import near, relation
from lstm_lib.lesson.mistakes import CATALOGUE, cell_with
from lstm_lib.lesson.quantities import is_gap, place, quantities
from lstm_lib.lesson.reading import Unreadable, kind, numbers
from lstm_lib.lesson.surroundings import Surroundings

TASKS = ("step", "step_backward", "forward", "backward", "init_params")
OTHER_SIZES = (5, 3, 4, 6)  # T, D, H, B
_MAY_BE_LEFT_OUT = {"forward": "state", "backward": "dstate"}
_SMALL = "with small {}: "
_AGAIN = (
    "called with the same numbers once more, it gives something else: it keeps something from call to call. There "
)


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
    if is_gap(function):
        return NOT_WRITTEN
    if not callable(function):
        return "✗", f"got {kind(function)}; want a function."
    around = Surroundings(function)
    with np.errstate(all="ignore"):
        try:
            mark, words = _verdict_on_start(function) if task == "init_params" else _verdict(task, function)
        except Unreadable as odd:
            mark, words = "✗", f"{odd}."
        finally:
            outside = around.put_back()
    return mark, words + attempts.traces("", outside)


# --- what a function is tried on ---------------------------------------------------------------------------------


class _Try(NamedTuple):
    """One call: how it is told from the first, and the arguments by the library's names."""

    lead: str
    arguments: dict


@functools.cache
def _tries(task):
    """Return the calls: no two sizes are equal, T > 1, no state is zero; then what a first call can hide."""
    T, D, H, B = OTHER_SIZES
    sizes = f"D, H, B = {D}, {H}, {B}" if "step" in task else f"T, D, H, B = {T}, {D}, {H}, {B}"
    first = _Try("", _arguments(task))
    other = _Try(f"with other sizes, {sizes}: ", _arguments(task, OTHER_SIZES, 1))
    tries = [first, other]
    if optional := _MAY_BE_LEFT_OUT.get(task):
        without = {name: value for name, value in other.arguments.items() if name != optional}
        tries += [_Try(f"with {optional} = None: ", without | {optional: None})]
        tries += [_Try(f"without {optional}: ", without)]
    what = "gradients" if "backward" in task else "memories"
    tries += [_Try(f"with large {what}: ", _arguments(task, factor=1e4))]
    tries += [_Try(_SMALL.format(what), _arguments(task, factor=1e-4))]
    return *tries, first._replace(lead=_AGAIN)


def _arguments(task, sizes=museum.SIZES, seed=0, factor=1.0):
    values, dhs, dstate = museum.problem(sizes, seed)
    params = {name: values[name] for name in lstm.SHAPES}
    state = values["h_0"], values["C_0"]
    if task == "step":
        return {"params": params, "x_t": values["X"][0], "h_prev": state[0], "C_prev": factor * state[1]}
    if task == "forward":
        return {"params": params, "X": values["X"], "state": (state[0], factor * state[1])}
    if task == "step_backward":
        s = lstm.step(params, values["X"][0], *state)
        return {"params": params, "s": s, "dh_t": factor * dhs[0], "dC_t": factor * dstate[1]}
    steps = lstm.forward(params, values["X"], state)[1]
    return {"params": params, "dhs": factor * dhs, "steps": steps, "dstate": tuple(factor * dstate)}


def _fitting(task, function):
    """Return the calls that a function can take: with the state and without, or without if it knows none."""
    tries, optional = _tries(task), _MAY_BE_LEFT_OUT.get(task)
    names = list(tries[0].arguments)
    takes, takes_without = (validation.misfit(function, n) is None for n in (len(names), len(names) - 1))
    if takes:
        return [each for each in tries if takes_without or len(each.arguments) == len(names)]
    if optional and takes_without:
        fewer = [each._replace(arguments={n: each.arguments[n] for n in names if n != optional}) for each in tries]
        return [each for each in fewer if optional not in each.lead]
    raise Unreadable(f"it takes {validation.misfit(function, len(names))}; want ({', '.join(names)})")


# --- what comes back ---------------------------------------------------------------------------------------------


class _Found(NamedTuple):
    """What came back from one call: the quantities as arrays, up to the first that is still to be written."""

    got: dict
    right: dict
    gap: tuple = None
    problem: str = ""
    changed: str = ""

    def wrong(self):
        """Return the first quantity that differs, or None."""
        return next((key for key, array in self.got.items() if not _equal(array, self.right[key])), None)


def _equal(array, right):
    # single precision is fair; a mistake changes the first digits
    return near(array, right, 1e-5, exactness=2.0**-23)


def _found(task, function, arguments):
    right = _computed(lstm, task, arguments)
    outcome = attempts.run(function, tuple(arguments.values()))
    value, T = outcome.value, sum(symbol in ("hs", "dX") for symbol, _ in right)
    if outcome.problem:
        return _Found({}, right, problem=outcome.problem)
    if value is None or (isinstance(value, list | tuple) and value and all(map(is_gap, value))):
        return _Found({}, right, gap="all")
    try:
        given = quantities(task, value, T)
    except Unreadable as odd:
        return _Found({}, right, problem=f"{odd}.")
    except Exception:  # an answer may do anything when it is looked into
        return _Found({}, right, problem=f"it gave back {kind(value)} that cannot be read.")
    got = {}
    for key in (key for key in right if key in given):
        if is_gap(given[key]):
            return _Found(got, right, key, changed=outcome.changed)
        got[key] = numbers(given[key])
        if got[key] is None:
            problem = f"{place(key)} is {kind(given[key])}; want an array of numbers."
            return _Found({k: a for k, a in got.items() if k != key}, right, problem=problem)
    return _Found(got, right, changed=outcome.changed)


def _computed(cell, task, arguments):
    """Return what a cell's own function gives, quantity by quantity, or nothing where it stops."""
    arguments = dict(arguments)
    if "steps" in arguments:  # a changed module has a class Step of its own
        arguments["steps"] = [cell.Step(*s) for s in arguments["steps"]]
    T = len(arguments.get("X", arguments.get("dhs", " ")))
    try:
        return {
            key: np.array(value, float)
            for key, value in quantities(task, getattr(cell, task)(**arguments), T).items()
        }
    except Exception:  # a broken cell may do anything
        return {}


@functools.cache
def _computed_by_mistake(cell, task, lead, names):
    """Return what a cell with a known mistake gives in the call that is told so, with these arguments."""
    arguments = next(each.arguments for each in _tries(task) if each.lead == lead)
    return _computed(cell, task, {name: arguments[name] for name in names})


def _verdict(task, function):
    tries, found = _fitting(task, function), []
    for each in tries:
        found.append(_found(task, function, each.arguments))
        if found[-1].problem or found[-1].gap == "all":
            break
    first = found[0]
    if first.gap == "all":
        return NOT_WRITTEN
    for each, one in zip(tries, found, strict=False):
        words = one.problem + _not_cut(task, each.arguments, one.problem)
        if one.wrong() is not None:
            words = _how_it_differs(task, tries, found, one)
        if one.gap == "all":
            words = "it gives back nothing."
        if words:
            return "✗", each.lead + words + _into_an_argument(found)
    if first.gap:
        before = "; what comes before it is right" if first.got else ""
        return "○", f"{place(first.gap)} is not written yet{before}."
    trace = _into_an_argument(found)
    return ("✗", f"the numbers are right.{trace}") if trace else ("✓", "right.")


def _not_cut(task, arguments, problem):
    """Say what an array is that does not fit, if it has the shape of z, or nothing."""
    if "backward" not in task:
        return ""
    H, columns = arguments["params"]["W_f"].shape
    B = (arguments["s"] if task == "step_backward" else arguments["steps"][0]).h_t.shape[1]
    h, z = f"({H},{B})", f"({columns},{B})"
    fits = f"{h} {z}" in problem or f"{z} {h}" in problem
    return (
        f" {z} is the shape of dz_t, which is cut: its first H rows belong to h_prev, the last D to x_t."
        if fits
        else ""
    )


def _into_an_argument(found):
    return attempts.traces(next((one.changed for one in found if one.changed), ""), [])


def _how_it_differs(task, tries, found, one):
    key = one.wrong()
    got, right, where = one.got[key], one.right[key], place(key)
    if got.shape != right.shape:
        words = f"{where} has shape {got.shape}; want {right.shape}."
    elif not np.isfinite(got).all():
        words = f"{where} differs first: it holds numbers that are not finite."
    else:
        far = np.abs(got - right)
        index = tuple(int(k) for k in np.unravel_index(far.argmax(), far.shape))
        words = f"{where} differs first, by up to {far.max():.2g}: got {got[index]:.4g}, want {right[index]:.4g} "
        words += f"at index {index}."
    return f"{words} {_why(task, tries, found, one)}".rstrip()


# --- why ---------------------------------------------------------------------------------------------------------


@functools.cache
def _cells(task):
    """Return the cells with a known mistake, those first that are right in the other direction."""
    other = "step" if "backward" in task else "step_backward"
    arguments = _tries(other)[0].arguments
    right = _computed(lstm, other, arguments)

    def shows_there_too(name):
        got = _computed(CATALOGUE[name].cell(), other, arguments)
        return got.keys() != right.keys() or not all(_equal(got[key], right[key]) for key in right)

    return {name: CATALOGUE[name].cell() for name in sorted(CATALOGUE, key=shows_there_too)}


def _agrees(cell, task, tries, found, up_to=None):
    """Whether a cell computes all that came back, in every call.

    Up to a quantity means: what follows may be wrong for another reason, but what is right has to be right with
    the mistake, too.
    """
    for each, one in zip(tries, found, strict=False):
        values = _computed_by_mistake(cell, task, each.lead, tuple(each.arguments))
        last = False
        for key, array in one.got.items():
            same = key in values and _equal(array, values[key])
            if not same and not (last and not _equal(array, one.right[key])):
                return False
            last = last or (up_to is not None and key == up_to)
    return True


def _why(task, tries, found, one):
    """Name the known mistake, or two of them, that give all that came back; or say how that is related to it."""
    whole = [name for name, cell in _cells(task).items() if _agrees(cell, task, tries, found)]
    if whole:
        optional = _MAY_BE_LEFT_OUT.get(task)
        alike = 2 if optional and optional not in tries[0].arguments else 1  # without dstate some are the same
        return f"You get this if {'; or if '.join(CATALOGUE[name].words for name in whole[:alike])}."
    fact = relation({place(k): a for k, a in one.got.items()}, {place(k): one.right[k] for k in one.got}, 1e-5)
    if fact:
        return fact
    if "backward" in task and _right_when_small(tries, found):
        return "Small gradients come out right and larger ones do not: something is clipped or cut off on its way."
    begin = [name for name, cell in _cells(task).items() if _agrees(cell, task, tries, found, one.wrong())]
    for name, other in itertools.product(begin[:2], CATALOGUE):
        try:
            both = cell_with(f"{name} and {other}", CATALOGUE[name].changes + CATALOGUE[other].changes)
        except ValueError:  # they change the same line
            continue
        if _agrees(both, task, tries, found):
            return f"You get this if {CATALOGUE[name].words}. And {CATALOGUE[other].words}."
    return f"Perhaps {CATALOGUE[begin[0]].words}; what follows has another reason." if begin else ""


def _right_when_small(tries, found):
    """Whether all is right in the call with small numbers, though the way back is to be in proportion to them."""
    small = [one for each, one in zip(tries, found, strict=False) if each.lead == _SMALL.format("gradients")]
    return any(one.got.keys() == one.right.keys() and one.wrong() is None for one in small)


# --- fresh parameters --------------------------------------------------------------------------------------------


def _verdict_on_start(function):
    if takes := validation.misfit(function, 3, forget_bias=1.0):
        wanted = "(D, H, rng, *, forget_bias=1.0): the start of b_f is asked for by name"
        return "✗", f"it takes {takes}; want {wanted}."
    outcome = attempts.run(function, (2, 3, np.random.default_rng(0)))
    if outcome.problem or outcome.value is None:
        return ("✗", outcome.problem) if outcome.problem else NOT_WRITTEN
    cell = types.SimpleNamespace(init_params=function, forward=lstm.forward, backward=lstm.backward)
    try:
        wrong = museum.start(cell)
    except ValueError as stopped:
        return "✗", f"{stopped}."
    if not wrong:
        return "✓", "right."
    name, what = next(iter(wrong.items()))
    copied = {each: said for each, said in wrong.items() if said.startswith("equals")}
    why = f" You get this if {CATALOGUE['identical_gates'].words}." if len(copied) == 3 else ""
    return "✗", f"{name} {what}.{why}"
