/** Orders of every channel by state, and the steps that were refused. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { ORDER_STATES, ordersQuery, pathOf, refusedQuery, waitingQuery, type OrderRow, type OrderState } from "../../api/goods";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Choice, Page } from "../../parts/Page";
import { useActor } from "../../parts/actor";
import { usePlaceNames } from "../../parts/places";
import { useRefusal } from "../../parts/refusal";
import { CsvButton, Pager, Table, type Column } from "../../parts/Table";

const PAGE_SIZE = 50;
const TYPING_MS = 300;
const SHOWN = 10;
const DONE = new Set(["collected", "delivered", "shipped"]);
const BACK = new Set(["cancelled", "refunded", "returned"]);

export function OrderBadge({ state }: { state: string }) {
  const { maybe } = useWords();
  return <Badge tone={DONE.has(state) ? "good" : BACK.has(state) ? "bad" : undefined}>{maybe(`state.${state}`, state)}</Badge>;
}

function useColumns(): Column<OrderRow>[] {
  const { t, w } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const pieces = (row: OrderRow) => row.pieces.reduce((sum, [, ordered]) => sum + ordered, 0);
  return [
    { key: "ref", title: t("orders.number"), phone: "title", plain: (row) => row.key,
      show: (row) => (
        <>
          <Link href={pathOf("orders", row.key)}>
            <strong>{row.ref}</strong>
          </Link>
          <div className="faint small">{[w(row.channel), row.source].filter(Boolean).join(" · ")}</div>
        </>
      ) },
    { key: "state", title: t("orders.state"), plain: (row) => row.state,
      show: (row) => (
        <>
          <OrderBadge state={row.state} /> {!row.paid && <Badge tone="warn">{t("orders.unpaid")}</Badge>}
        </>
      ) },
    { key: "placed", title: t("orders.placed"), plain: (row) => format.dateTime(row.placed), show: (row) => format.dateTime(row.placed) },
    { key: "mode", title: t("orders.mode"), plain: (row) => row.mode, show: (row) => t(`orders.mode.${row.mode}`) },
    { key: "place", title: t("orders.place"), plain: (row) => row.place, show: (row) => (row.place ? nameOf(row.place) : "–") },
    { key: "pieces", title: t("orders.pieces"), number: true, plain: pieces, show: (row) => format.number(pieces(row), 3) },
    { key: "amount", title: t("orders.amount"), number: true, plain: (row) => format.decimal(row.amount, row.currency),
      show: (row) => format.money(row.amount, row.currency) },
    { key: "currency", title: t("orders.currency"), phone: "hide", plain: (row) => row.currency, show: (row) => row.currency },
  ];
}

/** Steps that came before their order, or before the step they follow. */
function Waits() {
  const { t, w } = useWords();
  const format = useFormat();
  const actorOf = useActor();
  const { data } = useQuery(waitingQuery());
  if (!data?.length) return null;
  return (
    <Card title={t("orders.waiting")} hint={t("orders.waiting.hint")}>
      <ul className="timeline">
        {data.slice(0, SHOWN).map((step) => (
          <li key={step.offset}>
            <span className="row tight">
              <strong>{step.key}</strong> {w(step.kind)}
              <Badge tone={step.late ? "bad" : "warn"}>{t(step.late ? "orders.waiting.late" : "order.waits")}</Badge>
            </span>
            <div className="faint small">
              {format.dateTime(step.ts)} · {actorOf(step.actor)} · {t("orders.waiting.until", { time: format.dateTime(step.due) })}
            </div>
          </li>
        ))}
      </ul>
      {data.length > SHOWN && <p className="faint small">{t("orders.more", { n: format.number(data.length - SHOWN) })}</p>}
    </Card>
  );
}

function Refused() {
  const { t, w } = useWords();
  const refusal = useRefusal();
  const actorOf = useActor();
  const format = useFormat();
  const { data } = useQuery(refusedQuery());
  if (!data?.length) return null;
  return (
    <Card title={t("orders.refused")} hint={t("orders.refused.hint")}>
      <ul className="timeline">
        {data.slice(0, SHOWN).map((step) => (
          <li key={`${step.offset} ${step.kind}`}>
            <Link href={pathOf("orders", step.key)}>{step.key || "–"}</Link> · {w(step.kind)} · {refusal(step.why, step.refused)}
            <div className="faint small">{format.dateTime(step.ts)} · {actorOf(step.actor)}</div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export default function Orders() {
  const { t } = useWords();
  const format = useFormat();
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  const [state, setState] = useState<OrderState | "">("");
  const [page, setPage] = useState(1);
  const query = useQuery(ordersQuery(state, text, page));
  const columns = useColumns();
  const states = query.data?.states ?? {};

  useEffect(() => {
    const timer = setTimeout(() => {
      setText(typed.trim());
      setPage(1);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  return (
    <Page title={t("orders.title")} subtitle={t("orders.subtitle")} actions={<CsvButton name="orders" columns={columns} rows={query.data?.items} />}>
      <Card title={query.data ? `${t("orders.title")}: ${format.number(query.data.total)}` : t("orders.title")} flush>
        <div className="filters">
          <input className="input grow" type="search" value={typed} aria-label={t("orders.search")}
            placeholder={t("orders.search.placeholder")} onChange={(event) => setTyped(event.target.value)} />
          <Choice label={t("orders.state")} value={state}
            options={[
              { value: "" as const, text: t("app.all") },
              ...ORDER_STATES.filter((name) => states[name] || name === state)
                .map((name) => ({ value: name, text: t(`state.${name}`), count: format.number(states[name] ?? 0) })),
            ]}
            onChange={(next) => {
              setState(next);
              setPage(1);
            }} />
        </div>
        <Answer query={query} lines={12}>
          {({ items, total }) =>
            items.length === 0 ? (
              text || state ? <Notice title={t("orders.none")} text={t("orders.none.hint")} /> : <Notice title={t("orders.empty")} text={t("orders.empty.hint")} />
            ) : (
              <>
                <Table label={t("orders.title")} columns={columns} rows={items} rowKey={(row) => row.key} href={(row) => pathOf("orders", row.key)} />
                <Pager page={page} size={PAGE_SIZE} total={total} onPage={setPage} />
              </>
            )
          }
        </Answer>
      </Card>
      <Waits />
      <Refused />
    </Page>
  );
}
