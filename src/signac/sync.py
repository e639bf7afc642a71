"""Synchronise jobs and projects: copy what is new, decide what differs, delete nothing."""

from __future__ import annotations

from signac._transfer.sync.jobs import sync_jobs
from signac._transfer.sync.plan import SyncPlan
from signac._transfer.sync.projects import plan_sync, sync_projects
from signac._transfer.sync.rules import DocSync, FileSync, FileTransferStats

__all__ = [
    "DocSync",
    "FileSync",
    "FileTransferStats",
    "SyncPlan",
    "plan_sync",
    "sync_jobs",
    "sync_projects",
]
