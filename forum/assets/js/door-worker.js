/** Reads QR codes from pictures, away from the page: by the browser's own reader, else by zxing. */

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

/** @type {{ detect(picture: ImageBitmap): Promise<{ rawValue: string }[]> } | null} */
let native = null;
/** @type {OffscreenCanvasRenderingContext2D | null} */
let canvas = null;

/** @param {string} wasm */
async function prepare(wasm) {
  const Detector = /** @type {any} */ (self).BarcodeDetector;
  const formats = await Detector?.getSupportedFormats?.().catch(() => []) ?? [];
  if (formats.includes("qr_code")) native = new Detector({ formats: ["qr_code"] });
  const overrides = { locateFile: () => wasm };
  if (native) prepareZXingModule({ overrides });
  else await prepareZXingModule({ overrides, fireImmediately: true });
}

/**
 * @param {ImageBitmap} picture
 * @returns {Promise<string>}
 */
async function read(picture) {
  if (native) {
    try {
      return (await native.detect(picture))[0]?.rawValue ?? "";
    } catch {
      native = null;
    }
  }
  const { width, height } = picture;
  if (canvas?.canvas.width !== width || canvas.canvas.height !== height) {
    canvas = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  }
  if (!canvas) return "";
  canvas.drawImage(picture, 0, 0);
  const found = await readBarcodes(canvas.getImageData(0, 0, width, height), {
    formats: ["QRCode"],
    maxNumberOfSymbols: 1,
    tryHarder: true,
  });
  return found[0]?.text ?? "";
}

self.addEventListener("message", async (event) => {
  const { wasm, picture } = event.data;
  try {
    if (wasm) await prepare(wasm);
    const code = picture ? await read(picture) : "";
    self.postMessage({ code, reader: native ? "browser" : "zxing" });
  } catch (problem) {
    self.postMessage({ code: "", reader: "", problem: String(problem) });
  } finally {
    picture?.close();
  }
});
