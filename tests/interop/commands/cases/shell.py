"""`shell`: programs in an option, in a file, on stdin, and typed."""

from interop.commands.case import Line, case, each

JOB = "workspace/7f9fb369851609ce9cb91404549393f3"
ALL = "print(sorted(j.sp.a for j in jobs), job)"


def command(code: str, rest: str = "") -> str:
    """Return a command line that runs the code."""
    return f"shell -c '{code}' {rest}".rstrip()


CASES = [
    *each(
        "shell-command",
        "plain",
        {
            "print": command("print(1)"),
            "long": "shell --command 'print(1)'",
            "abbreviated": "shell --com 'print(1)'",
            "project": command("print(str(project), len(project))"),
            "same-project": command("print(pr is project)"),
            "job": command("print(job)"),
            "jobs": command(ALL),
            "jobs-once": command("print(len(list(jobs)), len(list(jobs)))"),
            "jobs-next": command("print(type(next(jobs)).__name__)"),
            "signac": command("print(signac.__name__, signac.Project is type(project))"),
            "names": command('print(sorted(n for n in dir() if not n.startswith("_")))'),
            "name": command("print(__name__)"),
            "lines": "shell -c 'for i in range(2):\n    print(i)\n'",
            "semicolon": command("import os; print(os.path.basename(os.getcwd()))"),
            "empty": "shell -c ''",
            "expression": command("1 + 1"),
            "raises": command("raise ValueError(1)"),
            "raises-after": command("print(1); raise ValueError(1)"),
            "syntax": command("print("),
            "exit": command("import sys; sys.exit()"),
            "exit-0": command("import sys; sys.exit(0)"),
            "exit-3": command("import sys; sys.exit(3)"),
            "exit-words": command('import sys; sys.exit("words")'),
            "exit-builtin": command("exit(4)"),
            "stdout-stderr": command("import sys; print(1); print(2, file=sys.stderr)"),
            "stdin": Line(command("print(input())"), stdin="typed\n"),
            "argv": command("import sys; print(len(sys.argv))"),
            "filter": command(ALL, "-f b 1"),
            "filter-long": command(ALL, "--filter b 1"),
            "filter-one": command(ALL, "-f a 1"),
            "filter-none": command(ALL, "-f a 99"),
            "filter-json": command(ALL, "-f '{\"b\": 1}'"),
            "filter-bad": command(ALL, "-f a.$foo 1"),
            "job-option": command(ALL, "-j <p0>"),
            "job-option-two": command(ALL, "-j <p0> <p1:4>"),
            "job-option-long": command(ALL, "--job-id <p0:5>"),
            "job-option-unknown": command(ALL, "-j zz"),
            "job-and-filter": command(ALL, "-j <p0> -f a 0"),
            "in-job": Line(command(ALL), cwd=JOB),
            "in-job-selected": Line(command(ALL, "-j <p1>"), cwd=JOB),
            "in-job-two": Line(command(ALL, "-j <p1> <p2>"), cwd=JOB),
            "in-job-below": Line(command(ALL), cwd=f"{JOB}/inner"),
            "in-sub": Line(command("print(str(project), job)"), cwd="sub"),
            "changes": command('project.open_job({"new": 1}).init()'),
            "writes": command('project.doc.k = 1; project.open_job(id="<p0>").doc.x = 2'),
            "extra": "shell -c 'print(1)' good.py more",
            "missing": "shell -c",
            "doubled": "shell -c 'print(1)' -c 'print(2)'",
            "verbose": "-v shell -c 'print(1)'",
            "debug-raises": "--debug shell -c 'raise ValueError(1)'",
            "warns": command('import warnings; warnings.warn("careful")'),
            "imports-main": command('import __main__; print(hasattr(__main__, "project"))'),
            "function": "shell -c 'def f():\n    return len(project)\nprint(f())'",
            "comprehension": command("print([len(project) for _ in range(2)])"),
        },
    ),
    case(
        "shell-one-job", "alone", command(ALL), command(ALL, "-f a 99"), command("print(job.sp())")
    ),
    case("shell-empty", "empty", command(ALL), command("print(len(project))")),
    *each(
        "shell-file",
        "scripts",
        {
            "good": "shell good.py",
            "bad": "shell bad.py",
            "leaves": "shell leave.py",
            "main": "shell main.py",
            "syntax": "shell syntax.py",
            "missing": "shell nothing.py",
            "directory": "shell workspace",
            "filter": "shell good.py -f a 1",
            "job": "shell good.py -j <p0>",
            "both": "shell good.py -c 'print(1)'",
            "arguments": "shell good.py more",
            "absolute": "shell <root>/place/good.py",
            "below": Line("shell ../../good.py", cwd=f"{JOB}/sub"),
        },
    ),
    *each(
        "shell-stdin",
        "plain",
        {
            "print": Line("shell -", stdin="print(1)\nprint(len(project))\n"),
            "block": Line("shell -", stdin="for i in range(2):\n    print(i)\nprint('end')\n"),
            "block-blank": Line(
                "shell -", stdin="for i in range(2):\n    print(i)\n\nprint('end')\n"
            ),
            "function": Line("shell -", stdin="def f(x):\n    return x\n\nprint(f(1))\n"),
            "raises": Line("shell -", stdin="print(1)\n1 / 0\nprint(2)\n"),
            "syntax": Line("shell -", stdin="print(\n"),
            "exit": Line("shell -", stdin="import sys\nsys.exit(5)\n"),
            "empty": Line("shell -", stdin=""),
            "no-stdin": "shell -",
            "no-newline": Line("shell -", stdin="print(1)"),
            "selection": Line("shell - -f b 1", stdin=f"{ALL}\n"),
            "and-command": Line("shell - -c 'print(1)'", stdin="print(2)\n"),
            "expression": Line("shell -", stdin="1 + 1\n"),
        },
    ),
    *each(
        "shell-typed",
        "plain",
        {
            "print": Line("shell", stdin="print(str(project), job, len(list(jobs))); exit()\n"),
            "lines": Line("shell", stdin="print(1)\nprint(2)\n"),
            "expression": Line("shell", stdin="1 + 1\n'text'\nNone\n"),
            "block": Line("shell", stdin="for i in range(2):\n    print(i)\n\nprint('end')\n"),
            "raises": Line("shell", stdin="1 / 0\nprint('after')\n"),
            "syntax": Line("shell", stdin="print(\n)\n1 +\nprint(2)\n"),
            "end": Line("shell", stdin=""),
            "no-stdin": "shell",
            "exit": Line("shell", stdin="exit()\nprint(1)\n"),
            "interrupt": Line("shell", interrupt=True),
            "exit-code": Line("shell", stdin="import sys\nsys.exit(3)\n"),
            "names": Line("shell", stdin="print(pr is project, signac.__name__)\n"),
            "selection": Line("shell -f b 1", stdin=f"{ALL}\n"),
            "job": Line("shell -j <p0>", stdin=f"{ALL}\n"),
            "in-job": Line("shell", stdin="print(job)\n", cwd=JOB),
            "changes": Line("shell", stdin="project.doc.k = 1\n"),
            "bad-filter": Line("shell -f a.$foo 1", stdin="print(1)\n"),
        },
    ),
    case("shell-typed-one", "alone", Line("shell", stdin="print(job.sp())\n")),
    case("shell-typed-empty", "empty", Line("shell", stdin="print(list(jobs), job)\n")),
    case(
        "shell-typed-outside", "outside", Line("shell", stdin="print(1)\n"), "shell -c 1", "shell -"
    ),
    case(
        "shell-damaged",
        "damaged",
        command("print(len(project), job)"),
        command("print(len(list(jobs)))"),
    ),
]
