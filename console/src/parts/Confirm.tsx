/** Says what will happen, and asks. */
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useWords } from "../i18n/language";

export function Confirm({ open, title, points, action, busy, ready = true, danger, children, onClose, onConfirm }: {
  open: boolean;
  title: string;
  /** What will happen, one line each. */
  points: string[];
  /** The word on the button. */
  action: string;
  busy?: boolean;
  /** Whether everything that is asked for is filled in. */
  ready?: boolean;
  danger?: boolean;
  children?: ReactNode;
  onClose: () => void;
  onConfirm: () => void;
}) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`} onClose={onClose}>
      {open && (
        <>
          <h2 id={`${id}-title`}>{title}</h2>
          <ul id={`${id}-text`}>
            {points.map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
          {children}
          <div className="row">
            <button type="button" className="button" disabled={busy} onClick={onClose}>
              {t("app.cancel")}
            </button>
            <button type="button" className={danger ? "button danger" : "button primary"} disabled={busy || !ready} onClick={onConfirm}>
              {action}
            </button>
          </div>
        </>
      )}
    </dialog>
  );
}
