"""What notebooks show of projects, searches, jobs and schemas.

Each page begins as that of the released signac does; what is added stands behind or between. A
page never raises: an error stands where its part would be. It changes nothing, follows no link out
of a job directory, and is small whatever it shows.
"""

from signac._analysis.html.job import job_html
from signac._analysis.html.jobs import jobs_html, search_html
from signac._analysis.html.project import project_html
from signac._analysis.html.schema import schema_html

__all__ = ["job_html", "jobs_html", "project_html", "schema_html", "search_html"]
