"""Damage of directories, of the workspace and of what the library derives, as data."""

from typing import Any

from damage.damages import CACHE, INDEX, JUNK, SP, Damage

WHOLE = "{J}"
GHOST = "{W}/{G}"


def _dir(name: str, *steps: tuple[Any, ...], finds: tuple[str, ...], **rest: Any) -> Damage:
    return Damage(f"directory-{name}", steps, finds, **{"repair": "never", **rest})


def _at(name: str, *steps: tuple[Any, ...], finds: tuple[str, ...], **rest: Any) -> Damage:
    return Damage(f"workspace-{name}", steps, finds, **rest)


def _cache(name: str, *steps: tuple[Any, ...], kind: str = "damaged", **rest: Any) -> Damage:
    rest = {"finds": (f"cache-{kind}@-",), "needs": "cache", **rest}
    return Damage(f"cache-{name}", steps, **rest)


def _index(name: str, *steps: tuple[Any, ...], kind: str = "damaged", **rest: Any) -> Damage:
    rest = {"finds": (f"index-{kind}@-",), "needs": "index", **rest}
    return Damage(f"index-{name}", steps, **rest)


DIRECTORIES = (
    _dir(
        "closed",
        ("mode", WHOLE, 0),
        finds=("directory-unreadable@V",),
        hurts="directory",
        repair="rights",
        rights=True,
    ),
    _dir(
        "not-to-be-entered",
        ("mode", WHOLE, 0o444),
        finds=("directory-unreadable|statepoint-unreadable@V",),
        may=("document-unreadable@V", "store-unreadable@V"),
        hurts="directory",
        repair="rights",
        rights=True,
    ),
    _dir(
        "not-to-be-listed",
        ("mode", WHOLE, 0o311),
        finds=("directory-unreadable@V",),
        repair="rights",
        rights=True,
    ),
    _dir("file", ("write", GHOST, b"precious"), finds=("job-not-directory@G",)),
    _dir("empty-file", ("write", GHOST, b""), finds=("job-not-directory@G",)),
    _dir("fifo", ("fifo", GHOST), finds=("job-not-directory@G",)),
    _dir("socket", ("socket", GHOST), finds=("job-not-directory@G",)),
    _dir(
        "file-in-place",
        ("rename", WHOLE, "{X}/moved"),
        ("write", WHOLE, b"precious"),
        finds=("job-not-directory@V",),
        hurts="gone",
    ),
    _dir("dangling-link", ("link", GHOST, "{X}/nowhere"), finds=("job-link-broken@G",)),
    _dir(
        "link-loop",
        ("link", GHOST, GHOST),
        finds=("job-link-broken@G",),
    ),
    _dir(
        "link-to-file",
        ("write", "{X}/file", b"precious"),
        ("link", GHOST, "{X}/file"),
        finds=("job-not-directory|job-link-broken@G",),
    ),
    _dir(
        "link-to-elsewhere",
        ("mkdir", "{X}/elsewhere"),
        ("write", "{X}/elsewhere/keep", b"keep me"),
        ("link", GHOST, "{X}/elsewhere"),
        ("age", GHOST),
        finds=("statepoint-missing@G",),
        adds=("G",),
    ),
    _dir(
        "link-to-workspace",
        ("link", GHOST, "."),
        ("age", GHOST),
        finds=("statepoint-missing@G",),
        adds=("G",),
    ),
    _dir(
        "link-to-a-job",
        ("link", GHOST, "{V}"),
        finds=("statepoint-mismatch@G",),
        adds=("G",),
    ),
    _dir(
        "moved-with-dangling-link",
        ("rename", WHOLE, "{X}/moved"),
        ("link", WHOLE, "{X}/nowhere"),
        finds=("job-link-broken@V",),
        hurts="gone",
    ),
    _dir(
        "empty",
        ("mkdir", GHOST),
        ("age", GHOST),
        finds=("statepoint-missing@G",),
        adds=("G",),
    ),
    _dir(
        "only-a-document",
        ("mkdir", GHOST),
        ("write", GHOST + "/signac_job_document.json", b'{"x": 4}'),
        finds=("statepoint-missing@G",),
        adds=("G",),
    ),
    _dir(
        "copied-to-another-id",
        ("copytree", GHOST, WHOLE),
        finds=("statepoint-mismatch@G",),
        adds=("G",),
    ),
    _dir(
        "renamed-to-zeros",
        ("rename", WHOLE, "{W}/{Z}"),
        finds=("statepoint-mismatch@Z",),
        hurts="gone",
        adds=("Z",),
        repair="always",
        renames=(("Z", "V"),),
    ),
    _dir(
        "renamed-to-zeros-and-made-again",
        ("rename", WHOLE, "{W}/{Z}"),
        ("mkdir", WHOLE),
        ("copy", SP, "{W}/{Z}/signac_statepoint.json"),
        finds=("statepoint-mismatch@Z",),
        hurts="undocumented",
        adds=("Z",),
    ),
    _dir(
        "renamed-to-another-id",
        ("rename", WHOLE, GHOST),
        finds=("statepoint-mismatch@G",),
        hurts="gone",
        adds=("G",),
        repair="known",
        renames=(("G", "V"),),
    ),
    _dir(
        "renamed-to-another-id-and-empty",
        ("rename", WHOLE, GHOST),
        ("write", GHOST + "/signac_statepoint.json", b""),
        finds=("statepoint-damaged@G",),
        hurts="gone",
        adds=("G",),
    ),
    _dir(
        "renamed-to-upper-case",
        ("rename", WHOLE, "{W}/{UPPER}"),
        finds=("wrong-name@-",),
        hurts="gone",
        repair="none",
    ),
    _dir(
        "renamed-to-bak",
        ("rename", WHOLE, "{W}/{V}.bak"),
        finds=("wrong-name@-",),
        hurts="gone",
        repair="none",
    ),
    _dir(
        "copied-to-bak",
        ("copytree", "{W}/{V}.bak", WHOLE),
        finds=("wrong-name@-",),
        repair="none",
    ),
    _dir(
        "copied-to-33-digits",
        ("copytree", "{W}/{V}0", WHOLE),
        finds=("wrong-name@-",),
        repair="none",
    ),
    _dir(
        "copied-to-31-digits",
        ("copytree", "{W}/{SHORT}", WHOLE),
        finds=("wrong-name|stray-entry@-",),
        repair="none",
    ),
    _dir(
        "swapped-with-another",
        ("rename", WHOLE, "{X}/moved"),
        ("rename", "{W}/{O}", WHOLE),
        ("rename", "{X}/moved", "{W}/{O}"),
        finds=("statepoint-mismatch@V", "statepoint-mismatch@O"),
        hurts="both",
    ),
)

WORKSPACE = (
    _at("stray-file", ("write", "{W}/notes.txt", b"keep me"), finds=("stray-entry@-",)),
    _at(
        "stray-directory",
        ("mkdir", "{W}/notes"),
        ("write", "{W}/notes/a", b"keep me"),
        finds=("stray-entry@-",),
    ),
    _at("hidden-file", ("write", "{W}/.notes", b"keep me"), finds=("stray-entry@-",)),
    _at("stray-fifo", ("fifo", "{W}/pipe"), finds=("stray-entry@-",)),
    _at("odd-name", ("write", "{W}/\udcff\n\x1b[31m", b"keep me"), finds=("stray-entry@-",)),
    _at(
        "scratch-of-a-dead-process",
        ("write", "{W}/.signac_scratch/0123456789abcdef.signac_job_document.json", b'{"x":'),
        ("mkdir", "{W}/.signac_scratch/0123456789abcdee.{G}.new"),
        finds=(),
        may=("scratch-leftover@-",),
    ),
    _at(
        "scratch-cleared-files",
        ("mkdir", "{W}/.signac_scratch/0123456789abcdef.{G}.clear"),
        ("write", "{W}/.signac_scratch/0123456789abcdef.{G}.clear/data", b"keep me"),
        finds=("scratch-leftover@-",),
    ),
    _at(
        "scratch-is-a-file",
        ("discard", "{W}/.signac_scratch"),
        ("write", "{W}/.signac_scratch", b"keep me"),
        finds=("scratch-blocked@-",),
        repair="always",
        hurts="writes",
    ),
    _at(
        "quarantine-junk",
        ("mkdir", "{W}/.signac_quarantine/junk"),
        ("write", "{W}/.signac_quarantine/junk/notes.jsonl", JUNK),
        ("write", "{W}/.signac_quarantine/more", b"keep me"),
        finds=(),
        may=("stray-entry@-",),
    ),
    _at(
        "quarantine-is-a-file",
        ("write", "{W}/.signac_quarantine", b"keep me"),
        finds=(),
        may=("stray-entry@-",),
        repair="blocked",
    ),
)

DERIVED = (
    _cache("empty", ("write", CACHE, b"")),
    _cache("truncated", ("cut", CACHE, 100)),
    _cache(
        "without-its-end",
        ("cut", CACHE, -4),
        finds=(),
        full=("cache-damaged@-",),
        may=("cache-damaged@-",),
    ),
    _cache("junk", ("write", CACHE, JUNK)),
    _cache(
        "of-a-list",
        ("gzip", CACHE, [1, 2]),
        finds=(),
        full=("cache-damaged@-",),
        may=("cache-damaged@-",),
    ),
    _cache(
        "of-junk",
        ("gzip", CACHE, None, JUNK),
        finds=(),
        full=("cache-damaged@-",),
        may=("cache-damaged@-",),
    ),
    _cache(
        "of-deep",
        ("gzip", CACHE, None, b"[" * 100_000),
        finds=(),
        full=("cache-damaged@-",),
        may=("cache-damaged@-",),
    ),
    _cache("directory", ("discard", CACHE), ("mkdir", CACHE), hurts="cache"),
    _cache("fifo", ("discard", CACHE), ("fifo", CACHE)),
    _cache("closed", ("mode", CACHE, 0), rights=True, hurts="cache"),
    _cache(
        "wrong", ("wrong-cache", CACHE), finds=(), full=("cache-wrong@-",), may=("cache-wrong@-",)
    ),
    _cache("of-jobs-that-are-gone", ("old-cache", CACHE), finds=(), may=("cache-wrong@-",)),
    _index("manifest-deleted", ("remove", INDEX + "/manifest"), finds=(), may=("index-damaged@-",)),
    _index("manifest-truncated", ("cut", INDEX + "/manifest", 30)),
    _index("manifest-junk", ("write", INDEX + "/manifest", JUNK)),
    _index("manifest-empty", ("write", INDEX + "/manifest", b"")),
    _index("manifest-fifo", ("remove", INDEX + "/manifest"), ("fifo", INDEX + "/manifest")),
    _index("manifest-directory", ("remove", INDEX + "/manifest"), ("mkdir", INDEX + "/manifest")),
    _index("segments-deleted", ("each", INDEX, "remove")),
    _index("segments-truncated", ("each", INDEX, "cut", 200)),
    _index("segments-empty", ("each", INDEX, "cut", 0)),
    _index("segments-junk", ("each", INDEX, "write", JUNK * 50)),
    _index("segments-fifos", ("each", INDEX, "remove-and", "fifo")),
    _index("segments-directories", ("each", INDEX, "remove-and", "mkdir")),
    _index(
        "segments-rotten",
        ("each", INDEX, "overwrite", 40, b"\xa5" * 3),
        finds=(),
        full=("index-damaged@-",),
        may=("index-damaged@-",),
    ),
    _index(
        "of-another-project",
        ("foreign-index", INDEX),
        finds=(),
        may=("index-wrong@-", "index-damaged@-"),
    ),
    _index("wrong", ("wrong-index", INDEX), finds=(), full=("index-wrong@-",), lies=True),
    _index("file-in-place", ("discard", INDEX), ("write", INDEX, b"")),
    _index("dangling-link", ("discard", INDEX), ("link", INDEX, "{X}/nowhere")),
    _index(
        "stray-files",
        ("write", INDEX + "/0123456789abcdef.tmp", b"x"),
        ("write", INDEX + "/n", b"x"),
        finds=(),
        may=("index-damaged@-", "scratch-leftover@-", "temporary-file@-"),
    ),
    _index("closed", ("mode", INDEX, 0), rights=True),
    _index("segments-closed", ("each", INDEX, "mode", 0), rights=True),
    Damage("moves-junk", (("write", "{S}/moves.log", JUNK * 9 + b"\n\n1 2 3\n"),), ()),
    Damage("moves-directory", (("mkdir", "{S}/moves.log"),), ()),
    Damage("moves-fifo", (("fifo", "{S}/moves.log"),), ()),
    # The next opening takes those of this machine away; those of others may be in use.
    Damage(
        "locks-of-dead-processes",
        (
            ("mkdir", "{S}/locks"),
            ("write", "{S}/locks/0123456789abcdef-01234567.lock", b"junk"),
            ("age", "{S}/locks/0123456789abcdef-01234567.lock"),
        ),
        (),
        may=("lock-leftover@-",),
    ),
    Damage(
        "locks-of-another-host",
        (
            ("mkdir", "{S}/locks"),
            ("write", "{S}/locks/0123456789abcdef-01234567.lock", b'{"host": "elsewhere"}'),
            ("age", "{S}/locks/0123456789abcdef-01234567.lock"),
        ),
        (),
        may=("lock-leftover@-",),
    ),
    Damage(
        "check-junk",
        (("mkdir", "{S}/check"), ("write", "{S}/check/junk", JUNK)),
        (),
        may=("temporary-file@-", "scratch-leftover@-", "stray-entry@-"),
    ),
    Damage("check-is-a-file", (("write", "{S}/check", JUNK),), (), may=("temporary-file@-",)),
    Damage(
        "peer-cache-temporary",
        (("write", CACHE + "~", JUNK), ("age", CACHE + "~")),
        ("temporary-file|backup-file@-",),
    ),
    Damage(
        "user-config-junk",
        (("write", "{H}/.signacrc", b"= = [\n\xff"),),
        ("user-config-damaged@-",),
    ),
    Damage(
        "user-config-empty",
        (("write", "{H}/.signacrc", b""),),
        (),
    ),
)
