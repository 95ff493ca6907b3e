/** Talking to the server: what was refused, and what merely did not arrive, are two things. */

/** @import { Count, Found, Past, Programme, Scan, Verdict } from "./shapes.js" */

const PATIENCE = 6000;

/** Nothing can be said yet: no network, a server that is busy, a hotel's sign-in page. */
export class Unreachable extends Error {}

/** The server said no, and will say no again. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{ error?: string, message?: string }} answer
   */
  constructor(status, answer) {
    super(answer.message ?? String(status));
    this.status = status;
    this.code = answer.error ?? "";
    this.says = answer.message ?? "";
  }
}

const PASSING = new Set([408, 425, 429]);

export class Server {
  /**
   * @param {string} base
   * @param {string} lang
   */
  constructor(base, lang) {
    this.base = base;
    this.lang = lang;
  }

  /**
   * @param {string} act
   * @param {object | null} [body]
   * @param {AbortSignal} [stop]
   * @returns {Promise<any>}
   */
  async call(act, body = null, stop) {
    const patience = AbortSignal.timeout(PATIENCE);
    /** @type {Response} */
    let answer;
    let content;
    try {
      answer = await fetch(`${this.base}/${act}?lang=${this.lang}`, {
        method: body ? "POST" : "GET",
        headers: { "X-Forum-Door": "1", ...(body ? { "Content-Type": "application/json" } : {}) },
        body: body ? JSON.stringify(body) : null,
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        signal: stop ? either(stop, patience) : patience,
      });
      if (!answer.headers.get("Content-Type")?.startsWith("application/json")) throw new TypeError("not ours");
      content = await answer.json();
    } catch (problem) {
      if (stop?.aborted) throw problem;
      throw new Unreachable(String(problem));
    }
    if (answer.ok) return content;
    if (answer.status >= 500 || PASSING.has(answer.status)) throw new Unreachable(String(answer.status));
    throw new Refused(answer.status, content);
  }

  /** @returns {Promise<{ count: Count, past: Past[], programme: Programme }>} */
  state() {
    return this.call("state");
  }

  /** @returns {Promise<{ count: Count, past: Past[], programme: Programme }>} */
  hello() {
    return this.call("hello", {});
  }

  /**
   * @param {Scan} scan
   * @returns {Promise<{ verdict: Verdict, count: Count }>}
   */
  scan(scan) {
    return this.call("scan", { ...scan, sent_at: new Date().toISOString() });
  }

  /**
   * @param {string} scanId
   * @param {string} reason
   * @returns {Promise<{ verdict: Verdict, count: Count }>}
   */
  undo(scanId, reason) {
    return this.call("undo", { scan_id: scanId, reason });
  }

  /**
   * @param {string} text
   * @param {AbortSignal} stop
   * @returns {Promise<{ found: Found[], more: boolean }>}
   */
  search(text, stop) {
    return this.call("search", { text }, stop);
  }

  signOff() {
    return this.call("sign-off", {});
  }
}

/**
 * @param {AbortSignal} one
 * @param {AbortSignal} other
 */
function either(one, other) {
  const both = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort(signal.reason);
    signal.addEventListener("abort", () => both.abort(signal.reason), { once: true });
  }
  return both.signal;
}
