#!/usr/bin/env python3
"""Writes the golden values that the worker's tests compare with.

Everything here is computed by PyTorch, torchvision, timm and Pillow, never by this project, so the values are
independent of it. All inputs are drawn by integer formulas that the Rust tests repeat exactly.

Random stream
-------------
    fnv1a64(bytes):  h = 0xcbf29ce484222325; for each byte: h ^= byte; h = h * 0x100000001b3 mod 2^64
    state(name)    = fnv1a64(utf8(name)) XOR seed                                   (u64; the seed here is 2026)
    element i of the tensor `name` (row-major, from 0):
        x    = state + i * 0x9E3779B97F4A7C15                                       (mod 2^64, as all below)
        z    = x + 0x9E3779B97F4A7C15
        z    = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
        z    = (z ^ (z >> 27)) * 0x94D049BB133111EB
        bits = z ^ (z >> 31)
        u    = f32(bits >> 40) / 2^23 - 1                                           (exact in f32, in [-1, 1))

Weights, by torchvision's state_dict name (every product and sum rounded to f32, constants are f32, no FMA)
    4-D or 2-D `weight`     f32(sqrt(6 / fan_in)) * u      fan_in = product of dims[1..]; the root is taken in f64
    1-D `weight`            1 + 0.1 * u                    (batch norm)
    `running_mean`          0.1 * u
    `running_var`           1 + 0.5 * u
    `bias`                  0.01 * u if the sibling `weight` is 2-D (linear), else 0.1 * u (batch norm)
    `num_batches_tracked`   left alone

Network input: the tensor named "input", shape (batch, 3, height, width), values u as they are (so the first image of
a larger batch is the image of batch 1).

Images: pixel (x, y), channel c, of an image of width w and height h; integers, `/` rounds down
    pattern    ((x*7 + y*13 + c*29) ^ ((x*y) >> 3)) & 255
    gradient   c=0: x*255/(w-1)     c=1: y*255/(h-1)     c=2: (x+y)*255/(w+h-2)
    noise      bits >> 56 of element (y*w + x)*3 + c of the stream `noise`
"""

import argparse
import base64
import hashlib
import json
import math
import platform
from collections import OrderedDict
from pathlib import Path

import numpy as np
import PIL
import timm
import torch
import torchvision
from PIL import Image
from torchvision import transforms
from torchvision.models._meta import _IMAGENET_CATEGORIES

HERE = Path(__file__).resolve().parent
SEED = 2026
MODELS = ("resnet18", "mobilenet_v2", "resnet34", "resnet50", "mobilenet_v3_large")
# Batch, height, width. Two models see every kind of size; the others share their layers.
SHAPES = [(batch, height, width) for height, width in ((64, 64), (224, 224), (97, 131)) for batch in (1, 3)]
FEW_SHAPES = [(1, 64, 64), (2, 97, 131)]
# timm's mobilenetv3_large_100 has another epsilon in its batch norms: not the same network.
TIMM_MODELS = {
    "resnet18": "resnet18",
    "mobilenet_v2": "mobilenetv2_100",
    "resnet34": "resnet34",
    "resnet50": "resnet50",
}
GAMMA = np.uint64(0x9E3779B97F4A7C15)
F32 = np.float32


# --- the formulas of the docstring ---------------------------------------------------------------------------------


def fnv1a64(data: bytes) -> int:
    h = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def stream(name: str, count: int) -> np.ndarray:
    """The first `count` u64 of the stream `name`."""
    state = np.uint64(fnv1a64(name.encode()) ^ SEED)
    with np.errstate(over="ignore"):
        z = state + np.arange(count, dtype=np.uint64) * GAMMA + GAMMA
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def unit(name: str, shape) -> np.ndarray:
    bits = stream(name, math.prod(shape))
    u = (bits >> np.uint64(40)).astype(F32) / F32(1 << 23) - F32(1)
    return u.reshape(shape)


def seeded_tensor(name: str, shape, sibling_rank: int) -> np.ndarray:
    """The value of one state_dict entry; `sibling_rank` is the rank of the same module's `weight`."""
    kind = name.rsplit(".", 1)[-1]
    u = unit(name, shape)
    if kind == "weight" and len(shape) in (2, 4):
        return F32(math.sqrt(6 / math.prod(shape[1:]))) * u
    if kind == "weight" and len(shape) == 1:
        return F32(1) + F32(0.1) * u
    if kind == "running_mean":
        return F32(0.1) * u
    if kind == "running_var":
        return F32(1) + F32(0.5) * u
    if kind == "bias":
        return (F32(0.01) if sibling_rank == 2 else F32(0.1)) * u
    raise ValueError(f"no formula for {name} {shape}")


def seeded_state(model: torch.nn.Module) -> OrderedDict:
    state = model.state_dict()
    for name, tensor in state.items():
        if name.endswith("num_batches_tracked"):
            continue
        module = name.rsplit(".", 1)[0]
        value = seeded_tensor(name, tuple(tensor.shape), state[f"{module}.weight"].dim())
        assert value.dtype == F32
        state[name] = torch.from_numpy(value)
    return state


def seeded_model(name: str) -> torch.nn.Module:
    model = torchvision.models.get_model(name, weights=None)
    model.load_state_dict(seeded_state(model))
    return model.eval()


def draw(formula: str, width: int, height: int) -> np.ndarray:
    """One formula image, u8 [h][w][3]."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    if formula == "pattern":
        return (((x * 7 + y * 13 + c * 29) ^ ((x * y) >> 3)) & 255).astype(np.uint8)
    if formula == "gradient":
        by_channel = (x * 255 // (width - 1), y * 255 // (height - 1), (x + y) * 255 // (width + height - 2))
        return np.choose(c, by_channel).astype(np.uint8)
    if formula == "noise":
        bits = stream("noise", width * height * 3)
        return (bits >> np.uint64(56)).astype(np.uint8).reshape(height, width, 3)
    raise ValueError(formula)


# --- output --------------------------------------------------------------------------------------------------------


def versions() -> dict:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "timm": timm.__version__,
        "pillow": PIL.__version__,
        "numpy": np.__version__,
    }


def write_json(name: str, body: dict, rows: str) -> None:
    """One line for each entry of the list `rows`, so that a change shows as a readable difference."""
    entries = body.pop(rows)
    head = json.dumps({"versions": versions(), **body}, separators=(",", ":"))
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    text = f'{head[:-1]},"{rows}":[\n{lines}\n]}}\n'
    json.loads(text)
    (HERE / name).write_text(text, newline="\n")
    print(f"{name}: {len(entries)} {rows}, {len(text)} bytes")


def digits9(value: float) -> float:
    return float(f"{value:.9g}")


def packed(pixels: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode()


# --- networks ------------------------------------------------------------------------------------------------------


@torch.no_grad()
def make_logits() -> None:
    cases = []
    for name in MODELS:
        single, double = seeded_model(name), seeded_model(name).double()
        for batch, height, width in SHAPES if name in MODELS[:2] else FEW_SHAPES:
            image = torch.from_numpy(unit("input", (batch, 3, height, width)))
            want = double(image.double())
            rms = want.square().mean().sqrt().item()
            error = (single(image).double() - want).abs().max().item() / rms
            assert torch.isfinite(want).all() and 0.1 < rms < 10_000, (name, height, width, rms)
            spread = (want - want.mean(dim=1, keepdim=True)).square().mean().sqrt().item()
            print(f"  {name} {batch}x{height}x{width}: rms {rms:.4g} spread {spread:.4g} f32 error {error:.2e}")
            cases.append(
                {
                    "model": name,
                    "batch": batch,
                    "height": height,
                    "width": width,
                    "rms": digits9(rms),
                    "f32_error": digits9(error),
                    "logits": [[digits9(v) for v in row] for row in want.tolist()],
                }
            )
    write_json("logits.json", {"seed": SEED, "cases": cases}, "cases")


def make_weights() -> None:
    """A few values of every tensor, and a digest of all: tells a wrong weight from a wrong layer."""
    models = []
    for name in MODELS:
        digest, tensors = hashlib.sha256(), []
        for key, tensor in seeded_model(name).state_dict().items():
            if key.endswith("num_batches_tracked"):
                continue
            flat = tensor.numpy().reshape(-1).astype("<f4")
            digest.update(flat.tobytes())
            ends = np.concatenate([flat[:3], flat[-1:]]).view("<u4")
            tensors.append([key, list(tensor.shape), [int(v) for v in ends]])
        models.append({"model": name, "sha256": digest.hexdigest(), "tensors": tensors})
    write_json("weights.json", {"seed": SEED, "models": models}, "models")


def shapes(model: torch.nn.Module) -> list:
    return [[name, list(tensor.shape)] for name, tensor in model.state_dict().items()]


@torch.no_grad()
def make_names() -> None:
    models, image = [], torch.from_numpy(unit("input", (1, 3, 97, 131)))
    for name, timm_name in TIMM_MODELS.items():
        ours, theirs = seeded_model(name), timm.create_model(timm_name, pretrained=False).eval()
        load_by_order(theirs, ours)
        difference = (ours.double()(image.double()) - theirs.double()(image.double())).abs().max().item()
        print(f"  {name} -> timm {timm_name}: largest logit difference {difference:.2e} (f64)")
        assert difference < 1e-9
        models.append({"model": name, "timm_model": timm_name, "torchvision": shapes(ours), "timm": shapes(theirs)})
    write_json("names.json", {"models": models}, "models")


def load_by_order(target: torch.nn.Module, source: torch.nn.Module) -> None:
    """Entry k of one state_dict is entry k of the other, whatever their names; strict about count and shape."""
    values, names = list(source.state_dict().values()), list(target.state_dict())
    assert len(values) == len(names)
    target.load_state_dict(OrderedDict(zip(names, values)), strict=True)


def make_labels() -> None:
    assert len(_IMAGENET_CATEGORIES) == 1000
    path = HERE.parent.parent / "src" / "imagenet_labels.txt"
    path.write_text("".join(f"{label}\n" for label in _IMAGENET_CATEGORIES), encoding="utf-8", newline="\n")


# --- images --------------------------------------------------------------------------------------------------------


def make_resize() -> None:
    cases = []
    for formula in ("pattern", "gradient", "noise"):
        for width, height in ((37, 53), (640, 427), (1000, 31), (224, 224)):
            source = Image.fromarray(draw(formula, width, height))
            for out_height, out_width, step in ((32, 32, 1), (224, 224, 9), (512, 512, 13), (48, 80, 1)):
                resize = transforms.Compose([transforms.Resize((out_height, out_width)), transforms.ToTensor()])
                scaled = resize(source) * 255
                pixels = scaled.round().to(torch.uint8).permute(1, 2, 0).numpy()
                assert (scaled - scaled.round()).abs().max().item() < 1e-4
                assert (pixels == np.asarray(source.resize((out_width, out_height), Image.BILINEAR))).all()
                cases.append(
                    {
                        "formula": formula,
                        "in_width": width,
                        "in_height": height,
                        "out_width": out_width,
                        "out_height": out_height,
                        "step": step,
                        "pixels": packed(pixels[::step, ::step]),
                    }
                )
    write_json("resize.json", {"seed": SEED, "layout": "u8 [h][w][c], base64", "cases": cases}, "cases")


def make_decode() -> None:
    width, height = 64, 48
    folder = HERE / "images"
    folder.mkdir(exist_ok=True)
    rgb = draw("gradient", width, height)
    grey = rgb[..., 2]
    y, x = np.mgrid[0:height, 0:width]
    grey16 = ((x + y) * 65535 // (width + height - 2)).astype(np.uint16)
    alpha = ((x * 4) & 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.fromarray(rgb)
    jpeg = {"quality": 95, "subsampling": "4:4:4"}
    files = {
        "rgb.png": (image, {}),
        "rgba.png": (Image.fromarray(np.dstack([rgb, alpha])), {}),
        "grey.png": (Image.fromarray(grey), {}),
        "palette.png": (image.quantize(64), {}),
        "grey16.png": (Image.fromarray(grey16), {}),
        "rgb.bmp": (image, {}),
        "lossless.webp": (image, {"lossless": True, "exact": True}),
        "rgb.jpg": (image, jpeg),
        "progressive.jpg": (image, {**jpeg, "progressive": True}),
        "subsampled.jpg": (image, {**jpeg, "subsampling": "4:2:0"}),
        "grey.jpg": (Image.fromarray(grey), {"quality": 95}),
        "orientation6.jpg": (image, {**jpeg, "exif": exif}),
    }
    cases = []
    for name, (source, options) in files.items():
        source.save(folder / name, **options)
        with Image.open(folder / name) as read:
            mode = read.mode
            pixels = np.asarray(read.convert("RGB"))
        if name == "grey16.png":  # Pillow clips 16-bit grey at 255 instead of scaling it: the rounded scaling stands here
            pixels = np.repeat(((grey16.astype(np.uint32) + 128) // 257).astype(np.uint8)[..., None], 3, axis=2)
        if name in ("rgb.png", "rgba.png", "rgb.bmp", "lossless.webp"):
            assert (pixels == rgb).all(), name
        assert pixels.shape == (height, width, 3) and (folder / name).stat().st_size < 20_000
        cases.append(
            {
                "file": name,
                "pillow_mode": mode,
                "exact": not name.endswith(".jpg"),
                "width": width,
                "height": height,
                "pixels": packed(pixels),
            }
        )
    write_json("decode.json", {"layout": "u8 [h][w][c], base64", "cases": cases}, "cases")


# --- PyTorch files -------------------------------------------------------------------------------------------------


def tiny_state() -> OrderedDict:
    shared = torch.from_numpy(unit("tiny.shared", (10,)))
    state = OrderedDict()
    state["conv.weight"] = torch.from_numpy(unit("tiny.conv", (2, 3, 3, 3)))
    state["bn.weight"] = torch.from_numpy(unit("tiny.bn", (5,)))
    state["bn.num_batches_tracked"] = torch.tensor(20260131)
    state["half.weight"] = torch.from_numpy(unit("tiny.half", (3, 4))).half()
    state["transposed.weight"] = torch.from_numpy(unit("tiny.transposed", (3, 4))).t()
    state["view.a"] = shared[:4]
    state["view.b"] = shared[4:10].view(2, 3)
    # Module.state_dict() carries this attribute, which torch.save pickles as the object's state
    state._metadata = OrderedDict([("", {"version": 1}), ("bn", {"version": 2})])
    assert not state["transposed.weight"].is_contiguous()
    return state


def make_pth() -> None:
    folder = HERE / "pth"
    folder.mkdir(exist_ok=True)
    state = tiny_state()
    prefixed = OrderedDict((f"module.{name}", tensor) for name, tensor in state.items())
    parameters = OrderedDict(
        (name, torch.nn.Parameter(tensor) if tensor.is_floating_point() else tensor) for name, tensor in state.items()
    )
    torch.save(state, folder / "tiny.pth")
    torch.save(state, folder / "tiny_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(
        {"epoch": 3, "arch": "tiny", "best_acc": 0.5, "state_dict": prefixed}, folder / "tiny_wrapped.pth"
    )
    torch.save(parameters, folder / "tiny_parameter.pth")
    whole = (folder / "tiny.pth").read_bytes()
    (folder / "truncated.pth").write_bytes(whole[: len(whole) * 6 // 10])
    for name in ("tiny.pth", "tiny_legacy.pth", "tiny_parameter.pth"):
        back = torch.load(folder / name, weights_only=True)
        assert list(back) == list(state) and all(torch.equal(back[k].detach(), state[k]) for k in state)
    tensors = [
        {
            "name": name,
            "dtype": str(tensor.dtype).removeprefix("torch."),
            "shape": list(tensor.shape),
            "values": [v if isinstance(v, int) else digits9(v) for v in tensor.reshape(-1).tolist()],
        }
        for name, tensor in state.items()
    ]
    for tensor, entry in zip(state.values(), tensors):
        again = torch.tensor(entry["values"], dtype=tensor.dtype).reshape(tensor.shape)
        assert torch.equal(again, tensor), entry["name"]
    files = {
        "plain": ["tiny.pth", "tiny_legacy.pth", "tiny_parameter.pth"],
        "wrapped": ["tiny_wrapped.pth"],
        "unreadable": ["truncated.pth"],
    }
    write_json("pth.json", {"files": files, "tensors": tensors}, "tensors")


# --- full-size files for checks by hand, outside the repository ----------------------------------------------------


@torch.no_grad()
def make_full(folder: Path) -> None:
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    image = torch.from_numpy(unit("input", (1, 3, 224, 224)))
    for name, timm_name in TIMM_MODELS.items():
        ours, theirs = seeded_model(name), timm.create_model(timm_name, pretrained=False).eval()
        load_by_order(theirs, ours)
        torch.save(ours.state_dict(), folder / f"{name}.pth")
        save_file(ours.state_dict(), folder / f"{name}.safetensors")
        save_file(theirs.state_dict(), folder / f"timm_{timm_name}.safetensors")
        a, b = ours.double()(image.double()), theirs.double()(image.double())
        body = {"model": f"timm {timm_name}", "seed": SEED, "difference_from_torchvision": (a - b).abs().max().item()}
        body["logits"] = [[digits9(v) for v in row] for row in b.tolist()]
        (folder / f"timm_{timm_name}.logits.json").write_text(json.dumps(body))
        print(f"  full {name}: timm differs by {body['difference_from_torchvision']:.2e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--full", type=Path, metavar="DIR", help="also write full-size weight files to DIR")
    parser.add_argument("--only", nargs="*", metavar="PART", help="logits weights names labels resize decode pth")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    parts = {
        "labels": make_labels,
        "pth": make_pth,
        "decode": make_decode,
        "resize": make_resize,
        "weights": make_weights,
        "names": make_names,
        "logits": make_logits,
    }
    for name, make in parts.items():
        if arguments.only is None or name in arguments.only:
            make()
    if arguments.full:
        make_full(arguments.full)


if __name__ == "__main__":
    main()
