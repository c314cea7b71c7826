"""The numbers and the tasks of the course: the primer's worked example, waves to learn, and tests of memory.

Every task returns X and Y with time first: X of shape (T, D, B), Y of shape (T, K, B). Nothing is read from a
file or from the network; whatever is random comes from the generator that you hand in.

Symbols are written as columns with a single 1. Where nothing is asked, Y is zero. Sequences of different lengths
end together: they fill the last steps of X, and before their beginning X and Y are zero.
"""

from typing import NamedTuple

import numpy as np

from lstm_lib import validation


class Walkthrough(NamedTuple):
    """The primer's worked example, ready to be handed on: ``lstm.step(*walkthrough())``."""

    params: dict
    x_t: np.ndarray
    h_prev: np.ndarray
    C_prev: np.ndarray


def walkthrough():
    """Return the primer's numbers: x_t = 0.5, h_{t-1} = 0.1, C_{t-1} = 0.2, all weights and biases 1.

    Returns
    -------
    Walkthrough
        params (each W of shape (1, 2), each b of shape (1, 1)) and x_t, h_prev, C_prev of shape (1, 1), float64.

    Notes
    -----
    The primer, section 4. One input, one unit, one sequence: D = H = B = 1.

    Examples
    --------
    >>> params, x_t, h_prev, C_prev = walkthrough()
    >>> float(x_t.item()), float(h_prev.item()), float(C_prev.item()), params["W_f"]
    (0.5, 0.1, 0.2, array([[1., 1.]]))
    """
    params = {f"W_{k}": np.ones((1, 2)) for k in "fiCo"} | {f"b_{k}": np.ones((1, 1)) for k in "fiCo"}
    return Walkthrough(params, np.array([[0.5]]), np.array([[0.1]]), np.array([[0.2]]))


def sine_waves(T, B, rng, *, omega=(0.1, 1.0), noise=0.0):
    """Return B sine waves of T steps, as they are observed and as they go on.

    Sequence b is sin(ω_b n + φ_b) for n = 1 … T, with ω_b uniform in `omega` and the phase φ_b uniform in
    [0, 2π). What is observed is the wave plus independent normal noise; what is asked for is the clean wave one
    step later.

    Parameters
    ----------
    T, B : int
        Steps and sequences.
    rng : numpy.random.Generator
        Where frequencies, phases and noise come from.
    omega : float or pair of float, default (0.1, 1.0)
        The range of frequencies in radians a step, within (0, π); one number gives every wave that frequency.
    noise : float, default 0.0
        Standard deviation of the noise in X.

    Returns
    -------
    X : ndarray of shape (T, 1, B)
        The wave as observed, x_1 … x_T.
    Y : ndarray of shape (T, 1, B)
        Y[t] is the clean wave at the step after X[t].

    Raises
    ------
    TypeError, ValueError
        A size that is not a whole number of at least 1; an `rng` that is no generator; `omega` or `noise` out of
        range.

    Examples
    --------
    >>> X, Y = sine_waves(100, 32, np.random.default_rng(0), omega=0.2)
    >>> X.shape, bool(np.allclose(X[1:], Y[:-1]))
    ((100, 1, 32), True)
    """
    T, B, rng = validation.size("T", T), validation.size("B", B), validation.generator("rng", rng)
    low, high = _ends("omega", omega)
    noise = validation.number("noise", noise, least=0)
    omegas, phases = rng.uniform(low, high, B), rng.uniform(0, 2 * np.pi, B)
    n = np.arange(1, T + 2)[:, None, None]
    waves = np.sin(omegas * n + phases)
    return waves[:-1] + noise * rng.standard_normal((T, 1, B)), waves[1:]


def adding_problem(T, B, rng):
    """Return the adding problem: at the end, say the sum of the two values that were marked.

    Every step has a value, uniform in [0, 1], and a mark, 0 or 1. Two steps of each sequence are marked, one in
    the first half and one in the second.

    Parameters
    ----------
    T, B : int
        Steps (at least 2) and sequences.
    rng : numpy.random.Generator
        Where values and marks come from.

    Returns
    -------
    X : ndarray of shape (T, 2, B)
        X[t, 0] are the values, X[t, 1] the marks.
    Y : ndarray of shape (T, 1, B)
        The sum at the last step, zero before.

    Raises
    ------
    TypeError, ValueError
        A size that is no whole number or too small; an `rng` that is no generator.

    Notes
    -----
    After Hochreiter & Schmidhuber 1997, experiment 4, in the form of Arjovsky, Shah & Bengio, "Unitary evolution
    recurrent neural networks", ICML 2016. Who always says 1, the mean, has a mean squared error of 2/12 = 1/6.

    Examples
    --------
    >>> X, Y = adding_problem(100, 32, np.random.default_rng(0))
    >>> values, marks = X[:, 0], X[:, 1]
    >>> bool(np.allclose((values * marks).sum(axis=0), Y[-1, 0]))
    True
    """
    T, B, rng = validation.size("T", T, least=2), validation.size("B", B), validation.generator("rng", rng)
    X, Y = np.zeros((T, 2, B)), np.zeros((T, 1, B))
    X[:, 0] = rng.uniform(0, 1, (T, B))
    for first, end in ((0, T // 2), (T // 2, T)):
        X[rng.integers(first, end, B), 1, range(B)] = 1
    Y[-1, 0] = (X[:, 0] * X[:, 1]).sum(axis=0)
    return X, Y


TEMPORAL_ORDER = "EBabcdXY"


def temporal_order(T, B, rng):
    """Return the temporal order task: say which of X and Y came, and in which order, among noise.

    A sequence of T to 1.1 T symbols begins with E and ends with B, and is noise from a, b, c, d otherwise, but for
    two places that hold X or Y: one between T/10 and T/5, one between T/2 and 3T/5, counted from 1. At B it is
    asked which of the four it was: XX, XY, YX or YY.

    Parameters
    ----------
    T, B : int
        Shortest length (at least 20) and sequences.
    rng : numpy.random.Generator
        Where lengths, places, symbols and noise come from.

    Returns
    -------
    X : ndarray of shape (T + T // 10, 8, B)
        Symbols, in the order of `TEMPORAL_ORDER`.
    Y : ndarray of shape (T + T // 10, 4, B)
        The class at the last step, in the order XX, XY, YX, YY; zero before.

    Raises
    ------
    TypeError, ValueError
        A size that is no whole number or too small; an `rng` that is no generator.

    Notes
    -----
    Hochreiter & Schmidhuber 1997, experiment 6a, is T = 100: lengths 100 to 110, places 10 to 20 and 50 to 60.

    Examples
    --------
    >>> X, Y = temporal_order(100, 32, np.random.default_rng(0))
    >>> X.shape, Y.shape, spelt(X, TEMPORAL_ORDER)[0][:12]
    ((110, 8, 32), (110, 4, 32), 'EdadbbdcaXaa')
    """
    T, B, rng = validation.size("T", T, least=20), validation.size("B", B), validation.generator("rng", rng)
    lengths = rng.integers(T, T + T // 10 + 1, B)
    places = rng.integers([[T // 10], [T // 2]], [[T // 5 + 1], [3 * T // 5 + 1]], (2, B))
    which = rng.integers(0, 2, (2, B))
    noise = TEMPORAL_ORDER.index("a"), TEMPORAL_ORDER.index("d") + 1
    codes = rng.integers(*noise, (T + T // 10, B))
    start, b = len(codes) - lengths, np.arange(B)
    codes[start, b] = TEMPORAL_ORDER.index("E")
    codes[start + places - 1, b] = TEMPORAL_ORDER.index("X") + which
    codes[-1] = TEMPORAL_ORDER.index("B")
    X, Y = _one_hot(codes, len(TEMPORAL_ORDER), start), np.zeros((len(codes), 4, B))
    Y[-1, 2 * which[0] + which[1], b] = 1
    return X, Y


def latch(T, B, rng, *, n=1, longest=None):
    """Return the latch task: the first n values are all +1 or all −1, the rest is noise; say which it was.

    The noise is normal with mean 0 and variance 0.2, and the length is between T and `longest`.

    Parameters
    ----------
    T, B : int
        Shortest length and sequences.
    rng : numpy.random.Generator
        Where lengths, classes and noise come from.
    n : int, default 1
        How many values tell the class; at most T.
    longest : int, optional
        Greatest length; None means T + T // 10. With `longest` = T it is known beforehand when the question comes.

    Returns
    -------
    X : ndarray of shape (longest, 1, B)
        The values.
    Y : ndarray of shape (longest, 2, B)
        The class at the last step, in the order +1, −1; zero before.

    Raises
    ------
    TypeError, ValueError
        A size that is no whole number or out of range; an `rng` that is no generator.

    Notes
    -----
    Bengio, Simard & Frasconi 1994, as in Hochreiter & Schmidhuber 1997, experiment 3a, who find it so simple that
    guessing weights at random solves it sooner than training does.

    Examples
    --------
    >>> X, Y = latch(100, 32, np.random.default_rng(0))
    >>> X.shape, bool((Y[-1].sum(axis=0) == 1).all())
    ((110, 1, 32), True)
    """
    T, B, rng = validation.size("T", T), validation.size("B", B), validation.generator("rng", rng)
    n = validation.size("n", n)
    if n > T:
        raise ValueError(f"n is {n}; want at most T = {T}")
    longest = T + T // 10 if longest is None else validation.size("longest", longest, least=T)
    lengths = rng.integers(T, longest + 1, B)
    which = rng.integers(0, 2, B)
    X = rng.normal(0, np.sqrt(0.2), (longest, 1, B))
    t = np.arange(len(X))[:, None] - (len(X) - lengths)  # counted from each beginning
    X[:, 0] = np.where(t < 0, 0, np.where(t < n, 1 - 2 * which, X[:, 0]))
    Y = np.zeros((len(X), 2, B))
    Y[-1, which, range(B)] = 1
    return X, Y


def spelt(X, symbols):
    """Return each sequence of one-hot columns as a string.

    Parameters
    ----------
    X : ndarray of shape (T, D, B)
        Symbols, as `temporal_order` gives them; zero columns are left out.
    symbols : str
        A letter for each of the D places.

    Returns
    -------
    list of str
        One string for each of the B sequences.

    Raises
    ------
    TypeError, ValueError
        No such array; another number of letters than D.

    Examples
    --------
    >>> spelt(np.array([[[0.0], [0.0]], [[1.0], [0.0]], [[0.0], [1.0]]]), "ab")
    ['ab']
    """
    sizes = {}
    X = validation.array("X", X, "T D B", sizes)
    if len(symbols) != sizes["D"]:
        raise ValueError(f"symbols has {len(symbols)} letters; want D = {sizes['D']}, like X")
    letters, written = X.argmax(axis=1), X.any(axis=1)
    return ["".join(symbols[k] for k in letters[written[:, b], b]) for b in range(sizes["B"])]


def _one_hot(codes, n, start):
    """Return columns of shape (T, n, B) with a 1 at each code, and zeros before each sequence's start."""
    columns = np.eye(n)[codes]
    columns[np.arange(len(codes))[:, None] < start] = 0
    return columns.swapaxes(1, 2)


def _ends(name, value):
    pair = value if isinstance(value, tuple | list) else (value, value)
    if len(pair) != 2:
        raise ValueError(f"{name} is {value!r}; want one number or a pair (low, high)")
    low, high = (validation.number(name, end, above=0, below=np.pi) for end in pair)
    if low > high:
        raise ValueError(f"{name} is {value!r}; want (low, high) with low <= high")
    return low, high
