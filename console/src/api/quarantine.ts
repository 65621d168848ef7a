/** The quarantine. */
import type { Millis } from "./base";

export type QuarantineState = "open" | "replayed" | "discarded";

export interface QuarantineItem {
  id: number;
  at: Millis;
  source: string;
  kind: string;
  code: string;
  message: string;
  hint: string;
  field: string;
  state: QuarantineState;
  /** The call as received, as text; empty once it is replayed. */
  raw: string;
  /** Whether `raw` is only the beginning of a long text. */
  cut: boolean;
}

/** One thing that both versions of a contradicted call say; the first one counts. */
export interface VersionLine {
  field: string;
  first: string;
  again: string;
  differs: boolean;
}

export interface Quarantine {
  total: number;
  reasons: { code: string; count: number }[];
  items: QuarantineItem[];
}

export interface Replayed {
  replayed: number;
  stored: number;
  still_rejected: number;
}
