/**
 * What the posters show. Every series, person and song in examples/ is invented, and so are the ids: 9,000,000 and up,
 * where AniList has none. Palettes run dark, deep, mid, bright, light.
 */
const DUSK = ["#1a1033", "#3d1f66", "#b3427a", "#ff8f5e", "#ffe3a8"];
const LAGOON = ["#06263a", "#0d4f6b", "#1b98a3", "#f6c453", "#f4f7e1"];
const EMBER = ["#1d0b0b", "#5b1620", "#b8322a", "#f2842f", "#ffe9c2"];
const MINT = ["#0f2b23", "#1f5c46", "#6fbf8b", "#f2f0a1", "#fff9ec"];
const NEON = ["#0b0820", "#251056", "#e01e8c", "#18e0e0", "#f7f1ff"];
const SAKURA = ["#3a1830", "#8a3b63", "#e98aa6", "#ffd0d8", "#fff4ef"];
const FROST = ["#0c1b33", "#274b7a", "#7fb2d9", "#d6ecf7", "#ffffff"];
const RUST = ["#241a12", "#5d4327", "#b07c3b", "#e7c27d", "#f8ecd0"];
const ACID = ["#10180a", "#33501a", "#9ac41f", "#f4ea2a", "#f6ffe0"];
const VIOLET = ["#160f2b", "#43307c", "#8f74d8", "#f4b5e4", "#fdf3ff"];
const CORAL = ["#0f3a4a", "#16697a", "#ff6f59", "#ffc145", "#fdfcdc"];
const SLATE = ["#15171c", "#363c4a", "#7d8597", "#e63946", "#f1faee"];

/** `file: [scene, palette, lettering, people in front, seed]` */
export const RECIPES = {
  "lantern-harbour-1": ["harbour", DUSK, "stacked", 1, 11],
  "lantern-harbour-2": ["harbour", LAGOON, "classic", 2, 12],
  "lantern-harbour-film": ["sea", DUSK, "vertical", 1, 13],
  "iron-lullaby-1": ["metropolis", EMBER, "slanted", 1, 21],
  "iron-lullaby-2": ["metropolis", FROST, "terminal", 1, 22],
  "moonlit-courier-1": ["mountains", VIOLET, "classic", 0, 31],
  "moonlit-courier-2": ["mountains", CORAL, "bouncing", 1, 32],
  "tsumugis-clockwork-kitchen-1": ["kitchen", MINT, "bouncing", 1, 41],
  "tsumugis-clockwork-kitchen-2": ["kitchen", CORAL, "stacked", 2, 42],
  "tsumugis-clockwork-kitchen-ova": ["kitchen", RUST, "vertical", 1, 43],
  "saltwind-brigade-1": ["sea", CORAL, "slanted", 1, 51],
  "saltwind-brigade-2": ["sea", SLATE, "stacked", 2, 52],
  "saltwind-brigade-3": ["sea", MINT, "bouncing", 0, 53],
  "paper-comet-1": ["cosmos", LAGOON, "vertical", 1, 61],
  "paper-comet-film": ["cosmos", SAKURA, "classic", 0, 62],
  "velvet-static-1": ["stage", NEON, "terminal", 2, 71],
  "velvet-static-2": ["stage", EMBER, "slanted", 1, 72],
  "nine-gates-for-aoba-1": ["shrine", SAKURA, "vertical", 1, 81],
  "nine-gates-for-aoba-2": ["shrine", ACID, "classic", 0, 82],
  "glasswing-academy-1": ["neon", VIOLET, "stacked", 3, 91],
  "glasswing-academy-2": ["neon", NEON, "bouncing", 1, 92],
  "rooftop-rally-1": ["court", CORAL, "slanted", 0, 101],
  "rooftop-rally-2": ["court", FROST, "stacked", 2, 102],
  "hollow-crown-dragoon-1": ["dragon", LAGOON, "classic", 1, 111],
  "hollow-crown-dragoon-2": ["dragon", VIOLET, "slanted", 1, 112],
  "night-train-to-sora-1": ["railway", DUSK, "classic", 1, 121],
  "night-train-to-sora-special": ["railway", MINT, "vertical", 2, 122],
  "ashes-of-october": ["railway", SLATE, "terminal", 1, 131],
  "the-gardener-of-mars": ["meadow", CORAL, "stacked", 0, 132],
};

/** Lines under the title, only for looks. */
export const TAGLINES = [
  "every light remembers a name",
  "the city hums, and it is listening",
  "deliver before dawn",
  "wind it up, let it simmer",
  "no map survives the wind",
  "fold once, wish twice",
  "turn the noise into a song",
  "count the gates, never look back",
  "some wings are made of lessons",
  "one more match before the bell",
  "the crown is empty, the sky is not",
  "the last stop has no name",
];
