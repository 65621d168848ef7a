/** What a list says while it loads, when it is empty, and when it failed. */
import type { ReactNode } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { ApiError } from "../api/client";
import { useWords } from "../i18n/language";
import { useRefusal } from "./refusal";

export function Notice({ title, text, tight, children }: {
  title: string;
  text?: string;
  tight?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className={tight ? "notice tight" : "notice"}>
      <strong>{title}</strong>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

export function Skeleton({ lines = 5 }: { lines?: number }) {
  const { t } = useWords();
  return (
    <div className="skeleton" role="status" aria-label={t("app.loading")}>
      {Array.from({ length: lines }, (_, line) => (
        <i key={line} style={{ width: `${94 - ((line * 17) % 38)}%` }} />
      ))}
    </div>
  );
}

/** The reader's words for an error: what this console knows to say of its code, else the platform's own message. */
export function useErrorText(): (error: unknown) => string {
  const { t, maybe } = useWords();
  const refusal = useRefusal();
  return (error) => {
    if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
    if (error.status === 0) return t("error.unreachable");
    if (error.said.reason) return refusal({ code: String(error.said.reason), said: error.said }, error.message);
    const known = maybe(`problem.${error.code}`, "");
    if (known) return known;
    const message = error.message || t("error.server", { status: error.status });
    return error.hint ? `${message}; ${error.hint}` : message;
  };
}

export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useWords();
  const text = useErrorText();
  return (
    <div className="notice" role="alert">
      <strong>{t("error.title")}</strong>
      <p>{text(error)}</p>
      <button type="button" className="button" onClick={retry}>
        {t("app.retry")}
      </button>
    </div>
  );
}

/** The answer of a query, or what to show in its place. */
export function Answer<T>({ query, lines, children }: {
  query: UseQueryResult<T>;
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  const { t } = useWords();
  const text = useErrorText();
  if (query.data !== undefined) {
    return (
      <>
        {query.isRefetchError && (
          <p className="stale" role="status">
            {t("error.stale")} {text(query.error)}
          </p>
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton lines={lines} />;
}
