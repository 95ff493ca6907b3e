/**
 * The public programme, one session, one speaker: what is on now, stars, filters, the reader's own time.
 * Every page works without it; what it adds is put in here or unhidden.
 */
import { filterAtOnce } from "./programme/filter.js";
import { markNow } from "./programme/now.js";
import { ownTime } from "./programme/own-time.js";
import { sessionsIn } from "./programme/sessions.js";
import { Stars } from "./programme/stars.js";

for (const root of document.querySelectorAll("[data-programme]")) {
  if (!(root instanceof HTMLElement)) continue;
  const sessions = sessionsIn(root);
  const stars = new Stars(root, sessions);
  filterAtOnce(root, sessions, stars);
  markNow(root, sessions);
  ownTime(root, sessions);
}
