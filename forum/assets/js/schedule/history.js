/** What can be undone, and done again: moves with the places before and after. */

/** @import { Place } from "./shapes.js" */

import { same } from "./board.js";

const MOST = 200;

/** @typedef {{ id: string, before: Place, after: Place }} Move */

export class History {
  constructor() {
    /** @type {Move[]} */
    this.done = [];
    /** @type {Move[]} */
    this.undone = [];
  }

  /**
   * Notes a move; `joined` makes it one with the last one of the same session.
   * @param {Move} move
   * @param {boolean} joined
   */
  note(move, joined) {
    this.undone = [];
    const last = this.done.at(-1);
    if (joined && last?.id === move.id && same(last.after, move.before)) last.after = move.after;
    else this.done.push({ ...move });
    if (this.done.length > MOST) this.done.shift();
  }

  /** The move to take back, if there is one. */
  undo() {
    const move = this.done.pop();
    if (move) this.undone.push(move);
    return move;
  }

  /** The move to do again, if there is one. */
  redo() {
    const move = this.undone.pop();
    if (move) this.done.push(move);
    return move;
  }

  /** Forgets the moves of a session that no longer stands where they left it.
   * @param {string} id */
  forget(id) {
    this.done = this.done.filter((move) => move.id !== id);
    this.undone = this.undone.filter((move) => move.id !== id);
  }
}
