# %% [markdown]
# # Problem set 2: backward, from local slopes to BPTT
#
# **What you will be able to do.** Say how each quantity of a step acts on the next one, write the backward pass of one
# step, and carry it back through time.
#
# **What you need.** Lessons 05 and 06, a pencil, NumPy and a little sympy.
#
# **How long it takes.** About three hours. **30 points.**
#
# | part | what it shows | points |
# |---|---|---|
# | 1 By hand | you can follow one gradient with numbers of your own | 3 |
# | 2 Symbols | you can write a derivative as a formula | 4 |
# | 3 Two slopes | σ′ and tanh′, from what is squashed already | 2 |
# | 4 One step back | four gates, two matrices of paths, and where they add up | 10 |
# | 5 Back through time | what is summed, what is carried, what comes from beyond the end | 8 |
# | 6 What is wrong here? | you can say what a mistake in code does | 3 |

# %% [markdown]
# **How it works.** Write your answer into the cells that raise `NotImplementedError`, in place of that line, and keep
# the names. You may add cells and helpers of your own. The cells with `assert` are there for you; the marks come from
# other numbers, with several units, steps and sequences. Check your gradients as lesson 06 does: no test below is as
# good.
#
# Each function is marked for itself, with right ones in place of those it uses. Any style is welcome. Only NumPy, sympy
# and Python's own modules are there when your work is marked; `lstm_lib` is not.

# %% given="imports"
from collections import namedtuple

import numpy as np
import sympy as sp

Step = namedtuple("Step", "z_t f_t i_t C_tilde C_prev C_t o_t h_t")  # what lstm.step returns


def sigmoid(a):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(a)))


# %% [markdown]
# These are your numbers; somebody else may have others.

# %% given="given"
given = {}

# %% [markdown]
# ## 1. By hand (3 points)
#
# `given["step"]` holds f_t, i_t, C̃_t, o_t and C_{t-1} of one unit, `given["dh_t"]` and `given["dC_t"]` what arrives
# from the loss and from step t + 1. Compute, to three decimals: `"dC_t"`, everything that reaches C_t, on both paths;
# `"da"`, the gradient that arrives at the pre-activation of the gate `given["gate"]` (f, i or C, the candidate); and
# `"dC_prev"`, what is handed on to C_{t-1}.

# %% answer="by_hand"
### BEGIN SOLUTION
f, i, g, o, C_before = (given["step"][name] for name in ("f_t", "i_t", "C_tilde", "o_t", "C_prev"))
squashed = np.tanh(f * C_before + i * g)
reaching_C = given["dC_t"] + given["dh_t"] * o * (1 - squashed**2)
da = {"f": C_before * f * (1 - f), "i": g * i * (1 - i), "C": i * (1 - g**2)}[given["gate"]] * reaching_C
by_hand = {"dC_t": reaching_C, "da": da, "dC_prev": reaching_C * f}
### END SOLUTION

# %% tests="by_hand" points=3
assert set(by_hand) == {"dC_t", "da", "dC_prev"}, 'by_hand = {"dC_t": …, "da": …, "dC_prev": …}, three numbers'

# %% [markdown]
# ## 2. Symbols (4 points)
#
# With the symbols below, write ∂h_t/∂a_k, where a_k is the pre-activation of the gate `given["gate"]` (so that f_t =
# σ(a_f), i_t = σ(a_i), C̃_t = tanh(a_C)), and ∂h_t/∂C_{t-1}. No other paths count than those inside this step. Every
# form counts that has the right value: it need not be the shortest.

# %% given="symbols"
f_t, i_t, C_tilde, o_t, C_prev, C_t = sp.symbols("f_t i_t C_tilde o_t C_prev C_t")

# %% answer="symbolic"
### BEGIN SOLUTION
dh_dC = o_t * (1 - sp.tanh(C_t) ** 2)
slopes = {"f": C_prev * f_t * (1 - f_t), "i": C_tilde * i_t * (1 - i_t), "C": i_t * (1 - C_tilde**2)}
symbolic = {"dh_da": dh_dC * slopes[given["gate"]], "dh_dC_prev": dh_dC * f_t}
### END SOLUTION

# %% tests="symbolic" points=4
assert set(symbolic) == {"dh_da", "dh_dC_prev"}, 'symbolic = {"dh_da": …, "dh_dC_prev": …}, two expressions'
assert all(sp.sympify(e).free_symbols <= {f_t, i_t, C_tilde, o_t, C_prev, C_t} for e in symbolic.values())

# %% [markdown]
# ## 3. Two slopes (2 points)
#
# The derivative of σ from s = σ(a), and that of tanh from u = tanh(a), for arrays of any shape.


# %% answer="slopes"
def sigmoid_grad(s):
    """Return σ′(a), where s = σ(a)."""
    ### BEGIN SOLUTION
    return s * (1 - s)
    ### END SOLUTION


def tanh_grad(u):
    """Return tanh′(a), where u = tanh(a)."""
    ### BEGIN SOLUTION
    return 1 - u**2
    ### END SOLUTION


# %% tests="slopes" points=2
assert np.allclose(sigmoid_grad(np.array([0.5])), 0.25) and np.allclose(tanh_grad(np.array([0.0])), 1)

# %% [markdown]
# ## 4. One step back (10 points)
#
# `s` is what the step forward kept: s.z_t, s.f_t, s.i_t, s.C_tilde, s.C_prev, s.C_t, s.o_t, s.h_t. dh_t is everything
# that reaches h_t; dC_t is what arrives at C_t from step t + 1, without the path through h_t.
#
# Return a dict with the gradients of W_f, W_i, W_C, W_o, b_f, b_i, b_C, b_o in their shapes, then ∂L/∂x_t,
# ∂L/∂h_{t-1} and ∂L/∂C_{t-1}. The four biases count 1 point each, the four matrices 2 together, dx_t and dh_prev 1
# each, dC_prev 2.


# %% answer="step_backward"
def step_backward(params, s, dh_t, dC_t):
    """Return (grads, dx_t, dh_prev, dC_prev)."""
    ### BEGIN SOLUTION
    H = len(s.h_t)
    tanh_C = np.tanh(s.C_t)
    dC_t = dC_t + dh_t * s.o_t * tanh_grad(tanh_C)
    da = {
        "f": dC_t * s.C_prev * sigmoid_grad(s.f_t),
        "i": dC_t * s.C_tilde * sigmoid_grad(s.i_t),
        "C": dC_t * s.i_t * tanh_grad(s.C_tilde),
        "o": dh_t * tanh_C * sigmoid_grad(s.o_t),
    }
    GATES = "fiCo"
    grads = {f"W_{k}": da[k] @ s.z_t.T for k in GATES}
    grads |= {f"b_{k}": da[k].sum(axis=1, keepdims=True) for k in GATES}
    dz_t = sum(params[f"W_{k}"].T @ da[k] for k in GATES)
    return grads, dz_t[H:], dz_t[:H], dC_t * s.f_t
    ### END SOLUTION


# %% tests="step_backward" points=10
ones = {f"W_{k}": np.ones((1, 2)) for k in "fiCo"} | {f"b_{k}": np.ones((1, 1)) for k in "fiCo"}
gate, candidate, one = sigmoid([[1.6]]), np.tanh([[1.6]]), np.ones((1, 1))
memory = gate * 0.2 + gate * candidate
example = Step(np.array([[0.1], [0.5]]), gate, gate, candidate, 0.2 * one, memory, gate, gate * np.tanh(memory))
grads, dx_t, dh_prev, dC_prev = step_backward(ones, example, one, 0 * one)
assert set(grads) == set(ones), f"the names of the weights: {', '.join(ones)}"
assert all(np.shape(grads[name]) == ones[name].shape for name in ones), (
    "each gradient has its weight's shape, (H, 1) for b"
)
assert np.allclose([dx_t, dC_prev], [[[0.2112]], [[0.3212]]], atol=1e-4), "the worked example of lesson 05"

# %% [markdown]
# ## 5. Back through time (8 points)
#
# `steps` is the list of what each step forward kept; dhs, of shape (T, H, B), is what the loss says of each h_t
# directly. dstate is a pair, what arrives at (h_T, C_T) from beyond the end; None means zeros. Return the gradients of
# the eight parameters, summed over time, then ∂L/∂X of shape (T, D, B), then the pair (∂L/∂h_0, ∂L/∂C_0).


# %% answer="backward"
def backward(params, dhs, steps, dstate=None):
    """Return (grads, dX, (dh_0, dC_0))."""
    ### BEGIN SOLUTION
    zeros = np.zeros_like(steps[0].h_t)
    dh_next, dC_next = (zeros, zeros) if dstate is None else dstate
    grads = {name: np.zeros_like(p) for name, p in params.items()}
    dX = []
    for s, dh_t in zip(reversed(steps), dhs[::-1], strict=True):
        dh_t = dh_t + dh_next
        step_grads, dx_t, dh_next, dC_next = step_backward(params, s, dh_t, dC_next)
        for name in grads:
            grads[name] += step_grads[name]
        dX.append(dx_t)
    return grads, np.array(dX[::-1]), (dh_next, dC_next)
    ### END SOLUTION


# %% tests="backward" points=8
grads, dX, (dh_0, dC_0) = backward(ones, np.ones((1, 1, 1)), [example])
assert set(grads) == set(ones), f"the names of the weights: {', '.join(ones)}"
assert all(np.shape(grads[name]) == ones[name].shape for name in ones), "each gradient has its weight's shape"
assert np.shape(dX) == (1, 1, 1) and np.shape(dh_0) == np.shape(dC_0) == (1, 1)
assert np.allclose(dX, [[[0.2112]]], atol=1e-4)

# %% [markdown]
# ## 6. What is wrong here? (3 points)
#
# `print(given["listing"])` shows a `step_backward` with one mistake in it. The step before it is right, and dC_t, what
# arrives from step t + 1, is zero. Which of the results are wrong, for numbers as they come? Answer with all names:
# "W_f", … "b_o", "x_t", "h_prev", "C_prev" stand for the gradient of each.

# %% answer="wrong_gradients"
### BEGIN SOLUTION
# As in lesson 06: for each result one direction, and the slope of the loss along it.
draw = np.random.default_rng(0)
point = {f"W_{k}": draw.normal(size=(3, 5)) for k in "fiCo"} | {f"b_{k}": draw.normal(size=(3, 1)) for k in "fiCo"}
point |= {name: draw.normal(size=(rows, 4)) for name, rows in (("x_t", 2), ("h_prev", 3), ("C_prev", 3))}
arriving = draw.normal(size=(3, 4))


def kept(p):
    z = np.concatenate([p["h_prev"], p["x_t"]])
    f, i, c, o = (
        q(p[f"W_{k}"] @ z + p[f"b_{k}"]) for k, q in zip("fiCo", [sigmoid, sigmoid, np.tanh, sigmoid], strict=True)
    )
    C = f * p["C_prev"] + i * c
    return Step(z, f, i, c, p["C_prev"], C, o, o * np.tanh(C))


def slope(name, v, eps=1e-5):
    up, down = (kept(point | {name: point[name] + e * v}).h_t for e in (eps, -eps))
    return ((up - down) * arriving).sum() / (2 * eps)


there = {"sigmoid": sigmoid, "sigmoid_grad": lambda s: s * (1 - s), "tanh_grad": lambda u: 1 - u**2, "np": np}
there["GATES"] = "fiCo"
exec(given["listing"], there)
grads, *rest = there["step_backward"](point, kept(point), arriving, 0 * arriving)
grads |= dict(zip(["x_t", "h_prev", "C_prev"], rest, strict=True))
directions = {name: draw.normal(size=value.shape) for name, value in point.items()}
wrong_gradients = [
    n for n, v in directions.items() if not np.isclose((grads[n] * v).sum(), slope(n, v), rtol=1e-4)
]
### END SOLUTION

# %% tests="wrong_gradients" points=3
possible = {f"{n}_{k}" for n in "Wb" for k in "fiCo"} | {"x_t", "h_prev", "C_prev"}
assert set(wrong_gradients) <= possible, "a list of names, as text"
