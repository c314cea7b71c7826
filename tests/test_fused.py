"""The fast layer is the legible one: same results, same trace, same errors; and two calls share nothing."""

import threading

import numpy as np
import pytest
from test_cells import WRONG_BIAS, WRONG_STATE, WRONG_WEIGHT, WRONG_X, Run

from lstm_lib import data, fused, lstm, model, training, validation
from lstm_lib.functional import mean_squared_error
from lstm_lib.gradcheck import check_gradients

T, D, H, B = 5, 2, 3, 4  # the sizes of test_cells.Run
TOLERANCE = {np.float64: 1e-12, np.float32: 1e-5}
LAYOUTS = {  # the same numbers, laid out in memory in other ways
    "contiguous": lambda a: a,
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "strided": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "backwards": lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "inside a larger one": lambda a: np.pad(a, 1)[tuple(slice(1, -1) for _ in a.shape)],
}


def everything(cell, run, state=True, dstate=True):
    """Return all results of forward and backward under their names, the fields of the trace among them."""
    hs, trace = cell.forward(run.params, run.X, run.state if state else None)
    grads, dX, (dh_0, dC_0) = cell.backward(run.params, run.dhs, trace, run.dstate if dstate else None)
    stacked = lstm.stack(trace) if cell is lstm else trace
    return {"hs": hs, "dX": dX, "dh_0": dh_0, "dC_0": dC_0} | grads | stacked._asdict()


def assert_equal(got, wanted, tolerance):
    """Compare by the largest entry of each array; a sum that cancels keeps the rounding of larger summands."""
    assert list(got) == list(wanted)
    largest = max(np.abs(a).max() for a in wanted.values())
    for k in wanted:
        assert got[k].shape == wanted[k].shape, k
        assert got[k].dtype == wanted[k].dtype, k
        size = max(np.abs(wanted[k]).max(), largest / 10)
        assert np.abs(got[k] - wanted[k]).max() <= tolerance * size, k


def numbers(sizes, seed, dtype):
    """Return a run with weights of the usual size: larger ones make it chaotic, so that rounding grows."""
    run = Run("lstm", sizes, seed, dtype)
    run.params = {k: p / np.sqrt(sizes[2]).astype(dtype) for k, p in run.params.items()}
    return run


def laid_out(run, layout, writeable=True):
    """Lay out all that `run` hands in, and let nobody write to it if so wished."""

    def change(a):
        a = LAYOUTS[layout](a)
        a.flags.writeable = writeable
        return a

    run.params = {k: change(p) for k, p in run.params.items()}
    run.X, run.dhs = change(run.X), change(run.dhs)
    run.state, run.dstate = tuple(map(change, run.state)), tuple(map(change, run.dstate))
    return run


# --- equal to the legible layer ---


@pytest.mark.parametrize("seed", range(300))
def test_it_is_the_legible_layer_at_random_shapes(seed):
    rng = np.random.default_rng(seed)
    sizes = tuple(int(n) for n in np.exp(rng.uniform(0, np.log([60, 20, 40, 40]))))  # T, D, H, B: mostly small
    dtype, layout = [np.float64, np.float32][seed % 2], [*LAYOUTS][seed % 5]
    run = laid_out(numbers(sizes, seed, dtype), layout, writeable=bool(rng.integers(2)))
    has = {"state": bool(rng.integers(2)), "dstate": bool(rng.integers(2))}
    assert_equal(everything(fused, run, **has), everything(lstm, run, **has), TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(
    "sizes",
    [
        (1, 1, 1, 1),  # the smallest
        (400, 1, 2, 1),  # the sums over time are one product
        (70, 2, 16, 64),  # more than one piece of time; the last is shorter; a product for each step
        (33, 40, 64, 33),  # pieces of time, one product for each
        (3, 5, 200, 200),  # one step at a time
    ],
)
def test_it_is_the_legible_layer_on_every_path(sizes, dtype):
    run = numbers(sizes, 7, dtype)
    assert_equal(everything(fused, run), everything(lstm, run), TOLERANCE[dtype])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("writeable", [True, False])
def test_nothing_that_is_handed_in_is_changed_however_it_lies_in_memory(layout, writeable):
    run, same = laid_out(Run("lstm"), layout, writeable), Run("lstm")
    _, trace = fused.forward(run.params, run.X, run.state)
    fields = [field.copy() for field in trace]
    for field in trace:
        field.flags.writeable = False
    fused.backward(run.params, run.dhs, trace, run.dstate)
    for a, b in zip(all_arrays(run), all_arrays(same), strict=True):
        assert (a == b).all()
    assert all((a == b).all() for a, b in zip(trace, fields, strict=True))


def all_arrays(run):
    return [*run.params.values(), run.X, run.dhs, *run.state, *run.dstate]


def test_saturated_gates_are_as_exact_as_in_the_legible_layer():
    run = Run("lstm", (6, D, H, B))
    for scale in (30, 300, 1e6):
        wide = Run("lstm", (6, D, H, B))
        wide.params = {k: scale * p for k, p in run.params.items()}
        assert_equal(everything(fused, wide), everything(lstm, wide), 1e-12)


def test_the_primers_example():
    params, x_t, h_prev, C_prev = data.walkthrough()
    hs, trace = fused.forward(params, x_t[None], (h_prev, C_prev))
    assert abs(hs.item() - 0.60912484309791837220) < 2e-16
    assert abs(trace.C_t.item() - 0.93324885929277575011) < 2e-16


def test_backward_takes_the_stack_of_legible_steps():
    run = Run("lstm", (40, 2, 16, 32))
    _, steps = run.forward()
    got = fused.backward(run.params, run.dhs, lstm.stack(steps), run.dstate)
    wanted = lstm.backward(run.params, run.dhs, steps, run.dstate)
    assert_equal(got[0] | {"dX": got[1]}, wanted[0] | {"dX": wanted[1]}, 1e-12)


def test_the_trace_is_a_stacked_step_and_gives_back_the_final_state():
    run = Run("lstm")
    hs, trace = fused.forward(run.params, run.X, run.state)
    assert type(trace) is lstm.Step
    h_T, C_T = model.final_state(trace)
    assert (h_T == hs[-1]).all()
    assert (trace.C_t[-1] == C_T).all()
    assert trace.z_t.shape == (T, H + D, B)


def test_other_entries_of_the_parameters_are_left_out():
    run = Run("lstm")
    run.params["W_y"] = np.ones((1, H))
    _, trace = fused.forward(run.params, run.X)
    assert list(fused.backward(run.params, run.dhs, trace)[0]) == list(lstm.SHAPES)


def test_lists_are_taken_for_arrays():
    run = Run("lstm")
    hs, trace = fused.forward(run.params, run.X.tolist(), [c.tolist() for c in run.state])
    assert (hs == fused.forward(run.params, run.X, run.state)[0]).all()
    dX = fused.backward(run.params, run.dhs.tolist(), trace)[1]
    assert (dX == fused.backward(run.params, run.dhs, trace)[1]).all()


# --- a loss at the last step of a long sequence ---


def subnormal(a):
    return int(((a != 0) & (np.abs(a) < np.finfo(a.dtype).tiny)).sum())


def far_from_the_loss(T=600, dtype=np.float32, scale=1.0, forget_bias=0.0):
    """Return a layer with parameters as they begin, and gradients that arrive at the last step alone."""
    rng = np.random.default_rng(0)
    params = {k: p.astype(dtype) for k, p in lstm.init_params(2, 16, rng, forget_bias=forget_bias).items()}
    dhs = np.zeros((T, 16, 32), dtype)
    dhs[-1] = scale * rng.normal(size=(16, 32))
    return params, rng.normal(size=(T, 2, 32)).astype(dtype), dhs


@pytest.mark.parametrize("forget_bias", [0.0, 1.0])
def test_hardly_a_number_on_the_way_back_is_subnormal(monkeypatch, forget_bias):
    params, X, dhs = far_from_the_loss(1000, forget_bias=forget_bias)
    _, steps = lstm.forward(params, X)
    _, dX, _ = lstm.backward(params, dhs, steps)
    assert subnormal(dX) > dX.size / 100  # the legible layer keeps them
    work, written = fused._steps_backward, []

    def watched(dot, dhs, factors, dz, dh, dC):
        answer = work(dot, dhs, factors, dz, dh, dC)
        written.append((subnormal(factors) + subnormal(dz), factors.size + dz.size))
        return answer

    monkeypatch.setattr(fused, "_steps_backward", watched)
    fused.backward(params, dhs, lstm.stack(steps))
    found, of = np.sum(written, axis=0)
    assert found < of / 200


@pytest.mark.parametrize("forget_bias", [0.0, 1.0, 3.0])
def test_what_is_taken_for_zero_does_not_change_the_gradients_of_the_weights(monkeypatch, forget_bias):
    params, X, dhs = far_from_the_loss(forget_bias=forget_bias)
    trace = fused.forward(params, X)[1]
    grads, dX, _ = fused.backward(params, dhs, trace)
    monkeypatch.setattr(fused, "_negligible", lambda *gradients: 0)
    exact, exact_dX, _ = fused.backward(params, dhs, trace)
    assert all((grads[k] == exact[k]).all() for k in grads)
    assert np.abs(dX - exact_dX).max() < 1e-23


@pytest.mark.parametrize("power", [-70, -30, 60])
def test_gradients_that_are_small_from_the_beginning_are_not_taken_for_zero(power):
    # times a power of two: every digit must be the same
    small, usual = (fused_gradients(far_from_the_loss(200, scale=2.0**k, forget_bias=5.0)) for k in (power, 0))
    for k in usual:
        assert usual[k].any()
        assert (small[k] == usual[k] * np.float32(2.0**power)).all(), k


def fused_gradients(problem):
    params, X, dhs = problem
    grads, _, (dh_0, dC_0) = fused.backward(params, dhs, fused.forward(params, X)[1])
    return grads | {"dh_0": dh_0, "dC_0": dC_0}


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_a_thousand_steps_of_one_small_sequence_are_the_legible_layer(dtype):
    run = numbers((1000, 1, 4, 1), 3, dtype)
    assert_equal(everything(fused, run), everything(lstm, run), 10 * TOLERANCE[dtype])


# --- gradients and the rest of the library ---


def test_every_gradient_agrees_with_central_differences():
    run = Run("lstm")
    run.cell = fused

    def loss_and_grads(values):
        params = {k: values[k] for k in run.params}
        hs, trace = fused.forward(params, values["X"], (values["h_0"], values["C_0"]))
        h_T, C_T = model.final_state(trace)
        loss = (run.dhs * hs).sum() + (run.dstate[0] * h_T).sum() + (run.dstate[1] * C_T).sum()
        return loss, run.backward(trace, run.dhs, run.dstate)

    errors = check_gradients(loss_and_grads, run.everything())
    assert errors.keys() == run.everything().keys()
    assert max(errors.values()) < 1e-6


def network(seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    params = {k: p.astype(dtype) for k, p in model.init_params(fused, 1, 6, 1, rng, forget_bias=2.0).items()}
    X = rng.normal(size=(12, 1, 7)).astype(dtype)
    return params, X, np.roll(X, 1, axis=0)


def test_it_is_a_cell_for_the_model():
    params, X, Y = network()
    fresh = model.init_params(lstm, 1, 6, 1, np.random.default_rng(0), forget_bias=2.0)
    assert all((params[k] == fresh[k]).all() for k in fresh)
    for function in (
        lambda cell: model.predict(cell, params, X)[0],
        lambda cell: model.generate(cell, params, X, 9),
        lambda cell: model.loss_and_grads(cell, params, X, Y, mean_squared_error)[0],
    ):
        np.testing.assert_allclose(function(fused), function(lstm), rtol=1e-12, atol=1e-14)
    got, wanted = (model.loss_and_grads(cell, params, X, Y, mean_squared_error)[1] for cell in (fused, lstm))
    assert_equal(got, wanted, 1e-12)
    errors = check_gradients(lambda p: model.loss_and_grads(fused, p, X, Y, mean_squared_error), params)
    assert max(errors.values()) < 1e-5


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_training_with_it_takes_the_same_way(dtype):
    trained = {}
    for cell in (fused, lstm):
        params, X, Y = network(dtype=dtype)
        trained[cell] = params

        def loss_and_grads(p, X, Y, cell=cell):
            return model.loss_and_grads(cell, p, X, Y, mean_squared_error)

        training.fit(loss_and_grads, params, [(X, Y)] * 20, training.SGD(0.1), max_norm=1.0, progress=False)
    assert {p.dtype for p in trained[fused].values()} == {np.dtype(dtype)}
    assert_equal(trained[fused], trained[lstm], 100 * TOLERANCE[dtype])


# --- whose arrays these are ---


def test_results_share_no_memory_with_what_was_handed_in_nor_gradients_with_each_other():
    run = Run("lstm")
    hs, trace = fused.forward(run.params, run.X, run.state)
    grads, dX, dstate_0 = fused.backward(run.params, run.dhs, trace, run.dstate)
    results = [hs, *grads.values(), dX, *dstate_0]
    for n, a in enumerate(results):
        assert not any(np.shares_memory(a, b) for b in [*results[:n], *trace, *all_arrays(run)])
    assert not any(np.shares_memory(a, b) for a in trace for b in all_arrays(run))
    assert all(a.base is None for a in results)  # none is a window that keeps a larger array alive


def test_the_tapes_start_at_a_cache_line():
    run = Run("lstm")
    traces = [fused.forward(run.params, run.X)[1] for _ in range(20)]
    assert {trace.z_t.ctypes.data % 64 for trace in traces} == {0}
    assert {trace.C_prev.ctypes.data % 64 for trace in traces} == {0}


def test_a_second_call_leaves_the_results_of_the_first_alone():
    first, second = Run("lstm", (40, 2, 16, 32), 0), Run("lstm", (40, 2, 16, 32), 1)
    results = everything(fused, first)
    before = {k: a.copy() for k, a in results.items()}
    everything(fused, second)
    assert all((results[k] == before[k]).all() for k in before)
    again = everything(fused, first)
    assert all((again[k] == before[k]).all() for k in before)


def test_whoever_changes_hs_does_not_change_the_gradients():
    run = Run("lstm")
    wanted = everything(fused, run)["W_o"]
    hs, trace = fused.forward(run.params, run.X, run.state)
    hs[:] = 7
    assert (fused.backward(run.params, run.dhs, trace, run.dstate)[0]["W_o"] == wanted).all()


def test_two_threads_at_once_do_not_meet():
    runs = [Run("lstm", (60, 2, 16, 24), seed) for seed in range(4)]
    wanted = [everything(fused, run) for run in runs]
    same = []
    start = threading.Barrier(len(runs))

    def work(run, result):
        start.wait()
        for _ in range(15):
            got = everything(fused, run)
            same.append(all(np.array_equal(got[k], result[k]) for k in result))

    threads = [threading.Thread(target=work, args=pair) for pair in zip(runs, wanted, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert same == [True] * 60


def test_the_setting_of_numpys_buffer_is_left_as_it_was_found(monkeypatch):
    run, usual = Run("lstm"), np.getbufsize()
    _, trace = fused.forward(run.params, run.X)
    try:
        np.setbufsize(4096)
        fused.backward(run.params, run.dhs, trace)
        assert np.getbufsize() == 4096
        monkeypatch.setattr(fused, "_slopes", lambda *arrays: [][0])
        with pytest.raises(IndexError):
            fused.backward(run.params, run.dhs, trace)
        assert np.getbufsize() == 4096
    finally:
        np.setbufsize(usual)


# --- wrong input: the same errors with the same words ---


def refused(call):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    return caught.type, str(caught.value)


def assert_refused_alike(change):
    """Both layers must say the same of what `change` did to a run, forward and backward, and not nothing."""
    good, bad = Run("lstm"), Run("lstm")
    change(bad)
    _, steps = good.forward()
    said = {}
    for cell, trace in ((lstm, steps), (fused, lstm.stack(steps))):
        said[cell] = []
        for call in (
            lambda cell=cell: cell.forward(bad.params, bad.X, bad.state),
            lambda cell=cell, trace=trace: cell.backward(bad.params, bad.dhs, trace, bad.dstate),
        ):
            try:
                call()
            except (TypeError, ValueError) as error:
                said[cell].append((type(error), str(error)))
    assert said[fused] == said[lstm]
    assert said[lstm]


@pytest.mark.parametrize("wrong", WRONG_X)
def test_a_wrong_X_is_refused_alike(wrong):
    assert_refused_alike(lambda run: setattr(run, "X", WRONG_X[wrong][0](run.X)))


@pytest.mark.parametrize("wrong", WRONG_X)
def test_wrong_gradients_are_refused_alike(wrong):
    assert_refused_alike(lambda run: setattr(run, "dhs", WRONG_X[wrong][0](run.dhs)))


@pytest.mark.parametrize("entry", lstm.SHAPES)
def test_wrong_parameters_are_refused_alike(entry):
    for value, *_ in (WRONG_WEIGHT if entry[0] == "W" else WRONG_BIAS).values():
        assert_refused_alike(lambda run, v=value: run.params.update({entry: v}))
    assert_refused_alike(lambda run: run.params.pop(entry))
    assert_refused_alike(lambda run: setattr(run, "params", None))
    assert_refused_alike(lambda run: setattr(run, "params", lstm.init_params(D, H + 1, np.random.default_rng(0))))


@pytest.mark.parametrize("which", ["state", "dstate"])
@pytest.mark.parametrize("wrong", WRONG_STATE)
def test_wrong_states_are_refused_alike(which, wrong):
    value = WRONG_STATE[wrong][0]
    for pair in ((value, np.zeros((H, B))), (np.zeros((H, B)), value), value, (value,), "hC"):
        assert_refused_alike(lambda run, pair=pair: setattr(run, which, pair))


def test_a_trace_that_forward_did_not_return_is_refused():
    run, other = Run("lstm"), Run("rnn")
    _, steps = run.forward()
    for value in (steps, [], None, "abc", run.X, steps[0], other.cell.stack(other.forward()[1]), tuple(steps)):
        kind, said = refused(lambda v=value: fused.backward(run.params, run.dhs, v))
        assert kind is TypeError
        wanted = "want the stacked lstm_lib.lstm.Step that forward returned"
        assert said == f"trace is {validation.kind_of(value)}; {wanted}"


def test_float32_stays_float32_everywhere():
    run = Run("lstm", dtype=np.float32)
    for has in ({}, {"state": False, "dstate": False}):
        assert {a.dtype for a in everything(fused, run, **has).values()} == {np.dtype(np.float32)}
