import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { onTestFinished } from "vitest";
import { poster } from "./posters.ts";
import { run } from "./running-bot.ts";

/** Shares of a poster's width and height: less is anything, more is surely the poster. */
const SHARES = Array.from({ length: 30 }, (_, at) => 0.16 + at * 0.0125);

/**
 * A piece of a known poster that is too small to be sure of, found by asking: where the line runs depends on the network
 * and its calibration, that there is one does not.
 * @param dataDir the gallery that the bot will have
 */
export async function closeCall(dataDir: string) {
  const folder = mkdtempSync(join(tmpdir(), "opfind-close-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pieces = await Promise.all(
    ["paper-comet-1", "lantern-harbour-2", "lantern-harbour-1"].flatMap((name) =>
      SHARES.map(async (share) => ({ name: `${name}-${share}.png`, bytes: await middleOf(name, share) })),
    ),
  );
  for (const { name, bytes } of pieces) writeFileSync(join(folder, name), bytes);
  const files = pieces.map(({ name }) => join(folder, name));
  const told = await run(["identify", "--json", "--no-songs", ...files], {
    OPFIND_DATA_DIR: dataDir,
    OPFIND_OFFLINE: "1",
  });
  const verdicts: { verdict: string; candidates: { title: string }[] }[] = told
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const at = verdicts.findIndex(({ verdict, candidates }) => verdict === "ambiguous" && candidates.length === 3);
  const [piece, found] = [pieces[at], verdicts[at]];
  if (!piece || !found) throw new Error("no piece of a poster is a close call: look at the calibration");
  return { picture: piece, titles: found.candidates.map(({ title }) => title) };
}

async function middleOf(name: string, share: number): Promise<Buffer> {
  const whole = sharp(poster(name).bytes);
  const { width, height } = await whole.metadata();
  const [w, h] = [Math.round(width * share), Math.round(height * share)];
  const left = Math.round((width - w) / 2);
  const top = Math.round((height - h) / 2);
  return await whole.extract({ left, top, width: w, height: h }).png().toBuffer();
}
