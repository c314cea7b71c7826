"""The nbgrader course in notebooks/graded: the whole round with the real nbgrader, at scale, and begun anew."""

import csv
import doctest
import importlib
import json
import stat

import classroom
import course as courses
import grade
import pytest
import sandbox
from nbgrader.api import Gradebook

NAME = "ps1_forward"
needs_bwrap = pytest.mark.skipif(
    not sandbox.available(), reason="bubblewrap is not installed or not allowed here: apt-get install bubblewrap"
)
pytestmark = needs_bwrap


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return classroom.make(tmp_path_factory.mktemp("course"), NAME)


def scores(folder, student, name=NAME):
    """What nbgrader's gradebook holds for a student, by cell."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", courses.COURSE_ID) as gradebook:
        grades = gradebook.find_submission_notebook(name, name, student).grades
        return {grade.name.removesuffix("-tests"): grade.score for grade in grades}


@pytest.mark.parametrize("module", ["course", "exam", "grade", "mark", "sandbox", "submission"])
def test_the_examples_in_the_docstrings_are_right(module):
    failed, _ = doctest.testmod(importlib.import_module(module))
    assert not failed


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
    nbgrader(tmp_path / "eve", "fetch_feedback", NAME, "--student", "eve")
    (page,) = (tmp_path / "eve").glob("**/feedback/**/*.html")
    told = page.read_text()
    assert "✗ h_t: 0 of 1. The values differ.\n    The memory goes through tanh" in told
    assert "✓ C_t: 2 of 2" in told
