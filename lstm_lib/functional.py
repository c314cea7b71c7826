"""The two squashing functions with their derivatives, and the losses: everything that training is made of.

    σ(a) = 1 / (1 + e^(−a))     in (0, 1): how far a gate is open
    tanh(a)                     in (−1, 1): a value with a sign

Both derivatives are cheapest from the *output*, which the forward pass already has: σ′ = σ(1 − σ) and
tanh′ = 1 − tanh². That is why the two ``_grad`` functions take s = σ(a) and u = tanh(a), never a itself.

A loss takes (Y_hat, Y), both of shape (T, K, B), and returns its value and its gradient with respect to Y_hat.
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


def cross_entropy(Y_hat, Y):
    """Return the mean of −ln(probability of the right class), and its gradient with respect to Ŷ.

    Ŷ holds log-odds; softmax over the K classes makes probabilities of them. Only the columns of Y that name a
    class are counted: where nothing is asked, Y is zero.

    Parameters
    ----------
    Y_hat : ndarray of shape (T, K, B)
        Log-odds.
    Y : ndarray of shape (T, K, B)
        For each step and sequence a single 1 at the right class, or zeros where nothing is asked.

    Returns
    -------
    loss : float
        In nats; ln K for a model that knows nothing.
    dY_hat : ndarray of shape (T, K, B)
        (softmax(Ŷ) − Y) / n where a class is asked for, n of them in all; zero elsewhere.

    Raises
    ------
    TypeError
        Not real numbers, or two precisions.
    ValueError
        Two shapes; NaN in `Y`; a column of Y that is neither one class nor zero; nothing asked at all.

    Examples
    --------
    >>> loss, dY_hat = cross_entropy(np.zeros((1, 2, 1)), np.array([[[1.0], [0.0]]]))
    >>> round(loss, 4), dY_hat.ravel()
    (0.6931, array([-0.5,  0.5]))
    """
    Y_hat, Y, asked = _classes(Y_hat, Y)
    shifted = Y_hat - Y_hat.max(axis=1, keepdims=True)  # the same probabilities, and exp cannot overflow
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    n = asked.sum()
    right = log_p.swapaxes(1, 2)[Y.swapaxes(1, 2) == 1]  # picked, not multiplied: 0 · (−inf) would be NaN
    return float(-right.sum() / n), (np.exp(log_p) - Y) * (asked / n).astype(Y.dtype)


def accuracy(Y_hat, Y):
    """Return the share of right answers, where one is asked for.

    Parameters
    ----------
    Y_hat : ndarray of shape (T, K, B)
        Log-odds or probabilities; the largest of each column is the answer.
    Y : ndarray of shape (T, K, B)
        As for `cross_entropy`.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        As `cross_entropy`.

    Examples
    --------
    >>> accuracy(np.array([[[0.2], [0.9]]]), np.array([[[0.0], [1.0]]]))
    1.0
    """
    Y_hat, Y, asked = _classes(Y_hat, Y)
    return float((Y_hat.argmax(axis=1) == Y.argmax(axis=1))[asked[:, 0]].mean())


def at_last_step(loss):
    """Return the same loss, counted at step T only.

    Parameters
    ----------
    loss : function
        Takes (Y_hat, Y), returns (value, dY_hat).

    Returns
    -------
    function
        Of the same kind; its gradient has the shape of all steps, and is zero before the last one.

    Raises
    ------
    TypeError
        `loss` cannot be called.

    Examples
    --------
    >>> loss = at_last_step(mean_squared_error)
    >>> value, dY_hat = loss(np.array([[[9.0]], [[3.0]]]), np.array([[[0.0]], [[1.0]]]))
    >>> value, dY_hat.ravel()
    (4.0, array([0., 4.]))
    """
    validation.function("loss", loss, "mean_squared_error")

    def last(Y_hat, Y):
        value, dY_last = loss(Y_hat[-1:], Y[-1:])
        dY_hat = np.zeros_like(Y_hat)
        dY_hat[-1:] = dY_last
        return value, dY_hat

    return last


def _classes(Y_hat, Y):
    """Return the two arrays, and where a class is asked for as an array of shape (T, 1, B)."""
    sizes = {}
    Y_hat = validation.array("Y_hat", Y_hat, "T K B", sizes, finite=False)
    Y = validation.array("Y", Y, "T K B", sizes, Y_hat.dtype)
    asked = Y.any(axis=1, keepdims=True)
    one_class = ((Y == 0) | (Y == 1)).all() and (Y.sum(axis=1, keepdims=True)[asked] == 1).all()
    if not one_class:
        raise ValueError("Y has a column that is neither zero nor a single 1; want one class a column, or none")
    if not asked.any():
        raise ValueError("Y is zero everywhere; want at least one column that names a class")
    return Y_hat, Y, asked
