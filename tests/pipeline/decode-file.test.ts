import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeFile } from "../../src/pipeline/decode.ts";
import { MAX_IMAGE_BYTES } from "../../src/pipeline/image-limits.ts";
import { drawing } from "../support/images.ts";

const never = new AbortController().signal;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "opfind-decode-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test("a .jfif file decodes like the JPEG it is", async () => {
  const path = join(folder, "poster.jfif");
  await writeFile(path, await drawing(50, 70).jpeg().toBuffer());
  expect(await decodeFile(path, never)).toMatchObject({ width: 50, height: 70, format: "jpeg" });
});

test("a wrong extension does not matter", async () => {
  const path = join(folder, "poster.png");
  await writeFile(path, await drawing(50, 70).webp().toBuffer());
  expect(await decodeFile(path, never)).toMatchObject({ format: "webp" });
});

test("a missing file is file-missing", async () => {
  await expect(decodeFile(join(folder, "none.png"), never)).rejects.toMatchObject({ code: "file-missing" });
});

test("a folder is file-unreadable and said to be a folder", async () => {
  const expected = { code: "file-unreadable", message: expect.stringContaining("folder") };
  await expect(decodeFile(folder, never)).rejects.toMatchObject(expected);
});

test("a path through a file is file-unreadable", async () => {
  await writeFile(join(folder, "a"), "x");
  await expect(decodeFile(join(folder, "a", "b.png"), never)).rejects.toMatchObject({ code: "file-unreadable" });
});

test("a name with a null character is file-unreadable", async () => {
  await expect(decodeFile("a\0b.png", never)).rejects.toMatchObject({ code: "file-unreadable" });
});

test("an empty file is image-empty", async () => {
  await writeFile(join(folder, "e.png"), "");
  await expect(decodeFile(join(folder, "e.png"), never)).rejects.toMatchObject({ code: "image-empty" });
});

test("a file over the limit is refused without being read", async () => {
  await writeFile(join(folder, "big.png"), Buffer.alloc(MAX_IMAGE_BYTES + 1));
  await expect(decodeFile(join(folder, "big.png"), never)).rejects.toMatchObject({ code: "image-too-many-bytes" });
});

test("a read that was stopped is aborted", async () => {
  await writeFile(join(folder, "p.png"), await drawing(9, 9).png().toBuffer());
  await expect(decodeFile(join(folder, "p.png"), AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
});

const isPosix = process.platform !== "win32";

test.skipIf(!isPosix)("a named pipe without a writer is refused at once", async () => {
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const expected = { code: "file-unreadable", message: expect.stringContaining("pipe") };
  await expect(decodeFile(join(folder, "pipe"), never)).rejects.toMatchObject(expected);
});

test.skipIf(!isPosix)("an endless device is refused", async () => {
  const expected = { code: "file-unreadable", message: expect.stringContaining("device") };
  await expect(decodeFile("/dev/zero", never)).rejects.toMatchObject(expected);
});

test.skipIf(!isPosix)("a socket is refused", async () => {
  const server = createServer().listen(join(folder, "socket"));
  await new Promise((resolve) => server.once("listening", resolve));
  await expect(decodeFile(join(folder, "socket"), never)).rejects.toMatchObject({ code: "file-unreadable" });
  server.close();
});

test.skipIf(!isPosix || process.getuid?.() === 0)("a file without permission is file-unreadable", async () => {
  await writeFile(join(folder, "p.png"), "x", { mode: 0o000 });
  await expect(decodeFile(join(folder, "p.png"), never)).rejects.toMatchObject({ code: "file-unreadable" });
});
