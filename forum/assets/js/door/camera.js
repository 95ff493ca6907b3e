/** The camera: asked for on a touch, its pictures read in a worker, one at a time. */

const BETWEEN_PICTURES = 60;
const WIDTH = 800;
const SAME_CODE_RESTS = 3000;

/**
 * Why there is no picture: the page's words say what to do about each.
 * @typedef {"camera_not_allowed" | "camera_missing" | "camera_busy" | "camera_needs_https"
 *   | "camera_ended" | "reader_missing"} Trouble
 */

export class CameraTrouble extends Error {
  /** @param {Trouble} trouble */
  constructor(trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** @type {Record<string, Trouble>} */
const TROUBLES = {
  NotAllowedError: "camera_not_allowed",
  SecurityError: "camera_not_allowed",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
};

export class Camera {
  /**
   * @param {HTMLVideoElement} video
   * @param {{ worker: string, wasm: string }} addresses
   * @param {(code: string) => void} onCode
   * @param {(trouble: Trouble) => void} onEnd
   */
  constructor(video, addresses, onCode, onEnd) {
    this.video = video;
    this.addresses = addresses;
    this.onCode = onCode;
    this.onEnd = onEnd;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Worker | null} */
    this.worker = null;
    this.lit = false;
    /** @type {Map<string, number>} */
    this.seen = new Map();
    /** @type {string[]} */
    this.choices = [];
  }

  get on() {
    return this.stream !== null;
  }

  get #track() {
    return this.stream?.getVideoTracks()[0];
  }

  /** @param {string} [deviceId] */
  async start(deviceId) {
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraTrouble("camera_needs_https");
    this.stop();
    const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { ...which, width: { ideal: 1280 }, height: { ideal: 960 } },
      });
    } catch (problem) {
      const name = problem instanceof DOMException ? problem.name : "";
      throw new CameraTrouble(TROUBLES[name] ?? "camera_busy");
    }
    const stream = this.stream;
    this.#track?.addEventListener("ended", () => {
      if (this.stream === stream) this.#end("camera_ended");
    });
    this.video.srcObject = stream;
    await this.video.play().catch(() => undefined);
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.choices = devices.filter((one) => one.kind === "videoinput").map((one) => one.deviceId);
    this.#readOn();
  }

  /** Takes the next of the cameras. */
  async switchOver() {
    const now = this.#track?.getSettings().deviceId ?? "";
    await this.start(this.choices[(this.choices.indexOf(now) + 1) % this.choices.length]);
  }

  get hasTorch() {
    const able = this.#track?.getCapabilities?.();
    return able !== undefined && "torch" in able && Boolean(able.torch);
  }

  async toggleTorch() {
    const lit = !this.lit;
    const wish = /** @type {MediaTrackConstraintSet} */ ({ torch: lit });
    await this.#track?.applyConstraints({ advanced: [wish] });
    this.lit = lit;
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.lit = false;
    this.video.srcObject = null;
  }

  /** @param {Trouble} trouble */
  #end(trouble) {
    this.stop();
    this.onEnd(trouble);
  }

  #loseReader() {
    this.worker?.terminate();
    this.worker = null;
    this.#end("reader_missing");
  }

  /** Lets a code that was just read be read again. */
  forget() {
    this.seen.clear();
  }

  /** Starts the worker with the first picture, then sends a picture each time it has answered. */
  #readOn() {
    if (this.worker) return;
    this.worker = new Worker(this.addresses.worker, { type: "module" });
    this.worker.addEventListener("message", (event) => {
      const { code, reader, problem } = event.data;
      if (problem) {
        this.#loseReader();
        return;
      }
      this.video.dataset.reader = reader;
      if (code) this.#found(code);
      setTimeout(() => void this.#sendPicture(), BETWEEN_PICTURES);
    });
    this.worker.addEventListener("error", () => this.#loseReader());
    this.worker.postMessage({ wasm: new URL(this.addresses.wasm, location.href).href });
  }

  async #sendPicture() {
    const { videoWidth, videoHeight } = this.video;
    if (!this.on || !videoWidth || document.visibilityState !== "visible") {
      setTimeout(() => void this.#sendPicture(), 4 * BETWEEN_PICTURES);
      return;
    }
    const scale = Math.min(1, WIDTH / videoWidth);
    const size = { resizeWidth: Math.round(videoWidth * scale), resizeHeight: Math.round(videoHeight * scale) };
    try {
      // Some browsers cannot scale while they copy.
      const picture = await createImageBitmap(this.video, size).catch(() => createImageBitmap(this.video));
      this.worker?.postMessage({ picture }, [picture]);
    } catch {
      setTimeout(() => void this.#sendPicture(), 4 * BETWEEN_PICTURES);
    }
  }

  /** @param {string} code */
  #found(code) {
    const now = performance.now();
    const before = this.seen.get(code) ?? -Infinity;
    this.seen.set(code, now);
    if (now - before < SAME_CODE_RESTS) return;
    for (const [other, at] of this.seen) if (now - at >= SAME_CODE_RESTS) this.seen.delete(other);
    this.onCode(code);
  }
}
