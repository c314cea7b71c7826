"""A learner plays the course: the pieces of my_lstm.py are written, checked, kept; the file runs, and is judged.

The pieces are the folded solutions of the lessons first, then variants in styles of their own. At the end one line
of the file is spoilt, in ten ways, and the finale has to name the piece.
"""

import itertools
import linecache
import re
import subprocess
import sys

import numpy as np
import player
import pytest

from lstm_lib import functional, lstm, training
from lstm_lib.functional import sigmoid, sigmoid_grad, tanh_grad
from lstm_lib.lesson import exercises, finale, mine
from lstm_lib.lesson.checks import check_function
from lstm_lib.lesson.standalone import text_of

pytestmark = pytest.mark.slow

COUNT = itertools.count()
NAMES = {  # of the gaps in the lessons
    "step": "my_step",
    "step_backward": "my_step_backward",
    "backward": "my_backward",
    "init_params": "my_start",
    "loss": "my_loss",
    "adam": "my_adam",
    "train": "my_train",
}
LAST = {"loss": "check_loss", "adam": "check_adam", "train": "check_train"}
USUAL = {"np": np, "lstm": lstm, "functional": functional, "training": training, "GATES": lstm.GATES}
USUAL |= {"sigmoid": sigmoid, "sigmoid_grad": sigmoid_grad, "tanh_grad": tanh_grad, "Step": lstm.Step}
CLIP = """
def clip(grads, max_norm=1.0):
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    shrink = min(1.0, max_norm / norm)
    return {name: shrink * g for name, g in grads.items()}
"""

LOOPS = {
    "step": """
def by_hand(params, x_t, h_prev, C_prev):
    z_t = np.vstack((h_prev, x_t))
    a = {}
    for k in ("f", "i", "C", "o"):
        a[k] = np.empty_like(h_prev)
        for row in range(len(h_prev)):
            a[k][row] = params["W_" + k][row] @ z_t + params["b_" + k][row]
    f_t, i_t, o_t = 1 / (1 + np.exp(-a["f"])), 1 / (1 + np.exp(-a["i"])), 1 / (1 + np.exp(-a["o"]))
    C_tilde = np.tanh(a["C"])
    C_t = f_t * C_prev + i_t * C_tilde
    return Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, o_t * np.tanh(C_t))
""",
    "step_backward": """
def back(params, s, dh_t, dC_t):
    squashed = np.tanh(s.C_t)
    dC = dC_t + dh_t * s.o_t * (1 - squashed**2)
    to = {"f": dC * s.C_prev, "i": dC * s.C_tilde, "C": dC * s.i_t, "o": dh_t * squashed}
    slope = {"f": s.f_t * (1 - s.f_t), "i": s.i_t * (1 - s.i_t), "C": 1 - s.C_tilde**2, "o": s.o_t * (1 - s.o_t)}
    grads, dz = {}, np.zeros_like(s.z_t)
    for k in "fiCo":
        da = to[k] * slope[k]
        grads["W_" + k] = sum(np.outer(da[:, b], s.z_t[:, b]) for b in range(da.shape[1]))
        grads["b_" + k] = da.sum(axis=1)[:, None]
        dz += params["W_" + k].T @ da
    H = len(dh_t)
    return grads, dz[H:], dz[:H], dC * s.f_t
""",
    "backward": """
def through_time(params, dhs, steps, dstate=None):
    grads = {name: np.zeros_like(p) for name, p in params.items() if name[2] in "fiCo"}
    dh, dC = (0 * dhs[0], 0 * dhs[0]) if dstate is None else dstate
    dX = [None] * len(steps)
    t = len(steps) - 1
    while t >= 0:
        one, dX[t], dh, dC = lstm.step_backward(params, steps[t], dhs[t] + dh, dC)
        for name in one:
            grads[name] = grads[name] + one[name]
        t -= 1
    return grads, np.array(dX), (dh, dC)
""",
    "init_params": """
def start(D, H, rng, *, forget_bias=1.0):
    params = {}
    for k in "fiCo":
        params["W_" + k] = rng.uniform(-1, 1, (H, H + D)) / np.sqrt(H)
        params["b_" + k] = np.zeros((H, 1))
    params["b_f"] += forget_bias
    return params
""",
    "loss": """
def mean_square(Y_hat, Y):
    total, slopes = 0.0, np.zeros_like(Y_hat)
    for t in range(len(Y)):
        e = Y_hat[t] - Y[t]
        total, slopes[t] = total + (e * e).sum(), 2 * e / Y.size
    return total / Y.size, slopes
""",
    "adam": """
def move(params, grads, state, lr=0.01):
    if "t" not in state:
        state["t"] = 0
        state["m"], state["v"] = ({k: np.zeros_like(p) for k, p in params.items()} for _ in range(2))
    state["t"] += 1
    for k in grads:
        state["m"][k] = 0.9 * state["m"][k] + 0.1 * grads[k]
        state["v"][k] = 0.999 * state["v"][k] + 0.001 * grads[k] ** 2
        size = np.sqrt(state["v"][k] / (1 - 0.999 ** state["t"])) + 1e-8
        params[k] -= lr * state["m"][k] / (1 - 0.9 ** state["t"]) / size
""",
    "train": """
def loop(params, X, Y, n_steps, lr=0.01):
    losses = []
    memory = {}
    while len(losses) < n_steps:
        value, grads = cell.loss_and_grads(params, X, Y)
        cell.adam(params, grads, memory, lr)
        losses.append(value)
    return losses
""",
}
EINSUM = {
    "step": """
def my_step(params, x_t, h_prev, C_prev):
    z_t = np.concatenate([h_prev, x_t])
    a = np.einsum("khz,zb->khb", np.array([params[f"W_{k}"] for k in "fiCo"]), z_t)
    a += np.array([params[f"b_{k}"] for k in "fiCo"])
    f_t, i_t, o_t, C_tilde = *(sigmoid(a[n]) for n in (0, 1, 3)), np.tanh(a[2])
    C_t = f_t * C_prev + i_t * C_tilde
    return lstm.Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, o_t * np.tanh(C_t))
""",
    "step_backward": """
def my_step_backward(params, s, dh_t, dC_t):
    tanh_C = np.tanh(s.C_t)
    dC = dC_t + dh_t * s.o_t * tanh_grad(tanh_C)
    da = np.array([dC * s.C_prev, dC * s.C_tilde, dC * s.i_t, dh_t * tanh_C])
    da *= np.array([sigmoid_grad(s.f_t), sigmoid_grad(s.i_t), tanh_grad(s.C_tilde), sigmoid_grad(s.o_t)])
    W = np.array([params[f"W_{k}"] for k in "fiCo"])
    dW, dz = np.einsum("khb,zb->khz", da, s.z_t), np.einsum("khz,khb->zb", W, da)
    grads = {f"W_{k}": dW[n] for n, k in enumerate("fiCo")}
    grads |= {f"b_{k}": da[n].sum(axis=1, keepdims=True) for n, k in enumerate("fiCo")}
    return grads, dz[len(dh_t) :], dz[: len(dh_t)], dC * s.f_t
""",
    "backward": LOOPS["backward"].replace("grads[name] = grads[name] + one[name]", "grads[name] += one[name]"),
    "init_params": """
def my_start(D, H, rng, *, forget_bias=1.0):
    drawn = rng.normal(0, np.sqrt(1 / (3 * H)), (4, H, H + D))
    params = {f"W_{k}": drawn[n] for n, k in enumerate("fiCo")}
    return params | {f"b_{k}": np.full((H, 1), forget_bias * (k == "f")) for k in "fiCo"}
""",
    "loss": """
def my_loss(Y_hat, Y):
    error = Y_hat - Y
    return np.einsum("tkb,tkb->", error, error) / error.size, 2 / error.size * error
""",
    "adam": LOOPS["adam"],
    "train": LOOPS["train"].replace("adam(params, grads", "adam(params, clip(grads)"),
}
IN_PLACE = EINSUM | {
    "step_backward": """
def my_step_backward(params, s, dh_t, dC_t):
    tanh_C, dz, grads = np.tanh(s.C_t), np.zeros_like(s.z_t), {}
    dC = dC_t.copy()
    dC += dh_t * s.o_t * (1 - tanh_C * tanh_C)
    for k, gate, to in zip("fiCo", (s.f_t, s.i_t, s.C_tilde, s.o_t), (s.C_prev, s.C_tilde, s.i_t, tanh_C)):
        da = (dh_t if k == "o" else dC) * to
        da *= 1 - gate**2 if k == "C" else gate * (1 - gate)
        grads["W_" + k], grads["b_" + k] = da @ s.z_t.T, da.sum(axis=1, keepdims=True)
        dz += params["W_" + k].T @ da
    dC *= s.f_t
    return grads, dz[len(dC) :], dz[: len(dC)], dC
""",
    "loss": """
def my_loss(Y_hat, Y):
    slope = Y_hat - Y
    value = float(np.mean(slope**2))
    slope *= 2 / slope.size
    return value, slope
""",
    "adam": """
def my_adam(params, grads, state, lr=0.01):
    t = state["t"] = state.setdefault("t", 0) + 1
    for name, g in grads.items():
        m = state.setdefault(("m", name), np.zeros_like(g))
        v = state.setdefault(("v", name), np.zeros_like(g))
        m *= 0.9
        m += 0.1 * g
        v *= 0.999
        v += 0.001 * g * g
        params[name] -= lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
""",
}


def solutions():
    """Return the folded solutions of the lessons, by piece."""
    found = {}
    for lesson in player.lessons():
        for name, cell in player.gaps(lesson).items():
            found |= {piece: lesson.solutions[cell] for piece, gap in NAMES.items() if gap == name}
    if "Step(" not in found["step"]:  # the pair (h_t, C_t) is right, and not enough for the way back
        del found["step"]
    return {piece: found.get(piece, LOOPS[piece]) for piece in NAMES}


STYLES = {"the folded solutions": solutions(), "loops": LOOPS, "einsum": EINSUM, "in place": IN_PLACE}


def written(source, cell):
    """Run the cell of a notebook, and return the last function that it defines."""
    name = f"<cell {next(COUNT)}>"
    namespace = {"__name__": "__main__", **USUAL, "cell": cell}
    source = f"{CLIP}\n{source}"
    linecache.cache[name] = len(source), None, source.splitlines(True), name
    exec(compile(source, name, "exec"), namespace)
    return namespace[re.findall(r"^def (\w+)", source, re.MULTILINE)[-1]]


def play(style):
    """Write all pieces, each after those before it are kept, and have them checked."""
    for piece, source in STYLES[style].items():
        function = written(source, mine.cell())
        if piece in LAST:
            getattr(exercises.train_on_a_sine_wave, LAST[piece])(function)
        else:
            check_function(f"your {piece}", function, like=piece, keep=True)


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_MINE", str(tmp_path / "my_lstm.py"))
    return tmp_path / "my_lstm.py"


@pytest.mark.parametrize("style", STYLES)
def test_what_a_learner_writes_is_kept_trains_and_is_equal_to_pytorch(style, file, capsys):
    play(style)
    out = capsys.readouterr().out
    own = re.findall(r"^Kept as (\w+) in my_lstm.py\.$", out, re.MULTILINE)
    assert own == [*NAMES]
    assert not re.search("^[✗○]", out, re.MULTILINE)
    finale.twenty_steps()
    finale.trials()
    out = capsys.readouterr().out
    assert out.startswith("Your own code: the loss falls ")
    assert "in twenty steps, as it must." in out
    assert re.search(rf"^Yours: {finale.n_lines(own)} lines, equal to PyTorch to 1e-12\.$", out, re.MULTILINE)
    assert "not equal" not in out
    assert 40 < finale.n_lines(own) < 120


@pytest.mark.parametrize(
    "style", ["in place", *(pytest.param(style, marks=pytest.mark.weekly) for style in ("loops", "einsum"))]
)
def test_the_file_runs_alone_and_trains_the_wave(style, file, capsys):
    play(style)
    done = subprocess.run([sys.executable, "-I", str(file)], capture_output=True, text=True, cwd=file.parent)
    assert done.stderr == ""
    assert float(done.stdout.split("from step 21 on: ")[1]) < 1e-4


WRONG = {  # in the file of the learner who writes in place: what is spoilt, and which piece is then to be named
    "the gates are added up": ("C_t = f_t * C_prev + i_t * C_tilde", "C_t = f_t * C_prev + C_tilde", "step"),
    "σ is another curve": ("0.5 * (1 + np.tanh(0.5 * a))", "0.5 * (1 + np.tanh(a))", "step"),
    "h does not go on": ("h_t, C_t = steps[-1].h_t, steps[-1].C_t", "C_t = steps[-1].C_t", "forward"),
    "the path through h is lost": ("dC += dh_t * s.o_t * (1 - tanh_C * tanh_C)", "pass", "step_backward"),
    "the last step only": ("grads[name] += one[name]", "grads[name] = one[name]", "backward"),
    "all begin at zero": ("drawn = rng.normal(", "drawn = 0 * rng.normal(", "init_params"),
    "no 2 in the gradient": ("slope *= 2 / slope.size", "slope *= 1 / slope.size", "loss"),
    "the read-out hears nothing": ('params["W_y"].T @ dY_hat', '0 * params["W_y"].T @ dY_hat', "loss_and_grads"),
    "up the slope": ("params[name] -= lr", "params[name] += lr", "adam"),
    "Adam forgets": ("clip(grads), memory, lr)", "clip(grads), {}, lr)", "train"),
}  # fmt: skip


@pytest.fixture(scope="module")
def written_in_place(tmp_path_factory):
    """The file of the learner who writes in place."""
    file = tmp_path_factory.mktemp("in place") / "my_lstm.py"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSTM_MINE", str(file))
        play("in place")
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize(("old", "new", "piece"), WRONG.values(), ids=WRONG)
def test_one_wrong_piece_is_named(old, new, piece, written_in_place, file, capsys):
    assert written_in_place.count(old) == 1
    file.write_text(written_in_place.replace(old, new), encoding="utf-8")
    finale.twenty_steps()
    out = capsys.readouterr().out
    assert re.findall(r"^The piece that is wrong is (\w+): \S", out, re.MULTILINE) == [piece]
    finale.trials()
    out = capsys.readouterr().out
    assert f"But {piece}: wrong." in out
    mine.cell()  # what is wrong is replaced, and the lesson goes on
    assert f"{piece} in my_lstm.py does not fit any more: " in capsys.readouterr().out


FORMS = {  # of a right answer: what it gives back instead, and whether it fits into the file
    "step": {
        "return Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, o_t * np.tanh(C_t))": {
            "return Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, o_t * np.tanh(C_t))._asdict()": False,
            "return z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, o_t * np.tanh(C_t)": False,
        }
    },
    "step_backward": {
        "return grads, dz[H:], dz[:H], dC * s.f_t": {
            'return {"grads": grads, "dx_t": dz[H:], "dh_prev": dz[:H], "dC_prev": dC * s.f_t}': False,
            'return grads | {"dx_t": dz[H:], "dh_prev": dz[:H], "dC_prev": dC * s.f_t}': False,
            "return [grads, dz[H:], dz[:H], dC * s.f_t]": True,
            "return {k: g.tolist() for k, g in grads.items()}, dz[H:], dz[:H], dC * s.f_t": False,
        }
    },
    "backward": {
        "return grads, np.array(dX), (dh, dC)": {
            'return {"grads": grads, "dX": dX, "dstate_0": (dh, dC)}': False,
            "return [grads, dX, [dh, dC]]": True,
            "return grads, dX, np.array([dh, dC])": True,
            "yield from (grads, dX, (dh, dC))": False,
        }
    },
    "init_params": {"return params": {"return __import__('types').MappingProxyType(params)": False}},
    "loss": {
        "return total / Y.size, slopes": {
            "return [np.float64(total / Y.size), slopes]": True,
            "return np.array([total / Y.size]), slopes": False,
        }
    },
    "train": {"return losses": {"return np.array(losses)": True, "return iter(losses)": False}},
}
VARIANTS = [
    pytest.param(piece, old, new, kept, id=f"{piece}: {new[:40]}")
    for piece, olds in FORMS.items()
    for old, news in olds.items()
    for new, kept in news.items()
]


@pytest.mark.parametrize(("piece", "old", "new", "kept"), VARIANTS)
def test_what_is_called_right_is_kept_and_works_or_hears_why_not(piece, old, new, kept, file, capsys):
    source = LOOPS[piece].replace(old, new)
    assert source != LOOPS[piece]
    function = written(source, mine.cell())
    capsys.readouterr()
    if piece in LAST:
        getattr(exercises.train_on_a_sine_wave, LAST[piece])(function)
    else:
        check_function("it", function, like=piece, keep=True)
    right, said = capsys.readouterr().out.splitlines()
    assert right.startswith("✓")
    assert said.startswith(f"Kept as {piece}" if kept else f"It is not kept in my_lstm.py: {mine.FORMS[piece]}.")
    file.write_text(f"{mine.TEMPLATE.read_text(encoding='utf-8')}# --- {piece} ---\n{text_of(function, piece)}")
    finale.twenty_steps()
    finale.trials()
    assert ("in twenty steps, as it must." in capsys.readouterr().out) == kept


def test_a_file_that_cannot_run_is_a_sentence(file, capsys):
    file.write_text("def step(:\n", encoding="utf-8")
    finale.twenty_steps()
    finale.trials()
    assert capsys.readouterr().out.count("my_lstm.py cannot be used: ") == 2
