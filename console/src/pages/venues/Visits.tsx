/** Visits of a venue, or of a part of the chain. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { url } from "../../api/client";
import { attendanceQuery, upload, type Attendance, type Period, type Taken } from "../../api/venues";
import { useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { LazyChart } from "../../parts/chart/LazyChart";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Figures } from "../../parts/Page";
import { useToast } from "../../parts/toast";
import { visitsOption } from "./flow";
import { Known } from "./Known";

/** How many came, with an interval, and what it was calibrated by. */
export function Visits({ period }: { period: Period }) {
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
  const by = (found: Attendance) => {
    const how = found.calibration;
    if (!period.store) return t(found.calibrated ? "visits.by.each" : "visits.by.some", { venues: found.venues });
    const share = { share: format.percent(how.value ?? 0), low: format.percent(how.low ?? 0), high: format.percent(how.high ?? 0) };
    const error = format.percent(found.error ?? 0);
    return t(`visits.by.${how.by}`, { ...share, error, days: how.days });
  };
  return (
    <Card title={t("visits.title")} hint={t("visits.hint")} actions={
      <>
        {period.store && <label className="button">
          {t("visits.counts.import")}
          <input type="file" accept=".csv,text/csv" hidden onChange={(event) => (void take(event.target.files?.[0]), (event.target.value = ""))} />
        </label>}
        <a className="button" href={url("/api/report/attendance", { ...period, store: period.store || "*", format: "csv" })} download>CSV</a>
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
                { name: t("visits.visits"), value: format.number(Math.round(total)), note: by(found) },
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
      {period.store && <Known store={period.store} />}
    </Card>
  );
}
