/** Codes read: by day, store, product, code or campaign. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { url } from "../../api/client";
import { scansQuery, type ScanRow } from "../../api/codes";
import { Icon } from "../../app/icons";
import { useSession } from "../../app/session";
import { addDays } from "../../format";
import { useWords } from "../../i18n/language";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Choice, Figures } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { Table, type Column } from "../../parts/Table";

const KEYS = ["day", "store", "sku", "link", "campaign"] as const;
type Key = (typeof KEYS)[number];
const DAYS = ["1", "7", "28", "90"] as const;
const MOST = 500;

export function Scans() {
  const { t } = useWords();
  const { format, now } = useSession();
  const nameOf = usePlaceNames();
  const [days, setDays] = useState<(typeof DAYS)[number]>("28");
  const [keys, setKeys] = useState<Key[]>(["day"]);
  const today = format.isoDay(now());
  const period = { from: addDays(today, 1 - Number(days)), to: today };
  const by = KEYS.filter((key) => keys.includes(key));
  const query = useQuery(scansQuery(period, by.join(",")));
  const rows = query.data?.rows ?? [];
  const most = Math.max(1, ...rows.map((row) => row.scans));
  const shown = (key: Key, row: ScanRow) => {
    const value = row[key] ?? "";
    if (!value) return key === "link" ? t("codes.scans.digital") : "–";
    return key === "day" ? format.day(value) : key === "store" ? nameOf(value) : value;
  };
  const columns: Column<ScanRow>[] = [
    ...by.map((key, at): Column<ScanRow> => ({
      key, title: t(`codes.by.${key}`), phone: at ? undefined : "title", plain: (row) => row[key] ?? "", show: (row) => shown(key, row),
    })),
    { key: "scans", title: t("codes.scans"), number: true, plain: (row) => row.scans, show: (row) => (
      <span className="bar-cell"><i style={{ width: `${(row.scans / most) * 100}%` }} /><span>{format.number(row.scans)}</span></span>
    ) },
    { key: "known", title: t("codes.known"), number: true, plain: (row) => row.known_scans, show: (row) => format.number(row.known_scans) },
    { key: "members", title: t("codes.members"), number: true, plain: (row) => row.members, show: (row) => format.number(row.members) },
  ];
  const sum = (key: "scans" | "known_scans") => rows.reduce((all, row) => all + row[key], 0);
  const turn = (key: Key) => setKeys((all) => all.includes(key) ? (all.length > 1 ? all.filter((one) => one !== key) : all) : [...all, key]);
  return (
    <>
      <Figures items={[
        { name: t("codes.scans"), value: format.number(sum("scans")), note: t("codes.scans.note") },
        { name: t("codes.known"), value: format.number(sum("known_scans")), note: sum("scans") ? format.percent(sum("known_scans") / sum("scans")) : undefined },
      ]} />
      <Card title={t("codes.scans.title")} hint={t("codes.scans.hint")} flush actions={
        <>
          <Choice label={t("visits.days")} value={days} onChange={setDays} options={DAYS.map((value) => ({ value, text: t(`codes.days.${value}`) }))} />
          <a className="button" href={url("/api/report/scans", { ...period, by: by.join(","), format: "csv" })} download><Icon name="download" /> {t("app.csv")}</a>
        </>
      }>
        <div className="filters">
          <div className="chips" role="group" aria-label={t("codes.by")}>
            {KEYS.map((key) => (
              <button key={key} type="button" className="chip" aria-pressed={keys.includes(key)} onClick={() => turn(key)}>{t(`codes.by.${key}`)}</button>
            ))}
          </div>
        </div>
        <Answer query={query} lines={8}>
          {(found) => found.rows.length ? (
            <>
              <Table label={t("codes.scans.title")} columns={columns} rows={found.rows.slice(0, MOST)} rowKey={(row) => by.map((key) => row[key]).join("\n")} />
              {found.rows.length > MOST && <p className="faint small notice tight">{t("sensors.more", { count: found.rows.length - MOST })}</p>}
            </>
          ) : <Notice title={t("codes.scans.none")} text={t("codes.scans.none.hint")} />}
        </Answer>
      </Card>
    </>
  );
}
