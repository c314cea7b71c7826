# %% [markdown]
# # Problem set 3: training, and judging what came out
#
# **What you will be able to do.** Write the pieces of a training loop, train an LSTM on a wave, on a task that needs
# memory and on a text of your own, and say honestly what the numbers show.
#
# **What you need.** Lessons 07 and 09.
#
# **How long it takes.** About four hours. **40 points.**
#
# | part | what it shows | points |
# |---|---|---|
# | 1 How long a gate remembers | you can choose a forget bias | 2 |
# | 2 The pieces | loss, clipping, Adam | 10 |
# | 3 A sine wave | you can train, and beat a rule that learns nothing | 5 |
# | 4 A memory | you can make a network keep what came first | 5 |
# | 5 Three seeds | you can tell luck from a difference | 4 |
# | 6 Letters | you can train on a text, and let the model write to a friend | 6 |
# | 7 In your own words | you can say what the numbers show, and what they do not | 8 |

# %% [markdown]
# **How it works.** Write your answer into the cells that raise `NotImplementedError`, in place of that line, and keep
# the names. Parts 1 to 6 are marked with other numbers than those you see; part 7 is read by a person, with the rubric
# that stands there. Here you may import `lstm_lib`, and need not write a cell again; but where part 2 is marked, its
# functions do nothing. Each training has to come to an end within 30 seconds on one core; they run once more when your
# work is marked, and so do all cells of your own.

# %% given="imports"
import numpy as np

from lstm_lib import data, functional, fused, model, training

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
# point is for parameters that can be used, and have been trained at all.


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
# ## 5. Three seeds (4 points)
#
# One training is one throw of the dice. Write `run(forget_bias, seed)`: everything random comes from
# `np.random.default_rng(seed)`; it makes sequences as in part 4 (`first_symbols` draws them), trains 8 units for 150
# steps from this forget bias, and returns the parameters and the share of wrong signs on 400 new sequences. Then fill
# `errors`, an array with a row for each bias (0 and 3) and a column for each seed (0, 1, 2). One entry is run again when
# your work is marked. The points: the table (1), the same parameters and error when it runs again (1), and an error that
# is what the marker measures with your parameters, give or take 0.1 (2).


# %% given="symbols_given"
def first_symbols(T, B, rng):
    """Return X of shape (T, 2, B), Y of shape (T, 1, B): a symbol, then noise; the symbol is asked for."""
    X = np.zeros((T, 2, B))
    X[1:, 0] = rng.uniform(-1, 1, (T - 1, B))
    X[0] = rng.choice([-1, 1], B), np.ones(B)
    return X, np.broadcast_to(X[0, :1], (T, 1, B)).copy()


# %% answer="seeds"
def run(forget_bias, seed):
    """Return (trained parameters, share of wrong signs at the last step of 400 new sequences)."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    X, Y = first_symbols(given["T"], 64, rng)
    params = model.init_params(fused, 2, 8, 1, rng, forget_bias=forget_bias)

    def loss_and_grads(params, X, Y):
        return model.loss_and_grads(fused, params, X, Y, functional.at_last_step(functional.mean_squared_error))

    training.fit(loss_and_grads, params, [(X, Y)] * 150, training.Adam(lr=0.02), max_norm=1.0, progress=False)
    X_new, Y_new = first_symbols(given["T"], 400, rng)
    predicted, _ = model.predict(fused, params, X_new)
    return params, np.mean(np.sign(predicted[-1]) != Y_new[-1])
    ### END SOLUTION


errors = np.full((2, 3), np.nan)
### BEGIN SOLUTION
errors = np.array([[run(forget_bias, seed)[1] for seed in range(3)] for forget_bias in (0.0, 3.0)])
### END SOLUTION

# %% tests="seeds" points=4
assert np.shape(errors) == (2, 3), "a row for each forget bias, a column for each seed"
assert np.all(np.isfinite(errors)) and np.all((errors >= 0) & (errors <= 1)), "shares between 0 and 1"

# %% [markdown]
# ## 6. Letters (6 points)
#
# The model reads a text letter by letter and learns to say which comes next. `train_text(text)` returns the parameters, as
# `model.init_params(fused, K, H, K, rng)` makes them with H up to 48, and the K different letters as one text, in the
# order of the rows. It is marked with a text of invented words that you have not seen, 3000 letters long, and then with
# new text of the same words: are its log-odds better than counting letters (2 points), and better than counting pairs of
# letters (3)? One point is for parameters that can be used, and have been trained at all.
#
# `one_hot` makes columns of a text, `written` lets a trained model write; `functional.cross_entropy` is the loss, in nats
# a letter. Cutting the text into a batch of pieces makes training much faster than one long sequence.


# %% given="letters_given"
def one_hot(text, letters):
    """Return X of shape (T, K, 1): row k of step t is 1 where letter t of the text is letters[k]."""
    return np.array([[[float(letter == each)] for each in letters] for letter in text])


def written(params, letters, n, rng, start=" "):
    """Return n letters that a model writes after `start`, each drawn with the model's own probabilities."""
    log_odds, trace = model.predict(fused, params, one_hot(start, letters))
    text = ""
    for _ in range(n):
        odds = np.exp(log_odds[-1, :, 0] - log_odds[-1].max())
        text += letters[rng.choice(len(letters), p=odds / odds.sum())]
        state = model.final_state(trace)
        log_odds, trace = model.predict(fused, params, one_hot(text[-1], letters), state)
    return text


# %% answer="letters"
def train_text(text):
    """Return (trained parameters, the letters in the order of the rows)."""
    ### BEGIN SOLUTION
    letters = "".join(sorted(set(text)))
    T = 25
    B = (len(text) - 1) // T
    K = len(letters)
    X, Y = (one_hot(text[first : first + B * T], letters).reshape(B, T, K).transpose(1, 2, 0) for first in (0, 1))
    params = model.init_params(fused, K, 24, K, np.random.default_rng(0))

    def loss_and_grads(params, X, Y):
        return model.loss_and_grads(fused, params, X, Y, functional.cross_entropy)

    training.fit(loss_and_grads, params, [(X, Y)] * 200, training.Adam(lr=0.03), max_norm=5.0, progress=False)
    return params, letters
    ### END SOLUTION


# %% tests="letters" points=6
example = " ".join(np.random.default_rng(0).choice(given["words"], 120))
params, letters = train_text(example)
assert len(letters) == len(set(letters)) == len(params["b_y"]) and set(letters) == set(example), (
    "one row for each letter"
)
print(written(params, letters, 60, np.random.default_rng(0)))

# %% [markdown]
# **To show a friend** (no points): put in a text that you like, two thousand letters or more, and let the model write. Or
# take a series of your own, temperatures, steps a day, a tune, and use part 3. What does it get right first, and what
# never?

# %% [markdown]
# ## 7. In your own words (8 points)
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
# **What your error shows, and what it does not** (4 points). Choose one of your models. About 120 words; part 5 helps.
#
# Rubric: compared with a rule that learns nothing (1) · on data that were not trained on (1) · one thing that the number
# does not show, such as another frequency, more steps, another seed (1) · what you would run to find out (1).

# %% [markdown] written="judge" points=4
# ### BEGIN SOLUTION
# On new waves the error is a small part of that of the rule "the next value is this one", so the model has learned how
# the wave goes on, and not only that neighbours are alike. All waves had one frequency and one length, and there was
# one seed: the number does not tell how the model does at another frequency, or when its own outputs are fed back. I
# would draw five seeds, train with each, and show the range of errors over frequencies from 0.1 to 1.
# ### END SOLUTION
