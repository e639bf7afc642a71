"""The way to the peer itself: what happens when it is missing, refuses, or dies."""

import math
import os
from pathlib import Path

import numpy
import pytest

from interop import wire
from interop.peer import COMMANDS, VERSION, Peer, PeerError, peer_python


def test_a_missing_peer_fails_and_says_how_to_build_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without the peer the tests fail, not skip, and name the command that builds it."""
    monkeypatch.setenv("SIGNAC_PEER_PYTHON", os.fspath(tmp_path / "nothing"))
    with pytest.raises(pytest.fail.Exception, match="make peer"):
        peer_python()


def test_the_peer_is_the_released_one(peer: Peer) -> None:
    """The other side is signac 2.4.1 and has a command for every name that tests may use."""
    assert peer.version() == VERSION
    driver = Path(wire.__file__).with_name("peer_driver.py").read_text()
    assert {f"@command\ndef {name}(" in driver for name in COMMANDS} == {True}
    assert driver.count("@command\n") == len(COMMANDS)


def test_an_exception_there_is_an_exception_here(peer: Peer, tmp_path: Path) -> None:
    """What the peer raises arrives with the names of its classes, and the child lives on."""
    with pytest.raises(PeerError, match="LookupError") as caught:
        peer.jobs(path=os.fspath(tmp_path))
    assert "LookupError" in caught.value.names
    assert peer.ids(statepoints=[{}]) == ["99914b932bd37a50b983c5e7c90ae93b"]


def test_a_child_that_died_is_told(tmp_path: Path) -> None:
    """A driver that is gone gives an error with the command, not a hang."""
    with Peer() as peer:
        peer._child.kill()
        peer._child.wait()
        with pytest.raises(RuntimeError, match="died during ids"):
            peer.ids(statepoints=[])


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [(), (1, (2,)), {}]},
        ["\ud800", "\U0001f600", 2**80, -0.0, 5e-324, True, None],
        numpy.float32([0.1, 2]),
        {"x": numpy.arange(6).reshape(2, 3)},
    ],
)
def test_values_survive_the_wire(value: object) -> None:
    """Tuples, key order, odd text and arrays come out of the wire as they went in."""
    line = wire.encode(value)
    assert line.isascii()
    assert "\n" not in line
    assert repr(wire.decode(line)) == repr(value)
    assert math.isnan(wire.decode(wire.encode(math.nan)))
