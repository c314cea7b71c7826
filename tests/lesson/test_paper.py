"""Numbers from paper: first the side and the step, then a hint, and the number itself when it is asked for."""

import numpy as np
import pytest

from lstm_lib.lesson import paper

STEPS = {"the sum": 1.3, "f_t": 0.786, "C_t": 0.393}


@pytest.fixture
def sheet(request):
    """A sheet that nobody has answered yet."""
    return paper.Sheet(request.node.name, STEPS, 1, {"The gate itself, before it multiplies.": 0.786}, "Multiply.")


@pytest.mark.parametrize(
    "answer",
    [
        0.393,
        0.3934,
        np.float32(0.393),
        [0.393],
        (1.3, 0.786, 0.393),
        {"C_t": 0.393},
        STEPS,
        np.array([1.3, 0.786, 0.393]),
    ],
    ids=repr,
)
def test_right_answers_are_right(sheet, answer):
    assert paper.verdict(answer, sheet) == ("✓", "right.")
    assert paper.verdict(lambda: answer, sheet) == ("✓", "right.")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (0.4, "too large."),
        (0.3, "too small."),
        (float("nan"), "no number."),
        ((1.3, 0.9, 0.45), "right so far: the sum; f_t is too large."),
        ((1.2, 0.786, 0.393), "the sum is too small."),
        ({"C_t": 0.5}, "too large."),
        (0.786, "Perhaps: The gate itself, before it multiplies."),
        ("0,393", "got text; want a number. Write a decimal point, not a comma."),
        ((0, 393), "got a tuple of 2; want"),
    ],
    ids=repr,
)
def test_a_wrong_answer_is_told_its_side_and_its_step_and_not_the_number(sheet, answer, words):
    mark, said = paper.verdict(answer, sheet)
    assert mark == "✗"
    assert words in said
    assert "0.393" not in said
    assert "Multiply." not in said


def test_the_hint_comes_with_another_wrong_answer_and_the_number_when_it_is_asked_for(sheet):
    paper.verdict(0.1, sheet)
    assert "Multiply." not in paper.verdict(0.1, sheet)[1]  # the same once more is no second try
    assert paper.verdict(0.2, sheet)[1].endswith('Multiply. An answer of "?" shows what is right.')
    assert paper.verdict("?", sheet) == ("○", "C_t is 0.393.")


@pytest.mark.parametrize("answer", [None, ..., lambda: None, lambda: ...])
def test_what_is_not_written_is_not_wrong(sheet, answer):
    assert paper.verdict(answer, sheet)[0] == "○"


def test_what_stops_is_said(sheet):
    mark, said = paper.verdict(lambda: 1 / 0, sheet)
    assert mark == "✗"
    assert "ZeroDivisionError" in said


def test_a_half_digit_is_the_limit(sheet):
    assert paper.verdict(0.393 + 0.0005, sheet)[0] == "✓"
    assert paper.verdict(0.393 + 0.0006, sheet)[0] == "✗"
