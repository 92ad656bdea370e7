import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const SCRIPTS = resolve(import.meta.dirname, "../../scripts");

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "opfind-set-up-"));
  cpSync(SCRIPTS, join(root, "scripts"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, content: unknown): void {
  mkdirSync(join(root, name, ".."), { recursive: true });
  writeFileSync(join(root, name), typeof content === "string" ? content : JSON.stringify(content));
}

async function ended(child: ChildProcess) {
  const said = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk) => (said.stdout += chunk));
  child.stderr?.on("data", (chunk) => (said.stderr += chunk));
  const code = await new Promise((done) => child.on("close", done));
  return { code, ...said };
}

const setup = (env: Readonly<Record<string, string>> = {}) =>
  ended(spawn(process.execPath, ["scripts/setup.mjs"], { cwd: root, env: { ...process.env, ...env } }));

/** Runs a module that can import from scripts/setup/. */
const evaluate = (code: string) => spawn(process.execPath, ["--input-type=module", "-e", code], { cwd: root });

/** What a function of scripts/setup/ gives. */
async function ask(file: string, call: string): Promise<unknown> {
  const { stdout, stderr } = await ended(
    evaluate(`import * as it from "./scripts/setup/${file}"; console.log(JSON.stringify(it.${call}));`),
  );
  if (stderr) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe("set-up", () => {
  test("refuses an old Node.js in one sentence that says what to install", async () => {
    write("package.json", { engines: { node: ">=99.0.0" } });
    const { code, stderr } = await setup();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^\[set-up\] opfind needs Node\.js >=99\.0\.0, this is .*Install Node\.js 24 from https:\/\/nodejs\.org\.\n$/,
    );
  });

  test("says that the registry cannot be reached, and writes nothing to stdout", async () => {
    const version = "1.0.0";
    write("package.json", {
      name: "x",
      version,
      engines: { node: ">=20.0.0" },
      dependencies: { "opfind-no-such": version },
    });
    write("package-lock.json", {
      lockfileVersion: 3,
      packages: { "": { dependencies: { "opfind-no-such": version } }, "node_modules/opfind-no-such": { version } },
    });
    const { code, stdout, stderr } = await setup({
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_fetch_retries: "0",
      npm_config_loglevel: "silent", // as `npm run -s` leaves it
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /npm could not reach its registry\. Connect to the network and run the same command again\./,
    );
  });

  test.each([
    ["20.19.0", true],
    ["20.18.3", false],
    ["21.7.0", false],
    ["22.12.1", true],
    ["22.11.0", false],
    ["23.9.0", false],
    ["24.0.0", true],
    ["26.1.0", true],
  ])("takes Node.js %s: %s", async (version, isTaken) => {
    const { engines } = JSON.parse(readFileSync(resolve(SCRIPTS, "../package.json"), "utf8"));
    expect(await ask("node-version.mjs", `isAllowed("${version}", "${engines.node}")`)).toBe(isTaken);
  });
});

describe("the dependencies", () => {
  const lock = (packages: Readonly<Record<string, object>>) => ({
    lockfileVersion: 3,
    packages: { "": {}, ...packages },
  });
  const problem = () => ask("dependencies.mjs", "installProblem('.')");
  const here = { "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "2.0.0" } };

  beforeEach(() => {
    write(
      "package-lock.json",
      lock({ ...here, "node_modules/b-other-os": { version: "2.0.0", optional: true, os: ["aix"] } }),
    );
    write("node_modules/.package-lock.json", lock(here));
    write("node_modules/a/package.json", {});
    write("node_modules/b/package.json", {});
  });

  test("are complete when every package of the lock is there, other platforms' ones excepted", async () => {
    expect(await problem()).toBeNull();
  });

  test("are incomplete after an install that was cut off", async () => {
    rmSync(join(root, "node_modules/.package-lock.json"));
    expect(await problem()).toBe("node_modules is missing or was left incomplete");
  });

  test("are incomplete when a folder was deleted", async () => {
    rmSync(join(root, "node_modules/b"), { recursive: true });
    expect(await problem()).toBe("node_modules/b is missing");
  });

  test("are stale when the lock wants another version", async () => {
    write("package-lock.json", lock({ ...here, "node_modules/a": { version: "1.1.0" } }));
    expect(await problem()).toBe("node_modules/a is 1.0.0, wanted is 1.1.0");
  });

  test("are foreign when they were copied from another platform", async () => {
    write("node_modules/.package-lock.json", lock({ ...here, "node_modules/c": { version: "1.0.0", os: ["aix"] } }));
    expect(await problem()).toBe("node_modules/c is for another platform");
  });
});

describe("SQLite's binary", () => {
  const BINARY = "node_modules/better-sqlite3/build/Release/better_sqlite3.node";
  const problem = () => ask("idle-abort.mjs", "idleAbortProblem('.')");

  test("is compiled again when it holds the hook that aborts Node.js 24.19 and newer", async () => {
    write(BINARY, "\x7fELF _ZN4node28RemoveEnvironmentCleanupHookEPN2v87IsolateEPFvPvES3_");
    expect(await problem()).toBe("it was compiled in a way that aborts an idle Node.js");
  });

  test("is left alone without it", async () => {
    write(BINARY, "\x7fELF _ZN4node25AddEnvironmentCleanupHookEPN2v87IsolateEPFvPvES3_");
    expect(await problem()).toBeNull();
  });
});

describe("the build", () => {
  const problem = () => ask("build.mjs", "buildProblem('.')");

  beforeEach(async () => {
    for (const name of ["tsconfig.json", "tsconfig.build.json", "package-lock.json"]) write(name, "{}");
    write("src/main.ts", "export const a = 1;");
    // A compiler that writes what the real one would: the stamp and its comparison are what is tested here.
    write(
      "node_modules/typescript/bin/tsc",
      'require("fs").mkdirSync("dist", { recursive: true }); require("fs").writeFileSync("dist/main.js", "");',
    );
    write("dist/gone.js", "");
    await ended(
      evaluate(`import { runBuild } from "./scripts/setup/build.mjs"; await runBuild(".", { say() {}, problem: "" });`),
    );
  });

  test("is current until a source changes", async () => {
    expect(await problem()).toBeNull();
    write("src/main.ts", "export const a = 2;");
    expect(await problem()).toBe("the sources changed");
  });

  test("is not current when an output was deleted", async () => {
    rmSync(join(root, "dist/main.js"));
    expect(await problem()).toBe("dist/main.js is missing");
  });

  test("leaves no output of a source that is gone", () => {
    expect(() => readFileSync(join(root, "dist/gone.js"))).toThrow("ENOENT");
  });
});

describe("two set-ups at once", () => {
  const worker = (body: string) =>
    evaluate(`import { withLock } from "./scripts/setup/lock.mjs"; import fs from "node:fs"; import { setTimeout as sleep } from "node:timers/promises";
      await withLock(process.cwd(), () => {}, async () => { ${body} });`);

  test("work one after the other", async () => {
    const body = 'fs.appendFileSync("log", "in "); await sleep(150); fs.appendFileSync("log", "out ");';
    await Promise.all([ended(worker(body)), ended(worker(body)), ended(worker(body))]);
    expect(readFileSync(join(root, "log"), "utf8")).toBe("in out in out in out ");
  });

  test("take over the lock of one that was killed", async () => {
    const killed = worker('fs.writeFileSync("started", ""); await sleep(60_000);');
    const gone = ended(killed);
    while (!isThere("started")) await new Promise((next) => setImmediate(next));
    killed.kill("SIGKILL");
    await gone;
    const { code } = await ended(worker('fs.writeFileSync("done", "");'));
    expect({ code, isDone: isThere("done") }).toEqual({ code: 0, isDone: true });
  });

  function isThere(name: string): boolean {
    try {
      readFileSync(join(root, name));
      return true;
    } catch {
      return false;
    }
  }
});
