"""Run what a learner wrote: whatever it does, an answer comes back or a sentence that says what happened.

It may raise, end the program, run for ever, or write into what it was given. Only the stop button passes through.
"""

import contextvars
import copy
import ctypes
import inspect
import linecache
import signal
import threading
import time
import traceback
from typing import NamedTuple

import numpy as np

LIMIT = 10.0  # seconds; an exercise of the course takes a few hundredths of one
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
        Seconds after which the function is stopped. In the main thread of Linux and macOS an alarm does it.
        Elsewhere the function runs in a thread, which is asked to stop and, if it does not listen, left behind.

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
    except _TooLong:
        return Outcome(problem=f"your code was stopped: after {limit:g} seconds it was still running.")
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


class _TooLong(BaseException):
    """The limit is over. No Exception, so that a learner's `except Exception` does not swallow it."""


def _within(limit, call):
    in_main_thread = threading.current_thread() is threading.main_thread()
    return (_by_alarm if in_main_thread and hasattr(signal, "setitimer") else _in_a_thread)(limit, call)


def _by_alarm(limit, call):
    """Let the system ring, also in the middle of a sleep; again and again, if code catches it."""
    running = True

    def ring(number, frame):
        if running:  # not after the call is over
            raise _TooLong

    start = time.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    due, interval = signal.setitimer(signal.ITIMER_REAL, limit, 0.2)
    try:
        try:
            return call()
        finally:
            running = False
    finally:  # once more: the alarm may have come in between
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
        if due:  # somebody else's alarm
            signal.setitimer(signal.ITIMER_REAL, max(due - (time.monotonic() - start), 1e-3), interval)


def _in_a_thread(limit, call):
    """Run the call in a thread that can be asked to stop, and left behind where it does not."""
    ended = []

    def work():
        try:
            ended.append((call(), None))
        except BaseException as error:
            ended.append((None, error))

    # a copy of the context: what is printed belongs to the cell, and np.errstate holds
    worker = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
    worker.start()
    deadline = time.monotonic() + limit
    try:
        while worker.is_alive() and time.monotonic() < deadline:
            worker.join(0.05)  # in short pieces: on Windows a long wait does not hear the stop button
    except KeyboardInterrupt:
        _ask_to_stop(worker)
        raise
    if worker.is_alive():
        _ask_to_stop(worker)
        worker.join(1)
        raise _TooLong
    value, error = ended[0]
    if error is not None:
        raise error
    return value


def _ask_to_stop(worker):
    """Raise _TooLong in a thread, as soon as it comes to its next instruction of Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(_TooLong))
