import { circle, ellipse, group, n, path, polygon, rect, stroke } from "./svg.mjs";

/**
 * A head and shoulders in the flat, large-eyed way of a show's poster, 200 wide and 260 high around (0, 0).
 * Every feature is thrown with the dice, so no two people look alike.
 */
export function portrait(dice, { hair, shade, skin, eye, cloth, trim }) {
  const long = dice.between(60, 190);
  const fringe = dice.whole(4, 8);
  return [
    backHair(dice, hair, shade, long),
    path("M-90 170 Q-84 96 -30 92 L30 92 Q84 96 90 170 L96 260 L-96 260 Z", cloth),
    polygon(
      [
        [-30, 92],
        [0, 150],
        [30, 92],
        [44, 100],
        [0, 186],
        [-44, 100],
      ],
      trim,
    ),
    rect(-16, 62, 32, 40, skin),
    path("M-58 -20 Q-62 44 -20 74 Q0 86 20 74 Q62 44 58 -20 Q50 -76 0 -78 Q-50 -76 -58 -20Z", skin),
    path("M-16 76 Q0 84 16 76 L16 96 Q0 104 -16 96Z", shade, 'opacity=".25"'),
    eyes(dice, eye, shade),
    mouth(dice),
    frontHair(dice, hair, shade, fringe),
    accessory(dice, trim),
  ].join("");
}

function backHair(dice, hair, shade, long) {
  const lock = (i) => {
    const x = -78 + i * 22 + dice.between(-6, 6);
    const end = long + dice.between(-24, 24);
    return path(
      `M${n(x)} -40 Q${n(x - 22)} ${n(end * 0.5)} ${n(x + dice.between(-14, 14))} ${n(end)} Q${n(x + 24)} ${n(end * 0.5)} ${n(x + 26)} -40Z`,
      i % 2 ? hair : shade,
    );
  };
  return ellipse(0, -24, 82, 78, hair) + dice.times(8, lock);
}

function frontHair(dice, hair, shade, fringe) {
  const width = 140 / fringe;
  const lock = (i) => {
    const x = -70 + i * width;
    const tip = dice.between(-26, 14);
    return path(
      `M${n(x)} -66 Q${n(x - 2)} -30 ${n(x + width * dice.between(0.2, 0.8))} ${n(tip)} Q${n(x + width)} -36 ${n(x + width + 5)} -66Z`,
      i % 3 === 1 ? shade : hair,
    );
  };
  const crown = path("M-80 -22 Q-88 -104 0 -108 Q88 -104 80 -22 Q70 -66 40 -62 L-40 -62 Q-70 -66 -80 -22Z", hair);
  const shine = stroke("M-44 -82 Q0 -98 44 -82", "#fff", 5, 'opacity=".35"');
  return crown + dice.times(fringe, lock) + shine;
}

function eyes(dice, eye, shade) {
  const height = dice.between(13, 20);
  const tilt = dice.between(-8, 8);
  const one = (side) =>
    group(
      `translate(${side * 28} 14) rotate(${n(side * tilt)})`,
      ellipse(0, 0, 15, height, "#fff") +
        ellipse(0, 2, 11, height - 2, eye) +
        ellipse(0, 4, 5, height / 2, "#151220") +
        circle(-4, -height / 3, 4, "#fff") +
        stroke(`M-17 ${n(-height + 3)} Q0 ${n(-height - 7)} 17 ${n(-height + 3)}`, "#151220", 4) +
        stroke(`M-14 ${n(-height - 12)} Q0 ${n(-height - 18)} 14 ${n(-height - 10)}`, shade, 3),
    );
  return one(-1) + one(1) + stroke("M0 34 l-3 9", shade, 2, 'opacity=".6"');
}

function mouth(dice) {
  return dice.pick([
    stroke("M-10 58 Q0 64 10 58", "#7a2f3a", 3),
    path("M-11 55 Q0 58 11 55 Q6 70 0 70 Q-6 70 -11 55Z", "#a83a48"),
    stroke("M-7 59 L8 57", "#6b2b36", 3),
  ]);
}

function accessory(dice, colour) {
  return dice.pick([
    () => circle(58, -70, 15, colour) + circle(58, -70, 6, "#fff"),
    () =>
      polygon(
        [
          [40, -96],
          [76, -116],
          [72, -76],
          [40, -96],
          [8, -116],
          [12, -78],
        ],
        colour,
      ),
    () => rect(-84, -74, 168, 12, colour, 'rx="6"'),
    () =>
      [-1, 1]
        .map((s) => `<circle cx="${s * 28}" cy="14" r="23" fill="none" stroke="${colour}" stroke-width="4"/>`)
        .join(""),
    () =>
      [-1, 1]
        .map((s) =>
          polygon(
            [
              [s * 34, -96],
              [s * 66, -146],
              [s * 76, -78],
            ],
            colour,
          ),
        )
        .join(""),
    () =>
      stroke("M-86 0 Q-96 -112 0 -116 Q96 -112 86 0", colour, 10) +
      circle(-86, 12, 18, colour) +
      circle(86, 12, 18, colour),
  ])();
}

/** A standing figure seen from afar, 40 wide and 120 high, feet at (0, 0). */
export function figure(dice, colour, accent) {
  const lean = dice.between(-10, 10);
  const cape = path(`M-10 -88 Q${n(-60 + lean)} -50 ${n(-46 + lean)} -10 L6 -40Z`, accent);
  const body = polygon(
    [
      [-14, -88],
      [14, -88],
      [20, -36],
      [12, 0],
      [3, 0],
      [0, -34],
      [-5, 0],
      [-14, 0],
      [-20, -36],
    ],
    colour,
  );
  const arm = stroke(`M10 -82 L${n(30 + lean)} ${n(-60 + lean * 2)}`, colour, 7);
  return (
    cape +
    body +
    arm +
    circle(0, -102, 14, colour) +
    path("M-16 -100 Q-10 -124 8 -118 Q24 -110 14 -92 Q6 -108 -16 -100Z", accent)
  );
}
