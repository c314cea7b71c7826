"""What a browser needs for a deck: a few files from npm, fetched once and known by their hashes, and our own."""

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEPT = HERE.parent / "_build" / "npm"
# The package, the hash of its archive, and which of its files.
PACKAGES = {
    "reveal.js@4.6.1": (
        "4f4121ef2b8e7e9398bdecd7b3b6ce5e0ee3a2f5af221708eb6c4ce03bcae6be",
        r"dist/reveal\.(css|js)|plugin/notes/notes\.js|dist/theme/fonts/source-sans-pro/.*\.(css|woff)",
    ),
    "mathjax@3.2.2": (
        "1b9c0a1c44df864e915690558e72adb9cc5203360daefd385084ced3b6c64c09",
        r"es5/tex-svg-full\.js",
    ),
}


class DeckError(Exception):
    """A deck that cannot be built; the message says why."""


def fetch(package, folder):
    """Put the files of an npm package that decks need into `folder`; its archive must be the one we know."""
    sha256, wanted = PACKAGES[package]
    npm = shutil.which("npm")
    if npm is None:
        raise DeckError("decks take reveal.js and MathJax from npm, once: install Node.js, which brings npm")
    with tempfile.TemporaryDirectory() as place:
        packed = subprocess.run([npm, "pack", "--silent", package], cwd=place, capture_output=True, text=True)
        if packed.returncode:
            raise DeckError(f"npm cannot fetch {package}: {(packed.stderr or packed.stdout).strip()}")
        (archive,) = Path(place).glob("*.tgz")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != sha256:
            raise DeckError(f"{package} is not what it was: the hash of its archive has changed")
        with tarfile.open(archive) as files:
            for member in files:
                if re.fullmatch(wanted, member.name.removeprefix("package/")):
                    (folder / Path(member.name).name).write_bytes(files.extractfile(member).read())


def assets(folder):
    """Fill `folder` with what the decks ask for; what npm gave once is kept."""
    for package in PACKAGES:
        own = KEPT / re.sub(r"\W+", "-", package).strip("-")
        if not own.exists():
            half = own.with_name(own.name + ".new")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(parents=True)
            fetch(package, half)
            half.rename(own)
        shutil.copytree(own, folder, dirs_exist_ok=True)
    shutil.copyfile(HERE / "theme" / "theme.css", folder / "theme.css")
