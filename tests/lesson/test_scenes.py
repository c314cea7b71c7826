"""scenes: what the sliders draw is what the library computes, in one figure that is kept."""

import numpy as np
import pytest

from lstm_lib import data, flow, fused, lstm, model, plotting, rnn, training
from lstm_lib.functional import mean_squared_error
from lstm_lib.lesson import scenes
from lstm_lib.lesson.explorer import PRESETS, CellExplorer

pytestmark = pytest.mark.slow  # the whole file takes some seconds

FLAGS = np.array([0, 1, 0, 1, 1, 0, 0], float).reshape(-1, 1, 1)


@pytest.fixture(scope="module")
def counter():
    return CellExplorer(**PRESETS["a counter"]).params


@pytest.fixture(scope="module")
def trained():
    X, Y = data.sine_waves(40, 8, np.random.default_rng(1), omega=0.3)
    params = model.init_params(lstm, 1, 8, 1, np.random.default_rng(0))
    loss = lambda p, X, Y: model.loss_and_grads(fused, p, X, Y, mean_squared_error)  # noqa: E731
    training.fit(loss, params, [(X, Y)] * 200, training.Adam(0.02), max_norm=1.0, progress=False)
    return params


def line(view, label):
    (found,) = [artist for ax in view.fig.axes for artist in ax.lines if artist.get_label() == label]
    return found


# --- the stepper ---


def test_the_stepper_shows_what_was_kept_written_and_shown(counter):
    draw = scenes.stepper(counter, FLAGS)
    for t, s in enumerate(lstm.forward(counter, FLAGS)[1], 1):
        view, words = draw(t)
        bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in view.fig.axes[2].patches]
        kept, C_t = (s.f_t * s.C_prev).item(), s.C_t.item()
        expected = [(0, s.C_prev.item()), (0, kept), (kept, C_t), (0, C_t), (0, s.h_t.item())]
        assert bars == pytest.approx(np.array(expected), abs=1e-12)
        assert words.startswith(f"Step {t} of 7: x = {FLAGS[t - 1].item():+.2f} comes in.")
        assert f"{kept:+.3f}; {(s.i_t * s.C_tilde).item():+.3f} is written" in words
        assert f"now {C_t:+.3f}, and {s.h_t.item():+.3f} is shown" in words


def test_the_stepper_does_not_know_the_future(counter):
    draw = scenes.stepper(counter, FLAGS)
    C = lstm.stack(lstm.forward(counter, FLAGS)[1]).C_t.ravel()
    for t in (7, 3, 1):
        memory = line(draw(t)[0], "$C_t$  cell state")
        assert memory.get_xdata().tolist() == list(range(1, t + 1))
        assert memory.get_ydata().tolist() == C[:t].tolist()


def test_the_stepper_names_its_inputs():
    params = lstm.init_params(2, 3, np.random.default_rng(0))
    X = np.random.default_rng(1).normal(size=(4, 2, 1))
    view, words = scenes.stepper(params, X, inputs=["value", "flag"])(2)
    assert f"value = {X[1, 0, 0]:+.2f}, flag = {X[1, 1, 0]:+.2f} comes in" in words
    assert line(view, "flag").get_ydata().tolist() == X[:2, 1, 0].tolist()
    assert f"now {lstm.forward(params, X)[1][1].C_t[0, 0]:+.3f}" in words
    assert "x_1 = " in scenes.stepper(params, X)(1)[1]


def test_a_stepper_with_a_name_too_many_is_refused(counter):
    with pytest.raises(ValueError, match=r"^inputs has 2 names; want one for each of D = 1 inputs"):
        scenes.stepper(counter, FLAGS, inputs=["a", "b"])


def test_a_stepper_of_two_sequences_or_of_a_step_that_is_not_there_is_refused(counter):
    with pytest.raises(ValueError, match=r"^X has 2 sequences; want one"):
        scenes.stepper(counter, np.zeros((3, 1, 2)))
    draw = scenes.stepper(counter, FLAGS)
    for t, message in [
        (0, r"^t is 0; want a whole number of at least 1"),
        (8, r"^t is 8; want a step from 1 to 7"),
    ]:
        with pytest.raises(ValueError, match=message):
            draw(t)


# --- the gradient ---


@pytest.mark.parametrize("b_f", [-2.0, 0.0, 1.0, 3.0, 6.0])
def test_the_gradient_is_that_of_flow(b_f):
    view, words = scenes.gradient_flow(T=30)(b_f)
    rng = np.random.default_rng(0)
    params = lstm.init_params(1, 8, rng, forget_bias=b_f)
    X = rng.normal(size=(30, 1, 1))
    norms = flow.norms(lstm, params, X)
    assert line(view, "LSTM").get_ydata() == pytest.approx(norms)
    direct = flow.direct(lstm.forward(params, X)[1]).mean(axis=(1, 2))
    assert line(view, "its forget gates\nalone, mean").get_ydata() == pytest.approx(direct)
    plain = flow.norms(rnn, rnn.init_params(1, 8, rng), X)
    assert line(view, "plain RNN").get_ydata() == pytest.approx(plain)
    below = np.flatnonzero(norms < 0.01)
    left = f"less than a hundredth is left after {below[0]} steps" if len(below) else "even after 30 steps"
    assert left in words
    assert left in view.fig.axes[0].get_title(loc="left")


def test_a_bias_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match=r"^b_f is nan; want a finite number"):
        scenes.gradient_flow(T=5)(np.nan)


# --- the sine model ---


def test_the_sine_model_hears_and_then_goes_on_by_itself(trained):
    draw = scenes.sine_model(trained)
    for omega, noise in [(0.3, 0.0), (0.4, 0.2), (0.3, 0.0)]:
        view, words = draw(omega, noise)
        X, Y = data.sine_waves(100, 1, np.random.default_rng(0), omega=omega, noise=noise)
        told = model.predict(lstm, trained, X)[0][:40, 0, 0]
        alone = model.generate(lstm, trained, X[:40], 61)[1:, 0, 0]
        assert line(view, "what it predicts").get_ydata() == pytest.approx(np.concatenate([told, alone]))
        assert line(view, "the wave").get_ydata() == pytest.approx(Y[:, 0, 0])
        heard = line(view, "what it hears")
        assert heard.get_ydata() == pytest.approx(X[1:40, 0, 0])  # x_2 is the first that it could have said
        assert heard.get_xdata().tolist() == list(range(1, 40))
        error = np.sqrt(np.mean((alone - Y[40:, 0, 0]) ** 2))
        assert words.endswith(f"alone: {error:.3f}.")


def test_a_model_that_cannot_run_free_is_refused(trained):
    with pytest.raises(ValueError, match="feed outputs back as inputs"):
        scenes.sine_model(model.init_params(lstm, 1, 4, 2, np.random.default_rng(0)))
    with pytest.raises(ValueError, match=r"^omega "):
        scenes.sine_model(trained)(-1.0, 0.0)


# --- all of them ---


@pytest.fixture(params=["stepper", "gradient_flow", "sine_model"])
def scene(request, counter, trained):
    """A scene, and two places of its sliders."""
    return {
        "stepper": (scenes.stepper(counter, FLAGS), {"t": 2}, {"t": 5}),
        "gradient_flow": (scenes.gradient_flow(T=20), {"b_f": 0.0}, {"b_f": 4.0}),
        "sine_model": (scenes.sine_model(trained), {"omega": 0.3, "noise": 0.0}, {"omega": 0.5, "noise": 0.1}),
    }[request.param]


def test_one_figure_is_kept_and_what_it_shows_depends_on_the_sliders_alone(scene):
    draw, here, there = scene
    view, words = draw(**here)
    first = plotting.png(view)
    other, other_words = draw(**there)
    assert other is view
    assert plotting.png(other) != first
    assert other_words != words
    assert (plotting.png(draw(**here)[0]), draw(**here)[1]) == (first, words)


def test_nothing_that_moves_is_cut_off_at_the_edge(scene):
    draw, here, there = scene
    for place in (here, there):
        view, _ = draw(**place)
        for artist in view.moving:
            box = artist.get_window_extent(view.canvas.get_renderer())
            clipped = artist.get_clip_box()
            assert clipped is not None or view.fig.bbox.padded(1).fully_contains(*box.p0), artist
            assert clipped is not None or view.fig.bbox.padded(1).fully_contains(*box.p1), artist
