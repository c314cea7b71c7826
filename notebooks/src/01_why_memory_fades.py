# %% [markdown] slideshow={"slide_type": "slide"}
# # Why memory fades
#
# **What you will be able to do.** Say why a plain recurrent network forgets, with a number, and why it is hard for it to
# learn what to remember.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask who has heard that the LSTM solves the vanishing gradient. Let them keep their opinion; lesson 07 measures
# it.
#
# Questions from before: what is X of shape (100, 2, 3)? (T, D, B). A gate stays at f: what is left after n steps?
# fⁿ. What is short-term, and long, in the name?
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** School mathematics: powers, and the slope of a curve. [Start here](00_start_here.ipynb) helps.
#
# **How long it takes.** 20 minutes to read, 15 for the exercises.
#
# ## Three questions from before
#
# From [Start here](00_start_here.ipynb). Answer aloud, then open the triangle.
#
# 1. `X` has the shape (100, 2, 3). What are the three numbers?
# 2. A forget gate stays at f. What is left of a memory after n steps?
# 3. What is an LSTM's short-term memory, and what is long about it?
#
# <details><summary>Answers</summary>
#
# 1. (T, D, B): 100 steps in time, 2 inputs at each step, 3 sequences side by side.
# 2. fⁿ of it, if nothing is written: f is multiplied by itself n times.
# 3. What it carries from step to step while it reads. It can last for many steps.
#
# </details>

# %% slideshow={"slide_type": "skip"}
# Setup: NumPy, the library, and what asks and answers
import numpy as np

from lstm_lib import rnn
from lstm_lib.lesson import exercises, figures, mine, predict, reveal

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What a sequence is
#
# A sequence is a list of inputs $x_1, x_2, \dots, x_T$ in an **order that means something**. A time series is one. So is
# a line of text, and so is a sound.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Let them name others: moves of a game, a pulse, prices. Then ask for data whose order means nothing.
#
# </details>

# %% slideshow={"slide_type": "fragment", "layout": "below"} tags=["output-only"]
# Figure: three sequences
figures.why_memory_fades.three_kinds("dog bites man")

# %% [markdown] slideshow={"slide_type": "skip"}
# A network multiplies and adds, so each letter becomes a column of numbers: all of them 0, except for a single 1. This is
# called a **one-hot** column; it gives no letter a larger number than another.
#
# ## A network that reads
#
# *Dog bites man* is no news. *Man bites dog* is. Whoever only counts letters cannot tell them apart. A **recurrent network**
# (RNN) reads one $x_t$ after the other and keeps a **state** $h_t$, a few numbers that sum up what it has read so far:
#
# $$h_t = \tanh(W_h \cdot [h_{t-1}, x_t] + b_h)$$
#
# In words: each **unit**, a number of the state, adds up the old state and the new input, each number times a *weight* of its
# own, and squashes the sum with tanh. $W_h$ is the table of all these weights, and the same table serves every step. Here is
# a network of four units with random weights, never trained:

# %% slideshow={"slide_type": "skip"}
ALPHABET = " abdegimnost"


def one_hot(text):
    """Return text as an array (T, D, 1): for each letter a single 1, in its own row."""
    return np.array([[[float(letter == row)] for row in ALPHABET] for letter in text])


# %% slideshow={"slide_type": "skip"}
reader = rnn.init_params(len(ALPHABET), 4, np.random.default_rng(1))
for text in ["dog bites man", "man bites dog"]:
    hs, steps = rnn.forward(reader, one_hot(text))
    print(f"{text}:  h_T =", hs[-1, :, 0].round(2))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How far back?
#
# **Predict.** An untrained RNN of four units ends in another state after *dog bites man* than after *man bites dog*. Now two
# texts differ in their *first* letter only: d or m, then twenty times o.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the trace of one letter
predict(
    "01.first",
    "By how much do the two last states differ, in the unit that differs most?",
    ["less than a billionth", "some millionths", "about a tenth"],
    limits=[1e-9, 1e-3],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Take the vote. Most say a tenth.
#
# </details>


# %% slideshow={"slide_type": "skip"}
def difference(first, second):
    """How far apart the two texts leave the state."""
    hs, _ = rnn.forward(reader, one_hot(first))
    others, _ = rnn.forward(reader, one_hot(second))
    return np.abs(hs[-1] - others[-1]).max()


# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the same letter, again and again
for n in (0, 5, 10, 20):
    apart = difference("d" + n * "o", "m" + n * "o")
    print(f"d or m, then {n:2} times o: the states differ by {apart:.0e}")
reveal("01.first", apart)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Nothing has overwritten the letter on purpose: four numbers can tell twelve letters apart. Ask by what factor it
# shrinks in five steps, and whether always by the same.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# After twenty more letters the state hardly knows what the first one was, though nobody has told it to forget. This is the
# fading in the title. There is room enough: four numbers can tell twelve letters apart.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One number, many steps
#
# To see *why*, take everything away that can be taken away: one unit, no tanh, no bias.
#
# $$h_t = w\,h_{t-1} + x_t$$
#
# If $x_1 = 1$ and nothing comes after it, then $h_2 = w$, $h_3 = w^2$, and so on.


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Let the room go on: h₄, h₅ … A power. Nobody needs a network for what comes now.
#
# </details>


# %% slideshow={"slide_type": "skip"}
def read(w, xs):
    """The last state of h_t = w h_{t−1} + x_t."""
    h = 0.0
    for x_t in xs:
        h = w * h + x_t
    return h


# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** The unit reads a 1, then nothing for 50 steps.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: what fifty steps leave of a 1
predict(
    "01.power",
    "With w = 0.9, how much of the 1 is left after 50 steps?",
    ["about a millionth", "about half a hundredth", "about a tenth"],
    limits=[1e-4, 0.03],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Expect votes for all three. Ask how many factors there are, and what two of them make, and four.
#
# </details>

# %% slideshow={"slide_type": "subslide", "layout": "beside"} tags=["output-only"]
# Answer: the powers of some numbers
for factor in [0.5, 0.9, 1.0, 1.1]:
    print(f"w = {factor}:  left of a 1 after 50 steps: {read(factor, [1] + 50 * [0]):.3g}")
reveal("01.power", read(0.9, [1] + 50 * [0]))
figures.why_memory_fades.powers([0.9, 1.0, 1.1])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Half a hundredth; most say a tenth. Ask how near to 1 the number must be for a tenth to be left after
# a hundred steps: nearer than most expect, 0.977. It is an exercise.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Half a hundredth. Each step multiplies by w, so fifty steps multiply by w fifty times, and a power leaves nothing where it
# was. Below 1 it goes to zero, above 1 it runs away, and only at 1 does it stay. In the picture each mark on the upright axis
# is a factor of ten, and powers become straight lines.

# %% [markdown] slideshow={"slide_type": "skip"}
# How near to 1 must w be for a tenth to be left after a hundred steps? Change the numbers until you have it.

# %% slideshow={"slide_type": "skip"}
for w in [0.95, 0.97, 0.99]:
    print(f"w = {w}:  left of a 1 after 100 steps: {read(w, [1] + 100 * [0]):.3g}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Training** looks at the same power from the other end. To learn that $x_1$ mattered, it asks: if $x_1$ were a little larger,
# how much larger would the last state be? This slope is called the **gradient**.

# %% slideshow={"slide_type": "fragment"}
little, silence = 0.001, 50 * [0]
moved = read(0.95, [1 + little, *silence]) - read(0.95, [1, *silence])
print(f"gradient {moved / little:.4f};  0.95 to the 50th: {0.95**50:.4f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# What has faded for the state has faded for training as well, by the same factor. Hochreiter saw it in his
# diploma thesis of 1991; Bengio, Simard and Frasconi published it in 1994.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Hochreiter saw this in his diploma thesis of 1991, and Bengio, Simard and Frasconi in 1994: over many steps the gradient
# **vanishes** or it **explodes**, and what lies between is narrow.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## With tanh: the factor depends on where you are
#
# Put the tanh back: $h_t = \tanh(w\,h_{t-1} + w_{in}\,x_t)$. Where tanh has the value h, its slope is $1 - h^2$. So on its way
# through one step a small change is multiplied by
#
# $$w\,(1 - h_t^2).$$

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask where this factor is largest (h = 0: it is w), and what it is where tanh is flat.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** With w = 1.5 the plain power would explode. The unit reads a 1 (with $w_{in}$ = 1), then nothing for 49 steps.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the gradient of a unit with tanh
predict(
    "01.tanh",
    "What does the gradient do now?",
    ["it vanishes", "it stays", "it explodes"],
    limits=[0.1, 10],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Take the vote, then ask where the state will be after a few steps, and how steep tanh is there.
#
# </details>

# %% slideshow={"slide_type": "subslide"}
w, h, factors = 1.5, 0.0, []
for x_t in [1] + 49 * [0]:
    h = np.tanh(w * h + x_t)
    factors.append(w * (1 - h**2))

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: the factors of 49 steps, multiplied
print(f"the state has come to {h:.3f}, the factor to {factors[-1]:.3f}")
print(f"the last 49 factors, multiplied: {np.prod(factors[1:]):.0e}")
reveal("01.tanh", np.prod(factors[1:]))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A saturated unit: it remembers, for as long as no input moves it, and lets no gradient through. Remembering, and
# being able to learn what to remember, are two things.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The state has settled at a place where tanh is flat, and there each factor is about 0.4. Such a unit is called **saturated**.
# It remembers: the state stays for as long as no input moves it. And for the same reason no gradient gets through. Remembering,
# and being able to *learn* what to remember, are two different things.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A landscape with a cliff
#
# Ask the unit to remember that it has read a 1: after 50 steps the state should be 0.8. How far it is from that is the **loss**,
# the number that training makes smaller:
#
# $$L = (h_{50} - 0.8)^2.$$

# %% [markdown] slideshow={"slide_type": "skip"}
# Two weights can be trained, $w$ and $w_{in}$. For each pair we run the unit and carry the slope along, one factor a step, to
# know how the loss answers to $w_{in}$. NumPy does all pairs at once.


# %% slideshow={"slide_type": "skip"}
def landscape(w, w_in, T=50):
    """The loss after T steps, and its slope along w_in."""
    h = np.tanh(w_in)  # step 1 reads the 1
    slope = 1 - h**2
    for _ in range(T - 1):
        h = np.tanh(w * h)
        slope = slope * w * (1 - h**2)
    return (h - 0.8) ** 2, 2 * (h - 0.8) * slope


# %% [markdown] slideshow={"slide_type": "skip"}
# Whoever has written a slope compares it with a small move, as above:

# %% slideshow={"slide_type": "skip"}
(loss, slope), (moved_loss, _) = landscape(1.1, 0.01), landscape(1.1, 0.01 + 1e-6)
print(f"slope {slope:.3f};  by a small move {(moved_loss - loss) / 1e-6:.3f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# On the plain in this picture, w is below 1 and whatever was read is gone. Beyond it the unit settles high or low, and keeps
# *which of the two* for as long as you like: so it does remember. The line across is the cut at w = 1.5.

# %% slideshow={"slide_type": "fragment", "layout": "beside"} tags=["output-only"]
# Figure: the loss over both weights
figures.why_memory_fades.cliff(landscape)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# After Pascanu, Mikolov and Bengio (2013). On the plain, whatever was read is gone. Beyond it the unit settles
# high or low, and remembers which. Walk the line with a finger on the screen.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Training walks downhill: it moves a weight by a small number, the *learning rate*, times the slope. It begins on
# the high ground, at w = 1.5 and $w_{in}$ = −0.5.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: a slope on the high ground
predict(
    "01.flat",
    "How steep is the loss there?",
    ["less than a billionth", "about a thousandth", "about 1"],
    limits=[1e-9, 0.1],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask where training goes from w_in = −0.5 (nowhere) before asking where it goes from the edge.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: along the line across
reveal("01.flat", abs(landscape(1.5, -0.5)[1]))
figures.why_memory_fades.cut(landscape)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A product of fifty factors of about 0.4: training stands still, and has no way of knowing why. At the edge the
# factors are 1.5.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The worst place has no slope to speak of, although the loss there is large: it is a product of fifty factors of about 0.4.
# Training stands still, and has no way of knowing why. At the edge of the cliff the factors are 1.5, and the slope is as
# large as it is small elsewhere.

# %% slideshow={"slide_type": "subslide"}
loss, slope = landscape(1.5, 0.0)  # at the edge, with a learning rate of 0.01
print(f"loss {loss:.2f};  0.01 × slope moves w_in by {0.01 * slope:.0e}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# One step from the edge throws the weight millions away. Clipping helps here (Pascanu and others 2013); on the
# high ground there is nothing to clip. A factor near 1 that can be set: that is the forget gate.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# One step from there throws the weight millions away. Vanishing and exploding live side by side, in one network with two
# weights. Doing less harm on the cliff is easy: *clip* the gradient, make it shorter if it is too long (Pascanu, Mikolov and
# Bengio 2013). On the high ground there is nothing to clip.
#
# What would help is a factor that stays near 1 wherever the state is, and that can be set, unit by unit. The LSTM's forget gate
# is such a factor. What it is comes [next](02_gates_and_the_cell_state.ipynb); how far it carries a gradient, and what it does not
# cure, is measured in [How far a gradient reaches](07_how_far_a_gradient_reaches.ipynb).

# %% [markdown] slideshow={"slide_type": "slide", "picture": "the powers of some numbers"}
# ## What we found
#
# What is carried over many steps is multiplied at each, and fades or grows like a power. So does the gradient, from which a
# network learns what to remember. With tanh a unit can hold a value for ever and yet learn nothing about it.

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
# **1. How near to 1?** Which w leaves the share `left` of a 1 after n more steps of $h_t = w\,h_{t-1}$?


# %% slideshow={"slide_type": "skip"}
def factor_that_keeps(left, n):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
# Check: 1. How near to 1?
exercises.why_memory_fades.check_factor(factor_that_keeps)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# After n steps wⁿ is left. It is to be equal to `left`.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The n-th root undoes the n-th power. In Python the n-th root of a number is a power, too: with 1 / n.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def factor_that_keeps(left, n):
#     return left ** (1 / n)
# ```
#
# For a tenth after a hundred steps that is 0.977. With 0.9, one looks back ten steps rather than a hundred.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Find the bug.** A long sequence is read in two pieces, to save space. The last state should be that of reading it in one
# go. It is not:


# %% slideshow={"slide_type": "skip"}
def last_state_with_a_bug(params, first, second):
    hs, _ = rnn.forward(params, first)
    hs, _ = rnn.forward(params, second)
    return hs[-1]


X_long = one_hot(8 * "dog bites man ")
for cut in (56, 109):
    wrong = last_state_with_a_bug(reader, X_long[:cut], X_long[cut:])
    right = rnn.forward(reader, X_long)[0][-1]
    print(f"cut at {cut:3} of 112: off by {np.abs(wrong - right).max():.0e}")

# %% [markdown] slideshow={"slide_type": "skip"}
# With a cut in the middle hardly anybody would notice. Why? Write the function as it should be.


# %% slideshow={"slide_type": "skip"}
def last_state(params, first, second):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: 2. Find the bug
exercises.why_memory_fades.check_last_state(last_state)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# With which state does the second piece begin?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# `rnn.forward` takes a third argument, the state before the first step. If it is left out, that state is zero: nothing is
# carried over from one call to the next.
#
# </details>
# <details><summary>Hint 3, part of the answer</summary>
#
# The last state of the first piece is `hs[-1]`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def last_state(params, first, second):
#     hs, _ = rnn.forward(params, first)
#     hs, _ = rnn.forward(params, second, hs[-1])
#     return hs[-1]
# ```
#
# A forgetful network hides the bug: what was read 56 steps ago has faded anyway. The better the memory, the more it hurts.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Two pasts, one state.** Does the state remember $x_1$? Here is the unit with tanh; it starts at 0 and returns its last state.


# %% slideshow={"slide_type": "skip"}
def state_after(w, w_in, xs):
    h = 0.0
    for x_t in xs:
        h = np.tanh(w * h + w_in * x_t)
    return h


# %% [markdown] slideshow={"slide_type": "skip"}
# It reads (1, 0), or it reads (0, x). Find the x for which both leave *the same* state.


# %% slideshow={"slide_type": "skip"}
def other_past(w, w_in):
    raise NotImplementedError  # return x


# %% slideshow={"slide_type": "skip"}
# Check: 3. Two pasts, one state
exercises.why_memory_fades.check_other_past(other_past)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The last tanh is the same on both sides. So its arguments have to be equal.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# After (1, 0) the argument is $w \tanh(w_{in})$. After (0, x) the first step leaves the state at 0.
#
# </details>
# <details><summary>Hint 3, part of the answer</summary>
#
# Solve $w \tanh(w_{in}) = w_{in}\,x$ for x.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def other_past(w, w_in):
#     return w * np.tanh(w_in) / w_in
# ```
#
# A state does not hold the inputs. It holds a function of them, and different pasts can have the same value. A network
# remembers what its weights make of the past.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Why does what is carried over k steps behave like a power?
# 2. A unit has w = 1.1 and no tanh. What happens to a 1 that it has read?
# 3. What is a gradient over 50 steps, in one sentence?
# 4. A saturated unit holds its value for ever. What can it not do?
# 5. Clipping helps on the cliff. Why not on the high ground?
#
# <details><summary>Answers</summary>
#
# 1. Each step multiplies it by a factor, and the same weights stand in all of these factors.
# 2. It grows by a tenth at every step, and runs away.
# 3. How much the last state moves, compared with a small move of an input 50 steps earlier.
# 4. Let a gradient through: training cannot find out what it should have kept.
# 5. Clipping makes a long gradient shorter. There it is too short already.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - S. Hochreiter, *Untersuchungen zu dynamischen neuronalen Netzen*, diploma thesis, TU München, 1991: the vanishing
#   gradient.
# - Y. Bengio, P. Simard, P. Frasconi, *Learning long-term dependencies with gradient descent is difficult*, IEEE
#   Transactions on Neural Networks 5(2), 1994.
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013: the cliff, and
#   clipping.
#
# Before: [Start here](00_start_here.ipynb). Next: [Gates and the cell state](02_gates_and_the_cell_state.ipynb).

# %% slideshow={"slide_type": "skip"}
# Progress: which pieces of an LSTM are yours by now
mine.progress()
