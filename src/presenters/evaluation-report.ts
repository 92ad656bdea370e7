import { encodeXML } from "entities";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Miss } from "../evaluate/misses.ts";
import type { Plots } from "../evaluate/plots.ts";
import type { NamedRow, Row } from "../evaluate/report.ts";

/** The report as one HTML page that needs no other file: figures, plots, and the worst misses with their pictures. */
export function presentEvaluationPage(evaluation: Evaluation, plots: Plots): string {
  const { figures, latency, misses } = evaluation;
  return page([
    head(evaluation),
    "<h2>By edit</h2>",
    plots.edits,
    table(figures.byEdit),
    "<h2>By cover, by size</h2>",
    table([...figures.bySource, ...figures.bySize]),
    "<h2>By size of the gallery</h2>",
    table(figures.byGallery),
    "<h2>What is not in the gallery</h2>",
    table(figures.foreign),
    "<h2>Is the confidence honest?</h2>",
    `<div class="row"><figure>${plots.reliability}<figcaption>Numbers are answers.</figcaption></figure>`,
    `<figure>${plots.riskCoverage}<figcaption>Surest answers first.</figcaption></figure></div>`,
    "<h2>Time</h2>",
    rows(
      ["stage", "p50", "p95"],
      latency.map(({ stage, p50, p95 }) => [stage, ms(p50), ms(p95)]),
    ),
    "<h2>Worst misses</h2>",
    ...misses.map(missCard),
  ]);
}

/** The same figures for a terminal. */
export function presentEvaluationText(evaluation: Evaluation): string {
  const { figures, latency, calibration, gallery, part } = evaluation;
  const line = ({ name, ...row }: NamedRow) =>
    `${name.padEnd(28)}${cells(row)
      .map((cell) => cell.padStart(9))
      .join("")}`;
  const header = `${"".padEnd(28)}${HEADS.map((word) => word.padStart(9)).join("")}`;
  return [
    `${gallery.posters} posters, ${gallery.embeddings} embeddings, part "${part}"${besideText(evaluation)}`,
    header,
    ...figures.byEdit.map(line),
    line({ name: "all edits", ...figures.overall }),
    "",
    header,
    ...[...figures.bySource, ...figures.bySize, ...figures.byGallery, ...figures.foreign].map(line),
    "",
    ...summary({ figures, calibration }).map(([name, value]) => `${name.padEnd(44)}${value}`),
    ...latency.map(({ stage, p50, p95 }) => `${`time, ${stage}`.padEnd(44)}p50 ${ms(p50)}  p95 ${ms(p95)}`),
  ].join("\n");
}

function besideText({ besideId, calibration }: Pick<Evaluation, "besideId" | "calibration">): string {
  if (besideId === null) return "";
  return `, ${besideId} beside it${calibration.weights.beside ? "" : ", not asked: too few answers were in doubt"}`;
}

const HEADS = [
  "queries",
  "top-1",
  "top-3",
  "franch.",
  "match",
  "wrong",
  "ambig.",
  "unknown",
  "quick",
  "compared",
] as const;

function cells({ queries, ...row }: Row): readonly string[] {
  const { top1, top3, franchise, matched, wronglyMatched, ambiguous, unknown, quick, compared } = row;
  return [
    String(queries),
    ...[top1, top3, franchise, matched, wronglyMatched, ambiguous, unknown, quick, compared].map(percent),
  ];
}

function summary({ figures, calibration }: Pick<Evaluation, "figures" | "calibration">): readonly [string, string][] {
  const { recallAtHalfPercent: half, operating, matchPrecision, calibrationError, areaUnderRoc } = figures;
  return [
    ["recall at 0.5 % false accepts", `${percent(half.recall)} (from probability ${half.threshold.toFixed(4)})`],
    [
      `recall at the match threshold ${calibration.thresholds.match.toFixed(4)}`,
      `${percent(operating.recall)}, ${percent(operating.falseAccepts)} false accepts`,
    ],
    ["matches that are right", percent(matchPrecision)],
    ["calibration error", percent(calibrationError)],
    ["area under ROC", areaUnderRoc.toFixed(4)],
  ];
}

function head(evaluation: Evaluation): string {
  const { command, date, seed, modelId, gallery, part } = evaluation;
  return `<h1>opfind evaluate</h1><p><code>${encodeXML(command)}</code></p>
<p>${encodeXML(date)} · seed ${seed} · network ${encodeXML(modelId + besideText(evaluation))} · gallery ${encodeXML(gallery.folder)}: ${gallery.posters}
posters, ${gallery.embeddings} embeddings · part ${encodeXML(part)}</p>${rows(["", ""], summary(evaluation))}`;
}

function table(named: readonly NamedRow[]): string {
  return rows(
    ["", ...HEADS],
    named.map(({ name, ...row }) => [name, ...cells(row)]),
  );
}

function rows(heads: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (tag: "th" | "td", texts: readonly string[]) =>
    `<tr>${texts.map((text) => `<${tag}>${encodeXML(text)}</${tag}>`).join("")}</tr>`;
  return `<table>${line("th", heads)}${body.map((texts) => line("td", texts)).join("")}</table>`;
}

function missCard({ kind, set, edit, title, answered, verdict, probability, score, query, answer }: Miss): string {
  const image = (source: string, alt: string) => `<img src="${encodeXML(source)}" alt="${encodeXML(alt)}">`;
  const said = `${verdict} ${percent(probability)}, score ${score.toFixed(3)}`;
  return `<figure class="miss">${image(query, title)}${answer === null ? "" : image(answer, answered)}
<figcaption><b>${kind}</b><br>${encodeXML(`${set}, ${edit}`)}<br>${encodeXML(title)}<br>→ ${encodeXML(answered)}<br>${said}</figcaption></figure>`;
}

function page(parts: readonly string[]): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>opfind evaluate</title><style>${STYLE}</style></head>
<body>${parts.join("\n")}</body></html>\n`;
}

const STYLE = `body{font:14px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;margin:.5rem 0}td,th{padding:.15rem .6rem;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child{text-align:left}.row{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}
.miss{display:inline-block;vertical-align:top;width:15rem;margin:.5rem;font-size:12px}.miss img{max-width:7rem;margin-right:.3rem}
code{overflow-wrap:anywhere}`;

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`;
}
