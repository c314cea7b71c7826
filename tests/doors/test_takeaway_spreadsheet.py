"""The spreadsheet computes what the library computes, by other programs, and shows it to who computes nothing."""

import shutil
import subprocess
import warnings

import numpy as np
import openpyxl
import pytest
import spreadsheet

LIBREOFFICE = shutil.which("soffice")
ROWS = [row for parts in spreadsheet.SHEETS.values() for rows in parts.values() for row in rows]


def given(seed):
    """Return the course's numbers, or others that all differ."""
    numbers = spreadsheet.walkthrough()
    if seed:
        numbers = dict(
            zip(numbers, np.random.default_rng(seed).uniform(-2, 2, len(numbers)).tolist(), strict=True)
        )
    return numbers


@pytest.fixture
def emptied(tmp_path):
    """Return a function that writes the workbook with its formulas and without the numbers they give."""

    def write(numbers):
        spreadsheet.write(tmp_path / "whole.xlsx", numbers)
        openpyxl.load_workbook(tmp_path / "whole.xlsx").save(tmp_path / "emptied.xlsx")
        return tmp_path / "emptied.xlsx"

    return write


def shown(path):
    """Return the number that stands beside each name."""
    cells = [
        row for sheet in openpyxl.load_workbook(path, data_only=True) for row in sheet.iter_rows(values_only=True)
    ]
    names = {row.name for row in ROWS}
    return {row[0]: row[3] for row in cells if row[0] in names}


def assert_right(found, numbers):
    right = spreadsheet.computed(numbers)
    assert found.keys() == right.keys()
    for name, value in right.items():
        assert np.isclose(found[name], value, rtol=1e-12, atol=1e-12), name


@pytest.mark.parametrize("seed", [0, 1])
def test_a_reader_that_computes_nothing_shows_what_the_library_computes(seed, tmp_path):
    spreadsheet.write(tmp_path / "step.xlsx", given(seed))
    assert_right(shown(tmp_path / "step.xlsx"), given(seed))


def test_nothing_that_is_computed_is_typed(emptied):
    left = shown(emptied(given(0)))
    assert {name for name, value in left.items() if value is not None} == given(0).keys()
    assert {row.name for row in ROWS if not row.sheet} == given(0).keys()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_another_program_computes_the_same(seed, emptied):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own
        import formulas

        solution = formulas.ExcelModel().loads(str(emptied(given(seed)))).finish().calculate()
    found = {}
    for title, parts in spreadsheet.SHEETS.items():
        sheet = openpyxl.load_workbook(emptied(given(seed)))[title]
        for row in sheet.iter_rows():
            if row[0].value in {row.name for rows in parts.values() for row in rows}:
                found[row[0].value] = solution[f"'[emptied.xlsx]{title.upper()}'!D{row[0].row}"].value[0, 0]
    assert_right(found, given(seed))


@pytest.mark.slow
@pytest.mark.skipif(LIBREOFFICE is None, reason="there is no LibreOffice on this machine")
@pytest.mark.parametrize("seed", [0, 1])
def test_libreoffice_computes_the_same(seed, emptied, tmp_path):
    folder = tmp_path / "computed"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        LIBREOFFICE,
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        folder,
        emptied(given(seed)),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    assert_right(shown(folder / "emptied.xlsx"), given(seed))
