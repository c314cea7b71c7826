"""What an eye meets on an open page: how high each kind of thing stands, and which words can hardly be read."""

SCREEN = 779  # px of a notebook that a window of 900 px shows below its menus and tabs

HEIGHTS = """() => {
  const heights = {prose: 0, code: 0, bars: 0, outputs: 0};
  const add = (kind, element) => { heights[kind] += element?.getBoundingClientRect().height ?? 0 };
  for (const cell of document.querySelectorAll('.jp-Notebook .jp-Cell')) {
    const folded = cell.querySelector('.jp-Cell-inputWrapper .jp-Placeholder');
    const kind = cell.classList.contains('jp-MarkdownCell') ? 'prose' : folded ? 'bars' : 'code';
    add(kind, cell.querySelector('.jp-Cell-inputWrapper'));
    add('outputs', cell.querySelector('.jp-Cell-outputWrapper'));
  }
  return heights;
}"""
FAINT = """() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [red, green, blue] = parts(colour).map(
      v => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const opaque = colour => colour !== 'none' && (parts(colour)[3] ?? 1) > 0.5;
  const behind = word => {  // the last shape of a drawing that holds the middle of the word
    const at = word.getBoundingClientRect();
    const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
    const holds = box => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
    const shapes = [...word.ownerSVGElement.querySelectorAll('rect, circle')];
    return shapes.reverse().find(shape => opaque(getComputedStyle(shape).fill)
      && holds(shape.getBoundingClientRect()));
  };
  const ground = element => {
    const shape = element.ownerSVGElement && behind(element);
    if (shape) return light(getComputedStyle(shape).fill);
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (opaque(colour)) return light(colour);
    }
    return 1;
  };
  const words = 'p, td, th, span, div, pre, code, figcaption, strong, em, summary, li, label, output, button, a, '
    + 'h1, h2, h3, text, tspan, mjx-mi, mjx-mn, mjx-mo, mjx-mtext';
  const faint = new Set();
  // Not the prompts, [ ], and no code, in cells or in fences: their colours are JupyterLab's own.
  for (const place of ['.jp-RenderedHTMLCommon', '.jp-OutputArea-output', '.jp-Placeholder']) {
    for (const element of document.querySelectorAll(`.jp-Notebook ${place}`)) {
      for (const each of element.querySelectorAll(words)) {
        const own = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const said = (own || each.tagName.startsWith('MJX')) && !each.closest('.jp-RenderedMarkdown pre');
        if (!said || !each.getClientRects().length) continue;
        const style = getComputedStyle(each);
        const [ink, paper] = [light(each.ownerSVGElement ? style.fill : style.color), ground(each)];
        const contrast = (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
        const whole = (each.closest('mjx-container') ?? each).textContent.slice(0, 40);
        if (contrast < 4.5) faint.add(`${contrast.toFixed(1)}: ${whole}`);
      }
    }
  }
  return [...faint];
}"""


def shares(page):
    """Return how much of a notebook's height each kind of thing takes: prose, code that is open, bars, outputs."""
    heights = page.evaluate(HEIGHTS)
    whole = sum(heights.values())
    return {kind: height / whole for kind, height in heights.items()}


def screens(page):
    """Return how many windows of 900 px a notebook fills, from its first cell to the end of its last."""
    cells = page.locator(".jp-Notebook .jp-Cell")
    first, last = cells.first.bounding_box(), cells.last.bounding_box()
    return (last["y"] + last["height"] - first["y"]) / SCREEN


def faint(page):
    """Return the words on the page whose contrast with what is behind them is less than 4.5."""
    return page.evaluate(FAINT)
