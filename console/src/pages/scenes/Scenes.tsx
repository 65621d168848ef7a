/** The situations the platform waits for. */
import { useQuery } from "@tanstack/react-query";
import { scenesQuery } from "../../api/queries";
import type { SceneRow } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { spoken } from "../../i18n/words";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { CsvButton, Table, type Column } from "../../parts/Table";

export default function Scenes() {
  const { t, language } = useWords();
  const { format, now } = useSession();
  const query = useQuery(scenesQuery());
  const columns: Column<SceneRow>[] = [
    {
      key: "title",
      title: t("scenes.name"),
      phone: "title",
      width: "24%",
      plain: (row) => row.title || row.name,
      show: (row) => (
        <>
          <strong>{row.title || row.name}</strong>
          <div className="faint small mono">{row.name}</div>
        </>
      ),
    },
    {
      key: "steps",
      title: t("scenes.steps"),
      phone: "whole",
      plain: (row) => row.steps.map((step) => spoken(language, step)).join("; "),
      show: (row) => (
        <ul className="steps">
          {row.steps.map((step, index) => (
            <li key={index}>{spoken(language, step)}</li>
          ))}
        </ul>
      ),
    },
    { key: "today", title: t("scenes.today"), number: true, plain: (row) => row.fired_today, show: (row) => format.number(row.fired_today) },
    {
      key: "last",
      title: t("scenes.last"),
      plain: (row) => format.dateTime(row.last),
      show: (row) => (row.last ? <span title={format.dateTime(row.last)}>{format.ago(row.last, now())}</span> : t("scenes.never")),
    },
    { key: "version", title: t("scenes.version"), phone: "hide", number: true, plain: (row) => row.version, show: (row) => row.version },
  ];
  return (
    <Page title={t("scenes.title")} subtitle={t("scenes.subtitle")}
      actions={<CsvButton name="scenes" columns={columns} rows={query.data} />}>
      <Card title={t("scenes.title")} flush headless>
        <Answer query={query} lines={8}>
          {(rows) =>
            rows.length === 0 ? (
              <Notice title={t("scenes.empty")} text={t("scenes.empty.hint")} />
            ) : (
              <Table label={t("scenes.title")} columns={columns} rows={rows} rowKey={(row) => row.name} />
            )
          }
        </Answer>
      </Card>
    </Page>
  );
}
