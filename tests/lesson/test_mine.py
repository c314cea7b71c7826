"""The learner's own file: what is kept stands alone, trains, and nothing of the learner's is ever lost."""

import itertools
import linecache
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from lstm_lib import data, functional, gradcheck, lstm, model, training
from lstm_lib.functional import mean_squared_error, sigmoid, sigmoid_grad, tanh_grad
from lstm_lib.lesson import exercises, mine, museum

COUNT = itertools.count()
USUAL = {"np": np, "lstm": lstm, "functional": functional, "training": training}
USUAL |= {"sigmoid": sigmoid, "sigmoid_grad": sigmoid_grad, "tanh_grad": tanh_grad}

STEP = """
def my_step(params, x_t, h_prev, C_prev):
    z_t = np.concatenate([h_prev, x_t])  # h on top
    f_t, i_t, o_t = (sigmoid(params[f"W_{k}"] @ z_t + params[f"b_{k}"]) for k in "fio")
    C_tilde = np.tanh(params["W_C"] @ z_t + params["b_C"])
    C_t = f_t * C_prev + i_t * C_tilde
    return lstm.Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, o_t * np.tanh(C_t))
"""
STEP_BACKWARD = """
SLOPES = {"f": 1, "i": 1, "o": 1}

def slope(k, s):
    return SLOPES[k] * s * (1 - s)

def my_step_backward(params, s, dh_t, dC_t):
    H = len(s.h_t)
    dC = dC_t + dh_t * s.o_t * (1 - np.tanh(s.C_t) ** 2)
    da = {"f": dC * s.C_prev * slope("f", s.f_t), "i": dC * s.C_tilde * slope("i", s.i_t)}
    da |= {"C": dC * s.i_t * (1 - s.C_tilde**2), "o": dh_t * np.tanh(s.C_t) * slope("o", s.o_t)}
    grads = {f"W_{k}": np.einsum("hb,zb->hz", da[k], s.z_t) for k in da}
    grads |= {f"b_{k}": da[k].sum(axis=1, keepdims=True) for k in da}
    dz = sum(params[f"W_{k}"].T @ da[k] for k in da)
    return grads, dz[H:], dz[:H], dC * s.f_t
"""
BACKWARD = """
def my_backward(params, dhs, steps, dstate=None):
    dh, dC = (np.zeros_like(dhs[0]),) * 2 if dstate is None else dstate
    grads, dX = {}, np.zeros((len(steps), len(steps[0].z_t) - len(dh), dh.shape[1]))
    for t in range(len(steps) - 1, -1, -1):
        own, dX[t], dh, dC = lstm.step_backward(params, steps[t], dhs[t] + dh, dC)
        grads = {k: grads.get(k, 0) + own[k] for k in own}
    return grads, dX, (dh, dC)
"""
INIT = """
def my_start(D, H, rng, *, forget_bias=1.0):
    params = {f"W_{k}": rng.normal(0, 1 / np.sqrt(3 * H), (H, H + D)) for k in "fiCo"}
    return params | {f"b_{k}": np.full((H, 1), forget_bias if k == "f" else 0.0) for k in "fiCo"}
"""
LOSS = """
def my_loss(Y_hat, Y):
    error = Y_hat - Y
    return float(np.mean(error**2)), 2 * error / error.size
"""
ADAM = """
def my_adam(params, grads, state, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    state["t"] = t = state.get("t", 0) + 1
    for name, g in grads.items():
        m = state["m", name] = beta1 * state.get(("m", name), 0) + (1 - beta1) * g
        v = state["v", name] = beta2 * state.get(("v", name), 0) + (1 - beta2) * g**2
        params[name] -= lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
"""
TRAIN = """
def my_train(params, X, Y, n_steps, lr=0.01):
    losses, state = [], {}
    for n in range(n_steps):
        value, grads = loss_and_grads(params, X, Y)
        adam(params, grads, state, lr)
        losses.append(value)
    return losses
"""
ALL = {
    "step": STEP,
    "step_backward": STEP_BACKWARD,
    "backward": BACKWARD,
    "init_params": INIT,
    "loss": LOSS,
    "adam": ADAM,
    "train": TRAIN,
}


def written(source, **more):
    """Run a notebook's cell, and return the last function that it defines."""
    name, namespace = f"<cell {next(COUNT)}>", {"__name__": "__main__", **USUAL, **more}
    source = textwrap.dedent(source).strip("\n") + "\n"
    linecache.cache[name] = len(source), None, source.splitlines(True), name
    before = set(namespace)
    exec(compile(source, name, "exec"), namespace)
    return [value for key, value in namespace.items() if key not in before and callable(value)][-1]


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_MINE", str(tmp_path / "my_lstm.py"))
    return tmp_path / "my_lstm.py"


def keep_all():
    return [mine.keep(piece, written(source)) for piece, source in ALL.items()]


@pytest.mark.slow
def test_what_is_kept_runs_alone_and_trains_the_wave(file):
    assert keep_all() == [f"Kept as {piece} in my_lstm.py." for piece in ALL]
    done = subprocess.run([sys.executable, "-I", str(file)], capture_output=True, text=True, cwd=file.parent)
    assert done.stderr == ""
    assert float(done.stdout.split(" training, ")[1].split()[0]) < 1e-3
    assert "lstm_lib" not in file.read_text()


def test_the_exercise_keeps_a_step_that_gives_back_all_of_it(file, capsys):
    pair = "def my_pair(*given):\n    step = lstm.step(*given)\n    return step.h_t, step.C_t\n"
    exercises.the_formulas.check_step(written(pair))
    assert capsys.readouterr().out.startswith("✓ your step: right.\nIt is not kept in my_lstm.py: ")
    assert not file.exists()
    exercises.the_formulas.check_step(written(STEP))
    assert capsys.readouterr().out == "✓ your step: right.\nKept as step in my_lstm.py.\n"


def test_comments_stay_and_helpers_come_along(file):
    keep_all()
    text = file.read_text()
    assert "# h on top" in text
    assert text.index("def slope(k, s)") < text.index("def step_backward(")
    assert "SLOPES = {" in text
    assert "lstm.Step(" not in text


def test_the_cell_is_the_learners_where_it_is_kept(file, capsys):
    mine.keep("step", written(STEP))
    cell = mine.cell()
    assert capsys.readouterr().out.startswith("Yours: step. The library's: step_backward, backward,")
    assert cell.step is not lstm.step
    assert cell.backward is lstm.backward
    assert museum.examine(cell) == {}


def test_the_whole_cell_is_healthy_and_trains_like_the_librarys(file, capsys):
    keep_all()
    cell = mine.cell()
    assert capsys.readouterr().out == "All seven pieces are yours.\n"
    assert not museum.equations(cell)
    assert not museum.gradients(cell)
    X, Y = data.sine_waves(7, 2, np.random.default_rng(0))
    params = model.init_params(cell, 1, 4, 1, np.random.default_rng(1))
    ours = model.loss_and_grads(lstm, params, X, Y, mean_squared_error)
    theirs = model.loss_and_grads(cell, params, X, Y, mean_squared_error)
    assert gradcheck.relative_error(ours[1]["W_f"], theirs[1]["W_f"]) < 1e-10
    assert np.isclose(cell.loss_and_grads(params, X, Y)[0], ours[0])
    assert cell.train(params, X, Y, 150)[-1] < ours[0] / 2


def test_a_way_back_without_dstate_is_given_one():
    short = mine.with_dstate(lambda params, dhs, steps: lstm.backward(params, dhs, steps))
    made = museum.problem()
    params = {name: made.values[name] for name in lstm.SHAPES}
    steps = lstm.forward(params, made.values["X"], (made.values["h_0"], made.values["C_0"]))[1]
    for dstate in (None, tuple(made.dstate)):
        (ours, dX, state), (theirs, dX_too, state_too) = (
            f(params, made.dhs, steps, dstate) for f in (short, lstm.backward)
        )
        for got, wanted in [
            (dX, dX_too),
            *zip(state, state_too, strict=True),
            *((ours[k], theirs[k]) for k in ours),
        ]:
            np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-14)


def test_progress_counts_the_pieces(file, capsys):
    for piece in ("step", "backward"):
        mine.keep(piece, written(ALL[piece]))
    mine.progress()
    assert capsys.readouterr().out == (
        "2 of 7 pieces are yours:\nstep ✓  step_backward ○  backward ✓  init_params ○  loss ○  adam ○  train ○\n"
    )


def test_another_version_is_kept_and_the_old_one_is_copied(file):
    mine.keep("loss", written(LOSS))
    assert mine.keep("loss", written(LOSS)) == "Kept as loss in my_lstm.py."  # the same: nothing to copy
    words = mine.keep("loss", written(LOSS.replace("error", "miss")))
    assert words == "Kept as loss in my_lstm.py. What stood there before is in my_lstm-1.py."
    assert "miss" in file.read_text()
    assert "error" in file.with_name("my_lstm-1.py").read_text()


def test_what_the_learner_wrote_by_hand_stays(file):
    mine.keep("loss", written(LOSS))
    file.write_text(
        file.read_text().replace("import numpy as np", "import numpy as np  # my own words") + "\nprint(1)\n"
    )
    mine.keep("adam", written(ADAM))
    text = file.read_text()
    assert "# my own words" in text
    assert text.endswith("print(1)\n")
    assert "def adam(" in text


def test_a_file_without_marks_gets_the_piece_at_its_end_and_keeps_the_rest(file):
    file.write_text("x = 1\n")
    mine.keep("loss", written(LOSS))
    assert file.read_text().startswith("x = 1\n# --- loss ---\ndef loss(")


BROKEN = {
    "a slip": ("def loss(", "def loss(("),
    "an error when it runs": ("import numpy as np", "import numpy as np\n1 / 0"),
    "it ends the program": ("import numpy as np", "import numpy as np\nraise SystemExit(3)"),
    "a module that is not there": ("import numpy as np", "import numpy as np\nimport not_there"),
}


@pytest.mark.parametrize("old_new", BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_run_is_a_sentence(file, capsys, old_new):
    mine.keep("loss", written(LOSS))
    file.write_text(file.read_text().replace(*old_new, 1))
    kept = file.read_text()
    cell = mine.cell()
    mine.progress()
    out = capsys.readouterr().out
    assert out.count("my_lstm.py cannot be used: ") == 2
    assert cell.loss is mean_squared_error
    assert file.read_text() == kept


def test_a_file_that_is_no_text_is_a_sentence(file, capsys):
    file.write_bytes(b"\xff\xfe\x00")
    mine.cell()
    assert "cannot be used" in capsys.readouterr().out
    assert mine.keep("loss", written(LOSS)).startswith("It is not kept: my_lstm.py cannot be read or written")
    assert file.read_bytes() == b"\xff\xfe\x00"


def test_a_piece_that_was_spoilt_by_hand_is_named_and_replaced(file, capsys):
    keep_all()
    file.write_text(file.read_text().replace("dC * s.f_t", "dC"))
    cell = mine.cell()
    out = capsys.readouterr().out
    assert "step_backward in my_lstm.py does not fit any more: " in out
    assert "The library's: step_backward." in out
    assert not museum.gradients(cell)


def test_a_step_that_gives_back_a_pair_is_not_kept(file):
    pair = STEP.replace(
        "lstm.Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, o_t * np.tanh(C_t))", "o_t * C_t, C_t"
    )
    assert "so return Step(z_t, f_t" in mine.keep("step", written(pair))
    assert not file.exists()


REFUSED = {
    "the library's own function": (
        "def f(p, d, s, dstate=None): return lstm.backward(p, d, s, dstate)",
        "lstm.backward",
    ),
    "something of the library": ("def f(p, g, s, lr): return training.Adam(lr).step(p, g)", "training.Adam"),
    "an array of the notebook": ("X = np.ones(3)\ndef f(p): return X", "it uses X, which only this notebook has"),
    "a closure": (
        "def g():\n    a = 1\n    def f(): return a\n    return f\nf = g()",
        "it uses a of the function",
    ),
    "no function": ("class f: pass", "not a function"),
    "another package": (
        "import sympy\ndef f(x): return sympy.sin(x)",
        "it uses sympy, and the file needs NumPy only",
    ),
}


@pytest.mark.parametrize(("source", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_stand_alone_is_not_kept_and_why(file, source, why):
    words = mine.keep("backward", written(source))
    assert words.startswith("It is not kept in my_lstm.py: ")
    assert why in words
    assert not file.exists()


def test_a_lambda_is_kept_under_the_name_of_the_piece(file):
    mine.keep("loss", written("loss = lambda Y_hat, Y: (np.mean((Y_hat - Y) ** 2), 2 * (Y_hat - Y) / Y.size)"))
    assert "\nloss = lambda Y_hat, Y:" in file.read_text()


def test_nothing_is_read_or_kept_where_the_variable_is_empty(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LSTM_MINE", "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_lstm.py").write_text("1 / 0")
    assert mine.keep("loss", written(LOSS)) == ""
    mine.progress()
    assert capsys.readouterr().out.startswith("0 of 7 pieces are yours")
    assert [path.name for path in tmp_path.iterdir()] == ["my_lstm.py"]


def test_the_file_is_found_from_a_folder_below(tmp_path, monkeypatch):
    monkeypatch.delenv("LSTM_MINE", raising=False)
    (tmp_path / "further").mkdir()
    monkeypatch.chdir(tmp_path)
    mine.keep("loss", written(LOSS))
    monkeypatch.chdir(tmp_path / "further")
    assert mine.place() == tmp_path / "my_lstm.py"


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_MINE", str(tmp_path / "gone" / "my_lstm.py"))
    assert mine.keep("loss", written(LOSS)).startswith("It is not kept: my_lstm.py cannot be read or written")
