"""What answers the exercises of Many sequences, fast: one product for four gates, shapes, halves, and batches.

Each check takes what the learner wrote, and says what there is to say about it.
"""

import copy

import numpy as np

from lstm_lib import lstm
from lstm_lib.functional import sigmoid
from lstm_lib.lesson import speed, stopwatch
from lstm_lib.lesson.checks import borrows, check, check_order, table
from lstm_lib.lesson.surroundings import Surroundings

# --- 1: one product ----------------------------------------------------------------------------------------------


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


def _other_layers(params, X, h, C):
    def layer(**slip):
        return _looped(params, X, h, C, **slip)

    memories = [s.C_t for s in lstm.forward(params, X, (h, C))[1]]
    slips = {
        "the bias is missing": layer(bias=0),
        "the candidate goes through σ like the gates: it wants tanh": layer(squash=sigmoid),
        "the rows are read in the order f, i, C, o, and the candidate's lie on top": layer(order="iCfo"),
        "the rows are read in the order f, i, o, C, and the candidate's lie on top": layer(order="oCfi"),
        "two of the gates have changed places: below the candidate lie f, i, o": layer(order="Cifo"),
        "x is on top in z: h comes first": layer(turn=-1),
        "the memory is shown without its tanh": layer(shown=np.positive),
        "every step sees the first h: h has to go on to the next step": layer(keep_h=False),
        "every step starts from the first C: C has to go on to the next step": layer(keep_C=False),
        "only the last h is given back: want all of them, one below the other": layer()[-1],
        "it is C that is collected: want h": memories,
    }
    return {f"You get this if {words}.": slip for words, slip in slips.items()}


def check_one_product(attempt):
    """Check step 1, and tell how fast it is."""
    if borrows("your layer", attempt, {"lstm", "fused"}, {"forward"}, "Write the loop out."):
        return
    known, cases = _other_layers, speed.layers()
    check("your layer", attempt, speed.one_product, given=cases, known=known, remark=lambda: _how_fast(attempt))


def _how_fast(attempt):
    around = Surroundings(attempt)
    params, X, h, C = speed.layer(50, 1, 16, 1)
    race = {
        "four products": lambda: lstm.forward(params, X, (h, C)),
        "one": lambda: attempt(copy.copy(params), X, h, C),
    }
    took = stopwatch.times("your layer", race)
    around.put_back()
    ratio = took["four products"] / took["one"]
    return f"With 16 units and one sequence it is {ratio:.1f} times as fast as lstm.forward, on this machine."


# --- 2 and 3: shapes and halves ----------------------------------------------------------------------------------


def _shapes(T, D, H, B):
    return {"z_t": (H + D, B), "W": (4 * H, H + D + 1), "Z": (T + 1, H + D + 1, B)}


def _other_shapes(T, D, H, B):
    return {
        "z_t: is x in it, too?": {"z_t": (H, B)},
        "z_t: the row of ones is in the tape only.": {"z_t": (H + D + 1, B)},
        "z_t: rows and columns have changed places: the columns are the sequences.": {"z_t": (B, H + D)},
        "z_t: h lies on top of x, so there are H + D rows, not H times D.": {"z_t": (H * D, B)},
        "W: where is the bias?": {"W": (4 * H, H + D)},
        "W: that is one gate of the four.": {"W": (H, H + D + 1)},
        "W: the candidate is in it, too: four blocks of rows.": {"W": (3 * H, H + D + 1)},
        "W: rows and columns have changed places: the gates lie one below the other.": {"W": (H + D + 1, 4 * H)},
        "W: the gates lie in rows, so the columns are those of one gate.": {"W": (4 * H, 4 * (H + D + 1))},
        "W: one column holds the biases of all four gates.": {"W": (4 * H, H + D + 4)},
        "Z: the last h needs a place, too.": {"Z": (T, H + D + 1, B)},
        "Z: a row of ones is missing.": {"Z": (T + 1, H + D, B)},
        "Z: the last h needs a place, too, and each z a row of ones.": {"Z": (T, H + D, B)},
        "Z: time first, then rows, then sequences: T + 1 comes first.": {"Z": (B, T + 1, H + D + 1)},
        "Z: z has changed places with its transpose: time first, then rows, then sequences.": (
            {"Z": (T + 1, B, H + D + 1)}
        ),
    }


def check_three_shapes(three_shapes):
    """Check the shapes of z, of the stacked W and of the tape."""
    cases = [(7, 3, 4, 5), (2, 9, 1, 6), (5, 2, 8, 3)]
    check("z_t, W and Z", three_shapes, _shapes, given=cases, known=_other_shapes)


def _halved(W, b):
    return {"W": 0.5 * W, "b": 0.5 * b}


def _other_halves(W, b):
    return {
        "The argument of the tanh is still a, and it should be a/2.": {"W": W, "b": b},
        "The bias is a part of a, and has to be halved, too.": {"W": 0.5 * W, "b": b},
        "The weights are a part of a, and have to be halved, too.": {"W": W, "b": 0.5 * b},
        "That doubles a. It should be halved.": {"W": 2 * W, "b": 2 * b},
        "That is a quarter of a: it should be halved once.": {"W": W / 4, "b": b / 4},
        "½ is taken away from each. Each should be multiplied by ½.": {"W": W - 0.5, "b": b - 0.5},
        "½ + ½ tanh comes later: only its argument is asked for.": {
            "W": 0.5 + 0.5 * np.tanh(W),
            "b": 0.5 + 0.5 * np.tanh(b),
        },
        "tanh(a) = 2 σ(2a) − 1 is the other way round. Here a should be halved.": {"W": 2 * W - 1, "b": 2 * b - 1},
        "`//` rounds down to a whole number: take / or 0.5 *.": {"W": W // 2, "b": b // 2},
    }


def check_for_tanh(for_tanh):
    """Check that a gate with σ is made into one with tanh, and that what was given stays as it was."""
    rng = np.random.default_rng(1)
    cases = [(rng.normal(size=(H, H + 2)), rng.normal(size=(H, 1))) for H in (3, 2)]
    cases += [tuple(40 * array for array in cases[1])]
    check("W′ and b′", for_tanh, _halved, given=cases, known=_other_halves)


# --- 4: two steps are one ----------------------------------------------------------------------------------------


def _one_step(f_1, w_1, f_2, w_2):
    return {"f": f_2 * f_1, "w": f_2 * w_1 + w_2}


def _other_steps(f_1, w_1, f_2, w_2):
    f = f_1 * f_2
    slips = {
        "That is step 2 first, and step 1 after it.": (f, f_1 * w_2 + w_1),
        "What step 1 writes is still there in step 2, where f_2 multiplies it.": (f, w_1 + w_2),
        "Of what is kept in step 1 a share is kept in step 2: the f are multiplied.": (f_1 + f_2, f_2 * w_1 + w_2),
        "f is f_2 alone: in step 1, too, only a share is kept, so both f count.": (f_2, f_2 * w_1 + w_2),
        "f is f_1 alone: in step 2, too, only a share is kept, so both f count.": (f_1, f_2 * w_1 + w_2),
        "w_1 is written in step 1, after f_1 has done its work: it is f_2 that multiplies it.": (
            f,
            f_1 * w_1 + w_2,
        ),
        "w_1 is written after f_1 has done its work: only f_2 multiplies it.": (f, f * w_1 + w_2),
        "w_2 is not multiplied: it comes after f_2 has done its work.": (f, f_2 * (w_1 + w_2)),
        "Step 2 writes, too: w_2 is missing.": (f, f_2 * w_1),
        "Step 1 writes, too: w_1 is missing.": (f, w_2),
        "There is a wrong sign: w_2 is added.": (f, f_2 * w_1 - w_2),
        "What is written is added up: w_1 and w_2 are not multiplied.": (f, w_1 * w_2),
    }
    return {words: dict(zip("fw", pair, strict=True)) for words, pair in slips.items()}


def check_put_together(put_together):
    """Check the rule by which two steps of the memory become one."""
    cases = [(0.5, 2.0, 0.9, -1.0), (0.3, -0.7, 0.6, 1.3), (0.8, 1.1, 0.25, 0.4)]
    check("f and w of both steps", put_together, _one_step, given=cases, known=_other_steps)


# --- 5 and 6: an order, and batches ------------------------------------------------------------------------------

LINES = table("orders")["in_place"]["lines"]


def check_right_order(right_order):
    """Check the order of the lines of one step in place."""
    check_order("one step in place", right_order, **table("orders")["in_place"])


def _strands(series, T, B):
    columns = series.reshape(B, -1)
    return [columns[:, k : k + T].T[:, None] for k in range(0, columns.shape[1], T)]


def _other_batches(series, T, B):
    right, pieces = _strands(series, T, B), series.reshape(-1, T)
    return {
        "A column goes on with another piece: its state belongs to somewhere else.": (
            [pieces[k : k + B].T[:, None] for k in range(0, len(pieces), B)]
        ),
        "A column holds every so many-th number: neighbours in time lie side by side.": series.reshape(
            -1, T, 1, B
        ),
        "Each batch is turned: T comes first, and B last.": [batch.transpose(2, 1, 0) for batch in right],
        "The axis of the inputs is missing: a batch has the shape (T, 1, B).": [batch[:, 0] for batch in right],
    }


def check_batches(batches):
    """Check that each column of a batch goes on where it ended in the batch before."""
    numbers = np.random.default_rng(6).normal(size=60)
    cases = [(np.arange(24.0), 4, 3), (numbers[:24], 2, 4), (numbers, 5, 2)]
    check("the batches", batches, _strands, given=cases, known=_other_batches)
