"""The look that all pictures share: colours, for light and dark pages, shapes and sizes."""

from __future__ import annotations

WIDTH = 360
"""Of every picture, in points: words stay readable where a phone shows it at this width."""
MARGIN = 8
LABEL, SMALL = 10.5, 9.5
"""Sizes of type, in points."""

PAPER, INK, QUIET, FAINT = "#ffffff", "#1d2330", "#4d5566", "#868f9e"
OURS = "#12436d"
RANGE = "#5b8cbd"
OTHERS = ("#b85300", "#16796f", "#801650", "#5b4a9e")
"""Of whom we are compared with, in order; each has a shape as well."""
BANDS = ("#801651", "#d5dbe5", "#8db4d9", "#12436e")
"""From low to very high; type on the first and last is PAPER, on the others INK."""

DARK = {
    PAPER: "#14181f", INK: "#eceff4", QUIET: "#b4bccb", FAINT: "#6f7a8d", OURS: "#9cc9f2", RANGE: "#5685b3",
    OTHERS[0]: "#ffb067", OTHERS[1]: "#5fd0c5", OTHERS[2]: "#f2a0cd", OTHERS[3]: "#c3b5f5",
    BANDS[0]: "#f2a0ce", BANDS[1]: "#3a4454", BANDS[2]: "#3f678f", BANDS[3]: "#9cc9f3",
}  # fmt: skip
"""What each colour becomes on a dark page."""

Shape = tuple[tuple[float, float], ...]
"""The corners of a mark about its middle, to the right and down; a round one has none."""
ROUND: Shape = ()
SQUARE: Shape = ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))
DIAMOND: Shape = ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0))
TRIANGLE: Shape = ((0, -1.2), (1.1, 0.9), (-1.1, 0.9))
DOWN: Shape = ((0, 1.2), (1.1, -0.9), (-1.1, -0.9))
SHAPES = (DIAMOND, SQUARE, TRIANGLE, DOWN)
"""Of whom we are compared with, in the order of their colours."""
