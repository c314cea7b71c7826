"""The lessons in a real JupyterLab, in a real browser. Left out where there is no Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="the extra [browser] is installed where Chromium is")
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
if CHROMIUM is None:
    pytest.skip("there is no Chromium on this machine", allow_module_level=True)

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
LESSONS = sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
QUIET = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update"
SECONDS = 1000  # playwright counts in milliseconds


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab on a copy of the lessons, with settings of its own."""
    folder = tmp_path_factory.mktemp("lab")
    for path in NOTEBOOKS.glob("*.ipynb"):
        shutil.copy(path, folder)
    notebook_settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    notebook_settings.mkdir(parents=True)  # JupyterLab takes cells out of the page that are far out of sight
    (notebook_settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}', encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{kind}_DIR": str(folder / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
        try:
            yield wait_for(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(30)


def wait_for(address, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=1)
            return address
        except OSError:
            continue
    pytest.fail("JupyterLab did not start")


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[f"--{flag}" for flag in QUIET.split()]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, server):
    """A fresh tab, tall enough for a whole lesson, that notes outside requests and errors."""
    page = browser.new_context(viewport={"width": 1280, "height": 12000}).new_page()
    page.set_default_timeout(90 * SECONDS)
    page.outside, page.failures = [], []
    inside = (server, server.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda request: request.url.startswith(inside) or page.outside.append(request.url))
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    yield page
    page.context.close()


def open_lesson(page, server, name):
    page.goto(f"{server}/lab/tree/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_function("() => !document.querySelector('.jp-Notebook .jp-Placeholder')")
    return page.locator(".jp-Notebook")


def run_all(page, server):
    """Run all cells. The page says Idle before there is a session, so the server is asked."""
    deadline = time.monotonic() + 60
    while not any(s["kernel"]["execution_state"] == "idle" for s in sessions(server)):
        assert time.monotonic() < deadline, "no idle kernel"
        page.wait_for_timeout(100)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    numbered = r"e => /\[\d+\]/.test(e.textContent)"
    page.wait_for_function(
        f"() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].every({numbered})"
    )


def sessions(server):
    return json.load(urllib.request.urlopen(f"{server}/api/sessions"))


def pictures_in_outputs(name):
    """Count the pictures a reader should see; the state of a sleeping widget holds the same one again."""
    cells = json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["cells"]
    return json.dumps([cell.get("outputs") for cell in cells]).count("<img ")


@pytest.mark.parametrize("name", LESSONS)
def test_a_saved_lesson_reads_well_before_anything_is_run(page, server, name):
    lesson = open_lesson(page, server, name)
    pictures = lesson.locator(".jp-OutputArea-output").get_by_role("img")
    expected = pictures_in_outputs(name)
    page.wait_for_function(f"() => document.querySelectorAll('.jp-Notebook img').length >= {expected}")
    names = [picture.get_attribute("alt") for picture in pictures.all()]
    assert len(names) == expected  # a picture without a description has no role at all
    assert all(len(words) > 40 for words in names)
    sizes = "() => [...document.querySelectorAll('.jp-Notebook img')].map(i => [i.naturalWidth, i.clientWidth])"
    assert all(natural > shown > 300 for natural, shown in page.evaluate(sizes))  # loaded, and sharp
    assert page.outside == []
    assert page.failures == []


def test_formulas_are_typeset(page, server):
    open_lesson(page, server, "03_the_formulas.ipynb")
    page.wait_for_selector(".jp-OutputArea mjx-container")
    page.wait_for_function("() => !document.querySelector('.jp-Notebook').innerText.includes('\\\\displaystyle')")
    assert page.locator(".jp-Notebook mjx-merror").count() == 0


def test_run_all_works_twice_and_a_slider_answers_the_keyboard(page, server):
    lesson = open_lesson(page, server, "04_one_step_by_hand.ipynb")
    for _ in range(2):
        run_all(page, server)
        assert lesson.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    handle = lesson.get_by_role("slider").first
    picture = lesson.get_by_role("img", name="Bars for one step")
    before = picture.get_attribute("alt")
    handle.focus()
    page.keyboard.press("ArrowRight")  # x from 0.5 to 0.6: the candidate was tanh(1.6), and is tanh(1.7)
    lesson.get_by_role("img", name=f"C_tilde {np.tanh(1.7):.3f}").wait_for()
    assert f"C_tilde {np.tanh(1.6):.3f}" in before
    assert page.failures == []
