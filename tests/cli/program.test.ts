import { SqliteError } from "better-sqlite3";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { openOutput } from "../../src/cli/output.ts";
import { runProgram, type VerbEntry } from "../../src/cli/run-program.ts";
import type { VerbContext } from "../../src/cli/verb.ts";
import { readConfig } from "../../src/config.ts";
import { OpfindError } from "../../src/errors.ts";
import { openLog } from "../../src/log.ts";

/** Runs the program with two verbs of this test: `paint` works on a colour, `fail` fails as told. */
async function run(...argv: string[]) {
  const said = { stdout: "", stderr: "" };
  const loaded: string[] = [];
  const output = openOutput({
    stdout: { write: (text) => (said.stdout += text) },
    stderr: Object.assign(Object.create(process.stderr), {
      isTTY: false,
      write: (text: string) => (said.stderr += text),
    }),
    elapsedMs: () => 0,
  });
  const entry = (name: string, verb: (context: VerbContext) => Command): VerbEntry => ({
    summary: `the verb ${name}`,
    load: async (context) => {
      loaded.push(name);
      return verb(context);
    },
  });
  const verbs = { paint: entry("paint", paint), fail: entry("fail", fail) };
  const openContext = () => ({
    config: readConfig({}),
    log: openLog({ level: "silent", isPretty: false }),
    output,
    signal: new AbortController().signal,
  });
  const code = await runProgram({ argv, verbs, output, openContext, version: "9.8.7" });
  return { code, loaded, ...said };
}

function paint({ output }: VerbContext): Command {
  return new Command("paint")
    .argument("<colour>")
    .option("--json")
    .action((colour: string, { json }: { json?: boolean }) => {
      if (json) output.json({ colour });
      else output.line(`painted ${colour}`);
    });
}

function fail(): Command {
  const verb = new Command("fail").option("--json");
  verb.command("deep").action(() => {
    throw new RangeError("a bug");
  });
  verb.command("damaged").action(() => {
    throw new SqliteError("database disk image is malformed", "SQLITE_CORRUPT");
  });
  return verb.action(() => {
    throw new OpfindError("index-empty", "There is no poster yet.");
  });
}

describe("the program", () => {
  test("runs the verb it is given and exits 0", async () => {
    expect(await run("paint", "red")).toEqual({ code: 0, loaded: ["paint"], stdout: "painted red\n", stderr: "" });
  });

  test("lists every verb without loading any", async () => {
    const { code, loaded, stdout } = await run("--help");
    expect(code).toBe(0);
    expect(loaded).toEqual([]);
    expect(stdout).toMatch(/paint .*the verb paint[\s\S]*fail .*the verb fail[\s\S]*Examples:/);
  });

  test("says its version on stdout", async () => {
    expect(await run("--version")).toMatchObject({ code: 0, stdout: "9.8.7\n" });
  });

  test.each([[["paint", "--help"]], [["help", "paint"]]])("shows the help of one verb for %j", async (argv) => {
    const { code, loaded, stdout } = await run(...argv);
    expect(code).toBe(0);
    expect(loaded).toEqual(["paint"]);
    expect(stdout).toContain("paint [options] <colour>");
  });

  test.each([
    ["no argument", ["paint"], /missing required argument 'colour'/i],
    ["one argument too many", ["paint", "red", "green"], /too many arguments/i],
    ["an unknown option", ["paint", "red", "--loud"], /unknown option '--loud'/i],
    ["an unknown verb", ["pant"], /unknown command 'pant'[\s\S]*paint/i],
    ["no verb", [], /no verb was given/i],
  ])("exits 2 and explains itself on stderr for %s", async (_what, argv, message) => {
    const { code, stdout, stderr } = await run(...argv);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
  });

  test("tells a failure as a sentence with its remedy and exits 1", async () => {
    const { code, stdout, stderr } = await run("fail");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^There is no poster yet\.\n {2}→ .*posters import/);
  });

  test("tells a failure as one line of JSON with --json, and nothing on stderr", async () => {
    const { code, stdout, stderr } = await run("fail", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({ code: "index-empty", message: "There is no poster yet." });
  });

  test("tells wrong usage as JSON with --json", async () => {
    const { code, stdout } = await run("paint", "--json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ code: "usage" });
  });

  test("treats --json behind -- as an argument", async () => {
    expect(await run("paint", "--", "--json")).toMatchObject({ code: 0, stdout: "painted --json\n" });
  });

  test("tells damaged pages of the poster store in words, wherever they were met", async () => {
    const { code, stderr } = await run("fail", "damaged");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The poster store cannot be used: database disk image is malformed\./);
  });

  test("lets a bug through to the top", async () => {
    await expect(run("fail", "deep")).rejects.toThrow(RangeError);
  });
});

describe("the output", () => {
  test("says how far long work is every few seconds when nobody watches a terminal", () => {
    let now = 0;
    const lines: string[] = [];
    const stderr = Object.assign(Object.create(process.stderr), {
      isTTY: false,
      write: (text: string) => lines.push(text),
    });
    const progress = openOutput({ stdout: { write: () => {} }, stderr, elapsedMs: () => now }).progress("posters", 10);
    for (const second of [1, 2, 6, 7, 12]) {
      now = second * 1000;
      progress.update(second === 12 ? 9 : second);
    }
    progress.stop();
    expect(lines).toEqual(["posters: 6/10\n", "posters: 9/10\n", "posters: 9/10\n"]);
  });
});
