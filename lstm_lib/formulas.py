"""Formulas that write themselves as the primer does, and that compute with the numbers they get.

    Formula(C_t, plus(times(f_t, C_prev), times(i_t, C_tilde)))     shown in a notebook: C_t = f_t * C_{t-1} + …
    Formula(…).compute(numbers)                                     its value: floats, exact fractions, or symbols

A dot is the matrix product, a star the product entry by entry; σ and tanh are names that sympy leaves alone.
"""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import sympy as sp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.printing.latex import LatexPrinter, translate
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import PRECEDENCE

from lstm_lib.functional import sigmoid


class sigma(sp.Function):
    """σ as a name that is never simplified away, with its derivative.

    Examples
    --------
    >>> a = sp.Symbol("a")
    >>> sigma(a).diff(a)
    (1 - sigma(a))*sigma(a)
    """

    def fdiff(self, argindex=1):
        """Return σ′ in terms of σ itself; a test proves it from the definition."""
        return self * (1 - self)


class tanh(sp.Function):
    """tanh as a name that is never simplified away, with its derivative.

    Examples
    --------
    >>> a = sp.Symbol("a")
    >>> tanh(a).diff(a)
    1 - tanh(a)**2
    """

    def fdiff(self, argindex=1):
        """Return tanh′ in terms of tanh itself; a test proves it from the definition."""
        return 1 - self**2


def spelt_out(expression):
    """Return the expression with σ and tanh replaced by their definitions, so that it has a value.

    Examples
    --------
    >>> spelt_out(sigma(sp.Rational(8, 5))).evalf(20)
    0.83201838513392448184
    """
    return expression.replace(sigma, lambda a: 1 / (1 + sp.exp(-a))).replace(tanh, sp.tanh)


def times(*factors):
    """Return the product entry by entry, which the primer writes as ``*``, in the order given.

    Raises
    ------
    ValueError
        Two shapes.

    Examples
    --------
    >>> f_t, C_prev = sp.MatrixSymbol("f_t", 3, 1), sp.MatrixSymbol("C_prev", 3, 1)
    >>> times(f_t, C_prev).shape
    (3, 1)
    """
    flat = [part for f in factors for part in (f.args if isinstance(f, sp.HadamardProduct) else (f,))]
    return sp.HadamardProduct(*_of_one_shape(flat))


def plus(*terms):
    """Return the sum, in the order in which the terms are given.

    Raises
    ------
    ValueError
        Two shapes.

    Examples
    --------
    >>> f_t, i_t = sp.MatrixSymbol("f_t", 3, 1), sp.MatrixSymbol("i_t", 3, 1)
    >>> latex(plus(i_t, f_t))
    'i_t + f_t'
    """
    return sp.MatAdd(*_of_one_shape(terms))


def _of_one_shape(terms):  # sympy would put together what does not fit
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
    >>> h_t, o_t, C_t = (sp.MatrixSymbol(name, 2, 1) for name in ("h_t", "o_t", "C_t"))
    >>> formula = Formula(h_t, times(o_t, C_t.applyfunc(tanh)))
    >>> formula
    h_t = o_t * \tanh\left(C_t\right)
    >>> formula.error({"o_t": np.ones((2, 1)), "C_t": np.zeros((2, 1)), "h_t": np.zeros((2, 1))})
    0.0
    >>> C_1, f_2, C_2 = sp.symbols("C_1 f_2 C_2")
    >>> Formula(C_2, C_1 * f_2)
    C_2 = f_2 \, C_1
    """

    left: sp.MatrixSymbol | sp.Symbol
    right: sp.MatrixExpr | sp.Expr

    def __post_init__(self):
        left, right = (getattr(side, "shape", ()) for side in (self.left, self.right))
        if left != right:
            raise ValueError(f"right has shape {right}; want {left} like left, {self.left}")

    def __repr__(self):
        return f"{latex(self.left)} = {latex(self.right)}"

    def _repr_latex_(self):
        return f"$\\displaystyle {self}$"

    def compute(self, numbers):
        """Return the right side for `numbers`, a dict of arrays by symbol name."""
        return compute(self.right, numbers)

    def error(self, numbers):
        """Return the largest difference between the two sides for `numbers`."""
        left, right = compute(self.left, numbers), self.compute(numbers)
        if np.shape(left) != np.shape(right):
            raise ValueError(f"numbers give {self.left} shape {np.shape(left)}; want {np.shape(right)} like right")
        return float(np.abs(left - right).max())


class Lines(NamedTuple):
    r"""Formulas, or lines of LaTeX, one below the other at their first sign of equality.

    Examples
    --------
    >>> f_t, i_t, C_t = (sp.MatrixSymbol(name, 1, 1) for name in ("f_t", "i_t", "C_t"))
    >>> lines = Lines([Formula(C_t, plus(f_t, i_t)), "C_t = 0.75"])
    >>> lines
    C_t = f_t + i_t
    C_t = 0.75
    >>> lines._repr_latex_()
    '$\\displaystyle \\begin{aligned}C_t &= f_t + i_t \\\\[3pt] C_t &= 0.75\\end{aligned}$'
    """

    lines: list

    def __repr__(self):
        return "\n".join(map(str, self.lines))

    def _repr_latex_(self):
        rows = r" \\[3pt] ".join(str(line).replace(" = ", " &= ", 1) for line in self.lines)
        return rf"$\displaystyle \begin{{aligned}}{rows}\end{{aligned}}$"


def compute(expression, numbers):
    """Return the value of a matrix expression in NumPy.

    Parameters
    ----------
    expression : sympy matrix expression
        Of matrix symbols, or of plain ones.
    numbers : dict of ndarray
        By symbol name; every symbol that stands in the expression must be there. For arrays of floats σ and tanh
        are the library's; for arrays of sympy objects (dtype object) they are the names `sigma` and `tanh`.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        A symbol has no number.

    Examples
    --------
    >>> f_t, C_prev = sp.MatrixSymbol("f_t", 1, 1), sp.MatrixSymbol("C_prev", 1, 1)
    >>> numbers = {"f_t": np.array([[0.5]]), "C_prev": np.array([[3.0]])}
    >>> compute(times(f_t, C_prev), numbers)
    array([[1.5]])
    >>> compute(times(f_t, C_prev), numbers | {"C_prev": np.array([[sp.Symbol("C")]])})
    array([[0.5*C]], dtype=object)
    """
    names, numeric = _program(expression)
    missing = [name for name in names if name not in numbers]
    if missing:
        raise ValueError(f"numbers has no {', '.join(missing)}; got {', '.join(numbers)}")
    return numeric(*(numbers[name] for name in names))


@functools.cache
def _program(expression):
    symbols = expression.atoms(sp.MatrixSymbol) or expression.free_symbols
    if expression.has(MatrixSlice):
        symbols |= {sp.Symbol(_CUT_AFTER)}
    symbols = sorted(symbols, key=str)
    functions = {"sigma": _squash(sigma, sigmoid), "tanh": _squash(tanh, np.tanh)}
    return [s.name for s in symbols], sp.lambdify(symbols, expression, [functions, "numpy"], printer=_NumPy)


def _squash(name, numeric):
    by_name = np.vectorize(name, otypes=[object])
    return lambda a: by_name(a) if a.dtype == object else numeric(a)


_CUT_AFTER = "h_prev"  # where to cut z into h and x is known from the rows of h


class _NumPy(NumPyPrinter):
    def _print_ElementwiseApplyFunction(self, expr):
        return f"{expr.function.expr.func.__name__}({self._print(expr.expr)})"

    def _print_HadamardPower(self, expr):
        return f"({self._print(expr.base)})**{self._print(expr.exp)}"

    def _print_OneMatrix(self, expr):
        return "1"

    def _print_MatrixSlice(self, expr):
        cut = f"len({_CUT_AFTER})"
        return f"{self._print(expr.parent)}[{f':{cut}' if expr.rowslice[0] == 0 else f'{cut}:'}]"

    def _print_BlockMatrix(self, expr):
        rows = ["[" + ", ".join(self._print(block) for block in row) + "]" for row in expr.blocks.tolist()]
        return f"{self._module_format('numpy.block')}([{', '.join(rows)}])"


# --- how they are written ---


def latex(expression):
    r"""Return the LaTeX of a sympy expression in the course's notation.

    Examples
    --------
    >>> print(latex(sp.Symbol("h_prev")), latex(sp.Symbol("dC_tilde")), latex(sp.Symbol("a_f_1")))
    h_{t-1} \mathrm{d}\tilde{C}_t a_{f,1}
    """
    return _Latex().doprint(expression)


_TEX = {
    "x_t": "x_t",
    "h_prev": "h_{t-1}",
    "C_prev": "C_{t-1}",
    "C_tilde": r"\tilde{C}_t",
    "C_next": r"C_{\text{next}}",
}


def _name(name):
    """Return the LaTeX of a symbol's name: C_prev, ∂h_t/∂C_t, dW_f, W_fh, C_tilde_2, a_f_1."""
    if "/" in name:
        above, below = (part.removeprefix("∂") for part in name.split("/"))
        return rf"\frac{{\partial {_name(above)}}}{{\partial {_name(below)}}}"
    if name in _TEX:
        return _TEX[name]
    if name.endswith("_loss"):
        return rf"{_name(name.removesuffix('_loss'))}^{{\text{{loss}}}}"
    if name[0] == "d":
        return rf"\mathrm{{d}}{_name(name[1:])}"
    letter, *below = name.split("_")
    letter = translate(letter) if len(letter) > 1 else letter  # the Greek ones
    if below[:1] == ["tilde"]:
        letter, below = r"\tilde{C}", below[1:]
    subscript = ",".join(below)
    return f"{letter}_{subscript}" if len(subscript) == 1 else f"{letter}_{{{subscript}}}" if subscript else letter


def _place_in_product(factor):
    """Return the place of a factor in a product: what arrives, then weights and gates, then the rest."""
    name = factor.name if factor.is_Symbol else ""
    return not factor.is_Number, name[:1] != "d", name[:1] not in ("W", "f", "i", "o"), name == "", name


class _Latex(LatexPrinter):
    """Print as the primer writes: W · z, f * C, σ(…) without the machinery of entry-by-entry functions."""

    def _print_MatrixSymbol(self, expr, **_):
        return _name(expr.name)

    def _print_Symbol(self, expr, **_):
        return _name(expr.name)

    def _print_sigma(self, expr, exp=None):
        return self._squashed("sigma", expr.args[0], exp)

    def _print_tanh(self, expr, exp=None):
        return self._squashed("tanh", expr.args[0], exp)

    def _print_ElementwiseApplyFunction(self, expr, exp=None):
        return self._squashed(expr.function.expr.func.__name__, expr.expr, exp)

    def _squashed(self, name, argument, exp):
        power = f"^{{{exp}}}" if exp else ""
        return rf"\{name}{power}\left({self._print(argument)}\right)"

    def _print_HadamardPower(self, expr):
        if isinstance(expr.base, ElementwiseApplyFunction):
            return self._print_ElementwiseApplyFunction(expr.base, self._print(expr.exp))
        return f"{{{self._print(expr.base)}}}^{{{self._print(expr.exp)}}}"

    def _print_HadamardProduct(self, expr):
        return " * ".join(self._factors(expr.args))

    def _print_MatMul(self, expr):
        sign, factors = ("-", expr.args[1:]) if expr.args[0] == -1 else ("", expr.args)
        return sign + r" \cdot ".join(self._factors(factors))

    def _print_MatAdd(self, expr):
        return " + ".join(self._print(term) for term in expr.args).replace("+ -", "- ")

    def _print_Mul(self, expr):
        if any(f.is_Pow or (f.is_Number and not f.is_Integer) for f in expr.args):  # fractions and powers
            return super()._print_Mul(expr)
        sign, factors = ("-", expr.args[1:]) if expr.args[0] == -1 else ("", expr.args)
        return sign + r" \, ".join(self._factors(sorted(factors, key=_place_in_product)))

    def _as_ordered_terms(self, expr, order=None):
        terms = super()._as_ordered_terms(expr, order)
        first = next((k for k, term in enumerate(terms) if not term.could_extract_minus_sign()), 0)
        return [terms[first], *terms[:first], *terms[first + 1 :]]  # no sum begins with a minus if it need not

    def _print_Transpose(self, expr):
        return rf"{self.parenthesize(expr.arg, PRECEDENCE['Pow'])}^{{\top}}"

    def _print_MatrixSlice(self, expr):
        start, stop, _ = expr.rowslice
        return rf"{self._print(expr.parent)}\left[{'' if start == 0 else self._print(start)}:" + (
            rf"{self._print(stop) if stop != expr.parent.rows else ''}\right]"
        )

    def _factors(self, factors):
        return [self._print(f) if f.is_Number else self.parenthesize(f, PRECEDENCE["Mul"]) for f in factors]
