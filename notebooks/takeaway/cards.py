"""The recall questions of all lessons as a deck of cards for Anki: ``write("lstm_recall.apkg")``.

Questions and answers are those of the lessons' own text. A card is known by its lesson and its place there, so
that a newer deck brings new words to a card and keeps what its learner has reached with it.
"""

import re
from pathlib import Path
from typing import NamedTuple

import build
import genanki
from markdown_it import MarkdownIt

HEADING = "questions to see what stayed"
DECK, NOTES = 1_861_199_701, 1_861_199_702  # Anki knows a deck and a kind of note by a number; these stay
NAME = "The LSTM by Hand"
MATHS = re.compile(r"\$([^$\n]+)\$")
CARD = """<div class="asked">{{Question}}</div>"""
BACK = """{{FrontSide}}<hr id="answer">{{Answer}}<p class="from">{{Lesson}}</p>"""
CSS = """.card {font: 20px/1.4 system-ui, sans-serif; text-align: left}
.card {max-width: 34em; margin: 1em auto; padding: 0 1em}
.from {font-size: 14px; opacity: 0.7} code {font-size: 90%}"""


class Card(NamedTuple):
    """A question with its answer, in Markdown, and where it stands."""

    lesson: str  # the file's name, without its number
    place: int
    title: str
    question: str
    answer: str

    @property
    def guid(self):
        """Return what Anki knows the card by, whatever its words and the number of its lesson become."""
        return genanki.guid_for(NAME, self.lesson, self.place)


def listed(text):
    """Return the points of a numbered list, each in one line."""
    points = re.findall(r"^(\d+)\. (.*(?:\n +\S.*)*)", text, flags=re.MULTILINE)
    assert [int(number) for number, _ in points] == list(range(1, len(points) + 1)), text
    return [re.sub(r"\s+", " ", words) for _, words in points]


def cards_of(name):
    """Return the cards of a lesson."""
    cells = [
        c.source for c in build.read_text(build.HERE / "src" / f"{name}.py").cells if c.cell_type == "markdown"
    ]
    title = re.match(r"# (.+)", cells[0])[1]
    (cell,) = [source for source in cells if HEADING in source.partition("\n")[0]]
    asked, answered = cell.split("<details>")
    lesson = re.sub(r"^\d+_", "", Path(name).name)
    pairs = zip(listed(asked), listed(answered), strict=True)
    return [Card(lesson, place, title, *pair) for place, pair in enumerate(pairs, 1)]


def all_cards():
    """Return the cards of all lessons, in the order of the course."""
    return [card for name in build.chosen([], build.HERE) for card in cards_of(name)]


def in_html(words):
    r"""Return Markdown as the HTML that Anki shows; its formulas stand between \( and \)."""
    formulas = []

    def kept(found):
        formulas.append(found[1])
        return f"\0{len(formulas) - 1}\0"

    shown = MarkdownIt("commonmark").renderInline(MATHS.sub(kept, words).replace("\0", "␀"))
    for n, formula in enumerate(formulas):
        formula = formula.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        shown = shown.replace(f"␀{n}␀", rf"\({formula}\)")
    return shown


def write(path):
    """Write the deck; return its cards."""
    kind = genanki.Model(
        NOTES,
        NAME,
        fields=[{"name": name} for name in ("Question", "Answer", "Lesson")],
        templates=[{"name": "recall", "qfmt": CARD, "afmt": BACK}],
        css=CSS,
    )
    deck = genanki.Deck(DECK, NAME)
    cards = all_cards()
    for card in cards:
        fields = [in_html(card.question), in_html(card.answer), in_html(card.title)]
        deck.add_note(genanki.Note(kind, fields, guid=card.guid, tags=[card.lesson], due=len(deck.notes)))
    genanki.Package(deck).write_to_file(path)
    return cards
