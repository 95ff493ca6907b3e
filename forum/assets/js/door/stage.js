/** The upper part of the page: ready to scan, or a verdict; the count; the bar above. */

/** @import { Count, Past, Piece, Programme, Verdict } from "./shapes.js" */

import { byId, filled, say } from "./page.js";

const ADMIT_STAYS = 2500;

export class Stage {
  /**
   * @param {Record<string, string>} words
   * @param {() => void} onChange Called whenever the stage turns.
   */
  constructor(words, onChange) {
    this.words = words;
    this.onChange = onChange;
    this.stage = byId("stage");
    this.ready = byId("ready");
    this.verdict = byId("verdict");
    this.kind = this.stage.dataset.kind ?? "ready";
    /** The scan whose verdict stands there, or nothing. */
    this.shown = "";
    this.programme = byId("programme");
    this.known = document.createElement("p");
    this.known.hidden = true;
    this.known.textContent = words.as_of.replace("{at}", this.programme.dataset.at ?? "");
    this.programme.prepend(this.known);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.ready.hidden = false;
    this.ready.inert = this.kind !== "ready";
    this.stage.addEventListener("click", () => {
      if (this.kind !== "ready") this.showReady();
    });
  }

  showReady() {
    clearTimeout(this.timer);
    this.#turn("ready");
    this.shown = "";
  }

  /** @param {Verdict} verdict */
  showVerdict(verdict) {
    clearTimeout(this.timer);
    this.shown = verdict.scan_id;
    this.#slot("title").textContent = verdict.title;
    filled(this.#slot("big"), verdict.big.map((piece) => say(piece)));
    filled(this.#slot("lines"), verdict.lines.map((pieces) => paragraph(pieces)));
    filled(this.#slot("chip"), verdict.chip ? [say(verdict.chip)] : []);
    filled(this.#slot("next"), verdict.next.map((text) => paragraph([{ text }])));
    this.#turn(verdict.kind);
    if (verdict.kind === "admit") this.timer = setTimeout(() => this.showReady(), ADMIT_STAYS);
  }

  /** @param {Count} count */
  showCount({ admitted, expected }) {
    byId("count").textContent = `${admitted} / ${expected}`;
  }

  /** @param {Past | undefined} past */
  showLast(past) {
    if (!past) return;
    const { who, word, at } = past;
    byId("last").textContent = this.words.last.replace("{who}", who.text).replace("{word}", word).replace("{at}", at);
  }

  /** @param {Programme} programme */
  showProgramme({ lines, at }) {
    this.known.textContent = this.words.as_of.replace("{at}", at);
    this.programme.replaceChildren(this.known, ...lines.map((pieces) => row(pieces)));
    this.programme.hidden = lines.length === 0;
  }

  /** @param {string} text */
  hint(text) {
    byId("hint").textContent = text;
  }

  /** @param {boolean} on */
  film(on) {
    byId("finder").classList.toggle("filming", on);
  }

  /**
   * The amber bar, and since when the programme is known: nothing when the server answers.
   * @param {boolean} unreachable
   * @param {number} waiting
   */
  showBar(unreachable, waiting) {
    const bar = byId("bar");
    bar.hidden = !unreachable;
    this.known.hidden = !unreachable;
    const text = waiting ? this.words.bar_waiting.replace("{count}", String(waiting)) : this.words.bar;
    const says = /** @type {HTMLElement} */ (bar.querySelector("span"));
    if (!bar.hidden && says.textContent !== text) says.textContent = text;
  }

  /** @param {string} name */
  #slot(name) {
    return /** @type {HTMLElement} */ (this.verdict.querySelector(`[data-slot="${name}"]`));
  }

  /** @param {string} kind */
  #turn(kind) {
    this.kind = kind;
    this.stage.dataset.kind = kind;
    this.ready.inert = kind !== "ready";
    this.verdict.hidden = kind === "ready";
    this.onChange();
  }
}

/** @param {Piece[]} pieces */
function row(pieces) {
  const line = document.createElement("p");
  line.append(...pieces.map((piece) => say(piece)));
  return line;
}

/** @param {Piece[]} pieces */
function paragraph(pieces) {
  const line = document.createElement("p");
  if (pieces[0]?.strong) line.className = "strong";
  for (const piece of pieces) line.append(say(piece), " ");
  return line;
}
