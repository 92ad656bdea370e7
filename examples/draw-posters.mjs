// Draws examples/posters/ anew from examples/artwork/ and examples/catalogue.json: `node examples/draw-posters.mjs`.
// The pictures ship, so that the demo does not depend on which fonts a machine has.
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { drawPoster } from "./artwork/poster.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { shows, strangers } = JSON.parse(await readFile(here("catalogue.json"), "utf8"));

await mkdir(here("posters"), { recursive: true });
await mkdir(here("strangers"), { recursive: true });
let bytes = 0;
for (const show of shows) bytes += await draw(show, "posters");
for (const show of strangers) bytes += await draw(show, "strangers");
const manifest = shows.map(({ file, title, season, anilistId }) => ({
  file: `${file}.webp`,
  title: `${title} (${season})`,
  anilistId,
}));
await writeFile(here("posters/manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${shows.length + strangers.length} pictures, ${Math.round(bytes / 1024)} kB`);

async function draw(show, folder) {
  const file = here(`${folder}/${show.file}.webp`);
  await sharp(Buffer.from(drawPoster(show.file, show)))
    .flatten({ background: "#fff" })
    .webp({ quality: 62, effort: 6 })
    .toFile(file);
  return (await stat(file)).size;
}
