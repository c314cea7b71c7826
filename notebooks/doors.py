"""What a lesson says where it is opened away from the course: by mail, in Colab, in an editor without the library.

Its first cell of code begins with a guard, and its first page has a line of other ways in. Both are made from the
addresses in pyproject.toml, when the lesson is built; as long as these are placeholders, no address is given.
"""

import tomllib
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
PLACEHOLDER = "example.org"
ALONE = """from importlib.util import find_spec

if find_spec("lstm_lib") is None:
    raise ModuleNotFoundError("{words}")
"""
WITH_AN_ADDRESS = """import sys
from importlib.util import find_spec

if find_spec("lstm_lib") is None and "google.colab" in sys.modules:
    get_ipython().run_line_magic("pip", "install --quiet git+{repository}")
elif find_spec("lstm_lib") is None:
    raise ModuleNotFoundError("{words}")
"""
WORDS = "This lesson needs the library of its course, lstm_lib: open it in a copy of the whole course."
WORDS_WITH_AN_ADDRESS = "This lesson needs the library of its course: pip install git+{repository}"


class Addresses(NamedTuple):
    """Where the course is: its repository and its site; "" where there is none."""

    repository: str = ""
    site: str = ""


def addresses(project=PROJECT):
    """Return the addresses of the course."""
    urls = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["urls"]
    return Addresses(*("" if PLACEHOLDER in urls[key] else urls[key] for key in ("Repository", "Site")))


def guard(repository):
    """Return the lines that say in one sentence what to do where the library is missing; in Colab they do it."""
    if not repository:
        return ALONE.format(words=WORDS)
    words = WORDS_WITH_AN_ADDRESS.format(repository=repository)
    return WITH_AN_ADDRESS.format(repository=repository, words=words)


def line(name, place):
    """Return the line with the other ways to a lesson; "" where there is none."""
    ways = []
    if place.site:
        ways.append(f"[a page]({place.site}/{name}.html)")
    if place.repository.startswith("https://github.com/"):
        where = place.repository.removeprefix("https://github.com/")
        ways.append(f"[Binder](https://mybinder.org/v2/gh/{where}/HEAD?labpath=notebooks/{name}.ipynb)")
        ways.append(f"[Colab](https://colab.research.google.com/github/{where}/blob/main/notebooks/{name}.ipynb)")
    return f"This lesson is also {', '.join(ways)}." if ways else ""


def open_up(cells, name, place=None):
    """Put the guard and the line into the cells of a lesson that uses the library."""
    place = addresses() if place is None else place
    codes = [cell for cell in cells if cell.cell_type == "code"]
    if not codes or "lstm_lib" not in codes[0].source:
        return
    label, _, rest = codes[0].source.partition("\n")
    if label.startswith("# Setup"):
        codes[0].source = f"{label}\n{guard(place.repository)}\n{rest}"
    else:
        codes[0].source = f"{guard(place.repository)}\n{codes[0].source}"
    if (ways := line(name, place)) and cells[0].cell_type == "markdown":
        cells[0].source += f"\n\n{ways}"


def without_guard(source, place=None):
    """Return the text of a cell as its author wrote it."""
    place = addresses() if place is None else place
    return source.replace(guard(place.repository) + "\n", "")
