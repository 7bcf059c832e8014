"""The register of councils: spellings, codes and reorganisations, as the law and the files have them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from brightspots.councils import all_councils, find_councils, near_names

REGISTER = all_councils()
TITLES = ("{}", "{} Council", "{} City Council", "{} Borough Council", "City of {}", "The {} Council")
CITY_OF_LONDON = "201"
COUNTIES = ("Derby", "Leicester", "Nottingham")


def codes(text):
    return [council.code for council in find_councils(text)]


class TestRegister:
    def test_its_size(self):
        """153 councils since April 2023 (the release of 2024 has 155 with the two that ended), five ended."""
        assert len(REGISTER) == 158
        assert sorted(code for code, council in REGISTER.items() if council.until) == [
            "835", "836", "837", "909", "928",
        ]  # fmt: skip

    def test_no_code_means_two_councils(self):
        times = Counter(ons for council in REGISTER.values() for ons in council.ons_codes)
        assert set(times.values()) == {1}

    @pytest.mark.parametrize(
        ("code", "ons_codes"),
        [
            ("373", ("E08000019", "E08000039")),
            ("370", ("E08000016", "E08000038")),
            ("390", ("E08000020", "E08000037")),
            ("929", ("E06000048", "E06000057")),
            ("825", ("E10000002", "E06000060")),
            ("815", ("E10000023", "E06000065")),
            ("933", ("E10000027", "E06000066")),
            ("801", ("E06000023",)),
        ],
    )
    def test_a_council_that_went_on_has_all_its_codes(self, code, ons_codes):
        assert REGISTER[code].ons_codes == ons_codes
        assert {one for ons in ons_codes for one in codes(ons)} == {code}
        assert REGISTER[code].until is None

    @pytest.mark.parametrize(
        ("code", "until", "became"),
        [
            ("837", 2019, {"Bournemouth, Christchurch and Poole"}),
            ("836", 2019, {"Bournemouth, Christchurch and Poole"}),
            ("835", 2019, {"Dorset", "Bournemouth, Christchurch and Poole"}),
            ("928", 2021, {"North Northamptonshire", "West Northamptonshire"}),
            ("909", 2023, {"Cumberland", "Westmorland and Furness"}),
        ],
    )
    def test_what_became_of_those_that_ended(self, code, until, became):
        assert REGISTER[code].until == until
        assert {REGISTER[one].name for one in REGISTER[code].became} == became
        assert {REGISTER[one].since for one in REGISTER[code].became} == {until}


class TestFinding:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            *(
                (name, "801")
                for name in ("Bristol", "Bristol, City of", "City of Bristol", "bristol city council")
            ),
            *(
                (name, "884")
                for name in ("Herefordshire", "Herefordshire, County of", "Herefordshire Council")
            ),
            *((name, "810") for name in ("Kingston Upon Hull, City of", "Kingston upon Hull")),
            *(
                (name, "342")
                for name in ("St. Helens", "St Helens", "St Helens Metropolitan Borough Council")
            ),
            *((name, "840") for name in ("Durham", "County Durham", "Durham County Council")),
            *((name, "201") for name in ("City of London", "City of London Corporation")),
            *((name, "316") for name in ("Newham", "London Borough of Newham")),
            ("Royal Borough of Kensington & Chelsea", "207"),
            ("Stockton on Tees", "808"),
            ("Telford & Wrekin", "894"),
            ("Bournemouth Christchurch & Poole Council", "839"),
            ("Poole", "836"),
            ("Northamptonshire County Council", "928"),
            ("Cumbria", "909"),
            (" e10000006 ", "909"),
            (" 373", "373"),
        ],
    )
    def test_usual_spellings_and_codes(self, text, code):
        assert codes(text) == [code]

    @pytest.mark.parametrize(
        "text",
        [
            "London", "Greater London", "Hull", "Kingston", "Newcastle", "Newcastle-under-Lyme", "Yorkshire",
            "Northampton", "Bedfordshire", "Lincoln City Council", "Lancaster", "Leicester County Council",
            "Nottingham County", "Derby County", "Sheffield and Rotherham", "Council", "City", "", "999",
            "37", "E08000099", "E12000003", "Council 1",
        ],
    )  # fmt: skip
    def test_what_is_no_council_or_not_told_is_none(self, text):
        assert codes(text) == []

    def test_one_name_of_two_councils_means_both(self):
        assert codes("Dorset") == codes("Dorset Council") == ["835", "838"]
        assert (codes("E10000009"), codes("E06000059")) == (["835"], ["838"])

    @given(st.sampled_from(sorted(REGISTER)))
    def test_every_council_goes_by_its_name_and_its_codes(self, code):
        council = REGISTER[code]
        assert code in codes(council.name)
        assert all(codes(one) == [code] for one in (code, *council.ons_codes))

    @settings(max_examples=300)
    @given(st.sampled_from(sorted(REGISTER)), st.sampled_from(TITLES), st.booleans())
    def test_a_title_never_makes_it_another_council(self, code, title, shout):
        assume(code != CITY_OF_LONDON or "Borough" not in title)  # it is none
        name = title.format(REGISTER[code].name)
        assert codes(name.upper() if shout else name) == codes(REGISTER[code].name)

    @pytest.mark.parametrize("city", COUNTIES)
    def test_a_city_is_never_its_county(self, city):
        assert codes(city) != codes(f"{city}shire")
        assert codes(f"{city} County Council") == []


class TestNear:
    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("Hull", "Kingston upon Hull, City of"),
            ("Newcastle", "Newcastle upon Tyne"),
            ("Sheffeild", "Sheffield"),
            ("Leicester County Council", "Leicester"),
            ("E08000039", "Sheffield"),
        ],
    )
    def test_the_nearest_stands_first(self, text, first):
        assert near_names(text, [council.name for council in REGISTER.values()])[0] == first

    def test_nothing_is_near(self):
        assert near_names("Zzyzx", ["Sheffield"]) == []
