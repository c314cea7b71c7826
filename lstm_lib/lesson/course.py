"""Where the files of the course are that lessons read: results of long runs, small series, what PyTorch said.

In a copy of the course they lie in its folders; where only the library is installed, its wheel has brought them.
"""

from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1]


def place(path):
    """Return where a file or a folder of the course is.

    Parameters
    ----------
    path : str
        As it stands in the course, with / between folders.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    FileNotFoundError
        If it is neither in a copy of the course nor in the wheel.

    Examples
    --------
    >>> place("notebooks/results").name
    'results'
    >>> place("notebooks/reslts")
    Traceback (most recent call last):
    FileNotFoundError: the course has no notebooks/reslts, or this installation of lstm_lib has come without it
    """
    for folder in (LIBRARY / "course", LIBRARY.parent):
        if (folder / path).exists():
            return folder / path
    raise FileNotFoundError(f"the course has no {path}, or this installation of lstm_lib has come without it")
