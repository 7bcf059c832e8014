"""Pure statistics: numbers in, numbers out, each with the paper it comes from.

Nothing here knows what a child or a survey is. Functions of counts take single numbers or arrays; a base of
0 gives NaN; an argument that makes no sense raises `brightspots.errors.ArgumentError` and names it.
"""

from brightspots.statistics.differences import difference_interval
from brightspots.statistics.effects import detectable_gap, effect_size, equivalence_margins, equivalent
from brightspots.statistics.excess import Shrunk, excess_table, shrunk_share
from brightspots.statistics.multiplicity import adjust
from brightspots.statistics.nonresponse import (
    TippingPoint,
    selection_error,
    tipping_point,
    worst_case_limits,
)
from brightspots.statistics.proportion_tests import fixed_test, two_sample_test
from brightspots.statistics.proportions import Interval, proportion_interval
from brightspots.statistics.rounding import half_up

__all__ = [
    "Interval",
    "Shrunk",
    "TippingPoint",
    "adjust",
    "detectable_gap",
    "difference_interval",
    "effect_size",
    "equivalence_margins",
    "equivalent",
    "excess_table",
    "fixed_test",
    "half_up",
    "proportion_interval",
    "selection_error",
    "shrunk_share",
    "tipping_point",
    "two_sample_test",
    "worst_case_limits",
]
