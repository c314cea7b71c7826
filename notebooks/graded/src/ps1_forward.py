# %% [markdown]
# # Problem set 1: forward, by hand and in NumPy
#
# **What you will be able to do.** Compute one step of an LSTM on paper, write it in NumPy line by line, and run it over
# many sequences at once.
#
# **What you need.** Lessons 00 to 04, a pencil, and NumPy.
#
# **How long it takes.** About two hours. **25 points.**
#
# | part | what it shows | points |
# |---|---|---|
# | 1 By hand | you can follow the six formulas with numbers of your own | 3 |
# | 2 Shapes | you know what has which shape, and why | 2 |
# | 3 The pieces | σ, the joined column, the gates, the new memory, what is shown | 10 |
# | 4 One step | the pieces put together | 3 |
# | 5 A sequence | the loop over time, and a state that is handed on | 5 |
# | 6 What is wrong here? | you can find a mistake in numbers | 2 |

# %% [markdown]
# **How it works.** Write your answer into the cells that raise `NotImplementedError`, in place of that line, and keep
# the names. You may add cells, helpers and plots of your own. The cells with `assert` below an answer are there for you:
# they pass when the answer has the right form and is right for one easy example. The marks come from other examples, with
# several units, steps and sequences, so passing the `assert` is a beginning.
#
# Each function is marked for itself, with right ones in place of those it uses: a mistake costs its points once. Any
# style is welcome. Only NumPy and Python's own modules are there when your work is marked; `lstm_lib` is not.
#
# The notation is that of the lessons: columns, h on top of x, W_f of shape (H, H+D), b_f of shape (H, 1).

# %% given="imports"
import numpy as np

# %% [markdown]
# These are your numbers; somebody else may have others.

# %% given="given"
given = {}

# %% [markdown]
# ## 1. By hand (3 points)
#
# One input, one unit, one sequence. `given` holds x_t, h_{t-1}, C_{t-1}, the weights (first the one for h, then the one
# for x) and the biases. Compute with pencil and calculator, to three decimals: the gate that `given["gate"]` names (f, i
# or o), the new memory C_t and the output h_t.


# %% answer="by_hand"
### BEGIN SOLUTION
def squashed(k):
    (w_h, w_x), b = given[f"W_{k}"], given[f"b_{k}"]
    a = w_h * given["h_prev"] + w_x * given["x_t"] + b
    return np.tanh(a) if k == "C" else 1 / (1 + np.exp(-a))


own_C = squashed("f") * given["C_prev"] + squashed("i") * squashed("C")
by_hand = {"gate": squashed(given["gate"]), "C_t": own_C, "h_t": squashed("o") * np.tanh(own_C)}
### END SOLUTION

# %% tests="by_hand" points=3
assert set(by_hand) == {"gate", "C_t", "h_t"}, 'by_hand = {"gate": …, "C_t": …, "h_t": …}, three numbers'
assert 0 < by_hand["gate"] < 1, "a gate lies between 0 and 1"

# %% [markdown]
# ## 2. Shapes (2 points)
#
# `given["sizes"]` tells D, H and B of a larger LSTM. Which shape has z_t, which shape has each of the four W, and how
# many numbers do all four gates have together, weights and biases?

# %% answer="shapes"
### BEGIN SOLUTION
D, H, B = (given["sizes"][name] for name in "DHB")
shapes = {"z_t": (H + D, B), "W": (H, H + D), "numbers": 4 * (H * (H + D) + H)}
### END SOLUTION

# %% tests="shapes" points=2
assert set(shapes) == {"z_t", "W", "numbers"}, 'shapes = {"z_t": (…, …), "W": (…, …), "numbers": …}'
assert len(shapes["z_t"]) == len(shapes["W"]) == 2, "each shape has two numbers: rows, columns"

# %% [markdown]
# ## 3. The pieces (10 points)
#
# **σ** (2 points), for arrays of any shape. No entry may come out as NaN, not even for ±1000.


# %% answer="sigmoid"
def sigmoid(a):
    """Return σ(a), entry by entry."""
    ### BEGIN SOLUTION
    return 0.5 * (1 + np.tanh(0.5 * a))
    ### END SOLUTION


# %% tests="sigmoid" points=2
assert np.shape(sigmoid(np.zeros((2, 3)))) == (2, 3), "the shape of a"
assert np.allclose(sigmoid(np.array([0.0, 1.6])), [0.5, 0.832], atol=1e-3)

# %% [markdown]
# **The joined column** z_t = [h_{t-1}, x_t] (1 point), h on top. h_{t-1} is (H, B), x_t is (D, B), z_t is (H+D, B).


# %% answer="join"
def join(h_prev, x_t):
    """Return z_t."""
    ### BEGIN SOLUTION
    z_t = np.concatenate([h_prev, x_t])
    return z_t
    ### END SOLUTION


# %% tests="join" points=1
assert join(np.zeros((3, 2)), np.ones((4, 2))).shape == (7, 2)

# %% [markdown]
# **The gates and the candidate** (4 points): the four affine maps of z_t, each squashed in its own way. Return f_t,
# i_t, C̃_t and o_t in this order.


# %% answer="gates"
def gates(params, z_t):
    """Return (f_t, i_t, C_tilde, o_t), each of shape (H, B)."""
    ### BEGIN SOLUTION
    f_t = sigmoid(params["W_f"] @ z_t + params["b_f"])
    i_t = sigmoid(params["W_i"] @ z_t + params["b_i"])
    C_tilde = np.tanh(params["W_C"] @ z_t + params["b_C"])
    o_t = sigmoid(params["W_o"] @ z_t + params["b_o"])
    return f_t, i_t, C_tilde, o_t
    ### END SOLUTION


# %% tests="gates" points=4
ones = {f"W_{k}": np.ones((1, 2)) for k in "fiCo"} | {f"b_{k}": np.ones((1, 1)) for k in "fiCo"}
f_t, i_t, C_tilde, o_t = gates(ones, np.array([[0.1], [0.5]]))
assert np.allclose([f_t, i_t, o_t], 0.832, atol=1e-3) and np.allclose(C_tilde, 0.922, atol=1e-3)
assert np.shape(f_t) == (1, 1), "(H, B), here one unit and one sequence"

# %% [markdown]
# **The new memory** C_t (2 points), from the forget gate, the input gate, the candidate and the old memory.


# %% answer="new_memory"
def new_memory(f_t, i_t, C_tilde, C_prev):
    """Return C_t."""
    ### BEGIN SOLUTION
    C_t = f_t * C_prev + i_t * C_tilde
    return C_t
    ### END SOLUTION


# %% tests="new_memory" points=2
assert np.allclose(new_memory(np.array([[1.0]]), np.array([[0.0]]), 0.3, 7.0), 7.0), (
    "keep everything, write nothing"
)

# %% [markdown]
# **What is shown**, h_t (1 point), from the output gate and the new memory.


# %% answer="shown"
def shown(o_t, C_t):
    """Return h_t."""
    ### BEGIN SOLUTION
    h_t = o_t * np.tanh(C_t)
    return h_t
    ### END SOLUTION


# %% tests="shown" points=1
assert np.allclose(shown(np.array([[0.0]]), np.array([[2.0]])), 0), "a closed output gate shows nothing"

# %% [markdown]
# ## 4. One step (3 points)
#
# Put the pieces together. Return h_t and C_t in this order, each of shape (H, B).


# %% answer="step"
def step(params, x_t, h_prev, C_prev):
    """Return (h_t, C_t)."""
    ### BEGIN SOLUTION
    z_t = join(h_prev, x_t)
    f_t, i_t, C_tilde, o_t = gates(params, z_t)
    C_t = new_memory(f_t, i_t, C_tilde, C_prev)
    h_t = shown(o_t, C_t)
    return h_t, C_t
    ### END SOLUTION


# %% tests="step" points=3
h_t, C_t = step(ones, np.array([[0.5]]), np.array([[0.1]]), np.array([[0.2]]))
assert np.allclose([h_t, C_t], [[[0.609]], [[0.933]]], atol=1e-3), "the worked example of lesson 04"

# %% [markdown]
# ## 5. A sequence (5 points)
#
# X holds T inputs, of shape (T, D, B). The state is the pair (h_0, C_0), or None for zeros. Return all hidden states,
# of shape (T, H, B), and the state after the last step, as a pair.


# %% answer="forward"
def forward(params, X, state=None):
    """Return hs, (h_T, C_T)."""
    ### BEGIN SOLUTION
    H, B = len(params["b_f"]), X.shape[2]
    h_t, C_t = (np.zeros((H, B)), np.zeros((H, B))) if state is None else state
    hs = []
    for x_t in X:
        h_t, C_t = step(params, x_t, h_t, C_t)
        hs.append(h_t)
    return np.array(hs), (h_t, C_t)
    ### END SOLUTION


# %% tests="forward" points=5
hs, (h_T, C_T) = forward(ones, np.full((2, 1, 1), 0.5))
assert np.shape(hs) == (2, 1, 1) and np.allclose(hs[-1], h_T)
assert np.shape(h_T) == np.shape(C_T) == (1, 1), "the state is a pair, each of shape (H, B)"

# %% [markdown]
# ## 6. What is wrong here? (2 points)
#
# Somebody has computed one step with your numbers and printed every quantity, to four decimals, in `given["printed"]`.
# One line is not what its formula gives from the lines above it. Which one is the **first** that is wrong? Answer with
# its name: "z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t" or "h_t".


# %% answer="first_wrong"
### BEGIN SOLUTION
def printed_before(name):
    p, C_prev = given["printed"], given["C_prev"]
    if name == "C_t":
        return p["f_t"] * C_prev + p["i_t"] * p["C_tilde"]
    return p["o_t"] * np.tanh(p["C_t"]) if name == "h_t" else squashed({"C_tilde": "C"}.get(name, name[0]))


lines = ["f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]
first_wrong = next(name for name in lines if abs(printed_before(name) - given["printed"][name]) > 1e-3)
### END SOLUTION

# %% tests="first_wrong" points=2
assert first_wrong in ("f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"), "answer with a name, as text"
