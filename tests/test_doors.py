"""Opened away from the course, a lesson says what to do; from one place come all addresses."""

import subprocess
import sys

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


def test_the_line_leads_to_the_page_to_binder_and_to_colab():
    first, _ = opened(SETUP, HERE)
    assert first.source.startswith(
        "# A lesson\n\nThis lesson is also [a page](https://someone.example/lstm/further/11_text.html)"
    )
    assert "mybinder.org/v2/gh/someone/lstm/HEAD?labpath=notebooks/further/11_text.ipynb" in first.source
    assert (
        "colab.research.google.com/github/someone/lstm/blob/main/notebooks/further/11_text.ipynb" in first.source
    )


def test_all_addresses_come_from_the_project(tmp_path):
    project = tmp_path / "pyproject.toml"
    project.write_text(f'[project.urls]\nRepository = "{HERE.repository}"\nSite = "{HERE.site}"\n')
    assert doors.addresses(project) == HERE


def test_every_lesson_has_the_guard():
    for name in build.chosen([], build.HERE):
        source = next(
            c.source for c in build.read_source(build.HERE / "src" / f"{name}.py").cells if c.cell_type == "code"
        )
        assert doors.guard(doors.addresses().repository) in source, name
