"""A dashboard of the workflow, with all modules of signac-dashboard 0.7."""

import os

from project import Walks
from signac_dashboard import Dashboard
from signac_dashboard.modules import (
    DocumentEditor,
    DocumentList,
    FileList,
    FlowStatus,
    ImageViewer,
    Navigator,
    Notes,
    Schema,
    StatepointList,
    TextDisplay,
    VideoViewer,
)


class WalksDashboard(Dashboard):
    """Titles, subtitles and order of the jobs, as a user would set them."""

    def job_title(self, job):
        """Name the job by its parameters."""
        return f"seed {job.sp.seed}, length {job.sp['length']}"

    def job_subtitle(self, job):
        """Show the beginning of the id and the rank."""
        return f"{str(job)[:8]}, rank {job.doc.get('rank')}"

    def job_sorter(self, job):
        """Sort by length of the steps, then by seed."""
        return (job.cached_statepoint["length"], job.cached_statepoint["seed"])


def positions(job):
    """Return the walk as text."""
    if not job.isfile("walk.txt"):
        return "The walk has not begun."
    with open(job.fn("walk.txt")) as file:
        return "The walk was " + ", ".join(line.strip() for line in file) + "."


def about(project):
    """Say what the project is."""
    return f"{len(project)} walks in one dimension"


CONFIG = {
    "ACCESS_TOKEN": os.environ.get("DASHBOARD_TOKEN"),
    "PER_PAGE": 4,
    "CARDS_PER_ROW": 2,
    "SECRET_KEY": b"a test",
}
MODULES = [
    StatepointList(),
    DocumentList(max_chars=140),
    DocumentEditor(),
    FileList(),
    ImageViewer(),
    ImageViewer(context="ProjectContext", name="Project Images"),
    VideoViewer(),
    Notes(),
    Navigator(ignore=["steps"]),
    Schema(),
    TextDisplay(name="Walk", message=positions, markdown=False),
    TextDisplay(context="ProjectContext", name="About", message=about),
    FlowStatus(project_class="Walks"),
    DocumentList(context="ProjectContext", name="Project Document"),
]

if __name__ == "__main__":
    project = None if "DASHBOARD_PLAIN" in os.environ else Walks.get_project()
    WalksDashboard(config=CONFIG, project=project, modules=MODULES).main()
