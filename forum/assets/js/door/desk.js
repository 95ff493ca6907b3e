/** What becomes of a reading: sent at once, kept until it is answered, sent again by the same id. */

/** @import { Count, Past, Programme, Reading, Scan, Verdict } from "./shapes.js" */
/** @import { Queue } from "./queue.js" */
/** @import { Server } from "./server.js" */

import { newId } from "./identity.js";
import { Refused } from "./server.js";

const TRY_AGAIN = 4000;
const LOOK_AFTER = 10_000;
const HELLO_AFTER = 60_000;
const LOCKED = new Set(["locked", "not_paired"]);

/**
 * A verdict answers a reading at once, answers one that had to wait, or follows an undo.
 * @typedef {"at once" | "late" | "undone"} How
 */

/**
 * What the page is told.
 * @typedef {object} Ears
 * @property {(scan: Scan) => void} onSent A reading is on its way.
 * @property {(verdict: Verdict, count: Count, how: How) => void} onVerdict
 * @property {(scan: Scan) => void} onWaiting A scan could not be judged yet.
 * @property {(refused: Refused, scan: Scan | null) => void} onRefused
 * @property {(refused: Refused) => void} onLocked
 * @property {(count: Count, past: Past[]) => void} onState
 * @property {(programme: Programme) => void} onProgramme
 * @property {(unreachable: boolean, waiting: number) => void} onLine
 */

export class Desk {
  /**
   * @param {Server} server
   * @param {Queue} queue
   * @param {Ears} ears
   */
  constructor(server, queue, ears) {
    this.server = server;
    this.queue = queue;
    this.ears = ears;
    this.unreachable = false;
    this.locked = false;
    this.sending = false;
    /** How many verdicts were heard: what was asked for before one is older than it. */
    this.verdicts = 0;
    /** Scans whose first answer is still on its way. @type {Set<string>} */
    this.first = new Set();
    this.greeted = performance.now();
    addEventListener("online", () => void this.catchUp());
    setInterval(() => void this.catchUp(), TRY_AGAIN);
    setInterval(() => void this.look(), LOOK_AFTER);
    this.#line(false);
  }

  /** @param {Reading} reading */
  async take(reading) {
    if (this.locked) return;
    const scan = { ...reading, scan_id: newId(), scanned_at: new Date().toISOString() };
    this.first.add(scan.scan_id);
    this.ears.onSent(scan);
    const kept = this.queue.keep(scan);
    const answered = await this.#send(scan, false);
    await kept;
    this.first.delete(scan.scan_id);
    if (answered) await this.queue.drop(scan.scan_id);
    else this.ears.onWaiting(scan);
    this.#line(!answered);
  }

  /** Sends what still waits, oldest first, until one is not answered. */
  async catchUp() {
    if (this.sending || this.locked || !this.#overdue().length) return;
    this.sending = true;
    for (const scan of this.#overdue()) {
      if (!await this.#send(scan, true)) break;
      await this.queue.drop(scan.scan_id);
      this.#line(false);
    }
    this.sending = false;
  }

  /** Asks how the event stands; says hello once a minute. */
  async look() {
    if (this.locked || document.visibilityState !== "visible") return;
    const before = this.verdicts;
    const greet = performance.now() - this.greeted >= HELLO_AFTER;
    try {
      const { count, past, programme } = greet ? await this.server.hello() : await this.server.state();
      if (greet) this.greeted = performance.now();
      this.ears.onProgramme(programme);
      if (this.verdicts === before) this.ears.onState(count, past);
      this.#line(false);
    } catch (problem) {
      this.#failed(problem, null);
    }
  }

  /**
   * @param {string} scanId
   * @param {string} reason
   */
  async undo(scanId, reason) {
    try {
      const { verdict, count } = await this.server.undo(scanId, reason);
      this.verdicts += 1;
      this.ears.onVerdict(verdict, count, "undone");
      this.#line(false);
    } catch (problem) {
      this.#failed(problem, null);
    }
  }

  async signOff() {
    await this.server.signOff().catch(() => undefined);
    await this.queue.wipe();
    location.reload();
  }

  #overdue() {
    return this.queue.all().filter((scan) => !this.first.has(scan.scan_id));
  }

  /**
   * @param {Scan} scan
   * @param {boolean} late
   * @returns {Promise<boolean>} Whether the server has answered, so that the scan need not be kept.
   */
  async #send(scan, late) {
    try {
      const { verdict, count } = await this.server.scan(scan);
      this.verdicts += 1;
      this.ears.onVerdict(verdict, count, late ? "late" : "at once");
      return true;
    } catch (problem) {
      return this.#failed(problem, scan);
    }
  }

  /**
   * @param {unknown} problem
   * @param {Scan | null} scan
   */
  #failed(problem, scan) {
    if (!(problem instanceof Refused)) {
      this.#line(true);
      return false;
    }
    if (LOCKED.has(problem.code)) {
      this.locked = true;
      void this.queue.wipe();
      this.ears.onLocked(problem);
    } else {
      this.ears.onRefused(problem, scan);
    }
    return true;
  }

  /** @param {boolean} unreachable */
  #line(unreachable) {
    this.unreachable = unreachable;
    this.ears.onLine(unreachable, this.#overdue().length);
  }
}
