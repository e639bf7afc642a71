"""JSON trees that live in files: dictionaries and lists whose changes are written at once."""
