import { circle, ellipse, HEIGHT, n, path, polygon, rect, stroke, WIDTH } from "./svg.mjs";

export const sky = () => rect(0, 0, WIDTH, HEIGHT, "url(#sky)");

export function rayFrom(x, y, angle, fill, width = 5) {
  const at = (turn) => [x + Math.cos((turn * Math.PI) / 180) * 800, y + Math.sin((turn * Math.PI) / 180) * 800];
  return polygon([[x, y], at(angle), at(angle + width)], fill, 'opacity=".55"');
}

export function house(dice, { x, y, dark, lit }) {
  const [w, h] = [dice.between(44, 62), dice.between(60, 170)];
  const roof = polygon(
    [
      [x - 8, y - h],
      [x + w / 2, y - h - dice.between(20, 54)],
      [x + w + 8, y - h],
    ],
    dark,
  );
  return (
    roof +
    rect(x, y - h, w, h, dark, 'opacity=".93"') +
    dice.times(5, (i) => rect(x + 8 + (i % 2) * 22, y - h + 12 + i * 22, 12, 11, dice.chance(0.6) ? lit : dark))
  );
}

export function tower(dice, { x, width, height, wall, lit }) {
  const windows = dice.times(Math.floor(height / 16), (i) =>
    dice.chance(0.6) ? rect(x + 6 + (i % 3) * (width / 3.4), HEIGHT - height + 10 + i * 15, width / 5, 6, lit) : "",
  );
  return (
    rect(x, HEIGHT - height, width, height, wall) + windows + rect(x + width * 0.4, HEIGHT - height - 24, 3, 26, wall)
  );
}

export function cloud(dice, fill) {
  const [x, y] = [dice.between(-20, WIDTH), dice.between(20, 260)];
  return dice.times(5, (i) =>
    ellipse(x + i * 26, y + dice.between(-10, 10), dice.between(20, 44), dice.between(10, 22), fill, 'opacity=".7"'),
  );
}

export function pine(dice, fill) {
  const [x, s] = [dice.between(0, WIDTH), dice.between(18, 44)];
  return polygon(
    [
      [x, 650 - s * 3.4],
      [x + s * 0.7, 650 - s],
      [x + s * 0.2, 650 - s],
      [x + s * 0.9, 660],
      [x - s * 0.9, 660],
      [x - s * 0.2, 650 - s],
      [x - s * 0.7, 650 - s],
    ],
    fill,
  );
}

export const boat = (hull, light) =>
  path("M-90 0 Q0 46 90 0 L70 34 L-70 34Z", hull) + rect(-4, -80, 6, 84, hull) + circle(0, -86, 12, light);

export const ship = (hull, sail, flag) =>
  path("M-90 0 L92 -8 L66 40 L-66 40Z", hull) +
  rect(-3, -130, 6, 132, hull) +
  path("M4 -120 Q76 -80 6 -20Z", sail) +
  path("M-6 -110 Q-70 -70 -6 -14Z", sail, 'opacity=".85"') +
  polygon(
    [
      [3, -130],
      [44, -142],
      [3, -152],
    ],
    flag,
  );

export const torii = (post, cap) =>
  rect(-92, -170, 14, 170, post) +
  rect(78, -170, 14, 170, post) +
  path("M-126 -192 Q0 -172 126 -192 L118 -168 Q0 -154 -118 -168Z", cap) +
  rect(-104, -140, 208, 12, post);

export function note(dice, fill) {
  const [x, y] = [dice.between(10, 450), dice.between(30, 480)];
  return (
    ellipse(x, y, 8, 6, fill) + rect(x + 6, y - 34, 3, 34, fill) + path(`M${n(x + 6)} ${n(y - 34)} q18 6 12 22`, fill)
  );
}

export const guitarShape = (body, edge, string) =>
  path("M0 0 Q-70 -10 -60 60 Q-96 130 0 140 Q96 130 60 60 Q70 -10 0 0Z", body, `stroke="${edge}" stroke-width="6"`) +
  circle(0, 70, 20, edge) +
  rect(-8, -180, 16, 240, body, `stroke="${edge}" stroke-width="2"`) +
  rect(-16, -216, 32, 40, edge) +
  [-4, 0, 4].map((x) => rect(x, -200, 1.2, 300, string)).join("");

export function gear(dice, fill) {
  const [x, y, r] = [dice.between(0, WIDTH), dice.between(20, 400), dice.between(24, 66)];
  const teeth = dice.times(
    10,
    (i) =>
      `<rect x="${n(x - r * 0.14)}" y="${n(y - r * 1.2)}" width="${n(r * 0.28)}" height="${n(r * 0.4)}" fill="${fill}" transform="rotate(${i * 36} ${n(x)} ${n(y)})"/>`,
  );
  return `<g opacity=".9">${teeth}<circle cx="${n(x)}" cy="${n(y)}" r="${n(r * 0.7)}" fill="none" stroke="${fill}" stroke-width="${n(r * 0.5)}"/></g>`;
}

export const train = (body, stripe, window_) =>
  rect(-52, -96, 104, 100, body, 'rx="14"') +
  rect(-42, -84, 84, 40, window_, 'rx="6"') +
  rect(-52, -34, 104, 8, stripe) +
  circle(-32, -12, 8, stripe) +
  circle(32, -12, 8, stripe) +
  rect(-3, -84, 6, 40, body);

export function balloon(x, y, [canvas, stripe, rope]) {
  const stripes = [-24, 0, 24].map((dx) => ellipse(x + dx, y, 7, 50 - Math.abs(dx) / 2, stripe));
  const basket = stroke(
    `M${n(x - 22)} ${n(y + 46)} L${n(x - 8)} ${n(y + 84)} M${n(x + 22)} ${n(y + 46)} L${n(x + 8)} ${n(y + 84)}`,
    rope,
    2,
  );
  return circle(x, y, 52, canvas) + stripes.join("") + basket + rect(x - 11, y + 84, 22, 16, rope);
}

export function flower(dice, [petal, centre, other, stem]) {
  const [x, y, r] = [dice.between(0, 460), dice.between(330, 640), dice.between(7, 22)];
  const colour = dice.pick([petal, other, centre]);
  const petals = Array.from({ length: 6 }, (_, i) => {
    const turn = (i * Math.PI) / 3;
    return circle(x + Math.cos(turn) * r, y + Math.sin(turn) * r, r * 0.6, colour);
  });
  return (
    stroke(`M${n(x)} ${n(y)} q${dice.whole(-12, 12)} 40 0 90`, stem, 4) +
    petals.join("") +
    circle(x, y, r * 0.55, centre)
  );
}
