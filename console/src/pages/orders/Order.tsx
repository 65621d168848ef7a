/** One order: where it stands, what may follow, what was ordered, how it went. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "wouter";
import { keyFrom, orderQuery, pathOf, type OrderPage, type OrderStep } from "../../api/goods";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge, MemberLink } from "../../parts/badges";
import { Answer } from "../../parts/Notice";
import { Card, Figures, Page } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { useActor } from "../../parts/actor";
import { useRefusal } from "../../parts/refusal";
import { Table, type Column } from "../../parts/Table";
import { NextSteps } from "./NextSteps";
import { OrderBadge } from "./Orders";

type Piece = OrderPage["pieces"][number];

function Pieces({ order }: { order: OrderPage }) {
  const { t } = useWords();
  const format = useFormat();
  const count = (key: string, title: string, at: 1 | 2 | 3): Column<Piece> => ({ key, title, number: true, show: (row) => format.number(row[at], 3) });
  const columns: Column<Piece>[] = [
    { key: "sku", title: t("goods.product"), phone: "title",
      show: ([sku]) => (
        <>
          <Link href={pathOf("goods", sku)}>{order.names[sku] || sku}</Link> <span className="faint small">{sku}</span>
        </>
      ) },
    count("ordered", t("order.ordered"), 1), count("gone", t("order.gone"), 2), count("back", t("order.returned"), 3),
  ];
  return (
    <Card title={t("order.pieces")} flush>
      <Table label={t("order.pieces")} columns={columns} rows={order.pieces} rowKey={([sku]) => sku} />
    </Card>
  );
}

/** What a step said beside its state: pieces, carrier, reason. */
function noteOf(step: OrderStep): string {
  const { pieces, carrier, tracking, reason, receipt } = step.note;
  const lines = Array.isArray(pieces) ? pieces.map((one) => (Array.isArray(one) ? `${one[0]} × ${one[1]}` : "")) : [];
  return [...lines, carrier, tracking, reason, receipt].filter((part) => typeof part === "string" && part).join(" · ");
}

function Way({ order }: { order: OrderPage }) {
  const { t, w } = useWords();
  const refusal = useRefusal();
  const actorOf = useActor();
  const format = useFormat();
  const nameOf = usePlaceNames();
  return (
    <Card title={t("order.way")}>
      <ol className="timeline">
        {order.steps.map((step) => (
          <li key={`${step.offset} ${step.kind}`}>
            <span className="row tight">
              <strong>{w(step.kind)}</strong>
              {step.refused ? <Badge tone="bad">{t("order.refused")}</Badge> : step.was !== step.now && <OrderBadge state={step.now} />}
            </span>
            {step.refused && <div className="small">{refusal(step.why, step.refused)}</div>}
            {noteOf(step) && <div className="small">{noteOf(step)}</div>}
            <div className="faint small">{[format.dateTime(step.ts), actorOf(step.actor), step.place && nameOf(step.place)].filter(Boolean).join(" · ")}</div>
          </li>
        ))}
        {order.waiting.map((step) => (
          <li key={`waits ${step.offset}`}>
            <span className="row tight">
              <strong>{w(step.kind)}</strong> <Badge tone="warn">{t("order.waits")}</Badge>
            </span>
            <div className="small">{t("order.waits.hint")}</div>
            <div className="faint small">{[format.dateTime(step.ts), actorOf(step.actor), step.place && nameOf(step.place)].filter(Boolean).join(" · ")}</div>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Kept({ order }: { order: OrderPage }) {
  const { t, w } = useWords();
  const refusal = useRefusal();
  const actorOf = useActor();
  const format = useFormat();
  const nameOf = usePlaceNames();
  return (
    <Card title={t("order.kept")}>
      {order.reservations.length === 0 && <p className="faint">{t("order.kept.empty")}</p>}
      <ul className="timeline">
        {order.reservations.map((one) => (
          <li key={one.id}>
            <Badge tone={one.state === "granted" || one.state === "used" ? "good" : "warn"}>{w(one.state)}</Badge>{" "}
            {refusal(one.why, one.reason) || one.lines.map(([sku, place, quantity]) => `${sku} × ${format.number(quantity, 3)} · ${nameOf(place)}`).join("; ")}
            <div className="faint small">
              {format.dateTime(one.ts)} · {actorOf(one.actor)}
              {one.state === "granted" && ` · ${t("goods.runsout")} ${one.expires ? format.dateTime(one.expires) : t("goods.forever")}`}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Shipments({ order }: { order: OrderPage }) {
  const { t } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  if (!order.shipments.length) return null;
  return (
    <Card title={t("order.shipments")}>
      <ul className="timeline">
        {order.shipments.map((one) => (
          <li key={one.offset}>
            <strong>{[one.carrier, one.tracking].filter(Boolean).join(" ") || nameOf(one.place)}</strong>
            <div className="small">{one.pieces.map(([sku, quantity]) => `${sku} × ${format.number(quantity, 3)}`).join("; ")}</div>
            <div className="faint small">{format.dateTime(one.ts)} · {nameOf(one.place)}</div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export default function Order() {
  const { key: part } = useParams<{ key: string }>();
  const { t, w } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const query = useQuery(orderQuery(keyFrom(part)));
  const found = query.data;
  return (
    <Page title={found ? `${t("orders.number")} ${found.ref}` : keyFrom(part)}
      subtitle={found && [w(found.channel), t(`orders.mode.${found.mode}`), found.place && nameOf(found.place)].filter(Boolean).join(" · ")}
      actions={<Link href="/orders" className="button">{t("order.back")}</Link>}>
      <Answer query={query} lines={12}>
        {(order) => (
          <>
            <Figures items={[
              { name: t("orders.state"), value: <OrderBadge state={order.state} />, note: order.paid ? undefined : t("orders.unpaid") },
              { name: t("orders.amount"), value: format.money(order.amount, order.currency),
                note: order.given ? `${t("order.given")} ${format.money(order.given, order.currency)}` : undefined },
              { name: t("orders.placed"), value: format.clock(order.placed), note: format.date(order.placed) },
              ...(order.code ? [{ name: t("order.code"), value: order.code }] : []),
              { name: t("order.shopper"), value: <MemberLink member={order.member} label={order.label} /> },
            ]} />
            <Card title={t("order.next")}>
              <NextSteps order={order} />
            </Card>
            <Pieces order={order} />
            <Way order={order} />
            <Kept order={order} />
            <Shipments order={order} />
          </>
        )}
      </Answer>
    </Page>
  );
}
