"""What answers when an exercise is tried: right, not written yet, or what differs first.

A check never raises and never shows an inner traceback, so that an exercise left alone, or left half done, does
not stop the lesson.
"""

import reprlib

import numpy as np

from lstm_lib import museum, validation


def check(name, attempt, expected, *, then=None, tol=1e-8):
    """Print whether an attempt gives what is expected, and where it differs first if it does not.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : function or value
        The learner's answer; a function is called without arguments. ``...``, ``None`` and NotImplementedError
        count as not written yet.
    expected : number or ndarray
        The right answer, which decides the shape.
    then : function, optional
        What the lesson does with the answer before it is compared, such as putting it into a formula.
    tol : float, default 1e-8
        How far off an entry may be, absolutely or relative to the expected one.

    Raises
    ------
    TypeError
        `name` is not text or `tol` is not a number: mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> check("2 + 2", lambda: 2 + 2, 4)
    ✓ 2 + 2: right.
    >>> check("2 + 2", ..., 4)
    ○ 2 + 2: not written yet.
    >>> check("2 + 2", lambda: 2 * 3, 4)
    ✗ 2 + 2: got 6, want 4. Yours is too large by 2.
    >>> check("its square is 9", lambda: 3, 9, then=lambda number: number**2)
    ✓ its square is 9: right.
    """
    _is_text(name)
    tol = validation.number("tol", tol, least=0)
    mark, words = _verdict(attempt, then, np.asarray(expected), tol)
    print(f"{mark} {name}: {words}")


def check_choice(name, attempt, expected, choices):
    """Print whether an attempt chooses the right one; a wrong choice is not told which one that is.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : function or value
        The learner's choice; a function is called without arguments. ``...``, ``None`` and NotImplementedError
        count as not written yet.
    expected : number or str
        The right choice.
    choices : iterable of number or str
        All there is to choose from.

    Raises
    ------
    TypeError, ValueError
        `name` is not text or `expected` not among the choices: mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> check_choice("the gate that forgets", "f", "f", "fio")
    ✓ the gate that forgets: right.
    >>> check_choice("the gate that forgets", "o", "f", "fio")
    ✗ the gate that forgets: o is not it.
    >>> check_choice("the gate that forgets", "forget gate", "f", "fio")
    ✗ the gate that forgets: 'forget gate' is none of f, i, o.
    """
    choices = list(choices)
    _is_text(name)
    if expected not in choices:
        raise ValueError(f"expected is {expected!r}; want one of {', '.join(map(str, choices))}")
    answer, problem = _answered(attempt)
    if problem:
        print(f"✗ {name}: {problem}")
    elif answer is None:
        print(f"○ {name}: not written yet.")
    elif not any(type(answer) is type(choice) and answer == choice for choice in choices):
        some = ", ".join(map(str, choices[:8])) + (", …" if len(choices) > 8 else "")
        print(f"✗ {name}: {reprlib.repr(answer)} is none of {some}.")
    else:
        print(f"✓ {name}: right." if answer == expected else f"✗ {name}: {answer} is not it.")


def check_detector(name, detect):
    """Try a function that tells broken cells from healthy ones on the whole museum, and print how it did.

    Parameters
    ----------
    name : str
        What is tried, as the lesson writes it.
    detect : function
        Takes a cell such as `lstm_lib.lstm`, returns True for a broken one and False for a healthy one. A function
        that raises NotImplementedError counts as not written yet.

    Raises
    ------
    TypeError
        `name` is not text.

    Examples
    --------
    >>> check_detector("all are broken", lambda cell: True)
    ✗ all are broken: calls the healthy cell broken.
    >>> check_detector("two arguments", lambda cell, params: True)
    ✗ two arguments: detect takes (cell, params); want one argument, the cell.
    """
    _is_text(name)
    result = museum.trial(detect)
    print(_how_it_did(name, result))


def _how_it_did(name, result):
    if result.complaints and result.complaints[0].endswith("not written yet"):
        return f"○ {name}: not written yet."
    if result.accused:
        return f"✗ {name}: calls the healthy cell broken."
    if result.passed:
        return f"✓ {name}: right. It catches all {len(result.caught)} exhibits and accuses no healthy cell."
    n = len(result.caught) + len(result.missed)
    words = f"catches {len(result.caught)} of {n} exhibits. Slipped through: {', '.join(result.missed)}."
    complaints = "".join(f" {complaint}." for complaint in result.complaints[:1])
    return f"✗ {name}: " + (complaints.strip() if not result.caught and complaints else words + complaints)


def _is_text(name):
    if not isinstance(name, str):
        raise TypeError(f"name is {name!r} ({type(name).__name__}); want text")


def _answered(attempt, then=None):
    """Return (the answer, what went wrong in a sentence); an answer of None is not written yet."""
    try:
        answer = attempt() if callable(attempt) else attempt
        if answer is None or answer is ...:
            return None, ""
        return (answer if then is None else then(answer)), ""
    except NotImplementedError:
        return None, ""
    except (Exception, SystemExit) as error:  # whatever the learner's code does is answered in a sentence
        return None, f"your code stopped with {type(error).__name__}: {error}."


def _verdict(attempt, then, expected, tol):
    answer, problem = _answered(attempt, then)
    if problem:
        return "✗", problem
    if answer is None:
        return "○", "not written yet."
    difference = _first_difference(answer, expected, tol)
    return ("✗", difference) if difference else ("✓", "right.")


def _first_difference(answer, expected, tol):
    """Return what is wrong with the answer in a sentence, or an empty one."""
    wanted = f"got a {type(answer).__name__}; want a number or an array of numbers."
    try:
        answer = np.asarray(answer)
        if answer.dtype.kind not in "biufO":  # NumPy would read "4" as a number, and drop the i from 4 + i
            return wanted
        answer = answer.astype(float)
    except Exception:  # an object may do anything when it is asked for its number
        return wanted
    if answer.shape != expected.shape:
        return f"got shape {answer.shape}, want shape {expected.shape}."
    with np.errstate(over="ignore"):
        near = np.isclose(answer, expected, rtol=tol, atol=tol)
    if near.all():
        return ""
    where = tuple(int(k) for k in np.argwhere(~near)[0])
    got, want = float(answer[where]), float(expected[where])
    at = f" at index {where}, the first that differs" if where else ""
    side = (
        f" Yours is too {'large' if got > want else 'small'} by {abs(got - want):.4g}." if np.isfinite(got) else ""
    )
    return f"got {got:.6g}, want {want:.6g}{at}.{side}"
