"""Run what a learner wrote: whatever it does, an answer comes back or a sentence that says what happened.

It may raise, end the program, run for ever, or write into what it was given. Only the stop button passes through.
"""

import contextvars
import copy
import ctypes
import inspect
import linecache
import sys
import threading
import time
import traceback
from typing import NamedTuple

import numpy as np

LIMIT = 10.0  # seconds; an exercise of the course takes a few hundredths of one
_PATIENCE = 1.0  # seconds in which code that is asked to stop should do so
_LONGEST = 300  # characters of an error's own words


class Outcome(NamedTuple):
    """What became of an attempt: a value, or a problem in a sentence, or neither where nothing is written yet.

    Attributes
    ----------
    value : object
        What the function gave back; None where it did not get so far.
    problem : str
        What went wrong, as a sentence; empty where nothing did.
    changed : str
        The name of an argument that the function wrote into; empty where it left all as they were.

    Examples
    --------
    >>> run(lambda: 4)
    Outcome(value=4, problem='', changed='')
    """

    value: object = None
    problem: str = ""
    changed: str = ""


def run(function, arguments=None, *, limit=LIMIT):
    """Call a function on copies of its arguments, and return what became of it.

    Parameters
    ----------
    function : function or value
        What the learner wrote; a value that cannot be called is taken for what a function would have given back.
        ``...``, ``None`` and NotImplementedError are an Outcome without value and problem: not written yet. So is
        a TypeError about the dots of a gap left open.
    arguments : dict, optional
        Each argument under its name, in their order. They are handed over by position.
    limit : float, default LIMIT
        Seconds after which the function, which runs in a thread, is asked to stop and, if it does not listen, left
        behind, with a sentence that says so. Two things have no limit: a loop inside of C code that never lets go
        of the interpreter, such as ``sum(itertools.count())``, which only a restart of the kernel ends; and Python
        in a browser, which has no threads.

    Returns
    -------
    Outcome
        Value, problem and changed argument.

    Raises
    ------
    KeyboardInterrupt
        The learner pressed stop.

    Examples
    --------
    >>> run(lambda: 1 / 0).problem
    'your code stopped with ZeroDivisionError: division by zero.'
    >>> run(lambda numbers: numbers.pop(), {"numbers": [1, 2]})
    Outcome(value=2, problem='', changed='numbers')
    """
    if not callable(function):
        return Outcome(None if function is ... else function)
    arguments = arguments or {}
    own = copy.deepcopy(arguments)
    try:
        value = _within(limit, lambda: function(*own.values()))
    except NotImplementedError:
        return Outcome()
    except _TooLong as late:
        (left_behind,) = late.args
        what = "cannot be stopped from here, restart the kernel" if left_behind else "was stopped"
        return Outcome(problem=f"your code {what}: after {limit:g} seconds it was still running.")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit, and whatever a learner derives from BaseException
        if isinstance(error, TypeError) and "ellipsis" in _words(error):  # the dots of a gap, put into a formula
            return Outcome()
        return Outcome(problem=f"your code stopped with {_words(error)}.{_place(error, function)}")
    changed = next((name for name in arguments if not _same(own[name], arguments[name])), "")
    return Outcome(None if value is ... else value, "", changed)


def numbers(value):
    """Return a value as an array of float64, or None where it is not made of real numbers.

    Parameters
    ----------
    value : object
        Anything at all; a number, an array, nested lists of numbers.

    Returns
    -------
    ndarray or None

    Examples
    --------
    >>> numbers([[1, 2], [3, 4]])
    array([[1., 2.],
           [3., 4.]])
    >>> print(numbers("4"), numbers(4j), numbers([[1], [2, 3]]))
    None None None
    """
    try:
        array = np.asarray(value)
        # NumPy would read "4" as a number, and drop the i from 4 + i
        return array.astype(float) if array.dtype.kind in "biufO" else None
    except Exception:  # an object may do anything when it is asked for its number
        return None


def kind(value):
    """Name what a value is, without showing it.

    Parameters
    ----------
    value : object
        Anything at all.

    Returns
    -------
    str
        Such as "an int", "a list of 2", "an array of shape (3, 5)", "a dict with f, i".

    Examples
    --------
    >>> print(kind(4), kind([1, 2]), kind({"f": 1}), kind("four"), sep=", ")
    an int, a list of 2, a dict with f, text
    """
    name = type(value).__name__
    if value is None or isinstance(value, str):
        return "None" if value is None else "text"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    article = "an" if name[0] in "aeioAEIO" else "a"
    if isinstance(value, dict):
        some = [key for key in list(value)[:8] if isinstance(key, str)] + ["…"] * (len(value) > 8)
        return f"{article} {name} with {', '.join(some)}" if some else f"{article} {name}"
    return f"{article} {name} of {len(value)}" if isinstance(value, list | tuple) else f"{article} {name}"


def _words(error):
    try:
        text = " ".join(str(error).split())
    except Exception:  # an error may fail to say what it is
        text = "an error without words"
    return f"{type(error).__name__}: {text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}"


def _place(error, function):
    """Return the last line of the function's own cell that was running, or nothing for a one-liner."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or code.co_name == "<lambda>":
        return ""
    inside = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == code.co_filename]
    line = linecache.getline(code.co_filename, inside[-1].lineno).strip() if inside else ""
    return f" It was at the line `{line}`." if line else ""


def _same(a, b):
    """Whether two things that were equal copies still are, entry by entry."""
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(_same(a[key], b[key]) for key in b)
    if isinstance(b, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(_same, a, b))
    if isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and a.shape == b.shape and np.array_equal(a, b, equal_nan=True)
    return a is b or bool(a == b)


# --- a limit of time ---------------------------------------------------------------------------------------------


class _TooLong(SystemExit):
    """The limit is over. No Exception, which a learner may catch; at a SystemExit a thread ends in silence."""


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
