/** An effect as point and interval on a line with its zero: small, without the chart library. */
import { useFormat } from "../app/session";
import { useWords } from "../i18n/language";
import { verdictOf, type Bounds } from "./verdict";

export function Interval({ effect, scale }: { effect: Bounds & { significant: boolean }; scale: [number, number] }) {
  const { t } = useWords();
  const format = useFormat();
  const [from, to] = scale;
  const at = (value: number) => `${(((value - from) / (to - from)) * 100).toFixed(2)}%`;
  const verdict = verdictOf(effect);
  const colour = verdict === "up" ? "var(--accent)" : verdict === "down" ? "var(--seal)" : "var(--slate)";
  const label = t("campaign.effect.label", {
    lift: format.moneySigned(effect.lift),
    low: format.moneySigned(effect.low),
    high: format.moneySigned(effect.high),
  });
  return (
    <svg className="interval" role="img" aria-label={label}>
      <title>{label}</title>
      <line x1="0" x2="100%" y1="11" y2="11" stroke="var(--line)" />
      <line x1={at(0)} x2={at(0)} y1="1" y2="21" stroke="var(--ink-faint)" strokeDasharray="2 2" />
      <line x1={at(effect.low)} x2={at(effect.high)} y1="11" y2="11" stroke={colour} strokeWidth="4"
        strokeLinecap="round" opacity="0.45" />
      <circle cx={at(effect.lift)} cy="11" r="5" fill={colour} stroke="var(--surface)" strokeWidth="1.5" />
    </svg>
  );
}
