/** Screens, kiosks and electronic shelves: where they are, the address each opens once, and whether it still asks. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { kiosksQuery, screensQuery, shelvesQuery, type KioskRow, type ScreenRow, type ShelfRow } from "../../api/codes";
import { useFormat, useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Dialog } from "../../parts/Dialog";
import { Answer, Notice } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { QrPanel } from "../../parts/Qr";
import { CsvButton, Pager, Table, type Column } from "../../parts/Table";

/** A screen asks when its spot is over (ten minutes at most), a label every half a minute: later it is silent. */
const SCREEN_MS = 11 * 60_000;
const SHELF_MS = 5 * 60_000;

/** Whether a device still asks: heard, silent since, or not since the platform started. */
function State({ last, limit }: { last: number; limit: number }) {
  const { t } = useWords();
  const format = useFormat();
  const { now } = useSession();
  if (!last) return <Badge>{t("screens.state.never")}</Badge>;
  const ago = format.ago(last, now());
  return now() - last <= limit
    ? <><Badge tone="good">{t("screens.state.ok")}</Badge> <span className="faint small">{ago}</span></>
    : <><Badge tone="bad">{t("screens.state.silent")}</Badge> <span className="faint small">{ago}</span></>;
}

function Address({ text, name, onClose }: { text: string; name: string; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Dialog wide title={t("screens.address", { name })} onClose={onClose}>
      <QrPanel text={text} name={name} hint={t("screens.address.hint")} />
    </Dialog>
  );
}

export function Screens({ base }: { base: string }) {
  const { t } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const query = useQuery(screensQuery());
  const [open, setOpen] = useState<ScreenRow | null>(null);
  const columns: Column<ScreenRow>[] = [
    { key: "code", title: t("screens.screen"), phone: "title", plain: (row) => row.code, show: (row) => <strong>{row.code}</strong> },
    { key: "place", title: t("screens.place"), plain: (row) => `${row.place} ${row.zone}`.trim(), show: (row) => <>{nameOf(row.place)}<div className="faint small">{row.zone ? nameOf(row.zone) : t("screens.zone.none")}</div></> },
    { key: "playlist", title: t("screens.playlist"), plain: (row) => row.playlist, show: (row) => row.playlist },
    { key: "spot", title: t("screens.now"), plain: (row) => row.spot, show: (row) => (row.spot ? <>{row.spot}<div className="faint small">{t("screens.now.until", { time: format.time(row.until) })}</div></> : t("screens.now.nothing")) },
    { key: "last", title: t("screens.state"), plain: (row) => (row.last ? format.dateTime(row.last) : ""), show: (row) => <State last={row.last} limit={SCREEN_MS} /> },
    { key: "do", title: "", phone: "whole", show: (row) => (
      <span className="row tight end">
        <a className="button small" href={`/screen/${encodeURIComponent(row.code)}`} target="_blank" rel="noreferrer">{t("screens.look")}</a>
        <button type="button" className="button small" onClick={() => setOpen(row)}>{t("screens.connect")}</button>
      </span>
    ) },
  ];
  return (
    <Card title={t("screens.screens")} hint={t("screens.screens.hint")} flush actions={<CsvButton name="screens" columns={columns} rows={query.data?.screens} />}>
      <Answer query={query} lines={4}>
        {(found) => found.screens.length
          ? <Table label={t("screens.screens")} columns={columns} rows={found.screens} rowKey={(row) => row.code} />
          : <Notice title={t("screens.none")} text={t("screens.none.hint")} />}
      </Answer>
      {open && <Address text={`${base}${open.address}`} name={open.code} onClose={() => setOpen(null)} />}
    </Card>
  );
}

export function Kiosks({ base }: { base: string }) {
  const { t } = useWords();
  const format = useFormat();
  const { now } = useSession();
  const query = useQuery(kiosksQuery());
  const [open, setOpen] = useState<KioskRow | null>(null);
  const columns: Column<KioskRow>[] = [
    { key: "name", title: t("screens.place"), phone: "title", plain: (row) => row.name, show: (row) => <><strong>{row.name}</strong> <span className="faint small">{row.place}</span></> },
    { key: "city", title: t("venues.city"), plain: (row) => row.city, show: (row) => row.city || "–" },
    { key: "last", title: t("screens.kiosk.last"), plain: (row) => (row.last ? format.dateTime(row.last) : ""), show: (row) => (row.last ? format.ago(row.last, now()) : <span className="faint">{t("screens.kiosk.never")}</span>) },
    { key: "do", title: "", phone: "whole", show: (row) => (
      <span className="row tight end">
        <a className="button small" href={`/kiosk/${encodeURIComponent(row.place)}`} target="_blank" rel="noreferrer">{t("screens.look")}</a>
        <button type="button" className="button small" onClick={() => setOpen(row)}>{t("screens.connect")}</button>
      </span>
    ) },
  ];
  return (
    <Card title={t("screens.kiosks")} hint={t("screens.kiosks.hint")} flush actions={<CsvButton name="kiosks" columns={columns} rows={query.data} />}>
      <Answer query={query} lines={4}>
        {(found) => found.length
          ? <Table label={t("screens.kiosks")} columns={columns} rows={found} rowKey={(row) => row.place} />
          : <Notice title={t("venues.empty")} text={t("screens.kiosks.none")} />}
      </Answer>
      {open && <Address text={`${base}${open.address}`} name={open.name} onClose={() => setOpen(null)} />}
    </Card>
  );
}

export function Shelves({ base }: { base: string }) {
  const { t } = useWords();
  const format = useFormat();
  const nameOf = usePlaceNames();
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  const [page, setPage] = useState(1);
  const query = useQuery(shelvesQuery(text, page));
  const [open, setOpen] = useState<ShelfRow | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => (setText(typed.trim()), setPage(1)), 300);
    return () => clearTimeout(timer);
  }, [typed]);
  const columns: Column<ShelfRow>[] = [
    { key: "name", title: t("goods.product"), phone: "title", plain: (row) => row.name, show: (row) => <><strong>{row.name}</strong><div className="faint small">{row.sku} · {row.code}</div></> },
    { key: "place", title: t("codes.place"), plain: (row) => row.place, show: (row) => nameOf(row.place) },
    { key: "price", title: t("goods.price"), number: true, plain: (row) => format.decimal(row.price), show: (row) => format.money(row.price) },
    { key: "stock", title: t("goods.there"), number: true, plain: (row) => row.stock, show: (row) => (row.stock === null ? t("screens.stock.unknown") : format.number(row.stock)) },
    { key: "last", title: t("screens.state"), plain: (row) => (row.last ? format.dateTime(row.last) : ""), show: (row) => <State last={row.last} limit={SHELF_MS} /> },
    { key: "do", title: "", phone: "whole", show: (row) => (
      <span className="row tight end">
        <a className="button small" href={row.path} target="_blank" rel="noreferrer">{t("screens.look")}</a>
        <button type="button" className="button small" onClick={() => setOpen(row)}>{t("screens.connect")}</button>
      </span>
    ) },
  ];
  return (
    <Card title={t("screens.shelves")} hint={t("screens.shelves.hint")} flush actions={<CsvButton name="shelves" columns={columns} rows={query.data?.shelves} />}>
      <div className="filters">
        <input className="input grow" type="search" value={typed} placeholder={t("codes.search")} aria-label={t("codes.search")} onChange={(event) => setTyped(event.target.value)} />
      </div>
      <Answer query={query} lines={4}>
        {(found) => found.shelves.length ? (
          <>
            <Table label={t("screens.shelves")} columns={columns} rows={found.shelves} rowKey={(row) => row.code} />
            <Pager page={page} size={50} total={found.total} onPage={setPage} />
          </>
        ) : text ? <Notice title={t("codes.none")} text={t("codes.none.hint")} /> : <Notice title={t("screens.shelves.none")} text={t("screens.shelves.none.hint")} />}
      </Answer>
      {open && (
        <Dialog wide title={open.name} onClose={() => setOpen(null)}>
          <div className="stack">
            <QrPanel text={`${base}${open.path}`} name={open.code} hint={t("screens.shelf.page")} />
            <QrPanel text={`${base}${open.path}/feed`} name={`${open.code}-feed`} hint={t("screens.shelf.feed", { all: `${base}/shelves/${open.place}/feed` })} />
          </div>
        </Dialog>
      )}
    </Card>
  );
}
