"""What an eye meets on an open page: how high each kind of thing stands, and whether words can be told from ground."""

HEIGHTS = """() => {
  const heights = {prose: 0, code: 0, bars: 0, outputs: 0};
  const add = (kind, element) => { if (element) heights[kind] += element.getBoundingClientRect().height };
  for (const cell of document.querySelectorAll('.jp-Notebook .jp-Cell')) {
    const folded = cell.querySelector('.jp-Cell-inputWrapper .jp-Placeholder, .jp-Cell-inputWrapper.jp-mod-collapsed');
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
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0.5) return light(colour);
    }
    return 1;
  };
  const words = 'p, td, th, span, figcaption, strong, em, summary, li, label, mjx-mi, mjx-mn, mjx-mo, mjx-mtext';
  const faint = new Set();
  for (const place of ['.jp-RenderedHTMLCommon', '.jp-OutputArea-output']) {
    for (const element of document.querySelectorAll(`.jp-Notebook ${place}`)) {
      for (const each of element.querySelectorAll(words)) {
        const own = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        if (!each.getClientRects().length || !(own || each.tagName.startsWith('MJX'))) continue;
        const [ink, paper] = [light(getComputedStyle(each).color), ground(each)];
        const contrast = (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05);
        if (contrast < 4.5) faint.add(`${contrast.toFixed(1)}: ${(each.closest('mjx-container') ?? each).textContent.slice(0, 40)}`);
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


def faint(page):
    """Return the words on the page whose contrast with what is behind them is less than 4.5."""
    return page.evaluate(FAINT)
