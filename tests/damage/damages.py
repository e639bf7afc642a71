"""Every kind of damage that the tests of this directory do, as data.

A damage is a list of steps: an operation of `steps.py`, a path and arguments. Names in braces:

==========  =====================================================================================
``{P}``     the project, ``{S}`` its ``.signac``, ``{W}`` its workspace, ``{H}`` the home directory
``{X}``     a directory beside the project
``{V}``     the id of the victim, ``{J}`` its directory
``{O}``     the id of another job, which is healthy
``{G}``     an id that no job has, of a state point that nobody knows
``{Z}``     32 zeros
==========  =====================================================================================
"""

from dataclasses import dataclass
from typing import Any

SP = "{J}/signac_statepoint.json"
DOC = "{J}/signac_job_document.json"
H5 = "{J}/signac_data.h5"
PDOC = "{P}/signac_project_document.json"
CACHE = "{S}/statepoint_cache.json.gz"
INDEX = "{S}/index"
CONFIG = "{S}/config"
NEXT = SP + ".next"
BACKUP = SP + "~"
UUID = "0b5ae2d2-6c8f-4a39-9b3c-5a3a4b1f2c3d"

LONG_INT = b'{"a": ' + b"9" * 5000 + b"}"
DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
NOT_UTF8 = b'{"a": "\xff\xfe"}'
DOTTED = b'{"x.y": 1}'
JUNK = b"\x00\x01\x02garbage\x7f"


@dataclass(frozen=True)
class Damage:
    """One kind of damage.

    Attributes
    ----------
    name : str
        Is the id of the test.
    steps : tuple
        What is done, in order: operation, path, arguments.
    finds : tuple of str
        What `find_problems` names: ``kind@id``, ``a|b@id`` where either will do, ``kind@-`` for
        what belongs to no job.
    hurts : str
        What of the victim is lost to readers: ``statepoint``, ``document``, ``undocumented`` (it
        reads as empty), ``store``, ``no-store`` (writing makes one), ``extra-store``,
        ``directory`` (all of these), ``gone`` (it is no job any more), ``both`` (its state point
        and that of the other), or of the project: ``project-document``, ``project-store``,
        ``cache``, ``writes`` (nothing new can be made), or ``nothing``. Where an index or a cache
        knows the state point, searches may still find the job.
    repair : str
        ``always``: mended whatever is known; ``known``: mended if the index or the cache knows the
        state point; ``never``: stays, is moved away on request; ``rights``: stays, and cannot be
        moved away either; ``none``: no job and no document is in error;
        ``blocked``: nothing can be moved, and repair says why.
    full : tuple of str
        What `find_problems` names at level ``full`` alone.
    may : tuple of str
        What it may name besides.
    adds : tuple of str
        Ids that are counted besides, and are damaged jobs themselves.
    renames : tuple of pairs
        Renames of directories that repair may do.
    rights : bool
        Only a user without privileges notices.
    needs : str
        ``index`` or ``cache``: there must be one.
    lies : bool
        Wrong on purpose with right checksums, so answers of searches are not compared.
    undone : tuple of str
        Files whose content a completed change replaces, as it would have without the damage.
    """

    name: str
    steps: tuple[tuple[Any, ...], ...]
    finds: tuple[str, ...]
    hurts: str = "nothing"
    repair: str = "none"
    full: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()
    rights: bool = False
    needs: str = ""
    lies: bool = False
    undone: tuple[str, ...] = ()


def _sp(name: str, *steps: tuple[Any, ...], kind: str = "damaged", **rest: Any) -> Damage:
    rest = {"hurts": "statepoint", "repair": "known", **rest}
    return Damage(f"statepoint-{name}", steps, (f"statepoint-{kind}@V",), **rest)


def _doc(name: str, *steps: tuple[Any, ...], kind: str = "damaged", **rest: Any) -> Damage:
    rest = {"hurts": "document", "repair": "never", **rest}
    return Damage(f"document-{name}", steps, (f"document-{kind}@V",), **rest)


def _store(name: str, *steps: tuple[Any, ...], kind: str = "damaged", **rest: Any) -> Damage:
    rest = {"hurts": "store", "repair": "never", "finds": (f"store-{kind}@V",), **rest}
    return Damage(f"store-{name}", steps, **rest)


STATEPOINTS = (
    _sp("missing", ("remove", SP), kind="missing"),
    _sp("empty", ("write", SP, b"")),
    _sp("truncated", ("cut", SP, 20)),
    _sp("without-its-last-byte", ("cut", SP, -1)),
    _sp("junk", ("write", SP, JUNK)),
    _sp("megabyte-of-junk", ("write", SP, b"x" * 2**20)),
    _sp("not-utf8", ("write", SP, NOT_UTF8)),
    _sp("nul-bytes", ("nul", SP)),
    _sp("half-nul-bytes", ("nul", SP, 30)),
    _sp("list", ("write", SP, b"[1, 2]")),
    _sp("number", ("write", SP, b"7")),
    _sp("null", ("write", SP, b"null")),
    _sp("text", ("write", SP, b'"abc"')),
    _sp("deep", ("write", SP, DEEP)),
    _sp("long-number", ("write", SP, LONG_INT)),
    _sp("trailing-junk", ("append", SP, b"junk")),
    _sp("twice", ("twice", SP)),
    _sp("in-quotes", ("replace", SP, b'"', b"'", -1)),
    _sp(
        "duplicate-keys", ("replace", SP, b"]}", b'], "a": 99}'), kind="damaged|statepoint-mismatch"
    ),
    _sp("extra-key", ("replace", SP, b'{"a"', b'{"more": [1, 2], "a"'), kind="mismatch"),
    _sp("empty-mapping", ("write", SP, b"{}"), kind="mismatch"),
    _sp("float-for-int", ("replace", SP, b'"a": 0', b'"a": 0.0'), kind="mismatch"),
    _sp("of-another-job", ("copy", SP, "{W}/{O}/signac_statepoint.json"), kind="mismatch"),
    _sp("of-nobody", ("statepoint", SP, "G"), kind="mismatch"),
    _sp("dotted-key", ("write", SP, DOTTED), kind="mismatch|statepoint-damaged"),
    _sp("flip-of-a-letter", ("replace", SP, b"water", b"vater"), kind="mismatch", repair="always"),
    _sp(
        "flip-to-another-job",
        ("replace", SP, b'"c": 1', b'"c": 2'),
        kind="mismatch",
        repair="always",
    ),
    _sp("flip-of-a-brace", ("replace", SP, b"}", b"\x3d", 1), repair="always"),
    _sp("flip-to-not-utf8", ("replace", SP, b"water", b"w\xe1ter"), repair="always"),
    _sp("directory", ("remove", SP), ("mkdir", SP)),
    _sp("full-directory", ("remove", SP), ("mkdir", SP), ("write", SP + "/keep", b"keep me")),
    _sp("fifo", ("remove", SP), ("fifo", SP)),
    _sp("socket", ("remove", SP), ("socket", SP)),
    _sp("device", ("remove", SP), ("device", SP)),
    _sp(
        "dangling-link",
        ("remove", SP),
        ("link", SP, "{X}/nowhere.json"),
        kind="damaged|statepoint-missing",
    ),
    _sp("link-loop", ("remove", SP), ("link", SP, SP), kind="damaged|statepoint-unreadable"),
    _sp(
        "closed",
        ("mode", SP, 0),
        kind="unreadable",
        repair="rights",
        rights=True,
    ),
    _sp(
        "missing-next-is-junk",
        ("remove", SP),
        ("write", NEXT, JUNK),
        kind="missing",
        may=("statepoint-pending@V", "temporary-file@V"),
    ),
    _sp(
        "backup-only",
        ("rename", SP, BACKUP),
        kind="missing",
        may=("backup-file@V",),
        repair="always",
    ),
    _sp(
        "temporary-only",
        ("rename", SP, f"{{J}}/._{UUID}_signac_statepoint.json"),
        ("age", f"{{J}}/._{UUID}_signac_statepoint.json"),
        kind="missing",
        may=("temporary-file@V",),
        repair="always",
    ),
    _sp(
        "junk-and-backup",
        ("copy", BACKUP, SP),
        ("write", SP, JUNK),
        may=("backup-file@V",),
        repair="always",
    ),
    _sp(
        "junk-and-wrong-backup",
        ("write", SP, JUNK),
        ("copy", BACKUP, "{W}/{O}/signac_statepoint.json"),
        may=("backup-file@V",),
    ),
    Damage(
        "statepoint-pending",
        (("copy", NEXT, SP), ("write", SP, b'{"old": true, "a": 7}')),
        ("statepoint-pending@V",),
        repair="always",
        undone=(SP,),
    ),
    Damage(
        "statepoint-missing-and-pending",
        (("rename", SP, NEXT),),
        ("statepoint-pending@V",),
        repair="always",
    ),
    Damage(
        "statepoint-next-of-another",
        (("statepoint", NEXT, "G"),),
        ("statepoint-pending|temporary-file@V",),
    ),
    Damage(
        "statepoint-backup-left",
        (("copy", BACKUP, SP),),
        ("backup-file@V",),
    ),
    Damage(
        "peer-died-changing",
        (("rename", SP, BACKUP), ("rename", "{J}", "{W}/{G}")),
        ("statepoint-missing@G",),
        hurts="gone",
        repair="always",
        may=("backup-file@G",),
        adds=("G",),
        renames=(("G", "V"),),
    ),
)

DOCUMENTS = (
    _doc("empty", ("write", DOC, b"")),
    _doc("truncated", ("cut", DOC, 10)),
    _doc("junk", ("write", DOC, JUNK)),
    _doc("not-utf8", ("write", DOC, NOT_UTF8)),
    _doc("nul-bytes", ("nul", DOC)),
    _doc("list", ("write", DOC, b"[1, 2]")),
    _doc("number", ("write", DOC, b"7")),
    _doc("deep", ("write", DOC, DEEP)),
    _doc("long-number", ("write", DOC, LONG_INT)),
    _doc("dotted-key", ("write", DOC, DOTTED)),
    _doc("nested-dotted-key", ("write", DOC, b'{"x": 4, "m": [{"p.q": 1}]}')),
    _doc("twice", ("twice", DOC)),
    _doc("directory", ("remove", DOC), ("mkdir", DOC)),
    _doc("full-directory", ("remove", DOC), ("mkdir", DOC), ("write", DOC + "/keep", b"keep me")),
    _doc("fifo", ("remove", DOC), ("fifo", DOC)),
    _doc(
        "device",
        ("remove", DOC),
        ("device", DOC),
        kind="damaged|document-unreadable",
    ),
    # peer: there it reads as an empty document, and the next write replaces the link.
    _doc(
        "dangling-link",
        ("remove", DOC),
        ("link", DOC, "{X}/nowhere.json"),
        hurts="undocumented",
    ),
    _doc("link-loop", ("remove", DOC), ("link", DOC, DOC), kind="damaged|document-unreadable"),
    _doc("closed", ("mode", DOC, 0), kind="unreadable", repair="rights", rights=True),
    Damage(
        "document-peer-temporary",
        (
            ("write", f"{{J}}/._{UUID}_signac_job_document.json", b'{"x": 4, "new'),
            ("age", f"{{J}}/._{UUID}_signac_job_document.json"),
        ),
        ("temporary-file@V",),
    ),
    Damage(
        "document-own-temporary",
        (
            ("write", "{J}/._signac_0123456789abcdef_signac_job_document.json", b'{"x": 4}'),
            ("age", "{J}/._signac_0123456789abcdef_signac_job_document.json"),
        ),
        ("temporary-file@V",),
    ),
    Damage(
        "document-and-statepoint",
        (("write", SP, JUNK), ("write", DOC, JUNK)),
        ("statepoint-damaged@V", "document-damaged@V"),
        hurts="directory",
        repair="never",
    ),
)

PROJECT_FILES = (
    *(
        Damage(
            f"project-document-{name}",
            steps,
            ("document-damaged@-",),
            hurts="project-document",
            repair="never",
        )
        for name, steps in {
            "empty": (("write", PDOC, b""),),
            "junk": (("write", PDOC, JUNK),),
            "list": (("write", PDOC, b"[1]"),),
            "nul-bytes": (("nul", PDOC),),
            "directory": (("remove", PDOC), ("mkdir", PDOC)),
            "fifo": (("remove", PDOC), ("fifo", PDOC)),
        }.items()
    ),
    Damage(
        "project-document-closed",
        (("mode", PDOC, 0),),
        ("document-unreadable@-",),
        hurts="project-document",
        repair="rights",
        rights=True,
    ),
    Damage(
        "project-document-temporary",
        (
            ("write", f"{{P}}/._{UUID}_signac_project_document.json", b'{"x'),
            ("age", f"{{P}}/._{UUID}_signac_project_document.json"),
        ),
        ("temporary-file@-",),
    ),
    Damage(
        "project-store-junk",
        (("write", "{P}/signac_data.h5", JUNK),),
        ("store-damaged@-",),
        hurts="project-store",
        repair="never",
    ),
)

STORES = (
    _store("junk", ("write", H5, JUNK * 100)),
    _store(
        "truncated",
        ("cut", H5, 1000),
        finds=(),
        full=("store-damaged@V",),
        may=("store-damaged@V",),
    ),
    # peer: writing makes a store of an empty file, and of the target of a dangling link.
    _store("empty", ("write", H5, b""), hurts="no-store"),
    _store("nul-bytes", ("nul", H5)),
    _store("other-format", ("write", H5, b"PK\x03\x04" + bytes(300))),
    _store(
        "rotten-inside",
        ("overwrite", H5, 8, b"\xa5" * 90),
        finds=(),
        full=("store-damaged@V",),
        repair="none",
    ),
    _store("directory", ("remove", H5), ("mkdir", H5)),
    _store("fifo", ("remove", H5), ("fifo", H5)),
    _store("dangling-link", ("remove", H5), ("link", H5, "{X}/nowhere.h5"), hurts="no-store"),
    _store("closed", ("mode", H5, 0), kind="unreadable", repair="rights", rights=True),
    Damage(
        "store-extra-junk",
        (("write", "{J}/extra.h5", JUNK),),
        ("store-damaged@V",),
        hurts="extra-store",
        repair="never",
    ),
    Damage(
        "store-new-left",
        (
            ("copy", "{J}/._signac_0123456789abcdef.h5.new", H5),
            ("age", "{J}/._signac_0123456789abcdef.h5.new"),
        ),
        ("temporary-file@V",),
    ),
)
