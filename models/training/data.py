"""Reads the poster sets, groups them into franchises and keeps train, dev and test apart.

A *cover* is one image file; its *artwork* number is shared by files that show the same picture
(the sets overlap); its *franchise* by all seasons of one story. The split is by franchise.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import cv2
import numpy as np

HEIGHT, WIDTH = 256, 180  # of the images kept in memory: enough for a half-size crop at the input size
SETS = ("anilist", "mal", "anilist-small", "bangumi", "key-visuals", "anilist-2020")
TEST_SHARE, DEV_SHARE = 0.15, 0.12
SAME_ARTWORK = 0.93  # centred-thumbnail cosine; true duplicates across sets lie above .95
LOOKS_ALIKE = 0.85  # an image this close to a dev or test image is never trained on
SAME_STORY = {"Sequel", "Prequel", "Side story", "Parent story", "Alternative version", "Alternative setting",
              "Spin-off", "Summary", "Full story", "Other"}


@dataclass(frozen=True)
class Cover:
    set: str
    file: str
    path: Path
    title: str
    title_english: str
    anilist_id: int | None
    mal_id: int | None


def read_covers(posters: Path) -> list[Cover]:
    covers = []
    for name in SETS:
        for row in json.loads((posters / name / "manifest.json").read_text()):
            covers.append(Cover(name, row["file"], posters / name / row["file"], row["title"] or "",
                                row.get("titleEnglish") or "", row.get("anilistId"), row.get("malId")))
    return covers


def read_image(path: Path) -> np.ndarray:
    """RGB uint8 [h, w, 3] at the file's own size; transparency is flattened on white."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise ValueError(f"cannot read {path}")
    if image.ndim == 2:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    if image.shape[2] == 4:
        alpha = image[..., 3:].astype(np.float32) / 255
        image = (image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def shrink(image: np.ndarray) -> np.ndarray:
    """uint8 [256, 180, 3]; squashed, since the encoder sees a squashed picture anyway."""
    return cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def thumbnails(images) -> np.ndarray:
    """Centred 16x24 colour thumbnails, unit length: [n, 1152]; their cosine finds the same artwork."""
    small = np.stack([cv2.resize(i, (16, 24), interpolation=cv2.INTER_AREA).astype(np.float32) for i in images])
    flat = small.reshape(len(small), -1)
    flat = flat - flat.mean(1, keepdims=True)
    return flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6)


def franchise_of(covers: list[Cover], relations: Path) -> list[str]:
    """One franchise key per cover: connected by the relations of MyAnimeList (2018) or by a title stem."""
    join = _Union()
    for line in relations.read_text().splitlines():
        row = json.loads(line)
        for kind, others in dict(row.get("related") or {}).items():
            for other in others:
                if kind in SAME_STORY and other["type"] == "anime":
                    join(f"mal{row['mal_id']}", f"mal{other['mal_id']}")
    for n, cover in enumerate(covers):
        for key in _keys(cover):
            join(f"cover{n}", key)
    return [join.root(f"cover{n}") for n in range(len(covers))]


def artwork_of(covers: list[Cover], thumbs: np.ndarray) -> np.ndarray:
    """int [n]: equal for files showing the same picture, whatever they are labelled."""
    join, score = _Union(), thumbs @ thumbs.T
    for a, b in zip(*np.nonzero(np.triu(score > SAME_ARTWORK, 1))):
        join(str(a), str(b))
    return np.array([int(join.root(str(n))) for n in range(len(covers))])


def split_of(covers: list[Cover], franchises: list[str]) -> list[str]:
    """'train', 'dev' or 'test' per cover: a hash of the franchise's smallest AniList id decides.

    A franchise without any id has no query to test with, so it trains.
    """
    smallest: dict[str, int] = {}
    for cover, franchise in zip(covers, franchises):
        if cover.anilist_id is not None:
            smallest[franchise] = min(cover.anilist_id, smallest.get(franchise, cover.anilist_id))
    return [_draw(smallest.get(franchise)) for franchise in franchises]


def trainable(covers: list[Cover], split: list[str], thumbs: np.ndarray) -> np.ndarray:
    """bool [n]: in the train split, looking like no dev or test image and, if unlabelled, not titled like one."""
    in_train = np.array([s == "train" for s in split])
    nearest = (thumbs @ thumbs[~in_train].T).max(1) if (~in_train).any() else np.zeros(len(split))
    kept_apart = {title_stem(c.title) for c, s in zip(covers, split) if s != "train"}
    unsure = np.array([c.anilist_id is None and bool(get_close_matches(title_stem(c.title), kept_apart, 1, 0.75))
                       for c in covers])
    return in_train & (nearest < LOOKS_ALIKE) & ~unsure


def split_ids(covers: list[Cover], split: list[str]) -> dict[str, list[int]]:
    """AniList ids per split, as `split.json` keeps them."""
    return {name: sorted({c.anilist_id for c, s in zip(covers, split) if s == name and c.anilist_id is not None})
            for name in ("train", "dev", "test")}


def _draw(smallest_id: int | None) -> str:
    if smallest_id is None:
        return "train"
    share = int(hashlib.sha256(f"opfind:{smallest_id}".encode()).hexdigest()[:8], 16) / 2**32
    return "test" if share < TEST_SHARE else "dev" if share < TEST_SHARE + DEV_SHARE else "train"


def _keys(cover: Cover):
    if cover.mal_id is not None:
        yield f"mal{cover.mal_id}"
    if cover.anilist_id is not None:
        yield f"anilist{cover.anilist_id}"
    for title in (cover.title, cover.title_english):
        stem = title_stem(title)
        if len(stem) >= 4:
            yield f"title:{stem}"


def title_stem(title: str) -> str:
    """'Kaguya-sama: Love is War -Ultra Romantic-' → 'kaguyasama': what seasons of one story share."""
    stem = re.split(r"[:：(~～!！?？]| - | [\-–—]\w|\bseason\b|\bpart\b|\b\d(?:st|nd|rd|th)\b|\bmovie\b|第", title.lower())[0]
    stem = re.sub(r"(?:\s+(?:[ivx]+|\d+|[rst]|final|the))+\s*$", "", stem)
    return re.sub(r"[\W_]+", "", stem)


class _Union:
    def __init__(self):
        self._parent: dict[str, str] = {}

    def root(self, key: str) -> str:
        parent = self._parent.setdefault(key, key)
        while parent != self._parent.setdefault(parent, parent):
            parent = self._parent[parent]
        self._parent[key] = parent
        return parent

    def __call__(self, a: str, b: str) -> None:
        a, b = sorted((self.root(a), self.root(b)))
        self._parent[b] = a
