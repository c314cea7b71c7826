"""What the layers cost, side by side: run by ``make bench``, not by ``make test``.

Every layer gets the same numbers in the same process and must first agree with the legible one. One round is
forward and backward: the gradients of all weights and biases, dX, dh_0 and dC_0. The layers take turns, three
times over, and the fastest round counts: what else the machine does can only add time.
"""

import csv
import functools
import importlib.util
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from lstm_lib import fused, lstm

SHAPES = [
    (50, 1, 1, 16),
    (50, 32, 1, 32),
    (100, 32, 2, 32),
    (100, 32, 1, 64),
    (100, 64, 64, 128),
    (50, 64, 256, 256),
]
LONG = (600, 32, 2, 64)
DTYPES = ["float64", "float32"]
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
TURNS = range(3)
SWEEPS = {"T": [25, 50, 100, 200, 400], "B": [1, 4, 16, 64, 256], "H": [8, 16, 32, 64, 128, 256]}
MIDDLE = {"T": 100, "B": 32, "D": 2, "H": 32}
PARTS = ["forward", "forward + backward"]
THREADS = os.environ.get("OPENBLAS_NUM_THREADS", "all")
BUILD = Path(__file__).parent.parent / "_build"


@functools.cache
def numbers(shape, dtype):
    """Return params, X, dhs, state, dstate: of the usual size, and the same for every layer."""
    T, B, D, H = shape
    rng = np.random.default_rng(0)
    params = {k: p.astype(dtype) for k, p in lstm.init_params(D, H, rng).items()}
    X, dhs, *pairs = (rng.normal(size=size).astype(dtype) for size in [(T, D, B), (T, H, B), *[(H, B)] * 4])
    return params, X, dhs, tuple(pairs[:2]), tuple(pairs[2:])


# --- the layers: from the numbers, a function that does one round and one that names its results ---


def of_the_course(cell, params, X, dhs, state, dstate):
    def a_round():
        return cell.backward(params, dhs, cell.forward(params, X, state)[1], dstate)

    return a_round, lambda result: result[0] | {"X": result[1]} | dict(zip("hC", result[2], strict=True))


def rows(params, order):
    """Return W_x of shape (D, 4H), W_h of shape (H, 4H) and b of shape (4H,): the layout of most other code."""
    W = np.concatenate([params[f"W_{k}"] for k in order])
    H = len(params["b_f"])
    b = np.concatenate([params[f"b_{k}"][:, 0] for k in order])
    return np.ascontiguousarray(W[:, H:].T), np.ascontiguousarray(W[:, :H].T), b


def named(order, dW_x, dW_h, db, dX, dh_0, dC_0):
    """Undo `rows`, for gradients: from (B, ·) to (·, B), and from one matrix to eight."""
    dW = np.split(np.concatenate([dW_h, dW_x]).T, 4)
    grads = {f"W_{k}": g for k, g in zip(order, dW, strict=True)}
    grads |= {f"b_{k}": g[:, None] for k, g in zip(order, np.split(np.asarray(db), 4), strict=True)}
    return grads | {"X": np.swapaxes(dX, 1, 2), "h": np.transpose(dh_0), "C": np.transpose(dC_0)}


def by_rows(params, X, dhs, state, dstate):
    """Re-express the layer of many course notes (CS231n, numpy-ml): rows, one product a step, dW step by step."""
    W_x, W_h, b = rows(params, "ifoC")
    W, X, dhs = np.concatenate([W_h, W_x]), X.swapaxes(1, 2).copy(), dhs.swapaxes(1, 2).copy()
    (h_0, C_0), (dh_T, dC_T), H = (s.T.copy() for s in state), (d.T.copy() for d in dstate), len(W_h)

    def a_round():
        h, C, steps = h_0, C_0, []
        for x in X:
            z = np.hstack([h, x])
            a = z @ W + b
            i, f, o = np.split(1 / (1 + np.exp(-a[:, : 3 * H])), 3, axis=1)
            g = np.tanh(a[:, 3 * H :])
            C_prev, C = C, f * C + i * g
            tanh_C = np.tanh(C)
            h = o * tanh_C
            steps.append((z, i, f, o, g, C_prev, tanh_C))
        dh, dC, dW, db, dX = dh_T, dC_T, np.zeros_like(W), np.zeros_like(b), np.empty_like(X)
        for t in range(len(X) - 1, -1, -1):
            z, i, f, o, g, C_prev, tanh_C = steps[t]
            dh = dh + dhs[t]
            dC = dC + dh * o * (1 - tanh_C**2)
            da = [dC * g * i * (1 - i), dC * C_prev * f * (1 - f), dh * tanh_C * o * (1 - o), dC * i * (1 - g**2)]
            da = np.hstack(da)
            dz = da @ W.T
            dW += z.T @ da
            db += da.sum(axis=0)
            dh, dX[t], dC = dz[:, :H], dz[:, H:], dC * f
        return dW[H:], dW[:H], db, dX, dh, dC

    return a_round, lambda result: named("ifoC", *result)


def pytorch(params, X, dhs, state, dstate):
    import torch

    if THREADS != "all":
        torch.set_num_threads(int(THREADS))
    tensor = lambda a: torch.tensor(np.ascontiguousarray(a))  # noqa: E731
    W_x, W_h, b = rows(params, "ifCo")
    layer = torch.nn.LSTM(len(W_x), len(W_h), dtype=tensor(X).dtype)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(tensor(W_x.T)), layer.weight_hh_l0.copy_(tensor(W_h.T))
        layer.bias_ih_l0.copy_(tensor(b)), layer.bias_hh_l0.zero_()
    x = tensor(X.swapaxes(1, 2)).requires_grad_()
    h_0, C_0 = (tensor(s.T)[None].requires_grad_() for s in state)
    above = [tensor(dhs.swapaxes(1, 2)), *(tensor(d.T)[None] for d in dstate)]
    wanted = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, x, h_0, C_0]

    def a_round():
        hs, last = layer(x, (h_0, C_0))
        return torch.autograd.grad([hs, *last], wanted, above)

    def unpack(result):
        dW_x, dW_h, db, dX, dh_0, dC_0 = (g.numpy() for g in result)
        return named("ifCo", dW_x.T, dW_h.T, db, dX, dh_0[0], dC_0[0])

    return a_round, unpack


def jax_scan(params, X, dhs, state, dstate):
    import jax

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def run(W_x, W_h, b, X, h_0, C_0):
        def step(carry, x):
            h, C = carry
            i, f, o, g = jnp.split(x @ W_x + h @ W_h + b, 4, axis=1)
            C = jax.nn.sigmoid(f) * C + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(C)
            return (h, C), h

        last, hs = jax.lax.scan(step, (h_0, C_0), X)
        return hs, last

    @jax.jit
    def gradients(arguments, above):
        return jax.vjp(run, *arguments)[1](above)

    arguments = [*rows(params, "ifoC"), X.swapaxes(1, 2), *(s.T for s in state)]
    arguments = [jnp.asarray(a) for a in arguments]
    above = jnp.asarray(dhs.swapaxes(1, 2)), tuple(jnp.asarray(d.T) for d in dstate)
    return lambda: jax.block_until_ready(gradients(arguments, above)), lambda result: named(
        "ifoC", *map(np.asarray, result)
    )


LAYERS = {
    "legible": functools.partial(of_the_course, lstm),
    "fused": functools.partial(of_the_course, fused),
    "by rows": by_rows,
    "PyTorch": pytorch,
    "JAX": jax_scan,
}
PACKAGES = {"PyTorch": "torch", "JAX": "jax"}


def is_installed(layer):
    return layer not in PACKAGES or importlib.util.find_spec(PACKAGES[layer]) is not None


@functools.cache
def prepared(layer, shape, dtype):
    """Return one round of a layer, after it has agreed with the legible one."""
    a_round, unpack = LAYERS[layer](*numbers(shape, dtype))
    reference, name_them = LAYERS["legible"](*numbers(shape, dtype))
    got, wanted = unpack(a_round()), name_them(reference())
    assert got.keys() == wanted.keys()
    largest = max(np.abs(g).max() for g in wanted.values())
    for k in wanted:
        assert np.abs(got[k] - wanted[k]).max() <= TOLERANCE[dtype] * max(np.abs(wanted[k]).max(), largest / 10), k
    return a_round


# --- the measurements ---


@pytest.fixture(scope="module")
def book(request):
    """Collect the fastest round of everything, and write it up at the end."""
    fastest = {}
    yield fastest
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n\n" + "\n\n".join(write_up(fastest)))


def note(book, benchmark, *key):
    if benchmark.stats is not None:  # None under --benchmark-disable
        book[key] = min(book.get(key, np.inf), benchmark.stats.stats.min)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_round_of(layer, turn, dtype, shape, benchmark, book):
    if not is_installed(layer):
        pytest.skip(f"{layer} is not installed")
    benchmark(prepared(layer, shape, dtype))
    note(book, benchmark, "round", shape, dtype, layer)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("layer", ["legible", "fused"])
@pytest.mark.parametrize(("letter", "size"), [(k, n) for k, sizes in SWEEPS.items() for n in sizes])
def test_cost_against(letter, size, layer, part, benchmark, book):
    shape = tuple((MIDDLE | {letter: size}).values())
    params, X, _, state, _ = numbers(shape, "float64")
    cell = {"legible": lstm, "fused": fused}[layer]
    benchmark(prepared(layer, shape, "float64") if part == PARTS[1] else lambda: cell.forward(params, X, state))
    note(book, benchmark, "cost", letter, size, layer, part)
    book["bytes", letter, size, layer] = bytes_of_the_trace(cell, params, X, state)


def bytes_of_the_trace(cell, params, X, state):
    tracemalloc.start()
    hs, trace = cell.forward(params, X, state)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken - hs.nbytes if trace else None


@pytest.mark.parametrize("where", ["everywhere", "at the last step"])
@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_loss(where, turn, dtype, benchmark, book):
    params, X, dhs, state, _ = numbers(LONG, dtype)
    if where == "at the last step":  # what is left of it after some hundred steps is a subnormal number, or zero
        dhs = np.where(np.arange(len(dhs))[:, None, None] == len(dhs) - 1, dhs, np.zeros_like(dhs))
    benchmark(of_the_course(fused, params, X, dhs, state, None)[0])
    note(book, benchmark, "loss", dtype, where)


@pytest.mark.parametrize("what", ["layer", "products"])
@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_share_of_the_matrix_products(what, turn, dtype, benchmark, book):
    shape = SHAPES[-1]
    benchmark(prepared("fused", shape, dtype) if what == "layer" else products(shape, dtype))
    note(book, benchmark, "share", dtype, what)


def products(shape, dtype):
    """Return the matrix products of one round of the fused layer at H = 256, B = 64, and nothing else."""
    T, B, D, H = shape
    n = max(2**17 // (H * B * np.dtype(dtype).itemsize), 256 // B, 1)  # as in fused
    sizes = [(4 * H, H + D + 1), (H + D, 4 * H), (H + D + 1, B), (4 * H, n * B), (n * B, H + D + 1)]
    W, W_T, z, da, z_T = (np.full(size, 0.1, dtype) for size in sizes)
    a, dz = np.full((4 * H, B), 0.1, dtype), np.empty((H + D, B), dtype)

    def a_round():
        for _ in range(T):
            W.dot(z, a)
        for _ in range(T):
            W_T.dot(a, dz)
        for _ in range(0, T, n):
            da @ z_T

    return a_round


# --- the report ---


def write_up(book):
    BUILD.mkdir(exist_ok=True)
    tables = [table_of(book, dtype) for dtype in DTYPES] + [share_of(book), last_step_of(book)]
    (BUILD / f"bench-threads-{THREADS}.md").write_text("\n\n".join(tables) + "\n", encoding="utf-8")
    with open(BUILD / f"bench-threads-{THREADS}.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([*map(str, key), value] for key, value in book.items())
    figure_of(book).savefig(BUILD / f"bench-threads-{THREADS}.png", dpi=120)
    return [*tables, f"written to {BUILD.name}/bench-threads-{THREADS}.md, .csv and .png"]


def table_of(book, dtype):
    """Return ms of each layer at each shape, and how many times as long as the fused one it takes."""
    layers = [k for k in LAYERS if any(("round", shape, dtype, k) in book for shape in SHAPES)]
    missing = [f"{k}: not installed" for k in LAYERS if not is_installed(k)]
    lines = [f"{dtype}, threads: {THREADS}; ms (times the fused layer) {'; '.join(missing)}", ""]
    lines += [f"| T, B, D, H | {' | '.join(layers)} |", "|---" * (len(layers) + 1) + "|"]
    ratios = {k: [] for k in layers}
    for shape in SHAPES:
        ms = {k: 1e3 * book.get(("round", shape, dtype, k), np.nan) for k in layers}
        for k in layers:
            ratios[k].append(ms[k] / ms.get("fused", np.nan))
        cells = [f"{ms[k]:.2f} ({ratios[k][-1]:.2f})" for k in layers]
        lines.append(f"| {', '.join(map(str, shape))} | {' | '.join(cells)} |")
    means = [f"({np.exp(np.mean(np.log(ratios[k]))):.2f})" for k in layers]
    return "\n".join([*lines, f"| geometric mean | {' | '.join(means)} |"])


def share_of(book):
    lines = []
    for dtype in DTYPES:
        layer, inside = (book.get(("share", dtype, what), np.nan) for what in ("layer", "products"))
        lines.append(f"{dtype}: {100 * inside / layer:.0f} % of {1e3 * layer:.0f} ms")
    return f"matrix products at T, B, D, H = {SHAPES[-1]}: " + "; ".join(lines)


def last_step_of(book):
    lines = []
    for dtype in DTYPES:
        everywhere, last = (book.get(("loss", dtype, k), np.nan) for k in ("everywhere", "at the last step"))
        lines.append(f"{dtype}: {last / everywhere:.2f}")
    return f"a loss at the last step only, times a loss everywhere, at T, B, D, H = {LONG}: " + "; ".join(lines)


def figure_of(book):
    figure = Figure(figsize=(10, 9), layout="constrained")
    for row, what in zip(figure.subplots(3, 3, sharey="row"), [*PARTS, "trace"], strict=True):
        for axes, letter in zip(row, SWEEPS, strict=True):
            for layer, style in (("legible", "o--"), ("fused", "s-")):
                keys = [("cost", letter, n, layer, what) for n in SWEEPS[letter]]
                if what == "trace":
                    keys = [("bytes", letter, n, layer) for n in SWEEPS[letter]]
                scale = 1e-6 if what == "trace" else 1e3
                axes.loglog(SWEEPS[letter], [scale * book.get(k, np.nan) for k in keys], style, label=layer)
            axes.set_xticks(SWEEPS[letter], SWEEPS[letter])
            axes.minorticks_off()
            rest = ", ".join(f"{k} = {n}" for k, n in MIDDLE.items() if k != letter)
            axes.set(xlabel=f"{letter}   ({rest})", ylabel="MB" if what == "trace" else "ms", title=what)
            axes.legend()
    return figure
