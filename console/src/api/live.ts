/** The page Live: who is here, what just happened, and how the ways in and out do. */
import type { Millis, Minor } from "./base";

export interface EventRow {
  offset: number;
  id: string;
  time: Millis;
  type: string;
  channel: string;
  source: string;
  place: string;
  zone: string;
  /** What it was about: the first product, else a receipt, coupon or campaign. */
  label: string;
  amount: Minor | null;
  items: number;
  member: number | null;
}

export interface Zone {
  zone: string;
  name: string;
  shop: string;
  category: string;
  x: number;
  y: number;
  w: number;
  h: number;
  /** Its corners where it is no rectangle. */
  ring: [number, number][];
  count: number;
  known: number;
  today_visits: number;
}

export interface Floor {
  code: string;
  name: string;
  zones: Zone[];
}

export type Outcome = "sent" | "holdout" | "silent";

export interface Firing {
  id: string;
  scene: string;
  title: string;
  member: number | null;
  label: string;
  at: Millis;
  zone: string;
  outcome: Outcome;
  reason: string;
  campaign: string;
}

export interface Message {
  id: string;
  at: Millis;
  member?: number | null;
  label?: string;
  channel: string;
  title: string;
  body: string;
  coupon: string;
  campaign?: string;
  status: string;
}

export interface Redemption {
  at: Millis;
  coupon: string;
  campaign: string;
  member: number | null;
  label?: string;
  place: string;
  ref: string;
  /** The discount given. */
  amount: Minor;
  /** What was paid on the receipt. */
  spent: Minor | null;
}

export interface LiveEffect {
  campaign: string;
  name: string;
  lift: Minor;
  low: Minor;
  high: Minor;
  treated: number;
  holdout: number;
  significant: boolean;
}

export interface SourceHealth {
  name: string;
  kind: string;
  last_seen: Millis;
  events_today: number;
  /** How many were ever rejected. */
  quarantined: number;
}

/** A way out for messages. */
export interface ChannelHealth {
  name: string;
  kind: string;
  /** "ok" or "dead". */
  state: string;
  /** In this state since. */
  since: Millis;
  /** Why it is dead. */
  reason: string;
  /** How many messages wait for it. */
  waiting: number;
}

export interface Live {
  now: Millis;
  behind_ms: number;
  events_per_s: number;
  present: { total: number; known: number; anonymous: number };
  floors: Floor[];
  venues: { place: string; name: string }[];
  last: EventRow[];
  firings: Firing[];
  messages: Message[];
  redeemed: Redemption[];
  effect: LiveEffect[];
  sources: SourceHealth[];
  channels: ChannelHealth[];
}
