"""Makes what the contenders share: weights, pictures, ONNX files, and the logits that all of them must find.

Started by `cpu.py` and `gpu.py` with the folder as its argument; standard input says as JSON which cells, and whether
ONNX files are needed. What is there already stays.
"""

import json
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision import models

from cells import Cell, Files
from inputs import SEED, picture, tensor


def make(path: Path, write: Callable[[Path], object]) -> None:
    """Writes a file that is not yet there; an interrupted attempt leaves none."""
    if path.exists():
        return
    print(f"preparing {path.name}", file=sys.stderr)
    part = path.with_name(f"part-{path.name}")
    write(part)
    part.replace(path)


def draw_weights(model: str, path: Path) -> None:
    """torchvision's own initial weights, with batch norms that do something, so that a wrong one shows."""
    torch.manual_seed(SEED)
    network = models.get_model(model, weights=None)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.load_state_dict(
                {
                    "weight": torch.empty(module.num_features).uniform_(0.9, 1.1),
                    "bias": torch.empty(module.num_features).uniform_(-0.1, 0.1),
                    "running_mean": torch.empty(module.num_features).uniform_(-0.1, 0.1),
                    "running_var": torch.empty(module.num_features).uniform_(0.5, 1.5),
                },
                strict=False,
            )
    torch.save(network.state_dict(), path)


def load(model: str, files: Files) -> torch.nn.Module:
    network = models.get_model(model, weights=None)
    network.load_state_dict(torch.load(files.weights(model), weights_only=True))
    return network.eval()


def expect_logits(cell: Cell, files: Files, path: Path) -> None:
    """PyTorch's logits of one image, computed in f64."""
    image = torch.from_numpy(tensor(cell.size, 1)).double()
    logits = load(cell.model, files).double()(image).numpy()
    with path.open("wb") as file:
        np.save(file, logits)


def export(cell: Cell, files: Files, path: Path) -> None:
    """The model with a fixed shape of its input."""
    torch.onnx.export(
        load(cell.model, files),
        (torch.zeros(cell.batch, 3, cell.size, cell.size),),
        path,
        input_names=["input"],
        output_names=["logits"],
        dynamo=True,
        external_data=False,
        verbose=False,
    )


@torch.no_grad()
def prepare(cell: Cell, files: Files, onnx: bool) -> None:
    make(files.weights(cell.model), lambda path: draw_weights(cell.model, path))
    make(files.picture(cell), lambda path: Image.fromarray(picture(cell.size)).save(path, "PNG"))
    make(files.logits(cell), lambda path: expect_logits(cell, files, path))
    if onnx:
        make(files.onnx(cell), lambda path: export(cell, files, path))


def main() -> None:
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    files = Files(Path(sys.argv[1]))
    files.folder.mkdir(parents=True, exist_ok=True)
    request = json.load(sys.stdin)
    for fields in request["cells"]:
        prepare(Cell(**fields), files, request["onnx"])


main()
