"""What answers the exercises of How far a gradient reaches: a sentence, lines, and a matrix to tame."""

import numpy as np

from lstm_lib.lesson.checks import check, check_choice, check_order, table


def check_sentence(attempt):
    """Exercise 1: which of four sentences is right."""
    check_choice("the right sentence", attempt, **table("choices")["sentence"])


def check_lines(attempt):
    """Exercise 2: the lines that compute the norms of a tanh RNN."""
    check_order("the norms your lines give", attempt, **table("orders")["norms"])


def check_tamed(attempt):
    """Exercise 3: a matrix scaled so that the bound is a given share."""

    def tamed(W, n, left):
        return W * left ** (1 / n) / np.linalg.norm(W, 2)

    cases = [(np.array([[2.0, 1.0], [-1.0, 0.5]]), 5, 0.5), (np.array([[0.1, 0.7], [0.4, -0.3]]), 8, 0.2)]
    check("the scaled W", attempt, tamed, given=cases, known=_tamed_otherwise)


def _tamed_otherwise(W, n, left):
    largest, root = np.linalg.norm(W, 2), left ** (1 / n)
    return {
        "Now σ_max itself is `left`: its n-th power shall be.": W * left / largest,
        "`left` is divided by n: the n-th root of it is left ** (1 / n), with the parentheses.": W
        * left
        / n
        / largest,
        "That is the n-th power of `left`; its n-th root is wanted.": W * left**n / largest,
        "The root is taken of `left` alone: σ_max stands outside of it, so mind the parentheses.": (
            W * (left / largest) ** (1 / n)
        ),
        "Divide by the σ_max that W has, do not multiply by it.": W * root * largest,
        "That is the square root of `left`; its n-th root is wanted.": W * left**0.5 / largest,
        "Its σ_max is 1 now: the share `left` is still to come in.": W / largest,
        "The σ_max that W has is still in it: divide by it.": W * root,
        "np.linalg.norm(W) without the 2 is the root of the sum of all squares, not σ_max.": (
            W * root / np.linalg.norm(W)
        ),
        "That is divided by the largest eigenvalue; the bound is made of σ_max.": (
            W * root / np.abs(np.linalg.eigvals(W)).max()
        ),
        "That is divided by the largest entry; the bound is made of σ_max, the largest singular value.": (
            W * root / np.abs(W).max()
        ),
        "To subtract from each entry does not scale: multiply W by a number.": W - (largest - root),
        "That is the factor; multiply W by it.": root / largest,
    }
