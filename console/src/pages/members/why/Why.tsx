/** Why all of this is one person: identifiers, evidence, refusals, what is believed, and every decision with its way back. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "wouter";
import { whyQuery } from "../../../api/identityQueries";
import type { Why as WhyData } from "../../../api/types";
import { Icon } from "../../../app/icons";
import { useFormat } from "../../../app/session";
import { useWords } from "../../../i18n/language";
import { Answer } from "../../../parts/Notice";
import { Card, Page } from "../../../parts/Page";
import { useCorrect } from "./correct";
import { EvidenceGraph } from "./Graph";
import { Known } from "./Known";
import { Decisions, EvidenceList, Golden, Refused } from "./panels";

function Body({ why, id }: { why: WhyData; id: string }) {
  const { t } = useWords();
  const correction = useCorrect();
  return (
    <div className="grid">
      <div className="span-6 stack">
        <Known why={why} correction={correction} />
        <Card title={t("golden.title")} hint={t("golden.hint")}>
          <Golden golden={why.golden} />
        </Card>
        <Card title={t("why.refused")} hint={t("why.refused.hint")} flush>
          <Refused refused={why.refused} />
        </Card>
      </div>
      <div className="span-6 stack">
        <EvidenceGraph why={why} id={id} />
        <Card title={t("why.decisions")} hint={t("why.decisions.hint")} flush>
          <Decisions why={why} correction={correction} />
        </Card>
      </div>
      <Card title={t("why.evidence")} hint={t("why.evidence.hint")} flush>
        <EvidenceList why={why} />
      </Card>
    </div>
  );
}

export default function Why() {
  const { id = "" } = useParams();
  const { t } = useWords();
  const format = useFormat();
  const query = useQuery(whyQuery(id));
  const why = query.data;
  return (
    <Page title={why ? t("why.title", { member: why.label }) : t("member.history")}
      subtitle={why && t("why.subtitle", {
        identifiers: format.number(why.identifiers.length),
        evidence: format.number(why.evidence.filter(({ active }) => active).length),
      })}
      actions={
        <Link href={`/members/${id}`} className="button">
          <Icon name="back" /> {why?.label ?? t("nav.members")}
        </Link>
      }>
      <Answer query={query} lines={14}>
        {(found) => <Body why={found} id={id} />}
      </Answer>
    </Page>
  );
}
