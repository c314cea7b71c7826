"""Formulas that print as the primer does, compute what the library computes, and fit together or not at all."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm, symbolic
from lstm_lib.formulas import Formula, Lines, compute, latex, plus, sigma, spelt_out, tanh, times
from lstm_lib.functional import sigmoid
from lstm_lib.symbolic import (
    CELL,
    PRIMER,
    C_prev,
    C_t,
    C_tilde,
    D,
    H,
    W_f,
    b_f,
    f_t,
    h_t,
    i_t,
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
    assert repr(formula) == tex
    assert formula._repr_latex_().strip("$") == rf"\displaystyle {tex}"
    assert latex(formula.left) == tex.split(" = ")[0]


def test_the_stack_of_h_and_x_is_printed_with_h_on_top():
    assert repr(STACK) == r"z_t = \left[\begin{matrix}h_{t-1}\\x_t\end{matrix}\right]"


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
    assert repr(formula) == r"C_2 = f_2 \, C_1 + i_2 \, \tilde{C}_2"
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
    lines = Lines([CELL["f_t"], r"f_t = \left[0.2,\, 0.5\right]"])
    assert repr(lines).splitlines() == [str(line) for line in lines.lines]
    assert lines._repr_latex_() == (
        r"$\displaystyle \begin{aligned}f_t &= \sigma\left(a_f\right) \\[3pt] "
        r"f_t &= \left[0.2,\, 0.5\right]\end{aligned}$"
    )
