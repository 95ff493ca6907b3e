/** Minutes of a day: as the clock on the wall shows them, in steps of five, in words. */

/** @import { Day, Shift } from "./shapes.js" */

export const STEP = 5;
export const NIGHT = 1800;
const DAY = 1440;
const HOUR = 60;

/**
 * The nearest step.
 * @param {number} minute
 */
export function stepped(minute) {
  return Math.round(minute / STEP) * STEP;
}

/**
 * The minute on the wall at which something ends that starts there and lasts so many minutes.
 * @param {number} start
 * @param {number} minutes
 * @param {Shift | null} shift
 */
export function endOf(start, minutes, shift) {
  const end = start + minutes;
  return shift && start < shift.at && end > shift.at ? Math.max(end + shift.by, start + STEP) : end;
}

/**
 * How many minutes really pass between two minutes on the wall.
 * @param {number} start
 * @param {number} end
 * @param {Shift | null} shift
 */
export function lasting(start, end, shift) {
  if (!shift || start >= shift.at || end <= shift.at) return end - start;
  return Math.max(end - shift.by, shift.at) - start;
}

/**
 * Whether a minute does not exist, as the clock jumps over it.
 * @param {number} minute
 * @param {Shift | null} shift
 */
export function skipped(minute, shift) {
  return shift !== null && shift.by > 0 && minute >= shift.at && minute < shift.at + shift.by;
}

/**
 * A minute that exists, at or beyond the wanted one.
 * @param {number} wanted
 * @param {number} step the way one is going: below or above zero
 * @param {Shift | null} shift
 */
export function existing(wanted, step, shift) {
  const kept = Math.min(Math.max(wanted, 0), NIGHT - STEP);
  if (!shift || !skipped(kept, shift)) return kept;
  return step < 0 ? shift.at - STEP : shift.at + shift.by;
}

/**
 * "9:30 am", or 「09:30」 on Chinese pages.
 * @param {number} minute
 * @param {string} locale
 */
export function clock(minute, locale) {
  const hour = Math.floor(minute / HOUR) % 24;
  const minutes = String(minute % HOUR).padStart(2, "0");
  if (locale !== "en") return `${String(hour).padStart(2, "0")}:${minutes}`;
  return `${((hour + 11) % 12) + 1}:${minutes} ${hour < 12 ? "am" : "pm"}`;
}

/**
 * "9:30–10:15 am": the half of the day is said once.
 * @param {number} start
 * @param {number} end
 * @param {string} locale
 */
export function span(start, end, locale) {
  const last = clock(end, locale);
  const first = clock(start, locale);
  const same = locale === "en" && first.slice(-2) === last.slice(-2);
  return `${same ? first.slice(0, -3) : first}–${last}`;
}

/**
 * A day and a minute as the server reads them: "2026-12-09T00:30".
 * @param {string} day
 * @param {number} minute
 */
export function wall(day, minute) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMinutes(minute);
  return date.toISOString().slice(0, 16);
}

/**
 * Widens what is drawn of a day so that it holds these minutes, in whole hours; says whether it had to.
 * @param {Day} day
 * @param {number} from
 * @param {number} to
 */
export function widen(day, from, to) {
  const first = Math.max(0, Math.min(day.from, Math.floor(from / HOUR) * HOUR));
  const last = Math.min(NIGHT, Math.max(day.to, Math.ceil(to / HOUR) * HOUR));
  const wider = first !== day.from || last !== day.to;
  day.from = first;
  day.to = last;
  return wider;
}

/**
 * Whether a minute belongs to the night after the day.
 * @param {number} minute
 */
export function afterMidnight(minute) {
  return minute >= DAY;
}
