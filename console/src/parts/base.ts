/** The address that shoppers reach, under which codes are made: as somebody wrote it here, else the console's own. */
import { useState } from "react";

const STORED = "datong.base";

/** `https://shop.example` of what was typed; empty where it is no web address. */
export function tidyBase(text: string): string {
  try {
    const { protocol, origin } = new URL(text.trim());
    return protocol === "https:" || protocol === "http:" ? origin : "";
  } catch {
    return "";
  }
}

export function useBase(): [string, (text: string) => void] {
  const [base, setBase] = useState(() => {
    try {
      return localStorage.getItem(STORED) || window.location.origin;
    } catch {
      return window.location.origin;
    }
  });
  return [base, (text) => {
    setBase(text);
    try {
      if (tidyBase(text)) localStorage.setItem(STORED, tidyBase(text));
    } catch {
      // Storage is forbidden: the address lasts until the page is closed.
    }
  }];
}
