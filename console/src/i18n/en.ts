/** English: the list of all keys; the other languages must have the same. A file for each page. */
import { add } from "./en/add";
import { app } from "./en/app";
import { campaigns } from "./en/campaigns";
import { codes } from "./en/codes";
import { draw } from "./en/draw";
import { goods } from "./en/goods";
import { live } from "./en/live";
import { members } from "./en/members";
import { orders } from "./en/orders";
import { quarantine } from "./en/quarantine";
import { sales } from "./en/sales";
import { scenes } from "./en/scenes";
import { screens } from "./en/screens";
import { survey } from "./en/survey";
import { touchpoints } from "./en/touchpoints";
import { linking } from "./en/linking";
import { policy } from "./en/policy";
import { privacy } from "./en/privacy";
import { review } from "./en/review";
import { venues } from "./en/venues";
import { why } from "./en/why";

export const en = { ...app, ...live, ...members, ...sales, ...campaigns, ...scenes, ...quarantine, ...touchpoints, ...why, ...review, ...linking, ...policy, ...privacy, ...goods, ...orders, ...venues, ...codes, ...screens, ...survey, ...add, ...draw } as const;

export type Key = keyof typeof en;
