"""What there is to say about an answer that is made of numbers: right, or where and how it differs.

The learner's function is called on copies, for each of several cases; so is the lesson's right answer, and so are
the wrong ones that the lesson foresees. A foreseen mistake is named only if it agrees in every case.
"""

import copy
from typing import NamedTuple

import numpy as np

from lstm_lib.lesson import attempts
from lstm_lib.lesson.attempts import NOT_WRITTEN
from lstm_lib.lesson.comparing import first_difference, near, relation
from lstm_lib.lesson.reading import Unreadable, coarsest, in_the_form_of, kind, numbers, strangers
from lstm_lib.lesson.surroundings import Surroundings


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
    known: dict
    says: str


class _Case(NamedTuple):
    """One set of arguments, and what the lesson makes of it: arrays by name, a single one under an empty name."""

    given: tuple
    form: object  # a right answer, where there is one
    wanted: dict
    foreseen: dict


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

    form = made(expected) if then is None or callable(expected) else None
    wanted = _by_name(expected) if form is None else carried(form, form)
    return _Case(
        given, form, wanted, {words: carried(made(wrong), form) for words, wrong in exercise.known.items()}
    )


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
    outside, last = around.put_back(), outcomes[-1]
    where = [_where(attempt, given, len(cases) > 1) for given in cases]
    if last.problem:
        return "✗", where[len(outcomes) - 1] + last.problem
    if last.value is None:
        return NOT_WRITTEN
    try:
        prepared = [_prepared(given, exercise) for given in cases]
    except Exception as error:
        return "○", (
            f"something of the lesson that this check needs is not as it was ({type(error).__name__}: {error}). "
            "Run the lesson from its top once more."
        )
    mark, words = _compared([outcome.value for outcome in outcomes], prepared, where, exercise)
    return mark, words + _traces(next((outcome.changed for outcome in outcomes if outcome.changed), ""), outside)


def _where(attempt, given, several):
    """Return the beginning of a sentence that says which case it is about."""
    if not several:
        return ""
    names = attempts.parameter_names(attempt, len(given))
    some = [
        f"{name} = {value}"
        for name, value in zip(names, given, strict=True)
        if np.ndim(value) == 0 and not callable(value)
    ]
    return f"with {', '.join(some)} " if some and len(some) == len(given) else ""


def _traces(argument, outside):
    if argument:
        return f" It writes into its argument {argument}, which belongs to the caller: work on a copy."
    if outside:
        return f" It changes {', '.join(outside)}, which stands outside of it: work on a copy."
    return ""


def _compared(answers, cases, where, exercise):
    """Return mark and words for what came back in each case."""
    carried, problems = [], []
    for answer, case in zip(answers, cases, strict=True):
        got, problem = _carried(answer, case, exercise)
        carried.append(got)
        problems.append(problem)
    exact = [max(coarsest(answer), 2.0**-52) for answer in answers]

    def equal(k, wanted):
        got = carried[k]
        return (
            got is not None
            and wanted is not None
            and got.keys() == wanted.keys()
            and all(near(got[name], wanted[name], exercise.tol, exact[k]) for name in wanted)
        )

    wrong = [k for k, case in enumerate(cases) if problems[k] or not equal(k, case.wanted)]
    if not wrong:
        return "✓", "right."
    first = wrong[0]
    words = problems[first] or _difference(answers[first], carried[first], cases[first], exercise, exact[first])
    n = sum(array.size for case in cases for array in case.wanted.values())
    for said in exercise.known:
        if all(equal(k, case.foreseen[said]) for k, case in enumerate(cases)):
            return "✗", f"{where[first]}{words} {'Perhaps: ' if n == 1 else ''}{said}"
    more = ""
    if exercise.then is None and not problems[first]:
        more = relation(carried[first], cases[first].wanted, exercise.tol)
    more = more or strangers(answers[first], cases[first].form if isinstance(cases[first].form, dict) else ())
    return "✗", f"{where[first]}{words} {more}".rstrip()


def _carried(answer, case, exercise):
    """Return what the lesson makes of an answer, arrays by name, or None and a sentence that says why not."""
    try:
        got = answer if case.form is None else in_the_form_of(case.form, answer)
    except Unreadable as odd:
        own = _by_name(answer)
        names = strangers(answer, case.form) if isinstance(case.form, dict) else ""
        return own if exercise.then is None else None, f"{odd}. {names}".strip()
    if exercise.then is not None:
        try:
            got = exercise.then(got, *copy.deepcopy(case.given))
        except Exception as error:
            words = " ".join(str(error).split()).rstrip(".")
            return None, f"nothing can be computed from what it gave back, {kind(answer)} ({words})."
    arrays = _by_name(got)
    if arrays is None:
        return None, f"got {kind(answer)}; want a number or an array of numbers."
    for name, wanted in case.wanted.items():
        if arrays[name].shape != wanted.shape:
            return None, f"got {kind(answer)}, which does not have the form that is asked for."
    return arrays, ""


def _difference(answer, got, case, exercise, exact):
    name = next(name for name in got if not near(got[name], case.wanted[name], exercise.tol, exact))
    have, want, where = first_difference(got[name], case.wanted[name], exercise.tol, exact)
    if exercise.says:
        shown = in_the_form_of(case.form, answer) if case.form is not None else answer
        return exercise.says.format(answer=shown, got=have, want=want) + "."
    at = f" at index {where}, the first that differs" if where else ""
    lead = f"{name} differs: " if name else "" if exercise.then is None else "your answer leads to "
    lead += f"{'' if exercise.then is not None and not name else 'got '}{have:.6g}, want {want:.6g}{at}."
    if where or name or exercise.then is not None or not np.isfinite(have):
        return lead
    return f"{lead} Yours is too {'large' if have > want else 'small'} by {abs(have - want):.4g}."
