"""What lesson 13 shows of other notations: a table made from `rosetta.LAYOUTS`, what PyTorch said, and relatives.

notations(2, 3)       one LSTM as seven programs store it
PyTorch()             asks PyTorch where it is installed, and knows what it said where it is not
unlabelled()          somebody's arrays, without a word of what is where
siblings(…)           how far other cells are from the primer's
"""

import importlib
import importlib.util
import json
import os
from pathlib import Path

import numpy as np

from lstm_lib import functional, lstm, rosetta
from lstm_lib.lesson import course
from lstm_lib.lesson.tables import Table

SEVEN = {
    "primer": "the primer",
    "torch": "PyTorch",
    "keras": "Keras",
    "flax": "Flax linen",
    "nnx_optimized": "Flax nnx",
    "equinox": "Equinox",
    "onnx": "ONNX",
}
IN_TEXT = {"f": "f", "i": "i", "C": "C̃", "o": "o"}


def notations(D, H):
    """Return a table of the same LSTM in seven notations.

    Parameters
    ----------
    D, H : int
        Inputs and units.

    Returns
    -------
    Table
        The order of the gates, the arrays with their shapes, and how many numbers they hold.

    Examples
    --------
    >>> print(notations(2, 3).rows[5])
    ['Equinox', 'i f C̃ o', 'weight_ih (12, 2), weight_hh (12, 3), bias (12,)', '72']
    """
    params, rows = lstm.init_params(D, H, np.random.default_rng(0)), []
    for layout, name in SEVEN.items():
        arrays = rosetta.to(layout, params)
        order = " ".join(IN_TEXT[k] for k in rosetta.LAYOUTS[layout].order)
        rows.append([name, order, _told(arrays), sum(a.size for a in arrays.values())])
    return Table(f"One LSTM with D = {D}, H = {H}", ["notation", "gates", "arrays", "numbers"], rows)


def _told(arrays):
    """Return names and shapes; many small arrays are told by the first of each shape."""
    if len(arrays) <= 4:
        return ", ".join(f"{name} {a.shape}" for name, a in arrays.items())
    alike = {}
    for name, a in arrays.items():
        alike.setdefault(a.shape, []).append(name)
    return ", ".join(f"{names[0]} and {len(names) - 1} more {shape}" for shape, names in alike.items())


class PyTorch:
    """PyTorch where it is installed, and what it once said where it is not.

    Attributes
    ----------
    torch : module or None
        The package, if there is one.

    Parameters
    ----------
    path : Path, optional
        Where its answers are kept; None is the lesson's own file. They are written where the environment variable
        LSTM_MEASURE is 1.

    Examples
    --------
    >>> pytorch = PyTorch()
    >>> np.shape(pytorch.said("SGD, both biases learn", lambda: ...)) if pytorch.torch is None else (20,)
    (20,)
    """

    def __init__(self, path=None):
        self.torch = importlib.import_module("torch") if importlib.util.find_spec("torch") else None
        self.path = Path(path or course.place("notebooks/results") / "13_pytorch.json")

    def said(self, key, ask):
        """Return as an array what PyTorch says: what `ask` returns, or what it returned once."""
        known = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        if self.torch is None:
            return np.array(known[key])
        answer = np.asarray(ask())
        if os.environ.get("LSTM_MEASURE") == "1":
            known |= {"version": self.torch.__version__.split("+")[0], key: answer.tolist()}
            self.path.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        return answer

    def fresh_model(self):
        """Return the path of a model that PyTorch has drawn and nobody has trained: an LSTM and a read-out."""
        path = self.path.with_name("13_fresh.safetensors")
        if self.torch is not None and os.environ.get("LSTM_MEASURE") == "1":
            self.torch.manual_seed(1997)
            parts = {"lstm": self.torch.nn.LSTM(2, 8), "head": self.torch.nn.Linear(8, 1)}
            states = {f"{part}.{k}": a for part, net in parts.items() for k, a in net.state_dict().items()}
            rosetta.save(path, states)
        return path

    def tensors(self, arrays):
        """Return arrays by name as tensors."""
        return {name: self.torch.tensor(a) for name, a in arrays.items()}

    def rows(self, array):
        """Return an array of shape (T, D, B) as a tensor of shape (T, B, D): one row a sequence."""
        return self.torch.tensor(array.swapaxes(1, 2).copy())

    def sgd(self, learned):
        """Return plain gradient descent for these parameters, at the rate 0.1."""
        return self.torch.optim.SGD(learned, lr=0.1)

    def adam(self, learned):
        """Return Adam for these parameters, at the rate 0.01."""
        return self.torch.optim.Adam(learned, lr=0.01)

    def hidden_states(self, arrays, X):
        """Return hs of shape (T, H, B) that PyTorch computes for the LSTM of the fresh model."""

        def ask():
            net = self.torch.nn.LSTM(X.shape[1], len(arrays["lstm.weight_hh_l0"]) // 4)
            net.load_state_dict({k: self.torch.tensor(arrays[f"lstm.{k}"]) for k in net.state_dict()})
            return net(self.torch.tensor(X.swapaxes(1, 2).copy()))[0].detach().numpy().swapaxes(1, 2)

        return self.said("hs of the fresh model", ask)


UNLABELLED = rosetta.Layout("iCfo", {"xh": "a"}, ("b",), columns=True)


def unlabelled():
    """Return an LSTM that somebody has stored without a word: arrays, a sequence, and the hidden states for it.

    Returns
    -------
    arrays : dict of ndarray
        "a" and "b".
    X : ndarray of shape (T, D, B)
    hs : ndarray of shape (T, H, B)

    Examples
    --------
    >>> arrays, X, hs = unlabelled()
    >>> arrays["a"].shape, X.shape, hs.shape
    ((5, 12), (6, 2, 4), (6, 3, 4))
    """
    rng = np.random.default_rng(24)
    params = {name: rng.normal(size=a.shape) for name, a in lstm.init_params(2, 3, rng).items()}
    X = rng.normal(size=(6, 2, 4))
    return rosetta.to(UNLABELLED, params), X, lstm.forward(params, X)[0]


def twenty_steps(loss_and_grads, params, X, Y, optimiser, gradient=1, step=1):
    """Return the losses of twenty steps of training, in which the biases may count more than once.

    Parameters
    ----------
    loss_and_grads : function
        Takes parameters, X and Y; returns a loss and the gradients.
    params : dict of ndarray
        Where training begins; they stay as they are.
    X, Y : ndarray
        The sequences.
    optimiser : object
        One of `training`'s.
    gradient, step : float, default 1
        How often the gradients of the biases count, and how often their steps.

    Returns
    -------
    ndarray of shape (20,)

    Examples
    --------
    >>> from lstm_lib import training
    >>> def slope_of_one(params, X, Y):
    ...     return sum(p.item() for p in params.values()), {name: np.ones(1) for name in params}
    >>> biases = {name: np.zeros(1) for name in ("b_f", "b_i", "b_C", "b_o")}
    >>> twenty_steps(slope_of_one, biases, None, None, training.SGD(lr=1), step=2)[:3].tolist()
    [0.0, -8.0, -16.0]
    """
    params, losses = {name: p.copy() for name, p in params.items()}, []
    for _ in range(20):
        loss, grads = loss_and_grads(params, X, Y)
        losses.append(loss)
        before = {name: params[name].copy() for name in _BIASES}
        optimiser.step(params, grads | {name: gradient * grads[name] for name in _BIASES})
        for name in _BIASES:
            params[name] += (step - 1) * (params[name] - before[name])
    return np.array(losses)


_BIASES = ("b_f", "b_i", "b_C", "b_o")


def _drawn():
    """Return weights for every relative, and a sequence: D = 2, H = 3, peepholes p_f, p_i, p_o."""
    rng = np.random.default_rng(3)
    weights = {name: rng.normal(size=p.shape) for name, p in lstm.init_params(2, 3, rng).items()}
    weights |= {f"p_{k}": rng.normal(size=(3, 1)) for k in "fio"}
    return weights, rng.normal(size=(8, 2, 4))


def weights():
    """Return the weights that all relatives get.

    Examples
    --------
    >>> weights()["W_f"].shape, weights()["p_o"].shape
    ((3, 5), (3, 1))
    """
    return _drawn()[0]


def run(step, params):
    """Return the hidden states of a relative for a sequence of 8 steps.

    Examples
    --------
    >>> run(lambda p, x, h, C: (h + 1, C), weights())[:, 0, 0].tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    """
    h = C = np.zeros((3, 4))
    hs = []
    for x in _drawn()[1]:
        h, C = step(params, x, h, C)
        hs.append(h)
    return np.array(hs)


def _primer(p, x, h, C):
    """Return h and C after a step of the primer's cell."""
    s = lstm.step(p, x, h, C)
    return s.h_t, s.C_t


def gate(p, k, z, extra=0):
    """Return σ(W_k · z + b_k + extra).

    Examples
    --------
    >>> gate({"W_f": np.zeros((3, 5)), "b_f": np.zeros((3, 1))}, "f", np.ones((5, 1))).ravel().tolist()
    [0.5, 0.5, 0.5]
    """
    return functional.sigmoid(p[f"W_{k}"] @ z + p[f"b_{k}"] + extra)


def siblings(of_1997, with_peepholes, coupled, gru, min_lstm):
    """Return a table of how far five relatives are from the primer's, and if some weights bring them together.

    Examples
    --------
    >>> siblings(*[lambda p, x, h, C: (0 * h, C)] * 5).rows[3]
    ['GRU', '54', '0.66', 'none', '–']
    """
    w = weights()
    kept_open = w | {"b_f": np.full((3, 1), 40.0)}
    blind = w | {f"p_{k}": np.zeros((3, 1)) for k in "fio"}
    mirrored = w | {"W_i": -w["W_f"], "b_i": -w["b_f"]}
    of_hx, of_x = 3 * 5 + 3, 3 * 2 + 3  # numbers in a gate that sees h and x, or x only
    cells = [
        ("1997, no forget gate", of_1997, 3 * of_hx, "b_f = 40, so f = 1", kept_open),
        ("peepholes", with_peepholes, 4 * of_hx + 9, "peephole weights 0", blind),
        ("coupled gates", coupled, 3 * of_hx, "W_i = −W_f, b_i = −b_f", mirrored),
        ("GRU", gru, 3 * of_hx, "none", None),
        ("minLSTM", min_lstm, 3 * of_x, "none", None),
    ]

    def apart(step, p):
        difference = np.abs(run(step, p) - run(_primer, p)).max()
        return "equal to rounding" if difference < 1e-12 else f"{difference:.2f}"

    rows = [
        [name, count, apart(step, w), choice, apart(step, chosen) if chosen else "–"]
        for name, step, count, choice, chosen in cells
    ]
    header = ["cell", "numbers to learn", "with the same weights", "with these", "then"]
    return Table("Every cell beside the primer's, on one sequence", header, rows)


def reading_ones(step, n, T=20):
    """Return the memories of n networks of one unit, their weights drawn at random, that read nothing but ones.

    Parameters
    ----------
    step : function
        A relative whose gates do not look at h, such as minLSTM.
    n, T : int
        How many networks, how many steps.

    Returns
    -------
    ndarray of shape (T, n)

    Examples
    --------
    >>> reading_ones(lambda p, x, h, C: (h + x, C), 2, T=3).tolist()
    [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]
    """
    rng, h, path = np.random.default_rng(5), np.zeros((n, 1)), []
    drawn = {f"W_{k}": rng.normal(0, 3, (n, n + 1)) for k in "fiC"}
    drawn |= {f"b_{k}": rng.normal(0, 3, (n, 1)) for k in "fiC"}
    for _ in range(T):
        h, _ = step(drawn, np.ones((1, 1)), h, h)
        path.append(h[:, 0])
    return np.array(path)
