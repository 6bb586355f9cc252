"""Tests of what needs neither a worker nor a peer: `python -m unittest discover bench/peers`."""

import unittest

import numpy as np

from cells import Cell, shapes
from contenders import Burst
from cpu import parse
from inputs import error, tensor
from results import Layout, Result, as_text, milliseconds

CELL = Cell("resnet18", 64, 2, 1)
LAYOUT = Layout(("cotejo", "onnxruntime"), memory=True, per_pixel=False)


def result() -> Result:
    ours = [Burst([1_000_000, 3_000_000, 2_000_000], 1e-6, 2**20), Burst([4_000_000], 2e-6, None)]
    theirs = [Burst([4_000_000], 0.5, None), Burst([5_000_000], 0.5, None)]
    return Result(CELL, {"cotejo": ours, "onnxruntime": theirs}, others_load=0.25)


class Peers(unittest.TestCase):
    def test_sizes_have_their_own_batches_or_the_common_ones(self) -> None:
        self.assertEqual(
            list(shapes(["128,512", "224:1,8"], [1, 4])), [(128, 1), (128, 4), (512, 1), (512, 4), (224, 1), (224, 8)]
        )
        with self.assertRaises(ValueError):
            list(shapes(["0"], [1]))

    def test_each_kind_of_run_has_its_contenders(self) -> None:
        self.assertEqual(parse([]).contenders, ("cotejo", "onnxruntime", "pytorch"))
        self.assertEqual(parse(["--curve"]).contenders, ("cotejo", "onnxruntime"))
        options = parse(["--matmul", "256,512", "--threads", "1"])
        self.assertEqual(options.contenders, ("cotejo", "numpy", "pytorch"))
        self.assertEqual(options.cells, [Cell("matmul", size, 1, 1) for size in (256, 512)])

    def test_ratios_are_taken_within_rounds(self) -> None:
        self.assertEqual(result().round_ratios("cotejo", "onnxruntime"), [0.5, 0.8])
        self.assertAlmostEqual(result().ratio("cotejo", "onnxruntime") or 0, 0.65)
        self.assertEqual(result().median_ns("cotejo"), 2_500_000)
        self.assertIsNone(result().ratio("cotejo", "pytorch"))

    def test_the_table_says_what_is_wrong(self) -> None:
        failed = Result(CELL, failures={"cotejo": "no such engine"})
        lines = as_text({"processor": "abacus"}, [result(), failed], LAYOUT, markdown=True).splitlines()
        self.assertEqual(lines[0], "- processor: abacus")
        self.assertEqual(
            lines[4], "| resnet18 | 64 | 2 | 1 | 2.50 | 4.50 | 0.65 (0.50-0.80) | 2.0e-06 | 5.0e-01 WRONG | 1 | - |"
        )
        self.assertEqual(lines[5], "| resnet18 | 64 | 2 | 1 | - | - | - | - | - | - | - |")
        self.assertIn("- ORT, resnet18 64 batch 2 threads 1: wrong answers", lines)
        self.assertIn("- cotejo, resnet18 64 batch 2 threads 1: no such engine", lines)
        self.assertIn("- resnet18 64 batch 2 threads 1: other processes used up to 25% of the processors", lines)

    def test_milliseconds_have_three_digits(self) -> None:
        self.assertEqual([milliseconds(ns) for ns in (12_345, 1_234_567, 1.2e9, None)], ["0.0123", "1.23", "1200", "-"])

    def test_a_wrong_logit_counts_in_every_image_of_the_batch(self) -> None:
        expected = np.array([[1.0, -1.0]])
        self.assertEqual(error(np.array([[1.0, -1.0], [1.0, -1.5]], np.float32), expected), 0.5)
        self.assertEqual(error(np.array([[np.nan, 0.0]], np.float32), expected), float("inf"))

    def test_the_images_of_a_batch_are_one(self) -> None:
        images = tensor(5, 2)
        self.assertEqual((images.shape, images.dtype), ((2, 3, 5, 5), np.float32))
        self.assertTrue((images[0] == images[1]).all())


if __name__ == "__main__":
    unittest.main()
