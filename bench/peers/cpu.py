"""Times Cotejo's CPU engines beside ONNX Runtime and PyTorch: same weights, same input, same threads, in turn.

Each cell (model, size, batch, threads) is measured in rounds; in each round every contender computes for a short burst
while the others are quiet, and the order turns round with each round. See README.md.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from itertools import product
from pathlib import Path
from statistics import median

import machine
from cells import CURVE_SIZES, DEFAULT_SIZES, MATMUL, MODELS, Cell, Files, numbers, shapes
from contenders import CLASSIFIERS, MULTIPLIERS, Burst, Worker, open_contender
from match import Match, find_worker, log, names_in, prepare
from results import Layout, Result, as_json, as_text

MIN_RUNS = 3
MAX_RUNS = 2000


# --- arguments -----------------------------------------------------------------------------------------------------


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--models", type=names_in, default=MODELS, help="default: %(default)s")
    parser.add_argument(
        "--sizes",
        nargs="+",
        metavar="SIZES",
        help=f"like `128,512 224:1,8,32`, a size with its own batches; default: {' '.join(DEFAULT_SIZES)}",
    )
    parser.add_argument("--batches", type=numbers, default=[1], help="of sizes without their own; default: 1")
    parser.add_argument("--threads", type=names_in, default=("1", "all"), help="default: 1,all (physical cores)")
    parser.add_argument(
        "--contenders",
        type=names_in,
        help="the first is compared with the others; "
        "default: cotejo,onnxruntime,pytorch; also reference, and numpy for --matmul",
    )
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each burst; default: %(default)s")
    parser.add_argument(
        "--patience",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="wait so long before each round for other processes to finish; default: do not",
    )
    parser.add_argument("--exact", action="store_true", help="ask the worker for exact convolutions")
    parser.add_argument("--worker", type=Path, help="cotejo or cotejo-worker; default: the newer in target/release")
    parser.add_argument("--format", choices=("table", "markdown", "json"), default="table")
    parser.add_argument("--memory", action="store_true", help="also print the peak memory of each process")
    parser.add_argument("--folder", type=Path, help="of ONNX files and weights; default: one among temporary files")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--curve", action="store_true", help="time against pixels and against batch")
    instead.add_argument("--matmul", type=numbers, metavar="SIZES", help="matrix products instead of networks")
    options = parser.parse_args(arguments)
    settle(parser, options)
    return options


def settle(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Fills in what depends on other options, and refuses what makes no sense."""
    known = MULTIPLIERS if options.matmul else CLASSIFIERS
    if options.contenders is None:
        peers = {"curve": ("onnxruntime",), "matmul": ("numpy", "pytorch"), "networks": ("onnxruntime", "pytorch")}
        options.contenders = ("cotejo", *peers[kind(options)])
    for title, given, allowed in (("contender", options.contenders, known), ("model", options.models, MODELS)):
        for name in given:
            if name not in allowed:
                parser.error(f"unknown {title} {name}; known here: {', '.join(allowed)}")
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    try:
        options.cells = cells(options)
    except ValueError as error:
        parser.error(f"no list of numbers: {error}")


def kind(options: argparse.Namespace) -> str:
    return "matmul" if options.matmul else "curve" if options.curve else "networks"


def cells(options: argparse.Namespace) -> list[Cell]:
    """What is to be measured, in the order of the table."""
    cores = machine.physical_cores()
    threads = dict.fromkeys(cores if count == "all" else int(count) for count in options.threads)
    if options.matmul:
        return [Cell(MATMUL, size, 1, count) for count, size in product(threads, options.matmul)]
    sizes = options.sizes or (CURVE_SIZES if options.curve else DEFAULT_SIZES)
    pairs = list(shapes(sizes, options.batches))
    return [Cell(model, size, batch, count) for model, count, (size, batch) in product(options.models, threads, pairs)]


# --- measuring -----------------------------------------------------------------------------------------------------


@dataclass
class CountedMatch(Match[int]):
    """Bursts of so many runs as take the wanted time."""

    seconds: float = 1.0
    runs: dict[str, int] = field(default_factory=dict)

    def play(self) -> None:
        """A round that only shows how many runs a burst has, then all others."""
        log("  how long a run takes")
        try:
            self.round(self.names)
        except BaseException:
            self.close()
            raise
        self.result.bursts.clear()
        super().play()

    def burst(self, name: str) -> Burst:
        burst = self.contender(name).burst(self.runs.get(name, MIN_RUNS))
        self.runs[name] = max(MIN_RUNS, min(MAX_RUNS, round(self.seconds * 1e9 / median(burst.samples_ns))))
        return burst


def main() -> int:
    options = parse()
    command = find_worker(options.worker, ("cotejo", "cotejo-worker"), "cargo build --release -p cotejo-worker")
    worker = Worker(command, options.exact)
    files = Files(options.folder or Path(tempfile.gettempdir()) / f"cotejo-peers-{version('torch')}")
    about = machine.describe(worker.describe()["build"])
    results: list[Result] = []
    interrupted = False
    try:
        if not options.matmul:
            prepare(options.cells, files, onnx=True)
        for cell in options.cells:
            results.append(Result(cell))
            log(f"[{len(results)}/{len(options.cells)}] {cell}")
            match = CountedMatch(
                results[-1],
                options.contenders,
                options.rounds,
                options.patience,
                partial(open_contender, cell=cell, files=files, worker=worker),
                seconds=options.seconds,
            )
            match.play()
    except KeyboardInterrupt:
        interrupted = True
        log("interrupted; this is what was measured:")
    layout = Layout(options.contenders, options.memory, options.curve)
    if options.format == "json":
        print(as_json(about, results, layout))
    else:
        print(as_text(about, results, layout, options.format == "markdown"))
    if interrupted:
        return 130
    return int(any(result.failures or any(map(result.is_wrong, layout.contenders)) for result in results))


if __name__ == "__main__":
    sys.exit(main())
