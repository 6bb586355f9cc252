"""What the peers have in common: a process that computes in bursts when it is told to.

Its arguments are a cell's fields as JSON and the folder of prepared files. It first writes a line
`{"error": ...}`; then, for each line on standard input that holds a number, it computes so often and writes
`{"samples_ns": [...], "peak_bytes": ...}`. It ends with its standard input.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from cells import Cell, Files

WARMUP_RUNS = 3
WARMUP_NS = 300_000_000
# Threads that wait for the next run keep a core busy; whoever is next must have it.
QUIET_PAUSE_S = 0.05
QUIET_SHARE = 0.05
QUIET_TRIES = 60


def serve(compute: Callable[[], object], error: float, answers: TextIO) -> None:
    """Computes as often as each line of standard input says."""
    gc.disable()
    say({"error": error}, answers)
    for line in sys.stdin:
        samples = burst(compute, int(line))
        gc.collect()
        become_quiet()
        say({"samples_ns": samples, "peak_bytes": peak_bytes()}, answers)


def arguments() -> tuple[Cell, Files, TextIO]:
    """The cell, its files and where answers go; whatever a library prints goes to standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    return Cell(**json.loads(sys.argv[1])), Files(Path(sys.argv[2])), answers


def say(answer: dict[str, object], answers: TextIO) -> None:
    print(json.dumps(answer), file=answers, flush=True)


def burst(compute: Callable[[], object], runs: int) -> list[int]:
    """The nanoseconds of so many runs, after a warm-up that is thrown away."""
    start = time.perf_counter_ns()
    warm = 0
    while warm < WARMUP_RUNS or time.perf_counter_ns() - start < WARMUP_NS:
        compute()
        warm += 1
    samples = []
    for _ in range(runs):
        start = time.perf_counter_ns()
        compute()
        samples.append(time.perf_counter_ns() - start)
    return samples


def become_quiet() -> None:
    """Waits until this process uses no processor any more."""
    for _ in range(QUIET_TRIES):
        before = time.process_time()
        time.sleep(QUIET_PAUSE_S)
        if time.process_time() - before < QUIET_SHARE * QUIET_PAUSE_S:
            return
    print("threads of this process never rest: they disturb the others", file=sys.stderr)


def peak_bytes() -> int:
    """The most memory that this process has held."""
    if sys.platform == "linux":  # ru_maxrss would count the parent's, which stood here before exec
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
