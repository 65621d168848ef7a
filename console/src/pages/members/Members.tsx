/** Everyone the shop recognises: search, filter by channel, page through. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { membersQuery } from "../../api/queries";
import type { Channels, MemberList, MemberRow } from "../../api/types";
import { useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge, MemberLink } from "../../parts/badges";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Choice, Page } from "../../parts/Page";
import { CsvButton, Pager, Table, type Column } from "../../parts/Table";

const PAGE_SIZE = 50;
const TYPING_MS = 300;
const CHANNELS: Channels[] = ["both", "online", "offline", "none"];

export function ChannelBadge({ channels }: { channels: Channels }) {
  const { maybe } = useWords();
  return <Badge tone={channels === "both" ? "good" : undefined}>{maybe(`channels.${channels}`, channels)}</Badge>;
}

function useColumns(): Column<MemberRow>[] {
  const { t, maybe } = useWords();
  const { format, now } = useSession();
  return [
    {
      key: "label",
      title: t("members.member"),
      phone: "title",
      plain: (row) => row.label,
      show: (row) => (
        <>
          <MemberLink member={row.id} label={row.label} /> <strong>{row.name}</strong>
        </>
      ),
    },
    {
      key: "channels",
      title: t("members.channels"),
      plain: (row) => maybe(`channels.${row.channels}`, row.channels),
      show: (row) => <ChannelBadge channels={row.channels} />,
    },
    { key: "phone", title: t("members.phone"), plain: (row) => row.phone, show: (row) => row.phone || "–" },
    {
      key: "last",
      title: t("members.last"),
      plain: (row) => format.dateTime(row.last_seen),
      show: (row) => <span title={format.dateTime(row.last_seen)}>{format.ago(row.last_seen, now())}</span>,
    },
    {
      key: "orders",
      title: t("members.orders"),
      number: true,
      plain: (row) => row.orders_365d,
      show: (row) => format.number(row.orders_365d),
    },
    {
      key: "spend",
      title: t("members.spend"),
      number: true,
      plain: (row) => format.decimal(row.spend_365d),
      show: (row) => format.money(row.spend_365d),
    },
    {
      key: "created",
      title: t("members.created"),
      phone: "hide",
      plain: (row) => format.date(row.created),
      show: (row) => format.date(row.created),
    },
  ];
}

function Found({ list, filtered, onClear, onPage }: {
  list: MemberList;
  filtered: boolean;
  onClear: () => void;
  onPage: (page: number) => void;
}) {
  const { t } = useWords();
  const columns = useColumns();
  if (list.members.length === 0) {
    return filtered ? (
      <Notice title={t("members.none")} text={t("members.none.hint")}>
        <button type="button" className="button" onClick={onClear}>
          {t("members.clear")}
        </button>
      </Notice>
    ) : (
      <Notice title={t("members.empty")} text={t("members.empty.hint")} />
    );
  }
  return (
    <>
      <Table label={t("members.title")} columns={columns} rows={list.members} rowKey={(row) => row.id}
        href={(row) => `/members/${row.id}`} />
      <Pager page={list.page} size={PAGE_SIZE} total={list.total} onPage={onPage} />
    </>
  );
}

export default function Members() {
  const { t } = useWords();
  const { format } = useSession();
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  const [channels, setChannels] = useState<Channels | "">("");
  const [page, setPage] = useState(1);
  const query = useQuery(membersQuery(text, channels, page));
  const columns = useColumns();
  const counts = query.data?.counts;

  useEffect(() => {
    const timer = setTimeout(() => {
      setText(typed.trim());
      setPage(1);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const choose = (next: Channels | "") => {
    setChannels(next);
    setPage(1);
  };
  const clear = () => {
    setTyped("");
    choose("");
  };

  return (
    <Page title={t("members.title")} subtitle={t("members.subtitle")}
      actions={<CsvButton name="members" columns={columns} rows={query.data?.members} />}>
      <Card title={query.data ? `${t("members.title")}: ${format.number(query.data.total)}` : t("members.title")} flush>
        <div className="filters">
          <input className="input grow" type="search" value={typed} aria-label={t("members.search")}
            placeholder={t("members.search.placeholder")} onChange={(event) => setTyped(event.target.value)} />
          <Choice label={t("members.channels")} value={channels} onChange={choose}
            options={[
              { value: "" as const, text: t("app.all") },
              ...CHANNELS.map((name) => ({
                value: name,
                text: t(`channels.${name}`),
                count: counts ? format.number(counts[name] ?? 0) : "",
              })),
            ]} />
        </div>
        <Answer query={query} lines={12}>
          {(list) => <Found list={list} filtered={Boolean(text || channels)} onClear={clear} onPage={setPage} />}
        </Answer>
      </Card>
    </Page>
  );
}
