"""Pure statistics: numbers in, numbers out, each with the paper it comes from.

Nothing here knows what a child or a survey is. Functions of counts take single numbers or arrays; a base of
0 gives NaN; an argument that makes no sense raises `brightspots.errors.ArgumentError` and names it.
"""

from brightspots.statistics.calibration import Poststratified, Raked, poststratify, rake, raked_share
from brightspots.statistics.differences import difference_interval
from brightspots.statistics.effects import detectable_gap, effect_size, equivalence_margins, equivalent
from brightspots.statistics.excess import Shrunk, excess_table, shrunk_share, stratified_excess_table
from brightspots.statistics.funnels import Funnel, funnel, funnel_limits, predictive_z
from brightspots.statistics.logistic import Firth, firth
from brightspots.statistics.multiplicity import adjust
from brightspots.statistics.nonresponse import (
    TippingPoint,
    selection_error,
    tipping_point,
    worst_case_limits,
)
from brightspots.statistics.ordinal import (
    MannWhitney,
    Mean,
    Ridit,
    mann_whitney,
    ridit,
    scale_mean,
    weighted_scale_mean,
)
from brightspots.statistics.pooling import PooledShare, pooled_share
from brightspots.statistics.proportion_tests import fixed_test, two_sample_test
from brightspots.statistics.proportions import Interval, proportion_interval, worth_of_interval
from brightspots.statistics.rates import rate_interval
from brightspots.statistics.reliability import (
    ItemSums,
    alpha,
    item_sums,
    omega_total,
    reliability_interval,
)
from brightspots.statistics.rounding import half_up
from brightspots.statistics.standardisation import (
    StandardisedRatio,
    StandardisedShare,
    standardise_direct,
    standardise_indirect,
)
from brightspots.statistics.trends import Trend, trend
from brightspots.statistics.weights import (
    Trimmed,
    WeightedShare,
    kish_n,
    linearised_n,
    trim_weights,
    weighted_share,
    worth_weighting,
)

__all__ = [
    "Firth",
    "Funnel",
    "Interval",
    "ItemSums",
    "MannWhitney",
    "Mean",
    "PooledShare",
    "Poststratified",
    "Raked",
    "Ridit",
    "Shrunk",
    "StandardisedRatio",
    "StandardisedShare",
    "TippingPoint",
    "Trend",
    "Trimmed",
    "WeightedShare",
    "adjust",
    "alpha",
    "detectable_gap",
    "difference_interval",
    "effect_size",
    "equivalence_margins",
    "equivalent",
    "excess_table",
    "firth",
    "fixed_test",
    "funnel",
    "funnel_limits",
    "half_up",
    "item_sums",
    "kish_n",
    "linearised_n",
    "mann_whitney",
    "omega_total",
    "pooled_share",
    "poststratify",
    "predictive_z",
    "proportion_interval",
    "rake",
    "raked_share",
    "rate_interval",
    "reliability_interval",
    "ridit",
    "scale_mean",
    "selection_error",
    "shrunk_share",
    "standardise_direct",
    "standardise_indirect",
    "stratified_excess_table",
    "tipping_point",
    "trend",
    "trim_weights",
    "two_sample_test",
    "weighted_scale_mean",
    "weighted_share",
    "worst_case_limits",
    "worth_of_interval",
    "worth_weighting",
]
