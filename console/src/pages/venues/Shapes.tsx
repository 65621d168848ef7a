/** What lies on a floor, drawn: outline and voids, zones with holes and doors, sensors. */
import type { PointerEvent } from "react";
import type { Corner, PlanFloor, PlanSensor, PlanZone } from "../../api/venues";
import { useWords } from "../../i18n/language";
import type { Chosen } from "./chosen";
import { ringOf } from "./drawing";

export const points = (ring: Corner[]) => ring.map(([x, y]) => `${x},${y}`).join(" ");
const path = (rings: Corner[][]) => rings.filter((ring) => ring.length).map((ring) => `M${points(ring)}Z`).join("");
const middle = (ring: Corner[]): Corner => [
  ring.reduce((sum, [x]) => sum + x, 0) / ring.length, ring.reduce((sum, [, y]) => sum + y, 0) / ring.length,
];
const named = (...names: (string | false | null | undefined)[]) => names.filter(Boolean).join(" ");

interface Looks {
  /** A hundredth of what is seen: handles and texts keep their size. */
  unit: number;
  chosen: Chosen | null;
  /** Pressed on, where something may be chosen. */
  onPress: (event: PointerEvent, chosen: Chosen) => void;
}

const is = (chosen: Chosen | null, kind: Chosen["kind"], code: string, at?: number) =>
  chosen?.kind === kind && chosen.code === code && chosen.at === at;

export function Ground({ floor, unit, chosen, onPress }: Looks & { floor: PlanFloor }) {
  return (
    <>
      {floor.outline.length > 0 && (
        <polygon className={named("outline", chosen?.kind === "outline" && "chosen")} points={points(floor.outline)} strokeWidth={unit * 0.35}
          onPointerDown={(event) => onPress(event, { kind: "outline", code: floor.code })} />
      )}
      {floor.annexes.map((ring, n) => <polygon key={n} className="outline" points={points(ring)} strokeWidth={unit * 0.25} pointerEvents="none" />)}
    </>
  );
}

/** Above the zones: whoever is in an atrium is nowhere. */
export function Voids({ floor, unit, chosen, onPress }: Looks & { floor: PlanFloor }) {
  return floor.voids.map((ring, n) => (
    <polygon key={n} className={named("void", is(chosen, "void", floor.code, n) && "chosen")} points={points(ring)} strokeWidth={unit * 0.3}
      fill="url(#void)" onPointerDown={(event) => onPress(event, { kind: "void", code: floor.code, at: n })} />
  ));
}

export function ZoneShape({ zone, unit, chosen, onPress }: Looks & { zone: PlanZone }) {
  const { language } = useWords();
  const ring = ringOf(zone);
  if (!ring.length) return null;
  const [x, y] = middle(ring);
  const wide = Math.max(...ring.map(([cx]) => cx)) - Math.min(...ring.map(([cx]) => cx));
  const name = (language === "en" ? zone.name.en || zone.name.zh : zone.name.zh || zone.name.en) || zone.code;
  return (
    <g>
      <path d={path([ring, ...zone.holes])} fillRule="evenodd" strokeWidth={unit * 0.25} data-zone={zone.code}
        className={named("area", zone.shop && "shop", is(chosen, "zone", zone.code) && "chosen")}
        onPointerDown={(event) => onPress(event, { kind: "zone", code: zone.code })}>
        <title>{name}</title>
      </path>
      {zone.holes.map((hole, n) => (
        <polygon key={n} className={named("void", is(chosen, "hole", zone.code, n) && "chosen")} points={points(hole)} strokeWidth={unit * 0.3}
          fill="url(#void)" onPointerDown={(event) => onPress(event, { kind: "hole", code: zone.code, at: n })} />
      ))}
      {wide > unit * 6 && (
        <text x={x} y={y - unit * 2.4} fontSize={Math.min(unit * 2.2, (wide / Math.max(4, name.length)) * 1.5)} textAnchor="middle"
          dominantBaseline="middle" pointerEvents="none">{name}</text>
      )}
      {zone.doors.map((door, n) => (
        <rect key={n} x={door.x - unit * 0.8} y={door.y - unit * 0.8} width={unit * 1.6} height={unit * 1.6} strokeWidth={unit * 0.2}
          className={named("door", is(chosen, "door", zone.code, n) && "chosen")}
          onPointerDown={(event) => onPress(event, { kind: "door", code: zone.code, at: n })} />
      ))}
    </g>
  );
}

export function SensorShape({ sensor, unit, chosen, onPress }: Looks & { sensor: PlanSensor }) {
  return (
    <circle cx={sensor.x} cy={sensor.y} r={unit} strokeWidth={unit * 0.3}
      className={named("sensor", sensor.kind, is(chosen, "sensor", sensor.code) && "chosen")}
      onPointerDown={(event) => onPress(event, { kind: "sensor", code: sensor.code })}>
      <title>{sensor.code}</title>
    </circle>
  );
}
