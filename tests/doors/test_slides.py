"""The decks: what stands on a slide, and every slide in a real browser, from disk, with networking off."""

import re
import shutil
from pathlib import Path

import deck_page
import lab
import nbformat
import npm
import pytest
import slides

LESSONS = slides.build.chosen([], slides.HERE)
SCREENS = [(1280, 720), (1920, 1080)]
MOST_WORDS, MOST_LINES = 45, 10

GO = "n => { const at = Reveal.getIndices(Reveal.getSlides()[n]); Reveal.slide(at.h, at.v); }"
WHERE = "Reveal.getSlidePastCount()"


def on_each_slide():
    for name in LESSONS:
        lesson = slides.lesson(name)
        for number, slide in enumerate(slides.slides_of(lesson), 1):
            yield f"{name}, slide {number} ({slide.section})", slide


def test_a_lesson_beyond_the_core_has_a_deck_beside_the_others(tmp_path):
    (path,) = slides.build_decks(["further/13_rosetta"], tmp_path)
    assert path == tmp_path / "13_rosetta.html"
    page = page_of(lesson(("slide", "# Go\n\n[back](../03_the_formulas.ipynb), [on](further/11_text.ipynb#Next)")))
    assert re.findall(r'href="(\d\d_[^"]*)"', page) == ["03_the_formulas.html", "11_text.html#Next"]


def words(slide):
    """Count what is to be read: words of two letters at least, no heading, no formula, no address."""
    prose = "\n".join(
        cell.source for cell in slide.cells if cell.cell_type == "markdown" and "|---" not in cell.source
    )
    prose = re.sub(r"^#.*$|\$\$[^$]+\$\$|\$[^$]+\$|\]\([^)]*\)", " ", prose, flags=re.MULTILINE)
    return len(re.findall(r"[^\W\d_]{2,}", prose))


def code_lines(slide):
    shown = [c for c in slide.cells if c.cell_type == "code" and not slides.tagged(slides.OUTPUT_ONLY, c)]
    return sum(bool(line.strip()) for cell in shown for line in cell.source.splitlines())


def test_a_slide_has_few_words_and_little_code():
    for where, slide in on_each_slide():
        assert words(slide) <= MOST_WORDS, where
        assert code_lines(slide) <= MOST_LINES, where


def test_a_slide_has_one_figure_at_most():
    for where, slide in on_each_slide():
        assert str([cell.get("outputs") for cell in slide.cells]).count("<img ") <= 1, where


def test_code_that_stays_in_the_lesson_leaves_something_on_the_slide():
    for where, slide in on_each_slide():
        for cell in slide.cells:
            if slides.tagged(slides.OUTPUT_ONLY, cell):
                assert cell.get("outputs"), f"{where}: nothing comes out of {cell.source[:40]!r}"


@pytest.mark.parametrize("name", LESSONS)
def test_every_deck_tells_the_lecturer_what_to_say_and_for_how_long(name):
    deck = slides.slides_of(slides.lesson(name))
    noted = [slide for slide in deck if slide.notes]
    assert len(noted) >= len(deck) / 3
    for slide in noted:
        assert slide.minutes >= 1, slide.notes[0].source
        assert all(len(cell.source.split()) <= 70 for cell in slide.notes)
        assert len({cell.source for cell in slide.notes}) == len(slide.notes), "the same note twice"


def lesson(*cells):
    """Return a notebook of cells given as (slide type, text), code if the text is in a tuple with its output."""
    notebook = nbformat.v4.new_notebook()
    for kind, text in cells:
        cell = (
            nbformat.v4.new_code_cell(text[0]) if isinstance(text, tuple) else nbformat.v4.new_markdown_cell(text)
        )
        cell.metadata["slideshow"] = {"slide_type": kind}
        if isinstance(text, tuple):
            cell.outputs = [nbformat.v4.new_output("stream", text=text[1])]
        notebook.cells.append(cell)
    return notebook


def page_of(notebook):
    return slides.deck(slides.prepare(notebook), "A lesson")


def test_a_deck_holds_what_is_marked_for_it_and_nothing_else():
    note = "<details><summary>For the lecturer · 2 min</summary>\n\nsay this\n\n</details>"
    cells = [
        ("slide", "# Title"),
        ("notes", note),
        ("skip", "long prose"),
        ("subslide", ("1 + 1", "two")),
        ("-", "the last"),
    ]
    notebook = lesson(*cells)
    notebook.cells[3].metadata["tags"] = [slides.OUTPUT_ONLY]
    page = page_of(notebook)
    body = page[page.index("<body>") :]
    assert body.count("<section") == 3  # one section of the lesson, with two slides
    assert 'data-timing="120"' in body
    assert '<h2 class="again">Title</h2>' in body
    assert "long prose" not in body
    assert "1 + 1" not in re.sub("<[^>]+>", "", body)
    assert body.index("Title") < body.index('<aside class="notes">') < body.index("two") < body.index("the last")
    assert notebook.cells[3].metadata["slideshow"] == {"slide_type": "subslide"}  # the lesson itself is as it was


def test_links_from_deck_to_deck_lead_to_decks():
    page = page_of(
        lesson(("slide", "# Go\n\n[on](03_the_formulas.ipynb#The-map), [out](https://example.org/a.ipynb)"))
    )
    assert 'href="03_the_formulas.html#The-map"' in page
    assert 'href="https://example.org/a.ipynb"' in page


def test_without_npm_the_command_says_what_it_needs(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(npm, "KEPT", tmp_path / "npm")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert slides.main([]) == 1
    said = capsys.readouterr().err
    assert "Node.js" in said
    assert said.count("\n") == 1


def test_an_archive_that_has_changed_is_refused(monkeypatch, tmp_path):
    pattern = npm.PACKAGES["mathjax@3.2.2"][1]

    def pack(command, cwd, **_):
        (tmp_path / "any").write_text("not the archive")
        shutil.copy(tmp_path / "any", f"{cwd}/mathjax.tgz")
        return npm.subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(npm.subprocess, "run", pack)
    with pytest.raises(npm.NpmError, match="has changed"):
        npm.fetch("mathjax@3.2.2", tmp_path)
    assert not [path for path in tmp_path.iterdir() if re.search(pattern, path.name)]


@pytest.fixture(scope="module")
def decks(tmp_path_factory, npm_packages):
    """All decks in a folder of their own; what npm gave once is kept in _build."""
    folder = tmp_path_factory.mktemp("slides")
    slides.build_decks(LESSONS, folder)
    return folder


def show(page, path, screen):
    page.set_viewport_size(dict(zip(("width", "height"), screen, strict=True)))
    page.goto(path.as_uri())
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    page.wait_for_function("() => !document.querySelector('.lstm-still')")  # its live figure has come


def walk(page, path, screen):
    """Return what is wrong with a deck on a screen."""
    show(page, path, screen)
    return page.evaluate(deck_page.WALK, deck_page.LEAST) + page.wrong


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen[0]}x{screen[1]}")
@pytest.mark.parametrize("name", LESSONS)
def test_every_slide_can_be_read_in_a_room_without_a_network(page, decks, name, screen):
    assert walk(page, decks / f"{Path(name).name}.html", screen) == []
    assert page.evaluate("Reveal.getTotalSlides()") == len(slides.slides_of(slides.lesson(name)))


BROKEN = {
    "over the edge": ("<h2 ", "<p style='width: 1400px'>wide</p><h2 "),
    "over the edge: long": ("<h2 ", "<p>long<br>long<br>long<br></p>" * 9 + "<h2 "),
    "larger than its box": ("<h2 ", "<div style='height: 60px; overflow: auto'>" + "more<br>" * 9 + "</div><h2 "),
    "empty": ("<section>", "<section></section><section>"),
    "no heading": ('<h2 class="again"', '<p class="again"'),
    "letters of 16 px": ("<h2 ", "<p style='font-size: 16px'>small print</p><h2 "),
    "a formula that is not set": ("<h2 ", "<p>a lonely $ sign</p><h2 "),
    "a formula with an error": ("<h2 ", r"<p>$\undefined{x}$</p><h2 "),
    "a picture too small": ("<img ", "<img height=1 style='max-height: 150px' "),
    "missing: file": ("assets/theme.css", "assets/gone.css"),
    "asks https": ("</head>", "<script src='https://example.org/reveal.js'></script></head>"),
    "error: ": ("</body>", "<script>nothing.there()</script></body>"),
}


@pytest.mark.parametrize("complaint", BROKEN)
def test_the_walk_finds_what_is_wrong(page, decks, complaint):
    healthy = (decks / "00_start_here.html").read_text(encoding="utf-8")
    broken = healthy.replace(*BROKEN[complaint], 1)
    assert broken != healthy
    path = decks / "broken.html"
    path.write_text(broken, encoding="utf-8")
    found = walk(page, path, SCREENS[0])
    assert any(complaint.split(": long")[0] in line for line in found), found


def test_the_lecturers_view_opens_from_disk_and_follows(page, decks):
    show(page, decks / "00_start_here.html", SCREENS[0])
    with page.context.expect_page() as popup:
        page.keyboard.press("s")
    notes = popup.value.locator(".speaker-controls-notes .value")
    deck = slides.slides_of(slides.lesson("00_start_here"))
    popup.value.locator(".pacing").wait_for()  # the bar that keeps 25 minutes at 25 minutes
    for number in [n for n, slide in enumerate(deck) if slide.notes][:3]:
        page.evaluate(
            "n => { const at = Reveal.getIndices(Reveal.getSlides()[n]); Reveal.slide(at.h, at.v); }", number
        )
        (note,) = deck[number].notes
        first_words = re.match(r"[^*$`]+", note.source.split("\n\n")[1])[0].strip()
        notes.filter(has_text=first_words).wait_for()


def test_the_space_bar_goes_through_everything_in_order_and_sections_are_columns(page, decks):
    show(page, decks / "04_one_step_by_hand.html", SCREENS[0])
    total, seen = page.evaluate("Reveal.getTotalSlides()"), []
    for _ in range(5 * total):
        seen.append(page.evaluate(WHERE))
        if page.evaluate("Reveal.isLastSlide()") and not page.evaluate("Reveal.availableFragments().next"):
            break
        page.keyboard.press("Space")
    assert seen == sorted(seen)
    assert set(seen) == set(range(total))
    headings = page.locator(".slides > section > section:first-child :is(h1, h2, h3)")
    assert page.locator(".again").count() > 0
    assert headings.count() == page.locator(".slides > section").count()


def test_the_title_slide_says_which_course_this_is_and_who_gives_it(decks, tmp_path):
    (path,) = slides.build_decks(["04_one_step_by_hand"], tmp_path, ["A. Lecturer", "1 < 2"])
    html = path.read_text(encoding="utf-8")
    assert f'<p class="above">{slides.COURSE} · Lesson 04</p>' in html
    assert html.count(f"A. Lecturer · 1 &lt; 2 · {slides.LICENCE}") == 1


def test_in_a_dark_room_the_ground_is_dark(page, decks):
    show(page, decks / "00_start_here.html", SCREENS[0])
    page.goto((decks / "00_start_here.html").as_uri() + "?dark")
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")
    filtered = page.evaluate("getComputedStyle(document.querySelector('.reveal')).filter")
    assert "invert" in filtered


def test_the_live_cell_works_on_a_slide_and_keeps_the_keys_it_is_given(page, decks):
    deck = slides.slides_of(slides.prepare(slides.lesson("04_one_step_by_hand")))
    number = next(n for n, slide in enumerate(deck) if "live" in deck_page.kinds(slide))
    show(page, decks / "04_one_step_by_hand.html", SCREENS[0])
    page.evaluate(GO, number)
    page.get_by_label("input x", exact=True).focus()
    gate = page.locator(".present [data-name=f_t]")
    seen = [gate.inner_text()]
    for key in ("ArrowRight", "ArrowLeft", "End", "PageDown"):
        page.keyboard.press(key)
        assert page.evaluate(WHERE) == number, key
        lab.wait_until_drawn(page)
        seen.append(gate.inner_text())
    assert seen[0] == seen[2] < seen[1] < seen[3]  # with weights of 1 the gate opens as x grows
    page.get_by_role("button", name="a latch").click()
    page.keyboard.press("Space")  # presses the button, and does not turn the slide
    assert page.evaluate(WHERE) == number
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    assert page.evaluate(WHERE) == number + 1
    assert page.wrong == []


LECTURING = (slides.HERE / "LECTURING.md").read_text(encoding="utf-8")
LIVE = re.findall(r"^\| (\d\d) \| `(.+?) ?…?` \| [\d.]+ \|", LECTURING, flags=re.MULTILINE)


@pytest.mark.parametrize(("number", "beginning"), LIVE)
def test_a_cell_that_takes_time_is_one_cell_of_its_lesson(number, beginning):
    (path,) = (slides.HERE / "src").rglob(f"{number}_*.py")
    cells = [cell.source for cell in slides.build.read_source(path).cells if cell.cell_type == "code"]
    assert sum(source.startswith(beginning) for source in cells) == 1


def test_there_are_cells_that_take_time():
    assert len(LIVE) > 3
