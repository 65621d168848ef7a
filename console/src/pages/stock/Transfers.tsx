/** Transfers: send, take in, call off, and see what is on the way. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { post } from "../../api/client";
import { pathOf, transfersQuery, type Transfer } from "../../api/goods";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Confirm } from "../../parts/Confirm";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Choice } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";
import { readLines } from "./lines";

const STATES = ["sent", "received", "cancelled"] as const;

function useChange() {
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: unknown; done: string }) => post<Transfer>(`/api/commerce/transfers${path}`, body),
    onSuccess: (_, { done }) => toast({ text: done }),
    onError: (error) => toast({ text: errorText(error), bad: true }),
    onSettled: () => Promise.all([["transfers"], ["goods"], ["stock"]].map((queryKey) => data.invalidateQueries({ queryKey }))),
  });
}

function Send({ change }: { change: ReturnType<typeof useChange> }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [text, setText] = useState("");
  const products = readLines(text);
  const send = () =>
    change.mutate({ path: "", body: { store_id: from.trim(), to: to.trim(), products: products ?? [] }, done: t("transfers.sent", { key: `${from} → ${to}` }) }, {
      onSuccess: () => {
        setOpen(false);
        setText("");
      },
    });
  return (
    <>
      <button type="button" className="button primary" onClick={() => setOpen(true)}>
        {t("transfers.new")}
      </button>
      <Confirm open={open} title={t("transfers.new")} points={[t("transfers.empty.hint")]} action={t("transfers.new")} busy={change.isPending}
        ready={Boolean(from.trim() && to.trim() && from.trim() !== to.trim() && products?.length)} onClose={() => setOpen(false)} onConfirm={send}>
        <div className="stack">
        <label className="field">
          {t("order.from")}
          <input className="input" value={from} onChange={(event) => setFrom(event.target.value)} />
        </label>
        <label className="field">
          {t("transfers.to")}
          <input className="input" value={to} onChange={(event) => setTo(event.target.value)} />
        </label>
        <label className="field">
          {t("transfers.lines")}
          <textarea className="input" rows={4} value={text} spellCheck={false} onChange={(event) => setText(event.target.value)} />
        </label>
        </div>
      </Confirm>
    </>
  );
}

function Actions({ row, change }: { row: Transfer; change: ReturnType<typeof useChange> }) {
  const { t } = useWords();
  const nameOf = usePlaceNames();
  const [asking, setAsking] = useState(false);
  if (row.state !== "sent") return null;
  const body = { transfer_id: row.key };
  return (
    <span className="row tight">
      <button type="button" className="button" disabled={change.isPending}
        onClick={() => change.mutate({ path: "/receive", body, done: t("transfers.received") })}>
        {t("transfers.receive")}
      </button>
      <button type="button" className="button danger" disabled={change.isPending} onClick={() => setAsking(true)}>
        {t("transfers.cancel")}
      </button>
      <Confirm open={asking} title={`${t("transfers.cancel")}: ${row.key}`} points={[t("transfers.cancel.point", { place: nameOf(row.origin) })]}
        action={t("transfers.cancel")} danger busy={change.isPending} onClose={() => setAsking(false)}
        onConfirm={() => change.mutate({ path: "/cancel", body, done: t("transfers.cancelled") }, { onSuccess: () => setAsking(false) })} />
    </span>
  );
}

export function Transfers() {
  const { t, maybe } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const change = useChange();
  const [state, setState] = useState<Transfer["state"] | "">("sent");
  const query = useQuery(transfersQuery(state));
  const columns: Column<Transfer>[] = [
    { key: "key", title: t("transfers.key"), phone: "title", plain: (row) => row.key, show: (row) => <strong>{row.key}</strong> },
    { key: "state", title: t("transfers.state"), plain: (row) => row.state,
      show: (row) => <Badge tone={row.state === "received" ? "good" : row.state === "sent" ? "warn" : undefined}>{maybe(`transfers.state.${row.state}`, row.state)}</Badge> },
    { key: "origin", title: t("transfers.from"), plain: (row) => row.origin, show: (row) => nameOf(row.origin) || "–" },
    { key: "target", title: t("transfers.to"), plain: (row) => row.target, show: (row) => nameOf(row.target) },
    { key: "pieces", title: t("transfers.pieces"), phone: "whole",
      plain: (row) => row.lines.map(([sku, sent, got]) => `${sku} ${got}/${sent}`).join("; "),
      show: (row) => (
        <ul className="small">
          {row.lines.map(([sku, sent, got]) => (
            <li key={sku}>
              <Link href={pathOf("goods", sku)}>{sku}</Link> {format.number(got, 3)} / {format.number(sent, 3)}
            </li>
          ))}
        </ul>
      ) },
    { key: "changed", title: t("transfers.changed"), plain: (row) => format.dateTime(row.changed), show: (row) => format.dateTime(row.changed) },
    { key: "by", title: t("transfers.by"), phone: "hide", plain: (row) => row.actor, show: (row) => <span className="small">{row.actor}</span> },
    { key: "do", title: "", phone: "whole", show: (row) => <Actions row={row} change={change} /> },
  ];
  return (
    <>
      <div className="filters">
        <Choice label={t("transfers.state")} value={state} onChange={setState}
          options={[{ value: "" as const, text: t("app.all") }, ...STATES.map((name) => ({ value: name, text: t(`transfers.state.${name}`) }))]} />
        <span className="row">
          <CsvButton name="transfers" columns={columns} rows={query.data} />
          <Send change={change} />
        </span>
      </div>
      <Answer query={query} lines={8}>
        {(rows) => (rows.length ? <Table label={t("stock.part.transfers")} columns={columns} rows={rows} rowKey={(row) => row.key} />
          : <Notice title={t("transfers.empty")} text={t("transfers.empty.hint")} />)}
      </Answer>
    </>
  );
}
