"""Names of stores stay in their directory."""

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy
import pytest

import signac
from security.hostile_names import INSIDE, STORES


@pytest.fixture
def job(tmp_path: Path) -> Any:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.h5").write_bytes(b"thesis")
    job = signac.init_project(tmp_path / "project").open_job({"a": 1}).init()
    os.makedirs(job.fn("sub"))
    return job


def contents(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize("number", range(len(STORES)))
@pytest.mark.parametrize("where", ["job", "project"])
def test_names_that_lead_elsewhere(tmp_path: Path, job: Any, where: str, number: int) -> None:
    """A name with a separator or a NUL is refused by every call, before anything is opened."""
    name = STORES[number].replace("{home}", str(tmp_path / "outside"))
    stores = job.stores if where == "job" else job.project.stores
    before = contents(tmp_path)
    for call in (
        lambda: stores[name],
        lambda: stores[name]["x"],
        lambda: stores.__setitem__(name, {"x": 1}),
        lambda: stores.__delitem__(name),
        lambda: getattr(stores, name)["x"],
        lambda: setattr(stores, name, {"x": 1}),
    ):
        with pytest.raises((signac.errors.InvalidInputError, AttributeError, KeyError)) as caught:
            call()
        assert str(caught.value)
    assert name not in stores
    assert contents(tmp_path) == before


@pytest.mark.parametrize("number", range(len(INSIDE)))
def test_odd_names(tmp_path: Path, job: Any, number: int) -> None:
    """Any other name is the name of one file in the directory, or is refused by the system."""
    name = INSIDE[number]
    before = set(contents(tmp_path))
    if len(name) > 200:
        with pytest.raises(OSError, match="too long"):
            job.stores[name]["x"] = 1
        assert set(contents(tmp_path)) == before
        return
    job.stores[name]["x"] = 1
    (new,) = {path for path in contents(tmp_path) if path not in before}
    assert new == job.fn(name + ".h5")
    assert name in job.stores
    assert job.stores[name]["x"] == 1
    del job.stores[name]
    assert set(contents(tmp_path)) == before


def test_keys_inside_a_store(tmp_path: Path, job: Any) -> None:
    """Keys with dots and slashes are places in the file; no file is made from them."""
    before = set(contents(tmp_path))
    for key in ("../x", "../../outside/x", "/x/../y", "..", "."):
        with contextlib.suppress(ValueError, KeyError, TypeError, OSError):
            job.data[key] = numpy.arange(3)
    made = {path for path in contents(tmp_path) if path not in before}
    assert made <= {job.fn("signac_data.h5")}
    assert (tmp_path / "outside" / "x.h5").read_bytes() == b"thesis"


def test_fn_is_a_plain_join(job: Any) -> None:
    """`job.fn` only joins, as in the released signac: what it gives is the caller's own choice."""
    assert job.fn("../x") == os.path.join(job.path, "../x")
    assert job.fn("/x") == "/x"
