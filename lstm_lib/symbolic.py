"""The cell's quantities as sympy symbols with shapes, and formulas that both print and compute.

    f = Formula(f_t, gate(σ, W_f, b_f))      shapes are checked when the formula is put together
    f                                        in a notebook: the formula, typeset
    f.error(numbers)                         how far left and right are apart when the symbols get numbers

What is displayed and what is computed come from the same object, so they cannot disagree.
"""

from dataclasses import dataclass

import numpy as np
import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import PRECEDENCE

from lstm_lib.functional import sigmoid

H, D = sp.symbols("H D", integer=True, positive=True)


def _columns(names, rows):
    return [sp.MatrixSymbol(name, rows, 1) for name in names.split()]


x_t, h_prev, C_prev = _columns("x_t", D) + _columns("h_prev C_prev", H)
z_t, h_t, C_t = _columns("z_t", H + D) + _columns("h_t C_t", H)
f_t, i_t, C_tilde, o_t = _columns("f_t i_t C_tilde o_t", H)
b_f, b_i, b_C, b_o = _columns("b_f b_i b_C b_o", H)
W_f, W_i, W_C, W_o = (sp.MatrixSymbol(name, H, H + D) for name in ("W_f", "W_i", "W_C", "W_o"))
sigma, tanh = sp.Function("sigma"), sp.Function("tanh")  # names only: entry by entry, and never simplified away

_TEX = {"x_t": "x_t", "h_prev": "h_{t-1}", "C_prev": "C_{t-1}", "C_tilde": r"\tilde{C}_t"}


def gate(squash, W, b):
    """Return squash(W · z_t + b), entry by entry: the form that f_t, i_t, C̃_t and o_t share.

    Parameters
    ----------
    squash : sympy function
        `sigma` or `tanh`.
    W, b : MatrixSymbol
        Weights of shape (H, H+D) and bias of shape (H, 1).

    Returns
    -------
    sympy expression of shape (H, 1)

    Raises
    ------
    ValueError
        The shapes do not fit z_t.

    Examples
    --------
    >>> gate(sigma, W_f, b_f).shape
    (H, 1)
    """
    if W.shape != (H, H + D) or b.shape != (H, 1):
        raise ValueError(f"W and b have shapes {W.shape} and {b.shape}; want {(H, H + D)} and {(H, 1)}")
    return (W * z_t + b).applyfunc(squash)


def times(left, right):
    """Return the product entry by entry, which the primer writes as ``*``.

    Raises
    ------
    ValueError
        Two shapes.

    Examples
    --------
    >>> times(f_t, C_prev).shape
    (H, 1)
    """
    return sp.HadamardProduct(*_alike(left, right))


def plus(*terms):
    """Return the sum, in the order in which the terms are given.

    Raises
    ------
    ValueError
        Two shapes.

    Examples
    --------
    >>> plus(times(f_t, C_prev), times(i_t, C_tilde)).shape
    (H, 1)
    """
    return sp.MatAdd(*_alike(*terms))


def _alike(*terms):  # sympy would put together what does not fit
    shapes = [getattr(term, "shape", ()) for term in terms]
    if len(set(shapes)) != 1 or () in shapes:
        raise ValueError(f"the terms have shapes {', '.join(map(str, shapes))}; want one shape")
    return terms


@dataclass(frozen=True, repr=False)
class Formula:
    r"""A symbol and what it equals.

    Raises
    ------
    ValueError
        The two sides have two shapes.

    Examples
    --------
    >>> formula = Formula(h_t, times(o_t, C_t.applyfunc(tanh)))
    >>> formula
    h_t = o_t * \tanh\left(C_t\right)
    >>> formula.error({"o_t": np.ones((2, 1)), "C_t": np.zeros((2, 1)), "h_t": np.zeros((2, 1))})
    0.0
    """

    left: sp.MatrixSymbol
    right: sp.MatrixExpr

    def __post_init__(self):
        if self.left.shape != self.right.shape:
            raise ValueError(f"right has shape {self.right.shape}; want {self.left.shape} like left, {self.left}")

    def __repr__(self):
        return latex(self)

    def _repr_latex_(self):
        return f"$\\displaystyle {latex(self)}$"

    def compute(self, numbers):
        """Return the right side for `numbers`, a dict of arrays by symbol name."""
        return compute(self.right, numbers)

    def error(self, numbers):
        """Return the largest difference between the two sides for `numbers`."""
        left, right = compute(self.left, numbers), self.compute(numbers)
        if np.shape(left) != np.shape(right):
            raise ValueError(f"numbers give {self.left} shape {np.shape(left)}; want {np.shape(right)} like right")
        return float(np.abs(left - right).max())


def latex(formula):
    """Return the LaTeX of a `Formula` or of a sympy expression, in the course's notation.

    Examples
    --------
    >>> latex(times(f_t, C_prev))
    'f_t * C_{t-1}'
    """
    if isinstance(formula, Formula):
        return f"{latex(formula.left)} = {latex(formula.right)}"
    return _Latex().doprint(formula)


def compute(expression, numbers):
    """Return the value of a matrix expression in NumPy, with σ and tanh from the library.

    Parameters
    ----------
    expression : sympy matrix expression
        Built from the symbols of this module.
    numbers : dict of ndarray
        By symbol name; every symbol that stands in the expression must be there.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        A symbol has no number.

    Examples
    --------
    >>> compute(gate(tanh, W_C, b_C), {"W_C": np.ones((1, 2)), "b_C": np.ones((1, 1)), "z_t": np.zeros((2, 1))})
    array([[0.76159416]])
    """
    symbols = sorted(expression.atoms(sp.MatrixSymbol), key=str)
    missing = [symbol.name for symbol in symbols if symbol.name not in numbers]
    if missing:
        raise ValueError(f"numbers has no {', '.join(missing)}; got {', '.join(numbers)}")
    functions = {"sigma": sigmoid, "tanh": np.tanh}
    numeric = sp.lambdify(symbols, expression, [functions, "numpy"], printer=_NumPy)
    return numeric(*(numbers[symbol.name] for symbol in symbols))


class _Latex(LatexPrinter):
    """Print as the primer writes: W · z, f * C, σ(…) without the machinery of entry-by-entry functions."""

    def _print_MatrixSymbol(self, expr, **_):
        return _TEX.get(expr.name, expr.name)

    def _print_ElementwiseApplyFunction(self, expr):
        name = expr.function.expr.func.__name__
        return rf"\{name}\left({self._print(expr.expr)}\right)"

    def _print_HadamardProduct(self, expr):
        return " * ".join(self._factors(expr.args))

    def _print_MatMul(self, expr):
        sign, factors = ("-", expr.args[1:]) if expr.args[0] == -1 else ("", expr.args)
        return sign + r" \cdot ".join(self._factors(factors))

    def _print_MatAdd(self, expr):
        return " + ".join(self._print(term) for term in expr.args).replace("+ -", "- ")

    def _factors(self, factors):
        return [self._print(f) if f.is_Number else self.parenthesize(f, PRECEDENCE["Mul"]) for f in factors]


class _NumPy(NumPyPrinter):
    def _print_ElementwiseApplyFunction(self, expr):
        return f"{expr.function.expr.func.__name__}({self._print(expr.expr)})"

    def _print_BlockMatrix(self, expr):
        rows = ["[" + ", ".join(self._print(block) for block in row) + "]" for row in expr.blocks.tolist()]
        return f"{self._module_format('numpy.block')}([{', '.join(rows)}])"
