"""Whatever a learner's function does: a value comes back, or a sentence; and nothing is lost."""

import signal
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque

import numpy as np
import pytest

from lstm_lib import lstm
from lstm_lib.lesson import attempts
from lstm_lib.lesson.attempts import Outcome, run
from lstm_lib.lesson.reading import kind, numbers


def raises(error):
    def function():
        raise error

    return function


def in_a_thread(call):
    """Return what a call gives, or what it raises, in a thread other than the main one."""
    found = []

    def work():
        try:
            found.append((call(), None))
        except BaseException as error:
            found.append((None, error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    value, error = found[0]
    if error is not None:
        raise error
    return value


def in_a_browser(call):
    """Make a call as where Python has no threads, no timers and no processes."""

    def refused(*arguments, **options):
        raise RuntimeError("can't start new thread")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "platform", "emscripten")
        patch.setattr(threading.Thread, "start", refused)
        patch.setattr(threading.Thread, "join", refused)
        patch.setattr(signal, "setitimer", refused)
        patch.setattr(signal, "signal", refused)
        return call()


anywhere = [lambda call: call(), in_a_thread]
everywhere = pytest.mark.parametrize("where", [*anywhere, in_a_browser], ids=["main thread", "thread", "browser"])
with_threads = pytest.mark.parametrize("where", anywhere, ids=["main thread", "thread"])


@everywhere
def test_what_a_function_gives_back_comes_back(where):
    assert where(lambda: run(lambda a, b: a - b, (5, 3))) == Outcome(2)


@everywhere
@pytest.mark.parametrize("nothing", [None, ..., lambda: None, lambda: ..., raises(NotImplementedError("later"))])
def test_nothing_is_neither_a_value_nor_a_problem(where, nothing):
    assert where(lambda: run(nothing)) == Outcome()


def test_a_gap_in_a_formula_is_nothing_written():
    assert run(lambda: np.ones(3) * ...) == Outcome()
    assert run(lambda: np.tanh(...)) == Outcome()
    assert run(lambda: 1 + ...) == Outcome()
    assert run(lambda: 1 + "2").problem.startswith("your code stopped with TypeError: unsupported operand")


class Odd(BaseException):
    def __str__(self):
        raise RuntimeError


ERRORS = {
    "an error": (ValueError("no"), "ValueError: no"),
    "an end of the program": (SystemExit(3), "SystemExit: 3"),
    "an error of its own that cannot speak": (Odd(), "Odd: an error without words"),
    "an end of a generator": (GeneratorExit(), "GeneratorExit"),
    "an error in several lines": (ValueError("a\n   b"), "ValueError: a b"),
    "an error that says too much": (ValueError("a" * 1000), f"ValueError: {'a' * 300}…"),
}


@everywhere
@pytest.mark.parametrize("what", ERRORS)
def test_an_error_becomes_a_sentence_that_shows_the_line(where, what):
    error, words = ERRORS[what]
    outcome = where(lambda: run(raises(error)))
    assert outcome == Outcome(problem=f"your code stopped with {words}. It was at the line `raise error`.")


def test_the_line_is_one_of_the_learners_own():
    def learner(A):
        half = A / 2
        return np.linalg.inv(half)

    problem = run(learner, (np.zeros((2, 2)),)).problem
    assert problem == (
        "your code stopped with LinAlgError: Singular matrix. It was at the line `return np.linalg.inv(half)`."
    )


@everywhere
def test_endless_recursion_becomes_a_sentence(where):
    def deeper():
        return deeper()

    assert "RecursionError: maximum recursion depth exceeded" in where(lambda: run(deeper)).problem


def for_ever():
    while True:
        pass


def for_ever_whatever_is_raised():
    while True:
        try:
            while True:
                pass
        except Exception:
            pass


def for_ever_but_for_one_error():
    try:
        for_ever()
    except BaseException:
        for_ever()


STOPPED = Outcome(problem="your code was stopped: after 0.2 seconds it was still running.")
LEFT_BEHIND = Outcome(
    problem="your code cannot be stopped from here, restart the kernel: after 0.2 seconds it was still running."
)


@pytest.fixture(autouse=True)
def busy_machine(monkeypatch):
    """Wait long for code that stops; what does not stop is another test's, and so is what was stopped before."""
    monkeypatch.setattr(attempts, "_PATIENCE", 600)
    monkeypatch.setattr(attempts, "_too_slow", deque())


@with_threads
@pytest.mark.parametrize("function", [for_ever, for_ever_whatever_is_raised, for_ever_but_for_one_error])
def test_what_runs_for_ever_is_stopped(where, function):
    assert where(lambda: run(function, limit=0.2)) == STOPPED


@with_threads
def test_what_does_not_listen_is_left_behind_and_said_so(where, monkeypatch):
    monkeypatch.setattr(attempts, "_PATIENCE", 0.2)
    wait = threading.Event()
    assert where(lambda: run(wait.wait, limit=0.2)) == LEFT_BEHIND
    assert where(lambda: run(lambda: time.sleep(5), limit=0.2)) == LEFT_BEHIND
    wait.set()


def test_an_answer_comes_while_numpy_still_computes(monkeypatch):
    monkeypatch.setattr(attempts, "_PATIENCE", 0.0)
    going = threading.Event()

    def large():
        going.set()
        return np.linalg.svd(np.random.default_rng(0).normal(size=(1200, 1200)))

    assert run(large, limit=0.01) == Outcome(problem=LEFT_BEHIND.problem.replace("0.2", "0.01"))
    assert going.wait(600)


def test_a_thread_that_is_stopped_ends_in_silence(capfd):
    threads = set(threading.enumerate())  # those that other tests have left behind end when they like
    assert run(for_ever, limit=0.2) == STOPPED
    assert set(threading.enumerate()) <= threads
    assert capfd.readouterr() == ("", "")


def test_one_attempt_may_stand_inside_another():
    inner = Outcome(problem="your code was stopped: after 0.1 seconds it was still running.")
    assert run(lambda: run(for_ever, limit=0.1)) == Outcome(inner)


@everywhere
def test_the_stop_button_passes_through(where):
    with pytest.raises(KeyboardInterrupt):
        where(lambda: run(raises(KeyboardInterrupt)))


ENDLESS = """
def stopped():
    tries.append(1)
    while limitless:
        helper()
"""


def test_what_was_stopped_is_tried_again_only_when_it_is_written_anew():
    tries = []
    notebook = {"tries": tries, "limitless": True}
    exec(f"def helper(): pass\n{ENDLESS}", notebook)

    def again():
        return run(notebook["stopped"], limit=0.2)

    def inside_of_a_check(function):
        return run(lambda: function(), limit=0.2)

    assert again() == STOPPED
    for _ in range(2):
        assert again().problem == f"{STOPPED.problem} It is tried again once its cell has been run again."
    assert len(tries) == 1
    assert inside_of_a_check(notebook["stopped"]) == STOPPED  # a check may wrap it, in a new function each time
    assert inside_of_a_check(notebook["stopped"]) != STOPPED
    assert len(tries) == 2
    for mended in (ENDLESS, "def helper(): 1 / 0", "limitless = False"):
        exec(mended, notebook)
        again()
    assert len(tries) == 5
    assert "still running" not in again().problem


@pytest.mark.parametrize("finished", [lambda: [1].sort(), lambda: np.zeros(2).fill(1)])
def test_a_finished_function_without_a_return_is_told_so(finished):
    assert run(finished).problem == "it gives back nothing (None): is a `return` missing?"


def test_a_number_alone_is_told_so_with_its_sign_too():
    def minus_forty():
        -40  # noqa: B018

    assert run(minus_forty).problem == "it gives back nothing (None): is a `return` missing?"


def test_printing_is_no_way_to_give_back():
    assert run(lambda: print(4)).problem.startswith("it prints, and gives back nothing")


def test_dots_that_meet_an_operator_are_a_gap_but_an_error_elsewhere_is_an_error():
    def half(A):
        da = {"f": ...}
        return da["f"] @ A

    def wrong(A):
        da = {"f": ...}
        product = A @ np.ones(7)
        return product, da

    def bare(A):
        return A @ ... + 1

    def cut(A):
        return A[..., 0] @ np.ones(7)

    assert run(half, (np.ones((2, 2)),)) == Outcome()
    assert run(bare, (np.ones((2, 2)),)) == Outcome()
    assert "matmul" in run(cut, (np.ones((2, 2)),)).problem
    assert "matmul" in run(wrong, (np.ones((2, 2)),)).problem


def test_other_parameters_are_named():
    assert run(lambda a: a, (1, 2)).problem == "it takes (a); want 2 arguments, as in the exercise."


def test_the_name_of_an_argument_is_the_learners_own():
    def mine(theirs):
        theirs += 1
        return 4

    assert run(mine, (np.zeros(2),)).changed == "theirs"


def test_the_stop_button_ends_what_is_running():
    code = (
        "import signal, threading\nfrom lstm_lib.lesson.attempts import run\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # sh takes it from what runs with &
        "def for_ever():\n    started.set()\n    while True: pass\n"
        "started = threading.Event()\n"
        "def press():\n    started.wait(); signal.raise_signal(signal.SIGINT)\n"
        "threading.Thread(target=press, daemon=True).start()\n"
        "try:\n    run(for_ever)\nexcept KeyboardInterrupt:\n    print('stopped')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert (done.stdout, done.stderr) == ("stopped\n", "")


ARGUMENTS = {
    "A": np.zeros(3),
    "numbers": [1, [2, 3]],
    "params": {"W": np.ones((2, 2)), "b": np.full(2, np.nan)},
    "pair": (np.zeros(1), np.zeros(1)),
    "word": "text",
}


def nested(A, numbers, params, pair, word):
    params["W"][0, 0] = 7


CHANGES = {
    "an entry": ("A", lambda A, *_: A.__setitem__(0, 1)),
    "another shape": ("A", lambda A, *_: A.resize((2,), refcheck=False)),
    "a longer list": ("numbers", lambda A, numbers, *_: numbers.append(4)),
    "an inner list": ("numbers", lambda A, numbers, *_: numbers[1].pop()),
    "an entry in a dict": ("params", nested),
    "one key more": ("params", lambda A, numbers, params, *_: params.update(c=1)),
    "an entry in a pair": ("pair", lambda A, numbers, params, pair, word: pair[1].__iadd__(1)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_an_argument_that_is_written_into_is_named_and_the_original_is_kept(what):
    name, function = CHANGES[what]
    before = repr(ARGUMENTS)

    def learner(A, numbers, params, pair, word):
        function(A, numbers, params, pair, word)
        return 1

    assert run(learner, tuple(ARGUMENTS.values())) == Outcome(1, "", name)
    assert repr(ARGUMENTS) == before


def test_reading_changes_nothing():
    assert run(lambda *arguments: len(arguments), tuple(ARGUMENTS.values())) == Outcome(5)


def test_what_is_printed_is_left_alone(capsys):
    run(lambda: print("halfway") or 1)
    assert capsys.readouterr().out == "halfway\n"


def test_a_warning_filter_for_numbers_holds_in_a_thread():
    with np.errstate(divide="raise"):
        assert "FloatingPointError" in run(lambda: np.ones(1) / 0).problem


@pytest.mark.parametrize(
    "value", ["4", ["4"], 4 + 1j, [[1], [2, 3]], {"a": 1}, object(), np.datetime64(4, "s"), ...]
)
def test_what_is_not_made_of_numbers_is_none(value):
    assert numbers(value) is None


@pytest.mark.parametrize("value", [4, 4.0, True, [1, 2], (1, [2][0]), np.float32(3), np.arange(3)])
def test_numbers_are_float64(value):
    assert numbers(value).dtype == np.float64
    assert np.array_equal(numbers(value), value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (4, "an int"), (4.0, "a float"), ("4", "text"), (None, "None"), (np.float32(4), "a float32"),
        (np.zeros((3, 5)), "an array of shape (3, 5)"), ([1, 2], "a list of 2"), ((), "a tuple of 0"),
        ({"W": 1, "b": 2}, "a dict with W, b"), ({}, "a dict"), ({4: 4}, "a dict"), (lstm.step, "a function"),
        (OrderedDict(a=1), "an OrderedDict with a"),
        ({n: n for n in "abcdefghij"}, "a dict with a, b, c, d, e, f, g, h, …"),
    ],
)  # fmt: skip
def test_what_came_back_is_named_without_showing_it(value, words):
    assert kind(value) == words


# --- what an answer does not look at ---


def looked_at_inside(w, n):
    def again():
        return n

    return w * again()


def looked_at_by_a_list(w, n):
    return [w for _ in range(n)]


@pytest.mark.parametrize(
    "answer", [looked_at_inside, looked_at_by_a_list, lambda w, n=2: w**n, lambda w, n: eval("w * n"), len, max]
)
def test_an_argument_that_is_looked_at_anywhere_is_not_named(answer):
    assert attempts.unused(answer) == []


def test_an_argument_that_is_only_written_to_is_named():
    space = {}
    exec("def answer(w, n):\n    n = 3\n    return w", space)
    assert attempts.unused(space["answer"]) == ["n"]
