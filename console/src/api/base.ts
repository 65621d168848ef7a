/** What every answer is made of: times and money, and who is signed in. */
export type Millis = number;
export type Minor = number;

export interface Me {
  user: string;
  retailer: string;
  currency: string;
  exponent: number;
  timezone: string;
  language: string;
  version: string;
  now: Millis;
  /** Seconds of the platform's time in one second of ours; 1 outside the demo. */
  speed: number;
  demo: boolean;
}
