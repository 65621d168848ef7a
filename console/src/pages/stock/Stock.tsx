/** Stock over all goods: what does not add up, what is on the way, how long it lasts, where prices differ. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { url } from "../../api/client";
import { findingsQuery, pathOf, type Finding } from "../../api/goods";
import { Icon } from "../../app/icons";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Choice, Page } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { ReportTable } from "./ReportTable";
import { Transfers } from "./Transfers";

const PARTS = ["findings", "transfers", "stock", "stock_outs", "sell_through", "prices"] as const;
type Part = (typeof PARTS)[number];

function Findings() {
  const { t } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const query = useQuery(findingsQuery());
  const place = (row: Finding) => nameOf(row.place.replace(/^transit\//, ""));
  const columns: Column<Finding>[] = [
    { key: "kind", title: t("stock.finding"), phone: "title", plain: (row) => row.kind,
      show: (row) => <Badge tone={row.kind === "miscounted" ? "warn" : "bad"}>{t(`finding.${row.kind}`)}</Badge> },
    { key: "sku", title: t("goods.sku"), plain: (row) => row.sku, show: (row) => <Link href={pathOf("goods", row.sku)}>{row.sku}</Link> },
    { key: "place", title: t("goods.place"), plain: (row) => row.place, show: place },
    { key: "quantity", title: t("goods.quantity"), number: true, plain: (row) => row.quantity, show: (row) => format.number(row.quantity, 3) },
    { key: "at", title: t("goods.when"), plain: (row) => format.dateTime(row.at), show: (row) => format.dateTime(row.at) },
  ];
  return (
    <>
      <div className="filters"><CsvButton name="findings" columns={columns} rows={query.data} /></div>
      <Answer query={query} lines={8}>
        {(rows) => (rows.length ? <Table label={t("stock.part.findings")} columns={columns} rows={rows} rowKey={(row) => `${row.kind} ${row.sku} ${row.place} ${row.at}`} />
          : <Notice title={t("stock.findings.empty")} text={t("stock.findings.empty.hint")} />)}
      </Answer>
    </>
  );
}

export default function Stock() {
  const { t, language } = useWords();
  const [part, setPart] = useState<Part>("findings");
  const report = part !== "findings" && part !== "transfers";
  return (
    <Page title={t("stock.title")} subtitle={t("stock.subtitle")}
      actions={report && (
        <a className="button" href={url(`/api/report/${part}`, { format: "csv", language })} download>
          <Icon name="download" /> {t("app.csv")}
        </a>
      )}>
      <Choice label={t("stock.part")} value={part} onChange={setPart} options={PARTS.map((name) => ({ value: name, text: t(`stock.part.${name}`) }))} />
      <Card title={t(`stock.part.${part}`)} flush>
        {part === "findings" ? <Findings /> : part === "transfers" ? <Transfers /> : <ReportTable key={part} name={part} />}
      </Card>
    </Page>
  );
}
