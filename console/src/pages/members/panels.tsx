/** The panels of a member's page. */
import type { MemberPage, Tag } from "../../api/types";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge } from "../../parts/badges";
import { Notice } from "../../parts/Notice";
import { usePlaceNames } from "../../parts/places";

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
  const named = usePlaceNames();
  const format = useFormat();
  if (!tags.length) return <Notice tight title={t("member.tags.empty")} text={t("member.tags.empty.hint")} />;
  const groups = Map.groupBy(tags, (tag) => tag.group || "");
  const text = ({ kind, value }: Tag): string => {
    if (typeof value === "boolean") return value ? t("app.yes") : t("app.no");
    if (typeof value === "number") return kind === "money" ? format.money(value) : format.number(value, 2);
    return w(named(String(value)));
  };
  return (
    <div className="stack">
      {[...groups].map(([group, inside]) => (
        <div key={group}>
          {group && <h3>{w(group)}</h3>}
          <ul className="tags">
            {inside.map((tag) => {
              const value = text(tag);
              return (
                <li key={tag.name} className="tag" title={[
                  tag.name,
                  tag.since && t("member.tag.since", { time: format.dateTime(tag.since) }),
                  tag.expires && t("member.expires", { time: format.dateTime(tag.expires) }),
                ].filter(Boolean).join(" · ")}>
                  {tag.title || tag.name}
                  <b>{value}</b>
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

const TONE: Record<string, "good" | "warn" | "bad"> = { merge: "good", refuse: "bad", block: "bad", split: "warn", undo: "warn" };

export function History({ history }: { history: MemberPage["history"] }) {
  const { t, w, maybe } = useWords();
  const format = useFormat();
  if (!history.length) return <Notice tight title={t("member.history.empty")} />;
  return (
    <ol className="list">
      {history.map(({ at, kind, cause, detail, ns, other }, index) => (
        <li key={index}>
          <time>{format.dateTime(at)}</time>
          <span className="kind">
            <Badge tone={TONE[kind]}>{w(kind)}</Badge>
          </span>
          <span className="grow">
            {[ns && w(ns), other && t("member.history.with", { member: other }), detail && maybe(`channels.${detail}`, w(detail))].filter(Boolean).join(" · ")}
            {cause && <small className="faint cause">{t("member.history.cause", { cause })}</small>}
          </span>
        </li>
      ))}
    </ol>
  );
}
