/** One linking run: what it would change, and the button that lets it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "wouter";
import { post } from "../../api/client";
import { runQuery } from "../../api/identityQueries";
import type { RunPage } from "../../api/types";
import { Icon } from "../../app/icons";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Confirm } from "../../parts/Confirm";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Figures, Page } from "../../parts/Page";
import { useToast } from "../../parts/toast";
import { Anchors, Bands, Drift, Largest, Merges, Splits } from "./report";
import { RunState } from "./state";

function Report({ run }: { run: RunPage }) {
  const { t } = useWords();
  const format = useFormat();
  return (
    <>
      <Figures items={[
        { name: t("run.records"), value: format.number(run.records) },
        { name: t("run.merged"), value: format.number(run.merged), note: t("run.merged.note") },
        { name: t("run.split"), value: format.number(run.split), note: t("run.split.note") },
        { name: t("run.unchanged"), value: format.number(run.unchanged) },
        { name: t("run.review"), value: format.number(run.review), note: run.review ? <Link href="/review">{t("run.review.go")}</Link> : undefined },
      ]} />
      <div className="grid">
        <div className="span-7 stack">
          <Merges run={run} />
          <Splits run={run} />
        </div>
        <div className="span-5 stack">
          <Bands run={run} />
          <Largest run={run} />
          <Drift run={run} />
        </div>
      </div>
    </>
  );
}

function AnchorReport({ run }: { run: RunPage }) {
  const { t } = useWords();
  const format = useFormat();
  return (
    <>
      <Figures items={[
        { name: t("run.anchors.new"), value: format.number(run.merged), note: t("run.anchors.new.note") },
        { name: t("run.anchors.kept"), value: format.number(run.unchanged) },
        { name: t("run.anchors.elsewhere"), value: format.number(run.split), note: t("run.anchors.elsewhere.note") },
      ]} />
      <Anchors run={run} />
    </>
  );
}

function Publish({ run }: { run: RunPage }) {
  const { t } = useWords();
  const format = useFormat();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const [asked, setAsked] = useState(false);
  const publish = useMutation({
    mutationFn: () => post<{ published: number }>(`/api/linking/runs/${encodeURIComponent(run.id)}/publish`),
    onSuccess: ({ published }) => toast({ text: t("run.published.toast", { count: format.number(published) }) }),
    onError: (error) => toast({ text: t("correct.failed", { message: errorText(error) }), bad: true }),
    onSettled: () => {
      setAsked(false);
      return Promise.all(["runs", "member", "members"].map((name) => data.invalidateQueries({ queryKey: [name] })));
    },
  });
  if (run.state !== "done") return null;
  return (
    <>
      <button type="button" className="button primary" disabled={publish.isPending} onClick={() => setAsked(true)}>
        {t("run.publish")}
      </button>
      <Confirm open={asked} title={t("run.publish.title")} busy={publish.isPending} action={t(publish.isPending ? "run.publish.busy" : "run.publish")}
        points={[
          ...(run.kind === "anchors" ? [t("run.publish.anchors", { count: format.number(run.merged) })] : [
            t("run.publish.merged", { count: format.number(run.merged) }), t("run.publish.review", { count: format.number(run.review) }),
          ]),
          t("run.publish.limits"), t("run.publish.undo"),
        ]}
        onClose={() => setAsked(false)} onConfirm={() => publish.mutate()} />
    </>
  );
}

function Withdraw({ run }: { run: RunPage }) {
  const { t } = useWords();
  const format = useFormat();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const [asked, setAsked] = useState(false);
  const withdraw = useMutation({
    mutationFn: () => post<{ withdrawn: number }>(`/api/linking/runs/${encodeURIComponent(run.id)}/withdraw`),
    onSuccess: ({ withdrawn }) => toast({ text: t("run.withdrawn.toast", { count: format.number(withdrawn) }) }),
    onError: (error) => toast({ text: t("correct.failed", { message: errorText(error) }), bad: true }),
    onSettled: () => {
      setAsked(false);
      return Promise.all(["runs", "member", "members"].map((name) => data.invalidateQueries({ queryKey: [name] })));
    },
  });
  if (run.state !== "published") return null;
  return (
    <>
      <button type="button" className="button" disabled={withdraw.isPending} onClick={() => setAsked(true)}>
        {t("run.withdraw")}
      </button>
      <Confirm open={asked} title={t("run.withdraw.title")} busy={withdraw.isPending} action={t("run.withdraw")}
        points={[t("run.withdraw.all"), t("run.withdraw.later"), t("run.withdraw.again")]}
        onClose={() => setAsked(false)} onConfirm={() => withdraw.mutate()} />
    </>
  );
}

export default function Run() {
  const { id = "" } = useParams();
  const { t } = useWords();
  const format = useFormat();
  const query = useQuery(runQuery(id));
  const run = query.data;
  return (
    <Page title={run ? t("run.title", { time: format.dateTime(run.at) }) : t("nav.linking")}
      subtitle={run && (
        <span className="row tight">
          <RunState run={run} />
          {run.model && t("run.by", { model: run.model })}
          {run.published !== null && <span>· {t("run.published.at", { time: format.dateTime(run.published) })}</span>}
        </span>
      )}
      actions={
        <>
          <Link href="/linking" className="button">
            <Icon name="back" /> {t("nav.linking")}
          </Link>
          {run && <Publish run={run} />}
          {run && <Withdraw run={run} />}
        </>
      }>
      <Answer query={query} lines={12}>
        {(found) =>
          found.state === "failed" ? (
            <Notice title={t("run.failed")} text={found.error} />
          ) : found.state === "running" || found.state === "waiting" ? (
            <Notice title={t("run.running")} text={t("run.running.hint")}>
              <RunState run={found} />
            </Notice>
          ) : found.kind === "anchors" ? <AnchorReport run={found} /> : <Report run={found} />
        }
      </Answer>
    </Page>
  );
}
