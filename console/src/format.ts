/** Money, numbers, dates and times as the reader writes them, in the retailer's currency and time zone. */

export interface FormatOptions {
  language: string;
  currency: string;
  exponent: number;
  timezone: string;
}

export interface Format {
  /** Minor units as money, "¥1,234.50"; of another currency where one is named. */
  money(minor: number | null | undefined, currency?: string): string;
  /** Money without the fraction, for large totals. */
  moneyShort(minor: number | null | undefined): string;
  /** Money with its sign always shown. */
  moneySigned(minor: number | null | undefined): string;
  /** Minor units as a plain decimal number, for files. */
  decimal(minor: number | null | undefined, currency?: string): string;
  number(value: number | null | undefined, digits?: number): string;
  percent(share: number | null | undefined, digits?: number): string;
  /** "14:05:09" in the retailer's time zone. */
  time(ms: number | null | undefined): string;
  /** "14:05" in the retailer's time zone. */
  clock(ms: number | null | undefined): string;
  date(ms: number | null | undefined): string;
  dateTime(ms: number | null | undefined): string;
  /** A calendar date "2026-03-01" as written, without any time zone. */
  day(iso: string): string;
  /** The same without the weekday, for axes. */
  dayShort(iso: string): string;
  /** The calendar date of a moment in the retailer's time zone, "2026-03-01". */
  isoDay(ms: number): string;
  /** How much of the retailer's day is gone (ms). */
  sinceMidnight(ms: number): number;
  /** "3 min", "1 h 20 min", "7 days". */
  duration(ms: number | null | undefined): string;
  /** A period as settings write it, "7d" or "90m", in words; other text stays as it is. */
  period(text: string): string;
  /** "5 minutes ago", seen from `now`. */
  ago(ms: number | null | undefined, now: number): string;
  /** An hour of the day as "09". */
  hour(hour: number): string;
}

const NONE = "–";
const PERIODS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const AGO: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** An ISO date by a formatter; other text stays as it is. */
function written(formatter: Intl.DateTimeFormat, text: string): string {
  const parsed = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(parsed) ? text : formatter.format(parsed);
}

const given = (value: number | null | undefined): value is number => typeof value === "number" && Number.isFinite(value);

/** A true minus sign, as wide as the plus, and joined to its number: a line never breaks between the two. */
const minus = (text: string): string => text.replace("-", "\u2212\u2060");

/** All formats of one language, currency and time zone; the formatters are made once. */
export function makeFormat({ language, currency, exponent, timezone }: FormatOptions): Format {
  const money = (options: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(language, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      minimumFractionDigits: exponent,
      maximumFractionDigits: exponent,
      ...options,
    });
  const moment = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { timeZone: timezone, hourCycle: "h23", ...options });
  const unit = (name: string) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: 0 });

  const plain = money({});
  /** A formatter of another currency, with the digits that it has. */
  const foreign = (code: string | undefined) => {
    if (!code || code === currency) return { formatter: plain, digits: exponent };
    try {
      const formatter = new Intl.NumberFormat(language, { style: "currency", currency: code, currencyDisplay: "code" });
      return { formatter, digits: formatter.resolvedOptions().maximumFractionDigits ?? 2 };
    } catch {
      return { formatter: plain, digits: exponent }; // no ISO code
    }
  };
  const short = money({ minimumFractionDigits: 0, maximumFractionDigits: 0 });
  const signed = money({ signDisplay: "exceptZero" });
  const seconds = moment({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const minutes = moment({ hour: "2-digit", minute: "2-digit" });
  const dates = moment({ year: "numeric", month: "short", day: "numeric" });
  const both = moment({ year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const days = new Intl.DateTimeFormat(language, { timeZone: "UTC", month: "short", day: "numeric", weekday: "short" });
  const shortDays = new Intl.DateTimeFormat(language, { timeZone: "UTC", month: "numeric", day: "numeric" });
  const iso = new Intl.DateTimeFormat("en-CA", { timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit" });
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: timezone, hourCycle: "h23", hour: "numeric", minute: "numeric", second: "numeric",
  });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });
  const [dayUnit, hourUnit, minuteUnit, secondUnit] = [unit("day"), unit("hour"), unit("minute"), unit("second")];
  const scale = 10 ** exponent;
  const duration = (ms: number | null | undefined): string => {
    if (!given(ms)) return NONE;
    if (ms < 60_000) return secondUnit.format(Math.round(ms / 1000));
    if (ms >= 2 * 86_400_000) return dayUnit.format(Math.round(ms / 86_400_000));
    const whole = Math.round(ms / 60_000);
    if (whole < 60) return minuteUnit.format(whole);
    const rest = whole % 60;
    const head = hourUnit.format(Math.floor(whole / 60));
    return rest ? `${head} ${minuteUnit.format(rest)}` : head;
  };

  return {
    money: (minor, code) => {
      if (!given(minor)) return NONE;
      const { formatter, digits } = foreign(code);
      return minus(formatter.format(minor / 10 ** digits));
    },
    moneyShort: (minor) => (given(minor) ? minus(short.format(minor / scale)) : NONE),
    moneySigned: (minor) => (given(minor) ? minus(signed.format(minor / scale)) : NONE),
    decimal: (minor, code) => {
      const { digits } = foreign(code);
      return given(minor) ? (minor / 10 ** digits).toFixed(digits) : "";
    },
    number: (value, digits = 0) =>
      given(value) ? new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value) : NONE,
    percent: (share, digits = 0) =>
      given(share)
        ? new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(share)
        : NONE,
    time: (ms) => (given(ms) ? seconds.format(ms) : NONE),
    clock: (ms) => (given(ms) ? minutes.format(ms) : NONE),
    date: (ms) => (given(ms) ? dates.format(ms) : NONE),
    dateTime: (ms) => (given(ms) ? both.format(ms) : NONE),
    day: (text) => written(days, text),
    dayShort: (text) => written(shortDays, text),
    isoDay: (ms) => iso.format(ms),
    sinceMidnight: (ms) => {
      const part = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
      return ((part.hour ?? 0) * 60 + (part.minute ?? 0)) * 60_000 + (part.second ?? 0) * 1000;
    },
    duration,
    period: (text) => {
      const [, count, name] = /^(\d+)([smhdw])$/.exec(text) ?? [];
      return count && name ? duration(Number(count) * (PERIODS[name] ?? 0)) : text;
    },
    ago: (ms, now) => {
      if (!given(ms)) return NONE;
      const gone = Math.max(0, now - ms);
      for (const [name, size] of AGO) {
        if (gone >= size || name === "second") return relative.format(-Math.floor(gone / size), name);
      }
      return NONE;
    },
    hour: (hour) => String(hour).padStart(2, "0"),
  };
}

/** The calendar date `count` days after (or before) an ISO date. */
export function addDays(isoDate: string, count: number): string {
  return new Date(Date.parse(`${isoDate}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}
