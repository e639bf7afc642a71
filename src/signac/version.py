"""The version of the package and of the on-disk format it reads and writes."""

__all__ = ["SCHEMA_VERSION", "__version__"]

__version__ = "3.0.0.dev0"

#: Version of the project layout. The released signac 2.x writes the same number.
SCHEMA_VERSION = 2
