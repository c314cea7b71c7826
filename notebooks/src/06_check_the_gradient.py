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
# **How long it takes.** About 50 minutes, more if you like hunting.

# %% slideshow={"slide_type": "skip"}
import inspect
from fractions import Fraction
from hashlib import sha256
from types import SimpleNamespace

import numpy as np
import sympy as sp

from lstm_lib import formulas, gradcheck, lstm, plotting, sigmoid, tanh_grad
from lstm_lib.lesson import check, check_choice, check_detector, check_function, mistakes, museum, predict, reveal


# %% [markdown] slideshow={"slide_type": "skip"}
# ## Three questions from before
#
# Answer on paper before you open the triangle.
#
# 1. From [lesson 05](05_the_gradients.ipynb): which two gradients meet in $C_t$, and what is done with them there?
# 2. From [lesson 03](03_the_formulas.ipynb): how many numbers are there to learn with D = 2 inputs and H = 3 units?
# 3. From [lesson 02](02_gates_and_the_cell_state.ipynb): which gate has to be open, and which closed, so that a memory lasts?

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers</summary>
#
# 1. The one from $C_{t+1}$, along the memory, and the one through $h_t$. They are added, and the sum goes on to the gates.
# 2. 4 · (3 · 5 + 3) = 72: four matrices of shape (3, 5) and four biases of shape (3, 1). How long the sequence is does not matter.
# 3. The forget gate open, the input gate closed: the memory is multiplied by nearly 1, and next to nothing is added.
#
# </details>

# %% slideshow={"slide_type": "skip"}
sizes = [array.size for array in lstm.init_params(2, 3, np.random.default_rng(0)).values()]
print(" + ".join(map(str, sizes)), "=", sum(sizes))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three programs that learn
#
# Here are three LSTMs. They are trained on the same small task, from the same start, with the same optimiser.

# %% slideshow={"slide_type": "skip"}
cells = [lstm, *(museum.EXHIBITS[name].cell() for name in ("wrong_step_C", "sigmoid_for_its_slope"))]
runs = {letter: cells[k] for letter, k in zip("ABC", np.random.default_rng(11).permutation(3), strict=True)}
curves = {letter: museum.curve(cell) for letter, cell in runs.items()}

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
fig, ax = plotting.figure(height=2.8)
for (letter, losses), style in zip(curves.items(), ["-", "--", ":"], strict=True):
    ax.plot(range(1, len(losses) + 1), losses, style, color=plotting.INK, label=letter)
ax.set(xlabel="training step", ylabel="loss", yscale="log", ylim=(0.01, 1))
ax.set(title="Two of the three have a wrong backward pass")
plotting.legend(ax)
plotting.show(
    fig,
    "Three curves of the loss over 100 training steps, called A, B and C, on a logarithmic scale. All three fall from one "
    "half to less than two hundredths, and lie almost on top of each other.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Two of the three have a mistake in the backward pass.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("06.healthy", "Which one is healthy?", ["A", "B", "C"])

# %% [markdown] slideshow={"slide_type": "skip"}
# Nobody can tell, and that is the point. A wrong gradient often still points roughly downhill, and the optimiser is
# content with that. Widely read courses have shipped such mistakes for years, for this reason.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
assert all(losses[-1] < 0.02 < 0.4 < losses[0] for losses in curves.values())
(healthy,) = [letter for letter, cell in runs.items() if not museum.examine(cell)]
print("healthy:", healthy)
reveal("06.healthy", "ABC".index(healthy))

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

# %% [markdown] slideshow={"slide_type": "subslide"}
# There are two ways to do it, with one step or with a step to either side. Let L be the loss as a function of one
# number p, with its derivatives L′, L″, L‴ there, and let sympy say what each quotient gives:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
p, eps = sp.Symbol("p", real=True), sp.Symbol("varepsilon", positive=True)
L, derivatives = sp.Function("L"), sp.symbols("L L' L'' L'''", real=True)


def near(step):
    """Taylor's formula: L(p + step) from the derivatives at p, up to the third."""
    return sum(d * step**k / sp.factorial(k) for k, d in enumerate(derivatives))


one_sided = (L(p + eps) - L(p)) / eps
central = (L(p + eps) - L(p - eps)) / (2 * eps)
taylor = {quotient: sp.expand(quotient.replace(L, lambda at: near(at - p))) for quotient in (one_sided, central)}
formulas.Lines([formulas.Formula(quotient, series) for quotient, series in taylor.items()])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The terms that have no ε are what we want, all others are the error. In the second line the term with ε has gone:
# to either side it has the same size.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# (Terms with a higher power of ε are left out.) The one-sided quotient is wrong by about ε. In the central one the errors of the two
# sides cancel, and it is wrong by about ε². It costs two evaluations of the loss for each number, which is why one checks
# gradients with it and does not train with it.

# %% slideshow={"slide_type": "skip"}
by_formula = sp.lambdify((p, eps), central.replace(L, sp.tanh))(0.25, 2.0**-17)
assert np.isclose(
    by_formula, gradcheck.numerical_gradient(np.tanh, np.array(0.25), eps=2.0**-17), rtol=1e-12, atol=0
)
print("numerical_gradient computes the second of the two")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How small is small?
#
# **Predict.** With ε = 10⁻⁵ the central quotient is good to about ten digits. Now take ε = 10⁻¹⁰.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("06.digits", "To how many digits will it be good?", ["about 20", "about 10", "about 7"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Let people vote: 20, 10 or 7. Most say 20, and quote the formula on the slide before. Do not tell yet.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# We try it on a loss whose derivative we know exactly: the memory of one unit after five steps, as a function of its
# forget gate f. Formula 4, five times over:


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
def memory(f):
    C = Fraction(1, 5)
    for written in (Fraction(n, 10) for n in (8, -3, 5, 6, -2)):  # i * C_tilde at each step
        C = f * C + written
    return C


f = sp.Symbol("f")
formulas.Formula(sp.Symbol("C_5"), sp.expand(memory(f)))

# %% [markdown] slideshow={"slide_type": "skip"}
# The same Python function takes a sympy symbol, a float, a fraction and, as we shall need in a moment, a complex
# number.

# %% slideshow={"slide_type": "skip"}
f_0 = 0.8
exact = Fraction(*sp.diff(memory(f), f).subs(f, sp.Rational(f_0)).as_numer_denom())
sizes = [2.0**-k for k in range(1, 53)]
ways = {
    "one-sided": lambda e: (memory(f_0 + e) - memory(f_0)) / e,
    "central": lambda e: (memory(f_0 + e) - memory(f_0 - e)) / (2 * e),
    "complex step": lambda e: memory(f_0 + 1j * e).imag / e,
}
errors = {
    words: [max(float(abs(Fraction(way(e)) - exact) / abs(exact)), 1e-17) for e in sizes]
    for words, way in ways.items()
}

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, ax = plotting.figure(height=3.4)
looks = {"one-sided": ("#767676", "o"), "central": (plotting.INK, "s"), "complex step": (plotting.PURPLE, "^")}
for words, (colour, marker) in looks.items():
    ax.plot(sizes, errors[words], color=colour, marker=marker, markersize=3.5, lw=1, label=words)
ax.set(xscale="log", yscale="log", xlabel="step size ε", ylabel="relative error", title="Too large, and too small")
ax.invert_xaxis()
plotting.legend(ax)
plotting.show(
    fig,
    "Relative error over the step size, both logarithmic, the step getting smaller to the right. One-sided: the error "
    "falls in proportion to the step down to about ten to the minus eight and then rises again, in a ragged line. Central: "
    "it falls twice as steeply, down to about ten to the minus eleven at steps between ten to the minus six and ten to "
    "the minus seven, and then rises in the same way. Complex step: it falls like the central one and stays at the bottom.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Read from left to right: first the formula is to blame, then the computer. Two numbers that agree in most of
# their digits are subtracted, and what is left is noise. Seven digits at 10⁻¹⁰. The third curve comes in a minute.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A U. On the left the formula is to blame, on the right the computer: it keeps about 16 digits of the loss, and the
# two values that are subtracted agree in more and more of them as ε gets smaller. What is left of the difference is
# noise, and it is divided by ε. To 7 digits, then: at ε = 10⁻¹⁰ more than half of the 16 are gone.

# %% slideshow={"slide_type": "skip"}
at = dict(zip(sizes, errors["central"], strict=True))
for e in (2.0**-17, 2.0**-33):
    print(f"central, ε = {e:.0e}: relative error {at[e]:.0e}")
assert at[2.0**-17] < 1e-9 < 1e-8 < at[2.0**-33]
reveal("06.digits", np.argmin(np.abs(np.array([20, 10, 7]) + np.log10(at[2.0**-33]))))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The best step
#
# Add the two errors up: ε²/6 times the size M of the third derivative, and the rounding error of the loss divided by ε.
# The rounding error is the size S of the loss times u = 2⁻⁵³. Where is the sum smallest?

# %% [markdown] slideshow={"slide_type": "skip"}
# u is the relative error of one rounding in float64.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
M, S, u = sp.symbols("M S u", positive=True)
error = eps**2 / 6 * M + S * u / eps
(best,) = [root for root in sp.solve(sp.diff(error, eps), eps) if root.is_real]
formulas.Lines([formulas.Formula(sp.Symbol("error"), error), formulas.Formula(sp.Symbol("varepsilon_best"), best)])

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
default = inspect.signature(gradcheck.numerical_gradient).parameters["eps"].default
ordinary = {M: 1, S: 1, u: 2.0**-53}
found = float(best.subs(ordinary))
at_default, at_best = (float(error.subs(eps, e).subs(ordinary)) for e in (default, found))
print(f"with S = M = 1, best ε:  {found:.1e}, error {at_best:.0e}")
print(f"the library's default: {default:.1e}, error {at_default:.0e}")
assert at_default < 1.5 * at_best

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Rule of thumb: 10⁻⁵, in float64. In float32 there is not enough room between the two errors to tell a bug from
# noise.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A factor of two in ε costs less than a factor of two in the error, so one default serves for losses of ordinary size. Our
# polynomial has a larger third derivative; for it the formula says where the descent in the picture ends:

# %% slideshow={"slide_type": "skip"}
polynomial = {S: abs(memory(f_0)), M: abs(sp.diff(memory(f), f, 3).subs(f, f_0)), u: 2.0**-53}
print(f"for the polynomial: best ε = {float(best.subs(polynomial)):.1e}")

# %% [markdown] slideshow={"slide_type": "skip"}
# In float32, with its 7 digits, the best ε is much larger, and even there the derivative is good to four or five digits
# only. That is too little to tell a small bug from noise: check in float64.

# %% slideshow={"slide_type": "skip"}
in_float32 = {M: 1, S: 1, u: 2.0**-24}
least = float(error.subs(eps, best).subs(in_float32))
print(f"float32: best ε = {float(best.subs(in_float32)):.4f}, error about {least:.0e}")
assert 1e-5 < least < 1e-4

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A step to the side
#
# The third curve does not rise again. It belongs to the **complex step**: go not to p + ε but to p + iε, with i² = −1
# (here i is the imaginary unit and not a gate), and take the imaginary part.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
imaginary = sp.expand(sp.im(near(sp.I * eps)) / eps)
formulas.Formula(sp.im(L(p + sp.I * eps)) / eps, imaginary)

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
# products are all it is made of; a comparison or an absolute value would break it. `lstm.forward` looks at its input
# first and refuses, so write the loop over `step` yourself, as we do below. (Squire and Trapp, 1998.)

# %% slideshow={"slide_type": "skip"}
tilted = gradcheck.complex_step_gradient(np.tanh, np.array(0.3))
by_formula = sp.lambdify(p, sp.tanh(p + sp.I * eps).subs(eps, 1e-30), "numpy")(0.3).imag / 1e-30
assert np.isclose(tilted, by_formula, rtol=1e-12, atol=0)
assert np.isclose(tilted, tanh_grad(np.tanh(0.3)), rtol=1e-14, atol=0)
assert errors["complex step"][-1] < 1e-15

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How far apart is too far?
#
# Two gradients a and b are never equal to the last digit. An absolute difference says little: 0.001 is nothing if the
# gradient is 50, and everything if it is 0.001. So compare relatively:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
a, b = sp.symbols("a b", real=True)
relative = sp.Abs(a - b) / sp.Max(sp.Abs(a), sp.Abs(b))
formulas.Formula(sp.Symbol("error"), relative)

# %% [markdown] slideshow={"slide_type": "subslide"}
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
# The library's `relative_error` takes the worst entry of an array. It is lenient with entries that are tiny beside the
# others, since next to a gradient of size 1 the noise of an entry of size 10⁻⁹ is no error.

# %% slideshow={"slide_type": "skip"}
pairs = np.random.default_rng(6).normal(size=(2, 100))
assert np.isclose(
    sp.lambdify((a, b), relative)(*pairs).max(), gradcheck.relative_error(*pairs, floor=0), rtol=1e-12, atol=0
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The check for an LSTM
#
# The loss is a weighted sum of all $h_t$, with random weights, so that no error can hide behind a symmetry. Everything
# that has a gradient goes into one dict: the eight parameters, X, $h_0$ and $C_0$.


# %% slideshow={"slide_type": "skip"}
def problem(cell, T=4, D=2, H=3, B=7, last_only=False):
    """Return a function that gives the loss and the gradients, and numbers for everything it takes."""
    rng = np.random.default_rng(7)
    numbers = {name: rng.normal(0, 0.7, p.shape) for name, p in lstm.init_params(D, H, rng).items()}
    numbers |= {"X": rng.normal(size=(T, D, B))}
    numbers |= {name: rng.normal(size=(H, B)) for name in ("h_0", "C_0")}
    weights = rng.normal(size=(T, H, B))
    weights[: T - 1] *= not last_only

    def loss_and_grads(n):
        hs, steps = cell.forward(n, n["X"], (n["h_0"], n["C_0"]))
        grads, dX, (dh_0, dC_0) = cell.backward(n, weights, steps)
        return float((weights * hs).sum()), grads | {"X": dX, "h_0": dh_0, "C_0": dC_0}

    return loss_and_grads, numbers


# %% slideshow={"slide_type": "skip"}
def report(cell, eps=1e-5, **options):
    """Print the worst entry of each array that is not right."""
    errors = gradcheck.check_gradients(*problem(cell, **options), eps=eps)
    right = [name for name, error in errors.items() if error < 1e-5]
    for name, error in errors.items():
        if name not in right:
            print(f"{name:4} {'WRONG' if error > 1e-3 else 'look closer'}, relative error {error:.2g}")
    print("right:", ", ".join(sorted(right)) or "nothing")


# %% slideshow={"slide_type": "fragment"}
report(lstm)

# %% [markdown] slideshow={"slide_type": "skip"}
# The healthy cell passes, with seven digits or more everywhere. And with complex steps, for one matrix:

# %% slideshow={"slide_type": "skip"}
loss_and_grads, n = problem(lstm)
assert max(gradcheck.check_gradients(loss_and_grads, n).values()) < 1e-7


def last_h(W_f):
    h, C = n["h_0"], n["C_0"]
    for x in n["X"]:
        s = lstm.step(n | {"W_f": W_f}, x, h, C)
        h, C = s.h_t, s.C_t
    return h.sum()


hs, steps = lstm.forward(n, n["X"], (n["h_0"], n["C_0"]))
grads, _, _ = lstm.backward(n, np.arange(4)[:, None, None] // 3 * np.ones_like(hs), steps)
assert gradcheck.relative_error(grads["W_f"], gradcheck.complex_step_gradient(last_h, n["W_f"])) < 1e-12

# %% [markdown] slideshow={"slide_type": "subslide"}
# Now C of the picture above:

# %% slideshow={"slide_type": "fragment"}
report(runs["C"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The program that learned as well as the healthy one is wrong in every array. Ask why it learns all the same: what
# it follows still points downhill.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The check does not hesitate: in every array at least one entry is off by more than ten percent, in most by far more. Why
# does it learn all the same? Here is the angle between what it follows and the true gradient of its parameters, as a cosine: 1 is the same
# direction, 0 is across.

# %% slideshow={"slide_type": "skip"}
_, n = problem(lstm)
followed, true = (
    np.concatenate([problem(cell)[0](n)[1][k].ravel() for k in lstm.SHAPES]) for cell in (runs["C"], lstm)
)
cosine = followed @ true / np.sqrt((followed @ followed) * (true @ true))
print(f"cosine {cosine:.2f}")
assert 0.5 < cosine < 0.999

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The museum
#
# This course keeps a museum of broken LSTMs. Each exhibit is our own `lstm.py` with one small mistake put in. In this one
# two lines are in the wrong order:

# %% [markdown] slideshow={"slide_type": "skip"}
# Most are of a kind that has been met in published code; each note says where, or that we know of no case. Of this one
# we print what is wrong, what was changed, and what its loss does.

# %% slideshow={"slide_type": "skip"}
exhibit = museum.EXHIBITS["overwritten_dh"]
print(exhibit.mistake)

# %% slideshow={"slide_type": "fragment"}
print(exhibit.diff())

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Minus is ours, plus is what the exhibit has. The name dh_t gets its new value one line too early. Nothing to
# laugh at: such a line stood in a tutorial.
#
# </details>

# %% slideshow={"slide_type": "skip"}
losses = museum.curve(exhibit.cell())
print(f"loss: from {losses[0]:.2g} to {losses[-1]:.2g}; the healthy cell comes to {curves[healthy][-1]:.2g}")

# %% [markdown] slideshow={"slide_type": "skip"}
# (Our code needs no such name, so the exhibit writes the sum out again; the mistake is the line `dh_t = dz_t[:H]` above
# it.) And this is where such a mistake has been met. Nothing to laugh at: these were written by people who know their
# subject. Where there was a check, it looked past the mistake.

# %% slideshow={"slide_type": "skip"}
print(exhibit.note)

# %% [markdown] slideshow={"slide_type": "skip"}
# This is the whole collection. In brackets stands the check that catches it.

# %% slideshow={"slide_type": "skip"}
for number, each in enumerate(museum.EXHIBITS.values(), 1):
    print(f"{number:2}  {each.name:22} {each.title}  ({each.caught_by})")

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Now every exhibit is trained, like the three at the beginning. It learns if its loss falls below half of where it
# began.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("06.learn", f"How many of the {len(museum.EXHIBITS)} exhibits still learn?", unit="exhibits")

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
all_curves = {name: museum.curve(exhibit.cell()) for name, exhibit in museum.EXHIBITS.items()}
learning = [name for name, losses in all_curves.items() if museum.falls(losses)]
others = [name for name in all_curves if name not in learning]
print(f"{len(learning)} of {len(all_curves)} learn; the others: {', '.join(others)}")
assert all(museum.EXHIBITS[name].loss_falls == (name in learning) for name in all_curves)
reveal("06.learn", len(learning))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# People guess a third. One of the two that do not learn does not even run.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, ax = plotting.figure(height=3.2)
for losses in all_curves.values():
    ax.plot(range(1, len(losses) + 1), losses, color="#9A9A9A", lw=0.9)
ax.plot([], [], color="#9A9A9A", lw=0.9, label="broken")
ax.plot(range(1, len(curves["B"]) + 1), curves["B"], color=plotting.INK, lw=2.6, label="healthy")
ax.set(xlabel="training step", ylabel="loss", yscale="log", ylim=(0.01, 1), title="The whole museum in training")
plotting.legend(ax)
plotting.show(
    fig,
    "The loss over the training steps, logarithmic, for all broken cells in thin grey and for the healthy one in a thick "
    "black line. About half of the grey lines follow the black one closely, and a few end below it. Of the others most fall "
    "more slowly and end up to ten times as high, one with a hump on the way; a single line hardly falls.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# A falling loss is weak evidence. (One exhibit does not run at all: its forward pass has a misspelt name. Such a cell was
# once printed in a book that never called it.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What each rule is for
#
# A gradient check has rules: check every parameter, and X, $h_0$ and $C_0$; at least three steps; sizes that all differ;
# random states and weights; the loss at every step, and once at the last only; float64.

# %% [markdown] slideshow={"slide_type": "subslide"}
# People leave one out to save time. We put all exhibits through checks that break one rule each, and count what slips
# through.
#
# **Predict.** Each of these checks breaks one rule.


# %% slideshow={"slide_type": "skip"}
def passes(cell, only=None, **options):
    """Whether a gradient check finds nothing; three entries of each array are enough here."""
    loss_and_grads, numbers = problem(cell, **options)
    try:
        errors = gradcheck.check_gradients(loss_and_grads, numbers, n_entries=3, rng=np.random.default_rng(8))
    except ValueError:  # the cell stopped, or gave something of another shape
        return False
    return all(error < 1e-5 for name, error in errors.items() if only is None or name in only)


# %% slideshow={"slide_type": "skip"}
rules = {
    "all rules kept": {},
    "one step only": {"T": 1},
    "h_0 and C_0 not checked": {"only": [*lstm.SHAPES, "X"]},
    "only W_f checked": {"only": ["W_f"]},
    "only the biases checked": {"only": ["b_f", "b_i", "b_C", "b_o"]},
    "loss at the last step only": {"last_only": True},
}

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("06.rule", "Which check lets the most through?", list(rules)[1:])

# %% slideshow={"slide_type": "skip"}
slipped = {}
for words, options in rules.items():
    slipped[words] = [name for name, exhibit in museum.EXHIBITS.items() if passes(exhibit.cell(), **options)]

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
always = slipped["all rules kept"]
for words, names in slipped.items():
    more = [name for name in names if name not in always]
    print(f"{words:27}{len(names):3} slip through" + (", among them " + ", ".join(more[:3]) if more else ""))
reveal("06.rule", np.argmax([len(slipped[words]) for words in list(rules)[1:]]))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Ask which line will be the worst before it appears. One step only: nothing is carried, so no mistake in carrying
# can show.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Each rule has its exhibits. With one step nothing is carried through time, so no mistake in carrying can show. With the
# loss at the last step only, nobody notices that the other losses are not heard. And who checks a single matrix sees what
# that matrix sees.
#
# One rule is missing in the table: all sizes have to differ. Here is one step whose dz is cut after D rows instead of H.
# Where D = H, that is no mistake at all:


# %% slideshow={"slide_type": "skip"}
def cut_at_D(params, dhs, steps):
    """The backward pass for one step, with the wrong cut."""
    D = len(steps[0].z_t) - len(steps[0].h_t)
    grads, dx, dh_0, dC_0 = lstm.step_backward(params, steps[0], dhs[0], 0 * dhs[0])
    dz = np.concatenate([dh_0, dx])
    return grads, dz[None, D:], (dz[:D], dC_0)


careless = SimpleNamespace(forward=lstm.forward, backward=cut_at_D)
print("D = 3, H = 3: passes" if passes(careless, T=1, D=3) else "D = 3, H = 3: found")
print("D = 2, H = 3: passes" if passes(careless, T=1, D=2) else "D = 2, H = 3: found")
assert passes(careless, T=1, D=3) and not passes(careless, T=1, D=2)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Some slip through with all rules kept. What do they have in common?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
for name in always:
    print(f"{name:18} {museum.EXHIBITS[name].title:35} caught by: {museum.EXHIBITS[name].caught_by}")

# %% [markdown] slideshow={"slide_type": "skip"}
# With the same weights they compute something else than our formulas, and differentiate that correctly. A gradient check asks whether backward fits
# forward. It does not ask whether forward is right. For that you need the formulas, or numbers from another program; this
# course uses both. (And `identical_gates` is right in every formula. Only its start is not.)

# %% [markdown] slideshow={"slide_type": "fragment"}
# So there are three checks, and none can stand in for another: the **equations**, the **gradients**, the **start**.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# They are consistent: backward fits forward. A gradient check cannot know what you *meant* to compute.
#
# </details>

# %% slideshow={"slide_type": "skip"}
assert {museum.EXHIBITS[name].caught_by for name in always} == {"equations", "start"}
fingerprints = {name: museum.examine(exhibit.cell()) for name, exhibit in museum.EXHIBITS.items()}
assert museum.examine(lstm) == {}
caught = [name for name, found in fingerprints.items() if found]
print(
    f"the three checks together: {len(caught)} of {len(fingerprints)} caught, and the healthy cell is not accused"
)
assert len(caught) == len(fingerprints)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A bug hunt
#
# Take a cell that somebody hands you. You do not know what was changed; it is in the museum, but which one is it?


# %% slideshow={"slide_type": "skip"}
def hidden(mark):
    """Return an exhibit by a mark that does not tell its name."""
    return next(e for e in museum.EXHIBITS.values() if sha256(e.name.encode()).hexdigest().startswith(mark))


# %% slideshow={"slide_type": "fragment"}
report(hidden("6b604833").cell())

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** All four W are wrong. The biases, X, $h_0$ and $C_0$ are right. Think of the seven moves of the backward step.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
MOVES = [
    "receive",
    "through the output",
    "into the cell",
    "split to the gates",
    "through the squash",
    "to the parameters",
    "send back",
]
predict("06.move", "In which move is the mistake?", MOVES)

# %% [markdown] slideshow={"slide_type": "skip"}
# Reason like this. db is da summed over sequences and steps; with random numbers it is right only if da is. dX and $dh_0$
# are what da sends back, and they are right: so the way back is right. What is left is move 6, to the parameters:
# dW = da · zᵀ, and in it z. Look there:

# %% slideshow={"slide_type": "subslide"}
print(hidden("6b604833").diff())
reveal("06.move", MOVES.index("to the parameters"))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Let pairs reason for two minutes. The way back is right, since dX and the biases are; only the move to the
# weights is left, and in it z. The h in this line is the one *after* the step.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The h in this line is the one *after* the step. It has the right shape, so nothing complains.
#
# The pattern of right and wrong names is a **fingerprint**. One report is seldom enough: more than half of the exhibits
# have every name wrong. `museum.examine` takes the pattern in six situations (one step or several; the loss at every h, at
# the last, or only beyond the end, at h or at C) and adds what the other two checks find. Of these longer fingerprints
# almost every exhibit has its own:

# %% slideshow={"slide_type": "skip"}
print(len(fingerprints), "exhibits,", len({str(found) for found in fingerprints.values()}), "fingerprints")
everything_wrong = [found for found in fingerprints.values() if len(found.get("every_step", ())) == 11]
assert len(everything_wrong) > len(fingerprints) / 2
for name, exhibit in museum.EXHIBITS.items():
    for twin, reason in exhibit.twins:
        assert fingerprints[name] == fingerprints[twin]
        if name < twin:
            print(f"{name} is like {twin}: {reason}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# Central differences confirm a gradient to seven digits or more, the complex step to the last few. A falling loss says
# very little. A check that leaves out a rule lets through the mistakes that the rule is for, and even a complete one
# needs two others beside it.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# **1. Central differences.** Write the quotient for a function of one number.


# %% slideshow={"slide_type": "skip"}
def slope_at(f, p, eps):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
def central(f, p, eps):
    return (f(p + eps) - f(p - eps)) / (2 * eps)


def cubed(p):
    return p**3


slips = {
    "only a step to the right is taken: one to the left belongs to it": lambda f, p, e: (f(p + e) - f(p)) / e,
    "only a step to the left is taken: one to the right belongs to it": lambda f, p, e: (f(p) - f(p - e)) / e,
    "the difference is divided by eps: the two points are 2 eps apart": lambda f, p, e: 2 * central(f, p, e),
    "the brackets around 2 * eps are missing": lambda f, p, e: (f(p + e) - f(p - e)) / 2 * e,
    "the difference is multiplied by 2 eps: it is divided": lambda f, p, e: (f(p + e) - f(p - e)) * 2 * e,
    "the difference is not divided by 2 eps": lambda f, p, e: f(p + e) - f(p - e),
    "the brackets around the difference are missing": lambda f, p, e: f(p + e) - f(p - e) / (2 * e),
    "the two are added: the slope wants their difference": lambda f, p, e: (f(p + e) + f(p - e)) / (2 * e),
    "left and right have changed places": lambda f, p, e: -central(f, p, e),
    "eps / 2 is gone to each side: the quotient of this lesson goes eps": lambda f, p, e: central(f, p, e / 2),
}

# %% slideshow={"slide_type": "skip"}
cases = [(sigmoid, 0.3, 1e-5), (np.tanh, -1.0, 1e-5), (cubed, 1.0, 0.25)]
known = {f"You get this if {words}.": slip for words, slip in slips.items()}
check("the central difference", slope_at, central, given=cases, known=known)

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
# With p³ and ε = ½ the error is ε² L‴ / 6 = ¼, as the formula says.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Read a fingerprint.** A stranger's cell has these gradients wrong when the sequence has one step: X and $h_0$, and
# nothing else. Which move of the backward step is broken? Return its number: 1 receive, 2 through the output, 3 into the
# cell, 4 split to the gates, 5 through the squash, 6 to the parameters, 7 send back.


# %% slideshow={"slide_type": "skip"}
def broken_move():
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
said = {
    "What is received reaches all parameters, and they are right.": 1,
    "Then W_o and b_o would be wrong.": 2,
    "Then the parameters of f, i and the candidate would be wrong.": 3,
    "Then a gate would hear the wrong thing, and its W and b would be wrong.": 4,
    "Then da would be wrong, and the gradients of W and b with it.": 5,
    "That move makes the gradients of the parameters, and they are right.": 6,
}
check_choice("the broken move", broken_move, 7, range(1, 8), known=said)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# All parameters are right. How far must everything have been right, then?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# da is right. What is made from da, beside the gradients of the parameters?
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def broken_move():
#     return 7
# ```
#
# dz is made, and cut into the part for h and the part for x. In the exhibit `swapped_slices` it is read as if x
# stood on top.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Hunt.** Here is another stranger, with its code. Use `report(stranger)` with any options, compare with the backward
# step of lesson 05, and return the name that the mistake has in the list of the museum.

# %% slideshow={"slide_type": "skip"}
stranger = hidden("14babd7b").cell()
print(inspect.getsource(stranger.step_backward).split('"""')[2].strip("\n"))


# %% slideshow={"slide_type": "skip"}
def name_of_the_mistake():
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
here = {
    "dropped_dC": "Here it is used.",
    "dropped_path_through_h": "Here dC_t has both.",
    "squashed_twice": "Here each slope is computed right.",
    "overwritten_dh": "Here dh_t keeps its value.",
}
said = {f"In that one {mistakes.CATALOGUE[name].words}. {words}": name for name, words in here.items()}
check_choice("the mistake", name_of_the_mistake, hidden("14babd7b").name, museum.EXHIBITS, known=said)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# `report(stranger, T=1)` finds nothing wrong. So something is missing that only comes from a later step.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Two paths meet in dC_t. Which of the two is multiplied by the slopes?
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
# **4. All alike.** May all gates start alike? A program draws one matrix and copies it to all four gates. Another one gives all
# units the same weights on h, and the same on x, and starts them from the same state. The loss adds up all h. Now each takes one
# step against its gradient. What is still alike after it? Return **a** the four gates of the first program,
# **b** the units of the second, **c** both, or **d** neither.


# %% slideshow={"slide_type": "skip"}
def still_alike():
    raise NotImplementedError  # return "a", "b", "c" or "d"


# %% slideshow={"slide_type": "skip"}
def one_step_on(params):
    """Take one step against the gradient of the sum of all h."""
    hs, steps = lstm.forward(params, n["X"])
    grads, _, _ = lstm.backward(params, np.ones_like(hs), steps)
    return {name: array - 0.1 * grads[name] for name, array in params.items()}


rng = np.random.default_rng(9)
drawn, biases = rng.normal(size=(3, 5)), {f"b_{k}": np.zeros((3, 1)) for k in lstm.GATES}
gates_alike = biases | {f"W_{k}": drawn.copy() for k in lstm.GATES}
rows = rng.normal(size=(4, 3))  # for each gate a weight on h and two on x
units_alike = biases | {
    f"W_{k}": np.ones((3, 1)) * row[[0, 0, 0, 1, 2]] for k, row in zip("fiCo", rows, strict=True)
}

# %% slideshow={"slide_type": "skip"}
first = lstm.forward(gates_alike, n["X"])[1][0]
assert np.array_equal(first.f_t, first.i_t) and np.array_equal(first.f_t, first.o_t)
gates, units = one_step_on(gates_alike), one_step_on(units_alike)
no_two_gates = not any(
    np.allclose(gates[f"W_{j}"], gates[f"W_{k}"]) for j, k in ["fi", "fo", "io", "fC", "iC", "Co"]
)
all_units = all(np.allclose(array, array[:1]) for array in units.values())
assert no_two_gates and all_units

# %% slideshow={"slide_type": "skip"}
said = {
    "Each gate has a factor of its own in its da, so they come apart. What tells two units apart?": "a",
    "Only one of them: compare da_f and da_i, then the da of two units.": "c",
    "One of them is: what would have to differ for two units to get different gradients?": "d",
}
check_choice("what is still alike", still_alike, "b", "abcd", known=said)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Two things get the same gradient if nothing in the formulas tells them apart. Write da_f and da_i below each other.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# da_f has C_prev as a factor, da_i has C̃_t. And two units that see the same, hold the same and are heard alike by the loss?
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
# **5. The whole way back.** Close lesson 05 and write the backward pass of a sequence from scratch, on an empty page: the loop from
# the last step to the first, and in it the seven moves, without `lstm.step_backward` and `lstm.backward`. `dhs[t]` is what the loss
# sends to each h directly, `steps` is what `lstm.forward` returned.


# %% slideshow={"slide_type": "skip"}
def my_backward(params, dhs, steps):
    raise NotImplementedError  # return grads, dX, (dh_0, dC_0)


# %% slideshow={"slide_type": "skip"}
check_function("your way back", my_backward, like="backward")

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
# dz_t is cut: its first H rows go back as dh, the others are dx. dC_prev is dC_t times f_t. And dX has been filled from its end.
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
#             "f": dC_t * s.C_prev * s.f_t * (1 - s.f_t),
#             "i": dC_t * s.C_tilde * s.i_t * (1 - s.i_t),
#             "C": dC_t * s.i_t * tanh_grad(s.C_tilde),
#             "o": dh_t * tanh_C * s.o_t * (1 - s.o_t),
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
check_detector("your check", detect)

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
#
# Before: [The gradients](05_the_gradients.ipynb). Next: [Many sequences, fast](08_many_sequences_fast.ipynb). Back to
# [Start here](00_start_here.ipynb).
