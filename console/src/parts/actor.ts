/** Who did something, in the reader's words: the audit writes `user:ann`, `touchpoint:oms`, `shopper` or `system:clock`. */
import { useWords } from "../i18n/language";

export function useActor(): (actor: string) => string {
  const { t } = useWords();
  return (actor) => {
    if (actor === "shopper") return t("actor.shopper");
    const [kind, ...rest] = actor.split(":");
    const name = rest.join(":");
    if (!name) return actor;
    if (kind === "touchpoint") return t("actor.touchpoint", { name });
    return kind === "system" ? t("actor.system") : name;
  };
}
