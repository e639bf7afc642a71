"""Every name that the on-disk format fixes, and those the library adds beside it.

The first group is a promise to other programs (the released signac reads and writes the same
names). The second group can be deleted at any moment without losing anything, except for
`STATEPOINT_NEXT`, which holds the new state point while a change is under way, and `QUARANTINE`.
"""

from __future__ import annotations

import os

__all__ = [
    "CHANGES",
    "CHECKPOINT",
    "CONFIG",
    "DOCUMENT",
    "INDEX",
    "MOVES_LOG",
    "PROJECT_DOCUMENT",
    "QUARANTINE",
    "SCRATCH",
    "SIGNAC_DIRECTORY",
    "STATEPOINT",
    "STATEPOINT_CACHE",
    "STATEPOINT_NEXT",
    "STORE_DATA",
    "STORE_SUFFIX",
    "TEMPORARY_PREFIX",
    "TRANSFERS",
    "USER_CONFIG",
    "WORKSPACE",
]

SIGNAC_DIRECTORY = ".signac"
CONFIG = os.path.join(SIGNAC_DIRECTORY, "config")
STATEPOINT_CACHE = os.path.join(SIGNAC_DIRECTORY, "statepoint_cache.json.gz")
USER_CONFIG = ".signacrc"
WORKSPACE = "workspace"
STATEPOINT = "signac_statepoint.json"
DOCUMENT = "signac_job_document.json"
PROJECT_DOCUMENT = "signac_project_document.json"
STORE_DATA = "signac_data"
STORE_SUFFIX = ".h5"

#: Holds job directories being built, temporary files and trash, on the workspace's file system.
#: peer: must not begin with 32 hexadecimal digits, those count as jobs there.
SCRATCH = ".signac_scratch"
#: What repairs moved or replaced: the only one of these names that holds data.
QUARANTINE = ".signac_quarantine"
#: The new state point of a job whose directory is being renamed.
STATEPOINT_NEXT = STATEPOINT + ".next"
#: What is known of the jobs, for searches.
INDEX = os.path.join(SIGNAC_DIRECTORY, "index")
#: How far a long check came.
CHECKPOINT = os.path.join(SIGNAC_DIRECTORY, "check", "progress.json")
#: Journals of changes of many state points; with them goes what undoes these changes.
CHANGES = os.path.join(SIGNAC_DIRECTORY, "changes")
#: Notes of transfers that did not come to their end.
TRANSFERS = os.path.join(SIGNAC_DIRECTORY, "transfers")
MOVES_LOG = os.path.join(SIGNAC_DIRECTORY, "moves.log")
#: Begins the name of a temporary file that lies beside its target, where there is no scratch.
TEMPORARY_PREFIX = "._signac_"
