"""What a person reads and gives: written answers are found, scores belong to texts, and nothing of them is lost."""

import json
from datetime import UTC, datetime, timedelta

import book
import cells
import classroom
import course as courses
import grade
import people
import pytest
import submission
from hypothesis import given
from hypothesis import strategies as st

PS1, PS3 = "ps1_forward", "ps3_training"
ANSWER = "What is left of a memory after T steps is f^T, so a bias of 3 leaves 38 % after 20 of them."
pytestmark = [pytest.mark.graded, classroom.needs_sandbox]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return classroom.make(tmp_path_factory.mktemp("course"), PS1, PS3)


# --- written answers are found -----------------------------------------------------------------------------------


def stripped(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


def as_code(notebook):
    """The answer's own cell turned into code, which happens by one key."""
    own = classroom.cell(classroom.answered(notebook, judge=ANSWER), "judge")
    place = notebook["cells"].index(classroom.cell(notebook, "judge"))
    notebook["cells"][place] = classroom.code_cell(ANSWER, **own["metadata"])
    return notebook


def in_the_question(notebook, ending=f"\n\n{ANSWER}"):
    place = notebook["cells"].index(classroom.cell(notebook, "judge")) - 1
    notebook["cells"][place]["source"] = classroom.text(notebook["cells"][place]) + ending
    return notebook


def without(notebook, *names):
    notebook["cells"] = [cell for cell in notebook["cells"] if classroom.label(cell).get("grade_id") not in names]
    return notebook


def at_the_end(notebook, *cells):
    notebook["cells"] += cells
    return notebook


WRITTEN = {  # where an answer to `judge` can stand; the other question is left alone
    "in its place": lambda n: classroom.answered(n, judge=ANSWER),
    "below the placeholder": lambda n: classroom.after(n, "judge", classroom.text_cell(ANSWER)),
    "in pieces": lambda n: classroom.after(n, "judge", classroom.text_cell("One."), classroom.text_cell(ANSWER)),
    "labels lost": lambda n: stripped(classroom.answered(n, judge=ANSWER)),
    "labels lost, below the placeholder": lambda n: stripped(
        classroom.after(n, "judge", classroom.text_cell(ANSWER))
    ),
    "in a cell of its own, the placeholder deleted": lambda n: without(
        classroom.after(n, "judge", classroom.text_cell(ANSWER)), "judge"
    ),
    "in the question": in_the_question,
    "in the question, the placeholder deleted, labels lost": lambda n: stripped(
        without(in_the_question(n), "judge")
    ),
    "as raw text": lambda n: classroom.after(n, "judge", classroom.text_cell(ANSWER) | {"cell_type": "raw"}),
    "as code": as_code,
    "as a comment in code": lambda n: classroom.after(n, "judge", classroom.code_cell(f"# {ANSWER}")),
    "the placeholder in front": lambda n: classroom.answered(
        n, judge=f"*Your answer instead of this line.*\n\n{ANSWER}"
    ),
    "an HTML comment": lambda n: classroom.answered(n, judge=f"<!-- {ANSWER} -->"),
    "at the end of the notebook": lambda n: at_the_end(
        n, classroom.code_cell("x = 1"), classroom.text_cell(ANSWER)
    ),
    "one letter": lambda n: classroom.answered(n, judge="f"),
}


def sorted_out(folder, notebook):
    read = [submission._cell(number, cell) for number, cell in enumerate(notebook["cells"], 1)]
    return cells.sort(read, courses.read_key(PS3, folder))


@pytest.mark.parametrize("where", WRITTEN)
def test_a_written_answer_waits_for_a_person_wherever_it_stands(folder, where):
    found = sorted_out(folder, WRITTEN[where](classroom.released(folder, PS3)))
    assert "judge" in found.waiting
    shown = "".join(cell.source for cell in [*found.answers.get("judge", []), *found.others])
    assert ANSWER in shown or where == "one letter"


@pytest.mark.parametrize("where", ["in its place", "below the placeholder", "labels lost", "in the question"])
def test_an_answer_to_one_question_is_none_to_the_other(folder, where):
    found = sorted_out(folder, WRITTEN[where](classroom.released(folder, PS3)))
    assert found.answers["judge"]
    assert "why_bias" not in found.answers


NOT_WRITTEN = {
    "as handed out": lambda n: n,
    "labels lost": stripped,
    "placeholder without its stars": lambda n: classroom.answered(n, judge="Your answer instead of this line"),
    "only blanks": lambda n: classroom.answered(n, judge=" \n\n "),
    "deleted": lambda n: without(n, "judge", "why_bias"),
    "code of its own further up": lambda n: classroom.after(n, "given", classroom.code_cell("x = 1  # mine")),
}


@pytest.mark.parametrize("how", NOT_WRITTEN)
def test_nothing_written_is_nothing_to_read(folder, how):
    assert sorted_out(folder, NOT_WRITTEN[how](classroom.released(folder, PS3))).waiting == set()


def marked(folder, student, notebook, name=PS3):
    classroom.hand_in(folder, student, name, notebook)
    assert grade.grade(name, folder, student=student) == {}
    return classroom.grades(folder, student, name)


def test_the_gradebook_waits_for_a_person_and_gives_0_for_nothing(folder):
    got = marked(folder, "ada", WRITTEN["labels lost, below the placeholder"](classroom.released(folder, PS3)))
    assert got["judge"] == (0.0, None, None, True)
    assert got["why_bias"] == (0.0, 0.0, None, False)


# --- a person's scores -------------------------------------------------------------------------------------------


def test_a_score_belongs_to_the_text_that_it_was_given_for(folder):
    empty = classroom.released(folder, PS3)
    first, other = (classroom.answered(empty, judge=text) for text in (ANSWER, "Something else."))
    marked(folder, "bob", first)
    classroom.give(folder, "bob", PS3, "judge", 3.5, "Good, but which seed?")
    assert marked(folder, "bob", first)["judge"] == (3.5, None, 3.5, False)
    assert marked(folder, "bob", other)["judge"] == (0.0, None, None, True)
    classroom.give(folder, "bob", PS3, "judge", 1)
    assert marked(folder, "bob", first)["judge"] == (3.5, None, 3.5, False)
    assert marked(folder, "bob", other)["judge"] == (1, None, 1, False)
    with book.opened(folder) as gradebook:
        assert gradebook.find_comment("judge", PS3, PS3, "bob").comment is None


def test_a_score_that_a_person_takes_back_stays_away(folder):
    notebook = classroom.answered(classroom.released(folder, PS3), judge=ANSWER)
    marked(folder, "cleo", notebook)
    classroom.give(folder, "cleo", PS3, "judge", 4)
    marked(folder, "cleo", notebook)
    classroom.give(folder, "cleo", PS3, "judge", None)
    assert grade.grade(PS3, folder, student="cleo", again=True) == {}
    assert classroom.grades(folder, "cleo", PS3)["judge"][2] is None


def test_new_code_under_a_persons_score_is_looked_at_again_even_where_the_machine_says_the_same(folder):
    perfect = classroom.solved(folder, PS1)
    marked(folder, "dora", perfect, PS1)
    classroom.give(folder, "dora", PS1, "step-tests", 1.5)
    assert marked(folder, "dora", perfect, PS1)["step-tests"] == (1.5, 3, 1.5, False)
    renamed = classroom.changed(perfect, ("z_t = join(h_prev, x_t)", "z_t = join(h_prev, x_t)  # joined"))
    assert marked(folder, "dora", renamed, PS1)["step-tests"] == (1.5, 3, 1.5, True)


def test_a_lost_gradebook_is_made_again_with_what_a_person_gave(folder, tmp_path):
    own = classroom.make(tmp_path / "course", PS3)
    notebook = classroom.answered(classroom.released(own, PS3), judge=ANSWER)
    marked(own, "ada", notebook)
    classroom.give(own, "ada", PS3, "judge", 4, "Clear.")
    marked(own, "ada", notebook)
    before = classroom.grades(own, "ada", PS3)
    (own / "gradebook.db").unlink()
    lines = []
    assert grade.grade(PS3, own, say=lines.append) == {}
    assert classroom.grades(own, "ada", PS3) == before
    with book.opened(own) as gradebook:
        assert gradebook.find_comment("judge", PS3, PS3, "ada").comment == "Clear."
    assert any("did not know" in line for line in lines)


def test_a_teacher_sees_all_of_one_student(folder, capsys):
    wrong = classroom.changed(
        classroom.solved(folder, PS1), ("h_t = o_t", "raise ValueError(repr(o_t))\n    h_t = o_t")
    )
    classroom.hand_in(folder, "eve", PS1, wrong)
    assert grade.main([PS1, "--course", str(folder), "--student", "eve"]) == 0
    said = capsys.readouterr().out
    assert "ValueError: array([[" in said
    report = json.dumps(grade.saved(PS1, "eve", folder)["report"])
    assert "ValueError (line 3 of its cell)" in report
    assert "array(" not in report


# --- who and when ------------------------------------------------------------------------------------------------

ROSTERS = {
    "one id a line": b"ada\nbob\n",
    "Windows": b"\xef\xbb\xbfada\r\nbob\r\n",
    "UTF-16": "ada\nbob".encode("utf-16"),
    "CSV": b"id,last_name,first_name,email\nada,Lovelace,Ada,ada@example.org\nbob,,,\n",
    "CSV with semicolons and other columns": b"Email;ID;Group\nada@example.org;ada;1\n;bob;2\n",
    "comments and empty lines": b"# spring\n\nada\n\nbob\n",
}


@pytest.mark.parametrize("how", ROSTERS)
def test_a_roster_is_read_however_it_was_saved(tmp_path, how):
    (tmp_path / "people.csv").write_bytes(ROSTERS[how])
    assert [*people.known(tmp_path)] == ["ada", "bob"]


BAD = {
    "../../evil": "begins with a dot",
    "a/b": "'/' is in it",
    "a\\b": "is in it",
    "<script>": "'<' is in it",
    "ada\nada": "twice",
    "ada\nADA": "twice",
    "a\x00b": "is in it",
    "a+b": "'+' is in it",
    "=1+1": "as a formula",
    "-rf": "an option",
    "x" * 101: "longer",
}


@pytest.mark.parametrize("student", BAD)
def test_what_cannot_be_an_id_is_refused_by_its_name(tmp_path, student, capsys):
    (tmp_path / "ids.txt").write_text(student, encoding="utf-8")
    arguments = [PS1, "--course", str(tmp_path / "course"), "--students", str(tmp_path / "ids.txt")]
    assert courses.main(arguments) == 2
    assert BAD[student] in capsys.readouterr().err
    assert not (tmp_path / "course").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["ids.txt"]


@given(st.text(max_size=120))
def test_an_id_without_a_fault_is_one_folder_inside_of_its_folder(student):
    if not people.fault(student):
        assert student == student.strip() != ""
        assert not {"/", "\\", "\0", "<", "+"} & set(student)
        assert student not in (".", "..")
        assert len(student.encode()) <= 100


def test_a_folder_that_is_no_id_stops_nobody(folder):
    classroom.hand_in(folder, "<img src=x>", PS1, classroom.released(folder, PS1))
    classroom.hand_in(folder, "fay", PS1, classroom.solved(folder, PS1))
    assert [*grade.grade(PS1, folder)] == ["<img src=x>"]
    assert sum(each[0] for each in classroom.grades(folder, "fay", PS1).values()) == 25


def received(folder, student, when):
    path = folder / "received" / PS1 / f"{student}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"time": str(when)}), encoding="utf-8")


def test_being_late_costs_what_the_dates_say_and_an_extension_is_one(folder):
    due = datetime(2026, 11, 20, 12)
    rows = ["set,due,student,percent,most", f"{PS1},{due}Z,,10,25", f"{PS1},{due + timedelta(days=2)}Z,gus,,"]
    (folder / "dates.csv").write_text("\n".join(rows), encoding="utf-8")
    late = {"in time": -1, "hanna": 1, "gus": 1, "ivo": 100}
    for student, hours in late.items():
        classroom.hand_in(folder, student, PS1, classroom.solved(folder, PS1))
        received(folder, student, due + timedelta(hours=hours if student != "ivo" else 24 * 9))
        assert grade.grade(PS1, folder, student=student) == {}
    with book.opened(folder) as gradebook:
        found = {student: gradebook.find_submission(PS1, student) for student in late}
        assert {student: each.late_submission_penalty for student, each in found.items()} == {
            "in time": 0,
            "hanna": 2.5,
            "gus": 0,
            "ivo": 6.25,
        }
        assert gradebook.find_assignment(PS1).duedate == due
    (folder / "dates.csv").unlink()


def test_a_date_that_is_none_is_said_before_anything_is_marked(folder, capsys):
    (folder / "dates.csv").write_text(f"set,due\n{PS1},tomorrow\n", encoding="utf-8")
    assert grade.main([PS1, "--course", str(folder)]) == 2
    assert "tomorrow" in capsys.readouterr().err
    (folder / "dates.csv").unlink()


@pytest.mark.parametrize("words", ["tomorrow <b>", "1999-01-01", "", "x" * 500, "\0"])
def test_a_time_that_a_student_wrote_is_not_believed_and_stops_nothing(folder, words):
    path = classroom.hand_in(folder, "jo", PS1, classroom.solved(folder, PS1))
    (path.parent / "timestamp.txt").write_text(words, encoding="utf-8")
    (folder / "received" / PS1 / "jo.json").unlink(missing_ok=True)
    assert grade.grade(PS1, folder, student="jo", again=True) == {}
    with book.opened(folder) as gradebook:
        assert gradebook.find_submission(PS1, "jo").timestamp is None
    when = datetime(2026, 11, 20, 12)
    received(folder, "jo", when)
    assert grade.grade(PS1, folder, student="jo") == {}
    with book.opened(folder) as gradebook:
        assert gradebook.find_submission(PS1, "jo").timestamp == when


def test_moments_are_taken_to_utc():
    assert people.moment("2026-11-20 23:59+01:00") == datetime(2026, 11, 20, 22, 59)
    here = datetime(2026, 11, 20, 23, 59).astimezone(UTC).replace(tzinfo=None)
    assert people.moment("2026-11-20 23:59") == here
