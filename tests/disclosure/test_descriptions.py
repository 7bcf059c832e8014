"""What goes with a flag on its way out: what is named, what is not, and what follows from silence."""

import json

import numpy as np
import pandas as pd
import pytest
from children import SMALL

import brightspots as bs
from brightspots.disclosure import descriptions
from brightspots.disclosure.descriptions import choose_descriptions
from brightspots.disclosure.policy import load_policy
from brightspots.errors import ArgumentError

COUNCIL = load_policy("council")
RESIDENTIAL = (("home", "residential"),)


def frame_of(wave="2021", *, low=(24, 16), sad=(6, 6), afraid=(18, 40), sizes=(40, 160)):
    """Return children in residential care and others: how many are low, have no fun, are often afraid."""
    parts = []
    for i, home in enumerate(("residential", "foster")):
        place = np.arange(sizes[i])
        parts.append(
            pd.DataFrame(
                {
                    "area": "Somewhere",
                    "wave": wave,
                    "age_band": "older",
                    "gender": np.where(place % 2, "girl", "boy"),
                    "home": home,
                    "satisfied": np.where(place < low[i], "2", "8"),
                    "happy": np.where(place < low[i], "3", "7"),
                    "fun": np.where(place >= sizes[i] - sad[i], "no", "yes"),
                    "afraid": np.where(place < afraid[i], "often", "never"),
                    "helped": np.where(place < afraid[i], np.where(place % 3, "yes", "no"), "not_asked"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def searched(frame, **more):
    tally = bs.tally(frame, questionnaire=SMALL, by=["gender", "home"])
    return bs.flag_cohorts(tally, traits=["home", "gender"], max_order=1, permutations=199, **more)


def described(frame):
    return bs.describe_cohorts(searched(frame))


class TestSilence:
    """A question that is not named must leave open how many children of the cohort gave which answer."""

    def counts_that_fit_silence(self, total):
        """Return the counts at which fun is not named, where fear takes the only place in the list."""
        one_place = COUNCIL.model_copy(update={"most_described": 1})
        silent = []
        for inside in {0, total // 2, *range(total - 5, total + 1)}:
            (named,) = choose_descriptions(
                [described(frame_of(sad=(inside, total - inside)))], [], one_place
            ).values()
            if [row.measure for row, _ in named] == ["afraid"]:
                silent.append(inside)
        return silent

    @pytest.mark.parametrize("total", [5, 12, 25])
    def test_the_fewest_and_the_most_stay_possible(self, total):
        silent = self.counts_that_fit_silence(total)
        assert (min(silent), max(silent)) == (0, total)

    def test_were_hidden_questions_to_take_a_place_silence_would_tell(self, monkeypatch):
        monkeypatch.setattr(descriptions, "_is_large_enough", lambda row, policy: True)
        assert max(self.counts_that_fit_silence(12)) < 12

    def test_the_list_is_no_longer_than_the_policy_says(self):
        frame = frame_of(sad=(20, 20))
        for most, names in ((0, []), (1, ["fun"]), (5, ["fun", "afraid"])):
            policy = COUNCIL.model_copy(update={"most_described": most})
            (chosen,) = choose_descriptions([described(frame)], [], policy).values()
            assert [row.measure for row, _ in chosen] == names

    def test_tables_too_large_to_be_audited_are_not_crossed_for_it(self, monkeypatch):
        frame = frame_of(sad=(20, 20))
        result = described(frame)
        cells = [c for row, c in next(iter(choose_descriptions([result], [], COUNCIL).values()))]
        crossed = [cells[0]._replace(group=(("gender", "girl"), ("home", "kin")))]
        monkeypatch.setattr(descriptions, "LARGEST_JOINT", 5)
        (chosen,) = choose_descriptions([result], crossed, COUNCIL).values()
        assert [row.measure for row, _ in chosen] == ["afraid"]


class TestRelease:
    def test_what_is_named_is_shown_beside_a_group_that_stands_out(self):
        frame = frame_of(sad=(20, 20))
        cohorts = searched(frame)
        out = bs.release(bs.estimate(cohorts.source), cohorts, bs.describe_cohorts(cohorts))
        named = {d.figure.measure: d for d in out.descriptions}
        assert set(named) == {"fun", "afraid"}
        assert {d.conditions for d in out.descriptions} == {RESIDENTIAL}
        fun = named["fun"]
        assert (fun.figure.count, fun.figure.n, fun.rest.count, fun.rest.n) == (20, 40, 140, 160)
        assert fun.difference == pytest.approx(0.5 - 0.875)
        assert fun.verdict == "worse"
        assert fun.figure in out.figures

    def test_a_group_that_is_not_released_is_not_described(self):
        frame = frame_of(sad=(20, 20))
        assert bs.release(described(frame)).descriptions == ()
        few = frame_of(low=(38, 16), sad=(20, 20))  # two of them are not low: a band, and no verdict
        cohorts = searched(few)
        assert [row.role for row in cohorts if row.tier == "flag"] == ["lead"]
        out = bs.release(cohorts, bs.describe_cohorts(cohorts))
        assert not any(c.tier for c in out.cohorts)
        assert out.descriptions == ()
        assert not any(f.measure in ("fun", "afraid") for f in out.figures)

    def test_a_question_that_is_hidden_is_not_named(self):
        cohorts = searched(frame_of(sad=(20, 2)))  # two of all others have no fun
        out = bs.release(cohorts, bs.describe_cohorts(cohorts))
        assert [d.figure.measure for d in out.descriptions] == ["afraid"]
        assert "fun" not in json.dumps(out.as_edition())

    def test_no_p_leaves(self):
        cohorts = searched(frame_of(sad=(20, 20)))
        again = bs.recheck_cohorts(searched(frame_of("2019")), cohorts.source)
        out = bs.release(cohorts, bs.describe_cohorts(cohorts), again)
        for one in (*out.descriptions, *out.rechecks):
            assert not {"p", "q", "p_holm"} & set(vars(one))

    def test_both_sides_of_a_flagged_cohort_are_given_up_last(self):
        """One without the other is no verdict: the fixture's residential care has to stay."""
        cohorts = searched(frame_of())
        cells = []

        def planned(tallies, wanted, policy, known, prized=(), *told):
            cells.extend(prized)
            return original(tallies, wanted, policy, known, prized, *told)

        from brightspots.disclosure import one_survey

        original, one_survey.plan = one_survey.plan, planned
        try:
            bs.release(cohorts)
        finally:
            one_survey.plan = original
        assert {(cell.group, cell.rest) for cell in cells} == {(RESIDENTIAL, False), (RESIDENTIAL, True)}

    def test_two_searches_of_one_survey(self):
        frame = frame_of()
        low, high = searched(frame), searched(frame, direction="high")
        out = bs.release(low, high)
        assert [(s.measure, s.direction) for s in out.searches] == [
            ("low_wellbeing", "low"),
            ("low_wellbeing", "high"),
        ]
        (foster,) = [c for c in out.cohorts if c.direction == "high" and c.tier == "flag"]
        assert foster.conditions == (("home", "foster"),)
        assert foster.difference == pytest.approx(foster.figure.share - foster.rest.share)
        assert foster.difference_lower < foster.difference < foster.difference_upper < 0


class TestRechecks:
    def test_both_waves_are_told_where_each_is_safe(self):
        then, now = searched(frame_of("2019")), frame_of(low=(20, 20))
        tally = bs.tally(now, questionnaire=SMALL, by=["home"])
        (again,) = bs.release(bs.estimate(tally), bs.recheck_cohorts(then, tally)).rechecks
        assert (again.state, again.conditions) == ("still", RESIDENTIAL)
        assert (again.figure.count, again.rest.count) == (20, 20)
        assert (again.before.count, again.before_rest.count, again.before.wave) == (24, 16, "2019")

    def test_with_a_comparison_to_the_same_wave(self):
        """Both results bring the counts of the last wave, one of them by where children live."""
        before, now = frame_of("2019"), bs.tally(frame_of(low=(20, 20)), questionnaire=SMALL, by=["home"])
        compared = bs.compare(now, previous=bs.tally(before, questionnaire=SMALL))
        again = bs.recheck_cohorts(searched(before), now)
        assert bs.release(compared, again).rechecks[0].before.count == 24
        other = bs.compare(now, previous=bs.tally(frame_of("2019", sad=(9, 9)), questionnaire=SMALL))
        with pytest.raises(ArgumentError, match="different answers"):
            bs.release(other, again)

    def test_no_word_on_a_group_that_is_hidden_now(self):
        tally = bs.tally(frame_of(low=(37, 16)), questionnaire=SMALL, by=["home"])
        (again,) = bs.release(bs.recheck_cohorts(searched(frame_of("2019")), tally)).rechecks
        assert (again.state, again.reason, again.difference, again.detectable) == ("withheld", "", None, None)

    def test_too_few_now_is_hidden_and_not_said(self):
        tally = bs.tally(
            frame_of(low=(4, 16), sizes=(8, 160), sad=(2, 6), afraid=(2, 40)),
            questionnaire=SMALL,
            by=["home"],
        )
        rechecked = bs.recheck_cohorts(searched(frame_of("2019")), tally)
        assert rechecked.column("reason") == ["small_base"]
        (again,) = bs.release(rechecked).rechecks
        assert (again.state, again.reason) == ("withheld", "")

    def test_a_group_that_was_hidden_then_is_not_said_to_have_stood_out(self):
        then = searched(frame_of("2019", low=(38, 16)))
        assert [row.role for row in then if row.tier == "flag"] == ["lead"]
        tally = bs.tally(frame_of(low=(20, 20)), questionnaire=SMALL, by=["home"])
        assert bs.release(bs.estimate(tally), bs.recheck_cohorts(then, tally)).rechecks == ()

    def test_typed_groups_are_told_of_without_the_last_wave(self):
        tally = bs.tally(frame_of(low=(20, 20)), questionnaire=SMALL, by=["home"])
        (again,) = bs.release(bs.recheck_cohorts([dict(RESIDENTIAL)], tally)).rechecks
        assert (again.state, again.before, again.before_rest) == ("still", None, None)
