"""What Cotejo's GPU engine is to reach: times beside PyTorch's, and errors of its answers. No clock, no process."""

from dataclasses import dataclass

from results import Result, title

# Of the logits' root mean square.
LIMITS = {"f32": 1e-4, "tf32": 2e-3, "f16": 2e-3, "bf16": 2e-2}
# How much of a peer's time Cotejo may take, by batch and peer.
GOALS = {1: {"eager": 0.5, "graphs": 1.0}, 32: {"eager": 1.0, "graphs": 1.0}}
HOLDS, MISSES, OPEN = "holds", "MISSES", "not measured"


@dataclass(frozen=True)
class Verdict:
    """Whether Cotejo took at most this share of a peer's time in a cell."""

    result: Result
    peer: str
    limit: float

    @property
    def ratio(self) -> float | None:
        return self.result.ratio("cotejo", self.peer)

    @property
    def word(self) -> str:
        return OPEN if self.ratio is None else HOLDS if self.ratio <= self.limit else MISSES

    def __str__(self) -> str:
        found = "" if self.ratio is None else f" {self.ratio:.2f}"
        return f"{self.result.cell}: Cotejo/{title(self.peer)}{found}, goal at most {self.limit}: {self.word}"


def verdicts(results: list[Result]) -> list[Verdict]:
    """One for each goal of each cell that has goals: networks in batches of 1 and 32."""
    networks = [result for result in results if not result.cell.is_matmul]
    return [
        Verdict(result, peer, limit) for result in networks for peer, limit in GOALS.get(result.cell.batch, {}).items()
    ]


def summary(results: list[Result]) -> list[str]:
    """How many goals hold, and each that does not."""
    found = verdicts(results)
    lines = []
    for batch, goals in GOALS.items():
        for peer, limit in goals.items():
            mine = [verdict for verdict in found if verdict.peer == peer and verdict.result.cell.batch == batch]
            if mine:
                count = sum(verdict.word == HOLDS for verdict in mine)
                goal = f"at most {limit} of {title(peer)} at batch {batch}"
                lines.append(f"{goal}: holds in {count} of {len(mine)} cells")
    return lines + [str(verdict) for verdict in found if verdict.word != HOLDS]


def is_worse_than_peers(result: Result, name: str) -> bool:
    """Whether an answer is wrong where some PyTorch answer in the same precision is not: weights and images exist with
    which rounding alone exceeds the limit."""
    peers = [peer for peer in result.bursts if peer in ("eager", "graphs", "compile")]
    return result.is_wrong(name) and not (peers and all(result.is_wrong(peer) for peer in peers))
