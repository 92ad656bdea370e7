import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LAYER_RULES } from "./support/layers.ts";

const ROOT = resolve(import.meta.dirname, "..");
/** Longer files have more than one reason to exist (style guide, point 1). */
const MAX_LINES = 250;
/** Tables of cases make tests long without giving them a second reason to exist. */
const MAX_TEST_LINES = 350;

/** Reads `src/` below a folder and checks the layer rules. Type-only imports count: they couple as well. */
async function cruiseSources(baseDir: string): Promise<ICruiseResult> {
  const { output } = await cruise(["src"], {
    baseDir,
    // Named on purpose: without a parser for TypeScript the tool reads nothing and is content.
    parser: "swc",
    tsPreCompilationDeps: true,
    validate: true,
    ruleSet: { forbidden: LAYER_RULES },
    doNotFollow: { path: "node_modules" },
  });
  if (typeof output === "string") throw new TypeError("dependency-cruiser answered with text");
  return output;
}

const violationsOf = ({ summary }: ICruiseResult) =>
  summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);

function filesOf(folder: string, ending: RegExp): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  // The end-to-end tests have packages of their own, below tests/.
  const own = names.filter((name) => ending.test(name) && !name.includes("node_modules"));
  return own.map((name) => join(folder, name));
}

const sources = filesOf("src", /\.ts$/);
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

describe("the layers", () => {
  test("hold, in every module there is", async () => {
    const result = await cruiseSources(ROOT);
    const modules = result.modules.filter(({ source }) => source.startsWith("src/"));
    expect(modules.map(({ source }) => source).sort()).toEqual([...sources].sort());
    // Types are imports, too: a tool that dropped them would see almost none into the domain.
    const intoDomain = modules.filter((m) => m.dependencies.some(({ resolved }) => resolved.startsWith("src/domain/")));
    expect(intoDomain.length).toBeGreaterThan(10);
    expect(violationsOf(result)).toEqual([]);
  });

  describe("on a planted violation", () => {
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "opfind-layers-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test.each([
      ["src/domain/bad.ts", 'import { z } from "node:fs"; export const a = z;', "domain is plain data"],
      [
        "src/domain/bad.ts",
        'import type { Port } from "../pipeline/ports.ts"; export type A = Port;',
        "domain keeps to its layer",
      ],
      [
        "src/index/bad.ts",
        'import type { Port } from "../sources/good.ts"; export type A = Port;',
        "index keeps to its layer",
      ],
      [
        "src/sources/bad.ts",
        'import { b } from "../pipeline/good.ts"; export const a = b;',
        "sources keeps to its layer",
      ],
      [
        "src/presenters/bad.ts",
        'export const a = () => import("../wire.ts");',
        "only the shell knows the composition root",
      ],
      ["src/pipeline/bad.ts", 'import { b } from "../config.ts"; export const a = b;', "only config reads settings"],
      ["src/pipeline/bad.ts", 'import { good } from "./good.ts"; export const b = good;', "nothing runs in circles"],
    ])("in %s, %s is caught as: %s", async (file, code, rule) => {
      plant(folder, {
        "src/pipeline/ports.ts": "export interface Port { a: string }",
        "src/pipeline/good.ts":
          file === "src/pipeline/bad.ts" ? 'export { b as good } from "./bad.ts";' : "export const b = 1;",
        "src/sources/good.ts": "export interface Port { a: string }",
        "src/config.ts": "export const b = 1;",
        "src/wire.ts": "export const b = 1;",
        [file]: code,
      });
      expect(violationsOf(await cruiseSources(folder)).join("\n")).toContain(rule);
    });

    test("of a vendor package outside its place is caught", async () => {
      plant(folder, {
        "node_modules/sharp/package.json": '{"name":"sharp","main":"main.js"}',
        "node_modules/sharp/main.js": "module.exports = 1;",
        "src/sources/bad.ts": 'import sharp from "sharp"; export const a = sharp;',
      });
      expect(violationsOf(await cruiseSources(folder)).join("\n")).toContain("sharp is known to one place");
    });
  });
});

function plant(folder: string, files: Readonly<Record<string, string>>): void {
  rmSync(join(folder, "src"), { recursive: true, force: true });
  for (const [name, code] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
  }
}

describe("every file", () => {
  const code = [
    ...["src", "tests"].flatMap((folder) => filesOf(folder, /\.ts$/)),
    ...["scripts", "examples", "bench"].flatMap((folder) => filesOf(folder, /\.mjs$/)),
  ];

  test(`has at most ${MAX_LINES} lines`, () => {
    const long = code
      .map((file) => [file, read(file).split("\n").length] as const)
      .filter(([file, n]) => n > (file.startsWith("tests") ? MAX_TEST_LINES : MAX_LINES));
    expect(long).toEqual([]);
  });

  test("is named after its reason to exist", () => {
    const vague = /^(index|utils?|helpers?|types|common|misc)\.(ts|mjs)$|manager|service/i;
    expect(code.filter((file) => vague.test(basename(file)))).toEqual([]);
  });

  test("exports by name, and only what it defines", () => {
    const reexport = /^export \* |^export \{[^}]*\} from |^export default /m;
    expect(sources.filter((file) => reexport.test(read(file)))).toEqual([]);
  });

  test("takes the environment as an argument, main.ts excepted", () => {
    expect(sources.filter((file) => /process\.env\b/.test(read(file)))).toEqual(["src/main.ts"]);
  });

  test("names no path of a developer's machine and no package registry", () => {
    const local = new RegExp(["/(work|home|root|Users)/[a-z]", "/tmp/venv", "registry\\.npmjs"].join("|"));
    const locks = ["package-lock.json", "tests/e2e/package-lock.json"];
    const texts = [...sources, ...locks, "package.json", ".env.example", ".ci/run"];
    expect(texts.filter((file) => local.test(read(file)))).toEqual([]);
  });
});
