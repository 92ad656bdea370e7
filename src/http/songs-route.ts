import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import { anilistIdParam } from "./anime-schemas.ts";
import type { App } from "./app.ts";
import { clientLeaving } from "./leaving.ts";
import { PROBLEMS, SOURCE_PROBLEMS } from "./problem-schema.ts";
import { franchiseSongs } from "./song-schemas.ts";

/** `GET /api/v1/songs/{anilistId}`: every song of the whole franchise, the same from any of its seasons. */
export function songsRoute(app: App, { resident }: { readonly resident: Pick<Resident, "songsOf"> }): void {
  app.route({
    method: "GET",
    url: "/api/v1/songs/:anilistId",
    config: { role: "read", cost: 2 },
    schema: {
      operationId: "songsOf",
      summary: "Every opening and ending of the whole franchise of an anime",
      tags: ["songs"],
      params: z.object({ anilistId: anilistIdParam }),
      response: { 200: franchiseSongs, ...PROBLEMS, ...SOURCE_PROBLEMS },
    },
    handler: async ({ params }, reply) => await resident.songsOf(params.anilistId, clientLeaving(reply)),
  });
}
