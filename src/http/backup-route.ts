import { z } from "zod";
import type { App } from "./app.ts";
import { BODY_PROBLEMS, COLLISION, PROBLEMS, STORE_PROBLEMS } from "./problem-schema.ts";

const answer = z.object({
  kind: z
    .enum(["base", "changes", "nothing"])
    .meta({ description: "base: the whole store was copied; changes: what happened since; nothing: nothing did" }),
  history: z.string(),
  position: z.int().meta({ description: "the last change that is in the archive now: a moment for `restore --at`" }),
  changes: z.int(),
  images: z.int(),
  bytes: z.int(),
  unreadable: z.array(z.string()).readonly().meta({ description: "images that the backup lacks" }),
  deleted: z.int().meta({ description: "old pieces that were deleted" }),
});

/** Brings the archive of backups up to date. @throws OpfindError disk-full | store-busy | aborted */
export type TakeBackup = (signal: AbortSignal) => Promise<z.output<typeof answer>>;

interface Deps {
  readonly takeBackup: TakeBackup;
  readonly stopping: AbortSignal;
}

/** `POST /api/v1/admin/backup`: brings the backups up to date. It goes on when the client leaves: the next is less work. */
export function backupRoute(app: App, { takeBackup, stopping }: Deps): void {
  app.route({
    method: "POST",
    url: "/api/v1/admin/backup",
    config: { role: "admin" },
    schema: {
      operationId: "takeBackup",
      summary: "Brings the backups of everything that cannot be built again up to date",
      tags: ["admin"],
      response: { 201: answer, ...PROBLEMS, ...BODY_PROBLEMS, ...COLLISION, ...STORE_PROBLEMS },
    },
    handler: async (_, reply) => {
      const taken = await takeBackup(stopping);
      reply.code(201);
      return taken;
    },
  });
}
