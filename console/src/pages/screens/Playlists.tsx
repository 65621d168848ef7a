/** Playlists with their spots as screens show them: made, changed, taken away, put back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { playlistsQuery, type Playlist, type Slide } from "../../api/codes";
import { useFormat } from "../../app/session";
import { useWords } from "../../i18n/language";
import { FileButton } from "../../parts/fields";
import { Answer, Notice, useErrorText } from "../../parts/Notice";
import { Card } from "../../parts/Page";
import { usePlaceNames } from "../../parts/places";
import { CsvButton, type Column } from "../../parts/Table";
import { useToast } from "../../parts/toast";
import { emptyPlaylist, written } from "./playlist";
import { PlaylistForm } from "./PlaylistForm";
import { SlideView } from "./SlideView";

function usePut() {
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const renew = () => Promise.all([data.invalidateQueries({ queryKey: ["playlists"] }), data.invalidateQueries({ queryKey: ["screens"] })]);
  const failed = (error: unknown) => toast({ text: told(error), bad: true });
  return { renew, failed, put: (body: object) => post<{ playlists: string[] }>("/api/playlists", body).then((found) => renew().then(() => found)) };
}

/** When a spot runs, in words; empty where always. */
function useWhen(): (slide: Slide) => string {
  const { t } = useWords();
  const format = useFormat();
  return ({ since, until, from, to }) => [
    since && t("screens.when.since", { day: format.day(since) }), until && t("screens.when.until", { day: format.day(until) }),
    (from !== "00:00" || to !== "24:00") && `${from}–${to}`,
  ].filter(Boolean).join(", ") || t("screens.when.always");
}

export function Playlists({ base }: { base: string }) {
  const { t } = useWords();
  const toast = useToast();
  const nameOf = usePlaceNames();
  const when = useWhen();
  const query = useQuery(playlistsQuery());
  const { put, renew, failed } = usePut();
  const [open, setOpen] = useState<{ list: Playlist; fresh: boolean } | null>(null);
  const take = useMutation({
    mutationFn: async (file: File) => put({ text: await file.text() }),
    onSuccess: (found) => toast({ text: t("screens.taken", { codes: found.playlists.join(", ") }) }),
    onError: failed,
  });
  const drop = useMutation({
    mutationFn: (list: Playlist) => post(`/api/playlists/${encodeURIComponent(list.code)}/remove`).then(renew),
    onSuccess: (_, list) => toast({ text: t("screens.removed", { code: list.code }), undo: () => void put(written(list)).catch(failed) }),
    onError: failed,
  });
  const columns: Column<Slide & { list: string }>[] = (["list", "spot", "campaign", "link", "seconds", "from", "to", "since", "until"] as const)
    .map((key) => ({ key, title: key, plain: (row) => row[key], show: () => null }));
  return (
    <>
      <Card title={t("screens.playlists")} hint={t("screens.playlists.hint")} actions={
        <>
          <CsvButton name="spots" columns={columns} rows={query.data?.flatMap((list) => list.items.map((one) => ({ ...one, list: list.code })))} />
          <FileButton accept=".yaml,.yml,.json" disabled={take.isPending} onFile={(file) => take.mutate(file)}>{t("screens.yaml")}</FileButton>
          <button type="button" className="button primary" onClick={() => setOpen({ list: emptyPlaylist(), fresh: true })}>{t("screens.new")}</button>
        </>
      }>
        <Answer query={query} lines={6}>
          {(found) => found.length ? (
            <p className="faint small">{t("screens.playlists.order")}</p>
          ) : <Notice title={t("screens.empty")} text={t("screens.empty.hint")} />}
        </Answer>
      </Card>
      {query.data?.map((list) => (
        <Card key={list.code} title={list.code} hint={list.screens.map((one) => [one.code, nameOf(one.place), one.zone && nameOf(one.zone)].filter(Boolean).join(" · ")).join("; ")} actions={
          <>
            <button type="button" className="button" onClick={() => setOpen({ list, fresh: false })}>{t("screens.change")}</button>
            <button type="button" className="button danger" disabled={drop.isPending} onClick={() => drop.mutate(list)}>{t("screens.remove")}</button>
          </>
        }>
          <ul className="slides">
            {list.items.map((one) => (
              <li key={one.spot}>
                <SlideView slide={one} base={base} />
                <strong>{one.spot}</strong>
                <small className="faint">{t("screens.runs", { seconds: one.seconds, when: when(one) })}</small>
                {one.campaign && <small className="faint">{t("codes.campaign")}: {one.campaign}</small>}
              </li>
            ))}
          </ul>
        </Card>
      ))}
      {open && <PlaylistForm before={open.list} fresh={open.fresh} base={base} onClose={() => setOpen(null)} />}
    </>
  );
}
