/** Which hours of the day a report is about. */
import { useWords } from "../../i18n/language";

const SPANS = ["", "0-12", "12-15", "15-18", "18-24"] as const;
export type Hours = (typeof SPANS)[number];

export function HourChoice({ value, onChange }: { value: Hours; onChange: (hours: Hours) => void }) {
  const { t } = useWords();
  return (
    <select className="input" value={value} aria-label={t("visits.hours")} onChange={(event) => onChange(event.target.value as Hours)}>
      {SPANS.map((one) => <option key={one} value={one}>{one ? t("visits.hours.of", { hours: one.replace("-", "–") }) : t("visits.hours.all")}</option>)}
    </select>
  );
}
