"""Imports point down, and the contract that says so knows every module."""

import os
import subprocess
import sys
import tomllib

from architecture.sources import PACKAGE, ROOT

LINTER = os.path.join(os.path.dirname(sys.executable), "lint-imports")


def _contract() -> dict[str, object]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    linter = config["tool"]["importlinter"]
    assert linter["exclude_type_checking_imports"] is False
    (layers,) = [contract for contract in linter["contracts"] if contract["type"] == "layers"]
    return layers


def test_imports_point_down():
    """A module imports from its own package or a lower layer; type-checking imports count."""
    result = subprocess.run(
        [LINTER, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_module_has_a_layer():
    """A new module or package at the top has a line in the contract; none escapes it."""
    layered = {name.strip() for layer in _contract()["layers"] for name in str(layer).split("|")}
    there = {
        path.stem
        for path in PACKAGE.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").is_file()) and path.stem != "__init__"
    }
    assert there == layered
