# %% [markdown] slideshow={"slide_type": "slide"}
# # Check the gradient
#
# **What you will be able to do.** Catch a wrong gradient, in your own code and in anybody else's, and often say where
# it sits.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# If you have one lecture on backpropagation, let this be its end: it is what people need at their own desk.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** What a gradient is, and the backward pass ([The gradients](05_the_gradients.ipynb)).
#
# **How long it takes.** About 20 minutes to read and run, and 40 for the exercises. Two of them each give a piece of your own LSTM.

# %% slideshow={"slide_type": "skip"}
# Setup: imports
import textwrap
from types import SimpleNamespace  # noqa: F401

import numpy as np
import sympy as sp

from lstm_lib import formulas, gradcheck, lstm, sigmoid_grad, tanh_grad  # noqa: F401
from lstm_lib.lesson import exercises, figures, mine, museum, predict, reveal

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Three questions from before
#
# Answer on paper before you open the triangle.
#
# 1. From [lesson 05](05_the_gradients.ipynb): which two gradients meet in $C_t$, and what is done with them there?
# 2. From [lesson 03](03_the_formulas.ipynb): how many numbers are there to learn with D = 2 inputs and H = 3 units?
# 3. From [lesson 02](02_gates_and_the_cell_state.ipynb): which gate has to be open, and which closed, so that a memory lasts?
#
# <details><summary>Answers</summary>
#
# 1. The one from $C_{t+1}$, along the memory, and the one through $h_t$. They are added, and the sum goes on to the gates.
# 2. 4 · (3 · 5 + 3) = 72: four matrices of shape (3, 5) and four biases of shape (3, 1). How long the sequence is does not matter.
# 3. The forget gate open, the input gate closed: the memory is multiplied by nearly 1, and next to nothing is added.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three programs that learn
#
# Here are three LSTMs. They learn the same small task, from the same start. Each takes a hundred steps downhill along its gradient.

# %% slideshow={"slide_type": "skip"}
programs = exercises.check_the_gradient.three_programs()
curves = {letter: museum.curve(cell) for letter, cell in programs.items()}

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Figure: three losses in training
figures.check_the_gradient.three_programs(curves)

# %% [markdown] slideshow={"slide_type": "subslide", "picture": "three losses in training"}
# **Predict.** Two of the three have a mistake in the backward pass.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the one that is right
predict("06.healthy", "Which one is healthy?", ["A", "B", "C"])

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: each is looked at by a program that knows
(healthy,) = [letter for letter, cell in programs.items() if not museum.examine(cell)]
reveal("06.healthy", "ABC".index(healthy))

# %% [markdown] slideshow={"slide_type": "skip"}
# Nobody can tell, and that is the point. A wrong gradient often still points roughly downhill, and training is
# content with that. The loss falls, and says next to nothing about the backward pass. Widely read courses have shipped such mistakes
# for years, for this reason.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Let people vote for A, B or C and defend it. Nobody can tell, and that is the point: "the loss falls" is the most
# common reason for believing in a backward pass. Do not explain the mistakes yet.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Move one number and look
#
# A gradient makes a promise: if this number grows by ε, the loss grows by ε times the gradient. So move the number and
# see.

# %% [markdown] slideshow={"slide_type": "skip"}
# There are two ways to do it, with one step or with a step to either side. Let L be the loss as a function of one
# number p. Taylor's formula gives its value a small step away, from its derivatives L′, L″, L‴ at p:

# %% slideshow={"slide_type": "skip"}
L, p, eps, near = exercises.check_the_gradient.taylor()  # near(s) is L(p + s), up to s³
formulas.Formula(L(p + eps), near(eps))

# %% slideshow={"slide_type": "skip"}
one_sided = sp.expand((near(eps) - near(0)) / eps)
central = sp.expand((near(eps) - near(-eps)) / (2 * eps))

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: what the two quotients come to
quotients = (L(p + eps) - L(p)) / eps, (L(p + eps) - L(p - eps)) / (2 * eps)
formulas.Lines([formulas.Formula(*pair) for pair in zip(quotients, (one_sided, central), strict=True)])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The terms that have no ε are what we want, all others are the error. In the second line the term with ε has gone:
# to either side it has the same size.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# We want L′ alone. The one-sided quotient is wrong by about ε. In the central one the errors of the two
# sides cancel, and it is wrong by about ε². It needs the loss twice for each number, which is why one checks
# gradients with it and does not train with it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How small is small?
#
# We try both on a loss whose derivative is known exactly: the memory of one unit after five steps, as a function of its
# forget gate f.

# %% [markdown] slideshow={"slide_type": "skip"}
# This is formula 4, five times over; the five numbers are what is written at each step, i times the candidate. The same Python
# function takes a number, a symbol of sympy, and, as we shall need in a moment, a complex number.


# %% slideshow={"slide_type": "fragment"}
def memory(f):
    C = 0.2
    for written in (0.8, -0.3, 0.5, 0.6, -0.2):
        C = f * C + written
    return C


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: the memory of a symbol, multiplied out
f = sp.Symbol("f")
formulas.Formula(sp.Symbol("C_5"), sp.expand(memory(f)))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Formula 4 five times over, with known numbers: here the exact derivative is known, so the error of each way can
# be seen.
#
# </details>

# %% slideshow={"slide_type": "skip"}
f_0 = 0.8
ways = {
    "one-sided": lambda e: (memory(f_0 + e) - memory(f_0)) / e,
    "central": lambda e: (memory(f_0 + e) - memory(f_0 - e)) / (2 * e),
}

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** With ε = 10⁻⁵ the central quotient is good to about ten digits. Now take ε = 10⁻¹⁰.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: a hundred thousand times as small a step
predict("06.digits", "To how many digits will it be good?", ["about 7", "about 10", "about 20"], limits=[8.5, 15])

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the error of both, for steps of all sizes
exact = float(sp.diff(memory(f), f).subs(f, f_0))
digits = -np.log10(abs(ways["central"](1e-10) / exact - 1))
reveal("06.digits", digits)
figures.check_the_gradient.quotients(ways, exact)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Let people vote: 20, 10 or 7. Most say 20. Then read from left to right: first the formula is to blame, then the
# computer. Two numbers that agree in most of their digits are subtracted, and what is left is noise.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A valley. On its left side the formula is to blame, on the right the computer: it keeps about 16 digits of the loss, and the
# two values that are subtracted agree in more and more of them as ε gets smaller. What is left of the difference is
# noise, and it is divided by ε. At ε = 10⁻¹⁰ more than half of the 16 digits are gone.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The best step
#
# Add the two errors up: ε²/6 times the size M of the third derivative, and the rounding error of the loss divided by ε.
# Where is the sum smallest?

# %% [markdown] slideshow={"slide_type": "skip"}
# The rounding error is the size S of the loss times u, the relative error of one rounding: 2⁻⁵³ with 16 digits (float64), and 2⁻²⁴ with
# 7 digits (float32). At the bottom of a valley the slope is zero:

# %% slideshow={"slide_type": "skip"}
M, S, u = sp.symbols("M S u", positive=True)
error = eps**2 / 6 * M + S * u / eps
(best,) = [root for root in sp.solve(sp.diff(error, eps), eps) if root.is_real]

# %% slideshow={"slide_type": "fragment", "layout": "below"} tags=["output-only"]
# Table: the error, and the step at which it is smallest
left = sp.symbols("error varepsilon_best")
formulas.Lines([formulas.Formula(*pair) for pair in zip(left, (error, best), strict=True)])

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
for kind, rounding in (("float64", 2.0**-53), ("float32", 2.0**-24)):
    step = best.subs({M: 1, S: 1, u: rounding})
    least = error.subs({M: 1, S: 1, u: rounding, eps: step})
    print(f"{kind}: best ε = {float(step):.0e}, error {float(least):.0e}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Rule of thumb: 10⁻⁵, in float64. In float32 there is not enough room between the two errors to tell a bug from
# noise.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# So ε = 10⁻⁵ serves for losses of ordinary size in float64; the library takes it where nothing else is said. In float32
# the derivative is good to four or five digits at best, too little to tell a small bug from noise: check in float64.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A step to the side
#
# Can the subtraction be avoided? Go not to p + ε but to p + iε, with i² = −1 (here i is the imaginary unit and not a gate),
# and take the imaginary part. This is the **complex step**.

# %% slideshow={"slide_type": "skip"}
imaginary = sp.expand(sp.im(near(sp.I * eps)) / eps)
ways["complex step"] = lambda e: memory(f_0 + 1j * e).imag / e

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: the complex step, by the same formula
formulas.Formula(sp.im(L(p + sp.I * eps)) / eps, imaginary)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Figure: the errors once more, with the complex step
figures.check_the_gradient.quotients(ways, exact)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Nothing is subtracted, so ε may be 10⁻³⁰. People ask why not always: the program has to accept complex numbers,
# and an `abs` or a comparison breaks it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Nothing is subtracted, so nothing is lost, and ε may be 10⁻³⁰. Then ε² is far below the last digit, and the derivative
# is right to rounding. The price: the program has to accept complex numbers. `lstm.step` does, since σ, tanh, sums and
# products are all it is made of; a comparison or an absolute value would break it. (Squire and Trapp, 1998.)

# %% slideshow={"slide_type": "skip"}
# Proof: what the pictures and the table show
assert 1e-12 < abs(ways["central"](1e-5) / exact - 1) < 1e-9 < 1e-8 < abs(ways["central"](1e-10) / exact - 1)
assert abs(ways["complex step"](1e-30) / exact - 1) < 1e-15
assert 1e-5 < least < 1e-4  # float32
default, usual = 1e-5, {M: 1, S: 1, u: 2.0**-53}
assert error.subs(usual | {eps: default}) < 1.5 * error.subs(usual | {eps: best.subs(usual)})

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How far apart is too far?
#
# An absolute difference says little: 0.001 is nothing if the gradient is 50, and everything if it is 0.001. So two gradients a
# and b, which never agree to the last digit, are compared relatively:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: the relative error of two numbers
a, b = sp.symbols("a b", real=True)
formulas.Formula(sp.Symbol("error"), sp.Abs(a - b) / sp.Max(sp.Abs(a), sp.Abs(b)))

# %% [markdown] slideshow={"slide_type": "fragment"}
# - Below **10⁻⁵**: right.
# - Above **10⁻³**: wrong.
# - Between: look closer. Another ε, or the complex step, decides.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# These two numbers are worth writing on the wall of an office.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# For an array the worst entry counts. Entries that are tiny beside the others are measured by a thousandth of the largest: next to a
# gradient of size 1, the noise of an entry of size 10⁻⁹ is no error.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The check for an LSTM
#
# The loss is a weighted sum of all $h_t$, with random weights, so that no error can hide behind a symmetry. Everything
# that has a gradient goes into one dict: the eight parameters, X, $h_0$ and $C_0$.


# %% slideshow={"slide_type": "skip"}
def problem(cell, T=4, D=2, H=3, B=7, last_only=False):
    numbers, weights, _ = museum.problem((T, D, H, B))  # all of them random
    if last_only:
        weights[:-1] = 0

    def loss_and_grads(n):
        hs, steps = cell.forward(n, n["X"], (n["h_0"], n["C_0"]))
        grads, dX, (dh_0, dC_0) = cell.backward(n, weights, steps)
        return (weights * hs).sum(), grads | {"X": dX, "h_0": dh_0, "C_0": dC_0}

    return loss_and_grads, numbers


# %% [markdown] slideshow={"slide_type": "skip"}
# `gradcheck.check_gradients` moves every single entry of these arrays a little to either side, and returns the worst relative error for
# each name. What is right is told in one line, and what is not in a line of its own:


# %% slideshow={"slide_type": "skip"}
def report(cell, **options):
    errors = gradcheck.check_gradients(*problem(cell, **options))
    exercises.check_the_gradient.print_verdicts(errors)


# %% slideshow={"slide_type": "fragment"}
report(lstm)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The healthy cell passes everywhere. Now C of the picture above:

# %% slideshow={"slide_type": "fragment"}
report(programs["C"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The program that learned as well as the healthy one is wrong in every array. Ask why it learns all the same: what
# it follows still points downhill.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The check does not hesitate: every array has an entry that is far off. Why does it learn all the same? Lay all its
# gradients in one long row, and those of the healthy cell in another. The cosine of the angle between the two is 1 if they point in the same
# direction, and 0 if one lies across the other.

# %% slideshow={"slide_type": "skip"}
cosine = exercises.check_the_gradient.cosine(programs["C"], lstm)
print(f"cosine {cosine:.2f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Somewhat off, and still downhill.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The museum
#
# This course keeps a museum of broken LSTMs. Each exhibit is our own `lstm.py` with one small mistake put in. In this one
# two lines are in the wrong order:

# %% slideshow={"slide_type": "fragment"}
exhibit = museum.EXHIBITS["overwritten_dh"]
print(exhibit.diff())

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Minus is ours, plus is what the exhibit has. The name dh_t gets its new value one line too early. Nothing to
# laugh at: such a line stood in a tutorial.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Minus is ours, plus is the exhibit's. The mistake is the line `dh_t = dz_t[:H]`: the name gets its new value before the old one
# has been used up. Most exhibits are of a kind that has been met in published code; each has a note that says where, or that we know of no
# case. This is the note of `overwritten_dh`. Nothing to laugh at: these were written by people who know their
# subject. Where there was a check, it looked past the mistake.

# %% slideshow={"slide_type": "skip"}
print(*textwrap.wrap(exhibit.note, 88), sep="\n")

# %% [markdown] slideshow={"slide_type": "skip"}
# This is the whole collection. The third column says what finds it; more about that below.

# %% slideshow={"slide_type": "skip"}
# Table: all exhibits
for number, shown in enumerate(museum.EXHIBITS.values(), 1):
    print(f"{number:2}  {shown.name:22}  {shown.caught_by:9}  {shown.title}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Now every exhibit is trained, like the three at the beginning. It learns if its loss falls below half of where it
# began.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: how many learn
predict("06.learn", f"How many of the {len(museum.EXHIBITS)} exhibits still learn?", unit="exhibits")

# %% slideshow={"slide_type": "skip"}
all_curves = {name: museum.curve(each.cell()) for name, each in museum.EXHIBITS.items()}
learning = [name for name, losses in all_curves.items() if museum.falls(losses)]

# %% slideshow={"slide_type": "subslide", "printed": false} tags=["output-only"]
# Answer: the whole museum in training
reveal("06.learn", len(learning))
print("the others:", ", ".join(each for each in all_curves if each not in learning))
figures.check_the_gradient.whole_museum(all_curves, curves[healthy])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# People guess a third. One of the two that do not learn does not even run.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A falling loss is weak evidence. (One exhibit does not run at all: its forward pass has a misspelt name. Such a cell was
# once printed in a book that never called it.)

# %% slideshow={"slide_type": "skip"}
# Proof: what the losses of the three and of the museum show
assert all(losses[-1] < 0.02 < 0.4 < losses[0] for losses in curves.values())
assert 0.5 < cosine < 0.999
assert all(shown.loss_falls == (shown.name in learning) for shown in museum.EXHIBITS.values())

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What each rule is for
#
# A gradient check has rules: check every parameter, and X, $h_0$ and $C_0$; at least three steps; sizes that all differ;
# random states and weights; the loss at every step, and once at the last only; float64.

# %% [markdown] slideshow={"slide_type": "skip"}
# People leave one out to save time. So here are five checks that break one rule each. All exhibits go through all of them, and we count what
# slips through. `passes` says whether a gradient check finds nothing; three entries of each array are enough here.


# %% slideshow={"slide_type": "skip"}
def passes(cell, only=None, **options):
    loss_and_grads, numbers = problem(cell, **options)
    three = {"n_entries": 3, "rng": np.random.default_rng(8)}
    try:
        errors = gradcheck.check_gradients(loss_and_grads, numbers, **three)
    except ValueError:  # the cell stopped, or gave something of another shape
        return False
    return all(error < 1e-5 for name, error in errors.items() if only is None or name in only)


# %% slideshow={"slide_type": "skip"}
rules = {
    "one step only": {"T": 1},
    "h_0 and C_0 not checked": {"only": [*lstm.SHAPES, "X"]},
    "only W_f checked": {"only": ["W_f"]},
    "only the biases checked": {"only": ["b_f", "b_i", "b_C", "b_o"]},
    "loss at the last step only": {"last_only": True},
    "all rules kept": {},
}

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Each of these checks breaks one rule.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the rule that matters most
predict("06.rule", "Which check lets the most through?", list(rules)[:-1])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Read the rules aloud and let people say which one they would leave out first. Most leave out the last two; then
# vote on the five.
#
# </details>

# %% slideshow={"slide_type": "skip"}
slipped, exhibits = {}, museum.EXHIBITS.items()
for words, options in rules.items():
    slipped[words] = [name for name, each in exhibits if passes(each.cell(), **options)]
always = slipped["all rules kept"]

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: what slips through each check
print(f"{'':20}slip through, among them")
for words, names in slipped.items():
    more = [each for each in names if each not in always]
    print(f"{words:27}{len(names):5}  {', '.join(more[:3])}".rstrip())
reveal("06.rule", np.argmax([len(slipped[words]) for words in list(rules)[:-1]]))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Ask which line will be the worst before it appears. One step only: nothing is carried, so no mistake in carrying
# can show.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Each rule has its exhibits. With one step nothing is carried through time, so no mistake in carrying can show. With the
# loss at the last step only, nobody notices that the other losses are not heard. And a check of a
# single matrix finds only what reaches that matrix.

# %% [markdown] slideshow={"slide_type": "skip"}
# One rule is missing in the table: all sizes have to differ. Here is one step whose dz is cut after D rows instead of H.
# Where D = H, that is no mistake at all:

# %% slideshow={"slide_type": "skip"}
careless = exercises.check_the_gradient.CUT_AT_D
for D in (3, 2):
    print(f"D = {D}, H = 3: {'passes' if passes(careless, T=1, D=D) else 'found'}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Some slip through with all rules kept. What do they have in common?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
for name in always:
    print(f"{name:18} {museum.EXHIBITS[name].title}")

# %% [markdown] slideshow={"slide_type": "skip"}
# With the same weights they compute something else than our formulas, and differentiate that correctly. A gradient check asks whether backward fits
# forward. It does not ask whether forward is right. For that you need the formulas, or numbers from another program; this
# course uses both. And `identical_gates` is right in every formula. Only its start is not: exercise 3 is about that.

# %% [markdown] slideshow={"slide_type": "fragment"}
# So there are three checks, and none can stand in for another: the **equations**, the **gradients**, the **start**.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# They are consistent: backward fits forward. A gradient check cannot know what you *meant* to compute.
#
# </details>

# %% slideshow={"slide_type": "skip"}
fingerprints = {name: museum.examine(each.cell()) for name, each in museum.EXHIBITS.items()}
caught = [name for name, found in fingerprints.items() if found]
print(f"the three checks together: {len(caught)} of {len(fingerprints)} caught")

# %% slideshow={"slide_type": "skip"}
# Proof: what slips through, what is caught, and by what
assert {museum.EXHIBITS[each].caught_by for each in always} == {"equations", "start"}
assert len(caught) == len(fingerprints) and museum.examine(lstm) == {}
assert passes(careless, T=1, D=3) and not passes(careless, T=1, D=2)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A bug hunt
#
# Take a cell that somebody hands you. You do not know what was changed; it is in the museum, but which one is it?


# %% slideshow={"slide_type": "fragment"}
report(museum.hidden("6b604833").cell())

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** All four W are wrong. The biases, X, $h_0$ and $C_0$ are right. Think of the seven moves of the backward step.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: where in the backward step
moves = ["receive", "through the output", "into the cell", "split to the gates", "through the squash"]
moves += ["to the parameters", "send back"]
predict("06.move", "In which move is the mistake?", moves)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: what was changed
reveal("06.move", 5)
print(museum.hidden("6b604833").diff())

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Let pairs reason for two minutes. The way back is right, since dX and the biases are; only the move to the
# weights is left, and in it z. The h in this line is the one *after* the step.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# One can reason like this. db is da summed over sequences and steps; with random numbers it is right only if da is. dX and $dh_0$
# are what da sends back, and they are right: so the way back is right. What is left is the sixth move, to the parameters:
# dW = da · zᵀ, and in it z. There the h is the one *after* the step. It has the right shape, so nothing complains.

# %% [markdown] slideshow={"slide_type": "skip"}
# The pattern of right and wrong names is a **fingerprint**. One report is seldom enough: more than half of the exhibits
# have every name wrong. `museum.examine` takes the pattern in six situations (one step or several; the loss at every h, at
# the last, or only beyond the end, at h or at C) and adds what the other two checks find. Of these longer fingerprints
# almost every exhibit has its own:

# %% slideshow={"slide_type": "skip"}
different = {str(found) for found in fingerprints.values()}
print(len(fingerprints), "exhibits,", len(different), "fingerprints")

# %% slideshow={"slide_type": "skip"}
# Table: those that no check can tell apart
for one in museum.EXHIBITS.values():
    for twin, reason in one.twins:
        assert fingerprints[one.name] == fingerprints[twin]
        if one.name < twin:
            print(f"{one.name} is like {twin}:", reason, sep="\n")

# %% [markdown] slideshow={"slide_type": "slide", "picture": "three losses in training"}
# ## What we found
#
# Central differences confirm a gradient to seven digits or more, the complex step to the last few. A falling loss says
# very little. A check that leaves out a rule lets through the mistakes that the rule is for, and even a complete one
# needs two others beside it.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Three checks: equations, gradients, start. Ask everybody to name the one that their own code has never had.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# **1. Central differences.** Write the quotient for a function of one number.


# %% slideshow={"slide_type": "skip"}
def slope_at(f, p, eps):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
# Check: the quotient
exercises.check_the_gradient.check_slope_at(slope_at)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# A step to the right, a step to the left, and the distance between the two.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The distance is not eps.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def slope_at(f, p, eps):
#     return (f(p + eps) - f(p - eps)) / (2 * eps)
# ```
#
# With p³ and ε = ¼ the error is ε² L‴ / 6 = 1/16, as the formula says.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Hunt.** Here is another stranger, with its code. Use `report(stranger)` with any options, compare with the backward
# step of lesson 05, and return the name that the mistake has in the list of the museum.

# %% slideshow={"slide_type": "skip"}
# Table: the backward step of a stranger
stranger = museum.hidden("14babd7b").cell()
print(museum.text_of(stranger, "step_backward"))


# %% slideshow={"slide_type": "skip"}
def name_of_the_mistake():
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: the name
exercises.check_the_gradient.check_name(name_of_the_mistake)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# `report(stranger, T=1)` finds nothing wrong. So something is missing that only comes from a later step.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Two paths meet in `dC_t`. Which of the two is multiplied by the slopes?
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def name_of_the_mistake():
#     return "lost_parentheses"
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. All alike.** May all gates start alike? A program draws one matrix and copies it to all four gates. Another one gives all
# units the same weights on h, and the same on x, and starts them from the same state. The loss adds up all h. Now each takes one
# step against its gradient. What is still alike after it? Return **a** the four gates of the first program,
# **b** the units of the second, **c** both, or **d** neither. Think first. Then take the step with `one_step_on`, and look.

# %% slideshow={"slide_type": "skip"}
gates_alike, units_alike, X = exercises.check_the_gradient.alike()


# %% slideshow={"slide_type": "skip"}
def one_step_on(params):
    hs, steps = lstm.forward(params, X)
    grads, _, _ = lstm.backward(params, np.ones_like(hs), steps)
    return {name: array - 0.1 * grads[name] for name, array in params.items()}


# %% slideshow={"slide_type": "skip"}
def still_alike():
    raise NotImplementedError  # return "a", "b", "c" or "d"


# %% slideshow={"slide_type": "skip"}
# Check: what is still alike
exercises.check_the_gradient.check_still_alike(still_alike)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Two things get the same gradient if nothing in the formulas tells them apart. Write $da_f$ and $da_i$ below each other.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# $da_f$ has $C_{t-1}$ as a factor, $da_i$ has $\tilde C_t$. And two units that see the same, hold the same and are heard alike by the loss?
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def still_alike():
#     return "b"
# ```
#
# Units that are alike get the same gradient at every step, so they stay alike, and all of them do the work of one. Random
# numbers break this symmetry. Gates that are alike come apart, since each stands in another place of the formulas. They still are a poor
# start: as long as f = i = o, the cell cannot keep without writing. So each gate gets a draw of its own. A gradient check
# does not see either of the two: it is the start that is wrong (`identical_gates` in the museum).
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. A fresh start.** Now write one that is right. Return a dict of the eight arrays: `W_f`, `W_i`, `W_C`, `W_o` of shape (H, H + D),
# each drawn anew from `rng`, between −1/√H and 1/√H; and `b_f`, `b_i`, `b_C`, `b_o` of shape (H, 1), all zero but `b_f`, whose
# entries are `forget_bias`. What passes is kept in your own LSTM, the file `my_lstm.py`.


# %% slideshow={"slide_type": "skip"}
def my_start(D, H, rng, *, forget_bias=1.0):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: the start
exercises.check_the_gradient.check_my_start(my_start)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# A loop over the letters "fiCo". In each round a matrix and a bias.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# `rng.uniform(low, high, shape)` draws between two numbers, and `np.full(shape, number)` makes an array of one number.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_start(D, H, rng, *, forget_bias=1.0):
#     params = {}
#     for k in "fiCo":
#         params[f"W_{k}"] = rng.uniform(-1, 1, (H, H + D)) / np.sqrt(H)
#         params[f"b_{k}"] = np.full((H, 1), forget_bias if k == "f" else 0.0)
#     return params
# ```
#
# Why 1/√H: a sum of H numbers of that size comes to about 1, and there a gate is neither open nor shut. Other programs draw from a
# normal distribution, or take W on h orthogonal; all of these are called right.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. The whole way back.** Close lesson 05 and write the backward pass of a sequence from scratch, on an empty page: the loop from
# the last step to the first, and in it the seven moves, without `lstm.step_backward` and `lstm.backward`. `dhs[t]` is what the loss
# sends to each h directly, `steps` is what `lstm.forward` returned. This piece, too, is kept.


# %% slideshow={"slide_type": "skip"}
def my_backward(params, dhs, steps):
    raise NotImplementedError  # return grads, dX, (dh_0, dC_0)


# %% slideshow={"slide_type": "skip"}
# Check: the way back
exercises.check_the_gradient.check_my_backward(my_backward)

# %% [markdown] slideshow={"slide_type": "skip"}
# Or let the check of this lesson find the mistake: `report(SimpleNamespace(forward=lstm.forward, backward=my_backward))`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Begin with what a loop needs: gradients that are zero, nothing from after the end, an empty list for dX. Then say the seven
# moves aloud: receive, through the output, into the cell, split to the gates, through the squash, to the parameters, send back.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Three places add: `dh_t` is what the loss sends plus what the next step sent back, `dC_t` is what the next step sent back plus the
# path through h, and the gradients of the parameters use `+=`.
#
# </details>
# <details><summary>Hint 3, the end of a round</summary>
#
# `dz_t` is cut: its first H rows go back as dh, the others are dx. `dC_prev` is `dC_t` times $f_t$. And dX has been filled from its end.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_backward(params, dhs, steps):
#     grads = {name: np.zeros_like(array) for name, array in params.items()}
#     dh_next = dC_next = np.zeros_like(steps[-1].h_t)
#     H, dX = len(dh_next), []
#     for s, dh in zip(reversed(steps), reversed(dhs), strict=True):
#         dh_t, tanh_C = dh + dh_next, np.tanh(s.C_t)
#         dC_t = dC_next + dh_t * s.o_t * tanh_grad(tanh_C)
#         da = {
#             "f": dC_t * s.C_prev * sigmoid_grad(s.f_t),
#             "i": dC_t * s.C_tilde * sigmoid_grad(s.i_t),
#             "C": dC_t * s.i_t * tanh_grad(s.C_tilde),
#             "o": dh_t * tanh_C * sigmoid_grad(s.o_t),
#         }
#         for k in da:
#             grads[f"W_{k}"] += da[k] @ s.z_t.T
#             grads[f"b_{k}"] += da[k].sum(axis=1, keepdims=True)
#         dz_t = sum(params[f"W_{k}"].T @ da[k] for k in da)
#         dX.append(dz_t[H:])
#         dh_next, dC_next = dz_t[:H], dC_t * s.f_t
#     return grads, np.array(dX[::-1]), (dh_next, dC_next)
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **6. Write the check.** The best way to understand a mistake is to write the program that finds it. Write
# `detect(cell)`: True if something is wrong with the cell, False if it is healthy. It is tried on the healthy cell, written
# in three ways, and on all exhibits. You may use everything on this page but `museum.examine`, which is a solution.


# %% slideshow={"slide_type": "skip"}
def detect(cell):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: your check, on the whole museum
exercises.check_the_gradient.check_detect(detect)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Three checks. One of them is `passes`. How many exhibits does it catch if you return `not passes(cell)`?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Let `cell.forward` and `lstm.forward` run on the same numbers and compare what they return. Then look at
# `cell.init_params`: do the W differ?
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def detect(cell):
#     _, n = problem(lstm)
#     arguments = n, n["X"], (n["h_0"], n["C_0"])
#     try:
#         hs, _ = cell.forward(*arguments)
#     except Exception:
#         return True
#     fresh = cell.init_params(2, 3, np.random.default_rng(0))
#     twins = np.array_equal(fresh["W_f"], fresh["W_i"])
#     return twins or not np.allclose(hs, lstm.forward(*arguments)[0]) or not passes(cell)
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Why does a smaller ε not always give a better derivative?
# 2. What does the complex step avoid, so that ε may be 10⁻³⁰?
# 3. Your gradient check passes with T = 1. What have you not tested?
# 4. The check finds nothing, and still the LSTM is wrong. How can that be?
# 5. The loss falls nicely. What does that say about the backward pass?
#
# <details><summary>Answers</summary>
#
# 1. The two values that are subtracted agree in too many digits, and what is left of them is rounding noise.
# 2. The subtraction.
# 3. Everything that is carried from one step to another.
# 4. The forward pass may compute something else, and the backward pass may be right for that.
# 5. Very little.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - W. Squire, G. Trapp, *Using complex variables to estimate derivatives of real functions*, SIAM Review 40(1), 1998.
# - N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd edition, SIAM, 2002: rounding, and how to reckon
#   with it.
# - B. M. McLaren, D. M. Adams, R. E. Mayer, *Delayed learning effects with erroneous examples*, International Journal of
#   Artificial Intelligence in Education 25, 2015: why to study mistakes.

# %% slideshow={"slide_type": "skip"}
# Progress: your own LSTM so far
mine.progress()

# %% [markdown] slideshow={"slide_type": "skip"}
# Before: [The gradients](05_the_gradients.ipynb). Next:
# [How far a gradient reaches](07_how_far_a_gradient_reaches.ipynb). Back to [Start here](00_start_here.ipynb).
