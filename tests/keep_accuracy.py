"""Keep what the benchmarks measured in newslab/accuracy.json, from where every table takes its accuracy.

    for task in entities places quantities quotes structure times; do
      python ../shared/benchmarks/score.py $task --json > scores/$task.jsonl
    done
    python tests/keep_accuracy.py scores/*.jsonl

All parts are the developers' own: what is measured on them was seen while newslab was written.
"""

import datetime
import json
import sys
from pathlib import Path

from newslab.parsing import describe_pipeline

KEPT = {
    ("entities", "worldwide", "five types, exact span"): (
        "entities",
        "names with exact extent and type",
        "Worldwide English Newswire",
    ),
    ("places", "geowebnews", "end to end at 161 km"): (
        "places",
        "places found and put within 161 km",
        "GeoWebNews",
    ),
    ("quantities", "newsquant", "value+unit"): ("quantities", "values with their unit", "NewsQuant"),
    ("quotes", "dev", "direct content+speaker"): ("quotes", "direct quotations with the right speaker", "PolNeAR 1.0"),
    ("quotes", "dev", "clause content+speaker"): (
        "quotes",
        "reported clauses with the right speaker",
        "PolNeAR 1.0",
    ),
    ("structure", "intruders", "off_topic"): ("paragraphs", "paragraphs out of another story", "intruders"),
    ("structure", "intruders", "role boilerplate"): ("paragraphs", "boilerplate", "intruders"),
    ("times", "timebank", "value"): ("times", "expressions with the right value", "TimeBank, TempEval-3"),
}
"""Measures worth a reader's while, by task, part and name: kind of table, what was right, benchmark."""


def main(paths: list[Path]) -> None:
    """Write the file anew from the scores of all tasks."""
    kept: dict[str, list[dict]] = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            score = json.loads(line)
            if (key := (path.stem, score.get("part"), score.get("measure"))) in KEPT:
                kind, right, benchmark = KEPT[key]
                figures = {name: round(score[column], 1) for name, column in FIGURES.items()}
                kept.setdefault(kind, []).append({"of": right, "benchmark": benchmark, **figures, "n": score["n"]})
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    content = {"measured": today, "model": describe_pipeline()["model"], "kinds": kept}
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (Path(__file__).parent.parent / "newslab" / "accuracy.json").write_text(text, encoding="utf-8")


FIGURES = {"f1": "value", "precision": "p", "recall": "r"}

if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
