"""Runs one job of a worker several times, each in a process of its own, and says whether the answers are equal.

    python bench/peers/repeat.py --worker target/release/cotejo-worker-cuda --device cuda:0 --precisions f32,f16

Equal means bit for bit: five logits of the first image. The exit status is 1 where they are not, or a job failed.
"""

import argparse
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cells import MODELS, PRECISIONS, Cell, Files
from contenders import ENGINES, Failed, Worker, WorkerJobs
from match import find_worker, names_in, prepare
from results import piped

RUNS = 5


def largest_difference(answers: list[list[dict[str, Any]]]) -> float | None:
    """Between logits of one class in two jobs; none where the classes or their order differ."""
    first, *others = ([(answer["class"], answer["logit"]) for answer in job] for job in answers)
    if any([kind for kind, _ in other] != [kind for kind, _ in first] for other in others):
        return None
    return max(abs(a - b) for other in others for (_, a), (_, b) in zip(first, other))


def verdict(difference: float | None) -> str:
    if difference is None:
        return "DIFFERENT classes"
    return "equal" if difference == 0 else f"DIFFERENT by {difference:.1e}"


def repeat(worker: Worker, engine: str, cell: Cell, files: Files, times: int) -> str:
    jobs = WorkerJobs(worker, ENGINES[engine], cell, files)
    try:
        found = [jobs.measure({"runs": RUNS, "budget_ms": 60_000})["answers"] for _ in range(times)]
    except Failed as why:
        return f"FAILED: {why}"
    finally:
        jobs.close()
    return verdict(largest_difference(found))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worker", type=Path)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--models", type=names_in, default=MODELS)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--precisions", type=names_in, default=PRECISIONS)
    parser.add_argument("--engines", type=names_in, default=("cotejo",), help="cotejo, reference")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


def main() -> int:
    options = parse()
    if options.times < 2:
        sys.exit("--times must be at least 2: one job has nothing to be compared with")
    programs = ("cotejo-worker-cuda", "cotejo-worker")
    worker = Worker(find_worker(options.worker, programs, "cargo build --release -p cotejo-worker"), exact=False)
    files = Files(options.folder or Path(tempfile.gettempdir()) / f"cotejo-peers-{version('torch')}")
    cells = [
        Cell(model, options.size, 1, 1, options.device, precision)
        for model in options.models
        for precision in options.precisions
    ]
    prepare(cells, files, onnx=False)
    rows = [["model", "size", "precision", "engine", f"{options.times} jobs"]]
    for cell in cells:
        for engine in options.engines:
            answer = repeat(worker, engine, cell, files, options.times)
            rows.append([cell.model, str(cell.size), cell.precision, ENGINES[engine], answer])
    print("\n".join(piped(rows)))
    return int(any(row[-1] != "equal" for row in rows[1:]))


if __name__ == "__main__":
    sys.exit(main())
