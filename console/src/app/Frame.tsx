/** Navigation around the page: at the left on a desk, at the bottom on a phone. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { post } from "../api/client";
import { meQuery } from "../api/queries";
import { useWords } from "../i18n/language";
import { Icon, type IconName } from "./icons";
import { GROUPS, useGroups } from "./nav";
import { useSession } from "./session";
import { nextTheme, useTheme } from "./theme";

/** Those at the bottom of a phone; all are in the sheet behind "more". */
const IN_BAR = ["live", "members", "sales", "campaigns"] as const satisfies readonly IconName[];

/** The groups with their pages; of a closed one only the page that is shown. */
function Links({ page, columns = 1 }: { page: string; columns?: number }) {
  const { t } = useWords();
  const { open, turn } = useGroups(columns);
  return GROUPS.map(([group, names]) => {
    const alone = names.length === 1;
    const shown = alone || open(group) ? names : names.filter((name) => name === page);
    return (
      <div key={group} className="nav-group" role="group" aria-label={t(`nav.group.${group}`)}>
        {!alone && (
          <button type="button" className="nav-title" aria-expanded={open(group)} onClick={() => turn(group)}>
            {t(`nav.group.${group}`)} <Icon name={open(group) ? "down" : "next"} />
          </button>
        )}
        {shown.map((name) => (
          <Link key={name} href={`/${name}`} className="nav-link" aria-current={page === name ? "page" : undefined}>
            <Icon name={name} /> {t(`nav.${name}`)}
          </Link>
        ))}
      </div>
    );
  });
}

function usePage(): string {
  const [path] = useLocation();
  return path.split("/")[1] ?? "";
}

/** The store's time, ticking; in the demo with its speed. */
function Clock() {
  const { me, format, now } = useSession();
  const { t } = useWords();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const moment = now();
  return (
    <div className="clock">
      {t("app.clock")}
      <div><b>{format.clock(moment)}</b> {format.date(moment)}</div>
      {me.speed !== 1 && <div>{t("app.speed", { speed: me.speed })}</div>}
    </div>
  );
}

function Settings() {
  const { t, language, choose } = useWords();
  const theme = useTheme();
  const data = useQueryClient();
  const leave = async () => {
    await post("/api/logout").catch(() => undefined);
    data.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
    await data.invalidateQueries(meQuery());
  };
  return (
    <div className="nav-settings">
      <button type="button" className="nav-link" lang={language === "en" ? "zh-CN" : "en"}
        aria-label={t("app.language.label")} onClick={() => choose(language === "en" ? "zh-CN" : "en")}>
        <Icon name="language" /> {t("app.language")}
      </button>
      <button type="button" className="nav-link" onClick={nextTheme}
        aria-label={t("app.theme.label", { theme: t(`app.theme.${theme}`) })}>
        <Icon name="theme" /> {t(`app.theme.${theme}`)}
      </button>
      <button type="button" className="nav-link" onClick={() => void leave()}>
        <Icon name="logout" /> {t("app.logout")}
      </button>
    </div>
  );
}

function Brand() {
  const { me } = useSession();
  return (
    <div className="brand">
      <img src={`${import.meta.env.BASE_URL}mark.svg`} alt="" width={32} height={32} />
      <div style={{ minWidth: 0 }}>
        <strong className="clip">{me.retailer}</strong>
        <span>Datong {me.version}</span>
      </div>
    </div>
  );
}

function BottomBar({ page }: { page: string }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const sheet = useRef<HTMLDivElement>(null);
  useEffect(() => setOpen(false), [page]);
  useEffect(() => {
    if (!open) return;
    sheet.current?.querySelector("a")?.focus();
    const close = (event: KeyboardEvent) => event.key === "Escape" && setOpen(false);
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, [open]);
  return (
    <>
      {open && (
        <>
          <button type="button" className="veil" aria-label={t("app.close")} onClick={() => setOpen(false)} />
          <div ref={sheet} className="sheet" role="dialog" aria-label={t("app.more")}>
            <Brand />
            <nav className="nav-list" aria-label={t("app.more")}>
              <Links page={page} columns={2} />
            </nav>
            <Clock />
            <Settings />
          </div>
        </>
      )}
      <nav className="bar" aria-label={t("app.nav")}>
        {IN_BAR.map((name) => (
          <Link key={name} href={`/${name}`} className="bar-link" onClick={() => setOpen(false)}
            aria-current={page === name ? "page" : undefined}>
            <Icon name={name} />
            {t(`nav.${name}`)}
          </Link>
        ))}
        <button type="button" className="bar-link" aria-expanded={open} onClick={() => setOpen(!open)}
          aria-current={!IN_BAR.some((name) => name === page) ? "page" : undefined}>
          <Icon name="more" />
          {t("app.more")}
        </button>
      </nav>
    </>
  );
}

export function Frame({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const page = usePage();
  return (
    <div className="frame">
      <button type="button" className="skip" onClick={() => document.getElementById("content")?.focus()}>
        {t("app.skip")}
      </button>
      <div className="nav">
        <Brand />
        <nav className="nav-list scroller" aria-label={t("app.nav")}>
          <Links page={page} />
        </nav>
        <div className="nav-foot">
          <Clock />
          <Settings />
        </div>
      </div>
      <main className="main" id="content" tabIndex={-1}>
        {children}
      </main>
      <BottomBar page={page} />
    </div>
  );
}
