"""What learners often think is answered where CONTRIBUTING.md says: in a section of a lesson, or by a check."""

import re
import textwrap
from pathlib import Path

import build
import pytest

from lstm_lib.lesson.mistakes import CATALOGUE

NOTEBOOKS = Path(build.__file__).parent
LINES = (NOTEBOOKS.parent / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
ROWS = [re.split(r" *\| *", line)[1:-1] for line in LINES if re.match(r"\| *\d+ *\|", line)]


def test_the_table_has_twenty_two_rows():
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 23))
    assert len({thought for _, thought, _ in ROWS}) == 22


@pytest.mark.parametrize(("thought", "places"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_each_is_met_where_the_table_says(thought, places):
    assert thought.endswith(".")
    for place in places.split("; "):
        if check := re.fullmatch(r"check `(\w+)`", place):
            assert check[1] in CATALOGUE
        else:
            lesson, heading, words = re.fullmatch(r"(\d\d) \*(.+)\*: (.+)", place).groups()
            assert words.lower() in section(lesson, heading).lower()


def section(number, heading):
    """Return all that stands below a heading or an exercise of a lesson, up to the next one."""
    found = list((NOTEBOOKS / "src").glob(f"**/{number}_*.py"))
    cells = build.read_source(found[0]).cells  # a comment in code looks like a heading, and is set back
    texts = [c.source if c.cell_type == "markdown" else textwrap.indent(c.source, "    ") for c in cells]
    text = "\n\n".join(texts)
    start = re.search(rf"^(#+ |\*\*){re.escape(heading)}(\*\*|$)", text, re.MULTILINE)
    assert start, f"lesson {number} has no heading or exercise {heading!r}"
    end = re.search(r"^(#{1,3} |\*\*\d\. )", text[start.end() :], re.MULTILINE)
    return text[start.start() : start.end() + end.start()] if end else text[start.start() :]
