"""The primer's numbers, waves that are the sines they claim to be, and tasks that are what was published."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm
from lstm_lib.data import (
    Walkthrough,
    adding_problem,
    latch,
    sine_waves,
    spelt,
    temporal_order,
    walkthrough,
)

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")


def rng(seed=0):
    return np.random.default_rng(seed)


def test_the_walkthrough_has_the_primers_numbers():
    w = walkthrough()
    assert isinstance(w, Walkthrough)
    assert [a.tolist() for a in w[1:]] == [[[0.5]], [[0.1]], [[0.2]]]
    assert w._fields == ("params", "x_t", "h_prev", "C_prev")
    assert set(w.params) == set(lstm.SHAPES)
    for name, p in w.params.items():
        assert p.shape == ((1, 2) if name[0] == "W" else (1, 1))
        assert p.dtype == np.float64
        assert (p == 1).all()


def test_each_walkthrough_is_made_anew():
    walkthrough().params["W_f"][...] = 7
    walkthrough().x_t[...] = 7
    assert (walkthrough().params["W_f"] == 1).all()
    assert walkthrough().x_t.item() == 0.5
    arrays = list(walkthrough().params.values())
    assert not any(np.shares_memory(a, b) for n, a in enumerate(arrays) for b in arrays[:n])


def cosine_of_frequency(wave):
    """Return cos ω of sin(ω n + φ), by least squares from x_{n+1} + x_{n-1} = 2 cos ω · x_n."""
    middle, sides = wave[1:-1], wave[2:] + wave[:-2]
    return (middle * sides).sum() / (2 * (middle**2).sum())


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 99))
def test_waves_have_their_shapes_and_each_target_is_the_next_input(T, B, seed):
    X, Y = sine_waves(T, B, rng(seed))
    assert X.shape == Y.shape == (T, 1, B)
    assert X.dtype == Y.dtype == np.float64
    assert (X[1:] == Y[:-1]).all()
    assert np.abs(Y).max() <= 1


@given(st.floats(0.05, 3), st.floats(0, 0.1), st.integers(0, 99))
def test_every_wave_is_a_sine_with_a_frequency_in_the_range(low, width, seed):
    high = min(low + width, 3.1)
    _, Y = sine_waves(200, 5, rng(seed), omega=(low, high))
    for wave in Y[:, 0].T:
        cosine = cosine_of_frequency(wave)
        np.testing.assert_allclose(wave[2:], 2 * cosine * wave[1:-1] - wave[:-2], atol=1e-9)
        assert low - 1e-6 <= np.arccos(np.clip(cosine, -1, 1)) <= high + 1e-6


def test_amplitude_is_one_and_the_phase_is_that_of_n_from_1():
    # one frequency, so that sine and cosine parts can be fitted; the observed wave starts at n = 1
    X, Y = sine_waves(50, 400, rng(), omega=0.3)
    n = np.arange(1, 51)
    basis = np.stack([np.sin(0.3 * n), np.cos(0.3 * n)], axis=1)
    (a, b), residual, *_ = np.linalg.lstsq(basis, X[:, 0], rcond=None)
    assert residual.max() < 1e-24
    np.testing.assert_allclose(a**2 + b**2, 1, rtol=1e-12)
    phases = np.arctan2(b, a) % (2 * np.pi)
    # spread over the whole circle: every eighth of it has its share of the 400
    counts = np.histogram(phases, bins=8, range=(0, 2 * np.pi))[0]
    assert counts.min() > 25
    assert np.allclose(Y[:, 0], np.sin(0.3 * (n[:, None] + 1) + phases))


def test_a_seed_gives_the_same_waves_for_ever():
    # the numbers in the lessons hang on what is drawn, in which order
    X, Y = sine_waves(4, 3, rng(5), omega=(0.2, 0.8), noise=0.5)
    own = rng(5)
    omegas, phases = own.uniform(0.2, 0.8, 3), own.uniform(0, 2 * np.pi, 3)
    waves = np.sin(omegas * np.arange(1, 6)[:, None] + phases)
    np.testing.assert_allclose(Y[:, 0], waves[1:], rtol=1e-13)
    np.testing.assert_allclose(X[:, 0], waves[:-1] + 0.5 * own.standard_normal((4, 3)), rtol=1e-12)


def test_frequencies_fill_the_default_range_evenly():
    _, Y = sine_waves(300, 400, rng())
    omegas = np.array([np.arccos(cosine_of_frequency(wave)) for wave in Y[:, 0].T])
    assert omegas.min() >= 0.1 - 1e-6
    assert omegas.max() <= 1 + 1e-6
    assert np.histogram(omegas, bins=6, range=(0.1, 1))[0].min() > 40


def test_one_number_is_the_frequency_of_all():
    for omega in (0.7, (0.7, 0.7), [0.7, 0.7], np.float64(0.7)):
        Y = sine_waves(50, 4, rng(), omega=omega)[1]
        for wave in Y[:, 0].T:
            assert np.arccos(cosine_of_frequency(wave)) == pytest.approx(0.7, abs=1e-9)


def test_noise_is_in_X_only_with_its_standard_deviation_and_independent():
    clean, Y_clean = sine_waves(500, 40, rng())
    X, Y = sine_waves(500, 40, rng(), noise=0.3)
    assert (Y_clean == Y).all()
    noise = (X - clean)[:, 0]
    assert noise.std() == pytest.approx(0.3, rel=0.03)
    assert abs(noise.mean()) < 0.01
    assert abs((noise[1:] * noise[:-1]).mean()) < 0.003  # from step to step
    assert abs((noise[:, 1:] * noise[:, :-1]).mean()) < 0.003  # from wave to wave
    inside = (np.abs(noise) < 0.3).mean()
    assert inside == pytest.approx(0.683, abs=0.02)  # normal, not uniform


def test_the_generator_decides_and_moves_on():
    one = rng(3)
    first, second = sine_waves(9, 2, one, noise=0.1), sine_waves(9, 2, one, noise=0.1)
    again = sine_waves(9, 2, rng(3), noise=0.1)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert all((a != b).all() for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("letter", ["T", "B"])
@pytest.mark.parametrize(
    ("value", "error"),
    [(0, ValueError), (-1, ValueError), (2.5, TypeError), (True, TypeError), ("3", TypeError), (None, TypeError)],
)
def test_sizes_are_whole_numbers_of_at_least_1(letter, value, error):
    sizes = {"T": 3, "B": 2} | {letter: value}
    with pytest.raises(error, match=rf"^{letter} is {value!r}.*; want a whole number of at least 1"):
        sine_waves(**sizes, rng=rng())


@pytest.mark.parametrize("seed", [0, None, np.random.RandomState(0)])
def test_a_seed_is_no_generator(seed):
    with pytest.raises(TypeError, match=r"^rng is .*; want a generator, such as np.random.default_rng"):
        sine_waves(3, 2, seed)


@pytest.mark.parametrize(
    ("omega", "error", "message"),
    [
        ((0.5, 0.1), ValueError, r"\(0.5, 0.1\); want \(low, high\) with low <= high"),
        ((0, 1), ValueError, "0; want a finite number above 0 and below 3.142"),
        ((0.1, 4), ValueError, "4; want a finite number above 0 and below 3.142"),
        (np.pi, ValueError, "3.14159.*; want a finite number above 0 and below 3.142"),
        (-0.1, ValueError, "-0.1; want a finite number above 0 and below 3.142"),
        (np.nan, ValueError, "nan; want a finite number above 0"),
        ((0.1,), ValueError, r"\(0.1,\); want one number or a pair \(low, high\)"),
        ((0.1, 0.2, 0.3), ValueError, r"\(0.1, 0.2, 0.3\); want one number or a pair \(low, high\)"),
        ("a", TypeError, r"'a' \(str\); want a real number"),
        ((0.1, "b"), TypeError, r"'b' \(str\); want a real number"),
        (None, TypeError, r"None \(NoneType\); want a real number"),
        (True, TypeError, r"True \(bool\); want a real number"),
    ],
)
def test_a_frequency_out_of_range_is_refused(omega, error, message):
    with pytest.raises(error, match=f"^omega is {message}"):
        sine_waves(3, 2, rng(), omega=omega)


@pytest.mark.parametrize(
    ("noise", "error"),
    [(-1, ValueError), (np.nan, ValueError), (np.inf, ValueError), ("a", TypeError), (None, TypeError)],
)
def test_noise_is_a_number_of_at_least_0(noise, error):
    wanted = rf"^noise is {re.escape(repr(noise))}.*; want a (real number|finite number at least 0)$"
    with pytest.raises(error, match=wanted):
        sine_waves(3, 2, rng(), noise=noise)


# --- tests of memory: each generator against its published definition --------------------------------------------

TASKS = {
    "adding": lambda B, rng: adding_problem(100, B, rng),
    "temporal": lambda B, rng: temporal_order(100, B, rng),
    "latch": lambda B, rng: latch(100, B, rng),
}


def is_one_hot_or_zero(A):
    return ((A == 0) | (A == 1)).all() and (A.sum(axis=1) <= 1).all()


def lengths_of(X):
    """Return the length of each right-aligned sequence of one-hot columns, after a look that it has no gap."""
    there = X.any(axis=1)
    assert (np.diff(there.astype(int), axis=0) >= 0).all()
    return there.sum(axis=0)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_task_hangs_on_the_generator_alone(task):
    one = rng(3)
    first, second, again = task(4, one), task(4, one), task(4, rng(3))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, second, strict=True))
    assert all(a.dtype == np.float64 and a.ndim == 3 and a.shape[2] == 4 for a in first)


@given(st.integers(2, 60), st.integers(1, 8), st.integers(0, 99))
def test_adding_marks_one_value_in_each_half_and_asks_for_their_sum(T, B, seed):
    X, Y = adding_problem(T, B, rng(seed))
    assert X.shape == (T, 2, B)
    assert Y.shape == (T, 1, B)
    values, marks = X.swapaxes(0, 1)
    assert ((values >= 0) & (values <= 1)).all()
    assert set(np.unique(marks)) <= {0, 1}
    assert (marks[: T // 2].sum(axis=0) == 1).all()
    assert (marks[T // 2 :].sum(axis=0) == 1).all()
    np.testing.assert_allclose(Y[-1, 0], (values * marks).sum(axis=0), rtol=1e-15)
    assert not Y[:-1].any()


def test_adding_marks_every_place_alike_and_the_trivial_baseline_is_a_sixth():
    X, Y = adding_problem(10, 60_000, rng())
    np.testing.assert_allclose(X[:, 1].mean(axis=1), 0.2, atol=0.01)
    np.testing.assert_allclose(np.histogram(X[:, 0], bins=5, range=(0, 1))[0] / X[:, 0].size, 0.2, atol=0.01)
    assert Y[-1].mean() == pytest.approx(1, abs=0.01)
    assert ((Y[-1] - 1) ** 2).mean() == pytest.approx(1 / 6, rel=0.02)


@given(st.integers(20, 130), st.integers(1, 8), st.integers(0, 99))
def test_temporal_order_is_that_of_experiment_6a(T, B, seed):
    X, Y = temporal_order(T, B, rng(seed))
    assert X.shape == (T + T // 10, 8, B)
    assert Y.shape == (T + T // 10, 4, B)
    assert is_one_hot_or_zero(X)
    assert not Y[:-1].any()
    assert (Y[-1].sum(axis=0) == 1).all()
    for string, length, answer in zip(spelt(X, "EBabcdXY"), lengths_of(X), Y[-1].T, strict=True):
        assert T <= length == len(string) <= 1.1 * T
        assert re.fullmatch("E[abcdXY]+B", string)
        first, second = (m.start() + 1 for m in re.finditer("[XY]", string))  # exactly two, counted from 1
        assert T // 10 <= first <= T // 5
        assert T // 2 <= second <= 3 * T // 5
        assert ["XX", "XY", "YX", "YY"][answer.argmax()] == string[first - 1] + string[second - 1]


@pytest.mark.slow
def test_temporal_order_draws_lengths_places_classes_and_noise_evenly():
    X, Y = temporal_order(100, 22_000, rng())
    strings = spelt(X, "EBabcdXY")
    np.testing.assert_allclose(np.bincount(lengths_of(X))[100:111] / 22_000, 1 / 11, atol=0.01)
    first, second = np.array([[m.start() + 1 for m in re.finditer("[XY]", string)] for string in strings]).T
    np.testing.assert_allclose(np.bincount(first)[10:21] / 22_000, 1 / 11, atol=0.01)
    np.testing.assert_allclose(np.bincount(second)[50:61] / 22_000, 1 / 11, atol=0.01)
    assert first.min() == 10
    assert second.max() == 60
    np.testing.assert_allclose(Y[-1].mean(axis=1), 0.25, atol=0.015)
    noise = "".join(strings)
    total = sum(noise.count(letter) for letter in "abcd")
    assert all(noise.count(letter) / total == pytest.approx(0.25, abs=0.005) for letter in "abcd")


@given(st.integers(1, 60), st.integers(1, 8), st.integers(0, 99), st.integers(1, 5))
def test_the_first_values_of_a_latch_tell_the_class(T, B, seed, n):
    n = min(n, T)
    X, Y = latch(T, B, rng(seed), n=n)
    assert X.shape == (T + T // 10, 1, B)
    assert Y.shape == (T + T // 10, 2, B)
    assert not Y[:-1].any()
    for values, answer in zip(X[:, 0].T, Y[-1].T, strict=True):
        start = np.flatnonzero(values)[0]
        assert T <= len(values) - start <= 1.1 * T
        assert (values[start : start + n] == (1 if answer[0] else -1)).all()
        assert sorted(answer) == [0, 1]


def test_latch_draws_classes_and_lengths_evenly_and_the_noise_has_variance_a_fifth():
    X, Y = latch(100, 22_000, rng(), n=3)
    assert Y[-1, 0].mean() == pytest.approx(0.5, abs=0.01)
    lengths = (X[:, 0] != 0).sum(axis=0)
    np.testing.assert_allclose(np.bincount(lengths)[100:111] / 22_000, 1 / 11, atol=0.01)
    noise = X[13:, 0]  # the longest has its third value at index 2, the shortest at 12
    assert noise.mean() == pytest.approx(0, abs=0.002)
    assert noise.var() == pytest.approx(0.2, rel=0.01)
    assert (np.abs(noise) < np.sqrt(0.2)).mean() == pytest.approx(0.683, abs=0.005)  # normal, not uniform


def test_a_latch_can_have_lengths_of_ones_own():
    assert (latch(50, 40, rng(), longest=50)[0] != 0).all()
    lengths = (latch(50, 400, rng(), longest=80)[0][:, 0] != 0).sum(axis=0)
    assert (lengths.min(), lengths.max()) == (50, 80)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: adding_problem(1, 2, rng()), ValueError, "^T is 1; want a whole number of at least 2"),
        (lambda: adding_problem(5, 0, rng()), ValueError, "^B is 0; want a whole number of at least 1"),
        (lambda: adding_problem(5, 2, 0), TypeError, "^rng is 0 .*; want a generator"),
        (lambda: temporal_order(19, 2, rng()), ValueError, "^T is 19; want a whole number of at least 20"),
        (lambda: temporal_order(20.0, 2, rng()), TypeError, "^T is 20.0 .*; want a whole number"),
        (lambda: temporal_order(20, 2, None), TypeError, "^rng is None .*; want a generator"),
        (lambda: latch(0, 2, rng()), ValueError, "^T is 0; want a whole number of at least 1"),
        (lambda: latch(5, 2, rng(), n=0), ValueError, "^n is 0; want a whole number of at least 1"),
        (lambda: latch(5, 2, rng(), n=6), ValueError, "^n is 6; want at most T = 5"),
        (lambda: latch(5, 2, rng(), longest=4), ValueError, "^longest is 4; want a whole number of at least 5"),
        (lambda: spelt(np.zeros((2, 3, 1)), "ab"), ValueError, "^symbols has 2 letters; want D = 3, like X"),
        (lambda: spelt(np.zeros(3), "abc"), ValueError, r"^X has shape \(3,\); want \(T, D, B\)"),
    ],
)
def test_a_task_that_cannot_be_made_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
