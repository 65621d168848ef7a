/** Linking runs: look for one person in records that share no identifier; look first, then publish. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { post } from "../../api/client";
import { runsQuery } from "../../api/identityQueries";
import type { RunKind, RunRow } from "../../api/types";
import { Icon } from "../../app/icons";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";
import { RunState } from "./state";

const FINISHED = new Set(["done", "published", "withdrawn"]);

function useColumns(): Column<RunRow>[] {
  const { t } = useWords();
  const format = useFormat();
  const count = (key: "records" | "merged" | "split" | "review"): Column<RunRow> => ({
    key, title: t(`run.${key}`), number: true, plain: (row) => row[key],
    show: (row) => (FINISHED.has(row.state) && (key !== "review" || row.kind === "records") ? format.number(row[key]) : "–"),
  });
  return [
    {
      key: "at", title: t("run.at"), phone: "title", plain: (row) => format.dateTime(row.at),
      show: (row) => <Link href={`/linking/${row.id}`}>{format.dateTime(row.at)}</Link>,
    },
    { key: "kind", title: t("run.kind"), plain: (row) => t(`run.kind.${row.kind}`), show: (row) => t(`run.kind.${row.kind}`) },
    { key: "state", title: t("run.state"), plain: (row) => t(`run.state.${row.state}`), show: (row) => <RunState run={row} /> },
    count("records"), count("merged"), count("split"), count("review"),
    { key: "model", title: t("run.model"), plain: (row) => row.model, show: (row) => <span className="mono">{row.model || "–"}</span> },
    { key: "actor", title: t("run.actor"), phone: "hide", plain: (row) => row.actor, show: (row) => row.actor || "–" },
  ];
}

export default function Linking() {
  const { t } = useWords();
  const [, go] = useLocation();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const query = useQuery(runsQuery());
  const columns = useColumns();
  const busy = query.data?.some(({ state }) => state === "running" || state === "waiting") ?? false;
  const start = useMutation({
    mutationFn: (kind: RunKind) => post<{ id: string }>("/api/linking/runs", { kind }),
    onSuccess: async ({ id }) => {
      await data.invalidateQueries({ queryKey: ["runs"] });
      go(`/linking/${id}`);
    },
    onError: (error) => toast({ text: t("correct.failed", { message: errorText(error) }), bad: true }),
  });
  const waits = busy || start.isPending;
  const buttons = (
    <>
      <button type="button" className="button" disabled={waits} title={t("linking.anchors.hint")} onClick={() => start.mutate("anchors")}>
        {t("linking.anchors")}
      </button>
      <button type="button" className="button primary" disabled={waits} onClick={() => start.mutate("records")}>
        <Icon name="play" /> {t(waits ? "linking.busy" : "linking.start")}
      </button>
    </>
  );
  return (
    <Page title={t("linking.title")} subtitle={t("linking.subtitle")}
      actions={
        <>
          <CsvButton name="linking-runs" columns={columns} rows={query.data} />
          {buttons}
        </>
      }>
      <Card title={t("linking.runs")} hint={t("linking.hint")} flush>
        <Answer query={query} lines={6}>
          {(runs) =>
            runs.length === 0 ? (
              <Notice title={t("linking.empty")} text={t("linking.empty.hint")}>
                {buttons}
              </Notice>
            ) : (
              <Table label={t("linking.runs")} columns={columns} rows={runs} rowKey={(row) => row.id} href={(row) => `/linking/${row.id}`} />
            )
          }
        </Answer>
      </Card>
    </Page>
  );
}
