/** The name of a comparison's level: a word, and perhaps a figure behind it. */

/** "same year, typos 2" becomes "same_year_typos" and "2"; "similar 0.88" becomes "similar" and "0.88". */
export function levelOf(name: string): { word: string; figure: string } {
  const [, word = name, figure = ""] = /^(.*?)\s*(\d[\d.]*(?: ?%)?)?$/s.exec(name) ?? [];
  return { word: word.replaceAll(/[^a-z]+/gi, "_"), figure };
}
