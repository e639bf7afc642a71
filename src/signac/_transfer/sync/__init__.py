"""Synchronise jobs and projects: compare, plan, apply."""
