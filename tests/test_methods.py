"""Methods: a page says how its numbers were computed, in the words of the code that computed them."""

import newslab
from newslab.reports.methods import read_thresholds, show_methods


def test_definitions_of_what_was_called_are_shown_with_their_columns():
    shown = show_methods("quotes = nl.extract_quotes(docs)\nnl.show_table(quotes)")
    assert "<h3>extract_quotes</h3>" in shown
    assert "show_table" not in shown
    assert "<dt>cue_class</dt>" in shown
    assert "Raises" not in shown
    assert ">>>" not in shown


def test_code_that_computes_nothing_has_no_methods():
    assert show_methods("nl.show_table(nl.no_such_thing(docs), nl.extract_nothing(docs))") == ""


def test_every_extractor_has_a_definition():
    for name in newslab.__all__:
        if name.startswith(("extract_", "measure_", "compare_")):
            assert f"<h3>{name}</h3><p>" in show_methods(f"nl.{name}(docs)"), name


def test_thresholds_are_numbers_that_say_what_they_are_for(tmp_path, monkeypatch):
    monkeypatch.setattr("newslab.reports.methods._PACKAGE", tmp_path)
    source = tmp_path / "rules.py"
    source.write_text(
        'A = 1000  # words\nB = 0.5\n"""Share of\nothers."""\n\n# Steps from\n# here.\nC = -2\n\nD = 4\nE = "e"  # e\n'
    )
    assert [tuple(found) for found in read_thresholds(source)] == [
        ("rules.py A", "1,000", "words"),
        ("rules.py B", "0.5", "Share of others."),
        ("rules.py C", "-2", "Steps from here."),
    ]
