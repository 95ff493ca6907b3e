/**
 * The shapes that the door's modules hand to each other.
 *
 * @typedef {{ text: string, lang?: string, strong?: boolean }} Piece
 *   A piece of text with its language, where that is not the page's.
 *
 * @typedef {"admit" | "look" | "stop" | "neutral"} Kind
 *
 * @typedef {object} Verdict
 * @property {string} scan_id
 * @property {Kind} kind
 * @property {string} reason
 * @property {string} title
 * @property {Piece[]} big
 * @property {Piece[][]} lines
 * @property {Piece | null} chip
 * @property {string[]} next
 * @property {Past} past How this reading stands in the list of the last ones.
 *
 * @typedef {object} Past
 * @property {string} scan_id
 * @property {Kind} kind
 * @property {string} at
 * @property {Piece} who
 * @property {string} word
 * @property {boolean} undoable
 * @property {number} free_for How many milliseconds undoing needs no reason.
 *
 * @typedef {{ admitted: number, expected: number }} Count
 *
 * @typedef {object} Programme
 * @property {Piece[][]} lines What is on and what comes next, a line each.
 * @property {string} at The time of day at which that was so.
 *
 * @typedef {"camera" | "scanner" | "typed" | "search"} Way
 *
 * @typedef {{ code?: string, registration?: string, way: Way }} Reading
 *
 * @typedef {Reading & { scan_id: string, scanned_at: string }} Scan
 *
 * @typedef {object} Found
 * @property {string} registration
 * @property {Piece[]} who
 * @property {string} organisation
 * @property {string} code
 * @property {string} state
 * @property {string} mood
 */

export {};
