/** Where the venue's customers come from: circles by radius or drive time, and polygons drawn around the store. */
import { useRef, useState, type PointerEvent } from "react";
import type { Corner, Plan } from "../../api/venues";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Notice } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { CsvButton, type Column } from "../../parts/Table";
import { addCorner, dropCorner, freeCode, moveCorner } from "./drawing";
import { Field, numeric } from "./PlanFields";
import { points } from "./Shapes";
import { radiusKm, reach, rings, toDegrees, toKm, type TradeArea } from "./trade";

export function TradeAreas({ plan, onChange }: { plan: Plan; onChange: (plan: Plan) => void }) {
  const { t } = useWords();
  const format = useFormat();
  const areas = plan.trade_areas;
  const [chosen, setChosen] = useState(0);
  const [line, setLine] = useState<Corner[] | null>(null);
  const [held, setHeld] = useState<{ at: number; ring: Corner[] } | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const store: Corner | null = plan.lon === null || plan.lat === null ? null : [plan.lon, plan.lat];
  const picked = areas[chosen];
  const put = (next: TradeArea[]) => onChange({ ...plan, trade_areas: next });
  const set = (change: Partial<TradeArea>) => put(areas.map((one, n) => (n === chosen ? { ...one, ...change } : one)));
  const add = (area: Partial<TradeArea>) => {
    put([...areas, { code: freeCode(areas.map((one) => one.code), "area-"), polygon: [], radius_m: 0, drive_minutes: 0, speed_kmh: 30, ...area }]);
    setChosen(areas.length);
  };
  const frozen = useRef(3);
  if (store && !held && !line) frozen.current = reach(areas, store); // the map stands still while one draws
  const whole = frozen.current;
  const unit = whole / 50;
  const here = (event: PointerEvent): Corner => {
    const matrix = svg.current?.getScreenCTM();
    const point = matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()) : { x: 0, y: 0 };
    return [point.x, point.y];
  };
  const down = (event: PointerEvent) => {
    if (!line || !store) return;
    const point = here(event);
    const [first] = line;
    if (first && line.length > 2 && Math.hypot(first[0] - point[0], first[1] - point[1]) < unit * 2.5) {
      add({ polygon: line.map((corner) => toDegrees(corner, store)) });
      setLine(null);
    } else setLine([...line, point]);
  };
  const ringOf = (area: TradeArea): Corner[] => (store ? area.polygon.map((corner) => toKm(corner, store)) : []);
  const handles = held ? held.ring : picked && !line ? ringOf(picked) : [];
  const drop = () => {
    put(areas.filter((_, n) => n !== chosen));
    setChosen(0);
  };
  const columns: Column<TradeArea>[] = (["code", "radius_m", "drive_minutes", "speed_kmh"] as const).map((key) => ({ key, title: key, plain: (row) => row[key], show: () => null }));
  columns.push({ key: "polygon", title: "polygon", plain: (row) => row.polygon.map((corner) => corner.join(" ")).join(", "), show: () => null });
  return (
    <Card title={t("venues.areas")} hint={t("trade.hint")} actions={
      <>
        <CsvButton name={`trade-areas-${plan.code}`} columns={columns} rows={areas} />
        <button type="button" className="button" onClick={() => add({ drive_minutes: 15 })}>{t("trade.add.circle")}</button>
        <button type="button" className="button" disabled={!store} onClick={() => setLine([])}>{t("trade.add.polygon")}</button>
      </>
    }>
      {!store && <p className="hint warn">{t("trade.nowhere")}</p>}
      {line && <p className="hint" role="status">{t("trade.drawing")} <button type="button" className="button small" onClick={() => setLine(null)}>{t("app.cancel")}</button></p>}
      {!areas.length && !line && <Notice tight title={t("trade.none")} text={t("trade.none.hint")} />}
      {(areas.length > 0 || line) && (
        <div className="trade">
          {store && (
            <svg ref={svg} className={line ? "trade-map drawing" : "trade-map"} viewBox={`${-whole} ${-whole} ${2 * whole} ${2 * whole}`} role="img" aria-label={t("trade.map")}
              onPointerDown={down} onPointerMove={(event) => held && setHeld({ ...held, ring: moveCorner(held.ring, held.at, here(event)) })}
              onPointerUp={() => {
                if (held) set({ polygon: held.ring.map((corner) => toDegrees(corner, store)) });
                setHeld(null);
              }}>
              {rings(whole).map((km) => (
                <g key={km}>
                  <circle className="ring" r={km} strokeWidth={unit * 0.1} />
                  <text x={unit * 0.5} y={-km - unit * 0.5} fontSize={unit * 2.2}>{t("trade.km", { km })}</text>
                </g>
              ))}
              {areas.map((area, n) => {
                const name = n === chosen ? "trade-area chosen" : "trade-area";
                const press = () => !line && setChosen(n);
                return area.polygon.length
                  ? <polygon key={area.code} className={name} points={points(n === chosen && held ? held.ring : ringOf(area))} strokeWidth={unit * 0.3} onPointerDown={press} />
                  : <circle key={area.code} className={name} r={radiusKm(area)} strokeWidth={unit * 0.3} onPointerDown={press} />;
              })}
              <circle className="store" r={unit} />
              {handles.map(([x, y], n) => {
                const [nx, ny] = handles[(n + 1) % handles.length] as Corner;
                return (
                  <g key={n}>
                    <circle className="handle add" cx={(x + nx) / 2} cy={(y + ny) / 2} r={unit * 0.8}
                      onPointerDown={() => set({ polygon: addCorner(handles, n, [(x + nx) / 2, (y + ny) / 2]).map((corner) => toDegrees(corner, store)) })} />
                    <circle className="handle" cx={x} cy={y} r={unit * 1.2} strokeWidth={unit * 0.3}
                      onPointerDown={(event) => (svg.current?.setPointerCapture(event.pointerId), setHeld({ at: n, ring: handles }))}
                      onDoubleClick={() => set({ polygon: dropCorner(handles, n).map((corner) => toDegrees(corner, store)) })} />
                  </g>
                );
              })}
              {line && line.length > 0 && <polyline className="preview" points={points(line)} strokeWidth={unit * 0.3} pointerEvents="none" />}
              {line?.map(([x, y], n) => <circle key={n} className="handle" cx={x} cy={y} r={unit * (n ? 0.6 : 1.2)} strokeWidth={unit * 0.2} pointerEvents="none" />)}
            </svg>
          )}
          <div className="stack grow">
            <div className="chips" role="group" aria-label={t("venues.areas")}>
              {areas.map((one, n) => <button key={one.code} type="button" className="chip" aria-pressed={n === chosen} onClick={() => setChosen(n)}>{one.code}</button>)}
            </div>
            {picked && (
              <div className="fields form">
                <Field label={t("draw.code")} value={picked.code} onSave={(code) => code && !areas.some((one) => one.code === code) && set({ code })} />
                {!picked.polygon.length && (
                  <>
                    <Field label={t("trade.radius")} value={picked.radius_m} type="number" onSave={(text) => set({ radius_m: Math.max(0, numeric(text, picked.radius_m)) })} hint={t("trade.radius.hint")} />
                    <Field label={t("trade.minutes")} value={picked.drive_minutes} type="number" onSave={(text) => set({ drive_minutes: Math.max(0, numeric(text, picked.drive_minutes)) })} />
                    <Field label={t("trade.speed")} value={picked.speed_kmh} type="number" onSave={(text) => set({ speed_kmh: Math.max(1, numeric(text, picked.speed_kmh)) })} />
                  </>
                )}
                <p className="hint whole">{picked.polygon.length ? t("venues.area.polygon") : picked.radius_m
                  ? t("venues.area.circle", { km: format.number(radiusKm(picked), 1) })
                  : t("venues.area.drive", { minutes: picked.drive_minutes, speed: picked.speed_kmh, km: format.number(radiusKm(picked), 1) })}</p>
                <div className="row whole"><button type="button" className="button danger" onClick={drop}>{t("draw.delete")}</button></div>
              </div>
            )}
          </div>
        </div>
      )}
    </Card>
  );
}
