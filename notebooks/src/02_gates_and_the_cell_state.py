# %% [markdown] slideshow={"slide_type": "slide"}
# # Gates and the cell state
#
# **What you will be able to do.** Program an LSTM without training it, so that a unit latches, times, counts, or keeps
# a first symbol, and say for how many steps a gate remembers.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Say that nothing is trained today. Everybody will have set the weights of a memory by hand before the hour is over.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What you need.** [Start here](00_start_here.ipynb).
#
# **How long it takes.** About 50 minutes to read and to run, and 40 for the exercises.
#
# Most people meet the LSTM as something that is trained. Here you meet it as something that can be *read*: a small
# machine with a number in it and three valves. You will set the valves yourself, and will know what to look for in a
# trained network.

# %% slideshow={"slide_type": "skip"}
# Setup: imports
from itertools import product

import numpy as np

from lstm_lib import lstm, rnn, sigmoid, sigmoid_grad
from lstm_lib.lesson import exercises, explore, figures, mine, predict, reveal, scenes, slider

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions from before
#
# 1. The gate that writes is shut, the one that keeps is open. What can noise change in the memory?
# 2. Between which numbers does σ lie, and between which tanh?
# 3. A plain unit does h ← w · h. What becomes of its past for w = 0.9 and 1.1?

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Two minutes alone, on paper, then aloud. 1: nothing. 2: σ between 0 and 1, tanh between −1 and 1. 3: after 50
# steps half a per cent is left for 0.9, and for 1.1 it has grown more than a hundredfold. It comes back in
# *Memory as a number*.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Answer before you open the triangle. The first two are from [Start here](00_start_here.ipynb), the third is from [Why
# memory fades](01_why_memory_fades.ipynb), which helps, but is not needed.
#
# <details><summary>The three answers</summary>
#
# 1. Nothing.
# 2. σ between 0 and 1, tanh between −1 and 1.
# 3. It is multiplied by w at every step. After 50 steps half a per cent of it is left for 0.9, and for 1.1 it has grown more
#    than a hundredfold.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["C_t", "f_t"]}
# ## The cell, part by part
#
# A unit carries **one number** from step to step: its memory, the *cell state* C. Three *gates*, numbers between 0 and 1,
# decide what becomes of it. The first is called the *forget gate*, f.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Walk along the memory's line with a finger: one product, one sum. Nothing else ever happens to the memory.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** The memory holds 0.8. The forget gate stands at 1, and nothing is written.

# %% slideshow={"slide_type": "fragment"}
# Your guess: a forget gate of 1
predict("02.forget", "What is left of the memory after this step?", ["nothing", "all of it"], limits=[0.4])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Half the room says that it forgets everything. Ask for a better name for this gate. “Keep gate” is a good one.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: one step of the memory
gate, old = 1, 0.8
print("the memory after the step:", gate * old)
reveal("02.forget", gate * old)

# %% [markdown] slideshow={"slide_type": "skip"}
# The old memory is *multiplied* by f. So mind the name: the *forget* gate says how much to **keep**. At 1 everything is kept,
# at 0 nothing. If you call it the keep gate for a day, nothing in this lesson will confuse you.

# %% slideshow={"slide_type": "skip"}
# Figure: the line of the memory, with the first gate on it
figures.gates_and_the_cell_state.cell_part("C_t", "f_t")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Walk along the memory's line with a finger: one product, one sum. Nothing else ever happens to the memory.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Follow the memory, the line at the top, from left to right. It is the only way through the cell that meets no squashing function and no
# weight. It meets one product and one sum, and that is all that ever happens to a memory.

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["C_t", "f_t", "i_t", "C_tilde"]}
# ### Candidate and input gate: what to write, and how much
#
# The *candidate* C̃ is a value with a sign. The *input gate* i says how much of it is added.

# %% slideshow={"slide_type": "skip"}
# Figure: what is added to the memory
figures.gates_and_the_cell_state.cell_part("C_t", "i_t", "C_tilde")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask why there are two boxes for writing. What to write has a sign; how much of it has none.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Two boxes for one purpose, because *what* and *whether* are two questions. The candidate has a sign, so that a memory
# can go up and down; the gate has none. The whole life of the memory is one line:


# %% slideshow={"slide_type": "skip"}
def new_memory(keep, old_memory, write, candidate):
    return keep * old_memory + write * candidate


print(new_memory(keep=0.5, old_memory=1, write=1, candidate=-0.25))

# %% [markdown] slideshow={"slide_type": "skip"}
# Put in other numbers: make it keep everything and write nothing, or overwrite the old memory by the candidate.

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["C_t", "f_t", "i_t", "C_tilde", "o_t", "h_t"]}
# ### The output gate: how much to show
#
# What leaves the cell is the *hidden state* h: the memory, squashed by tanh, times the *output gate* o.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Showing leaves the memory as it is. A unit may know something for a hundred steps and keep it to itself until it
# is asked.
#
# </details>

# %% slideshow={"slide_type": "skip"}
# Figure: the way out
figures.gates_and_the_cell_state.cell_part("C_t", "o_t", "h_t")

# %% [markdown] slideshow={"slide_type": "skip"}
# Showing leaves the memory as it is. A unit may know something for a hundred steps and keep it to itself until it is
# asked.

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]}
# ### What all four boxes look at
#
# The same thing, z: the outputs h of the step before, and the input x.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Each box has weights and a bias of its own: four boxes that look at one thing can come to four conclusions. Ask:
# one unit with a forget gate of 0 and one of 1, what does the layer do? People say “it forgets half”; one unit
# forgets all, the other nothing.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Each box has weights and a bias of its own, so four boxes that look at one thing can come to four conclusions. Weights
# and biases are all there is to learn, and all there is to program.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A gate is a soft switch
#
# A gate is σ(w · x + b): a weighted sum, squashed into a number between 0 and 1.
#
# The **weight** makes the switch hard or soft. The **bias** moves the place where it switches.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Two gates: σ(4x − 4) and σ(40x − 40).

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: two switches
choices = ["both at 1, the second is harder", "at 4 and 40, equally hard", "both at 1, equally hard"]
predict("02.switch", "At which x is each half open, and which is the harder switch?", choices)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Votes first. Then let somebody say where the sum is zero, before the curves come.
#
# </details>

# %% slideshow={"slide_type": "subslide", "printed": false, "layout": "below"}
# Answer: two curves, and how steep they are
near = np.array([0.999, 1, 1.001])
soft, hard = sigmoid(4 * near - 4), sigmoid(40 * near - 40)
for name, gate in [("σ(4x − 4)  ", soft), ("σ(40x − 40)", hard)]:
    print(f"{name} at x = 1: open by {gate[1]:.1f}, slope {(gate[2] - gate[0]) / 0.002:.1f}")
figures.gates_and_the_cell_state.soft_switches()
harder = hard[2] > 1.001 * soft[2]
reveal("02.switch", (0 if harder else 2) if soft[1] == hard[1] == 0.5 else 1)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Half open where the sum is zero, at x = −b / w; the slope there is w / 4, so 1 and 10. On the right one weight
# and three biases: the place moves, the steepness stays.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A gate is half open where the weighted sum is zero, at x = −b / w, and there its slope is w / 4. Both are half open at
# x = 1, and the second is ten times as steep. In the picture, the three curves on the right have one weight and three
# biases: the place moves, and the steepness stays.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A gate can combine conditions
#
# With inputs that are 0 or 1, one gate is an AND or an OR. The bias says how many ones it takes.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Ask for the bias before you show it: between one weight and two for *both*, between none and one for *either*.
#
# </details>

# %% slideshow={"slide_type": "fragment"}
for one, two in [(0, 0), (0, 1), (1, 0), (1, 1)]:
    both = sigmoid(40 * one + 40 * two - 60)
    either = sigmoid(40 * one + 40 * two - 20)
    print(f"{one} {two}   both: {both:.3f}   either: {either:.3f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### How hard is hard?
#
# A switch that is very hard has a price: where it stands it has hardly any slope left, and slope is what training
# works with.

# %% slideshow={"slide_type": "fragment"}
for a in (2, 5, 10, 20, 40):
    s = sigmoid(a)
    print(f"σ({a:2d}) is short by {1 - s:.1e}, slope {sigmoid_grad(s):.1e}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# A switch that nobody can turn is also one that training cannot turn. The last line is exact, in double precision.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# In mathematics σ never reaches 1. In the computer, which keeps about 16 digits, it does: σ(40) *is* 1.0, and its slope is
# 0.0. Remember this when the counter below counts to a thousand without an error.

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]}
# ## Program it before you train it
#
# Four tasks, one unit each. For every task: the words, a table of weights, your prediction, and what the unit does.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# A row of weights for each box, the bias last; the program that makes parameters of such a table is in the
# lesson. In the pictures the wide blue bar is what is kept, the narrow green one what is written.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Three helpers serve all four. `program` turns a table into parameters: one row for each box of the cell, in it the
# weights of h and of each input, and the bias last.


# %% slideshow={"slide_type": "skip"}
def program(**rows):
    params = {}
    for box, row in rows.items():
        table = np.atleast_2d(np.array(row, dtype=float))  # several units: one row each
        params[f"W_{box}"], params[f"b_{box}"] = table[:, :-1], table[:, -1:]
    return params


# %% [markdown] slideshow={"slide_type": "skip"}
# `spell` turns text into a sequence: each character is a step, each letter of the alphabet is an input, which is 1 when its
# letter comes and 0 otherwise. `run` gives the *trace*, all that a unit computes, step by step.


# %% slideshow={"slide_type": "skip"}
def spell(text, alphabet):
    steps = [[float(character == letter) for letter in alphabet] for character in text]
    return np.array(steps)[:, :, np.newaxis]


# %% slideshow={"slide_type": "skip"}
def run(params, X):
    return lstm.stack(lstm.forward(params, X)[1])


# %% [markdown] slideshow={"slide_type": "skip"}
# The pictures below have three panels: what comes in, the gates that matter, and what each step does to the memory. In the
# last one every step has two bars: wide and blue, what the forget gate has kept; narrow and green, up or down from there,
# what was written. It ends at the new memory, the thin line with markers.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Task 1: a latch
#
# Two inputs, **set** and **reset**. After a *set* the memory is 1 and stays 1. After a *reset* it is 0 and stays 0. In
# between: silence.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Let the room say it in gates first: who has to listen to *set*, who to *reset*, and who to nobody? Write the answer
# as a table, then compare.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Say it in gates. Silence: keep, write nothing. Set: write a 1. Reset: keep nothing. So the forget gate has to listen
# to *reset*, the input gate to *set*, and the candidate to nobody: what we write is always 1.

# %% slideshow={"slide_type": "fragment"}
latch = program(
    #  h  set  reset  bias
    f=[0,   0,   -40,   20],   # keep, unless reset
    i=[0,  40,     0,  -20],   # write, only if set
    C=[0,   0,     0,   20],   # what: always 1
    o=[0,   0,     0,   20],   # always show
)  # fmt: skip

# %% slideshow={"slide_type": "skip"}
X = spell("...s.......r.......s....s....r.", "sr")
trace = run(latch, X)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** A second *set* comes when the memory is 1 already.

# %% slideshow={"slide_type": "fragment"}
# Your guess: set, and set again
predict("02.latch", "What is the memory then?", ["0", "still 1", "2"], limits=[0.5, 1.5])

# %% slideshow={"slide_type": "subslide", "layout": "below"}
# Answer: the latch over 31 steps
figures.gates_and_the_cell_state.run_of(X, trace, ["set", "reset"], ["f_t", "i_t"])
reveal("02.latch", trace.C_t[24, 0, 0])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# The latch is no latch yet: nobody told the forget gate to close. Ask which single number mends it: −40 for *set*
# in the row of f, so that a *set* overwrites instead of adding.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# Our latch is no latch yet. On a *set* it keeps the old 1 and writes another one. Nobody told the forget gate to
# close. There are two remedies. One is to make *set* close the forget gate as well: overwrite instead of add. The other
# is to write only while nothing is there, which task 4 will do. We take the first; it is one number.

# %% slideshow={"slide_type": "skip"}
latch |= program(f=[0, -40, -40, 20])  # keep, unless set or reset
print("...s.......r.......s....s....r.")
print("".join(f"{C:.0f}" for C in abs(run(latch, X).C_t[:, 0, 0])))

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Task 2: a timer
#
# One input, **reset**. The memory counts the steps, and starts again at every reset.

# %% [markdown] slideshow={"slide_type": "skip"}
# The unit has to add 1 at every step, whatever comes: input gate open, candidate 1. A reset has to wipe out what was
# there: the forget gate listens to it.

# %% slideshow={"slide_type": "fragment"}
timer = program(
    #  h  reset  bias
    f=[0,   -40,   20],   # keep, unless reset
    i=[0,     0,   20],   # always write
    C=[0,     0,   20],   # what: always 1
    o=[0,     0,   20],   # always show
)  # fmt: skip

# %% slideshow={"slide_type": "skip"}
X = spell(".........r............r........", "r")
trace = run(timer, X)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** The memory stands at 9 when the reset comes.

# %% slideshow={"slide_type": "fragment"}
# Your guess: the timer at its first reset
predict("02.timer", "What is the memory after that step?", ["0", "1", "10"], limits=[0.5, 5])

# %% slideshow={"slide_type": "subslide", "layout": "below"}
# Answer: the timer over 31 steps
figures.gates_and_the_cell_state.run_of(X, trace, ["reset"], ["f_t", "i_t"])
reveal("02.timer", trace.C_t[9, 0, 0])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Have somebody say aloud, gate by gate, what happens in step 10: it forgets the 9 *and* writes a 1. Two gates,
# two decisions.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# In the same step the unit forgets the 9 *and* writes a 1: two gates, two decisions, and neither knows of the
# other. If you want 0 instead, let the input gate listen to *reset* as well: −40 in its row. Try it.

# %% [markdown] slideshow={"slide_type": "skip"}
# #### Step through it yourself
#
# The same run; the slider is the time. **Find with it:** (1) the two steps at which nothing of the
# old memory is kept; (2) the step at which the memory is largest, and what is *shown* there; (3) a step at which what is
# shown tells you next to nothing about what is remembered.

# %% slideshow={"slide_type": "skip"}
# Live: the timer, one step at a time
explore(scenes.stepper(timer, X, inputs=["reset"]), t=slider(10, 1, len(X), "step t", step=1))

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>What there is to find</summary>
#
# (1) Steps 10 and 23: the resets. (2) Step 22, with 13 in memory; 1.000 is shown, because the output goes through tanh.
# (3) Any step with a memory above 4 or so: tanh has flattened out, and 5 looks like 13.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Task 3: a counter
#
# Is a word of the form **aⁿbⁿ**: some a's, then equally many b's? *aabb* is, *aab* and *abab* are not.
#
# An a adds 1 to the memory, a b takes 1 away.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Ask what differs between an a and a b: not the gates, only the sign of what is written.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The gates are wide open at every step; nothing is ever forgotten. What differs is the *sign* of what is written, and
# the sign is the candidate's business.


# %% slideshow={"slide_type": "fragment"}
def counter(strength):
    return program(
        #  h         a          b      bias
        f=[0,        0,         0, strength],   # always keep
        i=[0,        0,         0, strength],   # always write
        C=[0, strength, -strength,        0],   # what: +1 for a, -1 for b
        o=[0,        0,         0, strength],   # always show
    )  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def count(params, word):
    return run(params, spell(word, "ab")).C_t[-1, 0, 0]


# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** The counter reads *aaaaabbbbb*. Then, from the start again, *abab*.

# %% slideshow={"slide_type": "fragment"}
# Your guess: two words for the counter
choices = ["at 0 and 0", "at 0 and 2", "at 5 and 2"]
predict("02.counter", "Where does the memory end, the first time and the second?", choices)

# %% slideshow={"slide_type": "subslide", "layout": "below"}
# Answer: the counter on both words
X = spell("aaaaabbbbb", "ab")
figures.gates_and_the_cell_state.run_of(X, run(counter(20), X), ["a", "b"], ["f_t", "C_tilde"])
ends = [abs(round(count(counter(20), text))) for text in ("aaaaabbbbb", "abab")]
reveal("02.counter", [[0, 0], [0, 2], [5, 2]].index(ends))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# At 0, both times: the counter cannot see the order. Ask for words that fool it: *ba*, *abba*, *aabbab*.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# At 0, both times. As many b's came as a's, and that is all that the counter knows: it cannot see their *order*.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### From a count to a verdict
#
# A verdict needs the order as well. Two more units help: one that has **seen** a b, and one that is **spoilt** when an a
# comes after that.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# The gate of *spoilt* is an AND of “an a comes” and “the output of *seen* is up”: the first time that a gate uses
# h. The table is in the lesson.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# With three units every box has three rows, one for each unit, and each row starts with three weights for the three
# outputs h. Here one of them is used for the first time: the gate of *spoilt* is an AND of "a comes" and "the output
# of *seen* is up".

# %% slideshow={"slide_type": "skip"}
recogniser = program(
    #   h: count seen spoilt    a    b  bias
    f=[[       0,   0,     0,   0,   0,  40]] * 3,   # all three keep everything
    i=[[       0,   0,     0,   0,   0,  40],        # count: always
       [       0,   0,     0,   0,  40, -20],        # seen: if b
       [       0,  40,     0,  40,   0, -55]],       # spoilt: if a, and seen is up
    C=[[       0,   0,     0,  40, -40,   0],        # count: +1 for a, -1 for b
       *[[     0,   0,     0,   0,   0,  40]] * 2],  # seen, spoilt: always 1
    o=[[       0,   0,     0,   0,   0,  40]] * 3,   # all three show everything
)  # fmt: skip

# %% [markdown] slideshow={"slide_type": "skip"}
# Why −55? After the first b, *seen* shows tanh(1), about three quarters. Its weight of 40 makes at least 30 of that,
# and never more than 40. So with both conditions the sum in the gate is above 0 by 15 at least, and with one alone it is at
# −15 at most.
#
# A word is accepted if the count is 0 and nothing is spoilt, each read with room for half a unit of error. `read` gives what
# the three units hold after each letter, and whether the word is accepted.


# %% slideshow={"slide_type": "skip"}
def read(word):
    memory = run(recogniser, spell("." + word, "ab")).C_t[:, :, 0]  # silence, then the word
    n, _, spoilt = memory[-1]
    return memory[1:], abs(n) < 0.5 and spoilt < 0.5


# %% [markdown] slideshow={"slide_type": "skip"}
# **A word of your own.** Write it between the quotation marks, in small letters (any other character is silence), and run the
# cell again. Which words with as many a's as b's are refused, and at which letter are they spoilt?

# %% slideshow={"slide_type": "skip"}
word = "aabbab"  # a word of your own, of a's and b's
memory, accepted = read(word)
for letter, (n, seen, spoilt) in zip(word, memory.round(1) + 0.0, strict=True):
    print(f"{letter}   count {n:+.0f}   seen {seen:.0f}   spoilt {spoilt:.0f}")
print(word or "The empty word, no a and no b,", "is accepted" if accepted else "is refused")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Does it always work? Ask *all* words of up to ten letters:

# %% slideshow={"slide_type": "fragment"}
words = ["".join(w) for n in range(1, 11) for w in product("ab", repeat=n)]
found = [word for word in words if read(word)[1]]
print(f"{len(words)} words, accepted: {', '.join(found)}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# This is a proof by asking everybody, for words of up to ten letters, and no more than that. Ask what it says
# about longer ones.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ### How far does it count?
#
# With real gates the count leaks. Three numbers fall a little short of 1: f, i, and the candidate.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** After aⁿbⁿ the count should be back at 0.

# %% slideshow={"slide_type": "fragment"}
# Your guess: one of three that fall short
predict("02.leak", "Which one spoils the zero?", ["the forget gate", "the input gate", "all three"])

# %% slideshow={"slide_type": "skip"}
word, firm = "a" * 10 + "b" * 10, counter(40)
soft = {
    "forget gate": firm | program(f=[0, 0, 0, 5]),
    "input gate": firm | program(i=[0, 0, 0, 5]),
    "candidate": firm | program(C=[0, 1, -1, 0]),
}

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: the three softened one by one
off = {name: abs(count(params, word)) for name, params in soft.items()}
for name, distance in off.items():
    print(f"soft {name:13}count off by {distance:.3f}")
spoilt = [name for name, distance in off.items() if distance > 0.5]
reveal("02.leak", 2 if len(spoilt) == 3 else list(soft).index(spoilt[0]))

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Let the room argue which letters each of the three touches, and how often. Most say “all three”. It is the
# forget gate: each a has passed it n times more often than the b that should cancel it. The error is about n² (1
# − f).
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The forget gate. A soft input gate or candidate makes the steps smaller, but those up and those down alike, so they cancel.
# The forget gate treats them differently: each a is n steps older than the b that should cancel it, and has lost a
# share of about n (1 − f) by then. There are n of them, so the error should be about **n² (1 − f)**. Once it passes ½,
# the word is refused.

# %% slideshow={"slide_type": "skip"}
for strength, n in [(5, 8), (5, 9), (10, 100), (10, 110), (15, 1200), (15, 1300)]:
    error = abs(count(counter(strength), "a" * n + "b" * n))
    limit = np.sqrt(0.5 / (1 - sigmoid(strength)))  # n² times what is short of 1 is ½
    verdict = "accepted" if error < 0.5 else "refused"
    print(f"strength {strength:2}, n = {n:4}: {verdict:8}   limit by the rule: {limit:.0f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# And with strength 40 the forget gate *is* 1.0 in the computer:

# %% slideshow={"slide_type": "fragment"}
top, end = count(firm, 1000 * "a"), count(firm, 1000 * "a" + 1000 * "b")
print(f"after 1000 a's: {top}, after 1000 b's more: {end}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# What a cell can hold and what it learns are two questions. Counting: Weiss, Goldberg and Yahav 2018. How far a
# learned count reaches: El-Naggar, Madhyastha and Weyde 2022.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **What is idealised here.** These weights were not learned, they are huge, and at strength 40 each gate has a slope of
# exactly zero, so that training would not move it any more. What the section shows is what an LSTM *can hold*, not
# what it will learn. With numbers of finite precision and one step for each letter, an LSTM can count without bound. A
# plain RNN with tanh cannot, because its memory is squeezed between −1 and 1 ([Weiss, Goldberg and Yahav
# 2018](#References), who also found that trained LSTMs learn to count). How far a *learned* count reaches is another
# question: on words much longer than those of the training, [El-Naggar, Madhyastha and Weyde 2022](#References) saw it
# fail.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Task 4: remember the first symbol
#
# As in [Start here](00_start_here.ipynb): first +1 or −1, then 99 steps of noise. But this time **no flag** says which
# step counts. One input, one unit.

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** The input gate must open at the first step, and at no other.

# %% slideshow={"slide_type": "fragment"}
# Your guess: what tells the gate
sources = ["from the input x", "from its memory C", "from its own last output h"]
predict("02.first", "How can it know that the first step is over?", sources)

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 4 min</summary>
#
# Give it time; this is the hardest question of the lesson. If nobody finds it: what is h before the first step?
#
# </details>

# %% slideshow={"slide_type": "subslide"}
# Answer: what the gate sees and can rely on
reveal("02.first", sources.index("from its own last output h"))

# %% [markdown] slideshow={"slide_type": "skip"}
# The input is noise, and no wire leads from C to a gate. But before the first step h is 0, and it never has to be 0 again. So
# let everything that is worth remembering be *positive*: a large memory for +1, a smaller one for −1. As soon as
# something is stored, h is clearly above zero, and a large negative weight on h shuts the input gate for good.

# %% slideshow={"slide_type": "fragment"}
first = program(
    #    h    x  bias
    f=[  0,   0,   20],   # always keep
    i=[-90,   0,   20],   # write, until something is there
    C=[  0, 0.5,    1],   # what: tanh(1.5) or tanh(0.5)
    o=[  0,   0,   20],   # always show, the input gate has to see it
)  # fmt: skip

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Before the first step h is 0, and it never has to be 0 again: everything worth remembering is made positive. A
# weight of −90 on h shuts the gate for good.
#
# </details>

# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(2)
X = rng.uniform(-1, 1, (100, 1, 200))  # 200 sequences of 100 steps
X[0] = rng.choice([-1, 1], (1, 200))

# %% slideshow={"slide_type": "subslide", "layout": "below"}
# Figure: the first 30 steps of one sequence
figures.gates_and_the_cell_state.run_of(X[:30], run(first, X[:30]), ["x"], ["i_t", "h_t"])

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
held = run(first, X).C_t[-1, 0]
guesses = np.where(held > (np.tanh(1.5) + np.tanh(0.5)) / 2, 1, -1)
plus, minus = (held[X[0, 0] == symbol].mean() for symbol in (1, -1))
print(f"held to the end: {plus:.2f} after +1, {minus:.2f} after −1")
print(f"first symbol right in {(guesses == X[0, 0]).sum()} of {X.shape[2]} sequences")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# What the memory holds is not the symbol: it is whatever the candidate made of it.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# A gate can act on what the unit itself has shown, so a unit can have *states*. And what the memory
# holds is not the symbol: it is whatever the candidate made of it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## And a plain RNN?
#
# You may read: "an RNN cannot remember that long." Give a plain tanh unit a weight of 3 on its own output, and look.

# %% slideshow={"slide_type": "skip"}
#                          h    x
plain = {"W_h": np.array([[3.0, 0.5]]), "b_h": np.array([[0.0]])}

# %% slideshow={"slide_type": "skip"}
right = np.sign(rnn.forward(plain, X)[0][-1, 0]) == X[0, 0]

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** It reads the same 200 sequences: a symbol, then 99 steps of noise.

# %% slideshow={"slide_type": "fragment"}
# Your guess: the plain unit
choices = ["in half of them", "in most", "in all"]
predict("02.plain", "In how many is its last output right?", choices, limits=[0.6, 0.999])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Be fair to the plain unit: it is right every time. The next slide asks how it could have learned that.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: the plain unit on 200 sequences
print(f"first symbol right in {right.sum()} of {right.size} sequences")
reveal("02.plain", right.mean())

# %% [markdown] slideshow={"slide_type": "skip"}
# A plain unit with a large weight on itself is a latch, too: it runs into one of two corners and stays there. So the
# sentence is wrong as it stands.

# %% [markdown] slideshow={"slide_type": "subslide"}
# The trouble is another one. To train a unit one has to know how its output at the end answers to a small change at the
# beginning. Change the first input by a thousandth:


# %% slideshow={"slide_type": "fragment"}
changed = np.concatenate([X[:1] + 0.001, X[1:]])
for unit, cell, params in [("plain", rnn, plain), ("LSTM", lstm, first)]:
    before, after = (cell.forward(params, each)[0] for each in (X, changed))
    print(f"{unit:5} moves {abs(after[-1] - before[-1]).mean() / 0.001:.3f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# In its corner the plain unit does not answer at all. Bengio, Simard and Frasconi (1994) proved that this is no
# accident: who holds a bit safely lets hardly anything of such an answer through.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# The plain unit does not answer at all: in its corner, nothing that changes a little changes anything. [Bengio, Simard and
# Frasconi 1994](#References) proved that this is no accident: a plain unit that holds a bit *safely* lets hardly anything
# of such an answer through. The LSTM's memory is held by a gate instead of a corner, and the answer arrives. One unit and
# hand-made weights prove nothing about training; [How far a gradient reaches](07_how_far_a_gradient_reaches.ipynb)
# measures more.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Memory as a number
#
# If the gate stays at f and nothing is written, fⁿ of the memory is left after n steps. The **half-life** is the n at
# which half is left:
#
# $$n_{1/2} = \frac{\ln \frac{1}{2}}{\ln f}$$

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 3 min</summary>
#
# Let them compute the half-life for f = ½ in their heads, then guess the others.
#
# </details>

# %% slideshow={"slide_type": "skip"}
biases = np.array([0, 1, 3, 5])
f = sigmoid(biases)
half_life = np.log(0.5) / np.log(f)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Predict.** The bias $b_f$ goes up from 0 to 5, and $f = \sigma(b_f)$ with it.

# %% slideshow={"slide_type": "fragment"}
# Your guess: the half-life, as the bias grows
choices = ["to a limit", "in equal steps", "faster and faster"]
predict("02.halflife", "How does the half-life grow?", choices, limits=[0.5, 2])

# %% slideshow={"slide_type": "subslide", "layout": "beside"}
# Answer: four biases and their half-lives
for b_f, gate, n in zip(biases, f, half_life, strict=True):
    print(f"b_f = {b_f}   f = {gate:.4f}   half-life {n:5.1f} steps")
figures.gates_and_the_cell_state.half_lives(biases)
growth = np.diff(half_life) / np.diff(biases)
reveal("02.halflife", growth[-1] / growth[0])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Each 1 added to the bias makes memory last nearly three times as long. Most say “in equal steps”. A small change
# of the bias is a large change of memory.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# For a large bias 1 − f is about $e^{-b_f}$, and the half-life about $0.69\, e^{b_f}$: each 1 added to the bias
# makes memory last e times as long, nearly three times. A small change of the bias is a large change of memory.

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Four misreadings
#
# You will meet each of these sentences. Each falls to an experiment of a few lines. (Two more, that C stays below 1 and that steps need units, fall in [The formulas](03_the_formulas.ipynb).)

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["C_t", "o_t", "h_t"]}
# ### 1 · "C is the output" (or is it h?)

# %% slideshow={"slide_type": "skip"}
adder = timer | program(C=[0, 0, np.arctanh(0.6)])  # a timer that adds 0.6 at every step
trace = run(adder, np.zeros((4, 1, 1)))

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** In somebody's trace you find the value 2.4.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: a number in a trace
predict("02.output", "What can it be?", ["C or h", "C only", "h only"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Read the sentence aloud, vote, run; skip the misreadings that nobody falls for. Ask which of the two a reader of
# the network ever gets to see: h.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: four steps of 0.6, and what is shown
print(f"C ends at {trace.C_t[-1].item():.2f}, h at {trace.h_t[-1].item():.2f}")
reveal("02.output", int(abs(trace.h_t).max() < 1 < trace.C_t.max()))

# %% [markdown] slideshow={"slide_type": "skip"}
# h is a share of a tanh and stays between −1 and 1. It is h that goes out: to whatever reads the unit, and to the gates of the
# next step; `forward` returns it first. C stays inside. In this course *hidden state* always means h.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### 2 · "The forget gate decides: the cell forgets the sentence"

# %% slideshow={"slide_type": "skip"}
#                 h  h  x  bias
two = program(f=[[0, 0, 0, 20], [0, 0, 0, -20]], i=[[0, 0, 0, -20]] * 2,
              C=[[0, 0, 0, 0]] * 2, o=[[0, 0, 0, 0]] * 2)  # fmt: skip

# %% slideshow={"slide_type": "skip"}
s = lstm.step(two, np.zeros((1, 1)), np.zeros((2, 1)), np.full((2, 1), 0.8))

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Two units of one layer, $b_f$ = 20 and −20, both hold 0.8. They take a step.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: two units, two biases
predict("02.vector", "What do they hold after it?", ["the same", "0.8 and 0"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# Many think of one gate for the whole layer. A gate is a column of numbers: one unit may drop the subject of a
# sentence while its neighbour keeps the tense.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: both units after the step
kept, lost = s.C_t.ravel()
print(f"the first holds {kept:.1f}, the second {lost:.1f}")
reveal("02.vector", int(np.ptp(s.C_t) > 0.4))

# %% [markdown] slideshow={"slide_type": "skip"}
# A gate is a column of numbers, one for each unit. One unit may drop the subject of a sentence while its neighbour
# keeps the tense.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### 3 · "The input is remembered"

# %% slideshow={"slide_type": "skip"}
#                                h x1 x2 bias
adder = counter(20) | program(C=[0, 1, 1, 0])
inputs = np.array([[[0.7, 0.1], [0.1, 0.7]]])  # one step, two inputs, two sequences
memory = run(adder, inputs).C_t[0, 0]

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** You see C after a step, and nothing else.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: from the memory back to the input
predict("02.input", "Can you always tell which input came?", ["yes", "no"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# What is written is the candidate, a function of the input: this one adds two inputs, and no one can take a sum
# apart.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: two inputs and their memories
print(f"(0.7, 0.1) leaves C = {memory[0]:.4f}, (0.1, 0.7) leaves C = {memory[1]:.4f}")
reveal("02.input", int(np.isclose(memory[0], memory[1], rtol=1e-12)))

# %% [markdown] slideshow={"slide_type": "skip"}
# What is written is the candidate, a *function* of the input (and of h). This one adds two inputs, and no one can
# take a sum apart again. What a unit remembers is what its weights ask for.

# %% [markdown] slideshow={"slide_type": "subslide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]}
# ### 4 · "The gates look at the memory"

# %% slideshow={"slide_type": "skip"}
params = lstm.init_params(2, 3, np.random.default_rng(1))
x, h = np.ones((2, 1)), np.full((3, 1), 0.5)
empty, full = (lstm.step(params, x, h, np.full((3, 1), memory)) for memory in (0.0, 100.0))

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Predict.** Same x, same h, but C = 0 or C = 100.

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Your guess: an empty memory and a full one
predict("02.peephole", "Do the gates differ?", ["yes", "no"])

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 1 min</summary>
#
# “Of course they look at the memory”, people say. Which wire would it take? None: the gates learn of C only by
# way of h. Wires from C are called peepholes (Gers and Schmidhuber 2000).
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["output-only"]
# Answer: three gates and a candidate, compared
same = [np.array_equal(getattr(empty, box), getattr(full, box)) for box in ("f_t", "i_t", "C_tilde", "o_t")]
print(f"{sum(same)} of 4 boxes say the same to the last digit")
reveal("02.peephole", int(all(same)))

# %% [markdown] slideshow={"slide_type": "skip"}
# In this cell the gates learn of C only by way of h, one step later, and only as much as the output gate lets
# through. That is why the unit of task 4 had to show its memory all the time. There are LSTMs with extra wires from C
# to the gates, called *peepholes* ([Gers and Schmidhuber 2000](#References)). They are a variant, not the rule.

# %% [markdown] slideshow={"slide_type": "slide", "picture": ["z_t", "f_t", "i_t", "C_tilde", "C_t", "o_t", "h_t"]}
# ## What we found
#
# A unit is one number with three valves. Programmed by hand it latches, times, counts and keeps a first symbol. How
# long it remembers follows from one gate, $\ln \frac{1}{2} / \ln f$. What it *can* hold is not what it *will* learn.

# %% [markdown] slideshow={"slide_type": "notes"}
# <details><summary>For the lecturer · 2 min</summary>
#
# Ask for the three sentences before you show them.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Exercises
#
# Write your answer in place of the line that raises the error, and run the cell and the bar below it.
#
# **1. Which box?** (*Recall.*) Four sentences. For each name the box that has to act: f, i, C or o.
#
# 1. The unit must count down instead of up.
# 2. It must let go of what it has.
# 3. It knows, but it must not say so yet.
# 4. It must not take in what comes now.


# %% slideshow={"slide_type": "skip"}
def boxes():
    raise NotImplementedError  # return four letters, such as "ffff"


# %% slideshow={"slide_type": "skip"}
# Check: 1. Which box?
exercises.gates_and_the_cell_state.check_boxes(boxes)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Keep, write, show: which gate is which? And who is left?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Gates have no sign. Only one box has.
#
# </details>
# <details><summary>Hint 3, a part of it</summary>
#
# Sentence 1 is about C, sentence 4 about i.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def boxes():
#     return "Cfoi"
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Reset wins.** (*Fill the gap.*) When *set* and *reset* come at the same step, our latch ends up at 1. One number
# makes reset the stronger one: the weight of *reset* in the row of the input gate. Which number?


# %% slideshow={"slide_type": "skip"}
def weight_of_reset():
    raise NotImplementedError  # return the number for the gap:  i=[0, 40, ___, -20]


# %% slideshow={"slide_type": "skip"}
# Check: 2. Reset wins
exercises.gates_and_the_cell_state.check_weight_of_reset(weight_of_reset)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Write down the sum in the input gate for the four cases: none, set, reset, both.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# With both it is 40 + w − 20. It has to be clearly below zero.
#
# </details>
# <details><summary>Hint 3, a part of it</summary>
#
# −20 gives a sum of 0, which is a gate half open. Go further.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def weight_of_reset():
#     return -40
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. The counter that does not count.** (*Find the bug.*) This unit should count the ones in a text, but its memory
# never gets past 1. One number in the table is wrong. Return the mended parameters.

# %% slideshow={"slide_type": "skip"}
broken = program(
    #  h  one  bias
    f=[0,   0,  -20],
    i=[0,   0,   20],
    C=[0,  20,    0],
    o=[0,   0,   20],
)  # fmt: skip
print("C:", *run(broken, spell("1.11.1", "1")).C_t.ravel().round(3))


# %% slideshow={"slide_type": "skip"}
def mended():
    raise NotImplementedError  # return broken | program(…=[…, …, …])


# %% slideshow={"slide_type": "skip"}
# Check: 3. The counter that does not count
exercises.gates_and_the_cell_state.check_mended(mended)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Look at what is printed. What is left of a 1 after one step of silence?
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# Which box is responsible for the old memory, and where does it stand?
#
# </details>
# <details><summary>Hint 3, a part of it</summary>
#
# σ(−20) is nearly 0: nothing is kept.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def mended():
#     return broken | program(f=[0, 0, 20])
# ```
#
# Somebody wanted "no forgetting" and turned the forget gate off.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. A memory made to measure.** (*Write it.*) You want a half-life of n steps. Which bias $b_f$ gives it?


# %% slideshow={"slide_type": "skip"}
def bias_for(half_life):
    raise NotImplementedError  # your formula


# %% slideshow={"slide_type": "skip"}
# Check: 4. A memory made to measure
exercises.gates_and_the_cell_state.check_bias(bias_for)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Two steps: first the gate f with fⁿ = ½, then the bias with $\sigma(b_f) = f$.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# f is the n-th root of ½. To undo σ take the log-odds, ln(f / (1 − f)).
#
# </details>
# <details><summary>Hint 3, a part of it</summary>
#
# Your first line can be `f = 0.5 ** (1 / half_life)`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def bias_for(half_life):
#     f = 0.5 ** (1 / half_life)
#     return np.log(f / (1 - f))
# ```
#
# Setting the bias by how long one wants to remember is the idea behind *chrono initialisation*
# ([Tallec and Ollivier 2018](#References)).
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Two for one.** (*Write it.*) Program a unit whose memory ends at 0 exactly when a word has *twice as many* a's as
# b's, in any order; above 0 with more a's, below 0 with fewer.


# %% slideshow={"slide_type": "skip"}
def two_for_one():
    raise NotImplementedError  # return program(f=[…], …); columns h, a, b, bias


# %% slideshow={"slide_type": "skip"}
# Check: 5. Two for one
exercises.gates_and_the_cell_state.check_two_for_one(two_for_one)

# %% [markdown] slideshow={"slide_type": "skip"}
# <details><summary>Hint 1, a nudge</summary>
#
# Start from `counter`. Only the row of the candidate has to change.
#
# </details>
# <details><summary>Hint 2, a step further</summary>
#
# No step can write more than 1. So b cannot take away 2; what can a add instead?
#
# </details>
# <details><summary>Hint 3, a part of it</summary>
#
# An a should write ½: its weight is the number whose tanh is ½, `np.arctanh(0.5)`.
#
# </details>
# <details><summary>Solution</summary>
#
# ```python
# def two_for_one():
#     return counter(20) | program(C=[0, np.arctanh(0.5), -20, 0])
# ```
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Five questions to see what stayed
#
# 1. Which two things happen to a memory in one step, and which boxes govern them?
# 2. What does the weight of a gate change, and what the bias?
# 3. A unit's memory stands at 7. Which of f, i, C̃, o, h can be 7 as well?
# 4. What is the half-life of a gate that stands at ½?
# 5. Why did a soft forget gate spoil the count, and a soft input gate not?
#
# <details><summary>Answers</summary>
#
# 1. It is multiplied by f, and i · C̃ is added: the forget gate, and the input gate together with the candidate.
# 2. The weight how hard the switch is, the bias where it switches (at −b / w).
# 3. None. All five are bounded by 1 in size.
# 4. One step.
# 5. Every step up and every step down passes the input gate once, so they shrink alike. The a's then pass the forget gate n
#    times more often than the b's that should cancel them.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## References
#
# - S. Hochreiter, J. Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997.
# - F. A. Gers, J. Schmidhuber, F. Cummins, *Learning to Forget: Continual Prediction with LSTM*, Neural Computation
#   12(10), 2000: the forget gate.
# - F. A. Gers, J. Schmidhuber, *Recurrent Nets that Time and Count*, IJCNN 2000: peepholes.
# - Y. Bengio, P. Simard, P. Frasconi, *Learning Long-Term Dependencies with Gradient Descent is Difficult*, IEEE
#   Transactions on Neural Networks 5(2), 1994: to hold a bit safely and to pass a gradient.
# - G. Weiss, Y. Goldberg, E. Yahav, *On the Practical Computational Power of Finite Precision RNNs for Language
#   Recognition*, ACL 2018: who can count.
# - N. El-Naggar, P. Madhyastha, T. Weyde, *Exploring the Long-Term Generalization of Counting Behavior in RNNs*, I Can't
#   Believe It's Not Better Workshop, NeurIPS 2022: how far what was learned reaches.
# - C. Tallec, Y. Ollivier, *Can recurrent neural networks warp time?*, ICLR 2018: biases by time scale.
# - Two of the misreadings in the words of those who asked: that steps need units in stackoverflow.com/q/44273249,
#   misreading 1 in stats.stackexchange.com/q/245024.

# %% slideshow={"slide_type": "skip"}
# Progress: your own LSTM so far
mine.progress()

# %% [markdown] slideshow={"slide_type": "skip"}
# Next: [The formulas](03_the_formulas.ipynb). Before: [Why memory fades](01_why_memory_fades.ipynb). Back to
# [Start here](00_start_here.ipynb).
