"""Turn the executed lessons into decks that need no network: ``python notebooks/slides.py [names...]``.

A deck is made from the lesson's text and from the outputs of its notebook. Cells marked ``skip`` stay out, folded
cells (``view.py``) show what came out of them, cells marked ``notes`` are for the lecturer, who presses S. With
``--times`` it runs the lessons and says which cells are slow.
"""

import argparse
import re
import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple

import build
import looks
import nbformat
import npm
import view
import wall
from nbconvert.exporters import SlidesExporter
from printed import prose
from traitlets.config import Config

COURSE = "The LSTM by Hand"
LICENCE = "text and figures: CC BY 4.0, code: BSD-3-Clause"
HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "_build"
FROM_NPM = ("reveal.js@4.6.1", "mathjax@3.2.2")
OUTPUT_ONLY = "output-only"  # the tag that folded cells get here: their code stays in the lesson
LAYOUT = "layout"  # a cell may say "beside", "below" or "columns": how its slide stands
PRINTED = "printed"  # a cell may say false: of what it prints only the answer is shown
HEADING = re.compile(r"(#+) (.+)\n*")
ASKS = re.compile(r"\bquestions\b|^Predict")  # in the heading of a slide that only asks
MINUTES = re.compile(r"<summary>For the lecturer · (\d+) min</summary>")


class Slide(NamedTuple):
    """What stands on the wall at one time: the section it belongs to, its cells, and the lecturer's notes."""

    section: str
    cells: list
    notes: list

    @property
    def minutes(self):
        """How long the notes say it takes; 0 where they say nothing."""
        return sum(int(number) for cell in self.notes for number in MINUTES.findall(cell.source))


def lesson(name):
    """Return a lesson whole: all cells of its text, the lecturer's too, with the outputs of its notebook."""
    whole, built = build.read_text(HERE / "src" / f"{name}.py"), build.read(HERE / f"{name}.ipynb")
    outputs = {cell.id: cell.outputs for cell in built.cells if cell.cell_type == "code"}
    for cell in whole.cells:
        if cell.cell_type == "code":
            cell.outputs = outputs[cell.id]
            if view.label(cell) and not tagged(OUTPUT_ONLY, cell):
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), OUTPUT_ONLY]
    whole.metadata = built.metadata
    return whole


def heading(cell):
    """Return the heading that a cell begins with, or None."""
    found = HEADING.match(cell.source) if cell.cell_type == "markdown" else None
    return found and found[2]


def slides_of(notebook):
    """Cut a lesson into its slides."""
    slides, section = [], ""
    for cell in notebook.cells:
        if view.slide_type(cell) in ("slide", "subslide"):
            section = heading(cell) or section
            slides.append(Slide(section, [], []))
        if view.slide_type(cell) == "notes":
            slides[-1].notes.append(cell)
        elif view.slide_type(cell) != "skip":
            slides[-1].cells.append(cell)
    return slides


def join_questions(cells):
    """Join each question to the paragraph "Predict." before it: the two are one statement."""
    before = ""
    for cell in cells:
        for output in cell.get("outputs", []):
            page = wall.page_of(output)
            if before.startswith("**Predict.**") and page.startswith('<div class="question"'):
                output.data["text/html"] = page.replace("question", "question joined", 1)
        before = cell.source.strip().split("\n\n")[-1] if cell.cell_type == "markdown" else ""


def tagged(tag, cell):
    """Say whether a cell carries a tag."""
    return tag in cell.metadata.get("tags", [])


def prepare(notebook):
    """Return a copy of a lesson that is ready to be projected."""
    notebook = nbformat.from_dict(notebook)
    notebook.cells = looks.with_pictures(notebook.cells)
    asked = wall.questions(notebook.cells)
    for slide in slides_of(notebook):
        here = [key for cell in slide.cells for key in wall.keys(cell, "predict")]
        slide.cells[0].metadata["wall"] = head(slide)
        for cell in slide.cells:
            project(cell, asked, here)
        join_questions(slide.cells)
    return notebook


def head(slide):
    """Return what a slide needs besides its cells: its heading, its minutes, and how it is laid out."""
    first = slide.cells[0]
    found = HEADING.match(first.source) if first.cell_type == "markdown" else None
    if found:
        first.source = first.source[found.end() :]
    level, words = (len(found[1]), found[2]) if found else (2, slide.section)
    layout = next((cell.metadata.slideshow[LAYOUT] for cell in slide.cells if LAYOUT in slideshow(cell)), "")
    return {
        "level": level,
        "heading": words,
        "again": not found,
        "asks": ASKS.search(words) is not None and bool(found),
        "layout": layout,
        "seconds": 60 * slide.minutes,
    }


def slideshow(cell):
    """Return what a cell's metadata say about slides."""
    return cell.metadata.get("slideshow", {})


def project(cell, asked, here):
    """Make of a cell what a wall shows of it."""
    if cell.cell_type == "markdown":
        cell.source = prose(cell.source)
        return
    for output in cell.outputs:
        if wall.page_of(output):
            output.data.pop(build.VIEW, None)  # what needs a kernel; the page lives without one, or is a picture
    if slideshow(cell).get(PRINTED) is False:
        cell.outputs = looks.only_answers(cell.outputs)
    cell.outputs = wall.outputs(cell, asked, here)
    for output in cell.outputs:
        if "text/latex" in output.get("data", {}):
            output.data["text/latex"] = looks.coloured(output.data["text/latex"])
    if not tagged(OUTPUT_ONLY, cell):
        cell.source = wall.code(cell.source)
        if not cell.source:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), OUTPUT_ONLY]


def deck(ready, title, above="", below=""):
    """Return cells that are ready for the wall as one page of HTML, with everything else in ``assets`` beside it.

    `above` and `below` are lines on the title slide: which course this is, and who gives it.
    """
    exporter = SlidesExporter(
        config=Config({"TagRemovePreprocessor": {"enabled": True, "remove_input_tags": {OUTPUT_ONLY}}}),
        template_name="theme",
        extra_template_basedirs=[str(HERE)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    page, _ = exporter.from_notebook_node(ready, resources={"title": title, "above": above, "below": below})
    page = page.replace("<p><strong>Predict.</strong>", '<p class="predict"><strong>Predict.</strong>')
    page = re.sub(r"<th\b[^>]*>\s*</th>", "<td></td>", page)  # a header that says nothing heads nothing
    return re.sub(r'href="(?:\.\./|further/)?(\d\d_\w+)\.ipynb', r'href="\1.html', page)  # all lie in one folder


def write_assets(folder):
    """Put into `folder` what decks ask for."""
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    for package in FROM_NPM:
        shutil.copytree(npm.kept(package), folder / "assets", dirs_exist_ok=True)
    shutil.copyfile(HERE / "theme" / "theme.css", folder / "assets" / "theme.css")


def build_decks(names, folder, given_by=()):
    """Write the decks of the lessons `names`, and their assets, into `folder`; return their paths.

    `given_by` are words for the title slides: the lecturer, the date.
    """
    write_assets(folder)
    paths = []
    for name in names:
        notebook = lesson(name)
        path = folder / f"{Path(name).name}.html"
        above, title = f"{COURSE} · Lesson {path.stem[:2]}", heading(notebook.cells[0])
        path.write_text(deck(prepare(notebook), title, above, signed(given_by)), encoding="utf-8")
        paths.append(path)
    return paths


def signed(given_by):
    """Return the last line of a title slide: who, when, and what others may do with it."""
    return " · ".join([*given_by, LICENCE])


def times(names, slow=1.0):
    """Run the lessons and print the cells that take longer than `slow` seconds."""
    for name in names:
        notebook, starts = build.read_source(HERE / "src" / f"{name}.py"), []
        build.execute(notebook, HERE, name, lambda _, starts=starts: starts.append(time.perf_counter()))
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], time.perf_counter()], strict=True), 1):
            if end - start > slow and notebook.cells[number - 1].cell_type == "code":
                print(f"{name}  {end - start:4.1f} s  {build.place(number, notebook.cells[number - 1])}")


def names_on_the_title(parser):
    """Give a command the options for the words on title slides."""
    parser.add_argument("--lecturer", help="who gives the lecture, for the title slide")
    parser.add_argument("--date", help="when, for the title slide; any words")


def by(options):
    """Return the words that were given for title slides."""
    return [words for words in (options.lecturer, options.date) if words]


def main(arguments=None):
    """Build decks or take times; return the exit code."""
    parser = argparse.ArgumentParser(description="Turn the executed lessons into decks that need no network.")
    parser.add_argument("names", nargs="*", help="lessons, by number or name; all by default")
    parser.add_argument("--times", action="store_true", help="build nothing; run the lessons and list slow cells")
    names_on_the_title(parser)
    options = parser.parse_args(arguments)
    try:
        names = build.chosen(options.names, HERE)
        if options.times:
            times(names)
            return 0
        for name, path in zip(names, build_decks(names, BUILT / "slides", by(options)), strict=True):
            slides = slides_of(lesson(name))
            minutes = sum(slide.minutes for slide in slides)
            print(f"{path.relative_to(HERE.parent)}  {len(slides)} slides, {minutes} min by the notes")
    except (npm.NpmError, build.BuildError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
