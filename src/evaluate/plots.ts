import { parse, type Spec, View } from "vega";
import type { Figures } from "./report.ts";

/** Drawings of one evaluation, as SVG that stands alone. */
export interface Plots {
  readonly reliability: string;
  readonly riskCoverage: string;
  readonly edits: string;
}

/** Draws the reliability diagram, the risk–coverage curve and a bar per edit. */
export async function drawPlots(figures: Figures): Promise<Plots> {
  const [reliability, riskCoverage, edits] = await Promise.all([
    draw(reliabilitySpec(figures)),
    draw(riskSpec(figures)),
    draw(editsSpec(figures)),
  ]);
  return { reliability, riskCoverage, edits };
}

async function draw(spec: Spec): Promise<string> {
  const view = new View(parse(spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

const RIGHT = "#2f7d4f";
const CLAIMED = "#b9c4cf";
const LINE = "#3a6ea5";

/** What was claimed against what was right; bars of a faithful pipeline end on the diagonal. */
function reliabilitySpec({ reliability }: Figures): Spec {
  const values = reliability.filter(({ answers }) => answers > 0);
  return {
    ...plain(360, 260),
    data: [
      { name: "bins", values },
      { name: "ideal", values: [{ at: 0 }, { at: 1 }] },
    ],
    scales: [linear("x", "width", [0, 1]), linear("y", "height", [0, 1])],
    axes: axes("claimed probability", "share that was right"),
    marks: [
      {
        type: "line",
        from: { data: "ideal" },
        encode: {
          enter: { x: { scale: "x", field: "at" }, y: { scale: "y", field: "at" }, stroke: { value: CLAIMED } },
        },
      },
      {
        type: "rect",
        from: { data: "bins" },
        encode: {
          enter: {
            x: { scale: "x", field: "from" },
            x2: { scale: "x", field: "to", offset: -1 },
            y: { scale: "y", field: "right" },
            y2: { scale: "y", value: 0 },
            fill: { value: RIGHT },
            fillOpacity: { value: 0.55 },
          },
        },
      },
      {
        type: "text",
        from: { data: "bins" },
        encode: {
          enter: {
            x: { scale: "x", field: "from", offset: 2 },
            y: { scale: "y", field: "right", offset: -4 },
            text: { field: "answers" },
            fontSize: { value: 9 },
          },
        },
      },
    ],
  };
}

/** The share of wrong answers among the surest ones, as more and more queries are answered. */
function riskSpec({ riskCoverage }: Figures): Spec {
  const most = Math.max(0.01, ...riskCoverage.map(({ risk }) => risk));
  return {
    ...plain(360, 260),
    data: [{ name: "curve", values: [...riskCoverage] }],
    scales: [linear("x", "width", [0, 1]), linear("y", "height", [0, most])],
    axes: axes("share of the queries answered", "share of those that is wrong"),
    marks: [
      {
        type: "line",
        from: { data: "curve" },
        encode: {
          enter: {
            x: { scale: "x", field: "coverage" },
            y: { scale: "y", field: "risk" },
            stroke: { value: LINE },
            strokeWidth: { value: 2 },
          },
        },
      },
    ],
  };
}

/** First place per edit, and how much of it was answered as a match. */
function editsSpec({ byEdit }: Figures): Spec {
  return {
    ...plain(560, byEdit.length * 22),
    data: [{ name: "edits", values: [...byEdit] }],
    scales: [
      linear("x", "width", [0, 1]),
      { name: "y", type: "band", domain: { data: "edits", field: "name" }, range: "height", padding: 0.2 },
    ],
    axes: [
      { orient: "bottom", scale: "x", title: "first place (pale) and answered as a match (dark)", format: ".0%" },
      { orient: "left", scale: "y", ticks: false, domain: false },
    ],
    marks: [bars("top1", CLAIMED), bars("matched", RIGHT)],
  };
}

function bars(field: "top1" | "matched", colour: string): NonNullable<Spec["marks"]>[number] {
  return {
    type: "rect",
    from: { data: "edits" },
    encode: {
      enter: {
        x: { scale: "x", value: 0 },
        x2: { scale: "x", field },
        y: { scale: "y", field: "name" },
        height: { scale: "y", band: 1 },
        fill: { value: colour },
      },
    },
  };
}

function plain(width: number, height: number) {
  return { $schema: "https://vega.github.io/schema/vega/v6.json", width, height, padding: 6 } as const;
}

function linear(name: string, range: "width" | "height", domain: [number, number]) {
  return { name, type: "linear", domain, range, nice: false } as const;
}

function axes(below: string, left: string): NonNullable<Spec["axes"]> {
  return [
    { orient: "bottom", scale: "x", title: below, format: ".0%", grid: true },
    { orient: "left", scale: "y", title: left, format: ".1%", grid: true },
  ];
}
