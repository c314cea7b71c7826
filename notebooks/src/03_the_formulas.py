# %% [markdown] slideshow={"slide_type": "slide"}
# # The six formulas, derived
#
# **What you will be able to do.** Write down the six formulas of the LSTM without looking; say what each one is for, which
# values it takes and what shape it has. And write them as a program: one step of your own LSTM.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Nothing on these slides is a typed formula: algebra derived each one, and the library was compared with it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** The notation card of [Start here](00_start_here.ipynb), below its map. Derivatives, for one section.
#
# **How long it takes.** About 35 minutes to read and to run, and 45 for the exercises.
#
# No formula on this page is typed as a picture. Each is an object of *sympy*, a program that does algebra: it is
# displayed, transformed, and compared with the course's own program, `lstm.step`. If a sign in one of them were wrong,
# a cell would stop with an error, or say by how much the two differ.

# %% slideshow={"slide_type": "skip"}
# Setup: imports
import inspect

import numpy as np
import sympy as sp

from lstm_lib import formulas, lstm, sigmoid, symbolic
from lstm_lib.lesson import exercises, figures, mine, predict, reveal

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions from before
#
# 1. The input gate is shut. How can the input still change the memory?
# 2. A new value is to replace the old memory in one step. What are f and i?
# 3. A plain unit multiplies what it remembers by 0.9 at every step. How much is left after 50 steps?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# One minute alone, on paper, then aloud. 1: through the forget gate, which looks at the input as well; it cannot
# write. 2: f near 0, i near 1. 3: half a per cent; whoever has this one knows why the fourth formula is a sum.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Answer before you open the triangle. The first two are from [Gates and the cell
# state](02_gates_and_the_cell_state.ipynb), the third is from [Why memory fades](01_why_memory_fades.ipynb).
#
# <details><summary>Answers</summary>
#
# 1. Through the forget gate, which looks at the input as well: the unit can still forget. It cannot write.
# 2. f is near 0, so that nothing is kept, and i near 1, so that all of the candidate is written.
# 3. Half a per cent: 0.9 to the power of 50.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A number between 0 and 1
#
# A gate is a share: *how much* to keep, to write, to show. A share p lies between 0 and 1, but a weighted sum a can be
# any number. Which function turns a into p?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The odds are the step people miss: a share p against what is left, 1 − p. The logarithm turns "any positive
# number" into "any number". Solve it on the board before the second formula comes.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Look at the *odds*, p : (1 − p), the share against what is left over; for p = ¾ they are 3 : 1. Odds can be any positive
# number, so their logarithm can be *any* number. We ask for the share whose log-odds are a, and let sympy solve for p.
# What it finds is called the **sigmoid**, σ.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
a = sp.symbols("a", real=True)
p = sp.symbols("p", positive=True)
(share,) = sp.solve(sp.Eq(sp.log(p / (1 - p)), a), p)
sp.Eq(formulas.sigma(a), share)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** σ grows from 0 on the far left to 1 on the far right, and is flat on both sides. Somewhere between it is
# steepest.

# %% slideshow={"slide_type": "fragment"}
# Your guess: the slope of σ
predict("03.slope", "How steep is σ where it is steepest?", ["1/4", "1/2", "1"], limits=[0.3, 0.6])

# %% slideshow={"slide_type": "skip"}
slope = sp.diff(share, a)
(steepest,) = sp.solve(sp.diff(slope, a), a)
largest = slope.subs(a, steepest)

# %% slideshow={"slide_type": "fragment", "printed": false} tags=["output-only"]
# Answer: where sympy finds it steepest
print(f"steepest at a = {steepest}, with slope {largest}")
reveal("03.slope", float(largest))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Ask for hands: ¼, ½ or 1. Many say 1, because the curve looks steep. It is ¼, at a = 0, where the share is ½.
# What matters later: a chain of σ, differentiated, is a product of numbers of at most ¼.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# In the middle, where the share is ½, and it is no steeper than ¼ there. A picture with a narrow axis makes it look
# steeper. Keep the number in mind: a chain of many σ, differentiated, is a product of numbers of at most ¼.

# %% [markdown] slideshow={"slide_type": "skip"}
# The slope can be written with σ itself, so that it costs one multiplication once the gate is computed. From here on,
# whoever writes an equation has to prove it. `proved` takes the two sides, puts the σ we have found in for the
# symbol σ, and gives the equation back only if algebra can reduce the difference of the sides to zero.


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
def proved(left, right):
    difference = (left - right).replace(formulas.sigma, lambda of: share.subs(a, of)).doit()
    assert sp.simplify(difference.rewrite(sp.exp)) == 0
    return sp.Eq(left, right, evaluate=False)


proved(sp.Derivative(formulas.sigma(a), a), formulas.sigma(a) * (1 - formulas.sigma(a)))

# %% slideshow={"slide_type": "skip"}
# Proof: σ grows everywhere, and stays between 0 and 1
assert sp.limit(share, a, -sp.oo) == 0 and sp.limit(share, a, sp.oo) == 1
assert sp.simplify(slope).is_positive and share.is_positive and sp.simplify(1 - share).is_positive
assert share.subs(a, steepest) == sp.Rational(1, 2)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A value between −1 and 1
#
# What is written into the memory needs a sign. Stretch σ to twice its height, shift it down by 1, and let it run twice
# as fast:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
proved(2 * formulas.sigma(2 * a) - 1, sp.tanh(a))

# %% [markdown] slideshow={"slide_type": "skip"}
# So tanh is σ in other clothes. Its slope, too, can be written with itself:

# %% slideshow={"slide_type": "skip"}
proved(sp.Derivative(sp.tanh(a), a), 1 - sp.tanh(a) ** 2)

# %% slideshow={"slide_type": "fragment", "layout": "below"} tags=["output-only"]
# Figure: a share, and a value with a sign
figures.start_here.squashers()

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# One curve for *how much*, one for *what*. Ask which of the two a gate needs, and why the candidate cannot do
# without a sign: otherwise the memory could only grow.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Read backwards, the equation says how to compute σ from tanh:

# %% slideshow={"slide_type": "skip"}
proved(formulas.sigma(a), sp.Rational(1, 2) * (1 + sp.tanh(a / 2)))

# %% [markdown] slideshow={"slide_type": "skip"}
# The library does it in this way, because tanh never overflows, however large a becomes. But what is equal in algebra is
# not equal on a computer, which keeps about 16 digits. Far out on the left this σ is 1 minus a number that is nearly 1,
# and its own digits are lost:

# %% slideshow={"slide_type": "skip"}
for far in (-5.0, -20.0, -40.0):
    from_exp = 1 / (1 + np.exp(-far))
    print(f"σ({far:3.0f}):  from exp {from_exp:.6e}   from tanh {sigmoid(far):.6e}")

# %% [markdown] slideshow={"slide_type": "skip"}
# To a gate this makes no difference: it keeps nothing of the memory, or 4 parts in 10¹⁸ of it.

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t"], "layout": "beside"}
# ## What every gate looks at
#
# A gate should depend on the new input $x_t$ and on what the unit said last, $h_{t-1}$. Stack the two, h on top:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
symbolic.CELL["z_t"]

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# h on top, x below; every W has H columns for h and D for x, in this order. PyTorch keeps the two apart: lesson 13.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Some books write one matrix on the stack, others write two, one for h and one for x. It is the same thing. Cut W after
# its first H columns:

# %% slideshow={"slide_type": "skip"}
W_h = sp.MatrixSymbol("W_h", symbolic.H, symbolic.H)
W_x = sp.MatrixSymbol("W_x", symbolic.H, symbolic.D)
W, z = sp.BlockMatrix([[W_h, W_x]]), symbolic.CELL["z_t"].right
formulas.Formula(W * z, sp.block_collapse(W * z))

# %% [markdown] slideshow={"slide_type": "skip"}
# In NumPy the cut is `W[:, :H]` and `W[:, H:]`. (Other programs store the pieces, the gates and the biases in orders of
# their own; [Read anybody's LSTM](further/13_rosetta.ipynb) translates them.)

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t"], "layout": "beside"}
# ## 1 · The forget gate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
symbolic.PRIMER["f_t"]

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **Meaning.** The share of the old memory that is kept.
# - **Range.** Strictly between 0 and 1, each unit for itself.
# - **0** erases the memory, **1** keeps all of it.
# - **Shapes.** (H, H+D) times (H+D, B), plus (H, 1) on every column: (H, B).

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The name misleads: f = 1 means *keep*. Ask “what does a forget gate of 1 do?” before the list comes; half the
# room will say that it forgets everything.
#
# Then: does the gate see the memory? “Of course”, people say. It sees h and x only; gates that look at C are
# called peepholes (Gers and Schmidhuber 2000).
#
# </details>

# %% slideshow={"slide_type": "skip"}
# Figure: from z up to the line of the memory
figures.gates_and_the_cell_state.cell_part("z_t", "f_t")

# %% [markdown] slideshow={"slide_type": "skip"}
# "Keep gate" would be the better name. And note what the gate does *not* see: the memory itself. It looks at h and x
# only. (Gates that look at C as well exist and are called peepholes; Gers and Schmidhuber 2000.)

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t"], "layout": "beside"}
# ## 2 · The input gate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
symbolic.PRIMER["i_t"]

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **Meaning.** The share of the candidate that is written.
# - **Range.** Strictly between 0 and 1.
# - **0** writes nothing, **1** writes the whole candidate.
# - **Shapes.** As before: (H, B).

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Same shape, other weights. Can f and i both be 0.9? People think that the two share out one whole, and say no.
# Yes: each gate is a σ of its own.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde"], "layout": "beside"}
# ## 3 · The candidate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
symbolic.PRIMER["C_tilde"]

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **Meaning.** What could be written: a summary of input and last output.
# - **Range.** Strictly between −1 and 1.
# - **0** adds nothing, **±1** is the strongest push up or down.
# - **Shapes.** (H, B).

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# What is stored is not x. It is a function of x and h: two different inputs can leave the same memory.
#
# </details>

# %% slideshow={"slide_type": "skip"}
# Figure: where input gate and candidate meet
figures.gates_and_the_cell_state.cell_part("z_t", "i_t", "C_tilde")

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t"], "layout": "beside"}
# ## 4 · The cell state
#
# Keep a share of the old, write a share of the new, and add:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
symbolic.PRIMER["C_t"]

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **Meaning.** The memory after the step.
# - **Range.** A question for later.
# - f near 1 and i near **0** carry the old memory over; f near 0 and i near **1** replace it by the candidate.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# The most important line of the course, and the only one with a plus; in 1997 it had no f (Hochreiter and
# Schmidhuber; the gate is of Gers and others, 2000). Can C be larger than 1? Most say no, because of the tanh.
# Keep the answer for later.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# - The star multiplies entry by entry (others write ⊙): each unit has its own gate and its own memory.
# - **Shapes.** All five are (H, B).
#
# The gates need not share out one whole, as in a weighted mean: f and i can both be 0.9.

# %% slideshow={"slide_type": "skip"}
# Figure: the line of the memory
figures.gates_and_the_cell_state.cell_part("f_t", "i_t", "C_tilde", "C_t")

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t"], "layout": "beside"}
# ## 5 · The output gate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
symbolic.PRIMER["o_t"]

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **Meaning.** The share of the memory that is shown.
# - **Range.** Strictly between 0 and 1.
# - **0** keeps the memory to itself, **1** shows it.
# - **Shapes.** (H, B).

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# A unit can remember without showing it. What is not shown now can still be shown later.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"], "layout": "beside"}
# ## 6 · The hidden state

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
symbolic.PRIMER["h_t"]

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **Meaning.** What the unit says: to whatever reads it, and to itself at the next step.
# - **Range.** Strictly between −1 and 1: a share times a tanh.
# - o near **0** says nothing, o near **1** shows tanh of the memory.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# C and h are often mixed up. h is what others see, and it stays between −1 and 1; C is private and has no bound.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# - The memory is squashed *for showing*; C itself is passed on as it is.
# - **Shapes.** (H, B).

# %% slideshow={"slide_type": "skip"}
# Figure: the way out
figures.gates_and_the_cell_state.cell_part("z_t", "C_t", "o_t", "h_t")

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"], "layout": "beside"}
# ## All six, and the program
#
# In the order of the primer, the one page of formulas from which this course was made:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
all_six = list(symbolic.PRIMER.values())
formulas.Lines(all_six)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Cover the formulas and light one box with your finger: which formula is it? Then the other way round.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# And this is the library. One line for each formula, with the same letters in the same order:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
body = inspect.getsource(lstm.step).split('"""')[2]
print(body.strip("\n"))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Put a finger on one formula and let the room find its line. This is the library itself and not a copy.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Do the two agree? `experiment` draws random numbers for all symbols and lets `lstm.step` compute the rest. The sizes are
# random as well, and all different, so that an array that is turned the wrong way round cannot go unnoticed.


# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(3)


def experiment():
    D, H, B = rng.permutation([2, 3, 4, 5, 6])[:3]
    params = lstm.init_params(D, H, rng)
    for name in ("b_f", "b_i", "b_C", "b_o"):
        params[name] = rng.normal(size=(H, 1))
    x_t = rng.normal(size=(D, B))
    h_prev, C_prev = rng.normal(size=(2, H, B))
    step = lstm.step(params, x_t, h_prev, C_prev)
    return params | step._asdict() | {"x_t": x_t, "h_prev": h_prev}


# %% slideshow={"slide_type": "skip"}
for formula in [symbolic.CELL["z_t"], *all_six]:
    worst = max(formula.error(experiment()) for _ in range(100))
    says = "agrees with lstm.step" if worst < 1e-12 else f"differs by {worst:.0e}"
    print(f"{formula.left.name:8}{says}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Each in a hundred random experiments, to twelve decimals.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How large can they get?
#
# **Predict.** Go to the limit, keep everything and write everything: f = i = 1, and the candidate is ½ at every step.
# The memory starts at 0.

# %% slideshow={"slide_type": "fragment"}
# Your guess: the memory after four steps
choices = ["below 1", "at 1", "above 1"]
predict("03.memory", "Where is the memory C after four steps?", choices, limits=[0.999, 1.001])

# %% slideshow={"slide_type": "skip"}
f, i, candidate = 1, 1, 0.5
memory = [0]
for _ in range(4):
    memory.append(f * memory[-1] + i * candidate)

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: four steps, and what is shown of them
for n, now in enumerate(memory):
    print(f"after step {n}: C = {now:.1f}, tanh(C) = {np.tanh(now):.3f}")
reveal("03.memory", memory[-1])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Now the promised question: can C be larger than 1? People say “below 1”: they think of tanh, which squashes only
# what is shown. C is a counter.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The memory passes 1 and goes on: it is a counter. What stays below 1 is what is *shown*, because h is a share, below 1,
# times a tanh, below 1 as well.

# %% [markdown] slideshow={"slide_type": "subslide"}
# What keeps a memory in check is forgetting. If the forget gate never exceeds F < 1 and the memory starts at 0, its size
# stays below a geometric series, because one step adds less than 1:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
F = sp.symbols("F", positive=True)
k = sp.symbols("k", integer=True, nonnegative=True)
total = sp.Sum(F**k, (k, 0, sp.oo))
sp.Eq(total, total.doit().args[0][0])  # the case F < 1

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# F = 0.9 gives a bound of 10, F = 0.99 one of 100. With f = 1, as in the LSTM of 1997, nothing holds the memory;
# that is why the forget gate was added (Gers, Schmidhuber and Cummins 2000).
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# With F = 0.9 the memory stays below 10, with F = 0.99 below 100. With f = 1, as in the LSTM of 1997, nothing holds it;
# that is the reason why the forget gate was added in 2000.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The memory is a weighted sum of everything that was ever offered
#
# Put formula 4 into itself, step after step, for one unit. Every step has its own f, i and C̃.


# %% slideshow={"slide_type": "skip"}
def rolled(T):
    C = sp.Symbol("C_0")
    for t in range(1, T + 1):
        f, i, candidate = sp.symbols(f"f_{t} i_{t} C_tilde_{t}")
        C = f * C + i * candidate
    return C


# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Three steps. The memory after them holds what was offered at the first, $\tilde C_1$, times its own input
# gate.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: what has become of the first candidate
choices = ["no forget gate", "those of steps 2 and 3", "those of steps 1, 2 and 3"]
predict("03.past", "Which forget gates is it multiplied by as well?", choices, limits=[1, 2])

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: three steps, multiplied out
after_three = sp.expand(rolled(3))
weight = after_three.coeff(sp.Symbol("C_tilde_1"))
reveal("03.past", len([symbol for symbol in weight.free_symbols if symbol.name[0] == "f"]))
formulas.Formula(sp.Symbol("C_3"), after_three)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Read the line aloud: each candidate, times its own input gate, times all the forget gates that came after it.
# Whoever sees this has understood memory in an LSTM: a weighted sum of all that was offered (Levy and others
# 2018).
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# What was offered at a step counts its own input gate, times all the forget gates that came *after* it. The forget gate
# of its own step closes on what was there before.

# %% [markdown] slideshow={"slide_type": "skip"}
# Write the pattern down for any T, and let algebra compare it with the recursion:


# %% slideshow={"slide_type": "skip"}
def unrolled(T):
    f = sp.symbols(f"f_1:{T + 1}")
    total = sp.prod(f) * sp.Symbol("C_0")
    for j in range(1, T + 1):
        after_j = sp.prod(f[j:])  # counted from 0: f[j] is the gate of step j + 1
        total += sp.Symbol(f"i_{j}") * after_j * sp.Symbol(f"C_tilde_{j}")
    return total


same = [sp.expand(rolled(T) - unrolled(T)) == 0 for T in range(1, 9)]
print(f"rolled and unrolled are the same for {sum(same)} of T = 1 … 8")

# %% [markdown] slideshow={"slide_type": "skip"}
# sympy has multiplied everything out, so this is a proof for T up to 8 and not a test at some points. (From T to T + 1
# it is one line on paper: multiply the sum by f and add the new term.) Levy and others (2018) built a paper on this
# view: an LSTM computes a weighted sum of its past, and the gates choose the weights as it goes along.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How many numbers are there to learn?
#
# **Predict.** An LSTM has learned from sequences of 10 steps. Now it is to read 100 steps.

# %% slideshow={"slide_type": "fragment"}
# Your guess: ten times the steps
how_many = ["as many as before", "ten times as many", "a hundred times as many"]
predict("03.steps", "How many numbers does it have to learn for that?", how_many, limits=[5, 50])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A sequence of 100 steps, how many more numbers than one of 10? Many say ten times as many. Units and steps are
# two different things.
#
# </details>

# %% slideshow={"slide_type": "skip"}
arrays = [getattr(symbolic, f"{kind}_{box}") for kind in "Wb" for box in "fiCo"]
count = sum(array.rows * array.cols for array in arrays)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the entries of the eight arrays, by their shapes
reveal("03.steps", count.subs("T", 100) / count.subs("T", 10))  # T, wherever it stands
proved(count, 4 * sp.UnevaluatedExpr(symbolic.H**2 + symbolic.H * symbolic.D + symbolic.H))

# %% [markdown] slideshow={"slide_type": "fragment"}
# T is not in the formula. The same weights are used at every step, so a longer sequence needs no more of them. "Units"
# and "time steps" are two different things, and easily mixed up.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Not one more. Let somebody count for D = 1, H = 1 from the formulas: 4 · 3 = 12. The next lesson uses these
# twelve.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]}
# ## What we found
#
# Three gates and a candidate look at the same stack of h and x. In the memory, old and new are added: unrolled, it is a
# weighted sum of all that was ever offered. What is shown stays below 1 in size; what is remembered need not.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for these sentences before you show them. Let people write the six formulas from memory, on paper.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# **1. Count.** Write the number of parameters of an LSTM with D inputs and H units as a function.


# %% slideshow={"slide_type": "skip"}
def number_of_parameters(D, H):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
# Check: 1. Count
exercises.the_formulas.check_count(number_of_parameters)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Four times the same: one weight matrix and one bias.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# A matrix of shape (H, H+D) has H · (H + D) entries, and the bias has H.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def number_of_parameters(D, H):
#     return 4 * (H * (H + D) + H)
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Turn the gate round.** "Forget 30 %" and "keep 70 %" are the same order. Find b so that 1 − σ(a) = σ(b), as a
# sympy expression in `a`.


# %% slideshow={"slide_type": "skip"}
def turned_round(a):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: 2. Turn the gate round
exercises.the_formulas.check_turned_round(turned_round)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Look at the picture of σ. What happens to the curve if you turn the page upside down?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The odds p : (1 − p) become (1 − p) : p. What happens to their logarithm?
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def turned_round(a):
#     return -a
# ```
#
# So a forget gate with weights W and bias b, turned round, has weights −W and bias −b. Nothing is gained or lost by
# calling it the keep gate.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Who is remembered?** Given the forget gates $f_1$ … $f_T$ and the input gates $i_1$ … $i_T$ of one unit, return the T
# weights with which the candidates stand in $C_T$.


# %% slideshow={"slide_type": "skip"}
def weights_of_the_past(f, i):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: 3. Who is remembered?
exercises.the_formulas.check_weights(weights_of_the_past)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Look at `unrolled` above. The last candidate is weighted by its input gate alone.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# For step j you need i[j] times the product of f[j + 1:], and `np.prod` of nothing is 1.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def weights_of_the_past(f, i):
#     return np.array([i[j] * np.prod(f[j + 1 :]) for j in range(len(f))])
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Put in order.** From memory: five of these eight lines are one step of the cell. Return their letters as one word,
# from the first line to the last. Three lines are wrong and stay out; more than one order is right.

# %% slideshow={"slide_type": "skip"}
for letter, line in exercises.the_formulas.LINES.items():
    print(letter, " ", line)


# %% slideshow={"slide_type": "skip"}
def one_step():
    raise NotImplementedError  # return five letters, such as "pqrst"


# %% slideshow={"slide_type": "skip"}
# Check: 4. Put in order
exercises.the_formulas.check_lines(one_step)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Start at the end: which line gives $h_t$, and what does it need? Then ask the same of each thing it needs.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# There are two lines each for $z_t$, for $C_t$ and for $h_t$; one of each pair is wrong. h is on top, a unit has a memory of
# its own, and tanh comes before the gate.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def one_step():
#     return "vrwtp"
# ```
#
# "vwrtp" is right as well: the candidate and the gates need only $z_t$.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Star or at.** Fill the gap. Return what is kept of the memory, $f_t$ times $C_{t-1}$, *without stacking h and x*: cut $W_f$
# instead. H, D and B are all 3 here, so that every product fits, right or wrong, and NumPy will not complain. Where do
# you need `*`, and where `@`?


# %% slideshow={"slide_type": "skip"}
def kept(W_f, b_f, x_t, h_prev, C_prev):
    raise NotImplementedError  # f_t = sigmoid(… + … + b_f), then what it keeps


# %% slideshow={"slide_type": "skip"}
# Check: 5. Star or at
exercises.the_formulas.check_kept(kept)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# A weighted sum goes over all units and all inputs: that is `@`. A gate meets the memory unit by unit: that is `*`.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# $W_f$ has H + D columns, h on top: the first H of them, `W_f[:, :H]`, are for h. You know H from the shape of `h_prev`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def kept(W_f, b_f, x_t, h_prev, C_prev):
#     H = len(h_prev)
#     f_t = sigmoid(W_f[:, :H] @ h_prev + W_f[:, H:] @ x_t + b_f)
#     return f_t * C_prev
# ```
#
# With sizes that all differ, the wrong piece of W, a `*` between W and h and an `@` between f and C each stop with an
# error instead of giving wrong numbers. That is one reason why this course tests with such sizes.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **6. Your own step.** Now all of it: one step of an LSTM, for any number of units, inputs and sequences. `params` holds the
# eight arrays under their names, "W_f" … "b_o". Return all that the step has computed,
# `lstm.Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, h_t)`: on the way back, in lesson 05, you will want it.
#
# A right answer is kept in a file of your own beside the lessons, `my_lstm.py`. It is the first of seven pieces. When all
# are there, at the end of the course, your own LSTM trains.


# %% slideshow={"slide_type": "skip"}
def my_step(params, x_t, h_prev, C_prev):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: 6. Your own step
exercises.the_formulas.check_step(my_step)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The five lines of exercise 4 are all there is to it, and a `return`.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# First the stack, h on top. Then the three gates and the candidate: each is its matrix `@` the stack plus its bias, squashed.
# Then the memory, and last what is shown of it.
#
# </details>
# <details><summary>Hint 3, two of the lines</summary>
#
# `z_t = np.concatenate([h_prev, x_t])`, and `f_t = sigmoid(params["W_f"] @ z_t + params["b_f"])`.
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
#     h_t = o_t * np.tanh(C_t)
#     return lstm.Step(z_t, f_t, i_t, C_tilde, C_prev, C_t, o_t, h_t)
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Which of f, i, C̃, C, o, h can be 2.4?
# 2. Can f and i both be 0.9?
# 3. What is σ′(a) if you know only s = σ(a)?
# 4. An LSTM has 5 units and reads sequences of 100 steps. What happens to the number of parameters at 200 steps?
# 5. Which of the six formulas use the memory of the step before?
#
# <details><summary>Answers</summary>
#
# 1. Only C.
# 2. Yes. They are not shares of one whole.
# 3. s (1 − s).
# 4. Nothing.
# 5. Only the fourth. The gates see h and x.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - S. Hochreiter, J. Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997.
# - F. A. Gers, J. Schmidhuber, F. Cummins, *Learning to Forget*, Neural Computation 12(10), 2000.
# - F. A. Gers, J. Schmidhuber, *Recurrent nets that time and count*, IJCNN 2000: peepholes.
# - O. Levy, K. Lee, N. FitzGerald, L. Zettlemoyer, *Long Short-Term Memory as a Dynamically Computed Element-wise
#   Weighted Sum*, ACL 2018, arXiv:1805.03716.

# %% slideshow={"slide_type": "skip"}
# Progress: your own LSTM so far
mine.progress()

# %% [markdown] slideshow={"slide_type": "skip"}
# Next: [One step by hand](04_one_step_by_hand.ipynb). Before: [Gates and the cell
# state](02_gates_and_the_cell_state.ipynb). Back to [Start here](00_start_here.ipynb).
