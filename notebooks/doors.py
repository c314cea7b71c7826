"""What a lesson says where it is opened away from the course: by mail, in Colab, in an editor without the library.

Its first cell of code begins with a guard, and its first page has a line of other ways in. Both are made from the
addresses in pyproject.toml, when the lesson is built; as long as these are placeholders, no address is given.
From them come the lines of README, too, about running the course with nothing installed. Once there are addresses:

    python notebooks/doors.py https://github.com/OWNER/REPOSITORY https://SITE      then build all lessons
"""

import argparse
import functools
import re
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
README = PROJECT.with_name("README.md")
PLACEHOLDER = "example.org"
OPENING, CLOSING = "<!-- doors: made by notebooks/doors.py -->\n", "<!-- doors end -->\n"
BINDER, COLAB = "https://mybinder.org", "https://colab.research.google.com"
FETCHED = "NumPy, Matplotlib and what comes with them are fetched from Pyodide's address (cdn.jsdelivr.net)"
JOB = "../../actions/workflows/lite.yml"
RUNS = f"[![each week a lesson is run whole in a browser: does it print what you read?]({JOB}/badge.svg)]({JOB})"
NOT_YET = f"""Nothing installed: `make lite` writes the course for a browser, to be put on any web server.
{FETCHED} when a lesson is first run there.
{RUNS}
"""
OPEN = f"""Nothing installed: {{ways}}. In your browser,
{FETCHED} when a lesson is first run.
{RUNS}
"""
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
    urls = urls_in(project.read_text(encoding="utf-8"))
    return Addresses(*("" if PLACEHOLDER in urls[key] else urls[key] for key in ("Repository", "Site")))


@functools.cache
def urls_in(text):
    """Return the addresses in the text of pyproject.toml; it is read for each lesson, and takes its time."""
    return tomllib.loads(text)["project"]["urls"]


def guard(repository):
    """Return the lines that say in one sentence what to do where the library is missing; in Colab they do it."""
    if not repository:
        return ALONE.format(words=WORDS)
    words = WORDS_WITH_AN_ADDRESS.format(repository=repository)
    return WITH_AN_ADDRESS.format(repository=repository, words=words)


def line(name, place):
    """Return the line with the other ways to a lesson; "" where there is none."""
    ways = [f"[a page]({place.site}/{name}.html)"] if place.site else []
    ways += [f"[in {where}]({address})" for where, address in runs(name, place).items()]
    return f"This lesson is also {', '.join(ways)}." if ways else ""


def runs(name, place):
    """Return where a lesson runs with nothing installed: what the place is called → the address."""
    found = {"your browser": f"{place.site}/lite/lab/index.html?path={name}.ipynb"} if place.site else {}
    if place.repository.startswith("https://github.com/"):
        where = place.repository.removeprefix("https://github.com/")
        found["Binder"] = f"{BINDER}/v2/gh/{where}/HEAD?labpath=notebooks/{name}.ipynb"
        found["Colab"] = f"{COLAB}/github/{where}/blob/main/notebooks/{name}.ipynb"
    return found


def lines_of_readme(place):
    """Return what README says about running the course with nothing installed."""
    images = {"Binder": f"{BINDER}/badge_logo.svg", "Colab": f"{COLAB}/assets/colab-badge.svg"}
    ways = [
        f"[{f'![{where}]({images[where]})' if where in images else where}]({address})"
        for where, address in runs("00_start_here", place).items()
    ]
    return OPENING + (OPEN.format(ways="\n".join(ways)) if ways else NOT_YET) + CLOSING


def settle(repository, site, project=PROJECT, readme=README):
    """Write the addresses of the course into the project and into README.

    Raises
    ------
    ValueError
        An address that is not one of https, or ends with a slash.
    """
    text = project.read_text(encoding="utf-8")
    for key, address in (("Repository", repository), ("Site", site)):
        if not re.fullmatch(r"https://[\w.-]+(/[\w.-]+)+", address):
            raise ValueError(f"{key} is {address!r}; want https://…/…, with no slash at the end")
        text = re.sub(rf'^{key} = ".*"$', f'{key} = "{address}"', text, flags=re.MULTILINE)
    project.write_text(text, encoding="utf-8")
    before, _, rest = readme.read_text(encoding="utf-8").partition(OPENING)
    after = rest.partition(CLOSING)[2]
    readme.write_text(before + lines_of_readme(addresses(project)) + after, encoding="utf-8")


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


def main(arguments=None):
    """Write down the addresses; return the exit code."""
    parser = argparse.ArgumentParser(description="Say where the course is: its repository and its site.")
    parser.add_argument("repository", help="https://github.com/OWNER/REPOSITORY")
    parser.add_argument("site", help="where the site is published")
    asked = parser.parse_args(arguments)
    try:
        settle(asked.repository, asked.site)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print("Written into pyproject.toml and README.md. The lessons have them when they are built: make notebooks")
    return 0


if __name__ == "__main__":
    sys.exit(main())
