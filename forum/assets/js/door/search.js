/** The search sheet: guests by name, organisation or code; a whole code checks in by Enter. */

/** @import { Found, Reading } from "./shapes.js" */
/** @import { Server } from "./server.js" */

import { byId, closable, dialogById, filled, say } from "./page.js";
import { Refused } from "./server.js";

const REST = 180;
const LONG_READING = 30;
const REFERENCE = /^[2-9a-z]{4}[-\u2010-\u2015 ]?[2-9a-z]{4}$/i;

/**
 * Says whether a text is a code rather than a name: a signed one by its length, a reference by
 * its dash or a figure in it.
 * @param {string} text
 */
export function looksLikeCode(text) {
  return text.length > LONG_READING || REFERENCE.test(text) && /[-\u2010-\u20152-9]/.test(text);
}

export class Search {
  /**
   * @param {Record<string, string>} words
   * @param {Server} server
   * @param {(reading: Reading) => void} onReading
   */
  constructor(words, server, onReading) {
    this.words = words;
    this.server = server;
    this.onReading = onReading;
    this.sheet = dialogById("search-sheet");
    this.box = /** @type {HTMLInputElement} */ (byId("search-text"));
    this.searches = "searches" in this.box.dataset;
    this.stop = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    closable(this.sheet);
    byId("seek").addEventListener("click", () => this.open());
    this.box.addEventListener("input", () => {
      clearTimeout(this.timer);
      if (this.searches) this.timer = setTimeout(() => void this.#look(), REST);
    });
    byId("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#enter();
    });
  }

  open() {
    this.box.value = "";
    this.#show([], "");
    this.sheet.showModal();
    this.box.focus();
  }

  #enter() {
    const text = this.box.value.trim();
    if (!text) return;
    if (this.searches && !looksLikeCode(text)) {
      clearTimeout(this.timer);
      void this.#look();
      return;
    }
    this.sheet.close();
    this.onReading({ code: text, way: "typed" });
  }

  async #look() {
    this.stop.abort();
    const stop = this.stop = new AbortController();
    const text = this.box.value.trim();
    if (!text) {
      this.#show([], "");
      return;
    }
    try {
      const { found, more } = await this.server.search(text, stop.signal);
      this.#show(found, this.#says(text, found, more));
    } catch (problem) {
      if (stop.signal.aborted) return;
      this.#show([], problem instanceof Refused ? problem.says : this.words.search_fails);
    }
  }

  /**
   * @param {string} text
   * @param {Found[]} found
   * @param {boolean} more
   */
  #says(text, found, more) {
    if (more) return this.words.more;
    if (found.length) return "";
    const short = text.length < 2 && !/\p{Script=Han}/u.test(text);
    return short ? this.words.too_short : this.words.nothing_found.replace("{text}", text);
  }

  /**
   * @param {Found[]} found
   * @param {string} says
   */
  #show(found, says) {
    byId("search-says").textContent = says;
    filled(byId("found"), found.map((one) => this.#line(one)));
  }

  /** @param {Found} one */
  #line(one) {
    const name = document.createElement("b");
    name.append(...one.who.map((piece) => say(piece)));
    const about = document.createElement("span");
    about.className = "about";
    const code = document.createElement("span");
    code.className = "num";
    code.textContent = one.code;
    about.append(one.organisation, one.organisation ? " · " : "", code);
    const button = document.createElement("button");
    button.type = "button";
    button.append(name, about);
    if (one.state) {
      const state = document.createElement("span");
      state.className = `tag ${one.mood}`;
      state.textContent = one.state;
      button.append(state);
    }
    button.addEventListener("click", () => {
      this.sheet.close();
      this.onReading({ registration: one.registration, way: "search" });
    });
    const line = document.createElement("li");
    line.append(button);
    return line;
  }
}
