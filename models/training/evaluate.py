"""Measures an encoder as it ships: one squashed view, no trimming, no verification.

Gallery: every cover of posters/anilist. Queries: covers of one split under each edit, the same titles as
100 x 142 thumbnails, and second-source covers of the same artwork. Prints a table, writes JSON.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

import data
import edits
from teacher import Teacher

FALSE_ACCEPTS = 0.01


class Shipped:
    """What the consumer does: RGB, bicubic squash, /255, unit embeddings [n, 256]."""

    def __init__(self, file: Path, facts: Path):
        self.facts = json.loads(facts.read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(file), options)

    def embed(self, images):
        size = (self.facts["inputWidth"], self.facts["inputHeight"])
        mean, std = np.float32(self.facts["mean"]), np.float32(self.facts["std"])
        parts = []
        for start in range(0, len(images), 32):
            pixels = np.stack([np.asarray(i.resize(size, Image.BICUBIC), np.float32) for i in images[start : start + 32]])
            pixels = ((pixels / 255 - mean) / std).transpose(0, 3, 1, 2)
            parts.append(self._session.run([self.facts["outputName"]], {self.facts["inputName"]: np.ascontiguousarray(pixels)})[0])
        return np.concatenate(parts)


class Yardstick:
    """ImageNet MobileNetV2-int8 pooled activations, centred on the gallery (its raw cosines sit in a narrow cone)."""

    def __init__(self, file: Path):
        self._teacher, self._centre = Teacher(file, threads=1), None

    def embed(self, images):
        raw = self._teacher.embed([np.asarray(i.resize((224, 224), Image.BICUBIC)) for i in images])
        raw /= np.linalg.norm(raw, axis=1, keepdims=True)
        if self._centre is None:
            self._centre = raw.mean(0)  # the gallery is embedded first
        raw = raw - self._centre
        return raw / np.linalg.norm(raw, axis=1, keepdims=True)


class Thumbnail:
    def embed(self, images):
        return data.thumbnails([np.asarray(i) for i in images])


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--data", type=Path, required=True)
    parse.add_argument("--model", type=Path, default=Path("../opfind-v1.onnx"))
    parse.add_argument("--facts", type=Path, default=Path("ENCODER.json"))
    parse.add_argument("--yardstick", type=Path, help="MobileNetV2-int8 in ONNX")
    parse.add_argument("--split", choices=("dev", "test"), default="dev")
    parse.add_argument("--out", type=Path)
    options = parse.parse_args()
    bench = Bench(options.data, options.split)
    encoders = {"opfind-v1": Shipped(options.model, options.facts)}
    if options.yardstick:
        encoders |= {"MobileNetV2": Yardstick(options.yardstick), "thumbnail": Thumbnail()}
    results = {name: bench.measure(encoder) for name, encoder in encoders.items()}
    print(table(results))
    if options.out:
        options.out.write_text(json.dumps({"split": options.split, "queries": len(bench.queries), "gallery": len(bench.gallery), "results": results}, indent=1) + "\n")


class Bench:
    """The gallery and the queries of one split, loaded once and shown to every encoder."""

    def __init__(self, folder: Path, split: str):
        covers = data.read_covers(folder / "posters")
        frozen = set(json.loads((Path(__file__).parent / "split.json").read_text())[split])
        images = [Image.fromarray(data.read_image(c.path)) for c in covers]
        thumbs = data.thumbnails([np.asarray(i) for i in images])
        self.artworks = data.artwork_of(covers, thumbs)
        self.franchises = np.array(data.franchise_of(covers, folder / "data/themes/mal-themes-2018.jsonl"))
        self.images, self.ids = images, np.array([c.anilist_id or 0 for c in covers])
        sets = np.array([c.set for c in covers])
        self.gallery = np.nonzero(sets == "anilist")[0]
        asked = np.array([c.anilist_id in frozen for c in covers])
        self.queries = np.nonzero(asked & (sets == "anilist"))[0]
        in_gallery = np.isin(self.artworks, self.artworks[self.gallery])
        self.others = {"anilist-small": np.nonzero(asked & (sets == "anilist-small") & in_gallery)[0],
                       "second source": np.nonzero(asked & ~np.isin(sets, ["anilist", "anilist-small"]) & in_gallery)[0],
                       "other artwork": np.nonzero(asked & (sets != "anilist") & ~in_gallery & np.isin(self.ids, self.ids[self.gallery]))[0]}
        rows = json.loads((folder / "negatives/manifest.json").read_text())
        self.negatives = [Image.fromarray(data.read_image(folder / "negatives" / r["file"])) for r in rows]

    def measure(self, encoder) -> dict:
        gallery = encoder.embed([self.images[n] for n in self.gallery])  # [g, d]
        lines, unseen = {}, []
        for name, edit in edits.ALL.items():
            rng = np.random.default_rng(7)
            score = encoder.embed([edit(self.images[n], rng) for n in self.queries]) @ gallery.T  # [q, g]
            lines[name] = self._answers(score, self.queries)
            absent = self.franchises[self.gallery][None] == self.franchises[self.queries][:, None]
            if name in ("none", "crop 10 %", "jpeg 30"):
                unseen.append(np.where(absent, -1, score))  # the same queries with their franchise taken out
        for name, rows in self.others.items():
            lines[name] = self._answers(encoder.embed([self.images[n] for n in rows]) @ gallery.T, rows)
        negative = encoder.embed(self.negatives) @ gallery.T
        cells = [self.images[n].resize((120, 170)) for n in self.gallery[:200]]  # small, so that resizing costs little
        started = time.perf_counter()
        encoder.embed(cells)
        seconds = (time.perf_counter() - started) / len(cells)
        return self._summary(lines, negative, np.concatenate(unseen), seconds)

    def _answers(self, score, rows):
        """Per query: rank of the right artwork, best score, margin to the best other artwork of another franchise."""
        right = (self.artworks[self.gallery][None] == self.artworks[rows][:, None]) | (self.ids[self.gallery][None] == self.ids[rows][:, None])
        best_right = np.where(right, score, -2).max(1)
        return {"rank": (score > best_right[:, None]).sum(1), **self._evidence(score)}

    def _evidence(self, score):
        first = score.argmax(1)
        franchise, artwork = self.franchises[self.gallery], self.artworks[self.gallery]
        strange = (franchise[None] != franchise[first][:, None]) & (artwork[None] != artwork[first][:, None])
        return {"score": score.max(1), "margin": score.max(1) - np.where(strange, score, -2).max(1)}

    def _summary(self, lines, negative, unseen, seconds):
        table_rows, accept = {}, {}
        for kind, stranger in (("negatives", self._evidence(negative)), ("unseen covers", self._evidence(unseen))):
            accept[kind] = {by: float(np.quantile(stranger[by], 1 - FALSE_ACCEPTS)) for by in ("score", "margin")}
        for name, line in lines.items():
            right = line["rank"] == 0
            row = {"queries": len(right), "top1": right.mean(), "top5": (line["rank"] < 5).mean(), "recall20": (line["rank"] < 20).mean()}
            for kind, limits in accept.items():
                for by, limit in limits.items():
                    row[f"kept by {by}, {kind}"] = (right & (line[by] > limit)).mean()
            table_rows[name] = {k: round(float(v), 4) for k, v in row.items()}
        single = [table_rows[n] for n in edits.SINGLE]
        mean = {k: round(float(np.mean([r[k] for r in single])), 4) for k in single[0]}
        return {"rows": table_rows, "mean of single edits": mean, "accept above": accept, "ms per image": round(seconds * 1e3, 2)}


def table(results) -> str:
    head = "| query | " + " | ".join(f"{name} top-1 / recall@20" for name in results) + " |"
    out = [head, "|---" * (len(results) + 1) + "|"]
    first = next(iter(results.values()))
    for name in first["rows"]:
        cells = [f"{r['rows'][name]['top1']:.3f} / {r['rows'][name]['recall20']:.3f}" for r in results.values()]
        out.append(f"| {name} | " + " | ".join(cells) + " |")
    out.append("| **mean of single edits** | " + " | ".join(f"{r['mean of single edits']['top1']:.3f} / {r['mean of single edits']['recall20']:.3f}" for r in results.values()) + " |")
    for key in [k for k in first["mean of single edits"] if k.startswith("kept")]:
        out.append(f"| {key} (1 %) | " + " | ".join(f"{r['mean of single edits'][key]:.3f}" for r in results.values()) + " |")
    out.append("| ms an image, one thread | " + " | ".join(f"{r['ms per image']:.2f}" for r in results.values()) + " |")
    return "\n".join(out)


if __name__ == "__main__":
    main()
