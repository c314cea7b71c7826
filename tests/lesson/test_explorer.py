"""explorer: the cell's numbers and what Python reads of them, and what is left of it without a kernel."""

import html
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from lab import CHROMIUM, patient_page
from nbconvert import HTMLExporter
from traitlets.config import Config

from lstm_lib import data, lstm
from lstm_lib.lesson import diagrams
from lstm_lib.lesson.explorer import NUMBERS, PRESETS, CellExplorer, draw_still

ROOT = Path(__file__).resolve().parents[2]
ROWS = [name for name in NUMBERS if name[0] == "W"]


def settings(rng):
    """Return fifteen numbers by chance, under their names; wide enough to saturate, and to do nothing."""
    scale = rng.choice([0.1, 1, 4, 12])
    return {name: (scale * rng.normal(size=2 if name in ROWS else None)).tolist() for name in NUMBERS}


def test_it_starts_with_the_primers_step():
    step = lstm.step(*data.walkthrough())
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(CellExplorer().step(), step, strict=True))


def test_its_numbers_are_those_of_lstm_step():
    rng = np.random.default_rng(0)
    for values in (settings(rng) for _ in range(20)):
        cell = CellExplorer(**values)
        assert {name: getattr(cell, name) for name in NUMBERS} == values
        params = {name: np.reshape(values[name], (1, -1)) for name in lstm.SHAPES}
        step = lstm.step(params, *(np.array([[values[name]]]) for name in ("x_t", "h_prev", "C_prev")))
        assert all(np.array_equal(ours, theirs) for ours, theirs in zip(cell.step(), step, strict=True))
        assert cell.params.keys() == params.keys()


def test_what_is_set_is_sent_to_the_page():
    cell = CellExplorer()
    cell.W_f, cell.b_o = (2, -3), np.float64(0.25)
    state = cell.get_state()
    assert (state["W_f"], state["b_o"]) == ([2.0, -3.0], 0.25)
    assert set(NUMBERS) | {"presets", "drawing", "_esm", "_css"} <= set(state)
    assert json.loads(json.dumps(state["presets"])) == cell.presets


def test_it_can_be_put_back_to_where_it_started():
    cell = CellExplorer(x_t=-1.5, W_i=[3, 4])
    cell.x_t = 1.0
    assert cell.presets["as at first"]["x_t"] == -1.5
    assert cell.presets["as at first"]["W_i"] == [3, 4]
    assert all(preset.keys() == set(NUMBERS) for preset in cell.presets.values())


@pytest.mark.parametrize("x", [0.0, 1.0])
@pytest.mark.parametrize("C", [-2.0, 0.0, 0.7])
def test_the_latch_keeps_without_and_writes_with_the_flag(x, C):
    step = CellExplorer(**PRESETS["a latch"] | {"x_t": x, "C_prev": C}).step()
    assert step.C_t.item() == pytest.approx(np.tanh(2) if x else C, abs=0.01)


@pytest.mark.parametrize(("x", "more"), [(0.0, 0), (1.0, np.tanh(2))])
def test_the_counter_adds_the_same_each_time(x, more):
    for C in range(4):
        step = CellExplorer(**PRESETS["a counter"] | {"x_t": x, "C_prev": float(C)}).step()
        assert step.C_t.item() == pytest.approx(C + more, abs=0.02)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"x": 1}, TypeError, r"^x is no number of a cell; want some of x_t, h_prev, C_prev, W_f"),
        ({"x_t": "a"}, TypeError, r"^x_t is 'a' \(str\); want a real number"),
        ({"b_f": np.nan}, ValueError, r"^b_f is nan; want a finite number"),
        ({"W_f": 1.0}, TypeError, r"^W_f is a float; want a pair \[weight of h, weight of x\]"),
        ({"W_f": [1, 2, 3]}, TypeError, r"^W_f is a list of 3; want a pair"),
        ({"W_o": [1, np.inf]}, ValueError, r"^W_o\[1\] is inf; want a finite number"),
    ],
)
def test_what_is_no_number_is_refused(values, error, message):
    with pytest.raises(error, match=message):
        CellExplorer(**values)
    cell = CellExplorer()
    for name in values.keys() & set(NUMBERS):
        with pytest.raises(error, match=message):
            setattr(cell, name, values[name])


# --- without a kernel --------------------------------------------------------------------------------------------


def test_each_wire_of_the_circuit_carries_something():
    drawing = diagrams.circuit()
    assert len(drawing["carries"]) == len(drawing["wires"])
    for (name, *_), carries in zip(drawing["wires"], drawing["carries"], strict=True):
        of_h, of_C, of_z = {"h_t", "tanh_C", "C_t"}, {"C_prev", "kept", "C_t"}, {"z", "x_t"}
        allowed = {"h_t": of_h, "C_t": of_C, "z_t": of_z, "C_tilde": {"C_tilde", "written"}}
        assert carries in allowed.get(name, {name})


def test_a_saved_notebook_shows_the_circuit_with_its_values_and_says_what_the_sliders_do():
    cell = CellExplorer()
    bundle = cell._repr_mimebundle_()
    shown = re.sub("<script.*?</script>|<style.*?</style>", "", bundle["text/html"], flags=re.DOTALL)
    assert "Run this cell" in shown
    assert "eight weights and four biases" in shown
    (alt,) = re.findall('alt="([^"]*)"', shown)
    assert bundle["text/plain"] == f"Figure: {html.unescape(alt)}"
    assert alt.endswith("f_t 0.832, i_t 0.832, C_tilde 0.922, C_t 0.933, o_t 0.832, h_t 0.609.")
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == cell.model_id
    assert bundle["text/html"] == CellExplorer()._repr_mimebundle_()["text/html"]  # the same each time


def test_the_still_picture_says_every_value_once():
    fig = draw_still(CellExplorer(x_t=-1.0, W_f=[1, 2], C_prev=-0.5).step())
    texts = [text.get_text() for text in fig.axes[0].texts]
    step = CellExplorer(x_t=-1.0, W_f=[1, 2], C_prev=-0.5).step()
    for value in (step.f_t, step.C_tilde, step.C_t, step.h_t):
        assert f"{value.item():.3f}" in texts
    assert {"-1.000", "-0.500", f"kept {(step.f_t * step.C_prev).item():.3f}"} <= set(texts)


def test_the_page_fetches_nothing():
    page = CellExplorer().page()
    assert page.startswith("<!doctype html>")
    visible = re.sub(r"base64,[\w+/=]+", "", page)
    assert re.findall(r"https?://[^\s\"']+", visible) == []
    assert not re.search(r"\b(src|href)=\"(?!data:)", visible)


@pytest.mark.slow
def test_programs_styles_and_pages_are_in_the_wheel(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lstm_lib").rglob("*.*")}
    files = {name for name in files if not name.endswith(".pyc")}
    assert {Path(name).suffix for name in files} >= {".py", ".js", ".css", ".html"}
    assert files <= set(names)


# --- in a browser, from a file, without a network ----------------------------------------------------------------

in_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
SHOWN = ["f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]
SET_ALL = """async settings => {
  const found = [];
  for (const setting of settings) {
    for (const [key, value] of Object.entries(setting)) {
      const field = document.querySelector(`input[type=number][data-key=${key}]`);
      field.value = value;
      field.dispatchEvent(new Event("input", {bubbles: true}));
    }
    await new Promise(requestAnimationFrame);
    const shown = [...document.querySelectorAll("[data-name]")];
    found.push(Object.fromEntries(shown.map(b => [b.dataset.name, Number(b.dataset.value)])));
  }
  return found;
}"""


def fields(values):
    """Name each of fifteen numbers as its field in the page is named."""
    for name, value in values.items():
        yield from ((f"{name}-{n}", v) for n, v in enumerate(value)) if name in ROWS else [(name, value)]


@pytest.fixture
def page(browser, tmp_path):
    """The figure in a file, in a browser that reaches no network."""
    (tmp_path / "cell.html").write_text(CellExplorer().page(), encoding="utf-8")
    page = patient_page(browser, viewport={"width": 1280, "height": 1000}, offline=True)
    page.failures = []
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    page.on("requestfailed", lambda request: page.failures.append(request.url))
    page.goto((tmp_path / "cell.html").as_uri())
    page.wait_for_selector(".lstm-cell")
    yield page
    assert page.failures == []
    page.context.close()


@in_browser
def test_in_the_page_its_numbers_are_those_of_lstm_step_at_a_hundred_settings(page):
    rng = np.random.default_rng(1)
    chosen = [settings(rng) for _ in range(100)]
    found = page.evaluate(SET_ALL, [dict(fields(values)) for values in chosen])
    for values, numbers in zip(chosen, found, strict=True):
        step = CellExplorer(**values).step()
        assert numbers.keys() == set(SHOWN)
        for name in SHOWN:
            assert numbers[name] == pytest.approx(getattr(step, name).item(), rel=1e-12, abs=1e-12), name


def value(page, name):
    return float(page.locator(f"[data-name={name}]").get_attribute("data-value"))


def until(page, name, expected):
    """Wait until the page shows the number."""
    shown = f"Number(document.querySelector('[data-name={name}]').dataset.value)"
    page.wait_for_function(f"() => Math.abs({shown} - {expected!r}) < 1e-12")


@in_browser
def test_it_can_be_used_with_the_keyboard_alone(page):
    controls = page.locator(".lstm-cell input, .lstm-cell button")
    assert controls.count() == 15 * 2 + 1 + 4
    for n in range(controls.count()):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => [...document.querySelectorAll('input, button')].indexOf(document.activeElement)"
        )
        assert focused == n
        outline = "() => getComputedStyle(document.activeElement).outlineWidth"
        assert page.evaluate(outline) == "3px"
    slider = page.get_by_role("slider", name="input x")
    slider.focus()
    page.keyboard.press("ArrowRight")
    until(page, "C_t", CellExplorer(x_t=0.6).step().C_t.item())
    assert slider.get_attribute("aria-valuetext").startswith("0.600; C is 0.9")
    page.get_by_role("button", name="Next step").focus()
    page.keyboard.press("Enter")
    first = CellExplorer(x_t=0.6).step()
    until(page, "h_t", CellExplorer(x_t=0.6, h_prev=first.h_t.item(), C_prev=first.C_t.item()).step().h_t.item())


@in_browser
def test_it_can_be_dragged_with_the_mouse(page):
    slider = page.get_by_role("slider", name="bias in the forget gate")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 20, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    until(page, "f_t", CellExplorer(b_f=12.0).step().f_t.item())
    assert "forget gate: σ of 12.600" in page.locator("fieldset .plot").first.get_attribute("aria-label")
    assert page.locator("fieldset .state").first.inner_text() == "open, saturated"


@in_browser
def test_every_control_and_picture_has_a_name_of_its_own_and_the_numbers_are_announced(page):
    names = page.eval_on_selector_all(
        ".lstm-cell input, .lstm-cell svg[role=img]", "all => all.map(e => e.getAttribute('aria-label'))"
    )
    assert all(names)
    assert len(set(names)) == len(names)
    page.get_by_role("button", name="a counter").click()
    spoken = page.get_by_role("status")
    page.wait_for_function("() => document.querySelector('[role=status]').textContent.includes('C is 0.962')")
    assert "Saturated: f, i, C tilde, o." in spoken.inner_text()


@in_browser
def test_nothing_is_painted_while_nothing_moves(page):
    page.wait_for_function("() => document.querySelector('[role=status]').textContent !== ''")
    painted = "() => document.querySelector('.lstm-cell').dataset.painted"
    before = page.evaluate(painted)
    five_frames = "async () => { for (let n = 0; n < 5; n++) await new Promise(requestAnimationFrame) }"
    page.evaluate(five_frames)
    assert page.evaluate(painted) == before == "1"


@in_browser
def test_it_lives_in_a_saved_page_of_a_notebook_that_has_no_assets_beside_it(browser, tmp_path):
    output = nbformat.v4.new_output(
        "execute_result", CellExplorer(x_t=-0.5)._repr_mimebundle_(), execution_count=1
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("CellExplorer()", outputs=[output])])
    html_first = Config({"NbConvertBase": {"display_data_priority": ["text/html", "text/plain"]}})
    saved, _ = HTMLExporter(config=html_first).from_notebook_node(notebook)
    (tmp_path / "saved.html").write_text(saved, encoding="utf-8")
    page = patient_page(browser, offline=True)
    page.goto((tmp_path / "saved.html").as_uri())
    page.get_by_role("slider", name="input x", exact=True).focus()
    page.keyboard.press("ArrowRight")
    until(page, "C_t", CellExplorer(x_t=-0.4).step().C_t.item())
    page.context.close()


@in_browser
def test_two_figures_in_one_page_live_apart(browser, tmp_path):
    bodies = [CellExplorer(x_t=x)._repr_html_() for x in (0.5, -0.5)]
    (tmp_path / "two.html").write_text(f"<!doctype html><meta charset=utf-8>{''.join(bodies)}", encoding="utf-8")
    page = patient_page(browser)
    page.goto((tmp_path / "two.html").as_uri())
    page.wait_for_function("() => document.querySelectorAll('.lstm-cell').length === 2")
    shown = page.eval_on_selector_all("[data-name=h_t]", "all => all.map(b => Number(b.dataset.value))")
    assert shown == pytest.approx([CellExplorer(x_t=x).step().h_t.item() for x in (0.5, -0.5)], rel=1e-12)
    page.context.close()
