import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import type { App } from "./app.ts";
import { PROBLEMS } from "./problem-schema.ts";

const answer = z.object({
  modelId: z
    .string()
    .meta({ description: "network, its checksum and preprocessing; embeddings of another are foreign" }),
  dimension: z.int().meta({ examples: [512] }),
  metric: z.literal("cosine"),
  index: z.string().meta({ examples: ["faiss-flat"] }),
  device: z.string().meta({ examples: ["cpu"] }),
  posters: z.int(),
  embeddings: z.int(),
});

/** `GET /api/v1/admin/collection/info`: what is searched, and with what. */
export function collectionRoute(app: App, { resident }: { readonly resident: Pick<Resident, "facts"> }): void {
  app.route({
    method: "GET",
    url: "/api/v1/admin/collection/info",
    config: { role: "admin" },
    schema: {
      operationId: "collectionInfo",
      summary: "What is searched, and with what",
      tags: ["admin"],
      response: { 200: answer, ...PROBLEMS },
    },
    handler: async () => {
      const { modelId, dimension, indexKind: index, device, posters, embeddings } = await resident.facts();
      return { modelId, dimension, metric: "cosine" as const, index, device, posters, embeddings };
    },
  });
}
