"""The course in a browser, with nothing installed: ``python notebooks/lite.py [names...]``, into _build/site/lite.

JupyterLite with the lessons and their outputs, and a Python of its own (Pyodide, which npm gives). When a cell
imports a package, Pyodide looks into a list and fetches it. That list is made here: what is written in plain
Python lies beside it, our own library and the versions of requirements-lock.txt; NumPy, Matplotlib and what comes
with them are fetched from Pyodide's own address, each with its hash.
"""

import argparse
import copy
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import build
import npm
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SITE = ROOT / "_build" / "site" / "lite"
PYODIDE = "pyodide@314.0.6"  # the one that the kernel of jupyterlite-pyodide-kernel 0.8.6 is made for
ADDRESS = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE.partition('@')[2]}/full/"
EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget")
LIBRARY = "lstm-by-hand"
LEDGER = "jinja2"  # writes the ledgers; elsewhere it comes with JupyterLab
KERNEL = ("comm", "ipython", "jedi", "micropip")
PLAIN = "none-any.whl"
OF_THE_PAGE = ("jupyterlab-widgets", "widgetsnbextension")  # it shows widgets without them
THERE = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "python_version": "3.14",
    "python_full_version": "3.14.2",
    "extra": "",
}
SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # a lesson is found in and printed whole
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
    "@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True},
}


class LiteError(Exception):
    """A site that cannot be built; the message says why."""


def needs(name):
    """Return the names of what a package needs there, itself left out."""
    if name == LIBRARY:
        listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
        listed = [*listed, LEDGER]
    else:
        listed = metadata.requires(name) or []
    wanted = [Requirement(line) for line in listed]
    return [canonicalize_name(r.name) for r in wanted if r.marker is None or r.marker.evaluate(THERE)]


def plain(known):
    """Return what lies beside the list: name → names of what it needs. What Pyodide has compiled is not gone into.

    Parameters
    ----------
    known : dict
        The packages of Pyodide's own list.
    """
    own, waiting = {}, [LIBRARY, *KERNEL]
    while waiting:
        name = waiting.pop()
        compiled = name in known and not known[name]["file_name"].endswith(PLAIN)
        if name in own or compiled or name in OF_THE_PAGE:
            continue
        own[name] = [] if name == "micropip" else needs(name)
        waiting += own[name]
    return own


def locked(name, lock):
    """Return the lines of requirements-lock.txt for a package there: its version and its hashes."""
    for lines in re.split(r"\n(?=\S)", lock.strip()):
        first, *hashes = lines.split("\\\n")
        wanted = Requirement(first.strip())
        if canonicalize_name(wanted.name) == name and (wanted.marker is None or wanted.marker.evaluate(THERE)):
            return "\\\n".join([first.partition(";")[0], *hashes])  # pip would hold the marker against this Python
    raise LiteError(f"{name} is not in requirements-lock.txt: run make lock")


def fetch_wheels(names, folder):
    """Put wheels into `folder`: the library's, built from this tree, and the locked ones of `names`."""
    lock = (ROOT / "requirements-lock.txt").read_text(encoding="utf-8")
    wanted = folder / "wanted.txt"
    folder.mkdir(parents=True, exist_ok=True)
    wanted.write_text("\n".join(locked(name, lock) for name in sorted(names)), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps"]
    pip += ["--require-hashes", "--only-binary=:all:", f"--python-version={THERE['python_version']}"]
    pip += ["--implementation=py", "--abi=none", "--platform=any"]
    run([*pip, f"--dest={folder}", f"--requirement={wanted}"])
    run([sys.executable, "-m", "hatchling", "build", "--target=wheel", f"--directory={folder}"])


def run(command, folder=ROOT):
    """Run a program in a folder; where it fails, show what it has said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise LiteError(f"{' '.join(command[:4])} … has failed:\n{done.stdout}{done.stderr}")


def entry(wheel, depends):
    """Return what Pyodide's list says about a wheel that lies beside it."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    with zipfile.ZipFile(wheel) as files:
        tops = {file.partition("/")[0].removesuffix(".py") for file in files.namelist() if file.endswith(".py")}
    return {
        "name": name,
        "version": str(version),
        "file_name": f"wheels/{wheel.name}",
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(top for top in tops if top.isidentifier()),
        "depends": depends,
        "unvendored_tests": False,
    }


def package_list(pyodides, own, wheels):
    """Return the list in which Pyodide looks: its own packages at its own address, and ours.

    Parameters
    ----------
    pyodides : dict
        Its own list.
    own : dict
        As `plain` gives it.
    wheels : list of Path
        One for each of `own`.
    """
    made = copy.deepcopy(pyodides)
    for package in made["packages"].values():
        package["file_name"] = ADDRESS + package["file_name"]
    for wheel in wheels:
        name = parse_wheel_filename(wheel.name)[0]
        there = own.keys() | made["packages"].keys()
        made["packages"][name] = entry(wheel, sorted(there.intersection(own[name])))
    return made


def configuration():
    """Return what JupyterLite and its kernel are told."""
    kernel = {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "loadPyodideOptions": {
            "lockFileURL": "packages.json",
            # what a reader has guessed is kept with the notebooks, in the browser's own storage
            "env": {"LSTM_GUESSES": "/drive/guesses"},
        },
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "The LSTM by Hand",
            "exposeAppInBrowser": True,  # tests ask it
            "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
        },
    }


def options(place, site):
    """Return what the builder of JupyterLite is told; other extensions of this environment stay out."""
    extensions = Path(sys.prefix, "share", "jupyter", "labextensions")
    build_options = {
        "apps": ["lab"],
        "federated_extensions": [str(extensions / name) for name in EXTENSIONS],
        "ignore_sys_prefix": ["federated_extensions"],
        "lite_dir": str(place),
        "no_sourcemaps": True,
        "output_dir": str(site),
    }
    return {"LiteBuildConfig": build_options}


def make(names, site=SITE):
    """Write the site with the lessons `names`."""
    with tempfile.TemporaryDirectory() as place:
        prepare(names, Path(place), site)
    return site


def prepare(names, place, site):
    """Gather in the folder `place` what goes into the site, and write it."""
    for name in names:
        target = place / "files" / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        # each text in one piece: of a text in lines, as it is stored, this front end makes lines with commas
        target.write_text(json.dumps(build.read(HERE / f"{name}.ipynb")), encoding="utf-8")
    pyodide = npm.kept(PYODIDE)
    shutil.copytree(pyodide, place / "static" / "pyodide")
    pyodides = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    own = plain(pyodides["packages"])
    fetch_wheels(own.keys() - {LIBRARY}, place / "wheels")
    wheels = sorted((place / "wheels").glob("*.whl"))
    (place / "jupyter-lite.json").write_text(json.dumps(configuration(), indent=1), encoding="utf-8")
    (place / "overrides.json").write_text(json.dumps(SETTINGS, indent=1), encoding="utf-8")
    shutil.rmtree(site, ignore_errors=True)
    (place / "config.json").write_text(json.dumps(options(place, site), indent=1), encoding="utf-8")
    run([sys.executable, "-m", "jupyterlite_core.app", "build", f"--config={place / 'config.json'}"], place)
    shutil.copytree(place / "wheels", site / "wheels", ignore=shutil.ignore_patterns("*.txt"))
    (site / "packages.json").write_text(json.dumps(package_list(pyodides, own, wheels)), encoding="utf-8")


def main(arguments=None):
    """Build the site; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the course for a browser, with nothing to install.")
    parser.add_argument("names", nargs="*", help="lessons, by number or name; all by default")
    parser.add_argument("--to", type=Path, default=SITE, help="where to write it")
    asked = parser.parse_args(arguments)
    try:
        site = make(build.chosen(asked.names, HERE), asked.to)
    except (LiteError, npm.NpmError, build.BuildError) as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file())
    print(f"{site.relative_to(ROOT) if site.is_relative_to(ROOT) else site}  {size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
