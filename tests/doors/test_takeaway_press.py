"""The course on paper: each lesson with its bookmarks, pictures and formulas, and links that lead somewhere."""

import functools
import re

import build
import press
import pypdf
import pytest
from lab import CHROMIUM, chromium

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no browser on this machine")
LESSONS = build.chosen([], build.HERE)
SMALL = ["04_one_step_by_hand", "05_the_gradients"]  # two, so that there are links from one to the other
MATHS = re.compile(r"\$[^$\n]+\$")


class Book:
    """A printed book, its bookmarks, and where each lesson begins and ends."""

    def __init__(self, path, names):
        self.names = names
        self.chapters = press.write_book(path, names)
        self.raw = path.read_bytes()
        self.pdf = pypdf.PdfReader(path)
        self.tops = [item for item in self.pdf.outline if not isinstance(item, list)]
        begins = [self.pdf.get_destination_page_number(item) for item in self.tops]
        self.spans = [range(*pair) for pair in zip(begins, [*begins[1:], len(self.pdf.pages)], strict=True)]

    @functools.cached_property
    def texts(self):
        """Return the text of each page; to find it takes as long as to print the book."""
        return [page.extract_text() for page in self.pdf.pages]

    def bookmarks(self, lesson):
        """Return the titles of a lesson's own bookmarks."""
        found = self.pdf.outline[2 * lesson + 1]
        return [item.title for item in found if not isinstance(item, list)]


@pytest.fixture(
    scope="module",
    params=[SMALL, pytest.param(LESSONS, marks=pytest.mark.weekly)],
    ids=["two lessons", "all"],
)
def book(request, tmp_path_factory, browser):
    """Return a book of two lessons; once a week of all."""
    return Book(tmp_path_factory.mktemp("book") / "book.pdf", request.param)


@pytest.fixture(scope="module")
def browser():
    """Mark what is printed by a browser; the program opens its own."""


def source(name):
    return build.read(build.HERE / f"{name}.ipynb")


def test_every_lesson_has_a_bookmark_and_so_has_each_of_its_sections(book):
    assert len(book.tops) == len(book.names)
    for n, name in enumerate(book.names):
        cells = [cell.source for cell in source(name).cells if cell.cell_type == "markdown"]
        assert book.tops[n].title == f"{book.chapters[n].name[:2]} {cells[0].partition(chr(10))[0][2:]}"
        sections = [
            re.sub(r"[*`]", "", line[3:]) for text in cells for line in text.splitlines() if line[:3] == "## "
        ]
        assert [re.sub(r"\s", "", title) for title in book.bookmarks(n)[:-1]] == [
            re.sub(r"\s", "", title) for title in sections
        ]
        assert book.bookmarks(n)[-1] == "Hints, solutions and answers"


def test_it_has_as_many_pages_as_a_book_and_each_has_its_number(book):
    if book.names == LESSONS:
        assert 200 <= len(book.pdf.pages) <= 400
    front = book.spans[0].start
    for n in range(front, len(book.pdf.pages)):
        assert str(n + 1) == book.texts[n].split()[-1]
    contents = "".join(book.texts[:front])
    for span in book.spans:
        assert re.search(rf"\b{span.start + 1}\b", contents)


def pictures(resources):
    """Return the numbers under which pictures are kept, without unpacking them."""
    found = set()
    for reference in resources.get("/XObject", {}).values():
        part = reference.get_object()
        if part["/Subtype"] == "/Image":
            found.add(reference.idnum)
        else:
            found |= pictures(part.get("/Resources", {}))
    return found


SEEN = """() => {
    document.querySelectorAll("details").forEach((part) => part.open = true);
    return new Set([...document.images].filter((each) => each.offsetWidth).map((each) => each.src)).size;
}"""


def test_the_pictures_of_a_lesson_are_in_its_pages(book, tmp_path):
    press.assets(tmp_path)
    with chromium() as window:
        page = window.new_page(offline=True)
        for name, span in zip(book.names, book.spans, strict=True):
            page.goto(press.write_page(name, tmp_path).as_uri())
            found = set().union(*(pictures(book.pdf.pages[n]["/Resources"]) for n in span))
            assert len(found) == page.evaluate(SEEN) > 0, name


def test_formulas_are_drawn(book):
    for name, span in zip(book.names, book.spans, strict=True):
        words = "".join(book.texts[n] for n in span)
        assert not re.findall(r"\\(?:frac|sigma|tilde|partial|begin)", words), name


def test_links_lead_to_pages_of_the_book_or_to_the_web(book):
    assert b"file:" not in book.raw
    inside = 0
    names = set(book.pdf.named_destinations)
    for page in book.pdf.pages:
        for reference in page.get("/Annots", []):
            link = reference.get_object()
            if "/URI" in link.get("/A", {}):
                assert link["/A"]["/URI"].startswith("https://")
            elif isinstance(link["/Dest"], str):
                assert link["/Dest"] in names
            else:
                inside += 1
    assert inside >= len(book.names)
    assert len({name.rpartition("-")[2] for name in names if name.endswith("-References")}) == 1
    for name in ("/" + chapter.name for chapter in book.chapters):
        assert {other for other in names if other.startswith(name)} <= names


@pytest.mark.slow
def test_a_ledger_is_one_sheet_of_a4(tmp_path, browser):
    paths = press.write_ledgers(tmp_path)
    for path in paths:
        pages = pypdf.PdfReader(path).pages
        assert all(sorted(round(float(side)) for side in page.mediabox[2:]) == [595, 842] for page in pages)
        assert len(pages) <= 2
    texts = ["".join(page.extract_text() for page in pypdf.PdfReader(path).pages) for path in paths]
    asked = [text.count("rule?") for text in texts]
    assert asked == sorted(set(asked), reverse=True)


@pytest.mark.slow
def test_a_page_to_hand_out_draws_its_formulas_without_a_network(tmp_path, browser):
    press.assets(tmp_path)
    path = press.write_page("further/11_text", tmp_path)
    with chromium() as window:
        page = window.new_page(offline=True)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_function("MathJax.startup.promise.then(() => document.querySelector('mjx-container'))")
        assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    links = re.findall(r'href="([^"#]*\d\d_\w+[^"#]*)', path.read_text(encoding="utf-8"))
    assert len(links) > 3
    assert all(re.fullmatch(r"\d\d_\w+\.html", link) for link in links)
