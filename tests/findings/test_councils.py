"""Our own council among areas, and areas that hold the same children: 2019, 2021 and 2023 made some."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightspots.councils import all_councils
from brightspots.errors import ArgumentError
from brightspots.findings.councils import find_area, refuse_doubles

COUNCILS = [council for council in all_councils().values() if council.name != "Dorset" and not council.until]
some = st.lists(st.sampled_from(COUNCILS), min_size=2, max_size=12, unique=True)
a_code = st.sampled_from(["code", "first", "last"])


def coded(council, which):
    return {"code": council.code, "first": council.ons_codes[0], "last": council.ons_codes[-1]}[which]


@given(some, a_code, st.data())
def test_a_council_is_found_by_name_and_by_any_code(councils, which, data):
    own = data.draw(st.sampled_from(councils))
    names = [council.name for council in councils]
    numbers = [coded(council, which) for council in councils]
    refuse_doubles(names)
    refuse_doubles(numbers)
    refuse_doubles([*names[:1], *numbers[1:]])
    here = councils.index(own)
    assert find_area(f"{own.name} Council", names) == find_area(own.name, numbers) == here
    assert find_area(own.code, names) == find_area(own.ons_codes[0], numbers) == here


@given(some, a_code)
def test_a_council_in_two_ways_is_refused(councils, which):
    with pytest.raises(ArgumentError, match="look like one council"):
        refuse_doubles([*(council.name for council in councils), coded(councils[0], which)])


@given(some)
def test_a_council_that_is_not_there_is_never_another(councils):
    own, *others = councils
    with pytest.raises(ArgumentError, match=r"which is none of the [0-9]+ areas"):
        find_area(own.name, [council.code for council in others])


@pytest.mark.parametrize(
    ("own", "areas", "told"),
    [
        ("Leicester", ["Leicestershire", "Leeds"], "near it: 'Leicestershire'"),
        ("Leicester County Council", ["Leicester", "Leeds"], "as they are spelled; near it: 'Leicester'"),
        ("Cumbria", ["Cumberland", "Leeds"], "Cumbria became Cumberland and Westmorland and Furness in 2023"),
        (
            "942",
            ["Cumbria", "Leeds"],
            r"Cumberland \(since 2023\), which is none of the 2 areas; Cumbria became",
        ),
        ("West Northamptonshire", ["928", "383"], "Northamptonshire became North .* in 2021"),
        ("Poole", ["839", "383"], "Poole became Bournemouth, Christchurch and Poole in 2019"),
        ("Dorset Council", ["838", "383"], r"may be Dorset \(until 2019\) or Dorset \(since 2019\)"),
        ("838", ["Dorset", "Leeds"], "near it: 'Dorset'"),
        ("Hull", ["Kingston upon Hull, City of", "Leeds"], "near it: 'Kingston upon Hull, City of'"),
        ("373", ["Ash", "Birch"], "'373', Sheffield, which is none of the 2 areas; none comes near"),
        ("373", ["Sheffield", "City of Sheffield"], "near it: 'Sheffield', 'City of Sheffield'"),
        ("Ash Council", ["Ash", "Birch"], "near it: 'Ash'"),
    ],
)
def test_what_cannot_be_told_is_refused_with_what_is_known(own, areas, told):
    with pytest.raises(ArgumentError, match=told):
        find_area(own, areas)


@pytest.mark.parametrize(
    ("own", "areas"),
    [
        ("Bristol", ["Leeds", "Bristol, City of"]),
        ("City of Bristol", ["383", "801"]),
        ("Herefordshire", ["Hertfordshire", "Herefordshire, County of"]),
        ("St Helens", ["Leeds", "St. Helens"]),
        ("Gateshead", ["E08000035", "E08000020"]),
        ("Buckinghamshire", ["E08000035", "E10000002"]),
        ("E06000060", ["E08000035", "E10000002"]),
        ("Somerset Council", ["North Somerset", "Somerset"]),
        ("Northamptonshire", ["928a", "E10000021"]),
        ("Dorset", ["Leeds", "Dorset"]),
        ("838", ["383", "E06000059"]),
        ("Ash", ["Birch", "Ash"]),
    ],
)
def test_our_own_is_found(own, areas):
    assert find_area(own, areas) == 1


@pytest.mark.parametrize(
    "areas",
    [
        ["Cumbria", "Cumberland"],
        ["909", "E06000064"],
        ["Northamptonshire", "941"],
        ["Bournemouth", "Bournemouth, Christchurch and Poole"],
        ["E10000009", "E06000059"],
    ],
)
def test_a_council_and_one_that_took_its_place_are_refused(areas):
    with pytest.raises(ArgumentError, match=r"holds children twice: .* became .* in 20"):
        refuse_doubles(["Leeds", *areas])


def test_a_succession_is_told_once():
    with pytest.raises(ArgumentError) as caught:
        find_area("Northamptonshire", ["North Northamptonshire", "West Northamptonshire", "Leeds"])
    assert str(caught.value).count("became") == 1


def test_neighbours_are_not_doubles():
    refuse_doubles(["Dorset", "Bournemouth, Christchurch and Poole", "Cumberland", "943", "E06000061", "941"])
    refuse_doubles(["Bournemouth", "Poole", "E10000009"])


@pytest.mark.parametrize(
    ("council", "slip"),
    [("Sheffield", "Sheffeild"), ("Shropshire", "Shropshrie"), ("Leicestershire", "Leicstershire County")],
)
def test_a_misspelt_council_is_not_another(council, slip):
    with pytest.raises(ArgumentError, match="look like one council"):
        refuse_doubles(["Leeds", council, slip])


def test_councils_beyond_england_are_no_misspelt_ones():
    """The unitary authorities of Wales and the council areas of Scotland, as both are named today."""
    wales = (
        "Anglesey, Blaenau Gwent, Bridgend, Caerphilly, Cardiff, Carmarthenshire, Ceredigion, Conwy, "
        "Denbighshire, Flintshire, Gwynedd, Merthyr Tydfil, Monmouthshire, Neath Port Talbot, Newport, "
        "Pembrokeshire, Powys, Rhondda Cynon Taf, Swansea, Torfaen, Vale of Glamorgan, Wrexham"
    )
    scotland = (
        "Aberdeen, Aberdeenshire, Angus, Argyll and Bute, Clackmannanshire, Dumfries and Galloway, Dundee, "
        "East Ayrshire, East Dunbartonshire, East Lothian, East Renfrewshire, Edinburgh, Falkirk, Fife, "
        "Glasgow, Highland, Inverclyde, Midlothian, Moray, Na h-Eileanan Siar, North Ayrshire, "
        "North Lanarkshire, Orkney Islands, Perth and Kinross, Renfrewshire, Scottish Borders, "
        "Shetland Islands, South Ayrshire, South Lanarkshire, Stirling, West Dunbartonshire, West Lothian"
    )
    for areas in (wales, scotland):
        for area in areas.split(", "):
            for council in all_councils().values():
                refuse_doubles([council.name, area])


def test_areas_that_are_no_council_stand_beside_codes_only_alone():
    with pytest.raises(ArgumentError, match="'Ash', 'Birch' cannot be told to be a council"):
        refuse_doubles(["Birch", "373", "Ash"])
    refuse_doubles(["Sheffield", "370", "E08000035"])
