"""JupyterHub on one machine for the graded course: accounts of the system, with their passwords (PAM).

As root, from an environment and a clone that all can read:

    HUB_TEACHERS=grace HUB_STUDENTS="ada bob" /opt/lstm/bin/jupyterhub -f notebooks/graded/hub/jupyterhub_config.py

It listens on 127.0.0.1 only: a web server with a certificate stands in front. What may be changed is read from the
environment, here with what holds otherwise: HUB_PORT=8000 (it takes this one and the next two),
HUB_STATE=/srv/jupyterhub, HUB_COURSE=~/lstm-course (in the teacher's home),
NBGRADER_EXCHANGE=/srv/nbgrader/exchange.
"""

import json
import os
import shutil
import sys
from pathlib import Path

c = get_config()  # noqa: F821
GRADED = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.prefix) / "bin"
port = int(os.environ.get("HUB_PORT", 8000))
teachers = set(os.environ["HUB_TEACHERS"].split())
students = set(os.environ["HUB_STUDENTS"].split())

# --- what is kept: cookies and tokens are root's alone, settings are read by everybody's server ---

state = Path(os.environ.get("HUB_STATE", "/srv/jupyterhub"))
secrets, settings = state / "secrets", state / "settings"
secrets.mkdir(parents=True, exist_ok=True)
secrets.chmod(0o700)
c.JupyterHub.db_url = f"sqlite:///{secrets}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(secrets / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(secrets / "proxy.pid")

c.JupyterHub.bind_url = f"http://127.0.0.1:{port}"
c.JupyterHub.hub_port = port + 1
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 2}"
c.ConfigurableHTTPProxy.command = [os.environ.get("HUB_PROXY", "configurable-http-proxy")]
c.Authenticator.allowed_users = teachers | students
c.PAMAuthenticator.open_sessions = False


# --- two kinds of settings: teachers see formgrader, students what they hand in with ---


def write_settings(kind, nbgrader, hidden, server=""):
    """Write what the servers of a kind of people read: nbgrader's settings, and what JupyterLab leaves out."""
    folder = settings / kind
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "labconfig").mkdir(parents=True)
    page = {"disabledExtensions": dict.fromkeys(hidden, True)}
    (folder / "labconfig" / "page_config.json").write_text(json.dumps(page), encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(nbgrader, encoding="utf-8")
    (folder / "jupyter_server_config.py").write_text(server, encoding="utf-8")
    for path in (state, settings, folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


NEWS = "@jupyterlab/apputils-extension:announcements"
OF_TEACHERS = [f"@jupyter/nbgrader:{name}" for name in ("formgrader", "create-assignment", "course-list")]
for_all = (GRADED / "nbgrader_config.py").read_text(encoding="utf-8")
for_teachers = f"""{for_all}
import sys

c.CourseDirectory.root = os.path.expanduser({os.environ.get("HUB_COURSE", "~/lstm-course")!r})
sys.path.append({str(GRADED)!r})
import exchange

exchange.configure(c)
"""
# JupyterHub lets no page stand in a frame; formgrader in JupyterLab is one, of the same server
HEADERS = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
IN_A_FRAME = f"c.ServerApp.tornado_settings = {HEADERS!r}"
write_settings("teacher", for_teachers, [NEWS], IN_A_FRAME)
write_settings("student", for_all, [NEWS, *OF_TEACHERS])


def settings_of(spawner):
    """Return the folder with the settings of a user's kind."""
    return str(settings / ("teacher" if spawner.user.name in teachers else "student"))


c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.http_timeout = c.Spawner.start_timeout = 300  # the first start on a busy machine
c.Spawner.environment = {
    "PATH": f"{PROGRAMS}:/usr/bin:/bin",
    "JUPYTER_CONFIG_PATH": settings_of,
    "NBGRADER_EXCHANGE": os.environ.get("NBGRADER_EXCHANGE", "/srv/nbgrader/exchange"),
}

# --- only for the test that walks through all of it ---

if token := os.environ.get("HUB_TEST_TOKEN"):
    scopes = ["admin:servers", "access:servers", "list:users", "read:users", "read:servers"]
    c.JupyterHub.services = [{"name": "walk", "api_token": token}]
    c.JupyterHub.load_roles = [{"name": "walk", "services": ["walk"], "scopes": scopes}]
