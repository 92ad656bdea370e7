import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { ModelEntry } from "../../src/domain/model.ts";
import { type PullOptions, pullModel } from "../../src/models/download.ts";
import { locateModel, modelFolders, verifyModel } from "../../src/models/local-model.ts";
import { tempDir } from "../support/temp-dir.ts";

const never = new AbortController().signal;
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 5));
const HALF = 150_000;

test("a model is downloaded, checked and found; the second pull does nothing", async () => {
  const server = await serve(whole);
  const { options, entry, path, seen } = setUp(server);
  expect(await pullModel(entry, options, never)).toBe("pulled");
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
  expect(seen.at(-1)).toBe(CONTENT.length);
  expect(await pullModel(entry, options, never)).toBe("present");
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]?.headers["user-agent"]).toMatch(/^opfind/);
  expect(await locateModel(entry, options.folders, never)).toEqual({ entry, network: path });
  expect(await verifyModel(entry, options.folders, never)).toEqual([{ path, state: "ok" }]);
  for (const rest of [".part", ".part.etag", ".quarantine"]) expect(existsSync(path + rest)).toBe(false);
});

test("an unfinished file is completed from where it ends", async () => {
  const server = await serve(ranged);
  const { options, entry, path } = setUp(server);
  leavePart(path, CONTENT.subarray(0, HALF), '"v1"');
  await pullModel(entry, options, never);
  expect(server.requests[0]?.headers).toMatchObject({ range: `bytes=${HALF}-`, "if-range": '"v1"' });
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
});

test("a connection that breaks is taken up again where it broke", async () => {
  let arrived = 0;
  const server = await serve((request, response) => {
    const from = Number(/bytes=(\d+)/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const status = from > 0 ? 206 : 200;
    response.writeHead(status, { "content-length": CONTENT.length - from, etag: '"v1"', ...rangeHeader(from) });
    // Only once the piece is on the disk: what a broken connection still held is lost, in Node.js 24 more than before.
    const breakOff = () => void (arrived >= from + 100_000 ? response.destroy() : setImmediate(breakOff));
    response.write(CONTENT.subarray(from, from + 100_000), breakOff);
    if (from + 100_000 >= CONTENT.length) response.end();
  });
  const { options, entry, path } = setUp(server);
  const progress = (_: unknown, done: number) => {
    arrived = done;
  };
  await pullModel(entry, { ...options, progress }, never);
  expect(server.requests.length).toBeGreaterThanOrEqual(3);
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
});

test("a server that ignores ranges is read from the start", async () => {
  const { options, entry, path } = setUp(await serve(whole));
  leavePart(path, Buffer.alloc(HALF, 1), '"old"');
  await pullModel(entry, options, never);
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
});

test("a range that the server cannot give (416) starts again", async () => {
  const server = await serve((request, response) => {
    if (request.headers.range) response.writeHead(416).end();
    else whole(request, response);
  });
  const { options, entry, path } = setUp(server);
  leavePart(path, CONTENT.subarray(0, HALF), null);
  await pullModel(entry, options, never);
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
});

test("another range than asked for starts again", async () => {
  const server = await serve((request, response) => {
    if (!request.headers.range) return whole(request, response);
    response.writeHead(206, rangeHeader(7)).end(CONTENT.subarray(7));
  });
  const { options, entry, path } = setUp(server);
  leavePart(path, CONTENT.subarray(0, HALF), null);
  await pullModel(entry, options, never);
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
});

test("an unfinished file larger than the model is thrown away", async () => {
  const { options, entry, path } = setUp(await serve(ranged));
  leavePart(path, Buffer.alloc(CONTENT.length + 5), null);
  await pullModel(entry, options, never);
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
});

test("a wrong checksum is set aside and told, and the next pull is clean", async () => {
  let isWrong = true;
  const server = await serve((request, response) => {
    if (!isWrong) return whole(request, response);
    response.end(Buffer.alloc(CONTENT.length, 3));
  });
  const { options, entry, path } = setUp(server);
  await expect(pullModel(entry, options, never)).rejects.toMatchObject({ code: "model-checksum" });
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(`${path}.quarantine`)).toHaveLength(CONTENT.length);
  isWrong = false;
  expect(await pullModel(entry, options, never)).toBe("pulled");
});

test("a damaged model is pulled again", async () => {
  const { options, entry, path } = setUp(await serve(whole));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.alloc(CONTENT.length));
  expect(await verifyModel(entry, options.folders, never)).toEqual([{ path, state: "wrong-checksum" }]);
  await expect(locateModel(entry, options.folders, never)).rejects.toMatchObject({ code: "model-checksum" });
  expect(await pullModel(entry, options, never)).toBe("pulled");
});

test.each<[string, RequestListener, RegExp]>([
  ["a 404", (_, response) => response.writeHead(404).end(), /answers 404/],
  ["a 503", (_, response) => response.writeHead(503).end(), /answers 503/],
  ["a shorter file than announced in the manifest", (_, response) => response.end("short"), /offers 5 bytes/],
  ["a longer file, announced", (_, response) => response.end(Buffer.alloc(CONTENT.length + 1)), /offers 300001 bytes/],
  ["a longer file, not announced", endless, /more than the 300000 bytes/],
  ["silence before the answer", () => {}, /keeps silent/],
  ["silence in the middle", (_, response) => void response.writeHead(200).write("some"), /keeps silent/],
  ["a connection closed at once", (request) => request.socket.destroy(), /download failed/],
  ["a redirect to an unencrypted stranger", redirect("http://models.example.org/a"), /not encrypted/],
  ["a redirect to a file", redirect("file:///etc/passwd"), /not encrypted/],
  ["a redirect in a circle", (request, response) => redirect(request.url ?? "/")(request, response), /circle/],
])("%s is model-download, and no file appears", async (_, listener, message) => {
  const { options, entry, path } = setUp(await serve(listener));
  await expect(pullModel(entry, { ...options, stallMs: 150 }, never)).rejects.toMatchObject({
    code: "model-download",
    message: expect.stringMatching(message),
  });
  expect(existsSync(path)).toBe(false);
});

test("a redirect within this machine is followed", async () => {
  const server = await serve((request, response) => {
    if (request.url === "/elsewhere") whole(request, response);
    else redirect("/elsewhere")(request, response);
  });
  const { options, entry } = setUp(server);
  expect(await pullModel(entry, options, never)).toBe("pulled");
});

test("a server that is not there is model-download", async () => {
  const { options, entry } = setUp({ url: "http://127.0.0.1:9" });
  await expect(pullModel(entry, options, never)).rejects.toMatchObject({ code: "model-download" });
});

test("offline asks nobody, and still finds what is there", async () => {
  const server = await serve(whole);
  const { options, entry } = setUp(server);
  await expect(pullModel(entry, { ...options, isOffline: true }, never)).rejects.toMatchObject({
    code: "model-offline",
  });
  expect(server.requests).toHaveLength(0);
  await pullModel(entry, options, never);
  expect(await pullModel(entry, { ...options, isOffline: true }, never)).toBe("present");
});

test("a model larger than the free space is disk-full before any request", async () => {
  const server = await serve(whole);
  const { options, entry } = setUp(server);
  const [file] = entry.files;
  await expect(pullModel({ ...entry, files: [{ ...file, bytes: 1e17 }] }, options, never)).rejects.toMatchObject({
    code: "disk-full",
  });
  expect(server.requests).toHaveLength(0);
});

test.skipIf(!existsSync("/dev/full"))("a disk that fills up on the way is disk-full", async () => {
  const range = { "content-range": `bytes 0-${CONTENT.length - 1}/${CONTENT.length}` };
  const { options, entry, path } = setUp(await serve((_, response) => response.writeHead(206, range).end(CONTENT)));
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync("/dev/full", `${path}.part`);
  await expect(pullModel(entry, options, never)).rejects.toMatchObject({ code: "disk-full" });
});

test("a stopped download is aborted and keeps what has arrived", async () => {
  const server = await serve((_, response) => void response.writeHead(200).write(CONTENT.subarray(0, HALF)));
  const stop = new AbortController();
  const { options, entry, path } = setUp(server);
  const progress = () => stop.abort();
  await expect(pullModel(entry, { ...options, progress }, stop.signal)).rejects.toMatchObject({ code: "aborted" });
  expect(readFileSync(`${path}.part`).length).toBeGreaterThan(0);
});

test("a missing model that ships is model-missing, not downloaded", async () => {
  const { options, entry } = setUp(await serve(whole));
  const [file] = entry.files;
  const bundled = { ...entry, files: [{ ...file, url: null }] as const };
  await expect(pullModel(bundled, options, never)).rejects.toMatchObject({ code: "model-missing" });
  await expect(locateModel(bundled, options.folders, never)).rejects.toMatchObject({ code: "model-missing" });
});

test("two pulls at once download once", async () => {
  const server = await serve(whole);
  const { options, entry } = setUp(server);
  const waits: string[] = [];
  const both = { ...options, onWait: () => waits.push("waits") };
  await Promise.all([pullModel(entry, both, never), pullModel(entry, both, never)]);
  expect(server.requests).toHaveLength(1);
  expect(waits).toHaveLength(1);
});

test("the lock of a process that was killed is free", async () => {
  const { options, entry, path } = setUp(await serve(whole));
  mkdirSync(dirname(path), { recursive: true });
  const holder = await holdLock(`${path}.lock`);
  const waits: boolean[] = [];
  const onWait = () => waits.push(holder.kill("SIGKILL"));
  expect(await pullModel(entry, { ...options, onWait }, never)).toBe("pulled");
  expect(waits).toEqual([true]);
});

interface Upstream {
  readonly url: string;
}

function setUp({ url }: Upstream) {
  const dir = tempDir();
  const folders = modelFolders({ home: join(dir, "home"), dataDir: join(dir, "data") });
  const seen: number[] = [];
  const progress = (_: unknown, done: number) => seen.push(done);
  const options: PullOptions = { folders, baseUrl: url, isOffline: false, fetch, progress, onWait: () => {} };
  return { options, entry: ENTRY, seen, path: join(folders.downloaded, ENTRY.files[0].path) };
}

const ENTRY: ModelEntry = {
  id: "test",
  files: [
    {
      path: "downloads/test/a.onnx",
      url: "https://models.example.org/repo/resolve/abc/a.onnx",
      sha256: createHash("sha256").update(CONTENT).digest("hex"),
      bytes: CONTENT.length,
    },
  ],
  source: "test",
  revision: "abc",
  licence: "MIT",
  input: { name: "x", width: 8, height: 8, resize: "squash", kernel: "bicubic", mean: [0, 0, 0], std: [1, 1, 1] },
  output: "y",
  dimension: 4,
  maxBatch: 16,
};

async function serve(listener: RequestListener): Promise<Upstream & { readonly requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server has no port");
  return { url: `http://127.0.0.1:${address.port}`, requests };
}

function whole(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-length": CONTENT.length, etag: '"v1"' }).end(CONTENT);
}

function ranged(request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1]);
  if (Number.isNaN(from) || (request.headers["if-range"] ?? '"v1"') !== '"v1"') {
    whole(request, response);
    return;
  }
  response.writeHead(206, { etag: '"v1"', ...rangeHeader(from) }).end(CONTENT.subarray(from));
}

function rangeHeader(from: number): Record<string, string> {
  return from === 0 ? {} : { "content-range": `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` };
}

function endless(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200);
  const more = () => void response.write(CONTENT, (error) => (error ? undefined : setImmediate(more)));
  more();
}

function redirect(location: string): RequestListener {
  return (_, response) => response.writeHead(302, { location }).end();
}

function leavePart(path: string, bytes: Uint8Array, etag: string | null): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, bytes);
  if (etag !== null) writeFileSync(`${path}.part.etag`, etag);
}

/** Another process that holds the lock until it is killed. */
async function holdLock(file: string): Promise<ChildProcess> {
  const script = `
    const db = new (require("better-sqlite3"))(process.argv[1]);
    db.exec("BEGIN EXCLUSIVE");
    console.log("held");
    setInterval(() => {}, 1000);`;
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const child = spawn(process.execPath, ["-e", script, file], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}
