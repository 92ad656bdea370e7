// Pictures of what the bot says, for the README: `npm run build && node scripts/discord-pictures.mjs`.
// Renders the presenters' own output over the invented series of examples/ in Discord's look and photographs it with
// Chromium (Debian: apt-get install chromium fonts-noto-cjk; CHROMIUM names another one) into docs/pictures/.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { drawCandidates } from "../dist/presenters/discord/candidate-sheet.js";
import { presentAmbiguous } from "../dist/presenters/discord/choice.js";
import { presentFailureMessage } from "../dist/presenters/discord/failure-text.js";
import { presentSettings } from "../dist/presenters/discord/guild-settings.js";
import { presentMatch, presentQuietMatch } from "../dist/presenters/discord/match.js";
import { presentApproval, presentRecentPosters, presentWaitingPosters } from "../dist/presenters/discord/poster-log.js";
import { presentReindex } from "../dist/presenters/discord/reindex.js";
import { presentSeveral } from "../dist/presenters/discord/several.js";
import { presentTierListAnswer } from "../dist/presenters/discord/tier-list.js";
import { presentTitleResults } from "../dist/presenters/discord/title-search.js";
import { presentUnknown } from "../dist/presenters/discord/unknown.js";
import { openWords } from "../dist/presenters/discord/words.js";
import { tierListOverlay } from "../dist/presenters/tier-list-overlay.js";
import { messagePage } from "./discord-pictures/look.mjs";

const ROOT = join(import.meta.dirname, "..");
const TWO_HOURS_AGO = 1_764_000_000_000;
const IN_A_WEEK = TWO_HOURS_AGO + 7 * 24 * 60 * 60_000;
const COVERS = "https://covers.example.org/";
const { shows } = JSON.parse(readFileSync(join(ROOT, "examples/catalogue.json"), "utf8"));
const words = openWords();
const reader = (locale, titleStyle = "romaji") => ({
  say: words.in(locale),
  titleStyle,
  spoilers: "hide",
  isAgeRestricted: false,
  customId: (action) => action,
});

function toTheme({ kind, title, native, artist, episodes }, sequence, isSpoiler) {
  const [from, to] = (episodes ?? "").split("-").map(Number);
  const range = episodes ? [{ from, to: to ?? from }] : null;
  const one = { version: 1, episodes: range, notes: null, isSpoiler: false, isNsfw: false, audioUrl: null };
  const videoUrl = `https://songs.example.org/${encodeURIComponent(title)}.webm`;
  const versions = [{ ...one, videoUrl }, ...(isSpoiler ? [{ ...one, version: 2, isSpoiler, videoUrl }] : [])];
  const artists = [{ name: artist, aliasOf: null, character: null }];
  return {
    kind,
    sequence,
    group: null,
    title: { romaji: title, native },
    artists,
    versions,
    source: "animethemes",
    raw: null,
  };
}

function toAnime({ anilistId, file, title, titleNative, season, format, startDate, episodes }) {
  return {
    anilistId,
    malId: null,
    title: { romaji: `${title}: ${season}`, english: null, native: titleNative },
    synonyms: [],
    format,
    startDate: { year: Number(startDate.slice(0, 4)), month: null, day: null },
    episodes,
    isAiring: false,
    isAdult: false,
    coverUrl: `${COVERS}${file}.webp`,
    siteUrl: null,
  };
}

function songsOf(name) {
  const own = shows.filter(({ title }) => title === name);
  const seasons = own.map((show, at) => {
    const of = (wanted) => show.themes.filter(({ kind }) => kind === wanted);
    const themes = (wanted) =>
      of(wanted).map((theme, i) => toTheme(theme, of(wanted).length > 1 ? i + 1 : null, at === 1 && i === 0));
    const role = show.format === "TV" ? { kind: "season", number: at + 1 } : { kind: "film" };
    return { anime: toAnime(show), role, openings: themes("OP"), endings: themes("ED"), isStale: false };
  });
  return { seasons, isCut: false, missing: [] };
}

const candidate = ({ anilistId, title, season }, confidence) => ({
  anilistId,
  title: `${title}: ${season}`,
  confidence,
  score: 0.8,
  posterId: anilistId,
  sameArtwork: [],
});
const poster = (file) => readFileSync(join(ROOT, `examples/posters/${file}.webp`));

const matchOf = (show, missing = []) => ({
  match: candidate(show, 0.9984),
  songs: { ...songsOf(show.title), missing },
  page: null,
  isEphemeral: false,
  confirmedBy: null,
});

async function answers() {
  const [first] = shows;
  const others = [shows[3], shows[6], shows[9]];
  const choices = others.map((show, at) => ({ candidate: candidate(show, 0.52 - at * 0.17), anime: toAnime(show) }));
  const cells = others.map(({ title, file }, at) => ({ title, cover: at === 1 ? null : poster(file) }));
  const sheet = await drawCandidates(cells);
  const [en, ja] = [reader("en-US"), reader("ja", "native")];
  const down = [{ part: "songs", source: "tenrai", reason: "timeout", detail: "" }];
  const pictures = [
    { kind: "match", answer: matchOf(first) },
    { kind: "ambiguous", choices, sheet },
    { kind: "unknown" },
  ];
  const log = shows.slice(0, 4).map((show, at) => ({
    confirmationId: 41 - at,
    anilistId: show.anilistId,
    title: `${show.title}: ${show.season}`,
    userId: "80351110224678912",
    at: TWO_HOURS_AGO,
  }));
  const settings = { listen: "channels", channels: ["81384788765712384"], seesAllMessages: true, language: "auto" };
  return {
    match: presentMatch(matchOf(first), en),
    "match-ja": presentMatch(matchOf(first, down), ja),
    ambiguous: presentAmbiguous(choices, sheet, en),
    unknown: presentUnknown(en),
    quiet: presentQuietMatch(matchOf(first), en),
    "tier-list": presentTierListAnswer(await tierList(), en),
    approval: presentApproval(
      {
        userId: "80351110224678912",
        anilistId: first.anilistId,
        title: first.title,
        anime: toAnime(first),
        picture: { bytes: poster("lantern-harbour-2"), name: "poster.webp" },
        until: IN_A_WEEK,
      },
      en,
    ),
    several: presentSeveral(pictures, null, en),
    "title-search": presentTitleResults("lantern", shows.slice(0, 3).map(toAnime), en),
    reindex: presentReindex({ kind: "running", done: 3120, total: 12_400, rate: 41.5 }, en),
    recent: presentRecentPosters(log, en),
    waiting: presentWaitingPosters(log.slice(0, 2).reverse(), en),
    settings: presentSettings(
      { ...settings, titles: "romaji", spoilers: "hide", confirm: "asker", isApprovalNeeded: false },
      en.say,
    ),
    failure: presentFailureMessage("image-is-heic", en.say),
  };
}

/** A board of two rows of the posters with what was found on it. */
async function tierList() {
  const cell = { width: 90, height: 127 };
  const boxes = [0, 1].map((row) =>
    [0, 1, 2, 3, 4].map((at) => ({ left: 8 + at * 98, top: 8 + row * 135, ...cell, show: shows[row * 11 + at * 2] })),
  );
  const board = sharp({ create: { width: 498, height: 278, channels: 3, background: "#1a1a17" } }).composite(
    await Promise.all(
      boxes.flat().map(async ({ left, top, show }) => ({
        input: await sharp(poster(show.file))
          .resize({ ...cell, fit: "cover" })
          .toBuffer(),
        left,
        top,
      })),
    ),
  );
  const verdict = (show, at) => {
    const best = candidate(show, 0.9984);
    return at === 3 ? { kind: "unknown", candidates: [] } : { kind: "match", best, candidates: [best] };
  };
  const rows = boxes.map((cells, row) => ({
    row: row + 1,
    colour: null,
    cells: cells.map(({ show, ...box }, at) => ({ box, verdict: verdict(show, at + row) })),
  }));
  const list = { rows, unread: 0 };
  const plain = await board.png().toBuffer();
  const input = Buffer.from(tierListOverlay(list, 498, 278));
  const copy = await sharp(plain).composite([{ input }]).webp().toBuffer();
  return { list, copy, songs: songsOf(shows[0].title).seasons, lacking: 2, page: 0 };
}

const pictureUrl = (url) =>
  url.startsWith(COVERS)
    ? `data:image/webp;base64,${poster(url.slice(COVERS.length, -".webp".length)).toString("base64")}`
    : url;

async function photograph(name, html, folder) {
  const [page, raw] = [join(folder, `${name}.html`), join(folder, `${name}.png`)];
  writeFileSync(page, html);
  execFileSync(
    process.env.CHROMIUM ?? "chromium",
    [
      ...[
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
      ],
      ...[
        "--disable-sync",
        `--user-data-dir=${join(folder, "profile")}`,
        "--hide-scrollbars",
        "--window-size=672,1400",
      ],
      ...[`--screenshot=${raw}`, `file://${page}`],
    ],
    { stdio: "ignore", timeout: 60_000 },
  );
  await sharp(raw)
    .trim({ background: "#313338", threshold: 4 })
    .extend({ top: 16, bottom: 16, left: 16, right: 16, background: "#313338" })
    .png({ palette: true, colours: 160, effort: 8 })
    .toFile(join(ROOT, "docs/pictures", `${name}.png`));
}

const folder = mkdtempSync(join(tmpdir(), "opfind-pictures-"));
try {
  mkdirSync(join(ROOT, "docs/pictures"), { recursive: true });
  for (const [name, message] of Object.entries(await answers())) {
    await photograph(name, messagePage(message, pictureUrl), folder);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
