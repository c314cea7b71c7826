"""The exchange and the course's folder: who can read, move or replace what, and which marks count in the end."""

import contextlib
import json
import os
import pwd
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import classroom
import confine
import course as courses
import exchange
import grade
import pytest
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

NAME = "ps1_forward"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="files of other accounts can be made by root only")
pytestmark = pytest.mark.graded
needs_sandbox = classroom.needs_sandbox
ADA, BOB = "nobody", "daemon"  # two accounts that every Linux has


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course that is released into an exchange of its own; nbgrader as formgrader's buttons call it."""
    folder = classroom.make(tmp_path / "course", NAME)
    root = tmp_path / "exchange"
    root.mkdir()
    monkeypatch.setenv("NBGRADER_EXCHANGE", str(root))
    monkeypatch.setenv("PATH", f"{Path(os.sys.executable).parent}:{os.environ['PATH']}")
    config = PyFileConfigLoader("nbgrader_config.py", str(folder)).load_config()
    config.CourseDirectory.root = str(folder)
    api = NbGraderAPI(config=config)
    assert api.release_assignment(NAME)["success"]
    return folder, root / courses.COURSE_ID / "inbound", api


def handed_in(
    inbound, student, owner=None, notebook=b"{}", when="2026-11-26 09:00:00.000000 UTC", tail="abc", **files
):
    """A folder as `nbgrader submit` makes it, or as anybody can."""
    folder = inbound / f"{student}+{NAME}+{when}+{tail}"
    folder.mkdir()
    for name, content in {f"{NAME}.ipynb": notebook, "timestamp.txt": when.encode(), **files}.items():
        if isinstance(content, Path):
            (folder / name).symlink_to(content)
        else:
            (folder / name).write_bytes(content)
    if owner:
        about = pwd.getpwnam(owner)
        for path in [folder, *folder.iterdir()]:
            os.chown(path, about.pw_uid, about.pw_gid, follow_symlinks=False)
    return folder


def opened(path):
    """Let everybody go through the folders of pytest, which are closed: an exchange is open."""
    for each in [path, *path.parents]:
        if each.stat().st_mode & 0o011 != 0o011:
            each.chmod(each.stat().st_mode | 0o011)


def collected(folder, student):
    return {path.name: path.read_bytes() for path in folder.glob(f"submitted/{student}/{NAME}/*")}


@needs_root
def test_only_what_is_a_students_own_is_collected(course):
    folder, inbound, api = course
    handed_in(inbound, ADA, ADA, b"hers")
    handed_in(inbound, ADA, BOB, b"forged", when="2026-11-27 09:00:00.000000 UTC", tail="later")
    handed_in(inbound, BOB, ADA, b"forged")  # of somebody who has handed in nothing
    handed_in(inbound, "nobody-of-that-name", ADA)
    handed_in(inbound, "..", ADA)
    handed_in(inbound, "<b>", ADA)
    handed_in(inbound, ADA, ADA, when="a time", tail="x")
    (inbound / f"{BOB}+{NAME}+2026-11-26 09:00:00.000000 UTC+file").write_text("a file")
    (inbound / f"{BOB}+{NAME}+2026-11-26 09:00:00.000000 UTC+link").symlink_to(folder / "source" / NAME)
    said = api.collect(NAME)
    assert said["success"]
    assert {path.name for path in (folder / "submitted").iterdir()} == {ADA}
    assert collected(folder, ADA)[f"{NAME}.ipynb"] == b"hers"
    assert f"it belongs to {BOB}" in said["log"]


@needs_root
def test_links_and_odd_files_are_left_behind_and_said(course):
    folder, inbound, api = course
    key = folder / "source" / NAME / f"{NAME}.ipynb"
    place = handed_in(inbound, ADA, ADA, key, secret=folder / "secret", plain=b"mine")
    os.mkfifo(place / "pipe")
    (place / "sub").mkdir()
    os.link(folder / "secret", place / "hard")
    (place / "others").write_text("root's")
    said = api.collect(NAME)
    assert said["success"]
    assert set(collected(folder, ADA)) == {"plain", "timestamp.txt"}
    for name in (f"{NAME}.ipynb", "secret", "pipe", "sub", "hard", "others"):
        assert f"'{name}'" in said["log"]


@needs_root
@needs_sandbox
def test_who_hands_in_a_link_gets_no_point_for_it(course):
    folder, inbound, api = course
    handed_in(inbound, ADA, ADA, folder / "source" / NAME / f"{NAME}.ipynb")
    api.collect(NAME)
    assert grade.grade(NAME, folder) == {}
    assert not any(each[0] for each in classroom.grades(folder, ADA, NAME).values())
    assert "no other notebook" in grade.saved(NAME, ADA, folder)["refused"]


@needs_root
def test_the_time_is_the_exchanges_and_not_the_students(course):
    folder, inbound, api = course
    before = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    place = handed_in(inbound, ADA, ADA, when="1999-01-01 00:00:00.000000 UTC")
    for path in [place, *place.iterdir()]:
        os.utime(path, (0, 0))
    api.collect(NAME)
    about = json.loads((folder / "received" / NAME / f"{ADA}.json").read_text())
    assert before <= datetime.fromisoformat(about["time"]) <= datetime.now(UTC).replace(tzinfo=None)
    assert collected(folder, ADA)["timestamp.txt"].decode() == f"{about['time']} UTC"


@needs_root
def test_a_later_submission_takes_the_place_of_an_earlier_one(course):
    folder, inbound, api = course
    handed_in(inbound, ADA, ADA, b"first", when="2026-11-26 09:00:00.000000 UTC")
    api.collect(NAME)
    time.sleep(1.1)  # the exchange counts in seconds
    handed_in(inbound, ADA, ADA, b"second", when="2026-11-25 09:00:00.000000 UTC")
    assert api.collect(NAME)["success"]
    assert collected(folder, ADA)[f"{NAME}.ipynb"] == b"second"


@needs_root
def test_no_student_can_read_or_move_what_is_not_theirs(course):
    folder, inbound, api = course
    handed_in(inbound, ADA, ADA, b"hers")
    api.collect(NAME)
    opened(folder.parent)
    hers = next(inbound.glob(f"{ADA}+*"))
    for attack in (
        f"ls '{folder}'",
        f"cat '{folder}/secret'",
        f"cat '{folder}/key/{NAME}.json'",
        f"ls '{folder}/submitted/{ADA}/{NAME}'",
        f"mv '{folder}/submitted/{ADA}/{NAME}' '{folder}/submitted/{ADA}/gone'",
        f"mv '{hers}' '{inbound}/gone'",
        f"rm -r '{hers}'",
        f"mv '{inbound.parent}' '{inbound.parent}.gone'",
        f"mv '{inbound}' '{inbound.parent}/gone'",
    ):
        run = subprocess.run(
            ["setpriv", f"--reuid={BOB}", "--clear-groups", "sh", "-c", attack], capture_output=True
        )
        assert run.returncode, attack
    run = subprocess.run(["setpriv", f"--reuid={BOB}", "--clear-groups", "mkdir", str(inbound / "new")])
    assert run.returncode == 0  # what hands in
    assert collected(folder, ADA)


def test_a_folder_that_was_open_is_closed_with_a_word(tmp_path):
    folder = classroom.make(tmp_path / "course", NAME)
    folder.chmod(0o755)
    lines = []
    grade.grade(NAME, folder, say=lines.append)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert any("open to others" in line for line in lines)


@needs_sandbox
def test_autograde_is_refused_and_changes_nothing(course):
    folder, _, api = course
    classroom.hand_in(folder, ADA, NAME, classroom.solved(folder, NAME))
    grade.grade(NAME, folder)
    before = (
        classroom.grades(folder, ADA, NAME),
        (folder / "autograded" / ADA / NAME / f"{NAME}.ipynb").read_bytes(),
    )
    said = api.autograde(NAME, ADA)  # formgrader's button
    assert not said["success"]
    assert "make grade" in said["error"]
    with pytest.raises(SystemExit, match="make grade"):
        courses.nbgrader(folder, "autograde", NAME, "--force")
    after = (
        classroom.grades(folder, ADA, NAME),
        (folder / "autograded" / ADA / NAME / f"{NAME}.ipynb").read_bytes(),
    )
    assert after == before


@needs_sandbox
def test_other_marks_in_the_gradebook_are_put_right_with_a_word(course):
    folder, _, _ = course
    classroom.hand_in(folder, ADA, NAME, classroom.solved(folder, NAME))
    grade.grade(NAME, folder)
    with classroom.book.opened(folder) as gradebook:
        gradebook.find_grade("step-tests", NAME, NAME, ADA).auto_score = 1
        gradebook.db.commit()
    for path in (folder / "autograded" / ADA / NAME).iterdir():
        path.chmod(0o444)  # as autograde leaves them; the next writer may be no root
    lines = []
    assert grade.grade(NAME, folder, say=lines.append) == {}
    assert classroom.grades(folder, ADA, NAME)["step-tests"][:2] == (3, 3)
    assert any("put right" in line for line in lines)


@needs_root
@needs_sandbox
def test_a_teacher_who_is_not_root_can_mark_after_autograde_has_been_there(tmp_path):
    about = pwd.getpwnam(BOB)
    folder = classroom.make(tmp_path / "course", NAME)
    classroom.hand_in(folder, ADA, NAME, classroom.solved(folder, NAME))
    grade.grade(NAME, folder)
    result = grade.saved(NAME, ADA, folder)
    for path in (folder / "autograded" / ADA / NAME).iterdir():
        path.chmod(0o444)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, about.pw_uid, about.pw_gid)
    opened(tmp_path)
    with classroom.book.opened(folder) as gradebook:
        child = os.fork()
        if child == 0:
            os._exit(_as(about, lambda: classroom.book.record(gradebook, result, folder)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _as(about, work):
    os.setgroups([])
    os.setgid(about.pw_gid)
    os.setuid(about.pw_uid)
    with contextlib.suppress(PermissionError):
        work()
        return 0
    return 1


def test_a_variant_as_handed_out_is_called_neither_changed_nor_false(tmp_path):
    folder = classroom.make(tmp_path / "course", NAME)
    courses.hand_out(NAME, folder, ["ada"])
    path = folder / "variants" / "ada" / NAME / f"{NAME}.ipynb"
    from nbgrader.validator import Validator

    said = Validator().validate(str(path))
    assert "changed" not in said
    if not confine.missing():
        classroom.hand_in(folder, "ada", NAME, path.read_bytes())
        grade.grade(NAME, folder)
        assert grade.saved(NAME, "ada", folder)["notes"] == []


def test_numbers_stay_when_they_are_handed_out_again(tmp_path, monkeypatch):
    folder = classroom.make(tmp_path / "course", NAME)
    courses.hand_out(NAME, folder, ["ada"])
    before = courses.numbers_for(NAME, "ada", folder)
    monkeypatch.setattr(courses.key_of(NAME), "variant", lambda rng: pytest.fail("they are drawn anew"))
    assert courses.numbers_for(NAME, "ada", folder) == before


def test_received_never_lies_before_the_last_change(tmp_path):
    (tmp_path / "file").write_text("x")
    os.utime(tmp_path / "file", (0, 0))
    assert abs((exchange.received(tmp_path) - datetime.now(UTC).replace(tzinfo=None)).total_seconds()) < 3600
