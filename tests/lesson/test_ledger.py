"""The ledger says what the library computes, to the last digit shown, and its three fadings are one table."""

import re
import xml.etree.ElementTree as ET
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from html.parser import HTMLParser
from itertools import chain

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm, symbolic
from lstm_lib.lesson import ledger, written

pytestmark = pytest.mark.slow  # the whole file takes some seconds

settings.register_profile("course", deadline=None, derandomize=True, max_examples=15)
settings.load_profile("course")

GATES = "fiCo"
every_ledger = pytest.mark.parametrize(
    ("name", "T"), [("primer", 1), ("quarters", 1), ("primer", 2), ("quarters", 3)]
)
every_fade = pytest.mark.parametrize("fade", ["full", "half", "blank"])


# --- numbers ---


def scalar_steps(leaves, bump=None):
    """Return every number of the steps by the primer's formulas; `bump` names one that moves by 1e-30j."""
    values = {}

    def put(name, value):
        values[name] = value + (1e-30j if name == bump else 0)
        return values[name]

    for k in GATES:
        put(f"W_{k}h", leaves[f"W_{k}"][0, 0])
        put(f"W_{k}x", leaves[f"W_{k}"][0, 1])
        put(f"b_{k}", leaves[f"b_{k}"][0, 0])
    h, C = put("h_0", leaves["h_0"][0, 0]), put("C_0", leaves["C_0"][0, 0])
    for t, x in enumerate(leaves["X"].ravel(), 1):
        x = put(f"x_{t}", x)
        a = {k: put(f"a_{k}_{t}", values[f"W_{k}h"] * h + values[f"W_{k}x"] * x + values[f"b_{k}"]) for k in GATES}
        f, i, o = (put(f"{k}_{t}", 1 / (1 + np.exp(-a[k]))) for k in "fio")
        C = put(f"C_{t}", f * C + i * put(f"C_tilde_{t}", np.tanh(a["C"])))
        h = put(f"h_{t}", o * np.tanh(C))
    return values


def as_floats(leaves):
    return {name: np.array(values, dtype=float) for name, values in leaves.items()}


rationals = st.fractions(-2, 2, max_denominator=12)


@st.composite
def cases(draw):
    T = draw(st.integers(1, 3))
    shapes = {name: symbols.shape for name, symbols in symbolic.unroll(T).leaves.items()}

    def numbers(shape):
        n = int(np.prod(shape))
        return np.array(draw(st.lists(rationals, min_size=n, max_size=n))).reshape(shape)

    return T, {name: numbers(shape) for name, shape in shapes.items()}, numbers((T, 1, 1))


@given(case=cases())
def test_every_value_and_gradient_is_that_of_the_library(case):
    T, leaves, dhs = case
    rows, floats = ledger.make(leaves, T, dhs).rows, as_floats(leaves)
    hs, steps = lstm.forward(floats, floats["X"], (floats["h_0"], floats["C_0"]))
    grads, dX, (dh_0, dC_0) = lstm.backward(floats, dhs.astype(float), steps)
    found = {}
    for t, s in enumerate(steps, 1):
        for name in ("f", "i", "o", "h", "C"):
            found[f"{name}_{t}"] = getattr(s, f"{name}_t").item(), None
        found[f"C_tilde_{t}"] = s.C_tilde.item(), None
        for k in GATES:
            found[f"a_{k}_{t}"] = (floats[f"W_{k}"] @ s.z_t + floats[f"b_{k}"]).item(), None
        found[f"x_{t}"] = floats["X"][t - 1].item(), dX[t - 1].item()
    for k in GATES:
        for n, of in enumerate("hx"):
            found[f"W_{k}{of}"] = floats[f"W_{k}"][0, n], grads[f"W_{k}"][0, n]
        found[f"b_{k}"] = floats[f"b_{k}"].item(), grads[f"b_{k}"].item()
    found |= {"h_0": (floats["h_0"].item(), dh_0.item()), "C_0": (floats["C_0"].item(), dC_0.item())}
    found["L"] = (hs * dhs.astype(float)).sum(), 1
    assert set(rows) == set(found)
    for name, (value, gradient) in found.items():
        assert float(rows[name].value) == pytest.approx(value, rel=1e-12, abs=1e-12), name
        if gradient is not None:
            assert float(rows[name].gradient) == pytest.approx(gradient, rel=1e-12, abs=1e-12), name


@given(case=cases())
def test_the_gradient_of_every_node_is_what_a_complex_step_finds(case):
    T, leaves, dhs = case
    rows, floats = ledger.make(leaves, T, dhs).rows, as_floats(leaves)
    for name in set(rows) - {"L"}:
        values = scalar_steps(floats, bump=name)
        loss = sum(float(dh) * values[f"h_{t}"] for t, dh in enumerate(dhs.ravel(), 1))
        assert float(rows[name].gradient) == pytest.approx(loss.imag * 1e30, rel=1e-12, abs=1e-12), name


# computed with mpmath, and once more with the decimal module; every digit counts
PRIMER_VALUES = {
    "f_1": "0.83201838513392448184",
    "i_1": "0.83201838513392448184",
    "o_1": "0.83201838513392448184",
    "C_tilde_1": "0.92166855440647128268",
    "C_1": "0.93324885929277575011",
    "h_1": "0.60912484309791837220",
}
PRIMER_GRADIENTS = {
    **{"a_f_1": "0.010791861888924248536", "a_i_1": "0.049732598732595513539"},
    **{"a_C_1": "0.048352535903101170719", "a_o_1": "0.102321774798633202310"},
    **{"b_f": "0.010791861888924248536", "b_i": "0.049732598732595513539"},
    **{"b_C": "0.048352535903101170719", "b_o": "0.102321774798633202310"},
    **{"W_fh": "0.0010791861888924", "W_fx": "0.0053959309444621"},
    **{"W_ih": "0.0049732598732596", "W_ix": "0.0248662993662978"},
    **{"W_oh": "0.0102321774798633", "W_ox": "0.0511608873993166"},
    **{"W_Ch": "0.0048352535903101", "W_Cx": "0.0241762679515506"},
    **{"C_1": "0.386075024856686207", "C_0": "0.321221518721799812"},
    **{"x_1": "0.211198771323254135", "h_0": "0.211198771323254135"},
    **{"f_1": "0.0772150049713372", "i_1": "0.355833210052104", "C_tilde_1": "0.3212215187218"},
    "o_1": "0.732105027943428901",
}


def test_the_primers_numbers_are_right_in_every_digit_that_is_known():
    rows = ledger.make("primer").rows
    assert rows["a_f_1"].value == sp.Rational(8, 5)
    known = [(rows[k].value, v) for k, v in PRIMER_VALUES.items()]
    known += [(rows[k].gradient, v) for k, v in PRIMER_GRADIENTS.items()]
    for number, digits in known:
        assert written.number(number, len(digits) - 2) == digits


@pytest.mark.parametrize(("y", "x_1", "a_o_1"), [
    (Fraction(0), ".128646418444750", ".0623267350197180"),
    (Fraction(1, 2), ".0230470327831232", ".0111658476204014"),
    (Fraction(1), "-.0825523528785038", "-.0399950397789152"),
])  # fmt: skip
def test_the_loss_may_pull_with_any_number(y, x_1, a_o_1):
    # L = ½ (h − y)² pulls with h − y, to 20 digits
    rows = ledger.make("primer", dhs=[Fraction(PRIMER_VALUES["h_1"]) - y]).rows
    assert float(rows["x_1"].gradient) == pytest.approx(float(x_1), rel=1e-13)
    assert float(rows["a_o_1"].gradient) == pytest.approx(float(a_o_1), rel=1e-13)


def test_the_second_step_of_the_primer_is_that_of_lesson_four():
    rows = ledger.make("primer", T=2).rows
    assert rows["x_2"].value == 0
    assert {name: written.number(rows[name].value, 6) for name in ("a_f_2", "C_2", "h_2")} == {
        "a_f_2": "1.609125", "C_2": "1.546819", "h_2": "0.761010",
    }  # fmt: skip


def test_exact_numbers_stay_exact_and_the_rest_have_fifty_digits():
    rows = ledger.make("quarters", T=2).rows
    for name in ("W_fh", "x_2", "h_0", "C_0", "a_f_1", "a_i_1", "a_C_1", "a_o_1"):
        assert rows[name].value.is_Rational, name
    for name in ("f_1", "a_f_2", "h_2"):
        assert rows[name].value.is_Float, name
        assert rows[name].value._prec >= 165, name  # bits
    finer = symbolic.unroll(2).values(ledger.example("quarters", 2), 80)
    assert abs(sp.N(rows["h_2"].value - finer[sp.Symbol("h_2")], 60)) < sp.Float("1e-48", 60)


# --- the parts ---


@every_ledger
def test_the_parts_of_a_gradient_multiply_and_add_up(name, T):
    rows = ledger.make(name, T, range(1, T + 1)).rows
    assert rows["L"].gradient == 1
    for row in rows.values():
        for part in row.parts:
            assert part.upstream == rows[part.reader.name].gradient
            assert abs(part.product - part.upstream * part.slope) < sp.Float("1e-45", 50)
        if row.symbol.name != "L":
            assert abs(row.gradient - sum(part.product for part in row.parts)) < sp.Float("1e-45", 50)


@every_ledger
def test_the_parts_are_the_readers_and_the_derivatives_of_their_formulas(name, T):
    rows = ledger.make(name, T).rows
    values = {row.symbol: row.value for row in rows.values()}
    for row in rows.values():
        readers = [
            r.symbol for r in rows.values() if r.formula is not None and row.symbol in r.formula.free_symbols
        ]
        assert [part.reader for part in row.parts] == readers[::-1]
        for part in row.parts:
            formula = symbolic.spelt_out(rows[part.reader.name].formula)
            wanted = sp.diff(formula, row.symbol).xreplace(values).evalf(40)
            assert abs(part.slope - wanted) < sp.Float("1e-35", 40)
            assert abs(symbolic.spelt_out(part.local).xreplace(values).evalf(40) - wanted) < sp.Float("1e-35", 40)


def test_where_several_parts_meet():
    one, two = ledger.make("quarters", 1).rows, ledger.make("quarters", 2, [1, 1]).rows
    several = {name: len(row.parts) for name, row in one.items() if len(row.parts) > 1}
    assert several == {"x_1": 4, "h_0": 4}
    several = {name: len(row.parts) for name, row in two.items() if len(row.parts) > 1}
    weights = {f"{w}": 2 for k in GATES for w in (f"W_{k}h", f"W_{k}x", f"b_{k}")}
    assert several == weights | {"x_1": 4, "x_2": 4, "h_0": 4, "h_1": 5, "C_1": 2}
    assert [str(part.reader) for part in two["h_1"].parts] == ["L", "a_o_2", "a_C_2", "a_i_2", "a_f_2"]
    assert [str(part.reader) for part in two["W_fx"].parts] == ["a_f_2", "a_f_1"]


def test_each_rule_is_named():
    rules = {name: {part.rule for part in row.parts} for name, row in ledger.make("quarters", 2).rows.items()}
    sums = {f"a_{k}_{t}" for k in GATES for t in (1, 2)}
    assert {name for name in rules if rules[name] == {"chain"}} == sums
    assert rules["b_f"] == rules["h_2"] == {"sum"}
    assert rules["C_2"] == {"product and chain"}
    assert rules["C_1"] == {"product", "product and chain"}
    for name in ("f_1", "i_2", "C_tilde_1", "o_2", "h_0", "x_1", "C_0", "W_fh", "W_ox"):
        assert rules[name] == {"product"}, name
    assert {part.rule for part in ledger.make(T=1, dhs=["1/2"]).rows["h_1"].parts} == {"product"}


@every_ledger
def test_rows_stand_in_an_order_in_which_they_can_be_computed(name, T):
    made = ledger.make(name, T)
    rows, known = made.rows, {row.symbol for row in made.rows.values() if row.formula is None}
    assert list(made.forward) == [f"Step {t}" for t in range(1, T + 1)]
    for symbol in chain(*made.forward.values()):
        assert rows[symbol.name].formula.free_symbols <= known
        known.add(symbol)
    assert len(known) == len(rows) == 15 + T - 1 + 10 * T + 1
    assert list(made.backward) == [*(f"Step {t}" for t in range(T, 0, -1)), "Weights and biases"]
    known = {ledger.LOSS}
    for symbol in chain(*made.backward.values()):
        assert {part.reader for part in rows[symbol.name].parts} <= known
        known.add(symbol)
    assert len(known) == len(rows)


def test_backward_is_forward_read_from_the_end():
    backward = ledger.make("quarters", T=2).backward
    nodes = ["h", "o", "a_o", "C", "C_tilde", "a_C", "i", "a_i", "f", "a_f"]
    assert list(map(str, backward["Step 2"])) == [*(f"{name}_2" for name in nodes), "x_2"]
    assert list(map(str, backward["Step 1"])) == [*(f"{name}_1" for name in nodes), "x_1", "h_0", "C_0"]
    weights = [name for k in "oCif" for name in (f"W_{k}h", f"W_{k}x", f"b_{k}")]
    assert list(map(str, backward["Weights and biases"])) == weights


# --- what a sign says ---


def test_a_sign_is_put_into_words():
    rows = ledger.make("quarters", T=2).rows
    h_2 = "<i>h</i><sub>2</sub>"
    assert rows["h_2"].meaning == "what we ask about"
    assert rows["C_2"].meaning == f"{h_2} grows"
    assert rows["o_2"].meaning == f"{h_2} shrinks"
    assert all(("shrinks" in row.meaning) == (row.gradient < 0) for row in rows.values())
    early = ledger.make("quarters", T=2, dhs=[1, 0]).rows
    assert early["C_2"].meaning == "<i>h</i><sub>1</sub> stays as it is"
    both = ledger.make("quarters", T=2, dhs=[1, 1]).rows
    assert both["h_2"].meaning == "<i>L</i> grows"


def test_a_node_that_nothing_reads_has_no_parts_and_no_gradient():
    made = ledger.make("quarters", T=2, dhs=[1, 0])
    assert made.rows["h_2"].parts == ()
    assert made.rows["h_2"].gradient == 0
    assert "h_2 | nothing | – | – | – | – | 0 | h_1 stays as it is" in repr(made)
    assert "nothing" not in repr(ledger.make("quarters", T=2, dhs=[1, 0], fade="blank"))


# --- how it is written ---


@pytest.mark.parametrize("digits", [1, 3, 4, 7, 30])
def test_the_ledger_shows_the_digits_that_are_asked_for(digits):
    made = ledger.make("primer", digits=digits)
    line = next(line for line in repr(made).splitlines() if line.startswith("f_1 | σ"))
    with localcontext(prec=60):
        f = 1 / (1 + Decimal("-1.6").exp())
        assert line.split(" | ")[-1] == str(f.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    rounded = re.findall(r"\d+\.(\d+)", repr(made))
    assert {len(figures) for figures in rounded} <= {1, digits}  # 1: the exact 0.1, 0.2, 0.5 and 1.6


@pytest.mark.parametrize(("name", "T", "line"), [
    ("primer", 1, "C_1 | f_1 · C_0 + i_1 · C̃_1 | 0.8320 · 0.2 + 0.8320 · 0.9217 | 0.9332"),
    ("primer", 1, "h_1 | o_1 · tanh(C_1) | 0.8320 · tanh(0.9332) | 0.6091"),
    ("primer", 1, "L | h_1 | 0.6091 | 0.6091"),
    ("primer", 1, "C_1 | h_1 | product and chain | 1 | o_1 · (1 − tanh²(C_1)) = 0.3861 | 0.3861 | 0.3861 | "
     "h_1 grows"),
    ("quarters", 1, "a_f,1 | W_fh · h_0 + W_fx · x_1 + b_f | (−0.5) · (−0.5) + (−0.25) · 1 + (−1.5) | −1.5"),
    ("quarters", 1, "f_1 | σ(a_f,1) | σ(−1.5) | 0.1824"),
    ("quarters", 2, "h_2 | o_2 · tanh(C_2) | 0.8647 · tanh(−0.7418) | −0.5450"),
    ("quarters", 2, "a_C,2 | C̃_2 | chain | 0.3690 | 1 − C̃_2² = 0.2341 | 0.0864 | 0.0864 | "
     "h_2 grows"),
    ("quarters", 2, "L | h_2 | −0.5450 | −0.5450"),
])  # fmt: skip
def test_the_lines_are_written_as_the_primer_writes(name, T, line):
    assert line.replace("C̃", "C\u0303") in repr(ledger.make(name, T)).splitlines()


def test_a_loss_of_several_steps_is_written_out():
    text = repr(ledger.make("quarters", 11, [0, "-1/2", *[0] * 7, 1, -1]))
    assert "L | (−0.5) · h_2 + h_10 − h_11 | " not in text
    line = next(line for line in text.splitlines() if line.startswith("L | "))
    assert line.split(" | ")[1] == "−0.5 · h_2 + h_10 − h_11"


# --- HTML ---


class Tables(HTMLParser):
    """Collects the tables of a document: for each the rows of cells, a cell being (tag, attributes, text)."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.cell, self.power = {}, None, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "table":
            self.rows = self.tables[attrs["class"]] = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell = [tag, attrs, ""]
            self.rows[-1].append(self.cell)
        elif self.cell:
            self.cell[2] += {"sub": "_", "br": " "}.get(tag, "")
            self.power = tag == "sup"

    def handle_endtag(self, tag):
        self.power = False
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        if self.cell:
            self.cell[2] += {"2": "²"}[data] if self.power else data


def tables(made):
    return Tables(made._repr_html_()).tables


@every_fade
@every_ledger
def test_the_html_is_well_formed_and_every_header_knows_its_cells(name, T, fade):
    made = ledger.make(name, T, fade=fade)
    root = ET.fromstring(made._repr_html_())
    page = ET.fromstring(made.page())
    assert page.attrib == {"lang": "en"}
    assert page.find("head/title").text == page.find("body/h1").text
    assert f"{T} step" in page.find("head/title").text
    assert fade in page.find("head/title").text
    for document in (root, page):
        for table in document.iter("table"):
            assert table.find("caption") is not None
            assert all(th.attrib["scope"] == "col" for th in table.find("thead").iter("th"))
            width = sum(1 for _ in table.find("thead").iter("th"))
            for body in table.iter("tbody"):
                free = 0  # cells of the row that a cell above takes up
                pending = []
                for tr in body.iter("tr"):
                    free = sum(columns for rows, columns in pending)
                    cells = [(int(c.get("rowspan", 1)), int(c.get("colspan", 1))) for c in tr]
                    assert free + sum(columns for _, columns in cells) == width
                    pending = [(r - 1, c) for r, c in pending + cells if r > 1]
                    if not free:
                        assert tr[0].tag == "th"
                        assert tr[0].attrib["scope"] in ("row", "rowgroup")
                assert not pending
        for th in document.iter("th"):
            assert "".join(th.itertext()).strip()
    headings = [th.text for th in root.iter("th") if th.get("scope") == "rowgroup"]
    assert headings == [*made.forward, *made.backward]


def test_each_row_of_what_is_given_holds_the_weights_of_its_gate():
    leaves = ledger.example("quarters")
    lines = repr(ledger.make("quarters")).splitlines()[2:6]
    for (letter, heading), line in zip({"f": "f", "i": "i", "C": "C̃", "o": "o"}.items(), lines, strict=True):
        W_h, W_x = (written.number(weight, 4) for weight in leaves[f"W_{letter}"].flat)
        b = written.number(leaves[f"b_{letter}"].item(), 4)
        assert line == f"{heading} | W_{letter}h = {W_h} | W_{letter}x = {W_x} | b_{letter} = {b}"


@every_fade
def test_the_page_needs_nothing_from_outside_and_the_notebook_no_style_sheet(fade):
    made = ledger.make("quarters", 2, fade=fade)
    for html in (made.page(), made._repr_html_()):
        for banned in ("<script", "http:", "https:", "//", "url(", "@import", "<img", "<link", "onclick", "$"):
            assert banned not in html, banned
    for banned in ("<style", "background", "#", "color"):
        assert banned not in made._repr_html_(), banned
    page = made.page()
    assert "size: A4 landscape" in page
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"/>')
    assert all('style="border:1px solid' in cell for cell in re.findall("<t[dh] [^>]*>", made._repr_html_()))


@every_fade
@every_ledger
def test_minus_signs_are_minus_signs(name, T, fade):
    for text in (repr(ledger.make(name, T, fade=fade)), ledger.make(name, T, fade=fade)._repr_html_()):
        assert not re.search(r"(?<![a-z])-\s*[\d.(<]", text)
    assert "−0.5" in repr(ledger.make("quarters", fade=fade))


@every_fade
@every_ledger
def test_plus_equals_stands_exactly_where_several_parts_arrive(name, T, fade):
    made = ledger.make(name, T, range(T), fade=fade)  # the first h has no part from the loss
    found = {}
    for row in tables(made)["backward"]:
        if row[0][1].get("scope") == "row":
            found[row[0][2]] = "+=" in row[-2][2]
            assert all("+=" not in cell[2] for cell in row[:-2] + row[-1:])
    names = {written.plain(written.formula(row.symbol)): len(row.parts) > 1 for row in made.rows.values()}
    assert found == {name: several for name, several in names.items() if name != "L"}
    html = made._repr_html_()
    assert html.count("<b>+=") == html.count("+=") == sum(found.values())


def test_a_sum_is_said_in_words_too():
    rows = {row[0][2]: row[-2][2] for row in tables(ledger.make("quarters", 2))["backward"] if len(row) > 1}
    assert rows["W_fh"] == "+= 0.0351 sum of 2: shared weight"
    assert rows["C_1"] == "+= 0.1901 sum of 2: several paths"
    assert rows["b_o"] == "+= −0.0817 sum of 2: shared weight"
    assert rows["f_1"] == "−0.1426"


# --- fading ---

PROMPTS = ("", "rule?", "+= why added?")


@every_ledger
def test_the_three_fadings_are_one_table(name, T):
    full, half, blank = (tables(ledger.make(name, T, fade=fade)) for fade in ledger.FADES)
    assert set(full) == set(half) == set(blank) == {"given", "forward", "backward"}
    assert full["given"] == half["given"] == blank["given"]
    filled = {"full": 0, "half": 0, "blank": 0}
    for table in ("forward", "backward"):
        assert len(full[table]) == len(half[table]) == len(blank[table])
        for rows in zip(full[table], half[table], blank[table], strict=True):
            for cells in zip(*rows, strict=True):
                assert cells[0][:2] == cells[1][:2] == cells[2][:2]
                texts = [cell[2] for cell in cells]
                assert texts[0] not in PROMPTS
                assert texts[1] == texts[0] or texts[1] in PROMPTS
                assert texts[2] == texts[1] or texts[2] in PROMPTS
                for fade, text in zip(filled, texts, strict=True):
                    filled[fade] += text not in PROMPTS
    assert filled["blank"] < filled["half"] < filled["full"]


@every_ledger
def test_the_blank_ledger_gives_nothing_away(name, T):
    made = ledger.make(name, T, fade="blank")
    for row in tables(made)["forward"][1:]:
        if len(row) > 1:
            assert not re.search(r"(?<![_,\d])\d", row[1][2])  # a formula has no number but its subscripts
            assert [cell[2] for cell in row[2:]] == ["", ""]
    for row in tables(made)["backward"][1:]:
        if row[0][1].get("scope") != "rowgroup":
            assert all(cell[2] in PROMPTS for cell in row if cell[0] == "td")
            assert "rule?" in "".join(cell[2] for cell in row)
    numbers = set(re.findall(r"(?<![_,\d])−?\d[\d./]*", repr(made))) - {
        str(t) for t in range(1, T + 1)
    }  # headings
    inputs = {written.number(row.value, 4) for row in made.rows.values() if row.formula is None}
    assert numbers <= inputs


@every_ledger
def test_the_half_ledger_is_worked_to_the_candidate_and_gives_every_local_derivative(name, T):
    full, half = (tables(ledger.make(name, T, fade=fade)) for fade in ("full", "half"))
    assert half["forward"] == full["forward"]
    worked, current = {}, None
    for f, h in zip(full["backward"], half["backward"], strict=True):
        if h[0][1].get("scope") == "row":
            current = h[0][2]
        if h[0][1].get("scope") in ("col", "rowgroup"):
            continue
        start = h[0][0] == "th"
        assert h[start][2] == f[start][2]  # who reads it
        assert h[start + 3][2] == f[start + 3][2]  # the local derivative
        worked[current] = worked.get(current, True) and h == f
        if h != f:
            assert [h[start + n][2] for n in (1, 2, 4)] == ["rule?", "", ""]
            assert all(cell[2] in PROMPTS for cell in h[start + 5 :])
    order = list(worked)
    end = order.index("a_C,1") + 1
    assert list(worked.values()) == [True] * end + [False] * (len(order) - end)


@every_fade
def test_the_text_shows_what_the_html_shows(fade):
    made = ledger.make("quarters", 2, fade=fade)
    captions = re.findall("<caption.*?><b>(.*?)</b>", made._repr_html_())
    shown = []
    for caption, table in zip(captions, tables(made).values(), strict=True):
        shown += [[caption], *([cell[2] or "…" for cell in row] for row in table)]
    assert [line.split(" | ") for line in repr(made).splitlines()] == shown


# --- the card on the blank page ---


def test_the_card_is_on_the_blank_page_only():
    for fade in ledger.FADES:
        assert ("card" in Tables(ledger.make(fade=fade).page()).tables) == (fade == "blank")


def test_the_cards_entries_are_right_and_its_promise_is_kept_and_not_too_modest():
    page = ledger.make(fade="blank").page()
    header, *rows = Tables(page).tables["card"]
    assert [cell[2] for cell in header] == ["a", *(f".{k}" for k in range(10))]
    assert [row[0][2] for row in rows] == ["σ 0", "σ 1", "σ 2", "tanh 0", "tanh 1", "tanh 2"]
    entries = [cell[2] for row in rows for cell in row[1:]]
    a = np.arange(30) / 10
    with localcontext(prec=60):
        e = [(Decimal(k) / 10).exp() for k in range(30)]
        exact = [x / (x + 1) for x in e] + [(x * x - 1) / (x * x + 1) for x in e]
    assert entries == [str(x.quantize(Decimal("0.0001"), ROUND_HALF_UP)) for x in exact]
    promised = [
        float(number) for number in re.search(r"at most ([\d.]+) for σ and ([\d.]+) for tanh", page).groups()
    ]
    fine = np.linspace(0, 2.9, 99991)
    for n, squash in enumerate((lambda x: 1 / (1 + np.exp(-x)), np.tanh)):
        line = np.interp(fine, a, [float(entry) for entry in entries[30 * n : 30 * n + 30]])
        worst = np.abs(line - squash(fine)).max()
        assert worst <= promised[n] < worst + 1e-4


# --- examples, and what comes in ---


def test_the_quarters_are_what_they_say():
    leaves = ledger.example("quarters", 2)
    weights = [w for name in lstm.SHAPES for w in leaves[name].flat]
    assert sorted(weights) == [sp.Rational(k, 4) for k in range(-6, 7) if k]
    for T in (1, 2):
        rows = ledger.make("quarters", T).rows
        assert {rows[f"a_{k}_1"].value for k in GATES} == {sp.Rational(n, 2) for n in (-3, 1, -2, 4)}
        signs = [bool(row.gradient < 0) for row in rows.values()]
        assert 0.3 < sum(signs) / len(signs) < 0.7
        for t in range(1, T + 1):
            assert all(0.1 < rows[f"{k}_{t}"].value < 0.9 for k in "fio")
        assert all(abs(row.gradient) > 0.001 for row in rows.values())
    assert 0 not in (leaves["h_0"].item(), leaves["C_0"].item(), *leaves["X"].flat)


def test_the_primer_is_taken_as_decimals():
    leaves = ledger.example("primer", 3)
    assert leaves["X"].ravel().tolist() == [sp.Rational(1, 2), 0, 0]
    assert (leaves["h_0"].item(), leaves["C_0"].item()) == (sp.Rational(1, 10), sp.Rational(1, 5))
    assert all((leaves[name] == 1).all() for name in lstm.SHAPES)
    leaves["W_f"][:] = 7
    assert (ledger.example("primer")["W_f"] == 1).all()


@pytest.mark.parametrize("half", [
    0.5, np.float64(0.5), np.float32(0.5), "1/2", "0.5", Fraction(1, 2), sp.Rational(1, 2),
])  # fmt: skip
def test_numbers_of_every_kind_are_taken(half):
    leaves = ledger.example("quarters") | {"C_0": [[half]]}
    assert ledger.make(leaves).rows["C_0"].value == sp.Rational(1, 2)


def test_a_float_counts_as_the_decimal_that_it_prints_as():
    leaves = ledger.example("quarters")
    for tenth in (0.1, np.float64(0.1), np.float32(0.1)):
        assert ledger.make(leaves | {"h_0": [[tenth]]}).rows["h_0"].value == sp.Rational(1, 10)
    params = {name: np.full(p.shape, 0.3) for name, p in leaves.items()}
    assert ledger.make(params).rows["a_f_1"].value == sp.Rational(48, 100)


def test_nothing_that_comes_in_is_changed():
    leaves = as_floats(ledger.example("quarters", 2))
    before = {name: p.copy() for name, p in leaves.items()}
    ledger.make(leaves, 2)
    assert all((leaves[name] == before[name]).all() and leaves[name].dtype == float for name in leaves)


def test_the_loss_is_the_last_h_unless_something_else_is_said():
    for dhs in ([0, 1], (0, 1), np.array([0.0, 1.0]), np.array([[[0]], [[1]]])):
        assert repr(ledger.make("quarters", 2, dhs)) == repr(ledger.make("quarters", 2))
    assert repr(ledger.make("quarters", 2, [1, 0])) != repr(ledger.make("quarters", 2))
    assert {row.gradient for row in ledger.make("quarters", 2, [0, 0]).rows.values()} == {0, 1}


def with_leaf(**changed):
    return ledger.example("quarters") | changed


@pytest.mark.parametrize(("error", "message", "call"), [
    (ValueError, "T is 0; want a whole number of at least 1", lambda: ledger.make(T=0)),
    (TypeError, "T is 1.5 (float); want", lambda: ledger.make(T=1.5)),
    (ValueError, "digits is 0; want", lambda: ledger.make(digits=0)),
    (ValueError, "digits is -1; want", lambda: ledger.make(digits=-1)),
    (ValueError, "digits is 31; want a whole number from 1 to 30", lambda: ledger.make(digits=31)),
    (TypeError, "digits is '4' (str); want", lambda: ledger.make(digits="4")),
    (ValueError, "fade is 'ful'; want 'full' or 'half' or 'blank'", lambda: ledger.make(fade="ful")),
    (ValueError, "fade is None; want", lambda: ledger.make(fade=None)),
    (ValueError, "leaves is 'prime'; want 'primer' or 'quarters'", lambda: ledger.make("prime")),
    (ValueError, "leaves is 3; want 'primer' or 'quarters'", lambda: ledger.make(3)),
    (ValueError, "name is 'prime'; want 'primer' or 'quarters'", lambda: ledger.example("prime")),
    (ValueError, "name is ['primer']; want", lambda: ledger.example(["primer"])),
    (ValueError, "T is 0; want", lambda: ledger.example("primer", 0)),
    (ValueError, "leaves has no W_f, h_0; got ", lambda: ledger.make(
        {k: v for k, v in with_leaf().items() if k not in ("W_f", "h_0")})),
    (ValueError, "leaves['W_f'] has shape (2,); want (1, 2)", lambda: ledger.make(with_leaf(W_f=[1, 2]))),
    (ValueError, "leaves['b_o'] has shape (); want (1, 1)", lambda: ledger.make(with_leaf(b_o=1))),
    (ValueError, "leaves['X'] has shape (1, 1, 1); want (2, 1, 1)", lambda: ledger.make(with_leaf(), T=2)),
    (ValueError, "leaves['C_0'] holds nan; want finite", lambda: ledger.make(with_leaf(C_0=[[np.nan]]))),
    (ValueError, "leaves['C_0'] holds inf; want finite", lambda: ledger.make(with_leaf(C_0=[[float("inf")]]))),
    (ValueError, "leaves['C_0'] holds '1/0'; want finite", lambda: ledger.make(with_leaf(C_0=[["1/0"]]))),
    (ValueError, "leaves['C_0'] holds 'half'; want finite", lambda: ledger.make(with_leaf(C_0=[["half"]]))),
    (TypeError, "leaves['C_0'] holds 1j (complex); want", lambda: ledger.make(with_leaf(C_0=[[1j]]))),
    (TypeError, "leaves['C_0'] holds None (NoneType); want", lambda: ledger.make(with_leaf(C_0=[[None]]))),
    (TypeError, "leaves['C_0'] holds True (bool); want", lambda: ledger.make(with_leaf(C_0=[[True]]))),
    (ValueError, "dhs has shape (3,); want (2,) or (2, 1, 1)", lambda: ledger.make(T=2, dhs=[0, 0, 1])),
    (ValueError, "dhs has shape (); want (1,) or (1, 1, 1)", lambda: ledger.make(dhs=1)),
    (ValueError, "dhs holds nan; want finite", lambda: ledger.make(dhs=[np.nan])),
])  # fmt: skip
def test_what_does_not_fit_is_named(error, message, call):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        call()


# --- extremes ---

EXTREME = {"-1e4": -10_000, "1e4": 1e4, "-1e9": "-1e9", "1e30": "1e30", "-1e400": "-1e400", "10**5000": 10**5000}


@pytest.mark.parametrize("fade", ["full", "blank"])
@pytest.mark.parametrize("x", EXTREME.values(), ids=EXTREME)
def test_saturated_gates_are_written_as_any_other(x, fade):
    made = ledger.make(ledger.example("primer") | {"X": [[[x]]]}, fade=fade)
    assert made.page().count("<table") == (4 if fade == "blank" else 3)
    assert len(repr(made).splitlines()) > 50
    floats = as_floats(ledger.example("primer"))
    far = np.sign(float(sp.sign(made.rows["x_1"].value))) * np.full((1, 1, 1), 1e4)
    _, (s,) = lstm.forward(floats, far, (floats["h_0"], floats["C_0"]))
    for name, value in {"f_1": s.f_t, "C_tilde_1": s.C_tilde, "C_1": s.C_t, "h_1": s.h_t}.items():
        assert float(made.rows[name].value) == pytest.approx(value.item(), abs=1e-12)


@pytest.mark.parametrize("dh", [*EXTREME.values(), "1e-5000"], ids=[*EXTREME, "1e-5000"])
def test_gradients_of_any_size_are_written(dh):
    made = ledger.make("quarters", T=2, dhs=[1, dh])
    assert ("e+" in repr(made)) == bool(abs(made.rows["h_2"].gradient) > 1e15)
    assert {row.gradient != 0 for row in made.rows.values()} == {True}
    assert made.page()
