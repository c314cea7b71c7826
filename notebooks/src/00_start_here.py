# %% [markdown] slideshow={"slide_type": "slide"}
# # Start here: one unit that remembers
#
# **What you will be able to do.** Say what an LSTM is for and what its name means; see one unit keep a symbol through
# 99 steps of noise, and make it forget with a single number.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask what one must remember to finish "The keys to the old house at the end of the road … on the table". People see at once
# that "keys" decides, eleven words back. That is the whole need. Nothing will be trained today: the weights are chosen by
# hand, so that nothing is hidden.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** A little Python and school algebra. Nothing about neural networks.
#
# **How long it takes.** 15 minutes to read, 15 for the exercises.
#
# This page is a notebook, and **Shift + Enter** reads it: each press runs what is marked and goes on to the next thing. A grey
# bar that ends in ••• is a cell, too: Shift + Enter runs it, a click shows its code. (Arrow keys pass bars by.) Where it says
# **Predict**, commit to an answer before you go on: whoever predicts a demonstration understands it better
# ([Crouch and others 2004](#References)). Your guesses stay on your own disk.

# %% slideshow={"slide_type": "skip"}
# Setup: NumPy, the library, and what asks and answers
import numpy as np

from lstm_lib import lstm, sigmoid
from lstm_lib.lesson import CellExplorer, exercises, figures, mine, predict, reveal

# %% [markdown] slideshow={"slide_type": "skip"}
# ## A memory that lasts
#
# Text comes a letter at a time, a sound a number at a time, a pulse a beat at a time. To make sense of what comes *now*, one has
# to remember what came *before*, perhaps a hundred steps before. Programs that learn from examples, by adjusting the numbers they
# compute with, are called *neural networks*, and those numbers are their *weights*. Networks that read step by step and carry something
# along are called **recurrent**. LSTMs are the recurrent networks best known for remembering long: they have recognised
# speech, translated texts, and forecast what sensors and meters would say next.
#
# LSTM stands for *Long Short-Term Memory*. What a network has learned stands in its weights; they change slowly, and are its
# long-term memory. What it carries from step to step while it reads is its short-term memory, and in a plain network that is
# gone after a few steps. An LSTM has a **short-term memory that lasts long**
# ([Hochreiter and Schmidhuber 1997](#References)).

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["f_t", "i_t", "C_tilde", "o_t", "C_t", "h_t", "z_t"], "layout": "beside"}
# ## The cell: a memory with three gates
#
# One **unit** of an LSTM carries a number from step to step: its memory, or **cell state**, C. Three **gates**, numbers
# between 0 and 1, rule it:
#
# - the **forget gate** f: how much is kept;
# - the **input gate** i: how much is written;
# - the **output gate** o: how much is shown, as h.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The three gates have colours, which they keep through the whole course. What is shown is called h. It goes to the reader,
# and back into the same unit at the next step.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": "two curves that squash any number"}
# ## Try it: a memory under your hands
#
# A gate adds up what it sees, the **input** x and the h of the step before, and squashes the sum, a, with **σ** (sigma). So does the
# **candidate**, what might be written, with **tanh**. The unit to try is a *latch*: where x is 1 it writes, where x is 0 it keeps.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask which of the two curves a gate needs: one that stays between 0 and 1. The other has a sign, so that a memory
# can go down as well as up.
#
# </details>

# %% slideshow={"slide_type": "skip"} tags=["output-only"]
# Figure: two curves that squash any number
figures.start_here.squashers()

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Live: one unit, with all its numbers on sliders
latch = {"W_f": [0, -20], "b_f": 10, "W_i": [0, 20], "b_i": -10, "W_C": [0, 0], "b_C": 2, "W_o": [0, 0], "b_o": 10}
CellExplorer(x_t=1, h_prev=0, C_prev=0, **latch)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Esc gives the keys back to the deck. Press *Next step* once with x = 1, then x = 0, and go on: nothing moves.
# Let the room say why before you turn the page.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# Press *Next step* once with x = 1, set x to 0 and press on: C stands still. The **bias** $b_f$ is the forget gate's constant; with
# x = 0 the gate is $\sigma(b_f)$.
#
# **Predict.** Now $b_f$ goes from 10 down to 1, and the gate to σ(1) = 0.73.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: ten steps with a gate of 0.73
predict(
    "00.bias",
    "After ten steps with x = 0, how much of the memory is left?",
    ["less than a twentieth", "about a third", "almost three quarters"],
    limits=[0.05, 0.5],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# People answer "three quarters", or "a third": they do not multiply, or they subtract. Say: three quarters *of what is left*,
# every step. Then go to the page: pull b_f down and press "Next step" with the room counting.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: ten steps, multiplied out
print(f"one step keeps {sigmoid(1):.3f}, ten steps keep {sigmoid(1):.3f}¹⁰ = {sigmoid(1) ** 10:.3f}")
reveal("00.bias", sigmoid(1) ** 10)

# %% [markdown] slideshow={"slide_type": "skip"}
# The gate keeps almost three quarters *of what is left*, at every step. Watch the memory die under your hands: $b_f$ at 1, x at
# 0, and *Next step* ten times.

# %% slideshow={"slide_type": "skip"}
C = 1.0  # ten steps by hand, with a bias of 5: put in any other
for _ in range(10):
    C = sigmoid(5) * C
    print(f"{C:.3f}", end="  ")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The task: remember what came first
#
# A sequence begins with one symbol, **+1** or **−1**. Then come 99 steps of noise, random numbers between −1 and +1. At the end
# we ask: which symbol came first?

# %% [markdown] slideshow={"slide_type": "fragment"}
# Every step has two inputs: the value, and a flag that is 1 where the value matters and 0 where it is noise.
#
# | step | 1 | 2 | 3 | … | 100 |
# |---|---|---|---|---|---|
# | value | +1 or −1 | noise | noise | … | noise |
# | flag | 1 | 0 | 0 | … | 0 |

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask: how would *you* do it, with one number of memory? People say: write the symbol down and look at nothing else
# until the end. That is the solution; the rest is how numbers do it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The array `X` holds both inputs for all steps, for two sequences side by side. Its shape is always (T, D, B): T steps in
# time, D inputs at each step, B sequences. Here that is (100, 2, 2).

# %% slideshow={"slide_type": "skip"}
T = 100
X = np.zeros((T, 2, 2))
X[1:, 0, :] = np.random.default_rng(0).uniform(-1, 1, (T - 1, 1))  # the same noise for both
X[0, 0, :] = [+1, -1]  # the symbol that matters
X[0, 1, :] = 1  # the flag: this one counts
X.shape

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Weights chosen by hand
#
# Nothing is trained here. We *choose* the weights so that the unit does what we want:
#
# - flag up: forget the old memory, write the value;
# - flag down: keep the memory, write nothing.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Let the room say it in gates before the table comes: who listens to the flag, and with which sign? The bias says
# what a gate does when the flag is down.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Each gate is σ of a weighted sum of h, the value and the flag, plus its bias. σ(−10) is nearly 0 and σ(10) nearly 1, so a weight
# of ±20 on the flag and a bias of ∓10 make a switch. In each row the three weights belong to h, the value and the flag.

# %% slideshow={"slide_type": "skip"}
print(f"σ(−10) = {sigmoid(-10):.6f},  σ(10) = {sigmoid(10):.6f}")

# %% slideshow={"slide_type": "fragment"}
#                 h  value  flag
weights = {
    "W_f": [[0.0, 0.0, -20.0]], "b_f": [[10.0]],   # keep, unless flag up
    "W_i": [[0.0, 0.0, 20.0]],  "b_i": [[-10.0]],  # write, if flag up
    "W_C": [[0.0, 2.0, 0.0]],   "b_C": [[0.0]],    # what: tanh of 2 · value
    "W_o": [[0.0, 0.0, 0.0]],   "b_o": [[10.0]],   # always show
}  # fmt: skip
params = {name: np.array(rows) for name, rows in weights.items()}

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** After step 1 the memory is about tanh(±2) = ±0.96. Then come 99 steps of noise.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the memory after 99 steps of noise
predict(
    "00.noise",
    "How much of the memory is left?",
    ["nothing", "about half", "more than nine tenths"],
    limits=[0.1, 0.9],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Let everybody commit by hand. Most say “nothing” or “half”: ninety-nine steps of noise sound like a lot. It is
# more than nine tenths: the gate is shut for noise.
#
# </details>

# %% slideshow={"slide_type": "skip"}
hs, steps = lstm.forward(params, X)  # the LSTM reads both sequences
trace = lstm.stack(steps)  # every quantity as an array over time

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: two sequences over a hundred steps
reveal("00.noise", np.min(trace.C_t[-1, 0] / trace.C_t[0, 0]))
figures.start_here.two_memories(X, trace)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Above is what the unit heard, below what it kept of two sequences. Ask what would make it forget:
# the next slide.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The two lines never meet: a hundred steps later the sign of the memory still says which symbol came first. The noise has left no
# mark, because the input gate is as close to 0 as the forget gate is to 1.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One number, multiplied 99 times
#
# While the flag is down, the new memory is the old one times the forget gate, plus next to nothing. So after 99 steps the memory
# has been multiplied by f ninety-nine times:
#
# $$C_{100} \approx f^{99}\, C_1$$

# %% slideshow={"slide_type": "fragment"}
f, i = trace.f_t[1, 0, 0], trace.i_t[1, 0, 0]
print(f"flag down: forget gate {f:.6f}, input gate {i:.6f}")
print(f"the forget gate to the power of 99: {f**99:.4f}")
assert np.allclose(trace.C_t[-1, 0] / trace.C_t[0, 0], f**99, atol=1e-3)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# This is the sentence to take home: what is left of a memory is the forget gate, multiplied by itself once a step.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# What the unit *shows* at the end has the right sign, too. It is the tanh of the memory, and tanh(0.96) is 0.74:

# %% slideshow={"slide_type": "skip"}
print("first symbols", X[0, 0], "  shown at the end", hs[-1, 0].round(2))

# %% [markdown] slideshow={"slide_type": "skip"}
# Other biases: change the list and run the cell again. Which $b_f$ leaves 90 %?

# %% slideshow={"slide_type": "subslide"}
for b_f in [0.0, 1.0, 3.0, 5.0, 10.0]:
    f = sigmoid(b_f)
    print(f"b_f = {b_f:2.0f}  f = {f:.5f}   left after 99 steps: {f**99:.3g}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Run it live and put other biases into the list; ask the room for the one that leaves 90 %.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["C_t", "f_t"]}
# ## What we found
#
# One unit kept a symbol through 99 steps of noise: its forget gate was almost 1, its input gate almost 0. After n steps, f multiplied
# by itself n times is left. A network has to *learn* to put its gates there.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for these sentences before you show them. Then: why does a plain network not simply do the same? That is
# lesson 01.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## What you will have written
#
# A whole LSTM that learns is a program of some sixty lines. You will write it piece by piece, in a file of your own,
# `my_lstm.py`; a piece that passes its check goes in by itself. This is the first of seven, one step:
#
# ```python
# def step(params, x_t, h_prev, C_prev):
#     z_t = np.concatenate([h_prev, x_t])
#     f_t = sigmoid(params["W_f"] @ z_t + params["b_f"])
#     i_t = sigmoid(params["W_i"] @ z_t + params["b_i"])
#     C_tilde = np.tanh(params["W_C"] @ z_t + params["b_C"])
#     C_t = f_t * C_prev + i_t * C_tilde
#     o_t = sigmoid(params["W_o"] @ z_t + params["b_o"])
#     h_t = o_t * np.tanh(C_t)
#     return Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, h_t)
# ```
#
# In lesson 09, the last of the course, this file is what trains. A line at the end of each lesson says how far you are.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## The map
#
# | lesson | what you can do afterwards | minutes |
# |---|---|---|
# | **00 Start here** (this one) | see one unit remember, and make it forget | 15 + 15 |
# | [01 Why memory fades](01_why_memory_fades.ipynb) | say why a plain RNN forgets, with a number | 20 + 15 |
# | **[02 Gates and the cell state](02_gates_and_the_cell_state.ipynb)** | program a latch, a timer and a counter by choosing weights | 50 + 40 |
# | [03 The formulas](03_the_formulas.ipynb) | derive the six formulas and read them aloud | 35 + 45 |
# | **[04 One step by hand](04_one_step_by_hand.ipynb)** | do one step and two steps on paper, and trust the digits | 25 + 40 |
# | [05 The gradients](05_the_gradients.ipynb) | derive the backward pass and say where each `+=` comes from | 40 + 45 |
# | [06 Check the gradient](06_check_the_gradient.ipynb) | catch a wrong gradient, in anybody's code | 20 + 40 |
# | [07 How far a gradient reaches](07_how_far_a_gradient_reaches.ipynb) | measure and bound what comes back from far away | 35 + 20 |
# | [08 Many sequences, fast](08_many_sequences_fast.ipynb) | batch it, fuse it, know what it costs | 20 + 35 |
# | **[09 Train on a sine wave](09_train_on_a_sine_wave.ipynb)** | train an LSTM from scratch and judge it honestly | 35 + 35 |
# | [10 Memory in practice](further/10_memory_in_practice.ipynb) | choose where training begins; know when an LSTM is worth it | 20 + 25 |
# | [11 Text](further/11_text.ipynb) | say how well a text can be foreseen; type into a trained LSTM | 35 + 25 |
# | [12 Sound](further/12_sound.ipynb) | read Morse by ear; say when memory pays | 30 + 30 |
# | [13 Rosetta](further/13_rosetta.ipynb) | read anybody's LSTM, and hand yours on | 25 + 20 |

# %% [markdown] slideshow={"slide_type": "skip"}
# **The full way** is 00 to 09, in this order; 10 to 13 go further. **A short way**, for an afternoon, is in bold: lessons 00, 02, 04
# and 09. Each lesson says what it needs; none needs another to have been run. Of the minutes the first number is for
# reading, the second for exercises.
#
# To keep what you write in a page, work on a copy in this folder (*File → Save Notebook As…*); `git restore notebooks`
# brings the originals back. In a lecture: [Lecturing](LECTURING.md). For marks: [For instructors](graded/INSTRUCTORS.md).
#
# <details><summary>The notation card, for the lessons to come</summary>
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
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# Write your answer in place of the line that raises the error, and run the cell; the bar below it answers. Hints and solutions are
# folded: click on a triangle to open one.
#
# **1. Half-life.** After how many steps is half of a memory gone, if the forget gate is $\sigma(b_f)$ at every step and
# nothing is written? Write the function; it gives the exact number, with its fraction.


# %% slideshow={"slide_type": "skip"}
def half_life(b_f):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
# Check: 1. Half-life
exercises.start_here.check_half_life(half_life)

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
# For $b_f$ = 0, 1, 3, 5 that is about 1, 2, 14 and 103 steps.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. The opposite.** Change *one* weight so that the unit remembers the opposite of the first symbol: a memory of
# −0.96 after +1 and of +0.96 after −1. Return a complete dict of parameters.


# %% slideshow={"slide_type": "skip"}
def opposite(params):
    raise NotImplementedError  # hint: params | {"W_…": np.array([[…]])}


# %% slideshow={"slide_type": "skip"}
# Check: 2. The opposite
exercises.start_here.check_opposite(opposite)

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
# Check: 3. A second flag
exercises.start_here.check_second_flag(memory_after_second_flag)

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
# 1. What is short and what is long in *Long Short-Term Memory*?
# 2. Which gate would you open or close to make the unit ignore its input?
# 3. A forget gate stands at 1. Does the unit forget everything or nothing?
# 4. What is the shape of `X` for 7 sequences of 20 steps with 3 inputs?
# 5. In one step the memory is changed twice. How?
#
# <details><summary>Answers</summary>
#
# 1. The memory carried from step to step while reading is short-term; in an LSTM it lasts long. (The weights are the long-term
#    memory.)
# 2. Close the input gate (i = 0): nothing is written.
# 3. Nothing. The gate says how much to *keep*; "keep gate" would be the better name.
# 4. (20, 3, 7).
# 5. It is multiplied by the forget gate; then the candidate, multiplied by the input gate, is added.
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
# Next: [Why memory fades](01_why_memory_fades.ipynb). By the short way: [Gates and the cell state](02_gates_and_the_cell_state.ipynb).

# %% slideshow={"slide_type": "skip"}
# Progress: which pieces of an LSTM are yours by now
mine.progress()
