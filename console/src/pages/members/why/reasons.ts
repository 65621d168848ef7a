/** Why a link or a correction was refused, in the reader's words. */
import { useCallback } from "react";
import { useWords } from "../../../i18n/language";

/** A reason is a code, "code:what", or already a sentence. */
export function useReason(): (reason: string) => string {
  const { t, w, maybe } = useWords();
  return useCallback(
    (reason: string) => {
      const [, code = "", what = ""] = /^([a-z_]+)(?::(.*))?$/s.exec(reason) ?? [];
      if (code === "limit") return t("refusal.limit", { ns: w(what) });
      const text = code && maybe(`refusal.${code}`, "");
      if (!text) return reason;
      return what ? `${text} (${w(what)})` : text;
    },
    [t, w, maybe],
  );
}
