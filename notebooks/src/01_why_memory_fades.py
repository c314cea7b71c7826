# %% [markdown] slideshow={"slide_type": "slide"}
# # Why memory fades
#
# **What you will be able to do.** Say why a plain recurrent network forgets, with a number; measure how far back a
# gradient reaches, in any network; and tell which half of the story about the LSTM is true.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask who has heard that the LSTM solves the vanishing gradient, and let them keep their opinion until the vote at the
# end.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** Derivatives and the chain rule; what a matrix does to a vector.
#
# **How long it takes.** About 45 minutes.

# %% [markdown] slideshow={"slide_type": "skip"}
# The primer, the one page that this course grew from, says that plain recurrent networks "forget earlier data too
# quickly" and that the LSTM solves this. Both halves of that sentence are measured here. The first is often true, and
# the second is half true, which is more interesting.
#
# No formula of the LSTM is needed yet. What the gates are comes in
# [Gates and the cell state](02_gates_and_the_cell_state.ipynb); here they are seen from outside.

# %% slideshow={"slide_type": "skip"}
import numpy as np

from lstm_lib import flow, lstm, plotting, rnn, sigmoid
from lstm_lib.lesson import check, check_choice, check_order, explore, predict, reveal, scenes, slider


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions from before
#
# 1. `X` has the shape (100, 2, 3). What are the three numbers?
# 2. A forget gate stays at f. What is left of a memory after n steps?
# 3. Does a gate of 0.73 remember for a hundred steps?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A minute alone, on paper, then aloud. The second question is the whole lesson in small.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# They are from [Start here](00_start_here.ipynb). Answer aloud, then open the fold.
#
# <details><summary>Answers</summary>
#
# 1. (T, D, B): 100 steps in time, 2 inputs at each step, 3 sequences side by side.
# 2. fⁿ of it, if nothing is written: f is multiplied by itself n times.
# 3. No. Multiplied by 0.73 a hundred times, next to nothing is left.
#
# </details>

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

# %% [markdown] slideshow={"slide_type": "skip"}
# Let us make one of each, as an array of the shape (T, D, B) that this course uses everywhere. First the temperature of
# three days, hour by hour: one number at each step.

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(0)
hours = np.arange(72)
daily = 4 * np.sin(2 * np.pi * (hours - 9) / 24)  # warmest in the afternoon
temperature = 12 + daily + rng.normal(0, 0.6, hours.size)
X_series = temperature[:, None, None]

# %% [markdown] slideshow={"slide_type": "skip"}
# Then a line of text. A network multiplies and adds, so each letter becomes a column of numbers: all of them 0, except
# for a single 1 in the row of that letter. This is called a **one-hot** column. It gives no letter a larger number than
# another.

# %% slideshow={"slide_type": "skip"}
ALPHABET = " abdegimnost"


def one_hot(text):
    """Return text as an array (T, D, 1): a row of the alphabet for each letter."""
    return np.array([[[float(letter == row)] for row in ALPHABET] for letter in text])


X_text = one_hot("dog bites man")

# %% [markdown] slideshow={"slide_type": "skip"}
# And a sound: a whistle that slides upwards, a *chirp*. A microphone reports the pressure of the air, here 8000 times a
# second, and each report is a step. Two hundred steps are a fortieth of a second: sounds are long sequences.

# %% slideshow={"slide_type": "skip"}
seconds = np.arange(200) / 8000
turns = 150 * seconds + 12000 * seconds**2  # from 150 turns a second upwards
X_sound = np.sin(2 * np.pi * turns)[:, None, None]
for name, X in {"series": X_series, "text": X_text, "sound": X_sound}.items():
    print(f"{name:7} (T, D, B) = {X.shape}")
assert (X_text.sum(axis=1) == 1).all() and X_sound.size / 8000 == 1 / 40

# %% slideshow={"slide_type": "skip"}
fig, (top, middle, bottom) = plotting.figure(height=5.0, nrows=3, gridspec_kw={"height_ratios": [1, 1.7, 1]})
plotting.curve(top, range(1, 73), X_series[:, 0, 0], "x_t", marker="")
top.set(title="A time series: 72 hours of temperature, T = 72, D = 1", ylabel="°C", xlim=(1, 72))
middle.imshow(X_text[:, :, 0].T, cmap="Greys", vmax=1.3, aspect="auto")
middle.set_xticks(range(13), "dog bites man")
middle.set_yticks(range(12), ["␣", *ALPHABET[1:]], fontsize=7)
middle.grid(False)
middle.set(title="A line of text, one-hot: T = 13, D = 12", ylabel="row of")
plotting.curve(bottom, range(1, 201), X_sound[:, 0, 0], "x_t", marker="")
bottom.set(title="A sound: T = 200, D = 1", ylabel="pressure", xlabel="step t", xlim=(1, 200))
middle.tick_params(length=0)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    fig,
    "Three panels. Above, a temperature curve that rises and falls three times in 72 hours. In the middle, the text dog "
    "bites man as a grid of 12 rows and 13 columns with one dark square in each column. Below, a wave whose turns come "
    "closer and closer together over 200 steps.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# Three kinds of data, one form: step t stands to the right of step t − 1. T may be anything, even another number for each
# sequence, and D is whatever one step has to say. What a network needs to know about the world is in the numbers *and* in
# where they stand.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why the order matters
#
# *Dog bites man* is no news. *Man bites dog* is. Both have the same letters, each as often. Whoever counts letters
# cannot tell them apart.

# %% slideshow={"slide_type": "fragment"}
X_news = one_hot("man bites dog")
assert np.array_equal(X_news.sum(axis=0), X_text.sum(axis=0))  # the same letters
assert not np.array_equal(X_news, X_text)  # in another order

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for more pairs of sentences that only the order tells apart. Both lines of code pass without a word, and that is
# the answer.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A network that reads
#
# A **recurrent network** (RNN) reads one $x_t$ after the other and keeps a **state** $h_t$, a few numbers that sum up
# what it has read so far:
#
# $$h_t = \tanh(W_h \cdot [h_{t-1}, x_t] + b_h)$$
#
# One $W_h$ serves every step.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** A network of four units with random weights, never trained, reads both lines.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
states = ["the same, as the letters are", "different", "different only after training"]
predict("01.order", "What will its two last states be?", states)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Take the vote. Whoever says (c) thinks of the order as something to be learnt. What has to be learnt is what to make
# of it.
#
# </details>

# %% slideshow={"slide_type": "subslide"}
reader = rnn.init_params(len(ALPHABET), 4, np.random.default_rng(1))
for text in ["dog bites man", "man bites dog"]:
    hs, _ = rnn.forward(reader, one_hot(text))
    print(f"{text}:  h_T =", hs[-1, :, 0].round(2))
gap = np.abs(hs[-1] - rnn.forward(reader, X_text)[0][-1]).max()
assert gap > 0.1
reveal("01.order", int(gap > 0.1))

# %% [markdown] slideshow={"slide_type": "skip"}
# (b). Each step mixes the new letter with a state that depends on the letters before, so even random weights notice the
# order. But how far back do they notice it? Let two texts differ in their *first* letter only, and let the same letter
# follow again and again:


# %% slideshow={"slide_type": "subslide"}
def difference(first, second):
    """How far apart the last states are."""
    hs, _ = rnn.forward(reader, one_hot(first))
    others, _ = rnn.forward(reader, one_hot(second))
    return np.abs(hs[-1] - others[-1]).max()


apart = {n: difference("d" + n * "o", "m" + n * "o") for n in (0, 5, 10, 20)}
for n, distance in apart.items():
    print(f"d or m, then {n:2} times o: the states differ by {distance:.0e}")
assert apart[0] > 0.1 and apart[20] < 1e-4

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Point at the last line: the first letter has left no trace worth the name, though nothing has overwritten it on
# purpose. Ask where it went, and leave the question open.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# After twenty more letters the state hardly knows what the first one was. That is the fading in the title. The
# state has a place for it: four numbers could tell twelve letters apart. So *why* does it fade?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One number, many steps
#
# Take everything away that can be taken away: one unit, no tanh, no bias.
#
# $$h_t = w\,h_{t-1} + x_t$$
#
# If $x_1 = 1$ and nothing comes after it, then $h_2 = w$, $h_3 = w^2$, and so on.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** The unit reads a 1, then nothing for 50 steps. Once w is 0.9, once 1.1.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
left = {"0.5 and 2": 0.5, "0.1 and 10": 0.1, "0.005 and 100": 0.005}  # what w = 0.9 leaves
predict("01.power", "What has the 1 become, about, for the one and for the other?", list(left))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Expect votes for all three. Ask how many factors there are, and what two of them make, and four.
#
# </details>


# %% slideshow={"slide_type": "subslide"}
def read(w, xs):
    """The last state of h_t = w h_{t−1} + x_t."""
    h = 0.0
    for x_t in xs:
        h = w * h + x_t
    return h


# %% slideshow={"slide_type": "subslide"}
for w in [0.5, 0.9, 1.0, 1.1]:
    print(f"w = {w}:  left of a 1 after 50 steps: {read(w, [1] + 50 * [0]):.3g}")
assert np.isclose(read(0.9, [1] + 50 * [0]), 0.9**50)
distances = np.abs(np.log(0.9**50) - np.log(list(left.values())))
reveal("01.power", distances.argmin())

# %% [markdown] slideshow={"slide_type": "skip"}
# (c). A power leaves nothing where it was: below 1 it goes to zero, above 1 it runs away, and only at 1 does it stay.
#
# Training looks at the same power from the other end. To learn that $x_1$ mattered, it needs the derivative of the
# last state with respect to that first input, the **gradient** over 50 steps. Move $x_1$ a little and see:

# %% slideshow={"slide_type": "subslide"}
eps = 1e-6
slope = (read(0.9, [1 + eps] + 50 * [0]) - read(0.9, [1] + 50 * [0])) / eps
print(f"moved by 1, the last state moves by {slope:.4f};  0.9 to the 50th is {0.9**50:.4f}")
assert np.isclose(slope, 0.9**50, rtol=1e-4)

# %% slideshow={"slide_type": "skip"}
OCHRES = ["#CC9A2E", "#A06F00", "#5C4000"]  # shades of the colour of h
lags = np.arange(101)
fig, ax = plotting.figure(height=3.2)
ax.set(xlim=(0, 100), ylim=(1e-5, 1e5), xlabel="steps back", ylabel="gradient", title="Powers of one number")
for w, colour, style in zip([0.9, 1.0, 1.1], OCHRES, ["--", "-", "-."], strict=True):
    ax.semilogy(lags, w**lags, color=colour, ls=style)
    ax.text(102, w**100.0, f"w = {w}", color=plotting.INK, va="center")

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    fig,
    "The gradient against the number of steps back, on a logarithmic axis. Three straight lines start at 1: for w = 0.9 "
    "the line falls below 0.0001 at 100 steps, for w = 1 it stays at 1, for w = 1.1 it rises above 10000.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# On this axis a power is a straight line. Ask how near to 1 the number must be for a tenth to be left after a hundred
# steps: nearer than most expect.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# On a logarithmic axis powers are straight lines. Hochreiter saw them in his diploma thesis of 1991, and Bengio, Simard
# and Frasconi in 1994: the gradient **vanishes** or it **explodes**, and the middle is narrow.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## With tanh: the factor depends on where you are
#
# Put the tanh back: $h_t = \tanh(w\,h_{t-1} + w_{in}\,x_t)$. The slope of tanh is $1 - h_t^2$, so one step back
# multiplies the gradient by
#
# $$w\,(1 - h_t^2).$$

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** With w = 1.5 the plain power would explode. The unit reads a 1, then nothing.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("01.tanh", "What does the gradient do now?", ["it vanishes", "it stays", "it explodes"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Take the vote, then ask where the state will be after a few steps, and how steep tanh is there.
#
# </details>

# %% slideshow={"slide_type": "skip"}
T = 50
X_once = np.zeros((T, 1, 1))
X_once[0] = 1  # x_1 = 1, then nothing

# %% slideshow={"slide_type": "subslide"}
w = 1.5
one_unit = {"W_h": np.array([[w, 1.0]]), "b_h": np.zeros((1, 1))}
hs, _ = rnn.forward(one_unit, X_once)
factors = w * (1 - hs[:, 0, 0] ** 2)
print("h_T =", hs[-1, 0, 0].round(3), "  last factor", factors[-1].round(3))
print(f"product of the last 49 factors: {np.prod(factors[1:]):.0e}")
assert np.prod(factors[1:]) < 1e-15
reveal("01.tanh", np.searchsorted([0.1, 10], np.prod(factors[1:])))  # below, between or above

# %% [markdown] slideshow={"slide_type": "skip"}
# (a). The state has settled at a place where tanh is flat. The unit is **saturated**: its state stays for as long as
# no input moves it, and for the same reason no gradient gets through. Remembering and being able to learn what to
# remember are two different things.
#
# One unit has one number for the gradient. `flow.norms` from our library does the same for any network; for one unit
# it gives these products:

# %% slideshow={"slide_type": "skip"}
by_hand = np.cumprod(factors[::-1])
assert np.allclose(flow.norms(rnn, one_unit, X_once)[1:], by_hand, rtol=1e-12)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A landscape with a cliff
#
# Ask the unit to remember that it has read a 1: after 50 steps the state shall be 0.8. The loss is
#
# $$L = (h_{50} - 0.8)^2.$$
#
# Two numbers can be trained: $w$ and $w_{in}$.

# %% [markdown] slideshow={"slide_type": "skip"}
# For each pair we run the unit and carry the slope along: if $h_{t-1}$ moves by 1, then $h_t$ moves by $w(1 - h_t^2)$.
# NumPy does all pairs at once.


# %% slideshow={"slide_type": "subslide"}
def landscape(w, w_in, T=50):
    """The loss after T steps, and its slope along w_in."""
    h = np.tanh(w_in)  # step 1 reads the 1
    slope = 1 - h**2
    for _ in range(T - 1):
        h = np.tanh(w * h)
        slope = slope * w * (1 - h**2)
    return (h - 0.8) ** 2, 2 * (h - 0.8) * slope


# %% [markdown] slideshow={"slide_type": "skip"}
# A slope that one has written oneself is compared with one that somebody else has: here with `rnn.backward`, which
# [The gradients](05_the_gradients.ipynb) derives for the LSTM.

# %% slideshow={"slide_type": "skip"}
params = {"W_h": np.array([[1.2, 0.4]]), "b_h": np.zeros((1, 1))}
hs, steps = rnn.forward(params, X_once)
dhs = np.zeros_like(hs)
dhs[-1] = 2 * (hs[-1] - 0.8)
grads, _, _ = rnn.backward(params, dhs, steps)
assert np.isclose(grads["W_h"][0, 1], landscape(1.2, 0.4)[1], rtol=1e-10)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Training walks downhill, and where there is no slope it stands still.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
places = ["near the best place only", "also at the worst place"]
predict("01.flat", "Where in this landscape is there next to no slope?", places)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Draw the axes on the board and let them sketch the loss: where is it high, where low, and what is in between?
#
# </details>

# %% slideshow={"slide_type": "skip"}
ws, w_ins = np.meshgrid(np.linspace(0, 2, 161), np.linspace(-1, 1, 160))
hills, _ = landscape(ws, w_ins)
fig, ax = plotting.figure(height=3.9, subplot_kw={"projection": "3d", "computed_zorder": False})
ax.plot_surface(ws, w_ins, hills, cmap="cividis", rcount=160, ccount=160, lw=0, antialiased=False)
edge = np.linspace(-1, 1, 4001)
ax.plot(np.full(4001, 1.5), edge, landscape(1.5, edge)[0] + 0.03, color="white", lw=2.5, zorder=5)
ax.view_init(elev=34, azim=118)
ax.set_box_aspect((1.5, 1.2, 0.7), zoom=1.12)
ax.set(xlabel="$w$", ylabel="$w_{in}$", zlabel="loss", xticks=[0, 1, 2], yticks=[-1, 0, 1], zticks=[0, 1, 2, 3])
ax.set_title("The loss after 50 steps; white: the cut at w = 1.5", loc="left")
for w, w_in, height, name in [(0.5, 0, 0.6, "plain"), (1.72, 0.5, 0, "low"), (1.9, -0.5, 3, "high")]:
    ax.text(w, w_in, height, name, color="black" if name == "high" else "white", ha="center", fontsize=10)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    fig,
    "The loss after 50 steps as a surface over w from 0 to 2 and w_in from -1 to 1. For w below 1 it is a flat plain. For "
    "w above 1 it breaks into a high plateau where w_in is negative and a low one where w_in is positive, with an "
    "upright cliff between them at w_in = 0. A white line over both plateaus and the cliff marks the cut at w = 1.5.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# On the plain, w is below 1 and whatever was read is gone. Beyond it, the unit settles high or low. It keeps *which*
# it was for as long as you like, so it does remember. Now walk along the white line and look at the slope:

# %% slideshow={"slide_type": "skip"}
fig, (above, below) = plotting.figure(height=3.9, nrows=2, sharex=True)
cut = np.linspace(-1, 1, 2001)
loss, slope = landscape(1.5, cut)
above.plot(cut, loss, color=OCHRES[2])
above.set(title="The cut at w = 1.5", ylabel="loss", xlim=(-1, 1), ylim=(-0.2, 3.3))
below.axhspan(1e-3, 1e3, color="#EFE6D2", lw=0, zorder=0)
below.text(-0.97, 1, "a slope one can train with", va="center", fontsize=9)
below.semilogy(cut, np.abs(slope), color=OCHRES[1])
below.set(ylabel="size of slope", xlabel="$w_{in}$", ylim=(1e-23, 1e12), yticks=[1e-20, 1e-10, 1, 1e10])
below.minorticks_off()

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    fig,
    "Two panels over w_in from -1 to 1. Above, the loss: flat and high on the left, flat and low on the right, with a "
    "vertical step at 0. Below, the size of the slope on a logarithmic axis: below 1e-15 over most of the range, "
    "with a needle at 0 that reaches almost 1e9. A band marks slopes between 0.001 and 1000; only the sides of the "
    "needle cross it.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Walk the cut with a finger on the screen. Ask where gradient descent goes from w_in = −0.5 (nowhere) before asking
# where it goes from the edge.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
for place, w_in in {"worst plateau": -0.5, "on the cliff": 0.0}.items():
    loss, slope = landscape(1.5, w_in)
    print(f"{place:14} loss {loss:.2f}, slope {slope:6.0e}; a step at rate 0.01 moves w_in by {-0.01 * slope:.0e}")
near = np.geomspace(1e-9, 1, 100_000)  # how far from the edge, on the low side
usable = near[(np.abs(landscape(1.5, near)[1]) > 1e-3) & (np.abs(landscape(1.5, near)[1]) < 1e3)]
print(f"slope between 0.001 and 1000: only from {usable.min():.0e} to {usable.max():.0e} beside the edge")
reveal("01.flat", int(abs(landscape(1.5, -0.5)[1]) < 1e-3))

# %% [markdown] slideshow={"slide_type": "skip"}
# (b). The worst place has no slope to speak of, although the loss there is large: training stands still and does not
# know why. And one step from the edge of the cliff throws the weight millions away. Vanishing and exploding live side
# by side, in one network with two weights. Doing less harm on the cliff is easy: *clip* the gradient to a largest length
# (Pascanu, Mikolov and Bengio 2013). On the plateau there is nothing to clip.

# %% slideshow={"slide_type": "skip"}
assert abs(landscape(1.5, -0.5)[1]) < 1e-15 and landscape(1.5, -0.5)[0] > 2.5
assert abs(0.01 * landscape(1.5, 0.0)[1]) > 1e6 and usable.max() < 1e-3

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Many units: a product of matrices
#
# With H units, one step back multiplies by a matrix, the **Jacobian** of the step. For k steps it is a product:
#
# $$J_k = D_T W \cdot D_{T-1} W \cdots D_{T-k+1} W$$

# %% [markdown] slideshow={"slide_type": "skip"}
# W is the part of $W_h$ that sees the state, its first H columns, and $D_t$ is the diagonal matrix of the slopes
# $1 - h_t^2$. How large is a matrix? We take the largest factor by which it can stretch a vector: its **largest singular
# value**, which is also called its spectral norm. In NumPy it is `np.linalg.norm(J, 2)`.


# %% slideshow={"slide_type": "subslide"}
def norms_by_hand(params, X):
    """The size of J_0, J_1, … J_T for a tanh RNN."""
    hs, steps = rnn.forward(params, X)
    H = hs.shape[1]
    W, J, sizes = params["W_h"][:, :H], np.eye(H), [1.0]
    for s in reversed(steps):
        J = J @ ((1 - s.h_t**2) * W)  # (H, 1) * (H, H): row n of W times the slope of unit n
        sizes.append(np.linalg.norm(J, 2))
    return np.array(sizes)


# %% [markdown] slideshow={"slide_type": "skip"}
# That is `flow.norms` for this cell; from here on we use the library's, which can do the LSTM, too.
#
# There are two ways to say how large a square matrix is. The largest singular value says how much *one* multiplication
# can stretch a vector. The **spectral radius**, the size of the largest eigenvalue, says what *many* multiplications by
# the same matrix come to: they grow or shrink like its powers. It is never larger than the singular value, and may be
# much smaller.
#
# To have both in hand, we take W *orthogonal*, a matrix that turns without stretching, times a scale s. Then both
# are s. (As a start for training: Saxe, McClelland and Ganguli 2014.)

# %% slideshow={"slide_type": "subslide"}
T, H = 100, 32
noise = np.random.default_rng(7).normal(size=(T, 1, 1))


def orthogonal_rnn(scale, seed=0):
    rng = np.random.default_rng(seed)
    params = rnn.init_params(1, H, rng)
    params["W_h"][:, :H] = flow.orthogonal(H, rng, scale)
    return params


# %% slideshow={"slide_type": "skip"}
assert np.allclose(norms_by_hand(orthogonal_rnn(1.5), noise), flow.norms(rnn, orthogonal_rnn(1.5), noise))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Spectral radius against largest singular value: draw the unit circle, and the ellipse that W makes of it. The
# longest half-axis is the singular value. An orthogonal W makes a circle.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The bound of Pascanu, Mikolov and Bengio (2013)
#
# A product of matrices stretches at most by the product of their norms. W stretches by $\sigma_{max}$, and a slope of
# tanh is at most γ = 1, so
#
# $$\|J_k\| \le (\gamma\,\sigma_{max})^k.$$

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Quiet noise goes in (0.1 times a standard normal). For s = 1.5 the bound grows without end.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
sizes = ["vanished", "large, but far below the bound", "on the bound"]
predict("01.bound", "What is the measured gradient after 100 steps?", sizes)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A bound says what cannot happen. Ask what this one forbids for s = 0.8, and what for s = 1.5: in the second case,
# nothing that anybody was afraid of.
#
# </details>

# %% slideshow={"slide_type": "skip"}
lags = np.arange(T + 1)
fig, ax = plotting.figure(height=3.6)
for s, colour in zip([0.8, 1.0, 1.5], OCHRES, strict=True):
    ax.semilogy(lags, s**lags, color=colour, ls="--", lw=1.2)
    norms = flow.norms(rnn, orthogonal_rnn(s), 0.1 * noise)
    ax.semilogy(lags, norms, color=colour)
    ax.text(102, norms[-1], f"s = {s}", color=plotting.INK, va="center")
ax.text(102, 1.5**100.0, "bound for 1.5", color=plotting.INK, va="center", fontsize=9)
ax.set(xlim=(0, 100), ylim=(1e-12, 1e20), yticks=[1e-10, 1, 1e10, 1e20], xlabel="steps back k")
ax.set(ylabel=r"$\|J_k\|$", title="Three tanh RNNs, measured (solid), and their bounds (dashed)")
ax.minorticks_off()

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    fig,
    "The norm of the gradient against steps back, from 0 to 100, on a logarithmic axis, with dashed bounds. For s = 0.8 "
    "the solid line falls along its bound to 2e-10. For s = 1 it stays just below 1. For s = 1.5 it climbs beyond "
    "100000, while its bound climbs beyond 1e17.",
)

# %% slideshow={"slide_type": "subslide"}
for s in [0.8, 1.0, 1.5]:
    norms = flow.norms(rnn, orthogonal_rnn(s), 0.1 * noise)
    assert (norms <= s**lags * (1 + 1e-9)).all()  # the bound holds at every lag
    print(f"s = {s}:  after 100 steps {norms[-1]:7.0e},  bound {s**100.0:7.0e}")
reveal("01.bound", np.searchsorted([1e-3, 0.1 * 1.5**100], norms[-1]))  # s = 1.5 came last

# %% [markdown] slideshow={"slide_type": "skip"}
# (b). Below 1 the bound is a promise: the gradient *must* vanish. Above 1 it promises nothing. It only says that the
# gradient *may* explode: a singular value above 1 is needed for that, and is not enough. The curve for 1.5 does grow, and
# stays many powers of ten below its bound, because the slopes of tanh are below 1 wherever the state is not 0.
#
# And the line for s = 1? **"A plain RNN cannot carry a gradient over 100 steps" is false.** This one does:

# %% slideshow={"slide_type": "subslide"}
quiet = flow.norms(rnn, orthogonal_rnn(1.0), 0.01 * noise)[-1]
print(f"orthogonal RNN, inputs of size 0.01: {quiet:.3f} of the gradient after 100 steps")
assert quiet > 0.98

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Be fair to the plain RNN: this one keeps nearly everything. Ask what made it possible, the weights or the input.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The same weights, a louder input
#
# Nothing about the weights changes now. Only the noise gets louder: 0.1, then 1, then 10 times a standard normal.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** s = 1.5, and the input is 100 times as loud as before.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
fates = ["it has vanished", "about the same, as W is the same", "larger, as everything is larger"]
predict("01.loud", "What is the gradient after 100 steps?", fates)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# There is a good reason for (b): W has not changed. Ask what else stands in the product.
#
# </details>

# %% slideshow={"slide_type": "skip"}
fig, ax = plotting.figure(height=3.4)
for size, colour, style in zip([0.1, 1, 10], OCHRES, ["-", "--", "-."], strict=True):
    norms = flow.norms(rnn, orthogonal_rnn(1.5), size * noise)
    ax.semilogy(lags, norms, color=colour, ls=style)
    ax.text(102, norms[-1], f"noise × {size}", color=plotting.INK, va="center")
ax.set(xlim=(0, 100), ylim=(1e-6, 1e6), yticks=[1e-6, 1e-3, 1, 1e3, 1e6], xlabel="steps back k")
ax.set(ylabel=r"$\|J_k\|$", title="One set of weights (s = 1.5), three loudnesses")
ax.minorticks_off()

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    fig,
    "The norm of the gradient against steps back on a logarithmic axis, for the same weights and three inputs. With "
    "noise of size 0.1 it grows beyond 100000, with size 1 to some thousands; with size 10 it falls below 0.001.",
)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
for size in [0.1, 1, 10]:
    hs, _ = rnn.forward(orthogonal_rnn(1.5), size * noise)
    reach = flow.norms(rnn, orthogonal_rnn(1.5), size * noise)[-1]
    print(f"noise × {size:4}: mean slope of tanh {np.mean(1 - hs**2):.2f}, after 100 steps {reach:.0e}")
reveal("01.loud", np.searchsorted([1e-3, 1e6], reach))  # grown, as it has when it is quiet

# %% slideshow={"slide_type": "skip"}
assert reach < 1e-3 and 1.5**100 > 1e17  # far from the bound: vanished
hs, _ = rnn.forward(orthogonal_rnn(1.5), 0.1 * noise)
assert np.mean(1 - hs[:10] ** 2) > np.mean(1 - hs[10:] ** 2) + 0.1  # flat later, steep at first

# %% [markdown] slideshow={"slide_type": "skip"}
# (a). Loud inputs push units to where tanh is flat, and then a radius of 1.5 is not enough to make up for it. (The quiet
# curves are steepest at their right end. That is the beginning of the sequence, where the state is still near 0.) So
# "the spectral radius is above 1, therefore the gradient explodes" is wrong, too. What counts is the product along the
# *actual* sequence.
#
# Nor does the bound tell the whole story below. Weights as people usually draw them, uniform in ±1/√H, have a largest
# singular value a little above 1, so it promises nothing. Their spectral radius is far below 1, and that decides:

# %% slideshow={"slide_type": "subslide"}
usual = rnn.init_params(1, H, np.random.default_rng(0))
W = usual["W_h"][:, :H]
largest, radius = np.linalg.norm(W, 2), np.abs(np.linalg.eigvals(W)).max()
rnn_norms = flow.norms(rnn, usual, noise)
print(f"largest singular value {largest:.2f}, spectral radius {radius:.2f}")
print(f"gradient after 100 steps {rnn_norms[-1]:.0e}, radius to the 100th {radius**100:.0e}")
assert largest > 1 and rnn_norms[-1] < 1e-18

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# This is a plain RNN as it is usually started. The singular value is above 1, so the bound allows everything; the
# radius is below 1, and that decides.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# This is the fading of the first letter, measured. To be fair to the plain RNN: it *can* be started better, and a
# gradient that reaches back does not yet make a network that learns. But as it is usually started, what happened 100
# steps ago has no say in how its weights change. Added to a gradient of size 1, its share does not even change the last
# digit of the sum:

# %% slideshow={"slide_type": "fragment"}
assert 1 + rnn_norms[-1] == 1

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The same measurement on an LSTM
#
# An LSTM carries $h_t$, and a memory $C_t$ with a path of its own:
#
# $$C_t = f_t * C_{t-1} + \dots$$
#
# Along this **direct path** a gradient is multiplied by the forget gates, by nothing else.

# %% [markdown] slideshow={"slide_type": "skip"}
# No W multiplies here, and no slope of tanh. In the LSTM of 1997 there was no forget gate, either: the factor
# was exactly 1, the *constant error carousel* of Hochreiter and Schmidhuber. Today's cell has the gate (Gers,
# Schmidhuber and Cummins 2000), and its bias b_f says where it starts: near σ(b_f).

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Four LSTMs with forget biases of 0, 1, 3 and 5, and weights drawn as usual. A gradient goes 100 steps back
# along the direct path.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("01.tenth", "How many of the four keep at least a tenth of it?", ["all", "three", "two", "one", "none"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Let them compute: σ(3) is 0.95, and 0.95 a hundred times is what?
#
# </details>


# %% slideshow={"slide_type": "skip"}
def fresh_lstm(b_f, seed=0):
    return lstm.init_params(1, H, np.random.default_rng(seed), forget_bias=b_f)


# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
biases = [0.0, 1.0, 3.0, 5.0]
total, direct = {}, {}
for b_f in biases:
    total[b_f] = flow.norms(lstm, fresh_lstm(b_f), noise)
    direct[b_f] = flow.direct(lstm.forward(fresh_lstm(b_f), noise)[1]).max(axis=(1, 2))  # the unit that keeps most
    print(f"b_f = {b_f:.0f}:  σ(b_f) = {sigmoid(b_f):.3f},  direct path after 100 steps {direct[b_f][-1]:.0e}")
kept = [b_f for b_f in biases if direct[b_f][-1] > 0.1]
assert kept == [5.0]
reveal("01.tenth", len(biases) - len(kept))

# %% [markdown] slideshow={"slide_type": "skip"}
# (d). **"LSTMs do not vanish" is false**: the direct path shrinks by a factor f at each step, like every other power.
# What has changed is that the factor is a number that can be chosen, and learned, unit by unit, and that it may be as
# near to 1 as you like.
#
# That was the direct path. The whole gradient also runs through h, where it passes the weights of all the gates. Is
# that path of any importance?

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Now the whole gradient, with h and C as the state, at b_f = 5.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
ratios = ["smaller", "about the same", "a hundred times larger, or more"]
predict("01.whole", "After 100 steps, what is it compared with the direct path?", ratios)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask which path is still unaccounted for, and what it is multiplied by.
#
# </details>

# %% slideshow={"slide_type": "skip"}
BLUES = ["#62A6D6", "#2F86C0", "#0067A6", "#003A5E"]  # shades of the colour of f
fig, (left, right) = plotting.figure(height=3.8, ncols=2, sharey=True)
for b_f, colour in zip(biases, BLUES, strict=True):
    for ax, norms in [(left, direct[b_f]), (right, total[b_f])]:
        ax.semilogy(lags, norms, color=colour)
        ax.text(102, norms[-1], f"{b_f:.0f}", color=plotting.INK, va="top" if b_f == 3 else "center")
right.semilogy(lags, rnn_norms, color=OCHRES[1], ls="--")
right.text(62, 1e-19, "plain RNN", color=OCHRES[1], ha="center")
left.set(title="Direct path: product of the f", xlabel="steps back k", ylabel="size of gradient", xlim=(0, 100))
right.set(title="Whole gradient: through C and h", xlabel="steps back k", xlim=(0, 100))
left.set(ylim=(1e-32, 1e8), yticks=[1e-30, 1e-20, 1e-10, 1])
left.text(102, 1e5, "$b_f$", color=BLUES[2], va="center")
right.text(102, 3e6, "$b_f$", color=BLUES[2], va="center")
left.minorticks_off()

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    fig,
    "Two panels, the size of the gradient against steps back on a logarithmic axis, for forget biases 0, 1, 3 and 5. "
    "Left, the direct path: four falling lines that end near 3e-30, 6e-14, 0.03 and 0.6. Right, the whole gradient: the "
    "lines for 0 and 1 fall to about 2e-19 and 4e-6, the lines for 3 and 5 rise to about 20 and 1000. The plain RNN is a "
    "dashed line that falls a little faster than that for bias 0.",
)


# %% slideshow={"slide_type": "skip"}
def lost(norms):
    """After how many steps less than a hundredth is left."""
    below = np.flatnonzero(norms < 0.01)
    return f"lost after {below[0]} steps" if below.size else "not lost"


# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
print(f"plain RNN: whole {rnn_norms[-1]:6.0e}  {lost(rnn_norms)}")
for b_f in biases:
    print(f"b_f = {b_f:.0f}:   whole {total[b_f][-1]:6.0e}  {lost(total[b_f])};  direct {direct[b_f][-1]:6.0e}")
reveal("01.whole", np.searchsorted([0.5, 100], total[5.0][-1] / direct[5.0][-1]))

# %% slideshow={"slide_type": "skip"}
assert total[0.0][-1] < 1e-15 and total[1.0][-1] < 1e-3
assert total[3.0][-1] > 10 and total[5.0][-1] > 100 * direct[5.0][-1]

# %% [markdown] slideshow={"slide_type": "skip"}
# (c). Three things to see. With b_f = 0 the LSTM loses the gradient almost as fast as the plain RNN: its structure alone
# saves very little. ("Lost" means that less than a hundredth is left.) With b_f = 1, a common advice (Jozefowicz, Zaremba
# and Sutskever 2015), it still vanishes, only more slowly. And with 3 or 5 the whole gradient does not vanish: it
# **grows**, though the direct path shrinks all the time. So **"LSTMs cannot explode" is false**, too.
#
# Where does it grow? Not along C. To prove it, cut the other path: let no gate see h, and no candidate either.

# %% slideshow={"slide_type": "subslide"}
blind = fresh_lstm(5.0)
for k in "fiCo":
    blind[f"W_{k}"][:, :H] = 0  # the columns that see h
without_h = flow.norms(lstm, blind, noise)
blind_direct = flow.direct(lstm.forward(blind, noise)[1]).max(axis=(1, 2))
print(f"b_f = 5 with the path through h: {total[5.0][-1]:.0e}")
print(f"without it: {without_h[-1]:.2f}, the largest over all lags {without_h.max():.2f}")
assert (without_h <= np.sqrt(2) * blind_direct).all() and without_h.max() < 1.5

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# An experiment with one change: the columns that see h are set to zero. What grew before does not grow any more, so h
# was the way.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Without the path through h the gradient only ever shrinks, up to a last step from C to h, which adds a factor of at
# most √2. The growth came through h, where an LSTM has weights and can stretch like any RNN. So clipping is not for plain
# RNNs alone.
#
# Hochreiter and Schmidhuber cut this path, too. Their LSTM of 1997 was trained with a *truncated* gradient, which did
# not follow errors out of a cell and further back. What was left ran along C, where every factor was 1: it could neither
# vanish nor explode. Today's full gradient (Graves and Schmidhuber 2005) takes all paths, and that is what we measured.
#
# One network is one network. The same for five seeds, with other weights and another noise each time:


# %% slideshow={"slide_type": "subslide"}
def after_100_steps(b_f, seed):
    noise = np.random.default_rng(100 + seed).normal(size=(T, 1, 1))
    return flow.norms(lstm, fresh_lstm(b_f, seed), noise)[-1]


ends = {b_f: [after_100_steps(b_f, seed) for seed in range(5)] for b_f in biases}
for b_f, five in ends.items():
    print(f"b_f = {b_f:.0f}:  between {min(five):.0e} and {max(five):.0e}")
assert max(ends[0.0]) < 1e-15 and max(ends[1.0]) < 1e-3 and min(ends[3.0] + ends[5.0]) > 10

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Let the room vote on "LSTMs solve vanishing gradients" before and after this slide. The sentence to leave with: the
# factor has become a gate, which can be set, and learned, and may be near 1.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What this does not show.** These are fresh networks that read noise. Training moves all of the weights, the gates with
# them, and a trained network may look different. Change `biases`, `H`, or the size of the noise, and run the cells again.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Move the bias yourself
#
# One slider, the forget bias of a fresh LSTM with 8 units. **Find with it:** (1) the smallest bias that leaves a hundredth
# of the whole gradient after 60 steps; (2) the smallest one for which the *gates alone* leave as much, and why it is so much
# larger; (3) the bias from which on the whole gradient is longer at the end than at the beginning.

# %% slideshow={"slide_type": "skip"}
explore(scenes.gradient_flow(), b_f=slider(1, -2, 6, "forget bias"))

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>What there is to find</summary>
#
# (1) About 1.2. (2) About 2.6: the gates alone are the direct path, and the whole gradient has the paths through h as
# well, which add to it. (3) About 2.5. Three numbers for one set of weights: with another seed they are others.
#
# </details>


# %% slideshow={"slide_type": "skip"}
def left_of_both(b_f, H=8, T=60):
    """What is left of the whole gradient and of the gates alone, with the weights and inputs of the figure."""
    rng = np.random.default_rng(0)
    params = lstm.init_params(1, H, rng) | {"b_f": np.full((H, 1), b_f)}
    X = rng.normal(size=(T, 1, 1))
    gates = flow.direct(lstm.forward(params, X)[1])[-1].mean()
    return flow.norms(lstm, params, X)[-1], gates


assert left_of_both(1.1)[0] < 0.01 < left_of_both(1.2)[0]
assert left_of_both(2.5)[1] < 0.01 < left_of_both(2.6)[1]
assert left_of_both(2.4)[0] < 1 < left_of_both(2.5)[0]

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# A gradient through time is a product, so it fades or grows like a power. A plain RNN as usually started loses it
# within 100 steps. An LSTM has a path whose factor is a gate: b_f = 5 keeps more than half, b_f = 0 next to nothing.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for these sentences before you show them.
#
# </details>

# %% slideshow={"slide_type": "skip"}
assert rnn_norms[-1] < 1e-18 and direct[5.0][-1] > 0.5 and direct[0.0][-1] < 1e-25

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# Write your answer into the first of the two cells, in place of the line that raises the error, and run both cells. The
# second one answers. The hints and the solution are folded.
#
# **1. Which sentence is right?** Recall. Return its letter.
#
# - **a** In an LSTM gradients do not vanish.
# - **b** A plain RNN cannot carry a gradient over 100 steps.
# - **c** Along the direct path an LSTM's gradient never grows; the whole gradient can vanish or explode.
# - **d** If the largest singular value of W is above 1, the gradient explodes.


# %% slideshow={"slide_type": "skip"}
def right_sentence():
    raise NotImplementedError  # return "a", "b", "c" or "d"


# %% slideshow={"slide_type": "skip"}
known = {
    "The LSTM with b_f = 0 lost its gradient almost as fast as the plain RNN.": "a",
    "The orthogonal RNN with quiet inputs carried it.": "b",
    "With loud inputs it vanished, although the singular value was 1.5.": "d",
}
check_choice("the right sentence", right_sentence, "c", "abcd", known=known)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Three of them were refuted above by a number. Which cells printed it?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Look at the LSTM with b_f = 0, at the orthogonal RNN with quiet inputs, and at s = 1.5 with loud ones.
#
# </details>
# <details><summary>Hint 3, part of the answer</summary>
#
# b falls to the orthogonal RNN, d to the loud noise.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def right_sentence():
#     return "c"
# ```
#
# A forget gate is between 0 and 1, so its products cannot grow; the paths through h can do both.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Put in order.** These lines compute the norms of a tanh RNN. Two of them are wrong and must be left out. Return
# the letters of the five right ones as one word, in an order that works. (The indentation is put in for you.)
#
# ```python
# A        sizes.append(np.linalg.norm(J, 2))
# B    for s in steps:
# C    J, sizes = np.eye(H), [1.0]
# D        J = J @ ((1 - s.h_t**2) * W)
# E    hs, steps = rnn.forward(params, X)
# F    for s in reversed(steps):
# G        J = ((1 - s.h_t**2) * W) @ J
# ```


# %% slideshow={"slide_type": "skip"}
def order():
    raise NotImplementedError  # return "…", five letters


# %% slideshow={"slide_type": "skip"}
after = {
    "F": {"E": "The loop goes over steps, and they are not there yet.", "C": "J and sizes begin before the loop."},
    "D": {"F": "It needs the s of the loop."},
    "A": {"D": "The size would be taken before J is multiplied, and come one step late."},
}
traps = {
    "B": "It goes forwards: that is how the first state reaches each step, not how each reaches the last.",
    "G": "It multiplies from the left: the factor of an earlier step stands to the right of the later ones.",
}
check_order("the norms your lines give", order, dict.fromkeys("ABCDEFG"), after, distractors=traps)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# What has to exist before a loop can go over it?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# J begins at the end of the sequence. Which step does the first factor belong to, and does the next, earlier one come
# to its left or to its right? Look at the formula for $J_k$.
#
# </details>
# <details><summary>Hint 3, part of the answer</summary>
#
# It begins with E and C, then F.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def order():
#     return "ECFDA"
# ```
#
# C and E may be exchanged. B with G is a tempting pair: it runs forwards and builds the same product for *all* steps, but
# every entry before the last belongs to another question, how the first state reaches step k.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Fill the gap.** Scale a matrix W so that the bound *promises* what you want: after n steps at most the share
# `left` of a gradient. Not smaller than needed: the bound shall be exactly `left`.


# %% slideshow={"slide_type": "skip"}
def tamed(W, n, left):
    raise NotImplementedError  # return W * (… / np.linalg.norm(W, 2)), and the gap is yours


# %% slideshow={"slide_type": "skip"}
def by_factor(factor):
    """A wrong or right way to scale: W times a factor that is made of W, n and left."""
    return lambda W, n, left: W * factor(W, n, left)


slips = {
    "Now σ_max itself is `left`: its n-th power shall be.": by_factor(
        lambda W, n, left: left / np.linalg.norm(W, 2)
    ),
    "`left` is divided by n: the n-th root of it is left ** (1 / n), with the parentheses.": (
        by_factor(lambda W, n, left: left / n / np.linalg.norm(W, 2))
    ),
    "That is the n-th power of `left`; its n-th root is wanted.": (
        by_factor(lambda W, n, left: left**n / np.linalg.norm(W, 2))
    ),
    "np.linalg.norm(W) without the 2 is the root of the sum of all squares, not σ_max.": (
        by_factor(lambda W, n, left: left ** (1 / n) / np.linalg.norm(W))
    ),
    "That is divided by the largest eigenvalue; the bound is made of σ_max.": (
        by_factor(lambda W, n, left: left ** (1 / n) / np.abs(np.linalg.eigvals(W)).max())
    ),
    "The σ_max that W has is still in it: divide by it.": by_factor(lambda W, n, left: left ** (1 / n)),
    "That is the factor; multiply W by it.": lambda W, n, left: left ** (1 / n) / np.linalg.norm(W, 2),
}

# %% slideshow={"slide_type": "skip"}
right = by_factor(lambda W, n, left: left ** (1 / n) / np.linalg.norm(W, 2))
cases = [(np.array([[2.0, 1.0], [-1.0, 0.5]]), 5, 0.5), (np.array([[0.1, 0.7], [0.4, -0.3]]), 8, 0.2)]
check("the scaled W", tamed, right, given=cases, known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The bound is σ_max to the power of n. Which σ_max makes it equal to `left`?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# It is the n-th root of `left`. If W is multiplied by a number, so is its largest singular value.
#
# </details>
# <details><summary>Hint 3, part of the answer</summary>
#
# `left ** (1 / n)` is the σ_max you want, `np.linalg.norm(W, 2)` the one you have.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def tamed(W, n, left):
#     return W * (left ** (1 / n) / np.linalg.norm(W, 2))
# ```
#
# Leave the 2 out, and `np.linalg.norm(W)` is the square root of the sum of all squares, which is larger: the bound
# would come out smaller than asked for.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Find the bug.** A long sequence is read in two pieces, to save space. The last state should be that of reading it
# in one go. It is not:


# %% slideshow={"slide_type": "skip"}
def last_state_with_a_bug(params, X, cut):
    hs, _ = rnn.forward(params, X[:cut])
    hs, _ = rnn.forward(params, X[cut:])
    return hs[-1]


usual_gap = np.abs(last_state_with_a_bug(usual, noise, 50) - rnn.forward(usual, noise)[0][-1]).max()
good_gap = np.abs(
    last_state_with_a_bug(orthogonal_rnn(1.0), noise, 50) - rnn.forward(orthogonal_rnn(1.0), noise)[0][-1]
).max()
print(f"off by {usual_gap:.0e} with the usual weights, by {good_gap:.0e} with orthogonal ones")
assert usual_gap < 1e-9 and good_gap > 1e-3

# %% [markdown] slideshow={"slide_type": "skip"}
# With the usual weights hardly anybody would notice. Why? Write the function as it should be.


# %% slideshow={"slide_type": "skip"}
def last_state(params, X, cut):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
class Tape:
    """A long input that can be read in pieces only, as X[:cut] or X[cut:]."""

    def __init__(self, numbers):
        self.numbers = numbers

    def __getitem__(self, piece):
        read = self.numbers[piece].copy()
        return self.__array__() if read.shape == self.numbers.shape else read

    def __array__(self, *_, **__):
        raise TypeError("X is too long to be read in one go; read X[:cut], then X[cut:]")


def states(params, X, state=None):
    return rnn.forward(params, X.numbers if isinstance(X, Tape) else X, state)[0]


# %% slideshow={"slide_type": "skip"}
def tape_and_weights(seed, scale):
    """Fresh weights of an RNN whose W is orthogonal up to a factor, and 100 steps of noise."""
    rng = np.random.default_rng(seed)
    params = rnn.init_params(1, 32, rng)
    params["W_h"][:, :32] = flow.orthogonal(32, rng, scale)
    return params, Tape(rng.normal(size=(100, 1, 1)))


def in_pieces(params, X, cut, state=None):
    return states(params, X[:cut]), states(params, X[cut:], state)


slips = {
    "The second piece still begins with a state of zero.": lambda *given: in_pieces(*given)[1][-1],
    "That is the state at the cut: the second piece has to be read, too.": lambda *given: in_pieces(*given)[0][-1],
    "The second piece begins with the first state of the first; it goes on from its last.": (
        lambda *given: in_pieces(*given, in_pieces(*given)[0][0])[1][-1]
    ),
    "Those are all states of the second piece; the last one is asked for.": (
        lambda *given: in_pieces(*given, in_pieces(*given)[0][-1])[1]
    ),
}

# %% slideshow={"slide_type": "skip"}
cases = [(*tape_and_weights(0, 1.0), 50), (*tape_and_weights(1, 1.5), 97)]
check("the last state", last_state, lambda params, X, cut: states(params, X)[-1], given=cases, known=slips)

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
# def last_state(params, X, cut):
#     hs, _ = rnn.forward(params, X[:cut])
#     hs, _ = rnn.forward(params, X[cut:], hs[-1])
#     return hs[-1]
# ```
#
# A forgetful network hides the bug: what was read 50 steps ago has faded anyway. The better the memory, the more it hurts.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Two pasts, one state.** Does the state remember $x_1$? Take one unit, $h_t = \tanh(w\,h_{t-1} + w_{in}\,x_t)$, that
# starts at 0. It reads (1, 0), or it reads (0, x). Write a function that finds the x for which both leave *the same*
# state.


# %% slideshow={"slide_type": "skip"}
def other_past(w, w_in):
    raise NotImplementedError  # return x


# %% slideshow={"slide_type": "skip"}
def state_after(x, w, w_in):
    return np.tanh(w_in * x)  # the first step leaves the state at 0


slips = {
    "Your x is what the last tanh sees; on its way there x is multiplied by w_in.": lambda w, w_in: (
        w * np.tanh(w_in)
    ),
    "The 1 goes through a tanh of its own, at step 1, before w takes it on.": lambda w, w_in: w,
    "At step 2 the state of step 1 is multiplied by w.": lambda w, w_in: np.tanh(w_in) / w_in,
    "x is multiplied by w_in on its way in, not by w.": lambda w, w_in: np.tanh(w_in),
    "That is the state itself; x is what has to come in.": lambda w, w_in: np.tanh(w * np.tanh(w_in)),
    "That is turned upside down.": lambda w, w_in: w_in / (w * np.tanh(w_in)),
}
check(
    "both pasts leave the same state",
    other_past,
    lambda w, w_in: w * np.tanh(w_in) / w_in,
    given=[(1.5, 0.5), (-0.7, 2.0)],
    then=state_after,
    known=slips,
    says="your x = {answer:.4g} leaves {got:.4g}, and the 1 leaves {want:.4g}",
)

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
# 1. Why does a gradient over k steps behave like a power?
# 2. An orthogonal tanh RNN has a spectral radius of 1. When does it keep its gradient, and when does it lose it?
# 3. For which σ_max does the bound of Pascanu, Mikolov and Bengio promise something, and what?
# 4. Which factor does the direct path of an LSTM have at each step, and how large can it be?
# 5. An LSTM's gradient explodes. Along which path?
#
# <details><summary>Answers</summary>
#
# 1. By the chain rule it is a product of k factors, one for each step, and the same weights stand in all of them.
# 2. The slope of tanh is 1 only at 0: quiet inputs leave it near 1; loud ones saturate the units, and it shrinks.
# 3. Below 1 (for tanh): the gradient vanishes. Above 1 it allows an explosion and promises none.
# 4. The forget gate f. It is below 1, and may come as near to 1 as its bias and weights put it.
# 5. Through h, where the weights of the gates and of the candidate can stretch it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - S. Hochreiter, *Untersuchungen zu dynamischen neuronalen Netzen*, diploma thesis, TU München, 1991: the vanishing
#   gradient.
# - Y. Bengio, P. Simard, P. Frasconi, *Learning long-term dependencies with gradient descent is difficult*, IEEE
#   Transactions on Neural Networks 5(2), 1994.
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013: the bound,
#   the cliff, and clipping by the norm.
# - S. Hochreiter, J. Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997: the constant error carousel.
# - F. A. Gers, J. Schmidhuber, F. Cummins, *Learning to Forget: Continual Prediction with LSTM*, Neural Computation
#   12(10), 2000: the forget gate.
# - A. Graves, J. Schmidhuber, *Framewise phoneme classification with bidirectional LSTM and other neural network
#   architectures*, Neural Networks 18(5–6), 2005: the full gradient.
# - R. Jozefowicz, W. Zaremba, I. Sutskever, *An Empirical Exploration of Recurrent Network Architectures*, ICML 2015: a
#   forget bias of 1.
# - A. M. Saxe, J. L. McClelland, S. Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep linear neural
#   networks*, ICLR 2014: orthogonal starts.
#
# Before: [Start here](00_start_here.ipynb). Next: [Gates and the cell state](02_gates_and_the_cell_state.ipynb), then
# [The formulas](03_the_formulas.ipynb).
