"""The practice's own measurement with PyTorch, for comparison with `cotejo local`.

    pip install torch torchvision
    python bench/peers/practice_pytorch.py [resnet18|mobilenet_v2] [THREADS]

Prints, for each size, the first run (what the practice's script reports) and the median of ten warm ones.
"""

import statistics
import sys
import time

import torch
from torchvision import models


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "resnet18"
    if len(sys.argv) > 2:
        torch.set_num_threads(int(sys.argv[2]))
    model = models.get_model(name, weights=None).eval()
    print(f"{name}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads")
    for size in (224, 512, 1024):
        image = torch.randn(1, 3, size, size)

        def run() -> float:
            start = time.perf_counter()
            model(image)
            return time.perf_counter() - start

        with torch.no_grad():
            first = run()
            for _ in range(3):
                run()
            times = [run() for _ in range(10)]
        print(f"{size:5} x {size}: first {first:.4f} s, median of 10 {statistics.median(times):.4f} s")


main()
