"""The figures of the cells, and how they are printed. No clock, no process."""

import json
import math
from dataclasses import asdict, dataclass, field
from itertools import chain
from statistics import geometric_mean, median

from cells import Cell
from contenders import Burst

# A logit may be off by this share of the logits' root mean square.
TOLERANCE = 1e-3
TOO_BIG = "out of memory"
# Of other processes: above it, a cell is named below the table.
BUSY = 0.1
NONE = "-"
TITLES = {
    "onnxruntime": "ORT",
    "pytorch": "PyTorch",
    "numpy": "NumPy",
    "eager": "PyTorch eager",
    "graphs": "PyTorch graphs",
    "compile": "torch.compile",
}


@dataclass
class Result:
    """What the contenders did in one cell: their bursts in the order of rounds, or why there are none (those in
    `too_big` because they need more memory than there is), and the highest load by other processes, 0 to 1, just
    before a round."""

    cell: Cell
    bursts: dict[str, list[Burst]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    too_big: set[str] = field(default_factory=set)
    others_load: float = 0.0
    tolerance: float = TOLERANCE

    def median_ns(self, name: str) -> float | None:
        """Over all samples of all rounds."""
        samples = list(chain.from_iterable(burst.samples_ns for burst in self.bursts.get(name, [])))
        return median(samples) if samples else None

    def round_ratios(self, name: str, other: str) -> list[float]:
        """Of the medians of the bursts, one for each round in which both took part."""
        pairs = zip(self.bursts.get(name, []), self.bursts.get(other, []))
        return [median(mine.samples_ns) / median(theirs.samples_ns) for mine, theirs in pairs]

    def ratio(self, name: str, other: str) -> float | None:
        """The median over the rounds: two bursts of one round met the machine in the same state."""
        rounds = self.round_ratios(name, other)
        return median(rounds) if rounds else None

    def error(self, name: str) -> float | None:
        return max((burst.error for burst in self.bursts.get(name, []) if burst.error is not None), default=None)

    def is_wrong(self, name: str) -> bool:
        return (self.error(name) or 0.0) > self.tolerance

    def peak_bytes(self, name: str) -> int | None:
        return max((burst.peak_bytes for burst in self.bursts.get(name, []) if burst.peak_bytes), default=None)


@dataclass(frozen=True)
class Layout:
    """Which columns a table has."""

    contenders: tuple[str, ...]
    memory: bool = False
    per_pixel: bool = False
    precision: bool = False
    """In the place of threads; the cells then have limits of their own for errors."""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The first contender against each of the others."""
        first, *others = self.contenders
        return [(first, other) for other in others]


def time_text(result: Result, name: str) -> str:
    return TOO_BIG if name in result.too_big else milliseconds(result.median_ns(name))


def milliseconds(ns: float | None) -> str:
    if ns is None:
        return NONE
    value = ns / 1e6
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def ratio_text(result: Result, name: str, other: str) -> str:
    rounds = result.round_ratios(name, other)
    return f"{median(rounds):.2f} ({min(rounds):.2f}-{max(rounds):.2f})" if rounds else NONE


def error_text(result: Result, name: str, layout: Layout) -> str:
    error = result.error(name)
    if error is None:
        return NONE
    wrong = " over limit" if layout.precision else " WRONG"
    return f"{error:.1e}" + (wrong if result.is_wrong(name) else "")


def per_pixel(result: Result, name: str) -> str:
    ns = result.median_ns(name)
    return NONE if ns is None else f"{ns / result.cell.pixels:.1f}"


def mebibytes(count: int | None) -> str:
    return NONE if count is None else f"{count / 2**20:.0f}"


def title(name: str) -> str:
    return TITLES.get(name, name)


def header(layout: Layout) -> list[str]:
    names = [title(name) for name in layout.contenders]
    pairs = [f"{title(name)}/{title(other)}" for name, other in layout.pairs]
    return [
        "model",
        "size",
        "batch",
        "precision" if layout.precision else "threads",
        *(f"{name} ms" for name in names),
        *pairs,
        *(f"{name} error" for name in names),
        *(f"{name} ns/pixel" for name in names if layout.per_pixel),
        *(f"{name} MiB" for name in names if layout.memory),
    ]


def row(result: Result, layout: Layout) -> list[str]:
    names, cell = layout.contenders, result.cell
    return [
        cell.model,
        str(cell.size),
        NONE if cell.is_matmul else str(cell.batch),
        cell.precision if layout.precision else str(cell.threads),
        *(time_text(result, name) for name in names),
        *(ratio_text(result, name, other) for name, other in layout.pairs),
        *(error_text(result, name, layout) for name in names),
        *(per_pixel(result, name) for name in names if layout.per_pixel),
        *(mebibytes(result.peak_bytes(name)) for name in names if layout.memory),
    ]


def aligned(rows: list[list[str]]) -> list[str]:
    """Columns as wide as they need to be; the first to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    first = widths[0]
    return [
        "  ".join([cells[0].ljust(first), *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:]))])
        for cells in rows
    ]


def piped(rows: list[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    rule = "|---|" + "---:|" * (len(rows[0]) - 1)
    return [lines[0], rule, *lines[1:]]


def summary(results: list[Result], layout: Layout) -> list[str]:
    """For each pair the mean and the extremes of the ratios, then whatever went wrong."""
    lines = []
    for name, other in layout.pairs:
        found = [(ratio, result.cell) for result in results if (ratio := result.ratio(name, other))]
        if found:
            (best, best_cell), (worst, worst_cell) = min(found, key=ratio_of), max(found, key=ratio_of)
            mean = geometric_mean(ratio for ratio, _ in found)
            lines.append(
                f"{title(name)}/{title(other)}: geometric mean {mean:.2f}, best {best:.2f} ({best_cell}), "
                f"worst {worst:.2f} ({worst_cell})"
            )
    for result in results:
        lines += [f"{title(name)}, {result.cell}: {why}" for name, why in result.failures.items()]
        wrong = f"error over the limit of {result.tolerance:.0e}" if layout.precision else "wrong answers"
        lines += [f"{title(name)}, {result.cell}: {wrong}" for name in layout.contenders if result.is_wrong(name)]
        if result.others_load > BUSY:
            lines.append(f"{result.cell}: other processes used up to {result.others_load:.0%} of the processors")
    return lines


def ratio_of(found: tuple[float, Cell]) -> float:
    return found[0]


def as_text(machine: dict[str, str], results: list[Result], layout: Layout, markdown: bool) -> str:
    rows = [header(layout), *(row(result, layout) for result in results)]
    table = piped(rows) if markdown else aligned(rows)
    facts, rest = [f"{what}: {value}" for what, value in machine.items()], summary(results, layout)
    if markdown:
        facts, rest = [f"- {line}" for line in facts], [f"- {line}" for line in rest]
    return "\n".join([*facts, "", *table, "", *rest])


def as_json(machine: dict[str, str], results: list[Result], layout: Layout) -> str:
    def entry(result: Result) -> dict[str, object]:
        contenders = {
            name: {
                "median_ns": result.median_ns(name),
                "error": result.error(name),
                "peak_bytes": result.peak_bytes(name),
                "failure": result.failures.get(name),
                "too_big": name in result.too_big,
                "rounds_ns": [burst.samples_ns for burst in result.bursts.get(name, [])],
            }
            for name in layout.contenders
        }
        ratios = {
            f"{name}/{other}": {"ratio": result.ratio(name, other), "rounds": result.round_ratios(name, other)}
            for name, other in layout.pairs
        }
        load = {"others_load": result.others_load}
        return {**asdict(result.cell), "contenders": contenders, "ratios": ratios, **load}

    return json.dumps({"machine": machine, "cells": [entry(result) for result in results]}, indent=1)
