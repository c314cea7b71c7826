"""Turn the executed lessons into decks that need no network: ``python notebooks/slides.py [names...]``.

A deck is made from the lesson's text and from the outputs of its notebook. Cells marked ``skip`` stay out, folded
cells (``view.py``) show what came out of them, cells marked ``notes`` are for the lecturer, who presses S. With
``--times`` it runs the lessons and says which cells are slow.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import anywidget
import build
import nbformat
import view
from nbconvert.exporters import SlidesExporter
from traitlets.config import Config

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "_build"
# What a browser needs, from npm: the package, the hash of its archive, and which of its files.
PACKAGES = {
    "reveal.js@4.6.1": (
        "4f4121ef2b8e7e9398bdecd7b3b6ce5e0ee3a2f5af221708eb6c4ce03bcae6be",
        r"dist/reveal\.(css|js)|plugin/notes/notes\.js|dist/theme/fonts/source-sans-pro/.*\.(css|woff)",
    ),
    "mathjax@3.2.2": (
        "1b9c0a1c44df864e915690558e72adb9cc5203360daefd385084ced3b6c64c09",
        r"es5/tex-svg-full\.js",
    ),
    "requirejs@2.3.7": (
        "31f3330c978fb28684622fe71165dc946432cf0210b2ea8a1ca0233e70f2737d",
        r"require\.js",
    ),
    "@jupyter-widgets/html-manager@1.0.15": (
        "2b9d65cb7913e1c7d671757a10008b32c9c2448d4429513371e55c07d6107638",
        r"dist/(embed-amd\.js|.*\.woff2)",
    ),
}
OUTPUT_ONLY = "output-only"  # the tag that folded cells get here: their code stays in the lesson
ALIVE = "alive"  # the tag of a cell whose widget works without a kernel: an anywidget that brings its program
MINUTES = re.compile(r"<summary>For the lecturer · (\d+) min</summary>")


class DeckError(Exception):
    """A deck that cannot be built; the message says why."""


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


def fetch(package, folder):
    """Put the files of an npm package that decks need into `folder`; its archive must be the one we know."""
    sha256, wanted = PACKAGES[package]
    npm = shutil.which("npm")
    if npm is None:
        raise DeckError("decks take reveal.js and MathJax from npm, once: install Node.js, which brings npm")
    with tempfile.TemporaryDirectory() as place:
        packed = subprocess.run([npm, "pack", "--silent", package], cwd=place, capture_output=True, text=True)
        if packed.returncode:
            raise DeckError(f"npm cannot fetch {package}: {(packed.stderr or packed.stdout).strip()}")
        (archive,) = Path(place).glob("*.tgz")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != sha256:
            raise DeckError(f"{package} is not what it was: the hash of its archive has changed")
        with tarfile.open(archive) as files:
            for member in files:
                if re.fullmatch(wanted, member.name.removeprefix("package/")):
                    (folder / Path(member.name).name).write_bytes(files.extractfile(member).read())


def assets(folder):
    """Fill `folder` with what the decks ask for; what npm gave once is kept."""
    kept = BUILT / "npm"
    for package in PACKAGES:
        own = kept / re.sub(r"\W+", "-", package).strip("-")
        if not own.exists():
            half = own.with_name(own.name + ".new")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(parents=True)
            fetch(package, half)
            half.rename(own)
        shutil.copytree(own, folder, dirs_exist_ok=True)
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
    except (DeckError, build.BuildError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
