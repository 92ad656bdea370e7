/** A question whose answer has buttons. */
export interface PendingRow {
  readonly requestId: string;
  readonly askerId: string;
  /** null in direct messages */
  readonly guildId: string | null;
  /** milliseconds since the epoch; from then on it is not found */
  readonly expiresAt: number;
  /** JSON; only the bot knows its shape */
  readonly state: string;
}

/** A picture of the question as it was sent, for when it is confirmed. */
export interface PendingImage {
  /** counts from 0 */
  readonly picture: number;
  /** its name */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What waits for a click, over restarts. Bounded in time and in bytes: the oldest pictures go first. */
export interface PendingStore {
  /** Saves a question, or its new state. @throws OpfindError disk-full | store-busy */
  save(row: PendingRow, images: readonly PendingImage[]): Promise<void>;
  /** @returns null for one that expired or never was */
  find(requestId: string): Promise<PendingRow | null>;
}

/** What servers want, as JSON that only the bot knows. */
export interface SettingsStore {
  read(guildId: string): Promise<string | null>;
  write(guildId: string, settings: string): Promise<void>;
}

/** What Discord was told last. */
export interface DeploymentStore {
  hashOf(scope: string): Promise<string | null>;
  setHash(scope: string, hash: string): Promise<void>;
}
