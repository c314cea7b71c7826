"""A line of working says what the library computes, in colours that can be read on its white ground."""

import re

import numpy as np
import pytest

from lstm_lib import data, lstm, sigmoid, symbolic
from lstm_lib.lesson.working import WayBack, Working


@pytest.fixture
def working():
    params, x_t, h_prev, C_prev = data.walkthrough()
    return Working(params, x_t.item(), h_prev.item(), C_prev.item())


def test_a_line_has_formula_numbers_and_value(working):
    assert repr(working.write(f_1=sigmoid(1.6))) == "f_1 = σ(a_f,1) = σ(1.6) = 0.832018"


def test_what_was_passed_over_is_computed_as_the_library_does():
    rng = np.random.default_rng(3)
    params = {name: rng.normal(size=p.shape) for name, p in lstm.init_params(1, 1, rng).items()}
    x, h, C = rng.normal(size=3)
    working = Working(params, x, h, C)
    hs, steps = lstm.forward(params, np.array([x, 0.0]).reshape(2, 1, 1), (np.array([[h]]), np.array([[C]])))
    working.write(x_2=0.0)
    line = repr(working.write(h_2=hs[1].item()))
    numbers = [float(number.replace("−", "-")) for number in re.findall(r"[−]?\d+\.\d+", line)]
    assert np.allclose(numbers, [steps[1].o_t.item(), steps[1].C_t.item(), hs[1].item()], rtol=0, atol=1e-6)


def test_the_learners_own_numbers_are_shown_and_carried_on(working):
    working.write(f_1=0.9)
    assert "0.9 · 0.2" in repr(working.write(C_1=0.5))
    assert repr(working.write(C_1=0.5)).endswith("= 0.5")


@pytest.mark.parametrize("found", [{"g_1": 1.0}, {"f_3": 1.0}, {"f_1": "wide"}])
def test_what_is_no_quantity_or_no_number_is_refused(working, found):
    with pytest.raises((TypeError, ValueError), match=next(iter(found))):
        working.write(**found)


def test_a_layer_of_several_units_is_refused():
    with pytest.raises(ValueError, match=r"params\['W_f'\] has shape \(3, 5\); want \(1, 2\)"):
        Working(lstm.init_params(2, 3, np.random.default_rng(0)), 0.5, 0.1, 0.2)


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


def test_every_colour_can_be_read_on_the_ground_that_comes_with_it(working):
    found = dict.fromkeys(["a_f_1", "f_1", "i_1", "C_tilde_1", "C_1", "o_1", "h_1", "x_2"], 0.5)
    html = working.write(**found)._repr_html_()
    assert "background:white" in html
    colours = set(re.findall("color:(#[0-9A-F]{6})", html))
    assert len(colours) >= 7
    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in colours)


# --- the way back ---


def test_every_gradient_of_a_step_is_computed_by_the_formula_that_is_shown():
    rng = np.random.default_rng(4)
    params = {name: rng.normal(size=p.shape) for name, p in lstm.init_params(2, 3, rng).items()}
    given = rng.normal(size=(2, 1)), rng.normal(size=(3, 1)), rng.normal(size=(3, 1))
    h_t = ", ".join(f"{entry:.6g}" for entry in lstm.step(params, *given).h_t.ravel())
    lines = WayBack(params, *given).write(do_t=np.ones((3, 1)), dC_t=np.array([[0.25], [0.5], [-1]])).lines
    assert [line.replace("\\,", "") for line in lines] == [
        rf"{symbolic.CELL['h_t']} = \left[{h_t}\right]",  # the formula from which both come, once
        rf"{symbolic.BACKWARD['do_t']} = \left[1, 1, 1\right]",
        rf"{symbolic.BACKWARD['dC_t']} = \left[0.25, 0.5, -1\right]",
    ]


def test_what_is_no_gradient_is_refused():
    with pytest.raises(ValueError, match="dq is no gradient"):
        WayBack(*data.walkthrough()).write(dq=1.0)
