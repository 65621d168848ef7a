/** One SKU: what it is, what it costs where, what there is of it, who has some kept, and every movement. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "wouter";
import { post } from "../../api/client";
import { keyFrom, pathOf, skuQuery, type KeptRow, type Movement, type PriceRow, type SkuPage, type StockRow } from "../../api/goods";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";
import { Correct } from "./Correct";

/** A time after which nothing ends by itself. */
const NEVER = 1e17;

function About({ sku }: { sku: SkuPage }) {
  const { t } = useWords();
  const format = useFormat();
  const pairs: [string, string][] = [
    [t("goods.price"), sku.price ? format.money(sku.price) : ""], [t("goods.cost"), sku.cost ? format.money(sku.cost) : ""],
    [t("goods.brand"), sku.brand], [t("goods.category"), sku.category],
    [t("goods.variant"), [sku.style, sku.colour, sku.size].filter(Boolean).join(" · ")], [t("goods.season"), sku.season],
    [t("goods.unit"), sku.unit], [t("goods.gtins"), sku.gtins.join(", ")],
  ];
  const others = sku.variants.filter((one) => one.sku !== sku.sku);
  return (
    <Card title={sku.name || sku.sku}>
      <dl className="pairs">
        {pairs.filter(([, value]) => value).map(([name, value]) => (
          <div className="pair" key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {others.length > 0 && (
          <div className="pair">
            <dt>{t("goods.variants")}</dt>
            <dd className="row tight">
              {others.map((one) => (
                <Link key={one.sku} href={pathOf("goods", one.sku)}>
                  {[one.colour, one.size].filter(Boolean).join(" ") || one.sku}
                </Link>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </Card>
  );
}

function Places({ rows }: { rows: StockRow[] }) {
  const { t } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const count = (key: "reserved" | "available" | "in_transit", title: string): Column<StockRow> => ({
    key, title, number: true, plain: (row) => row[key], show: (row) => format.number(row[key], 3),
  });
  const columns: Column<StockRow>[] = [
    { key: "place", title: t("goods.place"), phone: "title", plain: (row) => row.place,
      show: (row) => <><strong>{nameOf(row.place)}</strong> {nameOf(row.place) !== row.place && <span className="faint small">{row.place}</span>}</> },
    { key: "quantity", title: t("goods.there"), number: true, plain: (row) => row.quantity,
      show: (row) => (row.quantity < 0 ? <Badge tone="bad">{format.number(row.quantity, 3)}</Badge> : format.number(row.quantity, 3)) },
    count("available", t("goods.free")), count("reserved", t("goods.reserved")), count("in_transit", t("goods.moving")),
    { key: "counted", title: t("goods.counted"), plain: (row) => (row.counted ? format.dateTime(row.counted) : ""),
      show: (row) => (row.counted ? format.dateTime(row.counted) : t("goods.never")) },
  ];
  return (
    <Card title={t("goods.stock")} flush actions={<CsvButton name="stock" columns={columns} rows={rows} />}>
      {rows.length ? <Table label={t("goods.stock")} columns={columns} rows={rows} rowKey={(row) => row.place} />
        : <Notice title={t("goods.stock.empty")} text={t("goods.stock.empty.hint")} />}
    </Card>
  );
}

function Prices({ rows }: { rows: PriceRow[] }) {
  const { t, w } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const scope = (row: PriceRow) =>
    [row.place && nameOf(row.place), row.region, row.channel && w(row.channel)].filter(Boolean).join(" · ") || t("goods.everywhere");
  const columns: Column<PriceRow>[] = [
    { key: "list", title: t("goods.list"), phone: "title", plain: (row) => row.list, show: (row) => row.list || "–" },
    { key: "scope", title: t("goods.scope"), plain: scope, show: scope },
    { key: "amount", title: t("goods.price"), number: true, plain: (row) => format.decimal(row.amount), show: (row) => format.money(row.amount) },
    { key: "from", title: t("goods.from"), plain: (row) => format.dateTime(row.start), show: (row) => format.dateTime(row.start) },
    { key: "until", title: t("goods.until"), plain: (row) => (row.until ? format.dateTime(row.until) : ""),
      show: (row) => format.dateTime(row.until) },
  ];
  return (
    <Card title={t("goods.prices")} flush={rows.length > 0}>
      {rows.length ? <Table label={t("goods.prices")} columns={columns} rows={rows} rowKey={(row) => `${scope(row)} ${row.start}`} />
        : <p className="faint">{t("goods.prices.empty")}</p>}
    </Card>
  );
}

function Kept({ rows }: { rows: KeptRow[] }) {
  const { t } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const release = useMutation({
    mutationFn: (id: string) => post(`/api/commerce/reservations/${encodeURIComponent(id)}/release`),
    onSuccess: () => toast({ text: t("goods.released") }),
    onError: (error) => toast({ text: errorText(error), bad: true }),
    onSettled: () => data.invalidateQueries({ queryKey: ["goods"] }),
  });
  const columns: Column<KeptRow>[] = [
    { key: "key", title: t("goods.for"), phone: "title", show: (row) => (row.key ? <Link href={pathOf("orders", row.key)}>{row.key}</Link> : row.id) },
    { key: "place", title: t("goods.place"), show: (row) => nameOf(row.place) },
    { key: "open", title: t("goods.quantity"), number: true, show: (row) => format.number(row.open, 3) },
    { key: "by", title: t("goods.by"), show: (row) => row.actor },
    { key: "expires", title: t("goods.runsout"), show: (row) => (row.expires < NEVER ? format.dateTime(row.expires) : t("goods.forever")) },
    { key: "release", title: "", phone: "whole",
      show: (row) => (
        <button type="button" className="button" disabled={release.isPending} onClick={() => release.mutate(row.id)}>
          {t("goods.release")}
        </button>
      ) },
  ];
  return (
    <Card title={t("goods.kept")} flush={rows.length > 0}>
      {rows.length ? <Table label={t("goods.kept")} columns={columns} rows={rows} rowKey={(row) => row.id} />
        : <p className="faint">{t("goods.kept.empty")}</p>}
    </Card>
  );
}

function Movements({ rows }: { rows: Movement[] }) {
  const { t, maybe } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const place = (row: Movement) =>
    row.place.startsWith("transit/") ? `${t("goods.moving")} → ${nameOf(row.place.slice(8))}` : nameOf(row.place);
  const columns: Column<Movement>[] = [
    { key: "ts", title: t("goods.when"), plain: (row) => format.dateTime(row.ts), show: (row) => format.dateTime(row.ts) },
    { key: "kind", title: t("goods.kind"), phone: "title", plain: (row) => row.kind, show: (row) => maybe(`move.${row.kind}`, row.kind) },
    { key: "place", title: t("goods.place"), plain: (row) => row.place, show: place },
    { key: "quantity", title: t("goods.quantity"), number: true, plain: (row) => row.quantity,
      show: (row) => (
        <>
          {row.quantity > 0 ? "+" : ""}{format.number(row.quantity, 3)}
          {row.counted !== null && <div className="faint small">{t("goods.count.was", { count: format.number(row.counted, 3) })}</div>}
        </>
      ) },
    { key: "ref", title: t("goods.ref"), plain: (row) => row.ref, show: (row) => <span className="small">{row.ref || "–"}</span> },
  ];
  return (
    <Card title={t("goods.movements")} flush={rows.length > 0} actions={<CsvButton name="movements" columns={columns} rows={rows} />}>
      {rows.length ? <Table label={t("goods.movements")} columns={columns} rows={rows} rowKey={(row) => `${row.offset}/${row.line}`} />
        : <p className="faint">{t("goods.movements.empty")}</p>}
    </Card>
  );
}

export default function Sku() {
  const { sku: part } = useParams<{ sku: string }>();
  const query = useQuery(skuQuery(keyFrom(part)));
  const found = query.data;
  return (
    <Page title={found?.name || keyFrom(part)} subtitle={found?.sku}
      actions={found && <Correct sku={found.sku} places={found.stock.map((row) => row.place)} />}>
      <Answer query={query} lines={12}>
        {(sku) => (
          <>
            <About sku={sku} />
            <Places rows={sku.stock} />
            <Kept rows={sku.kept} />
            <Prices rows={sku.prices} />
            <Movements rows={sku.movements} />
          </>
        )}
      </Answer>
    </Page>
  );
}
