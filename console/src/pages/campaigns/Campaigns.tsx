/** What was said, and what it brought. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { campaignsQuery } from "../../api/queries";
import type { CampaignRow } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { StateBadge } from "../../parts/badges";
import { Interval } from "../../parts/Interval";
import { boundsOf, scaleOf } from "../../parts/verdict";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { PauseButton } from "./PauseButton";
import { useVerdict, VerdictBadge } from "./verdict";

function useColumns(rows: CampaignRow[]): Column<CampaignRow>[] {
  const { t, w } = useWords();
  const format = useFormat();
  const verdict = useVerdict();
  const scale = scaleOf(rows.map((row) => boundsOf(row.effect)).filter((bounds) => bounds !== null));
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
          <div className="faint small">{[w(row.kind), row.scene_title].filter(Boolean).join(" · ")}</div>
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
      show: (row) => {
        const bounds = boundsOf(row.effect);
        if (!bounds) return <span className="faint">{t("campaigns.noteffect")}</span>;
        return (
          <div>
            <div className="row tight spread">
              <strong>{format.moneySigned(bounds.lift)}</strong>
              <VerdictBadge effect={row.effect} />
            </div>
            <Interval effect={bounds} scale={scale} />
          </div>
        );
      },
    },
    { key: "change", title: "", phone: "whole", show: (row) => <PauseButton campaign={row} /> },
  ];
}

export default function Campaigns() {
  const { t } = useWords();
  const query = useQuery(campaignsQuery());
  const columns = useColumns(query.data ?? []);
  return (
    <Page title={t("campaigns.title")} subtitle={t("live.effect.hint")}
      actions={<CsvButton name="campaigns" columns={columns} rows={query.data} />}>
      <Card title={t("campaigns.title")} flush headless>
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
