"""What a question is, where its numbers come from, and when an answer is right. Runs on the safe side only.

A key (``keys/``) lists the questions of a problem set. Each asks for calls: functions of the student's, with
arguments drawn when it is marked, and what should come back. All numbers are drawn from a secret of the course and
the student's name: the same when it is marked again, others for a friend, and nowhere in the released notebook.
"""

import hashlib
import hmac
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np


class Call(NamedTuple):
    """One call, or one look at a variable, and what is wanted of the answer.

    Attributes
    ----------
    name : str
        A function or a variable of the student's.
    args : tuple or None
        What the function is called with; None to look at a variable.
    wants : dict
        {check: (path, want)}. The path leads to a part of the answer, such as (0,) or ("W_f",). What is wanted
        there is a number or an array, text, a set of texts, or a function that takes the part and returns what is
        wrong with it in a sentence, or an empty one.
    points : list of dict or None
        Where to evaluate a dict of sympy expressions, instead of a call.
    """

    name: str
    args: tuple | None
    wants: dict
    points: list | None = None


class Question(NamedTuple):
    """One graded cell: what it is worth, and how to ask.

    Attributes
    ----------
    checks : dict
        {check: (points, hint)}: what can be right or wrong for itself. Their points add up to those of the cell.
    calls : function
        Takes (rng, variant), yields every `Call`.
    stands_on : tuple of str
        Answers that this one uses. Where a check fails, it is made once more with right ones in their place, so
        that a mistake costs its points once.
    needs : dict of str
        {check: another}: it counts together with the other one, where something that does nothing would pass.
    """

    checks: dict
    calls: Any
    stands_on: tuple = ()
    needs: Mapping = MappingProxyType({})


def generator(secret, *words):
    """Return random numbers that nobody can foresee without the secret.

    Parameters
    ----------
    secret : bytes
        The course's secret.
    words : str
        What the numbers are for: problem set, student, purpose.

    Returns
    -------
    numpy.random.Generator
        Always the same for the same secret and words.

    Examples
    --------
    >>> a, b = (generator(b"secret", "ps1_forward", student).random() for student in ("ada", "bob"))
    >>> a == b
    False
    """
    digest = hmac.new(secret, "\0".join(words).encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


RTOL, ATOL = 1e-4, 1e-5  # float32 is fair; every mistake of the museum changes the first digits


def complaint(answer, path, want, rtol=RTOL, atol=ATOL):
    """Return what is wrong with an answer, or an empty sentence; no sentence holds what was wanted.

    Parameters
    ----------
    answer : plain data
        What came back: numbers, text, lists and dicts of them.
    path, want
        See `Call`.
    rtol, atol : float
        How far off a number may be.

    Returns
    -------
    str
        Empty when all is right.

    Examples
    --------
    >>> complaint([1.0, [2.0, 3.0]], (1,), np.array([2.0, 3.0]))
    ''
    >>> complaint([1.0, [2.0, 4.0]], (1,), np.array([2.0, 3.0]))
    'the values differ'
    >>> complaint(1.0, (1,), np.array([2.0, 3.0]))
    'the answer has not the form that is asked for'
    """
    try:
        for key in path:
            if isinstance(answer, dict) and key not in answer:
                return f"there is no {key!r} in the dict"
            answer = answer[key]
        if callable(want):
            return want(answer)
    except Exception:  # the answer may be any data: whatever cannot be done with it is its fault
        return "the answer has not the form that is asked for"
    if isinstance(want, str):
        return "" if answer == want else "that is not it"
    if isinstance(want, frozenset):
        answer = [*answer] if isinstance(answer, dict) else answer
        texts = isinstance(answer, list) and all(isinstance(entry, str) for entry in answer)
        return "" if texts and frozenset(answer) == want else "that is not it"
    numbers = as_numbers(answer)
    if numbers is None:
        return "the answer is not a number or an array of numbers"
    want = np.asarray(want, float)
    if want.ndim == 0 and numbers.size == 1:
        numbers = numbers.reshape(())
    if numbers.shape != want.shape:
        short = (
            numbers.ndim < 5 and max(numbers.shape, default=0) < 100
        )  # a long one could tell the numbers of a test
        return f"the shape is {numbers.shape if short else 'another'}, where {want.shape} is due"
    if not np.isfinite(numbers).all():
        return "some values are not finite"
    return "" if np.allclose(numbers, want, rtol=rtol, atol=atol) else "the values differ"


def as_numbers(answer):
    """Return plain data as an array of float; None where it is something else.

    Examples
    --------
    >>> as_numbers([[1, 2.5]]), as_numbers("4"), as_numbers([1, [2]])
    (array([[1. , 2.5]]), None, None)
    """
    entries = [answer]
    while entries:  # NumPy would make an array of text, of any size, of a list with one text in it
        entry = entries.pop()
        if isinstance(entry, list):
            entries += entry
        elif not isinstance(entry, int | float):
            return None
    try:
        return np.asarray(answer, float)
    except (ValueError, OverflowError):  # lists of unequal length, an integer beyond any float
        return None


def arrays(value):
    """Return what a student's function has been called with, in arrays: for the right functions in `keys/`.

    Raises
    ------
    ValueError
        Something is larger than any problem set has use for: what is computed of it could be larger still.

    Examples
    --------
    >>> arrays({"b_f": [[1], [2]]})["b_f"].shape
    (2, 1)
    """
    if isinstance(value, dict):
        return {name: arrays(entry) for name, entry in value.items()}
    numbers = as_numbers(value)
    if numbers is not None:
        if numbers.ndim > 3 or max(numbers.shape, default=0) > 100 or numbers.size > 20_000:
            raise ValueError(f"an argument of shape {numbers.shape} is too large")
        return numbers
    return [arrays(entry) for entry in value] if isinstance(value, list) and len(value) < 100 else value


def far_from(values, others, least=0.01):
    """Return whether no value could be got by a constant, or by handing on what was given.

    Examples
    --------
    >>> far_from([0.3], [0.7]), far_from([0.302], [0.3]), far_from([1.001], [0.3])
    (True, False, False)
    """
    cheap = np.array([0, 1, -1, *others, *(-other for other in others)], float)
    return all(np.abs(cheap - value).min() > least for value in values)


def close(rtol=RTOL, atol=ATOL):
    """Return a maker of wants that allow another distance: ``close(atol=2e-3)(0.732)``.

    Examples
    --------
    >>> close(atol=2e-3)(0.732)(0.7335), close(atol=2e-3)(0.732)(0.7355)
    ('', 'the values differ')
    """
    return lambda want: lambda answer: complaint(answer, (), want, rtol, atol)


def either(*wants):
    """Return a want that is met where one of several is.

    Examples
    --------
    >>> either(1.0, 2.0)(2.0), either(1.0, 2.0)(3.0)
    ('', 'the values differ')
    """
    return lambda answer: min((complaint(answer, (), want) for want in wants), key=len)


def ask(session, question, rng, variant):
    """Ask everything that belongs to a question, and return {check: complaint}, empty where all is right."""
    found = dict.fromkeys(question.checks, "")
    for call in question.calls(rng, variant):
        if call.points is not None:
            reply = session.evaluate(call.name, call.points)
        elif call.args is None:
            reply = session.value(call.name)
        else:
            reply = session.call(call.name, call.args)
        for check, (path, want) in call.wants.items():
            said = reply.get("error") or complaint(reply["ok"], path, want)
            found[check] = found[check] or said
    return found


def assess(session, questions, pieces, rng_for, variant):
    """Ask a whole problem set, and return {question: {check: complaint}}.

    Parameters
    ----------
    session : sandbox.Session
        The submission.
    questions : dict of Question
        The key's.
    pieces : dict of dict
        {answer: {name: right function}}: what takes the place of the student's where later ones stand on it.
    rng_for : function
        Takes the name of a question, returns the generator of its numbers.
    variant : dict
        The student's own numbers.

    Returns
    -------
    dict of dict of str
        The first round asks everything as it stands; the second asks what failed once more, on right foundations.
    """
    found = {}
    for name, question in questions.items():
        session.question = name
        found[name] = ask(session, question, rng_for(name), variant)
    for name, question in questions.items():
        if question.stands_on and any(found[name].values()):
            session.question = name
            session.define(
                {each: right for answer in question.stands_on for each, right in pieces[answer].items()}
            )
            again = ask(session, question, rng_for(name), variant)
            found[name] = {check: said and again[check] for check, said in found[name].items()}
        for check, other in question.needs.items():
            found[name][check] = found[name][check] or (
                found[name][other] and f"it counts together with “{other}”"
            )
    return found
