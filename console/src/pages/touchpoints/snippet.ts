/** What a new touchpoint needs: the lines for datong.toml, and how it sends. */

export interface KindInfo {
  kind: string;
  /** Which senders know a write key; the others prove themselves by a secret of their own. */
  key: boolean;
  /** Whether it stands in one place. */
  placed: boolean;
  /** Lines under [touchpoints.NAME.settings]; the secrets lie in files. */
  settings: (name: string) => string[];
  /** A frame to try it with, where its own form may be sent by hand. */
  sample?: string;
  /** Where it sends, if not to /touchpoints/NAME. */
  path?: string;
}

const secret = (field: string) => (name: string) => [`${field} = { file = "secrets/${name}" }`];
const none = () => [];
const NOW = "2026-03-07T18:02:11+08:00";

export const KINDS: KindInfo[] = [
  { kind: "web", key: true, placed: false, settings: none, path: "/v1/batch", sample: `{"batch": [{"type": "track", "userId": "u-1", "event": "Product Viewed", "properties": {"product_id": "p-1"}}]}` },
  { kind: "pos", key: true, placed: false, settings: none, sample: `{"store": "S101", "till": "1", "business_day": "2026-03-07", "sequence": 17, "time": "${NOW}", "currency": "CNY", "lines": [{"sku": "p-1", "quantity": 1, "price": "499.00"}]}` },
  { kind: "wifi", key: true, placed: true, settings: none, sample: `{"sensor": "ap-f1-tea", "sightings": [{"mac": "d8:30:62:01:02:03", "rssi": -61, "time": "${NOW}"}]}` },
  { kind: "ble", key: true, placed: true, settings: none, sample: `{"sensor": "gw-f1-tea", "sightings": [{"id": "f7826da6-4fa2-4e98-8024-bc5b71e0893e:1:7", "rssi": -70, "time": "${NOW}"}]}` },
  { kind: "ble_gateway", key: true, placed: true, settings: none, sample: `{"gateway": "ac233fc00001", "adverts": [{"mac": "ac233f000001", "rssi": -70, "time": "${NOW}", "data": "0201061aff4c000215f7826da64fa24e988024bc5b71e0893e00010007c5"}]}` },
  { kind: "beacon_app", key: true, placed: true, settings: none, sample: `{"device": "app-1f2e3d", "sightings": [{"uuid": "f7826da6-4fa2-4e98-8024-bc5b71e0893e", "major": 1, "minor": 7, "rssi": -70, "time": "${NOW}"}]}` },
  { kind: "portal", key: true, placed: true, settings: none, sample: `{"mac": "d8:30:62:01:02:03", "phone": "13912345678", "time": "${NOW}", "consent": {"marketing": true}}` },
  { kind: "meraki", key: false, placed: true, settings: (name) => [`secret = { file = "secrets/${name}" }`, `validator = { file = "secrets/${name}-validator" }`] },
  { kind: "mist", key: false, placed: true, settings: secret("secret") },
  { kind: "cmx", key: true, placed: true, settings: none },
  { kind: "aruba", key: true, placed: true, settings: none },
  { kind: "unifi", key: true, placed: true, settings: none },
  { kind: "wechat", key: false, placed: false, settings: (name) => [`app_id = "wx0123456789abcdef"`, `token = { file = "secrets/${name}-token" }`, `aes_key = { file = "secrets/${name}-aes" }`] },
  { kind: "weibo", key: false, placed: false, settings: secret("app_secret") },
  { kind: "webhook", key: true, placed: false, settings: () => [`event = "$.event"`, `id = "$.id"`, `time = "$.time"`] },
  { kind: "epcis", key: true, placed: false, settings: none },
];

export type Transport = "push" | "mqtt" | "drop" | "poll";

const TRANSPORTS: Record<Transport, (name: string) => string[]> = {
  push: () => [],
  mqtt: (name) => [`[touchpoints.${name}.mqtt]`, `host = "broker.example"`, `topics = ["${name}/#"]`],
  drop: (name) => [`[touchpoints.${name}.drop]`, `folder = "${name}"`, `pattern = "*"`],
  poll: (name) => [`[touchpoints.${name}.poll]`, `url = "https://vendor.example/api"`, `every = "1m"`],
};

/** Whether a name can stand in datong.toml and in an address. */
export const goodName = (name: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(name);

export function toml(info: KindInfo, name: string, key: string, place: string, transport: Transport): string {
  const settings = info.settings(name);
  return [
    `[touchpoints.${name}]`,
    `kind = "${info.kind}"`,
    ...(info.key && transport === "push" ? [`write_key = "${key}"`] : []),
    ...(info.placed && place ? [`place = ${JSON.stringify(place)}`] : []),
    ...(settings.length ? ["", `[touchpoints.${name}.settings]`, ...settings] : []),
    ...(transport === "push" ? [] : ["", ...TRANSPORTS[transport](name)]),
    "",
  ].join("\n");
}

export const curl = (base: string, info: KindInfo, name: string, key: string): string =>
  `curl -u '${key}:' ${base}${info.path ?? `/touchpoints/${name}`} -H 'Content-Type: application/json' -d '${info.sample ?? "{}"}'`;

/** A key nobody guesses: 24 letters and digits. */
export function newKey(): string {
  const signs = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789";
  return [...crypto.getRandomValues(new Uint32Array(24))].map((at) => signs[at % signs.length]).join("");
}
