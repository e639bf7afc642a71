"""What only some systems have is not needed: the library works without it."""

import subprocess
import sys
from pathlib import Path

import pytest

WEEK = Path(__file__).with_name("week.py")
#: An `open` of text without an encoding gives other characters on another machine.
OPTIONS = ("-X", "warn_default_encoding", "-W", "error", "-W", "ignore::EncodingWarning")


@pytest.mark.parametrize("system", ["macos", "windows"])
def test_a_project_works_without_what_the_system_has_not(system, tmp_path):
    """Jobs, documents, arrays, searches and exports need nothing that only Linux has, or POSIX."""
    result = subprocess.run(
        [sys.executable, *OPTIONS, str(WEEK), system, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (result.returncode, result.stdout) == (0, "well\n"), result.stderr
