"""The pictures of the lessons, each with its words beside its drawing; a module for each lesson, named as it is.

A lesson shows one with ``figures.start_here.squashers()``. A module is loaded when it is first asked for.
"""

from lstm_lib.lesson import modules_of

__getattr__ = modules_of(__name__)
