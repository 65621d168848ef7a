/** Catches what breaks below it and says so, instead of a blank page. */
import { Component, type ReactNode } from "react";
import { useWords } from "../i18n/language";

const RELOADED = "datong.reloaded";

function Broken({ error }: { error: Error }) {
  const { t } = useWords();
  return (
    <div className="notice" role="alert">
      <strong>{t("error.crash")}</strong>
      <p>{t("error.crash.hint")}</p>
      <pre className="raw">{error.message}</pre>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        {t("error.reload")}
      </button>
    </div>
  );
}

export class Crash extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  /** A page open since before an upgrade asks for a piece that is gone: the new console has it. */
  override componentDidCatch(error: Error) {
    const gone = /dynamically imported module|module script failed/i.test(error.message);
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (!gone || Date.now() - last < 60_000) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    window.location.reload();
  }

  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}
