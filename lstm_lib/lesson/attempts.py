"""Run what a learner wrote: whatever it does, an answer comes back or a sentence that says what happened.

It may raise, end the program, run for ever, or write into what it was given. Only the stop button passes through.
"""

import ast
import collections
import contextlib
import contextvars
import copy
import ctypes
import dis
import inspect
import io
import linecache
import re
import sys
import textwrap
import threading
import time
import traceback
import types
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstm_lib import validation
from lstm_lib.lesson.surroundings import Kept, Surroundings, innermost, reach

NOT_WRITTEN = "○", "not written yet."
GIVES_SOMETHING_ELSE = (
    "called with the same once more, it gives something else: it keeps something from call to call, or draws anew."
)
LIMIT = 10.0  # seconds; an exercise of the course takes a few hundredths of one
_PATIENCE = 1.0  # seconds in which code that is asked to stop should do so
_LONGEST = 300  # characters of an error's own words
_OF_THE_COURSE = str(Path(__file__).parents[1])
_IDLE = {"RESUME", "NOP", "LOAD_CONST", "POP_TOP", "RETURN_VALUE", "RETURN_CONST", "COPY_FREE_VARS", "MAKE_CELL"}
_NOT_STOPPED_BY_GAPS = (NameError, SyntaxError, ImportError, ZeroDivisionError)

_too_slow = collections.deque(maxlen=8)  # of functions: the limit, what they stood on, and what to say again


class Outcome(NamedTuple):
    """What became of an attempt: a value, or a problem in a sentence, or neither where nothing is written yet.

    Attributes
    ----------
    value : object
        What the function gave back; None where it did not get so far.
    problem : str
        What went wrong, as a sentence; empty where nothing did.
    changed : str
        The argument that the function wrote into, by the name that the function has for it; empty where there is
        none.

    Examples
    --------
    >>> run(lambda: 4)
    Outcome(value=4, problem='', changed='')
    """

    value: object = None
    problem: str = ""
    changed: str = ""


def run(function, arguments=(), *, limit=LIMIT):
    """Call a function on copies of its arguments, and return what became of it.

    Parameters
    ----------
    function : function or value
        What the learner wrote; a value that cannot be called is taken for what a function would have given back.
        ``...``, ``None``, a body that does nothing and NotImplementedError are an Outcome without value and
        problem: not written yet. So is an error in a line that meets the dots of a gap left open.
    arguments : tuple
        What is handed over, by position.
    limit : float, default LIMIT
        Seconds after which the function, which runs in a thread, is asked to stop and, if it does not listen, left
        behind, with a sentence that says so. A function that was stopped is not tried again before it, or
        something that it stands on, has been written anew: one waits once, however many checks there are. Two
        things have no limit: a loop inside of C code that never lets go of the interpreter, such as
        ``sum(itertools.count())``, which only a restart of the kernel ends; and Python in a browser, which has no
        threads.

    Returns
    -------
    Outcome
        Value, problem and changed argument. The value is the function's own: a copy where it is made of arrays,
        lists and dicts, and a list where it was an iterator.

    Raises
    ------
    KeyboardInterrupt
        The learner pressed stop.

    Examples
    --------
    >>> run(lambda: 1 / 0).problem
    'your code stopped with ZeroDivisionError: division by zero.'
    >>> run(lambda numbers: numbers.pop(), ([1, 2],))
    Outcome(value=2, problem='', changed='numbers')
    """
    if not callable(function):
        return Outcome(None if function is ... else _own(function))
    if complaint := _other_parameters(function, len(arguments)):
        return Outcome(problem=complaint)
    arguments = copy.deepcopy(tuple(arguments))
    kept = [Kept(argument) for argument in arguments]
    stands_on = reach(function)  # as it is now: the function may change that
    if problem := _stopped_before(stands_on, limit):
        return Outcome(problem=problem)
    try:
        value = _within(limit, lambda: _own(function(*arguments)))
    except NotImplementedError:
        return Outcome()
    except _TooLong as late:
        (left_behind,) = late.args
        what = "cannot be stopped from here, restart the kernel" if left_behind else "was stopped"
        problem = f"your code {what}: after {limit:g} seconds it was still running."
        later = "" if left_behind else " It is tried again once its cell has been run again."
        _too_slow.append((limit, stands_on, problem + later))
        return Outcome(problem=problem)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit, and whatever a learner derives from BaseException
        if _meets_a_gap(error):
            return Outcome()
        return Outcome(problem=f"your code stopped with {_words(error)}{_place(error, function)}{_hint(error)}")
    if value is None and (problem := nothing_back(function)):
        return Outcome(problem=problem)
    names = parameter_names(function, len(arguments))
    changed = next((name for name, each in zip(names, kept, strict=True) if each.put_back()), "")
    return Outcome(None if value is ... else value, "", changed)


def once_more(function, arguments=()):
    """Call a function once more, as `run` does, without showing what it prints.

    Parameters
    ----------
    function, arguments
        As in `run`.

    Returns
    -------
    Outcome

    Examples
    --------
    >>> once_more(lambda: print("four") or 4)
    Outcome(value=4, problem='', changed='')
    """
    with contextlib.redirect_stdout(io.StringIO()):
        return run(function, arguments)


def asked(attempt):
    """Ask for an answer that needs no arguments, and return it, and the verdict where there is one already.

    Parameters
    ----------
    attempt : function or value
        What the learner wrote. What it does to the notebook around it is undone.

    Returns
    -------
    answer : object
        What came back.
    verdict : pair of str, or None
        Not written yet; stopped; or another text, number or row of them when it is asked once more.

    Examples
    --------
    >>> turns = iter("ab")
    >>> asked(lambda: 4), asked(""), asked(lambda: next(turns))[1][0]
    ((4, None), ('', ('○', 'not written yet.')), '✗')
    """
    around = Surroundings(attempt)
    answer, problem, _ = run(attempt)
    other = not problem and _changes_its_mind(attempt, answer)
    around.put_back()
    if other or problem:
        return answer, ("✗", problem or GIVES_SOMETHING_ELSE)
    is_blank = isinstance(answer, str) and not answer.strip()
    return answer, NOT_WRITTEN if answer is None or is_blank else None


def _changes_its_mind(function, answer):
    return callable(function) and _is_plain(answer) and repr(once_more(function).value) != repr(answer)


def _is_plain(value):
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return isinstance(value, str | int | float | np.ndarray | np.number)


def traces(argument, outside):
    """Return what there is to say of an answer that writes into what is not its own, or nothing.

    Parameters
    ----------
    argument : str
        The argument that it has written into, if there is one.
    outside : list of str
        What else it has changed.

    Returns
    -------
    str
        A sentence, after a blank.

    Examples
    --------
    >>> traces("", ["W", "seen"])
    ' It changes W, seen, which stands outside of it: work on a copy.'
    """
    if argument:
        return f" It writes into its argument {argument}, which belongs to the caller: work on a copy."
    return f" It changes {', '.join(outside)}, which stands outside of it: work on a copy." if outside else ""


def _other_parameters(function, n):
    takes = validation.misfit(function, n)
    wanted = f"{n} arguments" if n > 1 else "one argument" if n else "no argument"
    return f"it takes {takes}; want {wanted}, as in the exercise." if takes else ""


def parameter_names(function, n):
    """Return the names that a function has for its first n arguments; "number 2" where it has none.

    Parameters
    ----------
    function : function
        Any.
    n : int
        How many are handed over, by position.

    Returns
    -------
    list of str

    Examples
    --------
    >>> parameter_names(lambda x_t, *more: x_t, 2)
    ['x_t', 'number 2']
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions written in C have none
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][:n]
    return names + [f"number {k + 1}" for k in range(len(names), n)]


def unused(function):
    """Return the names of the arguments that a function does not look at.

    Parameters
    ----------
    function : function
        Any; of one that is not written in Python nothing is known.

    Returns
    -------
    list of str

    Examples
    --------
    >>> unused(lambda noise, n: noise**2)
    ['n']
    """
    code = getattr(innermost(function), "__code__", None)
    if code is None or isinstance(function, types.MethodType | type):
        return []
    if {"eval", "exec", "locals", "vars"} & {*code.co_names}:  # which may look at any of them
        return []
    taken = {*code.co_cellvars}
    for step in dis.get_instructions(code):
        if step.opname.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE")):
            taken |= {step.argval} if isinstance(step.argval, str) else {*step.argval}  # two at once
    return [name for name in code.co_varnames[: code.co_argcount] if name not in taken]


def _own(value):
    """Return a value that nobody else holds: what comes later must not change it."""
    if hasattr(value, "__next__"):
        return _own([each for _, each in zip(range(10**6), value, strict=False)])
    try:
        return copy.deepcopy(value)
    except Exception:  # it may hold a module, a lock, anything
        return value


def _does_nothing(function):
    """Whether dots stand in a function for what is still to come, or nothing but `pass` or a docstring."""
    code = getattr(innermost(function), "__code__", None)
    if code is None:
        return False
    idle = all(step.opname in _IDLE for step in dis.get_instructions(code))
    try:
        (written,) = ast.parse(textwrap.dedent(inspect.getsource(innermost(function)))).body
        constants = [constant for each in ast.walk(written) for constant in _alone(each)]
    except (OSError, TypeError, ValueError, SyntaxError):  # no text, or more than the function in it
        return idle
    words = [constant for constant in constants if isinstance(constant, str) and " " in constant.strip()]
    return ... in constants or (idle and len(words) == len(constants))  # "abc" alone lacks its return


def _alone(node):
    """Return the constant that a statement consists of, in a list, or an empty one: 4, -4, "four", dots."""
    value = node.value if isinstance(node, ast.Expr) else None
    if isinstance(value, ast.UnaryOp):
        value = value.operand
    return [value.value] if isinstance(value, ast.Constant) else []


def nothing_back(function):
    """Say why a function gives back None.

    Parameters
    ----------
    function : function
        What the learner wrote.

    Returns
    -------
    str
        A sentence; empty where nothing is written yet.

    Examples
    --------
    >>> nothing_back(lambda: None), nothing_back(lambda: print(4))
    ('', 'it prints, and gives back nothing: `print` shows a value, `return` hands it on.')
    """
    if _does_nothing(function):
        return ""
    code = getattr(innermost(function), "__code__", None)
    if code is not None and "print" in code.co_names:
        return "it prints, and gives back nothing: `print` shows a value, `return` hands it on."
    return "it gives back nothing (None): is a `return` missing?"


def _meets_a_gap(error):
    """Whether the line that stopped works with dots which are still to be filled in."""
    if isinstance(error, TypeError) and "ellipsis" in _words(error):
        return True
    if isinstance(error, _NOT_STOPPED_BY_GAPS):
        return False
    for frame, number in traceback.walk_tb(error.__traceback__):
        line = linecache.getline(frame.f_code.co_filename, number)
        if re.search(r"[-+*/@] *\.\.\.|\.\.\. *[-+*/@]", line):
            return True
        if any(_has_a_gap(frame.f_locals.get(name)) for name in re.findall(r"\w+", line)):
            return True
    return False


def _has_a_gap(value):
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
    return any(each is ... for each in inside)


def _words(error):
    try:
        text = " ".join(str(error).split()).rstrip(".")
    except Exception:  # an error may fail to say what it is
        text = "an error without words"
    if isinstance(error, SystemExit) and text in ("", "None"):
        text = ""
    name = type(error).__name__
    return f"{name}: {text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}" if text else name


def _place(error, function):
    """Return the end of a sentence: the last line of the function's own cell that was running, if it has lines."""
    code = getattr(innermost(function), "__code__", None)
    if code is None or code.co_name == "<lambda>":
        return "."
    frames, file = traceback.extract_tb(error.__traceback__), code.co_filename
    if file.startswith(_OF_THE_COURSE):  # it calls what the learner wrote
        file = next((each.filename for each in frames if not each.filename.startswith(_OF_THE_COURSE)), "")
    inside = [frame for frame in frames if frame.filename == file]
    line = linecache.getline(file, inside[-1].lineno).strip() if inside else ""
    return f". It was at the line `{line}`." if line else "."


_HINTS = {  # what NumPy means, by what it says
    "matmul": (
        " @ is a matrix product, (n, k) @ (k, m): look at the shapes. Does one of the two want its transpose, .T? "
        "Unit by unit it is *."
    ),
    "be broadcast together": " * and + go entry by entry: look at the shapes; a matrix product is @.",
    "loop of ufunc": " NumPy knows numbers only; a symbol wants the functions of sympy, such as sp.log.",
}


def _hint(error):
    words = str(error) if isinstance(error, ValueError | TypeError) else ""
    flat = re.search(r"be broadcast together.*?\((\d+),\)", words)
    if flat:
        return f" One of them is a single row of {flat[1]} numbers: was an axis left out?"
    return next((hint for said, hint in _HINTS.items() if said in words), "")


# --- a limit of time ---------------------------------------------------------------------------------------------


class _TooLong(SystemExit):
    """The limit is over. No Exception, which a learner may catch; at a SystemExit a thread ends in silence."""


def _stopped_before(stands_on, limit):
    """Return what to say again of a function that stands on this and ran for as long before, or nothing."""
    for longest, then, problem in _too_slow:
        same = len(stands_on) == len(then) and all(a is b for a, b in zip(stands_on, then, strict=True))
        if same and limit <= longest:
            return problem
    return ""


def _within(limit, call):
    """Make a call in a thread of its own, so that an answer comes whatever it waits for or computes."""
    ended = []

    def work():
        try:
            ended.append((call(), None))
        except BaseException as error:
            ended.append((None, error))

    if sys.platform == "emscripten":  # Python in a browser has one thread only
        return call()
    # a copy of the context: what is printed belongs to the cell, and np.errstate holds
    worker = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
    worker.start()
    try:
        _wait_for(worker, limit)
    except KeyboardInterrupt:
        _ask_to_stop(worker)
        raise
    if worker.is_alive():
        patience = time.monotonic() + _PATIENCE
        while worker.is_alive() and time.monotonic() < patience:
            _ask_to_stop(worker)  # again and again, if code catches it
            worker.join(0.05)
        raise _TooLong(worker.is_alive())
    value, error = ended[0]
    if error is not None:
        raise error
    return value


def _wait_for(worker, seconds):
    deadline = time.monotonic() + seconds
    while worker.is_alive() and time.monotonic() < deadline:
        worker.join(0.05)  # in short pieces: on Windows a long wait does not hear the stop button


def _ask_to_stop(worker):
    """Raise _TooLong in a thread, as soon as it comes to its next instruction of Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(_TooLong))
