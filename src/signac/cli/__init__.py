"""The command line: the only code that prints, asks, or reads standard input."""

__all__: list[str] = []
