"""Every known mistake is recognised by its numbers, every right answer is accepted, the rest is told honestly."""

import functools
import itertools
import types
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib import lstm
from lstm_lib.lesson import diagnoses
from lstm_lib.lesson.diagnoses import verdict
from lstm_lib.lesson.mistakes import CATALOGUE
from lstm_lib.lesson.quantities import quantities

pytestmark = pytest.mark.slow  # the whole file takes some seconds

settings.register_profile("course", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("course")

TASKS = [task for task in diagnoses.TASKS if task != "init_params"]
MISTAKES = {name: (mistake.words, mistake.cell()) for name, mistake in CATALOGUE.items()}
each_task = pytest.mark.parametrize("task", TASKS)
each_mistake = pytest.mark.parametrize("name", MISTAKES)


def arguments(task):
    return diagnoses._arguments(task)


def function(cell, task):
    """Return the function of a changed module as a learner would hand it in: it takes the library's steps."""
    if task != "backward":
        return getattr(cell, task)
    return lambda params, dhs, steps, dstate: cell.backward(params, dhs, [cell.Step(*s) for s in steps], dstate)


@functools.cache
def heard(task, name):
    """Return what is said of a known mistake: the mark, and the text."""
    return verdict(task, function(MISTAKES[name][1], task))


# --- what is known -----------------------------------------------------------------------------------------------


ELSEWHERE = {"undefined_name", "identical_gates"}  # one stops, one is a way to start


@pytest.mark.parametrize("name", [name for name in MISTAKES if name not in ELSEWHERE])
def test_every_mistake_gets_its_own_message(name):
    said = [heard(task, name)[1] for task in TASKS]
    assert f"You get this if {MISTAKES[name][0]}." in " ".join(said)


@each_mistake
@each_task
def test_a_mistake_is_never_taken_for_another_one_that_computes_something_else(task, name):
    mark, text = heard(task, name)
    if mark == "✓":
        return
    if "You get this if" not in text:
        assert name == "undefined_name"
        assert "NameError: name 'out_gate' is not defined. It was at the line `h_t = out_gate" in text
        return
    told = next(other for other, (words, _) in MISTAKES.items() if f"You get this if {words}." in text)
    same = [diagnoses._computed(MISTAKES[each][1], task, arguments(task)) for each in (name, told)]
    assert all(diagnoses._equal(same[0][key], same[1][key]) for key in same[0])


@each_task
def test_where_two_mistakes_compute_the_same_the_likelier_one_is_named(task):
    likelier = (
        {("swapped_concat", "swapped_slices"), ("sigmoid_candidate", "sigmoid_slope_for_candidate")}
        if "backward" in task
        else set()
    )
    for name in MISTAKES:
        _, text = heard(task, name)
        told = [other for other, (words, _) in MISTAKES.items() if f"You get this if {words}." in text]
        assert not told or told == [name] or (name, *told) in likelier


def test_the_first_quantity_that_differs_is_named_with_its_step():
    said = {name: heard("forward", name)[1] for name in MISTAKES}
    assert said["no_output_tanh"].startswith("h_t at step t = 1 differs first, by up to ")
    assert said["old_C_in_output"].startswith("h_t at step t = 1 differs first")
    assert said["no_feedback"].startswith("z_t at step t = 2 differs first")
    assert said["no_memory_on"].startswith("C_t at step t = 2 differs first")
    assert said["hs_one_early"].startswith("hs at step t = 1 differs first")
    said = {name: heard("backward", name)[1] for name in MISTAKES}
    assert said["dropped_dC"].startswith("dX at step t = 4 differs first")
    assert said["dropped_dh"].startswith("dX at step t = 4 differs first")
    assert said["overwritten_gradients"].startswith('grads["b_f"] differs first')
    assert said["dstate_swapped"].startswith("dC_0 differs first")


def test_a_function_without_a_state_is_tried_without_one():
    def forward_with(cell):
        return lambda params, X: cell.forward(params, X)

    def backward_with(cell):
        return lambda params, dhs, steps: function(cell, "backward")(params, dhs, steps, None)

    for task, without, name in [("forward", forward_with, "no_bias"), ("backward", backward_with, "dropped_dC")]:
        words, cell = MISTAKES[name]
        assert verdict(task, without(lstm)) == ("✓", "right.")
        assert f"You get this if {words}." in verdict(task, without(cell))[1]


@given(st.sampled_from(TASKS), st.integers(0, 10**6), st.floats(1e-3, 10))
def test_a_wrong_number_that_nobody_knows_is_found_where_it_stands_and_not_explained(task, seed, error):
    def wrong(*given):
        answer = getattr(lstm, task)(*given)
        values = list(quantities(task, answer, len(given[1])).values())
        chosen = values[seed % len(values)]
        chosen.flat[seed % chosen.size] += error  # in place: the arrays of the answer itself
        return answer

    mark, text = verdict(task, wrong)
    assert mark == "✗"
    assert "differs first, by up to" in text
    assert "You get this if" not in text


def test_two_mistakes_are_told_one_after_the_other():
    def two(params, x_t, h_prev, C_prev):
        s = MISTAKES["keeps_when_closed"][1].step(params, x_t, h_prev, C_prev)
        return s._replace(h_t=s.o_t * s.C_t)

    def one(params, x_t, h_prev, C_prev):
        s = lstm.step(params, x_t, h_prev, C_prev)
        return s._replace(h_t=s.o_t * s.C_t)

    assert MISTAKES["keeps_when_closed"][0] in verdict("step", two)[1]
    assert MISTAKES["no_output_tanh"][0] in verdict("step", one)[1]


# --- right answers in any style ----------------------------------------------------------------------------------


def stacked(h, x):
    return np.concatenate([h, x])


def row_by_row(h, x):
    z = np.empty((len(h) + len(x), h.shape[1]))
    z[: len(h)], z[len(h) :] = h, x
    return z


Z = [
    stacked,
    row_by_row,
    lambda h, x: np.vstack((h, x)),
    lambda h, x: np.r_[h, x],
    lambda h, x: np.hstack([h.T, x.T]).T,
]
TIMES = [
    lambda A, B: A @ B,
    lambda A, B: np.einsum("ij,jk->ik", A, B),
    lambda A, B: (B.T @ A.T).T,
    lambda A, B: np.array(
        [[sum(A[i, j] * B[j, k] for j in range(len(B))) for k in range(B.shape[1])] for i in range(len(A))]
    ),
    lambda A, B: A.astype(np.float32) @ B.astype(np.float32),
    lambda A, B: A[:, ::-1] @ B[::-1],
]
SIGMA = [
    lambda a: 1 / (1 + np.exp(-a)),
    lambda a: 0.5 * (1 + np.tanh(a / 2)),
    lambda a: np.exp(a) / (np.exp(a) + 1),
]
Own = namedtuple("Own", lstm.Step._fields)
CONTAINER = [
    lambda s: s,
    lambda s: Own(*s),
    lambda s: s._asdict(),
    tuple,
    list,
    lambda s: types.SimpleNamespace(**s._asdict()),
    lambda s: (s.h_t, s.C_t),
    lambda s: {"h_t": s.h_t.tolist(), "C_t": s.C_t.tolist()},
    lambda s: lstm.Step(*(field.astype(np.float32) for field in s)),
]


def a_step(z, times, sigma, hold):
    def step(params, x_t, h_prev, C_prev):
        z_t = z(h_prev, x_t)
        f_t, i_t, o_t = (sigma(times(params[f"W_{k}"], z_t) + params[f"b_{k}"]) for k in "fio")
        C_tilde = np.tanh(times(params["W_C"], z_t) + params["b_C"])
        C_t = i_t * C_tilde + C_prev * f_t
        return hold(lstm.Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, np.tanh(C_t) * o_t))

    return step


SUM = [
    lambda A: A.sum(axis=1, keepdims=True),
    lambda A: np.array([[sum(row)] for row in A]),
    lambda A: A @ np.ones((A.shape[1], 1)),
    lambda A: np.einsum("ij->i", A)[:, None],
]


def a_step_backward(times, total, gates, hold=lambda *answer: answer):
    def step_backward(params, s, dh_t, dC_t):
        T, H = np.tanh(s.C_t), len(dh_t)
        dC = (1 - T**2) * s.o_t * dh_t + dC_t
        da = {"o": dh_t * T * s.o_t * (1 - s.o_t), "f": dC * s.C_prev * (s.f_t - s.f_t**2)}
        da |= {"C": (1 - s.C_tilde**2) * dC * s.i_t, "i": (1 - s.i_t) * s.i_t * dC * s.C_tilde}
        grads = {f"b_{k}": total(da[k]) for k in gates} | {f"W_{k}": times(da[k], s.z_t.T) for k in gates}
        dz = np.zeros_like(s.z_t)
        for k in gates:
            dz += times(params[f"W_{k}"].T, da[k])
        return hold(grads, dz[H:], dz[:H], s.f_t * dC)

    return step_backward


def as_dict(grads, dx_t, dh_prev, dC_prev):
    return {"grads": grads, "dx_t": dx_t, "dh_prev": dh_prev, "dC_prev": dC_prev}


def flat(grads, dx_t, dh_prev, dC_prev):
    return grads | {"dx_t": dx_t, "dh_prev": dh_prev, "dC_prev": dC_prev}


def as_lists(grads, *others):
    return [{name: grad.tolist() for name, grad in grads.items()}, *(each.tolist() for each in others)]


def in_a_row(grads, *others):
    return [grads[name] for name in lstm.SHAPES], *others


FORWARD = [
    lambda hs, steps: (np.array(hs), steps),
    lambda hs, steps: (hs, lstm.stack(steps)),
    lambda hs, steps: [hs, [s._asdict() for s in steps]],
    lambda hs, steps: {"hs": np.stack(hs), "steps": tuple(map(tuple, steps))},
    lambda hs, steps: {"hs": hs},
    lambda hs, steps: (tuple(hs), [(s.h_t, s.C_t) for s in steps]),
]


def a_forward(step, hold, by_index):
    def forward(params, X, state=None):
        h, C = 2 * [np.zeros((len(params["b_f"]), X.shape[2]))] if state is None else state
        steps = []
        for t in range(len(X)) if by_index else X:
            steps.append(lstm.Step(*step(params, X[t] if by_index else t, h, C)))
            h, C = steps[-1].h_t, steps[-1].C_t
        return hold([s.h_t for s in steps], steps)

    return forward


BACKWARD = [
    lambda *answer: answer,
    lambda grads, dX, dstate: [grads, list(dX), list(dstate)],
    lambda grads, dX, dstate: {"grads": grads, "dX": np.stack(dX), "dstate_0": np.stack(dstate)},
    lambda grads, dX, dstate: (types.SimpleNamespace(**grads), dX, dstate),
    lambda grads, dX, dstate: (grads, [dx.astype(np.float32) for dx in dX], dstate),
]


def a_backward(step_backward, hold, in_one_go):
    def backward(params, dhs, steps, dstate=None):
        dh, dC = 2 * [np.zeros_like(dhs[0])] if dstate is None else dstate
        all_grads, dX = [], [None] * len(steps)
        for t in range(len(steps) - 1, -1, -1):
            grads, dX[t], dh, dC = step_backward(params, steps[t], dhs[t] + dh, dC)
            all_grads.append(grads)
        if in_one_go:
            total = {name: np.sum([grads[name] for grads in all_grads], axis=0) for name in all_grads[0]}
        else:
            total = dict.fromkeys(all_grads[0], 0)
            for grads in reversed(all_grads):  # another order of adding
                total = {name: total[name] + grads[name] for name in total}
        return hold(total, dX, (dh, dC))

    return backward


def variants(task):
    """Return right answers to a task, made of every style with every other, thinned out evenly to fifty."""
    every = {
        "step": [lambda c=c: a_step(*c) for c in itertools.product(Z, TIMES, SIGMA, CONTAINER)],
        "step_backward": [
            lambda c=c: a_step_backward(*c)
            for c in itertools.product(
                TIMES, SUM, ["fiCo", "oCif"], [lambda *answer: answer, as_dict, flat, as_lists, in_a_row]
            )
        ],
        "forward": [
            lambda c=c: a_forward(a_step(*c[:3], tuple), *c[3:])
            for c in itertools.product(Z, TIMES, SIGMA, FORWARD, [True, False])
        ],
        "backward": [
            lambda c=c: a_backward(a_step_backward(*c[:3]), *c[3:])
            for c in itertools.product(TIMES, SUM, ["fiCo", "Cofi"], BACKWARD, [True, False])
        ],
    }[task]
    chosen = np.linspace(0, len(every) - 1, 50).astype(int)
    return [every[k]() for k in chosen]


@pytest.mark.parametrize(("task", "number"), [(task, k) for task in TASKS for k in range(50)])
def test_a_right_answer_in_any_style_is_accepted(task, number):
    assert verdict(task, variants(task)[number]) == ("✓", "right.")


def test_the_variants_are_two_hundred_and_use_every_style():
    assert sum(len(variants(task)) for task in TASKS) == 200


@each_task
def test_the_library_itself_is_right(task):
    assert verdict(task, getattr(lstm, task)) == ("✓", "right.")


# --- answers that are none ---------------------------------------------------------------------------------------


def gives(answer):
    return {task: (lambda *_: answer) for task in TASKS}


@each_task
@pytest.mark.parametrize("nothing", [..., (None, None), [..., ...], (..., ..., ...)], ids=repr)
def test_nothing_is_not_written_yet(task, nothing):
    assert verdict(task, gives(nothing)[task]) == ("○", "not written yet.")


@each_task
def test_a_stub_is_not_written_yet(task):
    def stub(*arguments):
        raise NotImplementedError("your turn")

    for nothing in (stub, None, ...):
        assert verdict(task, nothing) == ("○", "not written yet.")


RUBBISH = [
    "text",
    4,
    b"4",
    [],
    (),
    {},
    np.zeros(3),
    {"a": 4},
    [1, 2, 3],
    ({}, 1, 2, 3),
    ({}, 1, 2),
    (1, 2, 3, 4, 5),
]
RUBBISH += [
    object(),
    np.zeros((4, 3, 5)),
    {1, 2},
    lambda: 4,
    (k for k in [1]),
    (np.zeros(4), np.zeros(4)),
    float("nan"),
]
RUBBISH += [(1, (2, 3)), ("hs", "steps"), ({"W_f": 1}, "dX", "ab"), {"h_t": "a", "C_t": {}}, np.array(["a"]), type]


@each_task
@pytest.mark.parametrize("answer", RUBBISH, ids=lambda answer: type(answer).__name__)
def test_rubbish_gets_a_sentence(task, answer):
    mark, text = verdict(task, gives(answer)[task])
    assert mark == "✗"
    assert text.endswith(".")
    assert "\n" not in text


@given(
    st.sampled_from(TASKS),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.just(...) | st.just(np.zeros((3, 7))),
        lambda inner: (
            st.lists(inner, max_size=5)
            | st.lists(inner, max_size=5).map(tuple)
            | st.dictionaries(
                st.sampled_from([*lstm.Step._fields, *lstm.SHAPES, "grads", "dX", "hs", "steps"]), inner
            )
        ),
    ),
)
def test_nothing_is_raised_whatever_comes_back(task, answer):
    mark, text = verdict(task, gives(answer)[task])
    assert mark in "✗○"
    assert text[-1] in ".?"


def test_what_is_no_function_is_named():
    assert verdict("step", 4) == ("✗", "got an int; want a function.")
    assert verdict("step", "lstm.step") == ("✗", "got text; want a function.")


def test_other_arguments_are_named():
    assert verdict("step", lambda x: x) == ("✗", "it takes (x); want (params, x_t, h_prev, C_prev).")
    assert verdict("backward", lambda: 4) == ("✗", "it takes (); want (params, dhs, steps, dstate).")


def with_changes(**changes):
    return lambda *given: lstm.step(*given)._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"f_t": "text"}, ("✗", "f_t is text; want an array of numbers.")),
        ({"f_t": 1j * np.ones((3, 7))}, ("✗", "f_t is an array of shape (3, 7); want an array of numbers.")),
        ({"f_t": np.ones((3, 4))}, ("✗", "f_t has shape (3, 4); want (3, 7).")),
        ({"f_t": np.full((3, 7), np.nan)}, ("✗", "f_t differs first: it holds numbers that are not finite.")),
        ({"h_t": np.full((3, 7), np.inf)}, ("✗", "h_t differs first: it holds numbers that are not finite.")),
        ({"C_t": ...}, ("○", "C_t is not written yet; what comes before it is right.")),
        ({"z_t": None}, ("○", "z_t is not written yet.")),
    ],
    ids=str,
)
def test_what_is_odd_about_one_quantity_is_said(changes, answer):
    assert verdict("step", with_changes(**changes)) == answer


def test_a_gap_does_not_hide_what_is_wrong_before_it():
    text = verdict("step", lambda *given: MISTAKES["no_bias"][1].step(*given)._replace(h_t=...))[1]
    assert text.startswith("f_t differs first")
    assert MISTAKES["no_bias"][0] in text


def test_a_transposed_gradient_is_recognised():
    def turned(*given):
        grads, *rest = lstm.step_backward(*given)
        return grads | {"W_f": grads["W_f"].T}, *rest

    text = 'grads["W_f"] has shape (5, 3); want (3, 5). grads["W_f"] is the right one, transposed.'
    assert verdict("step_backward", turned) == ("✗", text)


def test_a_wrong_number_of_steps_is_named():
    def one_more(params, X, state):
        hs, steps = lstm.forward(params, X, state)
        return [state[0], *hs], [steps[0], *steps]

    assert verdict("forward", one_more) == ("✗", "hs has 5 steps; want 4, one for each x_t.")


def test_steps_and_hidden_states_belong_together():
    text = verdict("forward", lambda *given: (lstm.forward(*given)[0], []))[1]
    assert text == "steps has 0 steps; want 4, one for each x_t."


def test_writing_into_an_argument_is_named_although_the_numbers_are_right():
    def in_place(params, dhs, steps, dstate):
        answer = lstm.backward(params, dhs, steps, dstate)
        dhs[0] += 1
        return answer

    text = "the numbers are right. It writes into its argument dhs, which belongs to the caller: work on a copy."
    assert verdict("backward", in_place) == ("✗", text)
    assert verdict("backward", lstm.backward) == ("✓", "right.")  # the next one gets fresh numbers
