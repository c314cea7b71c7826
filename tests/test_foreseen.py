"""The wrong answers that the lessons foresee, each given as an answer: none is right, each hears its own words."""

import copy
import functools

import numpy as np
import player
import pytest
from test_answers import EXERCISES

from lstm_lib.lesson import answers, paper


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """Nothing of a learner is kept or read, and nothing is drawn on a screen."""
    for variable, value in {"LSTM_GUESSES": "", "LSTM_MINE": "", "MPLBACKEND": "Agg"}.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(paper, "_tried", {})  # who tries the same paper in a later test begins anew


def asked(slug, name, patch):
    """Play an exercise with its solution, and return what its checks ask for: of answers and of papers."""
    heard = {answers: [], paper: []}
    for module, calls in heard.items():
        verdict = module.verdict

        def listening(attempt, *asked, calls=calls, verdict=verdict):
            calls.append(asked)
            return verdict(attempt, *asked)

        patch.setattr(module, "verdict", listening)
    play = player.Play(player.home(name, slug), name)
    play.solve()
    play.check()
    return heard[answers], heard[paper]


def foreseen(cases, exercise):
    """Return the wrong answers that an exercise foresees, by what is said of them."""
    if not callable(exercise.known):
        return exercise.known

    def one(words, *given):
        answer = exercise.known(*given)[words]
        return answer(*given) if callable(answer) else answer

    return {words: functools.partial(one, words) for words in exercise.known(*copy.deepcopy(cases[0]))}


def as_given(wrong, cases, exercise):
    """Return a foreseen answer as a learner gives it: a function, where there are arguments, of all names."""

    def given_back(*given):
        answer = wrong(*given) if callable(wrong) else wrong
        if isinstance(answer, dict) and callable(exercise.expected):
            return exercise.expected(*given) | answer
        return answer

    return given_back() if cases == [()] else given_back


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "name"), EXERCISES, ids=map("-".join, EXERCISES))
def test_each_foreseen_answer_is_wrong_and_hears_its_own_words(slug, name, monkeypatch):
    with monkeypatch.context() as patch:
        on_answers, on_paper = asked(slug, name, patch)
    for cases, exercise in on_answers:
        for words, wrong in foreseen(cases, exercise).items():
            mark, said = answers.verdict(as_given(wrong, cases, exercise), cases, exercise)
            assert (mark, words in said) == ("✗", True), (words, said)
    for (sheet,) in on_paper:
        for words, wrong in sheet.known.items():
            for number in (wrong, np.round(wrong, paper.DECIMALS)):
                mark, said = paper.verdict(number, sheet)
                assert (mark, words in said) == ("✗", True), (words, said)
