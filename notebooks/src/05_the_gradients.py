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
# **What you need.** The six formulas ([The formulas](03_the_formulas.ipynb)) and the step that you did by hand
# ([One step by hand](04_one_step_by_hand.ipynb)). The chain rule.
#
# **How long it takes.** About 60 minutes, with a pencil.

# %% [markdown] slideshow={"slide_type": "skip"}
# Training means: change each weight a little, in the direction that makes the loss smaller. For that we need to know
# how the loss answers to each weight, and that is what a gradient is. Courses and tutorials print the formulas for it, and
# some widely read ones printed wrong ones. The loss can still fall with a wrong gradient, so such mistakes live long. Here
# no formula is typed. They are made by computer algebra from the one definition of the cell that lesson 03 showed, and
# further down they are proved by algebra and tested in three ways.

# %% slideshow={"slide_type": "skip"}
import itertools
from pathlib import Path

import numpy as np
import sympy as sp

from lstm_lib import data, formulas, gradcheck, lstm, plotting, rnn, sigmoid, sigmoid_grad, symbolic, tanh_grad
from lstm_lib.lesson import check, check_choice, check_function, check_order, diagrams, ledger, mistakes, predict, reveal  # fmt: skip


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

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Answers</summary>
#
# 1. All three see the same sum, 0.1 + 0.5 + 1 = 1.6, and σ(1.6) is about 0.83.
# 2. (3, 5), (5, 4) and (3, 4): the columns of $W_f$ are as many as the rows of $z_t$, H + D.
# 3. On its only way back it is multiplied at every step, by the weights on h and by a slope. A product of many factors
#    below 1 goes to 0, and one of many above 1 grows without end.
#
# </details>

# %% slideshow={"slide_type": "skip"}
print(f"σ(1.6) = {sigmoid(1.6):.4f}")
before = lstm.init_params(2, 3, np.random.default_rng(0))
s = lstm.step(before, np.ones((2, 4)), np.ones((3, 4)), np.ones((3, 4)))
print("W_f, z_t and f_t:", before["W_f"].shape, s.z_t.shape, s.f_t.shape)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two rules, and a way to write
#
# L is the loss, one number. For any quantity q in the cell, **dq** is short for ∂L/∂q: how fast L grows when
# q grows. A small change δ of q changes L by about dq · δ. The code calls it `dq`, too.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Two rules are all we need.
#
# - **Along a path, multiply.** If q acts on L through r alone, dq is dr times ∂r/∂q.
# - **Where paths meet, add.** If q acts on L through r and through s, dq is the sum of what comes back from both.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Two fingers: *multiply along, add where paths meet*. Everything else today is bookkeeping. Most wrong programs
# break the second rule.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The factor ∂r/∂q is a **local derivative**: it needs nothing but the one formula that makes r from q. The rest of the
# network does not come into it. So the plan is: cut the cell into small nodes, differentiate each by itself, and walk
# backwards, multiplying along the paths and adding where they meet.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The cell, cut into nodes
#
# Lesson 03 wrote each gate in one line. For differentiating, cut that line in two: first the sum, called a, and then the
# squashing. Each node uses only nodes above it:

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
formulas.Lines(list(symbolic.CELL.values()))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Eleven nodes; ask which of them has the most readers. (z: four.)
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Eleven nodes. What they stand on, the three inputs $x_t$, $h_{t-1}$, $C_{t-1}$ and the eight parameters, has no formula:
# those are the leaves, and the gradients we want are those of the leaves.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** The memory node has four things in its formula. What are its four local derivatives? Write them down
# before you go on; each is a single letter.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
memory = [symbolic.LOCAL["C_t", argument] for argument in ("f_t", "C_prev", "i_t", "C_tilde")]
formulas.Lines([symbolic.CELL["C_t"], *memory])

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

# %% [markdown] slideshow={"slide_type": "subslide"}
# The output node:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
formulas.Lines([symbolic.CELL["h_t"], symbolic.LOCAL["h_t", "o_t"], symbolic.LOCAL["h_t", "C_t"]])

# %% [markdown] slideshow={"slide_type": "subslide"}
# And the four that squash.
#
# **Predict.** All that you know of a σ is its *output*, s = 0.9. How steep is it there?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("05.slope", "How steep is σ where its output is 0.9?", ["0.9", "0.09", "0.21", "0.25"])

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
squash = [("f_t", "a_f"), ("i_t", "a_i"), ("C_tilde", "a_C"), ("o_t", "a_o")]
formulas.Lines([formula for node, a in squash for formula in (symbolic.CELL[node], symbolic.LOCAL[node, a])])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# 0.09. People who say 0.25 know the largest slope, those who say 0.21 have put the output through σ once more.
# That mistake was in print for years.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# It is 0.9 · 0.1 = 0.09. The derivatives are written with the node's own output, which the forward pass has already
# computed. Here lies a trap that many have stepped into: the expression is s (1 − s) with s = σ(a). Put a in, or apply σ a second time, and
# you get numbers that are wrong, and the second kind even looks reasonable:

# %% slideshow={"slide_type": "skip"}
s = 0.9
a = np.log(s / (1 - s))  # the a with σ(a) = 0.9
again = 1 / (1 + np.exp(-s))  # σ of the output, one σ too many
print(f"right: {s * (1 - s):.4f}   with a in place of s: {a * (1 - a):.4f}   with σ(s): {again * (1 - again):.4f}")
assert np.isclose(sigmoid_grad(s), gradcheck.numerical_gradient(lambda a: 1 / (1 + np.exp(-a)), np.array(a)))
reveal("05.slope", np.argmin(np.abs(np.array([0.9, 0.09, 0.21, 0.25]) - s * (1 - s))))

# %% [markdown] slideshow={"slide_type": "skip"}
# How were these found? Take one entry of a column, treat every node in it as a letter of its own, and ask sympy. That is
# all that `LOCAL` does:

# %% slideshow={"slide_type": "skip"}
f, C_before, i, c = sp.symbols("f C_before i c")
assert sp.diff(f * C_before + i * c, f) == C_before
assert len(symbolic.LOCAL) == 10  # four for the memory, two for the output, four for the squashing

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The sums, with one unit and with many
#
# One kind of node is left, the sum a = W · z + b. With one unit and one input it is two products and a bias:


# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
def local(unrolled, reader, symbol):
    """The local derivative of a node of one unit, as a formula."""
    reader, symbol = sp.Symbol(reader), sp.Symbol(symbol)
    return formulas.Formula(sp.Symbol(f"∂{reader}/∂{symbol}"), dict(unrolled.readers(symbol))[reader])


one = symbolic.unroll(1)
sum_in_f = formulas.Formula(sp.Symbol("a_f_1"), one.nodes[sp.Symbol("a_f_1")])
formulas.Lines([sum_in_f, *(local(one, "a_f_1", symbol) for symbol in ("W_fh", "W_fx", "b_f", "h_0", "x_1"))])

# %% [markdown] slideshow={"slide_type": "skip"}
# A weight's derivative is what it is multiplied with; what it is multiplied with has the weight. Now with many units. The entry
# of W in row j and column k stands in the sum of unit j only, multiplied by entry k of z. So its gradient is da of unit j
# times z of entry k: a column times a row. And entry k of z stands in the sum of *every* unit, so there what comes back
# is added up over the units, and that is a product with the transposed matrix, Wᵀ.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** W has shape (H, H+D), da has (H, 1), z has (H+D, 1). The gradient of W is a product of two of them.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("05.product", "Which of these is dW?", ["da · zᵀ", "z · daᵀ", "daᵀ · z"])

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
formulas.Lines([symbolic.CELL["a_f"], symbolic.BACKWARD["dW_f"], symbolic.BACKWARD["db_f"]])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Let shapes decide, and nobody has to remember a transpose: (H, 1) times (1, H+D).
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# da · zᵀ: it is (H, 1) times (1, H+D). The second has the shape of Wᵀ, and the third cannot be formed at all.

# %% slideshow={"slide_type": "skip"}
W, da, z = np.zeros((3, 5)), np.zeros((3, 1)), np.zeros((5, 1))
pairs = [(da, z.T), (z, da.T), (da.T, z)]
shapes = [(left.shape[0], right.shape[1]) if left.shape[1] == right.shape[0] else None for left, right in pairs]
assert shapes == [W.shape, W.T.shape, None]
reveal("05.product", shapes.index(W.shape))

# %% [markdown] slideshow={"slide_type": "subslide"}
# z is read by four sums, so four gradients meet in it. h was stacked on top of x, so the first H rows of dz belong to h, in
# NumPy `[:H]`, and the others to x:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
formulas.Lines(
    [symbolic.CELL["z_t"], symbolic.BACKWARD["dz_t"], symbolic.BACKWARD["dh_prev"], symbolic.BACKWARD["dx_t"]]
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step in full
#
# Take the primer's example: x = 0.5, h = 0.1, C = 0.2, all weights and biases 1. Let the loss be what the unit says, L = h.
# Then the gradient that arrives at $h_t$ is 1.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Everybody has the forward numbers of lesson 04. If not, they are on the next slide.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Follow with a pencil: each forward formula is repeated, and below it stands what comes back.

# %% slideshow={"slide_type": "skip"}
params, x_t, h_prev, C_prev = data.walkthrough()
step = lstm.step(params, x_t, h_prev, C_prev)
numbers = params | step._asdict() | {"x_t": x_t, "h_prev": h_prev}
numbers |= {f"a_{k}": params[f"W_{k}"] @ step.z_t + params[f"b_{k}"] for k in "fiCo"}
numbers |= {"dh_t": np.array([[1.0]]), "dC_next": np.array([[0.0]])}  # 1 receive


def below(forward, *backward):
    """Show forward formulas with their values, and what comes back below them."""
    for name in backward:
        numbers[name] = symbolic.BACKWARD[name].compute(numbers)
    return formulas.Lines([symbolic.CELL[forward], *(symbolic.BACKWARD[name] for name in backward)], numbers)


def several(*pairs):
    """The same for several nodes."""
    return formulas.Lines(
        [line for forward, back in pairs for line in below(forward, *back.split()).formulas], numbers
    )


# %% [markdown] slideshow={"slide_type": "subslide"}
# The forward pass has left these numbers:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
tanh_C = formulas.Formula(sp.MatrixSymbol("tanh C_t", symbolic.H, 1), symbolic.LOCAL["h_t", "o_t"].right)
formulas.Lines(
    [*(symbolic.CELL[name] for name in ("f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t")), tanh_C], numbers
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **1 Receive.** From above comes dh = 1. What the next step sends back along the memory, $dC_{next}$, is 0 here: there
# is no next step.
#
# **2 Through the output.** h is a product, so the output gate receives the other factor:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
below("h_t", "do_t")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The moves have numbers because the program has the same ones. Let people compute each line before it appears.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **3 Into the cell.** The memory receives two things: what arrives from the next step, and what comes through $h_t$.
# They are added.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
below("h_t", "dC_t")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The most forgotten line in print. Today dC_next is 0, so nobody notices when it is missing; that is why one-step
# examples cannot test it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **4 Split to the gates.** From the memory the gradient goes on to the two gates and the candidate that made it.
#
# **Predict.** The old memory was 0.2, the candidate 0.92.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("05.hears", "Which gate hears more?", ["the forget gate", "the input gate", "both the same"])

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
below("C_t", "df_t", "di_t", "dC_tilde")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The input gate, four times as loudly. Ask what a forget gate can learn while the memory is empty: nothing.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The input gate, more than four times as loudly. A forget gate learns in proportion to the memory it guards; where the
# memory is empty, nothing can be learned about keeping it.

# %% slideshow={"slide_type": "skip"}
assert numbers["di_t"] > 4 * numbers["df_t"]
reveal("05.hears", np.argmax([numbers["df_t"], numbers["di_t"]]))

# %% [markdown] slideshow={"slide_type": "subslide"}
# **5 Through the squash.** Each is multiplied by the slope of its σ or tanh:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
several(("f_t", "da_f"), ("i_t", "da_i"), ("C_tilde", "da_C"), ("o_t", "da_o"))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# All slopes come from the outputs that are already there. Nobody has to compute an exponential again.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The output gate has by far the largest gradient *here*. It is reached past tanh(C) = 0.73, the three others through
# dC = 0.39. With an empty memory tanh(C) is 0, and the output gate hears nothing.

# %% slideshow={"slide_type": "skip"}
assert numbers["da_o"] > 2 * max(numbers[f"da_{k}"] for k in "fiC")

# %% [markdown] slideshow={"slide_type": "subslide"}
# **6 To the parameters.**
#
# **Predict.** Each gate has a weight on h = 0.1 and one on x = 0.5. Compare their gradients.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("05.weights", "By which factor is the gradient of the weight on x larger than that of the weight on h?")

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
several(("a_f", "dW_f db_f"), ("a_i", "dW_i db_i"), ("a_C", "dW_C db_C"), ("a_o", "dW_o db_o"))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Five times, because x is five times h.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Five times, as x is five times h. In each pair the first number belongs to h, the second to x. A bias is multiplied by 1,
# so its gradient is da itself.

# %% slideshow={"slide_type": "skip"}
on_h, on_x = np.array([numbers[f"dW_{k}"][0] for k in "fiCo"]).T
assert np.allclose(on_x / on_h, x_t / h_prev, rtol=1e-12)
reveal("05.weights", on_x[0] / on_h[0])

# %% [markdown] slideshow={"slide_type": "subslide"}
# **7 Send back.** All that remains is for the step before: what reaches the old h and the old C, and the input.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
several(("z_t", "dz_t dh_prev dx_t"), ("C_t", "dC_prev"))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# What reaches h is a sum over four gates, what reaches C is one product.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The two entries of dz are equal because all weights are, and the old memory receives the same as the candidate only
# because f = i here. Two checks on paper: dz is the sum of the four da above, and dC of the old memory is dC times f. The
# library agrees to 14 digits with all that leaves this step:

# %% slideshow={"slide_type": "skip"}
grads, dx_t, dh_prev, dC_prev = lstm.step_backward(params, step, numbers["dh_t"], numbers["dC_next"])
library = {f"d{name}": gradient for name, gradient in grads.items()}
library |= {"dx_t": dx_t, "dh_prev": dh_prev, "dC_prev": dC_prev}
for name, gradient in library.items():
    assert np.allclose(symbolic.BACKWARD[name].compute(numbers), gradient, rtol=1e-14, atol=0)
assert np.allclose(numbers["dz_t"], sum(numbers[f"da_{k}"] for k in "fiCo"), rtol=1e-14, atol=0)
assert np.isclose(numbers["dC_prev"], numbers["dC_t"] * step.f_t, rtol=1e-14, atol=0)
print(f"dx = dh_prev = {dx_t.item():.12f}, dC_prev = {dC_prev.item():.12f}")

# %% [markdown] slideshow={"slide_type": "slide"}
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
# The same table can be printed, full, half filled or blank. The next cell writes the three into the folder `_build`. In the
# file browser open that folder, right-click `ledger_blank.html`, choose *Open in New Browser Tab*, and print it: two
# sheets, A4, landscape. Then fill it in before you go on. The page has a card for looking up σ and tanh. With it your
# numbers may differ by 0.001 from the full page, which is the straight line between two entries of the card.

# %% slideshow={"slide_type": "skip"}
folder = Path("_build")
folder.mkdir(exist_ok=True)
for fade in ("full", "half", "blank"):
    (folder / f"ledger_{fade}.html").write_text(ledger.make(fade=fade).page(), encoding="utf-8")
    print(f"wrote ledger_{fade}.html into {folder}")

# %% [markdown] slideshow={"slide_type": "skip"}
# (For other numbers, `ledger.make("quarters")` has small fractions and gradients of both signs; `T=2` makes two steps, on
# four sheets.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## All at once, and the same
#
# The nodes were our idea. sympy does not need them: it can put the formulas into one and differentiate that. The loss of
# one step, from the four sums and the old memory:


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
def composed(expression):
    """Put the formulas of all nodes in, but leave the sums a as they are."""
    nodes = {symbol: formula for symbol, formula in one.nodes.items() if not symbol.name.startswith("a")}
    while expression.free_symbols & nodes.keys():
        expression = expression.xreplace(nodes)
    return expression


h_1, a_f = sp.symbols("h_1 a_f_1")
formulas.Formula(h_1, composed(h_1))

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Differentiate this with respect to $a_f$ on paper, and count the factors.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("05.factors", "How many factors does your result have?", unit="factors")

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
at_once = sp.diff(composed(h_1), a_f)
formulas.Formula(sp.Symbol("∂h_1/∂a_f_1"), at_once)

# %% [markdown] slideshow={"slide_type": "skip"}
# Five. And here is what the walk along the nodes has found for the same derivative, in the nodes' own letters. (A bias is
# multiplied by 1, so $db_f$ is $da_f$.)

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
seeds = {sp.Symbol("dh_1_loss"): 1, sp.Symbol("dC_next"): 0}
by_nodes = one.chain_rule()["b_f"].item().subs(seeds)
formulas.Formula(sp.Symbol("da_f_1"), by_nodes)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# The same five factors, once as one long expression and once in the letters of the nodes. Algebra has compared
# them.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
assert sp.expand(composed(by_nodes) - at_once) == 0 and len(by_nodes.args) == 5
print("the same")
reveal("05.factors", len(by_nodes.args))

# %% [markdown] slideshow={"slide_type": "skip"}
# The same function. In the nodes' letters each part is computed once, in the forward pass, and then only looked up.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two steps: where paths meet
#
# With one step every node had one reader, apart from z. With two steps that changes. What reads the memory $C_1$?

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
two = symbolic.unroll(2)
formulas.Lines([formulas.Formula(node, two.nodes[node]) for node, _ in two.readers(sp.Symbol("C_1"))])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Two formulas contain the old memory. Ask for the second rule again: two readers, so two gradients, added.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Two readers: the output of its own step, and the memory of the next. So L depends on $C_1$ along two paths, and two
# gradients come back to it.

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    diagrams.draw_way_back().figure,
    "Two steps of one unit, with arrows for the gradient, which runs from right to left. From the loss it enters h 2, "
    "goes up to C 2 and to the gates of step 2. From C 2 it runs along the top to C 1, times f 2, and to the gates. From "
    "the gates of step 2 it goes to h 1 and down to the weights W. From h 1 and C 1 it goes to the gates of step 1, and from "
    "those to h 0 and W; from C 1 on to C 0, times f 1. Three places where two arrows meet are marked with plus-equals: "
    "C 1, from C 2 and h 1; h 1, from the gates of step 2 and, dashed, from the loss; W, from the gates of both steps.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The picture shows three meeting places, and each is a `+=` in the program:
#
# - **in $C_1$**: from $C_2$ along the memory, and from $h_1$;
# - **in $h_1$**: from the four gates of the next step, and from the loss;
# - **in the weights**: step 1 and step 2 use the same W.

# %% [markdown] slideshow={"slide_type": "skip"}
# (Something comes to $h_1$ from the loss only if the loss looks at $h_1$ itself.)
#
# A reader of a well-known program once asked whether the first of these is "purely just a fudge factor"
# (nicodjimenez/lstm, issue 2). It is the second rule: where paths meet, add. ("Gates" stands for four nodes. The
# arrow from h goes to o alone, the one from C to f, i and C̃, so nothing is added there.)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# The hardest picture of the course; give it time. Trace with a finger from the loss back to C₁, along both ways.
# Somebody will call the second one a correction. It is a path like the other.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** Two steps of the primer's unit, silence at the second, and L is the last h. Two paths lead back into $C_1$.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("05.paths", "Which path into C_1 carries more?", ["along the memory", "through h_1", "both the same"])

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
X, state = np.array([0.5, 0.0]).reshape(2, 1, 1), (h_prev, C_prev)
hs, steps = lstm.forward(params, X, state)
last = np.array([[1.0]])
grads_2, _, dh_1, along_memory = lstm.step_backward(params, steps[1], last, np.zeros((1, 1)))
through_h = symbolic.LOCAL["h_t", "C_t"].compute(steps[0]._asdict()) * dh_1
print(f"into C_1:  along the memory {along_memory.item():.6f}  +=  through h_1 {through_h.item():.6f}")
assert (along_memory + through_h) / 3 < through_h < along_memory
reveal("05.paths", np.argmax([along_memory, through_h]))

# %% [markdown] slideshow={"slide_type": "fragment"}
# Along the memory, but not by much: whoever forgets the path through h loses more than a third.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Now leave one of the two out, as a program with `=` instead of `+=` would do, and compare with what really happens to
# $h_2$ when $C_1$ is moved a little:


# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
def h_2_if(C_1):
    """Let step 1 end with another memory, and go on from there."""
    h_1 = steps[0].o_t * np.tanh(C_1)
    return lstm.step(params, X[1], h_1, C_1).h_t.item()


true = gradcheck.numerical_gradient(h_2_if, steps[0].C_t).item()
for words, dC_1 in [("memory", along_memory), ("h_1", through_h), ("both", along_memory + through_h)]:
    print(f"{words:8} {dC_1.item():.6f}   {'right' if np.isclose(dC_1.item(), true) else 'wrong'}")
assert np.isclose((along_memory + through_h).item(), true)

# %% [markdown] slideshow={"slide_type": "skip"}
# The ledger for two steps has more than one line where paths meet:

# %% slideshow={"slide_type": "skip"}
ledger.make(T=2)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Any number of steps
#
# The seven moves of one step, as a program. Only moves 1, 3 and 7 have to do with time: what arrives from the next step,
# where it is added, and what goes to the step before.


# %% slideshow={"slide_type": "skip"}
def through_the_squash(s, df_t, di_t, dC_tilde, do_t):
    slopes = {"C": tanh_grad(s.C_tilde)} | {
        k: sigmoid_grad(g) for k, g in zip("fio", (s.f_t, s.i_t, s.o_t), strict=True)
    }
    return {k: slopes[k] * dk for k, dk in {"C": dC_tilde, "f": df_t, "i": di_t, "o": do_t}.items()}


# %% slideshow={"slide_type": "subslide"}
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
# Read the numbers at the ends of the lines: they are the moves. Ask which two lines a plain RNN would not have.
#
# </details>


# %% [markdown] slideshow={"slide_type": "skip"}
# With B sequences side by side each column is a sequence, and all of them share the weights. So their gradients add up:
# in da · zᵀ the matrix product does it by itself, in the bias `sum` does it.
#
# Around it goes the loop over time, from the last step to the first. This is **backpropagation through time**, BPTT.


# %% slideshow={"slide_type": "subslide"}
def backward(params, dhs, steps):
    grads = {name: np.zeros_like(p) for name, p in params.items()}
    dh_next = dC_next = np.zeros_like(steps[-1].h_t)  # nothing comes from after the end
    dX = []
    for s, dh_t in zip(reversed(steps), reversed(dhs), strict=True):
        step_grads, dx_t, dh_next, dC_next = step_backward(params, s, dh_t + dh_next, dC_next)
        for name in grads:
            grads[name] += step_grads[name]  # the same weights at every step
        dX.append(dx_t)
    return grads, np.array(dX[::-1]), (dh_next, dC_next)


# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Apart from the sums over the four gates and over the B sequences, there are three places in these
# functions where something is added. Find them before you read on.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# `dC_next +` in move 3, `dh_t + dh_next` in the call, `+=` for the weights. If time is short, this is the slide to
# keep.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# `dC_next + …` in move 3, `dh_t + dh_next` when the step is called, and `grads[name] +=`. They are the three marks in the
# picture. Now the proof that these lines are the library's `lstm.backward`, at sizes that all differ:

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(5)
for T, D, H, B in [(5, 2, 3, 4), (7, 4, 1, 2), (3, 1, 5, 6)]:
    some = lstm.init_params(D, H, rng)
    start = rng.normal(size=(H, B)), rng.normal(size=(H, B))
    outputs, trace = lstm.forward(some, rng.normal(size=(T, D, B)), start)
    dhs = rng.normal(size=outputs.shape)
    mine, theirs = backward(some, dhs, trace), lstm.backward(some, dhs, trace)
    for name in some:
        assert np.allclose(mine[0][name], theirs[0][name], rtol=1e-12, atol=1e-13)
    assert np.allclose(mine[1], theirs[1], rtol=1e-12) and np.allclose(mine[2], theirs[2], rtol=1e-12)
print("the same as lstm.backward")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One proof and three tests
#
# Two programs by the same author can share a mistake. So the backward pass is compared with ways of differentiating
# that do not walk along the nodes:
#
# 1. **computer algebra**, one expression for all steps;
# 2. **the library**, at random numbers;
# 3. **central differences**;
# 4. **complex steps**.

# %% [markdown] slideshow={"slide_type": "skip"}
# The first is the proof. Put all steps into one expression and differentiate it: chain rule and direct derivative are
# polynomials in the σ and tanh of the cell, and all their coefficients are the same. That holds for all numbers at once.
# The three others are compared with this derivative. (The last two take the library's forward pass, and are the subject
# of [the next lesson](06_check_the_gradient.ipynb).)

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
print("T D H   chain rule = derivative   library     central differences   complex step")
for T, D, H in [(1, 1, 1), (2, 1, 1), (3, 1, 1), (2, 2, 2)]:
    assert symbolic.chain_rule_error(T, D, H) == 0
    errors = symbolic.gradient_errors(T, D, H, rng)
    assert errors["library"] < 1e-12 and errors["central differences"] < 1e-7 and errors["complex steps"] < 1e-12
    print(f"{T} {D} {H}   {'exactly':25} to 12 digits to 7 digits           to 12 digits")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# "Exactly" is algebra, the others are digits. Seven digits for central differences are what there is to get; the
# next lesson says why.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# With two inputs, two units and two steps there are 48 gradients in the last row, and each is the same polynomial on
# both sides. Both sides use the same σ′ and tanh′, which [lesson 03](03_the_formulas.ipynb) derived; central differences
# and complex steps know neither. What is proved is the formula for these sizes. For larger ones the tests of the library
# compare it with numerical derivatives, at hundreds of random sizes.

# %% slideshow={"slide_type": "skip"}
assert sum(array.size for array in symbolic.unroll(2, 2, 2).leaves.values()) == 48

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What comes back from far away
#
# How much does the last memory depend on the first? Ask for ∂C₂/∂C₀ of two steps:

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
arrives = dict.fromkeys(two.arriving["dhs"].flat, 0) | {sp.Symbol("dC_next"): 1}
total = two.chain_rule()["C_0"].item().subs(arrives)
formulas.Formula(sp.Symbol("∂C_2/∂C_0"), total)

# %% [markdown] slideshow={"slide_type": "subslide"}
# There are two parts. The **direct** part runs along the memory: it is the product of the forget gates. The rest
# runs **through h**: the memory is shown, the gates of the next step see it, and they change the memory.

# %% [markdown] slideshow={"slide_type": "skip"}
# (Multiply $f_1$ into the bracket to see them.) Each term of the rest has a weight on h in it, so a unit that does
# not listen to itself has the direct part only:

# %% slideshow={"slide_type": "skip"}
deaf = total.subs(dict.fromkeys(sp.symbols("W_fh W_ih W_Ch W_oh"), 0))
assert deaf == sp.prod(sp.symbols("f_1 f_2"))
formulas.Formula(sp.Symbol("∂C_2/∂C_0"), deaf)

# %% [markdown] slideshow={"slide_type": "skip"}
# Nothing else is there. For T steps the direct part is the product of all T forget gates, and the rest is everything that
# leaves the memory at least once on the way.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** You may have read that an LSTM's gradient cannot vanish. And that it cannot explode.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
predict("05.far", "What is true?", ["it cannot vanish", "it cannot explode", "both", "neither of the two"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Hands for: the first, the second, both, neither. Both is the favourite, and it is what many pages say. Wait for
# the four panels.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# To compute both parts for many steps, send two gradients back side by side. `step_backward` is linear in what it
# receives, so the part that has stayed in the memory so far can travel apart from the part that has left it at least
# once. What arrives at an earlier h goes into the memory of the same step, as always.


# %% slideshow={"slide_type": "skip"}
def both_parts(params, steps):
    """Split ∂C_T/∂C_{T-n}, for n = 1, 2, …, T - 1, into the part along the memory and the part through h."""
    zero = np.zeros((1, 1))
    direct, through, dh, parts = np.ones((1, 1)), zero, zero, []
    for s, before in itertools.pairwise(reversed(steps)):
        _, _, dh_left, direct = step_backward(params, s, zero, direct)  # some leaves the memory here, as dh
        _, _, dh_other, through = step_backward(params, s, dh, through)
        dh = dh_left + dh_other
        into_memory = dh * symbolic.LOCAL["h_t", "C_t"].compute(before._asdict())
        parts.append((direct.item(), (through + into_memory).item()))
    return np.array(parts).T


# %% [markdown] slideshow={"slide_type": "skip"}
# Four units. They read x with weight 0.5 everywhere, and differ in the bias of the forget gate, in how their candidate
# listens to the unit's own last output (its weight on h; the gates do not listen), and in what they read: noise, or
# silence.

# %% slideshow={"slide_type": "skip"}
T = 40
noise, silence = np.random.default_rng(6).normal(size=(T, 1, 1)), np.zeros((T, 1, 1))
units = {
    "b_f = 1, weight 0": (1.0, 0.0, noise),
    "b_f = 5, weight 0": (5.0, 0.0, noise),
    "b_f = 5, weight −1": (5.0, -1.0, noise),
    "b_f = 0, weight 6, silence": (0.0, 6.0, silence),
}


def unit(b_f, weight):
    arrays = {f"W_{k}": np.array([[0.0, 0.5]]) for k in "fiCo"} | {f"b_{k}": np.zeros((1, 1)) for k in "fiCo"}
    return arrays | {"b_f": np.array([[b_f]]), "W_C": np.array([[weight, 0.5]])}


# %% [markdown] slideshow={"slide_type": "skip"}
# And a check that the two parts are all there is: move the memory of step T − n by a complex step, let everything after it
# follow, and look at the last memory.


# %% slideshow={"slide_type": "skip"}
def truth(params, steps, X, n):
    def last_memory(C):
        h = steps[T - n - 1].o_t * np.tanh(C)
        for x in X[T - n :]:
            s = lstm.step(params, x, h, C)
            h, C = s.h_t, s.C_t
        return C.sum()

    return gradcheck.complex_step_gradient(last_memory, steps[T - n - 1].C_t).item()


# %% slideshow={"slide_type": "skip"}
parts = {}
for words, (b_f, weight, X) in units.items():
    _, steps = lstm.forward(unit(b_f, weight), X)
    direct, through = parts[words] = both_parts(unit(b_f, weight), steps)
    for n in (1, 2, 10, 39):
        error = direct[n - 1] + through[n - 1] - truth(unit(b_f, weight), steps, X, n)
        assert abs(error) < 1e-12 * (abs(direct[n - 1]) + abs(through[n - 1]))
    assert np.isclose(direct[-1], np.prod(lstm.stack(steps).f_t[1:]), rtol=1e-12, atol=0)  # 39 forget gates
    print(f"{words:27} along the memory {direct[-1]:8.1e}   through h {through[-1]:9.1e}")

# %% slideshow={"slide_type": "skip"}
fig, axes = plotting.figure(height=4.6, nrows=2, ncols=2, sharex=True)
for ax, (words, (direct, through)) in zip(axes.flat, parts.items(), strict=True):
    lags = range(1, T)
    plotting.curve(ax, lags, abs(direct + through), "x_t", label="both together", lw=5, marker="", alpha=0.5)
    plotting.curve(ax, lags, abs(direct), "f_t", label="along the memory")
    if through.any():
        plotting.curve(ax, lags, abs(through), "h_t", label="through h")
    ax.set(yscale="log", title=words, ylim=(1e-6, 2) if ax is not axes[1, 1] else None)
fig.supxlabel("steps back n"), fig.supylabel(r"size of $\partial C_T / \partial C_{T-n}$")
fig.legend(*axes[1, 1].get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
four_panels = fig

# %% slideshow={"slide_type": "subslide"} tags=["output-only"]
plotting.show(
    four_panels,
    "Four panels, the size of the derivative of the last memory with respect to the memory n steps before, on a "
    "logarithmic scale, for n up to 39. Forget bias 1: the part along the memory falls, nearly in a straight line, to a "
    "few millionths. Forget bias 5: it stays above 0.7. Forget bias 5 and a unit that listens to itself with weight minus "
    "one: the part along the memory is the same, the part through h soon has nearly the same size (and the other sign, as "
    "the printed table says), and the two together fall below a thousandth. Silence with weight 6: the part along the "
    "memory falls to about ten to the minus twelve, the part through h grows beyond ten to the eleven.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Neither sentence is true. The first unit's gradient vanishes. The second keeps three quarters of it. In the third
# the two parts cancel each other. The fourth explodes, through h.

# %% [markdown] slideshow={"slide_type": "skip"}
# In the first the factor is 39 gates of about 0.73. The third has the same open gates as the second, and still
# little is left. In the fourth the direct part is long gone.

# %% slideshow={"slide_type": "skip"}
ends = [(abs(direct[-1]), abs(through[-1]), abs(direct[-1] + through[-1])) for direct, through in parts.values()]
assert ends[0][2] < 1e-5 and abs(ends[0][0] ** (1 / 39) - 0.73) < 0.01
assert ends[1][2] > 0.7
assert ends[2][0] > 0.7 and ends[2][1] > 0.7 and ends[2][2] < 1e-3
assert ends[3][0] < 1e-11 and ends[3][1] > 1e11
totals = [total for _, _, total in ends]
vanishes, explodes = min(totals) < 1e-3, max(totals) > 1e3
reveal("05.far", [(False, True), (True, False), (False, False), (True, True)].index((vanishes, explodes)))

# %% [markdown] slideshow={"slide_type": "skip"}
# The fourth stands on a knife's edge. In silence its memory is exactly 0, where tanh is steepest. The least input pushes
# it off, then tanh flattens, and the gradient shrinks again. An explosion needs such a place, but training may well pass
# one.

# %% slideshow={"slide_type": "skip"}
nearly_silent = silence + 1e-6
_, steps = lstm.forward(unit(0.0, 6.0), nearly_silent)
direct, through = both_parts(unit(0.0, 6.0), steps)
print(f"with an input of 0.000001: through h {through[-1]:.1e}, at most {abs(through).max():.1e} on the way")
assert abs(through).max() < 1e-3 * ends[3][1]

# %% [markdown] slideshow={"slide_type": "subslide"}
# What is true is this. An LSTM has a path on which the gradient is multiplied by nothing but forget gates, and it can learn
# to hold them open.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# This is the careful form of the sentence that everybody quotes.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# (The LSTM of 1997 had that path with the constant factor 1, and its training rule cut the paths
# through h on purpose. Today the full gradient is used.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we found
#
# A backward pass is small derivatives and two rules: multiply along a path, add where paths meet, in three places. From
# far away, the part along the memory is the product of the forget gates; the part through h can vanish or explode.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# **1. Fill the gap.** The most forgotten line. Given what arrives at $h_t$ and what arrives at $C_t$ from the next step,
# return the whole gradient of $C_t$.


# %% slideshow={"slide_type": "skip"}
def into_the_cell(dh_t, dC_next, o_t, C_t):
    raise NotImplementedError  # your line instead of this one


# %% slideshow={"slide_type": "skip"}
def both_paths(dh_t, dC_next, o_t, C_t):
    return symbolic.BACKWARD["dC_t"].compute({"dh_t": dh_t, "dC_next": dC_next, "o_t": o_t, "C_t": C_t})


by_name = {
    "dropped_dC": lambda dh, dC, o, C: dh * o * (1 - np.tanh(C) ** 2),
    "dropped_path_through_h": lambda dh, dC, o, C: dC,
    "slope_of_C": lambda dh, dC, o, C: dC + dh * o * (1 - C**2),
    "no_slope_of_tanh": lambda dh, dC, o, C: dC + dh * o,
    "no_o_in_path": lambda dh, dC, o, C: dC + dh * (1 - np.tanh(C) ** 2),
    "path_through_tanh_C": lambda dh, dC, o, C: dC + dh * o * np.tanh(C),
    "slope_without_square": lambda dh, dC, o, C: dC + dh * o * (1 - np.tanh(C)),
    "slope_of_slope": lambda dh, dC, o, C: dC + dh * o * (1 - np.tanh(np.tanh(C)) ** 2),
    "slope_of_both_paths": lambda dh, dC, o, C: (dC + dh * o) * (1 - np.tanh(C) ** 2),
    "product_of_paths": lambda dh, dC, o, C: dC * dh * o * (1 - np.tanh(C) ** 2),
    "path_through_h_subtracted": lambda dh, dC, o, C: dC - dh * o * (1 - np.tanh(C) ** 2),
}
slips = {f"You get this if {mistakes.CATALOGUE[name].words}.": wrong for name, wrong in by_name.items()}

# %% slideshow={"slide_type": "skip"}
draw = np.random.default_rng(2).normal(size=(3, 4, 3, 2))
draw[1, 0] = draw[2, 1] = 0  # nothing arrives at h; nothing arrives from the next step
check("the whole gradient of C_t", into_the_cell, both_paths, given=[tuple(case) for case in draw], known=slips)

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
LINES = {
    "a": "dC_t = dC_next",
    "b": "da_f = df_t * f_t * (1 - f_t)",
    "c": "dh_next = dz_t[:H]",
    "d": 'grads["W_f"] = da_f @ z_t.T',
    "e": "dC_t = dC_next + dh_t * o_t * (1 - np.tanh(C_t) ** 2)",
    "f": "df_t = dC_t * C_t",
    "g": "dz_t = W_f.T @ da_f + …  # and the same for i, C and o",
    "h": "dh_t = dhs[t] + dh_next",
    "i": 'grads["W_f"] += da_f @ z_t.T',
    "j": "da_f = df_t * sigmoid(f_t) * (1 - sigmoid(f_t))",
    "k": "dC_next = dC_t * f_t",
    "l": "df_t = dC_t * C_prev",
    "m": "dh_t = dz_t[:H]",
}

# %% slideshow={"slide_type": "skip"}
print("\n".join(f"{label}   {line}" for label, line in LINES.items()))


# %% slideshow={"slide_type": "skip"}
def order():
    raise NotImplementedError  # return "…", one letter for each right line


# %% [markdown] slideshow={"slide_type": "skip"}
# Run the next two cells without reading them: they hold what is wrong with each line.

# %% slideshow={"slide_type": "skip"}
AFTER = {
    "e": {"h": "It needs the whole of dh_t, with what comes from t + 1."},
    "k": {"e": "It writes over the dC_next that dC_t is still to be made from."},
    "l": {"e": "The gates are served when dC_t is complete."},
    "b": {"l": "First split to the gates, then through the squash."},
    "i": {"b": "The weights hear what has come through the squash."},
    "g": {"b": "z hears what has come through the squash."},
    "c": {"g": "It is cut out of dz_t."},
}
named = {"a": "dropped_path_through_h", "d": "overwritten_gradients", "f": "wrong_step_C", "j": "squashed_twice"}
WRONG = {label: f"With it, {mistakes.CATALOGUE[name].words}." for label, name in named.items()}
WRONG["m"] = "It writes over dh_t, from which dC_t is made; what goes to t − 1 needs a name of its own."

# %% slideshow={"slide_type": "skip"}
check_order("one step of the loop", order, LINES, AFTER, distractors=WRONG)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Look for lines that make the same thing in two ways. Of each such pair one is wrong. Then ask: which line needs nothing
# that this step has found?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# In each pair: is the second path there, is the index that of the forward formula, is f_t squashed once, are the gradients of
# the steps added up, and does a line overwrite what another one reads?
#
# </details>
# <details><summary>Hint 3, the beginning</summary>
#
# First h, then e: everything else comes from dC_t.
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
# 1, 2 and 6 are given, and of move 5 the part of the output gate. The rest is yours.


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
check_function("your step back", my_step_backward, like="step_backward")

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Move 3 is the line of exercise 1. The check names the first quantity that differs, in the order in which they are computed.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Each side of a product gets the other one: in C_t = f_t · C_prev + i_t · C̃_t, f_t gets C_prev, i_t gets C̃_t, and C̃_t gets
# i_t. The slopes are `sigmoid_grad` of a gate and `tanh_grad` of the candidate, of the outputs as they stand in s.
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
#     df_t, di_t, dC_tilde = dC_t * s.C_prev, dC_t * s.C_tilde, dC_t * s.i_t  # 4 to the gates
#     da = {"o": do_t * sigmoid_grad(s.o_t)}  # 5 through the squash
#     da |= {"f": df_t * sigmoid_grad(s.f_t), "i": di_t * sigmoid_grad(s.i_t), "C": dC_tilde * tanh_grad(s.C_tilde)}
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
W_f, z_t = rng.normal(size=(3, 6)), rng.normal(size=(6, 4))  # three inputs, three units, four sequences
da_f, dC_t, f_t = rng.normal(size=(3, 3, 4))
went = to_parameters_and_back(W_f, da_f, z_t, dC_t, f_t)
print("dW_f, db_f, dx_t, dh_prev, dC_prev:", *(array.shape for array in went))
assert [array.shape for array in went] == [(3, 6), (3, 1), (3, 4), (3, 4), (3, 4)]


# %% slideshow={"slide_type": "skip"}
def wrong_line():
    raise NotImplementedError  # return a number from 1 to 5


# %% slideshow={"slide_type": "skip"}
said = {
    "Its shape decides: (H, B) times (B, H+D) is that of W_f.": 1,
    "A bias is multiplied by 1 in every sequence: the sum over them is right.": 2,
    "z was multiplied by W_f, so what comes back is multiplied by its transpose.": 3,
    "C_prev was multiplied by f_t, so what comes back is too.": 5,
}
assert np.allclose(went[2], W_f[:, :3].T @ da_f)  # what reaches h, under the name of dx_t
check_choice("the wrong line", wrong_line, 4, range(1, 6), known=said)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Some lines are held in place by their shapes: with the product turned round, or without the transpose, they would not run, or give
# another shape. Which line gives the same shapes either way, if D = H?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Which of the two was stacked on top in z_t = [h_prev, x_t]?
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
# **5. Another cell.** The *coupled* LSTM has no input gate of its own: it writes just as much as it forgets,
# C_t = f_t · C_prev + (1 − f_t) · C̃_t. Derive ∂C_t/∂f_t for it.


# %% slideshow={"slide_type": "skip"}
def local_derivative_of_coupled(f_t, C_prev, C_tilde):
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
def composed_memory(f, C_prev, C_tilde):
    return f * C_prev + (1 - f) * C_tilde


slips = {
    "You get this if the second f_t is passed over: it stands in 1 − f_t, too.": lambda f, C, c: C,
    "You get this if the minus of 1 − f_t is lost.": lambda f, C, c: C + c,
    "You get this if the sign is turned.": lambda f, C, c: c - C,
    "You get this if f_t is left in: the derivative of f_t · C_prev is C_prev.": lambda f, C, c: f * C - c,
    "You get this if the 1 of 1 − f_t stays: it does not change with f_t.": lambda f, C, c: C + (1 - f) * c,
    "You get this if C_t itself is returned.": composed_memory,
    "That is one node too far: ∂f_t/∂a_f = f_t (1 − f_t) is in it.": lambda f, C, c: (C - c) * f * (1 - f),
}

# %% slideshow={"slide_type": "skip"}
case = np.array([0.2, 0.9]), np.array([1.5, -0.4]), np.array([0.3, 0.8])


def derivative(f, C_prev, C_tilde):
    return gradcheck.complex_step_gradient(lambda f: composed_memory(f, C_prev, C_tilde).sum(), f)


check("∂C_t/∂f_t", local_derivative_of_coupled, derivative, given=case, known=slips)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# $f_t$ stands in the formula twice: two paths from the same letter to the same node.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# The derivative of (1 − f) · C̃ with respect to f is −C̃.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def local_derivative_of_coupled(f_t, C_prev, C_tilde):
#     return C_prev - C_tilde
# ```
#
# The gate hears the *difference* of old and new: if they are equal, it does not matter which of the two is kept.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **6. The plain RNN.** Its cell is h_t = tanh(W_h · z_t + b_h) with the same z. Write its backward step, on the model of
# ours. It has four of the seven moves.


# %% slideshow={"slide_type": "skip"}
def rnn_step_backward(W_h, z_t, h_t, dh_t):
    """Return dW_h, db_h, dx_t, dh_prev."""
    raise NotImplementedError


# %% slideshow={"slide_type": "skip"}
def sent_back(W_h, z_t, h_t, dh_t, slope=tanh_grad):
    """The four arrays, if `slope` is what dh_t is multiplied by on its way through the squash."""
    da = dh_t * slope(h_t)
    dz_t = W_h.T @ da
    return {"dW_h": da @ z_t.T, "db_h": da.sum(axis=1, keepdims=True), "dx_t": dz_t[3:], "dh_prev": dz_t[:3]}


def with_part(name, change):
    return lambda *given: (found := sent_back(*given)) | {name: change(found[name])}


slips = {
    "You get this if the slope of tanh is missing: dh_t is multiplied by 1 − h_t².": lambda *given: sent_back(
        *given, np.ones_like
    ),
    "You get this if h_t, a tanh already, is put through it again.": (
        lambda *given: sent_back(*given, lambda h: tanh_grad(np.tanh(h)))
    ),
    "You get this if the square is missing: the slope is 1 − h_t².": lambda *given: sent_back(
        *given, lambda h: 1 - h
    ),
    "You get this if the slope is that of σ: a tanh has 1 − h_t².": lambda *given: sent_back(
        *given, lambda h: h * (1 - h)
    ),
    "You get this if db_h is averaged over the batch: it is a sum.": with_part("db_h", lambda db: db / 4),
    "You get this if dz_t is cut as if x were on top: its first H rows belong to h_prev.": (
        lambda *given: (
            (a := sent_back(*given))
            | {
                "dx_t": np.vstack([a["dh_prev"], a["dx_t"]])[:2],
                "dh_prev": np.vstack([a["dh_prev"], a["dx_t"]])[2:],
            }
        )
    ),
}

# %% slideshow={"slide_type": "skip"}
draw = np.random.default_rng(8)
cell = rnn.init_params(2, 3, draw)
rnn_step = rnn.step(cell, draw.normal(size=(2, 4)), draw.normal(size=(3, 4)))
case = cell["W_h"], *rnn_step, draw.normal(size=(3, 4))
found = rnn.step_backward(cell, rnn_step, case[-1])
assert all(map(np.array_equal, sent_back(*case).values(), [*found[0].values(), *found[1:]]))
check("dW_h, db_h, dx_t, dh_prev", rnn_step_backward, sent_back, given=case, known=slips)

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
# The way back is multiplied by W_h and by a slope at every step. There is no other path.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Two gradients arrive at $C_t$. Where do they come from?
# 2. Why is the gradient of a weight summed over time?
# 3. A gate has the output 0.8. What is its slope, and at which argument must it *not* be evaluated?
# 4. What is ∂C_t/∂C_{t−1} along the memory alone? And what else is there?
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
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013,
#   arXiv:1211.5063: vanishing and exploding.
#
# Before: [One step by hand](04_one_step_by_hand.ipynb). Next: [Check the gradient](06_check_the_gradient.ipynb). Back to
# [Start here](00_start_here.ipynb).
