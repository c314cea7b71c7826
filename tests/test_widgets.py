"""widgets: sliders that redraw one picture, and what is left of them without a kernel."""

import pytest
from IPython.core import display_functions
from ipywidgets import HTML, FloatSlider

from lstm_lib import plotting, widgets


def draw(x, y):
    fig, ax = plotting.figure(width=2, height=1)
    ax.plot([0, x], [0, y])
    return fig, f"A line to {x:.1f} & {y:.1f}."


@pytest.fixture
def shown(monkeypatch):
    """Explore, and return what went out to the notebook."""
    sent = []
    monkeypatch.setattr(widgets, "display", sent.append)
    widgets.explore(draw, x=widgets.slider(0.5, 0, 1, "first"), y=widgets.slider(0.2, 0, 1, "second"))
    (explorer,) = sent
    return explorer


def test_the_picture_stands_under_the_sliders(shown):
    *sliders, view = shown.box.children
    assert [slider.description for slider in sliders] == ["first", "second"]
    assert isinstance(view, HTML)
    assert 'alt="A line to 0.5 &amp; 0.2."' in view.value


def test_moving_a_slider_redraws_the_one_picture(shown):
    first, second, view = shown.box.children
    before = view.value
    second.value = 0.9
    assert 'alt="A line to 0.5 &amp; 0.9."' in view.value
    first.value, second.value = 0.5, 0.2
    assert view.value == before
    assert shown.box.children[-1] is view


def test_a_saved_notebook_keeps_the_first_picture_and_names_the_sliders(shown):
    shown.box.children[0].value = 0.9
    bundle = shown._repr_mimebundle_()
    assert 'alt="A line to 0.5 &amp; 0.2."' in bundle["text/html"]
    assert "first, second" in bundle["text/html"]
    assert bundle["text/plain"] == "Figure: A line to 0.5 & 0.2."
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == shown.box.model_id


def test_outside_a_notebook_it_is_the_description(capsys):
    assert widgets.display is display_functions.display
    widgets.explore(draw, x=widgets.slider(0.5, 0, 1, "first"), y=widgets.slider(0.2, 0, 1, "second"))
    assert capsys.readouterr().out == "Figure: A line to 0.5 & 0.2.\n"


def test_a_slider_has_a_name_and_its_ends():
    slider = widgets.slider(0.5, -2, 2, "input x", step=0.25)
    assert isinstance(slider, FloatSlider)
    assert (slider.value, slider.min, slider.max, slider.step) == (0.5, -2, 2, 0.25)
    assert slider.description == "input x"


@pytest.mark.parametrize(("value", "low", "high"), [(3, -2, 2), (-3, -2, 2), (0, 2, -2)])
def test_a_value_outside_the_ends_is_refused(value, low, high):
    with pytest.raises(ValueError, match=r"value is .*; want it between low = .* and high = "):
        widgets.slider(value, low, high, "input x")


@pytest.mark.parametrize("end", ["text", None, 1j])
def test_an_end_that_is_no_number_is_refused(end):
    with pytest.raises(TypeError, match=r"high is .*; want a real number"):
        widgets.slider(0, -1, end, "input x")


def test_something_that_cannot_draw_is_refused():
    with pytest.raises(TypeError, match=r"draw is 3 \(int\); want a function"):
        widgets.explore(3, x=widgets.slider(0.5, 0, 1, "first"))
