import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { modelsVerb } from "../../src/cli/models.ts";
import { openOutput } from "../../src/cli/output.ts";
import { runProgram } from "../../src/cli/run-program.ts";
import { readConfig } from "../../src/config.ts";
import { openLog } from "../../src/log.ts";
import { tinyNetwork } from "../support/tiny-network.ts";

let home: string;
let modelsUrl: string;
let network: Buffer;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(home, { recursive: true });
});

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "opfind-models-"));
  const bundled = await tinyNetwork(join(home, "models"), { id: "small" });
  const { network: file, entry } = await tinyNetwork(join(home, "hub"), { id: "large", dimension: 20 });
  const remote = {
    ...entry.files[0],
    path: "downloads/large.onnx",
    url: "https://hub.example.org/large/resolve/1/large.onnx",
  };
  writeFileSync(
    join(home, "models", "manifest.json"),
    JSON.stringify({ version: 1, models: [bundled.entry, { ...entry, files: [remote] }] }),
  );
  network = readFileSync(file);
  modelsUrl = await serve("/large/resolve/1/large.onnx");
});

test("list says what is here, what is not and which is in use", async () => {
  const { code, lines } = await run("models", "list", "--json");
  expect(code).toBe(0);
  expect(lines).toMatchObject([
    { id: "small", state: "present", isInUse: true, dimension: 16 },
    { id: "large", state: "missing", isInUse: false, dimension: 20 },
  ]);
  expect((await run("models", "list")).stdout).toMatch(/^\* small +present .*\n {2}large +missing /);
});

test("pull downloads from the place of OPFIND_MODELS_URL, once", async () => {
  expect(await run("models", "pull", "large", "--json")).toMatchObject({
    code: 0,
    lines: [{ id: "large", outcome: "pulled" }],
  });
  expect(await run("models", "pull", "large", "--json")).toMatchObject({
    code: 0,
    lines: [{ id: "large", outcome: "present" }],
  });
  expect((await run("models", "list", "--json")).lines).toMatchObject([{}, { state: "present" }]);
  expect((await run("models", "pull")).stdout).toBe("small is here already.\n");
});

test("verify passes over models that were never pulled", async () => {
  const { code, lines } = await run("models", "verify", "--json");
  expect(code).toBe(0);
  expect(lines).toMatchObject([
    { id: "small", state: "ok" },
    { id: "large", state: "missing" },
  ]);
});

test("verify of a model that is asked for by name fails when it is missing", async () => {
  expect(await run("models", "verify", "large")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("models pull large"),
  });
});

test("verify finds a changed byte, list shows it, and the code is told", async () => {
  const file = join(home, "models", "small-plain.onnx");
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
  writeFileSync(file, bytes);
  const { code, lines } = await run("models", "verify", "--json");
  expect(code).toBe(1);
  expect(lines).toMatchObject([{ id: "small", state: "wrong-checksum" }, {}, { code: "model-checksum" }]);
  expect((await run("models", "list", "--json")).lines[0]).toMatchObject({ state: "damaged" });
});

test("an unknown model fails before anything is downloaded", async () => {
  const { code, lines } = await run("models", "pull", "large", "huge", "--json");
  expect(code).toBe(1);
  expect(lines).toMatchObject([{ code: "model-unknown" }]);
});

async function run(...argv: string[]) {
  const said = { stdout: "", stderr: "" };
  const stderr = Object.assign(Object.create(process.stderr), {
    isTTY: false,
    write: (text: string) => (said.stderr += text),
  });
  const output = openOutput({ stdout: { write: (text) => (said.stdout += text) }, stderr, elapsedMs: () => 0 });
  const dataDir = join(home, "data");
  mkdirSync(dataDir, { recursive: true });
  const config = {
    ...readConfig({ OPFIND_MODEL: "small", OPFIND_MODELS_URL: modelsUrl, OPFIND_DATA_DIR: dataDir }),
    home,
  };
  const log = openLog({ level: "silent", isPretty: false });
  const openContext = () => ({ config, log, output, signal: new AbortController().signal });
  const verbs = {
    models: { summary: "models", load: async (context: ReturnType<typeof openContext>) => modelsVerb(context) },
  };
  const code = await runProgram({ argv, verbs, output, openContext, version: "1.0.0" });
  const lines: unknown[] = argv.includes("--json")
    ? said.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];
  return { code, lines, ...said };
}

async function serve(path: string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === path) response.end(network);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}
