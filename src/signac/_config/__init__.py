"""Configuration files: ``<project>/.signac/config`` over ``~/.signacrc``."""
