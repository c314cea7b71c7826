"""Each module stands on the floors below it, brings in nothing heavy, and says how it is used."""

import ast
import importlib
import inspect
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).resolve().parents[1] / "lstm_lib"
FLOORS = {
    "validation": 0,
    "functional": 0,
    "data": 0,
    "rnn": 1,
    "lstm": 1,
    "fused": 1,
    "model": 2,
    "training": 2,
    "gradcheck": 2,
    "flow": 2,
    "symbolic": 2,
    "starts": 2,
    "plotting": 3,
    "ledger": 3,
    "museum": 3,
    "trials": 3,
    "attempts": 3,
    "diagnoses": 4,
    "checks": 4,
    "explorer": 4,
    "scenes": 4,
    "widgets": 4,
    "predictions": 4,
}
ON_THE_SAME_FLOOR = {
    ("functional", "validation"),
    ("data", "validation"),
    ("fused", "lstm"),
    ("starts", "flow"),
    ("checks", "diagnoses"),
}
HEAVY = {"matplotlib", "sympy", "IPython", "anywidget", "ipywidgets", "jupyter_client", "torch", "scipy", "pandas"}
ALLOWED = {  # what a module may import beside NumPy and the standard library
    "training": {"tqdm"},
    "trials": {"tqdm"},
    "symbolic": {"sympy"},
    "ledger": {"sympy"},
    "plotting": {"matplotlib", "IPython"},
    "explorer": {"anywidget", "traitlets"},
    "scenes": {"matplotlib"},  # by way of plotting
    "widgets": {"IPython", "anywidget", "traitlets"},
    "predictions": {"IPython", "anywidget", "traitlets"},
}
NUMPY_ONLY = [name for name in FLOORS if not ALLOWED.get(name, set()) & HEAVY]
modules = pytest.mark.parametrize("name", FLOORS)


def test_every_module_has_its_floor():
    assert {path.stem for path in LIBRARY.glob("*.py")} == {*FLOORS, "__init__"}
    assert not [path for path in LIBRARY.iterdir() if path.is_dir() and path.name != "__pycache__"]


def heavy_after(statement):
    """Return which heavy packages a fresh Python has loaded after `statement`."""
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return HEAVY & set(done.stdout.split())


def test_the_way_to_look_for_heavy_packages_finds_one():
    assert heavy_after("import lstm_lib.symbolic") == {"sympy"}


@pytest.mark.parametrize("statement", ["import lstm_lib", *(f"import lstm_lib.{name}" for name in NUMPY_ONLY)])
def test_nothing_heavy_comes_with_it(statement):
    assert heavy_after(statement) == set()


def test_plotting_brings_in_matplotlib_without_pyplot_sympy_or_ipython():
    assert heavy_after("import lstm_lib.plotting") == {"matplotlib"}


def imports(name):
    """Return (of our own, of others) what a module imports anywhere in its code."""
    own, others = set(), set()
    for node in ast.walk(ast.parse((LIBRARY / f"{name}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            package, *rest = node.module.split(".")
            own |= (
                ({rest[0]} if rest else {alias.name for alias in node.names}) if package == "lstm_lib" else set()
            )
            others |= {package}
        elif isinstance(node, ast.Import):
            assert not any(alias.name.startswith("lstm_lib") for alias in node.names)
            others |= {alias.name.split(".")[0] for alias in node.names}
    return own, others - {"lstm_lib"} - set(sys.stdlib_module_names)


@modules
def test_a_module_imports_from_the_floors_below_it_only(name):
    for other in imports(name)[0]:
        assert FLOORS[other] < FLOORS[name] or (name, other) in ON_THE_SAME_FLOOR, other


@modules
def test_a_module_imports_the_packages_that_are_its_own_only(name):
    assert imports(name)[1] <= {"numpy"} | ALLOWED.get(name, set())


def test_the_package_itself_imports_nothing():
    assert imports("__init__") == (set(), set())


# --- docstrings ---

# One line says it all: they take what their name says, and the example shows the rest.
WITHOUT_PARAMETERS = {
    *("validation.size", "validation.number", "validation.generator", "validation.function", "validation.options"),
    *("validation.arrays", "validation.pair", "validation.steps"),
    *("plotting.png", "plotting.curve", "plotting.legend"),
    *("symbolic.times", "symbolic.plus", "symbolic.latex", "symbolic.spelt_out", "symbolic.gradient_of"),
    *("symbolic.sigma", "symbolic.tanh"),
}


def public(name):
    """Return the functions and classes that a module defines under a name without underscore."""
    module = importlib.import_module(f"lstm_lib.{name}")
    members = inspect.getmembers(module, lambda m: inspect.isfunction(m) or inspect.isclass(m))
    return {f"{name}.{key}": m for key, m in members if m.__module__ == module.__name__ and key[0] != "_"}


def is_record(member):
    """Whether it is a NamedTuple or a dataclass, whose fields speak for themselves."""
    return inspect.isclass(member) and (hasattr(member, "_fields") or hasattr(member, "__dataclass_fields__"))


PUBLIC = {key: member for name in FLOORS for key, member in public(name).items()}


def test_the_public_names_are_found():
    assert {"lstm.forward", "training.Adam", "symbolic.Formula", "validation.array"} <= set(PUBLIC)
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
