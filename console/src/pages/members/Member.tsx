/** One member: who they are, what they did, what was said to them, and why all of it is one person. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "wouter";
import { memberQuery } from "../../api/queries";
import type { MemberPage } from "../../api/types";
import { Icon } from "../../app/icons";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { EventLine } from "../../parts/EventLine";
import { Answer, Notice } from "../../parts/Notice";
import { Card, Page } from "../../parts/Page";
import { Messages } from "../live/lists";
import { ConsentWords } from "./ConsentWords";
import { Coupons } from "./Coupons";
import { ChannelBadge } from "./Members";
import { Forget } from "./Forget";
import { Consents, History, Identifiers, Tags, Traits } from "./panels";

function Body({ member }: { member: MemberPage }) {
  const { t } = useWords();
  return (
    <div className="grid">
      <div className="span-4 stack">
        <Card title={t("member.identifiers")} hint={t("member.identifiers.hint")}>
          <Identifiers identifiers={member.identifiers} />
        </Card>
        {member.traits.length > 0 && (
          <Card title={t("member.traits")}>
            <Traits traits={member.traits} />
          </Card>
        )}
        <Card title={t("member.tags")}>
          <Tags tags={member.tags} />
        </Card>
        <Card title={t("member.consents")}>
          <Consents consents={member.consents} />
          {member.consents.length > 0 && <ConsentWords id={String(member.id)} />}
        </Card>
      </div>
      <div className="span-8 stack">
        <Card title={t("member.timeline")} flush>
          {member.events.length === 0 ? (
            <Notice tight title={t("member.timeline.empty")} />
          ) : (
            <ul className="list scroller timeline" tabIndex={0} aria-label={t("member.timeline")}>
              {member.events.map((event) => (
                <EventLine key={event.offset} event={event} who={false} dated />
              ))}
            </ul>
          )}
        </Card>
        <Card title={t("member.messages")} flush>
          {member.messages.length ? <Messages messages={member.messages} who={false} />
            : <Notice tight title={t("member.messages.empty")} text={t("live.messages.empty.hint")} />}
        </Card>
        <Card title={t("member.coupons")} flush>
          <Coupons coupons={member.coupons} />
        </Card>
        <Card title={t("member.history")} hint={t("member.history.hint")} flush
          actions={
            <Link href={`/members/${member.id}/why`} className="button">
              {t("why.open")}
            </Link>
          }>
          <History history={member.history} />
        </Card>
      </div>
    </div>
  );
}

export default function Member() {
  const { id = "" } = useParams();
  const { t } = useWords();
  const format = useFormat();
  const query = useQuery(memberQuery(id));
  const member = query.data;
  const name = member?.traits.find((trait) => trait.name === "name")?.value ?? "";
  const former = member?.names.filter((one) => one !== member.label).join(", ");
  return (
    <Page title={member ? `${member.label} ${name}`.trim() : t("nav.members")}
      subtitle={member && (
        <span className="row tight">
          <ChannelBadge channels={member.channels} /> {t("member.since", { date: format.date(member.created) })}
          {former && <span>· {t("member.formerly", { names: former })}</span>}
        </span>
      )}
      actions={
        <>
          <Link href="/members" className="button">
            <Icon name="back" /> {t("nav.members")}
          </Link>
          {member && <Forget id={member.id} label={member.label} />}
          <Link href={`/members/${id}/why`} className="button primary">
            <Icon name="linking" /> {t("why.open")}
          </Link>
        </>
      }>
      <Answer query={query} lines={14}>
        {(found) => <Body member={found} />}
      </Answer>
    </Page>
  );
}
