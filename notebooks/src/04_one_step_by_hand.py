# %% [markdown] slideshow={"slide_type": "slide"}
# # One step by hand
#
# **What you will be able to do.** Compute one step of an LSTM on paper, and a second one, know which digits of the
# result to trust, and see where memory begins.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Let people take out pencil, paper and a pocket calculator. This is the part that they will remember.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** The six formulas ([The formulas](03_the_formulas.ipynb)), a pencil, and a calculator that knows
# $e^x$ and tanh.
#
# **How long it takes.** About 25 minutes with the pencil in your hand, and 40 more for the exercises. The computer needs
# ten seconds.
#
# The example is that of the *primer*, the one page on the LSTM that this course grew from. It has one input, one unit and
# one sequence, so every matrix is a row of two numbers and every state is a single number. Nothing is left out for that:
# in a layer of a thousand units each unit does exactly what you will do here.

# %% slideshow={"slide_type": "skip"}
# Setup: imports
import numpy as np

from lstm_lib import data, lstm, sigmoid
from lstm_lib.lesson import CellExplorer, Working, exercises, figures, mine, predict, reveal

of_hand = figures.one_step_by_hand
cut, rounded, turned = of_hand.cut, of_hand.rounded, of_hand.turned

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions from before
#
# 1. An LSTM has 2 inputs and 3 units. How many columns has $W_f$, and which are for h?
# 2. A forget gate stands at 0.9 for two steps. What is left of the memory?
# 3. A unit's h is 0. Has it forgotten?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# One minute alone, then aloud. 1: five columns, the first three for h. 2: 0.81 of it, if nothing is written. 3:
# not if its output gate is shut; most stumble here: the memory is C, and h is only what is shown of it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers</summary>
#
# 1. From [The formulas](03_the_formulas.ipynb): five. The first three are for h, because h stands on top in z.
# 2. From [Start here](00_start_here.ipynb): 0.9 · 0.9 = 0.81 of it, if nothing is written.
# 3. From [Gates and the cell state](02_gates_and_the_cell_state.ipynb): not if its output gate is shut. Then h is near 0
#    whatever the memory is.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# One minute alone, then aloud. Most people stumble over the third: the memory is C, and h is only what is shown of it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The numbers
#
# All weights and all biases are 1. That keeps the arithmetic short, and it has a price that we shall come to. In z, h
# stands on top and x below, and since all four rows of weights are alike, all four boxes of the cell see the same sum.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
params, x_t, h_prev, C_prev = data.walkthrough()
x, h, C = x_t.item(), h_prev.item(), C_prev.item()
print(f"input x_1 = {x},  last output h_0 = {h},  memory C_0 = {C}")
working = Working(params, x, h, C)  # shows a line of the arithmetic with its formula

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
a = 1 * h + 1 * x + 1
working.write(a_f_1=a)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Everybody writes the sum down. All weights are 1, so the sum is done once and serves four times.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Step 1 · Forget gate
#
# **Predict.** The sum is 1.6. Do it in your head: $e^{-1.6}$ is about one fifth.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: how far the forget gate is open
shares = ["about half", "about five sixths", "nearly all"]
predict("04.kept", "How much of the old memory does the gate keep?", shares, limits=[2 / 3, 0.95])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Half a minute of silence for the calculators. By head: 1 / 1.2 is five sixths. Who says “half” has taken 1.6 for
# the odds without e; who says “nearly all” has read 1.6 as large.
#
# </details>

# %% slideshow={"slide_type": "fragment"}
f = 1 / (1 + np.exp(-a))

# %% slideshow={"slide_type": "subslide", "picture": {"numbers": ["z_t", "f_t"]}} tags=["output-only"]
# Answer: σ of the sum
reveal("04.kept", f)
working.write(f_1=f)

# %% [markdown] slideshow={"slide_type": "skip"}
# Five sixths of the old memory will be kept: $e^{-1.6}$ is about one fifth, and 1 / 1.2 is about 0.83.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Step 2 · Input gate and candidate

# %% slideshow={"slide_type": "fragment", "picture": {"numbers": ["z_t", "f_t", "i_t", "C_tilde"]}} tags=["output-only"]
i = 1 / (1 + np.exp(-a))
C_tilde = np.tanh(a)
working.write(i_1=i, C_tilde_1=C_tilde)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The trap is to take σ for the candidate, too. It has to be able to push down, so it is a tanh.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The input gate has the same value as the forget gate, because it has the same weights. The candidate is close to 1,
# most of it because of the bias: it will push the memory up.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Step 3 · Cell state
#
# **Predict.** The memory is 0.2 now. Take the two gates and the candidate from above.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the new memory
predict(
    "04.memory",
    "Where will the memory be after the step?",
    ["below 0.2", "between 0.2 and 1", "above 1"],
    limits=[0.2, 1],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# A show of hands for (a), (b), (c). People who say (a) think that a gate can only take away; those who say (c) have
# added 0.2 and 0.92 without the gates. It is (b).
#
# </details>

# %% slideshow={"slide_type": "fragment"}
kept = f * C
written = i * C_tilde
C_new = kept + written

# %% slideshow={"slide_type": "subslide", "picture": {"numbers": ["z_t", "f_t", "i_t", "C_tilde", "C_t"]}, "printed": false} tags=["output-only"]
# Answer: what is kept and what is written
reveal("04.memory", C_new)
print(f"kept {kept:.6f}, written {written:.6f}")
working.write(C_1=C_new)

# %% [markdown] slideshow={"slide_type": "skip"}
# Most of the new memory is new: this step has written more than four times as much as it has kept.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Step 4 · Output gate and hidden state

# %% slideshow={"slide_type": "fragment", "picture": {"numbers": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]}} tags=["output-only"]
o = 1 / (1 + np.exp(-a))
h_new = o * np.tanh(C_new)
working.write(o_1=o, h_1=h_new)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# tanh of the new memory, not of the old one. Who gets 0.16 instead of 0.61 has used the old one.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# That was one step. The library does the same in one call, and its numbers are ours.

# %% slideshow={"slide_type": "skip"}
answer = lstm.step(params, x_t, h_prev, C_prev)
ours = [f, i, C_tilde, C, C_new, o, h_new]  # the library has z before them
print("equal to 14 digits:", np.allclose(ours, np.ravel(answer[1:]), rtol=1e-14, atol=0))

# %% slideshow={"slide_type": "skip"} tags=["output-only"]
# Figure: the step in the circuit
figures.one_step_by_hand.circuit(answer)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The truth about three decimals
#
# The primer prints a table of results. Here it is beside ours.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: the primer's digits beside ours
figures.one_step_by_hand.beside_the_primer(answer)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask what went wrong. Nobody's formula is wrong; the digits were cut on the way.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Three of the six differ in the last digit. Nothing is wrong with the primer's formulas. It kept three decimals of
# every intermediate result, and it *cut* the rest off instead of rounding. Let us do the same and see.
#
# `walk` does the step like a person with a pencil: each quantity is shortened as soon as it is found, and what follows
# uses the shortened number. `cut(0.9216)` is 0.921, and `rounded(0.9216)` is 0.922.


# %% slideshow={"slide_type": "skip"}
def walk(shorten):
    f = i = o = shorten(sigmoid(a))
    C_tilde = shorten(np.tanh(a))
    C_t = shorten(f * C + i * C_tilde)
    h_t = shorten(o * shorten(np.tanh(C_t)))
    return {"f_t": f, "i_t": i, "C_tilde": C_tilde, "C_t": C_t, "o_t": o, "h_t": h_t}


# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Three decimals are asked for, and there are three ways to them.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the best way to three decimals
ways = ["cut each result", "round each result", "keep all digits, and round once at the end"]
predict("04.digits", "Which way comes closest to the truth?", ways)

# %% slideshow={"slide_type": "skip"}
full, by_cutting, by_rounding = walk(float), walk(cut), walk(rounded)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: three ways beside full precision
worst = figures.one_step_by_hand.three_ways(full, by_cutting, by_rounding)
reveal("04.digits", int(np.argmin(worst)))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Most people bet on rounding everything. It gives .934 for C, and that is wrong as well. Keep all digits, round
# once.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Cutting reproduces the primer's table digit by digit: .921, .932 and .608. Rounding each intermediate result gives yet
# another memory, .934, which is also not the rounded truth. Only full precision, rounded once at the end, gives .922, .933
# and .609. Rounding is not wrong by itself; rounding too early is.

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Figure: errors, quantity by quantity
figures.one_step_by_hand.errors(full, by_cutting, by_rounding)
assert f"{by_rounding['C_t']:.3f}" == "0.934"
assert abs(by_cutting["C_t"] - C_new) > 1e-3 > abs(by_rounding["C_t"] - C_new)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Cutting errs to one side only, rounding to both. In the gates neither matters; in C they add up.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Cutting always errs to the same side: it is harmless in the gates, and more than a whole unit of the third decimal in
# C. Rounding errs to both sides and ends closer to the truth.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Go on like this for a thousand steps, with the input 0.5 at each, and shorten everything.


# %% slideshow={"slide_type": "skip"}
def go_on(shorten, n_steps, h=h, C=C):
    for _ in range(n_steps):
        gate, candidate = shorten(sigmoid(h + x + 1)), shorten(np.tanh(h + x + 1))
        C = shorten(gate * C + gate * candidate)
        h = shorten(gate * shorten(np.tanh(C)))
    return C


# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Each of the thousand steps makes an error of its own.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the error after a thousand steps
fates = ["smaller: errors cancel", "some dozens: it grows, and then stops", "a thousand: it grows with every step"]
predict("04.errors", "How large does the error become, in errors of the first step?", fates, limits=[1, 500])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# People expect that the error grows for ever.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: after 1, 10, 100 and 1000 steps
reveal("04.errors", figures.one_step_by_hand.errors_after(go_on, cut, rounded))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# It stops: the forget gate forgets errors, too. Rounding is hardly better than cutting in the end; what helps is
# digits. The library keeps about 16.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Both errors of C grow, to some forty units of the third decimal, and then they stop: the forget gate forgets errors,
# too. Rounding is hardly better than cutting in the end, because once the memory has settled, every step makes the same
# error again. What helps is digits. The library keeps about 16, or about 7 in float32, and every check in this course
# says how far off a number may be.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Turn the knobs
#
# Here every number of the cell has a slider. **Find with it:**
#
# 1. an input for which the memory *shrinks*;
# 2. a weight $w_{fx}$ for which the unit keeps less than half of it;
# 3. whether any C makes h larger than 1.

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Live: the cell under your hands
assert turned(x_t=-0.94).C_t < C < turned(x_t=-0.92).C_t
assert turned(x_t=-1.11).C_tilde < 0 < turned(x_t=-1.09).C_tilde
assert turned(w_fx=-2.1).f_t > 0.5 > turned(w_fx=-2.3).f_t
assert turned(C_prev=100.0).h_t < 1
cell = CellExplorer(x_t=x, h_prev=h, C_prev=C)
cell

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Let the room call out values; ask for a prediction before you let go of the slider. Esc gives the keys back. 1:
# below about −0.93. 2: below −2.2. 3: no; h is a share times a tanh.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Each small curve shows where its gate stands, and how steep it is there. The button *as at first* brings the numbers of this
# lesson back. In code, `cell.x_t = -1` moves a slider, and `cell.step()` is the library's step for the numbers that you see.
#
# <details><summary>What there is to find</summary>
#
# (1) Any input below about −0.93: the forget gate keeps a little over half, and too little is written to make up for it.
# Below −1.1 the candidate is negative as well. (2) The sum in the forget gate is
# h + w · x + 1, which has to be negative: with x = 0.5 and h = 0.1 any weight below −2.2. (3) No. h is a share times a
# tanh, so it stays below 1 in size whatever the memory is.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A second step: where memory begins
#
# One step alone shows no memory, only how one is made. Let the input fall silent, $x_2 = 0$, and do the same again, with
# what the first step has left.
#
# **Predict.** Silence comes in.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the memory in silence
fates = ["it goes down", "it stays", "it grows"]
predict("04.silence", "What does the memory do?", fates, limits=[-1e-9, 1e-9])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Most say that it goes down: nothing comes in, and the forget gate is below 1. They forget the bias, and that the
# unit hears itself.
#
# </details>

# %% slideshow={"slide_type": "fragment"}
x_2 = 0.0
a_2 = 1 * h_new + 1 * x_2 + 1

# %% slideshow={"slide_type": "skip"}
f_2 = i_2 = o_2 = 1 / (1 + np.exp(-a_2))
C_tilde_2 = np.tanh(a_2)
C_2 = f_2 * C_new + i_2 * C_tilde_2
h_2 = o_2 * np.tanh(C_2)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the second step, line by line
reveal("04.silence", C_2 - C_new)
working.write(x_2=x_2, a_f_2=a_2, f_2=f_2, C_tilde_2=C_tilde_2, C_2=C_2, h_2=h_2)

# %% [markdown] slideshow={"slide_type": "skip"}
# It grows, past 1, though nothing came in. Two things speak although the input is silent: the bias, and the unit's own
# last output.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# With all weights 1 this unit talks to itself.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# Put the first step into the second and see what $C_2$ is made of. Each part has been multiplied by every forget
# gate that came after it.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
after_1 = [f * C, i * C_tilde, 0]
after_2 = [f_2 * f * C, f_2 * i * C_tilde, i_2 * C_tilde_2]
old, first, second = np.array(after_2) / C_2
print(f"{old:.1%} is the old memory, {first:.1%} from step 1, {second:.1%} from step 2")

# %% slideshow={"slide_type": "fragment", "layout": "below"} tags=["output-only"]
# Figure: the parts of the memory, step by step
figures.one_step_by_hand.parts({"step 0": [C, 0, 0], "step 1": after_1, "step 2": after_2})
X = np.array([x, x_2]).reshape(2, 1, 1)  # the library's two steps: T = 2, D = 1, B = 1
_, steps = lstm.forward(params, X, (h_prev, C_prev))
assert np.allclose(lstm.stack(steps).C_t.ravel(), [C_new, C_2], rtol=1e-14, atol=0)
assert np.allclose(lstm.stack(steps).h_t.ravel(), [h_new, h_2], rtol=1e-14, atol=0)
assert np.isclose(sum(after_2), C_2, rtol=1e-14, atol=0) and f**10 < 0.2

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# This is the picture of memory: nothing lies in a place of its own. Old parts shrink together, and a new one is
# laid beside them. Ask which part has met two forget gates.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# This is what memory is in an LSTM: old parts shrink by the forget gate and are joined by new ones. Nothing is stored
# in a place of its own. With gates of about 0.83, as here, the first value is soon buried: after ten such steps less than a
# fifth of it is left.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What this example cannot show
#
# All weights are 1. So f, i and o are the same number, and a program that mixes them up gets everything right.


# %% slideshow={"slide_type": "fragment"}
def mixed_up(params):  # the forget gate and the output gate exchanged
    W = {"W_f": params["W_o"], "W_o": params["W_f"]}
    return params | W | {"b_f": params["b_o"], "b_o": params["b_f"]}


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
honest = lstm.init_params(1, 1, np.random.default_rng(4))
for weights, p in [("all weights 1", params), ("weights that differ", honest)]:
    right, wrong = (lstm.step(q, x_t, h_prev, C_prev).h_t.item() for q in (p, mixed_up(p)))
    print(f"with {weights}: h = {right:.4f}, mixed up {wrong:.4f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# An example is for understanding, a test is for finding mistakes. Ask which other mistake an example with all
# weights equal cannot show.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# An example is for understanding. A *test* needs weights that all differ, more than one step, sizes that all differ,
# and a state that does not start at zero. The files in `tests/reference` of this course are made so.

# %% [markdown] slideshow={"slide_type": "slide", "picture": "the parts of the memory, step by step"}
# ## What we found
#
# One step is six lines of arithmetic, and each agrees with the library to 14 digits. Keep all digits to the end, then
# round. Memory begins with the second step: what was there shrinks by the forget gate, and something new is laid beside
# it.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for the sentences before you show them. A good last question: which of the two steps would you do again with
# all digits, and why?
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# Each check runs when you run the bar below your answer. It knows which numbers come out when one thing goes wrong, and says so.
#
# **1. The other sign.** Do the whole step on paper for the input x = −0.5, with everything else as above. Then write
# down the h that you found, to at least three decimals.


# %% slideshow={"slide_type": "skip"}
def my_h():
    raise NotImplementedError  # return 0.…


# %% slideshow={"slide_type": "skip"}
# Check: the h that you found
exercises.one_step_by_hand.check_h(my_h)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Only the sum a changes: 0.1 − 0.5 + 1.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# With a = 0.6 all three gates are about 0.646 and the candidate is about 0.537. Keep one more digit than you need.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_h():
#     gate, candidate = sigmoid(0.6), np.tanh(0.6)
#     return gate * np.tanh(gate * 0.2 + gate * candidate)
# ```
#
# On paper: 0.646 · tanh(0.129 + 0.347) = 0.646 · 0.443 = 0.286.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Round the products too.** In the column "rounded each time" the two products f · C and i · C̃ were added before
# anything was rounded. A person with a pencil might round each product first. Which $C_t$ does that give?


# %% slideshow={"slide_type": "skip"}
def C_with_rounded_products(shorten):
    raise NotImplementedError  # start like walk above


# %% slideshow={"slide_type": "skip"}
# Check: C_t with its products shortened
exercises.one_step_by_hand.check_rounded_products(C_with_rounded_products)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Two more calls of `shorten`, one for each product.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Five calls in all: the gate, the candidate, two products, and their sum. f and i are the same number here, and their
# sum before σ is `a`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def C_with_rounded_products(shorten):
#     f = i = shorten(sigmoid(a))
#     C_tilde = shorten(np.tanh(a))
#     return shorten(shorten(f * C) + shorten(i * C_tilde))
# ```
#
# This time the answer happens to be right, 0.933: one rounding error has cancelled another. More rounding is not
# better; we were lucky.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Choose a bias.** Which $b_f$ makes the unit keep exactly 90 % of its memory in the primer's step (everything else
# 1)?


# %% slideshow={"slide_type": "skip"}
def my_b_f():
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: the gate that your bias makes
exercises.one_step_by_hand.check_bias(my_b_f)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The sum in the gate is $0.6 + b_f$. For which sum is σ equal to 0.9?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The log-odds of 0.9 are ln(0.9 / 0.1) = ln 9.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_b_f():
#     return np.log(9) - 0.6
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Weights that differ.** With the primer's weights a wrong order of h and x does not show, nor does a mix-up of two
# gates. With these it does. Take x, h and C from above, do the step on paper, and return $C_t$ and $h_t$ to at least three
# decimals.

# %% slideshow={"slide_type": "skip"}
#                            h    x
different = {
    "W_f": np.array([[2.0, -1.0]]), "b_f": np.array([[1.0]]),
    "W_i": np.array([[1.0, 2.0]]), "b_i": np.array([[-1.0]]),
    "W_C": np.array([[-1.0, 1.0]]), "b_C": np.array([[0.0]]),
    "W_o": np.array([[3.0, 1.0]]), "b_o": np.array([[-1.0]]),
}  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def my_C_and_h():
    raise NotImplementedError  # return 0.…, 0.…


# %% slideshow={"slide_type": "skip"}
# Check: your C_t and h_t
exercises.one_step_by_hand.check_C_and_h(my_C_and_h)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Four sums come first, one for each row, as weight · h + weight · x + bias. With these weights they are all different.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The sums are 0.7 for f, 0.1 for i, 0.4 for the candidate and −0.2 for o. The first three of them go into $C_t$.
#
# </details>
# <details><summary>Hint 3, the gates</summary>
#
# f is about 0.668, i about 0.525, C̃ about 0.380 and o about 0.450.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_C_and_h():
#     C_t = sigmoid(0.7) * 0.2 + sigmoid(0.1) * np.tanh(0.4)
#     return C_t, sigmoid(-0.2) * np.tanh(C_t)
# ```
#
# On paper: 0.668 · 0.2 + 0.525 · 0.380 = 0.333, and 0.450 · tanh(0.333) = 0.145.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Find the bug.** Somebody has written the second step of this lesson as a function. It gives a smaller h than
# ours. Which line is wrong? Return its letter.


# %% slideshow={"slide_type": "skip"}
def second_step(x_2):
    a_2 = 1 * h_new + 1 * x_2 + 1  # line a
    gate = sigmoid(a_2)  # line b
    C_tilde_2 = np.tanh(a_2)  # line c
    C_2 = gate * C + gate * C_tilde_2  # line d
    return gate * np.tanh(C_2)  # line e


print(f"theirs: h = {second_step(x_2):.4f}, ours: h = {h_2:.4f}")


# %% slideshow={"slide_type": "skip"}
def wrong_line():
    raise NotImplementedError  # return "a", "b", "c", "d" or "e"


# %% slideshow={"slide_type": "skip"}
# Check: the line that you found
exercises.one_step_by_hand.check_wrong_line(wrong_line)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Two things are handed from the first step to the second. Look for both.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# `C` is the memory before the first step, `C_new` the one after it. Which of them does the second step start from?
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def wrong_line():
#     return "d"
# ```
#
# It keeps `C`, a memory that is one step too old: what the first step has written is lost. It should keep `C_new`. In a
# single step there is only one old memory, and this mistake cannot be made; it takes two steps to see it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **6. From paper to program.** Here is the step as a function for any number of units, inputs and sequences. One quantity is
# missing, $h_t$. A right answer is kept in a file of your own,
# `my_lstm.py`, which grows into a whole LSTM: the next lesson leaves more lines to you, and the one after that all of them.


# %% slideshow={"slide_type": "skip"}
def my_step(params, x_t, h_prev, C_prev):
    z_t = np.concatenate([h_prev, x_t])
    f_t = sigmoid(params["W_f"] @ z_t + params["b_f"])
    i_t = sigmoid(params["W_i"] @ z_t + params["b_i"])
    C_tilde = np.tanh(params["W_C"] @ z_t + params["b_C"])
    C_t = f_t * C_prev + i_t * C_tilde
    o_t = sigmoid(params["W_o"] @ z_t + params["b_o"])
    raise NotImplementedError  # take this line out when h_t stands in place of the dots
    return lstm.Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, h_t=...)


# %% slideshow={"slide_type": "skip"}
# Check: your step, on other sizes as well
exercises.one_step_by_hand.check_step(my_step)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Look at step 4 above. Which two quantities go into $h_t$, and which of them is squashed?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The output gate times tanh of the *new* memory, entry by entry: `*`, and not `@`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_step(params, x_t, h_prev, C_prev):
#     z_t = np.concatenate([h_prev, x_t])
#     f_t = sigmoid(params["W_f"] @ z_t + params["b_f"])
#     i_t = sigmoid(params["W_i"] @ z_t + params["b_i"])
#     C_tilde = np.tanh(params["W_C"] @ z_t + params["b_C"])
#     C_t = f_t * C_prev + i_t * C_tilde
#     o_t = sigmoid(params["W_o"] @ z_t + params["b_o"])
#     return lstm.Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, h_t=o_t * np.tanh(C_t))
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. In which order do you compute the quantities of a step, and which four could be done at the same time?
# 2. Why does cutting digits spoil one step more than rounding them?
# 3. How large is the sum in the gates if x = 0, h = 0 and all weights and biases are 1?
# 4. Which part of $C_2$ has been multiplied by two forget gates?
# 5. Somebody tests an LSTM program with all weights equal to 1. Name a mistake that this test cannot find.
#
# <details><summary>Answers</summary>
#
# 1. z, then f, i, C̃ and o (these four need only z), then C, then h.
# 2. Cut numbers are all too small, so the errors add up; rounded ones are too small or too large, and often cancel.
# 3. 1, the bias.
# 4. The old memory $C_0$.
# 5. Any exchange of two gates; also the weights of h and x exchanged.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - The primer of this course: one page, six formulas, one worked step with x = 0.5, h = 0.1, C = 0.2.
# - S. Hochreiter, J. Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997.
# - N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, SIAM, 2nd edition 2002, chapter 1: what early rounding
#   does.

# %% slideshow={"slide_type": "skip"}
# Progress: your own LSTM so far
mine.progress()

# %% [markdown] slideshow={"slide_type": "skip"}
# Next: [The gradients](05_the_gradients.ipynb). Before: [The formulas](03_the_formulas.ipynb). Back to
# [Start here](00_start_here.ipynb).
