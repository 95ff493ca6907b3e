/** The door's page: readings come in by camera, hand scanner, typing or search; verdicts go out. */

/** @import { Reading, Scan, Verdict } from "./door/shapes.js" */
/** @import { Refused } from "./door/server.js" */

import { stayAwake } from "./door/awake.js";
import { Camera, CameraTrouble } from "./door/camera.js";
import { Desk } from "./door/desk.js";
import { buttonById, byId, closable, dialogById } from "./door/page.js";
import { PastList } from "./door/past.js";
import { Queue } from "./door/queue.js";
import { listenForScanner } from "./door/scanner.js";
import { Search } from "./door/search.js";
import { Server } from "./door/server.js";
import { signal, wakeSpeaker } from "./door/signal.js";
import { Stage } from "./door/stage.js";

const LONG_FOR_AN_ANSWER = 300;

const { api = "", device = "", lang = "", worker = "", wasm = "" } = document.body.dataset;
/** @type {Record<string, string>} */
const words = JSON.parse(byId("words").textContent ?? "{}");
const server = new Server(api, lang);
const queue = await Queue.open(device);
const scanButton = buttonById("scan");
let starting = false;
/** The last reading, and whether the server still owes its verdict. */
let newest = "";
let unanswered = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let slow;
/** @type {keyof typeof words} */
let cameraSays = "why";

const stage = new Stage(words, () => label());
const past = new PastList(words, (scanId, reason) => void desk.undo(scanId, reason));
const video = /** @type {HTMLVideoElement} */ (byId("video"));
const camera = new Camera(video, { worker, wasm }, (code) => take({ code, way: "camera" }), (trouble) => {
  cameraSays = trouble;
  label();
});

const desk = new Desk(server, queue, {
  onSent(scan) {
    // Where the answer takes long, the verdict before it must not be mistaken for it.
    newest = scan.scan_id;
    unanswered = true;
    clearTimeout(slow);
    slow = setTimeout(() => stage.showVerdict(plain("neutral", words.checking, "", newest)), LONG_FOR_AN_ANSWER);
  },
  onVerdict(verdict, count, how) {
    stage.showCount(count);
    past.put(verdict.past, how === "late");
    stage.showLast(past.items[0]);
    if (how === "undone" || concerns(verdict)) show(verdict);
  },
  onWaiting(scan) {
    const verdict = waiting(scan);
    past.put(verdict.past);
    if (concerns(verdict)) show(verdict);
  },
  onRefused(refused, scan) {
    show(plain("neutral", words.refused_title, refused.says, scan?.scan_id ?? ""));
  },
  onLocked(refused) {
    camera.stop();
    show(plain("stop", words.locked_title, refused.says, ""));
    label();
  },
  onState(count, items) {
    stage.showCount(count);
    if (queue.size === 0) past.replace(items);
    stage.showLast(past.items[0]);
  },
  onProgramme(programme) {
    stage.showProgramme(programme);
  },
  onLine(unreachable, number) {
    stage.showBar(unreachable, number);
  },
});

/** @param {Reading} reading */
function take(reading) {
  void desk.take(reading);
}

/**
 * Says whether a verdict belongs on the screen: that of the newest reading, and a warning about an
 * earlier one as long as the newest has no answer.
 * @param {Verdict} verdict
 */
function concerns(verdict) {
  return verdict.scan_id === newest || verdict.kind !== "admit" && unanswered;
}

/** @param {Verdict} verdict */
function show(verdict) {
  if (verdict.scan_id === newest) {
    clearTimeout(slow);
    unanswered = false;
  }
  stage.showVerdict(verdict);
  signal(verdict.kind);
}

/**
 * A verdict in the server's own words, where the table has none.
 * @param {"stop" | "neutral"} kind
 * @param {string} title
 * @param {string} says
 * @param {string} scanId
 * @returns {Verdict}
 */
function plain(kind, title, says, scanId) {
  const at = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date());
  const line = { scan_id: scanId, kind, at, who: { text: "–" }, word: title, undoable: false, free_for: 0 };
  return { scan_id: scanId, kind, reason: "", title, big: [], lines: [], chip: null, next: says ? [says] : [], past: line };
}

/**
 * What stands there while a scan waits for the server: never that somebody is in.
 * @param {Scan} scan
 * @returns {Verdict}
 */
function waiting(scan) {
  const verdict = plain("neutral", words.waiting_title, words.waiting_next, scan.scan_id);
  verdict.big = [{ text: words.waiting_about }];
  verdict.past.word = words.waiting_word;
  return verdict;
}

/** Says what the big button does now, and what stands in the frame. */
function label() {
  const text = /** @type {HTMLElement} */ (scanButton.querySelector("span"));
  const idle = stage.kind === "ready" && !camera.on;
  text.textContent = starting ? words.starting : idle ? words.turn_on : words.next;
  scanButton.disabled = desk?.locked ?? false;
  stage.film(camera.on);
  stage.hint(camera.on ? words.hold : words[cameraSays]);
  byId("torch").hidden = !camera.hasTorch;
  byId("torch").setAttribute("aria-pressed", String(camera.lit));
  byId("switch").hidden = !camera.on || camera.choices.length < 2;
}

/** @param {() => Promise<void>} start */
async function film(start) {
  starting = true;
  label();
  try {
    await start();
    stayAwake();
  } catch (problem) {
    if (!(problem instanceof CameraTrouble)) throw problem;
    cameraSays = problem.trouble;
  } finally {
    starting = false;
    label();
  }
}

scanButton.addEventListener("click", () => {
  const first = stage.kind === "ready" && !camera.on;
  stage.showReady();
  camera.forget();
  if (first && !starting) void film(() => camera.start());
});
byId("switch").addEventListener("click", () => void film(() => camera.switchOver()));
byId("torch").addEventListener("click", () => void camera.toggleTorch().then(label, label));
for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wakeSpeaker, { passive: true });
listenForScanner((code) => take({ code, way: "scanner" }));
new Search(words, server, take);

const bright = buttonById("bright");
/** @param {boolean} on */
function lighten(on) {
  document.body.classList.toggle("bright", on);
  bright.setAttribute("aria-pressed", String(on));
}
lighten(localStorage.getItem("forum-door-bright") === "yes");
bright.addEventListener("click", () => {
  const on = !document.body.classList.contains("bright");
  localStorage.setItem("forum-door-bright", on ? "yes" : "no");
  lighten(on);
});

const leaving = dialogById("sign-off-sheet");
closable(leaving);
byId("sign-off").addEventListener("click", () => {
  past.sheet.close();
  leaving.showModal();
});
byId("sign-off-form").addEventListener("submit", () => void desk.signOff());

for (const id of ["finder", "scan", "tools", "bright", "recent"]) byId(id).hidden = false;
byId("plain").hidden = true;
byId("hand").classList.add("live");
label();
void desk.look();
void desk.catchUp();
