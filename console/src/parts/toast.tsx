/** Short messages at the bottom of the page, with an optional way back. */
import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from "react";
import { Icon } from "../app/icons";
import { useWords } from "../i18n/language";

export interface Toast {
  text: string;
  bad?: boolean;
  undo?: () => void;
  /** Runs when the message goes without an undo. */
  gone?: () => void;
}

const LASTS_MS = 7000;
const Context = createContext<((toast: Toast) => void) | null>(null);

export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const [toasts, setToasts] = useState<(Toast & { id: number })[]>([]);
  const next = useRef(0);

  const remove = useCallback((id: number) => setToasts((all) => all.filter((one) => one.id !== id)), []);
  const show = useCallback(
    (toast: Toast) => {
      const id = next.current++;
      setToasts((all) => [...all.slice(-2), { ...toast, id }]);
      setTimeout(() => {
        remove(id);
        toast.gone?.();
      }, LASTS_MS);
    },
    [remove],
  );

  return (
    <Context value={show}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text, bad, undo }) => (
          <div key={id} className={bad ? "toast bad" : "toast"}>
            <span className="grow">{text}</span>
            {undo && (
              <button type="button" className="button plain" onClick={() => {
                undo();
                remove(id);
              }}>
                {t("app.undo")}
              </button>
            )}
            <button type="button" className="button plain" aria-label={t("app.dismiss")} onClick={() => remove(id)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
    </Context>
  );
}

export function useToast(): (toast: Toast) => void {
  const show = useContext(Context);
  if (!show) throw new Error("useToast needs a ToastProvider above it");
  return show;
}
