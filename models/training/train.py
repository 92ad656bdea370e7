"""Trains the encoder. One command, one seed, progress by step (see README.md beside this file).

Every step draws `--pictures` different pictures, shows each as one gallery view and two hard query views, and asks
every query view to find its own gallery view among all of the batch and of the last batches (InfoNCE).
"""

import argparse
import json
import math
import os
import time
from copy import deepcopy
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import augment
import data
from model import HEIGHT, WIDTH, Encoder
from teacher import Teacher, whiten

QUERY_VIEWS = 2


def arguments():
    parse = argparse.ArgumentParser()
    parse.add_argument("--data", type=Path, required=True, help="folder with posters/ and data/themes/")
    parse.add_argument("--teacher", type=Path, help="ImageNet network in ONNX, only to learn from")
    parse.add_argument("--out", type=Path, default=Path("run"))
    parse.add_argument("--steps", type=int, default=1610)
    parse.add_argument("--pictures", type=int, default=64, help="per step")
    parse.add_argument("--variants", type=int, default=6000, help="made-up pictures beside the posters")
    parse.add_argument("--small-steps", type=float, default=0.65, help="share of the steps at 128 x 88")
    parse.add_argument("--minutes", type=float, default=math.inf, help="hurry the schedule to end by then, on a busy machine")
    parse.add_argument("--rate", type=float, default=2e-3)
    parse.add_argument("--temperature", type=float, default=0.06)
    parse.add_argument("--spread", type=float, default=0.2, help="weight of KoLeo")
    parse.add_argument("--teach", type=float, default=1.0, help="weight of the teacher")
    parse.add_argument("--recent", type=int, default=1536, help="gallery views remembered as negatives")
    parse.add_argument("--seed", type=int, default=1)
    return parse.parse_args()


def load_pictures(options):
    """images uint8 [n, 256, 180, 3]; owners int [n, 2]: the artworks in it; twins: rows showing the same artwork."""
    covers = data.read_covers(options.data / "posters")
    images = np.stack([data.shrink(data.read_image(cover.path)) for cover in covers])
    franchises = data.franchise_of(covers, options.data / "data/themes/mal-themes-2018.jsonl")
    split = data.split_of(covers, franchises)
    frozen = json.loads((Path(__file__).parent / "split.json").read_text())
    if data.split_ids(covers, split) != frozen:
        raise ValueError("the split no longer equals split.json")
    thumbs = data.thumbnails(images)
    keep = data.trainable(covers, split, thumbs)
    artworks = data.artwork_of(covers, thumbs)[keep]
    # Different artwork of one anime is neither a positive nor a negative: owner 2 is the anime itself.
    anime = [-2 - n if c.anilist_id is None else c.anilist_id + 10**7
             for n, c in enumerate(covers)]
    owners = np.stack([artworks, np.array(anime)[keep]], 1)
    return images[keep], owners


def add_variants(images, owners, count, seed):
    """Made-up pictures after the real ones: [n + count, ...]; a composite belongs to both its sources."""
    rng = np.random.default_rng(seed)
    more, more_owners = [], []
    for _ in range(count):
        a, b = rng.integers(len(images), size=2)
        more.append(augment.new_picture(images[a], images[b], rng))
        more_owners.append((owners[a, 0], owners[b, 0]))
    return np.concatenate([images, np.stack(more)]), np.concatenate([owners, np.array(more_owners)])


class Views(torch.utils.data.IterableDataset):
    """Endless batches: row numbers [p] and views uint8 [3 p, 3, h, w], gallery views first."""

    def __init__(self, images, owners, real, pictures, size, seed):
        self.images, self.owners, self.real = images, owners, real
        self.pictures, self.size, self.seed = pictures, size, seed
        self.twins: dict[int, list[int]] = {}
        for row in range(real):
            self.twins.setdefault(int(owners[row, 0]), []).append(row)

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, self.size[0], worker.id if worker else 0])
        while True:
            yield self._batch(rng)

    def _batch(self, rng):
        # Half of a batch are posters as they are, half made-up ones.
        rows = np.concatenate([rng.choice(self.real, self.pictures // 2, replace=False),
                               rng.integers(self.real, len(self.images), self.pictures - self.pictures // 2)])
        gallery = [augment.gallery_view(self.images[self._twin(r, rng)], self.size, rng) for r in rows]
        queries = [augment.query_view(self.images[r], self.images[rng.integers(len(self.images))], self.size, rng)
                   for _ in range(QUERY_VIEWS) for r in rows]
        return torch.from_numpy(rows), torch.from_numpy(np.stack(gallery + queries)).permute(0, 3, 1, 2)

    def _twin(self, row, rng):
        """Another file of the same artwork, if there is one: what another site's copy really looks like."""
        return rng.choice(self.twins[int(self.owners[row, 0])]) if row < self.real else row


def contrast(gallery, queries, recent, same, same_recent, temperature):
    """InfoNCE both ways. gallery [p, d], queries [2 p, d], recent [r, d]; `same` masks look-alikes [p, p], [p, r]."""
    pictures = len(gallery)
    target = torch.arange(pictures).repeat(QUERY_VIEWS)
    never = same & ~torch.eye(pictures, dtype=torch.bool)
    score = queries @ gallery.T  # [2 p, p]
    logits = torch.cat([score, queries @ recent.T], 1) / temperature  # [2 p, p + r]
    mask = torch.cat([never, same_recent], 1).repeat(QUERY_VIEWS, 1)
    forth = F.cross_entropy(logits.masked_fill(mask, -1e4), target)
    back = [F.cross_entropy((part.T / temperature).masked_fill(never, -1e4), target[:pictures])
            for part in score.split(pictures)]
    return forth + sum(back) / QUERY_VIEWS / 2, (logits.masked_fill(mask, -1e4).argmax(1) == target).float().mean()


def koleo(gallery, queries, same):
    """Kozachenko-Leonenko entropy: pushes every view away from its nearest stranger, so unknown images find no one."""
    every = torch.cat([gallery, queries])
    strange = ~same.repeat(QUERY_VIEWS + 1, QUERY_VIEWS + 1)
    nearest = (every @ every.T).masked_fill(~strange, -1).max(1).values
    return -torch.log((2 - 2 * nearest).clamp(min=1e-6).sqrt() + 1e-4).mean()


def shares(owners_a, owners_b):
    """bool [a, b]: any artwork in common."""
    return (owners_a[:, None, :, None] == owners_b[None, :, None, :]).any(-1).any(-1)


def main():
    cv2.setNumThreads(0)  # forked loaders hang on a thread pool started before them
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    started = time.time()
    images, owners = load_pictures(options)
    real = len(images)
    images, owners = add_variants(images, owners, options.variants, options.seed)
    print(f"{real} covers, {len(images)} pictures, {time.time() - started:.0f} s", flush=True)
    lesson = None
    if options.teacher and options.teach > 0:
        lesson = torch.from_numpy(whiten(Teacher(options.teacher).embed(images)))  # [n, 256]
        print(f"teacher done, {time.time() - started:.0f} s", flush=True)
    owners = torch.from_numpy(owners)

    encoder = Encoder().to(memory_format=torch.channels_last)
    student = nn.Linear(256, 256)
    average = deepcopy(encoder).eval()
    weights = list(encoder.parameters()) + list(student.parameters())
    # Norms, biases and the pooling power are left out of weight decay.
    optimiser = torch.optim.AdamW([{"params": [w for w in weights if w.ndim > 1], "weight_decay": 0.05},
                                   {"params": [w for w in weights if w.ndim <= 1], "weight_decay": 0.0}])
    recent, recent_rows = torch.zeros(0, 256), torch.zeros(0, dtype=torch.long)
    seen, step, done, size = 0, 0, 0.0, None
    while done < 1:
        due = (128, 88) if done < options.small_steps else (HEIGHT, WIDTH)
        if due != size:
            size = due
            views = Views(images, owners.numpy(), real, options.pictures, size, options.seed)
            batches = iter(torch.utils.data.DataLoader(views, batch_size=None, num_workers=2, prefetch_factor=3))
        rows, pixels = next(batches)
        warm = min(1.0, (step + 1) / min(200, options.steps / 10))
        rate = options.rate * warm * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)
        for group in optimiser.param_groups:
            group["lr"] = rate
        out = encoder(pixels.contiguous(memory_format=torch.channels_last).float() / 255)  # [3 p, 256]
        gallery, queries = out[: len(rows)], out[len(rows) :]
        same = shares(owners[rows], owners[rows])
        loss, right = contrast(gallery, queries, recent, same, shares(owners[rows], owners[recent_rows]), options.temperature)
        total = loss + options.spread * koleo(gallery, queries, same)
        taught = torch.zeros(())
        if lesson is not None:
            taught = (1 - F.cosine_similarity(student(out * 16), lesson[rows].repeat(1 + QUERY_VIEWS, 1))).mean()
            total = total + options.teach * taught
        optimiser.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(weights, 5.0)
        optimiser.step()
        follow(average, encoder, min(0.998, step / (step + 50)))
        recent = torch.cat([gallery.detach(), recent])[: options.recent]
        recent_rows = torch.cat([rows, recent_rows])[: options.recent]
        seen += len(pixels)
        step += 1
        done = max(step / options.steps, (time.time() - started) / 60 / options.minutes)
        if step % 50 == 0:
            print(f"step {step} done {done:.3f} loss {loss.item():.3f} right {right.item():.3f} taught {taught.item():.3f} "
                  f"rate {rate:.5f} views {seen} {seen / (time.time() - started):.0f}/s {time.time() - started:.0f} s", flush=True)
        if step % 250 == 0 or done >= 1:
            part = options.out / "encoder.pt.part"
            torch.save({"encoder": average.state_dict(), "step": step, "views": seen,
                        "seconds": round(time.time() - started), "options": {k: str(v) for k, v in vars(options).items() if k not in ("data", "teacher", "out")}}, part)
            os.replace(part, options.out / "encoder.pt")


@torch.no_grad()
def follow(average, encoder, keep):
    """Exponential average of weights and running statistics; it generalises better than the last step."""
    for old, new in zip(average.state_dict().values(), encoder.state_dict().values()):
        if old.dtype.is_floating_point:
            old.lerp_(new, 1 - keep)
        else:
            old.copy_(new)


if __name__ == "__main__":
    main()
