"""The deck for Anki holds the recall questions of every lesson, in words that it can show."""

import html
import re
import sqlite3
import zipfile

import build
import cards
import pytest

LESSONS = build.chosen([], build.HERE)


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    """Return what stands in the file: by its id, the fields and tags of each note."""
    folder = tmp_path_factory.mktemp("deck")
    cards.write(folder / "deck.apkg")
    with zipfile.ZipFile(folder / "deck.apkg") as deck:
        deck.extract("collection.anki2", folder)
    connection = sqlite3.connect(folder / "collection.anki2")
    rows = connection.execute("select guid, flds, tags from notes order by id").fetchall()
    connection.close()
    return {guid: (fields.split("\x1f"), tags.strip()) for guid, fields, tags in rows}


def test_every_lesson_has_its_five_questions_on_cards():
    assert [len(cards.cards_of(name)) for name in LESSONS] == [5] * len(LESSONS)


def test_the_file_holds_every_card_once(notes):
    assert len(notes) == len(cards.all_cards()) == 5 * len(LESSONS)
    for card in cards.all_cards():
        fields, tag = notes[card.guid]
        assert fields == [cards.in_html(card.question), cards.in_html(card.answer), cards.in_html(card.title)]
        assert tag == card.lesson


def test_the_words_are_the_lessons_own(notes):
    """A card begins where a point of a list does, and has its words in their order."""
    for name in LESSONS:
        text = " ".join(
            (build.HERE / "src" / f"{name}.py").read_text(encoding="utf-8").replace("\n#", "\n").split()
        )
        for card in cards.cards_of(name):
            assert f"{card.place}. {card.question} " in text
            assert f"{card.place}. {card.answer} " in text


def test_a_card_stays_the_same_when_its_words_or_the_number_of_its_lesson_change():
    first = cards.cards_of("00_start_here")[0]
    assert first.guid == first._replace(question="?", answer="!", title="Begin").guid
    assert first.guid != first._replace(place=2).guid
    assert first.lesson == "start_here"


def test_what_is_shown_is_html_with_formulas_as_anki_wants_them(notes):
    shown = [field for fields, _ in notes.values() for field in fields]
    assert not [field for field in shown if "$" in field or "␀" in field or "\0" in field]
    assert sum(r"\(" in field for field in shown) == sum(
        "$" in words for card in cards.all_cards() for words in (card.question, card.answer)
    )
    for field in shown:
        assert html.unescape(re.sub(r"</?(?:em|strong|code)>", "", field)).count("<") == field.count("&lt;")


def test_markdown_and_formulas_do_not_meet():
    assert cards.in_html(r"*so* `a_b` and $x_t * y_t$, $a < b$") == (
        r"<em>so</em> <code>a_b</code> and \(x_t * y_t\), \(a &lt; b\)"
    )
