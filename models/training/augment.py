"""What people do to a poster before they ask about it, drawn at random for training.

All images are uint8 RGB [h, w, 3]. `rng` is a numpy Generator; nothing here keeps state.
One affine warp does crop, zoom-out, rotation, mirror and squash together: resampling once is what
keeps augmentation far cheaper than the network.
"""

import cv2
import numpy as np

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
LETTERS = list("ABCDEFGHIKLMNOPRSTUVWYabcdefghiklmnoprstuvwy0123456789!?#@& ")


def gallery_view(image, size, rng):
    """The clean cover, as another site might store it: nearly all of it, perhaps small or recompressed."""
    view = warp(image, size, rng.uniform(0, 0.03), (rng.uniform(-1, 1), rng.uniform(-1, 1)))
    if rng.random() < 0.4:
        view = lose_detail(view, rng, 64)
    return colour(view, rng, 0.15) if rng.random() < 0.3 else view


def query_view(image, other, size, rng):
    """A hard view; `other` is an unrelated image to serve as surroundings."""
    early = rng.random() < 0.15
    if early:  # a thumbnail that was then pasted somewhere
        image = lose_detail(image, rng, 72)
    draw = rng.random()
    angle = rng.normal(0, 5) if rng.random() < 0.3 else 0.0
    flip = rng.random() < 0.3
    if draw < 0.42:
        view = cropped(image, size, rng, angle, flip)
    elif draw < 0.76:
        view = surrounded(image, other, size, rng, angle, flip)
    else:
        view = warp(image, size, 0.0, angle=angle, flip=flip)
    if rng.random() < 0.4:
        view = cover_up(view, other, rng)
    if rng.random() < 0.7:
        view = colour(view, rng, 1.0)
    if rng.random() < 0.6:
        view = lose_detail(view, rng, 26)
    return view


def cropped(image, size, rng, angle=0.0, flip=False):
    """A part of at least .5 x .5 (sides drawn alone), anywhere."""
    side = rng.uniform(0.5, 1)
    keep = np.clip(side * rng.uniform(0.85, 1.18, 2), 0.45, 1)
    shift = rng.uniform(-1, 1, 2)
    return warp(image, size, 1 - keep, shift, angle, flip)


def surrounded(image, other, size, rng, angle=0.0, flip=False):
    """The poster smaller inside a frame, a letterbox or another picture."""
    height, width = size
    kind = rng.random()
    if kind < 0.3:  # even border
        part = np.full(2, 1 / (1 + 2 * rng.uniform(0.03, 0.35)))
        shift = (0.0, 0.0)
    elif kind < 0.5:  # letterbox or pillarbox
        part = np.array([1.0, 1.0])
        part[int(rng.integers(2))] = rng.uniform(0.35, 0.9)
        shift = (0.0, 0.0)
    elif kind < 0.72:  # on a landscape screen, which the squash makes far narrower than tall
        tall = rng.uniform(0.5, 1)
        part = np.array([tall, tall * rng.uniform(0.36, 0.65)])
        shift = rng.uniform(-1, 1, 2)
    else:  # somewhere on an upright screen
        part = np.clip(rng.uniform(0.35, 0.9) * rng.uniform(0.7, 1.4, 2), 0.3, 0.95)
        shift = rng.uniform(-1, 1, 2)
    return warp(image, size, 1 - 1 / part, shift, angle, flip, background(image, other, (height, width), rng))


def background(image, other, size, rng):
    height, width = size
    draw = rng.random()
    if draw < 0.45:
        level = rng.choice([0, 255, rng.integers(256)])
        tint = rng.integers(-40, 41, 3) if rng.random() < 0.5 else 0
        return np.broadcast_to(np.clip(level + tint, 0, 255).astype(np.uint8), (height, width, 3)).copy()
    if draw < 0.6:  # a blurred copy of itself, as phones fill their screen
        tiny = cv2.resize(image, (6, 8), interpolation=cv2.INTER_AREA)
        return cv2.resize(tiny, (width, height), interpolation=cv2.INTER_CUBIC)
    if draw < 0.7:  # gradient
        return cv2.resize(rng.integers(0, 256, (2, 2, 3), dtype=np.uint8), (width, height))
    return cropped(other, size, rng)


def warp(image, size, cut, shift=(0.0, 0.0), angle=0.0, flip=False, onto=None):
    """[h, w, 3] → [size, 3]. `cut` of each side (y, x) is lost, or added around when negative.

    `shift` in [-1, 1] moves the window from one edge of that play to the other.
    """
    height, width = size
    cut_y, cut_x = np.broadcast_to(cut, 2)
    while min(image.shape[0] * (1 - cut_y) / height, image.shape[1] * (1 - cut_x) / width) > 1.9:
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)  # else it aliases
    rows, columns = image.shape[:2]
    scale_x, scale_y = columns * (1 - cut_x) / width, rows * (1 - cut_y) / height  # source pixels per output pixel
    centre = np.array([columns / 2 * (1 + shift[1] * cut_x), rows / 2 * (1 + shift[0] * cut_y)])
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    mirror = -1 if flip else 1
    turn = np.array([[scale_x * cos * mirror, -scale_y * sin], [scale_x * sin * mirror, scale_y * cos]])
    offset = centre - turn @ np.array([width / 2, height / 2]) - 0.5 + turn @ np.array([0.5, 0.5])
    matrix = np.hstack([turn, offset[:, None]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if onto is None:
        return cv2.warpAffine(image, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return cv2.warpAffine(image, matrix, (width, height), dst=onto, flags=flags, borderMode=cv2.BORDER_TRANSPARENT)


def cover_up(view, other, rng):
    """Bars, boxes, stickers and captions over the picture."""
    view, (height, width) = view.copy(), view.shape[:2]
    draw = rng.random()
    if draw < 0.35:  # a bar along one side
        deep, paint = rng.uniform(0.08, 0.35), rng.integers(0, 256, 3)
        if rng.random() < 0.5:
            paint[:] = rng.choice([0, 255])
        side = rng.integers(3) if rng.random() < 0.7 else 3
        if side == 0: view[: int(height * deep)] = paint
        elif side == 1: view[-int(height * deep):] = paint
        elif side == 2: view[:, : int(width * deep)] = paint
        else:
            top = int(rng.uniform(0, height * (1 - deep)))
            view[top : top + int(height * deep)] = paint
    elif draw < 0.6:
        for _ in range(rng.integers(1, 4)):
            tall, wide = int(height * rng.uniform(0.1, 0.4)), int(width * rng.uniform(0.1, 0.5))
            top, left = rng.integers(height - tall), rng.integers(width - wide)
            patch = cv2.resize(other, (wide, tall)) if rng.random() < 0.4 else rng.integers(0, 256, 3)
            view[top : top + tall, left : left + wide] = patch
    if draw > 0.5:
        for _ in range(rng.integers(1, 6)):
            text = "".join(rng.choice(LETTERS, rng.integers(3, 16)))
            paint = [int(c) for c in (rng.choice([0, 255]) * np.ones(3) if rng.random() < 0.6 else rng.integers(0, 256, 3))]
            spot = (int(rng.uniform(-0.2, 0.7) * width), int(rng.uniform(0.1, 1) * height))
            cv2.putText(view, text, spot, FONTS[rng.integers(4)], rng.uniform(0.3, 1.1), paint, int(rng.integers(1, 4)))
    return view


def colour(view, rng, strength):
    """Brightness, contrast, saturation and tint in one 3x4 matrix, gamma sometimes."""
    dark = rng.random() < 0.35 * strength
    gain = rng.uniform(0.25, 0.7) if dark else np.exp(rng.normal(0, 0.22 * strength))
    saturation = rng.uniform(0, 1.5) if strength == 1 else rng.uniform(0.8, 1.2)
    tint = np.exp(rng.normal(0, 0.1 * strength, 3))
    matrix = saturation * np.eye(3) + (1 - saturation) * LUMA  # every row mixes towards the luma
    lift = rng.normal(0, 18 * strength) + 128 * (1 - gain) * (rng.random() < 0.3)  # sometimes contrast, not light
    view = cv2.transform(view, np.hstack([gain * tint[:, None] * matrix, np.full((3, 1), lift)]))
    if rng.random() < 0.25 * strength:
        view = cv2.LUT(view, (255 * (np.arange(256) / 255) ** np.exp(rng.normal(0, 0.4))).astype(np.uint8))
    return view


def lose_detail(view, rng, least_width):
    """A small copy, JPEG or blur or noise, and back to the size it had."""
    height, width = view.shape[:2]
    narrow = int(np.exp(rng.uniform(np.log(least_width), np.log(width * 1.3))))
    if narrow < width:
        view = cv2.resize(view, (narrow, max(8, narrow * height // width)), interpolation=cv2.INTER_AREA)
    draw = rng.random()
    if draw < 0.6:
        _, packed = cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(12, 90))])
        view = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    elif draw < 0.7:
        view = cv2.GaussianBlur(view, (0, 0), rng.uniform(0.4, 1.6))
    elif draw < 0.78:
        grain = rng.normal(0, rng.uniform(2, 16), view.shape[:2]).astype(np.float32)[..., None]
        view = np.clip(view + grain, 0, 255).astype(np.uint8)
    if view.shape[1] != width:
        view = cv2.resize(view, (width, height), interpolation=cv2.INTER_CUBIC if draw < 0.5 else cv2.INTER_LINEAR)
    return view


# ---- strong variants that count as new pictures, because there are only some 1,500 posters ----

def new_picture(image, other, rng):
    """An image that should NOT be recognised as `image`: other colours, a sub-crop, two halves, or drawn."""
    draw = rng.random()
    if draw < 0.3:
        return recoloured(image, rng)
    if draw < 0.6:
        picture = warp(image, image.shape[:2], 1 - rng.uniform(0.4, 0.65, 2), rng.uniform(-1, 1, 2), rng.normal(0, 8))
        return recoloured(picture, rng) if rng.random() < 0.5 else picture
    if draw < 0.88:
        return composed(image, other, rng)
    return drawn(image.shape[:2], rng)


def recoloured(image, rng):
    """Channels permuted, then perhaps inverted: hue relations change, shapes stay."""
    order = [(0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)][rng.integers(5)]
    image = np.ascontiguousarray(image[..., list(order)])
    return 255 - image if rng.random() < 0.15 else image


def composed(image, other, rng):
    """Half of one and half of another, along a straight or a slanted edge."""
    height, width = image.shape[:2]
    a = warp(image, (height, width), 1 - rng.uniform(0.6, 1, 2), rng.uniform(-1, 1, 2), flip=rng.random() < 0.5)
    b = warp(other, (height, width), 1 - rng.uniform(0.6, 1, 2), rng.uniform(-1, 1, 2), flip=rng.random() < 0.5)
    y, x = np.mgrid[-1:1:height * 1j, -1:1:width * 1j].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    mask = (np.cos(angle) * x + np.sin(angle) * y > rng.uniform(-0.3, 0.3))[..., None]
    return np.where(mask, a, b)


def drawn(size, rng):
    """Gradients, ellipses, polygons and letters: a picture nobody owns."""
    height, width = size
    image = cv2.resize(rng.integers(0, 256, (3, 2, 3), dtype=np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(rng.integers(5, 30)):
        paint, spot = [int(c) for c in rng.integers(0, 256, 3)], rng.integers(0, [width, height])
        kind = rng.integers(4)
        if kind == 0:
            axes = [int(v) for v in rng.integers(4, width // 3, 2)]
            cv2.ellipse(image, [int(v) for v in spot], axes, float(rng.uniform(0, 180)), 0, 360, paint, -1, cv2.LINE_AA)
        elif kind == 1:
            points = (spot + rng.normal(0, width / 5, (rng.integers(3, 7), 2))).astype(np.int32)
            cv2.fillPoly(image, [points], paint, cv2.LINE_AA)
        elif kind == 2:
            to = (spot + rng.normal(0, width / 3, 2)).astype(int)
            cv2.line(image, [int(v) for v in spot], [int(v) for v in to], paint, int(rng.integers(1, 9)), cv2.LINE_AA)
        else:
            text = "".join(rng.choice(LETTERS, rng.integers(1, 8)))
            cv2.putText(image, text, [int(v) for v in spot], FONTS[rng.integers(4)], rng.uniform(0.5, 3), paint, int(rng.integers(1, 6)))
    return image
