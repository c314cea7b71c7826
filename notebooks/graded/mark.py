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

import cells as sorting
import confine
import course as courses
import exam
import marked_page
import sandbox
import submission

PROGRAMS = [*courses.HERE.glob("*.py"), *courses.HERE.glob("keys/*.py"), *confine.LIBRARY.glob("*.py")]
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
        Whether to use the sandbox; see `confine.WITHOUT`.
    limits : confine.Limits, optional
        What a submission may use.

    Returns
    -------
    dict
        Plain data: ``scores`` {question: points}, ``report`` {question: lines}, ``notes`` (what was odd),
        ``details`` (what errors said, for the teacher only), ``values`` {question: what was answered, where the
        student's own numbers matter}, ``refused`` (why the submission was not looked into, or ""),
        ``answered`` and ``waiting`` (cells that hold an answer, and that a person has to read), ``texts`` {cell:
        digest of what it was given for}, ``page`` (the notebook that people look at), ``fingerprint`` (what all of
        it was made from), ``seconds``.
    """
    start, module = time.monotonic(), courses.key_of(name)
    result = {
        "set": name,
        "student": student,
        "scores": {},
        "report": {},
        "notes": [],
        "details": [],
        "values": {},
    }
    sheet, sorted_out = courses.sheet(name, student, course), sorting.NOTHING
    try:
        found_cells, content, result["notes"] = look_at(name, Path(path), course)
        result |= {"refused": "", "fingerprint": fingerprint(name, student, content, course)}
        sorted_out = sorting.sort(found_cells, sheet)
        found = _asked(result, sorted_out, sheet, course, protected, limits or module.LIMITS)
    except submission.Refused as error:
        result |= {"refused": str(error), "fingerprint": fingerprint(name, student, str(error).encode(), course)}
        found = {
            question: dict.fromkeys(each.checks, "not looked into") for question, each in module.QUESTIONS.items()
        }
    for question, complaints in found.items():
        checks = module.QUESTIONS[question].checks
        result["scores"][question] = sum(points for check, (points, _) in checks.items() if not complaints[check])
        result["report"][question] = [_line(check, *checks[check], said) for check, said in complaints.items()]
    notices = [result["refused"]] if result["refused"] else result["notes"]
    result |= {"answered": sorted(sorted_out.answers), "waiting": sorted(sorted_out.waiting)}
    result |= {"texts": marked_page.texts(sheet, sorted_out)}
    result |= {"page": marked_page.page(sheet, sorted_out, result["report"], notices, result["fingerprint"])}
    return result | {"seconds": round(time.monotonic() - start, 3)}


def _asked(result, sorted_out, sheet, course, protected, limits):
    """Run the cells and ask; what is noticed on the way goes into the result."""
    name, student = result["set"], result["student"]
    module, secret, own = courses.key_of(name), courses.secret(course), courses.numbers_for(name, student, course)
    given = [(cell["id"], cell["release"]) for cell in sheet if cell["kind"] == "given"]
    end, found = time.monotonic() + limits.total, {}
    written = hashlib.sha256("\0".join(run.source for run in sorted_out.runs).encode()).hexdigest()

    def rng_for(question):  # other numbers for another attempt: what one attempt has told is of no use to the next
        return exam.generator(secret, name, student, question, written)

    for library in dict.fromkeys(["withheld"] * bool(module.WITHHELD) + [module.LIBRARY]):
        asked = {
            q: each for q, each in module.QUESTIONS.items() if (q in module.WITHHELD) == (library == "withheld")
        }
        with sandbox.Session(sorted_out.runs, given, limits, protected, library, end) as session:
            found |= exam.assess(session, asked, module.PIECES, rng_for, own)
            result["values"] |= {
                question: _value(session, question) for question in asked if question in module.OWN
            }
        result["details"] += session.details
    result["notes"] += sorted_out.notes + [
        f"{cell.capitalize()} stopped: {why}." for cell, why in session.errors.items()
    ]
    result["notes"] = result["notes"][: sorting.MOST_NOTES]
    return {question: found[question] for question in module.QUESTIONS}


def _value(session, question):
    """Return what was answered, for `report.py` to compare with others' numbers; nothing that is long."""
    session.question = question
    value = session.value(question).get("ok")
    return value if len(json.dumps(value)) < 2000 else None


def look_at(name, path, course):
    """Return (cells, content, notes) of what was handed in; see `submission.find` and `submission.read`.

    Where the file is as it was handed out, and another one beside it is not, that one is meant.
    """
    if not path.is_dir() or path.is_symlink():
        return *submission.read(path), []
    found = submission.find(path, name)
    chosen, (cells, content) = found[0], submission.read(found[0])
    left = sorting.Sheet(courses.read_key(name, course))
    if all(left.untouched(cell) is not None or not cell.source.strip() for cell in cells):
        for other in found[1:]:
            with_answers = submission.read(other)
            if any(left.untouched(cell) is None for cell in with_answers[0]):
                chosen, (cells, content) = other, with_answers
                break
    notes = []
    if chosen.name != f"{name}.ipynb":
        notes = [f"The file is called {submission.whole(chosen.name)[:80]}; it was taken for {name}.ipynb."]
    elif found[1:]:
        notes = [f"There are other notebooks, which were not looked into: {_names(found[1:])}."]
    return cells, content, notes


def _names(paths):
    return ", ".join(submission.whole(path.name)[:80] for path in paths[:3])


def fingerprint(name, student, content, course):
    """Return what changes with the submission, the key, the secret and this program, and with nothing else."""
    key = (course / "key" / f"{name}.json").read_bytes()
    own = json.dumps(courses.numbers_for(name, student, course)).encode()
    parts = (content, key, CODE, courses.secret(course), student.encode(), own)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _line(check, points, hint, said):
    if not said:
        return f"✓ {check}: {points:g} of {points:g}"
    elsewhere = ("not ", "there is no ", "it counts ", "the shape is ")  # these say it already
    hint = "" if said.startswith(elsewhere) else f"\n    {hint}"
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
    if not options.unprotected and (missing := confine.missing()):
        print(confine.WITHOUT.format(missing=missing), file=sys.stderr)
        return 2
    result = mark(
        options.set, options.student, options.notebook, options.course, protected=not options.unprotected
    )
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
