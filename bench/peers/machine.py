"""What the figures were taken on and with."""

import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("onnxruntime", "torch", "numpy")
GPU_FIELDS = {
    "name": "GPU",
    "driver_version": "driver",
    "memory.total": "GPU memory",
    "compute_cap": "compute capability",
    "clocks.max.sm": "highest clock",
    "power.limit": "power limit",
}


def physical_cores() -> int:
    """Cores that this process may use, which is what the worker's `all` means."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(psutil.cpu_count(logical=False) or usable, usable)


def describe(worker_build: str, packages: tuple[str, ...] = PACKAGES) -> dict[str, str]:
    """The machine and the versions, by title."""
    caches = ", ".join(f"L{level} {size}" for level, size in cache_sizes())
    return {
        "processor": processor(),
        "cores": f"{physical_cores()} physical, {os.cpu_count()} logical",
        **({"caches": caches} if caches else {}),
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "versions": ", ".join([worker_build, *(f"{name} {version(name)}" for name in packages)]),
    }


def describe_gpu(index: int) -> dict[str, str]:
    """What the driver says of a GPU, by title; nothing where its program `nvidia-smi` is not there."""
    query = ["nvidia-smi", f"--id={index}", f"--query-gpu={','.join(GPU_FIELDS)}", "--format=csv,noheader"]
    try:
        said = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return {}
    return read_gpu(said)


def read_gpu(line: str) -> dict[str, str]:
    """A line of `nvidia-smi`'s CSV, by title; what it does not know is left out."""
    values = zip(GPU_FIELDS.values(), (value.strip() for value in line.strip().split(",")))
    return {title: value for title, value in values if value and not value.startswith("[")}


def wait_for_quiet(threshold: float, patience_s: float) -> float:
    """Waits until no more than this share of all processors, 0 to 1, is in use, or until patience ends. Gives the share
    that is in use then: while the contenders are quiet, it is other processes' load."""
    end = time.monotonic() + patience_s
    while (load := psutil.cpu_percent(interval=0.1) / 100) > threshold and time.monotonic() < end:
        pass
    return load


def processor() -> str:
    """The product name, as the system knows it."""
    if sys.platform == "linux":
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        return next(names, platform.machine())
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.check_output(command, text=True).strip()
    return platform.processor()


def cache_sizes() -> list[tuple[int, str]]:
    """Levels and sizes of the first core's data caches; Linux alone says so in files."""
    found = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = ((index / name).read_text().strip() for name in ("type", "level", "size"))
        if kind != "Instruction":
            found.append((int(level), size))
    return found
