#!/usr/bin/env node
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { performance } from "node:perf_hooks";
import { z } from "zod";
import { openOutput } from "./cli/output.ts";
import { VERBS } from "./cli/program.ts";
import { reportFailure, runProgram } from "./cli/run-program.ts";
import type { VerbContext } from "./cli/verb.ts";
import { readConfig } from "./config.ts";
import { OpfindError } from "./errors.ts";
import { openLog } from "./log.ts";

/** How long an aborted verb may tidy up before the process ends regardless. */
const GRACE_MS = 5_000;

// ONNX Runtime reports its use to its maker unless told otherwise before it starts, also on Linux and
// macOS (microsoft/onnxruntime pull request 27379). Nothing leaves this machine that nobody asked for.
Object.assign(process.env, { ORT_DISABLE_TELEMETRY: "1" });

const argv = process.argv.slice(2);
const { stdout, stderr } = process;
const output = openOutput({ stdout, stderr, elapsedMs: () => performance.now() });
const controller = new AbortController();
// Every picture and request in flight listens to this one signal: that many listeners are no leak.
setMaxListeners(0, controller.signal);

for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop(128 + constants.signals[name]));
// `opfind … | head` closes the pipe early: end quietly, as a program that dies of SIGPIPE does.
for (const stream of [stdout, stderr]) stream.on("error", () => process.exit(128 + constants.signals.SIGPIPE));
process.on("uncaughtException", (bug) => reportBug(bug));

runProgram({ argv, output, verbs: VERBS, version: readVersion(), openContext }).then(
  (code) => {
    process.exitCode ??= code;
  },
  (bug) => reportBug(bug),
);

function openContext(): VerbContext {
  const config = readConfig(process.env);
  const log = openLog({ level: config.env.OPFIND_LOG_LEVEL, isPretty: stderr.isTTY });
  return { config, log, output, signal: controller.signal };
}

function stop(exitCode: number): void {
  if (controller.signal.aborted) process.exit(exitCode);
  process.exitCode = exitCode;
  setTimeout(() => process.exit(exitCode), GRACE_MS).unref();
  controller.abort(new OpfindError("aborted", "Stopped on request."));
}

function reportBug(bug: unknown): void {
  // An aborted request may surface as the runtime's own AbortError: the person asked for the stop, it is no bug.
  if (controller.signal.aborted) return;
  openLog({ level: "error", isPretty: stderr.isTTY }).error({ err: bug }, "unexpected failure");
  const cause = bug instanceof Error ? bug.message : String(bug);
  reportFailure(new OpfindError("internal", `Something unexpected went wrong: ${cause}`, { cause: bug }), {
    argv,
    output,
  });
  process.exit(1);
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return z.object({ version: z.string() }).parse(manifest).version;
}
