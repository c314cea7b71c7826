"""Problem set 1: what is asked, with which numbers. Every answer comes from `lstm_lib`."""

import numpy as np
from confine import Limits
from exam import Call, Question, arrays, close, far_from

from lstm_lib import lstm
from lstm_lib.functional import sigmoid

WITHHELD, LIBRARY = (), "none"  # the set asks for what the library holds
LIMITS = Limits(cell=4, call=2)
ROUNDED = close(atol=2e-3)  # three decimals, rounded on the way
SIZES = ((4, 2, 3, 5), (3, 5, 4, 2))  # T, D, H, B: no two are equal, so that nothing fits the wrong way round
OWN = ("by_hand", "shapes", "first_wrong")  # answers that hang on the student's own numbers

# How the line of one quantity goes wrong: nothing else in the printed step does.
BUGS = {
    "f_t": lambda s, a, C_prev: sigmoid(2 * a["f"]),
    "i_t": lambda s, a, C_prev: np.tanh(a["i"]),
    "C_tilde": lambda s, a, C_prev: sigmoid(a["C"]),
    "C_t": lambda s, a, C_prev: s["f_t"] * C_prev + s["C_tilde"],
    "o_t": lambda s, a, C_prev: 1 - sigmoid(a["o"]),
    "h_t": lambda s, a, C_prev: s["o_t"] * s["C_t"],
}


def variant(rng):
    """Return one student's numbers: none rounds away, no gate is nearly shut or open, every bug shows."""
    while True:
        numbers = {"x_t": 0.0, "h_prev": 0.0, "C_prev": 0.0} | {f"{n}_{k}": 0.0 for k in lstm.GATES for n in "Wb"}
        for name in numbers:
            drawn = rng.choice([-1, 1], 2) * rng.integers(2, 13, 2) / 10
            numbers[name] = drawn.tolist() if name[0] == "W" else float(drawn[0])
        gate, bug = rng.choice(["f", "i", "o"]), rng.choice(list(BUGS))
        sizes = dict(zip("DHB", rng.choice(np.arange(2, 10), 3, replace=False).tolist(), strict=True))
        step, printed = _step(numbers), _printed(numbers, bug)
        apart = abs(printed[bug] - step[bug])
        if (
            apart > 0.05
            and all(0.2 < step[name] < 0.8 for name in ("f_t", "i_t", "o_t"))
            and abs(step["C_t"]) > 0.3
            and far_from([step[f"{gate}_t"], step["C_t"], step["h_t"]], [numbers["h_prev"], numbers["C_prev"]])
        ):
            return numbers | {"gate": str(gate), "sizes": sizes, "printed": printed, "bug": str(bug)}


def given(variant):
    """Return what the cell of the student's own numbers holds: everything but the name of the bug."""
    rows = (f"    {name!r}: {value!r}," for name, value in variant.items() if name != "bug")
    return "\n".join(["given = {", *rows, "}"])


def _affine(numbers):
    column = numbers["h_prev"], numbers["x_t"]
    return {k: float(np.dot(numbers[f"W_{k}"], column)) + numbers[f"b_{k}"] for k in lstm.GATES}


def _step(numbers):
    params = {f"W_{k}": np.array([numbers[f"W_{k}"]]) for k in lstm.GATES}
    params |= {f"b_{k}": np.array([[numbers[f"b_{k}"]]]) for k in lstm.GATES}
    step = lstm.step(params, *(np.array([[numbers[name]]]) for name in ("x_t", "h_prev", "C_prev")))
    return {name: getattr(step, name).item() for name in ("f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t")}


def _printed(numbers, bug):
    """Return the six lines with one of them computed wrongly, and what comes after it computed from that."""
    step, a, C_prev = _step(numbers), _affine(numbers), numbers["C_prev"]
    for name in step:
        right = {"C_t": lambda: step["f_t"] * C_prev + step["i_t"] * step["C_tilde"]}
        right["h_t"] = lambda: step["o_t"] * np.tanh(step["C_t"])
        step[name] = (
            BUGS[name](step, a, C_prev) if name == bug else right.get(name, lambda name=name: step[name])()
        )
    return {name: round(float(value), 4) for name, value in step.items()}


def _numbers(rng, sizes):
    T, D, H, B = sizes
    params = {name: rng.normal(0, 0.7, p.shape) for name, p in lstm.init_params(D, H, rng).items()}
    return params, rng.normal(size=(T, D, B)), (rng.normal(size=(H, B)), rng.normal(size=(H, B)))


def _steps(rng):
    for sizes in SIZES:
        params, X, (h_prev, C_prev) = _numbers(rng, sizes)
        yield params, X, h_prev, C_prev, lstm.step(params, X[0], h_prev, C_prev)


def _by_hand(rng, variant):
    step = _step(variant)
    wants = {"gate": step[f"{variant['gate']}_t"], "C_t": step["C_t"], "h_t": step["h_t"]}
    yield Call("by_hand", None, {name: ((name,), ROUNDED(want)) for name, want in wants.items()})


def _shapes(rng, variant):
    D, H, B = (variant["sizes"][name] for name in "DHB")
    wants = {"shapes": (("z_t",), [H + D, B]), "number": (("numbers",), 4 * H * (H + D + 1))}
    yield Call("shapes", None, wants)
    yield Call("shapes", None, {"shapes": (("W",), [H, H + D])})


def _sigmoid(rng, variant):
    for shape in ((3, 4), (2, 3, 5), (6,)):
        a = rng.normal(0, 3, shape)
        yield Call("sigmoid", (a,), {"values": ((), sigmoid(a))})
    a = np.array([[-1000.0, 1000.0, -1.5 - rng.random(), rng.random(), 1.5 + rng.random()]])
    yield Call("sigmoid", (a,), {"large numbers": ((), lambda got: _in_its_range(got, a))})


def _in_its_range(got, a):
    """Say what is wrong at ±1000 of what is a squash at all; the values in between are another check's."""
    got = np.asarray(got, float)
    if got.shape != a.shape or not np.isfinite(got).all():
        return "some values are not finite, or are missing"
    low, high, *between = got[0]
    rises = all(0 < entry < 1 for entry in between) and between == sorted(between)
    return "" if abs(low) < 1e-6 and abs(high - 1) < 1e-6 and rises else "the values differ"


def _join(rng, variant):
    for _, X, h_prev, _, step in _steps(rng):
        yield Call("join", (h_prev, X[0]), {"z_t": ((), step.z_t)})


def _gates(rng, variant):
    names = "f_t", "i_t", "C_tilde", "o_t"
    for params, _, _, _, step in _steps(rng):
        yield Call(
            "gates", (params, step.z_t), {name: ((n,), getattr(step, name)) for n, name in enumerate(names)}
        )


def _new_memory(rng, variant):
    for _, _, _, C_prev, s in _steps(rng):
        yield Call("new_memory", (s.f_t, s.i_t, s.C_tilde, C_prev), {"C_t": ((), s.C_t)})


def _shown(rng, variant):
    for *_, s in _steps(rng):
        yield Call("shown", (s.o_t, s.C_t), {"h_t": ((), s.h_t)})


def _step_calls(rng, variant):
    for params, X, h_prev, C_prev, s in _steps(rng):
        yield Call("step", (params, X[0], h_prev, C_prev), {"h_t": ((0,), s.h_t), "C_t": ((1,), s.C_t)})


def _forward(rng, variant):
    for sizes in SIZES:
        params, X, state = _numbers(rng, sizes)
        hs, steps = lstm.forward(params, X)
        wants = {"from zeros": ((0,), hs), "last state": ((1,), lambda got, s=steps[-1]: _pair(got, s))}
        yield Call("forward", (params, X), wants)
        hs, _ = lstm.forward(params, X, state)
        yield Call("forward", (params, X, state), {"from a given state": ((0,), hs)})


def _pair(got, step):
    h, C = got
    return close()(step.h_t)(h) or close()(step.C_t)(C)


def _first_wrong(rng, variant):
    yield Call("first_wrong", None, {"the line": ((), variant["bug"])})


QUESTIONS = {
    "by_hand": Question(
        {
            "gate": (1, "W·z + b first, then σ. The first weight belongs to h."),
            "C_t": (1, "What is kept of C_{t-1}, plus what is written of the candidate: four numbers are needed."),
            "h_t": (1, "The memory goes through tanh before the output gate."),
        },
        _by_hand,
    ),
    "shapes": Question(
        {
            "shapes": (1, "z_t has one row for each unit and each input; W takes it to one row for each unit."),
            "number": (1, "Four gates, each with a W and with one bias a unit."),
        },
        _shapes,
    ),
    "sigmoid": Question(
        {
            "values": (1, "1 / (1 + exp(−a)), entry by entry, in the shape of a."),
            "large numbers": (1, "exp(1000) is infinity, and infinity divided by infinity is NaN."),
        },
        _sigmoid,
    ),
    "join": Question({"z_t": (1, "h on top, x below, along the first axis.")}, _join),
    "gates": Question(
        {
            "f_t": (1, "σ(W_f · z_t + b_f): weights and bias of its own."),
            "i_t": (1, "σ(W_i · z_t + b_i): weights and bias of its own."),
            "C_tilde": (1, "tanh(W_C · z_t + b_C): the candidate may be negative."),
            "o_t": (1, "σ(W_o · z_t + b_o); it is the last of the four."),
        },
        _gates,
        stands_on=("sigmoid",),
    ),
    "new_memory": Question({"C_t": (2, "What is kept of the old memory plus what is written.")}, _new_memory),
    "shown": Question({"h_t": (1, "The memory goes through tanh, then through the output gate.")}, _shown),
    "step": Question(
        {
            "h_t": (1, "h_t shows the new memory, C_t; it is returned first."),
            "C_t": (2, "C_t, of shape (H, B), is returned second."),
        },
        _step_calls,
        stands_on=("sigmoid", "join", "gates", "new_memory", "shown"),
    ),
    "forward": Question(
        {
            "from zeros": (2, "Both h and C go from each step to the next; hs has the shape (T, H, B)."),
            "from a given state": (2, "The loop starts from (h_0, C_0) where they are given."),
            "last state": (1, "A pair (h_T, C_T), each of shape (H, B)."),
        },
        _forward,
        stands_on=("sigmoid", "join", "gates", "new_memory", "shown", "step"),
    ),
    "first_wrong": Question(
        {"the line": (2, "Compute each line from those that are printed above it.")}, _first_wrong
    ),
}


def _gates_of(params, z_t):
    params, z_t = arrays(params), arrays(z_t)
    H, B = len(params["b_f"]), z_t.shape[1]
    step = lstm.step(params, z_t[H:], z_t[:H], np.zeros((H, B)))
    return step.f_t, step.i_t, step.C_tilde, step.o_t


def _step_of(params, x_t, h_prev, C_prev):
    step = lstm.step(arrays(params), arrays(x_t), arrays(h_prev), arrays(C_prev))
    return step.h_t, step.C_t


def _new_memory_of(f_t, i_t, C_tilde, C_prev):
    return arrays(f_t) * arrays(C_prev) + arrays(i_t) * arrays(C_tilde)


PIECES = {  # what takes the place of a student's answer where later ones stand on it
    "sigmoid": {"sigmoid": lambda a: sigmoid(arrays(a))},
    "join": {"join": lambda h_prev, x_t: np.concatenate([arrays(h_prev), arrays(x_t)])},
    "gates": {"gates": _gates_of},
    "new_memory": {"new_memory": _new_memory_of},
    "shown": {"shown": lambda o_t, C_t: arrays(o_t) * np.tanh(arrays(C_t))},
    "step": {"step": _step_of},
}
