"""Opened away from the course, a lesson says what to do; from one place come all addresses."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import build
import doors
import nbformat
import pytest

HERE = doors.Addresses("https://github.com/someone/lstm", "https://someone.example/lstm")
SETUP = "# Setup: what this lesson uses\nimport numpy as np\n\nfrom lstm_lib import lstm\n\nprint(len(lstm.GATES))"


def opened(source, place):
    cells = [nbformat.v4.new_markdown_cell("# A lesson"), nbformat.v4.new_code_cell(source)]
    doors.open_up(cells, "further/11_text", place)
    return cells


NO_LIBRARY = "import importlib.util; importlib.util.find_spec = lambda name: None\n"
COLAB = """import sys
sys.modules["google.colab"] = sys
class Shell: run_line_magic = print
get_ipython = Shell
"""


def run(source):
    """Run a cell in a plain Python, and return what it says."""
    return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("place", "words"), [(doors.Addresses(), "a copy of the whole course"), (HERE, "pip install git+")]
)
def test_where_the_library_is_missing_one_sentence_says_what_to_do(place, words):
    _, code = opened(SETUP, place)
    last = run(NO_LIBRARY + code.source).stderr.strip().splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: This lesson needs the library of its course")
    assert words in last


def test_in_colab_the_first_cell_fetches_the_library():
    _, code = opened(SETUP, HERE)
    done = run(NO_LIBRARY + COLAB + code.source)
    assert "install --quiet git+https://github.com/someone/lstm" in done.stdout, done.stderr


@pytest.mark.parametrize("place", [doors.Addresses(), HERE])
def test_where_the_library_is_the_guard_says_nothing(place):
    _, code = opened(SETUP, place)
    done = run(code.source)
    assert (done.stdout, done.stderr) == ("4\n", "")
    assert code.source.startswith("# Setup: what this lesson uses\n")  # still the bar that is seen
    assert doors.without_guard(code.source, place) == SETUP


def test_a_lesson_without_the_library_is_left_as_it_is():
    before, code = opened("print(1)", HERE)
    assert (before.source, code.source) == ("# A lesson", "print(1)")


def test_placeholders_are_no_addresses():
    assert doors.line("04_one_step_by_hand", doors.Addresses()) == ""
    assert "example" not in doors.guard(doors.Addresses().repository)


def test_the_line_leads_to_the_page_to_the_browser_to_binder_and_to_colab():
    first, _ = opened(SETUP, HERE)
    assert first.source.startswith(
        "# A lesson\n\nThis lesson is also [a page](https://someone.example/lstm/further/11_text.html)"
    )
    assert "someone.example/lstm/lite/lab/index.html?path=further/11_text.ipynb" in first.source
    assert "mybinder.org/v2/gh/someone/lstm/HEAD?labpath=notebooks/further/11_text.ipynb" in first.source
    assert (
        "colab.research.google.com/github/someone/lstm/blob/main/notebooks/further/11_text.ipynb" in first.source
    )


def test_all_addresses_come_from_the_project(tmp_path):
    project = tmp_path / "pyproject.toml"
    project.write_text(f'[project.urls]\nRepository = "{HERE.repository}"\nSite = "{HERE.site}"\n')
    assert doors.addresses(project) == HERE


def test_readme_says_what_the_addresses_give():
    assert doors.lines_of_readme(doors.addresses()) in doors.README.read_text(encoding="utf-8")
    before, after = doors.lines_of_readme(doors.Addresses()), doors.lines_of_readme(HERE)
    assert "](https:" not in before
    assert re.findall(r"\]\((https://[^/]+)", after) == [
        *("https://someone.example", "https://mybinder.org", "https://mybinder.org"),
        *("https://colab.research.google.com", "https://colab.research.google.com"),
    ]
    for said in (before, after):
        assert "Pyodide's address (cdn.jsdelivr.net)" in said
        assert "actions/workflows/lite.yml/badge.svg" in said


@pytest.fixture
def copies(tmp_path):
    """The project and README in a folder of their own."""
    return [shutil.copy(path, tmp_path) for path in (doors.PROJECT, doors.README)]


def test_one_command_writes_the_addresses_down(copies):
    project, readme = map(Path, copies)
    was = readme.read_text(encoding="utf-8")
    for place in (doors.Addresses("https://first.example/a", "https://first.example/b"), HERE):
        doors.settle(*place, project, readme)
        assert doors.addresses(project) == place
        assert doors.lines_of_readme(place) in readme.read_text(encoding="utf-8")
    assert "first.example" not in project.read_text(encoding="utf-8") + readme.read_text(encoding="utf-8")
    now = readme.read_text(encoding="utf-8")
    assert now.replace(doors.lines_of_readme(HERE), doors.lines_of_readme(doors.addresses())) == was


@pytest.mark.parametrize(
    "site", ["someone.example/lstm", "https://someone.example/lstm/", "https://someone.example"]
)
def test_an_address_that_is_none_changes_nothing(copies, site):
    project, readme = map(Path, copies)
    was = project.read_bytes(), readme.read_bytes()
    with pytest.raises(ValueError, match="Site is"):
        doors.settle(HERE.repository, site, project, readme)
    assert (project.read_bytes(), readme.read_bytes()) == was


def test_every_lesson_has_the_guard():
    for name in build.chosen([], build.HERE):
        source = next(
            c.source for c in build.read_source(build.HERE / "src" / f"{name}.py").cells if c.cell_type == "code"
        )
        assert doors.guard(doors.addresses().repository) in source, name
