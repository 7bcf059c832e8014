"""Stability of children in care: changes of placement, school and social worker over twelve months.

``summarise`` gives counts and shares by trait, by the rules of the Children's Commissioner's Stability Index
and of the Department for Education; ``check`` says what is wrong with the episodes; ``per_child_frame`` is
for further analysis in a notebook, and never for release. A change is counted and not judged.
"""

from brightspots.measures.stability.following import check, per_child_frame
from brightspots.measures.stability.summary import Stability, summarise

__all__ = ["Stability", "check", "per_child_frame", "summarise"]
