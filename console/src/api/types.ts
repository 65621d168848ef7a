/** What the platform's console API sends. Times are milliseconds UTC, money is whole minor units. */

export type Millis = number;
export type Minor = number;

export interface Me {
  user: string;
  retailer: string;
  currency: string;
  exponent: number;
  timezone: string;
  language: string;
  version: string;
  now: Millis;
  /** Seconds of the platform's time in one second of ours; 1 outside the demo. */
  speed: number;
  demo: boolean;
}

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

export type Channels = "online" | "offline" | "both" | "none";

export interface MemberRow {
  id: number;
  label: string;
  channels: Channels;
  name: string;
  phone: string;
  created: Millis;
  last_seen: Millis | null;
  spend_365d: Minor | null;
  orders_365d: number | null;
}

export interface MemberList {
  total: number;
  page: number;
  counts: Record<Channels, number>;
  members: MemberRow[];
}

export interface Tag {
  name: string;
  title: string;
  kind: "number" | "text" | "bool" | "money";
  value: unknown;
  since: Millis | null;
  expires: Millis | null;
  group: string;
}

/** One step of recognition: what was linked, merged or refused, and the event that caused it. */
export interface Recognition {
  at: Millis;
  kind: string;
  cause: string;
  detail: string;
  ns: string;
  member: string;
  other: string;
}

export interface MemberPage {
  id: number;
  label: string;
  channels: Channels;
  created: Millis;
  /** Its own number and those of the members that were merged into it. */
  names: string[];
  identifiers: { ns: string; value: string; first_seen: Millis; last_seen: Millis }[];
  traits: { name: string; value: string }[];
  tags: Tag[];
  events: EventRow[];
  messages: Message[];
  coupons: {
    code: string;
    campaign: string;
    state: string;
    expires: Millis | null;
    redeemed: Millis | null;
    receipt: string;
  }[];
  history: Recognition[];
  consents: { purpose: string; channel: string; granted: boolean; at: Millis }[];
}

export type SalesKey = "hour" | "sku" | "store" | "day" | "category" | "brand";

export interface SalesRow {
  hour?: number;
  sku?: string;
  sku_name?: string | null;
  store?: string;
  store_name?: string | null;
  day?: string;
  category?: string;
  brand?: string;
  quantity: number;
  amount: Minor;
  receipts: number;
}

export interface Sales {
  rows: SalesRow[];
  totals: { amount: Minor; receipts: number; quantity: number; members: number };
  as_of: Millis;
  currency: string;
}

export interface SalesQuery {
  by: string;
  from: string;
  to: string;
  store?: string;
  top?: number;
}

export interface Visits {
  zones: {
    place: string;
    zone: string;
    name: string;
    visits: number;
    /** The share of visits by a known member, 0 to 1. */
    known: number;
    dwell_median_ms: number;
    dwell_p90_ms: number;
  }[];
  days: { date: string; visits: number; devices: number }[];
}

export interface Funnel {
  steps: { name: string; members: number }[];
  /** All steps must happen within this time of the first. */
  window: Millis;
}

export interface Effect {
  lift: Minor | null;
  low: Minor | null;
  high: Minor | null;
  significant: boolean;
  treated_mean: Minor;
  holdout_mean: Minor;
  incremental: Minor | null;
  incremental_low: Minor | null;
  incremental_high: Minor | null;
  /** Why the figure is missing or weak, in words. */
  reason?: string;
}

export interface CampaignRow {
  code: string;
  name: string;
  kind: string;
  state: string;
  scene: string;
  start: Millis | null;
  end: Millis | null;
  sent: number;
  assigned_treated: number;
  assigned_holdout: number;
  redeemed: number;
  effect: Effect | null;
  /** Why there is no effect yet, in words. */
  reason: string;
}

export interface CampaignDay {
  date: string;
  sent: number;
  redeemed: number;
}

export interface Offer {
  kind: "percent" | "amount" | "none";
  /** Percent of 100, or minor units. */
  value: number;
  category: string;
  valid: string;
}

export interface CampaignPage extends CampaignRow {
  days: CampaignDay[];
  offer: Offer | null;
  holdout?: number;
  messages: Message[];
  silence?: { reason: string; count: number }[];
}

/** One sending of an audience campaign: members meant, and members decided so far. */
export interface Launch {
  id: string;
  campaign: string;
  at: Millis;
  total: number;
  done: number;
}

export interface SceneRow {
  name: string;
  title: string;
  version: number;
  /** What it waits for, one line for each part. */
  steps: string[];
  fired_today: number;
  last: Millis | null;
}

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

export * from "./identity";
