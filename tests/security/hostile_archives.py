"""Archives and directories that try to do more than bring in jobs, built in a sandbox.

Each builder gets a directory of its own and returns the origin. What they aim at is `SECRET` and
`VICTIM`, two directories above: nothing here names anything outside the sandbox.
"""

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

STATE_POINT = "signac_statepoint.json"
NEXT = "signac_statepoint.json.next"
#: Relative to the directory of a builder.
SECRET = "../../secret/key"
VICTIM = "../../victim"
UP = "../../victim/evil"
GOOD = {f"j/{STATE_POINT}": b'{"a": 1}', "j/f": b"x"}

Builder = Callable[[Path], Path]
Member = tuple[str, bytes] | tarfile.TarInfo | zipfile.ZipInfo

REFUSED: dict[str, Builder] = {}
HARMLESS: dict[str, Builder] = {}


def _add(cases: dict[str, Builder], name: str, builder: Builder) -> None:
    assert name not in cases
    cases[name] = builder


def make_zip(path: Path, *members: Any, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a zip archive of the good job and other members."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in [*GOOD.items(), *members]:
            archive.writestr(name, data)
    return path


def make_tar(path: Path, *members: Any, mode: Any = "w") -> Path:
    """Write a tar archive of the good job and other members."""
    with tarfile.open(path, mode) as archive:
        for member in [*GOOD.items(), *members]:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            archive.addfile(info, io.BytesIO(member[1]))
    return path


def special(name: str, kind: bytes, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    """Return a tar member that is no file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    return info


def unix(name: str, mode: int) -> zipfile.ZipInfo:
    """Return a zip member with a Unix mode."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def _in_both(cases: dict[str, Builder], label: str, name: str, data: bytes = b"evil") -> None:
    _add(cases, f"zip {label}", lambda at: make_zip(at / "x", (name, data)))
    _add(cases, f"tar {label}", lambda at: make_tar(at / "x", (name, data)))


for _label, _name in {
    "climbs": UP,
    "climbs from a job": f"j/../{UP}",
    "climbs to a config": "j/../.signac/config",
    "climbs to another job": "j/../" + "0" * 32 + "/f",
    "is two dots": "..",
    "ends in two dots": "j/..",
    "climbs over a dot": f"./{UP}",
    "is a drive": "C:/evil",
    "is too long": "j/" + "n" * 300,
    "is too deep": "j/" + "d/" * 200 + "f",
    "lies in a file": "j/f/evil",
    "lies in the state point": f"j/{STATE_POINT}/evil",
}.items():
    _in_both(REFUSED, _label, _name)
for _name, _method in {"zip": make_zip, "tar": make_tar}.items():
    _add(
        REFUSED,
        f"{_name} is absolute",
        lambda at, make=_method: make(at / "x", (str((at / UP).resolve()), b"evil")),
    )
for _label, _data in {
    "list": b"[1]",
    "number": b"5",
    "text": b'"x"',
    "dotted key": b'{"a.b": 1}',
    "no JSON": b"{bad",
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "too deep": b'{"a": ' + b"[" * 3000 + b"]" * 3000 + b"}",
    "too long": b'{"a": "' + b"x" * (1 << 20) + b'"}',
    "huge number": b'{"a": ' + b"9" * 5000 + b"}",
}.items():
    _in_both(REFUSED, f"state point: {_label}", f"k/{STATE_POINT}", _data)
_in_both(REFUSED, "the same job twice", f"k/{STATE_POINT}", b'{"a": 1}')

for _kind, _type in {"symbolic": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}.items():
    for _label, _target in {
        "to a secret": SECRET,
        "far up": "../" * 30 + "x",
        "to itself": "link",
        "to nothing": "",
        "to another directory": "../outside/f",
    }.items():
        _add(
            REFUSED,
            f"tar {_kind} link {_label}",
            lambda at, kind=_type, target=_target: make_tar(
                at / "x",
                ("outside/f", b"not in a job"),
                special(
                    "j/link",
                    kind,
                    f"j/{target}" if target == "link" and kind == tarfile.LNKTYPE else target,
                ),
            ),
        )
    _add(
        REFUSED,
        f"tar {_kind} link, absolute, to a secret",
        lambda at, kind=_type: make_tar(
            at / "x", special("j/link", kind, str((at / SECRET).resolve()))
        ),
    )
    _add(
        REFUSED,
        f"tar writes through a {_kind} link",
        lambda at, kind=_type: make_tar(
            at / "x", special("j/link", kind, VICTIM), ("j/link/evil", b"evil")
        ),
    )
    _add(
        REFUSED,
        f"tar {_kind} link for a state point",
        lambda at, kind=_type: make_tar(at / "x", special(f"k/{STATE_POINT}", kind, SECRET)),
    )
_add(
    REFUSED,
    "tar links in a circle",
    lambda at: make_tar(
        at / "x",
        special("j/one", tarfile.SYMTYPE, "two"),
        special("j/two", tarfile.SYMTYPE, "one"),
    ),
)
_add(
    HARMLESS,
    "tar link to the job itself",
    lambda at: make_tar(at / "x", special("j/loop", tarfile.SYMTYPE, "../j")),
)
_add(
    HARMLESS,
    "tar links that lead out one after the other",
    lambda at: make_tar(
        at / "x",
        ("j/p/q/f", b"x"),
        special("j/p/q/up", tarfile.SYMTYPE, ".."),
        special("j/p/q/out", tarfile.SYMTYPE, "up/../../secret"),
    ),
)
_add(
    HARMLESS,
    "tar directory that grows by its own links",
    lambda at: make_tar(
        at / "x",
        ("j/d/f", b"x"),
        special("j/d/in", tarfile.SYMTYPE, "../e"),
        ("j/e/f", b"x"),
        special("j/out", tarfile.SYMTYPE, "d"),
    ),
)
for _label, _type in {
    "pipe": tarfile.FIFOTYPE,
    "character device": tarfile.CHRTYPE,
    "block device": tarfile.BLKTYPE,
}.items():
    _add(REFUSED, f"tar {_label}", lambda at, k=_type: make_tar(at / "x", special("j/dev", k)))
for _label, _mode in {
    "pipe": stat.S_IFIFO,
    "device": stat.S_IFCHR,
    "socket": stat.S_IFSOCK,
}.items():
    _add(
        REFUSED,
        f"zip {_label}",
        lambda at, mode=_mode: make_zip(at / "x", (unix("j/dev", mode | 0o666), b"")),
    )
for _label, _target in {"a secret": SECRET, "the root": "/", "far up": "../" * 30 + "x"}.items():
    _add(
        REFUSED,
        f"zip link to {_label}",
        lambda at, target=_target: make_zip(
            at / "x", (unix("j/link", stat.S_IFLNK | 0o777), target)
        ),
    )


def _quietly_twice(at: Path) -> Path:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_zip(at / "x", ("j/f", b"another"))


def _patched(at: Path, change: Callable[[bytearray], None]) -> Path:
    path = make_zip(at / "x")
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


def _both_headers(data: bytearray, offset: int, value: int) -> None:
    """Set a number of two bytes in the local headers, and in those of the table of contents."""
    for mark, shift in ((b"PK\3\4", 0), (b"PK\1\2", 2)):
        start = data.find(mark)
        while start >= 0:
            struct.pack_into("<H", data, start + offset + shift, value)
            start = data.find(mark, start + 1)


def _overlapping(at: Path) -> Path:
    """Let the second member be the bytes of the first one."""

    def change(data: bytearray) -> None:
        first = data.find(b"PK\1\2")
        second = data.find(b"PK\1\2", first + 1)
        struct.pack_into("<L", data, second + 42, 0)

    return _patched(at, change)


def _renamed_locally(data: bytearray) -> None:
    place = data.find(b"j/f")
    data[place : place + 3] = b"j/g"


def _with_nul(data: bytearray) -> None:
    start = data.find(b"j/f")
    while start >= 0:
        data[start : start + 3] = b"j\0f"
        start = data.find(b"j/f", start + 1)


_add(REFUSED, "zip the same name twice", _quietly_twice)
_add(REFUSED, "zip encrypted", lambda at: _patched(at, lambda data: _both_headers(data, 6, 1)))
_add(
    REFUSED, "zip unknown method", lambda at: _patched(at, lambda data: _both_headers(data, 8, 97))
)
_add(REFUSED, "zip members in one place", _overlapping)
_add(REFUSED, "zip two names for one member", lambda at: _patched(at, _renamed_locally))
_add(REFUSED, "zip NUL in a name", lambda at: _patched(at, _with_nul))
_add(REFUSED, "zip cut off", lambda at: _cut(make_zip(at / "x"), 60))
_add(REFUSED, "tar cut off", lambda at: _cut(make_tar(at / "x"), 700))
_add(REFUSED, "tar.gz cut off", lambda at: _cut(make_tar(at / "x", mode="w:gz"), -12))
_add(
    REFUSED,
    "tar two jobs in one place",
    lambda at: make_tar(at / "x", (f"j/{STATE_POINT}", b'{"a": 2}')),
)


def _cut(path: Path, length: int) -> Path:
    path.write_bytes(path.read_bytes()[:length])
    return path


def _garbage_in_the_middle(at: Path) -> Path:
    path = make_tar(at / "x")
    data = bytearray(path.read_bytes())
    data[1024:1034] = b"\xff" * 10
    path.write_bytes(data)
    return path


_add(REFUSED, "tar garbage between members", _garbage_in_the_middle)


def _directory(at: Path, fill: Callable[[Path, Path], None]) -> Path:
    origin = at / "origin"
    (origin / "j" / "sub").mkdir(parents=True)
    for name, data in GOOD.items():
        (origin / name).write_bytes(data)
    fill(origin / "j", at)
    return origin


def _link(name: str, target: Callable[[Path], str]) -> Builder:
    return lambda at: _directory(at, lambda job, here: os.symlink(target(here), job / name))


def _double_link(job: Path, at: Path) -> None:
    (job.parent / "shared").mkdir()
    os.symlink((at / SECRET).resolve(), job.parent / "shared" / "x")
    os.symlink("../shared", job / "link")


_add(REFUSED, "directory link to a secret", _link("link", lambda at: str((at / SECRET).resolve())))
_add(REFUSED, "directory link below", _link("sub/link", lambda at: str((at / SECRET).resolve())))
_add(
    REFUSED, "directory link to a directory", _link("link", lambda at: str((at / VICTIM).resolve()))
)
_add(REFUSED, "directory link to nothing outside", _link("link", lambda at: str(at / "missing")))
_add(REFUSED, "directory link over a link", lambda at: _directory(at, _double_link))
_add(REFUSED, "directory pipe", lambda at: _directory(at, lambda job, _: os.mkfifo(job / "pipe")))


def _state_point_link(at: Path) -> Path:
    origin = at / "origin"
    (origin / "k").mkdir(parents=True)
    os.symlink((at / SECRET).resolve(), origin / "k" / STATE_POINT)
    return origin


def _state_point_pipe(at: Path) -> Path:
    (at / "origin" / "k").mkdir(parents=True)
    os.mkfifo(at / "origin" / "k" / STATE_POINT)
    return at / "origin"


_add(REFUSED, "directory link for a state point", _state_point_link)
_add(REFUSED, "directory pipe for a state point", _state_point_pipe)


def _growing(job: Path, _: Path) -> None:
    """Let each of many directories be in the one before it twice."""
    for number in range(60):
        (job.parent / "steps" / str(number)).mkdir(parents=True)
    for number in range(59):
        for name in ("one", "two"):
            os.symlink(f"../{number + 1}", job.parent / "steps" / str(number) / name)
    os.symlink("../steps/0", job / "link")


#: With a low limit, so that the test is quick.
GROWING: Builder = lambda at: _directory(at, _growing)  # noqa: E731

# What is imported, and does nothing else.
_add(
    HARMLESS,
    "tar setuid",
    lambda at: make_tar(at / "x", *_files_with_mode("j/tool", 0o7777)),
)
_add(
    HARMLESS,
    "zip setuid",
    lambda at: make_zip(at / "x", (unix("j/tool", stat.S_IFREG | 0o7777), b"#!")),
)
_add(
    HARMLESS,
    "tar names that differ in case",
    lambda at: make_tar(at / "x", ("j/F", b"upper"), ("j/\u00e9", b"1"), ("j/e\u0301", b"2")),
)
_in_both(HARMLESS, "pending state point", f"j/{NEXT}", b'{"evil": 1}')
_in_both(HARMLESS, "scratch of the library", "j/.signac_scratch/x", b"x")
_in_both(HARMLESS, "a config inside a job", "j/.signac/config", b"schema_version = 2\n")
_in_both(HARMLESS, "a link of the outside world", "unrelated/f", b"not in a job")
_add(
    HARMLESS,
    "tar link outside of all jobs",
    lambda at: make_tar(at / "x", special("elsewhere", tarfile.SYMTYPE, SECRET)),
)
_add(
    HARMLESS,
    "tar dangling link inside of a job",
    lambda at: make_tar(at / "x", special("j/link", tarfile.SYMTYPE, "later")),
)


def _files_with_mode(name: str, mode: int) -> list[Any]:
    return [special(name, tarfile.REGTYPE, mode=mode)]


# What would fill the disk or the memory.
ZEROS = 80 << 20
_PIECE = bytes(1 << 20)


def _zeros(file: Any, size: int = ZEROS) -> None:
    for _ in range(size >> 20):
        file.write(_PIECE)


def _gzip(path: Path, beginning: bytes) -> Path:
    """Write a file of some bytes and many zeros, compressed in pieces, which is quick."""
    with path.open("wb") as file:
        file.write(gzip.compress(beginning))
        file.write(gzip.compress(_PIECE) * (ZEROS >> 20))
    return path


def _zip_bomb(at: Path, method: int) -> Path:
    path = make_zip(at / "x")
    with zipfile.ZipFile(path, "a", method) as archive, archive.open("j/bomb", "w") as file:
        _zeros(file)
    return path


def _lying_zip(at: Path) -> Path:
    """Say that a member has one byte, which has many."""
    path = make_zip(at / "x", ("j/bomb", bytes(1 << 20)))
    data = bytearray(path.read_bytes())
    last = data.rfind(b"PK\1\2")
    struct.pack_into("<L", data, last + 24, 1)
    path.write_bytes(data)
    return path


def _tar_bomb(at: Path) -> Path:
    job = tarfile.TarInfo(f"j/{STATE_POINT}")
    job.size = 8
    bomb = tarfile.TarInfo("j/bomb")
    bomb.size = ZEROS - 1024
    return _gzip(at / "x", job.tobuf() + b'{"a": 1}'.ljust(512, b"\0") + bomb.tobuf())


def _header_bomb(at: Path, kind: bytes) -> Path:
    """Let the name of a member be as long as fits."""
    info = tarfile.TarInfo("j/name")
    info.type, info.size = kind, ZEROS
    return _gzip(at / "x", info.tobuf(tarfile.USTAR_FORMAT))


def _sparse_bomb(at: Path) -> Path:
    """Let a member be a hole of many bytes."""
    with tarfile.open(at / "x", "w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in GOOD.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        info = tarfile.TarInfo("j/hole")
        info.pax_headers = {
            "GNU.sparse.map": "0,0",
            "GNU.sparse.size": str(1 << 50),
            "GNU.sparse.realsize": str(1 << 50),
        }
        archive.addfile(info)
    return at / "x"


def _link_bomb(at: Path) -> Path:
    """Let one file have many names, each of which becomes a copy."""
    data = bytes(1 << 20)
    links = [special(f"j/{number}", tarfile.LNKTYPE, "j/data") for number in range(200)]
    return make_tar(at / "x", ("j/data", data), *links, mode="w:gz")


def _json_bomb(at: Path) -> Path:
    return make_zip(at / "x", (f"k/{STATE_POINT}", b'{"a": [' + b"[]," * 330_000 + b"[]]}"))


BOMBS: dict[str, Builder] = {
    "zip deflated": lambda at: _zip_bomb(at, zipfile.ZIP_DEFLATED),
    "zip bzip2": lambda at: _zip_bomb(at, zipfile.ZIP_BZIP2),
    "zip LZMA": lambda at: _zip_bomb(at, zipfile.ZIP_LZMA),
    "zip that lies": _lying_zip,
    "tar.gz": _tar_bomb,
    "tar.gz name": lambda at: _header_bomb(at, tarfile.GNUTYPE_LONGNAME),
    "tar.gz link": lambda at: _header_bomb(at, tarfile.GNUTYPE_LONGLINK),
    "tar.gz extended header": lambda at: _header_bomb(at, tarfile.XHDTYPE),
    "tar hole": _sparse_bomb,
    "tar.gz links": _link_bomb,
}
#: Large for what they are, and no more than that.
LARGE: dict[str, Builder] = {"JSON": _json_bomb}
