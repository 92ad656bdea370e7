import { z } from "zod";
import type { ReindexJob } from "../pipeline/reindexing.ts";
import type { Resident } from "../pipeline/resident.ts";
import type { App } from "./app.ts";
import { nameOf } from "./lane.ts";
import { RequestProblem } from "./problem.ts";
import { BODY_PROBLEMS, COLLISION, MISSING, PROBLEMS } from "./problem-schema.ts";

const job = z.object({
  jobId: z.int(),
  state: z.enum(["running", "done", "cancelled", "failed"]),
  stage: z.enum(["embedding", "building"]),
  done: z.int().meta({ description: "posters or rows of this stage" }),
  total: z.int(),
  unreadable: z.int().meta({ description: "pictures that could not be read and were left as they are" }),
  isFull: z.boolean(),
  requestedBy: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  failure: z.string().nullable(),
});

const body = z.strictObject({
  full: z
    .boolean()
    .default(false)
    .meta({ description: "true shows every picture to the network anew; false only those that it has not seen" }),
});

const params = z.object({
  jobId: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
});
const url = "/api/v1/admin/reindex";
const schema = { tags: ["admin"], params, response: { 200: job, ...PROBLEMS, ...BODY_PROBLEMS, ...MISSING } };

type Deps = { readonly resident: Pick<Resident, "reindexing"> };

/** `POST /api/v1/admin/reindex` and its job: answers come from the old index until the new one is ready. */
export function reindexRoutes(app: App, { resident: { reindexing } }: Deps): void {
  app.route({
    method: "POST",
    url,
    config: { role: "admin" },
    schema: {
      operationId: "startReindex",
      summary: "Builds the index anew, in the background",
      description: "`Location` is where its progress can be read. It goes on after a restart.",
      tags: ["admin"],
      body,
      response: { 202: job, ...PROBLEMS, ...BODY_PROBLEMS, ...COLLISION },
    },
    handler: async (request, reply) => {
      const wish = { isFull: request.body.full, requestedBy: nameOf(request), reply: null };
      const begun = await reindexing.start(wish);
      reply.code(202).header("location", `${url}/${begun.jobId}`);
      return jobFacts(begun);
    },
  });
  app.route({
    method: "GET",
    url: `${url}/:jobId`,
    config: { role: "admin" },
    schema: { ...schema, operationId: "reindexJob", summary: "How far a re-index is" },
    handler: async ({ params: { jobId } }) => jobFacts(known(await reindexing.latest(), jobId)),
  });
  app.route({
    method: "DELETE",
    url: `${url}/:jobId`,
    config: { role: "admin" },
    schema: { ...schema, operationId: "cancelReindex", summary: "Stops a re-index; the old index stays" },
    handler: async ({ params: { jobId } }) => {
      known(await reindexing.latest(), jobId);
      await reindexing.cancel(jobId);
      return jobFacts(known(await reindexing.latest(), jobId));
    },
  });
}

/** Only the newest job is asked for again. @throws RequestProblem job-unknown */
function known(latest: ReindexJob | null, jobId: number): ReindexJob {
  if (latest?.jobId === jobId) return latest;
  throw new RequestProblem("job-unknown", `There is no re-index ${jobId}, or a newer one has taken its place.`);
}

function jobFacts({ reply: _, ...facts }: ReindexJob) {
  return facts;
}
