"""A limited place where a student's cells run: no network, no files but Python's own, little memory, little time.

The sandbox is bubblewrap (``bwrap``), which needs no daemon and no rights. Inside it runs ``child.py``; here, on
the safe side, is the `Session` that asks it. Nothing is believed of what comes back but that it is data.
"""

import contextlib
import json
import os
import platform
import secrets
import select
import shutil
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
LIBRARY = HERE.parents[1] / "lstm_lib"


class Limits(NamedTuple):
    """What one submission may use.

    Seconds of computing time for a cell, for a call and in all; `patience` says how many times as long the clock
    may run, for code that waits instead of computing, and for a machine that has other things to do. Then bytes of
    memory, of files and of an answer.
    """

    cell: int = 10
    call: int = 5
    total: int = 60
    patience: int = 6
    memory: int = 2 << 30
    files: int = 20 << 20
    answer: int = 20 << 20


def available():
    """Return whether bubblewrap is installed and may be used on this machine."""
    command = shutil.which("bwrap")
    probe = [command, "--unshare-all", "--ro-bind", "/", "/", "true"]
    return bool(command) and subprocess.run(probe, capture_output=True).returncode == 0


WITHOUT = (
    "bubblewrap (bwrap) is not installed or not allowed here. Without it a student's code runs as you do: it can "
    "read your files, the course's secret and other submissions, write the gradebook, use the network, and leave "
    "processes behind. Time, memory and the size of files are still limited, and answers and tests are not in its "
    "process. Install it (Debian, Ubuntu: apt-get install bubblewrap), or say --unprotected."
)


class Died(Exception):
    """The process of the student's code gave no answer; the message says why, in a sentence."""


class Session:
    """One submission's namespace, asked from outside.

    Where the process dies, by a crash or by the clock, the cell or call that it died of is left out, and a new one
    takes over: the rest of the submission loses nothing.

    Parameters
    ----------
    cells : list of pairs of str
        (name, source), executed in this order.
    given : list of pairs of str
        The course's own cells, executed before. RuntimeError where one of these fails: that is nobody's mistake.
    limits : Limits, optional
        What the submission may use.
    protected : bool, default True
        Whether to use the sandbox.
    library : bool, default False
        Whether the code may import `lstm_lib`.

    Examples
    --------
    >>> with Session([("cell 1", "def double(x): return 2 * x")], protected=available()) as session:
    ...     session.call("double", [21])
    {'ok': 42}
    """

    def __init__(self, cells, given=(), limits=None, protected=True, library=False):
        self.cells, self.given, self.limits = list(cells), given, limits or Limits()
        self.protected, self.library = protected, library
        self.errors = {}  # what went wrong in a cell, by its name
        self.defined, self.dead, self.process = "", {}, None
        self.end = time.monotonic() + self.limits.total * self.limits.patience

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

    def define(self, source):
        """Put the functions of `source`, which are right, in the place of the student's."""
        self.defined, self.dead = source, {}
        with contextlib.suppress(Died):
            self._exchange({"do": "define", "source": source}, self.limits.cell)
            return
        self._start()

    def _ask(self, name, **request):
        if name in self.dead:
            return {"error": self.dead[name]}
        try:
            return self._exchange({"name": name, **request}, self.limits.call)
        except Died as error:
            self.dead[name] = str(error)
            self._start()
            return {"error": str(error)}

    def _start(self):
        """Begin anew, until every cell that is left has run."""
        while True:
            self._stop()
            self._launch()
            self._run_given()
            try:
                for name, source in self.cells:
                    reply = self._exchange({"do": "run", "source": source, "name": f"<{name}>"}, self.limits.cell)
                    if "error" in reply:
                        self.errors[name] = reply["error"]
                if self.defined:
                    self._exchange({"do": "define", "source": self.defined}, self.limits.cell)
                return
            except Died as error:
                self.errors[name] = str(error)
                if time.monotonic() > self.end:
                    return  # every question will be answered by this error
                self.cells.remove((name, source))

    def _run_given(self):
        for name, source in self.given:
            try:
                reply = self._exchange({"do": "run", "source": source, "name": f"<{name}>"}, self.limits.total)
            except Died as error:
                reply = {"error": str(error)}
            if "error" in reply and time.monotonic() < self.end:
                raise RuntimeError(f"the course's own cell {name} failed: {reply['error']}")

    def _launch(self):
        requests, self.requests = os.pipe()
        self.replies, replies = os.pipe()
        rules = _no_processes()
        command = [os.path.abspath(sys.executable), "-I", "-c", (HERE / "child.py").read_text(encoding="utf-8")]
        limits = self.limits
        command += map(str, [requests, replies, limits.memory, limits.total, limits.files])
        command += [str(_seen(self.protected))] if self.library else []
        self.process = subprocess.Popen(
            _sandbox(limits, rules, self.library) + command if self.protected else command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[requests, replies, rules],
            cwd="/",
            env={"PATH": "/usr/bin", "HOME": "/tmp", "MPLBACKEND": "Agg", "MPLCONFIGDIR": "/tmp"} | _ONE_THREAD,
            start_new_session=True,
        )
        for end in (requests, replies, rules):
            os.close(end)
        os.set_blocking(self.requests, False)
        self.pending = b""

    def _stop(self):
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # bwrap takes everything inside with it
        self.process.wait()
        os.close(self.requests), os.close(self.replies)
        self.process = None

    def _exchange(self, request, seconds):
        """Send a request, and return the reply that carries its ticket; lines that do not are nobody's."""
        now = time.monotonic()
        if now > self.end:
            raise Died("the time for the whole submission was used up before")
        until = min(now + seconds * self.limits.patience, self.end)
        ticket = secrets.token_hex(8)
        try:
            self._send((json.dumps(request | {"ticket": ticket, "seconds": seconds}) + "\n").encode(), until)
            budget = self.limits.answer
            while True:
                line = self._line(until, budget)
                budget -= len(line)
                with contextlib.suppress(ValueError, RecursionError):
                    reply = json.loads(line)
                    if isinstance(reply, dict) and reply.get("ticket") == ticket:
                        return {"ok": reply["ok"]} if "ok" in reply else {"error": _one_line(reply.get("error"))}
        except TimeoutError:
            raise Died(f"it was still running after {seconds * self.limits.patience} s") from None
        except EOFError:
            raise Died(self._how_it_ended(seconds)) from None

    def _send(self, message, until):
        message = memoryview(message)
        while message:
            if not select.select([], [self.requests], [], max(0, until - time.monotonic()))[1]:
                raise TimeoutError
            try:
                message = message[os.write(self.requests, message) :]
            except BrokenPipeError:
                raise EOFError from None

    def _line(self, until, budget):
        while b"\n" not in self.pending:
            if not select.select([self.replies], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError
            got = os.read(self.replies, 1 << 16)
            if not got:
                raise EOFError
            self.pending += got
            if len(self.pending) > budget:
                raise Died(f"it answered with more than {self.limits.answer >> 20} MB")
        line, _, self.pending = self.pending.partition(b"\n")
        return line

    def _how_it_ended(self, seconds):
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.process.wait(1)
            if code in (-signal.SIGXCPU, 128 + signal.SIGXCPU):  # the second is how bwrap passes it on
                return f"it was still computing after {seconds} s"
        return "it ended the process (os._exit, a crash, or more than it may use)"


def _one_line(error):
    """Return what a student's code says of its error as one line: it cannot look like a line of ours."""
    return " ".join(str(error).split())[:400].encode("utf-8", "replace").decode()


def encode(value):
    """Return an argument as JSON: numbers and text as they are, arrays, dicts and named tuples with their kind."""
    if hasattr(value, "_asdict"):
        return {type(value).__name__: {name: encode(field) for name, field in value._asdict().items()}}
    if isinstance(value, dict):
        return {"dict": {name: encode(field) for name, field in value.items()}}
    if hasattr(value, "ravel"):
        return {"array": value.ravel().tolist(), "shape": value.shape}
    return [encode(each) for each in value] if isinstance(value, list | tuple) else value


_ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}


def _seen(protected):
    return Path("/course") if protected else LIBRARY.parent


def _sandbox(limits, rules, library):
    """Return the command that shuts the child in: what is not bound here does not exist inside."""
    bound = ["/usr", sys.base_prefix, sys.prefix]
    command = ["bwrap", "--die-with-parent", "--unshare-all", "--cap-drop", "ALL", "--seccomp", str(rules)]
    command += [
        "--symlink",
        "usr/lib",
        "/lib",
        "--symlink",
        "usr/lib64",
        "/lib64",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]
    command += ["--size", str(limits.files), "--tmpfs", "/tmp"]
    for path in dict.fromkeys(bound):
        command += ["--ro-bind", path, path]
    if LIBRARY.is_relative_to(sys.prefix):  # installed, not linked: then the solution of half the tasks lies there
        command += ["--tmpfs", str(LIBRARY)]
    if library:
        command += ["--ro-bind", str(LIBRARY), "/course/lstm_lib"]
    return [
        *command,
        "--remount-ro",
        "/",
        "--remount-ro",
        "/dev",
        "--chdir",
        "/tmp",
    ]  # both are memory of the machine


def _no_processes():
    """Return a file with the rule that a process may start threads and no process, as a seccomp program.

    A limit on the number of processes does not bind root, and in a container an instructor often is root.
    Numbers of calls: Linux, asm/unistd_64.h and asm-generic/unistd.h. clone3 hides its flags behind a pointer;
    told that there is none, the C library takes clone, whose flags can be seen.
    """
    machine = {"x86_64": (0xC000003E, 56, (57, 58)), "aarch64": (0xC00000B7, 220, ())}.get(platform.machine())
    load, equal, has, give = 0x20, 0x15, 0x45, 0x06
    allow, not_permitted, no_such_call = 0x7FFF0000, 0x00050001, 0x00050026
    program = [(give, 0, 0, allow)]
    if machine:
        arch, clone, forks = machine
        program = [(load, 0, 0, 4), (equal, 1, 0, arch), (give, 0, 0, not_permitted), (load, 0, 0, 0)]
        for fork in forks:
            program += [(equal, 0, 1, fork), (give, 0, 0, not_permitted)]
        program += [(equal, 0, 1, 435), (give, 0, 0, no_such_call), (equal, 0, 4, clone), (load, 0, 0, 16)]
        program += [(has, 1, 0, 0x10000), (give, 0, 0, not_permitted), (give, 0, 0, allow), (give, 0, 0, allow)]
    reading, writing = os.pipe()
    os.write(writing, b"".join(struct.pack("HBBI", *line) for line in program))
    os.close(writing)
    return reading
