/** The names of venues, zones and their shops by code. */
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { liveQuery } from "../api/queries";
import type { Live } from "../api/types";

function namesOf(live: Live): Record<string, string> {
  const names = [
    ...live.venues.map(({ place, name }) => [place, name]),
    ...live.floors.flatMap(({ zones }) => zones.flatMap(({ zone, shop, name }) => [[shop, name], [zone, name]])),
  ];
  return Object.fromEntries(names.filter(([code]) => code));
}

/** A code's name, or the code where no name is known. */
export function usePlaceNames(): (code: string) => string {
  const { data } = useQuery({ ...liveQuery(), refetchInterval: false, staleTime: Infinity, select: namesOf });
  return useCallback((code: string) => data?.[code] || code, [data]);
}
