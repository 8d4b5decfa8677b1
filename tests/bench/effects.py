"""Measure what the rendering of effects adds to the build of the site.

    python -m bench.effects            from the folder tests

The site is built with and without, in turn, and each pair is compared by its processor time, which other work on the
machine changes little: first without any cache, as in CI, then with a warm one, as at an editor's desk. "Without"
leaves out all that the data bring to the pages: their citations, tables, plots, pooled estimates and downloads.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAIRS = 5
WITH = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
WITHOUT = [
    sys.executable,
    "-c",
    """
import sys
import kb.exports.effects as exports, kb.rendering.effects as effects, kb.rendering.guidelines as guidelines
import kb.rendering.pools as pools
exports.downloads = pools.pooled_estimates = lambda *_: {}
effects.write_effects = lambda *_: None
effects.citations_of_effects = guidelines.citations_of_guidelines = lambda *_: set()
from mkdocs.__main__ import cli
cli()
""",
    *WITH[3:],
]


def processor_seconds(command: list[str], folder: Path) -> float:
    """The processor time of a command and of the processes that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def copy_site(folder: Path) -> None:
    """The project in another folder."""
    for name in ("docs", "bib", "theme", "hooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "mkdocs.yml", folder)


def measure(is_cold: bool) -> tuple[float, float]:
    """Processor seconds of the build without effects, and the median of what they add to it, in per cent."""
    with tempfile.TemporaryDirectory() as name:
        folders = {"with": Path(name, "with"), "without": Path(name, "without")}
        for folder in folders.values():
            folder.mkdir()
            copy_site(folder)
        times: list[tuple[float, float]] = []
        for turn in range(PAIRS + 1):
            if is_cold:
                for folder in folders.values():
                    shutil.rmtree(folder / ".cache", ignore_errors=True)
            # Each is first in every other pair, so that neither profits from what the other left warm.
            order = sorted(folders, reverse=bool(turn % 2))
            found = {name: processor_seconds(WITH if name == "with" else WITHOUT, folders[name]) for name in order}
            times.append((found["with"], found["without"]))
        added = [100 * (one / other - 1) for one, other in times[1:]]  # the first pair warms up
        return statistics.median(other for _, other in times[1:]), statistics.median(added)


def report() -> str:
    lines = []
    for is_cold, name in ((True, "cold"), (False, "warm")):
        base, added = measure(is_cold)
        lines.append(f"effects, {name} build of the site: {added:+.1f} % of {base:.2f} s of processor time")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
