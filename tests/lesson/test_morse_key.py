"""morse_key: what is keyed by mouse, finger or space bar reaches the network as it was keyed, and is read."""

import base64
from pathlib import Path

import numpy as np
import pytest
from lab import CHROMIUM, SCREENSHOTS, patient_page

from lstm_lib import fused, model, morse, rosetta
from lstm_lib.lesson import morse_key

TRAINED = Path(morse.__file__).parents[1] / "notebooks" / "results" / "morse_trials.safetensors"


@pytest.fixture
def params():
    return model.init_params(fused, 1, 4, morse.K, np.random.default_rng(0))


def test_what_is_keyed_is_read_at_any_speed(params):
    key = morse_key.Key(params, noise=0)
    edges = np.cumsum([0, 1, 1, 3, 1, 1]) * 0.2  # R
    key.taps = edges.reshape(-1, 2).tolist()
    assert key.said.startswith("3 tones, a dot of 0.20 seconds")
    assert key.said.endswith("the plain rule R.")


def test_a_key_that_sleeps_says_how_to_wake_it(params):
    bundle = morse_key.Key(params)._repr_mimebundle_()
    assert morse_key.ASLEEP in bundle["text/html"]


# --- in a browser ------------------------------------------------------------------------------------------------

# The key with a model of our own, as anywidget gives it one; what is kept goes to Python, and comes back as said.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A key</title><body><div id="place"></div><p style="height: 3000px">far down</p>
<script type="module">
import figure from "data:text/javascript;base64,{code}";
const state = {{ taps: [], said: "Nothing keyed yet." }}, heard = {{}};
figure.render({{ el: document.querySelector("#place"), model: {{
  get: (name) => state[name],
  set: (name, value) => {{ state[name] = value; }},
  on: (event, listener) => {{ heard[event] = listener; }},
  off() {{}},
  async save_changes() {{ state.said = await window.readByPython(state.taps); heard["change:said"](); }},
}} }});
</script></body></html>"""
UNIT = 120  # ms


def lengths(word):
    """Return how long each tone lasts and the silence after it, in ms, for a hand that is a clock."""
    for letter in word:
        code = morse.CODES[letter]
        for n, sign in enumerate(code, 1):
            yield UNIT * (1 if sign == "." else 3), UNIT * (1 if n < len(code) else 3)


def key_in(page, word, press, release):
    """Key a word in the page's own time, which stands still between the strokes."""
    for tone, silence in lengths(word):
        press()
        page.clock.run_for(tone)
        release()
        page.clock.run_for(silence)
    page.clock.run_for(1500)


def taps(word):
    """Return what the page has to note: when the key goes down and up, in seconds."""
    edges = np.cumsum([0, *np.ravel([*lengths(word)])[:-1]]) / 1000
    return edges.reshape(-1, 2).tolist()


@pytest.fixture
def page(browser, tmp_path):
    """The key on a narrow page from disk, offline; the trained network hears what is noted, `page.keyed`."""
    page = patient_page(browser, viewport={"width": 390, "height": 700}, has_touch=True, offline=True)
    key, page.keyed, page.failures = morse_key.Key(rosetta.load(TRAINED)), [], []

    def read(noted):
        page.keyed.append(noted)
        key.taps = noted
        return key.said

    page.expose_function("readByPython", read)
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    page.clock.install(time=0)
    code = base64.b64encode(str(morse_key.Key._esm).encode()).decode()
    (tmp_path / "key.html").write_text(PAGE.format(code=code), encoding="utf-8")
    page.goto((tmp_path / "key.html").as_uri())
    page.wait_for_selector("#place button")
    page.clock.pause_at(60_000)
    yield page
    assert page.failures == []
    page.context.close()


def by_space_bar(page):
    page.get_by_role("button").focus()
    return lambda: page.keyboard.down(" "), lambda: page.keyboard.up(" ")


def by_mouse(page):
    page.get_by_role("button").hover()
    return page.mouse.down, page.mouse.up


def by_finger(page):
    box = page.get_by_role("button").bounding_box()
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    devtools = page.context.new_cdp_session(page)

    def touch(kind, points):
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return lambda: touch("touchStart", [point]), lambda: touch("touchEnd", [])


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("hand", [by_space_bar, by_mouse, by_finger])
def test_a_word_is_keyed_and_the_network_reads_it(page, hand):
    key_in(page, "LISTEN", *hand(page))
    page.get_by_text("the network reads LISTEN, the plain rule LISTEN.").wait_for()
    (noted,) = page.keyed
    assert np.allclose(noted, taps("LISTEN"), rtol=0, atol=1e-9)
    key_in(page, "SOS", *hand(page))
    page.get_by_text("the network reads SOS").wait_for()
    assert np.allclose(page.keyed[1], taps("SOS"), rtol=0, atol=1e-9)  # it begins at zero again
    assert page.evaluate("() => scrollY") == 0  # the space bar keys, and does not turn the page
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "morse_key_390.png")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_a_key_that_is_held_is_one_tone_and_one_that_is_left_is_let_go(page):
    button = page.get_by_role("button")
    button.focus()
    page.keyboard.down(" ")
    page.clock.run_for(UNIT)
    page.keyboard.down(" ")  # as a keyboard repeats it
    page.clock.run_for(2 * UNIT)
    page.keyboard.up(" ")
    page.clock.run_for(UNIT)
    page.keyboard.down(" ")
    page.clock.run_for(UNIT)
    button.blur()
    page.clock.run_for(1500)
    page.get_by_text("2 tones, a dot of 0.12 seconds: ").wait_for()
    assert np.allclose(page.keyed, [taps("N")], rtol=0, atol=1e-9)
