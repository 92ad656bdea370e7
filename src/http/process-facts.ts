/** How the process stands. */
export interface ProcessFacts {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly memoryBytes: number;
  /** it answers what it has begun and takes nothing new */
  readonly isStopping: boolean;
  /** of the backups that the process takes by itself; null when it takes none */
  readonly backups: BackupSchedule | null;
}

export interface BackupSchedule {
  readonly everyMs: number;
  /** milliseconds since the epoch; null before the first that was complete */
  readonly lastAt: number | null;
  /** code of the newest one's failure */
  readonly failure: string | null;
}
