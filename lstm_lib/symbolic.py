"""ONE symbolic definition of the cell, and everything that computer algebra makes of it.

    CELL        the cell as a chain of nodes, each a formula in the nodes before it; the only thing typed by hand
    PRIMER      the primer's six formulas: CELL with the pre-activations put in
    LOCAL       the derivative of each node with respect to what stands in its formula, by sympy's ``diff``
    BACKWARD    the gradients of one step, by the chain rule from LOCAL
    unroll      T steps entry by entry, for differentiating the whole expression at once, and comparing

Every formula prints itself in a notebook and computes with the numbers that it gets: floats, exact fractions, or
other symbols. What is displayed, computed and proved is one object. dC_t stands for ∂L/∂C_t, as in ``lstm.py``.
"""

import functools
from dataclasses import dataclass

import numpy as np
import sympy as sp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.polys.rings import ring
from sympy.printing.latex import LatexPrinter, translate
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import PRECEDENCE

from lstm_lib import lstm, validation
from lstm_lib.functional import sigmoid

H, D = sp.symbols("H D", integer=True, positive=True)


def _columns(names, rows):
    return [sp.MatrixSymbol(name, rows, 1) for name in names.split()]


x_t, h_prev, C_prev = _columns("x_t", D) + _columns("h_prev C_prev", H)
z_t, h_t, C_t = _columns("z_t", H + D) + _columns("h_t C_t", H)
f_t, i_t, C_tilde, o_t = _columns("f_t i_t C_tilde o_t", H)
a_f, a_i, a_C, a_o = _columns("a_f a_i a_C a_o", H)  # what goes into σ and tanh: the pre-activations
b_f, b_i, b_C, b_o = _columns("b_f b_i b_C b_o", H)
W_f, W_i, W_C, W_o = (sp.MatrixSymbol(name, H, H + D) for name in ("W_f", "W_i", "W_C", "W_o"))
dC_next = sp.MatrixSymbol("dC_next", H, 1)  # what arrives at C_t from step t + 1


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


# --- formulas that print and compute ---


def times(*factors):
    """Return the product entry by entry, which the primer writes as ``*``, in the order given.

    Raises
    ------
    ValueError
        Two shapes.

    Examples
    --------
    >>> times(f_t, C_prev).shape
    (H, 1)
    """
    flat = [part for f in factors for part in (f.args if isinstance(f, sp.HadamardProduct) else (f,))]
    return sp.HadamardProduct(*_alike(flat))


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
    return sp.MatAdd(*_alike(terms))


def _alike(terms):  # sympy would put together what does not fit
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
    >>> Formula(sp.Symbol("C_2"), unroll(2).nodes[sp.Symbol("C_2")])
    C_2 = f_2 \, C_1 + i_2 \, \tilde{C}_2
    """

    left: sp.MatrixSymbol | sp.Symbol
    right: sp.MatrixExpr | sp.Expr

    def __post_init__(self):
        left, right = (getattr(side, "shape", ()) for side in (self.left, self.right))
        if left != right:
            raise ValueError(f"right has shape {right}; want {left} like left, {self.left}")

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


@dataclass(frozen=True, repr=False)
class Lines:
    r"""Formulas one below the other; with numbers, each line goes on with the value of its right side.

    Examples
    --------
    >>> formula = Formula(C_t, plus(f_t, i_t))
    >>> Lines([formula], {"f_t": np.array([[0.25]]), "i_t": np.array([[0.5]])})
    \begin{aligned}C_t &= f_t + i_t = 0.75\end{aligned}
    """

    formulas: list
    numbers: dict = None
    digits: int = 6

    def __repr__(self):
        lines = r" \\[3pt] ".join(latex(f).replace(" = ", " &= ", 1) + self._value(f) for f in self.formulas)
        return rf"\begin{{aligned}}{lines}\end{{aligned}}"

    def _repr_latex_(self):
        return f"$\\displaystyle {self}$"

    def _value(self, formula):
        if self.numbers is None:
            return ""
        entries = [f"{entry:.{self.digits}g}" for entry in np.ravel(formula.compute(self.numbers))]
        row = r",\, ".join(entries)
        return f" = {row}" if len(entries) == 1 else rf" = \left[{row}\right]"


def compute(expression, numbers):
    """Return the value of a matrix expression in NumPy.

    Parameters
    ----------
    expression : sympy matrix expression
        Made from the symbols of this module.
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
    if expression.has(MatrixSlice):  # where to cut z is known from the rows of h
        symbols |= {h_prev}
    symbols = sorted(symbols, key=str)
    functions = {"sigma": _squash(sigma, sigmoid), "tanh": _squash(tanh, np.tanh)}
    return [s.name for s in symbols], sp.lambdify(symbols, expression, [functions, "numpy"], printer=_NumPy)


def _squash(name, numeric):
    by_name = np.vectorize(name, otypes=[object])
    return lambda a: by_name(a) if a.dtype == object else numeric(a)


# --- the cell, and what follows from it ---

CELL = {
    formula.left.name: formula
    for formula in (
        Formula(z_t, sp.BlockMatrix([[h_prev], [x_t]])),
        Formula(a_f, plus(W_f * z_t, b_f)),
        Formula(f_t, a_f.applyfunc(sigma)),
        Formula(a_i, plus(W_i * z_t, b_i)),
        Formula(i_t, a_i.applyfunc(sigma)),
        Formula(a_C, plus(W_C * z_t, b_C)),
        Formula(C_tilde, a_C.applyfunc(tanh)),
        Formula(C_t, plus(times(f_t, C_prev), times(i_t, C_tilde))),
        Formula(a_o, plus(W_o * z_t, b_o)),
        Formula(o_t, a_o.applyfunc(sigma)),
        Formula(h_t, times(o_t, C_t.applyfunc(tanh))),
    )
}


def _without_pre_activations(formula):
    return Formula(formula.left, formula.right.xreplace({a: CELL[a.name].right for a in (a_f, a_i, a_C, a_o)}))


PRIMER = {name: _without_pre_activations(CELL[name]) for name in ("f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t")}


def local_derivative(formula, argument):
    r"""Return the derivative of an entry-by-entry formula with respect to one of its symbols, as a formula.

    Parameters
    ----------
    formula : Formula
        One that works entry by entry, such as ``CELL["h_t"]``.
    argument : MatrixSymbol
        A symbol of its right side. The others are held fixed: they are nodes of their own.

    Returns
    -------
    Formula
        The left side is ∂node/∂argument. Where the node itself appears in its derivative, as in σ′ = σ (1 − σ),
        it is written by its name.

    Raises
    ------
    ValueError
        The symbol does not stand in the formula, or the formula mixes entries (W · z_t + b, the stack).

    Examples
    --------
    >>> local_derivative(CELL["f_t"], a_f)
    \frac{\partial f_t}{\partial a_f} = f_t * \left(1 - f_t\right)
    """
    if argument not in formula.right.atoms(sp.MatrixSymbol) or formula.right.has(sp.MatMul, sp.BlockMatrix):
        raise ValueError(f"argument is {argument}; want a symbol that stands entry by entry in {formula}")
    whole = _entry(formula.right)
    derivative = sp.diff(whole, _entry(argument)).xreplace({whole: _entry(formula.left)})
    return Formula(sp.MatrixSymbol(f"∂{formula.left}/∂{argument}", H, 1), _column(derivative))


def _entry(column):
    """Return one entry of an expression that works entry by entry."""
    if isinstance(column, sp.MatrixSymbol):
        return sp.Symbol(column.name)
    if isinstance(column, ElementwiseApplyFunction):
        return column.function(_entry(column.expr))
    make = sp.Mul if isinstance(column, sp.HadamardProduct) else sp.Add
    return make(*map(_entry, column.args))


def _column(entry):
    """Return the column of which `entry` is one entry: the way back."""
    if entry.is_Symbol:
        return sp.MatrixSymbol(entry.name, H, 1)
    if entry.is_Number:
        return entry * sp.OneMatrix(H, 1)
    if entry.is_Pow:
        return sp.HadamardPower(_column(entry.base), entry.exp)
    if entry.is_Add:
        return plus(*map(_column, sorted(entry.args, key=lambda term: not term.is_Number)))
    if entry.is_Mul and entry.args[0].is_Number:
        return entry.args[0] * _column(entry / entry.args[0])
    if entry.is_Mul:
        return times(*map(_column, sorted(entry.args, key=lambda factor: factor.is_Add)))
    return _column(entry.args[0]).applyfunc(entry.func)


def _columns_in(right):
    return sorted(right.atoms(sp.MatrixSymbol), key=str)


_BY_ENTRY = [formula for formula in CELL.values() if not formula.right.has(sp.MatMul, sp.BlockMatrix)]
LOCAL = {
    (formula.left.name, argument.name): local_derivative(formula, argument)
    for formula in _BY_ENTRY
    for argument in _columns_in(formula.right)
}


def gradient_of(symbol):
    """Return the symbol for ∂L/∂symbol, which is written with a d in front.

    Examples
    --------
    >>> gradient_of(W_f), gradient_of(W_f).shape
    (dW_f, (H, D + H))
    """
    return sp.MatrixSymbol(f"d{symbol.name}", *symbol.shape)


def pull_back(formula):
    r"""Return what each symbol of a formula's right side receives, when the gradient of the left side is known.

    Parameters
    ----------
    formula : Formula
        One of `CELL`.

    Returns
    -------
    dict of MatrixSymbol to sympy expression
        For a node that works entry by entry: the gradient of the node times the local derivative. For W · z + b:
        the same rule for every entry, collected into matrices. For the stack: the upper and the lower rows.

    Examples
    --------
    >>> latex(pull_back(CELL["C_t"])[f_t])
    '\\mathrm{d}C_t * C_{t-1}'
    """
    arriving, right = gradient_of(formula.left), formula.right
    if isinstance(right, sp.BlockMatrix):
        return {h_prev: arriving[:H, :], x_t: arriving[H:, :]}
    if right.has(sp.MatMul):
        (W, z), b = right.args[0].args, right.args[1]
        return {W: arriving * z.T, b: arriving, z: W.T * arriving}
    local = {symbol: LOCAL[formula.left.name, symbol.name].right for symbol in _columns_in(right)}
    return {symbol: times(arriving, derivative) for symbol, derivative in local.items()}


def _chain_rule(cell, arriving):
    """Walk the nodes backwards: a node's gradient is what arrives from outside plus what its readers send back."""
    sent, gradients = {}, {}
    for formula in reversed(cell.values()):
        if formula.left != h_t:  # its gradient is given
            gradients[formula.left] = sent.pop(formula.left)
        for symbol, part in pull_back(formula).items():
            sent[symbol] = [part, *sent.get(symbol, [])]  # in the order of the cell
    gradients |= sent  # what is left has no formula: parameters and the inputs of the step
    return {f"d{symbol}": _total(symbol, arriving.get(symbol, []) + parts) for symbol, parts in gradients.items()}


def _total(symbol, parts):
    return Formula(gradient_of(symbol), plus(*parts) if len(parts) > 1 else parts[0])


BACKWARD = _chain_rule(CELL, {C_t: [dC_next]})  # dh_t and dC_next are given


# --- T steps, entry by entry ---

PARAMETERS = tuple(lstm.SHAPES)


@dataclass(frozen=True)
class Unrolled:
    """T steps of the cell with a symbol for each entry of each quantity; made by `unroll`.

    Examples
    --------
    >>> two = unroll(2)
    >>> two.nodes[sp.Symbol("C_2")]
    C_1*f_2 + C_tilde_2*i_2
    """

    leaves: (
        dict  # by name: the symbols of the eight parameters, of X, h_0 and C_0, in the library's shapes with B = 1
    )
    nodes: dict  # symbol -> its formula in the symbols before it, in the order of computation
    steps: tuple  # for each t: everything by name, as `CELL` has it
    arriving: dict  # the symbols of the gradients that come from outside: dhs (T, H, 1) and dC_next (H, 1)

    @property
    def loss(self):
        """Return Σ_t dh_t · h_t + dC_next · C_T: the loss whose gradients arriving from outside are just these."""
        outputs = np.array([numbers["h_t"] for numbers in self.steps])
        return (self.arriving["dhs"] * outputs).sum() + (self.arriving["dC_next"] * self.steps[-1]["C_t"]).sum()

    def readers(self, symbol):
        """Return a pair for each node whose formula the symbol stands in: the node, and its derivative to it."""
        return [
            (node, sp.diff(formula, symbol).xreplace({formula: node}))
            for node, formula in self.nodes.items()
            if symbol in formula.free_symbols
        ]

    def compose(self, expression):
        """Return the expression in the leaves alone: each node replaced by its formula, down to the inputs."""
        return expression.xreplace(self._composed)

    @functools.cached_property
    def _composed(self):
        composed = {}
        for symbol, formula in self.nodes.items():
            composed[symbol] = formula.xreplace(composed)
        return composed

    def direct(self):
        """Return the gradient of the composed loss by direct differentiation, in the shapes of the leaves."""
        whole = self.compose(self.loss)
        return {name: _each(lambda leaf: sp.diff(whole, leaf), array) for name, array in self.leaves.items()}

    def chain_rule(self):
        """Return the gradient by `BACKWARD`, step by step from the last to the first, in the nodes' symbols."""
        grads = dict.fromkeys(PARAMETERS, 0)
        dh_next, given, dX = 0, self.arriving["dC_next"], []
        for numbers, dh_t in zip(reversed(self.steps), reversed(self.arriving["dhs"]), strict=True):
            numbers = numbers | {"dh_t": dh_t + dh_next, "dC_next": given}
            for name, formula in BACKWARD.items():
                numbers[name] = formula.compute(numbers)
            grads = {name: grads[name] + numbers[f"d{name}"] for name in grads}
            dh_next, given = numbers["dh_prev"], numbers["dC_prev"]
            dX.append(numbers["dx_t"])
        return grads | {"X": np.array(dX[::-1]), "h_0": dh_next, "C_0": given}

    def values(self, leaves, digits=50):
        """Return the value of every leaf and node, to `digits` digits, for exact numbers in the leaves' shapes."""
        given = {}
        for name, symbols in self.leaves.items():
            given |= dict(zip(symbols.flat, map(sp.Rational, np.ravel(leaves[name])), strict=True))
        for symbol, formula in self.nodes.items():
            given[symbol] = spelt_out(formula.xreplace(given)).evalf(
                digits + 10
            )  # ten digits to spare for rounding
        return {symbol: sp.N(value, digits) for symbol, value in given.items()}


def unroll(T, D=1, H=1):
    """Return T steps of the cell, entry by entry.

    Parameters
    ----------
    T, D, H : int
        Steps, inputs, units.

    Returns
    -------
    Unrolled

    Raises
    ------
    TypeError, ValueError
        A size that is not a whole number of at least 1.

    Examples
    --------
    >>> list(unroll(1).nodes)
    [a_f_1, f_1, a_i_1, i_1, a_C_1, C_tilde_1, C_1, a_o_1, o_1, h_1]
    """
    T, D, H = validation.size("T", T), validation.size("D", D), validation.size("H", H)
    sizes = {"H H+D": (H, H + D), "H 1": (H, 1)}
    leaves = {name: _symbols(name, sizes[shape]) for name, shape in lstm.SHAPES.items()}
    leaves |= {"X": np.array([_symbols(f"x_{t}", (D, 1)) for t in range(1, T + 1)])}
    leaves |= {"h_0": _symbols("h_0", (H, 1)), "C_0": _symbols("C_0", (H, 1))}
    nodes, steps, h, C = {}, [], leaves["h_0"], leaves["C_0"]
    for t, x in enumerate(leaves["X"], 1):
        numbers = leaves | {"x_t": x, "h_prev": h, "C_prev": C}
        for name, formula in CELL.items():
            numbers[name] = formula.compute(numbers)
            if name != "z_t":  # the stack computes nothing: its entries have symbols already
                symbols = _symbols(f"{name.removesuffix('_t')}_{t}", (H, 1))
                nodes |= dict(zip(symbols.flat, numbers[name].flat, strict=True))
                numbers[name] = symbols
        steps.append(numbers)
        h, C = numbers["h_t"], numbers["C_t"]
    dhs = np.array([_symbols(f"dh_{t}_loss", (H, 1)) for t in range(1, T + 1)])
    return Unrolled(leaves, nodes, tuple(steps), {"dhs": dhs, "dC_next": _symbols("dC_next", (H, 1))})


def _symbols(name, shape):
    """Return an array of symbols: b_f for a single one, W_fh and W_fx for the row of one unit with one input."""
    if shape == (1, 1):
        return np.array([[sp.Symbol(name)]])
    if shape == (1, 2):
        return np.array([[sp.Symbol(f"{name}h"), sp.Symbol(f"{name}x")]])
    return _each(lambda k: sp.Symbol(f"{name}[{k}]"), np.arange(np.prod(shape)).reshape(shape))


def _each(function, array):
    return np.vectorize(function, otypes=[object])(array)


# --- proofs: each gives back how far two ways are apart ---


def chain_rule_error(T, D=1, H=1):
    """Return how far the chain rule is from direct differentiation: 0, exactly, if they are the same.

    Parameters
    ----------
    T, D, H : int
        Steps, inputs, units.

    Returns
    -------
    int
        Both gradients are polynomials in σ(…), tanh(…) and the leaves. This is the largest coefficient of the
        difference of the two, over all leaves: a proof for all values at once, not a test at some.

    Examples
    --------
    >>> chain_rule_error(T=1)
    0
    """
    unrolled = unroll(T, D, H)
    by_hand, at_once = unrolled.chain_rule(), unrolled.direct()
    to_nodes = {composed: symbol for symbol, composed in unrolled._composed.items()}
    differences = [
        chain - direct.xreplace(to_nodes)
        for name in unrolled.leaves
        for chain, direct in zip(by_hand[name].flat, at_once[name].flat, strict=True)
    ]
    return max(_largest_coefficient(difference, unrolled.nodes) for difference in differences)


def _largest_coefficient(expression, nodes):
    """Return the largest coefficient of the polynomial that is left when C and h are put in as well."""
    names = {tanh(symbol): sp.Symbol(f"tanh {symbol}") for symbol in nodes}
    polynomial = {}
    for symbol, formula in nodes.items():
        if not isinstance(formula, sigma | tanh):
            polynomial[symbol] = formula.xreplace(names).xreplace(polynomial)
    expression = expression.xreplace(names).xreplace(polynomial)
    if expression.is_Number:
        return abs(expression)
    R, *_ = ring(sorted(expression.free_symbols, key=str), sp.ZZ)
    return max((abs(coefficient) for coefficient in R.from_expr(expression).coeffs()), default=0)


@functools.cache
def reference(T, D=1, H=1):
    """Return a NumPy function that gives the gradients by direct differentiation, for testing the library.

    Parameters
    ----------
    T, D, H : int
        Steps, inputs, units: small ones, since the expressions grow with each step.

    Returns
    -------
    function
        Takes (params, X, state, dhs, dC_next) in the library's shapes with B = 1, and returns a dict of float64
        arrays: the gradients of the eight parameters, X, h_0 and C_0.

    Examples
    --------
    >>> from lstm_lib import data
    >>> params, x_t, h_0, C_0 = data.walkthrough()
    >>> grads = reference(T=1)(params, x_t[None], (h_0, C_0), np.ones((1, 1, 1)), np.zeros((1, 1)))
    >>> grads["W_f"].round(6)
    array([[0.001079, 0.005396]])
    """
    unrolled = unroll(T, D, H)
    gradients = unrolled.direct()
    arguments = [*unrolled.leaves.values(), *unrolled.arriving.values()]
    flat = [symbol for array in arguments for symbol in array.flat]
    results = [expression for array in gradients.values() for expression in array.flat]
    functions = {"sigma": sigmoid, "tanh": np.tanh}
    numeric = sp.lambdify(flat, results, [functions, "numpy"], cse=True, dummify=True)

    def gradient(params, X, state, dhs, dC_next):
        given = [*(params[name] for name in PARAMETERS), X, *state, dhs, dC_next]
        found = iter(numeric(*np.concatenate([np.ravel(array) for array in given])))
        return {name: np.array([next(found) for _ in a.flat]).reshape(a.shape) for name, a in gradients.items()}

    return gradient


def library_error(T, D, H, rng):
    """Return how far ``lstm.backward`` is from the reference, at random numbers: relative, the worst array.

    Parameters
    ----------
    T, D, H : int
        Steps, inputs, units.
    rng : numpy.random.Generator
        Where the numbers come from.

    Returns
    -------
    float

    Examples
    --------
    >>> library_error(2, 1, 1, np.random.default_rng(0)) < 1e-12
    True
    """
    params, X, state, dhs, dC_next = given = _random(T, D, H, validation.generator("rng", rng))
    _, steps = lstm.forward(params, X, state)
    grads, dX, (dh_0, dC_0) = lstm.backward(params, dhs, steps, (np.zeros_like(dC_next), dC_next))
    return _worst(grads | {"X": dX, "h_0": dh_0, "C_0": dC_0}, reference(T, D, H)(*given))


def numerical_error(gradient, T, D, H, rng):
    """Return how far a numerical gradient of the library's steps is from the reference: relative, the worst array.

    Parameters
    ----------
    gradient : function
        Takes (f, A) and returns ∂f/∂A: `gradcheck.numerical_gradient` or `gradcheck.complex_step_gradient`.
    T, D, H : int
        Steps, inputs, units.
    rng : numpy.random.Generator
        Where the numbers come from.

    Returns
    -------
    float

    Examples
    --------
    >>> from lstm_lib.gradcheck import complex_step_gradient
    >>> numerical_error(complex_step_gradient, 2, 1, 1, np.random.default_rng(0)) < 1e-12
    True
    """
    validation.function("gradient", gradient, "gradcheck.numerical_gradient")
    params, X, state, dhs, dC_next = given = _random(T, D, H, validation.generator("rng", rng))
    everything = params | {"X": X, "h_0": state[0], "C_0": state[1]}

    def loss(values):
        h, C, total = values["h_0"], values["C_0"], 0
        for x_t, dh_t in zip(values["X"], dhs, strict=True):
            s = lstm.step(values, x_t, h, C)
            h, C, total = s.h_t, s.C_t, total + (dh_t * s.h_t).sum()
        return total + (dC_next * C).sum()

    found = {
        name: gradient(lambda A, name=name: loss(everything | {name: A}), array)
        for name, array in everything.items()
    }
    return _worst(found, reference(T, D, H)(*given))


def _random(T, D, H, rng):
    params = {name: rng.normal(size=p.shape) for name, p in lstm.init_params(D, H, rng).items()}
    state = rng.normal(size=(H, 1)), rng.normal(size=(H, 1))
    return params, rng.normal(size=(T, D, 1)), state, rng.normal(size=(T, H, 1)), rng.normal(size=(H, 1))


def _worst(found, wanted):
    return float(max(np.abs(found[name] - wanted[name]).max() / np.abs(wanted[name]).max() for name in wanted))


# --- how they are written ---

_TEX = {
    "x_t": "x_t",
    "h_prev": "h_{t-1}",
    "C_prev": "C_{t-1}",
    "C_tilde": r"\tilde{C}_t",
    "C_next": r"C_{\text{next}}",
}


def _written(name):
    """Return the LaTeX of a symbol's name: C_prev, ∂h_t/∂C_t, dW_f, W_fh, C_tilde_2, a_f_1."""
    if "/" in name:
        above, below = (part.removeprefix("∂") for part in name.split("/"))
        return rf"\frac{{\partial {_written(above)}}}{{\partial {_written(below)}}}"
    if name in _TEX:
        return _TEX[name]
    if name.endswith("_loss"):
        return rf"{_written(name.removesuffix('_loss'))}^{{\text{{loss}}}}"
    if name[0] == "d":
        return rf"\mathrm{{d}}{_written(name[1:])}"
    letter, *below = name.split("_")
    letter = translate(letter) if len(letter) > 1 else letter  # the Greek ones
    if below[:1] == ["tilde"]:
        letter, below = r"\tilde{C}", below[1:]
    subscript = ",".join(below)
    return f"{letter}_{subscript}" if len(subscript) == 1 else f"{letter}_{{{subscript}}}" if subscript else letter


def _place(factor):
    """Return the place of a factor in a product: what arrives, then weights and gates, then the rest."""
    name = factor.name if factor.is_Symbol else ""
    return not factor.is_Number, name[:1] != "d", name[:1] not in ("W", "f", "i", "o"), name == "", name


class _Latex(LatexPrinter):
    """Print as the primer writes: W · z, f * C, σ(…) without the machinery of entry-by-entry functions."""

    def _print_MatrixSymbol(self, expr, **_):
        return _written(expr.name)

    def _print_Symbol(self, expr, **_):
        return _written(expr.name)

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
        return sign + r" \, ".join(self._factors(sorted(factors, key=_place)))

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


class _NumPy(NumPyPrinter):
    def _print_ElementwiseApplyFunction(self, expr):
        return f"{expr.function.expr.func.__name__}({self._print(expr.expr)})"

    def _print_HadamardPower(self, expr):
        return f"({self._print(expr.base)})**{self._print(expr.exp)}"

    def _print_OneMatrix(self, expr):
        return "1"

    def _print_MatrixSlice(self, expr):
        cut = f"len({h_prev.name})"
        return f"{self._print(expr.parent)}[{f':{cut}' if expr.rowslice[0] == 0 else f'{cut}:'}]"

    def _print_BlockMatrix(self, expr):
        rows = ["[" + ", ".join(self._print(block) for block in row) + "]" for row in expr.blocks.tolist()]
        return f"{self._module_format('numpy.block')}([{', '.join(rows)}])"
