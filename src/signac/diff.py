"""What tells jobs apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac._analysis.diff import diff_statepoints

if TYPE_CHECKING:
    from signac.job import Job

__all__ = ["diff_jobs"]


def diff_jobs(*jobs: Job) -> dict[str, dict[str, Any]]:
    """Return for each job the part of its state point that is not the same in all of the jobs.

    Parameters
    ----------
    *jobs : Job
        The jobs, which need not be initialised.

    Returns
    -------
    dict
        From id to a nested dictionary of keys and values. Lists appear as tuples. Values are the
        same if they are stored as the same text, so ``1``, ``1.0`` and ``True`` differ.

    Examples
    --------
    >>> import signac
    >>> with signac.TemporaryProject() as project:
    ...     cold = project.open_job({"T": 0.9, "box": {"L": 5, "periodic": True}})
    ...     warm = project.open_job({"T": 1.2, "box": {"L": 6, "periodic": True}})
    ...     for difference in signac.diff_jobs(cold, warm).values():
    ...         print(difference)
    {'T': 0.9, 'box': {'L': 5}}
    {'T': 1.2, 'box': {'L': 6}}
    """
    parts = diff_statepoints([job.statepoint() for job in jobs])
    return {job.id: part for job, part in zip(jobs, parts, strict=True)}
