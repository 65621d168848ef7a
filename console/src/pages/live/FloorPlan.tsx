/** The floor as it is: each zone a rectangle, darker the more people are in it. */
import { useEffect, useRef, useState } from "react";
import type { Floor, Zone } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Notice } from "../../parts/Notice";
import { Choice } from "../../parts/Page";

const GAP = 3;
const LETTER_PX = 6.6;
const WIDE_LETTER_PX = 12;
const NARROW_PX = 520;
/** A zone this deep has room for the bar below its figures. */
const BAR_FITS_PX = 52;
/** Above this heat white text reads better than black; the contrast stays above 4 on both sides. */
const INK_TURNS = 0.79;

/** The width of a box, followed as it changes. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, width] as const;
}

/** The name as far as it fits into `room` pixels at 12 px. */
function fitted(name: string, room: number): string {
  let used = 0;
  let fit = "";
  for (const letter of name) {
    used += letter > "\u2e80" ? WIDE_LETTER_PX : LETTER_PX;
    if (used > room) return fit.length > 2 ? `${fit.slice(0, -1)}…` : "";
    fit += letter;
  }
  return fit;
}

function ZoneShape({ zone, corners, box, heat, chosen, onChoose }: {
  zone: Zone;
  /** Its corners on the screen where it is no rectangle. */
  corners: string;
  box: { x: number; y: number; w: number; h: number };
  heat: number;
  chosen: boolean;
  onChoose: () => void;
}) {
  const { t } = useWords();
  const { x, y, w, h } = box;
  const name = h > 36 ? fitted(zone.name, w - 14) : "";
  const ink = heat > INK_TURNS ? "var(--heat-ink)" : "var(--ink)";
  const known = zone.count > 0 ? zone.known / zone.count : 0;
  const paint = {
    fill: `color-mix(in oklab, var(--heat-high) ${Math.round(heat * 100)}%, var(--heat-low))`,
    stroke: chosen ? "var(--ink)" : "var(--line)",
    strokeWidth: chosen ? 2 : 1,
  };
  return (
    <g className="zone" role="button" tabIndex={0} aria-pressed={chosen} onClick={onChoose} onFocus={onChoose}
      onMouseEnter={onChoose} aria-label={t("live.zone.label", { name: zone.name, count: zone.count, known: zone.known })}
      onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && onChoose()}>
      {corners ? <polygon points={corners} {...paint} strokeLinejoin="round" /> : <rect x={x} y={y} width={w} height={h} rx={5} {...paint} />}
      {known > 0 && w > 24 && h > BAR_FITS_PX && (
        <rect x={x + 7} y={y + h - 8} width={Math.max(2, (w - 14) * known)} height={3} rx={1.5} fill={ink} opacity={0.75} />
      )}
      {name && (
        <text x={x + 7} y={y + 17} fill={ink} fontSize={12}>
          {name}
        </text>
      )}
      {w > 16 && h > 16 && (
        <text x={name ? x + 7 : x + w / 2} y={name ? y + 36 : y + h / 2 + 5} textAnchor={name ? "start" : "middle"}
          fill={ink} fontSize={h > 44 && w > 44 ? 17 : 12} fontWeight={650}>
          {zone.count}
        </text>
      )}
    </g>
  );
}

function Details({ zone }: { zone: Zone | undefined }) {
  const { t } = useWords();
  const format = useFormat();
  if (!zone) return <p className="zone-details faint">{t("live.zone.choose")}</p>;
  const facts: [string, string][] = [
    [t("live.zone.now"), format.number(zone.count)],
    [t("live.known"), format.number(zone.known)],
    [t("live.zone.today"), format.number(zone.today_visits)],
    [t("live.zone.shop"), zone.shop],
    [t("live.zone.category"), zone.category],
  ];
  return (
    <dl className="zone-details">
      <div>
        <dt className="sr-only">{t("visits.zone")}</dt>
        <dd>
          <strong>{zone.name}</strong>
        </dd>
      </div>
      {facts.filter(([, value]) => value).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function FloorPlan({ floors }: { floors: Floor[] }) {
  const { t } = useWords();
  const [box, width] = useWidth();
  const [code, setCode] = useState("");
  const [chosen, setChosen] = useState("");
  const floor = floors.find((one) => one.code === code) ?? floors[0];
  if (!floor || floor.zones.length === 0) {
    return <Notice title={t("live.plan.empty")} text={t("live.plan.empty.hint")} />;
  }
  const zones = floor.zones;
  const left = Math.min(...zones.map((zone) => zone.x));
  const top = Math.min(...zones.map((zone) => zone.y));
  const wide = Math.max(...zones.map((zone) => zone.x + zone.w)) - left || 1;
  const deep = Math.max(...zones.map((zone) => zone.y + zone.h)) - top || 1;
  // A long, flat hall would be unreadable on a phone: there it is drawn deeper than it is.
  const shape = width < NARROW_PX ? Math.min(wide / deep, 1.15) : Math.min(Math.max(wide / deep, 1.3), 2.4);
  const height = Math.round(width / shape);
  const [sx, sy] = [width / wide, height / deep];
  const most = Math.max(4, ...floors.flatMap((one) => one.zones.map((zone) => zone.count)));
  return (
    <>
      <div className="plan-tabs">
        <Choice label={t("live.plan")} value={floor.code}
          options={floors.map((one) => ({
            value: one.code,
            text: one.name || one.code,
            count: one.zones.reduce((sum, zone) => sum + zone.count, 0),
          }))}
          onChange={setCode} />
      </div>
      <div ref={box} className="plan" style={{ aspectRatio: width ? undefined : "1.8", height: width ? height : undefined }}>
        {width > 0 && (
          <svg width={width} height={height} role="group" aria-label={`${t("live.plan")} ${floor.name}`}>
            {zones.map((zone) => (
              <ZoneShape key={zone.zone} zone={zone} chosen={zone.zone === chosen} onChoose={() => setChosen(zone.zone)}
                heat={(zone.count / most) ** 0.8}
                corners={zone.ring.map(([x, y]) => `${(x - left) * sx},${(y - top) * sy}`).join(" ")}
                box={{
                  x: (zone.x - left) * sx + GAP / 2,
                  y: (zone.y - top) * sy + GAP / 2,
                  w: Math.max(4, zone.w * sx - GAP),
                  h: Math.max(4, zone.h * sy - GAP),
                }} />
            ))}
          </svg>
        )}
      </div>
      <Details zone={zones.find((zone) => zone.zone === chosen)} />
    </>
  );
}
