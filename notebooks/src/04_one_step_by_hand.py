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
# **How long it takes.** About 40 minutes.

# %% [markdown] slideshow={"slide_type": "skip"}
# The example is that of the *primer*, the one page on the LSTM that this course grew from. It has one input, one unit and one sequence, so every
# matrix is a row of two numbers and every state is a single number. Nothing is left out for that: with a thousand units
# each unit does exactly what you will do here.

# %% slideshow={"slide_type": "skip"}
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

import numpy as np
from IPython.display import Math, display

from lstm_lib import data, lstm, plotting, sigmoid
from lstm_lib.lesson import CellExplorer, check, check_choice, check_function, check_paper, predict, reveal

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions from before
#
# 1. An LSTM has 2 inputs and 3 units. How many columns has W_f, and which are for h?
# 2. A forget gate stands at 0.83 for two steps. What is left of the memory?
# 3. A unit's h is 0. Has it forgotten?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# One minute alone, then aloud. The second one is no accident: gates of about 0.83 are what today's example has.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Answer before you open the triangle. The questions go back to [The formulas](03_the_formulas.ipynb), to [Start
# here](00_start_here.ipynb) and to [Gates and the cell state](02_gates_and_the_cell_state.ipynb), in this order.
#
# <details><summary>Answers</summary>
#
# 1. Five, three for h and two for x. The first three are for h, because h stands on top in z.
# 2. 0.83 · 0.83, a little over two thirds, if nothing is written. The next cell computes it.
# 3. Not if its output gate is shut: then h is near 0 whatever the memory is.
#
# </details>

# %% slideshow={"slide_type": "skip"}
print(f"0.83 · 0.83 = {0.83**2:.4f}")
assert lstm.init_params(2, 3, np.random.default_rng(0))["W_f"].shape == (3, 5)
assert 2 / 3 < 0.83**2 < 0.7

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The numbers

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
params, x_t, h_prev, C_prev = data.walkthrough()
x, h, C = x_t.item(), h_prev.item(), C_prev.item()
print(f"input x_t = {x},  last output h_(t-1) = {h},  memory C_(t-1) = {C}")
print("weights and biases:", {name: p.tolist() for name, p in params.items() if name.endswith("f")}, "and so on")
assert all((p == 1).all() for p in params.values())

# %% [markdown] slideshow={"slide_type": "skip"}
# All weights and all biases are 1. That keeps the arithmetic short, and it has a price that we shall come to.
#
# The library's answer comes first, but folded away in a variable: every step below has to agree with it.

# %% slideshow={"slide_type": "skip"}
answer = lstm.step(params, x_t, h_prev, C_prev)


def line(symbol, *sides, name=None):
    """Show a chain of equal things, the symbol in its colour."""
    colour = plotting.LOOKS[name].colour if name else "black"
    display(Math(rf"\color{{{colour}}}{{{symbol}}} = " + " = ".join(sides)))


# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** All gates will be wide open, since every sum is positive. The memory is 0.2 now.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("04.memory", "Where will it be after the step?", ["below 0.2", "between 0.2 and 1", "above 1"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# A show of hands for (a), (b), (c). Write the counts on the board; you need them again at step 3.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Step 0 · Concatenate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
z = np.array([h, x])
line("z_t", r"[h_{t-1},\, x_t]", rf"[{z[0]},\, {z[1]}]")
assert np.array_equal(answer.z_t[:, 0], z)

# %% [markdown] slideshow={"slide_type": "skip"}
# h on top, x below. Since all four weight rows and biases are alike, all four boxes of the cell see the same sum:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
a = 1 * h + 1 * x + 1
line("a", r"W \cdot z_t + b", rf"1 \cdot {h} + 1 \cdot {x} + 1", f"{a:.1f}")
assert a == (params["W_f"] @ answer.z_t + params["b_f"]).item()

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Everybody writes the sum down. All weights are 1, so the sum is done once and serves four times.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Step 1 · Forget gate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
f = 1 / (1 + np.exp(-a))
line(
    "f_t",
    r"\sigma(W_f \cdot z_t + b_f)",
    rf"\sigma({a:.1f})",
    rf"\frac{{1}}{{1 + e^{{-{a:.1f}}}}}",
    f"{f:.6f}",
    name="f_t",
)
assert np.isclose(f, answer.f_t.item(), rtol=1e-14, atol=0)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Half a minute of silence for the calculators. By head: e to the −1.6 is about one fifth, so f is five sixths.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Five sixths of the old memory will be kept. On paper: $e^{-1.6}$ is about one fifth, and 1 / 1.2 is about 0.83.

# %% slideshow={"slide_type": "skip"}
print(f"e^-1.6 = {np.exp(-a):.4f}")
assert np.isclose(f, 5 / 6, atol=0.002)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Step 2 · Input gate and candidate

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
i = sigmoid(a)
C_tilde = np.tanh(a)
line("i_t", r"\sigma(W_i \cdot z_t + b_i)", rf"\sigma({a:.1f})", f"{i:.6f}", name="i_t")
line(r"\tilde{C}_t", r"\tanh(W_C \cdot z_t + b_C)", rf"\tanh({a:.1f})", f"{C_tilde:.6f}", name="C_tilde")
assert np.isclose(i, answer.i_t.item(), rtol=1e-14, atol=0)
assert np.isclose(C_tilde, answer.C_tilde.item(), rtol=1e-14, atol=0)

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

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
kept, written = f * C, i * C_tilde
C_new = kept + written
line("C_t", r"f_t * C_{t-1} + i_t * \tilde{C}_t", rf"{f:.6f} \cdot {C} + {i:.6f} \cdot {C_tilde:.6f}", name="C_t")
line("C_t", f"{kept:.6f} + {written:.6f}", f"{C_new:.6f}", name="C_t")
reveal("04.memory", np.searchsorted([C, 1], C_new))  # below, between or above
assert np.isclose(C_new, answer.C_t.item(), rtol=1e-14, atol=0)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Compare with the hands of the beginning: (b). People who said (a) thought that a gate can only take away. Most of
# the new memory is new.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Most of the new memory is new: this step has written more than four times as much as it has kept.

# %% slideshow={"slide_type": "skip"}
assert 0.2 < C_new < 1 and written / kept > 4

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Step 4 · Output gate and hidden state

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
o = sigmoid(a)
h_new = o * np.tanh(C_new)
line("o_t", r"\sigma(W_o \cdot z_t + b_o)", rf"\sigma({a:.1f})", f"{o:.6f}", name="o_t")
line("h_t", r"o_t * \tanh(C_t)", rf"{o:.6f} \cdot {np.tanh(C_new):.6f}", f"{h_new:.6f}", name="h_t")
assert np.isclose(o, answer.o_t.item(), rtol=1e-14, atol=0)
assert np.isclose(h_new, answer.h_t.item(), rtol=1e-14, atol=0)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# tanh of the new memory, not of the old one. Who gets 0.16 instead of 0.61 has used the old one.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The truth about three decimals
#
# The primer prints a table of results. Here it is beside ours:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
primer = {"f_t": ".832", "i_t": ".832", "C_tilde": ".921", "C_t": ".932", "o_t": ".832", "h_t": ".608"}
for name, printed in primer.items():
    exact = getattr(answer, name).item()
    mark = "" if f"{exact:.3f}" == "0" + printed else "<- differs"
    print(f"{name:8} primer {printed}   exact {exact:.9f}   {mark}")

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
# uses the shortened number.


# %% slideshow={"slide_type": "skip"}
def walk(shorten):
    f = i = o = shorten(sigmoid(a))
    C_tilde = shorten(np.tanh(a))
    C_t = shorten(f * C + i * C_tilde)
    tanh_C = shorten(np.tanh(C_t))
    found = [f, i, C_tilde, C_t, o, tanh_C, shorten(o * tanh_C)]
    return dict(zip(["f_t", "i_t", "C_tilde", "C_t", "o_t", "tanh C_t", "h_t"], found, strict=True))


def to_three(how):
    return lambda number: float(Decimal(float(number)).quantize(Decimal("0.001"), how))


# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Three decimals are asked for, and there are three ways to them.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
ways = [
    "cutting each result to three decimals",
    "rounding each result",
    "keeping all digits and rounding once, at the end",
]
predict("04.digits", "Which way comes closest to the truth?", ways)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
full = walk(float)
cut, rounded = walk(to_three(ROUND_DOWN)), walk(to_three(ROUND_HALF_UP))
print(f"{'':10}{'full precision':>16}{'rounded at the end':>20}{'cut each time':>15}{'rounded each time':>19}")
for name, exact in full.items():
    print(f"{name:10}{exact:16.9f}{exact:20.3f}{cut[name]:15.3f}{rounded[name]:19.3f}")
once = {name: to_three(ROUND_HALF_UP)(exact) for name, exact in full.items()}
worst = [max(abs(way[name] - full[name]) for name in full) for way in (cut, rounded, once)]
reveal("04.digits", np.argmin(worst))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Most people bet on rounding everything. It gives .934 for C, and that is wrong as well. Keep all digits, round
# once.
#
# </details>

# %% slideshow={"slide_type": "skip"}
assert all(
    f"{cut[name]:.3f}" == "0" + printed for name, printed in primer.items()
)  # the primer's table, digit by digit
assert [f"{full[name]:.3f}" for name in ("C_tilde", "C_t", "h_t")] == ["0.922", "0.933", "0.609"]
assert f"{rounded['C_t']:.3f}" == "0.934"  # rounding each time is not safe either

# %% [markdown] slideshow={"slide_type": "skip"}
# Cutting reproduces the primer's table digit by digit: .921, .932 and .608. Rounding each intermediate result gives yet
# another memory, .934, which is also not the rounded truth. Only full precision, rounded once at the end, gives .922, .933
# and .609. Rounding is not wrong by itself; rounding too early is.

# %% slideshow={"slide_type": "skip"}
symbols = [plotting.LOOKS[name].symbol if name in plotting.LOOKS else r"$\tanh C_t$" for name in full]
errors = {"cut each time": cut, "rounded each time": rounded}
errors = {words: [1e3 * (way[name] - full[name]) for name in full] for words, way in errors.items()}

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, ax = plotting.figure(height=3.0)
for words, shift, shade in zip(errors, [-0.2, 0.2], ["#1A1A1A", "#A0A0A0"], strict=True):
    ax.bar(np.arange(7) + shift, errors[words], 0.4, color=shade, label=words)
ax.axhspan(-0.5, 0.5, color="#E0F0EA", lw=0, zorder=0, label="less than half\na unit off")
ax.set_xticks(range(7), symbols)
ax.set(ylabel="error in units of\nthe third decimal", title="How the error travels through the step")
plotting.legend(ax)
plotting.show(
    fig,
    "Bars: the error of each quantity, in units of the third decimal, in the order of the computation, for two ways of "
    "working. Cutting is always too low: hardly in the gates, by more than one unit in C, and by more than one unit in "
    "h at the end. Rounding is sometimes too high and sometimes too low and stays inside the harmless band of half a "
    "unit, except in C, where it is three quarters of a unit too high.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Cutting always errs to the same side: it is harmless in the gates, and more than a whole unit of the third decimal in
# C. Rounding errs to both sides and ends closer to the truth.

# %% slideshow={"slide_type": "skip"}
for words, way in [("cut", cut), ("rounded", rounded)]:
    print(f"{words:8} error of C_t {way['C_t'] - full['C_t']:+.2e}, error of h_t {way['h_t'] - full['h_t']:+.2e}")
assert abs(cut["C_t"] - full["C_t"]) > 1e-3 > abs(rounded["C_t"] - full["C_t"])

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Go on like this, with the input 0.5 at every step, and shorten everything each time.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
fates = ["it grows with every step", "it grows, and then stops", "it is soon gone: errors cancel"]
predict("04.errors", "What becomes of the error of the memory in a thousand steps?", fates)


# %% slideshow={"slide_type": "skip"}
def go_on(shorten, n_steps):
    h_now, C_now = h, C
    for _ in range(n_steps):
        sum_in_gate = h_now + x + 1
        gate = shorten(sigmoid(sum_in_gate))
        C_now = shorten(gate * C_now + gate * shorten(np.tanh(sum_in_gate)))
        h_now = shorten(gate * shorten(np.tanh(C_now)))
    return C_now


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
off = {}  # the errors, cut and rounded, after n steps
for n in (1, 10, 100, 1000):
    true, *short = (go_on(how, n) for how in (float, to_three(ROUND_DOWN), to_three(ROUND_HALF_UP)))
    off[n] = np.array(short) - true
    print(f"{n:4d} steps: C = {true:.4f}, error {off[n][0]:+.4f} cut, {off[n][1]:+.4f} rounded")
grown, at_the_end = abs(off[100]) > 10 * abs(off[1]), abs(off[1000]) / abs(off[100])
stopped = grown.all() and (at_the_end < 1.1).all()
reveal("04.errors", 1 if stopped else 0 if grown.all() else 2)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# People expect that the error grows for ever. It stops: the forget gate forgets errors, too.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Both errors of C grow, to some forty units of the third decimal, and then they stop: the forget gate forgets errors,
# too. Rounding is hardly better than cutting in the end, because once the memory has settled, every step makes the same
# error again. What helps is digits. The library keeps about 16, or about 7 in float32, and every check in this course
# compares with a stated tolerance.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Turn the knobs
#
# Here every number of the cell has a slider. **Find with it:**
#
# 1. an input for which the memory *shrinks*;
# 2. a weight $w_{fx}$ for which the unit keeps less than half of it;
# 3. whether any C makes h larger than 1.

# %% slideshow={"slide_type": "skip"}
cell = CellExplorer(x_t=x, h_prev=h, C_prev=C)
assert all(np.array_equal(ours, theirs) for ours, theirs in zip(cell.step(), answer, strict=True))
cell

# %% [markdown] slideshow={"slide_type": "skip"}
# A wire is as thick as its value is large. Each small curve shows where its gate stands, and how steep it is there. The
# button *as at first* brings the numbers of this lesson back. `cell` is both the figure and its numbers: `cell.x_t = -1`
# moves the slider, and `cell.step()` is the library's step for the numbers that you see.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Run this cell live, in JupyterLab. Let the room call out values; ask for a prediction before you let go of the
# slider. The answers are folded in the lesson under it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>What there is to find</summary>
#
# (1) Any input below about −0.93: the forget gate keeps a little over half, and too little is written to make up for it.
# Below −1.1 the candidate is negative as well. (2) The sum in the forget gate is
# h + w · x + 1, which has to be negative: with x = 0.5 and h = 0.1 any weight below −2.2. (3) No. h is a share times a
# tanh, so it stays below 1 in size whatever the memory is.
#
# </details>


# %% slideshow={"slide_type": "skip"}
def step_with(x, h_prev, C_prev, w_fx):
    return CellExplorer(x_t=x, h_prev=h_prev, C_prev=C_prev, W_f=[1, w_fx]).step()


assert step_with(-0.94, h, C, 1).C_t.item() < C < step_with(-0.92, h, C, 1).C_t.item()
assert step_with(-1.11, h, C, 1).C_tilde.item() < 0 < step_with(-1.09, h, C, 1).C_tilde.item()
assert step_with(x, h, C, -2.1).f_t.item() > 0.5 > step_with(x, h, C, -2.3).f_t.item()
assert step_with(x, h, 100, 1).h_t.item() < 1

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A second step: where memory begins
#
# One step alone shows no memory, only how one is made. Let the input fall silent, $x_2 = 0$, and do the same again, with
# the outputs of the first step.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Silence comes in.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("04.silence", "What does the memory do?", ["it goes down", "it stays", "it grows"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Most say that it goes down: nothing comes in, and the forget gate is below 1. They forget the bias, and that the
# unit hears itself.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
x_2 = 0.0
a_2 = 1 * h_new + 1 * x_2 + 1
line("a_2", r"W \cdot [h_1,\, x_2] + b", rf"1 \cdot {h_new:.6f} + 1 \cdot {x_2:.0f} + 1", f"{a_2:.6f}")
f_2 = i_2 = o_2 = sigmoid(a_2)
line("f_2 = i_2 = o_2", rf"\sigma({a_2:.6f})", f"{f_2:.6f}")
C_tilde_2 = np.tanh(a_2)
line(r"\tilde{C}_2", rf"\tanh({a_2:.6f})", f"{C_tilde_2:.6f}", name="C_tilde")

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
C_2 = f_2 * C_new + i_2 * C_tilde_2
numbers = rf"{f_2:.6f} \cdot {C_new:.6f} + {i_2:.6f} \cdot {C_tilde_2:.6f}"
line("C_2", r"f_2 * C_1 + i_2 * \tilde{C}_2", name="C_t")
line("C_2", numbers, f"{C_2:.6f}", name="C_t")
reveal("04.silence", 1 + int(np.sign(C_2 - C_new)))
h_2 = o_2 * np.tanh(C_2)
line("h_2", r"o_2 * \tanh(C_2)", rf"{o_2:.6f} \cdot {np.tanh(C_2):.6f}", f"{h_2:.6f}", name="h_t")

# %% slideshow={"slide_type": "skip"}
X = np.array([x, x_2]).reshape(2, 1, 1)  # T = 2 steps, D = 1 input, B = 1 sequence
hs, steps = lstm.forward(params, X, (h_prev, C_prev))
assert np.allclose(hs.ravel(), [h_new, h_2], rtol=1e-14, atol=0)
assert np.allclose(lstm.stack(steps).C_t.ravel(), [C_new, C_2], rtol=1e-14, atol=0)
assert np.allclose([f_2, i_2, o_2], steps[1].f_t.item(), rtol=1e-14, atol=0)
assert np.isclose(C_tilde_2, steps[1].C_tilde.item(), rtol=1e-14, atol=0)

# %% [markdown] slideshow={"slide_type": "fragment"}
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
# gate that came after it:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
parts = {
    "the old memory": f_2 * f * C,
    "written at step 1": f_2 * i * C_tilde,
    "written at step 2": i_2 * C_tilde_2,
}
for words, part in parts.items():
    print(f"{words:20} {part:.4f}   {part / C_2:6.1%}")
assert np.isclose(sum(parts.values()), C_2, rtol=1e-14, atol=0)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, ax = plotting.figure(height=2.2)
history = {"step 0": [C, 0, 0], "step 1": [f * C, i * C_tilde, 0], "step 2": list(parts.values())}
left, shades = np.zeros(3), ["#1A1A1A", "#8A8A8A", "#D0D0D0"]
for part, words, shade in zip(np.array(list(history.values())).T, parts, shades, strict=True):
    ax.barh(list(history), part, left=left, color=shade, edgecolor="white", label=words)
    left += part
ax.invert_yaxis()
ax.set(xlabel="$C_t$", title="What the memory is made of")
plotting.legend(ax)
plotting.show(
    fig,
    "Three bars, longer each time, for the memory and its parts. At step 0 there is the old memory alone, 0.2. At step 1 "
    "it has shrunk a little, and what was written at step 1 lies beside it. At step 2 both have shrunk, and what was "
    "written at step 2 has joined them.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# This is the picture of memory: nothing lies in a place of its own. Old parts shrink together, and a new one is
# laid beside them. Ask which part has met two forget gates.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# This is what memory is in an LSTM: old parts shrink by the forget gate and are joined by new ones. Nothing is stored
# in a place of its own. With gates of about 0.83, as here, the first value will soon be buried; after ten such steps
# this much of it is left:

# %% slideshow={"slide_type": "skip"}
print(f"{f:.3f} to the power of 10 = {f**10:.3f}")
assert f**10 < 0.2

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What this example cannot show
#
# All weights are 1. So f, i and o are the same number, and a program that mixes them up gets everything right:


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
def mixed_up(params):
    """The same parameters with the forget gate and the output gate exchanged."""
    return params | {"W_f": params["W_o"], "b_f": params["b_o"], "W_o": params["W_f"], "b_o": params["b_f"]}


wrong = lstm.step(mixed_up(params), x_t, h_prev, C_prev)
assert all(np.array_equal(ours, theirs) for ours, theirs in zip(answer, wrong, strict=True))
print("With the primer's weights, the mistake changes nothing.")

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
rng = np.random.default_rng(4)
honest = lstm.init_params(1, 1, rng)
right = lstm.step(honest, x_t, h_prev, C_prev)
wrong = lstm.step(mixed_up(honest), x_t, h_prev, C_prev)
print(f"With weights that differ: h = {right.h_t.item():.4f} and {wrong.h_t.item():.4f}.")
assert abs(right.h_t - wrong.h_t).item() > 1e-3

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

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# One step is six lines of arithmetic, and each agreed with the library to 14 digits. Keep all digits to the end, then
# round. Memory begins with the second step: what was there shrinks by the forget gate, and something new is laid beside
# it.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# The checks know which numbers come out when one thing goes wrong, and say so. The next cell makes these numbers: a step
# in which the gates, the candidate, the showing or the digits are other than they should be.


# %% slideshow={"slide_type": "skip"}
def to_digits(digits, how):
    def shorten(number):
        return float(Decimal(f"{number:.12f}").quantize(Decimal(1).scaleb(-digits), how))  # 0.1 + 0.7 is 0.8

    shorten.__name__ = f"{how} to {digits}"
    return shorten


def on_paper(sums, C_prev=0.2, gate=sigmoid, candidate=np.tanh, show=np.tanh, shorten=float):
    """Return C_t and h_t of a step that may hold a mistake, from the sums in f, i, C̃ and o."""
    f, i, o = (shorten(gate(sums[k])) for k in "fio")
    C_t = shorten(f * C_prev + i * shorten(candidate(sums["C"])))
    return C_t, shorten(o * shorten(show(C_t)))


def paper_slips(sums):
    return {
        "The gates are squashed twice: one σ around each sum.": on_paper(sums, gate=lambda a: sigmoid(sigmoid(a))),
        "The candidate is taken for one more gate: it is a tanh.": on_paper(sums, candidate=sigmoid),
        "The memory is shown as it is: the tanh of h_t is missing.": on_paper(sums, show=float),
        "You have cut to two decimals on the way: keep more digits.": (
            on_paper(sums, shorten=to_digits(2, ROUND_DOWN))
        ),
        "You have rounded to two decimals on the way: keep more digits.": (
            on_paper(sums, shorten=to_digits(2, ROUND_HALF_UP))
        ),
    }


# %% [markdown] slideshow={"slide_type": "skip"}
# **1. The other sign.** Do the whole step on paper for the input x = −0.5, with everything else as above. Then write
# down the h that you found, to at least three decimals.


# %% slideshow={"slide_type": "skip"}
def my_h():
    raise NotImplementedError  # return 0.…


# %% slideshow={"slide_type": "skip"}
def alike(a):
    return dict.fromkeys("fiCo", a)


gate, candidate = sigmoid(0.6), np.tanh(0.6)
C_t, h_t = on_paper(alike(0.6))
steps = {"the sum a": 0.6, "the gates": gate, "the candidate": candidate, "C_t": C_t, "h_t": h_t}
known = {words: wrong for words, (_, wrong) in paper_slips(alike(0.6)).items()} | {
    "That is h for x = +0.5.": on_paper(alike(1.6))[1],
    "The bias is missing: the sum is h + x + 1.": on_paper(alike(-0.4))[1],
    "tanh is of C_(t-1), the old memory; h shows the new one.": gate * np.tanh(0.2),
    "That is C_t, the memory; h shows a part of it.": C_t,
    "That is tanh(C_t); the output gate is missing.": np.tanh(C_t),
}
hint = "Only the sum a changes: 0.1 − 0.5 + 1."
check_paper("h for x = −0.5", my_h, steps, known=known, hint=hint)

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
# anything was rounded. A person with a pencil might round each product first. Which C_t does that give?


# %% slideshow={"slide_type": "skip"}
def C_with_rounded_products(shorten):
    raise NotImplementedError  # start like walk above


# %% slideshow={"slide_type": "skip"}
def with_pencil(gate=True, candidate=True, products=True):
    """The walk of a person with a pencil who may forget to shorten something."""

    def walked(shorten):
        f = shorten(sigmoid(1.6)) if gate else sigmoid(1.6)
        c = shorten(np.tanh(1.6)) if candidate else np.tanh(1.6)
        return shorten(shorten(f * 0.2) + shorten(f * c)) if products else shorten(f * 0.2 + f * c)

    return walked


slips = {
    "The products are added before they are shortened: that is `walk`.": with_pencil(products=False),
    "The gate still has all its digits: shorten it first.": with_pencil(gate=False),
    "The candidate still has all its digits: shorten it first.": with_pencil(candidate=False),
    "Gate and candidate still have all their digits.": with_pencil(gate=False, candidate=False),
    "Only the end is shortened.": with_pencil(gate=False, candidate=False, products=False),
    "Nothing is shortened: call `shorten`.": lambda shorten: with_pencil()(float),
    "That rounds to three decimals, whatever is asked for: call `shorten`.": (
        lambda shorten: with_pencil()(to_digits(3, ROUND_HALF_UP))
    ),
}

# %% slideshow={"slide_type": "skip"}
ways = [to_digits(digits, how) for digits in (3, 2, 1) for how in (ROUND_HALF_UP, ROUND_DOWN, ROUND_UP)]
ways += [lambda number: 0.9 * number]  # shows each call, also one that has nothing left to shorten
check(
    "C_t with products shortened",
    C_with_rounded_products,
    with_pencil(),
    given=[(way,) for way in ways],
    known=slips,
)

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
# **3. Choose a bias.** Which b_f makes the unit keep exactly 90 % of its memory in the primer's step (everything else
# 1)?


# %% slideshow={"slide_type": "skip"}
def my_b_f():
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
slips = {
    "ln 9 is the whole sum; h and x have brought 0.6 of it already.": np.log(9),
    "h and x bring 0.6, so the bias has to bring less than ln 9, not more.": np.log(9) + 0.6,
    "ln 9 − 1.6 leaves room for the old bias of 1; b_f takes its place.": np.log(9) - 1.6,
    "0.9 is the gate, not the sum in it: σ is to be undone first.": 0.9 - 0.6,
    "ln(0.1 / 0.9) is for a gate of 10 %: the odds are upside down.": -np.log(9) - 0.6,
    "ln 0.9 is the logarithm of the gate; σ is undone by that of 0.9 / 0.1.": np.log(0.9) - 0.6,
}
check(
    "f_t with your bias",
    my_b_f,
    lambda: np.log(9) - 0.6,
    then=lambda b_f: sigmoid(0.1 + 0.5 + b_f),
    tol=1e-3,
    known=slips,
    says="your b_f = {answer:.4g} makes a gate of {got:.3f}, 0.9 was asked for",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The sum in the gate is 0.6 + b_f. For which sum is σ equal to 0.9?
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
# gates. With these it does. Take x, h and C from above, do the step on paper, and return C_t and h_t to at least three
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
sums = {"f": 0.7, "i": 0.1, "C": 0.4, "o": -0.2}
turned = {"f": 2 * 0.5 - 0.1 + 1, "i": 0.5 + 2 * 0.1 - 1, "C": -0.5 + 0.1, "o": 3 * 0.5 + 0.1 - 1}  # x first
bare = {"f": -0.3, "i": 1.1, "C": 0.4, "o": 0.8}  # without the biases
C_t, h_t = on_paper(sums)
steps = {f"the sum in {k}": a for k, a in sums.items()}
steps |= {"f": sigmoid(0.7), "i": sigmoid(0.1), "C̃": np.tanh(0.4), "o": sigmoid(-0.2), "C_t": C_t, "h_t": h_t}
known = paper_slips(sums) | {
    "The order is [x, h]: h comes first, and the first weight of each row is for it.": on_paper(turned),
    "f and i have changed places: f keeps, i writes.": on_paper(sums | {"f": 0.1, "i": 0.7}),
    "The biases are missing.": on_paper(bare),
    "h shows the old memory; it shows the new one.": (C_t, sigmoid(-0.2) * np.tanh(0.2)),
    "The output gate is missing in h_t.": (C_t, np.tanh(C_t)),
    "The numbers are right, and have changed places: C_t comes first.": (h_t, C_t),
}

# %% slideshow={"slide_type": "skip"}
hint = "The sums are 0.7 for f, 0.1 for i, 0.4 for the candidate and −0.2 for o."
check_paper("C_t and h_t", my_C_and_h, steps, asked=2, known=known, hint=hint)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Four sums come first, one for each row, as weight · h + weight · x + bias. With these weights they are all different.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The sums are 0.7 for f, 0.1 for i, 0.4 for the candidate and −0.2 for o. The first three of them go into C_t.
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
assert second_step(x_2) < h_2


# %% slideshow={"slide_type": "skip"}
def wrong_line():
    raise NotImplementedError  # return "a", "b", "c", "d" or "e"


# %% slideshow={"slide_type": "skip"}
known = {
    "The unit hears its own last output, and that is h_new.": "a",
    "All three gates are alike here, because their weights are.": "b",
    "The candidate is the tanh of the same sum.": "c",
    "h shows tanh of the new memory, and so it does here.": "e",
}
check_choice("the wrong line", wrong_line, "d", "abcde", known=known)

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
# **6. From paper to program.** Here is the step as a function for any number of units, inputs and sequences. Only its
# last line is missing. Write it, and give back h_t and C_t. (The next lesson leaves more lines to you, and the one
# after that all of them.)


# %% slideshow={"slide_type": "skip"}
def my_step(params, x_t, h_prev, C_prev):
    z_t = np.concatenate([h_prev, x_t])
    f_t = sigmoid(params["W_f"] @ z_t + params["b_f"])
    i_t = sigmoid(params["W_i"] @ z_t + params["b_i"])
    C_tilde = np.tanh(params["W_C"] @ z_t + params["b_C"])
    C_t = f_t * C_prev + i_t * C_tilde
    o_t = sigmoid(params["W_o"] @ z_t + params["b_o"])
    raise NotImplementedError  # h_t = …, and then: return h_t, C_t


# %% slideshow={"slide_type": "skip"}
check_function("my step", my_step, like="step")

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Look at step 4 above. Which two quantities go into h_t, and which of them is squashed?
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
#     h_t = o_t * np.tanh(C_t)
#     return h_t, C_t
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. In which order do you compute the quantities of a step, and which four could be done at the same time?
# 2. Why does cutting digits spoil one step more than rounding them?
# 3. How large is the sum in the gates if x = 0, h = 0 and all weights and biases are 1?
# 4. Which part of C_2 has been multiplied by two forget gates?
# 5. Somebody tests an LSTM program with all weights equal to 1. Name a mistake that this test cannot find.
#
# <details><summary>Answers</summary>
#
# 1. z, then f, i, C̃ and o (these four need only z), then C, then h.
# 2. Cut numbers are all too small, so the errors add up; rounded ones are too small or too large, and often cancel.
# 3. 1, the bias.
# 4. The old memory C_0.
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
#
# Next: [The gradients](05_the_gradients.ipynb). Before: [The formulas](03_the_formulas.ipynb). Back to
# [Start here](00_start_here.ipynb).
