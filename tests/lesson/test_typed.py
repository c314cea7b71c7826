"""typed: the network that one types into is the one that NumPy runs, in a page without a kernel or a network."""

import re

import nbformat
import numpy as np
import pytest
from lab import CHROMIUM, SCREENSHOTS, patient_page
from nbconvert import HTMLExporter
from traitlets.config import Config

from lstm_lib import fused, model, text
from lstm_lib.lesson.typed import EXAMPLES, TypedText

H, MARKED = 48, 5


@pytest.fixture(scope="module")
def params():
    """Weights far apart, so that gates open and shut."""
    made = model.init_params(fused, 14, H, 14, np.random.default_rng(0))
    return {name: 4 * p for name, p in made.items()}


def shown_by_numpy(typed):
    """Return what the page should show after the last character: 14 probabilities, and every memory."""
    p, trace = typed.read()
    return np.concatenate([p[-1, :, 0], trace.C_t[-1, :, 0]])


def test_what_python_reads_is_the_network_with_its_numbers_cut_to_16_bits(params):
    cut = {name: p.astype(np.float16).astype(float) for name, p in params.items()}
    codes = text.encode("(a[bc")[:, None]
    Y_hat, trace = model.predict(fused, cut, text.one_hot(codes, 14, float))
    p, shown = TypedText(params, MARKED, "(a[bc").read()
    assert np.array_equal(p, text.softmax(Y_hat))
    assert np.array_equal(shown.C_t, trace.C_t)


def test_the_weights_take_two_bytes_each(params):
    weights = TypedText(params, MARKED).network["weights"]
    n = sum(p.size for p in params.values())
    assert len(weights) == pytest.approx(2 * n * 4 / 3, abs=4)
    assert len(weights) < 50_000


@pytest.mark.parametrize("written", ["", "(a", "xyz", "(a]"])
def test_the_still_picture_is_made_for_any_text(params, written):
    bundle = TypedText(params, MARKED, written)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("Figure: A text of ")
    assert "Run this cell" in bundle["text/html"]


@pytest.mark.parametrize(
    ("change", "marked", "message"),
    [
        ({}, H, f"^marked is {H}; want a unit below H = {H}"),
        ({"W_y": np.zeros((3, H))}, 0, "W_y"),
        ({"W_f": np.zeros((H, H + 3))}, 0, "W_i"),  # the first one that does not fit W_f
    ],
)
def test_what_is_no_network_for_brackets_is_refused(params, change, marked, message):
    with pytest.raises(ValueError, match=message):
        TypedText(params | change, marked)


def test_the_page_fetches_nothing(params):
    page = re.sub(r"base64,[\w+/=]+", "", TypedText(params, MARKED).page())
    assert page.startswith("<!doctype html>")
    assert re.findall(r"https?://[^\s\"']+", page) == []
    assert not re.search(r"\b(src|href)=\"(?!data:)", page)


# --- in a browser, from a file, without a network ----------------------------------------------------------------

in_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
TYPE_ALL = """async texts => {
  const field = document.querySelector(".lstm-typed input[type=text]");
  const found = [];
  for (const text of texts) {
    field.value = text;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    found.push([...document.querySelectorAll("[data-name]")].map((b) => Number(b.dataset.value)));
  }
  return found;
}"""
NUMBERS = "all => all.map((b) => Number(b.dataset.value))"


def opened(browser, tmp_path, content, **size):
    (tmp_path / "typed.html").write_text(content, encoding="utf-8")
    page = patient_page(browser, viewport={"width": 1000, "height": 1000} | size, offline=True)
    page.failures = []
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    page.goto((tmp_path / "typed.html").as_uri())
    page.wait_for_selector(".lstm-typed")
    return page


@pytest.mark.browser
@in_browser
def test_the_page_computes_what_numpy_does_on_a_hundred_random_texts(browser, tmp_path, params):
    rng = np.random.default_rng(1)
    texts = ["".join(rng.choice(list(text.SYMBOLS), size=rng.integers(1, 121))) for _ in range(100)]
    page = opened(browser, tmp_path, TypedText(params, MARKED).page())
    found = np.array(page.evaluate(TYPE_ALL, texts))
    wanted = np.array([shown_by_numpy(TypedText(params, MARKED, written)) for written in texts])
    assert found.shape == (100, 14 + H)
    assert np.abs(found - wanted).max() < 1e-6
    assert page.failures == []
    page.context.close()


@pytest.mark.browser
@in_browser
def test_it_works_by_keyboard_alone_on_a_narrow_window(browser, tmp_path, params):
    page = opened(browser, tmp_path, TypedText(params, MARKED, "").page(), width=390, height=1400)
    page.keyboard.press("Tab")
    page.keyboard.type("(a[b] x)")
    typed = TypedText(params, MARKED, "(a[b])")
    assert page.locator("[data-name]").evaluate_all(NUMBERS) == pytest.approx(shown_by_numpy(typed), abs=1e-6)
    assert "a blank x" in page.locator(".note").inner_text()
    assert page.locator(".letters small").all_inner_texts() == ["1", "1", "2", "2", "1", "0"]
    for _ in EXAMPLES:
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")  # the place goes back by one character
    before = shown_by_numpy(TypedText(params, MARKED, "(a[b]"))
    assert page.locator("[data-name]").evaluate_all(NUMBERS) == pytest.approx(before, abs=1e-6)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # another unit
    assert f"Unit {MARKED + 1}" in page.locator(".lstm-typed").inner_text()
    page.wait_for_function("() => document.querySelector('.spoken').textContent.startsWith('After (a[b]:')")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "typed_390.png")
    assert page.failures == []
    page.context.close()


@pytest.mark.browser
@in_browser
def test_it_lives_in_a_saved_page_of_a_notebook(browser, tmp_path, params):
    typed = TypedText(params, MARKED, "(a")
    output = nbformat.v4.new_output("execute_result", typed._repr_mimebundle_(), execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("typed", outputs=[output])])
    html_first = Config({"NbConvertBase": {"display_data_priority": ["text/html", "text/plain"]}})
    saved, _ = HTMLExporter(config=html_first).from_notebook_node(notebook)
    page = opened(browser, tmp_path, saved)
    page.locator(".lstm-typed input[type=text]").fill("([{")
    found = page.locator("[data-name]").evaluate_all(NUMBERS)
    assert found == pytest.approx(shown_by_numpy(TypedText(params, MARKED, "([{")), abs=1e-6)
    page.context.close()
