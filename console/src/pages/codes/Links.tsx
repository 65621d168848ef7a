/** All short links: what each leads to, how often it was read, its code to hang up, and its end. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { post } from "../../api/client";
import { linksQuery, type LinkRow } from "../../api/codes";
import { pathOf } from "../../api/goods";
import { useFormat, useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Dialog } from "../../parts/Dialog";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Choice } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { QrPanel, useCopy } from "../../parts/Qr";
import { CsvButton, Pager, Table, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";
import { Sheet } from "./Sheet";

const PAGE_SIZE = 50;
const TYPING_MS = 300;

/** Out of use and back, with the way back in the message. */
function useRetire() {
  const { t } = useWords();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const turn = useMutation({
    mutationFn: ({ code, to }: { code: string; to: "retire" | "restore" }) => post(`/api/links/${encodeURIComponent(code)}/${to}`),
    onSuccess: (_, { code, to }) => {
      toast(to === "retire"
        ? { text: t("codes.retired", { code }), undo: () => turn.mutate({ code, to: "restore" }) }
        : { text: t("codes.restored", { code }) });
      return data.invalidateQueries({ queryKey: ["links"] });
    },
    onError: (error) => toast({ text: told(error), bad: true }),
  });
  return turn;
}

function CodeDialog({ link, base, onClose }: { link: LinkRow; base: string; onClose: () => void }) {
  const { t } = useWords();
  const copy = useCopy();
  const address = `${base}/q/${link.code}`;
  const tap = `${address}?via=nfc`;
  return (
    <Dialog wide title={link.label || link.name || link.sku || link.code} onClose={onClose}>
      <div className="stack">
        <QrPanel text={address} name={link.code} hint={t("codes.qr.hint")} />
        <div>
          <h3>{t("codes.nfc")}</h3>
          <p className="faint small">{t("codes.nfc.hint")}</p>
          <div className="row"><code className="address grow">{tap}</code>
            <button type="button" className="button" onClick={() => copy(tap)}>{t("qr.copy")}</button></div>
        </div>
        {link.kind === "shelf" && <p className="small"><a href={`/shelf/${encodeURIComponent(link.code)}`} target="_blank" rel="noreferrer">{t("codes.shelf.open")}</a></p>}
      </div>
    </Dialog>
  );
}

export function Links({ base, fresh }: { base: string; fresh: string[] }) {
  const { t } = useWords();
  const format = useFormat();
  const { now } = useSession();
  const nameOf = usePlaceNames();
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  const [kind, setKind] = useState("");
  const [state, setState] = useState("used");
  const [page, setPage] = useState(1);
  const [shown, setShown] = useState<LinkRow | null>(null);
  const [picked, setPicked] = useState<Set<string>>(new Set());
  const [printing, setPrinting] = useState<string[] | null>(null);
  const query = useQuery(linksQuery(text, kind, state, page));
  const turn = useRetire();
  useEffect(() => {
    const timer = setTimeout(() => (setText(typed.trim()), setPage(1)), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => setPicked(new Set(fresh)), [fresh]);
  const rows = query.data?.links ?? [];
  const pick = (codes: string[], on: boolean) => {
    const next = new Set(picked);
    for (const code of codes) on ? next.add(code) : next.delete(code);
    setPicked(next);
  };
  const columns: Column<LinkRow>[] = [
    { key: "pick", title: t("codes.pick"), width: "1%", phone: "hide", show: (row) => (
      <input type="checkbox" aria-label={t("codes.pick.one", { code: row.code })} checked={picked.has(row.code)}
        onChange={(event) => pick([row.code], event.target.checked)} />
    ) },
    { key: "code", title: t("codes.code"), phone: "title", plain: (row) => row.code, show: (row) => (
      <>
        <button type="button" className="link-button mono" onClick={() => setShown(row)}>{row.code}</button>{" "}
        {row.retired !== null && <Badge>{t("codes.state.retired")}</Badge>}
        {row.label && <div className="faint small">{row.label}</div>}
      </>
    ) },
    { key: "kind", title: t("codes.kind"), plain: (row) => row.kind, show: (row) => t(`codes.kind.${row.kind}`) },
    { key: "sku", title: t("codes.leads"), plain: (row) => row.sku || row.target, show: (row) => (row.kind === "page"
      ? <a className="clip wide-clip" href={row.target} target="_blank" rel="noreferrer">{row.target}</a>
      : <><Link href={pathOf("goods", row.sku)}>{row.name || row.sku}</Link>{row.name && <div className="faint small">{row.sku}</div>}</>) },
    { key: "place", title: t("codes.place"), plain: (row) => row.place, show: (row) => (row.place ? nameOf(row.place) : "–") },
    { key: "campaign", title: t("codes.campaign"), plain: (row) => row.campaign, show: (row) => row.campaign || "–" },
    { key: "scans", title: t("codes.scans"), number: true, plain: (row) => row.scans, show: (row) => format.number(row.scans) },
    { key: "members", title: t("codes.members"), number: true, plain: (row) => row.members, show: (row) => format.number(row.members) },
    { key: "last", title: t("codes.last"), plain: (row) => (row.last ? format.dateTime(row.last) : ""), show: (row) => <span className="nowrap">{row.last ? format.ago(row.last, now()) : "–"}</span> },
    { key: "made", title: t("codes.madeon"), phone: "hide", plain: (row) => format.dateTime(row.made), show: (row) => <span className="nowrap">{format.date(row.made)}</span> },
    { key: "do", title: "", phone: "whole", show: (row) => (
      <span className="row tight end">
        <button type="button" className="button small" onClick={() => setShown(row)}>{t("codes.show")}</button>
        {row.retired === null
          ? <button type="button" className="button small danger" disabled={turn.isPending} onClick={() => turn.mutate({ code: row.code, to: "retire" })}>{t("codes.retire")}</button>
          : <button type="button" className="button small" disabled={turn.isPending} onClick={() => turn.mutate({ code: row.code, to: "restore" })}>{t("codes.restore")}</button>}
      </span>
    ) },
  ];
  const reset = (change: () => void) => (change(), setPage(1));
  return (
    <Card title={query.data ? t("codes.links.count", { count: format.number(query.data.total) }) : t("codes.links")} flush
      actions={
        <>
          <button type="button" className="button" disabled={!picked.size && !rows.length}
            onClick={() => setPrinting(picked.size ? [...picked] : rows.map((row) => row.code))}>
            {picked.size ? t("codes.sheet.picked", { count: picked.size }) : t("codes.sheet.all")}
          </button>
          <CsvButton name="codes" columns={columns} rows={rows} />
        </>
      }>
      <div className="filters">
        <input className="input grow" type="search" value={typed} placeholder={t("codes.search")} aria-label={t("codes.search")}
          onChange={(event) => setTyped(event.target.value)} />
        <Choice label={t("codes.kind")} value={kind} onChange={(next) => reset(() => setKind(next))}
          options={[{ value: "", text: t("app.all") }, ...(["product", "shelf", "page"] as const).map((value) => ({ value, text: t(`codes.kind.${value}`) }))]} />
        <Choice label={t("codes.state")} value={state} onChange={(next) => reset(() => setState(next))}
          options={(["used", "retired"] as const).map((value) => ({ value, text: t(`codes.state.${value}`) }))} />
      </div>
      <Answer query={query} lines={8}>
        {(found) => found.links.length ? (
          <>
            <Table label={t("codes.links")} columns={columns} rows={found.links} rowKey={(row) => row.code} />
            <Pager page={page} size={PAGE_SIZE} total={found.total} onPage={setPage} />
          </>
        ) : text || kind || state === "retired"
          ? <Notice title={t("codes.none")} text={t("codes.none.hint")} />
          : <Notice title={t("codes.empty")} text={t("codes.empty.hint")} />}
      </Answer>
      {shown && <CodeDialog link={shown} base={base} onClose={() => setShown(null)} />}
      {printing && <Sheet codes={printing} base={base} onClose={() => setPrinting(null)} />}
    </Card>
  );
}
