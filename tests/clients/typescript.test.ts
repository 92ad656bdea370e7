import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { openOpfindClient, pictureForm } from "../../clients/typescript/client.ts";
import { openTestServer } from "../support/http-server.ts";
import { KNOWN, UNKNOWN } from "../support/resident-double.ts";

test("the generated types are those of the routes there are: npm run client writes them", () => {
  const script = resolve(import.meta.dirname, "../../scripts/build-client.mjs");
  expect(() => execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" })).not.toThrow();
});

test("the client names a picture, tells songs, and gets problems as values", async () => {
  const { app } = await openTestServer();
  const baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });
  const client = openOpfindClient({ baseUrl, apiKey: "key-of-read" });
  const named = await client.POST("/api/v1/identify", pictureForm(new Blob(["picture"]), { songs: "true" }));
  expect([named.data?.verdict, named.data?.candidates[0]?.anilistId]).toEqual(["match", KNOWN]);
  const path = (anilistId: number) => ({ params: { path: { anilistId: String(anilistId) } } });
  const songs = await client.GET("/api/v1/songs/{anilistId}", path(KNOWN));
  expect(songs.data?.seasons[0]?.openings[0]?.title.romaji).toBe("Guren no Yumiya");
  const unknown = await client.GET("/api/v1/songs/{anilistId}", path(UNKNOWN));
  expect([unknown.error?.status, unknown.error?.code]).toEqual([404, "anime-unknown"]);
  const refused = await client.GET("/api/v1/admin/stats");
  expect(refused.error?.code).toBe("key-too-weak");
});
