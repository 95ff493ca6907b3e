/** Sessions that share a column and a time stand side by side in lanes. */

/**
 * @typedef {{ id: string, start: number, end: number }} Bar
 * @typedef {{ lane: number, of: number }} Lane
 */

/**
 * The lane of each bar, and how many lanes its cluster has.
 * @param {Bar[]} bars
 * @returns {Map<string, Lane>}
 */
export function lanes(bars) {
  /** @type {Map<string, Lane>} */
  const found = new Map();
  /** @type {Bar[]} */
  let cluster = [];
  let until = -Infinity;
  const close = () => {
    /** @type {number[]} */
    const ends = [];
    /** @type {[string, number][]} */
    const placed = [];
    for (const bar of cluster) {
      const free = ends.findIndex((end) => end <= bar.start);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = bar.end;
      placed.push([bar.id, lane]);
    }
    for (const [id, lane] of placed) found.set(id, { lane, of: ends.length });
    cluster = [];
  };
  for (const bar of [...bars].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (bar.start >= until) close();
    cluster.push(bar);
    until = Math.max(until, bar.end);
  }
  close();
  return found;
}
