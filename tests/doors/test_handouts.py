"""Decks of lectures in a browser, and decks on paper: a slide a page, no picture lost, nothing for axe-core."""

from pathlib import Path

import deck_page
import handouts
import lab
import lectures
import npm
import pypdf
import pytest
import slides

LESSONS = {Path(name).name: name for name in slides.build.chosen([], slides.HERE)}
DECKS = [*lectures.plans(), *LESSONS]
SCREENS = [(1280, 720), (1920, 1080)]
MAKE_EMPTY = ".pdf-page > section img { flex: none !important; height: 0 !important; }"

# Goes through a deck, everything uncovered; a line for each rule that a slide breaks.
AXE = """async () => {
  const wrong = [];
  for (const [n, slide] of Reveal.getSlides().entries()) {
    const at = Reveal.getIndices(slide);
    Reveal.slide(at.h, at.v);
    slide.querySelectorAll(".fragment").forEach((fragment) => fragment.classList.add("visible"));
    const found = await axe.run(slide, {resultTypes: ["violations"]});
    for (const rule of found.violations)
      wrong.push(`slide ${n + 1}: ${rule.id}: ${rule.nodes[0].html.slice(0, 200)}`);
  }
  return wrong;
}"""


def some(*each_push):
    """Return all decks for the weekly run, and some of them for each push."""
    return [pytest.param(name, marks=() if name in each_push else pytest.mark.weekly) for name in DECKS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, npm_packages):
    return tmp_path_factory.mktemp("decks")


@pytest.fixture
def deck(request, folder):
    """A deck, made when it is first asked for."""
    path = folder / f"{request.param}.html"
    if not path.exists():
        if request.param in LESSONS:
            slides.build_decks([LESSONS[request.param]], folder)
        else:
            lectures.build_lectures([request.param], folder)
    return path


@pytest.fixture
def page(browser):
    page = lab.patient_page(browser, offline=True, viewport={"width": 1280, "height": 720})
    yield page
    page.context.close()


def show(page, path):
    page.goto(path.as_uri())
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")


def pictures(resources):
    """Count the pictures that a page of a PDF draws."""
    count = 0
    for reference in resources.get("/XObject", {}).values():
        part = reference.get_object()
        count += 1 if part["/Subtype"] == "/Image" else pictures(part.get("/Resources", {}))
    return count


def on_slides(page):
    """Count the pictures of each slide that a PDF keeps as pictures; what is drawn (SVG), it draws as lines."""
    kept = ".content img:not([src^='data:image/svg'])"
    return page.evaluate(f"Reveal.getSlides().map((slide) => slide.querySelectorAll(`{kept}`).length)")


def on_paper(pdf):
    return [pictures(sheet["/Resources"]) for sheet in pypdf.PdfReader(pdf).pages]


@pytest.mark.parametrize("deck", some("path-25", "04_one_step_by_hand"), indirect=True)
def test_on_paper_a_slide_is_a_page_with_all_its_pictures(page, deck, tmp_path):
    show(page, deck)
    expected = on_slides(page)
    headings = page.evaluate("Reveal.getSlides().map((slide) => slide.querySelector('h1, h2, h3').innerText)")
    pdf = tmp_path / "deck.pdf"
    handouts.print_deck(page, deck, pdf)
    assert on_paper(pdf) == expected
    for heading, sheet in zip(headings, pypdf.PdfReader(pdf).pages, strict=True):
        assert heading.rstrip("¶").split()[0] in sheet.extract_text()
    assert page.evaluate(MISPLACED) == []
    assert page.evaluate("[...document.querySelectorAll('.content img')].every((each) => each.clientHeight > 150)")


# On paper nothing stands outside the margins of its page, and nothing is covered.
MISPLACED = """() => [...document.querySelectorAll(".pdf-page .content *")].filter((element) => {
  const own = element.getBoundingClientRect(), page = element.closest(".pdf-page").getBoundingClientRect();
  if (!own.width || element.closest("aside, mjx-assistive-mml, g, defs")) return false;
  return own.left < page.left + 40 || own.right > page.right - 40 || own.top < page.top + 28
    || own.bottom > page.bottom - 28 || getComputedStyle(element).visibility === "hidden";
}).map((element) => element.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("deck", ["path-25"], indirect=True)
def test_the_count_of_pictures_finds_those_that_paper_lost(page, deck, tmp_path):
    show(page, deck)
    assert sum(on_slides(page)) > 3
    broken = deck.with_name("broken.html")
    broken.write_text(deck.read_text(encoding="utf-8").replace("</head>", f"<style>{MAKE_EMPTY}</style></head>"))
    handouts.print_deck(page, broken, tmp_path / "broken.pdf")
    assert sum(on_paper(tmp_path / "broken.pdf")) == 0


@pytest.mark.parametrize("deck", ["path-25"], indirect=True)
def test_notes_follow_the_slides_that_have_them(page, deck, tmp_path):
    handouts.print_deck(page, deck, tmp_path / "notes.pdf", notes=True)
    told = slides.slides_of(lectures.told(lectures.lecture(lectures.plans()[deck.stem])))
    sheets = [sheet.extract_text() for sheet in pypdf.PdfReader(tmp_path / "notes.pdf").pages]
    assert len(sheets) == len(told) + sum(bool(slide.notes) for slide in told)
    assert sum(sheet.startswith("For the lecturer") for sheet in sheets) == len(sheets) - len(told)


@pytest.mark.parametrize(("name", "sheets"), [("two-up", 9), ("six-up", 3)])
def test_several_pages_stand_upright_on_a_sheet(name, sheets, tmp_path):
    made = pypdf.PdfWriter()
    for _ in range(17):
        made.add_blank_page(handouts.WIDTH, handouts.HEIGHT)
    made.write(tmp_path / "made.pdf")
    paper = handouts.several_up(tmp_path / "made.pdf", *handouts.SHEETS[name])
    assert len(paper.pages) == sheets
    assert all(tuple(map(float, sheet.mediabox[2:])) == handouts.A4 for sheet in paper.pages)


def test_who_prints_before_there_is_a_deck_is_told_what_makes_one(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(slides, "BUILT", tmp_path)
    assert handouts.main(["path-25"]) == 1
    assert "`make slides` makes them" in capsys.readouterr().err


@pytest.mark.parametrize(
    "deck", some("path-25", "04_one_step_by_hand", "07_how_far_a_gradient_reaches"), indirect=True
)
def test_axe_finds_nothing_on_any_slide(page, deck):
    show(page, deck)
    page.add_script_tag(path=npm.kept("axe-core@4.14.1") / "axe.min.js")
    assert page.evaluate(AXE) == []


@pytest.mark.parametrize("deck", ["path-25"], indirect=True)
def test_axe_looks_at_every_slide(page, deck):
    show(page, deck)
    page.add_script_tag(path=npm.kept("axe-core@4.14.1") / "axe.min.js")
    page.evaluate("""Reveal.getSlides().forEach((slide) => {
        slide.querySelector("h1, h2, h3").style.color = "#ddd"; })""")
    wrong = page.evaluate(AXE)
    assert {line.split(":")[0] for line in wrong} == {
        f"slide {n}" for n in range(1, 1 + page.evaluate("Reveal.getTotalSlides()"))
    }


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen[0]}x{screen[1]}")
def test_the_slides_that_a_lecture_has_for_itself_can_be_read_in_a_room(page, folder, screen):
    slides.write_assets(folder)
    page.set_viewport_size(dict(zip(("width", "height"), screen, strict=True)))
    for name, plan in lectures.plans().items():
        whole = lectures.lecture(plan)
        bare = whole._replace(parts=[part._replace(slides=[]) for part in whole.parts])
        path = folder / f"own-{name}.html"
        above, below = f"{slides.COURSE} · {whole.course}", slides.signed(["A. Lecturer", "a date"])
        path.write_text(slides.deck(lectures.told(bare), whole.title, above, below), encoding="utf-8")
        show(page, path)
        assert page.evaluate(deck_page.WALK, deck_page.LEAST) == [], name
        assert page.evaluate("Reveal.getTotalSlides()") == len(whole.parts) + 2


@pytest.mark.parametrize("deck", ["path-45"], indirect=True)
def test_in_the_overview_of_a_lecture_each_section_is_a_column(page, deck):
    show(page, deck)
    page.keyboard.press("o")
    page.wait_for_function("() => Reveal.isOverview()")
    columns = page.evaluate("Reveal.getHorizontalSlides().length")
    assert 1 < columns < page.evaluate("Reveal.getTotalSlides()")
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    assert page.evaluate("Reveal.isLastSlide()")
