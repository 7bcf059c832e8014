"""Scores of the Strengths and Difficulties Questionnaire: numbers only, no item text.

``score`` scores numbered answers and ``check`` says what is wrong with them; ``band_scores`` and ``cut_offs``
give the bands; ``summarise`` sums up a return of totals with its coverage; ``change`` follows the same
children from one occasion to the next. None of it is a diagnosis, and versions for carers, teachers and young
people are never mixed.
"""

from brightspots.measures.sdq.bands import band_scores, cut_offs
from brightspots.measures.sdq.change import Change, change
from brightspots.measures.sdq.scoring import check, score
from brightspots.measures.sdq.totals import Totals, summarise

__all__ = ["Change", "Totals", "band_scores", "change", "check", "cut_offs", "score", "summarise"]
