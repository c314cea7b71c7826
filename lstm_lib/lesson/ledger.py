"""The ledger: a step as a table, every node with its numbers, to be read in a notebook or filled in on paper.

    make("primer", T=2)                 everything: formulas, values, local derivatives, gradients and their signs
    make("primer", T=2, fade="half")    forward is worked, backward down to the candidate of the first step
    make("primer", T=2, fade="blank")   formulas and inputs; all else is a box to write in

All three come from the same rows. Formulas and local derivatives are those of ``symbolic.unroll``. The numbers
have 50 digits and are rounded once, when they are written. How the tables and the printed page look stands in
``ledger_tables.html``, ``ledger_page.html`` and ``.css`` beside this file.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import chain
from numbers import Rational, Real
from pathlib import Path
from typing import NamedTuple

import numpy as np
import sympy as sp

from lstm_lib import data, validation
from lstm_lib.formulas import sigma, spelt_out, tanh
from lstm_lib.functional import sigmoid
from lstm_lib.lesson import written
from lstm_lib.symbolic import CELL, unroll

FADES = ("full", "half", "blank")
MOST_DIGITS = 30  # of the 50 that are computed
GATES = dict(zip("fiCo", sp.symbols("f i C_tilde o"), strict=True))  # the letter in W and b, and the quantity
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

_PRIMER = data.walkthrough()
EXAMPLES = {
    "primer": _PRIMER.params | {"X": _PRIMER.x_t[None], "h_0": _PRIMER.h_prev, "C_0": _PRIMER.C_prev},
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
    try:  # a float counts as the decimal that it prints as
        return sp.Rational(Fraction(value if isinstance(value, Rational) else str(value)))
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
        before = [leaves["X"][t - 1].item()]
        if t == 1:
            before += [leaves["h_0"].item(), leaves["C_0"].item()]
        forward[f"Step {t}"] = nodes
        backward = {f"Step {t}": [*reversed(nodes), *before]} | backward
    forward[f"Step {t}"] = [*nodes, LOSS]
    weights = [(*leaves[f"W_{letter}"].flat, *leaves[f"b_{letter}"].flat) for letter in reversed(GATES)]
    return forward, backward | {"Weights and biases": [*chain(*weights)]}


def _rows(unrolled, given, order, digits):
    values, gradients, rows = _values(unrolled, given), {LOSS: sp.Integer(1)}, {}
    numbers = {symbol: written.number(value, digits) for symbol, value in values.items()}
    goal = LOSS
    if unrolled.nodes[LOSS].is_Symbol:  # the last h is asked about itself
        goal = unrolled.nodes[LOSS]
    for symbol in [LOSS, *order]:
        readers = reversed(unrolled.readers(symbol))  # in the order in which their gradients are known
        parts = tuple(_part(unrolled.nodes, values, gradients, symbol, *reader) for reader in readers)
        if symbol != LOSS:
            gradients[symbol] = sum((part.product for part in parts), sp.Integer(0))
        formula = unrolled.nodes.get(symbol)
        substitution = "" if formula is None else written.formula(formula, numbers)
        meaning = _meaning(symbol, goal, gradients[symbol])
        rows[symbol.name] = Row(symbol, formula, substitution, values[symbol], parts, gradients[symbol], meaning)
    return {symbol.name: rows[symbol.name] for symbol in values}  # inputs, then nodes as they are computed


def _values(unrolled, given):
    """Return every value to 50 digits, and exactly where it is a fraction: what is given, and the first sums."""
    exact = {}
    for name, symbols in unrolled.leaves.items():
        exact |= dict(zip(symbols.flat, given[name].flat, strict=True))
    for symbol, formula in unrolled.nodes.items():
        value = spelt_out(formula.xreplace(exact))
        if value.is_Rational:
            exact[symbol] = value
    return unrolled.values(given, 50) | exact


def _part(nodes, values, gradients, symbol, reader, local):
    slope = spelt_out(local.xreplace(values))
    if not slope.is_Rational:
        slope = slope.evalf(50)
    upstream = gradients[reader]
    return Part(reader, _rule(nodes[reader], symbol), upstream, local, slope, upstream * slope)


def _rule(formula, symbol):
    """Return where the symbol stands: in a sum, in a product, inside a function (the chain rule)."""
    around = {function: sp.Dummy() for function in formula.atoms(sp.Function) if function.has(symbol)}
    (stands_as,) = around.values() or [symbol]
    factor = formula.xreplace(around).diff(stands_as)
    if factor == 1:
        return "chain" if around else "sum"
    return "product and chain" if around else "product"


def _meaning(symbol, goal, gradient):
    if symbol == goal:
        return "what we ask about"
    change = "grows" if gradient > 0 else "shrinks"
    if gradient == 0:
        change = "stays as it is"
    return f"{written.formula(goal)} {change}"


# --- how it is shown ---


@dataclass(frozen=True, repr=False)
class Ledger:
    """All rows, and how much of them is shown; made by `make`, shown by a notebook, put on paper by `page`.

    Examples
    --------
    >>> print(str(make("primer", digits=3)).splitlines()[11])
    f_1 | σ(a_f,1) | σ(1.6) | 0.832
    """

    rows: dict  # by the symbol's name
    forward: dict  # by heading: the symbols in the order of computation
    backward: dict
    digits: int
    fade: str
    worked: frozenset  # the symbols whose backward part is filled in

    def __repr__(self):
        rows = re.findall("<(?:caption.*?|tr)>(.*?)</(?:caption|tr)>", self._repr_html_(), re.DOTALL)
        cells = ([cell for cell in re.split("</t[dh]>", row) if cell.strip()] for row in rows)
        return "\n".join(" | ".join(map(written.plain, row)) for row in cells)

    def _repr_html_(self):
        tables = _templates().get_template("ledger_tables.html").module
        return f"<div>{tables.given(self)}{tables.forward(self)}{tables.backward(self)}</div>"

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
        slopes = {name: squash(sp.Symbol("a")).diff() for name, squash in _SQUASHES.items()}
        entries, off = _look_up()
        page = _templates().get_template("ledger_page.html")
        return page.render(ledger=self, slopes=slopes, entries=entries, off=off)


_SQUASHES = {"σ": sigma, "tanh": tanh}


@cache
def _templates():
    from jinja2 import Environment, FileSystemLoader  # comes with JupyterLab

    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"formula": written.formula, "number": written.number}
    environment.globals["GATES"] = GATES
    return environment


def _look_up():
    """Return σ and tanh at 0, 0.1 … 2.9, rounded, and how far a straight line between two of these is off."""
    fine, entries, off = np.linspace(0, 2.9, 2901), {}, {}
    for (name, squash), numeric in zip(_SQUASHES.items(), (sigmoid, np.tanh), strict=True):
        exact = [spelt_out(squash(sp.Rational(tenths, 10))).evalf(50) for tenths in range(30)]
        entries[name] = [written.rounded(value, 4) for value in exact]
        straight = np.interp(fine, np.arange(30) / 10, list(map(float, entries[name])))
        off[name] = np.ceil(np.abs(straight - numeric(fine)).max() * 10**4) / 10**4
    return entries, off
