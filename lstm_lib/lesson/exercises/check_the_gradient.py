"""What answers the exercises of Check the gradient: central differences, a hunt, a start, the way back, a check.

Each function takes what the learner wrote, and says what there is to say about it.
"""

import numpy as np

from lstm_lib.functional import sigmoid
from lstm_lib.gradcheck import complex_step_gradient
from lstm_lib.lesson import museum
from lstm_lib.lesson.checks import check, check_choice, check_detector, check_function
from lstm_lib.lesson.mistakes import CATALOGUE
from lstm_lib.lesson.surroundings import taken_from


def _central(f, p, eps):
    return (f(p + eps) - f(p - eps)) / (2 * eps)


def _cubed(p):
    return p**3


def _exact(f, p, eps):
    return float(complex_step_gradient(f, np.array(p)))


_SLOPES = {
    "only a step to the right is taken: one to the left belongs to it": lambda f, p, e: (f(p + e) - f(p)) / e,
    "only a step to the left is taken: one to the right belongs to it": lambda f, p, e: (f(p) - f(p - e)) / e,
    "there is no step to the left, and the one to the right goes 2 eps": lambda f, p, e: (
        (f(p + 2 * e) - f(p)) / (2 * e)
    ),
    "both steps go to the same point: the one to the left goes to p - eps": lambda f, p, e: 0.0,
    "the difference is divided by eps: the two points are 2 eps apart": lambda f, p, e: 2 * _central(f, p, e),
    "the difference is divided by 2 alone: the two points are 2 eps apart": lambda f, p, e: e * _central(f, p, e),
    "2 eps are gone to either side: the two points are then 4 eps apart": lambda f, p, e: (
        2 * _central(f, p, 2 * e)
    ),
    "the brackets around 2 * eps are missing": lambda f, p, e: (f(p + e) - f(p - e)) / 2 * e,
    "the difference is multiplied by 2 eps: it is divided": lambda f, p, e: (f(p + e) - f(p - e)) * 2 * e,
    "the difference is not divided by 2 eps": lambda f, p, e: f(p + e) - f(p - e),
    "the brackets around the difference are missing": lambda f, p, e: f(p + e) - f(p - e) / (2 * e),
    "the two are added: the slope wants their difference": lambda f, p, e: (f(p + e) + f(p - e)) / (2 * e),
    "the order of the two is turned round: right minus left": lambda f, p, e: -_central(f, p, e),
    "eps / 2 is gone to each side: the quotient of this lesson goes eps": lambda f, p, e: _central(f, p, e / 2),
    "this is the exact derivative: the central quotient is a little off, as the formula says": _exact,
}


def check_slope_at(slope_at):
    """Check the central difference quotient of a function of one number."""
    cases = [(sigmoid, 0.3, 1e-5), (np.tanh, -1.0, 1e-5), (_cubed, 1.0, 0.25), (np.sin, 0.5, 0.01)]
    known = {f"You get this if {words}.": slip for words, slip in _SLOPES.items()}
    check("the central difference", slope_at, _central, given=cases, known=known)


_HERE = {
    "dropped_dC": "Here it is used.",
    "dropped_dh": "Here dh_t has both when it comes.",
    "dropped_both": "Here both are carried back.",
    "dropped_path_through_h": "Here dC_t has both.",
    "squashed_twice": "Here each slope is computed right.",
    "tanh_twice": "Here each slope is computed right.",
    "sigmoid_for_its_slope": "Here each slope is computed right.",
    "wrong_step_C": "Here it is C_prev.",
    "wrong_step_h": "Here it is z_t, as it was.",
    "overwritten_dh": "Here dh_t keeps its value.",
    "swapped_slices": "Here dz is cut after its first H rows, and h comes first.",
    "copied_bias": "Here each gate has its own.",
}


def check_name(name_of_the_mistake):
    """Check which mistake of the museum the stranger of the hunt has."""
    said = {f"In that one {CATALOGUE[name].words}. {words}": name for name, words in _HERE.items()}
    right = museum.hidden("14babd7b").name
    check_choice("the mistake", name_of_the_mistake, right, museum.EXHIBITS, known=said)


def check_still_alike(still_alike):
    """Check what is still alike after a step of training: gates, or units."""
    said = {
        "Each gate has a factor of its own in its da, so they come apart. What tells two units apart?": "a",
        "Only one of them: compare da_f and da_i, then the da of two units.": "c",
        "One of them is: what would have to differ for two units to get different gradients?": "d",
    }
    check_choice("what is still alike", still_alike, "b", "abcd", known=said)


def check_my_start(my_start):
    """Check fresh parameters, and keep what draws them in the learner's own LSTM."""
    if "init_params" in taken_from({"lstm", "fused"}, my_start):
        print("✗ your start: the library's init_params does the work here. Draw the arrays yourself.")
    else:
        check_function("your start", my_start, like="init_params", keep=True)


def check_my_backward(my_backward):
    """Check the way back through a sequence, and keep it in the learner's own LSTM."""
    borrowed = {"step_backward", "backward"} & taken_from({"lstm", "fused"}, my_backward)
    if borrowed:
        print(f"✗ your way back: the library's {min(borrowed)} does the work here. Write the moves out.")
    else:
        check_function("your way back", my_backward, like="backward", keep=True)


def check_detect(detect):
    """Check a program that tells broken cells from healthy ones, on the whole museum."""
    borrowed = {"examine", "EXHIBITS", "hidden"} & taken_from({"museum"}, detect)
    if borrowed:
        print(f"✗ your check: museum.{min(borrowed)} knows the museum already. Look at the cell itself.")
    else:
        check_detector("your check", detect)
