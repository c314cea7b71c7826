# %% [markdown] slideshow={"slide_type": "slide"}
# # How far a gradient reaches
#
# **What you will be able to do.** Measure and bound what comes back from far away, in a plain RNN and in an LSTM, and tell
# which half of the story about the LSTM is true.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask who has heard that the LSTM solves the vanishing gradient. Let them keep their opinion until the vote.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** [The gradients](05_the_gradients.ipynb); what a matrix does to a vector. Nothing has to be run before.
#
# **How long it takes.** 35 minutes to read, 20 for the exercises.
#
# ## Three questions from before
#
# Answer before you open the triangle.
#
# 1. From [lesson 01](01_why_memory_fades.ipynb): one unit, no tanh, w = 0.9. What is the gradient over 50 steps?
# 2. From [lesson 05](05_the_gradients.ipynb): what is $\partial C_t / \partial C_{t-1}$ along the memory alone?
# 3. From [lesson 06](06_check_the_gradient.ipynb): how does one find out whether a gradient is right?
#
# <details><summary>Answers</summary>
#
# 1. 0.9 to the 50th, about half a hundredth.
# 2. The forget gate $f_t$.
# 3. Move each number a little and compare how the loss answers.
#
# </details>

# %% slideshow={"slide_type": "skip"}
# Setup: imports
import numpy as np
import sympy as sp

from lstm_lib import flow, formulas, lstm, rnn, sigmoid, symbolic
from lstm_lib.lesson import exercises, explore, figures, mine, predict, reveal, scenes, slider

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Many units: a product of matrices
#
# With H units, one step back multiplies by a matrix, the **Jacobian** of the step. For k steps it is a product:
#
# $$J_k = D_T W \cdot D_{T-1} W \cdots D_{T-k+1} W$$

# %% [markdown] slideshow={"slide_type": "skip"}
# W is the part of $W_h$ that sees the state, its first H columns, and $D_t$ is the diagonal matrix of the slopes
# $1 - h_t^2$. There are two ways to say how large a square matrix is:
#
# - The **largest singular value** $\sigma_{max}$ is the most that *one* multiplication can stretch a vector. It is also called
#   the spectral norm; in NumPy it is `np.linalg.norm(J, 2)`.
# - The **spectral radius**, the size of the largest eigenvalue, says what *many* multiplications by the same matrix come to.
#   It is never larger than $\sigma_{max}$, and may be much smaller.


# %% slideshow={"slide_type": "fragment"}
def norms_by_hand(params, X):
    """The size of J_0, J_1, … J_T for a tanh RNN."""
    hs, steps = rnn.forward(params, X)
    H = hs.shape[1]
    W, J, sizes = params["W_h"][:, :H], np.eye(H), [1.0]
    for s in reversed(steps):
        J = J @ ((1 - s.h_t**2) * W)  # row n of W times the slope of unit n
        sizes.append(np.linalg.norm(J, 2))
    return np.array(sizes)


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Write the product for k = 2 on the board, from the right. Ask what makes a factor small: a slope near 0, or a W
# that shrinks.
#
# </details>

# %% slideshow={"slide_type": "skip"}
T, H = 100, 32
noise = np.random.default_rng(7).normal(size=(T, 1, 1))


def orthogonal_rnn(scale, seed=0):
    rng = np.random.default_rng(seed)
    params = rnn.init_params(1, H, rng)
    params["W_h"][:, :H] = flow.orthogonal(H, rng, scale)
    return params


# %% [markdown] slideshow={"slide_type": "slide"}
# ## The bound of Pascanu, Mikolov and Bengio (2013)
#
# A product of matrices stretches at most by the product of their norms. W stretches by $\sigma_{max}$, and a slope of
# tanh is at most γ = 1, so
#
# $$\|J_k\| \le (\gamma\,\sigma_{max})^k.$$

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** W is *orthogonal*, it turns without stretching, times s = 1.5: then both sizes of W are 1.5, and the bound grows
# without end. Quiet noise goes in (0.1 times a standard normal).

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: a gradient and its bound
predict(
    "07.bound",
    "What is the measured gradient after 100 steps?",
    ["vanished", "large, but far below the bound", "on the bound"],
    limits=[1e-3, 0.1 * 1.5**100],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# A bound says what cannot happen. Ask what this one forbids for s = 0.8, and what for s = 1.5: in the second case, nothing
# that anybody was afraid of. Then draw the unit circle, and what an orthogonal W makes of it.
#
# </details>

# %% slideshow={"slide_type": "skip"}
reach = {s: norms_by_hand(orthogonal_rnn(s), 0.1 * noise) for s in [0.8, 1.0, 1.5]}

# %% slideshow={"slide_type": "subslide", "printed": false} tags=["output-only"]
# Answer: three scales, and their bounds
for s, norms in reach.items():
    print(f"s = {s}:  after 100 steps {norms[-1]:7.0e},  bound {s**100:7.0e}")
reveal("07.bound", reach[1.5][-1])
figures.how_far_a_gradient_reaches.bounds(reach)

# %% [markdown] slideshow={"slide_type": "skip"}
# Below 1 the bound is a promise: the gradient *must* vanish. Above 1 it promises nothing. It only says that the gradient *may*
# explode: a singular value above 1 is needed for that, and is not enough. The curve for 1.5 does grow, and stays many powers
# of ten below its bound, because the slopes of tanh are below 1 wherever the state is not 0.

# %% [markdown] slideshow={"slide_type": "subslide"}
# And the line for s = 1? **"A plain RNN cannot carry a gradient over 100 steps" is false.** This one does. (From here on
# `flow.norms` does the measuring; it can do the LSTM, too.)

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
quiet = flow.norms(rnn, orthogonal_rnn(1.0), 0.01 * noise)
print(f"orthogonal RNN, inputs of size 0.01: {quiet[-1]:.3f} of the gradient after 100 steps")
assert np.allclose(quiet, norms_by_hand(orthogonal_rnn(1.0), 0.01 * noise))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Be fair to the plain RNN: this one keeps nearly everything. Ask what made it possible, the weights or the input.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The same weights, a louder input
#
# **Predict.** Nothing about the weights changes now: s = 1.5. Only the noise gets louder, a hundred times as loud as before.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the gradient, with loud noise
predict(
    "07.loud",
    "What is the gradient after 100 steps?",
    ["vanished", "about the same, as W is the same", "larger, as everything is larger"],
    limits=[1e-3, 1e6],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# There is a good reason for the second: W has not changed. Ask what else stands in the product.
#
# </details>

# %% slideshow={"slide_type": "skip"}
loud = {size: flow.norms(rnn, orthogonal_rnn(1.5), size * noise) for size in [0.1, 1, 10]}

# %% slideshow={"slide_type": "subslide", "printed": false} tags=["output-only"]
# Answer: three loudnesses, and the slopes of tanh
for size, norms in loud.items():
    hs, _ = rnn.forward(orthogonal_rnn(1.5), size * noise)
    print(f"noise × {size:4}: mean slope of tanh {np.mean(1 - hs**2):.2f}, after 100 steps {norms[-1]:.0e}")
reveal("07.loud", loud[10][-1])
figures.how_far_a_gradient_reaches.loudness(loud)

# %% [markdown] slideshow={"slide_type": "skip"}
# Loud inputs push units to where tanh is flat, and then a radius of 1.5 is not enough to make up for it. (The quiet curves are
# steepest at their right end. That is the beginning of the sequence, where the state is still near 0.) So "the spectral radius
# is above 1, therefore the gradient explodes" is wrong, too. What counts is the product along the *actual* sequence.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Which W does one start with? PyTorch draws it uniformly from ±1/√H. Its largest singular value is then a little above 1, so the
# bound promises nothing. Its spectral radius is far below 1, and that decides:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
usual = rnn.init_params(1, H, np.random.default_rng(0))  # as PyTorch draws it
W = usual["W_h"][:, :H]
largest, radius = np.linalg.norm(W, 2), np.abs(np.linalg.eigvals(W)).max()
plain = flow.norms(rnn, usual, noise)
print(f"largest singular value {largest:.2f}, spectral radius {radius:.2f}")
print(f"gradient after 100 steps {plain[-1]:.0e}, radius to the 100th {radius**100:.0e}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# This is a plain RNN as PyTorch starts it. The singular value is above 1, so the bound allows everything; the radius is below
# 1, and that decides. In Keras or Flax one would start with an orthogonal W.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# What happened 100 steps ago has no say in how these weights change: added to a gradient of size 1, its share does not even
# change the last digit of the sum. Keras and Flax draw W orthogonal ([Saxe and others 2014](#References)), and begin on the
# curve for s = 1. That a gradient reaches back does not yet make a network that learns, but without it there is nothing to
# learn from.

# %% [markdown] slideshow={"slide_type": "slide", "picture": "way back"}
# ## The LSTM: two ways back
#
# How much does the last memory depend on the first? For one unit and two steps, the chain rule of
# [lesson 05](05_the_gradients.ipynb) says:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
two = symbolic.unroll(2)
arrives = dict.fromkeys(two.arriving["dhs"].flat, 0) | {sp.Symbol("dC_next"): 1}
far = two.chain_rule()["C_0"].item().subs(arrives)
formulas.Formula(sp.Symbol("∂C_2/∂C_0"), far)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Trace both ways on the picture before anybody reads the formula: along the top, two factors; through h, by the
# gates of the next step.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# There are two parts. The **direct** part runs along the memory: it is the product of the forget gates. The rest
# runs **through h**: the memory is shown, the gates of the next step see it, and they change the memory.

# %% [markdown] slideshow={"slide_type": "skip"}
# (Multiply $f_1$ into the bracket to see them.) Each term of the rest has a weight on h in it, so a unit that does
# not listen to itself has the direct part only:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
deaf = far.subs(dict.fromkeys(sp.symbols("W_fh W_ih W_Ch W_oh"), 0))
formulas.Formula(sp.Symbol("∂C_2/∂C_0"), deaf)

# %% [markdown] slideshow={"slide_type": "skip"}
# For T steps the direct part is the product of all T forget gates, and the rest is everything that leaves the memory at
# least once on the way. `flow.direct` multiplies the gates; `flow.jacobians` has all of it, so the rest is the difference.
#
# Four units. They read x with weight 0.5 everywhere, and differ in three things: the bias of the forget gate, the weight with
# which the candidate listens to the unit's own last output (the gates do not listen), and what they read, noise or silence.
# All other biases are 0. `both_parts` takes these three and gives the two parts, for each number of steps back.


# %% slideshow={"slide_type": "skip"}
both_parts = figures.how_far_a_gradient_reaches.both_parts
rustle, silence = np.random.default_rng(6).normal(size=(40, 1, 1)), np.zeros((40, 1, 1))
parts = {
    "b_f = 1, weight 0": both_parts(1.0, 0.0, rustle),
    "b_f = 5, weight 0": both_parts(5.0, 0.0, rustle),
    "b_f = 5, weight −1": both_parts(5.0, -1.0, rustle),
    "b_f = 0, weight 6, silence": both_parts(0.0, 6.0, silence),
}

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** You may have read that an LSTM's gradient cannot vanish. And that it cannot explode.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the fate of an LSTM's gradient
predict(
    "07.far",
    "What can the gradient of an LSTM do over many steps?",
    ["neither vanish nor explode", "vanish, not explode", "explode, not vanish", "either: vanish or explode"],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Hands for each of the four. The first is the favourite, and it is what many pages say. Wait for the four panels.
#
# </details>

# %% slideshow={"slide_type": "subslide", "printed": false} tags=["output-only"]
# Answer: four units over forty steps
for words, (gates, rest) in parts.items():
    print(f"{words:27} along the memory {gates[-1]:8.1e}   through h {rest[-1]:9.1e}")
sizes = [abs(gates[-1] + rest[-1]) for gates, rest in parts.values()]
reveal("07.far", int(min(sizes) < 1e-3) + 2 * int(max(sizes) > 1e3))
figures.how_far_a_gradient_reaches.four_units(parts)

# %% [markdown] slideshow={"slide_type": "skip"}
# The first unit's gradient vanishes: 39 gates of about 0.73. The second keeps three quarters of it. The third has the same open
# gates, and still little is left, for the two parts cancel each other. The fourth explodes, through h, while its direct part is
# long gone. It stands on a knife's edge: in silence its memory is exactly 0, where tanh is steepest. The least input pushes it off.

# %% slideshow={"slide_type": "skip"}
along, through = both_parts(0.0, 6.0, silence + 1e-6)  # pushed by a millionth
print(f"with an input of 0.000001: at most {abs(through).max():.0f} through h")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The same measurement on an LSTM
#
# Along the **direct path** no W multiplies a gradient, and no slope of tanh: only the forget gates. Their bias $b_f$ says where
# they start, near $\sigma(b_f)$.

# %% [markdown] slideshow={"slide_type": "skip"}
# In the LSTM of 1997 there was no forget gate: the factor was exactly 1, the *constant error carousel* of Hochreiter and
# Schmidhuber. The gate came in 2000 ([Gers and others](#References)).


# %% slideshow={"slide_type": "skip"}
def fresh_lstm(b_f, seed=0):
    return lstm.init_params(1, H, np.random.default_rng(seed), forget_bias=b_f)


whole, direct = {}, {}
for b_f in [0.0, 1.0, 3.0, 5.0]:
    whole[b_f] = flow.norms(lstm, fresh_lstm(b_f), noise)
    kept = flow.direct(lstm.forward(fresh_lstm(b_f), noise)[1])
    direct[b_f] = kept.max(axis=(1, 2))  # of the unit that keeps most

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Four LSTMs with forget biases of 0, 1, 3 and 5, and fresh weights. A gradient goes 100 steps back along the
# direct path.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: forget biases that keep a tenth
predict(
    "07.tenth",
    "How many of the four keep at least a tenth of it?",
    ["none", "one", "two", "three or four"],
    limits=[0, 1, 2],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Many say: all but the first. Let them compute: σ(3) is 0.95, and 0.95 a hundred times is what? Only 5 keeps a
# tenth, along the direct path.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: along the memory, for four biases
for b_f, left in direct.items():
    print(f"b_f = {b_f:.0f}:  σ(b_f) = {sigmoid(b_f):.3f},  direct path after 100 steps {left[-1]:.0e}")
reveal("07.tenth", sum(left[-1] >= 0.1 for left in direct.values()))

# %% [markdown] slideshow={"slide_type": "skip"}
# Only $b_f = 5$. **"LSTMs do not vanish" is false**: the direct path shrinks by a factor f at each step, like every other power.
# What has changed is that the factor is a number that can be chosen, and learned, unit by unit, and that it may be as near to
# 1 as you like.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Now the whole gradient, with h and C as the state, at $b_f = 5$: also through h, past the weights of all the gates.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the whole gradient, beside the direct path
predict(
    "07.whole",
    "After 100 steps, what is it compared with the direct path?",
    ["smaller", "about the same", "a hundred times larger, or more"],
    limits=[0.5, 100],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask which path is still unaccounted for, and what it is multiplied by.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: all paths together
reveal("07.whole", whole[5.0][-1] / direct[5.0][-1])
figures.how_far_a_gradient_reaches.along_and_whole(direct, whole, plain)

# %% [markdown] slideshow={"slide_type": "skip"}
# Three things to see. With $b_f = 0$ the LSTM loses the gradient almost as fast as the plain RNN: its structure alone saves very
# little. With $b_f = 1$, a common advice ([Jozefowicz and others 2015](#References)), it still vanishes, only more slowly. And with
# 3 or 5 the whole gradient does not vanish: it **grows**, though the direct path shrinks all the time. So **"LSTMs cannot
# explode" is false**, too.

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["f_t", "C_t"]}
# Which of the paths does this? To find out, cut one of them: let no gate see h, and no candidate either.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
blind = fresh_lstm(5.0)
for k in "fiCo":
    blind[f"W_{k}"][:, :H] = 0  # the columns that see h
without_h = flow.norms(lstm, blind, noise)
print(f"b_f = 5 with the path through h: {whole[5.0][-1]:.0e}")
print(f"without it: {without_h[-1]:.2f}, the largest over all lags {without_h.max():.2f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# An experiment with one change: the columns that see h are set to zero. What grew before does not grow any more, so h
# was the way.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Without the path through h the gradient only ever shrinks, up to a last step from C to h, which adds a factor of at
# most √2. The growth came through h, where an LSTM has weights and can stretch like any RNN. So clipping is not for plain
# RNNs alone.
#
# Hochreiter and Schmidhuber cut this path, too. Their LSTM of 1997 was trained with a *truncated* gradient, which did
# not follow errors out of a cell and further back. What was left ran along C, where every factor was 1: it could neither
# vanish nor explode. Today's full gradient ([Graves and Schmidhuber 2005](#References)) takes all paths, and that is what we measured.
#
# One network is one network. Here are five, with other weights and another noise each time:


# %% slideshow={"slide_type": "subslide"}
for b_f in direct:
    ends = []
    for seed in range(5):
        other = np.random.default_rng(100 + seed).normal(size=(T, 1, 1))
        ends.append(flow.norms(lstm, fresh_lstm(b_f, seed), other)[-1])
    print(f"b_f = {b_f:.0f}:  between {min(ends):.0e} and {max(ends):.0e}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Let the room vote on "LSTMs solve vanishing gradients" before and after this slide. The sentence to leave with: the
# factor has become a gate, which can be set, and learned, and may be near 1.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What this does not show.** These are fresh networks that read noise. Training moves all of the weights, the gates with
# them, and a trained network may look different. Change the biases, `H`, or the size of the noise, and run the cells again.
#
# ## Move the bias yourself
#
# One slider, the forget bias of a fresh LSTM with 8 units. **Find with it:** (1) the smallest bias that leaves a hundredth
# of the whole gradient after 60 steps; (2) the smallest one for which the *gates alone* leave as much, and why it is so much
# larger; (3) the smallest bias for which the gradient ends larger than it began.

# %% slideshow={"slide_type": "skip"}
# Live: what is left of a gradient, for a forget bias
explore(scenes.gradient_flow(), b_f=slider(1, -2, 6, "forget bias"))

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>What there is to find</summary>
#
# (1) About 1.2. (2) About 2.6: the gates alone are the direct path, and the whole gradient has the paths through h as
# well, which add to it. (3) About 2.5. Three numbers for one set of weights: with another seed they are others.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["f_t", "C_t"]}
# ## What we found
#
# A plain RNN started as PyTorch does loses its gradient within 100 steps; an orthogonal one may keep it. An LSTM has a path
# whose factor is a gate: $b_f = 5$ keeps more than half, $b_f = 0$ next to nothing. Through h it may vanish or explode.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for these sentences before you show them.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# Write your answer in place of the line that raises the error, and run the cell; the bar below it answers.
#
# **1. Which sentence is right?** Return its letter.
#
# - **a** In an LSTM gradients do not vanish.
# - **b** A plain RNN cannot carry a gradient over 100 steps.
# - **c** Along the direct path an LSTM's gradient never grows; the whole gradient can vanish or explode.
# - **d** If the largest singular value of W is above 1, the gradient explodes.


# %% slideshow={"slide_type": "skip"}
def right_sentence():
    raise NotImplementedError  # return "a", "b", "c" or "d"


# %% slideshow={"slide_type": "skip"}
# Check: 1. Which sentence is right?
exercises.how_far_a_gradient_reaches.check_sentence(right_sentence)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Three of them were refuted above by a number. Which cells printed it?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Look at the LSTM with $b_f = 0$, at the orthogonal RNN with quiet inputs, and at s = 1.5 with loud ones.
#
# </details>
# <details><summary>Hint 3, part of the answer</summary>
#
# b falls to the orthogonal RNN, d to the loud noise.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def right_sentence():
#     return "c"
# ```
#
# A forget gate is between 0 and 1, so its products cannot grow; the paths through h can do both.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Put in order.** These lines compute the norms of a tanh RNN. Two of them are wrong and must be left out. Return
# the letters of the five right ones as one word, in an order that works. (The indentation is put in for you.)
#
# ```python
# A        sizes.append(np.linalg.norm(J, 2))
# B    for s in steps:
# C    J, sizes = np.eye(H), [1.0]
# D        J = J @ ((1 - s.h_t**2) * W)
# E    hs, steps = rnn.forward(params, X)
# F    for s in reversed(steps):
# G        J = ((1 - s.h_t**2) * W) @ J
# ```


# %% slideshow={"slide_type": "skip"}
def order():
    raise NotImplementedError  # return "…", five letters


# %% slideshow={"slide_type": "skip"}
# Check: 2. Put in order
exercises.how_far_a_gradient_reaches.check_lines(order)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# What has to exist before a loop can go over it?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# J begins at the end of the sequence. Which step does the first factor belong to, and does the next, earlier one come
# to its left or to its right? Look at the formula for $J_k$.
#
# </details>
# <details><summary>Hint 3, part of the answer</summary>
#
# It begins with E and C, then F.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def order():
#     return "ECFDA"
# ```
#
# C and E may be exchanged. B with G is a tempting pair: it runs forwards and builds the same product for *all* steps, but
# every entry before the last belongs to another question, how the first state reaches step k.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Fill the gap.** Scale a matrix W so that the bound *promises* what you want: after n steps at most the share
# `left` of a gradient. No smaller than needed: the bound is to be exactly `left`.


# %% slideshow={"slide_type": "skip"}
def tamed(W, n, left):
    raise NotImplementedError  # return W * (… / np.linalg.norm(W, 2)), and the gap is yours


# %% slideshow={"slide_type": "skip"}
# Check: 3. Fill the gap
exercises.how_far_a_gradient_reaches.check_tamed(tamed)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The bound is $\sigma_{max}$ to the power of n. Which $\sigma_{max}$ makes it equal to `left`?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# It is the n-th root of `left`. If W is multiplied by a number, so is its largest singular value.
#
# </details>
# <details><summary>Hint 3, part of the answer</summary>
#
# `left ** (1 / n)` is the $\sigma_{max}$ you want, `np.linalg.norm(W, 2)` the one you have.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def tamed(W, n, left):
#     return W * (left ** (1 / n) / np.linalg.norm(W, 2))
# ```
#
# Leave the 2 out, and `np.linalg.norm(W)` is the square root of the sum of all squares, which is larger: the bound
# would come out smaller than asked for.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Which two things stand in one step's factor of a tanh RNN, and which of them depends on the input?
# 2. An orthogonal tanh RNN has a spectral radius of 1. When does it keep its gradient, and when does it lose it?
# 3. For which $\sigma_{max}$ does the bound of Pascanu, Mikolov and Bengio promise something, and what?
# 4. Which factor does the direct path of an LSTM have at each step, and how large can it be?
# 5. An LSTM's gradient explodes. Along which path?
#
# <details><summary>Answers</summary>
#
# 1. The weights W and the slopes 1 − h². The slopes do: a loud input makes them small.
# 2. The slope of tanh is 1 only at 0: quiet inputs leave it near 1; loud ones saturate the units, and it shrinks.
# 3. Below 1 (for tanh): the gradient vanishes. Above 1 it allows an explosion and promises none.
# 4. The forget gate f. It is below 1, and may come as near to 1 as its bias and weights put it.
# 5. Through h, where the weights of the gates and of the candidate can stretch it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013: the bound, and
#   clipping by the norm.
# - A. M. Saxe, J. L. McClelland, S. Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep linear neural
#   networks*, ICLR 2014: orthogonal starts.
# - The documentation of `torch.nn.RNN` (PyTorch), `keras.layers.SimpleRNN` (Keras) and `flax.linen.LSTMCell` (Flax): where their
#   recurrent weights start.
# - S. Hochreiter, J. Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997: the constant error carousel, and the
#   truncated gradient.
# - F. A. Gers, J. Schmidhuber, F. Cummins, *Learning to Forget: Continual Prediction with LSTM*, Neural Computation
#   12(10), 2000: the forget gate.
# - A. Graves, J. Schmidhuber, *Framewise phoneme classification with bidirectional LSTM and other neural network
#   architectures*, Neural Networks 18(5–6), 2005: the full gradient.
# - R. Jozefowicz, W. Zaremba, I. Sutskever, *An Empirical Exploration of Recurrent Network Architectures*, ICML 2015: a
#   forget bias of 1.

# %% slideshow={"slide_type": "skip"}
# Progress: your own LSTM so far
mine.progress()

# %% [markdown] slideshow={"slide_type": "skip"}
# Before: [Check the gradient](06_check_the_gradient.ipynb). Next: [Many sequences, fast](08_many_sequences_fast.ipynb). Back to
# [Start here](00_start_here.ipynb).
