"""Plays the exercises of a lesson without Jupyter: the cells they need, an answer in the gap, what the checks say.

A lesson is read from its text. Of its statements only those are run on which an exercise stands, so that all
exercises of the course can be played with hundreds of answers in less than a minute.
"""

import ast
import contextlib
import functools
import io
import linecache
import re
import textwrap
import warnings
from pathlib import Path
from typing import NamedTuple

import build
import slicing
import view

SOURCES = Path(build.__file__).parent / "src"
GAP = "raise NotImplementedError"
SOLUTION = re.compile(r"<summary>Solution</summary>\n\n```python\n(.*?)\n```", re.DOTALL)
MARKS = "✓✗○"


class Piece(NamedTuple):
    """What is run at one go: a statement of a cell, or the whole of a cell that asks or checks."""

    cell: int
    source: str
    tree: ast.Module
    names: slicing.Names


class Lesson(NamedTuple):
    """The code cells of a lesson, the folded solution of each that has a gap, and what is run, in order."""

    slug: str
    cells: tuple
    solutions: dict
    pieces: tuple


class Heard(NamedTuple):
    """What check cells printed, line by line, and the error that stopped one of them, if any."""

    lines: tuple
    error: str = ""

    @property
    def marks(self):
        return "".join(line[0] for line in self.lines)


@functools.cache
def lessons():
    """Return the lessons, in reading order."""
    beyond = sorted(SOURCES.glob("further/1[0-2]_*.py"))
    return [_read(path) for path in [*sorted(SOURCES.glob("[0-9][0-9]_*.py")), *beyond]]


def _read(path):
    cells, solutions = [], {}
    for cell in build.read_source(path).cells:
        if cell.cell_type == "code":
            cells.append(cell.source)
        elif found := SOLUTION.search(cell.source):
            asked = re.findall(r"^def \w+", found[1], re.MULTILINE)
            gap = max(n for n, source in enumerate(cells) if GAP in source and asked[0] in source)
            solutions[gap] = found[1]
    texts = [solutions.get(n, source) for n, source in enumerate(cells)]
    pieces = [piece for n, text in enumerate(texts) for piece in _pieces(n, text, n in solutions)]
    return Lesson(path.stem[3:], tuple(cells), solutions, tuple(pieces))


def _pieces(cell, source, whole=False):
    body = ast.parse(source).body
    groups = [body] if whole or _checks(body) else [[node] for node in body]
    return [Piece(cell, source, ast.Module(group, []), slicing.names(group)) for group in groups]


def _checks(nodes):
    return any(view.is_check(node) for tree in nodes for node in ast.walk(tree))


def gaps(lesson):
    """Return the names of the functions that a lesson leaves to the learner, with the position of their cell."""
    found = {}
    for position in lesson.solutions:
        for node in ast.parse(lesson.cells[position]).body:
            if isinstance(node, ast.FunctionDef) and GAP in ast.unparse(node):
                found[node.name] = position
    return found


def home(name, slug):
    """Return the lesson with the gap `name`; where several have one of that name, the one called `slug`."""
    having = [lesson for lesson in lessons() if name in gaps(lesson)]
    named = [lesson for lesson in having if lesson.slug == slug]
    if not (named or len(having) == 1):
        raise LookupError(f"{len(having)} lessons have a gap {name}; none of them is called {slug}")
    return (named or having)[0]


def cell(lesson, name, text):
    """Return the cell with an answer in it: the text itself if it makes `name`, else the gap with it."""
    if re.search(rf"^((async )?def|class) {name}\b|^{name} *=[^=]", text, re.MULTILINE):
        return text
    stub = lesson.cells[gaps(lesson)[name]]
    node = next(node for node in ast.parse(stub).body if getattr(node, "name", "") == name)
    lines = stub.splitlines()[node.lineno - 1 : node.end_lineno]
    gap = next(n for n, line in enumerate(lines) if GAP in line)
    return "\n".join([*lines[:gap], textwrap.indent(text.strip("\n"), "    "), *lines[gap + 1 :]])


class Play:
    """A lesson in a fresh namespace, played up to the gap `name`.

    `answers` are the texts that will be tried: cells that only they need are run, too.
    """

    def __init__(self, lesson, name, answers=()):
        self.lesson, self.name, self.gap = lesson, name, gaps(lesson)[name]
        end = min((position for position in lesson.solutions if position > self.gap), default=len(lesson.cells))
        checks = {n for n, piece in enumerate(lesson.pieces) if piece.cell > self.gap and _checks(piece.tree.body)}
        before = [piece for piece in lesson.pieces if piece.cell < self.gap]
        tried = [
            piece for answer in answers for piece in _pieces(self.gap, cell(lesson, name, answer), whole=True)
        ]
        needed = set(slicing.needed([piece.names for piece in lesson.pieces], checks))
        for n in range(len(tried)):
            names = [piece.names for piece in (*before, tried[n])]
            needed |= set(slicing.needed(names, {len(before)})) - {len(before)}
        ordered = [(n, lesson.pieces[n]) for n in sorted(needed)]
        self._later = [piece for _, piece in ordered if piece.cell >= end]
        self._checks = [piece for n, piece in ordered if n in checks and piece.cell < end]
        self._namespace = {"__name__": "__main__"}
        for n, piece in ordered:
            if piece.cell < end and n not in checks:
                self._run(self.lesson.cells[self.gap] if piece.cell == self.gap else piece)

    def answer(self, text):
        """Run the cell with an answer in it; other gaps of the same cell are filled with their solutions."""
        if len([position for position in gaps(self.lesson).values() if position == self.gap]) > 1:
            self._run(self.lesson.solutions[self.gap])
        self._run(cell(self.lesson, self.name, text))

    def solve(self):
        """Run the folded solution."""
        self._run(self.lesson.solutions[self.gap])

    def check(self):
        """Run the check cells of the exercise, and return what was heard."""
        return self._hear(self._checks)

    def rest(self):
        """Go on with the later exercises, each with its folded solution, and return what was heard."""
        return self._hear(self._later)

    def _hear(self, pieces):
        lines = []
        for piece in pieces:
            printed, error = self._run(piece, strict=False)
            lines += [line for line in printed.splitlines() if line[:1] and line[0] in MARKS]
            if error:
                return Heard(tuple(lines), error)
        return Heard(tuple(lines))

    def _run(self, what, *, strict=True):
        """Run a piece or a text; it is left where error messages look for a line of it, as Jupyter does."""
        source, code = (what, what) if isinstance(what, str) else (what.source, what.tree)
        name = f"<cell {abs(hash(source))}>"
        linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
        printed, error = io.StringIO(), ""
        streams = contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO())
        with streams[0], streams[1], warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in Jupyter, a warning stops nothing
            try:
                exec(compile(code, name, "exec"), self._namespace)
            except KeyboardInterrupt:
                raise
            except BaseException as problem:
                if strict:
                    raise
                error = f"{type(problem).__name__}: {problem}"
        return printed.getvalue(), error
