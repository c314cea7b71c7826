"""Limits that hold whatever a submission does: by the clock, in memory, for the marker as for the student's process."""

import json
import multiprocessing
import resource
import sys
import time

import apart
import cells
import child
import classroom
import confine
import course as courses
import exam
import grade
import mark
import pytest
import sandbox
import submission
from hypothesis import given, settings
from hypothesis import strategies as st

NAME = "ps1_forward"
pytestmark = [pytest.mark.graded, classroom.needs_sandbox]
QUICK = confine.Limits(cell=1, call=1, patience=2, total=8)
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return classroom.make(tmp_path_factory.mktemp("course"), NAME)


def ask(source, name="f", limits=QUICK, protected=True):
    """Define something in a session, and call it."""
    start = time.monotonic()
    with sandbox.Session([cells.Run("cell 1", source)], limits=limits, protected=protected) as session:
        reply = session.call(name, [])
    assert time.monotonic() - start < 2 * limits.total
    return reply


# --- time --------------------------------------------------------------------------------------------------------

TALK = "import os, signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\ndef f():\n    while True: {}"
FLOODS = {
    "empty lines": TALK.format(
        "[os.write(fd, b'\\n' * 65536) for fd in range(3, 200) if os.path.exists(f'/proc/self/fd/{fd}')]"
    ),
    "short lines": "import os\ndef f():\n    for fd in range(3, 200):\n        try:\n            while True: os.write(fd, b'0\\n' * 100)\n        except OSError: pass",
    "no line": "import os\ndef f():\n    for fd in range(3, 200):\n        try:\n            while True: os.write(fd, b'x')\n        except OSError: pass",
    "questions of its own": "def f():\n    import sys, os, json\n    frame = sys._getframe()\n    while 'ticket' not in frame.f_locals: frame = frame.f_back\n"
    "    line = json.dumps({'ticket': frame.f_locals['ticket'], 'need': 'step', 'args': []}) + '\\n'\n"
    "    while True: os.write(int(frame.f_locals['replies']), line.encode())",
    "a slow trickle": "import os, time\ndef f():\n    while True:\n        for fd in range(3, 200):\n            try: os.write(fd, b'\\n')\n            except OSError: pass\n        time.sleep(0.01)",
    "silence": "import time\ndef f(): time.sleep(1000)",
    "computing": "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\ndef f():\n    while True: pass",
    "stopped": "import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGSTOP)",
    "threads": "import threading\ndef f():\n    def run():\n        while True: pass\n    [threading.Thread(target=run).start() for _ in range(5)]\n    run()",
}


@pytest.mark.parametrize("how", FLOODS)
def test_one_deadline_by_the_clock_holds_whatever_is_written_or_not(how):
    assert "error" in ask(FLOODS[how])


WASTES = {
    "many cells that exit": ["import os; os._exit(0)"] * 200,
    "many cells that sleep": ["import time; time.sleep(100)"] * 50,
    "many cells that compute": ["while True: pass"] * 50,
}


@pytest.mark.parametrize("how", WASTES)
def test_cells_of_ones_own_leave_half_of_the_time_to_the_answers(folder, how):
    notebook = classroom.solved(folder, NAME)
    notebook["cells"][3:3] = [classroom.code_cell(source) for source in WASTES[how]]
    path = classroom.hand_in(folder, "waster", NAME, notebook)
    limits = confine.Limits(cell=1, call=2, patience=2, total=60)
    result = mark.mark(NAME, "waster", path, folder, limits=limits)
    assert sum(result["scores"].values()) == 25
    assert result["seconds"] < limits.total
    assert any("too much time, or ended the process too often" in note for note in result["notes"])


def test_every_answer_that_sleeps_ends_with_the_submissions_time(folder):
    sleeping = {
        name: f"import time\ndef {name}(*_): time.sleep(1000)" for name in ("join", "gates", "step", "forward")
    }
    path = classroom.hand_in(
        folder, "sleeper", NAME, classroom.answered(classroom.solved(folder, NAME), **sleeping)
    )
    result = mark.mark(NAME, "sleeper", path, folder, limits=confine.Limits(cell=1, call=1, patience=3, total=15))
    assert result["seconds"] < 30
    assert result["scores"]["by_hand"] == 3


def test_what_is_late_is_ended_and_the_next_is_marked(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "GRACE", 0)
    path = classroom.hand_in(folder, "last", NAME, classroom.solved(folder, NAME))
    request = {"name": NAME, "student": "last", "path": str(path), "course": str(folder), "options": {}}
    with apart.Worker() as worker:
        with pytest.raises(apart.Failed, match="was ended"):
            worker.mark(request, 0.001, tmp_path / "result")
        worker.mark(request, 60, tmp_path / "result")
    assert sum(json.loads((tmp_path / "result").read_text())["scores"].values()) == 25


# --- memory, processes, files, network ---------------------------------------------------------------------------

KEPT = "kept = []\ndef f():\n    for n in range({times}):\n        {body}\n    return n"
ROUTES = {  # each would take four gigabytes
    "mappings": ("import mmap", "kept.append(mmap.mmap(-1, 1 << 26)); kept[-1].write(b'x' * (1 << 26))", 64),
    "shared mappings": (
        "import mmap",
        "kept.append(mmap.mmap(-1, 1 << 26, mmap.MAP_SHARED)); kept[-1].write(b'x' * (1 << 26))",
        64,
    ),
    "memfd": ("import os", "kept.append(os.memfd_create('x')); os.write(kept[-1], bytes(1 << 26))", 64),
    "memfd by its number": (
        "import ctypes, os, platform\nnumber = {'x86_64': 319, 'aarch64': 279}[platform.machine()]",
        "fd = ctypes.CDLL(None).syscall(number, b'x', 0); assert fd >= 0; os.write(fd, bytes(1 << 24))",
        256,
    ),
    "System V": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.shmat.restype = ctypes.c_void_p",
        "i = libc.shmget(0, 1 << 26, 0o1666); assert i >= 0; ctypes.memset(libc.shmat(i, 0, 0), 1, 1 << 26)",
        64,
    ),
    "a file system of its own": (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)",
        "assert libc.unshare(0x10020000) == 0; assert libc.mount(b'x', b'/tmp', b'tmpfs', 0, b'size=8g') == 0; "
        "open(f'/tmp/{n}', 'wb').write(bytes(1 << 26))",
        64,
    ),
    "files": ("", "open(f'/tmp/{n}', 'wb').write(bytes(1 << 24))", 256),
    "shared memory files": ("", "open(f'/dev/shm/{n}', 'wb').write(bytes(1 << 24))", 256),
    "larger pipes": (
        "import fcntl, os",
        "r, w = os.pipe(); kept.append((r, w)); fcntl.fcntl(w, 1031, 1 << 20); os.write(w, bytes(1 << 20))",
        4000,
    ),
    "pipes": ("import os", "r, w = os.pipe(); kept.append((r, w)); os.write(w, bytes(65536))", 65536),
    "connections to itself": (
        "import socket",
        "kept.append(socket.create_server(('127.0.0.1', 0)))",
        10,
    ),
    "message queues": ("import ctypes", "assert ctypes.CDLL(None).msgget(0, 0o1666) >= 0", 10),
    "many processes": ("import os", "os.fork() or os._exit(0)", 10),
    "another process": ("import subprocess", "subprocess.run(['true'])", 10),
    "vfork": ("import os", "os.posix_spawn('/usr/bin/true', ['true'], {})", 10),
    "clone": (
        "import ctypes, platform\nnumber = {'x86_64': 56, 'aarch64': 220}[platform.machine()]",
        "assert ctypes.CDLL(None).syscall(number, 17, 0, 0, 0, 0) >= 0",
        10,
    ),
    "a raw socket": ("import socket", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)", 10),
    "tracing": ("import ctypes", "assert ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0", 10),
}


@pytest.mark.parametrize("route", ROUTES)
def test_there_is_no_way_to_more_memory_or_processes(route):
    top, body, times = ROUTES[route]
    source = f"{top}\n{KEPT.format(body=body, times=times)}"
    assert "error" in ask(source, limits=QUICK._replace(call=5, total=40))


def test_what_honest_code_needs_is_still_there():
    source = """
import asyncio, threading, tempfile, queue, concurrent.futures as cf
async def g(): await asyncio.sleep(0); return 1
def f():
    with cf.ThreadPoolExecutor(2) as pool: two = sum(pool.map(int, '11'))
    with tempfile.TemporaryFile() as file: file.write(b'x' * 10**6)
    return asyncio.run(g()) + two
"""
    assert ask(source) == {"ok": 3}


BOMBS = {  # replies of the size that is let in, which would be large as Python's or NumPy's objects
    "text of one length": '["' + "a" * 1000 + '"' + ',""' * 1_000_000 + "]",
    "lists": "[" + "[]," * 1_200_000 + "[]]",
    "nested": "[" * 100_000,
    "dicts": '{"a":[' + "{}," * 1_200_000 + "{}]}",
    "a long number": "1" * 3_000_000,
    "numbers": "[" + "1.5," * 900_000 + "1]",
    "unequal lists": "[" + "[1],[1,2]," * 300_000 + "[]]",
    "shapes": "[" + ",".join("[" * 30 + "1" + "]" * 30 for _ in range(40_000)) + "]",
    "half characters": '"' + "\\ud800" * 500_000 + '"',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_reading_a_reply_takes_a_marker_little_memory_and_time(bomb):
    """In a process that has as much as a marker's may take."""

    def work():
        reply = BOMBS[bomb]
        assert len(reply) < confine.Limits().answer
        with open("/proc/self/statm") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + apart.MEMORY, -1))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        try:
            answer = json.loads(reply)
        except (ValueError, RecursionError):
            return
        for path, want in (
            ((), 1.0),
            ((0,), "text"),
            (("a",), 1.0),
            ((), frozenset("b")),
            ((), exam.close()(1.0)),
        ):
            assert exam.complaint(answer, path, want)

    assert in_a_fork(work) == 0


def in_a_fork(work):
    import os

    if (pid := os.fork()) == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(repr(error)[:300], file=sys.__stderr__, flush=True)
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


SOURCES = {  # cells that take a parser long, or much memory
    "many statements": "a=1\n" * 30_000,
    "as many as are parsed": "a=1\n" * 12_000,
    "parentheses": "(" * 49_000,
    "signs": "-" * 49_000 + "1",
    "dots": "a" + ".b" * 24_000,
    "lines of magics": "%time 1\n" * 7_000,
    "as many magics as are read": "%time 1\n" * 10 + "a=1\n" * 12_000,
    "shell lines": "!ls\n" * 12_000,
    "backslashes": "!a \\\n" * 9_000,
    "prompts": ">>> a\n" * 8_000,
    "indented": "    a=1\n" * 6_000,
    "questions": "a?\n" * 16_000,
    "quotes": "'''" * 16_001,
    "f-strings": "f'{" * 200 + "1" + "}'" * 200,
    "names": ",".join(f"a{n}" for n in range(7_000)) + "=1",
    "nested functions": "".join(" " * n + "def f():\n" for n in range(90)),
    "null": "a = '\0'",
}


def test_a_cell_of_any_source_takes_a_marker_little_memory_and_time():
    def work():
        with open("/proc/self/statm") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + apart.MEMORY, -1))
        for name, source in SOURCES.items():
            before = time.process_time()
            cells.code(source)
            assert time.process_time() - before < 10, name

    assert in_a_fork(work) == 0


def test_a_marker_that_a_submission_ends_takes_nobody_with_it(folder, monkeypatch):
    monkeypatch.setattr(apart, "MEMORY", 20 << 20)  # so that an honest one is too large: what happens is the same
    classroom.hand_in(
        folder, "large", NAME, {"cells": [classroom.code_cell("x" * 10**6)] * 9, "more": ["y" * 9] * 10**5}
    )
    failed = grade.grade(NAME, folder, student="large")
    assert set(failed) <= {"large"}
    assert grade.grade(NAME, folder, student="last") == {}


# --- anything at all ---------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=4), inside, max_size=4),
    max_leaves=12,
)
wants = st.sampled_from([0.5, [[1.0, 2.0]], "C_t", frozenset(["b"]), exam.close()(1.0), exam.either(1.0, 2.0)])
paths = st.lists(st.sampled_from([0, 1, "W_f", "h_t"]), max_size=3).map(tuple)


@given(json_values, paths, wants)
@settings(max_examples=300, deadline=None)
def test_any_reply_is_right_or_has_a_complaint(answer, path, want):
    said = exam.complaint(json.loads(json.dumps(answer)), path, want)
    assert isinstance(said, str)
    if not said:  # the wanted thing is really there
        for step in path:
            answer = answer[step]
        assert answer == want or callable(want) or isinstance(want, float | list | frozenset)


odd_cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", 7, None]),
        "source": st.text(max_size=30) | st.lists(st.text(max_size=5), max_size=3) | json_values,
        "metadata": st.just({"nbgrader": {"grade_id": "step"}}) | json_values,
        "outputs": json_values,
        "attachments": json_values,
    },
)


@given(st.lists(odd_cells, max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_notebook_is_sorted_and_shown(folder, own):
    sheet = courses.read_key(NAME, folder)
    read = [submission._cell(number, cell) for number, cell in enumerate(own, 1)]
    found = cells.sort(read, sheet)
    report = {question: [] for question in courses.key_of(NAME).QUESTIONS}
    shown = mark.marked_page.page(sheet, found, report, found.notes, "")
    json.dumps(shown, ensure_ascii=False).encode()
    assert mark.marked_page.texts(sheet, found).keys() == {
        c["id"] for c in sheet if c["kind"] in ("tests", "written")
    }


@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | json_values.map(lambda v: json.dumps(v).encode())
)
@settings(max_examples=150, deadline=None)
def test_any_file_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.ipynb"
    path.write_bytes(content)
    try:
        read, _ = submission.read(path)
    except submission.Refused:
        return
    assert all(isinstance(cell.source, str) for cell in read)


class Odd:
    """An object whose every method misbehaves."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    __iter__ = __len__ = __float__ = __array__ = __str__ = None


@given(
    st.one_of(
        json_values, st.complex_numbers(), st.binary(max_size=3), st.decimals(), st.fractions(), st.builds(Odd)
    )
)
@settings(max_examples=200, deadline=None)
def test_any_answer_becomes_data_or_an_error_with_words(value):
    notebook = child.Notebook()
    notebook.names["f"] = lambda: value
    json.dumps(child.answer(notebook, {"do": "call", "name": "f", "args": []}))


# --- the marker as a whole ---------------------------------------------------------------------------------------

CORPUS = {  # files as large as they are let in, and what may be large in them
    "lists": b'{"cells":[' + b"[]," * 3_000_000 + b"[]]}",
    "dicts": b'{"cells":[' + b"{}," * 900 + b'{}],"x":[' + b"{}," * 3_000_000 + b"{}]}",
    "cells of code": json.dumps({"cells": [classroom.code_cell("a=1\n" * 2400)] * 999}).encode(),
    "cells of text": json.dumps({"cells": [classroom.text_cell("*a* $b_c$ [d](e)\n\n" * 500)] * 999}).encode(),
    "large cells": json.dumps({"cells": [classroom.code_cell("a=1\n" * 12_400)] * 150}).encode(),
    "an output": json.dumps(
        {"cells": [classroom.code_cell("1") | {"outputs": [{"output_type": "stream", "text": "x" * 9_000_000}]}]}
    ).encode(),
    "pictures": json.dumps(
        {"cells": [classroom.text_cell("![a](attachment:p)", {"p": {"image/png": classroom.png(900, 900)}})] * 900}
    ).encode(),
    "one long text": json.dumps({"cells": [classroom.text_cell("\\begin{a}" * 900_000)]}).encode(),
    "labels": json.dumps(
        {"cells": [classroom.code_cell("x", nbgrader={"grade_id": "step" * 2000})] * 999}
    ).encode(),
}


def mark_all(paths, folder, target, seconds):
    """Mark files one after the other; a program of its own, because a fork would count the tests' own memory."""
    with apart.Worker() as worker:
        for name, path in paths.items():
            request = {"name": NAME, "student": "corpus", "path": str(path), "course": str(folder), "options": {}}
            start = time.monotonic()
            try:
                worker.mark(request, seconds, target)
                result = json.loads(target.read_text())
            except apart.Failed:  # said in words, and nobody else's
                result = {"scores": {}}
            assert not any(result["scores"].values()), name
            assert time.monotonic() - start < 2 * seconds, name
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 500 << 10


def test_no_file_takes_a_marker_above_500_mb_or_twice_its_time(folder, tmp_path):
    paths = {
        name: classroom.hand_in(folder, f"corpus {n}", NAME, content)
        for n, (name, content) in enumerate(CORPUS.items())
    }
    arguments = (paths, folder, tmp_path / "result", courses.key_of(NAME).LIMITS.total)
    process = multiprocessing.get_context("spawn").Process(target=mark_all, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == 0


def test_no_reference_solution_and_no_check_goes_to_the_students_process(folder, monkeypatch):
    sent, send = [], sandbox.Session._send
    monkeypatch.setattr(
        sandbox.Session, "_send", lambda self, message, until: sent.append(message) or send(self, message, until)
    )
    wrong = classroom.changed(
        classroom.released(folder, NAME)
        | {"cells": classroom.answered(classroom.solved(folder, NAME), join="def join(a, b): return a")["cells"]},
    )
    path = classroom.hand_in(folder, "sniffer", NAME, wrong)
    assert (
        sum(mark.mark(NAME, "sniffer", path, folder)["scores"].values()) == 24
    )  # the others stand on a right one
    assert any(message.get("do") == "define" for message in sent)
    everything = json.dumps(sent)
    solution = next(cell["solution"] for cell in courses.read_key(NAME, folder) if cell["id"] == "join")
    assert "z_t = np.concatenate([h_prev, x_t])" in solution
    assert "np.concatenate([h_prev, x_t])" not in everything
    assert not any(
        hint[:30] in everything for q in courses.key_of(NAME).QUESTIONS.values() for _, hint in q.checks.values()
    )


def test_where_systemd_runs_a_control_group_counts_too(monkeypatch, tmp_path):
    """With a program in systemd's place that writes down what it is asked for, and runs the rest."""
    stands_in = tmp_path / "systemd-run"
    stands_in.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nwhile [ "${{1#-}}" != "$1" ]; do shift; done\nexec "$@"\n'
    )
    stands_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{confine.os.environ['PATH']}")
    confine._systemd.cache_clear()
    try:
        assert ask("def f(): return 42") == {"ok": 42}
    finally:
        monkeypatch.undo()
        confine._systemd.cache_clear()
    asked = (tmp_path / "asked").read_text()
    for wanted in (f"MemoryMax={QUICK.memory}", "MemorySwapMax=0", "TasksMax="):
        assert wanted in asked
