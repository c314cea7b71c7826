"""What of a lesson's cell is worth a wall: no book-keeping, answers as the list that was asked.

code(source)              the lines that explain something
questions(cells)          what is asked in a lesson, by key
outputs(cell, …)          what came out, for a room: answers, sentences, tables; only the rest stays a console
"""

import ast
import html
import re
from typing import NamedTuple

import view
from printed import as_html, printed, typeset

BOOK_KEEPING = {"reveal", "predict"}  # calls that a deck shows by what they give
FORMATTER = re.compile(r"[ ]*# fmt: \w+")
STILL = 'class="lstm-still"'  # a picture that brings a live figure, which takes its place in a browser
IT_IS = re.compile(r"It is (.+)\.")
CHOICES = re.compile(r"\(([a-z])\) (.*)")


class Question(NamedTuple):
    """What a lesson asks: the words and, if there are any, the choices."""

    words: str
    choices: list


# --- code ---


def code(source):
    """Return the lines of a code cell that explain something: no checks, no answers, no notes for programs."""
    drop, lines = set(), source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if is_book_keeping(node):
            drop |= set(range(node.lineno - 1, node.end_lineno))
    if lines and view.LABEL.match(lines[0]):
        drop.add(0)
    return FORMATTER.sub("", "\n".join(line for n, line in enumerate(lines) if n not in drop)).strip("\n")


def is_book_keeping(node):
    """Say whether a statement checks, asks or answers."""
    return isinstance(node, ast.Assert) or (
        isinstance(node, ast.Expr) and calls(node.value) & BOOK_KEEPING != set()
    )


def calls(node):
    """Return the name that is called by itself, as in reveal(…), in a set; model.predict asks nobody."""
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return {node.func.id} if is_call else set()


def keys(cell, name):
    """Return the keys of the calls of `name` in a cell, such as 00.half for predict("00.half", …)."""
    if cell.cell_type != "code":
        return []
    found = [node for node in ast.walk(ast.parse(cell.source)) if calls(node) & {name} and node.args]
    return [node.args[0].value for node in found if isinstance(node.args[0], ast.Constant)]


# --- questions and answers ---


def questions(cells):
    """Return the questions that a lesson asks, by key, as its notebook shows them."""
    found = {}
    for cell in cells:
        asked = keys(cell, "predict")
        shown = [page for page in map(page_of, cell.get("outputs", [])) if "class='asleep'" in page]
        for key, page in zip(asked, shown, strict=False):
            found[key] = question(page)
    return found


def page_of(output):
    """Return the HTML of an output, or nothing."""
    return output.get("data", {}).get("text/html", "")


def question(page):
    """Read a question from the HTML of `predict`."""
    words, rest = (html.unescape(part) for part in re.findall(r"<p>(.*?)</p>", page)[:2])
    choices = re.sub(r"<br ?/?>", "\n", rest).splitlines()
    return Question(re.sub("<[^>]+>", "", words), [line for line in choices if CHOICES.match(line)])


def ask(asked):
    """Return a question as HTML, with its choices in a list."""
    lines = "".join(f"<li>{choice(line)}</li>" for line in asked.choices)
    return f'<div class="question"><p>{typeset(asked.words)}</p>' + (
        f"<ul>{lines}</ul></div>" if lines else "</div>"
    )


def answer(asked, said):
    """Return an answer as HTML: the list that was asked with the right line marked, or the number, large."""
    if not asked.choices:
        number, _, unit = said.partition(" ")
        return (
            f'<div class="answer"><p>{typeset(asked.words)}</p>'
            f'<p class="number">{typeset(number)} <small>{typeset(unit)}</small></p></div>'
        )
    lines = ""
    for line in asked.choices:
        right = line.startswith(said[:3])
        lines += f'<li class="right">{choice(line)}</li>' if right else f"<li>{choice(line)}</li>"
    return f'<div class="answer"><p>{typeset(asked.words)}</p><ul>{lines}</ul></div>'


def short_answer(said):
    """Return an answer whose question stands on the same slide."""
    return f'<div class="answer"><ul><li class="right">{choice(said)}</li></ul></div>'


def choice(line):
    """Return one line of choices, its letter set apart."""
    found = CHOICES.match(line)
    return f"<b>{found[1]}</b> {typeset(found[2])}" if found else typeset(line)


# --- what came out ---


def outputs(cell, asked, here=()):
    """Return the outputs of a cell as a room gets them.

    `asked` are the lesson's questions by key, `here` the keys of those that stand on the same slide.
    """
    waiting, shown = keys(cell, "reveal"), []
    for output in cell.outputs:
        if "class='asleep'" in page_of(output) and "<strong>" in page_of(output):
            shown.append(as_html(ask(question(page_of(output)))))
        elif STILL in page_of(output):
            shown.append(as_html(f'<div class="live">{page_of(output)}</div>'))
        elif output.output_type == "stream":
            shown += from_print(output.text, waiting, asked, here)
        else:
            shown.append(output)
    return shown


def from_print(text, waiting, asked, here):
    """Return what was printed, cut into answers, tables and sentences."""
    pieces, lines = [], []
    for line in text.splitlines():
        said = IT_IS.fullmatch(line)
        if said and waiting and waiting[0] in asked:
            key = waiting.pop(0)
            pieces += [
                *printed(lines),
                as_html(short_answer(said[1]) if key in here else answer(asked[key], said[1])),
            ]
            lines = []
        else:
            lines.append(line)
    return pieces + printed(lines)
