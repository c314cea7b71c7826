"""Numbers are rounded once and from all their digits; formulas are written as the primer writes them."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import formulas
from lstm_lib.lesson import written

settings.register_profile("course", deadline=None, derandomize=True, max_examples=15)
settings.load_profile("course")


# --- numbers ---


def exactly(value):
    """Return the digits of a fraction: its decimals where they end, or p/q."""
    with localcontext(prec=100):
        decimal = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{decimal.normalize():f}" if Fraction(decimal) == value else str(value)


@given(
    p=st.integers(-(10**12), 10**12), q=st.integers(1, 10**9), digits=st.integers(1, 30), exact=st.booleans()
)  # fmt: skip
def test_numbers_are_rounded_half_up_from_all_their_digits(p, q, digits, exact):
    number = sp.Rational(p, q) if exact else sp.Float(sp.Rational(p, q), 50)
    text = written.number(number, digits)
    with localcontext(prec=200):
        n, d = map(int, sp.Rational(number).as_numer_denom())
        wanted = (Decimal(n) / Decimal(d)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    if exact and len(exactly(Fraction(p, q))) <= 12:
        assert Fraction(text.replace("−", "-")) == Fraction(p, q)
    else:
        assert text == (f"{wanted:f}".replace("-", "−") if wanted else f"{0:.{digits}f}")


@pytest.mark.parametrize(("number", "digits", "text"), [
    ("0.12344999999999999999999999", 4, "0.1234"),  # float64 reads 0.12345
    ("0.12345", 4, "0.1235"),  # float64 lies below it
    ("2.675", 2, "2.68"),
    ("0.99995", 4, "1.0000"),
    ("-0.00004", 4, "0.0000"),
    ("-0.00005", 4, "−0.0001"),
    ("-12.5", 1, "−12.5"),
])  # fmt: skip
def test_no_number_is_rounded_twice_or_through_a_float(number, digits, text):
    # the nearest number with 50 digits on the upper side of a tie, which no binary number hits
    up = sp.Float(number, 50) + sp.Float("1e-48", 50) * sp.sign(sp.Float(number))
    assert written.number(up, digits) == text


def test_a_tie_that_is_exact_goes_up():
    assert written.number(sp.Float("0.125", 50), 2) == "0.13"
    assert written.number(sp.Float("0.375", 50), 2) == "0.38"
    assert written.number(sp.Float("-0.125", 50), 2) == "−0.13"


@pytest.mark.parametrize(("number", "text"), [
    ("8/5", "1.6"), ("-1/2", "−0.5"), ("1/3", "1/3"), ("-22/7", "−22/7"), ("0", "0"), ("3", "3"),
    ("1/64", "0.015625"), ("123456789/1000000007", "0.1235"), ("-1/100000000000000", "0.0000"),
])  # fmt: skip
def test_exact_numbers_are_written_exactly_while_they_are_short(number, text):
    assert written.number(sp.Rational(number), 4) == text


@given(power=st.integers(1, 10**12), digits=st.integers(1, 30), sign=st.sampled_from([1, -1]))
def test_numbers_of_any_size_can_be_written(power, digits, sign):
    small, large = (sign * sp.Float(f"1.5e{e}", 50) for e in (-power - 40, power + 40))
    assert written.number(small, digits) == f"{0:.{digits}f}"
    assert written.number(large, digits).startswith("1.5" if sign > 0 else "−1.5")
    assert written.number(large, digits).endswith(f"e+{power + 40}")


@pytest.mark.parametrize("power", [16, 61, 300, 4299, 4301, 100_000])
def test_fractions_of_any_size_can_be_written(power):
    large, small = sp.Integer(10) ** power, sp.Rational(1, 10**power)
    assert written.number(large, 4) == written.number(large.evalf(50), 4) == f"1.0000e+{power}"
    assert written.number(-small, 4) == "0.0000"
    h = sp.Symbol("h_1")
    assert written.formula(h / 3 + large * h * sp.Symbol("o_1"))


# --- formulas ---


def test_symbols_are_html_and_brackets_stand_where_they_are_needed():
    names = {
        **{"C_tilde_1": "<i>C\u0303</i><sub>1</sub>", "a_f_1": "<i>a</i><sub>f,1</sub>", "L": "<i>L</i>"},
        **{"W_fh": "<i>W</i><sub>fh</sub>", "b_C": "<i>b</i><sub>C</sub>", "x_12": "<i>x</i><sub>12</sub>"},
    }
    assert {name: written.formula(sp.Symbol(name)) for name in names} == names
    f, h = sp.symbols("f_1 h_1")
    assert written.plain(written.formula(f * (1 - f))) == "f_1 · (1 − f_1)"
    numbers = {f: "−0.5", h: "2"}
    assert written.formula(f * (1 - f), numbers) == "(−0.5) · (1 − (−0.5))"
    assert written.formula(-h + f**2, numbers) == "(−0.5)<sup>2</sup> − 2"
    assert written.formula(formulas.tanh(f) ** 2, numbers) == "tanh<sup>2</sup>(−0.5)"
    assert written.formula(f, numbers) == "−0.5"
