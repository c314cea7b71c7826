"""text: what the writer of brackets says of its texts is true; a network writes what it foresees."""

import numpy as np
import pytest

from lstm_lib import fused, lstm, model, text
from lstm_lib.functional import cross_entropy


@pytest.fixture(scope="module")
def written():
    return text.brackets(400, 60, np.random.default_rng(0))


def texts(written):
    return [text.decode(codes) for codes in written.codes.T]


def test_the_rule_leaves_nothing_out():
    for opened in ("", "(", "[[{", "((((({"):
        p = text.chances(opened)
        assert p.sum() == pytest.approx(1, abs=1e-15)
        assert (p[:3] == 0).all() == (len(opened) == text.DEEPEST)
        assert [text.CLOSERS[k] for k in np.flatnonzero(p[3:6])] == [
            {"(": ")", "[": "]", "{": "}"}[one] for one in opened[-1:]
        ]


def test_all_texts_at_once_are_written_by_the_rule(written):
    for one, bits in zip(texts(written), written.bits.T, strict=True):
        assert np.allclose(text.exact_bits(one), bits, rtol=1e-12)


def test_depth_and_distance_are_what_a_stack_finds(written):
    for b, one in enumerate(texts(written)):
        stack = []
        for t, character in enumerate(one):
            distance = -1
            if character in text.OPENERS:
                stack.append(t)
            elif character in text.CLOSERS:
                distance = t - stack.pop()
            assert (len(stack), distance) == (written.depth[t, b], written.distance[t, b])
    assert written.depth.max() == text.DEEPEST
    assert written.depth.min() == 0


def test_each_symbol_comes_as_often_as_the_rule_says(written):
    expected, stacks = np.zeros(14), {}
    for one in texts(written):
        opened = ""
        for character in one:
            expected += stacks.setdefault(opened, text.chances(opened))
            opened = opened + character if character in text.OPENERS else opened
            opened = opened[:-1] if character in text.CLOSERS else opened
    came = np.bincount(written.codes.ravel(), minlength=14)
    assert (np.abs(came - expected) < 5 * np.sqrt(expected)).all()


def test_the_same_generator_writes_the_same():
    first, second = (text.brackets(50, 3, np.random.default_rng(7)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("wrong", [")", "(]", "(((((((", "())"])
def test_what_the_rule_cannot_write_has_no_bits(wrong):
    with pytest.raises(ValueError, match=r"^text has .* at place"):
        text.exact_bits(wrong)


def test_characters_and_numbers_are_the_same_text():
    for symbols, some in ((text.SYMBOLS, "([a]b)"), ("xyz\n", "zzx\ny")):
        assert text.decode(text.encode(some, symbols), symbols) == some
    assert text.encode("").shape == (0,)


def test_one_hot_columns_name_their_symbol(written):
    X = text.one_hot(written.codes, 14)
    assert X.shape == (400, 14, 60)
    assert X.dtype == np.float32
    assert np.array_equal(X.argmax(axis=1), written.codes)
    assert (X.sum(axis=1) == 1).all()


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: text.encode("ax", "abc"), ValueError, "^text has 'x'"),
        (lambda: text.encode("a", "aab"), ValueError, "each character once"),
        (lambda: text.encode(3), TypeError, r"^text is 3 \(int\)"),
        (lambda: text.decode([14]), ValueError, "want 0 to 13"),
        (lambda: text.decode([[0]]), ValueError, r"want \(T,\)"),
        (lambda: text.one_hot([0, 1], 3), ValueError, r"want \(T, B\)"),
        (lambda: text.one_hot([[0.5]], 3), TypeError, "whole numbers"),
        (lambda: text.one_hot([[3]], 3), ValueError, "want 0 to 2"),
        (lambda: text.chances("a"), ValueError, "^opened is 'a'"),
        (lambda: text.chances("(" * 7), ValueError, "at most 6"),
        (lambda: text.brackets(0, 1, np.random.default_rng(0)), ValueError, "^T is 0"),
        (lambda: text.brackets(2, 1, 0), TypeError, "^rng is 0"),
        (lambda: text.softmax(np.zeros((1, 2, 1)), 0), ValueError, "^temperature is 0"),
        (lambda: text.softmax(np.zeros((2, 1))), ValueError, "^Y_hat has shape"),
        (lambda: text.right_closers(np.zeros((3, 14, 1)), [[0]], [[0]]), ValueError, "^codes has shape"),
    ],
)
def test_what_is_wrong_is_named(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()


def test_who_knows_the_rule_is_always_right_about_closers(written):
    P = np.zeros((*written.codes.shape, 14))
    for b, one in enumerate(texts(written)):
        opened = ""
        for t, character in enumerate(one):
            P[t, b] = text.chances(opened)
            opened = opened + character if character in text.OPENERS else opened
            opened = opened[:-1] if character in text.CLOSERS else opened
    shares = text.right_closers(P.swapaxes(1, 2), written.codes, written.distance)
    assert set(shares.values()) == {1.0}
    assert list(shares) == list(text.FAR)
    nothing = text.right_closers(P[:1].swapaxes(1, 2), written.codes[:1], written.distance[:1])
    assert np.isnan(list(nothing.values())).all()


# --- networks ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def params():
    made = model.init_params(lstm, 14, 6, 14, np.random.default_rng(3))
    return {name: 3 * p for name, p in made.items()}


def test_softmax_is_what_cross_entropy_takes_the_logarithm_of():
    rng = np.random.default_rng(0)
    Y_hat, Y = 5 * rng.normal(size=(4, 14, 3)), rng.integers(14, size=(4, 3))
    p = np.take_along_axis(text.softmax(Y_hat), Y[:, None], axis=1)
    assert -np.log(p).mean() == pytest.approx(cross_entropy(Y_hat, Y)[0], rel=1e-12)
    assert np.allclose(text.softmax(1000 * Y_hat).sum(axis=1), 1)  # no overflow


def test_a_cold_network_writes_what_is_likeliest_and_remembers_all_it_has_read(params):
    codes = list(text.encode("(a[b"))
    drawn = text.sample(lstm, params, codes, 30, np.random.default_rng(0), temperature=1e-6)
    for character in drawn:
        Y_hat, _ = model.predict(lstm, params, text.one_hot(np.array(codes)[:, None], 14, float))
        assert character == Y_hat[-1, :, 0].argmax()
        codes.append(character)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_a_network_draws_as_often_as_it_foresees(temperature):
    params = {name: 0 * p for name, p in model.init_params(fused, 14, 2, 14, np.random.default_rng(0)).items()}
    params["b_y"] = np.linspace(-2, 2, 14)[:, None]
    drawn = text.sample(fused, params, [0], 4000, np.random.default_rng(0), temperature)
    p = text.softmax(params["b_y"][None], temperature)[0, :, 0]
    assert (np.abs(np.bincount(drawn, minlength=14) - 4000 * p) < 5 * np.sqrt(4000 * p) + 1).all()


def test_bits_are_what_the_foreseen_probabilities_cost(params, written):
    codes = written.codes[:50, :4]
    P = text.softmax(text.foreseen(lstm, params, codes[:-1])[0])
    paid = -np.log2(np.take_along_axis(P, codes[1:, None], axis=1)).mean()
    assert text.bits(lstm, params, codes) == pytest.approx(paid, rel=1e-12)


def test_a_unit_that_counts_is_found_among_others(written):
    C = np.random.default_rng(0).normal(size=(400, 5, 60))
    C[:, 3] = 2 - 0.5 * written.depth
    r = text.correlations(C, written.depth)
    assert r[3] == pytest.approx(-1, abs=1e-12)
    assert np.abs(np.delete(r, 3)).max() < 0.1


def test_places_and_quotes_begin_anew_on_each_line():
    one = 'a"b\n"c"d'
    known = text.in_line(text.encode(one, 'abcd"\n')[:, None], 'abcd"\n')
    assert known["place in the line"][:, 0].tolist() == [0, 1, 2, 0, 1, 2, 3, 4]
    assert known["inside quotes"][:, 0].tolist() == [0, 1, 1, 0, 1, 1, 0, 0]
