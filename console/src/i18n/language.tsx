/** The reader's language: what was chosen before, else the platform's, else the browser's. */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { speak } from "../api/client";
import { en, type Key } from "./en";
import { translate, type Values } from "./translate";
import { word } from "./words";
import { zh } from "./zh";

export type Language = "zh-CN" | "en";

const STORED = "datong.language";
const TEXTS: Record<Language, Record<Key, string>> = { "zh-CN": zh, en };

interface Words {
  language: Language;
  choose(language: Language): void;
  /** The platform's own language, used until the reader chooses one. */
  suggest(language: string): void;
  t(key: Key, values?: Values): string;
  /** A code of the platform (event, channel, namespace …) as words. */
  w(code: string): string;
  /** A text for a key made at run time, or the fallback where none exists. */
  maybe(key: string, fallback: string): string;
}

const Context = createContext<Words | null>(null);

const known = (text: string): Language => (text.toLowerCase().startsWith("zh") ? "zh-CN" : "en");

function stored(): Language | null {
  try {
    const text = localStorage.getItem(STORED);
    return text ? known(text) : null;
  } catch {
    return null;
  }
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => stored() ?? known(navigator.language));

  const choose = useCallback((next: Language) => {
    setLanguage(next);
    try {
      localStorage.setItem(STORED, next);
    } catch {
      // Storage is forbidden: the choice lasts until the page is closed.
    }
  }, []);
  const suggest = useCallback((text: string) => {
    if (!stored()) setLanguage(known(text));
  }, []);

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  speak(language);
  const words = useMemo<Words>(() => {
    const texts = TEXTS[language];
    return {
      language,
      choose,
      suggest,
      t: (key, values) => translate(texts[key], values),
      w: (code) => word(language, code),
      maybe: (key, fallback) => (key in texts ? texts[key as Key] : fallback),
    };
  }, [language, choose, suggest]);

  return <Context value={words}>{children}</Context>;
}

export function useWords(): Words {
  const words = useContext(Context);
  if (!words) throw new Error("useWords needs a LanguageProvider above it");
  return words;
}
