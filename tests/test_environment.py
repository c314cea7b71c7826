"""The set-up: one list of dependencies, told alike to pip, uv, conda and Binder; nothing private in the tree."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import lstm_lib

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
LOCK = (ROOT / "requirements-lock.txt").read_text(encoding="utf-8")
EVERYTHING = PROJECT["dependencies"] + [r for extra in PROJECT["optional-dependencies"].values() for r in extra]


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


def test_conda_gets_the_same_names_and_bounds_as_pip():
    plain = [
        entry for entry in CONDA if isinstance(entry, str) and not entry.startswith("python=") and entry != "pip"
    ]
    assert sorted(plain) == sorted(PROJECT["dependencies"])
    assert {"pip": ["-e ."]} in CONDA


def test_the_six_packages_tqdm_and_anywidget_are_all_that_the_course_needs():
    names = {Requirement(line).name for line in PROJECT["dependencies"]}
    assert names == {"jupyterlab", "numpy", "matplotlib", "ipywidgets", "nbval", "sympy", "tqdm", "anywidget"}


@pytest.mark.skipif(sys.platform == "win32", reason="repo2docker does not run on Windows")
def test_binder_reads_the_environment_and_takes_a_python_that_is_supported():
    command = [Path(sys.executable).with_name("jupyter-repo2docker"), "--no-build", "--debug", ROOT]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
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


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert lstm_lib.__version__ == PROJECT["version"] == citation["version"]


def test_ci_runs_what_is_promised():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["locked"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    resolutions = {row["resolution"] for row in workflow["jobs"]["bounds"]["strategy"]["matrix"]["include"]}
    assert resolutions == {"lowest-direct", "highest"}
    assert {"push", "schedule"} <= set(workflow[True])  # YAML reads the bare word `on` as true


def test_no_tracked_file_holds_a_machine_path_or_a_registry_host():
    # Spelt in pieces, so that this file does not find itself.
    folders = "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers"])
    hosts = "|".join(
        ["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.", "deb" + r"\.debian", "anaconda" + r"\.org"]
    )
    private = re.compile(rf"(?:^|[^\w.])/(?:{folders})/|{hosts}", re.IGNORECASE)
    for file in tracked_files():
        if file.suffix not in (".png", ".safetensors") and file.exists():
            found = private.search(file.read_text(encoding="utf-8"))
            assert not found, f"{file.relative_to(ROOT)} holds {found[0]!r}"


def test_nothing_stands_at_the_top_that_the_design_does_not_name():
    top = {file.relative_to(ROOT).parts[0] for file in tracked_files()}
    assert top <= {
        *("README.md", "LICENSE", "CITATION.cff", "CONTRIBUTING.md", "Makefile", "environment.yml"),
        *("pyproject.toml", "requirements-lock.txt", ".gitignore", ".gitattributes", ".github", ".ci"),
        *("lstm_lib", "notebooks", "tests"),
    }
