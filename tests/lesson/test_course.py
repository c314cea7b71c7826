"""What lessons read is there for whoever has the wheel and no copy of the course."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lstm_lib.lesson import course

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [*(ROOT / "lstm_lib").rglob("*.py"), *(ROOT / "notebooks" / "src").rglob("*.py")]
CODE = "\n".join(text.read_text(encoding="utf-8") for text in TEXTS)
ASKED = sorted({*re.findall(r"course\.place\(\"(\S+)\"\)", CODE)})


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The library as its wheel has it, in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target=wheel", f"--directory={folder}"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(folder / "site")
    return folder / "site"


@pytest.mark.slow
def test_the_wheel_has_what_the_library_and_the_lessons_ask_for(installed):
    assert len(ASKED) > 1
    code = f"""from lstm_lib.lesson import course
for path in {ASKED!r}:
    print(course.place(path))"""
    alone = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(installed)!r})\n{code}"]
    done = subprocess.run(alone, cwd=installed.parent, capture_output=True, text=True, check=True)
    found = [Path(line) for line in done.stdout.splitlines()]
    assert found == [installed / "lstm_lib" / "course" / path for path in ASKED]
    for path, there in zip(ASKED, found, strict=True):
        here, pairs = course.place(path), [(course.place(path), there)]
        if here.is_dir():
            pairs = [(file, there / file.name) for file in here.iterdir() if file.is_file()]
        assert all(own.read_bytes() == other.read_bytes() for own, other in pairs)


def test_nothing_reads_the_course_in_another_way():
    elsewhere = re.compile(r"parents\[[12]\]\s*/\s*\"(?!course)")
    assert [text.name for text in TEXTS if elsewhere.search(text.read_text(encoding="utf-8"))] == []


def test_nothing_lies_at_the_top_of_an_installation_but_the_library(installed):
    assert {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")} == {"lstm_lib"}
