"""What answers the exercises of Gates and the cell state: units programmed by hand, and a bias made to measure.

What a learner may have done instead stands beside each right answer, as the words that name it. A unit is judged
by what it does with a few texts.
"""

from collections.abc import Mapping

import numpy as np

from lstm_lib import lstm
from lstm_lib.functional import sigmoid
from lstm_lib.lesson.checks import check, check_choices, table


def check_boxes(boxes):
    """Check exercise 1, the box that has to act in each of four sentences."""
    check_choices("the four boxes", boxes, **table("choices")["boxes"])


def check_weight_of_reset(weight_of_reset):
    """Check exercise 2, the weight that makes reset the stronger one."""
    check(
        "1 after set, 0 after reset, 1 after set, 0 after both",
        weight_of_reset,
        lambda: -40,
        then=_latched,
        known={"That is the latch as it was: with both, it writes a 1.": 0},
        says=_latch_in_words,
    )


def _latched(weight):
    """Return the memory after set, after reset, after set, and twice after both at once."""
    X = _spelt("..s..r..s....", "sr")
    X[10] = 1
    rows = {"f": [0, 0, -40, 20], "i": [0, 40, weight, -20], "C": [0, 0, 0, 20], "o": [0, 0, 0, 20]}
    return _memory(unit(**rows), X)[[4, 7, 9, 10, 12]].round(2)


def _latch_in_words(answer, got, want, at):
    both = 20 + answer
    words = f"with {answer:g} the memory is {got:.2g} where {want:.0f} is due"
    if answer > 0:
        return f"{words}. The sign: now reset opens the input gate"
    gate = f"the sum in the input gate is 40 {answer:+g} − 20 = {both:g}".replace("-", "−")
    return f"{words}. With both, {gate}, and it is open by {sigmoid(both):.3f}: not shut"


def check_mended(mended):
    """Check exercise 3, a counter whose forget gate is shut."""
    check(
        "the number of ones in 1.11.1, 1.... and 1111111111",
        mended,
        _counted(_forget(0, 0, 20)),
        then=_counted,
        tol=1e-3,
        known={
            "The forget gate is still shut: nothing is kept.": _forget(0, 0, -20),
            "A bias of 0 leaves the forget gate half open: at every step half is lost.": _forget(0, 0, 0),
            "It keeps only while a one comes in: in silence the forget gate shuts.": _forget(0, 20, -20),
            "In silence the forget gate is half open, and half is lost: the bias is 0.": _forget(0, 20, 0),
            "It keeps in silence and lets go whenever a one comes in.": _forget(0, -40, 20),
            "Whenever a one comes in the forget gate is half open.": _forget(0, -20, 20),
            "The forget gate stays shut until h opens it; it is to be open always.": _forget(20, 0, -20),
            "Now the input gate is shut, and nothing is written; it is the forget gate that stands wrong.": (
                _forget(0, 0, -20) | unit(i=[0, 0, -20])
            ),
        },
        says=_ones_in_words,
    )


_ONES = ("1.11.1", "1....", "1111111111")


def _counted(params):
    return [_memory(_checked(params, 1), _spelt(text, "1"))[-1] for text in _ONES]


def _forget(h, one, bias):
    """Return a counter of ones with these weights and this bias in its forget gate."""
    return unit(f=[h, one, bias], i=[0, 0, 20], C=[0, 20, 0], o=[0, 0, 20])


def _ones_in_words(answer, got, want, at):
    words = f"of {want:.0f} ones it has counted {got:.2f}"
    W, b = np.ravel(answer["W_f"]), np.ravel(answer["b_f"]).item()
    if not W.any() and 0 < b < 20:
        words += f". Its forget gate is σ({b:g}) = {sigmoid(b):.4g}: a part is lost at every step"
    return words


def check_bias(bias_for):
    """Check exercise 4, the bias for a half-life."""
    check(
        "half of it is left after n steps",
        bias_for,
        lambda n: _undone(0.5 ** (1 / n)),
        given=[(5,), (2,), (20,), (100,)],
        then=lambda b_f, n: sigmoid(np.asarray(b_f, float)) ** n,
        known=_other_biases,
        tol=1e-6,
        says="your bias {answer:.4g} leaves {got:.3g} of it, a half was asked for",
    )


def _undone(f):
    """Return the bias whose gate is f."""
    return np.log(f / (1 - f))


def _other_biases(n):
    f = 0.5 ** (1 / n)
    return {
        "That is the forget gate f itself; its bias is what σ turns into f.": f,
        "That is the rule of thumb ln(n / ln 2), good for a large n only.": np.log(n / np.log(2)),
        "That is the rule of thumb, with 0.69 for ln 2; it is good for a large n only.": np.log(n / 0.69),
        "The sign is turned round: this gate forgets what it should keep.": -_undone(f),
        "Those are the odds f / (1 − f); their logarithm is the bias.": f / (1 - f),
        "That is ln n, for a memory that fades to about a third (1/e) over n steps.": np.log(n),
        "That is ln(n − 1), from f = 1 − 1/n: such a memory fades to about a third (1/e).": np.log(n - 1),
        "That is the logarithm of f; the bias is that of f / (1 − f).": np.log(f),
        "f (1 − f) is the slope of σ; its inverse has f divided by 1 − f.": np.log(f * (1 - f)),
        "That f is ½ / n; the n-th root is 0.5 ** (1 / n), with parentheses.": _undone(0.5 / n),
        "That f loses ½ / n at each step, of what is left: take the n-th root of ½.": _undone(1 - 0.5 / n),
        "From fⁿ = ½ it follows that f is the n-th root of ½, not its n-th power.": _undone(0.5**n),
        "That logarithm is decimal; σ has an e in it, and is undone by the natural one, np.log.": (
            _undone(f) / np.log(10)
        ),
        "That is the logarithm of n to the base 2: first the gate, then its bias.": np.log2(n),
        "σ has to be undone, not applied once more: the log-odds of f do that.": sigmoid(f),
    }


def check_two_for_one(two_for_one):
    """Check exercise 5, a unit that ends at 0 when there are twice as many a's as b's."""
    right = unit(f=[0, 0, 0, 20], i=[0, 0, 0, 20], C=[0, np.arctanh(0.5), -20, 0], o=[0, 0, 0, 20])
    check(
        "0 for twice as many a's as b's, above it for more, below for fewer",
        two_for_one,
        _signs(right),
        then=_signs,
        says=_letter_by_letter,
    )


_WORDS = ("aab", "baa", "abaaba", 40 * "a" + 20 * "b", "a", "aaab", "b", "ab", "babb")


def _signs(params):
    """Return 1, 0 or −1 for a memory above, at or below 0 after each word."""
    return np.sign(np.round([_after(params, word) for word in _WORDS], 3))


def _after(params, word):
    return _memory(_checked(params, 2), _spelt(word, "ab"))[-1]


def _letter_by_letter(answer, **_):
    """Return what each letter writes, and what is wrong with it as far as that is plain."""
    a, b = _after(answer, "a"), _after(answer, "b")
    words = f"an a adds {a:.3f} and a b {b:.3f}; 2 a and 1 b come to {_after(answer, 'aab'):.3f}"
    if not np.isclose(_after(answer, "ab"), a + b, atol=1e-3):
        return words
    if a > 0 and b > 0:
        return f"{words}. The sign: a b takes away, with a negative weight"
    if a < 0 and b > 0:
        return f"{words}. a and b have changed places, or both signs are turned"
    if np.isclose(a, -b, atol=1e-3):
        return f"{words}. One b weighs as much as one a; no weight makes a step write more than 1, because of tanh"
    if np.isclose(2 * -b, a, rtol=1e-3):
        return f"{words}. It is the other way round: one a weighs as much as two b's"
    if a > 0 and b < 0:
        return f"{words}. What a letter writes is the tanh of its weight, and tanh is undone by np.arctanh"
    return words


# --- units ---


def unit(**rows):
    """Return parameters from a row for each box: weights of h and of the inputs, then the bias."""
    params = {}
    for box, row in rows.items():
        table = np.atleast_2d(np.array(row, dtype=float))
        params[f"W_{box}"], params[f"b_{box}"] = table[:, :-1], table[:, -1:]
    return params


def _spelt(text, alphabet):
    return np.array([[[float(character == letter)] for letter in alphabet] for character in text])


def _memory(params, X):
    return lstm.stack(lstm.forward(params, X)[1]).C_t[:, 0, 0]


def _checked(params, D):
    """Return the parameters of one unit with D inputs, or complain in words of what is none."""
    if not isinstance(params, Mapping):
        raise ValueError("want a dict of the eight parameters, as program(…) makes it")
    shapes = {f"{kind}_{box}": (1, 1 + D) if kind == "W" else (1, 1) for kind in "Wb" for box in "fiCo"}
    for name in params:
        if name not in shapes:
            raise ValueError(f"the name {name!r} is used nowhere; program(f=[…]) makes W_f and b_f of a row")
    for name, shape in shapes.items():
        if np.shape(params.get(name)) != shape:
            raise ValueError(f"{name} has shape {np.shape(params.get(name))}; want {shape}")
    return {name: np.array(params[name], dtype=float) for name in shapes}
