"""Files to articles: what is kept, what is repaired, and what is refused with a remedy."""

import re

import pandas as pd
import pytest

from newslab.articles import COLUMNS, iter_articles, list_entries, read_articles
from newslab.files import name_files

PAGE = """<!doctype html><html lang="en"><head><title>Council votes</title>
<meta property="og:site_name" content="The Daily">
<meta property="article:published_time" content="2024-05-03T10:00:00Z"></head>
<body><nav><a href="/">Home</a><a href="/sport">Sport</a></nav><article><h1>Council votes</h1>
<p>The council voted 7-2 on Tuesday to close the old bridge, officials said, after a long inspection.</p>
<p>&ldquo;We had no choice,&rdquo; said the mayor. &ldquo;It is unsafe &amp; old, and it will not be mended.&rdquo;</p>
<p>The bridge carried about 12,000 cars a day before the flood, and repairs would cost millions.</p>
</article><footer>All rights reserved.</footer></body></html>"""


@pytest.fixture
def write(tmp_path):
    def write_file(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def test_plain_text_is_kept_as_it_is_written(write):
    text = "Rebels leave the town\n\n“We won’t go back,” said Ana Ruiz.\n\nThe end of it."
    article = read_articles(write("my story.txt", text)).iloc[0]
    assert article["text"] == text
    assert article["doc_id"] == "my story"
    assert article["title"] == "Rebels leave the town"
    assert article["repairs"] == ""
    assert article["language"] == "en"
    assert pd.isna(article["published"])


def test_html_gives_text_title_date_and_outlet(write):
    article = read_articles(write("page.html", PAGE)).iloc[0]
    assert article["title"] == "Council votes"
    assert article["published"] == pd.Timestamp("2024-05-03")
    assert article["source"] == "The Daily"
    assert article["text"].split("\n\n")[0] == "Council votes"
    assert "“We had no choice,” said the mayor. “It is unsafe & old" in article["text"]
    assert "Sport" not in article["text"]


@pytest.mark.parametrize(
    "dates",
    [
        '<meta property="article:published_time" content="2024-05-03">'
        '<meta property="og:updated_time" content="2024-09-01">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "dateModified": "2024-09-01",'
        ' "datePublished": "2024-05-03"}</script>',
    ],
)
def test_a_page_that_was_changed_is_of_the_day_when_it_appeared(write, dates):
    page = re.sub('<meta property="article:published_time"[^>]*>', dates, PAGE)
    assert read_articles(write("page.html", page)).loc[0, "published"] == pd.Timestamp("2024-05-03")


STORY = (
    "<p>The council voted on Tuesday to close the old swing bridge, after cracks were found in two of its towers.</p>"
    "<h2>What closes when</h2><ul><li>The bridge closes in October</li><li>Buses end at the quay</li></ul>"
    "<p>Lorries will have to go round by Millfield, and the bus company could not say which lines would survive.</p>"
)
ELSEWHERE = (
    "<div class=k><p>We use cookies so that this site gets better with each visit that you pay to us.</p></div>"
    "<div class=r><p>The skipper of a barge admitted that he had been asleep when it hit the quay.</p></div>"
)


@pytest.mark.parametrize(
    "body",
    [
        f"<div class=a><h1>Bridge closes</h1>{STORY}</div>{ELSEWHERE}",
        f"<h1>Bridge closes</h1>{STORY}{ELSEWHERE}",
        f"<div><h1>Bridge closes</h1></div>{STORY}{ELSEWHERE}",
        f"<section><h1>Bridge closes</h1><div>{STORY.replace('<h2>', '</div><div><h2>')}</div></section>{ELSEWHERE}",
    ],
    ids=["in a division", "in a row", "headline apart", "in parts"],
)
def test_a_page_that_marks_no_article_keeps_its_subheads_and_lists_and_nothing_else(write, body):
    article = read_articles(
        write("a.html", f"<html><head><title>Bridge closes</title></head><body>{body}</body></html>")
    )
    text = article["text"][0].split("\n\n")
    assert [line[:14] for line in text] == [
        *("Bridge closes", "The council vo", "What closes wh"),
        *("- The bridge c", "- Buses end at", "Lorries will h"),
    ]
    assert len(article["heading_starts"][0].split()) == 2


@pytest.mark.parametrize(
    "when",
    [
        "<time datetime='2024-05-03'>3 May</time>",
        "Updated <time datetime='2024-05-09'>9 May</time>, published <time datetime='2024-05-03'>3 May</time>",
        "<time datetime='2024-04-01'>1 April</time> <time itemprop='datePublished' datetime='2024-05-03'>3 May</time>",
    ],
    ids=["one", "first of two", "said to be"],
)
def test_the_time_at_the_headline_dates_a_page_and_that_of_another_story_does_not(write, when):
    old = "<time datetime='2019-01-02'>2 January 2019</time>"
    page = re.sub("<meta[^>]*published_time[^>]*>", "", PAGE)
    page = page.replace("<article>", f"<aside>{old} Lighthouse for sale</aside><article>")
    page = page.replace("</article>", f"</article><ul><li>{old} <a href='/a'>Crab season opens</a></li></ul>")
    assert pd.isna(read_articles(write("a.html", page)).loc[0, "published"])
    dated = page.replace("</h1>", f"</h1><p>{when}</p>")
    assert read_articles(write("a.html", dated)).loc[0, "published"] == pd.Timestamp("2024-05-03")


def test_markdown_loses_its_markup_and_keeps_its_paragraphs(write):
    text = "---\ndate: 2024-01-02\n---\n# Flood\n\nThe *old* [bridge](http://x.y)\nfell.\n\n- one\n- two\n"
    article = read_articles(write("flood.md", text)).iloc[0]
    assert article["text"] == "Flood\n\nThe old bridge fell.\n\n- one\n\n- two"
    assert article["published"] == pd.Timestamp("2024-01-02")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "# Vote &amp; count\n\nThe poll closed.\n\n**Key points**\n\n3. one\n4. two\n\nA **bold** word.\n"),
        (
            "a.html",
            PAGE.replace("<p>The bridge", "<h2>Key\npoints</h2><p>The bridge").replace("Council", "Vote &amp; count"),
        ),
    ],
)
def test_headings_are_told_by_where_they_begin(write, name, content):
    article = read_articles(write(name, content)).iloc[0]
    lines = [article["text"][int(start) :].split("\n")[0] for start in article["heading_starts"].split()]
    assert lines[0].startswith("Vote & count")
    assert lines[1:] == ["Key points"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_are_told_apart(write, encoding):
    text = "Façade\n\nThe café’s owner, Zoë Müller, said “no”, and the naïve reporter went on to the next café."
    assert read_articles(write("a.txt", text.encode(encoding))).loc[0, "text"] == text


@pytest.mark.parametrize("text", ["José Muñoz paid £2 for crêpes.", "The price rose to £40m, the naïve minister said."])
def test_short_western_text_is_read_as_such_and_it_is_said(write, text):
    article = read_articles(write("a.txt", text.encode("latin-1"))).iloc[0]
    assert article["text"] == text
    assert article["repairs"] == "read as Windows-1252, as no encoding is declared"


def test_a_stray_byte_does_not_spoil_the_rest(write):
    article = read_articles(write("a.txt", "The café’s owner, Zoë, said “no” in the ".encode() + b"caf\xe9.")).iloc[0]
    assert article["text"] == "The café’s owner, Zoë, said “no” in the café."
    assert article["repairs"] == "1 stray bytes read as Windows-1252"


def test_text_in_another_script_is_told_apart(write):
    text = "Мэр города сказал, что мост закрыт, и это было решено во вторник."
    assert read_articles(write("a.txt", text.encode("cp1251"))).loc[0, "text"] == text


def test_verse_keeps_its_lines(write):
    verse = "The bridge is closed and all the lights are out,\nThe water climbs the stairs without a sound,\n" * 3
    text = f"{verse}\n{verse}".strip()
    assert read_articles(write("a.txt", text)).loc[0, "text"] == text


def test_declared_encoding_goes_before_a_guess(write):
    page = PAGE.replace("<head>", '<head><meta charset="windows-1251">').replace("the mayor", "мэр города")
    assert "мэр города" in read_articles(write("a.html", page.encode("cp1251"))).loc[0, "text"]


def test_mojibake_is_mended_and_listed(write):
    article = read_articles(write("a.txt", "Sheâ€™s here, said the man.")).iloc[0]
    assert article["text"] == "She’s here, said the man."
    assert "mojibake" in article["repairs"]


def test_lines_wrapped_at_a_width_are_joined(write):
    lines = (
        "The council voted on Tuesday to close",
        "the old bridge after an inspection of it",
        "found it exhaus-",
        "ted.",
    )
    paragraph = "\n".join(lines)
    article = read_articles(write("a.txt", f"{paragraph}\n\n{paragraph}\n")).iloc[0]
    assert article["text"].split("\n\n")[0].endswith("after an inspection of it found it exhausted.")
    assert "fixed width" in article["repairs"]


def test_single_line_paragraphs_are_not_joined(write):
    text = "Short headline\nA much longer first paragraph that says what happened in the town.\nOne more.\n\nThe end."
    assert read_articles(write("a.txt", text)).loc[0, "text"] == text


def test_markdown_tables_are_rows_and_footnotes_no_figures(write):
    text = "The plant closed[^1] in May.\n\n| year | jobs |\n|---|---|\n| 2018 | 300 |\n\n[^1]: It said so.\n"
    assert read_articles(write("a.md", text)).loc[0, "text"].split("\n\n")[:3] == [
        "The plant closed in May.",
        "year | jobs",
        "2018 | 300",
    ]


def test_folder_takes_its_documents_by_name_and_names_them_apart(write, tmp_path):
    for name in ("b/story.txt", "a/story.txt", "a/other.md", "a/data.csv", "a/.hidden/x.txt"):
        write(name, "Some words here.")
    articles = read_articles(tmp_path)
    assert articles["doc_id"].tolist() == ["other", "a/story", "b/story"]


def test_patterns_and_lists_of_paths(write, tmp_path):
    first, second = write("one.txt", "One word."), write("two [2].txt", "Two words.")
    assert read_articles([second, first])["doc_id"].tolist() == ["two [2]", "one"]
    assert read_articles(str(tmp_path / "*.txt"))["doc_id"].tolist() == ["one", "two [2]"]


def test_published_fills_in_or_is_told_by_document(write):
    paths = [write("a.html", PAGE), write("b.txt", "Some words.")]
    told = read_articles(paths, published="2019-03-07")["published"].tolist()
    assert told == [pd.Timestamp("2024-05-03"), pd.Timestamp("2019-03-07")]
    told = read_articles(paths, published=pd.Series({"a": "2020-01-01"}))["published"]
    assert told[0] == pd.Timestamp("2020-01-01")
    assert pd.isna(told[1])


def test_no_paths_still_gives_all_columns():
    assert list(read_articles([]).columns) == list(COLUMNS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (bytes(range(256)) * 8, "is not text"),
        (b"12 345 --- 67", "holds no words"),
    ],
)
def test_bad_files_are_named_with_a_remedy(write, content, message):
    path = write("bad.txt", content)
    with pytest.raises(ValueError, match=rf"^{re.escape(str(path))}: {message}.*[;,]"):
        read_articles(path)


def test_html_without_an_article_is_refused(write):
    with pytest.raises(ValueError, match="holds no article"):
        read_articles(write("a.html", "<html><body></body></html>"))


def test_folder_without_documents_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no document"):
        read_articles(tmp_path)


@pytest.mark.parametrize("published", ["yesterday", "2019-13-40", "7 March"])
def test_bad_publication_date_is_refused(write, published):
    with pytest.raises(ValueError, match=f"published '{published}' is not a date; write it as 2019-03-07"):
        read_articles(write("a.txt", "Some words."), published=published)


ROWS = pd.DataFrame(
    {
        "doc_id": ["n1", "n2"],
        "text": ["Rebels leave the town\n\n“We won’t, not now,” said Ana Ruiz.", 'The "old" bridge; it fell.'],
        "published": ["2024-05-03", None],
        "source": ["The Daily", "Mail"],
        "section": ["world", "local"],
    }
)
WRITERS = {
    "news.csv": lambda path: ROWS.to_csv(path, index=False),
    "news.tsv": lambda path: ROWS.to_csv(path, index=False, sep="\t"),
    "excel.csv": lambda path: ROWS.to_csv(path, index=False, sep=";", encoding="utf-8-sig"),
    "wide.csv": lambda path: ROWS.to_csv(path, index=False, encoding="utf-16"),
    "news.jsonl": lambda path: ROWS.to_json(path, orient="records", lines=True),
    "news.parquet": lambda path: ROWS.astype({"published": "datetime64[us]"}).to_parquet(path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_tables_are_read_row_by_row(tmp_path, name):
    WRITERS[name](tmp_path / name)
    articles = read_articles(tmp_path / name)
    assert articles[["doc_id", "text", "source"]].equals(ROWS[["doc_id", "text", "source"]].astype("str"))
    assert articles["published"].tolist() == [pd.Timestamp("2024-05-03"), pd.NaT]
    assert articles["title"][0] == "Rebels leave the town"
    assert set(articles["file"]) == {str(tmp_path / name)}


def test_a_row_is_repaired_as_a_file_is(write):
    rows = "doc_id,text,published\na,Sheâ€™s here.,last week\n".encode() + "b,The café closed.,\n".encode("cp1252")
    articles = read_articles(write("a.csv", rows))
    assert articles["text"].tolist() == ["She’s here.", "The café closed."]
    assert articles["repairs"][0].endswith("published 'last week' left out, as it is no ISO 8601 date")
    assert articles["repairs"][1] == "read as Windows-1252, as no encoding is declared"
    assert articles["published"].isna().all()


def test_a_row_may_hold_a_page(write):
    import json

    article = read_articles(write("a.jsonl", json.dumps({"doc_id": "p", "text": PAGE}))).iloc[0]
    assert (article["title"], article["source"]) == ("Council votes", "The Daily")
    assert "<p>" not in article["text"]


def test_large_sources_come_in_pieces_and_only_when_asked(write):
    lines = [f'{{"doc_id": "d{i}", "text": "Some words."}}' for i in range(5)]
    path = write("a.jsonl", "\n".join([*lines, "{"]))
    pieces = iter_articles(path, size=2)
    assert [next(pieces)["doc_id"].tolist() for _ in range(2)] == [["d0", "d1"], ["d2", "d3"]]
    with pytest.raises(ValueError, match=r"a\.jsonl, line 6: is no JSON"):
        next(pieces)


def test_a_folder_of_tables_is_read_if_it_holds_no_documents(write, tmp_path):
    write("b.jsonl", '{"doc_id": "b", "text": "Some words."}')
    write("a.csv", "doc_id,text\na,Some words.\n")
    assert read_articles(tmp_path)["doc_id"].tolist() == ["a", "b"]
    write("c.txt", "Some words.")
    assert read_articles(tmp_path)["doc_id"].tolist() == ["c"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "id,text\n1,Words.\n", r"a\.csv: has no column doc_id, it has id, text; name them doc_id, text"),
        ("a.jsonl", '{"doc_id": "a", "body": "x"}', r"has no column text, it has doc_id, body"),
        ("a.csv", "", "has no column doc_id and no text, it has nothing"),
        ("a.csv", "doc_id,text\na,One, two.\n", r"a\.csv, line 2: has 3 fields, but 2 columns"),
        ("a.csv", "doc_id,text\na,Words.\na,Words.\n", r"line 3: doc_id 'a' occurs twice"),
        ("a.csv", "doc_id,text\n,Words.\n", "line 2: has no doc_id"),
        ("a.jsonl", '{"doc_id": "a", "text": ["x"]}', "line 1: has no text but list"),
        ("a.jsonl", '{"doc_id": "a", "text": null}', "line 1: has no text; leave it out"),
        ("a.parquet", "PAR1 no more", "cannot be read as Parquet"),
        ("a.csv", b"\x1f\x8b packed", "is a gzip archive, not a table"),
    ],
)
def test_bad_tables_are_named_with_a_remedy(write, name, content, message):
    with pytest.raises(ValueError, match=message):
        read_articles(write(name, content))


def test_a_missing_column_is_told_before_the_first_article(write):
    good, bad = write("a.jsonl", '{"doc_id": "a", "text": "x"}'), write("b.csv", "id\n1\n")
    with pytest.raises(ValueError, match=r"b\.csv: has no column"):
        next(list_entries([good, bad]))


def test_ten_thousand_files_are_named_at_once(tmp_path):
    for folder in map(str, range(100)):
        (tmp_path / folder).mkdir()
        for name in map(str, range(100)):
            (tmp_path / folder / f"{name}.txt").touch()
    names = name_files(tmp_path)
    assert len(names) == 10_000
    assert names["7/9"] == tmp_path / "7" / "9.txt"
