/** Flow lines of a venue, or of a part of the chain. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { url } from "../../api/client";
import { flowsQuery, type Period } from "../../api/venues";
import { useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { LazyChart } from "../../parts/chart/LazyChart";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Choice } from "../../parts/Page";
import { Table } from "../../parts/Table";
import { sankeyOption } from "./flow";

/** From zone to zone, and the ways most visits took; `floors` of one venue only. */
export function Flows({ period, floors }: { period: Period; floors: { code: string; name: string; zones: string[] }[] }) {
  const { t } = useWords();
  const { format } = useSession();
  const [parties, setParties] = useState(false);
  const query = useQuery(flowsQuery({ ...period, store: period.store || "*", parties: parties ? "true" : "" }));
  const [floor, setFloor] = useState("");
  const [most, setMost] = useState<"15" | "30" | "60">("30");
  const flow = query.data;
  const zones = useMemo(() => new Set(floors.length ? floors.filter((one) => !floor || one.code === floor).flatMap((one) => one.zones) : flow?.zones.map((one) => one.zone)), [floors, floor, flow]);
  const option = useMemo(() => (flow ? sankeyOption(flow, zones, Number(most)) : null), [flow, zones, most]);
  const shown = Math.min(Number(most), flow?.transitions.filter((one) => zones.has(one.origin) && zones.has(one.target)).length ?? 0);
  return (
    <Card title={t("flows.title")} hint={t("flows.hint")} actions={
      <>
        <a className="button" href={url("/api/report/flows", { ...period, parties: parties ? "yes" : "", format: "csv" })} download>CSV</a>
      </>
    }>
      <div className="row">
        {floors.length > 1 && <Choice label={t("draw.floors")} value={floor} onChange={setFloor}
          options={[{ value: "", text: t("flows.allfloors") }, ...floors.map((one) => ({ value: one.code, text: one.name }))]} />}
        <Choice label={t("flows.most")} value={most} onChange={setMost}
          options={(["15", "30", "60"] as const).map((value) => ({ value, text: t("flows.top", { count: value }) }))} />
        <label className="check">
          <input type="checkbox" checked={parties} onChange={(event) => setParties(event.target.checked)} /> {t("flows.parties")}
        </label>
      </div>
      <Answer query={query} lines={8}>
        {(found) => option ? (
          <>
            <LazyChart height={Math.max(220, shown * 14)} option={option} label={t("flows.chart.label", { moves: shown })} />
            <p className="hint">{t("flows.left", { visits: format.number(found.visits), short: format.number(found.left_out), staff: found.staff })}
              {found.addresses > found.visits && ` ${t("flows.followed", { addresses: format.number(found.addresses) })}`}
              {found.venues > 1 && ` ${t("flows.venues", { venues: format.number(found.venues) })}`}</p>
            {found.parties && <p>{t("flows.together", { parties: format.number(found.parties.parties), visits: format.number(found.parties.visits), share: format.percent(found.parties.share), pairs: format.number(found.parties.pairs), chance: format.number(Math.round(found.parties.chance)) })}</p>}
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
