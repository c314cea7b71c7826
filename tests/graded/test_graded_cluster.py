"""Shares of a problem set, marked by programs that know nothing of one another: nothing twice, nothing lost."""

import json

import classroom
import cluster
import grade
import pytest

NAME = "ps1_forward"
STUDENTS = ["ada", "bob", "cyd"]
pytestmark = [pytest.mark.graded, classroom.needs_sandbox]


@pytest.fixture
def folder(tmp_path):
    folder = classroom.make(tmp_path, NAME)
    for student in STUDENTS:
        classroom.hand_in(folder, student, NAME, classroom.solved(folder, NAME))
    return folder


def when(folder):
    """Return when each result was written."""
    return {path.stem: path.stat().st_mtime_ns for path in folder.glob(f"marks/{NAME}/*.json")}


def mark_share(folder, which):
    return cluster.main([NAME, "--course", str(folder), "--share", which])


def test_shares_are_marked_once_each_and_recorded_as_they_are(folder):
    assert mark_share(folder, "1/2") == 0
    assert set(when(folder)) == {"ada", "cyd"}
    assert mark_share(folder, "2/2") == 0
    before = when(folder)
    assert sorted(before) == STUDENTS
    assert mark_share(folder, "1/1") == 0  # begun again: all of it is there
    said = []
    assert grade.grade(NAME, folder, say=said.append) == {}
    assert when(folder) == before
    assert "0 marked, 3 marked before, 0 could not be marked" in said
    for student in STUDENTS:
        scores = [each[0] for each in classroom.grades(folder, student, NAME).values()]
        assert sum(scores) == sum(
            json.loads((folder / f"marks/{NAME}/{student}.json").read_text())["scores"].values()
        )


def test_what_cannot_be_marked_is_named_and_stops_nobody(folder, capsys):
    classroom.hand_in(folder, "..eve", NAME, classroom.solved(folder, NAME))
    assert mark_share(folder, "1/1") == 1
    assert "'..eve' could not be marked: '..eve' is no id" in capsys.readouterr().out
    assert sorted(when(folder)) == STUDENTS
