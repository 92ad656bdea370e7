import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import type { App } from "./app.ts";
import { PROBLEMS } from "./problem-schema.ts";
import type { BackupSchedule, ProcessFacts } from "./process-facts.ts";

const answer = z.object({
  version: z.string(),
  uptimeSeconds: z.number(),
  memoryBytes: z.number().meta({ description: "resident set" }),
  gallery: z.object({ posters: z.int(), embeddings: z.int() }),
  queue: z.object({ waiting: z.int(), running: z.int() }),
  backups: z
    .object({
      everySeconds: z.number(),
      lastAt: z.iso.datetime().nullable().meta({ description: "the last one that was complete" }),
      failure: z.string().nullable().meta({ description: "code of the newest one's failure" }),
    })
    .nullable()
    .meta({ description: "taken by the process itself: OPFIND_BACKUP_EVERY" }),
});

interface Deps {
  readonly resident: Pick<Resident, "facts">;
  readonly processFacts: () => ProcessFacts;
}

/** `GET /api/v1/admin/stats`: how much there is, and how busy it is. */
export function statsRoute(app: App, { resident, processFacts }: Deps): void {
  app.route({
    method: "GET",
    url: "/api/v1/admin/stats",
    config: { role: "admin" },
    schema: {
      operationId: "stats",
      summary: "How much there is, and how busy it is",
      tags: ["admin"],
      response: { 200: answer, ...PROBLEMS },
    },
    handler: async () => {
      const { posters, embeddings, waiting, running } = await resident.facts();
      const { version, uptimeSeconds, memoryBytes, backups } = processFacts();
      const gallery = { posters, embeddings };
      const queue = { waiting, running };
      return { version, uptimeSeconds, memoryBytes, gallery, queue, backups: backups && told(backups) };
    },
  });
}

function told({ everyMs, lastAt, failure }: BackupSchedule) {
  return { everySeconds: everyMs / 1000, lastAt: lastAt === null ? null : new Date(lastAt).toISOString(), failure };
}
