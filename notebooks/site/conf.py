"""How Sphinx builds the site; ``make_site.py`` puts this file beside the pages, and says what is left out here."""

import re

project = html_title = "The LSTM by Hand"
author = "The LSTM by Hand authors"
language = "en-GB"
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc"]
nb_execution_mode = "off"
nb_mime_priority_overrides = [("html", "text/html", 0)]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "pages.anchor"
numpydoc_show_class_members = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
add_module_names = False

html_theme = "sphinx_book_theme"
html_theme_options = {
    "use_download_button": False,
    "navbar_persistent": [],
    "show_toc_level": 2,
    "toc_title": "On this page",
    "footer_content_items": [],
}
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_js_files = ["programs.js", "morse.js", "page.js"]
html_css_files = ["programs.css", "site.css"]
html_copy_source = False
html_show_sphinx = False
html_favicon = None
mathjax_path = "mathjax/tex-svg-full.js"
mathjax3_config = {
    "tex": {"packages": {"[-]": ["noundefined"]}},  # an unknown command is an error, not red letters
    "options": {"enableMenu": False},
    "svg": {"fontCache": "local"},
}


def plain_text(app, what, name, obj, options, lines):
    """Let a docstring say what it says: a bar and a star are no marks, a table of a module stays as it is set."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = line.split("``")
            parts[::2] = [re.sub(r"(?=\|)|(?<=[(, ])(?=\*\w)", r"\\", part) for part in parts[::2]]
            lines[number] = "``".join(parts)
    if what == "module":
        starts = [n for n, line in enumerate(lines) if line.startswith("    ") and n and not lines[n - 1].strip()]
        for n in reversed(starts):
            lines[n:n] = ["::", ""]


def not_a_field(app, what, name, obj, skip, options):
    """Leave the fields of a tuple out: its docstring has told of them."""
    return True if (getattr(obj, "__doc__", None) or "").startswith("Alias for field number") else None


def setup(app):
    """Read docstrings before numpydoc does."""
    app.connect("autodoc-skip-member", not_a_field)
    app.connect("autodoc-process-docstring", plain_text, priority=100)
