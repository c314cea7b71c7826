"""What answers the exercises of Check the gradient: central differences, a hunt, a start, the way back, a check.

Each check takes what the learner wrote, and says what there is to say about it. Beside them is what the lesson
uses and does not show.
"""

from types import SimpleNamespace

import numpy as np

from lstm_lib import lstm
from lstm_lib.functional import sigmoid
from lstm_lib.gradcheck import complex_step_gradient
from lstm_lib.lesson import museum
from lstm_lib.lesson.checks import borrows, check, check_choice, check_detector, check_function, table
from lstm_lib.lesson.mistakes import CATALOGUE

# --- what the lesson uses ----------------------------------------------------------------------------------------


def three_programs():
    """Return three LSTMs by their letters, of which one is healthy.

    Returns
    -------
    dict
        "A", "B", "C" → a cell such as `lstm`.

    Examples
    --------
    >>> [letter for letter, cell in three_programs().items() if not museum.examine(cell)]
    ['B']
    """
    cells = [lstm, *(museum.hidden(mark).cell() for mark in ("7ad373", "7c5f88"))]
    order = np.random.default_rng(11).permutation(3)
    return {letter: cells[k] for letter, k in zip("ABC", order, strict=True)}


def taylor():
    """Return a function L, a number p and a step ε as symbols, and ``near``, which gives L(p + step).

    Returns
    -------
    L, p, eps : sympy objects
    near : function
        Of a step; what has higher powers of it than the third is left out.

    Examples
    --------
    >>> L, p, eps, near = taylor()
    >>> near(0)
    L
    """
    import sympy as sp  # here, so that no other lesson waits for it

    L_p, *slopes = sp.symbols("L L' L'' L'''", real=True)

    def near(step):
        return L_p + slopes[0] * step + slopes[1] * step**2 / 2 + slopes[2] * step**3 / 6

    return sp.Function("L"), sp.Symbol("p", real=True), sp.Symbol("varepsilon", positive=True), near


def print_verdicts(errors):
    """Print what is wrong, one below the other, and in one line what is right.

    Parameters
    ----------
    errors : dict of float
        Relative errors by name, as from `gradcheck.check_gradients`.

    Examples
    --------
    >>> print_verdicts({"W_f": 0.5, "b_f": 1e-4, "X": 1e-9})
    W_f  WRONG, relative error 0.5
    b_f  look closer, relative error 0.0001
    right: X
    """
    wrong = {name: error for name, error in errors.items() if not error < 1e-5}
    for name, error in wrong.items():
        words = "WRONG" if error > 1e-3 else "look closer"
        print(f"{name:4} {words}, relative error {error:.2g}")
    print("right:", ", ".join(sorted(errors.keys() - wrong.keys())) or "nothing")


def cosine(cell, other):
    """Return the cosine of the angle between the gradients of two cells: 1 if they point the same way.

    Examples
    --------
    >>> round(cosine(lstm, lstm), 12)
    1.0
    """
    one, two = _gradient(cell), _gradient(other)
    return float(one @ two / np.sqrt((one @ one) * (two @ two)))


def _gradient(cell):
    numbers, weights, _ = museum.problem((4, 2, 3, 7))
    _, steps = cell.forward(numbers, numbers["X"], (numbers["h_0"], numbers["C_0"]))
    grads, _, _ = cell.backward(numbers, weights, steps)
    return np.concatenate([grads[name].ravel() for name in lstm.SHAPES])


def _cut_at_D(params, dhs, steps):
    D = len(steps[0].z_t) - len(steps[0].h_t)
    grads, dx, dh_0, dC_0 = lstm.step_backward(params, steps[0], dhs[0], 0 * dhs[0])
    dz = np.concatenate([dh_0, dx])
    return grads, dz[None, D:], (dz[:D], dC_0)


CUT_AT_D = SimpleNamespace(forward=lstm.forward, backward=_cut_at_D)  # one step; dz is cut after D rows


def alike():
    """Return parameters whose gates are alike, others whose units are alike, and an input for both.

    Examples
    --------
    >>> gates, units, X = alike()
    >>> bool(np.array_equal(gates["W_f"], gates["W_o"])), bool(np.array_equal(units["W_f"][0], units["W_f"][2]))
    (True, True)
    """
    rng = np.random.default_rng(9)
    drawn, biases = rng.normal(size=(3, 5)), {f"b_{k}": np.zeros((3, 1)) for k in "fiCo"}
    gates = biases | {f"W_{k}": drawn.copy() for k in "fiCo"}
    rows = rng.normal(size=(4, 5))  # one for each gate, and the same for each unit
    rows[:, :3] = rows[:, :1]
    units = biases | {f"W_{k}": np.tile(rows[n], (3, 1)) for n, k in enumerate("fiCo")}
    return gates, units, rng.normal(size=(4, 2, 7))


# --- the exercises -----------------------------------------------------------------------------------------------


def _central(f, p, eps):
    return (f(p + eps) - f(p - eps)) / (2 * eps)


def _cubed(p):
    return p**3


def _other_slopes(f, p, eps):
    here, right, left, central = f(p), f(p + eps), f(p - eps), _central(f, p, eps)
    slips = {
        "only a step to the right is taken: one to the left belongs to it": (right - here) / eps,
        "only a step to the left is taken: one to the right belongs to it": (here - left) / eps,
        "there is no step to the left, and the one to the right goes 2 eps": (f(p + 2 * eps) - here) / (2 * eps),
        "both steps go to the same point: the one to the left goes to p - eps": 0.0,
        "the difference is divided by eps: the two points are 2 eps apart": 2 * central,
        "the difference is divided by 2 alone: the two points are 2 eps apart": eps * central,
        "2 eps are gone to either side: the two points are then 4 eps apart": 2 * _central(f, p, 2 * eps),
        "the brackets around 2 * eps are missing": (right - left) / 2 * eps,
        "the difference is multiplied by 2 eps: it is divided": (right - left) * 2 * eps,
        "the difference is not divided by 2 eps": right - left,
        "the brackets around the difference are missing": right - left / (2 * eps),
        "the two are added: the slope wants their difference": (right + left) / (2 * eps),
        "the order of the two is turned round: right minus left": -central,
        "eps / 2 is gone to each side: the quotient of this lesson goes eps": _central(f, p, eps / 2),
        "this is the exact derivative: the central quotient is a little off, as the formula says": (
            float(complex_step_gradient(f, np.array(p)))
        ),
    }
    return {f"You get this if {words}.": slip for words, slip in slips.items()}


def check_slope_at(slope_at):
    """Check the central difference quotient of a function of one number."""
    cases = [(sigmoid, 0.3, 1e-5), (np.tanh, -1.0, 1e-5), (_cubed, 1.0, 0.25), (np.sin, 0.5, 0.01)]
    check("the central difference", slope_at, _central, given=cases, known=_other_slopes)


def check_name(name_of_the_mistake):
    """Check which mistake of the museum the stranger of the hunt has."""
    said = {
        f"In that one {CATALOGUE[name].words}. {words}": name for name, words in table("choices")["here"].items()
    }
    right = museum.hidden("14babd7b").name
    check_choice("the mistake", name_of_the_mistake, right, museum.EXHIBITS, known=said)


def check_still_alike(still_alike):
    """Check what is still alike after a step of training: gates, or units."""
    check_choice("what is still alike", still_alike, **table("choices")["still_alike"])


def check_my_start(my_start):
    """Check fresh parameters, and keep what draws them in the learner's own LSTM."""
    if not borrows("your start", my_start, {"lstm", "fused"}, {"init_params"}, "Draw the arrays yourself."):
        check_function("your start", my_start, like="init_params", keep=True)


def check_my_backward(my_backward):
    """Check the way back through a sequence, and keep it in the learner's own LSTM."""
    steps = {"step_backward", "backward"}
    if not borrows("your way back", my_backward, {"lstm", "fused"}, steps, "Write the moves out."):
        check_function("your way back", my_backward, like="backward", keep=True)


def check_detect(detect):
    """Check a program that tells broken cells from healthy ones, on the whole museum."""
    knows_it = {"examine", "EXHIBITS", "hidden"}
    if not borrows("your check", detect, {"museum"}, knows_it, "Look at the cell itself."):
        check_detector("your check", detect)
