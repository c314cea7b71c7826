"""The same number or not, relative to what is wanted; and facts about the difference that are true in any case."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lstm_lib.lesson import comparing

TOL = 1e-8
arrays = npst.arrays(
    float, npst.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=4), elements=st.floats(0.1, 10)
)


@given(arrays, st.floats(1e-12, 1e12))
def test_near_is_relative_to_the_size_of_what_is_wanted(want, scale):
    want = want * scale
    assert comparing.near(want * (1 + 0.5 * TOL), want, TOL)
    assert not comparing.near(want * (1 + 3 * TOL), want, TOL)


@pytest.mark.parametrize("got", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_near_nothing(got):
    assert not comparing.near(np.array(got), np.array(1.0), TOL)
    assert not comparing.near(np.array(got), np.array(np.nan), TOL)


def test_another_shape_is_not_near():
    assert not comparing.near(np.ones((2, 1)), np.ones(2), TOL)


def test_single_precision_is_allowed_its_own_rounding_and_no_more():
    want, exact = np.array([1 / 3, 2 / 3]), float(np.finfo(np.float32).eps)
    assert comparing.near(want.astype(np.float32).astype(float), want, TOL, exact)
    assert not comparing.near(want * 1.001, want, TOL, exact)


@given(arrays)
def test_the_first_difference_is_the_first(want):
    got = want.copy()
    got[-1, -1] += 1
    got[0, 1] += 2
    have, wanted, where = comparing.first_difference(got, want, TOL)
    assert (have, wanted, where) == (got[0, 1], want[0, 1], (0, 1))


FACTS = {
    "Yours is the right one, transposed.": lambda a: a.T,
    "Yours is the right one in reverse.": lambda a: a[::-1],
    "Yours is the right one with the other sign.": lambda a: -a,
    "Yours is 3 times the right one.": lambda a: 3 * a,
}


@pytest.mark.parametrize(("words", "make"), FACTS.items(), ids=FACTS)
@given(want=arrays)
def test_a_relation_is_named(words, make, want):
    got = np.ascontiguousarray(make(want))
    others = [other(want) for said, other in FACTS.items() if said != words]
    assume(not any(each.shape == got.shape and np.allclose(each, got, rtol=1e-3) for each in [want, *others]))
    assert comparing.relation({"": got}, {"": want}, TOL) == words


@given(arrays, st.data())
def test_what_is_said_is_true(want, data):
    some = st.sampled_from([*FACTS.values(), lambda a: a + 1, lambda a: a * a, np.sort])
    got = data.draw(some)(data.draw(some)(want))
    said = comparing.relation({"": got}, {"": want}, TOL)
    claims = {words: make(want) for words, make in FACTS.items() if words in said}
    assert all(each.shape == got.shape and np.allclose(each, got, rtol=1e-6) for each in claims.values())


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (0.33, "the right number, rounded"),
        (-1 / 3, "the other sign"),
        (2 / 3, "twice"),
        (1 / 6, "half"),
        (100 / 3, "in per cent"),
        (3.0, "upside down"),
    ],
)
def test_what_is_wrong_with_one_number_is_named(got, words):
    assert words in comparing.relation({"": np.array(got)}, {"": np.array(1 / 3)}, TOL)


def test_two_that_have_changed_places_are_named_only_if_they_differ():
    want = {"h": np.array([1.0, 2.0]), "C": np.array([3.0, 4.0])}
    assert comparing.relation({"h": want["C"], "C": want["h"]}, want, TOL) == "h and C have changed places."
    assert comparing.relation(want, want, TOL) == ""


def test_a_limit_is_named():
    want = np.array([-3.0, 0.5, 2.0])
    assert comparing.relation({"": np.clip(want, -1, 1)}, {"": want}, TOL) == "Yours is cut off at ±1."
