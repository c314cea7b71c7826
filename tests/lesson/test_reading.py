"""Answers in all clothes are read as what they are, and what cannot be read is said."""

import collections
import decimal
import fractions
import types

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lstm_lib.lesson import reading

ROW = [1.5, -2.0, 3.0]
CLOTHES = {
    "list": list,
    "tuple": tuple,
    "array": np.array,
    "float32": lambda row: np.array(row, np.float32),
    "generator": iter,
    "deque": collections.deque,
    "scalars of NumPy": lambda row: [np.float64(x) for x in row],
    "arrays of none": lambda row: [np.array(x) for x in row],
    "fractions": lambda row: [fractions.Fraction(x) for x in row],
    "decimals": lambda row: [decimal.Decimal(x) for x in row],
    "of sympy": lambda row: [sympy.Rational(x) for x in row],
}


@pytest.mark.parametrize("dress", CLOTHES.values(), ids=CLOTHES)
def test_a_row_of_numbers_is_read_in_any_clothes(dress):
    assert np.array_equal(reading.in_the_form_of(np.array(ROW), dress(ROW)), ROW)


@pytest.mark.parametrize(
    "answer", [2, 2.0, np.float32(2), np.array(2), np.array([2]), [2], (2.0,), np.array([[2]]), 2 + 0j, np.int8(2)]
)
def test_one_number_is_read_in_any_clothes(answer):
    found = reading.in_the_form_of(0.5, answer)
    assert (found, type(found)) == (2.0, float)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("0,5", "got text; want a number. Write a decimal point, not a comma"),
        ("0.5", "got text; want a number. Leave the quotation marks away"),
        ((0, 5), "got a tuple of 2; want a number. In Python a decimal comma makes two numbers out of one"),
        (1j, "got a complex; want a number"),
        (np.ma.array([1.0], mask=[1]), "got a masked array; want a number"),
        ([1, [2, 3]], "got a list of 2; want a number"),
        (None, "got None; want a number"),
        ({"f": 1}, "got a dict with f; want a number"),
        (print, "got a builtin_function_or_method; want a number"),
        (np.ones((2, 3)), "got an array of shape (2, 3); want a number"),
    ],
    ids=str,
)
def test_what_is_no_number_is_said(answer, words):
    with pytest.raises(reading.Unreadable) as said:
        reading.in_the_form_of(0.5, answer)
    assert str(said.value).startswith(words)


@given(npst.arrays(float, npst.array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6)))
def test_nested_lists_are_the_array(array):
    assert np.array_equal(reading.numbers(array.tolist()), array)
    assert reading.in_the_form_of(array, array.tolist()).shape == array.shape


class Loud:
    """Fails whatever it is asked for."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __iter__(self):
        raise RuntimeError


@pytest.mark.parametrize("read", [reading.numbers, reading.kind, reading.in_a_row, reading.holds_a_gap])
@pytest.mark.parametrize(
    "odd",
    [Loud(), Loud, object(), b"ab", range(0), lambda: 1, NotImplemented, {}, set()],
    ids=lambda odd: type(odd).__name__,
)
def test_nothing_that_comes_back_raises(read, odd):
    read(odd)


NAMED = {"f": 1.0, "i": 2.0}


@pytest.mark.parametrize(
    "answer",
    [
        NAMED,
        types.MappingProxyType(NAMED),
        collections.OrderedDict(reversed(NAMED.items())),
        types.SimpleNamespace(**NAMED),
        collections.namedtuple("Pair", "f i")(1.0, 2.0),
        (1.0, 2.0),
        iter([1.0, 2.0]),
        NAMED | {"more": 3},
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_arrays_by_name_come_in_any_mapping_as_attributes_or_in_a_row(answer):
    assert reading.by_name(answer, ["f", "i"]) == NAMED


def test_the_names_that_are_missing_and_those_that_are_there_are_said():
    with pytest.raises(reading.Unreadable, match=r"^grads: i is missing; the names in it are f, j$"):
        reading.by_name({"f": 1, "j": 2}, ["f", "i"], "grads")
    with pytest.raises(reading.Unreadable, match=r"^got a list of 3; want a pair: f, i$"):
        reading.by_name([1, 2, 3], ["f", "i"])
    with pytest.raises(reading.Unreadable, match=r"^got text; want a pair: f, i$"):
        reading.by_name("fi", ["f", "i"])


def test_a_name_that_is_used_nowhere_is_said():
    assert reading.strangers({"W_c": 1}, ["W_C", "b_C"]) == "The name W_c is used nowhere: did you mean W_C?"
    assert reading.strangers({"W_C": 1}, ["W_C", "b_C"]) == ""
    assert reading.strangers((1, 2), ["W_C"]) == ""


@pytest.mark.parametrize("gap", [..., [1, ...], (1, {"W": [...]}), {"a": (2, ...)}], ids=repr)
def test_dots_are_a_gap_wherever_they_stand(gap):
    assert reading.holds_a_gap(gap)


@pytest.mark.parametrize("whole", [None, 0, [], {}, [None, 1], "...", np.zeros(3)], ids=repr)
def test_nothing_else_is_a_gap(whole):
    assert not reading.holds_a_gap(whole)


@pytest.mark.parametrize(
    "written", ["B", " b ", "(b)", "b)", '"b"', "B.", ["b"], ("b",), np.array(["b"]), "answer b"]
)
def test_a_choice_is_read_however_it_is_written(written):
    assert reading.choice(written, ["a", "b"]) == "b"


@pytest.mark.parametrize("written", [2, 2.0, np.int64(2), "2", " 2 ", "line 2", "Line: 2", [2], np.array(2)])
def test_a_numbered_choice_is_read_however_it_is_written(written):
    assert reading.choice(written, [1, 2, 3]) == 2


@pytest.mark.parametrize("written", [True, "c", "", None, 2.5, ["a", "b"], {}, float("nan")], ids=repr)
def test_what_is_no_choice_is_none(written):
    assert reading.choice(written, ["a", "b", 1, 2]) is None


@pytest.mark.parametrize(
    "written",
    ["bca", "B C A", "b, c, a", "b -> c -> a", "b→c→a", ["b", "c", "a"], ("B", "C", "A"), iter("bca"), "b-c_a"],
)
def test_labels_are_read_however_they_are_parted(written):
    assert reading.labels(written, "abc") == ["b", "c", "a"]


@pytest.mark.parametrize("written", [4.5, None, {"a": 1}, [True], [1.5], b"abc"], ids=repr)
def test_what_is_no_row_of_labels_is_none(written):
    assert reading.labels(written, "abc") is None


def test_small_and_capital_labels_stay_apart_where_both_are_known():
    assert reading.labels("aAb", "aAb") == ["a", "A", "b"]


def test_the_coarsest_number_counts():
    assert reading.coarsest([1, np.float32(2)]) == np.finfo(np.float32).eps
    assert reading.coarsest({"a": np.zeros(2), "b": (np.float16(1),)}) == np.finfo(np.float16).eps
    assert reading.coarsest([]) == 0


def test_a_named_tuple_is_one_thing_and_a_tuple_is_counted():
    point = collections.namedtuple("Point", "x y")(1, 2)
    assert (reading.kind(point), reading.kind((1, 2))) == ("a Point", "a tuple of 2")
