"""What answers the exercises of the lessons: right answers and foreseen slips; a module for each lesson.

A lesson asks with ``exercises.start_here.check_half_life(half_life)``. A module is loaded when it is first asked
for. How an answer is tried and compared is in ``checks``; what is made of words alone stands in the tables
``orders.toml`` and ``choices.toml``.
"""

import tomllib
from functools import cache
from pathlib import Path

from lstm_lib.lesson import modules_of

__getattr__ = modules_of(__name__)


@cache
def table(name):
    """Return a table of exercises: by name, what a check wants to know of each."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
