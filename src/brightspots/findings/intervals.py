"""Which interval an estimate carries: its target, its method, and how many answers it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.statistics import Interval, proportion_interval
from brightspots.statistics.proportions import FiniteMethod, Method

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Numbers = NDArray[Any]

Target = Literal["process", "finite"]
AnyMethod = Method | FiniteMethod
METHODS: dict[Target, tuple[AnyMethod, ...]] = {"process": get_args(Method), "finite": get_args(FiniteMethod)}
"""The methods of each target; the first is the default."""

OF_FRACTIONS: dict[Target, tuple[AnyMethod, ...]] = {
    "process": ("wilson", "agresti_coull"),
    "finite": ("wilson_fpc",),
}
"""Those that take an effective number of answers, as weights and pooled waves have it."""

PROCESS = METHODS["process"][0]


@dataclass(frozen=True)
class Asked:
    """The interval that was asked for.

    Attributes
    ----------
    method, target : str
    confidence : float
    fractions : bool
        Whether numbers of answers are effective ones.
    """

    method: AnyMethod
    target: Target
    confidence: float
    fractions: bool

    @classmethod
    def of(cls, method: str | None, target: str, confidence: float, *, fractions: bool) -> Asked:
        """Read what was asked for.

        Raises
        ------
        ArgumentError
            If the target is not known, the method does not belong to it, or `confidence` is not between 0
            and 1.
        """
        if not 0 < confidence < 1:
            raise ArgumentError(f"confidence is {confidence!r}; give a number between 0 and 1.")
        if target not in METHODS:
            raise ArgumentError(f"target is {target!r}; there are: {', '.join(METHODS)}.")
        aim: Target = "finite" if target == "finite" else "process"
        allowed = OF_FRACTIONS[aim] if fractions else METHODS[aim]
        chosen = allowed[0] if method is None else next((one for one in allowed if one == method), None)
        if chosen is None:
            why = " with weights or pooled waves" if fractions else ""
            raise ArgumentError(
                f"method is {method!r}; for the target {target!r}{why} there are: {', '.join(allowed)}."
            )
        return cls(chosen, aim, confidence, fractions)

    @property
    def otherwise(self) -> AnyMethod:
        """The method of rows that keep the process."""
        return self.method if self.target == "process" else PROCESS

    def limits(
        self, top: Numbers, size: Numbers, finite: Bools, seen: Numbers, everyone: Numbers
    ) -> tuple[Numbers, Numbers]:
        """Return the limits of some shares.

        Parameters
        ----------
        top, size : array
            How many count, out of how many: effective numbers with `fractions`.
        finite : array of bool
            Which of them are of the finite target.
        seen, everyone : array
            How many answered, and could have.
        """
        lower, upper = np.full(size.shape, np.nan), np.full(size.shape, np.nan)
        if not finite.all():
            lower[~finite], upper[~finite] = self._interval(top, size, ~finite, self.otherwise)
        if finite.any():  # effective answers are of as many more as those who answered
            group = size * (everyone / seen) if self.fractions else everyone
            lower[finite], upper[finite] = self._interval(top, size, finite, self.method, group)
        return lower, upper

    def _interval(
        self, top: Numbers, size: Numbers, rows: Bools, method: AnyMethod, group: Numbers | None = None
    ) -> Interval:
        population = None if group is None else group[rows]
        return proportion_interval(
            top[rows], size[rows], confidence=self.confidence, method=method, population=population
        )
