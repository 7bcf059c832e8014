"""The lines of a funnel: by hand where councils do not differ, and as the table of a funnel has them."""

import pytest

import brightspots as bs
from brightspots.findings.funnel_lines import funnel_lines


def test_without_differences_the_lines_are_those_of_chance_alone():
    """By hand: 40 of 100 everywhere, so 1.96 and 3.09 times the root of 0.4 x 0.6 / 100 on either side."""
    lines = funnel_lines([40] * 10 + [55], [100] * 11, own=10)
    assert (lines.level, lines.areas) == (0.4, 10)
    error = (0.4 * 0.6 / 100) ** 0.5
    assert lines.own.n == 100
    assert lines.own[1:] == pytest.approx(
        (0.4 - 1.96 * error, 0.4 + 1.96 * error, 0.4 - 3.0902 * error, 0.4 + 3.0902 * error), abs=1e-5
    )


def test_they_run_from_the_smallest_to_the_largest_and_narrow():
    counts = [40, 66, 21, 90, 55, 120, 33, 71, 48, 160, 28, 58]
    ns = [180, 240, 110, 310, 260, 420, 150, 230, 240, 600, 90, 300]
    lines = funnel_lines(counts, ns, own=11)
    sizes = [one.n for one in lines.limits]
    assert (sizes[0], sizes[-1]) == pytest.approx((90, 600))
    assert sizes == sorted(sizes)
    widths = [one.upper_998 - one.lower_998 for one in lines.limits]
    assert widths == sorted(widths, reverse=True)
    assert all(
        one.lower_998 < one.lower_95 < lines.level < one.upper_95 < one.upper_998 for one in lines.limits
    )


def test_our_own_is_not_among_the_others_and_order_tells_nothing():
    counts, ns = [3 * i for i in range(2, 14)], [60] * 6 + [50] * 6
    lines = funnel_lines(counts, ns, own=3)
    assert (60, 15 / 60) not in lines.others
    assert lines.others == tuple(
        sorted((n, k / n) for i, (k, n) in enumerate(zip(counts, ns, strict=True)) if i != 3)
    )


def test_at_our_size_they_are_those_of_the_table():
    survey = bs.make_survey(councils=14, respondents=200, seed=1)
    placed = bs.place_among_areas(survey, measure="likes_school", own="Council 3")
    at = next(i for i, row in enumerate(placed) if row.own)
    lines = funnel_lines(placed.column("count"), placed.column("n"), own=at)
    own = list(placed)[at]
    assert lines.own == (own.n, own.lower_95, own.upper_95, own.lower_998, own.upper_998)


@pytest.mark.parametrize(("counts", "why"), [([4] * 10, "nine others"), ([0] * 11, "nobody elsewhere")])
def test_there_are_none_where_nothing_can_be_said(counts, why):
    assert funnel_lines(counts, [50] * len(counts), own=0) is None, why
