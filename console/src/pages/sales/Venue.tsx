/** From seeing to buying: the funnel, and who came into which zone. */
import { useQuery } from "@tanstack/react-query";
import { funnelQuery, visitsQuery } from "../../api/queries";
import type { Visits } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Answer, Notice } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { CsvButton, Table, type Column } from "../../parts/Table";
import type { Filters } from "./filters";

export function FunnelCard({ filters }: { filters: Filters }) {
  const { t, maybe, w } = useWords();
  const format = useFormat();
  const query = useQuery(funnelQuery(filters));
  const hint = query.data && t("funnel.hint", { window: format.duration(query.data.window) });
  return (
    <Card title={t("funnel.title")} hint={hint} className="span-5">
      <Answer query={query} lines={4}>
        {({ steps }) => {
          const most = Math.max(0, ...steps.map((step) => step.members));
          if (!most) return <Notice tight title={t("funnel.empty")} text={t("funnel.empty.hint")} />;
          return (
            <ol className="funnel">
              {steps.map((step) => (
                <li key={step.name}>
                  <div className="row tight spread">
                    <span>{maybe(`funnel.${step.name}`, w(step.name))}</span>
                    <strong>{t("funnel.members", { count: format.number(step.members) })}</strong>
                  </div>
                  <div className="split" aria-hidden="true">
                    <i style={{ width: `${(step.members / most) * 100}%`, background: "var(--accent)" }} />
                  </div>
                </li>
              ))}
            </ol>
          );
        }}
      </Answer>
    </Card>
  );
}

export function ZonesCard({ filters }: { filters: Filters }) {
  const { t } = useWords();
  const format = useFormat();
  const query = useQuery(visitsQuery(filters));
  const named = (row: Visits["zones"][number]) => row.name || row.zone || t("visits.whole");
  const columns: Column<Visits["zones"][number]>[] = [
    { key: "name", title: t("visits.zone"), phone: "title", plain: (row) => named(row),
      show: (row) => <strong>{named(row)}</strong> },
    { key: "visits", title: t("visits.visits"), number: true, plain: (row) => row.visits, show: (row) => format.number(row.visits) },
    { key: "known", title: t("visits.known"), number: true, plain: (row) => row.known, show: (row) => format.percent(row.known) },
    { key: "median", title: t("visits.median"), number: true, plain: (row) => row.dwell_median_ms,
      show: (row) => format.duration(row.dwell_median_ms) },
    { key: "p90", title: t("visits.p90"), number: true, plain: (row) => row.dwell_p90_ms,
      show: (row) => format.duration(row.dwell_p90_ms) },
  ];
  return (
    <Card title={t("sales.visits")} hint={t("sales.visits.hint")} flush
      actions={<CsvButton name="zones" columns={columns} rows={query.data?.zones} />}>
      <Answer query={query} lines={6}>
        {({ zones }) =>
          zones.length === 0 ? (
            <Notice tight title={t("sales.visits.empty")} text={t("sales.visits.empty.hint")} />
          ) : (
            <div className="scroller zone-table" tabIndex={0}>
              <Table label={t("sales.visits")} columns={columns} rows={zones} rowKey={(row) => `${row.place}/${row.zone}`} />
            </div>
          )
        }
      </Answer>
    </Card>
  );
}
