/** Touchpoints: what every source sent and what became of it, how its transports do, and which sensors are dead. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { url } from "../../api/client";
import { touchpointsQuery, type Line, type SensorState, type Source } from "../../api/touchpoints";
import { Icon } from "../../app/icons";
import { useFormat, useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Choice, Page } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { CsvButton, Table, type Column } from "../../parts/Table";

const STATES = ["all", "silent", "unknown", "never", "heard"] as const;
type Shown = (typeof STATES)[number];
const TONES = { silent: "bad", unknown: "warn", never: "warn", heard: "good" } as const;
const MOST = 300;

function Lines({ lines }: { lines: Line[] }) {
  const { t } = useWords();
  if (!lines.length) return t("touchpoints.push");
  return lines.map((line) => (
    <div key={`${line.transport} ${line.where}`}>
      <Badge tone={line.state === "failing" ? "bad" : line.state === "ok" ? "good" : undefined}>
        {`${t(`touchpoints.transport.${line.transport}`)} · ${t(`touchpoints.line.${line.state}`)}`}
      </Badge>
      <div className="faint small">{line.reason || line.where}</div>
    </div>
  ));
}

function Sources({ rows }: { rows: Source[] }) {
  const { t, maybe } = useWords();
  const format = useFormat();
  const { now } = useSession();
  const nameOf = usePlaceNames();
  const count = (key: "received" | "stored" | "known" | "quarantined" | "skipped" | "refused"): Column<Source> => ({
    key, title: t(`touchpoints.${key}`), number: true, plain: (row) => row[key],
    show: (row) => (key === "quarantined" && row.quarantined
      ? <Link href={`/quarantine/from/${encodeURIComponent(row.name)}`}>{format.number(row.quarantined)}</Link> : format.number(row[key])),
  });
  const lost = rows.filter((row) => row.lost);
  const columns: Column<Source>[] = [
    { key: "name", title: t("touchpoints.name"), phone: "title", plain: (row) => row.name,
      show: (row) => <><strong>{row.name}</strong> <span className="faint">{maybe(`kind.${row.kind}`, row.kind)}</span></> },
    { key: "place", title: t("touchpoints.place"), plain: (row) => row.place, show: (row) => (row.place ? nameOf(row.place) : "–") },
    { key: "lines", title: t("touchpoints.transport"), phone: "whole", plain: (row) => row.lines.map((line) => `${line.transport}:${line.state}`).join(" "),
      show: (row) => <Lines lines={row.lines} /> },
    { key: "last", title: t("touchpoints.last"), plain: (row) => (row.last ? format.dateTime(row.last) : ""),
      show: (row) => (row.last ? format.ago(row.last, now()) : <span className="faint">{t("touchpoints.never")}</span>) },
    count("received"), count("stored"), count("known"), count("quarantined"), count("refused"), count("skipped"),
    { key: "today", title: t("touchpoints.today"), number: true, plain: (row) => row.today, show: (row) => format.number(row.today) },
  ];
  if (!rows.length) return <Notice title={t("touchpoints.empty")} text={t("touchpoints.empty.hint")}><Link className="button primary" href="/touchpoints/new">{t("add.title")}</Link></Notice>;
  return (
    <>
      {lost.length > 0 && <Notice title={t("touchpoints.lost", { names: lost.map((row) => row.name).join(", ") })} text={t("touchpoints.lost.hint")} />}
      <Table label={t("touchpoints.sources")} columns={columns} rows={rows} rowKey={(row) => row.name} />
    </>
  );
}

function Sensors({ rows }: { rows: SensorState[] }) {
  const { t } = useWords();
  const format = useFormat();
  const { now } = useSession();
  const nameOf = usePlaceNames();
  const [shown, setShown] = useState<Shown>("all");
  const order = { silent: 0, unknown: 1, never: 2, heard: 3 };
  const found = rows.filter((row) => shown === "all" || row.state === shown)
    .sort((one, two) => order[one.state] - order[two.state] || one.place.localeCompare(two.place) || one.code.localeCompare(two.code));
  const columns: Column<SensorState>[] = [
    { key: "code", title: t("sensors.code"), phone: "title", plain: (row) => row.code, show: (row) => <strong>{row.code}</strong> },
    { key: "state", title: t("sensors.state"), plain: (row) => row.state,
      show: (row) => (
        <>
          <Badge tone={TONES[row.state]}>{t(`sensors.state.${row.state}`)}</Badge>
          {row.state !== "heard" && <div className="faint small">{t(`sensors.do.${row.state}`)}</div>}
        </>
      ) },
    { key: "place", title: t("touchpoints.place"), plain: (row) => row.place, show: (row) => (row.place ? nameOf(row.place) : "–") },
    { key: "zone", title: t("sensors.zone"), plain: (row) => row.zone, show: (row) => (row.zone ? nameOf(row.zone) : "–") },
    { key: "last", title: t("touchpoints.last"), plain: (row) => (row.last ? format.dateTime(row.last) : ""),
      show: (row) => (row.last ? format.ago(row.last, now()) : t("touchpoints.never")) },
    { key: "sightings", title: t("sensors.sightings"), number: true, plain: (row) => row.sightings, show: (row) => format.number(row.sightings) },
  ];
  if (!rows.length) return <Notice title={t("sensors.empty")} text={t("sensors.empty.hint")} />;
  return (
    <>
      <div className="filters">
        <Choice label={t("sensors.state")} value={shown} onChange={setShown}
          options={STATES.map((name) => ({ value: name, text: t(`sensors.show.${name}`), count: name === "all" ? rows.length : rows.filter((row) => row.state === name).length }))} />
        <CsvButton name="sensors" columns={columns} rows={found} />
      </div>
      {found.length ? <Table label={t("sensors.title")} columns={columns} rows={found.slice(0, MOST)} rowKey={(row) => `${row.place} ${row.code}`} />
        : <Notice title={t("sensors.none")} />}
      {found.length > MOST && <p className="faint small notice tight">{t("sensors.more", { count: found.length - MOST })}</p>}
    </>
  );
}

export default function Touchpoints() {
  const { t } = useWords();
  const query = useQuery(touchpointsQuery());
  return (
    <Page title={t("touchpoints.title")} subtitle={t("touchpoints.subtitle")}
      actions={
        <>
          <a className="button" href={url("/api/touchpoints", { format: "csv" })} download><Icon name="download" /> {t("app.csv")}</a>
          <Link className="button primary" href="/touchpoints/new">{t("add.title")}</Link>
        </>
      }>
      <Card title={t("touchpoints.sources")} hint={t("touchpoints.sources.hint")} flush>
        <Answer query={query} lines={6}>{(found) => <Sources rows={found.touchpoints} />}</Answer>
      </Card>
      <Card title={t("sensors.title")} hint={t("sensors.hint")} flush>
        <Answer query={query} lines={6}>{(found) => <Sensors rows={found.sensors} />}</Answer>
      </Card>
    </Page>
  );
}
