"""widgets: sliders that redraw one picture, and what is left of them without a kernel."""

import pytest
from IPython.core import display_functions

from lstm_lib import plotting
from lstm_lib.lesson import widgets


def draw(x, y):
    if x > 0.95:
        raise ZeroDivisionError("too far")
    fig, ax = plotting.figure(width=2, height=1)
    ax.plot([0, x], [0, y])
    return fig, f"A line to {x:.1f} & {y}."


def sliders():
    return {"x": widgets.slider(0.5, 0, 1, "first"), "y": widgets.slider(2, 0, 4, "second", step=1)}


@pytest.fixture
def shown(monkeypatch):
    """Explore, and return what went out to the notebook."""
    sent = []
    monkeypatch.setattr(widgets, "display", sent.append)
    widgets.explore(draw, **sliders())
    (explorer,) = sent
    return explorer


def move(explorer, **values):
    """Do what the page does when a slider has moved."""
    asked = explorer.asked + 1
    explorer.set_state({"values": explorer.values | values, "asked": asked})
    assert explorer.answered == asked


def test_the_page_is_told_the_sliders_and_the_picture(shown):
    state = shown.get_state()
    first = {"name": "x", "words": "first", "value": 0.5, "low": 0, "high": 1, "step": 0.1, "digits": 1}
    assert state["controls"][0] == first
    assert state["values"] == {"x": 0.5, "y": 2}
    assert state["words"] == "A line to 0.5 & 2."
    assert state["picture"] == plotting.Picture.of(*draw(0.5, 2)).source
    assert state["width"] == 200
    assert "slider" in state["_esm"] or "range" in state["_esm"]


def test_moving_a_slider_redraws_the_one_picture(shown):
    before = shown.picture
    move(shown, y=3)
    assert shown.words == "A line to 0.5 & 3."
    assert shown.picture == plotting.Picture.of(*draw(0.5, 3)).source != before
    move(shown, x=0.5, y=2)
    assert shown.picture == before


def test_a_whole_slider_gives_whole_numbers_and_another_one_does_not(monkeypatch):
    met = []

    def note(x, y):
        met.append((x, y))
        return plotting.figure(2, 1)[0], "Empty axes."

    monkeypatch.setattr(widgets, "display", lambda explorer: move(explorer, x=1, y=3.0))
    widgets.explore(note, **sliders())
    assert [tuple(map(type, pair)) for pair in met] == [(float, int)] * 2
    assert met == [(0.5, 2), (1.0, 3)]


def test_the_answer_goes_out_in_one_message(shown, monkeypatch):
    sent = []
    monkeypatch.setattr(shown, "_send", lambda message, buffers=None: sent.append(message))
    move(shown, x=0.7)
    (update,) = [message["state"] for message in sent if message["method"] == "update"]
    assert {"picture", "words", "answered"} <= update.keys()


def test_an_error_in_drawing_is_said_in_the_page_and_passes(shown):
    before = shown.picture
    with pytest.raises(ZeroDivisionError):
        move(shown, x=1.0)
    assert (shown.trouble, shown.picture) == ("ZeroDivisionError: too far", before)
    assert shown.answered == shown.asked  # or the page would wait for ever
    move(shown, x=0.7)
    assert (shown.trouble, shown.words) == ("", "A line to 0.7 & 2.")


def test_a_saved_notebook_keeps_the_first_picture_and_names_the_sliders(shown):
    move(shown, x=0.9)
    bundle = shown._repr_mimebundle_()
    assert 'alt="A line to 0.5 &amp; 2."' in bundle["text/html"]
    assert "first, second" in bundle["text/html"]
    assert bundle["text/plain"] == "Figure: A line to 0.5 & 2."
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == shown.model_id


def test_outside_a_notebook_it_is_the_description(capsys):
    assert widgets.display is display_functions.display
    widgets.explore(draw, **sliders())
    assert capsys.readouterr().out == "Figure: A line to 0.5 & 2.\n"


def test_a_slider_has_a_name_and_its_ends():
    slider = widgets.slider(0.5, -2, 2, "input x", step=0.25)
    assert slider == (0.5, -2, 2, "input x", 0.25)
    assert (slider.is_whole, slider.digits) == (False, 2)
    assert widgets.slider(1, 1, 9, "step t", step=1).digits == 0


@pytest.mark.parametrize(("value", "low", "high"), [(3, -2, 2), (-3, -2, 2), (0, 2, -2)])
def test_a_value_outside_the_ends_is_refused(value, low, high):
    with pytest.raises(ValueError, match=r"value is .*; want it between low = .* and high = "):
        widgets.slider(value, low, high, "input x")


@pytest.mark.parametrize("end", ["text", None, 1j])
def test_an_end_that_is_no_number_is_refused(end):
    with pytest.raises(TypeError, match=r"high is .*; want a real number"):
        widgets.slider(0, -1, end, "input x")


@pytest.mark.parametrize("words", ["", "  ", None, 3])
def test_a_slider_without_a_name_is_refused(words):
    with pytest.raises(TypeError, match=r"^words is .*; want the slider's name"):
        widgets.slider(0, -1, 1, words)


@pytest.mark.parametrize("step", [0, -1])
def test_a_slider_that_does_not_move_is_refused(step):
    with pytest.raises(ValueError, match=r"^step is .*; want a finite number above 0"):
        widgets.slider(0, -1, 1, "input x", step=step)


def test_something_that_cannot_draw_is_refused():
    with pytest.raises(TypeError, match=r"draw is 3 \(int\); want a function"):
        widgets.explore(3, **sliders())


def test_something_that_is_no_slider_is_refused():
    with pytest.raises(TypeError, match=r"^x is 0.5; want slider\(value, low, high, words\)"):
        widgets.explore(draw, x=0.5)
    with pytest.raises(TypeError, match=r"^explore has no slider; want at least one"):
        widgets.explore(draw)
