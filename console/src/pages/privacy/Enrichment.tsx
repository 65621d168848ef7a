/** Third-party data: which providers there are, what they cost, and a run. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { post } from "../../api/client";
import { enrichmentQuery, type Enriched, type EnrichmentMonth } from "../../api/privacy";
import { Icon } from "../../app/icons";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";

function useRun() {
  const { t } = useWords();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  return useMutation({
    mutationFn: ({ name, dry }: { name: string; dry: boolean }) =>
      post<Enriched>(`/api/enrichment/${encodeURIComponent(name)}`, { dry_run: dry }),
    onSuccess: ({ asked, found, without_consent: without, stopped }, { dry }) => {
      toast({ text: t(dry ? "enrichment.would" : "enrichment.done", { asked, found, without }) + (stopped ? ` ${t(`enrichment.stopped.${stopped}`)}` : "") });
      return data.invalidateQueries({ queryKey: ["enrichment"] });
    },
    onError: (error) => toast({ text: t("enrichment.failed", { message: errorText(error) }), bad: true }),
  });
}

export function EnrichmentCard() {
  const { t, w } = useWords();
  const format = useFormat();
  const query = useQuery(enrichmentQuery());
  const run = useRun();
  const columns: Column<EnrichmentMonth>[] = [
    { key: "provider", title: t("enrichment.provider"), phone: "title", plain: (row) => row.provider, show: (row) => row.provider },
    { key: "month", title: t("enrichment.month"), plain: (row) => row.month, show: (row) => row.month },
    { key: "asked", title: t("enrichment.asked"), number: true, plain: (row) => row.asked, show: (row) => format.number(row.asked) },
    { key: "found", title: t("enrichment.found"), number: true, plain: (row) => row.found, show: (row) => format.number(row.found) },
    { key: "cost", title: t("enrichment.cost", { currency: query.data?.currency ?? "" }), number: true, plain: (row) => row.cost, show: (row) => row.cost.toFixed(2) },
  ];
  return (
    <Card title={t("enrichment.title")} hint={t("enrichment.hint")} flush
      actions={<CsvButton name="enrichment" columns={columns} rows={query.data?.months} />}>
      <Answer query={query} lines={3}>
        {({ providers, months }) =>
          providers.length === 0 ? (
            <Notice tight title={t("enrichment.empty")} text={t("enrichment.empty.hint")} />
          ) : (
            <>
              <ul className="list">
                {providers.map(({ name, by, fields, budget }) => (
                  <li key={name}>
                    <span className="grow">
                      <strong>{name}</strong> <span className="faint">{w(by)} → {fields.join(", ") || "–"}</span>
                      {budget && <small className="faint"> · {t("enrichment.budget", { budget })}</small>}
                    </span>
                    <button type="button" className="button" disabled={run.isPending} onClick={() => run.mutate({ name, dry: true })}>
                      {t("enrichment.try")}
                    </button>
                    <button type="button" className="button primary" disabled={run.isPending} onClick={() => run.mutate({ name, dry: false })}>
                      <Icon name="play" /> {t("enrichment.run")}
                    </button>
                  </li>
                ))}
              </ul>
              {months.length > 0 && (
                <Table label={t("enrichment.title")} columns={columns} rows={months} rowKey={(row) => `${row.provider}:${row.month}`} />
              )}
            </>
          )
        }
      </Answer>
    </Card>
  );
}
