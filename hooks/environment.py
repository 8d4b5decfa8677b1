"""Create .venv and install the pinned packages and `kb` into it; do nothing where that is done.

Called by the Makefile as ``python hooks/environment.py REQUIREMENTS STAMP``. Standard library only, and written so that
an old Python can still read it far enough to say that it is too old.
"""

import os
import subprocess
import sys

if False:  # for the type checker; the oldest Pythons lack it
    from typing import NoReturn

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")
# Material prints a notice about its own end of life whenever `mkdocs` starts; that date is known and noted in
# pyproject.toml, and editors should see the findings first. A start-up file of the environment sets the switch
# that the notice offers, so that `mkdocs` called by hand is quiet too.
QUIET = "import os; os.environ.setdefault('NO_MKDOCS_2_WARNING', '1')\n"
NO_NETWORK = (
    "NewConnectionError",
    "Temporary failure in name resolution",
    "Failed to establish",
    "ConnectTimeout",
    "NameResolutionError",
    "ProxyError",
    "Network is unreachable",
    "Could not fetch URL",
)


def stop(message: str) -> "NoReturn":
    """End with one line that says what is missing and what to do."""
    sys.exit("Cannot set up: " + message)


def run(*command: str) -> "str | None":
    """Run a command silently; return what it printed where it fails, else None."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    output = process.communicate()[0].decode("utf-8", "replace")
    return output if process.returncode else None


def last_error(output: str) -> str:
    """The line of a program's output that names the cause."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.upper().startswith("ERROR")]
    return (errors or lines or ["it said nothing"])[-1]


def explain_pip(output: str) -> str:
    """One line for what went wrong while packages were installed."""
    if any(sign in output for sign in NO_NETWORK):
        return "no network, or the package index cannot be reached. Connect and run make again."
    if "No matching distribution found" in output:
        return "a package cannot be found. Is there a network? " + last_error(output)
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in output:
        return "a package does not match its pinned hash; nothing was installed. Run make again, or report it."
    return "installing the packages failed: " + last_error(output)


def main(requirements: str, stamp: str) -> None:
    """Bring .venv up to date with `requirements` and write `stamp`."""
    if sys.version_info < OLDEST:
        version = ".".join(map(str, sys.version_info[:2]))
        stop("Python 3.11 or newer is needed, this is " + version + ". Run: make PYTHON=/path/to/python3.11")
    if not os.path.exists(PYTHON):
        print("Creating .venv")
        output = run(sys.executable, "-m", "venv", VENV)
        if output is not None:
            if "ensurepip" in output or "No module named venv" in output:
                stop("Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv")
            stop("creating .venv failed: " + last_error(output))
    print("Installing the packages of " + requirements + " (about a minute, once)")
    sys.stdout.flush()
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    output = run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", requirements)
    if output is not None:
        stop(explain_pip(output))
    output = run(*pip, "--no-index", "--no-deps", "--no-build-isolation", "--editable", ".")
    if output is not None:
        stop("installing kb failed: " + last_error(output))
    where = [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.check_output(where).decode("utf-8").strip()
    with open(os.path.join(packages, "quiet_mkdocs.pth"), "w") as file:
        file.write(QUIET)
    with open(os.path.join(ROOT, stamp), "w") as file:
        file.write(requirements + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
