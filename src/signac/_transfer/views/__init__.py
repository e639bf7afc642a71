"""Directories of links that lead to jobs."""
