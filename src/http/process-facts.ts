/** How the process stands. */
export interface ProcessFacts {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly memoryBytes: number;
  /** it answers what it has begun and takes nothing new */
  readonly isStopping: boolean;
}
