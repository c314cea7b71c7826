"""What a wall shows and the page does not: a picture beside the words, and each quantity in its colour.

with_pictures(cells)   cells of a lesson, and at the end of each slide that asks for a picture one that shows it
only_answers(outputs)  what came out of a cell, without what it printed beside its answer
coloured(latex)        a formula in the colours of the course

A cell asks in its metadata: ``"picture": ["f_t", "C_t"]`` is the circuit of the cell with these quantities lit,
``"picture": {"numbers": ["f_t"]}`` the same with the numbers of the primer's step on the wires,
``"picture": "way back"`` is two steps and the ways of the gradient, and any other words are the bar of a folded
cell of the lesson, whose picture is shown once more.
"""

import re

import view
from nbformat import v4
from wall import IT_IS, page_of

from lstm_lib import data, lstm
from lstm_lib.lesson import diagrams
from lstm_lib.lesson.figures import one_step_by_hand
from lstm_lib.plotting import LOOKS, Picture, figure

PICTURE, WAY_BACK = "picture", "way back"
SIZE, TALL = (5.3, 2.65), (5.3, 3.3)  # inches: small, so that the letters are large
OWN = r"(?P<own>(?<![A-Za-z\\{])[fioh]|\\tilde\{C\})_(?:\{[^{}]*\}|\w)"  # f_t, \tilde{C}_t
OF_A_GATE = r"(?<![A-Za-z\\])[Wba]_(?:\{(?P<gate>[fioC])[^{}]*\}|(?P<letter>[fioC]))"  # W_f, a_{f,1}
QUANTITY = re.compile(f"{OWN}|{OF_A_GATE}")


def with_pictures(cells):
    """Return cells with one more at the end of each slide that asks for a picture."""
    found, waiting = [], []
    for cell in cells:
        if view.slide_type(cell) in ("slide", "subslide"):
            found, waiting = found + waiting, []
        found.append(cell)
        wanted = cell.metadata.get("slideshow", {}).get(PICTURE)
        if wanted:
            waiting.append(
                v4.new_code_cell("", outputs=[drawn(wanted, cells)], metadata={"tags": ["output-only"]})
            )
    return found + waiting


def drawn(wanted, cells):
    """Return the picture that a cell asks for, as an output."""
    if wanted == WAY_BACK:
        return as_output(diagrams.draw_way_back(figure(*TALL)[1]), "Two steps, and the ways of the gradient.")
    if isinstance(wanted, str):
        return of_another(wanted, cells)
    if isinstance(wanted, dict):
        ax = one_step_by_hand.lit(lstm.step(*data.walkthrough()), wanted["numbers"], figure(*SIZE)[1])
        return as_output(ax, f"The cell with its numbers; in colour: {', '.join(wanted['numbers'])}.")
    return as_output(diagrams.draw_cell(wanted, figure(*SIZE)[1]), f"The cell; in colour: {', '.join(wanted)}.")


def as_output(ax, words):
    """Return a drawing as an output."""
    return v4.new_output("display_data", {"text/html": Picture.of(ax.figure, words)._repr_html_()})


def of_another(words, cells):
    """Return the picture of the folded cell that has `words` on its bar."""
    (shows,) = [cell for cell in cells if (view.label(cell) or ("", ""))[1] == words]
    return next(output for output in shows.outputs if "<img " in page_of(output))


def only_answers(outputs):
    """Return outputs without printed lines that are no answers."""
    kept = []
    for output in outputs:
        if output.output_type == "stream":
            lines = [line for line in output.text.splitlines() if IT_IS.fullmatch(line)]
            output = v4.new_output("stream", text="\n".join(lines))
        kept.append(output)
    return kept


def coloured(latex):
    """Return TeX with each gate, the candidate and h in its colour, and what makes a gate in that gate's."""
    return QUANTITY.sub(in_colour, latex)


def in_colour(found):
    """Return one quantity in its colour."""
    letter = found["own"] or found["gate"] or found["letter"]
    colour = LOOKS[f"{letter}_t" if letter in "fioh" else "C_tilde"].colour
    return rf"{{\color{{{colour}}}{found[0]}}}"
