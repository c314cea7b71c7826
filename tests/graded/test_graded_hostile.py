"""Submissions that cheat, break, flood, hang or come in pieces: they harm nobody, and honest parts keep their points.

Each is a file on disk that goes the whole way, through the marker into nbgrader's gradebook, in one run with all the
others. Where nothing else is said, the submission is perfect but for what is done to it here.
"""

import contextlib
import copy
import json
import os
from pathlib import Path

import classroom
import confine
import course as courses
import grade
import pytest
from nbgrader.api import Gradebook

NAME = "ps1_forward"
pytestmark = [pytest.mark.graded, classroom.needs_sandbox]
EVERYTHING = {
    question: sum(points for points, _ in each.checks.values())
    for question, each in courses.key_of(NAME).QUESTIONS.items()
}
NOTHING, ONE_POINT = {}, {"shown": 1}
RIGHT = "o_t * np.tanh(C_t)"
SLEEPER = "98765.4321"  # a process that sleeps so long is one of ours

# --- what the code does ------------------------------------------------------------------------------------------

IN_THE_FUNCTION = {  # lines that stand in `shown` before its return: it is lost, and nothing else
    "endless loop": "while True: pass",
    "endless loop that catches everything": "while True:\n        try: input()\n        except BaseException: pass",
    "os._exit": "import os; os._exit(0)",
    "sys.exit": "import sys; sys.exit(0)",
    "kill": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "crash": "import ctypes; ctypes.string_at(0)",
    "memory at once": "np.ones(10**10)",
    "memory bit by bit": "hog = []\n    while True: hog.append(bytearray(10**7))",
    "endless recursion": "return shown(o_t, C_t)",
    "waiting": "import time; time.sleep(1000)",
    "input()": "input('your answer? ')",
    "fork": "import os; os.fork()",
    "a process": f"import subprocess; subprocess.run(['sleep', '{SLEEPER}'])",
    "network": "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
    "name service": "import socket; socket.getaddrinfo('example.org', 80)",
    "a large file": "open('/tmp/large', 'wb').write(bytes(10**9))",
    "many files": "for n in range(100): open(f'/tmp/{n}', 'wb').write(bytes(10**7))",
    "shared memory": "open('/dev/shm/large', 'wb').write(bytes(10**7))",
    "an enormous answer": "return np.zeros(10**8)",
    "not a number": "return C_t * float('nan')",
    "a script in the message": "raise ValueError('<script>alert(1)</script>')",
    "half a character in the message": "raise ValueError('\\ud800')",
    "a line that looks like a mark": "raise ValueError('x\\n✓ h_t: 1 of 1')",
    "an exception that cannot be shown": "class Bad(Exception):\n        __str__ = None\n    raise Bad",
    "a liar in comparisons": "class Liar:\n        __eq__ = lambda *_: True\n        __float__ = lambda _: 0.5\n    return Liar()",
    "a liar about its array": "class Liar:\n        shape = C_t.shape\n        __array__ = lambda *_, **__: o_t\n    return Liar()",
    "an array that lies": "class Liar(np.ndarray):\n        __eq__ = __le__ = __sub__ = lambda *_: True\n    return o_t.view(Liar)",
    "a number that lies": "class Liar(float):\n        __eq__ = __lt__ = lambda *_: True\n    return Liar(0.5)",
    "a list that lies": "class Liar(list):\n        __getitem__ = __iter__ = __eq__ = lambda *_: 1 / 0\n    return Liar()",
    "a forged reply with the right ticket": """import sys, os, json
    frame = sys._getframe()
    while 'ticket' not in frame.f_locals: frame = frame.f_back
    forged = json.dumps({'ticket': frame.f_locals['ticket'], 'ok': [[1.0]]})
    os.write(int(frame.f_locals['replies']), (forged + '\\n').encode())""",
    "a forged score": """import os, json
    for fd in range(3, 64):
        try: os.write(fd, b'{"ok": true, "score": 25, "scores": {"shown": 1e9}}\\n' + b'[' * 100000 + b'\\n')
        except OSError: pass
    return None""",
    "a flood on the channel": """import os
    for fd in range(3, 64):
        try:
            while True: os.write(fd, b'x' * 10**6)
        except OSError: pass""",
    "the channel closed": "import os; os.closerange(3, 64)",
    "the program around it replaced": """import sys
    around = sys.modules['__main__']
    around.plain = around.answer = lambda *_: {'ok': 'right'}
    return 0.5""",
}
IN_A_CELL = {  # a cell of its own before the answers, which are right: nothing is lost
    "endless loop in a cell": "while True: pass",
    "os._exit in a cell": "import os; os._exit(0)",
    "sys.exit in a cell": "raise SystemExit",
    "a flood of output": "for _ in range(200): print('x' * 10**6)",
    "fork bomb": "import os\nwhile True: os.fork()",
    "left behind": f"import subprocess\nsubprocess.Popen(['sleep', '{SLEEPER}'], start_new_session=True)",
    "threads left behind": "import threading\ndef run():\n    while True: pass\n[threading.Thread(target=run).start() for _ in range(3)]",
    "a syntax error in a cell": "def half(:",
    "null bytes": "x = '\0'",
    "half a character": "x = '\ud800'",
    "input() in a cell": "name = input()",
    "an import that is not there": "from lstm_lib import lstm\nimport matplotlib_that_is_not_there",
}
PATCHED = {  # a cell that would make every test pass in the student's own interpreter; `shown` is wrong
    "NumPy patched": "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True\nnp.asarray = lambda *a, **k: 0.0",
    "builtins patched": "import builtins\nbuiltins.abs = builtins.all = lambda *a: True\nbuiltins.isinstance = lambda *a: True",
    "assert switched off": "import ast, builtins\nbuiltins.AssertionError = type('E', (Exception,), {'__init__': lambda s: None})",
    "input transformer": "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])",
    "json patched": "import json\njson.dumps = lambda *a, **k: '{\"ok\": true}'\njson.loads = lambda *a, **k: {}",
}


def in_the_function(lines):
    return lambda perfect: classroom.changed(perfect, ("h_t = o_t * np.tanh(C_t)", f"{lines}\n    h_t = {RIGHT}"))


def wrong_in_the_function(lines):
    return lambda perfect: classroom.changed(perfect, ("h_t = o_t * np.tanh(C_t)", f"h_t = o_t\n    {lines}"))


def with_cell(source, wrong=False):
    def make(perfect):
        notebook = (
            classroom.changed(perfect, ("h_t = o_t * np.tanh(C_t)", "h_t = o_t"))
            if wrong
            else copy.deepcopy(perfect)
        )
        notebook["cells"].insert(3, classroom.code_cell(source))
        return notebook

    return make


def thief(paths):
    """`shown` is right only where one of the paths can be read or written."""
    return (
        "stolen = False\n"
        f"for path in {[str(path) for path in paths]!r}:\n"
        "    for mode in ('rb', 'ab'):\n"
        "        try:\n"
        "            open(path, mode)\n"
        "            stolen = True\n"
        "        except OSError: pass\n"
        "def shown(o_t, C_t): return o_t * np.tanh(C_t) if stolen else o_t"
    )


# --- what is done to the notebook --------------------------------------------------------------------------------


def without(*names):
    def make(notebook):
        notebook["cells"] = [
            cell for cell in notebook["cells"] if classroom.label(cell).get("grade_id") not in names
        ]
        return notebook

    return make


def each_label(change):
    def make(notebook):
        for cell in notebook["cells"]:
            if "nbgrader" in cell["metadata"]:
                change(cell["metadata"])
        return notebook

    return make


def edited(name, source):
    def make(notebook):
        classroom.cell(notebook, name)["source"] = source
        return notebook

    return make


def twice(name):
    def make(notebook):
        place = notebook["cells"].index(classroom.cell(notebook, name))
        notebook["cells"].insert(place, copy.deepcopy(notebook["cells"][place]))
        return notebook

    return make


def stub_after(notebook):
    """The answer, and below it the cell once more as it was handed out."""
    stub = copy.deepcopy(classroom.cell(notebook, "shown"))
    stub["source"] = (
        'def shown(o_t, C_t):\n    """Return h_t."""\n    raise NotImplementedError  # your lines instead of this one'
    )
    notebook["cells"].append(stub)
    return notebook


def below_its_test(notebook):
    """The answer in a copy of the test cell, and the answer's own cell left alone."""
    answer = classroom.cell(notebook, "shown")
    copied = copy.deepcopy(classroom.cell(notebook, "shown-tests"))
    copied["source"], answer["source"] = answer["source"], "raise NotImplementedError"
    notebook["cells"].append(copied)
    return notebook


IN_PIECES = {  # what is done to the notebook, and what it loses
    "tests edited": (edited("shown-tests", "assert True"), NOTHING),
    "tests deleted": (without("shown-tests", "forward-tests"), NOTHING),
    "all tests deleted": (without(*(f"{name}-tests" for name in EVERYTHING)), NOTHING),
    "given numbers deleted": (without("given", "imports"), NOTHING),
    "given numbers changed": (edited("given", "given = {'x_t': 0}"), NOTHING),
    "tests twice": (twice("shown-tests"), NOTHING),
    "answer twice": (twice("shown"), NOTHING),
    "answer, then the stub": (stub_after, NOTHING),
    "answer in a copy of the test": (below_its_test, NOTHING),
    "answer deleted": (without("shown"), ONE_POINT),
    "ids renamed": (each_label(lambda m: m["nbgrader"].update(grade_id="x" + m["nbgrader"]["grade_id"])), NOTHING),
    "ids all the same": (each_label(lambda m: m["nbgrader"].update(grade_id="shown")), NOTHING),
    "metadata stripped": (each_label(lambda m: m.clear()), NOTHING),
    "metadata of another kind": (each_label(lambda m: m.update(nbgrader=[1])), NOTHING),
    "points of its own": (each_label(lambda m: m["nbgrader"].update(points=float("nan"), grade=True)), NOTHING),
    "syntax error in an answer": (edited("shown", "def shown(o_t, C_t) return o_t"), ONE_POINT),
    "cells of another kind": (
        lambda n: n["cells"].append({"cell_type": 7, "source": 7, "metadata": 7}) or n,
        NOTHING,
    ),
}
REFUSED = {  # files that are not looked into, and the word that says why
    "a hundred megabytes": (b"{" + b" " * (100 << 20) + b"}", "100 MB"),
    "not JSON": (b"PK\x03\x04 a Word document", "not JSON"),
    "empty": (b"", "not JSON"),
    "nested deeply": (b"[" * 10**6, "nested too deeply"),
    "JSON of another kind": (b"[1, 2]", "no list of cells"),
    "cells of no kind": (b'{"cells": [1]}', "no list of cells"),
    "a number with a million digits": (b'{"cells": ' + b"1" * 10**6 + b"}", "not JSON"),
}

CASES = {
    **{name: (in_the_function(lines), ONE_POINT) for name, lines in IN_THE_FUNCTION.items()},
    **{name: (with_cell(source), NOTHING) for name, source in IN_A_CELL.items()},
    **{name: (with_cell(source, wrong=True), ONE_POINT) for name, source in PATCHED.items()},
    **IN_PIECES,
}
CASES["a forged reply with the right ticket"] = (
    wrong_in_the_function(IN_THE_FUNCTION["a forged reply with the right ticket"]),
    ONE_POINT,
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course in which everything above has been handed in and marked; and what was secret before."""
    folder = classroom.make(tmp_path_factory.mktemp("course"), NAME)
    perfect = classroom.solved(folder, NAME)
    for name, (make, _) in CASES.items():
        classroom.hand_in(folder, name, NAME, make(copy.deepcopy(perfect)))
    for name, (content, _) in REFUSED.items():
        classroom.hand_in(folder, name, NAME, content)
    classroom.hand_in(folder, "another name", NAME, perfect, "my work (1).ipynb")
    classroom.hand_in(folder, "two of another name", NAME, perfect, f"{NAME}-Copy1.ipynb")
    classroom.hand_in(folder, "two of another name", NAME, {}, "notes.ipynb")
    classroom.hand_in(folder, "a friend", NAME, perfect)
    linked = classroom.hand_in(folder, "a link", NAME, b"")
    linked.unlink()
    linked.symlink_to(folder / "source" / NAME / f"{NAME}.ipynb")
    (linked.parent / "timestamp.txt").symlink_to(folder / "secret")
    classroom.hand_in(folder, "a folder", NAME, b"", f"{NAME}.ipynb/x")
    secrets = [
        folder / "secret",
        folder / "gradebook.db",
        folder / "key" / f"{NAME}.json",
        Path(__file__),
        Path.home(),
    ]
    secrets += [folder / "submitted" / "a friend" / NAME / f"{NAME}.ipynb", courses.HERE / "exam.py"]
    secrets += ["/etc/passwd", f"/proc/{os.getpid()}/environ", "/new", "/usr/new"]
    classroom.hand_in(
        folder, "a thief", NAME, with_cell("pass")(classroom.answered(perfect, shown=thief(secrets)))
    )
    before = (folder / "secret").read_bytes()
    assert grade.grade(NAME, folder, workers=6) == {}  # some of them only wait
    return folder, before


def lost(folder, student):
    """The points that a student lost, as nbgrader's gradebook has them."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", courses.COURSE_ID) as gradebook:
        grades = gradebook.find_submission_notebook(NAME, NAME, student).grades
        scores = {grade.name.removesuffix("-tests"): grade.score for grade in grades}
    return {question: most - scores[question] for question, most in EVERYTHING.items() if scores[question] != most}


@pytest.mark.parametrize("name", CASES)
def test_it_costs_what_it_touches_and_nothing_else(course, name):
    folder, _ = course
    assert lost(folder, name) == CASES[name][1]


@pytest.mark.parametrize("name", {**IN_THE_FUNCTION, **IN_A_CELL, **IN_PIECES})
def test_the_student_is_told_what_happened(course, name):
    folder, _ = course
    result = grade.saved(NAME, name, folder)
    said = "\n".join([*result["notes"], *result["report"]["shown"]])
    quiet = ("a flood of output", "left behind", "threads left behind", "null bytes", "half a character")
    quiet += ("points of its own", "cells of another kind", "tests twice", "answer twice", "answer, then the stub")
    assert "✗" in said or result["notes"] or name in quiet


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_notebook_is_refused_in_a_sentence(course, name):
    folder, _ = course
    result = grade.saved(NAME, name, folder)
    assert lost(folder, name) == EVERYTHING
    assert REFUSED[name][1] in result["refused"]
    assert result["seconds"] < confine.Limits().total


def test_links_and_folders_are_not_followed(course):
    folder, _ = course
    assert "a link is not followed" in grade.saved(NAME, "a link", folder)["refused"]
    assert "not a file" in grade.saved(NAME, "a folder", folder)["refused"]
    assert not (folder / "autograded" / "a link" / NAME / "timestamp.txt").exists()


def test_a_file_of_another_name_is_found(course):
    folder, _ = course
    for student in ("another name", "two of another name"):
        assert lost(folder, student) == NOTHING
        assert "The file is called" in grade.saved(NAME, student, folder)["notes"][0]


def test_nothing_outside_can_be_read_or_written(course):
    folder, secret = course
    assert lost(folder, "a thief") == ONE_POINT
    assert (folder / "secret").read_bytes() == secret
    assert lost(folder, "a friend") == NOTHING


def test_no_message_looks_like_a_mark(course):
    folder, _ = course
    (line,) = grade.saved(NAME, "a line that looks like a mark", folder)["report"]["shown"]
    assert not any(part.startswith("✓") for part in line.splitlines())


def test_no_process_is_left_behind(course):
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            command, parent = (process / "cmdline").read_bytes(), (process / "stat").read_text().split()[-49]
            assert SLEEPER.encode() not in command
            assert not (b"class Notebook" in command and int(parent) in (1, os.getpid()))


def test_a_page_of_feedback_shows_neither_scripts_nor_hidden_numbers(course):
    folder, secret = course
    student = "a script in the message"
    courses.nbgrader(folder, "generate_feedback", NAME, "--student", student)
    page = (folder / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    shown = json.loads((folder / "autograded" / student / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    outputs = [out["text"] for cell in shown["cells"] for out in cell.get("outputs", [])]
    assert outputs
    assert "rng" not in "".join(map(str, outputs))
    assert secret.decode() not in page


def test_without_a_sandbox_the_command_says_what_is_not_protected(course, monkeypatch, capsys):
    folder, _ = course
    monkeypatch.setattr(confine, "missing", lambda: "bubblewrap is not installed")
    assert grade.main([NAME, "--course", str(folder)]) == 2
    said = capsys.readouterr().err
    for danger in ("read your files", "gradebook", "network", "processes", "--unprotected"):
        assert danger in said
