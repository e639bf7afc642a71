"""One module changes files: `signac._core.atomic`. Every way around it is found here."""

import pytest

from architecture.mutations import find_mutations
from architecture.sources import package_sources, snippet

GATE = "signac/_core/atomic.py"

#: ``(file, call)``: why this one may stay outside the gate.
EXCEPTIONS = {
    **dict.fromkeys(
        [
            ("signac/project.py", "tempfile.TemporaryDirectory"),
            ("signac/dataspace.py", "tempfile.TemporaryDirectory"),
        ],
        "a temporary project: the directory around it is Python's to make and to remove",
    ),
    **dict.fromkeys(
        [
            ("signac/_transfer/exports/containers.py", "tarfile.open"),
            ("signac/_transfer/exports/containers.py", "zipfile.ZipFile"),
            ("signac/_transfer/exports/formats.py", ".open"),
        ],
        "an archive in a stream: its bytes go through the gate, or into what the user opened",
    ),
    ("signac/cli/app.py", "os.open"): (
        "the null device, in place of a standard output that nobody reads any more"
    ),
    ("signac/cli/commands/transfer.py", "shutil.move"): (
        "`--move` hands it to export_to and import_from, as a user of Python does"
    ),
    ("signac/_transfer/exports/readback.py", ".open"): "reads a member of an archive",
    ("signac/_stores/h5file.py", "os.posix_fallocate"): (
        "HDF5 content: reserves room in a file that HDF5 has open, so that a full disk shows early"
    ),
    ("signac/_stores/h5file.py", "os.open"): (
        "HDF5 content: opens the null device, where a file that failed writes its last bytes"
    ),
}
#: The inside of an HDF5 file is written by HDF5 itself. Making, moving and removing the whole file
#: is not, so only these calls are excepted, and only here.
HDF5_PACKAGE = "signac/_stores/"


def _outside_the_gate() -> list[tuple[str, int, str]]:
    return [
        (source.name, line, call)
        for source in package_sources()
        if source.name != GATE
        for line, call in find_mutations(source, hdf5=source.name.startswith(HDF5_PACKAGE))
    ]


def test_only_the_gate_changes_files():
    """No mutating call of os, shutil, pathlib, open or a library stands outside the gate."""
    found = [
        f"{name}:{line} {call}"
        for name, line, call in _outside_the_gate()
        if (name, call) not in EXCEPTIONS
    ]
    assert not found


def test_every_exception_is_needed():
    """An exception that nothing uses any more is removed from the list."""
    used = {(name, call) for name, _, call in _outside_the_gate()}
    assert set(EXCEPTIONS) <= used


def test_the_gate_is_where_the_calls_are():
    """The check recognises the calls that the gate consists of."""
    (gate,) = [source for source in package_sources() if source.name == GATE]
    calls = {call for _, call in find_mutations(gate)}
    assert {"os.mkdir", "os.open", "os.write", "os.fsync", "os.replace", "os.rename"} <= calls
    assert {"os.link", "os.unlink", "os.rmdir", "os.chmod", "os.chown", "ctypes"} <= calls


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("import os\nos.rename('a', 'b')", "os.rename"),
        ("import os as o\no.replace('a', 'b')", "os.replace"),
        ("from os import unlink as u\nu('a')", "os.unlink"),
        ("import os\nf = os.makedirs", "os.makedirs"),
        ("import os\nos.open('a', os.O_WRONLY)", "os.open"),
        ("import os\nos.open('a', os.O_RDONLY | os.O_CREAT)", "os.open"),
        ("import os\nos.open('a', flags=os.O_RDWR)", "os.open"),
        ("import os\nF = os.O_RDONLY | os.O_TRUNC\nos.open('a', F)", "os.open"),
        ("import os\ndef f(flags):\n    os.open('a', flags)", "os.open"),
        ("import shutil\nshutil.rmtree('a')", "shutil.rmtree"),
        ("from shutil import copy\ncopy('a', 'b')", "shutil.copy"),
        ("open('a', 'w')", "open"),
        ("open('a', mode='r+b')", "open"),
        ("def f(mode):\n    open('a', mode)", "open"),
        ("import io\nio.open('a', 'x')", "io.open"),
        ("import gzip\ngzip.open('a', 'wb')", "gzip.open"),
        ("import gzip\ngzip.GzipFile('a', 'wb')", "gzip.GzipFile"),
        ("import tempfile\ntempfile.mkstemp()", "tempfile.mkstemp"),
        ("from pathlib import Path\nPath('a').write_text('')", ".write_text"),
        ("def f(p):\n    p.unlink()", ".unlink"),
        ("def f(p):\n    p.rename('b')", ".rename"),
        ("def f(p):\n    p.replace('b')", ".replace"),
        ("def f(p):\n    p.open('w')", ".open"),
        ("import h5py\nh5py.File('a', 'w')", "h5py"),
        ("import ctypes", "ctypes"),
        ("import subprocess\nsubprocess.run([])", "subprocess"),
        ("import numpy\nnumpy.savez('a')", "numpy.savez"),
    ],
)
def test_the_check_sees_a_mutation(text, call):
    """Each of these changes files, whatever it is called through."""
    assert call in [found for _, found in find_mutations(snippet(text))]


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.stat('a')",
        "import os\nos.path.join('a', 'b')",
        "import os\nos.open('a', os.O_RDONLY | getattr(os, 'O_CLOEXEC', 0))",
        "import os\nF = os.O_RDONLY\nos.open('a', F)",
        "open('a')",
        "open('a', 'rb')",
        "open('a', encoding='utf-8')",
        "'a'.replace('a', 'b')",
        "import dataclasses\ndef f(x):\n    dataclasses.replace(x, y=1)",
        "from signac._core import atomic\natomic.replace('a', 'b')\natomic.unlink('a')",
        "def f(store):\n    store.open()",
        "import gzip\ngzip.decompress(b'')",
    ],
)
def test_the_check_lets_reading_pass(text):
    """Reading is not changing."""
    assert not find_mutations(snippet(text))
