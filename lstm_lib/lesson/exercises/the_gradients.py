"""What answers the exercises of The gradients: right answers, and the slips that are made on the way back.

check_ledger, check_into_the_cell, show_lines, check_loop, check_step_back, check_wrong_line, check_rnn
"""

import numpy as np

from lstm_lib import rnn
from lstm_lib.functional import sigmoid, sigmoid_grad, tanh_grad
from lstm_lib.lesson import ledger
from lstm_lib.lesson.checks import check, check_choice, check_entries, check_function, check_order, table
from lstm_lib.lesson.mistakes import CATALOGUE


def check_ledger(attempt):
    """The ledger: each entry by its own rule, in the order of the seven moves."""
    rows = ledger.make("quarters").rows
    v = {name: float(row.value) for name, row in rows.items()}
    d = {name: float(row.gradient) for name, row in rows.items()}
    f, i, c, o = v["f_1"], v["i_1"], v["C_tilde_1"], v["o_1"]
    C_0, C_1, h_0, x_1 = v["C_0"], v["C_1"], v["h_0"], v["x_1"]
    dC, tanh_C = d["C_1"], np.tanh(C_1)
    twice = "The gate is a σ already: its slope is taken of the gate itself, g (1 − g)."
    none = "The slope is missing."
    entries = {
        "do": (
            d["o_1"],
            {"h = o · tanh(C), so o gets tanh(C), not C.": C_1, "A factor gets the other one, tanh(C).": o},
            "o is a factor of h: it gets the other factor.",
        ),
        "dC": (
            dC,
            {
                "The slope of tanh is missing: 1 − tanh²(C).": o,
                "The slope is 1 − tanh²(C), not 1 − C².": o * (1 - C_1**2),
                "o is missing: tanh(C) was multiplied by it.": 1 - tanh_C**2,
                "The square is missing: the slope is 1 − tanh²(C).": o * (1 - tanh_C),
                "tanh(C) stands for its slope, 1 − tanh²(C).": o * tanh_C,
            },
            "C stands inside tanh, and tanh(C) is multiplied by o.",
        ),
        "df": (
            d["f_1"],
            {
                "f was multiplied by C_0, the old memory, not by C_1.": dC * C_1,
                "f gets the other factor, C_0.": dC * f,
                "That is di: f was multiplied by C_0.": dC * c,
            },
            "f is a factor of f · C_0.",
        ),
        "di": (
            d["i_1"],
            {"i gets the other factor, C̃.": dC * i, "That is df: i was multiplied by C̃.": dC * C_0},
            "i is a factor of i · C̃.",
        ),
        "dC_tilde": (
            d["C_tilde_1"],
            {"C̃ gets the other factor, i.": dC * c, "C̃ was multiplied by i, not by f.": dC * f},
            "C̃ is a factor of i · C̃.",
        ),
    }
    for name, gate, local in (("da_f", "f_1", f), ("da_i", "i_1", i), ("da_o", "o_1", o)):
        known = {
            none: d[gate],
            twice: d[gate] * sigmoid_grad(sigmoid(local)),
            "That is the slope of a tanh: a σ has g (1 − g).": d[gate] * tanh_grad(local),
            "The gate stands for its slope, g (1 − g).": d[gate] * local,
        }
        entries[name] = d[f"a_{name[-1]}_1"], known, "The gradient of the gate times the slope of σ there."
    known = {
        none: d["C_tilde_1"],
        "C̃ is a tanh already: its slope is 1 − C̃².": d["C_tilde_1"] * tanh_grad(np.tanh(c)),
        "That is the slope of a σ: a tanh has 1 − C̃².": d["C_tilde_1"] * sigmoid_grad(c),
    }
    entries["da_C"] = d["a_C_1"], known, "The gradient of the candidate times the slope of tanh there."
    a_f, a = d["a_f_1"], {k: d[f"a_{k}_1"] for k in "fiCo"}
    from_h, from_x = (sum(v[f"W_{k}{end}"] * a[k] for k in a) for end in "hx")
    one = "That is the part of the forget gate alone: four sums read it."
    bare = "The four da are added without their weights."
    entries |= {
        "dW_fh": (
            a_f * h_0,
            {"That is dW_fx: this weight stands on h.": a_f * x_1},
            "da_f times what it stands on.",
        ),
        "dW_fx": (
            a_f * x_1,
            {"That is dW_fh: this weight stands on x.": a_f * h_0},
            "da_f times what it stands on.",
        ),
        "db_f": (a_f, {"A bias is multiplied by 1, not by h.": a_f * h_0}, "A bias is multiplied by 1."),
        "dh_0": (
            from_h,
            {"That is dx_1: take the weights of h.": from_x, one: v["W_fh"] * a_f, bare: sum(a.values())},
            "A sum over four gates, weight times da.",
        ),
        "dx_1": (
            from_x,
            {"That is dh_0: take the weights of x.": from_h, one: v["W_fx"] * a_f, bare: sum(a.values())},
            "A sum over four gates, weight times da.",
        ),
        "dC_0": (
            d["C_0"],
            {"f is missing: the memory was multiplied by it.": dC, "That is df.": dC * C_0},
            "C_0 is a factor of f · C_0.",
        ),
    }
    check_entries("your ledger", attempt, entries)


def both_paths(dh_t, dC_next, o_t, C_t):
    """Return the whole gradient of C_t."""
    return dC_next + dh_t * o_t * tanh_grad(np.tanh(C_t))


SLIPS_INTO_THE_CELL = {
    "dropped_dC": lambda dh, dC, o, C: dh * o * (1 - np.tanh(C) ** 2),
    "dropped_path_through_h": lambda dh, dC, o, C: dC,
    "slope_of_C": lambda dh, dC, o, C: dC + dh * o * (1 - C**2),
    "no_slope_of_tanh": lambda dh, dC, o, C: dC + dh * o,
    "no_o_in_path": lambda dh, dC, o, C: dC + dh * (1 - np.tanh(C) ** 2),
    "path_through_tanh_C": lambda dh, dC, o, C: dC + dh * o * np.tanh(C),
    "slope_without_square": lambda dh, dC, o, C: dC + dh * o * (1 - np.tanh(C)),
    "slope_of_slope": lambda dh, dC, o, C: dC + dh * o * (1 - np.tanh(np.tanh(C)) ** 2),
    "slope_of_both_paths": lambda dh, dC, o, C: (dC + dh * o) * (1 - np.tanh(C) ** 2),
    "product_of_paths": lambda dh, dC, o, C: dC * dh * o * (1 - np.tanh(C) ** 2),
    "path_through_h_subtracted": lambda dh, dC, o, C: dC - dh * o * (1 - np.tanh(C) ** 2),
}


def check_into_the_cell(attempt):
    """Exercise 1: both paths into C_t, at two sizes, with nothing on one of them, and with large numbers."""
    known = {f"You get this if {CATALOGUE[name].words}.": wrong for name, wrong in SLIPS_INTO_THE_CELL.items()}
    known |= {
        "The sign is turned: the slope of tanh is 1 − tanh², not 1 + tanh².": (
            lambda dh, dC, o, C: dC + dh * o * (1 + np.tanh(C) ** 2)
        ),
        "That is the slope of a σ; the slope of tanh is 1 − tanh².": (
            lambda dh, dC, o, C: dC + dh * o * np.tanh(C) * (1 - np.tanh(C))
        ),
        "o_t multiplies both paths: only the path through h goes through o_t.": (
            lambda dh, dC, o, C: o * (dC + dh * (1 - np.tanh(C) ** 2))
        ),
        "dh_t and dC_next have changed places.": lambda dh, dC, o, C: dh + dC * o * (1 - np.tanh(C) ** 2),
        "The brackets around the slope are missing: 1 − tanh² is taken as a whole.": (
            lambda dh, dC, o, C: dC + dh * o - np.tanh(C) ** 2
        ),
        "The square stands inside of the tanh: it belongs around it, np.tanh(C_t) ** 2.": (
            lambda dh, dC, o, C: dC + dh * o * (1 - np.tanh(C**2))
        ),
        "The tanh is doubled, * 2: it is squared, ** 2.": lambda dh, dC, o, C: dC + dh * o * (1 - np.tanh(C) * 2),
        "C_t (1 − C_t) is no slope of its tanh: that is 1 − tanh².": lambda dh, dC, o, C: (
            dC + dh * o * C * (1 - C)
        ),
        "The square belongs to tanh alone: look at the brackets.": (
            lambda dh, dC, o, C: dC + dh * o * (1 - np.tanh(C)) ** 2
        ),
    }
    rng = np.random.default_rng(2)
    cases = [*rng.normal(size=(3, 4, 3, 2)), rng.normal(size=(4, 5, 1))]
    cases[1][0] = cases[2][1] = 0  # nothing arrives at h; nothing arrives from the next step
    large = cases[0] * np.array([100, 100, 1, 1]).reshape(4, 1, 1)
    given = [tuple(case) for case in (*cases, large, cases[0])]
    check("the whole gradient of C_t", attempt, both_paths, given=given, known=known)


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


def sent_back(W_h, z_t, h_t, dh_t, slope=tanh_grad, again=None):
    """Return the four arrays of a plain RNN, if `slope` is what dh_t is multiplied by, and dz_t is, `again`."""
    H, da = len(h_t), dh_t * slope(h_t)
    dz_t = W_h.T @ (da if again is None else again(da, dh_t, h_t))
    return {"dW_h": da @ z_t.T, "db_h": da.sum(axis=1, keepdims=True), "dx_t": dz_t[H:], "dh_prev": dz_t[:H]}


def x_on_top(W_h, z_t, h_t, dh_t):
    """Return the four arrays with dz_t cut as if x stood above h."""
    found, D = sent_back(W_h, z_t, h_t, dh_t), len(z_t) - len(h_t)
    dz_t = np.vstack([found["dh_prev"], found["dx_t"]])
    return found | {"dx_t": dz_t[:D], "dh_prev": dz_t[D:]}


def averaged(W_h, z_t, h_t, dh_t):
    """Return the four arrays with the gradient of the bias averaged over the batch."""
    found = sent_back(W_h, z_t, h_t, dh_t)
    return found | {"db_h": found["db_h"] / h_t.shape[1]}


def averaged_all(W_h, z_t, h_t, dh_t):
    """Return the four arrays with both gradients of parameters averaged over the batch."""
    found = averaged(W_h, z_t, h_t, dh_t)
    return found | {"dW_h": found["dW_h"] / h_t.shape[1]}


def one_step_off(W_h, z_t, h_t, dh_t):
    """Return the four arrays with h_t in the place of h_prev in the gradient of W."""
    return sent_back(W_h, np.vstack([h_t, z_t[len(h_t) :]]), h_t, dh_t)


def with_slope(slope):
    """Return the backward step with another slope."""
    return lambda *given: sent_back(*given, slope)


def with_dz_from(again):
    """Return the backward step with dz_t made from something else."""
    return lambda *given: sent_back(*given, again=again)


def check_rnn(attempt):
    """Exercise 5: the backward step of a plain RNN, at two sizes, with large numbers, and with the first again."""
    known = {
        "You get this if the slope of tanh is missing: dh_t is multiplied by 1 − h_t².": with_slope(np.ones_like),
        "You get this if h_t, a tanh already, is put through it again.": with_slope(
            lambda h: tanh_grad(np.tanh(h))
        ),
        "You get this if the square is missing: the slope is 1 − h_t².": with_slope(lambda h: 1 - h),
        "You get this with h_t (1 − h_t), the slope of σ: a tanh has 1 − h_t².": with_slope(lambda h: h * (1 - h)),
        "You get this if tanh(h_t) stands for the slope, 1 − h_t².": with_slope(np.tanh),
        "You get this if h_t stands for the slope, 1 − h_t².": with_slope(lambda h: h),
        "You get this if the sign is turned: the slope is 1 − h_t².": with_slope(lambda h: 1 + h**2),
        "You get this if dz_t is made from dh_t: z hears what has come through the squash.": (
            with_dz_from(lambda da, dh, h: dh)
        ),
        "You get this if the slope is multiplied in a second time, for dz_t.": (
            with_dz_from(lambda da, dh, h: da * tanh_grad(h))
        ),
        "You get this if h_t stands in z_t: h_prev belongs there.": one_step_off,
        "You get this if the slope is taken at the sum W_h @ z_t: it is 1 − h_t².": (
            lambda W, z, h, dh: sent_back(W, z, h, dh, lambda _: tanh_grad(W @ z))
        ),
        "You get this if the slope is that of the step before: it is 1 − h_t².": (
            lambda W, z, h, dh: sent_back(W, z, h, dh, lambda _: tanh_grad(z[: len(h)]))
        ),
        "You get this if dW_h and db_h are averaged over the batch: they are sums.": averaged_all,
        "You get this if db_h is averaged over the batch: it is a sum.": averaged,
        "You get this if dz_t is cut as if x were on top: its first H rows belong to h_prev.": x_on_top,
    }
    rng, cases = np.random.default_rng(8), []
    for D, H, B in [(2, 3, 4), (4, 2, 5)]:
        cell = rnn.init_params(D, H, rng)
        z_t, h_t = rnn.step(cell, rng.normal(size=(D, B)), rng.normal(size=(H, B)))
        cases.append((cell["W_h"], z_t, h_t, rng.normal(size=(H, B))))
    large = (*cases[0][:3], 1000 * cases[0][3])
    check("dW_h, db_h, dx_t, dh_prev", attempt, sent_back, given=[*cases, large, cases[0]], known=known)
