"""What the browser tests stand on: a server that does not come up says why."""

import subprocess
import sys

import lab
import pytest


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "server.log"
    path.write_text("the port is taken")
    return path


def python(code):
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)


def test_a_server_that_ends_shows_its_log(log):
    with python("raise SystemExit(3)") as process:
        process.wait()
        with pytest.raises(RuntimeError, match=r"^JupyterLab has ended with 3 .*\nthe port is taken$"):
            lab.answering("http://127.0.0.1:9", process, log)


def test_a_server_that_never_answers_shows_its_log(log):
    with python("input()") as process:
        with pytest.raises(RuntimeError, match=r"^JupyterLab is still silent .*\nthe port is taken$"):
            lab.answering("http://127.0.0.1:9", process, log, patience=1)
        process.kill()
