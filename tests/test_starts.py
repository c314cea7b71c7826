"""Starts for long memories: biases that are what Tallec and Ollivier say, matrices that turn and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm, model, rnn
from lstm_lib.functional import sigmoid
from lstm_lib.starts import chrono, orthogonal

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")
SIZES = st.integers(1, 5), st.integers(1, 6), st.integers(0, 99)


def rng(seed=0):
    return np.random.default_rng(seed)


@given(*SIZES, st.integers(3, 500))
def test_chrono_changes_two_biases_and_nothing_else(D, H, seed, T):
    params = model.init_params(lstm, D, H, 2, rng(seed))
    before = {name: p.copy() for name, p in params.items()}
    started = chrono(params, T, rng(seed))
    assert started.keys() == params.keys()
    assert all((params[name] == before[name]).all() for name in params)
    assert all(started[name] is params[name] for name in params if name not in ("b_f", "b_i"))
    assert started["b_f"].shape == (H, 1)
    assert (started["b_i"] == -started["b_f"]).all()
    assert (started["b_f"] >= 0).all()
    assert (started["b_f"] <= np.log(T - 1)).all()


def test_chrono_spreads_the_times_evenly_from_one_unit_to_the_next():
    params, one = lstm.init_params(1, 100, rng()), rng()
    u = np.exp([chrono(params, 101, one)["b_f"] for _ in range(200)])
    np.testing.assert_allclose(np.histogram(u, bins=9, range=(1, 100))[0] / u.size, 1 / 9, atol=0.01)
    assert len(np.unique(u)) == u.size


@given(st.floats(1, 1e4))
def test_a_bias_of_ln_u_fades_over_u_plus_one_steps_and_writes_what_fades(u):
    kept, written = sigmoid(np.log(u)), sigmoid(-np.log(u))
    assert kept == pytest.approx(1 - 1 / (u + 1), rel=1e-12)
    assert written == pytest.approx(1 - kept, rel=1e-9)


@given(*SIZES, st.floats(0.1, 3))
def test_orthogonal_turns_h_and_scales_it(D, H, seed, scale):
    params = model.init_params(rnn, D, H, 2, rng(seed))
    before = params["W_h"].copy()
    started = orthogonal(params, rng(seed), scale=scale)
    assert (params["W_h"] == before).all()
    assert all(started[name] is params[name] for name in params if name != "W_h")
    W = started["W_h"][:, :H]
    np.testing.assert_allclose(W.T @ W, scale**2 * np.eye(H), atol=1e-12)
    assert (started["W_h"][:, H:] == params["W_h"][:, H:]).all()


def test_every_orthogonal_matrix_is_equally_likely():
    # then E[Q] = 0 and each entry of Q has variance 1/H; plain QR favours a sign on the diagonal
    matrices = [orthogonal(rnn.init_params(1, 3, rng()), rng(seed))["W_h"][:, :3] for seed in range(3000)]
    assert np.abs(np.mean(matrices, axis=0)).max() < 0.05
    np.testing.assert_allclose(np.var(matrices, axis=0), 1 / 3, atol=0.03)
    assert np.mean([np.linalg.det(Q) > 0 for Q in matrices]) == pytest.approx(0.5, abs=0.03)


def test_starts_keep_the_precision():
    for start, cell in [(lambda p: chrono(p, 50, rng()), lstm), (lambda p: orthogonal(p, rng()), rnn)]:
        params = {name: p.astype(np.float32) for name, p in cell.init_params(1, 3, rng()).items()}
        assert {p.dtype for p in start(params).values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: chrono(lstm.init_params(1, 2, rng()), 2, rng()), ValueError, "^T is 2; want .* at least 3"),
        (lambda: chrono(lstm.init_params(1, 2, rng()), 9, 0), TypeError, "^rng is 0 .*; want a generator"),
        (lambda: chrono(rnn.init_params(1, 2, rng()), 9, rng()), ValueError, "^params has no W_f, W_i"),
        (lambda: orthogonal(lstm.init_params(1, 2, rng()), rng()), ValueError, "^params has no W_h, b_h"),
        (lambda: orthogonal(rnn.init_params(1, 2, rng()), None), TypeError, "^rng is None .*; want a generator"),
        (
            lambda: orthogonal(rnn.init_params(1, 2, rng()), rng(), scale=0),
            ValueError,
            "^scale is 0; want .* above 0",
        ),
    ],
)
def test_a_start_that_cannot_be_made_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
