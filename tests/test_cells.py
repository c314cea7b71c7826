"""Both cells: forward is the step in a loop, and every gradient is what two other ways of differentiating give."""

import inspect
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import data, lstm, rnn, validation
from lstm_lib.functional import sigmoid
from lstm_lib.gradcheck import check_gradients, complex_step_gradient, relative_error

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")

CELLS = {"rnn": rnn, "lstm": lstm}
STATES = {"rnn": ("h_0",), "lstm": ("h_0", "C_0")}
both = pytest.mark.parametrize("name", CELLS)
T, D, H, B = 5, 2, 3, 4  # no two sizes are equal, so that nothing fits the wrong way round


class Run:
    """One cell with numbers for everything that it takes, all of them different."""

    def __init__(self, name, sizes=(T, D, H, B), seed=0, dtype=np.float64):
        T, D, H, B = sizes
        rng = np.random.default_rng(seed)
        self.cell, self.states = CELLS[name], STATES[name]
        params = self.cell.init_params(D, H, rng)
        self.params = {k: rng.normal(0, 0.7, p.shape).astype(dtype) for k, p in params.items()}
        self.X = rng.normal(size=(T, D, B)).astype(dtype)
        self.dhs = rng.normal(size=(T, H, B)).astype(dtype)
        self.state = self.pack([rng.normal(size=(H, B)).astype(dtype) for _ in self.states])
        self.dstate = self.pack([rng.normal(size=(H, B)).astype(dtype) for _ in self.states])

    def pack(self, arrays):
        return tuple(arrays) if len(self.states) == 2 else arrays[0]

    def unpack(self, state):
        return state if len(self.states) == 2 else (state,)

    def forward(self):
        return self.cell.forward(self.params, self.X, self.state)

    def backward(self, steps, dhs=None, dstate=None):
        """Return all gradients in one dict: of parameters, X, h_0 and C_0."""
        grads, dX, dstate_0 = self.cell.backward(self.params, self.dhs if dhs is None else dhs, steps, dstate)
        return grads | {"X": dX} | dict(zip(self.states, self.unpack(dstate_0), strict=True))

    def everything(self):
        return self.params | {"X": self.X} | dict(zip(self.states, self.unpack(self.state), strict=True))

    def state_after(self, step):
        return [step.h_t] if len(self.states) == 1 else [step.h_t, step.C_t]

    def loop(self, values):
        """Return the steps without `forward`, which refuses complex numbers."""
        state, steps = [values[k] for k in self.states], []
        for x_t in values["X"]:
            steps.append(self.cell.step(values, x_t, *state))
            state = self.state_after(steps[-1])
        return steps, state


# --- forward ---


@both
@given(sizes=st.tuples(*[st.integers(1, 5)] * 4), seed=st.integers(0, 99))
def test_forward_is_the_step_in_a_loop(name, sizes, seed):
    run = Run(name, sizes, seed)
    hs, steps = run.forward()
    wanted, _ = run.loop(run.everything())
    assert hs.shape == (sizes[0], sizes[2], sizes[3])
    assert len(steps) == sizes[0]
    for t, (s, w) in enumerate(zip(steps, wanted, strict=True)):
        assert isinstance(s, run.cell.Step)
        assert (hs[t] == w.h_t).all()
        assert all((got == want).all() for got, want in zip(s, w, strict=True))


@both
def test_no_state_means_zeros(name):
    run = Run(name)
    without, _ = run.cell.forward(run.params, run.X)
    zeros, _ = run.cell.forward(run.params, run.X, run.pack([np.zeros((H, B))] * len(run.states)))
    assert (without == zeros).all()
    assert (without != run.forward()[0]).all()


def test_the_lstm_step_is_the_primers_formulas_entry_by_entry():
    # scalar by scalar, with no matrix product that could hide an index
    run = Run("lstm")
    p, (h, C) = run.params, run.state
    s = lstm.step(p, run.X[0], h, C)
    for b in range(B):
        for u in range(H):
            a = {
                k: sum(p[f"W_{k}"][u, j] * h[j, b] for j in range(H))
                + sum(p[f"W_{k}"][u, H + j] * run.X[0, j, b] for j in range(D))
                + p[f"b_{k}"][u, 0]
                for k in "fiCo"
            }
            f, i, o = (1 / (1 + np.exp(-a[k])) for k in "fio")
            C_t = f * C[u, b] + i * np.tanh(a["C"])
            wanted = (f, i, np.tanh(a["C"]), C[u, b], C_t, o, o * np.tanh(C_t))
            np.testing.assert_allclose([field[u, b] for field in s[1:]], wanted, rtol=1e-13)
    assert (s.z_t == np.vstack([h, run.X[0]])).all()


def test_the_rnn_step_is_its_formula_entry_by_entry():
    run = Run("rnn")
    W, b_h, h, x = run.params["W_h"], run.params["b_h"], run.state, run.X[0]
    s = rnn.step(run.params, x, h)
    for b in range(B):
        for u in range(H):
            a = W[u, :H] @ h[:, b] + W[u, H:] @ x[:, b] + b_h[u, 0]
            assert abs(s.h_t[u, b] - np.tanh(a)) < 1e-14
    assert (s.z_t == np.vstack([h, x])).all()


@both
def test_the_sequences_of_a_batch_do_not_know_of_each_other(name):
    run = Run(name)
    together, steps = run.forward()
    grads = run.backward(steps, dstate=run.dstate)
    summed = dict.fromkeys(run.params, 0)
    for b in range(B):
        alone = Run(name)
        alone.X, alone.dhs = run.X[:, :, [b]], run.dhs[:, :, [b]]
        alone.state = alone.pack([c[:, [b]] for c in run.unpack(run.state)])
        hs, steps = alone.forward()
        np.testing.assert_allclose(hs[:, :, 0], together[:, :, b], rtol=1e-13)
        own = alone.backward(steps, dstate=run.pack([d[:, [b]] for d in run.unpack(run.dstate)]))
        for k in ("X", *run.states):
            np.testing.assert_allclose(own[k][..., 0], grads[k][..., b], rtol=1e-12, atol=1e-14)
        summed = {k: summed[k] + own[k] for k in summed}
    for k in summed:
        np.testing.assert_allclose(summed[k], grads[k], rtol=1e-12, atol=1e-14)


@both
@given(scale=st.floats(0, 1e6), seed=st.integers(0, 99))
def test_h_stays_between_minus_one_and_one_and_finite_whatever_comes_in(name, scale, seed):
    run = Run(name, seed=seed)
    hs, _ = run.cell.forward({k: scale * p for k, p in run.params.items()}, scale * run.X, run.state)
    assert (np.abs(hs) <= 1).all()


def test_f_open_and_i_shut_carry_the_memory_unchanged():
    run = Run("lstm", (200, D, H, B))
    params = run.params | {"b_f": np.full((H, 1), 1000.0), "b_i": np.full((H, 1), -1000.0)}
    C = lstm.stack(lstm.forward(params, run.X, run.state)[1]).C_t
    assert (run.state[1] == C).all()


def test_f_shut_forgets_the_memory_at_once():
    run = Run("lstm")
    params = run.params | {"b_f": np.full((H, 1), -1000.0)}
    s = lstm.forward(params, run.X, run.state)[1][0]
    assert (s.C_t == s.i_t * s.C_tilde).all()


def test_the_memory_is_a_weighted_sum_of_all_candidates_so_far():
    """Levy, Lee, FitzGerald & Zettlemoyer, ACL 2018, equation (6): C_t = Σ_j (i_j · Π_{k>j} f_k) · C̃_j."""
    run = Run("lstm", (30, D, H, B))
    trace = lstm.stack(run.forward()[1])
    for t in range(30):
        kept = [np.prod(trace.f_t[j + 1 : t + 1], axis=0) for j in range(t + 1)]
        candidates = sum(kept[j] * trace.i_t[j] * trace.C_tilde[j] for j in range(t + 1))
        C_t = candidates + np.prod(trace.f_t[: t + 1], axis=0) * run.state[1]
        np.testing.assert_allclose(trace.C_t[t], C_t, rtol=0, atol=1e-12)


@both
def test_stack_puts_time_first_in_every_field(name):
    run = Run(name)
    hs, steps = run.forward()
    trace = run.cell.stack(steps)
    assert isinstance(trace, run.cell.Step)
    assert trace.z_t.shape == (T, H + D, B)
    assert (trace.h_t == hs).all()
    for t, s in enumerate(steps):
        assert all((stacked[t] == field).all() for stacked, field in zip(trace, s, strict=True))
    assert all(field.shape == (T, H, B) for field in trace[1:])


# --- the primer's example ---


def test_the_primers_example_to_the_last_digit():
    s = lstm.step(*data.walkthrough())
    wanted = {
        "f_t": 0.83201838513392448184,
        "i_t": 0.83201838513392448184,
        "o_t": 0.83201838513392448184,
        "C_tilde": 0.92166855440647128268,
        "C_t": 0.93324885929277575011,
        "h_t": 0.60912484309791837220,
    }
    for name, digits in wanted.items():
        assert getattr(s, name).shape == (1, 1)
        assert abs(getattr(s, name).item() - digits) < 2e-16, name
    assert s.z_t.ravel().tolist() == [0.1, 0.5]


def test_the_gradients_of_the_primers_example_to_the_last_digits():
    # L = h_t; computed with 50 digits by mpmath, see the course's notes on its sources
    params, x_t, h_prev, C_prev = data.walkthrough()
    s = lstm.step(params, x_t, h_prev, C_prev)
    grads, dx_t, dh_prev, dC_prev = lstm.step_backward(params, s, np.ones((1, 1)), np.zeros((1, 1)))
    da = {
        "f": 0.010791861888924248536,
        "i": 0.049732598732595513540,
        "C": 0.048352535903101170719,
        "o": 0.102321774798633202310,
    }
    for k, digits in da.items():
        assert abs(grads[f"b_{k}"].item() - digits) < 1e-16
        np.testing.assert_allclose(grads[f"W_{k}"], [[0.1 * digits, 0.5 * digits]], rtol=1e-14)
    assert abs(dC_prev.item() - 0.321221518721799812) < 2e-16
    assert abs(dx_t.item() - 0.211198771323254135) < 2e-16
    assert abs(dh_prev.item() - 0.211198771323254135) < 2e-16


SQUARED_ERROR = {  # of h_t and y, with ½ before it: da of the four gates, dx = dh_prev, dC_prev
    0.0: "0.0065735911798254 0.0302933613998440 0.0294527308453630 0.0623267350197180 "
    "0.128646418444750 0.195664007191091",
    0.5: "0.0011776602353633 0.0054270620335462 0.0052764628938124 0.0111658476204014 "
    "0.0230470327831232 0.0350532478301915",
    1.0: "-0.0042182707090989 -0.0194392373327515 -0.0188998050577382 -0.0399950397789152 "
    "-0.0825523528785038 -0.125557511530708",
}


@pytest.mark.parametrize(("y", "digits"), SQUARED_ERROR.items())
def test_the_gradients_of_a_squared_error_of_the_primers_example(y, digits):
    params, x_t, h_prev, C_prev = data.walkthrough()
    hs, steps = lstm.forward(params, x_t[None], (h_prev, C_prev))
    grads, dX, (dh_0, dC_0) = lstm.backward(params, hs - y, steps)
    *da, dx, dC_prev = map(float, digits.split())
    np.testing.assert_allclose([grads[f"b_{k}"].item() for k in "fiCo"], da, rtol=1e-14, atol=1e-16)
    np.testing.assert_allclose([dX.item(), dh_0.item(), dC_0.item()], [dx, dx, dC_prev], rtol=1e-14, atol=1e-16)


# --- gradients ---


def loss_of(run, dhs, dstate):
    """Return the loss Σ dhs·hs + Σ dstate·state_T: its gradient at hs and at the last state is what we choose."""

    def loss_and_grads(values):
        params = {k: values[k] for k in run.params}
        hs, steps = run.cell.forward(params, values["X"], run.pack([values[k] for k in run.states]))
        last = run.state_after(steps[-1])
        loss = (dhs * hs).sum() + sum((d * c).sum() for d, c in zip(run.unpack(dstate), last, strict=True))
        return loss, run.backward(steps, dhs, dstate)

    return loss_and_grads


def at_every_step(run):
    return run.dhs, run.pack([np.zeros_like(d) for d in run.unpack(run.dstate)])


def at_the_last_step(run):
    return np.where(np.arange(len(run.dhs))[:, None, None] == len(run.dhs) - 1, run.dhs, 0), at_every_step(run)[1]


def beyond_the_end(run):
    return np.zeros_like(run.dhs), run.dstate


def everywhere(run):
    return run.dhs, run.dstate


where = pytest.mark.parametrize("where", [at_every_step, at_the_last_step, beyond_the_end, everywhere])


@both
@where
def test_every_gradient_agrees_with_central_differences(name, where):
    run = Run(name)
    errors = check_gradients(loss_of(run, *where(run)), run.everything())
    assert errors.keys() == run.everything().keys()
    assert max(errors.values()) < 1e-6


def complex_gradients(run, dhs, dstate):
    def loss(values):
        steps, state = run.loop(values)
        hs = np.array([s.h_t for s in steps])
        return (dhs * hs).sum() + sum((d * c).sum() for d, c in zip(run.unpack(dstate), state, strict=True))

    values = run.everything()
    return {k: complex_step_gradient(lambda A, k=k: loss(values | {k: A}), A) for k, A in values.items()}


@both
@where
def test_every_gradient_agrees_with_complex_steps_to_twelve_digits(name, where):
    run = Run(name)
    got, wanted = run.backward(run.forward()[1], *where(run)), complex_gradients(run, *where(run))
    assert got.keys() == wanted.keys()
    for k in wanted:
        assert relative_error(got[k], wanted[k]) < 1e-12, k


@both
@given(sizes=st.tuples(*[st.integers(1, 5)] * 4), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_gradients_are_right_at_every_size(name, sizes, seed):
    run = Run(name, sizes, seed)
    got, wanted = run.backward(run.forward()[1], *everywhere(run)), complex_gradients(run, *everywhere(run))
    for k in wanted:
        assert got[k].shape == run.everything()[k].shape
        assert relative_error(got[k], wanted[k]) < 1e-11, k


@both
def test_no_dstate_means_that_nothing_comes_from_beyond_the_end(name):
    run = Run(name)
    steps = run.forward()[1]
    without, zeros = run.backward(steps), run.backward(steps, *at_every_step(run))
    assert all((without[k] == zeros[k]).all() for k in zeros)


@both
@given(cut=st.integers(1, 6), seed=st.integers(0, 9))
def test_two_runs_that_hand_on_the_state_are_one_long_run(name, cut, seed):
    run = Run(name, (7, D, H, B), seed)
    hs, steps = run.forward()
    wanted = run.backward(steps, dstate=run.dstate)

    first_hs, first = run.cell.forward(run.params, run.X[:cut], run.state)
    state = run.pack(run.state_after(first[-1]))
    second_hs, second = run.cell.forward(run.params, run.X[cut:], state)
    assert (np.concatenate([first_hs, second_hs]) == hs).all()

    late, late_dX, dstate = run.cell.backward(run.params, run.dhs[cut:], second, run.dstate)
    early, early_dX, dstate_0 = run.cell.backward(run.params, run.dhs[:cut], first, dstate)
    np.testing.assert_allclose(np.concatenate([early_dX, late_dX]), wanted["X"], rtol=1e-13, atol=1e-15)
    for k in run.params:
        np.testing.assert_allclose(early[k] + late[k], wanted[k], rtol=1e-12, atol=1e-14)
    for k, d in zip(run.states, run.unpack(dstate_0), strict=True):
        np.testing.assert_allclose(d, wanted[k], rtol=1e-13, atol=1e-15)


@both
def test_other_entries_of_the_parameters_are_left_out_of_the_gradients(name):
    run = Run(name)
    run.params["W_y"] = np.ones((1, H))
    assert list(run.cell.backward(run.params, run.dhs, run.forward()[1])[0]) == list(run.cell.SHAPES)


# --- precision, and whose arrays these are ---


@both
def test_float32_stays_float32_everywhere(name):
    run = Run(name, dtype=np.float32)
    for state, dstate in [(run.state, run.dstate), (None, None)]:
        hs, steps = run.cell.forward(run.params, run.X, state)
        arrays = [hs, *run.cell.stack(steps), *(field for s in steps for field in s)]
        arrays += run.backward(steps, dstate=dstate).values()
        assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


@both
def test_float32_agrees_with_float64_to_five_digits(name):
    single, double = Run(name, dtype=np.float32), Run(name)
    got, wanted = (run.backward(run.forward()[1], dstate=run.dstate) for run in (single, double))
    for k in wanted:
        assert np.abs(got[k] - wanted[k]).max() < 1e-5 * np.abs(wanted[k]).max()


@both
def test_nothing_that_is_handed_in_is_changed_and_read_only_arrays_will_do(name):
    run = Run(name)
    arrays = [*run.everything().values(), run.dhs, *run.unpack(run.dstate)]
    for a in arrays:
        a.setflags(write=False)  # writing to it would be an error
    before = [a.copy() for a in arrays]
    steps = run.forward()[1]
    fields = [field.copy() for s in steps for field in s]
    run.backward(steps, dstate=run.dstate)
    assert all((a == b).all() for a, b in zip(arrays, before, strict=True))
    assert all((a == b).all() for a, b in zip((f for s in steps for f in s), fields, strict=True))


@both
def test_results_are_arrays_of_their_own(name):
    run = Run(name)
    hs, steps = run.forward()
    handed_in = [*run.everything().values(), run.dhs, *run.unpack(run.dstate)]
    fields = [field for s in steps for field in s]
    results = [hs, *run.backward(steps, dstate=run.dstate).values(), *run.cell.stack(steps)]
    assert not any(np.shares_memory(a, b) for a in results for b in handed_in + fields)


@both
def test_lists_are_taken_for_arrays(name):
    run = Run(name)
    hs, steps = run.forward()
    state = run.pack([c.tolist() for c in run.unpack(run.state)])
    assert (run.cell.forward(run.params, run.X.tolist(), state)[0] == hs).all()
    dX = run.cell.backward(run.params, run.dhs.tolist(), steps)[1]
    assert (dX == run.cell.backward(run.params, run.dhs, steps)[1]).all()


# --- init_params ---


@both
@given(D=st.integers(1, 5), H=st.integers(1, 30), seed=st.integers(0, 99))
def test_fresh_parameters_have_their_shapes_bounds_and_zeros(name, D, H, seed):
    params = CELLS[name].init_params(D, H, np.random.default_rng(seed))
    assert list(params) == list(CELLS[name].SHAPES)
    for k, p in params.items():
        assert p.dtype == np.float64
        assert p.shape == ((H, H + D) if k[0] == "W" else (H, 1))
        if k[0] == "W":
            assert (np.abs(p) <= 1 / np.sqrt(H)).all()
        else:
            assert (p == (k == "b_f")).all()  # the forget bias is 1, the others are 0


@both
def test_fresh_weights_fill_the_whole_range_evenly(name):
    for k, p in CELLS[name].init_params(100, 100, np.random.default_rng(0)).items():
        if k[0] == "W":  # uniform in ±0.1: mean 0, standard deviation 0.1 / √3
            assert abs(p.mean()) < 0.002
            assert abs(p.std() - 0.1 / np.sqrt(3)) < 0.001
            assert 0.099 < np.abs(p).max() <= 0.1


@both
def test_the_generator_decides_and_moves_on(name):
    cell, rng = CELLS[name], np.random.default_rng(7)
    first, second = cell.init_params(D, H, rng), cell.init_params(D, H, rng)
    again = cell.init_params(D, H, np.random.default_rng(7))
    assert all((first[k] == again[k]).all() for k in first)
    assert all((first[k] != second[k]).all() for k in first if k[0] == "W")


def test_the_four_matrices_differ():
    params = lstm.init_params(D, H, np.random.default_rng(0))
    weights = np.concatenate([params[f"W_{k}"].ravel() for k in "fiCo"])
    assert len(np.unique(weights)) == weights.size


@given(st.floats(-10, 10))
def test_the_forget_bias_is_where_b_f_starts(bias):
    params = lstm.init_params(D, H, np.random.default_rng(0), forget_bias=bias)
    assert (params["b_f"] == bias).all()
    assert not any(params[f"b_{k}"].any() for k in "iCo")


@both
def test_the_two_cells_have_one_contract(name):
    order = {"init_params": "D H rng", "forward": "params X state", "backward": "params dhs steps dstate"}
    for function, wanted in (order | {"stack": "steps"}).items():
        names = [*inspect.signature(getattr(CELLS[name], function)).parameters]
        assert names[: len(wanted.split())] == wanted.split()


# --- wrong input ---


def refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


WRONG_X = {
    "transposed": (lambda X: X.transpose(0, 2, 1), ValueError, rf"has shape \({T}, {B}, {D}\); want \(T, D, B\)"),
    "sequence first": (
        lambda X: X.transpose(2, 0, 1),
        ValueError,
        r"has shape \(4, 5, 2\); want .* = \(T, 2, B\)",
    ),
    "2-D": (lambda X: X[0], ValueError, r"has shape \(2, 4\); want \(T, D, B\) = \(T, 2, B\)"),
    "1-D": (lambda X: X[:, 0, 0], ValueError, r"has shape \(5,\); want \(T, D, B\)"),
    "4-D": (lambda X: X[None], ValueError, r"has shape \(1, 5, 2, 4\); want \(T, D, B\)"),
    "no steps": (lambda X: X[:0], ValueError, r"has shape \(0, 2, 4\); want .* every size at least 1"),
    "no sequences": (lambda X: X[:, :, :0], ValueError, r"has shape \(5, 2, 0\); want .* every size at least 1"),
    "NaN": (lambda X: X * np.nan, ValueError, r"holds nan at index \(0, 0, 0\); want finite numbers only"),
    "infinite": (lambda X: X + np.inf, ValueError, r"holds inf at index \(0, 0, 0\); want finite numbers only"),
    "text": (lambda X: "abc", TypeError, r"is text .*; want real numbers"),
    "None": (lambda X: None, TypeError, r"is None; want real numbers"),
    "object": (lambda X: object(), TypeError, r"is an object; want real numbers"),
    "objects": (
        lambda X: X.astype(object),
        TypeError,
        r"is an ndarray of object, shape \(.*\); want real numbers",
    ),
    "ragged": (lambda X: [[[1, 2], [1]]], ValueError, r"is a ragged list; want rows of one length"),
    "complex": (lambda X: X + 0j, TypeError, r"is complex numbers .*; want real numbers"),
    "float16": (lambda X: X.astype(np.float16), TypeError, r"is an array \(dtype float16\); want real numbers in"),
    "float32": (lambda X: X.astype(np.float32), TypeError, r"is float32; want float64 like the other arrays"),
}


@both
@pytest.mark.parametrize("wrong", WRONG_X)
def test_a_wrong_X_is_refused(name, wrong):
    run, (change, error, message) = Run(name), WRONG_X[wrong]
    refused(lambda: run.cell.forward(run.params, change(run.X), run.state), error, rf"^X {message}")


WRONG_BIAS = {
    "(H,)": (np.zeros(H), ValueError, r"has shape \(3,\); want \(H, 1\) = \(\d, 1\)"),
    "(H, H)": (np.zeros((H, H)), ValueError, r"has shape \(3, 3\); want \(H, 1\) = \(\d, 1\)"),
    "(1, H)": (np.zeros((1, H)), ValueError, r"has shape \(1, 3\); want \(H, 1\) = \(\d, 1\)"),
    "(1, 1)": (np.zeros((1, 1)), ValueError, r"has shape \(1, 1\); want \(H, 1\) = \(\d, 1\)"),
    "(H, B)": (np.zeros((H, B)), ValueError, r"has shape \(3, 4\); want \(H, 1\) = \(\d, 1\)"),
    "a number": (0.0, ValueError, r"has shape \(\); want \(H, 1\) = \(\d, 1\)"),
    "None": (None, TypeError, r"is None; want real numbers"),
    "text": ("b", TypeError, r"is text .*; want real numbers"),
    "NaN": (np.full((H, 1), np.nan), ValueError, r"holds nan at index \(0, 0\); want finite numbers only"),
    "float32": (np.zeros((H, 1), np.float32), TypeError, r"is float32; want float64 like the other arrays"),
    "whole numbers": (
        np.zeros((H, 1), int),
        TypeError,
        r"is an ndarray of int64, shape \(3, 1\); want an array of",
    ),
    "a list": ([[0.0]] * H, TypeError, r"is a list of 3; want an array of float64 or float32"),
}
WRONG_WEIGHT = {
    "transposed": (np.zeros((H + D, H)), ValueError, r"has shape \(5, 3\); want \(H, H\+D\)"),
    "without room for x": (np.zeros((H, H)), ValueError, r"has shape \(3, 3\); want \(H, H\+D\)"),
    "1-D": (np.zeros(H), ValueError, r"has shape \(3,\); want \(H, H\+D\)"),
    "None": (None, TypeError, r"is None; want real numbers"),
    "text": ("W", TypeError, r"is text .*; want real numbers"),
    "infinite": (np.full((H, H + D), np.inf), ValueError, r"holds inf at index \(0, 0\); want finite"),
    "whole numbers": (
        np.ones((H, H + D), int),
        TypeError,
        r"is an ndarray of int64, shape \(3, 5\); want an array of",
    ),
    "a list": (np.ones((H, H + D)).tolist(), TypeError, r"is a list of 3; want an array of float64 or float32"),
}
ENTRIES = [(name, k) for name in CELLS for k in CELLS[name].SHAPES]


def call(run, direction):
    """Call forward or backward with steps that were right: parameters are looked at on both ways."""
    good = Run("lstm" if run.cell is lstm else "rnn")
    steps = good.forward()[1]
    if direction == "forward":
        return lambda: run.cell.forward(run.params, run.X, run.state)
    return lambda: run.cell.backward(run.params, run.dhs, steps)


directions = pytest.mark.parametrize("direction", ["forward", "backward"])


@directions
@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_each_wrong_parameter_is_refused_by_its_name(name, entry, direction):
    for value, error, message in (WRONG_WEIGHT if entry[0] == "W" else WRONG_BIAS).values():
        run = Run(name)
        run.params[entry] = value
        refused(call(run, direction), error, rf"^params\['{entry}'\] {message}")


@directions
@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_each_missing_parameter_is_named(name, entry, direction):
    run = Run(name)
    del run.params[entry]
    every = re.escape(", ".join(run.cell.SHAPES))
    refused(call(run, direction), ValueError, rf"^params has no {entry}; got .*; want {every}")


@both
@directions
@pytest.mark.parametrize("params", [None, [1], "W", np.zeros((3, 5))])
def test_parameters_that_are_no_dict_are_refused(name, direction, params):
    run = Run(name)
    run.params = params
    refused(
        call(run, direction), TypeError, rf"^params is {re.escape(validation.kind_of(params))}; want a dict with W"
    )


@both
def test_parameters_of_another_size_than_the_steps_are_refused(name):
    run = Run(name)
    run.params = CELLS[name].init_params(D, H + 1, np.random.default_rng(0))
    refused(call(run, "backward"), ValueError, r"^params\['W_.'\] has shape \(4, 6\); want .* = \(3, 5\)")


@both
def test_a_float32_gradient_does_not_slip_into_float64_steps(name):
    run, single = Run(name), Run(name, dtype=np.float32)
    steps = run.forward()[1]
    refused(
        lambda: run.cell.backward(single.params, run.dhs, steps),
        TypeError,
        r"^params\['W_.'\] is float32; want float64",
    )
    refused(
        lambda: run.cell.backward(run.params, single.dhs, steps), TypeError, r"^dhs is float32; want float64 like"
    )
    refused(
        lambda: run.cell.backward(run.params, run.dhs, steps, single.dstate),
        TypeError,
        r"^dstate \(dh_T\) is float32",
    )
    refused(
        lambda: run.cell.forward(run.params, run.X, single.state), TypeError, r"^state \(h_0\) is float32; want"
    )


WRONG_STATE = {
    "one sequence": (np.zeros((H, 1)), ValueError, r"has shape \(3, 1\); want \(H, B\) = \(3, 4\)"),
    "another batch": (np.zeros((H, B + 1)), ValueError, r"has shape \(3, 5\); want \(H, B\) = \(3, 4\)"),
    "transposed": (np.zeros((B, H)), ValueError, r"has shape \(4, 3\); want \(H, B\) = \(3, 4\)"),
    "(H,)": (np.zeros(H), ValueError, r"has shape \(3,\); want \(H, B\) = \(3, 4\)"),
    "NaN": (np.full((H, B), np.nan), ValueError, r"holds nan at index \(0, 0\); want finite"),
    "text": ("h", TypeError, r"is text .*; want real numbers"),
    "complex": (np.zeros((H, B), complex), TypeError, r"is complex numbers .*; want real numbers"),
}


@both
@pytest.mark.parametrize("wrong", WRONG_STATE)
def test_each_part_of_a_wrong_state_is_refused_by_its_name(name, wrong):
    run, (value, error, message) = Run(name), WRONG_STATE[wrong]
    steps = run.forward()[1]
    for n, part in enumerate(run.states):
        state, letter = list(run.unpack(run.state)), part[0]
        state[n] = value
        state = run.pack(state)
        refused(lambda s=state: run.cell.forward(run.params, run.X, s), error, rf"^state \({part}\) {message}")
        refused(
            lambda s=state: run.cell.backward(run.params, run.dhs, steps, s),
            error,
            rf"^dstate \(d{letter}_T\) {message}",
        )


@pytest.mark.parametrize(
    ("state", "got"),
    [
        (np.zeros((H, B)), r"an ndarray of float64, shape \(3, 4\)"),
        (np.zeros((2, H, B)), r"an ndarray of float64, shape \(2, 3, 4\)"),
        ((np.zeros((H, B)),) * 3, "a tuple of 3"),
        ([np.zeros((H, B))], "a list of 1"),
        ({"h": np.zeros((H, B)), "C": np.zeros((H, B))}, "a dict with h, C"),
        ("hC", "a str"),
    ],
)
def test_the_state_of_an_lstm_is_a_pair(state, got):
    run = Run("lstm")
    steps = run.forward()[1]
    wanted = rf"^state is {got}; want a pair \(h_0, C_0\), each \(H, B\)"
    refused(lambda: lstm.forward(run.params, run.X, state), TypeError, wanted)
    wanted = rf"^dstate is {got}; want a pair \(dh_T, dC_T\), each \(H, B\)"
    refused(lambda: lstm.backward(run.params, run.dhs, steps, state), TypeError, wanted)


def test_half_a_pair_is_no_state():
    run = Run("lstm")
    refused(
        lambda: lstm.forward(run.params, run.X, (run.state[0], None)), TypeError, r"^state \(C_0\) is None; want"
    )


def test_the_state_of_an_rnn_is_no_pair():
    run = Run("rnn")
    wanted = r"^state \(h_0\) has shape \(2, 3, 4\); want \(H, B\) = \(3, 4\)"
    refused(lambda: rnn.forward(run.params, run.X, (run.state, run.state)), ValueError, wanted)


@both
@pytest.mark.parametrize(
    "shape", [(T, H, 1), (T, H), (T, 1, B), (T - 1, H, B), (1, H, B), (T, B, H), (H, B), (T, H, B, 1), ()]
)
def test_gradients_of_another_shape_are_refused(name, shape):
    run = Run(name)
    steps = run.forward()[1]
    wanted = rf"^dhs has shape {re.escape(str(shape))}; want \(T, H, B\) = \(5, 3, 4\)"
    refused(lambda: run.cell.backward(run.params, np.zeros(shape), steps), ValueError, wanted)


@both
@pytest.mark.parametrize(
    ("dhs", "error", "message"),
    [
        (None, TypeError, "is None; want real numbers"),
        ("abc", TypeError, "is text .*; want real numbers"),
        (np.full((T, H, B), np.nan), ValueError, r"holds nan at index \(0, 0, 0\); want finite"),
        (np.zeros((T, H, B), complex), TypeError, "is complex numbers .*; want real numbers"),
    ],
)
def test_gradients_that_are_no_numbers_are_refused(name, dhs, error, message):
    run = Run(name)
    steps = run.forward()[1]
    refused(lambda: run.cell.backward(run.params, dhs, steps), error, f"^dhs {message}")


@both
def test_steps_that_forward_did_not_return_are_refused(name):
    run, other = Run(name), Run("rnn" if name == "lstm" else "lstm")
    steps, foreign = run.forward()[1], other.forward()[1]
    wrong = [
        ([], ValueError, "steps is empty"),
        (None, TypeError, "steps is None"),
        ("abcde", TypeError, "steps is a str"),
        (np.zeros((T, H, B)), TypeError, r"steps is an ndarray of float64, shape \(5, 3, 4\)"),
        (run.cell.stack(steps), TypeError, "steps is a Step"),
        ([1] * T, TypeError, r"steps\[0\] is an int"),
        ([run.X[0]] * T, TypeError, r"steps\[0\] is an ndarray of float64, shape \(2, 4\)"),
        (foreign, TypeError, rf"steps\[0\] is of another kind, {other.cell.__name__}.Step"),
        ([*steps[:-1], None], TypeError, r"steps\[4\] is None"),
        (run.forward(), TypeError, r"steps is a tuple of 2, as \(hs, steps\) from forward"),
        ((run.X[0], run.X[0]), TypeError, r"steps is a tuple of 2, as \(h_T, C_T\) in PyTorch"),
        ((run.X, (run.X[0], run.X[0])), TypeError, r"steps is a tuple of 2, as \(hs, \(h_T, C_T\)\) in PyTorch"),
    ]
    for value, error, message in wrong:
        message = rf"^{message}; want the list of {run.cell.__name__}.Step that forward returned"
        refused(lambda v=value: run.cell.backward(run.params, run.dhs, v), error, message)
        refused(lambda v=value: run.cell.stack(v), error, message)


@both
@pytest.mark.parametrize("letter", ["D", "H"])
def test_sizes_that_are_not_whole_numbers_of_at_least_1_are_refused(name, letter):
    for value, error in [(0, ValueError), (-2, ValueError), (2.5, TypeError), (True, TypeError), ("3", TypeError)]:
        sizes = {"D": D, "H": H} | {letter: value}
        message = rf"^{letter} is {re.escape(repr(value))}.*; want a whole number of at least 1"
        refused(lambda s=sizes: CELLS[name].init_params(**s, rng=np.random.default_rng(0)), error, message)


@both
@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0)])
def test_a_seed_is_no_generator(name, rng):
    message = rf"^rng is .*\({type(rng).__name__}\); want a generator, such as np.random.default_rng"
    refused(lambda: CELLS[name].init_params(D, H, rng), TypeError, message)


@pytest.mark.parametrize(
    ("bias", "error"), [("1", TypeError), (None, TypeError), (np.ones((H, 1)), TypeError), (np.nan, ValueError)]
)
def test_a_forget_bias_that_is_no_number_is_refused(bias, error):
    message = r"^forget_bias is .*; want a (real|finite) number"
    with pytest.raises(error, match=re.compile(message, re.DOTALL)):
        lstm.init_params(D, H, np.random.default_rng(0), forget_bias=bias)


@both
def test_a_mask_is_refused_wherever_numbers_come_in(name):
    run = Run(name)
    steps = run.forward()[1]

    def masked(a):
        return np.ma.masked_greater(a, 0.5)

    refused(
        lambda: run.cell.forward(run.params, masked(run.X)), TypeError, r"^X is a masked array; want one without"
    )
    refused(
        lambda: run.cell.backward(run.params, masked(run.dhs), steps), TypeError, r"^dhs is a masked array; want"
    )
    for n, part in enumerate(run.states):
        state = list(run.unpack(run.state))
        state[n] = masked(state[n])
        state = run.pack(state)
        message = rf"^state \({part}\) is a masked array; want"
        refused(lambda s=state: run.cell.forward(run.params, run.X, s), TypeError, message)
    for entry in run.cell.SHAPES:
        params = run.params | {entry: masked(run.params[entry])}
        message = rf"^params\['{entry}'\] is a masked array; want"
        refused(lambda p=params: run.cell.forward(p, run.X), TypeError, message)


@both
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_numbers_from_files_with_the_other_order_of_bytes_give_the_same(name, dtype):
    run, foreign = Run(name, dtype=dtype), Run(name, dtype=dtype)

    def swapped(a):
        return a.astype(a.dtype.newbyteorder("S"))

    foreign.params = {k: swapped(p) for k, p in run.params.items()}
    foreign.X, foreign.dhs = swapped(run.X), swapped(run.dhs)
    foreign.state = foreign.pack([swapped(c) for c in run.unpack(run.state)])
    foreign.dstate = foreign.pack([swapped(d) for d in run.unpack(run.dstate)])
    hs, steps = foreign.forward()
    assert (hs == run.forward()[0]).all()
    assert hs.dtype == np.dtype(dtype)
    got, wanted = foreign.backward(steps, dstate=foreign.dstate), run.backward(steps, dstate=run.dstate)
    assert all((got[k] == wanted[k]).all() for k in wanted)


@both
def test_step_is_pure_equations_and_takes_complex_numbers(name):
    run = Run(name)
    values = {k: v + 0j for k, v in run.everything().items()}
    real, complex_ = run.loop(run.everything())[0][-1], run.loop(values)[0][-1]
    np.testing.assert_allclose(complex_.h_t, real.h_t, rtol=1e-14)
    assert np.iscomplexobj(complex_.h_t)
    refused(
        lambda: run.cell.forward(values, run.X), TypeError, r"^params\['W_.'\] is complex numbers .*; want real"
    )


def test_sigma_is_what_the_gates_use():
    run = Run("lstm")
    s = run.forward()[1][0]
    for gate, k in (("f_t", "f"), ("i_t", "i"), ("o_t", "o")):
        assert (getattr(s, gate) == sigmoid(run.params[f"W_{k}"] @ s.z_t + run.params[f"b_{k}"])).all()


def test_the_trace_does_not_follow_a_state_that_the_caller_changes_later():
    rng = np.random.default_rng(11)
    params, X = lstm.init_params(2, 3, rng), rng.normal(size=(4, 2, 5))
    h_0, C_0 = rng.normal(size=(2, 3, 5))
    _, steps = lstm.forward(params, X, (h_0, C_0))
    before = [lstm.stack(steps).C_prev.copy(), lstm.stack(steps).z_t.copy()]
    h_0[:], C_0[:], X[:] = 7, 7, 7
    assert np.array_equal(lstm.stack(steps).C_prev, before[0])
    assert np.array_equal(lstm.stack(steps).z_t, before[1])
