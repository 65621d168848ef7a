/** Two members that somebody knows to be one person: find the other, look, join. */
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Link } from "wouter";
import { get } from "../../../api/client";
import { membersQuery } from "../../../api/queries";
import type { MemberRow, Why } from "../../../api/types";
import { useWords } from "../../../i18n/language";
import { Confirm } from "../../../parts/Confirm";
import { useErrorText } from "../../../parts/Notice";
import { useToast } from "../../../parts/toast";
import type { useCorrect } from "./correct";

export function Join({ why, correction }: { why: Why; correction: ReturnType<typeof useCorrect> }) {
  const { t } = useWords();
  const toast = useToast();
  const errorText = useErrorText();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [other, setOther] = useState<MemberRow | null>(null);
  const id = useId();
  const query = useQuery({ ...membersQuery(typed.trim(), "", 1), enabled: open && typed.trim().length > 0 });
  const found = typed.trim() ? (query.data?.members ?? []).filter((row) => row.id !== why.id).slice(0, 5) : [];
  const mine = why.identifiers[0]?.key;
  const close = () => {
    setOpen(false);
    setOther(null);
    setTyped("");
  };
  const join = async () => {
    if (!other || !mine) return;
    close();
    try {
      const theirs = (await get<Why>(`/api/members/${other.id}/why`)).identifiers[0]?.key;
      if (theirs) correction.correct({ action: "join", keys: [mine, theirs] });
    } catch (error) {
      toast({ text: t("correct.failed", { message: errorText(error) }), bad: true });
    }
  };
  return (
    <>
      <button type="button" className="button" disabled={!mine || correction.busy} onClick={() => setOpen(true)}>
        {t("join.button")}
      </button>
      <Confirm open={open} title={t("join.title", { member: why.label })} action={t("join.go")} busy={!other} onClose={close}
        onConfirm={() => void join()}
        points={other ? [t("join.point", { member: why.label, other: other.label }), t("join.limits"), t("correct.wayback")] : [t("join.find")]}>
        <label className="field" htmlFor={id}>
          {t("join.other")}
        </label>
        <input id={id} className="input wide" type="search" value={typed} placeholder={t("members.search.placeholder")}
          onChange={(event) => {
            setTyped(event.target.value);
            setOther(null);
          }} />
        <ul className="choices" aria-live="polite">
          {found.map((row) => (
            <li key={row.id}>
              <button type="button" className="chip" aria-pressed={other?.id === row.id} onClick={() => setOther(row)}>
                {row.label} <b>{[row.name, row.phone].filter(Boolean).join(" · ")}</b>
              </button>
              <Link href={`/members/${row.id}`} className="small" onClick={close}>
                {t("join.look")}
              </Link>
            </li>
          ))}
          {typed.trim() && query.data && !found.length && <li className="faint small">{t("members.none")}</li>}
        </ul>
      </Confirm>
    </>
  );
}
