import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PageFile, WebPage } from "./root-route.ts";

const FILES = [
  { url: "/", name: "index.html", type: "text/html; charset=utf-8" },
  { url: "/page.css", name: "page.css", type: "text/css; charset=utf-8" },
  { url: "/page.js", name: "page.js", type: "text/javascript; charset=utf-8" },
  { url: "/icon.svg", name: "icon.svg", type: "image/svg+xml" },
] as const;

/** Reads the web page once, at the start. @param folder `web/` of the checkout or the installed package */
export async function readWebPage(folder: string): Promise<WebPage> {
  const files = await Promise.all(
    FILES.map(async ({ url, name, type }): Promise<readonly [string, PageFile]> => {
      return [url, { type, bytes: await readFile(join(folder, name)) }];
    }),
  );
  return new Map(files);
}
