"""The two squashing functions, their derivatives, and the loss: everything the cells are made of.

    σ(a) = 1 / (1 + e^(−a))     in (0, 1): how far a gate is open
    tanh(a)                     in (−1, 1): a value with a sign

Both derivatives are cheapest from the *output*, which the forward pass already has: σ′ = σ(1 − σ) and
tanh′ = 1 − tanh². That is why the two ``_grad`` functions take s = σ(a) and u = tanh(a), never a itself.
"""

import numpy as np

from lstm_lib import validation


def sigmoid(a):
    """Return σ(a) = 1 / (1 + e^(−a)), computed as ½ (1 + tanh(a / 2)), which cannot overflow.

    Parameters
    ----------
    a : ndarray or number, real or complex
        Any shape; float32 stays float32.

    Returns
    -------
    ndarray or number
        Same shape and dtype, between 0 and 1 where `a` is real.

    Notes
    -----
    The identity is proved in lesson 03; the source of the gate is the primer's formula 1.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    return 0.5 * (1 + np.tanh(0.5 * a))


def sigmoid_grad(s):
    """Return σ′(a) = s (1 − s) from the output s = σ(a).

    Parameters
    ----------
    s : ndarray or number
        The *output* of `sigmoid`, any shape.

    Returns
    -------
    ndarray or number
        Same shape and dtype; at most ¼, reached at a = 0.

    Examples
    --------
    >>> sigmoid_grad(sigmoid(0.0))
    np.float64(0.25)
    """
    return s * (1 - s)


def tanh_grad(u):
    """Return tanh′(a) = 1 − u² from the output u = tanh(a).

    Parameters
    ----------
    u : ndarray or number
        The *output* of ``np.tanh``, any shape.

    Returns
    -------
    ndarray or number
        Same shape and dtype; at most 1, reached at a = 0.

    Examples
    --------
    >>> tanh_grad(np.tanh(0.0))
    np.float64(1.0)
    """
    return 1 - u**2


def mean_squared_error(Y_hat, Y):
    """Return the mean of (Ŷ − Y)² over every entry, and its gradient with respect to Ŷ.

    Parameters
    ----------
    Y_hat : ndarray of shape (T, K, B)
        Predictions.
    Y : ndarray of shape (T, K, B)
        Targets, in the same dtype.

    Returns
    -------
    loss : float
        The mean squared error.
    dY_hat : ndarray of shape (T, K, B)
        ∂loss/∂Ŷ = 2 (Ŷ − Y) / (T K B).

    Raises
    ------
    TypeError
        Not real numbers, or two precisions.
    ValueError
        Two shapes, or NaN in `Y`. (NaN in `Y_hat` gives a loss of NaN: the model's doing, not the caller's.)

    Examples
    --------
    >>> loss, dY_hat = mean_squared_error(np.array([[[3.0]]]), np.array([[[1.0]]]))
    >>> loss, dY_hat
    (4.0, array([[[4.]]]))
    """
    sizes = {}
    Y_hat = validation.array("Y_hat", Y_hat, "T K B", sizes, finite=False)
    Y = validation.array("Y", Y, "T K B", sizes, Y_hat.dtype)
    error = Y_hat - Y
    return float(np.mean(error**2)), 2 * error / error.size
