/** How a collection is made and searched. https://qdrant.tech/documentation/guides/configuration */
export interface QdrantSettings {
  /** name of the alias; its versions are `<name>-v1`, `<name>-v2` … */
  readonly collection: string;
  /** edges per node of the graph */
  readonly hnswM: number;
  /** neighbours looked at while building it */
  readonly hnswEfConstruct: number;
  /** neighbours looked at while searching it */
  readonly hnswEf: number;
  /** "int8": a quarter of the memory; the best are scored again with the original vectors */
  readonly quantisation: "off" | "int8";
  /** original vectors and graph stay on the disk; only what is quantised is held in memory */
  readonly isOnDisk: boolean;
  /** copies of every shard */
  readonly replicas: number;
  /** copies that must have a write before it counts */
  readonly writeReplicas: number;
  /** undefined: the server decides */
  readonly shards: number | undefined;
  /** of one segment of the write-ahead log */
  readonly walMb: number;
}
