"""Ids and file contents are the peer's, bit for bit."""

import json
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rawcheck
import signac
from interop.edits import apply, draw_edit
from interop.peer import Peer
from interop.statepoints import shuffled, statepoints
from signac.job import calc_id

COUNT = 10_000
BATCH = 500

VECTORS = {
    "{}": "99914b932bd37a50b983c5e7c90ae93b",
    '{"a": 0}': "9bfd29df07674bc4aa960cf661b5acd2",
    '{"a": 0.0}': "81c9d4e753d6d76901b3987454967b84",
    '{"a": -0.0}': "82c4fe5379bdb22b61fd92242a68b5b1",
    '{"a": 1}': "42b7b4f2921788ea14dac5566e6f06d0",
    '{"a": true}': "ffe0ee7a068e54663a3a6f50d74c3e76",
    '{"a": null}': "542bac9c870e9cd102c3909922945a4d",
    '{"a": "0"}': "c889d5394ad6b70b4a431117476b25c8",
    '{"a": 1e+16}': "b858d08d7a33f61d8dff58c38aab414c",
    '{"a": 1e+22}': "d3c81b61f63fcc08d33e9e8fa05e6f14",
    '{"a": 5e-324}': "822742d92d06d47b73f149737a4e0ffb",
    '{"a": 1e-07}': "1a8134bda210df75dc234f81d3701062",
    '{"a": NaN}': "95d74f1b7565806cb282d8bc4822d9bf",
    '{"a": Infinity}': "76b9506b00fe9763721b8b7bfe3ea498",
    '{"a": 1180591620717411303424}': "b5dc17398200be227a57e0e1ced29ba0",
    '{"\\u00fc": "\\u00e9\\ud83d\\ude00"}': "a98b203a2628ffa6d8bfb3788fc63291",
    '{"a": "\\n\\t\\u0001\\u007f\\"\\\\/"}': "bd766d6d490cd64d6c39fd3ccf970163",
    '{"a": [{"x": 2, "y": 1}], "b": {"a": 2, "z": 1}}': "5b12b52429300821996c2828a7d395d3",
    '{"a": [1, 2]}': "a9010b257d79be275851e1f8eed7c46e",
    '{"": 1}': "7026b472ce7326d94920614dd9baa070",
    '{"A": 1, "B": 3, "a": 2}': "cd50e6a79ee9c616e027539773fbe41d",
    '{"a": []}': "010d0a756b05a29de3bfe60ab24f68ce",
    '{"a": {}}': "b64d96a034f7bf16cc5658f10c8236b4",
    '{"a": "\\ud800"}': "d5a0776147fdef0125c45836d5e29e50",
}


@pytest.fixture(scope="module")
def generated() -> list[dict[str, Any]]:
    return statepoints(COUNT, seed=20_240_401)


def test_published_vectors(peer: Peer, tmp_path: Path) -> None:
    """The 24 vectors of the reference hold for both programs, for `calc_id` and for `open_job`."""
    project = signac.init_project(tmp_path)
    inputs = [json.loads(text) for text in VECTORS]
    assert [calc_id(statepoint) for statepoint in inputs] == list(VECTORS.values())
    assert [project.open_job(statepoint).id for statepoint in inputs] == list(VECTORS.values())
    assert peer.ids(statepoints=inputs) == list(VECTORS.values())


@pytest.mark.parametrize("start", range(0, COUNT, 2_500))
def test_generated_ids_equal_the_peers(
    peer: Peer, generated: list[dict[str, Any]], tmp_path: Path, start: int
) -> None:
    """10,000 state points have the peer's ids: calculated, opened, and with their keys permuted."""
    project = signac.init_project(tmp_path)
    draw = random.Random(start)
    for first in range(start, start + 2_500, BATCH):
        batch = generated[first : first + BATCH]
        theirs = peer.ids(statepoints=batch)
        wrong = [
            (statepoint, expected)
            for statepoint, expected in zip(batch, theirs, strict=True)
            if not (
                calc_id(statepoint)
                == calc_id(shuffled(draw, statepoint))
                == project.open_job(statepoint).id
                == expected
            )
        ]
        assert wrong == []
    assert list((tmp_path / "workspace").glob("[0-9a-f]*")) == []


def test_generated_state_points_cover_the_edges(generated: list[dict[str, Any]]) -> None:
    """The generator itself is good: 10,000 state points, most of them different, all edges in."""
    texts = {json.dumps(statepoint, sort_keys=True) for statepoint in generated}
    whole = "\n".join(texts)
    assert len(generated) == COUNT
    assert len(texts) > COUNT * 0.75
    for part in (
        "NaN",
        "-Infinity",
        "-0.0",
        "5e-324",
        "\\ud800",
        "\\ud83d\\ude00",
        "10" + "0" * 30,
    ):
        assert part in whole


@pytest.mark.parametrize(
    "environment", [{"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "77"}, {"LC_ALL": "C"}]
)
def test_ids_do_not_depend_on_the_process(
    generated: list[dict[str, Any]], environment: dict[str, str]
) -> None:
    """Hash seed and locale of a process play no part in ids."""
    batch = generated[:: COUNT // 300]
    program = "import sys, pickle, signac.job as j; d = pickle.load(sys.stdin.buffer);"
    ran = subprocess.run(
        [sys.executable, "-c", program + "print(*map(j.calc_id, d))"],
        input=pickle.dumps(batch),
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    assert ran.stdout.decode().split() == [calc_id(statepoint) for statepoint in batch]


def test_numpy_values_have_the_peers_ids(peer: Peer) -> None:
    """NumPy scalars and arrays hash as the plain values they convert to, float32 unrounded."""
    numpy = pytest.importorskip("numpy")
    batch = [
        {"a": numpy.float32(0.1)},
        {"a": numpy.float64(0.1)},
        {"a": numpy.int64(3)},
        {"a": numpy.uint8(200)},
        {"a": numpy.bool_(True)},
        {"a": numpy.float16(1.5)},
        {"a": numpy.arange(4)},
        {"a": numpy.ones((2, 3))},
        {"a": {"b": [numpy.int32(1), numpy.array([True, False])]}},
    ]
    theirs = peer.ids(statepoints=batch)
    with pytest.warns(signac.errors.NumpyConversionWarning):
        assert [calc_id(statepoint) for statepoint in batch] == theirs
    assert len(set(theirs)) == len(batch)


def test_state_point_files_have_the_peers_bytes(peer: Peer, tmp_path: Path) -> None:
    """The state point file is the peer's byte for byte: key order as given, ASCII, no newline."""
    ours = signac.init_project(tmp_path / "ours")
    theirs = str(tmp_path / "theirs")
    peer.init_project(path=theirs)
    batch = statepoints(150, seed=7) + statepoints(400, seed=8)[-150:]
    for statepoint in batch:
        id_ = ours.open_job(statepoint).init().id
        assert peer.init(path=theirs, statepoint=statepoint) == id_
        name = f"workspace/{id_}/signac_statepoint.json"
        assert (tmp_path / "ours" / name).read_bytes() == (tmp_path / "theirs" / name).read_bytes()
    assert rawcheck.problems(ours.path) == []
    assert rawcheck.snapshot(ours.path).keys() == rawcheck.snapshot(theirs).keys()


def test_bulk_created_files_have_the_peers_bytes(peer: Peer, tmp_path: Path) -> None:
    """Jobs created in bulk are the same on disk as jobs that the peer creates one by one."""
    ours = signac.init_project(tmp_path / "ours")
    theirs = str(tmp_path / "theirs")
    peer.init_project(path=theirs)
    batch = statepoints(260, seed=9)
    ours.create_jobs(batch, progress=False)
    for statepoint in batch:
        peer.init(path=theirs, statepoint=statepoint)
    assert _files(tmp_path / "ours") == _files(tmp_path / "theirs")
    assert rawcheck.problems(ours.path) == []


def test_document_files_have_the_peers_bytes(peer: Peer, tmp_path: Path) -> None:
    """A document that is assigned whole is written as the peer writes it, byte for byte."""
    ours = signac.init_project(tmp_path / "ours")
    theirs = str(tmp_path / "theirs")
    peer.init_project(path=theirs)
    job = ours.open_job({"a": 1}).init()
    peer.init(path=theirs, statepoint={"a": 1})
    name = f"workspace/{job.id}/signac_job_document.json"
    for content in statepoints(150, seed=10) + statepoints(400, seed=11)[-150:]:
        job.doc.clear()
        job.doc = content
        peer.change(path=theirs, job=job.id, what="doc", keys=[], method="clear", arguments=[])
        peer.assign(path=theirs, job=job.id, what="doc", content=content)
        assert (tmp_path / "ours" / name).read_bytes() == (tmp_path / "theirs" / name).read_bytes()


@pytest.mark.parametrize("seed", range(6))
def test_the_same_edits_give_the_same_bytes(peer: Peer, tmp_path: Path, seed: int) -> None:
    """Edits keep key order as the peer does: overwriting keeps the place, new keys go last."""
    ours = signac.init_project(tmp_path / "ours")
    theirs = str(tmp_path / "theirs")
    peer.init_project(path=theirs)
    job = ours.open_job({"a": 1}).init()
    peer.init(path=theirs, statepoint={"a": 1})
    name = f"workspace/{job.id}/signac_job_document.json"
    draw = random.Random(seed)
    for _ in range(40):
        edit = draw_edit(draw, job.doc())
        apply(job.doc, edit)
        where = {"path": theirs, "job": job.id, "what": "doc"}
        peer.change(**where, keys=edit[0], method=edit[1], arguments=edit[2])
        ours_now = (tmp_path / "ours" / name).read_bytes()
        assert ours_now == (tmp_path / "theirs" / name).read_bytes(), edit


def _files(root: Path) -> dict[str, bytes]:
    """Return every file of the jobs in a project, with its content."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.glob("workspace/[0-9a-f]*/*")
        if path.is_file()
    }
