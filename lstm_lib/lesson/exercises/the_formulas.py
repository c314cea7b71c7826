"""What answers the exercises of The six formulas: parameters counted, a gate turned round, weights, a step.

What a learner may have done instead stands beside each right answer, below the words that name it.
"""

import numpy as np
import sympy as sp

from lstm_lib import formulas, lstm
from lstm_lib.functional import sigmoid
from lstm_lib.lesson.checks import check, check_function, check_order, table

LINES = table("orders")["one_step"]["lines"]


def check_count(number_of_parameters):
    """Check exercise 1, how many numbers an LSTM of D inputs and H units has."""

    def count(D, H):
        return sum(array.size for array in lstm.init_params(D, H, np.random.default_rng(0)).values())

    check("the number of parameters", number_of_parameters, count, given=[(3, 5), (7, 2)], known=_other_counts)


def _other_counts(D, H):
    return {
        "The biases are missing: one for each gate of each unit.": 4 * H * (H + D),
        "The weights for h are missing: W has H + D columns.": 4 * (H * D + H),
        "The weights for x are missing: W has H + D columns.": 4 * (H * H + H),
        "H and D have changed places: W has H rows, one for each unit.": 4 * (D * (H + D) + D),
        "W has H rows, one for each unit, and H + D columns.": 4 * ((H + D) ** 2 + H + D),
        "W has H + D columns: h and x stand one below the other.": 4 * (H * H * D + H),
        "That is one matrix and one bias; there are four of each.": H * (H + D) + H,
        "Three gates, and the candidate has weights as well: that makes four.": 3 * (H * (H + D) + H),
        "A bias has an entry for each unit: H of them, not one.": 4 * (H * (H + D) + 1),
        "A bias has an entry for each unit: H of them, not H + D.": 4 * (H * (H + D) + H + D),
        "The biases are counted once; there are four of them.": 4 * H * (H + D) + H,
        "That is PyTorch's count: two biases for each gate. This cell has one.": 4 * H * (H + D + 2),
        "There are 8 arrays; count the numbers in them.": 8,
    }


def check_turned_round(turned_round):
    """Check exercise 2, the sum b with 1 − σ(a) = σ(b)."""
    check(
        "1 − σ(a) = σ(b) at a = −2, 0.3 and 1.5",
        turned_round,
        lambda a: -a,
        given=(sp.Symbol("a", real=True),),
        then=_gates_with,
        known=_other_sums,
        says="σ of your b is {got:.3f} where 1 − σ(a) is {want:.3f}",
    )


def _other_sums(a):
    return {
        "That is the gate as it was, not turned round.": a,
        "1 − a would turn round a share; a is the sum that goes into σ.": 1 - a,
        "1 / a turns round odds; a is their logarithm.": 1 / a,
        "Those are the odds, turned round; b is their logarithm.": sp.exp(-a),
        "That is the share 1 − σ(a) itself; b is the sum that σ turns into it.": 1 - formulas.sigma(a),
        "That is −σ(a); the minus belongs to the sum, into which σ has not gone yet.": -formulas.sigma(a),
    }


def _gates_with(b, a):
    """Return σ(b) for three values of a, also where b is written with σ itself."""
    if isinstance(b, str):
        raise ValueError("an expression is due, without quotation marks")
    b = formulas.spelt_out(sp.sympify(b))
    if b.has(sp.log) and any(np.iscomplex(complex(_at(b, value))) for value in (-2, 0.3, 1.5)):
        raise ValueError("a has no logarithm where it is negative; it is a logarithm already, that of the odds")
    return [sigmoid(float(_at(b, value))) for value in (-2, 0.3, 1.5)]


def _at(b, value):
    return b.subs({symbol: value for symbol in b.free_symbols if symbol.name == "a"})


def check_weights(weights_of_the_past):
    """Check exercise 3, the weights with which the candidates stand in the memory."""
    shares = np.random.default_rng(3).uniform(0.3, 0.9, size=(2, 6))
    cases = [(shares[0], shares[1]), (shares[1, :4], shares[0, :4])]
    check("the weight of each candidate", weights_of_the_past, _weights, given=cases, known=_other_weights)


def _other_weights(f, i):
    steps = range(len(f))
    return {
        "The forget gate of step j is in it: it closes on what was there before, not on what step j writes.": (
            _weights(f, i) * f
        ),
        "Those are the forget gates before step j; what step j wrote meets the ones after it.": i
        * np.cumprod(f)
        / f,
        "Those are the forget gates up to step j; what step j wrote meets the ones after it.": i * np.cumprod(f),
        "The product runs from the last step back, and has to be turned back again; and f[j] is not in it.": (
            i * np.cumprod(f[::-1])
        ),
        "The forget gates after step j are multiplied, not added.": [i[j] * sum(f[j + 1 :]) for j in steps],
        "The next forget gate, f[j + 1], is missing: it is the first that what step j wrote meets.": (
            [i[j] * np.prod(f[j + 2 :]) for j in steps]
        ),
        "That is one forget gate, its own; what step j wrote meets all those after it.": f * i,
        "That is the last forget gate alone; what step j wrote meets all those after it.": i * f[-1],
        "The input gates are missing.": _weights(f, np.ones(len(i))),
        "f and i have changed places: i writes, f keeps.": _weights(i, f),
        "The forget gates are missing: what is written early passes all that come after it.": i,
    }


def _weights(f, i):
    return np.array([i[j] * np.prod(f[j + 1 :]) for j in range(len(f))])


def check_lines(one_step):
    """Check exercise 4, the lines of one step in an order that works."""
    check_order("the lines of one step", one_step, **table("orders")["one_step"])


def check_kept(kept):
    """Check exercise 5, what the forget gate keeps, with W cut into its two pieces."""
    rng = np.random.default_rng(5)  # H, D and B are all 3: no wrong product is stopped by its shapes
    given = [tuple(rng.normal(size=(3, n)) for n in (6, 1, 3, 3, 3)) for _ in range(2)]
    check("what is kept", kept, _kept, given=given, known=_kept_otherwise)


def _kept_otherwise(W, b, x, h, C):
    W_h, W_x = W[:, :3], W[:, 3:]
    return {
        "The first H columns of W_f are for h and the rest for x: you have them the other way round.": (
            _kept(W, b, h, x, C)
        ),
        "* multiplies W entry by entry; a weighted sum is a matrix product, @.": sigmoid(W_h * h + W_x * x + b)
        * C,
        "f @ C mixes the units; each unit keeps a share of its own memory, f * C.": _kept(
            W, b, x, h, C, keep=np.matmul
        ),
        "σ is missing around the sum.": _kept(W, b, x, h, C, squash=np.array),
        "f is a share: σ, not tanh.": _kept(W, b, x, h, C, squash=np.tanh),
        "σ goes once around the whole sum.": (sigmoid(W_h @ h) + sigmoid(W_x @ x) + b) * C,
        "The bias is missing.": _kept(W, 0 * b, x, h, C),
        "b_f is a column, an entry for each unit; transposed, it goes along the sequences.": _kept(
            W, b.T, x, h, C
        ),
        "The two parts are added, +, and not multiplied.": sigmoid(W_h @ h * W_x @ x + b) * C,
        "The pieces of W are transposed; W_f[:, :H] has a row for each unit as it is.": (
            sigmoid(W_h.T @ h + W_x.T @ x + b) * C
        ),
        "W stands on the left, W @ h: each of its rows makes the sum of one unit.": sigmoid(h @ W_h + x @ W_x + b)
        * C,
        "That is f_t; what it keeps is f_t * C_prev.": _kept(W, b, x, h, 1),
        "That is a share of h_prev, of what was shown; what is kept is a share of the memory, C_prev.": (
            _kept(W, b, x, h, h)
        ),
        "1 − f is the share that is forgotten; f itself keeps.": C - _kept(W, b, x, h, C),
        "The part for x is missing: the gate looks at both.": _kept(W, b, 0 * x, h, C),
        "The part for h is missing: the gate looks at both.": _kept(W, b, x, 0 * h, C),
    }


def _kept(W_f, b_f, x_t, h_prev, C_prev, squash=sigmoid, keep=np.multiply):
    return keep(squash(W_f @ np.concatenate([h_prev, x_t]) + b_f), C_prev)


def check_step(my_step):
    """Check exercise 6, the whole step, and keep it in the learner's own file if it gives back all of a Step."""
    check_function("your step", my_step, like="step", keep=True)
