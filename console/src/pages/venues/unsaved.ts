/** Nothing drawn is lost: a question before one leaves, and a draft kept in the browser until it is saved. */
import { useEffect, useState } from "react";
import type { Plan } from "../../api/venues";

export interface Draft {
  /** The version it was made from. */
  base: number;
  plan: Plan;
}

const keyOf = (code: string) => `datong.draft.${code}`;

/** The draft of an earlier visit, if it was made from this version and says something else than it. */
export function readDraft(code: string, base: number, plan: Plan): Plan | null {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(code)) ?? "null") as Draft | null;
    return kept && kept.base === base && JSON.stringify(kept.plan) !== JSON.stringify(plan) ? kept.plan : null;
  } catch {
    return null;
  }
}

export function keepDraft(code: string, draft: Draft | null): void {
  try {
    if (draft) localStorage.setItem(keyOf(code), JSON.stringify(draft));
    else localStorage.removeItem(keyOf(code));
  } catch {
    // Storage is forbidden or full: the question before leaving still stands.
  }
}

/** Ask before the tab closes or a link leads away while something is unsaved; `leaving` is where to. */
export function useGuard(dirty: boolean): { leaving: string; stay: () => void } {
  const [leaving, setLeaving] = useState("");
  useEffect(() => {
    if (!dirty) return;
    const close = (event: BeforeUnloadEvent) => event.preventDefault();
    const follow = (event: MouseEvent) => {
      const link = (event.target as Element).closest?.("a[href^='#']");
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      setLeaving(link.getAttribute("href")?.slice(1) ?? "");
    };
    window.addEventListener("beforeunload", close);
    document.addEventListener("click", follow, true);
    return () => {
      window.removeEventListener("beforeunload", close);
      document.removeEventListener("click", follow, true);
    };
  }, [dirty]);
  return { leaving, stay: () => setLeaving("") };
}
