"""What answers when an exercise is tried: right, not written yet, or what differs first.

A check never raises and never shows an inner traceback, so that an exercise left alone, or left half done, does
not stop the lesson. What runs for longer than ten seconds is stopped.
"""

import reprlib
import types

import numpy as np

from lstm_lib import lstm, validation
from lstm_lib.lesson import attempts, diagnoses, museum
from lstm_lib.lesson.attempts import kind
from lstm_lib.lesson.mistakes import CATALOGUE

_LIMIT_OF_A_TRIAL = 60.0  # seconds for a detector on the whole museum, which takes about one


def check(name, attempt, expected, *, then=None, tol=1e-8, known=None):
    """Print whether an attempt gives what is expected, and where it differs first if it does not.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : function or value
        The learner's answer; a function is called without arguments. ``...``, ``None`` and NotImplementedError
        count as not written yet.
    expected : number or ndarray
        The right answer, which decides the shape.
    then : function, optional
        What the lesson does with the answer before it is compared, such as putting it into a formula.
    tol : float, default 1e-8
        How far off an entry may be, absolutely or relative to the expected one.
    known : dict, optional
        Wrong answers that can be foreseen: what to say about one → the answer, or a function that gives it.
        An attempt that equals it, within `tol`, is told so.

    Raises
    ------
    TypeError, ValueError
        `name` is not text or `tol` is not a number; a known wrong answer that is right, or equal to another one:
        mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> check("2 + 2", lambda: 2 + 2, 4)
    ✓ 2 + 2: right.
    >>> check("2 + 2", ..., 4)
    ○ 2 + 2: not written yet.
    >>> check("2 + 2", lambda: 2 * 3, 4)
    ✗ 2 + 2: got 6, want 4. Yours is too large by 2.
    >>> check("its square is 9", lambda: 3, 9, then=lambda number: number**2)
    ✓ its square is 9: right.
    >>> check("2 + 3", lambda: 2 * 3, 5, known={"That is the product.": lambda: 2 * 3})
    ✗ 2 + 3: got 6, want 5. Yours is too large by 1. That is the product.
    """
    _is_text(name)
    tol, expected = validation.number("tol", tol, least=0), np.asarray(expected)
    wrong = _known_values(known, then, expected, tol)
    mark, words = _verdict(attempt, then, expected, tol, wrong)
    print(f"{mark} {name}: {words}")


def check_choice(name, attempt, expected, choices, *, known=None):
    """Print whether an attempt chooses the right one; a wrong choice is not told which one that is.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : function or value
        The learner's choice; a function is called without arguments. ``...``, ``None`` and NotImplementedError
        count as not written yet.
    expected : number or str
        The right choice.
    choices : iterable of number or str
        All there is to choose from.
    known : dict, optional
        What to say about a wrong choice → that choice.

    Raises
    ------
    TypeError, ValueError
        `name` is not text, `expected` or a known wrong choice is not among the choices: mistakes of the lesson,
        not of the learner.

    Examples
    --------
    >>> check_choice("the gate that forgets", "f", "f", "fio")
    ✓ the gate that forgets: right.
    >>> check_choice("the gate that forgets", "o", "f", "fio")
    ✗ the gate that forgets: o is not it.
    >>> check_choice("the gate that forgets", "forget gate", "f", "fio")
    ✗ the gate that forgets: 'forget gate' is none of f, i, o.
    >>> check_choice("the gate that forgets", "o", "f", "fio", known={"That one shows.": "o"})
    ✗ the gate that forgets: o is not it. That one shows.
    """
    choices, known = list(choices), known or {}
    _is_text(name)
    if expected not in choices:
        raise ValueError(f"expected is {expected!r}; want one of {', '.join(map(str, choices))}")
    for words, choice in known.items():
        if choice not in choices or choice == expected:
            raise ValueError(f"known[{words!r}] is {choice!r}; want a wrong one of {', '.join(map(str, choices))}")
    answer, problem = _answered(attempt)
    if problem:
        print(f"✗ {name}: {problem}")
    elif answer is None:
        print(f"○ {name}: not written yet.")
    elif not any(type(answer) is type(choice) and answer == choice for choice in choices):
        some = ", ".join(map(str, choices[:8])) + (", …" if len(choices) > 8 else "")
        print(f"✗ {name}: {reprlib.repr(answer)} is none of {some}.")
    else:
        words = "".join(f" {words}" for words, choice in known.items() if choice == answer)
        print(f"✓ {name}: right." if answer == expected else f"✗ {name}: {answer} is not it.{words}")


def check_function(name, attempt, like):
    """Try a hand-written function of the LSTM, and print what differs first and what may be the mistake.

    The function is called once, on copies of numbers that hide nothing: sizes that all differ, several steps, a
    state that is not zero. What it gives back is compared in the order in which it is computed.

    Parameters
    ----------
    name : str
        What is tried, as the lesson writes it.
    attempt : function
        The learner's function. ``...``, ``None`` and NotImplementedError count as not written yet, also in place
        of a single quantity in what it gives back.
    like : str
        Which function of `lstm_lib.lstm` it is to be, with the arguments of that one, by position:

        - "step": gives back a Step, a dict or an object with its names, or the pair (h_t, C_t);
        - "step_backward": (grads, dx_t, dh_prev, dC_prev), or a dict of these;
        - "forward": (hs, steps), lists or arrays; it may do without `state`;
        - "backward": (grads, dX, (dh_0, dC_0)), or a dict of these with "dstate_0"; it may do without `dstate`;
        - "init_params": a dict of the eight arrays.

    Raises
    ------
    TypeError, ValueError
        `name` is not text or `like` is none of the five: mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> check_function("my step", lstm.step, like="step")
    ✓ my step: right.
    >>> check_function("my step", lambda params, x_t, h_prev, C_prev: ..., like="step")
    ○ my step: not written yet.
    >>> broken = CATALOGUE["dropped_dC"].cell()
    >>> check_function("my step back", broken.step_backward, like="step_backward")  # doctest: +ELLIPSIS
    ✗ my step back: dC_prev differs first, by up to ... if the gradient arriving from t+1 is ignored: ...
    """
    _is_text(name)
    if like not in (*diagnoses.TASKS, "init_params"):
        raise ValueError(f"like is {like!r}; want one of {', '.join(diagnoses.TASKS)}, init_params")
    mark, words = _verdict_on_start(attempt) if like == "init_params" else diagnoses.verdict(like, attempt)
    print(f"{mark} {name}: {words}")


def check_order(name, attempt, lines, after, *, distractors=None):
    """Print whether shuffled lines have been put into an order that works, and what is wrong first if not.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : str, list or function
        The labels from the first line to the last, "dacb" or ["d", "a", "c", "b"]; spaces and commas are passed
        over. A function is called without arguments. ``...``, ``None``, no label at all and NotImplementedError
        count as not written yet.
    lines : dict of str
        label → line, for all that is on offer; a label is one character.
    after : dict
        label → the labels that must come before it, as text, or as a dict with what to say about each. Every line
        that is no distractor is needed, each once.
    distractors : dict of str, optional
        label → what is wrong with that line.

    Raises
    ------
    TypeError, ValueError
        `name` is not text, or a label is not among the lines: mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> lines = {"a": "tea = pour(water)", "b": "water = boil(water)", "c": "drink(tea)", "d": "drink(water)"}
    >>> kettle = {"a": {"b": "Tea wants boiling water."}, "c": "a"}
    >>> check_order("tea", "bac", lines, kettle, distractors={"d": "That is no tea."})
    ✓ tea: right.
    >>> check_order("tea", "abc", lines, kettle, distractors={"d": "That is no tea."})
    ✗ tea: a comes too early, b must stand before it. Tea wants boiling water.
    >>> check_order("tea", "bad", lines, kettle, distractors={"d": "That is no tea."})
    ✗ tea: d does not belong here. That is no tea.
    >>> check_order("tea", "ba", lines, kettle, distractors={"d": "That is no tea."})
    ✗ tea: right so far, and a line is missing.
    """
    _is_text(name)
    distractors = distractors or {}
    for label in {*after, *distractors, *(other for before in after.values() for other in before)}:
        if label not in lines:
            raise ValueError(f"{label!r} is no label; want one of {', '.join(lines)}")
    answer, problem = _answered(attempt)
    given = [] if problem or answer is None else _labels(answer)
    if problem:
        print(f"✗ {name}: {problem}")
    elif given is None:
        print(f"✗ {name}: got {reprlib.repr(answer)}; want labels in a row, such as {''.join(lines)[::-1]!r}.")
    elif not given:
        print(f"○ {name}: not written yet.")
    else:
        fault = _out_of_order(given, lines, after, distractors)
        print(f"✗ {name}: {fault}" if fault else f"✓ {name}: right.")


def check_detector(name, detect):
    """Try a function that tells broken cells from healthy ones on the whole museum, and print how it did.

    Parameters
    ----------
    name : str
        What is tried, as the lesson writes it.
    detect : function
        Takes a cell such as `lstm_lib.lstm`, returns True for a broken one and False for a healthy one. A function
        that raises NotImplementedError counts as not written yet.

    Raises
    ------
    TypeError
        `name` is not text.

    Examples
    --------
    >>> check_detector("all are broken", lambda cell: True)
    ✗ all are broken: calls the healthy cell broken.
    >>> check_detector("two arguments", lambda cell, params: True)
    ✗ two arguments: detect takes (cell, params); want one argument, the cell.
    """
    _is_text(name)
    outcome = attempts.run(lambda: museum.trial(detect), limit=_LIMIT_OF_A_TRIAL)
    print(f"✗ {name}: {outcome.problem}" if outcome.problem else _how_it_did(name, outcome.value))


def _how_it_did(name, result):
    if result.complaints and result.complaints[0].endswith("not written yet"):
        return f"○ {name}: not written yet."
    if result.accused:
        return f"✗ {name}: calls the healthy cell broken."
    if result.passed:
        return f"✓ {name}: right. It catches all {len(result.caught)} exhibits and accuses no healthy cell."
    n = len(result.caught) + len(result.missed)
    words = f"catches {len(result.caught)} of {n} exhibits. Slipped through: {', '.join(result.missed)}."
    complaints = "".join(f" {complaint}." for complaint in result.complaints[:1])
    return f"✗ {name}: " + (complaints.strip() if not result.caught and complaints else words + complaints)


def _is_text(name):
    if not isinstance(name, str):
        raise TypeError(f"name is {name!r} ({type(name).__name__}); want text")


def _answered(attempt, then=None):
    """Return (the answer, what went wrong in a sentence); an answer of None is not written yet."""
    outcome = attempts.run(lambda: _used(attempt() if callable(attempt) else attempt, then))
    return outcome.value, outcome.problem


def _used(answer, then):
    return answer if then is None or answer is None or answer is ... else then(answer)


def _verdict(attempt, then, expected, tol, wrong):
    answer, problem = _answered(attempt, then)
    if problem:
        return "✗", problem
    if answer is None:
        return "○", "not written yet."
    difference = _first_difference(answer, expected, tol)
    words = [words for words, value in wrong.items() if difference and not _first_difference(answer, value, tol)]
    return ("✗", " ".join([difference, *words])) if difference else ("✓", "right.")


def _known_values(known, then, expected, tol):
    """Return the known wrong answers as they will be compared, or complain of one that cannot be told apart."""
    values = {}
    for words, value in (known or {}).items():
        value = value() if callable(value) else value
        values[words] = np.asarray(value if then is None else then(value), float)
        for other, taken in {"the right answer": expected, **values}.items():
            if other != words and not _first_difference(values[words], taken, tol):
                raise ValueError(f"known[{words!r}] equals {other} within {tol:g}; want it apart")
    return values


def _first_difference(answer, expected, tol):
    """Return what is wrong with the answer in a sentence, or an empty one."""
    numbers = attempts.numbers(answer)
    if numbers is None:
        return f"got {kind(answer)}; want a number or an array of numbers."
    if numbers.shape != expected.shape:
        return f"got shape {numbers.shape}, want shape {expected.shape}."
    with np.errstate(over="ignore"):
        near = np.isclose(numbers, expected, rtol=tol, atol=tol)
    if near.all():
        return ""
    where = tuple(int(k) for k in np.argwhere(~near)[0])
    got, want = float(numbers[where]), float(expected[where])
    at = f" at index {where}, the first that differs" if where else ""
    side = (
        f" Yours is too {'large' if got > want else 'small'} by {abs(got - want):.4g}." if np.isfinite(got) else ""
    )
    return f"got {got:.6g}, want {want:.6g}{at}.{side}"


def _verdict_on_start(attempt):
    """Try an init_params: no two programs draw the same numbers, so the rules are checked and not the numbers."""
    if attempt is None or attempt is ...:
        return "○", "not written yet."
    if not callable(attempt):
        return "✗", f"got {kind(attempt)}; want a function."
    arguments = {"D": 2, "H": 3, "rng": np.random.default_rng(0)}
    answer, problem, _ = attempts.run(attempt, arguments)
    if problem or answer is None:
        return ("✗", problem) if problem else ("○", "not written yet.")
    cell = types.SimpleNamespace(init_params=attempt, forward=lstm.forward, backward=lstm.backward)
    try:
        wrong = museum.start(cell)
    except ValueError as stopped:
        return "✗", f"{stopped}."
    if not wrong:
        return "✓", "right."
    name, what = next(iter(wrong.items()))
    why = f" You get this if {CATALOGUE['identical_gates'].words}." if "equals" in what else ""
    return "✗", f"{name} {what}.{why}"


def _labels(answer):
    """Return the labels in an answer as a list, or None where it is no row of labels."""
    if isinstance(answer, str):
        answer = answer.replace(",", " ").split()
        answer = list("".join(answer))
    return answer if isinstance(answer, list) and all(isinstance(label, str) for label in answer) else None


def _out_of_order(given, lines, after, distractors):
    """Return the first fault in a row of labels, in a sentence; an empty text if there is none."""
    for n, label in enumerate(given):
        if label not in lines:
            return f"{label!r} is none of {', '.join(lines)}."
        if label in given[:n]:
            return f"{label} stands there twice."
        if label in distractors:
            return f"{label} does not belong here. {distractors[label]}"
        before = after.get(label, "")
        for other in before:
            if other not in given[:n]:
                why = f" {before[other]}" if isinstance(before, dict) and before[other] else ""
                return f"{label} comes too early, {other} must stand before it.{why}"
    left = len(lines) - len(distractors) - len(given)
    return f"right so far, and {'a line is' if left == 1 else f'{left} lines are'} missing." if left else ""
