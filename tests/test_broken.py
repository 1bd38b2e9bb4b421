"""Broken files, by class: each is read, or refused in one line that names it and the remedy. Nothing hangs or stops.

`break_files` makes them, the same ones each time. The huge ones are written when ``pytest -m slow`` runs.
"""

import json
import os
import re
import resource
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import spacy

import newslab as nl
from newslab.words import count_words, split_paragraphs

STORY = """Ferry stays in port while the café counts – “no boats left”

The council of Lima met on Monday and said that 40 boats, worth €1,500 each, had not come back.

“We will wait,” said Ana Muñoz, who runs the port. Nobody has counted the crews yet."""
CYRILLIC = "Паром стоит в порту\n\nСовет собрался в понедельник и насчитал 40 лодок. «Мы подождём», — сказала Анна."
PAGE = f"<html><head><title>Ferry stays</title></head><body><article><h1>Ferry stays</h1>{'<p>'}%s</p></article></body>"
LANGUAGES = {
    "ar": "عاد أربعون قاربا إلى الميناء يوم الاثنين، كما قالت المديرة.",
    "he": "ארבעים סירות חזרו לנמל ביום שני, אמרה המנהלת.",
    "fa": "چهل قایق روز دوشنبه به بندر بازگشتند.",
    "ja": "月曜日に四十隻の船が港に戻ったと市長が述べた。",
    "zh": "星期一有四十艘船回到港口，市长说。",
    "ko": "월요일에 마흔 척의 배가 항구로 돌아왔다고 시장이 말했다.",
    "th": "เรือสี่สิบลำกลับเข้าท่าเมื่อวันจันทร์",
    "hi": "सोमवार को चालीस नावें बंदरगाह लौट आईं।",
    "el": "Σαράντα βάρκες γύρισαν στο λιμάνι τη Δευτέρα.",
    "ru": CYRILLIC,
    "tr": "Pazartesi günü kırk tekne limana döndü, dedi müdür.",
    "vi": "Bốn mươi chiếc thuyền đã về cảng hôm thứ Hai.",
    "am": "ሰኞ ዕለት አርባ ጀልባዎች ወደ ወደብ ተመለሱ።",
    "de": "Vierzig Boote kehrten am Montag in den Hafen zurück, sagte die Bürgermeisterin.",
}


def break_files() -> Iterator[tuple[str, bytes]]:
    """Yield broken files by name; the part before the first dash is their class."""
    random = Random(7)  # noqa: S311 (the same ones each time)
    encodings = "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 latin-1 cp1252 cp1250 mac-roman cp437 utf-7".split()
    for encoding in encodings:
        written = STORY.encode(encoding, "replace")
        yield f"encoding-{encoding}.txt", written
        yield f"encoding-{encoding}.html", (PAGE % STORY).encode(encoding, "replace")
        yield f"encoding-{encoding}-odd.txt", written[:-1]
        yield f"encoding-{encoding}-cut.txt", written[: len(written) // 2 + 1]
    for encoding in "cp1251 koi8-r iso8859-5 cp866 utf-8 utf-16 utf-16-be".split():
        yield f"encoding-cyrillic-{encoding}.txt", CYRILLIC.encode(encoding, "replace")
    for encoding in "shift_jis euc_jp iso2022_jp gb18030 big5 euc_kr hz".split():
        yield f"encoding-{encoding}.txt", (LANGUAGES["ja"] * 4).encode(encoding, "replace")
    for first, second in [("utf-8", "cp1252"), ("cp1251", "utf-8"), ("utf-8", "utf-16-le"), ("latin-1", "utf-8")]:
        yield f"mixed-{first}-{second}.txt", STORY.encode(first, "replace") + b"\n\n" + STORY.encode(second)
        yield f"mixed-{first}-{second}.md", STORY.encode(first, "replace") + b"\n\n" + STORY.encode(second)
    declared = "utf-16 utf-7 punycode idna unicode_escape rot13 hex zip nonsense x-user-defined utf-8 cp1251 shift_jis"
    for encoding in declared.split():
        page = f'<html><head><meta charset="{encoding}"></head><body><p>{STORY}</p></body></html>'
        yield f"declared-{encoding}.html", page.encode()
        yield f"declared-{encoding}-latin.html", page.encode("latin-1", "replace")
    for n in range(1, 4):
        damaged = STORY
        for _ in range(n):
            damaged = damaged.encode("utf-8").decode("cp1252", "replace")
        yield f"mojibake-{n}.txt", damaged.encode()
        yield f"mojibake-{n}.html", (PAGE % damaged).encode()
        yield f"mojibake-{n}-cyrillic.txt", CYRILLIC.encode().decode("cp1251", "replace").encode()
    whole = (PAGE % f"{STORY}</p><p><a href='x'>{STORY}</a></p><table><tr><td>{STORY}</td></tr></table>").encode()
    for n in range(40):
        yield f"cut-{n:02}.html", whole[: 1 + n * len(whole) // 40]
        yield f"cut-{n:02}-head.html", whole[n * len(whole) // 60 :]
    for tag in "div b blockquote ul table span p font article svg".split():
        for depth in (100, 5000):
            yield f"nested-{tag}-{depth}.html", f"<html><body>{f'<{tag}>' * depth}{STORY}</body></html>".encode()
    for mark in ["> ", "- ", "* ", "[", "![", "**", "_", "`", "<", "("]:
        yield f"nested-{ord(mark[0])}-{len(mark)}.md", (mark * 2000 + STORY).encode()
    for n in range(40):
        hit = bytearray(STORY.encode() if n % 2 else whole)
        for _ in range(1 + n):
            hit[random.randrange(len(hit))] = random.randrange(256)
        yield f"bytes-{n:02}.{'txt' if n % 2 else 'html'}", bytes(hit)
        yield f"noise-{n:02}.{('txt', 'html', 'md')[n % 3]}", random.randbytes(400)
    for code in [*range(0x20), 0x7F, *range(0x80, 0xA0, 4)]:
        yield f"control-{code:02x}.txt", STORY.replace(" ", chr(code), 9).encode()
    for name, text in LANGUAGES.items():
        yield f"language-{name}.txt", f"{text}\n\n{text}\n\n{STORY}".encode()
        yield f"language-{name}.html", (PAGE % f"{text}</p><p>{text}").encode()
    for name, span in {
        "zalgo": lambda: "".join(c + "".join(chr(random.randrange(0x300, 0x370)) for _ in range(15)) for c in STORY),
        "emoji": lambda: STORY.replace(" ", " \U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3fd "),
        "unassigned": lambda: STORY.replace(" ", f" {chr(0x378)}{chr(0x2FFFF)}{chr(0xE0FFF)} "),
        "private": lambda: STORY.replace(" ", " \ue000\U0010fffd "),
        "overrides": lambda: STORY.replace(" ", " \u202e"),
        "isolates": lambda: STORY.replace(" ", " \u2066\u2067\u2068"),
        "widths": lambda: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in STORY),
        "styled": lambda: "".join(chr(0x1D400 + ord(c) - 65) if "A" <= c <= "Z" else c for c in STORY),
        "spaces": lambda: STORY.replace(" ", "\u00a0\u2003\u3000\u202f"),
        "invisible": lambda: STORY.replace("e", "e\u200b\u00ad\u2060\ufeff"),
        "ends": lambda: STORY.replace("\n", "\r"),
        "quotes": lambda: "“" * 3000 + STORY + "”\"'«" * 500,
        "numbers": lambda: STORY + " 1,000" * 3000,
        "stops": lambda: STORY + ". " * 3000 + "…" * 3000,
        "one word": lambda: "boat" * 20_000,
        "one letter": lambda: "a",
        "blank": lambda: " \n\t ",
        "empty": lambda: "",
    }.items():
        text = span().encode()
        yield f"unicode-{name}.txt", text
        yield f"unicode-{name}.html", (PAGE.encode() % text) if text else text
        yield f"unicode-{name}.md", text
    for kind, magic in {"pdf": b"%PDF-1.7", "zip": b"PK\x03\x04", "gzip": b"\x1f\x8b\x08", "png": b"\x89PNG"}.items():
        yield f"binary-{kind}.html", magic + random.randbytes(300)
        yield f"binary-{kind}.txt", magic + b"\n" + STORY.encode()
    yield "binary-bomb.html", zlib.compress(bytes(5_000_000), 9)
    story = json.dumps(STORY)
    deep = "[" * 100_000
    rows = {
        "deep": f'{{"doc_id": "a", "text": {deep}',
        "half": '{"doc_id": "a", "text": "\\udc80\\ud800 boats left"}',
        "halves": '{"doc_id": "\\ud800", "text": "\\ud83d boats \\udcff left", "title": "\\udfff"}',
        "number": f'{{"doc_id": 1{"0" * 9999}, "text": {story}}}',
        "list": f'["a", {story}]',
        "text-list": f'{{"doc_id": "a", "text": [{story}]}}',
        "null": '{"doc_id": null, "text": null}',
        "nan": f'{{"doc_id": NaN, "text": {story}}}',
        "years": f'{{"doc_id": "a", "published": "0000-01-01", "text": {story}}}',
        "wide": f'{{"doc_id": "a", "text": {story}{"".join(f", {chr(34)}c{n}{chr(34)}: 1" for n in range(20_000))}}}',
        "path": f'{{"doc_id": "../../a\\u0000", "title": "a\\nb", "text": {story}}}',
        "huge": f'{{"doc_id": "a", "text": "{"boats left " * 3_000_000}"}}',
        "cut": f'{{"doc_id": "a", "text": {story}'[:-3],
    }
    for name, row in rows.items():
        yield f"table-{name}.jsonl", row.encode()
    tables = {
        "twice": "doc_id,text,text\na,boats left,boats stayed",
        "unclosed": f'doc_id,text\na,"{STORY}\nb,boats left',
        "null": 'doc_id,text\na,"boats\0 left"',
        "fields": f"doc_id,text\na,{'boats,' * 100_000}",
        "columns": f"{','.join(f'c{n}' for n in range(20_000))}\n1",
        "returns": "doc_id,text\ra,boats left\rb,boats stayed",
        "headless": "a,boats left",
        "empty": "",
        "blank": "\n\n\n",
    }
    for name, table in tables.items():
        yield f"table-{name}.csv", table.encode()
    for encoding in ("utf-16", "cp1252", "utf-8-sig"):
        yield f"table-{encoding}.csv", f'doc_id,text\na,"{STORY}"'.encode(encoding)
        yield f"table-{encoding}.jsonl", f'{{"doc_id": "a", "text": "{STORY[:40]}"}}'.encode(encoding)
    for n in range(6):
        yield f"table-noise-{n}.{('csv', 'jsonl', 'parquet')[n % 3]}", b"PAR1" * (n % 3 == 2) + random.randbytes(300)


FILES = dict(break_files())
CLASSES = sorted({name.split("-")[0] for name in FILES})


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(folder := tmp_path_factory.mktemp("pipeline"))
    return str(folder)


def test_there_are_three_hundred_of_them():
    assert len(FILES) >= 300
    assert len(set(FILES.values())) >= 300


@pytest.mark.parametrize("kind", CLASSES)
def test_a_broken_file_is_read_or_refused_in_one_line(tmp_path, pipeline, kind):
    for name, content in FILES.items():
        if name.split("-")[0] != kind:
            continue
        path = tmp_path / name
        path.write_bytes(content)
        since = time.process_time()
        try:
            articles = nl.read_articles(path)
        except ValueError as error:
            assert str(error).startswith((f"{path}: ", f"{path}, line ")), name  # noqa: PT017
            assert ";" in str(error), f"{name}: no remedy"  # noqa: PT017
            assert "\n" not in str(error), name  # noqa: PT017
            assert str(error).encode(), name  # noqa: PT017 (no half characters)
        else:
            texts = dict(zip(articles["doc_id"], articles["text"], strict=True))
            docs = nl.parse_articles(articles, pipeline=pipeline)
            assert {doc_id: doc.text for doc_id, doc in docs.items()} == texts
            for table in (nl.extract_sentences(docs), nl.extract_times(docs), nl.find_published(docs)):
                spans = zip(table["doc_id"], table["start"], table["end"], table["text"], strict=True)
                assert all(texts[doc_id][start:end] == said for doc_id, start, end, said in spans), name
            for text in texts.values():
                assert text.encode(), name
                assert "\0" not in text
                assert all(text[start:end].strip() for start, end in split_paragraphs(text)), name
                assert count_words(text) >= 0
                nl.show_text(text, {})
        assert time.process_time() - since < 5, name


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_file_is_refused_at_once(tmp_path):
    """A pipe would be waited for, and a device read without end."""
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "up").symlink_to("..")
    for path, said in [(tmp_path / "pipe.txt", "is a pipe or a device"), (tmp_path, "holds no document")]:
        with pytest.raises(ValueError, match=said):
            nl.read_articles(path)
    if Path("/dev/zero").exists():
        with pytest.raises(ValueError, match="/dev/zero: is a pipe or a device"):
            nl.read_articles("/dev/zero")
    with pytest.raises(FileNotFoundError, match="no such file"):
        nl.read_articles("A text in place of a path. " * 200)


@pytest.mark.parametrize(
    "content",
    [
        'merge = ["Ana Ruiz"]',
        "merge = [1]",
        '[merge]\nnames = ["Ana Ruiz"]',
        "add = " + "[" * 100_000,
        ".".join("a" * 100_000) + " = 1",
        '[[rename]]\nname = 2019-03-07\nto = "Ana"',
        '[[rename]]\nname = "Ana\\nRuiz"\nto = 1',
        f'[[rename]]\nname = "{"boat" * 100_000}"',
        '[[place]]\nname = "Lima"\nlatitude = nan\nlongitude = inf',
        f'[[place]]\nname = "Lima"\nlatitude = {"9" * 5000}\nlongitude = 1',
        "[[rename]]".encode("utf-16"),
        b"[[rename]]\nname = '\xff'",
    ],
    ids=range(12),
)
def test_broken_corrections_are_refused_in_one_line(tmp_path, content):
    path = tmp_path / "story.corrections.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    since = time.process_time()
    with pytest.raises(ValueError, match=re.escape(str(path))) as refused:
        nl.read_corrections(path)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000
    assert time.process_time() - since < 5


@pytest.mark.parametrize("published", ["0000-01-01", "0000-02-30", "99999-01-01", "2019-13-45", "2019-03-07T99:99"])
def test_no_date_of_a_page_stops_what_comes_after(tmp_path, pipeline, published):
    path = tmp_path / "story.html"
    path.write_text(
        PAGE.replace("<title>", f"<meta property='article:published_time' content='{published}'><title>") % STORY
    )
    articles = nl.read_articles(path)
    nl.extract_times(
        nl.parse_articles(articles, pipeline=pipeline), published=articles.set_index("doc_id")["published"]
    )
    with pytest.raises(ValueError, match="is not a date"):
        nl.read_articles(path, published=published)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_a_known_encoding_is_read_right(tmp_path, encoding):
    path = tmp_path / "story.txt"
    path.write_bytes(STORY.encode(encoding))
    assert nl.read_articles(path)["text"][0] == STORY


@pytest.mark.parametrize("encoding", ["utf-16", "punycode", "idna", "unicode_escape"])
def test_a_declaration_in_ascii_of_what_is_not_is_passed_over(tmp_path, encoding):
    path = tmp_path / "story.html"
    path.write_bytes(FILES[f"declared-{encoding}.html"])
    assert "Ana Muñoz" in nl.read_articles(path)["text"][0]


def write_line(path: Path) -> None:
    with path.open("w") as file:
        for _ in range(1000):
            file.write("forty boats came back on Monday and " * 2900)


def write_paragraphs(path: Path) -> None:
    path.write_text("Boats.\n\n" * 1_000_000)


def write_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        for n in range(50):
            bomb.writestr(f"{n}.html", bytes(20_000_000))


def write_tags(path: Path) -> None:
    path.write_text("<html><body>" + "<div>" * 2_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("write", [write_line, write_paragraphs, write_zip, write_tags])
def test_a_huge_file_is_read_or_refused_in_time_and_memory(tmp_path, write):
    path = tmp_path / "story.html" if write in {write_zip, write_tags} else tmp_path / "story.txt"
    write(path)
    since = time.process_time()
    try:
        nl.read_articles(path)
    except ValueError as error:
        assert str(error).startswith(f"{path}: ")  # noqa: PT017
    assert time.process_time() - since < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 1024**2  # kB
