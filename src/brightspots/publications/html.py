"""One HTML file that asks nothing of the network: styles and pictures are inside it."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from brightspots.publications.charts.look import DARK

if TYPE_CHECKING:
    from jinja2 import Template

    from brightspots.publications.document import Picture, Report

TEMPLATES = Path(__file__).parent / "templates"
NAMESPACE = re.compile(r' xmlns(:\w+)?="[^"]*"')


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["drawn"] = _drawn
    environment.globals["colours"] = DARK
    return environment.get_template("report.html.j2")


def _drawn(picture: Picture) -> str:
    """Return a picture as an element of the page, in the page's colours, and with its numbers in words."""
    svg = NAMESPACE.sub("", picture.chart.svg())
    for colour in DARK:
        svg = svg.replace(colour, f"var(--{colour[1:]})")
    named = f'<svg role="img" focusable="false" aria-label="{escape(picture.alternative)}" '
    return svg.replace("<svg ", named, 1)


def to_html(report: Report) -> str:
    """Return a report as one HTML page."""
    return _template().render(report=report)
