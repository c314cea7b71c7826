"""Make the nbgrader course from its text: ``python notebooks/graded/course.py [--course FOLDER]``.

Builds, for each problem set in ``src/``, the instructor's version (``source/``), what is handed out (``release/``,
by the real ``nbgrader generate_assignment``), the solutions with their outputs (``solutions/``), and the key that
the marker reads (``key/``). With ``--students names.txt`` it also writes a variant for each student.
"""

import argparse
import importlib
import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(folder) for folder in (HERE, HERE.parent) if str(folder) not in sys.path]

import exam  # noqa: E402
import people  # noqa: E402

COURSE = HERE / "_build" / "course"
SETS = sorted(path.stem for path in HERE.glob("src/*.py"))
COURSE_ID = "lstm_by_hand"  # as in nbgrader_config.py
PRACTICE = "practice"  # whose numbers the common release has
MARKS = ("given", "answer", "tests", "written")  # how the text marks a cell; everything else is prose


def secret(course):
    """Return the course's secret, drawn when it is first needed; only its owner can read the file.

    Parameters
    ----------
    course : Path
        The course's folder.

    Returns
    -------
    bytes
        Whoever knows it knows the numbers of all variants and tests: it never leaves the instructor's machine.
    """
    path = course / "secret"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_bytes()


def key_of(name):
    """Return the module in ``keys/`` that belongs to a problem set."""
    return importlib.import_module(f"keys.{name}")


def variant(name, student, course_secret):
    """Return one student's numbers.

    Parameters
    ----------
    name : str
        The problem set.
    student : str
        The student's id, as nbgrader knows it.
    course_secret : bytes
        What `secret` returned.

    Returns
    -------
    dict
        What is asked of this student, and the answers' ingredients.
    """
    return key_of(name).variant(exam.generator(course_secret, name, student, "variant"))


def numbers_for(name, student, course):
    """Return the numbers that a student was handed: the student's own, or those of the common release.

    Parameters
    ----------
    name : str
        The problem set.
    student : str
        The student's id.
    course : Path
        The course's folder; `hand_out` has written down there what each student got.

    Returns
    -------
    dict
        See `variant`.
    """
    own = course / "variants" / student / name / "numbers.json"
    if own.exists():
        return json.loads(own.read_text(encoding="utf-8"))
    return variant(name, PRACTICE, secret(course))


def sheet(name, student, course):
    """Return the cells of a problem set as this student got them, with the student's own numbers."""
    given = key_of(name).given(numbers_for(name, student, course))
    return [cell | {"release": given} if cell["id"] == "given" else cell for cell in read_key(name, course)]


def labelled(notebook, given):
    """Turn the text's short marks into nbgrader's metadata, and fill in the student's own numbers."""
    for cell in notebook.cells:
        kind = next((mark for mark in MARKS if mark in cell.metadata), None)
        if kind is None:
            continue
        name = cell.metadata.pop(kind)
        label = {
            "grade_id": f"{name}-tests" if kind == "tests" else name,
            "grade": kind in ("tests", "written"),
            "solution": kind in ("answer", "written"),
            "locked": kind in ("tests", "given"),
            "task": False,
            "schema_version": 3,
        }
        if label["grade"]:
            label["points"] = cell.metadata.pop("points")
        cell.metadata["nbgrader"] = label
        if name == "given":
            cell.source = given
    return notebook


def source(name, student, course_secret):
    """Return the instructor's notebook, with the numbers of one student."""
    import build

    given = key_of(name).given(variant(name, student, course_secret))
    return labelled(build.read_text(HERE / "src" / f"{name}.py"), given)


def make(name, course, solutions=True, say=lambda line: None):
    """Write all versions of one problem set into the course's folder."""
    import build

    say(f"{name}: source")
    notebook = source(name, PRACTICE, secret(course))
    path = course / "source" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    build.write(notebook, path)
    say(f"{name}: release and key, by nbgrader generate_assignment")
    nbgrader(course, "generate_assignment", name, "--force", "--create")
    released = build.read(course / "release" / name / f"{name}.ipynb")
    key = [_key_cell(*pair) for pair in zip(notebook.cells, released.cells, strict=True)]
    target = course / "key" / f"{name}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(key, indent=1, ensure_ascii=False), encoding="utf-8")
    if solutions:
        say(f"{name}: solutions, all cells are run")
        build.execute(notebook, HERE, name)
        (course / "solutions").mkdir(exist_ok=True)
        build.write(_without_marks(notebook), course / "solutions" / f"{name}.ipynb")


def nbgrader(course, *command, **environment):
    """Run an nbgrader command in a folder; what it says is shown where it fails."""
    programs = Path(sys.executable).parent  # nbgrader itself calls alembic, and looks for it in PATH
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [programs / "nbgrader", *command]
    run = subprocess.run(
        command, cwd=course, capture_output=True, text=True, env=os.environ | {"PATH": path} | environment
    )
    if run.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{run.stderr[-2000:]}")


def _key_cell(cell, released):
    label = cell.metadata.get("nbgrader", {})
    graded, answered = label.get("grade", False), label.get("solution", False)
    kind = {(1, 1): "written", (1, 0): "tests", (0, 1): "answer"}.get(
        (graded, answered), "given" if label else "prose"
    )
    return {
        "id": label.get("grade_id", ""),
        "kind": kind,
        "type": cell.cell_type,
        "points": label.get("points", 0),
        "solution": cell.source,
        "release": released.source,
        "label": dict(label),
    }


def _without_marks(notebook):
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
        cell.source = re.sub(r"(?m)^\s*### (BEGIN|END) SOLUTION\n?", "", cell.source).rstrip()
    return notebook


def read_key(name, course):
    """Return the cells of a problem set as `make` wrote them down."""
    path = course / "key" / f"{name}.json"
    if not path.exists():
        raise SystemExit(f"{course} has no key for {name}; make it: python notebooks/graded/course.py {name}")
    return json.loads(path.read_text(encoding="utf-8"))


def hand_out(name, course, students):
    """Write each student's own notebook to ``variants/STUDENT/SET/SET.ipynb``, from the release of `make`.

    The numbers are written down beside it: who is renamed, or got the sheet long ago, keeps them.
    """
    import build
    from nbgrader.utils import compute_checksum

    for student in students:
        numbers = numbers_for(name, student, course)
        if numbers == variant(name, PRACTICE, secret(course)):
            numbers = variant(name, student, secret(course))
        notebook = build.read(course / "release" / name / f"{name}.ipynb")
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "given":
                cell.source = key_of(name).given(numbers)
                cell.metadata.nbgrader["checksum"] = compute_checksum(
                    cell
                )  # else nbgrader says that it was changed
        path = course / "variants" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build.as_bytes(notebook))
        path.with_name("numbers.json").write_text(json.dumps(numbers), encoding="utf-8")


def prepare(course):
    """Make the course's folder: the teacher's alone, with its secret and nbgrader's settings."""
    close_to_others(course)
    secret(course)
    settings = (HERE / "nbgrader_config.py").read_text(encoding="utf-8")
    settings += f"\nimport sys\n\nsys.path.append({str(HERE)!r})\nimport exchange\n\nexchange.configure(c)\n"
    (course / "nbgrader_config.py").write_text(settings, encoding="utf-8")


def close_to_others(course):
    """Make a course's folder its owner's alone, with keys, grades and work; return whether it was open."""
    course.mkdir(parents=True, exist_ok=True)
    was_open = bool(course.stat().st_mode & 0o077)
    course.chmod(0o700)
    return was_open


def chosen(wanted):
    """Return the problem sets that are asked for; all where none is named."""
    if unknown := set(wanted) - set(SETS):
        raise SystemExit(f"There is no problem set {', '.join(sorted(unknown))}; there are {', '.join(SETS)}.")
    return wanted or SETS


def main(arguments=None):
    """Make the course; return the exit code."""
    parser = argparse.ArgumentParser(description="Make the nbgrader course from its text.")
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(SETS)}; all by default")
    parser.add_argument("--course", type=Path, default=COURSE, help="the course's folder (default: %(default)s)")
    parser.add_argument("--students", type=Path, help="people.csv, or one student id a line: write each a variant")
    options = parser.parse_args(arguments)
    try:
        students = [*people.roster(options.students)] if options.students else []
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    sets = chosen(options.sets)
    prepare(options.course)
    for name in sets:
        make(name, options.course, say=lambda line: print(line, flush=True))
        hand_out(name, options.course, students)
        if students:
            print(f"{name}: {len(students)} variants")
    return 0


if __name__ == "__main__":
    sys.exit(main())
