"""A course in a temporary folder, and what students do to notebooks: for the tests of notebooks/graded."""

import copy
import json
import re

import course as courses
import pytest
import sandbox
from mark import mark

needs_bwrap = pytest.mark.skipif(
    not sandbox.available(), reason="bubblewrap is not installed or not allowed here: apt-get install bubblewrap"
)
MARKS = re.compile(r"(?m)^\s*### (BEGIN|END) SOLUTION\n?")


def make(folder, *names):
    """Make a course; the solutions with their outputs are another test's."""
    courses.prepare(folder)
    for name in names:
        courses.make(name, folder, solutions=False)
    return folder


def released(folder, name):
    """The notebook as a student gets it."""
    return json.loads((folder / "release" / name / f"{name}.ipynb").read_text(encoding="utf-8"))


def solved(folder, name):
    """A perfect submission."""
    notebook = released(folder, name)
    solutions = {cell["id"]: cell["solution"] for cell in courses.read_key(name, folder) if cell["id"]}
    for cell in notebook["cells"]:
        if label(cell).get("solution"):
            cell["source"] = MARKS.sub("", solutions[label(cell)["grade_id"]])
    return notebook


def label(cell):
    return cell["metadata"].get("nbgrader", {})


def cell(notebook, grade_id):
    return next(cell for cell in notebook["cells"] if label(cell).get("grade_id") == grade_id)


def text(cell):
    return "".join(cell["source"])


def changed(notebook, *pairs):
    """The notebook with pieces of its answers replaced; each old piece stands in exactly one answer, once."""
    notebook = copy.deepcopy(notebook)
    for old, new in pairs:
        holding = [each for each in notebook["cells"] if label(each).get("solution") and old in text(each)]
        assert len(holding) == 1, f"{old!r} stands in {len(holding)} answers"
        assert text(holding[0]).count(old) == 1, f"{old!r} stands there more than once"
        holding[0]["source"] = text(holding[0]).replace(old, new)
    return notebook


def answered(notebook, **answers):
    """The notebook with whole answers replaced."""
    notebook = copy.deepcopy(notebook)
    for name, source in answers.items():
        cell(notebook, name)["source"] = source
    return notebook


def code_cell(source, **metadata):
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "new",
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def hand_in(folder, student, name, content, file=None):
    """Put a notebook, or bytes, where nbgrader collects what a student has handed in; return the file."""
    target = folder / "submitted" / student / name / (file or f"{name}.ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return target


def lost(folder, name, student, notebook):
    """Mark a notebook; return the points that it loses, by question, without zeros."""
    result = mark(name, student, hand_in(folder, student, name, notebook), folder)
    checks = {question: each.checks for question, each in courses.key_of(name).QUESTIONS.items()}
    most = {question: sum(points for points, _ in each.values()) for question, each in checks.items()}
    return {question: most[question] - got for question, got in result["scores"].items() if got != most[question]}
