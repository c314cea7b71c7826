"""Print decks: ``python notebooks/handouts.py [names...]``, a slide a page, and two and six on a sheet.

The decks of ``_build/slides`` that are named (all by default) go into ``_build/slides/paper``, as they are at
``?print-pdf``: everything uncovered, no slide twice. With ``--notes`` a slide is followed by what is said to it.
"""

import argparse
import sys

import lectures
import pypdf
import slides

sys.path.append(str(slides.HERE / "takeaway"))  # the browser that prints

from press import printer

WIDTH, HEIGHT = 1280 * 0.75, 720 * 0.75  # points, as reveal.js prints a slide
A4 = (595.28, 841.89)  # points
MARGIN, GAP = 30, 14
SHEETS = {"two-up": (1, 2), "six-up": (2, 3)}  # columns and rows on a sheet that stands upright
READY = "() => document.documentElement.classList.contains('on-paper')"
DECODED = "() => Promise.all([...document.images].map((image) => image.decode()))"


def print_deck(page, deck, pdf, *, notes=False):
    """Print a deck with a page of a browser."""
    page.goto(f"{deck.as_uri()}?print-pdf{'&showNotes=separate-page' if notes else ''}")
    page.wait_for_function(READY)
    page.evaluate(DECODED)
    page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)


def several_up(pdf, columns, rows):
    """Return a PDF whose sheets of A4 hold several pages of another, each in a thin frame."""
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


def main(arguments=None):
    """Print decks; return the exit code."""
    parser = argparse.ArgumentParser(description="Print the decks of _build/slides.")
    parser.add_argument("names", nargs="*", help="decks, such as path-25 or 04; all by default")
    parser.add_argument("--notes", action="store_true", help="after each slide, what the lecturer says to it")
    options, folder = parser.parse_args(arguments), slides.BUILT / "slides"
    decks = [path for path in sorted(folder.glob("*.html")) if path.stem != "index"]
    decks = [path for path in decks if not options.names or path.stem.startswith(tuple(options.names))]
    if not decks:
        print(f"no deck {' or '.join(options.names)} in {folder}: `make slides` makes them", file=sys.stderr)
        return 1
    paper = folder / "paper"
    paper.mkdir(exist_ok=True)
    with printer() as page:
        for deck in decks:
            pdf = paper / f"{deck.stem}{'-notes' if options.notes else ''}.pdf"
            print_deck(page, deck, pdf, notes=options.notes)
            for name, (columns, rows) in ({} if options.notes else SHEETS).items():
                several_up(pdf, columns, rows).write(paper / f"{deck.stem}-{name}.pdf")
            print(f"{pdf.relative_to(slides.HERE.parent)}  {len(pypdf.PdfReader(pdf).pages)} pages")
    lectures.write_index(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
