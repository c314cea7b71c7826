"""The answers to exercises: one sentence each, whatever the learner wrote."""

import contextlib
import io
import itertools
import re
import time

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm
from lstm_lib.lesson import attempts, checks, museum
from lstm_lib.lesson.checks import check, check_choice, check_detector, check_function, check_order
from lstm_lib.lesson.mistakes import CATALOGUE

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")


@pytest.fixture
def said(capsys):
    """Return what is printed for an attempt."""

    def said(attempt, expected=4, **options):
        check("q", attempt, expected, **options)
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return said


RIGHT = "✓ q: right.\n"
NOT_WRITTEN = "○ q: not written yet.\n"


@pytest.mark.parametrize(
    "attempt", [4, 4.0, lambda: 4, lambda: 4 + 1e-9, np.array(4), np.float32(4), sp.Integer(4), [2, 2][0] + 2]
)
def test_a_right_answer_is_right(said, attempt):
    assert said(attempt) == RIGHT


def test_arrays_and_lists_are_compared_entry_by_entry(said):
    expected = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert said(expected.copy(), expected) == RIGHT
    assert said([[1, 2], [3, 4]], expected) == RIGHT
    assert said(expected, expected.tolist()) == RIGHT
    wanted = "✗ q: got 30, want 3 at index (1, 0), the first that differs.\n"
    assert said([[1, 2], [30, 40]], expected) == wanted


def test_a_wrong_answer_is_told_by_how_much(said):
    assert said(6) == "✗ q: got 6, want 4. Yours is too large by 2.\n"
    assert said(lambda: 2.5) == "✗ q: got 2.5, want 4. Yours is too small by 1.5.\n"
    assert said(-4).endswith("Yours is too small by 8. Yours is the right number with the other sign.\n")
    assert said(True) == "✗ q: got 1, want 4. Yours is too small by 3.\n"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_neither_too_large_nor_too_small(said, bad):
    words = said(bad)
    assert words.startswith(f"✗ q: got {bad}, want 4.")
    assert "too" not in words
    assert ("nan is no number" in words) == np.isnan(bad)


@pytest.mark.parametrize("attempt", [None, ..., lambda: None, lambda: ...])
def test_nothing_is_not_written_yet(said, attempt):
    assert said(attempt) == NOT_WRITTEN


def raises(error):
    def attempt():
        raise error

    return attempt


def test_not_implemented_is_not_written_yet(said):
    assert said(raises(NotImplementedError)) == NOT_WRITTEN
    assert said(raises(NotImplementedError("write this"))) == NOT_WRITTEN


def test_an_error_is_answered_in_a_sentence_without_a_traceback(said):
    assert said(lambda: 1 / 0) == "✗ q: your code stopped with ZeroDivisionError: division by zero.\n"
    assert said(lambda: {}["key"]) == "✗ q: your code stopped with KeyError: 'key'.\n"
    assert said(lambda x: x) == "✗ q: it takes (x); want no argument, as in the exercise.\n"
    words = "✗ q: your code stopped with SystemExit: bye. It was at the line `raise error`.\n"
    assert said(raises(SystemExit("bye"))) == words


def test_the_stop_button_still_stops():
    with pytest.raises(KeyboardInterrupt):
        check("q", raises(KeyboardInterrupt), 4)


@pytest.mark.parametrize(
    ("attempt", "expected", "words"),
    [
        ([4, 5], 4, "got a list of 2; want a number."),
        (4, [4, 5], "got a number; want 2 numbers in a row."),
        (np.zeros((2, 3)), np.zeros((3, 2)), "got an array of shape (2, 3); want an array of shape (3, 2)."),
        (np.zeros(3), np.zeros((3, 1)), "got an array of shape (3,); want an array of shape (3, 1)."),
        ([], np.zeros(2), "got a list of 0; want 2 numbers in a row."),
    ],
)
def test_another_shape_is_named(said, attempt, expected, words):
    assert said(attempt, expected).startswith(f"✗ q: {words}")


@pytest.mark.parametrize("attempt", [[4], (4,), np.array([[4]]), 4 + 0j, (k for k in [4])])
def test_one_number_is_right_in_any_clothes(said, attempt):
    assert said(attempt) == RIGHT


@pytest.mark.parametrize(("attempt", "words"), [((0, 286), "write a point"), ("0,286", "decimal point")])
def test_a_decimal_comma_gets_a_friendly_sentence(said, attempt, words):
    assert words in said(attempt, 0.286)


class Rubbish:
    """Breaks whatever is done with it."""

    def __float__(self):
        return 1 / 0

    def __eq__(self, other):
        return 1 / 0

    __hash__ = None


class RubbishArray:
    def __array__(self, *args, **options):
        raise RuntimeError


NO_NUMBERS = {
    "text that reads as a number": ("4", "text"),
    "text": ("four", "text"),
    "bytes": (b"4", "a bytes"),
    "a list of text": (["4"], "a list of 1"),
    "complex": (4 + 1j, "a complex"),
    "a complex array": (np.array(4 + 1j), "an array of shape ()"),
    "a date": (np.datetime64(4, "s"), "a datetime64"),
    "a ragged list": ([[1], [1, 2]], "a list of 2"),
    "a dict": ({"a": 4}, "a dict with a"),
    "a set": ({4}, "a set"),
    "an object": (object(), "an object"),
    "an array of objects": (np.array([object()]), "an array of shape (1,)"),
    "a symbol": (sp.Symbol("a"), "a Symbol"),
    "a number too large for a float": (10**400, "an int"),
    "rubbish": (Rubbish(), "a Rubbish"),
    "a rubbish array": (RubbishArray(), "a RubbishArray"),
    "a function that returns a function": (lambda: lambda: 4, "a function"),
}


@pytest.mark.parametrize("what", NO_NUMBERS)
def test_what_is_no_number_is_named_and_never_raises(said, what):
    attempt, kind = NO_NUMBERS[what]
    wanted = f"✗ q: got {kind}; want a number."
    assert said(attempt).startswith(wanted)
    if not callable(attempt) and kind != "a generator":  # a generator is used up
        assert said(lambda: attempt).startswith(wanted)


def test_huge_numbers_give_no_warning(said):
    assert said(1.7e308, -1.7e308).startswith("✗ q: got 1.7e+308, want -1.7e+308. Yours is too large by inf.")


@given(st.floats(1e-6, 1e9), st.floats(1e-9, 0.1), st.floats(0, 3))
def test_an_answer_is_right_within_the_tolerance(expected, tol, times):
    limit = tol * expected
    answer = expected + times * limit
    distance = abs(answer - expected)  # as it is after rounding
    if abs(distance - limit) < 1e-3 * limit:
        return
    assert (verdict(answer, expected, tol) == "✓") == (distance <= limit)


def verdict(answer, expected, tol):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        check("q", answer, expected, tol=tol)
    return out.getvalue()[0]


def test_the_default_tolerance_is_eight_digits(said):
    assert said(4 + 3e-8) == RIGHT
    assert said(4 + 5e-8) != RIGHT
    assert said(9e-9, 0) == RIGHT  # absolutely, too
    assert said(1.1e-8, 0) != RIGHT
    assert said(4.3, tol=0.1) == RIGHT
    assert said(4.6, tol=0.1) != RIGHT
    assert said(2e-10, 1e-10) != RIGHT  # a small number is measured by its own size
    assert said(4, tol=0) == RIGHT
    assert said(10.95, 10, tol=0.1) == RIGHT
    assert said(11.05, 10, tol=0.1) != RIGHT  # relative to what is expected, not to what was answered


def test_nan_is_right_nowhere(said):
    assert said(np.nan, np.nan) == "✗ q: got nan, want nan.\n"


def test_nothing_is_given_back():
    assert check("q", 4, 4) is None


def test_an_attempt_is_called_once_more_without_a_word(said):
    assert said(lambda: print("four") or 4) == f"four\n{RIGHT}"
    fours = itertools.repeat(4, 1)
    assert "called with the same once more, it gives something else" in said(lambda: next(fours, 5))
    turns = itertools.cycle([1, 2, 3])
    assert "called with the same once more" in said(
        lambda n: next(turns), lambda n: n, given=[(1,), (2,), (3,), (1,)][:2]
    )


def test_mistakes_of_the_lesson_are_errors():
    with pytest.raises(TypeError, match=r"^name is 3 \(int\); want text"):
        check(3, 4, 4)
    with pytest.raises(TypeError, match=r"^tol is 'a' \(str\); want a real number"):
        check("q", 4, 4, tol="a")
    with pytest.raises(ValueError, match=r"^tol is -1; want a finite number at least 0"):
        check("q", 4, 4, tol=-1)


# --- wrong answers that were foreseen ---


def test_a_foreseen_answer_is_recognised_and_one_number_says_perhaps(said):
    known = {"That is the product.": lambda: 2 * 3, "That is the power.": 8}
    assert said(6, 5, known=known).endswith("Perhaps: That is the product.\n")
    assert said(8, 5, known=known).endswith("Perhaps: That is the power.\n")
    assert said(7, 5, known=known) == "✗ q: got 7, want 5. Yours is too large by 2.\n"
    assert said(5, 5, known=known) == RIGHT
    assert said(..., 5, known=known) == NOT_WRITTEN


def test_a_mistake_is_named_only_if_it_agrees_in_every_case(said):
    known = {"That is the double.": lambda n: 2 * n}
    cases = [(3,), (5,)]
    assert "That is the double." in said(lambda n: 2 * n, lambda n: n**2, given=cases, known=known)
    assert "double" not in said(lambda n: 6, lambda n: n**2, given=cases, known=known)
    assert said(lambda n: n * n, lambda n: n**2, given=cases, known=known) == RIGHT


def test_a_check_hands_over_copies_and_says_what_is_written_into(said):
    given = (np.arange(3.0),)

    def doubled(mine):
        mine *= 2
        return mine

    for _ in range(2):
        words = said(doubled, lambda A: 2 * A, given=given)
        assert words.startswith("✓ q: right. It writes into its argument mine")
    assert given[0].tolist() == [0, 1, 2]


notebook_array = np.ones(3)


def test_what_lies_around_is_put_back(said):
    def turned():
        notebook_array[0] = -1
        return notebook_array

    for _ in range(2):
        words = said(turned, [-1, 1, 1])
        assert words.startswith("✓ q: right. It changes notebook_array")
        assert notebook_array.tolist() == [1, 1, 1]


def test_an_error_of_the_lesson_is_not_the_learners(said):
    assert said(4, lambda: {}["missing"]).startswith("○ q: something of the lesson that this check needs")
    words = said(lambda: [1, 2], 4, then=lambda answer: float(answer))
    assert words.startswith("✗ q: nothing can be computed from what it gave back, a list of 2")


def test_names_in_a_dict_are_told(said):
    right = {"W_C": [1.0, 2.0], "b_C": 3.0}
    assert said({"W_C": (1, 2), "b_C": np.float32(3)}, right) == RIGHT
    assert said(([1, 2], 3), right) == RIGHT
    assert said((3, [1, 2]), right).endswith("W_C and b_C have changed places.\n")
    assert "The name W_c is used nowhere: did you mean W_C?" in said(
        {"W_C": [1, 1], "b_C": 3, "W_c": [1, 2]}, right
    )
    assert "b_C is missing" in said({"W_C": [1, 2]}, right)


# --- whatever the attempt does ---


SUMS = {
    "given": [(np.ones((3, 3)), np.ones(3)), (np.ones((2, 4)), np.ones(4))],
    "known": {"That is the transpose.": lambda W, x: W.T @ x, "That is W alone.": lambda W, x: W.sum()},
}


def test_the_first_case_that_is_wrong_is_told_before_a_later_one_that_stops(said):
    cases = [(np.diag([1.0, 2.0, 3.0]), np.ones(3)), SUMS["given"][1]]
    words = said(lambda W, x: 2 * W @ x[:3], lambda W, x: W @ x, given=cases)
    assert "2 times the right one" in words
    assert "stopped" not in words


def test_what_is_right_at_one_size_alone_is_told_so(said):
    words = said(lambda W, x: W[:, :3] @ x, lambda W, x: W @ x, **SUMS)
    assert words.startswith("✗ q: with other sizes: your code stopped")


def test_an_argument_that_a_wrong_answer_does_not_look_at_is_named(said):
    words = said(lambda w, n: 4.0 * w, lambda w, n: n * w, given=[(2.0, 3), (5.0, 7)])
    assert "It does not use n, which is handed over." in words


def test_nothing_is_said_of_the_right_answer_where_there_are_many(said):
    words = said(lambda: -20.0, lambda: -40.0, then=lambda w: float(w < -30))
    assert words.startswith("✗")
    assert "half" not in words


@pytest.mark.parametrize(
    "ask",
    [
        lambda attempt: check("q", attempt, 4),
        lambda attempt: check_choice("q", attempt, "f", "fio"),
        lambda attempt: check_order("q", attempt, {"a": "", "b": ""}, {}),
        lambda attempt: check_function("q", lambda params, x_t, h_prev, C_prev: attempt(), like="step"),
        lambda attempt: check_function("q", lambda D, H, rng, forget_bias=1.0: attempt(), like="init_params"),
        lambda attempt: check_detector("q", lambda cell: attempt()),
    ],
    ids=["check", "check_choice", "check_order", "check_function", "check_function, start", "check_detector"],
)
def test_an_endless_attempt_is_stopped_and_an_error_is_said(ask, capsys, monkeypatch):
    def for_ever():
        while True:
            pass

    monkeypatch.setattr(attempts, "_PATIENCE", 600)
    for attempt, limit, words in [
        (for_ever, 0.2, "after 0.2 seconds it was still running."),
        (lambda: 1 / 0, 600, "ZeroDivisionError"),
    ]:
        monkeypatch.setattr(attempts.run, "__kwdefaults__", {"limit": limit})
        monkeypatch.setattr(checks, "_LIMIT_OF_A_TRIAL", limit)
        ask(attempt)
        said = capsys.readouterr().out
        assert said.startswith("✗ q: ")
        assert words in said
        assert said.count("\n") == 1


def test_the_limit_is_ten_seconds_and_a_minute_for_a_detector():
    assert attempts.LIMIT == attempts.run.__kwdefaults__["limit"] == 10
    assert checks._LIMIT_OF_A_TRIAL == 60


@pytest.mark.slow
def test_a_detector_has_the_longer_limit(capsys, monkeypatch):
    begin = time.perf_counter()

    def thinks_for_long(cell):
        while time.perf_counter() < begin + 1:
            pass
        return True

    monkeypatch.setattr(attempts.run, "__kwdefaults__", {"limit": 0.1})
    monkeypatch.setattr(checks, "_LIMIT_OF_A_TRIAL", 600)
    check_detector("mine", thinks_for_long)
    assert capsys.readouterr().out == "✗ mine: calls the healthy cell broken.\n"


# --- a whole function ---


def said_of_function(capsys, function, like):
    check_function("mine", function, like=like)
    return capsys.readouterr().out


@pytest.mark.parametrize("like", ["step", "step_backward", "forward", "backward", "init_params"])
def test_a_right_function_is_right_and_a_stub_is_not_written_yet(capsys, like):
    assert said_of_function(capsys, getattr(lstm, like), like) == "✓ mine: right.\n"


@pytest.mark.parametrize("like", ["step", "step_backward", "forward", "backward", "init_params"])
def test_a_stub_is_not_written_yet(capsys, like):
    def stub(*arguments, **options):
        raise NotImplementedError

    for nothing in (None, ..., stub, lambda *arguments, **options: ...):
        assert said_of_function(capsys, nothing, like) == "○ mine: not written yet.\n"


def test_a_wrong_function_hears_of_the_first_difference_and_of_the_mistake(capsys):
    said = said_of_function(capsys, CATALOGUE["dropped_dC"].cell().step_backward, "step_backward")
    assert said.startswith("✗ mine: dC_prev differs first, by up to ")
    assert "You get this if the gradient arriving from t+1 is ignored" in said


def test_a_start_with_equal_gates_is_recognised(capsys):
    said = said_of_function(capsys, CATALOGUE["identical_gates"].cell().init_params, "init_params")
    assert said == f"✗ mine: W_i equals W_f. You get this if {CATALOGUE['identical_gates'].words}.\n"


def test_a_start_without_its_bias_is_named(capsys):
    def zero_bias(D, H, rng, forget_bias=1.0):
        return lstm.init_params(D, H, rng, forget_bias=0)

    assert said_of_function(capsys, zero_bias, "init_params") == "✗ mine: b_f is not 1.\n"
    said = said_of_function(capsys, lambda D, H, rng, forget_bias=1: {}, "init_params")
    assert said.startswith("✗ mine: with D, H = 9, 24 init_params gave back something else: W_f, ")
    assert said.count("\n") == 1


def test_no_name_of_the_librarys_own_reaches_the_learner(capsys):
    said = said_of_function(capsys, lambda D, H, rng: lstm.init_params(D, H, rng), "init_params")
    assert "it takes (D, H, rng); want (D, H, rng, *, forget_bias=1.0)" in said
    assert not re.search(r"\b_\w", said.replace("__main__", ""))


def test_the_kind_of_function_is_one_of_five():
    with pytest.raises(ValueError, match=r"^like is 'train'; want one of step, step_backward, forward"):
        check_function("q", ..., like="train")


# --- lines in order ---

LINES = {"a": "one()", "b": "two()", "c": "three()", "x": "four()"}
AFTER = {"b": {"a": "two wants one."}, "c": "a"}


def said_of_order(capsys, attempt):
    check_order("mine", attempt, LINES, AFTER, distractors={"x": "There is no four."})
    return capsys.readouterr().out.rstrip("\n")


@pytest.mark.parametrize(
    ("attempt", "answer"),
    [
        ("abc", "✓ mine: right."),
        ("acb", "✓ mine: right."),
        ("a, c, b", "✓ mine: right."),
        (["a", "b", "c"], "✓ mine: right."),
        (lambda: "abc", "✓ mine: right."),
        ("bac", "✗ mine: b comes too early, a must stand before it. two wants one."),
        ("cab", "✗ mine: c comes too early, a must stand before it."),
        ("abx", "✗ mine: x does not belong here. There is no four."),
        ("abb", "✗ mine: b stands there twice."),
        ("abd", "✗ mine: 'd' is none of a, b, c, x."),
        ("ab", "✗ mine: right so far, and a line is missing."),
        ("a", "✗ mine: right so far, and 2 lines are missing."),
        ("", "○ mine: not written yet."),
        ([], "○ mine: not written yet."),
        (None, "○ mine: not written yet."),
        (..., "○ mine: not written yet."),
        (raises(NotImplementedError), "○ mine: not written yet."),
        (lambda: 1 / 0, "✗ mine: your code stopped with ZeroDivisionError: division by zero."),
        (4, "✗ mine: '4' is none of a, b, c, x."),
        (4.5, "✗ mine: got a float; want labels in a row, such as 'xcba'."),
        ([1, 2], "✗ mine: '1' is none of a, b, c, x."),
        (("a", "b", "c"), "✓ mine: right."),
        (np.array(list("abc")), "✓ mine: right."),
        ("A -> B -> C", "✓ mine: right."),
    ],
)
def test_an_order_is_answered(capsys, attempt, answer):
    assert said_of_order(capsys, attempt) == answer


@given(st.permutations("abc"))
def test_an_order_is_right_where_each_line_has_what_it_needs(order):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        check_order("q", order, LINES, AFTER, distractors={"x": ""})
    assert (out.getvalue()[0] == "✓") == (order[0] == "a")


def test_labels_of_a_lesson_are_lines():
    with pytest.raises(ValueError, match=r"^'z' is no label; want one of a, b, c, x"):
        check_order("q", ..., LINES, {"a": "z"})
    with pytest.raises(TypeError, match=r"^name is 3 \(int\); want text"):
        check_order(3, ..., LINES, {})


# --- a detector of broken cells ---


def said_of(capsys, detect):
    check_detector("mine", detect)
    return capsys.readouterr().out.rstrip("\n")


@pytest.mark.slow
def test_a_detector_that_finds_everything_is_right(capsys):
    said = said_of(capsys, lambda cell: bool(museum.examine(cell)))
    assert said == f"✓ mine: right. It catches all {len(museum.EXHIBITS)} exhibits and accuses no healthy cell."


@pytest.mark.slow
def test_a_detector_is_told_what_slipped_through(capsys):
    said = said_of(capsys, lambda cell: bool(museum.start(cell)))
    assert said.startswith(
        f"✗ mine: catches 1 of {len(museum.EXHIBITS)} exhibits. Slipped through: no_output_tanh, "
    )
    assert "identical_gates" not in said


def test_a_detector_that_cries_wolf_is_told_so(capsys):
    assert said_of(capsys, lambda cell: True) == "✗ mine: calls the healthy cell broken."


def missing(cell):
    raise NotImplementedError


def divides(cell):
    return 1 / 0


@pytest.mark.parametrize(
    ("detect", "answer"),
    [
        (missing, "○ mine: not written yet."),
        (None, "○ mine: not written yet."),
        (..., "○ mine: not written yet."),
        (lambda: True, "✗ mine: detect takes (); want one argument, the cell."),
        (lambda cell, rng: True, "✗ mine: detect takes (cell, rng); want one argument, the cell."),
        ("yes", "✗ mine: detect is text; want a function that takes a cell."),
        (divides, "✗ mine: detect stopped with ZeroDivisionError at a healthy cell: division by zero."),
        (lambda cell: "yes", "✗ mine: detect gave back text for a healthy cell; want True or False."),
        (lambda cell: None, "○ mine: not written yet."),
        (
            lambda cell: [].append(cell),
            "✗ mine: detect, at a healthy cell: it gives back nothing (None): is a `return` missing?",
        ),
        (
            lambda cell: np.ones(3),
            "✗ mine: detect gave back an array of shape (3,) for a healthy cell; want True or False.",
        ),
    ],
)
def test_a_detector_that_is_none_gets_a_sentence(capsys, detect, answer):
    assert said_of(capsys, detect) == answer


def test_a_detector_that_stops_at_an_exhibit_hears_of_the_first(capsys):
    def detect(cell):
        return [False, True][cell.forward.__code__.co_filename.count("museum: dropped_dC")] and 1 / 0

    said = said_of(capsys, detect)
    assert "detect stopped with ZeroDivisionError at dropped_dC: division by zero." in said


@pytest.mark.slow
def test_a_detector_that_finds_some_and_stops_at_others_hears_of_both(capsys):
    def detect(cell):
        if "museum: dropped_dC" in cell.forward.__code__.co_filename:
            raise ZeroDivisionError("by zero")
        return bool(museum.start(cell))

    said = said_of(capsys, detect)
    assert said.startswith(f"✗ mine: catches 1 of {len(museum.EXHIBITS)} exhibits. Slipped through: ")
    assert said.endswith(" detect stopped with ZeroDivisionError at dropped_dC: by zero.")


def test_a_detector_that_finds_nothing_and_stops_hears_only_of_that(capsys):
    def detect(cell):
        if "museum: " in cell.forward.__code__.co_filename:
            raise ZeroDivisionError("by zero")
        return False

    said = said_of(capsys, detect)
    assert said.startswith("✗ mine: detect stopped with ZeroDivisionError at ")


def test_the_name_of_a_detector_is_text():
    with pytest.raises(TypeError, match=r"^name is 3 \(int\); want text"):
        check_detector(3, lambda cell: True)


# --- a choice ---


def said_of_choice(capsys, attempt, expected="f", choices=("f", "i", "o")):
    check_choice("mine", attempt, expected, choices)
    return capsys.readouterr().out.rstrip("\n")


def exits():
    raise SystemExit


@pytest.mark.parametrize(
    ("attempt", "answer"),
    [
        ("f", "✓ mine: right."),
        (lambda: "f", "✓ mine: right."),
        ("o", "✗ mine: o is not it."),
        ("x", "✗ mine: 'x' is none of f, i, o."),
        (3, "✗ mine: 3 is none of f, i, o."),
        (np.ones(3), "✗ mine: an array of shape (3,) is none of f, i, o: want it as text."),
        (["f"], "✓ mine: right."),
        (np.array(list("fio"))[0], "✓ mine: right."),
        ("F.", "✓ mine: right."),
        (None, "○ mine: not written yet."),
        (..., "○ mine: not written yet."),
        (lambda: None, "○ mine: not written yet."),
        (lambda: 1 / 0, "✗ mine: your code stopped with ZeroDivisionError: division by zero."),
        (lambda word: word, "✗ mine: it takes (word); want no argument"),
        (exits, "✗ mine: your code stopped with SystemExit. It was at the line `raise SystemExit`."),
    ],
)
def test_a_choice_is_answered_without_telling_the_right_one(capsys, attempt, answer):
    assert said_of_choice(capsys, attempt).startswith(answer)


def test_a_number_is_no_other_kind_of_number(capsys):
    assert said_of_choice(capsys, True, 1, range(1, 4)) == "✗ mine: True is none of 1, 2, 3."
    for one in ("1", 1.0, np.int64(1), np.array([1]), "line 1"):
        assert said_of_choice(capsys, one, 1, range(1, 4)) == "✓ mine: right."


def test_many_choices_are_not_all_listed(capsys):
    assert said_of_choice(capsys, 99, 1, range(30)).endswith("none of 0, 1, 2, 3, 4, 5, 6, 7, ….")


def test_a_choice_of_a_lesson_must_be_possible():
    with pytest.raises(ValueError, match=r"^expected is 'z'; want one of f, i"):
        check_choice("mine", "f", "z", "fi")
    with pytest.raises(TypeError, match=r"^name is 3 \(int\); want text"):
        check_choice(3, "f", "f", "fi")


def test_a_foreseen_choice_is_recognised(capsys):
    known = {"That one shows.": "o"}
    for choice, answer in [
        ("o", "✗ q: o is not it. That one shows.\n"),
        ("i", "✗ q: i is not it.\n"),
        ("f", RIGHT),
    ]:
        check_choice("q", choice, "f", "fio", known=known)
        assert capsys.readouterr().out == answer
    for wrong in ("f", "z"):
        with pytest.raises(ValueError, match=rf"^known\['words'\] is '{wrong}'; want a wrong one of f, i, o"):
            check_choice("q", "f", "f", "fio", known={"words": wrong})


def test_on_paper_what_is_near_is_told_so_and_dots_are_not_written_yet(capsys):
    steps = {"the sum": 0.6, "h": 0.286}
    checks.check_paper("h, nearly", 0.28, steps)
    checks.check_paper("both", (0.6, ...), steps)
    near, gap = capsys.readouterr().out.splitlines()
    assert "It is near." in near
    assert "0.286" not in near
    assert gap == "○ both: not written yet."


ENTRIES = {"a": (1.5, {}, ""), "b": (3.0, {"That is a.": 1.5}, "Twice a."), "c": (-2.0, {}, "")}
FILLED = {
    "✓✓✓": [{"a": 1.5, "b": 3, "c": -2}, (1.5, 3, -2), np.array([1.5, 3, -2])],
    "✓✗": [{"a": 1.5, "b": 1.5, "c": -2}, {"a": 1.5, "b": "much"}],
    "✓○": [{"a": 1.5}, {"a": 1.5, "c": -2}, [1.5, ..., -2]],
    "✗": [{"a": 2}, {"d": 1}, [1, 2, 3, 4], 1.5],
    "○": [{}, [...], ...],
}


@pytest.mark.parametrize(("marks", "filled"), [(m, each) for m, all_ in FILLED.items() for each in all_], ids=str)
def test_entries_are_looked_at_one_by_one_up_to_the_first_that_is_not_right(marks, filled, capsys):
    checks.check_entries(f"a table {filled}", lambda: filled, ENTRIES)
    lines = capsys.readouterr().out.splitlines()
    assert "".join(line[0] for line in lines) == marks
    assert not any("3.0" in line or "-2" in line for line in lines if "got" not in line)


def test_a_foreseen_entry_has_its_own_words(capsys):
    checks.check_entries("another table", {"a": 1.5, "b": 1.5}, ENTRIES)
    assert "That is a." in capsys.readouterr().out
