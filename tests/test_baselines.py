"""Rules without training: what they know, what they look at, and how close they come."""

import numpy as np
import pytest

from lstm_lib import baselines, data


@pytest.fixture
def waves():
    """Noisy waves, the clean value after each step, and their frequencies."""
    X, Y = data.sine_waves(80, 12, np.random.default_rng(5), noise=0.1)
    return X, Y, np.random.default_rng(5).uniform(0.1, 1.0, 12)


RULES = {
    "lagged": lambda X: baselines.lagged(X, 3),
    "known": lambda X: baselines.known_frequency(X, 0.4),
    "searched": lambda X: baselines.searched_frequency(X, np.linspace(0.1, 1, 19)),
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_no_rule_looks_at_what_comes_later(rule, waves):
    X, changed = waves[0], waves[0].copy()
    changed[40:] += 1
    assert np.array_equal(rule(X)[:40], rule(changed)[:40])
    assert not np.allclose(rule(X)[40:], rule(changed)[40:])


def test_lags_stand_newest_first_and_begin_with_zeros():
    X = np.arange(1.0, 9.0).reshape(4, 1, 2)
    lags = baselines.lagged(X, 3)
    assert lags.shape == (4, 3, 2)
    assert np.array_equal(lags[3], X[[3, 2, 1], 0])
    assert np.array_equal(lags[0], [X[0, 0], [0, 0], [0, 0]])


def test_the_weights_are_those_with_the_least_squared_error(waves):
    X, Y, _ = waves
    weights, steps = baselines.lag_weights(X, Y, 5, slice(4, None)), slice(4, None)

    def error(weights):
        return np.mean((np.einsum("p,tpb->tb", weights, baselines.lagged(X, 5)) - Y[:, 0])[steps] ** 2)

    for p in range(5):
        for step in (1e-3, -1e-3):
            assert error(weights + step * np.eye(5)[p]) > error(weights)


def test_the_fit_of_a_known_frequency_is_that_of_least_squares(waves):
    X, _, omegas = waves
    says = baselines.known_frequency(X, omegas)
    n = np.arange(1, 82)
    for b, t in ((0, 5), (3, 40), (11, 80)):
        basis = np.stack([np.sin(omegas[b] * n), np.cos(omegas[b] * n)], axis=1)
        fit = np.linalg.lstsq(basis[:t], X[:t, 0, b], rcond=None)[0]
        assert says[t - 1, 0, b] == pytest.approx(basis[t] @ fit, abs=1e-9)


def test_who_is_told_more_comes_closer(waves):
    X, Y, omegas = waves
    late = slice(50, 80)
    told, searched = baselines.known_frequency(X, omegas), baselines.searched_frequency(X)
    errors = [np.mean((says - Y)[late] ** 2) for says in (told, searched, X)]
    assert errors[0] < errors[1] < errors[2] / 20
    assert errors[0] < 3 * 2 * 0.1**2 / 50  # two unknowns out of some fifty numbers with noise 0.1


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"^X has"):
        baselines.known_frequency(np.zeros((5, 2)), 0.3)
    with pytest.raises(ValueError, match=r"^p is 0"):
        baselines.lagged(np.zeros((5, 1, 1)), 0)
    with pytest.raises(ValueError, match=r"^Y has"):
        baselines.lag_weights(np.zeros((5, 1, 1)), np.zeros((4, 1, 1)), 2)
