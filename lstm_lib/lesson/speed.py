"""Layers written for speed, and how long they take: what Many sequences, fast compares and does not show.

    same(version)                               does it give the hidden states of `lstm.forward`?
    one_product, looped(…), hoisted(…)          the loops around the lines that the lesson shows
    compare(versions), gain(…), costs()         times, in milliseconds, from the `stopwatch`

A version is a function of params, X, h and C that returns all hidden states.
"""

from functools import partial

import numpy as np

from lstm_lib import fused, lstm
from lstm_lib.functional import sigmoid
from lstm_lib.lesson import stopwatch

LAYERS = {  # T, D, H, B
    "T=50 B=1 D=1 H=16": (50, 1, 16, 1),
    "T=100 B=32 D=2 H=32": (100, 2, 32, 32),
    "T=50 B=64 D=256 H=256": (50, 256, 256, 64),
}
GROWTH = {
    "T": {str(T): (T, 2, 32, 32) for T in (25, 50, 100, 200, 400)},
    "B": {str(B): (100, 2, 32, B) for B in (1, 4, 16, 64, 256)},
    "H": {str(H): (50, 2, H, 32) for H in (8, 16, 32, 64, 128, 256, 512)},
}


def layers():
    """Return what goes into a layer, at four sizes.

    Returns
    -------
    list of tuple
        As from `layer`.

    Examples
    --------
    >>> [len(X) for _, X, _, _ in layers()]
    [7, 1, 30, 1]
    """
    return [layer(*sizes) for sizes in ((7, 3, 4, 5), (1, 2, 1, 3), (30, 2, 8, 3), (1, 1, 1, 1))]


def layer(T, D, H, B):
    """Return what goes into a layer: random parameters, X, h and C.

    Parameters
    ----------
    T, D, H, B : int
        Steps, inputs, units and sequences.

    Returns
    -------
    params : dict of ndarray
    X : ndarray of shape (T, D, B)
    h, C : ndarray of shape (H, B)

    Examples
    --------
    >>> layer(5, 2, 3, 4)[2].shape
    (3, 4)
    """
    rng = np.random.default_rng(7)
    return lstm.init_params(D, H, rng), rng.normal(size=(T, D, B)), *rng.normal(size=(2, H, B))


# --- versions ----------------------------------------------------------------------------------------------------


def same(version):
    """Print whether a version gives the hidden states of `lstm.forward`, to 12 digits, at four sizes.

    Parameters
    ----------
    version : function
        Of params, X, h, C, as `one_product`.

    Examples
    --------
    >>> same(one_product)
    the same as lstm.forward
    >>> same(lambda params, X, h, C: np.zeros((len(X), *h.shape)))  # doctest: +ELLIPSIS
    not lstm.forward: up to ... apart
    """
    apart = 0.0
    for params, X, h, C in layers():
        right = lstm.forward(params, X, (h, C))[0]
        apart = max(apart, np.abs(version(params, X, h, C) - right).max())
    print("the same as lstm.forward" if apart < 1e-12 else f"not lstm.forward: up to {apart:.1g} apart")


def one_product(params, X, h, C):
    """Return the hidden states of a sequence, with one matrix product at each step.

    Parameters
    ----------
    params : dict of ndarray
        As from `lstm.init_params`.
    X : ndarray of shape (T, D, B)
        The input.
    h, C : ndarray of shape (H, B)
        The state before the first step.

    Returns
    -------
    ndarray of shape (T, H, B)

    Examples
    --------
    >>> zeros = np.zeros((3, 4))
    >>> one_product(lstm.init_params(2, 3, np.random.default_rng(0)), np.ones((5, 2, 4)), zeros, zeros).shape
    (5, 3, 4)
    """
    return looped(_stacked, _gates)(params, X, h, C)


def _stacked(params):
    return [np.concatenate([params[f"{name}_{k}"] for k in "Cfio"]) for name in "Wb"]


def _gates(W, b, z, H):
    a = W @ z + b
    return np.tanh(a[:H]), *sigmoid(a[H:]).reshape(3, H, -1)


def looped(weights, gates):
    """Return a version: the loop of step 1, with its own weights and gates.

    Parameters
    ----------
    weights : function
        Of params, gives W and b.
    gates : function
        Of W, b, z and H, gives C̃, f, i and o.

    Returns
    -------
    function

    Examples
    --------
    >>> zeros, ones = np.zeros((3, 4)), np.ones((3, 4))
    >>> looped(lambda params: (0, 0), lambda W, b, z, H: [ones] * 4)({}, np.ones((2, 1, 4)), zeros, zeros).shape
    (2, 3, 4)
    """

    def version(params, X, h, C):
        (W, b), H, hs = weights(params), len(h), []
        for x in X:
            C_tilde, f, i, o = gates(W, b, np.concatenate([h, x]), H)
            C = f * C + i * C_tilde
            h = o * np.tanh(C)
            hs.append(h)
        return np.array(hs)

    return version


def hoisted(all_x):
    """Return a version: step 3 with the products with X made before the loop.

    Parameters
    ----------
    all_x : function
        Of W_x, b and X, gives W_x · x_t + b for all steps, of shape (T, 4H, B).

    Returns
    -------
    function

    Examples
    --------
    >>> same(hoisted(lambda W_x, b, X: W_x @ X + b))
    the same as lstm.forward
    """

    def version(params, X, h, C):
        (T, _, B), H = X.shape, len(h)
        W, b = _stacked(params)
        W[H:] *= 0.5
        b[H:] *= 0.5
        W_h, a, u = W[:, :H].copy(), np.empty((4 * H, B)), np.empty((H, B))
        C, hs = C.copy(), np.empty((T, H, B))
        for a_x, out in zip(all_x(W[:, H:], b, X), hs, strict=True):
            np.tanh(np.add(np.dot(W_h, h, out=a), a_x, out=a), out=a)
            C_tilde, f, i, o = a.reshape(4, H, -1)
            a[H:] *= 0.5
            a[H:] += 0.5
            np.add(np.multiply(f, C, out=C), np.multiply(i, C_tilde, out=u), out=C)
            h = np.multiply(o, np.tanh(C, out=u), out=out)
        return hs

    return version


def one_after_the_other(f, w):
    """Return the memory of a layer whose gates do not look at h, made step by step.

    Parameters
    ----------
    f, w : ndarray of shape (T, …)
        What is kept and what is written at each step.

    Returns
    -------
    ndarray of shape (T, …)

    Examples
    --------
    >>> one_after_the_other(np.array([0.5, 0.5]), np.array([1.0, 1.0]))
    array([1. , 1.5])
    """
    C, memory = np.zeros_like(w[0]), []
    for f_t, w_t in zip(f, w, strict=True):
        C = f_t * C + w_t
        memory.append(C)
    return np.array(memory)


# --- times -------------------------------------------------------------------------------------------------------


def compare(versions, name=""):
    """Return the times of several ways to compute the hidden states, beside `lstm.forward`, at three sizes.

    Parameters
    ----------
    versions : dict of function
        What it is called → a function of params, X, h, C.
    name : str
        How the names of these comparisons begin in the table of `stopwatch`.

    Returns
    -------
    dict of dict
        A size in words → the names of the versions → milliseconds.

    Examples
    --------
    >>> list(compare({}))
    ['T=50 B=1 D=1 H=16', 'T=100 B=32 D=2 H=32', 'T=50 B=64 D=256 H=256']
    """
    return {words: stopwatch.times(name + words, _race(versions, *size)) for words, size in LAYERS.items()}


def _race(versions, T, D, H, B):
    params, X, h, C = layer(T, D, H, B)
    race = {words: partial(version, params, X, h, C) for words, version in versions.items()}
    return {"lstm.forward": partial(lstm.forward, params, X, (h, C))} | race


def gain(at_once, B):
    """Return how many times as fast the gradient of W is as one large product; see first that it is the same.

    Parameters
    ----------
    at_once : function
        Of the gradients of the sums and of z, of shapes (T, 4H, B) and (T, H+D, B).
    B : int
        The number of sequences.

    Returns
    -------
    float

    Examples
    --------
    >>> bool(gain(lambda da, z: np.einsum("trb,tcb->rc", da, z), 1) > 1)
    True
    """
    rng = np.random.default_rng(7)
    da, z = rng.normal(size=(100, 128, B)), rng.normal(size=(100, 34, B))
    assert np.allclose(_step_by_step(da, z), at_once(da, z), rtol=1e-12, atol=1e-11)
    race = {"step_by_step": partial(_step_by_step, da, z), "at_once": partial(at_once, da, z)}
    took = stopwatch.times(f"dW, B = {B}", race)
    return took["step_by_step"] / took["at_once"]


def _step_by_step(da, z):
    dW = np.zeros((da.shape[1], z.shape[1]))
    for da_t, z_t in zip(da, z, strict=True):
        dW += da_t @ z_t.T
    return dW


def print_layers():
    """Print how many times as fast as `lstm` `fused` is, forward and backward, at three sizes.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", LSTM_TIMES="stored"):  # without it, they are measured here and now
    ...     print_layers()  # doctest: +ELLIPSIS
    there and back, ...
    """
    print(f"{'there and back, times as fast as lstm in float64':50}{'fused':>8}{'fused, float32':>16}")
    for words, size in LAYERS.items():
        took = _there_and_back_at(f"layers, {words}", *size)
        print(f"{words:50}{took['lstm'] / took['fused']:8.1f}{took['lstm'] / took['fused, float32']:16.1f}")


def costs():
    """Return the times of `lstm` and `fused` for growing numbers of steps, sequences and units.

    Returns
    -------
    dict of dict
        "T", "B", "H" → for each number of them, as text, "lstm", "fused" and "fused, float32" → milliseconds.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", LSTM_TIMES="stored"):  # without it, they are measured here and now
    ...     list(costs()["B"])
    ['1', '4', '16', '64', '256']
    """
    return {
        letter: {n: _there_and_back_at(f"growth, {letter} = {n}", *size) for n, size in row.items()}
        for letter, row in GROWTH.items()
    }


def _there_and_back_at(name, T, D, H, B):
    params, X, _, _ = layer(T, D, H, B)
    dhs = np.random.default_rng(7).normal(size=(T, H, B))
    half = {k: p.astype(np.float32) for k, p in params.items()}
    race = {
        "lstm": partial(_there_and_back, lstm, params, X, dhs),
        "fused": partial(_there_and_back, fused, params, X, dhs),
        "fused, float32": partial(_there_and_back, fused, half, X.astype(np.float32), dhs.astype(np.float32)),
    }
    return stopwatch.times(name, race)


def _there_and_back(layer, params, X, dhs):
    return layer.backward(params, dhs, layer.forward(params, X)[1])
