/** What can be said of the whole venue: name, where it is, opening hours, retail format. */
import type { Plan } from "../../api/venues";
import { useWords } from "../../i18n/language";
import { Card } from "../../parts/Page";
import { Field, Picked, numeric } from "./PlanFields";

export function VenueFields({ plan, formats, onChange }: {
  plan: Plan;
  formats: { code: string; name: string }[];
  onChange: (plan: Plan) => void;
}) {
  const { t } = useWords();
  const set = (change: Partial<Plan>) => onChange({ ...plan, ...change });
  const degrees = (text: string) => (text ? numeric(text, NaN) : null);
  const at = (key: "lon" | "lat", most: number) => (text: string) => {
    const value = degrees(text);
    if (value === null || Math.abs(value) <= most) set({ [key]: value });
  };
  return (
    <Card title={t("draw.venue")}>
      <div className="fields form">
        <Field label={t("draw.name.zh")} value={plan.name.zh} onSave={(zh) => set({ name: { ...plan.name, zh } })} />
        <Field label={t("draw.name.en")} value={plan.name.en} onSave={(en) => set({ name: { ...plan.name, en } })} />
        <Field label={t("draw.country")} value={plan.country} onSave={(country) => set({ country })} />
        <Field label={t("draw.region")} value={plan.region} onSave={(region) => set({ region })} />
        <Field label={t("venues.city")} value={plan.city} onSave={(city) => set({ city })} />
        <Picked label={t("draw.shop.format")} value={plan.format} options={[{ code: "", name: "–" }, ...formats]} onSave={(format) => set({ format })} />
        <Field label={t("draw.lon")} value={plan.lon ?? ""} type="number" onSave={at("lon", 180)} />
        <Field label={t("draw.lat")} value={plan.lat ?? ""} type="number" onSave={at("lat", 90)} />
        <Field label="GLN" value={plan.gln ?? ""} onSave={(gln) => set({ gln })} hint={t("draw.gln")} />
        <div className="whole"><Field label={t("draw.hours")} value={plan.hours} onSave={(hours) => set({ hours })} /><p className="hint">{t("draw.hours.hint")}</p></div>
      </div>
    </Card>
  );
}
