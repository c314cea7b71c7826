"""Print decks: ``python notebooks/handouts.py [names...]``, one page a slide, and two and six on a sheet of paper.

Every deck of ``_build/slides`` that is named (all by default) goes into ``_build/slides/paper``, as the browser has it at
``?print-pdf``: everything uncovered, no slide twice. With ``--notes`` each slide is followed by what the lecturer says.
"""

import argparse
import sys
from pathlib import Path

import lectures
import slides

WIDTH, HEIGHT = 1280 * 0.75, 720 * 0.75  # points, as reveal.js prints a slide
A4 = (595.28, 841.89)  # points
MARGIN, GAP = 30, 14
SHEETS = {"two-up": (1, 2), "six-up": (2, 3)}  # columns and rows on a sheet that stands upright
READY = "() => document.documentElement.classList.contains('on-paper') && [...document.images].every(i => i.complete)"


def print_deck(page, deck, pdf, *, notes=False):
    """Print a deck with a page of a browser; return the number of its slides."""
    page.goto(f"{deck.as_uri()}?print-pdf{'&showNotes=separate-page' if notes else ''}")
    page.wait_for_function(READY)
    page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
    return page.evaluate("document.querySelectorAll('.pdf-page').length")


def several_up(pdf, columns, rows):
    """Return a PDF whose sheets of A4 hold several pages of another, each in a thin frame."""
    import pypdf

    pages, paper = pypdf.PdfReader(pdf).pages, pypdf.PdfWriter()
    scale = min(
        (A4[0] - 2 * MARGIN - (columns - 1) * GAP) / columns / WIDTH,
        (A4[1] - 2 * MARGIN - (rows - 1) * GAP) / rows / HEIGHT,
    )
    for number, page in enumerate(pages):
        row, column = divmod(number % (columns * rows), columns)
        if row == column == 0:
            sheet = paper.add_blank_page(*A4)
        left = MARGIN + column * (WIDTH * scale + GAP)
        bottom = A4[1] - MARGIN - (row + 1) * HEIGHT * scale - row * GAP
        sheet.merge_transformed_page(page, pypdf.Transformation().scale(scale).translate(left, bottom))
    return paper
