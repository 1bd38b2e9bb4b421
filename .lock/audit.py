"""Check the locked packages for known vulnerabilities.

Exit status 0: none is known, or each is among the reviewed exceptions. 1: some are, or an exception has run out or no
longer applies. 3: the database could not be asked about every package, so that nothing can be said.
"""

import datetime
import json
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
LOCKS = [HERE / "requirements.txt", HERE / "model.txt"]
EXCEPTIONS = HERE / "exceptions.toml"


def judge(dependencies: list[dict], exceptions: dict[str, dict], *, today: datetime.date) -> tuple[int, list[str]]:
    """Give the exit status, and what to say, for pip-audit's list of dependencies."""
    found = {
        vulnerability["id"]: f"{package['name']} {package['version']}: {vulnerability['id']}"
        + (f", mended in {', '.join(vulnerability['fix_versions'])}" if vulnerability["fix_versions"] else "")
        for package in dependencies
        for vulnerability in package.get("vulns", [])
    }
    bad = [line for name, line in found.items() if name not in exceptions]
    bad += [f"exception {name} ran out on {e['until']}" for name, e in exceptions.items() if e["until"] < today]
    unasked = [package for package in dependencies if "skip_reason" in package]
    if not unasked:
        bad += [f"exception {name} no longer applies; delete it" for name in exceptions if name not in found]
    if bad:
        return 1, bad
    if unasked or not dependencies:
        return 3, [f"not audited: the database knew {len(dependencies) - len(unasked)} of {len(dependencies)} packages"]
    return 0, [f"packages audited: {len(dependencies)}; known vulnerabilities: {len(found)}, each of them reviewed"]


def main() -> int:
    """Ask pip-audit, and judge its answer."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    command += [word for path in LOCKS for word in ("-r", str(path))]
    answer = subprocess.run(  # noqa: S603
        [*command, "--format", "json", "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    try:
        dependencies = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = answer.stderr.strip().splitlines()[-1:] or ["nor did pip-audit"]
        print(f"not audited, the database gave no answer: {reason[0][:100]}", file=sys.stderr)
        return 3
    exceptions = {e["id"]: e for e in tomllib.loads(EXCEPTIONS.read_text("utf-8")).get("exception", [])}
    status, lines = judge(dependencies, exceptions, today=datetime.datetime.now(tz=datetime.UTC).date())
    print("\n".join(lines), file=sys.stderr if status else sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main())
