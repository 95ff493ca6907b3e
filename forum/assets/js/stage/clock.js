/** The server's time, so that every screen of an event shows the same second. */

/** How far the server's clock is ahead of this one, in milliseconds, and how well that is known. */
let ahead = 0;
let doubt = Infinity;

/** Takes up what the server's clock said: `travelled` is how long the answer took at most.
 * @param {number} said milliseconds since 1970
 * @param {number} travelled milliseconds
 */
export function tell(said, travelled) {
  // A better measure wins at once; a worse one only slowly, should this machine's clock be set.
  const found = said + travelled / 2 - Date.now();
  if (travelled <= doubt || Math.abs(found - ahead) > 2000 + travelled) {
    ahead = found;
    doubt = travelled;
  }
}

/** The server's time, in milliseconds since 1970. */
export function now() {
  return Date.now() + ahead;
}

/** A time of day as our pages write it: "5:59 am", and 05:59 in Chinese.
 * @param {number} moment milliseconds since 1970
 * @param {string} [timeZone]
 */
export function timeOfDay(moment, timeZone) {
  const english = document.documentElement.lang === "en";
  const form = english ? /** @type {const} */ ({ hour: "numeric", hour12: true }) : /** @type {const} */ ({ hour: "2-digit", hourCycle: "h23" });
  return new Date(moment).toLocaleTimeString("en-GB", { ...form, minute: "2-digit", timeZone });
}
