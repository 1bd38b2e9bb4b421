"""The words and rules that make up a time expression: from a text to the stretches that a rule matches.

A text is cut into tokens, each token has one class (``month``, ``unit``, ``ordinal`` ...), and the rules of
``times.toml`` are regular expressions over classes, one character a class: small, linear, and readable as
``"{when_edge}? month dot? (comma? of? year)?"``. What a match means is for `newslab.times.timex`.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple


class Token(NamedTuple):
    """A piece of text, its class and what it stands for."""

    start: int
    end: int
    kind: str
    value: Any
    low: str


class Found(NamedTuple):
    """A stretch that a rule matched: the rule's name, its tokens (first to last) and those that it names."""

    rule: str
    first: int
    last: int
    parts: dict[str, Token]


_PIECES = {
    "isodate": r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?(?![\d-])",
    "slashdate": r"\d{1,2}/\d{1,2}/(?:\d{4}|\d\d)(?![\d/])|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d(?!\d)",
    # "0430 hours", "at 2215 hours", but not "2000 hours of work"
    "clock": r"\d{1,2}(?:[:.]\d\d)?[ \xa0]?[aApP](?:\.[mM]\.?|[mM]\b)"
    r"|\d{1,2}:\d\d(?::\d\d)?(?!\d|[.:]\d)(?:[ \xa0]?\+\d\d:?\d\d\b|[ \xa0][-\u2212](?:0\d|1[0-2])[0-5]\d\b)?"
    r"|(?:0\d|(?:(?<=at )|(?<=by )|(?<=from )|(?<=until ))[12]\d)[0-5]\d[ \xa0](?:hours|hrs)\b",
    "decade": r"(?:1\d|20)\d0['’]?s\b|['’]\d0s\b",
    "decade_short": r"[1-9]0s\b",
    # "in '84", "the summer of '69", where no quotation begins
    "short_year": r"(?:(?<=in )|(?<=of )|(?<=since )|(?<=by )|(?<=from ))['’]\d\d(?=[\s.,;:)?!—–-]|$)",
    "fy": r"FY[ \xa0]?['’]?(?:\d{4}|\d\d)(?!\d)",
    "qcode": r"[QH][1-4](?!\w)|[1-4][QH](?!\w)",
    "dord": r"\d{1,3}(?:st|nd|rd|th)\b",
    "fraction": r"(?:\d+[ \xa0-])?[1-9]/[2-9](?![\d/])|(?:\d+[ \xa0]?)?[½¼¾]",
    "figure": r"\d+(?:,\d{3})*(?:\.\d+)?",
    "poss": r"['’]s\b",
    "word": r"[^\W\d_][^\W_]*(?:['’](?!s\b)[^\W\d_]+)*",
    "break": r"\n",
    "sign": r"[+\u2212]",
    "punct": r"[^\w\s]|_",
}
_NAMED_PIECES = [f"(?P<{name}>{pattern})" for name, pattern in _PIECES.items()]
_N_OF_FIGURES = list(_PIECES).index("word")
# one look at how a word begins spares it the pieces that no word is
_LEXER = re.compile(
    rf"(?=[\d½¼¾'’FQH])(?:{'|'.join(_NAMED_PIECES[:_N_OF_FIGURES])})|{'|'.join(_NAMED_PIECES[_N_OF_FIGURES:])}"
)
_PUNCTUATION = {
    ".": "dot",
    ",": "comma",
    "-": "dash",
    "–": "dash",
    "—": "dash",
    "‑": "dash",
    "(": "lpar",
    ")": "rpar",
}
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}

_SCALES = {12, 100, 1000, 10**6, 10**9}
_LARGEST = 1e12  # nothing is counted beyond that in units of time
_SHORTENED = {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}


class _Grammar(NamedTuple):
    words: dict[str, tuple[str, object]]
    phrases: dict[str, list[tuple[tuple[str, ...], str, object]]]
    letters: dict[str, str]
    island: re.Pattern[str]  # a stretch without words unknown
    trigger: re.Pattern[str]  # a word without which it holds no expression
    rules: list[tuple[str, re.Pattern[str]]]
    any_rule: re.Pattern[str]  # all of them at once: where it fails, none matches


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    data = tomllib.loads(Path(__file__).with_name("times.toml").read_text(encoding="utf-8"))
    words: dict[str, tuple[str, object]] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], str, object]]] = {}
    for kind, entries in data["words"].items():
        for text, value in entries.items():
            key = tuple(m.group() for m in _LEXER.finditer(text))
            if len(key) == 1:
                words[text] = (kind, value)
            else:
                phrases.setdefault(key[0], []).append((key, kind, value))
    for options in phrases.values():
        options.sort(key=lambda option: -len(option[0]))
    kinds = [*data["words"], *_PIECES, *_PUNCTUATION.values(), "daynum", "year", "number"]
    letters = {kind: chr(0xE000 + i) for i, kind in enumerate(dict.fromkeys(kinds))}
    classes = letters | {name: "".join(letters[k] for k in members) for name, members in data["unions"].items()}
    rules = [
        (name, _compile(pattern, data["pieces"], classes))
        for name, patterns in data["rules"].items()
        for pattern in patterns
    ]
    outside = "".join(letters[kind] for kind in ("word", "punct", "break"))
    trigger = "".join(letters[kind] for kind in data["triggers"])
    any_rule = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", rule.pattern) for _, rule in rules))
    island = re.compile(f"[^{outside}]+")
    return _Grammar(words, phrases, letters, island, re.compile(f"[{trigger}]"), rules, any_rule)


def _compile(pattern: str, pieces: dict[str, str], classes: dict[str, str]) -> re.Pattern[str]:
    """Turn a rule over class names into a regular expression over class letters; each name is a group."""
    while "{" in pattern:
        pattern = re.sub(r"\{(\w+)\}", lambda m: pieces[m.group(1)], pattern)
    uses: dict[str, int] = {}

    def write(match: re.Match[str]) -> str:
        bang, name, kind = match.groups()
        if name is None:
            return {"(": "(?:", "<": "(?P<span__1>", ">": ")"}.get(match.group(), "")
        if bang:
            return f"(?![{classes[name]}])"
        uses[name] = uses.get(name, 0) + 1
        return f"(?P<{name}__{uses[name]}>[{classes[kind or name]}])"

    return re.compile(re.sub(r"(!?)([a-z_]+)(?:=([a-z_]+))?|[(<>]|\s", write, pattern))


def read_tokens(text: str) -> list[Token]:
    """Cut a text into classed tokens: phrases joined, number words added up, white space left out.

    Examples
    --------
    >>> [(t.kind, t.value) for t in read_tokens("twenty-two days ago")]
    [('number', 22), ('units', 'D'), ('ago', -1)]
    """
    words, phrases, *_ = _grammar()
    raw = [(m.start(), m.end(), m.lastgroup or "", m.group()) for m in _LEXER.finditer(text)]
    lows = [shown.lower().replace("’", "'") for *_, shown in raw]
    tokens: list[Token] = []
    i = 0
    while i < len(raw):
        start, end, kind, shown = raw[i]
        low = lows[i]
        for key, phrase, value in phrases.get(low, ()):
            if tuple(lows[i : i + len(key)]) == key:
                if phrase in {"holiday", "era"} and not shown[0].isupper():
                    continue
                i += len(key)
                tokens.append(Token(start, raw[i - 1][1], phrase, value, " ".join(key)))
                break
        else:
            i += 1
            tokens.append(Token(start, end, *_classify(kind, shown, low, words), low))
    return _unclass(list(_add_numbers(tokens)))


_BEFORE_VERB = frozenset("to will would can could may might must shall should 'll not cannot won't".split())
_COUNTING = {"a", "number", "daynum", "vague"}


def _unclass(tokens: list[Token]) -> list[Token]:
    """Take their class from the verb "last" ("to last two weeks") and from "as many" ("in as many months")."""
    for i in range(1, len(tokens)):
        before, token = tokens[i - 1].low, tokens[i]
        follower = tokens[i + 1].kind if i + 1 < len(tokens) else ""
        is_verb = token.low == "last" and before in _BEFORE_VERB and follower in _COUNTING
        if is_verb or (token.low == "many" and before == "as"):
            tokens[i] = token._replace(kind="word", value=None)
    return tokens


def _classify(kind: str, shown: str, low: str, words: dict[str, tuple[str, object]]) -> tuple[str, object]:
    if kind == "word":
        found, value = words.get(low, ("word", None))
        # "march", "may", "sun", "et" and their like are times only as names are written
        if found in {"month", "weekday_short", "holiday"} and len(low) < 6 and not shown[0].isupper():
            return "word", None
        if found in {"zone", "era"} and not shown.isupper() and low != "z":
            return "word", None
        return found, value
    if kind == "figure":
        number = float(shown.replace(",", ""))
        if number > _LARGEST:
            return "word", None
        if number.is_integer() and shown.isdigit():
            if len(shown) == 4 and 1000 <= number < 3000:
                return "year", int(number)
            if len(shown) <= 2 and 1 <= number <= 31:
                return "daynum", int(number)
        return "number", number
    if kind == "fraction":
        if shown[-1] in _FRACTIONS:
            return "number", float(shown[:-1] or 0) + _FRACTIONS[shown[-1]]
        whole, over, under = re.fullmatch(r"(?:(\d+)[ \xa0-])?(\d)/(\d)", shown).groups()  # type: ignore[union-attr]
        return "number", float(whole or 0) + int(over) / int(under)
    if kind == "short_year":
        return "year", int(shown[1:]) + (1900 if shown[1:] > "30" else 2000)
    if kind == "dord":
        return "dord", int(shown[:-2])
    if kind == "punct":
        return _PUNCTUATION.get(shown, "punct"), None
    return kind, shown


def _add_numbers(tokens: list[Token]) -> Iterator[Token]:
    """Join the words of a number: ``twenty-two``, ``two hundred``, and the year ``nineteen ninety-seven``."""
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if (
            token.kind == "a"
            and i + 1 < len(tokens)
            and tokens[i + 1].low in {"dozen", "hundred", "thousand", "million", "billion"}
        ):
            token = tokens[i + 1]._replace(start=token.start)
            i += 1
        j = i + 1
        if token.kind in {"daynum", "number"} and token.low[0].isdigit():
            if j < len(tokens) and tokens[j].kind == "number" and tokens[j].value in _SCALES - {12, 100}:
                token = Token(token.start, tokens[j].end, "number", token.value * tokens[j].value, "number")
                j += 1
        elif token.kind == "number" and token.low.isalpha():
            total = last = int(token.value)
            kind = "number"
            while j < len(tokens):
                k = j + (tokens[j].kind == "dash" and last in range(20, 100, 10))
                if k >= len(tokens) or tokens[k].kind != "number" or not tokens[k].low.isalpha():
                    break
                more = int(tokens[k].value)
                if total > _LARGEST:
                    break
                if more in _SCALES and tokens[k].low != "twelve":
                    total *= more
                elif more < 10 and last in range(20, 100, 10):
                    total += more
                elif more >= 10 and last in range(10, 21) and total == last:
                    total, kind = total * 100 + more, "year"
                elif last in _SCALES:
                    total += more
                else:
                    break
                last, j = more, k + 1
            if j > i + 1:
                token = Token(token.start, tokens[j - 1].end, kind, total, "number")
        yield token
        i = j


def find_expressions(tokens: list[Token]) -> Iterator[Found]:
    """Match the rules, leftmost and longest first; matches don't overlap."""
    grammar = _grammar()
    classes = "".join(grammar.letters[token.kind] for token in tokens)
    for island in grammar.island.finditer(classes):
        at, stop = island.span()
        done = at
        if not grammar.trigger.search(classes, at, stop):
            continue
        while at < stop:
            # one token of the surroundings, for the rules that look ahead
            name, match = _longest(classes, at, stop + 1)
            if match is None:
                at += 1
                continue
            first, last = match.span("span__1") if "span__1" in match.re.groupindex else match.span()
            if first > at:
                # words before it only point to it: what begins there may go on for longer
                _, longer = _longest(classes, first, stop + 1)
                if longer and longer.end() > match.end():
                    at = first
                    continue
            parts: dict[str, Token] = {}
            for group in match.re.groupindex:
                if match.start(group) >= 0:
                    parts.setdefault(group.rpartition("__")[0], tokens[match.start(group)])
            if tokens[last - 1].kind == "dot" and tokens[last - 2].low not in _SHORTENED:
                last -= 1  # the stop after "in October." is the sentence's, that of "Oct." is its own
            found = _read_week(_read_sum(Found(name, first, last - 1, parts), tokens), tokens)
            before, after = _read_range(found, tokens)
            yield from (early for early in before if early.first >= done)
            yield after[0] if after else found
            yield from after[1:]
            at = done = max(match.end(), found.last + 1, after[-1].last + 1 if after else 0)


def _longest(classes: str, at: int, stop: int) -> tuple[str, re.Match[str] | None]:
    """Give the rule that matches most from a token on, the first of several."""
    best: tuple[str, re.Match[str] | None] = "", None
    end = at
    grammar = _grammar()
    for name, pattern in grammar.rules if grammar.any_rule.match(classes, at, stop) else ():
        match = pattern.match(classes, at, stop)
        if match and match.end() > end:
            best, end = (name, match), match.end()
    return best


_GRAINS = ["TS", "TM", "TH", "D", "W", "M", "Y"]
_ONE_LENGTH = {"approx", "over", "a", "figure", "unit", "units", "anyunit"}


def _read_sum(found: Found, tokens: list[Token]) -> Found:
    """Take the smaller units of a length into its match: 9 minutes of "two hours and nine minutes"."""
    if found.rule != "duration" or found.parts.keys() - _ONE_LENGTH or tokens[found.last].value not in _GRAINS:
        return found
    last, smaller = found.last, []
    while True:
        at = last + 1 + (last + 1 < len(tokens) and tokens[last + 1].kind in {"comma", "and"})
        count, unit, follower = (*tokens[at : at + 3], None, None, None)[:3]
        if (
            not count
            or not unit
            or count.kind not in {"daynum", "number", "a"}
            or unit.kind not in {"unit", "units"}
            or unit.value not in _GRAINS[: _GRAINS.index(tokens[last].value)]
            or (follower and follower.kind in {"ago", "told", "hence"})
        ):
            break
        smaller.append((1 if count.kind == "a" else count.value, unit.value))
        last = at + 1
    if not smaller:
        return found
    return found._replace(last=last, parts=found.parts | {"smaller": tokens[last]._replace(value=smaller)})


def _read_week(found: Found, tokens: list[Token]) -> Found:
    """Take its week into the match of a weekday: "Tuesday of last week"."""
    if found.rule != "day" or "weekday" not in found.parts or found.parts.keys() - {"weekday", "part"}:
        return found
    at = found.last + 1 + (found.last + 1 < len(tokens) and tokens[found.last + 1].kind == "of")
    relative, unit = (*tokens[at : at + 2], None, None)[:2]
    if not relative or not unit or relative.kind != "relative" or unit.value != "W":
        return found
    return found._replace(last=at + 1, parts=found.parts | {"relative": relative, "unit": unit})


_UP_TO = {"dash", "to"}


def _read_range(found: Found, tokens: list[Token]) -> tuple[list[Found], list[Found]]:
    """Complete the other end of a range: 7 of "7-9 March", 9 of "March 7-9, 2019", 95 of "1990-95".

    Gives what comes before the match, and what comes in its place and after it.
    """
    parts, first, last = found.parts, found.first, found.last
    number = tokens[last].kind in {"daynum", "dord"}
    other = tokens[last + 2] if last + 2 < len(tokens) else None
    joined = last + 1 < len(tokens) and tokens[last + 1].kind in _UP_TO
    if found.rule == "day" and "month" in parts and number and other and (joined or tokens[last + 1].kind == "and"):
        end = last + 2
        follows = tokens[end + 1].kind if end + 1 < len(tokens) else "break"
        if other.kind in {"daynum", "dord"} and follows in {"comma", "dot", "punct", "break", "rpar", "in"}:
            second = {"month": parts["month"], "day": other}
            year = next((t for t in tokens[end + 1 : end + 3] if t.kind not in {"comma"}), None)
            if year and year.kind == "year":
                end = tokens.index(year, end)
                parts, second = parts | {"year": year}, second | {"year": year}
            return [], [Found("day", first, last, parts), Found("day", last + 2, end, second)]
    if found.rule == "year" and tokens[last].kind == "year" and joined and other and len(other.low) == 2:
        year = other._replace(value=parts["year"].value // 100 * 100 + int(other.low if other.low.isdecimal() else 0))
        if tokens[last].end + 1 == other.start and year.value > parts["year"].value:
            return [], [found, Found("year", last + 2, last + 2, {"year": year})]
    lead = tokens[first - 2] if first > 1 and tokens[first - 1].kind in _UP_TO else None
    if lead and lead.kind in {"daynum", "dord"}:
        if found.rule == "day" and "daynum" in parts and "month" in parts and lead.value < parts["daynum"].value:
            return [Found("day", first - 2, first - 2, parts | {"daynum": lead})], []
        if half := _half(parts.get("clock"), lead):
            return [Found("time", first - 2, first - 2, {"clock": lead._replace(value=lead.low + half)})], []
    alone = found.rule == "time" and first == last and tokens[last].kind == "clock"
    if alone and joined and tokens[last].low[-1].isdigit() and (half := _half(other, tokens[last])):
        return [], [Found("time", first, last, {"clock": tokens[last]._replace(value=tokens[last].low + half)})]
    return [], []


def _half(clock: Token | None, lead: Token) -> str:
    """Give the half of the day that a time before "to 4 p.m." is in; none if it is no clock time."""
    if clock is None or clock.kind != "clock" or clock.low[-1].isdigit() or lead.kind not in {"daynum", "clock"}:
        return ""
    hour, until = (int(re.match(r"\d+", token.low).group()) for token in (lead, clock))  # type: ignore[union-attr]
    if not 1 <= hour <= 12:
        return ""
    # from 11 to 1 p.m. is across noon
    return "am" if ("p" in clock.low) == (hour % 12 > until % 12) else "pm"
