import { LETTERINGS, smallPrint } from "./lettering.mjs";
import { portrait } from "./people.mjs";
import { dice as throwDice } from "./random.mjs";
import { LAND_SCENES } from "./scenes-land.mjs";
import { TOWN_SCENES } from "./scenes-town.mjs";
import { RECIPES, TAGLINES } from "./shows.mjs";
import { glow, gradient, group, HEIGHT, n, rect, WIDTH } from "./svg.mjs";

const SCENES = { ...TOWN_SCENES, ...LAND_SCENES };
const SKINS = ["#f7d9c4", "#f1c7a6", "#d9a178", "#a56b46", "#ffe6d9"];
const HAIRS = [
  ["#22252f", "#0f1118"],
  ["#c9463d", "#8c2a2b"],
  ["#e8c35a", "#b98d2c"],
  ["#6f86d6", "#41549c"],
  ["#e9eef5", "#b3bccb"],
  ["#7b4a2c", "#4c2c19"],
  ["#d77fb0", "#9c4c7d"],
  ["#3f8f78", "#235c4c"],
];
const EYES = ["#3a6ea5", "#7a4bb0", "#2f8f6b", "#a8542a", "#c23b5c"];

/** Where the people stand, by how many there are: x, y, scale of a portrait. The last one stands in front. */
const PLACES = {
  0: [],
  1: [[230, 390, 1.3]],
  2: [
    [320, 370, 1],
    [140, 410, 1.2],
  ],
  3: [
    [85, 380, 0.9],
    [375, 370, 0.95],
    [230, 420, 1.15],
  ],
};

/** The SVG of one poster. @param file a key of RECIPES; `show` gives the words on it: `{ title, season }` */
export function drawPoster(file, { title, season }) {
  const [scene, palette, lettering, people, seed] = RECIPES[file];
  const dice = throwDice(seed * 7919);
  const [dark, deep, , bright, light] = palette;
  const angle = dice.pick([90, 60, 120]);
  const defs = gradient("sky", [deep, palette[2], light], { angle }) + glow("glow", light, 0.7) + fade(dark);
  const crowd = PLACES[people].map(([x, y, scale]) =>
    person(dice, palette, { x: x + dice.between(-40, 40), y, scale }),
  );
  const isHigh = lettering === "vertical" || (people === 0 && dice.chance(0.5));
  const words = LETTERINGS[lettering](title, { ink: light, edge: dark, accent: bright, y: isHigh ? 110 : 545 });
  const print = smallPrint(season, TAGLINES[seed % TAGLINES.length], { ink: light, y: isHigh ? 604 : 34 });
  const shadow = isHigh ? "" : rect(0, 430, WIDTH, 220, "url(#fade)");
  const parts = [camera(dice, SCENES[scene](dice, palette)), ...crowd, shadow, words, print, frame(dice, bright)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"><defs>${defs}</defs>${parts.join("")}</svg>`;
}

/** Looks at a scene from nearer and from another side, so that two seasons drawn from one scene differ as real ones do. */
function camera(dice, scene) {
  const zoom = dice.between(1, 1.6);
  const mirror = dice.chance(0.5) ? -1 : 1;
  const [x, y] = [dice.between(0, WIDTH * (zoom - 1)), dice.between(0, HEIGHT * (zoom - 1))];
  const left = mirror === 1 ? -x : WIDTH * zoom - x;
  return group(`translate(${n(left)} ${n(-y)}) scale(${(n(zoom * 100) / 100) * mirror} ${n(zoom * 100) / 100})`, scene);
}

function fade(colour) {
  return `<linearGradient id="fade" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${colour}" stop-opacity="0"/><stop offset=".55" stop-color="${colour}" stop-opacity=".85"/><stop offset="1" stop-color="${colour}"/></linearGradient>`;
}

function person(dice, [dark, deep, mid, bright], { x, y, scale }) {
  const [hair, shade] = dice.pick(HAIRS);
  const colours = {
    hair,
    shade,
    skin: dice.pick(SKINS),
    eye: dice.pick(EYES),
    cloth: dice.pick([deep, mid, dark]),
    trim: bright,
  };
  const mirror = dice.chance(0.5) ? -1 : 1;
  return group(
    `translate(${x} ${y}) scale(${scale * mirror} ${scale}) rotate(${dice.whole(-14, 14)})`,
    portrait(dice, colours),
  );
}

function frame(dice, colour) {
  if (dice.chance(0.6)) return "";
  return rect(9, 9, WIDTH - 18, HEIGHT - 18, "none", `stroke="${colour}" stroke-width="4"`);
}
