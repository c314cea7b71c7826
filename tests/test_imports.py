"""Each module stands on the floors below it, brings in nothing heavy, and says how it is used."""

import ast
import functools
import importlib
import inspect
import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lstm_lib import lesson

LIBRARY = Path(__file__).resolve().parents[1] / "lstm_lib"
FILES = {
    path.relative_to(LIBRARY).with_suffix("").as_posix().replace("/", "."): path for path in LIBRARY.rglob("*.py")
}
NAMES = sorted(name for name in FILES if not name.endswith("__init__"))
HEAVY = {"matplotlib", "sympy", "IPython", "anywidget", "ipywidgets", "jupyter_client", "torch", "scipy", "pandas"}
ALLOWED = {  # what a module may import beside NumPy and the standard library
    "training": {"tqdm"},
    "formulas": {"sympy"},
    "symbolic": {"sympy"},
    "plotting": {"matplotlib", "IPython"},
    "lesson.diagrams": {"matplotlib"},
    "lesson.ledger": {"sympy", "jinja2"},
    "lesson.written": {"sympy"},
    "lesson.working": {"sympy"},
    "lesson.asleep": {"anywidget"},
    "lesson.explorer": {"traitlets"},
    "lesson.typed": {"traitlets"},
    "lesson.morse_key": {"traitlets"},
    "lesson.watching": {"IPython"},
    "lesson.widgets": {"IPython", "traitlets"},
    "lesson.predictions": {"IPython", "traitlets"},
}
modules = pytest.mark.parametrize("name", NAMES)


def heavy_after(statement):
    """Return which heavy packages a fresh Python has loaded after `statement`."""
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return HEAVY & set(done.stdout.split())


def test_the_way_to_look_for_heavy_packages_finds_one():
    assert heavy_after("import lstm_lib.symbolic") == {"sympy"}


@functools.cache
def brought_in(name):
    """Return the heavy packages that a module imports itself, or by way of our own."""
    own, others = imports(name)
    return (others & HEAVY).union(*map(brought_in, own))


def test_nothing_heavy_comes_with_what_needs_numpy_only():
    light = ["lstm_lib.lesson", *(f"lstm_lib.{name}" for name in NAMES if not brought_in(name))]
    assert heavy_after(f"import {', '.join(light)}") == set()


def test_plotting_brings_in_matplotlib_without_sympy_or_ipython():
    assert heavy_after("import lstm_lib.plotting") == {"matplotlib"}


@functools.cache
def imports(name):
    """Return (of our own, of others) what a module imports anywhere in its code."""
    own, others = set(), set()
    for node in ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            inside = node.module.removeprefix("lstm_lib").removeprefix(".")
            if node.module.split(".")[0] != "lstm_lib":
                others |= {node.module.split(".")[0]}
            elif inside in FILES:
                own |= {inside}
            else:  # a room, from which whole modules are taken
                own |= {f"{inside}.{alias.name}".removeprefix(".") for alias in node.names}
        elif isinstance(node, ast.Import):
            assert not any(alias.name.startswith("lstm_lib") for alias in node.names)
            others |= {alias.name.split(".")[0] for alias in node.names}
    assert own <= FILES.keys(), own - FILES.keys()
    return own, others - set(sys.stdlib_module_names)


OF_LESSONS = {"figures", "exercises"}  # folders with a module for each lesson: what it shows, what it asks
ROOMS = {"library": [n for n in NAMES if "." not in n], "lesson": [n for n in NAMES if n.startswith("lesson.")]}


def test_there_are_two_rooms():
    assert sorted([*ROOMS["library"], *ROOMS["lesson"]]) == NAMES
    assert {path.name for path in LIBRARY.rglob("*") if path.is_dir()} - {"__pycache__"} == {"lesson", *OF_LESSONS}


@pytest.mark.parametrize("name", [*ROOMS["library"], "__init__"])
def test_the_library_never_imports_lesson(name):
    assert not [other for other in imports(name)[0] if other.startswith("lesson")]


@modules
def test_imports_go_one_way(name):
    above, seen = {name}, set()
    while above - seen:
        seen |= above
        above = set().union(*(imports(other)[0] for other in above))
        assert name not in above


@modules
def test_a_module_imports_the_packages_that_are_its_own_only(name):
    allowed = ALLOWED.get(name, set()) | ({"sympy", "matplotlib", "IPython"} if is_of_a_lesson(name) else set())
    assert imports(name)[1] <= {"numpy"} | allowed


def private_uses(path):
    """Return the private names of other modules that a file uses: module._name, or from module import _name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    of_ours = {
        alias.asname or alias.name for node in taken if node.module.startswith("lstm_lib") for alias in node.names
    }
    return [name for name in of_ours if name[0] == "_"] + [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in of_ours
        if node.attr[0] == "_" and not node.attr.startswith("__") and node.attr not in ("_fields", "_replace")
    ]


@modules
def test_nobody_uses_another_modules_private_names(name):
    assert private_uses(FILES[name]) == []


def test_the_door_of_the_lessons_has_what_they_write_and_no_more():
    lessons = [path.read_text(encoding="utf-8") for path in LIBRARY.parent.glob("notebooks/src/**/*.py")]
    taken = re.findall(r"^from lstm_lib\.lesson import (\([^)]*\)|[^\n]*)", "\n".join(lessons), re.MULTILINE)
    names = {name for line in taken for name in re.findall(r"\w+", line.partition("#")[0])}
    modules = {name.removeprefix("lesson.") for name in ROOMS["lesson"]} | OF_LESSONS
    assert names - modules == set(lesson.DOOR)
    assert all(getattr(lesson, name).__module__ == f"lstm_lib.lesson.{home}" for name, home in lesson.DOOR.items())


def test_a_lesson_begins_with_two_lines_of_imports():
    for path in LIBRARY.parent.glob("notebooks/src/**/*.py"):
        lines = re.findall(r"^from (lstm_lib\S*) import", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert lines == ["lstm_lib", "lstm_lib.lesson"], path.name


# --- docstrings ---

# One line says it all: they take what their name says, and the example shows the rest.
WITHOUT_PARAMETERS = {
    *("validation.size", "validation.number", "validation.generator", "validation.function", "validation.options"),
    *("validation.arrays", "validation.pair", "validation.steps"),
    *("plotting.png", "plotting.curve", "plotting.legend"),
    *(
        "formulas.times",
        "formulas.plus",
        "formulas.latex",
        "formulas.spelt_out",
        "formulas.sigma",
        "formulas.tanh",
    ),
    *("symbolic.gradient_of", "lesson.written.plain"),
    *(f"lesson.translations.{name}" for name in ("gate", "run", "siblings")),
}


def public(name):
    """Return the functions and classes that a module defines under a name without underscore."""
    module = importlib.import_module(f"lstm_lib.{name}")
    members = inspect.getmembers(module, lambda m: inspect.isfunction(m) or inspect.isclass(m))
    return {f"{name}.{key}": m for key, m in members if m.__module__ == module.__name__ and key[0] != "_"}


def is_record(member):
    """Whether it is a NamedTuple or a dataclass, whose fields speak for themselves."""
    return inspect.isclass(member) and (hasattr(member, "_fields") or hasattr(member, "__dataclass_fields__"))


def is_of_a_lesson(name):
    """Whether a module serves one lesson only: that shows what its functions do, and runs them."""
    return name.split(".")[1:2] in [[folder] for folder in OF_LESSONS]


PUBLIC = {key: m for name in NAMES if not is_of_a_lesson(name) for key, m in public(name).items()}


def test_the_public_names_are_found():
    assert {"lstm.forward", "training.Adam", "formulas.Formula", "validation.array"} <= set(PUBLIC)
    assert set(PUBLIC) >= WITHOUT_PARAMETERS


def sections(member):
    lines = inspect.getdoc(member).splitlines()
    return [line for line, rule in itertools.pairwise(lines) if rule and set(rule) == {"-"}]


@pytest.mark.parametrize("key", PUBLIC)
def test_every_public_function_and_class_says_what_it_is_for_and_shows_it(key):
    member = PUBLIC[key]
    assert inspect.getdoc(member).splitlines()[0].endswith(".")
    if key in {"lstm.Step", "rnn.Step", "data.Walkthrough", "plotting.Look"}:
        return  # records that are never made by hand: the functions that return them show them
    assert ">>>" in member.__doc__
    assert "Examples" in sections(member)


@pytest.mark.parametrize("key", [k for k, m in PUBLIC.items() if k not in WITHOUT_PARAMETERS and not is_record(m)])
def test_every_argument_is_described(key):
    member = PUBLIC[key]
    if inspect.isclass(member) and issubclass(member, Exception):
        return  # takes its words
    arguments = [p.name for p in inspect.signature(member).parameters.values()]
    if not arguments:
        return
    assert "Parameters" in sections(member)
    text = inspect.getdoc(member).split("Parameters\n")[1].split("\n\n")[0]
    described = " ".join(line.split(" : ")[0] for line in text.splitlines() if line and line[0] != " ")
    for name in arguments:
        assert name in described.replace("*", "").replace(",", "").split(), name


@modules
def test_a_module_says_what_it_is_in_its_first_line(name):
    first = importlib.import_module(f"lstm_lib.{name}").__doc__.splitlines()[0]
    assert first[-1] in ".:"
    assert len(first) > 30
