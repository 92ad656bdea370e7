import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reason, run, SetupError } from "./run.mjs";

const CONFIGS = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"];

/** @returns why dist/ has to be built, or null when it was built from exactly these sources and is complete */
export function buildProblem(root) {
  const stamp = join(root, "dist", ".sources");
  if (!existsSync(stamp)) return "dist/ is not built yet";
  const sources = listSources(root);
  if (readFileSync(stamp, "utf8") !== digest(root, sources)) return "the sources changed";
  const lost = sources.map(toOutput).find((file) => !existsSync(join(root, file)));
  return lost ? `${lost} is missing` : null;
}

export async function runBuild(root, { say, problem }) {
  say(`building: ${problem}`);
  // tsc's memory of a build whose files were deleted would leave them out.
  if (problem.endsWith("is missing")) rmSync(join(root, "dist"), { recursive: true, force: true });
  const sources = listSources(root);
  const stamped = digest(root, sources);
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { ok, tail } = await run(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
    cwd: root,
    say,
    doing: "building",
  });
  if (!ok) throw new SetupError(`The build failed:${reason(tail)}`);
  removeOrphans(root, sources);
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, "dist", ".sources"), stamped);
}

/** Outputs of sources that are gone: an old module must not answer in a new build. */
function removeOrphans(root, sources) {
  const kept = new Set(sources.map(toOutput));
  const outputs = readdirSync(join(root, "dist"), { recursive: true }).map(
    (name) => `dist/${name.replaceAll("\\", "/")}`,
  );
  for (const file of outputs) {
    if (!/\.js(\.map)?$/.test(file) || kept.has(file.replace(/\.map$/, ""))) continue;
    rmSync(join(root, file));
  }
}

function listSources(root) {
  const names = readdirSync(join(root, "src"), { recursive: true }).map((name) => `src/${name.replaceAll("\\", "/")}`);
  return names.filter((name) => name.endsWith(".ts")).sort();
}

function toOutput(source) {
  return source.replace(/^src\//, "dist/").replace(/\.ts$/, ".js");
}

function digest(root, sources) {
  const hash = createHash("sha256");
  for (const name of [...CONFIGS, ...sources])
    hash
      .update(name)
      .update("\0")
      .update(readFileSync(join(root, name)));
  return hash.digest("hex");
}
