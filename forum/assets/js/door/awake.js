/** Keeps the screen on while the door is at work. */

/** @type {WakeLockSentinel | null} */
let lock = null;
let wanted = false;

async function ask() {
  if (!wanted || (lock && !lock.released) || document.visibilityState !== "visible") return;
  lock = await navigator.wakeLock?.request("screen").catch(() => null) ?? null;
}

/** Keeps the screen on from now; asked for again each time the page comes back to the front. */
export function stayAwake() {
  if (!wanted) document.addEventListener("visibilitychange", () => void ask());
  wanted = true;
  void ask();
}
