"""What answers the exercises of The gradients: right answers, and the slips that are made on the way back.

check_ledger, check_into_the_cell, show_lines, check_loop, check_step_back, check_wrong_line, check_rnn
"""

import numpy as np

from lstm_lib import rnn
from lstm_lib.functional import sigmoid, sigmoid_grad, tanh_grad
from lstm_lib.lesson import ledger
from lstm_lib.lesson.checks import check, check_choice, check_entries, check_function, check_order, table
from lstm_lib.lesson.mistakes import CATALOGUE

ENTRIES = {  # of the ledger, in the order of the seven moves: whose gradient it is, and a hint
    "do": ("o_1", "o is a factor of h: it gets the other factor."),
    "dC": ("C_1", "C stands inside tanh, and tanh(C) is multiplied by o."),
    "df": ("f_1", "f is a factor of f · C_0."),
    "di": ("i_1", "i is a factor of i · C̃."),
    "dC_tilde": ("C_tilde_1", "C̃ is a factor of i · C̃."),
    "da_f": ("a_f_1", "The gradient of the gate times the slope of σ there."),
    "da_i": ("a_i_1", "The gradient of the gate times the slope of σ there."),
    "da_o": ("a_o_1", "The gradient of the gate times the slope of σ there."),
    "da_C": ("a_C_1", "The gradient of the candidate times the slope of tanh there."),
    "dW_fh": ("W_fh", "da_f times what it stands on."),
    "dW_fx": ("W_fx", "da_f times what it stands on."),
    "db_f": ("b_f", "A bias is multiplied by 1."),
    "dh_0": ("h_0", "A sum over four gates, weight times da."),
    "dx_1": ("x_1", "A sum over four gates, weight times da."),
    "dC_0": ("C_0", "C_0 is a factor of f · C_0."),
}


def check_ledger(attempt):
    """The ledger: each entry by its own rule, in the order of the seven moves."""
    rows = ledger.make("quarters").rows
    v = {name: float(row.value) for name, row in rows.items()}
    d = {name: float(row.gradient) for name, row in rows.items()}
    known = _other_entries(v, d)
    entries = {name: (d[symbol], known[name], hint) for name, (symbol, hint) in ENTRIES.items()}
    check_entries("your ledger", attempt, entries)


def _other_entries(v, d):
    """Return what slips make of each entry, from the values and the gradients of the ledger."""
    f, i, c, o = v["f_1"], v["i_1"], v["C_tilde_1"], v["o_1"]
    C_0, C_1, h_0, x_1 = v["C_0"], v["C_1"], v["h_0"], v["x_1"]
    dC, da_f, tanh_C = d["C_1"], d["a_f_1"], np.tanh(C_1)
    of_all = sum(d[f"a_{k}_1"] for k in "fiCo")
    one = "That is the part of the forget gate alone: four sums read it."
    bare = "The four da are added without their weights."
    return {
        "do": {"h = o · tanh(C), so o gets tanh(C), not C.": C_1, "A factor gets the other one, tanh(C).": o},
        "dC": {
            "The slope of tanh is missing: 1 − tanh²(C).": o,
            "The slope is 1 − tanh²(C), not 1 − C².": o * (1 - C_1**2),
            "o is missing: tanh(C) was multiplied by it.": 1 - tanh_C**2,
            "The square is missing: the slope is 1 − tanh²(C).": o * (1 - tanh_C),
            "tanh(C) stands for its slope, 1 − tanh²(C).": o * tanh_C,
        },
        "df": {
            "f was multiplied by C_0, the old memory, not by C_1.": dC * C_1,
            "f gets the other factor, C_0.": dC * f,
            "That is di: f was multiplied by C_0.": dC * c,
        },
        "di": {"i gets the other factor, C̃.": dC * i, "That is df: i was multiplied by C̃.": dC * C_0},
        "dC_tilde": {"C̃ gets the other factor, i.": dC * c, "C̃ was multiplied by i, not by f.": dC * f},
        "da_f": _of_a_gate(f, d["f_1"]),
        "da_i": _of_a_gate(i, d["i_1"]),
        "da_o": _of_a_gate(o, d["o_1"]),
        "da_C": {
            "The slope is missing.": d["C_tilde_1"],
            "C̃ is a tanh already: its slope is 1 − C̃².": d["C_tilde_1"] * tanh_grad(np.tanh(c)),
            "That is the slope of a σ: a tanh has 1 − C̃².": d["C_tilde_1"] * sigmoid_grad(c),
        },
        "dW_fh": {"That is dW_fx: this weight stands on h.": da_f * x_1},
        "dW_fx": {"That is dW_fh: this weight stands on x.": da_f * h_0},
        "db_f": {"A bias is multiplied by 1, not by h.": da_f * h_0},
        "dh_0": {"That is dx_1: take the weights of h.": d["x_1"], one: v["W_fh"] * da_f, bare: of_all},
        "dx_1": {"That is dh_0: take the weights of x.": d["h_0"], one: v["W_fx"] * da_f, bare: of_all},
        "dC_0": {"f is missing: the memory was multiplied by it.": dC, "That is df.": dC * C_0},
    }


def _of_a_gate(gate, gradient):
    return {
        "The slope is missing.": gradient,
        "The gate is a σ already: its slope is taken of the gate itself, g (1 − g).": (
            gradient * sigmoid_grad(sigmoid(gate))
        ),
        "That is the slope of a tanh: a σ has g (1 − g).": gradient * tanh_grad(gate),
        "The gate stands for its slope, g (1 − g).": gradient * gate,
    }


def both_paths(dh_t, dC_next, o_t, C_t):
    """Return the whole gradient of C_t."""
    return dC_next + dh_t * o_t * tanh_grad(np.tanh(C_t))


def _other_gradients(dh, dC, o, C):
    shown = np.tanh(C)
    slope = 1 - shown**2
    in_the_catalogue = {
        "dropped_dC": dh * o * slope,
        "dropped_path_through_h": dC,
        "slope_of_C": dC + dh * o * (1 - C**2),
        "no_slope_of_tanh": dC + dh * o,
        "no_o_in_path": dC + dh * slope,
        "path_through_tanh_C": dC + dh * o * shown,
        "slope_without_square": dC + dh * o * (1 - shown),
        "slope_of_slope": dC + dh * o * (1 - np.tanh(shown) ** 2),
        "slope_of_both_paths": (dC + dh * o) * slope,
        "product_of_paths": dC * dh * o * slope,
        "path_through_h_subtracted": dC - dh * o * slope,
    }
    return {f"You get this if {CATALOGUE[name].words}.": wrong for name, wrong in in_the_catalogue.items()} | {
        "The sign is turned: the slope of tanh is 1 − tanh², not 1 + tanh².": dC + dh * o * (1 + shown**2),
        "That is the slope of a σ; the slope of tanh is 1 − tanh².": dC + dh * o * shown * (1 - shown),
        "o_t multiplies both paths: only the path through h goes through o_t.": o * (dC + dh * slope),
        "dh_t and dC_next have changed places.": dh + dC * o * slope,
        "The square belongs to tanh alone: look at the brackets.": dC + dh * o * (1 - shown) ** 2,
    }


def check_into_the_cell(attempt):
    """Exercise 1: both paths into C_t, at two sizes, with nothing on one of them, and with large numbers."""
    rng = np.random.default_rng(2)
    cases = [*rng.normal(size=(3, 4, 3, 2)), rng.normal(size=(4, 5, 1))]
    cases[1][0] = cases[2][1] = 0  # nothing arrives at h; nothing arrives from the next step
    large = cases[0] * np.array([100, 100, 1, 1]).reshape(4, 1, 1)
    given = [tuple(case) for case in (*cases, large, cases[0])]
    check("the whole gradient of C_t", attempt, both_paths, given=given, known=_other_gradients)


ORDER = table("orders")["loop"]
NAMED = {"a": "dropped_path_through_h", "d": "overwritten_gradients", "f": "wrong_step_C", "j": "squashed_twice"}


def show_lines():
    """Print the shuffled lines of exercise 2."""
    print("\n".join(f"{label}   {line}" for label, line in ORDER["lines"].items()))


def check_loop(attempt):
    """Exercise 2: an order that works, without the five lines that are wrong."""
    named = {label: f"With it, {CATALOGUE[name].words}." for label, name in NAMED.items()}
    order = ORDER | {"distractors": named | ORDER["distractors"]}
    check_order("one step of the loop", attempt, **order)


def check_step_back(attempt):
    """Exercise 3: one step back, kept for the learner's own LSTM."""
    check_function("your step back", attempt, like="step_backward", keep=True)


def check_wrong_line(attempt):
    """Exercise 4: the line that cuts dz as if x were on top."""
    check_choice("the wrong line", attempt, **table("choices")["line_of_the_way_back"])


def sent_back(W_h, z_t, h_t, dh_t):
    """Return the four arrays of a plain RNN, by name."""
    return _from_the_sum(W_h, z_t, h_t, dh_t * tanh_grad(h_t))


def _from_the_sum(W_h, z_t, h_t, da, to_z=None):
    """Return the four arrays from the gradient of the sum; `to_z` stands in its place on the way to z."""
    H, dz_t = len(h_t), W_h.T @ (da if to_z is None else to_z)
    return {"dW_h": da @ z_t.T, "db_h": da.sum(axis=1, keepdims=True), "dx_t": dz_t[H:], "dh_prev": dz_t[:H]}


def _sent_back_otherwise(W_h, z_t, h_t, dh_t):
    right, da = sent_back(W_h, z_t, h_t, dh_t), dh_t * tanh_grad(h_t)
    H, dz_t = len(h_t), W_h.T @ da

    def sent(da, to_z=None):
        return _from_the_sum(W_h, z_t, h_t, da, to_z)

    slips = {
        "if the slope of tanh is missing: dh_t is multiplied by 1 − h_t².": sent(dh_t),
        "if h_t, a tanh already, is put through it again.": sent(dh_t * tanh_grad(np.tanh(h_t))),
        "if the square is missing: the slope is 1 − h_t².": sent(dh_t * (1 - h_t)),
        "with h_t (1 − h_t), the slope of σ: a tanh has 1 − h_t².": sent(dh_t * h_t * (1 - h_t)),
        "if tanh(h_t) stands for the slope, 1 − h_t².": sent(dh_t * np.tanh(h_t)),
        "if h_t stands for the slope, 1 − h_t².": sent(dh_t * h_t),
        "if the sign is turned: the slope is 1 − h_t².": sent(dh_t * (1 + h_t**2)),
        "if dz_t is made from dh_t: z hears what has come through the squash.": sent(da, dh_t),
        "if the slope is multiplied in a second time, for dz_t.": sent(da, da * tanh_grad(h_t)),
        "if h_t stands in z_t: h_prev belongs there.": right | {"dW_h": da @ np.vstack([h_t, z_t[H:]]).T},
        "if db_h is averaged over the batch: it is a sum.": right | {"db_h": da.mean(axis=1, keepdims=True)},
        "if dz_t is cut as if x were on top: its first H rows belong to h_prev.": (
            right | {"dx_t": dz_t[:-H], "dh_prev": dz_t[-H:]}
        ),
    }
    return {f"You get this {words}": slip for words, slip in slips.items()}


def check_rnn(attempt):
    """Exercise 5: the backward step of a plain RNN, at two sizes, with large numbers, and with the first again."""
    rng, cases = np.random.default_rng(8), []
    for D, H, B in [(2, 3, 4), (4, 2, 5)]:
        cell = rnn.init_params(D, H, rng)
        z_t, h_t = rnn.step(cell, rng.normal(size=(D, B)), rng.normal(size=(H, B)))
        cases.append((cell["W_h"], z_t, h_t, rng.normal(size=(H, B))))
    large = (*cases[0][:3], 1000 * cases[0][3])
    cases += [large, cases[0]]
    check("dW_h, db_h, dx_t, dh_prev", attempt, sent_back, given=cases, known=_sent_back_otherwise)
