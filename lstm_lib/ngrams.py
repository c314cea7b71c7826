"""What counting alone can foresee: how likely a character is after the n − 1 before it, from how often it came.

    fair         each order leans on the one below it by a weight that was tried out on other text
    kneser_ney   the usual way for real text: discounts, and below the top the number of different contexts

Both are p_n = (count + weight · p_{n−1}) / total, from p_0 = 1/V up to the order that is asked for.
"""

from typing import NamedTuple

import numpy as np

from lstm_lib import validation

WEIGHTS = (0.3, 1, 3, 10, 30, 100, 300, 1000, 3000)


class Counts(NamedTuple):
    """How often n characters in a row came, and what that makes of each context.

    Attributes
    ----------
    rows, counts : ndarray
        The rows that came, as sorted numbers in base V, and how often, less a discount.
    contexts, totals, weights : ndarray
        Their first n − 1 characters, and what the counts are divided by there and what p_{n−1} is multiplied with.

    Examples
    --------
    >>> codes = np.array([0, 1, 1])[:, None]
    >>> kneser_ney(codes, 2, 2).orders[1].rows  # 01 and 11
    array([1, 3])
    """

    rows: np.ndarray
    counts: np.ndarray
    contexts: np.ndarray
    totals: np.ndarray
    weights: np.ndarray


class NGram:
    """A guesser that counts.

    Parameters
    ----------
    V : int
        The number of symbols.
    orders : list of Counts
        For n = 1, 2, … characters in a row.

    Examples
    --------
    >>> codes = np.array([0, 1, 0, 1, 0, 1, 0, 1])[:, None]
    >>> kneser_ney(codes, 2, 2).probabilities(codes)[:, 0, 0].round(2)  # after a 0
    array([0.06, 0.94])
    """

    def __init__(self, V, orders):
        self.V, self.orders = V, orders

    def bits(self, codes):
        """Return the mean of −log₂ p over the characters that have a whole context, for each order from 1 on.

        Parameters
        ----------
        codes : ndarray of int of shape (T, B)
            Texts.

        Returns
        -------
        list of float
        """
        windows = _windows(codes, len(self.orders), self.V)
        p = np.full(windows.shape[1], 1 / self.V)
        found = []
        for n, order in enumerate(self.orders, 1):
            p = _mixed(order, _numbers(windows[-n:], self.V), p, self.V)
            found.append(float(-np.log2(p).mean()))
        return found

    def probabilities(self, codes):
        """Return how likely each symbol is in each place that has a whole context: shape (V, T − order + 1, B)."""
        windows = _windows(codes, len(self.orders), self.V)
        found = []
        for symbol in range(self.V):
            windows[-1], p = symbol, np.full(windows.shape[1], 1 / self.V)
            for n, order in enumerate(self.orders, 1):
                p = _mixed(order, _numbers(windows[-n:], self.V), p, self.V)
            found.append(p)
        return np.array(found).reshape(self.V, -1, np.shape(codes)[1])


def fair(codes, V, order, other):
    """Count, and give each order one weight: the one of nine with which other text is foreseen best.

    Parameters
    ----------
    codes : ndarray of int of shape (T, B)
        The texts that are counted.
    V : int
        The number of symbols.
    order : int
        How many characters in a row are counted at most.
    other : ndarray of int of shape (T', B')
        Text on which the weights are tried out: neither counted nor judged on.

    Returns
    -------
    NGram

    Raises
    ------
    TypeError, ValueError
        Arrays of another kind or shape; texts shorter than `order`; more rows of characters than can be numbered.

    Examples
    --------
    >>> codes = np.array([0, 1] * 50)[:, None]
    >>> [round(b, 2) for b in fair(codes, 2, 2, codes).bits(codes)]
    [1.0, 0.0]
    """
    other = _windows(other, validation.size("order", order), V)
    p, orders = np.full(other.shape[1], 1 / V), []
    for n in range(1, order + 1):
        rows, counts = np.unique(_numbers(_windows(codes, n, V), V), return_counts=True)
        contexts, totals, _ = _by_context(rows, counts, V)
        numbers = _numbers(other[-n:], V)
        tried = [
            Counts(rows, counts, contexts, totals + weight, np.full(len(contexts), weight)) for weight in WEIGHTS
        ]
        orders.append(min(tried, key=lambda it: -np.log2(_mixed(it, numbers, p, V)).sum()))
        p = _mixed(orders[-1], numbers, p, V)
    return NGram(V, orders)


def kneser_ney(codes, V, order):
    """Count as Kneser and Ney do, interpolated, with one discount for each order.

    Parameters
    ----------
    codes : ndarray of int of shape (T, B)
        The texts that are counted.
    V : int
        The number of symbols.
    order : int
        How many characters in a row are counted at most.

    Returns
    -------
    NGram

    Raises
    ------
    TypeError, ValueError
        As for `fair`.

    Notes
    -----
    Kneser & Ney, "Improved backing-off for M-gram language modeling", ICASSP 1995; interpolated as in
    Chen & Goodman, "An empirical study of smoothing techniques for language modeling", Computer Speech &
    Language 13(4), 1999.

    Examples
    --------
    >>> codes = np.array([0, 1] * 50)[:, None]
    >>> kneser_ney(codes, 2, 2).bits(codes)[-1] < 0.1
    True
    """
    rows, counts = np.unique(_numbers(_windows(codes, validation.size("order", order), V), V), return_counts=True)
    orders = []
    for n in range(order, 0, -1):
        once, twice = (counts == 1).sum(), (counts == 2).sum()
        D = np.clip(once / (once + 2 * twice) if once else 0.5, 0.05, 0.95)
        contexts, totals, different = _by_context(rows, counts, V)
        orders.append(Counts(rows, counts - D, contexts, totals, D * different))
        rows, counts = np.unique(rows % V ** (n - 1), return_counts=True)  # before how many characters it came
    return NGram(V, orders[::-1])


def _windows(codes, n, V):
    """Return all n characters in a row that a text has, as columns."""
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.dtype.kind not in "iu":
        raise ValueError(f"codes has shape {codes.shape} and dtype {codes.dtype}; want (T, B) and whole numbers")
    if len(codes) < n:
        raise ValueError(f"codes has T = {len(codes)}; want at least {n}, the order")
    if V**n >= 2**63:
        raise ValueError(f"order is {n} with V = {V} symbols; want V to the power of it below 2⁶³")
    if not 0 <= codes.min() <= codes.max() < V:
        raise ValueError(f"codes goes from {codes.min()} to {codes.max()}; want 0 to V − 1 = {V - 1}")
    return np.array([codes[k : len(codes) - n + 1 + k].ravel() for k in range(n)], dtype=np.int64)


def _numbers(windows, V):
    """Read each column as a number in base V."""
    number = np.zeros(windows.shape[1], dtype=np.int64)
    for row in windows:
        number = number * V + row
    return number


def _by_context(rows, counts, V):
    """Return the contexts, how often each came, and before how many different symbols."""
    contexts, where, different = np.unique(rows // V, return_inverse=True, return_counts=True)
    return contexts, np.bincount(where, counts), different


def _mixed(order, numbers, p, V):
    """Return p_n from p_{n−1}; a context that never came leaves it as it is."""
    count, _ = _found(order.rows, order.counts, numbers)
    total, known = _found(order.contexts, order.totals, numbers // V)
    weight, _ = _found(order.contexts, order.weights, numbers // V)
    return np.where(known, (count + weight * p) / np.where(known, total, 1), p)


def _found(keys, values, wanted):
    """Return the value beside each wanted key, zero where it is missing, and whether it is there."""
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    known = keys[place] == wanted
    return np.where(known, values[place], 0), known
