"""The LSTM cell, to be read: one line of code for each line of the primer's mathematics.

    z_t = [h_{t-1}, x_t]
    f_t = σ(W_f · z_t + b_f)                what to keep of the old memory
    i_t = σ(W_i · z_t + b_i)                how much of the candidate to write
    C̃_t = tanh(W_C · z_t + b_C)             the candidate
    C_t = f_t * C_{t-1} + i_t * C̃_t         the new memory
    o_t = σ(W_o · z_t + b_o)                how much of the memory to show
    h_t = o_t * tanh(C_t)                   what is shown

Shapes: x_t (D, B), every state and gate (H, B), z_t (H+D, B) with h on top, each W (H, H+D), each b (H, 1).
Source: the primer. The cell is Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997,
with the forget gate of Gers, Schmidhuber & Cummins, "Learning to Forget", Neural Computation 12(10), 2000.
"""

# Every known mistake of the course is a change to this text (lesson/mistakes.toml), and is checked against it.

from typing import NamedTuple

import numpy as np

from lstm_lib import validation
from lstm_lib.functional import sigmoid, sigmoid_grad, tanh_grad

GATES = ("f", "i", "C", "o")
SHAPES = {f"W_{k}": "H H+D" for k in GATES} | {f"b_{k}": "H 1" for k in GATES}
STATE = ("h_0", "C_0")


class Step(NamedTuple):
    """What one step computed: enough for the backward pass and for every picture."""

    z_t: np.ndarray
    f_t: np.ndarray
    i_t: np.ndarray
    C_tilde: np.ndarray
    C_prev: np.ndarray
    C_t: np.ndarray
    o_t: np.ndarray
    h_t: np.ndarray


def init_params(D, H, rng, *, forget_bias=1.0):
    """Return fresh parameters: each W uniform in ±1/√H, b_f = `forget_bias`, the other biases zero.

    Parameters
    ----------
    D, H : int
        Inputs and units.
    rng : numpy.random.Generator
        Where the random numbers come from. The four matrices are drawn one after the other, so they differ.
    forget_bias : float, default 1.0
        The start of every b_f: larger keeps longer (Jozefowicz, Zaremba & Sutskever, ICML 2015).

    Returns
    -------
    dict of ndarray
        W_f, W_i, W_C, W_o of shape (H, H+D) and b_f, b_i, b_C, b_o of shape (H, 1), float64.

    Raises
    ------
    TypeError, ValueError
        A size that is not a whole number of at least 1; an `rng` that is no generator; a bias that is no number.

    Examples
    --------
    >>> params = init_params(2, 3, np.random.default_rng(0))
    >>> params["W_f"].shape, params["b_f"].T
    ((3, 5), array([[1., 1., 1.]]))
    """
    D, H, rng = validation.size("D", D), validation.size("H", H), validation.generator("rng", rng)
    bound = 1 / np.sqrt(H)
    params = {f"W_{k}": rng.uniform(-bound, bound, (H, H + D)) for k in GATES}
    params |= {f"b_{k}": np.zeros((H, 1)) for k in GATES}
    params["b_f"] += validation.number("forget_bias", forget_bias)
    return params


def step(params, x_t, h_prev, C_prev):
    """Return one step, the equations above. Pure: nothing is checked here, `forward` has looked already.

    Parameters
    ----------
    params : dict of ndarray
        W_f, W_i, W_C, W_o of shape (H, H+D) and b_f, b_i, b_C, b_o of shape (H, 1).
    x_t : ndarray of shape (D, B)
        The input at time t.
    h_prev, C_prev : ndarray of shape (H, B)
        Hidden state and cell state at t − 1.

    Returns
    -------
    Step
        z_t of shape (H+D, B); f_t, i_t, C_tilde, C_prev, C_t, o_t, h_t of shape (H, B).

    Examples
    --------
    >>> from lstm_lib import data
    >>> s = step(*data.walkthrough())
    >>> s.C_t.round(4), s.h_t.round(4)
    (array([[0.9332]]), array([[0.6091]]))
    """
    z_t = np.concatenate([h_prev, x_t])
    f_t = sigmoid(params["W_f"] @ z_t + params["b_f"])
    i_t = sigmoid(params["W_i"] @ z_t + params["b_i"])
    C_tilde = np.tanh(params["W_C"] @ z_t + params["b_C"])
    C_t = f_t * C_prev + i_t * C_tilde
    o_t = sigmoid(params["W_o"] @ z_t + params["b_o"])
    h_t = o_t * np.tanh(C_t)
    return Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, h_t)


def step_backward(params, s, dh_t, dC_t):
    """Return the gradients of one step, from the gradients that arrive at its two outputs.

    Parameters
    ----------
    params : dict of ndarray
        As in `step`.
    s : Step
        What `step` returned.
    dh_t : ndarray of shape (H, B)
        ∂L/∂h_t, everything that reaches h_t.
    dC_t : ndarray of shape (H, B)
        ∂L/∂C_t as it arrives from step t + 1; the path through h_t is added here.

    Returns
    -------
    grads : dict of ndarray
        The gradients of the eight parameters, in their shapes.
    dx_t : ndarray of shape (D, B)
        ∂L/∂x_t.
    dh_prev, dC_prev : ndarray of shape (H, B)
        ∂L/∂h_{t-1} and ∂L/∂C_{t-1} through this step.

    Examples
    --------
    >>> from lstm_lib import data
    >>> params, x_t, h_prev, C_prev = data.walkthrough()
    >>> s = step(params, x_t, h_prev, C_prev)
    >>> grads, dx_t, dh_prev, dC_prev = step_backward(params, s, np.ones((1, 1)), np.zeros((1, 1)))
    >>> dx_t.round(4), dC_prev.round(4)
    (array([[0.2112]]), array([[0.3212]]))
    """
    H = len(s.h_t)
    tanh_C = np.tanh(s.C_t)
    dC_t = dC_t + dh_t * s.o_t * tanh_grad(tanh_C)  # two paths meet in C_t: the future's, and the one through h_t
    da = {
        "f": dC_t * s.C_prev * sigmoid_grad(s.f_t),
        "i": dC_t * s.C_tilde * sigmoid_grad(s.i_t),
        "C": dC_t * s.i_t * tanh_grad(s.C_tilde),
        "o": dh_t * tanh_C * sigmoid_grad(s.o_t),
    }
    grads = {f"W_{k}": da[k] @ s.z_t.T for k in GATES}
    grads |= {f"b_{k}": da[k].sum(axis=1, keepdims=True) for k in GATES}
    dz_t = sum(params[f"W_{k}"].T @ da[k] for k in GATES)  # z_t feeds four gates, so four gradients add up
    return grads, dz_t[H:], dz_t[:H], dC_t * s.f_t


def forward(params, X, state=None):
    """Return the hidden states of a whole sequence, and the steps that made them.

    Parameters
    ----------
    params : dict of ndarray
        W_f, W_i, W_C, W_o of shape (H, H+D), b_f, b_i, b_C, b_o of shape (H, 1); other entries are left alone.
    X : array_like of shape (T, D, B)
        The sequences, in the precision of the parameters.
    state : pair of array_like of shape (H, B), optional
        (h_0, C_0); None means zeros.

    Returns
    -------
    hs : ndarray of shape (T, H, B)
        h_1 … h_T.
    steps : list of Step
        One for each t, for `backward` and `stack`.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision; a missing gate; NaN; T = 0.

    Examples
    --------
    >>> params = init_params(2, 3, np.random.default_rng(0))
    >>> hs, steps = forward(params, np.zeros((5, 2, 4)))
    >>> hs.shape, len(steps)
    ((5, 3, 4), 5)
    """
    X, (h_t, C_t) = validation.sequence(params, SHAPES, X, state, STATE)
    steps = []
    for x_t in X:
        steps.append(step(params, x_t, h_t, C_t))
        h_t, C_t = steps[-1].h_t, steps[-1].C_t
    return np.array([s.h_t for s in steps]), steps


def backward(params, dhs, steps, dstate=None):
    """Return every gradient of a sequence: backpropagation through time.

    Parameters
    ----------
    params : dict of ndarray
        As in `forward`.
    dhs : array_like of shape (T, H, B)
        ∂L/∂h_t as the loss sees each h_t directly; the paths through time are added here.
    steps : list of Step
        What `forward` returned.
    dstate : pair of array_like of shape (H, B), optional
        The gradients that arrive at (h_T, C_T) from beyond the sequence; None means zeros.

    Returns
    -------
    grads : dict of ndarray
        The gradients of the eight parameters, summed over time.
    dX : ndarray of shape (T, D, B)
        ∂L/∂X.
    dstate_0 : pair of ndarray of shape (H, B)
        ∂L/∂h_0 and ∂L/∂C_0.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision; no steps.

    Notes
    -----
    The full gradient, as in Graves & Schmidhuber, Neural Networks 18(5–6), 2005; the LSTM of 1997 truncated it.

    Examples
    --------
    >>> params = init_params(2, 3, np.random.default_rng(0))
    >>> hs, steps = forward(params, np.ones((5, 2, 4)))
    >>> grads, dX, (dh_0, dC_0) = backward(params, np.ones_like(hs), steps)
    >>> dX.shape, dh_0.shape, dC_0.shape
    ((5, 2, 4), (3, 4), (3, 4))
    """
    dhs, (dh_next, dC_next) = validation.gradients(params, SHAPES, dhs, steps, dstate, STATE, Step)
    grads = {name: np.zeros_like(params[name]) for name in SHAPES}
    dX = []
    for s, dh_t in zip(reversed(steps), dhs[::-1], strict=True):
        dh_t = dh_t + dh_next  # the loss's own path + the future's
        step_grads, dx_t, dh_next, dC_next = step_backward(params, s, dh_t, dC_next)
        for name in grads:
            grads[name] += step_grads[name]  # the same weights serve every step, so their gradients add up
        dX.append(dx_t)
    return grads, np.array(dX[::-1]), (dh_next, dC_next)


def stack(steps):
    """Return one Step whose fields have a leading axis of time: the trace that plots and ledgers read.

    Parameters
    ----------
    steps : list of Step
        What `forward` returned.

    Returns
    -------
    Step
        z_t of shape (T, H+D, B), every other field of shape (T, H, B).

    Raises
    ------
    TypeError, ValueError
        `steps` is not the list that `forward` returned, or it is empty.

    Examples
    --------
    >>> hs, steps = forward(init_params(2, 3, np.random.default_rng(0)), np.zeros((5, 2, 4)))
    >>> stack(steps).C_t.shape
    (5, 3, 4)
    """
    return Step(*map(np.array, zip(*validation.steps(steps, Step), strict=True)))
