/** Launch an audience campaign: say what will happen, then do it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useRef } from "react";
import { ApiError, post } from "../../api/client";
import type { CampaignPage, Launch } from "../../api/types";
import { Icon } from "../../app/icons";
import { useSession } from "../../app/session";
import { useWords } from "../../i18n/language";
import { useErrorText } from "../../parts/Notice";
import { useToast } from "../../parts/toast";
import { readinessOf } from "./launch";

/** By then the first messages of a launch have left. */
const LOOK_AGAIN_MS = 2000;

export function LaunchButton({ campaign }: { campaign: CampaignPage }) {
  const { t, maybe } = useWords();
  const { format, now } = useSession();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const refresh = () => data.invalidateQueries({ queryKey: ["campaigns"] });
  const launch = useMutation({
    mutationFn: () => post<Launch>(`/api/campaigns/${encodeURIComponent(campaign.code)}/launch`),
    onSuccess: ({ total }) => {
      toast({ text: total ? t("launch.done", { name: campaign.name, count: format.number(total) }) : t("launch.nobody") });
      setTimeout(() => void refresh(), LOOK_AGAIN_MS);
    },
    onError: (error) => {
      const known = error instanceof ApiError ? error.code : "";
      toast({ text: maybe(`launch.error.${known}`, t("launch.failed", { message: errorText(error) })), bad: true });
    },
    onSettled: () => {
      dialog.current?.close();
      return refresh();
    },
  });
  const readiness = readinessOf(campaign, now());
  if (!readiness) return null;
  const why = readiness === "ready" ? "" : maybe(`silence.${readiness}`, readiness);
  return (
    <>
      <button type="button" className="button primary" disabled={Boolean(why) || launch.isPending} title={why || undefined}
        onClick={() => dialog.current?.showModal()}>
        <Icon name="campaigns" /> {t("launch.now")}
        {why && <span className="sr-only">: {why}</span>}
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`}>
        <h2 id={`${id}-title`}>{t("launch.title", { name: campaign.name })}</h2>
        <ul id={`${id}-text`}>
          <li>{t("launch.everyone")}</li>
          {campaign.holdout ? <li>{t("launch.holdout", { share: format.percent(campaign.holdout, 1) })}</li> : null}
          <li>{t("launch.rules")}</li>
          <li>{t("launch.final")}</li>
        </ul>
        <div className="row">
          <button type="button" className="button" disabled={launch.isPending} onClick={() => dialog.current?.close()}>
            {t("launch.cancel")}
          </button>
          <button type="button" className="button primary" disabled={launch.isPending} onClick={() => launch.mutate()}>
            {t(launch.isPending ? "launch.busy" : "launch.now")}
          </button>
        </div>
      </dialog>
    </>
  );
}
