"""Eager PyTorch as a peer: started by `cpu.py`, see `serve.py`."""

from collections.abc import Callable

import numpy as np
import torch
from torchvision import models

from cells import Cell, Files
from inputs import error, factors, product_error, tensor
from serve import arguments, serve


def classification(cell: Cell, files: Files) -> tuple[Callable[[], torch.Tensor], float]:
    network = models.get_model(cell.model, weights=None)
    network.load_state_dict(torch.load(files.weights(cell.model), weights_only=True))
    network.eval()
    images = torch.from_numpy(tensor(cell.size, cell.batch))
    return lambda: network(images), error(network(images).numpy(), np.load(files.logits(cell)))


def product(cell: Cell) -> tuple[Callable[[], torch.Tensor], float]:
    left, right = factors(cell.size)
    a, b = torch.from_numpy(left), torch.from_numpy(right)
    return lambda: a @ b, product_error(left, right, (a @ b).numpy())


def main() -> None:
    cell, files, answers = arguments()
    torch.set_num_threads(cell.threads)
    with torch.inference_mode():
        compute, found = product(cell) if cell.is_matmul else classification(cell, files)
        serve(compute, found, answers)


main()
