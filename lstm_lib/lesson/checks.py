"""What answers when an exercise is tried: right, not written yet, or what differs first.

A check never raises and never shows an inner traceback, so that an exercise left alone, or left half done, does
not stop the lesson. What an answer does to its arguments and to the notebook around it is undone. What runs for
longer than ten seconds is stopped, unless it never lets go of the interpreter; then restart the kernel.
"""

import functools
import sys
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from lstm_lib import validation
from lstm_lib.lesson import answers, attempts, diagnoses, mine, museum, paper
from lstm_lib.lesson.attempts import NOT_WRITTEN
from lstm_lib.lesson.reading import choice, in_a_row, kind, labels, strangers
from lstm_lib.lesson.surroundings import Surroundings, taken_from

_LIMIT_OF_A_TRIAL = 60.0  # seconds for a detector on the whole museum, which takes about one


def check(name, attempt, expected, *, given=(), then=None, tol=1e-8, known=None, says="", keep=None, remark=None):
    """Print whether an attempt gives what is expected, and where it differs first if it does not.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : function or value
        The learner's answer; a function is called with what is `given`. ``...``, ``None`` and NotImplementedError
        count as not written yet.
    expected : number, ndarray, dict of these, or function
        What is wanted. A function is a right answer: it is called with what is given, as the attempt is, and
        decides the form of the answer: a number, an array, or arrays by name.
    given : tuple, or list of tuples
        The arguments, of which copies are handed over; a list holds several cases, in all of which the attempt has
        to be right.
    then : function, optional
        What the lesson does with the answer before it is compared, such as putting it into a formula; it gets the
        answer and what was given.
    tol : float, default 1e-8
        How far off a number may be, relative to the expected one; where that is zero, absolutely. What came back
        in single precision may be as far off as that is.
    known : dict or function, optional
        Wrong answers that can be foreseen: what to say about one → the answer, or a function like `expected`; or a
        function of what is given that returns all of them. An attempt that equals one in every case is told so;
        "perhaps" where there is one number only.
    says : str or function, optional
        What `then` makes of the answer, in a sentence with {answer}, {got}, {want} and {at}, the index; or what
        makes it of these.
    keep : dict, optional
        What is written into the learner's own file where the answer is right: the name of a piece → the function.
    remark : function, optional
        What gives a further line where the answer is right; it takes no arguments.

    Raises
    ------
    TypeError, ValueError
        `name` is not text or `tol` is not a number: mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> check("2 + 2", lambda: 2 + 2, 4)
    ✓ 2 + 2: right.
    >>> check("2 + 2", ..., 4)
    ○ 2 + 2: not written yet.
    >>> def square(number):
    ...     return 2 * number
    >>> twice = {"That is twice it.": lambda number: 2 * number}
    >>> check("the square", square, lambda number: number**2, given=[(2,), (3,)], known=twice)
    ✗ the square: with number = 3: got 6, want 9. Yours is too small by 3. That is twice it.
    >>> check("its square is 9", lambda: 4, 9, then=lambda n: n**2, says="{answer:g}² is {got:g}, 9 was asked for")
    ✗ its square is 9: 4² is 16, 9 was asked for.
    """
    tol = validation.number("tol", tol, least=0)
    cases = [tuple(case) for case in given] if isinstance(given, list) else [tuple(given)]
    verdict = answers.verdict(attempt, cases, answers.Exercise(expected, then, tol, known or {}, says))
    _say(name, verdict)
    if verdict[0] == "✓":
        _keep(keep or {})
        if remark is not None:
            print(remark())


def check_choice(name, attempt, expected, choices, *, known=None):
    """Print whether an attempt chooses the right one; a wrong choice is not told which one that is.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : function or value
        The learner's choice; a function is called without arguments. ``...``, ``None`` and NotImplementedError
        count as not written yet. Capitals, blanks and marks around it do not matter.
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
    >>> check_choice("the gate that forgets", "F", "f", "fio")
    ✓ the gate that forgets: right.
    >>> check_choice("the gate that forgets", "forget gate", "f", "fio")
    ✗ the gate that forgets: 'forget gate' is none of f, i, o.
    >>> check_choice("the gate that forgets", "o", "f", "fio", known={"That one shows.": "o"})
    ✗ the gate that forgets: o is not it. That one shows.
    """
    choices, known = list(choices), known or {}
    _is_possible(expected, choices, known)
    answer, end = attempts.asked(attempt)
    _say(name, end or _verdict_on_choice(answer, expected, choices, known))


@functools.cache
def table(name):
    """Return a table of exercises that are made of words alone: what a check wants to know of each, by its name.

    Parameters
    ----------
    name : str
        A file in the folder of the exercises: "choices" for `check_choice` and `check_choices`, "orders" for
        `check_order`.

    Returns
    -------
    dict of dict

    Examples
    --------
    >>> table("choices")["sentence"]["expected"]
    'c'
    """
    path = Path(__file__).parent / "exercises" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def check_choices(name, attempt, questions, choices):
    """Print for each of several questions whether an attempt, labels in a row, chooses the right one.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : function, str or list
        The labels, one for each question in their order.
    questions : dict
        What is asked → (the right label, what to say about a wrong choice → that choice).
    choices : str
        The labels that there are.

    Raises
    ------
    TypeError, ValueError
        As in `check_choice`.

    Examples
    --------
    >>> questions = {"forgets": ("f", {}), "shows": ("o", {"That one writes.": "i"})}
    >>> check_choices("which gate", lambda: "F, i", questions, "fio")
    ✓ forgets: right.
    ✗ shows: i is not it. That one writes.
    >>> check_choices("which gate", "fio", questions, "fio")
    ✗ which gate: got 3 letters; want 2, one for each question, out of f, i, o.
    """
    _is_text(name)
    for expected, known in questions.values():
        _is_possible(expected, choices, known)
    answer, end = attempts.asked(attempt)
    gaps = (
        isinstance(answer, list | tuple) and len(answer) == len(questions) and any(each is ... for each in answer)
    )
    row = list(answer) if gaps else labels(answer, choices) or []
    if not end and len(row) != len(questions):
        got = f"{len(row)} letter{'' if len(row) == 1 else 's'}" if row else kind(answer)
        some = ", ".join(choices)
        end = "✗", f"got {got}; want {len(questions)}, one for each question, out of {some}."
    if end:
        return _say(name, end)
    for chosen, (question, (expected, known)) in zip(row, questions.items(), strict=True):
        _say(
            question, NOT_WRITTEN if chosen is ... else _verdict_on_choice(chosen, expected, list(choices), known)
        )


def check_order(name, attempt, lines, after, *, distractors=None):
    """Print whether shuffled lines have been put into an order that works, and what is wrong first if not.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : str, list or function
        The labels from the first line to the last, "dacb" or ["d", "a", "c", "b"]; blanks, commas, arrows and
        capitals are passed over. A function is called without arguments. ``...``, ``None``, no label at all and
        NotImplementedError count as not written yet.
    lines : dict of str, or str
        label → line, for all that is on offer; a label is one character. The labels alone are enough.
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
    >>> check_order("tea", "b, a, c", lines, kettle, distractors={"d": "That is no tea."})
    ✓ tea: right.
    >>> check_order("tea", "abc", lines, kettle, distractors={"d": "That is no tea."})
    ✗ tea: a comes too early, b must stand before it. Tea wants boiling water.
    >>> check_order("tea", "bad", lines, kettle, distractors={"d": "That is no tea."})
    ✗ tea: d does not belong here. That is no tea.
    >>> check_order("tea", "ba", lines, kettle, distractors={"d": "That is no tea."})
    ✗ tea: right so far, and a line is missing.
    """
    distractors = distractors or {}
    for label in {*after, *distractors, *(other for before in after.values() for other in before)}:
        if label not in lines:
            raise ValueError(f"{label!r} is no label; want one of {', '.join(lines)}")
    answer, end = attempts.asked(attempt)
    row = None if end else labels(answer, lines)
    if not end and row is None:
        end = "✗", f"got {kind(answer)}; want labels in a row, such as {''.join(lines)[::-1]!r}."
    elif not end and not row:
        end = NOT_WRITTEN
    fault = "" if end else _out_of_order(row, lines, after, distractors)
    _say(name, end or (("✗", fault) if fault else ("✓", "right.")))


def check_paper(name, attempt, steps, *, asked=1, known=None, hint=""):
    """Print whether what was found on paper is right, and in which direction and at which step it is wrong if not.

    A number has to be right to three decimals. The wanted one is shown only when it is asked for, by an answer of
    "?". The hint comes with the second wrong answer.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : function or value
        The numbers that are asked for, or those of all steps; in a row, or by name.
    steps : dict of float
        What is found on the way, in its order: name → number.
    asked : int, default 1
        How many of the last steps are asked for.
    known : dict, optional
        What to say about a foreseen wrong answer → the numbers that are asked for, with that mistake in them.
    hint : str, optional
        What helps.

    Raises
    ------
    TypeError
        `name` is not text.

    Examples
    --------
    >>> steps = {"the sum": 5, "its half": 2.5}
    >>> check_paper("half of the sum", 2.5, steps)
    ✓ half of the sum: right.
    >>> check_paper("half of the sum", 2.25, steps)
    ✗ half of the sum: too small. Return the sum, its half, and the first that is wrong is named.
    >>> check_paper("half of it", (4.5, 2.25), steps)
    ✗ half of it: the sum is too small.
    """
    _say(name, paper.verdict(attempt, paper.Sheet(name, steps, asked, known or {}, hint)))


def check_entries(name, attempt, entries):
    """Print line by line what was filled in, from the first entry to the first that is wrong or still open.

    Parameters
    ----------
    name : str
        What is filled in, as the lesson writes it.
    attempt : function or value
        The entries by name, or in a row; what is not there, or dots, is not written yet.
    entries : dict of tuple
        name → (number, what to say about a foreseen wrong one → that number, a hint), in the order of filling in.

    Raises
    ------
    TypeError
        `name` is not text.

    Examples
    --------
    >>> entries = {"sum": (5, {}, ""), "half": (2.5, {"That is twice it.": 10}, "Divide by two.")}
    >>> check_entries("a table", lambda: {"sum": 5, "half": 10}, entries)
    ✓ sum: right.
    ✗ half: too large. Perhaps: That is twice it.
    >>> check_entries("a table", {"sum": 5}, entries)
    ✓ sum: right.
    ○ half: not written yet.
    """
    answer, end = attempts.asked(attempt)
    row = in_a_row(answer)
    if not end and not isinstance(answer, Mapping) and (row is None or len(row) > len(entries)):
        end = "✗", f"got {kind(answer)}; want numbers by name: {', '.join(entries)}."
    found = {} if end else dict(answer) if isinstance(answer, Mapping) else dict(zip(entries, row, strict=False))
    if not end and (strange := strangers(found, entries)):
        end = "✗", strange
    if not end and all(found.get(entry, ...) is ... for entry in entries):
        end = NOT_WRITTEN
    if end:
        return _say(name, end)
    for entry, (number, known, hint) in entries.items():
        sheet = paper.Sheet(f"{name}, {entry}", {entry: number}, 1, known, hint)
        verdict = paper.verdict(found.get(entry, ...), sheet)
        _say(entry, verdict)
        if verdict[0] != "✓":
            return


def check_function(name, attempt, like, *, keep=False):
    """Try a hand-written function of the LSTM, and print what differs first and what may be the mistake.

    The function is called several times, on copies: with sizes that all differ and with other ones, with a state
    and without, on small and on large numbers, and at the end on the first ones again. What it gives back is
    compared in the order in which it is computed.

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
        - "init_params": a dict of the eight arrays, drawn from `rng`; it takes `forget_bias` by name.
    keep : bool, default False
        Write a right answer into the learner's own file, under the name `like`: see `mine`.

    Raises
    ------
    TypeError, ValueError
        `name` is not text or `like` is none of the five: mistakes of the lesson, not of the learner.

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> from lstm_lib.lesson.mistakes import CATALOGUE
    >>> check_function("my step", lstm.step, like="step")
    ✓ my step: right.
    >>> check_function("my step", lambda params, x_t, h_prev, C_prev: ..., like="step")
    ○ my step: not written yet.
    >>> broken = CATALOGUE["dropped_dC"].cell()
    >>> check_function("my step back", broken.step_backward, like="step_backward")  # doctest: +ELLIPSIS
    ✗ my step back: dC_prev differs first, by up to ... if the gradient arriving from t+1 is ignored: ...
    """
    if like not in diagnoses.TASKS:
        raise ValueError(f"like is {like!r}; want one of {', '.join(diagnoses.TASKS)}")
    verdict = diagnoses.verdict(like, attempt)
    _say(name, verdict)
    if keep and verdict[0] == "✓":
        _keep({like: attempt})


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
    around = Surroundings(detect)
    outcome = attempts.run(lambda: museum.trial(detect), limit=_LIMIT_OF_A_TRIAL)
    around.put_back()
    _say(name, ("✗", outcome.problem) if outcome.problem else _how_it_did(outcome.value))


def borrows(name, attempt, modules, taken, instead):
    """Print that the library's own does the work of an answer, if that is so, and return whether it is.

    Parameters
    ----------
    name : str
        What is asked for, as the lesson writes it.
    attempt : function
        The learner's answer.
    modules : set of str
        The names under which a lesson has the modules in question.
    taken : set of str
        What an answer must not take from them.
    instead : str
        What to do instead, in a sentence.

    Returns
    -------
    bool

    Examples
    --------
    >>> from lstm_lib import lstm
    >>> borrows("your step", lambda *given: lstm.step(*given), {"lstm"}, {"step"}, "Write the lines out.")
    ✗ your step: the library's step does the work here. Write the lines out.
    True
    """
    borrowed = sorted(taken & taken_from(modules, attempt))
    if borrowed:
        _say(name, ("✗", f"the library's {borrowed[0]} does the work here. {instead}"))
    return bool(borrowed)


def _how_it_did(result):
    if result.complaints and result.complaints[0].endswith("not written yet"):
        return NOT_WRITTEN
    if result.accused:
        return "✗", "calls the healthy cell broken."
    if result.passed:
        return "✓", f"right. It catches all {len(result.caught)} exhibits and accuses no healthy cell."
    n = len(result.caught) + len(result.missed)
    words = f"catches {len(result.caught)} of {n} exhibits. Slipped through: {', '.join(result.missed)}."
    complaints = "".join(
        f" {complaint}{'' if complaint[-1] in '.?' else '.'}" for complaint in result.complaints[:1]
    )
    return "✗", (complaints.strip() if not result.caught and complaints else words + complaints)


def _is_text(name):
    if not isinstance(name, str):
        raise TypeError(f"name is {name!r} ({type(name).__name__}); want text")


def _is_possible(expected, choices, known):
    some = ", ".join(map(str, choices))
    if expected not in choices:
        raise ValueError(f"expected is {expected!r}; want one of {some}")
    for words, wrong in known.items():
        if wrong not in choices or wrong == expected:
            raise ValueError(f"known[{words!r}] is {wrong!r}; want a wrong one of {some}")


def _keep(pieces):
    """Write right answers into the learner's own file, and say so."""
    for piece, function in pieces.items():
        if kept := mine.keep(piece, function):
            print(kept)


def _say(name, verdict):
    _is_text(name)
    line = f"{verdict[0]} {name}: {verdict[1]}"
    try:
        print(line)
    except UnicodeEncodeError:  # a console with a code page
        line = line.translate({ord("✓"): "+", ord("✗"): "x", ord("○"): "o"})
        print(line.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding))


def _verdict_on_choice(answer, expected, choices, known):
    chosen = choice(answer, choices)
    if chosen is None:
        some = ", ".join(map(str, choices[:8])) + (", …" if len(choices) > 8 else "")
        got = repr(answer) if isinstance(answer, str | int | float) else kind(answer)
        near = (
            get_close_matches(str(answer), map(str, choices), n=1)
            if isinstance(answer, str) and len(choices) > 8
            else []
        )
        if not isinstance(answer, str | int | float) and all(isinstance(each, str) for each in choices):
            some += ": want it as text"
        return "✗", f"{got[:60]} is none of {some}." + (f" Did you mean {near[0]}?" if near else "")
    if chosen == expected:
        return "✓", "right."
    return "✗", f"{chosen} is not it." + "".join(f" {words}" for words, wrong in known.items() if wrong == chosen)


def _out_of_order(row, lines, after, distractors):
    """Return the first fault in a row of labels, in a sentence; an empty text if there is none."""
    for n, label in enumerate(row):
        if label not in lines:
            return f"{label!r} is none of {', '.join(lines)}."
        if label in row[:n]:
            return f"{label} stands there twice."
        if label in distractors:
            return f"{label} does not belong here. {distractors[label]}"
        before = after.get(label, "")
        for other in before:
            if other not in row[:n]:
                why = f" {before[other]}" if isinstance(before, dict) and before[other] else ""
                return f"{label} comes too early, {other} must stand before it.{why}"
    left = len(lines) - len(distractors) - len(row)
    return f"right so far, and {'a line is' if left == 1 else f'{left} lines are'} missing." if left else ""
