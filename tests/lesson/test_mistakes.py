"""Each known mistake stands in the catalogue once, and changes ``lstm.py`` as it says."""

import inspect
import re
import types

import numpy as np
import pytest

from lstm_lib import lstm
from lstm_lib.lesson.mistakes import CATALOGUE, cell_with
from lstm_lib.lesson.museum import EXHIBITS

SOURCE = inspect.getsource(lstm)
exhibits = pytest.mark.parametrize("exhibit", EXHIBITS.values(), ids=EXHIBITS)
each_mistake = pytest.mark.parametrize("mistake", CATALOGUE.values(), ids=CATALOGUE)


def test_there_are_enough_of_them_and_nothing_stands_there_twice():
    assert len(EXHIBITS) >= 28
    assert len(CATALOGUE) >= 69
    assert all(name == mistake.name and name.isidentifier() for name, mistake in CATALOGUE.items())
    for field in ("changes", "words"):
        assert len({getattr(mistake, field) for mistake in CATALOGUE.values()}) == len(CATALOGUE)
    assert {exhibit.caught_by for exhibit in EXHIBITS.values()} == {"equations", "gradients", "start"}


@each_mistake
def test_each_healthy_piece_stands_in_the_library_exactly_once(mistake):
    assert mistake.changes
    for old, new in mistake.changes:
        assert SOURCE.count(old) == 1, old
        assert old != new


@each_mistake
def test_the_words_can_be_read_after_you_get_this_if(mistake):
    assert mistake.words[-1] not in ".!"
    assert mistake.words == mistake.words.strip()
    assert "\n" not in mistake.words


def test_what_is_no_exhibit_has_nothing_of_an_exhibit():
    for name, mistake in CATALOGUE.items():
        assert (name in EXHIBITS) == bool(mistake.mistake) == bool(mistake.note)
        assert {other for other, _ in mistake.twins} <= EXHIBITS.keys()


@exhibits
def test_an_exhibit_says_everything_there_is_to_say(exhibit):
    assert len(exhibit.title) < 60
    assert exhibit.mistake[-1] == "."
    assert exhibit.note[-1] == "."
    assert re.search(r"no published case|issue|pull request|many readers|purpose|[Cc]onvention", exhibit.note)
    assert not re.search(r"blunder|stupid|careless|fail|bad ", exhibit.note)  # people read this about their work


@each_mistake
def test_the_code_is_not_the_librarys_and_the_library_stays_as_it_was(mistake):
    cell = mistake.cell()
    assert isinstance(cell, types.ModuleType)
    assert cell is mistake.cell()
    assert cell is not lstm
    assert inspect.getsource(cell) != SOURCE
    assert inspect.getsource(lstm) == SOURCE
    assert inspect.getsource(cell.forward).startswith("def forward(params, X, state=None):")
    differ = [name for name in ("init_params", "step", "step_backward", "forward", "backward", "stack")
              if inspect.getsource(getattr(cell, name)) != inspect.getsource(getattr(lstm, name))]  # fmt: skip
    shown = [line for line in mistake.diff().splitlines() if line[:2] not in ("- ", "+ ", "-", "+")]
    assert shown == (sorted(differ, key=SOURCE.index) or ["lstm"])


@each_mistake
def test_the_difference_that_is_shown_makes_the_one_text_the_other(mistake):
    healthy, broken = SOURCE.splitlines(), inspect.getsource(mistake.cell()).splitlines()
    lines = mistake.diff().splitlines()
    removed = [line[2:] for line in lines if line[:1] == "-"]
    added = [line[2:] for line in lines if line[:1] == "+"]
    assert [line for line in removed if line in healthy] == removed
    assert [line for line in added if line in broken] == added
    assert sorted(filter(None, healthy + added)) == sorted(filter(None, broken + removed))


def test_the_difference_of_one_exhibit_letter_by_letter():
    assert EXHIBITS["no_output_tanh"].diff() == (
        "step\n"
        "-     h_t = o_t * np.tanh(C_t)\n"
        "+     h_t = o_t * C_t\n"
        "step_backward\n"
        "-     tanh_C = np.tanh(s.C_t)\n"
        "-     dC_t = dC_t + dh_t * s.o_t * tanh_grad(tanh_C)  # two paths meet in C_t: the future's, and the one"
        " through h_t\n"
        "+     tanh_C = s.C_t\n"
        "+     dC_t = dC_t + dh_t * s.o_t  # two paths meet in C_t: the future's, and the one through h_t"
    )


@pytest.mark.parametrize("old", ["no such line", "dC_t", ""])
def test_a_change_that_does_not_fit_is_refused_by_name(old):
    exhibit = EXHIBITS["dropped_dh"]._replace(name="misfit", changes=((old, "new"),))
    with pytest.raises(ValueError, match=r"^misfit: '.*' stands \d+ times in lstm.py; want exactly once"):
        exhibit.cell()


def test_two_changes_of_the_same_piece_are_refused():
    with pytest.raises(ValueError, match="want exactly once"):
        cell_with("twice", (("dh_t = dh_t + dh_next", "dh_t = dh_next"), ("dh_t = dh_t + dh_next", "dh_t = dh_t")))


def test_an_error_inside_an_exhibit_shows_the_broken_line():
    cell = EXHIBITS["undefined_name"].cell()
    params = lstm.init_params(2, 3, np.random.default_rng(0))
    with pytest.raises(NameError) as caught:
        cell.forward(params, np.zeros((4, 2, 5)))
    assert "h_t = out_gate * np.tanh(C_t)" in str(caught.traceback[-1].statement)
