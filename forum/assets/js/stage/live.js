/** What the server says of an event: by its stream, or by asking where there is none. */

/** @typedef {{revision: number, now: number}} Said */

const ASK_EVERY = 10_000;
const TRY_STREAM_AGAIN = 60_000;
/** How long an event is on its way at most, as far as one can tell. */
const TRAVELS = 400;
/** The stream says something every 15 seconds; after this it counts as dead. */
const SILENCE = 40_000;

/** Calls `heard` with all that the server says, for as long as the page is there.
 * @param {string} address
 * @param {(said: Said, travelled: number) => void} heard `travelled`: how long it took at most
 */
export function follow(address, heard) {
  const [path, query] = address.split("?");
  const asked = `${path}.json${query ? `?${query}` : ""}`;
  let asking = 0;
  let silence = 0;

  async function ask() {
    const began = performance.now();
    try {
      const answer = await fetch(asked, { cache: "no-store" });
      if (answer.ok) heard(await answer.json(), performance.now() - began);
    } catch {
      // Without a network there is nothing to hear; the next time comes.
    }
  }

  function askAgainAndAgain() {
    clearInterval(asking);
    asking = window.setInterval(() => void ask(), ASK_EVERY);
  }

  function listen() {
    if (!("EventSource" in window)) return askAgainAndAgain();
    const source = new EventSource(address);
    const stop = () => {
      source.close();
      clearTimeout(silence);
      askAgainAndAgain();
      setTimeout(listen, TRY_STREAM_AGAIN);
    };
    const expect = () => {
      clearTimeout(silence);
      silence = window.setTimeout(stop, SILENCE);
    };
    source.addEventListener("revision", (event) => {
      clearInterval(asking);
      expect();
      heard(JSON.parse(event.data), TRAVELS);
    });
    source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) stop(); });
    expect();
  }

  void ask();
  listen();
}
