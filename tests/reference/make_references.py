# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "equinox==0.13.8",
#     "flax==0.12.8",
#     "jax==0.10.2",
#     "keras==3.15.1",
#     "numpy==2.4.6",
#     "onnx==1.23.2",
#     "tensorflow==2.21.0",
#     "torch==2.13.0",
# ]
# ///
"""Make the reference files beside this script: what the frameworks say an LSTM and a plain RNN compute.

Run it with ``uv run tests/reference/make_references.py``, or install the packages listed above and type
``python tests/reference/make_references.py``. The tests need only the files, none of these packages.

There are two kinds of files. Those in the folder ``layouts`` hold what each framework computes from arrays of its
own, under its own names (``frameworks.py``). For the others PyTorch, Flax and Keras get the same inputs, run
forward and backward in float64 on the CPU, and their own automatic differentiation (torch.autograd, jax.grad,
tf.GradientTape) gives the gradients of one loss:

    L = Σ dhs · hs + Σ dh_T · h_T + Σ dC_T · C_T

These are in the form of ``lstm_lib``: X (T, D, B), states (H, B), W (H, H+D) on [h, x] with h on top and b (H, 1).
``lstm_lib.rosetta`` turns one form into the other, and no more of ``lstm_lib`` is used here: a mistake of a cell
cannot creep into its own reference. A mistake of ``rosetta`` cannot hide, either: three conversions have to give
one answer, and the files in ``layouts`` know nothing of it. The same versions on the same kind of machine write
the same bytes; elsewhere the last digit of a number may differ.
"""

import importlib.metadata
import itertools
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # so that `uv run`, in an environment of its own, finds lstm_lib

from frameworks import FRAMEWORKS, rows  # noqa: E402

from lstm_lib.rosetta import LAYOUTS, Layout, from_, to  # noqa: E402

# The frameworks are imported where they are used: pytest looks for doctests in every module under
# tests, so this one must be importable where only NumPy is installed.

SEED = 1997
SIZES = ({"T": 5, "D": 3, "H": 4, "B": 2}, {"T": 7, "D": 2, "H": 3, "B": 5})  # T > 1, no two sizes equal
GATES = {"lstm": "fiCo", "rnn": "h"}
STACKS = {"torch": {"layers": 2, "both": True}, "onnx": {"both": True}}  # all that a framework keeps in one place


def main():
    for cell, sizes in itertools.product(GATES, SIZES):
        inputs = draw_inputs(cell, **sizes)
        results = {name: run(cell, inputs) for name, run in RUNS.items()}
        check_that_they_agree(results)
        for name, run in RUNS.items():
            check_that_a_swap_shows(run, cell, inputs, results[name])
            head = {"framework": name, "versions": versions(name), "cell": cell, "seed": SEED, "sizes": sizes}
            file = f"{name}_{cell}_{'_'.join(f'{k}{n}' for k, n in sizes.items())}.json"
            write(HERE / file, head | inputs | results[name])
    for name in FRAMEWORKS:
        write(HERE / "layouts" / f"{name}.json", draw_layout(name, **SIZES[0]))


def versions(name):
    return {p: importlib.metadata.version(p).split("+")[0] for p in FRAMEWORKS[name].packages}


def write(file, tree):
    file.parent.mkdir(exist_ok=True)
    file.write_text(as_text(tree), encoding="utf-8", newline="\n")
    print(f"{file.relative_to(HERE)}: {file.stat().st_size} bytes")


def draw_layout(name, T, D, H, B):
    """Return a framework's own arrays, filled with random numbers, and the hidden states that it computes."""
    rng = np.random.default_rng([SEED, *name.encode()])
    options = STACKS.get(name, {})
    shapes, forward = FRAMEWORKS[name].make(D, H, **options)
    arrays = {array: rng.uniform(-1, 1, shape) for array, shape in shapes.items()}
    L = options.get("layers", 1) * (1 + options.get("both", False))
    inputs = {"X": rng.standard_normal((T, D, B))}
    inputs |= {state: rng.standard_normal((L, H, B)) for state in ("h_0", "C_0")}
    hs = forward(arrays, **inputs)
    assert hs.dtype == np.float64
    head = {"layout": name, "versions": versions(name), "seed": SEED, "sizes": {"T": T, "D": D, "H": H, "B": B}}
    return head | options | {"arrays": arrays} | inputs | {"hs": hs}


def draw_inputs(cell, T, D, H, B):
    """Return what goes in, in the form of lstm_lib: no two numbers equal, no state zero, no gradient zero."""
    rng = np.random.default_rng([SEED, T, D, H, B])
    params = {f"W_{k}": rng.uniform(-1, 1, (H, H + D)) for k in GATES[cell]}
    params |= {f"b_{k}": rng.uniform(-1, 1, (H, 1)) for k in GATES[cell]}
    shapes = {"X": (T, D, B), "h_0": (H, B), "C_0": (H, B), "dhs": (T, H, B), "dh_T": (H, B), "dC_T": (H, B)}
    if cell == "rnn":  # it has no C
        del shapes["C_0"], shapes["dC_T"]
    return {"params": params} | {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def rows_of(inputs):
    """Return X, the initial state and the upstream gradients as the frameworks like them, one row a sequence."""
    state = {name: rows(inputs[name]) for name in ("h_0", "C_0") if name in inputs}
    upstream = {name: rows(inputs[f"d{name}"]) for name in ("hs", "h_T", "C_T") if f"d{name}" in inputs}
    return rows(inputs["X"]), state, upstream


def loss(outputs, upstream, total):
    """Return L. `total` is the framework's own sum over all elements."""
    return sum(total(outputs[name] * upstream[name]) for name in upstream)


def results_of(inputs, outputs, grads, dX, dstate):
    """Return what came out, in the form of lstm_lib. h_T is the last of hs, so it is not said twice."""
    arrays = {name: rows(outputs[name]) for name in ("hs", "Cs", "C_T") if name in outputs}
    arrays |= {"dX": rows(dX)} | {f"d{name}": rows(dstate[name]) for name in ("h_0", "C_0") if name in dstate}
    assert all(a.dtype == np.float64 for a in (*arrays.values(), *grads.values()))
    return arrays | {"grads": {name: grads[name] for name in inputs["params"]}}


# A plain RNN is stored as an LSTM with one gate; only Flax's has its bias at x.
RNN = {
    "torch": LAYOUTS["torch"]._replace(order="h"),
    "keras": LAYOUTS["keras"]._replace(order="h"),
    "flax": Layout("h", {"x": "i.kernel", "h": "h.kernel"}, ("i.bias",), columns=True),
}


def layout(name, cell):
    return LAYOUTS[name] if cell == "lstm" else RNN[name]


# --- PyTorch ---
# Two biases, which are added: b = bias_ih + bias_hh. So each of them has the gradient of b.


def to_torch(params, cell):
    arrays = to(layout("torch", cell), params)
    half = arrays["bias_ih_l0"] / 2  # exact in floating point, so the two halves add up to b to the last digit
    return arrays | {"bias_ih_l0": half, "bias_hh_l0": half}


def from_torch(grads, cell):
    # the same sum over batch and time, but not always added up in the same order: equal but for the last digit
    np.testing.assert_allclose(grads["bias_ih_l0"], grads["bias_hh_l0"], rtol=1e-13, atol=1e-14)
    return from_(layout("torch", cell), grads | {"bias_hh_l0": 0 * grads["bias_hh_l0"]})


def run_torch(cell, inputs):
    import torch

    def leaf(a):
        return torch.tensor(a, dtype=torch.float64, requires_grad=True)

    X, state, upstream = rows_of(inputs)
    D, H = X.shape[-1], state["h_0"].shape[-1]
    net = {"lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}[cell](D, H, dtype=torch.float64)
    net.load_state_dict({name: torch.tensor(w) for name, w in to_torch(inputs["params"], cell).items()})

    X, state = leaf(X), {name: leaf(s) for name, s in state.items()}
    first = tuple(s[None] for s in state.values())  # the leading axis counts layers: there is one
    hs, last = net(X, first if cell == "lstm" else first[0])
    last = last if cell == "lstm" else (last,)
    outputs = {"hs": hs} | {name: s[0] for name, s in zip(("h_T", "C_T"), last, strict=False)}
    loss(outputs, {name: torch.tensor(d) for name, d in upstream.items()}, torch.sum).backward()

    outputs = {name: a.detach().numpy() for name, a in outputs.items()}
    grads = from_torch({name: w.grad.numpy() for name, w in net.named_parameters()}, cell)
    return results_of(inputs, outputs, grads, X.grad.numpy(), {name: s.grad.numpy() for name, s in state.items()})


# --- Flax ---
# The state is (C, h), C first.


def run_flax(cell, inputs):
    import jax

    jax.config.update("jax_enable_x64", True)  # or JAX computes in float32, whatever goes in
    import flax.linen
    from flax.traverse_util import flatten_dict, unflatten_dict

    X, state, upstream = rows_of(inputs)
    kind = {"lstm": flax.linen.OptimizedLSTMCell, "rnn": flax.linen.SimpleCell}[cell]
    flax_cell = kind(len(inputs["h_0"]), param_dtype=np.float64)

    def lstm(weights, X, state):
        def one_step(carry, x_t):
            (C_t, h_t), _ = flax_cell.apply({"params": weights}, carry, x_t)
            return (C_t, h_t), (C_t, h_t)

        (C_T, h_T), (Cs, hs) = jax.lax.scan(one_step, (state["C_0"], state["h_0"]), X)
        return {"hs": hs, "h_T": h_T, "Cs": Cs, "C_T": C_T}

    def rnn(weights, X, state):
        h_T, hs = jax.lax.scan(lambda h, x_t: flax_cell.apply({"params": weights}, h, x_t), state["h_0"], X)
        return {"hs": hs, "h_T": h_T}

    def loss_and_outputs(weights, X, state):
        outputs = {"lstm": lstm, "rnn": rnn}[cell](weights, X, state)
        return loss(outputs, upstream, jax.numpy.sum), outputs

    gradient = jax.grad(loss_and_outputs, argnums=(0, 1, 2), has_aux=True)
    weights = unflatten_dict(to(layout("flax", cell), inputs["params"]), sep=".")
    (dweights, dX, dstate), outputs = jax.tree.map(np.asarray, gradient(weights, X, state))
    grads = from_(layout("flax", cell), flatten_dict(dweights, sep="."))
    return results_of(inputs, outputs, grads, dX, dstate)


# --- Keras ---
# The batch comes before time: X (B, T, D). The state is [h, C], h first.


def run_keras(cell, inputs):
    # oneDNN may add up in another order from machine to machine; level 3 keeps TensorFlow's start-up notes away
    os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}
    import keras
    import tensorflow as tf

    keras.config.set_floatx("float64")
    X, state, upstream = rows_of(inputs)
    X, state = tf.constant(X.swapaxes(0, 1)), {name: tf.constant(s) for name, s in state.items()}
    kind = {"lstm": keras.layers.LSTM, "rnn": keras.layers.SimpleRNN}[cell]
    layer = kind(len(inputs["h_0"]), return_sequences=True, return_state=True)
    layer.build(X.shape)
    arrays = to(layout("keras", cell), inputs["params"])
    layer.set_weights(list(arrays.values()))

    with tf.GradientTape() as tape:
        tape.watch([X, state])
        hs, *last = layer(X, initial_state=[state[name] for name in ("h_0", "C_0") if name in state])
        outputs = {"hs": tf.transpose(hs, (1, 0, 2))} | dict(zip(("h_T", "C_T"), last, strict=False))
        L = loss(outputs, upstream, tf.reduce_sum)
    dweights, dX, dstate = tf.nest.map_structure(
        lambda gradient: gradient.numpy(), tape.gradient(L, (list(layer.trainable_variables), X, state))
    )

    outputs = {name: a.numpy() for name, a in outputs.items()}
    grads = from_(layout("keras", cell), dict(zip(arrays, dweights, strict=True)))
    return results_of(inputs, outputs, grads, dX.swapaxes(0, 1), dstate)


RUNS = {"torch": run_torch, "flax": run_flax, "keras": run_keras}


# --- Checks, and writing ---


def distance(a, b):
    return max(np.abs(a[name] - b[name]).max() for name in a.keys() & b.keys())


def check_that_they_agree(results):
    """Assert that the frameworks give one answer: a wrong conversion of any one of them would stand alone."""
    for a, b in itertools.combinations(results, 2):
        one, other = results[a], results[b]
        assert one["grads"].keys() == other["grads"].keys()
        assert distance(one["grads"], other["grads"]) < 1e-12, f"{a} and {b} differ in a gradient"
        flat, also_flat = ({k: v for k, v in r.items() if k != "grads"} for r in (one, other))
        assert distance(flat, also_flat) < 1e-12, f"{a} and {b} differ"


def check_that_a_swap_shows(run, cell, inputs, results):
    """Assert that each two gates, exchanged on the way in, change the way out: no conversion is blind to order."""
    for a, b in itertools.combinations(GATES[cell], 2):
        params = dict(inputs["params"])
        for kind in "Wb":
            params[f"{kind}_{a}"], params[f"{kind}_{b}"] = params[f"{kind}_{b}"], params[f"{kind}_{a}"]
        swapped = run(cell, inputs | {"params": params})
        assert np.abs(swapped["hs"] - results["hs"]).max() > 1e-3, f"gates {a} and {b} are alike"


def as_text(tree, indent=""):
    """Return JSON with one array a line. 17 significant digits bring every float64 back exactly."""
    lines = [f'{indent} "{name}": {as_line(value, indent)}' for name, value in tree.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}" + ("" if indent else "\n")


def as_line(value, indent):
    if isinstance(value, dict):
        return as_text(value, indent + " ")
    return nested(value.tolist()) if isinstance(value, np.ndarray) else json.dumps(value)


def nested(value):
    return f"[{', '.join(map(nested, value))}]" if isinstance(value, list) else f"{value:.17g}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:  # or Keras reads and writes settings in the user's home
        os.environ["KERAS_HOME"] = home
        main()
