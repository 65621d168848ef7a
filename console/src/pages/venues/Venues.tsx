/** Venues and stores: what there is, and how to bring in more. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { ApiError, post } from "../../api/client";
import { storesQuery, upload, venueListQuery, type Region, type Taken } from "../../api/venues";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { Table } from "../../parts/Table";
import { useToast } from "../../parts/toast";

function NewVenue() {
  const { t } = useWords();
  const [, go] = useLocation();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const create = async () => {
    const floor = { code: "f1", name: { zh: "1层", en: "Level 1" }, zones: [], level: 1 };
    try {
      await post(`/api/venues/${encodeURIComponent(code)}`, { plan: { code, name: { zh: name || code, en: name || code }, floors: [floor] }, base: 0 });
      await data.invalidateQueries({ queryKey: ["venues"] });
      go(`/venues/${encodeURIComponent(code)}/draw`);
    } catch (error) {
      toast({ text: error instanceof ApiError && error.code === "plan_refused" ? t("venues.taken", { code }) : told(error), bad: true });
    }
  };
  return (
    <form className="row" onSubmit={(event) => (event.preventDefault(), void create())}>
      <input className="input" value={code} placeholder={t("venues.code")} aria-label={t("venues.code")}
        pattern="[A-Za-z0-9_.\-]{1,64}" title={t("venues.code.hint")} onChange={(event) => setCode(event.target.value)} />
      <input className="input" value={name} placeholder={t("venues.name")} aria-label={t("venues.name")}
        onChange={(event) => setName(event.target.value)} />
      <button type="submit" className="button primary" disabled={!code}>{t("venues.new")}</button>
    </form>
  );
}

function ImportStores() {
  const { t } = useWords();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const file = useRef<HTMLInputElement>(null);
  const [taken, setTaken] = useState<Taken | null>(null);
  const [busy, setBusy] = useState(false);
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    setBusy(true);
    try {
      setTaken(await upload<Taken>("/api/stores", chosen));
      await data.invalidateQueries({ queryKey: ["stores"] });
      await data.invalidateQueries({ queryKey: ["venues"] });
    } catch (error) {
      toast({ text: told(error), bad: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="row">
        <button type="button" className="button" disabled={busy} onClick={() => file.current?.click()}>
          {busy ? t("venues.stores.busy") : t("venues.stores.import")}
        </button>
        <small className="faint">{t("venues.stores.columns")}</small>
        <input ref={file} type="file" accept=".csv,text/csv" hidden aria-label={t("venues.stores.import")}
          onChange={(event) => (void take(event.target.files?.[0]), (event.target.value = ""))} />
      </div>
      {taken && (
        <div className="notice tight" role="status">
          <strong>{t("venues.stores.taken", { rows: taken.rows, stored: taken.stored, known: taken.known, bad: taken.quarantined })}</strong>
          {taken.lines.length > 0 && (
            <ul className="plain">
              {taken.lines.slice(0, 12).map((one) => (
                <li key={one.line}><small>{t("venues.stores.line", { line: one.line })}: {one.message}; {one.hint}</small></li>
              ))}
              {taken.lines.length > 12 && <li><Link href="/quarantine">{t("venues.stores.more", { count: taken.lines.length - 12 })}</Link></li>}
            </ul>
          )}
        </div>
      )}
    </>
  );
}

function Stores({ regions }: { regions: Region[] }) {
  const { t } = useWords();
  const format = useFormat();
  const [query, setQuery] = useState("");
  const [city, setCity] = useState("");
  const [page, setPage] = useState(1);
  const found = useQuery(storesQuery(query, city, page));
  const cities = regions.filter((one) => one.city);
  return (
    <Card title={t("venues.stores")} hint={t("venues.stores.hint", { cities: cities.length })}>
      <ImportStores />
      <div className="row">
        <input className="input grow" type="search" value={query} placeholder={t("venues.stores.search")} aria-label={t("venues.stores.search")}
          onChange={(event) => (setQuery(event.target.value), setPage(1))} />
        <select className="input" value={city} aria-label={t("venues.city")} onChange={(event) => (setCity(event.target.value), setPage(1))}>
          <option value="">{t("venues.allcities")}</option>
          {cities.map((one) => (
            <option key={`${one.country} ${one.region} ${one.city}`} value={one.city}>
              {[one.country, one.region, one.city].filter(Boolean).join(" / ")} ({format.number(one.stores)})
            </option>
          ))}
        </select>
      </div>
      <Answer query={found} lines={4}>
        {({ total, stores }) => total === 0 ? (
          <Notice tight title={t("venues.stores.empty")} text={t("venues.stores.empty.hint")} />
        ) : (
          <>
            <Table label={t("venues.stores")} rows={stores} rowKey={(row) => row.code} columns={[
              { key: "code", title: t("venues.code"), show: (row) => row.code, phone: "title" },
              { key: "name", title: t("venues.name"), show: (row) => row.name },
              { key: "city", title: t("venues.city"), show: (row) => [row.region, row.city].filter(Boolean).join(" / ") },
              { key: "format", title: t("venues.format"), show: (row) => row.format },
              { key: "hours", title: t("venues.hours"), show: (row) => row.hours || "–" },
            ]} />
            {total > 50 && (
              <div className="row">
                <button type="button" className="button" disabled={page === 1} onClick={() => setPage(page - 1)}>{t("venues.before")}</button>
                <small>{t("venues.page", { page, pages: Math.ceil(total / 50), total: format.number(total) })}</small>
                <button type="button" className="button" disabled={page * 50 >= total} onClick={() => setPage(page + 1)}>{t("venues.next")}</button>
              </div>
            )}
          </>
        )}
      </Answer>
    </Card>
  );
}

export default function Venues() {
  const { t } = useWords();
  const format = useFormat();
  const query = useQuery(venueListQuery());
  return (
    <Page title={t("venues.title")} subtitle={t("venues.subtitle")} actions={<><Link className="button" href="/chain">{t("part.title")}</Link><NewVenue /></>}>
      <Answer query={query} lines={6}>
        {({ venues, regions }) => (
          <>
            <Card title={t("venues.title")} headless flush>
              {venues.length === 0 ? (
                <Notice title={t("venues.empty")} text={t("venues.empty.hint")} />
              ) : (
                <Table label={t("venues.title")} rows={venues} rowKey={(row) => row.code}
                  href={(row) => `/venues/${encodeURIComponent(row.code)}`} columns={[
                    { key: "name", title: t("venues.name"), show: (row) => <Link href={`/venues/${encodeURIComponent(row.code)}`}>{row.name}</Link>, plain: (row) => row.name, phone: "title" },
                    { key: "city", title: t("venues.city"), show: (row) => [row.country, row.region, row.city].filter(Boolean).join(" / ") || "–", plain: (row) => row.city },
                    { key: "present", title: t("venues.present"), show: (row) => format.number(row.present), plain: (row) => row.present, number: true },
                    { key: "floors", title: t("venues.floors"), show: (row) => row.floors, plain: (row) => row.floors, number: true },
                    { key: "zones", title: t("venues.zones"), show: (row) => row.zones, plain: (row) => row.zones, number: true },
                    { key: "shops", title: t("venues.shops"), show: (row) => row.shops, plain: (row) => row.shops, number: true },
                    { key: "sensors", title: t("venues.sensors"), show: (row) => row.sensors, plain: (row) => row.sensors, number: true },
                    { key: "version", title: t("venues.version"), show: (row) => row.version || t("venues.file"), plain: (row) => row.version },
                  ]} />
              )}
            </Card>
            <Stores regions={regions} />
          </>
        )}
      </Answer>
    </Page>
  );
}
