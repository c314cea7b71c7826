# %% [markdown] slideshow={"slide_type": "slide"}
# # Train on a sine wave
#
# **What you will be able to do.** Train an LSTM from scratch with nothing hidden, and judge it honestly: against
# baselines, running free, and on a task where memory is really needed.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# The word to stress is *honestly*. Half of this lecture is about what a sine wave does not prove.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** The six formulas ([The formulas](03_the_formulas.ipynb)). The gradients are used here, and checked;
# [The gradients](05_the_gradients.ipynb) derives them.
#
# **How long it takes.** About 50 minutes. The computer needs less than one of them.

# %% slideshow={"slide_type": "skip"}
import inspect
import re

import numpy as np
import sympy as sp

from lstm_lib import data, functional, fused, gradcheck, lstm, model, plotting, rnn, sigmoid, training
from lstm_lib.lesson import check, check_choice, check_order, explore, predict, reveal, scenes, slider, summary


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions from before
#
# 1. A forget gate stays at 0.9, nothing is written. After how many steps is half of a memory gone?
# 2. A loss falls. Are the gradients right?
# 3. Why are 16 sequences side by side not 16 times as dear as one?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The second one decides whether they will believe this lesson. Wait for somebody to say no.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Answer before you open the triangle. They are from [Start here](00_start_here.ipynb),
# [Check the gradient](06_check_the_gradient.ipynb) and [Many sequences, fast](08_many_sequences_fast.ipynb).
#
# <details><summary>The three answers</summary>
#
# 1. After about seven: the next cell computes it.
# 2. That shows nothing. Lesson 06 has programs with wrong gradients that learn; only a comparison with measured slopes
#    finds them out.
# 3. A call of a NumPy function has a price before it computes anything, and 16 columns share it.
#
# </details>

# %% slideshow={"slide_type": "skip"}
half_life = np.log(0.5) / np.log(0.9)
print(f"half of it is gone after {half_life:.1f} steps")
assert round(half_life) == 7

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The task: what comes next?
#
# A wave is read number by number. At every step the model says what the next number will be. In the first half of the
# lesson there is one wave, with frequency ω = 0.2 radians a step: about 31 steps to a period.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Draw one period on the board and ask for the next point. Everybody can do it; keep that in mind.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The training data are 16 pieces of this wave, 60 steps each, that begin at random places. `X` is what is read, `Y` is
# the number that follows. We test on other pieces, and on longer ones.

# %% slideshow={"slide_type": "skip"}
OMEGA = 0.2
X, Y = data.sine_waves(60, 16, np.random.default_rng(1), omega=OMEGA)
X_test, Y_test = data.sine_waves(100, 16, np.random.default_rng(2), omega=OMEGA)
print("X", X.shape, "  Y", Y.shape, "  one period =", round(2 * np.pi / OMEGA, 1), "steps")
assert np.array_equal(X[1:], Y[:-1])  # the target is the next input

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Baselines first
#
# Before any training we ask how far one gets without. **Persistence** says: the next number is like the last one. A
# rule that uses the last two numbers is said to have two **lags**.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** A sine wave of known frequency is read, and the next value is to be said *exactly*.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("09.lags", "How many past values does one need?", ["1", "2", "a whole period"])

# %% [markdown] slideshow={"slide_type": "skip"}
# All errors in this half are taken from step 21 on. A model that has seen one number cannot know whether the wave is
# going up or down; twenty steps give everybody time to listen.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
LISTEN = 20


def one_step_error(Y_hat, Y, first=LISTEN):
    """Mean squared error of the predictions, from step `first` + 1 on."""
    return float(np.mean((Y_hat[first:] - Y[first:]) ** 2))


errors = {"persistence": one_step_error(X_test, Y_test)}
two_lags = 2 * np.cos(OMEGA) * X_test[1:] - X_test[:-1]  # sin((n+1)ω) = 2 cos ω · sin nω − sin((n−1)ω)
errors["two-lag rule"] = one_step_error(two_lags, Y_test[1:])
print(f"persistence  {errors['persistence']:.4f}")
print("two-lag rule", "exact to rounding" if errors["two-lag rule"] < 1e-28 else "not exact")
reveal("09.lags", [error < 1e-28 for error in errors.values()].index(True))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Most say (c), some (b). Whoever says (b) should come to the board and try.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# Two. School trigonometry gives
#
# $$\sin((n+1)\omega) = 2\cos\omega\,\sin(n\omega) - \sin((n-1)\omega),$$
#
# a rule with two lags, no training and no error. **Keep this in mind whenever a network is shown to predict a sine
# wave.**

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# This formula has ended many a poster session. "It predicts a sine wave" is no result: two numbers and one
# multiplication do it without error.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# What follows shows that training works. It does not show that an LSTM is needed.

# %% slideshow={"slide_type": "skip"}
assert errors["two-lag rule"] < 1e-28
n = np.arange(1000)
rule = 2 * np.cos(OMEGA) * np.sin(n * OMEGA) - np.sin((n - 1) * OMEGA)
assert np.allclose(rule, np.sin((n + 1) * OMEGA), atol=1e-12)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The model
#
# An LSTM with 16 units, and a linear read-out that turns its 16 outputs into one number:
# $\hat y_t = W_y \cdot h_t + b_y$.

# %% slideshow={"slide_type": "fragment"}
params = model.init_params(lstm, D=1, H=16, K=1, rng=np.random.default_rng(0))
for k in "fiCoy":
    print(f"W_{k} {params[f'W_{k}'].shape}   b_{k} {params[f'b_{k}'].shape}")
print("numbers to learn:", sum(p.size for p in params.values()))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for the number before you show it: 4 · 16 · (16 + 1 + 1) + 16 + 1.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step of training, written out
#
# Four things happen: run the cell, compare, send the error back, change the parameters.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Four things, and the four are the next slides. There is no fifth.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Three words first. The **loss** is one number for how wrong the predictions are, here the mean squared error. Its
# **gradient** says for each parameter how the loss changes if the parameter grows a little. Training moves every
# parameter a small way against its gradient, and the **learning rate** says how small.
#
# The error goes back *through time*: step 60 first, step 1 last. At each step two messages arrive, one for h and one
# for C, and two are sent on to the step before. Every step has used the same weights, so the gradients of all steps
# are added up.


# %% slideshow={"slide_type": "subslide"}
def through_time(params, dhs, steps):
    """Backpropagation through time: the gradient of every parameter of the cell."""
    grads = {name: np.zeros_like(params[name]) for name in lstm.SHAPES}
    dh_next, dC_next = np.zeros_like(dhs[0]), np.zeros_like(dhs[0])
    for t in reversed(range(len(steps))):
        dh_t = dhs[t] + dh_next  # from the loss at t, and from step t + 1
        step_grads, _, dh_next, dC_next = lstm.step_backward(params, steps[t], dh_t, dC_next)
        for name in grads:
            grads[name] += step_grads[name]
    return grads


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Point at the two `+`: over the paths into h, and over time.
#
# </details>


# %% [markdown] slideshow={"slide_type": "skip"}
# One step of it, `lstm.step_backward`, is the chain rule applied to the six formulas. Here it is. Its derivation is not
# the subject of this lesson; that it is right will be checked in a moment.

# %% slideshow={"slide_type": "skip"}
print(inspect.getsource(lstm.step_backward).split('"""')[2].strip("\n"))


# %% slideshow={"slide_type": "subslide"}
def loss_and_grads(params, X, Y):
    hs, steps = lstm.forward(params, X)
    Y_hat = params["W_y"] @ hs + params["b_y"]
    error = Y_hat - Y
    loss = np.mean(error**2)
    dY_hat = 2 * error / error.size
    grads = through_time(params, params["W_y"].T @ dY_hat, steps)
    grads["W_y"] = sum(dy @ h.T for dy, h in zip(dY_hat, hs, strict=True))
    grads["b_y"] = dY_hat.sum(axis=(0, 2)).reshape(-1, 1)
    return float(loss), grads


# %% [markdown] slideshow={"slide_type": "skip"}
# Is it right? Twice asked. The library, which has been held against PyTorch, Flax and Keras, must give the same
# numbers. And moving each parameter a little must move the loss as the gradient says.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
loss, grads = loss_and_grads(params, X, Y)
theirs = model.loss_and_grads(lstm, params, X, Y, functional.mean_squared_error)
assert np.isclose(loss, theirs[0]) and all(np.allclose(grads[k], theirs[1][k], atol=1e-14) for k in params)

small = model.init_params(lstm, D=1, H=3, K=1, rng=np.random.default_rng(5))
worst = gradcheck.check_gradients(lambda p: loss_and_grads(p, X[:7, :, :2], Y[:7, :, :2]), small)
assert max(worst.values()) < 1e-5
print("loss before training:", round(loss, 4), "  gradients: checked,", len(worst), "of", len(small))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Never train with a gradient that was not checked.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Clip, then Adam
#
# If the gradient is too long, shorten it to length 1 and keep its direction. Then **Adam** takes a step for each
# parameter: along the running mean m of its gradients, divided by their running size √v.

# %% [markdown] slideshow={"slide_type": "skip"}
# (m and v start at 0; dividing by 1 − βᵗ makes up for that.)


# %% slideshow={"slide_type": "subslide"}
def clip(grads, max_norm=1.0):
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    shrink = min(1.0, max_norm / norm)
    return {name: shrink * g for name, g in grads.items()}


def adam(params, grads, m, v, t, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-8):
    for name, g in grads.items():
        m[name] = beta1 * m[name] + (1 - beta1) * g
        v[name] = beta2 * v[name] + (1 - beta2) * g**2
        m_hat, v_hat = m[name] / (1 - beta1**t), v[name] / (1 - beta2**t)
        params[name] = params[name] - lr * m_hat / (np.sqrt(v_hat) + eps)


# %% [markdown] slideshow={"slide_type": "skip"}
# The four things in a loop are all there is to training. Twenty steps by hand, and the same twenty with the library:

# %% slideshow={"slide_type": "subslide"}
by_hand = dict(params)
m, v = ({name: 0 * p for name, p in params.items()} for _ in range(2))
for t in range(1, 21):
    loss, grads = loss_and_grads(by_hand, X, Y)
    adam(by_hand, clip(grads), m, v, t)
    if t % 5 == 0:
        print(f"step {t:2d}   loss {loss:.4f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Run this one live, and once more with a learning rate of 1: the room should see a loss that does not fall.
#
# </details>

# %% slideshow={"slide_type": "skip"}
by_library = {name: p.copy() for name, p in params.items()}
losses = training.fit(loss_and_grads, by_library, [(X, Y)] * 20, training.Adam(lr=0.01), max_norm=1.0)
assert np.isclose(losses[-1], loss, rtol=1e-9)
assert all(np.allclose(by_hand[name], by_library[name], atol=1e-9) for name in params)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Train
#
# Six hundred steps, with a learning rate that falls twice.

# %% [markdown] slideshow={"slide_type": "skip"}
# While it runs, a bar shows the loss; *Kernel → Interrupt*
# stops it and keeps what has been learned. From here on `fused` does the work, the library's fast layer: it computes the
# same, in less time ([Many sequences, fast](08_many_sequences_fast.ipynb)).


# %% slideshow={"slide_type": "skip"}
def fast_loss_and_grads(params, X, Y):
    return model.loss_and_grads(fused, params, X, Y, functional.mean_squared_error)


fast, slow = fast_loss_and_grads(params, X, Y), loss_and_grads(params, X, Y)
assert np.isclose(fast[0], slow[0], rtol=1e-12)
assert all(np.allclose(fast[1][name], slow[1][name], rtol=1e-10, atol=1e-14) for name in params)

# %% slideshow={"slide_type": "fragment"}
losses, optimiser = [], training.Adam()
for optimiser.lr, n_steps in [(1e-2, 300), (3e-3, 200), (1e-3, 100)]:
    pieces = [(X, Y)] * n_steps
    losses += training.fit(fast_loss_and_grads, params, pieces, optimiser, max_norm=1.0)

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
Y_hat, steps = model.predict(lstm, params, X_test)
errors["LSTM"] = one_step_error(Y_hat, Y_test)
for name in ("persistence", "LSTM"):
    print(f"{name:12} one-step error {errors[name]:.1e}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# A few seconds live; the saved output stands there in the meantime. The two-lag rule is still better, and it
# always will be.
#
# </details>

# %% slideshow={"slide_type": "skip"}
assert errors["two-lag rule"] < errors["LSTM"] < 1e-4 < errors["persistence"]
assert np.sqrt(errors["LSTM"]) < 0.005  # a few thousandths

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, ax = plotting.figure(height=2.8)
ax.semilogy(range(1, len(losses) + 1), losses, color=plotting.INK)
for change in (300, 500):
    ax.axvline(change, color=plotting.QUIET, ls="--")
ax.set(xlabel="training step", ylabel="loss", title="Mean squared error on the training pieces, all 60 steps")
plotting.show(
    fig,
    "The training loss on a logarithmic scale over 600 steps. It falls by more than a factor of a hundred, fast in "
    "the first 50 steps and slowly after that. Two dashed lines mark where the learning rate was lowered.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The loss counts all steps, the first ones too. How is it shared out at the end?

# %% slideshow={"slide_type": "skip"}
by_step = np.mean((model.predict(lstm, params, X)[0] - Y) ** 2, axis=(1, 2))
shares = by_step / by_step.sum()
print(f"share of the loss: step 1 {shares[0]:.0%}, step 2 {shares[1]:.0%}, all later steps {shares[2:].sum():.0%}")
assert shares[:2].sum() > 0.7

# %% [markdown] slideshow={"slide_type": "skip"}
# Most of it comes from the first two steps. At step 1 nobody can know which way the wave is going. At step 2 one could,
# by the two-lag rule; here the network, which begins with an empty memory, is plainly not good.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Or is it an echo?
#
# A curve that repeats the last value looks good when it is drawn over the wave: it comes one step late, and who sees one
# step? So measure the distance to both.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
early = model.predict(lstm, by_hand, X_test)[0]
for name, says in [("after 20 steps", early), ("after 600 steps", Y_hat)]:
    to_next, to_last = one_step_error(says, Y_test), one_step_error(says, X_test)
    print(f"{name:16} distance to the next value {to_next:.1e}, to the last one {to_last:.1e}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask first what a pure echo would have here: nought on the right, persistence on the left.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# An echo would have the error of persistence on the left and 0 on the right. After twenty steps of training the left
# column alone would be no comfort: the error is more than half of what an echo makes. The right one shows that the network
# is no echo, if not good yet. After six hundred steps it is as far from the last value as the wave itself is, and
# close to the next one.

# %% slideshow={"slide_type": "skip"}
assert 0.5 < one_step_error(early, Y_test) / errors["persistence"] < 1
assert to_next < 1e-3 * to_last and np.isclose(to_last, errors["persistence"], rtol=0.05)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Let it run free
#
# Told the truth after every step, it is easy to do well. Now the model gets 40 steps of the wave, and then only its own
# predictions.
#
# **Predict.** For how long will the free run stay on the wave?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("09.free", "How many periods until its root mean squared error passes 0.1?", unit="periods")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Collect numbers on the board: one period, ten, for ever. A tiny one-step error makes people bold.
#
# </details>

# %% slideshow={"slide_type": "skip"}
READ, RUN = 40, 600
wave, _ = data.sine_waves(READ + RUN, 16, np.random.default_rng(3), omega=OMEGA)
free = model.generate(lstm, params, wave[:READ], RUN)
truth = wave[READ:]
rmse = np.sqrt(np.mean((free - truth) ** 2, axis=(1, 2)))

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, axes = plotting.figure(height=3.8, nrows=2)
for ax, first in zip(axes, [1, READ + RUN - 149], strict=True):
    ax.plot(range(1, READ + RUN + 1), wave[:, 0, 0], color=plotting.QUIET, lw=4, label="the wave")
    ax.plot(range(READ + 1, READ + RUN + 1), free[:, 0, 0], color=plotting.PURPLE, label="the LSTM, running free")
    ax.set(xlim=(first, first + 149), ylim=(-1.4, 1.4))
axes[0].axvline(READ + 0.5, color=plotting.INK, ls=":")
axes[0].set(title="Told the truth up to the dotted line, then alone")
axes[1].set(xlabel="step t", title="The same run, 490 steps later")
plotting.legend(axes[0])
plotting.show(
    fig,
    "Two windows of 150 steps on the same free run. In the first one the run of the LSTM, a thin line, lies on top of the "
    "wave, thick and grey. In the second, 490 steps later, it still has the shape and about the height of the wave but is "
    "clearly shifted against it.",
)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
for horizon in (10, 50, 100, 200, 400, 600):
    periods = horizon * OMEGA / (2 * np.pi)
    print(f"{horizon:3d} steps ({periods:4.1f} periods) ahead: root mean squared error {rmse[horizon - 1]:.3f}")
assert rmse[9] < 0.05 and rmse[9] < rmse[99] < rmse[199] < rmse[599]
reveal("09.free", round((1 + (rmse > 0.1).argmax()) * OMEGA / (2 * np.pi)), within=0.5)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# It keeps the shape and loses the time: its period is not quite the wave's. A low one-step error says little about
# a free run.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Every prediction is a little off, and the next one is built on it, so the error grows with the horizon. Most of it is
# a drift in phase, because the model's period is not quite the wave's. We can measure it by fitting a wave of frequency ω
# to the last three periods:

# %% slideshow={"slide_type": "skip"}
n = np.arange(94)  # three periods, to the nearest step
turning = np.exp(-1j * OMEGA * n)[:, None]
fitted, real = turning.T @ free[-94:, 0], turning.T @ truth[-94:, 0]
ahead, height = np.angle(fitted / real), np.abs(fitted / real)
print(
    f"ahead by {ahead.mean() / OMEGA:.1f} of {2 * np.pi / OMEGA:.0f} steps, height {height.mean():.2f} of the true one"
)
assert abs(height.mean() - 1) < 0.1

# %% [markdown] slideshow={"slide_type": "skip"}
# One step ahead the model errs by a few thousandths; nineteen periods later it is out of time. This is why a one-step
# error alone proves little. The two-lag rule does not drift:

# %% slideshow={"slide_type": "skip"}
run = [wave[READ - 2], wave[READ - 1]]
for _ in range(RUN):
    run.append(2 * np.cos(OMEGA) * run[-1] - run[-2])
assert np.abs(np.array(run[2:]) - truth).max() < 1e-10

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Move the wave yourself
#
# The network was trained on one frequency, without noise. Two sliders change what it hears. **Find with them:** (1) how far
# the frequency may be moved before the free run leaves the wave; (2) whether the error *while it hears* tells you so; (3)
# what noise does to either.

# %% slideshow={"slide_type": "skip"}
draw = scenes.sine_model(params)
frequency, loudness = slider(0.2, 0.05, 1, "frequency", step=0.01), slider(0, 0, 1, "noise", step=0.01)
explore(draw, omega=frequency, noise=loudness)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>What there is to find</summary>
#
# (1) Hardly at all: at 0.18 and at 0.22 it is already far off the wave after 60 steps alone. It goes on with *its* frequency,
# whatever it has heard. (2) No. There the error while it hears is still a few hundredths, because every step brings it
# back. (3) Noise goes through: with noise of 0.2 it is about 0.15 off while it hears, and more when it is alone.
#
# </details>


# %% slideshow={"slide_type": "skip"}
def hears_and_alone(omega, noise):
    """The two errors in the title of the figure."""
    *_, heard, alone = re.findall(r"\d\.\d{3}", draw(omega=omega, noise=noise)[1])
    return float(heard), float(alone)


for moved in (0.18, 0.22):
    heard, alone = hears_and_alone(moved, 0)
    assert heard < 0.03 and alone > 0.3 > 10 * hears_and_alone(0.2, 0)[0]
assert abs(hears_and_alone(0.2, 0.2)[0] - 0.15) < 0.03 < hears_and_alone(0.2, 0.2)[1]

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What do the gates do?
#
# One unit, over a period and a half of a test wave:

# %% slideshow={"slide_type": "skip"}
trace = lstm.stack(steps)
unit = int(np.argmax(np.abs(params["W_y"])))  # the one that the read-out listens to most
window = lstm.Step(*(field[40:88] for field in trace))

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, (above, below) = plotting.figure(height=4.4, nrows=2, sharex=True)
plotting.plot_trace(window, ["f_t", "i_t", "o_t"], unit=unit, ax=above)
plotting.curve(below, range(1, 49), X_test[40:88, 0, 0], "x_t", marker="")
plotting.plot_trace(window, ["C_tilde", "C_t", "h_t"], unit=unit, ax=below)
above.set(title=f"The gates of unit {unit}", xlabel="", ylim=(0, 1))
below.set(title="Input, candidate, memory and output", xlabel="step t, counted from step 41")
plotting.legend(above), plotting.legend(below)
plotting.show(
    fig,
    f"Two panels for unit {unit} over 48 steps. Above, the three gates: they swing gently with the wave, between about 0.5 "
    "and 0.9. Below, the wave that is read, in grey, and candidate, cell state and hidden state, which go down where the "
    "wave goes up; the hidden state is a flattened copy of the cell state.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# No gate opens or shuts all the way: nothing has to be held for long. People like to see meaning in gates; here
# there is little.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The memory of this unit is the wave upside down, a little late, and it stays below zero. The read-out turns it round
# again with a negative weight. In no unit does a gate open or close all the way; nothing has to be held for long here.

# %% slideshow={"slide_type": "skip"}
late = np.corrcoef(X_test[LISTEN:-1, 0, 0], trace.C_t[LISTEN + 1 :, unit, 0])[0, 1]
print(
    f"correlation of the memory with the input one step before: {late:.2f};  read-out weight {params['W_y'][0, unit]:.1f}"
)
for name in ("f_t", "i_t", "o_t"):
    gate = getattr(trace, name)[LISTEN:]
    print(f"{name} of all units: from {gate.min():.2f} to {gate.max():.2f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# How long does a unit remember? Along the direct path through C its forget gate says it (what travels through h comes on
# top):

# %% slideshow={"slide_type": "skip"}
keep = trace.f_t[LISTEN:].mean(axis=(0, 2))
print(f"mean forget gate of the 16 units: from {keep.min():.2f} to {keep.max():.2f}")
print(
    f"half-life of the most patient unit: {np.log(0.5) / np.log(keep.max()):.1f} steps of a period of {2 * np.pi / OMEGA:.0f}"
)

# %% [markdown] slideshow={"slide_type": "skip"}
# That is no surprise: the next value can be had from two past ones. Gers, Eck and Schmidhuber tried LSTM in 2001 on two
# series that a window of past values predicts well, the Mackey–Glass series and the Santa Fe laser, and found that
# simpler methods did better there. Their advice: use LSTM only where those fail.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Now a task that needs memory
#
# Every wave has **its own frequency**, ω between 0.1 and 1.0, and its own phase. And every number that is read carries
# **noise** of standard deviation 0.1. The question stays the same: what is the wave's next value?

# %% [markdown] slideshow={"slide_type": "skip"}
# The two-lag rule needs to know ω: its weights are 2 cos ω and −1. For another wave they are wrong. Without noise, a
# *fixed* linear rule with enough lags could still serve all these waves at once, but its weights are huge, and noise
# multiplied by huge weights drowns everything (we shall measure that). With noise the weights must stay small, and
# then they are a compromise. Whoever wants to do better must find out from what has been read which wave this is, and
# keep that in mind. This is what a memory is for.
#
# We train on what one has in practice, the noisy next value. We judge by the distance to the *clean* wave, at steps 60
# to 120, for 500 waves that nobody was trained on.

# %% slideshow={"slide_type": "skip"}
NOISE = 0.1
X_many, Y_many = data.sine_waves(120, 500, np.random.default_rng(99), noise=NOISE)
LATE = slice(59, 120)  # steps 60 to 120


def late_error(Y_hat):
    return float(np.mean((Y_hat[LATE] - Y_many[LATE]) ** 2))


# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
fig, axes = plotting.figure(height=3.4, nrows=2, sharex=True)
for ax, b in zip(axes, np.argsort(np.abs(np.diff(Y_many[:, 0], axis=0)).mean(axis=0))[[60, 440]], strict=True):
    ax.plot(range(2, 122), Y_many[:, 0, b], color=plotting.QUIET, lw=4, label="the wave")
    ax.plot(range(1, 121), X_many[:, 0, b], ".", color=plotting.INK, label="what is read")
    ax.set(ylim=(-1.5, 1.5))
axes[0].set(title="A slow wave and a fast one")
axes[1].set(xlabel="step t")
plotting.legend(axes[0])
plotting.show(
    fig,
    "Two examples over 120 steps, a slow wave above and a fast one below. The clean wave is a thick grey line; the "
    "numbers that are read are dots scattered around it.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask why the two-lag rule is lost here: it has to know ω, and it multiplies the noise.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The rivals
#
# **Persistence** again. The best **fixed linear rules** with 2 to 50 lags. And the **oracle**, which is told ω and needs
# to find only height and phase: a yardstick that a rival without this knowledge will hardly reach.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A baseline that cannot be beaten is as useful as one that can: the oracle says how much is left to gain.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The weights of the linear rules are the least-squares optimum on 2000 training waves, so no other fixed weights do better
# there.


# %% slideshow={"slide_type": "skip"}
def lags(X, p, rows):
    """Row by row the last p values before each prediction, the newest first."""
    return np.stack([X[rows.start - k : rows.stop - k, 0].ravel() for k in range(p)], axis=1)


X_fit, _ = data.sine_waves(121, 2000, np.random.default_rng(7), noise=NOISE)
FIT = slice(59, 120)
table = {"persistence": late_error(X_many)}
for p in (2, 5, 10, 20, 50):
    A, b = lags(X_fit, p, FIT), X_fit[60:121, 0].ravel()
    weights = np.linalg.solve(A.T @ A, A.T @ b)
    linear = lags(X_many, p, LATE) @ weights
    table[f"linear, {p} lags"] = float(np.mean((linear - Y_many[LATE, 0].ravel()) ** 2))


# %% [markdown] slideshow={"slide_type": "skip"}
# And without noise? Then the same kind of rule is nearly exact, but look at its weights: the noise in its prediction
# would be theirs, √(sum of squares), times that of one number.

# %% slideshow={"slide_type": "skip"}
clean, after = data.sine_waves(121, 2000, np.random.default_rng(7))
for p in (2, 5, 8):
    A, b = lags(clean, p, FIT), after[59:120, 0].ravel()
    weights = np.linalg.lstsq(A, b)[0]
    error, blow_up = np.mean((A @ weights - b) ** 2), np.sqrt((weights**2).sum())
    print(f"linear, {p} lags, no noise: error {error:.0e}, but noise would be multiplied by {blow_up:.0f}")


# %% slideshow={"slide_type": "skip"}
def oracle(X, omegas):
    """Fit height and phase to all that was read, for the known frequency, and say the next value."""
    n = np.arange(1, len(X) + 2)[:, None, None]
    basis = np.concatenate([np.sin(omegas * n), np.cos(omegas * n)], axis=1)  # (T + 1, 2, B)
    squares = np.cumsum(np.einsum("tib,tjb->tbij", basis[:-1], basis[:-1]), axis=0)
    products = np.cumsum(np.einsum("tib,tb->tbi", basis[:-1], X[:, 0]), axis=0)
    fits = np.linalg.solve(squares[1:], products[1:, ..., None])[..., 0]  # from two numbers on
    says = np.einsum("tbi,tib->tb", fits, basis[2:])[:, None]
    return np.concatenate([X[:1], says])


omegas = np.random.default_rng(99).uniform(0.1, 1.0, 500)  # the frequencies that sine_waves drew for X_many
with_omega = 2 * np.cos(omegas) * Y_many[1:-1] - Y_many[:-2]
assert np.allclose(with_omega, Y_many[2:], atol=1e-10)  # they are the right ones
Y_oracle = oracle(X_many, omegas)
table["oracle, knows ω"] = late_error(Y_oracle)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The networks
#
# An LSTM and a plain RNN, $h_t = \tanh(W_h \cdot [h_{t-1}, x_t] + b_h)$, with 32 units each. Every training step takes 32
# fresh waves, 60 numbers long. They are tested on waves twice as long.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# The slow cells of this lesson are here; show the saved output.
#
# </details>


# %% slideshow={"slide_type": "skip"}
def fresh_waves(n_steps, rng):
    for _ in range(n_steps):
        X, _ = data.sine_waves(61, 32, rng, noise=NOISE)
        yield X[:-1], X[1:]  # read a number, predict the next one as it will be read


def train_on_many(cell, learning_rates, seed=0):
    rng = np.random.default_rng(seed)
    params = model.init_params(cell, D=1, H=32, K=1, rng=rng)
    adam = training.Adam()

    def loss_and_grads(params, X, Y):
        return model.loss_and_grads(cell, params, X, Y, functional.mean_squared_error)

    for adam.lr, n_steps in learning_rates:
        training.fit(loss_and_grads, params, list(fresh_waves(n_steps, rng)), adam, max_norm=1.0)
    return params


# %% slideshow={"slide_type": "skip"}
lstm_many = train_on_many(fused, [(1e-2, 700), (3e-3, 500), (1e-3, 200)])
Y_lstm, steps_many = model.predict(lstm, lstm_many, X_many)
table["LSTM, 32 units"] = late_error(Y_lstm)

# %% [markdown] slideshow={"slide_type": "skip"}
# The RNN has a quarter of the parameters and each of its steps costs less, so it may take twice as many. Of three
# learning-rate schedules that we tried for it, this one did best on the test waves, which is a choice in its favour;
# for the LSTM we took the first that we tried.

# %% slideshow={"slide_type": "skip"}
rnn_many = train_on_many(rnn, [(5e-3, 1400), (2e-3, 1000), (5e-4, 400)])
Y_rnn, _ = model.predict(rnn, rnn_many, X_many)
table["RNN, 32 units"] = late_error(Y_rnn)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** The best fixed linear rule knows 50 past values. The oracle knows ω. Where will the LSTM come in?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
places = ["larger than the best linear rule's", "smaller, by a factor below 10", "smaller, by a factor above 10"]
predict("09.rank", "The LSTM's squared error will be …", [*places, "smaller even than the oracle's"])

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The result
#
# Mean squared distance to the clean wave, steps 60 to 120:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
for name, error in sorted(table.items(), key=lambda entry: -entry[1]):
    print(f"{name:16} {error:.1e}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Uncover it from the top, and remind people of their bets.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
best_linear = min(error for name, error in table.items() if name.startswith("linear"))
ours = table["LSTM, 32 units"]
print("The LSTM's squared error is")
print(f"{best_linear / ours:.0f} times smaller than that of the best fixed linear rule,")
print(f"{table['RNN, 32 units'] / ours:.1f} times smaller than the RNN's,")
print(f"{ours / table['oracle, knows ω']:.1f} times the oracle's.")
assert best_linear / table["LSTM, 32 units"] > 10
reveal("09.rank", np.searchsorted([1, 10, best_linear / table["oracle, knows ω"]], best_linear / ours))

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
rivals = [(X_many, "persistence", "#767676", ":"), (Y_rnn, "RNN", plotting.PURPLE, "--")]
rivals += [(Y_lstm, "LSTM", plotting.PURPLE, "-"), (Y_oracle, "oracle, knows ω", "#1A1A1A", "-.")]
fig, ax = plotting.figure(height=3.4)
for says, label, colour, style in rivals:
    by_step = np.mean((says - Y_many) ** 2, axis=(1, 2))
    ax.semilogy(range(1, 121), by_step, color=colour, ls=style, label=label)
ax.axhline(table["linear, 50 lags"], color="#767676", lw=1, label="linear, 50 lags\n(mean of steps 60–120)")
ax.set(xlabel="numbers read so far", ylabel="squared error", title="They learn what it is while they listen")
plotting.legend(ax)
plotting.show(
    fig,
    "Squared error, logarithmic, against how many numbers have been read, up to 120. Persistence stays near 0.2, the "
    "linear rule with 50 lags near 0.04. The oracle falls all the way. RNN and LSTM fall steeply at first, far below the "
    "linear rule, and are level from about 40 numbers on, beyond step 60, too; the LSTM is the lower one.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Both networks fall while they listen: they find out which wave it is. From forty numbers on they are level, and
# the oracle is not.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# The networks' curves are flat from about forty numbers on. Have they stopped remembering, or only stopped improving?
#
# **Predict.** The LSTM has read 120 numbers.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
reaches = ["the last 10 or fewer", "about the last 40", "all 120"]
predict("09.reach", "Which of them does its last prediction depend on?", reaches)

# %% [markdown] slideshow={"slide_type": "skip"}
# We can ask: let the LSTM begin with an empty memory k steps before the end, and see whether it misses what came earlier.

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
misses = {}
for k in (10, 20, 30, 40, 60, 120):
    last = model.predict(lstm, lstm_many, X_many[-k:])[0][-1]
    misses[k] = np.mean((last - Y_many[-1]) ** 2)
    print(f"reading the last {k:3d} numbers: error of the last prediction {misses[k]:.1e}")
enough = min(k for k, error in misses.items() if error < 1.1 * misses[120])  # as good as all, within a tenth
reveal("09.reach", np.searchsorted([15, 90], enough))

# %% [markdown] slideshow={"slide_type": "fragment"}
# What lies more than about forty steps back makes no difference any more.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What this shows, and what it does not
#
# - A recurrent network can *identify* the wave while it listens.
# - The memory is real, and short: about forty steps.
# - The plain RNN does it too, less well: no proof that it takes an LSTM.
# - One seed for each network, one noise, little tuning.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Ask the room first: what does this show? Then what it does not. If they leave with the second list, the lecture
# was worth it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# At this noise, and in this range of frequencies, none of the fixed linear rules came near. The oracle, which forgets
# nothing, goes on improving.
#
# A method made for this problem, which estimates ω, height and phase together from all numbers read, may well beat the
# network; the oracle shows how much room there is, and exercise 3 is a first step. Sine waves are a fair place to learn
# training and a poor one to praise a network.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# On a single wave the LSTM lost to a rule with two lags. On noisy waves of unknown frequency its squared error was more
# than ten times smaller than that of the best fixed linear rule: it can find out what it is listening to.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# **1. A baseline of your own.** Persistence keeps the last *value*. Write a rule that keeps the last *slope*: the next
# value is as far from this one as this one is from the last. Return the predictions for `X_test[1:]`.


# %% slideshow={"slide_type": "skip"}
def keep_the_slope(X):
    raise NotImplementedError  # an array with one step less than X


# %% slideshow={"slide_type": "skip"}
slips = {
    "That keeps the value: persistence.": lambda X: X[1:],
    "The slope has the wrong sign: it is this value minus the last one.": lambda X: X[:-1],
    "That is the slope alone; it has to be added to this value.": lambda X: X[1:] - X[:-1],
    "The slope is taken twice.": lambda X: 3 * X[1:] - 2 * X[:-1],
    "That is the mean of the two; the line goes on beyond them.": lambda X: (X[1:] + X[:-1]) / 2,
    "The first value has none before it, so there is no prediction for it: leave it out.": (
        lambda X: 2 * X - np.roll(X, 1, axis=0)
    ),
    "The last prediction is missing: X[1:] are the values from step 2 on.": lambda X: (2 * X[1:] - X[:-1])[:-1],
}

# %% slideshow={"slide_type": "skip"}
waves = np.random.default_rng(3).normal(size=(20, 1, 4)).cumsum(axis=0)
check("the predictions", keep_the_slope, lambda X: 2 * X[1:] - X[:-1], given=(waves,), known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# This value plus the last difference.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# `X[1:]` are the values from step 2 on, `X[:-1]` those before them.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def keep_the_slope(X):
#     return 2 * X[1:] - X[:-1]
# ```
#
# It is the two-lag rule for cos ω = 1, and for a slow wave that is nearly right. A good baseline can cost one line.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. How many numbers?** How many parameters has the LSTM with 32 units and its read-out, and how many the RNN? Return
# the pair (LSTM, RNN).


# %% slideshow={"slide_type": "skip"}
def sizes():
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
def counted(lstm_extra=0, rnn_extra=0, read_out=33, matrix=32 * 33, bias=32):
    return {"LSTM": 4 * (matrix + bias) + read_out + lstm_extra, "RNN": matrix + bias + read_out + rnn_extra}


slips = {
    "The read-out has parameters, too.": counted(read_out=0),
    "The bias of the read-out is missing.": counted(read_out=32),
    "The biases are missing.": counted(bias=0),
    "The weights for h are missing: a W has H + D columns.": counted(matrix=32),
    "Each of the four has one bias here, not two.": {"LSTM": counted(4 * 32)["LSTM"]},
    "The read-out is there once, not four times.": {"LSTM": counted(3 * 33)["LSTM"]},
    "Three gates and a candidate: the LSTM has four matrices.": {"LSTM": 3 * (32 * 33 + 32) + 33},
    "The LSTM comes first.": dict(zip(("LSTM", "RNN"), reversed(counted().values()), strict=True)),
}
check("parameters of LSTM and RNN", sizes, counted, known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The LSTM has four matrices where the RNN has one. Both have the same read-out.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# One matrix and its bias: H (H + D) + H. The read-out: K H + K.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def sizes():
#     H, D, K = 32, 1, 1
#     one, read_out = H * (H + D) + H, K * H + K
#     return 4 * one + read_out, one + read_out
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. A rule that listens.** The two-lag rule is $x_{t+1} + x_{t-1} = c\,x_t$ with $c = 2\cos\omega$. Estimate c for each
# wave by least squares from all numbers read so far, and predict with it. For `X` of shape (T, 1, B) return the
# predictions after steps 3 … T, of shape (T − 2, 1, B).


# %% slideshow={"slide_type": "skip"}
def listening_rule(X):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
def with_c(X, read_so_far=np.cumsum):
    """The two-lag rule with c from the sums over what has been read so far."""
    middle, sides = X[1:-1], X[2:] + X[:-2]
    return read_so_far(middle * sides, axis=0) / read_so_far(middle**2, axis=0)


def listened(X):
    return with_c(X) * X[2:] - X[1:-1]


slips = {
    "It is one step early: after step t it should say step t + 1.": lambda X: with_c(X) * X[1:-1] - X[:-2],
    "A sign is wrong: x_{t+1} = c x_t − x_{t−1}.": lambda X: with_c(X) * X[2:] + X[1:-1],
    "x_{t−1} is missing: x_{t+1} = c x_t − x_{t−1}.": lambda X: with_c(X) * X[2:],
    "c is made of all numbers, also of those that come later: sum up to t only.": (
        lambda X: with_c(X, np.sum) * X[2:] - X[1:-1]
    ),
    "c is made of the last three numbers only: add up all that were read.": (
        lambda X: with_c(X, lambda products, axis: products) * X[2:] - X[1:-1]
    ),
    "That is the last value again.": lambda X: X[2:],
    "c is upside down.": lambda X: X[2:] / with_c(X) - X[1:-1],
    "Each wave has a c of its own: add up over time, not over the waves.": (
        lambda X: (
            (
                (X[1:-1] * (X[2:] + X[:-2])).sum(axis=2, keepdims=True).cumsum(axis=0)
                / (X[1:-1] ** 2).sum(axis=2, keepdims=True).cumsum(axis=0)
            )
            * X[2:]
            - X[1:-1]
        )
    ),
}

# %% slideshow={"slide_type": "skip"}
draw = np.random.default_rng(8)
clean, _ = data.sine_waves(50, 8, draw)
noisy = clean[:, :, :5] + draw.normal(0, 0.1, (50, 1, 5))
check(
    "the predictions, without noise and with it", listening_rule, listened, given=[(clean,), (noisy,)], known=slips
)

# %% [markdown] slideshow={"slide_type": "skip"}
# With noise it has to use *all* numbers read so far, and no later ones. Then it comes as close to the clean waves as the
# two-lag rule that is told every ω:


# %% slideshow={"slide_type": "skip"}
def late_error_from_3(Y_hat, X):
    return late_error(np.concatenate([X[:2], Y_hat]))


def told_every_omega(X):
    return 2 * np.cos(omegas) * X[2:] - X[1:-1]


check(
    "as close as if it were told ω",
    listening_rule,
    told_every_omega,
    given=(X_many,),
    then=late_error_from_3,
    tol=2e-2,
    says="your error is {got:.4f}, and {want:.4f} with every ω",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Least squares with one unknown: c is the sum of $x_t (x_{t+1} + x_{t-1})$ over the sum of $x_t^2$.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# `np.cumsum(…, axis=0)` gives both sums for all t at once. The prediction after step t is $c\,x_t - x_{t-1}$.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def listening_rule(X):
#     middle, sides = X[1:-1], X[2:] + X[:-2]
#     c = np.cumsum(middle * sides, axis=0) / np.cumsum(middle**2, axis=0)
#     return c * X[2:] - X[1:-1]
# ```
#
# With noise it is hardly better than a fixed linear rule, and far from the network: it listens for ω, but then trusts
# two noisy numbers. To do better one has to smooth them, and soon one is rebuilding what the LSTM has learned.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Put in order.** One step of training has been shuffled, and one line does not belong to it. (The two lines for the
# gradients of $W_y$ and $b_y$ are left out.)

# %% slideshow={"slide_type": "skip"}
lines = {
    "1": "adam(params, grads, m, v, t)",
    "2": 'grads = through_time(params, params["W_y"].T @ dY_hat, steps)',
    "3": "hs, steps = lstm.forward(params, X)",
    "4": "params = clip(params)",
    "5": "dY_hat = 2 * (Y_hat - Y) / Y.size",
    "6": "grads = clip(grads)",
    "7": 'Y_hat = params["W_y"] @ hs + params["b_y"]',
}
print("\n".join(f"{label}   {line}" for label, line in lines.items()))


# %% slideshow={"slide_type": "skip"}
def right_order():
    raise NotImplementedError  # return the labels in a row, such as "123567"


# %% slideshow={"slide_type": "skip"}
after_what = {
    "7": {"3": "The read-out reads hs."},
    "5": {"7": "Compare when there is a prediction."},
    "2": {"3": "The way back needs the steps of the way forward.", "5": "What is sent back is dY_hat."},
    "6": {"2": "There is no gradient yet that could be too long."},
    "1": {"6": "Adam would step along a gradient that has not been clipped."},
}
too_many = {"4": "It is the gradient that may be too long. The parameters are what has been learned."}
check_order("one step of training", right_order, lines, after_what, distractors=too_many)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Run the cell, compare, send the error back, change the parameters.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Each line uses a name that another line has made. Begin with the line that needs nothing from the others.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def right_order():
#     return "375261"
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Find the bug.** A report says that a model of the sine wave has no error at all. Its author shows the code, and that
# persistence gets full marks makes you suspicious:


# %% slideshow={"slide_type": "skip"}
def report_with_a_bug(Y_hat):
    return one_step_error(Y_hat, X_test)


print(f"persistence {report_with_a_bug(X_test):.4f}, the LSTM {report_with_a_bug(Y_hat):.4f}")
assert report_with_a_bug(X_test) == 0 < report_with_a_bug(Y_hat)

# %% [markdown] slideshow={"slide_type": "skip"}
# Write a report that an echo cannot please: the error of the prediction, as a share of the error that persistence makes.


# %% slideshow={"slide_type": "skip"}
def report(Y_hat):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
def scored(Y_hat, compare_with=1, divide=True):
    """The error of a prediction as a share of persistence's, on waves made afresh."""
    waves = data.sine_waves(100, 16, np.random.default_rng(2), omega=OMEGA)
    echo, error = (np.mean((says[20:] - waves[1][20:]) ** 2) for says in (waves[0], Y_hat))
    seen = np.mean((Y_hat[20:] - waves[0][20:]) ** 2)
    return (error if compare_with == 1 else seen) / (echo if divide else 1)


slips = {
    "It compares with what has been read; want what comes next.": lambda Y: scored(Y, compare_with=0),
    "That is the error itself; divide it by that of persistence.": lambda Y: scored(Y, divide=False),
    "That is upside down: small should be good.": lambda Y: 1 / scored(Y),
    "That is what is better than persistence; the share is what is left of the error.": lambda Y: 1 - scored(Y),
    "That is the share of the roots; want that of the mean squares.": lambda Y: scored(Y) ** 0.5,
}

# %% slideshow={"slide_type": "skip"}
X_fresh, Y_fresh = data.sine_waves(100, 16, np.random.default_rng(2), omega=OMEGA)
noise = np.random.default_rng(5).normal(0, 0.1, Y_fresh.shape)
check("the error as a share of persistence's", report, scored, given=[(X_fresh,), (Y_fresh + noise,)], known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# What is `X_test`, and what is `Y_test`? Which of the two has the model been asked for?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Persistence says the last value again: its predictions are `X_test`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def report(Y_hat):
#     return one_step_error(Y_hat, Y_test) / one_step_error(X_test, Y_test)
# ```
#
# Next to 1 a model is no better than an echo, however small its error is.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **6. Beyond this course: two papers' GRU, one coin.** The GRU is a smaller relative of the LSTM. It has no memory besides h, and
# two gates, an *update* gate z and a *reset* gate r. In the paper that introduced it (Cho and others, 2014) z says how much
# is kept: $h_t = z_t * h_{t-1} + (1 - z_t) * \tilde h_t$. Later in the same year Chung and others let z say how much is
# written: $h_t = (1 - z_t) * h_{t-1} + z_t * \tilde h_t$. The documentation of PyTorch's `torch.nn.GRU` gives
# $h_t = (1 - z_t) * n_t + z_t * h_{t-1}$, with n for h̃: Cho's. Put 1 − z for z, and the one is the other:

# %% slideshow={"slide_type": "skip"}
z, h_prev, h_tilde = sp.symbols("z h_prev h_tilde")
cho = z * h_prev + (1 - z) * h_tilde  # z keeps
chung = (1 - z) * h_prev + z * h_tilde  # z writes
assert sp.expand(chung - cho.subs(z, 1 - z)) == 0  # for all z, h_prev and h_tilde
assert sp.expand(chung - cho) != 0  # and with the same z they differ

# %% [markdown] slideshow={"slide_type": "skip"}
# So before you read a GRU, or move weights into one, find out what its z does. Whose formula is each of these two lines of
# code, "Cho" or "Chung"?
#
# - line 1: `h = h_prev + z * (h_tilde - h_prev)`
# - line 2: `h = h_tilde + z * (h_prev - h_tilde)`
#
# And: weights that were trained in a program after Cho are to run in one after Chung. All gates are σ(W · [h, x] + b). Which
# W_z and b_z does the second program need?


# %% slideshow={"slide_type": "skip"}
def line_1():
    raise NotImplementedError  # return "Cho" or "Chung"


def line_2():
    raise NotImplementedError


def for_chung(W_z, b_z):
    raise NotImplementedError  # return the pair


# %% slideshow={"slide_type": "skip"}
slips = {
    "1 − W is another matrix: it is the gate that has to become 1 − z, not what stands in σ.": (
        lambda W_z, b_z: {"W_z": 1 - W_z, "b_z": 1 - b_z}
    ),
    "Nothing has changed: z would write what it should keep.": lambda W_z, b_z: {"W_z": W_z, "b_z": b_z},
    "The bias stands in σ, too.": lambda W_z, b_z: {"W_z": -W_z, "b_z": b_z},
    "The weights stand in σ, too.": lambda W_z, b_z: {"W_z": W_z, "b_z": -b_z},
    "1 / W turns numbers upside down; the gate has to become 1 − z.": (
        lambda W_z, b_z: {"W_z": 1 / W_z, "b_z": 1 / b_z}
    ),
}

# %% slideshow={"slide_type": "skip"}
test_it = "Put z = 1 into it: is it the old h that is left, or the new?"
check_choice("line 1", line_1, "Chung", ["Cho", "Chung"], known={test_it: "Cho"})
check_choice("line 2", line_2, "Cho", ["Cho", "Chung"], known={test_it: "Chung"})
draw = np.random.default_rng(22)
case = draw.normal(size=(4, 7)), draw.normal(size=(4, 1))
check("W_z and b_z for Chung", for_chung, lambda W_z, b_z: {"W_z": -W_z, "b_z": -b_z}, given=case, known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Put z = 0 and z = 1 into each line. What is left of it?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# You look for the W and b with which σ gives 1 − z. Draw the curve of σ: half a turn about its middle, (0, ½), leaves it as
# it is. Where is 1 − σ(a) on it?
#
# </details>
# <details><summary>Hint 3, nearly there</summary>
#
# 1 − σ(a) = σ(−a), and a is W · [h, x] + b.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def line_1():
#     return "Chung"
#
#
# def line_2():
#     return "Cho"
#
#
# def for_chung(W_z, b_z):
#     return -W_z, -b_z
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The reset gate has two conventions as well. In the paper of Cho and others r acts on h before the product,
# U · (r * h). PyTorch has it after, r * (U · h + b), and its documentation says why: it is faster. Keras offers both, as
# `reset_after`, and notes that the first version of the paper, too, had it after. These are not two sides of one coin:

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(22)
U, r, h = rng.normal(size=(4, 4)), sigmoid(rng.normal(size=(4, 1))), rng.normal(size=(4, 1))
print(f"before and after the product: apart by up to {np.abs(U @ (r * h) - r * (U @ h)).max():.2f}")
assert not np.allclose(U @ (r * h), r * (U @ h))
assert np.isclose(U[0, 0] * (r[0] * h[0]), r[0] * (U[0, 0] * h[0]))  # with a single unit they are the same

# %% [markdown] slideshow={"slide_type": "skip"}
# Here nothing is exchanged for its opposite: with more than one unit, weights that were trained for the one reset do not
# fit the other. A GRU is described by two answers: what does z do, and where does r stand?

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Why is a low one-step error no proof of a good model?
# 2. Which rule predicts a sine wave of known frequency without error?
# 3. Why are the gradients of all steps *added* in backpropagation through time?
# 4. Why does no fixed linear rule do well on noisy waves of different frequencies?
# 5. What would you report beside "our LSTM has an error of 0.002"?
#
# <details><summary>Answers</summary>
#
# 1. Because the truth is told again after each step; the last value alone is often close. Let it run free.
# 2. The two-lag rule, 2 cos ω times the last value minus the one before.
# 3. Because every step uses the same weights: a change of a weight changes the loss through each of them.
# 4. Because of the noise. Weights that serve all frequencies at once are huge and multiply the noise; small ones are a
#    compromise.
# 5. Baselines, the data and what the error is measured against, several seeds, and the free run.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Where your intuition was wrong
#
# This is the last lesson. Wherever the course asked for a guess and you gave one, it has been kept, on this computer only.
# Here are the guesses that were wrong, with the lesson of each. A wrong guess is worth more than a right one: it marks a
# place where a second reading pays. (`reset()` from `lstm_lib.lesson.predictions` forgets all guesses, if you would like to begin
# again.)

# %% slideshow={"slide_type": "skip"}
summary()

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - F. A. Gers, D. Eck, J. Schmidhuber, *Applying LSTM to Time Series Predictable Through Time-Window Approaches*, ICANN
#   2001.
# - P. J. Werbos, *Backpropagation Through Time: What It Does and How to Do It*, Proceedings of the IEEE 78(10), 1990.
# - A. Graves, J. Schmidhuber, *Framewise Phoneme Classification with Bidirectional LSTM and Other Neural Network
#   Architectures*, Neural Networks 18(5–6), 2005: the full gradient of the LSTM.
# - D. P. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015, arXiv:1412.6980.
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the Difficulty of Training Recurrent Neural Networks*, ICML 2013,
#   arXiv:1211.5063: clipping.
# - K. Cho and others, *Learning Phrase Representations using RNN Encoder–Decoder for Statistical Machine Translation*, EMNLP
#   2014, arXiv:1406.1078: the GRU.
# - J. Chung, C. Gulcehre, K. Cho, Y. Bengio, *Empirical Evaluation of Gated Recurrent Neural Networks on Sequence Modeling*,
#   2014, arXiv:1412.3555: z the other way round.
# - The documentation of `torch.nn.GRU` (PyTorch) and of `keras.layers.GRU` (Keras, argument `reset_after`).
#
# This is where the core of the course ends. Before: [Memory in practice](further/10_memory_in_practice.ipynb). Back to
# [Start here](00_start_here.ipynb).
