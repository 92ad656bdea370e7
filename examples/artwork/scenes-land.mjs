import { figure } from "./people.mjs";
import { balloon, cloud, flower, pine, ship, sky, torii, train } from "./props.mjs";
import { circle, ellipse, group, HEIGHT, n, polygon, rect, ridge, stroke, WIDTH } from "./svg.mjs";

/** Backgrounds out of doors. Each is given the dice and a palette `[dark, deep, mid, bright, light]` and fills the sheet. */
export const LAND_SCENES = {
  mountains(dice, [dark, deep, mid, bright, light]) {
    const stars = dice.times(90, () =>
      circle(dice.between(0, WIDTH), dice.between(0, 330), dice.between(0.6, 2.4), light),
    );
    const moonX = dice.between(90, 370);
    const moon =
      circle(moonX, 150, 150, "url(#glow)") +
      circle(moonX, 150, 62, light) +
      circle(moonX + 24, 138, 56, "url(#sky)", 'opacity=".55"');
    const layers = [mid, deep, dark]
      .map((fill, i) => ridge(dice, { y: 380 + i * 80, height: 150 - i * 30, step: 60 - i * 8, fill }))
      .join("");
    return (
      sky() +
      stars +
      moon +
      layers +
      group("translate(230 620) scale(1.5)", figure(dice, dark, bright)) +
      dice.times(20, () => pine(dice, dark))
    );
  },
  sea(dice, [dark, deep, mid, bright, light]) {
    const clouds = dice.times(7, () => cloud(dice, light));
    const waves = [mid, deep, dark]
      .map((fill, i) => ridge(dice, { y: 430 + i * 70, height: 46, step: 52, fill, isSharp: false }))
      .join("");
    const foam = dice.times(40, () =>
      stroke(`M${n(dice.between(0, WIDTH))} ${n(dice.between(440, 640))} q12 -9 26 0`, light, 3, 'opacity=".7"'),
    );
    return (
      sky() +
      circle(dice.between(100, 360), 160, 70, bright) +
      clouds +
      group("translate(230 470) scale(2.1)", ship(dark, light, bright)) +
      waves +
      foam
    );
  },
  cosmos(dice, [dark, deep, mid, bright, light]) {
    const stars = dice.times(160, () =>
      circle(dice.between(0, WIDTH), dice.between(0, HEIGHT), dice.between(0.5, 2.2), light),
    );
    const [x, y, r] = [dice.between(120, 340), dice.between(210, 400), dice.between(90, 150)];
    const bands = dice.times(7, (i) =>
      rect(x - r, y - r + i * (r / 3.5), 2 * r, r / 9, i % 2 ? deep : bright, 'opacity=".7"'),
    );
    const ring = `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(r * 1.75)}" ry="${n(r * 0.36)}" fill="none" stroke="${light}" stroke-width="11" opacity=".85" transform="rotate(${n(dice.between(-32, 32))} ${n(x)} ${n(y)})"/>`;
    const comet =
      polygon(
        [
          [430, 40],
          [60, 250],
          [80, 262],
        ],
        light,
        'opacity=".75"',
      ) + circle(68, 258, 14, "#fff");
    return (
      sky() +
      stars +
      dice.times(5, () =>
        ellipse(
          dice.between(0, WIDTH),
          dice.between(0, HEIGHT),
          dice.between(60, 190),
          dice.between(30, 90),
          mid,
          'opacity=".16"',
        ),
      ) +
      `<clipPath id="planet">${circle(x, y, r, "#000")}</clipPath>` +
      circle(x, y, r, mid) +
      `<g clip-path="url(#planet)">${bands}${circle(x + r * 0.5, y + r * 0.4, r, dark, 'opacity=".45"')}</g>` +
      ring +
      comet
    );
  },
  shrine(dice, [dark, deep, mid, bright, light]) {
    const trunks = dice.times(11, () =>
      rect(dice.between(-10, WIDTH), 0, dice.between(12, 34), HEIGHT, dice.pick([deep, dark]), 'opacity=".8"'),
    );
    const gate = (i) => {
      const s = 1.7 - i * 0.3;
      return group(`translate(230 ${n(620 - i * 60)}) scale(${n(s)})`, torii(i % 2 ? mid : bright, dark));
    };
    const petals = dice.times(60, () =>
      ellipse(
        dice.between(0, WIDTH),
        dice.between(0, HEIGHT),
        5,
        2.6,
        light,
        `transform="rotate(${dice.whole(0, 180)} ${WIDTH / 2} ${HEIGHT / 2})"`,
      ),
    );
    const path_ = polygon(
      [
        [210, 330],
        [250, 330],
        [400, 650],
        [60, 650],
      ],
      light,
      'opacity=".35"',
    );
    return sky() + trunks + path_ + [4, 3, 2, 1, 0].map(gate).join("") + petals;
  },
  railway(dice, [dark, deep, mid, bright, light]) {
    const fields = [mid, deep]
      .map((fill, i) => ridge(dice, { y: 330 + i * 60, height: 40, step: 80, fill, isSharp: false }))
      .join("");
    const sleepers = dice.times(16, (i) =>
      rect(230 - 6 - i * i * 0.9, 360 + i * i * 1.25, 12 + i * i * 1.8, 3 + i * 0.7, dark),
    );
    const rails =
      polygon(
        [
          [226, 350],
          [229, 350],
          [110, 650],
          [84, 650],
        ],
        light,
      ) +
      polygon(
        [
          [231, 350],
          [234, 350],
          [376, 650],
          [350, 650],
        ],
        light,
      );
    const poles = dice.times(5, (i) => rect(330 + i * i * 8, 330 - i * 34, 4 + i, 60 + i * 70, dark));
    return (
      sky() +
      circle(230, 300, 170, "url(#glow)") +
      dice.times(6, () => cloud(dice, light)) +
      fields +
      sleepers +
      rails +
      poles +
      group("translate(230 400) scale(1.1)", train(dark, bright, light))
    );
  },
  dragon(dice, [dark, deep, mid, bright, light]) {
    const castle = dice.times(6, (i) =>
      polygon(
        [
          [60 + i * 62, 520],
          [60 + i * 62, 360 - (i % 3) * 54],
          [80 + i * 62, 300 - (i % 3) * 54],
          [100 + i * 62, 360 - (i % 3) * 54],
          [100 + i * 62, 520],
        ],
        i % 2 ? deep : dark,
      ),
    );
    const spine = `M20 ${dice.whole(300, 380)} C120 60 200 420 300 200 S420 60 400 220`;
    const body =
      stroke(spine, dark, 46) + stroke(spine, mid, 34) + stroke(spine, bright, 30, 'stroke-dasharray="3 13"');
    const wing = (s) =>
      polygon(
        [
          [230, 260],
          [230 + s * 210, 70],
          [230 + s * 190, 190],
          [230 + s * 120, 180],
          [230 + s * 110, 290],
          [230 + s * 50, 270],
        ],
        dark,
        'opacity=".88"',
      );
    const embers = dice.times(70, () =>
      circle(dice.between(0, WIDTH), dice.between(0, HEIGHT), dice.between(1, 4), dice.pick([bright, light])),
    );
    return (
      sky() +
      ridge(dice, { y: 480, height: 120, step: 50, fill: deep }) +
      wing(1) +
      wing(-1) +
      body +
      circle(402, 212, 30, mid) +
      circle(410, 204, 6, light) +
      castle +
      ridge(dice, { y: 590, height: 40, step: 40, fill: dark }) +
      embers
    );
  },
  meadow(dice, [dark, deep, mid, bright, light]) {
    const hills = [mid, deep].map((fill, i) =>
      ridge(dice, { y: 330 + i * 70, height: 50, step: 90, fill, isSharp: false }),
    );
    const balloons = dice.times(4, (i) =>
      balloon(60 + i * 110 + dice.between(-20, 20), dice.between(70, 240), [bright, light, dark]),
    );
    const flowers = dice.times(60, () => flower(dice, [bright, light, mid, dark]));
    return sky() + balloons + hills.join("") + rect(0, 470, WIDTH, 180, dark) + flowers;
  },
};
