/** The questions of the identity pages. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type { EvidencePath, Policy, ReviewQueue, RunPage, RunRow, SharedValues, Visitors, Why } from "./types";

const SECOND = 1000;
const BUSY = new Set(["waiting", "running"]);

export const whyQuery = (id: string) =>
  queryOptions({
    queryKey: ["member", id, "why"],
    queryFn: ({ signal }) => get<Why>(`/api/members/${encodeURIComponent(id)}/why`, {}, signal),
    refetchInterval: 10 * SECOND,
  });

export const pathQuery = (id: string, a: string, b: string) =>
  queryOptions({
    queryKey: ["member", id, "why", "path", a, b],
    queryFn: ({ signal }) => get<EvidencePath>(`/api/members/${encodeURIComponent(id)}/path`, { a, b }, signal),
    enabled: Boolean(a && b && a !== b),
    placeholderData: keepPreviousData,
  });

export const reviewQuery = (skipped: number[]) =>
  queryOptions({
    queryKey: ["review", skipped],
    queryFn: ({ signal }) => get<ReviewQueue>("/api/review", { skip: skipped.join(",") }, signal),
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });

export const runsQuery = () =>
  queryOptions({
    queryKey: ["runs"],
    queryFn: async ({ signal }) => (await get<{ runs: RunRow[] }>("/api/linking/runs", {}, signal)).runs,
    refetchInterval: ({ state }) => (state.data?.some((run) => BUSY.has(run.state)) ? SECOND : 15 * SECOND),
  });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", id],
    queryFn: ({ signal }) => get<RunPage>(`/api/linking/runs/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: ({ state }) => (state.data && BUSY.has(state.data.state) ? SECOND : false),
  });

export const policyQuery = () =>
  queryOptions({
    queryKey: ["policy"],
    queryFn: ({ signal }) => get<Policy>("/api/identity/policy", {}, signal),
    refetchInterval: 15 * SECOND,
  });

export const sharedQuery = () =>
  queryOptions({
    queryKey: ["policy", "shared"],
    queryFn: ({ signal }) => get<SharedValues>("/api/identity/shared", {}, signal),
    refetchInterval: 15 * SECOND,
  });

export const visitorsQuery = () =>
  queryOptions({
    queryKey: ["visitors"],
    queryFn: ({ signal }) => get<Visitors>("/api/visitors", {}, signal),
    refetchInterval: 30 * SECOND,
  });
