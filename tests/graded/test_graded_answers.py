"""Partial credit, to the point: wrong submissions lose what they break, right ones in any style lose nothing.

The museum's exhibits are changes to the text of ``lstm.py``; the reference solutions have the same lines, so the
same changes make wrong submissions of them.
"""

import json

import cells
import classroom
import course as courses
import exam
import grade
import pytest
from mark import mark
from nbgrader.api import Gradebook

from lstm_lib.lesson import museum

PS1, PS2, PS3 = "ps1_forward", "ps2_backward", "ps3_training"
pytestmark = [pytest.mark.graded, classroom.needs_sandbox]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return classroom.make(tmp_path_factory.mktemp("course"), *courses.SETS)


def of_the_museum(name, notebook):
    """The changes of an exhibit that fit the text of a notebook's answers."""
    answers = "\n".join(
        classroom.text(cell) for cell in notebook["cells"] if classroom.label(cell).get("solution")
    )
    fitting = [(old, new) for old, new in museum.EXHIBITS[name].changes if old in answers]
    assert fitting
    return fitting


# --- what each mistake costs -------------------------------------------------------------------------------------

FORWARD = {  # exhibits in the forward pass, and the points of problem set 1 that each breaks
    "no_output_tanh": {"shown": 1},
    "no_candidate_tanh": {"gates": 1},
    "sigmoid_candidate": {"gates": 1},
    "no_bias": {"gates": 4},
    "swapped_concat": {"join": 1},
    "swapped_gates": {"gates": 2},
    "undefined_name": {"shown": 1},
}
ALL_OF_FORWARD = {"forward": 5}
MISTAKES = {  # the museum's others, in the words of problem set 1, and mistakes that teaching assistants meet
    "sigmoid_of_2a": ([("np.tanh(0.5 * a)", "np.tanh(a)")], {"sigmoid": 1}),
    "sigmoid gives NaN": ([("0.5 * (1 + np.tanh(0.5 * a))", "np.exp(a) / (1 + np.exp(a))")], {"sigmoid": 1}),
    "old_C_in_output": ([("h_t = shown(o_t, C_t)", "h_t = shown(o_t, C_prev)")], {"step": 1}),
    "peephole": ([("gates(params, z_t)\n", "gates(params, z_t + C_prev.mean())\n")], {"step": 3}),
    "no_feedback": (
        [("h_t, C_t = step(params, x_t, h_t, C_t)", "_, C_t = step(params, x_t, h_t, C_t)")],
        ALL_OF_FORWARD,
    ),
    "ignored_h_0": ([("for x_t in X:", "h_t = np.zeros((H, B))\n    for x_t in X:")], {"forward": 2}),
    "ignored_C_0": ([("for x_t in X:", "C_t = np.zeros((H, B))\n    for x_t in X:")], {"forward": 2}),
    "backwards in time": ([("for x_t in X:", "for x_t in X[::-1]:")], ALL_OF_FORWARD),
    "the last output only": ([("return np.array(hs), (h_t, C_t)", "return hs[-1], (h_t, C_t)")], {"forward": 4}),
    "h and C the wrong way round": ([("return h_t, C_t", "return C_t, h_t")], {"step": 3}),
    "i is 1 − f": ([("f_t * C_prev + i_t * C_tilde", "f_t * C_prev + (1 - f_t) * C_tilde")], {"new_memory": 2}),
    "numbers wrong by hand": ([('"C_t": own_C', '"C_t": 2 * own_C')], {"by_hand": 1}),
    "number of biases": ([("(H * (H + D) + H)", "(H * (H + D) + 1)")], {"shapes": 1}),
    "shape as text": ([("(H + D, B)", "'(H + D, B)'")], {"shapes": 1}),
    "a guess": ([("first_wrong = next(", "first_wrong = 'x' + next(")], {"first_wrong": 2}),
    "text for numbers": ([("return z_t", "return z_t.astype(str)")], {"join": 1}),
    "complex numbers": (
        [
            ("return C_t\n", "return C_t + 0j\n"),
        ],
        {"new_memory": 2},
    ),
}


@pytest.mark.parametrize("name", FORWARD)
def test_an_exhibit_of_the_forward_pass_loses_what_it_breaks(folder, name):
    perfect = classroom.solved(folder, PS1)
    wrong = classroom.changed(perfect, *of_the_museum(name, perfect))
    assert classroom.lost(folder, PS1, f"forward {name}", wrong) == FORWARD[name]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_loses_what_it_breaks(folder, name):
    changes, loss = MISTAKES[name]
    wrong = classroom.changed(classroom.solved(folder, PS1), *changes)
    assert classroom.lost(folder, PS1, f"mistake {name}", wrong) == loss


BACKWARD = {  # exhibits in the backward pass, and the points of problem set 2 that each breaks
    "dropped_dC": {"step_backward": 5},
    "dropped_path_through_h": {"step_backward": 5},
    "squashed_twice": {"step_backward": 3},
    "tanh_twice": {"step_backward": 1},
    "sigmoid_for_its_slope": {"step_backward": 1},
    "wrong_step_C": {"step_backward": 1},
    "wrong_step_h": {"step_backward": 2},
    "lost_parentheses": {"step_backward": 3},
    "copied_bias": {"step_backward": 2},
    "swapped_slices": {"step_backward": 2},
    "overwritten_dh": {"step_backward": 2},
    "clipped_inside": {"step_backward": 4},
    "overwritten_gradients": {"backward": 5},
    "dropped_dh": {"backward": 8},
    "ignored_losses": {"backward": 2},
    "dropped_both": {"backward": 8},
    "truncated": {"backward": 8},
}


@pytest.mark.parametrize("name", BACKWARD)
def test_an_exhibit_of_the_backward_pass_loses_what_it_breaks(folder, name):
    perfect = classroom.solved(folder, PS2)
    wrong = classroom.changed(perfect, *of_the_museum(name, perfect))
    assert classroom.lost(folder, PS2, f"backward {name}", wrong) == BACKWARD[name]


def test_every_exhibit_is_tried_but_one():
    tried = {*FORWARD, *MISTAKES, *BACKWARD} & {*museum.EXHIBITS}
    assert {*museum.EXHIBITS} - tried == {"identical_gates"}  # no problem set asks for fresh parameters


SYMBOLS_AND_TRAINING = {
    "a sign": (PS2, [('"dh_da": dh_dC', '"dh_da": -dh_dC')], {"symbolic": 2}),
    "a number for a formula": (PS2, [('"dh_dC_prev": dh_dC * f_t', '"dh_dC_prev": 0.25')], {"symbolic": 2}),
    "a symbol that is none": (
        PS2,
        [('"dh_dC_prev": dh_dC', '"dh_dC_prev": sp.Symbol("x") * dh_dC')],
        {"symbolic": 2},
    ),
    "a slope of what is not squashed": (
        PS2,
        [("return s * (1 - s)", "return sigmoid(s) * (1 - sigmoid(s))")],
        {"slopes": 1},
    ),
    "one name too many": (
        PS2,
        [("wrong_gradients = [", "wrong_gradients = ['b_o', 'b_f', 'C_prev'] + [")],
        {"wrong_gradients": 3},
    ),
    "a mean over the batch": (PS2, [("da[k].sum(", "da[k].mean(")], {"step_backward": 4}),
    "no 2 in the slope": (PS3, [("np.mean(error**2), 2 * error", "np.mean(error**2), error")], {"loss": 2}),
    "shortened or lengthened": (PS3, [("min(1.0, max_norm / length)", "max_norm / length")], {"clipping": 1}),
    "Adam uncorrected": (PS3, [("m / (1 - 0.9**t), v / (1 - 0.999**t)", "m, v")], {"adam": 2}),
    "no parameters": (
        PS3,
        [("params = model.init_params(fused, 1", "return [1.0]\n    x = (fused, 1")],
        {"sine": 5},
    ),
    "hardly trained": (PS3, [("[(X, Y)] * 300", "[(X, Y)] * 1")], {"sine": 4}),
    "labels of others": (PS3, [("[(X, Y)] * 400", "[(X, Y[..., ::-1])] * 400")], {"memory": 4}),
}


@pytest.mark.parametrize("name", SYMBOLS_AND_TRAINING)
def test_a_mistake_in_the_other_sets_loses_what_it_breaks(folder, name):
    assignment, changes, loss = SYMBOLS_AND_TRAINING[name]
    perfect = classroom.solved(folder, assignment)
    wrong = classroom.changed(perfect, *changes)
    assert classroom.lost(folder, assignment, f"other {name}", wrong) == loss


def test_half_finished_work_keeps_what_is_finished(folder):
    half = classroom.solved(folder, PS1)
    untouched = classroom.released(folder, PS1)
    for name in ("sigmoid", "gates", "first_wrong"):
        classroom.cell(half, name)["source"] = classroom.cell(untouched, name)["source"]
    assert classroom.lost(folder, PS1, "half", half) == {"sigmoid": 2, "gates": 4, "first_wrong": 2}


def test_nothing_written_is_no_point(folder):
    for name in courses.SETS:
        loss = classroom.lost(folder, name, "nothing", classroom.released(folder, name))
        assert loss == {
            question: sum(points for points, _ in each.checks.values())
            for question, each in courses.key_of(name).QUESTIONS.items()
        }


def test_what_is_written_in_words_waits_for_a_person(folder):
    perfect, half = classroom.solved(folder, PS3), classroom.solved(folder, PS3)
    classroom.cell(half, "judge")["source"] = classroom.text(
        classroom.cell(classroom.released(folder, PS3), "judge")
    )
    for student, notebook in (("wordy", perfect), ("half wordy", half)):
        classroom.hand_in(folder, student, PS3, notebook)
    assert grade.grade(PS3, folder) == {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", courses.COURSE_ID) as gradebook:
        waiting = {
            (student, name): gradebook.find_grade(name, PS3, PS3, student).needs_manual_grade
            for student in ("wordy", "half wordy")
            for name in ("why_bias", "judge")
        }
        said = gradebook.find_comment("judge", PS3, PS3, "half wordy").comment
    assert [pair for pair, yes in waiting.items() if not yes] == [("half wordy", "judge")]
    assert said == "No answer was found."


# --- right answers in unlike styles ------------------------------------------------------------------------------

STYLES = {
    "loops over single numbers": {
        "join": """def join(h_prev, x_t):
    rows = []
    for row in list(h_prev) + list(x_t):
        rows.append([float(number) for number in row])
    return rows""",
        "sigmoid": """from math import exp
def sigmoid(a):
    a = np.asarray(a, float)
    out = np.empty(a.shape)
    for place in np.ndindex(a.shape):
        x = a[place]
        out[place] = 1 / (1 + exp(-x)) if x > 0 else exp(x) / (1 + exp(x))
    return out""",
    },
    "einsum and one stacked matrix": {
        "gates": """def gates(params, z_t):
    W = np.stack([params["W_" + k] for k in "fiCo"])
    a = np.einsum("khz,zb->khb", W, z_t) + np.stack([params["b_" + k] for k in "fiCo"])
    return [sigmoid(a[0]), sigmoid(a[1]), np.tanh(a[2]), sigmoid(a[3])]"""
    },
    "a class with a state": {
        "forward": """class Cell:
    def __init__(self, params, h, C):
        self.params, self.h, self.C = params, h, C
    def __call__(self, x):
        self.h, self.C = step(self.params, x, self.h, self.C)
        return self.h
def forward(params, X, state=None):
    H, B = params["W_o"].shape[0], X.shape[-1]
    cell = Cell(params, *(state or (np.zeros((H, B)), np.zeros((H, B)))))
    return np.stack([cell(x) for x in X]), (cell.h, cell.C)"""
    },
    "lambdas": {
        "sigmoid": "sigmoid = lambda a: 1 / (1 + np.exp(-np.clip(a, -500, 500)))",
        "join": "join = lambda h_prev, x_t: np.vstack((h_prev, x_t))",
        "new_memory": "new_memory = lambda f, i, g, c: np.add(np.multiply(f, c), np.multiply(i, g))",
        "shown": "shown = lambda *two: two[0] * (np.exp(2 * two[1]) - 1) / (np.exp(2 * two[1]) + 1)",
    },
    "single precision": {
        "new_memory": """def new_memory(f_t, i_t, C_tilde, C_prev):
    f_t, i_t, C_tilde, C_prev = (np.float32(each) for each in (f_t, i_t, C_tilde, C_prev))
    return f_t * C_prev + i_t * C_tilde""",
        "shown": "shown = lambda o_t, C_t: (np.asarray(o_t, 'float32') * np.tanh(np.asarray(C_t, 'float32')))",
    },
    "lists in and lists out": {
        "by_hand": """W, P = given, given["printed"]
sig = lambda a: 1 / (1 + 2.718281828 ** -a)
pre = lambda k: W["W_" + k][0] * W["h_prev"] + W["W_" + k][1] * W["x_t"] + W["b_" + k]
import math
C = round(round(sig(pre("f")), 3) * W["C_prev"] + round(sig(pre("i")), 3) * round(math.tanh(pre("C")), 3), 3)
by_hand = dict(gate=[round(sig(pre(W["gate"])), 3)], C_t=[[C]], h_t=round(sig(pre("o")) * math.tanh(C), 3))
squashed = lambda k: math.tanh(pre(k)) if k == "C" else sig(pre(k))""",
        "shapes": """D, H, B = given["sizes"].values()
shapes = dict(z_t=[H + D, B], W=np.array([H, H + D]), numbers=float(4 * H * (H + D + 1)))""",
        "forward": """def forward(params, X, state=None):
    h, C = [np.zeros((len(params["b_i"]), np.shape(X)[2]))] * 2 if state is None else list(state)
    out = []
    for t in range(len(X)):
        h, C = step(params, X[t], h, C)
        out += [h.tolist()]
    return [out, [h.tolist(), C.tolist()]]""",
    },
    "helpers of another name, everything in one function": {
        "step": """def squash(v):
    return np.where(v >= 0, 1 / (1 + np.exp(-np.abs(v))), 1 - 1 / (1 + np.exp(-np.abs(v))))
def step(params, x_t, h_prev, C_prev):
    def lin(k):
        n = h_prev.shape[0]
        return params[f"W_{k}"][:, :n] @ h_prev + params[f"W_{k}"][:, n:] @ x_t + params[f"b_{k}"]
    c = squash(lin("f")) * C_prev + squash(lin("i")) * np.tanh(lin("C"))
    return squash(lin("o")) * np.tanh(c), c"""
    },
    "recursion, types and a decorator": {
        "forward": """import functools
def loud(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        print("called")
        return f(*args, **kwargs)
    return wrapper
@loud
def forward(params: dict, X: np.ndarray, state: tuple | None = None) -> tuple:
    if state is None:
        state = 2 * (np.zeros((params["b_f"].size, X.shape[2])),)
    if len(X) == 0:
        return np.empty((0, *state[0].shape)), state
    now = step(params, X[0], *state)
    hs, end = forward(params, X[1:], now)
    return np.concatenate([now[0][None], hs]), end"""
    },
    "in place, with magics and prints": {
        "gates": """%matplotlib inline
!echo hello
def gates(params, z_t):
    out = []
    for k, f in zip("fiCo", [sigmoid, sigmoid, np.tanh, sigmoid]):
        a = np.matmul(params["W_" + k], z_t)
        a += params["b_" + k]
        out.append(f(a))
    print("x" * 1000)
    return tuple(out)"""
    },
    "named tuples and a generator": {
        "step": """from typing import NamedTuple
class State(NamedTuple):
    h: np.ndarray
    C: np.ndarray
def step(params, x_t, h_prev, C_prev):
    f, i, g, o = gates(params, join(h_prev, x_t))
    memory = new_memory(f, i, g, C_prev)
    return State(shown(o, memory), memory)""",
        "forward": """def run(params, X, now):
    for x in X:
        now = step(params, x, *now)
        yield now
def forward(params, X, state=None):
    zero = np.zeros((params["b_f"].shape[0], X.shape[2]))
    states = list(run(params, X, state if state is not None else (zero, zero)))
    return np.array([s[0] for s in states]), states[-1]""",
    },
}
BACKWARD_STYLES = {
    "gate by gate": {
        "step_backward": """def step_backward(params, s, dh_t, dC_t):
    t = np.tanh(s.C_t)
    reach = dC_t + dh_t * s.o_t - dh_t * s.o_t * t * t
    a_f = reach * s.C_prev * s.f_t * (1 - s.f_t)
    a_i = reach * s.C_tilde * s.i_t * (1 - s.i_t)
    a_C = reach * s.i_t * (1 - s.C_tilde ** 2)
    a_o = dh_t * t * s.o_t * (1 - s.o_t)
    out = {}
    back = np.zeros_like(s.z_t)
    for k, a in (("f", a_f), ("i", a_i), ("C", a_C), ("o", a_o)):
        out["W_" + k] = np.einsum("hb,zb->hz", a, s.z_t)
        out["b_" + k] = a @ np.ones((a.shape[1], 1))
        back += params["W_" + k].T @ a
    n = s.h_t.shape[0]
    return [out, back[n:], back[:n], reach * s.f_t]"""
    },
    "sympy's own derivative, and no helper": {
        "symbolic": """a = dict(zip("fiCo", sp.symbols("a_f a_i a_C a_o")))
sig = lambda x: 1 / (1 + sp.exp(-x))
memory = sig(a["f"]) * C_prev + sig(a["i"]) * sp.tanh(a["C"])
h = sig(a["o"]) * sp.tanh(memory)
gate = given["gate"]
back = {a["f"]: sp.log(f_t / (1 - f_t)), a["i"]: sp.log(i_t / (1 - i_t)), a["C"]: sp.atanh(C_tilde),
        a["o"]: sp.log(o_t / (1 - o_t))}
symbolic = {"dh_da": sp.diff(h, a[gate]).subs(back), "dh_dC_prev": sp.diff(h, C_prev).subs(back)}""",
        "backward": """def backward(params, dhs, steps, dstate=None):
    T = len(steps)
    dh, dC = dstate if dstate else (0 * dhs[0], 0 * dhs[0])
    total, dX = None, [None] * T
    for t in range(T - 1, -1, -1):
        g, dX[t], dh, dC = step_backward(params, steps[t], dhs[t] + dh, dC)
        total = g if total is None else {k: total[k] + g[k] for k in total}
    return total, np.stack(dX), [dh, dC]""",
    },
}


@pytest.mark.parametrize("style", STYLES)
def test_a_right_answer_in_another_style_loses_nothing(folder, style):
    notebook = classroom.answered(classroom.solved(folder, PS1), **STYLES[style])
    assert classroom.lost(folder, PS1, f"style {style}", notebook) == {}


@pytest.mark.parametrize("style", BACKWARD_STYLES)
def test_a_right_backward_pass_in_another_style_loses_nothing(folder, style):
    notebook = classroom.answered(classroom.solved(folder, PS2), **BACKWARD_STYLES[style])
    assert classroom.lost(folder, PS2, f"style {style}", notebook) == {}


# --- variants ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", courses.SETS)
@pytest.mark.parametrize("student", ["ada", "bob", "Čapek 3"])
def test_every_variant_is_solved_by_the_reference_solution(folder, name, student):
    courses.hand_out(name, folder, [student])
    own = classroom.solved(folder, name)
    assert classroom.lost(folder, name, student, own) == {}


class Answers:
    """The answers of the reference solution for one variant, asked as a submission is."""

    def __init__(self, name, variant, key):
        import child  # it needs what Windows has not

        self.notebook = child.Notebook()
        given = {cell["id"]: cell["release"] for cell in key if cell["kind"] == "given"}
        for source in (given | {"given": courses.key_of(name).given(variant)}).values():
            self.notebook.run(source, "<given>")
        for cell in key:
            if cell["kind"] == "answer":
                self.notebook.run(cell["solution"], "<answer>")

    def value(self, name):
        return {"ok": json.loads(json.dumps(self.notebook.value(name)))}

    def evaluate(self, name, points):
        return {"ok": self.notebook.evaluate(name, points)}


OWN = ("by_hand", "shapes", "first_wrong", "symbolic", "wrong_gradients", "remember")  # what hangs on the variant


@pytest.mark.parametrize("name", courses.SETS)
def test_no_variant_is_solved_by_the_key_of_another(folder, name):
    key, questions = courses.read_key(name, folder), courses.key_of(name).QUESTIONS
    variants = [courses.variant(name, f"student {n}", b"a secret") for n in range(5)]
    for mine in variants:
        answers = Answers(name, mine, key)
        for other in variants:
            asked = [exam.ask(answers, questions[q], exam.generator(b"any"), other) for q in OWN if q in questions]
            solved = not any(said for checks in asked for said in checks.values())
            assert solved == (other is mine)


# --- what earns nothing ------------------------------------------------------------------------------------------

CHEAP = {  # what a function can give back without computing anything
    "zero": "0.0",
    "one": "1.0",
    "a half": "0.5",
    "nothing": "None",
    "its argument": "a[0]",
    "its last argument": "a[-1]",
    "a copy": "copy.deepcopy(a[0])",
    "all arguments": "a",
    "an argument and zero": "(a[0], 0.0)",
    "an argument, again and again": "(a[0],) * 4",
    "zeros of the same form": "like(a[0], 0.0)",
    "ones of the same form": "like(a[0], 1.0)",
    "ones of the last one's form": "like(a[-1], 1.0)",
    "everything about what came in": "[like(a[0], 0.0)] + list(a) + [0.0]",
}
LIKE = """
import copy
def like(value, number):
    if isinstance(value, dict): return {name: like(each, number) for name, each in value.items()}
    if isinstance(value, (list, tuple)): return [like(each, number) for each in value]
    return np.full(np.shape(value), number)
"""
VARIABLES = {"zero": "0", "one": "1", "nothing": "None", "its argument": "given", "a copy": "dict(given)"}


def cheap(folder, name, how):
    """Every answer of a problem set replaced: functions by one expression, variables by a constant or the numbers."""
    notebook, sheet = classroom.released(folder, name), cells.Sheet(courses.read_key(name, folder))
    for question, names in sheet.names.items():
        released = classroom.text(classroom.cell(notebook, question))
        lines = [
            f"def {each}(*a, **k):\n    return {CHEAP[how]}"
            if f"def {each}(" in released
            else f"{each} = {VARIABLES.get(how, 0)}"
            for each in sorted(names)
        ]
        classroom.cell(notebook, question)["source"] = LIKE + "\n".join(lines)
    return notebook


class HandedOn:
    """A submission that answers whatever is asked with the student's own numbers."""

    def __init__(self, variant):
        self.value = self.call = self.evaluate = lambda *asked: {"ok": variant}


@pytest.mark.parametrize("name", courses.SETS)
def test_no_variant_holds_an_answer_under_its_name(name):
    asked = [question for q, question in courses.key_of(name).QUESTIONS.items() if q in OWN]
    assert asked
    for student in range(100):
        variant = courses.variant(name, f"student {student}", b"a secret")
        for question in asked:
            assert all(exam.ask(HandedOn(variant), question, exam.generator(b"any"), variant).values()), variant


@pytest.mark.parametrize("how", CHEAP)
@pytest.mark.parametrize("name", courses.SETS)
def test_what_computes_nothing_earns_nothing(folder, name, how):
    result = mark(name, "cheap", classroom.hand_in(folder, "cheap", name, cheap(folder, name, how)), folder)
    assert {question: points for question, points in result["scores"].items() if points} == {}


GIVEN_AWAY = {  # what an import would give, where the task is to write it
    "loss": "from lstm_lib.functional import mean_squared_error",
    "loss, later": "def mean_squared_error(Y_hat, Y):\n    import lstm_lib.functional as f\n    return f.mean_squared_error(Y_hat, Y)",
    "loss, through training": "from lstm_lib import functional\nmean_squared_error = functional.at_last_step(functional.mean_squared_error)",
    "clipping": """def clip(grads, max_norm):
    new = {name: g.copy() for name, g in grads.items()}
    return new, training.clip_gradients(new, max_norm)""",
    "adam": """def adam_step(p, g, m, v, t, lr):
    adam, box = training.Adam(lr=lr), {"p": p.copy()}
    for _ in range(t): adam.step(box, {"p": g})
    return box["p"], 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2""",
    "sine": "def train_sine(X, Y): return model.init_params(fused, 1, 8, 1, np.random.default_rng(0))",
    "memory": "def train_memory(X, Y): return model.init_params(fused, 2, 8, 1, np.random.default_rng(0))",
    "seeds": """def run(bias, seed): return model.init_params(fused, 2, 8, 1, np.random.default_rng(seed)), 0.5
errors = np.full((2, 3), 0.5)""",
    "letters": """def train_text(text):
    letters = "".join(sorted(set(text)))
    return model.init_params(fused, len(letters), 8, len(letters), np.random.default_rng(0)), letters""",
}


@pytest.mark.parametrize("what", GIVEN_AWAY)
def test_what_an_import_gives_away_earns_nothing(folder, what):
    question = what.split(",")[0]
    notebook = classroom.answered(classroom.released(folder, PS3), **{question: GIVEN_AWAY[what]})
    result = mark(PS3, "given away", classroom.hand_in(folder, "given away", PS3, notebook), folder)
    assert sum(result["scores"].values()) == 0


SLIPS = {  # slips of form that cost points, and the question whose own assert has to show them
    "biases without columns": (PS2, [("keepdims=True", "keepdims=False")], "step_backward"),
    "names of gradients": (PS2, [('grads = {f"W_{k}": da', 'grads = {f"dW_{k}": da')], "step_backward"),
    "one name too few": (
        PS2,
        [("return grads, np.array(dX", "grads.pop('b_o')\n    return grads, np.array(dX")],
        "backward",
    ),
    "flat gates": (
        PS1,
        [("return f_t, i_t, C_tilde, o_t", "return [each.ravel() for each in (f_t, i_t, C_tilde, o_t)]")],
        "gates",
    ),
    "a state of steps": (
        PS1,
        [("return np.array(hs), (h_t, C_t)", "return np.array(hs), (np.array(hs)[-1:], C_t)")],
        "forward",
    ),
    "a shape as a number": (PS1, [('"z_t": (H + D, B)', '"z_t": (H + D,)')], "shapes"),
    "σ of one entry": (
        PS1,
        [("return 0.5 * (1 + np.tanh(0.5 * a))", "return float(0.5 * (1 + np.tanh(0.5 * np.ravel(a)[0])))")],
        "sigmoid",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_form_that_costs_points_is_shown_by_the_assert_below_it(folder, slip):
    name, changes, question = SLIPS[slip]
    wrong = classroom.changed(classroom.solved(folder, name), *changes)
    assert question in classroom.lost(folder, name, "slip", wrong)
    with pytest.raises(AssertionError):
        run_to(wrong, f"{question}-tests")


def run_to(notebook, last):
    names = {}
    for each in notebook["cells"]:
        if each["cell_type"] == "code":
            exec(classroom.text(each), names)
            if classroom.label(each).get("grade_id") == last:
                return


# --- what Jupyter runs, and data in any clothes ------------------------------------------------------------------


def first_lines(text):
    return lambda source: f"{text}\n{source}"


def last_lines(text):
    return lambda source: f"{source}\n{text}"


def pasted(first, more):
    return lambda source: "\n".join(
        (more if n else first) + line for n, line in enumerate(source.strip().splitlines())
    )


JUPYTER = {  # done to the cell of `step`; nothing may be lost, and nothing said
    "a list of files": last_lines("files = !ls\nprint(len(files), files[:1])"),
    "a measured time": last_lines("t = %timeit -n 1 -r 1 -o 1 + 1\nprint(t.best)"),
    "a measured assignment": first_lines("%time ready = True\nassert ready"),
    "a measured cell": first_lines("%%time"),
    "what is captured": first_lines("%%capture out"),
    "a profile": first_lines("%%prun -q"),
    "help in front": first_lines("?np.tanh"),
    "help behind": last_lines("np.tanh?"),
    "help after a semicolon": last_lines("a = 5; np.tanh?"),
    "a program over two lines": last_lines("!ls | grep a \\\n   | wc"),
    "a program inside of an if": last_lines("if True:\n    x = !ls\n    !ls\n    %matplotlib inline"),
    "all of it indented": lambda source: "\n".join(
        "    " + line if line.strip() else line for line in source.splitlines()
    ),
    "prompts of Python": pasted(">>> ", "... "),
    "prompts of IPython": pasted("In [5]: ", "   ...: "),
    "the shell itself": first_lines(
        "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('ls')"
    ),
    "waiting": first_lines("import asyncio\nawait asyncio.sleep(0)"),
    "settings": first_lines(
        "%load_ext autoreload\n%autoreload 2\n%config InlineBackend.figure_format = 'svg'\n%pip install numpy"
    ),
    "shown": last_lines("display(step)\nfrom IPython.display import display, Markdown\ndisplay(Markdown('x'))"),
}


@pytest.mark.parametrize("how", JUPYTER)
def test_what_jupyter_runs_the_marker_runs(folder, how):
    notebook = classroom.solved(folder, PS1)
    own = classroom.cell(notebook, "step")
    own["source"] = JUPYTER[how](classroom.text(own))
    result = mark(PS1, "jupyter", classroom.hand_in(folder, "jupyter", PS1, notebook), folder)
    assert (sum(result["scores"].values()), result["notes"]) == (25, [])


def below(grade_id, source):
    return lambda notebook: classroom.after(notebook, grade_id, classroom.code_cell(source))


def more_imports(notebook):
    own = classroom.cell(notebook, "imports")
    own["source"] = classroom.text(own) + "\nimport math, itertools"
    notebook = classroom.changed(
        notebook, ("np.tanh(C_t)", "np.array([math.tanh(c) for c in np.ravel(C_t)]).reshape(np.shape(C_t))")
    )
    return notebook


LIVELY = {  # done to a perfect notebook, in Jupyter without any consequence
    "a name used again by a loop": below("step-tests", "for step in range(2): pass"),
    "a name used again by a comprehension": below("step-tests", "print([step for step in range(3)])"),
    "a name used again by a with": below("step-tests", "import io\nwith io.StringIO() as step: pass"),
    "a helper of the same name": lambda n: classroom.after(
        classroom.changed(
            n,
            ("z_t = join(h_prev, x_t)", "z_t = together(h_prev, x_t)"),
            ("def step(", "together = join\ndef step("),
        ),
        "step-tests",
        classroom.code_cell("def together(*_): return 'something else'"),
    ),
    "what a test has made": below("gates-tests", "print(ones['W_f'].shape, gates(ones, np.ones((2, 1)))[0])"),
    "what a test has made, in an answer": lambda n: classroom.changed(
        n, ("def step(", "like_ones = ones\ndef step(")
    ),
    "one import more": more_imports,
}


@pytest.mark.parametrize("how", LIVELY)
def test_a_lively_notebook_loses_nothing_and_raises_no_alarm(folder, how):
    notebook = LIVELY[how](classroom.solved(folder, PS1))
    result = mark(PS1, "lively", classroom.hand_in(folder, "lively", PS1, notebook), folder)
    assert sum(result["scores"].values()) == 25
    assert not any(
        "stopped" in note or "more than one" in note or "not written" in note for note in result["notes"]
    )
    shown = [
        cell for cell in result["page"]["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == "step"
    ]
    assert "def step(" in shown[0]["source"]


CLOTHES = {  # what an answer of `shown` or `by_hand` can be made of, and is still right
    "long double": "np.longdouble({})",
    "a matrix": "np.asmatrix({})",
    "a masked array": "np.ma.masked_array({})",
    "an array of objects": "np.array({}, dtype=object)",
    "a read-only view": "np.broadcast_to({}, np.shape({}))",
    "a list of lists": "np.asarray({}).tolist()",
    "a generator": "(row for row in np.asarray({}))",
    "a deque": "__import__('collections').deque(np.asarray({}))",
    "fractions": "[[__import__('fractions').Fraction(float(x)) for x in row] for row in np.asarray({})]",
    "decimals": "[[__import__('decimal').Decimal(float(x)) for x in row] for row in np.asarray({})]",
    "numbers of sympy": "[[__import__('sympy').Float(float(x)) for x in row] for row in np.asarray({})]",
    "a matrix of sympy": "__import__('sympy').Matrix(np.asarray({}))",
    "a class of one's own with an array in it": "type('A', (), dict(__array__=lambda s, *a, **k: np.asarray({})))()",
    "a memory map's class": "np.asarray({}).view(np.memmap)",
}


@pytest.mark.parametrize("how", CLOTHES)
def test_right_numbers_in_any_clothes_are_right(folder, how):
    value = CLOTHES[how].replace("{}", "(o_t * np.tanh(C_t))")
    notebook = classroom.changed(classroom.solved(folder, PS1), ("return h_t\n", f"return {value}\n"))
    assert classroom.lost(folder, PS1, "clothes", notebook) == {}


TEXTS = {
    "np.str_": "np.array([first_wrong])[0]",
    "an array without axes": "np.array(first_wrong)",
    "a class of text": "type('S', (str,), {})(first_wrong)",
}


@pytest.mark.parametrize("how", TEXTS)
def test_right_text_in_any_clothes_is_right(folder, how):
    notebook = classroom.solved(folder, PS1)
    own = classroom.cell(notebook, "first_wrong")
    own["source"] = classroom.text(own) + f"\nfirst_wrong = {TEXTS[how]}"
    assert classroom.lost(folder, PS1, "text", notebook) == {}


NAMES = [
    "np.array({})",
    "dict.fromkeys({}).keys()",
    "dict.fromkeys({})",
    "set({})",
    "tuple({})",
    "iter({})",
    "frozenset({})",
]


@pytest.mark.parametrize("how", NAMES)
def test_right_names_in_any_collection_are_right(folder, how):
    notebook = classroom.solved(folder, PS2)
    own = classroom.cell(notebook, "wrong_gradients")
    own["source"] = classroom.text(own) + f"\nwrong_gradients = {how.format('wrong_gradients')}"
    assert classroom.lost(folder, PS2, "names", notebook) == {}
