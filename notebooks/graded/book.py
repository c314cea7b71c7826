"""From a result into nbgrader's gradebook; what a person has given is kept with the text that it was given for.

The machine's scores are written each time. What a teacher gives in formgrader is written down in
``marks/SET/STUDENT.by_hand`` too, for the text that was read: a new text waits for a person again, an old one that
comes back has its score, and a lost gradebook loses nothing.
"""

import contextlib
import json
import os
import stat
from datetime import datetime
from pathlib import Path

import course as courses
import people

NOT_FOUND = "No answer was found."


def opened(course):
    """Return nbgrader's gradebook of a course."""
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{course.resolve() / 'gradebook.db'}", courses.COURSE_ID)


def restored(name, course):
    """Put a problem set into a gradebook that does not know it, one that was lost; return whether it had to be."""
    from nbgrader.api import MissingEntry

    if (course / "gradebook.db").exists():
        with opened(course) as gradebook, contextlib.suppress(MissingEntry):
            gradebook.find_notebook(name, name)
            return False
    courses.nbgrader(course, "generate_assignment", name, "--force", "--create")
    return True


def record(gradebook, result, course):
    """Write one result into the gradebook, and the notebook that people look at into ``autograded/``."""
    from nbgrader.api import MissingEntry

    name, student = result["set"], result["student"]
    try:
        gradebook.find_submission_notebook(name, name, student)
        by_hand = harvested(gradebook, name, student, course)  # what stands there is the truth
        known = True
    except MissingEntry:
        by_hand, known = _by_hand(name, student, course), False
    _submission(gradebook, name, student, course)
    for cell in courses.read_key(name, course):
        if cell["kind"] in ("tests", "written"):
            _grade(gradebook, cell, result, by_hand, known)
        if cell["kind"] == "answer":
            comment = gradebook.find_comment(cell["id"], name, name, student)
            comment.auto_comment = None if cell["id"] in result["answered"] else NOT_FOUND
    gradebook.db.commit()
    by_hand["shown"] = result["texts"]
    _write(_by_hand_file(name, student, course), json.dumps(by_hand, ensure_ascii=False, indent=1))
    folder = marked(name, student, course).parent
    folder.mkdir(parents=True, exist_ok=True)
    for about in ("timestamp.txt", "submission_secret.txt"):  # by these nbgrader's exchange finds the way back
        text = small_text(course / "submitted" / student / name / about)
        if about == "timestamp.txt":
            text = str(when) if (when := handed_in(name, student, course)) else ""
        if text:
            _write(folder / about, text)
    _write(
        marked(name, student, course), json.dumps(result["page"], ensure_ascii=False, indent=1)
    )  # last: it stands for all


def _submission(gradebook, name, student, course):
    """Bring the student's name, the time and the penalty up to date."""
    person, when = people.known(course).get(student, people.Person()), handed_in(name, student, course)
    due = people.due(name, student, course)
    gradebook.update_or_create_student(student, **{key: value for key, value in person._asdict().items() if value})
    with gradebook.db.no_autoflush:  # nbgrader 0.9.6 builds the submission piece by piece
        submission = gradebook.update_or_create_submission(name, student, timestamp=when)
    common = people.due(name, "", course)
    gradebook.update_or_create_assignment(name, **({"duedate": str(common.when)} if common else {}))
    submission.extension = due.when - common.when if due and common and due.when != common.when else None
    notebook = gradebook.find_submission_notebook(name, name, student)
    notebook.late_submission_penalty = due.penalty(when, notebook.max_score) if due else 0.0


def _grade(gradebook, cell, result, by_hand, known):
    """Write the score of one cell, the machine's and a person's."""
    name, student = result["set"], result["student"]
    grade = gradebook.find_grade(cell["id"], name, name, student)
    text = result["texts"][cell["id"]]
    given, was_shown = by_hand["given"].get(cell["id"], {}), by_hand["shown"].get(cell["id"])
    if cell["kind"] == "tests":
        score = result["scores"][cell["id"].removesuffix("-tests")]
        if not known and text in given:
            grade.manual_score, grade.extra_credit = given[text]["score"], given[text]["extra"]
        if grade.auto_score != score or text != was_shown:  # a person's score stays, and is looked at again
            grade.needs_manual_grade = known and grade.manual_score is not None
        grade.auto_score = score
        return
    comment = gradebook.find_comment(cell["id"], name, name, student)
    waits = cell["id"] in result["waiting"]
    if text != was_shown or not known:
        kept = given.get(text, {"score": None, "extra": None, "comment": None})
        grade.manual_score, grade.extra_credit = kept["score"], kept["extra"]
        comment.manual_comment = kept["comment"]
    grade.auto_score = None if waits else 0.0
    grade.needs_manual_grade = waits and grade.manual_score is None
    comment.auto_comment = None if waits else NOT_FOUND


# --- by hand -----------------------------------------------------------------------------------------------------


def harvested(gradebook, name, student, course):
    """Write down what a person has given in formgrader, with the text that was shown then; return all of it."""
    by_hand = _by_hand(name, student, course)
    before = json.dumps(by_hand)
    for grade in gradebook.find_submission_notebook(name, name, student).grades:
        text = by_hand["shown"].get(grade.name)
        comments = [each for each in grade.notebook.comments if each.name == grade.name]
        comment = comments[0].manual_comment if comments else None
        given = by_hand["given"].setdefault(grade.name, {})
        if text and (grade.manual_score is not None or grade.extra_credit or comment):
            given[text] = {"score": grade.manual_score, "extra": grade.extra_credit, "comment": comment}
        else:
            given.pop(text, None)
    if json.dumps(by_hand) != before:
        _write(_by_hand_file(name, student, course), json.dumps(by_hand, ensure_ascii=False, indent=1))
    return by_hand


def _by_hand(name, student, course):
    with contextlib.suppress(OSError, ValueError):
        return json.loads(_by_hand_file(name, student, course).read_text(encoding="utf-8"))
    return {"shown": {}, "given": {}}


def _by_hand_file(name, student, course):
    return course / "marks" / name / f"{student}.by_hand"


# --- whether it is there -----------------------------------------------------------------------------------------


def recorded(gradebook, result, course):
    """Return what the gradebook and the page lack of a result, in words; empty where all is there."""
    from nbgrader.api import MissingEntry

    name, student = result["set"], result["student"]
    try:
        page = json.loads(marked(name, student, course).read_text(encoding="utf-8"))
        grades = gradebook.find_submission_notebook(name, name, student).grades
    except (OSError, ValueError, MissingEntry):
        return "not recorded yet"
    if page.get("metadata", {}).get("fingerprint") != result["fingerprint"]:
        return "another page was there"
    scores = {grade.name.removesuffix("-tests"): grade.auto_score for grade in grades}
    others = [question for question, score in result["scores"].items() if scores.get(question) != score]
    others += [question for question in result["waiting"] if scores.get(question) is not None]
    return "the gradebook had other marks (nbgrader autograde?); they are put right" if others else ""


def shown(result, course):
    """Return the digests of the texts that stand on the page now."""
    return _by_hand(result["set"], result["student"], course)["shown"]


def refreshed(gradebook, result, course):
    """Write down what a person has given meanwhile, and bring names, dates and penalties up to date."""
    harvested(gradebook, result["set"], result["student"], course)
    _submission(gradebook, result["set"], result["student"], course)
    gradebook.db.commit()


def marked(name, student, course):
    """Return the path of the notebook that people look at."""
    return course / "autograded" / student / name / f"{name}.ipynb"


def handed_in(name, student, course):
    """Return when something was handed in, as the exchange saw it; None where it came on another way.

    A ``timestamp.txt`` that a student may have written is not asked.
    """
    with contextlib.suppress(OSError, ValueError, KeyError):
        about = json.loads((course / "received" / name / f"{student}.json").read_text(encoding="utf-8"))
        return datetime.fromisoformat(about["time"])
    return None


def small_text(path):
    """Return the text of a small regular file; of a link, a folder or something large, nothing."""
    with contextlib.suppress(OSError, ValueError):
        about = path.lstat()
        if stat.S_ISREG(about.st_mode) and about.st_size < 1000:
            return path.read_text(encoding="utf-8")
    return ""


def _write(path, text):
    """Write whole or not at all, also over a file that is closed to writing, as autograde leaves them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half_written = Path(f"{path}.new")
    half_written.unlink(missing_ok=True)
    half_written.write_text(text, encoding="utf-8", errors="replace")
    os.replace(half_written, path)
