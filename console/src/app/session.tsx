/** Who is signed in, and with it the retailer's currency, time zone and clock. */
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, type ReactNode } from "react";
import { ApiError } from "../api/client";
import { meQuery } from "../api/queries";
import type { Me } from "../api/types";
import { makeFormat, type Format } from "../format";
import { useWords } from "../i18n/language";
import { Login } from "../pages/login/Login";
import { Failure } from "../parts/Notice";

interface Session {
  me: Me;
  format: Format;
  /** The platform's time now; in the demo it runs faster than ours. */
  now(): number;
}

const Context = createContext<Session | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const { data: me, error, refetch, dataUpdatedAt } = useQuery(meQuery());
  const { language, suggest } = useWords();
  const suggested = me?.language;

  useEffect(() => {
    if (suggested) suggest(suggested);
  }, [suggested, suggest]);

  const currency = me?.currency;
  const exponent = me?.exponent;
  const timezone = me?.timezone;
  const format = useMemo(
    () =>
      currency && timezone ? makeFormat({ language, currency, timezone, exponent: exponent ?? 2 }) : null,
    [language, currency, exponent, timezone],
  );
  const session = useMemo<Session | null>(
    () =>
      me && format
        ? { me, format, now: () => me.now + (Date.now() - dataUpdatedAt) * (me.speed || 1) }
        : null,
    [me, format, dataUpdatedAt],
  );

  if (error instanceof ApiError && error.status === 401) return <Login />;
  if (session) return <Context value={session}>{children}</Context>;
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  return null;
}

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("useSession needs a SessionProvider above it");
  return session;
}

export const useFormat = (): Format => useSession().format;
