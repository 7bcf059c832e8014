"""One HTML file that asks nothing of the network: styles and pictures are inside it."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from brightspots.publications.charts.look import DARK, WIDTH

if TYPE_CHECKING:
    from jinja2 import Template

    from brightspots.publications.document import Picture, Report

TEMPLATES = Path(__file__).parent / "templates"
UNQUOTED = " =,;()-"
WIDE = 540
"""Of a picture on a wide page, in pixels."""


@lru_cache
def template(name: str) -> Template:
    """Return a template of ours, with what it needs to show pictures."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["drawn"] = _drawn
    return environment.get_template(name)


def _drawn(picture: Picture) -> str:
    """Return a picture as an image inside the page, in light colours and dark, and its numbers in words."""
    svg = " ".join(picture.chart.svg().split())
    used = [colour for colour in DARK if colour in svg]
    light = "".join(f"--{colour[1:]}:{colour};" for colour in used)
    dark = "".join(f"--{colour[1:]}:{DARK[colour]};" for colour in used)
    for colour in used:
        svg = svg.replace(colour, f"var(--{colour[1:]})")
    palette = f"<style>:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    svg = svg.replace(">", f">{palette}", 1)
    source = f"data:image/svg+xml,{quote(svg, safe=UNQUOTED)}"
    height = round(picture.chart.height / WIDTH * WIDE)
    return f'<img src="{source}" alt="{escape(picture.alternative)}" width="{WIDE}" height="{height}">'


def to_html(report: Report) -> str:
    """Return a report as one HTML page."""
    return template("report.html.j2").render(report=report)
