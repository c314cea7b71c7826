"""What a teacher takes out of a course: ``python notebooks/graded/report.py WHAT [SET ...] [--course FOLDER]``.

``canvas`` and ``moodle`` write files that these platforms import; ``points`` a table of every check and every line
of a rubric; ``numbers`` says whose answers fit another's numbers; ``rename OLD NEW`` and ``remove ID`` change who
is in the course, everywhere.
"""

import argparse
import csv
import itertools
import json
import re
import shutil
import sys
from pathlib import Path

import book
import course as courses
import exam
import people
import submission

POINTS = re.compile(r"^\s*(\d+(?:\.\d+)?(?:\s*\+\s*\d+(?:\.\d+)?)+)")  # how a teacher's comment begins: 2 + 1 + 0
RUBRIC = re.compile(r"\(\d+\)")


def table(course, sets):
    """Return {student: {set: points after the penalty, or None}} of all that nbgrader's gradebook knows."""
    with book.opened(course) as gradebook:
        found = {student.id: dict.fromkeys(sets) for student in gradebook.students}
        found |= {student: dict.fromkeys(sets) for student in people.known(course) if student not in found}
        for name in sets:
            for each in gradebook.assignment_submissions(name):
                found[each.student.id][name] = max(each.score - each.late_submission_penalty, 0)
    return found


def canvas(course, sets):
    """Yield the lines of a gradebook that Canvas imports; students are matched by their login."""
    known, most = people.known(course), {name: _most(name, course) for name in sets}
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *sets]
    yield ["    Points Possible", "", "", "", "", *most.values()]
    for student, points in table(course, sets).items():
        person = known.get(student, people.Person())
        name = ", ".join(filter(None, person[:2])) or student
        yield [name, "", "", student, "", *(_shown(points[each]) for each in sets)]


def moodle(course, sets):
    """Yield the lines of a CSV that Moodle imports; students are matched by their address or user name."""
    known = people.known(course)
    yield ["Username", "Email address", "First name", "Last name", *sets]
    for student, points in table(course, sets).items():
        person = known.get(student, people.Person())
        who = [student, person.email or "", person.first_name or "", person.last_name or ""]
        yield [*who, *(_shown(points[each]) for each in sets)]


def points(course, sets):
    """Yield every check and every line of a rubric: student, set, question, line, points, of.

    The machine's checks are known. For what a person reads, a comment that begins with ``2 + 1 + 0`` gives the
    points of the rubric's lines; without it there is one line for the whole answer.
    """
    yield ["student", "set", "question", "line", "points", "of"]
    for name in sets:
        questions = courses.key_of(name).QUESTIONS
        for student, result in _results(name, course):
            for question, report in result["report"].items():
                for line, (check, (worth, _)) in zip(report, questions[question].checks.items(), strict=True):
                    yield [student, name, question, check, worth if line.startswith("✓") else 0, worth]
            yield from _by_hand(name, student, course)


def _by_hand(name, student, course):
    key = courses.read_key(name, course)
    with book.opened(course) as gradebook:
        for before, cell in itertools.pairwise(key):
            if cell["kind"] != "written":
                continue
            grade = gradebook.find_grade(cell["id"], name, name, student)
            comment = gradebook.find_comment(cell["id"], name, name, student).comment or ""
            worth = [int(each[1:-1]) for each in RUBRIC.findall(before["release"].partition("Rubric:")[2])]
            given = POINTS.match(comment)
            split = [float(each) for each in given[1].split("+")] if given else []
            score = "" if grade.needs_manual_grade else grade.score
            if len(split) == len(worth) and sum(split) == grade.score:
                for number, pair in enumerate(zip(split, worth, strict=True), 1):
                    yield [student, name, cell["id"], f"line {number} of the rubric", *pair]
            else:
                yield [student, name, cell["id"], "all of it", score, cell["points"]]


def numbers(course, sets):
    """Yield whose answers fit the numbers that another student got, and not their own."""
    yield ["student", "set", "what", "fits the numbers of"]
    for name in sets:
        got = {path.parent.parent.name for path in course.glob(f"variants/*/{name}/numbers.json")}
        handed = {student: courses.numbers_for(name, student, course) for student in sorted(got)}
        for student, result in _results(name, course):
            own = courses.numbers_for(name, student, course)
            others = {other: each for other, each in handed.items() if other != student and each != own}
            for question in courses.key_of(name).OWN:
                fits = [other for other, each in others.items() if _fits(name, question, result, each)]
                if fits and not _fits(name, question, result, own):
                    yield [student, name, question, " ".join(fits)]
            given = _given(name, student, course)
            module = courses.key_of(name)
            copied = [other for other, each in others.items() if given and given == _squeezed(module.given(each))]
            if copied:
                yield [student, name, "the cell of given numbers", " ".join(copied)]


def _fits(name, question, result, own):
    """Return whether what was answered is right for some numbers, by more than one check or by a rare one."""
    module, value = courses.key_of(name), result["values"].get(question)
    if value is None:
        return False
    found = exam.ask(_Said(value), module.QUESTIONS[question], exam.generator(b"any"), own)
    return not any(found.values())


class _Said:
    """Answers as the student did when it was marked."""

    def __init__(self, value):
        self.reply = {"ok": value}

    def value(self, name):
        return self.reply


def _given(name, student, course):
    """Return the cell of numbers as it was handed in, without blanks."""
    try:
        for path in submission.find(course / "submitted" / student / name, name)[:1]:
            cells, _ = submission.read(path)
            return next((_squeezed(cell.source) for cell in cells if cell.grade_id == "given"), None)
    except (submission.Refused, OSError):
        return None


def _squeezed(text):
    return "".join(text.split())


def _results(name, course):
    for path in sorted((course / "marks" / name).glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


def _most(name, course):
    return sum(cell["points"] for cell in courses.read_key(name, course))


def _shown(score):
    return "" if score is None else f"{score:g}"


# --- who is in the course ----------------------------------------------------------------------------------------


def places(course, student):
    """Return every file and folder that is one student's."""
    folders = ("submitted", "autograded", "feedback", "variants")
    found = [course / folder / student for folder in folders]
    found += [*course.glob(f"received/*/{_plain(student)}.json")]
    found += [path for end in ("json", "by_hand") for path in course.glob(f"marks/*/{_plain(student)}.{end}")]
    return [path for path in found if path.exists()]


def _plain(student):
    return re.sub(r"([\[\]*?])", r"[\1]", student)


def rename(course, old, new):
    """Give a student another id, everywhere; numbers that were handed out stay the student's."""
    if why := people.fault(new) or (f"{new!r} is there already" if places(course, new) else ""):
        raise ValueError(why)
    if not places(course, old):
        raise ValueError(f"there is nothing of {old!r}")
    sets = [name for name in courses.SETS if (course / "marks" / name / f"{old}.json").exists()]
    with book.opened(course) as gradebook:
        for name in sets:
            book.harvested(gradebook, name, old, course)
        _forget(gradebook, old)
    for path in places(course, old):
        path.rename(path.with_name(path.name.replace(old, new, 1)))
    for name in sets:  # to be marked under the new name, with what a person has given
        (course / "marks" / name / f"{new}.json").unlink()
        shutil.rmtree(course / "autograded" / new / name, ignore_errors=True)


def remove(course, student):
    """Take a student out of the gradebook, and put everything of theirs aside into ``removed/``."""
    if not places(course, student):
        raise ValueError(f"there is nothing of {student!r}")
    with book.opened(course) as gradebook:
        _forget(gradebook, student)
    for path in places(course, student):
        target = course / "removed" / path.relative_to(course)
        while target.exists():
            target = target.with_name(f"{target.name}~")
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)


def _forget(gradebook, student):
    from nbgrader.api import MissingEntry

    try:
        gradebook.remove_student(student)
    except MissingEntry:
        return


TABLES = {"canvas": canvas, "moodle": moodle, "points": points, "numbers": numbers}


def main(arguments=None):
    """Write a table, or change who is in the course; return the exit code."""
    parser = argparse.ArgumentParser(description="What a teacher takes out of a course.")
    parser.add_argument("what", choices=[*TABLES, "rename", "remove"])
    parser.add_argument("names", nargs="*", help="problem sets, all by default; or OLD NEW; or an id")
    parser.add_argument("--course", type=Path, default=courses.COURSE)
    options = parser.parse_args(arguments)
    try:
        if options.what in TABLES:
            sets = [
                name
                for name in courses.chosen(options.names)
                if (options.course / "key" / f"{name}.json").exists()
            ]
            rows = [*TABLES[options.what](options.course, sets)]
            path = options.course / f"{options.what}.csv"
            with path.open("w", newline="", encoding="utf-8-sig") as file:
                csv.writer(file).writerows(rows)
            print(f"{path}: {len(rows) - 1} lines")
            return 0
        want = {"rename": 2, "remove": 1}[options.what]
        if len(options.names) != want:
            raise ValueError(f"{options.what} takes {want} id{'s' * (want > 1)}")
        {"rename": rename, "remove": remove}[options.what](options.course, *options.names)
        print("Done; make grade brings the gradebook up to date.")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
