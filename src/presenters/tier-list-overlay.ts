import type { NamedCell, TierList } from "../pipeline/tier-list.ts";
import { plainText } from "./plain-text.ts";

const COLOURS = { match: "#22c55e", ambiguous: "#f59e0b", unknown: "#ef4444" } as const;

/** What is drawn over a tier list: a box per cell in its verdict's colour, with as much of the title as fits. SVG. */
export function tierListOverlay({ rows }: TierList, width: number, height: number): string {
  const cells = rows.flatMap((row) => row.cells).map(drawn);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">${cells.join("")}</svg>`;
}

function drawn({ box, verdict }: NamedCell): string {
  const { left, top, width, height } = box;
  const colour = COLOURS[verdict.kind];
  const size = Math.max(8, Math.round(width * 0.115));
  const bar = Math.round(size * 1.5);
  const text = escaped(shortened(caption(verdict), Math.floor(width / (size * 0.56))));
  return [
    `<rect x="${left + 1}" y="${top + 1}" width="${width - 2}" height="${height - 2}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    `<rect x="${left + 1}" y="${top + height - bar}" width="${width - 2}" height="${bar - 1}" fill="#000" fill-opacity=".75"/>`,
    `<text x="${left + 4}" y="${top + height - Math.round(bar * 0.3)}" font-size="${size}" fill="#fff">${text}</text>`,
  ].join("");
}

function caption(verdict: NamedCell["verdict"]): string {
  const [best] = verdict.candidates;
  if (verdict.kind === "unknown" || !best) return "unknown";
  return verdict.kind === "match" ? best.title : `${best.title}?`;
}

function shortened(text: string, most: number): string {
  const plain = [...plainText(text)];
  return plain.length > most ? `${plain.slice(0, Math.max(1, most - 1)).join("")}…` : plain.join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
