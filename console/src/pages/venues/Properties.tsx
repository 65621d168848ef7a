/** What is chosen on the drawing, and what can be said of it. */
import type { ReactNode } from "react";
import type { Plan, PlanFloor, PlanZone } from "../../api/venues";
import { useWords } from "../../i18n/language";
import { Card } from "../../parts/Page";
import type { Chosen } from "./Canvas";
import { area, renameZone, ringOf, withFloor, withZone } from "./drawing";

function Field({ label, value, onSave, type = "text" }: {
  label: string;
  value: string | number;
  onSave: (value: string) => void;
  type?: string;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <input className="input" key={String(value)} type={type} defaultValue={value}
        onBlur={(event) => event.target.value !== String(value) && onSave(event.target.value.trim())}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()} />
    </label>
  );
}

function Picked({ label, value, options, onSave }: {
  label: string;
  value: string;
  options: { code: string; name: string }[];
  onSave: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <select className="input" value={value} onChange={(event) => onSave(event.target.value)}>
        {!options.some((one) => one.code === value) && <option value={value}>{value || "–"}</option>}
        {options.map((one) => <option key={one.code} value={one.code}>{one.name}</option>)}
      </select>
    </label>
  );
}

function ZoneFields({ plan, floor, zone, formats, onChange, onChoose }: {
  plan: Plan;
  floor: PlanFloor;
  zone: PlanZone;
  formats: { code: string; name: string }[];
  onChange: (plan: Plan) => void;
  onChoose: (chosen: Chosen) => void;
}) {
  const { t } = useWords();
  const set = (change: Partial<PlanZone>) => onChange(withZone(plan, floor.code, zone.code, (one) => ({ ...one, ...change })));
  const shop = zone.shop;
  return (
    <>
      <Field label={t("draw.code")} value={zone.code} onSave={(next) => {
        const renamed = renameZone(plan, floor.code, zone.code, next);
        if (renamed === plan) return;
        onChange(renamed);
        onChoose({ kind: "zone", code: next });
      }} />
      <Field label={t("draw.name.zh")} value={zone.name.zh} onSave={(zh) => set({ name: { ...zone.name, zh } })} />
      <Field label={t("draw.name.en")} value={zone.name.en} onSave={(en) => set({ name: { ...zone.name, en } })} />
      <Field label={t("draw.category")} value={zone.category} onSave={(category) => set({ category })} />
      <label className="field row">
        <input type="checkbox" checked={shop !== null} onChange={(event) => set({
          shop: event.target.checked ? { code: zone.code, name: zone.name, format: "general", category: zone.category, hours: "" } : null,
        })} />
        <span>{t("draw.shop")}</span>
      </label>
      {shop && (
        <>
          <Field label={t("draw.shop.code")} value={shop.code} onSave={(code) => set({ shop: { ...shop, code } })} />
          <Picked label={t("draw.shop.format")} value={shop.format} options={formats} onSave={(format) => set({ shop: { ...shop, format } })} />
          <Field label={t("draw.shop.hours")} value={shop.hours} onSave={(hours) => set({ shop: { ...shop, hours } })} />
        </>
      )}
      <p className="hint">{t("draw.area", { area: Math.round(area(ringOf(zone)) * 10) / 10, doors: zone.doors.length })}</p>
    </>
  );
}

export function Properties({ plan, floor, chosen, formats, onChange, onChoose, onDrop, onDropFloor }: {
  plan: Plan;
  floor: PlanFloor;
  chosen: Chosen | null;
  formats: { code: string; name: string }[];
  onChange: (plan: Plan) => void;
  onChoose: (chosen: Chosen | null) => void;
  onDrop: () => void;
  onDropFloor: () => void;
}) {
  const { t } = useWords();
  const zone = chosen?.kind === "zone" ? floor.zones.find((one) => one.code === chosen.code) : undefined;
  const sensor = chosen?.kind === "sensor" ? plan.sensors.find((one) => one.code === chosen.code) : undefined;
  const setSensor = (change: object) =>
    onChange({ ...plan, sensors: plan.sensors.map((one) => (one.code === sensor?.code ? { ...one, ...change } : one)) });
  const setFloor = (change: Partial<PlanFloor>) => onChange(withFloor(plan, floor.code, (one) => ({ ...one, ...change })));
  const picture = floor.picture;
  let body: ReactNode;
  if (zone) {
    body = <ZoneFields {...{ plan, floor, zone, formats, onChange, onChoose }} />;
  } else if (sensor) {
    body = (
      <>
        <Field label={t("draw.code")} value={sensor.code} onSave={(code) => {
          if (!code || plan.sensors.some((one) => one.code === code)) return;
          setSensor({ code });
          onChoose({ kind: "sensor", code });
        }} />
        <Picked label={t("draw.sensor.kind")} value={sensor.kind} onSave={(kind) => setSensor({ kind })}
          options={(["wifi", "ble", "counter"] as const).map((code) => ({ code, name: t(`draw.sensor.${code}`) }))} />
        <Picked label={t("draw.sensor.zone")} value={sensor.zone} onSave={(code) => setSensor({ zone: code, floor: floor.code })}
          options={[{ code: "", name: t("draw.sensor.stands") }, ...floor.zones.map((one) => ({ code: one.code, name: one.name.en || one.code }))]} />
        <p className="hint">{t("draw.at", { x: sensor.x, y: sensor.y })}</p>
      </>
    );
  } else if (!chosen) {
    body = (
      <>
        <Field label={t("draw.name.zh")} value={floor.name.zh} onSave={(zh) => setFloor({ name: { ...floor.name, zh } })} />
        <Field label={t("draw.name.en")} value={floor.name.en} onSave={(en) => setFloor({ name: { ...floor.name, en } })} />
        <Field label={t("draw.level")} value={floor.level} type="number" onSave={(level) => setFloor({ level: Math.round(Number(level)) || 0 })} />
        <Field label={t("draw.hours")} value={plan.hours} onSave={(hours) => onChange({ ...plan, hours })} />
        <p className="hint">{t("draw.hours.hint")}</p>
        {picture && (
          <Field label={t("draw.picture.width")} value={picture.rect.w} type="number" onSave={(text) => {
            const w = Number(text);
            if (w > 0) setFloor({ picture: { ...picture, rect: { ...picture.rect, w, h: (picture.rect.h * w) / picture.rect.w } } });
          }} />
        )}
      </>
    );
  }
  const title = zone ? t("draw.kind.zone") : sensor ? t("draw.kind.sensor") : chosen ? t(`draw.kind.${chosen.kind}`) : t("draw.kind.floor");
  return (
    <Card title={title} actions={
      <button type="button" className="button danger" onClick={chosen ? onDrop : onDropFloor}>
        {chosen ? t("draw.delete") : t("draw.floor.delete")}
      </button>
    }>
      <div className="stack form">{body}</div>
    </Card>
  );
}
