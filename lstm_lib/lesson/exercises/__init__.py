"""What answers the exercises of the lessons: right answers and foreseen slips; a module for each lesson.

A lesson asks with ``exercises.start_here.check_half_life(half_life)``. A module is loaded when it is first asked
for. How an answer is tried and compared is in ``checks``.
"""

from importlib import import_module
from importlib.util import find_spec


def __getattr__(name):
    if find_spec(f"{__name__}.{name}") is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
