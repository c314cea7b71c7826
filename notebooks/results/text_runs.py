"""Networks that read text, trained and judged: on the language of brackets, and on this course's own lessons.

``python notebooks/results/text_runs.py brackets`` trains three seeds, half a minute each; ``… lessons`` trains on
`11_lessons.txt`, an excerpt of the lessons as they once were, two minutes a seed. Both write beside this file what
lesson 11 reads: the network of seed 0, its numbers cut to 16 bits, and a table of all seeds.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from lstm_lib import fused, model, text
from lstm_lib.functional import cross_entropy
from lstm_lib.training import Adam, clip_gradients

COMMAND = "OPENBLAS_NUM_THREADS=1 .venv/bin/python notebooks/results/text_runs.py brackets lessons"
HERE = Path(__file__).parent
SEEDS = (0, 1, 2)
T, B = 64, 32  # characters in a piece, texts side by side
COLUMN = 2000  # characters of the lessons in a row; each tenth row is held out
BRACKETS = {"V": len(text.SYMBOLS), "H": 48, "steps": 3000, "lr": 0.03}
LESSONS = {"H": 128, "steps": 3000, "lr": 0.02}


def init_params(V, H, rng):
    """Return fresh parameters for V symbols, in single precision."""
    return {name: p.astype(np.float32) for name, p in model.init_params(fused, V, H, V, rng).items()}


def train(params, texts, steps, lr, judge):
    """Read groups of texts (T, B) piece by piece, the state carried on; return bits now and then, by step."""
    adam, n, curve = Adam(lr=lr), 0, [(0, judge(params))]
    for codes in texts:
        state = None
        for start in range(0, len(codes) - T, T):
            if n == steps:
                return curve
            adam.lr = lr * (1 - n / steps)
            X = text.one_hot(codes[start : start + T], len(params["W_y"]))
            Y = codes[start + 1 : start + T + 1]
            _, grads, state = model.loss_and_grads(fused, params, X, Y, cross_entropy, state, return_state=True)
            clip_gradients(grads, 1.0)
            adam.step(params, grads)
            n += 1
            if n % (steps // 20) == 0:
                curve.append((n, judge(params)))
    raise ValueError(f"texts end after {n} steps; want {steps}")


def bits(params, codes):
    """Return the bits that each character needs on the average, the first one apart."""
    return text.bits(fused, params, codes)


def cut(params):
    """Return the parameters with 16 bits each, in double precision again, and the bytes' own form."""
    small = {name: p.astype(np.float16) for name, p in params.items()}
    return {name: p.astype(float) for name, p in small.items()}, small


# --- brackets ----------------------------------------------------------------------------------------------------


def endless_brackets(rng):
    """Write groups of 32 texts for ever; none is read twice."""
    while True:
        yield text.brackets(10 * T + 1, B, rng).codes


def depth_unit(params):
    """Return the unit whose memory goes with the depth on one text, and its correlation there and on another."""
    found = []
    for seed in (2000, 2001):
        written = text.brackets(1000, 4, np.random.default_rng(seed))
        _, trace = model.predict(fused, params, text.one_hot(written.codes, 14, float))
        C = trace.C_t.swapaxes(1, 2).reshape(-1, trace.C_t.shape[1])
        found.append(np.array([np.corrcoef(C[:, j], written.depth.ravel())[0, 1] for j in range(C.shape[1])]))
    unit = int(np.abs(found[0]).argmax())
    return {"unit": unit, "there": found[0][unit], "on another text": found[1][unit]}


def run_brackets(seed):
    """Train on brackets, and return (what came of it, the parameters with 16 bits)."""
    test, begun = text.brackets(2001, 10, np.random.default_rng(1000)), time.process_time()
    params = init_params(BRACKETS["V"], BRACKETS["H"], np.random.default_rng(seed))
    texts = endless_brackets(np.random.default_rng([seed, 1]))
    curve = train(params, texts, BRACKETS["steps"], BRACKETS["lr"], lambda p: bits(p, test.codes))
    seconds = time.process_time() - begun
    params, small = cut(params)
    P = text.softmax(model.predict(fused, params, text.one_hot(test.codes[:-1], 14, float))[0])
    return {
        "seed": seed,
        "floor": test.bits[1:].mean(),
        "bits": bits(params, test.codes),
        "CPU seconds": round(seconds),
        "depth": depth_unit(params),
        "right closers": text.right_closers(P, test.codes[1:], test.distance[1:]),
        "curve": curve,
    }, small


# --- lessons -----------------------------------------------------------------------------------------------------


def lessons():
    """Return the alphabet of the excerpt, and its columns of characters: those to learn from, those held out."""
    whole = (HERE / "11_lessons.txt").read_text(encoding="utf-8")
    symbols = "".join(sorted(set(whole)))
    codes = text.encode(whole, symbols)
    columns = codes[: len(codes) // COLUMN * COLUMN].reshape(-1, COLUMN).T
    held_out = np.arange(columns.shape[1]) % 10 == 9
    return symbols, columns[:, ~held_out], columns[:, held_out]


def shuffled(columns, rng):
    """Hand on 32 columns at a time for ever, in a new order each time round."""
    while True:
        order = rng.permutation(columns.shape[1])
        for start in range(0, len(order) - B + 1, B):
            yield columns[:, order[start : start + B]]


def run_lessons(seed):
    """Train on the lessons, and return (what came of it, the parameters with 16 bits)."""
    (symbols, columns, held_out), begun = lessons(), time.process_time()
    params = init_params(len(symbols), LESSONS["H"], np.random.default_rng(seed))
    texts = shuffled(columns, np.random.default_rng([seed, 1]))
    curve = train(params, texts, LESSONS["steps"], LESSONS["lr"], lambda p: bits(p, held_out))
    seconds = time.process_time() - begun
    params, small = cut(params)
    return {
        "seed": seed,
        "bits": bits(params, held_out),
        "bits on what it has read": bits(params, columns),
        "CPU seconds": round(seconds),
        "curve": curve,
    }, small


RUNS = {"brackets": (run_brackets, BRACKETS), "lessons": (run_lessons, LESSONS)}


def rounded(value):
    """Return a result with its numbers to four decimals."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return round(float(value), 4) if isinstance(value, float) else value


def main(names):
    """Run what is named, and write tables and networks."""
    for name in names:
        run, settings = RUNS[name]
        results = []
        for seed in SEEDS:
            result, small = run(seed)
            results.append(rounded(result))
            print(name, {key: value for key, value in results[-1].items() if key != "curve"}, flush=True)
            if seed == SEEDS[0]:
                np.savez(HERE / f"11_{name}.npz", **small)
        table = {"command": COMMAND, "settings": settings, "runs": results}
        path = HERE / f"11_{name}.json"
        path.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
