/** Events that were refused: why, and how to bring them in after all. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Link, useParams } from "wouter";
import { post } from "../../api/client";
import { quarantineQuery, quarantinedQuery } from "../../api/queries";
import type { Quarantine as QuarantineData, QuarantineItem, QuarantineState, Replayed } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Choice, Page } from "../../parts/Page";
import { CsvButton, Pager, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";
import { useDiscard } from "./discard";
import { Inspect } from "./Inspect";

const PAGE_SIZE = 50;
const STATES: QuarantineState[] = ["open", "replayed", "discarded"];
type Order = { ids: number[] | "all"; reason?: string } | { id: number; raw: string };

/** Replay, or mend and replay, and say what came of it. */
function useReplay() {
  const { t } = useWords();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  return useMutation({
    mutationFn: (order: Order) =>
      "raw" in order
        ? post<Replayed>(`/api/quarantine/${encodeURIComponent(order.id)}`, { raw: order.raw })
        : post<Replayed>("/api/quarantine/replay", order),
    onSuccess: (result) => {
      const { replayed, stored, still_rejected: still } = result;
      toast({ text: t("quarantine.replayed", { replayed, stored, still }), bad: still > 0 });
      return data.invalidateQueries({ queryKey: ["quarantine"] });
    },
    onError: (error) => toast({ text: t("quarantine.failed", { message: errorText(error) }), bad: true }),
  });
}

function Item({ item, selected, onSelect, replay, discard }: {
  item: QuarantineItem;
  selected: boolean;
  onSelect: (selected: boolean) => void;
  replay: ReturnType<typeof useReplay>;
  discard: (ids: number[]) => void;
}) {
  const { t, maybe, w } = useWords();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const inspect = (whole: QuarantineItem) => (
    <Inspect item={whole} busy={replay.isPending} onMend={(raw) => replay.mutate({ id: item.id, raw })}
      onDiscard={() => discard([item.id])} />
  );
  return (
    <li className="refused">
      <div className="refused-head">
        {item.state === "open" && (
          <input type="checkbox" checked={selected} aria-label={t("quarantine.select", { id: item.id })}
            onChange={(event) => onSelect(event.target.checked)} />
        )}
        <button type="button" className="refused-open" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="row tight">
            <Badge tone="warn">{maybe(`reason.${item.code}`, item.code)}</Badge>
            <span className="faint small">
              {format.dateTime(item.at)} · {item.source || w(item.kind)}
            </span>
          </span>
          <span>{item.message}</span>
        </button>
        <span className="button plain" aria-hidden="true" onClick={() => setOpen(!open)}>
          {open ? t("app.close") : t("quarantine.inspect")}
        </span>
      </div>
      {open && (item.cut ? <Whole id={item.id}>{inspect}</Whole> : inspect(item))}
    </li>
  );
}

/** A rejected call with its whole text, of which the list has only the beginning. */
function Whole({ id, children }: { id: number; children: (item: QuarantineItem) => ReactNode }) {
  return <Answer query={useQuery(quarantinedQuery(id))} lines={6}>{children}</Answer>;
}

function List({ data, state, replay, page, onPage }: {
  data: QuarantineData;
  state: QuarantineState;
  replay: ReturnType<typeof useReplay>;
  page: number;
  onPage: (page: number) => void;
}) {
  const { t } = useWords();
  const [picked, setPicked] = useState<Set<number>>(new Set());
  const { hidden, discard } = useDiscard();
  const items = data.items.filter((item) => !hidden.has(item.id));
  const chosen = items.filter((item) => picked.has(item.id)).map((item) => item.id);
  const pick = (ids: number[], on: boolean) => {
    const next = new Set(picked);
    for (const id of ids) on ? next.add(id) : next.delete(id);
    setPicked(next);
  };
  if (!items.length) {
    return state === "open" ? <Notice title={t("quarantine.empty")} text={t("quarantine.empty.hint")} />
      : <Notice title={t("quarantine.empty.other")} text={t("quarantine.empty.other.hint")} />;
  }
  return (
    <>
      {state === "open" && (
        <div className="filters selection">
          <label className="row tight small">
            <input type="checkbox" checked={chosen.length === items.length}
              onChange={(event) => pick(items.map((item) => item.id), event.target.checked)} />
            {chosen.length ? t("quarantine.selected", { count: chosen.length }) : t("quarantine.selectall")}
          </label>
          <span className="row">
            <button type="button" className="button" disabled={!chosen.length || replay.isPending}
              onClick={() => replay.mutate({ ids: chosen })}>
              {t("quarantine.replay")}
            </button>
            <button type="button" className="button danger" disabled={!chosen.length} onClick={() => discard(chosen)}>
              {t("quarantine.discard")}
            </button>
          </span>
        </div>
      )}
      <ul>
        {items.map((item) => (
          <Item key={item.id} item={item} selected={picked.has(item.id)} replay={replay} discard={discard}
            onSelect={(on) => pick([item.id], on)} />
        ))}
      </ul>
      <Pager page={page} size={PAGE_SIZE} total={data.total} onPage={onPage} />
    </>
  );
}

export default function Quarantine() {
  const { t, maybe } = useWords();
  const format = useFormat();
  const [state, setState] = useState<QuarantineState>("open");
  const [reason, setReason] = useState("");
  const [page, setPage] = useState(1);
  const source = decodeURIComponent(useParams<{ source?: string }>().source ?? "");
  const query = useQuery(quarantineQuery(state, reason, page, source));
  const replay = useReplay();
  const reasons = query.data?.reasons ?? [];
  const reasonText = (code: string) => maybe(`reason.${code}`, code);
  const columns: Column<QuarantineItem>[] = [
    { key: "at", title: t("quarantine.at"), plain: (row) => format.dateTime(row.at), show: () => null },
    { key: "source", title: t("quarantine.source"), plain: (row) => row.source, show: () => null },
    { key: "reason", title: t("quarantine.reason"), plain: (row) => row.code, show: () => null },
    { key: "field", title: t("quarantine.field"), plain: (row) => row.field, show: () => null },
    { key: "message", title: t("quarantine.message"), plain: (row) => row.message, show: () => null },
    { key: "raw", title: t("quarantine.raw"), plain: (row) => row.raw, show: () => null },
  ];
  return (
    <Page title={t("quarantine.title")} subtitle={t("quarantine.subtitle")}
      actions={
        <>
          <CsvButton name="quarantine" columns={columns} rows={query.data?.items} />
          {state === "open" && !source && (
            <button type="button" className="button primary" disabled={!query.data?.total || replay.isPending}
              onClick={() => replay.mutate(reason ? { ids: "all", reason } : { ids: "all" })}>
              {reason ? t("quarantine.replayreason", { reason: reasonText(reason) }) : t("quarantine.replayall")}
            </button>
          )}
        </>
      }>
      <Card title={query.data ? `${t(`quarantine.state.${state}`)}: ${format.number(query.data.total)}` : t("quarantine.title")} flush
        actions={
          <Choice label={t("campaigns.state")} value={state}
            options={STATES.map((name) => ({ value: name, text: t(`quarantine.state.${name}`) }))}
            onChange={(next) => {
              setState(next);
              setReason("");
              setPage(1);
            }} />
        }>
        {source && (
          <div className="filters">
            <span className="small">{t("quarantine.only", { source })}</span>
            <Link className="button small" href="/quarantine">{t("quarantine.only.all")}</Link>
          </div>
        )}
        {reasons.length > 0 && (
          <div className="filters">
            <Choice label={t("quarantine.reasons")} value={reason}
              options={[
                { value: "", text: t("app.all") },
                ...reasons.map(({ code, count }) => ({ value: code, text: reasonText(code), count: format.number(count) })),
              ]}
              onChange={(next) => {
                setReason(next);
                setPage(1);
              }} />
          </div>
        )}
        <Answer query={query} lines={10}>
          {(data) => <List key={`${state}/${reason}/${page}`} data={data} state={state} replay={replay} page={page} onPage={setPage} />}
        </Answer>
      </Card>
    </Page>
  );
}
