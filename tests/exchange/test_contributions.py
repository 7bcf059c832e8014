"""What a council gives: no more than its release says, and nothing that somebody changed on the way."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import brightspots as bs
from brightspots.disclosure.cells import Cell
from brightspots.disclosure.editions import true_numbers
from brightspots.disclosure.policy import load_policy
from brightspots.errors import ArgumentError, OutputError, TallyError
from brightspots.exchange.contributions import Contribution

UNTIL = date(2030, 1, 1)


@pytest.fixture
def written(gifts, tmp_path):
    path = tmp_path / "sheffield.json"
    gifts["Sheffield"].save(path)
    return path


def rewritten(path, change):
    """Change the file and give it a checksum that fits, as somebody who means to would."""
    from brightspots.exchange.contributions import _checksum

    body = json.loads(path.read_text())
    change(body)
    body.pop("checksum", None)
    path.write_text(json.dumps(body | {"checksum": _checksum(body)}))


def is_strongest(said):
    """Whether a band makes the strongest claim of its base, for either kind of measure."""
    policy = load_policy("council")
    claim = said["above"] if said["above"] is not None else 100 - said["below"]
    return claim >= policy.step(said["n"], sensitive=True)


class TestWhatIsGiven:
    def test_counts_that_are_shown_and_bands_around_the_others(self, gifts, country):
        shown = banded = 0
        for area, gift in gifts.items():
            for figure in gift.figures:
                cell = Cell(area, "2021", figure.measure, figure.category, figure.age_band)
                n, count = true_numbers(country, cell)
                if figure.n is None:
                    continue
                assert figure.n == n
                assert figure.least <= count <= figure.greatest
                if figure.is_count:
                    shown += 1
                    assert min(count, n - count) >= 5 or count in (0, n)
                else:
                    banded += 1
                    assert figure.greatest - figure.least >= 5
        assert shown > 50
        assert banded > 5

    def test_nothing_but_what_the_release_says(self, gifts, releases):
        """Every number stands in the edition of the same release, or follows from a band there."""
        for area, gift in gifts.items():
            said = {
                (f["measure"], f["category"], f["age_band"]): f
                for f in releases[area].as_edition()["figures"]
                if not f["group"]
            }
            assert len(gift.figures) == len(said)
            for figure in gift.figures:
                of = said[(figure.measure, figure.category, figure.age_band)]
                assert figure.n == of["n"]
                if of["count"] is not None:
                    assert (figure.least, figure.greatest) == (of["count"],) * 2
                elif of["above"] is not None and is_strongest(of):
                    assert 100 * figure.least > of["above"] * of["n"] >= 100 * (figure.least - 1)
                    assert figure.greatest == of["n"]
                elif of["below"] is not None and is_strongest(of):
                    assert 100 * figure.greatest < of["below"] * of["n"] <= 100 * (figure.greatest + 1)
                    assert figure.least == 0
                elif of["status"] == "banded":  # a weaker claim: no small side is behind it
                    assert 5 <= figure.least <= figure.greatest <= of["n"] - 5
                else:
                    assert figure.least is None

    def test_no_group_is_given(self, country):
        survey = bs.make_survey(respondents=200, seed=3)
        figures, groups = (bs.estimate(survey, measures=["nature"], by=by) for by in ([], [["gender"]]))
        out = bs.release(figures, groups)
        (gift,) = bs.exchange.contribute(out, recipients="us", until=UNTIL)
        assert {figure.age_band for figure in gift.figures} == {"8-11", "11-18", "all"}
        assert len(gift.figures) == 3

    def test_an_open_survey_gives_nothing(self):
        out = bs.release(bs.estimate(bs.make_survey(seed=1), measures=[]))
        with pytest.raises(ArgumentError, match="nothing to give"):
            bs.exchange.contribute(out, recipients="us", until=UNTIL)

    def test_nobody_is_named(self, releases):
        with pytest.raises(ArgumentError, match="recipients is empty"):
            bs.exchange.contribute(releases["Leeds"], recipients=" ", until=UNTIL)

    def test_a_policy_with_lower_thresholds(self, country, tmp_path):
        (tmp_path / "low.toml").write_text(
            'id = "low"\ntitle = "Low"\nminimum_base = 5\nminimum_side = 5\nleast_width = 5\n'
            "steps = [50, 60, 70, 75, 80, 85, 90, 95]\ncoarser = 1\nall_shown_from = 20\nmost_described = 5\n"
            "least_move = 10\n"
        )
        out = bs.release(
            bs.estimate(country.only(area="Leeds"), measures=["nature"]), policy=tmp_path / "low.toml"
        )
        with pytest.raises(ArgumentError, match="Policy low says more than a pool may hold"):
            bs.exchange.contribute(out, recipients="us", until=UNTIL)


class TestFiles:
    def test_what_is_written_is_read_back(self, gifts, written, questionnaire):
        assert bs.exchange.read_contribution(written, questionnaire) == gifts["Sheffield"]

    def test_the_same_release_gives_the_same_bytes(self, gifts, releases):
        (again,) = bs.exchange.contribute(releases["Leeds"], recipients="the twelve", until=UNTIL)
        assert again.to_json() == gifts["Leeds"].to_json()

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda body: body["figures"][0].update(n=-3), "figures 1"),
            (lambda body: body["figures"][0].update(n=10**12), "figures 1"),
            (lambda body: body["figures"][0].update(n=1.5), "figures 1"),
            (lambda body: body["figures"][0].update(n=True), "figures 1"),
            (lambda body: body["figures"][0].update(least=None), "none of them"),
            (lambda body: body["figures"][0].update(n=50, least=51, greatest=51), "in order"),
            (lambda body: body["figures"][0].update(measure="x"), "no such figure"),
            (lambda body: body["figures"][0].update(category="x"), "no such figure"),
            (lambda body: body["figures"][0].update(age_band="care leavers"), "age bands"),
            (lambda body: body["figures"][0].update(n=9999, least=1, greatest=1), "more answers than"),
            (lambda body: body["figures"].append(body["figures"][0]), "stands twice"),
            (lambda body: body.update(format=2), "another version"),
            (lambda body: body.update(protected=False), "protected"),
            (lambda body: body.update(brightspots="release"), "not an exchange file"),
            (lambda body: body.update(questionnaire_hash="0"), "another questionnaire"),
            (lambda body: body.update(until="tomorrow"), "until"),
            (lambda body: body.update(area=""), "area"),
            (lambda body: body.update(more=1), "unknown key"),
            (lambda body: body.pop("policy"), "policy: missing"),
        ],
    )
    def test_what_cannot_be_is_refused(self, written, questionnaire, change, said):
        rewritten(written, change)
        with pytest.raises(TallyError, match=said):
            bs.exchange.read_contribution(written, questionnaire)

    def test_a_changed_count_does_not_pass_the_checksum(self, written, questionnaire):
        body = json.loads(written.read_text())
        figure = next(f for f in body["figures"] if f["n"] and f["least"] == f["greatest"])
        figure["least"] = figure["greatest"] = figure["least"] - 1
        written.write_text(json.dumps(body))
        with pytest.raises(TallyError, match="was changed after it was written"):
            bs.exchange.read_contribution(written, questionnaire)

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "1", '"x"', "null", "[" * 100_000, '{"brightspots": "exchange"}', "NaN"]
    )
    def test_no_exchange_file(self, written, questionnaire, text):
        written.write_text(text)
        with pytest.raises(TallyError, match=r"sheffield\.json"):
            bs.exchange.read_contribution(written, questionnaire)

    @given(cut=st.integers(1, 4000))
    def test_cut_short(self, gifts, questionnaire, tmp_path_factory, cut):
        path = tmp_path_factory.mktemp("cut") / "cut.json"
        path.write_text(gifts["York"].to_json()[:-cut])
        if cut > 1:  # the last character is a line's end
            with pytest.raises(TallyError, match=r"cut\.json cannot be read"):
                bs.exchange.read_contribution(path, questionnaire)

    def test_a_tally_that_was_only_saved(self, country, questionnaire, tmp_path):
        country.only(area="York").save(tmp_path / "york.json")
        with pytest.raises(TallyError, match="not protected"):
            bs.exchange.read_contribution(tmp_path / "york.json", questionnaire)

    def test_several_files_are_told_of_at_once(self, country, written, questionnaire, tmp_path):
        from brightspots.exchange.contributions import read_contributions

        (tmp_path / "other.json").write_text("{}")
        country.save(tmp_path / "saved.json")
        with pytest.raises(TallyError, match=r"(?s)other\.json is not.*saved\.json is a tally"):
            read_contributions([written, tmp_path / "other.json", tmp_path / "saved.json"], questionnaire)

    def test_a_file_name_leads_nowhere(self, gifts):
        for area in ("../../etc/passwd", "C:\\Users", "a/b", "..", "\u202eevil", "x" * 300):
            name = gifts["Leeds"].model_copy(update={"area": area}).file_name
            assert not set(name) & set("/\\:\0\u202e")
            assert not name.startswith(".")
            assert len(name) < 200

    def test_a_folder_that_is_not_there(self, gifts, tmp_path):
        with pytest.raises(OutputError, match="cannot be written there"):
            gifts["Leeds"].save(tmp_path / "nowhere" / "leeds.json")


def test_the_schema_in_the_reference(request):
    path = request.config.rootpath / "docs" / "reference" / "exchange.schema.json"
    made = Contribution.model_json_schema()
    made["properties"]["checksum"] = {"title": "Checksum", "type": "string"}
    assert json.loads(path.read_text()) == made
