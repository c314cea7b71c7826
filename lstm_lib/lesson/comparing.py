"""Is it the same number, and if not, how does the one differ from the other: facts only, no guesses.

An answer and what is wanted are dicts of arrays by name; a single one has the empty name.
"""

import numpy as np


def near(got, want, tol, exactness=0.0):
    """Return whether an array is the wanted one, entry by entry, relative to the size of what is wanted.

    Parameters
    ----------
    got, want : ndarray
        What came back, and what is wanted. NaN is near nothing.
    tol : float
        How far off an entry may be, as a share of the wanted entry; one that is less than a thousandth of the
        largest is measured by that. Where all that is wanted is zero, `tol` itself is allowed.
    exactness : float, default 0
        The spacing of the numbers that came back, as of float32: a hundred times as much is allowed, as a share of
        the largest wanted entry.

    Returns
    -------
    bool

    Examples
    --------
    >>> near(np.array([1.0, 1e-12]), np.array([1.0, 0.0]), 1e-8), near(np.array(1e-9), np.array(0.0), 1e-8)
    (True, True)
    >>> near(np.array(1e-10), np.array(2e-10), 1e-8)
    False
    """
    return got.shape == want.shape and not _apart(got, want, tol, exactness).any()


def _apart(got, want, tol, exactness):
    with np.errstate(all="ignore"):
        size = np.abs(want)
        largest = size.max(initial=0)
        least = 1e-3 * largest if largest else 1.0
        allowed = np.maximum(tol * np.maximum(size, least), 100 * exactness * largest)
        return ~(np.abs(got - want) <= allowed)  # NaN is near nothing


def first_difference(got, want, tol, exactness=0.0):
    """Return where two arrays of one shape differ first: what came back there, what is wanted, and the index.

    Parameters
    ----------
    got, want, tol, exactness
        As in `near`.

    Returns
    -------
    (float, float, tuple of int)

    Examples
    --------
    >>> first_difference(np.array([1.0, 5.0]), np.array([1.0, 2.0]), 1e-8)
    (5.0, 2.0, (1,))
    """
    where = tuple(int(k) for k in np.argwhere(_apart(got, want, tol, exactness))[0])
    return float(got[where]), float(want[where]), where


def relation(got, want, tol):
    """Say how what came back is related to what is wanted, if there is something to say.

    Parameters
    ----------
    got, want : dict of ndarray
        Under the same names.
    tol : float
        As in `near`.

    Returns
    -------
    str
        A sentence that is true whatever led to it, or nothing.

    Examples
    --------
    >>> relation({"": np.array([3.0, 1.0])}, {"": np.array([1.0, 3.0])}, 1e-8)
    'Yours is the right one in reverse.'
    >>> relation({"h": np.array(1.0), "C": np.array(2.0)}, {"h": np.array(2.0), "C": np.array(1.0)}, 1e-8)
    'h and C have changed places.'
    """
    wrong = [name for name in want if not near(got[name], want[name], tol)]
    for name in wrong:
        other = [each for each in wrong if each != name and near(got[name], want[each], tol)]
        if other and near(got[other[0]], want[name], tol) and not near(want[name], want[other[0]], tol):
            return f"{name} and {other[0]} have changed places."
    facts = {_of_one(got[name], want[name], tol) for name in wrong}
    fact = facts.pop() if len(facts) == 1 else ""
    return fact and f"{'Yours is' if wrong == [''] else 'Each is' if len(wrong) > 1 else f'{wrong[0]} is'} {fact}."


def _of_one(got, want, tol):
    """Return how an array is related to the wanted one, as the end of a sentence."""
    if not np.isfinite(got).all():
        return ""
    if want.ndim == 2 and got.shape == want.T.shape and near(got.T, want, tol):
        return "the right one, transposed"
    if got.shape != want.shape:
        return ""
    if want.ndim and len(want) > 1 and near(got[::-1], want, tol):
        return "the right one in reverse"
    if want.ndim == 1 and near(np.sort(got), np.sort(want), tol):
        return "made of the right numbers, in another order"
    if want.size == 1:
        return _of_numbers(got.item(), want.item(), tol)
    return _factor(got, want, tol) or _limit(got, want, tol)


def _factor(got, want, tol):
    with np.errstate(all="ignore"):
        factor = float(np.vdot(got, want) / np.vdot(want, want))
    if not np.isfinite(factor) or abs(factor) < 1e-6 or not near(got, factor * want, max(tol, 1e-9)):
        return ""
    return "the right one with the other sign" if abs(factor + 1) < 1e-6 else f"{factor:.4g} times the right one"


def _limit(got, want, tol):
    """Recognise an array that is cut off at some number."""
    limit = np.abs(got).max()
    several = np.sum(np.abs(want) > limit * (1 + tol)) > 1  # one alone may be off for any reason
    return f"cut off at ±{limit:.4g}" if limit and several and near(got, np.clip(want, -limit, limit), tol) else ""


def _of_numbers(got, want, tol):
    if not want or not got:
        return ""
    for digits in range(6):
        if got == round(want, digits) and abs(got - want) < 0.1 * abs(want):
            return "the right number, rounded: keep all digits"
    ratio = got / want
    for factor, words in {
        -1: "the right number with the other sign",
        2: "twice the right number",
        0.5: "half the right number",
        100: "the right number in per cent: want a share",
        1 / (want * want): "the right number upside down: 1 divided by it is right",
    }.items():
        if abs(ratio - factor) <= max(tol, 1e-9) * abs(factor):
            return words
    return ""
