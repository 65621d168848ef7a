/** Every question the pages ask, with how long its answer stays fresh. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type {
  CampaignPage,
  CampaignRow,
  Funnel,
  Live,
  Me,
  MemberList,
  MemberPage,
  Quarantine,
  QuarantineItem,
  VersionLine,
  Sales,
  SalesQuery,
  SceneRow,
  Visits,
} from "./types";

const SECOND = 1000;

export const meQuery = () =>
  queryOptions({
    queryKey: ["me"],
    queryFn: ({ signal }) => get<Me>("/api/me", {}, signal),
    staleTime: 60 * SECOND,
    refetchInterval: 60 * SECOND,
  });

export const liveQuery = () =>
  queryOptions({
    queryKey: ["live"],
    queryFn: ({ signal }) => get<Live>("/api/live", {}, signal),
    refetchInterval: 2 * SECOND,
  });

export const membersQuery = (query: string, channels: string, page: number) =>
  queryOptions({
    queryKey: ["members", query, channels, page],
    queryFn: ({ signal }) => get<MemberList>("/api/members", { query, channels, page }, signal),
    placeholderData: keepPreviousData,
    staleTime: 5 * SECOND,
  });

export const memberQuery = (id: string) =>
  queryOptions({
    queryKey: ["member", id],
    queryFn: ({ signal }) => get<MemberPage>(`/api/members/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: 10 * SECOND,
  });

export const salesQuery = (query: SalesQuery) =>
  queryOptions({
    queryKey: ["sales", query],
    queryFn: ({ signal }) => get<Sales>("/api/sales", { ...query }, signal),
    placeholderData: keepPreviousData,
    staleTime: 15 * SECOND,
  });

interface Period {
  from: string;
  to: string;
  store: string;
}

export const visitsQuery = ({ from, to, store }: Period) =>
  queryOptions({
    queryKey: ["visits", from, to, store],
    queryFn: ({ signal }) => get<Visits>("/api/visits", { from, to, store }, signal),
    placeholderData: keepPreviousData,
    staleTime: 15 * SECOND,
  });

export const funnelQuery = ({ from, to, store }: Period) =>
  queryOptions({
    queryKey: ["funnel", from, to, store],
    queryFn: ({ signal }) => get<Funnel>("/api/funnel", { from, to, store }, signal),
    placeholderData: keepPreviousData,
    staleTime: 30 * SECOND,
  });

export const campaignsQuery = () =>
  queryOptions({
    queryKey: ["campaigns"],
    queryFn: async ({ signal }) => (await get<{ campaigns: CampaignRow[] }>("/api/campaigns", {}, signal)).campaigns,
    refetchInterval: 15 * SECOND,
  });

export const campaignQuery = (code: string) =>
  queryOptions({
    queryKey: ["campaigns", code],
    queryFn: ({ signal }) => get<CampaignPage>(`/api/campaigns/${encodeURIComponent(code)}`, {}, signal),
    refetchInterval: 15 * SECOND,
  });

export const scenesQuery = () =>
  queryOptions({
    queryKey: ["scenes"],
    queryFn: ({ signal }) => get<SceneRow[]>("/api/scenes", {}, signal),
    refetchInterval: 10 * SECOND,
  });

export const versionsQuery = (id: number) =>
  queryOptions({
    queryKey: ["quarantine", "versions", id],
    queryFn: ({ signal }) => get<VersionLine[]>(`/api/quarantine/${id}/versions`, {}, signal),
  });

export const quarantinedQuery = (id: number) =>
  queryOptions({
    queryKey: ["quarantine", "whole", id],
    queryFn: ({ signal }) => get<QuarantineItem>(`/api/quarantine/${id}`, {}, signal),
  });

export const quarantineQuery = (state: string, reason: string, page: number, source = "") =>
  queryOptions({
    queryKey: ["quarantine", state, reason, page, source],
    queryFn: ({ signal }) => get<Quarantine>("/api/quarantine", { state, reason, page, source }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10 * SECOND,
  });
