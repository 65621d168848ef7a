/** What is chosen on the drawing, and what can be said of it. */
import type { ReactNode } from "react";
import type { Plan, PlanFloor, PlanSensor, PlanZone } from "../../api/venues";
import { useWords } from "../../i18n/language";
import { Card } from "../../parts/Page";
import { copyFloor, copyZone, ringFor, shifted, type Chosen } from "./chosen";
import { area, renameZone, ringOf, withFloor, withZone } from "./drawing";
import { Field, numeric, Picked } from "./PlanFields";

/** A point in metres from the floor's upper left corner. */
function Point({ x, y, onSave }: { x: number; y: number; onSave: (x: number, y: number) => void }) {
  const { t } = useWords();
  return (
    <div className="fields">
      <Field label={t("draw.x")} value={x} type="number" onSave={(text) => onSave(numeric(text, x), y)} />
      <Field label={t("draw.y")} value={y} type="number" onSave={(text) => onSave(x, numeric(text, y))} />
    </div>
  );
}

/** Everything on the floor by name, for who works by keys or on a small screen. */
function Jump({ floor, sensors, chosen, onChoose }: {
  floor: PlanFloor;
  sensors: PlanSensor[];
  chosen: Chosen | null;
  onChoose: (chosen: Chosen | null) => void;
}) {
  const { t, language } = useWords();
  const codes = new Set(floor.zones.map((zone) => zone.code));
  const here = sensors.filter((one) => (one.zone ? codes.has(one.zone) : one.floor === floor.code));
  const value = chosen?.kind === "zone" || chosen?.kind === "sensor" ? `${chosen.kind} ${chosen.code}` : "";
  return (
    <label className="field">
      <span>{t("draw.jump")}</span>
      <select className="input" value={value} onChange={(event) => {
        const [kind, ...rest] = event.target.value.split(" ");
        onChoose(kind ? { kind: kind as "zone" | "sensor", code: rest.join(" ") } : null);
      }}>
        <option value="">{t("draw.kind.floor")}</option>
        {floor.zones.map((one) => <option key={one.code} value={`zone ${one.code}`}>{(language === "en" ? one.name.en : one.name.zh) || one.code}</option>)}
        {here.map((one) => <option key={one.code} value={`sensor ${one.code}`}>{t("draw.kind.sensor")} {one.code}</option>)}
      </select>
    </label>
  );
}

function ZoneFields({ plan, floor, zone, formats, onChange, onChoose, onFloor }: {
  plan: Plan;
  floor: PlanFloor;
  zone: PlanZone;
  formats: { code: string; name: string }[];
  onChange: (plan: Plan) => void;
  onChoose: (chosen: Chosen) => void;
  onFloor: (code: string) => void;
}) {
  const { t } = useWords();
  const copy = (to: string) => {
    const made = copyZone(plan, zone, to);
    onChange(made.plan);
    onFloor(to);
    onChoose({ kind: "zone", code: made.code });
  };
  const net = area(ringOf(zone)) - zone.holes.reduce((sum, hole) => sum + area(hole), 0);
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
          <Field label="GLN" value={shop.gln ?? ""} onSave={(gln) => set({ shop: { ...shop, gln } })} hint={t("draw.gln")} />
          <Field label={t("draw.shop.hours")} value={shop.hours} onSave={(hours) => set({ shop: { ...shop, hours } })} />
        </>
      )}
      <Picked label={t("draw.copy.to")} value="" options={[{ code: "", name: t("draw.copy.choose") }, ...plan.floors.map((one) => ({ code: one.code, name: one.name.en || one.code }))]}
        onSave={(to) => to && copy(to)} />
      <p className="hint">{t("draw.area", { area: Math.round(net * 10) / 10, doors: zone.doors.length })}{zone.holes.length > 0 && ` ${t("draw.holes", { count: zone.holes.length })}`}</p>
    </>
  );
}

export function Properties({ plan, floor, chosen, formats, onChange, onChoose, onFloor, onDrop, onDropFloor }: {
  plan: Plan;
  floor: PlanFloor;
  chosen: Chosen | null;
  formats: { code: string; name: string }[];
  onChange: (plan: Plan) => void;
  onChoose: (chosen: Chosen | null) => void;
  onFloor: (code: string) => void;
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
    body = <ZoneFields {...{ plan, floor, zone, formats, onChange, onChoose, onFloor }} />;
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
        <Point x={sensor.x} y={sensor.y} onSave={(x, y) => setSensor({ x, y })} />
      </>
    );
  } else if (!chosen) {
    body = (
      <>
        <Field label={t("draw.name.zh")} value={floor.name.zh} onSave={(zh) => setFloor({ name: { ...floor.name, zh } })} />
        <Field label={t("draw.name.en")} value={floor.name.en} onSave={(en) => setFloor({ name: { ...floor.name, en } })} />
        <Field label={t("draw.level")} value={floor.level} type="number" onSave={(level) => setFloor({ level: Math.round(Number(level)) || 0 })} />
        <button type="button" className="button" onClick={() => {
          const made = copyFloor(plan, floor);
          onChange(made.plan);
          onFloor(made.code);
        }}>{t("draw.floor.copy")}</button>
        {picture && (
          <Field label={t("draw.picture.width")} value={picture.rect.w} type="number" onSave={(text) => {
            const w = Number(text);
            if (w > 0) setFloor({ picture: { ...picture, rect: { ...picture.rect, w, h: (picture.rect.h * w) / picture.rect.w } } });
          }} />
        )}
      </>
    );
  }
  const door = chosen?.kind === "door" ? floor.zones.find((one) => one.code === chosen.code)?.doors[chosen.at ?? 0] : undefined;
  if (door && chosen) {
    body = <Point x={door.x} y={door.y} onSave={(x, y) => onChange(shifted(plan, floor, chosen, x - door.x, y - door.y))} />;
  } else if (chosen?.kind === "hole" || chosen?.kind === "void") {
    body = <p className="hint">{t("draw.ring.area", { area: Math.round(area(ringFor(floor, chosen)) * 10) / 10 })}</p>;
  }
  const title = zone ? t("draw.kind.zone") : sensor ? t("draw.kind.sensor") : chosen ? t(`draw.kind.${chosen.kind}`) : t("draw.kind.floor");
  return (
    <Card title={title} actions={
      <button type="button" className="button danger" onClick={chosen ? onDrop : onDropFloor}>
        {chosen ? t("draw.delete") : t("draw.floor.delete")}
      </button>
    }>
      <div className="stack form">
        <Jump floor={floor} sensors={plan.sensors} chosen={chosen} onChoose={onChoose} />
        {body}
      </div>
    </Card>
  );
}
