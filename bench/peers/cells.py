"""What is measured: one computation on a number of threads, and the files that its contenders share."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MODELS = ("resnet18", "mobilenet_v2")
MATMUL = "matmul"
PRECISIONS = ("f32", "tf32", "f16", "bf16")
DEFAULT_SIZES = ("128", "224:1,8,32", "512", "1024")
CURVE_SIZES = ("64,96,128,192,256,384,512,768,1024,1536,2048", "224:1,2,4,8,16,32,64")


@dataclass(frozen=True)
class Cell:
    """A forward pass of `model` over `batch` images of `size` x `size` pixels, or a product of two matrices. `threads`
    are the CPU's."""

    model: str
    size: int
    batch: int
    threads: int
    device: str = "cpu"
    precision: str = "f32"

    def __str__(self) -> str:
        last = f"threads {self.threads}" if self.device == "cpu" and self.precision == "f32" else self.precision
        return f"{self.model} {self.size} batch {self.batch} {last}"

    @property
    def is_matmul(self) -> bool:
        return self.model == MATMUL

    @property
    def pixels(self) -> int:
        return self.batch * self.size**2


@dataclass(frozen=True)
class Files:
    """What `prepare.py` makes and everybody reads."""

    folder: Path

    def weights(self, model: str) -> Path:
        return self.folder / f"{model}.pth"

    def picture(self, cell: Cell) -> Path:
        return self.folder / f"{cell.size}.png"

    def logits(self, cell: Cell) -> Path:
        return self.folder / f"{cell.model}-{cell.size}.logits.npy"

    def onnx(self, cell: Cell) -> Path:
        return self.folder / f"{cell.model}-{cell.size}-{cell.batch}.onnx"


def numbers(text: str) -> list[int]:
    """The positive numbers of a list like `1,8,32`."""
    values = [int(part) for part in text.split(",")]
    if min(values) < 1:
        raise ValueError(f"{text}: at least 1")
    return values


def shapes(sizes: Iterable[str], batches: list[int]) -> Iterator[tuple[int, int]]:
    """Sizes and batches of entries like `128,512` (with all of `batches`) and `224:1,8,32` (with its own)."""
    for entry in sizes:
        size, colon, own = entry.partition(":")
        for pixels in numbers(size):
            yield from ((pixels, batch) for batch in (numbers(own) if colon else batches))
