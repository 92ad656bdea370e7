import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelFiles } from "../../src/domain/model.ts";
import { openEmbedder } from "../../src/pipeline/embed.ts";
import type { Embedder, RgbImage } from "../../src/pipeline/ports.ts";
import { embedderContract } from "../contracts/embedder.ts";
import { drawing } from "../support/images.ts";
import { CLIP_SHAPED, tinyNetwork } from "../support/tiny-network.ts";

const never = new AbortController().signal;
let folder: string;
let lines: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "opfind-embed-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

embedderContract(
  "the network worker",
  async () => await open(await tinyNetwork(await mkdtemp(join(tmpdir(), "opfind-embed-")))),
);

describe("an embedder shaped like CLIP", () => {
  test("gives one picture [512] and a batch [N, 512]", async () => {
    const embedder = await open(await tinyNetwork(folder, CLIP_SHAPED));
    expect(embedder.dimension).toBe(512);
    const embeddings = await embedder.embed(await pictures(19), never);
    expect(embeddings.map(({ length }) => length)).toEqual(Array.from({ length: 19 }, () => 512));
    expect((await embedder.embed(await pictures(1), never)).map(({ length }) => length)).toEqual([512]);
    await embedder.close();
  });
});

describe("a model id", () => {
  test("names the network, its checksum and the preprocessing", async () => {
    const model = await tinyNetwork(folder);
    const embedder = await open(model);
    expect(embedder.modelId).toBe(`tiny@${model.entry.files[0].sha256.slice(0, 12)}+p1`);
    await embedder.close();
  });
});

describe("devices", () => {
  test("one that cannot be created falls back to the CPU with one line that says why", async () => {
    const embedder = await open(await tinyNetwork(folder), "cuda,coreml");
    expect(embedder.device).toBe("cpu");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/runs on cpu, because cuda: .+; coreml: .+/);
    expect(await embedder.embed(await pictures(1), never)).toHaveLength(1);
    await embedder.close();
  });

  test("a name that is no device is a wrong configuration", async () => {
    await expect(open(await tinyNetwork(folder), "gpu")).rejects.toMatchObject({ code: "config-invalid" });
  });

  test("the CPU says nothing", async () => {
    await (await open(await tinyNetwork(folder))).close();
    expect(lines).toEqual([]);
  });
});

describe("out of memory", () => {
  test("halves the batch until it fits, keeps the order and says so once per halving", async () => {
    const images = await pictures(40);
    const plain = await open(await tinyNetwork(folder));
    const hungry = await open(await tinyNetwork(folder, { ending: "hungry" }));
    const [expected, got] = [await plain.embed(images, never), await hungry.embed(images, never)];
    expect(got.map((embedding) => [...embedding])).toEqual(expected.map((embedding) => [...embedding]));
    expect(lines[0]).toContain("out of memory");
    await Promise.all([plain.close(), hungry.close()]);
  });
});

describe("refuses", () => {
  test.each([
    ["another dimension", { dimension: 17 }],
    ["another output name", { output: "pooled" }],
    ["another input name", { input: { name: "pixels" } }],
    ["another input size", { input: { width: 64 } }],
  ])("a network of %s as model-incompatible", async (_, claims) => {
    const error = { code: "model-incompatible", message: expect.stringContaining("expected") };
    await expect(open(await tinyNetwork(folder, { claims }))).rejects.toMatchObject(error);
  });

  test.each(["zero", "not-a-number"] as const)("an answer that is %s as embedder-failed", async (ending) => {
    const embedder = await open(await tinyNetwork(folder, { ending }));
    await expect(embedder.embed(await pictures(3), never)).rejects.toMatchObject({ code: "embedder-failed" });
    await embedder.close();
  });

  test("a file that is no network as embedder-failed", async () => {
    const model = await tinyNetwork(folder, { id: "broken" });
    await writeFile(model.network, "not a network");
    await expect(open(model)).rejects.toMatchObject({ code: "embedder-failed" });
  });

  test("an opening that was stopped as aborted", async () => {
    const model = await tinyNetwork(folder);
    await expect(
      openEmbedder({ model, device: "cpu", threads: 1, log: pino({ level: "silent" }) }, AbortSignal.abort()),
    ).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("a worker thread that dies", () => {
  test("fails its calls clearly, and the next call has a new one", async () => {
    const model = await tinyNetwork(folder, { id: "failing" });
    await writeFile(model.network, "0");
    const workerScript = new URL("../support/failing-worker.mjs", import.meta.url);
    const embedder = await openEmbedder(
      { model, device: "cpu", threads: 1, log: pino({ level: "silent" }), workerScript },
      never,
    );
    const [one] = await Promise.allSettled([
      embedder.embed(await pictures(1), never),
      embedder.embed(await pictures(2), never),
    ]);
    expect(one).toMatchObject({
      status: "rejected",
      reason: { code: "embedder-failed", message: expect.stringContaining("code 7") },
    });
    await expect(embedder.embed(await pictures(1), never)).rejects.toMatchObject({
      message: expect.stringContaining("the driver fell over"),
    });
    const unanswered = embedder.embed(await pictures(1), AbortSignal.timeout(300));
    await expect(unanswered).rejects.toMatchObject({ code: "aborted" });
    expect(await embedder.embed(await pictures(1), never)).toHaveLength(1);
    await embedder.close();
  });

  test("a closed embedder settles what waits and refuses more", async () => {
    const embedder = await open(await tinyNetwork(folder));
    const waiting = Promise.allSettled([embedder.embed(await pictures(33), never), embedder.close()]);
    const [embedded] = await waiting;
    expect(embedded.status === "fulfilled" || embedded.reason.code === "embedder-failed").toBe(true);
    await expect(embedder.embed(await pictures(1), never)).rejects.toMatchObject({ code: "embedder-failed" });
    await embedder.close();
  });
});

async function open(model: ModelFiles, device = "cpu"): Promise<Embedder> {
  lines = [];
  const log = pino({ level: "warn" }, { write: (line: string) => lines.push(line) });
  return await openEmbedder({ model, device, threads: 1, log }, never);
}

async function pictures(count: number): Promise<RgbImage[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, i) => ({
      data: await drawing(30 + i, 50, i + 1)
        .raw()
        .toBuffer(),
      width: 30 + i,
      height: 50,
    })),
  );
}
