/** What a key may do; each role may do what the one before it may. */
export const ROLES = ["read", "write", "admin"] as const;

export type Role = (typeof ROLES)[number];

/** A key of the HTTP service as it is listed: nothing in it opens anything. */
export interface ApiKey {
  /** public part, first in the key itself */
  readonly keyId: string;
  /** for people: whose it is, or what for */
  readonly name: string;
  readonly role: Role;
  /** ISO 8601, UTC */
  readonly createdAt: string;
  /** null while it is in force */
  readonly revokedAt: string | null;
}
