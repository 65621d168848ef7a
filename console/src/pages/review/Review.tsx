/** Two records, one question: the same person? Blind, so that the vote is worth something; the weights come after it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { Link } from "wouter";
import { ApiError, post } from "../../api/client";
import { reviewQuery } from "../../api/identityQueries";
import type { ReviewQueue, Voted } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { useToast } from "../../parts/toast";
import { actionOf } from "./keys";
import { Pair } from "./Pair";
import { Waterfall } from "./Waterfall";

/** How often an undo is tried again while its vote is not carried out yet. */
const WAITS = 20;

function Empty({ queue, skipped, again }: { queue: ReviewQueue; skipped: number; again: () => void }) {
  const { t } = useWords();
  const format = useFormat();
  if (skipped > 0) {
    return (
      <Notice title={t("review.skipped", { count: format.number(skipped) })} text={t("review.skipped.hint")}>
        <button type="button" className="button" onClick={again}>
          {t("review.again")}
        </button>
      </Notice>
    );
  }
  return (
    <Notice title={t(queue.runs ? "review.done" : "review.empty")} text={t(queue.runs ? "review.done.hint" : "review.empty.hint")}>
      <Link href="/linking" className="button primary">
        {t("review.tolinking")}
      </Link>
    </Notice>
  );
}

/** How many of this queue are voted on. */
function Progress({ queue }: { queue: ReviewQueue }) {
  const { t } = useWords();
  const format = useFormat();
  const total = queue.open + queue.voted;
  if (!total) return null;
  const text = t("review.progress", { voted: format.number(queue.voted), total: format.number(total) });
  return (
    <div className="progress-line">
      <div className="split" role="progressbar" aria-label={text} aria-valuemin={0} aria-valuemax={total} aria-valuenow={queue.voted}>
        <i style={{ width: `${(queue.voted / total) * 100}%`, background: "var(--accent)" }} />
      </div>
      <span className="small faint">{text}</span>
    </div>
  );
}

/** What was decided, and why the model would have. */
function Verdict({ voted, onNext, onUndo, busy }: { voted: Voted; onNext: () => void; onUndo: () => void; busy: boolean }) {
  const { t } = useWords();
  return (
    <>
      <div className="row answer-row">
        <strong className="answer">{t(voted.same ? "review.voted.same" : "review.voted.different")}</strong>
        <button type="button" className="button" disabled={busy} onClick={onUndo}>
          {t("review.undo")} <kbd>U</kbd>
        </button>
        <button type="button" className="button primary" onClick={onNext}>
          {t("review.next")} <kbd>↵</kbd>
        </button>
      </div>
      <Waterfall voted={voted} />
    </>
  );
}

function useVotes(queue: ReviewQueue | undefined) {
  const { t } = useWords();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const [voted, setVoted] = useState<Voted | null>(null);
  const refresh = () => data.invalidateQueries({ queryKey: ["review"] });
  const failed = (error: unknown) => toast({ text: t("correct.failed", { message: errorText(error) }), bad: true });
  const vote = useMutation({
    mutationFn: ({ id, same }: { id: number; same: boolean }) => post<Voted>(`/api/review/${id}`, { same }),
    onSuccess: setVoted,
    onError: failed,
  });
  const undo = useMutation({
    mutationFn: (id: number) => post(`/api/review/${id}/undo`),
    // A vote just given is carried out in a moment, and can be taken back only then.
    retry: (count, error) => count < WAITS && error instanceof ApiError && error.status === 409,
    retryDelay: 400,
    onSuccess: () => {
      setVoted(null);
      toast({ text: t("review.undone") });
      return refresh();
    },
    onError: failed,
  });
  const next = () => {
    setVoted(null);
    void refresh();
  };
  const last = voted?.id ?? queue?.last ?? null;
  return { voted, vote, undo, next, last, busy: vote.isPending || undo.isPending };
}

function Keys({ onAction }: { onAction: (key: KeyboardEvent) => void }) {
  useEffect(() => {
    window.addEventListener("keydown", onAction);
    return () => window.removeEventListener("keydown", onAction);
  }, [onAction]);
  return null;
}

export default function Review() {
  const { t } = useWords();
  const [skipped, setSkipped] = useState<number[]>([]);
  const query = useQuery(reviewQuery(skipped));
  const queue = query.data;
  const { voted, vote, undo, next, last, busy } = useVotes(queue);
  const pair = queue?.pair ?? null;
  const onKey = useCallback(
    (event: KeyboardEvent) => {
      const action = actionOf(event, voted !== null);
      if (!action || busy) return;
      if (action === "next") next();
      else if (action === "undo") last !== null && undo.mutate(last);
      else if (!pair) return;
      else if (action === "skip") setSkipped([...skipped, pair.id]);
      else vote.mutate({ id: pair.id, same: action === "same" });
      event.preventDefault();
    },
    [busy, last, next, pair, skipped, undo, vote, voted],
  );
  return (
    <Page title={t("review.title")} subtitle={t("review.subtitle")}
      actions={
        last !== null && !voted && (
          <button type="button" className="button" disabled={busy} onClick={() => undo.mutate(last)}>
            {t("review.undo")}
          </button>
        )
      }>
      <Keys onAction={onKey} />
      <Answer query={query} lines={10}>
        {(found) => (
          <>
            <Progress queue={found} />
            {!pair ? (
              <Card title={t("review.question")} headless flush>
                <Empty queue={found} skipped={skipped.length} again={() => setSkipped([])} />
              </Card>
            ) : (
              <Card title={t("review.question")} hint={t("review.question.hint")} className="review">
                <Pair pair={pair} />
                {voted ? (
                  <Verdict voted={voted} onNext={next} onUndo={() => undo.mutate(voted.id)} busy={busy} />
                ) : (
                  <div className="row answer-row" role="group" aria-label={t("review.question")}>
                    <button type="button" className="button primary" disabled={busy} onClick={() => vote.mutate({ id: pair.id, same: true })}>
                      {t("review.same")} <kbd>Y</kbd>
                    </button>
                    <button type="button" className="button" disabled={busy} onClick={() => vote.mutate({ id: pair.id, same: false })}>
                      {t("review.different")} <kbd>N</kbd>
                    </button>
                    <button type="button" className="button plain" disabled={busy} onClick={() => setSkipped([...skipped, pair.id])}>
                      {t("review.skip")} <kbd>S</kbd>
                    </button>
                  </div>
                )}
              </Card>
            )}
          </>
        )}
      </Answer>
    </Page>
  );
}
