"""What stands on the slides of a deck, counted, and the rules it keeps: ``python tests/doors/deck_page.py 04``.

Kinds are told from the cells, without a browser. With ``--browser`` every slide is looked at as well: empty
halves, small code, small lettering in figures. Title slides, and those that only ask, may be as empty as they
like.
"""

import argparse
import re
import sys
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
sys.path.insert(0, str(NOTEBOOKS))

import slides  # noqa: E402

MOST_PROSE, MOST_CONSOLE, LEAST_FIGURES = 0.08, 0.08, 0.25
MOST_LINES = 10
BOOK_KEEPING = re.compile(
    rf"^\s*assert\b|\breveal\(|\bpredict\(\"|# fmt:|^{slides.view.LABEL.pattern}", re.MULTILINE
)
MARKS = {  # in the HTML of an output, or in Markdown: what stands there
    "figure": r"<img |<svg|!\[",
    "live": r'class="live"',
    "question": r'class="question|\*\*Predict\.\*\*',
    "answer": r'class="answer',
    "table": r"<table|^\|.*\|$",
    "said": r'class="said"',
    "formula": r"\$\$|<sub>",
}
# px at 1280 x 720; the lettering of a figure is 11 points, at 150 dots an inch
LEAST = {"prose": 24, "code": 20, "figure": 16, "lettering": 11 / 72 * 150, "filled": 0}
WANTED = LEAST | {"code": 24, "figure": 22, "filled": 0.5}

# Walks through a deck, everything uncovered, and returns a line for each thing that is wrong.
WALK = """
(least) => {
  const wrong = [];
  Reveal.getSlides().forEach((slide, n) => {
    const at = Reveal.getIndices(slide);
    Reveal.slide(at.h, at.v);
    const box = slide.getBoundingClientRect(), scale = box.width / 1280;
    const text = (where) => where.textContent.trim().replace(/\\s+/g, " ").slice(0, 60);
    const say = (what, where) => wrong.push(`slide ${n + 1}: ${what}: ${text(where)}`);
    slide.querySelectorAll(".fragment").forEach((fragment) => fragment.classList.add("visible"));
    if (!slide.innerText.trim() && !slide.querySelector("img, svg")) say("empty", slide);
    if (!slide.querySelector("h1, h2, h3")) say("no heading", slide);
    if (Math.hypot(box.height - innerHeight, box.width - innerWidth) > 1) say("not as large as the screen", slide);
    for (const element of slide.querySelectorAll("*")) {
      if (element.closest("aside, script, mjx-assistive-mml, g, defs")) continue;
      const own = element.getBoundingClientRect(), style = getComputedStyle(element);
      if (own.width && (own.left < box.left + 40 * scale || own.right > box.right - 40 * scale
        || own.top < box.top + 28 * scale || own.bottom > box.bottom - 32 * scale)) say("over the edge", element);
      if (style.display === "inline" || element.closest("mjx-container") || element.querySelector("mjx-container"))
        continue;
      const wide = element.scrollWidth - element.clientWidth, high = element.scrollHeight - element.clientHeight;
      if (element.clientWidth && (wide > 2 || high > 8)) say("larger than its box", element);
    }
    const small = new Set();  // one complaint for a piece of code, not one for each of its words
    const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.data, parent = texts.currentNode.parentElement;
      if (!text.trim() || parent.closest("aside, script, style, mjx-container, sub, sup")) continue;
      if (!parent.getClientRects().length) continue;  // not shown
      const code = parent.closest("pre, code"), size = parseFloat(getComputedStyle(parent).fontSize);
      if (size < (code ? least.code : least.prose) && !small.has(code ?? parent)) {
        small.add(code ?? parent);
        say(`letters of ${+size.toFixed(1)} px`, code ?? parent);
      }
      if (!code && /[$]|\\\\\\(/.test(text)) say("a formula that is not set", parent);
    }
    for (const formula of slide.querySelectorAll("mjx-container"))
      if (formula.querySelector("[data-mjx-error]")) say("a formula with an error", formula);
      else if (parseFloat(getComputedStyle(formula).fontSize) < least.prose) say("a small formula", formula);
    for (const image of slide.querySelectorAll("img")) {
      const {width, height} = image.getBoundingClientRect();
      const enlarged = Math.min(width / image.naturalWidth, height / image.naturalHeight) / scale;
      if (!(enlarged * least.lettering >= least.figure))
        say(`a picture too small to be read, ${(enlarged * least.lettering).toFixed(1)} px`, slide);
    }
    if (!slide.querySelector("h1, .question, .predict, .asks") && filled(slide, box) < least.filled)
      say(`only ${Math.round(100 * filled(slide, box))} % of its height is used`, slide);
  });
  return wrong;

  // The part of a slide's height that its heading and what stands below it take.
  function filled(slide, box) {
    const heading = slide.querySelector("h2, h3")?.getBoundingClientRect().height ?? 0;
    let top = Infinity, bottom = -Infinity;
    for (const element of slide.querySelectorAll(".content *")) {
      const hidden = element.closest("aside, script, style, mjx-assistive-mml");
      if (hidden || element.querySelector("p, li, img, pre, td")) continue;
      const own = element.getBoundingClientRect();
      if (own.height) top = Math.min(top, own.top), bottom = Math.max(bottom, own.bottom);
    }
    return (heading + Math.max(0, bottom - top)) / box.height;
  }
}
"""


def kinds(slide):
    """Return what stands on a slide that is ready for the wall: prose, formula, figure, code and so on."""
    found = set()
    for cell in slide.cells:
        if cell.cell_type == "markdown":
            found |= marks(cell.source) or ({"prose"} if cell.source.strip() else set())
            continue
        if not slides.tagged(slides.OUTPUT_ONLY, cell):
            found.add("code")
        for output in cell.outputs:
            found |= kinds_of_output(output)
    return found


def kinds_of_output(output):
    """Return what an output is on a wall."""
    data = output.get("data", {})
    if "text/html" in data:
        return marks(data["text/html"]) or {"formula"}
    if "text/latex" in data:
        return {"formula"}
    return {"figure"} if "image/png" in data else {"console"}


def marks(text):
    """Return the kinds whose marks are in a text."""
    return {kind for kind, mark in MARKS.items() if re.search(mark, text, re.MULTILINE)}


def breaches(slide):
    """Return what is against a rule on one slide; of two of the rules a deck may break a few."""
    code = [c.source for c in slide.cells if c.cell_type == "code" and not slides.tagged(slides.OUTPUT_ONLY, c)]
    lines = sum(bool(line.strip()) for source in code for line in source.splitlines())
    found, stands = [], kinds(slide)
    if not heading(slide):
        found.append("no heading")
    if any(map(BOOK_KEEPING.search, code)):
        found.append("book-keeping")
    if lines > MOST_LINES:
        found.append(f"{lines} lines of code")
    if stands == {"prose"} and not may_be_bare(slide):
        found.append("prose only")
    if "console" in stands and stands <= {"console", "prose"}:
        found.append("console only")
    return found


def heading(slide):
    """Return the heading that a slide shows."""
    return slide.cells[0].metadata["wall"]["heading"]


def may_be_bare(slide):
    """Say whether a slide is a title, a section, or one that only asks."""
    head = slide.cells[0].metadata["wall"]
    return head["level"] == 1 or head["asks"] or not any(cell.get("source") for cell in slide.cells)


def deck(name):
    """Return the slides of a lesson, ready for the wall."""
    return slides.slides_of(slides.prepare(slides.lesson(name)))


def count(deck):
    """Return how often each rule is broken on the slides of a deck, and how many slides have a figure."""
    every = [word for slide in deck for word in breaches(slide)]
    names = ["no heading", "book-keeping", "prose only", "console only"]
    found = {name: every.count(name) for name in names}
    found["long code"] = sum(word.endswith("lines of code") for word in every)
    return found | {"figure": sum("figure" in kinds(slide) for slide in deck), "slides": len(deck)}


def broken(found):
    """Return the rules that a count breaks."""
    total = found["slides"]
    wrong = [name for name in ("no heading", "book-keeping", "long code") if found[name]]
    wrong += ["prose only"] * (found["prose only"] > MOST_PROSE * total)
    wrong += ["console only"] * (found["console only"] > MOST_CONSOLE * total)
    return wrong + ["too few figures"] * (found["figure"] < LEAST_FIGURES * total)


def looked_at(names):
    """Return for each lesson what a browser finds against the rules on its slides."""
    import lab

    paths = slides.build_decks(names, slides.BUILT / "slides")
    with lab.chromium() as browser:
        page = lab.patient_page(browser, offline=True, viewport={"width": 1280, "height": 720})
        for name, path in zip(names, paths, strict=True):
            page.goto(path.as_uri())
            page.wait_for_function("() => window.Reveal && Reveal.isReady()")
            yield name, page.evaluate(WALK, WANTED)


def main(arguments=None):
    """Print the counts of decks, and each breach; return 1 where a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="lessons, by number or name; all by default")
    parser.add_argument("--browser", action="store_true", help="look at every slide, too: space and sizes")
    options = parser.parse_args(arguments)
    names, wrong = slides.build.chosen(options.names, NOTEBOOKS), False
    for name in names:
        cut = deck(name)
        found = count(cut)
        print(f"\n{name}: " + ", ".join(f"{n} {word}" for word, n in found.items()))
        print(f"  breaks: {', '.join(broken(found)) or 'none'}")
        wrong = wrong or bool(broken(found))
        for number, slide in enumerate(cut, 1):
            for word in breaches(slide):
                print(f"  slide {number} ({heading(slide)}): {word}")
    for name, lines in looked_at(names) if options.browser else []:
        print(f"\n{name} in a browser: {len(lines)}", *lines, sep="\n  ")
        wrong = wrong or bool(lines)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
