"""How estimates are weighted: by the weights that the answers came with, or to meet known margins.

Either way a row of estimates is weighted from a few numbers that add up over age bands, its *parts*. Those of
given weights are sums of the weights and their squares; those of made ones are counts in each cell of the
margins.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from brightspots.errors import ArgumentError
from brightspots.findings.margins import AGE_BAND
from brightspots.statistics import raked_share, weighted_share
from brightspots.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brightspots.findings.margins import Margin
    from brightspots.statistics import Raked, WeightedShare
    from brightspots.tallies.tally import Answers, Counts, CountTable, Grouping, Key, Tally


class Weights(Protocol):
    """A way to weight rows of estimates."""

    @property
    def traits(self) -> tuple[str, ...]:
        """Traits that the counts must be crossed with."""

    def sheet(self, source: Tally, table: CountTable, grouping: Grouping) -> Sheet:
        """Return what finds the parts of each key of a table."""

    def shares(self, n: Counts, base: Counts, inside: Counts) -> WeightedShare:
        """Work out shares from how many answered, and the parts of all and of those who count."""


class Sheet(Protocol):
    """What finds the parts of the keys of one table."""

    def parts(self, answers: Answers) -> Counts:
        """Return the parts: a row each, then an axis for keys and one for sets of answers."""


@dataclass(frozen=True)
class GivenWeights:
    """The weights that the answers came with."""

    traits: tuple[str, ...] = ()

    def sheet(self, source: Tally, table: CountTable, grouping: Grouping) -> Sheet:
        """Return what finds the sums of weights and of squares for each key."""
        return _Sums(source, table)

    def shares(self, n: Counts, base: Counts, inside: Counts) -> WeightedShare:
        """Work out shares from sums of weights."""
        return weighted_share(n, *base.T, *inside.T)


@dataclass(frozen=True)
class _Sums:
    source: Tally
    table: CountTable

    def parts(self, answers: Answers) -> Counts:
        return answers.of(self.source.all_weights(self.table))


class Weighting(Table):
    """Weights that make the answers meet known margins, with the response rates behind them. Not for release.

    Made by `make_weighting`. One row a cell of each margin: ``margin cell n population response_rate
    answers_share population_share factor``; `factor` is the mean weight of its answers over that of all.

    Attributes
    ----------
    kind : str
        ``poststratified`` with one margin, ``raked`` with several.
    margins : tuple of Margin
        After merging.
    raked : Raked
        The weight of each cell.
    sample : array
        How many answered in each cell.
    answered : mapping of profile to int
        How many answered, by area, wave, age band and traits.
    design_effect : float
        Kish's: how many times as many answers these weights need for the same precision, at least.
    trimmed : float
        Share of answers whose weight was cut to five times the median one.
    worth_it : bool
        Whether response rates differ by a factor of 1.5, or some key estimate moves by more than its error.
    largest_shift : float
        By how many standard errors the estimate moves that weighting moves most.
    moved : str
        Id of that estimate's measure; empty where nothing could be compared.
    notes : tuple of str
        What to know before using it.
    """

    title = "Weighting"
    kind: str
    margins: tuple[Margin, ...]
    raked: Raked
    sample: Counts
    answered: Mapping[Key, int]
    design_effect: float
    trimmed: float
    worth_it: bool
    largest_shift: float
    moved: str
    notes: tuple[str, ...]

    @property
    def traits(self) -> tuple[str, ...]:
        """Traits that a tally has to hold, crossed with those to break down by."""
        named = dict.fromkeys(trait for margin in self.margins for trait in margin.traits)
        return tuple(trait for trait in named if trait != AGE_BAND)

    def sheet(self, source: Tally, table: CountTable, grouping: Grouping) -> Sheet:
        """Return what finds the counts of each key in each cell.

        Raises
        ------
        ArgumentError
            If the weights were made from other answers.
        """
        profiles = source.table(self.traits)
        if dict(zip(profiles.keys, source.responses(profiles).tolist(), strict=True)) != self.answered:
            raise ArgumentError(
                "weights were made from other answers than source holds; make them from these, of one area "
                "and wave."
            )
        finer = (*grouping, *(trait for trait in self.traits if trait not in grouping))
        fine = source.table(finer)
        place = {key: i for i, key in enumerate(table.keys)}
        rows = np.array([place[key[: 3 + len(grouping)]] for key in fine.keys], dtype=np.int64)
        places = [np.array(margin.places(fine.keys, finer), dtype=np.int64) for margin in self.margins]
        cells = np.ravel_multi_index(tuple(places), self.sample.shape)
        return _Counted(source, fine, rows * self.sample.size + cells, (len(table.keys), self.sample.size))

    def shares(self, n: Counts, base: Counts, inside: Counts) -> WeightedShare:
        """Work out shares from the counts in each cell."""
        shape = (-1, *self.sample.shape)
        return raked_share(inside.reshape(shape), base.reshape(shape), self.raked, sample=self.sample)

    def __repr__(self) -> str:
        answers = self.sample.sum()
        over = " and ".join(margin.name for margin in self.margins)
        return (
            f"<Weighting: {self.kind} over {over}, {answers:,} answers as good as "
            f"{answers / self.design_effect:,.0f}, {'worth' if self.worth_it else 'not worth'} it; not for "
            "release>"
        )

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return f"{super()._repr_html_()}<ul>{notes}</ul>"


@dataclass(frozen=True)
class _Counted:
    source: Tally
    fine: CountTable
    places: Counts
    shape: tuple[int, int]

    def parts(self, answers: Answers) -> Counts:
        counts = answers.of(self.fine.counts)
        summed = np.zeros((self.shape[0] * self.shape[1], counts.shape[1]), dtype=np.int64)
        np.add.at(summed, self.places, counts)
        return np.moveaxis(summed.reshape(*self.shape, -1), 1, 0)
