"""Write `constraints.txt`: one exact version of each package that development needs.

    python requirements/lock.py [--upgrade] PYTHON [PYTHON ...]

Each interpreter, one for each version of Python that is supported, resolves all extras. What is
pinned already stays, unless everything is to be upgraded; what is not needed any more goes. Where
the interpreters agree, which is the rule, a line is ``name==version``; where they do not, each
line has a marker.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "requirements" / "constraints.txt"
HEADER = """\
# Exact versions of everything that development needs; `make setup` installs them.
# Written by `make lock`, which resolves all extras for each supported Python. After a change of the
# extras in pyproject.toml lock again; `make lock UPGRADE=--upgrade` takes the newest of everything.
# No hashes: the package itself is installed from the tree, which pip refuses beside hashes.
"""
Pins = dict[str, str]


def resolve(python: str, *, upgrade: bool) -> tuple[str, Pins]:
    """Return the version of an interpreter, and a set of packages that fit together."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([python, "-m", "venv", place], check=True)
        command = [str(Path(place) / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        command += ["--disable-pip-version-check", "--dry-run", "--ignore-installed"]
        command += ["--report", "-", f"{ROOT}[dev]"]
        if not upgrade:
            command += ["-c", str(TARGET)]
        report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    found = (entry["metadata"] for entry in report["install"])
    pins = {one["name"]: one["version"] for one in found if one["name"] != "signac"}
    return report["environment"]["python_version"], pins


def merge(resolved: dict[str, Pins]) -> list[str]:
    """Return the lines of the file, by name."""
    names = {name for pins in resolved.values() for name in pins}
    lines = []
    for name in sorted(names, key=str.lower):
        versions = {python: pins[name] for python, pins in resolved.items() if name in pins}
        if len(set(versions.values())) == 1:
            lines.append(f"{name}=={next(iter(versions.values()))}")
            continue
        lines += (
            f'{name}=={version}; python_version == "{python}"'
            for python, version in versions.items()
        )
    return lines


def main(arguments: list[str]) -> None:
    """Resolve, and replace the file."""
    pythons = [argument for argument in arguments if not argument.startswith("-")]
    if not pythons or not {*arguments} - {*pythons} <= {"--upgrade"}:
        sys.exit(__doc__)
    resolved = [resolve(python, upgrade="--upgrade" in arguments) for python in pythons]
    lines = merge(dict(sorted(resolved)))
    TARGET.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
