import { machine } from "./machine.mjs";
import { figure } from "./people.mjs";
import { boat, gear, guitarShape, house, note, rayFrom, sky, tower } from "./props.mjs";
import { circle, ellipse, group, HEIGHT, n, path, polygon, rect, stroke, WIDTH } from "./svg.mjs";

/** Backgrounds among people. Each is given the dice and a palette `[dark, deep, mid, bright, light]` and fills the sheet. */
export const TOWN_SCENES = {
  harbour(dice, [dark, deep, mid, bright, light]) {
    const water = dice.times(34, (i) =>
      rect(dice.between(-20, WIDTH), 430 + i * 7, dice.between(30, 130), 3, i % 3 ? mid : light, 'opacity=".45"'),
    );
    const lantern = () => {
      const [x, y, r] = [dice.between(10, WIDTH - 10), dice.between(60, 420), dice.between(7, 22)];
      return (
        circle(x, y, r * 2.6, "url(#glow)") +
        ellipse(x, y, r * 0.8, r, bright) +
        rect(x - r * 0.5, y - r - 3, r, 4, dark) +
        rect(x - r * 0.5, y + r - 1, r, 4, dark)
      );
    };
    const houses = dice.times(9, (i) => house(dice, { x: i * 54 - 12, y: 424, dark, lit: light }));
    return (
      sky() +
      houses +
      rect(0, 424, WIDTH, 230, deep) +
      water +
      dice.times(15, lantern) +
      group("translate(330 560)", boat(dark, bright))
    );
  },
  metropolis(dice, [dark, deep, mid, bright, light]) {
    const rays = dice.times(16, (i) => rayFrom(230, 300, i * 22.5, mid));
    const far = dice.times(10, (i) =>
      tower(dice, { x: i * 48, width: 46, height: dice.between(140, 330), wall: deep, lit: bright }),
    );
    const near = dice.times(7, (i) =>
      tower(dice, { x: i * 70 - 15, width: 58, height: dice.between(60, 170), wall: dark, lit: light }),
    );
    return (
      sky() +
      rays +
      circle(230, 300, dice.between(90, 150), light) +
      far +
      group(`translate(${dice.whole(190, 270)} 640) scale(1.25)`, machine(dice, { steel: mid, dark, lamp: bright })) +
      near
    );
  },
  neon(dice, [dark, deep, mid, bright, light]) {
    const walls = dice.times(6, (i) =>
      tower(dice, { x: i * 80 - 10, width: 76, height: dice.between(330, 600), wall: i % 2 ? dark : deep, lit: mid }),
    );
    const sign = () => {
      const [x, y, colour] = [dice.between(10, 400), dice.between(30, 430), dice.pick([bright, light, mid])];
      const marks = dice.times(3, (i) => stroke(`M${n(x + 8)} ${n(y + 16 + i * 26)} h20 m-10 -8 v18`, colour, 3));
      return (
        rect(x - 6, y - 6, 48, 100, colour, 'opacity=".2" rx="8"') +
        rect(x, y, 36, 88, dark, `stroke="${colour}" stroke-width="3" rx="4"`) +
        marks
      );
    };
    const rain = dice.times(130, () =>
      stroke(`M${n(dice.between(0, 500))} ${n(dice.between(-20, HEIGHT))} l-7 26`, light, 1, 'opacity=".4"'),
    );
    return (
      sky() +
      walls +
      dice.times(9, sign) +
      rect(0, 560, WIDTH, 90, dark) +
      dice.times(24, () =>
        ellipse(
          dice.between(0, WIDTH),
          dice.between(570, 650),
          dice.between(20, 60),
          3,
          dice.pick([bright, mid]),
          'opacity=".5"',
        ),
      ) +
      rain
    );
  },
  stage(dice, [dark, deep, mid, bright, light]) {
    const beams = dice.times(7, (i) =>
      polygon(
        [
          [i * 76, -10],
          [i * 76 + dice.between(-190, 60), HEIGHT],
          [i * 76 + dice.between(80, 220), HEIGHT],
        ],
        dice.pick([mid, bright, light]),
        'opacity=".28"',
      ),
    );
    const bars = dice.times(30, (i) =>
      rect(i * 16 - 4, 640 - dice.between(30, 250), 11, 260, i % 3 ? bright : light, 'opacity=".85"'),
    );
    const notes = dice.times(14, () => note(dice, light));
    const guitar = group(
      `translate(${dice.whole(120, 330)} 330) rotate(${dice.whole(-50, 50)}) scale(1.5)`,
      guitarShape(dark, bright, light),
    );
    return sky() + beams + bars + guitar + notes + rect(0, 600, WIDTH, 50, deep);
  },
  court(dice, [dark, deep, mid, bright, light]) {
    const speed = dice.times(60, (i) =>
      rayFrom(dice.between(200, 260), 260, i * 6 + dice.between(-2, 2), i % 2 ? mid : light, 2.2),
    );
    const floor = polygon(
      [
        [0, 430],
        [WIDTH, 400],
        [WIDTH, HEIGHT],
        [0, HEIGHT],
      ],
      deep,
    );
    const lines = stroke("M0 520 L460 470 M140 430 L60 650 M330 420 L420 650", light, 7);
    const ball =
      circle(350, 170, 74, bright) +
      stroke("M276 170 Q350 130 424 170 M350 96 Q310 170 350 244 M300 115 Q370 170 400 225", dark, 6);
    const team = dice.times(4, (i) =>
      group(
        `translate(${70 + i * 95} ${610 + (i % 2) * 26}) scale(${n(dice.between(1.7, 2.5))})`,
        figure(dice, i % 2 ? dark : bright, mid),
      ),
    );
    return sky() + speed + floor + lines + ball + team;
  },
  kitchen(dice, [dark, deep, mid, bright, light]) {
    const tiles = dice.times(80, (i) =>
      rect((i % 8) * 58, Math.floor(i / 8) * 66, 54, 62, (i + Math.floor(i / 8)) % 2 ? mid : light, 'opacity=".75"'),
    );
    const gears = dice.times(6, () => gear(dice, dice.pick([deep, bright, dark])));
    const bowl =
      path("M90 440 L370 440 Q360 570 270 590 L190 590 Q100 570 90 440Z", dark) +
      rect(80, 428, 300, 22, bright, 'rx="10"') +
      stroke("M110 490 Q230 530 350 490", light, 8);
    const steam = dice.times(6, (i) =>
      stroke(
        `M${120 + i * 44} 420 q${dice.whole(-40, 40)} -50 0 -90 q${dice.whole(-40, 40)} -50 0 -90`,
        light,
        9,
        'opacity=".6"',
      ),
    );
    return sky() + tiles + gears + bowl + steam + rect(0, 590, WIDTH, 60, deep);
  },
};
