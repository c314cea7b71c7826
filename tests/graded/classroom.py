"""A course in a temporary folder, and what students do to notebooks: for the tests of notebooks/graded."""

import atexit
import base64
import copy
import functools
import json
import re
import shutil
import struct
import tempfile
import zlib
from pathlib import Path

import book
import confine
import course as courses
import pytest
from mark import mark

needs_sandbox = pytest.mark.skipif(
    bool(confine.missing()), reason=f"there is no sandbox here: {confine.missing()}"
)
MARKS = re.compile(r"(?m)^\s*### (BEGIN|END) SOLUTION\n?")


def make(folder, *names):
    """Make a course; the solutions with their outputs are another test's."""
    shutil.copytree(_made(*names), folder, dirs_exist_ok=True)
    folder.chmod(0o700)
    return folder


@functools.cache
def _made(*names):
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
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


def text_cell(source, attachments=None, **metadata):
    own = {"attachments": attachments} if attachments else {}
    return {"cell_type": "markdown", "id": "new-text", "metadata": metadata, "source": source, **own}


def after(notebook, grade_id, *cells):
    """The notebook with cells put in below one of its own."""
    notebook = copy.deepcopy(notebook)
    place = notebook["cells"].index(cell(notebook, grade_id)) + 1
    notebook["cells"][place:place] = cells
    return notebook


def png(width=4, height=3):
    """A picture, in base64: grey."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunks).decode()


def grades(folder, student, name):
    """What nbgrader's gradebook holds for a student: {cell: (score, machine's, person's, whether it waits)}."""
    with book.opened(folder) as gradebook:
        return {
            each.name: (each.score, each.auto_score, each.manual_score, each.needs_manual_grade)
            for each in gradebook.find_submission_notebook(name, name, student).grades
        }


def give(folder, student, name, cell, score, comment=None):
    """Give a score and a comment by hand, as formgrader does."""
    with book.opened(folder) as gradebook:
        grade = gradebook.find_grade(cell, name, name, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            gradebook.find_comment(cell, name, name, student).manual_comment = comment
        gradebook.db.commit()


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
