# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "flax==0.12.8",
#     "jax==0.10.2",
#     "keras==3.15.1",
#     "numpy==2.4.6",
#     "tensorflow==2.21.0",
#     "torch==2.13.0",
# ]
# ///
"""Make the reference files beside this script: what PyTorch, Flax and Keras say an LSTM and a plain RNN compute.

Run it with ``uv run tests/reference/make_references.py``, or install the six packages listed above and type
``python tests/reference/make_references.py``. The tests need only the files, none of these packages.

Each framework gets the same inputs, runs forward and backward in float64 on the CPU, and its own automatic
differentiation (torch.autograd, jax.grad, tf.GradientTape) gives the gradients of one loss:

    L = Σ dhs · hs + Σ dh_T · h_T + Σ dC_T · C_T

The files are in the form of ``lstm_lib``: X (T, D, B), states (H, B), W (H, H+D) on [h, x] with h on top and
b (H, 1). The functions named ``to_…`` and ``from_…`` turn one form into the other. Nothing here imports
``lstm_lib``: a mistake there cannot creep into its own reference. The same versions on the same kind of machine
write the same bytes; elsewhere the last digit of a number may differ.
"""

import importlib.metadata
import itertools
import json
import os
import tempfile
from pathlib import Path

import numpy as np

# The frameworks are imported where they are used: pytest looks for doctests in every module under
# tests, so this one must be importable where only NumPy is installed.

HERE = Path(__file__).parent
SEED = 1997
SIZES = ({"T": 5, "D": 3, "H": 4, "B": 2}, {"T": 7, "D": 2, "H": 3, "B": 5})  # T > 1, no two sizes equal
GATES = {"lstm": "fiCo", "rnn": "h"}


def main():
    for cell, sizes in itertools.product(GATES, SIZES):
        inputs = draw_inputs(cell, **sizes)
        results = {name: run(cell, inputs) for name, (run, _) in FRAMEWORKS.items()}
        check_that_they_agree(results)
        for name, (run, packages) in FRAMEWORKS.items():
            check_that_a_swap_shows(run, cell, inputs, results[name])
            versions = {p: importlib.metadata.version(p).split("+")[0] for p in packages}
            head = {"framework": name, "versions": versions, "cell": cell, "seed": SEED, "sizes": sizes}
            file = HERE / f"{name}_{cell}_{'_'.join(f'{k}{n}' for k, n in sizes.items())}.json"
            file.write_text(as_text(head | inputs | results[name]), encoding="utf-8", newline="\n")
            print(f"{file.name}: {file.stat().st_size} bytes")


def draw_inputs(cell, T, D, H, B):
    """Return what goes in, in the form of lstm_lib: no two numbers equal, no state zero, no gradient zero."""
    rng = np.random.default_rng([SEED, T, D, H, B])
    params = {f"W_{k}": rng.uniform(-1, 1, (H, H + D)) for k in GATES[cell]}
    params |= {f"b_{k}": rng.uniform(-1, 1, (H, 1)) for k in GATES[cell]}
    shapes = {"X": (T, D, B), "h_0": (H, B), "C_0": (H, B), "dhs": (T, H, B), "dh_T": (H, B), "dC_T": (H, B)}
    if cell == "rnn":  # it has no C
        del shapes["C_0"], shapes["dC_T"]
    return {"params": params} | {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def rows(a):
    """Exchange the last two axes: lstm_lib has one column a sequence, all three frameworks one row a sequence."""
    return np.ascontiguousarray(np.swapaxes(a, -1, -2))


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


# --- PyTorch ---
# Gates stacked as rows in the order i, f, g, o (g is our C̃). What multiplies x and what multiplies h are apart:
# weight_ih (4H, D) and weight_hh (4H, H).
# Two biases, which are added: b = bias_ih + bias_hh. So each of them has the gradient of b.

TORCH_GATES = {"lstm": "ifCo", "rnn": "h"}


def to_torch(params, gates):
    W = np.concatenate([params[f"W_{k}"] for k in gates])
    b = np.concatenate([params[f"b_{k}"][:, 0] for k in gates])
    H = len(b) // len(gates)
    # a half is exact in floating point, so the two halves add up to b to the last digit
    return {"weight_hh_l0": W[:, :H], "weight_ih_l0": W[:, H:], "bias_ih_l0": b / 2, "bias_hh_l0": b / 2}


def from_torch(grads, gates):
    # the same sum over batch and time, but not always added up in the same order: equal but for the last digit
    np.testing.assert_allclose(grads["bias_ih_l0"], grads["bias_hh_l0"], rtol=1e-13, atol=1e-14)
    W = np.concatenate([grads["weight_hh_l0"], grads["weight_ih_l0"]], axis=1)
    b = grads["bias_ih_l0"][:, None]
    ours = {f"W_{k}": block for k, block in zip(gates, np.split(W, len(gates)), strict=True)}
    return ours | {f"b_{k}": block for k, block in zip(gates, np.split(b, len(gates)), strict=True)}


def run_torch(cell, inputs):
    import torch

    def leaf(a):
        return torch.tensor(a, dtype=torch.float64, requires_grad=True)

    gates = TORCH_GATES[cell]
    X, state, upstream = rows_of(inputs)
    D, H = X.shape[-1], state["h_0"].shape[-1]
    net = {"lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}[cell](D, H, dtype=torch.float64)
    net.load_state_dict({name: torch.tensor(w) for name, w in to_torch(inputs["params"], gates).items()})

    X, state = leaf(X), {name: leaf(s) for name, s in state.items()}
    first = tuple(s[None] for s in state.values())  # the leading axis counts layers: there is one
    hs, last = net(X, first if cell == "lstm" else first[0])
    last = last if cell == "lstm" else (last,)
    outputs = {"hs": hs} | {name: s[0] for name, s in zip(("h_T", "C_T"), last, strict=False)}
    loss(outputs, {name: torch.tensor(d) for name, d in upstream.items()}, torch.sum).backward()

    outputs = {name: a.detach().numpy() for name, a in outputs.items()}
    grads = from_torch({name: w.grad.numpy() for name, w in net.named_parameters()}, gates)
    return results_of(inputs, outputs, grads, X.grad.numpy(), {name: s.grad.numpy() for name, s in state.items()})


# --- Flax ---
# Each gate by its name, no stacking. Kernels are for row vectors, so they are ours transposed: (D, H) and (H, H).
# LSTM: ii if ig io for x without bias, hi hf hg ho for h with the one bias; the state is (C, h), C first.
# SimpleCell: "i" for x with the one bias, "h" for h without.

FLAX_GATES = {"f": "f", "i": "i", "C": "g", "o": "o"}


def to_flax(params, cell):
    H = len(next(iter(params.values())))
    if cell == "rnn":
        W, b = params["W_h"], params["b_h"]
        return {"h": {"kernel": W[:, :H].T}, "i": {"kernel": W[:, H:].T, "bias": b[:, 0]}}
    weights = {}
    for ours, theirs in FLAX_GATES.items():
        W, b = params[f"W_{ours}"], params[f"b_{ours}"]
        weights |= {f"h{theirs}": {"kernel": W[:, :H].T, "bias": b[:, 0]}, f"i{theirs}": {"kernel": W[:, H:].T}}
    return weights


def from_flax(weights, cell):
    if cell == "rnn":
        W = np.concatenate([weights["h"]["kernel"].T, weights["i"]["kernel"].T], axis=1)
        return {"W_h": W, "b_h": weights["i"]["bias"][:, None]}
    params = {}
    for ours, theirs in FLAX_GATES.items():
        of_h, of_x = weights[f"h{theirs}"], weights[f"i{theirs}"]
        params[f"W_{ours}"] = np.concatenate([of_h["kernel"].T, of_x["kernel"].T], axis=1)
        params[f"b_{ours}"] = of_h["bias"][:, None]
    return params


def run_flax(cell, inputs):
    import jax

    jax.config.update("jax_enable_x64", True)  # or JAX computes in float32, whatever goes in
    import flax.linen

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
    (dweights, dX, dstate), outputs = jax.tree.map(np.asarray, gradient(to_flax(inputs["params"], cell), X, state))
    return results_of(inputs, outputs, from_flax(dweights, cell), dX, dstate)


# --- Keras ---
# Gates stacked as columns in the order i, f, c, o: kernel (D, 4H), recurrent_kernel (H, 4H), ours transposed. One
# bias (4H,). The batch comes before time: X (B, T, D). The state is [h, C], h first.
# The backend is TensorFlow: with JAX or PyTorch behind it, Keras 3 brings float64 down to float32 on the way.

KERAS_GATES = {"lstm": "ifCo", "rnn": "h"}


def to_keras(params, gates):
    W = np.concatenate([params[f"W_{k}"] for k in gates]).T
    b = np.concatenate([params[f"b_{k}"][:, 0] for k in gates])
    H = len(b) // len(gates)
    return [W[H:], W[:H], b]  # kernel, recurrent_kernel, bias


def from_keras(weights, gates):
    kernel, recurrent_kernel, bias = weights
    W = np.concatenate([recurrent_kernel, kernel]).T
    params = {f"W_{k}": block for k, block in zip(gates, np.split(W, len(gates)), strict=True)}
    return params | {f"b_{k}": block[:, None] for k, block in zip(gates, np.split(bias, len(gates)), strict=True)}


def run_keras(cell, inputs):
    # oneDNN may add up in another order from machine to machine; level 3 keeps TensorFlow's start-up notes away
    os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}
    import keras
    import tensorflow as tf

    keras.config.set_floatx("float64")
    gates = KERAS_GATES[cell]
    X, state, upstream = rows_of(inputs)
    X, state = tf.constant(X.swapaxes(0, 1)), {name: tf.constant(s) for name, s in state.items()}
    kind = {"lstm": keras.layers.LSTM, "rnn": keras.layers.SimpleRNN}[cell]
    layer = kind(len(inputs["h_0"]), return_sequences=True, return_state=True)
    layer.build(X.shape)
    layer.set_weights(to_keras(inputs["params"], gates))

    with tf.GradientTape() as tape:
        tape.watch([X, state])
        hs, *last = layer(X, initial_state=[state[name] for name in ("h_0", "C_0") if name in state])
        outputs = {"hs": tf.transpose(hs, (1, 0, 2))} | dict(zip(("h_T", "C_T"), last, strict=False))
        L = loss(outputs, upstream, tf.reduce_sum)
    dweights, dX, dstate = tf.nest.map_structure(
        lambda gradient: gradient.numpy(), tape.gradient(L, (list(layer.trainable_variables), X, state))
    )

    outputs = {name: a.numpy() for name, a in outputs.items()}
    return results_of(inputs, outputs, from_keras(dweights, gates), dX.swapaxes(0, 1), dstate)


FRAMEWORKS = {
    "torch": (run_torch, ["torch"]),
    "flax": (run_flax, ["flax", "jax"]),
    "keras": (run_keras, ["keras", "tensorflow"]),
}


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
