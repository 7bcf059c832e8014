"""What every picture is: frozen data that knows how high it is and how to draw itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from brightspots.publications.charts.look import WIDTH
from brightspots.publications.charts.page import Page


@dataclass(frozen=True)
class Chart(ABC):
    """A picture of numbers. The same data gives the same bytes, on every day and machine."""

    @property
    @abstractmethod
    def height(self) -> float:
        """Height in points."""

    @abstractmethod
    def draw(self, page: Page) -> None:
        """Draw the picture."""

    def svg(self) -> str:
        """Return it as an SVG element, to stand inside a page or by itself."""
        return self._page().svg()

    def png(self) -> bytes:
        """Return it as PNG, for paper."""
        return self._page().png()

    def _page(self) -> Page:
        page = Page(WIDTH, self.height)
        self.draw(page)
        return page
