/** Sound and vibration: one short for admit, two for look, three for stop. */

/** @import { Kind } from "./shapes.js" */

/** @type {Record<Kind, { pitch: number, times: number, long: number }>} */
const SIGNALS = {
  admit: { pitch: 1175, times: 1, long: 0.12 },
  look: { pitch: 660, times: 2, long: 0.14 },
  stop: { pitch: 220, times: 3, long: 0.2 },
  neutral: { pitch: 440, times: 1, long: 0.08 },
};
const PAUSE = 0.09;

/** @type {AudioContext | null} */
let speaker = null;

/** Browsers let a page sound only after it was touched: call this from a touch or a key. */
export function wakeSpeaker() {
  try {
    speaker ??= new AudioContext();
    if (speaker.state === "suspended") void speaker.resume();
  } catch {
    speaker = null;
  }
}

/** @param {Kind} kind */
export function signal(kind) {
  const { pitch, times, long } = SIGNALS[kind];
  const pattern = Array.from({ length: times * 2 - 1 }, (_, part) => 1000 * (part % 2 ? PAUSE : long));
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
  if (speaker?.state !== "running") return;
  for (let time = 0; time < times; time += 1) sound(speaker, pitch, speaker.currentTime + time * (long + PAUSE), long);
}

/**
 * @param {AudioContext} context
 * @param {number} pitch
 * @param {number} from
 * @param {number} long
 */
function sound(context, pitch, from, long) {
  const tone = new OscillatorNode(context, { frequency: pitch, type: "square" });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(0.2, from + 0.01);
  volume.gain.setValueAtTime(0.2, from + long - 0.02);
  volume.gain.linearRampToValueAtTime(0, from + long);
  tone.connect(volume).connect(context.destination);
  tone.start(from);
  tone.stop(from + long);
}
