"""A learner in a real browser: the folded solutions are pasted into the lessons, run, kept, and judged at the end.

What was seen is kept in _build/screenshots.
"""

import re
import shutil

import lab
import player
import pytest

from lstm_lib.lesson.standalone import PIECES

pytest.importorskip("playwright.sync_api", reason="the extra [browser] is installed where Chromium is")
if lab.CHROMIUM is None:
    pytest.skip("there is no Chromium on this machine", allow_module_level=True)

KEPT = {  # in which lesson a piece is written
    "03_the_formulas": ["step"],
    "04_one_step_by_hand": [],
    "05_the_gradients": ["step_backward"],
    "06_check_the_gradient": ["init_params", "backward"],
    "09_train_on_a_sine_wave": ["loss", "adam", "train"],
}


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the lessons, in which a server is started, and a file for what is kept."""
    for name in KEPT:
        shutil.copy(lab.NOTEBOOKS / f"{name}.ipynb", tmp_path)
    monkeypatch.setenv("LSTM_MINE", str(tmp_path / "my_lstm.py"))
    with lab.jupyterlab(tmp_path) as server:
        yield tmp_path, server


def paste(page, cell, text):
    """Put a text in place of what stands in a cell, as one does with the clipboard."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+V")


def learn(browser, server, name):
    """Paste every solution of a lesson into its exercise, run all cells, and return what is then said."""
    page = lab.new_page(browser, server)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook = lab.open_notebook(page, server, f"{name}.ipynb")
    lesson = next(lesson for lesson in player.lessons() if lesson.slug == name[3:])
    cells = notebook.locator(".jp-CodeCell")
    for number, solution in lesson.solutions.items():
        paste(page, cells.nth(number), solution)
    lab.run_all(page, server, f"{name}.ipynb")
    # the last cell, whose bar has no number to wait for; what is stored says 0
    notebook.get_by_text(re.compile("[1-7] of 7 pieces are yours")).wait_for()
    said = "\n".join(page.locator(".jp-OutputArea-output").all_inner_texts())
    lab.SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=lab.SCREENSHOTS / f"learner_{name}.png")
    assert page.failures == []
    page.context.close()
    lab.end_sessions(server)
    return said


def hears(said, kept, so_far):
    """Say that all is right, that these pieces are kept, and how many are so far."""
    assert not re.findall("^[✗○] .*", said, re.MULTILINE)
    assert re.findall(r"^Kept as (\w+) in my_lstm\.py\.$", said, re.MULTILINE) == kept
    assert f"{so_far} of 7 pieces are yours" in said


def test_a_solution_that_is_pasted_in_is_right_and_kept(browser, desk):
    folder, server = desk
    hears(learn(browser, server, "03_the_formulas"), ["step"], 1)
    assert "def step(" in (folder / "my_lstm.py").read_text(encoding="utf-8")


@pytest.mark.weekly
def test_from_03_to_09_a_learner_writes_an_lstm_that_is_equal_to_pytorch(browser, desk):
    _, server = desk
    so_far = 0
    for name, kept in KEPT.items():
        said = learn(browser, server, name)
        so_far += len(kept)
        hears(said, kept, so_far)
    assert so_far == len(PIECES)
    assert "Your own code: the loss falls " in said
    assert re.search(r"^Yours: \d+ lines, equal to PyTorch to 1e-12\.$", said, re.MULTILINE)
