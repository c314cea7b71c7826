"""What a network has to beat: rules for the next number of a series, from the plainest to one that is told ω.

    lagged(X, p), lag_weights(X, Y, p)    the best fixed weights on the last p numbers: autoregression
    known_frequency(X, omegas)            a wave's height and phase, for a frequency that is told
    searched_frequency(X)                 the same, for the frequency that fits best of a grid

Persistence, the plainest of all, needs no function: what it predicts is X itself. Each rule predicts the next
number at every step, from the numbers up to that step and no later ones.
"""

import numpy as np

from lstm_lib import validation


def lagged(X, p):
    """Return for each step the last p numbers, the newest first; before the beginning there are zeros.

    Parameters
    ----------
    X : array_like of shape (T, 1, B)
        The series as they are read.
    p : int
        How many numbers.

    Returns
    -------
    ndarray of shape (T, p, B)

    Raises
    ------
    TypeError, ValueError
        An argument of another kind or shape; p < 1.

    Examples
    --------
    >>> lagged(np.array([1.0, 2.0, 3.0]).reshape(3, 1, 1), 2)[:, :, 0]
    array([[1., 0.],
           [2., 1.],
           [3., 2.]])
    """
    X, p = _series(X), validation.size("p", p)
    padded = np.concatenate([np.zeros((p - 1, 1, X.shape[2])), X])
    return np.concatenate([padded[p - 1 - k : len(padded) - k] for k in range(p)], axis=1)


def lag_weights(X, Y, p, steps=slice(None)):
    """Return the fixed weights on the last p numbers with the least squared error: a linear autoregression.

    Parameters
    ----------
    X : array_like of shape (T, 1, B)
        What is read.
    Y : array_like of shape (T, 1, B)
        What is to be predicted after each step.
    p : int
        How many numbers.
    steps : slice, optional
        The steps that count; None of the first p − 1 has p numbers before it.

    Returns
    -------
    ndarray of shape (p,)
        Put them into ``np.einsum("p,tpb->tb", weights, lagged(X, p))``.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind or shape.

    Notes
    -----
    Yule, "On a method of investigating periodicities in disturbed series", Philosophical Transactions of the
    Royal Society A 226, 1927.

    Examples
    --------
    >>> n = np.arange(50).reshape(50, 1, 1)
    >>> wave = np.sin(0.2 * n)
    >>> lag_weights(wave[:-1], wave[1:], 2, slice(1, None)).round(6)  # 2 cos ω and −1
    array([ 1.960133, -1.      ])
    """
    X = _series(X)
    Y = validation.array("Y", Y, "T 1 B", dict(zip("TB", (len(X), X.shape[2]), strict=True)))
    rows = np.moveaxis(lagged(X, p)[steps], 1, 2).reshape(-1, p)
    return np.linalg.lstsq(rows, Y[steps, 0].ravel(), rcond=None)[0]


def known_frequency(X, omegas):
    """Return the next value of waves whose frequencies are told: height and phase are fitted to what was read.

    Parameters
    ----------
    X : array_like of shape (T, 1, B)
        The waves as they are read, with noise.
    omegas : float or array_like of shape (B,)
        The frequencies in radians a step.

    Returns
    -------
    ndarray of shape (T, 1, B)
        After each step. The first two repeat what was read: two unknowns take two numbers.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind or shape.

    Examples
    --------
    >>> wave = np.sin(0.3 * np.arange(1, 22)).reshape(21, 1, 1)
    >>> bool(np.allclose(known_frequency(wave[:-1], 0.3)[2:], wave[3:]))
    True
    """
    X = _series(X)
    omegas = np.broadcast_to(validation.array("omegas", np.atleast_1d(omegas), "B", {}), X.shape[2:])
    return _fitted(X, omegas)[0]


def searched_frequency(X, grid=None):
    """Return the next value of waves that nobody tells the frequency of: after each step the best of a grid.

    Parameters
    ----------
    X : array_like of shape (T, 1, B)
        The waves as they are read, with noise.
    grid : array_like of shape (N,), optional
        The frequencies that are tried; None means 1801 from 0.1 to 1.0 radians a step, the range
        of `data.sine_waves`.

    Returns
    -------
    ndarray of shape (T, 1, B)
        After each step, by the wave that comes closest to all that was read up to it.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind or shape.

    Notes
    -----
    Least squares over a grid: with independent normal noise the most likely frequency. Rife & Boorstyn, "Single
    tone parameter estimation from discrete-time observations", IEEE Trans. Information Theory 20(5), 1974.

    Examples
    --------
    >>> wave = np.sin(0.3 * np.arange(1, 52)).reshape(51, 1, 1)
    >>> bool(np.allclose(searched_frequency(wave[:-1])[10:], wave[11:]))
    True
    """
    X = _series(X)
    grid = np.linspace(0.1, 1.0, 1801) if grid is None else validation.array("grid", grid, "N", {})
    best, most = X.copy(), np.full_like(X, -np.inf)
    for omega in grid:
        says, explained = _fitted(X, omega[None])
        better = explained > most
        best, most = np.where(better, says, best), np.where(better, explained, most)
    return best


def _series(X):
    return validation.array("X", X, "T 1 B", {})


def _fitted(X, omegas):
    """Return what waves of these frequencies predict after each step, and how much of X² they explain so far."""
    n = np.arange(1, len(X) + 2)[:, None]
    s, c = np.sin(omegas * n), np.cos(omegas * n)  # (T + 1, 1 or B)
    ss, cc, sc = (np.cumsum(product[:-1], axis=0) for product in (s * s, c * c, s * c))
    xs, xc = (np.cumsum(wave[:-1] * X[:, 0], axis=0) for wave in (s, c))
    with np.errstate(divide="ignore", invalid="ignore"):  # one number has no wave: it is repeated below
        det = ss * cc - sc * sc
        a, b = (cc * xs - sc * xc) / det, (ss * xc - sc * xs) / det
        says, explained = a * s[1:] + b * c[1:], a * xs + b * xc
    says[:2], explained[:2] = X[:2, 0], 0
    return says[:, None], explained[:, None]
