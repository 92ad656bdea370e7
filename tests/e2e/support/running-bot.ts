import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import type { Catalogue } from "../../support/catalogue.ts";
import { startCovers } from "../../support/cover-server.ts";
import { type Doubles, startDoubles } from "../../support/doubles.ts";
import { openQdrantDouble, type QdrantDouble } from "../../support/qdrant-double/qdrant-double.ts";
import type { DiscordOptions, LocalDiscord } from "./discord.ts";
import { discordForTest } from "./discord-for-test.ts";

const MAIN = resolve(import.meta.dirname, "../../../dist/main.js");
const EXAMPLES = resolve(import.meta.dirname, "../../../examples/posters");

/** The posters that the bot knows when it starts: file → the anime of the invented catalogue. */
const KNOWN = [
  ["lantern-harbour-1.webp", 101, "Tourou no Minato"],
  ["lantern-harbour-2.webp", 102, "Tourou no Minato 2"],
  ["paper-comet-1.webp", 140, "Silent Comet"],
] as const;

interface RunningBot {
  readonly child: ChildProcess;
  /** what it said on stderr, line by line: notes and the log as JSON */
  readonly lines: readonly string[];
  readonly healthPort: number;
  /** Sends a signal and waits for the end. @returns the exit code or the signal that ended it */
  stop(signal?: NodeJS.Signals): Promise<number | string | null>;
}

export interface Club {
  readonly discord: LocalDiscord;
  readonly doubles: Doubles;
  readonly dataDir: string;
  /** what the bot is told in its environment: for verbs beside it */
  readonly settings: Readonly<Record<string, string>>;
  /** anime whose official cover was fetched */
  readonly coversAsked: readonly number[];
  /** Starts the bot; the second time it finds what the first left. */
  start(env?: Readonly<Record<string, string>>): Promise<RunningBot>;
}

export interface ClubOptions extends DiscordOptions {
  /** covers that AniList's picture server answers in another way: a status, or other bytes */
  readonly covers?: Readonly<Record<number, number | string>>;
  /** what AniList and AnimeThemes know, instead of the invented catalogue */
  readonly catalogue?: Catalogue;
  /** the gallery is moved there, and the bot stands on it */
  readonly qdrant?: QdrantDouble;
}

/** A Discord, local doubles of the sources, a gallery of three posters, and the means to start the real bot on them. */
export async function openClub({
  covers: instead = {},
  catalogue,
  qdrant,
  ...options
}: ClubOptions = {}): Promise<Club> {
  const discord = await discordForTest(options);
  const covers = await startCovers(instead);
  const doubles = await startDoubles({ coverUrl: covers.urlOf, ...(catalogue ? { catalogue } : {}) });
  onTestFinished(() => doubles.close());
  const dataDir = mkdtempSync(join(tmpdir(), "opfind-bot-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const settings = {
    OPFIND_DATA_DIR: dataDir,
    OPFIND_LOG_LEVEL: "info",
    OPFIND_COVER_HOSTS: covers.host,
    OPFIND_HEALTH_PORT: "0",
    OPFIND_USER_QUESTIONS: "1000",
    OPFIND_GUILD_QUESTIONS: "10000",
    ANILIST_URL: doubles.anilistUrl,
    ANIMETHEMES_URL: doubles.animethemesUrl,
    TENRAI_URL: doubles.tenraiUrl,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.restUrl,
    DISCORD_CDN_HOSTS: discord.cdn.host,
    ...(qdrant ? { OPFIND_INDEX: "qdrant", QDRANT_URL: qdrant.url } : {}),
  };
  cpSync(await gallery(), dataDir, { recursive: true });
  if (qdrant) await run(["migrate", "--to", "qdrant"], settings);
  await run(["deploy-commands"], settings);
  return {
    discord,
    doubles,
    dataDir,
    settings,
    coversAsked: covers.asked,
    start: (env = {}) => startBot({ ...settings, ...env }),
  };
}

/** A double of Qdrant that goes with the test; the test fails when an exchange was not as its interface has it. */
export async function startQdrant(): Promise<QdrantDouble> {
  const double = await openQdrantDouble();
  onTestFinished(async () => {
    await double.close();
    if (double.problems.length > 0) throw new Error(double.problems.slice(0, 5).join("\n"));
  });
  return double;
}

let filled: Promise<string> | undefined;

/** The gallery is filled once per file of tests, by the import that people use, and copied for each test. */
function gallery(): Promise<string> {
  filled ??= fill();
  return filled;
}

async function fill(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "opfind-gallery-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const posters = join(folder, "posters");
  mkdirSync(posters);
  for (const [file] of KNOWN) cpSync(join(EXAMPLES, file), join(posters, file));
  const rows = KNOWN.map(([file, anilistId, title]) => ({ file, anilistId, title }));
  writeFileSync(join(posters, "manifest.json"), JSON.stringify(rows));
  const dataDir = join(folder, "data");
  await run(["posters", "import", posters], { OPFIND_DATA_DIR: dataDir, OPFIND_OFFLINE: "1" });
  return dataDir;
}

/** Runs a verb to its end. @returns its stdout */
export async function run(words: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...words], { env: { ...process.env, ...env } });
  let [said, complained] = ["", ""];
  child.stdout.on("data", (piece) => (said += piece));
  child.stderr.on("data", (piece) => (complained += piece));
  const code = await new Promise((done) => child.on("close", done));
  if (code !== 0) throw new Error(`opfind ${words.join(" ")} ended with ${code}: ${complained}`);
  return said;
}

async function startBot(env: Readonly<Record<string, string>>): Promise<RunningBot> {
  const child = spawn(process.execPath, [MAIN, "bot"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines: string[] = [];
  const ended = new Promise<number | string | null>((done) =>
    child.on("close", (code, signal) => done(code ?? signal)),
  );
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const online = new Promise<number>((done, reject) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      const port = /^Online as .* Health on port (\d+)\.$/.exec(line)?.[1];
      if (port !== undefined) done(Number(port));
    });
    void ended.then((how) => reject(new Error(`the bot ended with ${how}:\n${lines.join("\n")}`)));
  });
  return {
    child,
    lines,
    healthPort: await online,
    stop(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}
