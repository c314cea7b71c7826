"""Where training begins: two starts for long memories, in place of the uniform one of ``init_params``.

chrono        b_f = ln u, b_i = −b_f, u uniform in [1, T − 1]      gates open for about u steps
orthogonal    W_h = [Q, W_x], Q Qᵀ = I                             h turns, and neither grows nor shrinks
"""

import numpy as np

from lstm_lib import flow, lstm, rnn, validation


def chrono(params, T, rng):
    """Return the parameters of an LSTM with gate biases for memories of up to about T steps.

    Parameters
    ----------
    params : dict of ndarray
        As made by `lstm_lib.lstm.init_params`, a read-out beside it or not; left as it is.
    T : int
        The longest time over which something has to be remembered, at least 3.
    rng : numpy.random.Generator
        Where the times come from, one for each unit.

    Returns
    -------
    dict of ndarray
        The same, but for b_f = ln u and b_i = −b_f, with u uniform in [1, T − 1].

    Raises
    ------
    TypeError, ValueError
        `params` of another kind or shape; T that is no whole number of at least 3; an `rng` that is no generator.

    Notes
    -----
    Tallec & Ollivier, "Can recurrent neural networks warp time?", ICLR 2018. While the weights are silent,
    σ(ln u) = 1 − 1/(u + 1) is kept at each step, so that a memory fades over about u + 1 steps, and as much is
    written as fades.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> params = chrono(lstm.init_params(2, 3, rng), 100, rng)
    >>> np.exp(params["b_f"]).round(1).T, (params["b_i"] == -params["b_f"]).all()
    (array([[40.6, 20.5,  9.9]]), np.True_)
    """
    sizes = validation.parameters(params, lstm.SHAPES)
    T, rng = validation.size("T", T, least=3), validation.generator("rng", rng)
    b_f = np.log(rng.uniform(1, T - 1, (sizes["H"], 1))).astype(params["b_f"].dtype)
    return params | {"b_f": b_f, "b_i": -b_f}


def orthogonal(params, rng, *, scale=1.0):
    """Return the parameters of a plain RNN whose weights on h_{t-1} are a random rotation or reflection.

    Parameters
    ----------
    params : dict of ndarray
        As made by `lstm_lib.rnn.init_params`, a read-out beside it or not; left as it is.
    rng : numpy.random.Generator
        Where the matrix comes from; every orthogonal one is equally likely.
    scale : float, default 1.0
        Above 0; all singular values of the weights on h_{t-1}, and the size of all their eigenvalues.

    Returns
    -------
    dict of ndarray
        The same, but for W_h: its first H columns are `scale` times an orthogonal matrix.

    Raises
    ------
    TypeError, ValueError
        `params` of another kind or shape; an `rng` that is no generator; a scale that is not above 0.

    Notes
    -----
    Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", ICLR 2014.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> W = orthogonal(rnn.init_params(2, 3, rng), rng)["W_h"]
    >>> W.shape, (W[:, :3] @ W[:, :3].T).round(12) + 0.0
    ((3, 5), array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]]))
    """
    sizes = validation.parameters(params, rnn.SHAPES)
    W_h = params["W_h"].copy()
    W_h[:, : sizes["H"]] = flow.orthogonal(sizes["H"], rng, scale)
    return params | {"W_h": W_h}
