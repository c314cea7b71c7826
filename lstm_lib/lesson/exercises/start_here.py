"""What answers the exercises of Start here: a half-life, the opposite memory, and a second flag."""

import numpy as np

from lstm_lib import lstm
from lstm_lib.functional import sigmoid
from lstm_lib.lesson.checks import check
from lstm_lib.lesson.exercises.gates_and_the_cell_state import unit


def check_half_life(attempt):
    """Exercise 1: the number of steps after which half of a memory is left."""
    check(
        "half of it is left",
        attempt,
        _half_life,
        given=[(3.0,), (5.0,), (0.5,)],
        then=lambda n, b_f: sigmoid(b_f) ** n,
        known=_other_lives,
        says="your {answer:.4g} steps leave {got:.3g} of it, a half was asked for",
    )


def _half_life(b_f):
    return np.log(0.5) / np.log(sigmoid(b_f))


def _other_lives(b_f):
    f, steps = sigmoid(b_f), _half_life(b_f)
    return {
        "The fraction is upside down: ln ½ is divided by ln f.": 1 / steps,
        "The logarithm is taken of the bias: f is σ(b_f).": np.log(0.5) / np.log(b_f),
        "The logarithm of f is wanted, and f stands there itself.": np.log(0.5) / f,
        "The quotient of two logarithms is wanted; that is the logarithm of a quotient.": np.log(0.5 / f),
        "What is left after n steps is a power, fⁿ, and that is to be ½: a logarithm brings n down.": 0.5 / f,
        "That is what half a step leaves: n is the power, not ½.": f**0.5,
        "That is the gate itself, what one step leaves.": f,
        "That is the share that is to be left; how many steps does it take?": 0.5,
        "One of the two logarithms has lost its sign.": -steps,
        "After so many steps 1/e is left: ln ½ is missing.": -1 / np.log(f),
        "That is a rule of thumb, after which about 1/e is left; the exact number is asked for.": 1 / (1 - f),
        "That is cut down to whole steps: give the exact number.": np.floor(steps),
        "That is the first whole step at which less than a half is left: give the exact number.": np.ceil(steps),
    }


def check_opposite(attempt):
    """Exercise 2: one weight that turns what is written."""
    check(
        "the opposite is remembered",
        attempt,
        lambda params: params | {"W_C": -params["W_C"]},
        given=(_one_unit(),),
        then=lambda params, _: lstm.forward(params, _read_in())[1][-1].C_t[0],
        tol=2e-3,
        known={
            "Nothing has changed: what is written is the candidate's business.": lambda params: params,
            "Nothing is written any more: the input gate says when, and not what; the candidate says what.": (
                _one_unit(i=[0, 0, -20, -10])
            ),
            "The forget gate says what is kept, and not what is written; that is the candidate's business.": (
                _one_unit(f=[0, 0, 20, -10])
            ),
            "Now everything is turned, the gates with it: change one weight alone.": (
                lambda params: {name: -p for name, p in params.items()}
            ),
            "The sign is right, and the size is not: tanh(−2) was asked for.": _one_unit(C=[0, -1, 0, 0]),
            "That column belongs to the flag: both symbols now leave the same memory.": _one_unit(C=[0, 0, -2, 0]),
            "That is the column of h; the value has the one in the middle.": _one_unit(C=[-2, 0, 0, 0]),
            "The bias moves both symbols to one side; a weight is to be turned.": _one_unit(C=[0, 2, 0, -2]),
        },
        says="the memory ends at {got:.2f}, {want:.2f} was asked for",
    )


def check_second_flag(attempt):
    """Exercise 3: the memory at the end, if the flag goes up once more."""
    check(
        "the memory at the end",
        attempt,
        _end_with(50),
        given=[(_one_unit(), _read_in(value)) for value in (0.67, 0.5)],
        tol=1e-3,
        known={
            "The flag is still down at step 51.": _end_with(slice(0, 0)),
            "X[51] is step 52: Python counts from 0.": _end_with(51),
            "X[49] is step 50: Python counts from 0.": _end_with(49),
            "That is the output h_t; the memory is C_t.": _end_with(50, of="h_t"),
            "That is the candidate; the memory is C_t.": _end_with(50, of="C_tilde"),
            "That is the second sequence; the first is asked for.": _end_with(50, sequence=1),
            "That is the memory right after step 51; after the last step a little less is left.": (
                _end_with(50, when=50)
            ),
            "That is the memory after the first step; the last is asked for.": _end_with(50, when=0),
            "Only the flag goes up: the value at step 51 stays as it is.": _end_with(50, value=1),
            "A flag of −1 is no flag that is up, and the first one is to stay.": _end_with(50, flag=-1, first=0),
        },
    )


def _one_unit(**other):
    """Return the parameters of the lesson, with other rows in place of some: h, value, flag and bias."""
    rows = {"f": [0, 0, -20, 10], "i": [0, 0, 20, -10], "C": [0, 2, 0, 0], "o": [0, 0, 0, 10]} | other
    return unit(**rows)


def _read_in(value=0.67):
    """Return an input like the lesson's: a flagged symbol, then noise, and `value` at step 51."""
    X = np.zeros((100, 2, 2))
    X[1:, 0] = np.random.default_rng(0).uniform(-1, 1, (99, 1))
    X[50, 0], X[0] = [value, -value], [[1, -1], [1, 1]]
    return X


def _end_with(flag_at, *, of="C_t", when=-1, sequence=0, value=None, flag=1, first=1):
    """Return what is left of one quantity if the flag goes up at a place in X."""

    def remembered(params, X):
        X[0, 1], X[flag_at, 1] = first, flag
        if value is not None:
            X[flag_at, 0] = value
        return getattr(lstm.forward(params, X)[1][when], of)[0, sequence]

    return remembered
