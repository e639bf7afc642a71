"""What must change no answer: times that were set back or ahead, and damage to disposable files."""

import gzip
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator

from freshness.actors import Actors
from freshness.ground import Ground, discard
from rawcheck import DOCUMENT, SCRATCH

Times = dict[str, tuple[int, int]]
TRICKS = ("restored", "past", "future", "none")
_DAY = 86400 * 10**9


def times(ground: Ground) -> Times:
    """Return access and modification times of workspace, jobs and documents."""
    found = {}
    for path in _stamped(ground):
        status = os.stat(path)
        found[path] = (status.st_atime_ns, status.st_mtime_ns)
    return found


def _stamped(ground: Ground) -> Iterator[str]:
    yield ground.workspace
    for name in sorted(os.listdir(ground.workspace)):
        if len(name) == 32:
            for path in (ground.job(name), os.path.join(ground.job(name), DOCUMENT)):
                if os.path.exists(path):
                    yield path


def set_times(ground: Ground, before: Times, trick: str) -> None:
    """Set modification times: as they were, or all to one moment in the past or the future."""
    if trick == "none":
        return
    now = time.time_ns()
    for path in _stamped(ground):
        if trick == "restored":
            # Only where it changed: a call of utime is itself a change that shows.
            if path in before and os.stat(path).st_mtime_ns != before[path][1]:
                os.utime(path, ns=before[path])
        else:
            # The same moment again and again, as a file system with coarse times would give.
            moment = (now - now % _DAY) + (_DAY * 3 if trick == "future" else -_DAY * 30)
            os.utime(path, ns=(moment, moment))
    ground.note(f"times: {trick}")


# Damage to disposable files.


def _segments(ground: Ground) -> list[str]:
    if not os.path.isdir(ground.index):
        return []
    names = sorted(os.listdir(ground.index))
    return [os.path.join(ground.index, name) for name in names]


def _one(ground: Ground) -> Iterator[str]:
    files = [path for path in _segments(ground) if os.path.isfile(path)]
    if files:
        yield ground.draw.choice(files)


def index_away(_: Actors, ground: Ground) -> str:
    discard(ground.index)
    return "index deleted"


def index_file_away(_: Actors, ground: Ground) -> str | None:
    for file in _one(ground):
        os.unlink(file)
        return f"{os.path.basename(file)} deleted"
    return None


def index_file_cut(_: Actors, ground: Ground) -> str | None:
    for file in _one(ground):
        size = os.path.getsize(file)
        os.truncate(file, ground.draw.choice((0, 1, size // 2, max(0, size - 1), size + 100)))
        return f"{os.path.basename(file)} of {size} bytes cut to {os.path.getsize(file)}"
    return None


def index_file_flipped(_: Actors, ground: Ground) -> str | None:
    for file in _one(ground):
        with open(file, "r+b") as stream:
            data = bytearray(stream.read())
            for _ in range(ground.draw.randrange(1, 4) if data else 0):
                data[ground.draw.randrange(len(data))] ^= 1 << ground.draw.randrange(8)
            stream.seek(0)
            stream.write(data)
        return f"bits of {os.path.basename(file)} flipped"
    return None


def index_file_directory(_: Actors, ground: Ground) -> str | None:
    for file in _one(ground):
        os.unlink(file)
        os.mkdir(file)
        return f"{os.path.basename(file)} is a directory"
    return None


def index_of_sibling(_: Actors, ground: Ground) -> str | None:
    assert ground.sibling is not None
    if not os.path.isdir(ground.sibling.index):
        return None
    discard(ground.index)
    shutil.copytree(ground.sibling.index, ground.index)
    return "index of the sibling"


def index_kept(_: Actors, ground: Ground) -> str | None:
    """Keep a copy of the index for later."""
    if not os.path.isdir(ground.index):
        return None
    discard(ground.path + ".index")
    shutil.copytree(ground.index, ground.path + ".index")
    return "index copied for later"


def index_of_before(_: Actors, ground: Ground) -> str | None:
    """Put back the index of some time ago, as a restored backup has it."""
    if not os.path.isdir(ground.path + ".index"):
        return None
    discard(ground.index)
    shutil.copytree(ground.path + ".index", ground.index)
    return "old index put back"


def cache_ours(actors: Actors, ground: Ground) -> str | None:
    if not ground.truth().is_healthy:
        return None
    actors.ours(ground, ground.draw.choice(("same", "other", "process")), "update_cache")
    ground.cache_is_sound = True
    return "update_cache of ours"


def cache_theirs(actors: Actors, ground: Ground) -> str | None:
    truth = ground.truth()
    # The peer counts links that lead nowhere, files and <id>.bak among the jobs, and raises.
    others = set(os.listdir(ground.workspace)) - truth.jobs.keys() - {SCRATCH}
    if others or not truth.is_healthy:
        return None
    actors.theirs(ground, "update_cache")
    return "update_cache of the peer"


def cache_junk(_: Actors, ground: Ground) -> str:
    with open(ground.cache, "wb") as file:
        file.write(ground.draw.choice((b"", b"junk", gzip.compress(b"{"), gzip.compress(b"[1]"))))
    ground.cache_is_sound = False
    return "junk in the cache file"


def cache_poisoned(_: Actors, ground: Ground) -> str:
    """Let the cache file give to each job the state point of another, and jobs that are none."""
    entries = {id_: {"a": 3, "s": "p0", "poison": True} for id_ in ground.known}
    with open(ground.cache, "wb") as file:
        file.write(gzip.compress(json.dumps(entries).encode()))
    ground.cache_is_sound = False
    return "wrong entries in the cache file"


DISTURBANCES: tuple[Callable[[Actors, Ground], str | None], ...] = (
    index_away,
    index_file_away,
    index_file_cut,
    index_file_flipped,
    index_file_directory,
    index_of_sibling,
    index_kept,
    index_of_before,
    cache_ours,
    cache_theirs,
    cache_junk,
    cache_poisoned,
)
