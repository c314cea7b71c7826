"""rosetta against the frameworks themselves, with random sizes and numbers: `make test-rosetta`.

The ordinary tests do not come here: `test_rosetta.py` has the numbers that the frameworks stored.
"""

import build
import numpy as np
import pytest
import strict
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import frameworks

from lstm_lib import data, functional, fused, gradcheck, model, rosetta, training

each_framework = pytest.mark.parametrize("layout", frameworks.FRAMEWORKS)
four_sizes = st.permutations(range(1, 7)).map(lambda numbers: numbers[:4])  # T, D, H, B, no two alike
at_random = settings(max_examples=6, deadline=None)


def run(layers, X, h_0, C_0):
    """Return hs of a stack: each direction reads for itself, and the next layer reads all of them."""
    states = iter(zip(h_0, C_0, strict=True))
    for layer in layers:
        directions = zip(layer, (1, -1), strict=False)
        X = np.concatenate([fused.forward(p, X[::way], next(states))[0][::way] for p, way in directions], axis=1)
    return X


def difference(layout, make, sizes, seed, layers=1, both=False, **options):
    """Return how far hs differ: from the framework's own arrays, and there and back."""
    (T, D, H, B), rng = sizes, np.random.default_rng(seed)
    shapes, forward = make(D, H, **options)
    arrays = {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()}
    X, (h_0, C_0) = rng.normal(size=(T, D, B)), rng.normal(size=(2, layers * (1 + both), H, B))
    ways = (False, True)[: 1 + both]
    params = [[rosetta.from_(layout, arrays, layer=k, reverse=way) for way in ways] for k in range(layers)]
    back = {}
    for k, way in [(k, way) for k in range(layers) for way in ways]:
        place = {} if layout == "onnx" else {"layer": k, "reverse": way}
        for name, a in rosetta.to(layout, params[k][way], **place).items():
            back[name] = np.concatenate([back[name], a]) if name in back else a
    hs = run(params, X, h_0, C_0)
    assert hs.shape == (T, H * (1 + both), B)
    return [np.abs(forward(own, X, h_0, C_0) - hs).max() for own in (arrays, back)]


@each_framework
@given(sizes=four_sizes, seed=st.integers(0, 99))
@at_random
def test_a_layer_computes_the_same(layout, sizes, seed):
    assert max(difference(layout, frameworks.FRAMEWORKS[layout].make, sizes, seed)) < 1e-12


@given(sizes=four_sizes, seed=st.integers(0, 99), layers=st.integers(1, 3), both=st.booleans())
@settings(max_examples=20, deadline=None)
def test_pytorchs_stacks_compute_the_same(sizes, seed, layers, both):
    stack = {"layers": layers, "both": both}

    def make(D, H):
        return frameworks.torch_layers(D, H, **stack)

    assert max(difference("torch", make, sizes, seed, **stack)) < 1e-12


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(("make", "near"), [(frameworks.onnx_node, 1e-12), (frameworks.onnx_runtime, 1e-6)])
@given(sizes=four_sizes, seed=st.integers(0, 99))
@at_random
def test_both_directions_of_onnx_compute_the_same(make, near, both, sizes, seed):
    def in_a_node(D, H):
        return make(D, H, both=both)

    assert max(difference("onnx", in_a_node, sizes, seed, both=both)) < near


@given(sizes=four_sizes, seed=st.integers(0, 99))
@at_random
def test_the_legible_cell_of_flax_computes_the_same(sizes, seed):
    assert max(difference("flax", frameworks.flax_cell("LSTMCell"), sizes, seed)) < 1e-12


def test_a_layer_without_biases_computes_the_same():
    import torch

    rng, net = np.random.default_rng(0), torch.nn.LSTM(2, 3, bias=False, dtype=torch.float64)
    X = rng.normal(size=(5, 2, 4))
    hs = net(torch.tensor(frameworks.rows(X)))[0].detach().numpy()
    params = rosetta.from_("torch", net.state_dict(), bias=False)
    assert np.abs(fused.forward(params, X)[0] - frameworks.rows(hs)).max() < 1e-12


def test_what_changes_the_formulas_in_pytorch_is_refused():
    import torch

    with pytest.raises(ValueError, match="weight_hr_l0: h is projected"):
        rosetta.from_("torch", torch.nn.LSTM(2, 3, proj_size=2).state_dict())
    with pytest.raises(ValueError, match=r"has shape \(9, 3\); want \(4H, H\)"):
        rosetta.from_("torch", torch.nn.GRU(2, 3).state_dict())
    with pytest.raises(TypeError, match=r"cannot be read: .*detach"):
        rosetta.from_("torch", dict(torch.nn.LSTM(2, 3).named_parameters()))


# --- files ---


def test_the_package_safetensors_reads_ours_and_we_read_its(tmp_path):
    import safetensors.numpy
    import safetensors.torch
    import torch

    path, net = tmp_path / "model.safetensors", torch.nn.LSTM(3, 4, 2, bidirectional=True)
    safetensors.torch.save_file(net.state_dict(), path, metadata={"format": "pt"})
    arrays = rosetta.load(path)
    assert len(rosetta.cells(arrays)) == 4
    rosetta.save(path, arrays)
    net.load_state_dict(safetensors.torch.load_file(path))
    odd = {"scalar": np.array(1.5), "turned": np.arange(6.0).reshape(2, 3).T, "ü": np.ones(3, np.float32)}
    rosetta.save(path, odd | {"none": np.empty((0, 2))})
    again = safetensors.numpy.load_file(path)
    assert again.keys() == odd.keys() | {"none"}
    assert all(np.array_equal(again[name], a) and again[name].dtype == a.dtype for name, a in odd.items())


# --- a model goes on in PyTorch, and comes back ---

X, Y = data.sine_waves(60, 16, np.random.default_rng(1), omega=0.2)


def loss_and_grads(params, X, Y):
    return model.loss_and_grads(fused, params, X, Y, functional.mean_squared_error)


def go_on_here(params, optimiser, n):
    return training.fit(loss_and_grads, params, [(X, Y)] * n, optimiser, progress=False)


def go_on_in_pytorch(params, optimiser, n):
    """Train in place for n steps in PyTorch, with the second bias held at zero; return the losses."""
    import torch

    (H, _), K = params["W_f"].shape, len(params["W_y"])
    net = torch.nn.LSTM(X.shape[1], H, dtype=torch.float64)
    read_out = torch.nn.Linear(H, K, dtype=torch.float64)
    net.load_state_dict({name: torch.tensor(a) for name, a in rosetta.to("torch", params).items()})
    read_out.load_state_dict({"weight": torch.tensor(params["W_y"]), "bias": torch.tensor(params["b_y"][:, 0])})
    net.bias_hh_l0.requires_grad_(False)
    learned = [p for p in [*net.parameters(), *read_out.parameters()] if p.requires_grad]
    inputs, wanted = (torch.tensor(frameworks.rows(a)) for a in (X, Y))
    optimiser, losses = optimiser(learned), []
    for _ in range(n):
        optimiser.zero_grad()
        loss = torch.mean((read_out(net(inputs)[0]) - wanted) ** 2)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    params |= rosetta.from_("torch", net.state_dict())
    params |= {"W_y": read_out.weight.detach().numpy(), "b_y": read_out.bias.detach().numpy()[:, None]}
    return losses


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_a_trained_model_goes_on_in_pytorch_and_comes_back(name):
    import torch

    lr = {"SGD": 0.1, "Adam": 0.01}[name]
    stays = model.init_params(fused, 1, 16, 1, np.random.default_rng(0))
    go_on_here(stays, training.Adam(lr=0.01), 100)
    travels = {key: p.copy() for key, p in stays.items()}

    here = go_on_here(stays, getattr(training, name)(lr=lr), 20)
    there = go_on_in_pytorch(travels, lambda learned: getattr(torch.optim, name)(learned, lr=lr), 20)
    np.testing.assert_allclose(there, here, rtol=1e-12)
    assert max(np.abs(travels[key] - stays[key]).max() for key in stays) < 1e-12

    again, back = (go_on_here(params, getattr(training, name)(lr=lr), 20) for params in (stays, travels))
    np.testing.assert_allclose(back, again, rtol=1e-11)
    assert again[-1] < here[0]


def test_with_two_biases_that_learn_it_parts_at_the_second_step():
    import torch

    params = model.init_params(fused, 1, 16, 1, np.random.default_rng(0))
    net = torch.nn.LSTM(1, 16, dtype=torch.float64)
    net.load_state_dict({name: torch.tensor(a) for name, a in rosetta.to("torch", params).items()})
    torch.mean(net(torch.tensor(frameworks.rows(X)))[0] ** 2).backward()
    one, two = (getattr(net, name).grad.numpy() for name in ("bias_ih_l0", "bias_hh_l0"))
    assert gradcheck.relative_error(one, two) < 1e-12
    torch.optim.SGD(net.parameters(), lr=0.1).step()
    moved = rosetta.from_("torch", net.state_dict())["b_i"] - params["b_i"]
    assert np.abs(moved + 2 * 0.1 * one[:16, None]).max() < 1e-15


def test_the_lesson_shows_the_same_when_pytorch_is_asked_as_when_it_is_quoted():
    lesson = build.HERE / "further" / "13_rosetta.ipynb"
    differences = strict.compare(*strict.run_again(lesson))
    assert not differences, "\n".join(differences.values())
