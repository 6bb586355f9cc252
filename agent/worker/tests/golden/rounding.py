"""What rounding to a number format costs: PyTorch's logits against its own in f64, over their root mean square.

Prints the table of docs/performance.md. The weights and the input are those of make_golden.py; for TF32 the factors of
the convolutions are rounded to 10 bits of mantissa, as tensor cores do, and the sums stay f32.
"""

import torch
from make_golden import MODELS, seeded_model, unit

SIZES = (32, 224)


def to_tf32(values: torch.Tensor) -> torch.Tensor:
    bits = values.contiguous().view(torch.int32)
    # To the nearest, ties to even, on the lowest of the 10 bits that stay.
    return ((bits + 0x0FFF + ((bits >> 13) & 1)) & ~0x1FFF).view(torch.float32)


def logits(model: str, image: torch.Tensor, form: str) -> torch.Tensor:
    network = seeded_model(model).eval()
    if form == "tf32":
        for layer in network.modules():
            if isinstance(layer, torch.nn.Conv2d):
                layer.weight.data = to_tf32(layer.weight.data)
                layer.register_forward_pre_hook(lambda _, inputs: (to_tf32(inputs[0]),))
        return network(image).double()
    dtype = {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}[form]
    return network.to(dtype)(image.to(dtype)).double()


def main() -> None:
    print("| model | size | f32 | TF32 | f16 | bf16 |\n|---|---:|---:|---:|---:|---:|")
    for model in MODELS:
        for size in SIZES:
            image = torch.from_numpy(unit("input", (1, 3, size, size))).float()
            with torch.inference_mode():
                exact = logits(model, image, "f64")
                errors = [logits(model, image, form) - exact for form in ("f32", "tf32", "f16", "bf16")]
            rms = exact.square().mean().sqrt()
            cells = [f"{float(error.abs().max() / rms):.1e}".replace("e-0", "e-") for error in errors]
            print(f"| {model} | {size} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
