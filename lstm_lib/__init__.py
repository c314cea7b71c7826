"""The small library behind the course *The LSTM by Hand*: NumPy, one line of code per line of mathematics.

    functional, data, validation    σ and tanh, the tasks, and what may come in: what everything stands on
    rnn, lstm, fused                one contract, two cells, and the LSTM once more, fast
    model, training                 a read-out on top of a cell; where training begins, and fitting it
    gradcheck, flow                 a gradient checked; how far back it reaches
    formulas, symbolic              the same formulas as sympy objects; sympy is imported here only
    plotting                        figures; matplotlib is imported here only
    rosetta                         parameters from other frameworks, and to them
    morse                           Morse code: keyed, heard in noise, and read
    lesson                          what the notebooks use; nothing above knows of it

Importing ``lstm_lib`` brings in NumPy and nothing heavier. Modules come by name, ``from lstm_lib import lstm``,
and so do the three functions that the equations need, ``from lstm_lib import sigmoid``.

Sizes have the same letters everywhere: D inputs, H units, K outputs, T steps, B sequences in a batch.
Arrays hold columns: x_t is (D, B), h_t and C_t are (H, B), a whole sequence X is (T, D, B).
"""

from lstm_lib.functional import sigmoid, sigmoid_grad, tanh_grad

__all__ = ["sigmoid", "sigmoid_grad", "tanh_grad"]
__version__ = "0.2.0"
