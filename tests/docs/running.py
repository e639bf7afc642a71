"""Run the blocks of a page as a reader would, in order, in one directory."""

import contextlib
import doctest
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.pages import PYTHON, ROOT, Block, example

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def matches(expected: str, got: str) -> bool:
    """Compare as doctest does: `...` stands for anything, runs of blanks are one."""
    return doctest.OutputChecker().check_output(expected, got, FLAGS)


def run_python(block: Block, namespace: dict[str, Any]) -> tuple[str, BaseException | None]:
    """Run one block as if it stood at its line of the page."""
    source = "\n" * block.line + block.text
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(source, block.page, "exec"), namespace)
        except Exception as error:
            return printed.getvalue(), error
    return printed.getvalue(), None


def run_shell(block: Block) -> tuple[str, BaseException | None]:
    """Run a block of commands; it ends at the first that fails."""
    search = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": search, "PYTHONWARNINGS": "error"},
    )
    if result.returncode:
        return result.stdout, AssertionError(f"exit code {result.returncode}\n{result.stderr}")
    return result.stdout, None


def run_session(block: Block, namespace: dict[str, Any]) -> None:
    """Run an interactive session and compare it line by line."""
    parser = doctest.DocTestParser()
    test = parser.get_doctest(block.text, namespace, block.page, block.page, block.line)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, out=report.append, clear_globs=False)
    namespace.update(test.globs)
    assert not runner.failures, "".join(report)


def check_blocks(found: list[Block]) -> int:
    """Run the blocks of one page in one namespace; return how many ran."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    ran = 0
    for index, block in enumerate(found):
        if not block.runs:
            continue
        ran += 1
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
            continue
        if block.language == "pycon":
            run_session(block, namespace)
            continue
        shell = block.language not in PYTHON
        printed, error = run_shell(block) if shell else run_python(block, namespace)
        here = f"{block.page}:{block.line}"
        following = found[index + 1] if index + 1 < len(found) else None
        if following is not None and following.language == "error":
            assert error is not None, f"{here}: no exception, the page shows one"
            got = f"{type(error).__name__}: {error}"
            assert matches(following.text, got + "\n"), f"{here}: raised\n{got}"
        elif error is not None:
            raise AssertionError(f"{here}: {type(error).__name__}: {error}") from error
        if following is not None and following.language == "output":
            assert matches(following.text, printed), f"{here}: printed\n{printed}"
    return ran


@contextlib.contextmanager
def example_at_hand(page: str) -> Iterator[None]:
    """Let the blocks of a page import the modules of the example that it names."""
    directory = example(page)
    if not directory:
        yield
        return
    path = str(ROOT / directory)
    sys.path.insert(0, path)
    try:
        yield
    finally:
        sys.path.remove(path)
        for name, module in list(sys.modules.items()):
            if os.path.dirname(getattr(module, "__file__", None) or "") == path:
                del sys.modules[name]
