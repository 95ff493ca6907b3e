/** The programme in this page: what stands where, what was saved, which day is shown. */

/** @import { Conflict, Day, Grid, Place, Room, Session, Words } from "./shapes.js" */

import { STEP, endOf } from "./times.js";

const SMALLEST_TARGET = 24;

/** @type {Day} */
const NO_DAY = { day: "", name: "", from: 540, to: 1080, opens: 0, closes: 0, shift: null };

export class Board {
  /**
   * @param {Grid} grid
   * @param {Words} words
   * @param {string} locale
   */
  constructor(grid, words, locale) {
    this.words = words;
    this.locale = locale;
    this.kinds = grid.kinds;
    this.days = grid.days;
    /** @type {Room[]} */
    this.columns = [...grid.rooms, { id: "", name: words.no_room ?? "", lang: "", size: "" }];
    /** @type {Map<string, Session>} */
    this.sessions = new Map(grid.sessions.map((one) => [one.id, one]));
    /** @type {Map<string, Place>} what the server holds */
    this.saved = new Map(grid.sessions.map((one) => [one.id, placeOf(one)]));
    this.conflicts = grid.conflicts;
    this.busy = grid.busy;
    this.day = this.days[0] ?? NO_DAY;
  }

  /** What the server's own mark is while nobody else changes anything. */
  get mark() {
    let revisions = 0;
    for (const one of this.sessions.values()) revisions += one.revision;
    return `${this.sessions.size}.${revisions}`;
  }

  /** @param {string} id */
  get(id) {
    const found = this.sessions.get(id);
    if (!found) throw new Error(`no session ${id}`);
    return found;
  }

  /** Sessions of the day that is shown, in the order of time, then of rooms. */
  get shown() {
    const column = new Map(this.columns.map((room, n) => [room.id, n]));
    return [...this.sessions.values()]
      .filter((one) => one.day === this.day.day && one.start !== null)
      .sort((a, b) => (a.start ?? 0) - (b.start ?? 0) || (column.get(a.room) ?? 0) - (column.get(b.room) ?? 0));
  }

  /** Sessions without a time. */
  get waiting() {
    return [...this.sessions.values()].filter((one) => one.day === null);
  }

  /** @param {Session} one */
  endOf(one) {
    const day = this.days.find((each) => each.day === one.day);
    return endOf(one.start ?? 0, one.minutes, day?.shift ?? null);
  }

  /** @param {string} room */
  columnOf(room) {
    const found = this.columns.findIndex((one) => one.id === room);
    return found < 0 ? this.columns.length - 1 : found;
  }

  /** @param {string} room */
  roomName(room) {
    return this.columns[this.columnOf(room)]?.name ?? "";
  }

  /**
   * Puts a session where it is wanted, here alone.
   * @param {string} id
   * @param {Place} place
   */
  put(id, place) {
    Object.assign(this.get(id), place);
  }

  /**
   * Takes a session as the server holds it; what was moved here since it was sent stays.
   * @param {Session} session
   * @param {Place | null} sent
   */
  settle(session, sent) {
    const mine = this.sessions.get(session.id);
    const moved = mine && sent && !same(placeOf(mine), sent) ? placeOf(mine) : null;
    this.saved.set(session.id, placeOf(session));
    this.sessions.set(session.id, {
      ...session,
      who: session.who ?? mine?.who ?? [],
      ...(session.day === null && mine ? { minutes: mine.minutes } : {}),
      ...moved,
    });
  }

  /**
   * Takes the whole programme as the server holds it; returns the titles of what is new here.
   * @param {Grid} grid
   */
  adopt(grid) {
    const changed = grid.sessions.filter((one) => this.sessions.get(one.id)?.revision !== one.revision);
    const day = this.day.day;
    this.days = grid.days;
    this.day = this.days.find((one) => one.day === day) ?? this.days[0] ?? NO_DAY;
    this.columns = [...grid.rooms, ...this.columns.slice(-1)];
    this.sessions = new Map(grid.sessions.map((one) => [one.id, one]));
    this.saved = new Map(grid.sessions.map((one) => [one.id, placeOf(one)]));
    this.conflicts = grid.conflicts;
    this.busy = grid.busy;
    return changed;
  }

  /**
   * How many minutes a row may stand for, at most a quarter of an hour, so that every session is
   * large enough to be hit (24 pixels; WCAG 2.5.8).
   * @param {number} tall pixels of a row
   */
  rowFor(tall) {
    const shortest = Math.min(...[...this.sessions.values()].filter((one) => one.day !== null).map((one) => one.minutes));
    return [15, 10].find((minutes) => (tall * shortest) / minutes >= SMALLEST_TARGET + 2) ?? STEP;
  }

  /** @param {string} id */
  conflictsOf(id) {
    return this.conflicts.filter((one) => one.sessions.includes(id));
  }

  /**
   * Whether a room or a speaker would be in two places, by what this page knows.
   * @param {Session} one
   * @param {Place} place
   */
  wouldClash(one, place) {
    if (place.day === null || place.start === null || one.state === "cancelled") return false;
    const shift = this.days.find((each) => each.day === place.day)?.shift ?? null;
    const end = endOf(place.start, place.minutes, shift);
    const rooms = [place.room, ...one.also].filter(Boolean);
    for (const other of this.sessions.values()) {
      if (other.id === one.id || other.day !== place.day || other.start === null) continue;
      if (other.state === "cancelled" || other.start >= end) continue;
      if (endOf(other.start, other.minutes, shift) <= place.start) continue;
      if (rooms.some((room) => room === other.room || other.also.includes(room))) return true;
      if (one.who?.some((who) => other.who?.includes(who))) return true;
    }
    return false;
  }
}

/**
 * @param {Session} one
 * @returns {Place}
 */
export function placeOf(one) {
  return { day: one.day, start: one.start, minutes: one.minutes, room: one.room };
}

/**
 * Whether two places are the same; in the tray the length counts for nothing.
 * @param {Place} one
 * @param {Place} other
 */
export function same(one, other) {
  const where = one.day === other.day && one.start === other.start && one.room === other.room;
  return where && (one.day === null || one.minutes === other.minutes);
}
