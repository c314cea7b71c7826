"""The whole course as one PDF, and the ledgers: ``write_book("lstm_by_hand.pdf")`` prints the lessons.

A page is the one that is handed out (``notebooks/handout``). For paper it is changed in the browser, by
``press.js``: answers are shown, hints and solutions go to the end of their lesson. Chromium prints; pypdf joins,
numbers and links.
"""

import contextlib
import re
import shutil
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import build
import npm
import pypdf
import slides
import view
from nbconvert.exporters import HTMLExporter
from pypdf.annotations import Link
from pypdf.generic import ArrayObject, Fit, NameObject
from traitlets.config import Config, PyFileConfigLoader

from lstm_lib.lesson import ledger

HERE = Path(__file__).resolve().parent
PROJECT = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COVER = """<!doctype html><html lang="en"><meta charset="utf-8"><title>The LSTM by Hand</title>
<style>{style}</style><h1>The LSTM by Hand</h1><p>{words}</p><img src="remembering.svg" alt="">
<p>Version {version}. Lesson text and figures: CC BY 4.0; programs: BSD 3-Clause.</p>
<h2 class="contents">Contents</h2><table>{rows}</table></html>"""
ROW = '<tr><td><a href="{name}.html">{title}</a></td><td>{page}</td></tr>'
NUMBERS = """<!doctype html><style>@page {{size: A4; margin: 0}} body {{margin: 0}}
p {{height: 296mm; margin: 0; text-align: center; font: 9pt sans-serif; break-after: page}}
span {{position: relative; top: 283mm; color: #595959}}</style>
{pages}"""
FLAGS = ["--no-sandbox", "--force-prefers-reduced-motion"]  # nothing moves on paper
OF_A_KERNEL = ("Setup", "Check", "Proof", "Progress")  # cells that say nothing on paper
FADES = ("blank", "half", "full")


class Chapter(NamedTuple):
    """A lesson in print."""

    name: str
    title: str
    pdf: pypdf.PdfReader


def chromium():
    """Return the path of the browser that prints."""
    found = filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    path = next(found, None)
    if path is None:
        raise FileNotFoundError("the book is printed by Chromium, and there is none on this machine")
    return path


@contextlib.contextmanager
def printer():
    """Open a browser page that reaches nothing outside."""
    from playwright.sync_api import sync_playwright  # here, so that pages are made where no browser is

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS, timeout=600_000)
        page = browser.new_page(offline=True)
        page.set_default_timeout(600_000)
        yield page
        browser.close()


def write_page(name, folder, on_paper=False):
    """Write a lesson as a page to hand out into a folder; return its path."""
    config = Config(PyFileConfigLoader("config.py", path=str(HERE.parent / "handout")).load_config())
    exporter = HTMLExporter(config=config)
    path = folder / f"{Path(name).name}.html"
    notebook = build.read(HERE.parent / f"{name}.ipynb")
    notebook.metadata.pop("widgets", None)  # nothing is live
    if on_paper:
        notebook.cells = [cell for cell in notebook.cells if (view.label(cell) or [None])[0] not in OF_A_KERNEL]
    page, _ = exporter.from_notebook_node(notebook)
    page = re.sub(r'href="(?:\.\./|further/)?(\d\d_\w+)\.(?:ipynb|html)', r'href="\1.html', page)  # one folder
    path.write_text(page, encoding="utf-8")
    return path


def assets(folder):
    """Put beside the pages what draws their formulas."""
    shutil.copytree(npm.kept("mathjax@3.2.2"), folder / "assets", dirs_exist_ok=True)


def write_pages(folder):
    """Write every lesson as a page to hand out."""
    assets(folder)
    for name in build.chosen([], build.HERE):
        write_page(name, folder)


def print_page(page, path, title=""):
    """Print a file of HTML beside itself; return the PDF."""
    page.goto(path.as_uri())
    page.add_style_tag(path=HERE / "press.css")
    page.evaluate((HERE / "press.js").read_text(encoding="utf-8"), {"name": path.stem, "title": title})
    pdf = path.with_suffix(".pdf")
    page.pdf(path=pdf, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    return pypdf.PdfReader(pdf)


def print_lesson(page, name, folder):
    """Print a lesson; return it as a chapter."""
    path = write_page(name, folder, on_paper=True)
    title = f"{path.stem[:2]} {slides.heading(build.read(HERE.parent / f'{name}.ipynb').cells[0])}"
    return Chapter(path.stem, title, print_page(page, path, title))


def print_front(page, chapters, folder, first):
    """Print the cover and the contents, where the first lesson begins on page `first`."""
    rows, number = [], first
    for chapter in chapters:
        rows.append(ROW.format(name=chapter.name, title=chapter.title, page=number))
        number += len(chapter.pdf.pages)
    style = (HERE / "press.css").read_text(encoding="utf-8")
    cover = COVER.format(style=style, words=PROJECT["description"], version=PROJECT["version"], rows="".join(rows))
    shutil.copy(HERE.parent / "front" / "remembering.svg", folder)
    (folder / "cover.html").write_text(cover, encoding="utf-8")
    return print_page(page, folder / "cover.html")


def join(front, chapters, numbers):
    """Return one PDF: bookmarks for each lesson and its sections, page numbers, and links that stay inside."""
    book = pypdf.PdfWriter()
    book.append(front, import_outline=False)
    places = {}  # where a lesson, or a heading of it, is in the book
    for chapter in chapters:
        begin = places[chapter.name] = len(book.pages)
        for name, heading in chapter.pdf.named_destinations.items():
            places[unquote(name.lstrip("/"))] = begin + chapter.pdf.get_destination_page_number(heading)
        book.append(chapter.pdf, import_outline=False)
        _bookmarks(book, chapter, begin)
    for n, page in enumerate(book.pages):
        if n >= len(front.pages):
            page.merge_page(numbers.pages[n])
        _link_inside(book, page, n, places)
    book.compress_identical_objects(remove_duplicates=True, remove_unreferenced=True)
    book.add_metadata({"/Title": "The LSTM by Hand", "/Author": PROJECT["authors"][0]["name"]})
    return book


def _bookmarks(book, chapter, begin):
    top = book.add_outline_item(title=chapter.title, page_number=begin)

    def add(items, parent):
        last = parent
        for item in items:
            if isinstance(item, list):
                add(item, last)
            elif chapter.pdf.get_destination_page_number(item) is not None:
                page = begin + chapter.pdf.get_destination_page_number(item)
                fit = Fit.xyz(item.left, item.top, 0)
                last = book.add_outline_item(title=item.title, page_number=page, parent=parent, fit=fit)

    add(chapter.pdf.outline[1], top)  # below the one heading of the first order


def _link_inside(book, page, n, places):
    """Let links from lesson to lesson lead to pages of the book, and drop those to files that are not in it."""
    kept, inside = [], []
    for reference in page.get("/Annots", []):
        link = reference.get_object()
        address = urlsplit(str(link.get("/A", {}).get("/URI", "")))
        if address.scheme != "file":
            kept.append(reference)
            continue
        lesson = Path(unquote(address.path)).stem
        goal = places.get(f"{lesson}-{unquote(address.fragment)}", places.get(lesson))
        if goal is not None:
            inside.append(Link(rect=[float(x) for x in link["/Rect"]], border=[0, 0, 0], target_page_index=goal))
    if "/Annots" in page:
        page[NameObject("/Annots")] = ArrayObject(kept)
    for link in inside:
        book.add_annotation(n, link)


def write_book(path, names=None):
    """Print lessons, all of them by default, join them, and write the PDF; return its chapters."""
    with tempfile.TemporaryDirectory() as place, printer() as page:
        folder = Path(place)
        assets(folder)
        names = build.chosen([], build.HERE) if names is None else names
        chapters = [print_lesson(page, name, folder) for name in names]
        first = 1 + len(print_front(page, chapters, folder, 1).pages)
        front = print_front(page, chapters, folder, first)
        n_pages = first - 1 + sum(len(chapter.pdf.pages) for chapter in chapters)
        pages = "".join(f"<p><span>{n}</span></p>" for n in range(1, n_pages + 1))
        (folder / "numbers.html").write_text(NUMBERS.format(pages=pages), encoding="utf-8")
        page.goto((folder / "numbers.html").as_uri())
        page.pdf(path=folder / "numbers.pdf", prefer_css_page_size=True)
        join(front, chapters, pypdf.PdfReader(folder / "numbers.pdf")).write(path)
        return chapters


def write_ledgers(folder):
    """Print the ledger of the second example, to be filled in, half worked and full; return the paths."""
    paths = []
    with tempfile.TemporaryDirectory() as place, printer() as page:
        for fade in FADES:
            source = Path(place) / f"ledger_{fade}.html"
            source.write_text(ledger.make("quarters", fade=fade).page(), encoding="utf-8")
            page.goto(source.as_uri())
            paths.append(folder / f"ledger_{fade}.pdf")
            page.pdf(path=paths[-1], prefer_css_page_size=True, print_background=True)
    return paths
