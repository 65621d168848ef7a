/** Hand a member's data out, and forget a member: with the number typed once more. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useLocation } from "wouter";
import { post } from "../../api/client";
import { Icon } from "../../app/icons";
import { useWords } from "../../i18n/language";
import { Confirm } from "../../parts/Confirm";
import { useErrorText } from "../../parts/Notice";
import { useToast } from "../../parts/toast";

export function Forget({ id, label }: { id: number; label: string }) {
  const { t } = useWords();
  const [, go] = useLocation();
  const data = useQueryClient();
  const toast = useToast();
  const errorText = useErrorText();
  const field = useId();
  const [open, setOpen] = useState(false);
  const [confirm, setConfirm] = useState("");
  const [reason, setReason] = useState("");
  const erase = useMutation({
    mutationFn: () => post<{ id: string }>(`/api/members/${id}/erase`, { confirm, reason }),
    onSuccess: () => {
      data.removeQueries({ queryKey: ["member", String(id)] });
      void data.invalidateQueries({ queryKey: ["erasures"] });
      go("/privacy");
    },
    onError: (error) => toast({ text: t("privacy.erase.failed", { message: errorText(error) }), bad: true }),
  });
  const sure = confirm.trim().toUpperCase() === label;
  return (
    <>
      <a className="button" href={`/api/members/${id}/export`} download={`${label}.zip`}>
        <Icon name="download" /> {t("privacy.export")}
      </a>
      <button type="button" className="button danger" onClick={() => setOpen(true)}>
        {t("privacy.erase")}
      </button>
      <Confirm open={open} danger title={t("privacy.erase.title", { member: label })} action={t("privacy.erase")}
        busy={erase.isPending} ready={sure} onClose={() => setOpen(false)} onConfirm={() => erase.mutate()}
        points={[t("privacy.erase.all"), t("privacy.erase.trade"), t("privacy.erase.pause"), t("privacy.erase.never")]}>
        <div className="asked">
        <label className="field" htmlFor={`${field}-confirm`}>{t("privacy.confirm", { member: label })}</label>
        <input id={`${field}-confirm`} className="input" autoComplete="off" value={confirm} onChange={(event) => setConfirm(event.target.value)} />
        <label className="field" htmlFor={`${field}-reason`}>{t("privacy.why")}</label>
        <input id={`${field}-reason`} className="input" maxLength={256} value={reason} onChange={(event) => setReason(event.target.value)} />
        </div>
      </Confirm>
    </>
  );
}
