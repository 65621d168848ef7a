/** Erasures: who was forgotten, how far those under way are, and the certificates. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { erasuresQuery, PAGE_SIZE, type ErasureRow } from "../../api/privacy";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { CsvButton, Pager, Table, type Column } from "../../parts/Table";
import { CertificateCard } from "./Certificate";
import { EnrichmentCard } from "./Enrichment";

function useColumns(open: (id: string) => void): Column<ErasureRow>[] {
  const { t } = useWords();
  const format = useFormat();
  const stage = ({ stage: at, progress }: ErasureRow) => t(`privacy.stage.${at}`, { part: format.percent(progress) });
  return [
    { key: "label", title: t("privacy.member"), phone: "title", plain: (row) => row.label, show: (row) => row.label },
    { key: "at", title: t("privacy.at"), plain: (row) => format.dateTime(row.at), show: (row) => format.dateTime(row.at) },
    {
      key: "stage", title: t("privacy.state"), plain: stage,
      show: (row) => <Badge tone={row.finished ? "good" : row.stage === "failed" ? "bad" : "warn"}>{stage(row)}</Badge>,
    },
    { key: "actor", title: t("privacy.actor"), plain: (row) => row.actor, show: (row) => row.actor },
    { key: "reason", title: t("privacy.reason"), plain: (row) => row.reason, show: (row) => row.reason || "–" },
    {
      key: "certificate", title: t("privacy.certificate"),
      show: (row) => (
        <button type="button" className="button" disabled={!row.finished} onClick={() => open(row.id)}>
          {t("privacy.certificate")}
        </button>
      ),
    },
  ];
}

export default function Privacy() {
  const { t } = useWords();
  const [page, setPage] = useState(1);
  const [shown, setShown] = useState("");
  const query = useQuery(erasuresQuery(page));
  const columns = useColumns(setShown);
  return (
    <Page title={t("privacy.title")} subtitle={t("privacy.subtitle")}
      actions={<CsvButton name="erasures" columns={columns} rows={query.data?.erasures} />}>
      {shown && <CertificateCard id={shown} onClose={() => setShown("")} />}
      <Card title={t("privacy.erasures")} hint={t("privacy.erasures.hint")} flush>
        <Answer query={query} lines={6}>
          {({ erasures, total }) =>
            erasures.length === 0 ? (
              <Notice title={t("privacy.empty")} text={t("privacy.empty.hint")} />
            ) : (
              <>
                <Table label={t("privacy.erasures")} columns={columns} rows={erasures} rowKey={(row) => row.id} />
                <Pager page={page} size={PAGE_SIZE} total={total} onPage={setPage} />
              </>
            )
          }
        </Answer>
      </Card>
      <EnrichmentCard />
    </Page>
  );
}
