"""What lesson 13 shows of other notations: tables and pictures made from `rosetta.LAYOUTS`, and what PyTorch said.

notations(2, 3), draw_blocks(2, 3)    one LSTM as seven programs store it: in a table, and to scale
draw_gate(trace), draw_drift(curves)  the forget gates of a model; how two runs part
PyTorch()                             asks PyTorch where it is installed, and knows what it said where it is not
unlabelled()                          somebody's arrays, without a word of what is where
"""

import importlib
import importlib.util
import json
import os
from pathlib import Path

import numpy as np
from matplotlib.patches import Rectangle

from lstm_lib import functional, lstm, model, plotting, rosetta
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
_FIELDS = {"f": "f_t", "i": "i_t", "C": "C_tilde", "o": "o_t"}
_IN_TEXT = {"f": "f", "i": "i", "C": "C̃", "o": "o"}


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
        order = " ".join(_IN_TEXT[k] for k in rosetta.LAYOUTS[layout].order)
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


def draw_blocks(D, H, layouts=("primer", "torch", "keras", "onnx")):
    """Draw where each gate lies in the arrays of some notations, to scale, in the gates' colours.

    Parameters
    ----------
    D, H : int
        Inputs and units.
    layouts : sequence of str
        Some of `SEVEN`.

    Examples
    --------
    >>> draw_blocks(2, 3, ["primer", "keras"])  # in a notebook: the picture
    Figure: Where the gates lie in the weights, to scale. The primer: f, i, C̃, o, in rows. Keras: i, f, C̃, ...
    """
    fig, axes = plotting.figure(height=2.3, ncols=len(layouts))
    told = []
    for ax, layout in zip(axes, layouts, strict=True):
        form, name = rosetta.LAYOUTS[layout], SEVEN[layout]
        for k, x, y, width, height in _rectangles(form, D, H):
            look = plotting.LOOKS[_FIELDS[k]]
            ax.add_patch(Rectangle((x, y), width, height, facecolor=look.colour, edgecolor="white"))
            at = x + width / 2, y + height / 2
            ax.text(*at, look.symbol.replace("_t", ""), color="white", ha="center", va="center", fontsize=10)
        for part, x, y in _names_of_matrices(form, D, H):
            ax.text(x, y, f"${', '.join(part)}$", ha="center", va="center", fontsize=10)
        ax.set(title=name, aspect="equal", xlim=(-1.2, 4 * H + 1), ylim=(4 * H + 2, -1.2))
        ax.axis("off")
        order, side = ", ".join(_IN_TEXT[k] for k in form.order), "side by side" if form.columns else "in rows"
        told.append(f"{name[0].upper()}{name[1:]}: {order}, {side}.")
    plotting.show(fig, f"Where the gates lie in the weights, to scale. {' '.join(told)}")


def _rectangles(form, D, H):
    """Yield each gate's block in each matrix of a layout: gate, x, y, width, height."""
    start = 0
    for part, names in form.weights.items():
        across = {"h": H, "x": D}.get(part, H + D)
        gap = 0.5 * (len(names.split()) > 1)  # arrays of their own stand apart
        for place, k in enumerate(form.order):
            along = place * (H + gap)
            yield (k, along, start, H, across) if form.columns else (k, start, along, across, H)
        start += across + 0.5


def _names_of_matrices(form, D, H):
    """Yield what each matrix of a layout is multiplied with, and where to write it: x, y."""
    start = 0
    for part in form.weights:
        across = {"h": H, "x": D}.get(part, H + D)
        middle = start + across / 2
        yield (part, -0.7, middle) if form.columns else (part, middle, -0.6)
        start += across + 0.5


def draw_gate(trace, name="f_t"):
    """Draw one gate of all units over time, for the first sequence.

    Parameters
    ----------
    trace : Step of ndarray of shape (T, H, B)
        What ``lstm.stack`` returns.
    name : str, default "f_t"
        The field of the trace.

    Examples
    --------
    >>> hs, steps = lstm.forward(lstm.init_params(2, 3, np.random.default_rng(0)), np.zeros((5, 2, 1)))
    >>> draw_gate(lstm.stack(steps))  # in a notebook: the picture
    Figure: The forget gate of each of 3 units over 5 steps, between 0.73 and 0.73. The dashed line is at 0.5.
    """
    values, look = getattr(trace, name)[:, :, 0], plotting.LOOKS[name]
    fig, ax = plotting.figure(height=2.6)
    ax.plot(range(1, len(values) + 1), values, color=look.colour, marker=look.marker, ms=3, lw=1)
    ax.axhline(0.5, color=plotting.QUIET, ls="--")
    ax.set(ylim=(0, 1), xlabel="step t", title=f"{look.word} of each unit")
    T, H = values.shape
    span = f"between {values.min():.2f} and {values.max():.2f}"
    plotting.show(fig, f"The {look.word} of each of {H} units over {T} steps, {span}. The dashed line is at 0.5.")


def draw_drift(curves, title):
    """Draw how far two runs are apart, step by step, on a logarithmic scale.

    Parameters
    ----------
    curves : dict of array_like
        What was done → the differences; three at most.
    title : str
        What is compared.

    Examples
    --------
    >>> draw_drift({"as it is": [1e-16, 1e-3]}, "Losses")  # in a notebook: the picture
    Figure: Losses: how far they are apart after each training step. As it is: at most 1e-03.
    """
    fig, ax = plotting.figure(height=2.8)
    told = []
    # one may hide another
    looks = [("o-", 4, "#A8A8A8"), ("s--", 1.2, plotting.INK), ("^:", 1.2, plotting.PURPLE)]
    for (words, values), (style, lw, colour) in zip(curves.items(), looks[: len(curves)], strict=True):
        apart = np.maximum(np.abs(values), ROUNDING)  # equal to the last digit has no place on such a scale
        ax.semilogy(range(1, len(apart) + 1), apart, style, color=colour, ms=4, lw=lw, label=words)
        most = f"at most {apart.max():.0e}" if apart.max() > ROUNDING else "equal to rounding"
        told.append(f"{words[0].upper()}{words[1:]}: {most}.")
    ax.set(xlabel="training step", ylabel="difference", title=title, ylim=(ROUNDING / 3, 1))
    plotting.legend(ax)
    plotting.show(fig, f"{title}: how far they are apart after each training step. {' '.join(told)}")


ROUNDING = 1e-10  # below it lies what differs from one processor to the next


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


def squared_error(cell):
    """Return the function that gives the mean squared error of a model with this cell, and its gradients.

    Examples
    --------
    >>> params = model.init_params(lstm, D=1, H=2, K=1, rng=np.random.default_rng(0))
    >>> float(squared_error(lstm)(params | {"b_y": np.ones((1, 1))}, np.zeros((3, 1, 1)), np.zeros((3, 1, 1)))[0])
    1.0
    """
    return lambda params, X, Y: model.loss_and_grads(cell, params, X, Y, functional.mean_squared_error)


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


def draw_scan(T):
    """Draw how neighbouring steps are joined, round by round; full circles hold all steps from the first.

    Parameters
    ----------
    T : int
        How many steps.

    Examples
    --------
    >>> draw_scan(8)  # in a notebook: the picture
    Figure: 8 steps are joined in 3 rounds: after them a sum holds up to 2, 4, 8 steps.
    """
    fig, ax = plotting.figure(height=2.5)
    n, rounds = 1, 0
    while n < T:
        for t in range(T):
            for start in [t, t - n] if t >= n else [t]:
                ax.plot([start, t], [rounds, rounds + 1], color=plotting.QUIET, lw=1.2, zorder=1)
        n, rounds = 2 * n, rounds + 1
    for row in range(rounds + 1):
        faces = [plotting.INK if t < 2**row else "white" for t in range(T)]
        ax.scatter(range(T), [row] * T, s=90, c=faces, edgecolors=plotting.INK, linewidths=1.4, zorder=2)
    ax.set(xticks=range(T), xticklabels=range(1, T + 1), xlabel="step t", ylim=(rounds + 0.4, -0.4))
    ax.set_yticks(range(rounds + 1), ["at first", *(f"round {row}" for row in range(1, rounds + 1))])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    held = ", ".join(str(2**row) for row in range(1, rounds + 1))
    plotting.show(fig, f"{T} steps are joined in {rounds} rounds: after them a sum holds up to {held} steps.")


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


def draw_paths(path):
    """Draw memories over time, each as a part of its largest value.

    Parameters
    ----------
    path : ndarray of shape (T, n)
        What `reading_ones` returns.

    Examples
    --------
    >>> draw_paths(np.array([[1.0, -1.0], [2.0, -4.0]]))  # in a notebook: the picture
    Figure: 2 memories over 2 steps, each as a part of its largest value: 2 go one way only.
    """
    fig, ax = plotting.figure(height=2.3)
    ax.plot(range(1, len(path) + 1), path / np.abs(path).max(axis=0), color=plotting.INK, lw=0.8, alpha=0.6)
    ax.set(xlabel="steps, at each of which a one is read", ylabel="memory / its largest", ylim=(-1.1, 1.1))
    ax.set_xticks(range(1, len(path) + 1, 3))
    steps = np.round(np.diff(path, axis=0), 12)
    one_way = ((steps >= 0).all(axis=0) | (steps <= 0).all(axis=0)).sum()
    said = f"{path.shape[1]} memories over {len(path)} steps, each as a part of its largest value"
    plotting.show(fig, f"{said}: {one_way} go one way only.")


def draw_parity(params, bits):
    """Draw what one unit shows that begins at C = −1; grey is where the number of ones so far is odd.

    Parameters
    ----------
    params : dict of array_like
        Of `lstm`, with one input and one unit.
    bits : sequence of int
        What it reads, 0 or 1.

    Examples
    --------
    >>> silent = {f"{p}_{k}": np.zeros((1, 2 if p == "W" else 1)) for p in "Wb" for k in "ifCo"}
    >>> draw_parity(silent, [1, 0])  # in a notebook: the picture
    Figure: A unit reads 1 0. Odd so far: 1 1. What it shows is above 0: 0 0.
    """
    params = {name: np.array(p, float) for name, p in params.items()}
    start = np.array([[np.tanh(-1)]]), np.array([[-1.0]])
    hs, _ = lstm.forward(params, np.reshape(bits, (-1, 1, 1)), start)
    shown, odd = hs[:, 0, 0], np.cumsum(bits) % 2
    fig, ax = plotting.figure(height=2.3)
    for t in np.flatnonzero(odd):
        ax.axvspan(t - 0.5, t + 0.5, color="#E8E8E8", lw=0)
    look = plotting.LOOKS["h_t"]
    ax.step(range(len(bits)), shown, where="mid", color=look.colour, lw=1)
    ax.plot(range(len(bits)), shown, look.marker, color=look.colour)
    ax.set(xticks=range(len(bits)), xticklabels=bits, ylim=(-1, 1), ylabel="h", title="Grey: odd so far")
    ax.set(xlabel="the bit that is read")
    said = [" ".join(map(str, row)) for row in (bits, odd, (shown > 0).astype(int))]
    plotting.show(fig, f"A unit reads {said[0]}. Odd so far: {said[1]}. What it shows is above 0: {said[2]}.")
