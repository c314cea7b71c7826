"""Nothing of a student's runs in anybody else's browser: hostile text in formgrader and in feedback, seen there."""

import json
import re

import classroom
import confine
import course as courses
import grade
import lab
import pytest
import safe
from hypothesis import given, settings
from hypothesis import strategies as st

NAME = "ps3_training"
TOLD = "https://outside.example/"  # where a page would tell that something has run or been fetched
RUN = "document.title='RUN';fetch('/formgrader/api/grades')"
SVG = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0iYWxlcnQoMSkiLz4="
HOSTILE = {
    "script": f"<script>{RUN}</script>",
    "script in capitals, unclosed": f"<SCRIPT>{RUN}//",
    "a picture that fails": f'<img src=x onerror="{RUN}">',
    "svg": f'<svg onload="{RUN}"><style><img src=x onerror="{RUN}"></style></svg>',
    "a page in a page": f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe><iframe src="javascript:{RUN}"></iframe>',
    "details that open": f'<details open ontoggle="{RUN}"><summary>s</summary>t</details>',
    "a field that takes the focus": f'<input autofocus onfocus="{RUN}"><textarea autofocus onfocus="{RUN}">',
    "an object": f'<object data="data:text/html,<script>{RUN}</script>"></object><embed src="{TOLD}e">',
    "a form": f'<form action="{TOLD}f"><button style="position:fixed;inset:0">ok</button></form>',
    "another base": f'<base href="{TOLD}"><meta http-equiv="refresh" content="0;url={TOLD}m"><link rel=stylesheet href="{TOLD}l">',
    "a style": f"<style>@import '{TOLD}s'; .score {{display:none}}</style><p style='background:url({TOLD}p)'>x</p>",
    "a sheet over the page": '<h1 style="position:fixed;inset:0;z-index:9999">Result of the marker: 30 of 30</h1>',
    "remote pictures": f"![a]({TOLD}1.png) ![b][r] <img src='{TOLD}2.png' srcset='{TOLD}3.png 2x'>\n\n[r]: {TOLD}4.png",
    "other remote things": f"<video src='{TOLD}v' autoplay poster='{TOLD}q'></video><picture><source srcset='{TOLD}w'></picture>",
    "a picture from this server": "![a](/formgrader/api/gradebook) <img src='../../api/assignments'>",
    "links": f"[a](javascript:{RUN}) [b](JaVa\tScript:{RUN}) <a href='&#106;avascript:{RUN}'>c</a> [d](data:text/html,{RUN}) [e](/tree)",
    "a broken comment": f"<!-- <p title='--><img src=x onerror=\"{RUN}\">'>",
    "a way out of the cell": f"</div></div></div></body><script>{RUN}</script><plaintext>",
    "confused namespaces": f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={RUN}&gt;'>",
    "a template": f"<template><script>{RUN}</script></template><noscript><p title='</noscript><img src=x onerror={RUN}>'></noscript>",
    "formulas": f"$\\href{{javascript:{RUN}}}{{x}}$ $$\\style{{background:url({TOLD}t)}}{{y}} \\class{{a}}{{b}} \\unicode{{x3c}}$$ $\\require{{html}}$",
    "a formula in a picture's words": f'![$\\text{{" onerror="{RUN}}}$ x](attachment:p.png "$z$")',
    "code with a name": f'```"><script>{RUN}</script>\nx\n```\n\n```mermaid\nclick a call {RUN}\n```',
    "an entity": f"&lt;script&gt;{RUN}&lt;/script&gt; and `<script>{RUN}</script>`",
    "a picture that is none": "![a](attachment:evil.svg) ![b](attachment:text.png) ![c](attachment:quote.png)",
    "a footnote and a table": f'a | b\n--|--\n<img src=x onerror="{RUN}"> | [^1]\n\n[^1]: <script>{RUN}</script>',
}
ATTACHED = {
    "p.png": {"image/png": classroom.png()},
    "evil.svg": {"image/svg+xml": SVG, "text/html": f"<script>{RUN}</script>"},
    "text.png": {"image/png": SVG},
    "quote.png": {
        'image/png;"><script>1</script>': classroom.png(),
        "image/png": f'{classroom.png()}"><script>{RUN}</script>',
    },
}
ORDINARY = (
    "**Bold**, *slanted*, `code < 1`, a [link](https://example.org/a?b=1&c=2).\n\n- one\n- two\n\n> said, with a < b & c\n\n"
    "| f | share |\n|---|---|\n| 0.5 | 0.001 |\n\n```python\nx < 1\n```\n\n"
    "$f^T$ is left of it:\n\n$$\\frac{\\partial L}{\\partial C_t} = f_t \\odot \\tilde C_t$$\n\n![my plot](attachment:p.png)"
)
pytestmark = [pytest.mark.graded, pytest.mark.browser]
needs_both = pytest.mark.skipif(
    bool(confine.missing()) or not lab.CHROMIUM, reason=confine.missing() or "Chromium is not installed"
)


def with_text(notebook, source):
    """One piece of text in both places where it is shown: in an answer, and in a cell of one's own."""
    notebook = classroom.answered(notebook, why_bias=source)
    classroom.cell(notebook, "why_bias")["attachments"] = ATTACHED
    return classroom.after(notebook, "given", classroom.text_cell(source, ATTACHED))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course in which each of these was handed in and marked, and the pages of feedback were made."""
    folder = classroom.make(tmp_path_factory.mktemp("lab") / "course", NAME)
    empty = classroom.released(folder, NAME)  # nothing to train
    for number, source in enumerate(HOSTILE.values()):
        classroom.hand_in(folder, f"s{number:02}", NAME, with_text(empty, source))
    classroom.hand_in(folder, "ordinary", NAME, with_text(empty, ORDINARY))
    assert grade.grade(NAME, folder) == {}
    courses.nbgrader(folder, "generate_feedback", NAME)
    return folder


def watched(browser):
    """A page that notes every request, and what runs."""
    page = browser.new_page()
    page.requests, page.said = [], []
    page.on("request", lambda request: page.requests.append((request.method, request.url)))
    page.on("dialog", lambda dialog: (page.said.append(dialog.message), dialog.dismiss()))
    return page


@needs_both
def test_no_page_of_feedback_runs_or_fetches_anything(folder, browser):
    page = watched(browser)
    for path in sorted(folder.glob(f"feedback/*/{NAME}/{NAME}.html")):
        page.requests.clear()
        page.goto(path.as_uri())
        hovered_and_clicked(page)
        outside = [url for _, url in page.requests if not url.startswith((path.as_uri(), "data:image/"))]
        assert (outside, page.said, page.title()) == ([], [], NAME), path.parent.parent.name
    page.close()


def hovered_and_clicked(page):
    """Do what a reader does: open, press, click on links that stay inside."""
    page.evaluate(
        """() => {
          const own = document.querySelectorAll('.rendered_html :is(details, button, input, form, a)');
          for (const each of own) if (!/^(https?|mailto):|^#/.test(each.getAttribute('href') || '')) each.click();
        }"""
    )
    page.wait_for_load_state()


@needs_both
def test_formgrader_runs_nothing_and_no_score_changes(folder, browser, tmp_path):
    config = folder.parent / ".lab" / "config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n")
    before = {path.name: classroom.grades(folder, path.name, NAME) for path in (folder / "submitted").iterdir()}
    with lab.jupyterlab(folder.parent) as server:
        page = watched(browser)
        page.goto(f"{server}/formgrader/gradebook/{NAME}/{NAME}")
        page.wait_for_selector("a[href*='/formgrader/submissions/']")
        links = page.eval_on_selector_all(
            "a[href*='/formgrader/submissions/']", "links => links.map(each => each.href)"
        )
        assert len(set(links)) == len(before)
        for link in sorted(set(links)):
            page.requests.clear()
            page.goto(link)
            page.wait_for_selector("#why_bias-comment")
            hovered_and_clicked(page)
            page.wait_for_load_state("networkidle")
            outside = [url for _, url in page.requests if not url.startswith((server, "data:image/"))]
            written = [url for method, url in page.requests if method not in ("GET", "HEAD")]
            assert (outside, written, page.said, page.title()) == ([], [], [], NAME)
        page.close()
    after = {path.name: classroom.grades(folder, path.name, NAME) for path in (folder / "submitted").iterdir()}
    assert after == before


@needs_both
def test_what_is_ordinary_stays(folder, browser):
    page = browser.new_page()
    page.goto((folder / "feedback" / "ordinary" / NAME / f"{NAME}.html").as_uri())
    cell = page.locator(".nbgrader_cell", has_text="Bold")
    for selector in ["strong", "em", "ul>li", "blockquote", "table>tbody", "pre>code", "a[href^=https]"]:
        assert cell.locator(selector).count(), selector
    assert cell.locator("math").count() == 2
    assert cell.locator("math mfrac").bounding_box()["height"] > 15  # drawn as a fraction, without a script
    assert cell.locator("img").evaluate("img => [img.naturalWidth, img.naturalHeight, img.alt]") == [
        4,
        3,
        "my plot",
    ]
    lab.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    cell.screenshot(path=lab.SCREENSHOTS / "feedback_of_ordinary_text.png")
    page.close()


@needs_both
def test_one_broken_page_stops_nobodys_feedback(folder):
    pages = {path.parent.parent.name for path in folder.glob(f"feedback/*/{NAME}/{NAME}.html")}
    assert pages == {path.name for path in (folder / "submitted").iterdir()}


PIECES = st.sampled_from(
    [
        *HOSTILE.values(),
        "<",
        ">",
        '"',
        "'",
        "`",
        "$",
        "$$",
        "\\",
        "\n",
        "\n\n",
        "[",
        "](",
        ")",
        "![",
        "<!--",
        "-->",
        "\\begin{a}",
        "\ue0007\ue001",
    ]
)


@given(st.lists(PIECES | st.text(max_size=20), max_size=12).map("".join))
@settings(max_examples=150, deadline=None)
def test_any_text_becomes_one_block_without_anything_that_runs(source):
    page = safe.markdown(source, ATTACHED)
    assert re.fullmatch(r'<div class="tex2jax_ignore mathjax_ignore">.*</div>', page)
    tags = re.findall(r"<(/?)([a-zA-Z][^\s/>]*)([^>]*)>", page)
    assert {name for _, name, _ in tags} <= safe.TAGS | safe.MATHML
    for _, name, attributes in tags:
        for attribute, value in re.findall(r'([\w-]+)="([^"]*)"', attributes):
            assert not attribute.startswith("on")
            assert attribute not in ("style", "class", "id", "srcset") or name == "div"
            if attribute in ("href", "src"):
                assert re.match(r"(?i)https?://|mailto:|data:image/(png|jpeg|gif);base64,[\w+/=]*$", value)


def test_an_answer_that_is_only_a_picture_reaches_the_person_who_reads_it(folder):
    notebook = classroom.answered(classroom.released(folder, NAME), judge="![plot](attachment:p.png)")
    classroom.cell(notebook, "judge")["attachments"] = {"p.png": {"image/png": classroom.png()}}
    classroom.hand_in(folder, "picture", NAME, notebook)
    assert grade.grade(NAME, folder, student="picture") == {}
    shown = json.loads((folder / "autograded" / "picture" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    assert f'<img src="data:image/png;base64,{classroom.png()}" alt="plot">' in classroom.text(
        classroom.cell(shown, "judge")
    )
    assert classroom.grades(folder, "picture", NAME)["judge"][3]
