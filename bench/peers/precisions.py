"""Prints the times and errors of `cotejo results --format json` by precision and engine, as a Markdown table.

    cotejo results --local --all --format json | python bench/peers/precisions.py

The exit status is 1 where an error is over its limit, and where nothing was measured.
"""

import json
import sys
from typing import Any

from goals import LIMITS
from results import NONE, milliseconds, piped

HEADER = ["device", "task", "precision", "engine", "ms", "error", "limit"]


def row(entry: dict[str, Any]) -> list[str]:
    workload, outcome = entry["workload"], entry["outcome"]
    task, precision = workload["task"], workload["precision"]
    batch = f" batch {task['batch']}" if "batch" in task else ""
    cell = [entry["device"], f"{task.get('model', 'matmul')} {task['size']}{batch}", precision, workload["engine"]]
    if outcome["outcome"] != "measured":
        return [*cell, outcome.get("code") or outcome["outcome"], NONE, NONE]
    error = outcome["logit_error"]
    over = " over limit" if is_over(entry) else ""
    time = milliseconds(outcome["summary"]["median"] * 1e9)
    return [*cell, time, NONE if error is None else f"{error:.1e}{over}", f"{LIMITS[precision]:.0e}"]


def is_over(entry: dict[str, Any]) -> bool:
    return (entry["outcome"].get("logit_error") or 0.0) > LIMITS[entry["workload"]["precision"]]


def reasons(entries: list[dict[str, Any]]) -> list[str]:
    """Why cells were not measured, each reason once."""
    failed = [entry["outcome"] for entry in entries if entry["outcome"]["outcome"] == "failed"]
    said = dict.fromkeys(f"- {outcome['code']}: {outcome['message']} {outcome['remedy']}".strip() for outcome in failed)
    return list(said)


def main() -> int:
    entries = json.load(sys.stdin)["entries"]
    lines = piped([HEADER, *map(row, entries)])
    print("\n".join([*lines, "", *reasons(entries)]).strip())
    measured = [entry for entry in entries if entry["outcome"]["outcome"] == "measured"]
    return int(not measured or any(map(is_over, measured)))


if __name__ == "__main__":
    sys.exit(main())
