/** What the platform sends about identity: why a member is one person, reviews, linking runs, and the policy. */
import type { Millis } from "./types";

/** Keys are wider than a number: they are texts here. */
export interface WhyIdentifier {
  key: string;
  ns: string;
  value: string;
  first_seen: Millis;
  last_seen: Millis;
  shared: boolean;
  verified: boolean;
}

export type EvidenceKind = "deterministic" | "probabilistic" | "anchor" | "manual";

/** One reason to hold two identifiers for one person. */
export interface Evidence {
  id: number;
  a: string;
  b: string;
  kind: EvidenceKind;
  /** 0 to 1. */
  confidence: number;
  at: Millis;
  /** The event or the run behind it. */
  cause: string;
  active: boolean;
  model: string;
}

export interface Refusal {
  seq: number;
  at: Millis;
  ns: string;
  value: string;
  /** The other member: who has it, or with `mine` who showed what this one has. */
  other: string;
  /** A code, as "limit:phone" or "two_members". */
  reason: string;
  mine?: boolean;
}

/** One decision about a member; `undoable` says that nothing later stands on it. */
export interface Decision {
  seq: number;
  at: Millis;
  kind: string;
  ns: string;
  value: string;
  member: string;
  other: string;
  detail: string;
  actor: string;
  cause: string;
  undoable: boolean;
}

export interface GoldenField {
  field: string;
  value: string;
  source: string;
  at: Millis | null;
  strategy: string;
  others: { value: string; source: string; at: Millis | null }[];
}

export interface Why {
  id: number;
  label: string;
  names: string[];
  identifiers: WhyIdentifier[];
  evidence: Evidence[];
  refused: Refusal[];
  timeline: Decision[];
  golden: GoldenField[];
}

export interface EvidencePath {
  edges: Evidence[];
}

/** What became of a correction. */
export interface Correction {
  state: "waiting" | "done" | "refused";
  reason: string;
  /** The decision it led to. */
  seq: number | null;
}

export type Agreement = "same" | "close" | "different" | "missing";

/** One field of two records, side by side. */
export interface PairField {
  field: string;
  left: string;
  right: string;
  agreement: Agreement;
}

/** Two records that may be one person: no weight, no name of a model, so that the vote is the reader's own. */
export interface ReviewPair {
  id: number;
  fields: PairField[];
}

export interface ReviewQueue {
  open: number;
  voted: number;
  /** Linking runs so far: without one there is nothing to vote on. */
  runs: number;
  pair: ReviewPair | null;
  /** The vote that can be taken back. */
  last: number | null;
}

/** How much one field speaks for one person (above zero) or against. */
export interface Weight {
  name: string;
  level: string;
  /** log2 of the odds. */
  weight: number;
}

export interface Voted {
  id: number;
  same: boolean;
  weight: number;
  probability: number;
  model: string;
  parts: Weight[];
}

export type RunState = "waiting" | "running" | "done" | "published" | "failed" | "withdrawn";

/** Members by what they told of themselves, or devices by who pays where they are. */
export type RunKind = "records" | "anchors";

export interface RunRow {
  id: string;
  kind: RunKind;
  at: Millis;
  state: RunState;
  actor: string;
  /** What it is at, while it runs, and how far: 0 to 1. */
  stage: string;
  progress: number;
  records: number;
  merged: number;
  split: number;
  unchanged: number;
  review: number;
  model: string;
  error: string;
  published: Millis | null;
}

export interface RunPage extends RunRow {
  merges: { members: number[]; labels: string[]; confidence: number }[];
  splits: { member: number; label: string; parts: number }[];
  largest: { members: number[]; labels: string[]; size: number }[];
  drift: { name: string; before: number; after: number }[];
  bands: { name: string; from: number | null; to: number | null; pairs: number }[];
  anchors: Anchor[];
}

/** A device that was in the shop at `meetings` of the `occasions` on which the member paid; `weight` in bits. */
export interface Anchor {
  member: number;
  label: string;
  ns: string;
  meetings: number;
  occasions: number;
  others: number;
  weight: number;
  confidence: number;
  first: Millis;
  last: Millis;
}

export interface Breaker {
  ns: string;
  /** It is stopped since then; null while it works. */
  since: Millis | null;
  /** Merges in the last hour that had any, and how many are usual. */
  merges: number;
  baseline: number;
}

export interface PolicyRow {
  name: string;
  family: string;
  priority: number;
  limit: number;
  window: string;
  merges: "yes" | "attach" | "never";
  creates: boolean;
  verified: boolean;
  ttl: string;
  persons: number;
  unique: boolean;
  blocked: number;
  shared: number;
  registered: number;
  held: number;
  changed: boolean;
  breaker: Breaker | null;
}

export interface Policy {
  namespaces: PolicyRow[];
}

export interface SharedValues {
  total: number;
  values: { key: string; ns: string; value: string; last_seen: Millis }[];
}

/** Visitors of a venue in one hour: an estimate and its 90 % interval. */
export interface VisitorHour {
  start: Millis;
  devices: number;
  low: number;
  high: number;
  /** Devices with an address of their own: counted, not estimated. */
  known: number;
  members: number;
  /** Different addresses heard: what a counter that trusts them would say. */
  addresses: number;
}

export interface Visitors {
  place: string;
  hours: VisitorHour[];
}

export type PolicyChange = Partial<Pick<PolicyRow, "priority" | "limit" | "window" | "merges" | "verified" | "ttl" | "persons">>;

/** A trial of a policy: it goes through the whole log, so it is asked for again and again. */
export interface PolicyTrial {
  state: "running" | "done" | "failed" | "stopped";
  /** 0 to 1. */
  progress: number;
  diff: PolicyDiff | null;
  error: string;
}

export interface PolicyDiff {
  before: number;
  after: number;
  merged: { members: string[]; ids: number[] }[];
  split: { member: string; id: number; parts: number }[];
  merged_total: number;
  split_total: number;
  unchanged: number;
  events: number;
  ms: number;
}
