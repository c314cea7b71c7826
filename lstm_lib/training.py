"""Fitting parameters to data, in order of growing complexity: SGD, Adam, clipping, the loop; and where it begins.

Optimisers and loop do not know what a cell is. Parameters and gradients are two dicts with the same names; an
optimiser changes the first according to the second, in place. A step is made whole or not at all: one that would
leave anything infinite or NaN, in the parameters or in what the optimiser remembers, changes neither.
Two starts for long memories stand at the end, in place of the one of ``init_params``, uniform in ±1/√H as in
PyTorch (Keras and Flax start with orthogonal weights on h):

    chrono        b_f = ln u, b_i = −b_f, u uniform in [1, T − 1]      a memory fades over about u + 1 steps
    orthogonal    W_h = [Q, W_x], Q Qᵀ = I                             h turns, and neither grows nor shrinks
"""

import os
import sys
from collections.abc import Iterable

import numpy as np
from tqdm.auto import tqdm

from lstm_lib import flow, lstm, rnn, validation

if sys.platform == "emscripten":
    tqdm.monitor_interval = 0  # what it watches slow bars with is a thread, and Python in a browser has one only


class SGD:
    """Stochastic gradient descent: p ← p − lr · g, with momentum v ← m v − lr · g and p ← p + v if asked for.

    Parameters
    ----------
    lr : float
        Learning rate, above 0.
    momentum : float, default 0.0
        m in [0, 1) (Polyak, USSR Computational Mathematics and Mathematical Physics 4(5), 1964).

    Raises
    ------
    TypeError, ValueError
        A rate that is no number or out of range.
    FloatingPointError
        From `step`, if its result is not finite; nothing has been changed then.

    Examples
    --------
    >>> params = {"w": np.array([1.0])}
    >>> SGD(lr=0.5).step(params, {"w": np.array([1.0])})
    >>> params["w"]
    array([0.5])
    """

    def __init__(self, lr, momentum=0.0):
        self.lr = validation.number("lr", lr, above=0)
        self.momentum = validation.number("momentum", momentum, least=0, below=1)
        self._velocity = {}

    def step(self, params, grads):
        """Change `params` in place; both are dicts of ndarray with the same names and shapes."""
        _require_same_names(params, grads)
        with np.errstate(all="ignore"):  # an overflow is answered in words, by _commit
            v = {name: self.momentum * self._velocity.get(name, 0) - self.lr * g for name, g in grads.items()}
            _commit(params, {name: params[name] + v[name] for name in grads}, {"velocity": v})
        self._velocity |= v


class Adam:
    """Adam: a step for each parameter, scaled by the running mean and size of its gradients.

    m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   p ← p − lr · m̂ / (√v̂ + ε),
    where m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) undo the start from zero.

    Parameters
    ----------
    lr : float, default 1e-3
        Learning rate, above 0.
    beta1, beta2 : float, default 0.9 and 0.999
        How slowly the two means forget, in [0, 1).
    eps : float, default 1e-8
        Keeps the division finite, above 0.

    Raises
    ------
    TypeError, ValueError
        A setting that is no number or out of range.
    FloatingPointError
        From `step`, if its result is not finite; nothing has been changed then.

    Notes
    -----
    Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv:1412.6980, algorithm 1.

    Examples
    --------
    >>> params = {"w": np.array([1.0])}
    >>> Adam(lr=0.1).step(params, {"w": np.array([5.0])})
    >>> params["w"].round(6)
    array([0.9])
    """

    def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr = validation.number("lr", lr, above=0)
        self.beta1 = validation.number("beta1", beta1, least=0, below=1)
        self.beta2 = validation.number("beta2", beta2, least=0, below=1)
        self.eps = validation.number("eps", eps, above=0)
        self._m, self._v, self._t = {}, {}, 0

    def step(self, params, grads):
        """Change `params` in place; both are dicts of ndarray with the same names and shapes."""
        _require_same_names(params, grads)
        t, m, v, updated = self._t + 1, {}, {}, {}
        with np.errstate(all="ignore"):  # an overflow is answered in words, by _commit
            for name, g in grads.items():
                m[name] = self.beta1 * self._m.get(name, 0) + (1 - self.beta1) * g
                v[name] = self.beta2 * self._v.get(name, 0) + (1 - self.beta2) * g**2
                m_hat = m[name] / (1 - self.beta1**t)
                v_hat = v[name] / (1 - self.beta2**t)
                updated[name] = params[name] - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
            _commit(params, updated, {"mean gradient": m, "mean squared gradient": v})
        self._m, self._v, self._t = self._m | m, self._v | v, t


def clip_gradients(grads, max_norm):
    """Shrink all gradients together, in place, so that their common norm is at most `max_norm`.

    Parameters
    ----------
    grads : dict of ndarray
        Changed in place; the direction stays. Gradients that are not finite have none, and are left alone.
    max_norm : float
        Above 0.

    Returns
    -------
    float
        The norm before clipping: √ of the sum of all squares.

    Raises
    ------
    TypeError, ValueError
        `grads` that is no dict of arrays; `max_norm` that is no number or not above 0.

    Notes
    -----
    Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.

    Examples
    --------
    >>> grads = {"w": np.array([3.0, 4.0])}
    >>> clip_gradients(grads, 1.0), grads["w"]
    (5.0, array([0.6, 0.8]))
    """
    max_norm = validation.number("max_norm", max_norm, above=0)
    norm = _norm(validation.arrays("grads", grads))
    if max_norm < norm < np.inf:
        for g in grads.values():
            g *= max_norm / norm
    return norm


def fit(loss_and_grads, params, batches, optimiser, *, max_norm=None, progress=True):
    """Train: for each batch compute loss and gradients, clip, and let the optimiser step.

    Parameters
    ----------
    loss_and_grads : function
        Takes (params, *batch) and returns (loss, grads).
    params : dict of ndarray
        Changed in place.
    batches : iterable
        One item a step, such as a pair (X, Y); a list or a generator.
    optimiser : SGD or Adam
        Anything with ``step(params, grads)``.
    max_norm : float, optional
        Clip the gradients to this norm; None leaves them alone.
    progress : bool, default True
        Show a bar with the loss; setting TQDM_DISABLE=1 in the environment hides it too.

    Returns
    -------
    list of float
        The loss before each step. An interrupt (the stop button, Ctrl-C) ends the training early and keeps both
        the losses so far and the parameters as they are after the last full step.

    Raises
    ------
    FloatingPointError
        The loss, a gradient or a parameter is no longer finite. The message names the step and says what to try;
        the parameters are those of the last finite step.
    TypeError, ValueError
        An argument of another kind; no batches; `max_norm` out of range.

    Examples
    --------
    >>> params = {"w": np.array([1.0])}
    >>> def loss_and_grads(params, target):
    ...     return float((params["w"][0] - target) ** 2), {"w": 2 * (params["w"] - target)}
    >>> losses = fit(loss_and_grads, params, [3.0] * 50, SGD(lr=0.2), progress=False)
    >>> params["w"].round(6)
    array([3.])
    """
    validation.function("loss_and_grads", loss_and_grads, "lambda params, X, Y: (loss, grads)")
    validation.arrays("params", params)
    if isinstance(optimiser, type) or not callable(getattr(optimiser, "step", None)):
        raise TypeError(f"optimiser is {optimiser!r} ({type(optimiser).__name__}); want one such as Adam(lr=0.01)")
    if not isinstance(batches, Iterable):
        raise TypeError(f"batches is {batches!r} ({type(batches).__name__}); want a list or generator of batches")
    if max_norm is not None:
        validation.number("max_norm", max_norm, above=0)
    losses = []
    hidden = not progress or os.environ.get("TQDM_DISABLE", "0") != "0"  # tqdm's own notebook bar does not ask
    with tqdm(batches, unit="step", disable=hidden) as bar:
        try:
            for batch in bar:
                losses.append(_train_step(loss_and_grads, params, batch, optimiser, max_norm, losses))
                bar.set_postfix(loss=f"{losses[-1]:.3g}", refresh=False)
        except KeyboardInterrupt:
            print(f"Stopped by you after {len(losses)} steps; the parameters are kept.")
            return losses
    if not losses:
        raise ValueError("batches is empty; want at least one batch")
    return losses


def until(done, batches, *, every=50):
    """Hand on batches until `done()` says so, asked after every so many of them.

    Parameters
    ----------
    done : function
        Takes nothing, returns True when training is to end; called between two steps of `fit`.
    batches : iterable
        As for `fit`; it may go on for ever.
    every : int, default 50
        How many steps to make before asking, and before asking again.

    Yields
    ------
    batch
        What `batches` gives.

    Raises
    ------
    TypeError, ValueError
        `done` cannot be called; `every` is not a whole number of at least 1.

    Examples
    --------
    >>> params = {"w": np.array([8.0])}
    >>> batches = until(lambda: params["w"][0] < 1, [()] * 99, every=2)
    >>> losses = fit(lambda p: (float(p["w"][0]), {"w": p["w"]}), params, batches, SGD(lr=0.5), progress=False)
    >>> losses
    [8.0, 4.0, 2.0, 1.0]
    """
    validation.function("done", done, "lambda: accuracy(predict(params), Y) > 0.99")
    every = validation.size("every", every)
    for n, batch in enumerate(batches, 1):
        yield batch
        if n % every == 0 and done():
            return


def _train_step(loss_and_grads, params, batch, optimiser, max_norm, losses):
    """Return the loss of one step. It works on a copy; only the two lines before the return touch `params`."""
    batch = batch if isinstance(batch, tuple | list) else (batch,)
    with np.errstate(all="ignore"):  # an overflow is answered once, in words, by _require_finite
        try:
            answer = loss_and_grads(params, *batch)
        except FloatingPointError as error:
            raise _diverged(str(error), losses) from None
        loss, grads = validation.pair("loss_and_grads(params, ...)", answer, "(loss, grads)")
        loss = float(validation.array("the loss", loss, "", {}, finite=False))
        _require_same_names(params, grads)
        try:
            _require_finite({"the loss": loss} | {f"the gradient of {name}": g for name, g in grads.items()})
            if max_norm is not None:
                clip_gradients(grads, max_norm)
            updated = {name: p.copy() for name, p in params.items()}
            optimiser.step(updated, grads)
            _require_finite({f"the new {name}": p for name, p in updated.items()})
        except FloatingPointError as error:
            raise _diverged(str(error), losses) from None
    for name, p in params.items():
        p[...] = updated[name]
    return loss


def _commit(params, updated, remembered):
    """Change `params`, if the new ones and all that is to be remembered with them are finite."""
    updated = {name: p.astype(params[name].dtype, copy=False) for name, p in updated.items()}
    _require_finite({f"the new {name}": p for name, p in updated.items()})
    for what, values in remembered.items():
        _require_finite({f"the {what} of {name}": value for name, value in values.items()})
    for name, p in updated.items():
        params[name][...] = p


def _require_finite(values):
    for name, value in values.items():
        if not np.isfinite(value).all():
            raise FloatingPointError(f"{name} is not finite")


def _diverged(what, losses):
    before = f"the loss before it was {losses[-1]:.3g}; " if losses else ""
    return FloatingPointError(
        f"Training broke off at step {len(losses) + 1}: {what} ({before}the parameters are kept as they were). "
        "Try a smaller learning rate, max_norm=1.0 to clip the gradients, or data of a smaller scale."
    )


def _norm(grads):
    largest = float(max((np.abs(g).max(initial=0) for g in grads.values()), default=0))
    if not 0 < largest < np.inf:
        return largest
    shares = (np.divide(g, largest, dtype=np.float64) for g in grads.values())  # their squares cannot overflow
    return float(largest * np.sqrt(sum(np.sum(share**2) for share in shares)))


def _require_same_names(params, grads):
    validation.arrays("params", params)
    for name, g in validation.arrays("grads", grads).items():
        if name not in params:
            raise ValueError(f"grads has {', '.join(grads)}; params has {', '.join(params)}; want the same names")
        if np.shape(params[name]) != np.shape(g):
            raise ValueError(f"grads[{name!r}] has shape {np.shape(g)}; want {np.shape(params[name])} like params")


# --- where training begins ---------------------------------------------------------------------------------------


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
