"""Every word of the trade is introduced before it is used: tests/glossary.toml says where."""

import functools
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import build
import pytest
import view

GLOSSARY = tomllib.loads((Path(__file__).parent / "glossary.toml").read_text(encoding="utf-8"))
NO_PROSE = re.compile(
    r"<details>.*?</details>|^\|.*$|```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)", re.DOTALL | re.M
)


class Section(NamedTuple):
    """What stands below a heading of a lesson, in open prose."""

    lesson: str
    heading: str
    prose: str


@functools.cache
def sections():
    """Return all sections of all lessons, in reading order; lists of sources and what is folded left out."""
    found = []
    for name in build.chosen([], build.HERE):
        number = Path(name).name[:2]
        cells = build.read_text(build.HERE / "src" / f"{name}.py").cells
        shown = [cell for cell in cells if cell.cell_type == "markdown" and view.slide_type(cell) != "notes"]
        text = "\n\n".join(cell.source for cell in shown)
        _, *parts = re.split(r"(?m)^#+ (.*)$", text)
        for heading, below in zip(parts[::2], parts[1::2], strict=True):
            if heading != "References":
                found.append(Section(number, heading.strip(), NO_PROSE.sub(" ", below)))
    return found


@pytest.mark.parametrize("term", GLOSSARY)
def test_a_term_is_introduced_where_the_glossary_says_and_not_used_before(term):
    lesson, heading = GLOSSARY[term]
    places = [n for n, each in enumerate(sections()) if (each.lesson, each.heading) == (lesson, heading)]
    assert len(places) == 1, f"lesson {lesson} has no single heading {heading!r}"
    word = re.compile(rf"\b{re.escape(term)}", re.IGNORECASE if term.islower() else 0)
    marked = re.findall(r"\*+([^*\n]+)\*+", sections()[places[0]].prose)
    assert any(word.search(each) for each in marked), f"{term} stands in neither bold nor italics there"
    early = [f"{each.lesson} {each.heading}" for each in sections()[: places[0]] if word.search(each.prose)]
    assert early == []


def test_the_glossary_follows_the_order_of_the_course():
    order = [(each.lesson, each.heading) for each in sections()]
    places = [order.index(tuple(place)) for place in GLOSSARY.values()]
    assert places == sorted(places)
