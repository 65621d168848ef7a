/** A table on a desk, a list of cards on a phone, a CSV file on request. */
import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { Icon } from "../app/icons";
import { useFormat } from "../app/session";
import { download, toCsv } from "../csv";
import { useWords } from "../i18n/language";

export interface Column<T> {
  key: string;
  title: string;
  show: (row: T) => ReactNode;
  /** The plain value for the CSV file; columns without one are left out. */
  plain?: (row: T) => string | number | null | undefined;
  number?: boolean;
  /** On a phone: the card's title, a full line, or nothing at all. */
  phone?: "title" | "whole" | "hide";
  width?: string;
}

export function Table<T>({ label, columns, rows, rowKey, href }: {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string | number;
  href?: (row: T) => string;
}) {
  const [, go] = useLocation();
  return (
    <div className="table-scroll">
      <table className="table cards" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ key, title, number, width }) => (
              <th key={key} scope="col" className={number ? "num" : undefined} style={{ width }}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={href ? "link" : undefined}
              onClick={href && ((event) => {
                const inner = (event.target as HTMLElement).closest("a, button, input");
                if (!inner && !window.getSelection()?.toString()) go(href(row));
              })}>
              {columns.map(({ key, title, show, number, phone }) => (
                <td key={key} data-label={title}
                  className={[number && "num", phone === "hide" ? "hide-phone" : phone].filter(Boolean).join(" ") || undefined}>
                  {show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A button that hands over the rows of a table as a CSV file. */
export function CsvButton<T>({ name, columns, rows }: { name: string; columns: Column<T>[]; rows: T[] | undefined }) {
  const { t } = useWords();
  const written = columns.filter((column) => column.plain);
  return (
    <button type="button" className="button" aria-label={t("app.csv.label")} disabled={!rows?.length}
      onClick={() =>
        download(
          `${name}.csv`,
          toCsv(
            written.map((column) => column.title),
            (rows ?? []).map((row) => written.map((column) => column.plain?.(row))),
          ),
        )
      }>
      <Icon name="download" /> {t("app.csv")}
    </button>
  );
}

export function Pager({ page, size, total, onPage }: {
  /** The first page is 1. */
  page: number;
  size: number;
  total: number;
  onPage: (page: number) => void;
}) {
  const { t } = useWords();
  const format = useFormat();
  if (total <= size) return null;
  const from = (page - 1) * size + 1;
  const text = t("app.page", {
    from: format.number(from),
    to: format.number(Math.min(total, from + size - 1)),
    total: format.number(total),
  });
  return (
    <nav className="pager" aria-label={text}>
      <button type="button" className="button" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        {t("app.previous")}
      </button>
      <span>{text}</span>
      <button type="button" className="button" disabled={from + size > total} onClick={() => onPage(page + 1)}>
        {t("app.next")}
      </button>
    </nav>
  );
}
