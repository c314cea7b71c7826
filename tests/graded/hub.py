"""A JupyterHub with a teacher and two students, accounts of this machine, to walk through a course with.

All that belongs to it is in one folder that others may enter, and goes with it: homes, environment, exchange.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"  # one that other accounts may execute
PROXY = "configurable-http-proxy@5.3.0"
PATIENCE = 600  # seconds
LS = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]


def missing():
    """Return why no hub can be walked through here; empty where one can."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "accounts of the system are made by root, on Linux"
    programs = ("useradd", "userdel", "chpasswd", "runuser", "npm", "node", "git", "bwrap")
    if lacking := [name for name in programs if shutil.which(name) is None]:
        return f"there is no {', '.join(lacking)} here"
    nobody = ["runuser", "-u", "nobody", "--"]
    if subprocess.run([*nobody, PYTHON, "-c", "import ensurepip, venv"], capture_output=True).returncode:
        return f"other accounts cannot make an environment with {PYTHON}"
    if subprocess.run([*nobody, "bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]).returncode:
        return "other accounts cannot use bubblewrap"
    return ""


class Hub:
    """A hub that runs, and its people.

    Attributes
    ----------
    folder, clone, python : Path
        Where everything is; the copy of the project; the environment's Python.
    url : str
        Its address.
    people : dict of str
        "teacher", "ada", "bob" → the account's name; the password is the same.
    """

    def __init__(self, folder):
        self.folder, self.clone, self.python = folder, folder / "clone", folder / "env" / "bin" / "python"
        self.token = uuid.uuid4().hex
        tail = self.token[:6]
        self.people = {name: f"hub_{name}_{tail}" for name in ("teacher", "ada", "bob")}
        self.url = f"http://127.0.0.1:{_free_ports(3)}"

    def home(self, name):
        """Return the home of a person."""
        return self.folder / "homes" / self.people[name]

    def ask(self, method, path, body=None):
        """Ask the hub, or a person's server through it, and return its answer."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()[:500]}") from None
        return json.loads(text) if text.startswith(("{", "[")) else text

    def as_person(self, name, command, *, may_fail=False):
        """Run a command in a person's login shell, and return what it printed."""
        done = subprocess.run(
            ["runuser", "-l", self.people[name], "-c", command], capture_output=True, text=True, timeout=PATIENCE
        )
        assert may_fail or done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done

    def serve(self, name):
        """Start a person's server, and wait until it is there: the hub tells how far it is."""
        user = self.people[name]
        self.ask("POST", f"/hub/api/users/{user}/server")
        progress = self.ask("GET", f"/hub/api/users/{user}/server/progress")
        assert '"ready": true' in progress, progress

    def assignments(self, name, what, **body):
        """Press one of a student's buttons: fetch, validate, submit, fetch_feedback."""
        body = {"assignment_id": "ps1_forward", "course_id": "lstm_by_hand"} | body
        return self.ask("POST", f"/user/{self.people[name]}/assignments/{what}", body)

    def formgrader(self, what, method="POST"):
        """Press one of formgrader's buttons."""
        return self.ask(method, f"/user/{self.people['teacher']}/formgrader/api/{what}")


def _free_ports(count):
    """Return the first of some free ports in a row; other processes that look for some begin elsewhere."""
    own = 18000 + 10 * (os.getpid() % 900)
    for first in (*range(own, 28000, 10), *range(18000, own, 10)):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise RuntimeError("no free ports in a row")


@contextlib.contextmanager
def running():
    """Set up a hub as INSTRUCTORS.md says, start it, and take everything away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hub-", dir="/var/tmp"))
    folder.chmod(0o755)
    hub = Hub(folder)
    try:
        _install(hub)
        for name, user in hub.people.items():
            _run("useradd", "--create-home", "--base-dir", str(folder / "homes"), "--shell", "/bin/bash", user)
            hub.home(name).chmod(0o700)
            _run("chpasswd", input=f"{user}:{user}")
        with _started(hub):
            yield hub
    finally:
        for user in hub.people.values():
            subprocess.run(["userdel", "--remove", user], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _install(hub):
    """Put the project, an environment with the hub in it, its proxy and an exchange into the folder."""
    files = subprocess.run(LS, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, files.split("\0")):
        if (ROOT / name).is_file():
            (hub.clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, hub.clone / name)
    (hub.folder / "homes").mkdir()
    exchange = hub.folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o1777)
    _run(PYTHON, "-m", "venv", "--without-pip", str(hub.folder / "env"))
    uv = Path(sys.executable).with_name("uv")
    lock = str(hub.clone / "requirements-lock.txt")
    options = ["--quiet", "-c", lock, "--build-constraint", lock]
    wanted = f"{hub.clone}[course,grading,hub]"
    environment = os.environ | {"VIRTUAL_ENV": str(hub.folder / "env")}
    _run(str(uv), "pip", "install", *options, "-e", wanted, env=environment)
    _run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(hub.folder / "node"), PROXY)


def _run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


@contextlib.contextmanager
def _started(hub):
    students = " ".join(user for name, user in hub.people.items() if name != "teacher")
    environment = {
        "PATH": os.environ["PATH"],
        "HUB_TEACHERS": hub.people["teacher"],
        "HUB_STUDENTS": students,
        "HUB_PORT": hub.url.rpartition(":")[2],
        "HUB_STATE": str(hub.folder / "state"),
        "HUB_PROXY": str(hub.folder / "node" / "node_modules" / ".bin" / "configurable-http-proxy"),
        "HUB_TEST_TOKEN": hub.token,
        "NBGRADER_EXCHANGE": str(hub.folder / "exchange"),
    }
    config = hub.clone / "notebooks" / "graded" / "hub" / "jupyterhub_config.py"
    command = [str(hub.python), "-m", "jupyterhub", "-f", str(config)]
    log = hub.folder / "hub.log"
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=hub.folder, env=environment, stdout=file, stderr=file)
        try:
            _wait_for(hub, process, log)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_for(hub, process, log):
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            hub.ask("GET", "/hub/api/users")
            return
        except (OSError, AssertionError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
            waiting = process.poll() is None and time.monotonic() < deadline
            assert waiting, log.read_text(errors="replace")[-5000:]
