// Numbers, times and values in the language and time zone of the host. Its texts are English, so digits are Western everywhere.

const place = { locale: undefined, timeZone: undefined };

/** Takes the language and the time zone that the host names, if this browser knows them. */
function localize({ locale, timeZone }) {
  try {
    if (locale) place.locale = Intl.getCanonicalLocales(locale)[0];
    if (timeZone) place.timeZone = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    // The browser's own stay.
  }
}

/** Without the marks of direction that some languages put around numbers. */
const unmarked = (text) => text.replace(/[\u061c\u200e\u200f]/g, '');
const written = (value, options) => unmarked(new Intl.NumberFormat(place.locale, { numberingSystem: 'latn', ...options }).format(value));

/** A number. A small one keeps two significant digits, so that it does not become 0, and one that is nearly 1 does not become 1. */
const format = (value, digits = 2) => written(value, value !== 0 && Math.abs(value) < 1 ? { maximumSignificantDigits: 2, roundingMode: Math.abs(value) > 0.99 ? 'trunc' : 'halfExpand' } : { maximumFractionDigits: digits });

/** A number with all its digits. */
const exact = (value) => written(value, Number.isInteger(value) ? {} : { maximumSignificantDigits: 15 });

/** A share of 0 to 1. One that is small does not become 0, and one that is nearly whole does not become 100 %. */
function percent(share) {
  const isEdge = (share > 0 && share < 0.001) || (share < 1 && share > 0.999);
  return written(share, { style: 'percent', ...(isEdge ? { maximumFractionDigits: 4, maximumSignificantDigits: share < 0.5 ? 1 : 4, roundingMode: 'trunc' } : { maximumFractionDigits: 1 }) });
}

/** A number with its unit, on one line. */
const withUnit = (value, unit, digits) => `${format(value, digits)}\u00a0${unit}`;

/** A moment in milliseconds, from seconds, milliseconds or a text. */
function moment(value) {
  const time = typeof value === 'number' ? (value > 1e11 ? value : value * 1000) : Date.parse(value);
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? time : undefined;
}

/** A moment as text, with its year where that is not this year. */
function timeText(time) {
  const text = (options) => unmarked(new Intl.DateTimeFormat(place.locale, { ...options, timeZone: place.timeZone, numberingSystem: 'latn' }).format(time));
  const year = (at) => new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: place.timeZone }).format(at);
  const options = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' };
  return text(year(time) === year(Date.now()) ? options : { year: 'numeric', ...options });
}

/** A moment as an element; undefined where it is none. */
function time(value) {
  const at = moment(value);
  return at === undefined ? undefined : el('time', { datetime: new Date(at).toISOString() }, timeText(at));
}

/** Speed in Mb/s for people. */
const speed = (mbps) => (mbps >= 1000 ? withUnit(mbps / 1000, 'Gb/s') : withUnit(mbps, 'Mb/s'));

/** A duration in seconds, by its two largest units. */
function duration(seconds) {
  const parts = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];
  const from = Math.max(0, parts.findIndex(([, length]) => seconds >= length));
  const [[unit, length], next] = seconds >= 1 ? parts.slice(from) : parts.slice(-1);
  const rest = next && Math.floor((seconds % length) / next[1]);
  return counted(Math.floor(seconds / length), unit) + (rest ? ` ${counted(rest, next[0])}` : '');
}

/** Radio bands by Mist's names of them. */
const BANDS = { 24: '2.4\u00a0GHz', 5: '5\u00a0GHz', 6: '6\u00a0GHz' };

// What the name of a field says of its value.
const TIME_KEY = /^(at|begin|changed|end|ends|first|last|reported|since|start|timestamp|until|updated|when|last_(connected|login|used))$|_(at|changed|created|end|ended|expires|flapped|modified|reported|seen|since|start|started|time|timestamp|until|updated|when)(_ms)?$|^(created|ended|expires|modified|started)$/;
const ID_KEY = /(^|_)(id|asn|bssid|channel|code|ifindex|mac|mtu|pid|port|serial|status|tag|version|vlan|vni|year)$/;
// Values that are codes of Mist or of this server; all other texts stay as they are, as they may be names.
const CODE_KEY = /(^|_)(action|alarm|also|cause|category|classifier|kind|metric|reason|state|type)$/;
const DURATION_KEY = /(^|_)(uptime|duration|seconds)$/;
const UNIT_KEY = /_(bytes|db|dbm|gbps|ghz|kbps|mbps|mhz|ms|percent|seconds|watts)$/;
const UNITS = { bytes: 'bytes', db: 'dB', dbm: 'dBm', gbps: 'Gb/s', ghz: 'GHz', kbps: 'kb/s', mbps: 'Mb/s', mhz: 'MHz', ms: 'ms', percent: '%', watts: 'W' };
const UNITS_OF = { percent: '%', percent_since: '%', utilization: '%', non_wifi: '%', own_traffic: '%', from_other_access_points: '%', rssi: 'dBm', noise: 'dBm', noise_floor: 'dBm', snr: 'dB', power_draw: 'W', width: 'MHz' };
const ACRONYMS = Object.fromEntries(('AP APs ARP ASN BGP BPDU BSSID CPU CVSS DHCP DNS EAP HA ID IDP IP IPv4 IPv6 LAN LLDP MAC MTU NAC NTP OSPF PIM PoE PSK RADIUS RSSI RX SAE SLE SLEs SNR SQL SSID SSIDs STP'
  + ' TCP TLS TX UDP URL USB VC VLAN VLANs VPN VRRP WAN WLAN WLANs').split(' ').map((word) => [word.toLowerCase(), word]));

/** The words of a name: without underscores, and with acronyms as they are written. */
const words = (text) => clean(text, 60).replace(/[_-]+/g, ' ').replace(/[A-Za-z0-9]+/g, (word) => (Object.hasOwn(ACRONYMS, word) ? ACRONYMS[word] : word === 'wifi' ? 'Wi-Fi' : word)).trim();

/** The name of a field for people: its words, without a unit that stands with the value. */
function heading(key) {
  const text = words(UNIT_KEY.test(key) || /[a-z]_ms$/.test(key) ? key.replace(/_[^_]+$/, '') : key);
  return /^[a-z][a-z]/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
}

/** Whether a field with this name and value is a moment. */
const isTime = (key, value) => TIME_KEY.test(key) && (typeof value === 'number' ? (value > 1e9 && value < 5e9) || (value > 1e12 && value < 5e12) : typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value));

/** Whether a number names something, so that it is written as it is. */
const isId = (key) => ID_KEY.test(key);

/** The value of a field as text: nested values as words, and numbers with the unit that its name says. */
function phrase(key, value, depth = 0) {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (!known(value)) return '';
  if (Array.isArray(value)) return value.slice(0, 12).map((one) => phrase(key.replace(/(^|_)(id|channel|port|vlan)s$/, '$1$2'), one, depth + 1)).filter(Boolean).join(', ') + (value.length > 12 ? ' …' : '');
  if (typeof value === 'object') {
    if (depth > 3) return '…';
    const text = Object.entries(value).slice(0, 12).filter(([, one]) => known(one)).map(([key, one]) => `${/^[a-z0-9_]+$/.test(key) ? words(key) : clean(key, 60)} ${phrase(key, one, depth + 1)}`).join(', ');
    return depth ? `(${text})` : text;
  }
  if (isTime(key, value)) return timeText(moment(value));
  if (key === 'band' && BANDS[value]) return BANDS[value];
  if (typeof value !== 'number') return CODE_KEY.test(key) && /^[a-z0-9]+([_-][a-z0-9]+)+$/.test(value) ? words(value) : clean(value);
  if (isId(key)) return String(value);
  if (/(^|_)speed$/.test(key)) return speed(value);
  if (DURATION_KEY.test(key) && value >= 0) return duration(value);
  const unit = Object.hasOwn(UNITS_OF, key) ? UNITS_OF[key] : UNITS[key.match(UNIT_KEY)?.[1]];
  return unit === '%' ? percent(value / 100) : unit ? withUnit(value, unit) : format(value);
}

/** The value of a field as a node. A `raw` one has no unit, no other words and all its digits, as in a table of rows. */
function shownValue(key, value, raw = false) {
  if (!known(value)) return undefined;
  if (isTime(key, value)) return time(value);
  if (raw && typeof value === 'number') return isId(key) ? String(value) : exact(value);
  const text = raw && typeof value === 'string' ? clean(value) : clean(phrase(key, value));
  return el('bdi', { title: typeof value === 'object' && JSON.stringify(value) }, unbroken(text));
}
