/** The certificate of one erasure: what was deleted where, and what stays without the person. */
import { useQuery } from "@tanstack/react-query";
import { certificateQuery, type Certificate } from "../../api/privacy";
import { Icon } from "../../app/icons";
import { useFormat } from "../../app/session";
import { download } from "../../csv";
import { useWords } from "../../i18n/language";
import { Answer } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { Table, type Column } from "../../parts/Table";

interface Line {
  where: string;
  deleted: number;
  kept: number;
}

function useLines(): (paper: Certificate) => Line[] {
  const { t, maybe } = useWords();
  return (paper) => [
    ...Object.entries({ ...paper.state, ...paper.facts }).map(([where, counts]) => ({ where, ...counts })),
    { where: t("privacy.log"), deleted: paper.log.erased, kept: paper.log.kept },
    ...Object.entries(paper.other).map(([name, deleted]) => ({ where: maybe(`privacy.other.${name}`, name), deleted, kept: 0 })),
  ];
}

export function CertificateCard({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useWords();
  const format = useFormat();
  const lines = useLines();
  const query = useQuery(certificateQuery(id));
  const columns: Column<Line>[] = [
    { key: "where", title: t("privacy.where"), phone: "title", show: (row) => row.where },
    { key: "deleted", title: t("privacy.deleted"), number: true, show: (row) => format.number(row.deleted) },
    { key: "kept", title: t("privacy.kept"), number: true, show: (row) => format.number(row.kept) },
  ];
  return (
    <Card title={query.data ? t("privacy.certificate.of", { member: query.data.person }) : t("privacy.certificate")}
      hint={query.data && (query.data.backups.length ? t("privacy.backups", { names: query.data.backups.join(", ") }) : t("privacy.backups.none"))}
      actions={
        <>
          <button type="button" className="button" disabled={!query.data}
            onClick={() => download(`erasure-${id}.json`, JSON.stringify(query.data, null, 2), "application/json")}>
            <Icon name="download" /> {t("privacy.download")}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t("app.close")}
          </button>
        </>
      }>
      <Answer query={query} lines={6}>
        {(paper) => (
          <>
            <dl className="pairs">
              <div className="pair">
                <dt>{t("privacy.finished")}</dt>
                <dd>{format.dateTime(paper.finished)}</dd>
              </div>
              <div className="pair">
                <dt>{t("privacy.actor")}</dt>
                <dd>{paper.actor}</dd>
              </div>
              <div className="pair">
                <dt>{t("privacy.left")}</dt>
                <dd>{format.number(paper.rows_left)}</dd>
              </div>
              <div className="pair">
                <dt>{t("privacy.signature")}</dt>
                <dd className="mono small" style={{ overflowWrap: "anywhere" }}>{paper.signature}</dd>
              </div>
            </dl>
            <Table label={t("privacy.certificate")} columns={columns} rows={lines(paper)} rowKey={(row) => row.where} />
          </>
        )}
      </Answer>
    </Card>
  );
}
