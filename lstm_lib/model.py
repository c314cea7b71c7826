"""A cell and a linear read-out: the whole network of the course.

    ŷ_t = W_y · h_t + b_y

The cell is an argument, and it is a *module*: ``rnn``, ``lstm`` and whatever else has the same ``forward`` and
``backward`` are interchangeable, because this module never looks inside them. The parameters of cell and read-out
lie in one flat dict, which optimisers and gradient checks loop over.
"""

import numpy as np

from lstm_lib import validation

READ_OUT = {"W_y": "K H", "b_y": "K 1"}


def init_params(cell, D, H, K, rng, **cell_options):
    """Return fresh parameters: the cell's own, W_y uniform in ±1/√H, and b_y zero.

    Parameters
    ----------
    cell : module
        `lstm_lib.lstm`, `lstm_lib.fused` or `lstm_lib.rnn`.
    D, H, K : int
        Inputs, units, outputs.
    rng : numpy.random.Generator
        Where the random numbers come from.
    **cell_options
        Handed on to the cell's `init_params`, such as ``forget_bias=3.0``.

    Returns
    -------
    dict of ndarray
        The cell's parameters, W_y of shape (K, H) and b_y of shape (K, 1), float64.

    Raises
    ------
    TypeError, ValueError
        A size that is not a whole number of at least 1; an option that the cell does not know.

    Examples
    --------
    >>> from lstm_lib import rnn
    >>> params = init_params(rnn, 1, 8, 1, np.random.default_rng(0))
    >>> {name: p.shape for name, p in params.items()}
    {'W_h': (8, 9), 'b_h': (8, 1), 'W_y': (1, 8), 'b_y': (1, 1)}
    """
    validation.cell(cell)
    K = validation.size("K", K)
    validation.options(cell_options, cell.init_params)
    params = cell.init_params(D, H, rng, **cell_options)
    bound = 1 / np.sqrt(H)
    return params | {"W_y": rng.uniform(-bound, bound, (K, H)), "b_y": np.zeros((K, 1))}


def predict(cell, params, X, state=None):
    """Return the output at every step, and the trace of the cell.

    Parameters
    ----------
    cell : module
        `lstm_lib.lstm`, `lstm_lib.fused` or `lstm_lib.rnn`.
    params : dict of ndarray
        As made by `init_params`.
    X : array_like of shape (T, D, B)
        The sequences.
    state : optional
        The cell's state before the first step; None means zeros.

    Returns
    -------
    Y_hat : ndarray of shape (T, K, B)
        W_y · h_t + b_y at every step.
    trace
        The second thing that ``cell.forward`` returns.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> params = init_params(lstm, 1, 8, 1, np.random.default_rng(0))
    >>> Y_hat, steps = predict(lstm, params, np.zeros((20, 1, 4)))
    >>> Y_hat.shape
    (20, 1, 4)
    """
    hs, trace = _hidden_states(cell, params, X, state)
    return params["W_y"] @ hs + params["b_y"], trace


def loss_and_grads(cell, params, X, Y, loss, state=None, *, return_state=False):
    """Return the loss of the predictions and its gradient for every parameter.

    Parameters
    ----------
    cell : module
        `lstm_lib.lstm`, `lstm_lib.fused` or `lstm_lib.rnn`.
    params : dict of ndarray
        As made by `init_params`.
    X : array_like of shape (T, D, B)
        The sequences.
    Y : array_like of shape (T, K, B)
        The targets, handed on to `loss`, which may take others.
    loss : function
        Takes (Y_hat, Y), returns (loss, dY_hat); `lstm_lib.functional.mean_squared_error` is one.
    state : optional
        The cell's state before the first step; None means zeros.
    return_state : bool, default False
        Return the state after the last step as well, to be handed in with the next piece of a long sequence.

    Returns
    -------
    loss : float
        What `loss` said.
    grads : dict of ndarray
        One gradient for each entry of cell and read-out, under the same name and in the same shape.
    state : ndarray or pair of ndarray
        Only with `return_state`: as from `final_state`.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision.
    FloatingPointError
        The loss or its gradient is NaN or infinite.

    Notes
    -----
    Where the state is carried on, the memory goes from piece to piece, and the gradient stops at each edge:
    truncated backpropagation through time. Williams & Peng, "An efficient gradient-based algorithm for on-line
    training of recurrent network trajectories", Neural Computation 2(4), 1990.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> from lstm_lib.functional import mean_squared_error
    >>> params = init_params(lstm, 1, 8, 1, np.random.default_rng(0))
    >>> X = Y = np.zeros((20, 1, 4))
    >>> value, grads = loss_and_grads(lstm, params, X, Y, mean_squared_error)
    >>> sorted(grads) == sorted(params)
    True

    A long sequence in two pieces:

    >>> state = None
    >>> for t in (slice(0, 10), slice(10, 20)):
    ...     value, grads, state = loss_and_grads(
    ...         lstm, params, X[t], Y[t], mean_squared_error, state, return_state=True
    ...     )
    """
    validation.function("loss", loss, "lstm_lib.functional.mean_squared_error")
    hs, trace = _hidden_states(cell, params, X, state)
    Y_hat = params["W_y"] @ hs + params["b_y"]
    value, dY_hat = validation.pair("loss(Y_hat, Y)", loss(Y_hat, Y), "(loss, dY_hat)")
    value = float(validation.array("the loss", value, "", {}, finite=False))
    sizes = dict(zip("TKB", Y_hat.shape, strict=True))
    dY_hat = validation.array("dY_hat", dY_hat, "T K B", sizes, hs.dtype, finite=False)
    if not np.isfinite(value):
        raise FloatingPointError(f"the loss is {value}")
    dhs = params["W_y"].T @ dY_hat
    if not np.isfinite(dhs).all():
        raise FloatingPointError("the gradient of the loss is not finite")
    grads, _, _ = cell.backward(params, dhs, trace)
    grads["W_y"] = np.tensordot(dY_hat, hs, axes=((0, 2), (0, 2)))  # Σ over time and batch of dŷ · hᵀ
    grads["b_y"] = dY_hat.sum(axis=(0, 2))[:, None]
    return (value, grads, final_state(trace)) if return_state else (value, grads)


def generate(cell, params, X, n):
    """Return n steps of free running: X is read to its end, then each output is the next input.

    Parameters
    ----------
    cell : module
        `lstm_lib.lstm`, `lstm_lib.fused` or `lstm_lib.rnn`.
    params : dict of ndarray
        As made by `init_params`, with as many outputs as inputs.
    X : array_like of shape (T, D, B)
        What is read first.
    n : int
        How many steps to run on after it.

    Returns
    -------
    ndarray of shape (n, K, B)
        The output after the last x of X, then n − 1 outputs to the model's own outputs.

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or precision; K ≠ D; n < 1.

    Notes
    -----
    Errors feed on themselves here, which is why free running judges a model harder than one-step prediction:
    Graves, "Generating sequences with recurrent neural networks", arXiv:1308.0850, 2013.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> params = init_params(lstm, 1, 8, 1, np.random.default_rng(0))
    >>> generate(lstm, params, np.zeros((20, 1, 4)), 50).shape
    (50, 1, 4)
    """
    n = validation.size("n", n)
    Y_hat, trace = predict(cell, params, X)
    D, K = np.shape(X)[1], Y_hat.shape[1]
    if K != D:
        raise ValueError(f"params['W_y'] gives K = {K} outputs; want K = D = {D} to feed outputs back as inputs")
    outputs = [Y_hat[-1]]
    while len(outputs) < n:
        Y_hat, trace = predict(cell, params, outputs[-1][None], final_state(trace))
        outputs.append(Y_hat[-1])
    return np.array(outputs)


def final_state(trace):
    """Return the state after the last step, in the form that the cell's `forward` takes back.

    Parameters
    ----------
    trace : list of Step, or one stacked Step
        The second thing that ``cell.forward`` returned.

    Returns
    -------
    (h_T, C_T), each an ndarray of shape (H, B) of its own; for the plain RNN h_T alone.

    Raises
    ------
    TypeError
        Something else, such as a single step.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> params = lstm.init_params(1, 8, np.random.default_rng(0))
    >>> hs, steps = lstm.forward(params, np.zeros((20, 1, 4)))
    >>> h_T, C_T = final_state(steps)
    >>> bool((h_T == hs[-1]).all())
    True
    """
    if isinstance(trace, list) and trace and hasattr(trace[-1], "h_t"):
        last = trace[-1]
    elif np.ndim(getattr(trace, "h_t", None)) == 3:
        last = type(trace)(*(field[-1] for field in trace))
    else:
        got = f"{validation.kind_of(trace)}{validation.convention(trace)}"
        raise TypeError(f"trace is {got}; want the list of Step from forward, or its stack")
    return (last.h_t.copy(), last.C_t.copy()) if hasattr(last, "C_t") else last.h_t.copy()


def _hidden_states(cell, params, X, state):
    hs, trace = validation.cell(cell).forward(params, X, state)
    validation.parameters(params, READ_OUT, {"H": hs.shape[1]}, hs.dtype)
    return hs, trace
