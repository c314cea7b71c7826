"""How a lesson becomes a page to hand out: ``jupyter nbconvert --config handout/config.py LESSON.ipynb``."""

from pathlib import Path

c = get_config()  # noqa: F821  nbconvert gives it
c.NbConvertApp.export_format = "html"
c.HTMLExporter.template_name = "handout"
c.TemplateExporter.extra_template_basedirs = [str(Path(__file__).resolve().parents[1])]
c.TemplateExporter.exclude_input_prompt = c.TemplateExporter.exclude_output_prompt = True
# a page has no kernel: of a live figure it shows the picture that is stored beside it
c.NbConvertBase.display_data_priority = [
    "text/html",
    "text/latex",
    "image/svg+xml",
    "image/png",
    "text/markdown",
    "text/plain",
]
