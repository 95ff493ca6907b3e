/** Moments in the reader's own zone, written as the server writes them (forum/core/dates.py). */

const NOON = 12;
const DAWN = 6;
const NUMERALS = "日一二三四五六";

/** The reader's zone, such as "Europe/Berlin"; empty where the browser does not tell. */
export const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

/**
 * The offset of a zone at a moment, in minutes.
 * @param {Date} moment
 * @param {string | undefined} timeZone
 */
function offset(moment, timeZone) {
  const there = new Date(moment.toLocaleString("en-US", { timeZone }));
  const universal = new Date(moment.toLocaleString("en-US", { timeZone: "UTC" }));
  return Math.round((there.getTime() - universal.getTime()) / 60_000);
}

/**
 * Says whether the reader's clock shows something else than the event's.
 * @param {Date} moment
 * @param {string | undefined} zone
 */
export function isElsewhere(moment, zone) {
  return OWN_ZONE !== "" && offset(moment, OWN_ZONE) !== offset(moment, zone);
}

/**
 * The calendar day of a moment in a zone, as 2026-12-08.
 * @param {Date} moment
 * @param {string | undefined} timeZone
 */
export function dayIn(moment, timeZone) {
  return moment.toLocaleDateString("en-CA", { timeZone });
}

/** The tag of the page's language. */
const lang = () => document.documentElement.lang;
const isChinese = () => lang().startsWith("zh");

/**
 * "9:00 am" or 「09:00」, as columns have it.
 * @param {Date} moment
 */
export function columnClock(moment) {
  if (!isChinese()) return `${twelve(moment)}:${minutes(moment)} ${half(moment)}`;
  return `${String(moment.getHours()).padStart(2, "0")}:${minutes(moment)}`;
}

/**
 * "9:45–10:15 am" or 「09:45–10:15」.
 * @param {Date} starts
 * @param {Date} ends
 */
export function columnSpan(starts, ends) {
  const once = !isChinese() && half(starts) === half(ends) && starts.toDateString() === ends.toDateString();
  return `${once ? columnClock(starts).slice(0, -3) : columnClock(starts)}–${columnClock(ends)}`;
}

/**
 * "Tue" or 「星期二」.
 * @param {Date} moment
 */
export function weekday(moment) {
  return isChinese() ? `星期${NUMERALS[moment.getDay()]}` : moment.toLocaleDateString("en", { weekday: "short" });
}

/**
 * "Tue 8 December, 2:15–2:45 am (Berlin time)" or 「12月8日（星期二）凌晨2時15分至2時45分（中歐時間）」.
 * @param {Date} starts
 * @param {Date} ends
 */
export function wholeSpan(starts, ends) {
  const oneDay = starts.toDateString() === ends.toDateString();
  if (!isChinese()) {
    const said = oneDay
      ? `${day(starts)}, ${columnSpan(starts, ends)}`
      : `${day(starts)}, ${columnClock(starts)} – ${day(ends)}, ${columnClock(ends)}`;
    return `${said} (${zoneName(starts)})`;
  }
  const last = oneDay && period(starts) === period(ends) ? "" : period(ends);
  return `${day(starts)}${period(starts)}${spoken(starts)}至${oneDay ? "" : day(ends)}${last}${spoken(ends)}（${zoneName(starts)}）`;
}

/** @param {Date} moment */
function day(moment) {
  if (isChinese()) return `${moment.getMonth() + 1}月${moment.getDate()}日（${weekday(moment)}）`;
  return `${weekday(moment)} ${moment.getDate()} ${moment.toLocaleDateString("en", { month: "long" })}`;
}

/** @param {Date} moment */
function zoneName(moment) {
  if (!OWN_ZONE.includes("/")) return OWN_ZONE;
  if (!isChinese()) return `${OWN_ZONE.split("/").pop()?.replaceAll("_", " ")} time`;
  const parts = new Intl.DateTimeFormat(lang(), { timeZoneName: "longGeneric" }).formatToParts(moment);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? OWN_ZONE;
}

/** @param {Date} moment */
function twelve(moment) {
  return ((moment.getHours() + 11) % NOON) + 1;
}

/** @param {Date} moment */
function minutes(moment) {
  return String(moment.getMinutes()).padStart(2, "0");
}

/** @param {Date} moment */
function half(moment) {
  return moment.getHours() < NOON ? "am" : "pm";
}

/** @param {Date} moment */
function period(moment) {
  if (moment.getHours() < DAWN) return "凌晨";
  if (moment.getHours() < NOON) return "上午";
  return moment.getHours() === NOON && !moment.getMinutes() ? "中午" : "下午";
}

/** @param {Date} moment */
function spoken(moment) {
  const hour = `${twelve(moment)}${lang().startsWith("zh-Hans") ? "时" : "時"}`;
  return moment.getMinutes() ? `${hour}${moment.getMinutes()}分` : hour;
}
