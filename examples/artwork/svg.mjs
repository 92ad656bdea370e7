export const WIDTH = 460;
export const HEIGHT = 650;

/** Numbers with one decimal: a tenth of a pixel is enough and keeps the drawings short. */
export const n = (value) => Math.round(value * 10) / 10;

export const rect = (x, y, w, h, fill, more = "") =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${fill}" ${more}/>`;
export const circle = (x, y, r, fill, more = "") =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}" ${more}/>`;
export const ellipse = (x, y, rx, ry, fill, more = "") =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}" ${more}/>`;
export const polygon = (points, fill, more = "") =>
  `<polygon points="${points.map(([x, y]) => `${n(x)},${n(y)}`).join(" ")}" fill="${fill}" ${more}/>`;
export const path = (d, fill, more = "") => `<path d="${d}" fill="${fill}" ${more}/>`;
export const stroke = (d, colour, width, more = "") =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${n(width)}" stroke-linecap="round" ${more}/>`;
export const group = (transform, inner) => `<g transform="${transform}">${inner}</g>`;

export function gradient(id, colours, { angle = 90 } = {}) {
  const turn = (angle * Math.PI) / 180;
  const [x, y] = [Math.cos(turn), Math.sin(turn)];
  const stops = colours.map((c, i) => `<stop offset="${n((i / (colours.length - 1)) * 100)}%" stop-color="${c}"/>`);
  return `<linearGradient id="${id}" x1="${x < 0 ? 1 : 0}" y1="0" x2="${n(Math.max(x, 0))}" y2="${n(Math.max(y, 0))}">${stops.join("")}</linearGradient>`;
}

export function glow(id, colour, opacity = 1) {
  return `<radialGradient id="${id}"><stop offset="0" stop-color="${colour}" stop-opacity="${opacity}"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`;
}

/** A closed ridge from edge to edge: mountains, waves, roofs, depending on `step` and `height`. */
export function ridge(dice, { y, height, step, fill, isSharp = true }) {
  const points = [[-20, HEIGHT + 20]];
  for (let x = -20; x <= WIDTH + 40; x += step) points.push([x, y - dice.between(0, height)]);
  points.push([WIDTH + 40, HEIGHT + 20]);
  if (isSharp) return polygon(points, fill);
  const inner = points.slice(1, -1);
  const curve = inner.slice(1).map(([x, py], i) => {
    const [px, ppy] = inner[i];
    return `S${n((px + x) / 2)} ${n((ppy + py) / 2 - 12)} ${n(x)} ${n(py)}`;
  });
  return path(
    `M-20 ${HEIGHT + 20}L${n(inner[0][0])} ${n(inner[0][1])}${curve.join("")}L${WIDTH + 40} ${HEIGHT + 20}Z`,
    fill,
  );
}
