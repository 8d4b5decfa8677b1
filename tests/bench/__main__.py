"""Measure the gate beside a stock build and another link checker, all on the same pages in the same run.

    python -m bench [PAGES ...]        from the folder tests; 100, 1000 and 3000 pages where none are given

Times are of whole processes, as a person at a terminal waits for them. Compare columns of one run with each other;
figures of different machines or days say little.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import effects
from bench.corpus import write_corpus

BIN = Path(sys.executable).parent
CHECK = [str(BIN / "kb"), "check"]
STOCK = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--config-file", "stock.yml"]
LYCHEE = [str(BIN / "lychee"), "--offline", "--include-fragments", "--no-progress", "--quiet", "docs"]
REPEATS = 5


def seconds(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


@contextmanager
def memory_peak() -> Iterator[list[float]]:
    """The most memory, in MB, that the processes started within the block held together, where /proc tells."""
    peak, over = [0.0], threading.Event()

    def sample() -> None:
        while not over.wait(0.05):
            peak[0] = max(peak[0], sum(map(_memory_of, _descendants(os.getpid()))))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def _descendants(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            yield int(child)
            yield from _descendants(int(child))


def _memory_of(process: int) -> float:
    """Memory in MB; pages that several processes share count once, in parts."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def measure(pages: int) -> list[str]:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_corpus(folder, pages)
        stock = seconds(STOCK, folder)
        lychee = seconds(LYCHEE, folder)
        with memory_peak() as peak:
            cold = seconds(CHECK, folder)
        edited = []
        for number in range(REPEATS):
            page = folder / "docs" / "principles" / f"page-{number}.md"
            page.write_text(page.read_text(encoding="utf-8") + "\nIt ends here.\n", encoding="utf-8")
            edited.append(seconds(CHECK, folder))
        unchanged = [seconds(CHECK, folder) for _ in range(REPEATS)]
    times = [cold, statistics.median(edited), statistics.median(unchanged), lychee, stock]
    return [str(pages), *(f"{time:.2f} s" for time in times), f"{cold / stock:.2f}", f"{peak[0]:.0f} MB"]


def main() -> None:
    table = Table(title=f"{os.cpu_count()} processors, Python {sys.version.split()[0]}")
    for heading in ("pages", "cold", "one edit", "unchanged", "lychee", "stock build", "cold/stock", "memory, cold"):
        table.add_column(heading, justify="right")
    for pages in map(int, sys.argv[1:] or ["100", "1000", "3000"]):
        table.add_row(*measure(pages))
    version = statistics.median(seconds([CHECK[0], "--version"], Path.cwd()) for _ in range(REPEATS))
    Console(width=120).print(table, f"kb --version: {version:.2f} s")
    Console(width=120).print(effects.report())


if __name__ == "__main__":
    main()
