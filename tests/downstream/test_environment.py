"""Which programs are tested: the clients as released, and this package beneath them."""

import base64
import hashlib
import subprocess
import sys
from importlib.metadata import distribution, version
from pathlib import Path

import pytest

import signac

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "release"), [("signac-flow", "0.29.1"), ("signac-dashboard", "0.7.0")]
)
def test_clients_are_unmodified(name, release):
    """Each installed file of a client has the checksum that its release gives."""
    assert version(name) == release
    checked = 0
    for file in distribution(name).files or ():
        if file.hash is None:
            continue
        found = hashlib.new(file.hash.mode, file.read_binary()).digest()
        assert base64.urlsafe_b64encode(found).decode().rstrip("=") == file.hash.value, file
        checked += 1
    assert checked > 20


def test_what_lies_beneath():
    """The clients get this package, from this tree; nothing is left of the released signac.

    With the released signac beneath, to write or check what is expected, it must be that alone.
    """
    source = Path(signac.__file__).resolve()
    assert version("signac") == signac.__version__
    if signac.__version__ != "2.4.1":
        assert signac.__version__.startswith("3.")
        assert source.is_relative_to(ROOT / "src")


def test_requirements_are_met():
    """`pip check` finds what the clients ask for, signac included."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
