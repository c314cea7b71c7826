# %% [markdown]
# # Problem set 3: training, and judging what came out
#
# **What you will be able to do.** Write the pieces of a training loop, train an LSTM on a wave and on a task that needs
# memory, and say honestly what the numbers show.
#
# **What you need.** Lessons 07 and 09.
#
# **How long it takes.** About three hours. **30 points.**
#
# | part | what it shows | points |
# |---|---|---|
# | 1 How long a gate remembers | you can choose a forget bias | 2 |
# | 2 The pieces | loss, clipping, Adam | 10 |
# | 3 A sine wave | you can train, and beat a rule that learns nothing | 5 |
# | 4 A memory | you can make a network keep what came first | 5 |
# | 5 In your own words | you can say what the numbers show, and what they do not | 8 |

# %% [markdown]
# **How it works.** Write your answer into the cells that raise `NotImplementedError`, in place of that line, and keep
# the names. Parts 1 to 4 are marked with other numbers than those you see; part 5 is read by a person, with the rubric
# that stands there. Here you may import `lstm_lib`, and need not write a cell again. Both trainings have to come to an
# end within 30 seconds on one core; they run once more when your work is marked.

# %% given="imports"
import numpy as np

from lstm_lib import data, fused, model, training

# %% [markdown]
# These are your numbers; somebody else may have others.

# %% given="given"
given = {}

# %% [markdown]
# ## 1. How long a gate remembers (2 points)
#
# A forget gate is σ(b_f) at every step, and nothing is written. After how many steps is half of a memory gone, for
# b_f = `given["b_f"]`? And which b_f leaves the share `given["share"]` of it after `given["T"]` steps? Two numbers,
# right to one percent; the first need not be whole.

# %% answer="remember"
### BEGIN SOLUTION
keep = 1 / (1 + np.exp(-given["b_f"]))
needed = given["share"] ** (1 / given["T"])
remember = {"half_life": np.log(0.5) / np.log(keep), "b_f": np.log(needed / (1 - needed))}
### END SOLUTION

# %% tests="remember" points=2
assert set(remember) == {"half_life", "b_f"}, 'remember = {"half_life": …, "b_f": …}, two numbers'

# %% [markdown]
# ## 2. The pieces (10 points)
#
# **The loss** (3 points): the mean of (Ŷ − Y)² over all entries, and its gradient with respect to Ŷ.


# %% answer="loss"
def mean_squared_error(Y_hat, Y):
    """Return (loss, dY_hat)."""
    ### BEGIN SOLUTION
    error = Y_hat - Y
    return np.mean(error**2), 2 * error / error.size
    ### END SOLUTION


# %% tests="loss" points=3
value, slope = mean_squared_error(np.array([[[3.0]]]), np.array([[[1.0]]]))
assert np.isclose(value, 4) and np.allclose(slope, 4)

# %% [markdown]
# **Clipping** (3 points): all gradients together are one long vector. Where its length is above max_norm, return a new
# dict with all of them shortened by one factor, so that the length is max_norm. The dict that came in stays as it is.


# %% answer="clipping"
def clip(grads, max_norm):
    """Return (the gradients, none too long together; the length before)."""
    ### BEGIN SOLUTION
    length = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    factor = min(1.0, max_norm / length)
    return {name: g * factor for name, g in grads.items()}, length
    ### END SOLUTION


# %% tests="clipping" points=3
short, length = clip({"w": np.array([3.0, 4.0])}, 1.0)
assert np.isclose(length, 5) and np.allclose(short["w"], [0.6, 0.8])

# %% [markdown]
# **Adam** (4 points): one step for one array. t counts from 1; β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, and both means are
# corrected for their start from zero ([Kingma & Ba 2015](https://arxiv.org/abs/1412.6980), algorithm 1).


# %% answer="adam"
def adam_step(p, g, m, v, t, lr):
    """Return the new (p, m, v)."""
    ### BEGIN SOLUTION
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return p - lr * m_hat / (np.sqrt(v_hat) + 1e-8), m, v
    ### END SOLUTION


# %% tests="adam" points=4
p, m, v = adam_step(np.array([1.0]), np.array([5.0]), np.zeros(1), np.zeros(1), 1, 0.1)
assert np.allclose(p, 0.9), "the first step has the length of the learning rate"

# %% [markdown]
# ## 3. A sine wave (5 points)
#
# X holds noisy waves of one frequency, of shape (T, 1, B); Y[t] is the clean wave one step later. Train a model and
# return its parameters, as `model.init_params(fused, 1, H, 1, rng)` makes them, with H up to 32. It is judged on new
# waves: is its error below that of the rule "the next value is this one" (2 points), and below a fifth of it (2)? One
# point is for parameters that can be used.


# %% answer="sine"
def train_sine(X, Y):
    """Return the parameters of a model that predicts the next value."""
    ### BEGIN SOLUTION
    params = model.init_params(fused, 1, 12, 1, np.random.default_rng(0))

    def loss_and_grads(params, X, Y):
        return model.loss_and_grads(fused, params, X, Y, mean_squared_error)

    training.fit(loss_and_grads, params, [(X, Y)] * 300, training.Adam(lr=0.02), max_norm=1.0, progress=False)
    return params
    ### END SOLUTION


# %% tests="sine" points=5
X, Y = data.sine_waves(30, 8, np.random.default_rng(0), omega=given["omega"], noise=0.05)
predicted, _ = model.predict(fused, train_sine(X, Y), X)
assert predicted.shape == Y.shape

# %% [markdown]
# ## 4. A memory (5 points)
#
# The task of lesson 00: at the first step the value is +1 or −1 and the flag is up; then comes noise, with the flag
# down, until step `given["T"]`. X is (T, 2, B), Y is (T, 1, B) and holds the first symbol at every step, but only the
# last output is judged: has it the sign of what came first? One point is for parameters that can be used, 2 are for
# three right answers of four, 2 more for 95 of 100.


# %% answer="memory"
def train_memory(X, Y):
    """Return the parameters of a model whose last output has the sign of the first symbol."""
    ### BEGIN SOLUTION
    params = model.init_params(fused, 2, 8, 1, np.random.default_rng(0), forget_bias=3.0)

    def at_the_end(Y_hat, Y):
        slope = np.zeros_like(Y_hat)
        error = Y_hat[-1] - Y[-1]
        slope[-1] = 2 * error / error.size
        return np.mean(error**2), slope

    def loss_and_grads(params, X, Y):
        return model.loss_and_grads(fused, params, X, Y, at_the_end)

    training.fit(loss_and_grads, params, [(X, Y)] * 400, training.Adam(lr=0.02), max_norm=1.0, progress=False)
    return params
    ### END SOLUTION


# %% tests="memory" points=5
rng = np.random.default_rng(0)
X = np.concatenate([rng.uniform(-1, 1, (given["T"], 1, 8)), np.zeros((given["T"], 1, 8))], axis=1)
X[0] = [rng.choice([-1, 1], 8), np.ones(8)]
predicted, _ = model.predict(fused, train_memory(X, np.broadcast_to(X[0, :1], (given["T"], 1, 8)).copy()), X)
assert predicted.shape == (given["T"], 1, 8)

# %% [markdown]
# ## 5. In your own words (8 points)
#
# **Why a forget bias above zero helps with the memory, and not with the wave** (4 points). About 120 words, with one
# number of your own from part 1 or part 4.
#
# Rubric: what f^T does to a memory of T steps, and to the gradient that comes back through it (2) · why the wave needs
# no more than a few steps (1) · a number that bears it out (1).

# %% [markdown] written="why_bias" points=4
# ### BEGIN SOLUTION
# What is left of a memory after T steps is f^T, and the gradient that comes back through the cell state is multiplied
# by the same. With b_f = 0 the gate is 0.5, and after 20 steps a millionth is left: the loss at the end says next to
# nothing about the first step. With b_f = 3 the gate is 0.95 and 38 % is left, so training has something to begin with.
# The next value of a wave of one frequency follows from the last two, so no gradient has to come from far.
# ### END SOLUTION

# %% [markdown]
# **What your error shows, and what it does not** (4 points). Choose one of your two models. About 120 words.
#
# Rubric: compared with a rule that learns nothing (1) · on data that were not trained on (1) · one thing that the number
# does not show, such as another frequency, more steps, another seed (1) · what you would run to find out (1).

# %% [markdown] written="judge" points=4
# ### BEGIN SOLUTION
# On new waves the error is a small part of that of the rule "the next value is this one", so the model has learnt how
# the wave goes on, and not only that neighbours are alike. All waves had one frequency and one length, and there was
# one seed: the number does not tell how the model does at another frequency, or when its own outputs are fed back. I
# would draw five seeds, train with each, and show the range of errors over frequencies from 0.1 to 1.
# ### END SOLUTION
