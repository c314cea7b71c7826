"""Runs a student's cells inside the sandbox and answers questions about them: one line of JSON in, one out.

This program shares its interpreter with the student's code, so nothing that it says is trusted: it sees the cells
and the numbers that a function is called with, and what it sends back is data that somebody else judges. Whatever
the student's code does to NumPy, to builtins or to this module, it can only change its own answers.
"""

import contextlib
import json
import os
import resource
import sys
import time
import types
from collections import namedtuple
from collections.abc import Iterable, Mapping
from itertools import islice
from numbers import Complex, Integral, Real

import numpy as np
from numpy import array, asarray, ndarray  # as they are before a student's code has been there

LONGEST = 200_000  # numbers in one answer
WORDS = 300  # characters of an error


def limit(memory, cpu, file):
    """Take away, for good, what no student's code needs."""
    most = {"AS": memory, "CPU": cpu, "FSIZE": file, "CORE": 0, "NPROC": 2000, "NOFILE": 256}
    for what, wanted in most.items():
        number = getattr(resource, f"RLIMIT_{what}")
        hard = resource.getrlimit(number)[1]
        wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError):  # macOS does not limit memory so
            resource.setrlimit(number, (wanted, wanted))


def allow(seconds):
    """Give the next request so much computing time; the clock would count what else the machine does."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (min(int(time.process_time() + seconds) + 1, hard), hard))


# --- what a function is called with, and what it gives back ------------------------------------------------------


def decode(value):
    """Turn what came as JSON into what a function is called with."""
    if isinstance(value, dict):
        kind, content = next(iter(value.items()))
        if kind == "array":
            return array(content, dtype=float).reshape(value["shape"])
        fields = {name: decode(field) for name, field in content.items()}
        return fields if kind == "dict" else namedtuple(kind, fields)(**fields)
    return [decode(entry) for entry in value] if isinstance(value, list) else value


def plain(value, depth=0):
    """Return an answer as numbers, text, lists and dicts, of whatever kind these were."""
    if value is None or isinstance(value, bool | np.bool_):
        return None if value is None else bool(value)
    if isinstance(value, str):
        return str(value)[:WORDS]
    if isinstance(value, ndarray):
        return _array(value, depth)
    if isinstance(value, Integral) and abs(int(value)) < 2**63:
        return int(value)
    if isinstance(value, Real) or type(value).__name__ == "Decimal" or _is_sympy(value, "is_real"):
        return float(value)  # a fraction, a long double, a sympy number, an int that is too long for a machine's
    if depth > 5:
        raise TypeError("the answer has too many lists inside one another")
    if isinstance(value, Mapping):
        return {str(name): plain(entry, depth + 1) for name, entry in _few(value.items())}
    if _is_sympy(value, "tolist") or (hasattr(value, "__array__") and not isinstance(value, Complex)):
        return plain(value.tolist() if hasattr(value, "tolist") else asarray(value), depth + 1)
    if isinstance(value, Iterable):
        return [plain(entry, depth + 1) for entry in _few(value)]
    raise TypeError(
        f"the answer holds a {type(value).__name__}, which is neither a number nor text, nor some of them"
    )


def _array(value, depth):
    if value.size > LONGEST:
        raise ValueError(f"an array of {value.size} numbers is too long for an answer")
    if value.dtype.kind in "f":
        value = asarray(value.filled(np.nan) if isinstance(value, np.ma.MaskedArray) else value, float)
    if value.dtype.kind not in "biufUO":
        raise TypeError(f"the answer holds an array of {value.dtype.name}")
    entries = asarray(value).tolist()
    return plain(entries, depth) if value.dtype.kind in "UO" else entries


def _few(values):
    few = list(islice(values, LONGEST + 1))
    if len(few) > LONGEST:
        raise ValueError(f"more than {LONGEST} entries are too long for an answer")
    return few


def _is_sympy(value, sign):
    """Say whether it is a number (`is_real`) or a matrix (`tolist`) of sympy's, without importing sympy."""
    basic = "sympy" in sys.modules and type(value).__module__.startswith("sympy.")
    return basic and bool(getattr(value, sign, False)) and not getattr(value, "free_symbols", ())


def words(error):
    """Return (type, line of the cell where it arose, what it says): the line is 0 where there is none."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("<cell"):
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        line, error = error.lineno or 0, SyntaxError(error.msg)
    return [type(error).__name__, line, " ".join(str(error).split())[:WORDS]]


# --- what Jupyter adds to Python ---------------------------------------------------------------------------------


class Shell:
    """Stands for IPython where a cell uses its magics: what measures is run once, what shows is not."""

    RUN = ("time", "timeit", "prun", "capture", "memit", "mprun", "lprun", "debug")

    def __init__(self, run):
        self._run = run

    def run_line_magic(self, name, line, **_):
        """Run the statement behind %time and its like."""
        words = line.split()
        while name in self.RUN and words and words[0].startswith("-"):
            takes_value = words.pop(0)[1:] in ("n", "r", "t", "l", "s", "T", "D")
            words = words[1:] if takes_value and words else words
            line = line.split(maxsplit=2 if takes_value else 1)[-1] if words else ""
        if name in self.RUN and line.strip():
            self._run(line)
        return (
            types.SimpleNamespace(average=0.0, best=0.0, worst=0.0, all_runs=[], loops=1)
            if "timeit" in name
            else None
        )

    def run_cell_magic(self, name, line, cell):
        """Run the cell below %%time and its like; what %%capture catches is empty."""
        if name in self.RUN:
            self._run(cell)
        if name == "capture" and line.split() and line.split()[-1].isidentifier():
            self._run(f"{line.split()[-1]} = type('Captured', (), dict(stdout='', stderr='', outputs=[]))()")

    def getoutput(self, *_, **__):
        """Return no line: there is no program to be asked."""
        return []

    def __getattr__(self, name):
        return lambda *_, **__: None


class Withheld(types.ModuleType):
    """`lstm_lib` where the task is to write what it holds: it can be imported, and does nothing."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        def withheld(*_, **__):
            raise RuntimeError(f"{self.__name__}.{name} is not there where this part is marked")

        return withheld

    class Finder:
        """Gives such a module for `lstm_lib` and all that is in it."""

        @staticmethod
        def find_spec(name, path=None, target=None):
            """Answer the import system."""
            import importlib.machinery

            return importlib.machinery.ModuleSpec(name, Withheld) if name.split(".")[0] == "lstm_lib" else None

    @staticmethod
    def create_module(spec):
        """Make it."""
        return Withheld(spec.name)

    @staticmethod
    def exec_module(module):
        """Put nothing into it."""


class Notebook:
    """The namespace of one submission, and what can be asked of it."""

    def __init__(self, ask=None):
        self.shell = Shell(lambda source: self._execute(source, "<cell magic>"))
        self.names = {"__name__": "__main__", "display": lambda *_, **__: None, "get_ipython": lambda: self.shell}
        self.then, self.final, self.pieces, self.ask = {}, None, {}, ask

    def run(self, source, name, answers=()):
        """Execute a cell, and keep what there is after it: a name of it may be used for something else later."""
        try:
            self._execute(source, name)
        finally:
            self.then |= {answer: dict(self.names) for answer in answers}

    def _execute(self, source, name):
        await_allowed = 0x2000  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(source, name, "exec", flags=await_allowed, dont_inherit=True)
        waits = code.co_flags & 0x80  # inspect.CO_COROUTINE
        result = eval(code, self.names)
        if waits:
            import asyncio

            asyncio.run(result)

    def _as_it_was(self, question):
        """Make the names what they were where the question was answered, and add what came later."""
        self.final = self.final or dict(self.names)
        self.names.clear()
        self.names.update(self.final | self.then.get(question, {}) | self.pieces)

    def define(self, names):
        """Put functions that are right, and answered from outside, in the place of the student's."""
        self.pieces = {name: self._piece(name) for name in names}

    def _piece(self, name):
        def piece(*args, **options):
            reply = self.ask({"need": name, "args": plain(list(args)), "options": plain(options)})
            if "ok" not in reply:
                raise ValueError(reply["error"])
            return decode(reply["ok"])

        return piece

    def call(self, name, args, question=""):
        """Call a function."""
        self._as_it_was(question)
        return plain(self.names[name](*map(decode, args)))

    def value(self, name, question=""):
        """Look at a variable."""
        self._as_it_was(question)
        return plain(self.names[name])

    def evaluate(self, name, points, question=""):
        """Put numbers into a dict of sympy expressions: {name: one number for each point, or what went wrong}."""
        import sympy

        self._as_it_was(question)

        def at(expression, point):
            expression = sympy.sympify(expression).doit()
            expression = expression[0] if getattr(expression, "shape", None) == (1, 1) else expression
            values = {symbol: point[symbol.name] for symbol in expression.free_symbols}
            return float(expression.subs(values).doit().evalf(30))

        def numbers(expression):
            try:
                return [at(expression, point) for point in points]
            except Exception as error:  # one formula never takes another's points
                return f"no number comes of it: {type(error).__name__}"

        return {str(key): numbers(each) for key, each in dict(self.names[name]).items()}


def answer(notebook, request):
    """Return the reply to one request."""
    try:
        what = getattr(notebook, request.pop("do"))
        return {"ok": what(**request)}
    except NotImplementedError:
        return {"error": ["NotImplementedError", 0, "not written yet"]}
    except KeyError as error:
        missing = request.get("name") not in notebook.names and error.args == (request.get("name"),)
        return {"error": ["missing", 0, f"there is no {request['name']} yet"] if missing else words(error)}
    except BaseException as error:  # sys.exit too: whatever the code does is answered in a sentence
        return {"error": words(error)}


def main(requests, replies, memory, cpu, file, library, *seen):
    """Answer until nobody asks any more."""
    sys.path += seen
    if library == "withheld":
        sys.meta_path.insert(0, Withheld.Finder)
    limit(int(memory), int(cpu), int(file))
    loads, dumps, write, replies = json.loads, json.dumps, os.write, int(replies)
    lines = os.fdopen(int(requests))

    def send(reply):
        try:
            text = dumps(reply)
        except Exception as error:
            text = dumps({"ticket": reply["ticket"], "error": words(error)})
        reply = memoryview((text + "\n").encode())
        while reply:
            reply = reply[write(replies, reply) :]

    def ask(need):
        send({"ticket": ticket} | need)
        return loads(lines.readline())

    notebook = Notebook(ask)
    sys.modules["__main__"] = types.ModuleType("__main__")  # what a student's code finds under this name
    while line := lines.readline():
        request = loads(line)
        ticket = request.pop("ticket")
        allow(request.pop("seconds"))
        send({"ticket": ticket} | answer(notebook, request))


if __name__ == "__main__":
    main(*sys.argv[1:])
