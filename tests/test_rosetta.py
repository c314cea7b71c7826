"""rosetta against what the frameworks stored: ``reference/layouts``, made by them from arrays of their own.

``against_frameworks.py`` beside this file asks the frameworks themselves, where they are installed.
"""

import itertools
import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from lstm_lib import lstm, rosetta
from lstm_lib.rosetta import LAYOUTS, Cell, Layout

FOLDER = Path(__file__).parent / "reference" / "layouts"
FRAMEWORKS = sorted(LAYOUTS.keys() - {"primer"})
each_layout = pytest.mark.parametrize("layout", LAYOUTS)
each_framework = pytest.mark.parametrize("layout", FRAMEWORKS)


def load(layout):
    def as_arrays(entries):
        return {name: np.array(v) if isinstance(v, list) else v for name, v in entries.items()}

    return json.loads((FOLDER / f"{layout}.json").read_text(encoding="utf-8"), object_hook=as_arrays)


def read(stored, layout=None, arrays=None):
    """Return the parameters of each layer in a stored file, as a list of its directions."""
    layout, arrays = layout or stored["layout"], stored["arrays"] if arrays is None else arrays
    directions = (False, True) if stored.get("both") else (False,)
    layers = range(stored.get("layers", 1))
    return [[rosetta.from_(layout, arrays, layer=k, reverse=r) for r in directions] for k in layers]


def run(layers, X, h_0, C_0):
    """Return hs of a stack: each direction reads for itself, and the next layer reads all of them."""
    states = iter(zip(h_0, C_0, strict=True))
    for layer in layers:
        hs = []
        for params, order in zip(layer, (1, -1), strict=False):
            hs.append(lstm.forward(params, X[::order], next(states))[0][::order])
        X = np.concatenate(hs, axis=1)
    return X


def error(stored, **changed):
    hs = run(read(stored, **changed), stored["X"], stored["h_0"], stored["C_0"])
    assert hs.shape == stored["hs"].shape
    return np.abs(hs - stored["hs"]).max()


def random_params(D, H, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    fresh = lstm.init_params(D, H, rng)
    return {name: rng.uniform(-1, 1, array.shape).astype(dtype) for name, array in fresh.items()}


def equal(a, b):
    return a.keys() == b.keys() and all(a[k].dtype == b[k].dtype and np.array_equal(a[k], b[k]) for k in a)


# --- what the frameworks computed ---


@each_framework
def test_the_hidden_states_are_those_of_the_framework(layout):
    assert error(load(layout)) < 1e-12


@each_framework
def test_there_and_back_the_framework_computes_the_same(layout):
    stored = load(layout)
    layers = read(stored)
    back = {}
    for k, directions in enumerate(layers):
        for reverse, params in enumerate(directions):
            if layout == "onnx":  # one array holds both directions
                own = rosetta.to(layout, params)
                back = {
                    name: np.concatenate([back[name], a]) if back.keys() >= {name} else a
                    for name, a in own.items()
                }
            else:
                back |= rosetta.to(layout, params, layer=k, reverse=bool(reverse))
    assert {name: a.shape for name, a in back.items()} == {n: a.shape for n, a in stored["arrays"].items()}
    assert error(stored, arrays=back) < 1e-12
    if len(LAYOUTS[layout].biases) == 1:
        assert all(np.array_equal(back[name], a) for name, a in stored["arrays"].items())


def test_there_is_a_file_for_each_framework_and_its_numbers_hide_nothing():
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == FRAMEWORKS
    for stored in map(load, FRAMEWORKS):
        numbers = np.concatenate([a.ravel() for a in stored["arrays"].values()])
        assert len(np.unique(numbers)) == len(numbers)
        assert len({*stored["sizes"].values()}) == 4
        assert stored["X"].shape[0] > 1
        assert np.all(stored["h_0"] != 0)
        assert np.all(stored["C_0"] != 0)
    assert load("torch")["layers"] == 2
    assert load("torch")["both"]
    assert load("onnx")["both"]


# --- what a wrong table would give ---


@each_framework
@pytest.mark.parametrize("pair", [*itertools.combinations(range(4), 2)])
def test_a_wrong_order_of_two_gates_shows(layout, pair):
    order = list(LAYOUTS[layout].order)
    a, b = pair
    order[a], order[b] = order[b], order[a]
    assert error(load(layout), layout=LAYOUTS[layout]._replace(order="".join(order))) > 1e-3


def blocks_transposed(form, name, array):
    """Return an array in which each square block, the weights of one gate on h, is transposed."""
    of_h = form.weights["h"].format(layer=0, reverse="").split()
    if name.replace("_l1", "_l0").removesuffix("_reverse") not in of_h:
        return array
    H = min(array.shape[-2:])
    axis = -1 if form.columns else -2
    blocks = np.split(array, array.shape[axis] // H, axis)
    return np.concatenate([block.swapaxes(-1, -2) for block in blocks], axis)


@each_framework
def test_a_transposed_block_shows(layout):
    stored, form = load(layout), LAYOUTS[layout]
    wrong = {name: blocks_transposed(form, name, a) for name, a in stored["arrays"].items()}
    assert any(not np.array_equal(wrong[name], a) for name, a in stored["arrays"].items())
    assert error(stored, arrays=wrong) > 1e-3


@each_framework
def test_rows_taken_for_columns_are_refused(layout):
    form = LAYOUTS[layout]
    with pytest.raises(ValueError, match=r"has shape .*; want \("):
        read(load(layout), layout=form._replace(columns=not form.columns))


@pytest.mark.parametrize("layout", ["torch", "torch_cell", "onnx"])
@pytest.mark.parametrize("second", [0, 1])
def test_a_forgotten_bias_shows(layout, second):
    stored = load(layout)
    arrays = dict(stored["arrays"])
    if layout == "onnx":
        arrays["B"] = arrays["B"] * np.repeat([second, 1 - second], arrays["B"].shape[1] // 2)
    else:
        name = ("bias_ih", "bias_hh")[second]
        arrays |= {k: 0 * a for k, a in arrays.items() if k.startswith(name)}
    assert error(stored, arrays=arrays) > 1e-3


@pytest.mark.parametrize("layout", ["keras", "flax", "nnx", "nnx_optimized", "equinox"])
def test_a_forgotten_only_bias_shows(layout):
    arrays = load(layout)["arrays"]
    assert error(load(layout), arrays=arrays | {k: 0 * a for k, a in arrays.items() if "bias" in k}) > 1e-3


def test_a_wrong_direction_or_layer_shows():
    stored = load("torch")
    (lower, lower_back), (upper, upper_back) = read(stored)
    inputs = stored["X"], stored["h_0"], stored["C_0"]
    for wrong in ([[lower_back, lower], [upper, upper_back]], [[lower, lower_back], [upper_back, upper]]):
        assert np.abs(run(wrong, *inputs) - stored["hs"]).max() > 1e-3


# --- there and back ---

sizes = st.integers(1, 6)


@each_layout
@given(D=sizes, H=sizes, seed=st.integers(0, 9), prefix=st.sampled_from(["", "lstm.", "a/b/"]))
@settings(max_examples=20, deadline=None)
def test_there_and_back_is_exact(layout, D, H, seed, prefix):
    for dtype in (np.float64, np.float32):
        params = random_params(D, H, seed, dtype)
        arrays = rosetta.to(layout, params, prefix=prefix)
        assert all(name.startswith(prefix) and a.dtype == dtype for name, a in arrays.items())
        assert equal(rosetta.from_(layout, arrays, prefix=prefix), params)


@each_layout
def test_the_parameters_come_in_the_order_of_this_library(layout):
    params = random_params(2, 3)
    assert list(rosetta.from_(layout, rosetta.to(layout, params))) == list(params) == list(lstm.SHAPES)


@given(layer=st.integers(0, 12), reverse=st.booleans())
@settings(max_examples=20, deadline=None)
def test_layers_and_directions_of_pytorch_keep_apart(layer, reverse):
    params, other = random_params(2, 3, seed=1), random_params(2, 3, seed=2)
    arrays = rosetta.to("torch", params, layer=layer, reverse=reverse)
    arrays |= rosetta.to("torch", other, layer=layer, reverse=not reverse)
    arrays |= rosetta.to("torch", other, layer=layer + 1, reverse=reverse)
    assert len(arrays) == 12
    assert equal(rosetta.from_("torch", arrays, layer=layer, reverse=reverse), params)


@each_layout
def test_what_comes_back_are_copies(layout):
    params = random_params(2, 3)
    arrays = rosetta.to(layout, params)
    kept = {name: a.copy() for name, a in arrays.items()}
    again = rosetta.from_(layout, arrays)
    for a in (*params.values(), *again.values()):
        a += 1
    assert equal(arrays, kept)


@each_layout
def test_a_layer_without_biases_is_read_when_it_is_said(layout):
    form, params = LAYOUTS[layout], random_params(2, 3)
    arrays = rosetta.to(layout, params)
    of_biases = {name for text in form.biases for name in text.format(layer=0, reverse="").split()}
    weights = {name: a for name, a in arrays.items() if name not in of_biases}
    got = rosetta.from_(layout, weights, bias=False)
    assert all(np.array_equal(got[k], params[k] if k[0] == "W" else 0 * params[k]) for k in params)
    with pytest.raises(ValueError, match=r"arrays has no .*; got .*; want .*; without biases\? then bias=False"):
        rosetta.from_(layout, weights)
    with pytest.raises(ValueError, match=r"bias is False, but arrays has .*; want bias=True"):
        rosetta.from_(layout, arrays, bias=False)


@pytest.mark.parametrize("order", ["".join(order) for order in itertools.permutations("fiCo")])
@pytest.mark.parametrize("part", ["hx", "xh", "h x", "x h"])
@pytest.mark.parametrize("columns", [False, True])
def test_a_layout_of_ones_own_goes_there_and_back(order, part, columns):
    form = Layout(order, {key: f"on_{key}" for key in part.split()}, ("b",), columns=columns)
    params = random_params(2, 3)
    arrays = rosetta.to(form, params)
    assert equal(rosetta.from_(form, arrays), params)
    if part == "xh":  # the block of the first gate, written out
        W = arrays["on_xh"].T if columns else arrays["on_xh"]
        assert np.array_equal(W[:3, :2], params[f"W_{order[0]}"][:, 3:])
        assert np.array_equal(W[:3, 2:], params[f"W_{order[0]}"][:, :3])


def test_a_plain_rnn_is_a_layer_with_one_gate():
    rng = np.random.default_rng(0)
    params = {"W_h": rng.normal(size=(3, 5)), "b_h": rng.normal(size=(3, 1))}
    form = LAYOUTS["torch"]._replace(order="h")
    assert equal(rosetta.from_(form, rosetta.to(form, params)), params)


def test_two_biases_become_their_sum_and_one_becomes_itself_and_zero():
    params = random_params(2, 3)
    arrays = rosetta.to("torch_cell", params)
    assert np.all(arrays["bias_hh"] == 0)
    arrays["bias_hh"] = np.arange(12.0)
    got = rosetta.from_("torch_cell", arrays)
    assert np.array_equal(got["b_i"], params["b_i"] + [[0], [1], [2]])
    assert np.array_equal(got["b_o"], params["b_o"] + [[9], [10], [11]])


# --- what cannot be read ---

TORCH = rosetta.to("torch", random_params(2, 3))
REFUSED = {
    "an unknown layout": (("pytorch", TORCH), "layout is 'pytorch'; want one of primer, torch, .*rosetta.Layout"),
    "no layout": ((None, TORCH), "layout is None; want one of"),
    "no dict": (("torch", [1]), "arrays is a list; want a dict"),
    "nothing": (("torch", {}), "arrays has no weight_ih_l0, .*; got nothing; want weight_ih_l0"),
    "a missing name": (
        ("torch", {k: a for k, a in TORCH.items() if k != "bias_hh_l0"}),
        r"arrays has no bias_hh_l0; got weight_ih_l0, .*; want weight_ih_l0, .*, bias_ih_l0, bias_hh_l0$",
    ),
    "a GRU": (
        ("torch", TORCH | {"weight_hh_l0": np.ones((9, 3))}),
        r"arrays\['weight_hh_l0'\] has shape \(9, 3\); want \(4H, H\) = \(12, 3\)",
    ),
    "the input transposed": (
        ("torch", TORCH | {"weight_ih_l0": np.ones((2, 12))}),
        r"arrays\['weight_ih_l0'\] has shape \(2, 12\); want \(4H, D\) = \(12, D\)",
    ),
    "all transposed": (
        ("torch", {k: a.T for k, a in TORCH.items()}),
        r"arrays\['weight_hh_l0'\] has shape \(3, 12\); want \(4H, H\) = \(12, 3\)",
    ),
    "a bias with an axis too many": (
        ("torch", TORCH | {"bias_hh_l0": np.ones((12, 1))}),
        r"arrays\['bias_hh_l0'\] has shape \(12, 1\); want \(4H,\) = \(12,\)",
    ),
    "a flat matrix": (("torch", TORCH | {"weight_hh_l0": np.ones(36)}), r"has shape \(36,\); want \(4H, H\)"),
    "two precisions": (
        ("torch", TORCH | {"bias_hh_l0": np.ones(12, np.float32)}),
        r"arrays\['bias_hh_l0'\] is float32; want float64",
    ),
    "NaN": (("torch", TORCH | {"bias_hh_l0": np.full(12, np.nan)}), r"arrays\['bias_hh_l0'\] holds nan"),
    "half precision": (
        ("torch", {k: a.astype(np.float16) for k, a in TORCH.items()}),
        r"arrays\['weight_hh_l0'\] is an array \(dtype float16\); want real numbers in float64 or float32",
    ),
    "a projection": (
        ("torch", TORCH | {"weight_hr_l0": np.ones((2, 3))}),
        "arrays has weight_hr_l0: h is projected .*; want a layer with the primer's formulas",
    ),
    "peepholes": (
        ("onnx", rosetta.to("onnx", random_params(2, 3)) | {"P": np.ones((1, 9))}),
        "arrays has P: the gates see C; want a layer with the primer's formulas",
    ),
    "one matrix without room for x": (
        ("primer", {k: a[:, :3] for k, a in random_params(2, 3).items()}),
        r"arrays\['W_f'\] has shape \(3, 3\); want room for H \+ D",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_said_with_both_sides(case):
    arguments, words = REFUSED[case]
    with pytest.raises((TypeError, ValueError), match=words):
        rosetta.from_(*arguments)


def test_peepholes_of_zero_are_none():
    params = random_params(2, 3)
    arrays = rosetta.to("onnx", params)
    assert equal(rosetta.from_("onnx", arrays | {"P": np.zeros((1, 9))}), params)


def test_a_large_model_is_not_listed_in_full():
    many = {f"blocks.{k}.weight": np.ones(1) for k in range(1000)}
    with pytest.raises(ValueError, match=r"got blocks.0.weight, .*, blocks.11.weight, \.\.\.; want"):
        rosetta.from_("torch", many)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"layer": 1}, "layer is 1; this layout counts no layers: want 0"),
        ({"layer": -1}, "layer is -1; want a whole number of at least 0"),
        ({"layer": True}, "layer is True .*; want a whole number"),
        ({"reverse": True}, "reverse is True; this layout counts no directions"),
        ({"prefix": 3}, "prefix is 3 .*; want text"),
    ],
)
def test_options_that_do_not_fit_are_refused_both_ways(options, words):
    params = random_params(2, 3)
    for call in (rosetta.to, rosetta.from_):
        with pytest.raises((TypeError, ValueError), match=words):
            call("keras", rosetta.to("keras", params) if call is rosetta.from_ else params, **options)


def test_both_directions_of_onnx_are_asked_for_only_where_they_are():
    params = random_params(2, 3)
    with pytest.raises(ValueError, match=r"arrays\['R'\] has shape \(1, 12, 3\), one direction; want two"):
        rosetta.from_("onnx", rosetta.to("onnx", params), reverse=True)
    with pytest.raises(ValueError, match="reverse is True; here it is a place on the first axis"):
        rosetta.to("onnx", params, reverse=True)


def test_an_array_that_NumPy_cannot_read_is_named():
    class OnADevice:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("can't convert cuda:0 device type tensor to numpy")

    with pytest.raises(TypeError, match=r"arrays\['bias_ih_l0'\] cannot be read: can't convert cuda:0"):
        rosetta.from_("torch", TORCH | {"bias_ih_l0": OnADevice()})


@pytest.mark.parametrize("name", [*lstm.SHAPES])
def test_parameters_that_do_not_fit_are_refused_on_the_way_out(name):
    params = random_params(2, 3)
    with pytest.raises(ValueError, match=rf"params\['{name}'\] has shape .*; want"):
        rosetta.to("torch", params | {name: np.ones((2, 2))})
    with pytest.raises(ValueError, match=f"params has no {name}"):
        rosetta.to("torch", {k: a for k, a in params.items() if k != name})


# --- what a file holds ---


@each_layout
@given(prefix=st.sampled_from(["", "lstm.", "model/rnn/", "a.b_c."]), bias=st.booleans())
@settings(max_examples=8, deadline=None)
def test_a_layer_is_found_by_its_names(layout, prefix, bias):
    form, params = LAYOUTS[layout], random_params(2, 3)
    arrays = rosetta.to(layout, params, prefix=prefix)
    if not bias:
        of_biases = {prefix + name for text in form.biases for name in text.format(layer=0, reverse="").split()}
        arrays = {name: a for name, a in arrays.items() if name not in of_biases}
    (found,) = rosetta.cells(arrays | {"head.weight": np.ones((1, 3)), "other": np.ones(2)})
    alike = {layout, "torch_cell", "equinox"} if layout in ("torch_cell", "equinox") and not bias else {layout}
    assert found.layout in alike  # without biases the two have the same names, and mean the same
    assert found[1:] == (prefix, 0, False, bias)
    got = rosetta.from_(arrays=arrays, **found._asdict())
    assert all(np.array_equal(got[k], params[k] * (bias or k[0] == "W")) for k in params)


def test_all_layers_and_directions_are_found_in_order():
    found = rosetta.cells(load("torch")["arrays"])
    assert found == [Cell("torch", "", k, r) for k in (0, 1) for r in (False, True)]
    assert rosetta.cells(load("onnx")["arrays"]) == [Cell("onnx", reverse=r) for r in (False, True)]
    eleven = {}
    for layer in range(11):
        eleven |= rosetta.to("torch", random_params(3, 3, layer), layer=layer)
    assert [cell.layer for cell in rosetta.cells(eleven)] == list(range(11))


def test_two_layers_with_other_prefixes_are_two():
    arrays = rosetta.to("keras", random_params(2, 3), prefix="one.") | rosetta.to(
        "equinox", random_params(2, 3), prefix="two."
    )
    assert rosetta.cells(arrays) == [Cell("keras", "one."), Cell("equinox", "two.")]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("reverse", [False, True])
def test_the_place_of_the_forget_bias_is_where_it_is(layout, reverse):
    params = random_params(2, 3)
    params["b_f"] += 10
    if reverse and layout == "onnx":
        arrays = {k: np.concatenate([0 * a, a]) for k, a in rosetta.to(layout, params).items()}
    elif reverse and layout != "torch":
        return
    else:
        arrays = rosetta.to(layout, params, **({"reverse": True} if reverse else {}))
    *_, place, numbers = rosetta.describe(arrays).splitlines()
    names = {name.replace(".", "_"): a for name, a in arrays.items()}
    there = eval(place.removeprefix("  forget bias: ").replace(".", "_"), {}, names)
    b_f = params["b_f"].ravel()
    assert np.array_equal(there.ravel(), b_f)
    assert numbers == f"  its mean {b_f.mean():.3g}, from {b_f.min():.3g} to {b_f.max():.3g}"


def test_what_is_said_of_a_file():
    arrays = rosetta.to("torch", random_params(2, 3), prefix="lstm.") | {"head.weight": np.ones((1, 3))}
    gru = {f"gru.{k}": a[: 3 * len(a) // 4] for k, a in TORCH.items()}
    lines = rosetta.describe(arrays | gru).splitlines()
    assert lines[0].startswith(
        "gru.: torch, layer 0: its names are there, but arrays['gru.weight_hh_l0'] has shape"
    )
    assert lines[1] == "lstm.: torch, layer 0: D = 2 inputs, H = 3 units, 2 biases, 84 numbers in float64"
    assert lines[2] == "  forget bias: lstm.bias_ih_l0[3:6] + lstm.bias_hh_l0[3:6]"
    assert lines[4:] == ["beside: head.weight (1, 3)"]
    without = {k: a for k, a in TORCH.items() if k[0] == "w"}
    assert rosetta.describe(without).splitlines()[1] == "  forget bias: none, so 0"
    assert "no bias, 60 numbers" in rosetta.describe(without)
    assert rosetta.describe({}).startswith("no layer by the names of any of primer, torch")
    assert rosetta.describe(arrays | gru).isascii()  # a console may know nothing else


# --- files ---


@given(
    named=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda name: name != "__metadata__"),
        arrays_of.arrays(
            st.sampled_from([np.float64, np.float32]), arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0)
        ),
        max_size=4,
    )
)
@settings(max_examples=50, deadline=None)
def test_what_is_saved_is_loaded_to_the_last_bit(named, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.safetensors"
    rosetta.save(path, named)
    got = rosetta.load(path)
    assert got.keys() == named.keys()
    for name, a in named.items():
        assert got[name].shape == a.shape
        assert got[name].dtype == a.dtype
        assert got[name].tobytes() == a.tobytes()
        assert got[name].flags.writeable


def by_the_book(arrays, gap=b"", cut=0, **changed):
    """Return a file as the format's own description has it, written with other tools than `save`."""
    kinds = {"f8": "F64", "f4": "F32", "f2": "F16", "i8": "I64", "u1": "U8", "b1": "BOOL"}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, a in arrays.items():
        span = [len(data), len(data) + a.nbytes]
        header[name] = {"dtype": kinds[a.dtype.str[1:]], "shape": list(a.shape), "data_offsets": span} | changed
        data += a.tobytes()
    text = json.dumps(header).encode() + gap
    return (struct.pack("<Q", len(text)) + text + data)[: -cut or None]


def test_a_file_of_the_package_is_read(tmp_path):
    path = tmp_path / "model.safetensors"
    arrays = {
        "w": np.arange(6.0).reshape(2, 3),
        "b": np.float32([1, 2]),
        "n": np.int64([7]),
        "m": np.array([True]),
    }
    arrays |= {"h": np.float16([0.5]), "u": np.uint8([255])}
    for gap in (b"", b"   "):
        path.write_bytes(by_the_book(arrays, gap))
        assert equal(rosetta.load(path), arrays)


def test_a_saved_file_has_the_form_that_the_package_wants(tmp_path):
    path = tmp_path / "model.safetensors"
    rosetta.save(path, {"w": np.ones((2, 3)), "b": np.ones(3, np.float32), "k": np.ones((3, 2)).T, "n": [1, 2]})
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    assert length % 8 == 0
    assert data[8:9] == b"{"
    header, end = json.loads(data[8 : 8 + length]), 0
    for entry in header.values():  # the numbers follow one another without a hole, to the last byte
        start, stop = entry["data_offsets"]
        assert start == end
        assert stop - start == np.prod(entry["shape"]) * {"F64": 8, "F32": 4}[entry["dtype"]]
        end = stop
    assert 8 + length + end == len(data)


W = {"w": np.arange(6.0).reshape(2, 3)}
SPOILT = {
    "nothing": b"",
    "text": b"import numpy as np\n" * 50,
    "a pickle": b"PK\x03\x04" + bytes(range(256)) * 4,
    "cut": by_the_book(W, cut=8),
    "cut within a number": by_the_book(W, cut=3),
    "another shape": by_the_book(W, shape=[2, 4]),
    "bfloat16": by_the_book(W, dtype="BF16"),
    "a list": struct.pack("<Q", 2) + b"[]",
    "no places": struct.pack("<Q", 14) + b'{"w": {"a": 1}}'[:14],
    "an entry without a shape": struct.pack("<Q", 22) + b'{"w": {"dtype": "F64"}}'[:22] + b"}",
}


@pytest.mark.parametrize("case", SPOILT)
def test_what_is_no_such_file_is_said_in_a_sentence(case, tmp_path, capsys):
    path = tmp_path / "model.safetensors"
    path.write_bytes(SPOILT[case])
    with pytest.raises(ValueError, match=r"model.safetensors cannot be read: .*; want a whole .safetensors file"):
        rosetta.load(path)
    assert rosetta.main([str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err) < 400


def test_bfloat16_is_called_by_its_name(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(SPOILT["bfloat16"])
    with pytest.raises(ValueError, match="w is BF16, which is none of F64, F32"):
        rosetta.load(tmp_path / "model.safetensors")


def test_a_file_is_kept_when_an_array_cannot_be_written(tmp_path):
    path = tmp_path / "model.safetensors"
    rosetta.save(path, W)
    for bad in (
        {"w": np.ones(3), "name": np.array(["text"])},
        {"w": np.ones(2, complex)},
        [np.ones(2)],
        {"w": None},
    ):
        with pytest.raises(TypeError, match="arrays"):
            rosetta.save(path, bad)
    assert equal(rosetta.load(path), W)


def test_a_model_that_has_diverged_can_be_saved(tmp_path):
    rosetta.save(tmp_path / "model.safetensors", {"w": np.array([np.nan, np.inf])})
    assert np.isnan(rosetta.load(tmp_path / "model.safetensors")["w"][0])


def test_the_command_prints_what_a_file_holds(tmp_path):
    path = tmp_path / "model.safetensors"
    rosetta.save(path, load("torch")["arrays"])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "lstm_lib.rosetta", str(path)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == rosetta.describe(load("torch")["arrays"])
    gone = subprocess.run(
        [sys.executable, "-m", "lstm_lib.rosetta", str(tmp_path / "gone")], capture_output=True, text=True
    )
    assert gone.returncode == 1
    assert gone.stdout == ""
    assert "gone" in gone.stderr
    assert "Traceback" not in gone.stderr
