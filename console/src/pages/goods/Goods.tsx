/** All goods: search them, see what there is, import a list. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { goodsQuery, pathOf, sendFile, type GoodsRow, type Taken } from "../../api/goods";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { CsvButton, Pager, Table, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";

const PAGE_SIZE = 50;
const TYPING_MS = 300;

const variantOf = (row: GoodsRow) => [row.style, row.colour, row.size].filter(Boolean).join(" · ");

function useColumns(): Column<GoodsRow>[] {
  const { t } = useWords();
  const format = useFormat();
  const count = (key: "quantity" | "reserved" | "in_transit" | "places", title: string): Column<GoodsRow> => ({
    key, title, number: true, plain: (row) => row[key], show: (row) => format.number(row[key], 3),
  });
  return [
    {
      key: "sku", title: t("goods.product"), phone: "title", plain: (row) => row.sku,
      show: (row) => (
        <>
          <Link href={pathOf("goods", row.sku)}>
            <strong>{row.name || row.sku}</strong>
          </Link>{" "}
          {!row.listed && <Badge>{t("goods.unlisted")}</Badge>}
          <div className="faint small">{[row.sku, row.brand, row.category].filter(Boolean).join(" · ")}</div>
        </>
      ),
    },
    { key: "variant", title: t("goods.variant"), plain: variantOf, show: (row) => variantOf(row) || "–" },
    { key: "season", title: t("goods.season"), plain: (row) => row.season, show: (row) => row.season || "–" },
    { key: "price", title: t("goods.price"), number: true, plain: (row) => format.decimal(row.price),
      show: (row) => (row.price ? format.money(row.price) : "–") },
    {
      key: "quantity", title: t("goods.there"), number: true, plain: (row) => row.quantity,
      show: (row) => (row.quantity < 0 ? <Badge tone="bad">{format.number(row.quantity, 3)}</Badge> : format.number(row.quantity, 3)),
    },
    count("reserved", t("goods.reserved")),
    count("in_transit", t("goods.moving")),
    count("places", t("goods.places")),
  ];
}

/** The lines of the last file that were not taken. */
function Refused({ lines }: { lines: Taken["lines"] }) {
  const { t } = useWords();
  const columns: Column<Taken["lines"][number]>[] = [
    { key: "line", title: t("goods.line"), number: true, plain: (row) => row.line, show: (row) => row.line },
    { key: "sku", title: t("goods.sku"), plain: (row) => row.sku, show: (row) => row.sku || "–" },
    { key: "problem", title: t("goods.problem"), phone: "whole", plain: (row) => row.message, show: (row) => row.message },
    { key: "next", title: t("goods.next"), phone: "whole", plain: (row) => row.hint, show: (row) => row.hint },
  ];
  return (
    <Card title={t("goods.refused")} flush actions={<CsvButton name="refused-goods" columns={columns} rows={lines} />}>
      <Table label={t("goods.refused")} columns={columns} rows={lines} rowKey={(row) => row.line} />
    </Card>
  );
}

export default function Goods() {
  const { t } = useWords();
  const format = useFormat();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  const [page, setPage] = useState(1);
  const query = useQuery(goodsQuery(text, "", page));
  const columns = useColumns();

  useEffect(() => {
    const timer = setTimeout(() => {
      setText(typed.trim());
      setPage(1);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const take = useMutation({
    mutationFn: (file: File) => sendFile<Taken>("/api/goods", file),
    onSuccess: (taken) => {
      const { rows, stored, known, quarantined: bad } = taken;
      toast({ text: t("goods.imported", { rows, stored, known, bad }), bad: bad > 0 });
      return data.invalidateQueries({ queryKey: ["goods"] });
    },
    onError: (error) => toast({ text: errorText(error), bad: true }),
  });

  return (
    <Page title={t("goods.title")} subtitle={t("goods.subtitle")}
      actions={
        <>
          <CsvButton name="goods" columns={columns} rows={query.data?.items} />
          <input ref={picker} type="file" accept=".csv,.json,.jsonl,.txt" className="sr-only" aria-label={t("goods.import")} tabIndex={-1}
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) take.mutate(file);
              event.target.value = "";
            }} />
          <button type="button" className="button primary" disabled={take.isPending} onClick={() => picker.current?.click()}>
            {t("goods.import")}
          </button>
        </>
      }>
      {take.data && take.data.lines.length > 0 && <Refused lines={take.data.lines} />}
      <Card title={query.data ? `${t("goods.title")}: ${format.number(query.data.total)}` : t("goods.title")} flush>
        <div className="filters">
          <input className="input grow" type="search" value={typed} aria-label={t("goods.search")}
            placeholder={t("goods.search.placeholder")} onChange={(event) => setTyped(event.target.value)} />
        </div>
        <Answer query={query} lines={12}>
          {({ items, total }) =>
            items.length === 0 ? (
              text ? <Notice title={t("goods.none")} text={t("goods.none.hint")} /> : <Notice title={t("goods.empty")} text={t("goods.empty.hint")} />
            ) : (
              <>
                <Table label={t("goods.title")} columns={columns} rows={items} rowKey={(row) => row.sku} href={(row) => pathOf("goods", row.sku)} />
                <Pager page={page} size={PAGE_SIZE} total={total} onPage={setPage} />
              </>
            )
          }
        </Answer>
      </Card>
    </Page>
  );
}
