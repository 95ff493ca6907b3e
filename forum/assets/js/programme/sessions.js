/** The sessions of a page as its markup tells of them. */

/**
 * One session: its row, and its block where the page has a grid.
 * @typedef {object} Session
 * @property {string} id
 * @property {Date} starts
 * @property {Date} ends
 * @property {boolean} thin   a break: it has no page and no star
 * @property {boolean} gone   cancelled
 * @property {HTMLElement} row
 * @property {HTMLElement[]} places   the row, and the same session's blocks elsewhere
 */

/**
 * Returns every session of a page, in its order.
 * @param {HTMLElement} root
 * @returns {Session[]}
 */
export function sessionsIn(root) {
  /** @type {Map<string, Session>} */
  const found = new Map();
  for (const row of root.querySelectorAll("[data-session][data-starts]")) {
    if (!(row instanceof HTMLElement)) continue;
    const { session: id = "", starts = "", ends = "" } = row.dataset;
    found.set(id, {
      id,
      starts: new Date(starts),
      ends: new Date(ends),
      thin: "thin" in row.dataset,
      gone: "gone" in row.dataset,
      row,
      places: [row],
    });
  }
  for (const block of root.querySelectorAll("[data-session]:not([data-starts])")) {
    if (block instanceof HTMLElement) found.get(block.dataset.session ?? "")?.places.push(block);
  }
  return [...found.values()];
}
