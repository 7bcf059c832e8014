"""Age-mix standardisation: the methods note's values, mixes that make no sense, and bands too small."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightspots.errors import ArgumentError
from brightspots.findings.standardised import standardise
from brightspots.statistics import proportion_interval, standardise_direct
from brightspots.tallies.counting import tally

HALVES = {"middle": 0.5, "old": 0.5}


@pytest.fixture(scope="module")
def counted(counts_of):
    """Make counts of one measure by age band."""

    def make(measure="afraid", **bands):
        return counts_of({("North", "2021", band): {measure: pair} for band, pair in bands.items()})

    return make


def test_methods_note_reference_value(counted):
    """Section 3: 20 of 120 and 54 of 180, half and half: crude .2467, standardised .2333 [.1896, .2837]."""
    (row,) = standardise(counted(middle=(20, 120), old=(54, 180)), HALVES)
    assert (row.share, row.lower, row.upper) == pytest.approx((0.2333, 0.1896, 0.2837), abs=5.1e-5)
    assert row.n_effective == pytest.approx(307.9, abs=0.06)
    assert (row.n, row.count, row.crude_share) == (300, 74, 74 / 300)
    assert (row.crude_lower, row.crude_upper) == tuple(proportion_interval(74, 300))
    assert (row.measure, row.category, row.age_bands, row.reason) == ("afraid", "counted", "middle, old", "")


def test_numbers_of_children_are_a_mix_too(counted):
    source = counted(middle=(20, 120), old=(54, 180))
    assert list(standardise(source, {"old": 300, "middle": 300})) == list(standardise(source, HALVES))
    assert standardise(source, {"middle": 100, "old": 300}).mix == {"middle": 0.25, "old": 0.75}


@given(st.integers(10, 60), st.integers(10, 60), st.integers(0, 60), st.integers(0, 60))
def test_their_own_mix_changes_nothing(n1, n2, k1, k2):
    k1, k2 = min(k1, n1), min(k2, n2)
    found = standardise_direct([k1, k2], [n1, n2], [n1, n2])
    assert found.share == pytest.approx((k1 + k2) / (n1 + n2))


@pytest.mark.parametrize(
    ("bands", "mix", "reason"),
    [
        ({"middle": (3, 9), "old": (54, 180)}, HALVES, "small_base"),
        ({"middle": (3, 10), "old": (54, 180)}, HALVES, ""),
        ({"middle": (3, 9), "old": (54, 180)}, {"middle": 0.04, "old": 0.96}, ""),
        ({"old": (54, 180)}, {"middle": 0.04, "old": 0.96}, "small_base"),
        ({"old": (54, 180)}, {"middle": 0, "old": 1}, ""),
    ],
)
def test_bands_that_carry_weight_need_ten_answers(counted, bands, mix, reason):
    (row,) = standardise(counted(**bands), mix)
    assert row.reason == reason
    assert (row.share is None) == bool(reason)
    assert row.crude_share is not None


def test_only_measures_asked_alike_in_all_bands(survey_of):
    everybody = {"likes_school": "a lot", "has_a_say": "a bit"}
    children = [{"age_band": "young", **everybody}] * 12
    children += [{"age_band": band, "afraid": "never", **everybody} for band in ("middle", "old")] * 12
    source = tally(survey_of(children))
    mix = {"young": 1, "middle": 1, "old": 2}
    assert set(standardise(source, mix).column("measure")) == {"likes_school"}
    assert "has_a_say" in standardise(source, HALVES).column("measure")
    for name in ("has_a_say", "afraid"):
        with pytest.raises(
            ArgumentError, match=f"measures names '{name}', which was not asked alike in young"
        ):
            standardise(source, mix, measures=[name])


@pytest.mark.parametrize(
    ("mix", "message"),
    [
        ({"old": 1}, "mix is no mapping of two or more"),
        ([0.5, 0.5], "mix is no mapping of two or more"),
        ({"middle": 0.5, "older": 0.5}, "mix names the age band 'older'; small has young, middle, old"),
        ({"middle": -1, "old": 5}, r"mix\['middle'\] is -1"),
        ({"middle": float("nan"), "old": 5}, r"mix\['middle'\] is nan"),
        ({"middle": "half", "old": 5}, r"mix\['middle'\] is 'half'"),
        ({"middle": 0.4, "old": 0.5}, "mix adds up to 0.9; shares add up to 1"),
        ({"middle": 0, "old": 0}, "mix adds up to 0"),
    ],
)
def test_a_mix_that_makes_no_sense(counted, mix, message):
    with pytest.raises(ArgumentError, match=message):
        standardise(counted(middle=(20, 120), old=(54, 180)), mix)


def test_what_is_not_known_is_refused_by_name(counted):
    source = counted(middle=(20, 120), old=(54, 180))
    with pytest.raises(ArgumentError, match="confidence is 95"):
        standardise(source, HALVES, confidence=95)
    with pytest.raises(ArgumentError, match="measures names 'likes_work'"):
        standardise(source, HALVES, measures=["likes_work"])
    assert "Not for release" in standardise(source, HALVES)._repr_html_()
