"""A lesson as a page to hand out: folded as the notebook is, and a picture where a figure was live."""

import re
import subprocess
import sys

import build
import nbformat
import pytest
import view

CONFIG = build.HERE / "handout" / "config.py"


def code(source, **data):
    cell = nbformat.v4.new_code_cell(source)
    cell.outputs = [nbformat.v4.new_output("display_data", data=data)] if data else []
    return cell


def exported(tmp_path, *cells):
    """Return the page that the documented command makes of some cells."""
    notebook = nbformat.v4.new_notebook(cells=view.learners(list(cells)), metadata=build.METADATA)
    path = tmp_path / "lesson.ipynb"
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "nbconvert", "--config", str(CONFIG), str(path)]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    return path.with_suffix(".html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_live_figure_is_a_picture_and_folds_stay_folds(tmp_path):
    live = {
        build.VIEW: {"model_id": "1", "version_major": 2, "version_minor": 0},
        "text/html": "<img alt='a wave'>",
    }
    page = exported(
        tmp_path,
        code("# Live: a wave\nexplore(draw)", **live),
        code("x = 1"),
        code("# Your guess: a sum\npredict('a', '?')", **{"text/plain": "the question"}),
        code("# Answer: the sum\nreveal('a', 2)", **{"text/plain": "It is two."}),
    )
    assert re.search(r"<img alt=.a wave.", page)
    assert "model_id" not in page
    folded = page.split('<details class="fold">')[1:]
    assert [part.split("</summary>")[0] for part in folded] == [
        "<summary>Live: a wave",
        "<summary>Your guess: a sum",
        "<summary>Answer: the sum",
    ]
    assert "It is two." in folded[2].split("</details>")[0]
    assert "the question" not in folded[1].split("</details>")[0]
