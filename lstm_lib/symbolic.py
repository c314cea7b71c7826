"""ONE symbolic definition of the cell, and everything that computer algebra makes of it.

    CELL        the cell as a chain of nodes, each a formula in the nodes before it; the only thing typed by hand
    PRIMER      the primer's six formulas: CELL with the pre-activations put in
    LOCAL       the derivative of each node with respect to what stands in its formula, by sympy's ``diff``
    BACKWARD    the gradients of one step, by the chain rule from LOCAL
    unroll      T steps entry by entry, for differentiating the whole expression at once, and comparing

What is displayed, computed and proved is one object, a ``formulas.Formula``. dC_t stands for ∂L/∂C_t, as in
``lstm.py``.
"""

import functools
from dataclasses import dataclass

import numpy as np
import sympy as sp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.polys.rings import ring

from lstm_lib import gradcheck, lstm, validation
from lstm_lib.formulas import Formula, plus, sigma, spelt_out, tanh, times
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
    >>> Formula(gradient_of(f_t), pull_back(CELL["C_t"])[f_t])
    \mathrm{d}f_t = \mathrm{d}C_t * C_{t-1}
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


@dataclass(frozen=True)
class Unrolled:
    """T steps of the cell with a symbol for each entry of each quantity; made by `unroll`.

    Examples
    --------
    >>> two = unroll(2)
    >>> two.nodes[sp.Symbol("C_2")]
    C_1*f_2 + C_tilde_2*i_2
    """

    leaves: dict  # by name: symbols for the eight parameters, X, h_0 and C_0, in the library's shapes with B = 1
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
        grads = dict.fromkeys(lstm.SHAPES, 0)
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
            given[symbol] = spelt_out(formula.xreplace(given)).evalf(digits + 10)  # ten to spare for rounding
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


# --- a proof and three tests: how far two ways to the gradients are apart ---


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


def gradient_errors(T, D, H, rng):
    """Return how far three ways to the gradients are from direct differentiation, at random numbers.

    Parameters
    ----------
    T, D, H : int
        Steps, inputs, units: small ones, since the expressions grow with each step.
    rng : numpy.random.Generator
        Where the numbers come from.

    Returns
    -------
    dict of str to float
        For "library" (``lstm.backward``), "central differences" and "complex steps" (of the library's own steps)
        the largest difference relative to the largest entry, over the eight parameters, X, h_0 and C_0.

    Examples
    --------
    >>> errors = gradient_errors(2, 1, 1, np.random.default_rng(0))
    >>> errors["library"] < 1e-12, errors["central differences"] < 1e-7, errors["complex steps"] < 1e-12
    (True, True, True)
    """
    for name, size in {"T": T, "D": D, "H": H}.items():
        validation.size(name, size)
    validation.generator("rng", rng)
    params = {name: rng.normal(size=p.shape) for name, p in lstm.init_params(D, H, rng).items()}
    given = params | {
        "X": rng.normal(size=(T, D, 1)),
        "h_0": rng.normal(size=(H, 1)),
        "C_0": rng.normal(size=(H, 1)),
    }
    dhs, dC_T = rng.normal(size=(T, H, 1)), rng.normal(size=(H, 1))
    direct = _direct_gradients(T, D, H)(given, dhs, dC_T)

    _, steps = lstm.forward(params, given["X"], (given["h_0"], given["C_0"]))
    grads, dX, (dh_0, dC_0) = lstm.backward(params, dhs, steps, (np.zeros_like(dC_T), dC_T))

    def loss(values):
        h, C, total = values["h_0"], values["C_0"], 0
        for x_t, dh_t in zip(values["X"], dhs, strict=True):
            s = lstm.step(values, x_t, h, C)
            h, C, total = s.h_t, s.C_t, total + (dh_t * s.h_t).sum()
        return total + (dC_T * C).sum()

    def numerical(gradient):
        return {name: gradient(lambda A, name=name: loss(given | {name: A}), A) for name, A in given.items()}

    found = {
        "library": grads | {"X": dX, "h_0": dh_0, "C_0": dC_0},
        "central differences": numerical(gradcheck.numerical_gradient),
        "complex steps": numerical(gradcheck.complex_step_gradient),
    }
    return {way: _worst_relative_difference(gradients, direct) for way, gradients in found.items()}


@functools.cache
def _direct_gradients(T, D, H):
    """Return a NumPy function that gives the gradients by direct differentiation."""
    unrolled = unroll(T, D, H)
    gradients = unrolled.direct()
    symbols = [s for array in (*unrolled.leaves.values(), *unrolled.arriving.values()) for s in array.flat]
    expressions = [expression for array in gradients.values() for expression in array.flat]
    functions = {"sigma": sigmoid, "tanh": np.tanh}
    numeric = sp.lambdify(symbols, expressions, [functions, "numpy"], cse=True, dummify=True)

    def gradient(given, dhs, dC_T):
        arrays = [*(given[name] for name in unrolled.leaves), dhs, dC_T]
        entries = iter(numeric(*np.concatenate([np.ravel(array) for array in arrays])))
        return {name: _each(lambda _: next(entries), array).astype(float) for name, array in gradients.items()}

    return gradient


def _worst_relative_difference(found, wanted):
    return float(max(np.abs(found[name] - wanted[name]).max() / np.abs(wanted[name]).max() for name in wanted))
