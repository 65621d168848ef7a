/** Discarding waits until the way back is gone; leaving the page sends it at once. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { post } from "../../api/client";
import { useWords } from "../../i18n/language";
import { useErrorText } from "../../parts/Notice";
import { useToast } from "../../parts/toast";

export function useDiscard(): { hidden: Set<number>; discard: (ids: number[]) => void } {
  const { t } = useWords();
  const toast = useToast();
  const errorText = useErrorText();
  const data = useQueryClient();
  const [hidden, setHidden] = useState<Set<number>>(new Set());
  const waiting = useRef(new Set<number>());

  const show = useCallback((ids: number[]) => {
    setHidden((all) => {
      const rest = new Set(all);
      for (const id of ids) rest.delete(id);
      return rest;
    });
  }, []);

  useEffect(() => {
    const pending = waiting.current;
    const flush = () => {
      if (pending.size) void post("/api/quarantine/discard", { ids: [...pending] }, true).catch(() => undefined);
      pending.clear();
    };
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, []);

  const discard = useCallback(
    (ids: number[]) => {
      for (const id of ids) waiting.current.add(id);
      setHidden((all) => new Set([...all, ...ids]));
      toast({
        text: t("quarantine.discarded", { count: ids.length }),
        undo: () => {
          for (const id of ids) waiting.current.delete(id);
          show(ids);
        },
        gone: () => {
          const left = ids.filter((id) => waiting.current.delete(id));
          if (!left.length) return;
          post("/api/quarantine/discard", { ids: left })
            .then(() => data.invalidateQueries({ queryKey: ["quarantine"] }))
            .catch((error: unknown) => toast({ text: t("quarantine.failed", { message: errorText(error) }), bad: true }))
            .finally(() => show(left));
        },
      });
    },
    [data, errorText, show, t, toast],
  );
  return { hidden, discard };
}
