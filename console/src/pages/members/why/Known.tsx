/** What a member is known by; take one identifier out, or part them into two people. */
import { useState } from "react";
import type { Why, WhyIdentifier } from "../../../api/types";
import { useFormat } from "../../../app/session";
import { useWords } from "../../../i18n/language";
import { Badge } from "../../../parts/badges";
import { Confirm } from "../../../parts/Confirm";
import { Notice } from "../../../parts/Notice";
import { Card } from "../../../parts/Page";
import { CsvButton, Table, type Column } from "../../../parts/Table";
import type { useCorrect } from "./correct";
import { useNames } from "./Graph";
import { Join } from "./Join";

/** Columns that only the CSV file has: the table shows them in others. */
const FILE_ONLY = new Set(["value", "first", "last"]);

type Asked = { kind: "unmerge" | "share"; one: WhyIdentifier } | { kind: "split" } | null;

function Marks({ one }: { one: WhyIdentifier }) {
  const { t } = useWords();
  return (
    <>
      {one.verified && <Badge tone="good">{t("why.verified")}</Badge>} {one.shared && <Badge tone="bad">{t("why.shared")}</Badge>}
    </>
  );
}

function useColumns(parting: boolean, leaving: Set<string>, onSide: (key: string, leaves: boolean) => void,
  ask: (asked: Asked) => void, busy: boolean): Column<WhyIdentifier>[] {
  const { t, w } = useWords();
  const format = useFormat();
  return [
    {
      key: "ns", title: t("why.identifier"), phone: "title", plain: (row) => w(row.ns),
      show: (row) => (
        <>
          {w(row.ns)} <strong className="mono">{row.value}</strong> <Marks one={row} />
        </>
      ),
    },
    { key: "value", title: t("why.value"), plain: (row) => row.value, show: () => null, phone: "hide" },
    { key: "first", title: t("why.first"), plain: (row) => format.dateTime(row.first_seen), show: () => null, phone: "hide" },
    { key: "last", title: t("why.last"), plain: (row) => format.dateTime(row.last_seen), show: () => null, phone: "hide" },
    {
      key: "seen", title: t("why.seen"), phone: "whole",
      show: (row) => {
        const [first, last] = [format.date(row.first_seen), format.date(row.last_seen)];
        return <span className="small soft">{first === last ? first : `${first} – ${last}`}</span>;
      },
    },
    {
      key: "do", title: t(parting ? "why.side" : "why.change"), phone: "whole", show: (row) =>
        parting ? (
          <span className="chips changes" role="group" aria-label={`${w(row.ns)} ${row.value}`}>
            <button type="button" className="chip" aria-pressed={!leaving.has(row.key)} onClick={() => onSide(row.key, false)}>
              {t("split.stays")}
            </button>
            <button type="button" className="chip" aria-pressed={leaving.has(row.key)} onClick={() => onSide(row.key, true)}>
              {t("split.goes")}
            </button>
          </span>
        ) : (
          <span className="row tight changes">
            <button type="button" className="button" disabled={busy} onClick={() => ask({ kind: "unmerge", one: row })}>
              {t("unmerge.button")}
            </button>
            <button type="button" className="button plain" disabled={busy} onClick={() => ask({ kind: "share", one: row })}>
              {t("share.button")}
            </button>
          </span>
        ),
    },
  ];
}

export function Known({ why, correction }: { why: Why; correction: ReturnType<typeof useCorrect> }) {
  const { t } = useWords();
  const [parting, setParting] = useState(false);
  const [leaving, setLeaving] = useState<Set<string>>(new Set());
  const [asked, setAsked] = useState<Asked>(null);
  const name = useNames(why.identifiers);
  const side = (key: string, leaves: boolean) => {
    const next = new Set(leaving);
    leaves ? next.add(key) : next.delete(key);
    setLeaving(next);
  };
  const stop = () => {
    setParting(false);
    setLeaving(new Set());
  };
  const columns = useColumns(parting, leaving, side, setAsked, correction.busy);
  const goes = why.identifiers.filter(({ key }) => leaving.has(key)).map(({ key }) => key);
  const stays = why.identifiers.filter(({ key }) => !leaving.has(key)).map(({ key }) => key);
  const list = (keys: string[]) => keys.map(name).join(t("why.and"));
  const points = (): string[] => {
    if (asked?.kind === "split") {
      return [
        t("split.first", { member: why.label, list: list(stays) }), t("split.second", { list: list(goes) }),
        t("split.kept"), t("correct.follow"), t("correct.wayback"),
      ];
    }
    if (asked?.kind === "unmerge") {
      return [t("unmerge.point", { name: name(asked.one.key), member: why.label }), t("unmerge.with"), t("correct.follow"), t("correct.wayback")];
    }
    return asked ? [t("share.point", { name: name(asked.one.key) }), t("share.later"), t("correct.wayback")] : [];
  };
  const go = () => {
    if (asked?.kind === "split") correction.correct({ action: "split", groups: [stays, goes] }, stop);
    else if (asked) correction.correct({ action: asked.kind, key: asked.one.key });
    setAsked(null);
  };
  return (
    <Card title={t("why.known")} hint={t(parting ? "split.hint" : "member.identifiers.hint")} flush
      actions={
        parting ? (
          <>
            <button type="button" className="button" onClick={stop}>
              {t("app.cancel")}
            </button>
            <button type="button" className="button primary" disabled={!goes.length || !stays.length || correction.busy}
              onClick={() => setAsked({ kind: "split" })}>
              {t("split.go")}
            </button>
          </>
        ) : (
          <>
            <CsvButton name={`${why.label}-identifiers`} columns={columns} rows={why.identifiers} />
            <Join why={why} correction={correction} />
            <button type="button" className="button" disabled={why.identifiers.length < 2} onClick={() => setParting(true)}>
              {t("split.button")}
            </button>
          </>
        )
      }>
      {why.identifiers.length ? (
        <Table label={t("why.known")} columns={columns.filter(({ key }) => !FILE_ONLY.has(key))} rows={why.identifiers} rowKey={(row) => row.key} />
      ) : (
        <Notice tight title={t("member.identifiers.empty")} />
      )}
      <Confirm open={asked !== null} title={asked ? t(`${asked.kind}.title`) : ""} points={points()}
        action={asked ? t(asked.kind === "split" ? "split.go" : `${asked.kind}.button`) : ""} busy={correction.busy} danger
        onClose={() => setAsked(null)} onConfirm={go} />
    </Card>
  );
}
