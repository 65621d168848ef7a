/** What sells when, and to how many. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { salesQuery } from "../../api/queries";
import type { Sales as SalesData, SalesRow } from "../../api/types";
import { useSession } from "../../app/session";
import { addDays } from "../../format";
import { useWords } from "../../i18n/language";
import { LazyChart } from "../../parts/chart/LazyChart";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Choice, Figures, Page } from "../../parts/Page";
import { FilterBar, type Filters, type Measure } from "./filters";
import { heatAxes, heatOption, trendOption } from "./charts";
import { Ranking } from "./Ranking";
import { FunnelCard, ZonesCard } from "./Venue";

const HEAT_ROWS = 16;
/** The platform ranks each hour by itself: enough rows that the best products of the day are among them. */
const HEAT_ROWS_AN_HOUR = 200;
const ROW_PX = 26;
const TREND_PX = 220;
const NARROW = window.matchMedia("(max-width: 760px)");

/** How a measure is read from a row and written. */
function useMeasure(measure: Measure) {
  const { format } = useSession();
  return useMemo(
    () => ({
      value: (row: SalesRow) => row[measure],
      show: (value: number) => (measure === "amount" ? format.money(value) : format.number(value, 2)),
      short: (value: number) => (measure === "amount" ? format.moneyShort(value) : format.number(value)),
    }),
    [measure, format],
  );
}

function Totals({ totals }: { totals: SalesData["totals"] }) {
  const { t } = useWords();
  const { format } = useSession();
  const per = (value: number) => (totals.receipts ? value / totals.receipts : null);
  return (
    <Figures items={[
      { name: t("sales.amount"), value: format.money(totals.amount) },
      { name: t("sales.receipts"), value: format.number(totals.receipts) },
      { name: t("sales.basket"), value: format.money(per(totals.amount)) },
      { name: t("sales.units"), value: format.number(per(totals.quantity), 2) },
      { name: t("sales.members"), value: format.number(totals.members) },
    ]} />
  );
}

function Heat({ filters, measure }: { filters: Filters; measure: Measure }) {
  const { t } = useWords();
  const { format } = useSession();
  const best = useQuery(salesQuery({ by: "sku", ...filters, top: HEAT_ROWS }));
  const query = useQuery(salesQuery({ by: "hour,sku", ...filters, top: HEAT_ROWS_AN_HOUR }));
  const reading = useMeasure(measure);
  const ranking = best.data?.rows;
  const rows = query.data?.rows;
  const chart = useMemo(() => {
    if (!rows?.length || !ranking?.length) return null;
    const axes = heatAxes(rows, ranking);
    return { axes, option: heatOption(rows, axes, { ...reading, hour: format.hour, narrow: NARROW.matches }) };
  }, [rows, ranking, reading, format]);
  return (
    <Card title={t("sales.heat")} hint={t("sales.heat.hint", { measure: t(`sales.${measure}`) })} className="span-7">
      <Answer query={query} lines={10}>
        {() =>
          chart ? (
            <LazyChart height={chart.axes.skus.length * ROW_PX + 30} option={chart.option}
              label={t("sales.heat.label", { measure: t(`sales.${measure}`), rows: chart.axes.skus.length })} />
          ) : (
            <Notice title={t("sales.empty")} text={t("sales.empty.hint")} />
          )
        }
      </Answer>
    </Card>
  );
}

function Trend({ filters, measure }: { filters: Filters; measure: Measure }) {
  const { t } = useWords();
  const { format } = useSession();
  const query = useQuery(salesQuery({ by: "day", ...filters }));
  const reading = useMeasure(measure);
  const rows = query.data?.rows;
  const option = useMemo(() => {
    if (!rows?.length) return null;
    const days = rows
      .map((row) => ({ day: row.day ?? "", value: reading.value(row) }))
      .sort((a, b) => a.day.localeCompare(b.day));
    return trendOption(days, { ...reading, day: format.day, dayShort: format.dayShort });
  }, [rows, reading, format]);
  return (
    <Card title={t("sales.trend")} hint={t(`sales.${measure}`)}>
      <Answer query={query} lines={6}>
        {() =>
          option ? (
            <LazyChart height={TREND_PX} option={option} label={t("sales.trend.label", { measure: t(`sales.${measure}`) })} />
          ) : (
            <Notice tight title={t("sales.empty")} text={t("sales.empty.hint")} />
          )
        }
      </Answer>
    </Card>
  );
}

export default function Sales() {
  const { t } = useWords();
  const { format, now } = useSession();
  const today = format.isoDay(now());
  const [filters, setFilters] = useState<Filters>({ from: addDays(today, -6), to: today, store: "" });
  const [measure, setMeasure] = useState<Measure>("amount");
  const totals = useQuery(salesQuery({ by: "day", ...filters }));
  const backwards = filters.from > filters.to;
  return (
    <Page title={t("sales.title")}
      subtitle={totals.data ? t("app.asof", { time: format.dateTime(totals.data.as_of) }) : t("sales.subtitle")}
      actions={<FilterBar filters={filters} today={today} onChange={setFilters} />}>
      {backwards ? (
        <Notice title={t("sales.empty")} text={t("sales.badrange")} />
      ) : (
        <>
          <Answer query={totals} lines={2}>
            {(data) => <Totals totals={data.totals} />}
          </Answer>
          <Choice label={t("sales.measure")} value={measure} onChange={setMeasure}
            options={(["amount", "quantity", "receipts"] as const).map((name) => ({ value: name, text: t(`sales.${name}`) }))} />
          <div className="grid">
            <Heat filters={filters} measure={measure} />
            <div className="span-5 stack">
              <Trend filters={filters} measure={measure} />
              <FunnelCard filters={filters} />
            </div>
          </div>
          <Ranking filters={filters} measure={measure} />
          <ZonesCard filters={filters} />
        </>
      )}
    </Page>
  );
}
