"""The site: every page in a real browser, from disk, with networking off; what moves there, and where it leads."""

import html
import html.parser
import json
import re
import tomllib
from pathlib import Path
from urllib.parse import unquote, urldefrag

import build
import frames
import lab
import make_site
import nbformat
import npm
import numpy as np
import pages
import pytest

from lstm_lib import morse, rosetta
from lstm_lib.lesson import explorer, morse_key, widgets

LESSONS = build.chosen([], build.HERE)
MODULES = sorted(path.stem for path in make_site.LIBRARY.glob("[a-z]*.py"))
PAGES = [
    *("index", "take", "LECTURING", "graded/INSTRUCTORS", "search", "genindex", "py-modindex", "api/index"),
    *LESSONS,
    *(f"api/{name}" for name in MODULES),
]
OF_EVERY_KIND = ["index", "take", "search", "LECTURING", "api/lstm", "05_the_gradients", "further/12_sound"]
HEAVIEST = 3e6  # bytes of a page with all that its sliders show
NARROW = {"width": 390, "height": 844}
GLOSSARY = tomllib.loads((Path(__file__).parents[1] / "glossary.toml").read_text(encoding="utf-8"))
# What a page without a kernel must not say: these are words of controls, not of the lessons.
OF_KERNELS = ["Run this cell", "No kernel", "kernel is idle", "Run the cell that asks"]


@pytest.fixture(scope="module")
def site(tmp_path_factory, npm_packages):
    """The site in a folder of its own; what npm gave, and what sliders draw, is kept in _build."""
    pytest.importorskip("myst_nb", reason="the extra [site] is not installed")
    folder = tmp_path_factory.mktemp("site") / "site"
    make_site.build_site(folder, LESSONS)
    return folder


def show(page, site, name):
    page.goto((site / f"{name}.html").as_uri())
    page.wait_for_function("() => !document.querySelector('.math') || window.MathJax?.startup?.promise")
    page.evaluate("() => window.MathJax?.startup.promise.then(() => null)")


# --- every page ---


WALK = """
() => {
  const wrong = [], seen = document.querySelector("main");
  const say = (what, node) => wrong.push(`${what}: ${(node.textContent || node.outerHTML).trim().slice(0, 60)}`);
  for (const node of seen.querySelectorAll("[data-mjx-error]")) say("a formula with an error", node);
  for (const node of seen.querySelectorAll(".math"))
    if (!node.querySelector("mjx-container")) say("a formula that is not set", node);
  for (const image of document.images)
    if (image.complete && image.src && !image.naturalWidth) say("a picture that is not there", image);
  for (const image of seen.querySelectorAll("img"))
    if (!image.alt && image.src) say("a picture without words", image);
  for (const live of seen.querySelectorAll(".lstm-live"))
    if (live.querySelector("script")) say("a figure that is not alive", live);
  for (const printed of seen.querySelectorAll(".cell_output pre"))
    if (printed.scrollWidth > printed.clientWidth + 1) say("printed words that are cut off", printed);
  for (const fold of seen.querySelectorAll("details:not(.admonition)")) {
    const next = fold.nextElementSibling;
    if (!next || next.matches("details") || !next.getClientRects().length) continue;
    const gap = next.getBoundingClientRect().top - fold.getBoundingClientRect().bottom;
    if (gap < 8) say("words that touch a fold", next);
  }
  for (const entry of seen.querySelectorAll("td"))
    if (!parseFloat(getComputedStyle(entry).paddingInlineStart)) say("columns that touch", entry);
  if (document.documentElement.scrollWidth > innerWidth) {
    const wide = (node) => node.getBoundingClientRect().right > innerWidth + 1;
    say("wider than the screen", [...document.querySelectorAll("body *")].find(wide) || document.body);
  }
  return wrong;
}
"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_fits_a_telephone(page, site, name):
    page.set_viewport_size(NARROW)
    show(page, site, name)
    assert page.evaluate(WALK) + page.wrong == []
    words = page.locator("main").inner_text()
    assert [phrase for phrase in OF_KERNELS if phrase in words] == []
    assert page.locator("h1:visible").count() == 1


BROKEN = {
    "a formula that is not set": ("<p>", '<p><span class="math">x</span>'),
    "a formula with an error": (r"\(W_f\)", r"\(\nonsense{W}\)"),
    "a picture that is not there": ("<p>", '<p><img alt="gone" src="gone.png">'),
    "a picture without words": ("<p>", '<p><img src="_static/file.png">'),
    "a figure that is not alive": ("<p>", '<p><b class="lstm-live" data-program="guess"><script></script></b>'),
    "printed words that are cut off": (
        "<p>",
        '<p></p><div class="cell_output"><pre style="white-space:pre">' + 99 * "long " + "</pre></div><p>",
    ),
    "words that touch a fold": (
        "<p>",
        '<p></p><details style="margin:0"><summary>Why</summary></details><p style="margin:0">',
    ),
    "columns that touch": ("<p>", '<p></p><table><tr><td style="padding:0">1</td></tr></table><p>'),
    "wider than the screen": ("<p>", '<p><b style="display:block;width:500px">wide</b>'),
    "asks https": ("</head>", '<script src="https://example.org/x.js"></script></head>'),
    "error: ": ("</body>", "<script>nothing.there()</script></body>"),
}


@pytest.mark.parametrize("complaint", BROKEN)
def test_the_walk_finds_what_is_wrong(page, site, complaint):
    healthy = (site / "05_the_gradients.html").read_text(encoding="utf-8")
    head, body = healthy.split("<article", 1)
    old, new = BROKEN[complaint]
    broken = (
        healthy.replace(old, new, 1)
        if old in ("</head>", "</body>")
        else head + "<article" + body.replace(old, new, 1)
    )
    assert broken != healthy
    path = site / "broken.html"
    path.write_text(broken, encoding="utf-8")
    page.set_viewport_size(NARROW)
    try:
        show(page, site, "broken")
        found = page.evaluate(WALK) + page.wrong
    finally:
        path.unlink()
    assert any(complaint in line for line in found), found


class Links(html.parser.HTMLParser):
    """Collects where a page leads, what it loads, and what may be pointed at in it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and value and not value.startswith(("data:", "mailto:")):
                self.links.append(value)
            if name in ("id", "name"):
                self.ids.add(value)


def test_every_link_leads_somewhere(site):
    found = {
        path: Links(path.read_text(encoding="utf-8"))
        for path in site.rglob("*.html")
        if "_static" not in path.parts
    }
    assert len(found) >= len(PAGES) + len(LESSONS)
    lost = []
    for path, page in found.items():
        for link in page.links:
            address, place = urldefrag(link)
            if re.match(r"https?:", address):
                continue
            target = (path.parent / unquote(address.partition("?")[0])).resolve() if address else path
            is_deck = "slides" in target.parts  # whose places are made by its script
            if not target.exists() or (
                place and target in found and not is_deck and unquote(place) not in found[target].ids
            ):
                lost.append(f"{path.relative_to(site)}: {link}")
    assert lost == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(site, name):
    path = site / f"{name}.html"
    text = path.read_text(encoding="utf-8")
    shown = re.findall(r'"frames": \{"name": "([\w-]+)", "sizes": (\[.*?\])', text)
    assert len(shown) == text.count('"frames": {')
    own = []
    for each, sizes in shown:
        places = range(np.prod(json.loads(sizes)))
        own += [site / "_static" / "frames" / f"{each}-{place}.webp" for place in places]
    assert len(own) >= 2 * len(shown)
    assert path.stat().st_size + sum(picture.stat().st_size for picture in own) < HEAVIEST


def test_what_comes_from_elsewhere_has_its_licence_beside_it(site):
    folder = site / "_static" / "mathjax"
    assert "Apache License" in (folder / "mathjax-licence.txt").read_text(encoding="utf-8")
    assert {path.name for path in folder.iterdir()} == {"tex-svg-full.js", "mathjax-licence.txt"}
    assert (site / "slides" / "assets" / "reveal.js-licence.txt").exists()


def test_proofs_and_notes_stay_out_and_labels_are_those_of_the_notebook(site):
    proofs = 0
    for name in LESSONS:
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        notebook = build.read(build.HERE / f"{name}.ipynb")
        labels = [cell.source.partition("\n")[0][2:] for cell in notebook.cells if pages.view.label(cell)]
        proofs += sum(label.startswith("Proof: ") for label in labels)
        shown = re.findall(r'<p class="collapsed admonition-title">(.*?)</p>', text)
        assert list(map(html.unescape, shown)) == [label for label in labels if not label.startswith("Proof: ")]
        assert "For the lecturer" not in text
    assert proofs


@pytest.mark.parametrize("number", sorted({number for number, _ in GLOSSARY.values()}))
def test_search_from_disk_finds_a_word_of_each_lesson(page, site, number):
    word = next(word for word, (lesson, _) in GLOSSARY.items() if lesson == number)
    page.goto(f"{(site / 'search.html').as_uri()}?q={word}")
    page.locator(f'#search-results a[href*="{number}_"]').first.wait_for(state="attached")
    assert page.wrong == []


def test_one_goes_on_from_page_to_page(page, site):
    show(page, site, LESSONS[0])
    for name in LESSONS[1:]:
        page.locator("a.right-next").click()
        page.wait_for_url(f"**/{name}.html")
    page.locator("a.left-prev").click()
    page.wait_for_url(f"**/{LESSONS[-2]}.html")


# --- what moves ---


def press(control, key):
    """Press a key on a control, and see what comes of it drawn."""
    control.press(key)
    lab.wait_until_drawn(control.page)


def test_the_cell_on_the_front_page_computes(page, site):
    page.set_viewport_size(NARROW)
    show(page, site, "index")
    slider = page.locator('.lstm-cell input[type=range][data-key="b_f"]')
    press(slider, "ArrowLeft")
    numbers = explorer.LATCH | {"b_f": explorer.LATCH["b_f"] - 0.1}
    step = explorer.CellExplorer(**numbers).step()
    for name in ("f_t", "C_t", "h_t"):
        shown = float(page.locator(f'.lstm-cell b[data-name="{name}"]').first.get_attribute("data-value"))
        assert np.isclose(shown, getattr(step, name).item(), rtol=1e-12), name


def controls(page):
    return page.locator(".lstm-live:not([data-program=guess])")


def test_every_control_of_every_lesson_does_something(page, site):
    tried = 0
    for name in LESSONS:
        show(page, site, name)
        for figure in controls(page).all():
            for slider in figure.locator("input[type=range]:visible").all():
                before = figure.evaluate(SEEN)
                press(slider, "ArrowRight")
                if figure.evaluate(SEEN) == before:  # it stood at its end
                    press(slider, "ArrowLeft")
                assert figure.evaluate(SEEN) != before, f"{name}: {slider.get_attribute('aria-label')}"
                for image in figure.locator("img:visible").all():
                    image.evaluate("(image) => image.decode()")  # fails where it is not there
                tried += 1
    assert tried > 30
    assert page.wrong == []


# all that one sees of a figure, but the place of its slider and what is written beside it
SEEN = """(figure) => {
  const copy = figure.cloneNode(true);
  copy.querySelectorAll("input, output, .spoken").forEach((node) => node.remove());
  return copy.innerHTML;
}"""


def test_a_slider_shows_what_its_lesson_draws(page, site):
    show(page, site, "02_gates_and_the_cell_state")
    figure = page.locator(".lstm-explore")
    for step in range(11, 15):
        press(figure.locator("input"), "ArrowRight")
        image = figure.locator("img")
        assert image.get_attribute("alt").startswith(f"Step {step} of 31:")
        assert re.search(rf"-{step - 1}\.webp$", image.get_attribute("src"))
        page.wait_for_function("() => document.querySelector('.lstm-explore img').naturalWidth")
    assert page.wrong == []


def test_one_types_into_the_network(page, site):
    show(page, site, "further/11_text")
    figure = page.locator(".lstm-typed")
    figure.locator("input[type=text]").fill("([")
    assert figure.locator(".letters > span").count() == 2
    figure.get_by_text("After ([: most likely").wait_for()


def state_of(site, name, program):
    """Return what a live figure of a page begins with."""
    text = (site / f"{name}.html").read_text(encoding="utf-8")
    found = re.search(
        rf'data-program="{program}">.*?<script type="application/json">(.*?)</script>', text, re.DOTALL
    )
    return json.loads(found[1])


def keyed(text):
    """Return when the tones of a text begin and end, with dots of a tenth of a second."""
    taps, now = [], 0
    for letter in text:
        for mark in morse.CODES[letter]:
            taps.append([now / 10, (now + (3 if mark == "-" else 1)) / 10])
            now += 4 if mark == "-" else 2
        now += 2
    return taps


@pytest.mark.parametrize("text", ["A", "SOS", "LISTEN", "QUARTZ"])
def test_the_key_is_read_in_the_page_as_by_the_library(page, site, text):
    show(page, site, "further/12_sound")
    reader = state_of(site, "further/12_sound", "Key")["reader"] | {"noise": 0}
    key = morse_key.Key(rosetta.load(build.HERE / "results" / "morse_trials.safetensors"), noise=0)
    key.taps = keyed(text)
    assert page.evaluate("([reader, taps]) => lstmRead(reader, taps)", [reader, keyed(text)]) == key.said
    assert f"the network reads {text}" in key.said


def test_the_key_answers_to_a_finger(page, site):
    show(page, site, "further/12_sound")
    button = page.get_by_role("button", name="Key")
    button.hover()
    page.mouse.down()
    page.mouse.up()
    page.get_by_text("1 tone, a dot of").wait_for()


# --- guesses ---


def choose(page, key, place):
    question = page.locator(f'.lstm-live[data-key="{key}"]')
    question.locator("input[type=radio]").nth(place).check()
    return question


def answer(page, key):
    return page.locator("details", has=page.locator(f'.lstm-answer[data-key="{key}"]'))


FORGET = "02.forget"


def test_a_guess_opens_its_answer_and_is_kept(page, site):
    show(page, site, "02_gates_and_the_cell_state")
    right = state_of(site, "02_gates_and_the_cell_state", "guess")
    assert right["key"] == FORGET
    assert not answer(page, FORGET).evaluate("(fold) => fold.open")
    wrong = 1 - right["answer"]
    question = choose(page, FORGET, wrong)
    said = f"You guessed {right['choices'][wrong]}; it is {right['choices'][right['answer']]}."
    assert said in question.inner_text()
    assert answer(page, FORGET).evaluate("(fold) => fold.open")
    assert f"It is {right['choices'][right['answer']]}" in answer(page, FORGET).inner_text()
    assert page.locator("details.why[open]").count() == 1
    page.reload()
    assert said in page.locator(f'.lstm-live[data-key="{FORGET}"]').inner_text()
    show(page, site, "09_train_on_a_sine_wave")
    summary = page.locator(".lstm-summary")
    assert "1 guess, 0 right" in summary.inner_text()
    assert right["question"] in summary.inner_text()
    summary.get_by_role("button").click()
    assert "No guesses yet" in summary.inner_text()
    assert page.wrong == []


def test_a_number_may_be_guessed_in_many_spellings(page, site):
    show(page, site, "05_the_gradients")
    question = page.locator('.lstm-live[data-key="05.factors"]')
    field = question.locator("input[type=text]")
    assert "Type a number, and the answer opens." in question.inner_text()
    for typed, said in {
        "many": "no number that I understand",
        "1,000": "thousands or decimals",
        "12/2 factors": "You guessed 6",
    }.items():
        field.fill(typed)
        field.press("Enter")
        assert said in question.inner_text()
    assert field.is_disabled()


def test_guesses_work_where_the_browser_keeps_nothing(browser, site):
    page = lab.page_from_disk(browser)
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } })")
    show(page, site, "02_gates_and_the_cell_state")
    question = choose(page, FORGET, 0)
    assert "You guessed" in question.inner_text()
    of_the_theme = ("denied", "invalid theme mode")
    assert [line for line in page.wrong if not any(words in line for words in of_the_theme)] == []
    page.context.close()


# --- for everybody ---


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FIND = """(tags) => axe.run(document, { runOnly: tags, resultTypes: ["violations"] }).then((found) =>
  found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.html}`)))"""


def violations(page, site, name):
    show(page, site, name)
    page.add_script_tag(path=npm.kept("axe-core@4.14.1") / "axe.min.js")
    return page.evaluate(FIND, TAGS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", [name if name in OF_EVERY_KIND else pytest.param(name, marks=pytest.mark.weekly) for name in PAGES]
)
def test_a_page_shuts_nobody_out(browser, site, name, scheme):
    page = lab.page_from_disk(browser, color_scheme=scheme)
    assert violations(page, site, name) == []
    page.context.close()


# --- how pages are made ---


def test_sliders_with_too_many_places_move_in_larger_steps():
    fine = {"a": widgets.slider(3, 1.5, 4.5, "a", 0.25), "b": widgets.slider(0.2, 0, 0.5, "b", 0.05)}
    coarse = frames.coarser(fine)
    sizes = [len(frames.places_of(one)) for one in coarse.values()]
    assert np.prod(sizes) <= frames.MOST < np.prod([len(frames.places_of(one)) for one in fine.values()])
    for name, one in coarse.items():
        assert (one.low, one.high, one.value) == (fine[name].low, fine[name].high, fine[name].value)
        assert np.isclose(frames.places_of(one), one.value).any()
        assert np.isclose(frames.places_of(one)[-1], one.high)


def test_an_answer_that_is_not_there_stops_the_build():
    cell = nbformat.v4.new_code_cell('# Answer: what\nreveal("00.half", 1)')
    with pytest.raises(pages.PageError, match=r"00\.half"):
        pages.answered([cell])


def test_a_script_of_another_make_stops_the_build():
    with pytest.raises(pages.PageError, match="other"):
        pages.script({"other": ("import thing from 'there';\nexport default { render };", "")})


def test_what_is_to_be_taken_away_is_offered(tmp_path, monkeypatch):
    (tmp_path / "course.pdf").touch()
    monkeypatch.setattr(make_site, "TAKEAWAY", tmp_path)
    assert '<a href="take/course.pdf">course.pdf</a>' in make_site.take(LESSONS[:1])
