/** The floor under the pointer: zones, doors and sensors on a grid, drawn and moved by mouse, pen or finger. */
import { useRef, useState, type PointerEvent } from "react";
import type { Corner, Plan, PlanFloor } from "../../api/venues";
import { useWords } from "../../i18n/language";
import {
  addCorner, addSensor, addZone, dropCorner, extent, moveCorner, rectRing, ringOf, snapped, withFloor, withZone, zoneAt,
} from "./drawing";

export type Tool = "select" | "rect" | "polygon" | "outline" | "door" | "sensor";
export interface Chosen {
  kind: "zone" | "sensor" | "door" | "outline";
  code: string;
  at?: number;
}

interface Drag {
  what: "corner" | "zone" | "sensor" | "door" | "rect" | "outline";
  code: string;
  at: number;
  from: Corner;
  plan: Plan;
}

const points = (ring: Corner[]) => ring.map(([x, y]) => `${x},${y}`).join(" ");
const middle = (ring: Corner[]): Corner => [
  ring.reduce((sum, [x]) => sum + x, 0) / ring.length, ring.reduce((sum, [, y]) => sum + y, 0) / ring.length,
];

export function Canvas({ plan, floor, tool, grid, chosen, onChoose, onDraft, onChange, onTool }: {
  plan: Plan;
  floor: PlanFloor;
  tool: Tool;
  grid: number;
  chosen: Chosen | null;
  onChoose: (chosen: Chosen | null) => void;
  /** While something is dragged: shown, but no step to undo. */
  onDraft: (plan: Plan) => void;
  onChange: (plan: Plan) => void;
  onTool: (tool: Tool) => void;
}) {
  const { t, language } = useWords();
  const svg = useRef<SVGSVGElement>(null);
  const drag = useRef<Drag | null>(null);
  const [line, setLine] = useState<Corner[]>([]);
  const [at, setAt] = useState<Corner | null>(null);
  const zoneCodes = new Set(floor.zones.map((zone) => zone.code));
  const sensors = plan.sensors.filter((one) => (one.zone ? zoneCodes.has(one.zone) : one.floor === floor.code));
  const frozen = useRef({ key: "", box: extent(floor, sensors) });
  const key = `${floor.code} ${floor.zones.length} ${floor.outline.length} ${floor.picture?.file ?? ""}`;
  if (frozen.current.key !== key && !drag.current) frozen.current = { key, box: extent(floor, sensors) };
  const box = frozen.current.box;
  const unit = Math.max(box.w, box.h) / 100; // a hundredth of what is seen: handles and texts keep their size

  const here = (event: PointerEvent): Corner => {
    const matrix = svg.current?.getScreenCTM();
    if (!matrix) return [0, 0];
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return [point.x, point.y];
  };
  const corners = (but = "") => [
    ...floor.outline, ...floor.zones.filter((zone) => zone.code !== but).flatMap(ringOf),
  ];
  const snap = (point: Corner, but = "") => snapped(point, grid, grid ? corners(but) : [], unit * 1.2);

  const finish = (ring: Corner[]) => {
    setLine([]);
    if (ring.length < 3) return;
    if (tool === "outline") {
      onChange(withFloor(plan, floor.code, (one) => ({ ...one, outline: ring })));
      onChoose({ kind: "outline", code: floor.code });
    } else {
      const added = addZone(plan, floor.code, ring);
      onChange(added.plan);
      onChoose({ kind: "zone", code: added.code });
    }
    onTool("select");
  };

  const begin = (event: PointerEvent, what: Drag["what"], code: string, index: number) => {
    event.stopPropagation();
    svg.current?.setPointerCapture(event.pointerId);
    drag.current = { what, code, at: index, from: snap(here(event)), plan };
  };

  const down = (event: PointerEvent) => {
    const point = snap(here(event));
    if (tool === "rect") return begin(event, "rect", "", 0);
    if (tool === "polygon" || tool === "outline") {
      const [first] = line;
      const close = first && Math.hypot(first[0] - point[0], first[1] - point[1]) < unit * 1.6;
      return close && line.length > 2 ? finish(line) : setLine([...line, point]);
    }
    if (tool === "sensor") {
      const added = addSensor(plan, floor.code, point);
      onChange(added.plan);
      onChoose({ kind: "sensor", code: added.code });
      return onTool("select");
    }
    if (tool === "door") {
      const zone = zoneAt(floor, here(event)) ?? floor.zones.find((one) =>
        ringOf(one).some(([x, y]) => Math.hypot(x - point[0], y - point[1]) < unit * 4));
      if (zone) {
        onChange(withZone(plan, floor.code, zone.code, (one) => ({ ...one, doors: [...one.doors, { x: point[0], y: point[1] }] })));
        onChoose({ kind: "door", code: zone.code, at: zone.doors.length });
        onTool("select");
      }
      return undefined;
    }
    return onChoose(null);
  };

  const moved = (held: Drag, to: Corner): Plan => {
    const [dx, dy] = [to[0] - held.from[0], to[1] - held.from[1]];
    switch (held.what) {
      case "corner":
        return withZone(held.plan, floor.code, held.code, (zone) => ({ ...zone, rect: null, polygon: moveCorner(ringOf(zone), held.at, to) }));
      case "zone":
        return withZone(held.plan, floor.code, held.code, (zone) => ({
          ...zone, rect: null, polygon: ringOf(zone).map(([x, y]): Corner => [x + dx, y + dy]),
          holes: zone.holes.map((ring) => ring.map(([x, y]): Corner => [x + dx, y + dy])),
          doors: zone.doors.map((door) => ({ x: door.x + dx, y: door.y + dy })),
        }));
      case "sensor":
        return { ...held.plan, sensors: held.plan.sensors.map((one) => (one.code === held.code ? { ...one, x: to[0], y: to[1] } : one)) };
      case "door":
        return withZone(held.plan, floor.code, held.code, (zone) => ({
          ...zone, doors: zone.doors.map((door, n) => (n === held.at ? { x: to[0], y: to[1] } : door)),
        }));
      case "outline":
        return withFloor(held.plan, floor.code, (one) => ({ ...one, outline: moveCorner(one.outline, held.at, to) }));
      default:
        return held.plan;
    }
  };

  const move = (event: PointerEvent) => {
    const point = snap(here(event), drag.current?.what === "corner" ? drag.current.code : "");
    setAt(point);
    const held = drag.current;
    if (held && held.what !== "rect") onDraft(moved(held, point));
  };

  const up = (event: PointerEvent) => {
    const held = drag.current;
    drag.current = null;
    if (!held) return;
    const point = snap(here(event), held.what === "corner" ? held.code : "");
    if (held.what === "rect") {
      const ring = rectRing(held.from, point);
      const [a, , c] = ring;
      if (a && c && (c[0] - a[0]) * (c[1] - a[1]) > 0.5) finish(ring);
      return;
    }
    onChange(held.from[0] === point[0] && held.from[1] === point[1] ? held.plan : moved(held, point));
  };

  const picked = chosen?.kind === "zone" ? floor.zones.find((zone) => zone.code === chosen.code) : undefined;
  const handles = picked ? ringOf(picked) : chosen?.kind === "outline" ? floor.outline : [];
  const setRing = (ring: Corner[]) =>
    onChange(picked
      ? withZone(plan, floor.code, picked.code, (zone) => ({ ...zone, rect: null, polygon: ring }))
      : withFloor(plan, floor.code, (one) => ({ ...one, outline: ring })));
  const held = drag.current;
  const preview = held?.what === "rect" && at ? rectRing(held.from, at) : line.length && at ? [...line, at] : line;
  const step = grid >= 1 || unit > 0.8 ? 5 : 1;
  return (
    <svg ref={svg} className={`canvas tool-${tool}`} viewBox={`${box.x} ${box.y} ${box.w} ${box.h}`} role="application" style={{ aspectRatio: `${box.w} / ${box.h}` }}
      aria-label={t("draw.canvas")} onPointerDown={down} onPointerMove={move} onPointerUp={up}
      onDoubleClick={() => line.length > 2 && finish(line)}>
      <defs>
        <pattern id="grid" width={step} height={step} patternUnits="userSpaceOnUse">
          <path d={`M ${step} 0 L 0 0 0 ${step}`} fill="none" stroke="var(--line)" strokeWidth={unit * 0.08} />
        </pattern>
      </defs>
      {floor.picture && (
        <image href={`/api/venues/pictures/${floor.picture.file}`} {...{ x: floor.picture.rect.x, y: floor.picture.rect.y }}
          width={floor.picture.rect.w} height={floor.picture.rect.h} preserveAspectRatio="none" opacity={0.6} />
      )}
      <rect x={box.x} y={box.y} width={box.w} height={box.h} fill="url(#grid)" />
      {floor.outline.length > 0 && (
        <polygon className={chosen?.kind === "outline" ? "outline chosen" : "outline"} points={points(floor.outline)} strokeWidth={unit * 0.35}
          onPointerDown={(event) => tool === "select" && (event.stopPropagation(), onChoose({ kind: "outline", code: floor.code }))} />
      )}
      {[...floor.annexes, ...floor.voids].map((ring, n) => (
        <polygon key={n} className="outline" points={points(ring)} strokeWidth={unit * 0.25} pointerEvents="none" />
      ))}
      {floor.zones.map((zone) => {
        const ring = ringOf(zone);
        if (!ring.length) return null;
        const [x, y] = middle(ring);
        const wide = Math.max(...ring.map(([cx]) => cx)) - Math.min(...ring.map(([cx]) => cx));
        const name = zone.name.zh === zone.name.en ? zone.name.en : language === "en" ? zone.name.en : zone.name.zh;
        const show = wide > unit * 6;
        return (
          <g key={zone.code}>
            <polygon points={points(ring)} strokeWidth={unit * 0.25}
              className={["area", zone.shop && "shop", chosen?.code === zone.code && chosen.kind === "zone" && "chosen"].filter(Boolean).join(" ")}
              onPointerDown={(event) => {
                if (tool !== "select") return;
                onChoose({ kind: "zone", code: zone.code });
                begin(event, "zone", zone.code, 0);
              }} />
            {show && (
              <text x={x} y={y - unit * 2.4} fontSize={Math.min(unit * 2.2, (wide / Math.max(4, name.length)) * 1.5)} textAnchor="middle"
                dominantBaseline="middle" pointerEvents="none">{name}</text>
            )}
            {zone.doors.map((door, n) => (
              <rect key={n} x={door.x - unit * 0.8} y={door.y - unit * 0.8} width={unit * 1.6} height={unit * 1.6} strokeWidth={unit * 0.2}
                className={chosen?.kind === "door" && chosen.code === zone.code && chosen.at === n ? "door chosen" : "door"}
                onPointerDown={(event) => {
                  if (tool !== "select") return;
                  onChoose({ kind: "door", code: zone.code, at: n });
                  begin(event, "door", zone.code, n);
                }} />
            ))}
          </g>
        );
      })}
      {sensors.map((sensor) => (
        <circle key={sensor.code} cx={sensor.x} cy={sensor.y} r={unit * 1} strokeWidth={unit * 0.3}
          className={["sensor", sensor.kind, chosen?.kind === "sensor" && chosen.code === sensor.code && "chosen"].filter(Boolean).join(" ")}
          onPointerDown={(event) => {
            if (tool !== "select") return;
            onChoose({ kind: "sensor", code: sensor.code });
            begin(event, "sensor", sensor.code, 0);
          }}>
          <title>{sensor.code}</title>
        </circle>
      ))}
      {tool === "select" && handles.map(([x, y], n) => {
        const [nx, ny] = handles[(n + 1) % handles.length] as Corner;
        return (
          <g key={n}>
            <circle className="handle add" cx={(x + nx) / 2} cy={(y + ny) / 2} r={unit * 0.6}
              onPointerDown={(event) => {
                event.stopPropagation();
                setRing(addCorner(handles, n, [(x + nx) / 2, (y + ny) / 2]));
              }}>
              <title>{t("draw.corner.add")}</title>
            </circle>
            <circle className="handle" cx={x} cy={y} r={unit * 0.9} strokeWidth={unit * 0.25}
              onPointerDown={(event) => begin(event, picked ? "corner" : "outline", picked?.code ?? floor.code, n)}
              onDoubleClick={(event) => {
                event.stopPropagation();
                setRing(dropCorner(handles, n));
              }}>
              <title>{t("draw.corner.drop")}</title>
            </circle>
          </g>
        );
      })}
      {preview.length > 0 && <polyline className="preview" points={points(preview)} strokeWidth={unit * 0.35} pointerEvents="none" />}
      {line.map(([x, y], n) => (
        <circle key={n} className="handle" cx={x} cy={y} r={unit * (n ? 0.5 : 1)} strokeWidth={unit * 0.2} pointerEvents="none" />
      ))}
    </svg>
  );
}
