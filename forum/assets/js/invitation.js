/**
 * A guest's invitation: tells once that a person has opened it.
 *
 * Mail scanners open links too, so a page that was merely loaded says nothing: the first movement,
 * key or touch does.
 */
const SIGNS = ["pointermove", "pointerdown", "keydown", "scroll", "touchstart"];

const form = document.querySelector("form[data-opened]");
const token = form?.querySelector("input[name=csrf_token]");
if (form instanceof HTMLFormElement && token instanceof HTMLInputElement) {
  const done = new AbortController();
  const tell = () => {
    done.abort();
    const body = new URLSearchParams({ csrf_token: token.value });
    fetch(form.dataset.opened ?? "", { method: "POST", body, keepalive: true }).catch(() => {});
  };
  for (const sign of SIGNS) addEventListener(sign, tell, { signal: done.signal, passive: true });
}
