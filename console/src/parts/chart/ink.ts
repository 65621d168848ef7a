/** The design tokens as colours a canvas understands. */

const TOKENS = {
  ink: "--ink",
  soft: "--ink-soft",
  faint: "--ink-faint",
  line: "--line",
  surface: "--surface",
  raised: "--raised",
  accent: "--accent",
  amber: "--amber",
  seal: "--seal",
  slate: "--slate",
  heatLow: "--heat-low",
  heatHigh: "--heat-high",
} as const;

export type Ink = Record<keyof typeof TOKENS, string> & { font: string };

/** Read the tokens as they are now: light or dark. */
export function readInk(): Ink {
  const probe = document.createElement("span");
  document.body.append(probe);
  const ink = { font: getComputedStyle(document.body).fontFamily } as Ink;
  for (const [name, token] of Object.entries(TOKENS)) {
    probe.style.color = `var(${token})`;
    ink[name as keyof typeof TOKENS] = getComputedStyle(probe).color;
  }
  probe.remove();
  return ink;
}

/** What all charts share: fonts, axis colours, the tooltip's look. */
export function frame(ink: Ink) {
  const text = { color: ink.faint, fontFamily: ink.font, fontSize: 12 };
  return {
    text,
    axis: {
      axisLine: { lineStyle: { color: ink.line } },
      axisTick: { show: false },
      axisLabel: text,
      splitLine: { lineStyle: { color: ink.line } },
    },
    tooltip: {
      backgroundColor: ink.raised,
      borderColor: ink.line,
      textStyle: { color: ink.ink, fontFamily: ink.font, fontSize: 12 },
      confine: true,
    },
  };
}

/** A text as it may stand in a tooltip's HTML. */
export function safe(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
