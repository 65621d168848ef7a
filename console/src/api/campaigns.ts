/** Campaigns, their effect, and scenes. */
import type { Millis, Minor } from "./base";
import type { Message } from "./live";

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
  scene_title: string;
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
