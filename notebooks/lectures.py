"""Make one deck a lecture out of the lessons' slides: ``python notebooks/lectures.py [names...]``.

``lectures.toml`` says what a lecture tells: which stretches of which lessons, and the words of its title, of the
map between its parts, and of its end. ``index.html`` leads to all decks of the folder.
"""

import argparse
import functools
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import build
import jinja2
import npm
import slides
from nbformat import v4

PLAN = slides.HERE / "lectures.toml"
UNNOTED = 0.5  # minutes, for a slide whose notes name none
NOTE = "<details><summary>For the lecturer</summary>\n\n{}\n\n</details>"


class LectureError(Exception):
    """A plan that does not fit the lessons; the message says where."""


class Part(NamedTuple):
    """A part of a lecture: its slides, ready for the wall, and the lessons that they are from."""

    title: str
    tells: str
    slides: list
    lessons: list

    @property
    def minutes(self):
        """How long it takes, its map included."""
        return UNNOTED + sum(slide.minutes or UNNOTED for slide in self.slides)


class Lecture(NamedTuple):
    """What is told in one go."""

    name: str
    title: str
    course: str
    minutes: int
    why: str
    found: list
    parts: list

    @property
    def planned(self):
        """How many minutes it takes by the notes, its title and its end included."""
        return 2 * UNNOTED + sum(part.minutes for part in self.parts)


def plans():
    """Return what lectures.toml says, by the name of the lecture."""
    return {plan["name"]: plan for plan in tomllib.loads(PLAN.read_text(encoding="utf-8"))["lecture"]}


def lecture(plan):
    """Return a lecture whose slides are found."""
    parts = []
    for part in plan["part"]:
        lessons = [name for name, _, _ in part["stretches"]]
        found = [slide for stretch in part["stretches"] for slide in stretch_of(*stretch)]
        parts.append(Part(part["title"], part["tells"], found, list(dict.fromkeys(lessons))))
    words = {name: plan[name] for name in ("name", "title", "course", "minutes", "why", "found")}
    return Lecture(**words, parts=parts)


def stretch_of(name, first, last):
    """Return the slides of a lesson from one heading to another, both sections included."""
    deck = ready(name)
    headings = [slide.cells[0].metadata["wall"]["heading"] for slide in deck]
    for wanted in (first, last):
        if wanted not in headings:
            raise LectureError(f"lectures.toml: {name} has no slide {wanted!r}; it has {', '.join(headings)}")
    end = len(headings) - headings[::-1].index(last)
    found = deck[headings.index(first) : end]
    if not found:
        raise LectureError(f"lectures.toml: in {name}, {first!r} stands after {last!r}")
    return found


@functools.cache
def ready(name):
    """Return the slides of a lesson, ready for the wall."""
    return slides.slides_of(slides.prepare(slides.lesson(name)))


# --- what a lecture has beside its stretches: a title, a map between its parts, an end ---


def title(lecture):
    """Return the cells of the first slide."""
    plan = "; ".join(f"{part.title}, {part.minutes:g} min" for part in lecture.parts)
    note = f"{lecture.planned:g} of {lecture.minutes} minutes; questions from the room take the rest. {plan}."
    return slide_of(f"# {lecture.title}\n\n{lecture.why}", note)


def chart(lecture, number):
    """Return the cells of the map that stands before part `number`: what was, what comes, and why now."""
    lines = []
    for other, part in enumerate(lecture.parts):
        place = "done" if other < number else "here" if other == number else "ahead"
        said = f'<span class="tells">{part.tells}</span>' if other == number else ""
        lines.append(f'<li class="{place}">{part.title}{said}</li>')
    start = UNNOTED + sum(part.minutes for part in lecture.parts[:number])
    part = lecture.parts[number]
    lessons = ", ".join(Path(name).name[:2] for name in part.lessons)
    note = f"From minute {start:g} to minute {start + part.minutes:g}. Its slides are those of lesson {lessons}."
    return slide_of(f'## Where we are\n\n<ol class="map">{"".join(lines)}</ol>', note)


def end(lecture):
    """Return the cells of the last slide."""
    lessons = {Path(name).name: None for part in lecture.parts for name in part.lessons}
    links = ", ".join(f"[{name[:2]}]({name}.ipynb)" for name in lessons)
    found = "\n".join(f"- {sentence}" for sentence in lecture.found)
    return slide_of(f"## What we found\n\n{found}\n\nTo read on, and to do it yourself: lessons {links}.")


def slide_of(text, note=""):
    """Return the cells of a slide that no lesson has."""
    shown = v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": "slide"}})
    notes = v4.new_markdown_cell(NOTE.format(note), metadata={"slideshow": {"slide_type": "notes"}})
    return slides.prepare(v4.new_notebook(cells=[shown, notes] if note else [shown])).cells


def told(lecture):
    """Return a lecture as a notebook that is ready for the wall."""
    cells = title(lecture)
    for number, part in enumerate(lecture.parts):
        cells = cells + chart(lecture, number)
        for slide in part.slides:
            cells = cells + lower(slide)
    return v4.new_notebook(cells=cells + end(lecture))


def lower(slide):
    """Return the cells of a slide; a lesson's title is one heading among others here."""
    wall = slide.cells[0].metadata["wall"]
    wall["level"] = max(2, wall["level"])
    return slide.cells + slide.notes


# --- files ---


def build_lectures(names, folder, given_by=()):
    """Write the decks of the lectures `names`, and what they ask for, into `folder`; return them by path."""
    slides.write_assets(folder)
    made = {}
    for name in names:
        one = lecture(plans()[name])
        path = folder / f"{name}.html"
        above = f"{slides.COURSE} · {one.course}"
        path.write_text(slides.deck(told(one), one.title, above, slides.signed(given_by)), encoding="utf-8")
        made[path] = one
    return made


def write_index(folder):
    """Write a page that leads to the decks of a folder, and to their PDFs where they are printed."""
    template = (slides.HERE / "theme" / "start.html.j2").read_text(encoding="utf-8")
    page = jinja2.Template(template, autoescape=True).render(
        course=slides.COURSE,
        licence=slides.LICENCE,
        lectures=[plan for name, plan in plans().items() if (folder / f"{name}.html").exists()],
        lessons=[lesson for lesson in lessons() if (folder / f"{lesson['name']}.html").exists()],
        papers={path.stem: printed(path.stem, folder) for path in folder.glob("*.html")},
    )
    (folder / "index.html").write_text(page, encoding="utf-8")


def lessons():
    """Return the lessons, with what they are called."""
    names = build.chosen([], slides.HERE)
    first = {name: build.read(slides.HERE / f"{name}.ipynb").cells[0] for name in names}
    return [{"name": Path(name).name, "title": slides.heading(cell)} for name, cell in first.items()]


def printed(name, folder):
    """Return the files that a deck is printed in, with a word for each."""
    kinds = {"": "on paper", "-two-up": "two up", "-six-up": "six up", "-notes": "with notes"}
    files = {f"paper/{name}{end}.pdf": word for end, word in kinds.items()}
    return {file: word for file, word in files.items() if (folder / file).exists()}


def table():
    """Return the rows of LECTURING.md: each lecture, its minutes, its parts."""
    rows = []
    for plan in plans().values():
        parts = []
        for part in plan["part"]:
            names = dict.fromkeys(name for name, _, _ in part["stretches"])
            parts.append(f"{part['title']} ({', '.join(Path(name).name[:2] for name in names)})")
        rows.append(f"| `{plan['name']}`: {plan['title']} | {plan['minutes']} | {' → '.join(parts)} |")
    return rows


def chosen(wanted):
    """Return the names of the lectures that begin with one of `wanted`; all when nothing is asked for."""
    for word in wanted:
        if not any(name.startswith(word) for name in plans()):
            raise LectureError(f"no lecture begins with {word!r}; there are: {', '.join(plans())}")
    return [name for name in plans() if not wanted or name.startswith(tuple(wanted))]


def main(arguments=None):
    """Build the decks of lectures; return the exit code."""
    parser = argparse.ArgumentParser(description="Make one deck a lecture, and a page that leads to all decks.")
    parser.add_argument("names", nargs="*", help="lectures, such as path-25 or four; all by default")
    slides.names_on_the_title(parser)
    options, folder = parser.parse_args(arguments), slides.BUILT / "slides"
    try:
        for path, one in build_lectures(chosen(options.names), folder, slides.by(options)).items():
            total = sum(len(part.slides) + 1 for part in one.parts) + 2
            print(f"{path.relative_to(slides.HERE.parent)}  {total} slides, {one.planned:g} of {one.minutes} min")
        write_index(folder)
    except (npm.NpmError, build.BuildError, LectureError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
