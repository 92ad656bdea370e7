import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const EXAMPLES = fileURLToPath(new URL("../examples/posters/", import.meta.url));

/** JPEGs of 600 × 848 as they come from a phone or a browser, made of the example posters. @returns byte arrays */
export async function examplePictures() {
  const names = (await readdir(EXAMPLES)).filter((name) => name.endsWith(".webp")).sort();
  return await Promise.all(
    names.map(async (name) =>
      sharp(await readFile(join(EXAMPLES, name)))
        .resize(600)
        .jpeg({ quality: 85 })
        .toBuffer(),
    ),
  );
}

/** Image files of a folder, `--pictures DIR`: at most `count`, spread evenly over their names. */
export async function picturesOf(folder, count) {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp|avif|gif|tiff?)$/i.test(name)).sort();
  const step = Math.max(1, names.length / count);
  const chosen = Array.from({ length: Math.min(count, names.length) }, (_, i) => names[Math.floor(i * step)]);
  return await Promise.all(chosen.map((name) => readFile(join(folder, name))));
}
