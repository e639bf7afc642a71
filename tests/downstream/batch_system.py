"""A batch system in one file: it keeps the scripts that are submitted, and lists them.

It is called under the names of the programs of Slurm, PBS and LSF, and speaks as they do. The
directory of the queue is in `BATCH_QUEUE`; a test runs the scripts when it wants.
"""

import json
import os
import re
import shutil
import stat
import sys
from pathlib import Path

NAME = re.compile(r'^#(?:SBATCH --job-name=|PBS -N |BSUB -J )"?([^"\n]+)"?$', re.MULTILINE)
PROGRAMS = {"slurm": ("sbatch", "squeue"), "pbs": ("qsub", "qstat"), "lsf": ("bsub", "bjobs")}


def install(directory: Path, system: str = "slurm") -> dict[str, str]:
    """Write the programs into a directory and return the environment variables that they need."""
    queue = directory / "queue"
    queue.mkdir(parents=True)
    for name in PROGRAMS[system]:
        program = directory / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -E "{__file__}" {name} "$@"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"BATCH_QUEUE": str(queue), "PATH": f"{directory}{os.pathsep}/usr/bin{os.pathsep}/bin"}


def queued(queue: Path) -> list[Path]:
    """Return the scripts in the queue in the order of their submission."""
    return sorted(queue.glob("*.sh"))


def name_of(script: Path) -> str:
    """Return the name that a script gives to itself."""
    found = NAME.search(script.read_text())
    assert found is not None, script.read_text()
    return found[1]


def submit(queue: Path, arguments: list[str]) -> str:
    """Keep a script; note the arguments beside it."""
    number = len(queued(queue)) + 1
    kept = queue / f"{number:04}.sh"
    shutil.copy(arguments[-1], kept)
    kept.with_suffix(".arguments").write_text(json.dumps(arguments[:-1]))
    return f"Submitted batch job {number}"


def as_slurm(queue: Path) -> str:
    """List as `squeue --format=%2t%100j`: the first script runs, the others wait."""
    return "\n".join(
        f"{'PD' if number else 'R ':<2}{name_of(script):<100}"
        for number, script in enumerate(queued(queue))
    )


def as_pbs(queue: Path) -> str:
    """List as `qstat -fx`; signac-flow looks for the name where PBS has the id."""
    jobs = "".join(
        f"<Job><Job_Id>{name_of(script)}</Job_Id>"
        f"<job_state>{'Q' if number else 'R'}</job_state></Job>"
        for number, script in enumerate(queued(queue))
    )
    return f'<?xml version="1.0"?><Data>{jobs}</Data>'


def as_lsf(queue: Path) -> str:
    """List as `bjobs -json`."""
    records = [
        {"JOBID": script.stem, "STAT": "PEND" if number else "RUN", "JOB_NAME": name_of(script)}
        for number, script in enumerate(queued(queue))
    ]
    return json.dumps({"COMMAND": "bjobs", "JOBS": len(records), "RECORDS": records})


def main() -> None:
    """Answer as the program whose name is the first argument."""
    program, arguments = sys.argv[1], sys.argv[2:]
    queue = Path(os.environ["BATCH_QUEUE"])
    listing = {"squeue": as_slurm, "qstat": as_pbs, "bjobs": as_lsf}
    print(listing[program](queue) if program in listing else submit(queue, arguments))


if __name__ == "__main__":
    main()
