"""Runs a student's cells inside the sandbox and answers questions about them: one line of JSON in, one out.

This program shares its interpreter with the student's code, so nothing that it says is trusted: it sees the cells
and the numbers that a function is called with, and what it sends back is data that somebody else judges. Whatever
the student's code does to NumPy, to builtins or to this module, it can only change its own answers.
"""

import contextlib
import json
import os
import re
import resource
import sys
import time
import types
from collections import namedtuple

import numpy as np

LONGEST = 1_000_000  # numbers in one answer
WORDS = 300  # characters of an error


def limit(memory, cpu, file):
    """Take away, for good, what no student's code needs."""
    for what, most in (("AS", memory), ("CPU", cpu), ("FSIZE", file), ("CORE", 0), ("NPROC", 2000)):
        number = getattr(resource, f"RLIMIT_{what}")
        hard = resource.getrlimit(number)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError):  # macOS does not limit memory so
            resource.setrlimit(number, (most, most))


def allow(seconds):
    """Give the next request so much computing time; the clock would count what else the machine does."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (min(int(time.process_time() + seconds) + 1, hard), hard))


def decode(value):
    """Turn what came as JSON into what a function is called with."""
    if isinstance(value, dict):
        kind, content = next(iter(value.items()))
        if kind == "array":
            return np.array(content, dtype=float).reshape(value["shape"])
        fields = {name: decode(field) for name, field in content.items()}
        return fields if kind == "dict" else namedtuple(kind, fields)(**fields)
    return [decode(entry) for entry in value] if isinstance(value, list) else value


def plain(value, depth=0):
    """Return an answer as numbers, text, lists and dicts: by exact types, asking no method of its own."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value[:WORDS] if kind is str else value
    if kind is np.ndarray and value.dtype.kind in "biuf":
        if value.size > LONGEST:
            raise ValueError(f"an array of {value.size} numbers is too long for an answer")
        return np.ndarray.tolist(value)
    if (
        issubclass(kind, np.number | np.bool_)
        and kind.__module__ == "numpy"
        and kind not in (np.complex64, np.complex128)
    ):
        return np.generic.item(value)
    if depth < 5 and issubclass(kind, tuple | list | set) and len(value) <= LONGEST:
        read = tuple if issubclass(kind, tuple) else list if issubclass(kind, list) else set
        return [plain(entry, depth + 1) for entry in read.__iter__(value)]
    if depth < 5 and kind is dict:
        return {str(name): plain(entry, depth + 1) for name, entry in value.items()}
    raise TypeError(
        f"the answer holds a {kind.__name__}; want numbers, NumPy arrays, tuples, lists or dicts of them"
    )


def words(error):
    """Return an error in one line, with the line of the cell where it arose."""
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("<cell"):
            line = f" (line {trace.tb_lineno} of its cell)"
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        line = f" (line {error.lineno} of its cell)"
        error = SyntaxError(error.msg)
    return f"{type(error).__name__}: {' '.join(str(error).split())[:WORDS]}{line}"


def compiled(source, name):
    """Return the cell as code. What only Jupyter understands, such as %matplotlib and !ls, is left out."""
    try:
        return compile(source, name, "exec")
    except SyntaxError:
        if re.match(r"\s*%%(?!time|capture)", source):
            return compile("", name, "exec")
        cleaned = re.sub(r"(?m)^(\s*)[%!?].*$|^(\s*)\S*\?+$", r"\1\2pass", source)
        return compile(cleaned, name, "exec")


class Notebook:
    """The namespace of one submission, and what can be asked of it."""

    def __init__(self):
        self.names = {"__name__": "__main__", "display": lambda *_, **__: None}

    def run(self, source, name):
        """Execute a cell."""
        exec(compiled(source, name), self.names)

    def define(self, source):
        """Put right functions in the place of the student's: what stands on them is asked next."""
        healthy = {"np": np}
        exec(compile(source, "<given>", "exec"), healthy)
        self.names |= {name: value for name, value in healthy.items() if name[:2] != "__"}

    def call(self, name, args):
        """Call a function."""
        return plain(self.names[name](*map(decode, args)))

    def value(self, name):
        """Look at a variable."""
        return plain(self.names[name])

    def evaluate(self, name, points):
        """Put numbers into a dict of sympy expressions: {name: one number for each point}."""
        import sympy

        def at(expression, point):
            expression = sympy.sympify(expression)
            values = {symbol: point[symbol.name] for symbol in expression.free_symbols}
            return float(expression.subs(values).evalf(30))

        return {str(key): [at(each, point) for point in points] for key, each in self.names[name].items()}


def answer(notebook, request):
    """Return the reply to one request."""
    try:
        what = getattr(notebook, request.pop("do"))
        return {"ok": what(**request)}
    except NotImplementedError:
        return {"error": "not written yet"}
    except KeyError as error:
        missing = request.get("name") not in notebook.names and error.args == (request.get("name"),)
        return {"error": f"there is no {request['name']} yet" if missing else words(error)}
    except BaseException as error:  # sys.exit too: whatever the code does is answered in a sentence
        return {"error": words(error)}


def main(requests, replies, memory, cpu, file, *seen):
    """Answer until nobody asks any more."""
    sys.path += seen
    limit(int(memory), int(cpu), int(file))
    notebook, loads, dumps, write, replies = Notebook(), json.loads, json.dumps, os.write, int(replies)
    sys.modules["__main__"] = types.ModuleType("__main__")  # what a student's code finds under this name
    with os.fdopen(int(requests)) as lines:
        for line in lines:
            request = loads(line)
            ticket = request.pop("ticket")
            allow(request.pop("seconds"))
            reply = memoryview((dumps({"ticket": ticket} | answer(notebook, request)) + "\n").encode())
            while reply:
                reply = reply[write(replies, reply) :]


if __name__ == "__main__":
    main(*sys.argv[1:])
