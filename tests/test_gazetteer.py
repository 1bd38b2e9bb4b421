import pytest

from newslab.places.gazetteer import find_places, fold_name, load_gazetteer, read_country_outlines


def kinds(name: str) -> list[tuple[str, str]]:
    return [(place.country, place.kind) for place in find_places(name)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Al Sukhna", "As-Sukhnah"),
        ("Deir ez-Zor", "Deir al Zor"),
        ("São Paulo", "Sao Paulo"),
        ("Saint Louis", "St. Louis"),
        ("The Hague", "Hague"),
        ("Sana'a", "Sana’a"),
    ],
)
def test_spellings_of_one_name_fold_alike(one, other):
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(("one", "other"), [("Utah", "Uta"), ("Essen", "Al Sen"), ("Allen", "Al Len")])
def test_names_that_only_look_like_an_article_stay_apart(one, other):
    assert fold_name(one) != fold_name(other)


@pytest.mark.parametrize("name", ["", " ", "...", "😀", "''"])
def test_a_name_without_letters_is_no_place(name):
    assert find_places(name) == ()


def test_a_short_name_counts_only_as_it_is_spelled():
    assert kinds("EU") == [("", "union")]  # no Eu in France
    assert kinds("EUS") == []
    assert kinds("US") == [("US", "country")]
    assert kinds("us") == []
    assert ("DE", "city") in kinds("Ulm")


def test_names_are_found_in_the_form_the_news_uses():
    assert ("SY", "city") in kinds("Palmyra")  # only an alternate of Tadmur
    assert ("SY", "city") in kinds("Deir Ezzor")
    assert kinds("Calif.") == [("US", "admin1")]
    assert ("US", "city") in kinds("New York")
    assert kinds("Baghuz") == []


def test_every_country_has_a_point_of_its_own():
    countries = {code: place for code, place in load_gazetteer().divisions.items() if "." not in code}
    assert {place.country for place in countries.values()} == set(countries)
    # ISO 3166-1 has 249 codes; Kosovo's XK is a user-assigned one
    assert len(countries) == 250
    assert all(-90 <= p.latitude <= 90 and -180 <= p.longitude <= 180 for p in countries.values())


def test_every_country_is_found_by_its_name():
    countries = {code: place for code, place in load_gazetteer().divisions.items() if "." not in code}
    assert [code for code, place in countries.items() if place not in find_places(place.name)] == []


def test_every_demonym_stands_somewhere():
    assert all(-90 <= place.latitude <= 90 for place in load_gazetteer().demonyms.values())


def test_outlines_are_keyed_by_country_code():
    outlines = read_country_outlines()
    ids = {shape["id"] for shape in outlines["objects"]["countries"]["geometries"]}
    assert outlines["type"] == "Topology"
    assert {"SY", "US", "XK"} <= ids
    read_country_outlines()["objects"].clear()
    assert read_country_outlines()["objects"], "a reader's change must not reach the next reader"
