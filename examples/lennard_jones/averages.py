"""Averages of correlated time series and their standard errors."""

from collections.abc import Iterable, Sequence

import numpy as np

BLOCKS = 10  # of each run: blocks must be long beside the correlation time of the series


def block_means(series: np.ndarray, blocks: int = BLOCKS) -> np.ndarray:
    """Return the means of consecutive blocks of equal length; entries left over are the first."""
    if len(series) < blocks:
        raise ValueError(f"{len(series)} entries cannot make {blocks} blocks")
    length = len(series) // blocks
    return np.asarray(series)[-length * blocks :].reshape(blocks, length).mean(axis=1)


def standard_error(means: np.ndarray) -> float:
    """Return the standard error of the mean of independent values."""
    return float(np.std(means, ddof=1) / np.sqrt(len(means)))


def combine(values: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """Return the mean of equally long independent runs and its standard error."""
    count = len(values)
    return float(np.mean(values)), float(np.sqrt(np.sum(np.square(errors))) / count)


def reduced_chi_square(groups: Iterable[tuple[Sequence[float], Sequence[float]]]) -> float:
    """Compare the scatter of replicas with their own errors: about 1 when the errors are honest.

    Parameters
    ----------
    groups
        For each state the values of its replicas and their standard errors.
    """
    total, freedom = 0.0, 0
    for values, errors in groups:
        scatter = np.square(np.asarray(values) - np.mean(values)).sum()
        total += float(scatter / np.mean(np.square(errors)))
        freedom += len(values) - 1
    return total / freedom if freedom else float("nan")
