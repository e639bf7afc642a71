"""A workflow without aggregates, so that the status can show parameters."""

import logging

from flow import FlowProject, classlabel, staticlabel
from flow.util.misc import redirect_log

logger = logging.getLogger("heating")


class Heating(FlowProject):
    """One operation, and labels that are methods."""

    limit = 3

    @staticlabel()
    def even(job):  # noqa: N805
        """Tell if the seed is even."""
        return job.sp.seed % 2 == 0

    @classlabel()
    def hot(cls, job):  # noqa: N805
        """Tell if the rank is over a limit of the class."""
        return job.doc.get("rank", 0) > cls.limit


@Heating.post.true("heat")
@Heating.operation
def heat(job):
    """Heat, and write a log into the job directory."""
    with redirect_log(job, logger=logger):
        logger.warning("heating %s", job.id)
    job.doc.heat = {"degrees": 300 + job.sp.seed, "by": [str(job), repr(job.sp.length)]}


if __name__ == "__main__":
    Heating().main()
