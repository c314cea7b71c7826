"""nbgrader's exchange, with what it leaves open closed; ``course.py`` puts it into the course's settings.

Collected is what belongs to the student whose name it bears: regular files, no links, of a size. When it came is
taken from the file system, which nobody can set back. nbgrader's own autograde is switched off.
"""

import json
import os
import pwd
import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import people
from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader import server_extensions
from nbgrader.api import Gradebook
from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseAssignment
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor

FILES, BYTES = 50, 30 << 20  # of one submission
UNREAD = "This answer has not been read yet: its points are not final."
HERE = Path(__file__).resolve().parent
TEMPLATES = Path(server_extensions.__file__).parent / "formgrader" / "templates"


class CollectOwn(ExchangeCollect):
    """Collects what students handed in, and nothing that another account has put under their names."""

    def _path_to_record(self, path):
        """Read nbgrader's own record, with the time that the file system knows; what is refused is nobody's."""
        if self._refused(path):
            return {"username": "", "filename": "", "timestamp": datetime.min}
        return super()._path_to_record(path) | {"timestamp": received(path)}

    def init_src(self):
        """Find the newest of each student's own."""
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"]]

    def _refused(self, path):
        """Say, and return, whether a folder is not its student's own."""
        student, about = os.path.basename(path).split("+")[0], os.lstat(path)
        why = people.fault(student)
        if not stat.S_ISDIR(about.st_mode):
            why = "it is not a folder"
        elif self.check_owner and not why:
            try:
                owner = pwd.getpwuid(about.st_uid).pw_name
            except KeyError:
                owner = f"user {about.st_uid}"
            why = "" if owner == student else f"it belongs to {owner}"
        try:
            super()._path_to_record(path)
        except (Exception, SystemExit):
            why = why or "its name is none of nbgrader's"
        if why:
            self.log.error("%s: %s. Not collected.", os.path.basename(path), why)
        return bool(why)

    def do_copy(self, src, dest, log=None):
        """Copy the regular files that are the student's, and write down when they came."""
        when, notes = received(src), copy_own(src, dest, self.check_owner)
        for note in notes:
            self.log.error("%s: %s", os.path.basename(src), note)
        (Path(dest) / "timestamp.txt").write_text(f"{when} UTC", encoding="utf-8")
        student = Path(dest).parent.name
        about = Path(self.coursedir.root) / "received" / self.coursedir.assignment_id / f"{student}.json"
        about.parent.mkdir(parents=True, exist_ok=True)
        about.write_text(json.dumps({"time": str(when), "notes": notes}), encoding="utf-8")


def received(path):
    """Return when the newest file of a folder was last changed, by the kernel's clock, in UTC.

    The time of change, unlike that of writing and the one in the folder's name, cannot be set by its owner.
    """
    times = [os.lstat(path).st_ctime]
    with os.scandir(path) as entries:
        times += [entry.stat(follow_symlinks=False).st_ctime for entry in entries]
    return datetime.fromtimestamp(int(max(times)), UTC).replace(tzinfo=None)


def copy_own(src, dest, check_owner=True):
    """Copy the regular files of a folder that belong to the folder's owner; return what was left out, and why.

    Each file is looked at after it has been opened: what stands under its name may change meanwhile.
    """
    folder = os.open(src, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    notes, left = [], BYTES
    try:
        owner = os.fstat(folder).st_uid
        names = sorted(os.listdir(folder))
        os.makedirs(dest, mode=0o700)
        for name in names[:FILES]:
            try:
                file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            except OSError:
                notes.append(f"{name!r} is a link, or cannot be read: left out")
                continue
            about = os.fstat(file)
            own = (about.st_uid == owner and about.st_nlink == 1) or not check_owner
            if not stat.S_ISREG(about.st_mode) or not own or about.st_size > left:
                notes.append(f"{name!r} is no file of the student's own, or too large: left out")
                os.close(file)
                continue
            left -= about.st_size
            with os.fdopen(file, "rb") as opened, open(os.path.join(dest, name), "xb") as copy:
                shutil.copyfileobj(opened, copy)
    finally:
        os.close(folder)
    return notes + [f"{len(names)} files; the first {FILES} are taken"] * (len(names) > FILES)


class ReleaseSafely(ExchangeReleaseAssignment):
    """Releases as nbgrader does, and lets nobody rename or remove what another has handed in."""

    def ensure_root(self):
        """Make the exchange's folder a place where everybody can put, and nobody can take away."""
        super().ensure_root()
        _sticky(self.root)

    def init_dest(self):
        """Do the same for the folder where work is handed in."""
        super().init_dest()
        _sticky(self.inbound_path)


def _sticky(path):
    mode = os.stat(path).st_mode
    if not mode & stat.S_ISVTX:
        try:
            os.chmod(path, mode | stat.S_ISVTX)
        except PermissionError:
            raise PermissionError(
                f"{path}: anybody can move another's files there; as root: chmod +t {path}"
            ) from None


class NotHere(NotebookExporter):
    """Stands where autograde would begin: it would run students' code as the teacher, and put other marks in."""

    def __init__(self, *_, **__):
        raise RuntimeError(
            "This course is marked by `make grade`, not by nbgrader autograde; nothing was changed."
        )


class Unread(NbGraderPreprocessor):
    """Says in the feedback where a person has not read an answer yet: its 0 is no mark."""

    def preprocess(self, nb, resources):
        """Look at each written answer's entry in the gradebook."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            for label in (cell.metadata.get("nbgrader", {}) for cell in nb.cells):
                if label.get("grade") and label.get("solution"):
                    grade = gradebook.find_grade(
                        label["grade_id"], about["notebook"], about["assignment"], about["student"]
                    )
                    if grade.needs_manual_grade:
                        label["comment"] = " ".join(filter(None, [UNREAD, label.get("comment")]))
        return nb, resources


def configure(c):
    """Put all of it into nbgrader's settings."""
    c.ExchangeFactory.collect = CollectOwn
    c.ExchangeFactory.release_assignment = ReleaseSafely
    c.Autograde.exporter_class = NotHere
    c.GenerateFeedback.preprocessors = [GetGrades, Unread, CSSHTMLHeaderPreprocessor]
    c.HTMLExporter.extra_template_basedirs = [str(HERE / "templates"), str(TEMPLATES)]
