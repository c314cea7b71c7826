"""The LSTM layer, to be run: the parameters, results and trace of ``lstm.py``, in less time.

    [a_C; a_f/2; a_i/2; a_o/2] = W · [h_{t-1}; x_t; 1]     one matrix product: four gates, and the biases with them
    [C̃_t; f_t; i_t; o_t]      = tanh, then ½ + ½ tanh      one tanh: σ(a) = ½ + ½ tanh(a/2)
    C_t = sum of the halves of [C_{t-1}; C̃_t] * [f_t; i_t]

Each trick has the one comment that says why. A trace is what ``lstm.stack`` makes of steps, but its fields are
windows on two tapes, not arrays of their own. There is no `step` here, since what is saved is saved between steps:
to see one, take ``lstm.step``.
"""

from math import prod

import numpy as np

from lstm_lib import lstm, validation
from lstm_lib.lstm import Step

ORDER = ("C", "f", "i", "o")  # the three σ lie side by side, and so do the two factors of each product in C_t
init_params = lstm.init_params  # the parameters are the same; a cell has its own door to them


def forward(params, X, state=None):
    """Return the hidden states of a whole sequence, and the trace of what made them.

    Parameters
    ----------
    params, X, state
        As in `lstm_lib.lstm.forward`.

    Returns
    -------
    hs : ndarray of shape (T, H, B)
        h_1 … h_T.
    trace : Step
        Stacked: z_t of shape (T, H+D, B), every other field of shape (T, H, B).

    Raises
    ------
    TypeError, ValueError
        As `lstm_lib.lstm.forward`.

    Examples
    --------
    >>> hs, trace = forward(init_params(2, 3, np.random.default_rng(0)), np.zeros((5, 2, 4)))
    >>> hs.shape, trace.C_t.shape
    ((5, 3, 4), (5, 3, 4))
    """
    X, (h_0, C_0) = validation.sequence(params, lstm.SHAPES, X, state, lstm.STATE)
    (T, D, B), H, dtype = X.shape, len(h_0), X.dtype
    W, b = (np.concatenate([params[f"{letter}_{k}"] for k in ORDER]) for letter in "Wb")
    W = np.concatenate([W, b], axis=1)  # the bias is the weight of an input that is always 1: no addition
    W[H:] *= 0.5  # halved beforehand, so that one tanh serves all four
    z = _empty((T + 1, H + D + 1, B), dtype)  # h_t is written where step t + 1 reads it: no concatenation
    z[0, :H], z[:T, H:-1], z[:, -1] = h_0, X, 1
    tape = _empty((T + 1, 5, H, B), dtype)  # C_{t-1}, C̃_t, f_t, i_t, o_t: the loop makes no array
    tape[0, 0] = C_0
    kept, written, tanh_C = scratch = _empty((3, H, B), dtype)
    products, half = scratch[:2], np.array(0.5, dtype)
    tanh, multiply, add, dot = np.tanh, np.multiply, np.add, W.dot  # looked up once; `dot` starts faster than `@`
    gates, hs = tape[:T, 1:].reshape(T, 4 * H, B), z[1:, :H]
    C, C_tilde, f, i, o = tape.swapaxes(0, 1)
    views = z[:T], gates, tape[:T, 2:], tape[:T, :2], tape[:T, 2:4], o[:T], C[1:], hs
    for z_t, a, sigmas, C_prev_C_tilde, f_i, o_t, C_t, h_t in zip(*views, strict=True):
        dot(z_t, a)
        tanh(a, a)
        multiply(sigmas, half, sigmas)
        add(sigmas, half, sigmas)
        multiply(C_prev_C_tilde, f_i, products)
        add(kept, written, C_t)
        tanh(C_t, tanh_C)
        multiply(o_t, tanh_C, h_t)
    trace = Step(z[:T, :-1], f[:T], i[:T], C_tilde[:T], C[:T], C[1:], o[:T], hs)
    return hs.copy(), trace


def backward(params, dhs, trace, dstate=None):
    """Return every gradient of a sequence: backpropagation through time.

    Parameters
    ----------
    params, dhs, dstate
        As in `lstm_lib.lstm.backward`.
    trace : Step
        What `forward` returned, or `lstm_lib.lstm.stack` of steps.

    Returns
    -------
    grads, dX, dstate_0
        As from `lstm_lib.lstm.backward`.

    Raises
    ------
    TypeError, ValueError
        As `lstm_lib.lstm.backward`; a `trace` that is no stacked Step.

    Examples
    --------
    >>> params = init_params(2, 3, np.random.default_rng(0))
    >>> hs, trace = forward(params, np.ones((5, 2, 4)))
    >>> grads, dX, (dh_0, dC_0) = backward(params, np.ones_like(hs), trace)
    >>> grads["W_f"].shape, dX.shape, dC_0.shape
    ((3, 5), (5, 2, 4), (3, 4))
    """
    dhs, dstate = validation.gradients(params, lstm.SHAPES, dhs, trace, dstate, lstm.STATE, Step, stacked=True)
    usual = np.setbufsize(256)  # blocks shorter than NumPy's buffer (of this thread) would be copied into it first
    try:
        dW, dX, dstate_0 = _through_time(params, dhs, trace, *dstate)
    finally:
        np.setbufsize(usual)
    rows = dict(zip(ORDER, dW.reshape(4, -1, dW.shape[1]), strict=True))
    grads = {f"W_{k}": rows[k][:, :-1].copy() for k in lstm.GATES}
    return grads | {f"b_{k}": rows[k][:, -1:].copy() for k in lstm.GATES}, dX, dstate_0


def _through_time(params, dhs, trace, dh, dC):
    (T, H, B), rows, dtype = dhs.shape, trace.z_t.shape[1], dhs.dtype
    W_T = np.ascontiguousarray(
        np.concatenate([params[f"W_{k}"] for k in ORDER]).T
    )  # once; the loop reads it T times
    dW, dX = np.zeros((4 * H, rows + 1), dtype), np.empty((T, rows - H, B), dtype)
    n = min(T, 64, max(2**17 // (H * B * dtype.itemsize), 256 // B, 1))  # steps at a time: what a cache holds
    n = -(-T // round(T / n))  # pieces of one length: a short one takes as many calls
    factors, dz, z_T = (_empty((n, *shape), dtype) for shape in ((6, H, B), (rows, B), (B, rows + 1)))
    z_T[..., -1] = 1  # the input of the biases
    negligible = _negligible(dhs, dh, dC) if n < T else 0
    for stop in range(T, 0, -n):
        t = slice(max(stop - n, 0), stop)
        m = stop - t.start
        _slopes(factors[:m], *(field[t] for field in trace[1:]))
        dh, dC = _steps_backward(W_T.dot, dhs[t], factors[:m], dz[:m], dh, dC)
        dX[t] = dz[:m, H:]
        z_T[:m, :, :-1] = trace.z_t[t].swapaxes(1, 2)
        dW += _summed_products(factors[:m, 1:5].reshape(m, 4 * H, B), z_T[:m])
        if t.start:
            dh[np.abs(dh) < negligible], dC[np.abs(dC) < negligible] = 0, 0
    return dW, dX, (dh, dC)


def _negligible(*gradients):
    """Return below which size a gradient that comes back is taken for zero.

    A few steps on it would be subnormal, a number with fewer digits, for which some processors take a hundred
    times as long. What a loss at the last step leaves after some hundred steps is of this kind, and changes no
    digit of the sums that are dW. Gradients that are small from the beginning are not touched.
    """
    numbers, largest = np.finfo(gradients[0].dtype), max(np.abs(g).max() for g in gradients)
    return numbers.tiny / numbers.eps**2 * min(largest, 1)


def _slopes(factors, f, i, C_tilde, C_prev, C, o, h):
    """Fill in what does not wait for a gradient, a few calls for all steps: the slopes of C_t and h_t."""
    one, multiply, subtract = np.array(1, f.dtype), np.multiply, np.subtract
    to_C_prev, to_C, to_f, to_i, to_o, through_h = factors.swapaxes(0, 1)
    # (1 − f) f C_{t−1}
    subtract(one, f, to_f)
    multiply(to_f, f, to_f)
    multiply(to_f, C_prev, to_f)
    # C̃ (1 − i) i, and (1 − C̃²) i = i − C̃ (C̃ i)
    multiply(C_tilde, i, to_i)
    multiply(C_tilde, to_i, to_C)
    subtract(i, to_C, to_C)
    subtract(one, i, to_C_prev)
    multiply(to_i, to_C_prev, to_i)
    # tanh C (1 − o) o = (1 − o) h, and (1 − tanh² C) o = o − tanh C h
    subtract(one, o, to_o)
    multiply(to_o, h, to_o)
    np.tanh(C, through_h)
    multiply(through_h, h, through_h)
    subtract(o, through_h, through_h)
    to_C_prev[:] = f


def _steps_backward(dot, dhs, factors, dz, dh, dC):
    """Turn the factors into gradients in place, the last step first; the sums of dz_t go on to the step before."""
    add, multiply, H = np.add, np.multiply, dhs.shape[1]
    das = factors[:, 1:5].reshape(len(dhs), 4 * H, -1)
    to_C_prev, to_o, through_h = factors[:, 0], factors[:, 4], factors[:, 5]
    windows = dhs, to_o, through_h, factors[:, :4], to_C_prev, das, dz, dz[:, :H]
    for dh_t, by_dh, and_by_dh, by_dC, dC_prev, da, dz_t, dh_prev in zip(*(w[::-1] for w in windows), strict=True):
        add(dh, dh_t, dh)
        multiply(by_dh, dh, by_dh)  # two calls: they start faster than one that has to repeat dh
        multiply(and_by_dh, dh, and_by_dh)
        add(dC, and_by_dh, dC)
        multiply(by_dC, dC, by_dC)
        dot(da, dz_t)
        dh, dC = dh_prev, dC_prev
    return dh.copy(), dC.copy()


def _summed_products(da, z_T):
    """Return Σ_t da_t · z_tᵀ: not step by step, but after the loop."""
    m, rows, B = da.shape
    if B >= 16 and rows * B * z_T.shape[2] <= 10**6:  # OpenBLAS does not spend time on packing such matrices
        return (np.ones(m, da.dtype) @ np.matmul(da, z_T).reshape(m, -1)).reshape(rows, -1)  # BLAS adds faster
    return da.swapaxes(0, 1).reshape(rows, m * B) @ z_T.reshape(m * B, -1)  # else one product over steps and batch


def _empty(shape, dtype):
    """Return an array that starts at the start of a cache line: else every 64-byte load of AVX-512 touches two."""
    n, line = prod(shape), 64 // dtype.itemsize
    memory = np.empty(n + line, dtype)
    start = -memory.__array_interface__["data"][0] % 64 // dtype.itemsize
    return memory[start : start + n].reshape(shape)
