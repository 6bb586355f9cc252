"""Those who compute: Cotejo's worker, a process for each burst, and the peers, a process for each cell."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from cells import Cell, Files

HERE = Path(__file__).resolve().parent
ENGINES = {"cotejo": "optimized", "reference": "reference"}
CLASSIFIERS = (*ENGINES, "onnxruntime", "pytorch")
MULTIPLIERS = (*ENGINES, "numpy", "pytorch")
THREAD_BOUNDS = (
    "RAYON_NUM_THREADS",
    "CANDLE_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class Failed(Exception):
    """A contender could not compute a cell, and says why."""

    def __init__(self, why: str, out_of_memory: bool = False) -> None:
        super().__init__(why)
        self.out_of_memory = out_of_memory


@dataclass(frozen=True)
class Burst:
    """Consecutive runs of one contender."""

    samples_ns: list[int]
    error: float | None
    peak_bytes: int | None


Extent = TypeVar("Extent", contravariant=True)


class Contender(Protocol[Extent]):
    """Computes one cell in bursts, of so many runs or of so many seconds."""

    def burst(self, extent: Extent, /) -> Burst: ...

    def close(self) -> None: ...


def open_contender(name: str, cell: Cell, files: Files, worker: "Worker") -> Contender[int]:
    if name in ENGINES:
        return WorkerJobs(worker, ENGINES[name], cell, files)
    return Peer(name, cell, files)


class Child:
    """A process that is told and answers lines. Every library in it is bound to its number of threads, and no Ctrl-C
    of the terminal reaches it."""

    def __init__(self, command: list[str], threads: int) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **dict.fromkeys(THREAD_BOUNDS, str(threads))},
            start_new_session=True,
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin
        print(line, file=self.process.stdin, flush=True)

    def hear(self) -> str:
        """A line; nothing at the end."""
        assert self.process.stdout
        return self.process.stdout.readline()

    def end(self) -> None:
        """Ends it, whatever it is doing."""
        self.process.kill()
        self.process.communicate()


@dataclass(frozen=True)
class Worker:
    """Cotejo's worker program."""

    command: list[str]
    exact: bool

    def describe(self) -> dict[str, Any]:
        """What it says of itself."""
        done = subprocess.run([*self.command, "--describe"], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


class WorkerJobs:
    """One job of the worker for each burst."""

    def __init__(self, worker: Worker, engine: str, cell: Cell, files: Files) -> None:
        self.worker, self.engine, self.cell, self.files = worker, engine, cell, files
        self.exact = worker.exact and engine == "optimized" and not cell.is_matmul
        self.child: Child | None = None

    def burst(self, runs: int) -> Burst:
        frame = self.measure({"runs": runs, "budget_ms": 60_000})
        return Burst(frame["samples_ns"], self.error(frame), frame["peak_memory_bytes"])

    def measure(self, plan: dict[str, int | None]) -> dict[str, Any]:
        """The measurement of one job."""
        self.child = Child([*self.worker.command, "--die-with-parent"], self.cell.threads)
        self.child.tell(json.dumps(self.request(plan)))
        frame: dict[str, Any] = {}
        while line := self.child.hear():
            frame = json.loads(line)
        self.child.end()
        if frame.get("frame") != "done":
            raise Failed(reason(frame), frame.get("code") == "out_of_memory")
        if self.exact and not frame["workload"].get("exact"):
            raise Failed("this worker does not know `exact`")
        return frame

    def request(self, plan: dict[str, int | None]) -> dict[str, Any]:
        """The worker's one line of input."""
        cell, files = self.cell, self.files
        job: dict[str, Any] = {
            "workload": self.workload(),
            "device": cell.device,
            "weights": {"source": "random", "seed": 0},
            "image": None,
            "measuring": plan,
        }
        if cell.is_matmul:
            return {"job": job, "image": None, "weights": None}
        picture, weights = files.picture(cell), files.weights(cell.model)
        job |= {"image": digest(picture), "weights": {"source": "file", "digest": digest(weights)}}
        return {"job": job, "image": str(picture), "weights": str(weights)}

    def workload(self) -> dict[str, Any]:
        cell = self.cell
        classify = {"kind": "classify", "model": cell.model, "size": cell.size, "batch": cell.batch}
        return {
            "task": {"kind": "matmul", "size": cell.size} if cell.is_matmul else classify,
            "precision": cell.precision,
            "threads": str(cell.threads),
            "engine": self.engine,
            **({"exact": True} if self.exact else {}),
        }

    def error(self, measurement: dict[str, Any]) -> float | None:
        """The larger of two: how far the five best logits of the first image are off, class by class and rank by rank,
        and what the worker itself found when it compared all logits with the reference engine's."""
        own = measurement["logit_error"]
        if self.cell.is_matmul:  # the worker computes elements again and fails where one is wrong
            return own
        expected = np.load(self.files.logits(self.cell))[0]
        answers = measurement["answers"]
        found = np.array([answer["logit"] for answer in answers])
        by_class = found - expected[[answer["class"] for answer in answers]]
        by_rank = found - np.sort(expected)[::-1][: len(found)]
        rms = np.sqrt(np.square(expected).mean())
        return max(float(np.abs([by_class, by_rank]).max() / rms), own or 0.0)

    def close(self) -> None:
        if self.child is not None:
            self.child.end()


class Peer:
    """A child process that stays for all bursts of a cell."""

    def __init__(self, name: str, cell: Cell, files: Files) -> None:
        script = HERE / f"peer_{name}.py"
        arguments = [json.dumps(asdict(cell)), str(files.folder)]
        self.child = Child([sys.executable, str(script), *arguments], cell.threads)
        self.wrong: float | None = None

    def burst(self, runs: int) -> Burst:
        if self.wrong is None:
            self.wrong = self.answer()["error"]
        self.child.tell(str(runs))
        answer = self.answer()
        return Burst(answer["samples_ns"], self.wrong, answer["peak_bytes"])

    def answer(self) -> dict[str, Any]:
        line = self.child.hear()
        if not line:
            raise Failed("its process ended; what it said stands above")
        return json.loads(line)

    def close(self) -> None:
        self.child.end()


# Fields of a last frame that are no facts of its reason.
KNOWN = ("frame", "reason", "code", "message")


def reason(frame: dict[str, Any]) -> str:
    """Why a worker gave no result: its reason with the facts, as its last frame has them."""
    facts = ", ".join(f"{name} {value}" for name, value in frame.items() if name not in KNOWN)
    named = frame.get("reason") or frame.get("message") or "the worker ended without a result"
    return f"{named} ({facts})" if facts else named


@cache
def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
