"""The pictures and tables of The gradients: formulas found in two ways, the way back, and how far two ways differ.

sum_of_one_unit()            the sum in the forget gate of one unit, and its five local derivatives
forward_numbers()            the forward half of the ledger that is to be filled in
pages(folder)                the ledgers as pages to be printed
at_once()                    one step as one formula
two_ways()                   its derivative, at once and along the nodes
way_back()                   two steps, and the ways of the gradient
beside_the_library(backward) a backward pass beside the library's
one_proof_three_checks(rng)  how far three computations are from computer algebra
"""

from pathlib import Path

import numpy as np
import sympy as sp

from lstm_lib import lstm, symbolic
from lstm_lib.formulas import Formula, Lines
from lstm_lib.lesson import ledger, written
from lstm_lib.lesson.diagrams import draw_way_back
from lstm_lib.plotting import show

SIZES = [(1, 1, 1), (2, 1, 1), (3, 1, 1), (2, 2, 2)]  # T, D, H
WIDTHS = (8, 12, 13, 10, 16, 19)
NOISE = 1e-14  # below it the last digits of a double differ from machine to machine


def sum_of_one_unit():
    """Return the sum in the forget gate of one unit with one input, and its local derivatives.

    Examples
    --------
    >>> len(sum_of_one_unit().lines)
    6
    """
    one, a_f = symbolic.unroll(1), sp.Symbol("a_f_1")
    lines = [Formula(a_f, one.nodes[a_f])]
    for name in ("W_fh", "W_fx", "b_f", "h_0", "x_1"):
        slope = dict(one.readers(sp.Symbol(name)))[a_f]
        lines.append(Formula(sp.Symbol(f"∂a_f_1/∂{name}"), slope))
    return Lines(lines)


def forward_numbers():
    """Print what is given and what the forward pass has found, for the ledger that is to be filled in.

    Examples
    --------
    >>> forward_numbers()  # doctest: +ELLIPSIS
    W_fh = −0.5    W_fx = −0.25   b_f = −1.5
    ...
    C_1 = −0.6109  o_1 = 0.8808   h_1 = −0.4798
    """
    rows = ledger.make("quarters").rows
    names = [[f"W_{k}h", f"W_{k}x", f"b_{k}"] for k in "fiCo"]
    names += [["x_1", "h_0", "C_0"], ["f_1", "i_1", "C_tilde_1"], ["C_1", "o_1", "h_1"]]
    for row in names:
        texts = [_equation(rows[name]) for name in row]
        print("".join(text.ljust(15 + text.count("\u0303")) for text in texts).rstrip())  # the tilde has no width


def _equation(row):
    return f"{written.plain(written.formula(row.symbol))} = {written.number(row.value, 4)}"


def pages(folder):
    """Write the ledger as two pages to be printed, one to be filled in and one that is full.

    Examples
    --------
    >>> import tempfile
    >>> pages(tempfile.mkdtemp())
    wrote ledger_blank.html and ledger_full.html
    """
    Path(folder).mkdir(exist_ok=True)
    names = []
    for fade in ("blank", "full"):
        names.append(f"ledger_{fade}.html")
        Path(folder, names[-1]).write_text(ledger.make("quarters", fade=fade).page(), encoding="utf-8")
    print(f"wrote {' and '.join(names)}")


def _composed(one, expression):
    """Put the formulas of all nodes in, but leave the sums a as they are."""
    nodes = {symbol: formula for symbol, formula in one.nodes.items() if not symbol.name.startswith("a")}
    while expression.free_symbols & nodes.keys():
        expression = expression.xreplace(nodes)
    return expression


def at_once():
    """Return one step as one formula, from the four sums and the old memory.

    Examples
    --------
    >>> at_once().left
    h_1
    """
    h_1 = sp.Symbol("h_1")
    return Formula(h_1, _composed(symbolic.unroll(1), h_1))


def two_ways():
    """Return ∂h/∂a_f, at once and along the nodes, and the number of its factors; the two are equal.

    Examples
    --------
    >>> lines, n_factors = two_ways()
    >>> n_factors
    5
    """
    one = symbolic.unroll(1)
    whole = sp.diff(at_once().right, sp.Symbol("a_f_1"))
    seeds = {sp.Symbol("dh_1_loss"): 1, sp.Symbol("dC_next"): 0}
    by_nodes = one.chain_rule()["b_f"].item().subs(seeds)  # a bias is multiplied by 1: its gradient is that of a_f
    if sp.expand(_composed(one, by_nodes) - whole) != 0:
        raise ArithmeticError("the two ways to the derivative differ")
    return Lines([Formula(sp.Symbol("∂h_1/∂a_f_1"), whole), Formula(sp.Symbol("da_f_1"), by_nodes)]), len(
        by_nodes.args
    )


def way_back():
    """Show two steps of one unit with the ways that a gradient takes.

    Examples
    --------
    >>> way_back()  # doctest: +ELLIPSIS
    Figure: Two steps of one unit, with arrows ...
    """
    show(
        draw_way_back().figure,
        "Two steps of one unit, with arrows for the gradient, which runs from right to left. From the "
        "loss it enters h 2, goes up to C 2 and to the gates of step 2. From C 2 it runs along the top to "
        "C 1, times f 2, and to the gates. From the gates of step 2 it goes to h 1 and down to the "
        "weights W. From h 1 and C 1 it goes to the gates of step 1, and from those to h 0 and W; from C "
        "1 on to C 0, times f 1. Three places where two arrows meet are marked with plus-equals: C 1, "
        "from C 2 and h 1; h 1, from the gates of step 2 and, dashed, from the loss; W, from the gates of "
        "both steps.",
        "Two steps of one unit, and the ways of the gradient back through them",
    )


def beside_the_library(backward):
    """Print how far a backward pass is from `lstm.backward`, at three sizes.

    Examples
    --------
    >>> beside_the_library(lstm.backward)
    T = 5, D = 2, H = 3, B = 4: the same to 12 digits
    T = 7, D = 4, H = 1, B = 2: the same to 12 digits
    T = 3, D = 1, H = 5, B = 6: the same to 12 digits
    """
    rng = np.random.default_rng(5)
    for T, D, H, B in [(5, 2, 3, 4), (7, 4, 1, 2), (3, 1, 5, 6)]:
        params = lstm.init_params(D, H, rng)
        start = rng.normal(size=(H, B)), rng.normal(size=(H, B))
        hs, steps = lstm.forward(params, rng.normal(size=(T, D, B)), start)
        dhs = rng.normal(size=hs.shape)
        mine, theirs = backward(params, dhs, steps), lstm.backward(params, dhs, steps)
        pairs = [(mine[0][name], theirs[0][name]) for name in params] + [(mine[1], theirs[1])]
        pairs += list(zip(mine[2], theirs[2], strict=True))
        far = max(np.abs(own - other).max() / np.abs(other).max() for own, other in pairs)
        print(
            f"T = {T}, D = {D}, H = {H}, B = {B}: {'the same to 12 digits' if far < 1e-12 else f'{far:.1g} apart'}"
        )


def one_proof_three_checks(rng, sizes=SIZES):
    """Print how far the chain rule and three computations are from direct differentiation by computer algebra.

    Examples
    --------
    >>> one_proof_three_checks(np.random.default_rng(2), SIZES[:2])  # doctest: +ELLIPSIS
    T D H   gradients   chain rule   library   complex steps   central differences
    1 1 1   15          exactly 0    < 1e-14   < 1e-14         < 1e-10
    ...
    """
    heads = ["T D H", "gradients", "chain rule", "library", "complex steps", "central differences"]
    print("".join(f"{head:<{width}}" for head, width in zip(heads, WIDTHS, strict=True)).rstrip())
    for T, D, H in sizes:
        errors = symbolic.gradient_errors(T, D, H, rng)
        exact = symbolic.chain_rule_error(T, D, H)
        n = sum(array.size for array in symbolic.unroll(T, D, H).leaves.values())
        cells = [f"{T} {D} {H}", f"{n}", "exactly 0" if exact == 0 else f"{exact}"]
        cells += [_less_than(errors[way]) for way in ("library", "complex steps", "central differences")]
        print("".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip())


def _less_than(error):
    """Return an error rounded up to a power of ten."""
    return f"< {10.0 ** np.ceil(np.log10(max(error, NOISE / 2))):.0e}"
