"""What the checks of shape look at: the source files, parsed, and the files git keeps."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "signac"


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    name: str
    text: str
    tree: ast.Module


@cache
def package_sources() -> tuple[Source, ...]:
    """Return all source files of the package, named as seen from ``src``."""
    return tuple(
        read(path, path.relative_to(ROOT / "src").as_posix())
        for path in sorted(PACKAGE.rglob("*.py"))
    )


def read(path: Path, name: str) -> Source:
    """Parse one file."""
    text = path.read_text(encoding="utf-8")
    return Source(name, text, ast.parse(text, filename=name))


def snippet(text: str) -> Source:
    """Parse a few lines, to test a check."""
    return Source("signac/snippet.py", text, ast.parse(text))


def modules() -> Iterator[str]:
    """Yield the dotted names of all modules of the package."""
    for source in package_sources():
        yield source.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def tracked_files() -> tuple[str, ...]:
    """Return the paths that git keeps."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return tuple(name for name in listed.stdout.split("\0") if name)
