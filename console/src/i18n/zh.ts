import type { Key } from "./en";
import { add } from "./zh/add";
import { app } from "./zh/app";
import { campaigns } from "./zh/campaigns";
import { codes } from "./zh/codes";
import { draw } from "./zh/draw";
import { goods } from "./zh/goods";
import { live } from "./zh/live";
import { members } from "./zh/members";
import { orders } from "./zh/orders";
import { quarantine } from "./zh/quarantine";
import { sales } from "./zh/sales";
import { scenes } from "./zh/scenes";
import { screens } from "./zh/screens";
import { survey } from "./zh/survey";
import { touchpoints } from "./zh/touchpoints";
import { linking } from "./zh/linking";
import { policy } from "./zh/policy";
import { privacy } from "./zh/privacy";
import { review } from "./zh/review";
import { venues } from "./zh/venues";
import { why } from "./zh/why";

/** 简体中文，每页一个文件。 */
export const zh: Record<Key, string> = { ...app, ...live, ...members, ...sales, ...campaigns, ...scenes, ...quarantine, ...touchpoints, ...why, ...review, ...linking, ...policy, ...privacy, ...goods, ...orders, ...venues, ...codes, ...screens, ...survey, ...add, ...draw };
