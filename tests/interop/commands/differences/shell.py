"""Differences of `shell`."""

from interop.commands.listing import NOTHING, Listed

FAILED = "a failure has the exit code of a failure"
MAIN = "code runs as the main program, as with `python`"
WHOLE = "the whole of stdin is one program, as with `python -`"

LISTED = (
    Listed(
        "shell-command-name shell-command-argv shell-command-imports-main",
        {"stdout": r"\A(__main__|1|True)\n\Z"},
        MAIN,
    ),
    Listed("shell-file-main", {"stdout": r"\Amain \[0, 1, 2\]\n\Z"}, MAIN),
    Listed(
        "shell-command-raises shell-command-raises-after shell-command-debug-raises shell-file-bad",
        {"rc": "^1$"},
        FAILED,
    ),
    Listed(
        "shell-command-syntax shell-file-syntax shell-stdin-syntax",
        {"rc": "^1$", "stderr": r"^line:   File .*, line \d\n(.*\n)*line: SyntaxError: "},
        FAILED,
    ),
    Listed("shell-stdin-raises", {"rc": "^1$", "stdout": r"\A1\n\Z"}, WHOLE),
    Listed(
        "shell-stdin-block shell-stdin-block-blank shell-stdin-function",
        {"stdout": r"\A(0\n1\nend|1)\n\Z", "stderr": NOTHING},
        WHOLE,
    ),
    Listed(
        "shell-command-empty",
        {"stdout": NOTHING, "stderr": NOTHING, "tree": "shell_history: missing"},
        "no code is no code, and opens no prompt",
    ),
    Listed(
        "shell-typed-[!bo]* shell-typed-block shell-typed-one",
        {
            "stderr": (
                r"^line: Python <version>\nline: signac <version>\nline\n"
                r"line: Project:  <root>/place\n(line: Job:      [0-9a-f]{32}\n)?line: Size:     \d"
            ),
            "tree": r"\Aplace/.signac/shell_history: missing\Z",
        },
        "the prompt is introduced otherwise, and keeps a history of what is typed at a terminal",
    ),
)
