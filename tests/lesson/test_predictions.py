"""Guesses: asked for, kept on disk whatever happens there, compared with the answer, and forgotten on request."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_lib.lesson import predictions
from lstm_lib.lesson.predictions import Question, predict, reveal, summary

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")

CHOICES = ["nothing", "about half", "nearly all"]
THANKS = "Your guess: {}. It is kept on this computer. Now run on."


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return where the guesses are kept, which are nobody's own."""
    path = tmp_path / "own" / "guesses"
    monkeypatch.setenv("LSTM_GUESSES", str(path))
    return path


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """Return what the kernel has asked: nothing yet."""
    monkeypatch.setattr(predictions, "_asked", {})
    return predictions._asked


def ask(key="00.half", choices=CHOICES, **options):
    """Ask, and return the control that a learner would see."""
    predict(key, "How much is left?", choices, **options)
    return predictions._asked[key]


def guess(control, value):
    """Do what the page does when something has been chosen or typed."""
    control.set_state({"given": value, "sent": control.sent + 1})
    assert control.taken == control.sent  # or the page would say that nothing is kept
    return control


def stored(folder, key="00.half"):
    return json.loads((folder / f"{key}.json").read_text(encoding="utf-8"))


def printed(capsys, function, *arguments, **options):
    capsys.readouterr()
    function(*arguments, **options)
    return capsys.readouterr().out


# --- asking and answering ----------------------------------------------------------------------------------------


def test_a_guess_is_kept_at_once_and_compared(folder, capsys):
    control = ask()
    assert (control.guess, control.note, control.closed) == (None, "", False)
    guess(control, 1)
    assert (control.guess, control.note) == (1, THANKS.format("(b) about half"))
    assert stored(folder)["guess"] == 1
    assert printed(capsys, reveal, "00.half", 0) == "You guessed (b) about half; it is (a) nothing.\n"
    assert (control.closed, control.note) == (True, "You guessed (b) about half; it is (a) nothing.")
    assert stored(folder)["answer"] == 0


def test_a_right_guess_is_said_to_be_right(folder, capsys):
    guess(ask(), 2)
    assert printed(capsys, reveal, "00.half", np.int64(2)) == "You guessed (c) nearly all, and so it is.\n"


@pytest.mark.parametrize(
    ("value", "end"), [("14", ": close."), ("13", ": close."), ("14.25", ": close."), ("10", "."), ("-14", ".")]
)
def test_a_number_is_right_when_it_is_close(folder, capsys, value, end):
    guess(ask(choices=None, unit="steps"), value)
    said = printed(capsys, reveal, "00.half", 14.3)
    assert said == f"You guessed {value} steps; it is 14.3 steps{end}\n"


def test_a_number_that_is_hit_is_said_to_be_hit(folder, capsys):
    guess(ask(choices=None, unit="steps"), "14.3")
    assert printed(capsys, reveal, "00.half", 14.3) == "You guessed 14.3 steps, and so it is.\n"


def test_how_close_is_for_the_lesson_to_say(folder, capsys):
    guess(ask(choices=None), "0.6")
    assert printed(capsys, reveal, "00.half", 0.61, within=0.001) == "You guessed 0.6; it is 0.61.\n"


@pytest.mark.parametrize(
    ("value", "place"), [(-1e9, 0), (0.0999, 0), (0.1, 0), (0.1001, 1), (0.9, 1), (np.float64(0.91), 2), (5, 2)]
)
def test_limits_cut_the_number_line_into_the_choices(folder, capsys, value, place):
    control = guess(ask(limits=[0.1, 0.9]), place)
    said = printed(capsys, reveal, "00.half", value)
    assert said == f"You guessed ({'abc'[place]}) {CHOICES[place]}, and so it is.\n"
    assert control.closed
    assert (stored(folder)["guess"], stored(folder)["answer"]) == (place, place)


def test_without_a_guess_the_answer_is_said_and_no_file_is_left(folder, capsys):
    ask()
    assert printed(capsys, reveal, "00.half", 0) == "It is (a) nothing.\n"
    summary()
    assert not folder.parent.exists()


def test_a_question_without_a_guess_stays_open_and_compares_at_once(folder, capsys):
    control = ask()
    reveal("00.half", 0)
    assert (control.closed, control.note) == (False, "No guess yet. Choose, and it is compared at once.")
    guess(control, 1)
    assert (control.closed, control.note) == (True, "You guessed (b) about half; it is (a) nothing.")
    assert repr(summary()).startswith("1 guess, 0 right. Where")


def test_a_guess_may_be_changed_until_the_answer_is_there(folder, capsys):
    control = ask()
    guess(control, 1)
    guess(control, 2)
    assert printed(capsys, reveal, "00.half", 2).startswith("You guessed (c) nearly all")
    guess(control, 0)
    assert (control.guess, stored(folder)["guess"]) == (2, 2)
    assert printed(capsys, reveal, "00.half", 2).startswith("You guessed (c) nearly all")


def test_a_guess_without_its_answer_is_there_in_the_next_kernel(folder, capsys, asked):
    guess(ask(), 1)
    asked.clear()
    control = ask()
    assert (control.guess, control.closed, control.note) == (1, False, THANKS.format("(b) about half"))
    assert printed(capsys, reveal, "00.half", 1) == "You guessed (b) about half, and so it is.\n"


def test_a_second_visit_guesses_anew_with_one_click(folder, capsys, asked):
    guess(ask(), 1)
    reveal("00.half", 0)
    asked.clear()
    control = ask()
    assert (control.guess, control.closed) == (None, False)
    assert control.note == "Last time you guessed (b) about half. Choose, and you guess anew."
    guess(control, 0)
    assert (control.note, stored(folder)["answer"]) == (THANKS.format("(a) nothing"), None)
    assert printed(capsys, reveal, "00.half", 0) == "You guessed (a) nothing, and so it is.\n"
    assert repr(summary()) == "1 guess, 1 right."


def test_a_second_visit_without_a_click_says_the_guess_of_the_first(folder, capsys, asked):
    guess(ask(), 1)
    reveal("00.half", 0)
    asked.clear()
    control = ask()
    assert printed(capsys, reveal, "00.half", 0) == "You guessed (b) about half; it is (a) nothing.\n"
    assert not control.closed
    guess(control, 0)
    assert (control.closed, control.note) == (True, "You guessed (a) nothing, and so it is.")
    assert (stored(folder)["guess"], stored(folder)["answer"]) == (0, 0)


def test_a_question_that_has_changed_is_asked_anew(folder, capsys):
    guess(ask(limits=[1, 2]), 2)
    for changed in ({"choices": ["more", "less"]}, {"limits": [1, 3]}):
        control = ask(**changed)
        assert (control.guess, control.note) == (None, "")
    assert printed(capsys, reveal, "00.half", 0) == "It is (a) nothing.\n"


def test_an_answer_without_a_question_gets_a_sentence(folder, capsys):
    said = printed(capsys, reveal, "00.half", 0)
    assert said == "Run the cell that asks first: nothing has been asked under 00.half since the kernel started.\n"


# --- what a learner may type -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        *[("14", 14), (" 14.5 ", 14.5), ("2,5", 2.5), ("0,286", 0.286), ("-0,5", -0.5), ("−3", -3), ("1/2", 0.5)],
        *[
            ("1 / 3", 1 / 3),
            ("2,5/5", 0.5),
            ("14 steps", 14),
            ("14steps", 14),
            ("1e3", 1000),
            (".5", 0.5),
            ("1500", 1500),
        ],
    ],
)
def test_numbers_are_understood_as_they_are_written(folder, typed, number):
    control = guess(ask(choices=None, unit="steps"), typed)
    assert control.guess == pytest.approx(number, rel=1e-15)
    assert control.note == THANKS.format(f"{number:.4g} steps")
    assert stored(folder)["guess"] == control.guess


@pytest.mark.parametrize(
    "typed",
    ["", "many", "1/0", "1/2/3", "nan", "inf", "-inf", "1e999", "½ ½", "1..2", "2.500,75", "9" * 400, "/", "²"],
)
def test_what_is_no_number_is_refused_in_words(folder, typed):
    control = guess(ask(choices=None), typed)
    assert control.note == f"“{typed}” is no number that I understand: write it as 14, 2.5 or 1/2."
    assert control.guess is None
    assert not folder.exists()


@pytest.mark.parametrize("typed", ["1,500", "-12,000", "1,000,000", "1/2,000"])
def test_a_comma_that_may_mean_two_things_is_asked_about(folder, typed):
    control = guess(ask(choices=None), typed)
    assert control.note == f"Does the comma in {typed} mark thousands or decimals? Write it without a comma."
    assert control.guess is None


def test_a_number_that_is_refused_leaves_the_one_before(folder, capsys):
    control = guess(guess(ask(choices=None), "14"), "lots")
    assert "no number" in control.note
    assert (control.guess, stored(folder)["guess"]) == (14, 14)
    assert printed(capsys, reveal, "00.half", 14) == "You guessed 14, and so it is.\n"


@pytest.mark.parametrize("value", ["text", None, [1], {"a": 1}, 0.5, -1, 3, 10**400])
def test_what_is_no_choice_is_not_kept(folder, value):
    control = guess(ask(), value)
    assert control.note == f"guess is {value!r}; want the place of a choice, 0 … 2"
    assert not folder.exists()


# --- where no guesses are kept -----------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["tests", "a plain session"])
def test_where_no_guesses_are_kept_a_question_is_text(where, monkeypatch, capsys, asked):
    if where == "tests":
        monkeypatch.setenv("LSTM_GUESSES", "")
    else:
        monkeypatch.delenv("LSTM_GUESSES", raising=False)
    assert printed(capsys, ask) == "How much is left? (a) nothing (b) about half (c) nearly all\n"
    assert not hasattr(asked["00.half"], "guess")
    assert printed(capsys, reveal, "00.half", 1) == "It is (b) about half.\n"
    assert repr(summary()).startswith("No guesses yet.")


@pytest.fixture
def in_a_kernel(monkeypatch):
    monkeypatch.delenv("LSTM_GUESSES", raising=False)
    monkeypatch.setattr(predictions, "get_ipython", lambda: type("Shell", (), {"kernel": 1})())


def test_in_a_kernel_they_are_kept_in_the_home_folder(in_a_kernel, monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    guess(ask(), 1)
    assert [path.name for path in (tmp_path / ".lstm_by_hand" / "guesses").iterdir()] == ["00.half.json"]


def test_without_a_home_folder_nothing_is_kept(in_a_kernel, monkeypatch, capsys, tmp_path):
    def homeless():
        raise RuntimeError("no home")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "home", homeless)
    assert printed(capsys, ask).startswith("How much is left? (a) nothing")
    assert printed(capsys, reveal, "00.half", 1) == "It is (b) about half.\n"
    assert list(tmp_path.iterdir()) == []


def test_the_page_without_a_kernel_shows_the_question_and_the_choices_with_their_letters(monkeypatch, asked):
    monkeypatch.setenv("LSTM_GUESSES", "")
    predict("00.half", "Is 1 < 2 & 2 < 3?", ["<yes>", "no"])
    shown = asked["00.half"]._repr_html_()
    assert "<strong>Is 1 &lt; 2 &amp; 2 &lt; 3?</strong>" in shown
    assert "<p>(a) &lt;yes&gt;<br/>(b) no</p>" in shown
    predict("00.many", "How many?", unit="steps")
    assert repr(asked["00.many"]) == "How many? A number, in steps."
    assert "<p>A number, in steps.</p>" in asked["00.many"]._repr_html_()


def test_the_live_page_shows_the_control_and_the_question_beside_it(folder):
    control = ask()
    shown = control._repr_mimebundle_()
    assert shown.keys() == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert shown["text/plain"] == "How much is left? (a) nothing (b) about half (c) nearly all"
    assert control.choices == ["(a) nothing", "(b) about half", "(c) nearly all"]


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
        (lambda: ask(limits=0.5), TypeError, r"^limits is 0.5; want a list of numbers"),
        (lambda: ask(limits=["a", 1]), TypeError, r"^limits\[0\] is 'a' \(str\); want a real number"),
        (lambda: ask(limits=[1, np.nan]), ValueError, r"^limits\[1\] is nan; want a finite number"),
        (
            lambda: ask(limits=[1]),
            ValueError,
            r"^limits is \[1.0\]; want numbers that rise, one less than choices",
        ),
        (lambda: ask(limits=[1, 1]), ValueError, r"^limits is \[1.0, 1.0\]; want numbers that rise"),
        (lambda: ask(limits=[2, 1]), ValueError, r"^limits is \[2.0, 1.0\]; want numbers that rise"),
        (lambda: ask(choices=None, limits=[2]), ValueError, r"^limits is \[2.0\]; want numbers that rise"),
        (lambda: (ask(limits=[1, 2]), reveal("00.half", np.nan)), ValueError, r"^answer is nan"),
        (lambda: (ask(limits=[1, 2]), reveal("00.half", "b")), TypeError, r"^answer is 'b'"),
        (lambda: reveal("half", 0), ValueError, r"^key is 'half'"),
    ],
)
def test_a_mistake_of_a_lesson_is_an_error(folder, call, error, words):
    with pytest.raises(error, match=words):
        call()


# --- the table ---------------------------------------------------------------------------------------------------


def test_the_table_shows_where_intuition_was_wrong(folder, capsys):
    for key, value, answer in [("00.one", 0, 0), ("03.two", 1, 2), ("05.three", 2, 0), ("06.four", 1, None)]:
        guess(ask(key), value)
        if answer is not None:
            reveal(key, answer)
    table = summary()
    assert repr(table).splitlines() == [
        "4 guesses, 1 right. 1 still without an answer: run on in the lesson. Where your intuition was wrong:",
        "lesson 03: How much is left? You guessed (b) about half; it is (c) nearly all.",
        "lesson 05: How much is left? You guessed (c) nearly all; it is (a) nothing.",
    ]
    text = table._repr_html_()
    assert text.count("<tr>") == 3
    text = re.sub(' (scope|style)="[^"]*"', "", text)
    assert "<th>your guess</th>" in text
    assert "<th>lesson 03</th><td>How much is left?</td><td>(b) about half</td><td>(c) nearly all</td>" in text


def test_a_table_without_wrong_guesses_is_a_sentence(folder):
    assert summary()._repr_html_() == (
        "<p>No guesses yet. Wherever a lesson asks you to predict, choose before you run on.</p>"
    )
    guess(ask(), 0)
    reveal("00.half", 0)
    assert repr(summary()) == "1 guess, 1 right."


# --- the files ---------------------------------------------------------------------------------------------------

texts = st.text(max_size=20).filter(lambda text: text.isprintable())
keys = st.from_regex(r"[0-9][0-9]\.[a-z_]{1,8}", fullmatch=True)
finite = st.floats(allow_nan=False, allow_infinity=False)
HAS_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@HAS_FOLDER
@given(key=keys, question=texts, choices=st.lists(texts, min_size=2, max_size=5, unique=True), data=st.data())
def test_a_choice_that_is_kept_is_there_again(folder, key, question, choices, data):
    place, answer = (data.draw(st.integers(0, len(choices) - 1)) for _ in range(2))
    for settle in (False, True):
        empty(folder)
        predict(key, question, choices)
        guess(predictions._asked[key], place)
        if settle:
            reveal(key, answer)
        wanted = f"{int(settle and place == answer)} right"
        assert repr(summary()).startswith(f"1 guess, {wanted}.")
        assert sorted(path.name for path in folder.iterdir()) == [f"{key}.json"]
        assert html_is_whole(summary()._repr_html_())


def empty(folder):
    """Forget all that was guessed."""
    for path in folder.glob("*"):
        path.unlink()


def html_is_whole(text):
    return text.count("<tr>") == text.count("</tr>")


@HAS_FOLDER
@given(key=keys, unit=texts, number=finite, answer=finite, within=st.floats(0, 1))
def test_a_number_that_is_kept_is_there_again(folder, key, unit, number, answer, within):
    empty(folder)
    predict(key, "How many?", unit=unit)
    guess(predictions._asked[key], repr(number))
    predict(key, "How many?", unit=unit)  # read again
    assert predictions._asked[key].guess == number
    reveal(key, answer, within=within)
    right = abs(number - answer) <= within * abs(answer)
    assert repr(summary()).startswith(f"1 guess, {int(right)} right.")


RECORD = {
    "question": "How much is left?",
    "choices": CHOICES,
    "unit": "",
    "guess": 1,
    "answer": None,
    "within": 0.1,
}
BROKEN = {
    "half a file": b'{"question": "How',
    "nothing": b"",
    "no JSON": b"hello",
    "other letters": b"\xff\xfe\x00",
    "null": b"null",
    "a list": b"[1, 2]",
    "a number": b"3",
    "text": b'"guess"',
    "nested": b'{"question": {"question": {}}, "guess": [[1]]}',
    "very deep": b"[" * 100_000,
    "a guess that is no choice": json.dumps(RECORD | {"guess": 3}).encode(),
    "a guess that is text": json.dumps(RECORD | {"guess": "b"}).encode(),
    "no guess": json.dumps(RECORD | {"guess": None}).encode(),
    "no question": b'{"guess": 1}',
    "one choice": json.dumps(RECORD | {"choices": ["a"], "guess": 0}).encode(),
    "choices that are none": json.dumps(RECORD | {"choices": "abc"}).encode(),
    "limits that are none": json.dumps(RECORD | {"limits": [1]}).encode(),
    "an answer that is none": json.dumps(RECORD | {"answer": 7}).encode(),
    "a nearness that is none": json.dumps(RECORD | {"within": "near"}).encode(),
    "not a number": b'{"question": "q", "guess": NaN}',
    "a huge number": b'{"question": "q", "guess": 1%s}' % (b"0" * 400),
    "a number too long to read": b'{"question": "q", "guess": 1%s}' % (b"0" * 5000),
    "half a character": b'{"question": "\\ud800", "guess": 1}',
}


def survives(folder, capsys):
    """Walk through a lesson and back."""
    control = ask()
    assert (control.guess, control.note) == (None, "")
    assert repr(summary()).startswith("No guesses yet.")
    guess(control, 1)
    assert control.guess == 1
    assert printed(capsys, reveal, "00.half", 0).startswith("You guessed (b) about half; it is (a) nothing.\n")
    summary()._repr_html_()
    return control


@pytest.mark.parametrize("what", BROKEN)
def test_whatever_stands_in_a_file_is_no_guess_and_makes_room_for_one(folder, capsys, what):
    folder.mkdir(parents=True)
    (folder / "00.half.json").write_bytes(BROKEN[what])
    survives(folder, capsys)
    assert stored(folder)["guess"] == 1
    assert repr(summary()).startswith("1 guess, 0 right.")


@HAS_FOLDER
@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.floats() | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner))
    .map(json.dumps)
    .map(str.encode)
    | st.dictionaries(st.sampled_from(Question._fields), st.none() | st.floats() | texts | st.lists(texts))
    .map(json.dumps)
    .map(str.encode)
)
def test_nothing_is_raised_whatever_a_file_holds(folder, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "00.half.json").write_bytes(content)
    guess(ask(), 1)
    reveal("00.half", 0)
    repr(summary())


def test_a_field_that_this_course_does_not_know_is_passed_over(folder, capsys):
    folder.mkdir(parents=True)
    text = json.dumps(RECORD | {"colour": 2, "time": {"zone": "UTC"}})
    (folder / "00.half.json").write_text(text)
    assert ask().guess == 1
    assert (folder / "00.half.json").read_text() == text
    assert printed(capsys, reveal, "00.half", 1) == "You guessed (b) about half, and so it is.\n"


def test_other_files_in_the_folder_are_left_alone(folder, capsys):
    guess(ask(), 1)
    others = [folder / name for name in ("notes.json", "00.half.txt", "half.json", "00.half.json.old")]
    for path in others:
        path.write_text(json.dumps(RECORD))
    assert repr(summary()).startswith("1 guess, 0 right.")
    assert all(path.exists() for path in others)


NOT_KEPT = "Your guess could not be kept ("


def test_a_folder_in_place_of_a_file_gets_a_sentence(folder, capsys):
    (folder / "00.half.json").mkdir(parents=True)
    control = survives(folder, capsys)
    assert printed(capsys, reveal, "00.half", 0).splitlines()[1].startswith(NOT_KEPT)
    assert control.note.startswith("You guessed (b)")
    assert [path.name for path in folder.iterdir()] == ["00.half.json"]


def test_a_file_in_place_of_the_folder_gets_a_sentence(folder, capsys):
    folder.parent.mkdir()
    folder.write_text("the guesses of an older course")
    control = ask()
    guess(control, 1)
    assert control.note.startswith(NOT_KEPT)
    assert survives(folder, capsys)
    assert folder.read_text() == "the guesses of an older course"


def test_a_home_that_cannot_be_written_to_gets_a_sentence(folder, capsys, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    for name in ("mkdir", "write_text"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, name, refuse)
            assert survives(folder, capsys)
            assert guess(ask("01.other"), 0).note.startswith(f"{NOT_KEPT}PermissionError")


def test_a_guess_is_written_whole_or_not_at_all(folder, monkeypatch):
    guess(ask(), 1)
    before = stored(folder)

    def break_off(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "replace", break_off)
    control = guess(ask(), 2)
    assert control.note == "Your guess could not be kept (OSError: the disk is full)."
    assert stored(folder) == before
    assert [path.name for path in folder.iterdir()] == ["00.half.json"]


def test_two_kernels_do_not_disturb_each_other(folder, monkeypatch):
    here, there = {}, {}
    for n in range(20):
        monkeypatch.setattr(predictions, "_asked", (here, there)[n % 2])
        monkeypatch.setattr(os, "getpid", lambda n=n: 1000 + n % 2)
        guess(ask(f"{n % 2:02d}.q{n}"), n % 3)
    assert repr(summary()).startswith("20 guesses, 0 right.")
    assert len(list(folder.iterdir())) == 20
