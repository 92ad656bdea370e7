/**
 * Digits as strokes in a box of 10 × 16: a badge is readable also where no font is installed, as in slim containers.
 */
const STROKES: readonly string[] = [
  "M5 1 C1 1 1 15 5 15 C9 15 9 1 5 1",
  "M2 4 L5.5 1 L5.5 15",
  "M1.5 4.5 C1.5 0 8.5 0 8.5 4.5 C8.5 8 1.5 11 1.5 15 L8.8 15",
  "M1.5 2.5 C4 0 8.5 1 8.5 4.2 C8.5 7 6 7.6 4 7.6 C6 7.6 8.8 8.4 8.8 11.4 C8.8 15.4 3.5 16 1.2 13.2",
  "M6.8 15 L6.8 1 L1 11 L9 11",
  "M8.4 1 L2.4 1 L1.8 7.4 C4.5 5.4 8.8 6.6 8.8 10.6 C8.8 15.4 3.4 16 1.2 13.4",
  "M8 1.4 C4 1.4 1.2 6 1.2 10.4 C1.2 13.4 2.8 15 5 15 C7.4 15 8.8 13.2 8.8 10.6 C8.8 8.2 7.2 6.6 5 6.6 C2.6 6.6 1.2 8.4 1.2 10.4",
  "M1.2 1 L8.8 1 L4 15",
  "M5 7.4 C0.5 7.4 0.5 1 5 1 C9.5 1 9.5 7.4 5 7.4 C0 7.4 0 15 5 15 C10 15 10 7.4 5 7.4",
  "M2 14.6 C6 14.6 8.8 10 8.8 5.6 C8.8 2.6 7.2 1 5 1 C2.6 1 1.2 2.8 1.2 5.4 C1.2 7.8 2.8 9.4 5 9.4 C7.4 9.4 8.8 7.6 8.8 5.6",
];

/** A round badge with a number, as SVG. @param diameter pixels */
export function badge(
  number: number,
  { left, top, diameter }: { left: number; top: number; diameter: number },
): string {
  const digits = [...String(number)].map((digit) => STROKES[Number(digit)] ?? "");
  const scale = (diameter * 0.5) / 16;
  const width = digits.length * 12 - 2;
  const [x, y] = [left + (diameter - width * scale) / 2, top + (diameter - 16 * scale) / 2];
  const strokes = digits.map(
    (path, at) => `<path transform="translate(${x + at * 12 * scale} ${y}) scale(${scale})" d="${path}"/>`,
  );
  const radius = diameter / 2;
  return [
    `<circle cx="${left + radius}" cy="${top + radius}" r="${radius - 1}" fill="#5865f2" stroke="#fff" stroke-width="2"/>`,
    `<g fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">${strokes.join("")}</g>`,
  ].join("");
}
