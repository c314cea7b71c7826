"""What answers when an exercise is tried: right, not written yet, or what differs first.

A check never raises and never shows an inner traceback, so that an exercise left alone, or left half done, does
not stop the lesson.
"""

import numpy as np

from lstm_lib import validation


def check(name, attempt, expected, *, tol=1e-8):
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
    tol : float, default 1e-8
        How far off an entry may be, absolutely or relative to the expected one.

    Returns
    -------
    bool
        Whether the attempt is right. Ending a cell with ``;`` keeps it from being shown.

    Raises
    ------
    TypeError
        `name` is not text or `tol` is not a number: mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> check("2 + 2", lambda: 2 + 2, 4)
    ✓ 2 + 2: right.
    True
    >>> check("2 + 2", ..., 4)
    ○ 2 + 2: not written yet.
    False
    >>> check("2 + 2", lambda: 2 * 3, 4)
    ✗ 2 + 2: got 6, want 4. Yours is too large by 2.
    False
    """
    if not isinstance(name, str):
        raise TypeError(f"name is {name!r} ({type(name).__name__}); want text")
    tol = validation.number("tol", tol, least=0)
    try:
        answer = attempt() if callable(attempt) else attempt
    except NotImplementedError:
        answer = None
    except Exception as error:  # whatever the learner's code does is answered in a sentence
        return _say("✗", name, f"your code stopped with {type(error).__name__}: {error}.")
    if answer is None or answer is ...:
        return _say("○", name, "not written yet.")
    difference = _first_difference(answer, np.asarray(expected), tol)
    return _say("✗", name, difference) if difference else _say("✓", name, "right.")


def _say(mark, name, words):
    print(f"{mark} {name}: {words}")
    return mark == "✓"


def _first_difference(answer, expected, tol):
    """Return what is wrong with the answer in a sentence, or an empty one."""
    try:
        answer = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return f"got a {type(answer).__name__}; want a number or an array of numbers."
    if answer.shape != expected.shape:
        return f"got shape {answer.shape}, want shape {expected.shape}."
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
