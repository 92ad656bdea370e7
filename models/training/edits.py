"""The edits a query is measured under: fixed, and written apart from the training augmentation on purpose.

Each takes and returns a PIL RGB image; all random choices come from the numpy Generator given.
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps


def width(pixels):
    return lambda image, rng: image.resize((pixels, round(image.height * pixels / image.width)), Image.LANCZOS)


def jpeg(quality):
    def edit(image, rng):
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=quality)
        return Image.open(packed).convert("RGB")
    return edit


def crop(lost):
    """Loses the same share at all four sides together: `lost` of the width and of the height."""
    return lambda image, rng: _window(image, 1 - lost, 0.5, 0.5)


def off_centre_crop(image, rng):
    return _window(image, 0.72, *rng.choice([0.0, 1.0], 2))


def border(share, paint=None):
    def edit(image, rng):
        colour = paint or tuple(int(v) for v in rng.integers(0, 256, 3))
        return ImageOps.expand(image, round(share * image.width), colour)
    return edit


def blurred_border(image, rng):
    wide, tall = round(image.width * 1.6), round(image.height * 1.6)
    frame = image.resize((wide, tall)).filter(ImageFilter.GaussianBlur(wide / 18))
    frame.paste(image, ((wide - image.width) // 2, (tall - image.height) // 2))
    return frame


def letterbox(image, rng):
    """The cover upright in a 16:9 black frame."""
    frame = Image.new("RGB", (image.height * 16 // 9, image.height))
    frame.paste(image, ((frame.width - image.width) // 2, 0))
    return frame


def text(image, rng):
    image, size = image.copy(), max(10, image.width // 7)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for line, top in (("WATCH THIS NOW", 0.12), ("episode 12", 0.55), ("10/10 best anime", 0.82)):
        draw.text((image.width * 0.04, image.height * top), line, (255, 255, 255), font, stroke_width=2, stroke_fill=(0, 0, 0))
    return image


def bar(image, rng):
    """A quarter of the cover hidden, at the top or at the bottom."""
    image = image.copy()
    top = 0 if rng.random() < 0.5 else round(image.height * 0.75)
    image.paste(tuple(int(v) for v in rng.integers(0, 256, 3)), (0, top, image.width, top + round(image.height * 0.25)))
    return image


def mirror(image, rng):
    return ImageOps.mirror(image)


def dark(image, rng):
    return ImageEnhance.Brightness(ImageEnhance.Color(image).enhance(0.35)).enhance(0.4)


def square(image, rng):
    return image.resize((120, 120), Image.LANCZOS)


def tier_cell(image, rng):
    return jpeg(60)(image.resize((96, 140), Image.LANCZOS), rng)


def in_screenshot(share):
    """In a 1280 x 720 page with text lines: the cover takes `share` of the height."""
    def edit(image, rng):
        page = Image.new("RGB", (1280, 720), tuple(int(v) for v in rng.choice([[24, 26, 32], [246, 246, 246], [54, 57, 63]])))
        draw, ink = ImageDraw.Draw(page), tuple(int(v) for v in rng.integers(100, 180, 3))
        for top in range(30, 700, 34):
            draw.rectangle((40, top, 40 + int(rng.integers(300, 1180)), top + 12), ink)
        tall = round(720 * share)
        small = image.resize((round(image.width * tall / image.height), tall), Image.LANCZOS)
        page.paste(small, (int(rng.integers(1280 - small.width)), int(rng.integers(720 - small.height + 1))))
        return page
    return edit


def rotated(image, rng):
    return image.rotate(float(rng.choice([-5, 5])), Image.BICUBIC, fillcolor=tuple(int(v) for v in rng.integers(0, 256, 3)))


def _window(image, keep, x, y):
    wide, tall = round(image.width * keep), round(image.height * keep)
    left, top = round((image.width - wide) * x), round((image.height - tall) * y)
    return image.crop((left, top, left + wide, top + tall))


SINGLE = {
    "none": lambda image, rng: image, "width 64": width(64), "width 96": width(96), "width 128": width(128),
    "width 160": width(160), "jpeg 30": jpeg(30), "tier cell": tier_cell, "square 120": square,
    "crop 10 %": crop(0.1), "crop 20 %": crop(0.2), "off-centre 72 %": off_centre_crop,
    "border 8 %": border(0.08), "border 30 %": border(0.3), "border 30 % black": border(0.3, (0, 0, 0)),
    "blurred border": blurred_border, "letterbox": letterbox, "text": text, "bar 25 %": bar, "mirror": mirror,
    "dark": dark, "rotated 5": rotated, "screenshot 90 %": in_screenshot(0.9), "screenshot 60 %": in_screenshot(0.6),
}
_PAIRED = ["width 96", "jpeg 30", "crop 20 %", "off-centre 72 %", "border 8 %", "text", "bar 25 %", "mirror", "dark", "rotated 5"]


def two_edits(image, rng):
    for name in rng.choice(_PAIRED, 2, replace=False):
        image = SINGLE[name](image, rng)
    return image


ALL = {**SINGLE, "two edits": two_edits}
