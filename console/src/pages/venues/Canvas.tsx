/** The floor under the pointer: drawn, chosen and moved by mouse, pen, finger or keys, on a grid, near or far. */
import { useEffect, useRef, useState, type PointerEvent } from "react";
import type { Corner, Plan, PlanFloor, Rect } from "../../api/venues";
import { useWords } from "../../i18n/language";
import { addHole, addVoid, ringFor, shifted, withRing, type Chosen } from "./chosen";
import {
  addCorner, addSensor, addZone, dropCorner, extent, moveCorner, rectRing, ringOf, snapped, withFloor, withZone, zoneAt, zoomed,
} from "./drawing";
import { Ground, points, SensorShape, Voids, ZoneShape } from "./Shapes";

export const TOOLS = ["select", "rect", "polygon", "hole", "outline", "void", "door", "sensor"] as const;
export type Tool = (typeof TOOLS)[number];

interface Drag {
  what: "corner" | "whole" | "rect" | "view";
  chosen: Chosen | null;
  at: number;
  from: Corner;
  plan: Plan;
  view: Rect;
}

export function Canvas({ plan, floor, tool, grid, chosen, onChoose, onDraft, onChange, onTool, onMiss }: {
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
  /** A hole or a door was drawn where no zone is, or an atrium on a floor without an outline. */
  onMiss: (what: "zone" | "outline") => void;
}) {
  const { t } = useWords();
  const svg = useRef<SVGSVGElement>(null);
  const drag = useRef<Drag | null>(null);
  const [line, setLine] = useState<Corner[]>([]);
  const [at, setAt] = useState<Corner | null>(null);
  const [near, setNear] = useState<Rect | null>(null);
  const zoneCodes = new Set(floor.zones.map((zone) => zone.code));
  const sensors = plan.sensors.filter((one) => (one.zone ? zoneCodes.has(one.zone) : one.floor === floor.code));
  const frozen = useRef({ key: "", box: extent(floor, sensors) });
  const key = `${floor.code} ${floor.zones.length} ${floor.outline.length} ${floor.picture?.file ?? ""}`;
  if (frozen.current.key !== key && !drag.current) frozen.current = { key, box: extent(floor, sensors) };
  const box = frozen.current.box;
  const view = near ?? box;
  const unit = Math.max(view.w, view.h) / 100;
  const drawsRing = tool === "polygon" || tool === "outline" || tool === "hole" || tool === "void";
  useEffect(() => setNear(null), [floor.code]);
  useEffect(() => setLine([]), [tool, floor.code]);

  const here = (event: PointerEvent): Corner => {
    const matrix = svg.current?.getScreenCTM();
    if (!matrix) return [0, 0];
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return [point.x, point.y];
  };
  const corners = (but = "") => [
    ...floor.outline, ...floor.voids.flat(), ...floor.zones.filter((zone) => zone.code !== but).flatMap(ringOf),
  ];
  const snap = (point: Corner, but = "") => snapped(point, grid, grid ? corners(but) : [], unit * 1.2);

  const finish = (ring: Corner[]) => {
    setLine([]);
    const [first] = ring;
    if (ring.length < 3 || !first) return;
    if (tool === "outline") {
      onChange(withFloor(plan, floor.code, (one) => ({ ...one, outline: ring })));
      onChoose({ kind: "outline", code: floor.code });
    } else if (tool === "void") {
      if (!floor.outline.length) return onMiss("outline");
      onChange(addVoid(plan, floor.code, ring));
      onChoose({ kind: "void", code: floor.code, at: floor.voids.length });
    } else if (tool === "hole") {
      const zone = zoneAt(floor, first) ?? floor.zones.find((one) => one.code === chosen?.code);
      if (!zone) return onMiss("zone");
      onChange(addHole(plan, floor.code, zone.code, ring));
      onChoose({ kind: "hole", code: zone.code, at: zone.holes.length });
    } else {
      const added = addZone(plan, floor.code, ring);
      onChange(added.plan);
      onChoose({ kind: "zone", code: added.code });
    }
    onTool("select");
  };

  useEffect(() => {
    if (!line.length) return;
    const press = (event: KeyboardEvent) => {
      if (event.key === "Enter") finish(line);
      else if (event.key === "Backspace") setLine(line.slice(0, -1));
      else if (event.key === "Escape") setLine([]);
      else return;
      event.preventDefault();
      event.stopImmediatePropagation(); // the page's own keys would take it for something else
    };
    window.addEventListener("keydown", press, true);
    return () => window.removeEventListener("keydown", press, true);
  });

  const begin = (event: PointerEvent, what: Drag["what"], one: Chosen | null, index = 0) => {
    event.stopPropagation();
    svg.current?.setPointerCapture(event.pointerId);
    drag.current = { what, chosen: one, at: index, from: what === "view" ? here(event) : snap(here(event)), plan, view };
  };
  const press = (event: PointerEvent, one: Chosen) => {
    if (tool !== "select") return;
    onChoose(one);
    if (one.kind === "outline") event.stopPropagation(); // a floor's border moves by its corners only
    else begin(event, "whole", one);
  };

  const down = (event: PointerEvent) => {
    const point = snap(here(event));
    if (tool === "rect") return begin(event, "rect", null);
    if (drawsRing) {
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
      if (!zone) return onMiss("zone");
      onChange(withZone(plan, floor.code, zone.code, (one) => ({ ...one, doors: [...one.doors, { x: point[0], y: point[1] }] })));
      onChoose({ kind: "door", code: zone.code, at: zone.doors.length });
      return onTool("select");
    }
    onChoose(null);
    return near ? begin(event, "view", null) : undefined;
  };

  const moved = (held: Drag, to: Corner): Plan => {
    if (!held.chosen) return held.plan;
    const before = held.plan.floors.find((one) => one.code === floor.code) ?? floor;
    return held.what === "corner"
      ? withRing(held.plan, floor.code, held.chosen, moveCorner(ringFor(before, held.chosen), held.at, to))
      : shifted(held.plan, before, held.chosen, to[0] - held.from[0], to[1] - held.from[1]);
  };
  const target = (event: PointerEvent, held: Drag | null) => snap(here(event), held?.what === "corner" ? held.chosen?.code : "");

  const move = (event: PointerEvent) => {
    const held = drag.current;
    if (held?.what === "view") {
      const [x, y] = here(event);
      return setNear({ ...view, x: view.x + held.from[0] - x, y: view.y + held.from[1] - y });
    }
    const point = target(event, held);
    setAt(point);
    if (held && held.what !== "rect") onDraft(moved(held, point));
  };

  const up = (event: PointerEvent) => {
    const held = drag.current;
    drag.current = null;
    if (!held || held.what === "view") return;
    const point = target(event, held);
    if (held.what === "rect") {
      const ring = rectRing(held.from, point);
      const [a, , c] = ring;
      if (a && c && (c[0] - a[0]) * (c[1] - a[1]) > 0.5) finish(ring);
      return;
    }
    onChange(held.from[0] === point[0] && held.from[1] === point[1] ? held.plan : moved(held, point));
  };

  const handles = chosen ? ringFor(floor, chosen) : [];
  const setRing = (ring: Corner[]) => chosen && onChange(withRing(plan, floor.code, chosen, ring));
  const preview = drag.current?.what === "rect" && at ? rectRing(drag.current.from, at) : line.length && at ? [...line, at] : line;
  const step = grid >= 1 || unit > 0.8 ? 5 : 1;
  const looks = { unit, chosen, onPress: press };
  const zoom = (by: number) => setNear(by ? zoomed(view, box, by) : null);
  return (
    <div>
      <svg ref={svg} className={`canvas tool-${tool}`} viewBox={`${view.x} ${view.y} ${view.w} ${view.h}`} role="application" style={{ aspectRatio: `${box.w} / ${box.h}` }}
        aria-label={t("draw.canvas")} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={() => (drag.current = null)}
        onDoubleClick={() => line.length > 2 && finish(line)}>
        <defs>
          <pattern id="grid" width={step} height={step} patternUnits="userSpaceOnUse">
            <path d={`M ${step} 0 L 0 0 0 ${step}`} fill="none" stroke="var(--line)" strokeWidth={unit * 0.08} />
          </pattern>
          <pattern id="void" width={unit * 1.6} height={unit * 1.6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width={unit * 1.6} height={unit * 1.6} fill="var(--surface)" />
            <path d={`M 0 0 L 0 ${unit * 1.6}`} stroke="var(--line-strong)" strokeWidth={unit * 0.3} />
          </pattern>
        </defs>
        {floor.picture && (
          <image href={`/api/venues/pictures/${floor.picture.file}`} x={floor.picture.rect.x} y={floor.picture.rect.y}
            width={floor.picture.rect.w} height={floor.picture.rect.h} preserveAspectRatio="none" opacity={0.6} />
        )}
        <rect x={view.x} y={view.y} width={view.w} height={view.h} fill="url(#grid)" />
        <Ground floor={floor} {...looks} />
        {floor.zones.map((zone) => <ZoneShape key={zone.code} zone={zone} {...looks} />)}
        <Voids floor={floor} {...looks} />
        {sensors.map((sensor) => <SensorShape key={sensor.code} sensor={sensor} {...looks} />)}
        {tool === "select" && handles.map(([x, y], n) => {
          const [nx, ny] = handles[(n + 1) % handles.length] as Corner;
          const half: Corner = [(x + nx) / 2, (y + ny) / 2];
          return (
            <g key={n}>
              <circle className="handle add" cx={half[0]} cy={half[1]} r={unit * 0.6}
                onPointerDown={(event) => (event.stopPropagation(), setRing(addCorner(handles, n, half)))}>
                <title>{t("draw.corner.add")}</title>
              </circle>
              <circle className="handle" cx={x} cy={y} r={unit * 0.9} strokeWidth={unit * 0.25}
                onPointerDown={(event) => begin(event, "corner", chosen, n)}
                onDoubleClick={(event) => (event.stopPropagation(), setRing(dropCorner(handles, n)))}>
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
      <div className="row tight canvas-foot">
        <button type="button" className="button small" aria-label={t("draw.nearer")} title={t("draw.nearer")} onClick={() => zoom(1.5)}>+</button>
        <button type="button" className="button small" aria-label={t("draw.farther")} title={t("draw.farther")} disabled={!near} onClick={() => zoom(1 / 1.5)}>−</button>
        <button type="button" className="button small" disabled={!near} onClick={() => zoom(0)}>{t("draw.whole")}</button>
        <span className="faint small grow canvas-at" aria-hidden="true">{at ? t("draw.at", { x: Math.round(at[0] * 10) / 10, y: Math.round(at[1] * 10) / 10 }) : ""}</span>
      </div>
    </div>
  );
}
