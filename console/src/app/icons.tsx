/** The console's line icons, 24 × 24, drawn in the text's colour. */
import type { SVGProps } from "react";

const PATHS = {
  live: "M12 12h.01M8.5 15.5a5 5 0 0 1 0-7m7 0a5 5 0 0 1 0 7M5.600 18.400a9 9 0 0 1 0-12.800m12.800 0a9 9 0 0 1 0 12.800",
  members: "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Zm-6.500 9a6.500 6.500 0 0 1 13 0m1-16a3.500 3.500 0 0 1 0 7m2 2.500a6.500 6.500 0 0 1 3 6.500",
  sales: "M4 20V10m5.300 10V4m5.400 16v-7M20 20V8",
  campaigns: "M4 10v4h3l8 5V5l-8 5H4Zm15-1.500a5 5 0 0 1 0 7",
  scenes: "M12 3v3m0 12v3M3 12h3m12 0h3M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z",
  quarantine: "M12 3 4 6v6c0 4.500 3.400 7.700 8 9 4.600-1.300 8-4.500 8-9V6l-8-3Zm0 5v5m0 3h.01",
  review: "M9 4H5v16h4M15 4h4v16h-4M12 3v18m-5-9h.01M17 12h.01",
  linking: "M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1m2 3.700a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1",
  policy: "M5 7h8m4 0h2M5 17h2m4 0h8M15 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM9 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z",
  privacy: "M6 11h12v9H6v-9Zm3 0V7.500a3 3 0 0 1 6 0V11m-3 3.500v2",
  goods: "M3 12V4h8l10 10-8 8L3 12Zm4.500-4h.01",
  touchpoints: "M12 20h.01M8.500 16.500a5 5 0 0 1 7 0M5 13a10 10 0 0 1 14 0M1.500 9.500a15 15 0 0 1 21 0",
  stock: "m12 3 8 4.500v9L12 21l-8-4.500v-9L12 3Zm0 9 8-4.500M12 12 4 7.500M12 12v9",
  orders: "M6 3h12v18l-3-2-3 2-3-2-3 2V3Zm3 5h6m-6 4h6",
  venues: "M4 21V8l8-5 8 5v13H4Zm5 0v-6h6v6M8 11h.01M12 11h.01M16 11h.01",
  codes: "M4 4h6v6H4V4Zm10 0h6v6h-6V4ZM4 14h6v6H4v-6Zm10 0h2v2m4-2v6h-6v-2m3-1h.01M7 7h.01M17 7h.01M7 17h.01",
  screens: "M3 5h18v11H3V5Zm6 15h6m-3-4v4",
  down: "m7 10 5 5 5-5",
  next: "m10 7 5 5-5 5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  download: "M12 4v11m-4.500-4L12 15.500 16.500 11M4 20h16",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5",
  theme: "M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9Z",
  language: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c5 5 5 13 0 18-5-5-5-13 0-18",
  logout: "M15 4h4v16h-4M10 8l-4 4 4 4M6 12h10",
  back: "m14 6-6 6 6 6",
  pause: "M8 5v14M16 5v14",
  play: "m7 4 12 8-12 8V4Z",
  close: "m6 6 12 12M18 6 6 18",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, ...rest }: { name: IconName } & SVGProps<SVGSVGElement>) {
  const width = name === "more" ? 3 : 1.7;
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={width} strokeLinecap="round"
      strokeLinejoin="round" aria-hidden="true" {...rest}>
      <path d={PATHS[name]} />
    </svg>
  );
}
