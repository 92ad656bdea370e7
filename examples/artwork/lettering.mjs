import { circle, n, polygon, rect, stroke, WIDTH } from "./svg.mjs";

const FONTS = {
  block: 'font-family="DejaVu Sans Condensed" font-weight="bold"',
  serif: 'font-family="DejaVu Serif Condensed" font-weight="bold"',
  slant: 'font-family="DejaVu Sans Condensed" font-weight="bold" font-style="oblique"',
  thin: 'font-family="DejaVu Sans" font-weight="200"',
  mono: 'font-family="DejaVu Sans Mono" font-weight="bold"',
};

/** Ways to set a title. Each is given the words, the colours `{ ink, edge, accent }` and how far down it stands. */
export const LETTERINGS = {
  stacked: (title, { ink, edge, y }) =>
    lines(title)
      .map((line, i) =>
        text(line, { x: WIDTH / 2, y: y + i * 62, size: fitSize(line, 60), font: FONTS.block, ink, edge }),
      )
      .join(""),
  slanted: (title, { ink, edge, accent, y }) =>
    `<g transform="rotate(-8 230 ${y}) skewX(-14) translate(${n(y * 0.25)} 0)">${polygon(
      [
        [-60, y + 14],
        [520, y - 2],
        [520, y + 22],
        [-60, y + 34],
      ],
      accent,
    )}${lines(title)
      .map((line, i) =>
        text(line, { x: WIDTH / 2, y: y + i * 58, size: fitSize(line, 58), font: FONTS.slant, ink, edge }),
      )
      .join("")}</g>`,
  vertical: (title, { ink, edge, accent }) => {
    const step = Math.min(36, 520 / title.length);
    const letters = [...title].map((letter, i) =>
      text(letter, { x: 405, y: 72 + i * step, size: step, font: FONTS.serif, ink, edge }),
    );
    return rect(374, 34, 62, 24 + step * title.length, accent, 'rx="6" opacity=".9"') + letters.join("");
  },
  classic: (title, { ink, edge, accent, y }) =>
    rect(50, y - 62, 360, 2, accent) +
    lines(title)
      .map((line, i) =>
        text(line, { x: WIDTH / 2, y: y + i * 54, size: fitSize(line, 50), font: FONTS.serif, ink, edge }),
      )
      .join("") +
    rect(50, y + 20 + 54 * (lines(title).length - 1), 360, 2, accent),
  bouncing: (title, { ink, edge, accent, y }) =>
    lines(title)
      .map((line, row) => bounce(line, { ink, edge, accent, y: y + row * 60 }))
      .join(""),
  terminal: (title, { ink, accent, y }) =>
    rect(20, y - 60, 420, 44 * lines(title).length + 40, "#05060a", 'opacity=".82"') +
    lines(title)
      .map((line, i) =>
        text(line, {
          x: WIDTH / 2,
          y: y - 14 + i * 44,
          size: fitSize(line, 40, 0.62),
          font: FONTS.mono,
          ink,
          edge: "none",
        }),
      )
      .join("") +
    stroke(`M30 ${y - 50} h60 M370 ${y + 10 + 44 * (lines(title).length - 1)} h60`, accent, 4),
};

function bounce(line, { ink, edge, accent, y }) {
  const step = Math.min(38, 430 / line.length);
  const letter = (character, i) => {
    if (character === " ") return "";
    const [x, up] = [WIDTH / 2 + (i - (line.length - 1) / 2) * step, Math.sin(i * 1.3) * 9];
    const disc = circle(x, y + up - step * 0.36, step * 0.62, i % 2 ? accent : edge);
    const turned = `rotate(${n(Math.sin(i * 2) * 12)} ${n(x)} ${n(y + up)})`;
    return `${disc}<g transform="${turned}">${text(character, { x, y: y + up, size: step, font: FONTS.block, ink: i % 2 ? edge : ink, edge: "none" })}</g>`;
  };
  return [...line].map(letter).join("");
}

/** The small print of a poster: season and tagline. */
export function smallPrint(season, tagline, { ink, y }) {
  const line = text(season.toUpperCase(), {
    x: WIDTH / 2,
    y,
    size: 19,
    font: `${FONTS.thin} letter-spacing="6"`,
    ink,
    edge: "none",
  });
  return line + text(tagline, { x: WIDTH / 2, y: y + 24, size: 13, font: FONTS.thin, ink, edge: "none" });
}

function text(words, { x, y, size, font, ink, edge }) {
  const outline =
    edge === "none"
      ? ""
      : `stroke="${edge}" stroke-width="${n(size / 7)}" stroke-linejoin="round" paint-order="stroke"`;
  const safe = words.replaceAll("&", "&amp;");
  return `<text x="${n(x)}" y="${n(y)}" font-size="${n(size)}" text-anchor="middle" fill="${ink}" ${outline} ${font}>${safe}</text>`;
}

/** Two lines at most, broken near the middle. */
function lines(title) {
  const words = title.split(" ");
  if (words.length < 2 || title.length < 11) return [title];
  const breaks = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(" "), words.slice(i + 1).join(" ")]);
  return breaks.reduce((best, pair) => (spread(pair) < spread(best) ? pair : best));
}

const spread = ([a, b]) => Math.abs(a.length - b.length);
const fitSize = (line, largest, advance = 0.66) => Math.min(largest, 430 / (line.length * advance));
