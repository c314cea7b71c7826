# %% [markdown] slideshow={"slide_type": "slide"}
# # The gradients
#
# **What you will be able to do.** Derive the backward pass of the LSTM on paper, one node at a time, and say where each
# `+=` in it comes from.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Hand out the blank ledger (it is printed by a cell of this lesson) and let people fill it in as you go.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** The six formulas ([The formulas](03_the_formulas.ipynb)), the step that you did by hand
# ([One step by hand](04_one_step_by_hand.ipynb)), and the chain rule of school.
#
# **How long it takes.** About 40 minutes, with a pencil; 45 more for the ledger and the exercises. The computer needs half a
# minute, most of it for a proof.
#
# Training means: change each weight a little, in the direction that makes the loss smaller. The loss is one number that says
# how wrong the network is. The gradient says how it answers to a change of each weight. Courses and tutorials print
# formulas for it, and some widely read ones have them wrong. The loss can still fall with a wrong gradient, so such
# mistakes live long. Here none is typed. They are made by computer algebra from the one definition of the cell that
# lesson 03 showed, proved by algebra, and checked in three other ways.

# %% slideshow={"slide_type": "skip"}
# Setup: imports
import numpy as np
import sympy as sp

from lstm_lib import data, formulas, gradcheck, lstm, sigmoid, sigmoid_grad, symbolic, tanh_grad
from lstm_lib.lesson import WayBack, exercises, figures, ledger, mine, predict, reveal

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Three questions from before
#
# Answer on paper before you open the triangle.
#
# 1. From [lesson 04](04_one_step_by_hand.ipynb): x = 0.5, h = 0.1, and all weights and biases are 1. What are the three
#    gates, and why are they equal?
# 2. From [lesson 03](03_the_formulas.ipynb): with D = 2 inputs, H = 3 units and B = 4 sequences, what are the shapes of
#    $W_f$, $z_t$ and $f_t$?
# 3. From [lesson 01](01_why_memory_fades.ipynb): why does the gradient of a plain RNN vanish or explode over many steps?
#
# <details><summary>Answers</summary>
#
# 1. All three see the same sum, 0.1 + 0.5 + 1 = 1.6, and σ(1.6) is about 0.83.
# 2. (3, 5), (5, 4) and (3, 4): the columns of $W_f$ are as many as the rows of $z_t$, H + D.
# 3. On its only way back it is multiplied at every step, by the weight on h and by a slope. A product of many factors
#    below 1 goes to 0, and one of many above 1 grows without end.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"], "layout": "below"}
# ## Two rules, and a way to write
#
# L is the loss, one number. For any quantity q in the cell, **dq** is short for ∂L/∂q: how fast L grows when
# q grows. A small change δ of q changes L by about dq · δ. The code calls it `dq`, too.

# %% [markdown] slideshow={"slide_type": "subslide"}
# - **Along a path, multiply.** If q acts on L through r alone, dq is dr times ∂r/∂q, the *local derivative*.
# - **Where paths meet, add.** If q acts through r and through s, dq is the sum of what comes back from both.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Two fingers: *multiply along, add where paths meet*. Everything else today is bookkeeping. Most wrong programs
# break the second rule.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The cell, cut into nodes
#
# Cut the cell into small nodes, differentiate each by itself, and walk backwards. Each gate's formula is cut in two: first the
# sum, called a, then the squashing. A node uses only nodes above it.

# %% slideshow={"slide_type": "fragment", "layout": "columns"} tags=["output-only"]
formulas.Lines(list(symbolic.CELL.values()))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Eleven nodes; ask which of them has the most readers. (z: four.)
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["f_t", "i_t", "C_tilde", "C_t"]}
# **Predict.** A local derivative needs nothing but the one formula of its node. The memory node has four things in its formula:
# write down four local derivatives. Each is a single letter.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: one local derivative of the memory
factors = ["the forget gate", "the old memory", "the input gate"]
predict("05.memory", "What is the derivative of the memory with respect to the forget gate?", factors)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: all four, by computer algebra
four = [symbolic.LOCAL["C_t", n] for n in ("f_t", "C_prev", "i_t", "C_tilde")]
reveal("05.memory", [symbolic.f_t, symbolic.C_prev, symbolic.i_t].index(four[0].right))
formulas.Lines([symbolic.CELL["C_t"], *four])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# People expect something with σ or tanh. Each is one letter. The second of the four is the whole LSTM: on the way
# back along the memory the factor is f, and nothing else.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The derivative of a product with respect to one factor is the other factor. So the gate's derivative is the memory and
# the memory's derivative is the gate. This one line explains why an LSTM can remember: on the way back along
# the memory the gradient is multiplied by $f_t$, and by nothing else.

# %% [markdown] slideshow={"slide_type": "skip"}
# These were found by taking one entry of a column, a letter for every node in it, and asking sympy. (A state of H units is a
# column of H numbers.) This is all that the library does for them:

# %% slideshow={"slide_type": "skip"}
f, C_before, i, c = sp.symbols("f C_before i c")
print(sp.diff(f * C_before + i * c, f))

# %% [markdown] slideshow={"slide_type": "skip"}
# What the eleven nodes stand on, the three inputs $x_t$, $h_{t-1}$, $C_{t-1}$ and the eight parameters, has no formula: those are
# the *leaves*, and the gradients we want are those of the leaves.

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["o_t", "h_t"]}
# The output is a product, too.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
slopes_of_h = [symbolic.LOCAL["h_t", "o_t"], symbolic.LOCAL["h_t", "C_t"]]
formulas.Lines([symbolic.CELL["h_t"], *slopes_of_h])

# %% [markdown] slideshow={"slide_type": "subslide"}
# And four nodes squash.
#
# **Predict.** All that you know of a σ is its *output*, 0.9. How steep is it there?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: a slope
slopes = ["0.09", "0.21", "0.25", "0.9"]
predict("05.slope", "How steep is σ where its output is 0.9?", slopes, limits=[0.15, 0.23, 0.5])

# %% slideshow={"slide_type": "skip"}
s, step = 0.9, 1e-6
a = np.log(s / (1 - s))  # the a with σ(a) = 0.9
measured = (sigmoid(a + step) - sigmoid(a - step)) / (2 * step)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the measured slope, and the four local derivatives
reveal("05.slope", measured)
squash = [("f_t", "a_f"), ("i_t", "a_i"), ("C_tilde", "a_C"), ("o_t", "a_o")]
formulas.Lines([line for pair in squash for line in (symbolic.CELL[pair[0]], symbolic.LOCAL[pair])])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# 0.09. People who say 0.25 know the largest slope, those who say 0.21 have put the output through σ once more.
# That mistake was in print for years.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# It is 0.9 · 0.1 = 0.09. The derivatives are written with the node's own output, which the forward pass has already
# computed. Here lies a trap that many have stepped into: the expression is s (1 − s) with s = σ(a). Put a in, or apply σ a
# second time, and you get numbers that are wrong, and the second kind even looks reasonable.

# %% slideshow={"slide_type": "skip"}
again = sigmoid(s)  # one σ too many
print(f"right: {s * (1 - s):.4f}   with a in place of s: {a * (1 - a):.4f}")
print(f"with σ(s) in place of s: {again * (1 - again):.4f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The sums, with one unit and with many
#
# One kind of node is left, the sum a = W · z + b. With one unit and one input it is two products and a bias.

# %% slideshow={"slide_type": "fragment", "layout": "columns"} tags=["output-only"]
# Table: the sum in the forget gate, and its derivatives
figures.the_gradients.sum_of_one_unit()

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# A weight's derivative is what it is multiplied with, and the other way round. Ask for the third line before it
# appears: people say b, and it is 1.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A weight's derivative is what it is multiplied with, and the other way round. Now with many units. The entry
# of W in row j and column k stands in the sum of unit j only, multiplied by entry k of z. So its gradient is da of unit j
# times z of entry k. And entry k of z stands in the sum of *every* unit, so what comes back there
# is added up over the units.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** W has shape (H, H+D), da has (H, 1), z has (H+D, 1). The gradient of W is a product of two of them.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: a product
predict("05.product", "Which of these is dW?", ["da · zᵀ", "z · daᵀ", "daᵀ · z"])

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: the product that has the shape of W
W, arriving, z = np.zeros((3, 5)), np.zeros((3, 1)), np.zeros((5, 1))
fits = [(arriving @ z.T).shape == W.shape, (z @ arriving.T).shape == W.shape]  # the third cannot be formed
reveal("05.product", fits.index(True))
formulas.Lines([symbolic.CELL["a_f"], symbolic.BACKWARD["dW_f"], symbolic.BACKWARD["db_f"]])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Let shapes decide, and nobody has to remember a transpose: (H, 1) times (1, H+D).
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# da · zᵀ: a column times a row, (H, 1) times (1, H+D). The second has the shape of Wᵀ, and the third cannot be formed at all.

# %% [markdown] slideshow={"slide_type": "subslide"}
# z is read by four sums, so four gradients meet in it. h was stacked on top of x, so the first H rows of dz belong to h, in
# NumPy `[:H]`, and the others to x.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
back_through_z = [symbolic.BACKWARD[name] for name in ("dz_t", "dh_prev", "dx_t")]
formulas.Lines([symbolic.CELL["z_t"], *back_through_z])

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step in full
#
# Take the step of lesson 04: x = 0.5, h = 0.1, C = 0.2, all weights and biases 1. Let the loss be what the unit says, L = h.
# Follow with a pencil.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Everybody has the forward numbers of lesson 04. If not, here they are.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
params, x_t, h_prev, C_prev = data.walkthrough()
s = lstm.step(params, x_t, h_prev, C_prev)
back = WayBack(params, x_t, h_prev, C_prev)  # each gradient, below the formula it comes from
back.forward()

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["o_t", "h_t"]}
# **1 Receive.** L is h, so dh = 1. What the next step sends back along the memory, $dC_{next}$, is 0: there is no next step.
#
# **2 Through the output.** h is a product, so the output gate receives the other factor.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
dh_t, dC_next = 1.0, 0.0
do_t = dh_t * np.tanh(s.C_t)
back.write(do_t=do_t)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The moves have numbers because the program has the same ones. Let people compute each line before it appears.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["C_t", "o_t", "h_t"]}
# **3 Into the cell.** The memory receives two things: what arrives from the next step, and what comes through $h_t$.
# They are added.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
dC_t = dC_next + dh_t * s.o_t * (1 - np.tanh(s.C_t) ** 2)
back.write(dC_t=dC_t)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The most forgotten line in print. Today dC_next is 0, so nobody notices when it is missing; that is why one-step
# examples cannot test it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]}
# **4 Split to the gates.** From the memory the gradient goes on to the two gates and the candidate that made it.
#
# **Predict.** The old memory was 0.2, the candidate 0.92.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: the two gates
gates = ["the forget gate", "both the same", "the input gate"]
predict("05.hears", "Which gate gets the larger gradient?", gates, limits=[0.99, 1.01])

# %% slideshow={"slide_type": "skip"}
df_t = dC_t * s.C_prev
di_t = dC_t * s.C_tilde
dC_tilde = dC_t * s.i_t

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: three gradients out of one
reveal("05.hears", (di_t / df_t).item())
back.write(df_t=df_t, di_t=di_t, dC_tilde=dC_tilde)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The input gate, four times as loudly. Ask what a forget gate can learn while the memory is empty: nothing.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The input gate, more than four times as loudly. A forget gate learns in proportion to the memory it guards; where the
# memory is empty, nothing can be learned about keeping it.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **5 Through the squash.** Each is multiplied by the slope of its σ or tanh.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
da_f = df_t * s.f_t * (1 - s.f_t)
da_i = di_t * s.i_t * (1 - s.i_t)
da_C = dC_tilde * (1 - s.C_tilde**2)
da_o = do_t * s.o_t * (1 - s.o_t)
back.write(da_f=da_f, da_i=da_i, da_C=da_C, da_o=da_o)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# All slopes come from the outputs that are already there. Nobody has to compute an exponential again.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The output gate has by far the largest gradient *here*. It is reached past tanh(C) = 0.73, the three others through
# dC = 0.39. With an empty memory tanh(C) is 0, and nothing reaches the output gate.

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]}
# **6 To the parameters.**
#
# **Predict.** Each gate has a weight on h = 0.1 and one on x = 0.5. Compare their gradients.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: two weights
predict("05.weights", "By which factor is the gradient of the weight on x larger than that of the weight on h?")

# %% slideshow={"slide_type": "skip"}
dW_f, dW_i, dW_C, dW_o = da_f @ s.z_t.T, da_i @ s.z_t.T, da_C @ s.z_t.T, da_o @ s.z_t.T
db_f, db_i, db_C, db_o = da_f, da_i, da_C, da_o  # a bias is multiplied by 1

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: weights and biases of four gates
reveal("05.weights", dW_f[0, 1] / dW_f[0, 0])
back.write(dW_f=dW_f, db_f=db_f, dW_i=dW_i, db_i=db_i, dW_C=dW_C, db_C=db_C, dW_o=dW_o, db_o=db_o)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Five times, because x is five times h.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Five times, as x is five times h. In each pair the first number belongs to h, the second to x.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **7 Send back.** All that remains is for the step before: what reaches the old h and the old C, and the input.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
dz_t = params["W_f"].T @ da_f + params["W_i"].T @ da_i
dz_t = dz_t + params["W_C"].T @ da_C + params["W_o"].T @ da_o
dh_prev, dx_t = dz_t[:1], dz_t[1:]
dC_prev = dC_t * s.f_t
back.write(dz_t=dz_t, dh_prev=dh_prev, dx_t=dx_t, dC_prev=dC_prev)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# What reaches h is a sum over four gates, what reaches C is one product.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The two entries of dz are equal because all weights are, and the old memory receives the same as the candidate only
# because f = i here. The library agrees with all that leaves this step:

# %% slideshow={"slide_type": "skip"}
grads, *rest = lstm.step_backward(params, s, np.full((1, 1), dh_t), np.full((1, 1), dC_next))
ours = [dW_f, dW_i, dW_C, dW_o, db_f, db_i, db_C, db_o, dx_t, dh_prev, dC_prev]
pairs = zip(ours, [*grads.values(), *rest], strict=True)
print("equal to 14 digits:", all(np.allclose(*each, rtol=1e-14, atol=0) for each in pairs))

# %% [markdown] slideshow={"slide_type": "skip"}
# ## The ledger: all of it in one table
#
# An accountant would put it into two tables with a row for each node: forward, and then back, in the opposite order. Where
# several paths meet, each has a line of its own, and their sum is marked `+=`.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 5 min</summary>
#
# Here the room works: the blank ledger, in pairs, five minutes. Walk round and look at the lines marked `+=`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# *Read by* is the node in whose formula the symbol stands, *upstream* that node's gradient. *Rule* says how the symbol stands
# there: as a term of a sum (local derivative 1), as a factor of a product (the other factor), or inside σ or tanh (the
# chain rule). The last column says what a small increase does.

# %% slideshow={"slide_type": "skip"}
ledger.make()

# %% [markdown] slideshow={"slide_type": "skip"}
# **Your own ledger.** Here is another step, with weights that all differ. Forward is done. Do the way back with pencil and
# calculator, and put your numbers in place of the dots, to three decimals; L is h again. Run the bar below after each number, or
# after all: they are looked at one by one, in this order. A `"?"` in place of a number shows it.

# %% slideshow={"slide_type": "skip"}
# Table: the forward half of the other step
figures.the_gradients.forward_numbers()
figures.the_gradients.pages("_build")


# %% slideshow={"slide_type": "skip"}
def my_ledger():
    raise NotImplementedError  # take this line out when your first number is in
    return {
        "do": ..., "dC": ...,  # 2 through the output, 3 into the cell
        "df": ..., "di": ..., "dC_tilde": ...,  # 4 to the gates
        "da_f": ..., "da_i": ..., "da_o": ..., "da_C": ...,  # 5 through the squash
        "dW_fh": ..., "dW_fx": ..., "db_f": ...,  # 6 to the parameters of the forget gate
        "dh_0": ..., "dx_1": ..., "dC_0": ...,  # 7 send back
    }  # fmt: skip


# %% slideshow={"slide_type": "skip"}
# Check: your entries, in order
exercises.the_gradients.check_ledger(my_ledger)

# %% [markdown] slideshow={"slide_type": "skip"}
# If you like paper: the folder `_build` beside this lesson now holds two pages to be printed. `ledger_blank.html` is the blank ledger
# of this step, with a card for looking up σ and tanh; `ledger_full.html` is the one filled in. A right-click in the file browser has *Open in
# New Browser Tab*.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Each move of *One step in full* is one line of yours, with other numbers.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The tanh of $C_1$ is −0.545 and its slope 1 − 0.297 = 0.703. So do is 1 · (−0.545), and dC is 1 · o · 0.703.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_ledger():
#     return {
#         "do": -0.545, "dC": 0.619,
#         "df": -0.465, "di": -0.472, "dC_tilde": 0.386,
#         "da_f": -0.069, "da_i": -0.111, "da_o": -0.057, "da_C": 0.162,
#         "dW_fh": 0.035, "dW_fx": -0.069, "db_f": -0.069,
#         "dh_0": 0.198, "dx_1": 0.208, "dC_0": 0.113,
#     }
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## All at once, and the same
#
# The nodes were our idea. sympy does not need them. It can put the formulas of one step into one, here from the four sums and the
# old memory, and differentiate that.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: one step as one formula
figures.the_gradients.at_once()

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Differentiate this with respect to $a_f$ on paper, and count the factors.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: a count of factors
predict("05.factors", "How many factors does your result have?", unit="factors")

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
# Answer: the derivative at once, and along the nodes
both, n_factors = figures.the_gradients.two_ways()
reveal("05.factors", n_factors)
both

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The same five factors, once as one long expression and once in the letters of the nodes. Algebra has compared
# them.
#
# </details>

# %% [markdown] slideshow={"slide_type": "fragment"}
# Five. The second line is what the walk along the nodes has found, and algebra says that both are the same function. In the
# nodes' letters each part is computed once, in the forward pass, and then only looked up.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two steps: where paths meet
#
# With one step every node had one reader, apart from z. With two steps that changes. What reads the memory $C_1$?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
two = symbolic.unroll(2)  # two steps, one after the other
readers = [node for node, slope in two.readers(sp.Symbol("C_1"))]
formulas.Lines([formulas.Formula(node, two.nodes[node]) for node in readers])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Two formulas contain the old memory. Ask for the second rule again: two readers, so two gradients, added.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Two readers: the output of its own step, and the memory of the next. So L depends on $C_1$ along two paths, and two
# gradients come back to it.

# %% slideshow={"slide_type": "skip"} tags=["output-only"]
# Figure: two steps, and the ways of the gradient
figures.the_gradients.way_back()

# %% [markdown] slideshow={"slide_type": "subslide", "picture": "way back", "layout": "beside"}
# The picture shows three meeting places, and each is a `+=` in the program:
#
# - **in $C_1$**: from $C_2$ along the memory, and from $h_1$;
# - **in $h_1$**: from the four gates of the next step, and from the loss;
# - **in the weights**: step 1 and step 2 use the same W.

# %% [markdown] slideshow={"slide_type": "skip"}
# (Something comes to $h_1$ from the loss only if the loss looks at $h_1$ itself. "Gates" stands for four nodes. The
# arrow from h goes to o alone, the one from C to f, i and C̃, so nothing is added there.)
#
# A reader of a well-known program once asked whether the first of these is "purely just a fudge factor"
# (nicodjimenez/lstm, issue 2). It is the second rule: where paths meet, add.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The hardest picture of the course; give it time. Trace with a finger from the loss back to C₁, along both ways.
# Somebody will call the second one a correction. It is a path like the other.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide", "picture": "way back", "layout": "beside"}
# **Predict.** Two steps of the same unit, silence at the second, and L is the last h. Two paths lead back into $C_1$.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: two paths into one memory
ways = ["the one through h", "both the same", "the one along the memory"]
predict("05.paths", "Which of the two paths carries more?", ways, limits=[0.99, 1.01])

# %% slideshow={"slide_type": "skip"}
X, state = np.array([0.5, 0.0]).reshape(2, 1, 1), (h_prev, C_prev)
hs, steps = lstm.forward(params, X, state)
one, zero = np.ones((1, 1)), np.zeros((1, 1))
_, _, dh_1, along_memory = lstm.step_backward(params, steps[1], one, zero)
through_h = dh_1 * steps[0].o_t * (1 - np.tanh(steps[0].C_t) ** 2)

# %% slideshow={"slide_type": "subslide", "printed": false} tags=["output-only"]
# Answer: both gradients that come back into the memory
reveal("05.paths", (along_memory / through_h).item())
print(f"into C_1:  along the memory {along_memory.item():.6f}  +=  through h_1 {through_h.item():.6f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Along the memory, but not by much: whoever forgets the path through h loses more than a third.

# %% [markdown] slideshow={"slide_type": "fragment"}
# Now leave one of the two out, as a program with `=` instead of `+=` would do, and compare with what really happens to
# $h_2$ when $C_1$ is moved a little.


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
def h_2_if(C_1):  # let step 1 end with another memory, and go on from there
    h_1 = steps[0].o_t * np.tanh(C_1)
    return lstm.step(params, X[1], h_1, C_1).h_t.item()


true = gradcheck.numerical_gradient(h_2_if, steps[0].C_t).item()
candidates = {"memory": along_memory, "h_1": through_h, "both": along_memory + through_h}
for words, dC_1 in candidates.items():
    verdict = "right" if np.isclose(dC_1.item(), true) else "wrong"
    print(f"{words:8} {dC_1.item():.6f}   {verdict}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# The room has voted; now measure. Each path alone is wrong by more than a third, both together are right to the
# last digit shown. Here somebody usually says aloud: so it is a sum.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": "way back", "layout": "beside"}
# ## Any number of steps
#
# The seven moves of one step, as a program. Only moves 1, 3 and 7 have to do with time: what arrives from the next step,
# where it is added, and what goes to the step before.


# %% slideshow={"slide_type": "skip"}
def through_the_squash(s, df_t, di_t, dC_tilde, do_t):
    da = {"f": df_t * sigmoid_grad(s.f_t), "i": di_t * sigmoid_grad(s.i_t)}
    return da | {"C": dC_tilde * tanh_grad(s.C_tilde), "o": do_t * sigmoid_grad(s.o_t)}


# %% slideshow={"slide_type": "skip"}
def step_backward(params, s, dh_t, dC_next):  # 1 receive
    H, tanh_C = len(s.h_t), np.tanh(s.C_t)
    do_t = dh_t * tanh_C  # 2 through the output
    dC_t = dC_next + dh_t * s.o_t * tanh_grad(tanh_C)  # 3 into the cell
    dC_tilde, di_t, df_t = dC_t * s.i_t, dC_t * s.C_tilde, dC_t * s.C_prev  # 4 to the gates
    da = through_the_squash(s, df_t, di_t, dC_tilde, do_t)  # 5
    grads = {f"W_{k}": da[k] @ s.z_t.T for k in da}  # 6 to the parameters
    grads |= {f"b_{k}": da[k].sum(axis=1, keepdims=True) for k in da}
    dz_t = sum(params[f"W_{k}"].T @ da[k] for k in da)  # 7 send back
    return grads, dz_t[H:], dz_t[:H], dC_t * s.f_t  # the last is dC_next one step earlier


# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Trace the three marks on the picture once more. Then ask which of the seven moves a plain RNN would not have:
# those of the memory, 3 and the half of 7.
#
# </details>


# %% [markdown] slideshow={"slide_type": "skip"}
# With B sequences side by side each column is a sequence, and all of them share the weights. So their gradients add up:
# in da · zᵀ the matrix product does it by itself, in the bias `sum` does it.
#
# Around it goes the loop over time, from the last step to the first. This is **backpropagation through time**, BPTT.


# %% slideshow={"slide_type": "subslide"}
def backward(params, dhs, steps):
    grads, dX = {name: np.zeros_like(p) for name, p in params.items()}, []
    dh_next = dC_next = np.zeros_like(steps[-1].h_t)  # after the end: nothing
    for s, dh_t in zip(reversed(steps), reversed(dhs), strict=True):
        dh_t = dh_t + dh_next
        here, dx_t, dh_next, dC_next = step_backward(params, s, dh_t, dC_next)
        for name in grads:
            grads[name] += here[name]  # the same weights at every step
        dX.append(dx_t)
    return grads, np.array(dX[::-1]), (dh_next, dC_next)


# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Apart from the sums over the four gates and over the B sequences, there are three places in these
# functions where something is added. Find them before you open the triangle.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# `dC_next +` in move 3, `dh_t + dh_next` before the call, `+=` for the weights. If time is short, this is the
# slide to keep.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>The three places</summary>
#
# `dC_next + …` in move 3, `dh_t + dh_next` before the step is called, and `grads[name] +=`. They are the three marks in the
# picture.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A check, at sizes that all differ: do these lines give what the library's `lstm.backward` gives?

# %% slideshow={"slide_type": "skip"}
# Table: these lines beside the library's
figures.the_gradients.beside_the_library(backward)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One proof and three checks
#
# Two programs by the same author can share a mistake. So the backward pass is compared with other ways of differentiating:
#
# 1. **computer algebra**, one expression for all steps: the proof;
# 2. **the library**, **complex steps** and **central differences**: checks at random numbers.

# %% [markdown] slideshow={"slide_type": "skip"}
# For the proof, put all steps into one expression and differentiate it. The chain rule's result and this one are
# polynomials in the σ and tanh of the cell, and all their coefficients are the same. That holds for all numbers at once.
# The three others are compared with this derivative at some numbers, and what is printed is the largest difference, relative to
# the largest entry and rounded up to a power of ten. (The last two move a number a little and look at the loss; they are the
# subject of [the next lesson](06_check_the_gradient.ipynb).)

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Table: how far each is from the direct derivative
figures.the_gradients.one_proof_three_checks(np.random.default_rng(2))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# "Exactly" is algebra, the others are digits. Eight to ten digits for central differences are what there is to get; the
# next lesson says why.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# In the last row, with two inputs, two units and two steps, each of the 48 gradients is the same polynomial on
# both sides. Both sides use the same σ′ and tanh′, which [lesson 03](03_the_formulas.ipynb) derived; central differences
# and complex steps know neither. What is proved is the formula for these sizes. For larger ones the tests of the library
# compare it with numerical derivatives, at hundreds of random sizes.

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["f_t", "C_t"]}
# ## What we found
#
# A backward pass is small derivatives and two rules: multiply along a path, add where paths meet. Paths meet in three places:
# in the memory, in h, and in the weights. Along the memory alone the gradient is multiplied by the forget gate and by nothing
# else.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for the two rules before you show them. Next lecture: a program with a wrong backward pass learns, too, so
# how does one find out?
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# **1. Fill the gap.** The most forgotten line. Given what arrives at $h_t$ and what arrives at $C_t$ from the next step,
# return the whole gradient of $C_t$.


# %% slideshow={"slide_type": "skip"}
def into_the_cell(dh_t, dC_next, o_t, C_t):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
# Check: both paths, in several cases
exercises.the_gradients.check_into_the_cell(into_the_cell)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# How many arrows meet in C in the picture of the two steps?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# One summand is `dC_next`. The other is `dh_t` times the local derivative of h = o · tanh(C) with respect to C.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def into_the_cell(dh_t, dC_next, o_t, C_t):
#     return dC_next + dh_t * o_t * (1 - np.tanh(C_t) ** 2)
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Put in order.** The loop over time, for the forget gate alone: what is done at each step t, from T back to 1. The
# lines are shuffled, and some of them are wrong. Leave the wrong ones out and return the labels of the others as one word, from
# the first to the last. Several orders are right; each line has to come after those whose results it needs.

# %% slideshow={"slide_type": "skip"}
# Table: thirteen lines, shuffled
exercises.the_gradients.show_lines()


# %% slideshow={"slide_type": "skip"}
def order():
    raise NotImplementedError  # return "…", one letter for each right line


# %% slideshow={"slide_type": "skip"}
# Check: your order of the lines
exercises.the_gradients.check_loop(order)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Look for lines that make the same thing in two ways. Of each such pair one is wrong. Then ask: which line needs nothing
# that this step has found?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# In each pair: is the second path there, is the index that of the forward formula, is $f_t$ squashed once, are the gradients of
# the steps added up, and does a line overwrite what another one reads?
#
# </details>
# <details><summary>Hint 3, the beginning</summary>
#
# First h, then e: everything else comes from $dC_t$.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def order():
#     return "helbigck"
# ```
#
# `k` may stand anywhere after `e`, and `i` anywhere after `b`. What is wrong in the others: `a` forgets a path, `d` overwrites,
# `f` is one step off, `j` squashes what is squashed already, `m` writes over a gradient that is still needed.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. One step back.** Fold the section *Any number of steps* away (the arrow beside its heading) and write the function anew. Moves
# 1, 2 and 6 are given, and of move 5 the part of the output gate. The rest is yours. A right answer is
# kept in your `my_lstm.py`.


# %% slideshow={"slide_type": "skip"}
def my_step_backward(params, s, dh_t, dC_next):  # 1 receive
    H, tanh_C = len(s.h_t), np.tanh(s.C_t)
    do_t = dh_t * tanh_C  # 2 through the output
    dC_t = ...  # 3 into the cell: yours
    # 4 to the gates: your lines
    da = {"o": do_t * sigmoid_grad(s.o_t)}  # 5 through the squash: f, i and C are yours
    raise NotImplementedError  # take this line out when yours are in
    grads = {f"W_{k}": da[k] @ s.z_t.T for k in da}  # 6 to the parameters
    grads |= {f"b_{k}": da[k].sum(axis=1, keepdims=True) for k in da}
    dz_t = ...  # 7 send back: yours
    return grads, dz_t[H:], dz_t[:H], dC_t * s.f_t


# %% slideshow={"slide_type": "skip"}
# Check: your step back, at several sizes
exercises.the_gradients.check_step_back(my_step_backward)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Move 3 is the line of exercise 1. The check names the first quantity that differs, in the order in which they are computed.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Each side of a product gets the other one: in formula 4, $f_t$ gets $C_{t-1}$, $i_t$ gets $\tilde C_t$, and $\tilde C_t$
# gets $i_t$. The slopes are `sigmoid_grad` of a gate and `tanh_grad` of the candidate, of the outputs as they stand in s.
#
# </details>
# <details><summary>Hint 3, the last line</summary>
#
# z is read by four sums: `dz_t` is a sum over k of `params[f"W_{k}"].T @ da[k]`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def my_step_backward(params, s, dh_t, dC_next):  # 1 receive
#     H, tanh_C = len(s.h_t), np.tanh(s.C_t)
#     do_t = dh_t * tanh_C  # 2 through the output
#     dC_t = dC_next + dh_t * s.o_t * tanh_grad(tanh_C)  # 3 into the cell
#     df_t, di_t = dC_t * s.C_prev, dC_t * s.C_tilde  # 4 to the gates
#     dC_tilde = dC_t * s.i_t
#     da = {"o": do_t * sigmoid_grad(s.o_t)}  # 5 through the squash
#     da |= {"f": df_t * sigmoid_grad(s.f_t), "i": di_t * sigmoid_grad(s.i_t)}
#     da |= {"C": dC_tilde * tanh_grad(s.C_tilde)}
#     grads = {f"W_{k}": da[k] @ s.z_t.T for k in da}  # 6 to the parameters
#     grads |= {f"b_{k}": da[k].sum(axis=1, keepdims=True) for k in da}
#     dz_t = sum(params[f"W_{k}"].T @ da[k] for k in da)  # 7 send back
#     return grads, dz_t[H:], dz_t[:H], dC_t * s.f_t
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Find the bug.** A cell with one gate, moves 6 and 7. The author tried it with as many inputs as units, saw the right shape
# everywhere and was content. One line is wrong. Return its number.


# %% slideshow={"slide_type": "skip"}
def to_parameters_and_back(W_f, da_f, z_t, dC_t, f_t):
    H = len(f_t)
    dW_f = da_f @ z_t.T  # line 1
    db_f = da_f.sum(axis=1, keepdims=True)  # line 2
    dz_t = W_f.T @ da_f  # line 3
    dx_t, dh_prev = dz_t[:H], dz_t[H:]  # line 4
    dC_prev = dC_t * f_t  # line 5
    return dW_f, db_f, dx_t, dh_prev, dC_prev


# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(5)  # three inputs, three units, four sequences
W_f, z_t = rng.normal(size=(3, 6)), rng.normal(size=(6, 4))
da_f, dC_t, f_t = rng.normal(size=(3, 3, 4))
went = to_parameters_and_back(W_f, da_f, z_t, dC_t, f_t)
print("dW_f, db_f, dx_t, dh_prev, dC_prev:", *(array.shape for array in went))


# %% slideshow={"slide_type": "skip"}
def wrong_line():
    raise NotImplementedError  # return a number from 1 to 5


# %% slideshow={"slide_type": "skip"}
# Check: the line that is wrong
exercises.the_gradients.check_wrong_line(wrong_line)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Some lines are held in place by their shapes: with the product turned round, or without the transpose, they would not run, or give
# another shape. Which line gives the same shapes either way, if D = H?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Which of the two was stacked on top in $z_t$?
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def wrong_line():
#     return 4
# ```
#
# h is on top: the first H rows of dz belong to it, and `dh_prev, dx_t = dz_t[:H], dz_t[H:]`. Sizes that all differ would have
# told: choose D ≠ H when you try your own code.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. The plain RNN.** Its cell is `h_t = np.tanh(W_h @ z_t + b_h)` with the same z. Write its backward step, on the model of
# ours. It has four of the seven moves.


# %% slideshow={"slide_type": "skip"}
def rnn_step_backward(W_h, z_t, h_t, dh_t):
    """Return dW_h, db_h, dx_t, dh_prev."""
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
# Check: four arrays, at several sizes
exercises.the_gradients.check_rnn(rnn_step_backward)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Receive, through the squash, to the parameters, send back.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# `da = dh_t * tanh_grad(h_t)`. With several columns `db_h` is a sum over them, and it stays a column: `keepdims=True`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def rnn_step_backward(W_h, z_t, h_t, dh_t):
#     da = dh_t * tanh_grad(h_t)
#     dz_t = W_h.T @ da
#     return da @ z_t.T, da.sum(axis=1, keepdims=True), dz_t[len(h_t) :], dz_t[: len(h_t)]
# ```
#
# The way back is multiplied by $W_h$ and by a slope at every step. There is no other path.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Two gradients arrive at $C_t$. Where do they come from?
# 2. Why is the gradient of a weight summed over time?
# 3. A gate has the output 0.8. What is its slope, and at which argument must it *not* be evaluated?
# 4. What is $\partial C_t/\partial C_{t-1}$ along the memory alone? And what else is there?
# 5. In which direction does BPTT walk through the steps, and what does it carry from one to the next?
#
# <details><summary>Answers</summary>
#
# 1. From $C_{t+1}$ along the memory, and from $h_t$ of the same step.
# 2. The same weight is used at every step: many paths lead from it to the loss, and where paths meet we add.
# 3. 0.8 · 0.2 = 0.16. It is computed from the output; not from the output put through σ again.
# 4. The forget gate $f_t$. The paths that leave the memory through an earlier h and come back through the gates.
# 5. From the last to the first. It carries dh and dC.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - S. Hochreiter, J. Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997: the constant error carousel,
#   and the truncated gradient.
# - A. Graves, J. Schmidhuber, *Framewise phoneme classification with bidirectional LSTM and other neural network
#   architectures*, Neural Networks 18(5–6), 2005: the full gradient.
# - nicodjimenez/lstm, issue 2, on GitHub: the fudge factor.
# - P. J. Werbos, *Backpropagation through time: what it does and how to do it*, Proceedings of the IEEE 78(10), 1990.

# %% slideshow={"slide_type": "skip"}
# Progress: your own LSTM so far
mine.progress()

# %% [markdown] slideshow={"slide_type": "skip"}
# Before: [One step by hand](04_one_step_by_hand.ipynb). Next: [Check the gradient](06_check_the_gradient.ipynb). Back to
# [Start here](00_start_here.ipynb).
