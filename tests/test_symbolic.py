"""Formulas that print as the primer does, compute what the library computes, and fit together or not at all."""

import inspect

import numpy as np
import pytest
import sympy as sp
import test_reference
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm, symbolic
from lstm_lib.functional import sigmoid, sigmoid_grad, tanh_grad
from lstm_lib.gradcheck import check_gradients, complex_step_gradient, numerical_gradient
from lstm_lib.symbolic import (
    BACKWARD,
    CELL,
    LOCAL,
    PRIMER,
    C_prev,
    C_t,
    C_tilde,
    D,
    Formula,
    H,
    Lines,
    W_f,
    a_f,
    b_f,
    chain_rule_error,
    compute,
    f_t,
    gradient_of,
    h_t,
    i_t,
    latex,
    library_error,
    local_derivative,
    numerical_error,
    plus,
    pull_back,
    reference,
    sigma,
    spelt_out,
    tanh,
    times,
    unroll,
    x_t,
    z_t,
)

settings.register_profile("course", deadline=None, derandomize=True, max_examples=20)
settings.load_profile("course")

TEX = {
    "f_t": r"f_t = \sigma\left(W_f \cdot z_t + b_f\right)",
    "i_t": r"i_t = \sigma\left(W_i \cdot z_t + b_i\right)",
    "C_tilde": r"\tilde{C}_t = \tanh\left(W_C \cdot z_t + b_C\right)",
    "C_t": r"C_t = f_t * C_{t-1} + i_t * \tilde{C}_t",
    "o_t": r"o_t = \sigma\left(W_o \cdot z_t + b_o\right)",
    "h_t": r"h_t = o_t * \tanh\left(C_t\right)",
}
FORMULAS = {name: (PRIMER[name], tex) for name, tex in TEX.items()}
STACK = CELL["z_t"]
six = pytest.mark.parametrize("name", FORMULAS)


def numbers(sizes=(2, 3, 4), seed=0):
    D, H, B = sizes
    rng = np.random.default_rng(seed)
    params = {name: rng.normal(size=p.shape) for name, p in lstm.init_params(D, H, rng).items()}
    inputs = {"x_t": rng.normal(size=(D, B)), "h_prev": rng.normal(size=(H, B)), "C_prev": rng.normal(size=(H, B))}
    return params | inputs | lstm.step(params, **inputs)._asdict()


# --- what they look like ---


@six
def test_the_latex_is_the_primers_form(name):
    formula, tex = FORMULAS[name]
    assert latex(formula) == repr(formula) == tex
    assert formula._repr_latex_().strip("$") == rf"\displaystyle {tex}"
    assert latex(formula.left) == tex.split(" = ")[0]


def test_the_stack_of_h_and_x_is_printed_with_h_on_top():
    assert latex(STACK) == r"z_t = \left[\begin{matrix}h_{t-1}\\x_t\end{matrix}\right]"


def test_each_symbol_is_written_as_in_the_notation():
    written = {"x_t": "x_t", "h_prev": "h_{t-1}", "C_prev": "C_{t-1}", "C_tilde": r"\tilde{C}_t", "W_f": "W_f"}
    assert {name: latex(getattr(symbolic, name)) for name in written} == written


def test_terms_stay_in_the_order_in_which_they_are_given():
    assert latex(plus(times(i_t, C_tilde), times(f_t, C_prev))) == r"i_t * \tilde{C}_t + f_t * C_{t-1}"
    assert latex(times(C_prev, f_t)) == "C_{t-1} * f_t"


def test_brackets_stand_where_they_are_needed():
    one = sp.OneMatrix(H, 1)
    assert latex(times(f_t, plus(C_prev, C_tilde))) == r"f_t * \left(C_{t-1} + \tilde{C}_t\right)"
    assert latex(times(f_t, plus(one, -f_t))) == r"f_t * \left(1 - f_t\right)"
    assert latex(sp.MatMul(W_f, plus(z_t, z_t))) == r"W_f \cdot \left(z_t + z_t\right)"
    assert latex(times(sp.MatMul(W_f, z_t), f_t)) == r"\left(W_f \cdot z_t\right) * f_t"
    assert latex(plus(f_t, times(f_t, C_t))) == "f_t + f_t * C_t"
    assert (latex(-f_t), latex(2 * f_t), latex(plus(f_t, -2 * C_t))) == (
        "-f_t",
        r"2 \cdot f_t",
        r"f_t - 2 \cdot C_t",
    )


# --- what they compute ---


@six
@given(sizes=st.tuples(*[st.integers(1, 5)] * 3), seed=st.integers(0, 99))
def test_every_formula_is_what_the_library_computes(name, sizes, seed):
    formula, values = FORMULAS[name][0], numbers(sizes, seed)
    assert formula.compute(values).shape == values[name].shape
    assert formula.error(values) < 1e-13
    assert STACK.error(values) == 0


@six
def test_a_wrong_number_gives_an_error_of_its_size(name):
    formula, values = FORMULAS[name][0], numbers()
    values[name] = values[name].copy()
    values[name][1, 2] += 0.25
    assert formula.error(values) == pytest.approx(0.25)
    values[name][0, 0] -= 3
    assert formula.error(values) == pytest.approx(3)


@six
def test_every_symbol_of_a_formula_counts(name):
    formula = FORMULAS[name][0]
    for symbol in formula.right.atoms(sp.MatrixSymbol):
        values = numbers()
        assert formula.error(values | {symbol.name: values[symbol.name] + 0.5}) > 1e-3, symbol


def test_swapped_gates_are_found():
    for a, b in ("fi", "fo", "io"):
        values = numbers()
        values[f"W_{a}"], values[f"W_{b}"] = values[f"W_{b}"], values[f"W_{a}"]
        assert FORMULAS[f"{a}_t"][0].error(values) > 1e-2


def test_the_two_squashing_functions_are_the_librarys():
    values = {"C_t": np.array([[-1000.0], [0.0], [0.3]])}
    assert (compute(C_t.applyfunc(sigma), values) == sigmoid(values["C_t"])).all()
    assert (compute(C_t.applyfunc(tanh), values) == np.tanh(values["C_t"])).all()


def test_a_missing_number_is_named_on_either_side():
    formula, values = FORMULAS["C_t"][0], {"f_t": np.ones((2, 1)), "C_tilde": np.ones((2, 1))}
    for call in (formula.compute, lambda values: compute(formula.right, values)):
        with pytest.raises(ValueError, match=r"^numbers has no C_prev, i_t; got f_t, C_tilde$"):
            call(values)
    everything = numbers()
    del everything["C_t"]
    with pytest.raises(ValueError, match=r"^numbers has no C_t; got "):
        formula.error(everything)


@pytest.mark.parametrize("shape", [(3, 1), (1, 4), (3,), ()])
def test_the_two_sides_are_not_broadcast(shape):
    formula = FORMULAS["h_t"][0]
    with pytest.raises(ValueError, match=r"^numbers give h_t shape .*; want \(3, 4\) like right"):
        formula.error(numbers() | {"h_t": np.zeros(shape)})


# --- shapes ---


def test_shapes_are_known_in_letters():
    assert plus(W_f * z_t, b_f).shape == (H, 1)
    assert times(f_t, C_prev).shape == (H, 1)
    assert plus(f_t, C_prev, C_t).shape == (H, 1)
    assert (x_t.shape, z_t.shape, W_f.shape, b_f.shape) == ((D, 1), (H + D, 1), (H, H + D), (H, 1))


@pytest.mark.parametrize("wrong", [z_t, x_t, W_f, 3, f_t.T])
def test_products_and_sums_of_two_shapes_are_refused(wrong):
    for call in (times, plus, lambda a, b: plus(a, a, b), lambda a, b: times(b, a)):
        with pytest.raises(ValueError, match=r"^the terms have shapes .*\(H, 1\).*; want one shape"):
            call(f_t, wrong)


def test_a_formula_with_two_shapes_is_refused():
    with pytest.raises(ValueError, match=r"^right has shape \(D \+ H, 1\); want \(H, 1\) like left, h_t"):
        Formula(h_t, z_t)


def test_a_formula_stays_what_it_is():
    with pytest.raises(AttributeError):
        FORMULAS["f_t"][0].left = i_t


# --- the derivatives of σ and tanh ---


def test_the_derivatives_of_the_two_names_follow_from_their_definitions():
    a = sp.Symbol("a", real=True)
    for name in (sigma, tanh):
        claimed, defined = spelt_out(sp.diff(name(a), a)), sp.diff(spelt_out(name(a)), a)
        assert sp.simplify((claimed - defined).rewrite(sp.exp)) == 0
    assert sp.diff(sigma(a), a) == sigma(a) * (1 - sigma(a))
    assert sp.diff(tanh(2 * a), a) == 2 * (1 - tanh(2 * a) ** 2)


def test_spelt_out_has_the_librarys_values():
    for value in (-3.0, -0.25, 0.0, 1.6):
        assert float(spelt_out(sigma(sp.Float(value)))) == pytest.approx(sigmoid(value), rel=1e-15)
        assert float(spelt_out(tanh(sp.Float(value)))) == pytest.approx(np.tanh(value), rel=1e-15)


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
    assert list(PRIMER) == list(TEX)
    for name, formula in PRIMER.items():
        assert not {"a_f", "a_i", "a_C", "a_o"} & {symbol.name for symbol in formula.right.atoms(sp.MatrixSymbol)}
        assert formula.error(everything()[0]) < 1e-14
        assert CELL[name].error(everything()[0]) < 1e-14


def test_every_entry_by_entry_node_has_a_local_derivative_for_each_of_its_symbols():
    assert set(LOCAL) == {
        *[("f_t", "a_f"), ("i_t", "a_i"), ("C_tilde", "a_C"), ("o_t", "a_o")],
        *[("C_t", "f_t"), ("C_t", "C_prev"), ("C_t", "i_t"), ("C_t", "C_tilde"), ("h_t", "o_t"), ("h_t", "C_t")],
    }


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
    assert latex(LOCAL["f_t", "a_f"]) == r"\frac{\partial f_t}{\partial a_f} = f_t * \left(1 - f_t\right)"
    assert latex(LOCAL["C_tilde", "a_C"]).endswith(r"= 1 - {\tilde{C}_t}^{2}")
    assert latex(LOCAL["h_t", "C_t"]).endswith(r"= o_t * \left(1 - \tanh^{2}\left(C_t\right)\right)")


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
    written = {name: latex(formula) for name, formula in BACKWARD.items()}
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
def test_unroll_wants_sizes(sizes):
    with pytest.raises((TypeError, ValueError), match=r"^[TDH] is .*; want a whole number of at least 1"):
        unroll(*sizes)


# --- the proofs ---

SIZES = [(1, 1, 1), (2, 1, 1), (3, 1, 1), (2, 2, 2)]
proofs = pytest.mark.parametrize("sizes", SIZES)


@proofs
def test_the_chain_rule_is_direct_differentiation(sizes):
    assert chain_rule_error(*sizes) == 0  # exactly: the two are the same polynomial


@proofs
def test_the_library_is_direct_differentiation(sizes):
    assert library_error(*sizes, np.random.default_rng(1)) < 1e-12


@proofs
def test_central_differences_agree(sizes):
    assert numerical_error(numerical_gradient, *sizes, np.random.default_rng(2)) < 1e-7


@proofs
def test_complex_steps_agree(sizes):
    assert numerical_error(complex_step_gradient, *sizes, np.random.default_rng(3)) < 1e-12


@given(seed=st.integers(0, 10**6))
def test_the_library_is_direct_differentiation_at_any_numbers(seed):
    assert library_error(2, 2, 2, np.random.default_rng(seed)) < 1e-11


def test_the_reference_gives_everything_in_its_shape():
    gradient = reference(2, 2, 2)
    params = lstm.init_params(2, 2, np.random.default_rng(0))
    ones = np.ones((2, 1))
    found = gradient(params, np.ones((2, 2, 1)), (ones, ones), np.ones((2, 2, 1)), ones)
    assert {name: g.shape for name, g in found.items()} == (
        {name: p.shape for name, p in params.items()} | {"X": (2, 2, 1), "h_0": (2, 1), "C_0": (2, 1)}
    )
    assert all(g.dtype == np.float64 for g in found.values())


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


@pytest.mark.parametrize(("right", "wrong"), SIGNS, ids=[right for right, _ in SIGNS])
def test_a_wrong_sign_in_the_library_fails_three_independent_proofs(right, wrong, monkeypatch):
    source = inspect.getsource(lstm.step_backward)
    assert source.count(right) == 1
    scope = dict(vars(lstm))
    exec(source.replace(right, wrong), scope)
    monkeypatch.setattr(lstm, "step_backward", scope["step_backward"])
    rng = np.random.default_rng(0)
    # 1. computer algebra; 2. central differences of the library's own forward; 3. another framework's numbers
    assert library_error(3, 1, 1, rng) > 1e-2
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


# --- how they are written ---


def test_a_name_is_written_by_its_parts():
    written = {
        "W_fh": "W_{fh}",
        "a_f_1": "a_{f,1}",
        "C_tilde_2": r"\tilde{C}_2",
        "dC_tilde": r"\mathrm{d}\tilde{C}_t",
        "dh_1_loss": r"\mathrm{d}h_1^{\text{loss}}",
        "∂h_t/∂C_t": r"\frac{\partial h_t}{\partial C_t}",
        "L": "L",
        "varepsilon": r"\varepsilon",
        "C_next": r"C_{\text{next}}",
    }
    assert {name: latex(sp.Symbol(name)) for name in written} == written


def test_scalars_have_formulas_too():
    two = unroll(2)
    formula = Formula(sp.Symbol("C_2"), two.nodes[sp.Symbol("C_2")])
    assert latex(formula) == r"C_2 = f_2 \, C_1 + i_2 \, \tilde{C}_2"
    values = {"f_2": np.array(0.5), "C_1": np.array(2.0), "i_2": np.array(0.25), "C_tilde_2": np.array(-1.0)}
    assert formula.compute(values) == 0.75
    with pytest.raises(ValueError, match=r"^right has shape \(H, 1\); want \(\) like left, C_2"):
        Formula(sp.Symbol("C_2"), C_t)


def test_a_sum_does_not_begin_with_a_minus_if_it_need_not():
    p, e = sp.symbols("p varepsilon")
    L = sp.Function("L")
    assert latex(L(p + e) - L(p)).startswith(r"L{\left(p + \varepsilon")
    assert latex(1 - sp.Symbol("f_1")) == "1 - f_1"
    assert latex(-p - e) == r"-p - \varepsilon"
    assert latex(p**3 - p**2 + p) == "p^{3} - p^{2} + p"  # and is left in order otherwise


def test_products_of_scalars_are_written_with_what_arrives_in_front():
    assert latex(sp.sympify("C_0*W_fh*dh_1*f_1*(1 - f_1)")) == (
        r"\mathrm{d}h_1 \, W_{fh} \, f_1 \, C_0 \, \left(1 - f_1\right)"
    )
    assert latex(-sp.Symbol("f_1") * sp.Symbol("C_0")) == r"-f_1 \, C_0"
    assert latex(sp.Symbol("p") ** 2 / 2) == r"\frac{p^{2}}{2}"


def test_lines_stand_below_each_other_at_the_equals_sign():
    lines = Lines([CELL["f_t"], CELL["C_t"]])
    assert repr(lines) == (
        r"\begin{aligned}f_t &= \sigma\left(a_f\right) \\[3pt] "
        r"C_t &= f_t * C_{t-1} + i_t * \tilde{C}_t\end{aligned}"
    )
    assert lines._repr_latex_() == rf"$\displaystyle {lines!r}$"


def test_lines_go_on_with_the_value_if_there_are_numbers():
    values = {"o_t": np.array([[0.5]]), "C_t": np.array([[0.3]]), "da_f": np.array([[2.0]])}
    values |= {"z_t": np.array([[0.1], [0.25]])}
    assert repr(Lines([CELL["h_t"]], values, digits=4)).endswith(r"\tanh\left(C_t\right) = 0.1457\end{aligned}")
    assert repr(Lines([BACKWARD["dW_f"]], values)).endswith(r"= \left[0.2,\, 0.5\right]\end{aligned}")
