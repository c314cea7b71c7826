# %% [markdown] slideshow={"slide_type": "slide"}
# # Memory in practice
#
# **What you will be able to do.** Choose where training begins, tell an honest comparison from a lucky run, and say when
# an LSTM is worth its price.
#
# **What you need.** [Gates and the cell state](../02_gates_and_the_cell_state.ipynb).
#
# **How long it takes.** About 45 minutes.

# %% [markdown] slideshow={"slide_type": "skip"}
# So far memory was something that we put into a cell by hand. Here networks have to *learn* what to remember, from
# examples, on tasks that were made for nothing else. The primer says that an LSTM is "more stable than basic RNNs for
# long sequences". This lesson asks: more often, by how much, and thanks to what?
#
# Gradients of plain RNNs and of LSTMs were measured in [Why memory fades](../01_why_memory_fades.ipynb). Nothing of it is
# needed here, but it explains what we shall see.

# %% slideshow={"slide_type": "skip"}
import json
from pathlib import Path

import numpy as np

from lstm_lib import data, functional, fused, lstm, model, plotting, rnn, sigmoid, training
from lstm_lib.lesson import check, check_order, check_paper, predict, reveal


# %% [markdown] slideshow={"slide_type": "skip"}
# ## Three questions from before
#
# Answer aloud, then open the fold.
#
# 1. A forget gate stays at σ(1). After how many steps is half of a memory gone?
# 2. The recurrent weights of a plain RNN are an orthogonal matrix. What does that do to a gradient on its way back, as
#    long as the units are not saturated?
# 3. Which parameter of an LSTM decides what the forget gate is when the weights say nothing?
#
# <details><summary>Answers</summary>
#
# 1. After about two: ln ½ / ln σ(1) is 2.2. ([Start here](../00_start_here.ipynb), [Gates and the cell
#    state](../02_gates_and_the_cell_state.ipynb))
# 2. It turns it and leaves its length alone. ([Why memory fades](../01_why_memory_fades.ipynb))
# 3. The bias b_f. ([Gates and the cell state](../02_gates_and_the_cell_state.ipynb))
#
# </details>

# %% slideshow={"slide_type": "skip"}
assert abs(np.log(0.5) / np.log(sigmoid(1)) - 2.2) < 0.05

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A task that needs memory
#
# A string of about 100 letters begins with **E**, ends with **B**, and is noise from a, b, c, d. But two places hold
# **X** or **Y**. At B the question comes: was it XX, XY, YX or YY?

# %% [markdown] slideshow={"slide_type": "skip"}
# This is *temporal order*, experiment 6a in the paper that introduced the LSTM ([Hochreiter and Schmidhuber
# 1997](#References)). Strings have 100 to 110 letters; the first X or Y stands between places 10 and 20, the second
# between 50 and 60. So the answer hangs on two letters that lie 40 to 100 steps back, and on their order.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
X, Y = data.temporal_order(100, 3, np.random.default_rng(1))
for string, answer in zip(data.spelt(X, data.TEMPORAL_ORDER), Y[-1].T, strict=True):
    print(f"{string[:55]}\n{string[55:]}   {['XX', 'XY', 'YX', 'YY'][answer.argmax()]}\n")
print("X", X.shape, "  Y", Y.shape)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Let somebody find the two letters in the first line, and say the answer. It takes them a while: that is the task.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Each letter is a column with a single 1 in it: D = 8 letters, K = 4 answers. A string shorter than the longest one is
# padded with zeros in front, so that all questions come at the last step. Nothing is asked before, so `Y` is zero there.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Baselines first
#
# **Predict.** Somebody reads the last thirty letters only, however cleverly.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict(
    "10.last", "How often will the answer be right?", ["in one of four cases", "in half of them", "nearly always"]
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Most people want to say something cleverer than a quarter. There is nothing to go by.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
X, Y = data.temporal_order(100, 4000, np.random.default_rng(2))
letters = X[-30:].sum(axis=(0, 2))
counted = " ".join(f"{a} {n:.0f} " for a, n in zip(data.TEMPORAL_ORDER, letters, strict=True))
print("letters among the last thirty of 4000 strings:\n" + counted)
shares = Y[-1].mean(axis=1)
print("how often each answer is right:", shares.round(2))
assert letters[-2:].sum() == 0 and abs(shares - 0.25).max() < 0.03
reveal("10.last", np.searchsorted([0.3, 0.7], shares.max()))

# %% [markdown] slideshow={"slide_type": "skip"}
# There is no X and no Y among them: whoever does not look back 40 steps or more has nothing to go by, and four
# answers are equally likely. Guessing has a **cross-entropy** of ln 4, the loss that we shall minimise: the mean of −ln of
# the probability that was given to the right answer.

# %% slideshow={"slide_type": "skip"}
guess = np.zeros_like(Y)  # the same log-odds for each answer
loss_of_a_guess, _ = functional.cross_entropy(guess, Y)
print(f"loss of a guess: {loss_of_a_guess:.4f}, ln 4 = {np.log(4):.4f}")
assert np.isclose(loss_of_a_guess, np.log(4))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where training begins
#
# Training moves a network little by little. What it *is* at the beginning decides what it can notice: a memory that is
# gone after ten steps teaches nothing about a letter a hundred steps back.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** The usual advice is to begin with b_f = 1.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict(
    "10.bias", "How much of a memory is left after 100 steps?", ["a third", "a hundredth", "under a billionth"]
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# People have heard that 1 is the good setting, and answer (a). Ask where they have it from; then show the table.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
for b_f in [0.0, 1.0, 3.0, 5.0]:
    f = sigmoid(b_f)
    print(f"b_f = {b_f:.0f}: half-life {np.log(0.5) / np.log(f):5.1f} steps, left after 100 steps {f**100:.1e}")
assert sigmoid(1.0) ** 100 < 1e-9
reveal("10.bias", np.searchsorted([-0.1, -1e-3, -1e-9], -(sigmoid(1.0) ** 100)) - 1)

# %% [markdown] slideshow={"slide_type": "skip"}
# The advice is from [Jozefowicz and others 2015](#References), and on their tasks a bias of 1 made the LSTM as good
# as its rivals. But it is no setting for a long memory. (At the start the weights speak too, and a gate is σ of b_f plus
# something; the bias is what it is on average.)
#
# A bias of 5 would keep. Then nothing is ever forgotten, and the noise of a hundred steps piles up in the memory. Which
# of our units should remember for long, and which for a short time only?

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Chrono: a different memory for each unit
#
# If you do not know how long something must be kept, begin with units of *all* lengths, up to the longest, T:
#
# $$b_f = \ln u, \quad u \text{ uniform in } [1, T - 1], \qquad b_i = -b_f.$$

# %% [markdown] slideshow={"slide_type": "skip"}
# Why the logarithm? Because σ(ln u) = u / (u + 1) = 1 − 1/(u + 1): such a gate loses one part in u + 1 at each step, so
# its memory fades over about u steps. And with b_i = −b_f the input gate is 1/(u + 1): a unit that keeps long writes
# little at a time, so that it does not overflow. This is the **chrono** start of [Tallec and Ollivier 2018](#References).


# %% slideshow={"slide_type": "fragment"}
def chrono(params, T, rng):
    u = rng.uniform(1, T - 1, params["b_f"].shape)
    return params | {"b_f": np.log(u), "b_i": -np.log(u)}


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# The logarithm looks odd. Do σ(ln u) on the board: u / (u + 1). Then the formula reads: keep all but one part in u +
# 1.
#
# </details>

# %% slideshow={"slide_type": "skip"}
params = lstm.init_params(8, 32, np.random.default_rng(0))
ours, theirs = (start(params, 110, np.random.default_rng(5)) for start in (chrono, training.chrono))
assert all(np.array_equal(ours[name], theirs[name]) for name in params)
u = np.exp(ours["b_f"])
assert np.allclose(sigmoid(ours["b_f"]), 1 - 1 / (u + 1)) and np.allclose(sigmoid(ours["b_i"]), 1 / (u + 1))
lives = np.log(0.5) / np.log(sigmoid(ours["b_f"]))
print(f"32 units, half-lives from {lives.min():.0f} to {lives.max():.0f} steps")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One run, written out
#
# Train on fresh strings, 32 at a time, until 99.5 % of a thousand other strings are answered right, or until the budget
# is used up.


# %% slideshow={"slide_type": "subslide"}
def run(seed, budget):
    rng = np.random.default_rng(seed)
    params = training.chrono(model.init_params(fused, 8, 32, 4, rng), 110, rng)
    params = {name: p.astype(np.float32) for name, p in params.items()}
    batches = (strings(32, rng) for _ in range(budget))
    batches = training.until(lambda: share_right(params, 1000, (seed, 1)) > 0.995, batches)
    options = {"max_norm": 1.0, "progress": False}
    losses = training.fit(loss_and_grads, params, batches, training.Adam(lr=5e-3), **options)
    return len(losses), share_right(params, 2000, (seed, 2))


# %% [markdown] slideshow={"slide_type": "skip"}
# The pieces are old friends: 32 units and a read-out, Adam, and a gradient that is clipped to length 1
# ([Train on a sine wave](../09_train_on_a_sine_wave.ipynb) writes all of them out). Numbers are float32, as is
# usual in training.


# %% slideshow={"slide_type": "skip"}
def strings(B, rng):
    X, Y = data.temporal_order(100, B, rng)
    return X.astype(np.float32), Y.astype(np.float32)


def loss_and_grads(params, X, Y):
    return model.loss_and_grads(fused, params, X, Y, functional.cross_entropy)


def share_right(params, B, seed):
    X, Y = strings(B, np.random.default_rng(seed))
    return functional.accuracy(model.predict(fused, params, X)[0], Y)


# %% [markdown] slideshow={"slide_type": "skip"}
# Three sets of strings, drawn from three seeds: those it learns from, those that decide when to stop, and those that it
# is judged by. A network that is stopped when it does well on some strings has been chosen for these strings, and
# must be judged by others.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Five runs, live
#
# One run that works proves little: perhaps its start was a lucky one. So we take five seeds. Each decides the weights at
# the beginning and the strings that are drawn.

# %% slideshow={"slide_type": "subslide"}
steps, shares = zip(*(run(seed, budget=2000) for seed in range(5)), strict=True)
for seed, right in enumerate(shares):
    over = "over" if right > 0.99 else "not over"
    print(f"seed {seed}: {over} 99 % of fresh strings right")
assert sum(share > 0.99 for share in shares) >= 4

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# This is the one cell worth running live here. It takes some ten seconds, so start it and talk: why five seeds?
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# An LSTM has learned from examples alone to carry two letters over up to a hundred steps, and to tell their order. How
# many strings did it need? The paper of 1997 reports 31,390 on average for its LSTM, which was trained in another way.

# %% slideshow={"slide_type": "skip"}
seen = np.median(steps) * 32
print(f"median over the seeds: about {round(seen, -4):.0f} strings")
assert seen < 20_000 and max(steps) * 32 < 31_390

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The sweep: other starts, other networks
#
# One setting tells nothing about the others. The table that we read now holds 195 runs: each setting with the same five
# seeds, each with at most 2000 steps.

# %% [markdown] slideshow={"slide_type": "skip"}
# They take too long for a lesson, 44 minutes on two busy cores, so they were run beforehand, and their results are kept in `notebooks/results`, with the
# command and the versions that made them. Run the command to make the table anew. On another processor the last
# digits of a sum differ, and a run may need fifty steps more or less.

# %% slideshow={"slide_type": "skip"}
stored = json.loads(
    (Path(lstm.__file__).parents[1] / "notebooks/results/memory_trials.json").read_text(encoding="utf-8")
)
rows = [dict(zip(stored["columns"], row, strict=True)) for row in stored["rows"]]
print(stored["command"])
print(f"{len(rows)} runs with Python {stored['python']} and NumPy {stored['numpy']}")
assert (
    len(rows) == 195 and {row["budget"] for row in rows} == {2000} and {row["seed"] for row in rows} == {*range(5)}
)


# %% slideshow={"slide_type": "skip"}
def solved(task, cell, start, lr, clip=True):
    """For each of the five seeds: was the task solved?"""
    wanted = {"task": task, "cell": cell, "start": start, "lr": lr, "clip": clip}
    return [row["solved"] for row in rows if wanted.items() <= row.items()]


def median_steps(task, cell, start, lr):
    """Half of the runs that solved the task needed at most so many steps."""
    wanted = {"task": task, "cell": cell, "start": start, "lr": lr, "clip": True, "solved": True}
    return int(np.median([row["steps"] for row in rows if wanted.items() <= row.items()]))


# %% [markdown] slideshow={"slide_type": "skip"}
# A table is worth something only if it can be had again. Do our five live runs agree with their rows in it?

# %% slideshow={"slide_type": "skip"}
ORDER, LATCH, KNOWN, ADDING = ("temporal order, T = 100", "latch, T = 100", "latch, always 100", "adding, T = 100")
in_table = solved(ORDER, "LSTM", "chrono", 5e-3)
live_steps = np.median([n for n, share in zip(steps, shares, strict=True) if share > 0.99])
assert abs(sum(in_table) - sum(share > 0.99 for share in shares)) <= 1
assert 1 / 2 < live_steps / median_steps(ORDER, "LSTM", "chrono", 5e-3) < 2


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which start solves it?
#
# **Predict.** Temporal order, and the same LSTM with four starts: b_f = 0, 1, 3, and chrono.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
choices = ["none of five", "one to four of five", "all five"]
predict("10.one", "In how many of five runs will b_f = 1 solve the task within 2000 steps?", choices)

# %% slideshow={"slide_type": "skip"}
STARTS = ["b_f = 0", "b_f = 1", "b_f = 3", "chrono"]
by_start = {start: solved(ORDER, "LSTM", start, 5e-3) for start in STARTS}
ax = plotting.plot_runs({f"LSTM, {start}": runs for start, runs in by_start.items()})
ax.set_title("Temporal order, T = 100: which of five runs solved it?")
counts = ", ".join(f"{start} in {sum(runs)} of 5" for start, runs in by_start.items())
reveal("10.one", np.searchsorted([1, 5], sum(by_start["b_f = 1"]), side="right"))

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    ax.figure,
    f"A row of five circles for each start of the LSTM, filled where a run solved temporal order. Solved: {counts}.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# The middle row is the lesson: the same setting, three times yes and twice no. Whoever had run it once would have
# told a story.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The same network, the same task, the same learning rate. Only the start of one or two biases differs, and it decides
# between never, sometimes and always. "An LSTM remembers" is not a property of LSTMs alone.
#
# Note what this does *not* say: that b_f = 1 can never learn it. Five runs of 2000 steps did not.

# %% slideshow={"slide_type": "skip"}
assert sum(by_start["b_f = 0"]) == sum(by_start["b_f = 1"]) == 0
assert 0 < sum(by_start["b_f = 3"]) < 5 and all(by_start["chrono"])

# %% [markdown] slideshow={"slide_type": "slide"}
# ## And a plain RNN?
#
# Two starts, uniform and orthogonal; three learning rates; five seeds each. Thirty runs.
#
# **Predict.** In how many of them is the task solved?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("10.rnn", "In how many of the thirty runs of a plain RNN is temporal order solved?", unit="runs")

# %% slideshow={"slide_type": "skip"}
RATES = [3e-4, 1e-3, 5e-3]
plain = [(start, lr) for start in ("uniform", "orthogonal") for lr in RATES]
groups = {f"RNN, {start}, lr {lr:g}": solved(ORDER, "RNN", start, lr) for start, lr in plain}
groups["LSTM, chrono, lr 0.005"] = by_start["chrono"]
ax = plotting.plot_runs(groups)
ax.set_title("Temporal order, T = 100")
rnn_total = sum(map(sum, groups.values())) - 5
reveal("10.rnn", rnn_total, within=0)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    ax.figure,
    f"Rows of five circles for six settings of the plain RNN and one of the LSTM. The RNN solved temporal order in "
    f"{rnn_total} of 30 runs, the LSTM with the chrono start in all five.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Ask whether this proves that a plain RNN cannot do it. Then show the scores, and the one run that did it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# So an RNN cannot do it? Look closer before you say so. Here is the share of right answers at the end of each run with
# an orthogonal start:


# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
def scores(task, cell, start, lr, clip=True):
    wanted = {"task": task, "cell": cell, "start": start, "lr": lr, "clip": clip}
    return np.array([row["score"] for row in rows if wanted.items() <= row.items()])


for lr in RATES:
    print(f"orthogonal, lr {lr:g}:", scores(ORDER, "RNN", "orthogonal", lr).round(2))
assert scores(ORDER, "RNN", "orthogonal", 1e-3).max() > 0.98
assert max(scores(ORDER, "RNN", "uniform", lr).max() for lr in RATES) < 0.3

# %% [markdown] slideshow={"slide_type": "skip"}
# Guessing gives 0.25. One of these runs came to 0.99 and was not done when its steps were used up; others were
# well under way. With the uniform start there is nothing of the kind. And without clipping, one run in five did solve it:

# %% slideshow={"slide_type": "skip"}
unclipped = solved(ORDER, "RNN", "orthogonal", 1e-3, clip=False)
print(f"RNN, orthogonal, lr 0.001, not clipped: {sum(unclipped)} of 5 solved")
assert sum(unclipped) == 1

# %% [markdown] slideshow={"slide_type": "subslide"}
# "An RNN cannot learn this" is **refuted** by one run that did. What the runs do say: at this budget an LSTM with the
# right start learned it every time, and a plain RNN hardly ever.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where a plain RNN does well
#
# **Predict.** Make the strings short, 20 to 22 letters. How do the two compare?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
choices = ["the RNN still fails", "the RNN does as well, from one of its two starts", "the RNN is better"]
predict("10.short", "An LSTM with b_f = 1 against a plain RNN, on short strings:", choices)

# %% slideshow={"slide_type": "skip"}
SHORT = "temporal order, T = 20"
groups = {
    "LSTM, b_f = 1": solved(SHORT, "LSTM", "b_f = 1", 5e-3),
    "RNN, orthogonal": solved(SHORT, "RNN", "orthogonal", 1e-3),
    "RNN, uniform": solved(SHORT, "RNN", "uniform", 1e-3),
}
ax = plotting.plot_runs(groups)
ax.set_title("Temporal order, T = 20")
reveal("10.short", int(all(groups["RNN, orthogonal"])))

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
counts = ", ".join(f"{name} in {sum(runs)} of 5" for name, runs in groups.items())
plotting.show(ax.figure, f"Rows of five circles for short strings. Solved: {counts}.")

# %% [markdown] slideshow={"slide_type": "skip"}
# With a lag of 20 an orthogonal RNN is as reliable as the LSTM, and b_f = 1, which failed at 100, is a good start. How
# long a memory is needed decides everything else.

# %% slideshow={"slide_type": "skip"}
assert all(groups["LSTM, b_f = 1"]) and all(groups["RNN, orthogonal"]) and 0 < sum(groups["RNN, uniform"]) < 5

# %% [markdown] slideshow={"slide_type": "slide"}
# ### To know when the question comes
#
# The **latch**: the first number is +1 or −1, then comes noise for about 100 steps; which was it? In one version all
# sequences have 100 steps. In the other they have 100 to 110.

# %% [markdown] slideshow={"slide_type": "skip"}
# This is the task of [Bengio, Simard and Frasconi 1994](#References); it was used with lengths that vary in [Hochreiter
# and Schmidhuber 1997](#References), where the authors remark that it is so easy that guessing weights at random solves
# it. Ten steps more or less look like a detail. Are they?

# %% slideshow={"slide_type": "skip"}
groups = {}
for name, task in {"always 100": KNOWN, "100 to 110": LATCH}.items():
    groups[f"RNN, orthogonal, {name} steps"] = solved(task, "RNN", "orthogonal", 1e-3)
    groups[f"LSTM, chrono, {name} steps"] = solved(task, "LSTM", "chrono", 1e-2)
ax = plotting.plot_runs(groups)
ax.set_title("Latch: which of five runs solved it?")
counts = ", ".join(f"{name} in {sum(runs)} of 5" for name, runs in groups.items())

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(ax.figure, f"Rows of five circles for the latch. Solved: {counts}.")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Ask why ten steps more or less should matter. Turn on the spot with an arm stretched out: after a known number of
# turns everybody knows where it points.
#
# </details>

# %% slideshow={"slide_type": "skip"}
fast, slow = (median_steps(KNOWN, *rest) for rest in (("RNN", "orthogonal", 1e-3), ("LSTM", "chrono", 1e-2)))
print(f"always 100 steps: the RNN needs {fast} steps of training, the LSTM {slow} (medians)")
runs_known, runs_unknown = (solved(task, "RNN", "orthogonal", 1e-3) for task in (KNOWN, LATCH))
assert all(runs_known) and fast < slow / 2 and sum(runs_unknown) <= 1

# %% [markdown] slideshow={"slide_type": "skip"}
# Why? Send one number into fresh networks, then silence, and look at where the memory *points* at step 100 and a few steps
# later. The cosine of two directions is 1 if they are the same, and 0 if they have nothing to do with each other.

# %% slideshow={"slide_type": "skip"}
rng, pulse = np.random.default_rng(0), np.zeros((110, 1, 1))
pulse[0] = 0.1
turning = training.orthogonal(rnn.init_params(1, 16, rng), rng)
keeping = training.chrono(lstm.init_params(1, 16, rng), 110, rng)
states = {"h of the RNN": rnn.forward(turning, pulse)[0]}
states["C of the LSTM"] = lstm.stack(lstm.forward(keeping, pulse)[1]).C_t


# %% slideshow={"slide_type": "skip"}
def cosine(a, b):
    return (a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())


for name, s in states.items():
    print(f"{name:14}", *(f"step {t}: {cosine(s[99], s[t - 1]):5.2f}" for t in (100, 103, 108)), sep="   ")
assert max(abs(cosine(states["h of the RNN"][99], states["h of the RNN"][t])) for t in (102, 107)) < 0.3
assert min(cosine(states["C of the LSTM"][99], states["C of the LSTM"][t]) for t in (102, 107)) > 0.99

# %% [markdown] slideshow={"slide_type": "skip"}
# An orthogonal RNN *turns* its state at every step. After exactly 100 turns the first number has come to a place that a
# read-out can learn; three steps later it is somewhere else. A memory cell *stays* where it is. That it does not matter when
# it is asked is worth more here than that it lasts.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Adding two numbers
#
# A hundred numbers between 0 and 1; two of them are marked, one in each half. At the end, say their sum. A letter can be
# kept roughly; a number has to be kept exactly.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
X, Y = data.adding_problem(8, 1, np.random.default_rng(3))
print("value", X[:, 0, 0].round(2))
print("mark ", X[:, 1, 0].astype(int), "   sum", round(Y[-1].item(), 2))

# %% [markdown] slideshow={"slide_type": "skip"}
# The baseline first: somebody who always says 1, the mean. The variance of a number that is uniform in [0, 1] is 1/12,
# and two independent ones have twice that:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
X, Y = data.adding_problem(100, 50_000, np.random.default_rng(4))
print(f"mean squared error of always saying 1: {np.mean((Y[-1] - 1) ** 2):.3f};  1/6 = {1 / 6:.3f}")
assert abs(np.mean((Y[-1] - 1) ** 2) - 1 / 6) < 0.002

# %% [markdown] slideshow={"slide_type": "skip"}
# You may meet 0.1767 for this baseline, in papers and programs ([Bai, Kolter and Koltun 2018](#References) is one). It is
# copied from one to the next, and it is wrong, as one line of arithmetic shows. A network at 0.17 has not begun to learn;
# with 0.1767 in mind one would think that it had.
#
# A run counts as solved below 0.005, a thirtieth of the baseline.

# %% slideshow={"slide_type": "skip"}
groups = {f"LSTM, {start}": solved(ADDING, "LSTM", start, 1e-2) for start in STARTS}
groups |= {f"RNN, {start}, lr {lr:g}": solved(ADDING, "RNN", start, lr) for start, lr in plain}
ax = plotting.plot_runs(groups)
ax.set_title("Adding, T = 100: which of five runs solved it?")
rnn_best = max(max(scores(ADDING, "RNN", start, lr)) for start, lr in plain)
rnn_solved = sum(sum(solved(ADDING, "RNN", start, lr)) for start, lr in plain)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    ax.figure,
    f"Rows of five circles. The LSTM solved adding in all five runs from each of its four starts; the plain RNN in "
    f"{rnn_solved} of 30 runs.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Even b_f = 0 gets there. The start decides how soon, and on some tasks whether at all.
#
# </details>

# %% slideshow={"slide_type": "skip"}
for start in STARTS:
    print(f"LSTM, {start:8}: {median_steps(ADDING, 'LSTM', start, 1e-2):5} steps (median)")
print(f"best plain RNN: mean squared error {-rnn_best:.3f}, baseline {1 / 6:.3f}")
assert all(all(solved(ADDING, "LSTM", start, 1e-2)) for start in STARTS)
assert rnn_solved == 0 and -rnn_best > 0.95 / 6
assert 2 * median_steps(ADDING, "LSTM", "chrono", 1e-2) < median_steps(ADDING, "LSTM", "b_f = 1", 1e-2)

# %% [markdown] slideshow={"slide_type": "skip"}
# Here even b_f = 0 learns, at a learning rate of 0.01: a start that forgets is no verdict, because training can raise a
# bias. The chrono start is more than twice as fast. And no RNN out of thirty has begun: the best is a few per cent below
# the baseline. With ten times as many steps some might; that was not tried.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does clipping matter?
#
# **Predict.** All runs so far clipped the gradient to length 1. What happens to the LSTM on temporal order if we leave
# that out?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
choices = ["training breaks off", "fewer runs solve it", "about the same"]
predict("10.clip", "Without clipping the LSTM, from the chrono start:", choices)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
pairs = [("LSTM", "chrono", 5e-3), ("RNN", "orthogonal", 1e-3), ("RNN", "uniform", 1e-3)]
for cell, start, lr in pairs:
    on, off = (sum(solved(ORDER, cell, start, lr, clip)) for clip in (True, False))
    print(f"{cell:4}, {start:10}: {on} of 5 solved with clipping, {off} of 5 without")
reveal("10.clip", 2 if all(solved(ORDER, "LSTM", "chrono", 5e-3, clip=False)) else 1)

# %% [markdown] slideshow={"slide_type": "skip"}
# Next to nothing, here. Clipping guards against a rare gradient that is far too long ([Why memory
# fades](../01_why_memory_fades.ipynb) shows where one comes from); where none comes, it has nothing to do. Look at the RNN with the
# uniform start: are its runs even different?

# %% slideshow={"slide_type": "skip"}
same = scores(ORDER, "RNN", "uniform", 1e-3) == scores(ORDER, "RNN", "uniform", 1e-3, clip=False)
print("runs of the uniform RNN that end with the same score, clipped or not:", same.sum(), "of 5")
assert same.all()

# %% [markdown] slideshow={"slide_type": "skip"}
# The same to the last digit, five times: clipping has had nothing to do, because no gradient was ever longer than 1. For
# gradients that are too *short* it does nothing. Keep clipping anyway: it costs next to nothing, and it is an insurance. But
# do not expect it to teach a memory.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Is an LSTM worth its price?
#
# The price: four matrices instead of one.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
rng = np.random.default_rng(0)
for D, H in [(8, 32), (2, 32)]:
    sizes = [sum(p.size for p in cell.init_params(D, H, rng).values()) for cell in (lstm, rnn)]
    print(f"D = {D}, H = {H}: LSTM {sizes[0]} numbers, RNN {sizes[1]}")
    assert sizes[0] == 4 * sizes[1] == 4 * H * (H + D + 1)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Ask in this order:
#
# 1. **What does the simplest rule reach?**
# 2. **How long must something be kept?** For some 20 steps, try a plain RNN.
# 3. **Is the time of the question unknown?** Then a memory cell.
# 4. **Choose b_f for that length,** or chrono.
# 5. **Five seeds,** and count.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# If there is time for one sentence of this lesson, take number 5.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Two of those who gave the LSTM its forget gate said so themselves: "use LSTM only when simpler traditional approaches fail"
# ([Gers, Eck and Schmidhuber 2001](#References)). The next lesson has a sine wave, where a rule with two lags is exact.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# Where training begins decided it: over 100 steps b_f = 1 solved temporal order never, chrono always. Plain RNNs did well
# on short lags and known times. One run proves nothing; we counted five of each.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# Write your answer into the first of the two cells, in place of the line that raises the error, and run both cells. The
# second one answers. The hints and the solution are folded.
#
# **1. A bias for a length.** Write it. Which b_f gives a memory a half-life of n steps, when nothing is written and the
# weights are silent?


# %% slideshow={"slide_type": "skip"}
def bias_for(n):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
def gate_for(n):
    return 0.5 ** (1 / n)


slips = {
    "That is the forget gate; which bias gives it?": gate_for,
    "That is ln n, for a memory that fades to about a third (1/e) over n steps.": np.log,
    "The sign is turned round: this gate forgets what it should keep.": lambda n: np.log(
        (1 - gate_for(n)) / gate_for(n)
    ),
    "Those are the odds f / (1 − f); their logarithm is the bias.": lambda n: gate_for(n) / (1 - gate_for(n)),
    "That is the rule of thumb ln(n / ln 2), good for a large n only.": lambda n: np.log(n / np.log(2)),
    "That is the logarithm of f; the bias is that of f / (1 − f).": lambda n: np.log(gate_for(n)),
}

# %% slideshow={"slide_type": "skip"}
check(
    "half of it is left after n steps",
    bias_for,
    lambda n: np.log(gate_for(n) / (1 - gate_for(n))),
    given=[(10,), (100,)],
    then=lambda b_f, n: (1 / (1 + np.exp(-b_f))) ** n,
    tol=1e-6,
    known=slips,
    says="your bias {answer:.4g} leaves {got:.3g} of it, a half was asked for",
)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# First find the gate f, then the bias that gives this gate.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# fⁿ = ½, so f is the n-th root of ½. The inverse of σ is ln(f / (1 − f)).
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def bias_for(n):
#     f = 0.5 ** (1 / n)
#     return np.log(f / (1 - f))
# ```
#
# For n = 100 that is about 5, as in the table of lesson 00.
#
# </details>

# %% slideshow={"slide_type": "skip"}
assert abs(np.log(0.5**0.01 / (1 - 0.5**0.01)) - 5) < 0.1

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Another baseline.** Recall, and a line of arithmetic. In the paper of 1997 the values of the adding problem are
# uniform in [−1, 1], and the target is ½ + (X₁ + X₂)/4. What is the mean squared error of somebody who always says ½?


# %% slideshow={"slide_type": "skip"}
def baseline_of_1997():
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
steps = {"the variance of X₁": 1 / 3, "that of X₁ + X₂": 2 / 3, "the error": 1 / 24}
known = {
    "That is the variance of X₁ + X₂; the target has a quarter of the sum.": 2 / 3,
    "A factor of ¼ in the target is ¼ squared in its variance.": 1 / 6,
    "That counts one of the two numbers; there are two.": 1 / 48,
    "That takes the variance of numbers in [0, 1]; here they spread twice as far.": 1 / 96,
    "That is the variance of one number in [−1, 1].": 1 / 3,
    "That is the standard deviation; its square is the error.": (1 / 24) ** 0.5,
}
hint = "A uniform number in [−1, 1] has a variance of 2²/12; a factor c in front is c² in the variance."
check_paper("the error of always saying ½", baseline_of_1997, steps, known=known, hint=hint)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# It is the variance of the target, because ½ is its mean.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# A uniform number in [−1, 1] has a variance of 2²/12 = ⅓. Variances of independent numbers add up; a factor c in front of
# a number is c² in front of its variance.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def baseline_of_1997():
#     return (1 / 4) ** 2 * (1 / 3 + 1 / 3)
# ```
#
# That is 1/24, about 0.042. Whoever reports an error "slightly above 0.04" on that task has learned nothing yet.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Put in order.** An honest comparison, in steps. Return the letters of the right ones as one word, in an order that
# works; two of them do not belong.
#
# - **A** Draw fresh sequences, seen by no run, and score every run on them.
# - **B** Compute what the simplest rule reaches.
# - **C** For each network, report the best of its runs.
# - **D** Fix a number of steps and the seeds, the same for each network.
# - **E** Train every network from every seed.
# - **F** Score every run on the sequences that decided when to stop it.
# - **G** Report for each network how many of its runs solved the task.


# %% slideshow={"slide_type": "skip"}
def order():
    raise NotImplementedError  # return "…"


# %% slideshow={"slide_type": "skip"}
first = {
    "A": {"E": "There is nothing to score before a run has been made."},
    "E": {"D": "A budget that is chosen after the runs can be chosen to suit one of them."},
    "G": {
        "A": "A run counts as solved by its score on fresh sequences.",
        "B": "A score says nothing without one.",
    },
}
traps = {
    "C": "The best of five runs is a lucky one, and the more runs one makes the luckier it gets.",
    "F": "A run is stopped when it does well on these sequences, so on these it looks better than it is.",
}
check_order("an honest comparison", order, dict.fromkeys("ABCDEFG"), first, distractors=traps)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Which two steps would make a network look better than it is?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Leave out C and F. What has to be settled before the first run, so that nobody can settle it in somebody's favour?
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def order():
#     return "BDEAG"
# ```
#
# B may stand anywhere before G.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Find the bug.** Somebody summarises the table with this function, and finds that on temporal order "an LSTM succeeds,
# an RNN fails". Each line runs. What is unfair? Write the function so that it returns the *share of runs* that solved the
# task, over all starts and learning rates of that cell, clipped runs only.


# %% slideshow={"slide_type": "skip"}
def success_with_a_bug(rows, task, cell):
    runs = [row for row in rows if row["task"] == task and row["cell"] == cell]
    return max(row["solved"] for row in runs)


print("LSTM", success_with_a_bug(rows, ORDER, "LSTM"), "  RNN, latch", success_with_a_bug(rows, LATCH, "RNN"))


# %% slideshow={"slide_type": "skip"}
def success(rows, task, cell):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
def share(rows, task, cell, solved=np.mean, clipped=(True,), keys=("task", "cell")):
    """The share of solved runs, or what comes out if something goes wrong on the way."""
    asked = {"task": task, "cell": cell}
    kept = [row for row in rows if all(row[key] == asked[key] for key in keys) and bool(row["clip"]) in clipped]
    return float(solved([row["solved"] for row in kept]))


slips = {
    "That counts the runs without clipping, too.": lambda *given: share(*given, clipped=(True, False)),
    "Those are the runs without clipping.": lambda *given: share(*given, clipped=(False,)),
    "That is the best run, not the share of runs.": lambda *given: share(*given, solved=max),
    "That is the number of runs that solved it; divide it by the number of runs.": (
        lambda *given: share(*given, solved=sum)
    ),
    "That is the number of runs; the share of those that solved the task is asked for.": (
        lambda *given: share(*given, solved=len)
    ),
    "That mixes all tasks.": lambda *given: share(*given, keys=["cell"]),
    "That mixes both cells.": lambda *given: share(*given, keys=["task"]),
}

# %% slideshow={"slide_type": "skip"}
drawn = np.random.default_rng(4).random((60, 4)) < [0.5, 0.5, 0.7, 0.4]
runs = [
    dict.fromkeys(rows[0], 0)  # with every column of the table
    | {"task": "latch" if a else "order", "cell": "LSTM" if b else "RNN", "clip": bool(c), "solved": bool(d)}
    for a, b, c, d in drawn
]
cases = [(runs, task, cell) for task in ("latch", "order") for cell in ("LSTM", "RNN")]
check("the share of runs that solved it", success, share, given=cases, known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# `max` of True and False is True as soon as one run succeeded.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The mean of True and False, read as 1 and 0, is a share. And `row["clip"]` says whether a run was clipped.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def success(rows, task, cell):
#     runs = [row for row in rows if row["task"] == task and row["cell"] == cell and row["clip"]]
#     return np.mean([row["solved"] for row in runs])
# ```
#
# Even so it is no fair comparison: it mixes good starts with bad ones, and the two cells were tried with different ones. A
# single number for "LSTM" hides what we found.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. What does the chrono start give to different units that one bias for all does not?
# 2. Why is b_i = −b_f a good companion to it?
# 3. A network has an error of 0.165 on the adding problem. What has it learned?
# 4. An orthogonal RNN solves the latch with 100 steps, and not with 100 to 110. Why?
# 5. Somebody shows one run in which network A beats network B. What do you ask for?
#
# <details><summary>Answers</summary>
#
# 1. Different half-lives, from short ones up to the longest that may be needed.
# 2. A unit that keeps long then writes little at a time, so that the noise of many steps does not pile up in it.
# 3. Next to nothing: always saying 1 gives 1/6, which is 0.167.
# 4. It turns its state at every step; a read-out can learn where it is after exactly 100 turns, not after any number.
# 5. Several seeds for each, the same budget, fresh sequences, the simplest baseline, and the settings that were tried for B.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - S. Hochreiter, J. Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997: temporal order is experiment 6a,
#   adding experiment 4, the latch experiment 3a.
# - Y. Bengio, P. Simard, P. Frasconi, *Learning long-term dependencies with gradient descent is difficult*, IEEE
#   Transactions on Neural Networks 5(2), 1994: the latch.
# - M. Arjovsky, A. Shah, Y. Bengio, *Unitary evolution recurrent neural networks*, ICML 2016: adding as it is used here, with
#   the right baseline.
# - S. Bai, J. Z. Kolter, V. Koltun, *An empirical evaluation of generic convolutional and recurrent networks for sequence
#   modeling*, arXiv:1803.01271, 2018: among those that print 0.1767.
# - R. Jozefowicz, W. Zaremba, I. Sutskever, *An empirical exploration of recurrent network architectures*, ICML 2015: b_f = 1.
# - C. Tallec, Y. Ollivier, *Can recurrent neural networks warp time?*, ICLR 2018: chrono.
# - A. M. Saxe, J. L. McClelland, S. Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep linear neural
#   networks*, ICLR 2014: orthogonal starts.
# - F. A. Gers, D. Eck, J. Schmidhuber, *Applying LSTM to time series predictable through time-window approaches*, ICANN
#   2001.
#
# Next: [Train on a sine wave](../09_train_on_a_sine_wave.ipynb). Before: [Many sequences,
# fast](../08_many_sequences_fast.ipynb). Back to [Start here](../00_start_here.ipynb).
