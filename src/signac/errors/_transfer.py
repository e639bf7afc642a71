"""Errors of what moves many jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signac.errors._base import Error

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TransferError"]

#: So many jobs are named in the message.
_MOST_SHOWN = 10


class TransferError(Error, OSError):
    """Some jobs could not be exported, imported, copied or synchronised; all others were.

    Attributes
    ----------
    failed : dict of str to Exception
        What happened, by job id, or by path where there is no id.
    job_ids : list of str
        The keys of `failed`.
    errno : int or None
        The number of the first error of the system among them.
    """

    kind = "transfer"

    def __init__(self, failed: Mapping[str, Exception]) -> None:
        self.failed = dict(failed)
        self.job_ids = list(self.failed)
        super().__init__(self.failed)
        numbers = (getattr(error, "errno", None) for error in self.failed.values())
        self.errno = next((number for number in numbers if number is not None), None)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.failed,)

    def _text(self) -> str:
        shown = [f"{name}: {error}" for name, error in [*self.failed.items()][:_MOST_SHOWN]]
        if len(self.failed) > len(shown):
            shown.append(f"and {len(self.failed) - len(shown)} more, see .failed of this error")
        number = "1 job" if len(self.failed) == 1 else f"{len(self.failed)} jobs"
        return (
            f"{number} could not be transferred, all others were: {'; '.join(shown)}. "
            "Mend the cause and run the same call again"
        )
