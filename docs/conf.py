"""How the documentation site is built: `uv run --group docs sphinx-build -W docs site`."""

import tomllib
from pathlib import Path

_project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]

project = _project["name"]
version = release = _project["version"]
author = copyright = "the brightspots authors"  # noqa: A001
language = "en-GB"
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
source_suffix = {".md": "markdown"}
root_doc = "index"
html_theme = "furo"
html_title = "brightspots"
html_show_sphinx = False
html_last_updated_fmt = None
html_copy_source = False
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
suppress_warnings = ["myst.header"]
