"""Mark one submission: ``python notebooks/graded/mark.py SET STUDENT NOTEBOOK [--course FOLDER]`` prints JSON.

One submission is one command and touches nothing else, so that any batch engine can run thousands. The student's
cells run in a sandbox (``sandbox.py``); tests and answers stay here. `grade.py` marks all and fills the gradebook.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import course as courses
import exam
import sandbox
import submission

PROGRAMS = [*courses.HERE.glob("*.py"), *courses.HERE.glob("keys/*.py"), *sandbox.LIBRARY.glob("*.py")]
CODE = b"".join(path.read_bytes() for path in sorted(PROGRAMS))


def mark(name, student, path, course, *, protected=True, limits=None):
    """Return the marks of one submission, and what there is to say about it.

    Parameters
    ----------
    name : str
        The problem set.
    student : str
        The student's id.
    path : Path
        The notebook, or the folder that was handed in.
    course : Path
        The course's folder.
    protected : bool, default True
        Whether to use the sandbox; see `sandbox.WITHOUT`.
    limits : sandbox.Limits, optional
        What a submission may use.

    Returns
    -------
    dict
        Plain data: ``scores`` {question: points}, ``report`` {question: lines}, ``notes`` (what was odd),
        ``refused`` (why the submission was not looked into, or ""), ``fingerprint`` (what it was made from),
        ``seconds``.
    """
    start, path, key = time.monotonic(), Path(path), courses.read_key(name, course)
    module, secret = courses.key_of(name), courses.secret(course)
    result = {"set": name, "student": student, "scores": {}, "report": {}, "notes": [], "refused": ""}
    try:
        cells, result["fingerprint"], result["notes"] = look_at(name, student, path, course)
    except submission.Refused as error:
        cells, result["refused"] = None, str(error)
        result["fingerprint"] = fingerprint(name, student, str(error).encode(), course)
    if cells is None:
        found = {
            question: dict.fromkeys(each.checks, "not looked into") for question, each in module.QUESTIONS.items()
        }
    else:
        sorted_out = submission.sort(cells, key)
        own = courses.numbers_for(name, student, course)
        given = [
            (cell["id"], cell["release"]) for cell in key if cell["kind"] == "given" and cell["id"] != "given"
        ]
        given.append(("given", module.given(own)))
        answers = {cell["id"]: cell["solution"] for cell in key if cell["kind"] == "answer"}

        def rng_for(question):
            return exam.generator(secret, name, student, question)

        limits = limits or module.LIMITS
        with sandbox.Session(sorted_out.code, given, limits, protected, module.LIBRARY) as session:
            found = exam.assess(session, module.QUESTIONS, answers, rng_for, own)
        result["notes"] += sorted_out.notes
        result["notes"] += [f"{cell.capitalize()} stopped: {why}." for cell, why in session.errors.items()]
    for question, complaints in found.items():
        checks = module.QUESTIONS[question].checks
        result["scores"][question] = sum(points for check, (points, _) in checks.items() if not complaints[check])
        result["report"][question] = [_line(check, *checks[check], said) for check, said in complaints.items()]
    return result | {"seconds": round(time.monotonic() - start, 3)}


def look_at(name, student, path, course):
    """Return (cells, fingerprint, notes) of what was handed in; see `submission.find` and `submission.read`."""
    path, notes = submission.find(path, name) if path.is_dir() and not path.is_symlink() else (path, [])
    cells, content = submission.read(path)
    return cells, fingerprint(name, student, content, course), notes


def fingerprint(name, student, content, course):
    """Return what changes with the submission, the key, the secret and this program, and with nothing else."""
    key = (course / "key" / f"{name}.json").read_bytes()
    own = json.dumps(courses.numbers_for(name, student, course)).encode()
    parts = (content, key, CODE, courses.secret(course), student.encode(), own)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _line(check, points, hint, said):
    if not said:
        return f"✓ {check}: {points:g} of {points:g}"
    hint = "" if said.startswith(("not ", "there is no ")) else f"\n    {hint}"
    return f"✗ {check}: 0 of {points:g}. {said[:1].upper()}{said[1:]}.{hint}"


def main(arguments=None):
    """Mark one; return the exit code."""
    parser = argparse.ArgumentParser(description="Mark one submission and print the result as JSON.")
    parser.add_argument("set", help=f"one of {', '.join(courses.SETS)}")
    parser.add_argument("student")
    parser.add_argument("notebook", type=Path, help="the notebook, or the folder that was handed in")
    parser.add_argument("--course", type=Path, default=courses.COURSE)
    parser.add_argument("--unprotected", action="store_true", help="run the student's code without a sandbox")
    options = parser.parse_args(arguments)
    courses.chosen([options.set])
    if not options.unprotected and not sandbox.available():
        print(sandbox.WITHOUT, file=sys.stderr)
        return 2
    result = mark(
        options.set, options.student, options.notebook, options.course, protected=not options.unprotected
    )
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
