import { readThemeList } from "../../dist/sources/theme-list.js";

/**
 * Songs of one anime. MyAnimeList's strings know artists and episodes, AnimeThemes has newer anime: a theme of
 * AnimeThemes is added when MyAnimeList has no such song, and lends its artists where there are none.
 */
export function mergeThemes(mal, animethemes) {
  const own = [...fromStrings(mal?.openings, "OP"), ...fromStrings(mal?.endings, "ED")];
  const others = (animethemes?.animethemes ?? []).flatMap(fromAnimeThemes);
  const added = [];
  for (const theme of others) {
    const twin = own.find((known) => known.kind === theme.kind && isSameTitle(known, theme));
    if (!twin && isNew(theme, own)) added.push(theme);
    else if (twin && !twin.artists && theme.artists) twin.artists = theme.artists;
  }
  return [...own, ...withoutLoneNumbers(added, own)];
}

/** Where MyAnimeList lists songs of this kind, another title under a number it has is another spelling. */
function isNew(theme, own) {
  if (theme.group) return true;
  const count = own.filter(({ kind }) => kind === theme.kind).length;
  return count === 0 || (theme.sequence ?? 1) > count;
}

function fromStrings(strings = [], kind) {
  return readThemeList(strings, kind, "snapshot").flatMap(({ sequence, title, artists, versions: [version] }) => {
    // A row without a title is a remark or a credit without its song.
    if (!title.romaji && !title.native) return [];
    return [
      compact({
        kind,
        sequence,
        romaji: title.romaji,
        native: title.native,
        artists: artists.map(({ name, character }) => (character ? [name, character] : [name])),
        episodes: version.episodes?.map(({ from, to }) => [from, to]),
        notes: version.notes,
      }),
    ];
  });
}

function fromAnimeThemes({ slug, title, artists }) {
  const [, kind, sequence, group] = /^(OP|ED)(\d+)?(?:-(.+))?$/.exec(slug) ?? [];
  if (!kind || !title) return [];
  const names = artists.map((name) => [name]);
  return [compact({ kind, sequence: sequence ? Number(sequence) : null, romaji: title, artists: names, group })];
}

/** AnimeThemes' address says OP1 where there is only one: a single theme carries no number. */
function withoutLoneNumbers(themes, own) {
  return themes.map((theme) => {
    const isAlone = ![...themes, ...own].some(
      (other) => other !== theme && other.kind === theme.kind && other.group === theme.group,
    );
    const { sequence, ...rest } = theme;
    return isAlone || sequence === undefined ? rest : theme;
  });
}

function isSameTitle(a, b) {
  const words = ({ romaji = "", native = "" }) =>
    [romaji, native].map((text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ""));
  const [left, right] = [words(a), words(b)];
  return left.some((text) => text !== "" && right.includes(text));
}

function compact(theme) {
  const kept = Object.entries(theme).filter(([, value]) => value !== null && value !== undefined && value.length !== 0);
  return Object.fromEntries(kept);
}
