"""ngrams: the fast counts are those that dictionaries make, and what is counted adds up to 1."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from lstm_lib import ngrams, text

V = 5


@pytest.fixture(scope="module")
def codes():
    """Texts in which the next number hangs on the last two, most of the time."""
    rng = np.random.default_rng(0)
    rows = [rng.integers(V, size=8), rng.integers(V, size=8)]
    for _ in range(150):
        rows.append(np.where(rng.random(8) < 0.7, (rows[-1] + 2 * rows[-2]) % V, rng.integers(V, size=8)))
    return np.array(rows)


def rows_of(codes, n):
    return [tuple(text[t : t + n]) for text in codes.T.tolist() for t in range(len(text) - n + 1)]


def slow_kneser_ney(codes, order):
    """Return p(row) of the last of `order` characters, by dictionaries and the textbook's words."""
    counts = {order: Counter(rows_of(codes, order))}
    for n in range(order - 1, 0, -1):
        counts[n] = Counter(row[1:] for row in counts[n + 1])  # after how many different characters it came

    def p(row):
        if not row:
            return 1 / V
        of_order = counts[len(row)]
        once, twice = (sum(c == k for c in of_order.values()) for k in (1, 2))
        D = min(max(once / (once + 2 * twice) if once else 0.5, 0.05), 0.95)
        of_context = [c for other, c in of_order.items() if other[:-1] == row[:-1]]
        if not of_context:
            return p(row[1:])
        lower = D * len(of_context) / sum(of_context) * p(row[1:])
        return max(of_order[row] - D, 0) / sum(of_context) + lower

    return p


def slow_fair(codes, order, weights):
    counts, totals = Counter(), defaultdict(int)
    for n in range(1, order + 1):
        counts.update(rows_of(codes, n))
    for row, c in counts.items():
        totals[row[:-1]] += c

    def p(row):
        if not row:
            return 1 / V
        w = weights[len(row) - 1]
        return (counts[row] + w * p(row[1:])) / (totals[row[:-1]] + w)

    return p


def test_kneser_ney_is_what_dictionaries_make_of_it(codes):
    for order in (1, 2, 3, 4):
        p = slow_kneser_ney(codes[:100], order)
        wanted = np.mean([-np.log2(p(row)) for row in rows_of(codes[100:], order)])
        assert ngrams.kneser_ney(codes[:100], V, order).bits(codes[100:])[-1] == pytest.approx(wanted, rel=1e-12)


def test_fair_is_what_dictionaries_make_of_it(codes):
    found = ngrams.fair(codes[:80], V, 4, codes[80:110])
    weights = [order.weights[0] for order in found.orders]
    for order in (1, 2, 3, 4):
        p = slow_fair(codes[:80], order, weights)
        shown = ngrams.NGram(V, found.orders[:order]).bits(codes[110:])[-1]
        assert shown == pytest.approx(
            np.mean([-np.log2(p(row)) for row in rows_of(codes[110:], order)]), rel=1e-12
        )


def test_each_weight_is_the_best_of_nine_on_the_other_text(codes):
    other = codes[80:110]
    found = ngrams.fair(codes[:80], V, 3, other)
    weights = [order.weights[0] for order in found.orders]
    for n in (1, 2, 3):
        tried = {}
        for w in ngrams.WEIGHTS:
            p = slow_fair(codes[:80], n, [*weights[: n - 1], w])
            tried[w] = sum(-np.log2(p(row[-n:])) for row in rows_of(other, 3))
        assert min(tried, key=tried.get) == weights[n - 1]


@pytest.mark.parametrize("made", ["fair", "kneser_ney"])
def test_what_is_foreseen_adds_up_to_1_and_is_what_is_paid_for(codes, made):
    rest = () if made == "kneser_ney" else (codes[100:120],)
    guesser = getattr(ngrams, made)(codes[:100], V, 3, *rest)
    P = guesser.probabilities(codes[120:])
    assert P.shape == (V, len(codes) - 120 - 2, 8)
    assert np.allclose(P.sum(axis=0), 1, rtol=1e-12)
    paid = -np.log2(np.take_along_axis(P, codes[122:][None], axis=0)).mean()
    assert guesser.bits(codes[120:])[-1] == pytest.approx(paid, rel=1e-12)


def test_nobody_who_counts_comes_below_the_floor():
    rng = np.random.default_rng(0)
    train, other, written = (text.brackets(1000, B, rng) for B in (60, 3, 20))
    bits = ngrams.fair(train.codes, 14, 5, other.codes).bits(written.codes)
    assert min(bits) > written.bits.mean() + 0.1
    assert bits[0] > bits[1] > bits[2]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: ngrams.kneser_ney(np.zeros(5, int), V, 2), r"^codes has shape \(5,\)"),
        (lambda: ngrams.kneser_ney(np.zeros((5, 1)), V, 2), "whole numbers"),
        (lambda: ngrams.kneser_ney(np.zeros((5, 1), int), V, 6), "^codes has T = 5; want at least 6"),
        (lambda: ngrams.kneser_ney(np.full((5, 1), V), V, 2), "want 0 to V − 1 = 4"),
        (lambda: ngrams.kneser_ney(np.zeros((50, 1), int), 100, 10), "^order is 10 with V = 100"),
        (lambda: ngrams.kneser_ney(np.zeros((5, 1), int), V, 0), "^order is 0"),
    ],
)
def test_what_is_wrong_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
