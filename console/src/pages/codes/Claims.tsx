/** Claims: a code shown to a member, which ties the phone that reads it to them, once. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { claimsQuery, type Claim, type ClaimUsed } from "../../api/codes";
import { useFormat, useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { Badge, MemberLink } from "../../parts/badges";
import { SelectField, TextField } from "../../parts/fields";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { QrPanel, useCopy } from "../../parts/Qr";
import { CsvButton, Table, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";

const HOURS = ["0.25", "1", "24", "168"] as const;

/** The number of a member as written on their page, 0 where it is none. */
export const memberNumber = (text: string): number => Number(/^m?0*(\d{1,9})$/i.exec(text.trim())?.[1] ?? 0);

function Make({ base }: { base: string }) {
  const { t } = useWords();
  const format = useFormat();
  const toast = useToast();
  const told = useErrorText();
  const copy = useCopy();
  const [typed, setTyped] = useState("");
  const [hours, setHours] = useState<(typeof HOURS)[number]>("0.25");
  const member = memberNumber(typed);
  const make = useMutation({
    mutationFn: () => post<Claim>("/api/claims", { member, hours: Number(hours) }),
    onError: (error) => toast({ text: told(error), bad: true }),
  });
  const claim = make.data;
  return (
    <Card title={t("claims.new")} hint={t("claims.new.hint")}>
      <div className="stack">
        <form className="row bottom" onSubmit={(event) => (event.preventDefault(), make.mutate())}>
          <TextField label={t("claims.member")} value={typed} onChange={(text) => (setTyped(text), make.reset())} placeholder="M000123" required />
          <SelectField label={t("claims.good")} value={hours} onChange={(next) => (setHours(next), make.reset())}
            options={HOURS.map((value) => ({ value, text: format.duration(Number(value) * 3_600_000) }))} />
          <button type="submit" className="button primary" disabled={!member || make.isPending}>{t("claims.make")}</button>
        </form>
        {claim && (
          <>
            <QrPanel text={`${base}${claim.path}`} name={`claim-${typed}`} hint={t("claims.path.hint", { time: format.dateTime(claim.until) })} />
            <div>
              <h3>{t("claims.scene")}</h3>
              <p className="faint small">{t("claims.scene.hint")}</p>
              <div className="row"><code className="address grow">{claim.scene}</code>
                <button type="button" className="button" onClick={() => copy(claim.scene)}>{t("qr.copy")}</button></div>
            </div>
          </>
        )}
      </div>
    </Card>
  );
}

export function Claims({ base }: { base: string }) {
  const { t, maybe, w } = useWords();
  const format = useFormat();
  const { now } = useSession();
  const query = useQuery(claimsQuery());
  const columns: Column<ClaimUsed>[] = [
    { key: "at", title: t("claims.at"), phone: "title", plain: (row) => format.dateTime(row.at), show: (row) => <span title={format.dateTime(row.at)}>{format.ago(row.at, now())}</span> },
    { key: "member", title: t("claims.member"), plain: (row) => row.member, show: (row) => (row.member ? <MemberLink member={row.member} /> : "–") },
    { key: "source", title: t("claims.source"), plain: (row) => row.source, show: (row) => w(row.source) },
    { key: "outcome", title: t("claims.outcome"), plain: (row) => row.outcome, show: (row) => (
      <Badge tone={row.outcome === "linked" ? "good" : "warn"}>{t(`claims.outcome.${row.outcome}`)}</Badge>
    ) },
    { key: "reason", title: t("claims.reason"), phone: "whole", plain: (row) => row.reason, show: (row) => (row.reason ? maybe(`claims.reason.${row.reason}`, row.reason) : "–") },
  ];
  return (
    <>
      <Make base={base} />
      <Card title={t("claims.used")} hint={t("claims.used.hint")} flush actions={<CsvButton name="claims" columns={columns} rows={query.data} />}>
        <Answer query={query} lines={4}>
          {(found) => found.length
            ? <Table label={t("claims.used")} columns={columns} rows={found} rowKey={(row) => `${row.at} ${row.other} ${row.reason}`} />
            : <Notice title={t("claims.none")} text={t("claims.none.hint")} />}
        </Answer>
      </Card>
    </>
  );
}
