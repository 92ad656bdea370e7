import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OpfindError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { type Calibration, isFor, parseCalibration, uncalibrated } from "./calibration.ts";

/** Where a calibration may lie: the person's own before the one that ships. */
export function calibrationFiles({ dataDir, home }: { readonly dataDir: string; readonly home: string }) {
  return [dataDir, home].map((folder) => join(folder, "models", "calibration.json"));
}

/**
 * Reads the calibration of a network: the first of `files` that exists and speaks about it. Without one, answers are
 * three candidates at best and the log says why.
 * @param files in order of preference
 * @throws OpfindError manifest-invalid | file-unreadable
 */
export async function readCalibration(files: readonly string[], modelId: string, log: Logger): Promise<Calibration> {
  for (const file of files) {
    const text = await readIfThere(file);
    if (text === null) continue;
    const calibration = parseCalibration(parseJson(text, file));
    if (isFor(calibration, modelId)) return calibration;
    log.info({ file, has: calibration.modelId, wanted: modelId }, "calibration of another network");
  }
  log.warn(
    { modelId },
    "no calibration for this network: answers are candidates only; opfind evaluate --fit makes one",
  );
  return uncalibrated(modelId);
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw new OpfindError("file-unreadable", `The calibration ${file} cannot be read.`, { cause });
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OpfindError("manifest-invalid", `The calibration ${file} is no JSON.`, { cause });
  }
}
