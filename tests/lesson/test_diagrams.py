"""The drawings: every part in the colour of its quantity, no wire in the air, and signs where ways meet."""

import itertools
import json

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyBboxPatch

from lstm_lib.lesson import diagrams
from lstm_lib.lesson.diagrams import draw_cell
from lstm_lib.plotting import LOOKS, QUIET, figure, png

NAMES = ["f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]


# --- the cell as a circuit ---


def colours(ax):
    texts = [t.get_color() for t in ax.texts]
    return {
        to_hex(c)
        for c in texts + [line.get_color() for line in ax.lines] + [p.get_edgecolor() for p in ax.patches]
    }


def named(*names):
    return {LOOKS.get(name, LOOKS["x_t"]).colour.lower() for name in names}


def test_the_whole_cell_shows_every_quantity_in_its_colour():
    ax = draw_cell()
    assert isinstance(ax, Axes)
    assert {to_hex(c) for c in named(*LOOKS)} <= colours(ax)
    assert QUIET.lower() not in colours(ax)
    texts = [t.get_text() for t in ax.texts]
    for symbol in ("$x_t$", "$h_{t-1}$", "$C_{t-1}$", "$z_t$", "$f_t$", "$i_t$", r"$\tilde{C}_t$", "$o_t$"):
        assert texts.count(symbol) == 1, symbol
    assert (texts.count("$C_t$"), texts.count("$h_t$")) == (1, 1)
    # three gates, two tanh, three products, one sum: as many as in the six formulas
    assert [texts.count(t) for t in ("σ", "tanh", "×", "+")] == [3, 2, 3, 1]
    assert not ax.axison


@pytest.mark.parametrize("name", ["z_t", *NAMES])
def test_what_is_highlighted_has_colour_and_the_rest_is_grey(name):
    ax = draw_cell([name])
    # the white is that of the words in a filled box and of the arrows' own text, which is empty
    assert colours(ax) - {"#ffffff", "#000000"} == named(name) | named("x_t") | {QUIET.lower()}


def test_without_highlights_all_is_grey():
    assert colours(draw_cell([])) - {"#ffffff", "#000000"} == named("x_t") | {QUIET.lower()}


def test_a_gates_box_and_label_have_the_gates_colour():
    texts = {t.get_text(): t.get_color() for t in draw_cell().texts}
    for name in NAMES:
        assert texts[LOOKS[name].symbol] == LOOKS[name].colour
    boxes = sorted((p for p in draw_cell().patches if isinstance(p, FancyBboxPatch)), key=lambda p: p.get_x())
    assert [to_hex(p.get_edgecolor()) for p in boxes] == [
        LOOKS[name].colour.lower() for name in ("f_t", "i_t", "C_tilde", "o_t", "h_t")
    ]


def test_the_four_nodes_have_the_colours_of_what_they_belong_to():
    nodes = sorted((p for p in draw_cell().patches if isinstance(p, Circle)), key=lambda p: p.center)
    wanted = [LOOKS[name].colour.lower() for name in ("f_t", "i_t", "C_t", "o_t")]
    assert [to_hex(p.get_edgecolor()) for p in nodes] == wanted


def touches(ax, point, own):
    """Whether a wire's end lies at a node, at a box, on another wire, or at a symbol."""
    nodes = [p.center for p in ax.patches if isinstance(p, Circle)]
    at_node = any(np.hypot(*np.subtract(point, center)) < 0.3 for center in nodes)
    boxes = [
        (p.get_x(), p.get_y(), p.get_width(), p.get_height()) for p in ax.patches if isinstance(p, FancyBboxPatch)
    ]
    at_box = any(x - 0.11 < point[0] < x + w + 0.11 and y - 0.11 < point[1] < y + h + 0.11 for x, y, w, h in boxes)
    at_symbol = any(np.hypot(*np.subtract(point, t.get_position())) < 0.3 for t in ax.texts if "$" in t.get_text())
    segments = [
        pair for path in diagrams.CIRCUIT["wires"] if path is not own for pair in itertools.pairwise(path[1:])
    ]
    on_wire = any(
        np.hypot(*np.subtract(point, a)) + np.hypot(*np.subtract(point, b)) - np.hypot(*np.subtract(a, b)) < 1e-9
        for a, b in segments
    )
    return at_node or at_box or at_symbol or on_wire


@pytest.mark.parametrize("wire", diagrams.CIRCUIT["wires"], ids=lambda wire: f"{wire[0]} {wire[1]}-{wire[-1]}")
def test_no_wire_hangs_in_the_air_or_runs_aslant(wire):
    ax = draw_cell()
    assert touches(ax, wire[1], wire)
    assert touches(ax, wire[-1], wire)
    for (x0, y0), (x1, y1) in itertools.pairwise(wire[1:]):
        assert x0 == x1 or y0 == y1


def test_the_circuit_lies_inside_its_axes():
    ax = draw_cell()
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for line in ax.lines:
        x, y = line.get_data()
        assert left <= min(x) <= max(x) <= right
        assert low <= min(y) <= max(y) <= high


@pytest.mark.parametrize("highlight", [["q"], "f_t", ["x_t"], ["f_t", 3]])
def test_a_highlight_that_is_not_in_the_picture_is_refused(highlight):
    with pytest.raises(
        ValueError, match=r"^highlight has ('\w+'|3); want some of z_t, f_t, i_t, C_tilde, C_t, o_t, h"
    ):
        draw_cell(highlight)


def test_the_way_back_leads_from_the_loss_to_every_leaf_and_has_a_sign_where_ways_meet():
    ways = diagrams.WAYS
    assert {end for _, end in ways} | {"h_2"} == set(diagrams.PLACES)
    arriving = {name: [start for start, end in ways if end == name] for name in diagrams.PLACES}
    assert sorted(arriving["C_1"]) == ["C_2", "h_1"]
    assert sorted(arriving["W"]) == ["gates 1", "gates 2"]
    ax = diagrams.draw_way_back()
    texts = [text.get_text() for text in ax.texts]
    assert texts.count("+=") == 3
    assert {*(f"${letter}_{t}$" for letter in "Ch" for t in range(3)), "gates 1", "gates 2", "$W$", "loss"} <= set(
        texts
    )
    assert diagrams.draw_way_back(ax) is ax


def test_the_circuit_may_be_drawn_with_other_tools():
    drawing = json.loads(json.dumps(diagrams.circuit()))  # what a page gets
    assert drawing["wires"] == diagrams.CIRCUIT["wires"]
    assert drawing["looks"].keys() == {*LOOKS, "z_t"}
    assert drawing["looks"]["f_t"]["colour"] == LOOKS["f_t"].colour
    for kind in ("wires", "boxes", "nodes", "labels"):
        assert {name for name, *_ in drawing[kind]} <= drawing["looks"].keys()
    ends = [path[-1] for _, *path in drawing["wires"]]
    assert all(join in ends for join in drawing["joins"])


def test_the_same_drawing_has_the_same_bytes_and_leaves_the_axes_given():
    ax = figure()[1]
    assert draw_cell(ax=ax) is ax
    assert png(draw_cell().figure) == png(draw_cell(iter(diagrams.DRAWN)).figure) != png(draw_cell(["f_t"]).figure)
