"""What there is to say about an answer that is made of numbers: right, or where and how it differs.

The learner's function is called on copies, for each of several cases; so is the lesson's right answer, and so are
the wrong ones that the lesson foresees. A foreseen mistake is named only if it agrees in every case. At the end
the first case is tried once more: what is kept from call to call must not change the answer.
"""

import copy
import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lstm_lib.lesson import attempts
from lstm_lib.lesson.attempts import NOT_WRITTEN
from lstm_lib.lesson.comparing import first_difference, near, relation
from lstm_lib.lesson.reading import (
    Unreadable,
    by_name,
    coarsest,
    holds_a_gap,
    in_the_form_of,
    kind,
    numbers,
    strangers,
)
from lstm_lib.lesson.surroundings import Surroundings

_OTHER_SIZES = "with other sizes: "


class Exercise(NamedTuple):
    """What a lesson asks for: the arguments of `checks.check` that are the lesson's own.

    Attributes
    ----------
    expected, then, tol, known, says
        See there.

    Examples
    --------
    >>> Exercise(4, None, 1e-8, {}, "").tol
    1e-08
    """

    expected: object
    then: object
    tol: float
    known: object
    says: str


class _Case(NamedTuple):
    """One set of arguments, and what the lesson makes of it: arrays by name, a single one under an empty name."""

    given: tuple
    form: object  # a right answer, where there is one
    wanted: dict
    known: Callable  # the foreseen mistakes by what is said of them; asked for only where an answer is wrong
    foreseen: Callable  # what comes of one of them


def _prepared(given, exercise):
    expected, then = exercise.expected, exercise.then

    def made(answer):
        return answer(*copy.deepcopy(given)) if callable(answer) else answer

    def carried(answer, form):
        if form is not None:
            try:
                answer = in_the_form_of(form, answer)
            except Unreadable:  # foreseen just because of that
                return _by_name(answer)
        return _by_name(answer if then is None else then(answer, *copy.deepcopy(given)))

    @functools.cache
    def known():
        return made(exercise.known)

    def foreseen(said):
        try:
            return carried(made(known()[said]), form)
        except ValueError:  # a mistake that these sizes stop
            return None

    form = made(expected) if then is None or callable(expected) else None
    wanted = _by_name(expected) if form is None else carried(form, form)
    return _Case(given, form, wanted, known, foreseen)


def _by_name(value):
    """Return arrays by name; None where it is not made of numbers."""
    arrays = (
        {name: numbers(each) for name, each in value.items()} if isinstance(value, dict) else {"": numbers(value)}
    )
    return None if any(array is None for array in arrays.values()) else arrays


def verdict(attempt, cases, exercise):
    """Try an answer in every case, and return what there is to say about it: a mark, and words.

    Parameters
    ----------
    attempt : function or value
        What the learner wrote.
    cases : list of tuple
        The arguments of each call.
    exercise : Exercise
        What is asked for.

    Returns
    -------
    pair of str
        "✓" right, "✗" wrong, "○" not written. Nothing is raised.

    Examples
    --------
    >>> verdict(lambda: 5, [()], Exercise(4, None, 1e-8, {"One too many.": 5}, ""))
    ('✗', 'got 5, want 4. Yours is too large by 1. Perhaps: One too many.')
    """
    if cases != [()] and attempt is not None and attempt is not ... and not callable(attempt):
        return "✗", f"got {kind(attempt)}; want a function."
    around, outcomes = Surroundings(attempt), []
    for given in cases:
        outcomes.append(attempts.run(attempt, given))
        if outcomes[-1].value is None:
            break
    again, changed = outcomes[0], []
    if callable(attempt) and outcomes[-1].value is not None:
        between = Surroundings(attempt)  # what is changed twice may be as it was in the end
        again = attempts.once_more(attempt, cases[0])
        changed = between.put_back()
    outside, last = list(dict.fromkeys([*changed, *around.put_back()])), outcomes[-1]
    where = [_where(attempt, given, cases) for given in cases]
    if last.problem and len(outcomes) == 1:
        return "✗", last.problem
    if not last.problem and (last.value is None or holds_a_gap(last.value)):
        return NOT_WRITTEN
    whole = outcomes[:-1] if last.problem else outcomes
    try:
        prepared = [_prepared(given, exercise) for given in cases[: len(whole)]]
        tries = [_tried(outcome.value, case, exercise) for outcome, case in zip(whole, prepared, strict=True)]
        mark, words = _compared(tries, where, exercise, attempts.unused(attempt))
    except Exception as error:
        return "○", (
            f"something of the lesson that this check needs is not as it was ({type(error).__name__}: {error}). "
            "Run the lesson from its top once more."
        )
    if mark == "✓" and last.problem:
        mark, words = "✗", where[len(whole)] + last.problem
    elif tries[0].right(exercise.tol) and not _right_again(again, prepared[0], exercise):
        mark, words = "✗", attempts.GIVES_SOMETHING_ELSE
    argument = next((outcome.changed for outcome in outcomes if outcome.changed), "")
    return mark, words + attempts.traces(argument, outside)


def _where(attempt, given, cases):
    """Return the beginning of a sentence that says which case it is about."""
    if len(cases) == 1:
        return ""
    names = attempts.parameter_names(attempt, len(given))
    shown = [_short(value) for value in given]
    some = [f"{name} = {value}" for name, value in zip(names, shown, strict=True)]
    if all(shown):
        return f"with {', '.join(some)}: "
    return _OTHER_SIZES if list(map(np.shape, given)) != list(map(np.shape, cases[0])) else ""


def _short(value):
    """Return a number, or the name of a function, as text; nothing for anything else."""
    return str(value) if isinstance(value, int | float | np.number) else getattr(value, "__name__", "")


class _Tried(NamedTuple):
    """What came back in one case, and what the lesson made of it: arrays by name, or None and the reason."""

    case: _Case
    answer: object
    got: dict
    problem: str
    carried: bool = False

    @property
    def exactness(self):
        """How exact the numbers that came back can be."""
        return max(coarsest(self.answer), 2.0**-52)

    def equals(self, arrays, tol):
        """Return whether all these arrays, one or more of those that are asked for, are what came back."""
        if self.got is None or arrays is None or not arrays.keys() <= self.got.keys():
            return False
        return all(near(self.got[name], array, tol, self.exactness) for name, array in arrays.items())

    def right(self, tol):
        return not self.problem and self.equals(self.case.wanted, tol)

    def relation(self, tol):
        """Return how what came back is related to what is wanted, in a sentence, or nothing."""
        got, wanted = self.got, self.case.wanted
        if self.carried:  # what the answer itself is, not what the lesson makes of it
            got, wanted = (_as_it_is(each, self.case.form) for each in (self.answer, self.case.form))
        same_names = got is not None and wanted is not None and got.keys() == wanted.keys()
        return relation(got, wanted, tol) if same_names else ""


def _tried(answer, case, exercise):
    form, then = case.form, exercise.then
    try:
        got = answer if form is None else in_the_form_of(form, answer)
    except Unreadable as odd:
        return _Tried(case, answer, None if then else _as_it_is(answer, form), f"{odd}.", then is not None)
    if then is not None:
        try:
            got = then(got, *copy.deepcopy(case.given))
        except Exception as error:
            words = f" ({' '.join(str(error).split()).rstrip('.')})" if isinstance(error, ValueError) else ""
            problem = f"nothing can be computed from what it gave back, {kind(answer)}{words}."
            return _Tried(case, answer, None, problem, carried=True)
    got = _by_name(got)
    if got is None:
        return _Tried(case, answer, None, f"got {kind(answer)}; want a number or an array of numbers.")
    wrong_form = any(got[name].shape != wanted.shape for name, wanted in case.wanted.items())
    problem = f"got {kind(answer)}, which does not have the form that is asked for." if wrong_form else ""
    return _Tried(case, answer, got, problem, then is not None)


def _right_again(outcome, case, exercise):
    return outcome.value is not None and _tried(outcome.value, case, exercise).right(exercise.tol)


def _compared(tries, where, exercise, unused):
    """Return mark and words for what came back in each case."""
    wrong = [k for k, tried in enumerate(tries) if not tried.right(exercise.tol)]
    if not wrong:
        return "✓", "right."
    first = tries[wrong[0]]
    lead = where[wrong[0]]
    if (first.problem and wrong[0] == 0) or (lead == _OTHER_SIZES and not first.problem):
        lead = ""  # numbers that differ may have any other reason
    words = first.problem or _difference(first, exercise)
    return "✗", f"{lead}{words} {_reason(tries, first, exercise, unused)}".rstrip()


def _reason(tries, first, exercise, unused):
    """Return what there is to say beside the difference: a strange name, a foreseen mistake, or a relation."""
    form = first.case.form
    if isinstance(form, dict) and (sentence := strangers(first.answer, form)):
        return sentence
    for said in first.case.known():
        if all(tried.equals(tried.case.foreseen(said), exercise.tol) for tried in tries):
            sizes = [array.size for tried in tries for array in tried.case.foreseen(said).values()]
            return f"{'Perhaps: ' if sizes == [1] else ''}{said}"
    if _holds_nan(first.got) and not _holds_nan(first.case.wanted):
        return "nan is no number: look for 0 / 0, or the logarithm or root of something negative."
    if unused:
        return f"It does not use {', '.join(unused)}, which {'is' if len(unused) == 1 else 'are'} handed over."
    if exercise.then is not None and not _tells_a_larger_one(tries[0].case, exercise):
        return ""
    wrong = [tried for tried in tries if not tried.right(exercise.tol)]
    facts = {tried.relation(exercise.tol) for tried in wrong}
    if facts == {""} and all(map(_is_near, wrong)):
        return "It is near. Has something been rounded on the way? Keep all digits."
    return facts.pop() if len(facts) == 1 else ""


def _holds_nan(arrays):
    return arrays is not None and any(np.isnan(array).any() for array in arrays.values())


def _tells_a_larger_one(case, exercise):
    """Return whether an answer that is a tenth larger than the right one is wrong: else many are right."""
    arrays = _as_it_is(case.form, case.form)
    if not arrays:
        return False
    larger = {name: 1.1 * array for name, array in arrays.items()}
    return not _tried(larger if isinstance(case.form, dict) else larger[""], case, exercise).right(exercise.tol)


def _is_near(tried):
    """Return whether one number came back that is off by less than a thousandth."""
    got, want = (_as_it_is(each, tried.case.form) for each in (tried.answer, tried.case.form))
    if not got or not want or got.keys() != {""} or got[""].size != 1 or want[""].size != 1:
        return False
    return bool(abs(got[""].item() - want[""].item()) < 1e-3 * abs(want[""].item()))


def _as_it_is(answer, form):
    """Return arrays by name whatever their shapes are, or None."""
    try:
        return _by_name(by_name(answer, list(form)) if isinstance(form, dict) else answer)
    except Unreadable:
        return None


def _difference(tried, exercise):
    got, wanted, form = tried.got, tried.case.wanted, tried.case.form
    name = next(name for name in wanted if not near(got[name], wanted[name], exercise.tol, tried.exactness))
    have, want, where = first_difference(got[name], wanted[name], exercise.tol, tried.exactness)
    if exercise.says:
        shown = tried.answer if form is None else in_the_form_of(form, tried.answer)
        says = exercise.says if callable(exercise.says) else exercise.says.format
        return says(answer=shown, got=have, want=want, at=where) + "."
    at = f" at index {where}, the first that differs" if where else ""
    lead = f"{name} differs: got" if name else "got" if exercise.then is None else "your answer leads to"
    words = f"{lead} {have:.6g}, want {want:.6g}{at}."
    if where or name or exercise.then is not None or not np.isfinite(have):
        return words
    return f"{words} Yours is too {'large' if have > want else 'small'} by {abs(have - want):.4g}."
