import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { ApiError, post } from "../../api/client";
import { useWords } from "../../i18n/language";
import { useErrorText } from "../../parts/Notice";

export function Login() {
  const { t, language, choose } = useWords();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const text = useErrorText();
  const data = useQueryClient();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await post("/api/login", { user: form.get("user"), password: form.get("password") });
      await data.resetQueries();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <form className="card login-card" onSubmit={(event) => void submit(event)}>
        <img src={`${import.meta.env.BASE_URL}mark.svg`} alt="" width={52} height={52} />
        <div>
          <h1>
            Datong <span lang="zh-CN">大同</span>
          </h1>
          <p className="soft">{t("login.tagline")}</p>
        </div>
        <label className="field">
          {t("login.user")}
          <input className="input" name="user" autoComplete="username" required autoFocus />
        </label>
        <label className="field">
          {t("login.password")}
          <input className="input" name="password" type="password" autoComplete="current-password" required />
        </label>
        <p className="login-error" role="alert">
          {error instanceof ApiError && error.status === 401 ? t("login.failed") : error ? text(error) : ""}
        </p>
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? t("login.busy") : t("login.submit")}
        </button>
        <button type="button" className="button plain" lang={language === "en" ? "zh-CN" : "en"}
          onClick={() => choose(language === "en" ? "zh-CN" : "en")}>
          {t("app.language")}
        </button>
      </form>
    </main>
  );
}
