/** The panels of a member's page. */
import type { MemberPage } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Notice } from "../../parts/Notice";

const ONLINE = new Set(["user_id", "anonymous_id", "app_device", "push_token", "wechat_openid", "wechat_unionid", "weibo_uid"]);
const CONTACT = new Set(["phone", "email"]);
const groupOf = (ns: string) => (CONTACT.has(ns) ? "contact" : ONLINE.has(ns) ? "online" : "offline");

export function Identifiers({ identifiers }: { identifiers: MemberPage["identifiers"] }) {
  const { t, w } = useWords();
  const format = useFormat();
  if (!identifiers.length) return <p className="faint">{t("member.identifiers.empty")}</p>;
  return (
    <div className="stack">
      {(["contact", "offline", "online"] as const).map((group) => {
        const inside = identifiers.filter(({ ns }) => groupOf(ns) === group);
        if (!inside.length) return null;
        return (
          <div key={group}>
            <h3>{t(`member.${group}`)}</h3>
            <ul className="facts">
              {inside.map(({ ns, value, first_seen, last_seen }) => (
                <li key={`${ns}:${value}`}>
                  <span className="soft">{w(ns)}</span>
                  <span className="mono">{value}</span>
                  <small className="faint">
                    {t("member.firstseen", { time: format.date(first_seen) })}
                    {" · "}
                    {t("member.lastseen", { time: format.dateTime(last_seen) })}
                  </small>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </div>
  );
}

export function Traits({ traits }: { traits: MemberPage["traits"] }) {
  const { w } = useWords();
  return (
    <dl className="pairs">
      {traits.map(({ name, value }) => (
        <div key={name} className="pair">
          <dt>{w(name)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Tags({ tags }: { tags: MemberPage["tags"] }) {
  const { t, w } = useWords();
  const format = useFormat();
  if (!tags.length) return <Notice tight title={t("member.tags.empty")} text={t("member.tags.empty.hint")} />;
  const groups = Map.groupBy(tags, (tag) => tag.group || "");
  const text = (value: unknown): string => {
    if (value === true || value === null || value === undefined) return "";
    if (value === false) return t("app.no");
    if (typeof value === "number") return format.number(value, 2);
    if (Array.isArray(value)) return value.map(text).join(", ");
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  return (
    <div className="stack">
      {[...groups].map(([group, inside]) => (
        <div key={group}>
          {group && <h3>{w(group)}</h3>}
          <ul className="tags">
            {inside.map((tag) => {
              const value = text(tag.value);
              return (
                <li key={tag.name} className="tag" title={[
                  tag.name,
                  tag.since && t("member.tag.since", { time: format.dateTime(tag.since) }),
                  tag.expires && t("member.expires", { time: format.dateTime(tag.expires) }),
                ].filter(Boolean).join(" · ")}>
                  {tag.title || tag.name}
                  {value && <b>{value}</b>}
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </div>
  );
}

export function Consents({ consents }: { consents: MemberPage["consents"] }) {
  const { t, w } = useWords();
  const format = useFormat();
  if (!consents.length) return <Notice tight title={t("member.consents.empty")} text={t("member.consents.empty.hint")} />;
  return (
    <ul className="facts">
      {consents.map(({ purpose, channel, granted, at }) => (
        <li key={`${purpose}:${channel}`}>
          <span>
            {w(purpose)} <span className="faint">({channel ? w(channel) : t("member.allchannels")})</span>
          </span>
          <Badge tone={granted ? "good" : "bad"}>{granted ? t("member.granted") : t("member.refused")}</Badge>
          <small className="faint">{format.dateTime(at)}</small>
        </li>
      ))}
    </ul>
  );
}

function detailText(detail: unknown): string {
  if (detail === null || detail === undefined || detail === "") return "";
  if (typeof detail !== "object") return String(detail);
  return Object.entries(detail)
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" · ");
}

const TONE: Record<string, "good" | "warn" | "bad"> = {
  merge: "good", merged: "good", refuse: "bad", refused: "bad", split: "warn", undo: "warn",
};

export function History({ history }: { history: MemberPage["history"] }) {
  const { t, w } = useWords();
  const format = useFormat();
  if (!history.length) return <Notice tight title={t("member.history.empty")} />;
  return (
    <ol className="list">
      {history.map(({ at, kind, cause, detail }, index) => (
        <li key={index}>
          <time>{format.dateTime(at)}</time>
          <Badge tone={TONE[kind]}>{w(kind)}</Badge>
          <span className="grow">
            {detailText(detail)}
            {cause && <small className="faint cause"> {cause}</small>}
          </span>
        </li>
      ))}
    </ol>
  );
}
