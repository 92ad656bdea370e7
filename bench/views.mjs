// Which views pay (models/calibration.md)? Asks every cover of one part of a split under every edit, with each choice of
// gallery and query views: node bench/views.mjs --posters DIR --negatives DIR --split FILE [--part test] [--seed 2]
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { readConfig } from "../dist/config.js";
import { readLabelled, readSplit, readUnlabelled } from "../dist/evaluate/dataset.js";
import { EDITS } from "../dist/evaluate/edits.js";
import { applyEdit } from "../dist/evaluate/probe.js";
import { openLog } from "../dist/log.js";
import { background } from "../dist/pipeline/features.js";
import { franchiseOf } from "../dist/pipeline/group.js";
import { crop, middle, mirror, quarterTurn } from "../dist/pipeline/region.js";
import { galleryViews, queryViews } from "../dist/pipeline/views.js";
import { openRecogniser } from "../dist/wire.js";
import { timed } from "./measure.mjs";

const { values } = parseArgs({
  options: {
    posters: { type: "string" },
    negatives: { type: "string" },
    split: { type: "string" },
    part: { type: "string", default: "test" },
    seed: { type: "string", default: "2" },
  },
});
const never = new AbortController().signal;
/** Of the foreign pictures as many are accepted. */
const FALSE_ACCEPTS = 0.005;
const TURNED = { name: "turned", apply: async (image) => quarterTurn(image) };
const NEGATIVE_EDITS = ["clean", "mirror"];
/** Nobody misses a cover under these: they would only take time. */
const EASY = ["clean", "128 px", "160 px", "JPEG 30", "crop 10 %"];

const SQUARES = ["centre square", "top square"];
const CORNERS = ["top left", "top right", "bottom left", "bottom right"];
const HALVES = ["upper", "lower"];
const WHOLE = ["full", "trimmed"];
const GALLERY = [...WHOLE, ...SQUARES, "centre", ...CORNERS, ...HALVES];
const TURNS = ["clockwise", "anticlockwise"];
const QUERY = ["trimmed", "whole", "column", ...TURNS, "mirror", "zoom 0.8"];
const but = (views, ...left) => views.filter((view) => !left.includes(view));
/** name, gallery views, query views */
const CHOICES = [
  ["whole / trimmed", WHOLE, ["trimmed"]],
  ["whole / all", WHOLE, QUERY],
  ["whole, squares / all", [...WHOLE, ...SQUARES], QUERY],
  ["whole, centre, corners / all", [...WHOLE, "centre", ...CORNERS], QUERY],
  ["all but upper, lower / all", but(GALLERY, ...HALVES), QUERY],
  ["all but squares / all", but(GALLERY, ...SQUARES), QUERY],
  ["all but centre / all", but(GALLERY, "centre"), QUERY],
  ["all but corners / all", but(GALLERY, ...CORNERS), QUERY],
  ["all / trimmed", GALLERY, ["trimmed"]],
  ["all / all but mirror", GALLERY, but(QUERY, "mirror")],
  ["all / all but whole", GALLERY, but(QUERY, "whole")],
  ["all / all but zoom .8", GALLERY, but(QUERY, "zoom 0.8")],
  ["all / all but column", GALLERY, but(QUERY, "column")],
  ["all / all but turns", GALLERY, but(QUERY, ...TURNS)],
  ["all / all", GALLERY, QUERY],
  ["all / all, zoom .62", GALLERY, [...QUERY, "zoom 0.62"]],
  ["all, mirrored / all but mirror", [...GALLERY, "mirror"], but(QUERY, "mirror")],
];

const config = readConfig({ ...process.env, OPFIND_OFFLINE: "1" });
const { embedder, decode, close } = await openRecogniser({
  config,
  log: openLog({ level: "error", isPretty: false }),
  signal: never,
});
const read = async (path) => await decode(await readFile(path), never);
const ids = new Set((await readSplit(values.split))[values.part]);
const files = (await readLabelled(values.posters)).filter(({ anilistId }) => anilistId !== null);
const posters = await seenGallery();
const tallies = CHOICES.map(() => ({ byEdit: new Map(), known: [], foreign: [], views: 0, asked: 0 }));
const cost = { ms: 0, pictures: 0 };
for (const [at, file] of files.entries()) {
  if (ids.has(file.anilistId))
    for (const edit of [...EDITS.filter(({ name }) => !EASY.includes(name)), TURNED]) await ask(file, edit, at);
}
for (const file of await readUnlabelled(values.negatives)) {
  for (const edit of EDITS.filter(({ name }) => NEGATIVE_EDITS.includes(name))) await ask(file, edit, -1);
}
await close();
for (const [place, [name, gallery]] of CHOICES.entries())
  console.log(JSON.stringify(rowOf(name, gallery, tallies[place])));

/** Posters with their vectors by view. */
async function seenGallery() {
  const seen = [];
  for (const { path, title, anilistId } of files) {
    const image = await read(path);
    const views = [...galleryViews(image), { name: "mirror", image: mirror(image) }];
    const vectors = await embedder.embed(
      views.map((view) => view.image),
      never,
    );
    const franchise = franchiseOf({ franchiseId: null, title, anilistId });
    seen.push({ anilistId, franchise, vectors: new Map(views.map(({ name }, i) => [name, vectors[i]])) });
    if (process.stderr.isTTY) process.stderr.write(`\rgallery ${seen.length}/${files.length}`);
  }
  return seen;
}

async function ask(file, edit, own) {
  const image = await applyEdit(await read(file.path), edit, { seed: Number(values.seed), path: file.path });
  const views = queryViews(image);
  const all = [views.first, ...views.further()];
  all.push({ name: "zoom 0.62", image: crop(views.first.image, middle(views.first.image, 0.62)) });
  const [vectors, ms] = await timed(() =>
    embedder.embed(
      all.map((view) => view.image),
      never,
    ),
  );
  cost.ms += ms;
  cost.pictures += all.length;
  const scores = all.map(({ name }, i) => ({ name, byView: scoresOf(vectors[i]) }));
  for (const [place, [, gallery, query]] of CHOICES.entries()) {
    const asked = scores.filter(({ name }) => query.includes(name));
    const best = new Float32Array(posters.length).fill(-1);
    for (const { byView } of asked) for (const view of gallery) raise(best, byView.get(view));
    count(tallies[place], { best, own, edit: edit.name, views: asked.length });
  }
}

/** Scores of every poster by gallery view; -1 where a poster lacks the view. */
function scoresOf(query) {
  const scoreAll = (view) =>
    Float32Array.from(posters, ({ vectors }) => (vectors.has(view) ? dot(vectors.get(view), query) : -1));
  return new Map([...GALLERY, "mirror"].map((view) => [view, scoreAll(view)]));
}

function raise(best, scores) {
  for (let at = 0; at < best.length; at++) if (scores[at] > best[at]) best[at] = scores[at];
}

function count(tally, { best, own, edit, views }) {
  tally.asked += 1;
  tally.views += views;
  const franchise = posters[own]?.franchise;
  tally.foreign.push(answerOf(best, ({ franchise: other }) => other !== franchise).contrast);
  if (own < 0) return;
  const { leader, contrast } = answerOf(best, () => true);
  const isRight = leader === own || posters[leader].anilistId === posters[own].anilistId || isSameArtwork(leader, own);
  tally.known.push(isRight ? contrast : -1);
  const places = tally.byEdit.get(edit) ?? { right: 0, asked: 0 };
  tally.byEdit.set(edit, { right: places.right + Number(isRight), asked: places.asked + 1 });
}

/** The leading poster, and its score above the level of posters further behind (pipeline/features.ts). */
function answerOf(best, isThere) {
  const order = [...best.keys()].filter((at) => isThere(posters[at])).sort((a, b) => best[b] - best[a]);
  const [leader] = order;
  const others = order.slice(0, 60).filter((at) => posters[at].franchise !== posters[leader].franchise);
  return {
    leader,
    contrast:
      best[leader] -
      background(
        others.map((at) => best[at]),
        0,
      ),
  };
}

function isSameArtwork(one, other) {
  const pairs = [...posters[one].vectors.values()].flatMap((a) =>
    [...posters[other].vectors.values()].map((b) => dot(a, b)),
  );
  return Math.max(...pairs) >= 0.95;
}

function rowOf(name, gallery, { byEdit, known, foreign, views, asked }) {
  const shares = [...byEdit].map(([edit, { right, asked: all }]) => [edit, right / all]);
  const descending = foreign.sort((a, b) => b - a);
  const threshold = descending[Math.floor(FALSE_ACCEPTS * foreign.length)];
  const percent = (share) => Number((share * 100).toFixed(2));
  return {
    views: name,
    firstPlace: percent(shares.reduce((sum, [, share]) => sum + share, 0) / shares.length),
    recall: percent(known.filter((contrast) => contrast > threshold).length / known.length),
    galleryViews: Number(
      (
        posters.reduce((sum, { vectors }) => sum + gallery.filter((view) => vectors.has(view)).length, 0) /
        posters.length
      ).toFixed(1),
    ),
    queryViews: Number((views / asked).toFixed(2)),
    networkMs: Number(((views / asked) * (cost.ms / cost.pictures)).toFixed(1)),
    missed: Object.fromEntries(
      shares.filter(([, share]) => share < 1).map(([edit, share]) => [edit, percent(1 - share)]),
    ),
  };
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
