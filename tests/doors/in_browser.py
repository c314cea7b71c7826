"""The lessons in JupyterLite, in a real browser: ``python tests/doors/in_browser.py ADDRESS-OR-FOLDER [lessons]``.

It opens each lesson, runs it from top to bottom, and compares what it prints with what is stored.
"""

import argparse
import contextlib
import functools
import http.server
import json
import math
import re
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import lab

NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
CLOSE = 1e-9  # relative: the mathematics of a browser may round the last digit in another way
MODEL = "window.jupyterapp.shell.currentWidget.content.model"
CELLS = f"() => Array.from({MODEL}.cells).map(cell => cell.toJSON())"
RAN = f"""() => Array.from({MODEL}.cells).every(cell => cell.type != "code" || cell.executionCount)
  || Array.from({MODEL}.cells).some(
    cell => cell.type == "code" && cell.outputs.toJSON().some(output => output.output_type == "error"))"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def serving(place):
    """Give the address of a site: `place` itself, or where the folder of that name is served."""
    if place.startswith(("http://", "https://")):
        yield place.rstrip("/")
        return
    handler = functools.partial(Quiet, directory=place)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def open_lesson(page, address, name):
    """Open a lesson, and wait until all its cells are there."""
    page.goto(f"{address}/lab/index.html?path={name}.ipynb")
    lab.wait_for_cells(page)
    return page.evaluate(CELLS)


def wait_for_python(page):
    """Wait until the Python of the open lesson has started."""
    state = "window.jupyterapp.shell.currentWidget.sessionContext.kernelDisplayStatus"
    page.wait_for_function(f"() => {state} == 'idle'")


def run(page):
    """Run the open lesson from top to bottom, and return its cells; it ends with the first error."""
    wait_for_python(page)
    for command in ("notebook:clear-all-cell-outputs", "notebook:run-all-cells"):
        page.evaluate(f"() => {{ window.jupyterapp.commands.execute('{command}'); }}")
    page.wait_for_function(RAN)
    return page.evaluate(CELLS)


def printed(cell):
    """Return what a cell has printed."""
    streams = [output for output in cell.get("outputs", []) if output["output_type"] == "stream"]
    return "".join("".join(output["text"]) for output in streams if output["name"] == "stdout")


def differences(stored, seen):
    """Say in which cells a lesson prints something else than what is stored, or fails: a list of lines."""
    found = []
    for number, (want, have) in enumerate(zip(stored, seen, strict=True), 1):
        failures = [output for output in have.get("outputs", []) if output["output_type"] == "error"]
        expected = "raises-exception" in want["metadata"].get("tags", [])
        found += [f"cell {number}: {each['ename']}: {each['evalue']}" for each in failures if not expected]
        if not failures and not alike(printed(want), printed(have)):
            found.append(f"cell {number} prints {printed(have)!r}, and stored is {printed(want)!r}")
    return found


def alike(text, other):
    """Say whether two texts have the same words, and numbers that are equal but for rounding."""
    numbers = [[float(n.replace("−", "-")) for n in NUMBER.findall(each)] for each in (text, other)]
    words = [NUMBER.sub("0", each).split() for each in (text, other)]
    return words[0] == words[1] and all(
        math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-12) for a, b in zip(*numbers, strict=True)
    )


def main(arguments=None):
    """Run lessons where they lie; return 1 where one prints something else."""
    parser = argparse.ArgumentParser(description="Run lessons in JupyterLite and compare what they print.")
    parser.add_argument("place", help="the address of the site, or the folder that it was written into")
    parser.add_argument("names", nargs="*", default=["04_one_step_by_hand"], help="lessons; 04 by default")
    asked, wrong = parser.parse_args(arguments), 0
    with serving(asked.place) as address, lab.chromium() as browser:
        for name in asked.names:
            stored = json.loads(Path(lab.NOTEBOOKS, f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
            page = lab.patient_page(browser)
            open_lesson(page, address, name)
            found = differences(stored, run(page))
            print(name, *(found or ["prints what is stored"]), sep="\n  ")
            wrong += bool(found)
            page.context.close()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
