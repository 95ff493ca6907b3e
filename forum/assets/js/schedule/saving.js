/** Sends what was moved, one after the other; tells what became of it. */

/** @import { Board } from "./board.js" */
/** @import { Conflict, Grid, Place, Session } from "./shapes.js" */

import { placeOf, same } from "./board.js";
import { wall } from "./times.js";

const AGAIN = 4000;
const POLL = 10_000;
const MEANWHILE = 409;

/**
 * @typedef {object} Heard
 * @property {(id: string, before: Place) => void} settled a session stands as it was asked
 * @property {(id: string, before: Place, says: string) => void} theirs somebody else had moved it
 * @property {(id: string, before: Place, says: string) => void} refused it stands as before
 * @property {(changed: Session[]) => void} others other editors have changed these
 * @property {(offline: boolean) => void} line the connection went, or is back
 * @property {() => void} out the page is too old, or nobody is signed in
 */

export class Saving {
  /**
   * @param {Board} board
   * @param {{ place: string, live: string, token: string }} addresses
   * @param {Heard} heard
   */
  constructor(board, addresses, heard) {
    this.board = board;
    this.addresses = addresses;
    this.heard = heard;
    /** @type {Set<string>} */
    this.unsent = new Set();
    this.busy = false;
    this.offline = false;
    this.stopped = false;
    this.quiet = () => false;
    setInterval(() => void this.#poll(), POLL);
    addEventListener("beforeunload", (leaving) => {
      if (this.unsent.size > 0 || this.busy) leaving.preventDefault();
    });
  }

  /** Sends a session's place as soon as what is on its way has arrived.
   * @param {string} id */
  want(id) {
    this.unsent.add(id);
    void this.#run();
  }

  async #run() {
    if (this.busy || this.stopped) return;
    this.busy = true;
    for (let [id] = this.unsent; id !== undefined && !this.stopped; [id] = this.unsent) {
      this.unsent.delete(id);
      if (!(await this.#send(id))) {
        this.unsent.add(id);
        setTimeout(() => void this.#run(), AGAIN);
        break;
      }
    }
    this.busy = false;
  }

  /** @param {string} id */
  async #send(id) {
    const session = this.board.sessions.get(id);
    const before = this.board.saved.get(id);
    if (!session || !before) return true;
    const sent = placeOf(session);
    if (same(sent, before)) return true;
    /** @type {Response} */
    let answer;
    try {
      answer = await fetch(this.addresses.place.replace("{id}", id), {
        body: JSON.stringify({
          made_from: session.revision,
          day: sent.day,
          starts_at: sent.day !== null && sent.start !== null ? wall(sent.day, sent.start) : null,
          minutes: sent.minutes,
          room: sent.room || null,
        }),
        headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": this.addresses.token },
        keepalive: true,
        method: "POST",
      });
    } catch {
      this.#line(true);
      return false;
    }
    this.#line(false);
    const said = await json(answer);
    if (!said) this.#stop();
    else if (answer.ok) this.#stands(said, id, sent, before);
    else if (answer.status === MEANWHILE && said.session) this.#meanwhile(said, id, sent, before);
    else if (answer.status >= 500) return false;
    else {
      this.board.put(id, before);
      this.heard.refused(id, before, said.message ?? "");
    }
    return true;
  }

  /**
   * @param {Standing} said
   * @param {string} id
   * @param {Place} sent
   * @param {Place} before
   */
  #stands(said, id, sent, before) {
    if (said.session) this.board.settle(said.session, sent);
    if (said.conflicts) this.board.conflicts = said.conflicts;
    this.heard.settled(id, before);
  }

  /**
   * @param {Standing} said
   * @param {string} id
   * @param {Place} sent
   * @param {Place} before
   */
  #meanwhile(said, id, sent, before) {
    if (!said.session) return;
    // An answer that was lost on its way: what stands there is what was asked for.
    if (same(placeOf(said.session), sent)) return this.#stands(said, id, sent, before);
    this.unsent.delete(id);
    this.board.settle(said.session, null);
    if (said.conflicts) this.board.conflicts = said.conflicts;
    this.heard.theirs(id, before, said.message ?? "");
  }

  async #poll() {
    if (this.stopped || this.busy || this.unsent.size > 0 || document.hidden || this.quiet()) return;
    try {
      const mark = this.board.mark;
      const answer = await fetch(`${this.addresses.live}?mark=${mark}`, { headers: { "Accept": "application/json" } });
      this.#line(false);
      const said = /** @type {Grid | null} */ (await json(answer));
      if (!said && answer.redirected) this.#stop();
      const untouched = !this.busy && this.unsent.size === 0 && !this.quiet() && mark === this.board.mark;
      if (said?.sessions && untouched) this.heard.others(this.board.adopt(said));
    } catch {
      this.#line(true);
    }
  }

  /** @param {boolean} offline */
  #line(offline) {
    if (offline !== this.offline) this.heard.line(offline);
    this.offline = offline;
  }

  #stop() {
    this.stopped = true;
    this.unsent.clear();
    this.heard.out();
  }
}

/** @typedef {{ session?: Session, conflicts?: Conflict[], message?: string }} Standing */

/**
 * The answer's JSON; nothing where a page came instead.
 * @param {Response} answer
 */
async function json(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  return type.startsWith("application/json") && !answer.redirected ? answer.json() : null;
}
