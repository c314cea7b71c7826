"""How far back a gradient reaches: the state at the end, differentiated by the state k steps earlier.

    J_k = ∂s_T / ∂s_{T−k}            J_0 = 1,  J_{k+1} = J_k · ∂s_{T−k} / ∂s_{T−k−1}
    ‖J_k‖                            its spectral norm: the most that a gradient can grow over k steps

The state s is h for ``rnn``, and h on top of C for ``lstm``. Every J_k is exact: the cell's own `step_backward`,
applied to an identity. Bengio, Simard & Frasconi, "Learning long-term dependencies with gradient descent is
difficult", IEEE Transactions on Neural Networks 5(2), 1994; Pascanu, Mikolov & Bengio, "On the difficulty of
training recurrent neural networks", ICML 2013.
"""

import numpy as np

from lstm_lib import lstm, validation


def jacobians(cell, params, X, state=None):
    """Return the last state differentiated by each earlier one.

    Parameters
    ----------
    cell : module
        `lstm_lib.rnn` or `lstm_lib.lstm`: a cell with a `step_backward`.
    params : dict of ndarray
        As in ``cell.forward``.
    X : array_like of shape (T, D, 1)
        One sequence.
    state : optional
        The cell's state before the first step; None means zeros.

    Returns
    -------
    ndarray of shape (T+1, S, S), float64
        Entry k is ∂s_T/∂s_{T−k}; a row for each number in s_T. S is H for ``rnn`` and 2H for ``lstm``, where the
        first H are h. Infinite or NaN where a gradient grows beyond every float64.

    Raises
    ------
    TypeError, ValueError
        A cell without `step_backward`, such as ``fused``; more than one sequence; what ``cell.forward`` refuses.

    Examples
    --------
    >>> from lstm_lib import rnn
    >>> J = jacobians(rnn, {"W_h": np.array([[0.5, 1.0]]), "b_h": np.zeros((1, 1))}, np.zeros((3, 1, 1)))
    >>> J[:, 0, 0]
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    validation.cell(cell, ("forward", "step_backward"), "lstm_lib.rnn or lstm_lib.lstm")
    hs, steps = cell.forward(params, X, state)
    if hs.shape[2] != 1:
        raise ValueError(f"X has shape {np.shape(X)}; want one sequence, (T, D, 1)")
    parts = 2 if hasattr(steps[0], "C_t") else 1
    size = parts * hs.shape[1]
    rows = [np.eye(size)]  # transposed, as a gradient is a column: column n belongs to the n-th number in s_T
    with np.errstate(over="ignore", invalid="ignore"):
        for s in reversed(steps):
            _, _, *earlier = cell.step_backward(params, _side_by_side(s, size), *np.split(rows[-1], parts))
            rows.append(np.concatenate(earlier))
    return np.array(rows).transpose(0, 2, 1)


def norms(cell, params, X, state=None):
    """Return how much a gradient can grow on its way back, for each number of steps.

    Parameters
    ----------
    cell : module
        `lstm_lib.rnn` or `lstm_lib.lstm`: a cell with a `step_backward`.
    params : dict of ndarray
        As in ``cell.forward``.
    X : array_like of shape (T, D, 1)
        One sequence.
    state : optional
        The cell's state before the first step; None means zeros.

    Returns
    -------
    ndarray of shape (T+1,), float64
        Entry k is the spectral norm of ∂s_T/∂s_{T−k}, so entry 0 is 1; infinity where it is beyond every float64.

    Raises
    ------
    TypeError, ValueError
        As in `jacobians`.

    Examples
    --------
    >>> from lstm_lib import rnn
    >>> norms(rnn, {"W_h": np.array([[2.0, 1.0]]), "b_h": np.zeros((1, 1))}, np.zeros((4, 1, 1)))
    array([ 1.,  2.,  4.,  8., 16.])
    """
    Js = jacobians(cell, params, X, state)
    return np.array([np.linalg.norm(J, 2) if np.isfinite(J).all() else np.inf for J in Js])


def direct(steps):
    """Return what the forget gates alone leave of a gradient: the product of the last k of them, unit by unit.

    Parameters
    ----------
    steps : list of lstm.Step
        What ``lstm.forward`` returned.

    Returns
    -------
    ndarray of shape (T+1, H, B), in the precision of the steps
        Entry k is f_T · f_{T−1} ⋯ f_{T−k+1}, so entry 0 is 1. It is ∂C_T/∂C_{T−k} without the paths through h.

    Raises
    ------
    TypeError, ValueError
        `steps` is not the list that ``lstm.forward`` returned, or it is empty.

    Notes
    -----
    Gers, Schmidhuber & Cummins, "Learning to Forget", Neural Computation 12(10), 2000. Without a forget gate, as
    in the LSTM of 1997, every entry is 1: the constant error carousel.

    Examples
    --------
    >>> params = lstm.init_params(1, 1, np.random.default_rng(0), forget_bias=0.0)
    >>> hs, steps = lstm.forward(params, np.zeros((3, 1, 1)))  # nothing comes in, so every gate stays at ½
    >>> direct(steps)[:, 0, 0]
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    f_t = lstm.stack(steps).f_t
    return np.concatenate([np.ones_like(f_t[:1]), np.cumprod(f_t[::-1], axis=0)])


def orthogonal(H, rng, scale=1.0):
    """Return a random matrix that turns without stretching, times `scale`.

    Parameters
    ----------
    H : int
        Rows and columns.
    rng : numpy.random.Generator
        Where the random numbers come from.
    scale : float, default 1.0
        Above 0. Every singular value is `scale`, and so is the size of every eigenvalue: the spectral radius.

    Returns
    -------
    ndarray of shape (H, H), float64

    Raises
    ------
    TypeError, ValueError
        A size that is not a whole number of at least 1; an `rng` that is no generator; a scale not above 0.

    Notes
    -----
    As a start for recurrent weights: Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks", ICLR 2014. The signs make every direction equally likely: Mezzadri,
    "How to generate random matrices from the classical compact groups", Notices of the AMS 54(5), 2007.

    Examples
    --------
    >>> W = orthogonal(3, np.random.default_rng(0), scale=2.0)
    >>> bool(np.allclose(W @ W.T, 4 * np.eye(3)))
    True
    """
    H, rng = validation.size("H", H), validation.generator("rng", rng)
    scale = validation.number("scale", scale, above=0)
    Q, R = np.linalg.qr(rng.normal(size=(H, H)))
    return scale * Q * np.sign(np.diag(R))


def _side_by_side(s, n):
    """Return a step whose one sequence stands n times in the batch, so that n gradients go back in one call."""
    return type(s)(*(np.repeat(field, n, axis=1) for field in s))
