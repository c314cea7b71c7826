"""The cell in symbols: each derivative, the chain rule and the library say the same, proved and tested."""

import inspect

import numpy as np
import pytest
import sympy as sp
import test_reference
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm
from lstm_lib.formulas import Formula, latex, sigma, tanh, times
from lstm_lib.functional import sigmoid_grad, tanh_grad
from lstm_lib.gradcheck import check_gradients
from lstm_lib.symbolic import (
    BACKWARD,
    CELL,
    LOCAL,
    PRIMER,
    C_prev,
    C_t,
    C_tilde,
    W_f,
    a_f,
    b_f,
    chain_rule_error,
    f_t,
    gradient_errors,
    gradient_of,
    i_t,
    local_derivative,
    pull_back,
    unroll,
    x_t,
    z_t,
)

settings.register_profile("course", deadline=None, derandomize=True, max_examples=20)
settings.load_profile("course")


def numbers(sizes=(2, 3, 4), seed=0):
    D, H, B = sizes
    rng = np.random.default_rng(seed)
    params = {name: rng.normal(size=p.shape) for name, p in lstm.init_params(D, H, rng).items()}
    inputs = {"x_t": rng.normal(size=(D, B)), "h_prev": rng.normal(size=(H, B)), "C_prev": rng.normal(size=(H, B))}
    return params | inputs | lstm.step(params, **inputs)._asdict()


# --- the cell as nodes, and its local derivatives ---

NODES = ["z_t", "a_f", "f_t", "a_i", "i_t", "a_C", "C_tilde", "C_t", "a_o", "o_t", "h_t"]


def everything(sizes=(2, 3, 1), seed=0):
    """Return numbers for every symbol: what goes in, the nodes, and the gradients that the library finds."""
    values, rng = numbers(sizes, seed), np.random.default_rng([seed, 1])
    values |= {f"a_{k}": values[f"W_{k}"] @ values["z_t"] + values[f"b_{k}"] for k in "fiCo"}
    values |= {"dh_t": rng.normal(size=values["h_t"].shape), "dC_next": rng.normal(size=values["h_t"].shape)}
    step = lstm.Step(*(values[name] for name in lstm.Step._fields))
    grads, dx_t, dh_prev, dC_prev = lstm.step_backward(values, step, values["dh_t"], values["dC_next"])
    found = {f"d{name}": g for name, g in grads.items()} | {"dx_t": dx_t, "dh_prev": dh_prev, "dC_prev": dC_prev}
    return values, found


def test_each_node_stands_on_the_nodes_before_it():
    assert list(CELL) == NODES
    given = {"x_t", "h_prev", "C_prev", *lstm.SHAPES}
    for name, formula in CELL.items():
        assert formula.left.name == name
        assert {symbol.name for symbol in formula.right.atoms(sp.MatrixSymbol)} <= given
        given.add(name)


def test_the_primer_is_the_cell_without_the_pre_activations():
    assert list(PRIMER) == ["f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]
    for name, formula in PRIMER.items():
        assert not {"a_f", "a_i", "a_C", "a_o"} & {symbol.name for symbol in formula.right.atoms(sp.MatrixSymbol)}
        assert formula.error(everything()[0]) < 1e-14
        assert CELL[name].error(everything()[0]) < 1e-14


def test_every_entry_by_entry_node_has_a_local_derivative_for_each_of_its_symbols():
    assert set(LOCAL) == {
        *[("f_t", "a_f"), ("i_t", "a_i"), ("C_tilde", "a_C"), ("o_t", "a_o")],
        *[("C_t", "f_t"), ("C_t", "C_prev"), ("C_t", "i_t"), ("C_t", "C_tilde"), ("h_t", "o_t"), ("h_t", "C_t")],
    }
    for node in {node for node, _ in LOCAL}:  # and they stand in an order that no hash decides
        arguments = [argument for of, argument in LOCAL if of == node]
        assert arguments == sorted(arguments)


@pytest.mark.parametrize(("node", "argument"), LOCAL)
def test_each_local_derivative_is_what_a_complex_step_finds(node, argument):
    values, _ = everything()
    found = LOCAL[node, argument].compute(values)
    shifted = values | {argument: values[argument] + 1e-30j}  # entry by entry, so all entries can move at once
    assert np.allclose(found, CELL[node].compute(shifted).imag / 1e-30, rtol=1e-14, atol=0)


def test_the_local_derivatives_are_written_in_outputs_as_the_library_computes_them():
    values, _ = everything()
    assert np.allclose(LOCAL["o_t", "a_o"].compute(values), sigmoid_grad(values["o_t"]), rtol=1e-15, atol=0)
    assert np.allclose(LOCAL["C_tilde", "a_C"].compute(values), tanh_grad(values["C_tilde"]), rtol=1e-15, atol=0)
    assert repr(LOCAL["f_t", "a_f"]) == r"\frac{\partial f_t}{\partial a_f} = f_t * \left(1 - f_t\right)"
    assert repr(LOCAL["C_tilde", "a_C"]).endswith(r"= 1 - {\tilde{C}_t}^{2}")
    assert repr(LOCAL["h_t", "C_t"]).endswith(r"= o_t * \left(1 - \tanh^{2}\left(C_t\right)\right)")


@pytest.mark.parametrize(
    ("formula", "argument"), [("h_t", f_t), ("C_t", C_t), ("a_f", W_f), ("z_t", x_t), ("f_t", z_t)]
)
def test_a_local_derivative_needs_a_symbol_that_stands_there_entry_by_entry(formula, argument):
    with pytest.raises(
        ValueError, match=rf"^argument is {argument}; want a symbol that stands entry by entry in "
    ):
        local_derivative(CELL[formula], argument)


# --- backward ---


def test_every_symbol_but_the_two_that_arrive_gets_a_gradient():
    everywhere = {symbol.name for formula in CELL.values() for symbol in formula.right.atoms(sp.MatrixSymbol)}
    assert set(BACKWARD) == {f"d{name}" for name in everywhere}
    for name, formula in BACKWARD.items():
        assert formula.left == gradient_of(next(s for s in _symbols_of_the_cell() if f"d{s.name}" == name))


def _symbols_of_the_cell():
    return {symbol for formula in CELL.values() for symbol in formula.right.atoms(sp.MatrixSymbol)}


@given(sizes=st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(1)), seed=st.integers(0, 99))
def test_backward_is_what_the_library_computes(sizes, seed):
    values, found = everything(sizes, seed)
    for name, formula in BACKWARD.items():
        values[name] = formula.compute(values)
    assert len(found) == 11
    for name, gradient in found.items():
        assert np.allclose(values[name], gradient, rtol=1e-12, atol=1e-14), name


def test_backward_stands_on_what_was_found_before():
    known = {*NODES, "x_t", "h_prev", "C_prev", "dh_t", "dC_next", *lstm.SHAPES}
    for name, formula in BACKWARD.items():
        assert {symbol.name for symbol in formula.right.atoms(sp.MatrixSymbol)} <= known
        known.add(name)


def test_with_several_sequences_the_columns_add_up():
    values, found = everything((2, 3, 4))
    for name, formula in BACKWARD.items():
        values[name] = formula.compute(values)
    assert np.allclose(values["dW_i"], found["dW_i"], rtol=1e-12)
    assert np.allclose(values["dx_t"], found["dx_t"], rtol=1e-12)
    assert np.allclose(values["db_o"].sum(axis=1, keepdims=True), found["db_o"], rtol=1e-12)


def test_the_latex_of_the_backward_pass():
    written = {name: repr(formula) for name, formula in BACKWARD.items()}
    assert written["dC_t"] == (
        r"\mathrm{d}C_t = \mathrm{d}C_{\text{next}}"
        r" + \mathrm{d}h_t * o_t * \left(1 - \tanh^{2}\left(C_t\right)\right)"
    )
    assert written["dC_prev"] == r"\mathrm{d}C_{t-1} = \mathrm{d}C_t * f_t"
    assert written["da_C"] == r"\mathrm{d}a_C = \mathrm{d}\tilde{C}_t * \left(1 - {\tilde{C}_t}^{2}\right)"
    assert written["dz_t"].split(" = ")[1] == " + ".join(
        rf"W_{k}^{{\top}} \cdot \mathrm{{d}}a_{k}" for k in "fiCo"
    )
    assert written["dW_o"] == r"\mathrm{d}W_o = \mathrm{d}a_o \cdot z_t^{\top}"
    assert written["dh_prev"] == r"\mathrm{d}h_{t-1} = \mathrm{d}z_t\left[:H\right]"
    assert written["dx_t"] == r"\mathrm{d}x_t = \mathrm{d}z_t\left[H:\right]"


def test_what_a_node_sends_back():
    assert pull_back(CELL["C_t"]) == {
        C_prev: times(gradient_of(C_t), f_t),
        f_t: times(gradient_of(C_t), C_prev),
        i_t: times(gradient_of(C_t), C_tilde),
        C_tilde: times(gradient_of(C_t), i_t),
    }
    assert pull_back(CELL["a_f"]) == {
        W_f: gradient_of(a_f) * z_t.T,
        z_t: W_f.T * gradient_of(a_f),
        b_f: gradient_of(a_f),
    }


# --- T steps, entry by entry ---


def test_unrolled_has_a_symbol_for_everything():
    two = unroll(2, D=2, H=3)
    assert {name: array.shape for name, array in two.leaves.items()} == (
        {f"W_{k}": (3, 5) for k in "fiCo"}
        | {f"b_{k}": (3, 1) for k in "fiCo"}
        | {"X": (2, 2, 1), "h_0": (3, 1), "C_0": (3, 1)}
    )
    symbols = [symbol for array in (*two.leaves.values(), *two.arriving.values()) for symbol in array.flat]
    assert len({*symbols, *two.nodes}) == len(symbols) + len(two.nodes)
    assert len(two.nodes) == 2 * 10 * 3


def test_unrolled_writes_one_unit_as_one_does_on_paper():
    written = {latex(node): latex(formula) for node, formula in unroll(2).nodes.items()}
    assert written["a_{f,2}"] == r"W_{fh} \, h_1 + W_{fx} \, x_2 + b_f"
    assert written["f_1"] == r"\sigma\left(a_{f,1}\right)"
    assert written["C_2"] == r"f_2 \, C_1 + i_2 \, \tilde{C}_2"
    assert written["h_1"] == r"o_1 \, \tanh\left(C_1\right)"
    assert latex(unroll(1).loss) == r"\mathrm{d}C_{\text{next}} \, C_1 + \mathrm{d}h_1^{\text{loss}} \, h_1"


def test_composing_leaves_nothing_but_leaves():
    two = unroll(2)
    leaves = {symbol for array in (*two.leaves.values(), *two.arriving.values()) for symbol in array.flat}
    assert two.compose(two.loss).free_symbols == leaves
    assert two.compose(two.nodes[sp.Symbol("f_1")]) == sigma(sp.sympify("W_fh*h_0 + W_fx*x_1 + b_f"))


def test_the_readers_of_a_symbol_are_those_in_whose_formula_it_stands():
    two = unroll(2)
    readers = {str(node): derivative for node, derivative in two.readers(sp.Symbol("C_1"))}
    f_2, o_1, C_1 = sp.symbols("f_2 o_1 C_1")
    assert readers == {"h_1": o_1 * (1 - tanh(C_1) ** 2), "C_2": f_2}
    assert [str(node) for node, _ in two.readers(sp.Symbol("h_1"))] == ["a_f_2", "a_i_2", "a_C_2", "a_o_2"]
    assert dict(two.readers(sp.Symbol("a_f_1"))) == {sp.Symbol("f_1"): sp.Symbol("f_1") * (1 - sp.Symbol("f_1"))}


ONES = {name: np.ones(shape, int) for name, shape in [(f"W_{k}", (1, 2)) for k in "fiCo"]}
ONES |= {f"b_{k}": [[1]] for k in "fiCo"} | {"X": [[["1/2"]]], "h_0": [["1/10"]], "C_0": [["1/5"]]}


def test_the_primers_example_to_twenty_digits():
    # mpmath, worked out outside this project
    known = {
        "a_f_1": "1.6",
        "f_1": "0.83201838513392448184",
        "C_tilde_1": "0.92166855440647128268",
        "C_1": "0.93324885929277575011",
        "h_1": "0.60912484309791837220",
    }
    values = unroll(1).values(ONES, digits=20)
    for name, digits in known.items():
        assert abs(values[sp.Symbol(name)] - sp.Float(digits, 20)) < sp.Float("0.6e-20", 20)


def test_values_keep_their_digits():
    short, long = (unroll(2).values(ONES | {"X": [[["1/2"]], [["0"]]]}, digits) for digits in (30, 60))
    for symbol, value in long.items():
        assert abs(value - short[symbol]) <= abs(value) * sp.Float("1e-29", 40)


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, 0, 1), (1, 1, 1.5), (True, 1, 1)])
def test_sizes_are_whole_numbers(sizes):
    for call in (unroll, lambda *sizes: gradient_errors(*sizes, np.random.default_rng(0))):
        with pytest.raises((TypeError, ValueError), match=r"^[TDH] is .*; want a whole number of at least 1"):
            call(*sizes)


# --- the proofs ---

SIZES = [(1, 1, 1), (2, 1, 1), *(pytest.param(size, marks=pytest.mark.slow) for size in [(3, 1, 1), (2, 2, 2)])]
proofs = pytest.mark.parametrize("sizes", SIZES)


@proofs
def test_the_chain_rule_is_direct_differentiation(sizes):
    assert chain_rule_error(*sizes) == 0  # exactly: the two are the same polynomial


BOUNDS = {"library": 1e-12, "central differences": 1e-7, "complex steps": 1e-12}


@proofs
def test_three_other_ways_agree_with_direct_differentiation(sizes):
    errors = gradient_errors(*sizes, np.random.default_rng(1))
    assert errors.keys() == BOUNDS.keys()
    assert all(0 < errors[way] < bound for way, bound in BOUNDS.items()), errors


@pytest.mark.slow
@given(seed=st.integers(0, 10**6))
def test_the_library_is_direct_differentiation_at_any_numbers(seed):
    assert gradient_errors(2, 2, 2, np.random.default_rng(seed))["library"] < 1e-11


@pytest.mark.parametrize("array", ["W_i", "b_o", "X", "h_0", "C_0"])
def test_an_error_in_any_array_counts(array, monkeypatch):
    backward = lstm.backward

    def wrong(*arguments):
        grads, dX, (dh_0, dC_0) = backward(*arguments)
        found = grads | {"X": dX, "h_0": dh_0, "C_0": dC_0}
        found[array] = found[array] + 0.25 * np.abs(found[array]).max()
        return {name: found[name] for name in grads}, found["X"], (found["h_0"], found["C_0"])

    monkeypatch.setattr(lstm, "backward", wrong)
    errors = gradient_errors(2, 1, 1, np.random.default_rng(4))
    assert errors["library"] == pytest.approx(0.25)
    assert errors["complex steps"] < 1e-12


def test_no_generator_no_numbers():
    with pytest.raises(TypeError, match=r"^rng is 3 "):
        gradient_errors(1, 1, 1, 3)


def test_a_wrong_formula_is_no_proof(monkeypatch):
    wrong = Formula(gradient_of(f_t), times(gradient_of(C_t), f_t))  # dC_t * f_t for dC_t * C_{t-1}
    monkeypatch.setitem(BACKWARD, "df_t", wrong)
    assert chain_rule_error(1) > 0
    monkeypatch.setitem(BACKWARD, "df_t", Formula(gradient_of(f_t), -times(gradient_of(C_t), C_prev)))
    assert chain_rule_error(1) > 0


SIGNS = [
    ("dC_t = dC_t + dh_t", "dC_t = dC_t - dh_t"),
    ('"f": dC_t * s.C_prev', '"f": -dC_t * s.C_prev'),
    ('"i": dC_t * s.C_tilde', '"i": -dC_t * s.C_tilde'),
    ('"C": dC_t * s.i_t', '"C": -dC_t * s.i_t'),
    ('"o": dh_t * tanh_C', '"o": -dh_t * tanh_C'),
    ("da[k] @ s.z_t.T", "-da[k] @ s.z_t.T"),
    ("da[k].sum(", "-da[k].sum("),
    ('params[f"W_{k}"].T @ da[k]', '-params[f"W_{k}"].T @ da[k]'),
    ("dC_t * s.f_t", "-dC_t * s.f_t"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("right", "wrong"), SIGNS, ids=[right for right, _ in SIGNS])
def test_a_wrong_sign_in_the_library_fails_three_independent_proofs(right, wrong, monkeypatch):
    source = inspect.getsource(lstm.step_backward)
    assert source.count(right) == 1
    scope = dict(vars(lstm))
    exec(source.replace(right, wrong), scope)
    monkeypatch.setattr(lstm, "step_backward", scope["step_backward"])
    rng = np.random.default_rng(0)
    # 1. computer algebra; 2. central differences of the library's own forward; 3. another framework's numbers
    assert gradient_errors(3, 1, 1, rng)["library"] > 1e-2
    assert max(check_gradients(_loss_and_grads, _problem(rng)).values()) > 1e-2
    assert _distance_to_pytorch() > 1e-2


def _problem(rng):
    params = {name: rng.normal(size=p.shape) for name, p in lstm.init_params(2, 3, rng).items()}
    return params | {
        "X": rng.normal(size=(4, 2, 2)),
        "h_0": rng.normal(size=(3, 2)),
        "C_0": rng.normal(size=(3, 2)),
    }


def _loss_and_grads(p):
    hs, steps = lstm.forward(p, p["X"], (p["h_0"], p["C_0"]))
    grads, dX, (dh_0, dC_0) = lstm.backward(p, 2 * hs, steps)
    return float((hs**2).sum()), grads | {"X": dX, "h_0": dh_0, "C_0": dC_0}


def _distance_to_pytorch():
    stored = test_reference.load(test_reference.FILES[0].with_name("torch_lstm_T5_D3_H4_B2.json"))
    got = test_reference.backward(stored, test_reference.forward(stored)[1])
    return max(np.abs(got[name] - g).max() for name, g in test_reference.wanted_gradients(stored).items())
