"""Build the site, from the executed lessons: ``python notebooks/site/make_site.py``, or ``make site``.

Nothing is run but what the sliders of the lessons draw (``frames.py``). The site opens from disk and asks for
nothing outside; what lies in ``_build/takeaway`` is offered on it.
"""

import contextlib
import json
import os
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import build  # noqa: E402
import doors  # noqa: E402
import frames  # noqa: E402
import lectures  # noqa: E402
import nbformat  # noqa: E402
import npm  # noqa: E402
import pages  # noqa: E402
import slides  # noqa: E402

from lstm_lib.lesson import explorer  # noqa: E402
from lstm_lib.lesson.figures import the_gradients  # noqa: E402

BUILT = build.HERE.parent / "_build"
LIBRARY = build.HERE.parent / "lstm_lib"
LESSON = LIBRARY / "lesson"
GUIDES = ("LECTURING.md", "graded/INSTRUCTORS.md")
TAKEAWAY = BUILT / "takeaway"
WORKSHEETS = {
    "ledger_blank.html": "The ledger of one step, to be filled in, with a card for looking up σ and tanh",
    "ledger_full.html": "The same ledger, full",
}


class SiteError(Exception):
    """A site that cannot be built; the message says why."""


def write(path, text):
    """Write a text, with the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def lay_out(names, text):
    """Put all that Sphinx reads into the folder `text`."""
    programs = {"guess": tuple((LESSON / f"guess.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))}
    drawn = frames.made(names)
    for name in names:
        made = json.loads((drawn[name] / "figures.json").read_text(encoding="utf-8")) if name in drawn else {}
        page = pages.page(name, build.read(build.HERE / f"{name}.ipynb"), programs, made)
        write(text / f"{name}.ipynb", nbformat.v4.writes(page))
    for guide in GUIDES:
        write(text / guide, (build.HERE / guide).read_text(encoding="utf-8"))
    write(text / "index.md", front(names, programs))
    write(text / "take.md", take(names))
    library(text / "api")
    shutil.copy(HERE / "conf.py", text)
    static = text / "_static"
    static.mkdir(exist_ok=True)
    for name in ("page.js", "morse.js", "site.css"):
        shutil.copy(HERE / name, static)
    shutil.copytree(build.HERE / "front", static / "front", ignore=lambda *_: ["pictures.py"])
    for folder in drawn.values():
        shutil.copytree(folder, static / "frames", ignore=lambda *_: ["figures.json"], dirs_exist_ok=True)
    controls = (LESSON / "controls.js").read_text(encoding="utf-8")
    write(static / "programs.js", f"{controls}\n{pages.script(programs)}")
    write(static / "programs.css", pages.style(programs))
    shutil.copytree(npm.kept("mathjax@3.2.2"), static / "mathjax", dirs_exist_ok=True)


def front(names, programs):
    """Return the front page: why, the live cell, and the pictures and the map of README."""
    cell = explorer.CellExplorer(**explorer.LATCH)
    live = pages.live(cell.get_state(), cell._repr_mimebundle_()["text/html"], programs, {})
    readme = (build.HERE.parent / "README.md").read_text(encoding="utf-8")
    lessons = re.search(r"^## The lessons\n\n((?:\|.*\n)+)", readme, re.MULTILINE)[1]
    remembering, *strip = re.findall(r"^<a href=.*<img .*</a>$", readme, re.MULTILINE)
    repository = doors.addresses().repository
    return string.Template((HERE / "index.md").read_text(encoding="utf-8")).substitute(
        remembering=picture(remembering),
        cell=live,
        strip="\n".join(map(picture, strip)),
        map=lessons.replace("](notebooks/", "]("),
        clone=f"`git clone {repository}`, and in that folder:" if repository else "In its folder:",
        core="\n".join(f"{title(name)} <{name}>" for name in names if "/" not in name),
        further="\n".join(f"{title(name)} <{name}>" for name in names if "/" in name),
    )


def picture(line):
    """Return a picture of README, with its link, as it stands on the front page."""
    line = line.replace("notebooks/front/", "_static/front/")
    return re.sub(r'href="notebooks/(.*?)\.ipynb"', r'href="\1.html"', line)


def take(names):
    """Return the page of what there is to download."""
    lessons = [(title(name), name.rpartition("/")[2]) for name in names]
    lines = ["# To take away", "", "## Worksheets", ""]
    lines += [link(f"take/{name}", words) for name, words in WORKSHEETS.items()]
    if extra := sorted(path.name for path in TAKEAWAY.glob("*.*")):
        lines += ["", "## The course in other forms", "", *(link(f"take/{name}", name) for name in extra)]
    lines += ["", "## Slides", "", "Each deck is one page; press S for the speaker's notes.", ""]
    lines += [link(f"slides/{name}.html", plan["title"]) for name, plan in lectures.plans().items()]
    lines += [link(f"slides/{name}.html", words) for words, name in lessons]
    lines += [
        "",
        "## Notebooks",
        "",
        "They need the library of the course: the first cell says how to get it.",
        "",
    ]
    lines += [link(f"take/{name}.ipynb", words) for words, name in lessons]
    return "\n".join(lines) + "\n"


def title(name):
    """Return the number of a lesson, and what it is called in its own first line."""
    number = name.rpartition("/")[2][:2]
    first = build.read(build.HERE / f"{name}.ipynb").cells[0].source.partition("\n")[0]
    return first.replace("#", number, 1)


def link(address, words):
    """Return an entry of a list that leads to a file: Sphinx looks for pages only."""
    return f'- <a href="{address}">{words}</a>'


def library(folder):
    """Write a page for each module of the library, from its docstrings."""
    modules = sorted(path.stem for path in LIBRARY.glob("*.py") if path.stem != "__init__")
    title = "The library, module by module"
    lines = [title, "=" * len(title), "", ".. automodule:: lstm_lib", "", ".. toctree::", "   :maxdepth: 1", ""]
    write(folder / "index.rst", "\n".join([*lines, *(f"   {name}" for name in modules), ""]))
    for name in modules:
        full = f"lstm_lib.{name}"
        write(folder / f"{name}.rst", f"{full}\n{'=' * len(full)}\n\n.. automodule:: {full}\n   :members:\n")


def beside(names, site):
    """Put decks and downloads beside the pages."""
    slides.build_decks(names, site / "slides")
    lectures.build_lectures(lectures.chosen([]), site / "slides")
    lectures.write_index(site / "slides")
    downloads = site / "take"
    downloads.mkdir(exist_ok=True)
    with contextlib.redirect_stdout(None):
        the_gradients.pages(downloads)
    for name in names:
        shutil.copy(build.HERE / f"{name}.ipynb", downloads)
    for path in TAKEAWAY.glob("*.*"):
        shutil.copy(path, downloads)


def build_site(site, names=None):
    """Write the site into the folder `site`, or complain of the first thing that is wrong."""
    names = build.chosen([], build.HERE) if names is None else names
    text = site.with_name(f"{site.name}-text")
    shutil.rmtree(text, ignore_errors=True)
    for old in site.glob("*"):
        if old.name != "lite":  # JupyterLite, which is built beside the pages
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    lay_out(names, text)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-j", "2"]
    paths = os.pathsep.join(map(str, (HERE, build.HERE)))  # conf.py names a function of pages.py
    if subprocess.run(
        [*command, "-d", text / ".trees", text, site], env=os.environ | {"PYTHONPATH": paths}
    ).returncode:
        raise SiteError("Sphinx complains, see above")
    beside(names, site)


def main():
    """Build the site; return the exit code."""
    try:
        build_site(BUILT / "site")
    except (SiteError, pages.PageError, npm.NpmError, build.BuildError) as error:
        print(error, file=sys.stderr)
        return 1
    print("_build/site/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
