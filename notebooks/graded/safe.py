r"""What a student wrote in Markdown, as HTML that nobody's browser can be harmed by.

A page of nbgrader runs in the teacher's session, where a script could give itself marks. So text goes through
Jupyter's own Markdown, then through nh3, a kept sanitiser: nothing stays that runs, loads from elsewhere or
dresses the page. Pictures stay where their bytes are pictures; formulas become MathML, which needs no script.
"""

import base64
import binascii
import html
import re
from xml.etree import ElementTree

import latex2mathml.converter
import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

LONGEST = 20_000  # characters of one cell that are shown
PICTURE = 3 << 20  # bytes of one picture
FORMULAS, FORMULA = 200, 2000  # how many in a cell, and characters of one
DEEPEST = 60  # elements inside one another
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}
TAGS = set(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption cite code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins "
        "kbd li mark ol p pre q s samp small strong sub summary sup table tbody td tfoot th thead tr tt u ul "
        "var",
    )
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
MATHML = set(
    re.findall(
        r"\w+",
        "math maction mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace "
        "msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none",
    )
)
MATHML_ATTRIBUTES = set(
    re.findall(
        r"\w+",
        "accent columnalign display displaystyle fence linethickness lspace mathvariant maxsize minsize "
        "rowspacing rspace scriptlevel separator stretchy symmetric",
    )
)
# characters for private use; between the first two, the number of a formula that is put in at the end
MARKS = re.compile("\ue000\\d+\ue001|[\ue000-\uf8ff]")
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


def markdown(source, attachments=None):
    r"""Return Markdown as one block of HTML that can be put into a notebook's Markdown cell as it is.

    Parameters
    ----------
    source : str
        As the student wrote it; what is longer than `LONGEST` is cut.
    attachments : dict, optional
        {name: {kind: base64}}: the pictures that were pasted into the cell.

    Returns
    -------
    str
        One line. Text that is no Markdown at all, or would take too much of a page, is shown as it is.

    Examples
    --------
    >>> page = markdown("**Yes**, $f^T$ <script>alert(1)</script> ![x](https://example.org/x.png)")
    >>> "<strong>Yes</strong>" in page, "<math" in page, "<script" in page, "<img" in page
    (True, True, False, False)
    """
    cut = source if len(source) <= LONGEST else source[:LONGEST] + " … (cut: too long to be shown)"
    cut = MARKS.sub("", re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", cut))
    renderer = _Safe(attachments or {})
    try:
        page = _CLEANER.clean(MarkdownWithMath(renderer=renderer).render(cut))
        page = re.sub("\ue000(\\d+)\ue001", lambda match: renderer.formulas[int(match[1])], page)
        if _depth(page) > DEEPEST:
            raise ValueError("too deep for a page")
    except Exception:  # whatever breaks a parser is text all the same
        page = f"<pre>{html.escape(cut)}</pre>"
    # MathJax and Markdown find nothing in it: neither a line of its own, nor what they take for a mark
    for character in "\\$`\n":
        page = page.replace(character, f"&#{ord(character)};")
    return f'<div class="tex2jax_ignore mathjax_ignore">{page}</div>'


class _Safe(IPythonRenderer):
    """Renders as Jupyter does, but for formulas, pictures and code."""

    def __init__(self, attachments):
        super().__init__(escape=False, exclude_anchor_links=True)
        self.pasted, self.formulas = attachments, []

    def block_code(self, code, info=None):
        return f"<pre><code>{html.escape(code)}</code></pre>\n"

    def block_math(self, body):
        return self._formula(body, "block")

    def inline_math(self, body):
        return self._formula(body, "inline")

    def latex_environment(self, name, body):
        return self._formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    def _formula(self, body, display):
        self.formulas.append(formula(body, display) if len(self.formulas) < FORMULAS else _as_text(body))
        return f"\ue000{len(self.formulas) - 1}\ue001"

    def image(self, text, url, title=None):
        kept = self._pasted(url[len("attachment:") :]) if url.startswith("attachment:") else picture(url)
        shown = html.escape(_text_of(text))
        return f'<img src="{kept}" alt="{shown}">' if kept else f"[picture: {shown}, {html.escape(url[:200])}]"

    def _pasted(self, name):
        kinds = self.pasted.get(name) if isinstance(self.pasted, dict) else None
        data = kinds if isinstance(kinds, dict) else {}
        return next(
            filter(None, (picture(f"data:{kind};base64,{_joined(data.get(kind))}") for kind in data)), None
        )


def _joined(text):
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _text_of(markup):
    return MARKS.sub("", html.unescape(nh3.clean(markup, tags=set())))


def picture(url):
    """Return the address of a picture that carries its own bytes, cleaned; None for any other address.

    Examples
    --------
    >>> picture("data:image/gif;base64,R0lGODlh"), picture("https://example.org/x.png")
    ('data:image/gif;base64,R0lGODlh', None)
    """
    kind, found, data = url.removeprefix("data:").partition(";base64,")
    return f"data:{kind};base64,{clean}" if found and (clean := picture_bytes(kind, data)) else None


def picture_bytes(kind, data):
    """Return the base64 of a picture, written anew from its bytes; None where they are no such picture."""
    if kind not in SIGNATURES or len(data) > PICTURE * 4 / 3:
        return None
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(content).decode() if content.startswith(SIGNATURES[kind]) else None


def _attribute(tag, name, value):
    if (tag, name) == ("img", "src"):
        return picture(value)
    if (tag, name) == ("a", "href"):
        return value if re.match(r"(?i)(https?://|mailto:)", value) else None
    return MARKS.sub("", value)  # a formula is an element: it has no place in an attribute


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "data"},
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def formula(tex, display="inline"):
    r"""Return TeX as MathML, made anew from elements that are known; what cannot be read is shown as it is.

    Examples
    --------
    >>> formula(r"h_t")
    '<math display="inline"><mrow><msub><mi>h</mi><mi>t</mi></msub></mrow></math>'
    >>> "javascript" in formula(r"\href{javascript:alert(1)}{x}")
    False
    """
    try:
        if len(tex) > FORMULA:
            return _as_text(tex)
        return _written(ElementTree.fromstring(latex2mathml.converter.convert(tex, display=display)))
    except Exception:  # a formula that is none
        return _as_text(tex)


def _written(element):
    tag = element.tag.removeprefix(NAMESPACE)
    if tag not in MATHML:
        raise ValueError(f"{tag} is no element of a formula")
    kept = {name: value for name, value in element.attrib.items() if name in MATHML_ATTRIBUTES}
    inside = html.escape(element.text or "")
    inside += "".join(_written(child) + html.escape(child.tail or "") for child in element)
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in kept.items())
    return f"<{tag}{attributes}>{inside}</{tag}>"


def _as_text(tex):
    return f"<code>{html.escape(tex)}</code>"


def _depth(page):
    """Return how many elements stand inside one another: parsers of a page may go down by recursion."""
    deepest = depth = 0
    for closing, tag in re.findall(r"<(/?)(\w+)", page):
        if tag not in ("br", "hr", "img"):
            depth += -1 if closing else 1
            deepest = max(deepest, depth)
    return deepest
