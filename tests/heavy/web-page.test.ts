import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alone, runOpfind, type ServeProcess, startServe } from "../support/serve-process.ts";

const CHROMIUM = "/usr/bin/chromium";
const POSTERS = resolve(import.meta.dirname, "../../examples/posters");
const POSTER = join(POSTERS, "lantern-harbour-1.webp");
const isThere = existsSync(CHROMIUM);
if (!isThere) console.info(`The web page is not tested: there is no ${CHROMIUM}.`);

describe.skipIf(!isThere)("the web page in Chromium", () => {
  let dataDir: string;
  let service: ServeProcess;
  let browser: Browser;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "opfind-page-"));
    await runOpfind(["posters", "import", POSTERS], alone(dataDir));
    service = await startServe(alone(dataDir));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await service?.end();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** A page that fails the test when its script does, or when its policy stops something. */
  async function openPage(path = "/"): Promise<{ page: Page; troubles: readonly string[] }> {
    const page = await browser.newPage({ viewport: { width: 900, height: 1000 }, colorScheme: "light" });
    const troubles: string[] = [];
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(message.text());
    });
    await page.goto(`${service.url}${path}`);
    return { page, troubles };
  }

  test("names a chosen poster", async () => {
    const { page, troubles } = await openPage();
    await page.getByLabel(/Choose a poster/).setInputFiles(POSTER);
    await page
      .getByRole("heading", { name: /Lantern Harbour/ })
      .first()
      .waitFor();
    expect(await page.locator("#sureness").textContent()).toContain("certain");
    expect(await page.evaluate("document.activeElement.id")).toBe("answer");
    expect(troubles).toEqual([]);
    await page.close();
  });

  test("shows the songs of every season, and text of services stays text", async () => {
    const { page, troubles } = await openPage();
    const songs = {
      verdict: "match",
      candidates: [{ anilistId: 1, title: "<b>Lantern Harbour</b>", confidence: 0.9998 }],
      songs: { seasons: [seasonOf(1), seasonOf(2)], missing: [{ detail: "Tenrai is down." }] },
      songsTrouble: null,
    };
    await page.route("**/api/v1/identify", (route) => route.fulfill({ json: songs }));
    await page.getByLabel(/Choose a poster/).setInputFiles(POSTER);
    await page.getByRole("heading", { name: /Season 2/ }).waitFor();
    expect(await page.locator("#answer-title").textContent()).toBe("<b>Lantern Harbour</b>");
    expect(await page.getByText("OP1").count()).toBe(2);
    expect(await page.getByRole("link", { name: "Paper Boats" }).count()).toBe(2);
    expect(await page.locator("a[href^='javascript']").count()).toBe(0);
    expect(await page.getByText("Tenrai is down.").count()).toBe(1);
    expect(troubles).toEqual([]);
    await page.close();
  });

  test("takes a poster that is dropped or pasted", async () => {
    for (const kind of ["drop", "paste"]) {
      const { page, troubles } = await openPage();
      await page.evaluate(`(async () => {
        const bytes = Uint8Array.from(atob("${readFileSync(POSTER).toString("base64")}"), (c) => c.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], "poster.webp", { type: "image/webp" }));
        const given = "${kind}" === "drop"
          ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
          : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
        document.dispatchEvent(given);
      })()`);
      await page
        .getByRole("heading", { name: /Lantern Harbour/ })
        .first()
        .waitFor();
      expect([kind, troubles]).toEqual([kind, []]);
      await page.close();
    }
  });

  test("says in words what is wrong with a file that is no picture", async () => {
    const { page } = await openPage();
    await page
      .getByLabel(/Choose a poster/)
      .setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("hello") });
    await expect.poll(() => page.getByRole("status").textContent()).toMatch(/picture cannot be used/);
    await page.close();
  });

  test("is reached by keyboard, labelled, and readable in both colour schemes", async () => {
    const { page } = await openPage();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).toBe("file");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const selector of ["header p", "#how", "h1"]) {
        expect([selector, await contrast(page, selector)]).toEqual([selector, expect.any(Number)]);
        expect(await contrast(page, selector)).toBeGreaterThan(4.5);
      }
    }
    await page.close();
  });

  test("is kept by its policy from everything that is not its own", async () => {
    const { headers } = await fetch(service.url, { headers: { accept: "text/html" } });
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:/);
  });

  test("the documentation of the API shows its routes under the same policy", async () => {
    const { page } = await openPage("/docs/");
    await page.getByText("/api/v1/identify", { exact: true }).first().waitFor();
    await page.close();
  });
});

function seasonOf(number: number) {
  const version = { videoUrl: "https://v.example.org/1.webm", audioUrl: null, episodes: [{ from: 1, to: 12 }] };
  const op = {
    kind: "OP",
    sequence: 1,
    title: { romaji: "Paper Boats", native: null },
    artists: [{ name: "The Tidewriters" }],
    versions: [version],
  };
  const ed = {
    ...op,
    kind: "ED",
    sequence: null,
    title: { romaji: "Low Water", native: null },
    versions: [{ ...version, videoUrl: "javascript:alert(1)" }],
  };
  const anime = { title: { romaji: "Lantern Harbour" }, startDate: { year: 2020 + number } };
  return { anime, role: { kind: "season", number }, openings: [op], endings: [ed] };
}

/** WCAG 2.2's contrast ratio of a text with the page's ground. */
async function contrast(page: Page, selector: string): Promise<number> {
  const colours = await page.evaluate(
    `["${selector}", "body"].map((one, at) => getComputedStyle(document.querySelector(one))[at ? "backgroundColor" : "color"])`,
  );
  const [ink = 0, ground = 0] = (Array.isArray(colours) ? colours : []).map((colour) => luminance(String(colour)));
  return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
