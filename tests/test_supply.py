"""What is installed is what was meant: pinned by hash, licensed to be used so, and audited by a judge that can fail."""

import datetime
import importlib.metadata
import re
import runpy
import tomllib
from pathlib import Path

import pytest
from license_expression import get_spdx_licensing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LICENCES = tomllib.loads((ROOT / ".lock/licences.toml").read_text("utf-8"))
LOCKS = [ROOT / ".lock/requirements.txt", ROOT / ".lock/model.txt"]
TODAY = datetime.date(2026, 11, 23)

# How metadata older than License-Expression name a licence
LICENCE_NAMES = {
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def read_locked():
    """Name, requirement and hashes of each locked package that this Python needs."""
    text = "\n".join(path.read_text("utf-8") for path in LOCKS).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    for line in lines:
        requirement, *hashes = re.split(r"\s+--hash=", line.split(" #")[0])
        parsed = Requirement(requirement)
        if parsed.marker is None or parsed.marker.evaluate():
            yield parsed, hashes


LOCKED = list(read_locked())


def find_licence(name):
    """SPDX expression of an installed package, as reviewed or as its metadata state it; None where they do not."""
    metadata = importlib.metadata.metadata(name)
    classified = [c.rsplit(" :: ", 1)[-1] for c in metadata.get_all("Classifier") or [] if c.startswith("License :: ")]
    known = [LICENCE_NAMES[c] for c in classified if c in LICENCE_NAMES]
    stated = metadata.get("License-Expression") or " OR ".join(known) or (metadata.get("License") or "").strip()
    return LICENCES["packages"].get(canonicalize_name(name)) or LICENCE_NAMES.get(stated, stated) or None


def is_allowed(expression):
    """Whether a licence, one of alternatives, or each of several that hold together, may be installed."""
    parsed = get_spdx_licensing().parse(expression)
    holds = {symbol: symbol.key in LICENCES["allowed"] for symbol in parsed.symbols}
    algebra = type(parsed)
    if algebra.__name__ == "LicenseSymbol":
        return holds[parsed]
    combine = any if algebra.__name__ == "OR" else all
    return combine(is_allowed(str(part)) for part in parsed.args)


@pytest.mark.parametrize(("requirement", "hashes"), LOCKED, ids=lambda value: getattr(value, "name", ""))
def test_what_is_locked_is_installed_and_may_be(requirement, hashes):
    assert hashes, "locked without a hash"
    assert requirement.specifier.contains(importlib.metadata.version(requirement.name), prereleases=True)
    name = canonicalize_name(requirement.name)
    licence = find_licence(name)
    assert licence, f"review the licence of {name}, and note it in .lock/licences.toml"
    assert is_allowed(licence) or name in LICENCES["exceptions"], f"{name} is under {licence}"


def test_the_lock_names_no_index():
    assert not any(re.search(r"^\s*(--(extra-)?index-url|-i)\b", path.read_text("utf-8"), re.M) for path in LOCKS)


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [("MIT", True), ("GPL-3.0-only", False), ("GPL-2.0-only OR MPL-1.1", True), ("MIT AND GPL-2.0-only", False)],
)
def test_licences_combine(licence, allowed):
    assert is_allowed(licence) is allowed


def test_every_file_that_is_no_code_has_a_source_and_a_licence():
    package = ROOT / "newslab"
    listed = {path for entry in LICENCES["shipped"] for pattern in entry["files"] for path in package.glob(pattern)}
    data = {p for p in package.rglob("*") if p.is_file() and p.suffix not in {".py", ".pyc"}}
    assert {str(p.relative_to(package)) for p in data - listed} == set()


def audited(*, vulns=(), **more):
    return {"name": "example", "version": "1.0", "vulns": list(vulns), **more}


HOLE = {"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": []}
REVIEWED = {"PYSEC-1": {"until": datetime.date(2027, 1, 1)}}
OUTDATED = {"PYSEC-1": {"until": datetime.date(2026, 1, 1)}}
UNASKED = {"name": "other", "version": "2.0", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "exceptions", "status", "says"),
    [
        ([audited()], {}, 0, "packages audited: 1; known vulnerabilities: 0"),
        ([audited(vulns=[HOLE])], {}, 1, "example 1.0: PYSEC-1, mended in 1.1"),
        ([audited(vulns=[HOLE])], REVIEWED, 0, "known vulnerabilities: 1, each of them reviewed"),
        ([audited(vulns=[HOLE])], OUTDATED, 1, "ran out on 2026-01-01"),
        ([audited()], REVIEWED, 1, "no longer applies"),
        ([audited(), UNASKED], {}, 3, "not audited: the database knew 1 of 2"),
        ([audited(vulns=[HOLE]), UNASKED], {}, 1, "PYSEC-1"),
        ([], {}, 3, "not audited"),
    ],
)
def test_the_audit_can_fail_and_says_when_it_could_not_be_made(dependencies, exceptions, status, says):
    judge = runpy.run_path(str(ROOT / ".lock/audit.py"))["judge"]
    found, lines = judge(dependencies, exceptions, today=TODAY)
    assert found == status
    assert says in "\n".join(lines)
