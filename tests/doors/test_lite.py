"""The course in a browser: whole, and asking nobody but Pyodide's own address, for what has to be compiled.

NumPy for browsers cannot be had here; the lessons run with it in a job of CI, at the published address.
"""

import contextlib
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import build
import in_browser
import lab
import lite
import npm
import pytest

pytest.importorskip("jupyterlite_core", reason="the extra [lite] is what builds it")
LESSONS = build.chosen([], lab.NOTEBOOKS)
EACH_PUSH = ("00", "04")  # the others are opened once a week
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lite")]
ALONE = """def alone():  # what a lesson calls its own things must not meet ours
    import subprocess, sys, threading
    start = threading.Thread.start
    def refuse(*_, **__):
        raise RuntimeError("a browser has no threads and no processes")
    def start_for_the_kernel_only(thread):
        caller = sys._getframe(1).f_globals["__name__"].partition(".")[0]
        return start(thread) if caller in ("ipykernel", "zmq") else refuse()
    sys.platform = "emscripten"
    threading.Thread.start, subprocess.Popen.__init__ = start_for_the_kernel_only, refuse
alone()
"""
EXECUTE = """async code => {
  const told = [], kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code});
  future.onIOPub = message => told.push(message.content.text ?? message.content.evalue ?? "");
  await future.done;
  return told.join("");
}"""


def of_kind(names):
    return [pytest.param(n, marks=() if Path(n).name.startswith(EACH_PUSH) else pytest.mark.weekly) for n in names]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built once, with all lessons."""
    return lite.make(LESSONS, tmp_path_factory.mktemp("lite") / "site")


@pytest.fixture(scope="module")
def packages(site):
    return json.loads((site / "packages.json").read_text(encoding="utf-8"))["packages"]


@pytest.fixture(scope="module")
def address(site):
    with in_browser.serving(str(site)) as address:
        yield address


@pytest.fixture
def page(browser, address):
    """A fresh tab that gets nothing but what the site has."""
    page = lab.new_page(browser, address, height=1400)
    page.context.route(lambda url: not url.startswith(address), lambda route: route.abort())
    yield page
    page.context.close()


def outputs_in_sight(cell):
    return 0 if cell.metadata.get("jupyter", {}).get("outputs_hidden") else len(cell.get("outputs", []))


@pytest.mark.parametrize("name", of_kind(LESSONS))
def test_a_lesson_opens_with_all_that_is_stored_and_its_python_starts_without_a_request_outside(
    page, address, name
):
    stored = build.read(lab.NOTEBOOKS / f"{name}.ipynb").cells
    opened = in_browser.open_lesson(page, address, name)
    assert [cell["source"] for cell in opened] == [cell.source for cell in stored]
    assert [cell.get("outputs") for cell in opened] == [cell.get("outputs") for cell in stored]
    assert page.locator(".jp-OutputArea-output").count() == sum(map(outputs_in_sight, stored))
    in_browser.wait_for_python(page)
    assert page.outside == []
    assert page.failures == []
    lab.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=lab.SCREENSHOTS / f"lite_{Path(name).name}.png")


def test_the_first_import_brings_our_library_from_the_site_and_asks_pyodides_address_only(page, address, packages):
    in_browser.open_lesson(page, address, LESSONS[0])
    in_browser.wait_for_python(page)
    told = page.evaluate(
        EXECUTE, "import sys, bz2, ctypes, tomllib, wave; print(sys.platform, sys.version_info[:2])"
    )
    assert told.split() == ["emscripten", *f"({lite.THERE['python_version'].replace('.', ', ')})".split()]
    assert page.outside == []
    assert "No module named 'numpy'" in page.evaluate(EXECUTE, "import lstm_lib")
    assert {url.rpartition("/")[0] + "/" for url in page.outside} == {lite.ADDRESS}
    assert any(url.startswith(f"{lite.ADDRESS}numpy-") for url in page.outside)
    asked = [package for package in packages.values() if package["file_name"] in page.outside]
    assert {"numpy", "matplotlib"} <= {package["name"] for package in asked} <= brought_in(packages)
    fetched = page.evaluate(EXECUTE, "import sympy, ipywidgets, anywidget, tqdm; print(sympy.sqrt(8))")
    assert fetched.strip() == "2*sqrt(2)"


def brought_in(packages, name=lite.LIBRARY):
    """Return the names of all that comes with a package."""
    return {packages[name]["name"]}.union(
        *(brought_in(packages, need.lower()) for need in packages[name]["depends"])
    )


def test_what_lies_beside_the_list_is_there_and_has_its_hash(site, packages):
    beside = [each for each in packages.values() if each["file_name"].startswith("wheels/")]
    assert {lite.LIBRARY, "sympy", "ipywidgets", "micropip"} <= {each["name"] for each in beside}
    for each in beside:
        assert hashlib.sha256((site / each["file_name"]).read_bytes()).hexdigest() == each["sha256"], each["name"]
    assert len(beside) == len(list((site / "wheels").iterdir()))


def test_all_else_is_pyodides_own_with_its_address_and_its_hash(packages):
    listed = json.loads((npm.kept(lite.PYODIDE) / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, each in packages.items():
        if not each["file_name"].startswith("wheels/"):
            assert each == listed[name] | {"file_name": lite.ADDRESS + listed[name]["file_name"]}


def test_the_list_leads_from_the_library_to_all_that_it_imports(packages):
    names = brought_in(packages)
    imports = {module for name in names for module in packages[name.lower()]["imports"]}
    assert {"numpy", "matplotlib", "sympy", "tqdm", "anywidget", "traitlets", "IPython", "jinja2"} <= imports
    assert packages[lite.LIBRARY]["imports"] == ["lstm_lib"]


def test_the_wheels_are_the_locked_versions(packages):
    lock = (lite.ROOT / "requirements-lock.txt").read_text(encoding="utf-8")
    for name in ("sympy", "mpmath", "ipywidgets", "anywidget", "tqdm"):
        assert f"{name}=={packages[name]['version']} " in lock


def test_the_python_is_the_one_that_the_kernel_is_made_for():
    extension = Path(sys.prefix, "share", "jupyter", "labextensions", lite.EXTENSIONS[0], "static", "schema")
    known = json.loads((extension / "kernel.v0.schema.json").read_text(encoding="utf-8"))["properties"]
    assert known["pyodideUrl"]["default"] == f"{lite.ADDRESS}pyodide.mjs"
    info = json.loads((npm.kept(lite.PYODIDE) / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
    assert info["python"] == lite.THERE["python_full_version"]


def test_a_package_that_nobody_has_locked_stops_the_build():
    with pytest.raises(lite.LiteError, match="reslts is not in requirements-lock"):
        lite.locked("reslts", "numpy==2.0.0 \\\n    --hash=sha256:0\n")


@pytest.mark.parametrize("name", of_kind(LESSONS))
def test_a_lesson_needs_no_threads_and_no_processes(name, monkeypatch):
    make = build.kernel_environment

    def alone(profile):
        startup = Path(profile, "profile_default", "startup")
        startup.mkdir(parents=True)
        (startup / "alone.py").write_text(ALONE, encoding="utf-8")
        return make(profile)

    monkeypatch.setattr(build, "kernel_environment", alone)
    lesson = build.read(lab.NOTEBOOKS / f"{name}.ipynb")
    again = build.execute(build.read(lab.NOTEBOOKS / f"{name}.ipynb"), (lab.NOTEBOOKS / name).parent, name)
    assert in_browser.differences(lesson.cells, again.cells) == []


def test_training_shows_its_progress_without_a_thread():
    code = """import sys, threading
def refuse(thread): raise RuntimeError("can't start new thread")
sys.platform, threading.Thread.start = "emscripten", refuse
from lstm_lib import training
import numpy as np
training.fit(lambda p, X, Y: (0.5, {"w": np.ones(1)}), {"w": np.ones(1)}, [(0, 0)] * 3, training.SGD(lr=0.1))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "3/3" in done.stderr


CELL = {"cell_type": "code", "metadata": {}, "source": ""}


def told(text):
    return CELL | {"outputs": [{"output_type": "stream", "name": "stdout", "text": text}]}


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("loss 0.25, 3 steps", "loss 0.25, 3 steps", True),
        ("x = 0.8320183851339245", "x = 0.8320183851339246", True),
        ("x = −1.5e-07\n", "x = -1.5e-07", True),
        ("loss 0.25", "loss 0.26", False),
        ("loss 0.25", "less 0.25", False),
        ("loss 0.25", "loss 0.25 0.3", False),
        ("W_1 = 2", "W_2 = 2", False),
        ("h1 = 2", "h2 = 2", False),
    ],
)
def test_what_is_printed_is_compared_word_by_word_and_number_by_number(text, other, same):
    assert in_browser.alike(text, other) is same
    assert (in_browser.differences([told(text)], [told(other)]) == []) is same


def test_an_error_is_a_difference_unless_the_lesson_wants_it():
    failed = CELL | {"outputs": [{"output_type": "error", "ename": "NameError", "evalue": "no np"}]}
    assert in_browser.differences([told("")], [failed]) == ["cell 1: NameError: no np"]
    wanted = told("") | {"metadata": {"tags": ["raises-exception"]}}
    assert in_browser.differences([wanted], [failed]) == []


def test_the_program_of_the_job_says_whether_a_lesson_prints_what_is_stored(site, monkeypatch, capsys, browser):
    monkeypatch.setattr(lab, "chromium", lambda: contextlib.nullcontext(browser))
    monkeypatch.setattr(in_browser, "run", lambda page: page.evaluate(in_browser.CELLS))  # there is no NumPy here
    assert in_browser.main([str(site)]) == 0
    assert capsys.readouterr().out.split("\n  ") == ["04_one_step_by_hand", "prints what is stored\n"]
    monkeypatch.setattr(
        in_browser, "run", lambda page: [cell | {"outputs": []} for cell in page.evaluate(in_browser.CELLS)]
    )
    assert in_browser.main([str(site)]) == 1
    assert "cell 7 prints ''" in capsys.readouterr().out
