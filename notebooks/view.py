"""The learner's view of a lesson: open is what is to be read, changed or written, and all else is folded.

A code cell whose text begins with ``# Kind: what`` is folded, and this line is the bar that is seen. Kinds:

    Setup        imports, and what stands behind the scenes       Figure, Table, Live    what is to be looked at
    Your guess   a question, before its answer                    Check                  what answers an exercise
    Answer       what was asked, to be opened by running it       Proof                  the asserts of a section

From a guess to its answer every output is folded as well, and the paragraph after an answer goes into a fold of
its own: nothing on the page tells what is asked. The lecturer's notes are left to the decks (``slides.py``).
"""

import ast
import re

KINDS = ("Setup", "Your guess", "Answer", "Figure", "Table", "Live", "Check", "Proof", "Progress")
LABEL = re.compile(rf"# ({'|'.join(KINDS)}): (.+)")
WHY = "<details><summary>What came out, and why</summary>\n\n{}\n\n</details>"
FORMATTERS = re.compile(r"  # fmt: skip$", re.MULTILINE)  # a word to a program, and not to a reader
PICTURES = {"diagrams", "figures", "plotting"}  # where the functions that draw are


def label(cell):
    """Return the (kind, words) of a cell that is to be folded, or None."""
    found = LABEL.match(cell.source) if cell.cell_type == "code" else None
    return found and (found[1], found[2])


def kind(cell):
    """Return the kind that the syntax of a code cell gives away; None for one to be read, changed or written."""
    nodes = list(ast.walk(ast.parse(cell.source)))
    if any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes):
        return "Setup"
    called = {called_name(node) for node in nodes if isinstance(node, ast.Call)}
    by_themselves = {
        node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    for name, found in (("predict", "Your guess"), ("reveal", "Answer")):
        if name in by_themselves:  # model.predict asks nobody
            return found
    if any(is_check(node) for node in nodes):
        return "Check"
    if called & {"explore", "CellExplorer"}:
        return "Live"
    if "progress" in called:
        return "Progress"
    if called & {"show"} or any(is_picture(node) for node in nodes):
        return "Figure"
    return "Proof" if sum(isinstance(node, ast.Assert) for node in nodes) > 1 else None


def called_name(call):
    """Return the last name of what is called: show for plotting.show(…)."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def is_picture(node):
    """Say whether a node is a call such as figures.start_here.squashers(…)."""
    return isinstance(node, ast.Call) and called_home(node) in PICTURES


def is_check(node):
    """Say whether a node is a call such as check_choice(…) or exercises.start_here.check_half_life(…)."""
    if not isinstance(node, ast.Call) or called_name(node).split("_")[0] != "check":
        return False
    return called_home(node) in ("", "exercises")


def called_home(call):
    """Return the first name of what is called: plotting for plotting.show(…); nothing for show(…)."""
    home = call.func
    while isinstance(home, ast.Attribute):
        home = home.value
    return home.id if isinstance(call.func, ast.Attribute) and isinstance(home, ast.Name) else ""


def slide_type(cell):
    """Return what a cell is on the slides; the lecturer's notes are "notes"."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def learners(cells):
    """Return the cells of a lesson as its reader gets them, made from the cells of its text."""
    shown = [cell for cell in cells if slide_type(cell) != "notes"]
    asked = False
    for cell in shown:
        cell.source = FORMATTERS.sub("", cell.source)
        kind, words = label(cell) or (None, None)
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            asked = False  # a question is answered in its own section
        if kind:
            fold(cell, words, output=asked and kind != "Your guess")
        asked = kind == "Your guess" or (asked and kind != "Answer")
    for cell in after_answers(shown):
        cell.source = WHY.format(cell.source)
    return shown


def fold(cell, words, output):
    """Fold the source of a cell, and its output where that would tell an answer, in each front end's words."""
    cell.metadata["jupyter"] = {"source_hidden": True}
    tags = ["hide-input"]
    if output:
        cell.metadata["jupyter"]["outputs_hidden"] = True
        cell.metadata["collapsed"] = True  # what JupyterLab adds at the first save
        tags.append("hide-output")
    cell.metadata["mystnb"] = {"code_prompt_show": words}
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), *tags]


def after_answers(cells):
    """Return the paragraphs that say what came out: the first prose after a question or its answer."""
    found, waiting = [], False
    for cell in cells:
        if cell.cell_type == "markdown":
            if waiting and not cell.source.startswith(("#", "**Predict.**", "<details>")):
                found.append(cell)
            waiting = "**Predict.**" in cell.source
        elif label(cell):
            waiting = waiting or label(cell)[0] == "Answer"
    return found
