"""PyTorch as a peer of the GPU engine: eager, as a captured CUDA graph, and compiled. Started by `gpu.py`.

Its argument is the folder of prepared files. It answers each line of JSON on standard input with one on standard
output; `failed` in an answer says why there is none.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import torch
from torchvision import models

from cells import Cell, Files
from inputs import error, factors, product_error, tensor
from serve import WARMUP_NS, WARMUP_RUNS, become_quiet, say

TYPES = {"f32": torch.float32, "tf32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
# Before a graph is captured: cuDNN has then chosen its algorithms, and all memory that it needs is there.
RUNS_BEFORE_CAPTURE = 5
MAX_RUNS = 16_384

Compute = Callable[[], torch.Tensor]


class Task:
    """What is computed: a function and the tensors that it is given, both of which all ways share."""

    def __init__(self, cell: Cell, files: Files) -> None:
        self.cell, self.files = cell, files
        self.device = torch.device(cell.device)
        if self.device.type == "cuda":
            torch.cuda.set_device(self.device)
        set_precision(cell.precision)
        kind = TYPES[cell.precision]
        if cell.is_matmul:
            self.factors = factors(cell.size)
            self.function: Callable[..., torch.Tensor] = torch.matmul
            self.given = [torch.from_numpy(factor).to(self.device, kind) for factor in self.factors]
        else:
            network = models.get_model(cell.model, weights=None)
            network.load_state_dict(torch.load(files.weights(cell.model), weights_only=True))
            images = torch.from_numpy(tensor(cell.size, cell.batch))
            self.function = network.eval().to(self.device, kind, memory_format=torch.channels_last)
            self.given = [images.to(self.device, kind, memory_format=torch.channels_last)]

    def eager(self) -> Compute:
        return lambda: self.function(*self.given)

    def graphs(self) -> Compute:
        """The forward pass as one CUDA graph; the stream that captures must not be the default one."""
        stream = torch.cuda.Stream(self.device)
        stream.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(stream):
            for _ in range(RUNS_BEFORE_CAPTURE):
                self.function(*self.given)
        torch.cuda.current_stream(self.device).wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            output = self.function(*self.given)

        def replay() -> torch.Tensor:
            graph.replay()
            return output

        return replay

    def compile(self) -> Compute:
        """Compiled for this shape, with CUDA graphs where there is a GPU."""
        compiled = torch.compile(self.function, mode="reduce-overhead", fullgraph=True, dynamic=False)
        return lambda: compiled(*self.given)

    def error(self, output: torch.Tensor) -> float:
        found = output.float().cpu().numpy()
        if self.cell.is_matmul:
            return product_error(*self.factors, found)
        return error(found, np.load(self.files.logits(self.cell)))

    def synchroniser(self) -> Callable[[], object]:
        """What waits for the device, without the time that Python takes to find out which it is."""
        return torch.cuda.current_stream(self.device).synchronize if self.device.type == "cuda" else lambda: None


class Server:
    """The ways in which the task at hand is computed."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.task: Task | None = None
        self.ways: dict[str, Compute] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, object]:
        match request["do"]:
            case "describe":
                return describe(torch.device(request["device"]))
            case "open":
                return {"error": self.open(request["way"], Cell(**request["cell"]))}
            case "burst":
                return {"samples_ns": self.burst(request["way"], request["seconds"])}
            case "close":
                self.drop(request["way"])
                return {}
            case unknown:
                raise ValueError(f"no such request: {unknown}")

    def open(self, way: str, cell: Cell) -> float:
        """Makes a way ready, and gives the error of its answer."""
        if self.task is None or self.task.cell != cell:
            self.forget()
            self.task = Task(cell, self.files)
        compute = getattr(self.task, way)()
        for _ in range(WARMUP_RUNS):
            output = compute()
        found = self.task.error(output)
        self.ways[way] = compute
        return found

    def burst(self, way: str, seconds: float) -> list[int]:
        """The nanoseconds of as many runs as fit, after a warm-up that is thrown away: from a synchronised device to
        a synchronised device."""
        assert self.task
        compute, synchronise = self.ways[way], self.task.synchroniser()

        def timed() -> int:
            start = time.perf_counter_ns()
            compute()
            synchronise()
            return time.perf_counter_ns() - start

        synchronise()
        start, warm = time.perf_counter_ns(), 0
        while warm < WARMUP_RUNS or time.perf_counter_ns() - start < WARMUP_NS:
            timed()
            warm += 1
        end, samples = time.perf_counter_ns() + round(seconds * 1e9), list[int]()
        while len(samples) < WARMUP_RUNS or (time.perf_counter_ns() < end and len(samples) < MAX_RUNS):
            samples.append(timed())
        become_quiet()
        return samples

    def drop(self, way: str) -> None:
        self.ways.pop(way, None)
        if way == "compile":
            torch.compiler.reset()
        self.tidy()

    def tidy(self) -> None:
        """Gives back what no way needs any more."""
        if not self.ways:
            self.task = None
        free_memory()

    def forget(self) -> None:
        """Ends the task."""
        self.ways.clear()
        self.tidy()


def free_memory() -> None:
    """Gives back all memory but that of what is in use, of CUDA and of its libraries."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def in_short(why: Exception) -> str:
    """An error in one line: the first of its text say what happened, the rest where."""
    lines = [line.strip() for line in str(why).splitlines() if line.strip()]
    return f"{type(why).__name__}: {' '.join(lines[:2])}"[:300]


def set_precision(precision: str) -> None:
    """Strict f32 unless TF32 is asked for: PyTorch's default for convolutions is TF32."""
    allowed = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = allowed
    torch.backends.cuda.matmul.allow_tf32 = allowed
    torch.set_float32_matmul_precision("high" if allowed else "highest")


def describe(device: torch.device) -> dict[str, object]:
    """The versions, by title."""
    versions = [f"PyTorch {torch.__version__}"]
    if device.type == "cpu":
        return {"libraries of PyTorch": versions[0]}
    cudnn = torch.backends.cudnn.version() or 0
    versions += [f"CUDA {torch.version.cuda}", f"cuDNN {cudnn // 10_000}.{cudnn // 100 % 100}.{cudnn % 100}"]
    facts = torch.cuda.get_device_properties(device)
    what = f"{facts.name}, compute capability {facts.major}.{facts.minor}, {facts.total_memory / 2**30:.1f} GiB"
    return {"device, says PyTorch": what, "libraries of PyTorch": ", ".join(versions)}


def main() -> None:
    # Whatever a library or a compiler that it starts prints goes to standard error.
    answers: TextIO = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    torch.backends.cudnn.benchmark = True
    server = Server(Files(Path(sys.argv[1])))
    gc.disable()
    with torch.inference_mode():
        for line in sys.stdin:
            try:
                answer = server.answer(json.loads(line))
            except Exception as why:  # whatever a library throws is this way's result, not the end of all
                answer = {"failed": in_short(why)}
            if "failed" in answer:
                server.tidy()
            say(answer, answers)


main()
