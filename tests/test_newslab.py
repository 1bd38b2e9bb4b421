"""The package as a user meets it: cheap to import, and everything promised is there."""

import subprocess
import sys

import newslab


def test_import_loads_neither_models_nor_libraries():
    heavy = "{'pandas', 'spacy', 'altair', 'textacy', 'trafilatura'}"
    code = f"import newslab, sys; sys.exit(bool({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_every_public_name_can_be_imported_and_is_documented():
    for name in newslab.__all__:
        assert getattr(newslab, name).__doc__, name
