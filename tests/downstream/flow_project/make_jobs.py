"""Make the jobs of the study."""

import os

import signac

project = signac.init_project(os.path.dirname(os.path.abspath(__file__)))
for seed in range(3):
    for length in (0.5, 1.0):
        job = project.open_job(
            {"seed": seed, "length": length, "steps": 3 + seed + int(length)}
        ).init()
        job.doc.todo = True
        job.doc.rank = int(2 * seed + length)
print(len(project), "jobs")
