"""Those who compute on a GPU: Cotejo's worker, a process for each burst, and PyTorch, one process for all cells, since
it takes seconds to start. A burst is so many seconds long."""

import json
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cells import Cell, Files
from contenders import ENGINES, HERE, Burst, Child, Contender, Failed, Worker, WorkerJobs

TORCH = ("eager", "graphs", "compile")
KNOWN = (*ENGINES, *TORCH)
# How libraries say that memory is short where they have no exception of their own for it.
SHORT_OF_MEMORY = ("out of memory", "alloc_failed", "can't allocate memory", "not enough memory")
# The worker's first run and warm-up count towards its time.
WARMUP_MS = 300


def is_out_of_memory(said: str) -> bool:
    return any(words in said.lower() for words in SHORT_OF_MEMORY)


class TimedJobs:
    """One job of the worker for each burst."""

    def __init__(self, worker: Worker, engine: str, cell: Cell, files: Files, facts: dict[str, str]) -> None:
        self.jobs = WorkerJobs(worker, engine, cell, files)
        self.facts = facts

    def burst(self, seconds: float) -> Burst:
        measurement = self.jobs.measure({"runs": None, "budget_ms": WARMUP_MS + round(seconds * 1000)})
        if measurement.get("simulated"):
            raise Failed("this worker only plays a GPU: its times are made up")
        self.facts.update(self.libraries(measurement))
        return Burst(measurement["samples_ns"], self.jobs.error(measurement), None)

    @staticmethod
    def libraries(measurement: dict[str, Any]) -> dict[str, str]:
        """What the worker says of the device and its libraries, by title."""
        gpu = measurement.get("gpu") or {}
        versions = [f"{name} {gpu[key]}" for name, key in (("CUDA", "cuda"), ("cuDNN", "cudnn")) if gpu.get(key)]
        device = {"device, says Cotejo": measurement["device_name"]}
        return device | ({"libraries of Cotejo": ", ".join(versions)} if versions else {})

    def close(self) -> None:
        self.jobs.close()


class Torch:
    """The process in which PyTorch computes. One that failed is replaced: after an error of CUDA, nothing works in it."""

    def __init__(self, threads: int, files: Files, script: Path = HERE / "peer_gpu.py") -> None:
        self.threads, self.files, self.script = threads, files, script
        self.child: Child | None = None
        self.generation = 0

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Its answer."""
        if self.child is None:
            self.child = Child([sys.executable, str(self.script), str(self.files.folder)], self.threads)
            self.generation += 1
        try:
            self.child.tell(json.dumps(request))
            line = self.child.hear()
        except OSError:  # it has ended
            line = ""
        except KeyboardInterrupt:  # nobody waits for this answer any more
            self.close()
            raise
        answer = json.loads(line) if line else {"failed": "its process ended; what it said stands above"}
        if "failed" in answer:
            why = answer["failed"]
            too_big = is_out_of_memory(why)
            if not too_big:
                self.close()
            raise Failed(why, too_big)
        return answer

    def close(self) -> None:
        if self.child is not None:
            self.child.end()
            self.child = None


class TorchWay:
    """One of PyTorch's ways to compute a cell."""

    def __init__(self, torch: Torch, way: str, cell: Cell) -> None:
        self.torch, self.way, self.cell = torch, way, cell
        self.opened_in = 0
        self.wrong: float | None = None

    def burst(self, seconds: float) -> Burst:
        if self.torch.child is None or self.opened_in != self.torch.generation:
            answer = self.torch.ask({"do": "open", "way": self.way, "cell": asdict(self.cell)})
            self.opened_in, self.wrong = self.torch.generation, answer["error"]
        answer = self.torch.ask({"do": "burst", "way": self.way, "seconds": seconds})
        return Burst(answer["samples_ns"], self.wrong, None)

    def close(self) -> None:
        if self.torch.child is not None and self.opened_in == self.torch.generation:
            with suppress(Failed):  # then the whole process has ended
                self.torch.ask({"do": "close", "way": self.way})
        self.opened_in = 0


def open_gpu_contender(
    name: str, cell: Cell, files: Files, worker: Worker, torch: Torch, facts: dict[str, str]
) -> Contender[float]:
    if name in ENGINES:
        return TimedJobs(worker, ENGINES[name], cell, files, facts)
    return TorchWay(torch, name, cell)
