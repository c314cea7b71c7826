"""The pictures of the lessons: whatever is written in one can be read."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from lstm_lib import lstm, plotting
from lstm_lib.lesson import diagrams, figures

pytestmark = pytest.mark.slow  # the whole file takes some seconds

MODULES = [f"{figures.__name__}.{each.name}" for each in pkgutil.iter_modules(figures.__path__)]


def luminance(colours):
    """Return the relative luminance of WCAG 2.2, for colours whose last axis is red, green and blue."""
    light = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return light @ [0.2126, 0.7152, 0.0722]


def faint(fig):
    """Return the words of a figure that have too little contrast with what is behind them, and how much."""
    words = [each for each in fig.findobj(Text) if each.get_visible() and each.get_text().strip()]
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    places = [each.get_window_extent(canvas.renderer) for each in words]
    fig.set_layout_engine("none")  # so that what is left keeps its place
    for each in words:
        each.set_visible(False)
    canvas.draw()
    behind = np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255  # from the bottom up, as the places are
    found = {}
    for each, place in zip(words, places, strict=True):
        each.set_visible(True)
        ground = behind[max(int(place.y0), 0) : int(place.y1) + 1, max(int(place.x0), 0) : int(place.x1) + 1]
        if box := each.get_bbox_patch():
            ground = np.array([to_rgb(box.get_facecolor())])
        if not ground.size:
            continue  # of an axis, beyond its limits: not drawn
        ink, paper = luminance(np.array(to_rgb(each.get_color()))), np.median(luminance(ground))
        contrast = (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05)
        if contrast < 4.5:
            found[each.get_text()] = round(float(contrast), 1)
    return found


def small(fig):
    """Return the words of a figure that are smaller than 8 points, which are 11 pixels on a page."""
    words = [each for each in fig.findobj(Text) if each.get_visible() and each.get_text().strip()]
    return {each.get_text(): each.get_fontsize() for each in words if each.get_fontsize() < 8}


def test_small_words_are_found():
    fig, ax = plotting.figure()
    for x, word, size in [(0.2, "a", 7), (0.6, "b", 8)]:
        ax.text(x, 0.5, word, fontsize=size)
    assert small(fig) == {"a": 7}


def test_faint_words_are_found():
    fig, ax = plotting.figure()
    ax.axis("off")
    ax.axvspan(0.5, 1, color="black")
    ax.set(xlim=(0, 1))
    for x, word, colour in [(0.1, "a", "black"), (0.3, "b", "0.6"), (0.6, "c", "white"), (0.8, "d", "0.3")]:
        ax.text(x, 0.5, word, color=colour)
    assert faint(fig).keys() == {"b", "d"}


@pytest.mark.parametrize("draw", [diagrams.draw_cell, diagrams.draw_way_back])
def test_whatever_is_written_in_a_drawing_can_be_read(draw):
    assert faint(draw().figure) == small(draw().figure) == {}


@pytest.mark.parametrize("name", MODULES)
def test_whatever_is_written_in_a_picture_can_be_read(name, monkeypatch):
    seen = []

    def looked_at(fig, words, title=None):
        seen.append(small(fig) | faint(fig) if not isinstance(fig, plotting.Kept) else small(fig.fig))
        return shown(fig, words, title)

    shown = plotting.Picture.of
    monkeypatch.setattr(plotting.Picture, "of", looked_at)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    for each in doctest.DocTestFinder().find(importlib.import_module(name)):
        if any(example.want.startswith("Figure") for example in each.examples):
            runner.run(each)
    assert seen
    assert [each for each in seen if each] == []


def touched(fig):
    """Return the words of a figure, titles too, that a line of their own axes or its markers touch."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    found = []
    for ax in fig.axes:
        paths = [line.get_path().transformed(line.get_transform()) for line in ax.lines]
        for word in ax.findobj(Text):
            box = word.get_window_extent(canvas.renderer).padded(4)
            if word.get_text() and any(path.intersects_bbox(box, filled=False) for path in paths):
                found.append(word.get_text())
    return found


def test_a_line_at_a_word_is_found():
    fig, ax = plotting.figure()
    ax.plot([0, 1], [0, 0])
    ax.set(ylim=(-1, 1))
    ax.text(0.5, 0, "on it", va="center")
    ax.text(0.5, 0.5, "above")
    assert touched(fig) == ["on it"]


def test_no_line_touches_the_names_of_two_memories_that_last(monkeypatch):
    seen = []
    monkeypatch.setattr(plotting.Picture, "of", lambda fig, words, title=None: seen.append(touched(fig)))
    params = lstm.init_params(1, 1, np.random.default_rng(0), forget_bias=20.0)  # keeps
    params |= {"W_i": np.zeros((1, 2)), "b_i": np.full((1, 1), -20.0)}  # and writes nothing
    X = np.zeros((100, 1, 2))
    _, steps = lstm.forward(params, X, (np.zeros((1, 2)), np.array([[0.96, -0.96]])))
    figures.start_here.two_memories(X, lstm.stack(steps))
    assert seen == [[]]
