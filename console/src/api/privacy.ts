/** What the platform says of erasures. */
import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";

export type ErasureStage = "waiting" | "log" | "facts" | "state" | "done" | "failed";

export interface ErasureRow {
  id: string;
  at: number;
  finished: number | null;
  actor: string;
  reason: string;
  label: string;
  stage: ErasureStage;
  /** 0 to 1 of the stage. */
  progress: number;
}

type Counts = Record<string, { deleted: number; kept: number }>;

export interface Certificate {
  id: string;
  person: string;
  asked: number;
  finished: number;
  actor: string;
  reason: string;
  state: Counts;
  facts: Counts;
  log: { erased: number; kept: number; stripped: number };
  other: Record<string, number>;
  /** Names of backups that still hold the person. */
  backups: string[];
  rows_left: number;
  signature: string;
}

const SECOND = 1000;
export const PAGE_SIZE = 50;

export const erasuresQuery = (page: number) =>
  queryOptions({
    queryKey: ["erasures", page],
    queryFn: ({ signal }) => get<{ total: number; erasures: ErasureRow[] }>("/api/erasures", { page }, signal),
    refetchInterval: ({ state }) => (state.data?.erasures.some((row) => row.finished === null) ? SECOND : 30 * SECOND),
  });

export const certificateQuery = (id: string) =>
  queryOptions({
    queryKey: ["erasures", "certificate", id],
    queryFn: ({ signal }) => get<Certificate>(`/api/erasures/${encodeURIComponent(id)}`, {}, signal),
    staleTime: Infinity,
  });

export interface EnrichmentMonth {
  provider: string;
  /** 2026-03 */
  month: string;
  asked: number;
  found: number;
  cost: number;
}

export interface Enriched {
  asked: number;
  found: number;
  without_consent: number;
  stopped: "" | "budget" | "limit";
}

export const enrichmentQuery = () =>
  queryOptions({
    queryKey: ["enrichment"],
    queryFn: ({ signal }) =>
      get<{
        providers: { name: string; by: string; fields: string[]; budget: string }[];
        months: EnrichmentMonth[];
        currency: string;
      }>("/api/enrichment", {}, signal),
  });

export interface ConsentWord {
  purpose: string;
  channel: string;
  granted: boolean;
  at: number;
  source: string;
  /** Nothing where the event is no longer in the log. */
  proof: { event: string; received: number; details: Record<string, unknown> } | null;
}

export const consentWordsQuery = (id: string) =>
  queryOptions({
    queryKey: ["member", id, "consents"],
    queryFn: async ({ signal }) =>
      (await get<{ words: ConsentWord[] }>(`/api/members/${encodeURIComponent(id)}/consents`, {}, signal)).words,
  });
