"""What answers the exercises of the lesson on text."""

import numpy as np

from lstm_lib import text
from lstm_lib.lesson.checks import check

TEXTS = ("([a]b)c", "ab", "{{[[((h))]]}}([{}])", "a(b(c[d]e)f)g{")


def check_floor(floor):
    """Check a function that returns the mean of −log₂ p over a text in the language of brackets.

    Examples
    --------
    >>> check_floor(lambda written: text.exact_bits(written).mean())
    ✓ the floor: right.
    >>> check_floor(lambda written: text.exact_bits(written).sum())
    ✗ the floor: got 23.6397, want 3.3771. That is the sum; what is asked for is the mean.
    """
    known = {
        "These are nats. For bits the logarithm is to the base 2.": _of_chances(lambda p: -np.log(p).mean()),
        "The sign: the logarithm of a probability is below zero.": _of_chances(lambda p: np.log2(p).mean()),
        "That is the sum; what is asked for is the mean.": _of_chances(lambda p: -np.log2(p).sum()),
        "Those are powers of ten. For bits the logarithm is to the base 2.": _of_chances(
            lambda p: -np.log10(p).mean()
        ),
        "That is 2 to the power of it; what is asked for are the bits themselves.": _of_chances(
            lambda p: 2 ** -np.log2(p).mean()
        ),
        "Each −log₂ p is multiplied by its p. In a text all characters count the same: take the plain mean.": (
            _of_chances(lambda p: -(p * np.log2(p)).sum())
        ),
        "Take −log₂ of each probability first, and the mean of those.": _of_chances(lambda p: -np.log2(p.mean())),
        "That is the mean probability. Bits are −log₂ of each.": _of_chances(np.mean),
    }
    check("the floor", floor, _floor, given=[(t,) for t in TEXTS], known=known, says=_said)


def _floor(written):
    return text.exact_bits(written).mean()


def _of_chances(made):
    return lambda written: float(made(2 ** -text.exact_bits(written)))


def _said(answer, got, want):
    """Return what differs; where a character seems impossible, what the brackets have to do with it."""
    words = f"got {got:.6g}, want {want:.6g}"
    if np.isinf(got):
        words += (
            ". Something has the probability 0. Take that of the character that came, ask `chances` for the "
            "brackets as they are before the character, and let a closer take the innermost one away"
        )
    return words


def check_depth_unit(depth_unit):
    """Check a function that returns the unit whose memory C (T, H) goes most closely with the depth (T,).

    Examples
    --------
    >>> def depth_unit(C, depth):
    ...     return np.argmax([abs(np.corrcoef(c, depth)[0, 1]) for c in C.T])
    >>> check_depth_unit(depth_unit)
    ✓ the unit: right.
    """
    known = {
        "That is the largest r. A unit that counts down is as good: take the largest |r|.": _best(lambda r: r),
        "That is the unit that follows the depth least.": _best(lambda r: -abs(r)),
        "That is the smallest r: right only where the unit counts down.": _best(lambda r: -r),
        "That is one too many: units are counted from 0.": lambda C, depth: int(abs(_r(C, depth)).argmax() + 1),
        "That unit only moves most. Divide by how much each one moves, as corrcoef does.": _covariance,
        "That is r itself; what is asked for is the number of the unit.": lambda C, depth: _r(C, depth).max(),
        "That is |r| itself; what is asked for is the number of the unit.": lambda C, depth: abs(
            _r(C, depth)
        ).max(),
        "C is compared with the depth of one step before.": lambda C, depth: _best(abs)(C[1:], depth[:-1]),
        "C is compared with the depth of one step later.": lambda C, depth: _best(abs)(C[:-1], depth[1:]),
    }
    check("the unit", depth_unit, _best(abs), given=_memories(), known=known)


def _memories():
    """Return three memories (C, depth), in each of which another kind of slip shows."""
    rng, cases = np.random.default_rng(11), []
    for best, sign in ((3, 1), (1, -1), (4, -1)):
        depth = text.brackets(60, 1, rng).depth[:, 0]
        C = rng.normal(size=(60, 6))
        C[:, best] += sign * 3.0 * depth
        C[:, (best + 1) % 6] += -sign * 1.0 * depth
        C[1:, (best + 3) % 6], C[:-1, (best + 4) % 6] = depth[:-1], depth[1:]  # one step late, one step early
        C[:, (best + 2) % 6] = 20 * C[:, (best + 2) % 6] + 9 * depth
        cases.append((C, depth))
    return cases


def _r(C, depth):
    return np.array([np.corrcoef(c, depth)[0, 1] for c in C.T])


def _best(made):
    return lambda C, depth: int(np.argmax(made(_r(C, depth))))


def _covariance(C, depth):
    return int(np.abs((C - C.mean(axis=0)).T @ (depth - depth.mean())).argmax())


def check_at_temperature(at_temperature):
    """Check a function that returns the probabilities at another temperature from those at temperature 1.

    Examples
    --------
    >>> check_at_temperature(lambda p, temperature: p ** (1 / temperature) / np.sum(p ** (1 / temperature)))
    ✓ the probabilities: right.
    """
    known = {
        "These do not add up to 1.": lambda p, tau: p ** (1 / tau),
        "That is the other way round: a low temperature sharpens.": lambda p, tau: p**tau / np.sum(p**tau),
        "Dividing all alike changes nothing once they add up to 1: what is divided is ln p.": lambda p, tau: (
            p / tau
        ),
        "That is the softmax of p / τ. Log-odds are ln p, not p.": lambda p, tau: _softmax(p / tau),
        "Nothing has changed.": lambda p, tau: p,
        "There is a minus too much: the most probable has become the least.": lambda p, tau: _tempered(p, -tau),
        "That is ln p / τ; a softmax makes probabilities of it.": lambda p, tau: np.log(p) / tau,
    }
    cases = [(np.array([0.5, 0.25, 0.25]), 0.5), (np.array([0.1, 0.9]), 2.0), (np.array([0.7, 0.2, 0.1]), 1.5)]
    check("the probabilities", at_temperature, _tempered, given=cases, known=known)


def _tempered(p, temperature):
    return p ** (1 / temperature) / np.sum(p ** (1 / temperature))


def _softmax(a):
    return np.exp(a) / np.exp(a).sum()
