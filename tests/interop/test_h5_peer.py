"""HDF5 files of ours and of the released peer: each stores the table of values, both read it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import h5py
import numpy
import pandas
import pytest

from h5values import VALUES, look, try_to_store
from interop.peer import peer_python
from signac.h5store import H5Store, H5StoreManager

_PROGRAM = Path(__file__).parents[1] / "h5values.py"
STORED = {
    f"k{number:03}": found
    for number, (_, found, _) in enumerate(VALUES)
    if not found.endswith("Error")
}


def ask_peer(*arguments: str) -> str:
    """Run Python in the environment of the peer."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "VIRTUAL_ENV")
    done = subprocess.run(
        [peer_python(), *arguments],
        env={key: value for key, value in os.environ.items() if key not in hidden},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout


@pytest.fixture(scope="module")
def peers_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[list[str]]]:
    """A file in which the peer stored every value, and what it said to each."""
    path = str(tmp_path_factory.mktemp("peer") / "data.h5")
    return path, json.loads(ask_peer(str(_PROGRAM), "store", path))


@pytest.fixture(scope="module")
def our_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file in which we stored every value."""
    path = str(tmp_path_factory.mktemp("ours") / "data.h5")
    for number, (expression, _, _) in enumerate(VALUES):
        try_to_store(H5Store(path), f"k{number:03}", expression)
    return path


def test_the_table_holds_for_the_peer(peers_file: tuple[str, list[list[str]]]) -> None:
    """The peer gives back, refuses and warns about each value as our table says."""
    for (expression, found, warning), [theirs, their_warning] in zip(
        VALUES, peers_file[1], strict=True
    ):
        assert theirs == found, expression
        if not found.endswith("Error"):  # the peer leaves half of some that it refuses
            assert their_warning == warning, expression


def test_we_read_what_the_peer_wrote(peers_file: tuple[str, list[list[str]]]) -> None:
    """Each value that the peer stored comes out of our store as the table says."""
    found = look(peers_file[0])
    assert {key: found[key] for key in STORED} == STORED


def test_the_peer_reads_what_we_wrote(our_file: str) -> None:
    """Each value that we stored comes out of the peer as the table says; nothing else is there."""
    found = json.loads(ask_peer(str(_PROGRAM), "look", our_file))
    assert found == STORED


def test_the_peer_changes_what_we_wrote(our_file: str, tmp_path: Path) -> None:
    """The peer replaces and removes our values, and adds tables, in our file; we read the rest."""
    path = str(tmp_path / "data.h5")
    Path(path).write_bytes(Path(our_file).read_bytes())
    code = (
        "import sys, numpy, pandas; from signac import H5Store\n"
        "s = H5Store(sys.argv[1])\n"
        "for key in list(s)[::2]: del s[key]\n"
        "s['frame'] = pandas.DataFrame({'a': [1, 2]})\n"
        "s['group'] = {'v': numpy.arange(3), 'x': 1}\n"
        "with s: s['linked'] = s['group']['v']\n"
    )
    ask_peer("-c", code, path)
    found = look(path)
    rest = dict(sorted(STORED.items())[1::2])
    assert {key: found[key] for key in rest} == rest
    assert sorted(found) == sorted([*rest, "frame", "group", "linked"])
    store = H5Store(path)
    assert store["frame"].equals(pandas.DataFrame({"a": [1, 2]}))
    store["group"] = {"v": numpy.ones(2)}
    with store:
        assert store["linked"][()].tolist() == [0, 1, 2]


def test_tables_both_ways(tmp_path: Path) -> None:
    """Tables with text, dates, two-level indices and mixed columns survive both directions."""
    path = str(tmp_path / "data.h5")
    make = (
        "import pandas\n"
        "def tables():\n"
        "    index = pandas.MultiIndex.from_tuples([('x', 1), ('y', 2)], names=['a', 'b'])\n"
        "    return {\n"
        "        'text': pandas.DataFrame({'a': ['x', None], 'b': [1.5, 2.5]}),\n"
        "        'dates': pandas.DataFrame({'t': pandas.date_range('2020', periods=3)}),\n"
        "        'levels': pandas.DataFrame({'v': [1, 2]}, index=index),\n"
        "        'series': pandas.Series([True, False], name='s'),\n"
        "        'mixed': pandas.DataFrame({'m': [1, 'x', None]}),\n"
        "    }\n"
    )
    names: dict[str, Any] = {}
    exec(make, names)
    tables = names["tables"]()
    store = H5Store(path)
    with pytest.warns(pandas.errors.PerformanceWarning):
        store["ours"] = tables
    code = make + (
        "import sys, warnings; from signac import H5Store\n"
        "warnings.simplefilter('ignore')\n"
        "s = H5Store(sys.argv[1])\n"
        "for name, table in tables().items():\n"
        "    assert s['ours'][name].equals(table), name\n"
        "    s['theirs_' + name] = table\n"
    )
    ask_peer("-c", code, path)
    for name, table in tables.items():
        assert store["ours"][name].equals(table)
        assert store["theirs_" + name].equals(table)


def test_whole_stores(tmp_path: Path) -> None:
    """The peer lists and reads stores that were assigned whole, and sees none being made."""
    stores = H5StoreManager(tmp_path)
    stores.a = {"v": numpy.arange(4), "g": {"w": "word"}}
    stores.b = stores.a
    (tmp_path / "._signac_0123456789abcdef.h5.new").write_bytes(b"half")
    code = (
        "import sys; from signac import H5StoreManager\n"
        "m = H5StoreManager(sys.argv[1])\n"
        "assert sorted(m) == ['a', 'b'], list(m)\n"
        "with m.b as b: assert b['v'][()].tolist() == [0, 1, 2, 3]\n"
        "assert m.b['g']['w'] == 'word'\n"
        "m.c = {'x': 1}\n"
    )
    ask_peer("-c", code, str(tmp_path))
    assert list(stores) == ["a", "b", "c"]
    assert dict(stores.c) == {"x": 1}


def test_locks_are_the_same(tmp_path: Path) -> None:
    """What we have open for writing is locked for the peer, and what we read is not."""
    path = str(tmp_path / "data.h5")
    store = H5Store(path)
    code = (
        "import sys; from signac import H5Store\n"
        "s = H5Store(sys.argv[1], mode='r')\n"
        "try: print(int(s['x']))\n"
        "except BlockingIOError: print('locked')\n"
    )
    with store:
        store["x"] = 1
        assert ask_peer("-c", code, path).strip() == "locked"
    with store.open("r"):
        assert ask_peer("-c", code, path).strip() == "1"


def test_same_objects_on_disk(our_file: str, peers_file: tuple[str, list[list[str]]]) -> None:
    """Both programs make the same HDF5 objects: type, shape and character set of each value."""

    def objects(path: str) -> dict[str, str]:
        found = {}

        def visit(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                kind = item.id.get_type()
                found[name] = f"{item.shape} {item.dtype} {kind.get_class()} {kind.get_size()}"
            else:
                found[name] = "group"

        with h5py.File(path, "r") as file:
            file.visititems(visit)
        return {name: text for name, text in found.items() if name.partition("/")[0] in STORED}

    assert objects(our_file) == objects(peers_file[0])
