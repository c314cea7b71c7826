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

import anywidget
import build
import nbformat
import npm
import view
from nbconvert.exporters import SlidesExporter
from traitlets.config import Config

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "_build"
PACKAGES = ("reveal.js@4.6.1", "mathjax@3.2.2", "requirejs@2.3.7", "@jupyter-widgets/html-manager@1.0.15")
OUTPUT_ONLY = "output-only"  # the tag that folded cells get here: their code stays in the lesson
ALIVE = "alive"  # the tag of a cell whose widget works without a kernel: an anywidget that brings its program
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
    found = re.match(r"#+ (.+)", cell.source) if cell.cell_type == "markdown" else None
    return found and found[1]


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


def tagged(tag, cell):
    """Say whether a cell carries a tag."""
    return tag in cell.metadata.get("tags", [])


def prepare(notebook):
    """Return a copy of a lesson that is ready to be projected."""
    notebook = nbformat.from_dict(notebook)
    for slide in slides_of(notebook):
        first = slide.cells[0]
        data = {"timing": 60 * slide.minutes} if slide.minutes else {}
        if not heading(first):
            data["section"] = slide.section  # a small line at the top: where are we?
        first.metadata.slideshow["data"] = data
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}) and not tagged(ALIVE, cell):
                output.data.pop(build.VIEW, None)  # a slider that moves nothing; its picture says as much
    return notebook


def deck(notebook):
    """Return a lesson as one page of HTML, which looks for everything else in the folder ``assets`` beside it."""
    exporter = SlidesExporter(
        config=Config({"TagRemovePreprocessor": {"enabled": True, "remove_input_tags": {OUTPUT_ONLY}}}),
        template_name="theme",
        extra_template_basedirs=[str(HERE)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    resources = {"title": heading(notebook.cells[0]), "widgets": None}
    if any(tagged(ALIVE, cell) for cell in notebook.cells):
        resources["widgets"] = notebook.metadata["widgets"][build.STATE]
    page, _ = exporter.from_notebook_node(prepare(notebook), resources=resources)
    page = page.replace("<p><strong>Predict.</strong>", '<p class="predict"><strong>Predict.</strong>')
    return re.sub(r'href="(?:\.\./|further/)?(\d\d_\w+)\.ipynb', r'href="\1.html', page)  # all lie in one folder


def assets(folder):
    """Fill `folder` with what the decks ask for."""
    for package in PACKAGES:
        shutil.copytree(npm.kept(package), folder, dirs_exist_ok=True)
    shutil.copy(HERE / "theme" / "theme.css", folder)
    shutil.copy(Path(anywidget.__file__).parent / "nbextension" / "index.js", folder / "anywidget.js")


def build_decks(names, folder):
    """Write the decks of the lessons `names`, and their assets, into `folder`; return their paths."""
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    assets(folder / "assets")
    paths = []
    for name in names:
        notebook = lesson(name)
        path = folder / f"{Path(name).name}.html"
        path.write_text(deck(notebook), encoding="utf-8")
        paths.append(path)
    return paths


def times(names, slow=1.0):
    """Run the lessons and print the cells that take longer than `slow` seconds."""
    for name in names:
        notebook, starts = build.read_source(HERE / "src" / f"{name}.py"), []
        build.execute(notebook, HERE, name, lambda _, starts=starts: starts.append(time.perf_counter()))
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], time.perf_counter()], strict=True), 1):
            if end - start > slow and notebook.cells[number - 1].cell_type == "code":
                print(f"{name}  {end - start:4.1f} s  {build.place(number, notebook.cells[number - 1])}")


def main(arguments=None):
    """Build decks or take times; return the exit code."""
    parser = argparse.ArgumentParser(description="Turn the executed lessons into decks that need no network.")
    parser.add_argument("names", nargs="*", help="lessons, by number or name; all by default")
    parser.add_argument("--times", action="store_true", help="build nothing; run the lessons and list slow cells")
    options = parser.parse_args(arguments)
    try:
        names = build.chosen(options.names, HERE)
        if options.times:
            times(names)
            return 0
        for name, path in zip(names, build_decks(names, BUILT / "slides"), strict=True):
            slides = slides_of(lesson(name))
            minutes = sum(slide.minutes for slide in slides)
            print(f"{path.relative_to(HERE.parent)}  {len(slides)} slides, {minutes} min by the notes")
    except (npm.NpmError, build.BuildError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
