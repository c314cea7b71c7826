"""What answers the exercises of Many sequences, fast: one product for four gates, shapes, halves, and batches.

Each check takes what the learner wrote, and says what there is to say about it. Beside them is what the
lesson does not show: the loops around the lines that it does show, and the measuring.
"""

import copy
from functools import partial

import numpy as np

from lstm_lib import fused, lstm
from lstm_lib.functional import sigmoid
from lstm_lib.lesson import attempts, stopwatch
from lstm_lib.lesson.checks import borrows, check, check_order, table
from lstm_lib.lesson.surroundings import Surroundings

# --- 1: one product ----------------------------------------------------------------------------------------------


def one_product(params, X, h, C):
    """Return the hidden states of a sequence, with one matrix product at each step.

    Parameters
    ----------
    params : dict of ndarray
        As from `lstm.init_params`.
    X : ndarray of shape (T, D, B)
        The input.
    h, C : ndarray of shape (H, B)
        The state before the first step.

    Returns
    -------
    ndarray of shape (T, H, B)

    Examples
    --------
    >>> zeros = np.zeros((3, 4))
    >>> one_product(lstm.init_params(2, 3, np.random.default_rng(0)), np.ones((5, 2, 4)), zeros, zeros).shape
    (5, 3, 4)
    """
    return _looped(params, X, h, C)


def _looped(
    params, X, h, C, order="Cfio", bias=1, squash=np.tanh, shown=np.tanh, turn=1, keep_h=True, keep_C=True
):
    """Step 1, with a place for each of the foreseen slips."""
    W, b = (np.concatenate([params[f"{name}_{k}"] for k in order]) for name in "Wb")
    H, h_0, C_0, hs = len(h), h, C, []
    for x in X:
        a = W @ np.concatenate([h, x][::turn]) + bias * b
        C_tilde, (f, i, o) = squash(a[:H]), sigmoid(a[H:]).reshape(3, H, -1)
        C = f * (C if keep_C else C_0) + i * C_tilde
        hs.append(o * shown(C))
        h = hs[-1] if keep_h else h_0
    return np.array(hs)


def _with(**slip):
    return lambda params, X, h, C: _looped(params, X, h, C, **slip)


def _memories(params, X, h, C):
    return np.array([s.C_t for s in lstm.forward(params, X, (h, C))[1]])


_PRODUCTS = {
    "the bias is missing": _with(bias=0),
    "the candidate goes through σ like the gates: it wants tanh": _with(squash=sigmoid),
    "the candidate is not squashed: it wants tanh": _with(squash=np.positive),
    "the rows are read in the order f, i, C, o, and the candidate's lie on top": _with(order="iCfo"),
    "the rows are read in the order f, i, o, C, and the candidate's lie on top": _with(order="oCfi"),
    "two of the gates have changed places: below the candidate lie f, i, o": _with(order="Cifo"),
    "x is on top in z: h comes first": _with(turn=-1),
    "the memory is shown without its tanh": _with(shown=np.positive),
    "every step sees the first h: h has to go on to the next step": _with(keep_h=False),
    "every step starts from the first C: C has to go on to the next step": _with(keep_C=False),
    "only the last h is given back: want all of them, one below the other": (
        lambda params, X, h, C: _looped(params, X, h, C)[-1]
    ),
    "it is C that is collected: want h": _memories,
}


def _layers():
    """Return what goes into a layer, at four sizes."""
    return [_layer(*sizes) for sizes in ((7, 3, 4, 5), (1, 2, 1, 3), (30, 2, 8, 3), (1, 1, 1, 1))]


def _layer(T, D, H, B):
    rng = np.random.default_rng(7)
    return lstm.init_params(D, H, rng), rng.normal(size=(T, D, B)), *rng.normal(size=(2, H, B))


def check_one_product(attempt):
    """Check step 1, and tell how fast it is."""
    if borrows("your layer", attempt, {"lstm", "fused"}, {"forward", "step"}, "Write the loop out."):
        return
    known = {f"You get this if {words}.": slip for words, slip in _PRODUCTS.items()}
    cases = _layers()
    check("your layer", attempt, one_product, given=cases, known=known)
    around = Surroundings(attempt)
    cases.append(cases[0])
    outcomes = [attempts.run(attempt, case) for case in cases]
    if all(_right(outcome.value, one_product(*case)) for outcome, case in zip(outcomes, cases, strict=True)):
        print(_how_fast(attempt))
    around.put_back()


def _right(value, wanted):
    return isinstance(value, np.ndarray) and value.shape == wanted.shape and np.allclose(value, wanted)


def _how_fast(attempt):
    params, X, h, C = _layer(50, 1, 16, 1)
    race = {
        "four products": lambda: lstm.forward(params, X, (h, C)),
        "one": lambda: attempt(copy.copy(params), X, h, C),
    }
    took = stopwatch.times("your layer", race)
    ratio = took["four products"] / took["one"]
    return f"With 16 units and one sequence it is {ratio:.1f} times as fast as lstm.forward, on this machine."


# --- the versions of the lesson ----------------------------------------------------------------------------------


def same(version):
    """Print whether a version gives the hidden states of `lstm.forward`, to 12 digits, at four sizes.

    Parameters
    ----------
    version : function
        Of params, X, h, C, as `one_product`.

    Examples
    --------
    >>> same(one_product)
    the same as lstm.forward
    >>> same(lambda params, X, h, C: np.zeros((len(X), *h.shape)))  # doctest: +ELLIPSIS
    not lstm.forward: up to ... apart
    """
    apart = 0.0
    for params, X, h, C in _layers():
        right = lstm.forward(params, X, (h, C))[0]
        apart = max(apart, np.abs(version(params, X, h, C) - right).max())
    print("the same as lstm.forward" if apart < 1e-12 else f"not lstm.forward: up to {apart:.1g} apart")


def looped(weights, gates):
    """Return a version: the loop of step 1, with its own weights and gates.

    Parameters
    ----------
    weights : function
        Of params, gives W and b.
    gates : function
        Of W, b, z and H, gives C̃, f, i and o.

    Returns
    -------
    function

    Examples
    --------
    >>> zeros, ones = np.zeros((3, 4)), np.ones((3, 4))
    >>> looped(lambda params: (0, 0), lambda W, b, z, H: [ones] * 4)({}, np.ones((2, 1, 4)), zeros, zeros).shape
    (2, 3, 4)
    """

    def version(params, X, h, C):
        (W, b), H, hs = weights(params), len(h), []
        for x in X:
            C_tilde, f, i, o = gates(W, b, np.concatenate([h, x]), H)
            C = f * C + i * C_tilde
            h = o * np.tanh(C)
            hs.append(h)
        return np.array(hs)

    return version


def hoisted(all_x):
    """Return a version: step 3 with the products with X made before the loop.

    Parameters
    ----------
    all_x : function
        Of W_x, b and X, gives W_x · x_t + b for all steps, of shape (T, 4H, B).

    Returns
    -------
    function

    Examples
    --------
    >>> same(hoisted(lambda W_x, b, X: W_x @ X + b))
    the same as lstm.forward
    """

    def version(params, X, h, C):
        (T, _, B), H = X.shape, len(h)
        W, b = (np.concatenate([params[f"{name}_{k}"] for k in "Cfio"]) for name in "Wb")
        W[H:] *= 0.5
        b[H:] *= 0.5
        W_h, a, u = W[:, :H].copy(), np.empty((4 * H, B)), np.empty((H, B))
        C, hs = C.copy(), np.empty((T, H, B))
        for a_x, out in zip(all_x(W[:, H:], b, X), hs, strict=True):
            np.tanh(np.add(np.dot(W_h, h, out=a), a_x, out=a), out=a)
            C_tilde, f, i, o = a.reshape(4, H, -1)
            a[H:] *= 0.5
            a[H:] += 0.5
            np.add(np.multiply(f, C, out=C), np.multiply(i, C_tilde, out=u), out=C)
            h = np.multiply(o, np.tanh(C, out=u), out=out)
        return hs

    return version


def one_after_the_other(f, w):
    """Return the memory of a layer whose gates do not look at h, made step by step.

    Parameters
    ----------
    f, w : ndarray of shape (T, …)
        What is kept and what is written at each step.

    Returns
    -------
    ndarray of shape (T, …)

    Examples
    --------
    >>> one_after_the_other(np.array([0.5, 0.5]), np.array([1.0, 1.0]))
    array([1. , 1.5])
    """
    C, memory = np.zeros_like(w[0]), []
    for f_t, w_t in zip(f, w, strict=True):
        C = f_t * C + w_t
        memory.append(C)
    return np.array(memory)


# --- the times of the lesson ------------------------------------------------------------------------------------

LAYERS = {  # T, D, H, B
    "T=50 B=1 D=1 H=16": (50, 1, 16, 1),
    "T=100 B=32 D=2 H=32": (100, 2, 32, 32),
    "T=50 B=64 D=256 H=256": (50, 256, 256, 64),
}
GROWTH = {
    "T": {str(T): (T, 2, 32, 32) for T in (25, 50, 100, 200, 400)},
    "B": {str(B): (100, 2, 32, B) for B in (1, 4, 16, 64, 256)},
    "H": {str(H): (50, 2, H, 32) for H in (8, 16, 32, 64, 128, 256, 512)},
}


def compare(versions, name=""):
    """Return the times of several ways to compute the hidden states, beside `lstm.forward`, at three sizes.

    Parameters
    ----------
    versions : dict of function
        What it is called → a function of params, X, h, C.
    name : str
        How the names of these comparisons begin in the table of `stopwatch`.

    Returns
    -------
    dict of dict
        A size in words → the names of the versions → milliseconds.

    Examples
    --------
    >>> list(compare({}))
    ['T=50 B=1 D=1 H=16', 'T=100 B=32 D=2 H=32', 'T=50 B=64 D=256 H=256']
    """
    return {words: stopwatch.times(name + words, _race(versions, *size)) for words, size in LAYERS.items()}


def _race(versions, T, D, H, B):
    params, X, h, C = _layer(T, D, H, B)
    race = {words: partial(version, params, X, h, C) for words, version in versions.items()}
    return {"lstm.forward": partial(lstm.forward, params, X, (h, C))} | race


def gain(at_once, B):
    """Return how many times as fast the gradient of W is as one large product; see first that it is the same.

    Parameters
    ----------
    at_once : function
        Of the gradients of the sums and of z, of shapes (T, 4H, B) and (T, H+D, B).
    B : int
        The number of sequences.

    Returns
    -------
    float

    Examples
    --------
    >>> bool(gain(lambda da, z: np.einsum("trb,tcb->rc", da, z), 1) > 1)
    True
    """
    rng = np.random.default_rng(7)
    da, z = rng.normal(size=(100, 128, B)), rng.normal(size=(100, 34, B))
    assert np.allclose(_step_by_step(da, z), at_once(da, z), rtol=1e-12, atol=1e-11)
    race = {"step_by_step": partial(_step_by_step, da, z), "at_once": partial(at_once, da, z)}
    took = stopwatch.times(f"dW, B = {B}", race)
    return took["step_by_step"] / took["at_once"]


def _step_by_step(da, z):
    dW = np.zeros((da.shape[1], z.shape[1]))
    for da_t, z_t in zip(da, z, strict=True):
        dW += da_t @ z_t.T
    return dW


def print_layers():
    """Print how many times as fast as `lstm` `fused` is, forward and backward, at three sizes.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", LSTM_TIMES="stored"):  # without it, they are measured here and now
    ...     print_layers()  # doctest: +ELLIPSIS
    there and back, ...
    """
    print(f"{'there and back, times as fast as lstm in float64':50}{'fused':>8}{'fused, float32':>16}")
    for words, size in LAYERS.items():
        took = _there_and_back_at(f"layers, {words}", *size)
        print(f"{words:50}{took['lstm'] / took['fused']:8.1f}{took['lstm'] / took['fused, float32']:16.1f}")


def costs():
    """Return the times of `lstm` and `fused` for growing numbers of steps, sequences and units.

    Returns
    -------
    dict of dict
        "T", "B", "H" → for each number of them, as text, "lstm", "fused" and "fused, float32" → milliseconds.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", LSTM_TIMES="stored"):  # without it, they are measured here and now
    ...     list(costs()["B"])
    ['1', '4', '16', '64', '256']
    """
    return {
        letter: {n: _there_and_back_at(f"growth, {letter} = {n}", *size) for n, size in row.items()}
        for letter, row in GROWTH.items()
    }


def _there_and_back_at(name, T, D, H, B):
    params, X, _, _ = _layer(T, D, H, B)
    dhs = np.random.default_rng(7).normal(size=(T, H, B))
    half = {k: p.astype(np.float32) for k, p in params.items()}
    race = {
        "lstm": partial(_there_and_back, lstm, params, X, dhs),
        "fused": partial(_there_and_back, fused, params, X, dhs),
        "fused, float32": partial(_there_and_back, fused, half, X.astype(np.float32), dhs.astype(np.float32)),
    }
    return stopwatch.times(name, race)


def _there_and_back(layer, params, X, dhs):
    return layer.backward(params, dhs, layer.forward(params, X)[1])


# --- 2 and 3: shapes and halves ----------------------------------------------------------------------------------


def _shapes(T, D, H, B):
    return {"z_t": (H + D, B), "W": (4 * H, H + D + 1), "Z": (T + 1, H + D + 1, B)}


_SHAPES = {
    "z_t: is x in it, too?": lambda T, D, H, B: {"z_t": (H, B)},
    "z_t: the row of ones is in the tape only.": lambda T, D, H, B: {"z_t": (H + D + 1, B)},
    "z_t: rows and columns have changed places: the columns are the sequences.": (
        lambda T, D, H, B: {"z_t": (B, H + D)}
    ),
    "z_t: h lies on top of x, so there are H + D rows, not H times D.": lambda T, D, H, B: {"z_t": (H * D, B)},
    "W: where is the bias?": lambda T, D, H, B: {"W": (4 * H, H + D)},
    "W: that is one gate of the four.": lambda T, D, H, B: {"W": (H, H + D + 1)},
    "W: the candidate is in it, too: four blocks of rows.": lambda T, D, H, B: {"W": (3 * H, H + D + 1)},
    "W: rows and columns have changed places: the gates lie one below the other.": (
        lambda T, D, H, B: {"W": (H + D + 1, 4 * H)}
    ),
    "W: the gates lie in rows, so the columns are those of one gate.": (
        lambda T, D, H, B: {"W": (4 * H, 4 * (H + D + 1))}
    ),
    "W: one column holds the biases of all four gates.": lambda T, D, H, B: {"W": (4 * H, H + D + 4)},
    "Z: the last h needs a place, too.": lambda T, D, H, B: {"Z": (T, H + D + 1, B)},
    "Z: a row of ones is missing.": lambda T, D, H, B: {"Z": (T + 1, H + D, B)},
    "Z: the last h needs a place, too, and each z a row of ones.": lambda T, D, H, B: {"Z": (T, H + D, B)},
    "Z: time first, then rows, then sequences: T + 1 comes first.": (
        lambda T, D, H, B: {"Z": (B, T + 1, H + D + 1)}
    ),
    "Z: z has changed places with its transpose: time first, then rows, then sequences.": (
        lambda T, D, H, B: {"Z": (T + 1, B, H + D + 1)}
    ),
}


def check_three_shapes(three_shapes):
    """Check the shapes of z, of the stacked W and of the tape."""
    cases = [(7, 3, 4, 5), (2, 9, 1, 6), (5, 2, 8, 3)]
    check("z_t, W and Z", three_shapes, _shapes, given=cases, known=_SHAPES)


def _both(made):
    return lambda W, b: {"W": made(W), "b": made(b)}


_HALVES = {
    "The argument of the tanh is still a, and it should be a/2.": lambda W, b: {"W": W, "b": b},
    "The bias is a part of a, and has to be halved, too.": lambda W, b: {"W": 0.5 * W, "b": b},
    "The weights are a part of a, and have to be halved, too.": lambda W, b: {"W": W, "b": 0.5 * b},
    "That doubles a. It should be halved.": _both(lambda a: 2 * a),
    "That is a quarter of a: it should be halved once.": _both(lambda a: a / 4),
    "½ is taken away from each. Each should be multiplied by ½.": _both(lambda a: a - 0.5),
    "½ + ½ tanh comes later: only its argument is asked for.": _both(lambda a: 0.5 + 0.5 * np.tanh(a)),
    "tanh(a) = 2 σ(2a) − 1 is the other way round. Here a should be halved.": _both(lambda a: 2 * a - 1),
    "`//` rounds down to a whole number: take / or 0.5 *.": _both(lambda a: a // 2),
}


def check_for_tanh(for_tanh):
    """Check that a gate with σ is made into one with tanh, and that what was given stays as it was."""
    rng = np.random.default_rng(1)
    cases = [(rng.normal(size=(H, H + 2)), rng.normal(size=(H, 1))) for H in (3, 2)]
    cases += [tuple(40 * array for array in cases[1])]
    check("W′ and b′", for_tanh, _both(lambda a: 0.5 * a), given=cases, known=_HALVES)


# --- 4: two steps are one ----------------------------------------------------------------------------------------

_TWO_STEPS = {
    "That is step 2 first, and step 1 after it.": lambda f_1, w_1, f_2, w_2: (f_1 * f_2, f_1 * w_2 + w_1),
    "What step 1 writes is still there in step 2, where f_2 multiplies it.": (
        lambda f_1, w_1, f_2, w_2: (f_1 * f_2, w_1 + w_2)
    ),
    "Of what is kept in step 1 a share is kept in step 2: the f are multiplied.": (
        lambda f_1, w_1, f_2, w_2: (f_1 + f_2, f_2 * w_1 + w_2)
    ),
    "f is f_2 alone: in step 1, too, only a share is kept, so both f count.": (
        lambda f_1, w_1, f_2, w_2: (f_2, f_2 * w_1 + w_2)
    ),
    "f is f_1 alone: in step 2, too, only a share is kept, so both f count.": (
        lambda f_1, w_1, f_2, w_2: (f_1, f_2 * w_1 + w_2)
    ),
    "w_1 is written in step 1, after f_1 has done its work: it is f_2 that multiplies it.": (
        lambda f_1, w_1, f_2, w_2: (f_1 * f_2, f_1 * w_1 + w_2)
    ),
    "w_1 is written after f_1 has done its work: only f_2 multiplies it.": (
        lambda f_1, w_1, f_2, w_2: (f_1 * f_2, f_1 * f_2 * w_1 + w_2)
    ),
    "w_2 is not multiplied: it comes after f_2 has done its work.": (
        lambda f_1, w_1, f_2, w_2: (f_1 * f_2, f_2 * (w_1 + w_2))
    ),
    "Step 2 writes, too: w_2 is missing.": lambda f_1, w_1, f_2, w_2: (f_1 * f_2, f_2 * w_1),
    "Step 1 writes, too: w_1 is missing.": lambda f_1, w_1, f_2, w_2: (f_1 * f_2, w_2),
    "There is a wrong sign: w_2 is added.": lambda f_1, w_1, f_2, w_2: (f_1 * f_2, f_2 * w_1 - w_2),
    "What is written is added up: w_1 and w_2 are not multiplied.": (
        lambda f_1, w_1, f_2, w_2: (f_1 * f_2, w_1 * w_2)
    ),
}


def check_put_together(put_together):
    """Check the rule by which two steps of the memory become one."""
    known = {words: _named(slip) for words, slip in _TWO_STEPS.items()}
    right = _named(lambda f_1, w_1, f_2, w_2: (f_2 * f_1, f_2 * w_1 + w_2))
    cases = [(0.5, 2.0, 0.9, -1.0), (0.3, -0.7, 0.6, 1.3), (0.8, 1.1, 0.25, 0.4)]
    check("f and w of both steps", put_together, right, given=cases, known=known)


def _named(pair):
    return lambda *given: dict(zip("fw", pair(*given), strict=True))


# --- 5 and 6: an order, and batches ------------------------------------------------------------------------------

LINES = table("orders")["in_place"]["lines"]


def check_right_order(right_order):
    """Check the order of the lines of one step in place."""
    check_order("one step in place", right_order, **table("orders")["in_place"])


def _strands(series, T, B):
    columns = series.reshape(B, -1)
    return [columns[:, k : k + T].T[:, None] for k in range(0, columns.shape[1], T)]


_BATCHES = {
    "A column goes on with another piece: its state belongs to somewhere else.": (
        lambda series, T, B: [series.reshape(-1, T)[k : k + B].T[:, None] for k in range(0, len(series) // T, B)]
    ),
    "A column holds every so many-th number: neighbours in time lie side by side.": (
        lambda series, T, B: series.reshape(-1, T, 1, B)
    ),
    "Each batch is turned: T comes first, and B last.": (
        lambda series, T, B: [batch.transpose(2, 1, 0) for batch in _strands(series, T, B)]
    ),
    "The axis of the inputs is missing: a batch has the shape (T, 1, B).": (
        lambda series, T, B: [batch[:, 0] for batch in _strands(series, T, B)]
    ),
}


def check_batches(batches):
    """Check that each column of a batch goes on where it ended in the batch before."""
    numbers = np.random.default_rng(6).normal(size=60)
    cases = [(np.arange(24.0), 4, 3), (numbers[:24], 2, 4), (numbers, 5, 2)]
    check("the batches", batches, _strands, given=cases, known=_BATCHES)
