/** Why a link or a correction was refused, in the reader's words. */
import { useCallback } from "react";
import type { Key } from "../../../i18n/en";
import { useWords } from "../../../i18n/language";

/** What the platform says as a sentence, with the places it fills. */
export const SENTENCES: [RegExp, Key][] = [
  [/^decision (?<number>\d+) stands on it; take that back first$/, "refusal.stands"],
  [/^there is no decision (?<number>\d+)$/, "refusal.nodecision"],
  [/^decision (?<number>\d+) \(\w+\) decided nothing that could be taken back$/, "refusal.nothing"],
  [/^decision (?<number>\d+) was taken back by decision (?<by>\d+)$/, "refusal.already"],
  [/^nothing of decision (?<number>\d+) stands any more$/, "refusal.gone"],
  [/^other evidence holds the two together; split the member instead$/, "refusal.other"],
  [/^decision (?<number>\d+) holds the two together as well; take that back first, or split the member$/, "refusal.holds"],
  [/^what event (?<cause>.+) showed holds the two together as well; take that back first, or split the member$/, "refusal.showed"],
  [/^linking run (?<run>\d+), published by (?<actor>.+)$/, "refusal.run"],
  [/^review$/, "refusal.review"],
  [/^vote taken back$/, "refusal.vote"],
  [/^this identifier was never seen$/, "refusal.neverseen"],
  [/^nobody holds this identifier$/, "refusal.nobody"],
  [/^it is the only identifier of its member$/, "refusal.only"],
  [/^(?:one of the identifiers|this identifier|the device|it) is shared(?: already)?$/, "refusal.shared"],
  [/^it is not shared$/, "refusal.notshared"],
  [/^nobody holds one of the identifiers$/, "refusal.nobody"],
  [/^one of the identifiers was never seen$/, "refusal.neverseen"],
  [/^the groups are not identifiers of one member$/, "refusal.groups"],
  [/^(?<count>\d+) members showed it$/, "refusal.many"],
  [/^(?<count>\d+) merges in an hour, (?<usual>[\d.]+) is usual$/, "refusal.pace"],
  [/^by decision (?<number>\d+)$/, "refusal.by"],
  [/^moved to the later login$/, "refusal.moved"],
  [/^its holder signed out$/, "refusal.signedout"],
  [/^unseen for too long by its holder$/, "refusal.stale"],
  [/^its holder never verified it$/, "refusal.yielded"],
  [/^registered as shared$/, "refusal.registered"],
  [/^malformed: .*is not a telephone number$/, "refusal.malformed.phone"],
  [/^malformed: .*has too few or too many digits for a telephone number$/, "refusal.malformed.digits"],
  [/^malformed: .*is not an e-mail address$/, "refusal.malformed.email"],
  [/^malformed: .*is not a MAC address$/, "refusal.malformed.mac"],
  [/^malformed: .*is (?<count>\d+) characters long$/, "refusal.malformed.long"],
  [/^malformed: /, "refusal.malformed"],
];

const CORRECTION = /^(unmerge|split|undo|join|part|share|unshare|reset): (.+)$/s;

/** A reason is a code, "code:what", or a sentence. */
export function useReason(): (reason: string) => string {
  const { t, w, maybe } = useWords();
  return useCallback(
    function tell(reason: string): string {
      const [, action, why] = CORRECTION.exec(reason) ?? [];
      if (action && why) return t("refusal.correction", { action: w(action), reason: tell(why) });
      for (const [pattern, key] of SENTENCES) {
        const found = pattern.exec(reason);
        if (found) return t(key, found.groups ?? {});
      }
      const [, broken] = /^it would break (.+)$/s.exec(reason) ?? [];
      const [, code = "", what = ""] = /^([a-z_]+)(?::(.*))?$/s.exec(broken ?? reason) ?? [];
      if (code === "limit") return t("refusal.limit", { ns: w(what) });
      const text = code && maybe(`refusal.${code}`, "");
      if (!text) return reason;
      return what ? `${text} (${w(what)})` : text;
    },
    [t, w, maybe],
  );
}
