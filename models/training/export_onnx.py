"""Writes the ONNX file that ships and ENCODER.json, the facts its consumer needs."""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from model import DIMENSION, HEIGHT, WIDTH, Encoder

TOLERANCE = 1e-3


def load(checkpoint: Path) -> Encoder:
    encoder = Encoder().eval()
    encoder.load_state_dict(torch.load(checkpoint, weights_only=True)["encoder"])
    return encoder


def export(encoder: Encoder, file: Path) -> None:
    """`pixel_values` float32 [n, 3, 160, 112] in [0, 1] → `image_embeds` float32 [n, 256], unit length."""
    torch.onnx.export(encoder.eval(), torch.rand(2, 3, HEIGHT, WIDTH), str(file), opset_version=17, dynamo=False,
                      input_names=["pixel_values"], output_names=["image_embeds"],
                      dynamic_axes={"pixel_values": {0: "batch"}, "image_embeds": {0: "batch"}})


def largest_difference(encoder: Encoder, file: Path, count=5) -> float:
    pixels = torch.rand(count, 3, HEIGHT, WIDTH)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    shipped = session.run(["image_embeds"], {"pixel_values": pixels.numpy()})[0]
    with torch.no_grad():
        return float(np.abs(shipped - encoder(pixels).numpy()).max())


def describe(file: Path) -> dict:
    return {"id": "opfind-v1", "file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "bytes": file.stat().st_size, "inputWidth": WIDTH, "inputHeight": HEIGHT, "resize": "squash",
            "kernel": "bicubic", "mean": [0, 0, 0], "std": [1, 1, 1], "dimension": DIMENSION,
            "inputName": "pixel_values", "outputName": "image_embeds"}


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--checkpoint", type=Path, required=True)
    parse.add_argument("--out", type=Path, default=Path("../opfind-v1.onnx"))
    parse.add_argument("--facts", type=Path, default=Path("ENCODER.json"))
    options = parse.parse_args()
    encoder = load(options.checkpoint)
    export(encoder, options.out)
    difference = largest_difference(encoder, options.out)
    if difference > TOLERANCE:
        raise SystemExit(f"ONNX Runtime differs from PyTorch by {difference}")
    options.facts.write_text(json.dumps(describe(options.out), indent=2) + "\n")
    print(f"{options.out.stat().st_size} bytes, largest difference {difference:.1e}")


if __name__ == "__main__":
    main()
