"""The working of a step, line by line: the formula, the numbers in it, and what came out, each in its colour.

    working = Working(params, x, h, C)     what is given
    working.write(f_1=f)                   f_1 = σ(a_f,1) = σ(1.6) = 0.832018

The lines stand on white, as figures do, so that their colours can be read in a dark theme, too.
"""

from typing import NamedTuple

import numpy as np
import sympy as sp

from lstm_lib import formulas, lstm, validation
from lstm_lib.lesson import written
from lstm_lib.plotting import INK, LOOKS
from lstm_lib.symbolic import BACKWARD, CELL, PRIMER, unroll

DIGITS = 6
_CARD = f"background:white;color:{INK};padding:0.3em 0.8em;margin:0.3em 0;font-size:115%"


class Working:
    """What is given and what has been found, of two steps of a cell with one unit and one input.

    Parameters
    ----------
    params : dict of ndarray
        The eight arrays, of shape (1, 2) and (1, 1).
    x, h, C : float
        The input x_1, and h_0 and C_0.

    Raises
    ------
    TypeError, ValueError
        A shape or a number that is none of these.

    Examples
    --------
    >>> params = lstm.init_params(1, 1, np.random.default_rng(0))
    >>> Working({name: np.ones_like(p) for name, p in params.items()}, 0.5, 0.1, 0.2).write(a_f_1=1.6)
    a_f,1 = W_fh · h_0 + W_fx · x_1 + b_f = 1 · 0.1 + 1 · 0.5 + 1 = 1.6
    """

    def __init__(self, params, x, h, C):
        self._nodes = unroll(2).nodes
        given = {"x_1": x, "h_0": h, "C_0": C}
        for name in lstm.SHAPES:
            shape = (1, 2) if name[0] == "W" else (1, 1)
            if np.shape(params[name]) != shape:
                raise ValueError(f"params[{name!r}] has shape {np.shape(params[name])}; want {shape}")
            ends = ("h", "x") if name[0] == "W" else ("",)
            given |= dict(zip((name + end for end in ends), params[name].flat, strict=True))
        self._numbers = {sp.Symbol(name): validation.number(name, value) for name, value in given.items()}

    def write(self, **found):
        """Return a line for each quantity that was found: its formula, the numbers in it, and its value.

        Parameters
        ----------
        **found : float
            By the quantity's name, such as f_1, C_tilde_1 or x_2; kept for the lines that follow.

        Returns
        -------
        Lines

        Raises
        ------
        TypeError, ValueError
            A name that is no quantity of the two steps, or a value that is no number.
        """
        names = [symbol.name for symbol in self._nodes]
        for name, value in found.items():
            if name not in [*names, "x_2"]:
                raise ValueError(f"{name} is no quantity of the two steps; want one of x_2, {', '.join(names)}")
            self._numbers[sp.Symbol(name)] = validation.number(name, value)
        return Lines(tuple(self._line(sp.Symbol(name)) for name in found))

    def _line(self, symbol):
        sides = [written.formula(symbol, paint=_paint)]
        if symbol in self._nodes:
            formula = self._nodes[symbol]
            texts = {part: _text(self._value(part)) for part in formula.free_symbols}
            sides += [written.formula(formula, paint=_paint), written.formula(formula, texts, _paint)]
        return " = ".join([*sides, f"<b>{_paint(symbol, _text(self._value(symbol)))}</b>"])

    def _value(self, symbol):
        """Return what was given or found; what was passed over is computed."""
        if symbol in self._numbers:
            return self._numbers[symbol]
        if symbol not in self._nodes:
            raise ValueError(f"{symbol} has no value yet: write it first")
        formula = self._nodes[symbol]
        values = {part: self._value(part) for part in formula.free_symbols}
        return float(formulas.spelt_out(formula.xreplace(values)))


class Lines(NamedTuple):
    """Lines of arithmetic, in HTML; where there is no notebook, they are text.

    Examples
    --------
    >>> Lines(("<i>f</i><sub>1</sub> = 0.5",))
    f_1 = 0.5
    """

    lines: tuple

    def _repr_html_(self):
        rows = "".join(f'<p style="margin:0.25em 0">{line}</p>' for line in self.lines)
        return f'<div class="lstm-paper" style="{_CARD}">{rows}</div>'

    def __repr__(self):
        return "\n".join(map(written.plain, self.lines))


def _paint(symbol, text):
    """Write a text in the colour of the quantity that a symbol stands for, if it has one."""
    letter = symbol.name.rpartition("_")[0]
    look = LOOKS.get(letter if letter == "C_tilde" else f"{letter}_t")
    return text if look is None else f'<span style="color:{look.colour}">{text}</span>'


def _text(value):
    text = f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")
    return text.replace("-", written.MINUS)


class WayBack:
    r"""The way back through one step: each gradient below the formula that it comes from.

    Parameters
    ----------
    params : dict of ndarray
        As in `lstm.step`.
    x_t, h_prev, C_prev : ndarray
        As in `lstm.step`.

    Examples
    --------
    >>> from lstm_lib import data
    >>> print(WayBack(*data.walkthrough()).write(do_t=0.7321))
    h_t = o_t * \tanh\left(C_t\right) = 0.609125
    \mathrm{d}o_t = \mathrm{d}h_t * \tanh\left(C_t\right) = 0.7321
    """

    def __init__(self, params, x_t, h_prev, C_prev):
        s = lstm.step(params, x_t, h_prev, C_prev)
        self._numbers = params | s._asdict() | {"x_t": x_t, "h_prev": h_prev}
        for k in lstm.GATES:
            self._numbers[f"a_{k}"] = params[f"W_{k}"] @ s.z_t + params[f"b_{k}"]

    def forward(self):
        """Return what the step has left: its six formulas, and the values."""
        return formulas.Lines(tuple(self._with_value(CELL[name]) for name in PRIMER))

    def write(self, **found):
        """Return a line for each gradient that was found, below the formula in which its symbol stands.

        Parameters
        ----------
        **found : float or ndarray
            By name, such as dC_t or da_f; in the order in which they were found.

        Returns
        -------
        formulas.Lines

        Raises
        ------
        ValueError
            A name that is no gradient of the step.
        """
        lines = []
        for name, value in found.items():
            if name not in BACKWARD:
                raise ValueError(f"{name} is no gradient of the step; want one of {', '.join(BACKWARD)}")
            readers = [formula for formula in CELL.values() if name[1:] in _names_in(formula.right)]
            if len(readers) == 1 and self._with_value(readers[0]) not in lines:
                lines.append(self._with_value(readers[0]))
            lines.append(f"{BACKWARD[name]} = {_row(value)}")
        return formulas.Lines(tuple(lines))

    def _with_value(self, formula):
        return f"{formula} = {_row(formula.compute(self._numbers))}"


def _names_in(expression):
    return {symbol.name for symbol in expression.atoms(sp.MatrixSymbol)}


def _row(value):
    """Write a number, or a row or column of them, in LaTeX."""
    entries = [f"{entry:.{DIGITS}g}" for entry in np.ravel(value)]
    row = r",\, ".join(entries)
    return row if len(entries) == 1 else rf"\left[{row}\right]"
