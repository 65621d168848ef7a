/** The identity policy as it is in force: what may join people, what may not, and whether a breaker has stopped it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { policyQuery } from "../../api/identityQueries";
import type { Breaker, Policy as PolicyData, PolicyRow } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Confirm } from "../../parts/Confirm";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { useCorrect } from "../members/why/correct";
import { DryRun } from "./DryRun";
import { Shared } from "./Shared";

const MERGES = { yes: "good", attach: undefined, never: "bad" } as const;

function useColumns(): Column<PolicyRow>[] {
  const { t, w } = useWords();
  const format = useFormat();
  const per = (row: PolicyRow) => (row.window ? t("policy.per", { limit: row.limit, window: format.period(row.window) }) : format.number(row.limit));
  return [
    {
      key: "name", title: t("policy.namespace"), phone: "title", plain: (row) => row.name,
      show: (row) => (
        <>
          {w(row.name)} <span className="mono faint small">{row.name}</span> {row.changed && <Badge>{t("policy.changed")}</Badge>}
        </>
      ),
    },
    { key: "priority", title: t("policy.priority"), number: true, plain: (row) => row.priority, show: (row) => row.priority },
    {
      key: "merges", title: t("policy.merges"), plain: (row) => row.merges,
      show: (row) => <Badge tone={MERGES[row.merges]}>{t(`policy.merges.${row.merges}`)}</Badge>,
    },
    { key: "limit", title: t("policy.limit"), plain: per, show: (row) => (row.merges === "never" ? "–" : per(row)) },
    {
      key: "verified", title: t("policy.verified"), plain: (row) => (row.verified ? 1 : 0),
      show: (row) => t(row.verified ? "policy.verified.only" : "policy.verified.any"),
    },
    {
      key: "ttl", title: t("policy.ttl"), plain: (row) => row.ttl,
      show: (row) => (row.ttl ? format.period(row.ttl) : t("policy.ttl.ever")),
    },
    { key: "persons", title: t("policy.persons"), number: true, plain: (row) => row.persons, show: (row) => (row.merges === "never" ? "–" : row.persons) },
    { key: "held", title: t("policy.held"), number: true, plain: (row) => row.held, show: (row) => format.number(row.held) },
    { key: "shared", title: t("policy.shared"), number: true, plain: (row) => row.shared, show: (row) => format.number(row.shared) },
    { key: "blocked", title: t("policy.blocked"), number: true, plain: (row) => row.blocked, show: (row) => format.number(row.blocked) },
  ];
}

/** Merging by a namespace stops by itself when it suddenly merges far more than usual; a person lets it go on. */
function Breakers({ policy }: { policy: PolicyData }) {
  const { t, w } = useWords();
  const format = useFormat();
  const { busy, correct } = useCorrect();
  const [asked, setAsked] = useState<Breaker | null>(null);
  const breakers = policy.namespaces.map((row) => row.breaker).filter((one) => one !== null)
    .sort((a, b) => Number(a.since === null) - Number(b.since === null));
  if (!breakers.length) return <Notice tight title={t("breaker.empty")} text={t("breaker.empty.hint")} />;
  return (
    <>
      <ul className="list breakers">
        {breakers.map((one) => (
          <li key={one.ns}>
            <span className="grow">
              {w(one.ns)}
              <small className="faint cause">
                {t("breaker.rate", { merges: format.number(one.merges), baseline: format.number(one.baseline, 1) })}
                {one.since !== null && ` · ${t("breaker.since", { time: format.dateTime(one.since) })}`}
              </small>
            </span>
            <Badge tone={one.since !== null ? "bad" : "good"}>{t(one.since !== null ? "breaker.open" : "breaker.closed")}</Badge>
            {one.since !== null && (
              <button type="button" className="button" disabled={busy} onClick={() => setAsked(one)}>
                {t("breaker.reset")}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Confirm open={asked !== null} title={asked ? t("breaker.reset.title", { ns: w(asked.ns) }) : ""} action={t("breaker.reset")}
        points={[t("breaker.reset.point"), t("breaker.reset.look")]} busy={busy} onClose={() => setAsked(null)}
        onConfirm={() => {
          if (asked) correct({ action: "reset", ns: asked.ns });
          setAsked(null);
        }} />
    </>
  );
}

/** A breaker that somebody has to look at stands first on the page. */
const isStopped = (policy: PolicyData) => policy.namespaces.some((row) => row.breaker !== null && row.breaker.since !== null);

export default function Policy() {
  const { t } = useWords();
  const query = useQuery(policyQuery());
  const columns = useColumns();
  const breakers = (policy: PolicyData) => (
    <Card title={t("breaker.title")} hint={t("breaker.hint")} flush>
      <Breakers policy={policy} />
    </Card>
  );
  return (
    <Page title={t("policy.title")} subtitle={t("policy.subtitle")}
      actions={<CsvButton name="identity-policy" columns={columns} rows={query.data?.namespaces} />}>
      <Answer query={query} lines={12}>
        {(policy) => (
          <>
            {isStopped(policy) && breakers(policy)}
            <Card title={t("policy.namespaces")} hint={t("policy.namespaces.hint")} flush>
              <Table label={t("policy.namespaces")} columns={columns} rows={policy.namespaces} rowKey={(row) => row.name} />
            </Card>
            <div className="grid">
              <div className="span-7 stack">
                <DryRun policy={policy} />
              </div>
              <div className="span-5 stack">
                {!isStopped(policy) && breakers(policy)}
                <Shared />
              </div>
            </div>
          </>
        )}
      </Answer>
    </Page>
  );
}
