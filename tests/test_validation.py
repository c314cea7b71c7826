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
    "object": (Thing(), "^X is a Thing; want real numbers"),
    "None inside": ([[None, 1.0]], "^X is a list of 1; want real numbers"),
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


# --- accepted fast, explained slowly ---

ENTRIES = st.sampled_from([0.0, 1.0, -1e308, 1e200, 1e-320, np.nan, np.inf, -np.inf])


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=4).flatmap(lambda shape: arrays_of(shape)),
    st.sampled_from(["T D B", "H H+D", "H 1", "H", "K K B"]),
    st.dictionaries(st.sampled_from(["T", "H", "K", "B"]), st.integers(1, 3)),
    st.sampled_from([None, np.dtype(np.float64), np.dtype(np.float32)]),
    st.booleans(),
)
@settings(max_examples=500)
def test_the_cheap_look_accepts_nothing_that_the_close_one_refuses_and_learns_the_same_sizes(
    A, dims, known, dtype, finite
):
    outcomes = []
    for look in (validation._is_well, lambda *arguments, **options: False):
        sizes, usual = dict(known), validation._is_well
        validation._is_well = look
        try:
            outcome = validation.array("A", A, dims, sizes, dtype, finite) is A
        except (TypeError, ValueError) as error:
            outcome = str(error)
        finally:
            validation._is_well = usual
        outcomes.append((outcome, sizes))
    assert outcomes[0] == outcomes[1]


def arrays_of(shape):
    size = int(np.prod(shape))
    dtypes = st.sampled_from([np.float64, np.float32])
    with np.errstate(over="ignore"):
        return st.tuples(st.lists(ENTRIES, min_size=size, max_size=size), dtypes).map(
            lambda pair: np.clip(np.array(pair[0]), -1e38, 1e38).astype(pair[1]).reshape(shape)
        )


@pytest.mark.parametrize(("dtype", "huge"), [(np.float64, 1e300), (np.float32, 3e38)])
@pytest.mark.parametrize("layout", [lambda a: a, lambda a: a.T, lambda a: a[::2, ::-1]], ids=["C", "F", "strided"])
def test_numbers_whose_squares_overflow_are_finite_all_the_same(dtype, huge, layout):
    X = layout(np.full((4, 6), huge, dtype))  # a RuntimeWarning would fail the test
    with np.errstate(all="raise"):
        assert validation.array("X", X, "D B", {}) is X
    X[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"^X holds nan at index \(1, 2\)"):
        validation.array("X", X, "D B", {})


def test_what_is_right_is_looked_at_once(monkeypatch):
    monkeypatch.setattr(validation, "_numbers", lambda *arguments: pytest.fail("a close look"))
    params, sizes = lstm.init_params(2, 3, np.random.default_rng(0)), {}
    validation.parameters(params, lstm.SHAPES, sizes)
    assert sizes == {"H": 3, "H+D": 5, "D": 2}
    assert validation.array("X", np.ones((4, 2, 1)), "T D B", sizes).shape == (4, 2, 1)


# --- masks, and the other order of bytes ---

MASKED = {
    "an array": np.ma.masked_greater([[1.0, 2.0]], 1.5),
    "nothing hidden": np.ma.array([[1.0, 2.0]]),
    "whole numbers": np.ma.array([[1, 2]], mask=[[True, False]]),
    "inside a list": [np.ma.masked_greater([1.0, 2.0], 1.5)],
    "deeper in lists": [([np.ma.masked, 2.0],)],
    "one number": np.ma.masked,
}


@pytest.mark.parametrize("value", MASKED.values(), ids=MASKED)
def test_a_mask_is_not_dropped_but_refused(value):
    for dims in ("D B", None):
        with pytest.raises(
            TypeError, match=r"^X is a masked array; want one without a mask, such as X.filled\(0\)"
        ):
            validation.array("X", value, dims, {})
    with pytest.raises(TypeError, match=r"^Y is a masked array; want"):
        validation.classes("Y", value, {"T": 1, "K": 3, "B": 2})


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_other_order_of_bytes_is_taken(dtype):
    X = np.array([[1.5, -2.0]], dtype)
    foreign = X.astype(X.dtype.newbyteorder("S"))
    got = validation.array("X", foreign, "D B", {}, np.dtype(dtype))
    assert got.dtype == np.dtype(dtype)
    assert (got == X).all()
    assert validation.parameters({"W": foreign, "b": X[:, :1]}, {"W": "H H+D", "b": "H 1"}) == {
        "H": 1,
        "H+D": 2,
        "D": 1,
    }
    assert validation.arrays("grads", {"w": foreign})["w"] is foreign
    with pytest.raises(TypeError, match=r"^X is float(32|64); want float(64|32) like the other arrays"):
        validation.array(
            "X", foreign, "D B", {}, np.dtype({np.float64: np.float32, np.float32: np.float64}[dtype])
        )


# --- what something is called ---


class LSTM:
    pass


class RNNCell:
    pass


class Series:
    pass


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3, "an int"),
        (True, "a bool"),
        (1.5, "a float"),
        ("text", "a str"),
        (None, "None"),
        ([], "a list of 0"),
        ((1, 2), "a tuple of 2"),
        ({"h": 1, "C": 2}, "a dict with h, C"),
        ({}, "a dict"),
        (np.zeros((2, 0), np.float32), "an ndarray of float32, shape (2, 0)"),
        (np.float64(1), "a float64"),
        (np.uint8(1), "a uint8"),
        (np.int64(1), "an int64"),
        (LSTM(), "an LSTM"),
        (RNNCell(), "an RNNCell"),
        (Series(), "a Series"),
        (object(), "an object"),
        (lstm.Step(*range(8)), "a Step"),
        (np.ma.zeros(2), "a MaskedArray of float64, shape (2,)"),
    ],
)
def test_a_thing_is_named_with_its_article_and_its_size(value, words):
    assert validation.kind_of(value) == words


h, hs = np.zeros((3, 4)), np.zeros((5, 3, 4))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((hs, (h, h)), ", as (hs, (h_T, C_T)) in PyTorch"),
        ([hs, [h, h]], ", as (hs, (h_T, C_T)) in PyTorch"),
        ((h, h), ", as (h_T, C_T) in PyTorch"),
        ((hs, [1, 2]), ", as (hs, steps) from forward"),
        ((hs, [1, 2, 3]), ", as (hs, steps) from forward"),
        ((hs, lstm.Step(*[hs] * 8)), ", as (hs, steps) from forward"),
        ((1, 2), ""),
        ((hs, None), ""),
        ([h] * 3, ""),
        (h, ""),
        (rnn.Step(h, h), ""),
        ("ab", ""),
    ],
)
def test_the_answers_of_other_layers_are_recognised(value, words):
    assert validation.convention(value) == words


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
    for value, got in [((1, 2, 3), "a tuple of 3"), ([1], "a list of 1"), ("ab", "a str"), (None, "None")]:
        with pytest.raises(TypeError, match=rf"^state is {got}; want a pair \(h_0, C_0\)$"):
            validation.pair("state", value, "(h_0, C_0)")
    with pytest.raises(TypeError, match=r"^state is an ndarray of float64, shape \(2, 3, 4\); want a pair"):
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
    with pytest.raises(
        TypeError, match=rf"^params is {re.escape(validation.kind_of(params))}; want a dict with W, b$"
    ):
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
        ([[0.0], [0.0], [0.0]], "a list of 3"),
        (np.zeros((3, 1), int), "an ndarray of int64, shape (3, 1)"),
        (np.zeros((3, 1)).view(np.matrix), "a matrix of float64, shape (3, 1)"),  # its * is not entry by entry
    ],
)
def test_what_could_not_be_trained_in_place_is_no_parameter(value, got):
    wanted = re.escape(f"params['b'] is {got}; want an array of float64 or float32")
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
    for value, got in [([1.0], "a list of 1"), (None, "None"), (np.float64(1), "a float64"), ("a", "a str")]:
        with pytest.raises(TypeError, match=rf"^grads\['v'\] is {got}; want an array of float64 or float32"):
            validation.arrays("grads", grads | {"v": value})
    with pytest.raises(TypeError, match=r"^grads is a list of 1; want a dict of arrays"):
        validation.arrays("grads", [1])


def test_steps_are_a_list_of_the_right_kind():
    assert validation.steps([1, 2], int) == [1, 2]
    with pytest.raises(ValueError, match=r"^steps is empty; want the list of builtins.int that forward returned"):
        validation.steps([], int)
    with pytest.raises(TypeError, match=r"^steps is a tuple of 2; want the list of builtins.int"):
        validation.steps((1, 2), int)
    with pytest.raises(TypeError, match=r"^steps\[1\] is a str; want the list of builtins.int"):
        validation.steps([1, "2"], int)


# --- a cell, a sequence, the way back ---


def test_a_cell_is_what_has_the_functions_that_are_needed():
    assert validation.cell(lstm) is lstm
    assert validation.cell(np, ("zeros", "ones")) is np
    with pytest.raises(TypeError, match=r"^cell is 3 \(int\); want a module such as lstm_lib.lstm$"):
        validation.cell(3)
    with pytest.raises(TypeError, match=r"^cell is <module 'numpy' .*\(module\); want a drum$"):
        validation.cell(np, ("zeros", "beat"), "a drum")


def test_every_name_that_is_wanted_must_be_there():
    grads = {"W": 1, "b": 2}
    assert validation.entries("grads", grads, ["b"]) is grads
    with pytest.raises(ValueError, match=r"^grads has no dW, db; got W, b; want W, dW, db$"):
        validation.entries("grads", grads, ["W", "dW", "db"])
    with pytest.raises(ValueError, match=r"^grads has no W; got nothing; want W$"):
        validation.entries("grads", {}, ["W"])
    with pytest.raises(TypeError, match=r"^grads is a list of 1; want a dict with W$"):
        validation.entries("grads", [1], ["W"])


@pytest.mark.parametrize("cell", [rnn, lstm], ids=["rnn", "lstm"])
def test_a_state_is_a_copy_of_what_was_handed_in_with_a_part_for_each_member(cell):
    params = cell.init_params(2, 3, np.random.default_rng(0))
    parts = [np.full((3, 4), value) for value in (1.0, 2.0)][: len(cell.STATE)]
    X, state = validation.sequence(
        params, cell.SHAPES, np.ones((5, 2, 4)), parts if len(parts) == 2 else parts[0], cell.STATE
    )
    for part, given_ in zip(state, parts, strict=True):
        assert (part == given_).all()
        assert not np.shares_memory(part, given_)
    _, zeros = validation.sequence(params, cell.SHAPES, X, None, cell.STATE)
    assert [part.any() for part in zeros] == [False] * len(parts)
    assert not np.shares_memory(zeros[0], zeros[-1]) or len(zeros) == 1


@pytest.mark.parametrize("cell", [rnn, lstm], ids=["rnn", "lstm"])
def test_a_step_that_does_not_fit_is_named_with_its_place_and_field(cell):
    params = cell.init_params(2, 3, np.random.default_rng(0))
    hs, steps = cell.forward(params, np.ones((5, 2, 4)))

    def refused(t, **change):
        wrong = [*steps[:t], steps[t]._replace(**change), *steps[t + 1 :]]
        with pytest.raises((TypeError, ValueError)) as caught:
            validation.gradients(params, cell.SHAPES, np.ones_like(hs), wrong, None, cell.STATE, cell.Step)
        return str(caught.value)

    wanted = "want (H, B) = (3, 4), every size at least 1"
    assert refused(3, h_t=np.zeros((3, 1))) == f"steps[3].h_t has shape (3, 1); {wanted}"
    assert refused(2, h_t=np.zeros(3)) == f"steps[2].h_t has shape (3,); {wanted}"
    assert refused(0, h_t=np.zeros(3)) == "steps[0].h_t has shape (3,); want (H, B), every size at least 1"
    assert refused(4, z_t=np.zeros((6, 4))).startswith("steps[4].z_t has shape (6, 4); want (H+D, B) = (5, 4)")
    assert refused(0, z_t=None).startswith("steps[0].z_t is None; want real numbers")
    assert refused(1, h_t="text").startswith("steps[1].h_t is text")
    if cell is lstm:
        assert refused(0, f_t=np.zeros((3, 1))) == f"steps[0].f_t has shape (3, 1); {wanted}"
        trace = lstm.stack(steps)._replace(o_t=np.zeros((5, 3, 1)))
        with pytest.raises(ValueError, match=r"^trace.o_t has shape \(5, 3, 1\); want \(T, H, B\) = \(5, 3, 4\)"):
            validation.gradients(
                params, lstm.SHAPES, np.ones_like(hs), trace, None, lstm.STATE, lstm.Step, stacked=True
            )


# --- what a function takes ---


@pytest.mark.parametrize(
    ("function", "n", "named", "misfit"),
    [
        (lambda A: A, 1, {}, None),
        (lambda A, eps=1: A, 1, {}, None),
        (lambda *given: given, 7, {}, None),
        (lambda A, *, rng: A, 1, {"rng": 0}, None),
        (max, 1, {}, None),  # written in C, and tells no signature
        (lambda A, eps: A, 1, {}, "(A, eps)"),
        (lambda: 0, 1, {}, "()"),
        (lambda A: A, 1, {"rng": 0}, "(A)"),
    ],
)
def test_a_function_that_does_not_take_what_is_handed_over_shows_what_it_takes(function, n, named, misfit):
    found = validation.misfit(function, n, **named)
    assert (found and str(found)) == misfit
