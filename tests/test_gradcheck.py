"""The proof of gradients proves something: right ones pass, and each small mistake in the LSTM is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm, rnn
from lstm_lib.functional import sigmoid_grad, tanh_grad
from lstm_lib.gradcheck import (
    check_gradients,
    complex_step_gradient,
    numerical_gradient,
    relative_error,
    rounding,
    slope,
)

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")

POINTS = st.integers(0, 99).map(lambda seed: np.random.default_rng(seed).uniform(0.5, 2, (2, 3)))
FUNCTIONS = {  # a function, and its gradient by pencil and paper
    "sum of cubes": (lambda A: (A**3).sum(), lambda A: 3 * A**2),
    "product": (lambda A: A.prod(), lambda A: A.prod() / A),
    "log of the sum": (lambda A: np.log(A.sum()), lambda A: np.ones_like(A) / A.sum()),
    "first only": (lambda A: np.exp(A[0, 0]), lambda A: np.exp(A) * (np.arange(6) == 0).reshape(2, 3)),
    "waves": (lambda A: np.sin(A).sum() + np.tanh(A).sum(), lambda A: np.cos(A) + 1 - np.tanh(A) ** 2),
}
functions = pytest.mark.parametrize(("f", "gradient"), FUNCTIONS.values(), ids=FUNCTIONS)


# --- the two ways to differentiate ---


@functions
@given(A=POINTS)
def test_central_differences_come_close(f, gradient, A):
    got = numerical_gradient(f, A)
    assert got.shape == A.shape
    np.testing.assert_allclose(got, gradient(A), rtol=1e-8, atol=1e-8)


@functions
@given(A=POINTS)
def test_complex_steps_are_exact_to_rounding(f, gradient, A):
    got = complex_step_gradient(f, A)
    assert got.shape == A.shape
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, gradient(A), rtol=1e-13)


def test_the_error_of_a_central_difference_is_of_second_order():
    # f = x³: (f(x + ε) − f(x − ε)) / 2ε = 3x² + ε², exactly
    for eps in (1e-1, 1e-2):
        error = numerical_gradient(lambda A: (A**3).sum(), np.array([2.0]), eps).item() - 12
        assert error == pytest.approx(eps**2, rel=1e-6)


def test_the_step_that_is_divided_by_is_the_one_that_was_taken():
    # at 1e8 a step of 1e-5 is rounded by a fifth of a percent; the quotient must not be
    got = numerical_gradient(lambda A: float(3 * (A - 1e8).sum()), np.array([1e8]))
    assert got.item() == pytest.approx(3, rel=1e-12)


def test_the_step_of_a_complex_step_may_be_chosen():
    seen = []
    complex_step_gradient(lambda A: seen.append(A.imag.max()) or A.sum(), np.ones(1), eps=1e-3)
    assert seen == [1e-3]


@pytest.mark.parametrize("differentiate", [numerical_gradient, complex_step_gradient])
def test_the_argument_is_left_unchanged_and_may_be_read_only_whole_or_single(differentiate):
    A = np.array([1.0, 2.0])
    A.setflags(write=False)
    np.testing.assert_allclose(differentiate(lambda A: (A**2).sum(), A), [2, 4], rtol=1e-9)
    assert A.tolist() == [1, 2]
    for A in (np.array([1, 2]), np.array([1, 2], np.float32), [1, 2]):  # as float64, so the step is not lost
        got = differentiate(lambda A: (A**2).sum(), A)
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, [2, 4], rtol=1e-9)
    assert differentiate(lambda A: A**2, np.array(3.0)).item() == pytest.approx(6, rel=1e-9)


@pytest.mark.parametrize("differentiate", [numerical_gradient, complex_step_gradient])
def test_f_may_spoil_what_it_gets(differentiate):
    def f(A):
        A *= 2
        return (A**2).sum()

    np.testing.assert_allclose(differentiate(f, np.array([1.0, 2.0])), [8, 16], rtol=1e-9)


WRONG_ARGUMENTS = {
    "f None": ((None, np.ones(2)), TypeError, r"^f is None .*; want a function, such as lambda A"),
    "A None": ((np.sum, None), TypeError, r"^A is None; want real numbers"),
    "A text": ((np.sum, "abc"), TypeError, r"^A is text .*; want real numbers"),
    "A complex": ((np.sum, np.ones(2) + 0j), TypeError, r"^A is complex numbers .*; want real numbers"),
    "A ragged": ((np.sum, [[1], [1, 2]]), ValueError, r"^A is a ragged list; want rows of one length"),
    "A nan": ((np.sum, np.array([1, np.nan])), ValueError, r"^A holds nan at index \(1,\); want finite"),
    "eps 0": ((np.sum, np.ones(2), 0), ValueError, r"^eps is 0; want a finite number above 0"),
    "eps negative": ((np.sum, np.ones(2), -1e-5), ValueError, r"^eps is -1e-05; want a finite number above 0"),
    "eps text": ((np.sum, np.ones(2), "1e-5"), TypeError, r"^eps is '1e-5' \(str\); want a real number"),
}


@pytest.mark.parametrize("differentiate", [numerical_gradient, complex_step_gradient])
@pytest.mark.parametrize("wrong", WRONG_ARGUMENTS)
def test_wrong_arguments_are_refused(differentiate, wrong):
    arguments, error, message = WRONG_ARGUMENTS[wrong]
    with pytest.raises(error, match=message):
        differentiate(*arguments)


def test_a_central_difference_wants_one_real_number_from_f():
    for f, error, got in [
        (lambda A: None, TypeError, "is None; want real numbers"),
        (lambda A: "a", TypeError, "is text .*; want real numbers"),
        (lambda A: 1j * A.sum(), TypeError, "is complex numbers .*; want real numbers"),
        (lambda A: A, ValueError, r"has shape \(2,\); want \(\), a single number"),
    ]:
        with pytest.raises(error, match=f"^the value of f {got}"):
            numerical_gradient(f, np.ones(2))


def test_a_complex_step_wants_one_complex_number_from_f():
    for f in (lambda A: None, lambda A: "a", lambda A: A, lambda A: np.abs(A).sum(), lambda A: A.real.sum()):
        with pytest.raises(TypeError, match=r"^f gave back .*; want the complex number it computed"):
            complex_step_gradient(f, np.ones(2))


# --- relative_error ---

ENTRIES = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)
ARRAYS = st.lists(st.tuples(ENTRIES, ENTRIES), min_size=1, max_size=4).map(lambda pairs: np.array(pairs).T)


@given(ARRAYS, st.floats(0, 1))
def test_the_relative_error_is_symmetric_and_0_only_for_equals(ab, floor):
    a, b = ab
    error = relative_error(a, b, floor)
    assert error == relative_error(b, a, floor) == relative_error(-a, -b, floor)
    assert (error == 0) == (a == b).all()
    assert 0 <= error <= 2
    assert relative_error(a, a, floor) == 0


@given(ARRAYS, st.integers(-300, 300))
def test_the_relative_error_does_not_depend_on_the_scale(ab, power):
    a, b = ab
    assert relative_error(2.0**power * a, 2.0**power * b) == relative_error(a, b)


def test_the_relative_error_by_hand():
    assert relative_error(4.0, 5.0) == 0.2
    assert (
        relative_error(np.array([1.0, -1.0]), np.array([1.0, 1.0])) == 2
    )  # opposite signs are as wrong as can be
    assert relative_error(np.array([0.0]), np.array([1e-9])) == 1
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error([], []) == 0
    assert relative_error(np.array([1], np.uint8), np.array([2], np.uint8)) == 0.5  # 1 − 2 is 255 in uint8


def test_beside_a_large_entry_a_small_one_is_judged_by_the_floor():
    a, b = np.array([1.0, 1e-9]), np.array([1.0, 3e-9])
    assert relative_error(a, b) == pytest.approx(2e-9 / 1e-3)
    assert relative_error(a, b, floor=0.1) == pytest.approx(2e-9 / 0.1)
    assert relative_error(a, b, floor=0) == pytest.approx(2 / 3)
    # the largest entry may stand in either of the two
    assert relative_error(np.array([0, 1e-9]), np.array([1.0, 3e-9]), floor=0.5) == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_anywhere_is_as_wrong_as_can_be(bad):
    good, spoilt = np.ones(2), np.array([1, bad])
    for a, b in [(good, spoilt), (spoilt, good), (spoilt, spoilt)]:
        assert relative_error(a, b) == np.inf


def test_two_shapes_or_what_is_no_number_have_no_relative_error():
    with pytest.raises(ValueError, match=r"^b has shape \(2, 1\); want \(2,\) like a"):
        relative_error(np.ones(2), np.ones((2, 1)))
    with pytest.raises(ValueError, match=r"^b has shape \(\); want \(2,\) like a"):
        relative_error(np.ones(2), 1.0)
    with pytest.raises(TypeError, match=r"^a is None; want real numbers"):
        relative_error(None, np.ones(2))
    with pytest.raises(TypeError, match=r"^b is text .*; want real numbers"):
        relative_error(np.ones(2), "ab")


# --- check_gradients finds mistakes ---

T, D, H, B = 4, 2, 3, 5


def lstm_under_test(last_only=False):
    """Return a loss over everything that goes into an LSTM, and the place to check it at."""
    rng = np.random.default_rng(0)
    values = {k: rng.normal(0, 0.7, p.shape) for k, p in lstm.init_params(D, H, rng).items()}
    values |= {"X": rng.normal(size=(T, D, B)), "h_0": rng.normal(size=(H, B)), "C_0": rng.normal(size=(H, B))}
    dhs, (dh_T, dC_T) = rng.normal(size=(T, H, B)), rng.normal(size=(2, H, B))
    if last_only:
        dhs[:-1] = 0

    def loss_and_grads(values):
        params = {k: values[k] for k in lstm.SHAPES}
        hs, steps = lstm.forward(params, values["X"], (values["h_0"], values["C_0"]))
        grads, dX, (dh_0, dC_0) = lstm.backward(params, dhs, steps, (dh_T, dC_T))
        loss = (dhs * hs).sum() + (dh_T * hs[-1]).sum() + (dC_T * steps[-1].C_t).sum()
        return loss, grads | {"X": dX, "h_0": dh_0, "C_0": dC_0}

    return loss_and_grads, values


@pytest.mark.parametrize("last_only", [False, True])
def test_the_healthy_lstm_passes(last_only):
    errors = check_gradients(*lstm_under_test(last_only))
    assert set(errors) == {*lstm.SHAPES, "X", "h_0", "C_0"}
    assert max(errors.values()) < 1e-6


def wrong_step_backward(
    dC_through_h=lambda dh, s: dh * s.o_t * tanh_grad(np.tanh(s.C_t)),
    carried=lambda dC: dC,
    da=lambda da, s, dh, dC: da,
    bias=lambda da_k: da_k.sum(axis=1, keepdims=True),
    weights=lambda W: W,
    dz_of=lambda dz: (dz[H:], dz[:H]),
    dC_prev=lambda dC, s: dC * s.f_t,
):
    """Return `lstm.step_backward` written once more, with one part to be replaced by a wrong one."""

    def step_backward(params, s, dh_t, dC_t):
        tanh_C = np.tanh(s.C_t)
        dC_t = carried(dC_t) + dC_through_h(dh_t, s)
        right = {
            "f": dC_t * s.C_prev * sigmoid_grad(s.f_t),
            "i": dC_t * s.C_tilde * sigmoid_grad(s.i_t),
            "C": dC_t * s.i_t * tanh_grad(s.C_tilde),
            "o": dh_t * tanh_C * sigmoid_grad(s.o_t),
        }
        da_t = right | da(right, s, dh_t, dC_t)
        grads = {f"W_{k}": da_t[k] @ s.z_t.T for k in "fiCo"} | {f"b_{k}": bias(da_t[k]) for k in "fiCo"}
        dz_t = sum(weights(params[f"W_{k}"]).T @ da_t[k] for k in "fiCo")
        dx_t, dh_prev = dz_of(dz_t)
        return grads, dx_t, dh_prev, dC_prev(dC_t, s)

    return step_backward


def swapped(W):
    return np.hstack([W[:, D:], W[:, :D]])


MUTANTS = {
    "the carried dC is dropped": {"carried": lambda dC: 0 * dC},
    "the carried dC is counted twice": {"carried": lambda dC: 2 * dC},
    "the path through h is dropped": {"dC_through_h": lambda dh, s: 0 * dh},
    "the path through h has no tanh′": {"dC_through_h": lambda dh, s: dh * s.o_t},
    "the path through h has no output gate": {"dC_through_h": lambda dh, s: dh * tanh_grad(np.tanh(s.C_t))},
    "tanh′ of C itself, not of tanh C": {"dC_through_h": lambda dh, s: dh * s.o_t * tanh_grad(s.C_t)},
    "tanh′ of h": {"dC_through_h": lambda dh, s: dh * s.o_t * tanh_grad(s.h_t)},
    "dC_prev lacks the forget gate": {"dC_prev": lambda dC, s: dC},
    "dC_prev has i for f": {"dC_prev": lambda dC, s: dC * s.i_t},
    "dC_prev is 0": {"dC_prev": lambda dC, s: 0 * dC},
    "σ′ is missing in f": {"da": lambda da, s, dh, dC: {"f": dC * s.C_prev}},
    "σ′ is missing in i": {"da": lambda da, s, dh, dC: {"i": dC * s.C_tilde}},
    "σ′ is missing in o": {"da": lambda da, s, dh, dC: {"o": dh * np.tanh(s.C_t)}},
    "tanh′ is missing in the candidate": {"da": lambda da, s, dh, dC: {"C": dC * s.i_t}},
    "σ′ for tanh′ in the candidate": {"da": lambda da, s, dh, dC: {"C": dC * s.i_t * sigmoid_grad(s.C_tilde)}},
    "C_t for C_prev in f": {"da": lambda da, s, dh, dC: {"f": dC * s.C_t * sigmoid_grad(s.f_t)}},
    "C_t for tanh C_t in o": {"da": lambda da, s, dh, dC: {"o": dh * s.C_t * sigmoid_grad(s.o_t)}},
    "f and i swapped": {"da": lambda da, s, dh, dC: {"f": da["i"], "i": da["f"]}},
    "i and o swapped": {"da": lambda da, s, dh, dC: {"i": da["o"], "o": da["i"]}},
    "C and o swapped": {"da": lambda da, s, dh, dC: {"C": da["o"], "o": da["C"]}},
    "the sign of f is wrong": {"da": lambda da, s, dh, dC: {"f": -da["f"]}},
    "the sign of o is wrong": {"da": lambda da, s, dh, dC: {"o": -da["o"]}},
    "the bias of one sequence only": {"bias": lambda da: da[:, :1]},
    "the bias averaged over the batch": {"bias": lambda da: da.mean(axis=1, keepdims=True)},
    "the bias summed over everything": {"bias": lambda da: np.full((H, 1), da.sum())},
    "h and x on top of each other the wrong way": {"weights": swapped},
    "dx and dh_prev cut at D": {"dz_of": lambda dz: (dz[:D], dz[D:])},
    "dh_prev is dropped": {"dz_of": lambda dz: (dz[H:], 0 * dz[:H])},
    "dh_prev is counted twice": {"dz_of": lambda dz: (dz[H:], 2 * dz[:H])},
    "dx is dropped": {"dz_of": lambda dz: (0 * dz[H:], dz[:H])},
    "a gradient one in a thousand too large": {"da": lambda da, s, dh, dC: {"i": 1.002 * da["i"]}},
}


def test_the_rewritten_step_is_the_healthy_one_before_it_is_made_wrong(monkeypatch):
    healthy = lstm_under_test()[0](lstm_under_test()[1])[1]
    monkeypatch.setattr(lstm, "step_backward", wrong_step_backward())
    loss_and_grads, values = lstm_under_test()
    for k, g in loss_and_grads(values)[1].items():
        np.testing.assert_allclose(g, healthy[k], rtol=1e-13)
    assert max(check_gradients(loss_and_grads, values).values()) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_mistake_in_one_step_is_found(monkeypatch, mutant):
    monkeypatch.setattr(lstm, "step_backward", wrong_step_backward(**MUTANTS[mutant]))
    errors = check_gradients(*lstm_under_test())
    assert max(errors.values()) > 1e-3
    assert next(iter(errors.values())) == max(errors.values())


def wrong_backward(
    sees=lambda dhs, t: dhs[t],
    plus=lambda dh, dh_next: dh + dh_next,
    add=lambda old, new: old + new,
    next_dC=lambda dC: dC,
    order=lambda dX: dX[::-1],
):
    """Return `lstm.backward` written once more, with one part to be replaced by a wrong one."""

    def backward(params, dhs, steps, dstate):
        dh_next, dC_next = dstate
        grads, dX = {k: np.zeros_like(params[k]) for k in lstm.SHAPES}, []
        for t in reversed(range(T)):
            dh_t = plus(sees(dhs, t), dh_next)
            step_grads, dx_t, dh_next, dC_next = lstm.step_backward(params, steps[t], dh_t, next_dC(dC_next))
            grads = {k: add(grads[k], step_grads[k]) for k in grads}
            dX.append(dx_t)
        return grads, np.array(order(dX)), (dh_next, dC_next)

    return backward


BACKWARD_MUTANTS = {
    "= for +=": {"add": lambda old, new: new},
    "-= for +=": {"add": lambda old, new: old - new},
    "averaged over time": {"add": lambda old, new: old + new / T},
    "dh_next is dropped": {"plus": lambda dh, dh_next: dh},
    "the loss's own path is dropped": {"plus": lambda dh, dh_next: dh_next},
    "dh_next is added twice": {"plus": lambda dh, dh_next: dh + 2 * dh_next},
    "dh_next is subtracted": {"plus": lambda dh, dh_next: dh - dh_next},
    "dC_next is dropped between steps": {"next_dC": lambda dC: np.zeros_like(dC)},
    "one step too early": {"sees": lambda dhs, t: dhs[t - 1]},
    "one step too late": {"sees": lambda dhs, t: dhs[(t + 1) % T]},
    "time forwards": {"sees": lambda dhs, t: dhs[T - 1 - t]},
    "dX left in reverse": {"order": lambda dX: dX},
}


def test_the_rewritten_loop_is_the_healthy_one_before_it_is_made_wrong(monkeypatch):
    monkeypatch.setattr(lstm, "backward", wrong_backward())
    assert max(check_gradients(*lstm_under_test()).values()) < 1e-6


@pytest.mark.parametrize("mutant", BACKWARD_MUTANTS)
def test_each_mistake_in_the_loop_over_time_is_found(monkeypatch, mutant):
    monkeypatch.setattr(lstm, "backward", wrong_backward(**BACKWARD_MUTANTS[mutant]))
    assert max(check_gradients(*lstm_under_test()).values()) > 1e-3


# --- check_gradients itself ---


def cubes(params):
    return sum(float((p**3).sum()) for p in params.values()), {k: 3 * p**2 for k, p in params.items()}


def test_every_array_is_checked_and_the_worst_comes_first():
    def wrong(params):
        loss, grads = cubes(params)
        return loss, {"a": grads["a"], "b": 1.5 * grads["b"], "c": 1.1 * grads["c"]}

    params = {k: np.random.default_rng(0).uniform(1, 2, (2, 3)) for k in "abc"}
    errors = check_gradients(wrong, params)
    assert list(errors) == ["b", "c", "a"]
    assert errors["b"] == pytest.approx(0.5 / 1.5, rel=1e-6)
    assert errors["c"] == pytest.approx(0.1 / 1.1, rel=1e-6)
    assert errors["a"] < 1e-8


def test_one_wrong_entry_is_found_wherever_it_is():
    A = np.random.default_rng(0).uniform(1, 2, (2, 3))
    for k in np.ndindex(A.shape):

        def wrong(params, k=k):
            loss, grads = cubes(params)
            grads["A"][k] *= 1.1
            return loss, grads

        assert check_gradients(wrong, {"A": A})["A"] == pytest.approx(0.1 / 1.1, rel=1e-6)


def test_a_few_entries_may_stand_for_all_and_the_generator_draws_them():
    A = np.random.default_rng(0).uniform(1, 2, (4, 5))
    seen = []

    def watched(params):
        seen.append(tuple(np.flatnonzero(params["A"] != A)))
        return cubes(params)

    for seed in (1, 1, 2):
        seen.append("start")
        assert check_gradients(watched, {"A": A}, n_entries=3, rng=np.random.default_rng(seed))["A"] < 1e-8
    runs = [[], [], []]
    for entry in seen:
        if entry == "start":
            run = runs.pop(0)
            runs.append(run)
        elif len(entry) == 1:  # where all of them move, the rounding of the loss is measured
            run.append(entry[0])
    first, again, other = (sorted(set(run)) for run in runs)
    assert len(first) == len(other) == 3
    assert first == again
    assert first != other


def test_n_entries_larger_than_an_array_checks_it_all():
    wrong = lambda p: (float((p["w"] ** 2).sum()), {"w": p["w"] * [2, 2, 3]})  # noqa: E731
    errors = check_gradients(wrong, {"w": np.ones(3)}, n_entries=100, rng=np.random.default_rng(0))
    assert errors["w"] == pytest.approx(1 / 3)


def test_parameters_are_left_unchanged_and_taken_as_float64():
    w = np.array([1, 2], np.float32)
    w.setflags(write=False)
    dtypes = set()

    def loss_and_grads(params):
        dtypes.add(params["w"].dtype)
        return cubes(params)

    assert check_gradients(loss_and_grads, {"w": w})["w"] < 1e-8
    assert dtypes == {np.dtype(np.float64)}
    assert w.tolist() == [1, 2]


def test_the_step_size_that_is_taken_if_none_is_asked_for():
    # the rule of lesson 06: near the best one for losses of ordinary size
    A = np.array([0.5])
    wanted = {e: (np.sin(0.5 + e) - np.sin(0.5 - e)) / (2 * e) for e in (0.5e-5, 1e-5, 2e-5)}
    seen = []
    check_gradients(
        lambda p: (float(np.sin(seen.append(p["w"][0]) or p["w"][0])), {"w": np.cos(p["w"])}), {"w": A}
    )
    assert max(seen[-2:]) - 0.5 == pytest.approx(1e-5, rel=1e-9)
    assert 0.5 - min(seen[-2:]) == pytest.approx(1e-5, rel=1e-9)
    got = numerical_gradient(lambda A: np.sin(A[0]), A).item()
    assert abs(got - wanted[1e-5]) == min(abs(got - value) for value in wanted.values())


def test_the_step_size_may_be_chosen():
    assert check_gradients(cubes, {"w": np.array([1.0])}, eps=0.1)["w"] == pytest.approx(0.01 / 3.01)


def test_nan_in_a_gradient_is_reported_as_infinite():
    assert check_gradients(lambda p: (1.0, {"w": np.array([np.nan, 0])}), {"w": np.ones(2)}) == {"w": np.inf}


WRONG_CHECKS = {
    "no function": ((None, {"w": np.ones(2)}), TypeError, r"^loss_and_grads is None .*; want a function, such as"),
    "no dict": ((cubes, [np.ones(2)]), TypeError, r"^params is a list of 1; want a dict of arrays"),
    "text": ((cubes, {"w": "abc"}), TypeError, r"^params\['w'\] is text .*; want real numbers"),
    "None": ((cubes, {"w": None}), TypeError, r"^params\['w'\] is None; want real numbers"),
    "ragged": ((cubes, {"w": [[1], [1, 2]]}), ValueError, r"^params\['w'\] is a ragged list; want rows"),
    "nan": ((cubes, {"w": np.array([np.nan])}), ValueError, r"^params\['w'\] holds nan at index \(0,\); want"),
    "returns nothing": (
        (lambda p: None, {"w": np.ones(2)}),
        TypeError,
        r"^loss_and_grads\(params\) is None; want a pair \(loss, grads\)",
    ),
    "returns no dict": (
        (lambda p: (1.0, None), {"w": np.ones(2)}),
        TypeError,
        r"^grads is None; want a dict with w",
    ),
    "loss is an array": (
        (lambda p: (p["w"], {"w": p["w"]}), {"w": np.ones(2)}),
        ValueError,
        r"^the value of f has shape \(2,\); want \(\), a single number",
    ),
    "gradient missing": (
        (lambda p: (1.0, {}), {"w": np.ones(2)}),
        ValueError,
        r"^grads has no w; got nothing; want w",
    ),
    "gradient of another shape": (
        (lambda p: (1.0, {"w": np.ones((2, 1))}), {"w": np.ones(2)}),
        ValueError,
        r"^grads\['w'\] has shape \(2, 1\); want \(2,\) like params\['w'\]",
    ),
}


@pytest.mark.parametrize("wrong", WRONG_CHECKS)
def test_a_check_that_cannot_be_done_is_refused(wrong):
    arguments, error, message = WRONG_CHECKS[wrong]
    with pytest.raises(error, match=message):
        check_gradients(*arguments)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_entries": 0, "rng": np.random.default_rng(0)}, ValueError, "^n_entries is 0; want a whole number of"),
        (
            {"n_entries": 2.5, "rng": np.random.default_rng(0)},
            TypeError,
            r"^n_entries is 2.5 \(float\); want a whole",
        ),
        ({"n_entries": 2}, TypeError, r"^rng is None \(NoneType\); want a generator"),
        ({"n_entries": 2, "rng": 0}, TypeError, r"^rng is 0 \(int\); want a generator"),
        ({"eps": 0}, ValueError, "^eps is 0; want a finite number above 0"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        check_gradients(cubes, {"w": np.ones(2)}, **options)


# --- what is smaller than the rounding of the loss ---


def long_problem(cell, T, seed, wrong=None, H=8, D=3, B=2, last_only=True, more=0.0):
    """Return a loss at the last step of a long sequence with all that goes in; one gradient may be made wrong."""
    rng = np.random.default_rng(seed)
    values = cell.init_params(D, H, rng) | {"X": rng.normal(size=(T, D, B))}
    values |= {name: rng.normal(size=(H, B)) for name in cell.STATE}
    dhs = rng.normal(size=(T, H, B)) * ((np.arange(T) == T - 1) | (not last_only))[:, None, None]

    def loss_and_grads(v):
        state = tuple(v[name] for name in cell.STATE)
        hs, steps = cell.forward(v, v["X"], state if len(state) == 2 else state[0])
        grads, dX, dstate = cell.backward(v, dhs, steps)
        grads |= {"X": dX} | dict(zip(cell.STATE, dstate if len(state) == 2 else (dstate,), strict=True))
        return float((dhs * hs).sum()) + more, grads | ({wrong[0]: wrong[1](grads[wrong[0]])} if wrong else {})

    return loss_and_grads, values


def worst(problem, seed):
    return max(check_gradients(*problem, n_entries=3, rng=np.random.default_rng(seed)).values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(n, marks=pytest.mark.weekly) for n in range(3, 10))])
@pytest.mark.parametrize(("cell", "T"), [(lstm, 100), (lstm, 200), (rnn, 200)])
def test_right_gradients_of_long_sequences_are_not_accused(cell, T, seed):
    # those of h_0 and C_0 all but vanish, and what a difference of losses says of them is rounding
    problem = long_problem(cell, T, seed)
    smallest = min(np.abs(g).max() for g in problem[0](problem[1])[1].values())
    assert smallest < 1e-6
    assert worst(problem, seed) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("more", [0.0, 1.0, -1000.0])
def test_the_rounding_that_counts_is_that_of_the_loss_whatever_it_cancels_to(more):
    # a loss that is 0 at the point has been rounded all the same
    loss_and_grads, values = long_problem(lstm, 200, 0)
    zero = -loss_and_grads(values)[0]
    assert worst(long_problem(lstm, 200, 0, more=zero + more), 0) < 1e-6


@pytest.mark.parametrize("T", [4, 20, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ["h_0", "C_0", "W_f", "b_i", "X"])
@pytest.mark.parametrize(
    "how", [lambda g: 0 * g, lambda g: 1.01 * g, lambda g: -g, lambda g: g + 1e-3 * np.abs(g).max()]
)
def test_wrong_gradients_of_long_sequences_are_still_found(T, name, how):
    loss_and_grads, values = long_problem(lstm, T, 1, wrong=(name, how))

    def of_one(changed):
        loss, grads = loss_and_grads(values | changed)
        return loss, {name: grads[name]}

    assert worst((of_one, {name: values[name]}), 1) > 5e-4


def test_a_small_entry_is_measured_by_the_whole_gradient_whichever_entries_are_checked():
    w = np.array([1.0, 1e-9, 1e-9, 1e-9])

    def loss_and_grads(params):
        return float((params["w"] ** 2).sum()) / 2, {"w": params["w"] + [0, 1e-12, 1e-12, 1e-12]}

    for seed in range(9):
        assert check_gradients(loss_and_grads, {"w": w}, n_entries=1, rng=np.random.default_rng(seed))["w"] < 1e-8


def test_a_loss_that_is_rounded_too_coarsely_passes_no_gradient():
    def in_float32(params):
        return float(np.sin(np.float32(params["w"])).sum()), {"w": 2 * np.cos(params["w"])}

    rng = np.random.default_rng(0)
    by_chance = lambda params: (float(params["w"].sum() + 1e-3 * rng.normal()), {"w": np.zeros(3)})  # noqa: E731
    for loss_and_grads in (in_float32, by_chance):
        assert check_gradients(loss_and_grads, {"w": np.array([0.3, 0.5, 0.7])})["w"] > 1e-2


def test_nan_in_a_gradient_is_found_where_it_is_not_among_the_entries_that_are_checked():
    def loss_and_grads(params):
        loss, grads = cubes(params)
        grads["w"][0] = np.nan
        return loss, grads

    seeds = range(9)
    found = [
        check_gradients(loss_and_grads, {"w": np.ones(5)}, n_entries=1, rng=np.random.default_rng(k))
        for k in seeds
    ]
    assert found == [{"w": np.inf}] * 9


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_is_as_wrong_as_can_be(bad):
    assert check_gradients(lambda p: (bad, {"w": np.ones(2)}), {"w": np.ones(2)}) == {"w": np.inf}


def test_nothing_to_check_is_checked_at_once():
    assert check_gradients(lambda p: (1.0, {}), {}) == {}
    assert check_gradients(lambda p: (1.0, {"w": np.zeros(0)}), {"w": np.zeros(0)}) == {"w": 0}


# --- slopes along a direction, and how uncertain they are ---


@functions
@given(A=POINTS, seed=st.integers(0, 99))
def test_a_slope_is_as_near_to_the_truth_as_it_says(f, gradient, A, seed):
    v = np.random.default_rng(seed).normal(size=A.shape)
    along = lambda s: f(A + s * v)  # noqa: E731
    near, uncertainty = slope(along, rounding=rounding(along))
    assert abs(near - (gradient(A) * v).sum()) <= uncertainty
    assert uncertainty < 1e-6 * max(1, np.abs(gradient(A)).max())


def test_several_losses_are_differentiated_side_by_side():
    f = lambda s: np.array([[np.sin(s), np.exp(s)], [3 * s, 7.0]])  # noqa: E731
    near, uncertainty = slope(f, eps=1e-4)
    assert near.shape == uncertainty.shape == rounding(f).shape == (2, 2)
    np.testing.assert_allclose(near, [[1, 1], [3, 0]], atol=1e-8)
    assert (np.abs(near - [[1, 1], [3, 0]]) <= uncertainty + 1e-11).all()


@given(st.integers(0, 99), st.sampled_from([1e-8, 1e-12, 1e-4]))
def test_rounding_is_found_as_large_as_it_is(seed, size):
    rng = np.random.default_rng(seed)
    found = rounding(lambda s: np.exp(s) + size * rng.normal())
    assert 3 * size < found < 60 * size


def test_the_rounding_of_a_smooth_function_is_that_of_its_values():
    for scale in (1e-20, 1.0, 1e20):
        assert rounding(lambda s, scale=scale: scale * np.sin(1 + s)) < 20 * np.spacing(scale)


@pytest.mark.parametrize("way", [slope, rounding])
def test_slopes_want_a_function_and_a_step(way):
    with pytest.raises(TypeError, match=r"^f is None .*; want a function, such as lambda s"):
        way(None)
    with pytest.raises(ValueError, match=r"^eps is 0; want a finite number above 0"):
        way(np.sin, eps=0)


# --- a learner's function that goes wrong is answered in a sentence ---

ARRAY = np.array([1.0, 2.0])


def broken(A):
    return {}["no such key"]


def needs_two(A, B):
    return 0.0


@pytest.mark.parametrize("way", [numerical_gradient, complex_step_gradient])
def test_a_function_that_raises_is_named_with_the_place(way):
    with pytest.raises(
        ValueError, match=r"^broken stopped with KeyError: 'no such key' \(line \d+, in broken\)$"
    ) as caught:
        way(broken, ARRAY)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None  # no traceback from inside


@pytest.mark.parametrize("way", [numerical_gradient, complex_step_gradient])
def test_a_function_with_another_signature_is_told_so(way):
    with pytest.raises(TypeError, match=r"^f takes \(A, B\); want one argument, A$"):
        way(needs_two, ARRAY)
    with pytest.raises(TypeError, match=r"^f takes \(\); want one argument, A$"):
        way(lambda: 0.0, ARRAY)


def test_check_gradients_says_what_went_wrong_in_loss_and_grads():
    with pytest.raises(TypeError, match=r"^loss_and_grads takes \(params, X\); want one argument, params$"):
        check_gradients(lambda params, X: (0.0, {}), {"w": ARRAY})
    with pytest.raises(ValueError, match=r"^broken stopped with KeyError: 'no such key'"):
        check_gradients(broken, {"w": ARRAY})

    def out_of_memory(params):
        raise MemoryError

    with pytest.raises(ValueError, match=r"^out_of_memory stopped with MemoryError \(line"):
        check_gradients(out_of_memory, {"w": ARRAY})


def test_the_place_is_where_it_happened_not_where_it_was_called():
    with pytest.raises(ValueError, match=r"\(line \d+, in broken\)$"):
        check_gradients(lambda params: broken(params), {"w": ARRAY})


def test_what_has_no_signature_is_called_all_the_same():
    assert numerical_gradient(np.sum, ARRAY) == pytest.approx([1, 1])
    assert numerical_gradient(max, ARRAY) == pytest.approx([0, 1])


def test_the_stop_button_still_stops():
    def interrupted(A):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        numerical_gradient(interrupted, ARRAY)
