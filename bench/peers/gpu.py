"""Times Cotejo's CUDA worker beside PyTorch (eager, as a CUDA graph, compiled) on one GPU: same weights, same input, same
precision, channels-last, in turn, in one run.

Each cell (model, size, batch, precision) is measured in rounds; in each round every contender computes for a short burst
while the others are quiet, and the order turns round with each round. See README.md.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from itertools import product
from pathlib import Path

import goals
import machine
from cells import MATMUL, MODELS, PRECISIONS, Cell, Files, numbers, shapes
from contenders import Burst, Failed, Worker
from gpu_contenders import KNOWN, Torch, open_gpu_contender
from match import Match, find_worker, log, names_in, prepare
from results import Layout, Result, as_json, as_text

PROGRAMS = ("cotejo-worker-cuda", "cotejo-worker")
BUILD = "cargo build --release -p cotejo-worker"
PACKAGES = ("torch", "torchvision", "numpy")


# --- arguments -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """How much is measured."""

    sizes: tuple[str, ...]
    batches: tuple[int, ...]
    precisions: tuple[str, ...]
    products: tuple[int, ...]
    contenders: tuple[str, ...]
    rounds: int
    seconds: float


FULL = Scope(("224", "512", "1024"), (1, 8, 32), PRECISIONS, (1024, 2048, 4096), KNOWN, 3, 0.5)
QUICK = Scope(("224",), (1, 32), ("f32", "f16"), (2048,), ("cotejo", "eager", "graphs"), 2, 0.3)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--device", default="cuda:0", help="cuda:0, cuda:1, … or, to try this command, cpu")
    parser.add_argument("--quick", action="store_true", help="less of everything; what is named stays as named")
    parser.add_argument("--models", type=names_in, default=MODELS, help="default: %(default)s")
    parser.add_argument("--sizes", nargs="+", metavar="SIZES", help="like `224,512 1024:1,8`; default: 224 512 1024")
    parser.add_argument("--batches", type=numbers, help="of sizes without their own; default: 1,8,32")
    parser.add_argument("--precisions", type=names_in, help="default: f32,tf32,f16,bf16")
    parser.add_argument("--matmul", type=numbers, metavar="SIZES", help="of products; default: 1024,2048,4096")
    parser.add_argument("--only", choices=("networks", "products"), help="default: both")
    parser.add_argument(
        "--contenders",
        type=names_in,
        help="the first is compared with the others; default: cotejo,reference,eager,graphs,compile",
    )
    parser.add_argument("--rounds", type=int, help="default: 3")
    parser.add_argument("--seconds", type=float, help="of each burst; default: 0.5")
    parser.add_argument("--minutes", type=float, help="start no further cell after so long; default: measure all")
    parser.add_argument(
        "--worker", type=Path, help="default: the newer of cotejo-worker-cuda, cotejo-worker in target/release"
    )
    parser.add_argument("--folder", type=Path, help="of pictures and weights; default: one among temporary files")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="also write table.md and results.json after each cell"
    )
    options = parser.parse_args(arguments)
    settle(parser, options)
    return options


def settle(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Fills in what was not named, and refuses what makes no sense."""
    scope = QUICK if options.quick else FULL
    for name in ("sizes", "batches", "precisions", "contenders", "rounds", "seconds"):
        if getattr(options, name) is None:
            setattr(options, name, getattr(scope, name))
    options.matmul = options.matmul or scope.products
    kind, _, index = options.device.partition(":")
    if options.device != "cpu" and not (kind == "cuda" and index.isdecimal()):
        parser.error(f"no device {options.device}: cuda:0, cuda:1, … or cpu")
    for title, given, allowed in (
        ("contender", options.contenders, KNOWN),
        ("model", options.models, MODELS),
        ("precision", options.precisions, PRECISIONS),
    ):
        for name in given:
            if name not in allowed:
                parser.error(f"unknown {title} {name}; known here: {', '.join(allowed)}")
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    try:
        options.cells = cells(options)
    except ValueError as error:
        parser.error(f"no list of numbers: {error}")
    options.notes = []
    if options.device == "cpu" and "graphs" in options.contenders:
        options.contenders = tuple(name for name in options.contenders if name != "graphs")
        options.notes.append("CUDA graphs are left out: this is a dry run on the CPU, whose times say nothing of a GPU")


def cells(options: argparse.Namespace) -> list[Cell]:
    """What is to be measured, in the order of the table: if time ends it, precisions that come first are whole."""
    threads = machine.physical_cores()
    found = []
    for precision in options.precisions:
        if options.only != "products":
            pairs = shapes(options.sizes, options.batches)
            kinds = [(model, size, batch) for (size, batch), model in product(pairs, options.models)]
            found += [Cell(*kind, threads, options.device, precision) for kind in kinds]
        if options.only != "networks":
            found += [Cell(MATMUL, size, 1, threads, options.device, precision) for size in options.matmul]
    return found


# --- measuring -----------------------------------------------------------------------------------------------------


@dataclass
class TimedMatch(Match[float]):
    """Bursts of so many seconds. Where memory does not suffice for all, each contender has the device for itself: only
    what does not fit alone is too big."""

    seconds: float = 0.5
    alone: bool = False

    def burst(self, name: str) -> Burst:
        try:
            return self.measure(name)
        except Failed as why:
            if not why.out_of_memory or self.alone:
                raise
        log("    memory is short: from here on, one contender at a time holds any")
        self.alone = True
        self.close()
        return self.measure(name)

    def measure(self, name: str) -> Burst:
        try:
            return self.contender(name).burst(self.seconds)
        finally:
            if self.alone:
                self.present.pop(name).close()


@dataclass
class Run:
    """All cells, and what is known of the device."""

    options: argparse.Namespace
    worker: Worker
    files: Files
    torch: Torch
    about: dict[str, str]
    results: list[Result]

    def measure(self) -> None:
        options, start = self.options, time.monotonic()
        if networks := [cell for cell in options.cells if not cell.is_matmul]:
            prepare(networks, self.files, onnx=False)
        self.about |= self.torch.ask({"do": "describe", "device": options.device})
        for number, cell in enumerate(options.cells):
            if options.minutes is not None and time.monotonic() - start > 60 * options.minutes:
                left = ", ".join(map(str, options.cells[number:]))
                options.notes.append(f"time was up before {len(options.cells) - number} cells: {left}")
                break
            log(f"[{number + 1}/{len(options.cells)}] {cell}")
            self.play(cell)
            self.write()

    def play(self, cell: Cell) -> None:
        result = Result(cell, tolerance=goals.LIMITS[cell.precision])
        self.results.append(result)
        match = TimedMatch(
            result,
            self.options.contenders,
            self.options.rounds,
            0.0,
            lambda name: open_gpu_contender(name, cell, self.files, self.worker, self.torch, self.about),
            seconds=self.options.seconds,
        )
        match.play()

    @property
    def layout(self) -> Layout:
        return Layout(self.options.contenders, precision=True)

    def report(self) -> str:
        """The table with what it was taken on, and the goals below it."""
        lines = [as_text(self.about, self.results, self.layout, markdown=True), ""]
        if self.options.contenders[0] == "cotejo" and self.options.device != "cpu":
            lines += [f"- {line}" for line in goals.summary(self.results)]
        return "\n".join([*lines, *(f"- {note}" for note in self.options.notes)])

    def write(self) -> None:
        """What is measured so far, so that it outlives an end by force."""
        folder: Path | None = self.options.output
        if folder is None:
            return
        texts = {"table.md": self.report() + "\n", "results.json": as_json(self.about, self.results, self.layout)}
        for name, text in texts.items():
            part = folder / f"part-{name}"
            part.write_text(text, encoding="utf-8")
            part.replace(folder / name)

    def is_sound(self) -> bool:
        """Whether every contender measured all that fits into memory, and Cotejo's answers are right."""
        failed = any(set(result.failures) - result.too_big for result in self.results)
        wrong = any(
            goals.is_worse_than_peers(result, name) for result in self.results for name in ("cotejo", "reference")
        )
        return not failed and not wrong


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    options = parse()
    for ending in (signal.SIGINT, signal.SIGTERM):  # a script's background job would ignore the first
        signal.signal(ending, interrupt)
    os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")  # as nvidia-smi counts
    worker = Worker(find_worker(options.worker, PROGRAMS, BUILD), exact=False)
    files = Files(options.folder or Path(tempfile.gettempdir()) / f"cotejo-peers-{version('torch')}")
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
    about = machine.describe(worker.describe()["build"], PACKAGES)
    if options.device != "cpu":
        about |= machine.describe_gpu(int(options.device.partition(":")[2]))
    run = Run(options, worker, files, Torch(machine.physical_cores(), files), about, [])
    interrupted = False
    try:
        run.measure()
    except KeyboardInterrupt:
        interrupted = True
        log("interrupted; this is what was measured:")
    except Failed as why:
        sys.exit(f"PyTorch cannot use {options.device}: {why}")
    finally:
        run.torch.close()
        run.write()
    print(run.report())
    return 130 if interrupted else int(not run.is_sound())


if __name__ == "__main__":
    sys.exit(main())
