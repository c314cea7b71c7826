"""What stands on a learner's page, counted, and the rules it keeps: ``python tests/page.py 04`` prints both.

The rules are those of the project's design: the subject is what one sees.
"""

import ast
import builtins
import itertools
import json
import re
import sys
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
sys.path.insert(0, str(NOTEBOOKS))

import build  # noqa: E402
import doors  # noqa: E402
import view  # noqa: E402

LINES, WIDTH, FOLDED_LINES, LABEL = 12, 95, 8, 60
PRINTED = 88  # characters of a printed line that JupyterLab does not break, 1150 px wide
STUB = "raise NotImplementedError"
LATEX = re.compile(r"\\[a-zA-Z]{2,}")
LETTER = re.compile(r"(?<![σ′])\(([a-e])\)")  # a choice, and not σ(a)
ALT = re.compile(r'<img [^>]*?alt=\\"(.*?)\\"')  # as it stands in JSON
DETAILS = re.compile(r"<details>.*?</details>", re.DOTALL)
WHY = view.WHY.split("\n")[0]
ELSEWHERE = re.compile(r"\]\(([^)\s]+\.ipynb#[^)\s]*)\)")  # JupyterLab goes to the top
IN_FENCE = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
FENCED = re.compile(r"```.*?```", re.DOTALL)
NO_PROSE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|<[^>]*>|\"\w+\"", re.DOTALL)
RAW = re.compile(r"(?<!\w)(?:d?[WbhCfioxaz]|C̃)_(?:next|[A-Za-z0-9]|\{[^}]*\})(?!\w)")
KINDS_ALIKE = ({"Figure", "Live", "Table", "Progress"}, {"Proof", "Table", "Setup"})


def lessons():
    """Return the names of all lessons."""
    return build.chosen([], NOTEBOOKS)


def lines(cell):
    """Return the lines of a cell that hold something, its label apart."""
    own = [line for line in doors.without_guard(cell.source).splitlines() if line.strip()]
    return own[1:] if view.label(cell) else own


def code(notebook):
    """Return the code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def bound(cell):
    """Return the names that a cell makes."""
    found = set()
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return found


def used(cell):
    """Return the names that a cell takes from outside of itself."""
    nodes = list(ast.walk(ast.parse(cell.source)))
    taken = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return taken - arguments - set(dir(builtins))


def from_nowhere(notebook):
    """Return the names in open cells that only folded cells make; imports are no secret."""
    opened, folded = set(), {}
    found = []
    for cell in code(notebook):
        if not view.label(cell):
            found += [name for name in sorted(used(cell)) if name in folded and name not in opened]
            opened |= bound(cell)
        elif view.kind(cell) == "Setup":
            opened |= bound(cell)
        else:
            folded |= dict.fromkeys(bound(cell))
    return list(dict.fromkeys(found))


def open_prose(notebook):
    """Return the prose that is in view without a click."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return FENCED.sub("", DETAILS.sub("", "\n\n".join(texts)))


def headings(notebook):
    """Return the words of all headings."""
    return re.findall(r"^#+ (.+)$", open_prose(notebook), re.MULTILINE)


def counts(notebook):
    """Return what is counted for one lesson, by name."""
    cells = code(notebook)
    bars = [cell for cell in cells if view.label(cell)]
    opened = [cell for cell in cells if not view.label(cell)]
    first = next(
        (n for n, cell in enumerate(notebook.cells, 1) if view.label(cell) and "predict(" in cell.source), 0
    )
    labels = [view.label(cell) for cell in bars]
    return {
        "open lines": sum(len(lines(cell)) for cell in opened),
        "folded lines": sum(len(lines(cell)) for cell in bars),
        "open cells": len(opened),
        "bars": len(bars),
        "names from nowhere": len(from_nowhere(notebook)),
        "labels twice": len(labels) - len(set(labels)),
        "notes": sum("For the lecturer" in cell.source for cell in notebook.cells),
        "answers told": len(told(notebook)),
        "keys to the first guess": first,
        "words": len(open_prose(notebook).split()),
    }


def told(notebook):
    """Return where something between a guess and its answer, or an open letter after it, may tell the answer."""
    found, asked = [], False
    for number, cell in enumerate(notebook.cells, 1):
        kind = (view.label(cell) or [""])[0]
        if asked and cell.cell_type == "markdown":
            found.append(f"{build.place(number, cell)}: prose between a guess and its answer")
        if asked and cell.cell_type == "code" and kind == "" and cell.get("outputs"):
            found.append(f"{build.place(number, cell)}: an open output between a guess and its answer")
        asked = kind == "Your guess" or (asked and kind != "Answer")
        if cell.cell_type == "markdown" and LETTER.search(DETAILS.sub("", cell.source)):
            found.append(f"{build.place(number, cell)}: a letter in the open")
    return found


def printed(cell):
    """Return the lines of a cell's output and of its programs in prose; a picture or a table is no line."""
    for program in IN_FENCE.findall(cell.source) if cell.cell_type == "markdown" else []:
        yield from program.splitlines()
    for output in cell.get("outputs", []):
        data = output.get("data", {"text/plain": output.get("text", "")})
        if list(data) == ["text/plain"]:
            yield from data["text/plain"].splitlines()


def faults(notebook):
    """Return each rule that a lesson breaks, with the place."""
    found = [
        f"{name} comes from nowhere: an open cell uses it, a folded one makes it"
        for name in from_nowhere(notebook)
    ]
    found += told(notebook)
    cells, titles, labels = list(enumerate(notebook.cells, 1)), headings(notebook), []
    for number, cell in cells:
        where = build.place(number, cell)
        if "For the lecturer" in cell.source:
            found.append(f"{where}: a lecturer's note")
        if re.search(r"</details>\n(?!<)\s*\S", FENCED.sub("", cell.source)):
            found.append(f"{where}: words that touch a fold above them; they want a cell of their own")
        found += [f"{where}: a printed line of {len(line)}" for line in printed(cell) if len(line) > PRINTED]
        if cell.cell_type != "code":
            found += [f"{where}: {raw} is no formula" for raw in RAW.findall(NO_PROSE.sub("", cell.source))]
            continue
        found += [f"{where}: {what}" for what in (closed(cell, titles) if view.label(cell) else opened(cell))]
        labels += [view.label(cell)] if view.label(cell) else []
    found += [f"two bars are labelled {': '.join(label)}" for label in {*labels} if labels.count(label) > 1]
    for (number, one), (_, other) in itertools.pairwise(cells):
        if view.label(one) and view.label(other) and not one.get("outputs"):
            found.append(f"{build.place(number, one)}: a bar without output, and then another bar")
        if one.source.startswith(WHY) and unsaid(other):
            found.append(f"{build.place(number + 1, other)}: code below a fold, and no word in view about it")
    found += [f"a link beyond the top of another page: {link}" for link in ELSEWHERE.findall(open_prose(notebook))]
    right = re.findall(r"It is \(([a-e])\)", str([cell.get("outputs") for cell in code(notebook)]))
    if len(right) > 2 and len(set(right)) == 1:
        found.append(f"each of the {len(right)} right answers is ({right[0]})")
    names = ALT.findall(json.dumps([cell.outputs for cell in code(notebook)], ensure_ascii=False))
    found += [f"two pictures are named {name}" for name in {*names} if names.count(name) > 1]
    total = counts(notebook)
    if total["bars"] > total["open cells"]:
        found.append(f"{total['bars']} bars, and {total['open cells']} open cells")
    if total["keys to the first guess"] > 10:
        found.append(f"the first guess comes after {total['keys to the first guess']} keys")
    return found


def unsaid(cell):
    """Say whether a cell is open code without a comment."""
    return cell.cell_type == "code" and not view.label(cell) and "#" not in cell.source


def opened(cell):
    """Return what is wrong with an open cell."""
    nodes, own = list(ast.walk(ast.parse(cell.source))), lines(cell)
    if kind := view.kind(cell):
        yield f"open, and by its syntax {kind}"
    if len(own) > LINES:
        yield f"{len(own)} lines"
    if max(map(len, own), default=0) > WIDTH:
        yield f"a line of {max(map(len, own))} characters"
    if sum(isinstance(node, ast.Assert) for node in nodes) > 1:
        yield "more than one assert"
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if any(map(LATEX.search, texts)):
        yield "LaTeX"


def closed(cell, titles):
    """Return what is wrong with a folded cell."""
    kind, words = view.label(cell)
    syntax = view.kind(cell)
    if syntax and syntax != kind and not any({kind, syntax} <= alike for alike in KINDS_ALIKE):
        yield f"labelled {kind}, and by its syntax {syntax}"
    if STUB in cell.source:
        yield "an exercise, folded"
    if len(lines(cell)) > FOLDED_LINES:
        yield f"{len(lines(cell))} folded lines"
    if len(f"# {kind}: {words}") > LABEL:
        yield f"a label of {len(f'# {kind}: {words}')} characters"
    if words.strip(".").lower() in {title.strip(".").lower() for title in titles}:
        yield "its label repeats a heading"


def main(wanted):
    """Print the counts of the lessons, and what is wrong."""
    for name in build.chosen(wanted, NOTEBOOKS):
        notebook = build.read(NOTEBOOKS / f"{name}.ipynb")
        print(name, *(f"{what} {number}" for what, number in counts(notebook).items()), sep="\n    ")
        print("", *faults(notebook), sep="\n  ! ")


if __name__ == "__main__":
    main(sys.argv[1:])
