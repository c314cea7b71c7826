"""Whatever form a function of the LSTM has given back, its quantities are found, or a sentence says why not."""

import types

import numpy as np
import pytest

from lstm_lib import lstm
from lstm_lib.lesson.quantities import is_gap, place, quantities
from lstm_lib.lesson.reading import Unreadable

T, D, H, B = 4, 2, 3, 7
rng = np.random.default_rng(0)
PARAMS, X = lstm.init_params(D, H, rng), rng.normal(size=(T, D, B))
ZERO = np.zeros((H, B))
STEP = lstm.step(PARAMS, X[0], ZERO, ZERO)
HS, STEPS = lstm.forward(PARAMS, X)
GRADS, DX, DSTATE = lstm.backward(PARAMS, np.ones_like(HS), STEPS)
BACK = lstm.step_backward(PARAMS, STEP, ZERO + 1, ZERO)
NAMES = ("grads", "dx_t", "dh_prev", "dC_prev")

FORMS = {
    ("step", "a Step"): STEP,
    ("step", "a dict"): STEP._asdict(),
    ("step", "an object"): types.SimpleNamespace(**STEP._asdict()),
    ("step", "all in a row"): list(STEP),
    ("step_backward", "in a row"): BACK,
    ("step_backward", "a list"): list(BACK),
    ("step_backward", "a dict"): dict(zip(NAMES, BACK, strict=True)),
    ("step_backward", "one flat dict"): BACK[0] | dict(zip(NAMES[1:], BACK[1:], strict=True)),
    ("forward", "steps"): (HS, STEPS),
    ("forward", "lists"): (list(HS), list(STEPS)),
    ("forward", "stacked"): (HS, lstm.stack(STEPS)),
    ("forward", "a dict"): {"hs": HS, "steps": STEPS},
    ("forward", "dicts in a row"): (HS, [s._asdict() for s in STEPS]),
    ("backward", "in a row"): (GRADS, DX, DSTATE),
    ("backward", "lists"): (GRADS, list(DX), list(DSTATE)),
    ("backward", "a dict"): {"grads": GRADS, "dX": DX, "dstate_0": DSTATE},
}
USUAL = {task: next(answer for (name, _), answer in FORMS.items() if name == task) for task, _ in FORMS}


@pytest.mark.parametrize(("task", "form"), FORMS, ids=" as ".join)
def test_all_forms_hold_the_same(task, form):
    found, usual = quantities(task, FORMS[task, form], T), quantities(task, USUAL[task], T)
    assert list(found) == list(usual)
    assert all(np.array_equal(found[key], usual[key]) for key in usual)


@pytest.mark.parametrize("task", USUAL)
@pytest.mark.parametrize(
    "odd", [None, 3, "text", [], {}, print, np.zeros((3, 2)), object()], ids=lambda odd: type(odd).__name__
)
def test_what_holds_nothing_is_said(task, odd):
    with pytest.raises(Unreadable):
        quantities(task, odd, T)


@pytest.mark.parametrize(
    ("task", "answer", "words"),
    [
        ("step", (STEP.h_t, (STEP.h_t, STEP.C_t)), "as PyTorch does"),
        ("forward", (HS, (HS[-1], STEP.C_t)), "as PyTorch does"),
        ("step", {"h": STEP.h_t, "C": STEP.C_t}, "it gave back a dict with h, C; want the pair"),
        ("step_backward", (*BACK[1:], BACK[0]), "the grads, a dict, come first"),
        ("step_backward", ({f"d{k}": v for k, v in BACK[0].items()}, *BACK[1:]), "the names in it are dW_f"),
        ("forward", (HS.transpose(2, 1, 0), STEPS), f"hs has {B} steps; want {T}, one for each x_t"),
        ("backward", (GRADS, DX[:-1], DSTATE), f"dX has {T - 1} steps; want {T}"),
        ("backward", (GRADS, DX, DSTATE[0]), "(dh_0, dC_0) in the third place"),
    ],
)
def test_the_usual_slips_of_form_are_said(task, answer, words):
    with pytest.raises(Unreadable) as said:
        quantities(task, answer, T)
    assert words in str(said.value)


def test_a_gap_is_a_gap_wherever_it_stands():
    assert is_gap(quantities("step_backward", (..., *BACK[1:]), 1)["W_f", None])
    assert is_gap(quantities("backward", (GRADS, ..., DSTATE), T)["dX", 1])
    assert is_gap(quantities("forward", (HS, ...), T)["hs", 1]) is False
    assert not is_gap(np.zeros(3))


def test_time_runs_backward_on_the_way_back():
    assert [t for name, t in quantities("backward", USUAL["backward"], T) if name == "dX"] == [4, 3, 2, 1]


def test_a_quantity_is_called_as_the_lessons_write_it():
    assert [place(key) for key in [("h_t", None), ("dX", 3), ("b_C", None)]] == [
        "h_t",
        "dX at step t = 3",
        'grads["b_C"]',
    ]
