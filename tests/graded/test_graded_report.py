"""What a teacher takes out of a course: tables for other platforms, points by line, whose numbers, and who is in it."""

import csv

import classroom
import course as courses
import grade
import pytest
import report

PS1, PS3 = "ps1_forward", "ps3_training"
pytestmark = [pytest.mark.graded, classroom.needs_sandbox]


@pytest.fixture
def folder(tmp_path):
    folder = classroom.make(tmp_path / "course", PS1, PS3)
    (folder / "people.csv").write_text(
        "id,last_name,first_name,email\nada,Lovelace,Ada,ada@example.org\nzoe,Éluard,Zoë,\n", encoding="utf-8"
    )
    return folder


def rows(folder, what, *sets):
    assert report.main([what, *sets, "--course", str(folder)]) == 0
    with (folder / f"{what}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


def marked(folder, name, **notebooks):
    for student, notebook in notebooks.items():
        classroom.hand_in(folder, student, name, notebook)
    assert grade.grade(name, folder) == {}


def test_canvas_and_moodle_get_a_line_for_everybody(folder):
    marked(folder, PS1, ada=classroom.solved(folder, PS1), bob=classroom.released(folder, PS1))
    found = rows(folder, "canvas", PS1)
    assert found[0][PS1] == "25"
    assert found[0]["Student"].strip() == "Points Possible"
    by_login = {row["SIS Login ID"]: row for row in found[1:]}
    assert {student: row[PS1] for student, row in by_login.items()} == {"ada": "25", "bob": "0", "zoe": ""}
    assert (by_login["ada"]["Student"], by_login["zoe"]["Student"]) == ("Lovelace, Ada", "Éluard, Zoë")
    found = {row["Username"]: row for row in rows(folder, "moodle", PS1)}
    assert (found["ada"]["Email address"], found["ada"][PS1], found["zoe"]["First name"]) == (
        "ada@example.org",
        "25",
        "Zoë",
    )


def test_points_are_told_by_check_and_by_line_of_the_rubric(folder):
    notebook = classroom.answered(classroom.released(folder, PS3), judge="An answer.", why_bias="Another.")
    marked(folder, PS3, ada=notebook)
    classroom.give(folder, "ada", PS3, "judge", 3, "1 + 1 + 0 + 1\nWhich other frequency?")
    classroom.give(folder, "ada", PS3, "why_bias", 2, "Good.")
    found = [row for row in rows(folder, "points", PS3) if row["student"] == "ada"]
    judge = [(float(row["points"]), float(row["of"])) for row in found if row["question"] == "judge"]
    assert judge == [(1, 1), (1, 1), (0, 1), (1, 1)]
    assert [row["line"] for row in found if row["question"] == "why_bias"] == ["all of it"]
    machine = [row for row in found if row["question"] not in ("judge", "why_bias")]
    most = sum(w for each in courses.key_of(PS3).QUESTIONS.values() for w, _ in each.checks.values())
    assert sum(float(row["of"]) for row in machine) == most


def test_who_answers_with_anothers_numbers_is_told(folder):
    courses.hand_out(PS1, folder, ["ada", "bob", "eve"])
    sheets = {student: courses.numbers_for(PS1, student, folder) for student in ("ada", "bob", "eve")}
    right = courses.key_of(PS1)._step(sheets["ada"])
    typed = {"gate": right[f"{sheets['ada']['gate']}_t"], "C_t": right["C_t"], "h_t": right["h_t"]}
    copied = classroom.answered(classroom.solved(folder, PS1), by_hand=f"by_hand = {typed!r}")
    given = classroom.answered(classroom.solved(folder, PS1))
    classroom.cell(given, "given")["source"] = courses.key_of(PS1).given(sheets["ada"])
    marked(folder, PS1, ada=classroom.solved(folder, PS1), bob=copied, eve=given)
    found = {(row["student"], row["what"]): row["fits the numbers of"] for row in rows(folder, "numbers", PS1)}
    assert found[("bob", "by_hand")] == "ada"
    assert found[("eve", "the cell of given numbers")] == "ada"
    assert not [student for student, _ in found if student == "ada"]


def test_renaming_keeps_numbers_scores_and_what_a_person_gave(folder):
    courses.hand_out(PS1, folder, ["bob"])
    marked(folder, PS1, bob=classroom.solved(folder, PS1))
    classroom.give(folder, "bob", PS1, "step-tests", 1.5, None)
    numbers = courses.numbers_for(PS1, "bob", folder)
    assert report.main(["rename", "bob", "robert", "--course", str(folder)]) == 0
    assert grade.grade(PS1, folder) == {}
    assert courses.numbers_for(PS1, "robert", folder) == numbers
    assert classroom.grades(folder, "robert", PS1)["step-tests"][2] == 1.5
    assert [row["SIS Login ID"] for row in rows(folder, "canvas", PS1)[1:]] == ["robert", "ada", "zoe"]
    assert not report.places(folder, "bob")


def test_removing_takes_out_of_every_table_and_loses_nothing(folder):
    marked(folder, PS1, bob=classroom.solved(folder, PS1))
    assert report.main(["remove", "bob", "--course", str(folder)]) == 0
    assert (folder / "removed" / "submitted" / "bob" / PS1 / f"{PS1}.ipynb").exists()
    assert [row["SIS Login ID"] for row in rows(folder, "canvas", PS1)[1:]] == ["ada", "zoe"]
    assert grade.grade(PS1, folder) == {}


@pytest.mark.parametrize(
    "command", [["rename", "nobody", "x"], ["rename", "ada"], ["remove", "nobody"], ["rename", "ada", "../x"]]
)
def test_what_cannot_be_done_is_said(folder, command, capsys):
    classroom.hand_in(folder, "ada", PS1, {})
    assert report.main([*command, "--course", str(folder)]) == 2
    assert capsys.readouterr().err


def test_course_py_says_what_it_does_from_the_first_second(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(courses, "nbgrader", lambda *_: pytest.fail(capsys.readouterr().out))
    with pytest.raises(pytest.fail.Exception, match=f"{PS1}: source"):
        courses.main([PS1, "--course", str(tmp_path / "course")])
