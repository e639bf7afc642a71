"""What is meant to differ from the released signac on the command line, each with its reason."""

from interop.commands.differences import answers, changes, moving, settings, shell
from interop.commands.listing import Listed

LISTED: tuple[Listed, ...] = (
    *answers.LISTED,
    *changes.LISTED,
    *moving.LISTED,
    *settings.LISTED,
    *shell.LISTED,
)
