import type { Role } from "../domain/api-key.ts";
import type { Resident } from "../pipeline/resident.ts";
import { adminHealthRoute } from "./admin-health-route.ts";
import type { App } from "./app.ts";
import { backupRoute, type TakeBackup } from "./backup-route.ts";
import { byIdRoute } from "./by-id-route.ts";
import { collectionRoute } from "./collection-route.ts";
import { forgetRoute } from "./forget-route.ts";
import { healthRoutes } from "./health-route.ts";
import { identifyBatchRoute } from "./identify-batch-route.ts";
import { identifyRoute } from "./identify-route.ts";
import { type MetricsPage, metricsRoute } from "./metrics-route.ts";
import type { FetchPicture } from "./picture-body.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { reindexRoutes } from "./reindex-route.ts";
import { rootRoute, type WebPage } from "./root-route.ts";
import { searchImageRoute } from "./search-image-route.ts";
import { similarityBatchRoute } from "./similarity-batch-route.ts";
import { songsRoute } from "./songs-route.ts";
import { statsRoute } from "./stats-route.ts";
import { tierListRoute } from "./tierlist-route.ts";
import { upsertRoute } from "./upsert-route.ts";
import { vectorRoute } from "./vector-route.ts";
import { visualRoute } from "./visual-route.ts";

export interface RouteDeps {
  readonly resident: Resident;
  readonly fetchPicture: FetchPicture;
  readonly takeBackup: TakeBackup;
  readonly processFacts: () => ProcessFacts;
  readonly page: WebPage;
  readonly metrics: MetricsPage;
  readonly metricsRole: Role | "anyone";
  readonly stopping: AbortSignal;
}

/** Every route there is. */
export function registerRoutes(app: App, deps: RouteDeps): void {
  identifyRoute(app, deps);
  identifyBatchRoute(app, deps);
  tierListRoute(app, deps);
  searchImageRoute(app, deps);
  byIdRoute(app, deps);
  visualRoute(app, deps);
  vectorRoute(app, deps);
  similarityBatchRoute(app, deps);
  songsRoute(app, deps);
  statsRoute(app, deps);
  adminHealthRoute(app, deps);
  collectionRoute(app, deps);
  upsertRoute(app, deps);
  forgetRoute(app, deps);
  reindexRoutes(app, deps);
  backupRoute(app, deps);
  healthRoutes(app, deps);
  metricsRoute(app, deps);
  rootRoute(app, deps);
  const config = { role: "anyone", cost: 0 } as const;
  app.route({ method: "GET", url: "/openapi.json", config, schema: { hide: true }, handler: () => app.swagger() });
}
