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

Names match as written in the text or as the entity's ``name``, whatever their case, accents and dots. Every rule may
name one ``doc_id``. A rule that matches nothing is reported.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from newslab.entities.lexicon import fold_name
from newslab.entities.mentions import NAMED
from newslab.tables import build_table

KEYS = {
    "add": ({"text", "label"}, {"name", "doc_id"}),
    "ignore": ({"text"}, {"doc_id"}),
    "split": ({"text"}, {"name", "doc_id"}),
    "merge": ({"names"}, {"doc_id"}),
    "retype": ({"name", "label"}, {"doc_id"}),
    "rename": ({"name", "to"}, {"doc_id"}),
}
"""Keys that a rule of each kind must have, and those that it may have, in the order in which kinds are applied."""

REPORT_COLUMNS = {"rule": "int64", "action": "str", "what": "str", "matched": "int64"}

Rule = dict[str, Any]
Row = dict[Any, Any]


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
        If a rule is of no known kind, lacks a key, has an unknown one, or names no entity type.
    """
    tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    if unknown := sorted(tables.keys() - KEYS.keys()):
        raise ValueError(f"{path} has {', '.join(unknown)}; rules are {', '.join(KEYS)}")
    rules: list[Rule] = []
    for action, (needed, optional) in KEYS.items():
        for table in tables.get(action, []):
            where = f"{path}, [[{action}]] {table}"
            if missing := sorted(needed - table.keys()):
                raise ValueError(f"{where} lacks {', '.join(missing)}")
            if unknown := sorted(table.keys() - needed - optional):
                raise ValueError(f"{where} has {', '.join(unknown)}; it takes {', '.join(sorted(needed | optional))}")
            if table.get("label", "ORG") not in NAMED:
                raise ValueError(f"{where} has label {table['label']!r}; choose from {', '.join(NAMED)}")
            rules.append({"rule": len(rules) + 1, "action": action, **table})
    return rules


def apply_corrections(
    entities: pd.DataFrame, corrections: Sequence[Rule], texts: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply corrections to a table of entities.

    Parameters
    ----------
    entities
        As `extract_entities` gives it.
    corrections
        As `read_corrections` gives them.
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
    order = {doc_id: number for number, doc_id in enumerate(texts)}
    for rule in corrections:
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
            row["evidence"] = "; ".join(filter(None, [row.get("evidence"), f"correction {rule['rule']}"]))
        what = ", ".join(f"{k} = {v!r}" for k, v in rule.items() if k not in {"rule", "action"})
        report.append({"rule": rule["rule"], "action": rule["action"], "what": what, "matched": len(found)})
    _number(rows)
    columns = {str(name): str(dtype) for name, dtype in entities.dtypes.items()}
    return build_table(rows, columns), build_table(report, REPORT_COLUMNS)


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
        spans = (match.span() for match in re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", article))
        found += [
            {"doc_id": doc_id, "start": start, "end": end, "text": text, **shared}
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
        found = _of_entities(scope, wanted)
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


def _names(row: Row) -> set[str]:
    return {fold_name(row["text"]), fold_name(row["name"])}


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
