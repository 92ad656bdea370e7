import { describe, expect, test } from "vitest";
import type { Evaluation } from "../../src/evaluate/evaluate.ts";
import { drawPlots } from "../../src/evaluate/plots.ts";
import { uncalibrated } from "../../src/pipeline/calibration.ts";
import { presentEvaluationPage, presentEvaluationText } from "../../src/presenters/evaluation-report.ts";

const ROW = {
  queries: 4,
  top1: 0.75,
  top3: 1,
  franchise: 1,
  matched: 0.5,
  wronglyMatched: 0.25,
  ambiguous: 0,
  unknown: 0.25,
  quick: 0.5,
  compared: 0.05,
};

const EVALUATION: Evaluation = {
  command: "opfind evaluate --gallery <covers>",
  date: "2026-01-01T00:00:00.000Z",
  seed: 7,
  modelId: "net@1",
  besideId: null,
  gallery: { folder: "covers", posters: 4, embeddings: 40 },
  part: "dev",
  calibration: uncalibrated("net@1"),
  figures: {
    overall: ROW,
    byEdit: [
      { name: "clean", ...ROW },
      { name: "mirror", ...ROW },
    ],
    bySource: [],
    bySize: [],
    byGallery: [],
    foreign: [{ name: "no poster", ...ROW }],
    recallAtHalfPercent: { threshold: 0.5, recall: 0.97, falseAccepts: 0.004 },
    operating: { threshold: 0.9, recall: 0.9, falseAccepts: 0 },
    matchPrecision: 0.995,
    calibrationError: 0.02,
    areaUnderRoc: 0.999,
    reliability: [{ from: 0.5, to: 0.6, answers: 12, claimed: 0.55, right: 0.5 }],
    riskCoverage: [
      { coverage: 0.5, risk: 0 },
      { coverage: 1, risk: 0.25 },
    ],
  },
  latency: [{ stage: "total", p50: 12.34, p95: 56.78 }],
  misses: [
    {
      kind: "wrong anime",
      set: "covers",
      edit: "mirror",
      title: "A <b>title</b>",
      answered: "Another & one",
      verdict: "match",
      probability: 0.91,
      score: 0.8,
      query: "data:image/jpeg;base64,AAAA",
      answer: null,
    },
  ],
};

describe("the evaluation page", () => {
  test("stands alone: plots and pictures are inside, nothing is fetched", async () => {
    const page = presentEvaluationPage(EVALUATION, await drawPlots(EVALUATION.figures));
    expect(page.match(/<svg /g)).toHaveLength(3);
    expect(page).toContain('src="data:image/jpeg;base64,AAAA"');
    const fetched = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target);
    expect(fetched.every((target) => target?.startsWith("data:") || target?.startsWith("#"))).toBe(true);
  });

  test("shows titles as text, whatever characters they hold", async () => {
    const page = presentEvaluationPage(EVALUATION, await drawPlots(EVALUATION.figures));
    expect(page).toContain("A &lt;b&gt;title&lt;/b&gt;");
    expect(page).toContain("Another &amp; one");
    expect(page).toContain("--gallery &lt;covers&gt;");
  });

  test("draws a bar per edit and a point of every bin", async () => {
    const plots = await drawPlots(EVALUATION.figures);
    expect(plots.edits).toContain("clean");
    expect(plots.edits).toContain("mirror");
    expect(plots.reliability).toContain(">12<");
  });
});

test("the terminal table has a line per edit and the figures of the goals", () => {
  const text = presentEvaluationText(EVALUATION);
  expect(text).toMatch(/^clean +4 +75\.0 % +100\.0 %/m);
  expect(text).toMatch(/recall at 0\.5 % false accepts +97\.0 %/);
  expect(text).toMatch(/calibration error +2\.0 %/);
  expect(text).toMatch(/time, total +p50 12\.3 ms {2}p95 56\.8 ms/);
});
