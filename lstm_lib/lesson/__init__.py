"""What the notebooks of the course use: it asks, answers, draws and remembers. The library itself never needs it.

    checks, diagnoses, attempts     what answers when an exercise is tried
    mistakes, museum                every known mistake, once; and broken LSTMs made from them, to be found
    predictions                     a guess before the answer
    mine, standalone                the learner's own LSTM, in a file of its own
    finale, watching                its twenty steps and trials; a network watched while it learns
    rivals, own_series              what it is compared with; a series of one's own
    course                          where the files are that lessons read
    exercises, figures              what one lesson asks and shows: a module for each
    working, ledger, written        a step line by line, and as a table to be filled in; how numbers are written
    speed, stopwatch                layers written for speed, and how long they take
    tables                          a small table
    diagrams                        the cell as a circuit, and the way back
    translations                    the same LSTM in other programs, and what PyTorch said
    widgets, scenes, explorer       sliders, what they move, and one cell under the fingers
    typed, asleep                   a trained network to type into; a live figure in a saved page
    morse_key                       a key under the fingers, and a network that reads it

A lesson takes what it writes often from here: ``from lstm_lib.lesson import explore, predict, reveal``. Each name
is fetched from its module when it is asked for, so that a lesson without sliders loads nothing for them.
"""

from importlib import import_module
from importlib.util import find_spec

DOOR = {
    "predict": "predictions",
    "reveal": "predictions",
    "summary": "predictions",
    "explore": "widgets",
    "slider": "widgets",
    "CellExplorer": "explorer",
    "Working": "working",
    "WayBack": "working",
}


def __getattr__(name):
    if name not in DOOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{DOOR[name]}"), name)


def modules_of(package):
    """Return the ``__getattr__`` of a package whose modules are loaded when they are first asked for."""

    def module(name):
        if find_spec(f"{package}.{name}") is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return import_module(f"{package}.{name}")

    return module
