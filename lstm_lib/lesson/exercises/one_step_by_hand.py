"""What answers the exercises of One step by hand: right answers, and the slips that one makes with a pencil.

check_h, check_rounded_products, check_bias, check_C_and_h, check_wrong_line, check_step
"""

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

import numpy as np

from lstm_lib.functional import sigmoid
from lstm_lib.lesson import mine
from lstm_lib.lesson.checks import check, check_choice, check_function, check_paper, table

X, H, C = 0.5, 0.1, 0.2  # the lesson's input, last output and memory
LN_9 = np.log(9)  # the sum in a gate of 0.9
SQUASHED = "C_t is squashed: tanh belongs to h_t, the memory is a plain sum."


def to_digits(digits, how):
    """Return a function that shortens a number to so many decimals."""

    def shorten(number):
        return float(Decimal(f"{number:.12f}").quantize(Decimal(1).scaleb(-digits), how))  # 0.1 + 0.7 is 0.8

    shorten.__name__ = f"{how} to {digits}"
    return shorten


def on_paper(sums, gate=sigmoid, candidate=np.tanh, show=np.tanh, shorten=float):
    """Return C_t and h_t of a step that may hold a mistake, from the sums in f, i, C̃ and o."""
    f, i, o = (shorten(gate(sums[k])) for k in "fio")
    C_t = shorten(f * C + i * shorten(candidate(sums["C"])))
    return C_t, shorten(o * shorten(show(C_t)))


def slips_with(sums):
    """Return the slips that any step on paper invites, with the C_t and h_t that they give."""
    f, i, o = (sigmoid(sums[k]) for k in "fio")
    c = np.tanh(sums["C"])

    def shown(C_t):
        return C_t, o * np.tanh(C_t)

    return {
        "The gates are squashed twice: one σ around each sum.": on_paper(sums, gate=lambda a: sigmoid(sigmoid(a))),
        "The candidate is taken for one more gate: it is a tanh.": on_paper(sums, candidate=sigmoid),
        "The memory is shown as it is: the tanh of h_t is missing.": on_paper(sums, show=float),
        "The old memory is missing: f · C is a part of C_t.": shown(i * c),
        "The old memory is kept whole: the forget gate multiplies it.": shown(C + i * c),
        SQUASHED: (
            np.tanh(f * C + i * c),
            o * np.tanh(f * C + i * c),
        ),
        "You have cut to two decimals on the way: keep more digits.": on_paper(
            sums, shorten=to_digits(2, ROUND_DOWN)
        ),
        "You have rounded to two decimals on the way: keep more digits.": on_paper(
            sums, shorten=to_digits(2, ROUND_HALF_UP)
        ),
    }


def check_h(attempt):
    """Exercise 1: the step for x = −0.5, where the sum is 0.6 in all four boxes."""
    alike = dict.fromkeys("fiCo", 0.6)
    gate, candidate = sigmoid(0.6), np.tanh(0.6)
    C_t, h_t = on_paper(alike)
    steps = {"the sum a": 0.6, "the gates": gate, "the candidate": candidate, "C_t": C_t, "h_t": h_t}
    slips = slips_with(alike)
    del slips[SQUASHED]  # h is the same
    known = {words: wrong for words, (_, wrong) in slips.items()} | {
        "That is h for x = +0.5.": on_paper(dict.fromkeys("fiCo", 1.6))[1],
        "The bias is missing: the sum is h + x + 1.": on_paper(dict.fromkeys("fiCo", -0.4))[1],
        "tanh is of C_0, the old memory; h shows the new one.": gate * np.tanh(C),
        "That is C_t, the memory; h shows a part of it.": C_t,
        "That is tanh(C_t); the output gate is missing.": np.tanh(C_t),
    }
    check_paper("h for x = −0.5", attempt, steps, known=known, hint="Only the sum a changes: 0.1 − 0.5 + 1.")


def walk(shorten, gate=True, candidate=True, kept=True, written=True, end=True, squash=np.tanh):
    """Return C_t as a person with a pencil finds it, who may forget to shorten something."""

    def perhaps(wanted, number):
        return shorten(number) if wanted else number

    f, c = perhaps(gate, sigmoid(1.6)), perhaps(candidate, squash(1.6))
    return perhaps(end, perhaps(kept, f * C) + perhaps(written, f * c))


def _other_walks(shorten):
    f, c = shorten(sigmoid(1.6)), shorten(np.tanh(1.6))
    of_the_lesson = walk(shorten, kept=False, written=False)
    return {
        "The products are added before they are shortened: that is `walk`.": of_the_lesson,
        "The gate still has all its digits: shorten it first.": walk(shorten, gate=False),
        "The candidate still has all its digits: shorten it first.": walk(shorten, candidate=False),
        "Gate and candidate still have all their digits.": walk(shorten, gate=False, candidate=False),
        "The sum of the two products is not shortened.": walk(shorten, end=False),
        "The product i · C̃ is not shortened.": walk(shorten, written=False),
        "The product f · C is not shortened.": walk(shorten, kept=False),
        "All is shortened once, at the end: shorten each result as you find it.": (
            walk(shorten, gate=False, candidate=False, kept=False, written=False)
        ),
        "The candidate is taken for one more gate: it is a tanh.": walk(shorten, squash=sigmoid),
        "That is h_t: the memory C_t was asked for.": shorten(f * shorten(np.tanh(of_the_lesson))),
        "The two products are multiplied: they are added.": shorten(shorten(f * C) * shorten(f * c)),
        "Nothing is shortened: call `shorten`.": walk(float),
        "That rounds to three decimals, whatever is asked for: call `shorten`.": walk(to_digits(3, ROUND_HALF_UP)),
    }


def check_rounded_products(attempt):
    """Exercise 2: C_t with both products shortened, for nine ways of shortening, and one that shows each call."""
    ways = [to_digits(digits, how) for digits in (3, 2, 1) for how in (ROUND_HALF_UP, ROUND_DOWN, ROUND_UP)]
    ways += [lambda number: 0.9 * number]  # shows each call, also one that has nothing left to shorten
    cases = [(way,) for way in ways]
    check("C_t with products shortened", attempt, walk, given=cases, known=_other_walks)


def check_bias(attempt):
    """Exercise 3: the bias that makes the forget gate 0.9 where h and x bring a sum of 0.6."""
    known = {
        "ln 9 is the whole sum; h and x have brought 0.6 of it already.": LN_9,
        "h and x bring 0.6, so the bias has to bring less than ln 9, not more.": LN_9 + 0.6,
        "ln 9 − 1.6 leaves room for the old bias of 1; b_f takes its place.": LN_9 - 1.6,
        "x brings 0.5, and h brings 0.1 as well.": LN_9 - X,
        "h brings 0.1, and x brings 0.5 as well.": LN_9 - H,
        "0.9 is the gate, not the sum in it: σ is to be undone first.": 0.9 - 0.6,
        "ln(0.1 / 0.9) is for a gate of 10 %: the odds are upside down.": -LN_9 - 0.6,
        "ln(0.1 / 0.9) is upside down, and h and x bring 0.6 of the sum.": -LN_9,
        "ln 0.9 is the logarithm of the gate; σ is undone by that of the odds 0.9 / 0.1.": np.log(0.9) - 0.6,
        "9 is the odds; the sum is their logarithm.": 9 - 0.6,
        "The natural logarithm is wanted, to the base e, not log10.": np.log10(9) - 0.6,
        "σ is to be undone, and here it is applied once more.": sigmoid(0.9) - 0.6,
        "The gate is a σ, not a tanh: undo σ.": np.arctanh(0.9) - 0.6,
    }
    check(
        "f_t with your bias",
        attempt,
        lambda: LN_9 - 0.6,
        then=lambda b_f: sigmoid(H + X + b_f),
        tol=1e-3,
        known=known,
        says="your b_f = {answer:.4g} makes a gate of {got:.3f}, 0.9 was asked for",
    )


def check_C_and_h(attempt):
    """Exercise 4: the step with weights that all differ."""
    sums = {"f": 0.7, "i": 0.1, "C": 0.4, "o": -0.2}
    turned = {"f": 2 * X - H + 1, "i": X + 2 * H - 1, "C": -X + H, "o": 3 * X + H - 1}  # x first
    bare = {"f": -0.3, "i": 1.1, "C": 0.4, "o": 0.8}  # without the biases
    C_t, h_t = on_paper(sums)
    steps = {f"the sum in {k}": a for k, a in sums.items()}
    steps |= {"f": sigmoid(0.7), "i": sigmoid(0.1), "C̃": np.tanh(0.4), "o": sigmoid(-0.2), "C_t": C_t, "h_t": h_t}
    known = slips_with(sums) | {
        "The order is [x, h]: h comes first, and the first weight of each row is for it.": on_paper(turned),
        "f and i have changed places: f keeps, i writes.": on_paper(sums | {"f": 0.1, "i": 0.7}),
        "h_t is shown with f: the output gate o_t shows.": (C_t, sigmoid(0.7) * np.tanh(C_t)),
        "h_t is shown with i: the output gate o_t shows.": (C_t, sigmoid(0.1) * np.tanh(C_t)),
        "The biases are missing.": on_paper(bare),
        "h shows the old memory; it shows the new one.": (C_t, sigmoid(-0.2) * np.tanh(C)),
        "The output gate is missing in h_t.": (C_t, np.tanh(C_t)),
        "That is the primer's step, with all weights 1: take the different ones.": on_paper(
            dict.fromkeys("fiCo", 1.6)
        ),
        "The numbers are right, and have changed places: C_t comes first.": (h_t, C_t),
    }
    hint = "The sums are 0.7 for f, 0.1 for i, 0.4 for the candidate and −0.2 for o."
    check_paper("C_t and h_t", attempt, steps, asked=2, known=known, hint=hint)


def check_wrong_line(attempt):
    """Exercise 5: the line that keeps a memory which is one step too old."""
    check_choice("the wrong line", attempt, **table("choices")["line_of_the_step"])


def check_step(attempt):
    """Exercise 6: the step as a function; kept for the learner's own LSTM if it gives back a whole Step."""
    check_function("my step", attempt, like="step", keep=mine.fits("step", attempt))
