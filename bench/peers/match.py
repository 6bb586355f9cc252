"""How the contenders of a cell take turns, and what both commands need around that."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Generic, TypeVar

import machine
from cells import Cell, Files
from contenders import Burst, Contender, Failed
from results import BUSY, Result

HERE = Path(__file__).resolve().parent
RELEASE = HERE.parent.parent / "target" / "release"
SUFFIX = ".exe" if sys.platform == "win32" else ""


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def names_in(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def find_worker(path: Path | None, names: tuple[str, ...], build: str) -> list[str]:
    """The command that starts the worker: the newest of these programs, which `build` makes."""
    candidates = [RELEASE / f"{name}{SUFFIX}" for name in names]
    there = [path] if path else [candidate for candidate in candidates if candidate.exists()]
    if not there:
        sys.exit(f"there is no worker in target/release: `{build}`, or give --worker")
    newest = max(there, key=lambda candidate: candidate.stat().st_mtime)
    return [str(newest), *(["__worker"] if newest.stem == "cotejo" else [])]


def prepare(wanted: list[Cell], files: Files, onnx: bool) -> None:
    """Makes what the contenders share, in a process of its own that leaves nothing behind in this one."""
    command = [sys.executable, str(HERE / "prepare.py"), str(files.folder)]
    request = json.dumps({"cells": [asdict(cell) for cell in wanted], "onnx": onnx})
    if subprocess.run(command, input=request, text=True, check=False).returncode != 0:
        sys.exit("the models could not be prepared; the reason stands above")


Extent = TypeVar("Extent")


@dataclass
class Match(Generic[Extent]):
    """One cell's contenders, and what they have done so far. How long a burst is, the command decides."""

    result: Result
    names: tuple[str, ...]
    rounds: int
    patience: float
    open: Callable[[str], Contender[Extent]]
    present: dict[str, Contender[Extent]] = field(default_factory=dict)

    def play(self) -> None:
        """All rounds, each in the reverse order of the one before."""
        try:
            for number in range(self.rounds):
                load = machine.wait_for_quiet(BUSY, self.patience)
                self.result.others_load = max(self.result.others_load, load)
                log(f"  round {number + 1} of {self.rounds}")
                self.round(self.names[:: 1 if number % 2 == 0 else -1])
        finally:
            self.close()

    def round(self, order: tuple[str, ...]) -> None:
        for name in order:
            if name in self.result.failures:
                continue
            try:
                self.take_turn(name)
            except (Failed, OSError) as why:
                self.result.failures[name] = str(why)
                if isinstance(why, Failed) and why.out_of_memory:
                    self.result.too_big.add(name)
                log(f"    {name}: {why}")

    def take_turn(self, name: str) -> None:
        burst = self.burst(name)
        self.result.bursts.setdefault(name, []).append(burst)
        log(f"    {name}: {median(burst.samples_ns) / 1e6:.3f} ms, median of {len(burst.samples_ns)}")

    def burst(self, name: str) -> Burst:
        raise NotImplementedError

    def contender(self, name: str) -> Contender[Extent]:
        if name not in self.present:
            self.present[name] = self.open(name)
        return self.present[name]

    def close(self) -> None:
        """Ends all that are present."""
        while self.present:
            self.present.popitem()[1].close()
