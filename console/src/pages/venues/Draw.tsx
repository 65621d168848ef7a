/** The drawing page of a venue: floors, zones, shops, doors and sensors, saved as the next version of the plan. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { ApiError, post } from "../../api/client";
import { upload, venueListQuery, venueQuery, type FloorImport, type Plan, type VenuePage } from "../../api/venues";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Confirm } from "../../parts/Confirm";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Choice, Page } from "../../parts/Page";
import { useToast } from "../../parts/toast";
import { Canvas, TOOLS, type Tool } from "./Canvas";
import { shifted, without, type Chosen } from "./chosen";
import { addFloor, begin, dropFloor, redo, step, undo, withFloor } from "./drawing";
import { Properties } from "./Properties";
import { TradeAreas } from "./TradeAreas";
import { keepDraft, readDraft, useGuard } from "./unsaved";
import { VenueFields } from "./VenueFields";

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const GRIDS = ["0.5", "0.1", "0"] as const;

function Editor({ page }: { page: VenuePage }) {
  const { t, language } = useWords();
  const format = useFormat();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const formats = useQuery(venueListQuery()).data?.formats ?? [];
  const [steps, setSteps] = useState(() => begin<Plan>(page.plan));
  const [draft, setDraft] = useState<Plan | null>(null);
  const [base, setBase] = useState(page.version);
  const [saved, setSaved] = useState<Plan>(page.plan);
  const [floorCode, setFloorCode] = useState(page.plan.floors[0]?.code ?? "");
  const [tool, setTool] = useState<Tool>("select");
  const [grid, setGrid] = useState<(typeof GRIDS)[number]>("0.5");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [problems, setProblems] = useState<string[]>([]);
  const [remarks, setRemarks] = useState<string[]>(page.remarks);
  const [busy, setBusy] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const pictures = useRef<HTMLInputElement>(null);
  const plan = draft ?? steps.now;
  const floor = plan.floors.find((one) => one.code === floorCode) ?? plan.floors[0];
  const dirty = steps.now !== saved;
  const guard = useGuard(dirty);
  const [, go] = useLocation();
  const [draftThere, setDraftThere] = useState(() => readDraft(page.plan.code, page.version, page.plan));

  const change = useCallback((next: Plan) => {
    setDraft(null);
    setSteps((all) => step(all, next));
  }, []);
  const back = useCallback(() => setSteps(undo), []);
  const forth = useCallback(() => setSteps(redo), []);

  const drop = useCallback(() => {
    if (!chosen || !floor) return;
    change(without(steps.now, floor.code, chosen));
    setChosen(null);
  }, [chosen, floor, steps.now, change]);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.target as HTMLElement).closest("input, select, textarea, dialog")) return;
      const [key, command, arrow] = [event.key.toLowerCase(), event.ctrlKey || event.metaKey, ARROWS[event.key]];
      if (key === "delete" || key === "backspace") drop();
      else if (arrow && chosen && floor) {
        const by = (Number(grid) || 0.1) * (event.shiftKey ? 10 : 1);
        change(shifted(steps.now, floor, chosen, arrow[0] * by, arrow[1] * by));
      } else if (command && key === "z") (event.shiftKey ? forth : back)();
      else if (command && key === "y") forth();
      else if (command && key === "s") dirty && void save();
      else if (key === "escape") {
        setTool("select");
        setChosen(null);
      } else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  });

  useEffect(() => {
    if (steps.past.length || steps.future.length) keepDraft(page.plan.code, dirty ? { base, plan: steps.now } : null);
  }, [steps, dirty, base, page.plan.code]);

  const save = async () => {
    setBusy(true);
    try {
      const checked = await post<{ problems: string[]; remarks: string[] }>("/api/venues/check", { plan: steps.now, base });
      setProblems(checked.problems);
      setRemarks(checked.remarks);
      if (checked.problems.length) return;
      const done = await post<{ version: number }>(`/api/venues/${encodeURIComponent(plan.code)}`, { plan: steps.now, base });
      setBase(done.version);
      setSaved(steps.now);
      keepDraft(plan.code, null);
      toast({ text: t("draw.saved", { version: done.version }) });
      void data.invalidateQueries({ queryKey: ["venues"] });
    } catch (error) {
      toast({ text: told(error), bad: true });
    } finally {
      setBusy(false);
    }
  };

  const importFile = async (file: File | undefined) => {
    if (!file) return;
    try {
      const known = floor && floor.zones.length === 0 ? `?floor=${encodeURIComponent(floor.code)}&level=${floor.level}` : "";
      const read = await upload<FloorImport>(`/api/venues/${encodeURIComponent(plan.code)}/floors${known}`, file);
      const taken = read.plan.floors.find((one) => one.code === read.floor);
      const others = steps.now.floors.filter((one) => one.code !== read.floor);
      setProblems(read.problems);
      setRemarks(read.remarks);
      if (taken) {
        const codes = new Set(taken.zones.map((zone) => zone.code));
        const own = read.plan.sensors.filter((one) => (one.zone ? codes.has(one.zone) : one.floor === taken.code));
        const rest = steps.now.sensors.filter((one) => !own.some((other) => other.code === one.code));
        change({ ...steps.now, floors: [...others, taken].sort((a, b) => a.level - b.level), sensors: [...rest, ...own] });
        setFloorCode(read.floor);
        toast({ text: t("draw.imported", { zones: read.zones, units: t(read.units === "lonlat" ? "draw.units.lonlat" : "draw.units.metres") }) });
      }
    } catch (error) {
      toast({ text: error instanceof ApiError ? told(error) : String(error), bad: true });
    }
  };

  const addPicture = async (file: File | undefined) => {
    if (!file || !floor) return;
    try {
      const { file: name } = await upload<{ file: string }>("/api/venues/pictures", file);
      const image = await createImageBitmap(file);
      const width = floor.picture?.rect.w ?? 80;
      const rect = { x: 0, y: 0, w: width, h: Math.round(((width * image.height) / image.width) * 10) / 10 };
      change(withFloor(steps.now, floor.code, (one) => ({ ...one, picture: { file: name, rect } })));
    } catch (error) {
      toast({ text: told(error), bad: true });
    }
  };

  return (
    <>
      <Confirm open={guard.leaving !== ""} title={t("draw.leave")} points={[t("draw.leave.hint")]} action={t("draw.leave.go")} danger
        onClose={guard.stay} onConfirm={() => {
          const to = guard.leaving;
          guard.stay();
          go(to);
        }} />
      {draftThere && (
        <div className="notice tight" role="status">
          <strong>{t("draw.draft")}</strong>
          <span className="row">
            <button type="button" className="button primary" onClick={() => (change(draftThere), setDraftThere(null))}>{t("draw.draft.take")}</button>
            <button type="button" className="button" onClick={() => (keepDraft(plan.code, null), setDraftThere(null))}>{t("draw.draft.drop")}</button>
          </span>
        </div>
      )}
      <div className="row draw-bar">
        <Choice label={t("draw.floors")} value={floor?.code ?? ""} onChange={(code) => (setFloorCode(code), setChosen(null))}
          options={[...plan.floors].sort((a, b) => a.level - b.level).map((one) => ({ value: one.code, text: (language === "en" ? one.name.en || one.name.zh : one.name.zh || one.name.en) || one.code }))} />
        <button type="button" className="button" onClick={() => {
          const next = addFloor(steps.now);
          change(next);
          setFloorCode(next.floors.at(-1)?.code ?? "");
        }}>{t("draw.floor.add")}</button>
        {!floor && <button type="button" className="button" onClick={() => files.current?.click()}>{t("draw.import")}</button>}
        <input ref={files} type="file" accept=".json,.geojson,application/geo+json" hidden aria-label={t("draw.import")}
          onChange={(event) => (void importFile(event.target.files?.[0]), (event.target.value = ""))} />
        <input ref={pictures} type="file" accept="image/png,image/jpeg,image/webp" hidden aria-label={t("draw.picture")}
          onChange={(event) => (void addPicture(event.target.files?.[0]), (event.target.value = ""))} />
        <span className="row draw-save">
        <button type="button" className="button" disabled={!steps.past.length} onClick={back}>{t("draw.undo")}</button>
        <button type="button" className="button" disabled={!steps.future.length} onClick={forth}>{t("draw.redo")}</button>
        <button type="button" className="button primary" disabled={!dirty || busy} onClick={() => void save()}>{t("draw.save")}</button>
        </span>
      </div>
      {problems.length > 0 && (
        <div className="notice" role="alert">
          <strong>{t("draw.problems")}</strong>
          <ul>{problems.slice(0, 8).map((one) => <li key={one}>{one}</li>)}</ul>
        </div>
      )}
      {!floor ? (
        <Notice title={t("draw.empty")} text={t("draw.empty.hint")} />
      ) : (
        <div className="grid">
          <Card title={t("draw.canvas")} className="span-8 draw-card" headless>
            <div className="row">
              <Choice label={t("draw.tools")} value={tool} onChange={setTool}
                options={TOOLS.map((name) => ({ value: name, text: t(`draw.tool.${name}`) }))} />
              <label className="row tight small">
                {t("draw.grid")}
                <select className="input" value={grid} onChange={(event) => setGrid(event.target.value as (typeof GRIDS)[number])}>
                  {GRIDS.map((one) => <option key={one} value={one}>{one === "0" ? t("draw.grid.off") : `${one} m`}</option>)}
                </select>
              </label>
              <button type="button" className="button" onClick={() => pictures.current?.click()}>{t("draw.picture")}</button>
              <button type="button" className="button" onClick={() => files.current?.click()}>{t("draw.import")}</button>
              <a className="button" href={`/api/venues/${encodeURIComponent(plan.code)}/floors/${encodeURIComponent(floor.code)}`} download>{t("draw.export")}</a>
            </div>
            <p className="hint">{t(`draw.tool.${tool}.hint`)}</p>
            <Canvas plan={plan} floor={floor} tool={tool} grid={Number(grid)} chosen={chosen} onChoose={setChosen}
              onDraft={setDraft} onChange={change} onTool={setTool} onMiss={(what) => toast({ text: t(what === "zone" ? "draw.nozone" : "draw.nooutline"), bad: true })} />
            <p className="hint hide-phone">{t("draw.keys")}</p>
          </Card>
          <div className="span-4 stack">
            <Properties plan={steps.now} floor={floor} chosen={chosen} formats={formats} onChange={change} onChoose={setChosen}
              onFloor={setFloorCode} onDrop={drop} onDropFloor={() => (change(dropFloor(steps.now, floor.code)), setChosen(null))} />
            {remarks.length > 0 && (
              <Card title={t("draw.remarks")} hint={t("draw.remarks.hint")}>
                <ul className="plain">{remarks.slice(0, 6).map((one) => <li key={one}><small>{one}</small></li>)}</ul>
              </Card>
            )}
            {page.history.length > 0 && (
              <Card title={t("draw.history")}>
                <ul className="plain">
                  {page.history.slice(0, 6).map((one) => (
                    <li key={one.version}>
                      <small>{t("draw.version", { version: one.version, time: format.dateTime(one.at), actor: one.actor })}</small>{" "}
                      <button type="button" className="button small" onClick={() => void (async () => {
                        try {
                          const response = await fetch(`/api/venues/${encodeURIComponent(plan.code)}?version=${one.version}`);
                          change(((await response.json()) as VenuePage).plan);
                        } catch (error) {
                          toast({ text: told(error), bad: true });
                        }
                      })()}>{t("draw.restore")}</button>
                    </li>
                  ))}
                </ul>
              </Card>
            )}
          </div>
        </div>
      )}
      <VenueFields plan={steps.now} formats={formats} onChange={change} />
      <TradeAreas plan={steps.now} onChange={change} />
    </>
  );
}

export default function Draw() {
  const { t } = useWords();
  const code = decodeURIComponent(useParams<{ code: string }>().code);
  const query = useQuery({ ...venueQuery(code), staleTime: Infinity, refetchOnWindowFocus: false });
  return (
    <Page title={t("draw.title")} subtitle={code}
      actions={<Link className="button" href={`/venues/${encodeURIComponent(code)}`}>{t("draw.back")}</Link>}>
      <Answer query={query} lines={8}>{(page) => <Editor key={code} page={page} />}</Answer>
    </Page>
  );
}
