/**
 * Moves blocks by mouse, pen or finger. While something is lifted one element alone is moved, by a
 * transform; where it is follows from numbers that were read when it was lifted.
 */

/** @import { Board } from "./board.js" */
/** @import { Drawing } from "./draw.js" */
/** @import { Place, Session } from "./shapes.js" */

import { placeOf, same } from "./board.js";
import { sizeOf } from "./draw.js";
import { byId } from "./parts.js";
import { NIGHT, STEP, clock, endOf, lasting, skipped, span, stepped } from "./times.js";

const THRESHOLD = 4;
const EDGE = 44;
const SPEED = 14;
const LINGER = 450;

/**
 * @typedef {object} Lift
 * @property {Session} one
 * @property {boolean} stretch whether its end is moved, not all of it
 * @property {DOMRect} pane
 * @property {DOMRect} tray
 * @property {{ day: string, box: DOMRect }[]} tabs
 * @property {number} head height of the rooms' names
 * @property {number} grabX
 * @property {number} grabY
 * @property {number} scrollX
 * @property {number} scrollY
 * @property {number} mostX
 * @property {number} mostY
 * @property {Place | null} place where it would come to stand; null: nowhere
 * @property {string} label
 */

export class Dragging {
  /**
   * @param {Board} board
   * @param {Drawing} drawing
   * @param {{ drop: (id: string, place: Place) => void, refuse: (says: string) => void, day: (day: string) => void }} acts
   */
  constructor(board, drawing, acts) {
    this.board = board;
    this.drawing = drawing;
    this.acts = acts;
    this.root = byId("sched");
    this.ghost = byId("sched-lifted");
    this.shield = byId("sched-shield");
    this.title = /** @type {HTMLElement} */ (this.ghost.firstElementChild);
    // Text nodes whose words are changed: no element comes or goes, and so no style is asked for.
    this.when = document.createTextNode("");
    this.where = document.createTextNode("");
    this.ghost.children[1]?.append(this.when);
    this.ghost.children[2]?.append(this.where);
    /** @type {Lift | null} */
    this.lift = null;
    this.x = 0;
    this.y = 0;
    this.frame = 0;
    /** @type {{ day: string, since: number } | null} */
    this.over = null;
    this.root.addEventListener("pointerdown", (event) => this.#press(event));
    this.root.addEventListener("dragstart", (event) => event.preventDefault());
    this.drawing.pane.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** Whether something is in the air. */
  get busy() {
    return this.lift !== null;
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const target = /** @type {Element} */ (event.target);
    const block = /** @type {HTMLElement | null} */ (target.closest(".blk"));
    if (!block || event.button !== 0 || this.lift || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const edge = target.closest(".edge") !== null;
    if (event.pointerType === "touch" && !edge && !target.closest(".grip")) return;
    const id = block.dataset.id ?? "";
    const [startX, startY] = [event.clientX, event.clientY];
    this.x = startX;
    this.y = startY;
    const watch = new AbortController();
    const { signal } = watch;
    const done = () => {
      watch.abort();
      cancelAnimationFrame(this.frame);
      this.frame = 0;
    };
    addEventListener("pointermove", (/** @type {PointerEvent} */ moved) => {
      if (moved.pointerId !== event.pointerId) return;
      this.x = moved.clientX;
      this.y = moved.clientY;
      if (!this.lift && Math.hypot(this.x - startX, this.y - startY) >= THRESHOLD) {
        this.#start(id, block, edge, startX, startY);
      }
      if (this.lift && !this.frame) this.frame = requestAnimationFrame(() => this.#step());
    }, { signal });
    addEventListener("pointerup", (/** @type {PointerEvent} */ up) => {
      if (up.pointerId !== event.pointerId) return;
      done();
      if (this.lift) this.#drop();
    }, { signal });
    addEventListener("pointercancel", () => { done(); this.#end(); }, { signal });
    addEventListener("keydown", (/** @type {KeyboardEvent} */ key) => {
      if (key.key !== "Escape" || !this.lift) return;
      key.preventDefault();
      done();
      this.#end();
    }, { signal, capture: true });
  }

  /**
   * Reads all that must be known, once.
   * @param {string} id
   * @param {HTMLElement} block
   * @param {boolean} stretch
   * @param {number} x
   * @param {number} y
   */
  #start(id, block, stretch, x, y) {
    const { drawing } = this;
    const { pane } = drawing;
    const one = this.board.get(id);
    const box = block.getBoundingClientRect();
    const untimed = one.day === null;
    if (untimed && stretch) return;
    const wide = untimed ? drawing.widthOf(0) - 6 : box.width;
    const tall = untimed ? Math.max(one.minutes * drawing.scale - 2, 20) : box.height;
    this.lift = {
      one,
      stretch,
      pane: pane.getBoundingClientRect(),
      tray: byId("sched-tray").getBoundingClientRect(),
      tabs: [...byId("sched-days").querySelectorAll("a")].map((tab) => ({
        day: tab.dataset.day ?? "", box: tab.getBoundingClientRect(),
      })),
      head: drawing.heads.offsetHeight,
      grabX: Math.min(x - box.left, wide),
      grabY: untimed ? Math.min(y - box.top, tall / 2) : y - box.top,
      scrollX: pane.scrollLeft,
      scrollY: pane.scrollTop,
      mostX: pane.scrollWidth - pane.clientWidth,
      mostY: pane.scrollHeight - pane.clientHeight,
      place: placeOf(one),
      label: "",
    };
    this.ghost.dataset.kind = one.kind;
    this.ghost.dataset.size = sizeOf(tall);
    this.ghost.style.inlineSize = `${wide}px`;
    this.ghost.style.blockSize = `${tall}px`;
    if (one.colour) this.ghost.style.setProperty("--stripe", one.colour);
    else this.ghost.style.removeProperty("--stripe");
    this.title.textContent = one.title;
    this.title.lang = one.lang || document.documentElement.lang;
    this.ghost.hidden = false;
    this.shield.hidden = false;
    block.classList.add("away");
    this.root.classList.add(stretch ? "stretching" : "lifting");
    // The click that follows is the drop's, not the link's.
    addEventListener("click", stopClick, { capture: true });
  }

  #scrolled() {
    if (!this.lift) return;
    this.lift.scrollX = this.drawing.pane.scrollLeft;
    this.lift.scrollY = this.drawing.pane.scrollTop;
    if (!this.frame) this.frame = requestAnimationFrame(() => this.#step());
  }

  /** One frame: where it is, by arithmetic, and one transform. */
  #step() {
    this.frame = 0;
    const { lift } = this;
    if (!lift) return;
    const again = this.#scroll(lift) || this.#linger(lift);
    if (lift.stretch) this.#stretch(lift);
    else this.#carry(lift);
    if (again && !this.frame) this.frame = requestAnimationFrame(() => this.#step());
  }

  /** @param {Lift} lift */
  #carry(lift) {
    const { pane, tray, head, one } = lift;
    const { drawing } = this;
    const { scale } = drawing;
    const { from, to, day, shift } = this.board.day;
    let left = this.x - lift.grabX;
    let top = this.y - lift.grabY;
    if (inside(pane, this.x, this.y)) {
      const column = drawing.columnAt(this.x - pane.left + lift.scrollX);
      const minute = stepped(from + (top - pane.top - head + lift.scrollY) / scale);
      const start = bound(minute, from, Math.min(to, NIGHT) - STEP);
      const room = this.board.columns[column]?.id ?? "";
      lift.place = { day, start, minutes: one.minutes, room };
      left = pane.left + drawing.leftOf(column) + 3 - lift.scrollX;
      top = pane.top + head + (start - from) * scale + 1 - lift.scrollY;
      const end = endOf(start, one.minutes, shift);
      this.#label(span(start, end, this.board.locale), this.board.roomName(room), skipped(start, shift));
    } else if (inside(tray, this.x, this.y)) {
      lift.place = { day: null, start: null, minutes: one.minutes, room: one.room };
      this.#label(this.board.words.tray ?? "", "", false);
    } else {
      lift.place = null;
      this.#label("", "", false);
    }
    this.ghost.style.transform = `translate3d(${left}px, ${top}px, 0)`;
  }

  /** @param {Lift} lift */
  #stretch(lift) {
    const { pane, head, one } = lift;
    const { drawing } = this;
    const { scale } = drawing;
    const { from, to, shift } = this.board.day;
    const start = one.start ?? 0;
    const edge = stepped(from + (this.y - pane.top - head + lift.scrollY) / scale);
    const end = bound(edge, start + STEP, to);
    const minutes = Math.max(STEP, lasting(start, end, shift));
    lift.place = { ...placeOf(one), minutes };
    const lasts = (this.board.words.min ?? "").replace("{number}", String(minutes));
    this.#label(span(start, endOf(start, minutes, shift), this.board.locale), lasts, false);
    const left = pane.left + drawing.leftOf(this.board.columnOf(one.room)) + 3 - lift.scrollX;
    const top = pane.top + head + (start - from) * scale + 1 - lift.scrollY;
    const tall = (end - start) * scale - 2;
    this.ghost.style.blockSize = `${tall}px`;
    this.ghost.dataset.size = sizeOf(tall);
    this.ghost.style.transform = `translate3d(${left}px, ${top}px, 0)`;
  }

  /**
   * @param {string} when
   * @param {string} where
   * @param {boolean} impossible
   */
  #label(when, where, impossible) {
    const { lift } = this;
    if (!lift || when + where === lift.label) return;
    lift.label = when + where;
    const clash = lift.place !== null && this.board.wouldClash(lift.one, lift.place);
    const word = this.board.words.clash ?? "";
    // Small ones have one line, and that is the time.
    const small = this.ghost.dataset.size === "xs";
    this.when.data = clash && small ? `${word} · ${when}` : when;
    this.where.data = clash ? `${word} · ${where}` : where;
    this.ghost.classList.toggle("clash", clash || impossible);
    this.ghost.classList.toggle("nowhere", lift.place === null);
  }

  /**
   * Scrolls while the pointer is near an edge of the grid.
   * @param {Lift} lift
   */
  #scroll(lift) {
    const { pane, head, scrollX, scrollY } = lift;
    if (!inside(pane, this.x, this.y)) return false;
    const x = lift.stretch ? 0 : pull(this.x, pane.left + this.drawing.gutter, pane.right);
    const y = pull(this.y, pane.top + head, pane.bottom);
    lift.scrollX = bound(scrollX + x, 0, lift.mostX);
    lift.scrollY = bound(scrollY + y, 0, lift.mostY);
    if (lift.scrollX === scrollX && lift.scrollY === scrollY) return false;
    this.drawing.pane.scrollTo(lift.scrollX, lift.scrollY);
    return true;
  }

  /**
   * Turns to another day while the pointer rests on its tab.
   * @param {Lift} lift
   */
  #linger(lift) {
    if (lift.stretch) return false;
    const tab = lift.tabs.find(({ box }) => inside(box, this.x, this.y));
    if (!tab || tab.day === this.board.day.day) {
      this.over = null;
      return false;
    }
    const now = performance.now();
    if (this.over?.day !== tab.day) this.over = { day: tab.day, since: now };
    if (now - this.over.since < LINGER) return true;
    this.over = null;
    this.acts.day(tab.day);
    lift.scrollX = this.drawing.pane.scrollLeft;
    lift.scrollY = this.drawing.pane.scrollTop;
    lift.mostY = this.drawing.pane.scrollHeight - this.drawing.pane.clientHeight;
    return false;
  }

  #drop() {
    // The last move may wait for its frame.
    this.#step();
    const { lift } = this;
    this.#end();
    if (!lift?.place || same(lift.place, placeOf(lift.one))) return;
    const { shift } = this.board.day;
    if (lift.place.start !== null && skipped(lift.place.start, shift)) {
      this.acts.refuse(`${clock(lift.place.start, this.board.locale)}. ${this.board.words.gap ?? ""}`);
    } else this.acts.drop(lift.one.id, lift.place);
  }

  #end() {
    this.lift = null;
    this.over = null;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.ghost.hidden = true;
    this.shield.hidden = true;
    this.ghost.classList.remove("clash", "nowhere");
    this.root.classList.remove("lifting", "stretching");
    this.root.querySelector(".away")?.classList.remove("away");
    setTimeout(() => removeEventListener("click", stopClick, { capture: true }), 0);
  }
}

/** @param {Event} event */
function stopClick(event) {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * @param {DOMRect} box
 * @param {number} x
 * @param {number} y
 */
function inside(box, x, y) {
  return x >= box.left && x < box.right && y >= box.top && y < box.bottom;
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function bound(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

/**
 * How far to scroll when the pointer is this near an end.
 * @param {number} at
 * @param {number} first
 * @param {number} last
 */
function pull(at, first, last) {
  if (at < first + EDGE) return -SPEED * (1 - Math.max(0, at - first) / EDGE);
  return at > last - EDGE ? SPEED * (1 - Math.max(0, last - at) / EDGE) : 0;
}
