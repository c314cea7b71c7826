"""The ledger: a step as a table, every node with its numbers, to be read in a notebook or filled in on paper.

    make("primer", T=2)                 everything: formulas, values, local derivatives, gradients and their signs
    make("primer", T=2, fade="half")    forward is worked, backward down to the candidate of the first step
    make("primer", T=2, fade="blank")   formulas and inputs; all else is a box to write in

All three come from the same rows. Formulas and local derivatives are those of ``symbolic.unroll``. The numbers
have 50 digits and are rounded once, when they are written.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from numbers import Real
from typing import NamedTuple

import numpy as np
import sympy as sp

from lstm_lib import data, validation
from lstm_lib.formulas import sigma, spelt_out, tanh
from lstm_lib.functional import sigmoid
from lstm_lib.symbolic import CELL, unroll

FADES = ("full", "half", "blank")
MOST_DIGITS, LONGEST_EXACT = 30, 12  # decimals of the 50 that are computed; characters
MINUS = "−"
GATES = "fiCo"
LOSS = sp.Symbol("L")
LAST_WORKED = "a_C_1"  # by then each rule has been shown once; i and f go as o and C̃ did


class Part(NamedTuple):
    """What one reader of a symbol sends back to it: upstream × slope = product.

    Examples
    --------
    >>> part = make("primer").rows["C_1"].parts[0]
    >>> part.reader, part.rule, part.local
    (h_1, 'product and chain', o_1*(1 - tanh(C_1)**2))
    """

    reader: sp.Symbol  # the node in whose formula the symbol stands
    rule: str  # how it stands there: sum, product, chain
    upstream: sp.Expr  # the gradient of the reader
    local: sp.Expr  # the derivative of the reader's formula with respect to the symbol
    slope: sp.Expr  # its value
    product: sp.Expr


class Row(NamedTuple):
    """A symbol and all there is to say about it: numbers in full precision, `substitution` and `meaning` in HTML.

    Examples
    --------
    >>> row = make("primer").rows["a_f_1"]
    >>> row.formula, row.substitution, row.value
    (W_fh*h_0 + W_fx*x_1 + b_f, '1 · 0.1 + 1 · 0.5 + 1', 8/5)
    """

    symbol: sp.Symbol
    formula: sp.Expr | None  # None for what is given
    substitution: str
    value: sp.Expr
    parts: tuple
    gradient: sp.Expr
    meaning: str


# --- what comes in ---

_x_h_C = dict(zip(("X", "h_0", "C_0"), data.walkthrough()[1:], strict=True))
EXAMPLES = {
    "primer": data.walkthrough().params | _x_h_C | {"X": _x_h_C["X"][None]},
    "quarters": {  # every quarter from −3/2 to 3/2 except 0, once; the first sums are −3/2, 1/2, −1 and 2
        **{"W_f": [["-1/2", "-1/4"]], "W_i": [["1/2", "-3/4"]], "W_C": [[1, "3/4"]], "W_o": [[-1, "1/4"]]},
        **{"b_f": [["-3/2"]], "b_i": [["3/2"]], "b_C": [["-5/4"]], "b_o": [["5/4"]]},
        **{"X": [[[1]], [["1/2"]]], "h_0": [["-1/2"]], "C_0": [["-3/4"]]},
    },
}


def example(name, T=1):
    """Return the numbers of a built-in example as exact fractions, to be changed and handed to `make`.

    Parameters
    ----------
    name : str
        "primer": all weights and biases 1, x_1 = 1/2, h_0 = 1/10, C_0 = 1/5. "quarters": twelve different weights
        and biases, and gradients of either sign.
    T : int, default 1
        Steps. Where the example has no more inputs, they are 0.

    Returns
    -------
    dict of ndarray
        The eight parameters, X of shape (T, 1, 1), h_0 and C_0 of shape (1, 1).

    Raises
    ------
    TypeError, ValueError
        An unknown name; a T that is not a whole number of at least 1.

    Examples
    --------
    >>> example("quarters", T=3)["X"].ravel()
    array([1, 1/2, 0], dtype=object)
    """
    return _example("name", name, validation.size("T", T))


def _example(argument, name, T):
    if not isinstance(name, str) or name not in EXAMPLES:
        raise ValueError(f"{argument} is {name!r}; want {' or '.join(map(repr, EXAMPLES))}")
    numbers = {key: _exactly(key, values) for key, values in EXAMPLES[name].items()}
    x = [*numbers["X"].flat, *[sp.Integer(0)] * T][:T]
    return numbers | {"X": np.array(x, dtype=object).reshape(T, 1, 1)}


def make(leaves="primer", T=1, dhs=None, *, digits=4, fade="full"):
    """Return the ledger of T steps of a cell with one unit and one input.

    Parameters
    ----------
    leaves : str or dict, default "primer"
        The name of an `example`, or numbers in its shapes: whole numbers, fractions, text such as "1/2". A float
        counts as the decimal that it prints as.
    T : int, default 1
        Steps.
    dhs : array_like of shape (T,) or (T, 1, 1), optional
        ∂L/∂h_t as the loss sees each h_t directly: L = Σ dh_t · h_t. None means that L is the last h.
    digits : int, default 4
        Decimals, 1 to 30. What is known exactly is written exactly if twelve characters are enough.
    fade : {"full", "half", "blank"}
        How much is filled in.

    Returns
    -------
    Ledger

    Raises
    ------
    TypeError, ValueError
        An argument of another kind, shape or range; a number missing; NaN.

    Examples
    --------
    >>> [part.reader for part in make("primer", T=2).rows["C_1"].parts]
    [C_2, h_1]
    """
    T, digits = validation.size("T", T), validation.size("digits", digits)
    if digits > MOST_DIGITS:
        raise ValueError(f"digits is {digits}; want a whole number from 1 to {MOST_DIGITS}")
    if not isinstance(fade, str) or fade not in FADES:
        raise ValueError(f"fade is {fade!r}; want {' or '.join(map(repr, FADES))}")
    unrolled = unroll(T)
    given = _given(unrolled, leaves, T)
    unrolled = _with_loss(unrolled, dhs)
    forward, backward = _order(unrolled)
    order = [*chain(*backward.values())]
    n_worked = {"full": len(order), "half": order.index(sp.Symbol(LAST_WORKED)) + 1, "blank": 0}[fade]
    rows = _rows(unrolled, given, order, digits)
    return Ledger(rows, forward, backward, digits, fade, frozenset(order[:n_worked]))


def _given(unrolled, leaves, T):
    if not isinstance(leaves, dict):
        return _example("leaves", leaves, T)
    missing = [name for name in unrolled.leaves if name not in leaves]
    if missing:
        got, want = ", ".join(map(str, leaves)), ", ".join(unrolled.leaves)
        raise ValueError(f"leaves has no {', '.join(missing)}; got {got}; want {want}")
    shapes = {name: symbols.shape for name, symbols in unrolled.leaves.items()}
    return {name: _exactly(f"leaves[{name!r}]", leaves[name], shape) for name, shape in shapes.items()}


def _exactly(name, values, *shapes):
    """Return an array of exact fractions, of one of the shapes."""
    values = np.array(values, dtype=object)
    if shapes and values.shape not in shapes:
        raise ValueError(f"{name} has shape {values.shape}; want {' or '.join(map(str, shapes))}")
    return np.array([_fraction(name, value) for value in values.flat], dtype=object).reshape(values.shape)


def _fraction(name, value):
    if not isinstance(value, Real | str) or isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} holds {value!r} ({type(value).__name__}); want numbers, or text such as '1/2'")
    try:
        return sp.Rational(Fraction(str(value)))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{name} holds {value!r}; want finite numbers, or text such as '1/2'") from None


# --- what is computed from it ---


def _with_loss(unrolled, dhs):
    """Return the steps with L as one more node, so that the loss is a reader like every other."""
    T = len(unrolled.steps)
    dhs = _exactly("dhs", [0] * (T - 1) + [1] if dhs is None else dhs, (T,), (T, 1, 1))
    numbers = dict(zip(unrolled.arriving["dhs"].flat, dhs.flat, strict=True))
    numbers[unrolled.arriving["dC_next"].item()] = sp.Integer(0)
    return replace(unrolled, nodes=unrolled.nodes | {LOSS: unrolled.loss.xreplace(numbers)})


def _order(unrolled):
    """Return the symbols under their headings: forward as they are computed, backward in reverse."""
    forward, backward, leaves = {}, {}, unrolled.leaves
    for t, step in enumerate(unrolled.steps, 1):
        nodes = [step[name].item() for name in CELL if name != "z_t"]
        before = [leaves["X"][t - 1].item(), *(leaves[name].item() for name in ("h_0", "C_0") if t == 1)]
        forward[f"Step {t}"] = nodes
        backward = {f"Step {t}": [*reversed(nodes), *before]} | backward
    forward[f"Step {t}"] = [*nodes, LOSS]
    gates = [(*leaves[f"W_{k}"].flat, *leaves[f"b_{k}"].flat) for k in reversed(GATES)]
    return forward, backward | {"Weights and biases": [*chain(*gates)]}


def _rows(unrolled, given, order, digits):
    values, gradients, rows = _values(unrolled, given), {LOSS: sp.Integer(1)}, {}
    loss = unrolled.nodes[LOSS]
    numbers = _Writer({symbol: _number(value, digits) for symbol, value in values.items()})
    for symbol in [LOSS, *order]:
        readers = reversed(unrolled.readers(symbol))  # in the order in which their gradients are known
        parts = tuple(_part(unrolled.nodes, values, gradients, symbol, *reader) for reader in readers)
        gradients.setdefault(symbol, sum((part.product for part in parts), sp.Integer(0)))
        formula = unrolled.nodes.get(symbol)
        substitution = "" if formula is None else numbers.write(formula)
        meaning = _meaning(symbol, loss if loss.is_Symbol else LOSS, gradients[symbol])
        rows[symbol.name] = Row(symbol, formula, substitution, values[symbol], parts, gradients[symbol], meaning)
    return {symbol.name: rows[symbol.name] for symbol in values}  # inputs, then nodes as they are computed


def _values(unrolled, given):
    """Return every value to 50 digits, and exactly where it is a fraction: what is given, and the first sums."""
    exact = {}
    for name, symbols in unrolled.leaves.items():
        exact |= dict(zip(symbols.flat, given[name].flat, strict=True))
    for symbol, formula in unrolled.nodes.items():
        value = spelt_out(formula.xreplace(exact))
        exact |= {symbol: value} if value.is_Rational else {}
    return unrolled.values(given, 50) | exact


def _part(nodes, values, gradients, symbol, reader, local):
    slope = spelt_out(local.xreplace(values))
    slope = slope if slope.is_Rational else slope.evalf(50)
    upstream = gradients[reader]
    return Part(reader, _rule(nodes[reader], symbol), upstream, local, slope, upstream * slope)


def _rule(formula, symbol):
    """Return where the symbol stands: in a sum, in a product, inside a function (the chain rule)."""
    inside = {f: sp.Dummy() for f in formula.atoms(sp.Function) if f.has(symbol)}
    factor = formula.xreplace(inside).diff(*inside.values() or [symbol])
    return " and ".join(["product"] * (factor != 1) + ["chain"] * bool(inside)) or "sum"


def _meaning(symbol, goal, gradient):
    of, on = _write(symbol), _write(goal)
    if symbol == goal:
        return "what we ask about"
    change = "no change of" if gradient == 0 else "a little more" if gradient > 0 else "a little less"
    return f"a little more {of}, {change} {on}"


# --- how numbers and formulas are written ---


class _Writer(sp.printing.printer.Printer):
    """Write formulas in HTML as the primer does; `numbers` are written in place of symbols."""

    def __init__(self, numbers=()):
        super().__init__()
        self.numbers = dict(numbers)

    def write(self, expression):
        """Return the HTML; a number that stands alone needs no brackets."""
        return self.numbers.get(expression) or self._print(expression)

    def _print_Symbol(self, expr):
        if expr in self.numbers:
            return f"({self.numbers[expr]})" if self.numbers[expr][0] == MINUS else self.numbers[expr]
        letter, *below = expr.name.replace("C_tilde", "C\u0303").split("_")
        return f"<i>{letter}</i>" + (f"<sub>{','.join(below)}</sub>" if below else "")

    def _print_Rational(self, expr):
        return _number(expr)

    def _print_Add(self, expr):
        return " + ".join(map(self._print, sorted(expr.args, key=_place))).replace(f"+ {MINUS}", f"{MINUS} ")

    def _print_Mul(self, expr):
        number, rest = expr.as_coeff_Mul()
        factors = [_number(abs(number))] * (abs(number) != 1)
        for factor in sorted(sp.Mul.make_args(rest), key=_place):
            factors.append(f"({self._print(factor)})" if factor.is_Add else self._print(factor))
        return MINUS * bool(number < 0) + " · ".join(factors)

    def _print_Pow(self, expr):
        written, power = self._print(expr.base), f"<sup>{expr.exp}</sup>"
        return written.replace("(", f"{power}(", 1) if expr.base.is_Function else written + power

    def _print_sigma(self, expr):
        return f"σ({self.write(expr.args[0])})"

    def _print_tanh(self, expr):
        return f"tanh({self.write(expr.args[0])})"


def _write(expression):
    return _Writer().write(expression)


def _place(part):
    """Return where a term or factor goes: numbers, weights and gates, the rest, functions, brackets."""
    name = min((symbol.name for symbol in part.free_symbols), key=_first, default="")
    return not part.is_Number, part.is_Add, part.is_Function, *_first(name)


def _first(name):
    return name[:1] not in "Wfio", len(name), name


def _number(value, digits=None):
    """Return the number rounded half up, once, in whole numbers; what is exact stays exact while it is short."""
    p, q = map(int, sp.Rational(value).as_numer_denom())
    places = next((d for d in range(MOST_DIGITS) if 10**d % q == 0), None)
    exact = f"{MINUS * (p < 0)}{abs(p)}/{q}" if places is None else _decimal(p, q, places)
    keep = value.is_Rational and (digits is None or len(exact) <= LONGEST_EXACT)
    return exact if keep else _decimal(p, q, digits)


def _decimal(p, q, digits):
    units = (2 * abs(p) * 10**digits + q) // (2 * q)  # how many of the last decimal
    whole, rest = divmod(units, 10**digits)
    return f"{MINUS * (p < 0 < units)}{whole}" + (f".{rest:0{digits}d}" if digits else "")


# --- how the tables are written ---

FORWARD = ("symbol", "formula", "with numbers", "value")
BACKWARD = (
    "symbol",
    "read by",
    "rule",
    "upstream",
    "× local derivative",
    "= product",
    "gradient",
    "its sign says",
)
_ASK, _WHY = "<small>rule?</small>", "<small>why added?</small>"


@dataclass(frozen=True, repr=False)
class Ledger:
    """All rows, and how much of them is shown; made by `make`, shown by a notebook, put on paper by `page`.

    Examples
    --------
    >>> print(str(make("primer", digits=3)).splitlines()[4])
    f_1 | σ(a_f,1) | σ(1.6) | 0.832
    """

    rows: dict  # by the symbol's name
    forward: dict  # by heading: the symbols in the order of computation
    backward: dict
    digits: int
    fade: str
    worked: frozenset  # the symbols whose backward part is filled in

    def __repr__(self):
        lines = [f"Given: {_plain(', '.join(self._inputs().values()))}"]
        for name, header, groups, cells in self._tables():
            for heading, symbols in groups.items():
                lines += [f"{name.capitalize()}. {heading}", " | ".join(header)]
                lines += chain(*(_text(*cells(self.rows[symbol.name])) for symbol in symbols))
        return "\n".join(lines)

    def _repr_html_(self):
        forward, backward = self._html()
        return f"<div>{self._given()}{forward}{backward}</div>"

    def page(self):
        """Return a complete HTML document to be printed: A4, landscape, no script, nothing from the network.

        Returns
        -------
        str

        Examples
        --------
        >>> make(fade="blank").page().splitlines()[1]
        '<html lang="en">'
        """
        T = len(self.forward)
        title = f"The ledger of an LSTM: {T} step{'s' * (T > 1)}, {self.fade}"
        forward, backward = self._html()
        aside = self._given() + _card() * (self.fade == "blank")
        return _PAGE.format(
            title=title, style=_STYLE, help=_help(), forward=forward, aside=aside, backward=backward
        )

    def _tables(self):
        yield "forward", FORWARD, self.forward, self._forward_cells
        yield "backward", BACKWARD, self.backward, self._backward_cells

    def _forward_cells(self, row):
        """Return what stands before the lines of a row, its lines, and what stands behind them."""
        worked = ["", ""] if self.fade == "blank" else [row.substitution, self._number(row.value)]
        return [_write(row.symbol)], [[_write(row.formula), *worked]], []

    def _backward_cells(self, row):
        worked = row.symbol in self.worked
        nothing = ["", _ASK, "", "", ""] if self.fade == "blank" else ["nothing", "–", "–", "–", "–"]
        lines = [self._part_cells(part, worked) for part in row.parts] or [nothing]
        gradient, meaning = (self._number(row.gradient), row.meaning) if worked else ("", "")
        if len(row.parts) > 1:
            kind = "shared weight" if row.symbol.name[0] in "Wb" else "several paths"
            why = f"<small>sum of {len(row.parts)}: {kind}</small>" if worked else _WHY
            gradient = f"<b>{f'+= {gradient}'.rstrip()}</b><br/>{why}"
        return [_write(row.symbol)], lines, [gradient, meaning]

    def _part_cells(self, part, worked):
        reader, slope = _write(part.reader), self._number(part.slope)
        local = slope if part.local.is_Number else f"{_write(part.local)} = {slope}"
        reader, local = ("", "") if self.fade == "blank" else (reader, local)
        if not worked:
            return [reader, _ASK, "", local, ""]
        return [reader, part.rule, self._number(part.upstream), local, self._number(part.product)]

    def _number(self, value):
        return _number(value, self.digits)

    def _inputs(self):
        given = [row for row in self.rows.values() if row.formula is None]
        return {row.symbol.name: f"{_write(row.symbol)} = {self._number(row.value)}" for row in given}

    def _given(self):
        cells, lines = self._inputs(), []
        for gate, symbol in zip(GATES, ("f", "i", "C_tilde", "o"), strict=True):
            line = [cells.pop(name) for name in (f"W_{gate}h", f"W_{gate}x", f"b_{gate}")]
            lines.append(_th(_write(sp.Symbol(symbol)), "row") + "".join(map(_td, line)))
        lines.append(_th("inputs", "row") + _td(", ".join(cells.values()), columns=3))
        header = "".join(_th(words, "col") for words in ("gate", "weight of h", "weight of x", "bias"))
        return _table("given", "Given", 4, header, [lines])

    def _html(self):
        for name, header, groups, cells in self._tables():
            n, bodies = len(header), []
            for heading, symbols in groups.items():
                rows = (_cells(*cells(self.rows[symbol.name])) for symbol in symbols)
                bodies.append([_th(heading, "rowgroup", columns=n), *chain(*rows)])
            yield _table(name, _CAPTIONS[name], n, "".join(_th(words, "col") for words in header), bodies)


_CAPTIONS = {
    "forward": "Forward: each value from those before it",
    "backward": "Backward: each gradient from the gradients of those that read the symbol; the gradient of L is 1",
}


def _text(before, lines, after):
    text = [" | ".join(map(_plain, [*before, *line])) for line in lines]
    return [*text[:-1], " | ".join([text[-1], *map(_plain, after)])]


def _plain(html):
    text = html.replace("<sub>", "_").replace("<sup>2</sup>", "²").replace("<br/>", " ")
    return re.sub("<[^>]*>", "", text) or "…"


def _cells(before, lines, after):
    n, cells = len(lines), ["".join(map(_td, line)) for line in lines]
    cells[0] = _th(before[0], "row", rows=n) + cells[0] + "".join(_td(cell, rows=n) for cell in after)
    return cells


# JupyterLab takes <style> out of a notebook that is not trusted, so what matters is written into each cell.
_BORDER = "border:1px solid;padding:.2em .5em;text-align:left;vertical-align:middle"


def _td(content, rows=1, columns=1):
    return f'<td style="{_BORDER}"{_span(rows, columns)}>{content}</td>'


def _th(content, scope, rows=1, columns=1):
    return f'<th scope="{scope}" style="{_BORDER}"{_span(rows, columns)}>{content}</th>'


def _span(rows, columns):
    return f' rowspan="{rows}"' * (rows > 1) + f' colspan="{columns}"' * (columns > 1)


def _table(name, caption, n_columns, header, groups):
    bodies = (f"<tbody><tr>{'</tr><tr>'.join(lines)}</tr></tbody>" for lines in groups)
    body = "".join(bodies).replace("<tr>", "\n<tr>")
    return (
        f'<table class="{name}" style="border-collapse:collapse;margin:0 0 1em 0">'
        f'<caption style="text-align:left"><b>{caption}</b></caption><colgroup>{"<col/>" * n_columns}</colgroup>'
        f"<thead><tr>{header}</tr></thead>{body}</table>\n"
    )


# --- the page ---


def _card():
    """Return the table in which σ and tanh are looked up, and how far a straight line between entries is off."""
    fine, lines, worst = np.linspace(0, 2.9, 2901), [], []
    for squash, name, numeric in ((sigma, "σ", sigmoid), (tanh, "tanh", np.tanh)):
        entries = [_decimal_of(squash(sp.Rational(k, 10))) for k in range(30)]
        off = np.interp(fine, np.arange(30) / 10, [float(entry) for entry in entries]) - numeric(fine)
        worst.append(_decimal(int(np.ceil(np.abs(off).max() * 10**4)), 10**4, 4))
        lines += [_th(f"{name} {k}", "row") + "".join(map(_td, entries[10 * k : 10 * k + 10])) for k in range(3)]
    caption = (
        f"Look up σ and tanh. Between two entries a straight line is off by at most {worst[0]} for σ and "
        f"{worst[1]} for tanh. Below zero: σ({MINUS}a) = 1 {MINUS} σ(a), tanh({MINUS}a) = {MINUS}tanh(a)"
    )
    header = _th("<i>a</i>", "col") + "".join(_th(f".{k}", "col") for k in range(10))
    return _table("card", caption, 11, header, [lines])


def _decimal_of(expression):
    p, q = map(int, sp.Rational(spelt_out(expression).evalf(50)).as_numer_denom())
    return _decimal(p, q, 4)


def _help():
    a = sp.Symbol("a")
    slopes = " and ".join(f"{name}′ = {_write(f(a).diff(a))}" for name, f in (("σ", sigma), ("tanh", tanh)))
    return _HELP.replace("SLOPES", slopes)


_HELP = """<b>Down, then back.</b> Forward: put the numbers into each formula. Backward: one line for each node in
whose formula the symbol stands; that node reads it, and its gradient is the <i>upstream</i>. Where several lines
come together they are added: <b>+=</b>. <b>Which rule?</b> <i>Sum</i>: the symbol is a term, the local derivative
is 1. <i>Product</i>: it is a factor, the local derivative is the other factor. <i>Chain</i>: it stands inside a
function, SLOPES. <b>Why added?</b> Because there are <i>several paths</i>, or because one <i>shared weight</i> is
used at several steps. The printed numbers are rounded once, at the end; yours may differ by 0.001."""

_STYLE = """
@page { size: A4 landscape; margin: 8mm 10mm }
body { margin: 0 auto; max-width: 277mm; color: #000; background: #fff;
       font: 9pt/1.25 "DejaVu Sans", "Segoe UI", Arial, sans-serif }
h1 { font-size: 13pt; margin: 0 }
p { margin: 1mm 0 2mm }
i { font-family: "DejaVu Serif", Georgia, serif }
p i { font-family: inherit }
small { font-size: 8pt }
sub, sup { font-size: 70%; line-height: 0 }
table { width: 100%; table-layout: fixed; font-variant-numeric: tabular-nums }
caption { padding-bottom: 1mm }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { height: 5.7mm; padding: .5mm 1.3mm !important }
.top { display: flex; gap: 5mm }
.top > div { width: 56% }
.top > div + div { width: 44% }
.card, .card caption { font-size: 7pt }
.card th, .card td { padding: .3mm .8mm !important; height: 4.4mm; white-space: nowrap }
.card col:nth-child(1) { width: 11% }
.given col:nth-child(1) { width: 16% }
.given col:nth-child(4) { width: 22% }
.forward col:nth-child(1) { width: 10% }
.forward col:nth-child(2) { width: 30% }
.forward col:nth-child(4) { width: 11% }
.backward col:nth-child(1) { width: 6% }
.backward col:nth-child(2) { width: 6.5% }
.backward col:nth-child(3) { width: 13% }
.backward col:nth-child(4) { width: 8.5% }
.backward col:nth-child(5) { width: 21% }
.backward col:nth-child(6) { width: 8.5% }
.backward col:nth-child(7) { width: 15.5% }
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"/><title>{title}</title><style>{style}</style></head>
<body>
<h1>{title}</h1>
<p>{help}</p>
<div class="top"><div>{forward}</div><div>{aside}</div></div>
{backward}
</body>
</html>
"""
