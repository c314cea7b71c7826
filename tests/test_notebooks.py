"""The notebooks hold what they promise: they are built from their text, links lead somewhere, pictures have words.

That outputs are what the code gives is for nbval to find out, when it runs the lessons (`make test`).
"""

import ast
import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import build
import pytest
import strict
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("notebooks/further/*.ipynb")])
PAGES = [*NOTEBOOKS, ROOT / "README.md", ROOT / "CHANGELOG.md"]
MEGABYTES = 8
LINES = 15
MATHS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
MACHINE_PATH = re.compile(rf"/(?:work|root|home|tmp|Users)/|\b[A-Z]:\\+Users|{re.escape(str(ROOT))}")
MARKDOWN = MarkdownIt("commonmark").enable("table")

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def code_cells(notebook):
    return [(number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]


def outputs(path):
    """Each output in a notebook, inside widgets too, with the place where it stands."""
    notebook = build.read(path)
    models = build.widget_models(notebook)
    for number, cell in code_cells(notebook):
        for output in build.every_output(cell, models):
            yield build.place(number, cell), output


# --- what is stored ----------------------------------------------------------------------------------------------


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_notebooks_are_built_from_their_text(capsys):
    stale = build.main(["--check"])
    assert not stale, capsys.readouterr().out


@each_notebook
def test_there_is_something_to_run(path):
    assert code_cells(build.read(path))


@each_notebook
def test_only_widgets_are_left_to_this_layer(path):
    for number, cell in code_cells(build.read(path)):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert any(build.VIEW in output.get("data", {}) for output in cell.outputs), build.place(number, cell)


# --- what a lesson may hold --------------------------------------------------------------------------------------


@each_notebook
def test_code_cells_are_short_and_parse(path):
    notebook = build.read(path)
    exercises = next(n for n, cell in enumerate(notebook.cells, 1) if cell.source.startswith("## Exercises"))
    for number, cell in code_cells(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        is_read = number < exercises or strict.STUB in cell.source  # the rest of an exercise is what answers it
        assert len(lines) <= LINES or not is_read, f"{build.place(number, cell)} has {len(lines)} lines"
        ast.parse(TransformerManager().transform_cell(cell.source))


@each_notebook
def test_outputs_hold_no_warning_and_no_path_of_a_machine(path):
    for where, output in outputs(path):
        assert output.get("name") != "stderr", where
        text = strict.PICTURE.sub("", json.dumps(without_pictures(output), ensure_ascii=False))
        assert not MACHINE_PATH.search(text), f"{where}: {MACHINE_PATH.search(text)}"


def without_pictures(output):
    data = {mime: value for mime, value in output.get("data", {}).items() if not mime.startswith("image/")}
    return {**output, "data": data}


def test_notebooks_are_small():
    assert sum(path.stat().st_size for path in NOTEBOOKS) < MEGABYTES * 2**20


# --- pictures are described --------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """The tags in a piece of HTML: a list of (name, attributes)."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def undescribed(text):
    """The images in a piece of HTML that a screen reader passes over in silence."""
    return [tag for tag in Tags(text).found if tag[0] == "img" and not (tag[1].get("alt") or "").strip()]


@each_notebook
def test_figures_are_described(path):
    for where, output in outputs(path):
        data = output.get("data", {})
        bare = [mime for mime in data if mime.startswith("image/")]
        assert not bare, f"{where} shows {bare[0]}; use lstm_lib.plotting.show(fig, description)"
        assert not undescribed(data.get("text/html", "")), f"{where} shows an <img> without alt"


@each_page
def test_images_in_prose_are_described(path):
    for where, text in prose(path):
        silent = [
            token.attrs["src"] for token in tokens(text) if token.type == "image" and not token.content.strip()
        ]
        assert not silent, f"{where}: ![]({silent[0]}) has no description"
        assert not undescribed(html(text)), f"{where}: an <img> without alt"


# --- headings and tables can be found their way through ----------------------------------------------------------


def headings(path):
    """The headings of a page: (level, words)."""
    for _, text in prose(path):
        for opening, inline in itertools.pairwise(MARKDOWN.parse(text)):
            if opening.type == "heading_open":
                yield int(opening.tag[1]), heading(inline)


def disorder(found):
    """What is wrong with the order of headings, given as (level, words); an empty string when nothing is."""
    if [words for level, words in found if level == 1] != [words for _, words in found[:1]]:
        return "want one heading of the first level, at the top"
    skipped = [b for a, b in itertools.pairwise(found) if b[0] > a[0] + 1]
    return f"{skipped[0][1]!r} skips a level" if skipped else ""


@each_page
def test_headings_are_in_order(path):
    assert not disorder(list(headings(path)))


def headless(text):
    """The tables in a piece of HTML without a header cell, or one that does not say what it is the head of."""
    return [
        table
        for table in re.findall(r"<table.*?</table>", text, flags=re.DOTALL)
        if not re.search(r"<th\b", table) or re.search(r"<th\b(?![^>]*\bscope=)", table)
    ]


@each_page
def test_tables_in_prose_have_headers(path):
    for where, text in prose(path):
        for opening, inline in itertools.pairwise(MARKDOWN.parse(text)):
            assert opening.type != "th_open" or inline.content.strip(), f"{where}: a column without a header"
        assert not headless(html(text)), where


@each_notebook
def test_tables_in_outputs_have_headers(path):
    for where, output in outputs(path):
        assert not headless(output.get("data", {}).get("text/html", "")), where


# --- links lead somewhere ----------------------------------------------------------------------------------------


def prose(path):
    """The Markdown of a page, in pieces: (where it stands, text)."""
    if path.suffix == ".md":
        return [(path.name, path.read_text(encoding="utf-8"))]
    cells = enumerate(build.read(path).cells, 1)
    return [(build.place(number, cell), cell.source) for number, cell in cells if cell.cell_type == "markdown"]


def tokens(text):
    """All Markdown tokens of `text`, those inside lines too."""
    for token in MARKDOWN.parse(text):
        yield token
        yield from token.children or []


def html(text):
    """The HTML written inside Markdown."""
    return "\n".join(token.content for token in tokens(text) if token.type in ("html_block", "html_inline"))


def targets(text):
    """What a piece of Markdown links to or shows. Formulas are left out: some look like links."""
    text = MATHS.sub("", text)
    for attributes in [*(token.attrs for token in tokens(text)), *(found for _, found in Tags(html(text)).found)]:
        yield from (attributes[key] for key in ("href", "src") if attributes.get(key))


def anchors(path):
    """What a link to a page can name after '#': ids, and headings as Jupyter or GitHub spell them."""
    for _, text in prose(path) if path.suffix in (".md", ".ipynb") else []:
        yield from (attributes["id"] for _, attributes in Tags(html(text)).found if "id" in attributes)
        for opening, inline in itertools.pairwise(MARKDOWN.parse(text)):
            if opening.type == "heading_open":
                yield spelled(heading(inline), path)


def heading(inline):
    """The words of a heading, without marks."""
    return "".join(token.content for token in inline.children if token.type in ("text", "code_inline"))


def spelled(words, path):
    """The anchor that Jupyter makes of a heading, or GitHub of one in a Markdown file."""
    if path.suffix == ".ipynb":
        return words.replace(" ", "-")
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


def broken(target, page, root=ROOT):
    """Why a link on `page` leads nowhere; an empty string when it does lead somewhere, or out into the world."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return ""
    workflow = re.fullmatch(r"\.\./\.\./actions/workflows/([\w.]+)(/badge\.svg)?", target)
    if workflow:  # where GitHub shows the state of a workflow of the page's own repository
        known = (root / ".github" / "workflows" / workflow[1]).exists()
        return "" if known else f"there is no workflow {workflow[1]}"
    file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not file.exists() or not file.is_relative_to(root):
        return f"there is no {unquote(parts.path)}"
    if parts.fragment and unquote(parts.fragment) not in anchors(file):
        return f"there is no heading #{unquote(parts.fragment)} in {file.name}"
    return ""


@each_page
def test_links_lead_somewhere(path):
    lost = [
        (where, why) for where, text in prose(path) for target in targets(text) if (why := broken(target, path))
    ]
    assert not lost, "\n" + "\n".join(f"{where}: {why}" for where, why in lost)


# --- and these checks see what they are there to see -------------------------------------------------------------

PAGE = """# One `two`, three

[a](#one-two-three) [b](page.md) [c](https://example.org) `[d](code)` $[e](formula)$ <a id="here"></a> [f](#here)

[g](#One-two-three) [h](gone.md) ![i](gone.png) <a href="gone.html">j</a> [k](page.md#gone) [l](../gone.md)

[m](../../actions/workflows/gone.yml)
"""
LOST = [
    "#One-two-three",
    "gone.md",
    "gone.png",
    "page.md#gone",
    "../gone.md",
    "../../actions/workflows/gone.yml",
    "gone.html",
]


def test_lost_links_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert [target for target in targets(PAGE) if broken(target, page, tmp_path)] == LOST


def test_headings_of_notebooks_are_spelled_as_jupyter_does(tmp_path):
    (tmp_path / "page.py").write_text("# %% [markdown]\n# # The *gates*: $f_t$ and `C_t`\n")
    path = tmp_path / "page.ipynb"
    build.write(build.read_source(tmp_path / "page.py"), path)
    assert list(anchors(path)) == ["The-gates:-$f_t$-and-C_t"]


def test_headings_out_of_order_are_found():
    assert disorder([(1, "a"), (2, "b"), (3, "c"), (2, "d")]) == ""
    assert disorder([(1, "a"), (3, "b")]) == "'b' skips a level"
    for wrong in ([(2, "a")], [(1, "a"), (1, "b")], [(2, "a"), (1, "b")]):
        assert disorder(wrong).startswith("want one heading of the first level")


def test_tables_without_headers_are_found():
    good = "<table><tr><th scope=col>a<tr><td>1</table>"
    bad = ["<table><tr><td>1</table>", "<table class=x><tr><th>a</table>"]
    assert headless(good + bad[0] + good + bad[1]) == bad


def test_images_without_description_are_found():
    silent = '<img src="a.png">', '<img src="b.png" alt="  ">', '<img src="c.png" alt/>'
    assert len(undescribed("<p>".join(silent) + '<img alt="A line" src="d.png">')) == 3
