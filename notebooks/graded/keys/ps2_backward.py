"""Problem set 2: what is asked, with which numbers. Every answer comes from `lstm_lib`."""

import ast
import inspect

import numpy as np
from confine import Limits
from exam import Call, Question, arrays, close, complaint, either, far_from

from lstm_lib import gradcheck, lstm
from lstm_lib.functional import sigmoid, sigmoid_grad, tanh_grad
from lstm_lib.lesson import museum

WITHHELD, LIBRARY = (), "none"  # the set asks for what the library holds
LIMITS = Limits()
ROUNDED = close(atol=2e-3)  # three decimals, rounded on the way
SIZES = ((4, 2, 3, 5), (3, 5, 4, 2))  # T, D, H, B
OWN = ("by_hand", "wrong_gradients")  # answers that hang on the student's own numbers
BUGS = (  # of the museum's, those that stand in step_backward and show where nothing arrives from beyond
    *("squashed_twice", "tanh_twice", "sigmoid_for_its_slope", "wrong_step_C"),
    *("wrong_step_h", "copied_bias", "swapped_slices"),
)
NAMES = {"X": "x_t", "h_0": "h_prev", "C_0": "C_prev"}  # the museum's names, and those of one step


def variant(rng):
    """Return one student's numbers: gates neither shut nor open, and nothing that rounds to zero."""
    while True:
        gates = {name: int(rng.integers(25, 76)) / 100 for name in ("f_t", "i_t", "o_t")}
        rest = {name: float(rng.choice([-1, 1]) * rng.integers(3, 9) / 10) for name in ("C_tilde", "C_prev")}
        arriving = {name: float(rng.choice([-1, 1]) * rng.integers(5, 20) / 10) for name in ("dh_t", "dC_t")}
        drawn = {
            "step": gates | rest,
            **arriving,
            "gate": str(rng.choice(["f", "i", "C"])),
            "bug": str(rng.choice(BUGS)),
        }
        if far_from(_own_gradients(drawn).values(), [*gates.values(), *rest.values(), *arriving.values()], 0.02):
            return drawn | {"listing": listing(drawn["bug"])}


def given(variant):
    """Return what the cell of the student's own numbers holds: everything but the name of the bug."""
    rows = (f"    {name!r}: {value!r}," for name, value in variant.items() if name not in ("bug", "listing"))
    return "\n".join(["given = {", *rows, "}", f'given["listing"] = """\n{variant["listing"]}\n"""'])


def listing(bug):
    """Return the museum's broken step_backward as a student sees it: without its docstring and its comments."""
    tree = ast.parse(inspect.getsource(museum.EXHIBITS[bug].cell().step_backward))
    tree.body[0].body = tree.body[0].body[1:]
    return ast.unparse(tree)


def _own_gradients(variant):
    s, dh_t = variant["step"], variant["dh_t"]
    C_t = s["f_t"] * s["C_prev"] + s["i_t"] * s["C_tilde"]
    dC_t = variant["dC_t"] + dh_t * s["o_t"] * tanh_grad(np.tanh(C_t))
    slopes = {
        "f": s["C_prev"] * sigmoid_grad(s["f_t"]),
        "i": s["C_tilde"] * sigmoid_grad(s["i_t"]),
        "C": s["i_t"] * tanh_grad(s["C_tilde"]),
    }
    return {"dC_t": dC_t, "da": dC_t * slopes[variant["gate"]], "dC_prev": dC_t * s["f_t"]}


def _by_hand(rng, variant):
    yield Call("by_hand", None, {name: ((name,), ROUNDED(want)) for name, want in _own_gradients(variant).items()})


def _symbolic(rng, variant):
    """Yield the expressions' values at points that nobody can foresee.

    Two formulas made of +, ·, exp and tanh that agree at eight random points are equal: those where they agree by
    chance have measure zero. So the form is free, and no text of a student's is read as code here, which is what
    parsing it into sympy would do; the expression stays in the sandbox, and numbers come out.
    """
    a = rng.uniform(-1.5, 1.5, (8, 5))  # a_f, a_i, a_C, a_o, C_prev
    points = [_all_symbols(*row) for row in a]
    slopes = np.array([gradcheck.complex_step_gradient(_h_of, row) for row in a])
    wants = {"dh_da": slopes[:, "fiC".index(variant["gate"])], "dh_dC_prev": slopes[:, 4]}
    yield Call("symbolic", None, {name: ((name,), want) for name, want in wants.items()}, points)


def _all_symbols(a_f, a_i, a_C, a_o, C_prev):
    f, i, C_tilde, o = sigmoid(a_f), sigmoid(a_i), np.tanh(a_C), sigmoid(a_o)
    values = {"f_t": f, "i_t": i, "C_tilde": C_tilde, "o_t": o, "C_prev": C_prev, "C_t": f * C_prev + i * C_tilde}
    return {name: float(value) for name, value in values.items()}


def _h_of(a):
    a_f, a_i, a_C, a_o, C_prev = a
    return sigmoid(a_o) * np.tanh(sigmoid(a_f) * C_prev + sigmoid(a_i) * np.tanh(a_C))


def _slopes(rng, variant):
    for shape in ((3, 4), (2, 3, 5)):
        a = rng.normal(size=shape)
        yield Call("sigmoid_grad", (sigmoid(a),), {"sigmoid_grad": ((), sigmoid_grad(sigmoid(a)))})
        yield Call("tanh_grad", (np.tanh(a),), {"tanh_grad": ((), tanh_grad(np.tanh(a)))})


def _numbers(rng, T, D, H, B):
    params = {name: rng.normal(0, 0.7, p.shape) for name, p in lstm.init_params(D, H, rng).items()}
    _, steps = lstm.forward(params, rng.normal(size=(T, D, B)), (rng.normal(size=(H, B)), rng.normal(size=(H, B))))
    return params, steps, rng.normal(size=(T, H, B)), (rng.normal(size=(H, B)), rng.normal(size=(H, B)))


def _step_backward(rng, variant):
    for T, D, H, B in SIZES:
        params, steps, (dh_t, *_), (_, dC_t) = _numbers(rng, T, D, H, B)
        s = steps[-1]
        grads, _, _, dC_prev = lstm.step_backward(params, s, dh_t, dC_t)
        wants = {f"b_{k}": ((0, f"b_{k}"), grads[f"b_{k}"]) for k in lstm.GATES}
        yield Call("step_backward", (params, s, dh_t, dC_t), wants | {"dC_prev": ((3,), dC_prev)})
        yield _one_sequence(params, s, dh_t, dC_t)


def _one_sequence(params, s, dh_t, dC_t):
    """Ask for W, dx_t and dh_prev with B = 1, where db_k is da_k: what follows from a wrong da_k is right."""
    s, dh_t, dC_t = lstm.Step(*(field[:, :1] for field in s)), dh_t[:, :1], dC_t[:, :1]
    grads, dx_t, dh_prev, _ = lstm.step_backward(params, s, dh_t, dC_t)
    H = len(s.h_t)

    def own_da(answer):
        da = {k: np.array(answer[0][f"b_{k}"], float).reshape(H, 1) for k in lstm.GATES}
        if not all(np.abs(each).max() > 1e-6 for each in da.values()):
            raise ValueError("nothing follows from zeros")
        return da

    def matrices(answer):
        da = own_da(answer)
        said = (complaint(answer, (0, f"W_{k}"), either(grads[f"W_{k}"], da[k] @ s.z_t.T)) for k in lstm.GATES)
        return next(filter(None, said), "")

    def paths(rows, index, right):
        def look(answer):
            if not (said := complaint(answer, (index,), right)):
                return said
            da = own_da(answer)
            return complaint(answer, (index,), sum(params[f"W_{k}"].T @ da[k] for k in lstm.GATES)[rows])

        return look

    wants = {"W": matrices, "dx_t": paths(slice(H, None), 1, dx_t), "dh_prev": paths(slice(H), 2, dh_prev)}
    return Call("step_backward", (params, s, dh_t, dC_t), {name: ((), want) for name, want in wants.items()})


def _backward(rng, variant):
    for sizes in SIZES:
        params, steps, dhs, dstate = _numbers(rng, *sizes)
        last = np.concatenate([np.zeros_like(dhs[:-1]), dhs[-1:]])
        for check, arriving, beyond in (
            ("loss at the end", last, None),
            ("loss at every step", dhs, None),
            ("from beyond the end", last, dstate),
        ):
            grads, dX, dstate_0 = lstm.backward(params, arriving, steps, beyond)
            wants = {check: ((0,), lambda got, want=grads: _all(got, want))}
            if arriving is last and beyond is None:
                pair = dict(enumerate(dstate_0))
                wants |= {"dX": ((1,), dX), "dh_0, dC_0": ((2,), lambda got, want=pair: _all(got, want))}
            yield Call("backward", (params, arriving, steps) + ((beyond,) if beyond else ()), wants)


def _all(got, wants):
    """Return the first complaint about several parts of an answer."""
    return next(filter(None, (complaint(got, (name,), want) for name, want in wants.items())), "")


def _wrong_gradients(rng, variant):
    names = museum.gradients(museum.EXHIBITS[variant["bug"]].cell())["one_step"]
    yield Call("wrong_gradients", None, {"all names": ((), frozenset(NAMES.get(name, name) for name in names))})


QUESTIONS = {
    "by_hand": Question(
        {
            "dC_t": (1, "Two paths meet in C_t: what arrives from step t + 1, and dh_t through o_t and tanh."),
            "da": (1, "dC_t, times what the gate is multiplied with, times its slope, s (1 − s) or 1 − u²."),
            "dC_prev": (1, "The way back along the memory is multiplied by the forget gate."),
        },
        _by_hand,
    ),
    "symbolic": Question(
        {
            "dh_da": (2, "h_t depends on the gate through C_t: three factors in a chain."),
            "dh_dC_prev": (2, "From h_t to C_t, and from C_t to C_{t-1}."),
        },
        _symbolic,
    ),
    "slopes": Question(
        {
            "sigmoid_grad": (1, "s is squashed already: s (1 − s)."),
            "tanh_grad": (1, "u is squashed already: 1 − u²."),
        },
        _slopes,
    ),
    "step_backward": Question(
        {
            "b_f": (1, "All of dC_t, times C_{t-1}, times σ′, summed over the batch."),
            "b_i": (1, "All of dC_t, times C̃_t, times σ′, summed over the batch."),
            "b_C": (1, "All of dC_t, times i_t, times tanh′ from C̃_t, summed over the batch."),
            "b_o": (1, "dh_t, times tanh(C_t), times σ′, summed over the batch."),
            "W": (2, "The gradient at the pre-activation, times z_tᵀ, with h_{t-1} in z_t."),
            "dx_t": (1, "z_t feeds four gates, so four gradients add up; x is below."),
            "dh_prev": (1, "z_t feeds four gates, so four gradients add up; h is on top."),
            "dC_prev": (2, "All that reaches C_t, on both paths, times f_t."),
        },
        _step_backward,
        stands_on=("slopes",),
    ),
    "backward": Question(
        {
            "loss at the end": (2, "The same weights serve every step, so their gradients add up."),
            "loss at every step": (2, "Each h_t has a loss of its own and a future: both gradients add up."),
            "from beyond the end": (1, "The way back begins with what arrives at (h_T, C_T)."),
            "dX": (1, "One gradient for each step, in the order of the steps."),
            "dh_0, dC_0": (2, "What is handed on by the first step, both of h and of C."),
        },
        _backward,
        stands_on=("slopes", "step_backward"),
    ),
    "wrong_gradients": Question(
        {
            "all names": (
                3,
                "Follow the mistake downwards: whatever is computed from it is wrong, and nothing else.",
            )
        },
        _wrong_gradients,
    ),
}


def _step_backward_of(params, s, dh_t, dC_t):
    return lstm.step_backward(arrays(params), lstm.Step(*map(arrays, s)), arrays(dh_t), arrays(dC_t))


PIECES = {  # what takes the place of a student's answer where later ones stand on it
    "slopes": {
        "sigmoid_grad": lambda s: sigmoid_grad(arrays(s)),
        "tanh_grad": lambda u: tanh_grad(arrays(u)),
    },
    "step_backward": {"step_backward": _step_backward_of},
}
