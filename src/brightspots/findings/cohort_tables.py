"""Tables that speak of cohorts, and what stands beside every one of them."""

from __future__ import annotations

import html

from brightspots.tables import Table

CANNOT_FIND_A_CHILD = (
    "These answers cannot be used to find a child. Help for one child starts from the Strengths and "
    "Difficulties Questionnaire (SDQ) and from health assessments."
)


class CohortTable(Table):
    """A table of cohorts: in a notebook it says what it is not for, and what the children were told.

    Attributes
    ----------
    promise : str
        What the children were told about anonymity.
    """

    promise: str

    def _repr_html_(self) -> str:
        """Show the table in a notebook, with what the children were told."""
        told = f" They were told: “{self.promise}”" if self.promise else ""
        return f"{super()._repr_html_()}<p>{html.escape(CANNOT_FIND_A_CHILD + told)}</p>"
