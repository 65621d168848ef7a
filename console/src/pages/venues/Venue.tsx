/** A venue: how many came, which way they took, and whether its sensors are awake. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useParams } from "wouter";
import { post, url } from "../../api/client";
import { attendanceQuery, flowsQuery, sensorsQuery, staffQuery, upload, venueQuery, type Taken } from "../../api/venues";
import { useSession } from "../../app/session";
import { addDays } from "../../format";
import { useWords } from "../../i18n/language";
import { LazyChart } from "../../parts/chart/LazyChart";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Choice, Figures, Page } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { Table } from "../../parts/Table";
import { useToast } from "../../parts/toast";
import { sankeyOption, visitsOption } from "./flow";
import { Survey } from "./Survey";

interface Period {
  from: string;
  to: string;
  store: string;
}

function Visits({ period }: { period: Period }) {
  const { t } = useWords();
  const { format } = useSession();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const query = useQuery(attendanceQuery(period));
  const days = query.data?.days;
  const option = useMemo(() => days?.length ? visitsOption(days, {
    visits: t("visits.visits"), counted: t("visits.counted"), range: t("visits.range"), day: format.dayShort, number: (value) => format.number(Math.round(value)),
  }) : null, [days, format, t]);
  const take = async (file: File | undefined) => {
    if (!file) return;
    try {
      const taken = await upload<Taken>("/api/counts", file);
      const first = taken.lines[0];
      toast({ text: first ? t("visits.counts.bad", { stored: taken.stored, bad: taken.quarantined, line: first.line, message: first.message }) : t("visits.counts.taken", { stored: taken.stored, known: taken.known }), bad: taken.quarantined > 0 });
      await data.invalidateQueries({ queryKey: ["attendance"] });
    } catch (error) {
      toast({ text: told(error), bad: true });
    }
  };
  return (
    <Card title={t("visits.title")} hint={t("visits.hint")} actions={
      <>
        <label className="button">
          {t("visits.counts.import")}
          <input type="file" accept=".csv,text/csv" hidden onChange={(event) => (void take(event.target.files?.[0]), (event.target.value = ""))} />
        </label>
        <a className="button" href={url("/api/report/attendance", { ...period, format: "csv" })} download>CSV</a>
      </>
    }>
      <Answer query={query} lines={6}>
        {(found) => {
          const total = found.days.reduce((sum, one) => sum + one.visits, 0);
          const passers = found.days.reduce((sum, one) => sum + one.passers, 0);
          const silent = found.days.filter((one) => one.silent > 0.02).length;
          const seconds = Math.round(found.threshold / 1000);
          return (
            <>
              <Figures items={[
                { name: t("visits.visits"), value: format.number(Math.round(total)), note: found.calibrated ? t("visits.calibrated", { error: format.percent(found.error ?? 0) }) : t("visits.raw") },
                { name: t("visits.heard"), value: format.number(Math.round(found.days.reduce((sum, one) => sum + one.heard, 0))) },
                { name: t("visits.passers"), value: format.number(passers), note: found.strength === null ? t("visits.border.fixed", { seconds }) : t("visits.border.fitted", { seconds, strength: Math.round(found.strength) }) },
                { name: t("visits.staff"), value: format.number(found.staff) },
              ]} />
              {silent > 0 && <p className="hint warn">{t("visits.silent", { days: silent })}</p>}
              {!found.hours_known && <p className="hint">{t("visits.nohours")}</p>}
              {option && total > 0 ? (
                <LazyChart height={240} option={option} label={t("visits.chart.label", { days: found.days.length })} />
              ) : (
                <Notice tight title={t("visits.none")} text={t("visits.none.hint")} />
              )}
              {found.factors.length > 0 && (
                <p className="hint">{t("visits.factors")}: {found.factors.map((one) =>
                  `${one.since_hour}–${one.until_hour} h × ${one.factor} (${one.low}–${one.high})`).join("; ")}</p>
              )}
            </>
          );
        }}
      </Answer>
    </Card>
  );
}

function Flows({ period, floors }: { period: Period; floors: { code: string; name: string; zones: string[] }[] }) {
  const { t } = useWords();
  const { format } = useSession();
  const query = useQuery(flowsQuery(period));
  const [floor, setFloor] = useState("");
  const [most, setMost] = useState<"15" | "30" | "60">("30");
  const flow = query.data;
  const zones = useMemo(() => new Set(floors.filter((one) => !floor || one.code === floor).flatMap((one) => one.zones)), [floors, floor]);
  const option = useMemo(() => (flow ? sankeyOption(flow, zones, Number(most)) : null), [flow, zones, most]);
  const shown = Math.min(Number(most), flow?.transitions.filter((one) => zones.has(one.origin) && zones.has(one.target)).length ?? 0);
  return (
    <Card title={t("flows.title")} hint={t("flows.hint")} actions={
      <>
        <a className="button" href={url("/api/report/flows", { ...period, format: "csv" })} download>CSV</a>
      </>
    }>
      <div className="row">
        <Choice label={t("draw.floors")} value={floor} onChange={setFloor}
          options={[{ value: "", text: t("flows.allfloors") }, ...floors.map((one) => ({ value: one.code, text: one.name }))]} />
        <Choice label={t("flows.most")} value={most} onChange={setMost}
          options={(["15", "30", "60"] as const).map((value) => ({ value, text: t("flows.top", { count: value }) }))} />
      </div>
      <Answer query={query} lines={8}>
        {(found) => option ? (
          <>
            <LazyChart height={Math.max(220, shown * 14)} option={option} label={t("flows.chart.label", { moves: shown })} />
            <p className="hint">{t("flows.left", { visits: format.number(found.visits), short: format.number(found.left_out), staff: found.staff })}</p>
          </>
        ) : (
          <Notice title={t("flows.none")} text={t("flows.none.hint")} />
        )}
      </Answer>
      {flow && flow.zones.length > 0 && (
        <div className="grid">
          <div className="span-7">
            <h3>{t("flows.zones")}</h3>
            <div className="max-list scroller">
            <Table label={t("flows.zones")} rows={flow.zones.filter((one) => zones.has(one.zone)).slice(0, 40)} rowKey={(row) => row.zone} columns={[
              { key: "name", title: t("flows.zone"), show: (row) => row.name || row.zone, phone: "title" },
              { key: "stays", title: t("flows.stays"), show: (row) => row.silent > 0.5 && row.stays === 0 ? t("flows.silent") : format.number(row.stays), number: true },
              { key: "entries", title: t("flows.entries"), show: (row) => format.number(row.entries), number: true },
              { key: "exits", title: t("flows.exits"), show: (row) => format.number(row.exits), number: true },
              { key: "dwell", title: t("flows.dwell"), show: (row) => format.duration(row.dwell_median_ms), number: true },
            ]} />
            </div>
          </div>
          <div className="span-5">
            <h3>{t("flows.ways")}</h3>
            <ol className="plain">
              {flow.ways.slice(0, 10).map((one) => (
                <li key={one.zones.join(">")}><small><b>{format.number(one.visits)}</b> {one.names.join(" → ")}</small></li>
              ))}
            </ol>
          </div>
        </div>
      )}
    </Card>
  );
}

function Sensors({ store }: { store: string }) {
  const { t } = useWords();
  const { format } = useSession();
  const nameOf = usePlaceNames();
  const query = useQuery(sensorsQuery(store));
  return (
    <Card title={t("sensors.title")} hint={t("sensors.hint")} className="span-6">
      <Answer query={query} lines={4}>
        {(sensors) => {
          const wrong = sensors.filter((one) => one.state !== "heard");
          const heard = sensors.length - wrong.length;
          if (!sensors.length) return <Notice tight title={t("sensors.none")} text={t("sensors.none.hint")} />;
          return (
            <>
              <p>{t("sensors.heard", { heard, all: sensors.length })}</p>
              <ul className="list max-list scroller">
                {wrong.map((one) => (
                  <li key={one.code}>
                    <span className="grow">{one.code} <small className="faint">{nameOf(one.zone)}</small></span>
                    <span className={one.state === "silent" ? "badge bad" : "badge"}>
                      {t(`sensors.${one.state}`, { time: one.last ? format.dateTime(one.last) : "–" })}
                    </span>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Answer>
    </Card>
  );
}

function StaffCard({ store }: { store: string }) {
  const { t } = useWords();
  const { format, now } = useSession();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const query = useQuery(staffQuery(store));
  const [device, setDevice] = useState("");
  const say = async (body: object) => {
    try {
      await post("/api/staff", body);
      toast({ text: t("staff.said") });
      setDevice("");
      setTimeout(() => void data.invalidateQueries({ queryKey: ["staff"] }), 800);
    } catch (error) {
      toast({ text: told(error), bad: true });
    }
  };
  return (
    <Card title={t("staff.title")} hint={t("staff.hint")} className="span-6">
      <form className="row" onSubmit={(event) => (event.preventDefault(), void say({ device, place: store }))}>
        <input className="input grow" value={device} placeholder="00:1B:44:11:3A:B7" aria-label={t("staff.device")} onChange={(event) => setDevice(event.target.value)} />
        <button type="submit" className="button" disabled={!device.trim()}>{t("staff.register")}</button>
      </form>
      <Answer query={query} lines={3}>
        {({ devices, proposals }) => {
          const here = devices.filter((one) => one.role === "staff" && (!one.place || one.place === store));
          return (
            <>
              {proposals.length > 0 && <h3>{t("staff.proposals")}</h3>}
              <ul className="list">
                {proposals.map((one) => (
                  <li key={one.ident}>
                    <span className="grow">
                      <span className="mono">…{one.ident.slice(-6)}</span>{" "}
                      <small>{t("staff.proposal", { days: one.days, before: one.before, after: one.after, hours: one.hours })}</small>
                    </span>
                    <button type="button" className="button" onClick={() => void say({ key: one.ident, ns: one.ns, place: store })}>{t("staff.yes")}</button>
                    <button type="button" className="button" onClick={() => void say({ key: one.ident, ns: one.ns, place: store, role: "visitor" })}>{t("staff.no")}</button>
                  </li>
                ))}
              </ul>
              {here.length === 0 && proposals.length === 0 ? (
                <Notice tight title={t("staff.none")} text={t("staff.none.hint")} />
              ) : (
                <ul className="list max-list scroller">
                  {here.map((one) => (
                    <li key={one.ident + one.place}>
                      <span className="grow">{one.who ? <strong>{one.who}</strong> : <span className="mono">…{one.ident.slice(-6)}</span>} <small className="faint">{t("staff.since", { time: format.date(one.since), actor: one.actor })}</small></span>
                      {one.until === null && one.how !== "file" && <button type="button" className="button" onClick={() => void say({ key: one.ident, place: one.place, since: one.since, until: Math.round(now()) })}>{t("staff.end")}</button>}
                    </li>
                  ))}
                </ul>
              )}
            </>
          );
        }}
      </Answer>
    </Card>
  );
}

export default function Venue() {
  const { t, language } = useWords();
  const { format, now } = useSession();
  const code = decodeURIComponent(useParams<{ code: string }>().code);
  const today = format.isoDay(now());
  const [days, setDays] = useState<"1" | "7" | "28">("7");
  const query = useQuery(venueQuery(code));
  const period = { from: addDays(today, 1 - Number(days)), to: today, store: code };
  const plan = query.data?.plan;
  const named = (name: { zh: string; en: string }) => (language === "en" ? name.en || name.zh : name.zh || name.en);
  const floors = useMemo(() => (plan?.floors ?? []).map((one) => ({ code: one.code, name: named(one.name), zones: one.zones.map((zone) => zone.code) })), [plan, language]);
  return (
    <Page title={plan ? named(plan.name) : code} subtitle={[plan?.country, plan?.region, plan?.city, plan?.hours].filter(Boolean).join(" · ") || code}
      actions={
        <>
          <Choice label={t("visits.days")} value={days} onChange={setDays}
            options={(["1", "7", "28"] as const).map((value) => ({ value, text: t(`visits.days.${value}`) }))} />
          <Link className="button primary" href={`/venues/${encodeURIComponent(code)}/draw`}>{t("venues.draw")}</Link>
        </>
      }>
      <Answer query={query} lines={4}>
        {(page) => (
          <>
            <Visits period={period} />
            <Flows period={period} floors={floors} />
            <div className="grid">
              <Sensors store={code} />
              <StaffCard store={code} />
            </div>
            <Survey store={code} floors={floors} sensors={page.plan.sensors.map((one) => one.code)} />
            {page.trade_areas.length > 0 && (
              <Card title={t("venues.areas")}>
                <ul className="plain">
                  {page.trade_areas.map((one) => (
                    <li key={one.code}>{one.code}: {one.circle
                      ? one.minutes ? t("venues.area.drive", { minutes: one.minutes, speed: one.speed_kmh, km: Math.round(one.radius_m / 100) / 10 }) : t("venues.area.circle", { km: Math.round(one.radius_m / 100) / 10 })
                      : t("venues.area.polygon")}</li>
                  ))}
                </ul>
              </Card>
            )}
          </>
        )}
      </Answer>
    </Page>
  );
}
