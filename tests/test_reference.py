"""lstm and rnn against PyTorch, Flax and Keras, by the files that ``reference/make_references.py`` made."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from lstm_lib import lstm, rnn

FILES = sorted((Path(__file__).parent / "reference").glob("*.json"))
CELLS = {"lstm": lstm, "rnn": rnn}


def load(file, dtype=np.float64):
    def as_arrays(entries):
        return {name: np.array(v, dtype) if isinstance(v, list) else v for name, v in entries.items()}

    return json.loads(file.read_text(encoding="utf-8"), object_hook=as_arrays)


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request):
    return request.param


@pytest.fixture
def reference(file):
    return load(file)


def forward(reference):
    state = (reference["h_0"], reference["C_0"]) if reference["cell"] == "lstm" else reference["h_0"]
    return CELLS[reference["cell"]].forward(reference["params"], reference["X"], state)


def backward(reference, steps):
    """Return every gradient by its name in the file, the parameters' under their own names."""
    is_lstm = reference["cell"] == "lstm"
    dstate = (reference["dh_T"], reference["dC_T"]) if is_lstm else reference["dh_T"]
    cell = CELLS[reference["cell"]]
    grads, dX, dstate_0 = cell.backward(reference["params"], reference["dhs"], steps, dstate)
    named = {"dh_0": dstate_0[0], "dC_0": dstate_0[1]} if is_lstm else {"dh_0": dstate_0}
    return grads | {"dX": dX} | named


def wanted_gradients(reference):
    return reference["grads"] | {name: reference[name] for name in ("dX", "dh_0", "dC_0") if name in reference}


def largest_error(got, wanted):
    assert got.shape == wanted.shape
    return np.abs(got - wanted).max()


# --- the numbers ---


def test_forward_matches_the_reference(reference):
    hs, steps = forward(reference)
    got = {"hs": hs}
    if reference["cell"] == "lstm":
        Cs = lstm.stack(steps).C_t
        got |= {"Cs": Cs, "C_T": Cs[-1]}
    for name in got.keys() & reference.keys():  # Cs, every C_t, is in Flax's files only
        error = largest_error(got[name], reference[name])
        assert error < 1e-12, name
        assert error < 1e-12 * np.abs(reference[name]).max(), name


def test_every_gradient_matches_the_reference(reference):
    got, wanted = backward(reference, forward(reference)[1]), wanted_gradients(reference)
    assert got.keys() == wanted.keys()
    for name in wanted:
        assert largest_error(got[name], wanted[name]) < 1e-10 * np.abs(wanted[name]).max(), name
        np.testing.assert_allclose(got[name], wanted[name], rtol=1e-10, atol=1e-12, err_msg=name)


def test_float32_stays_float32_and_agrees_to_five_digits(file, reference):
    single = load(file, np.float32)
    hs, steps = forward(single)
    got = {"hs": hs} | backward(single, steps)
    wanted = {"hs": reference["hs"]} | wanted_gradients(reference)
    assert {field.dtype for s in steps for field in s} == {np.dtype(np.float32)}
    for name in wanted:
        assert got[name].dtype == np.float32, name
        assert largest_error(got[name], wanted[name]) < 1e-5 * np.abs(wanted[name]).max(), name


# --- the references themselves: a test is worth what it would catch ---


def test_each_cell_has_references_of_at_least_two_frameworks():
    made_by = {cell: {load(file)["framework"] for file in FILES if load(file)["cell"] == cell} for cell in CELLS}
    assert all(len(frameworks) >= 2 for frameworks in made_by.values()), made_by


def test_time_is_longer_than_one_step_and_no_two_sizes_are_equal(reference):
    T, D, H, B = (reference["sizes"][letter] for letter in "TDHB")
    assert T > 1
    assert len({T, D, H, B}) == 4
    assert reference["X"].shape == (T, D, B)
    assert reference["hs"].shape == (T, H, B)


def test_no_two_parameters_are_equal(reference):
    numbers = np.concatenate([p.ravel() for p in reference["params"].values()])
    assert len(np.unique(numbers)) == len(numbers)


def test_no_state_and_no_upstream_gradient_is_zero(reference):
    for name in {"h_0", "C_0", "dhs", "dh_T", "dC_T"} & reference.keys():
        assert np.all(reference[name] != 0), name
        assert len(np.unique(reference[name])) == reference[name].size, name


def with_gates_swapped(a, b):
    def wrong(reference):
        other = {f"W_{a}": f"W_{b}", f"W_{b}": f"W_{a}", f"b_{a}": f"b_{b}", f"b_{b}": f"b_{a}"}
        return {"params": {name: reference["params"][other.get(name, name)] for name in reference["params"]}}

    return wrong


def with_x_on_top_of_h(reference):
    D = reference["sizes"]["D"]  # W·[x, h] is W with its columns rolled, times [h, x]
    return {"params": {k: np.roll(p, -D, axis=1) if k[0] == "W" else p for k, p in reference["params"].items()}}


def with_h_to_h_transposed(reference):
    H, params = reference["sizes"]["H"], {}
    for k, p in reference["params"].items():
        params[k] = np.hstack([p[:, :H].T, p[:, H:]]) if k[0] == "W" else p
    return {"params": params}


def without_biases(reference):
    return {"params": {k: p * (k[0] == "W") for k, p in reference["params"].items()}}


def with_h_0_zero(reference):
    return {"h_0": np.zeros_like(reference["h_0"])}


def with_C_0_zero(reference):
    return {"C_0": np.zeros_like(reference["C_0"])}


def with_time_reversed(reference):
    return {"X": reference["X"][::-1]}


WRONG_FOR_BOTH = {
    "x on top of h": with_x_on_top_of_h,
    "h to h transposed": with_h_to_h_transposed,
    "no biases": without_biases,
    "h_0 zero": with_h_0_zero,
    "time reversed": with_time_reversed,
}
WRONG_FOR_LSTM = {"C_0 zero": with_C_0_zero} | {
    f"{a} and {b} swapped": with_gates_swapped(a, b) for a, b in itertools.combinations(lstm.GATES, 2)
}


@pytest.mark.parametrize("wrong", WRONG_FOR_BOTH.values(), ids=WRONG_FOR_BOTH)
def test_a_wrong_forward_misses_the_reference(reference, wrong):
    hs, _ = forward(reference | wrong(reference))
    assert largest_error(hs, reference["hs"]) > 1e-3


@pytest.mark.parametrize("wrong", WRONG_FOR_LSTM.values(), ids=WRONG_FOR_LSTM)
@pytest.mark.parametrize("file", [f for f in FILES if "_lstm_" in f.name], ids=lambda file: file.stem)
def test_a_wrong_lstm_forward_misses_the_reference(file, wrong):
    reference = load(file)
    hs, _ = forward(reference | wrong(reference))
    assert largest_error(hs, reference["hs"]) > 1e-3


def test_each_upstream_gradient_reaches_every_gradient_of_the_reference(reference):
    steps = forward(reference)[1]
    for upstream in {"dhs", "dh_T", "dC_T"} & reference.keys():
        got = backward(reference | {upstream: np.zeros_like(reference[upstream])}, steps)
        for name, wanted in wanted_gradients(reference).items():
            assert largest_error(got[name], wanted) > 1e-3, (upstream, name)


def test_no_two_gates_have_the_same_gradient(reference):
    gates = [name[2:] for name in reference["grads"] if name[0] == "W"]
    for a, b in itertools.combinations(gates, 2):
        for kind in "Wb":
            one, other = reference["grads"][f"{kind}_{a}"], reference["grads"][f"{kind}_{b}"]
            assert largest_error(one, other) > 1e-3, (kind, a, b)
