// The page of `opfind serve`: one picture in, the anime and its songs out. No build step, and nothing from elsewhere.

const MAX_BYTES = 10 * 1024 * 1024;
const ROLES = { film: "Film", ova: "OVA", special: "Special", other: "Also in this franchise" };
const SURENESS = [[0.99, "certain"], [0.95, "nearly certain"], [0.8, "likely"], [0.4, "possible"], [0, "unlikely"]];

const part = (id) => document.getElementById(id);
const [drop, file, preview, invite, status, answer] = ["drop", "file", "preview", "invite", "status", "answer"].map(part);
let asking = new AbortController();

file.addEventListener("change", () => ask(file.files[0]));
document.addEventListener("paste", (event) => ask(event.clipboardData?.files[0]));
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("is-over", kind === "dragover");
    if (kind === "drop") ask(event.dataTransfer?.files[0]);
  });
}

/** A newer question ends the one before it. */
async function ask(picture) {
  if (!picture) return;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  answer.hidden = true;
  show(picture);
  if (picture.size > MAX_BYTES) return tell("This picture is larger than 10 MB. Save it smaller.", true);
  tell("Looking at it …");
  try {
    const told = await identify(picture, signal);
    tell("");
    showAnswer(told);
  } catch (error) {
    if (!signal.aborted) tell(error.message, true);
  }
}

async function identify(picture, signal) {
  const body = new FormData();
  body.set("image", picture);
  const key = part("key").value.trim();
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  const response = await fetch("/api/v1/identify", { method: "POST", body, headers, signal }).catch(() => {
    throw new Error("The service cannot be reached.");
  });
  const told = await response.json();
  if (response.ok) return told;
  if (response.status === 401) part("with-key").open = true;
  throw new Error(`${told.title}: ${told.detail}`);
}

function show(picture) {
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(picture);
  preview.alt = `Your picture: ${picture.name || "pasted"}`;
  preview.hidden = false;
  invite.hidden = true;
}

function tell(sentence, isTrouble = false) {
  status.textContent = sentence;
  status.classList.toggle("is-trouble", isTrouble);
}

function showAnswer({ verdict, candidates, songs, songsTrouble }) {
  const [best] = candidates;
  const isMatch = verdict === "match";
  const titles = { match: best?.title, ambiguous: "It could be one of these", unknown: "Not known here" };
  part("answer-title").textContent = titles[verdict];
  part("sureness").replaceChildren(
    ...(isMatch ? [`${sureness(best.confidence)} · `, link(`https://anilist.co/anime/${best.anilistId}`, "AniList")] : []),
  );
  if (verdict === "unknown") part("sureness").textContent = "No poster in the gallery is this artwork.";
  part("candidates").replaceChildren(...(verdict === "ambiguous" ? candidates.map(candidate) : []));
  part("seasons").replaceChildren(...(songs?.seasons ?? []).map(season));
  const gaps = [...(songs?.missing ?? []).map(({ detail }) => detail), ...(songsTrouble ? [songsTrouble.message] : [])];
  part("missing").replaceChildren(...[...new Set(gaps)].map((gap) => element("li", {}, gap)));
  answer.hidden = false;
  answer.focus({ preventScroll: false });
}

function candidate({ anilistId, title, confidence }) {
  return element("li", {}, link(`https://anilist.co/anime/${anilistId}`, title), ` · ${sureness(confidence)}`);
}

function season({ anime, role, openings, endings }) {
  const kind = role.kind === "season" ? `Season ${role.number}` : ROLES[role.kind];
  const about = [kind, anime.startDate.year].filter(Boolean).join(" · ");
  const songs = [...openings, ...endings];
  return element(
    "section",
    { className: "season" },
    element("h3", {}, `${anime.title.romaji} `, element("span", {}, about)),
    songs.length > 0 ? element("ul", {}, ...songs.map(song)) : element("p", {}, "No opening or ending is known."),
  );
}

function song({ kind, sequence, title, artists, versions }) {
  const name = title.romaji ?? title.native ?? "title unknown";
  const url = versions.map(({ videoUrl, audioUrl }) => videoUrl ?? audioUrl).find(isWebAddress);
  const by = artists.map((artist) => artist.name).join(", ") || "artist unknown";
  const episodes = (versions[0]?.episodes ?? []).map(({ from, to }) => (from === to ? from : `${from}–${to ?? ""}`));
  const details = [by, ...(episodes.length > 0 ? [`episodes ${episodes.join(", ")}`] : [])].join(" · ");
  return element(
    "li",
    { className: "song" },
    element("b", {}, `${kind}${sequence ?? ""}`),
    element("span", {}, url ? link(url, name) : name, element("br"), element("small", {}, details)),
  );
}

/** Links come from other services: only what a browser opens as a page. */
function isWebAddress(text) {
  return URL.canParse(text ?? "") && /^https?:$/.test(new URL(text).protocol);
}

/** "99.9 %, certain"; never 100 %: rounding must not claim more than was measured. */
function sureness(confidence) {
  const percent = Math.min(99.9, Math.floor(confidence * 1000) / 10);
  return `${percent} %, ${SURENESS.find(([from]) => confidence >= from)[1]}`;
}

function link(href, text) {
  return element("a", { href, rel: "noreferrer" }, text);
}

/** Text stays text: nothing that a service or a file said becomes markup. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
