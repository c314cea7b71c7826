# %% [markdown] slideshow={"slide_type": "slide"}
# # The six formulas, derived
#
# **What you will be able to do.** Write down the six formulas of the LSTM without looking, say what each one is for,
# what values it can take and what shape it has, and check that a program computes these formulas.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Nothing on these slides is a typed formula: algebra derived each one, and the library was compared with it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** The notation of [Start here](00_start_here.ipynb#The-notation-card). Derivatives, for one section.
#
# **How long it takes.** About 45 minutes.

# %% [markdown] slideshow={"slide_type": "skip"}
# No formula that is displayed on this page is typed as a picture. Each is an object of the algebra program *sympy*, and
# the same object is displayed, transformed, and compared: with another formula by algebra, or with the library's
# `lstm.step` by numbers. The two squashing functions are derived here from what a gate must do. The six formulas come
# from the one place where this course defines the cell, `lstm_lib.symbolic`; lesson 05 differentiates the same objects.
# If a sign in one of them were wrong, a cell would stop with an error.

# %% slideshow={"slide_type": "skip"}
import inspect

import numpy as np
import sympy as sp

from lstm_lib import formulas, lstm, plotting, sigmoid, symbolic
from lstm_lib.lesson import check, check_order, diagrams, predict, reveal

# %% [markdown] slideshow={"slide_type": "skip"}
# To test a formula against the program we put random numbers in for its symbols. The sizes are random as well, and all different, so that
# an array that is turned the wrong way round cannot go unnoticed. `experiment` makes one such set of numbers: the
# parameters, the inputs, and everything that `lstm.step` computed from them.

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(3)


def experiment():
    D, H, B = rng.permutation([2, 3, 4, 5, 6])[:3]
    params = lstm.init_params(D, H, rng)
    params |= {name: rng.normal(size=b.shape) for name, b in params.items() if name.startswith("b")}
    x_t, h_prev, C_prev = rng.normal(size=(D, B)), rng.normal(size=(H, B)), rng.normal(size=(H, B))
    step = lstm.step(params, x_t, h_prev, C_prev)
    return params | step._asdict() | {"x_t": x_t, "h_prev": h_prev}


def compare(formula, times=100):
    worst = max(formula.error(experiment()) for _ in range(times))
    assert worst < 1e-12
    print(f"{formula.left.name}: agrees with lstm.step in {times} random experiments, to 12 decimals")


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions from before
#
# 1. The input gate is shut. How can the input still change the memory?
# 2. A new value is to replace the old memory in one step. What are f and i?
# 3. By what is a gradient multiplied at each step back: in a plain unit, and along an LSTM's memory?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# One minute alone, on paper, then aloud. Whoever has the third one knows why the fourth formula is a sum.
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
# 3. In a plain unit by the weight times the slope of tanh, along the memory by the forget gate.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A number between 0 and 1
#
# A gate is a share: *how much* to keep, to write, to show. A share p lies between 0 and 1, but a weighted sum a can be
# any number. Which function turns a into p?

# %% [markdown] slideshow={"slide_type": "skip"}
# Look at the odds, p : (1 − p). They can be any positive number, so their logarithm can be *any* number. We ask for
# the share whose log-odds are a, and let sympy solve for p.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
a = sp.symbols("a", real=True)
p = sp.symbols("p", positive=True)
question = sp.Eq(sp.log(p / (1 - p)), a)
question

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
(share,) = sp.solve(question, p)
sp.Eq(formulas.sigma(a), share)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The odds are the step people miss: a share p against what is left, 1 − p. The logarithm turns "any positive
# number" into "any number". Solve it on the board before the second formula comes.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# From here on, whoever writes an equation has to prove it. `proved` takes the two sides, puts the σ we have just found
# in for the symbol σ, and gives the equation back only if algebra can reduce the difference of the sides to zero.


# %% slideshow={"slide_type": "skip"}
def proved(left, right):
    difference = (left - right).replace(formulas.sigma, lambda of: share.subs(a, of)).doit()
    assert sp.simplify(difference.rewrite(sp.exp)) == 0
    return sp.Eq(left, right, evaluate=False)


# %% [markdown] slideshow={"slide_type": "skip"}
# The function we have found is the **sigmoid** σ. It grows everywhere, from 0 on the far left to 1 on the far right, and reaches neither:

# %% slideshow={"slide_type": "skip"}
assert sp.limit(share, a, -sp.oo) == 0 and sp.limit(share, a, sp.oo) == 1
assert sp.simplify(sp.diff(share, a)).is_positive
assert share.subs(a, 0) == sp.Rational(1, 2)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** σ is flat far out on both sides. Somewhere between it is steepest. Where?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("03.slope", "How steep is σ where it is steepest?", ["1/4", "1/2", "1"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Ask for hands: ¼, ½ or 1. Many say 1, because the curve looks steep. What matters later: a chain of σ,
# differentiated, is a product of numbers of at most ¼.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
proved(sp.Derivative(formulas.sigma(a), a), formulas.sigma(a) * (1 - formulas.sigma(a)))

# %% slideshow={"slide_type": "fragment"}
slope = sp.simplify(sp.diff(share, a))
steepest = sp.solve(sp.diff(slope, a), a)
largest = slope.subs(a, steepest[0])
print("steepest at a =", *steepest, " with slope", largest)
reveal("03.slope", ["1/4", "1/2", "1"].index(str(largest)))

# %% [markdown] slideshow={"slide_type": "skip"}
# The derivative of σ can be written with σ itself: once the gate is computed, its slope costs one multiplication. And
# it is never larger than ¼: a chain of many σ, differentiated, is a product of small numbers.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A value between −1 and 1
#
# What is written into the memory needs a sign. Stretch σ to twice its height, shift it down by 1, and let it run twice
# as fast:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
proved(2 * formulas.sigma(2 * a) - 1, sp.tanh(a))

# %% [markdown] slideshow={"slide_type": "skip"}
# So tanh is σ in other clothes. Read backwards it says how to compute σ from tanh, and this is how the library does
# it: tanh never overflows, however large a becomes.

# %% slideshow={"slide_type": "skip"}
half = sp.Rational(1, 2)
proved(formulas.sigma(a), half * (1 + sp.tanh(a / 2)))

# %% slideshow={"slide_type": "skip"}
proved(sp.Derivative(sp.tanh(a), a), 1 - sp.tanh(a) ** 2)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, ax = plotting.figure(height=2.8)
points = np.linspace(-6, 6, 241)
for expression, name, label in [(share, "f_t", "σ(a)"), (sp.tanh(a), "C_tilde", "tanh(a)")]:
    plotting.curve(ax, points, sp.lambdify(a, expression)(points), name, label=label)
ax.set(xlabel="a", ylim=(-1.15, 1.15), title="A share, and a value with a sign")
plotting.legend(ax)
plotting.show(
    fig,
    "Two S-shaped curves over a from -6 to 6. Sigma rises from 0 to 1 and passes one half at a = 0. Tanh rises from -1 "
    "to 1, passes 0 at a = 0, and is four times as steep there.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# One curve for *how much*, one for *what*. Ask which of the two a gate needs, and why the candidate cannot do
# without a sign: otherwise the memory could only grow.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What every gate looks at
#
# A gate should depend on the new input $x_t$ and on what the unit said last, $h_{t-1}$. Stack the two, h on top:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
z_formula = symbolic.CELL["z_t"]
z_formula

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# h on top, x below; every W has H columns for h and D for x, in this order. PyTorch keeps the two apart.
#
# </details>

# %% slideshow={"slide_type": "skip"}
compare(z_formula)

# %% [markdown] slideshow={"slide_type": "skip"}
# Some books write one matrix on the stack, others write two matrices, one for h and one for x. It is the same thing.
# Cut W after its first H columns:

# %% slideshow={"slide_type": "skip"}
W_h, W_x = sp.MatrixSymbol("W_h", symbolic.H, symbolic.H), sp.MatrixSymbol("W_x", symbolic.H, symbolic.D)
W, z = sp.BlockMatrix([[W_h, W_x]]), z_formula.right
assert sp.block_collapse(W * z) == W_h * symbolic.h_prev + W_x * symbolic.x_t
formulas.Formula(W * z, sp.block_collapse(W * z))

# %% [markdown] slideshow={"slide_type": "skip"}
# The same in numbers: in NumPy the cut is `W[:, :H]` and `W[:, H:]`. This is the first thing to know when converting
# weights from a program that keeps two matrices, such as PyTorch with its `weight_hh` and `weight_ih`. The others are the
# order of the gates, there i, f, C̃, o, and PyTorch's two biases, which have to be added.

# %% slideshow={"slide_type": "skip"}
numbers = experiment()
rows = len(numbers["h_prev"])
two_matrices = numbers["W_f"][:, :rows] @ numbers["h_prev"] + numbers["W_f"][:, rows:] @ numbers["x_t"]
assert np.allclose(two_matrices, numbers["W_f"] @ numbers["z_t"], atol=1e-12)

# %% [markdown] slideshow={"slide_type": "skip"}
# **Whose order?** Many programs keep the four matrices as one, stacked, and each has an order of its own. PyTorch and
# Keras stack i, f, C̃, o; ONNX stacks i, o, f, C̃; the primer goes through f, i, C̃, o. All four blocks have the same
# shape, so whoever takes one order for another gets no error. It is a different LSTM, and it answers. Here a stack in
# PyTorch's order is read in the primer's:

# %% slideshow={"slide_type": "skip"}
stack = np.concatenate([numbers[f"W_{k}"] for k in "ifCo"])  # as in PyTorch
misread = dict(zip(["W_f", "W_i", "W_C", "W_o"], np.split(stack, 4), strict=True))
other = lstm.step(numbers | misread, numbers["x_t"], numbers["h_prev"], numbers["C_prev"])
print(f"h differs by up to {np.abs(other.h_t - numbers['h_t']).max():.2f}, and its shape is the same")
assert other.h_t.shape == numbers["h_t"].shape and np.abs(other.h_t - numbers["h_t"]).max() > 0.01

# %% [markdown] slideshow={"slide_type": "skip"}
# So an order of gates has to be looked up, and then tested with weights that all differ.
#
# **Are two biases more than one?** PyTorch adds one bias with x and another with h. Only their sum enters the gate:
# move any amount from one to the other, and the gate does not notice. So two biases can do nothing that one cannot.
# Their gradients are the same number, too. With plain gradient descent their sum therefore moves twice as far in a
# step as a single bias would: a matter of how fast, not of what can be learnt.

# %% slideshow={"slide_type": "skip"}
rest, b_1, b_2, amount = sp.symbols("rest b_1 b_2 amount")
gate = formulas.sigma(rest + b_1 + b_2)
assert gate.subs({b_1: b_1 + amount, b_2: b_2 - amount}, simultaneous=True) == gate
assert sp.diff(gate, b_1) == sp.diff(gate, b_2) == gate * (1 - gate)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1 · The forget gate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
forget = symbolic.PRIMER["f_t"]
forget

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **Meaning.** The share of the old memory that is kept.
# - **Range.** Strictly between 0 and 1, each unit for itself.
# - **0** erases the memory, **1** keeps all of it.
# - **Shapes.** (H, H+D) times (H+D, B), plus (H, 1) on every column: (H, B).

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The name misleads: f = 1 means *keep*. Ask "what does a forget gate of 1 do?" before the list comes; half the
# room will say that it forgets everything.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    diagrams.draw_cell(["z_t", "f_t"]).figure,
    "The circuit of the cell with the forget gate in colour: from z through sigma up to the multiplication sign on the "
    "line of the cell state. Everything else is grey.",
)

# %% slideshow={"slide_type": "skip"}
compare(forget)

# %% [markdown] slideshow={"slide_type": "skip"}
# "Keep gate" would be the better name. And note what the gate does *not* see: the memory itself. It looks at h and x only. (Gates that look at C as well exist
# and are called peepholes; Gers and Schmidhuber 2000.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 2 · The input gate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
input_gate = symbolic.PRIMER["i_t"]
input_gate

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **Meaning.** The share of the candidate that is written.
# - **Range.** Strictly between 0 and 1.
# - **0** writes nothing, **1** writes the whole candidate.
# - **Shapes.** As before: (H, B).

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Same shape, other weights. People think that f and i share out one whole; nothing ties them together.
#
# </details>

# %% slideshow={"slide_type": "skip"}
compare(input_gate)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3 · The candidate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
candidate = symbolic.PRIMER["C_tilde"]
candidate

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

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    diagrams.draw_cell(["z_t", "i_t", "C_tilde"]).figure,
    "The circuit of the cell with the input gate and the candidate in colour: both start from z, one through sigma, the "
    "other through tanh, meet in a multiplication sign, and go up to the plus sign on the line of the cell state.",
)

# %% slideshow={"slide_type": "skip"}
compare(candidate)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 4 · The cell state
#
# Keep a share of the old, write a share of the new, and add:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
cell_state = symbolic.PRIMER["C_t"]
cell_state

# %% [markdown] slideshow={"slide_type": "fragment"}
# - **Meaning.** The memory after the step.
# - **Range.** Any number. It is *not* bounded by 1.
# - f near 1 and i near **0** carry the old memory over; f near 0 and i near **1** replace it by the candidate.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# The most important line of the course, and the only one with a plus. Ask: can C be larger than 1? Keep the answer
# for later; most will say no, because of the tanh.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# - The star multiplies entry by entry (others write ⊙): each unit has its own gate and its own memory.
# - **Shapes.** All five are (H, B).

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    diagrams.draw_cell(["f_t", "i_t", "C_tilde", "C_t"]).figure,
    "The circuit of the cell with the line of the cell state in colour: the old state comes in from the left, is "
    "multiplied by the forget gate, receives the product of input gate and candidate, and leaves on the right.",
)

# %% slideshow={"slide_type": "skip"}
compare(cell_state)

# %% [markdown] slideshow={"slide_type": "skip"}
# The gates need not share out one whole: f and i can both be 0.9, and then the memory can grow. In a weighted mean the
# shares would add up to 1; here they need not.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 5 · The output gate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
output_gate = symbolic.PRIMER["o_t"]
output_gate

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

# %% slideshow={"slide_type": "skip"}
compare(output_gate)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 6 · The hidden state

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
hidden_state = symbolic.PRIMER["h_t"]
hidden_state

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

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    diagrams.draw_cell(["z_t", "C_t", "o_t", "h_t"]).figure,
    "The circuit of the cell with the way out in colour: the new cell state goes down through tanh, is multiplied by "
    "the output gate, which is computed from z, and leaves as the hidden state.",
)

# %% slideshow={"slide_type": "skip"}
compare(hidden_state)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## All six, and the program
#
# In the order of the primer:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
all_six = [forget, input_gate, candidate, cell_state, output_gate, hidden_state]
formulas.Lines(all_six)

# %% [markdown] slideshow={"slide_type": "subslide"}
# And this is the library. One line for each formula, with the same letters in the same order:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
body = inspect.getsource(lstm.step).split('"""')[2]
print(body.strip("\n"))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Put a finger on one formula and let the room find its line. This is the library itself and not a copy.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A last test of the whole. We start from x, h and C alone and let the six symbolic formulas do the step, one after the
# other, each using what the ones before it have found. What comes out has to be what `lstm.step` gives.

# %% slideshow={"slide_type": "skip"}
numbers = experiment()
given = {name: value for name, value in numbers.items() if name[:2] in ("W_", "b_")}
given |= {name: numbers[name] for name in ("x_t", "h_prev", "C_prev")}
for formula in [z_formula, *all_six]:
    given[formula.left.name] = formula.compute(given)
assert all(np.allclose(given[name], numbers[name], atol=1e-12) for name in lstm.Step._fields)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How large can they get?
#
# **Predict.** Go to the limit, keep everything and write everything: f = i = 1, and the candidate is ½ at every step.
# The memory starts at 0. What does h show at the most?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("03.memory", "Where is the memory C after four steps?", ["below 1", "at 1", "above 1"])

# %% slideshow={"slide_type": "subslide"}
C = sp.Integer(0)
for t in range(1, 5):
    C = 1 * C + 1 * half
    print(f"step {t}: C = {C}, tanh(C) = {sp.tanh(C).evalf(3)}")
reveal("03.memory", 1 + int(sp.sign(C - 1)))  # below, at or above

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Now the promised question. People say "below 1": they think of tanh, which squashes only what is shown. C is a
# counter.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The memory passes 1 and goes on. That h stays below 1 has a proof: 1 − σ and 1 − tanh² are positive for every real
# argument, so |h| is a number below 1 times another number below 1.

# %% slideshow={"slide_type": "skip"}
assert share.is_positive and sp.simplify(1 - share).is_positive
assert sp.simplify(1 - sp.tanh(a) ** 2).is_positive

# %% [markdown] slideshow={"slide_type": "subslide"}
# Only what is *shown* stays below 1. C has no such bound: it is a counter. What keeps it in check is forgetting.
#
# If the forget gate never exceeds F < 1 and the memory starts at 0, its size stays below a geometric series,
# because one step adds less than 1:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
F = sp.symbols("F", positive=True)
k = sp.symbols("k", integer=True, nonnegative=True)
total = sp.Sum(F**k, (k, 0, sp.oo))
bound = total.doit().args[0][0]  # the case F < 1
assert bound == 1 / (1 - F)
sp.Eq(total, bound)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# F = 0.9 gives a bound of 10, F = 0.99 one of 100.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# With F = 0.9 the memory stays below 10, with F = 0.99 below 100. With f = 1, as in the LSTM of 1997, nothing holds it;
# that is the reason why the forget gate was added in 2000.

# %% slideshow={"slide_type": "skip"}
everything_open = lstm.init_params(1, 1, rng) | {f"b_{k}": np.array([[30.0]]) for k in "fiCo"}
hs, steps = lstm.forward(everything_open, np.zeros((50, 1, 1)))
trace = lstm.stack(steps)
print(f"50 steps with open gates: C = {trace.C_t[-1, 0, 0]:.3f}, h = {trace.h_t[-1, 0, 0]:.3f}")
assert trace.C_t.max() > 49 and np.abs(hs).max() <= 1

# %% [markdown] slideshow={"slide_type": "skip"}
# (h prints as 1.000 because it *is* rounded to 1: tanh(50) differs from 1 in the 44th decimal, and the computer keeps
# about 16.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The memory is a weighted sum of everything that was ever offered
#
# Put formula 4 into itself a few times. One unit, three steps:


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
def symbols(letter, T):
    return sp.symbols(" ".join(f"{letter}_{t}" for t in range(1, T + 1)), seq=True)


def rolled(T):
    """Apply formula 4 T times, as the program does."""
    C = sp.Symbol("C_0")
    for f, i, c in zip(symbols("f", T), symbols("i", T), symbols(r"\tilde{C}", T), strict=True):
        C = f * C + i * c
    return C


rolled(3)

# %% [markdown] slideshow={"slide_type": "skip"}
# Multiply this out, and a pattern appears: what was offered at step j counts its own input gate times all the forget
# gates that came *after* it. Write the pattern down for any T, and let algebra compare it with the recursion:


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
def unrolled(T):
    """Sum the candidates with their weights, and add what is left of C_0."""
    f, i, c = symbols("f", T), symbols("i", T), symbols(r"\tilde{C}", T)
    kept = sp.prod(f) * sp.Symbol("C_0")
    return kept + sum(i[j] * sp.prod(f[j + 1 :]) * c[j] for j in range(T))


proved(rolled(3), unrolled(3)).rhs

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Read the second line aloud: each candidate, times its own input gate, times all the forget gates that came after
# it. Whoever sees this has understood memory in an LSTM.
#
# </details>

# %% slideshow={"slide_type": "skip"}
for T in range(1, 9):
    assert sp.expand(rolled(T) - unrolled(T)) == 0
print("rolled and unrolled are the same polynomial for T = 1 … 8")

# %% [markdown] slideshow={"slide_type": "skip"}
# sympy has multiplied everything out, so this is a proof for T up to 8 and not a test at some points. (From T to T + 1
# it is one line on paper: multiply the sum by f and add the new term.) Levy and others (2018) built a paper on this
# view: an LSTM computes a weighted sum of its past, and the gates choose the weights as it goes along.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How many numbers are there to learn?
#
# **Predict.** An LSTM has learnt from sequences of 10 steps. Now it is to read 100 steps.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
how_many = ["as many as before", "ten times as many", "a hundred times as many"]
predict("03.steps", "How many numbers has it to learn for that?", how_many)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask first: a sequence of 100 steps, how many more numbers than one of 10? Many multiply by ten. Units and steps
# are two different things.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# Count the entries of the eight arrays, by their shapes:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
arrays = [
    symbolic.W_f,
    symbolic.W_i,
    symbolic.W_C,
    symbolic.W_o,
    symbolic.b_f,
    symbolic.b_i,
    symbolic.b_C,
    symbolic.b_o,
]
count = sum(array.rows * array.cols for array in arrays)
formula = 4 * sp.UnevaluatedExpr(symbolic.H**2 + symbolic.H * symbolic.D + symbolic.H)
proved(count, formula)

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
longer = count.subs("T", 100) / count.subs("T", 10)  # put T in, wherever it stands
reveal("03.steps", [1, 10, 100].index(longer))

# %% slideshow={"slide_type": "skip"}
for d, units in [(1, 1), (1, 32), (3, 5), (64, 128)]:
    in_library = sum(array.size for array in lstm.init_params(d, units, rng).values())
    assert in_library == formula.subs({symbolic.D: d, symbolic.H: units}).doit()
    print(f"D = {d:3d}, H = {units:3d}: {in_library:7,d} numbers")

# %% [markdown] slideshow={"slide_type": "fragment"}
# T is not in the formula. The same weights are used at every step, so a longer sequence needs no more of them. "Units"
# and "time steps" are two different things, and easily mixed up.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# Three gates and a candidate look at the same stack of h and x. In the memory, old and new are added: unrolled, it is a
# weighted sum of all that was ever offered. What is shown stays below 1 in size; what is remembered need not.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# **1. Count.** Write the number of parameters of an LSTM with D inputs and H units as a function.


# %% slideshow={"slide_type": "skip"}
def number_of_parameters(D, H):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
slips = {
    "The biases are missing: one for each gate of each unit.": lambda D, H: 4 * H * (H + D),
    "The weights for h are missing: W has H + D columns.": lambda D, H: 4 * (H * D + H),
    "The weights for x are missing: W has H + D columns.": lambda D, H: 4 * (H * H + H),
    "H and D have changed places: W has H rows, one for each unit.": lambda D, H: 4 * (D * (H + D) + D),
    "That is one matrix and one bias; there are four of each.": lambda D, H: H * (H + D) + H,
    "Three gates, and the candidate has weights as well: that makes four.": lambda D, H: 3 * (H * (H + D) + H),
    "A bias has an entry for each unit: H of them, not one.": lambda D, H: 4 * (H * (H + D) + 1),
    "The biases are counted once; there are four of them.": lambda D, H: 4 * H * (H + D) + H,
    "That is PyTorch's count: two biases for each gate. This cell has one.": lambda D, H: 4 * H * (H + D + 2),
}

# %% slideshow={"slide_type": "skip"}
check(
    "the number of parameters",
    number_of_parameters,
    lambda D, H: sum(array.size for array in lstm.init_params(D, H, np.random.default_rng(0)).values()),
    given=[(3, 5), (7, 2)],
    known=slips,
)

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
def gates_with(b, a):
    """σ(b) for three values of a, also where b is written with σ itself."""
    b = formulas.spelt_out(sp.sympify(b))
    return [
        sigmoid(float(b.subs({s: value for s in b.free_symbols if s.name == "a"}))) for value in (-2, 0.3, 1.5)
    ]


slips = {
    "That is the gate as it was, not turned round.": lambda a: a,
    "1 − a would turn round a share; a is the sum that goes into σ.": lambda a: 1 - a,
    "1 / a turns round odds; a is their logarithm.": lambda a: 1 / a,
    "That is the share 1 − σ(a) itself; b is the sum that σ turns into it.": lambda a: 1 - formulas.sigma(a),
    "That is −σ(a); the minus belongs to the sum, into which σ has not gone yet.": lambda a: -formulas.sigma(a),
}
check(
    "1 − σ(a) = σ(b) at a = −2, 0.3 and 1.5",
    turned_round,
    lambda a: -a,
    given=(sp.Symbol("a", real=True),),
    then=gates_with,
    known=slips,
    says="σ of your b is {got:.3f} where 1 − σ(a) is {want:.3f}",
)

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
# **3. Who is remembered?** Given the forget gates f_1 … f_T and the input gates i_1 … i_T of one unit, return the T
# weights with which the candidates stand in C_T.


# %% slideshow={"slide_type": "skip"}
def weights_of_the_past(f, i):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
def weights(f, i):
    return np.array([i[j] * np.prod(f[j + 1 :]) for j in range(len(f))])


slips = {
    "The forget gate of step j is in it: it closes on what was there before, not on what step j writes.": (
        lambda f, i: weights(f, i) * f
    ),
    "Those are the forget gates before step j; what step j wrote meets the ones after it.": (
        lambda f, i: i * np.cumprod(f) / f
    ),
    "Those are the forget gates up to step j; what step j wrote meets the ones after it.": (
        lambda f, i: i * np.cumprod(f)
    ),
    "The input gates are missing.": lambda f, i: weights(f, np.ones(len(i))),
    "f and i have changed places: i writes, f keeps.": lambda f, i: weights(i, f),
    "The forget gates are missing: what is written early passes all that come after it.": lambda f, i: i,
}

# %% slideshow={"slide_type": "skip"}
shares = np.random.default_rng(3).uniform(0.3, 0.9, size=(2, 6))
cases = [(shares[0], shares[1]), (shares[1, :4], shares[0, :4])]
check("the weight of each candidate", weights_of_the_past, weights, given=cases, known=slips)

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
LINES = {
    "p": "h_t = o_t * np.tanh(C_t)",
    "q": "C_t = f_t @ C_prev + i_t @ C_tilde",
    "r": "f_t, i_t, o_t = [sigmoid(params['W_' + k] @ z_t + params['b_' + k]) for k in 'fio']",
    "s": "z_t = np.concatenate([x_t, h_prev])",
    "t": "C_t = f_t * C_prev + i_t * C_tilde",
    "u": "h_t = np.tanh(o_t * C_t)",
    "v": "z_t = np.concatenate([h_prev, x_t])",
    "w": "C_tilde = np.tanh(params['W_C'] @ z_t + params['b_C'])",
}


# %% slideshow={"slide_type": "skip"}
def one_step():
    raise NotImplementedError  # return five letters, such as "pqrst"


# %% slideshow={"slide_type": "skip"}
FIRST = {
    "r": {"v": "Every gate looks at z_t."},
    "w": {"v": "The candidate looks at z_t."},
    "t": {"r": "The new memory needs f_t and i_t.", "w": "The new memory needs the candidate."},
    "p": {"r": "What is shown needs o_t.", "t": "h_t shows the new memory, not the old one."},
}
DISTRACTORS = {
    "q": "@ mixes the units; each unit has gates and a memory of its own, so it is *.",
    "s": "h is on top: the first H columns of each W are for it.",
    "u": "tanh squashes the memory; the output gate then says how much of that is shown.",
}
check_order("the lines of one step", one_step, LINES, FIRST, distractors=DISTRACTORS)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Start at the end: which line gives h_t, and what does it need? Then ask the same of each thing it needs.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# There are two lines each for z_t, for C_t and for h_t; one of each pair is wrong. h is on top, a unit has a memory of
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
# "vwrtp" is right as well: the candidate and the gates need only z_t.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Star or at.** Fill the gap. Return what is kept of the memory, f · C_prev, *without stacking h and x*: cut W_f
# instead. H, D and B are all 3 here, so that every product fits, right or wrong, and NumPy will not complain. Where do
# you need `*`, and where `@`?


# %% slideshow={"slide_type": "skip"}
def kept(W_f, b_f, x_t, h_prev, C_prev):
    raise NotImplementedError  # f_t = sigmoid(… + … + b_f), then what it keeps


# %% slideshow={"slide_type": "skip"}
def keeping(W_f, b_f, x_t, h_prev, C_prev, squash=sigmoid, keep=np.multiply):
    return keep(squash(W_f @ np.concatenate([h_prev, x_t]) + b_f), C_prev)


slips = {
    "The first H columns of W_f are for h and the rest for x: you have them the other way round.": (
        lambda W, b, x, h, C: keeping(W, b, h, x, C)
    ),
    "* multiplies W entry by entry; a weighted sum is a matrix product, @.": (
        lambda W, b, x, h, C: sigmoid(W[:, :3] * h + W[:, 3:] * x + b) * C
    ),
    "f @ C mixes the units; each unit keeps a share of its own memory, f * C.": (
        lambda *given: keeping(*given, keep=np.matmul)
    ),
    "σ is missing around the sum.": lambda *given: keeping(*given, squash=np.array),
    "f is a share: σ, not tanh.": lambda *given: keeping(*given, squash=np.tanh),
    "The bias is missing.": lambda W, b, x, h, C: keeping(W, 0 * b, x, h, C),
    "That is f_t; what it keeps is f_t * C_prev.": lambda W, b, x, h, C: keeping(W, b, x, h, 1),
    "The part for x is missing: the gate looks at both.": lambda W, b, x, h, C: keeping(W, b, 0 * x, h, C),
    "The part for h is missing: the gate looks at both.": lambda W, b, x, h, C: keeping(W, b, x, 0 * h, C),
}

# %% slideshow={"slide_type": "skip"}
draw = np.random.default_rng(5)
numbers = tuple(draw.normal(size=(3, n)) for n in (6, 1, 3, 3, 3))
check("what is kept", kept, keeping, given=numbers, known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# A weighted sum goes over all units and all inputs: that is `@`. A gate meets the memory unit by unit: that is `*`.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# W_f has H + D columns, h on top: the first H of them, `W_f[:, :H]`, are for h. You know H from the shape of `h_prev`.
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
# **6. Weights from PyTorch.** PyTorch hands you four arrays for a layer with D = 2 and H = 3: `weight_ih` of shape (4H, D),
# `weight_hh` of shape (4H, H), and two biases of shape (4H,). The order of the gates is i, f, C̃, o, from top to bottom.
# Return them as the eight arrays of this course.


# %% slideshow={"slide_type": "skip"}
def from_pytorch(weight_ih, weight_hh, bias_ih, bias_hh):
    raise NotImplementedError  # return {"W_f": …, "b_f": …, …}


# %% slideshow={"slide_type": "skip"}
def converted(weight_ih, weight_hh, bias_ih, bias_hh, order="ifCo"):
    weights, biases = np.split(np.hstack([weight_hh, weight_ih]), 4), np.split((bias_ih + bias_hh)[:, None], 4)
    named = {f"W_{k}": block for k, block in zip(order, weights, strict=True)}
    return named | {f"b_{k}": block for k, block in zip(order, biases, strict=True)}


slips = {
    "f and i have changed places: PyTorch's order is i, f, C̃, o, not the primer's.": (
        lambda *theirs: converted(*theirs, order="fiCo")
    ),
    "C̃ and o have changed places: PyTorch's order is i, f, C̃, o.": lambda *theirs: converted(
        *theirs, order="ifoC"
    ),
    "The columns for x come first: in each W the columns for h do.": (
        lambda *theirs: {k: np.roll(p, 2, axis=1) if k[0] == "W" else p for k, p in converted(*theirs).items()}
    ),
    "bias_hh is not used: the two biases are added.": lambda ih, hh, b, more: converted(ih, hh, b, 0 * more),
    "bias_ih is not used: the two biases are added.": lambda ih, hh, b, more: converted(ih, hh, 0 * b, more),
}

# %% slideshow={"slide_type": "skip"}
draw = np.random.default_rng(6)
theirs = draw.normal(size=(12, 2)), draw.normal(size=(12, 3)), draw.normal(size=12), draw.normal(size=12)
check("the eight arrays", from_pytorch, converted, given=theirs, known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Cut each of the four arrays into four blocks of H rows. Which gate does the first block belong to?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# `np.split(array, 4)` cuts. A W is two blocks side by side, `np.hstack([…, …])`; which comes first? And what has to be
# done with two biases?
#
# </details>
# <details><summary>Hint 3, the shapes</summary>
#
# A bias of this course is a column of shape (H, 1): `[:, None]` makes one.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def from_pytorch(weight_ih, weight_hh, bias_ih, bias_hh):
#     weights = np.split(np.hstack([weight_hh, weight_ih]), 4)
#     biases = np.split((bias_ih + bias_hh)[:, None], 4)
#     params = {f"W_{k}": W for k, W in zip("ifCo", weights)}
#     return params | {f"b_{k}": b for k, b in zip("ifCo", biases)}
# ```
#
# The arrays here were made by this notebook. In `tests/reference` of this course are numbers that PyTorch itself has
# given, and a test that compares them.
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
# - The order of the gates, from the programs' own pages: [PyTorch's
#   LSTMCell](https://docs.pytorch.org/docs/stable/generated/torch.nn.modules.rnn.LSTMCell.html), which has the two
#   biases too; [Keras's LSTM](https://github.com/keras-team/keras/issues/3088), as answered in issue 3088; [ONNX's
#   LSTM](https://onnx.ai/onnx/operators/onnx__LSTM.html).
#
# Next: [One step by hand](04_one_step_by_hand.ipynb). Before: [Gates and the cell
# state](02_gates_and_the_cell_state.ipynb). Back to [Start here](00_start_here.ipynb).
