/** What a file name says about its anime. */
export interface FileTitle {
  readonly title: string;
  /** the season that the name gives, null when it gives none */
  readonly season: number | null;
}

const SEASONS: readonly RegExp[] = [
  // "Haikyuu!! S2", "Title - Season 2", "Title Season 02"
  /[\s._-]+(?:s|season)[\s._-]*(\d{1,2})$/i,
  // "Title 2nd Season"
  /[\s._-]+(\d{1,2})(?:st|nd|rd|th)[\s._-]+season$/i,
];

/** Reads `Steins Gate.jpg`, `Haikyuu!! S1.jpg`, `Title - Season 2.png`, `Title 2nd Season (1).webp`. */
export function parseFileTitle(fileName: string): FileTitle {
  // macOS hands out names with decomposed accents; "(1)" is how browsers name a second download.
  const bare = fileName
    .normalize("NFC")
    .replace(/\.[a-z0-9]{2,5}$/i, "")
    .replace(/\s*\(\d\)$/, "");
  const spaced = bare.includes(" ") ? bare : bare.replaceAll("_", " ");
  const found = SEASONS.map((pattern) => pattern.exec(spaced)).find((match) => match !== null);
  const title = (found ? spaced.slice(0, found.index) : spaced).replace(/[\s._-]+$/, "").trim();
  if (!title) return { title: spaced.trim(), season: null };
  return { title, season: found ? Number(found[1]) : null };
}
