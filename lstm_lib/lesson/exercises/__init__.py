"""What answers the exercises of the lessons: right answers and foreseen slips; a module for each lesson.

A lesson asks with ``exercises.start_here.check_half_life(half_life)``. A module is loaded when it is first asked
for. How an answer is tried and compared is in ``checks``; what is made of words alone stands in the tables
``orders.toml`` and ``choices.toml``.
"""

from lstm_lib.lesson import modules_of

__getattr__ = modules_of(__name__)
