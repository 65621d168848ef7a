/** The parts of a run's diff report. */
import type { ReactNode } from "react";
import type { RunPage } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { MemberLink } from "../../parts/badges";
import { Notice } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { CsvButton, Table, type Column } from "../../parts/Table";

function Members({ ids, labels }: { ids: number[]; labels: string[] }) {
  return (
    <span className="row tight">
      {ids.map((id, index) => (
        <MemberLink key={id} member={id} label={labels[index]} />
      ))}
    </span>
  );
}

function Listed<T>({ title, hint, name, rows, columns, rowKey, empty }: {
  title: string;
  hint: string;
  name: string;
  rows: T[];
  columns: Column<T>[];
  rowKey: (row: T) => string | number;
  empty: ReactNode;
}) {
  return (
    <Card title={title} hint={hint} flush actions={<CsvButton name={name} columns={columns} rows={rows} />}>
      {rows.length ? (
        <div className="scroller report">
          <Table label={title} columns={columns} rows={rows} rowKey={rowKey} />
        </div>
      ) : empty}
    </Card>
  );
}

export function Merges({ run }: { run: RunPage }) {
  const { t } = useWords();
  const format = useFormat();
  const columns: Column<RunPage["merges"][number]>[] = [
    {
      key: "members", title: t("run.members"), phone: "title", plain: (row) => row.labels.join(" "),
      show: (row) => <Members ids={row.members} labels={row.labels} />,
    },
    {
      key: "confidence", title: t("run.confidence"), number: true, plain: (row) => row.confidence,
      show: (row) => format.percent(row.confidence, 2),
    },
  ];
  return (
    <Listed title={t("run.merges")} hint={t("run.merges.hint")} name={`run-${run.id}-merges`} rows={run.merges} columns={columns}
      rowKey={(row) => row.members.join(" ")} empty={<Notice tight title={t("run.merges.empty")} text={t("run.merges.empty.hint")} />} />
  );
}

export function Splits({ run }: { run: RunPage }) {
  const { t } = useWords();
  const format = useFormat();
  const columns: Column<RunPage["splits"][number]>[] = [
    {
      key: "member", title: t("run.member"), phone: "title", plain: (row) => row.label,
      show: (row) => <MemberLink member={row.member} label={row.label} />,
    },
    { key: "parts", title: t("run.parts"), number: true, plain: (row) => row.parts, show: (row) => format.number(row.parts) },
  ];
  return (
    <Listed title={t("run.splits")} hint={t("run.splits.hint")} name={`run-${run.id}-splits`} rows={run.splits} columns={columns}
      rowKey={(row) => row.member} empty={<Notice tight title={t("run.splits.empty")} />} />
  );
}

export function Largest({ run }: { run: RunPage }) {
  const { t } = useWords();
  const format = useFormat();
  const columns: Column<RunPage["largest"][number]>[] = [
    {
      key: "members", title: t("run.members"), phone: "title", plain: (row) => row.labels.join(" "),
      show: (row) => <Members ids={row.members} labels={row.labels} />,
    },
    { key: "size", title: t("run.size"), number: true, plain: (row) => row.size, show: (row) => format.number(row.size) },
  ];
  return (
    <Listed title={t("run.largest")} hint={t("run.largest.hint")} name={`run-${run.id}-largest`} rows={run.largest} columns={columns}
      rowKey={(row) => row.members.join(" ")} empty={<Notice tight title={t("run.merges.empty")} />} />
  );
}

export function Bands({ run }: { run: RunPage }) {
  const { t } = useWords();
  const format = useFormat();
  const bound = (share: number | null, none: string) => (share === null ? none : format.percent(share, 2));
  return (
    <Card title={t("run.bands")} hint={t("run.bands.hint")}>
      <ul className="facts">
        {run.bands.map(({ name, from, to, pairs }) => (
          <li key={name}>
            <span>
              {t(`run.band.${name as "auto" | "review" | "reject"}`)}{" "}
              <span className="faint">
                {bound(from, "0 %")} – {bound(to, "100 %")}
              </span>
            </span>
            <span className="num">{t("run.pairs", { count: format.number(pairs) })}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function Drift({ run }: { run: RunPage }) {
  const { t, w, maybe } = useWords();
  const format = useFormat();
  return (
    <Card title={t("run.drift")} hint={t("run.drift.hint")}>
      {run.drift.length === 0 ? (
        <Notice tight title={t("run.drift.empty")} text={t("run.drift.empty.hint")} />
      ) : (
        <ul className="facts">
          {run.drift.map(({ name, before, after }) => (
            <li key={name}>
              <span>{maybe(`drift.${name}`, w(name))}</span>
              <span className="num">
                {format.number(before, 3)} → {format.number(after, 3)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

export function Anchors({ run }: { run: RunPage }) {
  const { t, w } = useWords();
  const format = useFormat();
  const columns: Column<RunPage["anchors"][number]>[] = [
    {
      key: "member", title: t("run.member"), phone: "title", plain: (row) => row.label,
      show: (row) => <MemberLink member={row.member} label={row.label} />,
    },
    { key: "ns", title: t("run.device"), plain: (row) => row.ns, show: (row) => w(row.ns) },
    {
      key: "meetings", title: t("run.meetings"), number: true, plain: (row) => row.meetings,
      show: (row) => t("run.meetings.of", { met: format.number(row.meetings), paid: format.number(row.occasions) }),
    },
    { key: "others", title: t("run.others"), number: true, phone: "hide", plain: (row) => row.others, show: (row) => format.number(row.others) },
    { key: "last", title: t("run.last"), phone: "hide", plain: (row) => format.dateTime(row.last), show: (row) => format.dateTime(row.last) },
    {
      key: "confidence", title: t("run.confidence"), number: true, plain: (row) => row.confidence,
      show: (row) => format.percent(row.confidence, 2),
    },
  ];
  return (
    <Listed title={t("run.anchors")} hint={t("run.anchors.hint")} name={`run-${run.id}-anchors`} rows={run.anchors} columns={columns}
      rowKey={(row) => `${row.member} ${row.ns} ${row.first}`}
      empty={<Notice tight title={t("run.anchors.empty")} text={t("run.anchors.empty.hint")} />} />
  );
}
