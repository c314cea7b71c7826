"""What comes in at the door: right things pass unchanged, wrong ones are named, with what they should be."""

import re
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm, rnn, validation

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")


# --- array ---


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_array_of_floats_is_handed_back_itself(dtype):
    X = np.ones((2, 3), dtype)
    assert validation.array("X", X, "D B", {}) is X


@pytest.mark.parametrize("value", [[[1, 2]], np.array([[1, 2]], np.int8), [[True, False]], ((1.0, 2.0),)])
def test_whole_numbers_and_lists_become_floats(value):
    X = validation.array("X", value, "D B", {})
    assert X.dtype == np.float64
    assert X.tolist() == [[float(v) for v in value[0]]]


def test_whole_numbers_take_the_precision_that_is_asked_for():
    assert validation.array("X", [[1, 2]], "D B", {}, np.dtype(np.float32)).dtype == np.float32


@given(
    st.lists(st.integers(0, 2), min_size=2, max_size=4), st.dictionaries(st.sampled_from("TDB"), st.integers(1, 2))
)
@settings(max_examples=200)
def test_a_shape_fits_when_it_has_every_known_size_and_no_empty_axis(shape, known):
    sizes = dict(known)
    fits = len(shape) == 3 and all(n > 0 and known.get(d, n) == n for n, d in zip(shape, "TDB", strict=True))
    if fits:
        validation.array("X", np.zeros(shape), "T D B", sizes)
        assert sizes == dict(zip("TDB", shape, strict=True))
    else:
        with pytest.raises(ValueError, match=re.escape(f"X has shape {tuple(shape)}; want (T, D, B)")):
            validation.array("X", np.zeros(shape), "T D B", sizes)
        assert sizes == known


@pytest.mark.parametrize("shape", [(0, 2, 2), (2, 0, 2), (2, 2, 0), (0, 0, 0)])
def test_no_axis_may_be_empty(shape):
    with pytest.raises(ValueError, match=re.escape(f"X has shape {shape}; want (T, D, B), every size at least 1")):
        validation.array("X", np.zeros(shape), "T D B", {})


def test_the_shape_is_spelt_in_letters_and_in_figures():
    with pytest.raises(ValueError, match=re.escape("want (H, 1) = (3, 1), every size at least 1")):
        validation.array("b", np.zeros(3), "H 1", {"H": 3})
    with pytest.raises(ValueError, match=re.escape("want (H,) = (3,), every")):
        validation.array("b", np.zeros(2), "H", {"H": 3})
    with pytest.raises(ValueError, match=re.escape("want (T, D, B), every")):
        validation.array("X", np.zeros(2), "T D B", {})
    with pytest.raises(ValueError, match=re.escape("loss has shape (2,); want (), a single number")):
        validation.array("loss", np.zeros(2), "", {})


def test_without_a_shape_any_shape_will_do_but_not_any_content():
    for shape in [(), (0,), (2,), (2, 0), (3, 1, 2)]:
        assert validation.array("A", np.ones(shape), None, {}).shape == shape
    with pytest.raises(TypeError, match=r"^A is text .*want real numbers"):
        validation.array("A", "abc", None, {})


class Thing:
    pass


NOT_NUMBERS = {
    "None": (None, "^X is None; want real numbers in float64 or float32"),
    "text": ("abc", "^X is text .*<U3.*; want real numbers"),
    "text inside": ([["a"]], "^X is text .*; want real numbers"),
    "bytes": (b"ab", "^X is text .*; want real numbers"),
    "object": (Thing(), "^X is a Thing .*; want real numbers"),
    "None inside": ([[None, 1.0]], "^X is a list .*; want real numbers"),
    "complex": ([[1j]], "^X is complex numbers .*; want real numbers"),
    "float16": (np.zeros((1, 1), np.float16), "^X is an array .dtype float16.; want real numbers in float64"),
    "date": (np.zeros((1, 1), "M8[s]"), "^X is an array .*datetime64.*; want real numbers"),
}


@pytest.mark.parametrize(("value", "message"), NOT_NUMBERS.values(), ids=NOT_NUMBERS)
def test_what_is_not_real_numbers_is_a_type_error(value, message):
    with pytest.raises(TypeError, match=message):
        validation.array("X", value, "D B", {})


def test_a_ragged_list_is_named():
    with pytest.raises(ValueError, match=r"^X is a ragged list; want rows of one length"):
        validation.array("X", [[1, 2], [3]], "D B", {})


def test_two_precisions_are_not_mixed_and_the_cure_is_told():
    with pytest.raises(
        TypeError, match=re.escape("X is float32; want float64 like the other arrays: X.astype('float")
    ):
        validation.array("X", np.zeros((1, 1), np.float32), "D B", {}, np.dtype(np.float64))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_refused_with_their_place_unless_allowed(bad):
    X = np.zeros((2, 3))
    X[1, 2] = bad
    with pytest.raises(ValueError, match=re.escape(f"X holds {bad} at index (1, 2); want finite numbers only")):
        validation.array("X", X, "D B", {})
    assert validation.array("X", X, "D B", {}, finite=False) is X


# --- numbers, sizes, functions ---


@pytest.mark.parametrize("value", [1, 7, np.int64(7), np.uint8(3), sp.Integer(2)])
def test_a_size_is_a_whole_number(value):
    size = validation.size("H", value)
    assert size == value
    assert type(size) is int


@pytest.mark.parametrize("value", [2.5, 3.0, "three", True, None, [3], np.float64(3)])
def test_a_size_that_is_no_whole_number_is_a_type_error(value):
    wanted = f"H is {value!r} ({type(value).__name__}); want a whole number of at least 1"
    with pytest.raises(TypeError, match=re.escape(wanted)):
        validation.size("H", value)


@given(st.integers(-9, 9), st.integers(-3, 3))
def test_a_size_has_a_least_value(value, least):
    if value >= least:
        assert validation.size("n", value, least) == value
    else:
        with pytest.raises(ValueError, match=f"^n is {value}; want a whole number of at least {least}$"):
            validation.size("n", value, least)


@pytest.mark.parametrize("value", [0.5, 1, np.float32(0.5), Fraction(1, 2), sp.Rational(1, 2), sp.Float(0.5)])
def test_a_number_may_be_of_any_real_kind(value):
    number = validation.number("lr", value, above=0)
    assert number == float(value)
    assert type(number) is float


@pytest.mark.parametrize("value", ["0.1", None, True, 1j, [0.1], np.ones(1)])
def test_what_is_no_real_number_is_a_type_error(value):
    with pytest.raises(
        TypeError, match=re.escape(f"lr is {value!r} ({type(value).__name__}); want a real number")
    ):
        validation.number("lr", value)


@pytest.mark.parametrize(
    ("value", "limits", "wanted"),
    [
        (np.nan, {}, "a finite number$"),
        (np.inf, {}, "a finite number$"),
        (-np.inf, {"below": 1}, "a finite number below 1$"),
        (0.0, {"above": 0}, "a finite number above 0$"),
        (-0.1, {"least": 0}, "a finite number at least 0$"),
        (1.0, {"least": 0, "below": 1}, "a finite number at least 0 and below 1$"),
        (4.0, {"above": 0, "below": np.pi}, "a finite number above 0 and below 3.142$"),
    ],
)
def test_a_number_out_of_range_is_a_value_error(value, limits, wanted):
    with pytest.raises(ValueError, match=rf"^lr is {value}; want {wanted}"):
        validation.number("lr", value, **limits)


def test_the_ends_of_a_range_count_as_they_are_called():
    assert validation.number("m", 0, least=0, below=1) == 0
    assert validation.number("m", 0.999, least=0, below=1) == 0.999
    assert validation.number("m", 1e-300, above=0) == 1e-300


@pytest.mark.parametrize("value", [0, None, np.random.RandomState(0), np.random])
def test_a_seed_is_no_generator(value):
    got = re.escape(f"rng is {value!r} ({type(value).__name__})")
    with pytest.raises(TypeError, match=f"^{got}; want a generator, such as np.random.default_rng"):
        validation.generator("rng", value)


def test_a_generator_passes():
    rng = np.random.default_rng(0)
    assert validation.generator("rng", rng) is rng


@pytest.mark.parametrize("value", [None, "mse", 3])
def test_what_cannot_be_called_is_no_function(value):
    got = re.escape(f"loss is {value!r} ({type(value).__name__})")
    with pytest.raises(TypeError, match=f"^{got}; want a function, such as this"):
        validation.function("loss", value, "this")


def test_an_unknown_option_is_named_with_those_that_exist():
    assert validation.options({"forget_bias": 3.0}, lstm.init_params) is None
    with pytest.raises(TypeError, match=r"^bias is no option of lstm_lib.lstm.init_params; want forget_bias"):
        validation.options({"bias": 3.0}, lstm.init_params)
    with pytest.raises(TypeError, match=r"^forget_bias is no option of lstm_lib.rnn.init_params; want no options"):
        validation.options({"forget_bias": 3.0}, rnn.init_params)
    with pytest.raises(TypeError, match=r"^D is no option"):  # an argument is not an option
        validation.options({"D": 3}, lstm.init_params)


def test_a_pair_is_a_tuple_or_a_list_of_two():
    for value in [(1, 2), [1, 2]]:
        assert validation.pair("state", value, "(h_0, C_0)") is value
    for value, got in [((1, 2, 3), "tuple of 3"), ([1], "list of 1"), ("ab", "str"), (None, "NoneType")]:
        with pytest.raises(TypeError, match=rf"^state is a {got}; want a pair \(h_0, C_0\)$"):
            validation.pair("state", value, "(h_0, C_0)")
    with pytest.raises(TypeError, match=r"^state is a ndarray; want a pair"):
        validation.pair("state", np.zeros((2, 3, 4)), "(h_0, C_0)")


# --- dicts of arrays ---

SHAPES = {"W": "H H+D", "b": "H 1"}


@given(st.integers(1, 5), st.integers(1, 5), st.sampled_from([np.float64, np.float32]))
def test_parameters_tell_the_sizes(H, D, dtype):
    params = {"W": np.zeros((H, H + D), dtype), "b": np.zeros((H, 1), dtype), "other": "left alone"}
    assert validation.parameters(params, SHAPES) == {"H": H, "H+D": H + D, "D": D}
    assert validation.parameters(params, SHAPES, {"B": 7})["B"] == 7


@pytest.mark.parametrize("params", [None, [1], "W", np.zeros((3, 5))])
def test_parameters_that_are_no_dict_are_refused(params):
    with pytest.raises(TypeError, match=rf"^params is a {type(params).__name__}; want a dict with W, b$"):
        validation.parameters(params, SHAPES)


def test_missing_parameters_are_named():
    with pytest.raises(ValueError, match=r"^params has no W; got b, q; want W, b$"):
        validation.parameters({"b": np.zeros((3, 1)), "q": 1}, SHAPES)


@pytest.mark.parametrize("shape", [(5, 3), (3, 3), (3, 2)])
def test_a_matrix_without_room_for_an_input_is_blamed_itself(shape):
    # a transposed W_f must not be put down to W_i, which comes next
    with pytest.raises(
        ValueError, match=re.escape(f"params['W'] has shape {shape}; want (H, H+D) with D at least 1")
    ):
        validation.parameters({"W": np.zeros(shape), "b": np.zeros((3, 1))}, SHAPES)


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ([[0.0], [0.0], [0.0]], "list"),
        (np.zeros((3, 1), int), "ndarray of int64"),
        (np.zeros((3, 1)).view(np.matrix), "matrix of float64"),  # its * is not entry by entry
        (np.ma.zeros((3, 1)), "MaskedArray of float64"),
    ],
)
def test_what_could_not_be_trained_in_place_is_no_parameter(value, got):
    wanted = re.escape(f"params['b'] is a {got}; want an array of float64 or float32")
    with pytest.raises(TypeError, match=wanted):
        validation.parameters({"W": np.zeros((3, 5)), "b": value}, SHAPES)


def test_parameters_have_one_precision_and_it_may_be_given():
    params = {"W": np.zeros((3, 5)), "b": np.zeros((3, 1), np.float32)}
    with pytest.raises(TypeError, match=r"^params\['b'\] is float32; want float64"):
        validation.parameters(params, SHAPES)
    with pytest.raises(TypeError, match=r"^params\['W'\] is float64; want float32"):
        validation.parameters(params, SHAPES, {}, np.dtype(np.float32))


def test_arrays_are_looked_at_one_by_one():
    grads = {"w": np.zeros(2), "v": np.zeros((), np.float32)}
    assert validation.arrays("grads", grads) is grads
    for value, got in [([1.0], "list"), (None, "NoneType"), (np.float64(1), "float64 of float64"), ("a", "str")]:
        with pytest.raises(TypeError, match=rf"^grads\['v'\] is a {got}; want an array of float64 or float32"):
            validation.arrays("grads", grads | {"v": value})
    with pytest.raises(TypeError, match=r"^grads is a list; want a dict of arrays"):
        validation.arrays("grads", [1])


def test_steps_are_a_list_of_the_right_kind():
    assert validation.steps([1, 2], int) == [1, 2]
    with pytest.raises(ValueError, match=r"^steps is empty; want the list of builtins.int that forward returned"):
        validation.steps([], int)
    with pytest.raises(TypeError, match=r"^steps is a tuple; want the list of builtins.int"):
        validation.steps((1, 2), int)
    with pytest.raises(TypeError, match=r"^steps has a builtins.str; want the list of builtins.int"):
        validation.steps([1, "2"], int)
