"""The small library behind the course *The LSTM by Hand*: NumPy, one line of code per line of mathematics.

    floor 4   checks, diagnoses,                   what answers when an exercise is tried, and what it recognises;
              predictions, explorer,               a guess before the answer; a cell under the fingers;
              widgets, scenes                      sliders, and what they move
    floor 3   plotting,                            pictures; matplotlib is imported here and nowhere below
              museum, ledger,                      broken LSTMs, to be found; a step as a table, to be filled in;
              trials, attempts                     many training runs; trying what a learner wrote
    floor 2   model, starts, training,             a read-out on top of a cell; where training begins; fitting it;
              gradcheck, flow, symbolic            its gradient proved; how far back it reaches; formulas (sympy)
    floor 1   rnn, lstm, fused                     one contract, two cells, and the LSTM once more, fast
    floor 0   functional, data, validation         σ and tanh, the tasks, and what may come in at the door

A module imports from the floors below it only. Importing ``lstm_lib`` brings in NumPy and nothing heavier:
take the modules by name, ``from lstm_lib import lstm, model``.

Sizes have the same letters everywhere: D inputs, H units, K outputs, T steps, B sequences in a batch.
Arrays hold columns: x_t is (D, B), h_t and C_t are (H, B), a whole sequence X is (T, D, B).
"""

__version__ = "0.1.0"
