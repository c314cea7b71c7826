"""What a student handed in, read with suspicion: which file it is, and the cells that are in it.

Nothing is executed, nothing believed, and nothing that is large is let in. `cells.py` says what each cell is.
"""

import json
import os
import stat
from pathlib import Path
from typing import NamedTuple

MOST = 10 << 20  # bytes of a notebook
CELLS = 1000


class Refused(Exception):
    """A submission that is not looked into; the message says why, in a sentence."""


class Cell(NamedTuple):
    """One cell as it was handed in; `grade_id` is empty where there is none."""

    number: int
    kind: str  # "code", "markdown" or "raw"
    source: str
    grade_id: str
    outputs: list
    attachments: dict


def find(folder, name):
    """Return the notebooks in a submitted folder that may be meant, the likeliest first.

    Parameters
    ----------
    folder : Path
        Where nbgrader or a learning platform put what one student handed in.
    name : str
        The name that the file should have, without ``.ipynb``.

    Returns
    -------
    list of Path
        The file of that name, then those that have it in theirs; without any, the only notebook there is.

    Raises
    ------
    Refused
        There is none, or it is not clear which.
    """
    # a name that begins with a dot is a file manager's own (macOS: ._name)
    found = [path for path in folder.iterdir() if path.suffix.lower() == ".ipynb" and path.name[0] != "."]
    meant = [path for path in found if name in path.name] or found
    exact = [path for path in meant if path.stem == name]
    if not exact and len(meant) != 1:
        how_many = f"it is not clear which of {len(meant)} notebooks is meant" if meant else "no other notebook"
        raise Refused(f"There is no {name}.ipynb, and {how_many}.")
    return exact + sorted(path for path in meant if path not in exact)


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
    except (RecursionError, MemoryError):
        raise Refused("The file is not a notebook: its JSON is nested too deeply, or too large.") from None
    except ValueError:
        raise Refused(
            "The file is not a notebook: it is not JSON in UTF-8, as Jupyter saves it. Save it there once more."
        ) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise Refused("The file is not a notebook: it has no list of cells.")
    if len(cells) > CELLS:
        raise Refused(f"The notebook has {len(cells)} cells; up to {CELLS} are looked into.")
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
    metadata, outputs, attachments = (cell.get(name) for name in ("metadata", "outputs", "attachments"))
    label = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = label.get("grade_id", "") if isinstance(label, dict) else ""
    return Cell(
        number,
        kind=cell["cell_type"] if cell.get("cell_type") in ("code", "raw") else "markdown",
        source=joined(cell.get("source")),
        grade_id=grade_id if isinstance(grade_id, str) else "",
        outputs=outputs if isinstance(outputs, list) else [],
        attachments=attachments if isinstance(attachments, dict) else {},
    )


def joined(text):
    """Return a notebook's text, which is one string or a list of lines; of anything else, nothing."""
    if isinstance(text, list):
        text = "".join(line for line in text if isinstance(line, str))
    return whole(text) if isinstance(text, str) else ""


def whole(text):
    """Return text that can be written down: half characters become question marks."""
    return text.encode("utf-8", "replace").decode()
