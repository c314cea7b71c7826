"""Guesses: asked for, kept on disk whatever happens there, compared with the answer, and forgotten on request."""

import json
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_lib.lesson import predictions
from lstm_lib.lesson.predictions import Question, predict, reset, reveal, summary

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")

CHOICES = ["nothing", "about half", "nearly all"]


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Return the path of the guesses, which are nobody's own."""
    path = tmp_path / "own" / "guesses.json"
    monkeypatch.setenv("LSTM_GUESSES", str(path))
    monkeypatch.setattr(predictions, "_asked", {})
    return path


def ask(key="00.half", choices=CHOICES, **options):
    """Ask, and return the control that a learner would see."""
    predict(key, "How much is left?", choices, **options)
    return predictions._asked[key][1]


def printed(capsys, function, *arguments, **options):
    capsys.readouterr()
    function(*arguments, **options)
    return capsys.readouterr().out


# --- asking and answering ----------------------------------------------------------------------------------------


def test_a_guess_is_kept_at_once_and_compared(file, capsys):
    control = ask()
    assert (control.guess, control.note, control.closed) == (None, "", False)
    control.guess = 1
    assert json.loads(file.read_text())["00.half"]["guess"] == 1
    assert control.note == "Your guess: “about half”. It is kept on this computer. Now run on."
    assert printed(capsys, reveal, "00.half", 0) == "You guessed “about half”; it is “nothing”.\n"
    assert (control.closed, control.note) == (True, "You guessed “about half”; it is “nothing”.")


def test_a_right_guess_is_said_to_be_right(file, capsys):
    ask().guess = 2
    assert printed(capsys, reveal, "00.half", np.int64(2)) == "You guessed “nearly all”, and so it is.\n"


@pytest.mark.parametrize(
    ("guess", "end"), [(14, ": close."), (13, ": close."), (14.3, ": close."), (10, "."), (-14, ".")]
)
def test_a_number_is_right_when_it_is_close(file, capsys, guess, end):
    ask(choices=None, unit="steps").guess = guess
    said = printed(capsys, reveal, "00.half", 14.3)
    assert said == f"You guessed {guess:.4g} steps; it is 14.3 steps{end}\n"


def test_how_close_is_for_the_lesson_to_say(file, capsys):
    ask(choices=None).guess = 0.6
    assert printed(capsys, reveal, "00.half", 0.61, within=0.001) == "You guessed 0.6; it is 0.61.\n"


def test_without_a_guess_the_answer_is_said_and_no_file_is_left(file, capsys):
    control = ask()
    assert printed(capsys, reveal, "00.half", 0) == "It is “nothing”.\n"
    assert control.note.endswith("To guess all the same, run this cell again.")
    summary()
    reset()
    assert not file.parent.exists()


def test_after_the_answer_a_guess_does_not_count(file):
    control = ask()
    reveal("00.half", 0)
    control.guess = 0
    assert not file.exists()
    again = ask()  # the cell is run again
    assert not again.closed
    again.guess = 0
    assert file.exists()


def test_a_guess_may_be_changed_until_the_answer_is_there(file, capsys):
    control = ask()
    control.guess = 1
    control.guess = 2
    assert printed(capsys, reveal, "00.half", 2).startswith("You guessed “nearly all”")
    control.guess = 0
    assert printed(capsys, reveal, "00.half", 2).startswith("You guessed “nearly all”")


def test_a_guess_is_there_in_the_next_kernel(file, capsys, monkeypatch):
    ask().guess = 1
    monkeypatch.setattr(predictions, "_asked", {})
    control = ask()
    assert (control.guess, control.closed) == (1, False)
    reveal("00.half", 0)
    monkeypatch.setattr(predictions, "_asked", {})
    control = ask()
    assert (control.guess, control.closed) == (1, True)
    assert control.note == 'You guessed “about half”; it is “nothing”. To guess anew: reset("00.half")'
    reset("00.half")
    control = ask()
    assert (control.guess, control.closed, control.note) == (None, False, "")


def test_a_question_that_has_changed_is_asked_anew(file, capsys):
    ask().guess = 2
    control = ask(choices=["more", "less"])
    assert control.guess is None
    assert printed(capsys, reveal, "00.half", 0) == "It is “more”.\n"


def test_an_answer_without_a_question_gets_a_sentence(file, capsys):
    said = printed(capsys, reveal, "00.half", 0)
    assert said == "Run the cell that asks first: nothing has been asked under 00.half since the kernel started.\n"


@pytest.mark.parametrize("value", ["text", float("nan"), float("inf"), [1], {"a": 1}, True + 0.5, -1, 3, 10**400])
def test_what_is_no_guess_is_not_kept(file, value):
    control = ask()
    control.guess = value
    assert control.note == "That is no number."
    assert not file.exists()


# --- where no guesses are kept -----------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["tests", "a plain session"])
def test_where_no_guesses_are_kept_a_question_is_text(where, monkeypatch, capsys):
    if where == "tests":
        monkeypatch.setenv("LSTM_GUESSES", "")
    else:
        monkeypatch.delenv("LSTM_GUESSES", raising=False)
    assert printed(capsys, ask) == "How much is left? – nothing – about half – nearly all\n"
    assert ask() is None
    assert printed(capsys, reveal, "00.half", 1) == "It is “about half”.\n"
    assert printed(capsys, reset) == "There was no guess to forget.\n"


def test_in_a_kernel_they_are_kept_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("LSTM_GUESSES", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(predictions, "get_ipython", lambda: type("Shell", (), {"kernel": 1})())
    assert predictions._path() == tmp_path / ".lstm_by_hand" / "guesses.json"


def test_without_a_home_folder_there_is_a_sentence(monkeypatch, capsys):
    def homeless():
        raise RuntimeError("no home")

    monkeypatch.setattr(predictions, "_path", homeless)
    assert "Your guesses could not be kept or read (RuntimeError: no home)." in repr(summary())


def test_the_page_without_a_kernel_shows_the_question_and_the_choices(file):
    shown = predictions._Asked(Question("Is 1 < 2 & 2 < 3?", ["<yes>", "no"]), None)._repr_mimebundle_()
    assert shown.keys() == {"text/html", "text/plain"}
    assert "Is 1 &lt; 2 &amp; 2 &lt; 3?" in shown["text/html"]
    assert "<li>&lt;yes&gt;</li><li>no</li>" in shown["text/html"]
    number = predictions._Asked(Question("How many?", unit="steps"), None)
    assert repr(number) == "How many? (a number, in steps)"
    assert "<p>A number, in steps.</p>" in number._repr_mimebundle_()["text/html"]


def test_the_live_page_shows_the_control_and_the_question_beside_it(file):
    control = ask()
    shown = predictions._Asked(predictions._asked["00.half"][0], control)._repr_mimebundle_()
    assert shown.keys() == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert "About half" not in shown["text/plain"]


# --- mistakes of a lesson ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: predict(3, "q", CHOICES), TypeError, r"^key is 3 \(int\); want text"),
        (lambda: predict("half", "q", CHOICES), ValueError, r"^key is 'half'; want the number of the lesson"),
        (lambda: predict("00.half", 3, CHOICES), TypeError, r"^question is 3 \(int\); want text"),
        (lambda: predict("00.half", "q", unit=3), TypeError, r"^unit is 3 \(int\); want text"),
        (lambda: predict("00.half", "q", "abc"), TypeError, r"^choices is 'abc'; want a list of texts"),
        (lambda: predict("00.half", "q", [1, 2]), TypeError, r"^choices is \[1, 2\]; want a list of texts"),
        (lambda: predict("00.half", "q", ["a"]), ValueError, r"^choices is \['a'\]; want at least two"),
        (lambda: predict("00.half", "q", []), ValueError, r"^choices is \[\]; want at least two"),
        (lambda: predict("00.half", "q", ["a", "a"]), ValueError, r"want at least two, and no two that are equal"),
        (lambda: (ask(), reveal("00.half", 3)), ValueError, r"^answer is 3; want the place of a choice, 0 … 2"),
        (lambda: (ask(), reveal("00.half", 0.5)), ValueError, r"^answer is 0.5; want the place of a choice"),
        (lambda: (ask(choices=None), reveal("00.half", "a")), TypeError, r"^answer is 'a'"),
        (lambda: (ask(choices=None), reveal("00.half", np.nan)), ValueError, r"^answer is nan"),
        (lambda: (ask(choices=None), reveal("00.half", 1, within=-1)), ValueError, r"^within is -1"),
        (lambda: reveal("half", 0), ValueError, r"^key is 'half'"),
        (lambda: reset("half"), ValueError, r"^key is 'half'"),
    ],
)
def test_a_mistake_of_a_lesson_is_an_error(file, call, error, words):
    with pytest.raises(error, match=words):
        call()


# --- the table ---------------------------------------------------------------------------------------------------


def test_the_table_shows_where_intuition_was_wrong(file, capsys):
    for key, guess, answer in [("00.one", 0, 0), ("03.two", 1, 2), ("05.three", 2, 0), ("06.four", 1, None)]:
        ask(key).guess = guess
        if answer is not None:
            reveal(key, answer)
    table = summary()
    assert repr(table).splitlines() == [
        "4 guesses, 1 right. 1 still without an answer: run on in the lesson. Where your intuition was wrong:",
        "lesson 03: How much is left? You guessed “about half”; it is “nearly all”.",
        "lesson 05: How much is left? You guessed “nearly all”; it is “nothing”.",
    ]
    text = table._repr_html_()
    assert text.count("<tr>") == 3
    text = text.replace(' style="text-align: left"', "")
    assert '<th scope="col">your guess</th>' in text
    assert "<td>lesson 03</td><td>How much is left?</td><td>“about half”</td><td>“nearly all”</td>" in text


def test_a_table_without_wrong_guesses_is_a_sentence(file):
    assert summary()._repr_html_() == (
        "<p>No guesses yet. Wherever a lesson asks you to predict, choose before you run on.</p>"
    )
    ask().guess = 0
    reveal("00.half", 0)
    assert repr(summary()) == "1 guess, 1 right."


def test_forgetting(file, capsys):
    ask("00.one").guess = 1
    ask("00.two").guess = 1
    ask("00.three").guess = 1
    assert printed(capsys, reset, "00.two") == "Forgotten: 1 guess.\n"
    assert json.loads(file.read_text()).keys() == {"00.one", "00.three"}
    assert printed(capsys, reset, "00.two") == "There was no guess to forget.\n"
    assert printed(capsys, reset) == "Forgotten: 2 guesses.\n"
    assert list(file.parent.iterdir()) == []


# --- the file ----------------------------------------------------------------------------------------------------

texts = st.text(max_size=20).filter(lambda text: text.isprintable())
keys = st.from_regex(r"[0-9][0-9]\.[a-z_]{1,8}", fullmatch=True)
ANYTHING = st.recursive(
    st.none() | st.floats() | texts, lambda inner: st.lists(inner) | st.dictionaries(keys, inner)
)
finite = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def questions(draw):
    if draw(st.booleans()):
        choices = draw(st.lists(texts, min_size=2, max_size=5, unique=True))
        places = st.integers(0, len(choices) - 1)
        return Question(draw(texts), choices, "", draw(places), draw(st.none() | places))
    within = draw(st.floats(0, 1))
    return Question(draw(texts), None, draw(texts), draw(finite), draw(st.none() | finite), within)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(keys, questions(), min_size=1, max_size=5))
def test_what_is_written_is_read_again(file, records):
    assert predictions._update(lambda _: records) == (records, "")
    assert predictions._update() == (records, "")
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name]
    repr(summary()), summary()._repr_html_()


DAMAGED = {
    "half a file": b'{"00.half": {"question": "How',
    "nothing": b"",
    "no JSON": b"hello",
    "other letters": b"\xff\xfe\x00",
    "a list": b"[1, 2]",
    "a number": b"3",
    "very deep": b"[" * 100_000,
    "another kind of entry": b'{"00.half": 3}',
    "a key of another form": b'{"half": {"question": "q", "guess": 1}}',
    "a guess that is no choice": b'{"00.half": {"question": "q", "choices": ["a", "b"], "guess": 2}}',
    "no guess": b'{"00.half": {"question": "q", "choices": ["a", "b"]}}',
    "one choice": b'{"00.half": {"question": "q", "choices": ["a"], "guess": 0}}',
    "not a number": b'{"00.half": {"question": "q", "guess": NaN}}',
    "a huge number": b'{"00.half": {"question": "q", "guess": 1%s}}' % (b"0" * 400),
    "an unknown field": b'{"00.half": {"question": "q", "guess": 1, "colour": 2}}',
    "half a character": b'{"00.half": {"question": "\\ud800", "guess": 1}}',
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_is_set_aside_and_said(file, capsys, what):
    file.parent.mkdir()
    file.write_bytes(DAMAGED[what])
    said = printed(capsys, ask)
    assert "The file with your guesses is damaged; it is kept as guesses-damaged-1.json, beside a new one." in said
    assert (file.parent / "guesses-damaged-1.json").read_bytes() == DAMAGED[what]
    assert repr(summary()).startswith("No guesses yet.")
    ask().guess = 1
    assert json.loads(file.read_text()).keys() == {"00.half"}
    file.write_bytes(DAMAGED[what])
    assert "guesses-damaged-2.json" in repr(summary())
    assert (file.parent / "guesses-damaged-1.json").read_bytes() == DAMAGED[what]


def test_what_is_whole_in_a_damaged_file_is_used(file):
    ask().guess = 1
    stored = json.loads(file.read_text())
    file.write_text(json.dumps(stored | {"00.broken": 3}))
    assert repr(summary()).startswith("1 guess, 0 right.")
    assert json.loads(file.read_text()) == stored


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.floats() | texts, st.lists).map(json.dumps).map(str.encode)
)
def test_nothing_is_raised_whatever_the_file_holds(file, content):
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    control = ask()
    control.guess = 1
    reveal("00.half", 0)
    repr(summary())
    reset()
    for path in file.parent.iterdir():
        path.unlink()


def test_a_folder_in_place_of_the_file_gets_a_sentence(file, capsys):
    file.mkdir(parents=True)
    assert "Your guesses could not be kept or read (IsADirectoryError" in printed(capsys, ask)
    control = predictions._asked["00.half"][1]
    control.guess = 1
    assert control.note.startswith("Your guesses could not be kept or read")
    assert "could not be kept or read" in printed(capsys, reveal, "00.half", 0)
    assert "could not be kept or read" in printed(capsys, reset)
    assert "could not be kept or read" in summary()._repr_html_()


def test_a_file_in_place_of_the_folder_gets_a_sentence(file):
    file.parent.write_text("in the way")
    control = ask()
    control.guess = 1
    assert control.note.startswith("Your guesses could not be kept or read (")


def test_the_lock_of_a_dead_kernel_is_removed_and_that_of_a_living_one_respected(file, monkeypatch):
    ask().guess = 1
    lock = file.with_name("guesses.json.lock")
    lock.touch()
    monkeypatch.setattr(predictions, "_PATIENCE", 0.05)
    assert "FileExistsError" in predictions._update()[1]
    assert lock.exists()
    long_ago = time.time() - 60
    os.utime(lock, (long_ago, long_ago))
    records, complaint = predictions._update()
    assert (records.keys(), complaint) == ({"00.half"}, "")
    assert not lock.exists()


def guess_twenty(number, path):
    os.environ["LSTM_GUESSES"] = str(path)
    for k in range(20):
        record = Question("q", ["a", "b"], guess=k % 2)
        _, complaint = predictions._update(
            lambda records, k=k, record=record: records | {f"0{number}.q{k}": record}
        )
        assert complaint == ""


def test_two_kernels_at_once_lose_no_guess(file):
    context = multiprocessing.get_context("spawn")
    kernels = [context.Process(target=guess_twenty, args=(number, file)) for number in (1, 2)]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    assert [kernel.exitcode for kernel in kernels] == [0, 0]
    assert len(json.loads(file.read_text())) == 40
    assert [path.name for path in file.parent.iterdir()] == [file.name]
