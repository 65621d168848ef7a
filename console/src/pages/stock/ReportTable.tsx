/** A report of the platform as a table: its own titles, each column written by its kind. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { pathOf, reportQuery, type Report } from "../../api/goods";
import { useFormat } from "../../app/session";
import type { Format } from "../../format";
import { useWords } from "../../i18n/language";
import { Answer, Notice } from "../../parts/Notice";
import { usePlaceNames } from "../../parts/places";
import { Table, type Column } from "../../parts/Table";

type Row = Report["rows"][number];
const MOST = 200;

function written(format: Format, kind: string, value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === "") return "–";
  if (kind === "date") return format.day(String(value).slice(0, 10));
  if (typeof value !== "number") return value;
  if (kind === "money") return format.money(value);
  if (kind === "percent") return format.percent(value, 1);
  return format.number(value, kind === "decimal" ? 1 : 3);
}

export function ReportTable({ name }: { name: string }) {
  const { t } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const query = useQuery(reportQuery(name));
  return (
    <Answer query={query} lines={8}>
      {(report) => {
        if (!report.rows.length) return <Notice title={t("stock.report.empty")} text={t("stock.report.empty.hint")} />;
        const columns: Column<Row>[] = report.columns.map((column, at) => ({
          key: column.name,
          title: column.title,
          number: !["text", "date"].includes(column.kind),
          phone: at === 0 ? "title" : undefined,
          show: (row) => {
            const value = row[column.name];
            if (column.name === "sku" && value) return <Link href={pathOf("goods", String(value))}>{value}</Link>;
            if (column.name === "store" && value) return nameOf(String(value));
            return written(format, column.kind, value);
          },
        }));
        return (
          <>
            <Table label={report.title} columns={columns} rows={report.rows.slice(0, MOST)}
              rowKey={(row) => `${row.store ?? ""} ${row.sku ?? row.season ?? ""}`} />
            {report.notes.map((note) => (
              <p key={note} className="faint small notice tight">{note}</p>
            ))}
          </>
        );
      }}
    </Answer>
  );
}
