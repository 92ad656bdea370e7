import { type AnilistDouble, anilistReplies } from "./anilist-double.ts";
import { animethemesReplies } from "./animethemes-double.ts";
import { inventedCatalogue } from "./catalogue.ts";
import { type DoubleServer, type Fault, type RecordedRequest, type ServiceName, startDouble } from "./double-server.ts";
import { myanimelistReplies, tenraiReplies } from "./mal-doubles.ts";

/** Local upstreams over real HTTP on 127.0.0.1 that enforce the rules of the real ones. */
export interface Doubles {
  /** value for ANILIST_URL */
  readonly anilistUrl: string;
  /** value for ANIMETHEMES_URL */
  readonly animethemesUrl: string;
  /** value for TENRAI_URL */
  readonly tenraiUrl: string;
  /** value for MAL_URL */
  readonly malUrl: string;
  /** every request so far, oldest first */
  readonly requests: readonly RecordedRequest[];
  /** null makes the service behave again */
  setFault(service: UpstreamName, fault: Fault | null): void;
  close(): Promise<void>;
}

/** The services that tell about anime and songs. */
type UpstreamName = Exclude<ServiceName, "qdrant">;

/**
 * @param catalogue what they know; an invented one unless said otherwise (`readCatalogue2018` has the real graph)
 * @param anilist what AniList knows besides
 */
export async function startDoubles({
  catalogue = inventedCatalogue(),
  ...anilist
}: Partial<AnilistDouble> = {}): Promise<Doubles> {
  const requests: RecordedRequest[] = [];
  const onRequest = (request: RecordedRequest) => void requests.push(request);
  const servers: Readonly<Record<UpstreamName, DoubleServer>> = {
    anilist: await startDouble({ service: "anilist", reply: anilistReplies({ catalogue, ...anilist }), onRequest }),
    animethemes: await startDouble({ service: "animethemes", reply: animethemesReplies(catalogue), onRequest }),
    tenrai: await startDouble({ service: "tenrai", reply: tenraiReplies(catalogue), onRequest }),
    myanimelist: await startDouble({ service: "myanimelist", reply: myanimelistReplies(catalogue), onRequest }),
  };
  return {
    anilistUrl: servers.anilist.url,
    animethemesUrl: `${servers.animethemes.url}/`,
    tenraiUrl: `${servers.tenrai.url}/v1`,
    malUrl: `${servers.myanimelist.url}/v2`,
    requests,
    setFault: (service, fault) => servers[service].setFault(fault),
    async close() {
      await Promise.all(Object.values(servers).map((server) => server.close()));
    },
  };
}
