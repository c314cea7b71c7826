"""Numbers and formulas as one writes them on paper, in HTML: what the ledger is made of.

formula(f_1 * C_0 + i_1 * C_tilde_1)    f_1 · C_0 + i_1 · C̃_1, as the primer has it
number(value, digits=4)                 rounded once, and half up
plain(html)                             the same without tags, for a line of text
"""

import re

import sympy as sp

MINUS = "−"
LONGEST_EXACT = 12  # characters
LARGEST = 10**15  # what is larger is written with a power of ten
MOST_PLACES = 30  # after the point, of a number that is written exactly
LONGEST_LINE = 10**60  # a numerator or denominator with more digits than this fits nowhere


def formula(expression, numbers=None, paint=None):
    """Return a sympy expression in HTML, with numbers in place of symbols where there are some.

    Parameters
    ----------
    expression : sympy expression
        Of symbols, numbers, sums, products, powers, `formulas.sigma` and `formulas.tanh`.
    numbers : dict of Symbol to str, optional
        What to write in place of a symbol; a negative one gets brackets, unless it stands alone.
    paint : function, optional
        Takes a symbol and the HTML for it, and returns that in the symbol's colour.

    Returns
    -------
    str

    Examples
    --------
    >>> f_1, C_0 = sp.symbols("f_1 C_0")
    >>> formula(f_1 * C_0, {f_1: "0.5", C_0: "−0.25"}), plain(formula(1 - f_1**2))
    ('0.5 · (−0.25)', '1 − f_1²')
    """
    return _Writer(numbers or {}, paint or (lambda symbol, text: text)).write(expression)


def number(value, digits):
    """Return a number in decimals, rounded half up and once; what is exact stays exact while it is short.

    Parameters
    ----------
    value : sympy Rational or Float
        Taken with all its digits.
    digits : int
        Decimals.

    Returns
    -------
    str

    Examples
    --------
    >>> number(sp.Rational(8, 5), 4), number(sp.Rational(-1, 3), 4), number(sp.sqrt(2).evalf(50), 4)
    ('1.6', '−1/3', '1.4142')
    """
    if value.is_Rational and max(abs(value.p), value.q) < 10**LONGEST_EXACT:
        exact = _exact(value)
        if len(exact) <= LONGEST_EXACT:
            return exact
    return rounded(value, digits)


def rounded(value, digits):
    """Return a number with so many decimals, rounded half up and once.

    Parameters
    ----------
    value : sympy Rational or Float
        Taken with all its digits.
    digits : int
        Decimals.

    Returns
    -------
    str

    Examples
    --------
    >>> rounded(sp.Rational(-1, 8), 2), rounded(sp.Float("1e-9999"), 2), rounded(sp.Float("-1.5e20"), 2)
    ('−0.13', '0.00', '−1.50e+20')
    """
    if abs(value) >= LARGEST:
        return str(value.evalf(digits + 1)).replace("-", MINUS)
    if abs(value) < sp.Rational(1, 10 ** (digits + 1)):
        value = sp.Integer(0)  # as a fraction it may be longer than the memory
    return _decimals(value, digits)


def plain(html):
    """Return what is written without its tags; an ellipsis where nothing is.

    Examples
    --------
    >>> plain("<i>a</i><sub>f,1</sub>"), plain("")
    ('a_f,1', '…')
    """
    text = html.replace("<sub>", "_").replace("<sup>2</sup>", "²").replace("<br/>", " ")
    return re.sub("<[^>]*>", "", text).strip() or "…"


def _exact(value):
    if max(abs(value.p), value.q) > LONGEST_LINE:
        return rounded(value, 4)
    for places in range(MOST_PLACES):
        if 10**places % value.q == 0:
            return _decimals(value, places)
    return f"{value.p}/{value.q}".replace("-", MINUS)


def _decimals(value, digits):
    p, q = sp.Rational(value).as_numer_denom()
    units = (2 * abs(p) * 10**digits + q) // (2 * q)  # how many of the last decimal
    whole, rest = divmod(int(units), 10**digits)
    text = f"{whole}.{rest:0{digits}d}" if digits else f"{whole}"
    return MINUS + text if p < 0 < units else text


class _Writer(sp.printing.printer.Printer):
    def __init__(self, numbers, paint):
        super().__init__()
        self.numbers, self.paint = numbers, paint

    def write(self, expression):
        """Return the HTML; a number that stands alone needs no brackets."""
        if expression in self.numbers:
            return self.paint(expression, self.numbers[expression])
        return self._print(expression)

    def _print_Symbol(self, expr):
        if expr in self.numbers:
            text = self.numbers[expr]
            return self.paint(expr, f"({text})" if text[0] == MINUS else text)
        letter, *below = expr.name.replace("C_tilde", "C\u0303").split("_")
        subscript = f"<sub>{','.join(below)}</sub>" if below else ""
        return self.paint(expr, f"<i>{letter}</i>{subscript}")

    def _print_Rational(self, expr):
        return _exact(expr)

    def _print_Add(self, expr):
        terms = [self._print(term) for term in sorted(expr.args, key=_order)]
        return " + ".join(terms).replace(f"+ {MINUS}", f"{MINUS} ")

    def _print_Mul(self, expr):
        number, rest = expr.as_coeff_Mul()
        factors = [] if abs(number) == 1 else [self._print(abs(number))]
        for factor in sorted(sp.Mul.make_args(rest), key=_order):
            text = self._print(factor)
            factors.append(f"({text})" if factor.is_Add else text)
        product = " · ".join(factors)
        return MINUS + product if number < 0 else product

    def _print_Pow(self, expr):
        base, power = self._print(expr.base), f"<sup>{expr.exp}</sup>"
        if expr.base.is_Function:  # tanh²(C)
            return base.replace("(", f"{power}(", 1)
        return base + power

    def _print_sigma(self, expr):
        return f"σ({self.write(expr.args[0])})"

    def _print_tanh(self, expr):
        return f"tanh({self.write(expr.args[0])})"


def _order(part):
    """Return where a term or factor goes: numbers, weights and gates, the rest, functions, brackets."""
    names = [(symbol.name[0] not in "Wfio", len(symbol.name), symbol.name) for symbol in part.free_symbols]
    return not part.is_Number, part.is_Add, part.is_Function, *min(names, default=())
