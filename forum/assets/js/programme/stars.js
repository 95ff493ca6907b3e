/** Stars without an account: kept in this browser, one list an event. */

/** @import { Session } from "./sessions.js" */

/** Told on the page's root whenever a star was set or taken away. */
export const STARRED = "forum:starred";

const MOST = 2000;

/**
 * Reads the ids of starred sessions; what another hand wrote there is passed over.
 * @param {string} key
 * @returns {string[]}
 */
export function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Says whether this browser keeps anything for us. */
function keeps() {
  try {
    localStorage.setItem("forum.keeps", "1");
    localStorage.removeItem("forum.keeps");
    return true;
  } catch {
    return false;
  }
}

/** The stars of one event on one page. */
export class Stars {
  #key;
  #root;
  /** @type {Set<string>} */
  #ids = new Set();
  /** @type {Map<string, HTMLButtonElement[]>} */
  #buttons = new Map();

  /**
   * Puts a star beside every session that has a page.
   * @param {HTMLElement} root
   * @param {Session[]} sessions
   */
  constructor(root, sessions) {
    this.#root = root;
    this.#key = `forum.stars.${root.dataset.event}`;
    const model = document.getElementById("star");
    if (!(model instanceof HTMLTemplateElement) || !keeps()) return;
    this.#ids = new Set(read(this.#key));
    for (const session of sessions) if (!session.thin) this.#put(model, session);
    root.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("button.star");
      const place = button && button.closest("[data-session]");
      if (place instanceof HTMLElement) this.#turn(place.dataset.session ?? "");
    });
    addEventListener("storage", (/** @type {StorageEvent} */ event) => {
      if (event.key !== this.#key) return;
      this.#ids = new Set(read(this.#key));
      this.#show();
    });
    this.#show();
  }

  /** Whether stars can be kept here. */
  get kept() {
    return this.#buttons.size > 0;
  }

  /** @param {string} id */
  has(id) {
    return this.#ids.has(id);
  }

  /**
   * @param {HTMLTemplateElement} model
   * @param {Session} session
   */
  #put(model, session) {
    for (const place of session.places) {
      const button = /** @type {DocumentFragment} */ (model.content.cloneNode(true)).querySelector("button");
      if (!button) return;
      const title = (place.querySelector(".t") ?? place.querySelector("a"))?.textContent?.trim() ?? "";
      button.setAttribute("aria-label", (button.getAttribute("aria-label") ?? "").replace("{title}", () => title));
      place.append(button);
      this.#buttons.set(session.id, [...(this.#buttons.get(session.id) ?? []), button]);
    }
  }

  /** @param {string} id */
  #turn(id) {
    // Another window may have set some meanwhile.
    this.#ids = new Set(read(this.#key));
    if (!this.#ids.delete(id)) this.#ids.add(id);
    localStorage.setItem(this.#key, JSON.stringify([...this.#ids]));
    this.#show();
  }

  #show() {
    for (const [id, buttons] of this.#buttons) {
      for (const button of buttons) button.setAttribute("aria-pressed", String(this.#ids.has(id)));
    }
    this.#root.dispatchEvent(new Event(STARRED));
  }
}
