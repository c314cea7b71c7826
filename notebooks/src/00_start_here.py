# %% [markdown] slideshow={"slide_type": "slide"}
# # Start here: one unit that remembers
#
# **What you will be able to do.** Make a single unit of an LSTM, a *Long Short-Term Memory* network, remember one symbol
# through 99 steps of noise, say which number made it possible, and find your way through the course.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Say only that nothing will be trained today: the weights are chosen by hand, so that nothing is hidden.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** A little Python and school algebra. Nothing about neural networks.
#
# **How long it takes.** About 15 minutes.

# %% [markdown] slideshow={"slide_type": "skip"}
# This page is alive: it is a notebook. Click into a grey cell and press **Shift + Enter** to run it and move to the
# next one. *Run → Run All Cells* in the menu runs everything. If the page has been restarted, *Run → Run All Above
# Selected Cell* brings you back to where you were.
#
# You can change any cell and run it again. If you want to keep what you write, work on a copy in a folder of
# your own: *File → Save Notebook As…*. `git restore notebooks` brings the originals back.
#
# Whenever it says **Predict**, stop, run the cell that asks, and commit to an answer before you run the next one. Your
# guesses stay on your own disk, in small files; nothing is sent anywhere. Students who
# predicted the outcome of a demonstration understood it better than those who only watched it
# ([Crouch and others 2004](#References)).

# %% slideshow={"slide_type": "skip"}
import numpy as np

from lstm_lib import lstm, plotting, sigmoid
from lstm_lib.lesson import check, diagrams, predict, reveal

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The task: remember what came first
#
# A sequence begins with one symbol, **+1** or **−1**. Then come 99 steps of noise, random numbers between −1 and +1.
# At the end we ask: which symbol came first?

# %% [markdown] slideshow={"slide_type": "fragment"}
# Every step has two inputs: the value itself, and a flag that is 1 when the value matters and 0 when it is noise.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask: how would *you* do it, with one number of memory? People say: write the symbol down and look at nothing else
# until the end. That is the solution; the rest of the hour is how numbers do it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The array `X` holds both inputs for all steps and for two sequences at once. Its shape is always
# (T, D, B): T steps in time, D inputs at each step, B sequences side by side. Here that is (100, 2, 2).

# %% slideshow={"slide_type": "skip"}
T = 100
rng = np.random.default_rng(0)
X = np.zeros((T, 2, 2))
X[1:, 0, :] = rng.uniform(-1, 1, (T - 1, 1))  # the same noise for both sequences
X[0, 0, :] = [+1, -1]  # the symbol that matters
X[0, 1, :] = 1  # the flag: this one counts
X.shape

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The cell: a memory with three gates
#
# Each **unit** of an LSTM carries a number from step to step, its memory or **cell state** C. Three **gates**, numbers
# between 0 and 1, decide what happens to it.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
plotting.show(
    diagrams.draw_cell().figure,
    "The LSTM cell as a circuit. A line runs straight across the top from the old cell state C(t-1) to the new one, "
    "C(t). On its way it is multiplied by the forget gate f, and the product of input gate i and candidate C-tilde is "
    "added to it. A branch goes down through tanh, is multiplied by the output gate o and leaves as h(t). All four, "
    "f, i, the candidate and o, are computed from z, which joins the previous output h(t-1) and the input x(t).",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Point at the straight line first: that is the memory, and it goes through almost untouched. Then the three gates
# in their colours, which they keep through the whole course. People ask what the small h does: it goes to the
# reader, and back into the same unit at the next step.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The gates say how much of the old memory to keep, how much of the new candidate to write, and how much of the memory
# to show. The circuit that does this is called the **cell**.
#
# Read it from left to right. The line at the top is the memory; it passes through the step almost untouched. The four
# boxes at the bottom look at the same thing, z: the unit's previous output together with the new input. Three of them
# squash what they see with σ, which gives a number between 0 and 1: these are the gates. The fourth squashes with
# tanh, which gives a number between −1 and 1: the candidate for the memory.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Weights chosen by hand
#
# Nothing is trained here. We *choose* the weights so that the unit does what we want:
#
# - flag up: forget the old memory, write the value;
# - flag down: keep the memory, write nothing.

# %% [markdown] slideshow={"slide_type": "skip"}
# Each gate is σ of a weighted sum of h, the value and the flag, plus a constant, the **bias**. σ(−10) is nearly 0 and
# σ(10) nearly 1, so a weight of ±20 on the flag and a bias of ∓10 make a switch. In each row below the three weights belong to h, the
# value and the flag, in this order.

# %% slideshow={"slide_type": "subslide"}
#                         h    value  flag
params = {
    "W_f": np.array([[0.0, 0.0, -20.0]]), "b_f": np.array([[10.0]]),  # keep, unless flag up
    "W_i": np.array([[0.0, 0.0, 20.0]]), "b_i": np.array([[-10.0]]),  # write, if flag up
    "W_C": np.array([[0.0, 2.0, 0.0]]), "b_C": np.array([[0.0]]),  # what: tanh of 2 · value
    "W_o": np.array([[0.0, 0.0, 0.0]]), "b_o": np.array([[10.0]]),  # always show
}  # fmt: skip

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** After step 1 the memory is about tanh(±2) = ±0.96. Then come 99 steps of noise.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("00.noise", "How much of the memory is left?", ["nothing", "about half", "more than nine tenths"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Let everybody commit to (a), (b) or (c), by hand. Most say (a) or (b): ninety-nine steps of noise sound like a
# lot. Run the next cell only then.
#
# </details>

# %% slideshow={"slide_type": "subslide"}
hs, steps = lstm.forward(params, X)
trace = lstm.stack(steps)  # every quantity as an array over time
left = trace.C_t[-1, 0] / trace.C_t[0, 0]
for symbol, share in zip(["+1", "−1"], left, strict=True):
    print(f"first symbol {symbol}: {share:.1%} of the memory is left after {T - 1} steps")
reveal("00.noise", np.searchsorted([0.1, 0.9], left.min()))  # below, between or above

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, (above, below) = plotting.figure(height=4.2, nrows=2, sharex=True)
plotting.curve(above, range(1, T + 1), X[:, 0, 0], "x_t", lw=1, marker="")
for b, style in enumerate(["-", "--"]):
    plotting.curve(below, range(1, T + 1), trace.C_t[:, 0, b], "C_t", ls=style, marker="")
    below.text(T / 2, trace.C_t[50, 0, b] * 0.8, f"first symbol {X[0, 0, b]:+.0f}", va="center", ha="center")
above.set(ylabel="value", title="What comes in: one symbol, then noise", xlim=(0, T + 1))
below.set(ylabel="$C_t$", xlabel="step t", title="What is remembered", ylim=(-1.3, 1.3))
plotting.show(
    fig,
    "Two panels over 100 steps. Above, the input: noise that jumps between -1 and 1. Below, the memory of the two "
    "sequences: a flat line near +0.96 for the one that began with +1, and a flat line near -0.96 for the other. The "
    "noise leaves no visible mark on either.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The two lines never meet. A hundred steps later the sign of the memory still says which symbol came first.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The thin grey line is what the unit heard, the two black ones are what it kept. Ask where the noise has gone: the
# input gate is shut.
#
# </details>

# %% slideshow={"slide_type": "skip"}
assert np.array_equal(np.sign(hs[-1, 0]), X[0, 0])  # the output at the end has the sign of the first symbol
assert (left > 0.99).all()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why it worked: one number, multiplied 99 times
#
# From step 2 on the flag is down, and the new memory is the old one times the forget gate, plus next to nothing. So after 99 steps the memory
# has been multiplied by f ninety-nine times.

# %% slideshow={"slide_type": "fragment"}
f, i, o = (gate[1, 0, 0] for gate in (trace.f_t, trace.i_t, trace.o_t))
print(f"flag down: forget gate {f:.6f}, input gate {i:.6f}, output gate {o:.6f}")
print(f"the forget gate to the power of 99: {f**99:.4f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# This is the sentence to take home: what is left of a memory is the forget gate, multiplied by itself once a step.
#
# </details>

# %% slideshow={"slide_type": "skip"}
assert f > 0.9999 and i < 0.0001 and o > 0.9999
assert np.allclose(left, f**99, atol=1e-3)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Now change that one number. With the flag down the forget gate is σ(b_f), so the bias b_f decides how long the unit remembers.
#
# **Predict.** With b_f = 1 the gate is 0.73: it keeps almost three quarters at every step.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
shares = ["less than a millionth", "about a thousandth", "about a tenth", "almost three quarters"]
predict("00.bias", "With b_f = 1, how much is left of the first symbol after 99 steps?", shares)

# %% slideshow={"slide_type": "subslide"}
for b_f in [0.0, 1.0, 3.0, 5.0, 10.0]:
    f_down = sigmoid(b_f)
    print(f"b_f = {b_f:2.0f}   f = {f_down:.5f}   left after 99 steps: {f_down**99:.3g}")
reveal("00.bias", np.searchsorted([1e-6, 1e-2, 0.5], sigmoid(1.0) ** 99))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# People answer "about a quarter" for 0.73: they subtract where they should multiply. Run it live and put other
# biases into the list; ask the room for the one that leaves 90 %.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Three quarters sounds like a good memory, and is none: what is multiplied by 0.73 ninety-nine times is gone. This is
# the whole subject in one table. A gate can keep a memory for as long as you like, but only if it is very close to 1,
# and a network has to *learn* to put it there. Change the list of biases in the cell above and run it again: which b_f
# leaves 90 %?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The map
#
# | lesson | what you can do afterwards | time |
# |---|---|---|
# | **00 Start here** (this one) | see one unit remember; find your way | 15 min |
# | [01 Why memory fades](01_why_memory_fades.ipynb) | say why a plain RNN forgets, with a number | 45 min |
# | [02 Gates and the cell state](02_gates_and_the_cell_state.ipynb) | program a latch, a timer and a counter by choosing weights | 60 min |
# | [03 The formulas](03_the_formulas.ipynb) | derive the six formulas and read them aloud | 45 min |
# | [04 One step by hand](04_one_step_by_hand.ipynb) | do one step and two steps on paper, and trust the digits | 40 min |
# | [05 The gradients](05_the_gradients.ipynb) | derive the backward pass and say where each `+=` comes from | 60 min |
# | [06 Check the gradient](06_check_the_gradient.ipynb) | catch a wrong gradient, in anybody's code | 50 min |
# | [07 How far a gradient reaches](07_how_far_a_gradient_reaches.ipynb) | measure and bound what comes back from far away | 55 min |
# | [08 Many sequences, fast](08_many_sequences_fast.ipynb) | batch it, fuse it, know what it costs | 45 min |
# | [09 Train on a sine wave](09_train_on_a_sine_wave.ipynb) | train an LSTM from scratch and judge it honestly | 50 min |
# | [10 Memory in practice](further/10_memory_in_practice.ipynb) | choose where training begins; know when an LSTM is worth it | 45 min |
# | [13 Rosetta](further/13_rosetta.ipynb) | read anybody's LSTM, and hand yours on | 45 min |

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Say which of these you will show, and which are for reading at home.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Each lesson can be read on its own; none needs another one to have been run. If you have an hour and a half, take 03
# and 04. If you know the formulas already, go straight to 08 and 09 and come back for what you miss.
#
# The times are for reading with pencil and paper at hand. The computer is faster: the longest lesson runs from top to
# bottom in well under a minute on an ordinary laptop.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The notation card
#
# | mathematics | in the code | shape | what it is |
# |---|---|---|---|
# | $x_t$ | `x_t` | (D, B) | input at step t |
# | $h_{t-1},\ C_{t-1}$ | `h_prev`, `C_prev` | (H, B) | hidden state and cell state before the step |
# | $z_t = [h_{t-1}, x_t]$ | `z_t` | (H+D, B) | what every gate looks at, h on top |
# | $f_t,\ i_t,\ o_t$ | `f_t`, `i_t`, `o_t` | (H, B) | forget, input and output gate |
# | $\tilde C_t$ | `C_tilde` | (H, B) | candidate |
# | $C_t,\ h_t$ | `C_t`, `h_t` | (H, B) | cell state and hidden state after the step |
# | $W_f, W_i, W_C, W_o$ | `params["W_f"]` … | (H, H+D) | weights |
# | $b_f, b_i, b_C, b_o$ | `params["b_f"]` … | (H, 1) | biases |
#
# D inputs, H units, T steps, B sequences side by side. A whole sequence `X` is (T, D, B).

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Do not read it out. It comes back on every slide; one letter at a time is enough.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A card that nobody checks goes wrong in time. This cell asks the library for the shapes, with sizes that all differ:

# %% slideshow={"slide_type": "skip"}
D, H, B = 2, 3, 4
card_params = lstm.init_params(D, H, rng)
s = lstm.step(card_params, np.ones((D, B)), np.ones((H, B)), np.ones((H, B)))
assert s.z_t.shape == (H + D, B) and (s.z_t[:H] == 1).all()
assert all(field.shape == (H, B) for field in s[1:])
assert all(card_params[f"W_{k}"].shape == (H, H + D) and card_params[f"b_{k}"].shape == (H, 1) for k in "fiCo")
print("The card is right.")

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Three ways to use the course
#
# **On your own.** Predict, run, explain, change. Exercises answer back, with hints in layers and folded solutions.
#
# **In a lecture.** `make slides` makes decks that need no network: [Lecturing](LECTURING.md).
#
# **For marks.** Three problem sets, marked by `make grade`: [For instructors](graded/INSTRUCTORS.md).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# One LSTM unit kept a symbol through 99 steps of noise: its forget gate was within 0.0001 of 1. After n steps, f
# multiplied by itself n times is left. A gate of 0.73 keeps nothing that long.

# %% [markdown] slideshow={"slide_type": "skip"}
# The input gate played its part as well: it was within 0.0001 of 0, so that no noise got in.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# Write your answer into the first of the two cells, in place of the line that raises the error, and run both cells. The
# second one answers. The hints and the solution are folded: click on a triangle to open one.
#
# **1. Half-life.** After how many steps is half of a memory gone, if the forget gate is σ(b_f) at every step and
# nothing is written? Write the function. (Give the exact number; it need not be a whole one.)


# %% slideshow={"slide_type": "skip"}
def half_life(b_f):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
def steps_to_half(b_f):
    return np.log(0.5) / np.log(sigmoid(b_f))


slips = {
    "The fraction is upside down: ln ½ is divided by ln f.": lambda b_f: 1 / steps_to_half(b_f),
    "The logarithm is taken of the bias: f is σ(b_f).": lambda b_f: np.log(0.5) / np.log(b_f),
    "The gate multiplies at every step: after n steps fⁿ is left, and that is to be ½.": lambda b_f: (
        0.5 / sigmoid(b_f)
    ),
    "That is the gate itself, what one step leaves.": sigmoid,
    "One of the two logarithms has lost its sign.": lambda b_f: -steps_to_half(b_f),
    "After so many steps 1/e is left: ln ½ is missing.": lambda b_f: -1 / np.log(sigmoid(b_f)),
    "That is cut down to whole steps: give the exact number.": lambda b_f: np.floor(steps_to_half(b_f)),
    "That is the first whole step at which less than a half is left: give the exact number.": lambda b_f: np.ceil(
        steps_to_half(b_f)
    ),
}

# %% slideshow={"slide_type": "skip"}
check(
    "half of it is left",
    half_life,
    steps_to_half,
    given=[(3.0,), (5.0,), (0.5,)],
    then=lambda n, b_f: sigmoid(b_f) ** n,
    known=slips,
    says="your {answer:.4g} steps leave {got:.3g} of it, a half was asked for",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# After n steps the share fⁿ is left. You look for the n at which that is ½.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Take the logarithm on both sides of fⁿ = ½.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def half_life(b_f):
#     return np.log(0.5) / np.log(sigmoid(b_f))
# ```
#
# For b_f = 0, 1, 3, 5 that is about 1, 2, 14 and 103 steps.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. The opposite.** Change *one* weight so that the unit remembers the opposite of the first symbol: a memory of
# −0.96 after +1 and of +0.96 after −1. Return a complete dict of parameters.


# %% slideshow={"slide_type": "skip"}
def opposite(params):
    raise NotImplementedError  # hint: params | {"W_…": np.array([[…]])}


# %% slideshow={"slide_type": "skip"}
def one_unit(**other):
    """The parameters of this lesson, made afresh, with other rows in place of some: h, value, flag and bias."""
    rows = {"f": [0, 0, -20, 10], "i": [0, 0, 20, -10], "C": [0, 2, 0, 0], "o": [0, 0, 0, 10]} | other
    weights = {f"W_{k}": np.array([row[:3]], float) for k, row in rows.items()}
    return weights | {f"b_{k}": np.array([row[3:]], float) for k, row in rows.items()}


def read_in(value=0.67):
    """An input like X: a flagged symbol, then noise, and `value` at step 51."""
    X = np.zeros((100, 2, 2))
    X[1:, 0] = np.random.default_rng(0).uniform(-1, 1, (99, 1))
    X[50, 0], X[0] = [value, -value], [[1, -1], [1, 1]]
    return X


def memory_at_the_end(params, *_):
    return lstm.forward(params, read_in())[1][-1].C_t[0]


# %% slideshow={"slide_type": "skip"}
slips = {
    "All is as it was: that weight does not decide what is written.": lambda params: params,
    "Nothing is written any more: the input gate says when, and not what.": one_unit(i=[0, 0, -20, -10]),
    "The sign is right, and the size is not: tanh(−2) was asked for.": one_unit(C=[0, -1, 0, 0]),
}
check(
    "the opposite is remembered",
    opposite,
    lambda params: params | {"W_C": -params["W_C"]},
    given=(one_unit(),),
    then=memory_at_the_end,
    tol=2e-3,
    known=slips,
    says="the memory ends at {got:.2f}, {want:.2f} was asked for",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The gates decide *when* to write. What is written is the candidate's business.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The candidate is tanh(2 · value). Which change of sign turns it round?
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def opposite(params):
#     return params | {"W_C": np.array([[0.0, -2.0, 0.0]])}
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. A second flag.** Suppose the flag goes up again at step 51. Predict what the memory does, then find out: return
# the memory of the *first* sequence after the last step, for an input like `X` whose flag is also 1 at step 51.


# %% slideshow={"slide_type": "skip"}
def memory_after_second_flag(params, X):
    raise NotImplementedError  # work on a copy: X.copy()


# %% slideshow={"slide_type": "skip"}
def end_with(flag_at, of="C_t", when=-1, value=None):
    """What is left at the end if the flag goes up at a place in X."""

    def remembered(params, X):
        X[flag_at, 1] = 1
        X[flag_at, 0] = X[flag_at, 0] if value is None else value
        return getattr(lstm.forward(params, X)[1][when], of)[0, 0]

    return remembered


slips = {
    "The flag is still down at step 51.": end_with(slice(0, 0)),
    "X[51] is step 52: Python counts from 0.": end_with(51),
    "X[49] is step 50: Python counts from 0.": end_with(49),
    "That is the output h_t; the memory is C_t.": end_with(50, of="h_t"),
    "That is the memory right after step 51; after the last step a little less is left.": end_with(50, when=50),
    "Only the flag goes up: the value at step 51 stays as it is.": end_with(50, value=1),
}

# %% slideshow={"slide_type": "skip"}
cases = [(one_unit(), read_in(value)) for value in (0.67, 0.5)]
check("the memory at the end", memory_after_second_flag, end_with(50), given=cases, tol=1e-3, known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Step 51 is `X[50]`: Python counts from 0. The flag is input number 1.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Set the flag in a copy, call `lstm.forward`, and take `C_t` out of the last step: unit 0, sequence 0.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def memory_after_second_flag(params, X):
#     again = X.copy()
#     again[50, 1, :] = 1
#     hs, steps = lstm.forward(params, again)
#     return steps[-1].C_t[0, 0]
# ```
#
# The flag closes the forget gate and opens the input gate, so the first symbol is overwritten by the noise of step 51.
# The unit remembers what was flagged *last*.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Which gate would you open or close to make the unit ignore its input?
# 2. A forget gate stands at 1. Does the unit forget everything or nothing?
# 3. Why is a gate of 0.73 a bad memory over a hundred steps?
# 4. What is the shape of `X` for 7 sequences of 20 steps with 3 inputs?
# 5. Where does the unit's memory run in the picture of the cell, and how often is it changed in one step?
#
# <details><summary>Answers</summary>
#
# 1. Close the input gate (i = 0): nothing is written.
# 2. Nothing. The gate says how much to *keep*; "keep gate" would be the better name.
# 3. Because 0.73 is multiplied by itself a hundred times, and that is about 10⁻¹⁴.
# 4. (20, 3, 7).
# 5. Along the top. Twice: multiplied by f, then something is added.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - S. Hochreiter, J. Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997.
# - F. A. Gers, J. Schmidhuber, F. Cummins, *Learning to Forget: Continual Prediction with LSTM*, Neural Computation
#   12(10), 2000: where the forget gate comes from.
# - C. H. Crouch, A. P. Fagen, J. P. Callan, E. Mazur, *Classroom demonstrations: learning tools or entertainment?*,
#   American Journal of Physics 72, 2004: why to predict first.
#
# Next: [Why memory fades](01_why_memory_fades.ipynb).
