import { decodeHTML } from "entities";
import { relatedTitles } from "./relations.mjs";
import { mergeThemes } from "./themes.mjs";

const FORMATS = { TV: "TV", OVA: "OVA", Special: "SPECIAL", Movie: "MOVIE", ONA: "ONA", Music: "MUSIC" };
const ANILIST_FORMATS = new Set(["TV", "TV_SHORT", "MOVIE", "SPECIAL", "OVA", "ONA", "MUSIC"]);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const titlesOf = new WeakMap();

/** One line of the snapshot: what is known about an anime, with absent keys for what is not. */
export function describeAnime(inputs, relations, id) {
  if (!titlesOf.has(inputs)) titlesOf.set(inputs, relatedTitles(inputs));
  const malId = inputs.malIds.get(id);
  const mal = malId === undefined ? undefined : inputs.mal.get(malId);
  const themes = mergeThemes(mal, inputs.animethemes.get(id));
  const relation = [...(relations.get(id) ?? [])].sort(([a], [b]) => a - b).map(([to, kind]) => [kind, to]);
  return withoutBlanks({
    id,
    mal: malId,
    ...describeTitle(inputs, id, mal),
    format: formatOf(inputs.gallery.get(id), mal),
    date: startDate(mal?.aired) ?? yearOnly(inputs.gallery.get(id)?.year),
    episodes: mal?.episodes || undefined,
    adult: mal?.rating?.startsWith("Rx") || undefined,
    relations: relation.length > 0 ? relation : undefined,
    // Titles whose own page was read: the others may have relations nobody told us.
    related: mal ? true : undefined,
    themes: themes.length > 0 ? themes : undefined,
  });
}

function describeTitle(inputs, id, mal) {
  const gallery = inputs.gallery.get(id);
  const card = inputs.cards.get(id)?.title;
  // A gallery title outside of AniList's own set is a file name: last resort.
  const own = gallery?.set === "anilist" || gallery?.set === "anilist-small" ? gallery : undefined;
  const romaji = card?.romaji ?? own?.title ?? mal?.title ?? titlesOf.get(inputs).get(id) ?? gallery?.title;
  const english = card?.english ?? own?.titleEnglish ?? mal?.title_english ?? gallery?.titleEnglish;
  const native = card?.native ?? own?.titleNative ?? mal?.title_japanese ?? gallery?.titleNative;
  const title = { romaji: clean(romaji), english: clean(english), native: clean(native) };
  const synonyms = [mal?.title, ...(mal?.title_synonyms ?? "").split(", "), gallery?.title].map(clean);
  const known = new Set(Object.values(title));
  const others = [...new Set(synonyms)].filter((name) => name && !known.has(name));
  return { ...title, synonyms: others.length > 0 ? others : undefined };
}

function clean(text) {
  return text ? decodeHTML(text).trim() || undefined : undefined;
}

function formatOf(gallery, mal) {
  if (ANILIST_FORMATS.has(gallery?.format)) return gallery.format;
  return FORMATS[mal?.type];
}

/** "Jan 13, 2012 to Mar 30, 2012" → [2012, 1, 13]; "2001 to ?" → [2001]. */
function startDate(aired) {
  const [, month, day, year] = /^(?:([A-Z][a-z]{2}) )?(?:(\d{1,2}), )?(\d{4})\b/.exec(aired ?? "") ?? [];
  if (!year) return undefined;
  return month ? [Number(year), MONTHS.indexOf(month) + 1, ...(day ? [Number(day)] : [])] : [Number(year)];
}

function yearOnly(year) {
  return Number(year) > 0 ? [Number(year)] : undefined;
}

function withoutBlanks(row) {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== null));
}
