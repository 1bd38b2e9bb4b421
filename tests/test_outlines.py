"""Outlines of a map: cut to its frame, with their shape."""

import json

import numpy as np
import pytest

from newslab.places.gazetteer import read_country_outlines
from newslab.places.outlines import Frame, cut_outlines

EUROPE = Frame(west=-10, south=36, east=30, north=60, pixels_per_degree=16)


def area_of(outlines: dict, country: str) -> float:
    """Area of a country in square degrees (shoelace formula)."""
    scale, move = (np.array(outlines["transform"][key]) for key in ("scale", "translate"))
    lines = [np.cumsum(arc, axis=0) * scale + move for arc in outlines["arcs"]]
    found = next(g for g in outlines["objects"]["countries"]["geometries"] if g.get("id") == country)
    polygons = found["arcs"] if found["type"] == "MultiPolygon" else [found["arcs"]]
    area = 0.0
    for outer, *_ in polygons:
        ring = np.concatenate([lines[a] if a >= 0 else lines[~a][::-1] for a in outer])
        x, y = ring.T
        area += abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    return area


@pytest.mark.parametrize("country", ["DE", "IT", "CH"])
def test_a_country_on_the_map_keeps_its_area(country):
    whole = read_country_outlines()
    assert area_of(cut_outlines(whole, EUROPE), country) == pytest.approx(area_of(whole, country), rel=0.03)


def test_a_map_takes_a_fraction_of_the_whole():
    whole = read_country_outlines()
    cut = cut_outlines(whole, EUROPE)
    assert len(json.dumps(cut)) < len(json.dumps(whole)) / 4
    kept = {g["id"] for g in cut["objects"]["countries"]["geometries"]}
    assert {"PT", "PL"} <= kept
    assert not {"JP", "BR"} & kept


def test_a_frame_at_sea_keeps_nothing():
    cut = cut_outlines(read_country_outlines(), Frame(-150, -40, -140, -35, 60))
    assert cut["objects"]["countries"]["geometries"] == []
