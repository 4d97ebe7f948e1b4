// Numbers and times in the language and time zone of the host.

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

const format = (value, digits = 2) => new Intl.NumberFormat(place.locale, { maximumFractionDigits: digits }).format(value);
const percent = (share) => new Intl.NumberFormat(place.locale, { style: 'percent', maximumFractionDigits: 1 }).format(share);

/** A moment in milliseconds, from seconds, milliseconds or a text. */
function moment(value) {
  const time = typeof value === 'number' ? (value > 1e11 ? value : value * 1000) : Date.parse(value);
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? time : undefined;
}

function timeText(time, options = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }) {
  return new Intl.DateTimeFormat(place.locale, { ...options, timeZone: place.timeZone }).format(time);
}

/** A moment as an element; undefined where it is none. */
function time(value) {
  const at = moment(value);
  return at === undefined ? undefined : el('time', { datetime: new Date(at).toISOString() }, timeText(at));
}

/** What is written for a value: a moment, where a number is one of the last or the next years in seconds. */
const momentOrValue = (value) => (Number.isInteger(value) && Math.abs(value - Date.now() / 1000) < 3e8 ? time(value) : value);

/** Speed in Mb/s for people. */
const speed = (mbps) => (mbps >= 1000 ? `${format(mbps / 1000)} Gb/s` : `${format(mbps)} Mb/s`);

/** Radio bands by Mist's names of them. */
const BANDS = { 24: '2.4 GHz', 5: '5 GHz', 6: '6 GHz' };
