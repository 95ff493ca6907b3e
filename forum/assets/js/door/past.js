/** The last readings of this phone: the list beside the verdict, the sheet, and undoing. */

/** @import { Past } from "./shapes.js" */

import { buttonById, byId, closable, dialogById, filled, say } from "./page.js";

const KEPT = 12;

export class PastList {
  /**
   * @param {Record<string, string>} words
   * @param {(scanId: string, reason: string) => void} onUndo
   */
  constructor(words, onUndo) {
    this.words = words;
    this.onUndo = onUndo;
    /** @type {(Past & { freeUntil: number, late?: boolean })[]} */
    this.items = [];
    this.sheet = dialogById("recent-sheet");
    this.asking = dialogById("undo-sheet");
    closable(this.sheet);
    closable(this.asking);
    byId("recent").addEventListener("click", () => this.sheet.showModal());
    byId("undo").addEventListener("click", () => {
      const last = this.items.find((item) => item.undoable);
      if (last) this.#ask(last.scan_id);
    });
    byId("undo-form").addEventListener("submit", (event) => {
      const button = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
      if (button?.value) this.onUndo(this.asking.dataset.scan ?? "", button.value);
    });
  }

  /** @param {Past[]} items */
  replace(items) {
    this.items = items.map((item) => this.#timed(item));
    this.#draw();
  }

  /**
   * Puts a reading first, or renews it where it stands.
   * @param {Past} item
   * @param {boolean} [late] Whether its answer came after the guest had gone on.
   */
  put(item, late = false) {
    const at = this.items.findIndex((one) => one.scan_id === item.scan_id);
    const timed = { ...this.#timed(item), late };
    if (at < 0) this.items.unshift(timed);
    else this.items[at] = timed;
    this.items.length = Math.min(this.items.length, KEPT);
    this.#draw();
  }

  /** @param {Past} item */
  #timed(item) {
    return { ...item, freeUntil: performance.now() + item.free_for };
  }

  /** @param {string} scanId */
  #ask(scanId) {
    const item = this.items.find((one) => one.scan_id === scanId);
    if (!item) return;
    if (performance.now() < item.freeUntil) {
      this.onUndo(scanId, "");
      return;
    }
    this.sheet.close();
    this.asking.dataset.scan = scanId;
    filled(byId("undo-who"), [say(item.who), document.createTextNode(` ${item.at}`)]);
    this.asking.showModal();
  }

  #draw() {
    for (const list of document.querySelectorAll("[data-past]")) {
      const undoing = list.getAttribute("data-past") === "undo";
      list.replaceChildren(...this.items.map((item) => this.#line(item, undoing)));
    }
    byId("past-none").hidden = this.items.length > 0;
    buttonById("undo").disabled = !this.items.some((item) => item.undoable);
  }

  /**
   * @param {Past & { late?: boolean }} item
   * @param {boolean} undoing
   */
  #line(item, undoing) {
    const line = document.createElement("li");
    const at = document.createElement("span");
    at.className = "num";
    at.textContent = item.at;
    const what = document.createElement("span");
    const word = document.createElement("span");
    word.textContent = item.word;
    if (item.late) word.className = "late";
    what.append(say(item.who), document.createElement("br"), word);
    line.append(at, what);
    if (undoing && item.undoable) {
      const undo = document.createElement("button");
      undo.type = "button";
      undo.className = "btn";
      undo.textContent = this.words.undo;
      undo.setAttribute("aria-label", `${this.words.undo}: ${item.who.text}`);
      undo.addEventListener("click", () => this.#ask(item.scan_id));
      line.append(undo);
    }
    return line;
  }
}
