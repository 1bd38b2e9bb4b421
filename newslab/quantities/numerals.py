"""Numerals: numbers in digits, words and mixtures of both, read off a text without a model."""

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "quadrillion": 1e15,
    "quintillion": 1e18, "sextillion": 1e21,
    "lakh": 1e5, "crore": 1e7, "dozen": 12.0, "mn": 1e6, "mln": 1e6, "mio": 1e6, "bn": 1e9, "bln": 1e9,
    "tn": 1e12, "trn": 1e12,
}  # fmt: skip
VAGUE = {
    "dozens": (12.0, None), "scores": (20.0, None), "hundreds": (1e2, 1e3), "thousands": (1e3, 1e4),
    "millions": (1e6, 1e7), "billions": (1e9, 1e10), "trillions": (1e12, 1e13), "lakhs": (1e5, 1e6),
    "crores": (1e7, 1e8),
}  # fmt: skip
"""Vague amounts and the range of each, to ten times as many, where English begins to say "tens of"; nobody
agrees where dozens end."""
PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "twentieth": 20, "hundredth": 100, "thousandth": 1000,
}  # fmt: skip
GLYPHS = {
    "½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅕": 1 / 5, "⅖": 2 / 5, "⅗": 3 / 5,
    "⅘": 4 / 5, "⅙": 1 / 6, "⅚": 5 / 6, "⅛": 1 / 8, "⅜": 3 / 8, "⅝": 5 / 8, "⅞": 7 / 8,
}  # fmt: skip
LETTERS = {"k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6, "b": 1e9, "B": 1e9, "t": 1e12, "T": 1e12}
"""Scale letters. Whether "m" is million or metre is for their neighbours to say: see `Numeral`."""

_MAX_DIGITS = 24  # more is an identifier, not an amount
_MAX_ATOMS = 12  # "nine hundred and ninety-nine billion ..." needs no more; a wall of number words does


def any_of(words: Iterable[str]) -> str:
    """Write a pattern for any of the words or phrases in either case, the longest first.

    The words are grouped by first letter: a search that ignores case tries each alternative at each character, and
    takes six times as long.
    """
    groups: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        groups.setdefault(word[0], []).append(re.escape(word[1:]).replace(r"\ ", r"\s+"))
    return "|".join(f"[{c}{c.upper()}](?i:{'|'.join(rest)})" for c, rest in groups.items())


_WORDS = any_of([*ONES, *TEENS, *TENS, *SCALES, *VAGUE, *PARTS, *(f"{part}s" for part in PARTS), "zero", "tens"])
_DIGITS = any_of(["zero", "oh", *ONES])
_ATOM = re.compile(
    r"(?=[\d.])(?P<digits>\d{1,3},\d{1,2}(?=\s(?i:million|billion|trillion|per\s?cent|%)|%)"
    r"|(?<=€)\d{1,4},\d\d(?![\d.,]*\d)|\d{1,4},\d\d(?=\s?(?:€|euros?\b))"
    r"|\d{1,3}(?:[,，\u2009\u202f\xa0٬]\d{3})+(?!\d)(?:[.．٫]\d+)?"
    r"|\d{1,2}(?:,\d{2}){1,4},\d{3}(?!\d)(?:\.\d+)?"
    r"|\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d)"  # "1.234,50", as most of Europe writes it
    r"|\d+(?:\.\d+)?[eE][+-]?[12]?\d(?!\w)"
    r"|\d+(?:[.．٫]\d+)?|(?<![\w.])\.\d+)(?P<glyph>[ ]?[½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])?"
    r"|(?P<alone>[½¼¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])"
    rf"|(?<![^\W\d_])(?P<word>{_WORDS})(?:(?<![Aa]t one) point(?P<spoken>(?: (?:{_DIGITS}))+))?(?![^\W_])"
)
_JOINT = re.compile(r"[ \xa0]|-|[ \xa0]?and[ \xa0]|-and-", re.IGNORECASE)
_ARTICLE = re.compile(r"(?<![^\W_])an?[ -]\Z", re.IGNORECASE)
_NEGATIVE = re.compile(r"(?:(?<![^\W_])(?:minus|negative)[ -]|(?<![\w)\]%$€£-])[-−–])\Z", re.IGNORECASE)
_SLASHED = re.compile(r"(?P<whole>[ -])?(?P<top>\d{1,2})[/⁄](?P<bottom>\d{1,3})(?![\d/⁄])")
_POINT = re.compile(r"[ -](?:percentage[ -])?points?\b")
_QUARTERS_OF_TIME = re.compile(
    r"(?<![^\W_])(?:first|last|past|next|previous|final|consecutive|straight)[ ]\Z", re.IGNORECASE
)
_ROUND = re.compile(r"(?<![^\W_])(?:several|a[ ]few|many|a[ ]couple(?:[ ]of)?)[ ]\Z", re.IGNORECASE)
_NOT_HALF = re.compile(
    r"(?<![^\W_])(?:first|second|other|latter|better|this|that|each|either|opening|closing|last|final|"
    r"lower|upper|top|bottom|back|front|northern|southern|eastern|western)[ -]\Z",
    re.IGNORECASE,
)


_BOTTOMS = frozenset({2, 3, 4, 5, 6, 8, 10, 16, 32, 64, 100, 128})  # of fractions; "24/7" and "9/11" are none
_SEVERAL_PARTS = re.compile(
    r"(?:one|two|three|four|five|seven)[ -](?:half|third|quarter|fourth|fifth|sixth|eighth|tenth)s?\b"
)
_EXPONENT = r"(?P<power>[-−–]?\d{1,2}|[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})(?![\d,.]\d|\d)"
_POWER = re.compile(rf"\s?[×xX]\s?10\s?\^?{_EXPONENT}")
_POWER_OF_TEN = re.compile(rf"(?:\^|(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])){_EXPONENT}")
_RAISED = str.maketrans("⁻−–⁰¹²³⁴⁵⁶⁷⁸⁹", "---0123456789")


_OF = re.compile(r"[ -]of\b")
_HEDGED = re.compile(r"\b(?:by|than|about|around|roughly|nearly|almost|some|over|least|most|to) an? \Z", re.IGNORECASE)
_NO_NOUN = re.compile(
    r"\s*(?:[.,;:!?)]|\Z)|\s(?:in|since|to|from|over|last|this|next|on|compared|as|while|and|but|during|between|after|at|for|within"
    r"|against|more|less|fewer|lower|higher|below|above|smaller|larger)\b"
)
_HALF_OF_A_WORD = re.compile(r"[ -](?:sister|brother|time|term|way|back|marathon|moon|mast|staff|hearted|truth|life)")


class Numeral(NamedTuple):
    """A number as it stands in a text.

    ``high`` is set for vague amounts only; ``letter`` is the letter straight after the digits that may be a
    scale ("2.5m"), not yet applied; ``kind`` is ``cardinal``, ``fraction`` ("a third", "3/4") or ``vague``.
    """

    start: int
    end: int
    value: float
    high: float | None = None
    kind: str = "cardinal"
    digits: bool = False
    letter: str = ""
    scaled: bool = False


class _Atom(NamedTuple):
    start: int
    end: int
    word: str  # lower case; "" for digits
    value: float
    plain: str  # the digits as written


def read_digits(written: str) -> float | None:
    """Read digits with separators as a number; None if they are too many to be an amount.

    Examples
    --------
    >>> read_digits("1,234.5")
    1234.5
    """
    if len(written) > 2 * _MAX_DIGITS:
        return None
    if decimals := re.fullmatch(r"(\d+(?:\.\d{3})*),(\d{1,2})", written):  # the comma of "2,6 million" is a decimal one
        written = f"{decimals[1].replace('.', '')}.{decimals[2]}"
    plain = re.sub(r"[,，\u2009\u202f\xa0٬]", "", written).replace("٫", ".").replace("．", ".")
    if len(plain) > _MAX_DIGITS:
        return None
    try:
        return float(plain)
    except ValueError:  # a digit of a script without values, such as "²"
        return None


def find_numerals(text: str) -> Iterator[Numeral]:
    """Find the numbers of a text, from left to right.

    Parameters
    ----------
    text
        Any text.

    Yields
    ------
    Numeral
        Offsets and value; neighbours such as units and bounds are left to the caller.

    Examples
    --------
    >>> [n.value for n in find_numerals("two and a half million, three-quarters, 1,200")]
    [2500000.0, 0.75, 1200.0]
    """
    atoms: list[_Atom] = []
    done = 0  # a fraction such as "3/4" takes more than its first atom
    for atom in itertools.chain(_atoms(text), [None]):
        if atoms and (atom is None or len(atoms) == _MAX_ATOMS or not _joined(text, atoms[-1], atom)):
            if atoms[0].start >= done and (numeral := _combine(text, atoms)):
                done = numeral.end
                yield numeral
            atoms = []
        if atom is not None:
            atoms.append(atom)


def _atoms(text: str) -> Iterator[_Atom]:
    for match in _ATOM.finditer(text):
        if written := match["digits"]:
            value = read_digits(written)
            if value is not None:
                extra = GLYPHS[match["glyph"].strip()] if match["glyph"] else 0.0
                yield _Atom(match.start(), match.end(), "", value + extra, written)
        elif glyph := match["alone"]:
            yield _Atom(match.start(), match.end(), "", GLYPHS[glyph], glyph)
        else:
            yield _Atom(match.start(), match.end(), match["word"].lower(), _speak(match["spoken"]), "")


def _speak(decimals: str | None) -> float:
    """Read the decimals of a number as it is spoken: "six" of "one point six"."""
    digits = [str(ONES.get(word, 0)) for word in (decimals or "").lower().split()]
    return float(f"0.{''.join(digits)}") if digits else 0.0


def _joined(text: str, left: _Atom, right: _Atom) -> bool:
    """Whether two atoms may belong to one number: "2.5" + "million", "sixty" + "five"."""
    gap = text[left.end : right.start].lower()
    if gap == "":
        return right.word in SCALES and left.word == ""
    if gap == " of ":
        return left.word in (*VAGUE, "tens") and right.word in VAGUE
    if gap in (" a ", "-a-", " of a "):
        return left.word in ("half", "quarter", "third") and right.word in SCALES
    if gap in (" and a ", "-and-a-", " and ") and right.word in ("half", "quarter", "third"):
        return left.word not in VAGUE and (gap != " and " or right.word == "half")
    if gap in (" and ", "-and-") and _SEVERAL_PARTS.match(text, right.start):  # "three and three quarters"
        return left.word == "" or left.word in ONES or left.word in TEENS or left.word in TENS
    if right.word == "" or not _JOINT.fullmatch(gap):  # digits begin a number of their own
        return False
    if "and" in gap:
        return left.word in SCALES and any(right.word in words for words in (ONES, TEENS, TENS))
    if right.word in SCALES:
        return left.word not in VAGUE
    if right.word in VAGUE or right.word in ("zero", "tens"):
        return False
    if right.word in PARTS or right.word.removesuffix("s") in PARTS:
        return left.word in ONES
    if left.word in TENS:
        return right.word in ONES
    return left.word in ("hundred", "thousand", "million", "billion")


def _combine(text: str, atoms: list[_Atom]) -> Numeral | None:
    """Read one run of joined atoms as one number, or None if it is an ordinal or a stray scale word."""
    first, last = atoms[0], atoms[-1]
    start, end = first.start, last.end
    before = text[max(0, start - 14) : start]
    if last.word in VAGUE:
        if first.word == "scores" and not text.startswith(" of ", end):  # of matches and tests
            return None
        return _vague(atoms)
    if first.word == "tens":
        return None
    if len(atoms) > 1 and first.word in PARTS:  # "half a million", "a quarter of a million"
        return Numeral(start, end, _value(atoms[1:]) / PARTS[first.word], scaled=True)
    if last.word in PARTS or last.word.removesuffix("s") in PARTS:
        return _part(text, atoms, before)
    if first.word in SCALES:
        article, near = _ARTICLE.search(before), _ROUND.search(before)
        if near:  # "several hundred" is as vague as "hundreds"
            low = _value(atoms)
            return Numeral(start - len(near.group()), end, low, low * 10, kind="vague", scaled=True)
        if article is None and not (text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha()):
            return None  # but "the million-dollar question"
        start -= len(article.group()) if article else 0
    value, kind = _value(atoms), "cardinal"
    if len(atoms) == 1 and (fraction := _slashed(text, first)):
        end, value, kind = fraction
    if not last.word and (power := _POWER.match(text, end)):  # "2.9 × 10⁸"
        value, end = float(f"{value}e{power['power'].translate(_RAISED)}"), power.end()
    elif first.plain == "10" and (power := _POWER_OF_TEN.match(text, end)):
        value, end = float(f"1e{power['power'].translate(_RAISED)}"), power.end()
    letter = text[end : end + 1] if not last.word and end == last.end else ""
    if letter not in LETTERS or text[end + 1 : end + 2].isalnum():
        letter = ""
    negative = _NEGATIVE.search(text[max(0, start - 10) : start])
    if negative and not text.endswith("plus or ", 0, start - len(negative.group())):
        start, value = start - len(negative.group()), -value
    scaled = any(atom.word in SCALES for atom in atoms)
    return Numeral(start, end, value, kind=kind, digits=not last.word, letter=letter, scaled=scaled)


def _part(text: str, atoms: list[_Atom], before: str) -> Numeral | None:
    """Read "two-thirds", "half", "a third of", "two and a half"; "the third" is none."""
    last = atoms[-1]
    start, end = atoms[0].start, last.end
    singular = last.word if last.word in PARTS else last.word.removesuffix("s")
    part = 1 / PARTS[singular]
    if len(atoms) > 1:
        gap = text[atoms[-2].end : last.start].lower()
        if singular == "quarter" and _QUARTERS_OF_TIME.search(before):
            return Numeral(start, atoms[-2].end, _value(atoms[:-1]))
        if "a" in gap:  # "two and a half", "a million and a half", "a dozen and a half"; a hundred and a half is 100.5
            scale = SCALES.get(atoms[-2].word, 1.0)
            if atoms[0].word in SCALES and (article := _ARTICLE.search(before)):
                start -= len(article.group())
            return Numeral(start, end, _value(atoms[:-1]) + part * (1.0 if scale == 100 else scale))
        if len(atoms) > 2 and "and" in text[atoms[-3].end : atoms[-2].start].lower():  # "three and three quarters"
            return Numeral(start, end, _value(atoms[:-2]) + _value(atoms[-2:-1]) * part)
        if last.word != singular or atoms[0].word == "one" or singular == "half":
            return Numeral(start, end, _value(atoms[:-1]) * part, kind="fraction")
        return None
    article = _ARTICLE.search(before)
    if singular == "half":
        if last.word != singular or _NOT_HALF.search(before) or _HALF_OF_A_WORD.match(text, end):
            return None
    elif (
        singular == "quarter" == last.word and (point := _POINT.match(text, end)) and (article or "-" in point.group())
    ):
        pass  # "rates rose by a quarter point"
    elif article is None or not (_OF.match(text, end) or (_HEDGED.search(before) and _NO_NOUN.match(text, end))):
        return None
    return Numeral(start - (len(article.group()) if article else 0), end, part, kind="fraction")


def _vague(atoms: list[_Atom]) -> Numeral:
    """Read "hundreds", "tens of thousands", "hundreds of millions"."""
    low, high = VAGUE[atoms[-1].word]
    for atom in reversed(atoms[:-1]):
        times = 10.0 if atom.word == "tens" else VAGUE[atom.word][0] if atom.word in VAGUE else 1.0
        low, high = low * times, low * times * 10
    return Numeral(atoms[0].start, atoms[-1].end, low, high, kind="vague", scaled=True)


def _value(atoms: list[_Atom]) -> float:
    """Add up a cardinal: "three hundred and five thousand" is (3 * 100 + 5) * 1000."""
    total = current = 0.0
    for atom in atoms:
        if atom.word in SCALES:
            scale = SCALES[atom.word]
            if scale == 100 and 0 < current < 100:
                current *= scale
            else:
                total, current = (
                    total + (current or 1.0) * scale if current or not total else total * scale,
                    0.0,
                )
        elif atom.word in PARTS:
            current += 1 / PARTS[atom.word]
        else:
            current += (ONES.get(atom.word) or TEENS.get(atom.word) or TENS.get(atom.word) or 0) + atom.value
    return total + current


def _slashed(text: str, atom: _Atom) -> tuple[int, float, str] | None:
    """Read "3/4" and "2 1/2" as fractions; "9/11" and "24/7" are none."""
    if not atom.plain.isdecimal():
        return None
    if match := _SLASHED.match(text, atom.start):
        top, bottom = int(match["top"]), int(match["bottom"])
        return (match.end(), top / bottom, "fraction") if 0 < top < bottom and bottom in _BOTTOMS else None
    if (match := _SLASHED.match(text, atom.end)) and match["whole"]:
        top, bottom = int(match["top"]), int(match["bottom"])
        if 0 < top < bottom and bottom in _BOTTOMS:
            return match.end(), atom.value + top / bottom, "cardinal"
    return None
