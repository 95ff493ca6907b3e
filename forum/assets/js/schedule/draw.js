/** Draws a day: heads, hours, blocks, the tray. What stands already is changed, not made anew. */

/** @import { Board } from "./board.js" */
/** @import { Session } from "./shapes.js" */

import { lanes } from "./lanes.js";
import { buttonById, byId, icon } from "./parts.js";
import { NIGHT, afterMidnight, clock, span } from "./times.js";

const NARROWEST = 156;
const GUTTER = 76;
/** Pixels of a row. */
export const ROW = 30;
const HOUR = 60;
const LINE = 18;
/** From which height, in pixels, a block holds one line, two, or all it has to say. */
const SIZES = /** @type {const} */ ([[24, "xs"], [42, "s"], [76, "m"]]);

export class Drawing {
  /**
   * @param {Board} board
   * @param {string} open the address of a session's form, with {id}
   */
  constructor(board, open) {
    this.board = board;
    this.open = open;
    this.pane = byId("sched-board");
    this.heads = byId("sched-heads");
    this.field = byId("sched-field");
    this.hours = byId("sched-hours");
    this.marks = byId("sched-marks");
    this.blocks = byId("sched-blocks");
    this.untimed = byId("sched-untimed");
    /** @type {Map<string, HTMLElement>} */
    this.items = new Map();
    this.minutesOfRow = 15;
    this.gutter = GUTTER;
    /** The widths of the columns, and where each begins; the last is where all end. */
    this.widths = [NARROWEST];
    this.lefts = [GUTTER, GUTTER + NARROWEST];
  }

  /** Pixels a minute. */
  get scale() {
    return ROW / this.minutesOfRow;
  }

  /** Where a column begins, in pixels from the field's own beginning.
   * @param {number} column */
  leftOf(column) {
    return this.lefts[column] ?? GUTTER;
  }

  /** @param {number} column */
  widthOf(column) {
    return this.widths[column] ?? NARROWEST;
  }

  /** Which column lies at a distance from the field's beginning, the first or the last beyond.
   * @param {number} x */
  columnAt(x) {
    const after = this.lefts.findIndex((left) => left > x);
    return Math.max((after < 0 ? this.widths.length : Math.min(after, this.widths.length)) - 1, 0);
  }

  /** Everything: after another day, zoom, or width. */
  all() {
    this.frame();
    const { shown, waiting } = this.board;
    const kept = new Set([...shown, ...waiting].map((one) => one.id));
    for (const [id, item] of this.items) {
      if (!kept.has(id)) {
        item.remove();
        this.items.delete(id);
      }
    }
    this.blocks.replaceChildren(...shown.map((one) => this.item(one)));
    this.untimed.replaceChildren(...waiting.map((one) => this.item(one)));
    for (const one of [...shown, ...waiting]) this.dress(one);
    this.lay(new Set(this.board.columns.map((room) => room.id)));
    this.count();
  }

  /** Heads, hours and what is no time of the event. */
  frame() {
    const { board } = this;
    this.widths = this.#measured();
    this.lefts = [GUTTER];
    for (const wide of this.widths) this.lefts.push((this.lefts.at(-1) ?? 0) + wide);
    const across = (this.lefts.at(-1) ?? 0) - GUTTER;
    const height = Math.round((board.day.to - board.day.from) * this.scale);
    this.field.style.setProperty("--row", `${ROW}px`);
    this.field.style.setProperty("--rows-an-hour", String(HOUR / this.minutesOfRow));
    this.field.style.inlineSize = `${GUTTER + across}px`;
    this.heads.style.inlineSize = `${across}px`;
    buttonById("sched-earlier").disabled = board.day.from <= 0;
    buttonById("sched-later").disabled = board.day.to >= NIGHT;
    this.field.style.blockSize = `${height}px`;
    this.heads.replaceChildren(...board.columns.map((one, column) => {
      const head = document.createElement("p");
      head.style.inlineSize = `${this.widthOf(column)}px`;
      const name = document.createElement("b");
      name.textContent = one.name;
      if (one.lang) name.lang = one.lang;
      const size = document.createElement("span");
      size.textContent = one.size;
      head.append(name, size);
      return head;
    }));
    this.hours.replaceChildren(...this.#labels());
    this.marks.replaceChildren(...this.#lines(), ...this.#shades(), ...this.#taken());
  }

  /** How wide each column has to be: all alike, but wider where sessions share time in one room. */
  #measured() {
    const { board } = this;
    const abreast = board.columns.map(() => 1);
    for (const [column, sessions] of grouped(board.shown, (one) => board.columnOf(one.room))) {
      abreast[column] = Math.max(...[...this.#lanes(sessions).values()].map((lane) => lane.of));
    }
    const parts = abreast.reduce((sum, of) => sum + of, 0);
    const wide = Math.max(NARROWEST, Math.floor((this.pane.clientWidth - GUTTER) / parts));
    return abreast.map((of) => of * wide);
  }

  /** @param {Session[]} sessions of one column */
  #lanes(sessions) {
    return lanes(sessions.map((one) => ({ id: one.id, start: one.start ?? 0, end: this.board.endOf(one) })));
  }

  /** Puts the blocks of some rooms in their places, side by side where they share time.
   * @param {Set<string>} rooms */
  lay(rooms) {
    const { board } = this;
    const { from, to } = board.day;
    const widened = this.#measured().join() !== this.widths.join();
    if (widened) this.frame();
    const inColumn = grouped(board.shown, (one) => board.columnOf(one.room));
    const touched = new Set([...rooms].map((room) => board.columnOf(room)));
    for (const [column, sessions] of inColumn) {
      if (!widened && !touched.has(column)) continue;
      const side = this.#lanes(sessions);
      for (const one of sessions) {
        const lane = side.get(one.id) ?? { lane: 0, of: 1 };
        const wide = (this.widthOf(column) - 6) / lane.of;
        const start = Math.max(one.start ?? 0, from);
        const tall = Math.max((Math.min(board.endOf(one), to) - start) * this.scale - 2, 12);
        const item = this.item(one);
        const { style, dataset } = item;
        style.insetInlineStart = `${this.leftOf(column) + 3 + lane.lane * wide}px`;
        style.insetBlockStart = `${(start - from) * this.scale + 1}px`;
        style.inlineSize = `${wide - (lane.of > 1 ? 2 : 0)}px`;
        style.blockSize = `${tall}px`;
        // Whole lines only: none is cut through.
        item.style.setProperty("--lines", String(Math.max(Math.floor((tall - 8) / LINE), 1)));
        dataset.size = sizeOf(tall);
      }
    }
    for (const old of this.marks.querySelectorAll(".echo")) old.remove();
    this.marks.append(...this.#echoes());
  }

  /** The element of a session, made on first sight.
   * @param {Session} one */
  item(one) {
    const known = this.items.get(one.id);
    if (known) return known;
    const item = document.createElement("li");
    item.className = "blk";
    item.dataset.id = one.id;
    const link = document.createElement("a");
    link.href = this.open.replace("{id}", one.id);
    link.draggable = false;
    const lines = document.createElement("span");
    lines.className = "lines-in";
    for (const name of ["b", "when", "who", "sort", "err"]) {
      const part = document.createElement(name === "b" ? "b" : "span");
      if (name !== "b") part.className = name;
      lines.append(part);
    }
    link.append(lines);
    const grip = document.createElement("span");
    grip.className = "grip";
    const edge = document.createElement("span");
    edge.className = "edge";
    item.append(link, grip, edge);
    this.items.set(one.id, item);
    return item;
  }

  /** Words and colours of a block.
   * @param {Session} one */
  dress(one) {
    const { board } = this;
    const { words } = board;
    const item = this.item(one);
    const [title, when, who, sort, err] = /** @type {HTMLElement[]} */ ([...item.querySelectorAll("a > span > *")]);
    if (!title || !when || !who || !sort || !err) return;
    const found = board.conflictsOf(one.id);
    const clash = found.find((each) => each.clash);
    const marked = found.filter((each) => each.marked);
    const timed = one.day !== null;
    const lasts = (words.min ?? "").replace("{number}", String(one.minutes));
    const marks = [
      one.state === "draft" && words.draft, one.state === "cancelled" && words.cancelled, one.held && words.held,
    ].filter(Boolean);
    set(title, one.title);
    if (one.lang) title.lang = one.lang;
    const time = timed ? span(one.start ?? 0, board.endOf(one), board.locale) : lasts;
    set(when, time);
    set(who, one.people);
    set(sort, [one.says, one.track, ...marks].filter(Boolean).join(" · "));
    const said = [time, timed && board.roomName(one.room), ...marks, (clash ?? marked[0])?.says];
    item.querySelector("a")?.setAttribute("aria-description", said.filter(Boolean).join(". "));
    err.replaceChildren(...(clash ? [icon("warn"), clash.says] : []));
    item.classList.toggle("clash", Boolean(clash));
    item.classList.toggle("noted", marked.length > 0 && !clash);
    item.classList.toggle("held", one.held);
    item.classList.toggle("gone", one.state === "cancelled");
    item.classList.toggle("draft", one.state === "draft");
    item.dataset.kind = one.kind;
    if (one.colour) item.style.setProperty("--stripe", one.colour);
    else item.style.removeProperty("--stripe");
  }

  /** Shows one session where it stands now; the focus stays with it.
   * @param {Session} one
   * @param {Set<string>} rooms whose blocks may have to make place */
  session(one, rooms) {
    const item = this.item(one);
    const focused = item.contains(document.activeElement);
    const there = one.day === null ? this.untimed : one.day === this.board.day.day ? this.blocks : null;
    if (!there) item.remove();
    else if (item.parentElement !== there) {
      there.append(item);
      if (there === this.untimed) {
        item.removeAttribute("style");
        delete item.dataset.size;
      }
    }
    this.dress(one);
    this.lay(new Set([...rooms, one.room]));
    this.count();
    if (focused && there) item.querySelector("a")?.focus({ preventScroll: true });
  }

  /** Marks each block anew after the conflicts have changed.
   * @param {string[]} ids */
  mark(ids) {
    for (const id of ids) {
      const one = this.board.sessions.get(id);
      if (one && this.items.get(id)?.isConnected) this.dress(one);
    }
  }

  /** Says how many wait in the tray. */
  count() {
    const number = this.untimed.childElementCount;
    set(byId("sched-waiting"), String(number || ""));
    this.untimed.dataset.empty = number ? "" : this.board.words.empty_tray ?? "";
  }

  /** Brings a block into sight.
   * @param {string} id
   * @param {boolean} focus */
  reveal(id, focus) {
    const item = this.items.get(id);
    if (!item?.isConnected) return;
    if (this.blocks.contains(item)) {
      const { offsetTop: top, offsetLeft: left, offsetHeight: tall, offsetWidth: wide } = item;
      const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.pane;
      const head = this.heads.offsetHeight;
      const y = top < scrollTop || top + tall > scrollTop + clientHeight - head ? top - HOUR : scrollTop;
      const x = left - GUTTER < scrollLeft || left + wide > scrollLeft + clientWidth ? left - GUTTER - 20 : scrollLeft;
      this.pane.scrollTo({ top: y, left: x });
    } else item.scrollIntoView({ block: "nearest" });
    if (focus) item.querySelector("a")?.focus({ preventScroll: true });
  }

  *#labels() {
    const { from, to } = this.board.day;
    const every = this.minutesOfRow > 15 ? HOUR : 30;
    for (let minute = from; minute < to; minute += this.minutesOfRow === 5 ? 15 : every) {
      const label = document.createElement("span");
      label.textContent = clock(minute, this.board.locale);
      label.classList.toggle("night", afterMidnight(minute));
      label.style.insetBlockStart = `${(minute - from) * this.scale}px`;
      yield label;
    }
  }

  *#lines() {
    for (const left of this.lefts.slice(1, -1)) {
      const line = document.createElement("span");
      line.className = "col";
      line.style.insetInlineStart = `${left}px`;
      yield line;
    }
  }

  *#shades() {
    const { day, words } = this.board;
    /** @type {[number, number, string, string][]} */
    const spans = [[day.from, day.opens, "out", ""], [day.closes, day.to, "out", ""]];
    if (day.shift) {
      const { at, by } = day.shift;
      spans.push(by > 0 ? [at, at + by, "gap", words.gap ?? ""] : [at + by, at, "twice", words.twice ?? ""]);
    }
    for (const [from, to, name, says] of spans) {
      const [first, last] = [Math.max(from, day.from), Math.min(to, day.to)];
      if (first >= last) continue;
      const shade = document.createElement("span");
      shade.className = name;
      shade.textContent = says;
      shade.style.insetBlockStart = `${(first - day.from) * this.scale}px`;
      shade.style.blockSize = `${(last - first) * this.scale}px`;
      yield shade;
    }
  }

  /** When others have a room. */
  *#taken() {
    const { board } = this;
    for (const one of board.busy) {
      const column = board.columnOf(one.room);
      if (one.day !== board.day.day || board.columns[column]?.id !== one.room) continue;
      const first = Math.max(one.start, board.day.from);
      const last = Math.min(one.start + one.minutes, board.day.to);
      if (first >= last) continue;
      const shade = document.createElement("span");
      shade.className = "taken";
      shade.textContent = board.words.busy ?? "";
      shade.style.insetInlineStart = `${this.leftOf(column)}px`;
      shade.style.inlineSize = `${this.widthOf(column)}px`;
      shade.style.insetBlockStart = `${(first - board.day.from) * this.scale}px`;
      shade.style.blockSize = `${(last - first) * this.scale}px`;
      yield shade;
    }
  }

  *#echoes() {
    const { board } = this;
    for (const one of board.shown) {
      for (const room of one.also) {
        const column = board.columnOf(room);
        if (board.columns[column]?.id !== room) continue;
        const echo = document.createElement("span");
        echo.className = "echo";
        echo.textContent = (board.words.also ?? "").replace("{title}", one.title);
        echo.style.insetInlineStart = `${this.leftOf(column) + 3}px`;
        echo.style.inlineSize = `${this.widthOf(column) - 6}px`;
        echo.style.insetBlockStart = `${((one.start ?? 0) - board.day.from) * this.scale + 1}px`;
        echo.style.blockSize = `${(board.endOf(one) - (one.start ?? 0)) * this.scale - 2}px`;
        yield echo;
      }
    }
  }
}

/**
 * How much a block of this height, in pixels, has room to say.
 * @param {number} tall
 */
export function sizeOf(tall) {
  return SIZES.find(([below]) => tall < below)?.[1] ?? "l";
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Session[]} sessions
 * @param {(one: Session) => number} by
 */
function grouped(sessions, by) {
  /** @type {Map<number, Session[]>} */
  const found = new Map();
  for (const one of sessions) {
    const group = found.get(by(one));
    if (group) group.push(one);
    else found.set(by(one), [one]);
  }
  return found;
}
