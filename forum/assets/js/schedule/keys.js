/** What the keys do to the session that has the focus. */

/** @import { Board } from "./board.js" */
/** @import { Place, Session } from "./shapes.js" */

import { placeOf } from "./board.js";
import { NIGHT, STEP, endOf, existing } from "./times.js";

const HOUR = 60;

/** @type {Record<string, number>} minutes that a key moves a session by */
const EARLIER_LATER = { ArrowUp: -STEP, ArrowDown: STEP, PageUp: -HOUR, PageDown: HOUR };
/** @type {Record<string, number>} */
const SIDEWAYS = { ArrowLeft: -1, ArrowRight: 1 };
/** @type {Record<string, number>} */
const DAYS = { "[": -1, "]": 1 };

/**
 * Where a key sends a session; nothing for a key that moves none.
 * @param {Board} board
 * @param {Session} one
 * @param {KeyboardEvent} event
 * @returns {Place | null}
 */
export function placeByKey(board, one, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const { key } = event;
  if (key.toLowerCase() === "t") return one.day === null ? firstFree(board, one) : { ...placeOf(one), day: null, start: null };
  if (one.day === null || one.start === null) return null;
  const day = board.days.find((each) => each.day === one.day);
  const shift = day?.shift ?? null;
  const by = EARLIER_LATER[key];
  if (by !== undefined && event.shiftKey) {
    return Math.abs(by) === STEP ? { ...placeOf(one), minutes: Math.max(STEP, rounded(one.minutes, by)) } : null;
  }
  if (by !== undefined) return { ...placeOf(one), start: existing(rounded(one.start, by), by, shift) };
  const aside = SIDEWAYS[key];
  if (aside !== undefined && !event.shiftKey) {
    const column = Math.min(Math.max(board.columnOf(one.room) + aside, 0), board.columns.length - 1);
    return { ...placeOf(one), room: board.columns[column]?.id ?? "" };
  }
  const on = DAYS[key];
  const there = on === undefined ? null : board.days[board.days.findIndex((each) => each.day === one.day) + on];
  return there ? { ...placeOf(one), day: there.day, start: existing(one.start, 1, there.shift) } : null;
}

/**
 * The first time of the day that is shown at which a session's room is free; the first room's, if it has none.
 * @param {Board} board
 * @param {Session} one
 * @returns {Place}
 */
function firstFree(board, one) {
  const { day, shift, opens, closes } = board.day;
  const room = one.room || (board.columns[0]?.id ?? "");
  const taken = board.shown
    .filter((other) => other.room === room || other.also.includes(room))
    .map((other) => /** @type {const} */ ([other.start ?? 0, board.endOf(other)]));
  const last = Math.max(closes, board.day.to) - STEP;
  for (let start = existing(rounded(opens, 0), 1, shift); start < last; start = existing(start + STEP, 1, shift)) {
    const end = endOf(start, one.minutes, shift);
    if (end <= closes && taken.every(([from, to]) => to <= start || from >= end)) {
      return { day, start, minutes: one.minutes, room };
    }
  }
  return { day, start: existing(rounded(opens, 0), 1, shift), minutes: one.minutes, room };
}

/**
 * A step on from a number, on the raster of steps.
 * @param {number} value
 * @param {number} by
 */
function rounded(value, by) {
  const next = by < 0 ? Math.ceil(value / STEP) * STEP + by : Math.floor(value / STEP) * STEP + by;
  return Math.min(next, NIGHT);
}
