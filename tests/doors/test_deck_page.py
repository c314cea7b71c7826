"""The count of what stands on slides: it tells the kinds apart, and finds every breach."""

import deck_page
import pytest
import slides
from nbformat import v4

pytestmark = pytest.mark.slow


def deck(*cells):
    """Return slides ready for the wall, one for each cell: Markdown, or code with what it prints."""
    notebook = v4.new_notebook()
    for number, content in enumerate([["# Title"], *cells]):
        made = v4.new_markdown_cell(content[0]) if len(content) == 1 else v4.new_code_cell(content[0])
        if len(content) > 1:
            made.outputs = [v4.new_output("stream", text=content[1])]
            made.metadata["tags"] = content[2:]
        made.metadata["slideshow"] = {"slide_type": "subslide" if number else "slide"}
        notebook.cells.append(made)
    return slides.slides_of(slides.prepare(notebook))


FOLDED = slides.OUTPUT_ONLY
BREACHES = {
    "prose only": ["Words, and nothing but words."],
    "console only": ["show()", "{'W_f': (64, 65)}\n", FOLDED],
    "11 lines of code": ["\n".join(f"x = {n}" for n in range(11)), "x is 10\n"],
}


@pytest.mark.parametrize("breach", BREACHES)
def test_each_breach_is_found(breach):
    assert deck_page.breaches(deck(BREACHES[breach])[1]) == [breach]


@pytest.mark.parametrize(
    "content",
    [
        ["$$a = b$$"],
        ["![a picture](a.png)"],
        ["## Three questions from before\n\n1. Why?"],
        ["**Predict.** What comes?"],
        ["show()", "b_f = 0: f = 0.5\nb_f = 1: f = 0.7\n", FOLDED],
    ],
)
def test_what_is_right_is_no_breach(content):
    assert deck_page.breaches(deck(content)[1]) == []


def test_a_share_of_plain_slides_is_allowed_and_no_more():
    one = {"no heading": 0, "book-keeping": 0, "console only": 0, "long code": 0, "figure": 5, "slides": 13}
    assert deck_page.broken(one | {"prose only": 1}) == []
    assert deck_page.broken(one | {"prose only": 2}) == ["prose only"]
    assert deck_page.broken(one | {"prose only": 0, "figure": 3}) == ["too few figures"]


def test_no_slide_of_any_deck_is_without_a_heading_or_shows_book_keeping():
    for name in slides.build.chosen([], slides.HERE):
        found = deck_page.count(deck_page.deck(name))
        assert found["no heading"] == found["book-keeping"] == 0, name


@pytest.mark.parametrize("number", ["00", "01", "02", "03", "04"])
def test_a_finished_deck_breaks_no_rule(number):
    (name,) = slides.build.chosen([number], slides.HERE)
    assert deck_page.broken(deck_page.count(deck_page.deck(name))) == []
