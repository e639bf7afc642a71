"""Run command lines of the signac that is installed here, one forked child for each.

The tests run this program twice, with the interpreter of the released signac and with ours. It
imports `signac.__main__`, and all modules of the package, once. Each line of its stdin is a request
in JSON: the arguments, the working directory, more environment, the files that become the
descriptors 0, 1 and 2 of the child, and whether it is to be interrupted when it asks something. It
answers with the exit code (negative for a signal). Before the first request it says which version
it runs. It uses the standard library alone.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import threading
import time

# The name `-P` is not enough everywhere: nothing beside this file may be imported by accident.
sys.path[:] = [path for path in sys.path if path != os.path.dirname(os.path.abspath(__file__))]

import signac  # noqa: E402
from signac.__main__ import main as command_line  # noqa: E402

SECONDS = 60


def become(request: dict) -> None:
    """Turn this process into one that was started with the command line."""
    signal.alarm(SECONDS)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["cwd"])
    os.environ.update(request["environment"])
    os.environ["PWD"] = request["cwd"]
    if not request["interrupt"]:
        take(os.open(request["stdin"], os.O_RDONLY), 0)
    if request["stdout"] is None:
        reading, writing = os.pipe()
        os.close(reading)
        take(writing, 1)
    else:
        take(os.open(request["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    take(os.open(request["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    sys.argv[:] = request["argv"]


def take(descriptor: int, number: int) -> None:
    """Make a descriptor the one with a number."""
    os.dup2(descriptor, number)
    os.close(descriptor)


def run(request: dict) -> None:
    """Run a command line and leave as the interpreter does.

    Where stdout is a pipe without reader the interpreter itself ends the process, because it says
    something about streams that it cannot flush. Otherwise its steps are done here, all but the
    last, the destruction of every module, which takes ten times as long as all the others.
    """
    become(request)
    if request["stdout"] is None:
        sys.exit(command_line())
    code = 0
    try:
        sys.exit(command_line())
    except SystemExit as end:
        code = end.code
    except BaseException:
        code = 1
        sys.excepthook(*sys.exc_info())
    threading._shutdown()
    atexit._run_exitfuncs()
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit((code or 0) & 0xFF)


def interrupt(child: int, stdout: str) -> None:
    """Interrupt a child as soon as it has written something on stdout: what it asks."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and not os.path.getsize(stdout):
        time.sleep(0.01)
    os.kill(child, signal.SIGINT)


def load() -> None:
    """Import the modules of the package, so that the children need not each do so."""
    for module in pkgutil.walk_packages(signac.__path__, "signac.", onerror=lambda name: None):
        try:
            importlib.import_module(module.name)
        except ImportError:
            pass  # it needs something that is not installed


def serve() -> None:
    """Answer requests until there are no more."""
    requests = os.fdopen(os.dup(0), "r", encoding="ascii")
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.write(answers, json.dumps({"version": signac.__version__}).encode() + b"\n")
    load()
    gc.collect()
    gc.freeze()
    for line in requests:
        request = json.loads(line)
        typed = os.pipe() if request["interrupt"] else ()
        child = os.fork()
        if not child:
            if typed:
                os.close(typed[1])
                take(typed[0], 0)
            os.close(answers)
            os.close(nowhere)
            requests.close()
            run(request)
        if typed:
            os.close(typed[0])
            interrupt(child, request["stdout"])
            os.close(typed[1])
        _, status = os.waitpid(child, 0)
        answer = json.dumps({"rc": os.waitstatus_to_exitcode(status)})
        os.write(answers, answer.encode() + b"\n")
    requests.close()


if __name__ == "__main__":
    serve()
