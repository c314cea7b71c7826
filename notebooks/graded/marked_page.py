"""The notebook that people, formgrader and nbgrader's feedback look at: a submission with what its marks are for.

No cell of it has been executed by nbgrader, no hidden test stands in it, and nothing of a student's runs in it:
text has gone through `safe.py`, and of outputs only plain text and pictures are left.
"""

import hashlib

import safe
from submission import joined

OUTPUT = 200_000  # characters of a stored output that a person may want to see
OUTPUTS = 4_000_000  # of all of them, pictures included
TEXT = 60_000  # characters of a student's text that are read as Markdown; more of it is shown as it was typed


def page(sheet, sorted_out, report, notices, fingerprint):
    """Return the marked notebook, as plain data.

    Parameters
    ----------
    sheet : list of dict
        The cells that this student got.
    sorted_out : cells.Sorted
        Which of the student's cells is what.
    report : dict
        {question: lines}.
    notices : list of str
        What was odd.
    fingerprint : str
        What all of it was made from.
    """
    room = _Room()
    shown = [_with_output("# What was noticed", "\n".join(notices))] if notices else []
    for cell in sheet:
        found = sorted_out.answers.get(cell["id"], []) if cell["id"] else []
        if cell["type"] == "markdown":
            shown.append(_text("\n".join(map(room.text, found)) if found else cell["release"]))
        elif cell["kind"] == "tests":
            lines = report[cell["id"].removesuffix("-tests")]
            shown.append(_with_output(cell["release"], "\n".join(lines)))
        elif found:
            shown.append(_code(found[-1].source, room.outputs(found[-1].outputs)))
        else:
            shown.append(_code(cell["release"]))
        if cell["label"]:
            shown[-1]["metadata"]["nbgrader"] = cell["label"]
    if sorted_out.others:
        shown.append(_text("## Other cells of this submission"))
    for cell in sorted_out.others:
        shown.append(
            _code(cell.source, room.outputs(cell.outputs)) if cell.kind == "code" else _text(room.text(cell))
        )
    cells = [{"id": f"cell-{number}"} | cell for number, cell in enumerate(shown)]
    return {"cells": cells, "metadata": {"fingerprint": fingerprint}, "nbformat": 4, "nbformat_minor": 5}


def _text(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source, outputs=()):
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [*outputs], "source": source}


def texts(sheet, sorted_out):
    """Return {graded cell: digest of what the student wrote for it}: a person's score belongs to that."""
    digests = {}
    for cell in sheet:
        if cell["kind"] in ("tests", "written"):
            found = sorted_out.answers.get(cell["id"].removesuffix("-tests"), [])
            written = "\0".join("".join(each.source.split()) + repr(each.attachments)[:10_000] for each in found)
            digests[cell["id"]] = hashlib.sha256(written.encode()).hexdigest()
    return digests


class _Room:
    """Hands out the room that a page has, so that nobody's fills a browser."""

    def __init__(self):
        self.left, self.of_text = OUTPUTS, TEXT

    def text(self, cell):
        """Return a cell of text, or the comments of one of code, as safe Markdown."""
        self.of_text -= len(cell.source)
        if cell.kind == "markdown" and self.of_text > 0:
            return safe.markdown(cell.source, cell.attachments)
        return safe.markdown(f"    {cell.source[: safe.LONGEST]}".replace("\n", "\n    "))

    def outputs(self, outputs):
        """Return what of a cell's outputs can be looked at."""
        kept = harmless(outputs[:100])
        self.left -= sum(
            len(text) for each in kept for text in [each.get("text", ""), *each.get("data", {}).values()]
        )
        return kept if self.left > 0 else []


def _with_output(source, text):
    return _code(source, [{"output_type": "stream", "name": "stdout", "text": text}])


def harmless(outputs):
    """Return what a person may look at without running anything: text and pictures, none of it long.

    Examples
    --------
    >>> shown = {"text/html": "<script>", "text/plain": "x"}
    >>> harmless([{"output_type": "display_data", "data": shown}, "no output"])
    [{'output_type': 'display_data', 'data': {'text/plain': 'x'}, 'metadata': {}}]
    """
    kept = []
    for output in outputs:
        if not isinstance(output, dict):
            continue
        text, data = output.get("text"), output.get("data")
        if output.get("output_type") == "stream" and isinstance(text, str | list):
            kept.append({"output_type": "stream", "name": "stdout", "text": joined(text)[:OUTPUT]})
        elif isinstance(data, dict):
            shown = {
                kind: safe.picture_bytes(kind, joined(data.get(kind))) for kind in safe.SIGNATURES if kind in data
            }
            shown["text/plain"] = joined(data.get("text/plain"))[:OUTPUT]
            shown = {kind: text for kind, text in shown.items() if text}
            kept += [{"output_type": "display_data", "data": shown, "metadata": {}}] if shown else []
    return kept
