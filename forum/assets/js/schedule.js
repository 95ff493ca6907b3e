/**
 * The schedule editor: rooms and times of one day, what waits in the tray, what to look at.
 * The list below it and each session's form do the same without a script.
 */

/** @import { Place } from "./schedule/shapes.js" */

import { Board, placeOf, same } from "./schedule/board.js";
import { Dragging } from "./schedule/drag.js";
import { Drawing, ROW } from "./schedule/draw.js";
import { History } from "./schedule/history.js";
import { placeByKey } from "./schedule/keys.js";
import { Panel } from "./schedule/panel.js";
import { buttonById, byId, read } from "./schedule/parts.js";
import { Saving } from "./schedule/saving.js";
import { span, widen } from "./schedule/times.js";

const WIDE = matchMedia("(min-width: 900px)");
const PAUSE = 700;
const ZOOM = "forum-schedule-row";
const LIST = "forum-schedule-list";

const root = byId("sched");
const main = byId("main");
const words = read("sched-words");
const board = new Board(read("sched-grid"), words, root.dataset.locale ?? "en");
const drawing = new Drawing(board, root.dataset.open ?? "");
const past = new History();
const loaded = board.mark;
const panel = new Panel(board, (id) => show(id, true));
const zoom = /** @type {HTMLSelectElement} */ (byId("sched-zoom"));
const dragging = new Dragging(board, drawing, {
  drop: (id, place) => { move(id, place, false); saving.want(id); },
  refuse: (says) => note(says, "look"),
  day: (day) => turn(day),
});
/** Keys that follow each other closely are one move, sent once. @type {{ id: string, timer: number } | null} */
let typing = null;

const saving = new Saving(
  board,
  { place: root.dataset.place ?? "", live: root.dataset.live ?? "", token: root.dataset.token ?? "" },
  {
    settled: (id, before) => {
      const clashes = board.conflictsOf(id).filter((one) => one.clash).length;
      const had = drawing.items.get(id)?.classList.contains("clash");
      redraw(id, before);
      remark();
      if (clashes > 0) live(fill(words.clashes, { number: clashes }));
      else if (had) live(words.no_clash);
    },
    theirs: (id, before, says) => {
      past.forget(id);
      redraw(id, before);
      remark();
      note(fill(words.theirs, { title: board.get(id).title, says }), "look");
      flash(id);
    },
    refused: (id, before, says) => {
      past.forget(id);
      redraw(id, before);
      remark();
      note(fill(words.not_saved, { title: board.get(id).title, says }), "stop");
    },
    others: (changed) => {
      drawing.all();
      tabs();
      remark();
      for (const one of changed) flash(one.id);
      if (changed.length > 0) {
        note(fill(words.others, { titles: changed.slice(0, 5).map((one) => `“${one.title}”`).join(", ") }), "info");
      }
    },
    line: (offline) => note(offline ? words.offline : words.online, offline ? "look" : "go"),
    out: () => note(words.signed_out, "stop"),
  },
);
saving.quiet = () => dragging.busy || typing !== null;

/**
 * Puts a session elsewhere and notes it, so that it can be undone; sending it is another step.
 * @param {string} id
 * @param {Place} place
 * @param {boolean} joined whether it is one with the last move
 */
function move(id, place, joined) {
  const before = placeOf(board.get(id));
  if (same(before, place) && before.minutes === place.minutes) return;
  past.note({ id, before, after: { ...place } }, joined);
  put(id, place);
}

/**
 * @param {string} id
 * @param {Place} place
 */
function put(id, place) {
  const before = placeOf(board.get(id));
  board.put(id, place);
  redraw(id, before);
  buttons();
  live(where(id));
}

/**
 * Draws a session where it stands, and the room it has left.
 * @param {string} id
 * @param {Place} before
 */
function redraw(id, before) {
  const one = board.get(id);
  const end = board.endOf(one);
  const day = board.days.find((each) => each.day === one.day);
  if (day && one.start !== null && widen(day, one.start, end) && day === board.day) {
    drawing.frame();
    drawing.lay(new Set(board.columns.map((room) => room.id)));
  }
  drawing.session(one, new Set([before.room, one.room]));
}

/** Takes a move back, or does it again.
 * @param {boolean} again */
function travel(again) {
  send();
  const step = again ? past.redo() : past.undo();
  if (!step || !board.sessions.has(step.id)) {
    live(words.nothing_undone);
    return buttons();
  }
  const place = again ? step.after : step.before;
  if (place.day !== null && place.day !== board.day.day) turn(place.day);
  put(step.id, place);
  live(`${again ? words.redone : words.undone} ${where(step.id)}`);
  saving.want(step.id);
  drawing.reveal(step.id, false);
}

/** Sends what the keys have moved, now. */
function send() {
  if (!typing) return;
  clearTimeout(typing.timer);
  const { id } = typing;
  typing = null;
  saving.want(id);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("input, select, textarea, dialog")) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const key = event.key.toLowerCase();
  const within = root.contains(target);
  if (!event.altKey && (key === "z" || key === "y") && (!plain || within) && !root.hidden) {
    event.preventDefault();
    return travel(key === "y" || event.shiftKey);
  }
  if (event.key === "?" && within) return help();
  const block = /** @type {HTMLElement | null} */ (target.closest(".blk"));
  const one = block && board.sessions.get(block.dataset.id ?? "");
  if (!one || dragging.busy) return;
  const place = placeByKey(board, one, event);
  if (!place) return;
  event.preventDefault();
  const joined = typing?.id === one.id;
  if (!joined) send();
  else clearTimeout(typing?.timer);
  const turned = place.day !== null && place.day !== board.day.day;
  move(one.id, place, joined);
  if (turned && place.day) turn(place.day);
  typing = { id: one.id, timer: setTimeout(send, PAUSE) };
  drawing.reveal(one.id, true);
}

/** Shows another day.
 * @param {string} day */
function turn(day) {
  const found = board.days.find((one) => one.day === day);
  if (!found || found === board.day) return;
  board.day = found;
  drawing.all();
  remark();
  tabs();
}

/** Draws more of the day, at its beginning or its end.
 * @param {number} minutes */
function stretch(minutes) {
  const { day } = board;
  widen(day, Math.min(day.from, day.from + minutes), Math.max(day.to, day.to + minutes));
  drawing.all();
  remark();
}

/** Leads to a session: its day, its block.
 * @param {string} id
 * @param {boolean} focus */
function show(id, focus) {
  const one = board.sessions.get(id);
  if (!one) return;
  if (one.day !== null) turn(one.day);
  drawing.reveal(id, focus);
  flash(id);
}

function tabs() {
  byId("sched-days").replaceChildren(...board.days.map((one) => {
    const tab = document.createElement("a");
    tab.href = `#d-${one.day}`;
    tab.dataset.day = one.day;
    tab.textContent = one.name;
    if (one === board.day) tab.setAttribute("aria-current", "page");
    return tab;
  }));
}

/** The conflicts' marks, the panel, and the buttons. */
function remark() {
  const ids = [...drawing.items.keys()].filter((id) => {
    const item = drawing.items.get(id);
    return board.conflictsOf(id).length > 0 || item?.matches(".clash, .noted");
  });
  drawing.mark(ids);
  panel.draw();
  buttons();
}

function buttons() {
  buttonById("sched-undo").disabled = past.done.length === 0;
  buttonById("sched-redo").disabled = past.undone.length === 0;
}

/** Where a session stands, in words.
 * @param {string} id */
function where(id) {
  const one = board.get(id);
  if (one.day === null || one.start === null) return fill(words.in_tray, { title: one.title });
  const time = span(one.start, board.endOf(one), board.locale);
  return fill(words.here, { title: one.title, time, room: board.roomName(one.room) });
}

/** @param {string} says */
function live(says) {
  byId("sched-live").textContent = says;
}

/**
 * A line above the grid that says what happened.
 * @param {string} says
 * @param {"go" | "look" | "stop" | "info"} kind
 */
function note(says, kind) {
  const line = byId("sched-says");
  line.className = `note ${kind}`;
  line.hidden = false;
  const text = line.querySelector("span");
  if (text) text.textContent = says;
}

/** @param {string} id */
function flash(id) {
  const item = drawing.items.get(id);
  item?.classList.add("just");
  setTimeout(() => item?.classList.remove("just"), 2500);
}

function help() {
  /** @type {HTMLDialogElement} */ (byId("sched-keys")).showModal();
}

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** Where the address leads: to a day, or to a session. */
function follow() {
  const { hash } = location;
  if (hash.startsWith("#d-")) turn(hash.slice(3));
  else if (hash.startsWith("#s-")) show(hash.slice(3), true);
}

/** The grid where there is room for it, unless the list is wanted. */
function choose() {
  const listed = sessionStorage.getItem(LIST) !== null;
  byId("sched-list").textContent = listed ? words.as_grid : words.as_list;
  root.hidden = !WIDE.matches;
  main.classList.toggle("gridded", WIDE.matches && !listed);
  if (WIDE.matches && !listed) {
    drawing.all();
    remark();
  }
}

zoom.value = localStorage.getItem(ZOOM) ?? String(board.rowFor(ROW));
drawing.minutesOfRow = Number(zoom.value) || 15;
zoom.addEventListener("change", () => {
  drawing.minutesOfRow = Number(zoom.value);
  localStorage.setItem(ZOOM, zoom.value);
  drawing.all();
  remark();
});
byId("sched-undo").addEventListener("click", () => travel(false));
byId("sched-redo").addEventListener("click", () => travel(true));
byId("sched-help").addEventListener("click", help);
byId("sched-list").addEventListener("click", () => {
  const listed = sessionStorage.getItem(LIST) === null;
  if (listed) sessionStorage.setItem(LIST, "1");
  else sessionStorage.removeItem(LIST);
  // The list is the server's: after changes it is asked for anew.
  if (listed && board.mark !== loaded) location.reload();
  else choose();
});
root.addEventListener("focusout", send);
byId("sched-earlier").addEventListener("click", () => stretch(-60));
byId("sched-later").addEventListener("click", () => stretch(60));
addEventListener("keydown", pressed);
addEventListener("pagehide", send);
addEventListener("hashchange", follow);
WIDE.addEventListener("change", choose);
addEventListener("resize", () => { if (!root.hidden && !dragging.busy) drawing.all(); });
byId("sched-days").addEventListener("click", (event) => {
  const tab = /** @type {Element} */ (event.target).closest("a");
  if (!tab?.dataset.day) return;
  event.preventDefault();
  history.replaceState(null, "", `#d-${tab.dataset.day}`);
  turn(tab.dataset.day);
  byId("sched-days").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
});
tabs();
choose();
follow();
