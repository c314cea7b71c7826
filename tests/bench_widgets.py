"""How long it takes from a slider's move to the new picture, in a real JupyterLab: run by `make bench`.

A press of an arrow key, and a drag of two seconds with the mouse, for every widget of the course. The clock runs
in the page: from the browser's own time of the input to the frame that shows the picture which belongs to it.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

import lab
import nbformat
from build import METADATA

PRESSES, DRAG = 24, 2.0  # how often a key is pressed, and for how many seconds the mouse moves
BUILD = Path(__file__).resolve().parents[1] / "_build"

WIDGETS = {
    "the cell itself": "from lstm_lib.lesson.explorer import CellExplorer\nCellExplorer()",
    "a new figure each time": """
from lstm_lib import data, lstm, plotting
from lstm_lib.lesson.widgets import explore, slider
params, x_t, h_prev, C_prev = data.walkthrough()
names = ["f_t", "i_t", "C_tilde", "o_t", "C_t", "h_t"]
def draw(x):
    s = lstm.step(params, 0 * x_t + x, h_prev, C_prev)
    fig, ax = plotting.figure(6, 2.6)
    ax.bar([plotting.LOOKS[n].symbol for n in names], [getattr(s, n).item() for n in names])
    ax.set_ylim(-2, 2)
    return fig, f"Bars for x = {x:.1f}."
explore(draw, x=slider(0.5, -2, 2, "input x"))""",
    "the stepper": """
import numpy as np
from lstm_lib.lesson import scenes
from lstm_lib.lesson.explorer import PRESETS, CellExplorer
X = (np.random.default_rng(0).uniform(size=(60, 1, 1)) > 0.7).astype(float)
draw = scenes.stepper(CellExplorer(**PRESETS["a counter"]).params, X)
explore(draw, t=slider(1, 1, 60, "step t", step=1))""",
    "gradient flow": 'explore(scenes.gradient_flow(), b_f=slider(1, -2, 6, "forget bias"))',
    "the sine model": """
from lstm_lib import model
params = model.init_params(lstm, 1, 16, 1, np.random.default_rng(0))
draw = scenes.sine_model(params)
explore(draw, omega=slider(0.2, 0.05, 1, "frequency", step=0.01), noise=slider(0, 0, 1, "noise", step=0.01))""",
}

PROBE = """root => {
  const probe = (window.probe = { moved: 0, times: [], shown: 0 });
  root.addEventListener("input", event => (probe.moved = event.timeStamp), true);
  const image = root.querySelector("img");
  const seen = async () => {
    const moved = probe.moved;
    if (image) await image.decode().catch(() => {});
    await new Promise(requestAnimationFrame);
    probe.shown = performance.now();
    probe.times.push(probe.shown - moved);
  };
  new MutationObserver(seen).observe(image || root, { attributeFilter: ["src", "data-painted"] });
}"""


def notebook():
    """Return a notebook with one cell for each widget."""
    cells = [nbformat.v4.new_code_cell(code) for code in WIDGETS.values()]
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def measure(page, number):
    """Return (ms of each press, pictures a second in a drag, ms from the last move to the last picture)."""
    root = page.locator(".lstm-cell, .lstm-explore").nth(number)
    root.evaluate(PROBE)
    slider = root.get_by_role("slider").first
    slider.focus()
    for n in range(PRESSES):
        page.keyboard.press("ArrowRight" if n % 8 < 4 else "ArrowLeft")
        page.wait_for_function("n => probe.times.length > n", arg=n, polling=5)
    presses = page.evaluate("() => probe.times")
    box = slider.bounding_box()
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.1, height)
    page.mouse.down()
    page.wait_for_timeout(300)
    before = page.evaluate("() => probe.times.length")
    moves = int(DRAG / 0.02)
    for n in range(moves):
        page.mouse.move(box["x"] + box["width"] * (0.1 + 0.8 * n / moves), height)
        page.wait_for_timeout(10)
    page.mouse.up()
    page.wait_for_timeout(1500)
    pictures, late = page.evaluate("() => [probe.times.length, probe.shown - probe.moved]")
    return presses, (pictures - before) / DRAG, late


def main():
    """Measure every widget, print a table, and leave it in _build."""
    if lab.CHROMIUM is None:
        print("widgets: there is no Chromium on this machine, so nothing is measured")
        return
    lines = ["| from a slider to the picture | median ms | worst ms | pictures/s in a drag | last one, ms |"]
    lines += ["|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(notebook(), Path(folder) / "bench.ipynb")
        with lab.jupyterlab(Path(folder)) as server, lab.chromium() as browser:
            page = lab.new_page(browser, server, height=3600)
            lab.open_notebook(page, server, "bench.ipynb")
            lab.run_all(page, server, "bench.ipynb")
            there = "document.querySelectorAll('.lstm-cell, .lstm-explore').length"
            page.wait_for_function(f"() => {there} === {len(WIDGETS)}")
            for number, name in enumerate(WIDGETS):
                presses, rate, late = measure(page, number)
                numbers = f"{median(presses):.0f} | {max(presses):.0f} | {rate:.0f} | {late:.0f}"
                lines.append(f"| {name} | {numbers} |")
            if len(sys.argv) > 1:
                page.screenshot(path=sys.argv[1], full_page=True)
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench-widgets.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines), f"\nwritten to {BUILD.name}/bench-widgets.md", sep="\n")


if __name__ == "__main__":
    main()
