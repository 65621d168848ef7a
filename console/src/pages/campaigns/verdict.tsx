/** An effect in plain words. */
import type { Effect } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { boundsOf, verdictOf } from "../../parts/verdict";

export function useVerdict(): (effect: Effect | null) => string {
  const { t } = useWords();
  const format = useFormat();
  return (effect) => {
    const bounds = boundsOf(effect);
    if (!bounds) return t("verdict.none");
    return t(`verdict.${verdictOf(effect)}`, {
      lift: format.moneySigned(bounds.lift),
      low: format.moneySigned(bounds.low),
      high: format.moneySigned(bounds.high),
    });
  };
}

export function VerdictBadge({ effect }: { effect: Effect | null }) {
  const { t } = useWords();
  const verdict = boundsOf(effect) ? verdictOf(effect) : "none";
  const tone = verdict === "up" ? "good" : verdict === "down" ? "bad" : verdict === "open" ? "warn" : undefined;
  return <Badge tone={tone}>{t(`verdict.short.${verdict}`)}</Badge>;
}
