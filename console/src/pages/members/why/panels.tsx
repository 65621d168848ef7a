/** What was refused, what is believed, and what was decided: each with its reason. */
import { useState } from "react";
import type { Decision, GoldenField, Refusal, Why } from "../../../api/types";
import { useFormat } from "../../../app/session";
import { useWords } from "../../../i18n/language";
import { Badge } from "../../../parts/badges";
import { Confirm } from "../../../parts/Confirm";
import { Notice } from "../../../parts/Notice";
import { Table, type Column } from "../../../parts/Table";
import type { useCorrect } from "./correct";
import { EvidenceBadge, useNames } from "./Graph";
import { useReason } from "./reasons";

export function Refused({ refused }: { refused: Refusal[] }) {
  const { t, w } = useWords();
  const format = useFormat();
  const reason = useReason();
  if (!refused.length) return <Notice tight title={t("why.refused.empty")} text={t("why.refused.empty.hint")} />;
  return (
    <ul className="list max-list scroller" tabIndex={0} aria-label={t("why.refused")}>
      {refused.map((one) => (
        <li key={one.seq}>
          <time>{format.dateTime(one.at)}</time>
          <span className="grow">
            {w(one.ns)} <span className="mono">{one.value}</span>
            {one.other && <span className="faint"> {t(one.mine ? "why.refused.shown" : "why.refused.held", { member: one.other })}</span>}
            <small className="cause">{reason(one.reason)}</small>
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Golden({ golden }: { golden: GoldenField[] }) {
  const { t, w, maybe } = useWords();
  const format = useFormat();
  if (!golden.length) return <Notice tight title={t("golden.empty")} text={t("golden.empty.hint")} />;
  const from = (source: string, at: number | null) => [source && w(source), at && format.date(at)].filter(Boolean).join(", ");
  return (
    <ul className="facts golden">
      {golden.map(({ field, value, source, at, strategy, others }) => (
        <li key={field}>
          <span>{w(field)}</span>
          <span className="mono">{value}</span>
          <small className="faint">
            {t("golden.chosen", { strategy: maybe(`golden.by.${strategy}`, strategy), from: from(source, at) || "–" })}
          </small>
          {others.map((other, index) => (
            <small key={index} className="loser">
              <s>{other.value}</s> <span className="faint">{from(other.source, other.at)}</span>
            </small>
          ))}
        </li>
      ))}
    </ul>
  );
}

/** Evidence shown before somebody asks for all of it. */
const FIRST = 8;

const TONE: Record<string, "good" | "warn" | "bad"> = {
  merge: "good", join: "good", refuse: "bad", block: "bad", shared: "bad", split: "warn", undo: "warn", part: "warn", unmerge: "warn",
};

export function Decisions({ why, correction }: { why: Why; correction: ReturnType<typeof useCorrect> }) {
  const { t, w, maybe } = useWords();
  const format = useFormat();
  const reason = useReason();
  const [asked, setAsked] = useState<Decision | null>(null);
  if (!why.timeline.length) return <Notice tight title={t("member.history.empty")} />;
  const said = (one: Decision) =>
    [
      one.ns && `${w(one.ns)} ${one.value}`.trim(),
      one.other && one.other !== why.label && t("member.history.with", { member: one.other }),
      one.detail && maybe(`channels.${one.detail}`, reason(one.detail)),
    ].filter(Boolean).join(" · ");
  return (
    <>
      <ol className="list decisions">
        {why.timeline.map((one) => (
          <li key={one.seq} data-kind={one.kind}>
            <time>{format.dateTime(one.at)}</time>
            <span className="kind">
              <Badge tone={TONE[one.kind]}>{w(one.kind)}</Badge>
            </span>
            <span className="grow">
              {said(one)}
              <small className="faint cause">
                {t("why.number", { number: one.seq })} · {one.actor ? t("why.by", { actor: one.actor }) : t("member.history.cause", { cause: one.cause })}
              </small>
            </span>
            {one.undoable && (
              <button type="button" className="button" disabled={correction.busy} onClick={() => setAsked(one)}>
                {t("app.undo")}
              </button>
            )}
          </li>
        ))}
      </ol>
      <Confirm open={asked !== null} title={asked ? t("undo.title", { kind: w(asked.kind), number: asked.seq }) : ""}
        points={asked ? [
          `${format.dateTime(asked.at)}: ${[w(asked.kind), said(asked)].filter(Boolean).join(" · ")}`,
          t("undo.point"), t("correct.follow"), t("undo.refusable"),
        ] : []}
        action={t("app.undo")} busy={correction.busy} danger onClose={() => setAsked(null)}
        onConfirm={() => {
          if (asked) correction.correct({ action: "undo", seq: asked.seq });
          setAsked(null);
        }} />
    </>
  );
}

/** Every piece of evidence as a table: for those who do not see the drawing, and for large members. */
export function EvidenceList({ why }: { why: Why }) {
  const { t } = useWords();
  const format = useFormat();
  const name = useNames(why.identifiers);
  const [all, setAll] = useState(false);
  if (!why.evidence.length) return <Notice tight title={t("why.evidence.empty")} text={t("why.evidence.empty.hint")} />;
  const columns: Column<Why["evidence"][number]>[] = [
    { key: "pair", title: t("why.evidence.pair"), phone: "title", show: (row) => `${name(row.a)} ↔ ${name(row.b)}` },
    { key: "kind", title: t("why.evidence.kind"), show: (row) => <EvidenceBadge edge={row} /> },
    { key: "at", title: t("why.evidence.at"), show: (row) => format.dateTime(row.at) },
    { key: "cause", title: t("why.evidence.cause"), phone: "whole", show: (row) => <span className="mono cause-id">{row.model || row.cause}</span> },
    {
      key: "state", title: t("why.evidence.state"),
      show: (row) => <Badge tone={row.active ? "good" : undefined}>{t(row.active ? "why.evidence.active" : "why.evidence.taken")}</Badge>,
    },
  ];
  const rows = all ? why.evidence : why.evidence.slice(0, FIRST);
  return (
    <>
      <Table label={t("why.evidence")} columns={columns} rows={rows} rowKey={(row) => row.id} />
      {rows.length < why.evidence.length && (
        <div className="row more">
          <button type="button" className="button plain" onClick={() => setAll(true)}>
            {t("why.evidence.all", { count: format.number(why.evidence.length) })}
          </button>
        </div>
      )}
    </>
  );
}
