/** Members: the list, and one member with all that is known. */
import type { Millis, Minor } from "./base";
import type { EventRow, Message } from "./live";

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
