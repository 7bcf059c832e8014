"""Controlled rounding: counts go up or down to multiples, together, so that they still add up.

After Cox (1987), Journal of the American Statistical Association 82: each count goes to the multiple below
or above it, and one that is a multiple stays. Tables of two dimensions always have such a rounding; of
three they may not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from brightspots.disclosure.audit import TOLERANCE
from brightspots.disclosure.programs import Equations, is_solved, set_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brightspots.disclosure.lattice import Floats, Ints, Mask, Sum


def round_together(
    counts: Ints, sums: Sequence[Sum], step: int, is_seen: Mask, pull: Floats | None = None
) -> Ints | None:
    """Round counts to multiples that add up as the counts do.

    Without `pull` the sum of squared changes is the least. Whoever has this code can then try out which
    tables become this one, and so tell more of a count than the multiples do. With one that nobody else
    knows, a count goes up about as often as it lies above the multiple below it.

    Parameters
    ----------
    counts : array of int
    sums : sequence of Sum
    step : int
        The rounding base.
    is_seen : array of bool
        False for totals that are not published: any multiple will do for them.
    pull : array of float, optional
        For each count a number from 0 to 1 that nobody can foresee: it goes up where this is below its part
        of a step, as far as the table allows.

    Returns
    -------
    array of int or None
        None where there is no such rounding, or none was found within the limits.

    Examples
    --------
    >>> from brightspots.disclosure.lattice import Sum
    >>> round_together(np.array([8, 4, 4]), [Sum(0, (1, 2))], 5, np.full(3, True)).tolist()
    [10, 5, 5]
    """
    below = counts // step
    left = counts - below * step
    low = np.where(is_seen, below, 0).astype(float)
    high = np.where(is_seen, below + (left > 0), counts.sum()).astype(float)
    columns = np.arange(len(counts))
    solver = Equations(sums, len(counts)).model(columns, low, high)
    # From the multiple below to the one above, the squared change grows by this much, or the pull is against.
    growth = (step - left) ** 2 - left**2 if pull is None else step * pull - left
    growth = np.where(is_seen, growth, 0)
    solver.changeColsCost(len(counts), columns.astype(np.int32), growth.astype(float))
    for whole in (False, True):
        set_whole(solver, columns, whole)
        solver.run()
        if not is_solved(solver):
            return None
        multiples = np.asarray(solver.getSolution().col_value)
        if np.all(np.abs(multiples - np.rint(multiples)) < TOLERANCE):
            rounded: Ints = np.rint(multiples).astype(np.int64) * step
            return rounded
    return None
