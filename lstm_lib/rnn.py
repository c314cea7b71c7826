"""The plain recurrent cell: the baseline that an LSTM has to beat. Read it beside ``lstm.py``, name by name.

    z_t = [h_{t-1}, x_t]
    h_t = tanh(W_h · z_t + b_h)

Shapes: x_t (D, B), h_t (H, B), z_t (H+D, B) with h on top, W_h (H, H+D), b_h (H, 1), X (T, D, B).
Source: Elman, "Finding structure in time", Cognitive Science 14(2), 1990, with tanh as the squashing function.
"""

from typing import NamedTuple

import numpy as np

from lstm_lib import validation
from lstm_lib.functional import tanh_grad

SHAPES = {"W_h": "H H+D", "b_h": "H 1"}
STATE = ("h_0",)


class Step(NamedTuple):
    """What one step computed: enough for the backward pass and for every picture."""

    z_t: np.ndarray
    h_t: np.ndarray


def init_params(D, H, rng):
    """Return fresh parameters: W_h uniform in ±1/√H, b_h zero.

    Parameters
    ----------
    D, H : int
        Inputs and units.
    rng : numpy.random.Generator
        Where the random numbers come from.

    Returns
    -------
    dict of ndarray
        W_h of shape (H, H+D) and b_h of shape (H, 1), float64.

    Raises
    ------
    TypeError, ValueError
        A size that is not a whole number of at least 1; an `rng` that is no generator.

    Examples
    --------
    >>> {name: p.shape for name, p in init_params(2, 3, np.random.default_rng(0)).items()}
    {'W_h': (3, 5), 'b_h': (3, 1)}
    """
    D, H, rng = validation.size("D", D), validation.size("H", H), validation.generator("rng", rng)
    bound = 1 / np.sqrt(H)
    return {"W_h": rng.uniform(-bound, bound, (H, H + D)), "b_h": np.zeros((H, 1))}


def step(params, x_t, h_prev):
    """Return one step, the equation above. Pure: nothing is checked here, `forward` has looked already.

    Parameters
    ----------
    params : dict of ndarray
        W_h of shape (H, H+D), b_h of shape (H, 1).
    x_t : ndarray of shape (D, B)
        The input at time t.
    h_prev : ndarray of shape (H, B)
        The hidden state at t − 1.

    Returns
    -------
    Step
        z_t of shape (H+D, B) and h_t of shape (H, B).

    Examples
    --------
    >>> s = step({"W_h": np.ones((1, 2)), "b_h": np.ones((1, 1))}, np.array([[0.5]]), np.array([[0.1]]))
    >>> s.h_t.round(4)
    array([[0.9217]])
    """
    z_t = np.concatenate([h_prev, x_t])
    h_t = np.tanh(params["W_h"] @ z_t + params["b_h"])
    return Step(z_t, h_t)


def step_backward(params, s, dh_t):
    """Return the gradients of one step, from the gradient that arrives at its output.

    Parameters
    ----------
    params : dict of ndarray
        As in `step`.
    s : Step
        What `step` returned.
    dh_t : ndarray of shape (H, B)
        ∂L/∂h_t, everything that reaches h_t.

    Returns
    -------
    grads : dict of ndarray
        The gradients of W_h and b_h, in their shapes.
    dx_t : ndarray of shape (D, B)
        ∂L/∂x_t.
    dh_prev : ndarray of shape (H, B)
        ∂L/∂h_{t-1} through this step.

    Examples
    --------
    >>> params = {"W_h": np.ones((1, 2)), "b_h": np.ones((1, 1))}
    >>> s = step(params, np.array([[0.5]]), np.array([[0.1]]))
    >>> grads, dx_t, dh_prev = step_backward(params, s, np.ones((1, 1)))
    >>> dx_t.round(4)
    array([[0.1505]])
    """
    H = len(s.h_t)
    da_h = dh_t * tanh_grad(s.h_t)
    grads = {"W_h": da_h @ s.z_t.T, "b_h": da_h.sum(axis=1, keepdims=True)}
    dz_t = params["W_h"].T @ da_h
    return grads, dz_t[H:], dz_t[:H]


def forward(params, X, state=None):
    """Return the hidden states of a whole sequence, and the steps that made them.

    Parameters
    ----------
    params : dict of ndarray
        W_h of shape (H, H+D), b_h of shape (H, 1); other entries are left alone.
    X : array_like of shape (T, D, B)
        The sequences, in the precision of the parameters.
    state : array_like of shape (H, B), optional
        h_0; None means zeros.

    Returns
    -------
    hs : ndarray of shape (T, H, B)
        h_1 … h_T.
    steps : list of Step
        One for each t, for `backward` and `stack`.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision; NaN; T = 0.

    Examples
    --------
    >>> params = init_params(2, 3, np.random.default_rng(0))
    >>> hs, steps = forward(params, np.zeros((5, 2, 4)))
    >>> hs.shape, len(steps)
    ((5, 3, 4), 5)
    """
    X, (h_t,) = validation.sequence(params, SHAPES, X, state, STATE)
    steps = []
    for x_t in X:
        steps.append(step(params, x_t, h_t))
        h_t = steps[-1].h_t
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
    dstate : array_like of shape (H, B), optional
        A gradient that arrives at h_T from beyond the sequence; None means zeros.

    Returns
    -------
    grads : dict of ndarray
        The gradients of W_h and b_h, summed over time.
    dX : ndarray of shape (T, D, B)
        ∂L/∂X.
    dstate_0 : ndarray of shape (H, B)
        ∂L/∂h_0.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision; no steps.

    Notes
    -----
    Werbos, "Backpropagation through time: what it does and how to do it", Proceedings of the IEEE 78(10), 1990.

    Examples
    --------
    >>> params = init_params(2, 3, np.random.default_rng(0))
    >>> hs, steps = forward(params, np.ones((5, 2, 4)))
    >>> grads, dX, dh_0 = backward(params, np.ones_like(hs), steps)
    >>> dX.shape, dh_0.shape
    ((5, 2, 4), (3, 4))
    """
    dhs, (dh_next,) = validation.gradients(params, SHAPES, dhs, steps, dstate, STATE, Step)
    grads = {name: np.zeros_like(params[name]) for name in SHAPES}
    dX = []
    for s, dh_t in zip(reversed(steps), dhs[::-1], strict=True):
        step_grads, dx_t, dh_next = step_backward(params, s, dh_t + dh_next)  # the loss's own path + the future's
        for name in grads:
            grads[name] += step_grads[name]  # one W_h serves every step, so its gradients add up
        dX.append(dx_t)
    return grads, np.array(dX[::-1]), dh_next


def stack(steps):
    """Return one Step whose fields have a leading axis of time.

    Parameters
    ----------
    steps : list of Step
        What `forward` returned.

    Returns
    -------
    Step
        z_t of shape (T, H+D, B), h_t of shape (T, H, B).

    Raises
    ------
    TypeError, ValueError
        `steps` is not the list that `forward` returned, or it is empty.

    Examples
    --------
    >>> hs, steps = forward(init_params(2, 3, np.random.default_rng(0)), np.zeros((5, 2, 4)))
    >>> stack(steps).z_t.shape
    (5, 5, 4)
    """
    return Step(*map(np.array, zip(*validation.steps(steps, Step), strict=True)))
