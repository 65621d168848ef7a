/** Pause or resume a campaign, with a way back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "../../api/client";
import type { CampaignRow } from "../../api/types";
import { Icon } from "../../app/icons";
import { useWords } from "../../i18n/language";
import { useErrorText } from "../../parts/Notice";
import { useToast } from "../../parts/toast";

export function PauseButton({ campaign }: { campaign: CampaignRow }) {
  const { t } = useWords();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const change = useMutation({
    mutationFn: (state: "running" | "paused") =>
      post(`/api/campaigns/${encodeURIComponent(campaign.code)}/state`, { state }),
    onSettled: () => data.invalidateQueries({ queryKey: ["campaigns"] }),
    onError: (error) => toast({ text: errorText(error), bad: true }),
  });
  if (campaign.state !== "running" && campaign.state !== "paused") return null;

  const set = (state: "running" | "paused") =>
    change.mutate(state, {
      onSuccess: () =>
        toast({
          text: t(state === "paused" ? "campaign.paused" : "campaign.resumed", { name: campaign.name }),
          undo: () => change.mutate(state === "paused" ? "running" : "paused"),
        }),
    });
  const running = campaign.state === "running";
  return (
    <button type="button" className="button" disabled={change.isPending} onClick={() => set(running ? "paused" : "running")}>
      <Icon name={running ? "pause" : "play"} /> {t(running ? "campaign.pause" : "campaign.resume")}
    </button>
  );
}
