"""The pictures of the lessons, each with its words beside its drawing; a module for each lesson, named as it is.

A lesson shows one with ``figures.start_here.squashers()``. A module is loaded when it is first asked for.
"""

from importlib import import_module
from importlib.util import find_spec


def __getattr__(name):
    if find_spec(f"{__name__}.{name}") is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
