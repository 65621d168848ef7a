/** What was said, and what it brought. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { campaignsQuery } from "../../api/queries";
import type { CampaignRow } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { StateBadge } from "../../parts/badges";
import { Interval, scaleOf } from "../../parts/Interval";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { PauseButton } from "./PauseButton";
import { useVerdict, VerdictBadge } from "./verdict";

function useColumns(rows: CampaignRow[]): Column<CampaignRow>[] {
  const { t, w } = useWords();
  const format = useFormat();
  const verdict = useVerdict();
  const scale = scaleOf(rows.flatMap((row) => (row.effect ? [row.effect] : [])));
  return [
    {
      key: "name",
      title: t("campaigns.name"),
      phone: "title",
      plain: (row) => row.name,
      show: (row) => (
        <>
          <Link href={`/campaigns/${row.code}`}>
            <strong>{row.name || row.code}</strong>
          </Link>
          <div className="faint small">{[w(row.kind), row.scene].filter(Boolean).join(" · ")}</div>
        </>
      ),
    },
    { key: "state", title: t("campaigns.state"), plain: (row) => row.state, show: (row) => <StateBadge state={row.state} /> },
    { key: "sent", title: t("campaigns.sent"), number: true, plain: (row) => row.sent, show: (row) => format.number(row.sent) },
    { key: "treated", title: t("campaigns.treated"), number: true, plain: (row) => row.assigned_treated,
      show: (row) => format.number(row.assigned_treated) },
    { key: "holdout", title: t("campaigns.holdout"), number: true, plain: (row) => row.assigned_holdout,
      show: (row) => format.number(row.assigned_holdout) },
    { key: "redeemed", title: t("campaigns.redeemed"), number: true, plain: (row) => row.redeemed,
      show: (row) => format.number(row.redeemed) },
    {
      key: "effect",
      title: t("campaigns.effect"),
      phone: "whole",
      width: "26%",
      plain: (row) => verdict(row.effect),
      show: (row) =>
        row.effect ? (
          <div>
            <div className="row tight spread">
              <strong>{format.moneySigned(row.effect.lift)}</strong>
              <VerdictBadge effect={row.effect} />
            </div>
            <Interval effect={row.effect} scale={scale} />
          </div>
        ) : (
          <span className="faint">{t("campaigns.noteffect")}</span>
        ),
    },
    { key: "change", title: "", phone: "whole", show: (row) => <PauseButton campaign={row} /> },
  ];
}

export default function Campaigns() {
  const { t } = useWords();
  const query = useQuery(campaignsQuery());
  const columns = useColumns(query.data ?? []);
  return (
    <Page title={t("campaigns.title")} subtitle={t("campaigns.subtitle")}
      actions={<CsvButton name="campaigns" columns={columns} rows={query.data} />}>
      <Card title={t("campaigns.title")} hint={t("live.effect.hint")} flush>
        <Answer query={query} lines={8}>
          {(rows) =>
            rows.length === 0 ? (
              <Notice title={t("campaigns.empty")} text={t("campaigns.empty.hint")} />
            ) : (
              <Table label={t("campaigns.title")} columns={columns} rows={rows} rowKey={(row) => row.code}
                href={(row) => `/campaigns/${row.code}`} />
            )
          }
        </Answer>
      </Card>
    </Page>
  );
}
