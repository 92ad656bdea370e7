import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readConfig } from "../../src/config.ts";
import type { ModelFiles } from "../../src/domain/model.ts";
import { locateModel, modelFolders, pathOf } from "../../src/models/local-model.ts";
import { findModel, readModelManifest } from "../../src/models/manifest.ts";
import { decodeFile, decodeImage } from "../../src/pipeline/decode.ts";
import { openEmbedder } from "../../src/pipeline/embed.ts";
import type { Embedder, Embedding } from "../../src/pipeline/ports.ts";
import { embedderContract } from "../contracts/embedder.ts";
import { drawing } from "../support/images.ts";
import { sharedDir } from "../support/shared.ts";

const never = new AbortController().signal;
const HOME = fileURLToPath(new URL("../..", import.meta.url));
const config = readConfig(process.env);
const models = await readModelManifest(HOME);
const log = pino({ level: "silent" });

embedderContract("the encoder that ships", async () => await open(await located("opfind-v1")));

test("the encoder that ships knows a drawing again after it was saved small", async () => {
  const embedder = await open(await located("opfind-v1"));
  const large = drawing(300, 425, 3);
  const small = await drawing(300, 425, 3).resize(128).jpeg({ quality: 50 }).toBuffer({ resolveWithObject: true });
  const again = await decodeImage(small.data, never);
  const other = { data: await drawing(300, 425, 11).flop().raw().toBuffer(), width: 300, height: 425 };
  const first = { data: await large.raw().toBuffer(), width: 300, height: 425 };
  const [one, two, three] = await embedder.embed([first, again, other], never);
  expect(cosine(one, two)).toBeGreaterThan(0.95);
  expect(cosine(one, two)).toBeGreaterThan(cosine(one, three));
  await embedder.close();
});

const mobilenet = join(sharedDir ?? "", "models", "mobilenetv2-12-int8.onnx");

describe.skipIf(!existsSync(mobilenet))("a foreign int8 network (needs ../shared/models)", () => {
  embedderContract("MobileNetV2 int8", async () => await open(imagenet(mobilenet)));
});

const clip = findModel(models, "clip-vit-b32-fp32");
const isClipHere = existsSync(pathOf(clip.files[0], modelFolders(config)));

describe.skipIf(!isClipHere || !sharedDir)(
  "CLIP ViT-B/32 fp32 (needs `opfind models pull clip-vit-b32-fp32` and ../shared/golden)",
  () => {
    test("gives its golden vectors", { timeout: 120_000 }, async () => {
      const folder = join(sharedDir ?? "", "golden");
      const golden = Golden.parse(JSON.parse(readFileSync(join(folder, "clip_vit_b32_golden.json"), "utf8")));
      const embedder = await open(await located(clip.id));
      const images = await Promise.all(golden.pets.map(({ file }) => decodeFile(join(folder, file), never)));
      const embeddings = await embedder.embed(images, never);
      for (const [i, { file, vec }] of golden.pets.entries()) {
        expect(cosine(embeddings[i], Float32Array.from(vec)), file).toBeGreaterThan(0.99);
      }
      await embedder.close();
    });
  },
);

const Golden = z.object({ pets: z.array(z.object({ file: z.string(), vec: z.array(z.number()).length(512) })).min(1) });

describe.skipIf(!sharedDir)("golden pictures (need ../shared/golden)", () => {
  test("every one decodes", async () => {
    const folder = join(sharedDir ?? "", "golden");
    const files = readdirSync(folder).filter((file) => file.endsWith(".jpg"));
    const images = await Promise.all(files.map((file) => decodeFile(join(folder, file), never)));
    expect(images.map(({ format }) => format)).toEqual(files.map(() => "jpeg"));
  });
});

async function located(id: string): Promise<ModelFiles> {
  return await locateModel(findModel(models, id), modelFolders(config), never);
}

async function open(model: ModelFiles): Promise<Embedder> {
  return await openEmbedder({ model, device: "cpu", threads: 1, log }, never);
}

/** ONNX Model Zoo's own preprocessing of MobileNetV2. */
function imagenet(network: string): ModelFiles {
  const input = {
    name: "input",
    width: 224,
    height: 224,
    resize: "clip",
    kernel: "bicubic",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  } as const;
  const about = { id: "mobilenetv2-int8", source: "ONNX Model Zoo", revision: "12", licence: "Apache-2.0" };
  const files = [{ path: "mobilenetv2-12-int8.onnx", url: null, sha256: "0".repeat(64), bytes: 1 }] as const;
  return { entry: { ...about, files, input, output: "output", dimension: 1000, maxBatch: 16 }, network };
}

function cosine(a: Embedding | undefined, b: Embedding | undefined): number {
  if (!a || !b || a.length !== b.length) throw new RangeError("vectors of different length");
  const dot = (x: Embedding, y: Embedding) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
