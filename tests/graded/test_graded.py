"""The nbgrader course in notebooks/graded: the whole round with the real nbgrader, at scale, and begun anew."""

import csv
import doctest
import importlib
import json
import stat

import apart
import build
import classroom
import course as courses
import grade
import mark
import pytest
from nbgrader.api import Gradebook

NAME = "ps1_forward"
pytestmark = [pytest.mark.graded, classroom.needs_sandbox]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return classroom.make(tmp_path_factory.mktemp("course"), NAME)


def scores(folder, student, name=NAME):
    """What nbgrader's gradebook holds for a student, by cell."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", courses.COURSE_ID) as gradebook:
        grades = gradebook.find_submission_notebook(name, name, student).grades
        return {grade.name.removesuffix("-tests"): grade.score for grade in grades}


MODULES = sorted(path.stem for path in courses.HERE.glob("*.py") if path.stem not in ("child", "nbgrader_config"))


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_the_docstrings_are_right(module):
    failed, _ = doctest.testmod(importlib.import_module(module))
    assert not failed


@pytest.mark.parametrize("name", courses.SETS)
def test_the_solutions_run_from_top_to_bottom(name):
    build.execute(courses.source(name, courses.PRACTICE, b"any"), courses.HERE, name)


# --- the whole round, with the real nbgrader ---------------------------------------------------------------------


def test_a_notebook_goes_all_the_way_round(folder, tmp_path):
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)

    def nbgrader(where, *command):
        settings = {"NBGRADER_EXCHANGE": str(exchange), "JUPYTER_DATA_DIR": f"{where} data"}
        courses.nbgrader(where, *command, **settings)

    nbgrader(folder, "release_assignment", NAME)
    perfect = classroom.solved(folder, NAME)
    handed_in = {"ada": perfect, "eve": classroom.changed(perfect, ("o_t * np.tanh(C_t)", "o_t * C_t"))}
    (folder / "people.csv").write_text("id,last_name,first_name\nada,Lovelace,Ada\n", encoding="utf-8")
    for student, notebook in handed_in.items():
        home = tmp_path / student
        home.mkdir()
        (home / "nbgrader_config.py").write_bytes((folder / "nbgrader_config.py").read_bytes())
        nbgrader(home, "fetch_assignment", NAME)
        fetched = home / NAME / f"{NAME}.ipynb"
        assert json.loads(fetched.read_text(encoding="utf-8")) == classroom.released(folder, NAME)
        fetched.write_text(json.dumps(notebook), encoding="utf-8")
        nbgrader(home, "submit", NAME, "--student", student)
    nbgrader(folder, "collect", NAME, "--ExchangeCollect.check_owner=False")  # here all are one user
    assert grade.grade(NAME, folder) == {}
    nbgrader(folder, "generate_feedback", NAME)
    nbgrader(folder, "release_feedback", NAME)
    nbgrader(folder, "export")
    with (folder / "grades.csv").open() as file:
        exported = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {student: float(row["score"]) for student, row in exported.items()} == {"ada": 25, "eve": 24}
    assert all(float(row["max_score"]) == 25 and row["timestamp"] for row in exported.values())
    assert exported["ada"]["last_name"] == "Lovelace"
    nbgrader(tmp_path / "eve", "fetch_feedback", NAME, "--student", "eve")
    (page,) = (tmp_path / "eve").glob("**/feedback/**/*.html")
    told = page.read_text()
    assert "✗ h_t: 0 of 1. The values differ.\n    The memory goes through tanh" in told
    assert "✓ C_t: 2 of 2" in told


def test_plain_nbgrader_takes_the_instructors_version_for_right(folder):
    # The tests that stand in the notebook are what students see; nbgrader itself can validate with them.
    courses.nbgrader(folder, "validate", str(folder / "source" / NAME / f"{NAME}.ipynb"))


# --- what is handed out ------------------------------------------------------------------------------------------


def test_what_is_handed_out_holds_no_solution(folder):
    key, notebook = courses.read_key(NAME, folder), classroom.released(folder, NAME)
    handed_out = "\n".join(classroom.text(cell) for cell in notebook["cells"])
    assert "SOLUTION" not in handed_out
    assert handed_out.count("raise NotImplementedError") == sum(cell["kind"] == "answer" for cell in key)
    assert not any("bug" in classroom.text(cell) for cell in notebook["cells"])


def test_points_in_the_notebook_are_those_of_the_key():
    for name in courses.SETS:
        notebook = courses.source(name, courses.PRACTICE, b"any")
        labels = [cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata]
        points = {each["grade_id"].removesuffix("-tests"): each["points"] for each in labels if each["grade"]}
        for question, each in courses.key_of(name).QUESTIONS.items():
            assert points.pop(question) == sum(worth for worth, _ in each.checks.values())
            assert set(each.stands_on) <= {label["grade_id"] for label in labels}
        written = {each["grade_id"] for each in labels if each["grade"] and each["solution"]}
        assert set(points) == written  # what is left is graded by a person
        promised = sum(points.values()) + sum(
            w for q in courses.key_of(name).QUESTIONS.values() for w, _ in q.checks.values()
        )
        assert f"**{promised} points.**" in notebook.cells[0].source


def test_each_student_gets_numbers_of_their_own(folder, tmp_path):
    (tmp_path / "students.txt").write_text("ada\nbob\n")
    courses.hand_out(NAME, folder, ["ada", "bob"])
    ada, bob = ((folder / "variants" / student / NAME / f"{NAME}.ipynb").read_text() for student in ("ada", "bob"))
    assert ada != bob
    assert {len(json.loads(each)["cells"]) for each in (ada, bob)} == {
        len(classroom.released(folder, NAME)["cells"])
    }


# --- many submissions, and a person's marks ----------------------------------------------------------------------


@pytest.mark.parametrize("many", [40, pytest.param(200, marks=pytest.mark.weekly)])
def test_many_are_marked_and_an_interrupt_loses_none(folder, monkeypatch, many):
    perfect, wrong = classroom.solved(folder, NAME), classroom.released(folder, NAME)
    students = [f"student {n:03}" for n in range(many)]
    unlucky = students[many * 3 // 5]
    for n, student in enumerate(students):
        classroom.hand_in(
            folder, student, NAME, b"not a notebook" if n == 17 else wrong if n % 10 == 0 else perfect
        )
    marked, original = [], apart.Worker.mark

    def counted(worker, request, seconds, target):
        marked.append(request["student"])
        if request["student"] == unlucky and marked.count(unlucky) == 1:
            raise KeyboardInterrupt
        return original(worker, request, seconds, target)

    monkeypatch.setattr(apart.Worker, "mark", counted)
    with pytest.raises(KeyboardInterrupt):
        grade.grade(NAME, folder)
    before = len(marked)
    lines = []
    assert grade.grade(NAME, folder, say=lines.append) == {}
    print(*lines[-2:])
    assert lines[0] == f"{NAME}: {len(grade.submissions(NAME, folder))} submissions, 2 at a time"
    assert many / 2 < before < many
    again = [student for student in students if marked.count(student) > 1]
    assert unlucky in again
    assert len(again) <= 3  # it, and what was being marked when it was interrupted
    assert len({scores(folder, student)["forward"] for student in students}) == 2
    total = {
        student: sum(scores(folder, student).values()) for student in ("student 000", "student 001", "student 017")
    }
    assert total == {"student 000": 0, "student 001": 25, "student 017": 0}


def test_a_changed_submission_is_marked_again_and_others_are_not(folder):
    perfect = classroom.solved(folder, NAME)
    for student in ("early", "late"):
        classroom.hand_in(folder, student, NAME, classroom.released(folder, NAME))
    grade.grade(NAME, folder)
    seconds = grade.saved(NAME, "early", folder)["seconds"]
    classroom.hand_in(folder, "late", NAME, perfect)
    grade.grade(NAME, folder)
    assert (sum(scores(folder, "early").values()), sum(scores(folder, "late").values())) == (0, 25)
    assert grade.saved(NAME, "early", folder)["seconds"] == seconds


def test_a_submission_that_breaks_the_marker_does_not_stop_the_others(folder, monkeypatch):
    classroom.hand_in(folder, "zoe", NAME, classroom.solved(folder, NAME))
    classroom.hand_in(folder, "unlucky", NAME, classroom.solved(folder, NAME))
    original = apart.Worker.mark

    def mark(worker, request, seconds, target):
        if request["student"] == "unlucky":
            request = request | {"name": "no such set"}
        return original(worker, request, seconds, target)

    monkeypatch.setattr(apart.Worker, "mark", mark)
    assert grade.grade(NAME, folder) == {"unlucky": "ModuleNotFoundError: No module named 'keys.no such set'"}
    assert sum(scores(folder, "zoe").values()) == 25


def test_a_persons_score_stays_and_is_looked_at_again_where_the_machines_changes(folder):
    classroom.hand_in(folder, "max", NAME, classroom.released(folder, NAME))
    grade.grade(NAME, folder)
    url = f"sqlite:///{folder / 'gradebook.db'}"
    with Gradebook(url, courses.COURSE_ID) as gradebook:
        gradebook.find_grade("step-tests", NAME, NAME, "max").manual_score = 1.5
        gradebook.db.commit()
    classroom.hand_in(folder, "max", NAME, classroom.solved(folder, NAME))
    grade.grade(NAME, folder)
    with Gradebook(url, courses.COURSE_ID) as gradebook:
        looked_at = gradebook.find_grade("step-tests", NAME, NAME, "max")
        assert (looked_at.score, looked_at.auto_score, looked_at.needs_manual_grade) == (1.5, 3, True)


def test_one_submission_is_one_command_with_a_json_result(folder, capsys):
    path = classroom.hand_in(folder, "solo", NAME, classroom.solved(folder, NAME))
    assert mark.main([NAME, "solo", str(path), "--course", str(folder)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert sum(result["scores"].values()) == 25


def test_results_of_a_batch_engine_are_taken_over(folder, capsys, monkeypatch):
    path = classroom.hand_in(folder, "batch", NAME, classroom.solved(folder, NAME))
    mark.main([NAME, "batch", str(path.parent), "--course", str(folder)])
    (folder / "marks" / NAME).mkdir(parents=True, exist_ok=True)
    (folder / "marks" / NAME / "batch.json").write_text(capsys.readouterr().out, encoding="utf-8")
    monkeypatch.setattr(apart.Worker, "mark", lambda *_: pytest.fail("it is marked again"))
    assert grade.grade(NAME, folder, student="batch") == {}
    assert sum(scores(folder, "batch").values()) == 25


def test_numbers_are_those_that_were_handed_out(folder):
    by_hand = "from math import nan\nby_hand = {'gate': given['x_t'], 'C_t': nan, 'h_t': nan}"
    mine = courses.variant(NAME, "variant", courses.secret(folder))
    common = courses.variant(NAME, courses.PRACTICE, courses.secret(folder))
    assert mine != common
    assert courses.numbers_for(NAME, "variant", folder) == common
    path = classroom.hand_in(
        folder, "variant", NAME, classroom.answered(classroom.solved(folder, NAME), by_hand=by_hand)
    )
    before = mark.mark(NAME, "variant", path, folder)["fingerprint"]
    courses.hand_out(NAME, folder, ["variant"])
    assert courses.numbers_for(NAME, "variant", folder) == mine
    assert mark.mark(NAME, "variant", path, folder)["fingerprint"] != before


def test_without_a_sandbox_the_marks_are_the_same(folder):
    path = classroom.hand_in(folder, "unprotected", NAME, classroom.solved(folder, NAME))
    result = mark.mark(NAME, "unprotected", path, folder, protected=False)
    assert sum(result["scores"].values()) == 25
