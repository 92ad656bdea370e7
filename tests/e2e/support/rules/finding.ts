/** What is wrong with a request's body. */
export interface Finding {
  /** "too-many-rows" */
  readonly rule: string;
  /** "components.2" */
  readonly at: string;
  readonly message: string;
  /** true for a rule of this project, which Discord itself would not enforce */
  readonly isHouseRule?: boolean;
}

export const NO_FINDINGS: readonly Finding[] = [];
