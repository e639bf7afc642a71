"""Filters: parsed once into frozen nodes, evaluated on plain values. Opens no file."""
