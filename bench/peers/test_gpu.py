"""Tests of the GPU command's logic; they need no GPU, no PyTorch and no worker: `python -m unittest discover bench/peers`."""

import io
import tempfile
import unittest
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from unittest import mock

import goals
import precisions
from cells import Cell, Files
from contenders import Burst, Failed, Worker
from gpu import Run, TimedMatch, parse
from gpu_contenders import TimedJobs, Torch, TorchWay, is_out_of_memory
from machine import read_gpu
from repeat import largest_difference, verdict
from results import Layout, Result, as_text

CELL = Cell("resnet18", 64, 1, 2, "cuda:0", "f16")
# Answers like the real peer's; dies when it is told to compute in the way "compile".
FRAIL_PEER = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "burst" and request["way"] == "compile":
        sys.exit(1)
    if request.get("cell", {}).get("batch") == 32:
        print(json.dumps({"failed": "OutOfMemoryError: CUDA out of memory."}), flush=True)
    else:
        print(json.dumps({"error": 1e-3, "samples_ns": [1000, 3000]}), flush=True)
"""


def bursts(*medians_ms: float, error: float = 0.0) -> list[Burst]:
    return [Burst([round(ms * 1e6)], error, None) for ms in medians_ms]


def result(batch: int, **contenders: list[Burst]) -> Result:
    return Result(Cell("resnet18", 224, batch, 2, "cuda:0", "f32"), contenders, tolerance=goals.LIMITS["f32"])


class Card:
    """A GPU whose memory holds so much."""

    def __init__(self, size: int) -> None:
        self.size, self.held = size, dict[str, int]()

    def opener(self, needs: dict[str, int]) -> Callable[[str], "Holder"]:
        return lambda name: Holder(self, name, needs[name])


class Holder:
    """A contender that takes its memory with its first burst and keeps it."""

    def __init__(self, card: Card, name: str, needs: int) -> None:
        self.card, self.name, self.needs = card, name, needs

    def burst(self, seconds: float, /) -> Burst:
        others = sum(size for name, size in self.card.held.items() if name != self.name)
        if others + self.needs > self.card.size:
            raise Failed("CUDA out of memory", out_of_memory=True)
        self.card.held[self.name] = self.needs
        return Burst([round(seconds * 1e9)], 0.0, None)

    def close(self) -> None:
        self.card.held.pop(self.name, None)


def play(card: Card, needs: dict[str, int]) -> Result:
    played = Result(CELL)
    match = TimedMatch(played, tuple(needs), 2, 0.0, card.opener(needs), seconds=0.001)
    with redirect_stderr(io.StringIO()), mock.patch("machine.wait_for_quiet", return_value=0.0):
        match.play()
    return played


class Memory(unittest.TestCase):
    def test_what_fits_together_stays(self) -> None:
        card = Card(8)
        played = play(card, {"cotejo": 3, "eager": 5})
        self.assertEqual((played.failures, len(played.bursts["eager"])), ({}, 2))
        self.assertEqual(card.held, {}, "all is given back at the end")

    def test_what_fits_only_alone_is_measured_alone(self) -> None:
        played = play(Card(8), {"cotejo": 5, "eager": 6, "graphs": 7})
        self.assertEqual(played.failures, {})
        self.assertEqual([len(found) for found in played.bursts.values()], [2, 2, 2])

    def test_what_does_not_fit_alone_is_a_result(self) -> None:
        played = play(Card(8), {"cotejo": 5, "eager": 9})
        self.assertEqual(played.too_big, {"eager"})
        self.assertEqual(len(played.bursts["cotejo"]), 2)
        row = as_text({}, [played], Layout(("cotejo", "eager"), precision=True), markdown=True).splitlines()[3]
        self.assertEqual(row, "| resnet18 | 64 | 1 | f16 | 1.00 | out of memory | - | 0.0e+00 | - |")

    def test_libraries_say_it_in_many_ways(self) -> None:
        for said in (
            "CUDA out of memory. Tried",
            "CUBLAS_STATUS_ALLOC_FAILED when",
            "CUDA driver error: out of memory",
        ):
            self.assertTrue(is_out_of_memory(said), said)
        self.assertFalse(is_out_of_memory("CUDA error: an illegal memory access was encountered"))


class Goals(unittest.TestCase):
    def test_each_batch_has_its_goals(self) -> None:
        fast = result(1, cotejo=bursts(1.0, 1.0), eager=bursts(2.0, 2.0), graphs=bursts(0.9, 0.9))
        many = result(32, cotejo=bursts(1.0), eager=bursts(1.0), graphs=bursts(1.25))
        self.assertEqual(
            [(verdict.peer, verdict.limit, verdict.word) for verdict in goals.verdicts([fast, result(8), many])],
            [("eager", 0.5, "holds"), ("graphs", 1.0, "MISSES"), ("eager", 1.0, "holds"), ("graphs", 1.0, "holds")],
        )
        lines = goals.summary([fast, many])
        self.assertEqual(lines[1], "at most 1.0 of PyTorch graphs at batch 1: holds in 0 of 1 cells")
        self.assertEqual(lines[4:], ["resnet18 224 batch 1 f32: Cotejo/PyTorch graphs 1.11, goal at most 1.0: MISSES"])

    def test_what_was_not_measured_does_not_hold(self) -> None:
        words = [verdict.word for verdict in goals.verdicts([result(1, cotejo=bursts(1.0))])]
        self.assertEqual(words, ["not measured", "not measured"])
        product = Result(Cell("matmul", 64, 1, 2, "cuda:0"), {"cotejo": bursts(1.0), "eager": bursts(1.0)})
        self.assertEqual(goals.verdicts([product]), [])

    def test_an_error_counts_unless_the_precision_itself_causes_it(self) -> None:
        coarse, fine = bursts(1.0, error=2e-4), bursts(1.0, error=9e-5)
        self.assertTrue(goals.is_worse_than_peers(result(1, cotejo=coarse, eager=fine), "cotejo"))
        self.assertTrue(goals.is_worse_than_peers(result(1, cotejo=coarse), "cotejo"))
        self.assertFalse(goals.is_worse_than_peers(result(1, cotejo=coarse, eager=coarse), "cotejo"))
        self.assertFalse(goals.is_worse_than_peers(result(1, cotejo=fine, eager=coarse), "cotejo"))


class Processes(unittest.TestCase):
    def test_a_way_that_dies_leaves_the_others_alive(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "frail.py")
            script.write_text(FRAIL_PEER)
            torch = Torch(1, Files(Path(folder)), script)
            eager, dying = TorchWay(torch, "eager", CELL), TorchWay(torch, "compile", CELL)
            try:
                self.assertEqual(eager.burst(0.1), Burst([1000, 3000], 1e-3, None))
                with self.assertRaises(Failed) as why:
                    dying.burst(0.1)
                self.assertFalse(why.exception.out_of_memory)
                self.assertEqual(eager.burst(0.1).samples_ns, [1000, 3000])
                self.assertEqual(torch.generation, 2)
                dying.close()
                eager.close()
            finally:
                torch.close()

    def test_short_memory_does_not_end_the_process(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "frail.py")
            script.write_text(FRAIL_PEER)
            torch = Torch(1, Files(Path(folder)), script)
            big = TorchWay(torch, "eager", Cell("resnet18", 64, 32, 2, "cuda:0"))
            try:
                with self.assertRaises(Failed) as why:
                    big.burst(0.1)
                self.assertTrue(why.exception.out_of_memory)
                TorchWay(torch, "eager", CELL).burst(0.1)
                self.assertEqual(torch.generation, 1)
            finally:
                torch.close()

    def test_an_interrupt_does_not_wait_for_a_burst(self) -> None:
        torch = Torch(1, Files(Path()))
        torch.child = busy = mock.Mock(hear=mock.Mock(side_effect=KeyboardInterrupt))
        torch.generation = 1
        way = TorchWay(torch, "eager", CELL)
        way.opened_in = 1
        with self.assertRaises(KeyboardInterrupt):
            way.burst(0.1)
        way.close()
        busy.end.assert_called_once_with()
        self.assertEqual(busy.tell.call_count, 1, "only the burst was asked for")


class Jobs(unittest.TestCase):
    def test_the_job_names_device_and_precision(self) -> None:
        cell = Cell("matmul", 64, 1, 2, "cuda:1", "tf32")
        jobs = TimedJobs(Worker(["worker"], False), "reference", cell, Files(Path()), {})
        job = jobs.jobs.request({"runs": None, "budget_ms": 800})["job"]
        self.assertEqual((job["device"], job["workload"]["precision"]), ("cuda:1", "tf32"))
        self.assertEqual((job["workload"]["engine"], job["measuring"]["budget_ms"]), ("reference", 800))

    def test_made_up_times_are_refused_and_libraries_are_read(self) -> None:
        done = {"device_name": "Simulated GPU", "samples_ns": [1], "logit_error": None, "simulated": True}
        facts: dict[str, str] = {}
        jobs = TimedJobs(
            Worker(["worker"], False), "optimized", Cell("matmul", 64, 1, 2, "cuda:0"), Files(Path()), facts
        )
        with mock.patch.object(jobs.jobs, "measure", return_value=done), self.assertRaisesRegex(Failed, "made up"):
            jobs.burst(0.1)
        real = {**done, "simulated": False, "device_name": "GPU", "gpu": {"cuda": "13.0", "cudnn": None}}
        with mock.patch.object(jobs.jobs, "measure", return_value=real):
            self.assertEqual(jobs.burst(0.1).samples_ns, [1])
        self.assertEqual(facts, {"device, says Cotejo": "GPU", "libraries of Cotejo": "CUDA 13.0"})


class Repeats(unittest.TestCase):
    def test_answers_are_compared_bit_for_bit(self) -> None:
        def job(*logits: float) -> list[dict[str, float]]:
            return [{"class": kind, "logit": logit} for kind, logit in enumerate(logits)]

        self.assertEqual(verdict(largest_difference([job(2.0, 1.0), job(2.0, 1.0)])), "equal")
        self.assertEqual(verdict(largest_difference([job(2.0, 1.0), job(2.0, 1.5)])), "DIFFERENT by 5.0e-01")
        self.assertEqual(verdict(largest_difference([job(2.0, 1.0), job(2.0, 1.0)[::-1]])), "DIFFERENT classes")


class Precisions(unittest.TestCase):
    def test_rows_say_what_is_over_its_limit_and_why_there_is_none(self) -> None:
        task = {"kind": "classify", "model": "resnet18", "size": 224, "batch": 8}
        workload = {"task": task, "precision": "f16", "engine": "optimized"}
        measured = {"outcome": "measured", "summary": {"median": 0.00125}, "logit_error": 0.003}
        failed = {
            "outcome": "failed",
            "code": "out_of_memory",
            "message": "needs 9 GiB",
            "remedy": "take a smaller batch",
        }
        entries = [{"device": "cuda:0", "workload": workload, "outcome": outcome} for outcome in (measured, failed)]
        same = ["cuda:0", "resnet18 224 batch 8", "f16", "optimized"]
        self.assertEqual(precisions.row(entries[0]), [*same, "1.25", "3.0e-03 over limit", "2e-03"])
        self.assertEqual(precisions.row(entries[1]), [*same, "out_of_memory", "-", "-"])
        self.assertEqual(precisions.reasons(entries), ["- out_of_memory: needs 9 GiB take a smaller batch"])


class Command(unittest.TestCase):
    def test_quick_is_less_unless_it_is_named(self) -> None:
        full, quick = parse([]), parse(["--quick", "--only", "networks", "--sizes", "512"])
        self.assertEqual(len(full.cells), 4 * (2 * 3 * 3 + 3))
        self.assertEqual(full.cells[0], Cell("resnet18", 224, 1, full.cells[0].threads, "cuda:0", "f32"))
        self.assertEqual(
            {(cell.size, cell.batch, cell.precision) for cell in quick.cells},
            {(512, 1, "f32"), (512, 32, "f32"), (512, 1, "f16"), (512, 32, "f16")},
        )

    def test_a_dry_run_leaves_graphs_out_and_says_so(self) -> None:
        options = parse(["--device", "cpu", "--quick"])
        self.assertEqual(options.contenders, ("cotejo", "eager"))
        self.assertIn("CUDA graphs are left out", options.notes[0])

    def test_nonsense_is_refused(self) -> None:
        for wrong in (
            ["--device", "gpu"],
            ["--device", "cuda"],
            ["--precisions", "f8"],
            ["--contenders", "onnxruntime"],
        ):
            with redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as end:
                parse(wrong)
            self.assertEqual(end.exception.code, 2, wrong)

    def test_time_that_is_up_is_reported(self) -> None:
        options = parse(["--only", "products", "--matmul", "8,16", "--precisions", "f32", "--minutes", "1"])
        torch = mock.Mock(ask=mock.Mock(return_value={"libraries of PyTorch": "PyTorch 1"}))
        run = Run(options, mock.Mock(), Files(Path()), torch, {}, [])
        clock = iter([0.0, 10.0, 70.0])
        patched = mock.patch("gpu.time.monotonic", lambda: next(clock))
        with patched, mock.patch.object(Run, "play") as played, redirect_stderr(io.StringIO()):
            run.measure()
        played.assert_called_once_with(options.cells[0])
        self.assertIn("time was up before 1 cells: matmul 16 batch 1 f32", run.report())

    def test_a_failure_is_unsound_but_too_big_is_not(self) -> None:
        run = Run(parse([]), mock.Mock(), Files(Path()), mock.Mock(), {}, [])
        run.results = [Result(CELL, failures={"eager": "out of memory"}, too_big={"eager"})]
        self.assertTrue(run.is_sound())
        run.results.append(Result(CELL, failures={"cotejo": "no such engine"}))
        self.assertFalse(run.is_sound())

    def test_the_driver_is_asked(self) -> None:
        said = read_gpu("NVIDIA GeForce RTX 3060, 580.95.05, 12288 MiB, 8.6, 2100 MHz, [N/A]\n")
        self.assertEqual(
            (said["GPU"], said["driver"], said["highest clock"]), ("NVIDIA GeForce RTX 3060", "580.95.05", "2100 MHz")
        )
        self.assertNotIn("power limit", said)


if __name__ == "__main__":
    unittest.main()
