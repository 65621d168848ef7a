/** What sold best, by product, category, brand, store, hour or day. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { url } from "../../api/client";
import { salesQuery } from "../../api/queries";
import type { SalesKey, SalesRow } from "../../api/types";
import { Icon } from "../../app/icons";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Choice } from "../../parts/Page";
import { Table, type Column } from "../../parts/Table";
import type { Filters, Measure } from "./filters";

const KEYS: SalesKey[] = ["sku", "category", "brand", "store", "hour", "day"];
const TOPS = [20, 50, 200];

export function Ranking({ filters, measure }: { filters: Filters; measure: Measure }) {
  const { t } = useWords();
  const format = useFormat();
  const [by, setBy] = useState<SalesKey>("sku");
  const [top, setTop] = useState(20);
  const asked = { by, from: filters.from, to: filters.to, store: filters.store, top };
  const query = useQuery(salesQuery(asked));

  const name = (row: SalesRow): string => {
    if (by === "hour") return `${format.hour(row.hour ?? 0)}:00`;
    if (by === "day") return format.day(row.day ?? "");
    if (by === "store") return row.store_name || row.store || "–";
    if (by === "sku") return row.sku_name || row.sku || t("sales.nosku");
    return row[by] || "–";
  };
  const total = query.data?.totals[measure] || 0;
  const most = Math.max(0, ...(query.data?.rows ?? []).map((row) => row[measure]));
  const columns: Column<SalesRow>[] = [
    {
      key: "name",
      title: t(`sales.by.${by as "sku"}`),
      phone: "title",
      show: (row) => (
        <>
          <strong>{name(row)}</strong>
          {by === "sku" && row.sku_name && <span className="faint small mono"> {row.sku}</span>}
        </>
      ),
    },
    {
      key: "share",
      title: t("sales.share"),
      phone: "whole",
      width: "22%",
      show: (row) => (
        <span className="share">
          <span className="split" aria-hidden="true">
            <i style={{ width: `${most ? Math.max(0, (row[measure] / most) * 100) : 0}%`, background: "var(--accent)" }} />
          </span>
          {format.percent(total ? row[measure] / total : 0, 1)}
        </span>
      ),
    },
    { key: "receipts", title: t("sales.receipts"), number: true, show: (row) => format.number(row.receipts) },
    { key: "quantity", title: t("sales.quantity"), number: true, show: (row) => format.number(row.quantity, 2) },
    { key: "amount", title: t("sales.amount"), number: true, show: (row) => format.money(row.amount) },
  ];

  return (
    <Card title={t("sales.ranking")} flush
      actions={
        <>
          <select className="input" value={top} aria-label={t("sales.top")} onChange={(event) => setTop(Number(event.target.value))}>
            {TOPS.map((count) => (
              <option key={count} value={count}>
                {t("sales.top")}: {count}
              </option>
            ))}
          </select>
          <a className="button" href={url("/api/sales", { ...asked, format: "csv" })} download aria-label={t("app.csv.label")}>
            <Icon name="download" /> {t("app.csv")}
          </a>
        </>
      }>
      <div className="filters">
        <Choice label={t("sales.by")} value={by} onChange={setBy}
          options={KEYS.map((key) => ({ value: key, text: t(`sales.by.${key}`) }))} />
      </div>
      <Answer query={query} lines={10}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Notice title={t("sales.empty")} text={t("sales.empty.hint")} />
          ) : (
            <Table label={t("sales.ranking")} columns={columns} rows={rows}
              rowKey={(row) => String(row[by] ?? "")} />
          )
        }
      </Answer>
    </Card>
  );
}
