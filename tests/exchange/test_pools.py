"""Pools: sums where counts are given, the laws of taking out and adding, and what is refused."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import brightspots as bs
from brightspots.cli import app
from brightspots.errors import ArgumentError, TallyError
from brightspots.exchange.contributions import Answered, Contribution, Given

TODAY = date(2026, 1, 1)
UNTIL = date(2030, 1, 1)


@pytest.fixture(scope="session")
def together(gifts, questionnaire):
    return bs.exchange.pool(list(gifts.values()), questionnaire, today=TODAY)


def rows(pool):
    return [tuple(row) for row in pool]


def typed(area, questionnaire, figures, *, wave="2021"):
    """Return a contribution of figures of 11-18s who like school: (n, least, greatest)."""
    n, least, greatest = figures
    return Contribution(
        area=area,
        wave=wave,
        questionnaire=questionnaire.id,
        questionnaire_hash=questionnaire.hash,
        policy="council",
        recipients="us",
        until=UNTIL,
        responses=(Answered(age_band="11-18", n=n, eligible=None),),
        figures=(
            Given(
                measure="likes_school",
                category="counted",
                age_band="11-18",
                age_bands=("11-18",),
                n=n,
                least=least,
                greatest=greatest,
            ),
        ),
    )


class TestFigures:
    def test_counts_are_summed_by_hand(self, questionnaire):
        """60 + 30 + 45 of 100 + 40 + 60: 135 of 200."""
        given = [(100, 60, 60), (40, 30, 30), (60, 45, 45)]
        gifts = [
            typed(area, questionnaire, one)
            for area, one in zip(("Kent", "Leeds", "York"), given, strict=True)
        ]
        (row,) = bs.exchange.pool(gifts, questionnaire, today=TODAY)
        assert (row.councils, row.banded, row.missing, row.n) == (3, 0, 0, 200)
        assert row.share == 0.675
        assert (row.lower, row.upper) == bs.statistics.proportion_interval(135, 200)

    def test_what_is_withheld_is_missing_and_never_none(self, questionnaire):
        given = [(100, 60, 60), (40, 30, 30), (60, 45, 45), (None, None, None)]
        names = ("Kent", "Leeds", "York", "Wigan")
        gifts = [typed(area, questionnaire, one) for area, one in zip(names, given, strict=True)]
        (row,) = bs.exchange.pool(gifts, questionnaire, today=TODAY)
        assert (row.councils, row.missing, row.n, row.share) == (3, 1, 200, 0.675)

    def test_fewer_than_three_give_a_figure(self, questionnaire):
        given = [(100, 60, 60), (40, 30, 30), (None, None, None)]
        gifts = [
            typed(area, questionnaire, one)
            for area, one in zip(("Kent", "Leeds", "York"), given, strict=True)
        ]
        (row,) = bs.exchange.pool(gifts, questionnaire, today=TODAY)
        assert (row.share, row.n, row.reason) == (None, None, "few_councils")

    def test_only_bands_say_too_little(self, questionnaire):
        gifts = [typed(area, questionnaire, (40, 35, 40)) for area in ("Kent", "Leeds", "York")]
        (row,) = bs.exchange.pool(gifts, questionnaire, today=TODAY)
        assert (row.share, row.banded, row.reason) == (None, 3, "mostly_bands")

    def test_the_pool_is_near_the_pooled_rows(self, together, country):
        """Where all give counts it is their sum; else what bands leave open is small beside chance."""
        whole = {
            (row.measure, row.category, row.age_band): row
            for row in bs.estimate(_one_area(country), measures=sorted({r.measure for r in together}))
        }
        exact = near = 0
        for row in together:
            truth = whole[(row.measure, row.category, row.age_band)]
            if row.share is None:
                continue
            if not row.banded and not row.missing:
                assert row.n == truth.n
                assert row.share == pytest.approx(truth.count / truth.n, abs=1e-12)
                exact += 1
            else:
                assert row.share == pytest.approx(truth.share, abs=0.02)
                near += 1
        assert exact > 8
        assert near > 3


def _one_area(tally):
    tables = {
        grouping: type(table).of([("all", *key[1:]) for key in table.keys], table.counts)
        for grouping, table in tally.tables.items()
    }
    return bs.Tally(tally.questionnaire, tables)


class TestLaws:
    def test_taking_one_out_is_pooling_the_others(self, gifts, together, questionnaire):
        for area in ("Sheffield", "Barnsley"):
            others = [gift for name, gift in gifts.items() if name != area]
            assert rows(together.without(area)) == rows(bs.exchange.pool(others, questionnaire, today=TODAY))

    @settings(max_examples=8, deadline=None)
    @given(order=st.permutations(range(12)))
    def test_order_does_not_matter(self, gifts, together, questionnaire, order):
        shuffled = [list(gifts.values())[i] for i in order]
        assert rows(bs.exchange.pool(shuffled, questionnaire, today=TODAY)) == rows(together)

    def test_a_council_more_changes_only_what_it_gives(self, gifts, questionnaire):
        eleven = [gift for area, gift in gifts.items() if area != "York"]
        york = gifts["York"]
        kept = tuple(figure for figure in york.figures if figure.measure == "feels_safe")
        more = bs.exchange.pool(
            [*eleven, york.model_copy(update={"figures": kept})], questionnaire, today=TODAY
        )
        before = {tuple(row)[:3]: tuple(row) for row in bs.exchange.pool(eleven, questionnaire, today=TODAY)}
        for row in rows(more):
            assert (row != before[row[:3]]) is (row[0] == "feels_safe")

    def test_grouping_of_files_does_not_matter(self, gifts, questionnaire, tmp_path):
        from brightspots.exchange.contributions import read_contributions

        paths = []
        for i, gift in enumerate(gifts.values()):
            folder = tmp_path / str(i % 3)
            folder.mkdir(exist_ok=True)
            gift.save(folder / gift.file_name)
            paths.append(folder / gift.file_name)
        read = read_contributions(sorted(paths), questionnaire)
        assert rows(bs.exchange.pool(read, questionnaire, today=TODAY)) == rows(
            bs.exchange.pool(list(gifts.values()), questionnaire, today=TODAY)
        )


class TestRefusals:
    def test_one_council_under_two_spellings(self, gifts, questionnaire):
        double = gifts["Leeds"].model_copy(update={"area": "City of Sheffield"})
        with pytest.raises(TallyError, match="look like one council: 'City of Sheffield' and 'Sheffield'"):
            bs.exchange.pool([*gifts.values(), double], questionnaire, today=TODAY)

    def test_one_council_twice(self, gifts, questionnaire):
        with pytest.raises(TallyError, match="Leeds stands here 2 times"):
            bs.exchange.pool([*gifts.values(), gifts["Leeds"]], questionnaire, today=TODAY)

    def test_an_agreement_that_has_run_out(self, gifts, questionnaire):
        with pytest.raises(TallyError, match="Leeds gave its figures until 2030-01-01"):
            bs.exchange.pool(list(gifts.values()), questionnaire, today=date(2030, 1, 2))
        bs.exchange.pool(list(gifts.values()), questionnaire, today=UNTIL)

    def test_waves_too_far_apart_and_everything_at_once(self, gifts, questionnaire):
        late = gifts["Leeds"].model_copy(update={"wave": "2026", "questionnaire_hash": "x"})
        given = [late, *(gift for area, gift in gifts.items() if area != "Leeds")]
        with pytest.raises(TallyError, match=r"(?s)Leeds asked another.*waves from 2021 to 2026"):
            bs.exchange.pool(given, questionnaire, today=TODAY)

    def test_fewer_than_three_councils(self, gifts, questionnaire):
        three = [gifts[area] for area in ("Kent", "Leeds", "York")]
        pool = bs.exchange.pool(three, questionnaire, today=TODAY)
        with pytest.raises(TallyError, match="needs 3 councils or more; here are 2"):
            pool.without("Leeds")

    def test_a_council_that_is_not_there(self, together):
        with pytest.raises(ArgumentError, match="none of the 12 areas"):
            together.without("Derby")


class TestPositions:
    def test_they_are_those_of_the_funnel_of_the_counts(self, together, country):
        placed = {(row.measure, row.category, row.age_band): row for row in together.place("Sheffield")}
        pooled = {(row.measure, row.category, row.age_band): row for row in together}
        tried = 0
        for key, row in placed.items():
            of = pooled[key]
            if of.banded or of.missing:
                continue
            whole = bs.place_among_areas(
                country, measure=key[0], category=key[1], age_band=key[2], own="Sheffield"
            )
            (own,) = [one for one in whole if one.own]
            assert (row.position, row.side) == (own.position, own.side)
            tried += 1
        assert tried > 5

    def test_spread_only_where_all_of_ten_give_counts(self, together):
        for row in together:
            assert (row.tau is not None) == (row.share is not None and row.councils >= 10 and not row.banded)
        assert any(row.tau is not None for row in together)

    def test_fewer_than_ten_others(self, gifts, questionnaire):
        few = bs.exchange.pool([gifts[a] for a in ("Kent", "Leeds", "York")], questionnaire, today=TODAY)
        assert {row.position for row in few.place("Leeds")} == {None}
        assert {row.reason for row in few.place("Leeds")} == {"few_areas"}


class TestBenchmarks:
    def test_they_are_read_back_and_compared_with(self, together, country, tmp_path):
        made = together.without("Sheffield").to_benchmarks()
        bs.exchange.write_benchmarks(made, tmp_path / "elsewhere.toml")
        read = bs.load_benchmarks(tmp_path / "elsewhere.toml")
        assert read == made
        ours = country.only(area="Sheffield")
        compared = {
            (row.measure, row.category, row.age_band): row
            for row in bs.compare(ours, read)
            if row.comparator == "care elsewhere"
        }
        assert len(compared) == len(read.benchmarks)
        assert not {row.reason for row in compared.values()} & {"counted_answers", "age_range", "no_n"}
        with_rows = {
            (row.measure, row.category, row.age_band): row
            for row in bs.compare(ours, elsewhere=country)
            if row.comparator == "care elsewhere"
        }
        same = [compared[key].verdict == with_rows[key].verdict for key in compared.keys() & with_rows.keys()]
        assert np.mean(same) > 0.9

    def test_whose_children_are_inside(self, together):
        assert {b.includes_own for b in together.to_benchmarks().benchmarks} == {"unknown"}
        assert {b.includes_own for b in together.without("Kent").to_benchmarks().benchmarks} == {"no"}


class TestCommands:
    def test_from_files_to_benchmarks(self, gifts, tmp_path):
        for gift in gifts.values():
            gift.save(tmp_path / gift.file_name)
        files = [str(path) for path in sorted(tmp_path.glob("*.exchange.json"))]
        out = tmp_path / "care-elsewhere.toml"
        done = CliRunner().invoke(
            app, ["pool", *files, "--without", "Sheffield City Council", "--out", str(out)]
        )
        assert done.exit_code == 0, done.output
        assert "A pool of 11 councils, without Sheffield, 2021" in done.output
        assert len(bs.load_benchmarks(out).benchmarks) > 10

    def test_a_file_that_is_no_contribution_ends_with_three_and_writes_nothing(self, gifts, tmp_path):
        gifts["Leeds"].save(tmp_path / "leeds.json")
        (tmp_path / "x.json").write_text("{}")
        out = tmp_path / "out.toml"
        done = CliRunner().invoke(app, ["pool", str(tmp_path / "x.json"), "--out", str(out)])
        assert done.exit_code == 3
        assert not out.exists()

    def test_tally_writes_what_the_release_says(self, tmp_path):
        shown = CliRunner().invoke(app, ["example", str(tmp_path / "try")])
        assert shown.exit_code == 0
        without = CliRunner().invoke(app, ["tally", str(tmp_path / "try")])
        assert without.exit_code == 2
        assert "exchange: missing" in without.output
        config = tmp_path / "try" / "brightspots.toml"
        config.write_text(
            config.read_text() + '\n[exchange]\nrecipients = "the councils of the pool"\nuntil = 2030-12-31\n'
        )
        done = CliRunner().invoke(app, ["tally", str(tmp_path / "try"), "--out", str(tmp_path)])
        assert done.exit_code == 0, done.output
        files = sorted(tmp_path.glob("*.exchange.json"))
        assert files
        asked = bs.load_questionnaire("children-in-care")
        assert any(
            "children-in-care" in file.name and bs.exchange.read_contribution(file, asked).figures
            for file in files
        )
