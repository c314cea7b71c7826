"""A real browser, and a real JupyterLab in it, for the tests and measurements that need them."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
QUIET = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update"
SECONDS = 1000  # playwright counts in milliseconds
PATIENCE = 600  # seconds; nothing takes so long, but on a machine that does twenty other things it might
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SCREENSHOTS = Path(__file__).parent.parent / "_build" / "screenshots"


@contextlib.contextmanager
def chromium():
    """Open a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[f"--{flag}" for flag in QUIET.split()],
            timeout=PATIENCE * SECONDS,
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def jupyterlab(folder, theme="JupyterLab Light"):
    """Serve `folder` with JupyterLab, set up as `make lab` has it and nobody's own; give the address."""
    own = {f"JUPYTER_{kind}_DIR": str(folder / ".lab" / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{kind}_DIR": str(folder / ".lab" / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")}
    own["LSTM_GUESSES"] = str(folder / ".lab" / "guesses")
    path = folder / ".lab" / "settings" / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"theme": theme, "adaptive-theme": False}), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    command += ["--ServerApp.disable_check_xsrf=True"]  # so that `end_sessions` may
    log = folder / ".lab" / "server.log"
    with log.open("w") as file:
        process = subprocess.Popen(command, env=os.environ | own, stdout=file, stderr=file)
        try:
            yield answering(f"http://127.0.0.1:{port}", process, log)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def answering(address, process, log, patience=PATIENCE):
    """Wait until a server answers; where it does not, show what it has said."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=patience)
            return address
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")[-5000:]
    became = "is still silent" if process.poll() is None else f"has ended with {process.poll()}"
    raise RuntimeError(f"JupyterLab {became} after {patience} s; it said:\n{said}")


def patient_page(browser, **options):
    """Open a fresh tab that waits as long as a busy machine needs."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE * SECONDS)
    return context.new_page()


def page_from_disk(browser, **options):
    """Open a fresh tab without a network that notes all that goes wrong: ``page.wrong``."""
    page = patient_page(browser, offline=True, **options)
    page.wrong = []
    own = ("file:", "data:", "blob:")
    page.on("request", lambda request: request.url.startswith(own) or page.wrong.append(f"asks {request.url}"))
    page.on("requestfailed", lambda request: given_up(request) or page.wrong.append(f"missing: {request.url}"))
    page.on("pageerror", lambda error: page.wrong.append(f"error: {error}"))
    page.on("console", lambda message: message.type == "error" and page.wrong.append(f"error: {message.text}"))
    return page


def given_up(request):
    """Is this what a page had asked for ahead, and no longer wants since another page was opened?"""
    return request.failure == "net::ERR_ABORTED"


def wait_until_drawn(page):
    """Wait until what has just changed is painted: a live figure paints with the browser's next frame."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def new_page(browser, server, **size):
    """Open a fresh tab that notes outside requests and errors: ``page.outside``, ``page.failures``."""
    page = patient_page(browser, viewport={"width": 1280, "height": 1500} | size)
    page.outside, page.failures = [], []
    inside = (server, server.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda request: request.url.startswith(inside) or page.outside.append(request.url))
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    return page


def open_notebook(page, server, name):
    """Open a notebook by its address, and wait until all its cells are there."""
    page.goto(f"{server}/lab/tree/{name}?reset")
    return wait_for_cells(page)


def wait_for_cells(page):
    """Wait until all cells of the notebook are in the page, prose as it is read and code as it is written."""
    # as long as it spins, there is one empty cell
    page.wait_for_selector(".jp-MainAreaWidget:not(:has(.jp-Spinner)) .jp-Notebook")
    seen = {".jp-MarkdownCell": ".jp-RenderedMarkdown *", ".jp-CodeCell": ".cm-line, .jp-InputPlaceholder"}
    waits = [f".jp-Notebook {cell}:not(:has({parts}))" for cell, parts in seen.items()]
    page.wait_for_function("cells => !document.querySelector(cells)", arg=", ".join(waits))
    return page.locator(".jp-Notebook")


def wait_until_settled(page):
    """Wait until all formulas are typeset, all pictures are there, and nothing moves any more."""
    raw = r"/\$[^$]+\$|\\displaystyle/.test(e.innerText)"
    page.wait_for_function(
        f"() => ![...document.querySelectorAll('.jp-RenderedMarkdown, .jp-RenderedLatex')].some(e => {raw})"
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-Notebook img')].every(image => image.complete)"
    )
    high = "[...document.querySelectorAll('.jp-Notebook .jp-Cell')].map(cell => cell.offsetHeight).join()"
    still = f"() => {{ const [before, now] = [window.high, {high}]; window.high = now; return before === now }}"
    page.wait_for_function(still, polling=1000)


def wear(page, theme):
    """Choose one of JupyterLab's themes from its menu."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    for words in ("Theme", theme):
        page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{words}$")).click()
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)


def wait_for_kernel(page, server, name):
    """Wait until the notebook has a kernel; the page says Idle before there is one, so the server is asked."""
    deadline = time.monotonic() + PATIENCE
    while not any(s["path"] == name and s["kernel"]["execution_state"] == "idle" for s in sessions(server)):
        assert time.monotonic() < deadline, "no idle kernel"
        page.wait_for_timeout(100)


def run_all(page, server, name):
    """Run all cells."""
    wait_for_kernel(page, server, name)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    wait_until_all_has_run(page, server, name)


def wait_until_all_has_run(page, server, name):
    """Wait until every cell of the notebook has run; a folded one has no number, so the kernel is asked, too."""
    numbered = r"e => /\[\d+\]/.test(e.textContent)"
    page.wait_for_function(
        f"() => [...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')].every({numbered})"
    )
    wait_for_kernel(page, server, name)


def sessions(server):
    """Return what the server says about its sessions."""
    return json.load(urllib.request.urlopen(f"{server}/api/sessions"))


def end_sessions(server):
    """End every kernel, so that the next notebook has the machine to itself."""
    for session in sessions(server):
        urllib.request.urlopen(urllib.request.Request(f"{server}/api/sessions/{session['id']}", method="DELETE"))
