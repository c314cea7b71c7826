"""The long runs of lesson 09: the table is whole, and what the lesson claims holds for three sets of seeds."""

import numpy as np
import pytest
import sine_trials

from lstm_lib import data, fused, model, rnn
from lstm_lib.lesson import rivals


def late(Y_hat, Y):
    return np.mean((Y_hat - Y)[sine_trials.LATE] ** 2)


@pytest.fixture(scope="module")
def rules():
    X, Y = data.sine_waves(120, 500, np.random.default_rng(99), noise=sine_trials.NOISE)
    omegas = np.random.default_rng(99).uniform(0.1, 1.0, 500)
    return {name: late(says, Y) for name, says in rivals.of_rules(X, omegas).items()}


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [(0, 1, 2), (3, 4, 5), (6, 7, 8)])
def test_the_order_of_the_rivals_holds_for_each_set_of_seeds(seeds, rules):
    nets = rivals.of_networks(seeds)
    lstm, small, large = (nets[name] for name in ("LSTM, 32 units", "RNN, 32 units", "RNN, 65 units"))
    assert max(lstm) < min(large) < max(large) < min(small)
    assert 1.3 < np.mean(large) / np.mean(lstm) < 1.6
    assert 10 * max(lstm) < min(error for name, error in rules.items() if name.startswith("linear"))
    assert rules["is told ω"] < rules["searches for ω"] < min(lstm) / 2


def test_the_larger_rnn_has_as_many_numbers_as_the_lstm():
    def size(cell, H):
        return sum(p.size for p in model.init_params(cell, 1, H, 1, np.random.default_rng(0)).values())

    assert abs(size(rnn, 65) - size(fused, 32)) < size(fused, 32) / 100
    assert size(rnn, 32) < size(fused, 32) / 3


def test_a_run_is_the_same_each_time_and_learns():
    rates = ((1e-2, 30),)
    first, again = (sine_trials.trained(fused, 4, rates, seed=3) for _ in range(2))
    fresh = sine_trials.trained(fused, 4, ((1e-9, 1),), seed=3)
    X, Y = data.sine_waves(120, 20, np.random.default_rng(1), noise=0.1)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert late(model.predict(fused, first, X)[0], Y) < late(model.predict(fused, fresh, X)[0], Y)
