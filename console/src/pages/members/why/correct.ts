/** Change who is one person: ask for it, wait until the platform has done it, say what came of it. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { get, post } from "../../../api/client";
import type { Correction } from "../../../api/types";
import { useWords } from "../../../i18n/language";
import { useErrorText } from "../../../parts/Notice";
import { useToast } from "../../../parts/toast";
import { useReason } from "./reasons";

const ASK_AGAIN_MS = 300;
const PATIENCE_MS = 30_000;

export type Order =
  | { action: "undo"; seq: number }
  | { action: "unmerge" | "share" | "unshare"; key: string }
  | { action: "split"; groups: string[][] }
  | { action: "reset"; ns: string }
  | { action: "join" | "part"; keys: [string, string] };

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Ask until it is done or refused; a correction that waits longer than our patience is still carried out. */
async function outcome(id: string): Promise<Correction> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await get<Correction>(`/api/identity/corrections/${encodeURIComponent(id)}`);
    if (found.state !== "waiting" || Date.now() > until) return found;
    await pause(ASK_AGAIN_MS);
  }
}

export function useCorrect(): { busy: boolean; correct: (order: Order, done?: (made: Correction) => void) => void } {
  const { t } = useWords();
  const toast = useToast();
  const errorText = useErrorText();
  const reasonText = useReason();
  const data = useQueryClient();
  const [busy, setBusy] = useState(false);

  const correct = useCallback(
    ({ action, ...rest }: Order, done?: (made: Correction) => void) => {
      setBusy(true);
      post<{ id: string }>(`/api/identity/${action}`, rest)
        .then(({ id }) => outcome(id))
        .then(async (made) => {
          await Promise.all(["member", "members", "policy"].map((name) => data.invalidateQueries({ queryKey: [name] })));
          if (made.state === "refused") return toast({ text: t("correct.refused", { reason: reasonText(made.reason) }), bad: true });
          if (made.state === "waiting") return toast({ text: t("correct.waiting") });
          const { seq } = made;
          const final = seq === null || action === "undo" || action === "reset";
          const text = t(`correct.done.${action}`);
          toast({ text: made.reason ? t("correct.but", { done: text, reason: reasonText(made.reason) }) : text, undo: final ? undefined : () => correct({ action: "undo", seq }) });
          done?.(made);
        })
        .catch((error: unknown) => toast({ text: t("correct.failed", { message: errorText(error) }), bad: true }))
        .finally(() => setBusy(false));
    },
    [data, errorText, reasonText, t, toast],
  );
  return { busy, correct };
}
