/** Scans that the server has not answered yet: kept in the browser's database, else in memory. */

/** @import { Scan } from "./shapes.js" */

const STORE = "waiting";

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Queue {
  /** @param {IDBDatabase | null} database */
  constructor(database) {
    this.database = database;
    /** @type {Map<string, Scan>} */
    this.scans = new Map();
  }

  /**
   * Opens the queue of one device; scans that an earlier page left behind are in it.
   *
   * @param {string} device
   * @returns {Promise<Queue>}
   */
  static async open(device) {
    try {
      const opening = indexedDB.open(`forum-door-${device}`, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "scan_id" });
      const queue = new Queue(await settled(opening));
      for (const scan of await settled(queue.#store("readonly").getAll())) queue.scans.set(scan.scan_id, scan);
      return queue;
    } catch {
      return new Queue(null);
    }
  }

  /** @param {IDBTransactionMode} mode */
  #store(mode) {
    if (!this.database) throw new TypeError("no database");
    return this.database.transaction(STORE, mode).objectStore(STORE);
  }

  get size() {
    return this.scans.size;
  }

  /** @returns {Scan[]} In the order in which they were read. */
  all() {
    return [...this.scans.values()].sort((one, other) => (one.scan_id < other.scan_id ? -1 : 1));
  }

  /** @param {Scan} scan */
  async keep(scan) {
    this.scans.set(scan.scan_id, scan);
    if (this.database) await settled(this.#store("readwrite").put(scan)).catch(() => undefined);
  }

  /** @param {string} scanId */
  async drop(scanId) {
    this.scans.delete(scanId);
    if (this.database) await settled(this.#store("readwrite").delete(scanId)).catch(() => undefined);
  }

  async wipe() {
    this.scans.clear();
    if (this.database) await settled(this.#store("readwrite").clear()).catch(() => undefined);
  }
}
