"""σ, the derivatives and the losses: exact at the ends, equal to their definitions in between."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib.functional import (
    accuracy,
    at_last_step,
    cross_entropy,
    mean_squared_error,
    sigmoid,
    sigmoid_grad,
    tanh_grad,
)
from lstm_lib.gradcheck import complex_step_gradient, numerical_gradient, relative_error

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")
NUMBERS = st.floats(-700, 700)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sigma_is_exactly_0_and_1_far_out_and_one_half_in_the_middle(dtype):
    # overflow would be a RuntimeWarning, and a warning fails the test
    s = sigmoid(np.array([-1000, 0, 1000], dtype))
    assert s.tolist() == [0, 0.5, 1]
    assert s.dtype == dtype


@given(NUMBERS)
def test_sigma_equals_its_definition(a):
    assert abs(sigmoid(a) - 1 / (1 + np.exp(-a))) < 4e-16


@given(NUMBERS)
def test_sigma_of_a_and_of_minus_a_add_up_to_one(a):
    assert abs(sigmoid(a) + sigmoid(-a) - 1) < 3e-16


@given(st.floats(-5, 5), st.floats(1e-3, 5))
def test_sigma_grows(a, more):
    assert sigmoid(a) < sigmoid(a + more)


@given(st.floats(-30, 30))
def test_the_derivatives_from_the_output_agree_with_complex_steps(a):
    a = np.array(a)
    assert abs(sigmoid_grad(sigmoid(a)) - complex_step_gradient(sigmoid, a)) < 1e-15
    assert abs(tanh_grad(np.tanh(a)) - complex_step_gradient(np.tanh, a)) < 1e-15


def test_float32_stays_float32():
    a = np.linspace(-3, 3, 7, dtype=np.float32)
    assert {f(a).dtype for f in (sigmoid, sigmoid_grad, tanh_grad)} == {np.dtype(np.float32)}
    loss, dY_hat = mean_squared_error(np.ones((2, 1, 3), np.float32), np.zeros((2, 1, 3), np.float32))
    assert dY_hat.dtype == np.float32
    assert type(loss) is float


@given(st.floats(-20, 20), st.floats(-1, 1))
def test_sigma_takes_complex_numbers(a, b):
    z = complex(a, b)
    assert abs(sigmoid(z) - 1 / (1 + np.exp(-z))) < 1e-14


@given(st.tuples(*[st.integers(1, 4)] * 3), st.integers(0, 99))
def test_the_loss_is_the_mean_of_the_squares_and_its_gradient_is_right(shape, seed):
    rng = np.random.default_rng(seed)
    Y_hat, Y = rng.normal(size=shape), rng.normal(size=shape)
    loss, dY_hat = mean_squared_error(Y_hat, Y)
    assert loss == pytest.approx(sum((a - b) ** 2 for a, b in zip(Y_hat.flat, Y.flat, strict=True)) / Y.size)
    numerical = numerical_gradient(lambda A: mean_squared_error(A, Y)[0], Y_hat)
    assert relative_error(dY_hat, numerical) < 1e-6


def test_the_loss_leaves_its_arguments_alone_and_takes_lists():
    Y_hat, Y = np.ones((2, 1, 2)), np.zeros((2, 1, 2))
    mean_squared_error(Y_hat, Y)[1][...] = 7
    assert (Y_hat == 1).all()
    assert (Y == 0).all()
    assert mean_squared_error([[[3]]], [[[1]]])[0] == 4


def test_what_a_model_computed_may_be_nan_but_a_target_may_not():
    nan, zero = np.full((1, 1, 1), np.nan), np.zeros((1, 1, 1))
    assert np.isnan(mean_squared_error(nan, zero)[0])
    with pytest.raises(ValueError, match=r"^Y holds nan at index \(0, 0, 0\); want finite"):
        mean_squared_error(zero, nan)


@pytest.mark.parametrize("shape", [(5, 3, 1), (5, 3), (5, 1, 4), (5, 4, 3), (1, 3, 4), (4, 3, 4)])
def test_targets_of_another_shape_are_refused(shape):
    wanted = rf"^Y has shape {re.escape(str(shape))}; want \(T, K, B\) = \(5, 3, 4\)"
    with pytest.raises(ValueError, match=wanted):
        mean_squared_error(np.zeros((5, 3, 4)), np.zeros(shape))


def test_predictions_that_are_not_T_K_B_are_refused():
    with pytest.raises(ValueError, match=r"^Y_hat has shape \(5, 3\); want \(T, K, B\)"):
        mean_squared_error(np.zeros((5, 3)), np.zeros((5, 3)))


@pytest.mark.parametrize(
    ("Y_hat", "Y", "message"),
    [
        (np.zeros((1, 1, 1)), np.zeros((1, 1, 1), np.float32), "^Y is float32; want float64"),
        (np.zeros((1, 1, 1)), None, "^Y is None; want real numbers"),
        (np.zeros((1, 1, 1)), "abc", "^Y is text .*; want real numbers"),
        (np.zeros((1, 1, 1), complex), np.zeros((1, 1, 1)), "^Y_hat is complex numbers .*; want real"),
    ],
)
def test_the_loss_refuses_what_is_not_real_numbers_of_one_precision(Y_hat, Y, message):
    with pytest.raises(TypeError, match=message):
        mean_squared_error(Y_hat, Y)


# --- classes -----------------------------------------------------------------------------------------------------


def classes(T, K, B, seed, asked=0.7):
    """Return log-odds and targets in which about that share of the columns names a class, the first one always."""
    rng = np.random.default_rng(seed)
    Y = np.eye(K)[rng.integers(0, K, (T, B))].swapaxes(1, 2) * (rng.uniform(size=(T, 1, B)) < asked)
    Y[0, :, 0] = np.eye(K)[0]
    return rng.normal(size=(T, K, B)), Y


SIZES = st.integers(1, 4), st.integers(2, 5), st.integers(1, 4), st.integers(0, 99)


@given(*SIZES)
def test_cross_entropy_is_the_mean_of_minus_the_log_of_the_probability(T, K, B, seed):
    Y_hat, Y = classes(T, K, B, seed)
    logs = [
        -np.log(np.exp(Y_hat[t, Y[t, :, b].argmax(), b]) / np.exp(Y_hat[t, :, b]).sum())
        for t in range(T)
        for b in range(B)
        if Y[t, :, b].any()
    ]
    assert cross_entropy(Y_hat, Y)[0] == pytest.approx(np.mean(logs), rel=1e-12)


@given(*SIZES)
def test_the_gradient_of_cross_entropy_is_its_difference_quotient_and_zero_where_nothing_is_asked(T, K, B, seed):
    Y_hat, Y = classes(T, K, B, seed)
    gradient = cross_entropy(Y_hat, Y)[1]
    numerical = numerical_gradient(lambda values: cross_entropy(values, Y)[0], Y_hat)
    np.testing.assert_allclose(gradient, numerical, atol=1e-9)
    assert not gradient[~np.broadcast_to(Y.any(axis=1, keepdims=True), Y.shape)].any()


def test_cross_entropy_of_a_guess_is_ln_K_and_does_not_care_for_a_shift():
    Y_hat, Y = classes(3, 5, 4, 0)
    assert cross_entropy(np.zeros_like(Y), Y)[0] == pytest.approx(np.log(5))
    shifted = cross_entropy(Y_hat + 7, Y)
    assert shifted[0] == pytest.approx(cross_entropy(Y_hat, Y)[0])
    np.testing.assert_allclose(shifted[1], cross_entropy(Y_hat, Y)[1], atol=1e-14)


def test_cross_entropy_bears_log_odds_of_a_thousand():
    Y = np.array([[[1.0], [0.0]]])
    assert cross_entropy(np.array([[[1000.0], [-1000.0]]]), Y)[0] == 0
    loss, gradient = cross_entropy(np.array([[[-1000.0], [1000.0]]]), Y)
    assert loss == 2000
    assert gradient.ravel().tolist() == [-1, 1]


def test_classes_stay_in_float32():
    Y_hat, Y = (a.astype(np.float32) for a in classes(3, 5, 4, 0))
    assert cross_entropy(Y_hat, Y)[1].dtype == np.float32


@given(*SIZES)
def test_accuracy_counts_the_asked_columns_alone(T, K, B, seed):
    Y_hat, Y = classes(T, K, B, seed)
    asked = [(t, b) for t in range(T) for b in range(B) if Y[t, :, b].any()]
    right = [Y_hat[t, :, b].argmax() == Y[t, :, b].argmax() for t, b in asked]
    assert accuracy(Y_hat, Y) == pytest.approx(np.mean(right))
    assert accuracy(Y, Y) == 1


@pytest.mark.parametrize("loss", [cross_entropy, accuracy])
@pytest.mark.parametrize(
    ("Y", "error", "message"),
    [
        ([[[0.5], [0.5]]], ValueError, "^Y has a column that is neither zero nor a single 1"),
        ([[[1], [1]]], ValueError, "^Y has a column that is neither zero nor a single 1"),
        ([[[2], [-1]]], ValueError, "^Y has a column that is neither zero nor a single 1"),
        ([[[0], [0]]], ValueError, "^Y is zero everywhere; want at least one class"),
        ([[[1, 0], [0, 1]]], ValueError, r"^Y has shape \(1, 2, 2\); want \(T, K, B\) = \(1, 2, 1\)"),
        ([[[np.nan], [0]]], ValueError, "^Y holds nan"),
        ("a", TypeError, "^Y is text"),
    ],
)
def test_targets_that_name_no_class_are_refused(loss, Y, error, message):
    with pytest.raises(error, match=message):
        loss(np.zeros((1, 2, 1)), Y)


def as_numbers(Y):
    return np.where(Y.any(axis=1), Y.argmax(axis=1), -1)


@given(*SIZES, st.sampled_from([np.int8, np.int64, np.int32, list]))
def test_the_numbers_of_the_classes_will_do(T, K, B, seed, kind):
    Y_hat, Y = classes(T, K, B, seed)
    codes = as_numbers(Y).tolist() if kind is list else as_numbers(Y).astype(kind)
    loss, gradient = cross_entropy(Y_hat, Y)
    by_number = cross_entropy(Y_hat, codes)
    assert by_number[0] == loss
    assert (by_number[1] == gradient).all()
    assert accuracy(Y_hat, codes) == accuracy(Y_hat, Y)


PYTORCH_LOSS = 2.0404158909612944  # torch.nn.functional.cross_entropy, PyTorch 2.13, float64, ignore_index=-1
PYTORCH_GRADIENT = (
    "-0.15472861643200841 0.08756648062089079 0.0 0.05213284287449391 "
    "0.017709917675112524 0.0 0.034235380448437755 0.0728144116119442 "
    "0.0 0.06836039310907674 -0.17809080990794754 0.0 "
    "0.022143810690741908 0.06880181461169181 0.08982352571676015 0.07256036154853403 "
    "0.03389134819306982 -0.18724603667332634 -0.18212963594066353 -0.1474933256182673 "
    "0.08311164422244821 0.0874254637013876 0.044800162813505705 0.014310866734117992 "
)


def test_classes_as_pytorch_counts_them():
    Y_hat = np.sin(np.arange(24.0)).reshape(2, 4, 3)
    loss, gradient = cross_entropy(Y_hat, np.array([[0, 3, -1], [2, 2, 1]]))
    assert loss == pytest.approx(PYTORCH_LOSS, rel=1e-14)
    np.testing.assert_allclose(gradient.ravel(), np.array(PYTORCH_GRADIENT.split(), float), rtol=1e-13, atol=1e-17)


@pytest.mark.parametrize("loss", [cross_entropy, accuracy])
@pytest.mark.parametrize(
    ("Y", "error", "message"),
    [
        ([[0, 3]], ValueError, r"^Y holds 3 at index \(0, 1\); want classes from 0 to 2, or -1 where nothing is"),
        (
            [[-2, 0]],
            ValueError,
            r"^Y holds -2 at index \(0, 0\); want classes from 0 to 2, or -1 where nothing is",
        ),
        (np.array([[0, 255]], np.uint8), ValueError, r"^Y holds 255 at index \(0, 1\); want classes from 0 to 2"),
        ([[-1, -1]], ValueError, "^Y is -1 everywhere; want at least one class"),
        (
            [[0.0, 1.0]],
            TypeError,
            r"^Y is an array \(dtype float64\); want class numbers as whole numbers, such as Y.ast",
        ),
        ([[True, False]], TypeError, r"^Y is an array \(dtype bool\); want class numbers as whole numbers"),
        ([["a", "b"]], TypeError, r"^Y is text .*; want class numbers as whole numbers"),
        (
            [0, 1],
            ValueError,
            r"^Y has shape \(2,\); want \(T, K, B\) = \(1, 3, 2\), or whole .* \(T, B\) = \(1, 2\)",
        ),
        (
            [[0], [1]],
            ValueError,
            r"^Y has shape \(2, 1\); want \(T, K, B\) = \(1, 3, 2\), or whole numbers of shape",
        ),
        (
            [[[0, 1]]],
            ValueError,
            r"^Y has shape \(1, 1, 2\); want \(T, K, B\) = \(1, 3, 2\), or whole numbers of shape",
        ),
        (1, ValueError, r"^Y has shape \(\); want \(T, K, B\)"),
        ([[0, 1], [0]], ValueError, "^Y is a ragged list"),
        (None, TypeError, "^Y is None; want"),
        (np.ma.masked_equal([[0, 1]], 1), TypeError, "^Y is a masked array"),
    ],
)
def test_numbers_that_name_no_class_are_refused(loss, Y, error, message):
    with pytest.raises(error, match=message):
        loss(np.zeros((1, 3, 2)), Y)


@pytest.mark.parametrize("as_what", [lambda Y: Y, as_numbers], ids=["columns", "numbers"])
def test_a_column_with_nan_is_never_the_right_answer(as_what):
    Y_hat, Y = classes(4, 3, 5, 0, asked=1)
    Y = as_what(Y)
    assert accuracy(np.full_like(Y_hat, np.nan), Y) == 0
    wanted = accuracy(Y_hat, Y)
    for k in range(3):
        spoilt = Y_hat.copy()
        spoilt[1, k, 2] = np.nan
        rest = np.ones((4, 5), bool)
        rest[1, 2] = False
        right = (Y_hat.argmax(axis=1) == as_numbers(classes(4, 3, 5, 0, asked=1)[1]))[rest].sum() / 20
        assert accuracy(spoilt, Y) == right <= wanted


def test_where_nothing_is_asked_nan_does_not_count():
    Y_hat = np.array([[[1.0, np.nan], [0.0, np.nan]]])
    assert accuracy(Y_hat, [[0, -1]]) == 1


def test_sigma_keeps_its_digits_to_the_last_one_of_1_and_no_further():
    # said in the docstring: exact absolutely, and far to the left not relatively
    a = np.linspace(-40, 0, 401)
    true = np.exp(a) / (1 + np.exp(a))
    assert np.abs(sigmoid(a) - true).max() < 1.2e-16
    assert np.abs(sigmoid(a) / true - 1).max() == 1
    assert (np.abs(sigmoid(a) / true - 1)[a > -20] < 1e-7).all()


def test_at_last_step_looks_at_the_last_step_alone():
    Y_hat, Y = classes(4, 3, 2, 1, asked=1)
    for loss in (mean_squared_error, cross_entropy):
        value, gradient = at_last_step(loss)(Y_hat, Y)
        wanted = loss(Y_hat[-1:], Y[-1:])
        assert value == wanted[0]
        assert gradient.shape == Y_hat.shape
        assert (gradient[-1:] == wanted[1]).all()
        assert not gradient[:-1].any()
    with pytest.raises(TypeError, match=r"^loss is 3 .*; want a function"):
        at_last_step(3)
