"""The read-out and what is built on it, with either cell."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import functional, fused, lstm, model, rnn, validation
from lstm_lib.functional import at_last_step, cross_entropy, mean_squared_error
from lstm_lib.gradcheck import check_gradients

settings.register_profile("course", deadline=None, derandomize=True, max_examples=20)
settings.load_profile("course")

both = pytest.mark.parametrize("cell", [rnn, lstm], ids=["rnn", "lstm"])
T, D, H, K, B = 5, 2, 3, 6, 4  # all different


def numbers(cell, sizes=(T, D, H, K, B), seed=0, dtype=np.float64):
    """Return params, X and Y with no zeros in them, not even in the biases."""
    T, D, H, K, B = sizes
    rng = np.random.default_rng(seed)
    params = model.init_params(cell, D, H, K, rng)
    params = {name: rng.normal(0, 0.7, p.shape).astype(dtype) for name, p in params.items()}
    return params, rng.normal(size=(T, D, B)).astype(dtype), rng.normal(size=(T, K, B)).astype(dtype)


def a_state(cell, seed=1):
    h_0, C_0 = np.random.default_rng(seed).normal(size=(2, H, B))
    return h_0 if cell is rnn else (h_0, C_0)


def every_part(trace):
    return trace if isinstance(trace, tuple) else (trace,)


# --- init_params ---


@both
@given(D=st.integers(1, 4), H=st.integers(1, 30), K=st.integers(1, 4), seed=st.integers(0, 99))
def test_fresh_parameters_are_the_cells_own_and_a_read_out(cell, D, H, K, seed):
    params = model.init_params(cell, D, H, K, np.random.default_rng(seed))
    own = cell.init_params(D, H, np.random.default_rng(seed))
    assert list(params) == [*own, "W_y", "b_y"]
    assert all((params[name] == own[name]).all() for name in own)
    assert params["W_y"].shape == (K, H)
    assert (np.abs(params["W_y"]) <= 1 / np.sqrt(H)).all()
    assert params["b_y"].shape == (K, 1)
    assert not params["b_y"].any()


def test_the_read_out_fills_its_range_evenly():
    W_y = model.init_params(rnn, 1, 100, 100, np.random.default_rng(0))["W_y"]
    assert abs(W_y.mean()) < 0.002
    assert abs(W_y.std() - 0.1 / np.sqrt(3)) < 0.001


def test_options_of_the_cell_are_handed_on_and_unknown_ones_refused():
    rng = np.random.default_rng(0)
    assert (model.init_params(lstm, 1, H, 1, rng, forget_bias=3.0)["b_f"] == 3).all()
    with pytest.raises(TypeError, match=r"^bias is no option of lstm_lib.lstm.init_params; want forget_bias"):
        model.init_params(lstm, 1, H, 1, rng, bias=3.0)
    with pytest.raises(TypeError, match=r"^forget_bias is no option of lstm_lib.rnn.init_params; want no options"):
        model.init_params(rnn, 1, H, 1, rng, forget_bias=3.0)


# --- predict ---


@both
def test_predict_is_the_read_out_of_forward_at_every_step_of_every_sequence(cell):
    params, X, _ = numbers(cell)
    state = a_state(cell)
    Y_hat, trace = model.predict(cell, params, X, state)
    hs, steps = cell.forward(params, X, state)
    assert Y_hat.shape == (T, K, B)
    assert all((a == b).all() for s, w in zip(trace, steps, strict=True) for a, b in zip(s, w, strict=True))
    for t in range(T):
        for b in range(B):
            wanted = params["W_y"] @ hs[t, :, b] + params["b_y"][:, 0]
            np.testing.assert_allclose(Y_hat[t, :, b], wanted, rtol=1e-13)


@both
def test_float32_stays_float32(cell):
    params, X, Y = numbers(cell, dtype=np.float32)
    assert model.predict(cell, params, X)[0].dtype == np.float32
    value, grads = model.loss_and_grads(cell, params, X, Y, mean_squared_error)
    assert {g.dtype for g in grads.values()} == {np.dtype(np.float32)}
    assert type(value) is float


# --- loss_and_grads ---


@both
@pytest.mark.parametrize("with_state", [False, True])
def test_the_gradient_of_the_whole_network_agrees_with_central_differences(cell, with_state):
    params, X, Y = numbers(cell)
    state = a_state(cell) if with_state else None
    errors = check_gradients(lambda p: model.loss_and_grads(cell, p, X, Y, mean_squared_error, state), params)
    assert errors.keys() == params.keys()
    assert max(errors.values()) < 1e-6


@both
@given(sizes=st.tuples(*[st.integers(1, 4)] * 5), seed=st.integers(0, 99))
@settings(max_examples=10)
def test_the_gradient_of_the_whole_network_is_right_at_every_size(cell, sizes, seed):
    params, X, Y = numbers(cell, sizes, seed)
    errors = check_gradients(lambda p: model.loss_and_grads(cell, p, X, Y, mean_squared_error), params)
    assert max(errors.values()) < 1e-5


@both
def test_a_loss_at_the_last_step_only_reaches_every_parameter(cell):
    def last_step(Y_hat, Y):
        loss, dY = mean_squared_error(Y_hat[-1:], Y[-1:])
        return loss, np.concatenate([np.zeros_like(Y_hat[:-1]), dY])

    params, X, Y = numbers(cell)
    errors = check_gradients(lambda p: model.loss_and_grads(cell, p, X, Y, last_step), params)
    assert max(errors.values()) < 1e-6
    grads = model.loss_and_grads(cell, params, X, Y, last_step)[1]
    assert all(g.any() for g in grads.values())


@both
def test_the_loss_is_what_the_loss_says_of_the_predictions(cell):
    params, X, Y = numbers(cell)
    state = a_state(cell)
    value, grads = model.loss_and_grads(cell, params, X, Y, mean_squared_error, state)
    assert value == mean_squared_error(model.predict(cell, params, X, state)[0], Y)[0]
    assert {name: g.shape for name, g in grads.items()} == {name: p.shape for name, p in params.items()}


@both
def test_targets_go_to_the_loss_untouched(cell):
    params, X, _ = numbers(cell)
    seen = []

    def loss(Y_hat, Y):
        seen.append(Y)
        return 0.0, np.zeros_like(Y_hat)

    model.loss_and_grads(cell, params, X, "labels of any kind", loss)
    assert seen == ["labels of any kind"]


@both
def test_nothing_that_is_handed_in_is_changed(cell):
    params, X, Y = numbers(cell)
    state = a_state(cell)
    arrays = [*params.values(), X, Y, *every_part(state)]
    for a in arrays:
        a.setflags(write=False)  # writing to it would be an error
    before, names = [a.copy() for a in arrays], list(params)
    grads = model.loss_and_grads(cell, params, X, Y, mean_squared_error, state)[1]
    Y_hat = model.predict(cell, params, X, state)[0]
    assert all((a == b).all() for a, b in zip(arrays, before, strict=True))
    assert list(params) == names
    assert not any(np.shares_memory(a, b) for a in [*grads.values(), Y_hat] for b in arrays)


@both
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_or_a_gradient_that_is_not_finite_is_a_floating_point_error(cell, bad):
    params, X, Y = numbers(cell)
    with pytest.raises(FloatingPointError, match=f"^the loss is {bad}$"):
        model.loss_and_grads(cell, params, X, Y, lambda Y_hat, Y: (bad, np.zeros_like(Y_hat)))
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(FloatingPointError, match=r"^the gradient of the loss is not finite$"),
    ):
        model.loss_and_grads(cell, params, X, Y, lambda Y_hat, Y: (1.0, np.full_like(Y_hat, bad)))


@both
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_one_entry_that_is_not_finite_in_the_gradient_of_the_loss_is_enough(cell, bad):
    params, X, Y = numbers(cell)

    def loss(Y_hat, Y):
        dY_hat = np.zeros_like(Y_hat)
        dY_hat[2, 1, 3] = bad
        return 1.0, dY_hat

    with (
        np.errstate(invalid="ignore"),
        pytest.raises(FloatingPointError, match=r"^the gradient of the loss is not finite$"),
    ):
        model.loss_and_grads(cell, params, X, Y, loss)


# --- a long sequence, piece by piece ---

with_fused = pytest.mark.parametrize("cell", [rnn, lstm, fused], ids=["rnn", "lstm", "fused"])


@with_fused
@given(cuts=st.lists(st.integers(1, 11), max_size=4, unique=True), seed=st.integers(0, 9))
def test_the_losses_of_the_pieces_are_that_of_the_whole_when_the_state_goes_on(cell, cuts, seed):
    params, X, Y = numbers(cell, (12, D, H, K, B), seed)
    ends, total, state = [*sorted(cuts), 12], 0, a_state(cell)
    whole, _, last = model.loss_and_grads(cell, params, X, Y, mean_squared_error, state, return_state=True)
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        piece = cell, params, X[start:end], Y[start:end], mean_squared_error, state
        value, grads = model.loss_and_grads(*piece)
        again, same, state = model.loss_and_grads(*piece, return_state=True)
        assert value == again
        assert all((grads[name] == same[name]).all() for name in grads)
        total += value * (end - start) / 12
    assert total == pytest.approx(whole, rel=1e-12)
    for part, wanted in zip(every_part(state), every_part(last), strict=True):
        np.testing.assert_allclose(part, wanted, rtol=1e-12, atol=1e-14)


@with_fused
def test_a_gradient_stops_at_the_edge_of_a_piece(cell):
    # what the first piece does to the second by way of the state is in the gradient of the whole alone
    params, X, Y = numbers(cell, (12, D, H, K, B))

    def second(p):
        return model.loss_and_grads(cell, p, X[6:], Y[6:], mean_squared_error, state)

    def whole(p):
        early = model.loss_and_grads(cell, p, X[:6], Y[:6], mean_squared_error, return_state=True)[2]
        return model.loss_and_grads(cell, p, X[6:], Y[6:], mean_squared_error, early)

    _, _, state = model.loss_and_grads(cell, params, X[:6], Y[:6], mean_squared_error, return_state=True)
    assert max(check_gradients(second, params).values()) < 1e-6
    assert max(check_gradients(whole, params).values()) > 1e-3


@with_fused
def test_the_state_that_is_carried_on_is_nobody_elses(cell):
    params, X, Y = numbers(cell)
    wanted = model.loss_and_grads(cell, params, X, Y, mean_squared_error, return_state=True)[2]
    _, trace = model.predict(cell, params, X)
    for part, other in zip(every_part(model.final_state(trace)), every_part(wanted), strict=True):
        assert part.base is None  # no window that keeps a tape of all steps alive
        part[:] = 7
        assert (other != 7).all()
    for part, other in zip(every_part(model.final_state(trace)), every_part(wanted), strict=True):
        assert (part == other).all()


@with_fused
@pytest.mark.parametrize("K", [1, 7, 100])
def test_the_gradient_of_the_read_out_is_a_sum_over_time_and_batch(cell, K):
    params, X, Y = numbers(cell, (T, D, H, K, B))
    hs, _ = cell.forward(params, X)
    dY_hat = mean_squared_error(params["W_y"] @ hs + params["b_y"], Y)[1]
    grads = model.loss_and_grads(cell, params, X, Y, mean_squared_error)[1]
    wanted = sum(dY_hat[t, :, [b]].T @ hs[t, :, [b]] for t in range(T) for b in range(B))
    np.testing.assert_allclose(grads["W_y"], wanted, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(grads["b_y"][:, 0], dY_hat.sum(axis=(0, 2)), rtol=1e-12, atol=1e-15)


@with_fused
def test_numbers_of_classes_train_as_their_columns_do(cell):
    params, X, _ = numbers(cell)
    codes = np.random.default_rng(3).integers(-1, K, (T, B))
    columns = np.where(codes >= 0, np.eye(K)[:, codes], 0).swapaxes(0, 1)
    by_number, by_column = (model.loss_and_grads(cell, params, X, Y, cross_entropy) for Y in (codes, columns))
    assert by_number[0] == by_column[0]
    assert all((by_number[1][name] == by_column[1][name]).all() for name in params)
    last = at_last_step(cross_entropy)
    assert model.loss_and_grads(cell, params, X, np.abs(codes), last)[0] > 0


# --- generate and final_state ---


@both
@given(n=st.integers(1, 7), D=st.integers(1, 3), seed=st.integers(0, 9))
def test_generate_feeds_each_output_back_as_the_next_input(cell, n, D, seed):
    params, X, _ = numbers(cell, (T, D, H, D, B), seed)
    state = [np.zeros((H, B))] * (2 if cell is lstm else 1)
    inputs, outputs = list(X), []
    while len(outputs) < n:
        s = cell.step(params, inputs.pop(0), *state)
        state = [s.h_t, s.C_t] if cell is lstm else [s.h_t]
        if not inputs:
            outputs.append(params["W_y"] @ s.h_t + params["b_y"])
            inputs.append(outputs[-1])
    got = model.generate(cell, params, X, n)
    assert got.shape == (n, D, B)
    np.testing.assert_allclose(got, outputs, rtol=1e-12)


@both
def test_the_first_thing_generated_is_the_last_prediction(cell):
    params, X, _ = numbers(cell, (T, D, H, D, B))
    assert (model.generate(cell, params, X, 3)[0] == model.predict(cell, params, X)[0][-1]).all()
    assert (model.generate(cell, params, X.tolist(), 3) == model.generate(cell, params, X, 3)).all()


@both
def test_generate_keeps_float32(cell):
    params, X, _ = numbers(cell, (T, D, H, D, B), dtype=np.float32)
    assert model.generate(cell, params, X, 3).dtype == np.float32


@both
def test_the_final_state_of_a_list_and_of_its_stack_is_the_last_one(cell):
    params, X, _ = numbers(cell)
    hs, steps = cell.forward(params, X)
    for trace in (steps, cell.stack(steps)):
        state = model.final_state(trace)
        assert isinstance(state, tuple) == (cell is lstm)
        assert (every_part(state)[0] == hs[-1]).all()
        if cell is lstm:
            assert (state[1] == steps[-1].C_t).all()


@both
def test_the_final_state_takes_up_where_the_sequence_ended(cell):
    params, X, _ = numbers(cell)
    Y_hat = model.predict(cell, params, X)[0]
    first, trace = model.predict(cell, params, X[:3])
    second, _ = model.predict(cell, params, X[3:], model.final_state(trace))
    assert (np.concatenate([first, second]) == Y_hat).all()


# --- wrong input ---


@pytest.mark.parametrize("cell", ["lstm", None, np, functional])
def test_what_is_no_cell_is_refused(cell):
    params, X, Y = numbers(lstm, (T, D, H, D, B))
    for call in (
        lambda: model.init_params(cell, D, H, D, np.random.default_rng(0)),
        lambda: model.predict(cell, params, X),
        lambda: model.loss_and_grads(cell, params, X, Y, mean_squared_error),
        lambda: model.generate(cell, params, X, 2),
    ):
        with pytest.raises(
            TypeError, match=r"^cell is .*\((str|NoneType|module)\); want a module such as lstm_lib"
        ):
            call()


@both
@pytest.mark.parametrize("letter", ["D", "H", "K"])
def test_sizes_that_are_not_whole_numbers_of_at_least_1_are_refused(cell, letter):
    for value, error in [(0, ValueError), (-2, ValueError), (2.5, TypeError), (True, TypeError), ("3", TypeError)]:
        sizes = {"D": D, "H": H, "K": K} | {letter: value}
        with pytest.raises(error, match=rf"^{letter} is {value!r}.*; want a whole number of at least 1"):
            model.init_params(cell, **sizes, rng=np.random.default_rng(0))


@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0)])
def test_a_seed_is_no_generator(rng):
    with pytest.raises(TypeError, match=r"^rng is .*; want a generator, such as np.random.default_rng"):
        model.init_params(lstm, D, H, K, rng)


WRONG_READ_OUT = {
    "W_y transposed": ({"W_y": np.zeros((H, K))}, ValueError, r"\['W_y'\] has shape \(3, 6\); want .* = \(K, 3\)"),
    "W_y 1-D": ({"W_y": np.zeros(H)}, ValueError, r"\['W_y'\] has shape \(3,\); want \(K, H\) = \(K, 3\)"),
    "W_y None": ({"W_y": None}, TypeError, r"\['W_y'\] is None; want real numbers"),
    "W_y text": ({"W_y": "W"}, TypeError, r"\['W_y'\] is text .*; want real numbers"),
    "W_y float32": ({"W_y": np.zeros((K, H), np.float32)}, TypeError, r"\['W_y'\] is float32; want float64"),
    "W_y list": ({"W_y": [[0.0] * H] * K}, TypeError, r"\['W_y'\] is a list of 6; want an array"),
    "b_y (K,)": ({"b_y": np.zeros(K)}, ValueError, r"\['b_y'\] has shape \(6,\); want \(K, 1\) = \(6, 1\)"),
    "b_y (1, K)": ({"b_y": np.zeros((1, K))}, ValueError, r"\['b_y'\] has shape \(1, 6\); want .* = \(6, 1\)"),
    "b_y (1, 1)": ({"b_y": np.zeros((1, 1))}, ValueError, r"\['b_y'\] has shape \(1, 1\); want .* = \(6, 1\)"),
    "b_y (K, B)": ({"b_y": np.zeros((K, B))}, ValueError, r"\['b_y'\] has shape \(6, 4\); want .* = \(6, 1\)"),
    "b_y NaN": (
        {"b_y": np.full((K, 1), np.nan)},
        ValueError,
        r"\['b_y'\] holds nan at index \(0, 0\); want finite",
    ),
}


@both
@pytest.mark.parametrize("wrong", WRONG_READ_OUT)
def test_a_wrong_read_out_is_refused(cell, wrong):
    (change, error, message), (params, X, Y) = WRONG_READ_OUT[wrong], numbers(cell)
    for call in (
        lambda: model.predict(cell, params | change, X),
        lambda: model.loss_and_grads(cell, params | change, X, Y, mean_squared_error),
        lambda: model.generate(cell, params | change, X, 2),
    ):
        with pytest.raises(error, match=f"^params{message}"):
            call()


@both
@pytest.mark.parametrize("name", ["W_y", "b_y"])
def test_a_missing_read_out_is_named(cell, name):
    params, X, _ = numbers(cell)
    del params[name]
    with pytest.raises(ValueError, match=rf"^params has no {name}; got .*; want W_y, b_y$"):
        model.predict(cell, params, X)


@both
def test_a_wrong_X_or_state_is_refused_here_as_in_the_cell(cell):
    params, X, Y = numbers(cell, (T, D, H, D, B))
    wrong_state = a_state(cell)[..., :1] if cell is rnn else tuple(c[:, :1] for c in a_state(cell))
    for call in (
        lambda X, state: model.predict(cell, params, X, state),
        lambda X, state: model.loss_and_grads(cell, params, X, Y, mean_squared_error, state),
    ):
        with pytest.raises(ValueError, match=r"^X has shape \(5, 4, 2\); want \(T, D, B\) = \(T, 2, B\)"):
            call(X.transpose(0, 2, 1), None)
        with pytest.raises(ValueError, match=r"^state \(h_0\) has shape \(3, 1\); want \(H, B\) = \(3, 4\)"):
            call(X, wrong_state)
    with pytest.raises(TypeError, match=r"^X is None; want real numbers"):
        model.generate(cell, params, None, 2)


@both
@pytest.mark.parametrize("shape", [(T, K, 1), (T, K), (T, 1, B), (1, K, B), (T, B, K), (T - 1, K, B)])
def test_targets_of_another_shape_are_refused(cell, shape):
    params, X, _ = numbers(cell)
    wanted = rf"^Y has shape {re.escape(str(shape))}; want \(T, K, B\) = \(5, 6, 4\)"
    with pytest.raises(ValueError, match=wanted):
        model.loss_and_grads(cell, params, X, np.zeros(shape), mean_squared_error)


@both
def test_targets_that_are_no_numbers_or_of_another_precision_are_refused(cell):
    params, X, Y = numbers(cell)
    for wrong, message in [(None, "None; want real numbers"), (Y.astype(np.float32), "float32; want float64")]:
        with pytest.raises(TypeError, match=f"^Y is {message}"):
            model.loss_and_grads(cell, params, X, wrong, mean_squared_error)
    with pytest.raises(ValueError, match=r"^Y holds nan at index \(0, 0, 0\); want finite"):
        model.loss_and_grads(cell, params, X, Y * np.nan, mean_squared_error)


@both
@pytest.mark.parametrize("loss", ["mse", None, 3])
def test_a_loss_that_is_no_function_is_refused(cell, loss):
    params, X, Y = numbers(cell)
    with pytest.raises(TypeError, match=r"^loss is .*; want a function, such as lstm_lib.functional.mean_squ"):
        model.loss_and_grads(cell, params, X, Y, loss)


WRONG_ANSWERS = {
    "nothing": (lambda A: None, TypeError, r"^loss\(Y_hat, Y\) is None; want a pair \(loss, dY_hat\)"),
    "no gradient": (lambda A: 1.0, TypeError, r"^loss\(Y_hat, Y\) is a float; want a pair \(loss, dY_hat\)"),
    "three things": (lambda A: (1.0, A, A), TypeError, r"^loss\(Y_hat, Y\) is a tuple of 3; want a pair"),
    "text": (lambda A: ("a", A), TypeError, r"^the loss is text .*; want real numbers"),
    "complex": (lambda A: (1j, A), TypeError, r"^the loss is complex numbers .*; want real numbers"),
    "many losses": (lambda A: (A, A), ValueError, r"^the loss has shape \(5, 6, 4\); want \(\), a single number"),
    "one step": (lambda A: (1.0, A[0]), ValueError, r"^dY_hat has shape \(6, 4\); want .* = \(5, 6, 4\)"),
    "one output": (lambda A: (1.0, A[:, :1]), ValueError, r"^dY_hat has shape \(5, 1, 4\); want .* = \(5, 6, 4\)"),
    "one sequence": (
        lambda A: (1.0, A[..., :1]),
        ValueError,
        r"^dY_hat has shape \(5, 6, 1\); want .* = \(5, 6, 4\)",
    ),
    "no array": (lambda A: (1.0, None), TypeError, r"^dY_hat is None; want real numbers"),
    "float32": (lambda A: (1.0, A.astype(np.float32)), TypeError, r"^dY_hat is float32; want float64"),
}


@both
@pytest.mark.parametrize("wrong", WRONG_ANSWERS)
def test_a_loss_that_answers_something_else_is_refused(cell, wrong):
    (answer, error, message), (params, X, Y) = WRONG_ANSWERS[wrong], numbers(cell)
    with pytest.raises(error, match=message):
        model.loss_and_grads(cell, params, X, Y, lambda Y_hat, Y: answer(Y_hat))


@both
@pytest.mark.parametrize("K", [1, 3, 6])
def test_outputs_that_cannot_be_inputs_are_refused(cell, K):
    params, X, _ = numbers(cell, (T, D, H, K, B))
    wanted = rf"^params\['W_y'\] gives K = {K} outputs; want K = D = 2 to feed outputs back as inputs"
    with pytest.raises(ValueError, match=wanted):
        model.generate(cell, params, X, 2)


@both
@pytest.mark.parametrize(
    ("n", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError), (True, TypeError), ("3", TypeError)]
)
def test_generate_needs_a_whole_number_of_steps(cell, n, error):
    params, X, _ = numbers(cell, (T, D, H, D, B))
    with pytest.raises(error, match=rf"^n is {n!r}.*; want a whole number of at least 1"):
        model.generate(cell, params, X, n)


@both
def test_what_is_no_trace_has_no_final_state(cell):
    params, X, _ = numbers(cell)
    hs, steps = cell.forward(params, X)
    for trace in ([], None, "abc", hs, steps[0], tuple(steps)):
        kind = re.escape(validation.kind_of(trace))
        with pytest.raises(TypeError, match=rf"^trace is {kind}; want the list of Step from forward"):
            model.final_state(trace)
    with pytest.raises(
        TypeError, match=r"^trace is a tuple of 2, as \(h_T, C_T\) in PyTorch; want the list of Step"
    ):
        model.final_state((hs[-1], hs[-1]))
