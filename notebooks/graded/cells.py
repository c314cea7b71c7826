"""What each cell of a submission is, which are run, and what is said about them.

A cell is known by its nbgrader id; where that is lost (stripped, renamed, written anew), code is known by what it
defines, and a written answer by where it stands. So a deleted, doubled, merged or edited cell costs no point.
"""

import ast
import builtins
import functools
import re
import symtable
from typing import NamedTuple

from IPython.core.inputtransformer2 import TransformerManager

LONGEST = 50_000  # characters of a cell that is run: to parse more takes more memory than a marker has
LINES = re.compile(r"(?m)^\s*[!?%,;/]|\?\s*$|=\s*[!%]")  # Jupyter's own; for each IPython reads all of a cell anew
MOST_READ = 500_000  # characters that are read by it so
MOST_NOTES = 30


class Code(NamedTuple):
    """A cell as Python: what is run, what it defines, and which names from elsewhere it uses."""

    python: str
    defines: set
    uses: set
    is_code: bool  # or text in a code cell


class Run(NamedTuple):
    """One cell to be run: what it is called, its Python, the answers in it, and whether its errors are told."""

    name: str
    source: str
    answers: tuple = ()
    told: bool = True


class Sorted(NamedTuple):
    """What is run, what stands in the place of which answer, the other cells, what waits, and what was noticed."""

    runs: list
    answers: dict  # {id: list of Cell}
    others: list
    waiting: set  # written answers that a person has to look for
    notes: list


NOTHING = Sorted([], {}, [], set(), [])


# --- Python out of a cell ----------------------------------------------------------------------------------------


@functools.lru_cache(1024)
def code(source):
    r"""Return what a cell is to Python, by IPython's own reading of it where it is more than Python.

    Examples
    --------
    >>> sorted(code("import numpy as np\ndef f(x): return x + y\na, b = [z for step in c], 2").defines)
    ['a', 'b', 'f', 'np']
    >>> sorted(code("%matplotlib inline\nfiles = !ls\nshow(files)").uses)
    ['files', 'get_ipython', 'show']
    """
    if len(source) > LONGEST:
        return Code(
            f"raise ValueError('the cell has {len(source)} characters; {LONGEST} are looked into')", *_NONE
        )
    for reading in (str, _as_jupyter):
        try:
            python = reading(source)
            flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            tree = compile(python, "<cell>", "exec", flags)
            return Code(python, set(_defined(tree.body)), _used(python), True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return Code(source, *_NONE)


_NONE = (frozenset(), frozenset(), False)


def _as_jupyter(source):
    if len(LINES.findall(source)) * len(source) > MOST_READ:
        return source
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # what IPython cannot read, either, is a mistake in the cell
        return source


def _defined(statements):
    """Yield the names that are made on purpose: by def, class, import and =, and not by a loop or a with."""
    for statement in statements:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield statement.name
            case ast.Import() | ast.ImportFrom():
                yield from (each.asname or each.name.partition(".")[0] for each in statement.names)
            case ast.Assign():
                yield from _targets(statement.targets)
            case ast.AnnAssign() | ast.AugAssign() | ast.Expr(value=ast.NamedExpr()):
                yield from _targets([getattr(statement, "target", None) or statement.value.target])
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _defined(getattr(statement, block, []))


def _targets(targets):
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Starred):
            yield from _targets([target.value])
        elif isinstance(target, ast.Tuple | ast.List):
            yield from _targets(target.elts)


def _used(python):
    """Return the names of the notebook that a cell reads, at its top or inside of its functions."""
    try:
        tables = [symtable.symtable(python, "<cell>", "exec")]
    except SyntaxError:  # a top-level await
        return set()
    used = set()
    for table in tables:
        tables += table.get_children()
        top = table.get_type() == "module"
        used |= {
            each.get_name() for each in table.get_symbols() if each.is_referenced() and (top or each.is_global())
        }
    return used - set(dir(builtins))


# --- the sheet that was handed out -------------------------------------------------------------------------------


class Sheet:
    """The problem set as this student got it: the cells of the key, and how a submitted cell is known among them.

    Parameters
    ----------
    key : list of dict
        As ``course.py`` writes it down.
    """

    def __init__(self, key):
        self.by_id = {cell["id"]: cell for cell in key if cell["id"]}
        self.place = {cell["id"]: place for place, cell in enumerate(key) if cell["id"]}
        self.left = {}  # the places where a text stands: a placeholder stands at more than one
        for place, cell in enumerate(key):
            self.left.setdefault(_squeezed(cell["release"]), []).append(place)
        self.key = key
        released = {cell["id"]: code(cell["release"]) for cell in key if cell["id"] and cell["type"] == "code"}
        self.names = {
            cell["id"]: released[cell["id"]].defines or {cell["id"]} for cell in key if cell["kind"] == "answer"
        }
        self.of_tests = {cell["id"]: released[cell["id"]].defines for cell in key if cell["kind"] == "tests"}

    def ids(self, kind):
        """Return the ids of one kind of cells, in order."""
        return [cell["id"] for cell in self.key if cell["kind"] == kind]

    def untouched(self, cell, after=-1):
        """Return the place of the cell that this one still is, word for word; None where it has been changed."""
        places = self.left.get(_squeezed(cell.source), [])
        if (own := self.place.get(cell.grade_id)) in places:
            return own
        return next((place for place in places if place > after), places[0] if places else None)

    def asked_in(self, cell):
        """Return the place of the question that a changed cell of text still holds: some answer right there."""
        text = _squeezed(cell.source)
        held = (places[0] for left, places in self.left.items() if len(left) > 80 and left in text)
        return next((place for place in held if self.key[place]["kind"] == "prose"), None)

    def written_at(self, place):
        """Return the written answer that belongs to a place: to its own cell, or to the question above it."""
        around = [] if place is None else [each for each in (place, place + 1) if each < len(self.key)]
        return next((self.key[each]["id"] for each in around if self.key[each]["kind"] == "written"), None)

    def defined_by(self, found):
        """Return the answers that a cell's code defines."""
        return [name for name, names in self.names.items() if names & found.defines]


def _squeezed(source):
    return "".join(source.split())


def _said(source):
    """Return a text without spaces and emphasis: what is left of an untouched placeholder is the same."""
    return re.sub(r"[\s*_#>`\\.]", "", source)


# --- sorting -----------------------------------------------------------------------------------------------------


def sort(cells, key):
    """Say for every cell what it is, and what is run.

    Parameters
    ----------
    cells : list of Cell
        As they were handed in.
    key : list of dict
        The cells of the sheet that this student got.

    Returns
    -------
    Sorted
        What the course handed out is taken from the course: where such a cell was changed, both are run.
    """
    return _Sorting(cells, Sheet(key)).result()


class _Sorting:
    """One walk through a notebook; each method takes a cell of one kind."""

    def __init__(self, cells, sheet):
        self.sheet, self.cells = sheet, cells
        self.codes = {cell.number: code(cell.source) for cell in cells if cell.kind == "code"}
        self.runs, self.answers, self.others, self.notes = [], {}, [], []
        self.unlabelled, self.repeated, self.stray = [], [], []  # stray: own text, and where it stands
        self.made = set().union(*(code(sheet.by_id[name]["release"]).defines for name in sheet.ids("given")))
        self.wanted = self._names_of_tests_in_use()

    def _names_of_tests_in_use(self):
        """Return the names that only cells of tests make, and the student's own cells use further down."""
        own, made, missing = set(self.made), set(), set()
        for cell in self.cells:
            if cell.kind == "code" and self._is_test(cell) is None and self.sheet.untouched(cell) is None:
                own |= self.codes[cell.number].defines
                missing |= self.codes[cell.number].uses - own
        for names in self.sheet.of_tests.values():
            made |= names
        return missing & made

    def _is_test(self, cell):
        place = self.sheet.untouched(cell)
        name = cell.grade_id if place is None else self.sheet.key[place]["id"]
        answers = self.sheet.defined_by(self.codes[cell.number]) if cell.kind == "code" else []
        return name if name in self.sheet.of_tests and not (place is None and answers) else None

    def result(self):
        place = None
        for cell in self.cells:
            after = -1 if place is None else place
            left = self.sheet.untouched(cell, after) if _squeezed(cell.source) else None
            place = left if left is not None else self.sheet.place.get(cell.grade_id, place)
            if not _squeezed(cell.source):
                continue
            if cell.kind == "code" and (test := self._is_test(cell)):
                self._test(cell, test, left)
            elif left is None:
                place = self._own(cell, place)
        self._text_that_nobody_asked_for()
        self._say_what_is_missing()
        return Sorted(self.runs, self.answers, self.others, self._waiting(), self.notes[:MOST_NOTES])

    def _own(self, cell, place):
        """Take a cell that is not as it was handed out; return the place where the walk stands after it."""
        if cell.kind == "code":
            self._code(cell, place)
            return place
        if cell.grade_id in self.sheet.names:
            self.notes.append(
                f"Cell {cell.number} ({cell.grade_id}) is a {cell.kind.capitalize()} cell, so Jupyter runs "
                "nothing of it, and it counts as not written. (Esc, then Y, makes it code.)"
            )
        asked = self.sheet.asked_in(cell)
        self._text(cell, place if asked is None else asked)
        return place if asked is None else asked

    def _code(self, cell, place):
        found, original = self.codes[cell.number], self.sheet.by_id.get(cell.grade_id, {})
        owners = self.sheet.defined_by(found)
        if original.get("kind") == "answer" and (cell.grade_id in owners or not owners):
            owners = [cell.grade_id, *(name for name in owners if name != cell.grade_id)]
        elif original.get("kind") == "given" and not owners:
            self._given(cell, found)
            return
        for name in owners:
            if name in self.answers:
                self.repeated.append(name)
                self.others += [each for each in self.answers[name] if each not in self.others]
            self.answers[name] = [cell]
        if owners and cell.grade_id not in owners:
            self.unlabelled.append(cell.number)
        if not owners:
            self.others.append(cell)
            if not found.is_code or self.sheet.written_at(place):
                self.stray.append((cell, place))
        self.runs.append(Run(f"cell {cell.number}", found.python, tuple(owners)))

    def _given(self, cell, found):
        """Run what a student has made of a given cell, which may import more, and the course's own after it."""
        self.notes.append(
            f"Cell {cell.number} ({cell.grade_id}) was given and has been changed: it is run, and the course's "
            "own after it."
        )
        original = self.sheet.by_id[cell.grade_id]["release"]
        self.runs += [
            Run(f"cell {cell.number}", found.python),
            Run(f"{cell.grade_id} as given", original, (), False),
        ]
        self.others.append(cell)

    def _test(self, cell, name, left):
        """Run a cell of tests only where a name that it makes is used elsewhere; marks do not come from it."""
        if left is None:
            self.notes.append(
                f"Cell {cell.number} ({name}) was given and has been changed; marks do not come from it."
            )
        found = self.codes[cell.number]
        if found.defines & self.wanted:
            self.runs.append(Run(f"cell {cell.number}", found.python, (), False))

    def _text(self, cell, place):
        by_label = cell.grade_id if self.sheet.by_id.get(cell.grade_id, {}).get("kind") == "written" else None
        name = by_label or self.sheet.written_at(place)
        if name and _said(cell.source) == _said(self.sheet.by_id[name]["release"]):
            return
        if name:
            self.answers.setdefault(name, []).append(cell)
        else:
            self.others.append(cell)
            self.stray.append((cell, place))

    def _text_that_nobody_asked_for(self):
        """Own text that stands right below a question, in a cell of code, is shown as its answer, too."""
        for cell, place in self.stray:
            name = self.sheet.written_at(place)
            if name and cell.kind == "code":
                self.answers.setdefault(name, []).append(cell)

    def _waiting(self):
        """Return the written answers that a person has to read, or to look for."""
        waiting = set()
        for name in self.sheet.ids("written"):
            after = [place for _, place in self.stray if place is None or place >= self.sheet.place[name] - 1]
            if name in self.answers or after:
                waiting.add(name)
        return waiting

    def _say_what_is_missing(self):
        for name in sorted(set(self.repeated)):
            self.notes.append(f"{name} is defined in more than one cell; the last one counts.")
        if self.unlabelled:
            self.notes.append(
                "Answers were found by what they define, without their nbgrader labels: "
                f"{_numbers(self.unlabelled)}."
            )
        labels = {cell.grade_id for cell in self.cells}
        seen = labels | {
            self.sheet.key[place]["id"] for place in map(self.sheet.untouched, self.cells) if place is not None
        }
        gone = [name for name in self.sheet.by_id if name not in seen]
        answers = [name for name in gone if self.sheet.by_id[name]["kind"] in ("answer", "written")]
        if unanswered := [name for name in answers if name not in self.answers]:
            self.notes.append(f"Missing, and answered nowhere else: {', '.join(unanswered)}.")
        if given := [name for name in gone if self.sheet.by_id[name]["kind"] in ("given", "tests")]:
            self.notes.append(f"Given cells are missing; the course's own are used: {', '.join(given)}.")


def _numbers(numbers):
    shown = ", ".join(map(str, numbers[:12]))
    return f"cell{'s' * (len(numbers) > 1)} {shown}{' …' * (len(numbers) > 12)}"
