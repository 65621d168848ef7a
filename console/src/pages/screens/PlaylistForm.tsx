/** A playlist, written in a form: its screens and its spots, with each spot as it will look. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { post } from "../../api/client";
import type { Playlist, Slide } from "../../api/codes";
import { venueListQuery, venueQuery } from "../../api/venues";
import { useWords } from "../../i18n/language";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/fields";
import { useErrorText } from "../../parts/Notice";
import { useToast } from "../../parts/toast";
import { emptySlide, freeSpot, missing, moved, written } from "./playlist";
import { SlideView } from "./SlideView";

interface Taken {
  /** What was named that nobody knows. */
  unknown: Record<string, string[]>;
}

type Hung = Playlist["screens"][number];

/** Where a screen hangs, and the zone from which it is seen. */
function ScreenFields({ screen, onChange, onDrop }: { screen: Hung; onChange: (screen: Hung) => void; onDrop?: () => void }) {
  const { t } = useWords();
  const id = useId();
  const places = useQuery(venueListQuery()).data?.venues ?? [];
  const known = places.some((one) => one.code === screen.place);
  const plan = useQuery({ ...venueQuery(screen.place), enabled: known }).data?.plan;
  const zones = plan?.floors.flatMap((floor) => floor.zones.map((zone) => zone.code)) ?? [];
  return (
    <div className="fields screen-fields">
      <TextField label={t("screens.screen")} value={screen.code} onChange={(code) => onChange({ ...screen, code: code.trim() })} placeholder="door-1" />
      <TextField label={t("screens.place")} value={screen.place} onChange={(place) => onChange({ ...screen, place: place.trim(), zone: "" })} list={`${id}p`} />
      <TextField label={t("screens.zone")} value={screen.zone} onChange={(zone) => onChange({ ...screen, zone: zone.trim() })} list={`${id}z`} />
      {onDrop && <button type="button" className="button danger" onClick={onDrop}>{t("draw.delete")}</button>}
      <datalist id={`${id}p`}>{places.map((one) => <option key={one.code} value={one.code}>{one.name}</option>)}</datalist>
      <datalist id={`${id}z`}>{zones.map((one) => <option key={one} value={one} />)}</datalist>
    </div>
  );
}

function SlideFields({ slide, base, onChange, onMove, onDrop }: {
  slide: Slide;
  base: string;
  onChange: (slide: Slide) => void;
  onMove: (by: number) => void;
  onDrop: () => void;
}) {
  const { t } = useWords();
  const set = (change: Partial<Slide>) => onChange({ ...slide, ...change });
  return (
    <fieldset className="slide-fields">
      <legend>{slide.spot}</legend>
      <SlideView slide={slide} base={base} />
      <div className="fields grow">
        <TextField label={t("screens.spot")} value={slide.spot} onChange={(spot) => set({ spot: spot.trim() })} maxLength={64} required />
        <TextField label={t("screens.title.zh")} value={slide.title.zh ?? ""} onChange={(zh) => set({ title: { ...slide.title, zh } })} />
        <TextField label={t("screens.title.en")} value={slide.title.en ?? ""} onChange={(en) => set({ title: { ...slide.title, en } })} />
        <TextField label={t("screens.text.zh")} value={slide.text.zh ?? ""} onChange={(zh) => set({ text: { ...slide.text, zh } })} />
        <TextField label={t("screens.text.en")} value={slide.text.en ?? ""} onChange={(en) => set({ text: { ...slide.text, en } })} />
        <TextField label={t("screens.image")} value={slide.image} onChange={(image) => set({ image: image.trim() })} type="url" placeholder="https://…" />
        <TextField label={t("screens.link")} value={slide.link} onChange={(link) => set({ link: link.trim() })} hint={t("screens.link.hint")} />
        <TextField label={t("codes.campaign")} value={slide.campaign} onChange={(campaign) => set({ campaign: campaign.trim() })} />
        <TextField label={t("screens.colour")} value={slide.colour} onChange={(colour) => set({ colour })} type="color" />
        <TextField label={t("screens.seconds")} value={String(slide.seconds)} onChange={(text) => set({ seconds: Number(text) || 0 })} type="number" min="3" max="600" />
        <TextField label={t("screens.from")} value={slide.from} onChange={(from) => set({ from: from || "00:00" })} placeholder="00:00" />
        <TextField label={t("screens.to")} value={slide.to} onChange={(to) => set({ to: to || "24:00" })} placeholder="24:00" />
        <TextField label={t("screens.since")} value={slide.since ?? ""} onChange={(since) => set({ since: since || null })} type="date" />
        <TextField label={t("screens.until")} value={slide.until ?? ""} onChange={(until) => set({ until: until || null })} type="date" />
        <div className="row whole">
          <button type="button" className="button" onClick={() => onMove(-1)}>{t("screens.earlier")}</button>
          <button type="button" className="button" onClick={() => onMove(1)}>{t("screens.later")}</button>
          <button type="button" className="button danger" onClick={onDrop}>{t("draw.delete")}</button>
        </div>
      </div>
    </fieldset>
  );
}

export function PlaylistForm({ before, fresh, base, onClose }: { before: Playlist; fresh: boolean; base: string; onClose: () => void }) {
  const { t } = useWords();
  const toast = useToast();
  const told = useErrorText();
  const data = useQueryClient();
  const [list, setList] = useState(before);
  const put = (playlist: Playlist) => post<Taken>("/api/playlists", written(playlist))
    .then(({ unknown }) => {
      const names = Object.values(unknown).flat().join(", ");
      if (names) toast({ text: t("screens.unknown", { names }), bad: true });
    })
    .then(() => Promise.all([data.invalidateQueries({ queryKey: ["playlists"] }), data.invalidateQueries({ queryKey: ["screens"] })]));
  const failed = (error: unknown) => toast({ text: told(error), bad: true });
  const save = useMutation({
    mutationFn: () => put(list),
    onSuccess: () => {
      toast({ text: t("screens.saved", { code: list.code }), undo: fresh ? undefined : () => void put(before).catch(failed) });
      onClose();
    },
    onError: failed,
  });
  const setScreen = (at: number, screen: Hung) => setList({ ...list, screens: list.screens.map((one, n) => (n === at ? screen : one)) });
  const setItem = (at: number, slide: Slide) => setList({ ...list, items: list.items.map((one, n) => (n === at ? slide : one)) });
  const lacks = missing(list);
  return (
    <Dialog wide title={fresh ? t("screens.new") : list.code} onClose={onClose}>
      <form className="stack" onSubmit={(event) => (event.preventDefault(), save.mutate())}>
        {fresh && <TextField label={t("screens.playlist")} value={list.code} onChange={(code) => setList({ ...list, code: code.trim() })} placeholder="spring" required />}
        <h3>{t("screens.screens")}</h3>
        {list.screens.map((one, at) => (
          <ScreenFields key={at} screen={one} onChange={(screen) => setScreen(at, screen)}
            onDrop={list.screens.length > 1 ? () => setList({ ...list, screens: list.screens.filter((_, n) => n !== at) }) : undefined} />
        ))}
        <div className="row"><button type="button" className="button" onClick={() => setList({ ...list, screens: [...list.screens, { code: "", place: list.screens[0]?.place ?? "", zone: "" }] })}>{t("screens.screen.add")}</button></div>
        <h3>{t("screens.spots")}</h3>
        {list.items.map((one, at) => (
          <SlideFields key={at} slide={one} base={base} onChange={(slide) => setItem(at, slide)}
            onMove={(by) => setList({ ...list, items: moved(list.items, at, by) })}
            onDrop={() => setList({ ...list, items: list.items.filter((_, n) => n !== at) })} />
        ))}
        <div className="row"><button type="button" className="button" onClick={() => setList({ ...list, items: [...list.items, emptySlide(freeSpot(list.items))] })}>{t("screens.spot.add")}</button></div>
        <div className="row end">
          {lacks && <span className="faint small">{t(`screens.missing.${lacks}`)}</span>}
          <button type="submit" className="button primary" disabled={Boolean(lacks) || save.isPending}>{t("draw.save")}</button>
        </div>
      </form>
    </Dialog>
  );
}
