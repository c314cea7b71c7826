"""Optimisers against their formulas, clipping, and a loop that never leaves the parameters half changed."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import data, lstm, model, rnn, sigmoid
from lstm_lib.functional import mean_squared_error
from lstm_lib.training import SGD, Adam, chrono, clip_gradients, fit, orthogonal, until

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")

SEEDS = st.integers(0, 99)


def fresh(seed=0):
    return np.random.default_rng(seed)


def numbers(seed, scale=1.0):
    rng = np.random.default_rng(seed)
    return {"w": scale * rng.normal(size=(2, 3)), "b": scale * rng.normal(size=(2, 1))}


def copied(params):
    return {name: p.copy() for name, p in params.items()}


def same(a, b):
    return a.keys() == b.keys() and all((a[name] == b[name]).all() for name in a)


# --- optimisers ---


@given(SEEDS, st.floats(1e-4, 10))
def test_sgd_goes_against_the_gradient(seed, lr):
    params, grads = numbers(seed), numbers(seed + 1)
    wanted = {name: params[name] - lr * grads[name] for name in params}
    SGD(lr).step(params, grads)
    for name in params:
        np.testing.assert_allclose(params[name], wanted[name], rtol=1e-13, atol=1e-15)


def test_momentum_by_hand():
    params, sgd = {"w": np.array([1.0])}, SGD(lr=0.1, momentum=0.5)
    positions = []
    for g in (1.0, 2.0, -1.0):
        sgd.step(params, {"w": np.array([g])})
        positions.append(params["w"].item())
    # v: −0.1, −0.05 − 0.2 = −0.25, −0.125 + 0.1 = −0.025
    np.testing.assert_allclose(positions, [0.9, 0.65, 0.625], rtol=1e-15)


def test_momentum_goes_1_over_1_minus_m_times_as_far_under_a_constant_gradient():
    params, sgd = {"w": np.array([0.0])}, SGD(lr=0.01, momentum=0.9)
    for _ in range(300):
        before = params["w"].item()
        sgd.step(params, {"w": np.array([1.0])})
    assert before - params["w"].item() == pytest.approx(0.01 / (1 - 0.9), rel=1e-9)


@given(SEEDS, st.floats(0.01, 1), st.floats(0, 0.99))
def test_sgd_is_pytorchs_sgd(seed, lr, momentum):
    # torch.optim.SGD: v ← m v + g, p ← p − lr · v; for one rate it is the same thing with v scaled by −lr
    params, sgd = numbers(seed), SGD(lr, momentum)
    wanted, v = copied(params), {name: 0 for name in params}  # noqa: C420
    for k in range(5):
        grads = numbers(seed + 100 * k)
        sgd.step(params, grads)
        for name in wanted:
            v[name] = momentum * v[name] + grads[name]
            wanted[name] = wanted[name] - lr * v[name]
            np.testing.assert_allclose(params[name], wanted[name], rtol=1e-12, atol=1e-13)


@given(SEEDS, st.floats(1e-4, 1), st.floats(0, 0.99), st.floats(0, 0.9999))
def test_adams_first_step_is_lr_in_the_direction_of_the_sign(seed, lr, beta1, beta2):
    params, grads = numbers(seed), numbers(seed + 1, scale=1e3)
    wanted = {name: params[name] - lr * np.sign(grads[name]) for name in params}
    Adam(lr, beta1, beta2).step(params, grads)
    for name in params:
        np.testing.assert_allclose(params[name], wanted[name], rtol=1e-6, atol=1e-8)


def test_adam_by_hand():
    # g = 2, then −1, with β₁ = 0.5, β₂ = 0.75, ε = 0.5:
    # t = 1: m = 1, v = 1; m̂ = 1 / 0.5 = 2, v̂ = 1 / 0.25 = 4; the step is 0.1 · 2 / (2 + 0.5) = 0.08
    # t = 2: m = 0.5 − 0.5 = 0, so nothing moves
    # t = 3 with g = 3: m = 1.5, v = 0.75 (0.75 + 0.25) + 0.25 · 9 = 3; m̂ = 1.5 / 0.875, v̂ = 3 / 0.578125
    params, adam = {"w": np.array([1.0])}, Adam(lr=0.1, beta1=0.5, beta2=0.75, eps=0.5)
    positions = []
    for g in (2.0, -1.0, 3.0):
        adam.step(params, {"w": np.array([g])})
        positions.append(params["w"].item())
    third = 0.1 * (1.5 / 0.875) / (np.sqrt(3 / 0.578125) + 0.5)
    np.testing.assert_allclose(positions, [0.92, 0.92, 0.92 - third], rtol=1e-15)


@given(SEEDS)
def test_adam_is_pytorchs_adam(seed):
    # torch.optim.Adam divides by √v / √(1 − β₂ᵗ) + ε and moves by lr / (1 − β₁ᵗ) · m: the same in another order
    params, adam = numbers(seed), Adam(lr=0.01)
    p, m, v = params["w"].copy(), 0, 0
    for t in range(1, 6):
        grads = numbers(seed + 100 * t)
        adam.step(params, grads)
        m, v = 0.9 * m + 0.1 * grads["w"], 0.999 * v + 0.001 * grads["w"] ** 2
        p = p - 0.01 / (1 - 0.9**t) * m / (np.sqrt(v) / np.sqrt(1 - 0.999**t) + 1e-8)
        np.testing.assert_allclose(params["w"], p, rtol=1e-12, atol=1e-14)


def test_adams_defaults_are_those_of_the_paper():
    adam = Adam()
    assert (adam.lr, adam.beta1, adam.beta2, adam.eps) == (1e-3, 0.9, 0.999, 1e-8)
    assert SGD(0.1).momentum == 0


both = pytest.mark.parametrize("make", [lambda: SGD(0.1, 0.9), lambda: Adam(0.1)], ids=["SGD", "Adam"])


@both
def test_optimisers_change_the_arrays_themselves_and_not_the_gradients(make):
    params, grads = numbers(0), numbers(1)
    arrays, before = dict(params), copied(grads)
    assert make().step(params, grads) is None
    assert all(params[name] is arrays[name] for name in arrays)
    assert not any((params[name] == numbers(0)[name]).any() for name in params)
    assert same(grads, before)


@both
def test_optimisers_go_by_name_not_by_order(make):
    one, other, first, second = numbers(0), numbers(0), make(), make()
    for k in range(3):
        grads = numbers(k + 1)
        first.step(one, grads)
        second.step(other, dict(reversed(grads.items())))
    assert same(one, other)


@both
def test_optimisers_do_not_keep_hold_of_the_callers_gradients(make):
    one, other, first, second = numbers(0), numbers(0), make(), make()
    grads = numbers(1)
    for _ in range(3):
        first.step(one, copied(numbers(1)))
        second.step(other, grads)
        for g in grads.values():
            g[...] = np.nan  # a caller may use his arrays again
        grads = numbers(1)
    assert same(one, other)


@both
def test_two_optimisers_do_not_share_what_they_remember(make):
    one, other = numbers(0), numbers(0)
    first = make()
    first.step(one, numbers(1))
    make().step(other, numbers(1))
    assert same(one, other)


@both
def test_parameters_without_a_gradient_stay(make):
    params = numbers(0)
    make().step(params, {"w": numbers(1)["w"]})
    assert (params["b"] == numbers(0)["b"]).all()
    assert (params["w"] != numbers(0)["w"]).all()


@both
def test_float32_stays_float32_in_the_optimiser(make):
    params = {"w": np.ones(2, np.float32)}
    make().step(params, {"w": np.ones(2, np.float32)})
    assert params["w"].dtype == np.float32


# --- a step is made whole or not at all ---

TOO_LARGE = {  # a finite gradient whose step is not
    "SGD": (lambda: SGD(10.0), np.float64, 1e308, "the new w"),
    "SGD with momentum": (lambda: SGD(10.0, 0.9), np.float64, 1e308, "the new w"),
    "SGD in float32": (lambda: SGD(10.0, 0.9), np.float32, 1e38, "the new w"),
    "Adam": (lambda: Adam(0.1), np.float64, 1e200, "the mean squared gradient of w"),
    "Adam in float32": (lambda: Adam(0.1), np.float32, 1e20, "the mean squared gradient of w"),
    "Adam, not finite": (lambda: Adam(0.1), np.float64, np.inf, "the new w"),
    "SGD, NaN": (lambda: SGD(0.1, 0.9), np.float64, np.nan, "the new w"),
}


@pytest.mark.parametrize("steps_before", [0, 2])
@pytest.mark.parametrize("through_fit", [False, True], ids=["alone", "fit"])
@pytest.mark.parametrize("name", TOO_LARGE)
def test_after_a_step_that_is_not_finite_training_goes_on_as_if_it_had_not_been(name, through_fit, steps_before):
    make, dtype, size, what = TOO_LARGE[name]

    def go(steps):
        optimiser, params = make(), {k: p.astype(dtype) for k, p in numbers(0).items()}
        for step in steps:
            grads = {k: g.astype(dtype) for k, g in numbers(9 if step == "large" else step).items()}
            if step == "large":
                grads["w"][1, 2] = size
            if step == "large" and through_fit and not np.isfinite(size):
                continue  # fit does not ask the optimiser to take such a gradient
            if through_fit:
                call = lambda grads=grads: fit(lambda p: (1.0, grads), params, [()], optimiser, progress=False)  # noqa: E731
            else:
                call = lambda grads=grads: optimiser.step(params, grads)  # noqa: E731
            if step != "large":
                call()
            else:
                before = copied(params)
                with pytest.raises(FloatingPointError, match=rf"{what} is not finite"):
                    call()
                assert same(params, before)
        return params

    first, rest = list(range(1, 1 + steps_before)), [7, 8]
    assert same(go([*first, "large", *rest]), go([*first, *rest]))


def test_a_step_that_fails_for_the_last_array_changes_none():
    for optimiser in (SGD(10.0, 0.9), Adam(0.1)):
        params, grads = numbers(0), numbers(1)
        grads["b"][0] = 1e308
        with pytest.raises(FloatingPointError, match=r"(of|new) b is not finite$"):
            optimiser.step(params, grads)
        assert same(params, numbers(0))


# --- clipping ---


@given(SEEDS, st.floats(1e-3, 1e3), st.floats(-150, 150))
def test_clipping_returns_the_norm_before_and_keeps_the_direction(seed, max_norm, power):
    grads = numbers(seed, scale=10.0**power)  # the squares of the largest would overflow
    before, arrays = copied(grads), dict(grads)
    flat = np.concatenate([g.ravel() for g in before.values()])
    largest = np.abs(flat).max()
    wanted = largest * np.sqrt(((flat / largest) ** 2).sum())
    assert clip_gradients(grads, max_norm) == pytest.approx(wanted, rel=1e-14)
    assert all(grads[name] is arrays[name] for name in grads)
    factor = min(1, max_norm / wanted)
    for name in grads:
        np.testing.assert_allclose(grads[name], factor * before[name], rtol=1e-13)


def test_three_four_is_five():
    grads = {"a": np.array([3.0]), "b": np.array([[0.0, -4.0]])}
    assert clip_gradients(grads, 2.5) == 5
    assert grads["a"].tolist() == [1.5]
    assert grads["b"].tolist() == [[0, -2]]


def test_what_is_short_enough_is_not_touched():
    for max_norm in (5.0, 5.1, 1e9):
        grads = {"w": np.array([3.0, 4.0])}
        assert clip_gradients(grads, max_norm) == 5
        assert grads["w"].tolist() == [3, 4]


def test_zeros_and_nothing_have_norm_0():
    grads = {"w": np.zeros((2, 3))}
    assert clip_gradients(grads, 1.0) == 0
    assert not grads["w"].any()
    assert clip_gradients({}, 1.0) == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradients_that_are_not_finite_are_left_alone(bad):
    for order in ([bad, 3.0], [3.0, bad]):
        grads = {name: np.array([g]) for name, g in zip("ab", order, strict=True)}
        assert clip_gradients(grads, 1.0) == pytest.approx(bad, nan_ok=True)
        np.testing.assert_array_equal(np.concatenate([*grads.values()]), order)


def test_a_float32_norm_is_added_up_in_double_precision():
    grads = {"w": np.array([3, 1], np.float32)}
    assert clip_gradients(grads, 1.0) == pytest.approx(np.sqrt(10), rel=1e-15)
    assert grads["w"].dtype == np.float32


# --- the loop ---


def towards(target):
    """Return a loss whose minimum lies at `target`, and which keeps count."""

    def loss_and_grads(params, *batch):
        loss_and_grads.calls.append(batch)
        errors = {name: p - target for name, p in params.items()}
        return sum(float((e**2).sum()) for e in errors.values()), {name: 2 * e for name, e in errors.items()}

    loss_and_grads.calls = []
    return loss_and_grads


@pytest.mark.parametrize("cell", [rnn, lstm], ids=["rnn", "lstm"])
def test_fit_learns_to_go_on_with_a_sine_wave(cell):
    rng = np.random.default_rng(0)
    X, Y = data.sine_waves(25, 8, rng, omega=0.3)
    params = model.init_params(cell, 1, 6, 1, rng)
    losses = fit(
        lambda p, X, Y: model.loss_and_grads(cell, p, X, Y, mean_squared_error),
        params,
        [(X, Y)] * 80,
        Adam(0.02),
        max_norm=1.0,
        progress=False,
    )
    assert len(losses) == 80
    assert losses[-1] < 0.1 * losses[0]
    # the parameters are those after the last step, one better than the last loss tells
    assert mean_squared_error(model.predict(cell, params, X)[0], Y)[0] < losses[-1] * 1.01


@given(SEEDS, st.sampled_from([None, 0.5]), st.booleans())
def test_fit_is_the_loop_that_one_would_write(seed, max_norm, adam):
    params, loop = numbers(seed), numbers(seed)
    arrays = dict(params)
    loss_and_grads = towards(3.0)
    losses = fit(
        loss_and_grads,
        params,
        range(6),
        Adam(0.1) if adam else SGD(0.1, 0.5),
        max_norm=max_norm,
        progress=False,
    )
    optimiser, wanted = Adam(0.1) if adam else SGD(0.1, 0.5), []
    for _ in range(6):
        loss, grads = towards(3.0)(loop)
        if max_norm:
            clip_gradients(grads, max_norm)
        optimiser.step(loop, grads)
        wanted.append(loss)
    assert losses == wanted
    assert all(type(loss) is float for loss in losses)
    assert same(params, loop)
    assert all(params[name] is arrays[name] for name in params)
    assert loss_and_grads.calls == [(k,) for k in range(6)]


def test_a_batch_is_unpacked_into_arguments():
    loss_and_grads = towards(0.0)
    array = np.ones(3)
    fit(loss_and_grads, numbers(0), [(1, 2), [3, 4], 5, array], SGD(0.1), progress=False)
    assert loss_and_grads.calls == [(1, 2), (3, 4), (5,), (array,)]


def test_batches_may_come_from_a_generator_and_are_made_one_at_a_time():
    made = []

    def batches():
        for k in range(3):
            made.append(k)
            yield k

    def loss_and_grads(params, k):
        assert made == list(range(k + 1))
        return 0.0, {"w": np.zeros(2)}

    assert fit(loss_and_grads, {"w": np.ones(2)}, batches(), SGD(0.1), progress=False) == [0, 0, 0]


def test_no_batches_are_refused():
    for batches in ([], iter([])):
        with pytest.raises(ValueError, match=r"^batches is empty; want at least one batch"):
            fit(towards(0.0), numbers(0), batches, SGD(0.1), progress=False)


def interrupt_at(step, loss_and_grads):
    def interrupted(params, *batch):
        if len(loss_and_grads.calls) == step - 1:
            raise KeyboardInterrupt
        return loss_and_grads(params, *batch)

    return interrupted


def after(steps, optimiser=None):
    params = numbers(0)
    if steps:
        fit(towards(3.0), params, range(steps), optimiser or SGD(0.1, 0.9), progress=False)
    return params


@pytest.mark.parametrize("progress", [True, False])
def test_an_interrupt_keeps_the_losses_and_the_parameters_and_says_so(capsys, progress):
    params = numbers(0)
    losses = fit(interrupt_at(4, towards(3.0)), params, range(9), SGD(0.1, 0.9), progress=progress)
    assert len(losses) == 3
    assert same(params, after(3))
    assert capsys.readouterr().out == "Stopped by you after 3 steps; the parameters are kept.\n"


def test_an_interrupt_before_the_first_step_returns_no_losses(capsys):
    params = numbers(0)
    assert fit(interrupt_at(1, towards(3.0)), params, range(9), SGD(0.1), progress=False) == []
    assert same(params, numbers(0))
    assert "after 0 steps" in capsys.readouterr().out


class Interrupted(SGD):
    """Stops in the middle of its third step, when one of the two parameters is changed already."""

    steps = 0

    def step(self, params, grads):
        self.steps += 1
        if self.steps == 3:
            params["w"] += 100
            raise KeyboardInterrupt
        super().step(params, grads)


def test_an_interrupt_inside_the_optimiser_leaves_no_half_step(capsys):
    params = numbers(0)
    assert len(fit(towards(3.0), params, range(9), Interrupted(0.1, 0.9), progress=False)) == 2
    assert same(params, after(2))
    assert "after 2 steps" in capsys.readouterr().out


def test_an_interrupt_while_a_batch_is_made_is_one_too(capsys):
    def batches():
        yield 1
        raise KeyboardInterrupt

    params = numbers(0)
    assert len(fit(towards(3.0), params, batches(), SGD(0.1, 0.9), progress=False)) == 1
    assert same(params, after(1))
    assert "after 1 steps" in capsys.readouterr().out


# --- when it goes wrong ---

CURE = r"Try a smaller learning rate, max_norm=1.0 to clip the gradients, or data of a smaller scale\."


def spoilt_at(step, spoil):
    good = towards(3.0)

    def loss_and_grads(params, *batch):
        loss, grads = good(params, *batch)
        return spoil(loss, grads) if len(good.calls) == step else (loss, grads)

    return loss_and_grads


def raises_floating_point_error(loss, grads):
    raise FloatingPointError("the loss is nan")


SPOILT = {
    "loss nan": (lambda loss, grads: (np.nan, grads), "the loss is not finite"),
    "loss infinite": (lambda loss, grads: (np.inf, grads), "the loss is not finite"),
    "loss raises": (raises_floating_point_error, "the loss is nan"),
    "gradient nan": (lambda loss, grads: (loss, grads | {"b": grads["b"] * np.nan}), "the gradient of b is not"),
    "gradient infinite": (
        lambda loss, grads: (loss, grads | {"w": grads["w"] * np.inf}),
        "the gradient of w is not",
    ),
    "update overflows": (
        lambda loss, grads: (loss, {n: 1e308 + 0 * g for n, g in grads.items()}),
        "the new . is not",
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_is_not_finite_breaks_off_with_the_step_the_reason_and_a_cure(spoilt):
    spoil, reason = SPOILT[spoilt]
    params = numbers(0)
    wanted = rf"^Training broke off at step 4: {reason}.* \(the loss before it was [\d.e+-]+; the parameters are kept as they were\)\. {CURE}$"  # noqa: E501
    with pytest.raises(FloatingPointError, match=wanted):
        fit(spoilt_at(4, spoil), params, range(9), SGD(10.0), progress=False)
    reference = numbers(0)
    fit(towards(3.0), reference, range(3), SGD(10.0), progress=False)
    assert same(params, reference)


def test_at_the_first_step_there_is_no_loss_before():
    params = numbers(0)
    wanted = (
        rf"^Training broke off at step 1: the loss is not finite \(the parameters are kept as they were\)\. {CURE}"
    )
    with pytest.raises(FloatingPointError, match=wanted):
        fit(spoilt_at(1, SPOILT["loss nan"][0]), params, range(9), SGD(0.1), progress=False)
    assert same(params, numbers(0))


@pytest.mark.parametrize("cell", [rnn, lstm], ids=["rnn", "lstm"])
@pytest.mark.parametrize("lr", [1e30, 1e150, 1e308])
def test_a_huge_learning_rate_ends_in_words_and_not_in_warnings(cell, lr):
    # a RuntimeWarning would fail the test
    rng = np.random.default_rng(0)
    X, Y = data.sine_waves(10, 3, rng)
    params = model.init_params(cell, 1, 4, 1, rng)

    def loss_and_grads(p, X, Y):
        return model.loss_and_grads(cell, p, X, Y, mean_squared_error)

    with pytest.raises(FloatingPointError, match=r"^Training broke off at step \d+: the "):
        fit(loss_and_grads, params, [(X, Y)] * 50, SGD(lr), progress=False)
    assert all(np.isfinite(p).all() for p in params.values())


def test_clipping_rescues_what_would_overflow():
    params = {"w": np.array([1.0, 1.0])}

    def loss_and_grads(params, _):
        return 1.0, {"w": np.array([1e200, 0.0])}

    fit(loss_and_grads, params, range(3), SGD(0.1), max_norm=1.0, progress=False)
    np.testing.assert_allclose(params["w"], [0.7, 1.0], rtol=1e-14)


# --- the bar ---


def test_the_bar_shows_the_loss(capsys, monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    fit(lambda params, k: (0.1234 + k, {"w": np.zeros(2)}), {"w": np.ones(2)}, range(5), SGD(0.1))
    out, err = capsys.readouterr()
    last = err.split("\r")[-1]
    assert out == ""
    assert "5/5" in last
    assert "loss=4.12" in last


@pytest.mark.parametrize(("value", "progress"), [("1", True), ("1", False), (None, False), ("0", False)])
def test_without_progress_or_with_TQDM_DISABLE_nothing_is_shown(capsys, monkeypatch, value, progress):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    if value:
        monkeypatch.setenv("TQDM_DISABLE", value)
    fit(towards(0.0), numbers(0), range(5), SGD(0.1), progress=progress)
    assert capsys.readouterr() == ("", "")


def test_TQDM_DISABLE_0_leaves_the_bar(capsys, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "0")
    fit(towards(0.0), numbers(0), range(5), SGD(0.1))
    assert "5/5" in capsys.readouterr().err


# --- wrong input ---


@pytest.mark.parametrize("make", [SGD, Adam])
@pytest.mark.parametrize(
    ("lr", "error", "wanted"),
    [
        (0, ValueError, "above 0"),
        (-0.1, ValueError, "above 0"),
        (np.nan, ValueError, "above 0"),
        (np.inf, ValueError, "above 0"),
        ("0.1", TypeError, "want a real number"),
        (None, TypeError, "want a real number"),
        (True, TypeError, "want a real number"),
    ],
)
def test_a_wrong_learning_rate_is_refused(make, lr, error, wanted):
    with pytest.raises(error, match=rf"^lr is {re.escape(repr(lr))}.*{wanted}$"):
        make(lr)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda m: SGD(0.1, m), "momentum"),
        (lambda m: Adam(beta1=m), "beta1"),
        (lambda m: Adam(beta2=m), "beta2"),
    ],
)
def test_what_is_kept_of_the_past_is_at_least_0_and_below_1(make, name):
    assert getattr(make(0), name) == 0
    for value in (1, -0.1, 1.5, np.nan):
        with pytest.raises(ValueError, match=rf"^{name} is {value}; want a finite number at least 0 and below 1$"):
            make(value)
    with pytest.raises(TypeError, match=rf"^{name} is '0.9' \(str\); want a real number"):
        make("0.9")


@pytest.mark.parametrize(
    ("value", "error"), [(0, ValueError), (-1, ValueError), (np.nan, ValueError), ("1", TypeError)]
)
def test_epsilon_and_max_norm_are_above_0(value, error):
    for name, call in {
        "eps": lambda: Adam(eps=value),
        "max_norm": lambda: clip_gradients(numbers(0), value),
    }.items():
        with pytest.raises(error, match=rf"^{name} is {value!r}.*; want a (real number|finite number above 0)$"):
            call()


def test_fit_looks_at_max_norm_before_it_starts():
    loss_and_grads = towards(0.0)
    for value, error in [(0, ValueError), (-1, ValueError), ("1", TypeError)]:
        with pytest.raises(error, match=rf"^max_norm is {value!r}.*; want a (real number|finite number above 0)$"):
            fit(loss_and_grads, numbers(0), range(3), SGD(0.1), max_norm=value, progress=False)
    assert loss_and_grads.calls == []


WRONG_GRADS = {
    "unknown name": (
        {"q": np.ones(2)},
        ValueError,
        r"^grads has q; params has w; want the same names",
    ),
    "other shape": ({"w": np.ones(3)}, ValueError, r"^grads\['w'\] has shape \(3,\); want \(2,\) like params"),
    "would broadcast": ({"w": np.ones(1)}, ValueError, r"^grads\['w'\] has shape \(1,\); want \(2,\) like params"),
    "0-D": ({"w": np.array(1.0)}, ValueError, r"^grads\['w'\] has shape \(\); want \(2,\) like params"),
    "a number": ({"w": 1.0}, TypeError, r"^grads\['w'\] is a float; want an array of float64 or float32"),
    "a list": ({"w": [1.0, 1.0]}, TypeError, r"^grads\['w'\] is a list of 2; want an array of float64 or float32"),
    "whole numbers": (
        {"w": np.ones(2, int)},
        TypeError,
        r"^grads\['w'\] is an ndarray of int64, shape \(2,\); want an array",
    ),
    "complex": (
        {"w": np.ones(2) + 0j},
        TypeError,
        r"^grads\['w'\] is an ndarray of complex128, shape \(2,\); want an array",
    ),
    "None": ({"w": None}, TypeError, r"^grads\['w'\] is None; want an array"),
    "no dict": ([np.ones(2)], TypeError, r"^grads is a list of 1; want a dict of arrays"),
    "nothing": (None, TypeError, r"^grads is None; want a dict of arrays"),
}


@pytest.mark.parametrize("wrong", WRONG_GRADS)
def test_wrong_gradients_are_refused_and_change_nothing(wrong):
    grads, error, message = WRONG_GRADS[wrong]
    for optimiser in (SGD(0.1), Adam(0.1)):
        params = {"w": np.ones(2)}
        with pytest.raises(error, match=message):
            optimiser.step(params, grads)
        with pytest.raises(error, match=message):
            fit(lambda p, _, grads=grads: (1.0, grads), params, range(3), optimiser, progress=False)
        assert (params["w"] == 1).all()


@pytest.mark.parametrize("wrong", ["a number", "a list", "whole numbers", "None", "no dict", "nothing"])
def test_gradients_that_could_not_be_clipped_in_place_are_refused(wrong):
    grads, error, message = WRONG_GRADS[wrong]
    with pytest.raises(error, match=message):
        clip_gradients(grads, 0.1)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (None, "params is None; want a dict of arrays"),
        ([np.ones(2)], "params is a list of 1; want a dict of arrays"),
        ({"w": [1.0, 1.0]}, r"params\['w'\] is a list of 2; want an array of float64"),  # += would make it longer
        ({"w": np.ones(2, int)}, r"params\['w'\] is an ndarray of int64, shape \(2,\); want an array of float64"),
        ({"w": 1.0}, r"params\['w'\] is a float; want an array of float64"),
    ],
)
def test_parameters_that_could_not_be_changed_in_place_are_refused(params, message):
    for optimiser in (SGD(0.1), Adam(0.1)):
        with pytest.raises(TypeError, match=f"^{message}"):
            optimiser.step(params, {"w": np.ones(2)})
        with pytest.raises(TypeError, match=f"^{message}"):
            fit(towards(0.0), params, range(3), optimiser, progress=False)


WRONG_ANSWERS = {
    "nothing": (None, TypeError, r"^loss_and_grads\(params, ...\) is None; want a pair \(loss, grads\)"),
    "a number": (1.0, TypeError, r"^loss_and_grads\(params, ...\) is a float; want a pair \(loss, grads\)"),
    "three": ((1.0, {}, {}), TypeError, r"^loss_and_grads\(params, ...\) is a tuple of 3; want a pair"),
    "text": (("a", {}), TypeError, r"^the loss is text .*; want real numbers"),
    "None": ((None, {}), TypeError, r"^the loss is None; want real numbers"),
    "many losses": ((np.ones(3), {}), ValueError, r"^the loss has shape \(3,\); want \(\), a single number"),
}


@pytest.mark.parametrize("wrong", WRONG_ANSWERS)
def test_a_loss_and_grads_that_answers_something_else_is_refused(wrong):
    answer, error, message = WRONG_ANSWERS[wrong]
    with pytest.raises(error, match=message):
        fit(lambda params, _: answer, {"w": np.ones(2)}, range(3), SGD(0.1), progress=False)


def test_fit_wants_a_function_batches_and_an_optimiser():
    good = {"loss_and_grads": towards(0.0), "params": numbers(0), "batches": range(3), "optimiser": SGD(0.1)}
    wrong = [
        ("loss_and_grads", None, r"None \(NoneType\); want a function, such as lambda params, X, Y"),
        ("loss_and_grads", "mse", r"'mse' \(str\); want a function, such as"),
        ("batches", None, r"None \(NoneType\); want a list or generator of batches"),
        ("batches", 3, r"3 \(int\); want a list or generator of batches"),
        ("optimiser", None, r"None \(NoneType\); want one such as Adam\(lr=0.01\)"),
        ("optimiser", "adam", r"'adam' \(str\); want one such as Adam\(lr=0.01\)"),
        ("optimiser", SGD, r"<class .*SGD'> \(type\); want one such as Adam\(lr=0.01\)"),
        ("optimiser", abs, r"<built-in function abs> .*; want one such as Adam\(lr=0.01\)"),
    ]
    for name, value, message in wrong:
        with pytest.raises(TypeError, match=f"^{name} is {message}"):
            fit(**(good | {name: value}), progress=False)


# --- until ---


@given(st.integers(0, 12), st.integers(1, 5), st.integers(0, 4))
def test_until_asks_after_every_so_many_batches_and_ends_at_the_first_yes(n_batches, every, n_no):
    asked, given_out = [], []

    def done():
        asked.append(len(given_out))
        return len(asked) > n_no

    for batch in until(done, range(n_batches), every=every):
        given_out.append(batch)
    questions = [n for n in range(1, n_batches + 1) if n % every == 0][: n_no + 1]
    assert asked == questions
    assert given_out == list(range(questions[-1] if len(questions) > n_no else n_batches))


def test_until_asks_when_the_step_has_been_made():
    params = {"w": np.array([8.0])}
    seen = []

    def done():
        seen.append(params["w"].item())
        return params["w"] <= 2

    losses = fit(lambda p: (0.0, {"w": p["w"]}), params, until(done, [()] * 99, every=1), SGD(0.5), progress=False)
    assert seen == [4, 2]
    assert len(losses) == 2


def test_until_wants_a_question_and_a_whole_number():
    with pytest.raises(TypeError, match=r"^done is True .*; want a function"):
        next(until(True, [1]))
    with pytest.raises(ValueError, match=r"^every is 0; want a whole number of at least 1"):
        next(until(lambda: True, [1], every=0))


# --- where training begins ---------------------------------------------------------------------------------------

SIZES = st.integers(1, 5), st.integers(1, 6), st.integers(0, 99)


@given(*SIZES, st.integers(3, 500))
def test_chrono_changes_two_biases_and_nothing_else(D, H, seed, T):
    params = model.init_params(lstm, D, H, 2, fresh(seed))
    before = {name: p.copy() for name, p in params.items()}
    started = chrono(params, T, fresh(seed))
    assert started.keys() == params.keys()
    assert all((params[name] == before[name]).all() for name in params)
    assert all(started[name] is params[name] for name in params if name not in ("b_f", "b_i"))
    assert started["b_f"].shape == (H, 1)
    assert (started["b_i"] == -started["b_f"]).all()
    assert (started["b_f"] >= 0).all()
    assert (started["b_f"] <= np.log(T - 1)).all()


def test_chrono_spreads_the_times_evenly_from_one_unit_to_the_next():
    params, one = lstm.init_params(1, 100, fresh()), fresh()
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
    params = model.init_params(rnn, D, H, 2, fresh(seed))
    before = params["W_h"].copy()
    started = orthogonal(params, fresh(seed), scale=scale)
    assert (params["W_h"] == before).all()
    assert all(started[name] is params[name] for name in params if name != "W_h")
    W = started["W_h"][:, :H]
    np.testing.assert_allclose(W.T @ W, scale**2 * np.eye(H), atol=1e-12)
    assert (started["W_h"][:, H:] == params["W_h"][:, H:]).all()


def test_every_orthogonal_matrix_is_equally_likely():
    # then E[Q] = 0 and each entry of Q has variance 1/H; plain QR favours a sign on the diagonal
    matrices = [orthogonal(rnn.init_params(1, 3, fresh()), fresh(seed))["W_h"][:, :3] for seed in range(3000)]
    assert np.abs(np.mean(matrices, axis=0)).max() < 0.05
    np.testing.assert_allclose(np.var(matrices, axis=0), 1 / 3, atol=0.03)
    assert np.mean([np.linalg.det(Q) > 0 for Q in matrices]) == pytest.approx(0.5, abs=0.03)


def test_starts_keep_the_precision():
    for start, cell in [(lambda p: chrono(p, 50, fresh()), lstm), (lambda p: orthogonal(p, fresh()), rnn)]:
        params = {name: p.astype(np.float32) for name, p in cell.init_params(1, 3, fresh()).items()}
        assert {p.dtype for p in start(params).values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: chrono(lstm.init_params(1, 2, fresh()), 2, fresh()), ValueError, "^T is 2; want .* at least 3"),
        (lambda: chrono(lstm.init_params(1, 2, fresh()), 9, 0), TypeError, "^rng is 0 .*; want a generator"),
        (lambda: chrono(rnn.init_params(1, 2, fresh()), 9, fresh()), ValueError, "^params has no W_f, W_i"),
        (lambda: orthogonal(lstm.init_params(1, 2, fresh()), fresh()), ValueError, "^params has no W_h, b_h"),
        (lambda: orthogonal(rnn.init_params(1, 2, fresh()), None), TypeError, "^rng is None .*; want a generator"),
        (
            lambda: orthogonal(rnn.init_params(1, 2, fresh()), fresh(), scale=0),
            ValueError,
            "^scale is 0; want .* above 0",
        ),
    ],
)
def test_a_start_that_cannot_be_made_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
