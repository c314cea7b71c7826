"""The set-up: one list of dependencies, told alike to pip, uv, conda and Binder; nothing private in the tree."""

import contextlib
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from trove_classifiers import classifiers

import lstm_lib

ROOT = Path(__file__).parent.parent
TOML = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = TOML["project"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
LOCK = (ROOT / "requirements-lock.txt").read_text(encoding="utf-8")
EXTRAS = PROJECT["optional-dependencies"]
COURSE = PROJECT["dependencies"] + EXTRAS["course"]
EVERYTHING = PROJECT["dependencies"] + [r for extra in EXTRAS.values() for r in extra]


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


def test_conda_gets_the_same_names_and_bounds_as_pip():
    plain = [
        entry for entry in CONDA if isinstance(entry, str) and not entry.startswith("python=") and entry != "pip"
    ]
    assert sorted(plain) == sorted(COURSE)
    assert {"pip": ["-e ."]} in CONDA


def test_the_six_packages_tqdm_and_anywidget_are_all_that_the_course_needs():
    names = {Requirement(line).name for line in PROJECT["dependencies"]}
    assert names == {"numpy", "matplotlib", "ipywidgets", "sympy", "tqdm", "anywidget"}
    assert {Requirement(line).name for line in EXTRAS["course"]} == {"jupyterlab", "nbval"}


def brought_in(lines):
    """Return the names of all that some requirements bring in, their own extras apart."""
    found, new = set(), {Requirement(line) for line in lines}
    while new:
        wanted = new.pop()
        name = wanted.name.lower().replace("_", "-")
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        with contextlib.suppress(metadata.PackageNotFoundError):  # for another system
            new |= {Requirement(line) for line in metadata.requires(name) or []}
    return found


def test_what_learners_get_holds_nothing_for_testers_and_instructors():
    others = {Requirement(line).name for extra in EXTRAS if extra != "course" for line in EXTRAS[extra]}
    assert {"nbgrader", "playwright", "ruff"} <= others
    assert {"nbgrader", "notebook"} <= brought_in(EXTRAS["grading"])
    assert others & brought_in(COURSE) == {"pytest"}  # which nbval runs in


@pytest.mark.slow
def test_the_lessons_can_be_tested_with_nothing_but_the_course():
    absent = [Requirement(line).name for line in EVERYTHING if Requirement(line).name not in brought_in(COURSE)]
    assert "jupytext" in absent
    code = f"import sys; sys.modules.update(dict.fromkeys({absent})); import conftest"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "notebooks", check=True)


def test_the_addresses_stand_in_one_place_and_are_filled_in_together():
    addresses = PROJECT["urls"]
    assert addresses.keys() == {"Repository", "Site"}
    assert len({"example.org" in address for address in addresses.values()}) == 1, "fill in all, or none"
    for address in addresses.values():
        assert re.fullmatch(r"https://[\w.-]+(/[\w.-]+)+", address)
        own = [file for file in tracked_files() if file.suffix != ".ipynb" and file.exists()]
        holding = {file.name for file in own if address.encode() in file.read_bytes()}
        assert holding - {"README.md"} == {"pyproject.toml"}  # notebooks/doors.py writes them into README


def test_every_classifier_is_one_that_is_known():
    assert set(PROJECT["classifiers"]) <= classifiers
    assert not [line for line in PROJECT["classifiers"] if line.startswith("License")]  # the expression says it


@pytest.mark.slow
def test_what_opens_a_notebook_reads_no_grammars_of_addresses_first():
    program = "import sys, jupyterlab.labapp, nbformat; print('rfc3987_syntax' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on this machine")
def test_make_lab_installs_the_course_only_and_make_test_adds_to_it():
    def commands(target):
        told = ["make", "--dry-run", "--no-print-directory", "VENV=not-there", "CHROME=", target]
        return subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.findall(r'-e "\.(\S+)"', commands("lab")) == ["[course]"]
    assert re.findall(r'-e "\.(\S+)"', commands("test")) == ["[course,test,grading,site,takeaway]"]
    assert "no lesson" not in commands("quick")
    for target in ("test", "test-ways"):
        assert "minutes" in commands(target).splitlines()[0]


def test_make_quick_leaves_out_what_takes_long():
    marked = [line.partition(":")[0] for line in TOML["tool"]["pytest"]["ini_options"]["markers"]]
    quick = re.search(r"^QUICK\s*:=\s*not \((.*)\)$", MAKEFILE, flags=re.MULTILINE)[1].split(" or ")
    assert sorted([*quick, "weekly"]) == sorted(marked)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="repo2docker does not run on Windows")
def test_binder_reads_the_environment_and_takes_a_python_that_is_supported():
    command = [Path(sys.executable).with_name("jupyter-repo2docker"), "--no-build", "--debug", ROOT]
    run = subprocess.run(command, capture_output=True, text=True, timeout=1200)
    told = re.search(r"Building conda environment for python=([\d.]+)", run.stdout + run.stderr)
    assert run.returncode == 0, run.stderr[-500:]
    assert told, run.stderr[-500:]
    assert told[1] in SpecifierSet(PROJECT["requires-python"])
    assert f"python={told[1]}" in CONDA


def test_the_lock_holds_hashes_and_no_addresses():
    assert "://" not in LOCK
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.]+", entry)
        assert "--hash=sha256:" in entry


@pytest.mark.parametrize("line", EVERYTHING)
def test_the_locked_version_is_within_the_bounds(line):
    wanted = Requirement(line)
    name = wanted.name.replace("_", "-")
    locked = re.findall(rf"^{re.escape(name)}==([\w.]+)", LOCK, flags=re.MULTILINE)
    assert locked
    assert all(version in wanted.specifier for version in locked)


def test_the_version_and_its_date_are_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert lstm_lib.__version__ == PROJECT["version"] == citation["version"]
    changes = re.findall(
        r"^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert changes[0] == (citation["version"], str(citation["date-released"]))
    assert [day for _, day in changes] == sorted((day for _, day in changes), reverse=True)
    assert len({version for version, _ in changes}) == len(changes)


def test_ci_runs_what_is_promised():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["locked"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    resolutions = {row["resolution"] for row in workflow["jobs"]["bounds"]["strategy"]["matrix"]["include"]}
    assert resolutions == {"lowest-direct", "highest"}
    assert {"push", "schedule"} <= set(workflow[True])  # YAML reads the bare word `on` as true
    assert "schedule" in workflow["env"]["WEEKLY"]
    assert "$(if $(WEEKLY)," in MAKEFILE


def test_no_tracked_file_holds_a_machine_path_or_a_registry_host():
    # Spelt in pieces, so that this file does not find itself.
    folders = "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers"])
    hosts = "|".join(
        ["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.", "deb" + r"\.debian", "anaconda" + r"\.org"]
    )
    private = re.compile(rf"(?:^|[^\w.])/(?:{folders})/|{hosts}", re.IGNORECASE)
    for file in tracked_files():
        if file.suffix not in (".png", ".safetensors", ".npz") and file.exists():
            found = private.search(file.read_text(encoding="utf-8"))
            assert not found, f"{file.relative_to(ROOT)} holds {found[0]!r}"


def test_nothing_stands_at_the_top_that_the_design_does_not_name():
    top = {file.relative_to(ROOT).parts[0] for file in tracked_files()}
    assert top <= {
        *(
            "README.md",
            "LICENSE",
            "CHANGELOG.md",
            "CITATION.cff",
            "CONTRIBUTING.md",
            "Makefile",
            "environment.yml",
        ),
        *("pyproject.toml", "requirements-lock.txt", ".gitignore", ".gitattributes", ".github", ".ci"),
        *("lstm_lib", "notebooks", "tests"),
    }
