# %% [markdown] slideshow={"slide_type": "slide"}
# # Read anybody's LSTM
#
# **What you will be able to do.** Open a model that was made with another program, look at its gates, and carry on with
# your own in PyTorch; and say what the relatives of the LSTM have changed, and what they give up for it.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# The Rosetta stone has one text in three scripts. Here it is one layer in seven.
#
# </details>

# %% slideshow={"slide_type": "skip"}
# Setup: imports, and PyTorch if it is here
from functools import partial

import numpy as np

from lstm_lib import data, functional, lstm, model, rosetta, sigmoid, training
from lstm_lib.lesson import exercises, figures, mine, predict, reveal, translations

gate, pytorch = translations.gate, translations.PyTorch()
torch = pytorch.torch

# %% [markdown] slideshow={"slide_type": "subslide"}
# This is one LSTM, of D = 2 inputs and H = 3 units, as four programs store it. Each block is the weights of one gate.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Figure: where the gates lie in four of them
figures.rosetta.blocks(2, 3)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask where PyTorch keeps the forget gate. People say first, as in the primer; it is the second block, and in ONNX
# the third. Who guesses wrong gets no error: all blocks have one shape.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** The six formulas ([The formulas](../03_the_formulas.ipynb)), and what a training step is
# ([Train on a sine wave](../09_train_on_a_sine_wave.ipynb)). No other program has to be installed: what PyTorch has said is kept
# in a file, and where PyTorch is there, it is asked afresh.
#
# **How long it takes.** 25 minutes to read and run, and 20 for the exercises. The computer needs less than one.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Three questions from before
#
# Answer before you open the triangle.
#
# 1. From [lesson 03](../03_the_formulas.ipynb): which shapes have $W_f$ and $b_f$ with D = 2 inputs and H = 3 units?
# 2. From [lesson 02](../02_gates_and_the_cell_state.ipynb): what does a forget gate of 1 do, and which bias brings it there?
# 3. From [lesson 09](../09_train_on_a_sine_wave.ipynb): what does one step of training do to a parameter?
#
# <details><summary>Answers</summary>
#
# 1. (3, 5), a row for each unit and a column for each number of h and x; and (3, 1).
# 2. It keeps the memory as it is. A large positive one, since σ of a large number is nearly 1.
# 3. It moves it against its gradient, by the learning rate times the gradient, or as far as Adam makes of it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": "where the gates lie in four of them"}
# ## Seven notations
#
# PyTorch, Keras, two layers of Flax, Equinox and ONNX compute the primer's six formulas, and store the weights each in its own way:
# four of them stand in the picture above.

# %% [markdown] slideshow={"slide_type": "skip"}
# The primer has one matrix for each gate, and h and x lie side by side in it. PyTorch and ONNX pile the gates up in rows, in two
# orders; Keras lays them side by side, since it writes a vector as a row. And all three keep the weights on x and the weights on h
# apart.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** The primer and the six programs store the same LSTM.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: do all store equally many numbers?
predict(
    "13.numbers",
    "Does each of the seven store equally many numbers?",
    ["yes, 72", "no, two of them store more", "no, each its own"],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Most say (a): the formulas are the same, so the numbers must be. Next come the seven in a table; let the room find
# who stores more, and why.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the seven in one table
table = translations.notations(2, 3)
more = [row[0] for row in table.rows if row[-1] != "72"]
reveal("13.numbers", {0: 0, 2: 1}.get(len(more), 2))
table

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Two biases where one would do, in PyTorch and ONNX. They are added, so nothing changes in what is computed.
# Announce that something will change in training.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Two of them store 12 numbers more: PyTorch and ONNX have **two biases**, one beside the weights on x and one beside the weights on
# h. The two are added, so the second one makes no difference to what is computed. It will make one later, in training.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## There and back
#
# `rosetta` has this table as data, and two functions: `to` writes the parameters of this course in another notation, `from_`
# reads them.

# %% slideshow={"slide_type": "skip"}
params = lstm.init_params(2, 3, np.random.default_rng(0))
print({name: a.shape for name, a in rosetta.to("keras", params).items()})

# %% [markdown] slideshow={"slide_type": "-"}
# By hand it takes a few lines. For PyTorch: put h before x, cut into four, and give each block its letter.

# %% slideshow={"slide_type": "fragment"}
theirs = rosetta.to("torch", params)
W = np.hstack([theirs["weight_hh_l0"], theirs["weight_ih_l0"]])
b = (theirs["bias_ih_l0"] + theirs["bias_hh_l0"])[:, None]

# %% slideshow={"slide_type": "fragment"}
by_hand = {f"W_{k}": a for k, a in zip("ifCo", np.split(W, 4), strict=True)}
by_hand |= {f"b_{k}": a for k, a in zip("ifCo", np.split(b, 4), strict=True)}
print("equal:", all(np.array_equal(by_hand[k], params[k]) for k in params))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask what happens if one writes fiCo for ifCo. Nothing complains, and the numbers look like numbers. So a conversion
# is tried on a sequence before it is believed.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The danger is in what does *not* fail. All four blocks have the same shape: if two of them change places, nothing complains, and
# the numbers that come out look like numbers. So a conversion is tried on a sequence, with more than one step and no two sizes
# equal, before it is believed. So `rosetta` has been tried, against each program.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A stranger's model
#
# Here is a file that PyTorch has written: an LSTM and a read-out, freshly drawn and never trained. It is a `.safetensors` file. In it
# stand 8 bytes with a length, a text that says which array lies where, and the numbers.

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>The lines of PyTorch that wrote it</summary>
#
# ```python
# torch.manual_seed(1997)
# net = torch.nn.ModuleDict({"lstm": torch.nn.LSTM(2, 8), "head": torch.nn.Linear(8, 1)})
# safetensors.torch.save_file(net.state_dict(), "13_fresh.safetensors")
# ```
#
# </details>

# %% slideshow={"slide_type": "fragment"}
arrays = rosetta.load(pytorch.fresh_model())
print(rosetta.describe(arrays))
stranger = rosetta.from_("torch", arrays, prefix="lstm.")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Point at the two biases, and at the head, which is no part of an LSTM. The next question is about this model.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The same words come from the command line: `python -m lstm_lib.rosetta FILE`.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Nobody has trained this model. A sequence of noise goes in.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the forget gate of a fresh LSTM of PyTorch
predict("13.fresh", "Where do its forget gates stand on average?", ["near 0", "near ½", "near 0.73", "near 1"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Who has done lesson 02 says near 0.73 or near 1. Ask what that would need: somebody who put a bias there. Next: our
# own cell draws its gates.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: its gates, drawn by our own cell
noise = np.random.default_rng(2).normal(size=(30, 2, 1)).astype(np.float32)
hs, steps = lstm.forward(stranger, noise)
trace = lstm.stack(steps)
average = trace.f_t.mean()
assert np.abs(pytorch.hidden_states(arrays, noise) - hs).max() < 1e-6  # both compute in float32
print(f"forget gates: {average:.2f} on average")
reveal("13.fresh", int(np.argmin(np.abs(np.array([0, 0.5, sigmoid(1.0), 1]) - average))))
figures.rosetta.gate(trace)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Near ½: a fresh model of PyTorch halves its memory at every step. Who compares two programs compares their starts,
# too.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Near ½. PyTorch draws all biases around 0, so a fresh model of PyTorch halves its memory at every step. This course and Keras
# begin with a forget bias of 1, and σ(1) = 0.73; Flax begins with 0, like PyTorch. Who compares two programs compares their
# starts, too, unless the numbers are carried over as here:
# then our h and PyTorch's differ by less than a millionth.

# %% [markdown] slideshow={"slide_type": "skip"}
# Layers upon layers are read one by one: `rosetta.from_("torch", arrays, layer=1)`, and with `reverse=True` the one that reads from
# the end. The hidden states of a layer are the input of the next one.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Yours goes on in PyTorch
#
# Now the other way: a small model with your own cell, as far as it stands in `my_lstm.py`, trained on the sine wave of lesson 09.


# %% slideshow={"slide_type": "skip"}
cell = mine.cell()
X, Y = data.sine_waves(60, 16, np.random.default_rng(1), omega=0.2)

# %% slideshow={"slide_type": "skip"}
loss_and_grads = partial(model.loss_and_grads, cell, loss=functional.mean_squared_error)
trained = model.init_params(cell, D=1, H=16, K=1, rng=np.random.default_rng(0))
losses = training.fit(loss_and_grads, trained, [(X, Y)] * 100, training.Adam(lr=0.01))
print(f"loss {losses[0]:.3f}, after 100 steps {losses[-1]:.3f}")

# %% [markdown] slideshow={"slide_type": "-"}
# In PyTorch layer and read-out are two objects; each takes its numbers by name.


# %% slideshow={"slide_type": "fragment"}
def in_pytorch(params, hold_second_bias):
    net, head = torch.nn.LSTM(1, 16).double(), torch.nn.Linear(16, 1).double()
    net.load_state_dict(pytorch.tensors(rosetta.to("torch", params)))
    read_out = {"weight": params["W_y"], "bias": params["b_y"][:, 0]}
    head.load_state_dict(pytorch.tensors(read_out))
    net.bias_hh_l0.requires_grad = not hold_second_bias
    return net, head


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Read the two calls of load_state_dict aloud. Then ask why anybody should want to hold a bias still; leave it open,
# the next section answers.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# And these are twenty steps of training there.


# %% slideshow={"slide_type": "fragment"}
def twenty_steps_there(optimiser, hold_second_bias):
    net, head = in_pytorch(trained, hold_second_bias)
    optimiser, losses = optimiser([*net.parameters(), *head.parameters()]), []
    for _ in range(20):
        optimiser.zero_grad()
        loss = ((head(net(pytorch.rows(X))[0]) - pytorch.rows(Y)) ** 2).mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


# %% [markdown] slideshow={"slide_type": "skip"}
# `pytorch.rows` turns our (T, D, B) into PyTorch's (T, B, D). `translations.twenty_steps` is the same for our side. Two numbers can be set
# there, and both are 1 for the time being: how often the gradients of the biases count, and how often their steps count.


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
twenty_steps_here = partial(translations.twenty_steps, loss_and_grads, trained, X, Y)
here = twenty_steps_here(training.SGD(lr=0.1))
there = pytorch.said("SGD, second bias held", lambda: twenty_steps_there(pytorch.sgd, True))
print(f"loss here  {here[-1]:.10f}\nloss there {there[-1]:.10f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Let somebody read the two losses digit by digit. Two programs without a common line agree after twenty steps of
# training. That was with the second bias held.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Ten digits are equal, after twenty steps in two programs that share not a line of code. The model has been handed on. What PyTorch has
# learned comes back in the same way, with `rosetta.from_("torch", net.state_dict())`.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why does my copy drift?
#
# The second bias was held still. Without that the first loss is equal to the last digit, the second is not, and then it gets worse.


# %% [markdown] slideshow={"slide_type": "-"}
# **Predict.** PyTorch adds its two biases up: $b = b_{ih} + b_{hh}$. Both learn, with SGD and the same learning rate.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the sum of two biases in one step
predict(
    "13.sum",
    "How far does their sum move in one step, compared with a single bias?",
    ["half as far", "as far", "twice as far"],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Most say as far: one sum, one slope. Ask for the slope of the sum towards each bias: it is 1, twice. Next: the same
# twenty steps, with both learning.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the same twenty steps, both biases learning
both = pytorch.said("SGD, both biases learn", lambda: twenty_steps_there(pytorch.sgd, False))
sgd_drift = {
    "as it is": twenty_steps_here(training.SGD(lr=0.1)) - both,
    "bias steps count double": twenty_steps_here(training.SGD(lr=0.1), step=2) - both,
}
reveal("13.sum", 2 if np.abs(sgd_drift["bias steps count double"]).max() < 1e-9 else 1)
figures.rosetta.drift(sgd_drift, "SGD: our losses and PyTorch's")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# By the chain rule each bias gets the whole gradient of the sum and takes a full step. Count our bias steps double,
# and twenty losses agree to rounding.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Twice as far. The sum is a function of both biases, and its slope towards each of them is 1: by the chain rule both get the gradient of
# the sum, whole. Each takes a full step, and the sum takes two. Count the steps of our biases double, and twenty losses agree to
# rounding. So a layer of PyTorch is a layer of the primer whose biases learn twice as fast.

# %% [markdown] slideshow={"slide_type": "subslide"}
# With SGD one may as well double the *gradient* of the biases instead of the step: the step is the gradient times a number.
#
# **Predict.** Now the optimiser is Adam.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: a doubled gradient under Adam
predict(
    "13.adam",
    "The gradients of our biases count double. Do we follow PyTorch now?",
    ["yes, to rounding", "no, hardly better than before"],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# It has just worked for SGD, so most say yes. Ask what Adam divides by. Next: three ways to follow it.
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: three ways to follow Adam
both = pytorch.said("Adam, both biases learn", lambda: twenty_steps_there(pytorch.adam, False))
adam_drift = {
    "as it is": twenty_steps_here(training.Adam(lr=0.01)) - both,
    "bias gradients count double": twenty_steps_here(training.Adam(lr=0.01), gradient=2) - both,
    "bias steps count double": twenty_steps_here(training.Adam(lr=0.01), step=2) - both,
}
reveal("13.adam", int(np.abs(adam_drift["bias gradients count double"]).max() > 1e-9))
figures.rosetta.drift(adam_drift, "Adam: our losses and PyTorch's")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A factor in the gradient cancels in Adam. It is the step that has to count double, or one bias is held still; the
# second is the safer way.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Hardly better. Adam divides the mean of the gradients by their size, and a factor in both cancels: for Adam a doubled gradient is no
# news. (The ε in the denominator is all that notices.) The two biases of PyTorch still take a step each: the *step* has to count double, for Adam as for
# SGD. The safest way is the one above: hold one of the two still. Then both programs have one bias, and clipping, weight decay and
# whatever else looks at the parameters sees the same ones.

# %% slideshow={"slide_type": "skip"}
# Proof: what drifts, and what does not
held = pytorch.said("Adam, second bias held", lambda: twenty_steps_there(pytorch.adam, True))
by_gradient, by_step = (twenty_steps_here(training.SGD(lr=0.1), **way) for way in ({"gradient": 2}, {"step": 2}))
assert np.abs(twenty_steps_here(training.Adam(lr=0.01)) - held).max() < 1e-9
assert np.abs(by_gradient - by_step).max() < 1e-9 > np.abs(here - there).max()
for drift in (sgd_drift, adam_drift):
    assert np.abs(drift["bias steps count double"]).max() < 1e-9
    assert abs(drift["as it is"][0]) < 1e-9 < 1e-7 < abs(drift["as it is"][1])

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The relatives
#
# "LSTM" in a paper is not always the primer's cell. Here are its relatives, in a few lines each. All take parameters, an x, and the
# state (h, C).

# %% [markdown] slideshow={"slide_type": "skip"}
# `gate(p, k, z)` is $\sigma(W_k z + b_k)$, as ever.

# %% [markdown] slideshow={"slide_type": "-"}
# **1997, no forget gate** (Hochreiter and Schmidhuber). The first LSTM keeps all it has: the old memory is multiplied by 1, for ever.


# %% slideshow={"slide_type": "fragment"}
def of_1997(p, x, h, C):
    z = np.concatenate([h, x])
    C = C + gate(p, "i", z) * np.tanh(p["W_C"] @ z + p["b_C"])
    return gate(p, "o", z) * np.tanh(C), C


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Cover the third line and ask what has gone. f has. In the paper of 1997 the squashing functions were scaled, too;
# the forget gate came in 2000.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Peepholes** (Gers and others 2002). The gates see the memory itself, each unit its own: f and i the old one, o the new one.


# %% slideshow={"slide_type": "fragment"}
def with_peepholes(p, x, h, C):
    z = np.concatenate([h, x])
    f, i = gate(p, "f", z, p["p_f"] * C), gate(p, "i", z, p["p_i"] * C)
    C = f * C + i * np.tanh(p["W_C"] @ z + p["b_C"])
    return gate(p, "o", z, p["p_o"] * C) * np.tanh(C), C


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask which memory o may look at: the new one, since it opens last. Hence it is computed after C.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Coupled gates** (in Greff and others 2017). What is forgotten makes room for what is written: i = 1 − f, and one gate less to learn.


# %% slideshow={"slide_type": "fragment"}
def coupled(p, x, h, C):
    z = np.concatenate([h, x])
    f = gate(p, "f", z)
    C = f * C + (1 - f) * np.tanh(p["W_C"] @ z + p["b_C"])
    return gate(p, "o", z) * np.tanh(C), C


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask what cannot be done any more: to keep all and write all, as a counter does.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **GRU** (2014). Coupled gates, and no memory beside h. There is no output gate; a *reset* gate r says how much of h the candidate
# sees. The gate z keeps in Cho's paper, and writes in Chung's.

# %% [markdown] slideshow={"slide_type": "skip"}
# Ours borrows $W_f$ for z and $W_i$ for r.


# %% slideshow={"slide_type": "fragment"}
def gru(p, x, h, C, z_keeps=True):
    z, r = (gate(p, k, np.concatenate([h, x])) for k in "fi")
    candidate = np.tanh(p["W_C"] @ np.concatenate([r * h, x]) + p["b_C"])
    keep = z if z_keeps else 1 - z
    h = keep * h + (1 - keep) * candidate
    return h, h


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Two papers of one year, and z means the opposite. Ask what one has to do to weights that go from one to the other:
# exercise 3.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **minLSTM** (Feng and others 2024). Neither gates nor candidate look at h. The two gates share: f and i are divided by their sum. No tanh, no output
# gate.


# %% slideshow={"slide_type": "fragment"}
def min_lstm(p, x, h, C):
    f, i, new = (p[f"W_{k}"][:, len(h) :] @ x + p[f"b_{k}"] for k in "fiC")
    h = (sigmoid(f) * h + sigmoid(i) * new) / (sigmoid(f) + sigmoid(i))
    return h, h


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask where h is on the right side: in one place only, multiplied by a number that does not know it. Keep this for
# the next section.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# How far are they from the primer's cell? All get the same weights and the same sequence. The right half of the table asks something else: is
# there a *choice of weights* with which both are the same?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: how far the relatives are from the primer's cell
weights = translations.weights()
chungs = weights | {"W_f": -weights["W_f"], "b_f": -weights["b_f"]}
second_paper = translations.run(lambda *arguments: gru(*arguments, z_keeps=False), chungs)
assert np.abs(second_paper - translations.run(gru, weights)).max() < 1e-12
translations.siblings(of_1997, with_peepholes, coupled, gru, min_lstm)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Go through the last two columns: three of the five are the primer's cell with some numbers fixed, or the other way
# round. GRU and minLSTM show their memory itself, and no weights undo tanh.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Three of the five are the primer's cell with some numbers fixed, or the other way round. The cell of 1997 is ours with the forget gate
# held open. The coupled cell is ours with one gate as the mirror image of another: half a turn about (0, ½) leaves the curve of σ as
# it is. The cell with peepholes is the wider one: it has ours in it. GRU and minLSTM have no output gate, and what they show is the memory
# itself; no weights make the primer's cell do exactly that, since it shows o * tanh(C).
#
# Which is better? In a comparison of eight variants on three tasks none was significantly better than the usual cell, while
# the forget gate and the tanh at the output mattered most ([Greff and others 2017](#References)).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is given up for speed
#
# Why would anybody blind the gates? Because of time. In the primer's cell step 2 cannot begin before $h_1$ is there. Where the gates
# see x only, all gates of all steps can be computed at once. What remains is
#
# $$C_t = a_t * C_{t-1} + b_t$$
#
# with all $a_t$ and $b_t$ known.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask who has waited for an RNN on a graphics card. The card idles: one step after the other. Next: how to join two
# steps into one.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# This needs no loop over the steps: two neighbouring steps make one step of the same form, with factor $a_2 a_1$ and sum
# $a_2 b_1 + b_2$. So join neighbours, then neighbours of neighbours. A full circle holds all steps so far.


# %% slideshow={"slide_type": "skip"}
def scan(a, b):
    n, rounds = 1, 0
    while n < len(a):
        b = np.concatenate([b[:n], a[n:] * b[:-n] + b[n:]])
        a = np.concatenate([a[:n], a[n:] * a[:-n]])
        n, rounds = 2 * n, rounds + 1
    return b, rounds


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Figure: neighbouring steps, joined
figures.rosetta.scan(8)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Do two steps on the board: put C_1 into C_2 and collect. It is a step of the same form; so one may go on joining.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** 1000 steps are joined in this way, from C = 0. In a round everything happens at once.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: rounds for a thousand steps
predict("13.rounds", "How many rounds does it take?", unit="rounds")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Some say 500, half of the steps. Eight took three rounds; sixteen would take four.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: the scan, beside the loop
a, b = np.random.default_rng(4).uniform(0, 1, (2, 1000, 3, 1))
at_once, rounds = scan(a, b)
C, one_by_one = 0, []
for a_t, b_t in zip(a, b, strict=True):
    C = a_t * C + b_t
    one_by_one.append(C)
print("equal to the loop, to rounding:", np.allclose(at_once, one_by_one, rtol=1e-12, atol=0))
reveal("13.rounds", rounds, within=0)

# %% [markdown] slideshow={"slide_type": "skip"}
# Ten: after each round what has been joined is twice as long, and 2¹⁰ is more than 1000. On hardware with thousands of arithmetic
# units ten rounds take far less time than a thousand steps. This is called a *parallel scan*.

# %% [markdown] slideshow={"slide_type": "subslide"}
# The price is paid elsewhere. Take **parity**: is the number of ones so far odd or even? One unit of the primer's cell can tell. A one
# makes it forget, and write the opposite of *what it is showing*; a zero leaves it alone.

# %% slideshow={"slide_type": "skip"}
flip = {"W_f": [[0, -20]], "b_f": [[10]], "W_i": [[0, 20]], "b_i": [[-10]]}
flip |= {"W_C": [[-20, 0]], "b_C": [[0]], "W_o": [[0, 0]], "b_o": [[20]]}
bits = [1, 1, 0, 1, 1, 1, 0, 0, 1, 0]

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Figure: a unit that tells odd from even
figures.rosetta.parity(flip, bits)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Let the room say odd or even along the row of bits. Then ask which of the weights looks at h: the candidate's, −20.
# That is the one that a blind cell has not got.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Now a minLSTM reads nothing but ones. Its weights are drawn at random, a thousand times.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: can it go up and down?
predict("13.turns", "How many of the thousand turn round at least once, up and then down?", unit="networks")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# People expect a few by luck. Next: the thousand, and why none can.
#
# </details>

# %% slideshow={"slide_type": "subslide", "layout": "below"} tags=["output-only"]
# Answer: a thousand minLSTMs read ones
path = translations.reading_ones(min_lstm, 1000)
turns = np.diff(np.sign(np.round(np.diff(path, axis=0), 12)), axis=0)
reveal("13.turns", int((np.abs(turns) > 1).any(axis=0).sum()))
figures.rosetta.paths(path[:, :40])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# With the same x the factor is the same at each step and lies between 0 and 1: the memory creeps from one side, and
# cannot hop. Sarrof and others 2024 prove it for all such cells; Grazzi and others 2025 mend it with negative
# factors.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# None. With the same x the factor and the sum are the same at each step, the factor lies between 0 and 1, and so the memory creeps towards one
# value from one side. It cannot hop, as parity asks. The statement is more general than our thousand draws. Linear recurrences whose
# factors are never negative, in numbers of finite precision, cannot tell parity for sequences of every length, however many units they have.
# Negative factors mend it ([Sarrof and others 2024](#References), [Grazzi and others 2025](#References)).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The family in one page
#
# They all share one line, $\text{memory}_t = \text{factor}_t \cdot \text{memory}_{t-1} + \text{something}_t$, and differ in what the factor may look at.
#
# | cell | what the factor on the old memory sees | all steps at once? | what is given up |
# |---|---|---|---|
# | **LSTM** (1997, 2000) | x and h | no | time: each step waits for the one before |
# | **minLSTM, minGRU** (2024) | x | yes, by a scan | gates and candidate do not know what is remembered |
# | **S4** (2022), a *state-space model* | nothing: it is learned, then fixed | yes, as a convolution | also the choice: each input is treated alike |
# | **Mamba** (2023), a *selective* one | x | yes, by a scan | as minLSTM |
# | **mLSTM**, in *xLSTM* (2024) | x; the memory is a matrix of keys and values | yes | as minLSTM; a matrix for each head instead of a column |
# | **sLSTM**, in *xLSTM* (2024) | x and h | no | time, like the LSTM; its input gate is exponential, and the memory is divided by a running sum |

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Read one column only: what the factor sees. Nothing, x, or x and h: the rest follows. Sources: Feng and others
# 2024, Gu and others 2022, Gu and Dao 2023, Beck and others 2024; what they cannot compute: Merrill and others 2024,
# Sarrof and others 2024.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# - **xLSTM** (Beck and others 2024) is a stack of both kinds of blocks. sLSTM keeps h in the gates ("memory mixing"), and pays for it
#   with steps one after the other; mLSTM gives it up and is computed for all steps together.
# - **minLSTM** (Feng and others 2024) shows how little has to be taken away from the LSTM for a scan.
# - **State-space models** come from control theory: a linear system with a state, cut into steps. In S4 (Gu and others 2022) the system is
#   the same at every step. Mamba (Gu and Dao 2023) lets x choose how long a step is, and so how much is kept. With one state for each input its
#   recurrence becomes $h_t = (1 - g_t)\,h_{t-1} + g_t x_t$ with a gate $g_t$ that sees x: our coupled gates, blinded.
# - The price has a name in the theory of computation. S4 and Mamba stay in a class, TC⁰. Tracking states, such as
#   following five cups through a long row of swaps, is believed to lie outside of it (Merrill and others 2024). An RNN or LSTM, whose gates
#   see its own h, can do it, one step after the other.
#
# None of this says which is better for your data; it says what to ask: does my task need the state to decide what happens to
# the state? And are my sequences long enough for the loop over time to be what I wait for?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# The same six formulas are stored in seven ways; a table of orders, shapes and biases is all it takes. Two biases compute
# the same as one and learn twice as fast. A gate that does not see h buys speed with what can be remembered.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Close with two questions to ask of one's own data: must the state decide what happens to the state? And is the loop
# over time what I wait for?
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# **1. An unlabelled file.** Somebody has left you two arrays, `a` and `b`, a sequence, and the hidden states that their LSTM has
# computed for it. Which notation is it? Return it as a `rosetta.Layout`: the order of the gates, whether h or x comes first in `a` ("hx" or "xh"),
# and whether the gates lie in columns. The primer's would be `rosetta.Layout("fiCo", {"hx": "a"}, ("b",), columns=False)`.

# %% slideshow={"slide_type": "skip"}
found, X_found, hs_found = translations.unlabelled()
print({name: a.shape for name, a in found.items()}, X_found.shape, hs_found.shape)


# %% slideshow={"slide_type": "skip"}
def layout():
    raise NotImplementedError  # return rosetta.Layout(…)


# %% slideshow={"slide_type": "skip"}
# Check: 1. An unlabelled file
exercises.rosetta.check_layout(layout)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The shapes tell one of the three answers. H is 3 and D is 2: along which axis of `a` do four gates fit?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# For the other two there are 24 orders and 2 ways to lay h and x: 48 trials, and the right one gives `hs_found`. `itertools.permutations("fiCo")`
# makes the orders.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# import itertools
#
#
# def layout():
#     for order in itertools.permutations("fiCo"):
#         for part in ("hx", "xh"):
#             guess = rosetta.Layout("".join(order), {part: "a"}, ("b",), columns=True)
#             hs, _ = lstm.forward(rosetta.from_(guess, found), X_found)
#             if np.allclose(hs, hs_found):
#                 return guess
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Mend a converter.** This one reads a layer of ONNX. It runs without a word, and what it returns is wrong: two gates have changed
# places.


# %% slideshow={"slide_type": "skip"}
def from_onnx_with_a_bug(W, R, B):
    W = np.concatenate([R[0], W[0]], axis=1)
    b = B[0].reshape(2, -1).sum(axis=0)[:, None]
    params = {f"W_{k}": block for k, block in zip("ifoC", np.split(W, 4), strict=True)}
    return params | {f"b_{k}": block for k, block in zip("ifoC", np.split(b, 4), strict=True)}


# %% slideshow={"slide_type": "skip"}
def from_onnx(W, R, B):
    raise NotImplementedError  # your mended converter


# %% slideshow={"slide_type": "skip"}
# Check: 2. Mend a converter
exercises.rosetta.check_from_onnx(from_onnx)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# The table at the beginning of this lesson has ONNX's order of the gates.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# It is i, o, f, C̃. The letters stand in two lines of the converter.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def from_onnx(W, R, B):
#     W = np.concatenate([R[0], W[0]], axis=1)
#     b = B[0].reshape(2, -1).sum(axis=0)[:, None]
#     params = {}
#     for k, W_k, b_k in zip("iofC", np.split(W, 4), np.split(b, 4), strict=True):
#         params |= {f"W_{k}": W_k, f"b_{k}": b_k}
#     return params
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. One coin, two papers.** A GRU was trained with Cho's formula, in which z keeps. It is to run in a program with Chung's, in which z writes. All gates
# are $\sigma(W [h, x] + b)$. Which $W_z$ and $b_z$ does the second program need?


# %% slideshow={"slide_type": "skip"}
def for_chung(W_z, b_z):
    raise NotImplementedError  # return the pair


# %% slideshow={"slide_type": "skip"}
# Check: 3. One coin, two papers
exercises.rosetta.check_for_chung(for_chung)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# You look for the W and b with which σ gives 1 − z. Draw the curve of σ: half a turn about its middle, (0, ½), leaves it as it is.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# 1 − σ(a) = σ(−a), and a is W · [h, x] + b.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def for_chung(W_z, b_z):
#     return -W_z, -b_z
# ```
#
# Where the reset gate stands is no such coin. In both papers r acts on h before the product, U · (r * h); PyTorch has it after,
# r * (U · h + b). With more than one unit, weights for the one do not fit the other.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. You have converted a model, all shapes fit, and the results are slightly wrong. What do you suspect first?
# 2. Why do PyTorch's two biases compute the same as one, and learn differently?
# 3. You double the gradients of the biases and train with Adam. What changes?
# 4. How does one make a forget gate disappear from the primer's cell without touching the code?
# 5. What must a gate not look at if all steps are to be computed at once?
#
# <details><summary>Answers</summary>
#
# 1. The order of the gates: all blocks have the same shape.
# 2. Only their sum is used; but each gets the whole gradient of the sum and takes a step of its own.
# 3. Next to nothing: Adam divides by the size of the gradients.
# 4. With a large $b_f$, so that f = 1.
# 5. At h, or anything else that the step before has computed.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - The notations: the documentation of `torch.nn.LSTM` (PyTorch), `keras.layers.LSTM` (Keras), `flax.linen.LSTMCell` and
#   `flax.nnx.OptimizedLSTMCell` (Flax), `equinox.nn.LSTMCell` (Equinox), [the operator LSTM of ONNX](https://onnx.ai/onnx/operators/onnx__LSTM.html).
# - S. Hochreiter, J. Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997: no forget gate.
# - F. A. Gers, J. Schmidhuber, F. Cummins, *Learning to Forget*, Neural Computation 12(10), 2000: the forget gate.
# - F. A. Gers, N. N. Schraudolph, J. Schmidhuber, *Learning Precise Timing with LSTM Recurrent Networks*, Journal of Machine Learning
#   Research 3, 2002: peepholes.
# - K. Greff and others, *LSTM: A Search Space Odyssey*, IEEE Transactions on Neural Networks and Learning Systems 28(10), 2017,
#   arXiv:1503.04069: eight variants, coupled gates among them.
# - K. Cho and others, *Learning Phrase Representations using RNN Encoder–Decoder for Statistical Machine Translation*, EMNLP 2014,
#   arXiv:1406.1078: the GRU.
# - J. Chung, C. Gulcehre, K. Cho, Y. Bengio, *Empirical Evaluation of Gated Recurrent Neural Networks on Sequence Modeling*, 2014,
#   arXiv:1412.3555: z the other way round.
# - L. Feng and others, *Were RNNs All We Needed?*, 2024, arXiv:2410.01201: minLSTM and minGRU.
# - M. Beck and others, *xLSTM: Extended Long Short-Term Memory*, NeurIPS 2024, arXiv:2405.04517.
# - A. Gu, K. Goel, C. Ré, *Efficiently Modeling Long Sequences with Structured State Spaces*, ICLR 2022, arXiv:2111.00396: S4.
# - A. Gu, T. Dao, *Mamba: Linear-Time Sequence Modeling with Selective State Spaces*, 2023, arXiv:2312.00752; Theorem 1 has the gate.
# - W. Merrill, J. Petty, A. Sabharwal, *The Illusion of State in State-Space Models*, ICML 2024, arXiv:2404.08819.
# - Y. Sarrof, Y. Veitsman, M. Hahn, *The Expressive Capacity of State Space Models: A Formal Language Perspective*, NeurIPS 2024,
#   arXiv:2405.17394.
# - R. Grazzi and others, *Unlocking State-Tracking in Linear RNNs Through Negative Eigenvalues*, ICLR 2025, arXiv:2411.12537.
#
# Before: [Sound](12_sound.ipynb). Back to [Start here](../00_start_here.ipynb).
