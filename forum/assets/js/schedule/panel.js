/** What to look at, by kind: each line leads to the sessions it names. */

/** @import { Board } from "./board.js" */
/** @import { Conflict } from "./shapes.js" */

import { byId } from "./parts.js";

const MOST = 40;

/** Kinds are filled when they are opened: a programme may lack hundreds of translations. */
export class Panel {
  /**
   * @param {Board} board
   * @param {(id: string) => void} go
   */
  constructor(board, go) {
    this.board = board;
    this.go = go;
    this.place = byId("sched-found");
    /** @type {Map<string, HTMLDetailsElement>} */
    this.kinds = new Map();
    this.shown = "";
  }

  draw() {
    const { conflicts, kinds, words } = this.board;
    const now = JSON.stringify(conflicts);
    if (now === this.shown) return;
    this.shown = now;
    byId("sched-number").textContent = String(conflicts.filter((one) => one.marked).length || "");
    /** @type {Map<string, Conflict[]>} */
    const groups = new Map();
    for (const one of conflicts) groups.set(one.kind, [...(groups.get(one.kind) ?? []), one]);
    for (const [kind, old] of this.kinds) {
      if (!groups.has(kind)) {
        old.remove();
        this.kinds.delete(kind);
      }
    }
    for (const [kind, found] of groups) {
      const fold = this.kinds.get(kind) ?? this.#fold(kind, Boolean(found[0]?.clash));
      const summary = /** @type {HTMLElement} */ (fold.firstElementChild);
      summary.replaceChildren(`${kinds[kind] ?? kind} `, number(found.length));
      if (fold.open) this.#fill(fold, found);
    }
    const order = [...groups.keys()].map((kind) => this.kinds.get(kind)).filter((one) => one !== undefined);
    if (order.some((fold, n) => this.place.children[n] !== fold) || order.length !== this.place.childElementCount) {
      this.place.replaceChildren(...order);
    }
    this.place.dataset.empty = conflicts.length ? "" : words.all_well ?? "";
  }

  /**
   * @param {string} kind
   * @param {boolean} clash
   */
  #fold(kind, clash) {
    const fold = document.createElement("details");
    fold.className = clash ? "bad" : "";
    fold.open = clash;
    fold.append(document.createElement("summary"), document.createElement("ul"));
    fold.addEventListener("toggle", () => {
      if (fold.open) this.#fill(fold, this.board.conflicts.filter((one) => one.kind === kind));
    });
    this.kinds.set(kind, fold);
    return fold;
  }

  /**
   * @param {HTMLDetailsElement} fold
   * @param {Conflict[]} found
   */
  #fill(fold, found) {
    const list = /** @type {HTMLElement} */ (fold.lastElementChild);
    list.replaceChildren(...found.slice(0, MOST).map((one) => {
      const line = document.createElement("li");
      if (one.kind !== "no_moderator" && one.kind !== "outside") {
        const says = document.createElement("span");
        says.textContent = one.says;
        line.append(says);
      }
      for (const id of one.sessions) {
        const session = this.board.sessions.get(id);
        if (!session) continue;
        const link = document.createElement("a");
        link.href = `#s-${id}`;
        link.textContent = session.title;
        if (session.lang) link.lang = session.lang;
        link.addEventListener("click", (event) => {
          event.preventDefault();
          this.go(id);
        });
        line.append(link);
      }
      return line;
    }));
  }
}

/** @param {number} count */
function number(count) {
  const span = document.createElement("span");
  span.className = "muted num";
  span.textContent = String(count);
  return span;
}
