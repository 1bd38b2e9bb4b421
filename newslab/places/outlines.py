"""Outlines: the country outlines that a map needs, cut to its frame and no finer than it can show."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np


class Frame(NamedTuple):
    """Stretch of a map, in degrees, and its scale."""

    west: float
    south: float
    east: float
    north: float
    pixels_per_degree: float


def cut_outlines(outlines: dict, frame: Frame) -> dict:
    """Keep of country outlines what a map shows.

    Parameters
    ----------
    outlines
        Quantised TopoJSON with one object ``countries``, as of `read_country_outlines`.
    frame
        The stretch that the map shows.

    Returns
    -------
    dict
        TopoJSON of the polygons that touch the frame, their lines thinned out to a pixel or two, straight outside.
    """
    if not outlines.get("arcs"):
        return outlines
    scale, move = (np.array(outlines["transform"][key]) for key in ("scale", "translate"))
    lines = [np.cumsum(arc, axis=0) * scale + move for arc in outlines["arcs"]]
    countries = []
    for country in outlines["objects"]["countries"]["geometries"]:
        polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        near = [p for p in polygons if _touches(np.concatenate([lines[_index(a)] for a in p[0]]), frame)]
        if near:
            countries.append({"type": "MultiPolygon", "arcs": near, "id": country["id"]})
    used = sorted({_index(arc) for country in countries for polygon in country["arcs"] for arc in _flatten(polygon)})
    place = {old: new for new, old in enumerate(used)}
    for country in countries:
        country["arcs"] = [
            [[place[a] if a >= 0 else ~place[~a] for a in ring] for ring in polygon] for polygon in country["arcs"]
        ]
    # a grid of half a pixel: ends that lines share stay shared, as each is rounded to the same place
    grid = 1 / (2 * frame.pixels_per_degree)
    arcs = []
    for old in used:
        kept = _thin(lines[old], 1.5 / frame.pixels_per_degree if _touches(lines[old], frame) else np.inf)
        steps = np.rint((kept - move) / grid).astype(int)
        arcs.append(np.diff(steps, axis=0, prepend=[[0, 0]]).tolist())
    return {
        "type": "Topology",
        "transform": {"scale": [grid, grid], "translate": move.tolist()},
        "objects": {"countries": {"type": "GeometryCollection", "geometries": countries}},
        "arcs": arcs,
    }


def _index(arc: int) -> int:
    """Give the number of an arc; TopoJSON writes one that is walked backwards as its complement."""
    return arc if arc >= 0 else ~arc


def _flatten(rings: Iterable[Iterable[int]]) -> Iterator[int]:
    for ring in rings:
        yield from ring


def _touches(line: np.ndarray, frame: Frame) -> bool:
    """Tell whether the box around a line touches the frame."""
    (west, south), (east, north) = line.min(axis=0), line.max(axis=0)
    return bool(west <= frame.east and east >= frame.west and south <= frame.north and north >= frame.south)


def _thin(line: np.ndarray, tolerance: float) -> np.ndarray:
    """Leave out points of a line that are closer to the straight line between those kept (Douglas-Peucker)."""
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    stack = [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        (x, y), (along, up) = line[first], line[last] - line[first]
        inner = line[first + 1 : last] - (x, y)
        length = np.hypot(along, up)
        away = np.abs(inner @ (-up, along)) / length if length else np.hypot(inner[:, 0], inner[:, 1])
        if away.max() > tolerance:
            farthest = first + 1 + int(away.argmax())
            keep[farthest] = True
            stack += [(first, farthest), (farthest, last)]
    return line[keep]
