"""Corrections: what an analyst knows better, kept in a small TOML file beside the document.

A file ``story.corrections.toml`` holds any number of rules, applied in this order::

    [[add]]                               # a name that was missed, wherever it stands
    text = "Daesh"
    label = "ORG"
    name = "Islamic State"                # optional: the entity it belongs to

    [[ignore]]                            # no name at all
    text = "Read More"

    [[split]]                             # mentions written so are an entity of their own
    text = "Ruiz"

    [[merge]]                             # one entity; its name is the first
    names = ["Syrian Democratic Forces", "SDF"]

    [[retype]]
    name = "Twitter"
    label = "ORG"

    [[rename]]
    name = "Baghuz"
    to = "Al-Baghuz Fawqani"

    [[place]]                             # a point that the gazetteer lacks or has wrong
    name = "Al-Baghuz Fawqani"
    latitude = 34.45
    longitude = 40.95
    country = "SY"                        # optional, ISO 3166 alpha-2
    kind = "city"                         # optional, as in the column of that name

    [[speaker]]                           # who is quoted, where the text names them otherwise or not at all
    from = "a spokesman"
    to = "Leo Ruiz"
    source_kind = "named"                 # optional, as in the column of that name

    [[speaker]]                           # or whoever says these words, where the text gives nobody for them
    quote = "nothing left to go back to"
    to = "Ana Ruiz"

Names match as written in the text, with or without the title before it, or as the entity's ``name``, whatever their
case, accents and dots. Every rule may name one ``doc_id``. A rule that matches nothing is reported.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from newslab.entities.lexicon import fold_name
from newslab.entities.mentions import NAMED
from newslab.files import CORRECTIONS_SUFFIX, name_files
from newslab.tables import build_table

KEYS = {
    "add": ({"text", "label"}, {"name", "doc_id"}),
    "ignore": ({"text"}, {"doc_id"}),
    "split": ({"text"}, {"name", "doc_id"}),
    "merge": ({"names"}, {"doc_id"}),
    "retype": ({"name", "label"}, {"doc_id"}),
    "rename": ({"name", "to"}, {"doc_id"}),
    "place": ({"name", "latitude", "longitude"}, {"country", "kind", "doc_id"}),
    "speaker": ({"to"}, {"from", "quote", "source_kind", "doc_id"}),
}
"""Keys that a rule of each kind must have, and those that it may have, in the order in which kinds are applied."""

REPORT_COLUMNS = {"rule": "int64", "action": "str", "what": "str", "matched": "int64"}

# a key of that many parts, and only such a line would need more, takes the reader of TOML minutes
_MOST_STOPS = 500
_LONGEST_SAID = 200  # characters of a rule in a message

Rule = dict[str, Any]
Row = dict[Any, Any]


def find_corrections(document: str | Path | Iterable[str | Path]) -> list[Rule]:
    """Read the corrections that lie beside a document: ``story.corrections.toml`` beside ``story.html``.

    Parameters
    ----------
    document
        As for `newslab.read_articles`: a file, a folder, a glob pattern or several of them.

    Returns
    -------
    list of dict
        As of `read_corrections`, each rule bound to its document by ``doc_id``; empty where no such file is.

    Raises
    ------
    ValueError
        If a file of corrections cannot be read as such.
    FileNotFoundError
        If there is no such document.

    Examples
    --------
    >>> find_corrections([])
    []
    """
    rules: list[Rule] = []
    for doc_id, path in name_files(document).items():
        beside = path.with_suffix(CORRECTIONS_SUFFIX)
        for rule in read_corrections(beside) if beside.is_file() else ():
            rules.append({"doc_id": doc_id} | rule | {"rule": len(rules) + 1})
    return rules


def read_corrections(path: str | Path) -> list[Rule]:
    """Read a file of corrections.

    Parameters
    ----------
    path
        A TOML file, as described at the head of this module.

    Returns
    -------
    list of dict
        One a rule, in the order in which they are applied: ``rule`` (its number in that order, from 1), ``action``
        and the rule's own keys.

    Raises
    ------
    ValueError
        If the file is no TOML, or a rule is of no known kind, lacks a key, has an unknown one, has a value of the wrong
        sort, or names no entity type.
    """
    try:
        written = Path(path).read_bytes().decode()
        if any(line.count(".") > _MOST_STOPS for line in written.splitlines()):
            raise ValueError(f"a line with more than {_MOST_STOPS} full stops")
        tables = tomllib.loads(written)
    except (ValueError, RecursionError) as error:  # of TOML, of its encoding or its depth
        raise ValueError(f"{path}: is no TOML in UTF-8 ({error}); put [[rule]] on a line and text in quotes") from error
    if unknown := sorted(tables.keys() - KEYS.keys()):
        raise ValueError(f"{path} has {', '.join(unknown)}; rules are {', '.join(KEYS)}")
    rules: list[Rule] = []
    for action, (needed, optional) in KEYS.items():
        given = tables.get(action, [])
        if not isinstance(given, list):
            raise ValueError(f"{path} has [{action}]; write [[{action}]], as there may be several")
        for table in given:
            where = f"{path}, [[{action}]] {str(table)[:_LONGEST_SAID]}"
            if not isinstance(table, dict):
                raise ValueError(f"{where} is no rule; write [[{action}]] on a line and its keys below")
            if missing := sorted(needed - table.keys()):
                raise ValueError(f"{where} lacks {', '.join(missing)}")
            if action == "speaker" and not table.keys() & {"from", "quote"}:
                raise ValueError(f"{where} lacks from or quote")
            if unknown := sorted(table.keys() - needed - optional):
                raise ValueError(f"{where} has {', '.join(unknown)}; it takes {', '.join(sorted(needed | optional))}")
            for key, value in table.items():
                if not _is_fit(key, value):
                    raise ValueError(
                        f"{where} has {key} = {repr(value)[:_LONGEST_SAID]}; give {WANTED.get(key, 'text in quotes')}"
                    )
            rules.append({"rule": len(rules) + 1, "action": action, **table})
    return rules


WANTED = {
    "names": "a list of two names or more",
    "label": f"one of {', '.join(NAMED)}",
    "source_kind": "one of named, unnamed, collective, document, none",
    "latitude": "degrees north, -90 to 90",
    "longitude": "degrees east, -180 to 180",
}
"""What the value of a key must be, where it is not any text."""


def _is_fit(key: str, value: object) -> bool:
    if key == "names":
        return isinstance(value, list) and len(value) > 1 and all(isinstance(name, str) for name in value)
    if key in {"latitude", "longitude"}:
        return type(value) in {int, float} and abs(value) <= (90 if key == "latitude" else 180)  # type: ignore[arg-type]
    if key in {"label", "source_kind"}:
        return isinstance(value, str) and value in WANTED[key].removeprefix("one of ").split(", ")
    return isinstance(value, str) and bool(value.strip())


def apply_corrections(
    entities: pd.DataFrame, corrections: Sequence[Rule], texts: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply corrections to a table of entities.

    Parameters
    ----------
    entities
        As `extract_entities` gives it.
    corrections
        As `find_corrections` gives them; those of places and speakers are left for `extract_places` and
        `correct_speakers`.
    texts
        The articles' texts by ``doc_id``, to find what is added.

    Returns
    -------
    entities : DataFrame
        The corrected table, entities numbered anew; ``evidence`` names the rule where one was applied.
    report : DataFrame
        One row a rule: ``rule`` (its number), ``action``, ``what`` (its keys), ``matched`` (mentions it changed or
        found; 0 for a rule that no longer matches anything).
    """
    rows: list[Row] = entities.astype(object).where(entities.notna(), None).to_dict("records")
    report = []
    order = {doc_id: number for number, doc_id in enumerate(texts.keys())}  # a Series gives its values
    for rule in corrections:
        if rule["action"] in {"place", "speaker"}:
            continue
        scope = [r for r in rows if rule.get("doc_id", r["doc_id"]) == r["doc_id"]]
        if rule["action"] == "add":
            found = _add(rule, rows, texts)
            rows = sorted([*rows, *found], key=lambda r: (order[r["doc_id"]], r["start"]))
        elif rule["action"] == "ignore":
            found = [r for r in scope if fold_name(r["text"]) == fold_name(rule["text"])]
            gone = {id(r) for r in found}
            rows = [r for r in rows if id(r) not in gone]
        else:
            found = _change(rule, scope)
        for row in found:
            row["evidence"] = "; ".join(filter(None, [row.get("evidence"), name_rule(rule)]))
        report.append(_report(rule, len(found)))
    _number(rows)
    columns = {str(name): str(dtype) for name, dtype in entities.dtypes.items()}
    return build_table(rows, columns), build_table(report, REPORT_COLUMNS)


def report_places(places: pd.DataFrame, corrections: Sequence[Rule]) -> pd.DataFrame:
    """Say how many place mentions each correction of a place put on the map.

    Parameters
    ----------
    places
        As `extract_places` gives it with the same corrections.
    corrections
        As `find_corrections` gives them.

    Returns
    -------
    DataFrame
        As the report of `apply_corrections`, one row a rule about a place.
    """
    given = places["evidence"].value_counts()
    rows = [_report(rule, given.get(name_rule(rule), 0)) for rule in corrections if rule["action"] == "place"]
    return build_table(rows, REPORT_COLUMNS)


def correct_speakers(quotes: pd.DataFrame, corrections: Sequence[Rule]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply corrections of speakers to a table of quotations.

    Parameters
    ----------
    quotes
        As `newslab.extract_quotes` gives it.
    corrections
        As `find_corrections` gives them; only those of speakers count.

    Returns
    -------
    quotes : DataFrame
        With ``speaker_name`` as corrected. Where somebody is quoted under that name already, ``entity_id`` and
        ``source_kind`` are theirs; else it is no entity, and a named source unless the rule says otherwise.
    report : DataFrame
        As of `apply_corrections`, one row a rule about a speaker; ``matched`` counts quotations.

    Examples
    --------
    >>> row = {"doc_id": "a", "speaker": "he", "speaker_name": None, "entity_id": None, "source_kind": "none"}
    >>> rule = {"rule": 1, "action": "speaker", "from": "he", "to": "Leo Ruiz"}
    >>> corrected, report = correct_speakers(pd.DataFrame([row]), [rule])
    >>> corrected["speaker_name"].tolist(), report["matched"].tolist()
    (['Leo Ruiz'], [1])
    """
    rows: list[Row] = quotes.astype(object).where(quotes.notna(), None).to_dict("records")
    report = []
    for rule in corrections:
        if rule["action"] != "speaker":
            continue
        scope = [r for r in rows if rule.get("doc_id", r["doc_id"]) == r["doc_id"]]
        known = next((r for r in scope if r["speaker_name"] == rule["to"]), {"entity_id": None, "source_kind": "named"})
        kind = rule.get("source_kind", known["source_kind"])
        change = {"speaker_name": rule["to"], "entity_id": known["entity_id"], "source_kind": kind}
        found = [r for r in scope if _is_meant(r, rule)]
        for row in found:
            row |= change
        report.append(_report(rule, len(found)))
    columns = {str(name): str(dtype) for name, dtype in quotes.dtypes.items()}
    return build_table(rows, columns), build_table(report, REPORT_COLUMNS)


def _is_meant(row: Row, rule: Rule) -> bool:
    """Whether a quotation is by the speaker that a rule names, and holds the words that it names."""
    speaker, words = rule.get("from"), rule.get("quote")
    by = speaker is None or fold_name(speaker) in _names(row, "speaker", "speaker_name")
    return by and (words is None or f" {fold_name(words)} " in f" {fold_name(row['text'])} ")


def name_rule(rule: Rule) -> str:
    """Name a rule as it is named in the evidence."""
    return f"correction {rule['rule']}"


def _report(rule: Rule, matched: int) -> Row:
    what = ", ".join(f"{k} = {v!r}" for k, v in rule.items() if k not in {"rule", "action", "doc_id"})
    return {"rule": rule["rule"], "action": rule["action"], "what": what, "matched": matched}


def _add(rule: Rule, rows: list[Row], texts: Mapping[str, str]) -> list[Row]:
    """Make rows for a text wherever it stands as a word and nothing is marked yet."""
    text = rule["text"]
    found: list[Row] = []
    for doc_id, article in texts.items():
        if rule.get("doc_id", doc_id) != doc_id:
            continue
        here = [r for r in rows if r["doc_id"] == doc_id]
        taken = bytearray(len(article))
        for r in here:
            taken[r["start"] : r["end"]] = b"\1" * (r["end"] - r["start"])
        name = str(rule.get("name", text))
        owner = next((r for r in here if fold_name(name) in _names(r)), None)
        shared = {"entity_id": f"add {rule['rule']}", "name": name, "label": rule["label"]}
        if owner:
            shared = {key: owner[key] for key in shared}
        # whatever their case, as other rules; but WHO is no "Who", and a name no common word
        flags = re.NOFLAG if text.isupper() and len(text) < 6 else re.IGNORECASE
        matches = re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", article, flags)
        spans = (match.span() for match in matches if match[0] == text or not match[0].islower())
        found += [
            {"doc_id": doc_id, "start": start, "end": end, "text": article[start:end], **shared}
            for start, end in spans
            if not any(taken[start:end])
        ]
    return found


def _change(rule: Rule, scope: list[Row]) -> list[Row]:
    """Change the rows that a rule speaks of, and give them."""
    if rule["action"] == "split":
        found = [r for r in scope if fold_name(r["text"]) == fold_name(rule["text"])]
        change: Row = {"entity_id": f"split {rule['rule']}", "name": rule.get("name", rule["text"])}
        _rename_rest(scope, found)
    elif rule["action"] == "merge":
        names = rule["names"]
        wanted = {fold_name(name) for name in names}
        here = wanted & set().union(*map(_names, scope))
        found = _of_entities(scope, wanted) if len(here) > 1 else []  # one name alone is nothing to merge
        first = [r for r in found if fold_name(names[0]) in _names(r)]
        change = {"entity_id": f"merge {rule['rule']}", "name": names[0]}
        if first:
            change["label"] = first[0]["label"]
    else:
        found = _of_entities(scope, {fold_name(rule["name"])})
        change = {"label": rule["label"]} if rule["action"] == "retype" else {"name": rule["to"]}
    for row in found:
        row |= change
    return found


def _of_entities(scope: list[Row], wanted: set[str]) -> list[Row]:
    """All rows of the entities that are called by one of the wanted names."""
    ids = {(r["doc_id"], r["entity_id"]) for r in scope if wanted & _names(r)}
    return [r for r in scope if (r["doc_id"], r["entity_id"]) in ids]


def _names(row: Row, *columns: str) -> set[str]:
    names = {fold_name(row[column]) for column in columns or ("text", "name") if row[column]}
    if isinstance(title := row.get("title"), str):  # "Mr. Keller", as the text has it
        names.add(fold_name(f"{title} {row['text']}"))
    return names


def _rename_rest(scope: list[Row], found: list[Row]) -> None:
    """Name what is left of an entity by its fullest form, when the one it was named by is split off."""
    gone = {id(row) for row in found}
    for owner in {(row["doc_id"], row["entity_id"]) for row in found}:
        rest = [r for r in scope if (r["doc_id"], r["entity_id"]) == owner and id(r) not in gone]
        for row in rest if rest and found[0]["text"] == rest[0]["name"] else []:
            row["name"] = max((r["text"] for r in rest), key=len)


def _number(rows: list[Row]) -> None:
    """Give entities ids in order of first mention, as they had before the corrections."""
    ids: dict[object, dict[object, str]] = {}
    for row in rows:
        of_doc = ids.setdefault(row["doc_id"], {})
        of_doc.setdefault(row["entity_id"], f"e{len(of_doc) + 1}")
    for row in rows:
        of_doc = ids[row["doc_id"]]
        row["entity_id"] = of_doc[row["entity_id"]]
        row["related_id"] = of_doc.get(row.get("related_id"))
