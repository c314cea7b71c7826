"""Compare a stored notebook with a fresh run of it, cell by cell, down to what stands inside its widgets.

Text, formulas and HTML must be equal to the letter. Pictures must look the same: their bytes, and the last shade
of a smoothed edge, differ between machines. The ids of widgets are chance and are not compared, nor is metadata.

The run is nbval's (notebooks/conftest.py): it compares text, and a `Witness` beside it sees the rest.
"""

import ast
import base64
import contextlib
import copy
import io
import re
from typing import NamedTuple

import nbformat
import numpy as np
import view
from build import VIEW, execute, links, listener, normalise, place, reachable, read, references, widget_models
from nbclient.exceptions import CellExecutionComplete
from PIL import Image, ImageFilter

PICTURE = re.compile(r"data:image/png;base64,([\w+/=\s]+)")
# A picture differs when any WINDOW × WINDOW pixels of it do, by a root mean square above TOLERANCE; 0 is equal.
# Measured on a figure of the course: every smoothed edge up to 16 of 255 levels off gives 0.014; a line fainter by
# a twentieth 0.029, thinner by a fifteenth 0.030, a wrong letter 0.29. tests/test_strict.py keeps them apart.
TOLERANCE = 0.02
WINDOW = 16
BLUR = 1  # pixels
ABSENT = "nothing"
STUB = "raise NotImplementedError"
SOLUTION = re.compile(r"<summary>Solution</summary>\n\n```python\n(.*?)\n```", re.DOTALL)


class Picture(NamedTuple):
    """A PNG that is to be compared by its looks."""

    data: bytes


# --- running -----------------------------------------------------------------------------------------------------


def run_again(path):
    """Run the notebook at `path` anew; return the stored one and the fresh one, in normal form."""
    stored = read(path)
    return normalise(stored), normalise(execute(emptied(stored), path.parent, path.stem))


class Witness:
    """Makes outputs of what a kernel says while somebody else runs the cells of a notebook, one after another."""

    def __init__(self, notebook):
        self._stored, self._client = normalise(notebook), listener(emptied(notebook))
        self._client.reset_execution_trackers()
        self._heard = None  # the cell that runs, and its place

    def begin(self, number):
        """Listen for cell `number`."""
        self._heard = self._client.nb.cells[number - 1], number - 1
        self._client.clear_before_next_output = False  # as nbclient does at the start of a cell

    def begin_another(self, source):
        """Listen for a cell that the notebook does not have."""
        self._client.nb.cells.append(nbformat.v4.new_code_cell(source))
        self.begin(len(self._client.nb.cells))

    def hear(self, message):
        """Take in what the kernel has sent while the cell runs."""
        with contextlib.suppress(CellExecutionComplete):
            self._client.process_message(message, *self._heard)

    def cell(self):
        """Return the cell that has just run."""
        return self._heard[0]

    def difference(self):
        """Say where the cell that has just run differs from the stored one; an empty string when it does not."""
        cell, index = self._heard
        self._client.set_widgets_metadata()
        alone = normalise(nbformat.from_dict({**self._client.nb, "cells": [cell]}))
        return cell_difference(self._stored.cells[index], self._stored, alone.cells[0], alone)


def exercises(notebook):
    """Return what a learner who solves each exercise on the way runs, and after which cell.

    Returns {number of the last code cell before a solution: (the solution, numbers of the cells that check it)}.
    """
    found, exercise = {}, None
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and STUB in cell.source:
            exercise, last = [], number
        elif cell.cell_type == "code" and exercise is not None:
            exercise, last = [*exercise, *[number] * is_check(cell)], number
        elif cell.cell_type == "markdown" and exercise is not None and (solution := solution_of(cell)):
            found[last], exercise = (solution, exercise), None
    return found


def solution_of(cell):
    """Return the code of a folded solution; an empty string where a cell holds none."""
    found = SOLUTION.search(cell.source)
    return found[1] if found else ""


def is_check(cell):
    """Say whether a code cell checks an answer, by what it calls."""
    return any(map(view.is_check, ast.walk(ast.parse(cell.source))))


def said(cell):
    """Return the lines in which the checks of a cell have answered."""
    lines = [line for output in cell.get("outputs", []) for line in output.get("text", "").splitlines()]
    return [line for line in lines if line[:1] in ("✓", "○", "✗")]


def unsolved(before, after):
    """Say what a solution that was tried on the way lacks, by the cells of one check before and after it."""
    broken = [f"{output.ename}: {output.evalue}" for output in after.outputs if output.output_type == "error"]
    # several questions are left open in one line, and answered in one each
    if broken or len(said(after)) < len(said(before)) or {line[0] for line in said(after)} - {"✓"}:
        return f"the solution gets {' | '.join([*said(after), *broken]) or 'no answer'}"
    return ""


def emptied(notebook):
    """Return `notebook` as if it had never run."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return notebook


def compare(stored, fresh):
    """Return what differs between two notebooks in normal form: a sentence for each cell that does, by number."""
    found = {}
    for number, (old, new) in enumerate(zip(stored.cells, fresh.cells, strict=True), 1):
        if old.cell_type == "code" and (difference := cell_difference(old, stored, new, fresh)):
            found[number] = f"{place(number, old)}: {difference}"
    return found


def cell_difference(old, stored, new, fresh):
    """Say where a cell of a fresh notebook differs from that of the stored one."""
    if old.execution_count is None:
        return "nothing is stored to compare with; run notebooks/build.py"
    return first_difference(plain_cell(old, stored), plain_cell(new, fresh))


# --- from outputs to plain values --------------------------------------------------------------------------------


def plain_cell(cell, notebook):
    """Return all that a reader sees below a cell, as plain lists and dicts without ids."""
    models = widget_models(notebook)
    order = reachable(cell.outputs, models)
    shown = [plain_output(output, models) for output in cell.outputs]
    joined = [plain_link(models[link].state, order) for link in links(models, order)]
    return {"output": shown, "link between widgets": sorted(joined, key=str)}


def plain_output(output, models):
    """Return one output as {kind: content}."""
    if output["output_type"] == "stream":
        return {output["name"]: output["text"]}
    if output["output_type"] == "error":
        return {"error": f"{output['ename']}: {output['evalue']}"}
    return {output["output_type"]: {mime: plain_data(mime, data, models) for mime, data in output["data"].items()}}


def plain_data(mime, data, models):
    """Return the content of one MIME type: widgets as trees, pictures apart from the text around them."""
    if mime == VIEW:
        return plain_widget(data["model_id"], models)
    if mime == "image/png":
        return Picture(base64.b64decode(data))
    return plain_html(data) if mime == "text/html" else data


def plain_html(text):
    """Return HTML in pieces, the pictures apart from the text around them."""
    return [Picture(base64.b64decode(piece)) if n % 2 else piece for n, piece in enumerate(PICTURE.split(text))]


def plain_widget(model_id, models, above=()):
    """Return a widget as a tree of what it shows and holds. The version of ipywidgets is not part of that."""
    if model_id not in models or model_id in above:
        return f"no state (of {len(above)} widgets above it)"
    model = models[model_id]
    state = {key: value for key, value in model["state"].items() if not key.endswith("_module_version")}
    outputs = [plain_output(output, models) for output in state.pop("outputs", [])]
    tree = {key: plain_state(value, models, (*above, model_id)) for key, value in state.items()}
    return {"model": model["model_name"], "buffers": model.get("buffers"), "output": outputs, **tree}


def plain_state(value, models, above):
    """Return a value of a widget's state, with the widgets that it names in place of their ids."""
    if isinstance(value, list):
        return [plain_state(item, models, above) for item in value]
    if isinstance(value, dict):
        return {key: plain_state(item, models, above) for key, item in value.items()}
    named = references(value) if isinstance(value, str) else []
    if named:
        return plain_widget(named[0], models, above)
    return plain_html(value) if isinstance(value, str) and PICTURE.search(value) else value


def plain_link(state, order):
    """Return a link between widgets, its ends counted in the order in which the cell shows them."""
    ends = [[order.index(references(end)[0]), end[1]] for end in (state["source"], state["target"])]
    return {"link": state["_model_name"], "ends": ends}


# --- comparing ---------------------------------------------------------------------------------------------------


def first_difference(stored, now, where=""):
    """Say where two plain values differ first and how; an empty string when they do not."""
    if type(stored) is not type(now):
        return f"{where} stored {shortened(stored)}, now {shortened(now)}"
    if isinstance(stored, Picture):
        return "" if stored == now else picture_difference(stored, now, where)
    if isinstance(stored, dict):
        return dict_difference(stored, now, where)
    if isinstance(stored, list):
        return list_difference(stored, now, where)
    return "" if stored == now else f"{where} stored {excerpt(stored, now)}, now {excerpt(now, stored)}"


def dict_difference(stored, now, where):
    """Compare what stands under each key; null counts as absent: newer widgets have more traits that are null."""
    for key in sorted(stored.keys() | now.keys()):
        inner = f"{where}, {key}" if where else key
        if found := first_difference(stored.get(key), now.get(key), inner):
            return found
    return ""


def list_difference(stored, now, where):
    """Compare item by item."""
    if len(stored) != len(now):
        return f"{where}: stored {counted(stored)}, now {counted(now)}"
    found = (
        first_difference(old, new, f"{where} {n}") for n, (old, new) in enumerate(zip(stored, now, strict=True), 1)
    )
    return next(filter(None, found), "")


def counted(items):
    """Return the number of items and, shortened, the items."""
    return f"{len(items)} ({shortened(items)})" if items else ABSENT


def shortened(value, length=80):
    """Return the beginning of what a value looks like."""
    text = ABSENT if value is None else repr(value)
    return text if len(text) <= length else text[:length] + "…"


def excerpt(value, other):
    """Return `value` around the first place where it is not `other`."""
    if not isinstance(value, str):
        return shortened(value)
    first = next((n for n, (a, b) in enumerate(zip(value, other, strict=False)) if a != b), len(other))
    start = max(first - 20, 0)
    return "…" * (start > 0) + shortened(value[start:])


# --- pictures ----------------------------------------------------------------------------------------------------


def picture_difference(stored, now, where):
    """Say whether two pictures look different."""
    old, new = pixels(stored), pixels(now)
    if old.shape != new.shape:
        return f"{where}: the picture's rows and columns stored {old.shape[:2]}, now {new.shape[:2]}"
    error, row, column = largest_error(old, new)
    if error <= TOLERANCE:
        return ""
    return f"{where}: the picture differs most around x = {column}, y = {row} (error {error:.3f} > {TOLERANCE})"


def pixels(picture):
    """Return a picture on white paper as numbers from 0 to 1, slightly blurred."""
    image = Image.open(io.BytesIO(picture.data)).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    image = Image.alpha_composite(paper, image).convert("RGB").filter(ImageFilter.GaussianBlur(BLUR))
    return np.asarray(image, float) / 255


def largest_error(old, new):
    """Return the largest root mean square difference in any window, and the row and column of its centre.

    A mean over the whole picture would hide a changed digit; a window that slides cannot miss what lies across the
    border of two tiles.
    """
    squares = ((old - new) ** 2).sum(axis=2)
    height, width = (min(WINDOW, side) for side in squares.shape)
    total = np.pad(squares, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    sums = total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width]
    row, column = np.unravel_index(sums.argmax(), sums.shape)
    error = np.sqrt(max(sums[row, column], 0) / (height * width))
    return float(error), int(row + height // 2), int(column + width // 2)
