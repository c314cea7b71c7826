"""Who takes the course, and by when: ids that can be a folder's name, ``people.csv`` and ``dates.csv``.

Both files lie in the course's folder, where a teacher keeps them; without them everything works by ids alone.

``people.csv``: ``id,last_name,first_name,email``, or one id a line.

``dates.csv``: ``set,due,student,percent,most``; ``due`` as ``2026-11-20 23:59`` (this
machine's clock) or with an offset; a line with a student is an extension;
``percent`` of all points is taken off for each day begun after it, up to ``most``.
"""

import csv
import io
import math
import unicodedata
from datetime import UTC, datetime
from typing import NamedTuple

LONGEST = 100  # characters of an id
FORBIDDEN = set('/\\<>"&+:*?|#%`$')  # of paths, of pages, of addresses, of the exchange's own file names


class Person(NamedTuple):
    """What nbgrader's gradebook holds of a student beside the id."""

    last_name: str | None = None
    first_name: str | None = None
    email: str | None = None


class Due(NamedTuple):
    """When a problem set is due (in UTC, without a zone, as nbgrader has it), and what being late costs."""

    when: datetime
    percent: float
    most: float

    def penalty(self, handed_in, points):
        """Return the points that are taken off.

        Examples
        --------
        >>> due = Due(datetime(2026, 11, 20), 10, 25)
        >>> [due.penalty(datetime(2026, 11, day, 1), 30) for day in (19, 20, 21, 29)]
        [0.0, 3.0, 6.0, 7.5]
        """
        late = (handed_in - self.when).total_seconds() / 86400 if handed_in else 0
        return points * min(math.ceil(max(late, 0)) * self.percent, self.most) / 100


def fault(student):
    """Return why a text is no id, in a sentence; empty where it is one.

    Examples
    --------
    >>> fault("Ada Lovelace"), fault("../../evil")
    ('', "'../../evil' is no id: it begins with a dot")
    """
    why = (
        "it is empty"
        if not student.strip()
        else "it begins with a dot"
        if student[0] == "."
        else f"it begins with {student[0]}, as a formula or an option does"
        if student[0] in "=-@"
        else "it begins or ends with a blank"
        if student != student.strip()
        else f"it is longer than {LONGEST} characters"
        if len(student.encode("utf-8", "replace")) > LONGEST
        else next((f"{each!r} is in it" for each in student if _odd(each)), "")
    )
    return why and f"{student[:40]!r} is no id: {why}"


def _odd(character):
    return (
        character in FORBIDDEN
        or unicodedata.category(character)[0] == "C"
        or character.isspace() != (character == " ")
    )


def text(path):
    """Return what stands in a file that any program may have saved: UTF-8 or UTF-16, with or without its mark."""
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is neither UTF-8 nor UTF-16; save it as CSV UTF-8") from None


def table(path, first):
    """Return the lines of a CSV as dicts; one without a head is taken for a column named `first`."""
    lines = [line for line in text(path).splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        return []
    marks = next((mark for mark in ",;\t" if mark in lines[0]), ",")
    names = [name.strip().lower() for name in next(csv.reader(lines[:1], delimiter=marks))]
    if first not in names:
        names, lines = [first], [f"{first}", *lines]
    rows = csv.reader(io.StringIO("\n".join(lines[1:])), delimiter=marks)
    return [dict(zip(names, (entry.strip() for entry in row), strict=False)) for row in rows]


def roster(path):
    """Return {id: Person} of a file; ValueError names each line that cannot be one.

    Parameters
    ----------
    path : Path
        A CSV with the columns of this module's docstring, or one id a line.

    Returns
    -------
    dict of Person
        In the order of the file.
    """
    people, faults = {}, []
    for row in table(path, "id"):
        student = unicodedata.normalize("NFC", row["id"])
        if why := fault(student):
            faults.append(why)
        elif student.casefold() in (each.casefold() for each in people):
            faults.append(f"{student!r} stands there twice")
        people[student] = Person(*(row.get(name) or None for name in Person._fields))
    if faults:
        raise ValueError(f"{path.name}: " + "; ".join(faults))
    return people


def known(course):
    """Return {id: Person} of the course's ``people.csv``; empty where there is none."""
    path = course / "people.csv"
    return roster(path) if path.exists() else {}


def due(name, student, course):
    """Return when a problem set is due for a student; None where ``dates.csv`` says nothing."""
    path = course / "dates.csv"
    rows = [row for row in table(path, "set") if row["set"] == name] if path.exists() else []
    own = [row for row in rows if row.get("student") == student] or [row for row in rows if not row.get("student")]
    if not own or not own[-1].get("due"):
        return None
    common = next((row for row in rows if not row.get("student")), {})
    percent, most = (
        own[-1].get(column) or common.get(column) or default for column, default in (("percent", 0), ("most", 100))
    )
    try:
        return Due(moment(own[-1]["due"]), float(percent), float(most))
    except ValueError as error:
        raise ValueError(f"{path.name}, {name}: {error}; want 2026-11-20 23:59, and numbers") from None


def moment(words):
    """Return a date and time in UTC, without a zone; what names no zone is this machine's clock's."""
    return datetime.fromisoformat(words.strip()).astimezone(UTC).replace(tzinfo=None)
