import { circle, polygon, rect, stroke } from "./svg.mjs";

/** A walking machine, 260 wide and 340 high, feet at (0, 0). */
export function machine(dice, colours) {
  const core = 20 * dice.between(0.85, 1.15);
  const sides = [-1, 1].map((side) => leg(side, colours) + arm(side, colours)).join("");
  return sides + torso(core, colours);
}

function leg(side, { steel, dark }) {
  const outline = [
    [20, -150],
    [62, -150],
    [74, -70],
    [56, -60],
    [84, 0],
    [20, 0],
    [34, -70],
  ];
  const shin = [
    [30, -60],
    [52, -66],
    [66, -4],
    [36, -4],
  ];
  return polygon(on(side, outline), steel) + polygon(on(side, shin), dark);
}

function arm(side, { steel, dark }) {
  const shoulder = [
    [70, -280],
    [122, -268],
    [126, -206],
    [78, -214],
  ];
  const fist = [
    [84, -126],
    [124, -126],
    [112, -84],
    [92, -84],
  ];
  const forearm = rect(side > 0 ? 88 : -118, -214, 30, 92, steel, 'rx="8"');
  return polygon(on(side, shoulder), dark) + forearm + polygon(on(side, fist), dark);
}

function torso(core, { steel, dark, lamp }) {
  const chest = polygon(
    [
      [-76, -280],
      [76, -280],
      [56, -168],
      [0, -140],
      [-56, -168],
    ],
    steel,
  );
  const head = polygon(
    [
      [-24, -286],
      [-30, -322],
      [0, -340],
      [30, -322],
      [24, -286],
    ],
    dark,
  );
  const horns = stroke("M-18 -328 L-50 -366 M18 -328 L50 -366", lamp, 5);
  const lights = rect(-20, -316, 40, 9, lamp) + circle(0, -226, core, lamp) + circle(0, -226, core * 0.55, "#fff");
  return chest + head + horns + lights + stroke("M-56 -250 L-20 -200 M56 -250 L20 -200", dark, 5);
}

const on = (side, points) => points.map(([x, y]) => [side * x, y]);
