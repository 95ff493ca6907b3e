/** Hand scanners: they type a code without a rest and end it with Enter, wherever the focus is. */

const LONGEST_REST = 1000;
const SHORTEST_CODE = 6;

/** @param {(code: string) => void} onCode */
export function listenForScanner(onCode) {
  let typed = "";
  let last = 0;
  document.addEventListener("keydown", (event) => {
    const key = event.key;
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select")) return;
    if (event.timeStamp - last > LONGEST_REST) typed = "";
    last = event.timeStamp;
    if (key.length === 1) {
      typed += key;
      // A blank within a code would press the button that has the focus.
      if (typed.trim().length > 1) event.preventDefault();
    } else if (key === "Enter" || key === "Tab") {
      const code = typed;
      typed = "";
      if (code.length < SHORTEST_CODE) return;
      event.preventDefault();
      event.stopPropagation();
      onCode(code);
    }
  }, true);
}
