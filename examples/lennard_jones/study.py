"""Run the study: a Lennard-Jones fluid at several temperatures and densities.

    python examples/lennard_jones/study.py [--path DIR] [--quick]

Each job runs in its own process, on all cores. Stop it whenever you like, with Ctrl-C or harder:
the same command carries on, and only the jobs that are missing run.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
from averages import block_means, standard_error
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from sampler import Run, Settings, simulate
from workers import in_processes

import signac

DEFAULT_PATH = Path(__file__).resolve().parent / "run"


def sweep(*, quick: bool = False) -> signac.Sweep:
    """Return the state points of the study."""
    if quick:
        return signac.grid(T=[2.0], rho=[0.1, 0.3, 0.5], **system(64, 2.5, 800)).seeds(2, "replica")
    densities = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    isotherms = (
        signac.grid(T=[2.0, 1.35], rho=densities)
        + signac.grid(T=[0.9], rho=[0.009, 0.78, 0.82, 0.86])  # one phase, and NIST has values
        + signac.grid(T=[0.9], rho=[0.2, 0.4, 0.6])  # gas and liquid together
    )
    runs = isotherms * signac.grid(**system(256, 3.0, 4800))
    for number in (128, 500):  # what the size of the system does, near the critical point
        runs += signac.grid(T=[1.35], rho=[0.5], **system(number, 3.0, 4800))
    return runs.seeds(3, "replica")


def system(number: int, cutoff: float, steps: int) -> dict[str, list]:
    """Return axes of one value each: the system and the length of its runs."""
    return {"N": [number], "cutoff": [cutoff], "steps": [steps]}


def run_job(path: str, job_id: str) -> None:
    """Simulate one job and store everything it found; the document is written last."""
    project = signac.get_project(path)
    job = project.open_job(id=job_id)
    job.clear()  # whatever an interrupted run has left
    sp = job.sp()
    settings = Settings(sp["N"], sp["T"], sp["rho"], sp["cutoff"], sp["steps"])
    started = time.perf_counter()
    run = simulate(settings, np.random.default_rng(int(job.id, 16)))
    seconds = time.perf_counter() - started
    store_arrays(job, run)
    with job.doc.transaction() as doc:
        doc.update(summary(run))
        doc["seconds"] = round(seconds, 3)
        doc["finished"] = True


def store_arrays(job: signac.job.Job, run: Run) -> None:
    """Keep the time series, their block averages, g(r) and the last configuration."""
    with job.data:
        job.data["series/energy"] = run.energy
        job.data["series/pressure"] = run.pressure
        job.data["series/work"] = run.work
        job.data["series/accepted"] = run.accepted
        job.data["blocks/energy"] = block_means(run.energy)
        job.data["blocks/pressure"] = block_means(run.pressure)
        job.data["structure/radius"] = run.radius
        job.data["structure/g"] = run.radial_distribution
        job.data["positions"] = run.positions


def summary(run: Run) -> dict[str, float]:
    """Return the averages with their standard errors, and what tells whether the run is sound."""
    weight = np.exp(-run.work)  # its exact mean is 1
    return {
        "pressure": float(run.pressure.mean()),
        "pressure_error": standard_error(block_means(run.pressure)),
        "energy": float(run.energy.mean()),
        "energy_error": standard_error(block_means(run.energy)),
        "acceptance": run.acceptance,
        "time_step": run.time_step,
        "boltzmann": float(weight.mean()),
        "boltzmann_error": standard_error(block_means(weight)),
    }


def run_missing(project: signac.Project, *, quick: bool, console: Console) -> int:
    """Create the jobs of the sweep, run those that are not finished, and return the exit code."""
    jobs = project.create_jobs(sweep(quick=quick))
    # Large systems first, so that no core is left with a long job at the end.
    todo = sorted(
        (job for job in jobs if not job.doc.get("finished")),
        key=lambda job: -job.sp.N,
    )
    done = len(jobs) - len(todo)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    console.print(
        f"{len(jobs)} jobs, {done} of them finished; running {len(todo)} on {cores} cores"
    )
    failed = {}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("simulating", total=len(jobs), completed=done)
        calls = [(project.path, job.id) for job in todo]
        for (_, job_id), exit_code in in_processes(run_job, calls, cores or 1):
            if exit_code:
                failed[job_id] = exit_code
                progress.update(task, description=f"simulating ([red]{len(failed)} failed[/])")
            else:
                progress.advance(task)
    for job_id, exit_code in failed.items():
        path = project.open_job(id=job_id).path
        console.print(f"[red]failed[/] with exit code {exit_code}: {path}", soft_wrap=True)
    if failed:
        console.print("run the same command again to repeat these")
    return 1 if failed else 0


def main(arguments: list[str] | None = None) -> int:
    """Run the study from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--path", type=Path, default=DEFAULT_PATH, help="project directory")
    parser.add_argument("--quick", action="store_true", help="six tiny jobs, a few seconds")
    options = parser.parse_args(arguments)
    # One thread for each process: all cores have a job of their own.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    console = Console()
    project = signac.init_project(options.path)
    try:
        return run_missing(project, quick=options.quick, console=console)
    except KeyboardInterrupt:
        finished = len(project.find_jobs({"doc.finished": True}))
        console.print(f"stopped with {finished} jobs finished; the same command carries on")
        return 130


if __name__ == "__main__":
    sys.exit(main())
