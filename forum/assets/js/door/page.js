/** Small words for the page's parts. */

/** @import { Piece } from "./shapes.js" */

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/** @param {string} id */
export function buttonById(id) {
  return /** @type {HTMLButtonElement} */ (byId(id));
}

/** @param {string} id */
export function dialogById(id) {
  return /** @type {HTMLDialogElement} */ (byId(id));
}

/**
 * Puts children into an element, and hides it when there are none.
 * @param {HTMLElement} element
 * @param {Node[]} children
 */
export function filled(element, children) {
  element.replaceChildren(...children);
  element.hidden = children.length === 0;
}

/** @param {Piece} piece */
export function say(piece) {
  const span = document.createElement("span");
  span.textContent = piece.text;
  if (piece.lang) span.lang = piece.lang;
  if (piece.strong) span.className = "strong";
  return span;
}

/** Lets a dialog be closed by its button and by a touch beside it. */
export function closable(/** @type {HTMLDialogElement} */ dialog) {
  for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && event.clientY < dialog.getBoundingClientRect().top) dialog.close();
  });
}
