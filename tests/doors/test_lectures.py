"""The decks of lectures: each is told whole, in its time, and has a title, maps and an end."""

import re

import lectures
import pytest
import slides
import wall

pytestmark = pytest.mark.slow

NAMES = list(lectures.plans())
LECTURING = (slides.HERE / "LECTURING.md").read_text(encoding="utf-8")


def words(text):
    return re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]+>|\]\([^)]*\)", " ", text))


@pytest.fixture(scope="module", params=NAMES)
def one(request):
    return lectures.lecture(lectures.plans()[request.param])


def test_a_lecture_fits_its_time(one):
    assert 0.8 * one.minutes <= one.planned <= one.minutes


def test_each_bet_is_resolved_and_nothing_is_answered_that_was_not_asked(one):
    shown = [cell for part in one.parts for slide in part.slides for cell in slide.cells]
    names = {name for part in one.parts for name in part.lessons}
    source = {cell.id: cell for name in names for cell in slides.lesson(name).cells}
    cells = [source[cell.id] for cell in shown if cell.id in source]
    asked = [key for cell in cells for key in wall.keys(cell, "predict")]
    answered = [key for cell in cells for key in wall.keys(cell, "reveal")]
    assert asked == answered
    assert len(set(asked)) == len(asked)


def test_no_slide_is_shown_twice(one):
    shown = [cell.id for part in one.parts for slide in part.slides for cell in slide.cells]
    assert len(set(shown)) == len(shown)


def test_each_part_is_reached_by_a_map_and_all_ends_with_what_was_found(one):
    deck = slides.slides_of(lectures.told(one))
    heads = [slide.cells[0].metadata["wall"] for slide in deck]
    assert [head["heading"] for head in heads].count("Where we are") == len(one.parts)
    assert len(deck) == 2 + sum(1 + len(part.slides) for part in one.parts)
    assert [head["level"] for head in heads].count(1) == 1
    assert (heads[0]["heading"], heads[-1]["heading"]) == (one.title, "What we found")
    assert all(cell.metadata["wall"]["level"] for slide in deck for cell in slide.cells[:1])
    first = lectures.chart(one, 0)
    assert [cell.source.count('class="here"') for cell in first] == [1, 0]
    assert f"From minute {lectures.UNNOTED:g} to" in first[1].source


def test_the_slides_of_a_lecture_alone_have_few_words(one):
    assert len(words(one.why)) <= 45
    assert len(words(" ".join(one.found))) <= 60
    assert all(sentence.endswith(".") for sentence in one.found)


def test_the_parts_of_a_lecture_take_its_time(one):
    assert one.planned == sum(part.minutes for part in one.parts) + 2 * lectures.UNNOTED


def test_lecturing_names_every_lecture_and_its_parts():
    assert re.findall(r"^\| `.*: .* \| \d+ \| .* \|$", LECTURING, re.MULTILINE) == lectures.table()


def test_a_heading_that_no_slide_has_is_named():
    with pytest.raises(
        lectures.LectureError, match=r"03_the_formulas has no slide '9 · Gone'; it has .*Forget|forget"
    ):
        lectures.stretch_of("03_the_formulas", "9 · Gone", "All six, and the program")
    with pytest.raises(lectures.LectureError, match="stands after"):
        lectures.stretch_of("03_the_formulas", "All six, and the program", "1 · The forget gate")


def test_who_asks_for_a_lecture_that_is_not_there_is_told_which_are(capsys):
    assert lectures.main(["path-20"]) == 1
    said = capsys.readouterr().err
    assert said == f"no lecture begins with 'path-20'; there are: {', '.join(NAMES)}\n"
    assert lectures.chosen(["path"]) == NAMES[:3]


def test_every_page_that_the_index_leads_to_is_there(tmp_path):
    for name in ["path-25", "04_one_step_by_hand", "11_text"]:
        (tmp_path / f"{name}.html").write_text("a deck")
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper" / "path-25-six-up.pdf").write_text("on paper")
    lectures.write_index(tmp_path)
    links = re.findall('href="(.+?)"', (tmp_path / "index.html").read_text(encoding="utf-8"))
    assert links == ["path-25.html", "paper/path-25-six-up.pdf", "04_one_step_by_hand.html", "11_text.html"]
    assert all((tmp_path / link).exists() for link in links)
