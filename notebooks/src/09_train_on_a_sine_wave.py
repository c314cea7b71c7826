# %% [markdown] slideshow={"slide_type": "slide"}
# # Train on a sine wave
#
# **What you will be able to do.** Train an LSTM from scratch with nothing hidden, and judge it honestly: against
# baselines, running free, and on a task where memory is really needed.
#
# **What you need.** The six formulas ([The formulas](03_the_formulas.ipynb)). The gradients are used here, and checked,
# but not derived.
#
# **How long it takes.** About 50 minutes. The computer needs less than one of them.

# %% slideshow={"slide_type": "skip"}
import numpy as np

from lstm_lib import data, gradcheck, lstm, model, plotting, rnn, training
from lstm_lib.checks import check
from lstm_lib.functional import mean_squared_error

PURPLE = "#6A3D9A"  # for the network's own predictions, a colour that no gate has

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The task: what comes next?
#
# A wave is read number by number. At every step the model says what the next number will be. In the first half of the
# lesson there is one wave, with frequency ω = 0.2 radians a step: about 31 steps to a period.

# %% [markdown] slideshow={"slide_type": "skip"}
# The training data are 16 pieces of this wave, 60 steps each, that begin at random places. `X` is what is read, `Y` is
# the number that follows. We test on other pieces, and on longer ones.

# %% slideshow={"slide_type": "fragment"}
OMEGA = 0.2
X, Y = data.sine_waves(60, 16, np.random.default_rng(1), omega=OMEGA)
X_test, Y_test = data.sine_waves(100, 16, np.random.default_rng(2), omega=OMEGA)
print("X", X.shape, "  Y", Y.shape, "  one period =", round(2 * np.pi / OMEGA, 1), "steps")
assert np.array_equal(X[1:], Y[:-1])  # the target is the next input

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Baselines first
#
# Before any training we ask how far one gets without. **Persistence** says: the next number is like the last one.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** How many past values of a sine wave with known frequency does one need to say the next one *exactly*?
#
# (a) 1 · (b) 2 · (c) a whole period

# %% [markdown] slideshow={"slide_type": "skip"}
# All errors in this half are taken from step 21 on. A model that has seen one number cannot know whether the wave is
# going up or down; twenty steps give everybody time to listen.

# %% slideshow={"slide_type": "subslide"}
LISTEN = 20


def one_step_error(Y_hat, Y, first=LISTEN):
    """Mean squared error of the predictions, from step `first` + 1 on."""
    return float(np.mean((Y_hat[first:] - Y[first:]) ** 2))


errors = {"persistence": one_step_error(X_test, Y_test)}
two_lags = 2 * np.cos(OMEGA) * X_test[1:] - X_test[:-1]  # sin((n+1)ω) = 2 cos ω · sin nω − sin((n−1)ω)
errors["two-lag rule"] = one_step_error(two_lags, Y_test[1:])
print(f"persistence  {errors['persistence']:.4f}")
print("two-lag rule", "exact to rounding" if errors["two-lag rule"] < 1e-28 else "not exact")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Two. The sum formulas of school trigonometry give
#
# $$\sin((n+1)\omega) = 2\cos\omega\,\sin(n\omega) - \sin((n-1)\omega),$$
#
# a rule with two lags, no training and no error. **Keep this in mind whenever a network is shown to predict a sine
# wave.** What follows shows that training works. It does not show that an LSTM is needed.

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
for name, p in params.items():
    print(f"{name}: {p.shape}", end="   ")
print("\nnumbers to learn:", sum(p.size for p in params.values()))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step of training, with nothing hidden
#
# Four things happen: run the cell, compare, send the error back, change the parameters.

# %% [markdown] slideshow={"slide_type": "skip"}
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


# %% slideshow={"slide_type": "subslide"}
def loss_and_grads(params, X, Y):
    """Forward and back: the loss of the predictions, and its gradient for every parameter."""
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

# %% slideshow={"slide_type": "fragment"}
loss, grads = loss_and_grads(params, X, Y)
theirs = model.loss_and_grads(lstm, params, X, Y, mean_squared_error)
assert np.isclose(loss, theirs[0]) and all(np.allclose(grads[k], theirs[1][k], atol=1e-14) for k in params)

small = model.init_params(lstm, D=1, H=3, K=1, rng=np.random.default_rng(5))
worst = gradcheck.check_gradients(lambda p: loss_and_grads(p, X[:7, :, :2], Y[:7, :, :2]), small)
assert max(worst.values()) < 1e-5
print("loss before training:", round(loss, 4), "  gradients: checked,", len(worst), "of", len(small))

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Clip, then Adam
#
# If the gradient is too long, shorten it to length 1 and keep its direction. Then **Adam** takes a step for each
# parameter: along the running mean m of its gradients, divided by their running size √v.


# %% slideshow={"slide_type": "fragment"}
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

# %% slideshow={"slide_type": "skip"}
by_library = {name: p.copy() for name, p in params.items()}
losses = training.fit(loss_and_grads, by_library, [(X, Y)] * 20, training.Adam(lr=0.01), max_norm=1.0)
assert np.isclose(losses[-1], loss, rtol=1e-9)
assert all(np.allclose(by_hand[name], by_library[name], atol=1e-9) for name in params)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Train
#
# Six hundred steps with a learning rate that falls twice. While it runs, a bar shows the loss; *Kernel → Interrupt*
# stops it and keeps what has been learned.

# %% slideshow={"slide_type": "fragment"}
losses, optimiser = [], training.Adam()
for optimiser.lr, n_steps in [(1e-2, 300), (3e-3, 200), (1e-3, 100)]:
    losses += training.fit(loss_and_grads, params, [(X, Y)] * n_steps, optimiser, max_norm=1.0)

Y_hat, steps = model.predict(lstm, params, X_test)
errors["LSTM"] = one_step_error(Y_hat, Y_test)
for name in ("persistence", "LSTM"):
    print(f"{name:12} one-step error {errors[name]:.1e}")

# %% slideshow={"slide_type": "fragment"}
assert errors["two-lag rule"] < errors["LSTM"] < 1e-4 < errors["persistence"]
assert np.sqrt(errors["LSTM"]) < 0.005  # a few thousandths

# %% slideshow={"slide_type": "subslide"}
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
# The loss counts all steps, the first ones too, where nobody can know which way the wave is going. That part of it
# cannot be learned away, and most of what is left at the end is just that:

# %% slideshow={"slide_type": "skip"}
by_step = np.mean((Y_hat - Y_test) ** 2, axis=(1, 2))
print(
    f"error at step 1: {by_step[0]:.3f}   at step 2: {by_step[1]:.1e}   at step 21 and later: {by_step[20:].mean():.1e}"
)
assert by_step[0] > 1000 * by_step[20:].mean()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Let it run free
#
# Predicting one step ahead is easy to be good at: the model is told the truth again after every step. Now it gets 40
# steps of the wave, and from then on only its own predictions.
#
# **Predict.** The one-step error is tiny. For how many periods will the free run stay on the wave?

# %% slideshow={"slide_type": "skip"}
READ, RUN = 40, 600
wave, _ = data.sine_waves(READ + RUN, 16, np.random.default_rng(3), omega=OMEGA)
free = model.generate(lstm, params, wave[:READ], RUN)
truth = wave[READ:]
rmse = np.sqrt(np.mean((free - truth) ** 2, axis=(1, 2)))

# %% slideshow={"slide_type": "subslide"}
fig, axes = plotting.figure(height=3.8, nrows=2)
for ax, first in zip(axes, [1, READ + RUN - 149], strict=True):
    ax.plot(range(1, READ + RUN + 1), wave[:, 0, 0], color=plotting.QUIET, lw=4, label="the wave")
    ax.plot(range(READ + 1, READ + RUN + 1), free[:, 0, 0], color=PURPLE, label="the LSTM, running free")
    ax.set(xlim=(first, first + 149), ylim=(-1.4, 1.4))
axes[0].axvline(READ + 0.5, color=plotting.INK, ls=":")
axes[0].set(title="Told the truth up to the dotted line, then alone")
axes[1].set(xlabel="step t", title="The same run, 500 steps later")
plotting.legend(axes[0])
plotting.show(
    fig,
    "Two windows of 150 steps on the same free run. In the first one the run of the LSTM, a thin line, lies on top of the "
    "wave, thick and grey. In the second, 490 steps later, it still has the shape and about the height of the wave but is "
    "clearly shifted against it.",
)

# %% slideshow={"slide_type": "fragment"}
for horizon in (10, 50, 100, 200, 400, 600):
    print(f"{horizon:3d} steps ahead: root mean squared error {rmse[horizon - 1]:.3f}")
assert rmse[9] < 0.05 and rmse[9] < rmse[99] < rmse[199] < rmse[599]

# %% [markdown] slideshow={"slide_type": "skip"}
# Every prediction is a little off, and the next one is built on it, so the error grows with the horizon. Most of it is
# a drift in phase: the model's period is not quite the wave's. One step ahead the model errs by a few
# thousandths; hundreds of steps later it is clearly out of time. This is why a one-step error alone proves little. The
# two-lag rule does not drift:

# %% slideshow={"slide_type": "skip"}
run = [wave[READ - 2], wave[READ - 1]]
for _ in range(RUN):
    run.append(2 * np.cos(OMEGA) * run[-1] - run[-2])
assert np.abs(np.array(run[2:]) - truth).max() < 1e-10

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What do the gates do?
#
# One unit, over a period and a half of a test wave:

# %% slideshow={"slide_type": "subslide"}
trace = lstm.stack(steps)
unit = int(np.argmax(np.abs(params["W_y"])))  # the one that the read-out listens to most
window = lstm.Step(*(field[40:88] for field in trace))
fig, (above, below) = plotting.figure(height=4.4, nrows=2, sharex=True)
plotting.plot_trace(window, ["f_t", "i_t", "o_t"], unit=unit, ax=above)
plotting.plot_trace(window, ["C_tilde", "C_t", "h_t"], unit=unit, ax=below)
above.set(title=f"The gates of unit {unit}", xlabel="", ylim=(0, 1))
below.set(title="Candidate, memory and output", xlabel="step t, counted from step 41")
plotting.legend(above), plotting.legend(below)
plotting.show(
    fig,
    f"Two panels for unit {unit} over 48 steps. Above, forget, input and output gate: they swing gently with the wave and "
    "stay between 0 and 1. Below, candidate, cell state and hidden state swing with the period of the wave, shifted "
    "against each other; the hidden state is a flattened copy of the cell state.",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# The unit's memory follows the wave, a little delayed. No gate opens or closes all the way; for this task nothing needs
# to be held for long. How long does a unit remember here? Its forget gate says it:

# %% slideshow={"slide_type": "skip"}
keep = trace.f_t[LISTEN:].mean(axis=(0, 2))
print(f"mean forget gate of the 16 units: from {keep.min():.2f} to {keep.max():.2f}")
print(
    f"half-life of the most patient unit: {np.log(0.5) / np.log(keep.max()):.1f} steps of a period of {2 * np.pi / OMEGA:.0f}"
)

# %% [markdown] slideshow={"slide_type": "skip"}
# That is no surprise. The next value needs two past values, and the network has learned to need few. Gers, Eck and
# Schmidhuber tried LSTM on time series of this kind in 2001 and advised against it: where a window of past values is
# enough, simpler methods do better.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Now a task that needs memory
#
# Every wave has **its own frequency**, ω between 0.1 and 1.0, and its own phase. And every number that is read carries
# **noise**, σ = 0.1. The question stays the same: what is the wave's next value?

# %% [markdown] slideshow={"slide_type": "skip"}
# The two-lag rule needs to know ω: its weights are 2 cos ω and −1. For another wave they are wrong. A *fixed* linear
# rule, with whatever number of lags, has one set of weights for all waves, so it has to be a compromise. Whoever wants
# to do better must first find out from what has been read which wave this is, through the noise, and keep that in mind.
# This is what a memory is for.
#
# We train on what one has in practice, the noisy next value. We judge by the distance to the *clean* wave, at steps 60
# to 120, for 500 waves that nobody was trained on.

# %% slideshow={"slide_type": "fragment"}
NOISE = 0.1
X_many, Y_many = data.sine_waves(120, 500, np.random.default_rng(99), noise=NOISE)
LATE = slice(59, 120)  # steps 60 to 120


def late_error(Y_hat):
    return float(np.mean((Y_hat[LATE] - Y_many[LATE]) ** 2))


# %% slideshow={"slide_type": "subslide"}
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

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The rivals
#
# **Persistence** again. The best **fixed linear rules** with 2 to 50 lags: their weights are the least-squares optimum
# on 2000 training waves, so no other fixed weights do better there. And the **oracle**, which is told ω and needs to
# find only height and phase: the best that one can hope for.


# %% slideshow={"slide_type": "subslide"}
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
# An LSTM and a plain RNN with 32 units each: 1400 steps, 32 fresh waves in each, 60 numbers long. They are tested on
# waves twice as long as any that they were trained on.


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
        return model.loss_and_grads(cell, params, X, Y, mean_squared_error)

    for adam.lr, n_steps in learning_rates:
        training.fit(loss_and_grads, params, list(fresh_waves(n_steps, rng)), adam, max_norm=1.0)
    return params


# %% slideshow={"slide_type": "fragment"}
lstm_many = train_on_many(lstm, [(1e-2, 700), (3e-3, 500), (1e-3, 200)])
Y_lstm, steps_many = model.predict(lstm, lstm_many, X_many)
table["LSTM, 32 units"] = late_error(Y_lstm)

# %% [markdown] slideshow={"slide_type": "skip"}
# The RNN has a quarter of the parameters and each of its steps costs less, so it may take twice as many. Its learning
# rates are the best of the three schedules that we tried for it: half of the LSTM's.

# %% slideshow={"slide_type": "fragment"}
rnn_many = train_on_many(rnn, [(5e-3, 1400), (2e-3, 1000), (5e-4, 400)])
Y_rnn, _ = model.predict(rnn, rnn_many, X_many)
table["RNN, 32 units"] = late_error(Y_rnn)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The result
#
# Mean squared distance to the clean wave, steps 60 to 120:

# %% slideshow={"slide_type": "fragment"}
for name, error in sorted(table.items(), key=lambda entry: -entry[1]):
    print(f"{name:16} {error:.1e}   {'▪' * round(8 * np.log10(error / 1e-4))}")

# %% slideshow={"slide_type": "fragment"}
best_linear = min(error for name, error in table.items() if name.startswith("linear"))
print(f"The LSTM is {best_linear / table['LSTM, 32 units']:.0f} times as close as the best fixed linear rule,")
print(f"{table['RNN, 32 units'] / table['LSTM, 32 units']:.1f} times as close as the RNN,")
print(f"and {table['LSTM, 32 units'] / table['oracle, knows ω']:.1f} times as far away as the oracle.")
assert best_linear / table["LSTM, 32 units"] > 10

# %% slideshow={"slide_type": "subslide"}
rivals = [(X_many, "persistence", "#767676", ":"), (Y_rnn, "RNN", PURPLE, "--"), (Y_lstm, "LSTM", PURPLE, "-")]
rivals.append((Y_oracle, "oracle, knows ω", "#1A1A1A", "-."))
fig, ax = plotting.figure(height=3.4)
for says, label, colour, style in rivals:
    by_step = np.mean((says - Y_many) ** 2, axis=(1, 2))
    ax.semilogy(range(1, 121), by_step, color=colour, ls=style, label=label)
ax.axhline(table["linear, 50 lags"], color="#767676", lw=1, label="linear, 50 lags\n(mean of steps 60–120)")
ax.set(xlabel="numbers read so far", ylabel="squared error", title="The longer it listens, the better it knows")
plotting.legend(ax)
plotting.show(
    fig,
    "Squared error, logarithmic, against how many numbers have been read, up to 120. Persistence stays near 0.2, the "
    "linear rule with 50 lags near 0.04. The oracle falls all the way. RNN and LSTM fall steeply at first, far below the "
    "linear rule, and are level from about 40 numbers on, beyond step 60, too; the LSTM is the lower one.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What this shows, and what it does not
#
# - A recurrent network can *identify* the wave while it listens, and use that. No fixed linear rule can.
# - The memory is real, and it is short: the error falls over the first forty numbers or so, then no more. The oracle,
#   which forgets nothing, goes on falling.
# - The plain RNN does it too, less well. This is no proof that it takes an LSTM.
# - It is one seed for each network, one noise, one range of frequencies, and little tuning.

# %% [markdown] slideshow={"slide_type": "skip"}
# A method made for this problem, which estimates ω, height and phase from all numbers read, may well beat the network;
# the oracle shows how much room there is, and exercise 3 is a first step. Sine waves are a fair place to learn training and a poor one
# to praise a network. Gers, Eck and Schmidhuber (2001), the group that made the LSTM, put it this way in substance: use
# it when simpler methods have failed.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# Training is four things in a loop, and every one of them could be written out and checked. On a single wave the LSTM
# beat persistence by far and lost to a rule with two lags. On waves of unknown frequency it came more than ten times as
# close to the truth as the best fixed linear rule, because it can find out what it is listening to, and remember it.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# **1. A baseline of your own.** Persistence keeps the last *value*. Write a rule that keeps the last *slope*: the next
# value is as far from this one as this one is from the last. Return the predictions for `X_test[1:]`.


# %% slideshow={"slide_type": "skip"}
def keep_the_slope(X):
    raise NotImplementedError  # an array with one step less than X


# %% slideshow={"slide_type": "skip"}
expected = np.mean((X_test[LISTEN:] + np.diff(X_test[LISTEN - 1 :], axis=0) - Y_test[LISTEN:]) ** 2)
check("its one-step error", lambda: one_step_error(keep_the_slope(X_test), Y_test[1:], LISTEN - 1), expected)

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
counted = [sum(p.size for p in params.values()) for params in (lstm_many, rnn_many)]
check("parameters of LSTM and RNN", sizes, counted)

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
def on_clean_waves():
    """Without noise the estimate is exact from the third number on."""
    clean, after = data.sine_waves(50, 8, np.random.default_rng(8))
    return np.abs(listening_rule(clean) - after[2:]).max()


check("largest error on clean waves", on_clean_waves, 0, tol=1e-6)
try:
    table["a rule that listens"] = late_error(np.concatenate([X_many[:2], listening_rule(X_many)]))
    print(f"with noise: {table['a rule that listens']:.1e}")
except NotImplementedError:
    pass

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
# ## Five questions to see what stayed
#
# 1. Why is a low one-step error no proof of a good model?
# 2. Which rule predicts a sine wave of known frequency without error?
# 3. Why are the gradients of all steps *added* in backpropagation through time?
# 4. Why can no fixed linear rule do well on waves of different frequencies?
# 5. What would you report beside "our LSTM has an error of 0.002"?
#
# <details><summary>Answers</summary>
#
# 1. Because the truth is told again after each step; the last value alone is often close. Let it run free.
# 2. The two-lag rule, 2 cos ω times the last value minus the one before.
# 3. Because every step uses the same weights: a change of a weight changes the loss through each of them.
# 4. Its weights would have to be 2 cos ω and −1 for every ω at once.
# 5. Baselines, the data and what the error is measured against, several seeds, and the free run.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - F. A. Gers, D. Eck, J. Schmidhuber, *Applying LSTM to Time Series Predictable Through Time-Window Approaches*, ICANN
#   2001.
# - P. J. Werbos, *Backpropagation Through Time: What It Does and How to Do It*, Proceedings of the IEEE 78(10), 1990.
# - A. Graves, J. Schmidhuber, *Framewise Phoneme Classification with Bidirectional LSTM*, Neural Networks 18(5–6), 2005: the full
#   gradient of the LSTM.
# - D. P. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015, arXiv:1412.6980.
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the Difficulty of Training Recurrent Neural Networks*, ICML 2013,
#   arXiv:1211.5063: clipping.
#
# This is where the core of the course ends. Before: [One step by hand](04_one_step_by_hand.ipynb). Back to
# [Start here](00_start_here.ipynb).
