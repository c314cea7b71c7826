"""What there is to say about numbers that were found on paper: where the first slip is, and not what is right."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from lstm_lib.lesson import attempts
from lstm_lib.lesson.attempts import NOT_WRITTEN
from lstm_lib.lesson.comparing import relation
from lstm_lib.lesson.reading import Unreadable, holds_a_gap, in_a_row, in_the_form_of

DECIMALS = 3  # to so many a number has to be right
_tried = {}  # what was asked for → the wrong answers that were given


class Sheet(NamedTuple):
    """What a lesson asks to be done on paper: the arguments of `checks.check_paper` that are the lesson's own.

    Attributes
    ----------
    name, steps, asked, known, hint
        See there.

    Examples
    --------
    >>> Sheet("half", {"the sum": 5, "its half": 2.5}, 1, {}, "").wanted()
    {'its half': 2.5}
    """

    name: str
    steps: dict
    asked: int
    known: dict
    hint: str

    def wanted(self):
        """Return the numbers that are asked for, by name."""
        return dict(list(self.steps.items())[-self.asked :])


def verdict(attempt, sheet):
    """Try what was found on paper, and return what there is to say about it: a mark, and words.

    Parameters
    ----------
    attempt : function or value
        What the learner wrote.
    sheet : Sheet
        What is asked for.

    Returns
    -------
    pair of str
        "✓" right, "✗" wrong, "○" not written, or shown because it was asked for. Nothing is raised.

    Examples
    --------
    >>> verdict("?", Sheet("half", {"the sum": 5, "its half": 2.5}, 1, {}, ""))
    ('○', 'its half is 2.500.')
    """
    value, end = attempts.asked(attempt)
    if end or holds_a_gap(value):
        return end or NOT_WRITTEN
    wanted = sheet.wanted()
    if isinstance(value, str) and value.strip() == "?":
        return "○", ", ".join(f"{name} is {number:.{DECIMALS}f}" for name, number in wanted.items()) + "."
    row = list(value) if isinstance(value, Mapping) else in_a_row(value)
    form = sheet.steps if row is not None and len(row) == len(sheet.steps) else wanted
    try:
        if form is wanted and len(wanted) == 1 and not isinstance(value, Mapping):
            ((name, number),) = wanted.items()
            got = {name: in_the_form_of(number, value)}
        else:
            got = in_the_form_of(form, value)
    except Unreadable as odd:
        return "✗", f"{odd}."
    wrong = [name for name in got if not _near(got[name], sheet.steps[name])]
    if not wrong:
        return "✓", "right."
    return "✗", _what_is_wrong(got, wrong[0], sheet)


def _near(got, want):
    return bool(abs(got - want) <= 0.5 * 10.0**-DECIMALS + 1e-12)


def _what_is_wrong(got, first, sheet):
    names = list(got)
    before = names[: names.index(first)]
    side = "too large" if got[first] > sheet.steps[first] else "too small"
    if not np.isfinite(got[first]):
        side = "no number"
    words = [f"{first} is {side}." if len(got) > 1 else f"{side}."]
    if before:
        words.insert(0, f"right so far: {', '.join(before)};")
    asked = {name: np.array(got[name]) for name in sheet.wanted()}
    alike = [said for said, wrong in sheet.known.items() if _all_near(asked, wrong)]
    if alike:
        alike.sort(key=lambda said: _distance(asked, sheet.known[said]))
        words.append(f"Perhaps: {' Or: '.join(alike)}" if len(got) == 1 or len(alike) > 1 else alike[0])
    elif abs(got[first] - sheet.steps[first]) < 10.0 ** (1 - DECIMALS):
        words.append("It is near. Has something been rounded or cut on the way? Keep more digits.")
    else:
        right = {name: np.array(sheet.steps[name]) for name in asked}
        far = [name for name in asked if not _near(asked[name], right[name])]
        tol = 10.0**-DECIMALS
        words.append(relation({name: asked[name] for name in far}, {name: right[name] for name in far}, tol))
    if len(got) < len(sheet.steps):
        words.append(f"Return {', '.join(sheet.steps)}, and the first that is wrong is named.")
    tried = _tried.setdefault(sheet.name, set())
    tried.add(tuple(float(number) for number in got.values()))
    if len(tried) > 1:
        words.append(f'{sheet.hint} An answer of "?" shows what is right.')
    return " ".join(filter(None, map(str.strip, words)))


def _distance(asked, wrong):
    return float(np.abs(np.array(list(asked.values())) - np.atleast_1d(wrong)).max())


def _all_near(asked, wrong):
    row = [wrong] if np.ndim(wrong) == 0 else list(wrong)
    return all(_near(number, other) for number, other in zip(asked.values(), row, strict=True))
