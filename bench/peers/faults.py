"""What a GPU's memory does to the worker, and the worker to it, on a real card: one line each, as a Markdown table.

    python bench/peers/faults.py --worker target/release/cotejo-worker --device cuda:0

- a job that cannot fit is refused before it runs, and names both figures;
- a job runs beside a process that holds memory, and is refused where that process holds nearly all of it;
- a worker that is killed in the middle of a job leaves no memory behind;
- what a plan takes beside what was predicted, with the context.

The exit status is 1 where one of them does not hold. PyTorch plays the other process.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cells import Cell, Files
from contenders import Child, Worker, WorkerJobs, reason
from match import find_worker

# A driver frees a killed process's memory a moment later.
FREED_WITHIN_S = 10
HOLDER = """
import sys, torch
free, _ = torch.cuda.mem_get_info()
held = torch.empty(free - int(sys.argv[1]) * 2**20, dtype=torch.uint8, device="cuda")
torch.cuda.synchronize()
print("held", flush=True)
sys.stdin.read()
"""


def used_mib(index: str) -> int:
    """Memory of the GPU in use, as the driver counts it."""
    query = ["nvidia-smi", "-i", index, "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    return int(subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()[0])


class Trial:
    def __init__(self, worker: Worker, device: str) -> None:
        self.worker, self.device = worker, device
        self.index = device.partition(":")[2]
        self.held: list[bool] = []

    def note(self, what: str, holds: bool, found: str) -> None:
        self.held.append(holds)
        print(f"| {what} | {'yes' if holds else 'NO'} | {found} |", flush=True)

    def request(self, size: int, batch: int, plan: dict[str, int | None]) -> str:
        """A job with random weights and the built-in picture."""
        cell = Cell("resnet18", size, batch, 4, self.device)
        jobs = WorkerJobs(self.worker, "optimized", cell, Files(Path()))
        job: dict[str, Any] = {
            "workload": jobs.workload(),
            "device": self.device,
            "weights": {"source": "random", "seed": 0},
            "image": None,
            "measuring": plan,
        }
        return json.dumps({"job": job, "image": None, "weights": None})

    def run(self, size: int, batch: int) -> dict[str, Any]:
        """The last frame of a short job."""
        plan = {"runs": 5, "budget_ms": 60_000}
        done = subprocess.run(
            self.worker.command, input=self.request(size, batch, plan) + "\n", capture_output=True, text=True, timeout=120
        )
        lines = done.stdout.splitlines()
        return json.loads(lines[-1]) if lines else {"frame": "none", "message": done.stderr[-300:]}

    def refuses_what_cannot_fit(self) -> None:
        frame = self.run(4096, 1024)
        refused = frame.get("code") == "out_of_memory"
        self.note("4096 pixels, batch 1024", refused, f"{frame.get('code')}: {reason(frame)}")

    def beside(self, left_mib: int, fits: bool) -> None:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(left_mib)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            assert holder.stdout
            if holder.stdout.readline().strip() != "held":
                self.note(f"another process leaves {left_mib} MiB", False, "PyTorch could not hold the rest")
                return
            frame = self.run(224, 32)
            outcome = frame["frame"] == "done" if fits else frame.get("code") == "out_of_memory"
            found = "measured" if frame["frame"] == "done" else f"{frame.get('code')}: {reason(frame)}"
            self.note(f"another process leaves {left_mib} MiB", outcome, found)
        finally:
            holder.kill()
            holder.wait()

    def killed(self) -> None:
        before = used_mib(self.index)
        child = Child([*self.worker.command, "--die-with-parent"], 4)
        child.tell(self.request(1024, 32, {"runs": None, "budget_ms": 60_000}))
        most, deadline = before, time.monotonic() + 25
        while time.monotonic() < deadline:
            most = max(most, used_mib(self.index))
            if most > before + 1500:
                time.sleep(1)
                most = max(most, used_mib(self.index))
                break
            time.sleep(0.3)
        child.end()
        end, after = time.monotonic() + FREED_WITHIN_S, used_mib(self.index)
        while after > before + 8 and time.monotonic() < end:
            time.sleep(0.3)
            after = used_mib(self.index)
        self.note(
            "a worker killed in mid-run", most > before + 500 and after <= before + 8, f"{before} → {most} → {after} MiB used"
        )

    def context(self) -> None:
        """The context's own memory: a small job's, less what its plan says that it takes."""
        before = used_mib(self.index)
        child = Child([*self.worker.command, "--die-with-parent"], 4)
        child.tell(self.request(32, 1, {"runs": None, "budget_ms": 8_000}))
        most, deadline = before, time.monotonic() + 7
        while time.monotonic() < deadline:
            most = max(most, used_mib(self.index))
            time.sleep(0.2)
        child.end()
        self.note("context with a plan of 32 pixels", most > before, f"{most - before} MiB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worker", type=Path)
    parser.add_argument("--device", default="cuda:0")
    options = parser.parse_args()
    programs = ("cotejo-worker-cuda", "cotejo-worker")
    worker = Worker(find_worker(options.worker, programs, "cargo build --release -p cotejo-worker"), exact=False)
    trial = Trial(worker, options.device)
    print("| what | holds | found |\n|---|---|---|", flush=True)
    trial.context()
    trial.refuses_what_cannot_fit()
    trial.beside(4000, fits=True)
    trial.beside(700, fits=False)
    trial.killed()
    return int(not all(trial.held))


if __name__ == "__main__":
    sys.exit(main())
