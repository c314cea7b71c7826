"""What each framework computes with an LSTM layer of its own: the arrays it wants, and the hidden states it gives.

    shapes, forward = FRAMEWORKS["torch"].make(D, H)
    hs = forward(arrays, X, h_0, C_0)

`shapes` come from a fresh layer of the framework. X is (T, D, B), hs is (T, n·H, B) and a state (L, H, B), where L
counts layers and directions in the framework's order and n directions. Nothing here knows `lstm_lib.rosetta`.

A framework is imported where it is used: pytest looks for doctests in every module under tests, so this must be
importable where only NumPy is installed.
"""

import importlib.util
import os
from typing import NamedTuple

import numpy as np


def rows(a):
    """Exchange the last two axes: lstm_lib has one column a sequence, all frameworks one row a sequence."""
    return np.ascontiguousarray(np.swapaxes(a, -1, -2))


# --- PyTorch ---


def torch_layers(D, H, layers=1, both=False):
    import torch

    net = torch.nn.LSTM(D, H, layers, bidirectional=both, dtype=torch.float64)

    def forward(arrays, X, h_0, C_0):
        net.load_state_dict({name: torch.tensor(a) for name, a in arrays.items()})
        state = torch.tensor(rows(h_0)), torch.tensor(rows(C_0))
        return rows(net(torch.tensor(rows(X)), state)[0].detach().numpy())

    return {name: tuple(a.shape) for name, a in net.state_dict().items()}, forward


def torch_cell(D, H):
    import torch

    cell = torch.nn.LSTMCell(D, H, dtype=torch.float64)

    def forward(arrays, X, h_0, C_0):
        cell.load_state_dict({name: torch.tensor(a) for name, a in arrays.items()})
        state, hs = (torch.tensor(rows(h_0[0])), torch.tensor(rows(C_0[0]))), []
        for x_t in torch.tensor(rows(X)):
            state = cell(x_t, state)
            hs.append(state[0].detach().numpy())
        return rows(np.array(hs))

    return {name: tuple(a.shape) for name, a in cell.state_dict().items()}, forward


# --- Keras, with TensorFlow behind it or with PyTorch: both stay in float64 ---


def keras_layer(D, H):
    # oneDNN may add up in another order from machine to machine; level 3 keeps TensorFlow's start-up notes away
    os.environ |= {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}
    os.environ.setdefault("KERAS_BACKEND", "tensorflow" if importlib.util.find_spec("tensorflow") else "torch")
    import keras

    keras.config.set_floatx("float64")
    layer = keras.layers.LSTM(H, return_sequences=True)
    layer.build((None, None, D))

    def forward(arrays, X, h_0, C_0):
        layer.set_weights(list(arrays.values()))
        state = [keras.ops.convert_to_tensor(rows(s[0])) for s in (h_0, C_0)]  # [h, C]
        hs = layer(keras.ops.convert_to_tensor(rows(X).swapaxes(0, 1)), initial_state=state)  # batch before time
        return rows(keras.ops.convert_to_numpy(hs).swapaxes(0, 1))

    return {weight.name: tuple(weight.shape) for weight in layer.weights}, forward


# --- JAX: Flax and Equinox ---


def jax_in_float64():
    import jax

    jax.config.update("jax_enable_x64", True)  # or it computes in float32, whatever goes in
    return jax


def scanned(step, X, state):
    """Return the hidden states of a loop over x_t; `step` takes (state, x_t), returns (state, h_t)."""
    jax = jax_in_float64()
    return rows(np.asarray(jax.lax.scan(step, state, rows(X))[1]))


def flax_cell(name):
    def make(D, H):
        jax = jax_in_float64()
        import flax.linen
        from flax.traverse_util import flatten_dict, unflatten_dict

        cell = getattr(flax.linen, name)(H, param_dtype=np.float64)
        fresh = cell.init(jax.random.key(0), (np.zeros((1, H)), np.zeros((1, H))), np.zeros((1, D)))["params"]

        def forward(arrays, X, h_0, C_0):
            params = unflatten_dict(arrays, sep=".")
            state = rows(C_0[0]), rows(h_0[0])  # C comes first
            return scanned(lambda state, x_t: cell.apply({"params": params}, state, x_t), X, state)

        return {path: a.shape for path, a in flatten_dict(fresh, sep=".").items()}, forward

    return make


def nnx_cell(name):
    def make(D, H):
        jax_in_float64()
        from flax import nnx

        cell = getattr(nnx, name)(D, H, param_dtype=np.float64, rngs=nnx.Rngs(0))
        fresh = {".".join(path): a.shape for path, a in nnx.to_flat_state(nnx.state(cell, nnx.Param))}

        def forward(arrays, X, h_0, C_0):
            state = nnx.state(cell, nnx.Param)
            flat = {path: param.replace(arrays[".".join(path)]) for path, param in nnx.to_flat_state(state)}
            nnx.update(cell, nnx.from_flat_state(flat))
            return scanned(cell, X, (rows(C_0[0]), rows(h_0[0])))

        return fresh, forward

    return make


def equinox_cell(D, H):
    jax = jax_in_float64()
    import equinox

    cell = equinox.nn.LSTMCell(D, H, key=jax.random.key(0))
    names = ("weight_ih", "weight_hh", "bias")

    def forward(arrays, X, h_0, C_0):
        def where(cell):
            return [getattr(cell, name) for name in names]

        mine = equinox.tree_at(where, cell, [jax.numpy.asarray(arrays[name]) for name in names])
        one = jax.vmap(mine)  # it takes a single sequence, without a batch

        def step(state, x_t):
            state = one(x_t, state)
            return state, state[0]

        return scanned(step, X, (rows(h_0[0]), rows(C_0[0])))

    return {name: getattr(cell, name).shape for name in names}, forward


# --- ONNX ---


def onnx_node(D, H, both=False):
    from onnx.reference import ReferenceEvaluator

    model, shapes = onnx_model(D, H, both, "DOUBLE")

    def forward(arrays, X, h_0, C_0):
        return side_by_side(ReferenceEvaluator(model).run(None, onnx_inputs(arrays, X, h_0, C_0)))

    return shapes, forward


def onnx_runtime(D, H, both=False):
    import onnxruntime

    model, shapes = onnx_model(D, H, both, "FLOAT")  # its LSTM knows no float64

    def forward(arrays, X, h_0, C_0):
        inputs = {name: a.astype(np.float32) for name, a in onnx_inputs(arrays, X, h_0, C_0).items()}
        return side_by_side(onnxruntime.InferenceSession(model.SerializeToString()).run(None, inputs))

    return shapes, forward


def onnx_model(D, H, both, kind):
    """Return a model with one LSTM node, and the shapes of what it wants."""
    from onnx import TensorProto, checker, helper

    n, axes = 1 + both, {"X": 3, "W": 3, "R": 3, "B": 2, "h_0": 3, "C_0": 3}
    inputs = ["X", "W", "R", "B", "", "h_0", "C_0"]  # "": no lengths, all sequences are equally long
    node = helper.make_node(
        "LSTM", inputs, ["hs"], hidden_size=H, direction="bidirectional" if both else "forward"
    )
    told = [helper.make_tensor_value_info(k, getattr(TensorProto, kind), [None] * m) for k, m in axes.items()]
    hs = helper.make_tensor_value_info("hs", getattr(TensorProto, kind), [None] * 4)
    graph = helper.make_graph([node], "lstm", told, [hs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    checker.check_model(model)
    return model, {"W": (n, 4 * H, D), "R": (n, 4 * H, H), "B": (n, 8 * H)}


def onnx_inputs(arrays, X, h_0, C_0):
    return arrays | {"X": rows(X), "h_0": rows(h_0), "C_0": rows(C_0)}


def side_by_side(outputs):
    """Return hs with the directions one above the other, as PyTorch has them: (T, n·H, B)."""
    return rows(np.concatenate(list(outputs[0].swapaxes(0, 1)), axis=-1))


class Framework(NamedTuple):
    """A layer of a framework: how it is made, and the packages that this takes."""

    make: object
    packages: tuple


FRAMEWORKS = {
    "torch": Framework(torch_layers, ("torch",)),
    "torch_cell": Framework(torch_cell, ("torch",)),
    "keras": Framework(keras_layer, ("keras", "tensorflow")),
    "flax": Framework(flax_cell("OptimizedLSTMCell"), ("flax", "jax")),
    "nnx": Framework(nnx_cell("LSTMCell"), ("flax", "jax")),
    "nnx_optimized": Framework(nnx_cell("OptimizedLSTMCell"), ("flax", "jax")),
    "equinox": Framework(equinox_cell, ("equinox", "jax")),
    "onnx": Framework(onnx_node, ("onnx",)),
}
