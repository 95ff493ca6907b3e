/** The page's parts, by their names. */

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

/**
 * A drawing that the page holds as a template.
 * @param {"warn"} name
 */
export function icon(name) {
  const template = /** @type {HTMLTemplateElement} */ (byId(`sched-${name}`));
  return /** @type {SVGElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/**
 * What a JSON block of the page holds.
 * @param {string} id
 */
export function read(id) {
  return JSON.parse(byId(id).textContent ?? "null");
}
