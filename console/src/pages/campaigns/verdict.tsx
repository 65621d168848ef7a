/** An effect in plain words. */
import type { Effect } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { verdictOf } from "../../parts/Interval";

export function useVerdict(): (effect: Effect | null) => string {
  const { t } = useWords();
  const format = useFormat();
  return (effect) => {
    if (!effect) return t("verdict.none");
    return t(`verdict.${verdictOf(effect)}`, {
      lift: format.moneySigned(effect.lift),
      low: format.moneySigned(effect.low),
      high: format.moneySigned(effect.high),
    });
  };
}

export function VerdictBadge({ effect }: { effect: Effect | null }) {
  const { t } = useWords();
  const verdict = verdictOf(effect);
  const tone = verdict === "up" ? "good" : verdict === "down" ? "bad" : verdict === "open" ? "warn" : undefined;
  return <Badge tone={tone}>{t(`verdict.short.${verdict}`)}</Badge>;
}
