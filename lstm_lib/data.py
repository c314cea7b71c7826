"""The numbers and the tasks of the course: the primer's worked example, and waves to learn.

Every task returns X and Y with time first: X of shape (T, D, B), Y of shape (T, K, B). Nothing is read from a
file or from the network; whatever is random comes from the generator that you hand in.
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
    low, high = _range("omega", omega)
    noise = validation.number("noise", noise, least=0)
    omegas, phases = rng.uniform(low, high, B), rng.uniform(0, 2 * np.pi, B)
    n = np.arange(1, T + 2)[:, None, None]
    waves = np.sin(omegas * n + phases)
    return waves[:-1] + noise * rng.standard_normal((T, 1, B)), waves[1:]


def _range(name, value):
    pair = value if isinstance(value, tuple | list) else (value, value)
    if len(pair) != 2:
        raise ValueError(f"{name} is {value!r}; want one number or a pair (low, high)")
    low, high = (validation.number(name, end, above=0, below=np.pi) for end in pair)
    if low > high:
        raise ValueError(f"{name} is {value!r}; want (low, high) with low <= high")
    return low, high
