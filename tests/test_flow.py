"""What `flow` says of a gradient is what moving the state shows, and what the theory allows."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_cells import CELLS, Run

from lstm_lib import flow, fused, lstm, rnn
from lstm_lib.functional import sigmoid

both = pytest.mark.parametrize("name", CELLS)
seeds = st.integers(0, 2**32 - 1)
T, D, H = 6, 2, 3


def one_sequence(name, seed=0, sizes=(T, D, H)):
    return Run(name, (*sizes, 1), seed)


def jacobian_by_differences(run, k, eps=1e-6):
    """Return ∂s_T/∂s_{T−k} by moving each number of s_{T−k} and running the last k steps again."""
    H = run.params[next(iter(run.params))].shape[0]
    states = [run.unpack(run.state), *(run.state_after(s) for s in run.forward()[1])]
    at = np.concatenate(states[len(run.X) - k])

    def last(s):
        state = run.pack(np.split(s, len(s) // H))
        steps = run.cell.forward(run.params, run.X[len(run.X) - k :], state)[1]
        return np.concatenate(run.state_after(steps[-1]))

    moves = eps * np.eye(len(at))[:, :, None]
    return np.hstack([(last(at + move) - last(at - move)) / (2 * eps) for move in moves])


@both
@given(seed=seeds)
def test_every_jacobian_is_what_moving_the_state_shows(name, seed):
    run = one_sequence(name, seed)
    Js = flow.jacobians(run.cell, run.params, run.X, run.state)
    S = len(run.states) * H
    assert Js.shape == (T + 1, S, S)
    assert np.array_equal(Js[0], np.eye(S))
    for k in range(1, T + 1):
        assert np.allclose(Js[k], jacobian_by_differences(run, k), atol=1e-7), k


@both
def test_a_gradient_sent_back_by_the_whole_backward_pass_is_one_row_of_the_last_jacobian(name):
    run = one_sequence(name)
    _, steps = run.forward()
    J = flow.jacobians(run.cell, run.params, run.X, run.state)[-1]
    dstate = np.concatenate(run.unpack(run.dstate))
    _, _, dstate_0 = run.cell.backward(run.params, np.zeros((T, H, 1)), steps, run.dstate)
    assert np.allclose(J.T @ dstate, np.concatenate(run.unpack(dstate_0)), rtol=1e-12)


@both
def test_the_norm_is_the_most_that_a_gradient_can_grow(name):
    run = one_sequence(name)
    norms = flow.norms(run.cell, run.params, run.X, run.state)
    Js = flow.jacobians(run.cell, run.params, run.X, run.state)
    assert norms.shape == (T + 1,)
    assert norms.dtype == np.float64
    assert norms[0] == 1
    assert np.allclose(norms, [np.sqrt(np.linalg.eigvalsh(J.T @ J).max()) for J in Js])


@both
def test_the_state_given_is_the_state_before_the_first_step(name):
    run = one_sequence(name)
    whole = flow.norms(run.cell, run.params, run.X, run.state)
    run.state = run.pack(run.state_after(run.forward()[1][1]))  # after two steps
    assert np.allclose(flow.norms(run.cell, run.params, run.X[2:], run.state), whole[: T - 1])


@both
def test_the_numbers_handed_in_stay_as_they_are_and_float32_gives_float64(name):
    run = one_sequence(name)
    before = {k: p.copy() for k, p in run.params.items()}
    exact = flow.norms(run.cell, run.params, run.X.tolist(), run.state)
    assert all(np.array_equal(before[k], p) for k, p in run.params.items())
    single = Run(name, (T, D, H, 1), dtype=np.float32)
    norms = flow.norms(single.cell, single.params, single.X, single.state)
    assert norms.dtype == np.float64
    assert np.allclose(norms, exact, rtol=1e-4)


# --- what the theory says ---


@given(seed=seeds, scale=st.floats(0.1, 3))
def test_an_orthogonal_rnn_near_zero_multiplies_by_its_scale(seed, scale):
    rng = np.random.default_rng(seed)
    params = rnn.init_params(D, H, rng)
    params["W_h"][:, :H] = flow.orthogonal(H, rng, scale)
    norms = flow.norms(rnn, params, 1e-9 * rng.normal(size=(8, D, 1)))
    assert np.allclose(norms, scale ** np.arange(9), rtol=1e-6)


@given(seed=seeds)
def test_no_tanh_rnn_passes_the_bound_of_pascanu(seed):
    run = one_sequence("rnn", seed)
    largest = np.linalg.norm(run.params["W_h"][:, :H], 2)
    norms = flow.norms(rnn, run.params, run.X, run.state)
    assert (norms <= largest ** np.arange(T + 1) * (1 + 1e-12)).all()


@given(seed=seeds)
def test_the_direct_path_is_what_is_left_when_nothing_goes_through_h(seed):
    run = one_sequence("lstm", seed)
    for k in "fiCo":
        run.params[f"W_{k}"][:, :H] = 0  # no gate sees h, so C reaches C by the forget gates alone
    Js = flow.jacobians(lstm, run.params, run.X, run.state)
    direct = flow.direct(run.forward()[1])
    assert direct.shape == (T + 1, H, 1)
    assert np.allclose(Js[:, H:, H:], direct * np.eye(H), rtol=1e-12)


def test_the_direct_path_keeps_units_and_sequences_apart_and_counts_from_the_end():
    run = Run("lstm")
    _, steps = run.forward()
    direct = flow.direct(steps)
    assert (direct[0] == 1).all()
    assert np.array_equal(direct[1], steps[-1].f_t)
    assert np.allclose(direct[-1], np.prod([s.f_t for s in steps], axis=0))


def test_with_closed_gates_an_lstm_loses_a_gradient_as_its_forget_bias_says():
    params = {k: np.zeros_like(p) for k, p in lstm.init_params(D, H, np.random.default_rng(0)).items()}
    for b_f in (0.0, 1.0, 3.0, 5.0):
        params["b_f"][:] = b_f
        norms = flow.norms(lstm, params, np.zeros((9, D, 1)))
        later = norms[2:] / norms[1:-1]  # the first step also leads from C to h
        assert np.allclose(later, sigmoid(b_f), rtol=1e-12)


def test_one_entry_beyond_every_float_is_enough_for_an_infinite_norm():
    # two units that do not know of each other: the gradient of one explodes, that of the other stays at ½ᵏ
    params = {"W_h": np.array([[1e6, 0.0, 0.0], [0.0, 0.5, 0.0]]), "b_h": np.zeros((2, 1))}
    X = np.zeros((60, 1, 1))
    Js = flow.jacobians(rnn, params, X)
    assert np.isfinite(Js[52:, 1, 1]).all()
    assert not np.isfinite(Js[52:, 0, 0]).any()
    assert (flow.norms(rnn, params, X)[52:] == np.inf).all()


def test_a_gradient_beyond_every_float_is_infinite():
    params = {"W_h": np.array([[1e6, 0.0]]), "b_h": np.zeros((1, 1))}
    norms = flow.norms(rnn, params, np.zeros((60, 1, 1)))
    assert np.allclose(norms[:52], [10.0 ** (6 * k) for k in range(52)], rtol=1e-12)
    assert (norms[52:] == np.inf).all()
    params = {k: np.full_like(p, 1e5) for k, p in lstm.init_params(1, 2, np.random.default_rng(0)).items()}
    assert not np.isnan(flow.norms(lstm, params, np.zeros((60, 1, 1)))).any()


@given(seed=seeds, scale=st.floats(0.01, 10), H=st.integers(1, 8))
def test_an_orthogonal_matrix_stretches_every_direction_alike(seed, scale, H):
    W = flow.orthogonal(H, np.random.default_rng(seed), scale)
    assert W.shape == (H, H)
    assert np.allclose(np.linalg.svd(W, compute_uv=False), scale)
    assert np.allclose(np.abs(np.linalg.eigvals(W)), scale)


def test_orthogonal_matrices_have_no_side_that_they_prefer():
    rng = np.random.default_rng(0)
    corners = np.array([flow.orthogonal(3, rng)[0, 0] for _ in range(400)])
    assert abs(corners.mean()) < 0.1  # without the signs, LAPACK makes nearly all of them negative


# --- at the door ---


def test_only_a_cell_with_a_step_backward_is_taken():
    run = one_sequence("lstm")
    for cell in (fused, None, SimpleNamespace(forward=lstm.forward)):
        with pytest.raises(TypeError, match=r"^cell is .*; want lstm_lib.rnn or lstm_lib.lstm"):
            flow.norms(cell, run.params, run.X)


@both
def test_more_than_one_sequence_is_refused(name):
    run = Run(name)
    with pytest.raises(ValueError, match=r"^X has shape \(5, 2, 4\); want one sequence, \(T, D, 1\)"):
        flow.norms(run.cell, run.params, run.X)
    with pytest.raises(ValueError, match=r"^X has shape"):
        flow.norms(run.cell, run.params, run.X[0])


def test_other_arguments_are_refused_by_name():
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match=r"^steps\[0\] is of another kind, lstm_lib.rnn.Step"):
        flow.direct(one_sequence("rnn").forward()[1])
    with pytest.raises(TypeError, match=r"^H is 2.5"):
        flow.orthogonal(2.5, rng)
    with pytest.raises(TypeError, match=r"^rng is 0"):
        flow.orthogonal(2, 0)
    with pytest.raises(ValueError, match=r"^scale is 0.0"):
        flow.orthogonal(2, rng, 0.0)
