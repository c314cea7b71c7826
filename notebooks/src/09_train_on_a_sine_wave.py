# %% [markdown] slideshow={"slide_type": "slide"}
# # Train on a sine wave
#
# **What you will be able to do.** Train your own LSTM from scratch, watch it go on alone, and judge it honestly: against
# baselines, on many waves, and on a series of your own.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# The word to stress is *honestly*. Half of this lecture is about what a sine wave does not prove.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** The six formulas ([The formulas](03_the_formulas.ipynb)) and what a gradient is
# ([The gradients](05_the_gradients.ipynb)). The pieces that you have written on the way are used; where one is missing, the
# library's stands in.
#
# **How long it takes.** About 35 minutes, and 35 for the exercises. The computer needs half a minute.

# %% slideshow={"slide_type": "skip"}
# Setup: imports
import numpy as np

from lstm_lib import data, functional, fused, lstm, model, training
from lstm_lib.lesson import (
    exercises, explore, figures, finale, mine, own_series, predict, reveal, rivals, scenes, slider, summary, watching,
)  # fmt: skip

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions from before
#
# 1. A forget gate stays at 0.9, nothing is written. After how many steps is half of a memory gone?
# 2. A loss falls. Are the gradients right?
# 3. Why are 16 sequences side by side not 16 times as expensive as one?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# About seven steps, 0.9⁷ = 0.48. No: lesson 06 has wrong gradients that learn. The price of a call is shared. The second
# one decides whether they will believe this lesson: wait for somebody to say no.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>The three answers</summary>
#
# 1. After about seven: 0.9 multiplied by itself seven times is just below a half
#    ([Start here](00_start_here.ipynb)).
# 2. That shows nothing: programs with wrong gradients learn, too ([Check the gradient](06_check_the_gradient.ipynb)).
# 3. A call of a NumPy function has a price before it computes anything, and 16 columns share it
#    ([Many sequences, fast](08_many_sequences_fast.ipynb)).
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The task: what comes next?
#
# A wave is read number by number. At every step the model predicts the next number. In the first half of the lesson there
# is one wave. Its **frequency** ω is 0.2: at each step it moves on by 0.2 of the 2π ≈ 6.28 that make a period.

# %% slideshow={"slide_type": "skip"}
OMEGA = 0.2  # 16 pieces of 60 steps to train on: X is read, Y is the number that follows
X, Y = data.sine_waves(60, 16, np.random.default_rng(1), omega=OMEGA)
X_test, Y_test = data.sine_waves(100, 16, np.random.default_rng(2), omega=OMEGA)  # longer
print("X", X.shape, "  Y", Y.shape, "  one period =", round(2 * np.pi / OMEGA, 1), "steps")

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Figure: a piece of the wave, and the question
figures.train_on_a_sine_wave.the_task(X)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for the next point. Everybody can do it; keep that in mind.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Baselines first
#
# **Persistence**, without any training, predicts the last number again. A rule that uses the last k numbers has k
# **lags**.
#
# **Predict.** A sine wave of known frequency is read, and the next value is to be predicted *exactly*.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: how many numbers are enough?
predict("09.lags", "How many past values does one need?", ["1", "2", "a whole period"])


# %% slideshow={"slide_type": "skip"}
LISTEN = 20


def one_step_error(Y_hat, Y, first=LISTEN):
    """Mean squared error of the predictions, from step `first` + 1 on."""
    return float(np.mean((Y_hat[first:] - Y[first:]) ** 2))


two_lags = 2 * np.cos(OMEGA) * X_test[1:] - X_test[:-1]
errors = {
    "persistence": one_step_error(X_test, Y_test),
    "two-lag rule": one_step_error(two_lags, Y_test[1:]),
}

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: two rules and their errors
print(f"persistence   {errors['persistence']:.4f}")
print("two-lag rule ", "exact to rounding" if errors["two-lag rule"] < 1e-28 else "not exact")
reveal("09.lags", [error < 1e-28 for error in errors.values()].index(True))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Most answer "a whole period", some 2. Whoever says 2 should come to the board and try.
#
# </details>

# %% [markdown] slideshow={"slide_type": "fragment"}
# Two. School trigonometry gives
#
# $$\sin((n+1)\omega) = 2\cos\omega\,\sin(n\omega) - \sin((n-1)\omega),$$
#
# a rule with two lags, no training and no error. **Remember it whenever a network is shown to predict a sine wave.**

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# "It predicts a sine wave" is no result: two numbers and one multiplication do it without error.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The errors count from step 21 on: a model that has seen one number cannot know whether the wave is going up or down, and
# twenty steps give everybody time to listen. What follows shows that training works. It does not show that an LSTM is
# needed.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Your LSTM
#
# Here it is: the functions that you wrote in lessons 03 to 06, as far as you did. Sixteen units, and a **read-out** that
# makes one number of their sixteen outputs: $\hat y_t = W_y \cdot h_t + b_y$.

# %% slideshow={"slide_type": "skip"}
cell = mine.cell()

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
params = model.init_params(cell, D=1, H=16, K=1, rng=np.random.default_rng(0))
print("numbers to learn:", sum(p.size for p in params.values()))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for the number before you show it: 4 · 16 · (16 + 1 + 1) + 16 + 1.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Your file is `my_lstm.py`, beside this notebook. Whatever passes its check in this lesson is added to it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step of training
#
# Four things happen: run the cell, compare, send the error back, change the parameters. There is no fifth.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# The four are the next slides: the loss, the way back, Adam, the loop.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **1. The loss.** The **loss** is one number for how wrong the predictions are: here the mean of all squared errors. Training
# also needs its gradient, which says for each prediction how the loss changes if that prediction grows a little. Return
# both.


# %% slideshow={"slide_type": "skip"}
def my_loss(Y_hat, Y):
    raise NotImplementedError  # the pair (loss, dY_hat)


# %% slideshow={"slide_type": "skip"}
# Check: 1. The loss
exercises.train_on_a_sine_wave.check_loss(my_loss)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# `Y.size` numbers are compared. What is the slope of $e^2$, and what does the mean make of it?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# With `error = Y_hat - Y` the loss is `np.mean(error**2)`. The gradient has the shape of `Y_hat`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_loss(Y_hat, Y):
#     error = Y_hat - Y
#     return np.mean(error**2), 2 * error / error.size
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "fragment"}
# The way back. The read-out sends the error to every $h_t$, and your `backward` carries it through time: step 60 first,
# step 1 last.


# %% slideshow={"slide_type": "fragment"}
def loss_and_grads(params, X, Y):
    hs, steps = cell.forward(params, X)
    loss, dY_hat = cell.loss(params["W_y"] @ hs + params["b_y"], Y)
    grads, _, _ = cell.backward(params, params["W_y"].T @ dY_hat, steps)
    grads["W_y"] = sum(dy @ h.T for dy, h in zip(dY_hat, hs, strict=True))
    grads["b_y"] = dY_hat.sum(axis=(0, 2)).reshape(-1, 1)
    return loss, grads


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Every step has used the same weights, so the gradients of all steps are added up: inside backward, and in the sum for W_y.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The same five lines stand in your file, as `cell.loss_and_grads`.
#
# **2. Adam.** An **optimiser** decides how far each parameter moves against its gradient g. **Adam** keeps two running means for each: m of
# the gradients, and v of their squares,
#
# $$m \leftarrow 0.9\,m + 0.1\,g, \qquad v \leftarrow 0.999\,v + 0.001\,g^2.$$
#
# Both begin at 0 and are too small at first, so at step t they are enlarged: $\hat m = m / (1 - 0.9^t)$,
# $\hat v = v / (1 - 0.999^t)$. Then the parameter moves by the **learning rate** times the mean gradient over its size:
#
# $$p \leftarrow p - lr \cdot \hat m / (\sqrt{\hat v} + 10^{-8}).$$
#
# Change `params[name]` in place, for every name. `state` is a dict, empty at first, that is handed in again at each step: keep m, v
# and t in it.


# %% slideshow={"slide_type": "skip"}
def my_adam(params, grads, state, lr=0.01):
    raise NotImplementedError  # nothing to return: params and state are changed


# %% slideshow={"slide_type": "skip"}
# Check: 2. Adam
exercises.train_on_a_sine_wave.check_adam(my_adam)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# `state.get("t", 0) + 1` is 1 at the first call. What are the keys for the m and v of each name?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# One line counts, then a loop over `grads.items()`: the new m, the new v, the step. `state["m", name]` has a pair for a key.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_adam(params, grads, state, lr=0.01):
#     state["t"] = t = state.get("t", 0) + 1
#     for name, g in grads.items():
#         state["m", name] = m = 0.9 * state.get(("m", name), 0) + 0.1 * g
#         state["v", name] = v = 0.999 * state.get(("v", name), 0) + 0.001 * g**2
#         m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
#         params[name] -= lr * m_hat / (np.sqrt(v_hat) + 1e-8)
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# One safeguard: a gradient that is too long is shortened to length 1, in its own direction. This is called **clipping**.


# %% slideshow={"slide_type": "fragment"}
def clip(grads, max_norm=1.0):
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    shrink = min(1.0, max_norm / norm)
    return {name: shrink * g for name, g in grads.items()}


# %% [markdown] slideshow={"slide_type": "skip"}
# And the four things in a loop are all there is to training. Twenty steps:

# %% slideshow={"slide_type": "skip"}
cell = mine.cell()  # once more: the loss and Adam may be yours now

# %% slideshow={"slide_type": "subslide"}
early = {name: p.copy() for name, p in params.items()}
state = {}
for n in range(1, 21):
    loss, grads = cell.loss_and_grads(early, X, Y)
    cell.adam(early, clip(grads), state, lr=0.01)
    if n % 5 == 0:
        print(f"step {n:2d}   loss {loss:.4f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Run this one live, and once more with a learning rate of 1: the room should see a loss that does not fall.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. The loop.** Make a function of it: `n_steps` steps of training on the same X and Y. It changes `params` and returns the
# list of the losses, each taken before its step.


# %% slideshow={"slide_type": "skip"}
def my_train(params, X, Y, n_steps, lr=0.01):
    raise NotImplementedError  # the list of losses


# %% slideshow={"slide_type": "skip"}
# Check: 3. The loop
exercises.train_on_a_sine_wave.check_train(my_train)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# What has to be made once, before the loop? There are two things.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# An empty list for the losses, and an empty dict for Adam's memory. In the loop: loss and gradients, a step, append.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_train(params, X, Y, n_steps, lr=0.01):
#     losses, state = [], {}
#     for _ in range(n_steps):
#         loss, grads = cell.loss_and_grads(params, X, Y)
#         cell.adam(params, clip(grads), state, lr)
#         losses.append(loss)
#     return losses
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Is it right, and is it yours?
#
# Never train for long with code that was not checked. First twenty steps of your own code, on another wave:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: the loss of your own code after twenty steps
finale.twenty_steps()

# %% [markdown] slideshow={"slide_type": "skip"}
# Then three trials of it. Its slopes are measured, PyTorch's numbers for the same weights are laid beside its own, and the detector of
# [Check the gradient](06_check_the_gradient.ipynb) looks for each mistake of that lesson's museum.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: three trials of your own code
finale.trials()

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Three trials: slopes are measured as in lesson 06, PyTorch's numbers for the same weights are laid beside, and
# the museum's detector is let loose on it. With a file of your own the last line says how many lines are yours.
# Break one of them and run both cells again.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Train
#
# Six hundred steps, with a learning rate that falls twice. Every fifty steps the network hears forty numbers of a wave and goes on
# alone.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Kernel → Interrupt* stops it; `params` keeps what has been learned.

# %% slideshow={"slide_type": "fragment"}
wave, _ = data.sine_waves(130, 1, np.random.default_rng(3), omega=OMEGA)
watch = watching.FreeRun(cell, wave)
losses, state = [], {}
for lr, n_steps in [(1e-2, 300), (3e-3, 200), (1e-3, 100)]:
    for _ in range(n_steps):
        watch(params)
        loss, grads = cell.loss_and_grads(params, X, Y)
        cell.adam(params, clip(grads), state, lr)
        losses.append(loss)
watch(params)

# %% slideshow={"slide_type": "skip"} tags=["output-only"]
# Figure: before training, after 20, 100 and 600 steps
figures.train_on_a_sine_wave.while_it_learned(watch.runs, wave)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Half a minute live, and the picture moves meanwhile. Nobody has told it what a sine is.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Or is it an echo?
#
# A curve that repeats the last value looks good when it is drawn over the wave: it comes one step late, and who sees one
# step? So measure the distance to both.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
Y_hat, _ = model.predict(cell, params, X_test)
errors["LSTM"] = one_step_error(Y_hat, Y_test)
to_last = one_step_error(Y_hat, X_test)
print(f"the network, to the next value  {errors['LSTM']:.0e}")
print(f"the network, to the last value  {to_last:.4f}")
print(f"persistence, to the next value  {errors['persistence']:.4f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Draw an echo on the board: the same curve, one step late. Nobody sees it on a plot; the two distances do.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# An echo would be at distance 0 from the last value. The network is as far from it as the wave itself is, and close to the
# next one. The rule with two lags is still better, and always will be.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Let it run free
#
# Told the truth after every step, it is easy to do well. Now the model gets 40 steps, and then only its own predictions, 600
# times. **RMSE** is the root of its mean squared error.
#
# **Predict.** For how long will it stay on the wave?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: how long does the free run hold?
predict("09.free", "How many periods until it is off by more than 0.1 (RMSE)?", unit="periods")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Collect numbers on the board: one period, ten, for ever.
#
# </details>

# %% slideshow={"slide_type": "skip"}
HEARD, RUN = 40, 600
waves, _ = data.sine_waves(HEARD + RUN, 16, np.random.default_rng(3), omega=OMEGA)
free = model.generate(cell, params, waves[:HEARD], RUN)
rmse = np.sqrt(np.mean((free - waves[HEARD:]) ** 2, axis=(1, 2)))

# %% slideshow={"slide_type": "subslide", "printed": false} tags=["output-only"]
# Answer: the beginning of the free run, and its end
reveal("09.free", round((1 + (rmse > 0.1).argmax()) * OMEGA / (2 * np.pi)), within=0.5)
print("off by", ", ".join(f"{rmse[n - 1]:.2f} after {n}" for n in (10, 100, 300, 600)), "steps")
figures.train_on_a_sine_wave.far_ahead(waves, free)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# It keeps the shape and loses the time: its period is not quite the wave's.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Every prediction is a little off, and the next one is built on it. The shape and the height stay; what is lost is the time, because
# the period of the network is not quite the wave's. Several periods from sixteen short pieces is not bad. But a one-step error
# alone would have told nothing of this.

# %% slideshow={"slide_type": "skip"}
# Proof: no echo, worse than two lags, worse with distance
assert errors["two-lag rule"] < 1e-28 < errors["LSTM"] < 1e-4 < errors["persistence"]
assert np.isclose(to_last, errors["persistence"], rtol=0.05)
assert rmse[9] < 0.05 and rmse[9] < rmse[99] < rmse[599]

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Now a task that needs memory
#
# Every wave has **its own frequency**, ω between 0.1 and 1.0. And every number that is read carries **noise** of standard
# deviation 0.1. What is the wave's next value?

# %% slideshow={"slide_type": "skip"}
NOISE, LATE = 0.1, slice(59, 120)  # steps 60 to 120
X_many, Y_many = data.sine_waves(120, 500, np.random.default_rng(99), noise=NOISE)
omegas = np.random.default_rng(99).uniform(0.1, 1.0, 500)  # the frequencies that were drawn


def late_error(Y_hat):
    return float(np.mean((Y_hat - Y_many)[LATE] ** 2))


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Figure: a slow wave and a fast one, with noise
figures.train_on_a_sine_wave.two_waves(X_many, Y_many)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask why the two-lag rule is lost here: it has to know ω, and it multiplies the noise.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The two-lag rule has to know ω. A *fixed* rule with many lags needs small weights, or it multiplies the noise, and small
# weights for all waves at once are a compromise. Whoever wants to do better must find out from what has been read which wave
# this is, and keep that in mind. This is what a memory is for.
#
# We train on what one has in practice, the noisy next value. We judge by the distance to the *clean* wave, at steps 60
# to 120, on 500 waves that nobody was trained on.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The rivals
#
# - **Persistence**, and the best **fixed linear rules** with 2 to 50 lags.
# - A rule that **searches for ω**: it tries 1801 frequencies after each step.
# - One that **is told ω**, and needs only height and phase.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A baseline that cannot be beaten is as useful as one that can: it says how much is left to gain.
#
# </details>

# %% slideshow={"slide_type": "skip"}
says = rivals.of_rules(X_many, omegas)
table = {name: [late_error(Y_hat)] for name, Y_hat in says.items()}

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The networks
#
# An LSTM with 32 units: 4385 numbers. A plain RNN with as many units has 1121, a quarter; so a second gets 65, with 4421.
# Three seeds each: their mean, smallest and largest error.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Equal width is not equal size: that is the commonest unfairness in such tables.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Each training step takes 32 fresh waves, 60 numbers long; the test waves are twice as long. For the RNN we
# tried three learning-rate schedules, took the best on the test waves, and gave it twice as many steps: choices in its favour. For the
# LSTM we took the first that we tried. Eight of the nine runs were made before, by `results/sine_trials.py`. The first LSTM is trained here, with
# `fused`, the library's fast layer, which computes the same as yours.


# %% slideshow={"slide_type": "skip"}
def trained_on_many(cell, learning_rates, seed=0):
    rng = np.random.default_rng(seed)
    params, adam = model.init_params(cell, D=1, H=32, K=1, rng=rng), training.Adam()
    for adam.lr, n_steps in learning_rates:
        waves = [data.sine_waves(61, 32, rng, noise=NOISE)[0] for _ in range(n_steps)]
        pairs = [(X[:-1], X[1:]) for X in waves]  # read a number, predict the next one read
        training.fit(fast_loss_and_grads, params, pairs, adam, max_norm=1.0)
    return params


def fast_loss_and_grads(params, X, Y):
    return model.loss_and_grads(fused, params, X, Y, functional.mean_squared_error)


# %% slideshow={"slide_type": "skip"}
lstm_many = trained_on_many(fused, [(1e-2, 700), (3e-3, 500), (1e-3, 200)])
says["LSTM, 32 units"], _ = model.predict(lstm, lstm_many, X_many)
table |= rivals.of_networks(seeds=(0, 1, 2))

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** The best fixed linear rule knows 50 past values. One rival is told ω. Where will the LSTM come in?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the place of the LSTM
places = ["larger than the best linear rule's", "smaller, by a factor below 10", "smaller, by a factor above 10"]
predict("09.rank", "The LSTM's squared error will be …", [*places, "smaller even than with ω told"])

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: all rivals, from the worst to the best
for name, runs in sorted(table.items(), key=lambda row: -np.mean(row[1])):
    spread = f"   {min(runs):.1e} to {max(runs):.1e}" if len(runs) > 1 else ""
    print(f"{name:16} {np.mean(runs):.1e}{spread}")
linear = min(table[name][0] for name in table if name.startswith("linear"))
gain = linear / np.mean(table["LSTM, 32 units"])
reveal("09.rank", int(np.searchsorted([1, 10, linear / table["is told ω"][0]], gain)))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Uncover it from the top, and remind people of their bets. Then point at the rule that searches.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# More than ten times smaller than the best fixed linear rule. The RNN of equal size comes close: the LSTM's error is about two thirds
# of its error, and the spread of the seeds is smaller than that. And a method made for this problem, the search for ω, beats all
# networks by more than a factor of two, without any training.

# %% slideshow={"slide_type": "skip"}
# Proof: the order, for every seed, and the run made here
nets = [table[name] for name in ("LSTM, 32 units", "RNN, 65 units", "RNN, 32 units")]
assert max(nets[0]) < min(nets[1]) and max(nets[1]) < min(nets[2])
assert 10 * max(nets[0]) < linear and 2 * table["searches for ω"][0] < min(nets[0])
assert np.isclose(late_error(says["LSTM, 32 units"]), nets[0][0], rtol=0.01)
assert 1.3 < np.mean(nets[1]) / np.mean(nets[0]) < 1.6

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What has it found out?
#
# **Predict.** The LSTM has read 120 numbers of a wave.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: how far back does it reach?
reaches = ["the last 10 or fewer", "about the last 40", "all 120"]
predict("09.reach", "Which of them does its last prediction depend on?", reaches, limits=[15, 90])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# The next cell lets it begin with an empty memory k steps before the end.
#
# </details>

# %% slideshow={"slide_type": "skip"}
misses = {}
for k in (10, 20, 30, 40, 60, 120):  # it begins with an empty memory, k steps before the end
    last = model.predict(lstm, lstm_many, X_many[-k:])[0][-1]
    misses[k] = np.mean((last - Y_many[-1]) ** 2)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: what the last k numbers are worth
for k, error in misses.items():
    print(f"reading the last {k:3d} numbers: error of the last prediction {error:.1e}")
reveal("09.reach", min(k for k, error in misses.items() if error < 1.1 * misses[120]))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Forty numbers give all that it will ever know. Ask how the memory of one unit would have to be set to keep
# longer: f nearer to 1.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# What lies more than about forty steps back makes no difference any more. It listens for forty numbers; then it knows as much as it
# ever will, while the rules that search go on improving:

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Figure: how the errors fall while they listen
shown = ("persistence", "LSTM, 32 units", "searches for ω", "is told ω")
by_step = {name: np.mean((says[name] - Y_many) ** 2, axis=(1, 2)) for name in shown}
figures.train_on_a_sine_wave.rivals(by_step, ("linear, 50 lags", table["linear, 50 lags"][0]))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Find the step at which the network's line stops falling, and compare with forty. The rules that search go on:
# they keep all they have heard.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A wave it has never met
#
# The network hears forty noisy numbers. Then it goes on alone.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Live: the network hears a wave of your choice
frequency, loudness = slider(0.8, 0.1, 1, "frequency", step=0.01), slider(0.1, 0, 0.5, "noise", step=0.01)
explore(scenes.sine_model(lstm_many), omega=frequency, noise=loudness)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Let the room choose frequencies. It fails at some; the next slide shows where.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Nobody has told it what ω is. **Find with the sliders:** where does it go wrong? What does noise do? The picture below
# compares it, frequency by frequency, with the network of the first half, which has met one wave only.

# %% slideshow={"slide_type": "skip"}
frequencies = np.linspace(0.1, 1.0, 19)
off = {"trained on many waves": [], "trained on one wave": []}
for omega in frequencies:
    heard, _ = data.sine_waves(100, 40, np.random.default_rng(12), omega=omega, noise=NOISE)
    clean = data.sine_waves(100, 40, np.random.default_rng(12), omega=omega)[0]
    for name, p in zip(off, (lstm_many, params), strict=True):
        alone = model.generate(fused, p, heard[:40], 60)
        off[name].append(np.sqrt(np.mean((alone - clean[40:]) ** 2)))

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Figure: how far off it is alone, by frequency
figures.train_on_a_sine_wave.alone(frequencies, {name: np.array(each) for name, each in off.items()})

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The dotted line has one good place: the wave it was trained on. Below the grey line it is better than saying
# nothing for ever.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# It does not do equally well everywhere. A frequency that is a little wrong costs more the longer it runs. The network that was
# trained on one wave always goes on with *its* frequency, whatever it has heard.

# %% slideshow={"slide_type": "skip"}
# Proof: good at some frequencies, poor at others
many, one = (np.array(each) for each in off.values())
assert many.min() < 0.15 < 0.3 < many.max() and np.median(one) > 2 * np.median(many)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What this shows, and what it does not
#
# - A recurrent network can *identify* the wave while it listens.
# - The memory is real, and short: about forty steps.
# - A plain RNN of equal size does it nearly as well.
# - A method made for the problem does it better.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Ask the room first: what does this show? Then what it does not. If they leave with the second list, the lecture
# was worth it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# One noise, one range of frequencies, little tuning; with the seeds 3 to 5 and 6 to 8 the order of the networks is the same. Gers, Eck and
# Schmidhuber tried LSTM in 2001 on two series that a window of past values predicts well, and found that simpler methods did better
# there. Their advice: use LSTM only where those fail. Sine waves are a fair place to learn training, and a poor one to praise a
# network.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Now your own series
#
# A CSV file or a list of numbers goes in. Persistence, an autoregression (the best fixed weights on the last p numbers, **AR**)
# and an LSTM predict the next number. The last fifth of the series decides, and is looked at once.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for a series from the room: temperatures, visitors, heart beats. One hundred numbers are enough to begin.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Two are included, both made by a small program: a tide, and a population of flies that now swarms and now starves.

# %% slideshow={"slide_type": "skip"}
tide = own_series.read(own_series.INCLUDED / "tide.csv")
flies = own_series.read(own_series.INCLUDED / "flies.csv")

# %% slideshow={"slide_type": "skip"}
# Figure: the two series that are included
figures.train_on_a_sine_wave.two_series({"tide, metres": tide, "flies, thousands": flies})

# %% slideshow={"slide_type": "skip"}
print(own_series.judge(tide))

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
print(own_series.judge(flies))

# %% [markdown] slideshow={"slide_type": "skip"}
# The tide is a sum of two waves and some weather: made for fixed weights, and the LSTM is the worse choice. The flies follow a curve, not
# a line: many flies eat everything up, and few come after them. No fixed weights can bend; the LSTM can. What wins there is the bend
# of its tanh and σ, not its memory: the next number depends on this one only.
#
# Now yours. Put a path or a list in the place of `flies`:

# %% slideshow={"slide_type": "skip"}
series = flies  # own_series.read("my_series.csv"), or read("weather.csv", column="rain")
print(len(series), "numbers, the last of them:", *series[-3:])

# %% [markdown] slideshow={"slide_type": "skip"}
# and give it to `own_series.judge(series)`. The verdict says whether the LSTM is better by more than chance would give, on the numbers
# held back. If it says that these numbers cannot decide, believe it.

# %% [markdown] slideshow={"slide_type": "slide", "picture": "how far off it is alone, by frequency"}
# ## What we found
#
# On a single wave the LSTM lost to a rule with two lags. On noisy waves of unknown frequency its squared error was more
# than ten times smaller than the best fixed rule's: it finds out what it hears. A method made for the problem was better
# still.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for the two honest sentences: what the network did, and what did it better. Then send them to their own
# series.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## What you can do now
#
# You can write an LSTM with nothing but NumPy, forwards and backwards, and say where each line comes from. You can prove that its
# gradients are right, and find the wrong line in somebody else's. You can train it, watch it, and tell an echo from a forecast. You can
# say what to compare it with before you believe it: the last value, a few fixed weights, a rival of the same size, other seeds.
#
# Where to go from here:
#
# - *Your own data.* Begin with the cell above. If AR wins, you have saved yourself a network.
# - *Longer memory.* [Memory in practice](further/10_memory_in_practice.ipynb): where training begins, and when an LSTM is worth its price.
# - *Other programs.* [Read anybody's LSTM](further/13_rosetta.ipynb): take your weights to PyTorch, and go on there.
# - *Your file.* `python my_lstm.py` trains without this course. Change it, break it, give it a second layer.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# The first three stand above: the loss, Adam and the loop.
#
# **4. A baseline of your own.** Persistence keeps the last *value*. Write a rule that keeps the last *slope*: the next
# value is as far from this one as this one is from the last. For `X` of T steps return T − 1 predictions, from step 2 on.


# %% slideshow={"slide_type": "skip"}
def keep_the_slope(X):
    raise NotImplementedError  # an array with one step less than X


# %% slideshow={"slide_type": "skip"}
# Check: 4. A baseline of your own
exercises.train_on_a_sine_wave.check_slope(keep_the_slope)

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
# **5. A rule that listens.** The two-lag rule is $x_{t+1} + x_{t-1} = c\,x_t$ with $c = 2\cos\omega$. Estimate c for each
# wave by least squares from all numbers read so far, and predict with it. For `X` of shape (T, 1, B) return the
# predictions after steps 3 … T, of shape (T − 2, 1, B).


# %% slideshow={"slide_type": "skip"}
def listening_rule(X):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: 5. A rule that listens
exercises.train_on_a_sine_wave.check_listening(listening_rule)

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
# With noise it is hardly better than a fixed linear rule: it listens for ω, but then trusts two noisy numbers. The rule that
# searches for ω trusts all of them.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **6. Find the bug.** A report claims that a model of the sine wave has no error at all. Its author shows the code, and that
# persistence gets full marks makes you suspicious:


# %% slideshow={"slide_type": "skip"}
def report_with_a_bug(Y_hat):
    return one_step_error(Y_hat, X_test)


print(f"persistence {report_with_a_bug(X_test):.4f}, the LSTM {report_with_a_bug(Y_hat):.4f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Write a report that an echo does not satisfy: the error of the prediction, as a share of the error that persistence makes.


# %% slideshow={"slide_type": "skip"}
def report(Y_hat):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: 6. Find the bug
exercises.train_on_a_sine_wave.check_report(report)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# What is `X_test`, and what is `Y_test`? Which of the two has the model been asked for?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Persistence predicts the last value again: its predictions are `X_test`.
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
# ## Five questions to see what stayed
#
# 1. Why is a low one-step error no proof of a good model?
# 2. Which rule predicts a sine wave of known frequency without error?
# 3. What does Adam remember from step to step, and what for?
# 4. Why does no fixed linear rule do well on noisy waves of different frequencies?
# 5. What would you report beside "our LSTM has an error of 0.002"?
#
# <details><summary>Answers</summary>
#
# 1. Because the truth is told again after each step; the last value alone is often close. Let it run free.
# 2. The two-lag rule, 2 cos ω times the last value minus the one before.
# 3. A running mean of the gradients, for the direction, and one of their squares, for the size of the step.
# 4. Because of the noise. Weights that serve all frequencies at once are huge and multiply the noise; small ones are a
#    compromise.
# 5. Baselines, the data and what the error is measured against, rivals of equal size, several seeds, and the free run.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - F. A. Gers, D. Eck, J. Schmidhuber, *Applying LSTM to Time Series Predictable Through Time-Window Approaches*,
#   ICANN 2001.
# - P. J. Werbos, *Backpropagation Through Time: What It Does and How to Do It*, Proceedings of the IEEE 78(10), 1990.
# - D. P. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015, arXiv:1412.6980.
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the Difficulty of Training Recurrent Neural Networks*, ICML 2013,
#   arXiv:1211.5063: clipping.
# - D. C. Rife, R. R. Boorstyn, *Single-Tone Parameter Estimation from Discrete-Time Observations*, IEEE Transactions on Information
#   Theory 20(5), 1974: the search for ω.
# - W. E. Ricker, *Stock and Recruitment*, Journal of the Fisheries Research Board of Canada 11(5), 1954: the flies.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Where your intuition was wrong
#
# Your guesses of all lessons have been kept, on this computer only. Here are those that were wrong: each marks a place where a second
# reading pays. Above them stands which of the seven pieces are yours.

# %% slideshow={"slide_type": "skip"}
# Progress: your pieces, and the guesses that were wrong
mine.progress()
summary()

# %% [markdown] slideshow={"slide_type": "skip"}
# This is where the core of the course ends. Before: [Many sequences, fast](08_many_sequences_fast.ipynb). Beyond:
# [Memory in practice](further/10_memory_in_practice.ipynb). Back to [Start here](00_start_here.ipynb).
