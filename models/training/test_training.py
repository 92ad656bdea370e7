"""Run with `python -m pytest` (or `python -m unittest`) in this folder. Needs no posters, except where it says so."""

import json
import os
import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

import augment
import data
import edits
import export_onnx
import train
from model import HEIGHT, WIDTH, Encoder, even_light

HERE = Path(__file__).parent
POSTERS = Path(os.environ.get("OPFIND_DATA", HERE.parents[2] / "shared"))
SIZE = (HEIGHT, WIDTH)


def picture(seed):
    return augment.drawn((256, 180), np.random.default_rng(seed))


class Augmentation(unittest.TestCase):
    def test_every_view_has_the_asked_size_and_is_8_bit(self):
        for seed in range(200):
            rng = np.random.default_rng(seed)
            for view in (augment.gallery_view(picture(1), SIZE, rng), augment.query_view(picture(1), picture(2), SIZE, rng)):
                self.assertEqual((view.shape, view.dtype), ((*SIZE, 3), np.uint8))
            made = augment.new_picture(picture(1), picture(2), rng)
            self.assertEqual((made.shape, made.dtype), ((256, 180, 3), np.uint8))

    def test_the_same_seed_gives_the_same_view(self):
        views = [augment.query_view(picture(1), picture(2), SIZE, np.random.default_rng(5)) for _ in range(2)]
        np.testing.assert_array_equal(*views)

    def test_views_leave_the_source_image_alone(self):
        image, other = picture(1), picture(2)
        for seed in range(50):
            augment.query_view(image, other, SIZE, np.random.default_rng(seed))
        np.testing.assert_array_equal(image, picture(1))
        np.testing.assert_array_equal(other, picture(2))

    def test_an_uncut_warp_is_a_plain_resize(self):
        smooth = cv2.GaussianBlur(picture(1), (0, 0), 3)
        self.assertLess(apart(augment.warp(smooth, SIZE, 0), cv2.resize(smooth, SIZE[::-1])), 2)

    def test_flip_mirrors(self):
        smooth = cv2.GaussianBlur(picture(1), (0, 0), 3)
        self.assertLess(apart(augment.warp(smooth, SIZE, 0, flip=True), augment.warp(smooth, SIZE, 0)[:, ::-1]), 2)

    def test_cut_keeps_the_asked_corner(self):
        smooth = cv2.GaussianBlur(picture(1), (0, 0), 3)
        corner = cv2.resize(smooth[128:, 90:], SIZE[::-1])
        self.assertLess(apart(augment.warp(smooth, SIZE, 0.5, (1, 1)), corner), 3)

    def test_a_negative_cut_leaves_the_surroundings(self):
        view = augment.warp(picture(1), SIZE, -1.0, onto=np.zeros((*SIZE, 3), np.uint8))
        self.assertEqual(view[:35].max(), 0)
        self.assertGreater(view[45:115, 32:80].mean(), 0)

    def test_half_of_two_pictures_is_neither(self):
        made = augment.composed(picture(1), picture(2), np.random.default_rng(0))
        self.assertGreater(apart(made, picture(1)), 5)
        self.assertGreater(apart(made, picture(2)), 5)


class Edits(unittest.TestCase):
    def test_every_measured_edit_returns_an_rgb_image_and_changes_it(self):
        image = Image.fromarray(picture(1))
        for name, edit in edits.ALL.items():
            edited = edit(image, np.random.default_rng(0))
            self.assertEqual(edited.mode, "RGB", name)
            changed = edited.size != image.size or apart(np.asarray(edited), np.asarray(image)) > 0
            self.assertEqual(changed, name != "none", name)


class Network(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.encoder = Encoder().eval()

    def test_embeddings_are_unit_vectors_of_256(self):
        out = self.encoder(torch.rand(3, 3, *SIZE))
        self.assertEqual(out.shape, (3, 256))
        torch.testing.assert_close(out.norm(dim=1), torch.ones(3))

    def test_brightness_and_contrast_of_the_whole_image_do_not_matter(self):
        pixels = torch.rand(2, 3, *SIZE)
        torch.testing.assert_close(even_light(pixels * 0.4 + 0.1), even_light(pixels), atol=0.02, rtol=0)

    def test_a_blank_image_gives_finite_numbers(self):
        self.assertTrue(torch.isfinite(self.encoder(torch.zeros(1, 3, *SIZE))).all())

    def test_an_image_embeds_alike_alone_and_in_a_batch(self):
        pixels = torch.rand(4, 3, *SIZE)
        torch.testing.assert_close(self.encoder(pixels)[1:2], self.encoder(pixels[1:2]), atol=1e-5, rtol=0)

    def test_onnx_runtime_agrees_with_pytorch(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "encoder.onnx"
            export_onnx.export(self.encoder, file)
            self.assertLess(export_onnx.largest_difference(self.encoder, file, 3), export_onnx.TOLERANCE)
            self.assertLess(file.stat().st_size, 8 * 2**20)


class Loss(unittest.TestCase):
    def test_a_few_steps_on_a_few_pictures_lower_it(self):
        torch.manual_seed(0)
        images = np.stack([picture(n) for n in range(16)])
        owners = np.stack([np.arange(16), np.arange(16) + 100], 1)
        rows, pixels = next(iter(train.Views(images, owners, 8, 16, (96, 66), 1)))
        encoder, losses = Encoder(), []
        optimiser = torch.optim.AdamW(encoder.parameters(), 5e-4)
        for _ in range(12):
            out, same = encoder(pixels.float() / 255), torch.eye(len(rows), dtype=torch.bool)
            loss, _ = train.contrast(out[:16], out[16:], out[:0], same, same[:, :0], 0.06)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        self.assertLess(np.mean(losses[-3:]), np.mean(losses[:3]) * 0.9)

    def test_pictures_sharing_an_artwork_are_not_pushed_apart(self):
        out = torch.nn.functional.normalize(torch.randn(6, 8), dim=1)
        out = torch.cat([out[:1], out[:1], out[2:3], out[2:3], out[2:3], out[2:3]])  # two equal pictures, p = 2
        same = torch.ones(2, 2, dtype=torch.bool)
        loss, _ = train.contrast(out[:2], out[2:], out[:0], same, same[:, :0], 0.06)
        self.assertAlmostEqual(loss.item(), 0, places=4)

    def test_sharing_is_seen_through_either_owner(self):
        owners = torch.tensor([[1, 2], [2, 3], [4, 5]])
        self.assertEqual(train.shares(owners, owners).tolist(), [[True, True, False], [True, True, False], [False, False, True]])


class Split(unittest.TestCase):
    def test_no_id_is_in_two_splits(self):
        split = json.loads((HERE / "split.json").read_text())
        every = [i for ids in split.values() for i in ids]
        self.assertEqual(len(every), len(set(every)))

    def test_title_stems_join_seasons(self):
        for a, b in (("Haikyuu!!", "Haikyuu!! TO THE TOP"), ("Overlord", "Overlord III"), ("Mob Psycho 100", "Mob Psycho 100 2nd Season")):
            self.assertEqual(data.title_stem(a), data.title_stem(b))

    @unittest.skipUnless((POSTERS / "posters").is_dir(), "posters are not here: set OPFIND_DATA")
    def test_no_franchise_and_no_picture_is_shared_between_training_and_test(self):
        covers = data.read_covers(POSTERS / "posters")
        franchises = data.franchise_of(covers, POSTERS / "data/themes/mal-themes-2018.jsonl")
        split = data.split_of(covers, franchises)
        self.assertEqual(data.split_ids(covers, split), json.loads((HERE / "split.json").read_text()))
        side = {}
        for franchise, name in zip(franchises, split):
            self.assertEqual(side.setdefault(franchise, name), name)
        thumbs = data.thumbnails([data.shrink(data.read_image(c.path)) for c in covers])
        keep = data.trainable(covers, split, thumbs)
        apart_from = np.array([s != "train" for s in split])
        self.assertLess((thumbs[keep] @ thumbs[apart_from].T).max(), data.LOOKS_ALIKE)
        held_out = {c.anilist_id for c, s in zip(covers, split) if s != "train"} - {None}
        self.assertFalse(held_out & {c.anilist_id for c, k in zip(covers, keep) if k})


def apart(a, b):
    """Mean absolute difference in grey levels."""
    return np.abs(a.astype(int) - b.astype(int)).mean()


if __name__ == "__main__":
    unittest.main()
