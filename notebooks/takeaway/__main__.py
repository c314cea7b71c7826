"""Make what one takes away: ``python notebooks/takeaway``, or some of ``step cards ledgers book pages`` of it."""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))  # the programs that build lessons and decks

import cards  # noqa: E402
import press  # noqa: E402
import spreadsheet  # noqa: E402

FOLDER = HERE.parents[1] / "_build" / "takeaway"
KINDS = {
    "step": lambda: spreadsheet.write(FOLDER / "lstm_step.xlsx"),
    "cards": lambda: cards.write(FOLDER / "lstm_recall.apkg"),
    "ledgers": lambda: press.write_ledgers(FOLDER),
    "book": lambda: press.write_book(FOLDER / "lstm_by_hand.pdf"),
    "pages": lambda: press.write_pages(FOLDER.with_name("pages")),
}


def main(arguments=None):
    """Make all of it, or what is named."""
    parser = argparse.ArgumentParser(description="Make what one takes away, into _build/takeaway.")
    parser.add_argument(
        "kinds", nargs="*", metavar="kind", help=f"some of {', '.join(KINDS)}; all but pages by default"
    )
    kinds = parser.parse_args(arguments).kinds or [kind for kind in KINDS if kind != "pages"]
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        parser.error(f"there is no {unknown[0]!r}; want some of {', '.join(KINDS)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        KINDS[kind]()
        print(f"made: {kind}")


if __name__ == "__main__":
    main()
