/** Sales, visits and the funnel. */
import type { Millis, Minor } from "./base";

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
