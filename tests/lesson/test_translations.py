"""The tables and pictures of other notations say what `rosetta.LAYOUTS` says; PyTorch is asked, or quoted."""

import importlib.util
import itertools
import json
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm, plotting, rosetta
from lstm_lib.lesson import figures, translations
from lstm_lib.lesson.translations import PyTorch


@pytest.fixture
def shown(monkeypatch):
    """What has been shown: a list of (figure, words)."""
    kept = []
    monkeypatch.setattr(plotting, "show", lambda fig, words: kept.append((fig, words)))
    return kept


# --- tables ---


@given(D=st.integers(1, 5), H=st.integers(1, 5))
@settings(max_examples=10, deadline=None)
def test_the_seven_notations_are_counted_as_rosetta_writes_them(D, H):
    rows = translations.notations(D, H).rows
    assert [row[0] for row in rows] == list(translations.SEVEN.values())
    params = lstm.init_params(D, H, np.random.default_rng(0))
    for layout, (_, order, arrays, numbers) in zip(translations.SEVEN, rows, strict=True):
        theirs = rosetta.to(layout, params)
        assert order.replace("C̃", "C").replace(" ", "") == rosetta.LAYOUTS[layout].order
        assert int(numbers) == sum(a.size for a in theirs.values())
        for a in theirs.values():
            assert str(a.shape) in arrays
        assert arrays.split()[0] == next(iter(theirs))
    assert [row[0] for row in rows if int(row[-1]) != 4 * H * (H + D + 1)] == ["PyTorch", "ONNX"]


def test_the_relatives_are_measured_and_not_told():
    def coupled(p, x, h, C):
        z = np.concatenate([h, x])
        f = translations.gate(p, "f", z)
        C = f * C + (1 - f) * np.tanh(p["W_C"] @ z + p["b_C"])
        return translations.gate(p, "o", z) * np.tanh(C), C

    def silent(p, x, h, C):
        return 0 * h, C

    def primer(p, x, h, C):
        s = lstm.step(p, x, h, C)
        return s.h_t, s.C_t

    loudest = np.abs(translations.run(primer, translations.weights())).max()
    rows = translations.siblings(silent, silent, coupled, silent, silent).rows
    assert [row[4] == "equal to rounding" for row in rows] == [False, False, True, False, False]
    assert rows[3] == ["GRU", "54", f"{loudest:.2f}", "none", "–"]
    assert rows[2][2] != "equal to rounding"


# --- pictures ---


@pytest.mark.parametrize("layouts", [("primer", "torch", "keras", "onnx"), ("flax", "nnx_optimized")])
def test_each_block_has_the_place_size_and_colour_of_its_gate(shown, layouts):
    D, H = 2, 3
    figures.rosetta.blocks(D, H, layouts)
    ((fig, words),) = shown
    colours = {plotting.LOOKS[field].colour.lower(): k for k, field in figures.rosetta.FIELDS.items()}
    for ax, layout in zip(fig.axes, layouts, strict=True):
        form = rosetta.LAYOUTS[layout]
        assert ax.get_title(loc="left") == translations.SEVEN[layout]
        blocks = list(ax.patches)
        assert sum(b.get_width() * b.get_height() for b in blocks) == 4 * H * (H + D)
        for matrix in range(len(form.weights)):
            own = blocks[4 * matrix : 4 * matrix + 4]
            along = [b.get_x() if form.columns else b.get_y() for b in own]
            assert along == sorted(along)
            faces = [plotting.mpl.colors.to_hex(b.get_facecolor()) for b in own]
            assert "".join(colours[face] for face in faces) == form.order
    assert all(translations.SEVEN[layout].lower() in words.lower() for layout in layouts)


def test_the_gate_that_is_drawn_is_that_of_the_trace(shown):
    _, steps = lstm.forward(lstm.init_params(2, 3, np.random.default_rng(0)), np.ones((7, 2, 2)))
    trace = lstm.stack(steps)
    figures.rosetta.gate(trace, "i_t")
    ((fig, words),) = shown
    lines = [line.get_ydata() for line in fig.axes[0].lines[:3]]
    assert np.array_equal(np.transpose(lines), trace.i_t[:, :, 0])
    assert words.startswith("The input gate of each of 3 units over 7 steps")
    assert f"between {trace.i_t[:, :, 0].min():.2f} and {trace.i_t[:, :, 0].max():.2f}" in words


def test_a_drift_is_drawn_with_its_size_and_nothing_is_lost_at_zero(shown):
    figures.rosetta.drift({"as it is": [0.0, -1e-3], "better": [0.0, 1e-17]}, "Losses")
    ((fig, words),) = shown
    first, second = (line.get_ydata() for line in fig.axes[0].lines)
    assert first.tolist() == [figures.rosetta.ROUNDING, 1e-3]
    assert second.tolist() == [figures.rosetta.ROUNDING] * 2
    assert "As it is: at most 1e-03. Better: equal to rounding." in words


# --- PyTorch ---


def forbidden():
    raise AssertionError("asked, though it is not there")


def test_where_pytorch_is_missing_it_is_quoted(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    (tmp_path / "said.json").write_text(json.dumps({"a question": [1.0, 2.0]}), encoding="utf-8")
    pytorch = PyTorch(tmp_path / "said.json")
    assert pytorch.torch is None
    assert pytorch.said("a question", forbidden).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("measure", ["", "1"])
def test_where_it_is_there_it_is_asked_and_kept_when_told_to(tmp_path, monkeypatch, measure):
    there = SimpleNamespace(__version__="9.9+cpu")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(importlib, "import_module", lambda name: there)
    monkeypatch.setenv("LSTM_MEASURE", measure)
    path = tmp_path / "said.json"
    path.write_text(json.dumps({"a question": [1.0], "another": [5.0]}), encoding="utf-8")
    assert PyTorch(path).said("a question", lambda: [3.0]).tolist() == [3.0]
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["a question"] == ([3.0] if measure else [1.0])
    assert kept["another"] == [5.0]
    assert kept.get("version") == ("9.9" if measure else None)


def test_the_stored_model_gives_what_pytorch_said_of_it():
    pytorch = PyTorch()
    arrays = rosetta.load(pytorch.fresh_model())
    (cell,) = rosetta.cells(arrays)
    assert cell == ("torch", "lstm.", 0, False, True)
    params = rosetta.from_("torch", arrays, prefix="lstm.")
    noise = np.random.default_rng(2).normal(size=(30, 2, 1)).astype(np.float32)  # as in the lesson
    hs = pytorch.hidden_states(arrays, noise)
    assert hs.shape == (30, 8, 1)
    assert np.abs(lstm.forward(params, noise)[0] - hs).max() < 1e-6
    swapped = rosetta.LAYOUTS["torch"]._replace(order="fiCo")
    wrong = rosetta.from_(swapped, arrays, prefix="lstm.")
    assert np.abs(lstm.forward(wrong, noise)[0] - hs).max() > 1e-2


# --- the exercise ---


def test_one_layout_only_explains_the_unlabelled_file():
    arrays, X, hs = translations.unlabelled()
    fits = []
    for order, part in itertools.product(itertools.permutations("fiCo"), ("hx", "xh")):
        form = rosetta.Layout("".join(order), {part: "a"}, ("b",), columns=True)
        if np.abs(lstm.forward(rosetta.from_(form, arrays), X)[0] - hs).max() < 1e-2:
            fits.append(form)
    assert len(fits) == 1
    assert fits[0].order not in {form.order for form in rosetta.LAYOUTS.values()}  # it has to be found
