"""Schemas of projects; `Project.detect_schema` makes them."""

from __future__ import annotations

from signac._analysis.schema import ProjectSchema

__all__ = ["ProjectSchema"]

# peer: this is the name in pickles and documentation.
ProjectSchema.__module__ = __name__
