"""A limited place where a student's cells run, and the `Session` that asks them questions from outside.

Inside it runs ``child.py``; here, on the safe side, nothing is believed of what comes back but that it is data.
`confine.py` shuts it in.
"""

import builtins
import contextlib
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import time

from confine import ELSEWHERE, HERE, LIBRARY, Limits, command, filtered

ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
ERRORS = {
    name for name in dir(builtins) if name.endswith(("Error", "Exception", "Exit", "Interrupt", "Iteration"))
}
MOST_DETAILS = 200
MOST_STRAYS = 1000  # lines that answer nothing


class Died(Exception):
    """The process of the student's code gave no answer; the message says why, in a sentence."""


class Session:
    """One submission's namespace, asked from outside.

    Where the process dies, by a crash or by the clock, the cell or call that it died of is left out, and a new one
    takes over: the rest of the submission loses nothing.

    Parameters
    ----------
    runs : list of cells.Run
        Executed in this order.
    given : list of pairs of str
        The course's own cells, (name, source), executed before. RuntimeError where one of these fails.
    limits : Limits, optional
        What the submission may use.
    protected : bool, default True
        Whether to use the sandbox.
    library : {"none", "library", "withheld"}
        Whether the code may import `lstm_lib`; withheld, it may import it and not use it.
    end : float, optional
        When all has to be over, by ``time.monotonic``.

    Attributes
    ----------
    question : str
        The answer that is asked about next: names are then what they were where it was given.
    errors, details : dict, list
        What went wrong in a cell, by its name; and what calls said, in full, for the teacher only.

    Examples
    --------
    >>> from cells import Run
    >>> import confine
    >>> own = Run("cell 1", "def double(x): return 2 * x")
    >>> with Session([own], protected=not confine.missing()) as session:
    ...     session.call("double", [21])
    {'ok': 42}
    """

    def __init__(self, runs, given=(), limits=None, protected=True, library="none", end=None):
        self.runs, self.given, self.limits = list(runs), given, limits or Limits()
        self.protected, self.library = protected, library
        self.end = end or time.monotonic() + self.limits.total
        self.end_of_cells = time.monotonic() + (self.end - time.monotonic()) / 2  # the other half is for questions
        self.errors, self.details, self.question = {}, [], ""
        self.pieces, self.dead, self.deaths, self.process = {}, {}, 0, None

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, *_):
        self._stop()

    def call(self, name, args):
        """Return {"ok": answer} or {"error": why there is none} of a function."""
        return self._ask(name, do="call", args=[encode(each) for each in args])

    def value(self, name):
        """Return {"ok": value} or {"error": why there is none} of a variable."""
        return self._ask(name, do="value")

    def evaluate(self, name, points):
        """Return {"ok": {key: numbers}} or {"error": …} of a dict of sympy expressions at some points."""
        return self._ask(name, do="evaluate", points=points)

    def define(self, pieces):
        """Put functions that are right in the place of the student's; they are computed here, and not there."""
        self.pieces, self.dead = pieces, {}
        with contextlib.suppress(Died):
            self._exchange({"do": "define", "names": [*pieces]}, self.limits.cell)
            return
        self._start()

    def _ask(self, name, **request):
        place = (self.question, name)
        if place in self.dead:
            return {"error": self.dead[place]}
        try:
            reply = self._exchange({"name": name, "question": self.question, **request}, self.limits.call)
        except Died as error:
            self.dead[place] = str(error)
            self._start()
            return {"error": str(error)}
        if "error" in reply:
            if len(self.details) < MOST_DETAILS:
                self.details.append(f"{self.question or name}: {in_full(reply['error'])}")
            return {"error": in_short(reply["error"], name)}
        return reply

    # --- beginning, and beginning anew ---

    def _start(self):
        """Begin anew, until every cell that is left has run."""
        while True:
            self._stop()
            if time.monotonic() > self.end:
                return  # every question will be answered by this
            self._launch()
            self._run_given()
            died_of = self._run_cells()
            if died_of is None:
                break
            self.runs.remove(died_of)
            self.deaths += 1
            if self.deaths >= self.limits.deaths or time.monotonic() > self.end_of_cells:
                self._leave_out("the cells of its own took too much time, or ended the process too often")
        if self.pieces:
            with contextlib.suppress(Died):
                self._exchange({"do": "define", "names": [*self.pieces]}, self.limits.cell)

    def _leave_out(self, why):
        """Go on with the answers only."""
        for run in [run for run in self.runs if not run.answers]:
            self._tell(run, why)
            self.runs.remove(run)

    def _run_cells(self):
        """Run all; return the one that the process died of."""
        for run in self.runs:
            request = {"do": "run", "source": run.source, "name": f"<{run.name}>", "answers": run.answers}
            try:
                reply = self._exchange(request, self.limits.cell)
            except Died as error:
                self._tell(run, str(error))
                return run
            if "error" in reply:
                self._tell(run, in_full(reply["error"]))
        return None

    def _tell(self, run, why):
        if run.told:
            self.errors.setdefault(run.name, why)  # the first time, when no hidden number has been there yet

    def _run_given(self):
        for name, source in self.given:
            try:
                reply = self._exchange({"do": "run", "source": source, "name": f"<{name}>"}, self.limits.total)
            except Died as error:
                reply = {"error": ["Died", 0, str(error)]}
            if "error" in reply and time.monotonic() < self.end:
                raise RuntimeError(f"the course's own cell {name} failed: {in_full(reply['error'])}")

    def _launch(self):
        requests, self.requests = os.pipe()
        self.replies, replies = os.pipe()
        limits = self.limits
        child = [os.path.abspath(sys.executable), "-I", "-c", (HERE / "child.py").read_text(encoding="utf-8")]
        child += map(str, [requests, replies, limits.memory - ELSEWHERE, limits.total, limits.files, self.library])
        if self.library == "library":
            child.append("/course" if self.protected else str(LIBRARY.parent))
        with filtered() if self.protected else contextlib.nullcontext() as rules:
            shut_in = command(limits, rules, self.library == "library") if self.protected else []
            self.process = subprocess.Popen(
                shut_in + child,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[requests, replies] + [rules] * self.protected,
                cwd="/",
                env=_environment() | ONE_THREAD,
                start_new_session=True,
            )
        os.close(requests), os.close(replies)
        os.set_blocking(self.requests, False)
        self.pending, self.searched = bytearray(), 0

    def _stop(self):
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # bwrap takes everything inside with it
        self.process.wait()
        os.close(self.requests), os.close(self.replies)
        self.process = None

    # --- one question and its answer ---

    def _exchange(self, request, seconds):
        """Send a request, and return the reply that carries its ticket; lines that do not are nobody's."""
        now = time.monotonic()
        if now > self.end or self.process is None:
            raise Died("the time for the whole submission was used up before")
        until = min(now + seconds * self.limits.patience, self.end)
        ticket = secrets.token_hex(8)
        self.budget, strays = self.limits.answer, 0
        try:
            self._send(request | {"ticket": ticket, "seconds": seconds}, until)
            while True:
                reply = self._reply(ticket, until)
                if "need" in reply:
                    self._send(self._needed(reply), until)
                    self.budget = self.limits.answer
                elif "ok" in reply or "error" in reply:
                    return {name: reply[name] for name in ("ok", "error") if name in reply}
                elif (strays := strays + 1) > MOST_STRAYS:
                    raise Died("it wrote lines of its own to the marker")
        except TimeoutError:
            over = "the time for the whole submission was used up" if until == self.end else None
            raise Died(over or f"it was still running after {seconds * self.limits.patience} s") from None
        except EOFError:
            raise Died(self._how_it_ended(seconds)) from None

    def _needed(self, reply):
        """Answer a student's function that calls another one: with what is right, where that is allowed."""
        try:
            args, options = reply.get("args", []), reply.get("options", {})
            return {"ok": encode(self.pieces[reply["need"]](*args, **options))}
        except Exception as error:  # called with whatever the student's code has made
            return {"error": f"{type(error).__name__}: {error}"[:300]}

    def _reply(self, ticket, until):
        line = self._line(until)
        with contextlib.suppress(ValueError, RecursionError, MemoryError):
            reply = json.loads(line)
            if isinstance(reply, dict) and reply.get("ticket") == ticket:
                return reply
        return {}

    def _send(self, message, until):
        message = memoryview((json.dumps(message) + "\n").encode())
        while message:
            if not select.select([], [self.requests], [], max(0, until - time.monotonic()))[1]:
                raise TimeoutError
            try:
                message = message[os.write(self.requests, message) :]
            except BrokenPipeError:
                raise EOFError from None

    def _line(self, until):
        """Return the next line; every byte costs, and every round looks at the clock."""
        while (end := self.pending.find(b"\n", self.searched)) < 0:
            self.searched = len(self.pending)
            left = until - time.monotonic()
            if left < 0 or not select.select([self.replies], [], [], left)[0]:
                raise TimeoutError
            got = os.read(self.replies, 1 << 16)
            if not got:
                raise EOFError
            self.pending += got
            self.budget -= len(got)
            if self.budget < 0:
                raise Died(f"it answered with more than {self.limits.answer >> 20} MB")
        if time.monotonic() > until:
            raise TimeoutError
        line = bytes(self.pending[:end])
        del self.pending[: end + 1]
        self.searched = 0
        return line

    def _how_it_ended(self, seconds):
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.process.wait(1)
            if code in (-signal.SIGXCPU, 128 + signal.SIGXCPU):  # the second is how bwrap passes it on
                return f"it was still computing after {seconds} s"
        return "it ended the process (os._exit, a crash, or more than it may use)"


def _environment():
    return {"PATH": "/usr/bin", "HOME": "/tmp", "MPLBACKEND": "Agg", "MPLCONFIGDIR": "/tmp"}


def in_full(error):
    """Return what a student's code says of its error, as one line, for who knows the tests anyway."""
    kind, line, text = _parts(error)
    where = f" (line {line} of its cell)" if line else ""
    said = text if kind in ("missing", "NotImplementedError") else f"{kind}: {text}{where}"
    return " ".join(said.split())[:400].encode("utf-8", "replace").decode()


def in_short(error, name):
    """Return the kind of an error and its line: what it says may hold the hidden numbers that it was called with.

    Examples
    --------
    >>> in_short(["ValueError", 3, "[[0.123, -4.56]]"], "step")
    'ValueError (line 3 of its cell)'
    """
    kind, line, _ = _parts(error)
    if kind in ("NotImplementedError", "missing"):
        return "not written yet" if kind == "NotImplementedError" else f"there is no {name} yet"
    kind = kind if kind in ERRORS else "an error"
    return kind + (f" (line {line} of its cell)" if line else "")


def _parts(error):
    """Return (kind, line, text) of whatever came as an error."""
    parts = error if isinstance(error, list) and len(error) == 3 else ["an error", 0, str(error)]
    line = parts[1] if type(parts[1]) is int and 0 < parts[1] < 10_000 else 0
    return str(parts[0])[:100], line, str(parts[2])


def encode(value):
    """Return an argument as JSON: numbers and text as they are, arrays, dicts and named tuples with their kind."""
    if hasattr(value, "_asdict"):
        return {type(value).__name__: {name: encode(field) for name, field in value._asdict().items()}}
    if isinstance(value, dict):
        return {"dict": {name: encode(field) for name, field in value.items()}}
    if hasattr(value, "ravel"):
        return {"array": value.ravel().tolist(), "shape": value.shape}
    return [encode(each) for each in value] if isinstance(value, list | tuple) else value
