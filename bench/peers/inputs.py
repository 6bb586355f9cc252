"""The picture that every contender classifies, and the matrices that the peers multiply."""

import numpy as np
from numpy.typing import NDArray

SEED = 2026
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def picture(size: int) -> NDArray[np.uint8]:
    """Coloured noise, `[size, size, 3]`: it has the network's own size, so that nobody has to resize it."""
    return np.random.default_rng(SEED).integers(0, 256, (size, size, 3), np.uint8)


def tensor(size: int, batch: int) -> NDArray[np.float32]:
    """The picture as Cotejo's worker feeds it to the network: scaled, normalised, repeated, `[batch, 3, size, size]`."""
    normalised = (picture(size).astype(np.float32) / np.float32(255) - MEAN) / DEVIATION
    return np.ascontiguousarray(np.broadcast_to(normalised.transpose(2, 0, 1), (batch, 3, size, size)))


def factors(size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two matrices, uniform in [-1, 1) as the worker's are."""
    generator = np.random.default_rng(SEED)
    left, right = (generator.uniform(-1, 1, (size, size)).astype(np.float32) for _ in range(2))
    return left, right


def error(found: NDArray[np.float32], expected: NDArray[np.float64]) -> float:
    """The largest difference over the root mean square of what is expected; infinite where something is no number."""
    difference = np.abs(found - expected).max() / np.sqrt(np.square(expected).mean())
    return float(difference) if np.isfinite(difference) else float("inf")


def product_error(left: NDArray[np.float32], right: NDArray[np.float32], product: NDArray[np.float32]) -> float:
    """The error of a product, from a few of its rows computed in f64."""
    rows = slice(None, None, max(1, len(left) // 4))
    return error(product[rows], left[rows].astype(np.float64) @ right.astype(np.float64))
