"""What a student handed in, read with suspicion: which file it is, which cells are answers, and what is odd.

A cell is known by its nbgrader id, and where that is lost (renamed, stripped, written anew) by what it defines or
by its text. So a deleted, duplicated or edited cell costs nobody a point; what was found is said.
"""

import ast
import json
import os
import stat
from collections import Counter
from pathlib import Path
from typing import NamedTuple

MOST = 10 << 20  # bytes of a notebook


class Refused(Exception):
    """A submission that is not looked into; the message says why, in a sentence."""


class Cell(NamedTuple):
    """One cell as it was handed in; `grade_id` is empty where there is none."""

    number: int
    kind: str
    source: str
    grade_id: str
    outputs: list


class Submission(NamedTuple):
    """What is run, what stands in the place of which answer, which cells are nobody's, and what was noticed."""

    code: list
    answers: dict
    others: list
    notes: list


def find(folder, name):
    """Return the path of the notebook in a submitted folder, and what is odd about it.

    Parameters
    ----------
    folder : Path
        Where nbgrader or a learning platform put what one student handed in.
    name : str
        The name that the file should have, without ``.ipynb``.

    Returns
    -------
    (Path, list of str)
        Where the file has another name, the only notebook or the one that has the name in its own is taken.

    Raises
    ------
    Refused
        There is none, or it is not clear which.
    """
    wanted = folder / f"{name}.ipynb"
    if os.path.lexists(wanted):
        return wanted, []
    others = sorted(path for path in folder.glob("*.ipynb"))
    others = [path for path in others if name in path.name] if len(others) > 1 else others
    if len(others) != 1:
        raise Refused(f"There is no {name}.ipynb, and {len(others) or 'no other'} notebooks might be meant.")
    return others[0], [f"The file is called {others[0].name}; it was taken for {name}.ipynb."]


def read(path):
    """Return the cells of a notebook, and a digest-worthy copy of its bytes.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    (list of Cell, bytes)
        Nothing has been executed, and nothing believed.

    Raises
    ------
    Refused
        Not a regular file (a link could lead anywhere), too large, not JSON, or not a notebook.
    """
    content = _bytes(Path(path))
    try:
        notebook = json.loads(content)
    except RecursionError:
        raise Refused("The file is not a notebook: its JSON is nested too deeply.") from None
    except ValueError:
        raise Refused("The file is not a notebook: it is not JSON. Was it saved by Jupyter?") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Refused("The file is not a notebook: it has no list of cells.")
    return [_cell(number, cell) for number, cell in enumerate(cells, 1)], content


def _bytes(path):
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Refused(f"The file cannot be opened ({os.strerror(error.errno)}); a link is not followed.") from None
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise Refused("What was handed in is not a file.")
        if about.st_size > MOST:
            raise Refused(
                f"The file has {about.st_size >> 20} MB; up to {MOST >> 20} MB are looked into. "
                "Clear the outputs (Kernel → Restart Kernel and Clear Outputs) and hand it in again."
            )
        with os.fdopen(os.dup(file), "rb") as opened:
            return opened.read(MOST)
    finally:
        os.close(file)


def _cell(number, cell):
    source, metadata, outputs = cell.get("source", ""), cell.get("metadata"), cell.get("outputs")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    label = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = label.get("grade_id", "") if isinstance(label, dict) else ""
    return Cell(
        number,
        kind="code" if cell.get("cell_type") == "code" else "markdown",
        source=source.encode("utf-8", "replace").decode() if isinstance(source, str) else "",
        grade_id=grade_id if isinstance(grade_id, str) else "",
        outputs=outputs if isinstance(outputs, list) else [],
    )


def defined(source):
    r"""Return the names that a cell defines at its top level.

    Examples
    --------
    >>> sorted(defined("import numpy as np\ndef f(x): return x\na, b = 1, 2"))
    ['a', 'b', 'f', 'np']
    >>> defined("this is no Python")
    set()
    """
    try:
        tree = ast.parse("\n".join(line for line in source.splitlines() if line.lstrip()[:1] not in ("%", "!")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            names |= {each.asname or each.name for each in statement.names}
        else:
            stored = (each for each in ast.walk(statement) if isinstance(each, ast.Name))
            names |= {each.id for each in stored if isinstance(each.ctx, ast.Store)}
    return names


def sort(cells, key):
    """Say for every cell what it is, and what is run.

    Parameters
    ----------
    cells : list of Cell
        As they were handed in.
    key : list of dict
        The cells of the released notebook, as ``course.py`` writes them down.

    Returns
    -------
    Submission
        `code` holds (name, source) in the order of the notebook. Cells that were given, and tests, are not among
        it: what the course handed out is taken from the course.
    """
    known = {cell["id"]: cell for cell in key if cell["id"]}
    given = {_squeezed(cell["release"]): cell["id"] for cell in key}
    wanted = {cell["id"]: defined(cell["release"]) or {cell["id"]} for cell in key if cell["kind"] == "answer"}
    code, answers, others, notes, by_id = [], {}, [], [], Counter()
    for cell in cells:
        text, original = _squeezed(cell.source), known.get(cell.grade_id)
        by_id[cell.grade_id] += 1
        if not text or text in given:  # nothing in it, or left as it was handed out
            continue
        owners = [name for name, names in wanted.items() if cell.kind == "code" and names & defined(cell.source)]
        if original and original["kind"] in ("answer", "written"):
            owners = owners if owners and cell.grade_id not in owners else [cell.grade_id]
        elif original and not owners:
            notes.append(
                f"Cell {cell.number} ({cell.grade_id}) was given and has been changed; the original is used."
            )
            continue
        for owner in owners:
            if owner in answers:
                notes.append(f"{owner} is answered more than once; cell {cell.number} is the last and counts.")
            if cell.grade_id != owner:
                notes.append(
                    f"Cell {cell.number} has lost its mark; it was taken for {owner}, by what it defines."
                )
            answers[owner] = cell
        if not owners:
            others.append(cell)
        if cell.kind == "code":
            code.append((f"cell {cell.number}", cell.source))
    for name, original in known.items():
        if not by_id[name] and name not in answers:
            lost = (
                "what it asked for counts as not written"
                if original["kind"] in ("answer", "written")
                else "nothing is lost by it"
            )
            notes.append(f"The cell {name} is missing; {lost}.")
    return Submission(code, answers, others, notes)


def _squeezed(source):
    return "".join(source.split())
