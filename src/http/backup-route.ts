import { z } from "zod";
import type { App } from "./app.ts";
import { COLLISION, PROBLEMS, STORE_PROBLEMS } from "./problem-schema.ts";

/** What was put aside. */
export interface BackupFacts {
  /** its name below the backup folder; never a path of the machine */
  readonly name: string;
  readonly bytes: number;
  readonly posters: number;
  /** ISO 8601, UTC */
  readonly takenAt: string;
}

/** Writes a backup of the truth. @throws OpfindError disk-full | store-busy | aborted */
export type TakeBackup = (signal: AbortSignal) => Promise<BackupFacts>;

const answer = z.object({ name: z.string(), bytes: z.int(), posters: z.int(), takenAt: z.iso.datetime() });

/** `POST /api/v1/admin/backup`: puts the truth aside. It goes on when the client leaves: half a backup is none. */
export function backupRoute(
  app: App,
  { takeBackup, stopping }: { readonly takeBackup: TakeBackup; readonly stopping: AbortSignal },
): void {
  app.route({
    method: "POST",
    url: "/api/v1/admin/backup",
    config: { role: "admin" },
    schema: {
      operationId: "takeBackup",
      summary: "Writes a backup of everything that cannot be built again",
      tags: ["admin"],
      response: { 201: answer, ...PROBLEMS, ...COLLISION, ...STORE_PROBLEMS },
    },
    handler: async (_, reply) => {
      const taken = await takeBackup(stopping);
      reply.code(201);
      return taken;
    },
  });
}
