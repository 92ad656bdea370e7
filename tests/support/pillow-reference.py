"""Records what Pillow makes of drawn pictures: python tests/support/pillow-reference.py > tests/pipeline/pillow-reference.json

The pictures are drawn by the same formula as in tests/pipeline/preprocess.test.ts. Written with Pillow 12.3.
"""

import json

from PIL import Image

CASES = [  # source size, network input size, way
    (300, 425, 28, 40, "squash"),
    (300, 425, 32, 32, "clip"),
    (641, 359, 32, 32, "clip"),
    (359, 641, 33, 33, "clip"),
    (64, 91, 28, 40, "squash"),
    (20, 29, 28, 40, "squash"),
    (20, 90, 28, 40, "squash"),
    (90, 20, 28, 40, "squash"),
    (21, 33, 32, 32, "clip"),
    (28, 40, 28, 40, "squash"),
    (1, 1, 8, 8, "squash"),
    (3, 200, 16, 16, "clip"),
]


def draw(width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height))
    pixels = [((x * x // 60 + 3 * y) % 256, (x * 2 + y * y // 80) % 256, (x * y // 90) % 256) for y in range(height) for x in range(width)]
    picture.putdata(pixels)
    return picture


def prepare(picture: Image.Image, width: int, height: int, way: str) -> Image.Image:
    if way == "squash":
        return picture.resize((width, height), Image.BICUBIC)
    short = min(picture.size)
    scaled = picture.resize(tuple(width * side // short for side in picture.size), Image.BICUBIC)
    left, top = (scaled.width - width) // 2, (scaled.height - height) // 2
    return scaled.crop((left, top, left + width, top + height))


if __name__ == "__main__":
    rows = [
        {"source": [sw, sh], "input": [w, h], "resize": way, "pixels": prepare(draw(sw, sh), w, h, way).tobytes().hex()}
        for sw, sh, w, h, way in CASES
    ]
    print(json.dumps(rows, indent=0))
