"""What comes from npm is what it was when its hash was written down, and its licence comes with it."""

import re
import shutil
import subprocess

import npm
import pytest


def test_an_archive_that_has_changed_is_refused(monkeypatch, tmp_path):
    pattern = npm.PACKAGES["requirejs@2.3.7"][1]

    def pack(command, cwd, **_):
        (tmp_path / "any").write_text("not the archive")
        shutil.copy(tmp_path / "any", f"{cwd}/requirejs.tgz")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", pack)
    with pytest.raises(npm.NpmError, match="has changed"):
        npm.fetch("requirejs@2.3.7", tmp_path)
    assert not [path for path in tmp_path.iterdir() if re.search(pattern, path.name)]
