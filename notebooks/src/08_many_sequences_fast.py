# %% [markdown] slideshow={"slide_type": "slide"}
# # Many sequences, fast
#
# **What you will be able to do.** Compute many sequences at once, make a small LSTM several times faster without changing
# its formulas, and say what a larger one will cost.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Nothing here changes a formula. Every version gives the hidden states of the plain one to 12 digits.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** The six formulas ([The formulas](03_the_formulas.ipynb)) and matrix products in NumPy.
#
# **How long it takes.** About 20 minutes to read and run, and 35 for the exercises.
#
# The library has the LSTM twice. `lstm` is written to be read, one line for each formula. `fused` is written to be run: the
# same parameters, the same results up to rounding, in less time. This lesson walks from
# the one to the other. Each step is first checked against `lstm`, and then timed.

# %% slideshow={"slide_type": "skip"}
# Setup: imports
from functools import partial

import numpy as np

from lstm_lib import fused, lstm, sigmoid  # noqa: F401  σ is for step 1
from lstm_lib.lesson import exercises, figures, mine, museum, predict, reveal, speed, stopwatch

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions from before
#
# 1. 3 inputs, 4 units: how many rows and columns has $W_f$?
# 2. $z_t$ feeds four gates. What becomes of the four gradients that come back?
# 3. A gradient is checked by moving a parameter a little. Why not in float32?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Alone and on paper first. 4 rows and 7 columns, one for each entry of z; they are added; two losses that are
# nearly equal are subtracted, and float32 has too few digits. The first one is needed on the next slide.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Answer before you open the triangle. They are from [The formulas](03_the_formulas.ipynb),
# [The gradients](05_the_gradients.ipynb) and [Check the gradient](06_check_the_gradient.ipynb).
#
# <details><summary>The three answers</summary>
#
# 1. 4 rows, one for each unit, and 7 columns, one for each entry of $z_t$, which is h on top of x.
# 2. They are added: a small change of z changes the loss through each of the four.
# 3. Two losses that are nearly equal are subtracted, and float32 has too few digits: what is left is mostly rounding.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Columns
#
# One sequence is a row of columns. B sequences are B columns side by side, and nothing in the formulas changes: a matrix times
# a matrix does each column for itself.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** T = 20 steps, D = 3 inputs, H = 4 units, B = 5 sequences. What are the shapes of X, of $z_t$, of
# $W_f \cdot z_t$, and of all hidden states together?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: rows and columns
on_offer = ["(4, 7)", "(4, 5)", "(7, 5)", "(4, 1)"]
predict("08.shape", "What is the shape of the product of W with z?", on_offer)

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(7)
params = lstm.init_params(3, 4, rng)
X = rng.normal(size=(20, 3, 5))
hs, steps = lstm.forward(params, X)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: all four shapes
z_t = steps[0].z_t
for what, array in {"X": X, "z_t": z_t, "W_f @ z_t": params["W_f"] @ z_t, "hs": hs}.items():
    print(f"{what:10} {array.shape}")
reveal("08.shape", on_offer.index(str((params["W_f"] @ z_t).shape)))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Time, then entries, then sequences. Shapes are the cheapest test there is; let people write them down.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Time first, then entries, then sequences: (T, D, B), (H+D, B), (H, B), (T, H, B).

# %% [markdown] slideshow={"slide_type": "skip"}
# Is a batch the same as its sequences one after the other? Cut it into its columns and see:

# %% slideshow={"slide_type": "skip"}
alone = [lstm.forward(params, X[:, :, b : b + 1])[0] for b in range(5)]
print(f"each column is what it is alone: {np.allclose(np.concatenate(alone, axis=2), hs)}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Times differ from machine to machine, and from run to run. Those that stand below until you run a cell are of our machine, with
# one thread; so are all ratios in the text. Run a cell, and `stopwatch.times` measures here and now: it calls each function many
# times, in turn, and keeps the best time of each, in milliseconds.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** One sequence of 100 steps through 32 units takes a certain time. Now take 32 of them, side by side.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: 32 for the price of how many
choices = ["2 or 3 times as long", "8 times as long", "32 times as long"]
predict("08.batch", "How long do 32 sequences take?", choices, limits=[5, 16])

# %% slideshow={"slide_type": "skip"}
params = lstm.init_params(2, 32, rng)
batches = {str(B): rng.normal(size=(100, 2, B)) for B in (1, 8, 32, 128)}
race = {B: partial(lstm.forward, params, X) for B, X in batches.items()}
took = stopwatch.times("batch", race)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the times of four batches
print(stopwatch.source())
for B, ms in took.items():
    print(f"B = {B:>3}: {ms / took['1']:5.1f} times the cost of one sequence")
reveal("08.batch", took["32"] / took["1"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Most say 32 or 8. Small arrays cost calls and not arithmetic: batches are nearly free at first.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# On our machine, less than three times as long. With one sequence most of the time is not spent on arithmetic at all: each call of a NumPy
# function has a price before it computes anything, and a step makes about two dozen of them. So the first rule for speed is: many
# sequences at once. The second is: few calls, and large ones.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Where a batch begins
#
# A long sequence is read in two calls of `forward`: first steps 1 to 50, then steps 51 to 100.
#
# **Predict.** Nobody hands anything from the first call to the second.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the state of the second call
starts = ["the last state of the first call", "zeros", "random numbers"]
predict("08.begins", "With which state does the second call begin?", starts)

# %% slideshow={"slide_type": "skip"}
X = np.random.default_rng(16).normal(size=(100, 2, 8))
whole, steps = lstm.forward(params, X)
second = lstm.forward(params, X[50:])[0]
handed_on = steps[49].h_t, steps[49].C_t
zeros, random = np.zeros((2, 32, 8)), np.random.default_rng(17).normal(size=(2, 32, 8))

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: three beginnings, and the whole sequence
tried = [lstm.forward(params, X[50:], tuple(state))[0] for state in (handed_on, zeros, random)]
for start, hs in zip(starts, tried, strict=True):
    print(f"from {start:33} step 51 off by {np.abs(hs[0] - whole[50]).max():.2f}")
reveal("08.begins", [np.array_equal(hs, second) for hs in tried].index(True))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A state is an argument and a result, nothing that a layer keeps to itself. Ask who has met `stateful=True`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Zeros, here as in PyTorch, and in Keras unless the layer is made with `stateful=True`. Whoever wants the memory to go on
# hands the last (h, C) to the next call. Then column b of the next batch has to go on where column b of this one ended;
# exercise 5 is about that.

# %% [markdown] slideshow={"slide_type": "skip"}
# Sometimes the state is drawn at random instead, in the belief that the layer will forget it soon. Does it? Here is how far
# two runs on the same input are apart, one from zeros and one from random numbers, with the usual bias of the forget
# gate and with a larger one. (Nothing is trained here. The bias stands for what training may make of a gate that
# has to keep something.)

# %% slideshow={"slide_type": "skip"}
for b_f in (1.0, 6.0):
    patient = params | {"b_f": np.full((32, 1), b_f)}
    one, other = (lstm.forward(patient, X, (h, C))[0] for h, C in (zeros, random))
    apart = np.abs(one - other).max(axis=(1, 2))
    print(f"b_f = {b_f:.0f}: apart by {apart[0]:.2f} at step 1, {apart[99]:.2f} at step 100")

# %% [markdown] slideshow={"slide_type": "skip"}
# A layer that forgets soon forgets its random beginning as well. One that keeps what it has been given keeps that
# too, to the last step: the same input gives another answer at every call. So begin with zeros, or with a state that you
# can name.

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "o_t"]}
# ## Step 1 · One product for four gates
#
# The four gates look at the same z. Put their matrices on top of each other, and one product serves them all. The rows of
# the candidate go on top, then f, i and o, so that the three that need σ lie together.


# %% slideshow={"slide_type": "skip"}
def stacked(params):
    W = np.concatenate([params[f"W_{k}"] for k in "Cfio"])
    b = np.concatenate([params[f"b_{k}"] for k in "Cfio"])
    return W, b


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Ask how many matrix products a step had before: four. σ of three gates is now one call on one array, too.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **Write it yourself.** Take W and b from `stacked`, once. Then go through X, and at each step make all four sums in one product; its first H
# rows are the candidate's, and `sigmoid` of the others, cut into three, gives f, i and o. Return all h, of shape (T, H, B). The check also
# tells how many times as fast it is as `lstm.forward`, on your machine.


# %% slideshow={"slide_type": "skip"}
def one_product(params, X, h, C):
    (W, b), H, hs = stacked(params), len(h), []
    raise NotImplementedError  # for x in X: …


# %% slideshow={"slide_type": "skip"}
# Check: one product a step, and what it saves
exercises.many_sequences_fast.check_one_product(one_product)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# In the loop: `a = W @ np.concatenate([h, x]) + b`, then formulas 4 and 6 as they are.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# `sigmoid(a[H:]).reshape(3, H, -1)` can be unpacked into f, i and o. And h and C go on to the next round under the same names.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def one_product(params, X, h, C):
#     (W, b), H, hs = stacked(params), len(h), []
#     for x in X:
#         a = W @ np.concatenate([h, x]) + b
#         C_tilde, (f, i, o) = np.tanh(a[:H]), sigmoid(a[H:]).reshape(3, H, -1)
#         C = f * C + i * C_tilde
#         h = o * np.tanh(C)
#         hs.append(h)
#     return np.array(hs)
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Every further version on this page has to give the hidden states of `lstm.forward`, to 12 digits, at several sizes: `speed.same` compares them. For
# step 1 the course has its own, in case yours is not there yet:

# %% slideshow={"slide_type": "skip"}
speed.same(speed.one_product)

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["f_t", "i_t", "o_t"]}
# ## Step 2 · One tanh for four gates
#
# Lesson 03 proved that σ of a is ½ + ½ tanh(a/2): σ is a tanh, of half its argument. Halve the weights and biases of the three
# gates once, before the loop begins. Then one call of tanh does all four.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The formula that looked like a curiosity in lesson 03 pays here.
#
# </details>


# %% slideshow={"slide_type": "skip"}
def halved(params):
    W, b = stacked(params)
    W[len(W) // 4 :] *= 0.5  # a is halved by halving what makes it
    b[len(b) // 4 :] *= 0.5
    return W, b


# %% slideshow={"slide_type": "skip"}
def gates(W, b, z, H):
    a = np.tanh(W @ z + b)
    return a[:H], *(0.5 + 0.5 * a[H:]).reshape(3, H, -1)  # C_tilde, f, i, o


speed.same(one_tanh := speed.looped(halved, gates))

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t"]}
# ## Step 3 · Write in place
#
# Make the arrays once, before the loop, and let each operation write into them. Three ideas in one:
#
# - **z is a tape.** All z of all steps lie in one array.
# - **The bias is a weight.** It becomes a last column of W.
# - **`out=`.** Every operation says where its result goes.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# The grey wire is what lies in the tape: h is written by one step straight into the z of the next. Nothing is
# allocated in the loop.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# What is left in the loop made a new array in every line: the stack of h and x, the sum, the tanh, the halves. Now X is
# copied into the tape once, and $h_t$ is written by step t straight into the z of step t + 1. z has a last row of ones, so
# that the product adds the bias. `a` holds the candidate and the three gates, and `u` what is needed for a moment only.


# %% slideshow={"slide_type": "skip"}
def step_in_place(a, C, u, h):
    H = len(C)
    C_tilde, f, i, o = a.reshape(4, H, -1)  # four windows on one array
    a[H:] *= 0.5
    a[H:] += 0.5
    np.add(np.multiply(f, C, out=C), np.multiply(i, C_tilde, out=u), out=C)
    np.multiply(o, np.tanh(C, out=u), out=h)


# %% slideshow={"slide_type": "skip"}
def in_place(params, X, h, C):
    (T, D, B), H = X.shape, len(h)
    W = np.concatenate(halved(params), axis=1)  # the bias is one more column
    Z = np.ones((T + 1, H + D + 1, B))
    Z[0, :H], Z[:T, H:-1] = h, X
    a, u, C = np.empty((4 * H, B)), np.empty((H, B)), C.copy()
    for z, h in zip(Z[:T], Z[1:, :H], strict=True):  # h is a window on the next z
        np.tanh(np.dot(W, z, out=a), out=a)
        step_in_place(a, C, u, h)
    return Z[1:, :H]


speed.same(in_place)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Three steps: fewer products, fewer tanh, fewer new arrays. Which one saves most, for one sequence and 16
# units? And for 64 sequences and 256 units?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the best of the three
savings = ["1 one product", "2 one tanh", "3 in place"]
predict("08.saves", "Which step saves most time, for one sequence and 16 units?", savings)

# %% slideshow={"slide_type": "skip"}
versions = {"1 one product": speed.one_product, "2 one tanh": one_tanh, "3 in place": in_place}
compared = speed.compare(versions)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: three versions, at three sizes
print(f"{'times as fast as lstm.forward':29}" + "".join(f"{words:>15}" for words in savings))
for which, took in compared.items():
    print(f"{which:29}" + "".join(f"{took['lstm.forward'] / took[version]:15.1f}" for version in savings))
small = [*compared["T=50 B=1 D=1 H=16"].values()]
reveal("08.saves", np.argmin(np.diff(small)))  # the largest fall from one to the next

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Collect bets for both sizes first. Step 1 wins everywhere; the large layer gains little, because its time is in
# the products.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# On our machine step 1 saves most, at every size. With small arrays every call that is saved counts, and the gain is large. With large
# ones most of the time is in the matrix products themselves. Their arithmetic stays the same, and the gain is modest.

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t"]}
# ## X before the loop
#
# x does not depend on h. So $W_x \cdot x_t + b$ can be computed for all steps at once, in one product before the loop:
# X is *hoisted* out of it. In the loop of step 3 the product is then `W_h @ h + a_x`, with the
# `a_x` of this step.


# %% slideshow={"slide_type": "skip"}
def all_x(W_x, b, X):
    T, D, B = X.shape
    a = W_x @ X.transpose(1, 0, 2).reshape(D, T * B) + b  # one product, all steps
    return a.reshape(-1, T, B).transpose(1, 0, 2).copy()


speed.same(hoisted := speed.hoisted(all_x))

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** With D = 2 inputs and 32 units: is it faster than step 3? With 256 inputs?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: does hoisting pay
choices = ["slower than step 3", "about as fast", "faster than step 3"]
predict("08.hoist", "With 2 inputs and 32 units, hoisted is …", choices, limits=[0.9, 1.1])

# %% slideshow={"slide_type": "skip"}
took = speed.compare({"3 in place": in_place, "hoisted": hoisted}, "hoisted, ")

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: hoisted beside step 3
ratio = {size: each["3 in place"] / each["hoisted"] for size, each in took.items()}
for which in ratio:
    print(f"{which:23} hoisted is {ratio[which]:.2f} times as fast as step 3")
reveal("08.hoist", ratio["T=100 B=32 D=2 H=32"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# People who have read about cuDNN are sure that it pays. On this machine it does not. Measure, then believe.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# On our machine it does not pay. Each step still needs its product with h, only with fewer columns. In exchange there is
# one addition more in each step, and a large array that is written once and read once. A trick is worth what it saves
# *here*, and only a measurement knows.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The way back
#
# Each step adds its own da · zᵀ to the gradient of W. A sum of such products of columns is one product of matrices, if the
# columns of all steps are laid side by side.


# %% slideshow={"slide_type": "skip"}
def at_once(da, z):
    T, rows, B = da.shape
    return da.transpose(1, 0, 2).reshape(rows, T * B) @ z.transpose(0, 2, 1).reshape(T * B, -1)


# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Does it pay more with one sequence, or with 32?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: where one large product pays
predict("08.at_once", "The one large product pays more …", ["with one sequence", "with 32 sequences"])

# %% slideshow={"slide_type": "skip"}
gain = {B: speed.gain(at_once, B) for B in (1, 32)}

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the gradient of W after the loop
for B in gain:
    print(f"B = {B:2}: dW after the loop is {gain[B]:.1f} times as fast")
reveal("08.at_once", np.argmax([*gain.values()]))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# With one sequence: a hundred tiny products become one. With 32 they are large enough by themselves.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# With one sequence the gain is large, for a hundred tiny products become one. With 32 the products are large enough by
# themselves, and laying the columns side by side costs what is gained. The library's layer asks for the sizes first.

# %% [markdown] slideshow={"slide_type": "skip"}
# The slopes of all σ and tanh need nothing that comes back. So they are computed before the loop, in a few large calls,
# and the loop itself is left with five: two sums, two products entry by entry, and the matrix product for dz. (Not for all
# steps at once: for as many as should stay in the processor's cache, the small memory beside it that is read fastest.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The fused layer
#
# Steps 1 to 3 and the two ideas of the way back are `lstm_lib.fused`. It takes the same dict of parameters and gives back
# the same things, gradients too.

# %% [markdown] slideshow={"slide_type": "skip"}
# X is not hoisted. This is `forward`, as it stands in the library. Three things are new. $C_{t-1}$, C̃, f, i and o lie in one array, the tape,
# so one call makes f * C and i * C̃ together. The tape is also what the backward pass reads. And `_empty` makes an array that begins where a
# *cache line* begins, the piece of memory that a processor reads at a time.

# %% slideshow={"slide_type": "skip"}
# Table: the library's forward
print(museum.text_of(fused, "forward"))

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
speed.print_layers()

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask which column matters to them. Small layers gain most; float32 halves the bytes, and is no place for a
# gradient check.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# float32 has half the bytes, so twice as many numbers fit into each instruction and into the caches. The last column shows
# two changes at once: fusing, and half the digits. For training, 7 digits are usually enough. For checking gradients they
# are not, as [Check the gradient](06_check_the_gradient.ipynb) shows. `make bench`
# compares with PyTorch and others on your machine.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What a larger one costs
#
# One step multiplies a matrix of 4H rows and H + D columns by one of B columns: 4H · (H + D) · B products, and as many
# sums. For T steps that is **8 · H · (H + D) · T · B**.

# %% [markdown] slideshow={"slide_type": "skip"}
# The way back has two such products at each step, one for dz and one for dW: twice as much again. All else, σ, tanh and the sums, grows with H
# only and not with H². So there and back a layer makes about three times 8 · H · (H + D) · T · B operations.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Twice as many steps, or sequences, or units: for each of the three, does the cost double, or grow more, or
# less?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the price of twice the units
choices = ["twice", "4 times", "8 times"]
question = "Twice as many units, in a layer that is large already, cost …"
predict("08.units", question, choices, limits=[2.8, 5.6])

# %% slideshow={"slide_type": "skip"}
costs = speed.costs()  # of lstm and fused, there and back, at 17 sizes

# %% slideshow={"slide_type": "subslide", "printed": false} tags=["output-only"]
# Answer: what was measured, beside what was counted
print(f"{'H':>4} {'counted':>12} {'measured':>12} {'a second':>14}")
for n, took in costs["H"].items():
    ms, count = took["fused"], 3 * 8 * int(n) * (int(n) + 2) * 50 * 32 / 1e6
    print(f"{n:>4} {count:10.0f} M {ms:9.1f} ms {count / ms:8.0f} billion")
reveal("08.units", costs["H"]["512"]["fused"] / costs["H"]["256"]["fused"])
figures.many_sequences_fast.growth(costs)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Steps double the cost, sequences little at first, units up to four times: W_h has H² entries. Remember it when
# somebody asks for twice the units.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Twice the units quadruple the count, for H stands in it twice. The time follows it in the end: about four times at the right end of the third panel. At
# the left end it grows by about half only: there the calls are what costs, and few operations are done a second. Twice the steps cost about twice the time, in both. Twice
# the sequences cost little more as long as calls are what costs, and about twice in the end.

# %% [markdown] slideshow={"slide_type": "skip"}
# So the count says what a large layer will cost, once the operations a second of the machine are known; a small one costs more than its
# count. The products run in a library that people have tuned for decades, called BLAS. Nothing on this page makes them faster; what it
# saves is all the rest.

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "h_t"]}
# ## Why one sequence cannot be cut into pieces
#
# Sequences side by side are independent, so two computers do twice as many. But step 7 of one sequence needs $h_6$, and that
# needs $h_5$: the gates look at the last output. Nobody can begin in the middle.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Follow the wire with a finger: out as h, and into all gates of the next step. That is the chain that nobody can
# cut.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["f_t", "i_t", "C_tilde", "C_t"]}
# What if the gates and the candidate looked at x alone? Then all $f_t$ and all $w_t = i_t * \tilde C_t$ are known
# at once, and what is left is the line of the memory, $C_t = f_t * C_{t-1} + w_t$.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** A step takes C to f * C + w. Do two such steps, first (f₁, w₁), then (f₂, w₂). Is the result again of the
# form f * C + w? With which f and w?

# %% [markdown] slideshow={"slide_type": "fragment"}
# It is, with f = f₂ * f₁ and w = f₂ * w₁ + w₂. Two steps are one step.

# %% [markdown] slideshow={"slide_type": "skip"}
# So let each step take in the one before it, all at the
# same time. Now each stands for two steps. Let each take in the one two before it, then four before it: after log₂ T
# rounds, rounded up, each stands for all steps from the first to itself. This is a **parallel scan**.


# %% slideshow={"slide_type": "skip"}
def scan(f, w):
    f, w, reach, rounds = f.copy(), w.copy(), 1, 0
    while reach < len(f):
        w[reach:] += f[reach:] * w[:-reach]  # each takes in what lies `reach` steps before
        f[reach:] *= f[:-reach].copy()
        reach, rounds = 2 * reach, rounds + 1
    return w, rounds


# %% slideshow={"slide_type": "fragment"}
# Table: the scan, beside one step after the other
f, w = rng.uniform(0.5, 1, size=(1000, 8)), rng.normal(size=(1000, 8))
memory, rounds = scan(f, w)
far = np.abs(memory - speed.one_after_the_other(f, w)).max()
print(f"1000 steps in {rounds} rounds, the same memory: {far < 1e-12}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# On paper: put the first step into the second. Two steps are one step of the same form; this is all that a
# parallel scan needs. The price: gates that do not look at h.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Ten rounds instead of a thousand steps. The arithmetic has not become less: each round works on nearly all steps, so there
# is almost ten times as much of it. What has become shorter is the chain of things that wait for each other. A thousand
# cores can use that.
#
# The scan for such layers is from Martin and Cundy (2018). This is the bargain of minLSTM (Feng and others, 2024), of the
# mLSTM in xLSTM (Beck and others, 2024) and of state-space models such as Mamba (Gu and Dao, 2023): what is kept and
# written does not depend on h, in exchange for training all steps at once. What is given up is what lesson 05 called the
# path through h. That has a price. Let five cups stand in a row, and swap two of them, again and again: where is the first one now?
# A plain RNN can follow that for as long as one likes. State-space models such as S4 and Mamba cannot, whatever their weights, if
# something is true that nearly all believe who study what can be computed side by side (Merrill and others, 2024).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## When one machine is not enough
#
# - **A batch is the first parallelism.** Sequences can be spread over cores and machines.
# - **A graphics card** wants large products. There PyTorch calls cuDNN, and so can Keras.
# - **Other programs, same numbers.** The tests of this course compare it with PyTorch, Flax and Keras.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# cuDNN's tricks are in Appleyard and others (2016): one product for four gates, the products with X of several
# steps joined.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The B sequences of a batch share the weights, so only the gradients of the weights have to be added up. The ideas for the
# graphics card are in Appleyard and others (2016): one product for four gates, and the products with X of several steps
# joined. And since the numbers are the same, weights can move from one program to the other. The names and the order of
# the gates differ: [The formulas](03_the_formulas.ipynb) gives PyTorch's, and `tests/reference/make_references.py` all
# three.

# %% [markdown] slideshow={"slide_type": "slide", "picture": "what was measured, beside what was counted"}
# ## What we found
#
# Many sequences at once, few calls, large products, nothing allocated in the loop: that makes the layer faster, and small
# ones most of all. The steps of one sequence have to wait for each other, unless the gates stop looking at h.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask: which of the steps would you do first, if you had one afternoon? The first.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# One is behind you if you have written step 1. Here are five more.
#
# **1. Shapes.** For any T, D, H and B, return the shapes of $z_t$, of the stacked W with its bias column, and of the tape Z of step 3,
# as a list of three tuples.


# %% slideshow={"slide_type": "skip"}
def three_shapes(T, D, H, B):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
# Check: three shapes
exercises.many_sequences_fast.check_three_shapes(three_shapes)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# z is h on top of x. The tape has one more z than there are steps, and each has one more row.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Four gates of H rows each, on H + D numbers and a 1.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def three_shapes(T, D, H, B):
#     return [(H + D, B), (4 * H, H + D + 1), (T + 1, H + D + 1, B)]
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Halve.** You are given W and b of a gate with σ. Return W′ and b′ so that ½ + ½ tanh(W′ · z + b′) is the same gate.
# The arrays that you are given belong to somebody else: leave them as they are.


# %% slideshow={"slide_type": "skip"}
def for_tanh(W, b):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: a gate as a tanh
exercises.many_sequences_fast.check_for_tanh(for_tanh)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The argument of tanh has to be half the argument of σ.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Half of W · z + b is (½ W) · z + ½ b. A `*=` would change the caller's array.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def for_tanh(W, b):
#     return 0.5 * W, 0.5 * b
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Two steps are one.** Write the rule by which two steps of the memory are put together: return (f, w), so
# that f * C + w is step 1 and then step 2.


# %% slideshow={"slide_type": "skip"}
def put_together(f_1, w_1, f_2, w_2):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: one step for two
exercises.many_sequences_fast.check_put_together(put_together)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Write f₂ * (f₁ * C + w₁) + w₂ and multiply out.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# What stands in front of C is the new f, what is left is the new w.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def put_together(f_1, w_1, f_2, w_2):
#     return f_2 * f_1, f_2 * w_1 + w_2
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Put in order.** The loop of step 3, one call to a line, has been shuffled, and one line does not belong to it. The
# gates lie in `a` from row H on, the candidate above them; `u` holds what is needed for a moment only.

# %% slideshow={"slide_type": "skip"}
# Table: nine lines
for label, line in exercises.many_sequences_fast.LINES.items():
    print(f"{label}   {line}")


# %% slideshow={"slide_type": "skip"}
def right_order():
    raise NotImplementedError  # return the labels in a row, such as "12345789"


# %% slideshow={"slide_type": "skip"}
# Check: the order
exercises.many_sequences_fast.check_right_order(right_order)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# First all that makes the gates, then the memory, then what is shown. Two lines could change places.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The gates take four lines: the product, the tanh, then ½ + ½ tanh in two lines, for the gates alone.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def right_order():
#     return "49827315"
# ```
#
# 7 and 3 could change places: neither needs what the other writes.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Find the bug.** A long series is cut into batches of B columns and T steps. The state will be handed from each batch
# to the next, so each column has to go on where it ended. Column 0 does not:


# %% slideshow={"slide_type": "skip"}
def batches_with_a_bug(series, T, B):
    pieces = series.reshape(-1, T)
    return [pieces[k : k + B].T[:, None] for k in range(0, len(pieces), B)]


# %% slideshow={"slide_type": "skip"}
# Table: column 0 of the two batches
print(*[batch[:, 0, 0] for batch in batches_with_a_bug(np.arange(24.0), T=4, B=3)], sep=" | ")

# %% [markdown] slideshow={"slide_type": "skip"}
# Write the function as it should be. Each number of the series is used once, and the length of the series is a multiple
# of T · B.


# %% slideshow={"slide_type": "skip"}
def batches(series, T, B):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: the batches
exercises.many_sequences_fast.check_batches(batches)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Write the numbers 0 to 23 into 3 columns by hand, so that two batches of 4 steps lie one below the other and each column
# counts on.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Cut the series into B long strands first, one for each column. A batch is then T steps of all strands.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def batches(series, T, B):
#     strands = series.reshape(B, -1)
#     return [strands[:, k : k + T].T[:, None] for k in range(0, strands.shape[1], T)]
# ```
#
# With a bug like this nothing stops and the loss still falls. The layer learns only that the state it is given means
# nothing.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Why do 32 sequences cost much less than 32 times one sequence?
# 2. Why do the weights of three gates have to be halved before one tanh can serve all four?
# 3. What does the last row of ones in z do?
# 4. A layer gets twice as many units. By which factor does its cost grow, at least and at most?
# 5. Why can the steps of an LSTM not be computed all at once, and those of a minLSTM can?
#
# <details><summary>Answers</summary>
#
# 1. A call costs the same however much it does, and small arrays spend most of their time in calls.
# 2. σ(a) is ½ + ½ tanh(a/2): the tanh needs a/2, the candidate's needs a.
# 3. It meets the bias, which has become the last column of W: the product adds it.
# 4. Between 1 and 4: with few units the calls cost most, with many the products.
# 5. The gates of an LSTM look at the last h. Those of a minLSTM look at x alone, and then two steps can be put together
#    into one.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - J. Appleyard, T. Kočiský, P. Blunsom, *Optimizing Performance of Recurrent Neural Networks on GPUs*, 2016,
#   arXiv:1604.01946: one product for four gates, X hoisted.
# - E. Martin, C. Cundy, *Parallelizing Linear Recurrent Neural Nets Over Sequence Length*, ICLR 2018, arXiv:1709.04057.
# - W. Merrill, J. Petty, A. Sabharwal, *The Illusion of State in State-Space Models*, ICML 2024, arXiv:2404.08819.
# - A. Gu, T. Dao, *Mamba: Linear-Time Sequence Modeling with Selective State Spaces*, 2023, arXiv:2312.00752.
# - L. Feng, F. Tung, M. O. Ahmed, Y. Bengio, H. Hajimirsadeghi, *Were RNNs All We Needed?*, 2024, arXiv:2410.01201: minLSTM.
# - M. Beck and others, *xLSTM: Extended Long Short-Term Memory*, NeurIPS 2024, arXiv:2405.04517.
# - The documentation of `torch.nn.LSTM` (PyTorch) and of `keras.layers.LSTM` (Keras, argument `stateful`): with which state
#   a call begins.

# %% slideshow={"slide_type": "skip"}
# Progress: your own LSTM so far
mine.progress()

# %% [markdown] slideshow={"slide_type": "skip"}
# Before: [How far a gradient reaches](07_how_far_a_gradient_reaches.ipynb). Next:
# [Train on a sine wave](09_train_on_a_sine_wave.ipynb). Back to [Start here](00_start_here.ipynb).
