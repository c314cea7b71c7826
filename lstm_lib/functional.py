"""The two squashing functions with their derivatives, and the losses: everything that training is made of.

    σ(a) = 1 / (1 + e^(−a))     in (0, 1): how far a gate is open
    tanh(a)                     in (−1, 1): a value with a sign

Both derivatives are cheapest from the *output*, which the forward pass already has: σ′ = σ(1 − σ) and
tanh′ = 1 − tanh². That is why the two ``_grad`` functions take s = σ(a) and u = tanh(a), never a itself.

A loss takes (Y_hat, Y), both of shape (T, K, B), and returns its value and its gradient with respect to Y_hat.
Where Y names classes, their numbers will do, of shape (T, B).
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
    The identity is proved in lesson 03; the source of the gate is the primer's formula 1. What is equal in algebra
    is not equal in floating point: the result is right to the last digit of 1, not to its own last digit. Far to
    the left, where σ(a) is about e^a, fewer and fewer digits of it are left, and none beyond −37 (float32: −17). A
    gate does not suffer, since what it multiplies is added to numbers of ordinary size; a logarithm of σ would.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    >>> far = np.array([-10.0, -36.0, -38.0])
    >>> (sigmoid(far) * (1 + np.exp(-far))).round(3)  # exactly 1 in algebra
    array([1.   , 0.957, 0.   ])
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
    class are counted: where nothing is asked, Y is zero, or −1 where it holds numbers of classes.

    Parameters
    ----------
    Y_hat : ndarray of shape (T, K, B)
        Log-odds.
    Y : ndarray of shape (T, K, B), or ndarray of int of shape (T, B)
        For each step and sequence a single 1 at the right class, or zeros where nothing is asked; or the number of
        the right class, from 0 to K − 1, or −1 where nothing is asked.

    Returns
    -------
    loss : float
        In nats; ln K for a model that knows nothing.
    dY_hat : ndarray of shape (T, K, B)
        (softmax(Ŷ) − Y) / n where a class is asked for, n of them in all; zero elsewhere.

    Raises
    ------
    TypeError
        Not real numbers, or two precisions; numbers of classes that are no whole numbers.
    ValueError
        Other shapes; NaN in `Y`; a column of Y that is neither one class nor zero; a number that is no class;
        nothing asked at all.

    Examples
    --------
    >>> loss, dY_hat = cross_entropy(np.zeros((1, 2, 1)), np.array([[[1.0], [0.0]]]))
    >>> round(loss, 4), dY_hat.ravel()
    (0.6931, array([-0.5,  0.5]))
    >>> cross_entropy(np.zeros((1, 2, 1)), np.array([[0]]))[0] == loss
    True
    """
    Y_hat, right, asked = _answers(Y_hat, Y)
    shifted = Y_hat - Y_hat.max(axis=1, keepdims=True)  # the same probabilities, and exp cannot overflow
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dY_hat, n = np.exp(log_p), asked.sum()
    loss = -np.take_along_axis(log_p, right, axis=1)[asked].sum() / n
    np.put_along_axis(dY_hat, right, np.take_along_axis(dY_hat, right, axis=1) - asked, axis=1)
    return float(loss), dY_hat * (asked / n).astype(dY_hat.dtype)


def accuracy(Y_hat, Y):
    """Return the share of right answers, where one is asked for.

    Parameters
    ----------
    Y_hat : ndarray of shape (T, K, B)
        Log-odds or probabilities; the largest of each column is the answer. A column with NaN is always wrong.
    Y : ndarray of shape (T, K, B), or ndarray of int of shape (T, B)
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
    Y_hat, right, asked = _answers(Y_hat, Y)
    answers = np.where(np.isnan(Y_hat).any(axis=1), -1, Y_hat.argmax(axis=1))
    return float((answers[:, None] == right)[asked].mean())


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


def _answers(Y_hat, Y):
    """Return Y_hat, and in shape (T, 1, B) the number of the right class and whether one is asked for."""
    sizes = {}
    Y_hat = validation.array("Y_hat", Y_hat, "T K B", sizes, finite=False)
    right = validation.classes("Y", Y, sizes, Y_hat.dtype)[:, None]
    return Y_hat, right, right >= 0
