"""How long something takes: measured here and now, or, while the lessons are built, read from a table.

    times("batch", {"1": f, "8": g})    the best time of each, in milliseconds
    source()                            whose times these are

A stored lesson has to be the same on every machine, and no two runs take equally long. So the environment variable
LSTM_TIMES is "stored" while lessons are built and tested, and all times then come from a table. With LSTM_MEASURE
of 1 they are measured with care and the table is written anew.
"""

import json
import os
import platform
import time
from pathlib import Path

import numpy as np

from lstm_lib.lesson import course

STORED = course.place("notebooks/results") / "08_times.json"
CAREFULLY, QUICKLY = 6.0, 0.8  # seconds for all that is compared, not for each


def times(name, functions):
    """Return how long each function takes, in milliseconds: the best of many calls, made in turn.

    Parameters
    ----------
    name : str
        Of the comparison, in the table.
    functions : dict of function
        What it is called → a function without arguments.

    Returns
    -------
    dict of float
        The same names → milliseconds.

    Examples
    --------
    >>> list(times("two sums", {"short": lambda: sum(range(9)), "long": lambda: sum(range(99))}))
    ['short', 'long']
    """
    stored = _table() if _reads() else {}
    if name in stored:
        return stored[name]
    measured = _measured(functions, CAREFULLY if _writes() else QUICKLY)
    if _writes():
        new = {name: {words: float(f"{best:.4g}") for words, best in measured.items()}, "measured on": _machine()}
        text = json.dumps(_table() | new, indent=1, ensure_ascii=False)
        STORED.write_text(f"{text}\n", encoding="utf-8")
    return measured


def source():
    """Return in a sentence whose times these are.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", LSTM_TIMES="stored"):
    ...     source()[:12]
    'measured on '
    """
    return f"measured on {_table().get('measured on')}" if _reads() else f"measured here and now, on {_machine()}"


def _writes():
    return os.environ.get("LSTM_MEASURE") == "1"


def _reads():
    return os.environ.get("LSTM_TIMES") == "stored" and not _writes()


def _table():
    return json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}


def _measured(functions, seconds):
    best, rounds, end = dict.fromkeys(functions, float("inf")), 0, time.perf_counter() + seconds
    while rounds < 3 or time.perf_counter() < end:
        for words, function in functions.items():  # in turn, so that a busy moment meets all of them
            start = time.perf_counter()
            function()
            best[words] = min(best[words], 1e3 * (time.perf_counter() - start))
        rounds += 1
    return best


def _machine():
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(": ")[1] for line in lines if line.startswith("model name")]
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "as many threads as it likes")
    return f"{(names or [platform.machine()])[0]}, NumPy {np.__version__}, threads for products: {threads}"
