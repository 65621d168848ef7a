/** A venue: how many came, which way they took, and whether its sensors are awake. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useParams } from "wouter";
import { post } from "../../api/client";
import { sensorsQuery, staffQuery, venueQuery, type Period } from "../../api/venues";
import { useSession } from "../../app/session";
import { addDays } from "../../format";
import { useWords } from "../../i18n/language";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Choice, Page } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { useToast } from "../../parts/toast";
import { Flows } from "./Flows";
import { HourChoice, type Hours } from "./HourChoice";
import { Survey } from "./Survey";
import { Visits } from "./Visits";

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
  const [hours, setHours] = useState<Hours>("");
  const query = useQuery(venueQuery(code));
  const period: Period = { from: addDays(today, 1 - Number(days)), to: today, store: code, hours };
  const plan = query.data?.plan;
  const named = (name: { zh: string; en: string }) => (language === "en" ? name.en || name.zh : name.zh || name.en);
  const floors = useMemo(() => (plan?.floors ?? []).map((one) => ({ code: one.code, name: named(one.name), zones: one.zones.map((zone) => zone.code) })), [plan, language]);
  return (
    <Page title={plan ? named(plan.name) : code} subtitle={[plan?.country, plan?.region, plan?.city, plan?.hours].filter(Boolean).join(" · ") || code}
      actions={
        <>
          <Choice label={t("visits.days")} value={days} onChange={setDays}
            options={(["1", "7", "28"] as const).map((value) => ({ value, text: t(`visits.days.${value}`) }))} />
          <HourChoice value={hours} onChange={setHours} />
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
